//! Agreements: from a draft to what comes of it, and what they open meanwhile.

use api::clockwork::run_due;
use chrono::TimeDelta;
use entity::{
    AgreementStatus, AgreementType, ConsentPurpose, InterestDirection, InterestStatus, NeedStatus,
    OfferStatus, Role, agreement, agreement_party, confidant, interest, need, offer,
};
use futures_util::future::join;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tests::{AGREEMENT, Answer, Cast, Person, World, records};

tests::stories!(
    a_non_disclosure_agreement_opens_what_is_confidential,
    the_end_closes_it_in_that_instant,
    in_a_unilateral_one_the_recipient_reads,
    a_contract_ends_the_search,
    what_is_signed_is_what_was_read,
    of_two_signatures_at_once_one_counts,
    files_reach_the_parties,
    a_framework_agreement_is_followed,
    an_amendment_moves_the_end,
    time_puts_into_force_and_ends_once,
    an_offer_is_kept_for_a_partner,
    a_licence_to_come_keeps_its_offer,
    what_was_closed_is_not_signed,
    what_is_not_right_is_not_written,
);

/// A company and an office that were introduced, with everybody who acts for them.
struct Stage<'w> {
    cast: Cast,
    need: need::Model,
    offer: offer::Model,
    interest: interest::Model,
    /// The company's, who signs.
    member: Person<'w>,
    /// Another of the company.
    colleague: Person<'w>,
    officer: Person<'w>,
    manager: Person<'w>,
    liaison: Person<'w>,
}

async fn stage(world: &World, status: InterestStatus) -> Stage<'_> {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::Published).await;
    let offer = world.offer(&cast, OfferStatus::Published).await;
    let direction = InterestDirection::OfferToNeed;
    let interest = records::interest(&need, &offer, direction, status, world.now());
    world.put(interest.clone()).await;
    Stage {
        member: world.person(Role::MemberUser, cast.company).await,
        colleague: world.person(Role::MemberUser, cast.company).await,
        officer: world.person(Role::OttOfficer, cast.ott).await,
        manager: world.person(Role::OttManager, cast.ott).await,
        liaison: world.person(Role::ChamberLiaison, cast.chamber).await,
        cast,
        need,
        offer,
        interest,
    }
}

fn with(mut value: Value, more: Value) -> Value {
    value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    value
}

fn at(row: &Value, more: Value) -> Value {
    with(json!({ "id": row["id"], "expectedVersion": row["version"] }), more)
}

/// The agreement after a verb that went well.
async fn after(person: &Person<'_>, verb: &str, before: &Value, more: Value) -> Value {
    let done = person.agreement(verb, at(before, more)).await;
    assert_eq!(done.outcome(), "DONE", "{verb}: {:#}", done.body);
    done.root()["agreement"].clone()
}

async fn read(person: &Person<'_>, id: &Value) -> Value {
    let ask = format!("query($id: ID!) {{ agreement(id: $id) {{ {AGREEMENT} }} }}");
    person.send(&ask, json!({ "id": id })).await.root().clone()
}

impl Stage<'_> {
    fn nda(&self, kind: &str, roles: [&str; 2]) -> Value {
        json!({
            "from": self.cast.ott.to_string(),
            "type": kind,
            "interest": self.interest.id.to_string(),
            "parties": [
                { "organization": self.cast.company.to_string(), "role": roles[0] },
                { "organization": self.cast.ott.to_string(), "role": roles[1] },
            ],
            "title": { "es": "Convenio de confidencialidad" },
            "text": { "es": "Las partes guardan secreto de lo que se digan." },
            "confidentialityYears": 5,
        })
    }

    fn licence(&self) -> Value {
        with(
            self.nda("EXCLUSIVE_LICENCE", ["LICENSEE", "LICENSOR"]),
            json!({
                "title": { "es": "Licencia exclusiva del recuperador" },
                "exclusivity": "EXCLUSIVE",
                "economics": { "upfront": "250000.00", "royaltyBp": 450,
                    "royaltyBase": "Ventas netas", "milestones": [
                        { "title": "Piloto aceptado", "amount": "100000", "dueOn": "2026-09-01" } ] },
            }),
        )
    }

    /// Drafted by the officer, shared by the manager, approved by both parties.
    async fn approved(&self, input: Value) -> Value {
        let draft = self.officer.agreement("draftAgreement", input).await;
        assert_eq!(draft.outcome(), "DONE", "{:#}", draft.body);
        let draft = draft.root()["agreement"].clone();
        let submitted = after(&self.officer, "submitAgreement", &draft, json!({})).await;
        let shared = after(&self.manager, "shareAgreement", &submitted, json!({})).await;
        let ours = json!({ "party": self.cast.ott.to_string() });
        let half = after(&self.manager, "approveAgreement", &shared, ours).await;
        let theirs = json!({ "party": self.cast.company.to_string() });
        after(&self.member, "approveAgreement", &half, theirs).await
    }

    /// What comes of it when one person approves for both.
    async fn approved_by(&self, both: &Person<'_>, input: Value) -> Answer {
        let draft = self.officer.agreement("draftAgreement", input).await;
        let draft = draft.root()["agreement"].clone();
        let submitted = after(&self.officer, "submitAgreement", &draft, json!({})).await;
        let shared = after(&self.manager, "shareAgreement", &submitted, json!({})).await;
        let ours = json!({ "party": self.cast.ott.to_string() });
        let half = after(both, "approveAgreement", &shared, ours).await;
        let theirs = json!({ "party": self.cast.company.to_string() });
        both.agreement("approveAgreement", at(&half, theirs)).await
    }

    fn signature(&self, row: &Value, party: entity::OrganizationId) -> Value {
        json!({ "party": party.to_string(), "sha256": row["sha256"] })
    }

    async fn signed(&self, approved: &Value) -> Value {
        let company = self.signature(approved, self.cast.company);
        let half = after(&self.member, "signAgreement", approved, company).await;
        assert_eq!(half["status"], "PARTIALLY_SIGNED");
        let office = self.signature(approved, self.cast.ott);
        after(&self.manager, "signAgreement", &half, office).await
    }

    /// What somebody reads of the need's annex.
    async fn annex(&self, person: &Person<'_>) -> Value {
        let ask = "query($id: ID!) { need(id: $id) { confidentialAnnex disclosureLevel \
            redactedFields } }";
        let found = person.send(ask, json!({ "id": self.need.id.to_string() })).await;
        found.root().clone()
    }

    /// What somebody reads of the offer's terms.
    async fn terms(&self, person: &Person<'_>) -> Value {
        let ask = "query($id: ID!) { offer(id: $id) { indicativeTerms enablingDetail } }";
        let found = person.send(ask, json!({ "id": self.offer.id.to_string() })).await;
        found.root().clone()
    }

    async fn interest(&self, world: &World) -> InterestStatus {
        let row = interest::Entity::find_by_id(self.interest.id).one(world.db().read()).await;
        row.unwrap().unwrap().status
    }
}

async fn a_non_disclosure_agreement_opens_what_is_confidential(world: &World) {
    let stage = stage(world, InterestStatus::Accepted).await;
    let Stage { cast, member, colleague, officer, manager, liaison, .. } = &stage;
    let strangers = [
        ("nobody", world.nobody()),
        ("another company", world.person(Role::MemberUser, cast.ally).await),
        ("another chamber", world.person(Role::ChamberAdmin, cast.other_chamber).await),
        ("another office", world.person(Role::OttManager, cast.other_ott).await),
        ("the network", world.person(Role::NetworkAdmin, cast.network).await),
        ("an analyst", world.person(Role::Analyst, cast.network).await),
        ("a service", world.person(Role::Service, cast.chamber).await),
    ];
    let ask = at(&json!({ "id": stage.interest.id.to_string(), "version": 1 }), json!({}));
    assert_eq!(officer.interest("requestInterestNda", ask).await.outcome(), "DONE");
    assert_eq!(stage.annex(officer).await["disclosureLevel"], "INTRODUCED");
    let to_draft = async |person: &Person<'_>| {
        let ask = "{ viewer { inbox(kind: [INTEREST_TO_CONFIDE]) { nodes { record } } } }";
        let inbox = person.send(ask, json!({})).await.root()["inbox"]["nodes"].clone();
        inbox.as_array().unwrap().iter().any(|i| i["record"] == stage.interest.id.to_string())
    };
    for (person, waits) in [(member, true), (officer, true), (manager, true), (liaison, false)] {
        assert_eq!(to_draft(person).await, waits);
    }

    // A draft is there for the party that writes it, and complete before it is handed on.
    let mut input = stage.nda("MUTUAL_NDA", ["PARTNER", "PARTNER"]);
    input.as_object_mut().unwrap().remove("confidentialityYears");
    let draft = officer.agreement("draftAgreement", input).await.root()["agreement"].clone();
    assert!(draft["folio"].as_str().unwrap().starts_with("CON-2026-"), "{draft:#}");
    for other in [member, liaison] {
        assert!(read(other, &draft["id"]).await.is_null(), "nobody else knows of a draft");
    }
    assert!(!to_draft(officer).await, "it is being drafted");
    assert!(to_draft(member).await, "nor by what no longer waits for them");
    let early = officer.agreement("submitAgreement", at(&draft, json!({}))).await;
    assert_eq!(early.user_errors(), ["REQUIRED agreement.confidentialityYears"]);
    let years = json!({ "confidentialityYears": 5 });
    let draft = after(officer, "reviseAgreement", &draft, years).await;
    let hers = officer.agreement("shareAgreement", at(&draft, json!({}))).await;
    assert_eq!(hers.outcome(), "FORBIDDEN", "an officer does not bind the office");
    let submitted = after(officer, "submitAgreement", &draft, json!({})).await;
    let note = json!({ "note": "Falta el plazo" });
    let returned = after(manager, "returnAgreement", &submitted, note).await;
    let submitted = after(officer, "submitAgreement", &returned, json!({})).await;
    let shared = after(manager, "shareAgreement", &submitted, json!({})).await;
    assert_eq!(shared["status"], "NEGOTIATION");
    assert!(!to_draft(member).await, "now they know");
    let id = &shared["id"];
    let theirs = read(member, id).await;
    assert_eq!(theirs["disclosureLevel"], "CONTRACT");
    let steps: Vec<_> = theirs["history"].as_array().unwrap().iter().map(|s| &s["to"]).collect();
    assert_eq!(steps, ["NEGOTIATION"], "what was said inside the office stays there");
    let followed = read(liaison, id).await;
    assert_eq!(
        (&followed["disclosureLevel"], &followed["text"]),
        (&json!("INTRODUCED"), &Value::Null)
    );
    assert!(followed["redactedFields"].as_array().unwrap().contains(&json!("textToSign")));
    assert_eq!(followed["history"][0]["by"], Value::Null);
    for (name, person) in &strangers {
        assert!(read(person, id).await.is_null(), "{name}");
    }

    // Each party approves and signs what it read.
    let ours = json!({ "party": cast.ott.to_string() });
    let half = after(manager, "approveAgreement", &shared, ours.clone()).await;
    assert_eq!(half["status"], "NEGOTIATION");
    let again = manager.agreement("approveAgreement", at(&half, ours)).await;
    assert_eq!(again.outcome(), "DUPLICATE input.party");
    let not_hers = json!({ "party": cast.ott.to_string() });
    let wrong = member.agreement("approveAgreement", at(&half, not_hers)).await;
    assert_eq!(wrong.outcome(), "NOT_FOUND input.party");
    let company = json!({ "party": cast.company.to_string() });
    let approved = after(member, "approveAgreement", &half, company).await;
    assert_eq!(approved["status"], "APPROVED");
    let text = approved["textToSign"].as_str().unwrap();
    let hash: String = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(approved["sha256"], json!(hash));
    for said in ["Las partes guardan secreto", &cast.ott.to_string(), "Hornos del Valle"] {
        assert!(text.contains(said), "{said}: {text}");
    }
    world.events().await;
    let signed = stage.signed(&approved).await;
    assert_eq!(signed["status"], "ACTIVE");
    assert_eq!(
        world.events().await,
        ["AGREEMENT_SIGNED", "AGREEMENT_SIGNED", "AGREEMENT_ACTIVATED", "INTEREST_NDA_SIGNED"]
    );
    assert_eq!(stage.interest(world).await, InterestStatus::NdaSigned);

    // Who signed reads; who is named reads; nobody else does.
    assert_eq!(stage.annex(manager).await["confidentialAnnex"], "Balance térmico");
    assert_eq!(stage.annex(manager).await["disclosureLevel"], "CONFIDENTIAL");
    assert_eq!(stage.terms(member).await["indicativeTerms"], "Regalía de 4 %");
    assert_eq!(stage.annex(officer).await["confidentialAnnex"], Value::Null, "not named");
    assert_eq!(stage.terms(colleague).await["enablingDetail"], Value::Null, "not named");
    assert_eq!(stage.terms(liaison).await["enablingDetail"], Value::Null, "no party");
    for (name, person) in &strangers {
        let (annex, terms) = (stage.annex(person).await, stage.terms(person).await);
        assert_eq!(annex["confidentialAnnex"], Value::Null, "{name}");
        assert_eq!(terms["indicativeTerms"], Value::Null, "{name}");
    }
    let person = json!({ "person": officer.id.unwrap().to_string() });
    let wrong = with(json!({ "party": cast.company.to_string() }), person.clone());
    let refused = member.agreement("nameConfidant", at(&signed, wrong)).await;
    assert_eq!(refused.outcome(), "NOT_FOUND input.person", "nobody of theirs");
    // Whose role is limited does not speak for the party: nothing would open for them.
    let limited = world.person_within(Role::OttOfficer, cast.ott, &[cast.north]).await;
    let limited =
        json!({ "party": cast.ott.to_string(), "person": limited.id.unwrap().to_string() });
    let refused = manager.agreement("nameConfidant", at(&signed, limited)).await;
    assert_eq!(refused.outcome(), "NOT_FOUND input.person", "a part of it");
    let right = with(json!({ "party": cast.ott.to_string() }), person.clone());
    let named = after(manager, "nameConfidant", &signed, right).await;
    assert_eq!(named["confidants"].as_array().unwrap().len(), 3);
    assert_eq!(stage.annex(officer).await["confidentialAnnex"], "Balance térmico");
    let hers = member.agreement("removeConfidant", at(&named, person.clone())).await;
    assert_eq!(hers.outcome(), "NOT_FOUND input.person", "each party names its own");
    let removed = after(manager, "removeConfidant", &named, person).await;
    assert_eq!(stage.annex(officer).await["confidentialAnnex"], Value::Null);

    // The owner reads in the ledger who read, and under which agreement.
    let ask = "query($of: ID) { disclosures(filter: { record: $of }) { nodes { fields person \
        agreement { id } basis { id } } } }";
    let of = json!({ "of": stage.need.id.to_string() });
    let entries = member.send(ask, of).await.root()["nodes"].as_array().unwrap().clone();
    let read_annex = entries.iter().filter(|entry| {
        let fields = entry["fields"].as_array().unwrap();
        fields.contains(&json!("confidentialAnnex"))
    });
    let by: Vec<_> =
        read_annex.map(|entry| (&entry["person"], &entry["agreement"]["id"])).collect();
    let manager_id = json!(manager.id.unwrap().to_string());
    assert!(by.contains(&(&manager_id, id)), "{by:?}");
    assert_eq!(by.len(), 3, "the manager twice, the officer once: {entries:#?}");

    // A pause closes it, the end of the interest as well.
    let why = json!({ "note": "Se revisa una fuga" });
    let suspended = after(member, "suspendAgreement", &removed, why).await;
    assert_eq!(stage.annex(manager).await["disclosureLevel"], "INTRODUCED");
    let theirs = manager.agreement("resumeAgreement", at(&suspended, json!({}))).await;
    assert_eq!(theirs.outcome(), "ILLEGAL_STATE", "whoever is cut off does not let themselves in");
    let resumed = after(member, "resumeAgreement", &suspended, json!({})).await;
    assert_eq!(stage.annex(manager).await["disclosureLevel"], "CONFIDENTIAL");
    let row = interest::Entity::find_by_id(stage.interest.id).one(world.db().read()).await;
    let row = row.unwrap().unwrap();
    let close = json!({ "id": row.id.to_string(), "expectedVersion": row.version,
        "reason": "OTHER", "note": "No hay acuerdo" });
    assert_eq!(member.interest("closeInterest", close).await.outcome(), "DONE");
    assert_eq!(stage.annex(manager).await["disclosureLevel"], "NETWORK");
    let why = json!({ "note": "Ya no hay trato" });
    let ended = after(member, "terminateAgreement", &resumed, why).await;
    assert_eq!((&ended["status"], &ended["actions"]), (&json!("TERMINATED"), &json!([])));
    assert_eq!(
        world.events().await,
        [
            "CONFIDANT_NAMED",
            "CONFIDANT_REMOVED",
            "AGREEMENT_SUSPENDED",
            "AGREEMENT_RESUMED",
            "INTEREST_CLOSED",
            "AGREEMENT_TERMINATED"
        ]
    );
}

async fn the_end_closes_it_in_that_instant(world: &World) {
    let stage = stage(world, InterestStatus::NdaPending).await;
    let input = stage.nda("MUTUAL_NDA", ["PARTNER", "PARTNER"]);
    let approved = stage.approved(with(input, json!({ "expiresOn": "2026-03-10" }))).await;
    stage.signed(&approved).await;
    let ask = |level: &str| (level.to_owned(), "Lo que sólo tú puedes leer".to_owned());
    let (level, text) = ask("CONFIDENTIAL");
    let id = stage.interest.id.to_string();
    stage.member.write(&id, &level, &text).await.data();
    let messages =
        "query($id: ID!) { interest(id: $id) { disclosureLevel messages { nodes { text } } } }";
    let talk = async |person: &Person<'_>| {
        let found = person.send(messages, json!({ "id": id })).await.root().clone();
        (found["disclosureLevel"].clone(), found["messages"]["nodes"].as_array().unwrap().len())
    };
    assert_eq!(talk(&stage.manager).await, (json!("CONFIDENTIAL"), 1));
    assert_eq!(talk(&stage.officer).await, (json!("INTRODUCED"), 0));
    // The day ends in the last time zone of the country.
    let end: chrono::DateTime<chrono::Utc> = "2026-03-11T08:00:00Z".parse().unwrap();
    world.pass(end - world.now() - TimeDelta::seconds(1));
    assert_eq!(stage.annex(&stage.manager).await["disclosureLevel"], "CONFIDENTIAL");
    world.pass(TimeDelta::seconds(1));
    assert_eq!(stage.annex(&stage.manager).await["disclosureLevel"], "INTRODUCED");
    assert_eq!(stage.terms(&stage.member).await["enablingDetail"], Value::Null);
    assert_eq!(talk(&stage.manager).await, (json!("INTRODUCED"), 0), "and no job was needed");
    world.events().await;
    assert_eq!(run_due(&world.service).await.unwrap(), 1);
    assert_eq!(world.events().await, ["AGREEMENT_EXPIRED"]);
}

async fn in_a_unilateral_one_the_recipient_reads(world: &World) {
    let stage = stage(world, InterestStatus::NdaPending).await;
    // The company discloses, the office is told.
    let approved = stage.approved(stage.nda("UNILATERAL_NDA", ["GRANTOR", "RECIPIENT"])).await;
    let signed = stage.signed(&approved).await;
    assert_eq!(stage.annex(&stage.manager).await["confidentialAnnex"], "Balance térmico");
    assert_eq!(stage.terms(&stage.member).await["indicativeTerms"], Value::Null);
    // Whoever binds one party does not bind the other.
    let (role, ott) = (Role::OttManager, stage.cast.ott);
    let grant = |role, organization| api::policy::Grant {
        organization,
        role,
        regions: Vec::new(),
        delegations: Vec::new(),
    };
    let both =
        world.somebody(vec![grant(role, ott), grant(Role::MemberUser, stage.cast.company)]).await;
    let second = stage.approved_by(&both, stage.nda("MUTUAL_NDA", ["PARTNER", "PARTNER"])).await;
    assert_eq!(second.outcome(), "FOUR_EYES input.party");
    let input = json!({ "party": stage.cast.company.to_string(),
        "person": stage.colleague.id.unwrap().to_string() });
    let refused = stage.member.agreement("nameConfidant", at(&signed, input)).await;
    assert_eq!(refused.outcome(), "INVALID input.party");
    world.events().await;
}

async fn a_contract_ends_the_search(world: &World) {
    let stage = stage(world, InterestStatus::Evaluation).await;
    let Stage { member, officer, manager, liaison, .. } = &stage;
    let draft = officer.agreement("draftAgreement", stage.licence()).await;
    let draft = draft.root()["agreement"].clone();
    let submitted = after(officer, "submitAgreement", &draft, json!({})).await;
    let early = manager.agreement("shareAgreement", at(&submitted, json!({}))).await;
    assert_eq!(early.outcome(), "ILLEGAL_STATE", "terms are not talked about yet");
    let interest = json!({ "id": stage.interest.id.to_string(), "expectedVersion": 1 });
    assert_eq!(liaison.interest("negotiateInterest", interest).await.outcome(), "DONE");
    let shared = after(manager, "shareAgreement", &submitted, json!({})).await;
    // What a contract of its type must say, it says when it is approved as well.
    let empty = json!({ "exclusivity": "NON_EXCLUSIVE" });
    let emptied = after(officer, "reviseAgreement", &shared, empty).await;
    let ours = json!({ "party": stage.cast.ott.to_string() });
    let refused = manager.agreement("approveAgreement", at(&emptied, ours)).await;
    assert_eq!(refused.outcome(), "INVALID agreement.exclusivity");
    let back = json!({ "exclusivity": "EXCLUSIVE" });
    let shared = after(officer, "reviseAgreement", &emptied, back).await;
    // The company changes the text: who approved another one has to look again.
    let ours = json!({ "party": stage.cast.ott.to_string() });
    let half = after(manager, "approveAgreement", &shared, ours.clone()).await;
    let less = json!({ "economics": { "upfront": "200000", "royaltyBp": 400 } });
    let changed = after(member, "reviseAgreement", &half, less).await;
    assert_eq!(changed["parties"][1]["approvedAt"], Value::Null);
    assert_ne!(changed["sha256"], half["sha256"]);
    let hers = json!({ "party": stage.cast.company.to_string() });
    let own = member.agreement("approveAgreement", at(&changed, hers.clone())).await;
    assert_eq!(own.outcome(), "FOUR_EYES", "she wrote some of it");
    let half = after(manager, "approveAgreement", &changed, ours).await;
    let approved = after(&stage.colleague, "approveAgreement", &half, hers).await;
    let signed = stage.signed(&approved).await;
    assert_eq!(signed["economics"]["upfront"], json!({ "amount": "200000.00", "currency": "MXN" }));
    assert_eq!(signed["interest"]["status"], "AGREED");
    assert_eq!(signed["offer"]["status"], "TRANSFERRED", "nobody else can have it");
    let seen = read(liaison, &signed["id"]).await;
    assert_eq!((&seen["economics"], &seen["status"]), (&Value::Null, &json!("ACTIVE")));
    let ask =
        "query($id: ID!) { interest(id: $id) { disclosureLevel agreements { nodes { id } } } }";
    let id = json!({ "id": stage.interest.id.to_string() });
    let deal = officer.send(ask, id.clone()).await.root().clone();
    assert_eq!(deal["disclosureLevel"], "CONTRACT");
    assert_eq!(deal["agreements"]["nodes"][0]["id"], signed["id"]);
    let followed = liaison.send(ask, id).await.root().clone();
    assert_eq!(followed["disclosureLevel"], "INTRODUCED");

    // A need that an agreement met, names it.
    let outcome = json!({ "outcome": { "es": "Se licenció un recuperador" } });
    let need = json!({ "id": stage.need.id.to_string(), "expectedVersion": 1 });
    let evidence = json!({ "evidence": { "es": "Acta" } });
    let silent = with(with(need.clone(), outcome.clone()), evidence);
    assert_eq!(member.need("fulfilNeed", silent).await.outcome(), "REQUIRED input.agreement");
    let wrong = with(outcome.clone(), json!({ "agreement": "agreement_0" }));
    let wrong = member.need("fulfilNeed", with(need.clone(), wrong)).await;
    assert_eq!(wrong.outcome(), "NOT_FOUND input.agreement");
    let right = with(outcome, json!({ "agreement": signed["id"] }));
    assert_eq!(member.need("fulfilNeed", with(need, right)).await.outcome(), "DONE");
    let ask = "query($id: ID!) { need(id: $id) { status outcome metBy { id } } }";
    let id = json!({ "id": stage.need.id.to_string() });
    let met = member.send(ask, id.clone()).await.root().clone();
    assert_eq!(met["metBy"]["id"], signed["id"]);
    let public = world.nobody().send(ask, id).await.root().clone();
    assert_eq!((&public["status"], &public["metBy"]), (&json!("FULFILLED"), &Value::Null));
    // A contract that the network may know of does not tell whose the need was.
    let row = agreement::Entity::find().one(world.db().read()).await.unwrap().unwrap();
    world.overwrite(agreement::Model { published: true, ..row }).await;
    let ask = "query($id: ID!) { need(id: $id) { metBy { id } redactedFields } }";
    let other = world.person(Role::OttManager, stage.cast.other_ott).await;
    let other = other.send(ask, json!({ "id": stage.need.id.to_string() })).await;
    assert_eq!(other.root()["metBy"], Value::Null);
    assert!(other.root()["redactedFields"].as_array().unwrap().contains(&json!("metBy")));
    // What was agreed ends when the contract does, and not before.
    let row = interest::Entity::find_by_id(stage.interest.id).one(world.db().read()).await;
    let close = json!({ "id": stage.interest.id.to_string(),
        "expectedVersion": row.unwrap().unwrap().version, "reason": "OTHER", "note": "Terminó" });
    let early = member.interest("closeInterest", close.clone()).await;
    assert_eq!(early.outcome(), "ILLEGAL_STATE", "there is a contract in force");
    let signed = read(member, &signed["id"]).await;
    after(manager, "terminateAgreement", &signed, json!({ "note": "No funcionó" })).await;
    assert_eq!(member.interest("closeInterest", close).await.outcome(), "DONE");
    let kinds = world.events().await;
    let end = [
        "AGREEMENT_ACTIVATED",
        "INTEREST_AGREED",
        "OFFER_TRANSFERRED",
        "NEED_FULFILLED",
        "AGREEMENT_TERMINATED",
        "INTEREST_CLOSED",
    ];
    assert_eq!(kinds[kinds.len() - 6..], end);
}

async fn what_is_signed_is_what_was_read(world: &World) {
    let stage = stage(world, InterestStatus::NdaPending).await;
    let Stage { cast, member, manager, .. } = &stage;
    let approved = stage.approved(stage.nda("MUTUAL_NDA", ["PARTNER", "PARTNER"])).await;
    let other = json!({ "party": cast.company.to_string(), "sha256": "00".repeat(32) });
    let refused = member.agreement("signAgreement", at(&approved, other)).await;
    assert_eq!(refused.outcome(), "STALE_OBJECT input.sha256");
    let hers = stage.signature(&approved, cast.company);
    let half = after(member, "signAgreement", &approved, hers.clone()).await;
    assert_eq!(half["parties"][0]["signedSha256"], approved["sha256"]);
    assert_eq!(half["parties"][0]["signedBy"], json!(member.id.unwrap().to_string()));
    let twice = member.agreement("signAgreement", at(&half, hers)).await;
    assert_eq!(twice.outcome(), "DUPLICATE input.party");
    assert_eq!(stage.interest(world).await, InterestStatus::NdaPending, "half is nothing");
    assert_eq!(stage.annex(manager).await["disclosureLevel"], "INTRODUCED");

    // Another text is approved and signed anew.
    let why = json!({ "note": "Cambia el plazo" });
    let reopened = after(manager, "reopenAgreement", &half, why).await;
    assert_eq!(reopened["parties"][0]["signedAt"], Value::Null);
    let six = json!({ "confidentialityYears": 6 });
    let changed = after(&stage.officer, "reviseAgreement", &reopened, six).await;
    let refused = member
        .agreement("signAgreement", at(&changed, stage.signature(&changed, cast.company)))
        .await;
    assert_eq!(refused.outcome(), "ILLEGAL_STATE", "nobody has approved it");
    let ours = json!({ "party": cast.ott.to_string() });
    let half = after(manager, "approveAgreement", &changed, ours).await;
    let theirs = json!({ "party": cast.company.to_string() });
    let approved = after(member, "approveAgreement", &half, theirs).await;
    let signed = stage.signed(&approved).await;
    assert_eq!(signed["status"], "ACTIVE");
    let rows = agreement_party::Entity::find().all(world.db().read()).await.unwrap();
    assert!(rows.iter().all(|row| row.signed_sha256.as_deref() == changed["sha256"].as_str()));
    // What has ended is not cancelled, and what is in force is not signed again.
    for verb in ["cancelAgreement", "reopenAgreement"] {
        let late = member.agreement(verb, at(&signed, json!({ "note": "Tarde" }))).await;
        assert_eq!(late.outcome(), "ILLEGAL_STATE", "{verb}");
    }
    world.events().await;
}

async fn of_two_signatures_at_once_one_counts(world: &World) {
    let stage = stage(world, InterestStatus::NdaPending).await;
    let approved = stage.approved(stage.nda("MUTUAL_NDA", ["PARTNER", "PARTNER"])).await;
    let company = at(&approved, stage.signature(&approved, stage.cast.company));
    let office = at(&approved, stage.signature(&approved, stage.cast.ott));
    let (one, other) = join(
        stage.member.agreement("signAgreement", company),
        stage.manager.agreement("signAgreement", office),
    )
    .await;
    let mut outcomes = [one.outcome(), other.outcome()];
    outcomes.sort();
    assert_eq!(outcomes, ["DONE", "STALE_OBJECT input.expectedVersion"]);
    let signed = agreement_party::Entity::find().all(world.db().read()).await.unwrap();
    assert_eq!(signed.iter().filter(|row| row.signed_at.is_some()).count(), 1);
    world.events().await;
}

async fn files_reach_the_parties(world: &World) {
    let stage = stage(world, InterestStatus::NdaPending).await;
    let Stage { cast, member, officer, manager, liaison, .. } = &stage;
    let draft = officer.agreement("draftAgreement", stage.nda("MUTUAL_NDA", ["PARTNER"; 2])).await;
    let draft = draft.root()["agreement"].clone();
    let id = draft["id"].as_str().unwrap();
    let pdf = b"%PDF-1.7 anexo";
    let early = member.attach(id, "CONTRACT", "Anexo.pdf", pdf).await;
    assert_eq!(early.outcome(), "NOT_FOUND", "nobody else knows of a draft");
    let public = officer.attach(id, "NETWORK", "Anexo.pdf", pdf).await;
    assert_eq!(public.outcome(), "INVALID input.level");
    for (level, name) in [("INTRODUCED", "Resumen.pdf"), ("CONTRACT", "Anexo.pdf")] {
        let told = officer.attach(id, level, name, pdf).await;
        let url = told.root()["uploadUrl"].as_str().unwrap().to_owned();
        let sent = world.transfer(None, &url, Some(pdf.to_vec())).await;
        assert_eq!(sent.status, 204);
    }
    let names = async |person: &Person<'_>| -> Vec<String> {
        let ask = "query($id: ID!) { agreement(id: $id) { documents { fileName url } } }";
        let found = person.send(ask, json!({ "id": id })).await.root().clone();
        let files = found["documents"].as_array().cloned().unwrap_or_default();
        for file in &files {
            let fetched = world.transfer(None, file["url"].as_str().unwrap(), None).await;
            assert_eq!((fetched.status, fetched.bytes.as_slice()), (200, &pdf[..]));
        }
        files.iter().map(|file| file["fileName"].as_str().unwrap().to_owned()).collect()
    };
    let (all, none): (_, [&str; 0]) = (["Resumen.pdf", "Anexo.pdf"], []);
    assert_eq!(names(manager).await, all);
    for person in [member, liaison] {
        assert_eq!(names(person).await, none, "a draft is its party's alone");
    }
    let submitted = after(officer, "submitAgreement", &draft, json!({})).await;
    after(manager, "shareAgreement", &submitted, json!({})).await;
    assert_eq!(names(member).await, all);
    assert_eq!(names(liaison).await, all[..1], "whoever follows it reads no contract");
    for person in [
        world.nobody(),
        world.person(Role::MemberUser, cast.ally).await,
        world.person(Role::OttManager, cast.other_ott).await,
        world.person(Role::NetworkAdmin, cast.network).await,
    ] {
        assert_eq!(names(&person).await, none);
    }
    let file = "query($id: ID!) { agreement(id: $id) { documents { id } } }";
    let file = member.send(file, json!({ "id": id })).await.root()["documents"][0]["id"].clone();
    let theirs = member.remove_document(file.as_str().unwrap()).await;
    assert_eq!(theirs.outcome(), "FORBIDDEN", "what a party brought, it alone takes away");
    assert_eq!(officer.remove_document(file.as_str().unwrap()).await.outcome(), "DONE");
    assert_eq!(names(member).await, all[1..]);
    let by_liaison = liaison.attach(id, "INTRODUCED", "Anexo.pdf", pdf).await;
    assert_eq!(by_liaison.outcome(), "FORBIDDEN");
    world.events().await;
}

/// The four lines of an agreement between a chamber and a network of offices.
async fn a_framework_agreement_is_followed(world: &World) {
    let cast = world.cast().await;
    let network = world.person(Role::NetworkAdmin, cast.network).await;
    let second = world.person(Role::NetworkAdmin, cast.network).await;
    let chamber = world.person(Role::ChamberAdmin, cast.chamber).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let limited = world.person_within(Role::ChamberLiaison, cast.chamber, &[cast.north]).await;
    let outsider = world.person(Role::OttOfficer, cast.ott).await;
    let (red, camara) = (cast.network.to_string(), cast.chamber.to_string());
    let line = |text: &str, responsible: &str, horizon: &str, due: &str| {
        json!({ "text": { "es": text }, "responsible": responsible, "horizon": horizon,
            "dueOn": due })
    };
    let input = json!({
        "from": red,
        "type": "FRAMEWORK_AGREEMENT",
        "parties": [
            { "organization": red, "role": "COORDINATOR" },
            { "organization": camara, "role": "PARTNER" },
        ],
        "title": { "es": "Convenio marco de la red y la cámara" },
        "text": { "es": "Las partes colaboran en cuatro líneas." },
        "commitments": [
            line("Identificar y vincular 40 necesidades", &camara, "SHORT_TERM", "2026-03-31"),
            line("Formular cinco proyectos conjuntos", &red, "MID_TERM", "2026-09-30"),
            line("Publicar doce contenidos", &red, "MID_TERM", "2026-12-15"),
            line("Capacitar a 200 personas", &camara, "LONG_TERM", "2027-12-15"),
        ],
    });
    let draft = network.agreement("draftAgreement", input).await.root()["agreement"].clone();
    let submitted = after(&network, "submitAgreement", &draft, json!({})).await;
    let own = network.agreement("shareAgreement", at(&submitted, json!({}))).await;
    assert_eq!(own.outcome(), "FOUR_EYES");
    assert_eq!(draft["nextDueOn"], "2026-03-31");
    let shared = after(&second, "shareAgreement", &submitted, json!({})).await;
    assert!(read(&limited, &shared["id"]).await.is_null(), "a part of the chamber is no party");
    let by_liaison = liaison
        .agreement("approveAgreement", at(&shared, json!({ "party": camara.clone() })))
        .await;
    assert_eq!(by_liaison.outcome(), "FORBIDDEN");
    let half = after(&second, "approveAgreement", &shared, json!({ "party": red.clone() })).await;
    let approved = after(&chamber, "approveAgreement", &half, json!({ "party": camara })).await;
    let sign =
        |party: &str| json!({ "party": party, "sha256": approved["sha256"], "publishes": true });
    let half = after(&second, "signAgreement", &approved, sign(&red)).await;
    assert!(read(&outsider, &half["id"]).await.is_null());
    let signed = after(&chamber, "signAgreement", &half, sign(&camara)).await;
    assert_eq!((&signed["status"], &signed["nextDueOn"]), (&json!("ACTIVE"), &json!("2026-03-31")));

    // All parties let the network know: title, parties and progress, no clause.
    let public = read(&outsider, &signed["id"]).await;
    assert_eq!(public["disclosureLevel"], "NETWORK");
    assert_eq!(public["title"], "Convenio marco de la red y la cámara");
    assert_eq!((&public["text"], &public["commitments"]), (&Value::Null, &Value::Null));
    assert_eq!(public["parties"][1]["organization"]["id"], json!(camara));
    assert_eq!(public["progress"]["total"], 4);
    assert_eq!(public["version"], Value::Null);
    assert!(read(&world.nobody(), &signed["id"]).await.is_null());
    let list = "{ agreements { totalCount nodes { id } } mine: agreements(filter: { mine: true }) \
        { totalCount } byDue: agreements(filter: { dueBy: \"2026-12-31\" }) { totalCount } }";
    let found = outsider.send(list, json!({})).await.data().clone();
    let counts = |found: &Value| {
        ["agreements", "mine", "byDue"].map(|field| found[field]["totalCount"].as_i64().unwrap())
    };
    assert_eq!(counts(&found), [1, 0, 0], "what is not known does not choose");
    assert_eq!(counts(liaison.send(list, json!({})).await.data()), [1, 1, 1]);
    let ask = "{ agreementCounts(by: [TYPE, YEAR]) { count type year } }";
    let analyst = world.person(Role::Analyst, cast.network).await;
    let counted = analyst.send(ask, json!({})).await.root().clone();
    assert_eq!(counted, json!([{ "count": 1, "type": "FRAMEWORK_AGREEMENT", "year": 2026 }]));
    assert_eq!(*outsider.send(ask, json!({})).await.root(), json!([]));

    // Each party answers for what it promised.
    let first = json!({ "number": 1 });
    let not_theirs = network.agreement("startCommitment", at(&signed, first.clone())).await;
    assert_eq!(not_theirs.outcome(), "FORBIDDEN");
    let started = after(&liaison, "startCommitment", &signed, first.clone()).await;
    let mute = with(first.clone(), json!({ "evidence": { "es": " " } }));
    let mute = liaison.agreement("keepCommitment", at(&started, mute)).await;
    assert_eq!(mute.outcome(), "REQUIRED input.evidence");
    let proof = with(first.clone(), json!({ "evidence": { "es": "Lista de 41 necesidades" } }));
    let kept = after(&liaison, "keepCommitment", &started, proof.clone()).await;
    assert_eq!(kept["commitments"][0]["status"], "DONE");
    assert_eq!(kept["nextDueOn"], "2026-09-30");
    let twice = liaison.agreement("keepCommitment", at(&kept, proof)).await;
    assert_eq!(twice.outcome(), "ILLEGAL_STATE input.number");
    let none = liaison.agreement("startCommitment", at(&kept, json!({ "number": 9 }))).await;
    assert_eq!(none.outcome(), "NOT_FOUND input.number");
    let why = json!({ "number": 3, "evidence": { "es": "Lo hace otra red" } });
    let dropped = after(&network, "dropCommitment", &kept, why).await;
    world.pass(TimeDelta::days(365));
    let late = read(&chamber, &dropped["id"]).await;
    assert_eq!(late["commitments"][1]["overdue"], true);
    assert_eq!(
        late["progress"],
        json!({ "total": 3, "done": 1, "due": 2, "overdue": 1, "progressBp": 3333,
            "dueProgressBp": 5000 })
    );
    let open = chamber.agreement("completeAgreement", at(&late, json!({ "note": "Ya" }))).await;
    assert_eq!(open.outcome(), "ILLEGAL_STATE", "there are open commitments");
    assert_eq!(signed["textToSign"], late["textToSign"], "what was signed stays");
    world.events().await;
}

async fn an_amendment_moves_the_end(world: &World) {
    let stage = stage(world, InterestStatus::NdaPending).await;
    let input = stage.nda("MUTUAL_NDA", ["PARTNER", "PARTNER"]);
    let first = with(input.clone(), json!({ "expiresOn": "2026-06-30" }));
    let first = stage.signed(&stage.approved(first).await).await;
    let mut longer = with(input, json!({ "expiresOn": "2027-06-30", "amends": first["id"] }));
    let both = longer.clone();
    let refused = stage.officer.agreement("draftAgreement", both).await;
    assert_eq!(refused.outcome(), "INVALID input.interest", "it opens nothing by itself");
    longer.as_object_mut().unwrap().remove("interest");
    let other = with(longer.clone(), json!({ "type": "MEMORANDUM_OF_UNDERSTANDING" }));
    let refused = stage.officer.agreement("draftAgreement", other).await;
    assert_eq!(refused.outcome(), "INVALID input.amends");
    let stranger = world.person(Role::OttManager, stage.cast.other_ott).await;
    let theirs = json!({ "from": stage.cast.other_ott.to_string(), "parties": [
        { "organization": stage.cast.other_ott.to_string(), "role": "PARTNER" },
        { "organization": stage.cast.company.to_string(), "role": "PARTNER" } ] });
    let refused = stranger.agreement("draftAgreement", with(longer.clone(), theirs)).await;
    assert_eq!(refused.outcome(), "NOT_FOUND input.amends");
    let second = stage.signed(&stage.approved(longer).await).await;
    assert_eq!(second["amends"]["id"], first["id"]);
    let amended = read(&stage.member, &first["id"]).await;
    assert_eq!(amended["expiresOn"], "2027-06-30");
    assert_eq!(amended["sha256"], first["sha256"], "what was signed then stays");
    assert_eq!(amended["amendments"]["nodes"][0]["id"], second["id"]);
    let kinds = world.events().await;
    assert_eq!(kinds[kinds.len() - 2..], ["AGREEMENT_ACTIVATED", "AGREEMENT_AMENDED"]);
}

async fn time_puts_into_force_and_ends_once(world: &World) {
    let stage = stage(world, InterestStatus::NdaPending).await;
    let dates = json!({ "effectiveOn": "2026-04-01", "expiresOn": "2026-04-30" });
    let input = with(stage.nda("MUTUAL_NDA", ["PARTNER", "PARTNER"]), dates);
    let signed = stage.signed(&stage.approved(input).await).await;
    assert_eq!(signed["status"], "PARTIALLY_SIGNED", "signed by all, and not yet in force");
    for verb in ["cancelAgreement", "reopenAgreement"] {
        let alone = stage.member.agreement(verb, at(&signed, json!({ "note": "No" }))).await;
        assert_eq!(alone.outcome(), "ILLEGAL_STATE", "one does not undo what all have signed");
    }
    assert_eq!(stage.annex(&stage.manager).await["disclosureLevel"], "INTRODUCED");
    world.events().await;
    let begins: chrono::DateTime<chrono::Utc> = "2026-04-01T06:00:00Z".parse().unwrap();
    world.pass(begins - world.now() - TimeDelta::seconds(1));
    assert_eq!(run_due(&world.service).await.unwrap(), 0);
    world.pass(TimeDelta::seconds(1));
    let second = world.another_instance().await;
    let (one, other) = join(run_due(&world.service), run_due(&second)).await;
    assert_eq!(one.unwrap() + other.unwrap(), 1, "two instances do it once");
    assert_eq!(world.events().await, ["AGREEMENT_ACTIVATED", "INTEREST_NDA_SIGNED"]);
    assert_eq!(stage.annex(&stage.manager).await["disclosureLevel"], "CONFIDENTIAL");
    // A service that stood still catches up.
    world.pass(TimeDelta::days(90));
    let (one, other) = join(run_due(&world.service), run_due(&second)).await;
    assert_eq!(one.unwrap() + other.unwrap(), 1);
    assert_eq!(world.events().await, ["AGREEMENT_EXPIRED"]);
    let row = agreement::Entity::find().one(world.db().read()).await.unwrap().unwrap();
    assert_eq!((row.status, row.ended_at), (AgreementStatus::Expired, Some(world.now())));
    second.db().clone().close().await.unwrap();
}

async fn an_offer_is_kept_for_a_partner(world: &World) {
    let stage = stage(world, InterestStatus::Evaluation).await;
    let manager = &stage.manager;
    let version =
        |version: i32| json!({ "id": stage.offer.id.to_string(), "expectedVersion": version });
    let early = manager.offer("reserveOffer", version(1)).await;
    assert_eq!(early.outcome(), "ILLEGAL_STATE", "nobody talks about terms");
    let interest = json!({ "id": stage.interest.id.to_string(), "expectedVersion": 1 });
    stage.liaison.interest("negotiateInterest", interest).await.data();
    let long = manager.offer("reserveOffer", with(version(1), json!({ "days": 181 }))).await;
    assert_eq!(long.outcome(), "INVALID input.days");
    assert_eq!(manager.offer("reserveOffer", version(1)).await.outcome(), "DONE");
    let other = world.person(Role::MemberUser, stage.cast.ally).await;
    let consent = records::consent(stage.cast.ally, ConsentPurpose::Representation, world.now());
    world.put(consent).await;
    let ask = json!({ "direction": "NEED_TO_OFFER", "from": stage.cast.ally.to_string(),
        "offer": stage.offer.id.to_string() });
    let refused = other.interest("draftInterest", ask).await;
    assert_eq!(refused.outcome(), "ILLEGAL_STATE input.offer");
    assert_eq!(manager.offer("releaseOffer", version(2)).await.outcome(), "DONE");
    let days = with(version(3), json!({ "days": 30 }));
    assert_eq!(manager.offer("reserveOffer", days).await.outcome(), "DONE");
    world.events().await;
    world.pass(TimeDelta::days(30) - TimeDelta::seconds(1));
    assert_eq!(run_due(&world.service).await.unwrap(), 0);
    world.pass(TimeDelta::seconds(1));
    assert_eq!(run_due(&world.service).await.unwrap(), 1);
    assert_eq!(world.events().await, ["OFFER_RELEASED"]);
    let none = manager.offer("transferOffer", version(5)).await;
    assert_eq!(none.outcome(), "ILLEGAL_STATE", "no agreement takes it");
    // What the service did not move, its office does: a licence put on record by hand.
    let licence = AgreementType::AssignmentAgreement;
    let row = records::agreement(&stage.interest, licence, AgreementStatus::Active, world.now());
    world.agree(&row).await;
    let hold = with(version(5), json!({ "note": "Se revisa" }));
    assert_eq!(manager.offer("holdOffer", hold).await.outcome(), "DONE");
    let back = manager.offer("resumeOffer", version(6)).await;
    assert_eq!(back.outcome(), "ILLEGAL_STATE", "it does not go back to the network");
    assert_eq!(manager.offer("transferOffer", version(6)).await.outcome(), "DONE");
    world.events().await;
}

/// A licence that all have signed and that begins later.
async fn a_licence_to_come_keeps_its_offer(world: &World) {
    let stage = stage(world, InterestStatus::Negotiation).await;
    let begins = world.now() + TimeDelta::days(60);
    let licence = agreement::Model {
        signed_at: Some(world.now()),
        starts_at: Some(begins),
        ..records::agreement(
            &stage.interest,
            AgreementType::AssignmentAgreement,
            AgreementStatus::PartiallySigned,
            world.now(),
        )
    };
    world.agree(&licence).await;
    let status = async || {
        let row = offer::Entity::find_by_id(stage.offer.id).one(world.db().read()).await;
        row.unwrap().unwrap().status
    };
    // Something else about the same offer comes into force: the offer stays where it is.
    let nda = stage.nda("MUTUAL_NDA", ["PARTNER", "PARTNER"]);
    let nda = stage.signed(&stage.approved(nda).await).await;
    assert_eq!((&nda["status"], status().await), (&json!("ACTIVE"), OfferStatus::Published));
    // What is kept for a partner does not go back to the network meanwhile, nor by itself.
    let manager = &stage.manager;
    let version = json!({ "id": stage.offer.id.to_string(), "expectedVersion": 1, "days": 30 });
    assert_eq!(manager.offer("reserveOffer", version).await.outcome(), "DONE");
    let version = json!({ "id": stage.offer.id.to_string(), "expectedVersion": 2 });
    let back = manager.offer("releaseOffer", version.clone()).await;
    assert_eq!(back.outcome(), "ILLEGAL_STATE", "it is promised");
    world.pass(TimeDelta::days(31));
    assert_eq!(run_due(&world.service).await.unwrap(), 0);
    assert_eq!(status().await, OfferStatus::Reserved);
    let retire = with(version, json!({ "reason": "OTHER", "note": "Se retira" }));
    assert_eq!(manager.offer("retireOffer", retire).await.outcome(), "DONE");
    let row = offer::Entity::find_by_id(stage.offer.id).one(world.db().read()).await;
    assert_eq!(row.unwrap().unwrap().reserved_until, None, "kept for nobody");
    world.events().await;
}

/// A contract that was approved binds nobody once the two sides deal with each other no more.
async fn what_was_closed_is_not_signed(world: &World) {
    let stage = stage(world, InterestStatus::Negotiation).await;
    let approved = stage.approved(stage.licence()).await;
    let row = interest::Entity::find_by_id(stage.interest.id).one(world.db().read()).await;
    let close = json!({ "id": stage.interest.id.to_string(),
        "expectedVersion": row.unwrap().unwrap().version, "reason": "OTHER", "note": "No hay trato" });
    assert_eq!(stage.member.interest("closeInterest", close).await.outcome(), "DONE");
    let signature = at(&approved, stage.signature(&approved, stage.cast.company));
    let late = stage.member.agreement("signAgreement", signature).await;
    assert_eq!(late.outcome(), "ILLEGAL_STATE");
    world.events().await;
}

async fn what_is_not_right_is_not_written(world: &World) {
    let stage = stage(world, InterestStatus::Forwarded).await;
    let Stage { cast, officer, .. } = &stage;
    let right = stage.nda("MUTUAL_NDA", ["PARTNER", "PARTNER"]);
    let draft = async |more: Value| -> Answer {
        officer.agreement("draftAgreement", with(right.clone(), more)).await
    };
    let party = |organization: entity::OrganizationId, role: &str| json!({ "organization": organization.to_string(), "role": role });
    assert_eq!(draft(json!({})).await.outcome(), "ILLEGAL_STATE input.interest", "not introduced");
    let row = interest::Model {
        status: InterestStatus::Accepted,
        accepted_at: Some(world.now()),
        ..stage.interest.clone()
    };
    world.overwrite(row).await;
    for (more, right) in [
        (json!({ "from": cast.company.to_string() }), "FORBIDDEN"),
        (json!({ "parties": [party(cast.ott, "PARTNER")] }), "REQUIRED input.parties"),
        (json!({ "parties": [party(cast.company, "PARTNER")] }), "INVALID input.from"),
        (
            json!({ "interest": null, "parties": [party(cast.ott, "PARTNER")] }),
            "INVALID input.parties",
        ),
        (
            json!({ "interest": null,
                "parties": [party(cast.ott, "PARTNER"), party(cast.ott, "PARTNER")] }),
            "DUPLICATE input.parties.1.organization",
        ),
        (
            json!({ "interest": null, "parties": [party(cast.ott, "PARTNER"),
                party(entity::OrganizationId::new(world.now()), "PARTNER")] }),
            "NOT_FOUND input.parties.1.organization",
        ),
        (
            json!({ "parties": [party(cast.company, "PARTNER"), party(cast.ott, "PARTNER"),
                party(cast.other_ott, "PARTNER")] }),
            "INVALID input.parties",
        ),
        (json!({ "type": "UNILATERAL_NDA" }), "REQUIRED input.parties, REQUIRED input.parties"),
        (json!({ "interest": "interest_0" }), "NOT_FOUND input.interest"),
        (json!({ "frame": "agreement_0" }), "NOT_FOUND input.frame"),
        (json!({ "title": null }), "REQUIRED input.title"),
        (json!({ "confidentialityYears": 100 }), "INVALID input.confidentialityYears"),
        (
            json!({ "effectiveOn": "2026-05-02", "expiresOn": "2026-05-01" }),
            "INVALID input.expiresOn",
        ),
        (
            json!({ "economics": { "currency": "pesos", "upfront": "-1", "royaltyBp": 10001 } }),
            "INVALID input.economics.currency, INVALID input.economics.upfront, \
                INVALID input.economics.royaltyBp",
        ),
        (
            json!({ "commitments": [{ "text": { "es": "Algo" }, "horizon": "SHORT_TERM",
                "responsible": cast.chamber.to_string(), "dueOn": "2026-05-01" }] }),
            "INVALID input.commitments.0.responsible",
        ),
    ] {
        assert_eq!(draft(more.clone()).await.outcome(), right, "{more:#}");
    }
    assert_eq!(agreement::Entity::find().all(world.db().read()).await.unwrap().len(), 0);
    // What is over is not shared, approved or signed.
    let made = draft(json!({ "expiresOn": "2026-03-10" })).await.root()["agreement"].clone();
    let submitted = after(officer, "submitAgreement", &made, json!({})).await;
    world.pass(TimeDelta::days(30));
    let late = stage.manager.agreement("shareAgreement", at(&submitted, json!({}))).await;
    assert_eq!(late.outcome(), "ILLEGAL_STATE");
    assert_eq!(confidant::Entity::find().all(world.db().read()).await.unwrap().len(), 0);
    world.events().await;
}

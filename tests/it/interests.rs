//! Expressions of interest: from a draft to an acceptance, a refusal or silence.

use api::clockwork::run_due;
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    Codes, ConsentPurpose, InterestDirection, InterestStatus, MatchStatus, NeedStatus, NeedType,
    OfferStatus, OrganizationKind, Recognitions, ResearchExpenditures, Role, interest, match_,
    need, ott_profile,
};
use futures_util::future::{join, join_all};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use tests::{Answer, Cast, INTEREST, Person, World, records};

use crate::policy::input;

tests::stories!(
    an_office_answers_a_need,
    a_company_asks_for_an_offer,
    what_is_not_right_is_not_sent,
    a_chamber_speaks_with_leave,
    only_so_many_wait_at_once,
    silence_escalates_and_lapses,
    the_clock_stands_still_while_information_is_awaited,
    what_has_ended_takes_no_answer,
    of_two_answers_one_counts,
    how_fast_intermediaries_answer_is_public,
    a_challenge_stands_until_its_deadline,
);

/// What a draft says that is fit to be sent.
fn text() -> Value {
    json!({
        "cooperationSought": { "es": "Un piloto de seis meses en planta" },
        "contribution": { "es": "Un laboratorio de cerámica con horno propio" },
        "questions": { "es": "¿Qué caudal y qué temperatura tienen los gases?" },
        "requirementAnswers": [
            { "criterion": "Consumo de gas", "response": "MATCH", "evidence": "Ensayo de 200 h" },
        ],
        "partnershipTypes": ["RD_COOPERATION_AGREEMENT"],
    })
}

fn with(mut value: Value, more: Value) -> Value {
    value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    value
}

fn at(id: &Value, version: &Value) -> Value {
    json!({ "id": id, "expectedVersion": version })
}

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().expect("a moment")
}

/// The stage: a published need and a published offer.
struct Stage<'w> {
    cast: Cast,
    need: need::Model,
    offer: entity::offer::Model,
    member: Person<'w>,
    liaison: Person<'w>,
    officer: Person<'w>,
}

async fn stage(world: &World) -> Stage<'_> {
    let cast = world.cast().await;
    Stage {
        need: world.need(&cast, NeedStatus::Published).await,
        offer: world.offer(&cast, OfferStatus::Published).await,
        member: world.person(Role::MemberUser, cast.company).await,
        liaison: world.person(Role::ChamberLiaison, cast.chamber).await,
        officer: world.person(Role::OttOfficer, cast.ott).await,
        cast,
    }
}

impl Stage<'_> {
    fn of_office(&self) -> Value {
        json!({
            "direction": "OFFER_TO_NEED",
            "from": self.cast.ott.to_string(),
            "need": self.need.id.to_string(),
            "offer": self.offer.id.to_string(),
        })
    }

    fn of_company(&self) -> Value {
        json!({
            "direction": "NEED_TO_OFFER",
            "from": self.cast.company.to_string(),
            "need": self.need.id.to_string(),
            "offer": self.offer.id.to_string(),
        })
    }

    /// Writes one down and sends it.
    async fn sent(&self, by: &Person<'_>, between: Value) -> Value {
        let draft = by.interest("draftInterest", with(between, text())).await;
        let draft = &draft.root()["interest"];
        let sent = by.interest("submitInterest", at(&draft["id"], &draft["version"])).await;
        sent.root()["interest"].clone()
    }
}

/// The interest after a verb that went well.
async fn after(person: &Person<'_>, verb: &str, before: &Value, more: Value) -> Value {
    let done = person.interest(verb, with(at(&before["id"], &before["version"]), more)).await;
    assert_eq!(done.outcome(), "DONE", "{verb}: {:#}", done.body);
    done.root()["interest"].clone()
}

async fn read(person: &Person<'_>, id: &Value) -> Value {
    let ask = format!("query($id: ID!) {{ interest(id: $id) {{ {INTEREST} }} }}");
    person.send(&ask, json!({ "id": id })).await.root().clone()
}

/// How much somebody sees: level, company, office, offer.
fn seen(interest: &Value) -> [bool; 3] {
    ["company", "ott", "offer"].map(|field| !interest[field]["id"].is_null())
}

async fn an_office_answers_a_need(world: &World) {
    let stage = stage(world).await;
    let Stage { cast, member, liaison, officer, .. } = &stage;
    let strangers = [
        world.nobody(),
        world.stranger().await,
        world.person(Role::ChamberLiaison, cast.other_chamber).await,
        world.person(Role::OttManager, cast.other_ott).await,
        world.person(Role::MemberUser, cast.ally).await,
        world.person(Role::Analyst, cast.network).await,
        world.person(Role::NetworkAdmin, cast.network).await,
    ];
    let pair = records::suggestion(&stage.need, &stage.offer);
    world.put(pair.clone()).await;
    let fit = async || {
        let row = match_::Entity::find_by_id(pair.id).one(world.db().read()).await;
        row.unwrap().unwrap().status
    };
    let draft = officer.interest("draftInterest", stage.of_office()).await;
    let draft = draft.root()["interest"].clone();
    assert!(draft["folio"].as_str().unwrap().starts_with("INT-2026-"), "{draft:#}");
    assert_eq!(draft["actions"], json!(["reviseInterest", "submitInterest", "withdrawInterest"]));
    for other in [member, liaison] {
        assert!(read(other, &draft["id"]).await.is_null(), "a draft is its sender's alone");
    }
    let early = officer.interest("submitInterest", at(&draft["id"], &json!(1))).await;
    assert_eq!(
        early.user_errors(),
        [
            "REQUIRED interest.cooperationSought",
            "REQUIRED interest.contribution",
            "REQUIRED interest.questions",
            "REQUIRED interest.partnershipTypes"
        ]
    );
    let revised = after(officer, "reviseInterest", &draft, text()).await;
    let sent = after(officer, "submitInterest", &revised, json!({})).await;
    assert_eq!(sent["respondBy"], "2026-03-18T08:00:00+00:00", "ten working days, one holiday");
    assert_eq!(
        world.events().await,
        ["INTEREST_DRAFTED", "INTEREST_REVISED", "INTEREST_SUBMITTED"]
    );

    // The chamber learns who asks, the company that somebody does, the office not whom.
    let id = &sent["id"];
    assert_eq!(seen(&sent), [false, true, true]);
    assert_eq!(seen(&read(liaison, id).await), [true, true, true]);
    let blind = read(member, id).await;
    assert_eq!(seen(&blind), [false, false, false]);
    assert_eq!(
        blind["redactedFields"],
        json!([
            "offer",
            "company",
            "ott",
            "evaluation",
            "eligibility",
            "companyRating",
            "officeRating"
        ])
    );
    assert_eq!(blind["cooperationSought"], "Un piloto de seis meses en planta");
    for stranger in &strangers {
        assert!(read(stranger, id).await.is_null(), "{stranger:?}");
    }

    assert_eq!(fit().await, MatchStatus::Suggested, "the match would tell who asks");
    let taken = after(liaison, "takeOverInterest", &sent, json!({})).await;
    assert_eq!(taken["answeredAt"], json!(world.now().to_rfc3339().replace("Z", "+00:00")));
    let forwarded = after(liaison, "forwardInterest", &taken, json!({})).await;
    assert_eq!(fit().await, MatchStatus::Converted);
    assert_eq!(seen(&read(member, id).await), [true, true, true], "the owner learns who asks");
    assert_eq!(seen(&read(officer, id).await), [false, true, true], "the sender not yet whom");
    let accepted = after(member, "acceptInterest", &forwarded, json!({})).await;
    assert_eq!((&accepted["status"], &accepted["respondBy"]), (&json!("ACCEPTED"), &Value::Null));
    let mine = read(officer, id).await;
    assert_eq!(mine["company"]["id"], json!(cast.company.to_string()), "both know each other");
    assert_eq!(mine["redactedFields"], json!([]));

    let fits = json!({ "evaluation": { "es": "La cerámica de CANARIO aguanta los gases" } });
    let evaluated = after(officer, "evaluateInterest", &accepted, fits).await;
    let talking = after(liaison, "negotiateInterest", &evaluated, json!({})).await;
    let rating = |rating: i32| json!({ "rating": rating });
    let early = with(at(id, &talking["version"]), rating(5));
    assert_eq!(member.interest("rateInterest", early).await.outcome(), "ILLEGAL_STATE");
    let why = json!({ "reason": "TERMS_NOT_AGREED", "note": "Hornos del Valle pide exclusividad" });
    let closed = after(officer, "closeInterest", &talking, why).await;
    assert_eq!(closed["declineReason"], "TERMS_NOT_AGREED");
    let wrong = with(at(id, &closed["version"]), rating(6));
    assert_eq!(member.interest("rateInterest", wrong).await.outcome(), "INVALID input.rating");
    let rated = after(member, "rateInterest", &closed, rating(4)).await;
    let again = with(at(id, &rated["version"]), rating(1));
    assert_eq!(member.interest("rateInterest", again).await.outcome(), "DUPLICATE");
    let rated = after(officer, "rateInterest", &rated, rating(5)).await;
    assert_eq!((&rated["companyRating"], &rated["officeRating"]), (&json!(4), &json!(5)));
    let steps: Vec<_> = rated["history"].as_array().unwrap().iter().map(|s| &s["to"]).collect();
    assert_eq!(
        steps,
        [
            "DRAFT",
            "SUBMITTED",
            "TRIAGE",
            "FORWARDED",
            "ACCEPTED",
            "EVALUATION",
            "NEGOTIATION",
            "CLOSED_NO_DEAL"
        ]
    );
    for stranger in &strangers {
        assert!(read(stranger, id).await.is_null(), "{stranger:?}");
    }
    let kinds = world.events().await;
    assert_eq!(kinds.len(), 9, "{kinds:?}");

    // Without a name the match waits for the acceptance.
    let need = world.need(cast, NeedStatus::Published).await;
    let pair = records::suggestion(&need, &stage.offer);
    world.put(pair.clone()).await;
    let masked = json!({ "need": need.id.to_string(), "anonymous": true });
    let sent = stage.sent(officer, with(stage.of_office(), masked)).await;
    let taken = after(liaison, "takeOverInterest", &sent, json!({})).await;
    let forwarded = after(liaison, "forwardInterest", &taken, json!({})).await;
    assert_eq!(seen(&read(member, &sent["id"]).await), [false, false, false]);
    assert!(!world.events().await.contains(&"MATCH_CONVERTED".to_owned()));
    after(member, "acceptInterest", &forwarded, json!({})).await;
    assert_eq!(world.events().await, ["INTEREST_ACCEPTED", "MATCH_CONVERTED"]);
}

/// The other way round: the company is the sender, and does not say who it is.
async fn a_company_asks_for_an_offer(world: &World) {
    let stage = stage(world).await;
    let Stage { cast, member, liaison, officer, need, offer } = &stage;
    let pair = records::suggestion(need, offer);
    world.put(pair.clone()).await;
    let between = with(stage.of_company(), json!({ "anonymous": true }));
    let sent = stage.sent(member, between).await;
    let id = &sent["id"];
    assert_eq!(world.events().await, ["INTEREST_DRAFTED", "INTEREST_SUBMITTED", "MATCH_CONVERTED"]);
    let row = match_::Entity::find_by_id(pair.id).one(world.db().read()).await.unwrap().unwrap();
    assert_eq!(row.status, entity::MatchStatus::Converted);
    assert_eq!(row.decided_by_id, Some(cast.chamber), "a match does not tell whose need it is");
    assert_eq!(seen(&read(officer, id).await), [false, true, true], "who asks is not told");
    assert_eq!(seen(&read(liaison, id).await), [true, true, true]);
    assert_eq!(
        member.interest("forwardInterest", at(id, &sent["version"])).await.outcome(),
        "FORBIDDEN"
    );
    let taken = after(officer, "takeOverInterest", &sent, json!({})).await;
    let forwarded = after(officer, "forwardInterest", &taken, json!({})).await;
    assert_eq!(seen(&forwarded), [false, true, true]);
    let named = json!({ "reason": "OUT_OF_SCOPE", "note": "Escríbanos a ott@example.org" });
    let named = with(at(id, &forwarded["version"]), named);
    let leak = officer.interest("declineInterest", named).await.outcome();
    assert!(leak.starts_with("BLIND_CHECK"), "{leak}");
    let why = json!({ "reason": "OUT_OF_SCOPE", "note": "No es nuestro campo" });
    let declined = after(officer, "declineInterest", &forwarded, why).await;
    assert_eq!(seen(&declined), [false, true, true], "who was declined stays unknown");
    let told = read(member, id).await;
    let last = told["history"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (&last["reason"], &last["note"]),
        (&json!("OUT_OF_SCOPE"), &json!("No es nuestro campo"))
    );
    let ratings = with(at(id, &told["version"]), json!({ "rating": 1 }));
    assert_eq!(member.interest("rateInterest", ratings).await.outcome(), "ILLEGAL_STATE");
    let counts = "{ interestCounts(by: [DECLINE_REASON]) { count declineReason } }";
    let right = json!([{ "count": 1, "declineReason": "OUT_OF_SCOPE" }]);
    for person in [member, officer, &world.person(Role::NetworkAdmin, cast.network).await] {
        assert_eq!(*person.send(counts, json!({})).await.root(), right);
    }
    // Without a mask, the office knows from the beginning; after a refusal one may ask again.
    let open = stage.sent(member, stage.of_company()).await;
    assert_eq!(seen(&read(officer, &open["id"]).await), [true, true, true]);
    let kinds = world.events().await;
    assert_eq!(kinds.len(), 5, "{kinds:?}");
}

async fn what_is_not_right_is_not_sent(world: &World) {
    let stage = stage(world).await;
    let Stage { cast, member, liaison, officer, .. } = &stage;
    let draft = async |by: &Person<'_>, between: Value| by.interest("draftInterest", between).await;
    let of_office = |more: Value| with(stage.of_office(), more);
    let of_company = |more: Value| with(stage.of_company(), more);
    let held_need = world.need(cast, NeedStatus::OnHold).await.id.to_string();
    let mut closed_need = records::need(cast, NeedStatus::Published, world.now());
    closed_need.open_for_interest = false;
    world.put(closed_need.clone()).await;
    let closed_need = closed_need.id.to_string();
    let foreign = world.person(Role::OttOfficer, cast.other_ott).await;
    for (by, between, right) in [
        (officer, of_office(json!({ "need": null })), "REQUIRED input.need"),
        (officer, of_office(json!({ "need": held_need })), "NOT_FOUND input.need"),
        (officer, of_office(json!({ "need": closed_need })), "ILLEGAL_STATE input.need"),
        (officer, of_office(json!({ "offer": "offer_0" })), "NOT_FOUND input.offer"),
        (officer, of_office(json!({ "from": "org_0" })), "NOT_FOUND input.from"),
        (officer, of_office(json!({ "from": cast.other_ott.to_string() })), "FORBIDDEN"),
        (&foreign, of_office(json!({})), "FORBIDDEN"),
        (member, of_office(json!({})), "FORBIDDEN"),
        (member, of_company(json!({ "offer": null })), "REQUIRED input.offer"),
        (
            member,
            of_company(json!({ "need": closed_need, "from": cast.ally.to_string() })),
            "FORBIDDEN",
        ),
        (
            member,
            of_company(json!({ "chamber": cast.other_chamber.to_string() })),
            "ILLEGAL_STATE input.from",
        ),
        (
            officer,
            of_office(json!({ "partnershipTypes": [
            "COMMERCIAL_AGREEMENT", "INVESTMENT_AGREEMENT", "SUPPLIER_AGREEMENT",
            "RD_COOPERATION_AGREEMENT"] })),
            "LIMIT_REACHED input.partnershipTypes",
        ),
        (
            officer,
            of_office(json!({ "questions": { "es": "x".repeat(2_001) } })),
            "TOO_LONG input.questions.es",
        ),
    ] {
        assert_eq!(draft(by, between.clone()).await.outcome(), right, "{between:#}");
    }
    // An office answers with its own offers, a company asks for its own needs' sake.
    let mut strange = records::offer(cast, OfferStatus::Published, world.now());
    strange.ott_id = cast.other_ott;
    world.put(strange.clone()).await;
    let with_strange = of_office(json!({ "offer": strange.id.to_string() }));
    assert_eq!(draft(officer, with_strange).await.outcome(), "NOT_FOUND input.offer");
    let mut allied = records::need(cast, NeedStatus::Published, world.now());
    allied.company_id = cast.ally;
    world.put(allied.clone()).await;
    let for_ally = of_company(json!({ "need": allied.id.to_string() }));
    assert_eq!(draft(member, for_ally).await.outcome(), "NOT_FOUND input.need");
    assert_eq!(world.events().await, [""; 0], "nothing was written down");

    // Texts name nobody: neither the sender, nor a place to write to.
    for leak in [
        "La Oficina de Transferencia Ejemplar lo ofrece",
        "La Universidad del Ejemplo",
        "https://example.org",
    ] {
        let told = with(text(), json!({ "contribution": { "es": leak } }));
        let made = draft(officer, of_office(told)).await.root()["interest"].clone();
        let sent = officer.interest("submitInterest", at(&made["id"], &made["version"])).await;
        assert_eq!(sent.outcome(), "BLIND_CHECK", "{leak}");
    }
    world.events().await;

    // A chamber sends for companies that let it.
    let made = draft(liaison, of_company(text())).await.root()["interest"].clone();
    let version = at(&made["id"], &made["version"]);
    let refused = liaison.interest("submitInterest", version.clone()).await;
    assert_eq!(refused.outcome(), "CONSENT_MISSING");
    // The company alone decides to be known before the other side accepts.
    assert_eq!(made["anonymous"], true);
    let unmasked = of_company(json!({ "anonymous": false }));
    let right = "CONSENT_MISSING input.anonymous";
    assert_eq!(draft(liaison, unmasked).await.outcome(), right);
    let unmasked = with(version.clone(), json!({ "anonymous": false }));
    assert_eq!(liaison.interest("reviseInterest", unmasked).await.outcome(), right);
    world.put(records::consent(cast.company, ConsentPurpose::Representation, world.now())).await;
    assert_eq!(liaison.interest("submitInterest", version).await.outcome(), "DONE");
    let twice = draft(member, of_company(text())).await;
    assert_eq!(twice.outcome(), "DUPLICATE", "one in the same thing is under way");
    assert_eq!(world.events().await, ["INTEREST_DRAFTED", "INTEREST_SUBMITTED"]);

    // Some offices take nothing but from chambers.
    world
        .put(ott_profile::Model {
            organization_id: cast.other_ott,
            host_institution_id: None,
            model: None,
            network_member_from: None,
            network_member_to: None,
            recognitions: Recognitions::default(),
            staff_fte_tenths: None,
            research_expenditure: ResearchExpenditures::default(),
            services_offered: Codes::default(),
            sectors_served: Codes::default(),
            states_served: Codes::default(),
            accepts_direct_interest: false,
        })
        .await;
    let between = of_company(json!({ "offer": strange.id.to_string() }));
    let made = draft(member, with(between, text())).await.root()["interest"].clone();
    let version = at(&made["id"], &made["version"]);
    assert_eq!(member.interest("submitInterest", version.clone()).await.outcome(), "ILLEGAL_STATE");
    assert_eq!(liaison.interest("submitInterest", version).await.outcome(), "DONE");
    world.events().await;
}

/// What a company sends, its chamber neither takes back nor answers for it without leave.
async fn a_chamber_speaks_with_leave(world: &World) {
    let stage = stage(world).await;
    let Stage { cast, member, liaison, officer, .. } = &stage;
    let sent = stage.sent(member, stage.of_company()).await;
    let note = json!({ "note": "Por esto" });
    let version = with(at(&sent["id"], &sent["version"]), note.clone());
    assert_eq!(liaison.interest("withdrawInterest", version).await.outcome(), "CONSENT_MISSING");
    let taken = after(officer, "takeOverInterest", &sent, json!({})).await;
    let asked = after(officer, "requestInterestInformation", &taken, note.clone()).await;
    let version = with(at(&sent["id"], &asked["version"]), note.clone());
    let answer = liaison.interest("provideInterestInformation", version.clone()).await;
    assert_eq!(answer.outcome(), "CONSENT_MISSING");
    world.put(records::consent(cast.company, ConsentPurpose::Representation, world.now())).await;
    let answer = liaison.interest("provideInterestInformation", version).await;
    assert_eq!(answer.outcome(), "DONE");
    world.events().await;
}

async fn only_so_many_wait_at_once(world: &World) {
    let stage = stage(world).await;
    let Stage { cast, officer, liaison, .. } = &stage;
    let mut drafts = Vec::new();
    for _ in 0..8 {
        let need = world.need(cast, NeedStatus::Published).await.id.to_string();
        let between = with(stage.of_office(), json!({ "need": need }));
        let made = officer.interest("draftInterest", with(between, text())).await;
        drafts.push(made.root()["interest"].clone());
    }
    let submit =
        |draft: &Value| officer.interest("submitInterest", at(&draft["id"], &draft["version"]));
    let outcomes: Vec<_> =
        join_all(drafts.iter().map(submit)).await.iter().map(Answer::outcome).collect();
    let done = outcomes.iter().filter(|outcome| *outcome == "DONE").count();
    let full = outcomes.iter().filter(|outcome| *outcome == "LIMIT_REACHED").count();
    assert_eq!((done, full), (5, 3), "of eight at once five are sent: {outcomes:?}");
    let more = officer.interest("draftInterest", with(stage.of_office(), text())).await;
    assert_eq!(more.outcome(), "LIMIT_REACHED", "there is no room for another draft either");
    // Once one is answered there is room again.
    let mine = "{ interests(filter: { status: [SUBMITTED] }, first: 1) { nodes { id version } } }";
    let first = officer.send(mine, json!({})).await.root()["nodes"][0].clone();
    let taken = after(liaison, "takeOverInterest", &first, json!({})).await;
    let why = json!({ "reason": "OTHER", "note": "Ya hay otra" });
    after(liaison, "rejectInterest", &taken, why).await;
    let waiting = outcomes.iter().position(|outcome| outcome == "LIMIT_REACHED").unwrap();
    assert_eq!(submit(&drafts[waiting]).await.outcome(), "DONE");
    world.events().await;
}

/// What is kept of the first answer to an expression of interest.
async fn first_answer(world: &World, id: &Value) -> (Option<i32>, Option<bool>) {
    let id: entity::InterestId = id.as_str().unwrap().parse().unwrap();
    let row = interest::Entity::find_by_id(id).one(world.db().read()).await.unwrap().unwrap();
    (row.answer_days, row.answered_in_time)
}

async fn nothing_is_due(world: &World) {
    assert_eq!(run_due(&world.service).await.unwrap(), 0);
    assert_eq!(world.events().await, [""; 0]);
}

/// Moves the clock to a moment.
fn until(world: &World, text: &str) {
    world.pass(moment(text) - world.now());
}

async fn silence_escalates_and_lapses(world: &World) {
    let stage = stage(world).await;
    let Stage { officer, liaison, member, .. } = &stage;
    let sent = stage.sent(officer, stage.of_office()).await;
    let id = &sent["id"];
    world.events().await;
    let second = TimeDelta::seconds(1);
    until(world, "2026-03-10T08:00:00Z");
    world.pass(-second);
    nothing_is_due(world).await;
    world.pass(second);
    // Two instances tell it once.
    let other = world.another_instance().await;
    let (one, two) = join(run_due(&world.service), run_due(&other)).await;
    assert_eq!(one.unwrap() + two.unwrap(), 1);
    assert_eq!(world.events().await, ["INTEREST_ESCALATED"]);
    let told = read(liaison, id).await;
    assert_eq!((&told["status"], told["escalatedAt"].is_null()), (&json!("SUBMITTED"), false));
    nothing_is_due(world).await;
    until(world, "2026-04-01T08:00:00Z");
    world.pass(-second);
    nothing_is_due(world).await;
    world.pass(second);
    let (one, two) = join(run_due(&world.service), run_due(&other)).await;
    assert_eq!(one.unwrap() + two.unwrap(), 1);
    assert_eq!(world.events().await, ["INTEREST_LAPSED"]);
    let told = read(officer, id).await;
    assert_eq!(
        (&told["status"], &told["declineReason"]),
        (&json!("LAPSED"), &json!("NO_RESPONSE"))
    );
    nothing_is_due(world).await;

    // A late answer is an answer, and late: a second after the tenth working day.
    let sent = stage.sent(officer, stage.of_office()).await;
    until(world, "2026-04-21T08:00:01Z");
    after(liaison, "takeOverInterest", &sent, json!({})).await;
    assert_eq!(first_answer(world, &sent["id"]).await, (Some(20), Some(false)));
    let taken = read(liaison, &sent["id"]).await;
    let why = json!({ "reason": "OTHER", "note": "Ya hay otra" });
    after(liaison, "rejectInterest", &taken, why).await;
    world.events().await;

    // A service that stood still catches up; an owner who is silent lapses it too.
    let sent = stage.sent(officer, stage.of_office()).await;
    let taken = after(liaison, "takeOverInterest", &sent, json!({})).await;
    let forwarded = after(liaison, "forwardInterest", &taken, json!({})).await;
    world.events().await;
    world.pass(TimeDelta::days(60));
    assert_eq!(run_due(&other).await.unwrap(), 1);
    assert_eq!(world.events().await, ["INTEREST_LAPSED"]);
    let late = at(&forwarded["id"], &json!(5));
    assert_eq!(member.interest("acceptInterest", late).await.outcome(), "ILLEGAL_STATE");
    other.db().clone().close().await.unwrap();
}

async fn the_clock_stands_still_while_information_is_awaited(world: &World) {
    let stage = stage(world).await;
    let Stage { officer, liaison, member, .. } = &stage;
    let sent = stage.sent(officer, stage.of_office()).await;
    // Wednesday of the first week: eight working days are left, 16 March not among them.
    until(world, "2026-03-04T18:00:00Z");
    let taken = after(liaison, "takeOverInterest", &sent, json!({})).await;
    assert_eq!(first_answer(world, &sent["id"]).await, (Some(2), Some(true)));
    let named =
        with(at(&sent["id"], &taken["version"]), json!({ "note": "Hornos del Valle pregunta" }));
    let leak = liaison.interest("requestInterestInformation", named).await;
    assert_eq!(leak.outcome(), "BLIND_CHECK", "the office does not know whose need it is");
    let asked = json!({ "note": "¿Qué caudal aguanta?" });
    let asked = after(liaison, "requestInterestInformation", &taken, asked).await;
    assert_eq!(asked["respondBy"], Value::Null);
    world.events().await;
    until(world, "2026-05-04T18:00:00Z");
    nothing_is_due(world).await;
    let told = json!({ "note": "Hasta 2,500 m3/h" });
    assert_eq!(
        member
            .interest(
                "provideInterestInformation",
                with(at(&sent["id"], &asked["version"]), told.clone())
            )
            .await
            .outcome(),
        "FORBIDDEN"
    );
    let told = after(officer, "provideInterestInformation", &asked, told).await;
    assert_eq!(told["status"], "SUBMITTED");
    assert_eq!(told["respondBy"], "2026-05-15T08:00:00+00:00", "eight working days from then on");
    let notes: Vec<_> = read(member, &sent["id"]).await["history"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["note"].clone())
        .collect();
    assert!(
        notes.contains(&json!("¿Qué caudal aguanta?"))
            && notes.contains(&json!("Hasta 2,500 m3/h"))
    );
    let taken = after(liaison, "takeOverInterest", &told, json!({})).await;
    assert_eq!(taken["answeredAt"], "2026-03-04T18:00:00+00:00", "the first answer counts");
    assert_eq!(first_answer(world, &sent["id"]).await, (Some(2), Some(true)));
    world.events().await;
}

async fn what_has_ended_takes_no_answer(world: &World) {
    let stage = stage(world).await;
    let Stage { cast, officer, member, need, offer, .. } = &stage;
    let to_need = stage.sent(officer, stage.of_office()).await;
    let to_offer = stage.sent(member, stage.of_company()).await;
    let manager = world.person(Role::OttManager, cast.ott).await;
    world.events().await;
    nothing_is_due(world).await;
    let away = member.need("withdrawNeed", input("withdrawNeed", &need.id.to_string())).await;
    assert_eq!(away.outcome(), "DONE");
    assert_eq!(run_due(&world.service).await.unwrap(), 1);
    assert_eq!(world.events().await, ["NEED_WITHDRAWN", "INTEREST_CANCELLED"]);
    let told = read(officer, &to_need["id"]).await;
    assert_eq!((&told["status"], told["endedAt"].is_null()), (&json!("CLOSED_NO_DEAL"), false));
    let rated = with(at(&to_need["id"], &told["version"]), json!({ "rating": 1 }));
    assert_eq!(
        officer.interest("rateInterest", rated).await.outcome(),
        "ILLEGAL_STATE",
        "they never met"
    );
    let away = manager.offer("retireOffer", input("retireOffer", &offer.id.to_string())).await;
    assert_eq!(away.outcome(), "DONE");
    assert_eq!(run_due(&world.service).await.unwrap(), 1);
    assert_eq!(read(member, &to_offer["id"]).await["status"], "CLOSED_NO_DEAL");
    assert_eq!(world.events().await, ["OFFER_RETIRED", "INTEREST_CANCELLED"]);
    nothing_is_due(world).await;
}

async fn of_two_answers_one_counts(world: &World) {
    let cast = world.cast().await;
    let one = world.person(Role::MemberUser, cast.company).await;
    let two = world.person(Role::MemberUser, cast.company).await;
    for _ in 0..10 {
        let need = world.need(&cast, NeedStatus::Published).await;
        let offer = world.offer(&cast, OfferStatus::Published).await;
        let direction = InterestDirection::OfferToNeed;
        let row =
            records::interest(&need, &offer, direction, InterestStatus::Forwarded, world.now());
        world.put(row.clone()).await;
        let id = row.id.to_string();
        let yes = one.interest("acceptInterest", input("acceptInterest", &id));
        let no = two.interest("declineInterest", input("declineInterest", &id));
        let (yes, no): (Answer, Answer) = join(yes, no).await;
        let mut outcomes = [yes.outcome(), no.outcome()];
        outcomes.sort_unstable();
        assert_eq!(outcomes, ["DONE", "STALE_OBJECT input.expectedVersion"]);
        let row = interest::Entity::find_by_id(row.id).one(world.db().read()).await;
        let row = row.unwrap().unwrap();
        let accepted = yes.outcome() == "DONE";
        assert_eq!(row.version, 2);
        assert_eq!(row.status == InterestStatus::Accepted, accepted);
        assert_eq!(world.events().await.len(), 1);
    }
}

const STATISTICS: &str = "query($id: ID!, $since: DateTime, $until: DateTime) { \
    responseStatistics(intermediary: $id, since: $since, until: $until) { suppressed submitted \
    answered due onTime lapsed onTimeRate medianDays lapseRate definitionVersion } }";

async fn how_fast_intermediaries_answer_is_public(world: &World) {
    let cast = world.cast().await;
    let now = world.now();
    let admin = world.person(Role::NetworkAdmin, cast.network).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let nobody = world.nobody();
    let ask = json!({ "id": cast.chamber.to_string() });
    // Whoever takes it back before an answer is due spoils nobody's figures.
    let need = world.need(&cast, NeedStatus::Published).await;
    let offer = world.offer(&cast, OfferStatus::Published).await;
    let (direction, status) = (InterestDirection::OfferToNeed, InterestStatus::Withdrawn);
    let mut back = records::interest(&need, &offer, direction, status, now);
    let sent = now - TimeDelta::days(40);
    (back.submitted_at, back.answer_due_at) = (Some(sent), Some(sent + TimeDelta::days(14)));
    (back.answered_at, back.answer_days, back.answered_in_time) = (None, None, None);
    back.ended_at = Some(sent + TimeDelta::days(1));
    world.put(back).await;
    // Days until the answer; nothing for those that lapsed. One is not due yet.
    for (index, days) in
        [Some(0), Some(3), Some(4), Some(20), None, Some(1)].into_iter().enumerate()
    {
        let ott = if index == 5 {
            cast.other_ott
        } else {
            let id = entity::OrganizationId::new(now);
            let kind = OrganizationKind::TechnologyTransferOffice;
            world.put(records::organization(id, kind, "Otra oficina", now)).await;
            id
        };
        let need = world.need(&cast, NeedStatus::Published).await;
        let mut offer = records::offer(&cast, OfferStatus::Published, now);
        offer.ott_id = ott;
        world.put(offer.clone()).await;
        let direction = InterestDirection::OfferToNeed;
        let status = if days.is_some() { InterestStatus::Rejected } else { InterestStatus::Lapsed };
        let mut row = records::interest(&need, &offer, direction, status, now);
        let sent = if index == 5 { now - TimeDelta::days(2) } else { now - TimeDelta::days(40) };
        row.submitted_at = Some(sent);
        row.answer_due_at = Some(sent + TimeDelta::days(14));
        row.answered_at = days.map(|days| sent + TimeDelta::days(days.into()));
        row.answer_days = days;
        row.answered_in_time = days.map(|days| days <= 14);
        world.put(row).await;
        if index == 2 {
            let few = nobody.send(STATISTICS, ask.clone()).await.root().clone();
            assert_eq!((&few["suppressed"], &few["submitted"]), (&json!(true), &Value::Null));
            assert_eq!((&few["onTimeRate"], &few["medianDays"]), (&Value::Null, &Value::Null));
            for person in [&admin, &liaison] {
                let all = person.send(STATISTICS, ask.clone()).await.root().clone();
                assert_eq!((&all["suppressed"], &all["submitted"]), (&json!(false), &json!(4)));
            }
        }
    }
    let all = nobody.send(STATISTICS, ask.clone()).await.root().clone();
    let right = json!({ "suppressed": false, "submitted": 7, "answered": 5, "due": 5, "onTime": 3,
        "lapsed": 1, "onTimeRate": 6_000, "medianDays": 3, "lapseRate": 1_428,
        "definitionVersion": "responsiveness-1" });
    assert_eq!(all, right);
    let window = with(ask.clone(), json!({ "since": now - TimeDelta::days(3) }));
    assert_eq!(nobody.send(STATISTICS, window.clone()).await.code(), "BAD_USER_INPUT");
    assert_eq!(admin.send(STATISTICS, window).await.root()["submitted"], 1);
    let none = json!({ "id": cast.ott.to_string() });
    let none = admin.send(STATISTICS, none).await.root().clone();
    assert_eq!(
        (&none["submitted"], &none["onTimeRate"], &none["medianDays"]),
        (&json!(0), &Value::Null, &Value::Null)
    );
    for other in [cast.company.to_string(), "org_0".to_owned()] {
        assert!(nobody.send(STATISTICS, json!({ "id": other })).await.root().is_null());
    }
    let wrong = with(ask, json!({ "since": now, "until": now }));
    assert_eq!(nobody.send(STATISTICS, wrong).await.code(), "BAD_USER_INPUT");
}

/// Whoever works for a reward can trust that it stays.
async fn a_challenge_stands_until_its_deadline(world: &World) {
    let stage = stage(world).await;
    let Stage { cast, officer, member, .. } = &stage;
    let mut need = records::need(cast, NeedStatus::Published, world.now());
    (need.kind, need.reward_minor, need.reward_currency) =
        (NeedType::Challenge, Some(10_000_000), Some("MXN".into()));
    world.put(need.clone()).await;
    let id = need.id.to_string();
    stage.sent(officer, with(stage.of_office(), json!({ "need": id }))).await;
    for verb in ["withdrawNeed", "closeNeed", "closeNeedForInterest", "fulfilNeed"] {
        assert_eq!(member.need(verb, input(verb, &id)).await.outcome(), "ILLEGAL_STATE", "{verb}");
    }
    world.events().await;
    world.pass(TimeDelta::days(366));
    run_due(&world.service).await.unwrap();
    world.events().await;
    let told = json!({ "id": id, "expectedVersion": 2, "reason": "OTHER", "note": "Terminó" });
    assert_eq!(member.need("closeNeed", told).await.outcome(), "DONE");
    assert_eq!(world.events().await, ["NEED_CLOSED"]);
}

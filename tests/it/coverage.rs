//! No door is forgotten: every root field has been tried by nobody and by a
//! stranger, and everything in the schema is described.

use std::collections::BTreeSet;

use entity::{
    AgreementStatus, AgreementType, CapabilityStatus, ConsentId, ConsentPurpose, DisclosureLevel,
    InterestDirection, InterestStatus, IpLegalStatus, MatchId, MatchStatus, NeedStatus,
    OfferStatus, PersonId, ProgrammeStatus, ProjectStatus, Role, consent, document::RecordId,
    match_,
};
use serde_json::{Value, json};
use tests::{World, records};

use crate::{
    assimilation, bulk_imports, exports, machines, memberships, needs, offers, policy, programmes,
    projects, saved_searches, webhooks,
};

tests::stories!(
    every_query_by_nobody_and_a_stranger,
    every_mutation_by_nobody_and_a_stranger,
    every_subscription_by_nobody_and_a_stranger,
);

async fn root_fields(world: &World, of: &str) -> BTreeSet<String> {
    let operation = format!("{{ __schema {{ {of} {{ fields {{ name }} }} }} }}");
    let answer = world.nobody().send(&operation, json!({})).await;
    let fields = answer.root()[of]["fields"].as_array().expect("fields").clone();
    fields.iter().map(|field| field["name"].as_str().unwrap().to_owned()).collect()
}

async fn every_query_by_nobody_and_a_stranger(world: &World) {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::OnHold).await;
    let offer = world.offer(&cast, OfferStatus::Draft).await;
    let pair = records::suggestion(&need, &offer);
    world.put(pair.clone()).await;
    let interest = records::interest(
        &need,
        &offer,
        InterestDirection::OfferToNeed,
        InterestStatus::Submitted,
        world.now(),
    );
    world.put(interest.clone()).await;
    let kind = AgreementType::ExclusiveLicence;
    let row = records::agreement(&interest, kind, AgreementStatus::Active, world.now());
    world.agree(&row).await;
    // Not public yet, and its office's alone.
    let asset = world.asset(&cast, IpLegalStatus::Filed).await.id.to_string();
    let able = world.capability(&cast, CapabilityStatus::Draft).await.id.to_string();
    let owner = world.person(Role::MemberUser, cast.other_company).await;
    let search = saved_searches::saved(&owner, json!({ "kind": "NEED" })).await;
    assert_eq!(world.events().await, ["SEARCH_SAVED"]);
    let search = search["id"].as_str().unwrap();
    let machine = records::api_client(cast.chamber, Role::Service, world.now());
    world.put(machine.clone()).await;
    let machine = machine.id.to_string();
    let job = records::bulk_job(owner.id.unwrap(), world.now());
    world.put(job.clone()).await;
    let job = job.id.to_string();
    let webhook = records::webhook_endpoint(cast.chamber, world.now());
    world.put(webhook.clone()).await;
    let webhook = webhook.id.to_string();
    let project = records::project(&cast, ProjectStatus::Active, world.now());
    world.project(&project).await;
    let project = project.project.id.to_string();
    let held = memberships::of(world, &owner).await.id.to_string();
    let invited = records::invitation(cast.chamber, Role::ChamberLiaison, world.now());
    world.put(invited.clone()).await;
    let invited = invited.id.to_string();
    let (interest, agreement) = (interest.id.to_string(), row.id.to_string());
    let (need, offer, pair) = (need.id.to_string(), offer.id.to_string(), pair.id.to_string());
    let company = cast.company.to_string();
    // What each answers, to nobody and to a stranger alike; a code where it is refused to each.
    let shown = |value: Value| (value.clone(), value);
    let tried = [
        (
            "viewer",
            "{ viewer { isNetworkMember grants { role } } }".to_owned(),
            shown(json!({ "isNetworkMember": false, "grants": [] })),
        ),
        ("node", format!("{{ node(id: \"{need}\") {{ id }} }}"), shown(Value::Null)),
        (
            "nodes",
            format!("{{ nodes(ids: [\"{need}\", \"{offer}\"]) {{ id }} }}"),
            shown(json!([null, null])),
        ),
        (
            "organization",
            format!(
                "{{ organization(id: \"{company}\") {{ disclosureLevel rfc email \
            workers affiliations {{ memberNo }} }} }}"
            ),
            shown(json!({ "disclosureLevel": "PUBLIC_BLIND", "rfc": null, "email": null,
                "workers": null, "affiliations": null })),
        ),
        (
            "organizations",
            "{ organizations(filter: { kind: COMPANY }) { nodes { rfc telephone } } }".to_owned(),
            shown(json!({ "nodes": [{ "rfc": null, "telephone": null },
                { "rfc": null, "telephone": null }, { "rfc": null, "telephone": null }] })),
        ),
        ("need", format!("{{ need(id: \"{need}\") {{ id }} }}"), shown(Value::Null)),
        (
            "needs",
            "{ needs { totalCount nodes { id } } }".to_owned(),
            shown(json!({ "totalCount": 0, "nodes": [] })),
        ),
        (
            "needCounts",
            "{ needCounts(by: [STATUS, CHAMBER]) { count status chamber { name } } }".to_owned(),
            shown(json!([])),
        ),
        ("offer", format!("{{ offer(id: \"{offer}\") {{ id }} }}"), shown(Value::Null)),
        (
            "offers",
            "{ offers { totalCount nodes { id } } }".to_owned(),
            shown(json!({ "totalCount": 0, "nodes": [] })),
        ),
        (
            "previewMatches",
            "{ previewMatches(input: {}) { matches { score } } }".to_owned(),
            (json!("UNAUTHENTICATED"), json!("FORBIDDEN")),
        ),
        ("match", format!("{{ match(id: \"{pair}\") {{ id }} }}"), shown(Value::Null)),
        (
            "matches",
            "{ matches { totalCount nodes { id } } }".to_owned(),
            (json!("UNAUTHENTICATED"), json!("FORBIDDEN")),
        ),
        (
            "matchCounts",
            "{ matchCounts(by: [STATUS]) { count } }".to_owned(),
            (json!("UNAUTHENTICATED"), json!("FORBIDDEN")),
        ),
        ("interest", format!("{{ interest(id: \"{interest}\") {{ id }} }}"), shown(Value::Null)),
        (
            "interests",
            "{ interests { totalCount nodes { id } } }".to_owned(),
            (json!("UNAUTHENTICATED"), json!("FORBIDDEN")),
        ),
        (
            "interestCounts",
            "{ interestCounts(by: [STATUS]) { count } }".to_owned(),
            (json!("UNAUTHENTICATED"), json!("FORBIDDEN")),
        ),
        ("agreement", format!("{{ agreement(id: \"{agreement}\") {{ id }} }}"), shown(Value::Null)),
        (
            "agreements",
            "{ agreements { totalCount nodes { id } } }".to_owned(),
            (json!("UNAUTHENTICATED"), json!("FORBIDDEN")),
        ),
        (
            "agreementCounts",
            "{ agreementCounts(by: [TYPE]) { count } }".to_owned(),
            (json!("UNAUTHENTICATED"), json!("FORBIDDEN")),
        ),
        ("project", format!("{{ project(id: \"{project}\") {{ id }} }}"), shown(Value::Null)),
        (
            "projects",
            "{ projects { totalCount nodes { id } } }".to_owned(),
            (json!("UNAUTHENTICATED"), json!("FORBIDDEN")),
        ),
        ("programme", "{ programme(id: \"programme_0\") { id } }".to_owned(), shown(Value::Null)),
        (
            "programmes",
            "{ programmes { totalCount nodes { id } } }".to_owned(),
            shown(json!({ "totalCount": 0, "nodes": [] })),
        ),
        ("ipAsset", format!("{{ ipAsset(id: \"{asset}\") {{ id }} }}"), shown(Value::Null)),
        (
            "ipAssets",
            "{ ipAssets { totalCount nodes { id } } }".to_owned(),
            shown(json!({ "totalCount": 0, "nodes": [] })),
        ),
        (
            "dormantAssets",
            "{ dormantAssets { totalCount nodes { id } } }".to_owned(),
            (json!("UNAUTHENTICATED"), json!("FORBIDDEN")),
        ),
        ("capability", format!("{{ capability(id: \"{able}\") {{ id }} }}"), shown(Value::Null)),
        (
            "capabilities",
            "{ capabilities { totalCount nodes { id } } }".to_owned(),
            shown(json!({ "totalCount": 0, "nodes": [] })),
        ),
        (
            "capabilityMap",
            format!(
                "{{ capabilityMap(sector: \"327\", chamber: \"{}\") {{ needs }} }}",
                cast.chamber
            ),
            shown(json!([])),
        ),
        ("ipTerms", "{ ipTerms { figure } }".to_owned(), shown(json!("everybody"))),
        (
            "assimilationCrosswalk",
            "{ assimilationCrosswalk { area } }".to_owned(),
            shown(json!("everybody")),
        ),
        (
            "savedSearch",
            format!("{{ savedSearch(id: \"{search}\") {{ id }} }}"),
            shown(Value::Null),
        ),
        ("bulkJob", format!("{{ bulkJob(id: \"{job}\") {{ id }} }}"), shown(Value::Null)),
        (
            "bulkJobs",
            "{ bulkJobs { totalCount nodes { id } } }".to_owned(),
            (json!("UNAUTHENTICATED"), json!("FORBIDDEN")),
        ),
        ("apiClient", format!("{{ apiClient(id: \"{machine}\") {{ id }} }}"), shown(Value::Null)),
        (
            "apiClients",
            "{ apiClients { totalCount nodes { id } } }".to_owned(),
            (json!("UNAUTHENTICATED"), json!("FORBIDDEN")),
        ),
        ("membership", format!("{{ membership(id: \"{held}\") {{ id }} }}"), shown(Value::Null)),
        (
            "memberships",
            "{ memberships { totalCount nodes { id } } }".to_owned(),
            (json!("UNAUTHENTICATED"), json!({ "totalCount": 0, "nodes": [] })),
        ),
        ("invitation", format!("{{ invitation(id: \"{invited}\") {{ id }} }}"), shown(Value::Null)),
        (
            "invitations",
            "{ invitations { totalCount nodes { id } } }".to_owned(),
            (json!("UNAUTHENTICATED"), json!("FORBIDDEN")),
        ),
        (
            "webhookEndpoint",
            format!("{{ webhookEndpoint(id: \"{webhook}\") {{ id }} }}"),
            shown(Value::Null),
        ),
        (
            "webhookEndpoints",
            "{ webhookEndpoints { totalCount nodes { id } } }".to_owned(),
            (json!("UNAUTHENTICATED"), json!("FORBIDDEN")),
        ),
        (
            "matchFeedback",
            "{ matchFeedback { totalCount } }".to_owned(),
            (json!("UNAUTHENTICATED"), json!("FORBIDDEN")),
        ),
        (
            "disclosures",
            "{ disclosures { totalCount nodes { id } } }".to_owned(),
            (json!("UNAUTHENTICATED"), json!("FORBIDDEN")),
        ),
        (
            "responseStatistics",
            format!(
                "{{ responseStatistics(intermediary: \"{}\") {{ suppressed submitted onTimeRate }} }}",
                cast.chamber
            ),
            shown(json!({ "suppressed": true, "submitted": null, "onTimeRate": null })),
        ),
        (
            "search",
            "{ search(text: \"hornos calor\") { totalCount edges { score } } }".to_owned(),
            shown(json!({ "totalCount": 0, "edges": [] })),
        ),
        ("codeLists", "{ codeLists { name } }".to_owned(), shown(json!("everybody"))),
        (
            "code",
            "{ code(list: \"sdg\", code: \"9\") { code } }".to_owned(),
            shown(json!({ "code": "9" })),
        ),
        (
            "codes",
            "{ codes(list: \"sdg\", first: 1) { nodes { code } } }".to_owned(),
            shown(json!({ "nodes": [{ "code": "1" }] })),
        ),
    ];
    let names = tried.iter().map(|(name, ..)| (*name).to_owned()).collect();
    assert_eq!(root_fields(world, "queryType").await, names, "a query that nobody has tried");
    let (nobody, stranger) = (world.nobody(), world.stranger().await);
    for (name, operation, (to_nobody, to_stranger)) in tried {
        for (person, right) in [(&nobody, to_nobody), (&stranger, to_stranger)] {
            let answer = person.send(&operation, json!({})).await;
            match right.as_str() {
                Some("everybody") => drop(answer.data()),
                Some(code) => assert_eq!(answer.code(), code, "{name}"),
                None => assert_eq!(*answer.root(), right, "{name}"),
            }
        }
    }
}

async fn every_mutation_by_nobody_and_a_stranger(world: &World) {
    let cast = world.cast().await;
    let consent = ConsentId::new(world.now());
    world
        .put(consent::Model {
            id: consent,
            organization_id: cast.company,
            purpose: ConsentPurpose::Publication,
            granted_by: PersonId::new(world.now()),
            granted_at: world.now(),
            expires_at: None,
            withdrawn_at: None,
        })
        .await;
    let (need, offer) = (
        world.need(&cast, NeedStatus::Published).await,
        world.offer(&cast, OfferStatus::Published).await,
    );
    let pair = records::suggestion(&need, &offer);
    let interest = records::interest(
        &need,
        &offer,
        InterestDirection::OfferToNeed,
        InterestStatus::Submitted,
        world.now(),
    );
    world.put(interest.clone()).await;
    let kind = AgreementType::MutualNda;
    let row = records::agreement(&interest, kind, AgreementStatus::Active, world.now());
    world.agree(&row).await;
    let project = records::project(&cast, ProjectStatus::Active, world.now());
    world.project(&project).await;
    let programme = records::programme(&cast, ProgrammeStatus::Open, world.now());
    world.put(programme.clone()).await;
    let programme = programme.id.to_string();
    let (project, said) = (project.project.id.to_string(), project.outcomes[0].id.to_string());
    let (interest, agreement) = (interest.id.to_string(), row.id.to_string());
    let file = |level| records::document(RecordId::Need(need.id), level, world.now());
    let public_file = file(DisclosureLevel::PublicBlind);
    let sealed_file = file(DisclosureLevel::Confidential);
    world.put(public_file.clone()).await;
    world.put(sealed_file.clone()).await;
    let (public_file, sealed_file) = (public_file.id.to_string(), sealed_file.id.to_string());
    let (need, offer) = (need.id.to_string(), offer.id.to_string());
    let other_need = world.need(&cast, NeedStatus::Published).await;
    let hidden_pair = match_::Model {
        id: MatchId::new(world.now()),
        need_id: other_need.id,
        status: MatchStatus::Dismissed,
        ..pair.clone()
    };
    world.put(pair.clone()).await;
    world.put(hidden_pair.clone()).await;
    let (pair, hidden_pair) = (pair.id.to_string(), hidden_pair.id.to_string());
    let hidden_need = world.need(&cast, NeedStatus::InReview).await.id.to_string();
    let hidden_offer = world.offer(&cast, OfferStatus::InReview).await.id.to_string();
    let public_able = world.capability(&cast, CapabilityStatus::Published).await.id.to_string();
    let hidden_able = world.capability(&cast, CapabilityStatus::Paused).await.id.to_string();
    let public_asset = world.asset(&cast, IpLegalStatus::GrantedInForce).await.id.to_string();
    let hidden_asset = world.asset(&cast, IpLegalStatus::Filed).await.id.to_string();
    let assessed = records::assessment(cast.company, cast.chamber, 2, world.now());
    world.put(assessed.clone()).await;
    let owner = world.person(Role::MemberUser, cast.other_company).await;
    let search = saved_searches::saved(&owner, json!({ "kind": "NEED" })).await;
    assert_eq!(world.events().await, ["SEARCH_SAVED"]);
    let machine = records::api_client(cast.chamber, Role::Service, world.now());
    world.put(machine.clone()).await;
    let machine = machine.id.to_string();
    let job = records::bulk_job(owner.id.unwrap(), world.now());
    world.put(job.clone()).await;
    let job = job.id.to_string();
    let webhook = records::webhook_endpoint(cast.chamber, world.now());
    world.put(webhook.clone()).await;
    let (letter, attempt) = records::webhook_delivery(&webhook, world.now());
    world.put(letter.clone()).await;
    world.put(attempt).await;
    let (webhook, letter) = (webhook.id.to_string(), letter.id.to_string());
    let colleague = world.person(Role::ChamberLiaison, cast.chamber).await;
    let held = memberships::of(world, &colleague).await.id.to_string();
    let invited = records::invitation(cast.chamber, Role::ChamberLiaison, world.now());
    world.put(invited.clone()).await;
    let invited = invited.id.to_string();
    let (nobody, stranger) = (world.nobody(), world.stranger().await);
    // Somebody of the network who is no party is as much a stranger.
    let member = world.person(Role::MemberUser, cast.other_company).await;
    for verb in root_fields(world, "mutationType").await {
        let company = json!({ "company": cast.company.to_string() });
        let ott = json!({ "ott": cast.ott.to_string() });
        for (person, to_them) in
            [(&nobody, "UNAUTHENTICATED"), (&stranger, "FORBIDDEN"), (&member, "FORBIDDEN")]
        {
            let outcomes = match verb.as_str() {
                // Whoever belongs to the network saves searches; nobody knows of another's.
                "saveSearch" if person.id == member.id => Vec::new(),
                "saveSearch" => {
                    let input = json!({ "kind": "NEED", "name": "Todas" });
                    vec![(saved_searches::done(person, &verb, input).await, to_them)]
                }
                verb if verb.contains("Search") => {
                    let input = saved_searches::input(verb, &search);
                    vec![(saved_searches::done(person, verb, input).await, "NOT_FOUND")]
                }
                "inviteMember" => {
                    let input = memberships::new(cast.chamber, "CHAMBER_LIAISON");
                    vec![(memberships::done(person, &verb, input).await, to_them)]
                }
                "acceptInvitation" => {
                    let input = json!({ "code": "vinv_unknown", "name": "Nadie" });
                    let right = if person.id.is_some() { "NOT_FOUND input.code" } else { to_them };
                    vec![(memberships::done(person, &verb, input).await, right)]
                }
                // Who looks after people there alone knows of them.
                "withdrawInvitation" => {
                    let input = json!({ "id": invited });
                    vec![(memberships::done(person, &verb, input).await, "NOT_FOUND")]
                }
                "changeMembership" | "endMembership" => {
                    let more = match verb.as_str() {
                        "endMembership" => json!({ "note": "Porque sí" }),
                        _ => json!({ "until": null }),
                    };
                    let input = json!({ "id": held, "expectedVersion": 1 });
                    let input = needs::with(input, more);
                    vec![(memberships::done(person, &verb, input).await, "NOT_FOUND")]
                }
                "leaveOrganization" => {
                    let input = json!({ "organization": cast.chamber.to_string() });
                    let right = if person.id.is_some() { "NOT_FOUND" } else { to_them };
                    vec![(memberships::done(person, &verb, input).await, right)]
                }
                // Each corrects what is held about themselves.
                "correctPersonalData" => {
                    let input = json!({ "expectedVersion": 7, "name": "Nadie" });
                    let right = if person.id.is_some() {
                        "STALE_OBJECT input.expectedVersion"
                    } else {
                        to_them
                    };
                    vec![(memberships::done(person, &verb, input).await, right)]
                }
                "erasePerson" => {
                    let input = json!({ "person": colleague.id, "reason": "Porque sí" });
                    let right = if person.id.is_some() { "NOT_FOUND" } else { to_them };
                    vec![(memberships::done(person, &verb, input).await, right)]
                }
                // Whoever belongs to the network exports what they read; nobody knows of another's job.
                "bulkExportStart" if person.id == member.id => Vec::new(),
                "bulkExportStart" => {
                    let input = json!({ "query": "{ needs { nodes { id } } }", "format": "CSV" });
                    vec![(exports::start(person, input).await, to_them)]
                }
                "bulkImportStart" => {
                    let input =
                        json!({ "what": "NEEDS", "organization": cast.chamber, "format": "CSV" });
                    vec![(bulk_imports::start(person, input).await, to_them)]
                }
                "bulkJobCancel" => vec![(exports::cancel(person, &job).await, "NOT_FOUND")],
                "createApiClient" => {
                    let input = machines::new(cast.chamber, "SERVICE", &["READ_NETWORK"]);
                    vec![(machines::done(person, &verb, input).await, to_them)]
                }
                // Who lets machines in alone knows of them.
                verb if verb.contains("ApiClient") => {
                    let input = json!({ "id": machine, "expectedVersion": 1 });
                    vec![(machines::done(person, verb, input).await, "NOT_FOUND")]
                }
                "createWebhookEndpoint" => {
                    let input = webhooks::new(cast.chamber, "https://here.test");
                    vec![(webhooks::done(person, &verb, input).await, to_them)]
                }
                // Who gives addresses alone knows of them.
                verb if verb.contains("Webhook") => {
                    let input = webhooks::input(verb, &webhook, &letter, world.now());
                    vec![(webhooks::done(person, verb, input).await, "NOT_FOUND")]
                }
                "grantConsent" => {
                    let ask = "mutation($input: GrantConsentInput!) { grantConsent(input: $input) \
                        { userErrors { code } } }";
                    let input = json!({ "organization": cast.company.to_string(),
                        "purpose": "PUBLICATION" });
                    vec![(person.send(ask, json!({ "input": input })).await, to_them)]
                }
                "withdrawConsent" => {
                    let ask = "mutation($id: ID!) { withdrawConsent(id: $id) \
                        { userErrors { code } } }";
                    let id = json!({ "id": consent.to_string() });
                    vec![(person.send(ask, id).await, "NOT_FOUND")]
                }
                "recordAssessment" => {
                    let of = |kind: &str, chamber: Value| {
                        assimilation::input(
                            cast.company,
                            json!({ "kind": kind, "chamber": chamber }),
                        )
                    };
                    let chamber = json!(cast.chamber.to_string());
                    vec![
                        (
                            assimilation::record(person, of("SELF_ASSESSED", Value::Null)).await,
                            to_them,
                        ),
                        (assimilation::record(person, of("AUDITED", chamber)).await, to_them),
                    ]
                }
                "withdrawAssessment" => {
                    vec![(assimilation::withdraw(person, &json!(assessed.id)).await, "NOT_FOUND")]
                }
                // It is done to an interest, which is for its parties alone.
                "overrideEligibility" => {
                    vec![(
                        person.interest(&verb, policy::input(&verb, &interest)).await,
                        "NOT_FOUND",
                    )]
                }
                "draftNeed" => {
                    let input = needs::with(needs::text(), company.clone());
                    vec![(person.need(&verb, input).await, to_them)]
                }
                "draftOffer" => {
                    let input = needs::with(offers::text(), ott.clone());
                    vec![(person.offer(&verb, input).await, to_them)]
                }
                "proposeMatch" => {
                    let both = |need: &str, offer: &str| json!({ "need": need, "offer": offer });
                    let fresh = other_need.id.to_string();
                    vec![
                        (person.matched(&verb, both(&fresh, &offer)).await, to_them),
                        (
                            person.matched(&verb, both(&hidden_need, &offer)).await,
                            "NOT_FOUND input.need",
                        ),
                        (
                            person.matched(&verb, both(&need, &hidden_offer)).await,
                            "NOT_FOUND input.offer",
                        ),
                    ]
                }
                "draftInterest" => {
                    let between = |from: String, need: &str| json!({ "direction": "OFFER_TO_NEED", "from": from, "need": need });
                    vec![
                        (
                            person.interest(&verb, between(cast.ott.to_string(), &need)).await,
                            to_them,
                        ),
                        (
                            person
                                .interest(&verb, between(cast.ott.to_string(), &hidden_need))
                                .await,
                            if person.id.is_some() { "NOT_FOUND input.need" } else { to_them },
                        ),
                    ]
                }
                "draftAgreement" => {
                    let party = |id: String| json!({ "organization": id, "role": "PARTNER" });
                    let input = json!({ "from": cast.ott.to_string(), "type": "MUTUAL_NDA",
                        "title": { "es": "Convenio" },
                        "parties": [party(cast.ott.to_string()), party(cast.company.to_string())] });
                    vec![(person.agreement(&verb, input).await, to_them)]
                }
                "proposeProject" => {
                    let leads = json!({ "organization": cast.ott.to_string(), "role": "LEADER" });
                    let input = json!({ "from": cast.ott.to_string(), "type": "PILOT",
                        "title": { "es": "Piloto" }, "consortium": [leads] });
                    vec![(person.project(&verb, input).await, to_them)]
                }
                "announceProgramme" => {
                    let input = json!({ "by": cast.chamber.to_string(), "kind": "FUND",
                        "title": { "es": "Fondo" }, "opensOn": "2026-03-02" });
                    vec![(person.programme(&verb, input).await, to_them)]
                }
                verb if verb == "decideApplication"
                    || verb.contains("Programme") && verb != "applyToProgramme" =>
                {
                    let more = programmes::more(verb, &project);
                    let input = needs::with(policy::input(verb, &programme), more);
                    vec![(person.programme(verb, input).await, to_them)]
                }
                // A project is for its partners alone: nobody else knows of it.
                verb if [
                    "Project",
                    "ProjectAgreement",
                    "Funding",
                    "Risks",
                    "Milestone",
                    "Outcome",
                    "Programme",
                    "Application",
                ]
                .iter()
                .any(|end| verb.ends_with(end)) =>
                {
                    let input = needs::with(
                        policy::input(verb, &project),
                        projects::more(verb, &cast, &said, &agreement),
                    );
                    vec![(person.project(verb, input).await, "NOT_FOUND")]
                }
                // An agreement is for its parties alone: nobody else knows of it.
                verb if ["Agreement", "Confidant", "Commitment"]
                    .iter()
                    .any(|end| verb.ends_with(end)) =>
                {
                    let party = json!({ "party": cast.ott.to_string() });
                    let more = match verb {
                        "approveAgreement" => party,
                        "signAgreement" => needs::with(party, json!({ "sha256": row.sha256 })),
                        "nameConfidant" => needs::with(party, json!({ "person": "person_0" })),
                        "removeConfidant" => json!({ "person": "person_0" }),
                        "startCommitment" => json!({ "number": 1 }),
                        "keepCommitment" | "dropCommitment" => {
                            json!({ "number": 1, "evidence": { "es": "Acta" } })
                        }
                        _ => json!({}),
                    };
                    let input = needs::with(policy::input(verb, &agreement), more);
                    vec![(person.agreement(verb, input).await, "NOT_FOUND")]
                }
                "draftCapability" => {
                    let input = json!({ "title": { "es": "Algo" } });
                    let input = needs::with(input, ott.clone());
                    vec![(person.capability(&verb, input).await, to_them)]
                }
                verb if verb.ends_with("Capability") => {
                    let note = json!({ "note": "Por esto" });
                    let noted = ["pauseCapability", "retireCapability"].contains(&verb);
                    let input = |id: &str| {
                        let input = json!({ "id": id, "expectedVersion": 1 });
                        if noted { needs::with(input, note.clone()) } else { input }
                    };
                    vec![
                        (person.capability(verb, input(&public_able)).await, to_them),
                        (person.capability(verb, input(&hidden_able)).await, "NOT_FOUND"),
                    ]
                }
                "recordIpAsset" => {
                    let input = json!({ "figure": "PATENT", "title": { "es": "Algo" } });
                    vec![(person.asset(&verb, needs::with(input, ott.clone())).await, to_them)]
                }
                verb if verb.contains("Ip") => {
                    let more = match verb {
                        "recordIpEvent" => json!({ "kind": "FEE_PAID", "on": "2026-03-01",
                            "paidUntil": "2031-05-10" }),
                        "removeIpEvent" => json!({ "event": "ipevent_0" }),
                        "marketIpAsset" => json!({ "status": "WITHDRAWN" }),
                        "decideIpFee" => json!({ "decision": "KEEP" }),
                        _ => json!({ "trl": 7 }),
                    };
                    let input = |id: &str| {
                        let input = json!({ "id": id, "expectedVersion": 1 });
                        needs::with(input, more.clone())
                    };
                    vec![
                        (person.asset(verb, input(&public_asset)).await, to_them),
                        (person.asset(verb, input(&hidden_asset)).await, "NOT_FOUND"),
                    ]
                }
                "sendMessage" => {
                    vec![(person.write(&interest, "NETWORK", "Buen día").await, "NOT_FOUND")]
                }
                "markMessagesRead" => {
                    vec![(person.mark_read(&interest, "message_0").await, "NOT_FOUND")]
                }
                "attachDocument" => vec![
                    (person.attach(&need, "CONFIDENTIAL", "a.pdf", b"%PDF").await, to_them),
                    (
                        person.attach(&hidden_need, "CONFIDENTIAL", "a.pdf", b"%PDF").await,
                        "NOT_FOUND",
                    ),
                    (person.attach(&interest, "INTRODUCED", "a.pdf", b"%PDF").await, "NOT_FOUND"),
                    (person.attach("org_1", "INTRODUCED", "a.pdf", b"%PDF").await, "NOT_FOUND"),
                ],
                "removeDocument" => vec![
                    (person.remove_document(&public_file).await, to_them),
                    (person.remove_document(&sealed_file).await, "NOT_FOUND"),
                ],
                // An expression of interest is for its parties alone: nobody else knows of it.
                verb if verb.contains("Interest") && !verb.contains("ForInterest") => {
                    vec![(person.interest(verb, policy::input(verb, &interest)).await, "NOT_FOUND")]
                }
                verb if verb.contains("Match") => vec![
                    (
                        person.matched(verb, policy::input(verb, &pair)).await,
                        match to_them {
                            // A match is for members: others do not know of it.
                            "FORBIDDEN" if person.grants.is_empty() => "NOT_FOUND",
                            "UNAUTHENTICATED" => "NOT_FOUND",
                            other => other,
                        },
                    ),
                    (person.matched(verb, policy::input(verb, &hidden_pair)).await, "NOT_FOUND"),
                ],
                verb if verb.contains("Need") => vec![
                    (person.need(verb, policy::input(verb, &need)).await, to_them),
                    (person.need(verb, policy::input(verb, &hidden_need)).await, "NOT_FOUND"),
                ],
                verb if verb.contains("Offer") => vec![
                    (person.offer(verb, policy::input(verb, &offer)).await, to_them),
                    (person.offer(verb, policy::input(verb, &hidden_offer)).await, "NOT_FOUND"),
                ],
                verb => panic!("a mutation that nobody has tried: {verb}"),
            };
            for (answer, right) in outcomes {
                assert_eq!(answer.outcome(), right, "{verb} {person:?}");
            }
        }
    }
}

const EVERYTHING: &str = "{ __schema { types { kind name description \
    fields(includeDeprecated: true) { name description type { kind } args { name description } } \
    inputFields { name description } \
    enumValues(includeDeprecated: true) { name description } } } }";

async fn every_subscription_by_nobody_and_a_stranger(world: &World) {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::Published).await.id.to_string();
    let (nobody, stranger) = (world.nobody(), world.stranger().await);
    let matches = format!("(needId: \"{need}\")");
    // What is for everybody, and what is for members.
    let tried = [
        ("needPublished", "", true),
        ("offerPublished", "", true),
        ("matchFound", matches.as_str(), false),
        ("interestChanged", "", false),
        ("messagePosted", "", false),
        ("agreementChanged", "", false),
        ("projectChanged", "", false),
        ("inboxChanged", "", false),
    ];
    let names = tried.iter().map(|(name, ..)| (*name).to_owned()).collect();
    let root = root_fields(world, "subscriptionType").await;
    assert_eq!(root, names, "a subscription that nobody has tried");
    let door = world.door(|_| ());
    for (person, code) in [(&nobody, "UNAUTHENTICATED"), (&stranger, "FORBIDDEN")] {
        let mut socket = door.socket(person.token().as_deref()).await;
        let mut open = 0;
        for (name, arguments, is_public) in &tried {
            let operation = format!("subscription {{ {name}{arguments} {{ resync cursor }} }}");
            socket.subscribe(name, &operation, json!({})).await;
            if *is_public {
                open += 1;
                world.subscribed(open).await;
            } else {
                assert_eq!(socket.refused(name).await, [code], "{name}");
            }
        }
        drop(socket);
        world.subscribed(0).await;
    }
}

#[test]
fn everything_is_described() {
    let schema = api::schema::build();
    let answer =
        futures_util::FutureExt::now_or_never(schema.execute(EVERYTHING)).expect("at once");
    let answer = answer.data.into_json().expect("json");
    let mut mute = Vec::new();
    let mut count = 0;
    let mut look = |path: String, thing: &Value| {
        count += 1;
        if thing["description"].as_str().is_none_or(|text| text.trim().is_empty()) {
            mute.push(path);
        }
    };
    let mut unsaid = Vec::new();
    for kind in answer["__schema"]["types"].as_array().expect("types") {
        let name = kind["name"].as_str().expect("a name");
        if name.starts_with("__") {
            continue;
        }
        let made = ["PageInfo", "Edge", "Connection"].iter().any(|end| name.ends_with(end));
        // The framework describes neither of these, and gives us no way to.
        if name != "ID" && !name.ends_with("Connection") {
            look(name.to_owned(), kind);
        }
        for list in ["fields", "inputFields", "enumValues"] {
            for thing in kind[list].as_array().into_iter().flatten() {
                let path = format!("{name}.{}", thing["name"].as_str().expect("a name"));
                look(path.clone(), thing);
                for arg in thing["args"].as_array().into_iter().flatten() {
                    // The one argument of our mutations is the input, whose fields say everything.
                    if !(name == "Mutation" && arg["name"] == "input") {
                        look(format!("{path}({})", arg["name"].as_str().expect("a name")), arg);
                    }
                }
                let text = thing["description"].as_str().unwrap_or_default();
                // What is read from a column; an object may also be null because it failed.
                let kind = thing["type"]["kind"].as_str().unwrap_or_default();
                let nullable = list == "fields" && ["SCALAR", "ENUM", "LIST"].contains(&kind);
                let told_above = name == "InnovationReadiness";
                if nullable && !made && !told_above && !text.contains("ull ") {
                    unsaid.push(format!("{path} does not say when it is null"));
                }
                if name == "Mutation" && !text.contains("For ") {
                    unsaid.push(format!("{path} does not say for whom it is"));
                }
            }
        }
    }
    assert!(count > 500, "that is not the schema");
    assert_eq!(mute, [""; 0], "not described");
    assert_eq!(unsaid, [""; 0]);
}

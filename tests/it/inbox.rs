//! The inbox: what waits for whom, until when, oldest first.

use std::collections::BTreeSet;

use api::{
    clockwork::run_due,
    event::Event,
    policy::{
        AGREEMENTS_WAIT, INTERESTS_WAIT, NEEDS_WAIT, OFFERS_WAIT, PROJECTS_WAIT, ProjectParts,
        Resource, Viewer, agreement_waits, interest_waits, ip_asset_waits, need_waits, offer_waits,
        project_waits,
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    AgreementStatus, AgreementType, ConsentPurpose, EventId, InboxKind, InterestDirection,
    InterestParty, InterestStatus, IpFeeDecision, IpLegalStatus, MessageId, NeedId, NeedStatus,
    NeedType, OfferStatus, OutcomeStatus, PersonId, ProjectStatus, Role, agreement,
    agreement_party, event, interest, ip_asset, message, need, offer,
};
use sea_orm::{ActiveEnum, ActiveValue::Set, DatabaseBackend, EntityTrait, Iterable};
use serde_json::{Value, json};
use tests::{Cast, Person, World, records};

use crate::policy::input;

tests::stories!(
    an_inbox_holds_what_the_rule_says,
    an_interest_goes_from_inbox_to_inbox,
    who_is_late_is_shown_to_those_above,
    needs_and_offers_wait,
    an_inbox_has_pages,
    nobody_has_none_and_a_stranger_an_empty_one,
    an_inbox_is_one_statement,
);

const INBOX: &str = "{ viewer { inbox(first: 100) { totalCount pageInfo { hasNextPage } nodes { kind \
    record since until escalated need { id } offer { id } interest { id } agreement { id } ipAsset { id } project { id } savedSearch { id } } } } }";

async fn inbox(person: &Person<'_>) -> Vec<Value> {
    let page = person.send(INBOX, json!({})).await.root()["inbox"].clone();
    let items = page["nodes"].as_array().unwrap().clone();
    assert_eq!(
        (&page["totalCount"], &page["pageInfo"]["hasNextPage"]),
        (&json!(items.len()), &json!(false))
    );
    let since: Vec<_> = items.iter().map(|item| moment(&item["since"])).collect();
    assert!(since.is_sorted(), "oldest first: {since:?}");
    items
}

/// What waits for somebody, in a word each.
async fn kinds(person: &Person<'_>) -> Vec<String> {
    inbox(person).await.iter().map(|item| item["kind"].as_str().unwrap().to_owned()).collect()
}

fn moment(value: &Value) -> DateTime<Utc> {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("{value}"))
}

async fn wrote(world: &World, event: &Event, actor: Option<PersonId>) {
    let row = event::ActiveModel {
        id: Set(EventId::new(world.now())),
        kind: Set(event.kind()),
        actor_id: Set(actor),
        subject: Set(event.subject()),
        body: Set(json!(event)),
        happened_at: Set(world.now()),
        ..Default::default()
    };
    event::Entity::insert(row).exec_without_returning(world.db().write()).await.unwrap();
}

#[test]
fn what_waits_can_be_done() {
    for (kind, status, action) in NEEDS_WAIT {
        assert!(action.from().contains(status), "{kind:?}");
    }
    for (kind, status, action) in OFFERS_WAIT {
        assert!(action.from().contains(status), "{kind:?}");
    }
    for (kind, from, action) in AGREEMENTS_WAIT {
        assert!(from.iter().all(|status| action.from().contains(status)), "{kind:?}");
    }
    for (kind, from, action) in PROJECTS_WAIT {
        assert!(from.iter().all(|status| action.from().contains(status)), "{kind:?}");
    }
    for (kind, from, action) in INTERESTS_WAIT {
        assert!(from.iter().all(|status| action.from().contains(status)), "{kind:?}");
    }
}

/// Records in every status, some of them at the end of their time.
struct Records {
    needs: Vec<need::Model>,
    offers: Vec<offer::Model>,
    interests: Vec<interest::Model>,
    agreements: Vec<(agreement::Model, Vec<agreement_party::Model>)>,
    assets: Vec<ip_asset::Model>,
    projects: Vec<records::ProjectRows>,
}

async fn records(world: &World, cast: &Cast) -> Records {
    let (mut needs, mut offers, mut interests) = (Vec::new(), Vec::new(), Vec::new());
    for (warned, renewals) in [(false, 0), (true, 0), (true, 1)] {
        let at = warned.then(|| world.now());
        for status in NeedStatus::iter() {
            world.pass(TimeDelta::seconds(1));
            let row = records::need(cast, status, world.now());
            needs.push(need::Model { expiry_warned_at: at, renewals, ..row });
        }
        for status in OfferStatus::iter() {
            world.pass(TimeDelta::seconds(1));
            let row = records::offer(cast, status, world.now());
            offers.push(offer::Model { expiry_warned_at: at, renewals, ..row });
        }
    }
    // Of another company, in another region, and one that two companies share.
    for (company, region, delegation) in
        [(cast.ally, cast.south, cast.southern), (cast.company, cast.north, cast.northern)]
    {
        for status in [NeedStatus::InReview, NeedStatus::Returned] {
            let row = records::need(cast, status, world.now());
            let (region_id, delegation_id) = (Some(region), Some(delegation));
            let shared_by = [cast.other_company].iter().collect();
            needs.push(need::Model {
                company_id: company,
                region_id,
                delegation_id,
                shared_by,
                ..row
            });
        }
    }
    for row in &needs {
        world.put(row.clone()).await;
    }
    for row in &offers {
        world.put(row.clone()).await;
    }
    let (published, offered) = (
        world.need(cast, NeedStatus::Published).await,
        world.offer(cast, OfferStatus::Published).await,
    );
    for direction in InterestDirection::iter() {
        for status in InterestStatus::iter() {
            world.pass(TimeDelta::seconds(1));
            let row = records::interest(&published, &offered, direction, status, world.now());
            world.put(row.clone()).await;
            interests.push(row);
        }
    }
    for (row, (party, level)) in interests
        .iter()
        .zip(InterestParty::iter().cycle().zip(entity::DisclosureLevel::iter().cycle()))
    {
        let id = MessageId::new(world.now());
        let (interest_id, sent_at) = (row.id, world.now());
        let body = "Buen día".to_owned();
        world
            .put(message::Model { id, interest_id, author_id: None, party, level, body, sent_at })
            .await;
    }
    // Agreements about nothing else here, in which one party did its part, or has something due.
    let of = records::interest(
        &published,
        &offered,
        InterestDirection::OfferToNeed,
        InterestStatus::ClosedNoDeal,
        world.now(),
    );
    world.put(of.clone()).await;
    interests.push(of.clone());
    let mut agreements = Vec::new();
    for status in AgreementStatus::iter() {
        for (acted, due) in [(None, None), (Some(0), Some(3)), (Some(1), Some(30))] {
            world.pass(TimeDelta::seconds(1));
            let row = records::agreement(&of, AgreementType::MutualNda, status, world.now());
            let mut parties = records::parties(&row);
            if let Some(place) = acted {
                let party: &mut agreement_party::Model = &mut parties[place];
                (party.approved_at, party.signed_at) = (Some(world.now()), Some(world.now()));
            }
            parties[1].next_due_at = due.map(|days| world.now() + TimeDelta::days(days));
            world.put(row.clone()).await;
            for party in &parties {
                world.put(party.clone()).await;
            }
            agreements.push((row, parties));
        }
    }
    needs.push(published);
    offers.push(offered);
    // One office was asked about two fees and answered one; nobody asked the other office.
    let mut assets = Vec::new();
    for ott in [cast.ott, cast.other_ott] {
        let (asked, _) = records::ip_asset(cast, IpLegalStatus::GrantedInForce, world.now());
        let (quiet, _) = records::ip_asset(cast, IpLegalStatus::GrantedInForce, world.now());
        let (done, _) = records::ip_asset(cast, IpLegalStatus::GrantedInForce, world.now());
        for row in [
            asked,
            ip_asset::Model { fee_asked_at: None, ..quiet },
            ip_asset::Model { fee_decision: Some(IpFeeDecision::LetLapse), ..done },
        ] {
            let fee_asked_at = row.fee_asked_at.filter(|_| ott == cast.ott);
            assets.push(ip_asset::Model { ott_id: ott, fee_asked_at, ..row });
        }
    }
    for row in &assets {
        world.put(row.clone()).await;
    }
    // Projects in which something was done, for each thing one without it.
    let mut projects = Vec::new();
    for status in ProjectStatus::iter() {
        for variant in 0..5 {
            world.pass(TimeDelta::seconds(1));
            let mut rows = records::project(cast, status, world.now());
            let due = |days| (world.now() + TimeDelta::days(days)).date_naive();
            rows.milestones[1].due_on = due(14);
            rows.milestones[3].due_on = due(if variant == 0 { 14 } else { 15 });
            match variant {
                1 => {
                    rows.partners[2].accepted_at = None;
                    rows.milestones[6].leader_accepted_at = Some(world.now());
                    rows.outcomes[0].status = OutcomeStatus::Validated;
                }
                2 => {
                    rows.partners[1].approved_at = Some(world.now());
                    rows.partners[1].closed_at = Some(world.now());
                    rows.milestones[6].office_accepted_at = Some(world.now());
                    rows.outcomes[0].status = OutcomeStatus::Validated;
                }
                3 => {
                    rows.partners[1].declined_at = Some(world.now());
                    rows.partners[1].accepted_at = None;
                    rows.project.partners = [cast.company, cast.chamber].iter().collect();
                    rows.outcomes[0].recorded_by_id = cast.chamber;
                }
                4 => {
                    rows.project.proposed_by_id = cast.company;
                    rows.outcomes[0].status = OutcomeStatus::Refused;
                }
                _ => {}
            }
            world.project(&rows).await;
            projects.push(rows);
        }
    }
    Records { needs, offers, interests, agreements, assets, projects }
}

/// What waits for a viewer, by the rules for rows in hand.
fn right(
    viewer: &Viewer,
    all: &Records,
    written: &[NeedId],
    represented: bool,
) -> BTreeSet<(String, String)> {
    let needs = all.needs.iter().filter_map(|row| {
        Some((need_waits(viewer, row, written.contains(&row.id))?, row.id.to_string()))
    });
    let offers = all
        .offers
        .iter()
        .filter_map(|row| Some((offer_waits(viewer, row, false)?, row.id.to_string())));
    let interests = all.interests.iter().filter_map(|row| {
        Some((interest_waits(viewer, row, represented, false)?, row.id.to_string()))
    });
    let agreements = all.agreements.iter().filter_map(|(row, parties)| {
        Some((agreement_waits(viewer, row, parties, false)?, row.id.to_string()))
    });
    let assets = all
        .assets
        .iter()
        .filter_map(|row| Some((ip_asset_waits(viewer, row)?, row.id.to_string())));
    let projects = all.projects.iter().flat_map(|rows| {
        let parts = ProjectParts {
            partners: rows.partners.clone(),
            milestones: rows.milestones.clone(),
            outcomes: rows.outcomes.clone(),
        };
        let kinds = project_waits(viewer, &rows.project, &parts, false).into_iter();
        // What is not theirs to know does not wait.
        let known = rows.project.level(viewer).is_some();
        kinds.filter(move |_| known).map(|kind| (kind, rows.project.id.to_string()))
    });
    let found = needs.chain(offers).chain(interests).chain(agreements).chain(assets);
    let found = found.chain(projects);
    found.map(|(kind, record)| (kind.to_value(), record)).collect()
}

async fn an_inbox_holds_what_the_rule_says(world: &World) {
    let cast = world.cast().await;
    let all = records(world, &cast).await;
    let in_review = all.needs.iter().find(|row| row.status == NeedStatus::InReview).unwrap().id;
    let (mut items, mut kept, mut kinds) = (0, 0, BTreeSet::new());
    for represented in [false, true] {
        if represented {
            let purpose = ConsentPurpose::Representation;
            world.put(records::consent(cast.company, purpose, world.now())).await;
        }
        for (name, person) in cast.people(world).await {
            if person.id.is_none() {
                assert_eq!(person.send(INBOX, json!({})).await.root()["inbox"], Value::Null);
                continue;
            }
            // Of one of the needs each of them has written something.
            wrote(world, &Event::NeedRevised { need: in_review }, person.id).await;
            let viewer = person.viewer();
            let mut right = right(&viewer, &all, &[in_review], represented);
            if viewer.is_member() {
                let unread = "{ interests(first: 100) { nodes { id unreadMessages } } }";
                let unread = person.send(unread, json!({})).await.root()["nodes"].clone();
                for node in unread.as_array().unwrap() {
                    if node["unreadMessages"] != 0 {
                        let id = node["id"].as_str().unwrap().to_owned();
                        right.insert(("MESSAGES_TO_READ".to_owned(), id));
                    }
                }
            }
            // Each of them saved two searches; one found a need that everybody may read, and one of
            // somebody else found it too.
            let owner = person.id.unwrap();
            let need = all.needs.iter().find(|row| row.status == NeedStatus::Published).unwrap();
            for (owner, has_found) in
                [(owner, true), (owner, false), (PersonId::new(world.now()), true)]
            {
                let search = records::saved_search(owner, world.now());
                world.put(search.clone()).await;
                if has_found {
                    world.put(records::search_find(&search, need.id, world.now())).await;
                }
                if has_found && Some(owner) == viewer.person && viewer.is_member() {
                    right.insert(("SEARCH_FOUND".to_owned(), search.id.to_string()));
                }
            }
            let found = inbox(&person).await;
            let listed: Vec<_> = found
                .iter()
                .map(|item| {
                    let text = |field: &str| item[field].as_str().unwrap().to_owned();
                    (text("kind"), text("record"))
                })
                .collect();
            let set: BTreeSet<_> = listed.iter().cloned().collect();
            assert_eq!(set.len(), listed.len(), "{name}: nothing twice");
            assert_eq!(set, right, "{name}");
            for item in &found {
                // What waits is there to be read, and nothing else stands beside it.
                let nouns =
                    ["need", "offer", "interest", "agreement", "ipAsset", "project", "savedSearch"]
                        .map(|noun| item[noun]["id"].clone());
                let there: Vec<_> = nouns.iter().filter(|id| !id.is_null()).collect();
                assert_eq!(there, [&item["record"]], "{name}");
            }
            items += found.len();
            kept += all.needs.len() + all.offers.len() + all.interests.len() + all.agreements.len();
            kept -= found.len();
            kinds.extend(set.into_iter().map(|(kind, _)| kind));
        }
    }
    println!("inboxes: {items} items of {} kinds, {kept} that do not wait", kinds.len());
    let every: BTreeSet<_> = InboxKind::iter().map(|kind| kind.to_value()).collect();
    assert_eq!(kinds, every, "of everything that can wait, something waited");
    world.events().await;
}

async fn an_interest_goes_from_inbox_to_inbox(world: &World) {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::Published).await;
    let offer = world.offer(&cast, OfferStatus::Published).await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    let south = world.person_within(Role::ChamberLiaison, cast.chamber, &[cast.south]).await;
    let admin = world.person(Role::NetworkAdmin, cast.network).await;
    let (from, status) = (InterestDirection::OfferToNeed, InterestStatus::Draft);
    let row = records::interest(&need, &offer, from, status, world.now());
    world.put(row.clone()).await;
    let id = row.id.to_string();
    let [m, l, o] = [&member, &liaison, &officer];
    let people = [("member", m), ("liaison", l), ("officer", o)];
    let steps = [
        (None, [None, None, Some("INTEREST_TO_SEND")]),
        (Some((o, "submitInterest")), [None, Some("INTEREST_TO_TAKE_OVER"), None]),
        (Some((l, "takeOverInterest")), [None, Some("INTEREST_TO_FORWARD"), None]),
        (Some((l, "requestInterestInformation")), [None, None, Some("INTEREST_TO_EXPLAIN")]),
        (Some((o, "provideInterestInformation")), [None, Some("INTEREST_TO_TAKE_OVER"), None]),
        (Some((l, "takeOverInterest")), [None, Some("INTEREST_TO_FORWARD"), None]),
        (Some((l, "forwardInterest")), [Some("INTEREST_TO_ANSWER"), None, None]),
        (
            Some((m, "acceptInterest")),
            [None, Some("INTEREST_TO_EVALUATE"), Some("INTEREST_TO_EVALUATE")],
        ),
        (
            Some((o, "evaluateInterest")),
            [None, Some("INTEREST_TO_NEGOTIATE"), Some("INTEREST_TO_NEGOTIATE")],
        ),
        (Some((l, "negotiateInterest")), [None, None, None]),
    ];
    for (version, (step, waits)) in (0..).zip(steps) {
        let mut after = world.now();
        if let Some((person, verb)) = step {
            world.pass(TimeDelta::hours(1));
            after = world.now();
            let mut input = input(verb, &id);
            input["expectedVersion"] = json!(version);
            assert_eq!(person.interest(verb, input).await.outcome(), "DONE", "{verb}");
            // What is done later to something else changes nothing here.
            world.pass(TimeDelta::hours(1));
        }
        let until = officer
            .send("query($id: ID!) { interest(id: $id) { respondBy } }", json!({ "id": id }));
        let until = until.await.root()["respondBy"].clone();
        for ((name, person), kind) in people.iter().zip(waits) {
            let found = inbox(person).await;
            let told: Vec<_> = found.iter().map(|item| item["kind"].as_str().unwrap()).collect();
            assert_eq!(told, kind.into_iter().collect::<Vec<_>>(), "{name} after {version}");
            if let Some(item) = found.first() {
                assert_eq!(moment(&item["since"]), after, "{name} after {version}");
                assert_eq!(item["until"], until, "{name} after {version}");
                assert_eq!((&item["record"], &item["escalated"]), (&json!(id), &json!(false)));
            }
        }
        for person in [&south, &admin] {
            assert_eq!(kinds(person).await, [""; 0]);
        }
    }
    // What somebody writes waits for the others, until one of them has read it.
    let message = officer.write(&id, "INTRODUCED", "¿Cuándo empezamos?").await;
    let message = message.root()["message"]["id"].as_str().unwrap().to_owned();
    assert_eq!(kinds(&officer).await, [""; 0]);
    for person in [&member, &liaison] {
        assert_eq!(kinds(person).await, ["MESSAGES_TO_READ"]);
        assert_eq!(person.mark_read(&id, &message).await.outcome(), "DONE");
        assert_eq!(kinds(person).await, [""; 0]);
    }
    assert_eq!(world.events().await.len(), 9 + 3);
}

async fn who_is_late_is_shown_to_those_above(world: &World) {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::Published).await;
    let offer = world.offer(&cast, OfferStatus::Published).await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let manager = world.person(Role::OttManager, cast.ott).await;
    let sent = world.now();
    for direction in InterestDirection::iter() {
        let status = InterestStatus::Submitted;
        world.put(records::interest(&need, &offer, direction, status, sent)).await;
    }
    for person in [&admin, &manager] {
        assert_eq!(inbox(person).await[0]["escalated"], false);
    }
    world.pass(TimeDelta::days(8));
    assert_eq!(run_due(&world.service).await.unwrap(), 2);
    assert_eq!(world.events().await, ["INTEREST_ESCALATED"; 2]);
    for person in [&admin, &manager] {
        let found = inbox(person).await;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0]["kind"], "INTEREST_TO_TAKE_OVER");
        assert_eq!(found[0]["escalated"], true);
        assert_eq!(moment(&found[0]["until"]), sent + TimeDelta::days(14));
    }
    // Asked for more, it comes back as new: nobody is late yet.
    let id = inbox(&manager).await[0]["record"].as_str().unwrap().to_owned();
    let member = world.person(Role::MemberUser, cast.company).await;
    let steps = [
        (&manager, "takeOverInterest"),
        (&manager, "requestInterestInformation"),
        (&member, "provideInterestInformation"),
    ];
    for (version, (person, verb)) in (2..).zip(steps) {
        let mut input = input(verb, &id);
        input["expectedVersion"] = json!(version);
        assert_eq!(person.interest(verb, input).await.outcome(), "DONE", "{verb}");
    }
    let found = inbox(&manager).await;
    assert_eq!(
        (&found[0]["kind"], &found[0]["escalated"]),
        (&json!("INTEREST_TO_TAKE_OVER"), &json!(false))
    );
    assert_eq!(moment(&found[0]["since"]), world.now());
    assert_eq!(world.events().await.len(), 3);
}

async fn needs_and_offers_wait(world: &World) {
    let cast = world.cast().await;
    world.put(records::consent(cast.company, ConsentPurpose::Publication, world.now())).await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let north = world.person_within(Role::ChamberLiaison, cast.chamber, &[cast.north]).await;
    let south = world.person_within(Role::ChamberLiaison, cast.chamber, &[cast.south]).await;
    let chief = world.person(Role::ChamberAdmin, cast.chamber).await;
    let other = world.person(Role::ChamberAdmin, cast.other_chamber).await;
    let company = json!({ "company": cast.company.to_string() });
    let draft = crate::needs::with(crate::needs::text(), company);
    // The liaison writes it: others of the chamber look at it.
    let need = liaison.need("draftNeed", draft).await.root()["need"]["id"].clone();
    let id = need.as_str().unwrap();
    assert_eq!(kinds(&liaison).await, [""; 0], "a draft waits for nobody");
    let done = async |person: &Person<'_>, verb: &str, version: i32| {
        world.pass(TimeDelta::hours(1));
        let mut input = input(verb, id);
        input["expectedVersion"] = json!(version);
        assert_eq!(person.need(verb, input).await.outcome(), "DONE", "{verb}");
        world.now()
    };
    let submitted = done(&liaison, "submitNeed", 1).await;
    for (person, waits) in [
        (&liaison, false),
        (&north, true),
        (&south, false),
        (&chief, true),
        (&other, false),
        (&member, false),
    ] {
        let found = inbox(person).await;
        assert_eq!(found.len(), usize::from(waits));
        if waits {
            assert_eq!((&found[0]["kind"], &found[0]["record"]), (&json!("NEED_TO_REVIEW"), &need));
            assert_eq!((moment(&found[0]["since"]), &found[0]["until"]), (submitted, &Value::Null));
        }
    }
    let returned = done(&north, "returnNeed", 2).await;
    world.pass(TimeDelta::hours(1));
    let revise = json!({ "id": id, "expectedVersion": 3, "summary": { "es": "Calor de hornos para secar" } });
    let revised = member.need("reviseNeed", revise).await;
    assert_eq!(revised.outcome(), "DONE", "{:#}", revised.body);
    for (person, waits) in
        [(&liaison, true), (&north, true), (&member, true), (&chief, false), (&south, false)]
    {
        let found = inbox(person).await;
        assert_eq!(found.len(), usize::from(waits));
        if waits {
            assert_eq!(found[0]["kind"], "NEED_TO_REVISE");
            assert_eq!(moment(&found[0]["since"]), returned, "work on it does not make it younger");
        }
    }
    done(&member, "submitNeed", 4).await;
    assert_eq!(kinds(&north).await, ["NEED_TO_REVIEW"]);
    done(&north, "publishNeed", 5).await;
    for person in [&member, &liaison, &north, &chief] {
        assert_eq!(kinds(person).await, [""; 0]);
    }
    // Near its end it waits for whoever can renew it.
    world.pass(TimeDelta::days(355));
    run_due(&world.service).await.unwrap();
    // A research request ends with its call: nobody is asked to renew it.
    let call = need::Model {
        kind: NeedType::RdRequest,
        expiry_warned_at: Some(world.now()),
        ..records::need(&cast, NeedStatus::Published, world.now())
    };
    world.put(call).await;
    let found = inbox(&north).await;
    assert_eq!((found.len(), &found[0]["kind"]), (1, &json!("NEED_TO_RENEW")));
    assert_eq!(moment(&found[0]["since"]), world.now());
    assert!(moment(&found[0]["until"]) > world.now());
    assert_eq!(
        (kinds(&member).await, kinds(&chief).await),
        (Vec::new(), vec!["NEED_TO_RENEW".to_owned()])
    );
    done(&north, "renewNeed", 6).await;
    assert_eq!(kinds(&north).await, [""; 0]);
    // Offers: the manager reviews, not what they wrote themselves.
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    let manager = world.person(Role::OttManager, cast.ott).await;
    let author = world.person(Role::OttManager, cast.ott).await;
    let offer = world.offer(&cast, OfferStatus::InReview).await;
    wrote(world, &Event::OfferDrafted { offer: offer.id }, author.id).await;
    for (person, waits) in [(&manager, true), (&author, false), (&officer, false)] {
        assert_eq!(inbox(person).await.len(), usize::from(waits));
    }
    let back = input("returnOffer", &offer.id.to_string());
    assert_eq!(manager.offer("returnOffer", back).await.outcome(), "DONE");
    for person in [&manager, &author, &officer] {
        assert_eq!(kinds(person).await, ["OFFER_TO_REVISE"]);
    }
    assert!(world.events().await.len() > 8);
}

async fn an_inbox_has_pages(world: &World) {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::Published).await;
    let offer = world.offer(&cast, OfferStatus::Published).await;
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    // At one moment, so that only the record and what it waits for tell them apart.
    for _ in 0..3 {
        let (from, status) = (InterestDirection::NeedToOffer, InterestStatus::Submitted);
        let row = records::interest(&need, &offer, from, status, world.now());
        world.put(row.clone()).await;
        world
            .put(message::Model {
                id: MessageId::new(world.now()),
                interest_id: row.id,
                author_id: None,
                party: InterestParty::Company,
                level: entity::DisclosureLevel::PublicBlind,
                body: "Buen día".to_owned(),
                sent_at: world.now(),
            })
            .await;
    }
    let whole = inbox(&officer).await;
    assert_eq!(whole.len(), 6);
    for size in [1, 2, 4] {
        for (way, from, edge, more) in [
            ("first", "after", "endCursor", "hasNextPage"),
            ("last", "before", "startCursor", "hasPreviousPage"),
        ] {
            let (mut pages, mut place): (Vec<Vec<Value>>, String) = Default::default();
            loop {
                let ask = format!(
                    "{{ viewer {{ inbox({way}: {size} {place}) {{ totalCount nodes {{ kind record }} \
                    pageInfo {{ startCursor endCursor hasNextPage hasPreviousPage }} }} }} }}"
                );
                let page = officer.send(&ask, json!({})).await.root()["inbox"].clone();
                assert_eq!(page["totalCount"], 6, "pages do not change the total");
                pages.push(page["nodes"].as_array().unwrap().clone());
                if page["pageInfo"][more] == false {
                    break;
                }
                place = format!("{from}: {}", page["pageInfo"][edge]);
            }
            if way == "last" {
                pages.reverse();
            }
            let right: Vec<_> = whole
                .iter()
                .map(|item| json!({ "kind": item["kind"], "record": item["record"] }))
                .collect();
            assert_eq!(pages.concat(), right, "{way}: {size}");
        }
    }
    let of = "{ viewer { inbox(kind: [MESSAGES_TO_READ]) { totalCount nodes { kind } edges { cursor } } } }";
    let read = officer.send(of, json!({})).await.root()["inbox"].clone();
    assert_eq!(read["totalCount"], 3);
    assert!(
        read["nodes"].as_array().unwrap().iter().all(|item| item["kind"] == "MESSAGES_TO_READ")
    );
    // A cursor is of one filter; a page has a size.
    let elsewhere =
        format!("{{ viewer {{ inbox(after: {}) {{ totalCount }} }} }}", read["edges"][0]["cursor"]);
    for wrong in [elsewhere.as_str(), "{ viewer { inbox(first: 101) { totalCount } } }"] {
        assert_eq!(officer.send(wrong, json!({})).await.code(), "BAD_USER_INPUT", "{wrong}");
    }
}

async fn nobody_has_none_and_a_stranger_an_empty_one(world: &World) {
    let cast = world.cast().await;
    records(world, &cast).await;
    let nobody = world.nobody().send(INBOX, json!({})).await;
    assert_eq!(nobody.root()["inbox"], Value::Null);
    for person in [
        world.stranger().await,
        world.person(Role::MemberUser, cast.other_company).await,
        world.person(Role::OttManager, cast.other_ott).await,
        world.person(Role::NetworkAdmin, cast.network).await,
        world.person(Role::Analyst, cast.network).await,
    ] {
        assert_eq!(inbox(&person).await, [Value::Null; 0]);
    }
}

async fn an_inbox_is_one_statement(world: &World) {
    let cast = world.cast().await;
    records(world, &cast).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let manager = world.person(Role::OttManager, cast.ott).await;
    let member = world.person(Role::MemberUser, cast.company).await;
    for person in [&liaison, &manager, &member] {
        for (ask, statements) in [
            ("{ viewer { inbox { nodes { kind record since until escalated } } } }", 1),
            ("{ viewer { inbox { totalCount } } }", 1),
            (
                "{ viewer { inbox { totalCount nodes { kind need { title chamber { name } } offer { title } \
                interest { folio need { title } ott { name } } agreement { title } } } } }",
                2,
            ),
            (
                "{ viewer { inbox { nodes { interest { messages(first: 1) { nodes { text } } } } } } }",
                2,
            ),
        ] {
            world.statements();
            person.send(ask, json!({})).await.data();
            let sent = world.statements();
            assert_eq!(sent.len(), statements, "{ask}: {sent:#?}");
            for sql in &sent {
                let whole = read_whole(world, sql).await;
                assert_eq!(whole, [""; 0], "{ask}: {sql}");
            }
        }
    }
}

/// The records' tables that a statement reads from one end to the other.
async fn read_whole(world: &World, sql: &str) -> Vec<String> {
    let tables = [
        "need",
        "offer",
        "interest",
        "message",
        "event",
        "message_read",
        "saved_search",
        "search_find",
        "agreement",
        "agreement_party",
        "consent",
        "document",
        "ip_asset",
    ];
    let mut read = Vec::new();
    if world.db().backend() == DatabaseBackend::Postgres {
        scanned(&crate::plans::postgres_plan(world, sql).await, &mut read);
    } else {
        let steps = crate::plans::sqlite_plan(world, sql).await;
        let scans = steps.iter().filter_map(|step| step.strip_prefix("SCAN "));
        read.extend(scans.filter_map(|rest| rest.split(' ').next()).map(ToOwned::to_owned));
    }
    read.retain(|table| tables.contains(&table.as_str()));
    read
}

fn scanned(step: &Value, read: &mut Vec<String>) {
    if step["Node Type"] == "Seq Scan" {
        read.push(step["Relation Name"].as_str().unwrap_or_default().to_owned());
    }
    for below in step["Plans"].as_array().into_iter().flatten() {
        scanned(below, read);
    }
}

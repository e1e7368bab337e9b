//! Intellectual property: what follows from what happened to it, what lies dormant, and what
//! wakes it.

use api::{
    clockwork::run_due,
    import::{self, Format, Options},
    policy::{IpAssetAction, Resource},
};
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    AgreementPartyRole, AgreementStatus, AgreementType, DisclosureLevel, InterestDirection,
    InterestStatus, IpCommercialStatus, IpFigure, IpLegalStatus, NeedStatus, OfferStatus, Role,
    agreement, interest, ip_asset, ip_event, need, offer,
};
use futures_util::future::join;
use sea_orm::{ActiveEnum, EntityTrait, Iterable, PaginatorTrait};
use serde_json::{Value, json};
use tests::{ASSET, Cast, Person, World, records};

use crate::needs::with;

tests::stories!(
    a_patent_goes_its_way,
    what_cannot_have_happened_is_refused,
    fees_fall_due_by_themselves,
    what_is_told_late_sets_things_right,
    a_design_is_renewed_or_lapses,
    dormant_is_what_nobody_uses,
    an_agreement_rescues_what_was_dormant,
    the_strongest_agreement_says_what_is_done_with_it,
    a_rescue_is_judged_by_the_day_on_which_it_was_taken_up,
    what_is_secret_is_for_whoever_is_confided,
    the_network_knows_what_is_public_and_listed,
    every_verb_of_ip_assets_by_everybody_in_every_status,
    assets_show_what_the_rules_show,
    a_portfolio_is_imported_again_and_again,
    a_page_costs_what_a_list_page_costs,
);

/// Somebody of each role of the office.
async fn office<'w>(world: &'w World, cast: &Cast) -> (Person<'w>, Person<'w>) {
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    (officer, world.person(Role::OttManager, cast.ott).await)
}

/// A need on the network of which matching has heard.
pub(crate) async fn heard(world: &World, cast: &Cast) -> need::Model {
    let need = world.need(cast, NeedStatus::Published).await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let version = |version: i32| json!({ "id": need.id.to_string(), "expectedVersion": version });
    let hold = with(version(1), json!({ "note": "Un momento" }));
    assert_eq!(member.need("holdNeed", hold).await.outcome(), "DONE");
    assert_eq!(member.need("resumeNeed", version(2)).await.outcome(), "DONE");
    world.settled().await;
    world.service.catch_up().await.unwrap();
    world.events().await;
    need
}

fn at(asset: &Value, more: Value) -> Value {
    with(json!({ "id": asset["id"], "expectedVersion": asset["version"] }), more)
}

/// The asset after a verb that went well.
async fn after(person: &Person<'_>, verb: &str, before: &Value, more: Value) -> Value {
    let done = person.asset(verb, at(before, more)).await;
    assert_eq!(done.outcome(), "DONE", "{verb}: {:#}", done.body);
    done.root()["ipAsset"].clone()
}

async fn recorded(person: &Person<'_>, cast: &Cast, more: Value) -> Value {
    let input = json!({ "ott": cast.ott.to_string(), "figure": "PATENT",
        "title": { "es": "Espuma cerámica para hornos" },
        "summary": { "es": "Recupera el calor de hornos de túnel" }, "scian": ["327"], "trl": 6 });
    let done = person.asset("recordIpAsset", with(input, more)).await;
    assert_eq!(done.outcome(), "DONE", "{:#}", done.body);
    done.root()["ipAsset"].clone()
}

async fn read(person: &Person<'_>, id: &Value) -> Value {
    let ask = format!("query($id: ID!) {{ ipAsset(id: $id) {{ {ASSET} }} }}");
    person.send(&ask, json!({ "id": id })).await.root().clone()
}

async fn a_patent_goes_its_way(world: &World) {
    let cast = world.cast().await;
    let (officer, manager) = office(world, &cast).await;
    let owners = json!({ "owners": [
        { "organization": cast.ott.to_string(), "shareBp": 6_667 },
        { "organization": cast.company.to_string(), "shareBp": 3_333 } ],
        "inventors": [{ "name": "Ana Inventora", "shareBp": 10_000 }] });
    let mut asset = recorded(&officer, &cast, owners).await;
    assert!(asset["folio"].as_str().unwrap().starts_with("PI-2026-"), "{asset:#}");
    assert_eq!(asset["legalStatus"], "IN_PREPARATION");
    assert_eq!(
        asset["owners"][1],
        json!({ "shareBp": 3_333,
        "organization": { "id": cast.company.to_string() } })
    );
    for (kind, on, status) in [
        ("FILED", "2012-05-10", "FILED"),
        ("SUBSTANTIVE_EXAMINATION_STARTED", "2014-01-15", "SUBSTANTIVE_EXAMINATION"),
        ("GRANTED", "2016-03-01", "GRANTED_IN_FORCE"),
    ] {
        asset = after(&officer, "recordIpEvent", &asset, json!({ "kind": kind, "on": on })).await;
        assert_eq!(asset["legalStatus"], status);
    }
    // What happened earlier can be told later.
    let earlier = json!({ "kind": "PUBLISHED", "on": "2013-11-10", "note": "Gaceta de noviembre" });
    asset = after(&officer, "recordIpEvent", &asset, earlier).await;
    assert_eq!(
        (&asset["publishedOn"], &asset["legalStatus"], &asset["legalSince"]),
        (&json!("2013-11-10"), &json!("GRANTED_IN_FORCE"), &json!("2016-03-01"))
    );
    assert_eq!(asset["expiresOn"], "2032-05-10");
    assert_eq!(asset["nextFeeDueOn"], Value::Null);
    let paid = json!({ "kind": "FEE_PAID", "on": "2026-01-08", "paidUntil": "2031-05-10" });
    asset = after(&officer, "recordIpEvent", &asset, paid).await;
    assert_eq!(asset["nextFeeDueOn"], "2031-05-10");
    let kinds: Vec<_> =
        asset["legalEvents"].as_array().unwrap().iter().map(|event| &event["kind"]).collect();
    assert_eq!(
        kinds,
        ["FILED", "PUBLISHED", "SUBSTANTIVE_EXAMINATION_STARTED", "GRANTED", "FEE_PAID"]
    );
    assert_eq!(asset["legalEvents"][1]["note"], "Gaceta de noviembre");
    assert_eq!(asset["legalEvents"][1]["recordedBy"], json!(officer.id.unwrap().to_string()));

    // A mistake is taken back by a manager, unless something depends on it; it stays on record.
    let event = |place: usize| json!({ "event": asset["legalEvents"][place]["id"] });
    let hers = officer.asset("removeIpEvent", at(&asset, event(4))).await;
    assert_eq!(hers.outcome(), "FORBIDDEN");
    let first = manager.asset("removeIpEvent", at(&asset, event(0))).await;
    assert_eq!(first.outcome(), "ILLEGAL_STATE input.event", "it was filed before it was granted");
    let back = after(&manager, "removeIpEvent", &asset, event(4)).await;
    assert_eq!(
        (&back["nextFeeDueOn"], back["legalEvents"].as_array().unwrap().len()),
        (&Value::Null, 4)
    );
    assert_eq!(ip_event::Entity::find().count(world.db().read()).await.unwrap(), 5);
    let again = manager.asset("removeIpEvent", at(&back, event(4))).await;
    assert_eq!(again.outcome(), "NOT_FOUND input.event");
    // What is done with it is told by its office, and kept as its history.
    let sold = json!({ "status": "EXPLOITED_BY_OWNER", "note": "Línea propia desde marzo" });
    let sold = after(&officer, "marketIpAsset", &back, sold).await;
    assert_eq!(sold["commercialStatus"], "EXPLOITED_BY_OWNER");
    let again =
        officer.asset("marketIpAsset", at(&sold, json!({ "status": "EXPLOITED_BY_OWNER" })));
    assert_eq!(again.await.outcome(), "DUPLICATE input.status");
    let steps: Vec<_> = sold["history"].as_array().unwrap().iter().map(|s| &s["to"]).collect();
    assert_eq!(steps, ["NOT_OFFERED", "EXPLOITED_BY_OWNER"]);
    let ask = "query($id: ID!) { ipAsset(id: $id) { timeline { nodes { kind } } } }";
    let told = officer.send(ask, json!({ "id": sold["id"] })).await.root().clone();
    let told: Vec<_> =
        told["timeline"]["nodes"].as_array().unwrap().iter().map(|e| &e["kind"]).collect();
    let mut right = vec!["IP_ASSET_RECORDED"];
    right.extend(["IP_EVENT_RECORDED"; 5]);
    right.extend(["IP_EVENT_REMOVED", "IP_ASSET_MARKETED"]);
    assert_eq!(told, right);
    world.events().await;
}

async fn what_cannot_have_happened_is_refused(world: &World) {
    let cast = world.cast().await;
    let (officer, manager) = office(world, &cast).await;
    let record = async |more: Value| {
        let input =
            json!({ "ott": cast.ott.to_string(), "figure": "PATENT", "title": { "es": "Algo" } });
        officer.asset("recordIpAsset", with(input, more)).await.outcome()
    };
    let filed = json!({ "kind": "FILED", "on": "2020-01-10" });
    let ended = world.offer(&cast, OfferStatus::Retired).await.id.to_string();
    let theirs = offer::Model {
        ott_id: cast.other_ott,
        ..records::offer(&cast, OfferStatus::Published, world.now())
    };
    world.put(theirs.clone()).await;
    let share = |bp: i32| json!({ "organization": cast.ott.to_string(), "shareBp": bp });
    for (more, right) in [
        (json!({ "figure": null }), "REQUIRED input.figure"),
        (json!({ "title": null }), "REQUIRED input.title"),
        (json!({ "ott": cast.company.to_string() }), "FORBIDDEN"),
        (json!({ "ott": cast.other_ott.to_string() }), "FORBIDDEN"),
        (json!({ "trl": 10 }), "INVALID input.trl"),
        (json!({ "scian": ["99999"] }), "INVALID input.scian"),
        (json!({ "owners": [share(9_999)] }), "INVALID input.owners"),
        (
            json!({ "owners": [share(5_000), share(5_000)] }),
            "DUPLICATE input.owners.1.organization",
        ),
        (
            json!({ "owners": [{ "organization": "org_0", "shareBp": 10_000 }] }),
            "NOT_FOUND input.owners.0.organization",
        ),
        (
            json!({ "inventors": [{ "name": " ", "shareBp": 10_000 }] }),
            "REQUIRED input.inventors.0.name",
        ),
        (json!({ "offer": ended }), "ILLEGAL_STATE input.offer"),
        (json!({ "offer": theirs.id.to_string() }), "NOT_FOUND input.offer"),
        (
            json!({ "events": [{ "kind": "GRANTED", "on": "2020-01-10" }] }),
            "ILLEGAL_STATE input.events.0.kind",
        ),
        (
            json!({ "events": [filed, { "kind": "GRANTED", "on": "2026-03-03" }] }),
            "INVALID input.events.1.on",
        ),
        (
            json!({ "events": [filed, { "kind": "FEE_PAID", "on": "2021-01-10" }] }),
            "REQUIRED input.events.1.paidUntil",
        ),
        (
            json!({ "events": [{ "kind": "FILED", "on": "2020-01-10", "paidUntil": "2021-01-10" }] }),
            "INVALID input.events.0.paidUntil",
        ),
        (
            json!({ "events": [filed, { "kind": "FEE_PAID", "on": "2021-01-10", "paidUntil": "2040-01-11" }] }),
            "INVALID input.events.1.paidUntil",
        ),
        (
            json!({ "figure": "TRADE_SECRET", "events": [filed] }),
            "ILLEGAL_STATE input.events.0.kind",
        ),
        // What everybody may read once it is listed names nobody and leads nowhere.
        (
            json!({ "listed": true, "title": { "es": "Espuma de Ana Inventora" },
                "inventors": [{ "name": "Ana Inventora", "shareBp": 10_000 }] }),
            "BLIND_CHECK",
        ),
    ] {
        assert_eq!(record(more.clone()).await, right, "{more:#}");
    }
    assert_eq!(ip_asset::Entity::find().count(world.db().read()).await.unwrap(), 0);
    let asset = recorded(&officer, &cast, json!({ "events": [filed] })).await;
    let design = officer.asset("reviseIpAsset", at(&asset, json!({ "figure": "KNOW_HOW" }))).await;
    assert_eq!(design.outcome(), "ILLEGAL_STATE input.figure");
    let fee = manager.asset("decideIpFee", at(&asset, json!({ "decision": "KEEP" }))).await;
    assert_eq!(fee.outcome(), "ILLEGAL_STATE", "no fee is due");
    let stale =
        json!({ "id": asset["id"], "expectedVersion": 9, "kind": "PUBLISHED", "on": "2021-01-10" });
    assert_eq!(
        officer.asset("recordIpEvent", stale).await.outcome(),
        "STALE_OBJECT input.expectedVersion"
    );
    // Two at once: one is told that it is late, and nothing is lost.
    let publish = || json!({ "kind": "PUBLISHED", "on": "2021-07-10" });
    let (one, other) = join(
        officer.asset("recordIpEvent", at(&asset, publish())),
        manager.asset("recordIpEvent", at(&asset, publish())),
    )
    .await;
    let mut outcomes = [one.outcome(), other.outcome()];
    outcomes.sort_unstable();
    assert_eq!(outcomes, ["DONE", "STALE_OBJECT input.expectedVersion"]);
    world.events().await;
}

/// A moment on a day, in Mexico City.
fn moment(day: &str, hour: u32) -> DateTime<Utc> {
    let day: chrono::NaiveDate = day.parse().unwrap();
    day.and_hms_opt(hour, 0, 0).unwrap().and_utc() + TimeDelta::hours(6)
}

fn to(world: &World, moment: DateTime<Utc>) {
    world.pass(moment - world.now());
}

async fn fees_fall_due_by_themselves(world: &World) {
    let cast = world.cast().await;
    let (officer, manager) = office(world, &cast).await;
    // Paid until 1 October 2026: 180 days before is 4 April.
    let events = json!({ "events": [
        { "kind": "FILED", "on": "2012-10-01" }, { "kind": "PUBLISHED", "on": "2014-04-01" },
        { "kind": "GRANTED", "on": "2016-03-01", "paidUntil": "2026-10-01" } ] });
    let asset = recorded(&officer, &cast, events).await;
    let id = asset["id"].clone();
    let inbox = async |person: &Person<'_>| {
        let ask = "{ viewer { inbox { nodes { kind record until ipAsset { nextFeeDueOn } } } } }";
        person.send(ask, json!({})).await.root()["inbox"]["nodes"].clone()
    };
    world.events().await;
    to(world, moment("2026-04-03", 23));
    assert_eq!(run_due(&world.service).await.unwrap(), 0, "181 days before");
    assert_eq!(read(&officer, &id).await["atRisk"], false);
    to(world, moment("2026-04-04", 1));
    let second = world.another_instance().await;
    let (one, other) = join(run_due(&world.service), run_due(&second)).await;
    assert_eq!(one.unwrap() + other.unwrap(), 1, "two instances ask once");
    assert_eq!(world.events().await, ["IP_FEE_ASKED"]);
    assert_eq!(read(&officer, &id).await["atRisk"], true);
    assert_eq!(
        inbox(&manager).await,
        json!([{ "kind": "IP_FEE_TO_DECIDE", "record": id, "until": "2026-10-02T08:00:00+00:00",
            "ipAsset": { "nextFeeDueOn": "2026-10-01" } }])
    );
    for person in [&officer, &world.person(Role::OttManager, cast.other_ott).await] {
        assert_eq!(inbox(person).await, json!([]));
    }
    let asked = read(&manager, &id).await;
    let hers = officer.asset("decideIpFee", at(&asked, json!({ "decision": "KEEP" }))).await;
    assert_eq!(hers.outcome(), "FORBIDDEN");
    let decided = after(&manager, "decideIpFee", &asked, json!({ "decision": "KEEP" })).await;
    assert_eq!(decided["feeDecision"], "KEEP");
    assert_eq!(inbox(&manager).await, json!([]));
    world.events().await;

    // The whole day of the fee counts in all of Mexico; then six months of grace begin.
    to(world, moment("2026-10-02", 1));
    assert_eq!(run_due(&world.service).await.unwrap(), 0);
    to(world, moment("2026-10-02", 2));
    assert_eq!(run_due(&world.service).await.unwrap(), 1);
    let late = read(&officer, &id).await;
    assert_eq!(
        (&late["legalStatus"], &late["graceUntil"]),
        (&json!("GRANTED_IN_FORCE"), &json!("2027-04-01"))
    );
    assert_eq!(late["legalEvents"][3]["kind"], "GRACE_PERIOD_STARTED");
    assert_eq!(late["legalEvents"][3]["on"], "2026-10-02");
    // Paid on the last day of grace it goes on, and the next fee is another question.
    to(world, moment("2027-04-01", 20));
    assert_eq!(run_due(&world.service).await.unwrap(), 0);
    let paid = json!({ "kind": "FEE_PAID", "on": "2027-04-01", "paidUntil": "2031-10-01" });
    let paid = after(&officer, "recordIpEvent", &late, paid).await;
    assert_eq!(
        (&paid["graceUntil"], &paid["nextFeeDueOn"], &paid["feeDecision"], &paid["feeAskedAt"]),
        (&Value::Null, &json!("2031-10-01"), &Value::Null, &Value::Null)
    );
    world.events().await;
    // Nobody pays again, and the service stands still for years: it goes through it step by step.
    to(world, moment("2032-06-01", 12));
    let (one, other) = join(run_due(&world.service), run_due(&second)).await;
    assert_eq!(one.unwrap() + other.unwrap(), 3, "asked, grace, lapse");
    let lapsed = read(&officer, &id).await;
    assert_eq!(lapsed["legalStatus"], "LAPSED_UNPAID_FEES");
    let dates: Vec<_> =
        lapsed["legalEvents"].as_array().unwrap()[5..].iter().map(|event| &event["on"]).collect();
    assert_eq!(dates, ["2031-10-02", "2032-04-02"]);
    assert_eq!(run_due(&world.service).await.unwrap(), 0);
    let back = json!({ "kind": "REHABILITATED", "on": "2032-05-30", "paidUntil": "2032-10-01" });
    let back = after(&officer, "recordIpEvent", &lapsed, back).await;
    assert_eq!(
        (&back["legalStatus"], &back["nextFeeDueOn"]),
        (&json!("GRANTED_IN_FORCE"), &Value::Null)
    );
    // Its term ends with its last day.
    to(world, moment("2032-10-02", 1));
    assert_eq!(run_due(&world.service).await.unwrap(), 0);
    to(world, moment("2032-10-02", 2));
    assert_eq!(run_due(&world.service).await.unwrap(), 1);
    let ended = read(&officer, &id).await;
    assert_eq!(
        (&ended["legalStatus"], &ended["legalSince"]),
        (&json!("EXPIRED_PUBLIC_DOMAIN"), &json!("2032-10-02"))
    );
    second.db().clone().close().await.unwrap();
    world.events().await;
}

async fn a_design_is_renewed_or_lapses(world: &World) {
    let cast = world.cast().await;
    let (officer, _) = office(world, &cast).await;
    let design = async |filed: &str| {
        let events = json!({ "figure": "INDUSTRIAL_DESIGN", "events": [
            { "kind": "FILED", "on": filed }, { "kind": "GRANTED", "on": "2021-09-01" } ] });
        recorded(&officer, &cast, events).await
    };
    let (kept, lost) = (design("2021-05-20").await, design("2021-05-20").await);
    assert_eq!(
        (&kept["expiresOn"], &kept["nextFeeDueOn"]),
        (&json!("2026-05-20"), &json!("2026-05-20"))
    );
    let renewed = json!({ "kind": "FEE_PAID", "on": "2026-02-20", "paidUntil": "2031-05-20" });
    let renewed = after(&officer, "recordIpEvent", &kept, renewed).await;
    assert_eq!(renewed["expiresOn"], "2031-05-20");
    to(world, moment("2026-11-21", 12));
    run_due(&world.service).await.unwrap();
    assert_eq!(read(&officer, &kept["id"]).await["legalStatus"], "GRANTED_IN_FORCE");
    let lost = read(&officer, &lost["id"]).await;
    assert_eq!(lost["legalStatus"], "LAPSED_UNPAID_FEES");
    assert_eq!(lost["legalSince"], "2026-11-21", "six months after its term");
    world.events().await;
}

/// The rule, part by part, at its edges.
async fn dormant_is_what_nobody_uses(world: &World) {
    let cast = world.cast().await;
    let (officer, _) = office(world, &cast).await;
    let now = world.now();
    let offer = world.offer(&cast, OfferStatus::Published).await;
    let put = async |change: &dyn Fn(&mut ip_asset::Model)| {
        let (mut row, _) = records::ip_asset(&cast, IpLegalStatus::GrantedInForce, now);
        change(&mut row);
        world.put(row.clone()).await;
        row
    };
    let is_dormant = async |row: &ip_asset::Model| {
        let found = read(&officer, &json!(row.id.to_string())).await;
        let ask = "query($folio: String!) { yes: dormantAssets(filter: { folio: $folio }) { totalCount } \
            no: ipAssets(filter: { folio: $folio, dormant: false }) { totalCount } \
            all: ipAssets(filter: { folio: $folio, dormant: true }) { totalCount } }";
        let listed = officer.send(ask, json!({ "folio": row.folio })).await.data().clone();
        let dormant = found["dormant"].as_bool().unwrap();
        for (name, right) in [("yes", dormant), ("all", dormant), ("no", !dormant)] {
            assert_eq!(listed[name]["totalCount"], u8::from(right), "{name}: {row:?}");
        }
        dormant
    };
    for status in IpLegalStatus::iter() {
        let row = put(&|row| row.legal_status = status).await;
        let live = ["PUBLISHED", "SUBSTANTIVE_EXAMINATION", "GRANTED_IN_FORCE"];
        assert_eq!(
            is_dormant(&row).await,
            live.contains(&status.to_value().as_str()),
            "{status:?}"
        );
    }
    for figure in IpFigure::iter() {
        use IpFigure::{IndustrialDesign, LayoutDesign, Patent, PlantVariety, UtilityModel};
        let row = put(&|row| row.figure = figure).await;
        let right = [Patent, UtilityModel, IndustrialDesign, LayoutDesign, PlantVariety];
        assert_eq!(is_dormant(&row).await, right.contains(&figure), "{figure:?}");
    }
    for status in IpCommercialStatus::iter() {
        use IpCommercialStatus::{Available, NotOffered, UnderNegotiation, Withdrawn};
        let row = put(&|row| row.commercial_status = status).await;
        let idle = [NotOffered, Available, UnderNegotiation, Withdrawn].contains(&status);
        assert_eq!(is_dormant(&row).await, idle, "{status:?}");
    }
    // Today is 2 March 2026.
    for (filed, right) in [("2024-03-01", true), ("2024-03-02", true), ("2024-03-03", false)] {
        let row = put(&|row| row.filed_on = Some(filed.parse().unwrap())).await;
        assert_eq!(is_dormant(&row).await, right, "filed {filed}");
    }
    let row = put(&|row| row.filed_on = None).await;
    assert!(!is_dormant(&row).await);

    // An interest that was accepted keeps it awake for two years, also when it has ended.
    let row = put(&|row| row.offer_id = Some(offer.id)).await;
    assert!(is_dormant(&row).await, "an offer alone uses nothing");
    let need = world.need(&cast, NeedStatus::Published).await;
    let direction = InterestDirection::NeedToOffer;
    let mut interest =
        records::interest(&need, &offer, direction, InterestStatus::ClosedNoDeal, now);
    interest.accepted_at = None;
    world.put(interest.clone()).await;
    assert!(is_dormant(&row).await, "that was never accepted");
    for (accepted, right) in [
        ("2024-03-02T23:00:00-06:00", true),
        ("2024-03-03T00:00:00-06:00", false),
        ("2026-03-01T12:00:00-06:00", false),
    ] {
        interest.accepted_at = Some(accepted.parse().unwrap());
        world.overwrite(interest.clone()).await;
        assert_eq!(is_dormant(&row).await, right, "accepted {accepted}");
    }
    interest.accepted_at = None;
    world.overwrite(interest.clone()).await;
    // An agreement in force that gives somebody the use of it.
    let first =
        records::agreement(&interest, AgreementType::OptionAgreement, AgreementStatus::Active, now);
    world.agree(&first).await;
    for kind in AgreementType::iter() {
        world.overwrite(agreement::Model { kind, ..first.clone() }).await;
        let uses = [
            "OPTION_AGREEMENT",
            "NON_EXCLUSIVE_LICENCE",
            "EXCLUSIVE_LICENCE",
            "SOFTWARE_LICENCE",
            "ASSIGNMENT_AGREEMENT",
        ];
        assert_eq!(is_dormant(&row).await, !uses.contains(&kind.to_value().as_str()), "{kind:?}");
    }
    for status in AgreementStatus::iter() {
        world.overwrite(agreement::Model { status, ..first.clone() }).await;
        let binds = [AgreementStatus::Active, AgreementStatus::Suspended].contains(&status);
        assert_eq!(is_dormant(&row).await, !binds, "{status:?}");
    }
    for (end, right) in [(now, true), (now + TimeDelta::seconds(1), false)] {
        world.overwrite(agreement::Model { ends_at: Some(end), ..first.clone() }).await;
        assert_eq!(is_dormant(&row).await, right, "in that instant");
    }
}

async fn an_agreement_rescues_what_was_dormant(world: &World) {
    let cast = world.cast().await;
    let (officer, manager) = office(world, &cast).await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let need = world.need(&cast, NeedStatus::Published).await;
    let offer = world.offer(&cast, OfferStatus::Published).await;
    let direction = InterestDirection::OfferToNeed;
    let mut interest =
        records::interest(&need, &offer, direction, InterestStatus::Negotiation, world.now());
    interest.accepted_at = Some(world.now() - TimeDelta::days(20));
    world.put(interest.clone()).await;
    let offered = |row: ip_asset::Model| ip_asset::Model {
        offer_id: Some(offer.id),
        rescued_at: None,
        ..row
    };
    let (slept, _) = records::ip_asset(&cast, IpLegalStatus::GrantedInForce, world.now());
    let slept = offered(slept);
    let (young, _) = records::ip_asset(&cast, IpLegalStatus::GrantedInForce, world.now());
    let young = offered(ip_asset::Model { filed_on: Some("2025-01-10".parse().unwrap()), ..young });
    for row in [&slept, &young] {
        world.put(row.clone()).await;
    }
    // A signed licence that comes into force: what was asleep when it was taken up is rescued.
    let licence = agreement::Model {
        signed_at: Some(world.now()),
        starts_at: Some(world.now() + TimeDelta::days(1)),
        ends_at: Some(world.now() + TimeDelta::days(30)),
        ..records::agreement(
            &interest,
            AgreementType::NonExclusiveLicence,
            AgreementStatus::PartiallySigned,
            world.now(),
        )
    };
    world.put(licence.clone()).await;
    for mut party in records::parties(&licence) {
        party.signed_sha256 = Some(licence.sha256.clone());
        world.put(party).await;
    }
    let id = |row: &ip_asset::Model| json!(row.id.to_string());
    assert_eq!(read(&officer, &id(&slept)).await["commercialStatus"], "NOT_OFFERED");
    world.pass(TimeDelta::days(1));
    assert_eq!(run_due(&world.service).await.unwrap(), 1);
    assert_eq!(
        world.events().await,
        [
            "AGREEMENT_ACTIVATED",
            "INTEREST_AGREED",
            "IP_ASSET_MARKETED",
            "IP_ASSET_RESCUED",
            "IP_ASSET_MARKETED"
        ]
    );
    let used = read(&officer, &id(&slept)).await;
    assert_eq!(
        (&used["commercialStatus"], &used["dormant"]),
        (&json!("LICENSED_NON_EXCLUSIVE"), &json!(false))
    );
    assert!(used["rescuedAt"].is_string());
    assert_eq!(read(&officer, &id(&young)).await["rescuedAt"], Value::Null, "it was not asleep");
    let ask = "query($id: ID!) { ipAsset(id: $id) { rescuedAt rescuedBy { id } } }";
    let told = async |person: &Person<'_>| {
        person.send(ask, json!({ "id": slept.id.to_string() })).await.root().clone()
    };
    for party in [&manager, &member] {
        assert_eq!(told(party).await["rescuedBy"]["id"], json!(licence.id.to_string()));
    }
    // Others know that it was rescued, and not by what.
    let analyst = told(&world.person(Role::Analyst, cast.network).await).await;
    assert!(analyst["rescuedAt"].is_string() && analyst["rescuedBy"].is_null(), "{analyst:#}");
    assert_eq!(told(&world.nobody()).await["rescuedAt"], Value::Null);
    // When the licence ends, nobody uses it any more.
    world.pass(TimeDelta::days(30));
    assert_eq!(run_due(&world.service).await.unwrap(), 3, "the licence, and both assets");
    let free = read(&officer, &id(&slept)).await;
    assert_eq!(free["commercialStatus"], "AVAILABLE", "its offer is on the network");
    assert_eq!(free["dormant"], false, "taken up a month ago");
    assert_eq!(run_due(&world.service).await.unwrap(), 0);
    world.events().await;
}

async fn the_network_knows_what_is_public_and_listed(world: &World) {
    let cast = world.cast().await;
    let (officer, _) = office(world, &cast).await;
    let need = heard(world, &cast).await;
    let offer = world.offer(&cast, OfferStatus::Published).await;
    let row = ip_asset::Model {
        offer_id: Some(offer.id),
        ..records::ip_asset(&cast, IpLegalStatus::GrantedInForce, world.now()).0
    };
    world.put(row.clone()).await;
    let ask = "query($id: ID!) { ipAsset(id: $id) { disclosureLevel title applicationNo nextFeeDueOn \
        dormant redactedFields legalEvents { kind note } owners { shareBp } feeAskedAt \
        ott { id } offer { id } matchingNeeds(first: 3) { score coverage explanation \
        components { contribution } need { id } offer { id } } } }";
    let id = json!({ "id": row.id.to_string() });
    let public = world.nobody().send(ask, id.clone()).await.root().clone();
    assert_eq!(
        (&public["title"], &public["disclosureLevel"]),
        (&json!("Espuma cerámica para hornos"), &json!("PUBLIC_BLIND"))
    );
    assert_eq!(
        (&public["nextFeeDueOn"], &public["dormant"], &public["matchingNeeds"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    let member = world.person(Role::MemberUser, cast.company).await;
    let known = member.send(ask, id.clone()).await.root().clone();
    assert_eq!((&known["nextFeeDueOn"], &known["dormant"]), (&json!("2026-05-10"), &json!(true)));
    assert_eq!(
        (&known["applicationNo"], &known["legalEvents"], &known["owners"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    for hidden in ["applicationNo", "owners", "legalEvents", "feeAskedAt"] {
        assert!(known["redactedFields"].as_array().unwrap().contains(&json!(hidden)));
    }
    // The open needs that it fits, explained, with parts that add up.
    let found = &known["matchingNeeds"][0];
    assert_eq!(found["need"]["id"], json!(need.id.to_string()), "{known:#}");
    assert!(found["explanation"].as_str().unwrap().contains("327"), "{found:#}");
    let sum: i64 = found["components"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| part["contribution"].as_i64().unwrap())
        .sum();
    assert_eq!(found["score"], sum);
    assert_eq!(found["offer"], Value::Null);
    // What was found is kept for a while, and nothing is told of a need that is not open any more.
    let again = member.send(ask, id.clone()).await.root().clone();
    assert_eq!(again["matchingNeeds"], known["matchingNeeds"]);
    let closes = json!({ "id": need.id.to_string(), "expectedVersion": 3 });
    assert_eq!(member.need("closeNeedForInterest", closes).await.outcome(), "DONE");
    world.settled().await;
    world.service.catch_up().await.unwrap();
    let closed = member.send(ask, id.clone()).await.root().clone();
    assert_eq!(closed["matchingNeeds"], json!([]));
    world.events().await;
    // Whoever was introduced to its offer reads what identifies it, and its office reads who did.
    let direction = InterestDirection::NeedToOffer;
    let interest =
        records::interest(&need, &offer, direction, InterestStatus::Accepted, world.now());
    world.put(interest.clone()).await;
    let open = member.send(ask, id.clone()).await.root().clone();
    assert_eq!(
        (&open["disclosureLevel"], &open["applicationNo"]),
        (&json!("INTRODUCED"), &json!("MX/a/2012/005432"))
    );
    assert_eq!(open["owners"], json!([{ "shareBp": 10_000 }]));
    assert_eq!((&open["legalEvents"], &open["feeAskedAt"]), (&json!([]), &Value::Null));
    let ledger = "query($of: ID!) { disclosures(filter: { record: $of }) { nodes { person fields \
        basis { id } organization { id } } } }";
    let entries =
        officer.send(ledger, json!({ "of": row.id.to_string() })).await.root()["nodes"].clone();
    assert_eq!(entries.as_array().unwrap().len(), 1, "{entries:#}");
    assert_eq!(entries[0]["basis"]["id"], json!(interest.id.to_string()));
    assert_eq!(entries[0]["organization"]["id"], json!(cast.company.to_string()));
    assert!(entries[0]["fields"].as_array().unwrap().contains(&json!("applicationNo")));
    world.overwrite(interest::Model { status: InterestStatus::ClosedNoDeal, ..interest }).await;
    assert_eq!(member.send(ask, id.clone()).await.root()["disclosureLevel"], "NETWORK");
    // The same thing, from its offer and its office.
    let ways = "query($o: ID!, $t: ID!) { offer(id: $o) { ipAssets { nodes { id } } } \
        organization(id: $t) { ipAssets { totalCount nodes { id } } } }";
    let ways =
        member.send(ways, json!({ "o": offer.id.to_string(), "t": cast.ott.to_string() })).await;
    assert_eq!(ways.data()["offer"]["ipAssets"]["nodes"], json!([{ "id": row.id.to_string() }]));
    assert_eq!(ways.data()["organization"]["ipAssets"]["totalCount"], 1);
    // What is not listed, or not public yet, is its office's alone.
    world.overwrite(ip_asset::Model { listed: false, ..row.clone() }).await;
    assert_eq!(*member.send(ask, id.clone()).await.root(), Value::Null);
    let lists = "{ ipAssets { totalCount } dormantAssets { totalCount } }";
    let none = json!({ "ipAssets": { "totalCount": 0 }, "dormantAssets": { "totalCount": 0 } });
    assert_eq!(*member.send(lists, json!({})).await.data(), none);
    let by_order = "{ ipAssets(order: NEXT_FEE) { totalCount } }";
    assert_eq!(world.nobody().send(by_order, json!({})).await.code(), "UNAUTHENTICATED");
    let terms = world
        .nobody()
        .send("{ ipTerms { figure office filedFrom firstYears source confirmed } }", json!({}))
        .await;
    assert!(terms.root().as_array().unwrap().len() > 10);
}

/// A patent of 2012 whose fees are paid until 10 May 2026.
fn granted() -> Value {
    json!({ "events": [
        { "kind": "FILED", "on": "2012-05-10" }, { "kind": "PUBLISHED", "on": "2013-11-10" },
        { "kind": "GRANTED", "on": "2016-03-01", "paidUntil": "2026-05-10" } ] })
}

fn kinds(asset: &Value) -> Vec<&str> {
    let events = asset["legalEvents"].as_array().unwrap();
    events.iter().map(|event| event["kind"].as_str().unwrap()).collect()
}

async fn what_is_told_late_sets_things_right(world: &World) {
    let cast = world.cast().await;
    let (officer, manager) = office(world, &cast).await;
    // Told in any order it is settled in the order of its days, and a mistake has its own place.
    let mut told = granted();
    told["events"].as_array_mut().unwrap().reverse();
    let asset = recorded(&officer, &cast, told).await;
    assert_eq!(kinds(&asset), ["FILED", "PUBLISHED", "GRANTED"]);
    let input = json!({ "ott": cast.ott.to_string(), "figure": "PATENT", "title": { "es": "Horno" },
        "events": [{ "kind": "FILED", "on": "2020-01-10" }, { "kind": "PUBLISHED", "on": "2015-01-01" }] });
    let wrong = officer.asset("recordIpAsset", input).await;
    assert_eq!(wrong.outcome(), "ILLEGAL_STATE input.events.1.kind");
    // Of one day, the law has what follows what.
    let one_day = json!({ "events": [
        { "kind": "SUBSTANTIVE_EXAMINATION_STARTED", "on": "2014-01-15" },
        { "kind": "FILED", "on": "2012-05-10" }, { "kind": "PUBLISHED", "on": "2014-01-15" } ] });
    assert_eq!(recorded(&officer, &cast, one_day).await["legalStatus"], "SUBSTANTIVE_EXAMINATION");

    // Nobody had told of a payment, so the service saw grace begin, and the right lapse.
    let other = recorded(&officer, &cast, granted()).await;
    to(world, moment("2026-05-12", 12));
    run_due(&world.service).await.unwrap();
    let graced = read(&officer, &asset["id"]).await;
    assert_eq!(graced["graceUntil"], "2026-11-10");
    let over = json!({ "kind": "FEE_PAID", "on": "2026-05-12", "paidUntil": "2026-05-11" });
    let over = officer.asset("recordIpEvent", at(&graced, over)).await;
    assert_eq!(over.outcome(), "INVALID input.paidUntil", "nobody pays for a time that is over");
    let in_time = json!({ "kind": "FEE_PAID", "on": "2026-05-09", "paidUntil": "2031-05-10" });
    let paid = after(&officer, "recordIpEvent", &graced, in_time).await;
    assert_eq!(kinds(&paid), ["FILED", "PUBLISHED", "GRANTED", "FEE_PAID"], "there was no grace");
    assert_eq!((&paid["graceUntil"], &paid["nextFeeDueOn"]), (&Value::Null, &json!("2031-05-10")));
    let early = json!({ "kind": "GRACE_PERIOD_STARTED", "on": "2026-05-12" });
    let early = officer.asset("recordIpEvent", at(&paid, early)).await;
    assert_eq!(early.outcome(), "INVALID input.on", "no fee is overdue");
    to(world, moment("2026-11-12", 12));
    run_due(&world.service).await.unwrap();
    let lapsed = read(&officer, &other["id"]).await;
    assert_eq!(lapsed["legalStatus"], "LAPSED_UNPAID_FEES");
    let in_grace = json!({ "kind": "FEE_PAID", "on": "2026-11-10", "paidUntil": "2031-05-10" });
    let saved = after(&officer, "recordIpEvent", &lapsed, in_grace).await;
    assert_eq!(saved["legalStatus"], "GRANTED_IN_FORCE");
    assert_eq!(
        kinds(&saved),
        ["FILED", "PUBLISHED", "GRANTED", "GRACE_PERIOD_STARTED", "FEE_PAID"],
        "it was in grace, and did not lapse"
    );
    assert_eq!(run_due(&world.service).await.unwrap(), 0, "nothing is due again and again");

    // A day that was mistyped is told anew in its place, by whoever may take things back.
    let first = saved["legalEvents"][0]["id"].clone();
    let anew = json!({ "kind": "FILED", "on": "2013-05-10", "replaces": first });
    let hers = officer.asset("recordIpEvent", at(&saved, anew.clone())).await;
    assert_eq!(hers.outcome(), "FORBIDDEN");
    let moved = after(&manager, "recordIpEvent", &saved, anew.clone()).await;
    assert_eq!(
        (&moved["filedOn"], &moved["expiresOn"]),
        (&json!("2013-05-10"), &json!("2033-05-10"))
    );
    assert_eq!(moved["legalEvents"].as_array().unwrap().len(), 5);
    let again = manager.asset("recordIpEvent", at(&moved, anew)).await;
    assert_eq!(again.outcome(), "NOT_FOUND input.replaces");
    world.events().await;
}

/// An agreement of this kind on an offer, in this status.
async fn agreed(
    world: &World,
    interest: &interest::Model,
    kind: AgreementType,
    status: AgreementStatus,
) -> agreement::Model {
    let row = records::agreement(interest, kind, status, world.now());
    world.agree(&row).await;
    row
}

async fn the_strongest_agreement_says_what_is_done_with_it(world: &World) {
    let cast = world.cast().await;
    let (officer, _) = office(world, &cast).await;
    let need = world.need(&cast, NeedStatus::Published).await;
    let offer = world.offer(&cast, OfferStatus::Published).await;
    let direction = InterestDirection::OfferToNeed;
    let interest = records::interest(&need, &offer, direction, InterestStatus::Agreed, world.now());
    world.put(interest.clone()).await;
    use AgreementStatus::{Active, Completed, Terminated};
    let option = agreed(world, &interest, AgreementType::OptionAgreement, Active).await;
    let licence = agreed(world, &interest, AgreementType::ExclusiveLicence, Active).await;
    // The other way round: the office takes the licence.
    let taken = agreed(world, &interest, AgreementType::AssignmentAgreement, Active).await;
    for mut party in records::parties(&taken) {
        party.role = match party.role {
            AgreementPartyRole::Grantor => AgreementPartyRole::Recipient,
            _ => AgreementPartyRole::Grantor,
        };
        world.overwrite(party).await;
    }
    // What is put on an offer that is in use is in use.
    let on_offer = json!({ "offer": offer.id.to_string() });
    let asset = recorded(&officer, &cast, on_offer).await;
    assert_eq!(asset["commercialStatus"], "LICENSED_EXCLUSIVE");
    let end = async |row: &agreement::Model, status: AgreementStatus| {
        let ended = agreement::Model { status, ended_at: Some(world.now()), ..row.clone() };
        world.overwrite(ended).await;
        run_due(&world.service).await.unwrap();
        read(&officer, &asset["id"]).await
    };
    assert_eq!(end(&licence, Terminated).await["commercialStatus"], "UNDER_OPTION");
    let free = end(&option, Terminated).await;
    assert_eq!(free["commercialStatus"], "AVAILABLE");
    // What was assigned and carried out stays with whoever has it.
    let sale = agreed(world, &interest, AgreementType::AssignmentAgreement, Active).await;
    let away = after(&officer, "reviseIpAsset", &free, json!({ "offer": null })).await;
    let back =
        after(&officer, "reviseIpAsset", &away, json!({ "offer": offer.id.to_string() })).await;
    assert_eq!(back["commercialStatus"], "ASSIGNED");
    let sold = end(&sale, Completed).await;
    assert_eq!(sold["commercialStatus"], "ASSIGNED");
    assert_eq!(run_due(&world.service).await.unwrap(), 0);
    // Its offer is over, and what is said of it can be mended all the same.
    world.overwrite(offer::Model { status: OfferStatus::Transferred, ..offer.clone() }).await;
    let title = json!({ "title": { "es": "Espuma cerámica" } });
    let mended = after(&officer, "reviseIpAsset", &sold, title).await;
    assert_eq!(mended["commercialStatus"], "ASSIGNED");
    let apart = after(&officer, "reviseIpAsset", &mended, json!({ "offer": null })).await;
    assert_eq!(apart["commercialStatus"], "NOT_OFFERED");
    let again = json!({ "offer": offer.id.to_string() });
    let again = officer.asset("reviseIpAsset", at(&apart, again)).await;
    assert_eq!(again.outcome(), "ILLEGAL_STATE input.offer");
    world.events().await;
}

/// What agreements say today, they did not say when something was taken up.
async fn a_rescue_is_judged_by_the_day_on_which_it_was_taken_up(world: &World) {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::Published).await;
    let rescued = async |used_from: i64, used_until: Option<i64>| {
        let offer = world.offer(&cast, OfferStatus::Published).await;
        let direction = InterestDirection::OfferToNeed;
        let ago = |days: i64| world.now() - TimeDelta::days(days);
        let taken_up = interest::Model {
            accepted_at: Some(ago(60)),
            ..records::interest(&need, &offer, direction, InterestStatus::Negotiation, world.now())
        };
        // Another that was accepted so long ago that it does not count, and its licence.
        let before = interest::Model {
            accepted_at: Some(ago(1_000)),
            ..records::interest(&need, &offer, direction, InterestStatus::Agreed, world.now())
        };
        world.put(taken_up.clone()).await;
        world.put(before.clone()).await;
        let status = match used_until {
            Some(_) => AgreementStatus::Terminated,
            None => AgreementStatus::Active,
        };
        let kind = AgreementType::NonExclusiveLicence;
        let other = agreed(world, &before, kind, status).await;
        let asset = ip_asset::Model {
            offer_id: Some(offer.id),
            agreement_id: used_until.is_none().then_some(other.id),
            commercial_status: match used_until {
                Some(_) => IpCommercialStatus::Available,
                None => IpCommercialStatus::LicensedNonExclusive,
            },
            rescued_at: None,
            rescued_by_id: None,
            ..records::ip_asset(&cast, IpLegalStatus::GrantedInForce, world.now()).0
        };
        world
            .overwrite(agreement::Model {
                active_at: Some(ago(used_from)),
                ended_at: used_until.map(ago),
                ends_at: None,
                ..other
            })
            .await;
        world.put(asset.clone()).await;
        let licence = agreement::Model {
            signed_at: Some(world.now()),
            starts_at: Some(world.now()),
            ends_at: None,
            ..records::agreement(&taken_up, kind, AgreementStatus::PartiallySigned, world.now())
        };
        world.put(licence.clone()).await;
        for mut party in records::parties(&licence) {
            party.signed_sha256 = Some(licence.sha256.clone());
            world.put(party).await;
        }
        world.pass(TimeDelta::minutes(1));
        run_due(&world.service).await.unwrap();
        let row = ip_asset::Entity::find_by_id(asset.id).one(world.db().read()).await.unwrap();
        row.unwrap().rescued_by_id == Some(licence.id)
    };
    assert!(!rescued(90, None).await, "somebody used it when it was taken up");
    assert!(!rescued(90, Some(30)).await, "somebody still did, and does not any more");
    assert!(rescued(30, None).await, "somebody does since, and did not then");
    assert!(rescued(90, Some(70)).await, "somebody did before");
    world.events().await;
}

async fn what_is_secret_is_for_whoever_is_confided(world: &World) {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::Published).await;
    let offer = world.offer(&cast, OfferStatus::Published).await;
    let row = ip_asset::Model {
        offer_id: Some(offer.id),
        ..records::ip_asset(&cast, IpLegalStatus::Filed, world.now()).0
    };
    world.put(row.clone()).await;
    let direction = InterestDirection::NeedToOffer;
    let interest =
        records::interest(&need, &offer, direction, InterestStatus::NdaSigned, world.now());
    world.put(interest.clone()).await;
    let nda = agreed(world, &interest, AgreementType::MutualNda, AgreementStatus::Active).await;
    world.overwrite(agreement::Model { ends_at: None, ..nda.clone() }).await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let level = async |person: &Person<'_>| {
        let ask = "query($id: ID!) { ipAsset(id: $id) { disclosureLevel } }";
        let found = person.send(ask, json!({ "id": row.id.to_string() })).await;
        found.root()["disclosureLevel"].clone()
    };
    assert_eq!(level(&member).await, Value::Null, "introduced, and not named under the agreement");
    let named = records::confidant(&nda, member.id.unwrap(), cast.company, world.now());
    world.put(named).await;
    assert_eq!(level(&member).await, "INTRODUCED");
    assert_eq!(level(&liaison).await, Value::Null);
    // What has been made public since is for all who were introduced.
    world.overwrite(ip_asset::Model { laid_open: true, listed: false, ..row.clone() }).await;
    assert_eq!(level(&liaison).await, "INTRODUCED");

    // Whether it is offered by what the viewer may not know of, is not told either.
    let draft = world.offer(&cast, OfferStatus::Draft).await;
    let hidden = ip_asset::Model {
        offer_id: Some(draft.id),
        ..records::ip_asset(&cast, IpLegalStatus::GrantedInForce, world.now()).0
    };
    world.put(hidden.clone()).await;
    let counts = "query($folio: String!, $offer: ID!) { \
        yes: ipAssets(filter: { folio: $folio, offered: true }) { totalCount } \
        no: ipAssets(filter: { folio: $folio, offered: false }) { totalCount } \
        by: ipAssets(filter: { folio: $folio, offer: $offer }) { totalCount } }";
    let ask = json!({ "folio": hidden.folio, "offer": draft.id.to_string() });
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    for (person, offered) in [(&officer, 1), (&member, 0), (&world.nobody(), 0)] {
        let found = person.send(counts, ask.clone()).await.data().clone();
        assert_eq!(found["yes"]["totalCount"], offered, "{found:#}");
        assert_eq!(found["no"]["totalCount"], 1 - offered, "{found:#}");
        assert_eq!(found["by"]["totalCount"], offered, "{found:#}");
    }
}

async fn every_verb_of_ip_assets_by_everybody_in_every_status(world: &World) {
    let cast = world.cast().await;
    let people = cast.people(world).await;
    let (mut tried, mut done) = (0, 0);
    for status in IpLegalStatus::iter() {
        let row = world.asset(&cast, status).await;
        let events = ip_event::Entity::find().all(world.db().read()).await.unwrap();
        let events: Vec<_> = events.into_iter().filter(|event| event.asset_id == row.id).collect();
        let last = events.iter().max_by_key(|event| event.on_day).map(|event| event.id.to_string());
        for action in IpAssetAction::iter() {
            let Some(verb) = action.mutation().filter(|_| action != IpAssetAction::Record) else {
                continue;
            };
            use IpLegalStatus::{
                Filed, FormalExamination, GrantedInForce, Published, SubstantiveExamination,
            };
            let pending = [Filed, FormalExamination, Published, SubstantiveExamination];
            let (more, possible, refused) = match action {
                IpAssetAction::RecordEvent => (
                    json!({ "kind": "FEE_PAID", "on": "2026-03-01", "paidUntil": "2031-05-10" }),
                    pending.contains(&status) || status == GrantedInForce,
                    "ILLEGAL_STATE input.kind",
                ),
                IpAssetAction::RemoveEvent => (
                    json!({ "event": last.clone().unwrap_or_else(|| "ipevent_0".into()) }),
                    last.is_some(),
                    "NOT_FOUND input.event",
                ),
                IpAssetAction::Market => (json!({ "status": "WITHDRAWN" }), true, ""),
                IpAssetAction::DecideFee => {
                    (json!({ "decision": "KEEP" }), status == GrantedInForce, "ILLEGAL_STATE")
                }
                _ => (json!({ "trl": 7 }), true, ""),
            };
            let input = with(json!({ "id": row.id.to_string(), "expectedVersion": 1 }), more);
            for (name, person) in &people {
                let viewer = person.viewer();
                let permitted = api::policy::Action::permitted(action, &viewer, &row);
                let right = match row.level(&viewer) {
                    None => "NOT_FOUND",
                    Some(_) if permitted && possible => "DONE",
                    Some(_) if permitted => refused,
                    Some(_) if viewer.person.is_none() => "UNAUTHENTICATED",
                    Some(_) => "FORBIDDEN",
                };
                let answer = person.asset(verb, input.clone()).await;
                assert_eq!(answer.outcome(), right, "{verb} {status:?} {name}");
                tried += 1;
                if right == "DONE" {
                    done += 1;
                    world.overwrite(row.clone()).await;
                    ip_event::Entity::delete_many().exec(world.db().write()).await.unwrap();
                    for event in &events {
                        world.put(event.clone()).await;
                    }
                }
            }
        }
        ip_event::Entity::delete_many().exec(world.db().write()).await.unwrap();
    }
    println!("intellectual property: {tried} attempts, {done} done");
    assert!(done > 50, "{done}");
    assert_eq!(world.events().await.len(), done, "what was refused left no event");
}

async fn assets_show_what_the_rules_show(world: &World) {
    let cast = world.cast().await;
    let mut rows = Vec::new();
    for status in IpLegalStatus::iter() {
        for (listed, ott) in [(true, cast.ott), (false, cast.ott), (true, cast.other_ott)] {
            let (mut row, _) = records::ip_asset(&cast, status, world.now());
            (row.listed, row.ott_id) = (listed, ott);
            world.put(row.clone()).await;
            rows.push(row);
        }
    }
    for (name, person) in cast.people(world).await {
        let viewer = person.viewer();
        let level = |row: &ip_asset::Model| row.level(&viewer).map(|level| level.to_value());
        let mut right: Vec<_> =
            rows.iter().filter_map(|row| Some((row.id.to_string(), level(row)?))).collect();
        right.sort_unstable();
        let list = "{ ipAssets(first: 100) { totalCount nodes { id disclosureLevel } } \
            mine: ipAssets(first: 100, filter: { mine: true }) { totalCount } }";
        let found = person.send(list, json!({})).await.data().clone();
        let mut listed: Vec<_> = found["ipAssets"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|node| {
                let text = |field: &str| node[field].as_str().unwrap().to_owned();
                (text("id"), text("disclosureLevel"))
            })
            .collect();
        listed.sort_unstable();
        assert_eq!(listed, right, "{name}");
        let own =
            rows.iter().filter(|row| row.level(&viewer) == Some(DisclosureLevel::Contract)).count();
        assert_eq!(found["mine"]["totalCount"], own, "{name}");
        for row in &rows {
            let one = format!(
                "{{ node(id: \"{}\") {{ ... on IpAsset {{ disclosureLevel }} }} }}",
                row.id
            );
            let node = person.send(&one, json!({})).await.root().clone();
            assert_eq!(node["disclosureLevel"].as_str(), level(row).as_deref(), "{name}");
        }
    }
}

async fn a_portfolio_is_imported_again_and_again(world: &World) {
    let cast = world.cast().await;
    let (officer, _) = office(world, &cast).await;
    let options = Options { ott: Some(cast.ott), ..Options::default() };
    let run = async |text: &str, format: Format| {
        let mut source = text.as_bytes();
        let mut notes = import::Notes::default();
        let report = import::ip_assets(&world.service, &mut source, format, &options, &mut notes)
            .await
            .unwrap();
        (
            (report.created, report.updated, report.unchanged, report.skipped),
            notes.0.into_iter().map(|note| note.message).collect::<Vec<_>>(),
        )
    };
    let header = "externalId,figure,title.es,title.en,scian,listed,inventors,applicationNo,filedOn,publishedOn,grantedOn,feesPaidUntil";
    let table = format!(
        "{header}\n\
        P-1,PATENT,Secador solar,Solar dryer,311;327,true,Ana Uno;Luis Dos;Eva Tres,MX/a/2015/000001,2015-02-10,2016-08-10,2019-04-01,2025-02-10\n\
        P-2,UTILITY_MODEL,Válvula,,326,false,Ana Uno:6000;Luis Dos:4000,MX/u/2021/000002,2021-03-01,,2022-06-01,\n\
        P-3,PATENT,Sin presentar,,327,false,,,,2016-08-10,,\n\
        P-4,PATENT,Fecha mala,,327,false,,,15/02/2015,,,\n"
    );
    let (counts, notes) = run(&table, Format::Csv).await;
    assert_eq!(counts, (2, 0, 0, 2), "{notes:#?}");
    assert!(notes.iter().any(|note| note.contains("IN_PREPARATION")), "{notes:#?}");
    assert!(notes.iter().any(|note| note.contains("AAAA-MM-DD")), "{notes:#?}");
    let find = async |title: &str| {
        let ask = format!(
            "query($text: String!) {{ ipAssets(filter: {{ text: $text }}) {{ nodes {{ {ASSET} }} }} }}"
        );
        officer.send(&ask, json!({ "text": title })).await.root()["nodes"][0].clone()
    };
    let solar = find("Secador").await;
    assert_eq!(
        (&solar["legalStatus"], &solar["nextFeeDueOn"]),
        (&json!("GRANTED_IN_FORCE"), &json!("2025-02-10"))
    );
    let shares: Vec<_> =
        solar["inventors"].as_array().unwrap().iter().map(|one| &one["shareBp"]).collect();
    assert_eq!(shares, [3334, 3333, 3333], "alike, to the basis point");
    assert_eq!(find("Válvula").await["inventors"][0]["shareBp"], 6000);
    assert_eq!(run(&table, Format::Csv).await.0, (0, 0, 2, 2), "nothing new");
    // The next year: what happened since is added, what is on record stays.
    let next = table.replace("2019-04-01,2025-02-10", "2019-04-01,2030-02-10");
    assert_eq!(run(&next, Format::Csv).await.0, (0, 1, 1, 2));
    let solar = find("Secador").await;
    assert_eq!(solar["nextFeeDueOn"], "2030-02-10");
    assert_eq!(solar["legalEvents"].as_array().unwrap().len(), 4);
    // Paid until a day that is over: it was paid in time, and what is due is done once.
    let past = format!(
        "{header}\n\
        P-6,PATENT,Molino,Mill,327,false,,,2015-02-10,2016-08-10,2019-04-01,\n"
    );
    assert_eq!(run(&past, Format::Csv).await.0, (1, 0, 0, 0));
    let past = past.replace("2019-04-01,", "2019-04-01,2026-01-31");
    assert_eq!(run(&past, Format::Csv).await.0, (0, 1, 0, 0));
    while run_due(&world.service).await.unwrap() > 0 {}
    assert_eq!(
        kinds(&find("Molino").await),
        ["FILED", "PUBLISHED", "GRANTED", "FEE_PAID", "GRACE_PERIOD_STARTED"]
    );
    let line = json!({ "externalId": "P-5", "figure": "PATENT", "title": { "es": "Filtro de agua" },
        "events": [{ "kind": "FILED", "on": "2023-05-05" }, { "kind": "ABANDONED", "on": "2024-05-05" }],
        "color": "azul" });
    let (counts, notes) = run(&line.to_string(), Format::JsonLines).await;
    assert_eq!(counts, (1, 0, 0, 0), "{notes:#?}");
    assert!(notes.iter().any(|note| note.contains("desconocido")), "{notes:#?}");
    assert_eq!(find("Filtro").await["legalStatus"], "ABANDONED");
    world.events().await;
}

async fn a_page_costs_what_a_list_page_costs(world: &World) {
    let cast = world.cast().await;
    heard(world, &cast).await;
    for _ in 0..30 {
        let row = ip_asset::Model {
            offer_id: Some(world.offer(&cast, OfferStatus::Published).await.id),
            ..records::ip_asset(&cast, IpLegalStatus::GrantedInForce, world.now()).0
        };
        world.put(row).await;
    }
    let member = world.person(Role::MemberUser, cast.company).await;
    member.send("{ viewer { isNetworkMember } }", json!({})).await.data();
    for (ask, right) in [
        (
            "{ dormantAssets(first: 20) { nodes { title nextFeeDueOn atRisk ott { name } offer { title } } } }",
            1,
        ),
        (
            "{ dormantAssets(first: 20, filter: { atRisk: true }) { totalCount nodes { title } } }",
            2,
        ),
        (
            "{ dormantAssets(first: 20) { nodes { title matchingNeeds(first: 3) { score need { title chamber { name } } } } } }",
            2,
        ),
        (
            "{ offers(first: 20) { nodes { title ipAssets(first: 2) { nodes { title dormant } } } } }",
            2,
        ),
    ] {
        world.statements();
        member.send(ask, json!({})).await.data();
        let sent = world.statements();
        assert_eq!(sent.len(), right, "{ask}: {sent:#?}");
    }
}

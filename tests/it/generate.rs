//! A generated network: the same for the same arguments on either database, only on
//! an empty one, and readable like any other.

use api::generate::{self, Silence, Wanted};
use chrono::NaiveDate;
use entity::{
    NeedStatus, OfferStatus, Role, affiliation, capability, ip_asset, ip_event, match_, membership,
    need, offer, organization,
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use serde_json::json;
use tests::World;

tests::stories!(
    the_same_arguments_make_the_same_network,
    another_seed_makes_another,
    only_an_empty_database_is_filled,
    it_is_read_like_any_other
);

const WANTED: Wanted = Wanted { organizations: 300, scale: 1, seed: 7, until: day(2026, 2, 1) };

const fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    match NaiveDate::from_ymd_opt(year, month, day) {
        Some(day) => day,
        None => panic!("a day"),
    }
}

async fn make(world: &World, wanted: &Wanted) -> generate::Made {
    let made = generate::generate(&world.service, wanted, &mut Silence).await;
    world.event_rows().await;
    made.unwrap_or_else(|error| panic!("{}", error.describe()))
}

/// A fingerprint (FNV-1a) of everything that was generated.
async fn print(world: &World) -> u64 {
    let db = world.db().read();
    let organizations = organization::Entity::find().order_by_asc(organization::Column::Id);
    let needs = need::Entity::find().order_by_asc(need::Column::Id);
    let offers = offer::Entity::find().order_by_asc(offer::Column::Id);
    let matches = match_::Entity::find().order_by_asc(match_::Column::Id);
    let members = membership::Entity::find().order_by_asc(membership::Column::Id);
    let affiliations = affiliation::Entity::find().order_by_asc(affiliation::Column::Id);
    let text = format!(
        "{:?}{:?}{:?}{:?}{:?}{:?}",
        organizations.all(db).await.unwrap(),
        needs.all(db).await.unwrap(),
        offers.all(db).await.unwrap(),
        matches.all(db).await.unwrap(),
        members.all(db).await.unwrap(),
        affiliations.all(db).await.unwrap(),
    );
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// What the arguments above make, on either database. It moves when the generator does.
const PRINT: u64 = 1_131_166_544_628_236_172;

async fn the_same_arguments_make_the_same_network(world: &World) {
    let made = make(world, &WANTED).await;
    assert_eq!(print(world).await, PRINT);
    let db = world.db().read();
    for (table, count) in [
        ("organization", organization::Entity::find().count(db).await.unwrap()),
        ("need", need::Entity::find().count(db).await.unwrap()),
        ("offer", offer::Entity::find().count(db).await.unwrap()),
        ("capability", capability::Entity::find().count(db).await.unwrap()),
        ("ip_asset", ip_asset::Entity::find().count(db).await.unwrap()),
        ("ip_event", ip_event::Entity::find().count(db).await.unwrap()),
        ("match", match_::Entity::find().count(db).await.unwrap()),
    ] {
        assert_eq!(made.rows[table], count, "{table}");
    }
    assert_eq!((made.rows["need"], made.rows["offer"]), (566, 339));
    assert_eq!(made.rows["ip_asset"], 113);
    // Nothing of it is overdue on the day.
    let assets = ip_asset::Entity::find().all(db).await.unwrap();
    let late =
        assets.iter().filter(|row| row.next_fee_due_on.is_some_and(|due| due < WANTED.until));
    assert_eq!(late.count(), 0);
    assert!(made.rows["match"] > 1_000, "{:?}", made.rows);
    // Skewed, as real networks are: most is on offer, and the largest subsector has far more than its share.
    let published = need::Entity::find().filter(need::Column::Status.eq(NeedStatus::Published));
    assert!(published.count(db).await.unwrap() > 566 / 2);
    let mut subsectors = std::collections::BTreeMap::new();
    for row in need::Entity::find().all(db).await.unwrap() {
        *subsectors.entry(row.subsector).or_insert(0) += 1;
    }
    assert!(subsectors.values().max().unwrap() * subsectors.len() > 2 * 566, "{subsectors:?}");
    for row in organization::Entity::find().all(db).await.unwrap() {
        assert!(row.legal_name.contains("(generad"), "{}", row.legal_name);
    }
}

async fn another_seed_makes_another(world: &World) {
    make(world, &Wanted { seed: 8, ..WANTED }).await;
    assert_ne!(print(world).await, PRINT);
}

async fn only_an_empty_database_is_filled(world: &World) {
    let tomorrow = Wanted { until: day(2026, 3, 3), ..WANTED };
    let refused = generate::generate(&world.service, &tomorrow, &mut Silence).await.unwrap_err();
    assert!(refused.describe().contains("--until"), "{}", refused.describe());
    world.cast().await;
    let before = print(world).await;
    let refused = generate::generate(&world.service, &WANTED, &mut Silence).await.unwrap_err();
    assert!(refused.describe().contains("empty one"), "{}", refused.describe());
    assert_eq!(print(world).await, before, "nothing was changed");
}

async fn it_is_read_like_any_other(world: &World) {
    let made = make(world, &WANTED).await;
    let somebody = |role: Role| *made.people.iter().find(|one| one.role == role).unwrap();
    let officer = somebody(Role::OttOfficer);
    let officer = world.person(Role::OttOfficer, officer.organization).await;
    let db = world.db().read();
    let published = need::Entity::find()
        .filter(need::Column::Status.eq(NeedStatus::Published))
        .order_by_asc(need::Column::Id)
        .all(db)
        .await
        .unwrap();
    let mut matches = 0;
    for need in &published {
        let ask = "query($id: ID!) { need(id: $id) { title summary description scian { code } subsector { code } \
                   state { code } chamber { name } region { code } successCriteria { parameter } \
                   matches(first: 50) { nodes { score explanation components { contribution } \
                   offer { status ott { name } } } } } }";
        let answer = officer.send(ask, json!({ "id": need.id.to_string() })).await;
        let told = answer.root();
        for text in ["title", "summary", "description"] {
            assert!(told[text].as_str().is_some_and(|text| text.len() > 10), "{told:#}");
            assert!(!told[text].to_string().contains("generad"), "nobody is named: {told:#}");
        }
        assert!(!told["chamber"].is_null() && !told["region"].is_null(), "{told:#}");
        for found in told["matches"]["nodes"].as_array().unwrap() {
            let parts = found["components"].as_array().unwrap();
            let sum: i64 = parts.iter().map(|part| part["contribution"].as_i64().unwrap()).sum();
            assert_eq!(found["score"], sum, "the parts add up");
            assert_eq!(found["offer"]["status"], "PUBLISHED");
            assert!(found["explanation"].as_str().is_some_and(|text| !text.is_empty()));
            matches += 1;
        }
    }
    let rows = match_::Entity::find().count(db).await.unwrap();
    assert_eq!(matches, usize::try_from(rows).unwrap(), "every match joins two that are on offer");
    let offers = offer::Entity::find().filter(offer::Column::Status.eq(OfferStatus::Published));
    let total = officer
        .send("{ offers(filter: { status: [PUBLISHED] }) { totalCount } }", json!({}))
        .await
        .root()["totalCount"]
        .clone();
    assert_eq!(total, offers.count(db).await.unwrap());

    // What comes next has the next number, and nobody computes the suggestions anew.
    let member = somebody(Role::MemberUser);
    let member = (world.person(Role::MemberUser, member.organization).await, member.organization);
    let draft = "mutation($company: ID!) { draftNeed(input: { company: $company, \
                 title: { es: \"Recuperar calor\" }, summary: { es: \"De hornos\" } }) \
                 { need { folio } userErrors { message } } }";
    let answer = member.0.send(draft, json!({ "company": member.1.to_string() })).await;
    let folio =
        answer.root()["need"]["folio"].as_str().unwrap_or_else(|| panic!("{answer:?}")).to_owned();
    let same = need::Entity::find().filter(need::Column::Folio.eq(folio));
    assert_eq!(same.count(db).await.unwrap(), 1);
    assert_eq!(world.events().await, ["NEED_DRAFTED"]);
    world.settled().await;
    assert!(api::matches::follow(&world.service, "an instance").await.unwrap() <= 1);
    assert_eq!(world.events().await, [""; 0], "no suggestion is written anew");
}

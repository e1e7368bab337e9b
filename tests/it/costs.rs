//! What lists cost: as many statements for sixty rows as for one, and no column
//! that nobody asked for.

use async_graphql::parser::types::OperationType;
use chrono::TimeDelta;
use entity::{NeedStatus, OfferStatus, OrganizationKind, Role};
use serde_json::json;
use tests::{Person, World, records, selection::everything};

tests::stories!(lists_cost_the_same_for_one_and_for_sixty, only_what_is_selected_is_read);

/// The lists, with what hangs on them.
const LISTS: [(&str, &str); 5] = [
    (
        "needs",
        "{ needs(first: 60) { nodes { title company { name } chamber { name } \
        region { code } delegation { code } documents { fileName } matches(first: 1) { nodes { score offer { title } } } } } }",
    ),
    ("histories", "{ needs(first: 60) { nodes { history { to } sharedBy { name } } } }"),
    ("offers", "{ offers(first: 60) { nodes { title ott { name parent { name } } } } }"),
    (
        "organizations",
        "{ organizations(first: 60) { nodes { name parent { name } region { code } \
        chambers { name } ottProfile { staffFte } } } }",
    ),
    (
        "search",
        "{ search(text: \"calor hornos recuperador\", first: 100) { edges { node { \
        ... on Need { title chamber { name } } ... on Offer { title ott { name } } } } } }",
    ),
];

async fn cost(world: &World, person: &Person<'_>, operation: &str) -> (usize, usize) {
    world.statements();
    let answer = person.send(operation, json!({})).await;
    let found = answer.data().to_string().matches("\"title\"").count();
    (world.statements().len(), found)
}

async fn lists_cost_the_same_for_one_and_for_sixty(world: &World) {
    let cast = world.cast().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let mut costs = Vec::new();
    for count in [1, 59] {
        for _ in 0..count {
            world.pass(TimeDelta::seconds(1));
            let mut need = records::need(&cast, NeedStatus::Published, world.now());
            need.shared_by = [cast.ally].iter().collect();
            world.put(need.clone()).await;
            let offer = world.offer(&cast, OfferStatus::Published).await;
            world.put(records::suggestion(&need, &offer)).await;
            let id = entity::OrganizationId::new(world.now());
            let row = records::organization(id, OrganizationKind::Company, "Zinc", world.now());
            world.put(row).await;
            let place = Some((cast.northern, cast.north));
            world.put(records::affiliation(id, cast.chamber, place, world.now())).await;
        }
        // The index and the suggestions know of them, as after a start.
        let instance = world.another_instance().await;
        for (name, list) in LISTS.iter().filter(|(name, _)| *name != "search") {
            costs.push((*name, cost(world, &admin, list).await));
        }
        costs.push(("search", cost_of_search(&instance, &admin).await));
        instance.db().clone().close().await.unwrap();
    }
    let (one, sixty) = costs.split_at(LISTS.len());
    for ((name, (few, _)), (_, (many, _))) in one.iter().zip(sixty) {
        assert_eq!(few, many, "{name}");
        assert!(*many <= 9, "{name}: {many} statements");
    }
    assert_eq!(sixty[0].1.1, 120, "sixty needs were read, each with its best offer");
}

/// Search asks the index of its instance.
async fn cost_of_search(instance: &api::context::Service, person: &Person<'_>) -> (usize, usize) {
    let request = async_graphql::Request::new(LISTS[4].1);
    let request = instance
        .prepare(request, OperationType::Query, person.claims().as_ref())
        .await
        .expect("a request");
    let before = instance.db().statements();
    let answer = api::schema::build().execute(request).await;
    assert!(answer.is_ok(), "{:?}", answer.errors);
    let found = answer.data.to_string().matches("title").count();
    assert!(found > 1, "search found something");
    (usize::try_from(instance.db().statements() - before).unwrap(), found)
}

async fn only_what_is_selected_is_read(world: &World) {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::Published).await;
    world.offer(&cast, OfferStatus::Published).await;
    let member = world.person(Role::MemberUser, cast.company).await;
    for (few, never) in [
        (
            "{ needs { nodes { id title } } }".to_owned(),
            &["description", "confidential_annex", "scian"][..],
        ),
        (
            format!("{{ need(id: \"{}\") {{ status }} }}", need.id),
            &["title", "confidential_annex", "summary"],
        ),
        ("{ offers { nodes { id } } }".to_owned(), &["title", "enabling_detail", "inventors"]),
        (
            "{ organizations { nodes { name } } }".to_owned(),
            &["rfc", "email", "workers", "address"],
        ),
    ] {
        world.statements();
        member.send(&few, json!({})).await.data();
        let sent = world.statements();
        assert_eq!(sent.len(), 1, "{sent:#?}");
        for column in never {
            assert!(!sent[0].contains(&format!("\"{column}\"")), "{column} in {}", sent[0]);
        }
    }
    // Fewer fields never cost more statements.
    let all: Vec<String> = everything("Need", 0).split(' ').map(ToOwned::to_owned).collect();
    let ask = |fields: &[String]| format!("{{ needs {{ nodes {{ {} }} }} }}", fields.join(" "));
    let whole = cost(world, &member, &ask(&all)).await.0;
    for field in &all {
        let one = cost(world, &member, &ask(std::slice::from_ref(field))).await.0;
        assert!(one <= whole, "{field} alone costs {one}, with all others {whole}");
    }
}

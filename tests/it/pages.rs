//! Pages joined are the list, both ways, also while rows are added.

use chrono::TimeDelta;
use entity::{NeedStatus, OrganizationId, OrganizationKind};
use serde_json::{Value, json};
use tests::{Cast, Person, World, records};

tests::stories!(
    pages_joined_are_the_list_both_ways,
    rows_that_are_added_meanwhile_neither_repeat_nor_hide,
    a_cursor_fits_its_own_list_alone,
    pages_have_limits,
    totals_are_counted_only_when_asked,
    text_is_ordered_alike_on_both_databases,
    filters_find_what_they_say,
);

/// Needs with equal titles and equal times among them, so that every order has ties.
async fn some_needs(world: &World, cast: &Cast, count: usize) {
    for number in 0..count {
        if number % 3 == 0 {
            world.pass(TimeDelta::seconds(1));
        }
        let mut row = records::need(cast, NeedStatus::Published, world.now());
        let title = ["Horno", "Ánodo", "Ñandú", "zinc", "agua"][number % 5];
        row.title = records::both(title, title);
        row.title_folded = api::text::fold(title);
        world.put(row).await;
    }
}

async fn page(person: &Person<'_>, order: &str, args: &str) -> Value {
    let ask = format!(
        "{{ needs(order: {order}, {args}) {{ pageInfo {{ hasNextPage \
        hasPreviousPage startCursor endCursor }} nodes {{ id }} edges {{ cursor node {{ id }} }} }} }}"
    );
    let page = person.send(&ask, json!({})).await.root().clone();
    let edges: Vec<_> = page["edges"].as_array().unwrap().iter().map(|e| &e["node"]).collect();
    assert_eq!(json!(edges), page["nodes"], "two ways to say the same");
    page
}

fn ids(page: &Value) -> Vec<String> {
    let nodes = page["nodes"].as_array().unwrap().iter();
    nodes.map(|node| node["id"].as_str().unwrap().to_owned()).collect()
}

async fn pages_joined_are_the_list_both_ways(world: &World) {
    let cast = world.cast().await;
    some_needs(world, &cast, 23).await;
    let nobody = world.nobody();
    let mut lists = Vec::new();
    for order in ["NEWEST", "OLDEST", "TITLE", "RECENTLY_UPDATED"] {
        let all = page(&nobody, order, "first: 100").await;
        assert_eq!(all["pageInfo"]["hasNextPage"], false);
        let all = ids(&all);
        assert_eq!(all.len(), 23);
        for size in [1, 4, 23] {
            let mut joined = Vec::new();
            let mut after = String::new();
            loop {
                let found = page(&nobody, order, &format!("first: {size} {after}")).await;
                joined.extend(ids(&found));
                assert_eq!(found["pageInfo"]["hasPreviousPage"], !after.is_empty());
                if found["pageInfo"]["hasNextPage"] == false {
                    break;
                }
                after = format!("after: {}", found["pageInfo"]["endCursor"]);
            }
            assert_eq!(joined, all, "{order} forwards by {size}");
            let mut joined = Vec::new();
            let mut before = String::new();
            loop {
                let found = page(&nobody, order, &format!("last: {size} {before}")).await;
                joined.splice(0..0, ids(&found));
                assert_eq!(found["pageInfo"]["hasNextPage"], !before.is_empty());
                if found["pageInfo"]["hasPreviousPage"] == false {
                    break;
                }
                before = format!("before: {}", found["pageInfo"]["startCursor"]);
            }
            assert_eq!(joined, all, "{order} backwards by {size}");
        }
        lists.push(all);
    }
    lists[1].reverse();
    assert_eq!(lists[0], lists[1], "the oldest first is the newest last");
    assert_ne!(lists[0], lists[2]);
}

async fn rows_that_are_added_meanwhile_neither_repeat_nor_hide(world: &World) {
    let cast = world.cast().await;
    some_needs(world, &cast, 12).await;
    let nobody = world.nobody();
    for (way, from, order) in
        [("first", "after", "NEWEST"), ("first", "after", "TITLE"), ("last", "before", "OLDEST")]
    {
        let old = ids(&page(&nobody, order, "first: 100").await);
        let mut joined: Vec<String> = Vec::new();
        let mut place = String::new();
        loop {
            let found = page(&nobody, order, &format!("{way}: 3 {place}")).await;
            let (more, cursor) = if way == "first" {
                joined.extend(ids(&found));
                ("hasNextPage", "endCursor")
            } else {
                joined.splice(0..0, ids(&found));
                ("hasPreviousPage", "startCursor")
            };
            if found["pageInfo"][more] == false {
                break;
            }
            place = format!("{from}: {}", found["pageInfo"][cursor]);
            some_needs(world, &cast, 1).await;
        }
        let mut once = joined.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), joined.len(), "{order}: nothing twice");
        joined.retain(|id| old.contains(id));
        assert_eq!(joined, old, "{order}: nothing missed, nothing moved");
    }
}

async fn a_cursor_fits_its_own_list_alone(world: &World) {
    let cast = world.cast().await;
    some_needs(world, &cast, 3).await;
    let nobody = world.nobody();
    let one = page(&nobody, "TITLE", "first: 1").await;
    let cursor = one["pageInfo"]["endCursor"].clone();
    let offers = nobody.send("{ organizations(first: 1) { pageInfo { endCursor } } }", json!({}));
    let foreign = offers.await.root()["pageInfo"]["endCursor"].clone();
    for args in [
        format!("order: NEWEST, after: {cursor}"),
        format!("order: TITLE, filter: {{ state: \"05\" }}, after: {cursor}"),
        format!("order: TITLE, after: {foreign}"),
        "order: TITLE, after: \"\"".to_owned(),
        "order: TITLE, before: \"eyJ2IjoxfQ\"".to_owned(),
        "order: TITLE, after: \"%00\"".to_owned(),
        format!("order: TITLE, after: \"{}\"", "A".repeat(5_000)),
    ] {
        let answer =
            nobody.send(&format!("{{ needs({args}) {{ nodes {{ id }} }} }}"), json!({})).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{args}: {:#}", answer.body);
    }
    let fits = page(&nobody, "TITLE", &format!("first: 5, after: {cursor}")).await;
    assert_eq!(ids(&fits).len(), 2);
}

async fn pages_have_limits(world: &World) {
    let cast = world.cast().await;
    some_needs(world, &cast, 21).await;
    let nobody = world.nobody();
    assert_eq!(ids(&page(&nobody, "NEWEST", "first: null").await).len(), 20, "when nobody says");
    assert_eq!(ids(&page(&nobody, "NEWEST", "first: 100").await).len(), 21);
    for list in ["needs", "offers", "organizations"] {
        for args in
            ["first: 0", "first: -1", "first: 101", "last: 0", "last: 101", "first: 1, last: 1"]
        {
            let ask = format!("{{ {list}({args}) {{ pageInfo {{ endCursor }} }} }}");
            assert_eq!(
                nobody.send(&ask, json!({})).await.code(),
                "BAD_USER_INPUT",
                "{list} {args}"
            );
        }
    }
}

async fn totals_are_counted_only_when_asked(world: &World) {
    let cast = world.cast().await;
    some_needs(world, &cast, 3).await;
    let nobody = world.nobody();
    for list in ["needs", "offers", "organizations"] {
        world.statements();
        nobody
            .send(&format!("{{ {list}(first: 1) {{ nodes {{ id }} }} }}"), json!({}))
            .await
            .data();
        let without = world.statements();
        let ask = format!("{{ {list}(first: 1) {{ totalCount nodes {{ id }} }} }}");
        let total = nobody.send(&ask, json!({})).await.root()["totalCount"].clone();
        let with = world.statements();
        assert_eq!((without.len(), with.len()), (1, 2), "{without:#?} {with:#?}");
        assert!(!without[0].contains("COUNT") && with[1].contains("COUNT"), "{with:#?}");
        assert!(total.as_u64().is_some(), "{list}: {total}");
    }
    let ask = "query($yes: Boolean!) { needs { totalCount @include(if: $yes) nodes { id } } }";
    world.statements();
    nobody.send(ask, json!({ "yes": false })).await.data();
    assert_eq!(world.statements().len(), 1);
}

async fn text_is_ordered_alike_on_both_databases(world: &World) {
    let now = world.now();
    let names = ["Zinc", "ábaco", "Ñandú", "nopal", "oro 2", "oro 10", "Oro-1", "acero", "nube"];
    for name in names {
        let id = OrganizationId::new(now);
        world.put(records::organization(id, OrganizationKind::Company, name, now)).await;
    }
    let list = "{ organizations { nodes { name } } }";
    let found = world.nobody().send(list, json!({})).await.root()["nodes"].clone();
    let found: Vec<_> =
        found.as_array().unwrap().iter().map(|n| n["name"].as_str().unwrap()).collect();
    let right = ["ábaco", "acero", "nopal", "nube", "oro 10", "oro 2", "Oro-1", "Zinc", "Ñandú"];
    assert_eq!(found, right);
}

async fn filters_find_what_they_say(world: &World) {
    let cast = world.cast().await;
    let mut row = records::need(&cast, NeedStatus::Published, world.now());
    row.public_text_folded = String::from("cien % de 100_000 \\ y mas");
    world.put(row.clone()).await;
    let nobody = world.nobody();
    let region = cast.north.to_string();
    let (south, chamber) = (cast.south.to_string(), cast.chamber.to_string());
    for (filter, finds) in [
        (json!({ "text": "CIÉN %" }), 1),
        (json!({ "text": "cien 1" }), 0),
        (json!({ "text": "100_000 \\ Y MÁS" }), 1),
        (json!({ "text": "100x000" }), 0),
        (json!({ "text": "%" }), 1),
        (json!({ "scian": "31-33" }), 1),
        (json!({ "scian": "327" }), 1),
        (json!({ "scian": "326" }), 0),
        (json!({ "scian": "48-49" }), 0),
        (json!({ "subsector": "327" }), 1),
        (json!({ "subsector": "326" }), 0),
        (json!({ "state": "05", "region": region, "chamber": chamber }), 1),
        (json!({ "region": south }), 0),
        (json!({ "trlMin": 9, "trlMax": 5 }), 1),
        (json!({ "trlMax": 4 }), 0),
        (json!({ "status": ["PUBLISHED", "FULFILLED"], "type": "TECHNOLOGY_REQUEST" }), 1),
        (json!({ "status": [] }), 0),
        (json!({ "status": ["DRAFT"] }), 0),
        (json!({ "openForInterest": false }), 0),
        (json!({ "publishedSince": "2026-03-02T12:00:00Z" }), 1),
        (json!({ "publishedSince": "2026-03-02T12:00:00.000001Z" }), 0),
    ] {
        let ask = "query($filter: NeedFilter) { needs(filter: $filter) { totalCount } }";
        let answer = nobody.send(ask, json!({ "filter": filter })).await;
        assert_eq!(answer.root()["totalCount"], finds, "{filter}");
    }
    for wrong in [
        json!({ "scian": "99" }),
        json!({ "subsector": "31" }),
        json!({ "subsector": "327310" }),
        json!({ "state": "5" }),
        json!({ "trlMin": 0 }),
        json!({ "text": " " }),
        json!({ "text": "x".repeat(201) }),
        json!({ "region": cast.chamber.to_string() }),
    ] {
        let ask = "query($filter: NeedFilter) { needs(filter: $filter) { totalCount } }";
        let answer = nobody.send(ask, json!({ "filter": wrong })).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{wrong}");
    }
}

//! Lists below a thing: page by page, each parent its own, by the rules of every other list.

use chrono::TimeDelta;
use entity::{DisclosureLevel, NeedStatus, OfferStatus, OrganizationId, Role};
use sea_orm::{ActiveEnum, Iterable};
use serde_json::{Value, json};
use tests::{Answer, Person, World, records};

use crate::documents::{Network, count};

tests::stories!(
    pages_below_a_thing_joined_are_the_list,
    what_is_wrong_with_a_list_is_told_there_alone,
    each_parent_has_its_own_list,
    one_thing_reached_by_two_ways_has_one_list,
    lists_below_a_thing_show_what_lists_show,
    matches_of_what_is_hidden_are_hidden,
    counts_add_up_to_the_totals,
);

/// A list below an organization, as a page.
async fn page(person: &Person<'_>, below: OrganizationId, list: &str, args: &str) -> Value {
    let ask = format!(
        "{{ organization(id: \"{below}\") {{ page: {list}({args}) {{ totalCount pageInfo {{ hasNextPage \
        hasPreviousPage startCursor endCursor }} nodes {{ id }} edges {{ cursor node {{ id }} }} }} }} }}"
    );
    let page = person.send(&ask, json!({})).await.root()["page"].clone();
    let edges: Vec<_> = page["edges"].as_array().unwrap().iter().map(|e| &e["node"]).collect();
    assert_eq!(json!(edges), page["nodes"], "two ways to say the same");
    page
}

fn ids(page: &Value) -> Vec<String> {
    let nodes = page["nodes"].as_array().unwrap().iter();
    nodes.map(|node| node["id"].as_str().unwrap().to_owned()).collect()
}

async fn pages_below_a_thing_joined_are_the_list(world: &World) {
    let network = Network::small(world).await;
    let cast = network.cast;
    let member = world.person(Role::MemberUser, cast.other_company).await;
    for (list, parent, rows) in
        [("needs", cast.chamber, 7), ("offers", cast.ott, 5), ("offers", cast.other_ott, 2)]
    {
        let whole = page(&member, parent, list, "first: 100").await;
        let all = ids(&whole);
        assert_eq!((all.len(), &whole["totalCount"]), (rows, &json!(rows)), "{list}");
        for size in [1, 2, 5, 7] {
            for (way, from, edge, more, other) in [
                ("first", "after", "endCursor", "hasNextPage", "hasPreviousPage"),
                ("last", "before", "startCursor", "hasPreviousPage", "hasNextPage"),
            ] {
                let mut joined: Vec<String> = Vec::new();
                let mut place = String::new();
                loop {
                    let found =
                        page(&member, parent, list, &format!("{way}: {size} {place}")).await;
                    assert_eq!(found["totalCount"], rows, "pages do not change the total");
                    assert_eq!(found["pageInfo"][other], !place.is_empty());
                    let found_ids = ids(&found);
                    assert!(!found_ids.is_empty() && found_ids.len() <= size);
                    if way == "first" {
                        joined.extend(found_ids);
                    } else {
                        joined.splice(0..0, found_ids);
                    }
                    if found["pageInfo"][more] == false {
                        break;
                    }
                    place = format!("{from}: {}", found["pageInfo"][edge]);
                }
                assert_eq!(joined, all, "{list} {way} {size}");
            }
        }
        let end = &whole["pageInfo"]["endCursor"];
        let beyond = page(&member, parent, list, &format!("first: 2, after: {end}")).await;
        assert_eq!((ids(&beyond).len(), &beyond["totalCount"]), (0, &json!(rows)));
        let info = json!({ "hasNextPage": false, "hasPreviousPage": true, "startCursor": null, "endCursor": null });
        assert_eq!(beyond["pageInfo"], info);
    }
    let none = page(&member, cast.company, "needs", "first: 2").await;
    assert_eq!((ids(&none).len(), &none["totalCount"]), (0, &json!(0)));
    // Matches tell no pages but whether there are more.
    let need = json!({ "id": network.needs[6].id });
    let ask = |first| {
        format!(
            "query($id: ID!) {{ need(id: $id) {{ matches(first: {first}) {{ pageInfo {{ hasNextPage }} nodes {{ id score }} }} }} }}"
        )
    };
    let whole = member.send(&ask(50), need.clone()).await.root()["matches"].clone();
    assert_eq!((ids(&whole).len(), &whole["pageInfo"]["hasNextPage"]), (6, &json!(false)));
    let scores: Vec<_> =
        whole["nodes"].as_array().unwrap().iter().map(|m| m["score"].as_i64()).collect();
    assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
    for first in 1..=6 {
        let found = member.send(&ask(first), need.clone()).await.root()["matches"].clone();
        assert_eq!(ids(&found), ids(&whole)[..first]);
        assert_eq!(found["pageInfo"]["hasNextPage"], first < 6);
    }
}

async fn what_is_wrong_with_a_list_is_told_there_alone(world: &World) {
    let network = Network::small(world).await;
    let cast = network.cast;
    let member = world.person(Role::MemberUser, cast.other_company).await;
    let lists = "{ offers(first: 1) { pageInfo { endCursor } } organization(id: \"CHAMBER\") { \
        needs(first: 1) { pageInfo { endCursor } } } }"
        .replace("CHAMBER", &cast.chamber.to_string());
    let lists = member.send(&lists, json!({})).await.data().clone();
    let of_root = &lists["offers"]["pageInfo"]["endCursor"];
    let of_needs = &lists["organization"]["needs"]["pageInfo"]["endCursor"];
    for args in [
        "first: 0".to_owned(),
        "first: -1".to_owned(),
        "first: 101".to_owned(),
        "last: 0".to_owned(),
        "first: 1, last: 1".to_owned(),
        "first: $many".to_owned(),
        "after: \"x\"".to_owned(),
        format!("after: {of_root}"),
        format!("before: {of_root}"),
        format!("after: {of_needs}"),
    ] {
        let ask = format!(
            "query($id: ID!, $many: Int = 500) {{ organization(id: $id) {{ name wrong: offers({args}) \
            {{ nodes {{ id }} }} right: offers(first: 2) {{ nodes {{ id }} }} needs {{ totalCount }} }} \
            needs(first: 1) {{ nodes {{ id m: matches(first: $many) @include(if: false) {{ nodes {{ id }} }} }} }} }}"
        );
        let answer = member.send(&ask, json!({ "id": cast.ott })).await;
        only_error(&answer, &args, &json!(["organization", "wrong"]));
        let data = &answer.body["data"];
        assert!(data["organization"]["wrong"].is_null(), "{args}");
        assert_eq!(count(&data["organization"]["right"], "id"), 2, "{args}");
        assert_eq!(data["organization"]["needs"]["totalCount"], 0, "{args}");
        assert_eq!(count(&data["needs"], "id"), 1, "{args}");
    }
    for first in [0, 51] {
        let ask = format!(
            "query($id: ID!) {{ need(id: $id) {{ title wrong: matches(first: {first}) {{ nodes {{ id }} }} \
            matches(first: 2) {{ nodes {{ id }} }} }} }}"
        );
        let answer = member.send(&ask, json!({ "id": network.needs[2].id })).await;
        only_error(&answer, &ask, &json!(["need", "wrong"]));
        let need = &answer.body["data"]["need"];
        assert_eq!((&need["title"], count(&need["matches"], "id")), (&json!("Horno 2"), 2));
    }
    // Below many parents each has the error, and nothing else fails.
    let ask = "{ needs(first: 3) { nodes { title matches(first: 0) { nodes { id } } chamber { name } } } }";
    let answer = member.send(ask, json!({})).await;
    let paths: Vec<_> =
        answer.body["errors"].as_array().unwrap().iter().map(|e| &e["path"]).collect();
    let expected = (0..3).map(|n| json!(["needs", "nodes", n, "matches"])).collect::<Vec<_>>();
    assert_eq!(paths, expected.iter().collect::<Vec<_>>());
    assert_eq!(count(&answer.body["data"], "chamber"), 3);
}

fn only_error(answer: &Answer, what: &str, path: &Value) {
    assert_eq!(answer.code(), "BAD_USER_INPUT", "{what}: {:#}", answer.body);
    assert_eq!(answer.body["errors"].as_array().unwrap().len(), 1, "{what}: {:#}", answer.body);
    assert_eq!(&answer.body["errors"][0]["path"], path, "{what}");
}

async fn each_parent_has_its_own_list(world: &World) {
    let network = Network::small(world).await;
    let cast = network.cast;
    let member = world.person(Role::MemberUser, cast.other_company).await;
    let of = |office: OrganizationId| {
        let mut rows: Vec<_> = network.offers.iter().filter(|row| row.ott_id == office).collect();
        rows.sort_by_key(|row| std::cmp::Reverse((row.listed_at, row.id)));
        rows.into_iter().map(|row| row.id.to_string()).collect::<Vec<_>>()
    };
    let ask = "query($a: ID!, $b: ID!, $c: ID!) { a: organization(id: $a) { ...L } b: organization(id: $b) { ...L } \
        nodes(ids: [$a, $b, $c, $a]) { ...L } organizations(first: 100) { nodes { id ...L } } } \
        fragment L on Organization { offers(first: 3) { totalCount pageInfo { hasNextPage } nodes { id } } }";
    let variables = json!({ "a": cast.ott, "b": cast.other_ott, "c": cast.company });
    let answer = member.send(ask, variables).await;
    let list = |office| {
        let all = of(office);
        let nodes: Vec<_> = all.iter().take(3).map(|id| json!({ "id": id })).collect();
        json!({ "totalCount": all.len(), "pageInfo": { "hasNextPage": all.len() > 3 }, "nodes": nodes })
    };
    let (ours, others, none) = (list(cast.ott), list(cast.other_ott), list(cast.company));
    assert_eq!((of(cast.ott).len(), of(cast.other_ott).len()), (5, 2));
    let data = answer.data();
    assert_eq!((&data["a"]["offers"], &data["b"]["offers"]), (&ours, &others));
    let nodes: Vec<_> = data["nodes"].as_array().unwrap().iter().map(|o| &o["offers"]).collect();
    assert_eq!(nodes, [&ours, &others, &none, &ours]);
    for organization in data["organizations"]["nodes"].as_array().unwrap() {
        let expected = match organization["id"].as_str().unwrap() {
            id if id == cast.ott.to_string() => &ours,
            id if id == cast.other_ott.to_string() => &others,
            _ => &none,
        };
        assert_eq!(&organization["offers"], expected);
    }
}

async fn one_thing_reached_by_two_ways_has_one_list(world: &World) {
    let network = Network::small(world).await;
    let cast = network.cast;
    let member = world.person(Role::MemberUser, cast.other_company).await;
    // All needs have the same chamber, and their matches the same few offers.
    let ask = "{ needs(first: 7) { nodes { chamber { needs(first: 3) { totalCount pageInfo { hasNextPage } \
        nodes { id } } } matches(first: 6) { nodes { offer { id matches(first: 2) { pageInfo { hasNextPage } \
        nodes { id } } ott { id offers(first: 4) { totalCount pageInfo { hasNextPage } nodes { id } } } } } } } } }";
    let answer = member.send(ask, json!({})).await;
    let needs = answer.root()["nodes"].as_array().unwrap();
    let alone = page(&member, cast.chamber, "needs", "first: 3").await;
    assert_eq!(needs.len(), 7);
    for need in needs {
        let list = &need["chamber"]["needs"];
        assert_eq!((ids(list), &list["totalCount"]), (ids(&alone), &json!(7)));
        assert_eq!(list["pageInfo"]["hasNextPage"], true);
        for row in need["matches"]["nodes"].as_array().unwrap() {
            let offer = &row["offer"];
            let ask = "query($offer: ID!) { offer(id: $offer) { id matches(first: 2) { pageInfo { hasNextPage } \
                nodes { id } } ott { id offers(first: 4) { totalCount pageInfo { hasNextPage } nodes { id } } } } }";
            let alone = member.send(ask, json!({ "offer": offer["id"] })).await;
            assert_eq!(offer, alone.root());
        }
    }
}

/// Needs and offers in every status, here and there, each with a match to each.
async fn everything(world: &World) -> Network {
    let mut network = Network::new(world).await;
    let cast = network.cast;
    for status in NeedStatus::iter() {
        for (company, region, delegation) in [
            (cast.company, Some(cast.north), Some(cast.northern)),
            (cast.ally, Some(cast.south), Some(cast.southern)),
            (cast.company, None, None),
        ] {
            world.pass(TimeDelta::seconds(1));
            let mut row = records::need(&cast, status, world.now());
            (row.company_id, row.region_id, row.delegation_id) = (company, region, delegation);
            if region.is_none() {
                (row.subsector, row.state_code) = (None, None);
            }
            world.put(row.clone()).await;
            network.needs.push(row);
        }
        let mut row = records::need(&cast, status, world.now());
        (row.chamber_id, row.company_id) = (cast.other_chamber, cast.other_company);
        (row.region_id, row.delegation_id, row.subsector) = (None, None, Some("326".into()));
        world.put(row.clone()).await;
        network.needs.push(row);
    }
    for status in OfferStatus::iter() {
        for office in [cast.ott, cast.other_ott] {
            world.pass(TimeDelta::seconds(1));
            let mut row = records::offer(&cast, status, world.now());
            row.ott_id = office;
            world.put(row.clone()).await;
            network.offers.push(row);
        }
    }
    network
}

async fn lists_below_a_thing_show_what_lists_show(world: &World) {
    let network = everything(world).await;
    let cast = network.cast;
    let need = "totalCount pageInfo { hasNextPage } nodes { id folio status title description disclosureLevel \
        redactedFields company { id name } confidentialAnnex chamber { name } }";
    let offer =
        "totalCount nodes { id status title disclosureLevel redactedFields enablingDetail }";
    let ask = format!(
        "query($chamber: ID!, $office: ID!, $company: ID!) {{ \
        below: organization(id: $chamber) {{ needs(first: 100) {{ {need} }} }} \
        list: needs(filter: {{ chamber: $chamber }}, first: 100) {{ {need} }} \
        offersBelow: organization(id: $office) {{ offers(first: 100) {{ {offer} }} }} \
        offers(filter: {{ ott: $office }}, first: 100) {{ {offer} }} \
        company: organization(id: $company) {{ needs(first: 100) {{ {need} }} }} }}"
    );
    let level = |level: DisclosureLevel| json!(level.to_value());
    let blind = [level(DisclosureLevel::PublicBlind), level(DisclosureLevel::Network)];
    let mut seen = Vec::new();
    for (who, person) in cast.people(world).await {
        for (chamber, office) in [(cast.chamber, cast.ott), (cast.other_chamber, cast.other_ott)] {
            let variables =
                json!({ "chamber": chamber, "office": office, "company": cast.company });
            let answer = person.send(&ask, variables).await;
            let data = answer.data();
            assert_eq!(data["below"]["needs"], data["list"], "{who}");
            assert_eq!(data["offersBelow"]["offers"], data["offers"], "{who}");
            assert_eq!(data["company"]["needs"]["totalCount"], 0, "{who}");
            let nodes = data["list"]["nodes"].as_array().unwrap();
            assert_eq!(data["list"]["totalCount"], nodes.len(), "{who}");
            assert!(!nodes.is_empty() && count(&data["offers"], "id") > 0, "{who} sees something");
            for node in nodes {
                if blind.contains(&node["disclosureLevel"]) {
                    assert!(
                        node["company"].is_null() && node["confidentialAnnex"].is_null(),
                        "{who}: {node:#}"
                    );
                }
            }
            if chamber == cast.chamber {
                seen.push((who, nodes.len(), count(&data["list"], "company")));
            }
        }
    }
    let of = |name: &str| {
        let (_, needs, companies) = seen.iter().find(|(who, ..)| *who == name).unwrap();
        (*needs, *companies)
    };
    let each = NeedStatus::iter().count();
    // Published and fulfilled, of three places.
    assert_eq!((of("nobody"), of("somebody without a role")), ((6, 0), (6, 0)));
    assert_eq!(of("officer of the office"), (6, 0));
    assert_eq!(of("liaison of the chamber"), (3 * each, 3 * each));
    assert_eq!(of("liaison, within the region"), (each + 4, each));
    assert_eq!(of("member of the company"), (2 * each + 2, 2 * each));
    assert_eq!(of("admin of the network"), (3 * (each - 1), 0));
}

async fn matches_of_what_is_hidden_are_hidden(world: &World) {
    let network = everything(world).await;
    let cast = network.cast;
    let need = network.needs.iter().find(|row| row.status == NeedStatus::Published).unwrap();
    let offer = network.offers.iter().find(|row| row.status == OfferStatus::Published).unwrap();
    for other in &network.offers {
        world.put(records::suggestion(need, other)).await;
    }
    for other in network.needs.iter().filter(|other| other.id != need.id) {
        world.put(records::suggestion(other, offer)).await;
    }
    let ask = "query($need: ID!, $offer: ID!, $first: Int) { need(id: $need) { matches(first: $first) { \
        pageInfo { hasNextPage } nodes { id offer { id } } } } offer(id: $offer) { matches(first: $first) { \
        pageInfo { hasNextPage } nodes { id need { id } } } } \
        needs(first: 100) { nodes { id } } offers(first: 100) { nodes { id } } }";
    let sorted = |nodes: &Value, side: Option<&str>| {
        let id = |node: &Value| {
            let thing = side.map_or(node, |side| &node[side]);
            thing["id"].as_str().expect("both sides are there").to_owned()
        };
        let mut found: Vec<String> = nodes["nodes"].as_array().unwrap().iter().map(id).collect();
        found.sort_unstable();
        found
    };
    let mut sizes = Vec::new();
    for (who, person) in cast.people(world).await {
        if !person.viewer().is_member() {
            continue;
        }
        let variables =
            |first: usize| json!({ "need": need.id, "offer": offer.id, "first": first });
        let answer = person.send(ask, variables(50)).await;
        let data = answer.data();
        let (of_need, of_offer) = (&data["need"]["matches"], &data["offer"]["matches"]);
        // Every offer and every need has a match here: those are left whose other side is seen.
        assert_eq!(sorted(of_need, Some("offer")), sorted(&data["offers"], None), "{who}");
        assert_eq!(sorted(of_offer, Some("need")), sorted(&data["needs"], None), "{who}");
        for (side, found) in [("need", of_need), ("offer", of_offer)] {
            let found = found["nodes"].as_array().unwrap().len();
            let exact = person.send(ask, variables(found)).await;
            assert_eq!(exact.data()[side]["matches"]["pageInfo"]["hasNextPage"], false, "{who}");
            let fewer = person.send(ask, variables(found - 1)).await;
            assert_eq!(fewer.data()[side]["matches"]["pageInfo"]["hasNextPage"], true, "{who}");
            sizes.push(found);
        }
    }
    sizes.sort_unstable();
    sizes.dedup();
    assert!(sizes.len() > 4, "viewers see different things: {sizes:?}");
}

const DIMENSIONS: [(&str, &str); 6] = [
    ("SUBSECTOR", "subsector { code }"),
    ("REGION", "region { id }"),
    ("STATE", "state { code }"),
    ("CHAMBER", "chamber { id name }"),
    ("STATUS", "status"),
    ("TYPE", "type"),
];

async fn counts_add_up_to_the_totals(world: &World) {
    let network = everything(world).await;
    let filters =
        [json!({}), json!({ "chamber": network.cast.chamber, "status": ["PUBLISHED", "DRAFT"] })];
    let sum = |counts: &Value| -> i64 {
        counts.as_array().unwrap().iter().map(|count| count["count"].as_i64().unwrap()).sum()
    };
    let mut totals = Vec::new();
    for (who, person) in network.cast.people(world).await {
        for filter in &filters {
            let counts = DIMENSIONS.map(|(by, shows)| {
                format!("{by}: needCounts(filter: $filter, by: [{by}]) {{ count {shows} }}")
            });
            let ask = format!(
                "query($filter: NeedFilter) {{ needs(filter: $filter) {{ totalCount }} {} \
                two: needCounts(filter: $filter, by: [CHAMBER, STATUS]) {{ count status chamber {{ id }} }} }}",
                counts.join(" ")
            );
            let answer = person.send(&ask, json!({ "filter": filter })).await;
            let data = answer.data();
            let total = data["needs"]["totalCount"].as_i64().unwrap();
            for (by, counts) in
                data.as_object().unwrap().iter().filter(|(name, _)| *name != "needs")
            {
                assert_eq!(sum(counts), total, "{who} by {by}: {counts:#}");
                let counts = counts.as_array().unwrap();
                let sizes: Vec<_> =
                    counts.iter().map(|count| count["count"].as_i64().unwrap()).collect();
                assert!(
                    sizes.is_sorted_by(|a, b| a >= b) && sizes.iter().all(|size| *size > 0),
                    "{who} by {by}"
                );
                let mut kinds: Vec<String> = counts
                    .iter()
                    .map(|count| {
                        let mut kind = count.clone();
                        kind.as_object_mut().unwrap().remove("count");
                        kind.to_string()
                    })
                    .collect();
                kinds.sort_unstable();
                kinds.dedup();
                assert_eq!(kinds.len(), counts.len(), "{who} by {by}: each kind once: {counts:#?}");
            }
            totals.push(total);
        }
    }
    totals.sort_unstable();
    totals.dedup();
    assert!(totals.len() > 4, "viewers see different numbers: {totals:?}");
}

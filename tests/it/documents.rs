//! A document is read as GraphQL means it, and costs as many statements as it has
//! levels, however many rows there are.

use async_graphql::parser::types::OperationType;
use chrono::TimeDelta;
use entity::{
    NeedStatus, OfferStatus, OrganizationId, OrganizationKind, Role, match_, need, offer,
};
use serde_json::{Map, Value, json};
use tests::{Cast, Person, World, records};

use crate::policy::input;

tests::stories!(
    every_level_is_one_statement,
    search_reads_its_hits_in_one_statement,
    a_payload_reads_what_it_selects,
    what_is_skipped_anywhere_is_not_read,
    aliases_and_places_have_their_own_arguments,
    fragments_are_what_they_stand_for,
    arguments_may_be_variables,
);

/// Needs of a chamber, offers of two offices, and what matches them.
pub(crate) struct Network {
    pub(crate) cast: Cast,
    pub(crate) needs: Vec<need::Model>,
    pub(crate) offers: Vec<offer::Model>,
}

impl Network {
    pub(crate) async fn new(world: &World) -> Self {
        Self { cast: world.cast().await, needs: Vec::new(), offers: Vec::new() }
    }

    /// The same with a few needs and offers, some of them at equal times.
    pub(crate) async fn small(world: &World) -> Self {
        let mut network = Self::new(world).await;
        network.grow(world, 7).await;
        network
    }

    /// Adds published needs, as many offers, and to each need matches with the latest offers.
    async fn grow(&mut self, world: &World, count: usize) {
        let cast = self.cast;
        for _ in 0..count {
            let number = self.needs.len();
            if number % 3 != 1 {
                world.pass(TimeDelta::seconds(1));
            }
            let mut need = records::need(&cast, NeedStatus::Published, world.now());
            need.title = records::both(&format!("Horno {number}"), &format!("Kiln {number}"));
            if number % 4 == 1 {
                (need.region_id, need.delegation_id) = (Some(cast.south), Some(cast.southern));
            }
            world.put(need.clone()).await;
            let mut offer = records::offer(&cast, OfferStatus::Published, world.now());
            offer.title = records::both(&format!("Recuperador {number}"), "Recuperator");
            if number % 3 == 2 {
                offer.ott_id = cast.other_ott;
            }
            world.put(offer.clone()).await;
            self.offers.push(offer);
            for (rank, offer) in (0..).zip(self.offers.iter().rev().take(6)) {
                // Some scores are equal.
                let score = 9_000 - 100 * (rank / 2);
                let row = match_::Model { score, ..records::suggestion(&need, offer) };
                world.put(row).await;
            }
            self.needs.push(need);
        }
    }
}

/// What an operation answers, and the statements that it took beside the one that finds out who asks.
async fn read(
    world: &World,
    person: &Person<'_>,
    operation: &str,
    variables: Value,
) -> (Vec<String>, Value) {
    world.statements();
    let data = person.send(operation, variables).await.data().clone();
    (world.statements(), data)
}

/// How many objects in an answer have this member, and not null.
pub(crate) fn count(answer: &Value, member: &str) -> usize {
    match answer {
        Value::Array(items) => items.iter().map(|item| count(item, member)).sum(),
        Value::Object(object) => {
            let here = object.get(member).is_some_and(|value| !value.is_null());
            usize::from(here) + object.values().map(|item| count(item, member)).sum::<usize>()
        }
        _ => 0,
    }
}

/// The operations whose cost is known: a name, the operation, how many statements,
/// which member shows that it found something.
const COSTS: [(&str, &str, usize, &str); 13] = [
    (
        "a list with what each need has one of",
        "query($first: Int) { needs(filter: { status: [PUBLISHED], openForInterest: true, \
        state: \"05\", subsector: \"327\" }, order: NEWEST, first: $first) { \
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { id folio title \
        publishedAt chamber { id name } region { id name code } sectors { code label } } } }",
        1,
        "folio",
    ),
    (
        "a need with its matches",
        "query($need: ID!) { need(id: $need) { title description chamber { name } \
        region { name } matches(first: 5) { nodes { score offer { title ott { name } } } } } }",
        1,
        "score",
    ),
    (
        "offices, their offers, the matches of those",
        "query($first: Int) { organizations(filter: { kind: [TECHNOLOGY_TRANSFER_OFFICE] }, \
        first: $first) { nodes { name offers(first: 5) { nodes { title matches(first: 3) { nodes { \
        score need { title chamber { name } } } } } } } } }",
        3,
        "score",
    ),
    (
        "a list and how many there are",
        "query($first: Int) { needs(first: $first) { totalCount nodes { title chamber { name } } } }",
        2,
        "title",
    ),
    ("how many there are", "{ needs { totalCount } }", 1, "totalCount"),
    (
        "how many there are below each",
        "query($first: Int) { organizations(first: $first) { nodes { name needs(first: 1) { \
        totalCount nodes { title } } } } }",
        3,
        "title",
    ),
    (
        "one thing by its id",
        "query($need: ID!) { node(id: $need) { id ... on Need { title chamber { name } } } }",
        1,
        "title",
    ),
    (
        "things of three kinds by their ids",
        "query($all: [ID!]!) { nodes(ids: $all) { id ... on Need { title chamber { name } } \
        ... on Offer { title ott { name } } ... on Organization { name } } }",
        3,
        "title",
    ),
    (
        "counts by region, with the regions' names",
        "{ needCounts(by: [REGION]) { count region { code name } } }",
        2,
        "code",
    ),
    ("counts by status", "{ needCounts(by: [STATUS]) { count status } }", 1, "status"),
    (
        "counts by region, and nobody asks which",
        "{ needCounts(by: [REGION]) { count } }",
        1,
        "count",
    ),
    (
        "offers with their offices and the universities of those",
        "query($first: Int) { offers(first: $first) { nodes { title ott { name parent { name } } } } }",
        1,
        "parent",
    ),
    (
        "regions with their delegations, from needs",
        "query($first: Int) { needs(first: $first) { nodes { region { code \
        delegations { name } } } } }",
        2,
        "delegations",
    ),
];

async fn every_level_is_one_statement(world: &World) {
    let mut network = Network::new(world).await;
    let cast = network.cast;
    let member = world.person(Role::MemberUser, cast.other_company).await;
    let mut most = 0;
    for grown_by in [1, 29] {
        network.grow(world, grown_by).await;
        for number in 0..grown_by {
            let id = OrganizationId::new(world.now());
            let kind = OrganizationKind::TechnologyTransferOffice;
            let name = format!("Oficina {number}");
            let mut office = records::organization(id, kind, &name, world.now());
            office.parent_id = Some(cast.university);
            world.put(office).await;
            let mut offer = records::offer(&cast, OfferStatus::Published, world.now());
            offer.ott_id = id;
            world.put(offer.clone()).await;
            world.put(records::suggestion(&network.needs[0], &offer)).await;
        }
        let all: Vec<String> = (network.needs.iter().map(|need| need.id.to_string()))
            .chain(network.offers.iter().map(|offer| offer.id.to_string()))
            .chain([cast.chamber.to_string()])
            .collect();
        let need = network.needs[0].id.to_string();
        for (name, operation, cost, shows) in COSTS {
            // Lists in lists in lists have a limit of their own.
            let most_at_once = if cost == 3 { 50 } else { 100 };
            for first in [1, 20, most_at_once] {
                let variables = json!({ "first": first, "need": need, "all": all });
                let (sent, answer) = read(world, &member, operation, variables).await;
                assert_eq!(sent.len(), cost, "{name}, {first} of {grown_by}: {sent:#?}");
                let found = count(&answer, shows);
                assert!(found > 0, "{name}, {first} of {grown_by}: {answer:#}");
                most = most.max(found);
            }
        }
    }
    assert!(most >= 60, "one operation read many things: {most}");
    // Counting reads no rows, and the rows of a list are not counted.
    let (sent, _) = read(world, &member, "{ needs { totalCount } }", json!({})).await;
    assert!(sent[0].contains("COUNT(*)") && !sent[0].contains("LIMIT"), "{sent:#?}");
}

async fn search_reads_its_hits_in_one_statement(world: &World) {
    let mut network = Network::new(world).await;
    let member = world.person(Role::MemberUser, network.cast.other_company).await;
    for grown_by in [1, 39] {
        network.grow(world, grown_by).await;
        // An instance that starts knows what is there.
        let instance = world.another_instance().await;
        for first in [1, 20, 100] {
            let ask = format!(
                "{{ search(text: \"calor hornos\", kind: NEED, first: {first}) {{ totalCount \
                edges {{ score node {{ ... on Need {{ title chamber {{ name }} }} }} }} }} }}"
            );
            let request = async_graphql::Request::new(ask);
            let request =
                instance.prepare(request, OperationType::Query, member.claims().as_ref()).await;
            let before = instance.db().statements();
            let answer = api::schema::build().execute(request.expect("a request")).await;
            assert!(answer.is_ok(), "{:?}", answer.errors);
            let sent = instance.db().statements() - before;
            assert_eq!(sent, 1, "{first} of {}", network.needs.len());
            let answer = answer.data.into_json().unwrap();
            assert_eq!(answer["search"]["totalCount"], network.needs.len());
            assert_eq!(count(&answer, "chamber"), first.min(network.needs.len()));
        }
        instance.db().clone().close().await.unwrap();
    }
}

async fn a_payload_reads_what_it_selects(world: &World) {
    let network = Network::small(world).await;
    let liaison = world.person(Role::ChamberLiaison, network.cast.chamber).await;
    let mut costs = Vec::new();
    for (number, selection) in [
        "id",
        "id title chamber { name }",
        "id chamber { name } matches { nodes { offer { title } } }",
    ]
    .iter()
    .enumerate()
    {
        let mut row = records::need(&network.cast, NeedStatus::Published, world.now());
        row.open_for_interest = false;
        world.put(row.clone()).await;
        for offer in &network.offers {
            world.put(records::suggestion(&row, offer)).await;
        }
        let ask = format!(
            "mutation($input: NeedVersionInput!) {{ openNeedForInterest(input: $input) \
            {{ need {{ {selection} }} userErrors {{ code }} }} }}"
        );
        let input = json!({ "input": input("openNeedForInterest", &row.id.to_string()) });
        let (sent, data) = read(world, &liaison, &ask, input).await;
        let need = &data["openNeedForInterest"]["need"];
        assert_eq!(need["id"], json!(row.id), "{data:#}");
        assert_eq!(world.events().await, ["NEED_OPENED_FOR_INTEREST"]);
        let last = sent.last().unwrap();
        match number {
            0 => assert!(!last.contains("\"title\"") && !last.contains("JOIN"), "{last}"),
            1 => {
                assert!(last.contains("\"title\"") && last.contains("JOIN"), "{last}");
                assert_eq!(need["chamber"]["name"], "Cámara de Transformación");
            }
            _ => assert_eq!(count(need, "title"), network.offers.len(), "{need:#}"),
        }
        costs.push(sent.len());
    }
    assert_eq!(costs[1], costs[0], "what there is one of is joined");
    assert_eq!(costs[2], costs[0], "a list below one thing comes with it");
}

async fn what_is_skipped_anywhere_is_not_read(world: &World) {
    let network = Network::small(world).await;
    let member = world.person(Role::MemberUser, network.cast.other_company).await;
    let ask = "query($id: ID!, $yes: Boolean!, $no: Boolean = true) { need(id: $id) { status \
        title @skip(if: $no) chamber @include(if: $yes) { name ...Needs } \
        matches(first: 2) @include(if: $yes) { nodes { id } } ... @skip(if: $no) { description \
        company { name } } ...Region @include(if: $yes) } } \
        fragment Needs on Organization { needs(first: 1) @include(if: $yes) { nodes { folio } } } \
        fragment Region on Need { region { code @skip(if: $no) name } }";
    let id = network.needs[3].id.to_string();
    let (sent, data) = read(world, &member, ask, json!({ "id": id, "yes": false })).await;
    assert_eq!(data, json!({ "need": { "status": "PUBLISHED" } }));
    assert_eq!(sent.len(), 1, "{sent:#?}");
    for word in ["JOIN", "\"title\"", "\"description\"", "\"name\"", "\"code\"", "\"folio\""] {
        assert!(!sent[0].contains(word), "{word} in {}", sent[0]);
    }
    let (sent, data) = read(world, &member, ask, json!({ "id": id, "yes": true })).await;
    assert_eq!(sent.len(), 2, "the need with its matches, the chamber's needs: {sent:#?}");
    let need = &data["need"];
    assert_eq!((count(need, "id"), count(need, "folio"), &need["title"]), (2, 1, &Value::Null));
    assert_eq!(need["region"], json!({ "name": "Región R01" }));
    for word in ["\"title\"", "\"description\"", "\"code\""] {
        assert!(!sent[0].contains(word), "{word} in {}", sent[0]);
    }
    let all = json!({ "id": id, "yes": true, "no": false });
    let (_, data) = read(world, &member, ask, all).await;
    assert_eq!(
        (&data["need"]["title"], &data["need"]["region"]["code"]),
        (&json!("Horno 3"), &json!("R01"))
    );
    assert!(data["need"]["company"].is_null() && data["need"]["description"].is_string());
}

/// Asks for parts (`alias: field …`) below one root field, together and one by one: the answers are the same.
async fn together_as_alone(person: &Person<'_>, root: &str, variables: Value, parts: &[&str]) {
    let ask = |parts: &str| {
        let (declared, field) = root.split_once(" in ").unwrap_or(("", root));
        format!("query{declared} {{ root: {field} {{ {parts} }} }}")
    };
    let together = person.send(&ask(&parts.join(" ")), variables.clone()).await.root().clone();
    let mut joined = Map::new();
    for part in parts {
        let alone = person.send(&ask(part), variables.clone()).await.root().clone();
        joined.extend(alone.as_object().expect("an object").clone());
    }
    assert_eq!(joined.len(), parts.len(), "each part has its own alias");
    assert_eq!(together, Value::Object(joined));
    assert!(count(&together, "id") > parts.len(), "{together:#}");
}

async fn aliases_and_places_have_their_own_arguments(world: &World) {
    let network = Network::small(world).await;
    let cast = network.cast;
    let member = world.person(Role::MemberUser, cast.other_company).await;
    let office = format!("organization(id: \"{}\")", cast.ott);
    let ask = format!("{{ {office} {{ offers(first: 2) {{ pageInfo {{ endCursor }} }} }} }}");
    let cursor = member.send(&ask, json!({})).await;
    let cursor = &cursor.root()["offers"]["pageInfo"]["endCursor"];
    let after =
        format!("e: offers(first: 2, after: {cursor}) {{ totalCount nodes {{ id folio }} }}");
    together_as_alone(
        &member,
        &office,
        json!({}),
        &[
            "a: offers(first: 1) { nodes { id title } }",
            "b: offers(last: 2) { nodes { id status } pageInfo { hasPreviousPage startCursor } }",
            "c: offers { totalCount nodes { id } }",
            "d: offers(first: 1) { edges { cursor node { id matches(first: 1) { nodes { score } } } } }",
            &after,
            "f: offers(first: 3) { nodes { id matches(first: 2) { nodes { id } } } }",
            "g: offers(first: 3) { nodes { id m: matches(first: 3) { nodes { id need { title } } } } }",
        ],
    )
    .await;
    let need = format!("need(id: \"{}\")", network.needs[5].id);
    together_as_alone(
        &member,
        &need,
        json!({}),
        &[
            "a: chamber { id name needs(first: 1) { nodes { id folio } } }",
            "b: chamber { legalName needs(first: 2) { nodes { id title region { code } } } }",
            "c: chamber { needs(first: 1) { totalCount nodes { id status \
                x: chamber { name } y: chamber { needs(last: 1) { nodes { id } } } } } }",
            "d: matches(first: 1) { nodes { id score } }",
            "e: matches(first: 2) { nodes { id offer { id title ott { name offers(first: 1) { nodes { id } } } } } }",
            "f: matches(first: 2) { nodes { id offer { folio o: ott { offers(first: 2) { nodes { id } } } } } }",
            "g: region { id delegations { id } }",
            "h: region { code delegations { name region { id } } }",
        ],
    )
    .await;
    // The same list in `nodes` and in `edges { node }`, with other things below.
    together_as_alone(
        &member,
        "needs(first: 4)",
        json!({}),
        &[
            "nodes { id matches(first: 1) { nodes { id } } a: chamber { name } }",
            "edges { node { id matches(first: 3) { nodes { id offer { title } } } b: chamber { id \
                needs(first: 2) { nodes { id } } } } }",
            "totalCount",
        ],
    )
    .await;
}

async fn fragments_are_what_they_stand_for(world: &World) {
    let network = Network::small(world).await;
    let cast = network.cast;
    let member = world.person(Role::MemberUser, cast.other_company).await;
    let variables = json!({ "need": network.needs[4].id, "office": cast.ott });
    // Spread twice, in two places, within each other.
    let with = "query($need: ID!, $office: ID!) { \
        need(id: $need) { ...N ...N chamber { ...O } again: chamber { legalName ...O } } \
        other: need(id: $need) { ...N } organization(id: $office) { ...O ...O } \
        needs(first: 3) { nodes { ...N } edges { node { ...N folio } } } } \
        fragment N on Need { title matches(first: 2) { nodes { ...M } } } \
        fragment M on Match { score offer { title ott { ...O } } } \
        fragment O on Organization { name offers(first: 1) { nodes { title ... { folio } } } \
            needs(last: 2) { nodes { id } } }";
    let o = "name offers(first: 1) { nodes { title folio } } needs(last: 2) { nodes { id } }";
    let n =
        format!("title matches(first: 2) {{ nodes {{ score offer {{ title ott {{ {o} }} }} }} }}");
    let mut expected = Map::new();
    for (name, root) in [
        (
            "need",
            format!(
                "need(id: $need) {{ {n} chamber {{ {o} }} again: chamber {{ legalName {o} }} }}"
            ),
        ),
        ("other", format!("other: need(id: $need) {{ {n} }}")),
        ("organization", format!("organization(id: $office) {{ {o} }}")),
        (
            "needs",
            format!("needs(first: 3) {{ nodes {{ {n} }} edges {{ node {{ {n} folio }} }} }}"),
        ),
    ] {
        let declared = if root.contains("$need") { "$need: ID!" } else { "$office: ID!" };
        let declared = if name == "needs" { String::new() } else { format!("({declared})") };
        let answer = member.send(&format!("query{declared} {{ {root} }}"), variables.clone()).await;
        expected.insert(name.to_owned(), answer.root().clone());
    }
    let answer = member.send(with, variables).await;
    assert_eq!(answer.data(), &Value::Object(expected));
    assert!(count(answer.data(), "score") == 2 * 8, "{:#}", answer.data());

    // Conditions of fragments: the type itself, an interface, a union, another type.
    let ids = json!({ "ids": [network.needs[0].id, network.offers[0].id, cast.chamber] });
    let ask = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename ...Id ... on Need { title \
        ... on Node { id ... on Need { folio chamber { name } } ... on Offer { summary } } } \
        ... on Offer { ...Titled ott { name } matches(first: 1) { nodes { id need { ... on Node { id } } } } } \
        ... on Organization { name needs(first: 1) { nodes { ...Titled } } } } } \
        fragment Id on Node { id } fragment Titled on Node { ... on Need { title } ... on Offer { title } }";
    let answer = member.send(ask, ids).await;
    let [need, offer, chamber] = answer.root().as_array().unwrap().as_slice() else {
        panic!("three")
    };
    let row = &network.needs[0];
    assert_eq!(
        *need,
        json!({ "__typename": "Need", "id": row.id, "title": "Horno 0", "folio": row.folio,
            "chamber": { "name": "Cámara de Transformación" } })
    );
    assert_eq!(
        (&offer["title"], &offer["ott"]["name"]),
        (&json!("Recuperador 0"), &json!("Oficina de Transferencia Ejemplar"))
    );
    assert_eq!(offer["matches"]["nodes"][0]["need"].as_object().unwrap().len(), 1);
    assert!(offer["matches"]["nodes"][0]["need"]["id"].is_string(), "{offer:#}");
    assert_eq!(chamber["needs"]["nodes"], json!([{ "title": "Horno 6" }]));
}

async fn arguments_may_be_variables(world: &World) {
    let network = Network::small(world).await;
    let member = world.person(Role::MemberUser, network.cast.other_company).await;
    let needs = network.needs.len();
    let ask = "query($id: ID!, $bare: Int, $given: Int = 2, $after: String) { organization(id: $id) { \
        bare: needs(first: $bare) { nodes { id } } given: needs(first: $given, after: $after) { nodes { id } } \
        literal: needs(first: 3) { nodes { id } } null: needs(first: null, after: null) { nodes { id } } } }";
    for (variables, bare, given) in [
        (json!({}), needs, 2),
        (json!({ "bare": null, "given": null }), needs, needs),
        (json!({ "bare": 1, "given": 4 }), 1, 4),
        (json!({ "bare": 100, "after": null }), needs, 2),
    ] {
        let mut variables = variables;
        variables["id"] = json!(network.cast.chamber);
        let answer = member.send(ask, variables.clone()).await;
        let sizes =
            ["bare", "given", "literal", "null"].map(|name| count(&answer.root()[name], "id"));
        assert_eq!(sizes, [bare, given, 3, needs], "{variables}");
    }
    // A list whose argument is the same by another way is the same list.
    let same = "query($id: ID!, $two: Int = 2) { organization(id: $id) { a: needs(first: $two) { nodes { id } } \
        b: needs(first: 2) { nodes { id folio } } c: needs(first: $two) { nodes { id title } } } }";
    let answer = member.send(same, json!({ "id": network.cast.chamber })).await;
    let ids = |name: &str| {
        let nodes = answer.root()[name]["nodes"].as_array().unwrap();
        nodes.iter().map(|node| node["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!((ids("a"), ids("a").len()), (ids("b"), 2));
    assert_eq!(ids("a"), ids("c"));
    assert_eq!(count(answer.root(), "title"), 2, "what one alias asks for, another does not get");
}

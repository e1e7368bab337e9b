//! Reading by plan: how many statements an operation costs, that a document is
//! read as GraphQL means it, and that lists below a thing follow the same rules.

use async_graphql::parser::types::OperationType;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use entity::{ConsentPurpose, InterestDirection, InterestStatus, NeedStatus, OfferStatus, Role};
use serde_json::{Value, json};
use tests::{
    Cast, Person, World, records,
    selection::{each, everything},
};

tests::stories!(
    an_operation_costs_its_levels_and_no_more,
    a_document_is_read_as_it_is_meant,
    nodes_as_text_tell_what_values_tell,
    fields_of_one_name_are_put_together,
    what_many_lead_to_is_told_as_each_of_them_may,
    a_field_alone_tells_what_it_tells_beside_all,
    what_is_kept_is_kept_for_one_viewer,
    what_is_skipped_is_not_read,
    lists_below_are_the_list_page_by_page,
    a_wrong_argument_below_is_told_at_its_field,
    lists_below_show_what_the_list_shows,
    counts_add_up_to_what_one_sees,
    a_moment_that_a_client_names_is_its_own
);

/// Needs and offers of the cast, each pair of them suggested.
async fn fill(world: &World, cast: &Cast, count: usize) -> (Vec<String>, Vec<String>) {
    let (mut needs, mut offers) = (Vec::new(), Vec::new());
    for _ in 0..count {
        world.pass(TimeDelta::seconds(1));
        needs.push(world.need(cast, NeedStatus::Published).await);
        offers.push(world.offer(cast, OfferStatus::Published).await);
    }
    for need in &needs {
        for (place, offer) in offers.iter().enumerate() {
            let mut suggestion = records::suggestion(need, offer);
            suggestion.score = 5_000 + i32::try_from(place).unwrap();
            world.put(suggestion).await;
        }
    }
    let needs = needs.iter().map(|need| need.id.to_string()).collect();
    (needs, offers.iter().map(|offer| offer.id.to_string()).collect())
}

/// How many statements an operation costs.
async fn cost(world: &World, person: &Person<'_>, operation: &str) -> usize {
    world.statements();
    person.send(operation, json!({})).await.data();
    world.statements().len()
}

async fn an_operation_costs_its_levels_and_no_more(world: &World) {
    let cast = world.cast().await;
    let officer = world.person(Role::OttOfficer, cast.other_ott).await;
    for count in [1, 6] {
        let (needs, offers) = fill(world, &cast, count).await;
        let (need, offer) = (&needs[0], &offers[0]);
        for (operation, statements) in [
            // A list, filtered, with everything that there is one of.
            (
                "{ needs(filter: { status: [PUBLISHED], openForInterest: true, state: \"05\", \
                 subsector: \"327\" }, order: NEWEST, first: 20) { pageInfo { hasNextPage endCursor } \
                 nodes { id folio title chamber { name } region { name code } sectors { code label } } } }"
                    .to_owned(),
                1,
            ),
            ("{ needs { totalCount nodes { id } } }".to_owned(), 2),
            ("{ needs { totalCount } }".to_owned(), 1),
            // One thing with its best matches, each with the offer and its office: they come with it.
            (
                format!(
                    "{{ need(id: \"{need}\") {{ title chamber {{ name }} matches(first: 5) {{ \
                     nodes {{ score offer {{ title ott {{ name parent {{ name }} }} }} }} }} }} }}"
                ),
                1,
            ),
            // How many there are is another question.
            (format!("{{ need(id: \"{need}\") {{ timeline {{ totalCount nodes {{ kind }} }} }} }}"), 3),
            // Three levels.
            (
                "{ organizations(filter: { kind: [TECHNOLOGY_TRANSFER_OFFICE] }, first: 50) { nodes { \
                 name offers(first: 5) { nodes { title matches(first: 3) { nodes { score need { title \
                 chamber { name } } } } } } } } }"
                    .to_owned(),
                3,
            ),
            // A list below what is joined.
            (
                format!(
                    "{{ need(id: \"{need}\") {{ matches(first: 5) {{ nodes {{ offer {{ \
                     matches(first: 2) {{ nodes {{ need {{ title }} }} }} }} }} }} }} }}"
                ),
                2,
            ),
            (format!("{{ node(id: \"{need}\") {{ ... on Need {{ chamber {{ name }} }} }} }}"), 1),
            (
                format!("{{ nodes(ids: [\"{need}\", \"{offer}\", \"{}\"]) {{ id }} }}", needs[count - 1]),
                2,
            ),
            ("{ needCounts(by: [SUBSECTOR, REGION]) { count region { name } } }".to_owned(), 2),
            (
                format!(
                    "{{ organization(id: \"{}\") {{ chamberProfile {{ legalRegime }} needs {{ nodes {{ \
                     title }} }} }} }}",
                    cast.chamber
                ),
                2,
            ),
        ] {
            assert_eq!(cost(world, &officer, &operation).await, statements, "{count}: {operation}");
        }
        // Search asks the index of its instance.
        let instance = world.another_instance().await;
        let search = "{ search(text: \"calor hornos\", kind: NEED) { totalCount edges { score node { \
                      ... on Need { title chamber { name } } } } } }";
        let request = async_graphql::Request::new(search);
        let request = instance.prepare(request, OperationType::Query, None).await.unwrap();
        let before = instance.db().statements();
        let answer = api::schema::build().execute(request).await;
        assert!(answer.is_ok() && answer.data.to_string().contains("title"), "{answer:?}");
        assert_eq!(instance.db().statements() - before, 1, "{count}: search");
        instance.db().clone().close().await.unwrap();
    }
}

async fn a_document_is_read_as_it_is_meant(world: &World) {
    let cast = world.cast().await;
    let (needs, offers) = fill(world, &cast, 4).await;
    let officer = world.person(Role::OttOfficer, cast.other_ott).await;
    let need = &needs[3];
    // The best are the last.
    let best = |count: usize| -> Value {
        let nodes: Vec<_> =
            offers.iter().rev().take(count).map(|id| json!({ "offer": { "id": id } })).collect();
        json!({ "nodes": nodes })
    };
    let titles = json!([{ "title": "Recuperador cerámico de calor" }]);
    for (operation, variables, right) in [
        (
            "query($id: ID!) { need(id: $id) { a: matches(first: 1) { ...M } b: matches(first: 3) { ...M } \
             c: matches(first: 1) { nodes { offer { title } } } } } \
             fragment M on MatchConnection { nodes { offer { id } } }",
            json!({ "id": need }),
            json!({ "need": { "a": best(1), "b": best(3),
                "c": { "nodes": [{ "offer": titles[0].clone() }] } } }),
        ),
        (
            "query($id: ID!, $n: Int = 2, $m: Int) { need(id: $id) { matches(first: $n) { nodes { offer { id } } } \
             all: matches(first: $m) { nodes { offer { id } } } null: matches(first: null) { nodes { offer { id } } } } }",
            json!({ "id": need }),
            json!({ "need": { "matches": best(2), "all": best(4), "null": best(4) } }),
        ),
        (
            "query($id: ID!) { node(id: $id) { id ... on Offer { matches(first: 1) { nodes { score } } } \
             ... on Need { matches(first: 2) { nodes { offer { id } } } } } }",
            json!({ "id": need }),
            json!({ "node": { "id": need, "matches": best(2) } }),
        ),
        (
            "query($chamber: ID!) { needs(filter: { chamber: $chamber }, first: 1) { \
             nodes { matches(first: 1) { nodes { offer { id } } } } \
             edges { node { matches(first: 2) { nodes { offer { id } } } } } } }",
            json!({ "chamber": cast.chamber.to_string() }),
            json!({ "needs": { "nodes": [{ "matches": best(1) }],
                "edges": [{ "node": { "matches": best(2) } }] } }),
        ),
        (
            "query($id: ID!) { need(id: $id) { ...C one: chamber { needs(first: 1) { nodes { id } } } \
             two: chamber { needs(last: 1) { nodes { id } } ...N } ...C } } \
             fragment C on Need { chamber { ...N } } fragment N on Organization { name }",
            json!({ "id": need }),
            json!({ "need": { "chamber": { "name": "Cámara de Transformación" },
                "one": { "needs": { "nodes": [{ "id": needs[3] }] } },
                "two": { "needs": { "nodes": [{ "id": needs[0] }] }, "name": "Cámara de Transformación" } } }),
        ),
    ] {
        let answer = officer.send(operation, variables).await;
        assert_eq!(*answer.data(), right, "{operation}");
    }
    // A payload is read like everything else.
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let close = "mutation($id: ID!) { closeNeedForInterest(input: { id: $id, expectedVersion: 1 }) { \
                 renamed: need { openForInterest chamber { name } matches(first: 1) { nodes { offer { id } } } } } }";
    let answer = liaison.send(close, json!({ "id": need })).await;
    let right = json!({ "renamed": { "openForInterest": false,
        "chamber": { "name": "Cámara de Transformación" }, "matches": best(1) } });
    assert_eq!(*answer.root(), right);
    assert_eq!(world.events().await, ["NEED_CLOSED_FOR_INTEREST"]);
}

/// A document with two fields of one name is put together by the framework; any other leaves as it
/// is read.
async fn nodes_as_text_tell_what_values_tell(world: &World) {
    let cast = world.cast().await;
    let (needs, offers) = fill(world, &cast, 3).await;
    let officer = world.person(Role::OttOfficer, cast.other_ott).await;
    let (need, offer) = (&needs[0], &offers[0]);
    let documents = [
        format!(
            "{{ needs(first: 3) {{ totalCount pageInfo {{ hasNextPage endCursor }} edges {{ cursor node {{ {} }} }} }} }}",
            everything("Need", 1)
        ),
        format!("{{ need(id: \"{need}\") {{ {} }} }}", everything("Need", 1)),
        format!("{{ offers(first: 2) {{ nodes {{ {} }} }} }}", everything("Offer", 1)),
        format!(
            "{{ organizations(first: 3) {{ nodes {{ {} }} }} }}",
            everything("Organization", 1)
        ),
        format!(
            "{{ nodes(ids: [\"{need}\", \"{offer}\", \"nothing\"]) {{ __typename id ... on Need {{ a: title chamber {{ b: name }} }} ... on Offer {{ a: title ott {{ b: name }} }} }} }}"
        ),
        "{ needCounts(by: [SUBSECTOR, REGION]) { count region { name } subsector { label } } }"
            .to_owned(),
        format!(
            "query {{ need(id: \"{need}\") {{ ...N }} }} fragment N on Need {{ x: title ... on Node {{ id }} ... on Need {{ y: title(language: EN) ...M }} }} fragment M on Need {{ chamber {{ needs(first: 1) {{ nodes {{ title chamber {{ __typename name }} }} }} }} }}"
        ),
        format!(
            "{{ need(id: \"{need}\") {{ title matches(first: 999) {{ nodes {{ score }} }} timeline {{ nodes {{ kind }} }} }} }}"
        ),
    ];
    for document in documents {
        let again = document.replacen('{', "{ again: __typename again: __typename ", 1);
        // The second time what is kept is read.
        for _ in 0..2 {
            let (text, mut values) =
                (officer.send(&document, json!({})).await, officer.send(&again, json!({})).await);
            for answer in [&text, &values] {
                assert!(answer.body["data"].is_object(), "{document}: {:#}", answer.body);
            }
            let data = values.body["data"].as_object_mut().expect("data");
            assert_eq!(data.remove("again"), Some(json!("Query")));
            let told = |answer: &tests::Answer| {
                let mut errors = answer.body["errors"].clone();
                for error in errors.as_array_mut().into_iter().flatten() {
                    // The column of the field.
                    error["locations"].take();
                }
                let actual = &answer.body["extensions"]["cost"]["actual"];
                (answer.body["data"].clone(), errors, actual.clone())
            };
            assert_eq!(told(&text), told(&values), "{document}");
        }
    }
}

/// Needs of one company and one chamber share what they lead to, but not whether it may be seen: who
/// was introduced to one of them is not introduced to the other.
async fn what_many_lead_to_is_told_as_each_of_them_may(world: &World) {
    let cast = world.cast().await;
    let mut needs = Vec::new();
    for _ in 0..4 {
        world.pass(TimeDelta::seconds(1));
        needs.push(world.need(&cast, NeedStatus::Published).await);
    }
    let offer = world.offer(&cast, OfferStatus::Published).await;
    for need in &needs {
        world.put(records::suggestion(need, &offer)).await;
    }
    let (direction, accepted) = (InterestDirection::OfferToNeed, InterestStatus::Accepted);
    for need in [&needs[1], &needs[2]] {
        world.put(records::interest(need, &offer, direction, accepted, world.now())).await;
    }
    let officer = world.person(Role::OttOfficer, offer.ott_id).await;
    let parts = "id company { id name } chamber { id name } region { name }";
    let lists = [
        (format!("{{ list: needs(order: NEWEST) {{ nodes {{ {parts} }} }} }}"), "/list/nodes"),
        (
            format!(
                "{{ offer(id: \"{}\") {{ list: matches {{ nodes {{ need {{ {parts} }} }} }} }} }}",
                offer.id
            ),
            "/offer/list/nodes",
        ),
        // Two things: lists below them have a statement of their own.
        (
            format!(
                "{{ nodes(ids: [\"{}\", \"{}\"]) {{ ... on Offer {{ list: matches {{ nodes {{ need {{ {parts} }} }} }} }} }} }}",
                offer.id, needs[0].id
            ),
            "/nodes/0/list/nodes",
        ),
    ];
    for (document, list) in lists {
        // The second time what is kept is read.
        for _ in 0..2 {
            let answer = officer.send(&document, json!({})).await;
            let data = answer.data();
            let rows = data.pointer(list).and_then(Value::as_array).expect("a list");
            assert_eq!(rows.len(), needs.len(), "{document}: {data:#}");
            for row in rows {
                let row = row.get("need").unwrap_or(row);
                let place = needs.iter().position(|need| row["id"] == need.id.to_string());
                let company = if matches!(place, Some(1 | 2)) {
                    json!(cast.company.to_string())
                } else {
                    Value::Null
                };
                assert_eq!(row.pointer("/company/id").unwrap_or(&Value::Null), &company, "{row:#}");
                assert_eq!(row["chamber"]["id"], cast.chamber.to_string(), "{row:#}");
                assert!(row["chamber"]["name"].is_string(), "{row:#}");
            }
        }
    }
}

/// What the rules need to know follows from what was asked for: it must not follow from it who sees what.
async fn a_field_alone_tells_what_it_tells_beside_all(world: &World) {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::OnHold).await;
    let offer = world.offer(&cast, OfferStatus::OnHold).await;
    let (_, nda) = world.nda(&need, &offer).await;
    let represents = records::consent(cast.company, ConsentPurpose::Representation, world.now());
    world.put(represents).await;
    let mut people = vec![
        ("member", world.person(Role::MemberUser, cast.company).await),
        ("officer", world.person(Role::OttOfficer, cast.ott).await),
        ("other officer", world.person(Role::OttOfficer, cast.other_ott).await),
        ("other member", world.person(Role::MemberUser, cast.other_company).await),
        ("liaison", world.person(Role::ChamberLiaison, cast.chamber).await),
        ("network", world.person(Role::NetworkAdmin, cast.network).await),
        ("nobody", world.nobody()),
    ];
    for (role, organization) in [(Role::MemberUser, cast.company), (Role::OttOfficer, cast.ott)] {
        let person = world.person(role, organization).await;
        let named = records::confidant(&nda, person.id.unwrap(), organization, world.now());
        world.put(named).await;
        people.push(("confidant", person));
    }
    let mut told_whole = 0;
    let things = [
        ("Need", need.id.to_string()),
        ("Need", world.need(&cast, NeedStatus::Published).await.id.to_string()),
        ("Offer", offer.id.to_string()),
        ("Offer", world.offer(&cast, OfferStatus::Published).await.id.to_string()),
        ("Organization", cast.company.to_string()),
        ("Organization", cast.ott.to_string()),
    ];
    for (of, id) in &things {
        let node = |fields: &str| format!("node(id: \"{id}\") {{ ... on {of} {{ {fields} }} }}");
        for (name, person) in &people {
            let all = format!("{{ {} }}", node(&everything(of, 1)));
            let all = person.send(&all, json!({})).await.body["data"].clone();
            assert!(all.is_object(), "{name} {of}: {all}");
            let all = all["node"].clone();
            let sealed = ["confidentialAnnex", "enablingDetail", "rfc"];
            told_whole += usize::from(sealed.iter().any(|field| all[*field].is_string()));
            for some in each(of, 1).chunks(12) {
                let alone = some.iter().enumerate();
                let alone = alone.map(|(place, field)| format!("a{place}: {}", node(field)));
                let document = format!("{{ {} }}", alone.collect::<Vec<_>>().join(" "));
                let told = person.send(&document, json!({})).await;
                assert!(told.body["data"].is_object(), "{name} {document}: {:#}", told.body);
                for (place, field) in some.iter().enumerate() {
                    let field = field.split(' ').next().unwrap();
                    let alone = &told.body["data"][format!("a{place}")];
                    let right = all.get(field).unwrap_or(&Value::Null);
                    assert_eq!(alone.is_null(), all.is_null(), "{name} {of}.{field}");
                    assert_eq!(
                        alone.get(field).unwrap_or(&Value::Null),
                        right,
                        "{name} {of}.{field}"
                    );
                }
            }
        }
    }
    // What is sealed is there for some: the company and its chamber, and whom the agreement names.
    assert!(told_whole >= 9, "{told_whole}");
}

/// Of two fields of one name the values are put together, wherever the two stand.
async fn fields_of_one_name_are_put_together(world: &World) {
    let cast = world.cast().await;
    let (needs, _) = fill(world, &cast, 2).await;
    let officer = world.person(Role::OttOfficer, cast.other_ott).await;
    let need = &needs[0];
    let whole =
        "id title chamber { id name } matches(first: 2) { nodes { score offer { title } } }";
    let parts = [
        "id chamber { id } matches(first: 2) { nodes { score } } \
         ... on Need { title chamber { name } matches(first: 2) { nodes { offer { title } } } }",
        "...A ...B",
        "id ...B ... on Node { ... on Need { ...A } }",
    ];
    let fragments = "fragment A on Need { id chamber { id } matches(first: 2) { nodes { score } } } \
                     fragment B on Need { title chamber { name } \
                     matches(first: 2) { nodes { offer { title } } } }";
    let asks = [
        format!("{{ need(id: \"{need}\") {{ # }} }}"),
        format!("{{ node(id: \"{need}\") {{ ... on Need {{ # }} }} }}"),
        "{ needs { nodes { # } } }".to_owned(),
        "{ needs { edges { node { # } } } }".to_owned(),
    ];
    for ask in asks {
        let right = officer.send(&ask.replace('#', whole), json!({})).await.data().clone();
        assert!(right.to_string().contains("Transformación"), "{right:#}");
        for part in parts {
            let fragments = if part.contains("...A") { fragments } else { "" };
            let document = format!("{} {fragments}", ask.replace('#', part));
            let answer = officer.send(&document, json!({})).await;
            assert_eq!(*answer.data(), right, "{document}");
        }
    }
    // A whole list twice.
    let twice = "{ needs { nodes { id } nodes { title } } needs { nodes { folio } } }";
    let once = "{ needs { nodes { id title folio } } }";
    let answers = [officer.send(twice, json!({})).await, officer.send(once, json!({})).await];
    assert_eq!(answers[0].data(), answers[1].data());
}

/// The same document from others. (A moment later: `agreements::the_end_closes_it_in_that_instant`.)
async fn what_is_kept_is_kept_for_one_viewer(world: &World) {
    let cast = world.cast().await;
    let held = records::need(&cast, NeedStatus::OnHold, world.now());
    world.put(held.clone()).await;
    let people = [
        (world.person(Role::MemberUser, cast.company).await, true),
        (world.person(Role::OttOfficer, cast.ott).await, false),
        (world.person(Role::ChamberLiaison, cast.chamber).await, true),
        (world.nobody(), false),
    ];
    let ask = "query($id: ID!) { need(id: $id) { title documents { fileName } } \
               needs { nodes { id } } }";
    for _ in 0..2 {
        for (person, sees) in &people {
            let answer = person.send(ask, json!({ "id": held.id })).await;
            let data = answer.data();
            assert_eq!(!data["need"].is_null(), *sees, "{data:#}");
            assert_eq!(data["needs"]["nodes"].as_array().unwrap().len(), usize::from(*sees));
        }
    }
}

async fn what_is_skipped_is_not_read(world: &World) {
    let cast = world.cast().await;
    let (needs, _) = fill(world, &cast, 2).await;
    let officer = world.person(Role::OttOfficer, cast.other_ott).await;
    let ask = "query($id: ID!, $yes: Boolean!) { need(id: $id) { id \
               chamber @include(if: $yes) { name } ... @skip(if: $yes) { region { name } } \
               matches(first: 1) @include(if: $yes) { nodes { score } } } }";
    for (yes, joined, other) in
        [(true, "\"organization\"", "\"region\""), (false, "\"region\"", "\"organization\"")]
    {
        world.statements();
        let answer = officer.send(ask, json!({ "id": needs[0], "yes": yes })).await;
        let need = answer.root();
        assert_eq!(need.get("chamber").is_some(), yes);
        assert_eq!(need.get("region").is_some(), !yes);
        let sent = world.statements();
        assert_eq!(sent.len(), 1, "{sent:#?}");
        assert_eq!(sent[0].contains("FROM \"match\""), yes, "{}", sent[0]);
        assert!(sent[0].contains(&format!("FROM {joined}")), "{}", sent[0]);
        assert!(!sent[0].contains(&format!("FROM {other}")), "{}", sent[0]);
    }
}

async fn lists_below_are_the_list_page_by_page(world: &World) {
    let cast = world.cast().await;
    fill(world, &cast, 5).await;
    let officer = world.person(Role::OttOfficer, cast.other_ott).await;
    let ask = "query($first: Int, $after: String, $last: Int, $before: String) { \
               organizations(filter: { kind: [TECHNOLOGY_TRANSFER_OFFICE] }) { nodes { id \
               offers(first: $first, after: $after, last: $last, before: $before) { totalCount \
               pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { id } } } } }";
    let page = async |variables: Value| -> Value {
        let found = officer.send(ask, variables).await.root()["nodes"].clone();
        let found = found.as_array().unwrap().clone();
        let of =
            |id: String| found.iter().find(|office| office["id"] == json!(id)).unwrap().clone();
        // Each parent has its own.
        let others = of(cast.other_ott.to_string());
        assert_eq!(others["offers"]["totalCount"], 0);
        assert_eq!(others["offers"]["nodes"], json!([]));
        of(cast.ott.to_string())["offers"].clone()
    };
    let whole = page(json!({})).await;
    let ids = |page: &Value| page["nodes"].as_array().unwrap().clone();
    assert_eq!((ids(&whole).len(), &whole["totalCount"]), (5, &json!(5)));
    let list = format!("{{ offers(filter: {{ ott: \"{}\" }}) {{ nodes {{ id }} }} }}", cast.ott);
    assert_eq!(officer.send(&list, json!({})).await.root()["nodes"], whole["nodes"]);

    let (mut forwards, mut after) = (Vec::new(), Value::Null);
    loop {
        let found = page(json!({ "first": 2, "after": after })).await;
        assert_eq!(found["totalCount"], 5, "the cursor does not count");
        forwards.extend(ids(&found));
        after = found["pageInfo"]["endCursor"].clone();
        if found["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(forwards, ids(&whole));
    let (mut backwards, mut before) = (Vec::new(), Value::Null);
    loop {
        let found = page(json!({ "last": 2, "before": before })).await;
        let mut earlier = ids(&found);
        earlier.append(&mut backwards);
        backwards = earlier;
        before = found["pageInfo"]["startCursor"].clone();
        if found["pageInfo"]["hasPreviousPage"] == false {
            break;
        }
    }
    assert_eq!(backwards, ids(&whole));
    let beyond = page(json!({ "after": whole["pageInfo"]["endCursor"] })).await;
    assert_eq!((ids(&beyond).len(), &beyond["totalCount"]), (0, &json!(5)));
    assert_eq!(beyond["pageInfo"]["hasPreviousPage"], true);
}

async fn a_wrong_argument_below_is_told_at_its_field(world: &World) {
    let cast = world.cast().await;
    let (needs, _) = fill(world, &cast, 1).await;
    let officer = world.person(Role::OttOfficer, cast.other_ott).await;
    let cursor = "{ needs { pageInfo { endCursor } nodes { id } } }";
    let cursor = officer.send(cursor, json!({})).await.root()["pageInfo"]["endCursor"].clone();
    let cursor = format!("after: {cursor}");
    // A cursor of this very list, but for its values: no time is called like that.
    let own = format!(
        "{{ organization(id: \"{}\") {{ offers {{ pageInfo {{ endCursor }} }} }} }}",
        cast.ott
    );
    let own = officer.send(&own, json!({})).await.root()["offers"]["pageInfo"]["endCursor"].clone();
    let bytes = URL_SAFE_NO_PAD.decode(own.as_str().unwrap()).unwrap();
    let mut parts: Value = serde_json::from_slice(&bytes).unwrap();
    parts["k"] = json!(["yesterday"]);
    let forged = format!("after: \"{}\"", URL_SAFE_NO_PAD.encode(parts.to_string()));
    for wrong in [
        "first: 0",
        "first: 101",
        "first: -1",
        "first: 1, last: 1",
        "after: \"x\"",
        &cursor,
        &forged,
    ] {
        let ask = format!(
            "{{ organization(id: \"{}\") {{ name wrong: offers({wrong}) {{ nodes {{ id }} }} \
             right: offers(first: 1) {{ nodes {{ title }} }} }} }}",
            cast.ott
        );
        let answer = officer.send(&ask, json!({})).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{wrong}");
        assert_eq!(answer.body["errors"][0]["path"], json!(["organization", "wrong"]), "{wrong}");
        let office = &answer.body["data"]["organization"];
        assert_eq!(office["wrong"], Value::Null);
        assert_eq!(office["right"]["nodes"].as_array().unwrap().len(), 1, "{wrong}");
    }
    let ask = "query($id: ID!) { need(id: $id) { id matches(first: 51) { nodes { score } } } }";
    let answer = officer.send(ask, json!({ "id": needs[0] })).await;
    assert_eq!(answer.code(), "BAD_USER_INPUT");
    assert_eq!(answer.body["data"]["need"], json!({ "id": needs[0], "matches": null }));
    // Not for everybody: told at the field, and the need is there.
    let ask = "query($id: ID!) { need(id: $id) { id matches { nodes { score } } } }";
    let answer = world.nobody().send(ask, json!({ "id": needs[0] })).await;
    assert_eq!(answer.code(), "UNAUTHENTICATED");
    assert_eq!(answer.body["data"]["need"], json!({ "id": needs[0], "matches": null }));
}

async fn lists_below_show_what_the_list_shows(world: &World) {
    let cast = world.cast().await;
    use sea_orm::Iterable;
    for status in NeedStatus::iter() {
        world.need(&cast, status).await;
    }
    for status in OfferStatus::iter() {
        world.offer(&cast, status).await;
    }
    let company = cast.company.to_string();
    for (name, person) in cast.people(world).await {
        for (parent, list, fields) in [
            (
                cast.chamber,
                "needs(filter: { chamber: $id }, first: 100)",
                "id disclosureLevel company { id }",
            ),
            (cast.ott, "offers(filter: { ott: $id }, first: 100)", "id disclosureLevel"),
        ] {
            let below = &list[..list.find('(').unwrap()];
            let ask = format!(
                "query($id: ID!) {{ {list} {{ totalCount nodes {{ {fields} }} }} \
                 organization(id: $id) {{ {below}(first: 100) {{ totalCount nodes {{ {fields} }} }} }} }}"
            );
            let answer = person.send(&ask, json!({ "id": parent.to_string() })).await;
            let data = answer.data();
            assert_eq!(data[below], data["organization"][below], "{name}");
            assert!(data[below]["totalCount"].as_i64().unwrap() > 0, "{name} sees something");
        }
        // Who is behind a need is not told by a list below the company.
        let ask = "query($id: ID!) { organization(id: $id) { needs { totalCount nodes { id } } } }";
        let answer = person.send(ask, json!({ "id": company })).await;
        assert_eq!(answer.root()["needs"], json!({ "totalCount": 0, "nodes": [] }), "{name}");
    }
}

async fn counts_add_up_to_what_one_sees(world: &World) {
    let cast = world.cast().await;
    for status in
        [NeedStatus::Published, NeedStatus::Fulfilled, NeedStatus::OnHold, NeedStatus::Draft]
    {
        world.need(&cast, status).await;
    }
    let mut row = records::need(&cast, NeedStatus::Published, world.now());
    (row.subsector, row.region_id) = (None, None);
    world.put(row).await;
    for (name, person) in cast.people(world).await {
        let total = person.send("{ needs { totalCount } }", json!({})).await;
        let total = total.root()["totalCount"].as_i64().unwrap();
        for by in ["SUBSECTOR, REGION", "STATUS", "CHAMBER, STATE", "TYPE"] {
            let ask = format!("{{ needCounts(by: [{by}]) {{ count }} }}");
            let answer = person.send(&ask, json!({})).await;
            let counts = answer.root().as_array().unwrap().clone();
            let sum: i64 = counts.iter().map(|count| count["count"].as_i64().unwrap()).sum();
            assert_eq!(sum, total, "{name} by {by}");
        }
    }
    let nobody = world.nobody();
    let ask = "{ needCounts(filter: { status: [PUBLISHED] }, by: [SUBSECTOR, REGION]) \
               { count subsector { code } region { code } state { code } status } }";
    let right = json!([
        { "count": 1, "subsector": { "code": "327" }, "region": { "code": "R01" }, "state": null, "status": null },
        { "count": 1, "subsector": null, "region": null, "state": null, "status": null },
    ]);
    let told = nobody.send(ask, json!({})).await.root().clone();
    let mut told = told.as_array().unwrap().clone();
    // Where there is nothing comes first on one database and last on the other.
    told.sort_by_key(|count| count["subsector"].is_null());
    assert_eq!(json!(told), right);
    for wrong in ["", "STATUS, STATUS", "STATUS, TYPE, REGION"] {
        let ask = format!("{{ needCounts(by: [{wrong}]) {{ count }} }}");
        assert_eq!(nobody.send(&ask, json!({})).await.code(), "BAD_USER_INPUT", "{wrong}");
    }
}

/// However finely it is told: the moments of rules are known by being finer than any on record.
async fn a_moment_that_a_client_names_is_its_own(world: &World) {
    let cast = world.cast().await;
    let need = records::need(&cast, NeedStatus::Published, world.now());
    let published = need.published_at.unwrap();
    world.put(need).await;
    let nobody = world.nobody();
    for (since, count) in [(-TimeDelta::minutes(1), 1), (TimeDelta::minutes(1), 0)] {
        let since = published + since + TimeDelta::nanoseconds(789);
        let filter = format!(
            "filter: {{ status: [PUBLISHED], publishedSince: \"{}\" }}",
            since.to_rfc3339()
        );
        let ask = format!(
            "{{ needs({filter}) {{ totalCount nodes {{ id }} }} needCounts({filter}, by: [TYPE]) {{ count }} }}"
        );
        let answer = nobody.send(&ask, json!({})).await;
        let data = answer.data();
        assert_eq!(data["needs"]["nodes"].as_array().unwrap().len(), count, "{data:#}");
        assert_eq!(data["needs"]["totalCount"], count, "{data:#}");
        assert_eq!(data["needCounts"].as_array().unwrap().len(), count, "{data:#}");
    }
}

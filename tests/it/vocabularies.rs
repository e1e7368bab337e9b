//! A closed vocabulary has one meaning: in the code, in the file of labels, in the schema.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::FutureExt;
use serde_json::{Value, json};
use tests::World;

tests::stories!(every_vocabulary_is_served_with_its_labels);

fn file() -> BTreeMap<String, Vec<[String; 3]>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../api/data/reference/vocabularies.csv");
    let mut lists: BTreeMap<String, Vec<[String; 3]>> = BTreeMap::new();
    for line in csv::Reader::from_path(path).expect("the file").records() {
        let line = line.expect("a line");
        let text = |index: usize| line[index].to_owned();
        lists.entry(text(0)).or_default().push([text(1), text(2), text(3)]);
    }
    lists
}

#[test]
fn every_vocabulary_of_the_code_is_in_the_file() {
    let file: BTreeMap<_, Vec<_>> = file()
        .into_iter()
        .map(|(list, lines)| (list, lines.into_iter().map(|[code, ..]| code).collect()))
        .collect();
    let code: BTreeMap<_, _> = entity::vocabulary::all()
        .into_iter()
        .map(|(list, codes)| (list.to_owned(), codes))
        .collect();
    for (list, codes) in &code {
        assert_eq!(file.get(list), Some(codes), "{list}, in its order");
    }
}

#[test]
fn every_entry_has_labels_in_both_languages() {
    for (list, lines) in file() {
        let mut codes = BTreeSet::new();
        for [code, es, en] in lines {
            assert!(!es.trim().is_empty() && !en.trim().is_empty(), "{list} {code}");
            assert!(codes.insert(code.clone()), "{list} {code} twice");
        }
    }
}

/// Vocabularies that no field of the schema has yet.
const UNSEEN: &[&str] = &["size_sector"];

#[test]
fn the_schema_names_the_same_values() {
    let ask = "{ __schema { types { name enumValues { name } } } }";
    let answer = api::schema::build().execute(ask).now_or_never().expect("at once");
    let answer = answer.data.into_json().expect("json");
    let mut enums: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for kind in answer["__schema"]["types"].as_array().unwrap() {
        let values = kind["enumValues"].as_array().into_iter().flatten();
        let values = values.map(|value| value["name"].as_str().unwrap().to_owned());
        enums.insert(kind["name"].as_str().unwrap().to_owned(), values.collect());
    }
    for (list, codes) in entity::vocabulary::all() {
        let mut name = String::new();
        for word in list.split('_') {
            name.push_str(&word[..1].to_uppercase());
            name.push_str(&word[1..]);
        }
        let in_schema = enums.get(&name);
        assert_eq!(in_schema.is_none(), UNSEEN.contains(&list), "{name} in the schema");
        let codes: BTreeSet<_> = codes.into_iter().collect();
        assert!(
            in_schema.is_none_or(|values| *values == codes),
            "{name}: {in_schema:?}, {codes:?}"
        );
    }
}

async fn every_vocabulary_is_served_with_its_labels(world: &World) {
    let ask = "query($list: String!, $after: String) { codes(list: $list, first: 100, after: $after) { \
        pageInfo { hasNextPage endCursor } \
        nodes { code labelEs labelEn label en: label(language: EN) } } }";
    for (list, lines) in file() {
        let (mut found, mut after) = (Vec::new(), Value::Null);
        loop {
            let page = json!({ "list": list, "after": after });
            let page = world.nobody().send(ask, page).await.root().clone();
            found.extend(page["nodes"].as_array().unwrap().clone());
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
        let right: Vec<_> = lines
            .iter()
            .map(|[code, es, en]| {
                json!({ "code": code, "labelEs": es, "labelEn": en, "label": es, "en": en })
            })
            .collect();
        assert_eq!(found, right, "{list}");
    }
    let towns = "{ codes(list: \"municipality\", parent: \"05\", text: \"MONCLOVA\") { \
        nodes { code label parent { list label } } } }";
    let found = world.nobody().send(towns, json!({})).await.root()["nodes"].clone();
    let state = json!({ "list": "state", "label": "Coahuila" });
    assert_eq!(found, json!([{ "code": "05018", "label": "Monclova", "parent": state }]));
    let wrong =
        world.nobody().send("{ codes(list: \"nada\") { nodes { code } } }", json!({})).await;
    assert_eq!(wrong.code(), "BAD_USER_INPUT");
}

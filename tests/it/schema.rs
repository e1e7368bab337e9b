//! The schema as a product: what is announced before it goes, and what has changed since it was
//! last released.

use std::{collections::BTreeSet, path::PathBuf, process::Output};

use api::schema::sdl;
use async_graphql::{
    Positioned, Value,
    parser::{
        parse_schema,
        types::{ConstDirective, InterfaceType, ObjectType, TypeKind, TypeSystemDefinition},
    },
};
use chrono::{Months, NaiveDate};
use tests::binary::Ran;

/// For how long something is there that is deprecated.
const NOTICE: Months = Months::new(6);

/// Everything of a schema by its coordinate, and why it is deprecated, if it is.
fn everything(sdl: &str) -> Vec<(String, Option<String>)> {
    let reason = |directives: &[Positioned<ConstDirective>]| {
        let found = directives.iter().find(|one| one.node.name.node == "deprecated")?;
        let reason = found.node.get_argument("reason");
        let text = reason.and_then(|reason| match &reason.node {
            Value::String(text) => Some(text.clone()),
            _ => None,
        });
        Some(text.unwrap_or_default())
    };
    let mut found = Vec::new();
    for definition in parse_schema(sdl).expect("a schema").definitions {
        let TypeSystemDefinition::Type(ty) = definition else { continue };
        let name = ty.node.name.node.to_string();
        let mut inputs = Vec::new();
        match ty.node.kind {
            TypeKind::Object(ObjectType { fields, .. })
            | TypeKind::Interface(InterfaceType { fields, .. }) => {
                for field in fields {
                    let path = format!("{name}.{}", field.node.name.node);
                    found.push((path.clone(), reason(&field.node.directives)));
                    inputs.extend(field.node.arguments.into_iter().map(|one| (path.clone(), one)));
                }
            }
            TypeKind::InputObject(input) => {
                inputs.extend(input.fields.into_iter().map(|one| (name.clone(), one)));
            }
            TypeKind::Enum(of) => found.extend(of.values.into_iter().map(|value| {
                let path = format!("{name}.{}", value.node.value.node);
                (path, reason(&value.node.directives))
            })),
            TypeKind::Union(_) | TypeKind::Scalar => {}
        }
        found.extend(inputs.into_iter().map(|(path, input)| {
            let path = format!("{path}.{}", input.node.name.node);
            (path, reason(&input.node.directives))
        }));
        found.push((name, None));
    }
    found
}

/// What is wrong with how things are deprecated.
fn faults(sdl: &str) -> Vec<String> {
    let everything = everything(sdl);
    let known: BTreeSet<&str> = everything.iter().map(|(path, _)| path.as_str()).collect();
    let fault = |reason: &str| {
        let replacement = reason.split('`').nth(1).unwrap_or_default();
        if !known.contains(replacement) {
            return Some("names nothing of the schema in its place");
        }
        let days = reason.split(|c: char| !(c.is_ascii_digit() || c == '-'));
        let days: Vec<NaiveDate> = days.filter_map(|word| word.parse().ok()).collect();
        match days.as_slice() {
            [since, gone] if *gone >= *since + NOTICE => None,
            [_, _] => Some("goes in less than six months"),
            _ => Some("does not say since when, and from when on it is gone"),
        }
    };
    let deprecated = everything.iter().filter_map(|(path, reason)| Some((path, reason.as_ref()?)));
    deprecated.filter_map(|(path, reason)| Some(format!("{path} {}", fault(reason)?))).collect()
}

#[test]
fn what_is_deprecated_says_what_to_use_and_until_when() {
    assert_eq!(faults(&sdl()), [""; 0]);
    assert!(everything(&sdl()).len() > 2_000, "that is not the schema");
    let with = |reason: &str| {
        let mark = format!("@deprecated(reason: \"{reason}\")");
        let sdl = format!(
            "type Query {{ a(x: Int {mark}, y: Int): Int {mark} b: E }} \
             enum E {{ A {mark} B }} input I {{ x: Int {mark} y: Int }}"
        );
        faults(&sdl).len()
    };
    assert_eq!(with("Use `Query.b`. Deprecated 2026-12-01, gone from 2027-06-01 on."), 0);
    for (reason, why) in [
        ("Use `Query.b`. Deprecated 2026-12-01, gone from 2027-05-31 on.", "a day too soon"),
        ("Use `Query.c`. Deprecated 2026-12-01, gone from 2027-06-01 on.", "there is no such"),
        ("Use `Query.b`. Gone from 2027-06-01 on.", "since when"),
        ("Deprecated 2026-12-01, gone from 2027-06-01 on.", "what to use"),
        ("", "nothing"),
    ] {
        assert_eq!(with(reason), 4, "{why}");
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// What graphql-js says of a change of the schema; nothing where it is not installed.
fn compared(released: &str, current: &str, declared: &str) -> Option<Ran> {
    let folder = std::env::temp_dir().join(format!("vinculo-schema-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir(&folder).expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).expect("room for a file");
        path.display().to_string()
    };
    let files = [
        file("released.graphql", released),
        file("current.graphql", current),
        file("declared.json", declared),
        "2026-12-01".to_owned(),
    ];
    let what = "What has changed in the schema";
    let ran = crate::binary::in_node(what, "browser", "changes.mjs", |command| {
        command.args(&files);
    });
    std::fs::remove_dir_all(folder).expect("the folder");
    ran.map(|output: Output| output.into())
}

#[test]
fn what_breaks_clients_is_declared() {
    let read = |file: &str| std::fs::read_to_string(root().join(file)).expect("a file");
    let (released, declared) =
        (read("schema/released.graphql"), read("schema/breaking-changes.json"));
    let Some(ran) = compared(&released, &sdl(), &declared) else { return };
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
}

#[test]
fn a_change_that_breaks_clients_is_seen() {
    let says = |current: &str, declared: &str| {
        let reason = "Use `Query.b`. Deprecated 2026-05-01, gone from 2026-12-01 on.";
        let later = "Use `Query.b`. Deprecated 2026-07-01, gone from 2027-01-01 on.";
        let released = format!(
            "type Query {{ a: Int b: E c: Int @deprecated(reason: \"{reason}\") \
             d: Int @deprecated(reason: \"{later}\") }} \
             enum E {{ A B @deprecated(reason: \"{reason}\") }}"
        );
        let ran = compared(&released, current, declared)?;
        Some((ran.code == Some(0), ran.out + &ran.err))
    };
    let gone = r#"[{"change": "Query.a was removed.", "reason": "Nobody could make use of it.", "on": "2026-11-30"}]"#;
    let rest = "b: E c: Int d: Int";
    for (current, declared, good, word) in [
        (
            format!("type Query {{ a: Int {rest} new: Int }} enum E {{ A B C }}"),
            "[]",
            true,
            "C was added",
        ),
        (format!("type Query {{ {rest} }} enum E {{ A B }}"), "[]", false, "not declared: Query.a"),
        (
            format!("type Query {{ a: String {rest} }} enum E {{ A B }}"),
            gone,
            false,
            "Query.a changed",
        ),
        (format!("type Query {{ {rest} }} enum E {{ A B }}"), gone, true, "declared: Query.a"),
        (
            format!("type Query {{ a: Int {rest} }} enum E {{ A B }}"),
            gone,
            false,
            "declared and not so",
        ),
        (
            format!("type Query {{ {rest} }} enum E {{ A B }}"),
            r#"[{"change": "Query.a was removed."}]"#,
            false,
            "in full",
        ),
        (
            "type Query { a: Int b: E d: Int } enum E { A }".into(),
            "[]",
            true,
            "gone as announced: Query.c",
        ),
        (
            "type Query { a: Int b: E c: Int } enum E { A B }".into(),
            "[]",
            false,
            "not declared: Query.d",
        ),
    ] {
        let Some((went_well, said)) = says(&current, declared) else { return };
        assert!(went_well == good && said.contains(word), "{word}: {said}");
    }
}

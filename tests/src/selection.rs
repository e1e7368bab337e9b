//! Selections that leave nothing out, made from the schema.

use std::{collections::HashMap, sync::OnceLock};

use futures_util::FutureExt;
use serde_json::Value;

const TYPES: &str = "{ __schema { types { kind name possibleTypes { name } fields { name \
    args { name type { kind } defaultValue } \
    type { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } }";

fn types() -> &'static HashMap<String, Value> {
    static TYPES_BY_NAME: OnceLock<HashMap<String, Value>> = OnceLock::new();
    TYPES_BY_NAME.get_or_init(|| {
        let answer = api::schema::build().execute(TYPES).now_or_never().expect("at once");
        let answer = answer.data.into_json().expect("json");
        let types = answer["__schema"]["types"].as_array().expect("types").clone();
        let named = |kind: Value| (kind["name"].as_str().expect("a name").to_owned(), kind);
        types.into_iter().map(named).collect()
    })
}

/// The type behind lists and non-nulls.
fn named(mut kind: &Value) -> (&str, &str) {
    while !kind["ofType"].is_null() {
        kind = &kind["ofType"];
    }
    (kind["name"].as_str().expect("a name"), kind["kind"].as_str().expect("a kind"))
}

/// Every field of a type; of the objects in it, every field, `depth` deep. Fields that need
/// arguments are left out.
#[must_use]
pub fn everything(of: &str, depth: usize) -> String {
    each(of, depth).join(" ")
}

/// The same, field by field.
#[must_use]
pub fn each(of: &str, depth: usize) -> Vec<String> {
    let mut fields = vec!["__typename".to_owned()];
    for field in types()[of]["fields"].as_array().into_iter().flatten() {
        let name = field["name"].as_str().expect("a name");
        let mut args = field["args"].as_array().into_iter().flatten();
        if args.any(|arg| arg["type"]["kind"] == "NON_NULL" && arg["defaultValue"].is_null()) {
            continue;
        }
        match named(&field["type"]) {
            (_, "SCALAR" | "ENUM") => fields.push(name.to_owned()),
            (of, "OBJECT") if depth > 0 => {
                fields.push(format!("{name} {{ {} }}", everything(of, depth - 1)));
            }
            (of, "UNION" | "INTERFACE") if depth > 0 => {
                let parts = types()[of]["possibleTypes"].as_array().into_iter().flatten();
                let parts = parts.map(|part| part["name"].as_str().expect("a name"));
                let parts = parts
                    .map(|part| format!("... on {part} {{ {} }}", everything(part, depth - 1)));
                fields.push(format!("{name} {{ {} }}", parts.collect::<Vec<_>>().join(" ")));
            }
            _ => {}
        }
    }
    fields
}

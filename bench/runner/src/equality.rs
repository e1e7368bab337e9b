//! Whether servers answer the same, before it is measured how fast.

use std::io;

use serde_json::{Map, Value, json};

use crate::{
    client::Client,
    operations::{Kind, Operation},
};

/// The answer to a request, in the shape and spelling that all servers' answers are brought to.
pub fn answer(
    kind: Kind,
    operation: Operation,
    client: &mut Client,
    request: &[u8],
) -> io::Result<Value> {
    let answer = client.ask(request)?;
    let status = answer.status;
    let body: Value = serde_json::from_slice(answer.body)?;
    if status != 200 || body.get("errors").is_some() {
        return Err(io::Error::other(format!(
            "{kind:?} {} answers {status}: {body}",
            operation.name()
        )));
    }
    let data = &body["data"];
    Ok(match operation {
        Operation::Q1 | Operation::Q2 | Operation::Q3 | Operation::Q7 => plain(data),
        // Everybody ranks in their own way: how many there are, and what is told of each.
        Operation::Q4 => {
            let hits = match kind {
                Kind::Postgraphile => array(&data["search"]["nodes"]).to_vec(),
                Kind::Vinculo | Kind::Ceiling => array(&data["search"]["edges"])
                    .iter()
                    .map(|edge| {
                        let mut hit = edge["node"].clone();
                        hit["score"] = edge["score"].clone();
                        hit
                    })
                    .collect(),
            };
            hits.iter()
                .map(|hit| json!({ "fields": names(hit), "chamber": names(&hit["chamber"]) }))
                .collect()
        }
        Operation::Q5 => {
            let draft = if kind == Kind::Postgraphile {
                &data["createDraft"]["draft"]
            } else {
                &data["draftNeed"]["need"]
            };
            // PostGraphile hands out what it was given, in both languages.
            let title = draft["title"].get("es").unwrap_or(&draft["title"]);
            // Each draft has an id and a number of its own.
            json!({
                "fields": names(draft), "title": title, "version": draft["version"],
                "folio": draft["folio"].as_str().map(|folio| folio.trim_end_matches(|c: char| c.is_ascii_digit())),
            })
        }
        Operation::Q6 => {
            let rows = match kind {
                Kind::Postgraphile => &data["needCounts"]["nodes"],
                Kind::Vinculo | Kind::Ceiling => &data["needCounts"],
            };
            let mut rows: Vec<Value> = array(rows).iter().map(|row| count(kind, row)).collect();
            // Equal counts stand in any order.
            rows.sort_by_key(ToString::to_string);
            Value::Array(rows)
        }
    })
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn names(value: &Value) -> Vec<&String> {
    let mut names: Vec<_> = value.as_object().into_iter().flat_map(Map::keys).collect();
    names.sort();
    names
}

fn count(kind: Kind, row: &Value) -> Value {
    let number = |value: &Value| {
        value.as_i64().or_else(|| value.as_str().and_then(|text| text.parse().ok()))
    };
    let parts = match kind {
        Kind::Postgraphile => {
            [&row["subsector"], &row["subsectorLabel"], &row["regionId"], &row["regionName"]]
        }
        Kind::Vinculo | Kind::Ceiling => [
            &row["subsector"]["code"],
            &row["subsector"]["label"],
            &row["region"]["id"],
            &row["region"]["name"],
        ],
    };
    json!([number(&row["count"]), parts.map(plain)])
}

/// Ids without prefix and dashes, times without a zone, cursors only whether there are any.
fn plain(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| {
                let value =
                    if name == "endCursor" { json!(!value.is_null()) } else { plain(value) };
                (name.clone(), value)
            })
            .collect(),
        Value::Array(values) => values.iter().map(plain).collect(),
        Value::String(text) => Value::String(plain_text(text)),
        other => other.clone(),
    }
}

fn plain_text(text: &str) -> String {
    let hex = |text: &str| text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let bare = text.replace('-', "");
    let bare = bare.rsplit_once('_').map_or(bare.as_str(), |(_, id)| id);
    if hex(bare) {
        return bare.to_owned();
    }
    let is_time = text.len() >= 20 && text.as_bytes().get(10) == Some(&b'T');
    if is_time && let Some(utc) = text.strip_suffix('Z').or_else(|| text.strip_suffix("+00:00")) {
        let (seconds, part) = utc.split_once('.').unwrap_or((utc, ""));
        return format!("{seconds}.{part:0<6}");
    }
    text.to_owned()
}

/// Where two answers first differ, as a path with both values.
pub fn difference(one: &Value, other: &Value) -> Option<String> {
    let below = |step: &dyn std::fmt::Display, one: &Value, other: &Value| {
        difference(one, other).map(|rest| format!(".{step}{rest}"))
    };
    match (one, other) {
        (Value::Object(some), Value::Object(others)) if names(one) == names(other) => {
            some.iter().find_map(|(name, one)| below(name, one, &others[name]))
        }
        (Value::Array(some), Value::Array(others)) if some.len() == others.len() => some
            .iter()
            .zip(others)
            .enumerate()
            .find_map(|(place, (one, other))| below(&place, one, other)),
        _ => (one != other).then(|| format!(": {one} and {other}")),
    }
}

//! Things as lines of comma-separated values, for spreadsheets: RFC 4180 with a mark by which they
//! know that it is UTF-8.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula and carries it out:
//! such text gets an apostrophe before it, as OWASP advises, unless it is a number.

use async_graphql::Value;

use super::plan::Column;
use crate::error::{Error, Result};

/// The byte order mark.
const MARK: &str = "\u{feff}";
/// What stands between the items of a list.
const BETWEEN: &str = "|";

/// The line of headings.
///
/// # Errors
/// Our fault.
pub(super) fn headings(columns: &[Column], out: &mut Vec<u8>) -> Result<()> {
    out.extend_from_slice(MARK.as_bytes());
    line(columns.iter().map(|column| column.0.join(".")), out)
}

/// A thing.
///
/// # Errors
/// Our fault.
pub(super) fn thing(columns: &[Column], thing: &Value, out: &mut Vec<u8>) -> Result<()> {
    line(columns.iter().map(|column| cell(at(thing, &column.0))), out)
}

fn line(cells: impl Iterator<Item = String>, out: &mut Vec<u8>) -> Result<()> {
    let mut writer =
        ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(cells).map_err(Error::internal)?;
    out.extend(writer.into_inner().map_err(Error::internal)?);
    Ok(())
}

/// What stands at a path, from a thing down; null where the way ends before.
fn at<'a>(thing: &'a Value, path: &[String]) -> &'a Value {
    path.iter().fold(thing, |value, name| match value {
        Value::Object(fields) => fields.get(name.as_str()).unwrap_or(&Value::Null),
        _ => &Value::Null,
    })
}

/// What a cell says: nothing for null; the items of a list one after the other, and as JSON those
/// that are more than a word.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => harmless(text.clone()),
        Value::Enum(name) => name.to_string(),
        Value::Boolean(whether) => whether.to_string(),
        Value::Number(number) => number.to_string(),
        Value::List(items)
            if !items.iter().any(|item| matches!(item, Value::Object(_) | Value::List(_))) =>
        {
            let items: Vec<_> = items.iter().map(word).collect();
            harmless(items.join(BETWEEN))
        }
        other => other.clone().into_json().map(|json| json.to_string()).unwrap_or_default(),
    }
}

fn word(item: &Value) -> String {
    match item {
        Value::String(text) => text.clone(),
        other => cell(other),
    }
}

/// Text that no spreadsheet takes for a formula.
fn harmless(text: String) -> String {
    let begins = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    if begins && text.parse::<f64>().is_err() { format!("'{text}") } else { text }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(value: serde_json::Value) -> String {
        cell(&Value::from_json(value).unwrap())
    }

    #[test]
    fn cells_are_text_and_never_a_formula() {
        for (value, told) in [
            (json!(null), ""),
            (json!("Horno, de arco"), "Horno, de arco"),
            (json!(true), "true"),
            (json!(-4), "-4"),
            (json!("-12.50"), "-12.50"),
            (json!(["A", "B"]), "A|B"),
            (json!([]), ""),
            (json!([{ "a": 1 }]), r#"[{"a":1}]"#),
            (json!("=1+1"), "'=1+1"),
            (json!("+52 55"), "'+52 55"),
            (json!("-cmd|' /C calc'!A0"), "'-cmd|' /C calc'!A0"),
            (json!("@SUM(A1)"), "'@SUM(A1)"),
            (json!("\t=1"), "'\t=1"),
            (json!(["=1", "2"]), "'=1|2"),
            (json!("a=1"), "a=1"),
        ] {
            assert_eq!(written(value), told);
        }
    }

    #[test]
    fn a_line_is_quoted_where_it_must_be() {
        let columns = [Column(vec!["name".into()]), Column(vec!["company".into(), "state".into()])];
        let mut out = Vec::new();
        headings(&columns, &mut out).unwrap();
        let row = json!({ "name": "Dos \"líneas\",\ny más", "company": { "state": "09" } });
        thing(&columns, &Value::from_json(row).unwrap(), &mut out).unwrap();
        thing(
            &columns,
            &Value::from_json(json!({ "name": "=A1", "company": null })).unwrap(),
            &mut out,
        )
        .unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(
            text,
            "\u{feff}name,company.state\r\n\"Dos \"\"líneas\"\",\ny más\",09\r\n'=A1,\r\n"
        );
    }
}

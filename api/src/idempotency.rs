//! Mutations that are sent twice and done once: the key by which a client says that it sends the
//! same again, and what was done under it.
//!
//! A mutation is told apart by who asks, by its name and by its key. What came of it is kept in
//! the transaction that did it (`mutation::carry_out`), as the id of its record: the payload is
//! read anew each time, so that it never shows what its reader may not know any more.

use std::{
    any::TypeId,
    fmt::Write as _,
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql::{Context, CustomDirective, Directive, Request, Response, Value};
use chrono::TimeDelta;
use sha2::{Digest, Sha256};

use crate::{
    error::{Error, Result},
    policy::Viewer,
};

/// How long it is kept what was done.
pub(crate) const KEPT: TimeDelta = TimeDelta::hours(24);
/// Longest key, in characters.
const LONGEST: usize = 255;
/// The directive that gives a field its key.
pub const DIRECTIVE: &str = "idempotent";
/// Under which name an answer tells in its `extensions` which of its fields are replays.
pub const REPLAYED: &str = "replayed";
/// What is wrong with a text that is no key.
pub const WRONG: &str = "must be 1 to 255 printable ASCII characters";

/// A key of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key(String);

impl Key {
    /// The key with this text, if it can be one.
    fn new(text: String) -> Option<Self> {
        let printable = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
        let fits = (1..=LONGEST).contains(&text.len()) && text.bytes().all(printable);
        fits.then_some(Self(text))
    }

    /// Reads the header `Idempotency-Key`: a text of RFC 9651 (in quotes, `\"` and `\\` inside),
    /// as the draft of the header has it, or the bare key, as most clients send it. Nothing when
    /// it is no key.
    #[must_use]
    pub fn from_header(value: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(value).ok()?;
        match text.strip_prefix('"') {
            Some(quoted) => unquoted(quoted).and_then(Self::new),
            None => Self::new(text.to_owned()),
        }
    }
}

/// What stands before the quote that ends a text, which ends the header too.
fn unquoted(quoted: &str) -> Option<String> {
    let (mut text, mut letters) = (String::new(), quoted.chars());
    loop {
        match letters.next()? {
            '"' => return letters.as_str().is_empty().then_some(text),
            '\\' => text.push(letters.next().filter(|letter| matches!(letter, '"' | '\\'))?),
            letter => text.push(letter),
        }
    }
}

/// The key is read by `Claim::of`: there is nothing to do around the field.
struct Read;

impl CustomDirective for Read {}

/// Gives a mutation a key of its own, in place of the header `Idempotency-Key`: sent again with the
/// same key and input within 24 hours, by whoever sent it, it is not done again.
#[Directive(location = "Field")]
pub(crate) fn idempotent(
    #[graphql(
        desc = "The key, 1 to 255 printable ASCII characters; best a new UUID for each thing that is to be done."
    )]
    key: String,
) -> impl CustomDirective {
    drop(key);
    Read
}

/// A mutation that is to be done once.
#[derive(Clone, Debug)]
pub(crate) struct Claim {
    /// What tells it apart: caller, mutation and key, as a digest.
    pub(crate) id: String,
    /// A digest of its input.
    pub(crate) input: String,
}

impl Claim {
    /// That of the mutation which is being carried out; nothing when it has no key.
    ///
    /// # Errors
    /// When the key is none, or nobody asks: nobody's keys cannot be told from those of others.
    pub(crate) fn of(ctx: &Context<'_>, viewer: &Viewer) -> Result<Option<Self>> {
        let Some(Key(key)) = key_of(ctx)? else { return Ok(None) };
        let machine = viewer.machine.as_ref().map(|machine| machine.client.to_string());
        let caller = machine.or_else(|| viewer.person.map(|person| person.to_string()));
        let caller = caller.ok_or(Error::Unauthenticated)?;
        let field = ctx.field();
        let arguments = field.arguments().map_err(|error| Error::internal(error.message))?;
        let mut input = String::new();
        write_sorted(arguments.iter().map(|(name, value)| (name.as_str(), value)), &mut input);
        // Neither a caller nor a mutation has a space in it.
        let id = digest(&format!("{caller} {} {key}", field.name()));
        Ok(Some(Self { id, input: digest(&input) }))
    }
}

/// The key of a field: its own, or that of the request.
fn key_of(ctx: &Context<'_>) -> Result<Option<Key>> {
    if ctx.item.node.directives.is_empty() {
        return Ok(ctx.data_opt::<Key>().cloned());
    }
    let directives = ctx.field().directives().map_err(|error| Error::internal(error.message))?;
    let own = directives.iter().find(|directive| directive.name.node == DIRECTIVE);
    match own.and_then(|own| own.get_argument("key")) {
        Some(value) => {
            let key = match &value.node {
                Value::String(key) => Key::new(key.clone()),
                _ => None,
            };
            key.map(Some).ok_or_else(|| Error::Argument("key", WRONG.into()))
        }
        None => Ok(ctx.data_opt::<Key>().cloned()),
    }
}

fn digest(text: &str) -> String {
    format!("{:x}", Sha256::digest(text))
}

/// Writes a value in one spelling: fields by name, whether they came in the document or in a
/// variable, where values of enums are texts.
fn write(value: &Value, text: &mut String) {
    match value {
        Value::Object(fields) => {
            write_sorted(fields.iter().map(|(name, value)| (name.as_str(), value)), text);
        }
        Value::List(values) => {
            text.push('[');
            for value in values {
                write(value, text);
                text.push(',');
            }
            text.push(']');
        }
        Value::Enum(name) => write_text(name, text),
        Value::String(letters) => write_text(letters, text),
        other => text.push_str(&other.to_string()),
    }
}

fn write_sorted<'a>(fields: impl Iterator<Item = (&'a str, &'a Value)>, text: &mut String) {
    let mut fields: Vec<_> = fields.collect();
    fields.sort_unstable_by_key(|(name, _)| *name);
    text.push('{');
    for (name, value) in fields {
        text.push_str(name);
        text.push(':');
        write(value, text);
        text.push(',');
    }
    text.push('}');
}

fn write_text(letters: &str, text: &mut String) {
    // Quoted, so that no text can look like anything else. Writing to a text does not fail.
    let _ = write!(text, "{letters:?}");
}

/// Which fields of a request were not done again. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Replays(Arc<Mutex<Vec<String>>>);

impl Replays {
    /// Those of a request, which its data holds.
    pub(crate) fn of(request: &Request) -> Option<Self> {
        request.data.get(&TypeId::of::<Self>())?.downcast_ref().cloned()
    }

    /// Notes that the field which is being carried out is one.
    pub(crate) fn add(ctx: &Context<'_>) {
        if let Some(Self(all)) = ctx.data_opt::<Self>() {
            let name = ctx.item.node.response_key().node.to_string();
            let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
            // The framework carries a field out as often as it stands at the top.
            if !all.contains(&name) {
                all.push(name);
            }
        }
    }

    /// Tells them in the response, if there are any.
    pub(crate) fn tell(self, response: &mut Response) {
        let all = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if !all.is_empty() {
            let names = all.into_iter().map(Value::String).collect();
            response.extensions.insert(REPLAYED.to_owned(), Value::List(names));
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use async_graphql::{Name, value};

    use super::*;

    #[test]
    fn a_header_is_read_in_quotes_and_without() {
        let key = |header: &str| Key::from_header(header.as_bytes()).map(|Key(key)| key);
        for (header, right) in [
            ("8e03978e-40d5", "8e03978e-40d5"),
            (r#""8e03978e-40d5""#, "8e03978e-40d5"),
            (r#""a \"b\" \\ c""#, r#"a "b" \ c"#),
            (r#"a"b"#, r#"a"b"#),
            (r"a\b", r"a\b"),
            ("a b", "a b"),
            (&"k".repeat(255), &"k".repeat(255)),
            (&format!("\"{}\"", "k".repeat(255)), &"k".repeat(255)),
        ] {
            assert_eq!(key(header).as_deref(), Some(right), "{header}");
        }
        let long = "k".repeat(256);
        for wrong in [
            "",
            "\"\"",
            "\"",
            "\"a",
            r#""a"b"#,
            r#""a";p=1"#,
            r#""a", "b""#,
            r#""a\b""#,
            "ñ",
            "a\tb",
        ] {
            assert_eq!(key(wrong), None, "{wrong}");
        }
        assert_eq!(key(&long), None);
        assert_eq!(Key::from_header(b"\xff"), None);
    }

    #[test]
    fn the_same_input_is_the_same_in_any_spelling() {
        let text = |value: Value| {
            let mut text = String::new();
            write(&value, &mut text);
            text
        };
        let (name, letters) = (Value::Enum(Name::new("ONE")), "ONE");
        let one = text(value!({ "id": "need_1", "why": { "a": [1, 2.5, null], "b": name } }));
        let two = text(value!({ "why": { "b": letters, "a": [1, 2.5, null] }, "id": "need_1" }));
        assert_eq!(one, two);
        let others = [
            value!({ "id": "need_1" }),
            value!({ "id": null }),
            value!({ "id": "null" }),
            value!({ "id": ["need_1"] }),
            value!({ "id": [["need_1"]] }),
            value!({ "id": "need_1\",a:\"" }),
            value!({ "id": "need_1", "a": "" }),
            value!({ "id": true }),
            value!({ "id": 1 }),
            value!({ "id": "1" }),
            value!([]),
            value!({}),
        ];
        let texts: std::collections::BTreeSet<_> = others.iter().cloned().map(text).collect();
        assert_eq!(texts.len(), others.len(), "{texts:#?}");
    }
}

//! Nodes on their way out. For an answer that leaves as text they are written as text at once: the
//! framework would make a future of each field, a map of each node, and walk all of them once more
//! to write them.
//!
//! Text travels through the framework as a binary value, which no field of ours has: four bytes that
//! say how many objects it holds, and its JSON.

use std::{
    any::Any,
    borrow::Cow,
    collections::HashMap,
    fmt,
    ops::Deref,
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql::{
    Context, ContextSelectionSet, OutputType, Pos, Positioned, ServerResult, Value,
    parser::types::{Field, Selection, SelectionSet},
    registry::Registry,
    resolver_utils::ContainerType,
};
use bytes::Bytes;
use futures_util::{
    FutureExt,
    future::{BoxFuture, try_join_all},
};

/// In the data of a request whose answer is written by [`write_value`]: its nodes may come as text. It is not for
/// a document in which two fields of an object have one name, since their values are put together.
///
/// It keeps the texts of what several nodes lead to, by the object and the place of the document:
/// five hundred needs of five chambers write five chambers. It holds what it knows by address, so
/// that nothing else comes to stand there.
#[derive(Default)]
pub struct AsText(Mutex<HashMap<(usize, Pos), (Held, Bytes)>>);

impl fmt::Debug for AsText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AsText")
    }
}

impl AsText {
    fn known(&self, place: (usize, Pos)) -> Option<Bytes> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&place).map(|(_, text)| text.clone())
    }

    fn keep(&self, place: (usize, Pos), held: Held, text: Bytes) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(place, (held, text));
    }
}

/// An object that is held, whatever it is.
type Held = Arc<dyn Any + Send + Sync>;

/// What holds an object.
pub trait Holds: Deref {
    /// The object once more, where several nodes lead to it.
    fn shared(&self) -> Option<Held>;
}

impl<N> Holds for Box<N> {
    fn shared(&self) -> Option<Held> {
        None
    }
}

impl<N: Send + Sync + 'static> Holds for Arc<N> {
    fn shared(&self) -> Option<Held> {
        // Whoever leads to it, and we.
        (Self::strong_count(self) > 2).then(|| self.clone() as Held)
    }
}

/// How many bytes say how many objects a text holds.
const COUNT: usize = size_of::<u32>();

/// A node, or another object of which there are many, behind whatever holds it.
#[derive(Clone, Debug)]
pub struct Shown<P>(pub(crate) P);

impl<P> OutputType for Shown<P>
where
    P: Holds<Target: ContainerType + Sized> + Send + Sync,
{
    fn type_name() -> Cow<'static, str> {
        P::Target::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        P::Target::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        let Some(texts) = ctx.data_opt::<AsText>() else { return self.0.resolve(ctx, field).await };
        let shared = self.0.shared();
        let place = (std::ptr::from_ref(&*self.0).addr(), ctx.item.pos);
        if shared.is_some()
            && let Some(text) = texts.known(place)
        {
            return Ok(Value::Binary(text));
        }
        let before = shared.as_ref().map(|_| errors(ctx));
        let (text, is_leaf) = text(&*self.0, ctx).await?;
        // What went wrong is told of each of them.
        if let Some(held) = shared.filter(|_| is_leaf && before == Some(errors(ctx))) {
            texts.keep(place, held, text.clone());
        }
        Ok(Value::Binary(text))
    }
}

/// How many errors the answer has so far.
fn errors(ctx: &ContextSelectionSet<'_>) -> usize {
    ctx.query_env.errors.lock().unwrap_or_else(PoisonError::into_inner).len()
}

/// A node as text, and whether nothing was asked of it that leads on. On the heap: what a node leads
/// to may lead back to its kind.
fn text<'a, N: ContainerType>(
    node: &'a N,
    ctx: &'a ContextSelectionSet<'_>,
) -> BoxFuture<'a, ServerResult<(Bytes, bool)>> {
    async move {
        let mut fields = Vec::with_capacity(ctx.item.node.items.len());
        gather::<N>(ctx, &ctx.item.node, &mut fields);
        // What leads on may have to load, and waits for its like in other objects: all at once.
        let leads = |field: &Positioned<Field>| !field.node.selection_set.node.items.is_empty();
        let leading = fields.iter().filter(|field| leads(field));
        let mut led = if leading.clone().nth(1).is_some() {
            try_join_all(leading.map(|field| value(node, ctx, field).boxed())).await?
        } else {
            Vec::new()
        }
        .into_iter();
        let mut writer = Writer::with_capacity(64 * fields.len());
        writer.begin(b'{');
        for (place, field) in fields.iter().enumerate() {
            writer.name(place, field.node.response_key().node.as_str());
            if field.node.name.node == "__typename" {
                writer.text(&N::type_name());
                continue;
            }
            let known = if leads(field) { led.next() } else { None };
            match known {
                Some(known) => writer.value(&known),
                None => writer.value(&value(node, ctx, field).await?),
            }
        }
        writer.end(b'}');
        Ok((writer.finish(), !fields.iter().any(|field| leads(field))))
    }
    .boxed()
}

async fn value<N: ContainerType>(
    node: &N,
    ctx: &ContextSelectionSet<'_>,
    field: &Positioned<Field>,
) -> ServerResult<Value> {
    let ctx: Context<'_> = ctx.with_field(field);
    Ok(node.resolve_field(&ctx).await?.unwrap_or_default())
}

/// The fields that are asked of an object of this type, in the order of the document.
fn gather<'a, N: OutputType>(
    ctx: &ContextSelectionSet<'a>,
    set: &'a SelectionSet,
    found: &mut Vec<&'a Positioned<Field>>,
) {
    for selection in &set.items {
        let (condition, set) = match &selection.node {
            Selection::Field(field) => {
                found.push(field);
                continue;
            }
            Selection::InlineFragment(fragment) => {
                (fragment.node.type_condition.as_ref(), &fragment.node.selection_set.node)
            }
            Selection::FragmentSpread(spread) => {
                let fragment = ctx.query_env.fragments.get(&spread.node.fragment_name.node);
                let Some(fragment) = fragment else { continue };
                (Some(&fragment.node.type_condition), &fragment.node.selection_set.node)
            }
        };
        let applies = condition.is_none_or(|condition| {
            let (condition, name) = (condition.node.on.node.as_str(), N::type_name());
            let types = &ctx.schema_env.registry.types;
            condition == name || types.get(condition).is_some_and(|ty| ty.is_possible_type(&name))
        });
        if applies {
            gather::<N>(ctx, set, found);
        }
    }
}

/// Appends a value, with the texts that are in it, as JSON.
pub fn write_value(value: &Value, text: &mut Vec<u8>) {
    let mut writer = Writer { text: std::mem::take(text), objects: 0 };
    writer.value(value);
    *text = writer.text;
}

/// How many objects are in a value, itself included.
#[must_use]
pub fn objects(value: &Value) -> u32 {
    let of_all = |sum: u32, value| sum.saturating_add(objects(value));
    match value {
        Value::Object(members) => members.values().fold(1, of_all),
        Value::List(values) => values.iter().fold(0, of_all),
        Value::Binary(text) => count_and_json(text).0,
        _ => 0,
    }
}

fn count_and_json(text: &Bytes) -> (u32, &[u8]) {
    match text.split_first_chunk::<COUNT>() {
        Some((count, json)) => (u32::from_le_bytes(*count), json),
        None => (0, b"null"),
    }
}

/// Writes JSON, and counts objects.
struct Writer {
    text: Vec<u8>,
    objects: u32,
}

impl Writer {
    fn with_capacity(bytes: usize) -> Self {
        let mut text = Vec::with_capacity(COUNT + bytes);
        text.extend_from_slice(&[0; COUNT]);
        Self { text, objects: 0 }
    }

    fn begin(&mut self, sign: u8) {
        self.text.push(sign);
        self.objects = self.objects.saturating_add(u32::from(sign == b'{'));
    }

    fn end(&mut self, sign: u8) {
        self.text.push(sign);
    }

    fn separate(&mut self, place: usize) {
        if place > 0 {
            self.text.push(b',');
        }
    }

    fn name(&mut self, place: usize, name: &str) {
        self.separate(place);
        self.text(name);
        self.text.push(b':');
    }

    /// Hardly any text has something to escape, and whether it has is seen of many bytes at once.
    fn text(&mut self, text: &str) {
        let is_plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
        if text.bytes().fold(true, |plain, byte| plain & is_plain(byte)) {
            self.text.reserve(text.len() + 2);
            self.text.push(b'"');
            self.text.extend_from_slice(text.as_bytes());
            self.text.push(b'"');
        } else {
            self.json(text);
        }
    }

    fn json(&mut self, value: &(impl serde::Serialize + ?Sized)) {
        // Memory takes everything, and texts and numbers can always be written.
        let _ = serde_json::to_writer(&mut self.text, value);
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Null => self.text.extend_from_slice(b"null"),
            Value::Boolean(true) => self.text.extend_from_slice(b"true"),
            Value::Boolean(false) => self.text.extend_from_slice(b"false"),
            Value::Number(number) => self.json(number),
            Value::String(text) => self.text(text),
            Value::Enum(name) => self.text(name.as_str()),
            Value::Binary(text) => {
                let (count, json) = count_and_json(text);
                self.objects = self.objects.saturating_add(count);
                self.text.extend_from_slice(json);
            }
            Value::List(values) => {
                self.begin(b'[');
                for (place, value) in values.iter().enumerate() {
                    self.separate(place);
                    self.value(value);
                }
                self.end(b']');
            }
            Value::Object(members) => {
                self.begin(b'{');
                for (place, (name, value)) in members.iter().enumerate() {
                    self.name(place, name.as_str());
                    self.value(value);
                }
                self.end(b'}');
            }
        }
    }

    fn finish(mut self) -> Bytes {
        if let Some(count) = self.text.first_chunk_mut::<COUNT>() {
            *count = self.objects.to_le_bytes();
        }
        self.text.into()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(value: &Value) -> String {
        let mut text = b"data: ".to_vec();
        write_value(value, &mut text);
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn values_are_written_as_the_framework_would() {
        let all = json!({
            "text": "a\"ñ\n\u{1}", "number": -1.5, "large": u64::MAX, "no": null, "yes": [true, false],
            "empty": [{}, []], "deep": { "a": [{ "b": { "c": 0 } }] }, "q\"": "\\", "del": "\u{7f}",
        });
        let value = Value::from_json(all.clone()).unwrap();
        assert_eq!(written(&value), format!("data: {}", serde_json::to_string(&value).unwrap()));
        assert_eq!(objects(&value), 5);
    }

    #[test]
    fn texts_are_written_into_what_holds_them_and_their_objects_count() {
        let mut inner = Writer::with_capacity(0);
        inner.value(&Value::from_json(json!({ "a": { "b": 1 } })).unwrap());
        let inner = Value::Binary(inner.finish());
        assert_eq!(objects(&inner), 2);
        let mut outer = Writer::with_capacity(0);
        outer.value(&Value::List(vec![inner.clone(), Value::Null, inner]));
        let outer = Value::Binary(outer.finish());
        assert_eq!(objects(&outer), 4);
        assert_eq!(written(&outer), r#"data: [{"a":{"b":1}},null,{"a":{"b":1}}]"#);
    }
}

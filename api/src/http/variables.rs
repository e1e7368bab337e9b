//! The variables of a request, checked and coerced before anything runs.
//!
//! The framework looks at a variable only where it is used, and knows no
//! defaults until then. Here every variable is compared with its definition,
//! as the specification asks (6.1.2), and what is missing is filled in.

use async_graphql::{
    Name, Pos, ServerError, Value, Variables,
    indexmap::IndexMap,
    parser::types::{BaseType, OperationDefinition, Type},
};

use super::{
    guard,
    model::{Input, Kind, Model},
    refusal::{Outcome, Refusal, error},
};
use crate::error::Code;

/// Mistakes that are told at once.
const MOST_TOLD: usize = 20;

/// The values for `operation`: those that are given and fit, and the defaults of
/// the others. Values that no variable asks for are left out.
///
/// # Errors
///
/// Every value that does not fit, by its path from the variable down; at most 20.
pub fn coerce(
    model: &Model,
    operation: &OperationDefinition,
    mut given: IndexMap<Name, Value>,
    nesting: u32,
) -> Result<Variables, Refusal> {
    let mut check = Check { model, mistakes: Vec::new(), at: Pos::default(), path: Vec::new() };
    let mut values = Variables::default();
    for definition in operation.variable_definitions.iter().map(|definition| &definition.node) {
        let name = &definition.name.node;
        check.at = definition.name.pos;
        check.path = vec![name.to_string()];
        let ty = &definition.var_type.node;
        let value = match given.swap_remove(name) {
            Some(value) if guard::nesting(&value) > nesting => {
                check.mistake(&format!("is nested more than {nesting} levels deep"));
                None
            }
            Some(value) => check.value(value, ty),
            None => match &definition.default_value {
                // Whether it fits its type is for validation to tell.
                Some(default) => Some(check.default(&default.node, ty)),
                None if ty.nullable => None,
                None => {
                    check.mistake(&format!("is required: {ty}"));
                    None
                }
            },
        };
        if let Some(value) = value {
            values.insert(name.clone(), value);
        }
    }
    if check.mistakes.is_empty() {
        Ok(values)
    } else {
        check.mistakes.truncate(MOST_TOLD);
        Err(Refusal::of(Outcome::Invalid, check.mistakes))
    }
}

struct Check<'a> {
    model: &'a Model,
    mistakes: Vec<ServerError>,
    /// Where the variable is defined.
    at: Pos,
    /// Where we are, from the name of the variable down.
    path: Vec<String>,
}

impl Check<'_> {
    fn mistake(&mut self, what: &str) {
        let path = self.path.join(".");
        let mut error = error(Code::BadUserInput, format!("${path} {what}"), &[self.at]);
        let field = self.path.iter().map(Value::from).collect();
        error.extensions.get_or_insert_default().set("field", Value::List(field));
        self.mistakes.push(error);
    }

    fn inside<T>(&mut self, name: impl Into<String>, look: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(name.into());
        let found = look(self);
        self.path.pop();
        found
    }

    /// The value as its type has it; nothing once a mistake is noted.
    fn value(&mut self, value: Value, ty: &Type) -> Option<Value> {
        if value == Value::Null {
            if !ty.nullable {
                self.mistake(&format!("must not be null: {ty}"));
                return None;
            }
            return Some(value);
        }
        match &ty.base {
            BaseType::Named(name) => self.named(value, name),
            BaseType::List(inner) => {
                let items = match value {
                    Value::List(items) => items,
                    // A single value is a list of one, at every level.
                    single => return Some(Value::List(vec![self.value(single, inner)?])),
                };
                // All of them, so that every mistake is told.
                let items: Vec<Option<Value>> = items
                    .into_iter()
                    .enumerate()
                    .map(|(n, item)| self.inside(n.to_string(), |check| check.value(item, inner)))
                    .collect();
                items.into_iter().collect::<Option<_>>().map(Value::List)
            }
        }
    }

    fn named(&mut self, value: Value, name: &str) -> Option<Value> {
        let coerced = match (name, self.model.kind(name)) {
            ("Int", _) => int(&value),
            ("Float", _) => Some(value).filter(|value| matches!(value, Value::Number(_))),
            ("String", _) => Some(value).filter(|value| matches!(value, Value::String(_))),
            ("Boolean", _) => Some(value).filter(|value| matches!(value, Value::Boolean(_))),
            ("ID", _) => id(value),
            (_, Some(Kind::Enum(values))) => match &value {
                Value::String(one) if values.contains(one.as_str()) => Some(value),
                Value::Enum(one) if values.contains(one.as_str()) => Some(value),
                _ => None,
            },
            (_, Some(Kind::Input(input))) => match value {
                Value::Object(fields) => return self.object(fields, name, input),
                _ => None,
            },
            // A scalar of ours knows its own values; what is no input type at all
            // is refused by validation.
            _ => Some(value),
        };
        if coerced.is_none() {
            self.mistake(&format!("is not a valid {name}"));
        }
        coerced
    }

    fn object(
        &mut self,
        mut given: IndexMap<Name, Value>,
        name: &str,
        input: &Input,
    ) -> Option<Value> {
        let before = self.mistakes.len();
        if input.one_of && (given.len() != 1 || given.values().any(|value| *value == Value::Null)) {
            self.mistake("must have exactly one field, and not null");
        }
        let unknown: Vec<_> =
            given.keys().filter(|key| !input.fields.contains_key(key.as_str())).cloned().collect();
        for key in unknown {
            given.swap_remove(&key);
            self.inside(key.as_str(), |check| check.mistake(&format!("is not a field of {name}")));
        }
        let mut fields = IndexMap::new();
        for (key, field) in &input.fields {
            let found = given.swap_remove(key.as_str());
            let value = self.inside(key, |check| match (found, &field.default) {
                (Some(value), _) => check.value(value, &field.ty),
                (None, Some(default)) => Some(check.default(default, &field.ty)),
                (None, None) => {
                    if !field.ty.nullable && !input.one_of {
                        check.mistake(&format!("is required: {}", field.ty));
                    }
                    None
                }
            });
            if let Some(value) = value {
                fields.insert(Name::new(key), value);
            }
        }
        (self.mistakes.len() == before).then_some(Value::Object(fields))
    }

    /// A default, coerced like a value. It was written by the schema or the
    /// document, so a mistake in it is not one of the variables: it is left as it
    /// is, and validation will tell.
    fn default(&mut self, default: &Value, ty: &Type) -> Value {
        let before = self.mistakes.len();
        let coerced = self.value(default.clone(), ty);
        self.mistakes.truncate(before);
        coerced.unwrap_or_else(|| default.clone())
    }
}

/// A whole number of 32 bits; `3.0` is one.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked before")]
fn int(value: &Value) -> Option<Value> {
    let Value::Number(number) = value else { return None };
    let whole = number.as_i64().and_then(|n| i32::try_from(n).ok());
    let float = || {
        let n = number.as_f64()?;
        let fits = n.fract() == 0.0 && (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&n);
        fits.then_some(n as i32)
    };
    whole.or_else(float).map(Value::from)
}

/// A text, or a whole number as text.
fn id(value: Value) -> Option<Value> {
    match value {
        Value::String(_) => Some(value),
        Value::Number(number) if !number.is_f64() => Some(Value::String(number.to_string())),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use async_graphql::parser::parse_query;
    use serde_json::{Value as Json, json};

    use super::{super::model::tests::model, *};

    fn check(definitions: &str, values: Json) -> Result<Json, Vec<String>> {
        let document = parse_query(format!("query ({definitions}) {{ echo }}")).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        let Value::Object(values) = Value::from_json(values).unwrap() else { panic!() };
        match coerce(&model(), &operation.node, values, 20) {
            Ok(values) => Ok(values.into_value().into_json().unwrap()),
            Err(refusal) => {
                assert_eq!(refusal.outcome, Outcome::Invalid);
                Err(refusal.errors.into_iter().map(|error| error.message).collect())
            }
        }
    }

    #[test]
    fn what_fits_is_coerced_and_what_is_missing_filled_in() {
        for (definitions, values, expected) in [
            ("$a: Int", json!({}), json!({})),
            ("$a: Int", json!({"a": null, "b": 1}), json!({"a": null})),
            ("$a: Int = 3", json!({}), json!({"a": 3})),
            ("$a: Int = 3", json!({"a": null}), json!({"a": null})),
            ("$a: Int! = 3", json!({}), json!({"a": 3})),
            ("$a: Int!", json!({"a": 3.0}), json!({"a": 3})),
            ("$a: Int!", json!({"a": -2_147_483_648_i64}), json!({"a": -2_147_483_648_i64})),
            ("$a: Float", json!({"a": 1}), json!({"a": 1})),
            ("$a: ID!", json!({"a": 7}), json!({"a": "7"})),
            ("$a: [Int!]", json!({"a": 7}), json!({"a": [7]})),
            ("$a: [[Int]]", json!({"a": 7}), json!({"a": [[7]]})),
            ("$a: [Int]", json!({"a": [1, null]}), json!({"a": [1, null]})),
            ("$a: [Int!] = 4", json!({}), json!({"a": [4]})),
            ("$a: Colour = RED", json!({}), json!({"a": "RED"})),
            ("$a: Colour", json!({"a": "BLUE"}), json!({"a": "BLUE"})),
            ("$a: Anything", json!({"a": {"b": [1]}}), json!({"a": {"b": [1]}})),
            ("$a: ThingBy", json!({"a": {"id": 3}}), json!({"a": {"id": "3"}})),
            (
                "$a: ThingInput!",
                json!({"a": {"title": "t", "tags": "x", "size": null}}),
                json!({"a": {"title": "t", "tags": ["x"], "size": null, "colour": "RED"}}),
            ),
            (
                "$a: ThingInput = {title: \"t\", parent: {title: \"u\", colour: BLUE}}",
                json!({}),
                json!({"a": {"title": "t", "colour": "RED",
                    "parent": {"title": "u", "colour": "BLUE"}}}),
            ),
        ] {
            assert_eq!(check(definitions, values.clone()), Ok(expected), "{definitions} {values}");
        }
    }

    #[test]
    fn what_does_not_fit_is_told_by_its_path() {
        for (definitions, values, message) in [
            ("$a: Int!", json!({}), "$a is required: Int!"),
            ("$a: Int!", json!({"a": null}), "$a must not be null: Int!"),
            ("$a: Int", json!({"a": "1"}), "$a is not a valid Int"),
            ("$a: Int", json!({"a": 1.5}), "$a is not a valid Int"),
            ("$a: Int", json!({"a": 2_147_483_648_i64}), "$a is not a valid Int"),
            ("$a: Float", json!({"a": "1"}), "$a is not a valid Float"),
            ("$a: String", json!({"a": 1}), "$a is not a valid String"),
            ("$a: String", json!({"a": ["b"]}), "$a is not a valid String"),
            ("$a: Boolean", json!({"a": "true"}), "$a is not a valid Boolean"),
            ("$a: ID", json!({"a": 1.5}), "$a is not a valid ID"),
            ("$a: Colour", json!({"a": "GREEN"}), "$a is not a valid Colour"),
            ("$a: Colour", json!({"a": 1}), "$a is not a valid Colour"),
            ("$a: [Int!]", json!({"a": [1, null]}), "$a.1 must not be null: Int!"),
            ("$a: ThingInput", json!({"a": "x"}), "$a is not a valid ThingInput"),
            ("$a: ThingInput", json!({"a": {}}), "$a.title is required: String!"),
            ("$a: ThingInput", json!({"a": {"title": 1}}), "$a.title is not a valid String"),
            (
                "$a: ThingInput",
                json!({"a": {"title": "t", "colour": null}}),
                "$a.colour must not be null: Colour!",
            ),
            (
                "$a: ThingInput",
                json!({"a": {"title": "t", "titel": 1}}),
                "$a.titel is not a field of ThingInput",
            ),
            (
                "$a: ThingInput",
                json!({"a": {"title": "t", "parent": {"title": "t", "tags": [1]}}}),
                "$a.parent.tags.0 is not a valid String",
            ),
            ("$a: ThingBy", json!({"a": {}}), "$a must have exactly one field, and not null"),
            (
                "$a: ThingBy",
                json!({"a": {"id": "1", "name": "n"}}),
                "$a must have exactly one field, and not null",
            ),
            (
                "$a: ThingBy",
                json!({"a": {"id": null}}),
                "$a must have exactly one field, and not null",
            ),
        ] {
            assert_eq!(
                check(definitions, values.clone()),
                Err(vec![message.to_owned()]),
                "{definitions} {values}"
            );
        }
    }

    #[test]
    fn all_mistakes_are_told_up_to_twenty() {
        let mistakes = check("$a: Int! $b: [Int]", json!({"b": ["x", 1, "y"]})).unwrap_err();
        assert_eq!(mistakes.len(), 3);
        let many = check("$b: [Int]", json!({"b": vec!["x"; 1_000]})).unwrap_err();
        assert_eq!(many.len(), 20);
    }

    #[test]
    fn values_are_nested_twenty_deep_at_most() {
        let deep = |n: usize| (0..n).fold(json!(1), |inner, _| json!([inner]));
        assert!(check("$a: Anything", json!({"a": deep(20)})).is_ok());
        assert!(check("$a: Anything", json!({"a": deep(21)})).is_err());
    }
}

//! What a client asks for, from a body or from a query string.

use actix_web::{http::header::HeaderMap, web};
use async_graphql::{Extensions, Name, Value, indexmap::IndexMap};
use serde_json::{Map, Value as Json};

use super::{
    persisted::{Document, DocumentId},
    refusal::{Outcome, Refusal},
};
use crate::{
    error::Code,
    idempotency::{Key, WRONG},
};

/// By it a client says that it sends the same again.
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// The members of a GraphQL request.
#[derive(Clone, Debug, PartialEq)]
pub struct Params {
    /// The document, or how it is found.
    pub document: Document,
    /// Which operation of the document.
    pub operation_name: Option<String>,
    /// The values of its variables.
    pub variables: IndexMap<Name, Value>,
    /// For extensions of the protocol.
    pub extensions: Extensions,
    /// The key under which its mutations are done once.
    pub key: Option<Key>,
}

impl Params {
    /// Reads the body of a POST.
    ///
    /// # Errors
    ///
    /// When it is not JSON, or not one GraphQL request.
    pub fn from_body(body: &[u8]) -> Result<Self, Refusal> {
        let json = serde_json::from_slice(body).map_err(|_| {
            Refusal::new(Outcome::NotJson, Code::GraphqlParseFailed, "the body is not JSON")
        })?;
        match json {
            Json::Object(members) => Self::from_members(members),
            Json::Array(_) => Err(malformed("one request at a time: batches are not offered")),
            _ => Err(malformed("the body is not an object")),
        }
    }

    /// Reads the query string of a GET.
    ///
    /// # Errors
    ///
    /// When it is not a GraphQL request.
    pub fn from_query(query: &str) -> Result<Self, Refusal> {
        let pairs = web::Query::<Vec<(String, String)>>::from_query(query)
            .map_err(|_| malformed("the query string cannot be read"))?;
        let mut members = Map::new();
        for (name, text) in pairs.into_inner() {
            let value = match name.as_str() {
                _ if text.is_empty() => continue,
                "query" | "documentId" | "operationName" => Json::String(text),
                "variables" | "extensions" => serde_json::from_str(&text)
                    .map_err(|_| malformed(&format!("{name}: expected an object as JSON")))?,
                _ => continue,
            };
            members.insert(name, value);
        }
        Self::from_members(members)
    }

    /// Members that we do not know are ignored, as the draft demands; null is as
    /// good as absent.
    ///
    /// # Errors
    ///
    /// When a member is not what it should be.
    pub fn from_members(mut members: Map<String, Json>) -> Result<Self, Refusal> {
        let mut take = |name| members.remove(name).filter(|value| !value.is_null());
        let extensions = object("extensions", take("extensions"))?;
        let text = match take("query") {
            None => None,
            Some(Json::String(text)) if !text.trim().is_empty() => Some(text),
            Some(_) => return Err(malformed("query: expected a text that is not empty")),
        };
        let id = DocumentId::read(take("documentId"), extensions.get("persistedQuery"))?;
        if text.is_none() && id.is_none() {
            return Err(malformed("query: expected a text that is not empty"));
        }
        let operation_name = match take("operationName") {
            None => None,
            Some(Json::String(name)) => Some(name).filter(|name| !name.is_empty()),
            Some(_) => return Err(malformed("operationName: expected a text")),
        };
        let variables = object("variables", take("variables"))?;
        let extensions = extensions.into_iter().map(|(name, value)| (name.to_string(), value));
        let (document, extensions) = (Document { text, id }, Extensions(extensions.collect()));
        Ok(Self { document, operation_name, variables, extensions, key: None })
    }

    /// The same under the idempotency key of a request, if it has one.
    ///
    /// # Errors
    ///
    /// When there are several, or it is none.
    pub fn under_key(mut self, headers: &HeaderMap) -> Result<Self, Refusal> {
        let mut given = headers.get_all(IDEMPOTENCY_KEY);
        if let Some(key) = given.next() {
            let key = Key::from_header(key.as_bytes());
            self.key = Some(key.ok_or_else(|| malformed(&format!("Idempotency-Key: {WRONG}")))?);
        }
        if given.next().is_some() {
            return Err(malformed("Idempotency-Key: given more than once"));
        }
        Ok(self)
    }
}

/// The values of variables, as JSON; null is as good as none.
///
/// # Errors
///
/// When it is no object.
pub fn variables(json: Json) -> Result<IndexMap<Name, Value>, Refusal> {
    object("variables", Some(json).filter(|json| !json.is_null()))
}

fn object(name: &str, value: Option<Json>) -> Result<IndexMap<Name, Value>, Refusal> {
    match value.map(Value::from_json) {
        None => Ok(IndexMap::new()),
        Some(Ok(Value::Object(members))) => Ok(members),
        Some(_) => Err(malformed(&format!("{name}: expected an object"))),
    }
}

/// A member that is not what it should be.
#[must_use]
pub fn malformed(message: &str) -> Refusal {
    Refusal::new(Outcome::NoRequest, Code::BadUserInput, message)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn body(text: &str) -> Result<Params, Outcome> {
        Params::from_body(text.as_bytes()).map_err(|refusal| refusal.outcome)
    }

    #[test]
    fn members_have_their_types() {
        for good in [
            r#"{"query": "{a}"}"#,
            r#"{"query": "{a}", "operationName": null, "variables": null, "extensions": null}"#,
            r#"{"query": "{a}", "operationName": "", "variables": {}, "extensions": {}}"#,
            r#"{"query": "{a}", "id": 7, "documentId": null, "query2": []}"#,
        ] {
            let params = body(good).unwrap();
            assert!(params.operation_name.is_none() && params.variables.is_empty(), "{good}");
        }
        for bad in [
            "7",
            "null",
            "[]",
            r#"[{"query": "{a}"}]"#,
            "{}",
            r#"{"query": null}"#,
            r#"{"query": ""}"#,
            r#"{"query": " "}"#,
            r#"{"query": 7}"#,
            r#"{"query": ["{a}"]}"#,
            r#"{"query": "{a}", "operationName": 7}"#,
            r#"{"query": "{a}", "operationName": ["a"]}"#,
            r#"{"query": "{a}", "variables": []}"#,
            r#"{"query": "{a}", "variables": "{}"}"#,
            r#"{"query": "{a}", "variables": true}"#,
            r#"{"query": "{a}", "extensions": []}"#,
            r#"{"query": "{a}", "extensions": 0}"#,
            r#"{"query": "", "documentId": "a"}"#,
            r#"{"documentId": 7}"#,
            r#"{"documentId": ""}"#,
            r#"{"documentId": "sha256:abc"}"#,
            r#"{"extensions": {"persistedQuery": 7}}"#,
            r#"{"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "abc"}}}"#,
        ] {
            assert_eq!(body(bad), Err(Outcome::NoRequest), "{bad}");
        }
        for bad in ["", "{", "{\"query\": \"{a}\"} x", "\u{0}"] {
            assert_eq!(body(bad), Err(Outcome::NotJson), "{bad}");
        }
        assert_eq!(body(&"[".repeat(1_000_000)), Err(Outcome::NotJson));
    }

    #[test]
    fn a_query_string_has_the_same_members() {
        let read = |query| Params::from_query(query).map_err(|refusal| refusal.outcome);
        let params = read("query=%7Ba%7D&operationName=Q&variables=%7B%22a%22%3A1%7D&x=y").unwrap();
        assert_eq!(params.document.text.as_deref(), Some("{a}"));
        assert_eq!(params.operation_name.as_deref(), Some("Q"));
        assert_eq!(params.variables["a"], Value::from(1));
        let spaced = read("query={a+b}&variables=&extensions=").unwrap();
        assert_eq!(spaced.document.text.as_deref(), Some("{a b}"));
        let named = read("documentId=abc&variables=%7B%7D").unwrap().document;
        assert_eq!(named.id, Some(DocumentId::Custom("abc".into())));
        for bad in [
            "",
            "query=",
            "query={a}&variables=1",
            "query={a}&variables={",
            "query={a}&extensions=[]",
        ] {
            assert_eq!(read(bad), Err(Outcome::NoRequest), "{bad}");
        }
    }
}

//! From what a client asks for to something that may be executed.

use async_graphql::{
    Positioned, Request,
    parser::{
        Error as ParseError, parse_query,
        types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType},
    },
};

use super::{
    cost::{self, Price},
    documents::{self, Documents, Kept},
    guard,
    model::Model,
    params::Params,
    refusal::{Outcome, Refusal, error},
    top, variables,
};
use crate::{config::Limits, context::AsText, error::Code, idempotency::DIRECTIVE};

/// A request that is within all limits and whose variables fit. What it asks for may
/// still not be in the schema: unless it is `valid`, the framework looks when it executes.
#[derive(Debug)]
pub struct Plan {
    /// What to execute, with its document parsed and its defaults filled in.
    pub request: Request,
    /// What kind of operation it is.
    pub kind: OperationType,
    /// The name of the operation, cut for the logs.
    pub name: Option<String>,
    /// What it may cost.
    pub price: Price,
    /// Whether it asks for the schema.
    pub asks_for_schema: bool,
    /// Whether it is known to be valid.
    pub valid: bool,
    /// Its document.
    pub kept: Kept,
    /// What is to be kept of it once it is found valid.
    pub new: Option<New>,
}

/// The text of a document that was not seen before, and the document.
pub type New = (String, Kept);

/// The way an operation came, and its answers go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// Whether it came by a safe method, GET: then it changes nothing.
    pub safe: bool,
    /// Whether there can be several answers.
    pub streams: bool,
}

/// Longest name of an operation in logs, in bytes; names are ASCII.
const MAX_NAME: usize = 80;

/// Checks everything that can be checked before the framework sees a document.
///
/// # Errors
///
/// The first limit that is broken, or why there is nothing to execute.
pub fn plan(
    text: String,
    params: Params,
    way: Way,
    model: &Model,
    limits: &Limits,
    documents: &Documents,
) -> Result<Plan, Refusal> {
    let seen = documents.get(&text);
    let new = seen.is_none();
    let (kept, variables_inside) = if let Some(kept) = seen {
        (kept, false)
    } else {
        let (document, variables_inside) = parse(&text, limits)?;
        (Kept::new(document, text.len(), model), variables_inside)
    };
    let document = &*kept.document;

    let (name, operation) = choose(document, params.operation_name.as_deref())?;
    let kind = operation.node.ty;
    let changes = kind == OperationType::Mutation;
    let follows = kind == OperationType::Subscription;
    if way.safe && (changes || follows && !way.streams) {
        return Err(Refusal::new(
            Outcome::WrongMethod,
            Code::GraphqlValidationFailed,
            format!("a {kind} goes by POST"),
        ));
    }
    if follows && !way.streams {
        let message = "a subscription is answered as text/event-stream, or over a WebSocket";
        return Err(Refusal::invalid(message, &[operation.pos]));
    }
    if follows && top::fields(document, &operation.node).len() != 1 {
        return Err(Refusal::invalid("a subscription has one field at its top", &[operation.pos]));
    }
    if changes
        && params.key.is_some()
        && let Some(again) = top::repeated(document, &operation.node)
    {
        let message = format!(
            "{0} stands here more than once under one Idempotency-Key: give each a key of its own by @{DIRECTIVE}",
            again.node.name.node
        );
        return Err(Refusal::invalid(message, &[again.pos]));
    }
    let values = variables::coerce(model, &operation.node, params.variables, limits.value_nesting)?;
    let count = || cost::cost(model, document, &operation.node, &values);
    let price = kept.price.unwrap_or_else(count);
    // What no bucket holds will never be paid.
    let (most, cost) = (limits.cost.min(limits.points), price.most());
    if cost > most {
        let code = Code::CostLimitExceeded;
        return Err(Refusal::limit(code, "cost of the operation", most, cost));
    }

    let asks_for_schema = top::asks_for_schema(document, &operation.node);
    let name = name.map(|name| name.chars().take(MAX_NAME).collect());
    let valid = !new && documents::settles(&values);
    let keep = new && (!variables_inside || documents::covers(document, &operation.node, &values));
    // The framework executes the document and does not look at the text.
    let mut request = Request::new("").variables(values);
    request.operation_name = params.operation_name;
    request.extensions = params.extensions;
    if let Some(key) = params.key.filter(|_| changes) {
        request = request.data(key);
    }
    request.set_parsed_query(document.clone());
    if !kept.overlaps {
        request = request.data(AsText::default());
    }
    // Whoever sends a document for the first time may do so for the last.
    if !new || follows {
        request = request.data(kept.familiar.clone());
    }
    let new = keep.then(|| (text, kept.clone()));
    Ok(Plan { request, kind, name, price, asks_for_schema, valid, kept, new })
}

/// The document, within all limits that are its own, and whether variables stand inside of
/// lists or objects in it.
///
/// # Errors
///
/// Where it is no document, or the first limit that it breaks.
pub fn parse(text: &str, limits: &Limits) -> Result<(ExecutableDocument, bool), Refusal> {
    guard::check_text(text, limits)?;
    let document = parse_query(text).map_err(syntax)?;
    let variables_inside = guard::check(&document, limits)?;
    Ok((document, variables_inside))
}

/// The operation with that name, or the only one.
pub(super) fn choose<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Result<(Option<&'a str>, &'a Positioned<OperationDefinition>), Refusal> {
    let no_such = |message: &str| {
        Refusal::new(Outcome::NoRequest, Code::BadUserInput, format!("operationName: {message}"))
    };
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Ok((None, operation)),
        (DocumentOperations::Multiple(all), None) => {
            let mut all = all.iter();
            match (all.next(), all.next()) {
                (Some((name, operation)), None) => Ok((Some(name.as_str()), operation)),
                _ => Err(no_such("needed, since the document has several operations")),
            }
        }
        (DocumentOperations::Multiple(all), Some(name)) => all
            .get_key_value(name)
            .map(|(name, operation)| (Some(name.as_str()), operation))
            .ok_or_else(|| no_such("the document has no such operation")),
        (DocumentOperations::Single(_), Some(_)) => {
            Err(no_such("the document has no such operation"))
        }
    }
}

/// One line about what the parser found, without its drawing.
fn syntax(found: ParseError) -> Refusal {
    let positions: Vec<_> = found.positions().collect();
    let message = match &found {
        ParseError::Syntax { message, .. } => {
            let expected =
                message.lines().last().unwrap_or_default().trim().trim_start_matches("= ");
            let expected = if expected.is_empty() { "unexpected text" } else { expected };
            let place = positions.first();
            let place = place.map(|at| format!(" at line {}, column {}", at.line, at.column));
            format!("syntax error{}: {expected}", place.unwrap_or_default())
        }
        other => other.to_string(),
    };
    Refusal::of(Outcome::Syntax, vec![error(Code::GraphqlParseFailed, message, &positions)])
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use async_graphql::Value;
    use serde_json::json;

    use super::{
        super::{model::tests::model, refusal::code},
        *,
    };
    use crate::idempotency::Key;

    fn text(params: &Params) -> String {
        params.document.text.clone().unwrap()
    }

    fn of(request: &serde_json::Value) -> Result<Plan, Refusal> {
        let params = Params::from_body(request.to_string().as_bytes())?;
        let way = Way { safe: false, streams: false };
        plan(text(&params), params, way, &model(), &Limits::default(), &Documents::default())
    }

    #[test]
    fn an_operation_is_chosen_by_name() {
        let two = "query A { echo } query B { who }";
        let chosen = |query: &str, name: Option<&str>| {
            of(&json!({"query": query, "operationName": name}))
                .map(|plan| plan.name)
                .map_err(|refusal| (refusal.outcome, refusal.errors[0].message.clone()))
        };
        assert_eq!(chosen(two, Some("B")), Ok(Some("B".into())));
        assert_eq!(chosen("query A { echo }", None), Ok(Some("A".into())));
        assert_eq!(chosen("{ echo }", None), Ok(None));
        for (query, name) in [(two, None), (two, Some("C")), ("{ echo }", Some("A"))] {
            let (outcome, message) = chosen(query, name).unwrap_err();
            assert_eq!(outcome, Outcome::NoRequest);
            assert!(message.starts_with("operationName: "), "{message}");
        }
        let long = format!("query {} {{ echo }}", "a".repeat(500));
        assert_eq!(chosen(&long, None).unwrap().unwrap().len(), 80);
    }

    #[test]
    fn a_syntax_error_is_one_line_with_its_place() {
        let refusal = of(&json!({"query": "{ a\n b( }"})).unwrap_err();
        assert_eq!(refusal.outcome, Outcome::Syntax);
        let error = &refusal.errors[0];
        assert_eq!(code(error), Some("GRAPHQL_PARSE_FAILED"));
        assert!(
            error.message.starts_with("syntax error at line 2, column 5: expected"),
            "{error:?}"
        );
        assert!(!error.message.contains('\n'));
        assert_eq!(error.locations.len(), 1);
        for bad in ["query A { a } query A { a }", "{ a } query A { a }", "fragment F on T { a }"] {
            assert_eq!(of(&json!({"query": bad})).unwrap_err().outcome, Outcome::Syntax, "{bad}");
        }
    }

    #[test]
    fn defaults_and_coerced_values_are_written_into_the_request() {
        let query = "query ($text: String = \"x\", $ids: [ID!]!) { echo(text: $text) nodes(ids: $ids) { name } }";
        let plan = of(&json!({"query": query, "variables": {"ids": 7, "other": 1}})).unwrap();
        let values = plan.request.variables.into_value();
        assert_eq!(values, Value::from_json(json!({"text": "x", "ids": ["7"]})).unwrap());
        assert_eq!(plan.price.most(), 1);
        let refusal = of(&json!({"query": query})).unwrap_err();
        assert_eq!(code(&refusal.errors[0]), Some("BAD_USER_INPUT"));
    }

    #[test]
    fn too_much_is_too_much() {
        let page = |n: u32| {
            format!(
                "things(first: 100) {{ nodes {{ things(first: {n}) {{ nodes {{ name }} }} }} }}"
            )
        };
        let plan = of(&json!({"query": format!("{{ {} }}", page(47))})).unwrap();
        assert_eq!(plan.price.most(), 1 + 100 * (2 + 47));
        let refusal = of(&json!({"query": format!("{{ {} }}", page(48))})).unwrap_err();
        assert_eq!(code(&refusal.errors[0]), Some("COST_LIMIT_EXCEEDED"));
        assert_eq!(
            refusal.errors[0].message,
            "cost of the operation: 5001, and at most 5000 allowed"
        );
    }

    #[test]
    fn a_key_is_for_mutations_each_once() {
        let under = |query: &str| {
            let params = Params::from_body(json!({ "query": query }).to_string().as_bytes())?;
            let params = Params { key: Key::from_header(b"k"), ..params };
            let way = Way { safe: false, streams: false };
            let (text, limits) = (text(&params), Limits::default());
            let plan = plan(text, params, way, &model(), &limits, &Documents::default())?;
            let kept = plan.request.data.get(&std::any::TypeId::of::<Key>());
            Ok::<_, Refusal>(
                kept.is_some_and(|key| key.downcast_ref() == Key::from_header(b"k").as_ref()),
            )
        };
        assert_eq!(under("mutation { act { name } panic }"), Ok(true));
        assert_eq!(under("{ echo }"), Ok(false));
        let refusal = under("mutation { a: act { name } b: act { name } }").unwrap_err();
        assert!(refusal.errors[0].message.starts_with("act stands here more than once"));
        let apart = "mutation { a: act @idempotent(key: \"x\") { name } b: act { name } }";
        assert_eq!(under(apart), Ok(true));
        // Without a key there is nothing that they would share.
        assert!(of(&json!({"query": "mutation { a: act { name } b: act { name } }"})).is_ok());
    }

    #[test]
    fn only_queries_go_by_get() {
        let safe = |query: &str| {
            let params = Params::from_query(&format!("query={query}")).unwrap();
            let way = Way { safe: true, streams: false };
            plan(text(&params), params, way, &model(), &Limits::default(), &Documents::default())
                .map_err(|refusal| refusal.outcome)
        };
        assert!(safe("{echo}").is_ok());
        assert_eq!(safe("mutation{panic}").unwrap_err(), Outcome::WrongMethod);
        assert_eq!(safe("subscription{a}").unwrap_err(), Outcome::WrongMethod);
        let posted = of(&json!({"query": "subscription { a }"})).unwrap_err();
        assert_eq!(posted.outcome, Outcome::Invalid);
    }
}

//! The shape of a document, measured before anybody walks it.
//!
//! The framework's own checks follow every fragment spread, so a document of a
//! kilobyte can keep them busy for minutes. This pass looks at every node once:
//! what a fragment amounts to is computed when it is first needed and then only
//! added up. All sums saturate.

use std::{
    collections::{HashMap, HashSet},
    convert::Infallible,
};

use async_graphql::{
    Name, Pos, Positioned, Value,
    parser::types::{
        Directive, ExecutableDocument, Field, FragmentDefinition, OperationDefinition,
        OperationType, Selection, SelectionSet,
    },
};

use super::{lexer, refusal::Refusal, top};
use crate::{config::Limits, error::Code, idempotency::DIRECTIVE};

/// Selection sets in each other, fragments included, that the framework follows.
const MAX_NESTING: u32 = 32;

/// Lists of the schema in each other, which tools never need more than one of. The schema leads
/// back to itself, so that each further list multiplies the answer by the fields of a type; the
/// same bound as that of graphql-js.
const MAX_SCHEMA_LISTS: u32 = 2;
const SCHEMA_LISTS: [&str; 4] = ["fields", "inputFields", "interfaces", "possibleTypes"];

/// What a selection amounts to with all its fragments written out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Size {
    /// Fields, spreads and inline fragments: a spread costs a walk too, also of
    /// nothing.
    selections: u32,
    aliases: u32,
    directives: u32,
    /// Fields at its top.
    top: u32,
    /// Fields nested in each other, outside introspection.
    depth: u32,
    /// The same, from a `__schema` or `__type` down.
    introspection: u32,
    /// Fields nested in each other that are called as [`SCHEMA_LISTS`] are.
    lists: u32,
    /// The same, from a `__schema` or `__type` down: there they are what they are called.
    schema_lists: u32,
    /// Selection sets nested in each other.
    nesting: u32,
    /// The most directives on one node.
    directives_per_node: u32,
    /// The most lists and objects nested in one value.
    value_nesting: u32,
    /// Whether a variable stands inside of a list or an object.
    variables_inside: bool,
    /// Whether a field at its top has an idempotency key, or one further down.
    keyed: bool,
    keyed_below: bool,
}

impl Size {
    fn add(&mut self, other: &Self) {
        self.selections = self.selections.saturating_add(other.selections);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.directives = self.directives.saturating_add(other.directives);
        self.top = self.top.saturating_add(other.top);
        self.depth = self.depth.max(other.depth);
        self.introspection = self.introspection.max(other.introspection);
        self.lists = self.lists.max(other.lists);
        self.schema_lists = self.schema_lists.max(other.schema_lists);
        self.nesting = self.nesting.max(other.nesting);
        self.directives_per_node = self.directives_per_node.max(other.directives_per_node);
        self.value_nesting = self.value_nesting.max(other.value_nesting);
        self.variables_inside |= other.variables_inside;
        self.keyed |= other.keyed;
        self.keyed_below |= other.keyed_below;
    }

    fn add_directives(&mut self, directives: &[Positioned<Directive>]) {
        let count = u32::try_from(directives.len()).unwrap_or(u32::MAX);
        self.directives = self.directives.saturating_add(count);
        self.directives_per_node = self.directives_per_node.max(count);
        for (_, value) in directives.iter().flat_map(|directive| &directive.node.arguments) {
            let mut variables = false;
            self.add_value(value.node.clone().into_const_with(nothing(&mut variables)), variables);
        }
    }

    /// A value of the document, whose variables, if it has any, were replaced by nothing:
    /// only its shape counts.
    fn add_value(&mut self, value: Result<Value, Infallible>, variables: bool) {
        let Ok(value) = value;
        let nesting = nesting(&value);
        self.value_nesting = self.value_nesting.max(nesting);
        self.variables_inside |= variables && nesting > 0;
    }
}

/// What stands in for a variable; notes that there was one.
pub fn nothing(found: &mut bool) -> impl FnMut(Name) -> Result<Value, Infallible> {
    |_| {
        *found = true;
        Ok(Value::Null)
    }
}

/// Whether the text may be given to the parser at all.
///
/// # Errors
///
/// The limit that it breaks: bytes, tokens or brackets.
pub fn check_text(document: &str, limits: &Limits) -> Result<(), Refusal> {
    let code = Code::GraphqlValidationFailed;
    let bytes = u32::try_from(document.len()).unwrap_or(u32::MAX);
    within(code, "bytes of the document", limits.document_bytes, bytes)?;
    let shape = lexer::shape(document, limits.tokens);
    within(code, "tokens of the document", limits.tokens, shape.tokens)?;
    // Fields and fragments, an argument list, and a value in it.
    let nesting = MAX_NESTING + 1 + limits.value_nesting;
    within(Code::DepthLimitExceeded, "brackets in each other", nesting, shape.nesting)
}

/// Whether a document may be validated and executed. True when variables stand inside of
/// lists or objects that are written in it.
///
/// # Errors
///
/// The first limit that it breaks, or a fragment that contains itself.
pub fn check(document: &ExecutableDocument, limits: &Limits) -> Result<bool, Refusal> {
    let code = Code::GraphqlValidationFailed;
    let count = |length| u32::try_from(length).unwrap_or(u32::MAX);
    within(code, "operations", limits.operations, count(document.operations.iter().len()))?;
    within(code, "fragments", limits.fragments, count(document.fragments.len()))?;

    let mut measure =
        Measure { fragments: &document.fragments, known: HashMap::new(), open: HashSet::new() };
    let mut variables_inside = false;
    for (_, operation) in document.operations.iter() {
        let variables = count(operation.node.variable_definitions.len());
        within(code, "variables", limits.variables, variables)?;
        let size = measure.operation(&operation.node)?;
        check_operation(&size, limits)?;
        // Elsewhere it would do nothing, and its sender rely on it.
        if size.keyed_below || size.keyed && operation.node.ty != OperationType::Mutation {
            let message = format!("@{DIRECTIVE} stands at the top of a mutation, and nowhere else");
            return Err(Refusal::invalid(message, &[operation.pos]));
        }
        // Only now: what was counted bounds how far this walks.
        if operation.node.ty == OperationType::Mutation
            && let Some(again) = top::twice(document, &operation.node)
        {
            let key = &again.node.response_key().node;
            let message = format!(
                "{key} stands twice at the top of a mutation: give each an alias of its own"
            );
            return Err(Refusal::invalid(message, &[again.pos]));
        }
        variables_inside |= size.variables_inside;
    }
    // Also those that are never spread: validation walks them all the same.
    for name in document.fragments.keys() {
        let size = measure.fragment(name)?;
        check_effort(&size, limits)?;
        variables_inside |= size.variables_inside;
    }
    Ok(variables_inside)
}

/// What bounds the time that a walk takes, and the stack.
fn check_effort(size: &Size, limits: &Limits) -> Result<(), Refusal> {
    let deep = "selections and fragments in each other";
    within(Code::DepthLimitExceeded, deep, MAX_NESTING, size.nesting)?;
    let many = "fields and fragments, all written out";
    within(Code::CostLimitExceeded, many, limits.fields, size.selections)
}

fn check_operation(size: &Size, limits: &Limits) -> Result<(), Refusal> {
    let deep = Code::DepthLimitExceeded;
    within(deep, "fields in each other", limits.depth, size.depth)?;
    let schema = "fields in each other below introspection";
    within(deep, schema, limits.introspection_depth, size.introspection)?;
    let lists = "lists of the schema in each other";
    within(deep, lists, MAX_SCHEMA_LISTS, size.schema_lists)?;
    check_effort(size, limits)?;
    for (what, limit, actual) in [
        ("fields at the top of the operation", limits.root_fields, size.top),
        ("aliases, with all fragments written out", limits.aliases, size.aliases),
        ("directives on one node", limits.directives_per_node, size.directives_per_node),
        ("directives, with all fragments written out", limits.directives, size.directives),
        ("lists and objects in each other", limits.value_nesting, size.value_nesting),
    ] {
        within(Code::GraphqlValidationFailed, what, limit, actual)?;
    }
    Ok(())
}

fn within(code: Code, what: &str, limit: u32, actual: u32) -> Result<(), Refusal> {
    if actual <= limit { Ok(()) } else { Err(Refusal::limit(code, what, limit, actual)) }
}

struct Measure<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    known: HashMap<&'a str, Size>,
    /// Fragments that are being measured: meeting one again is a cycle.
    open: HashSet<&'a str>,
}

impl<'a> Measure<'a> {
    fn operation(&mut self, operation: &'a OperationDefinition) -> Result<Size, Refusal> {
        let mut size = self.selection(&operation.selection_set.node)?;
        size.add_directives(&operation.directives);
        for variable in &operation.variable_definitions {
            size.add_directives(&variable.node.directives);
            if let Some(value) = &variable.node.default_value {
                size.add_value(Ok(value.node.clone()), false);
            }
        }
        Ok(size)
    }

    fn fragment(&mut self, name: &'a str) -> Result<Size, Refusal> {
        if let Some(size) = self.known.get(name) {
            return Ok(*size);
        }
        // A spread of nothing is for validation to tell.
        let Some(fragment) = self.fragments.get(name) else { return Ok(Size::default()) };
        if !self.open.insert(name) {
            return Err(cycle(name, fragment.pos));
        }
        let mut size = self.selection(&fragment.node.selection_set.node)?;
        size.add_directives(&fragment.node.directives);
        self.open.remove(name);
        self.known.insert(name, size);
        Ok(size)
    }

    fn selection(&mut self, set: &'a SelectionSet) -> Result<Size, Refusal> {
        let mut size = Size::default();
        for selection in &set.items {
            size.add_directives(selection.node.directives());
            let inner = match &selection.node {
                Selection::Field(field) => self.field(&field.node)?,
                Selection::FragmentSpread(spread) => {
                    self.fragment(&spread.node.fragment_name.node)?
                }
                Selection::InlineFragment(fragment) => {
                    self.selection(&fragment.node.selection_set.node)?
                }
            };
            size.add(&inner);
            size.selections = size.selections.saturating_add(1);
        }
        if !set.items.is_empty() {
            size.nesting = size.nesting.saturating_add(1);
        }
        Ok(size)
    }

    fn field(&mut self, field: &'a Field) -> Result<Size, Refusal> {
        let mut size = self.selection(&field.selection_set.node)?;
        for (_, value) in &field.arguments {
            let mut variables = false;
            size.add_value(value.node.clone().into_const_with(nothing(&mut variables)), variables);
        }
        size.keyed_below |= size.keyed;
        size.keyed = top::has_key(field);
        size.aliases = size.aliases.saturating_add(u32::from(field.alias.is_some()));
        size.top = 1;
        if matches!(field.name.node.as_str(), "__schema" | "__type") {
            size.introspection = 1 + size.depth.max(size.introspection);
            size.depth = 0;
            size.schema_lists = size.lists.max(size.schema_lists);
            size.lists = 0;
        } else {
            size.lists += u32::from(SCHEMA_LISTS.contains(&field.name.node.as_str()));
            size.depth += 1;
            size.introspection += u32::from(size.introspection > 0);
        }
        Ok(size)
    }
}

fn cycle(name: &str, at: Pos) -> Refusal {
    Refusal::invalid(format!("the fragment {name} contains itself"), &[at])
}

/// How many lists and objects are nested in a value.
#[must_use]
pub fn nesting(value: &Value) -> u32 {
    match value {
        Value::List(items) => 1 + items.iter().map(nesting).max().unwrap_or(0),
        Value::Object(fields) => 1 + fields.values().map(nesting).max().unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use std::{fmt::Write, time::Instant};

    use async_graphql::parser::parse_query;

    use super::*;
    use crate::http::refusal::code;

    type Grow<'a> = &'a dyn Fn(usize) -> String;

    fn guard(document: &str) -> Result<(), Refusal> {
        let limits = Limits::default();
        check_text(document, &limits)?;
        check(&parse_query(document).unwrap(), &limits).map(drop)
    }

    fn refused(document: &str) -> (String, u64, u64) {
        let refusal = guard(document).unwrap_err();
        let error = &refusal.errors[0];
        let figure = |name| {
            let value = error.extensions.as_ref().unwrap().get(name).cloned().unwrap_or_default();
            value.into_json().unwrap().as_u64().unwrap_or_default()
        };
        (code(error).unwrap().to_owned(), figure("limit"), figure("actual"))
    }

    fn nested(open: &str, depth: usize, core: &str) -> String {
        format!("{{ {}{core}{} }}", open.repeat(depth), "}".repeat(depth))
    }

    /// Each fragment spreads the next one twice: 2^n fields in about 40 n
    /// bytes.
    fn exponential(fragments: usize, core: &str) -> String {
        let mut document = "{ ...F0 }".to_owned();
        for n in 0..fragments {
            write!(document, "fragment F{n} on Query {{ ...F{0} ...F{0} }}", n + 1).unwrap();
        }
        write!(document, "fragment F{fragments} on Query {{ {core} }}").unwrap();
        document
    }

    #[test]
    fn the_exponential_document_is_refused_at_once() {
        // At the end stands a field, or nothing at all.
        for (fragments, core) in [(25, "a"), (25, "...No"), (60, "a"), (98, "a")] {
            let document = exponential(fragments, core);
            let parsed = parse_query(&document).unwrap();
            let start = Instant::now();
            let refusal = check(&parsed, &Limits::default()).unwrap_err();
            let taken = start.elapsed();
            assert!(taken.as_millis() < 20, "{fragments} fragments took {taken:?}");
            assert!(matches!(
                code(&refusal.errors[0]),
                Some("COST_LIMIT_EXCEEDED" | "DEPTH_LIMIT_EXCEEDED")
            ));
        }
        // Short enough to pass every limit of nesting: only the sum stops it.
        assert_eq!(
            refused(&exponential(25, "a")),
            ("COST_LIMIT_EXCEEDED".into(), 5_000, 100_663_295)
        );
    }

    #[test]
    fn a_mutation_stands_once_under_one_name() {
        for twice in [
            "mutation { a b: a a }",
            "mutation { a: b a: b }",
            "mutation { ...F ...F } fragment F on Mutation { a }",
            "mutation { a ... { ...F } } fragment F on Mutation { b a }",
        ] {
            let (told, _, _) = refused(twice);
            assert_eq!(told, "GRAPHQL_VALIDATION_FAILED", "{twice}");
        }
        for fine in ["mutation { a b: a { a a } __typename __typename }", "{ a a }"] {
            assert!(guard(fine).is_ok(), "{fine}");
        }
    }

    #[test]
    fn every_limit_holds_and_what_is_on_it_passes() {
        let fields = |n: usize| format!("{{ a {{ {} }} }}", "b ".repeat(n));
        let aliases = |n: usize| format!("{{ a {{ {} }} }}", "x: b ".repeat(n));
        let spread =
            |n: usize| format!("{{ a {{ {} }} }} fragment F on T {{ x: b }}", "...F ".repeat(n));
        let root = |n: usize| format!("{{ {} }}", "a ".repeat(n));
        let directives = |n: usize| format!("{{ a {} }}", "@d ".repeat(n));
        let all = |n: usize| format!("{{ b {{ {} }} }}", "a @d ".repeat(n));
        let fragments = |n: usize| {
            (0..n).fold("{a}".to_owned(), |all, n| format!("{all} fragment F{n} on T {{ a }}"))
        };
        let operations =
            |n: usize| (0..n).fold(String::new(), |all, n| format!("{all} query Q{n} {{ a }}"));
        let variables = |n: usize| {
            let all = (0..n).fold(String::new(), |all, n| format!("{all} $v{n}: Int"));
            format!("query ({all}) {{ a }}")
        };
        let values = |n: usize| format!("{{ a(b: {}{}) }}", "[".repeat(n), "]".repeat(n));
        let deep = |n: usize| nested("a{", n - 1, "a");
        let schema = |n: usize| nested("a{", n - 2, "a").replacen('a', "__schema{a", 1) + "}";
        let failed = "GRAPHQL_VALIDATION_FAILED";
        let depth = "DEPTH_LIMIT_EXCEEDED";
        let cases: [(Grow, usize, &str); 11] = [
            (&aliases, 30, failed),
            (&spread, 30, failed),
            (&root, 20, failed),
            (&directives, 10, failed),
            (&all, 50, failed),
            (&fragments, 100, failed),
            (&operations, 10, failed),
            (&variables, 100, failed),
            (&values, 20, failed),
            (&deep, 12, depth),
            (&schema, 20, depth),
        ];
        for (document, limit, code) in cases {
            assert_eq!(guard(&document(limit)), Ok(()), "{}", document(limit));
            let limit = limit as u64;
            let over = document(usize::try_from(limit).unwrap() + 1);
            assert_eq!(refused(&over), (code.into(), limit, limit + 1), "{over}");
        }
        assert_eq!(guard(&fields(1_900)), Ok(()));
        assert_eq!(refused(&fields(1_998)).0, failed, "tokens");
        assert_eq!(refused(&format!("{{a}} #{}", "x".repeat(200_000))).1, 200_000);
    }

    #[test]
    fn deep_nesting_never_reaches_the_parser() {
        for bracket in ["[", "{a", "(a:["] {
            let document = format!("{{ a(b: {}", bracket.repeat(400));
            assert_eq!(refused(&document).0, "DEPTH_LIMIT_EXCEEDED", "{bracket}");
        }
        assert_eq!(refused(&nested("...{", 32, "a")).0, "DEPTH_LIMIT_EXCEEDED");
        assert_eq!(guard(&nested("...{", 31, "a")), Ok(()));
    }

    #[test]
    fn the_schema_is_not_walked_around_in_circles() {
        let lists = |n: usize| {
            let open = (0..n)
                .map(|at| SCHEMA_LISTS[at % 4])
                .fold(String::new(), |all, list| format!("{all}{list} {{ type {{ "));
            format!("{{ __type(name: \"A\") {{ {open} name {} }} }}", "} }".repeat(n))
        };
        assert_eq!(guard(&lists(2)), Ok(()));
        assert_eq!(refused(&lists(3)), ("DEPTH_LIMIT_EXCEEDED".into(), 2, 3));
        let apart = "{ __schema { types { ...A ...A fields { name } interfaces { name } } } } \
            fragment A on __Type { fields { type { fields { name } } } }";
        assert_eq!(guard(apart), Ok(()));
        let through = "{ __schema { types { fields { type { ...A } } } } } \
            fragment A on __Type { fields { type { interfaces { name } } } }";
        assert_eq!(refused(through), ("DEPTH_LIMIT_EXCEEDED".into(), 2, 3));
        // Elsewhere they are fields like any other.
        assert_eq!(guard("{ fields { fields { fields { fields } } } }"), Ok(()));
    }

    #[test]
    fn a_fragment_cannot_contain_itself() {
        for document in [
            "{ ...A } fragment A on T { ...A }",
            "{ a } fragment A on T { b { ...B } } fragment B on T { ...C } fragment C on T { ...A }",
        ] {
            assert!(guard(document).unwrap_err().errors[0].message.contains("contains itself"));
        }
        // Twice beside each other is no cycle; unknown fragments are for validation.
        assert_eq!(guard("{ ...A ...A ...No } fragment A on T { a }"), Ok(()));
    }

    #[test]
    fn a_key_stands_at_the_top_of_a_mutation() {
        let key = "@idempotent(key: \"k\")";
        for good in [
            format!("mutation {{ a {key} {{ b }} }}"),
            format!("mutation {{ ...F }} fragment F on M {{ a {key} ... {{ x: a {key} }} }}"),
        ] {
            assert_eq!(guard(&good), Ok(()), "{good}");
        }
        for bad in [
            format!("{{ a {key} }}"),
            format!("subscription {{ a {key} }}"),
            format!("mutation {{ a {{ b {key} }} }}"),
            format!("mutation {{ a {{ ... {{ b {{ c {key} }} }} }} }}"),
            format!("mutation {{ a {{ ...F }} }} fragment F on T {{ b {key} }}"),
            format!("mutation A {{ ...F }} query B {{ ...F }} fragment F on M {{ a {key} }}"),
        ] {
            let refusal = guard(&bad).unwrap_err();
            assert_eq!(code(&refusal.errors[0]), Some("GRAPHQL_VALIDATION_FAILED"), "{bad}");
        }
    }
}

//! What an operation costs, before it is carried out.
//!
//! One point for every object that may come back: 1 a field of an object type,
//! 10 a mutation, nothing for scalars. Below a page everything counts once for
//! every row of it. What is weighed against the whole market costs 25 besides,
//! what is gathered about a person from all tables 250. Introspection has no
//! lists here: a schema has one size.
//!
//! A fragment on a connection costs a fixed part and a part for every row, so it
//! is looked at once, however many pages of different sizes spread it.

use std::{cell::Cell, collections::HashMap};

use async_graphql::{
    Name, Positioned, Value, Variables,
    parser::types::{
        Directive, DocumentOperations, ExecutableDocument, Field as Asked, OperationDefinition,
        OperationType, Selection, SelectionSet,
    },
};

use super::model::{Field, Kind, Model};

/// Rows of a page whose size nobody gave.
const USUAL_PAGE: u32 = 20;
/// Rows of the largest page; asking for more is refused by the list itself.
const LARGEST_PAGE: u32 = 100;
/// Rows of a list without pages.
const USUAL_LIST: u32 = 10;
const MUTATION: u32 = 10;
/// What is found by weighing all that is on the market, beside what comes back of it.
const WEIGHING: u32 = 25;
const WEIGHED: &str = "MatchPreview";
/// What is gathered about somebody from all tables, beside what comes back of it.
const GATHERING: u32 = 250;
const GATHERED: &str = "PersonalData";

/// What an operation costs, in points; all sums saturate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Price {
    /// A point for each object that may come back. How many do, the answer tells.
    pub objects: u32,
    /// For what is done, whatever comes back.
    pub work: u32,
}

impl Price {
    const OBJECT: Self = Self { objects: 1, work: 0 };

    /// What it costs at most.
    #[must_use]
    pub fn most(self) -> u32 {
        self.after(self.objects)
    }

    /// What it costs when so many objects came back.
    #[must_use]
    pub fn after(self, objects: u32) -> u32 {
        self.work.saturating_add(objects)
    }

    fn plus(self, other: Self) -> Self {
        Self {
            objects: self.objects.saturating_add(other.objects),
            work: self.work.saturating_add(other.work),
        }
    }

    fn times(self, rows: u32) -> Self {
        Self { objects: self.objects.saturating_mul(rows), work: self.work.saturating_mul(rows) }
    }
}

/// What `operation` costs. The document has passed the guard: no fragment contains itself.
#[must_use]
pub fn cost(
    model: &Model,
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    variables: &Variables,
) -> Price {
    Counter::new(model, document, variables).operation(operation)
}

/// What the only operation of such a document costs, if no variable changes that.
#[must_use]
pub fn settled(model: &Model, document: &ExecutableDocument) -> Option<Price> {
    let DocumentOperations::Single(operation) = &document.operations else { return None };
    let variables = Variables::default();
    let mut counter = Counter::new(model, document, &variables);
    let price = counter.operation(&operation.node);
    (!counter.looked.get()).then_some(price)
}

/// `fixed` plus `per_row` for every row of the page it is on. Only what is asked
/// of a connection has a part per row.
#[derive(Clone, Copy, Debug, Default)]
struct Cost {
    fixed: Price,
    per_row: Price,
}

impl Cost {
    fn fixed(fixed: Price) -> Self {
        Self { fixed, per_row: Price::default() }
    }

    fn with_rows(self, rows: u32) -> Price {
        self.fixed.plus(self.per_row.times(rows))
    }

    fn add(&mut self, other: Self) {
        self.fixed = self.fixed.plus(other.fixed);
        self.per_row = self.per_row.plus(other.per_row);
    }
}

struct Counter<'a> {
    model: &'a Model,
    document: &'a ExecutableDocument,
    variables: &'a Variables,
    known: HashMap<&'a str, Cost>,
    /// Whether it has looked at a variable.
    looked: Cell<bool>,
}

impl<'a> Counter<'a> {
    fn new(model: &'a Model, document: &'a ExecutableDocument, variables: &'a Variables) -> Self {
        Self { model, document, variables, known: HashMap::new(), looked: Cell::new(false) }
    }

    fn operation(&mut self, operation: &'a OperationDefinition) -> Price {
        let root = self.model.root(operation.ty);
        let mut cost = self.selection(&operation.selection_set.node, root);
        if operation.ty == OperationType::Mutation {
            let work = self.root_fields(&operation.selection_set.node).saturating_mul(MUTATION);
            cost.fixed = cost.fixed.plus(Price { objects: 0, work });
        }
        cost.with_rows(1)
    }

    fn selection(&mut self, set: &'a SelectionSet, parent: Option<&'a str>) -> Cost {
        let mut sum = Cost::default();
        for selection in &set.items {
            if self.is_left_out(selection.node.directives()) {
                continue;
            }
            sum.add(match &selection.node {
                Selection::Field(field) => self.field(&field.node, parent),
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref();
                    let parent = condition.map(|on| on.node.on.node.as_str()).or(parent);
                    self.selection(&fragment.node.selection_set.node, parent)
                }
                Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node),
            });
        }
        sum
    }

    /// A fragment costs the same wherever it is spread: what its fields are is
    /// decided by its own type condition.
    fn fragment(&mut self, name: &'a str) -> Cost {
        if let Some(cost) = self.known.get(name) {
            return *cost;
        }
        let Some(fragment) = self.document.fragments.get(name) else { return Cost::default() };
        let on = fragment.node.type_condition.node.on.node.as_str();
        let cost = self.selection(&fragment.node.selection_set.node, Some(on));
        self.known.insert(name, cost);
        cost
    }

    fn field(&mut self, asked: &'a Asked, parent: Option<&'a str>) -> Cost {
        let field = parent.and_then(|parent| self.model.field(parent, &asked.name.node));
        let below = self.selection(&asked.selection_set.node, field.map(|f| f.ty.as_str()));
        let Some(field) = field else {
            // Introspection, or a field that validation will refuse.
            let objects = u32::from(!asked.selection_set.node.items.is_empty());
            return Cost::fixed(below.with_rows(1).plus(Price { objects, work: 0 }));
        };
        if !self.model.kind(&field.ty).is_some_and(Kind::is_composite) {
            return Cost::default();
        }
        let one = |rows| below.with_rows(rows).plus(Price::OBJECT);
        let of_connection = parent.is_some_and(is_connection);
        match field {
            // The page of a connection is given one level up.
            Field { list: true, .. } if of_connection => {
                Cost { fixed: Price::default(), per_row: one(1) }
            }
            Field { list: true, paged: true, ty, .. } if ty == WEIGHED => {
                let weighing = Price { objects: 0, work: WEIGHING };
                Cost::fixed(one(1).times(self.page(asked, field)).plus(weighing))
            }
            Field { list: true, paged: true, .. } => {
                Cost::fixed(one(1).times(self.page(asked, field)))
            }
            Field { list: true, by_ids: true, .. } => Cost::fixed(one(1).times(self.ids(asked))),
            Field { list: true, ty, .. } if ty == GATHERED => {
                let gathering = Price { objects: 0, work: GATHERING };
                Cost::fixed(one(1).times(USUAL_LIST).plus(gathering))
            }
            Field { list: true, .. } => Cost::fixed(one(1).times(USUAL_LIST)),
            Field { paged: true, .. } => Cost::fixed(one(self.page(asked, field))),
            _ if is_connection(&field.ty) => Cost::fixed(one(USUAL_LIST)),
            _ => Cost::fixed(one(1)),
        }
    }

    /// Rows of the page that a field is asked for.
    fn page(&self, asked: &Asked, field: &Field) -> u32 {
        let given = ["first", "last"].into_iter().filter_map(|name| self.argument(asked, name));
        let given = given.filter_map(|value| match value {
            Value::Number(number) => number.as_i64(),
            _ => None,
        });
        let rows = given.max().or(field.page).unwrap_or(i64::from(USUAL_PAGE));
        u32::try_from(rows.max(0)).unwrap_or(u32::MAX).min(LARGEST_PAGE)
    }

    /// Rows of a list that is asked for by ids.
    fn ids(&self, asked: &Asked) -> u32 {
        match self.argument(asked, "ids") {
            Some(Value::List(ids)) => u32::try_from(ids.len()).unwrap_or(u32::MAX),
            _ => 1,
        }
    }

    /// The value of an argument; none when it is absent or null.
    fn argument(&self, asked: &Asked, name: &str) -> Option<Value> {
        let value = asked.get_argument(name)?.node.clone();
        let value = value.into_const_with(|name| self.variable(&name));
        value.ok().filter(|value| *value != Value::Null)
    }

    fn variable(&self, name: &Name) -> Result<Value, ()> {
        self.looked.set(true);
        self.variables.get(name).cloned().ok_or(())
    }

    /// Whether `@skip` or `@include` leaves a selection out.
    fn is_left_out(&self, directives: &[Positioned<Directive>]) -> bool {
        directives.iter().any(|directive| {
            let unwanted = match directive.node.name.node.as_str() {
                "skip" => true,
                "include" => false,
                _ => return false,
            };
            let condition = directive.node.get_argument("if").map(|value| value.node.clone());
            let condition =
                condition.map(|value| value.into_const_with(|name| self.variable(&name)));
            condition == Some(Ok(Value::Boolean(unwanted)))
        })
    }

    /// Fields at the top, with fragments written out; the guard has bounded them.
    fn root_fields(&self, set: &'a SelectionSet) -> u32 {
        let mut sum: u32 = 0;
        for selection in &set.items {
            if self.is_left_out(selection.node.directives()) {
                continue;
            }
            let one = match &selection.node {
                Selection::Field(_) => 1,
                Selection::InlineFragment(fragment) => {
                    self.root_fields(&fragment.node.selection_set.node)
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = self.document.fragments.get(&spread.node.fragment_name.node);
                    fragment.map_or(0, |f| self.root_fields(&f.node.selection_set.node))
                }
            };
            sum = sum.saturating_add(one);
        }
        sum
    }
}

fn is_connection(name: &str) -> bool {
    name.ends_with("Connection")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use async_graphql::parser::parse_query;
    use serde_json::json;

    use super::{super::model::tests::model, *};

    fn of(document: &str, variables: serde_json::Value) -> u32 {
        let document = parse_query(document).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        cost(&model(), &document, &operation.node, &Variables::from_json(variables)).most()
    }

    #[test]
    fn a_point_for_every_object_on_every_row() {
        for (document, points) in [
            ("{ echo }", 0),
            ("{ __typename }", 0),
            ("{ thing { name colour } }", 1),
            ("{ thing { me { me { name } } } }", 3),
            // The connection, and a thing for each row.
            ("{ things(first: 50) { nodes { name } } }", 51),
            ("{ things(last: 7) { nodes { name } } }", 8),
            ("{ things { nodes { name } } }", 21),
            ("{ things(first: null) { nodes { name } } }", 21),
            ("{ things(first: 5) { totalCount pageInfo { hasNextPage } } }", 2),
            // Edge and node on each row.
            ("{ things(first: 5) { edges { cursor node { name } } } }", 11),
            ("{ things(first: 5) { nodes { name } edges { node { name } } } }", 16),
            // The default of the schema, per row of another page.
            ("{ things(first: 5) { nodes { things { nodes { name } } } } }", 1 + 5 * (1 + 1 + 20)),
            ("{ bare { nodes { name } } }", 11),
            ("{ thing { related { name } } }", 11),
            ("{ thing { related { me { name } } } }", 1 + 10 * 2),
            ("{ nodes(ids: [\"a\", \"b\", \"c\"]) { me { name } } }", 6),
            ("{ named { name } either { ... on Thing { me { name } } } }", 3),
            ("{ things(first: -5) { nodes { name } } }", 1),
            ("{ things(first: 99999999999) { nodes { name } } }", 101),
            ("{ nothing { nowhere } }", 1),
            ("{ __schema { types { fields { name } } } }", 3),
        ] {
            assert_eq!(of(document, json!({})), points, "{document}");
        }
    }

    #[test]
    fn variables_fragments_and_conditions_count() {
        let page = "query ($n: Int) { things(first: $n) { ...P } } fragment P on ThingConnection { nodes { name } }";
        assert_eq!(of(page, json!({"n": 30})), 31);
        assert_eq!(of(page, json!({})), 21);
        let two = "{ a: things(first: 2) { ...P } b: things(first: 3) { ... { ...P } } } fragment P on ThingConnection { nodes { ...T } } fragment T on Thing { me { name } }";
        assert_eq!(of(two, json!({})), 2 + 2 * 2 + 3 * 2);
        let ids = "query ($ids: [ID!]!) { nodes(ids: $ids) { name } }";
        assert_eq!(of(ids, json!({"ids": ["a", "b"]})), 2);
        let condition = "query ($x: Boolean!) { thing @include(if: $x) { name } ... @skip(if: true) { thing { name } } }";
        assert_eq!(of(condition, json!({"x": true})), 1);
        assert_eq!(of(condition, json!({"x": false})), 0);
    }

    #[test]
    fn what_no_variable_changes_is_settled() {
        let settled =
            |document: &str| settled(&model(), &parse_query(document).unwrap()).map(Price::most);
        assert_eq!(settled("{ things(first: 50) { nodes { name } } }"), Some(51));
        assert_eq!(settled("mutation { panic }"), Some(10));
        // A variable elsewhere is none that counts.
        let elsewhere = "query ($t: String) { echo(text: $t) things(first: 2) { nodes { name } } }";
        assert_eq!(settled(elsewhere), Some(3));
        for open in [
            "query ($n: Int) { things(first: $n) { nodes { name } } }",
            "query ($n: Int) { ...Q } fragment Q on Query { things(last: $n) { nodes { name } } }",
            "query ($ids: [ID!]!) { nodes(ids: $ids) { name } }",
            "query ($x: Boolean!) { thing { me @include(if: $x) { name } } }",
            "query A { echo } query B { echo }",
        ] {
            assert_eq!(settled(open), None, "{open}");
        }
    }

    #[test]
    fn a_mutation_costs_ten() {
        assert_eq!(of("mutation { panic }", json!({})), 10);
        assert_eq!(
            of(
                "mutation { a: act { name } ...M } fragment M on Mutation { act { me { name } } }",
                json!({})
            ),
            23
        );
    }

    #[test]
    fn what_did_not_come_back_is_not_paid() {
        let document = parse_query("mutation { act { name } }").unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        let price = cost(&model(), &document, &operation.node, &Variables::default());
        assert_eq!(price, Price { objects: 1, work: 10 });
        assert_eq!((price.most(), price.after(0), price.after(u32::MAX)), (11, 10, u32::MAX));
    }

    #[test]
    fn sums_saturate() {
        let mut document = "name".to_owned();
        for _ in 0..11 {
            document = format!("things(first: 100) {{ nodes {{ {document} }} }}");
        }
        assert_eq!(of(&format!("{{ {document} }}"), json!({})), u32::MAX);
    }
}

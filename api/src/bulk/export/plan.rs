//! What an export asks for, made ready: one list at the top, what of its things, and the lists below
//! them. Fragments and variables are written out, so that a plan stands for itself.

use std::{collections::BTreeSet, convert::Infallible};

use async_graphql::{
    Name, Pos, Positioned, Value, Variables,
    parser::types::{
        Directive, DocumentOperations, ExecutableDocument, Field, InlineFragment,
        OperationDefinition, OperationType, Selection, SelectionSet, TypeCondition,
    },
    registry::{MetaTypeName, Registry},
};
use serde::{Deserialize, Serialize};

/// How many lists may stand below each other's things, under the one at the top.
const MOST_BELOW: usize = 2;
/// How many lists there may be in all.
const MOST_LISTS: usize = 5;
/// What says which page of a list is wanted: the job's to say.
const PAGING: [&str; 4] = ["first", "after", "last", "before"];

/// An export, made ready.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Plan {
    /// The list at its top.
    pub(super) top: List,
    /// The types of the schema that it reads.
    pub(super) types: BTreeSet<String>,
}

/// A list, and what is asked of its things.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct List {
    /// Under which name an answer tells it.
    pub(super) key: String,
    /// The field, with its arguments, but for which page.
    name: String,
    arguments: Vec<(String, Value)>,
    /// The type of the things on which it stands.
    on: String,
    /// What is asked of each of its things.
    rows: SelectionSet,
    /// The columns in which its things are told, as paths from the thing down.
    pub(super) columns: Vec<Column>,
    /// The lists below its things.
    pub(super) below: Vec<List>,
}

/// A column: where its value stands, from a thing down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Column(pub(super) Vec<String>);

impl List {
    /// How many lists stand below each other, from this one on.
    pub(super) fn depth(&self) -> usize {
        1 + self.below.iter().map(Self::depth).max().unwrap_or(0)
    }

    /// The field that asks for a page, of `pages[0]` things, behind a cursor; of what stands below
    /// them, the first `pages[1]`.
    fn field(&self, pages: &[usize], after: Option<&str>) -> Positioned<Selection> {
        let (page, rest) = pages.split_first().unwrap_or((&1, &[]));
        let argument = |name: &str, value: Value| (here(Name::new(name)), here(value.into_value()));
        let given = self.arguments.iter();
        let mut arguments: Vec<_> =
            given.map(|(name, value)| argument(name, value.clone())).collect();
        arguments.push(argument("first", Value::Number((*page).into())));
        arguments.extend(after.map(|after| argument("after", Value::String(after.into()))));
        let mut rows = self.rows.clone();
        rows.items.extend(self.below.iter().map(|list| list.field(rest, None)));
        let page_info = of("pageInfo", vec![of("hasNextPage", vec![]), of("endCursor", vec![])]);
        let nodes = of("nodes", rows.items);
        let alias = (self.key != self.name).then(|| here(Name::new(&self.key)));
        here(Selection::Field(here(Field {
            alias,
            name: here(Name::new(&self.name)),
            arguments,
            directives: Vec::new(),
            selection_set: here(SelectionSet { items: vec![nodes, page_info] }),
        })))
    }

    /// The document that asks for a page of the list at the top.
    pub(super) fn page(&self, pages: &[usize], after: Option<&str>) -> ExecutableDocument {
        document(self.field(pages, after))
    }

    /// The document that asks for another page of a list below the thing with this id.
    pub(super) fn page_of(&self, parent: &str, pages: &[usize], after: &str) -> ExecutableDocument {
        let on = here(Selection::InlineFragment(here(InlineFragment {
            type_condition: Some(here(TypeCondition { on: here(Name::new(&self.on)) })),
            directives: Vec::new(),
            selection_set: here(SelectionSet { items: vec![self.field(pages, Some(after))] }),
        })));
        document(here(Selection::Field(here(Field {
            alias: None,
            name: here(Name::new("node")),
            arguments: vec![(
                here(Name::new("id")),
                here(Value::String(parent.to_owned()).into_value()),
            )],
            directives: Vec::new(),
            selection_set: here(SelectionSet { items: vec![on] }),
        }))))
    }
}

/// A node that stands nowhere in a text.
fn here<T>(node: T) -> Positioned<T> {
    Positioned::new(node, Pos::default())
}

/// A field without arguments.
fn of(name: &str, items: Vec<Positioned<Selection>>) -> Positioned<Selection> {
    here(Selection::Field(here(Field {
        alias: None,
        name: here(Name::new(name)),
        arguments: Vec::new(),
        directives: Vec::new(),
        selection_set: here(SelectionSet { items }),
    })))
}

/// Gives each field a place of its own: by its place a resolver finds what was read for it.
fn place(item: &mut Positioned<Selection>, last: &mut usize) {
    *last += 1;
    let at = Pos { line: *last, column: 1 };
    item.pos = at;
    let below = match &mut item.node {
        Selection::Field(field) => {
            field.pos = at;
            &mut field.node.selection_set
        }
        Selection::InlineFragment(fragment) => {
            fragment.pos = at;
            &mut fragment.node.selection_set
        }
        Selection::FragmentSpread(_) => return,
    };
    for item in &mut below.node.items {
        place(item, last);
    }
}

fn document(mut field: Positioned<Selection>) -> ExecutableDocument {
    place(&mut field, &mut 0);
    ExecutableDocument {
        operations: DocumentOperations::Single(here(OperationDefinition {
            ty: OperationType::Query,
            variable_definitions: Vec::new(),
            directives: Vec::new(),
            selection_set: here(SelectionSet { items: vec![field] }),
        })),
        fragments: std::collections::HashMap::default(),
    }
}

/// Makes an export ready; or says what cannot be exported, for people. Its document has passed
/// validation, and its values fit.
pub(super) fn plan(
    registry: &Registry,
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    values: &Variables,
) -> Result<Plan, String> {
    let mut making = Making { registry, document, values, types: BTreeSet::new(), lists: 0 };
    let mut roots = Vec::new();
    making.fields(&operation.selection_set.node, &mut roots);
    let [root] = roots.as_slice() else {
        return Err("pida una sola lista arriba / ask for exactly one list at the top".into());
    };
    let top = making.list(root, &registry.query_type, 0)?;
    Ok(Plan { top, types: making.types })
}

/// Where the connections that may be gone on with are: below things that `node` finds.
const NODE: &str = "Node";

struct Making<'a> {
    registry: &'a Registry,
    document: &'a ExecutableDocument,
    values: &'a Variables,
    types: BTreeSet<String>,
    lists: usize,
}

/// What is asked of things of one type.
#[derive(Default)]
struct Rows {
    items: Vec<Positioned<Selection>>,
    columns: Vec<Column>,
    below: Vec<List>,
}

impl<'a> Making<'a> {
    /// The fields of a selection, also those in fragments, that are not skipped.
    fn fields(&self, set: &'a SelectionSet, found: &mut Vec<&'a Field>) {
        for item in &set.items {
            if self.is_skipped(item.node.directives()) {
                continue;
            }
            match &item.node {
                Selection::Field(field) => found.push(&field.node),
                Selection::InlineFragment(fragment) => {
                    self.fields(&fragment.node.selection_set.node, found);
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if let Some(fragment) = self.document.fragments.get(name) {
                        self.fields(&fragment.node.selection_set.node, found);
                    }
                }
            }
        }
    }

    fn list(&mut self, field: &'a Field, on: &str, below: usize) -> Result<List, String> {
        let (name, key) = (field.name.node.as_str(), field.response_key().node.as_str());
        let ty = self.type_of(on, name).filter(|ty| self.is_list(ty)).ok_or_else(|| {
            format!("`{key}` no es una lista con páginas / `{key}` is not a list with pages")
        })?;
        if below > MOST_BELOW {
            return Err(format!(
                "`{key}`: se exportan hasta {MOST_BELOW} listas una debajo de otra, bajo la primera / at most {MOST_BELOW} lists below each other are exported, under the first"
            ));
        }
        let takes = |argument: &str| {
            let ty = self.registry.types.get(on);
            let field = ty.and_then(|ty| ty.field_by_name(name));
            field.is_some_and(|field| field.args.contains_key(argument))
        };
        if !(takes("first") && takes("after")) {
            return Err(format!(
                "`{key}` solo dice lo primero y no se puede seguir / `{key}` tells the first alone and cannot be followed"
            ));
        }
        self.lists += 1;
        if self.lists > MOST_LISTS {
            return Err(format!(
                "son más de {MOST_LISTS} listas / there are more than {MOST_LISTS} lists"
            ));
        }
        let paging = field.arguments.iter().find(|(name, _)| PAGING.contains(&name.node.as_str()));
        if let Some((argument, _)) = paging {
            return Err(format!(
                "`{key}({argument}:)`: una exportación lleva todas las páginas; quítelo / an export takes all pages; leave it out",
                argument = argument.node
            ));
        }
        let rows_type = self.type_of(&ty, "nodes").unwrap_or_default();
        let mut rows = Rows::default();
        let mut parts = Vec::new();
        self.fields(&field.selection_set.node, &mut parts);
        for part in parts {
            let set = &part.selection_set.node;
            match part.name.node.as_str() {
                "nodes" => self.rows(set, &rows_type, Some(below), &[], &mut rows)?,
                "edges" => {
                    let mut edges = Vec::new();
                    self.fields(set, &mut edges);
                    for node in edges.into_iter().filter(|field| field.name.node == "node") {
                        let set = &node.selection_set.node;
                        self.rows(set, &rows_type, Some(below), &[], &mut rows)?;
                    }
                }
                // What is told of a page, or of all of them, is told of no thing.
                _ => {}
            }
        }
        if rows.items.is_empty() && rows.below.is_empty() {
            return Err(format!(
                "`{key}`: diga qué se pide de cada elemento, en `nodes` / say in `nodes` what is asked of each thing"
            ));
        }
        if !rows.below.is_empty() {
            self.tell_id(&rows_type, key, &mut rows)?;
        }
        self.types.extend([ty, rows_type, "PageInfo".to_owned()]);
        let arguments = field.arguments.iter().filter_map(|(name, value)| {
            let value = value.node.clone().into_const_with(self.value());
            Some((name.node.to_string(), given(value)?))
        });
        Ok(List {
            key: key.to_owned(),
            name: name.to_owned(),
            arguments: arguments.collect(),
            on: on.to_owned(),
            rows: SelectionSet { items: rows.items },
            columns: rows.columns,
            below: rows.below,
        })
    }

    /// Sees to it that things with lists below them tell by which id: the rows below name it, and
    /// their further pages are found by it.
    fn tell_id(&self, ty: &str, key: &str, rows: &mut Rows) -> Result<(), String> {
        let found = self.registry.implements.get(ty).is_some_and(|all| all.contains(NODE));
        if !found {
            return Err(format!(
                "`{key}`: sus listas no se pueden seguir por `node(id:)`; pídalas aparte / its lists cannot be followed by `node(id:)`; ask for them apart"
            ));
        }
        let is_id = |item: &Positioned<Selection>| matches!(&item.node, Selection::Field(field) if field.node.response_key().node == "id" && field.node.name.node == "id");
        if !rows.items.iter().any(is_id) {
            rows.items.insert(0, of("id", Vec::new()));
            rows.columns.insert(0, Column(vec!["id".to_owned()]));
        }
        Ok(())
    }

    /// What is asked of things of a type: `below` says how many lists they stand under, and is
    /// nothing within the things.
    fn rows(
        &mut self,
        set: &'a SelectionSet,
        ty: &str,
        below: Option<usize>,
        path: &[String],
        rows: &mut Rows,
    ) -> Result<(), String> {
        for item in &set.items {
            if self.is_skipped(item.node.directives()) {
                continue;
            }
            match &item.node {
                Selection::Field(field) => self.field(&field.node, ty, below, path, rows)?,
                Selection::InlineFragment(fragment) => {
                    let on = fragment.node.type_condition.as_ref();
                    let on = on.map(|on| on.node.on.node.to_string());
                    let set = &fragment.node.selection_set.node;
                    self.part(set, on.as_deref().unwrap_or(ty), ty, below, path, rows)?;
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if let Some(fragment) = self.document.fragments.get(name) {
                        let on = fragment.node.type_condition.node.on.node.to_string();
                        let set = &fragment.node.selection_set.node;
                        self.part(set, &on, ty, below, path, rows)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// What is asked of things of `ty` that are of the type `on` too.
    fn part(
        &mut self,
        set: &'a SelectionSet,
        on: &str,
        ty: &str,
        below: Option<usize>,
        path: &[String],
        rows: &mut Rows,
    ) -> Result<(), String> {
        if on == ty || self.registry.implements.get(ty).is_some_and(|all| all.contains(on)) {
            return self.rows(set, ty, below, path, rows);
        }
        let mut part = Rows::default();
        self.rows(set, on, None, path, &mut part)?;
        self.types.insert(on.to_owned());
        for column in part.columns {
            add(&mut rows.columns, column);
        }
        rows.items.push(here(Selection::InlineFragment(here(InlineFragment {
            type_condition: Some(here(TypeCondition { on: here(Name::new(on)) })),
            directives: Vec::new(),
            selection_set: here(SelectionSet { items: part.items }),
        }))));
        Ok(())
    }

    fn field(
        &mut self,
        field: &'a Field,
        on: &str,
        below: Option<usize>,
        path: &[String],
        rows: &mut Rows,
    ) -> Result<(), String> {
        let (name, key) = (field.name.node.as_str(), field.response_key().node.as_str());
        if key.starts_with("__") && key != "__typename" {
            return Err(format!(
                "`{key}`: los nombres con `__` son del servicio / names with `__` are the service's"
            ));
        }
        let ty = self.type_of(on, name);
        let is_list = ty.as_deref().is_some_and(|ty| self.is_list(ty));
        if is_list {
            let Some(below) = below else {
                return Err(format!(
                    "`{key}`: una lista con páginas se exporta solo directamente bajo los elementos de otra / a list with pages is exported directly below the things of another one alone"
                ));
            };
            let list = self.list(field, on, below + 1)?;
            let taken = |item: &Positioned<Selection>| matches!(&item.node, Selection::Field(field) if field.node.response_key().node == key);
            if rows.below.iter().any(|other| other.key == key) || rows.items.iter().any(taken) {
                return Err(format!("`{key}` está dos veces / `{key}` stands there twice"));
            }
            rows.below.push(list);
            return Ok(());
        }
        if rows.below.iter().any(|other| other.key == key) {
            return Err(format!("`{key}` está dos veces / `{key}` stands there twice"));
        }
        let mut path = path.to_vec();
        path.push(key.to_owned());
        let mut inner = Rows::default();
        let set = &field.selection_set.node;
        if !set.items.is_empty() {
            let ty = ty.unwrap_or_default();
            self.rows(set, &ty, None, &path, &mut inner)?;
            self.types.insert(ty);
        }
        let several = self.written_type(on, name).is_some_and(|ty| ty.contains('['));
        if set.items.is_empty() || several {
            add(&mut rows.columns, Column(path));
        } else {
            for column in inner.columns {
                add(&mut rows.columns, column);
            }
        }
        let arguments = field.arguments.iter().filter_map(|(name, value)| {
            let value = value.node.clone().into_const_with(self.value());
            Some((name.clone(), here(given(value)?.into_value())))
        });
        rows.items.push(here(Selection::Field(here(Field {
            alias: field.alias.clone(),
            name: field.name.clone(),
            arguments: arguments.collect(),
            directives: Vec::new(),
            selection_set: here(SelectionSet { items: inner.items }),
        }))));
        Ok(())
    }

    fn written_type(&self, on: &str, field: &str) -> Option<&'a str> {
        let ty = self.registry.types.get(on)?.field_by_name(field)?;
        Some(ty.ty.as_str())
    }

    /// The type of a field, without lists and exclamation marks.
    fn type_of(&self, on: &str, field: &str) -> Option<String> {
        self.written_type(on, field).map(|ty| MetaTypeName::concrete_typename(ty).to_owned())
    }

    /// Whether it is the type of lists that are read page by page.
    fn is_list(&self, ty: &str) -> bool {
        let fields = self.registry.types.get(ty);
        ty.ends_with("Connection")
            && fields.is_some_and(|ty| {
                ty.field_by_name("nodes").is_some() && ty.field_by_name("pageInfo").is_some()
            })
    }

    /// Whether `@skip` or `@include` say that something is not asked for.
    fn is_skipped(&self, directives: &[Positioned<Directive>]) -> bool {
        directives.iter().any(|directive| {
            let wanted = match directive.node.name.node.as_str() {
                "include" => true,
                "skip" => false,
                _ => return false,
            };
            let condition = directive.node.get_argument("if");
            let condition = condition.map(|value| value.node.clone().into_const_with(self.value()));
            condition.and_then(given) != Some(Value::Boolean(wanted))
        })
    }

    /// The value of a variable; something that no document can say where it has none.
    fn value(&self) -> impl FnMut(Name) -> Result<Value, Infallible> {
        |name| Ok(self.values.get(&name).cloned().unwrap_or_else(absent))
    }
}

/// What stands for a variable without a value.
fn absent() -> Value {
    Value::Enum(Name::new("!"))
}

/// A value whose variables are written out; nothing when it is one that has no value. Within a list
/// that is null, within an object it is not given.
fn given(value: Result<Value, Infallible>) -> Option<Value> {
    let Ok(value) = value;
    match value {
        absence if absence == absent() => None,
        Value::List(items) => {
            let items = items.into_iter().map(|item| given(Ok(item)).unwrap_or_default());
            Some(Value::List(items.collect()))
        }
        Value::Object(fields) => {
            let fields = fields.into_iter();
            let fields = fields.filter_map(|(name, value)| Some((name, given(Ok(value))?)));
            Some(Value::Object(fields.collect()))
        }
        other => Some(other),
    }
}

fn add(columns: &mut Vec<Column>, column: Column) {
    if !columns.contains(&column) {
        columns.push(column);
    }
}

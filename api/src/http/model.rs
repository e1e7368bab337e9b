//! What the envelope must know of the schema, read once from its SDL: which
//! fields cost how much, and which values fit which input type.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Name, Value,
    parser::{
        parse_schema,
        types::{
            BaseType, FieldDefinition, InputValueDefinition, OperationType, Type, TypeKind,
            TypeSystemDefinition,
        },
    },
};

/// A schema, as far as cost and input are concerned.
#[derive(Debug)]
pub struct Model {
    types: HashMap<String, Kind>,
    query: String,
    mutation: Option<String>,
    subscription: Option<String>,
}

/// What can be asked about a type.
#[derive(Debug)]
pub enum Kind {
    /// An object: its fields by name.
    Object(HashMap<String, Field>),
    /// An interface: the fields that its objects have in common.
    Interface(HashMap<String, Field>),
    /// A union: only `__typename` can be asked of it.
    Union,
    /// A scalar. The built-in ones are not in the SDL, and not here.
    Scalar,
    /// An enum: its values.
    Enum(HashSet<String>),
    /// An input object.
    Input(Input),
}

impl Kind {
    /// Whether something is selected of its values.
    #[must_use]
    pub fn is_composite(&self) -> bool {
        matches!(self, Self::Object(_) | Self::Interface(_) | Self::Union)
    }
}

/// A field of an object or an interface.
#[derive(Debug)]
pub struct Field {
    /// The name of its type, without lists and exclamation marks.
    pub ty: String,
    /// Whether it is a list, of any depth.
    pub list: bool,
    /// Whether it has an argument `first` or `last`.
    pub paged: bool,
    /// The default of `first`, or of `last`.
    pub page: Option<i64>,
    /// Whether it has an argument `ids`: as many answers as there are ids.
    pub by_ids: bool,
}

/// An input object.
#[derive(Debug)]
pub struct Input {
    /// Its fields, by name.
    pub fields: HashMap<String, InputField>,
    /// Whether exactly one of them must be given.
    pub one_of: bool,
}

/// A field of an input object.
#[derive(Debug)]
pub struct InputField {
    /// Its type.
    pub ty: Type,
    /// What it is when it is not given.
    pub default: Option<Value>,
}

impl Model {
    /// Reads the SDL of a schema.
    ///
    /// # Errors
    ///
    /// Where and why it cannot be read.
    pub fn read(sdl: &str) -> Result<Self, String> {
        let document = parse_schema(sdl).map_err(|error| error.to_string())?;
        let mut model = Self {
            types: HashMap::new(),
            query: "Query".into(),
            mutation: None,
            subscription: None,
        };
        for definition in document.definitions {
            match definition {
                TypeSystemDefinition::Schema(schema) => {
                    let name = |name: async_graphql::Positioned<Name>| name.node.to_string();
                    model.query = schema.node.query.map_or(model.query, name);
                    model.mutation = schema.node.mutation.map(name);
                    model.subscription = schema.node.subscription.map(name);
                }
                TypeSystemDefinition::Type(ty) => {
                    let one_of = ty.node.directives.iter().any(|d| d.node.name.node == "oneOf");
                    model.types.insert(ty.node.name.node.to_string(), kind(ty.node.kind, one_of));
                }
                TypeSystemDefinition::Directive(_) => {}
            }
        }
        Ok(model)
    }

    /// The type with this name; none for the built-in scalars and the types of
    /// introspection.
    #[must_use]
    pub fn kind(&self, name: &str) -> Option<&Kind> {
        self.types.get(name)
    }

    /// The type at the top of an operation.
    #[must_use]
    pub fn root(&self, operation: OperationType) -> Option<&str> {
        match operation {
            OperationType::Query => Some(&self.query),
            OperationType::Mutation => self.mutation.as_deref(),
            OperationType::Subscription => self.subscription.as_deref(),
        }
    }

    /// The field `name` of the object or interface `parent`.
    #[must_use]
    pub fn field(&self, parent: &str, name: &str) -> Option<&Field> {
        match self.kind(parent)? {
            Kind::Object(fields) | Kind::Interface(fields) => fields.get(name),
            _ => None,
        }
    }
}

fn kind(kind: TypeKind, one_of: bool) -> Kind {
    let fields = |list: Vec<async_graphql::Positioned<FieldDefinition>>| {
        list.into_iter()
            .map(|field| (field.node.name.node.to_string(), read(&field.node)))
            .collect()
    };
    match kind {
        TypeKind::Object(object) => Kind::Object(fields(object.fields)),
        TypeKind::Interface(interface) => Kind::Interface(fields(interface.fields)),
        TypeKind::Union(_) => Kind::Union,
        TypeKind::Scalar => Kind::Scalar,
        TypeKind::Enum(all) => {
            Kind::Enum(all.values.into_iter().map(|one| one.node.value.node.to_string()).collect())
        }
        TypeKind::InputObject(input) => {
            let field = |field: InputValueDefinition| {
                let default = field.default_value.map(|value| value.node);
                (field.name.node.to_string(), InputField { ty: field.ty.node, default })
            };
            let fields = input.fields.into_iter().map(|one| field(one.node)).collect();
            Kind::Input(Input { fields, one_of })
        }
    }
}

fn read(field: &FieldDefinition) -> Field {
    let argument =
        |name: &str| field.arguments.iter().map(|a| &a.node).find(|a| a.name.node == name);
    let default = |name: &str| match &argument(name)?.default_value.as_ref()?.node {
        Value::Number(number) => number.as_i64(),
        _ => None,
    };
    Field {
        ty: named(&field.ty.node).to_owned(),
        list: matches!(field.ty.node.base, BaseType::List(_)),
        paged: argument("first").is_some() || argument("last").is_some(),
        page: default("first").or_else(|| default("last")),
        by_ids: argument("ids").is_some(),
    }
}

/// The name of a type without its lists and exclamation marks.
#[must_use]
pub fn named(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => named(inner),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn model() -> Model {
        Model::read(&super::super::tests::stub::sdl()).unwrap()
    }

    #[test]
    fn the_sdl_is_understood() {
        let model = model();
        assert_eq!(model.root(OperationType::Query), Some("Query"));
        assert_eq!(model.root(OperationType::Mutation), Some("Mutation"));
        assert_eq!(model.root(OperationType::Subscription), None);
        let field = model.field("Thing", "things").unwrap();
        assert_eq!((field.ty.as_str(), field.list, field.paged), ("ThingConnection", false, true));
        assert_eq!(field.page, Some(20));
        assert!(model.field("Query", "nodes").unwrap().by_ids);
        assert!(model.field("Thing", "related").unwrap().list);
        assert!(model.field("Named", "name").is_some());
        assert!(matches!(model.kind("Either"), Some(Kind::Union)));
        assert!(matches!(model.kind("Colour"), Some(Kind::Enum(all)) if all.len() == 2));
        let Some(Kind::Input(input)) = model.kind("ThingInput") else { panic!() };
        assert!(input.fields["colour"].default.is_some() && !input.one_of);
        assert!(matches!(model.kind("ThingBy"), Some(Kind::Input(by)) if by.one_of));
    }

    #[test]
    fn what_is_no_sdl_is_told() {
        assert!(Model::read("type {").is_err());
    }
}

//! The schema as a page to read, made from its own text and from the field tables: types by
//! subject, each field with its level. Committed as `docs/reference.md`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use async_graphql::{
    Positioned,
    parser::{
        parse_schema,
        types::{
            BaseType, ConstDirective, FieldDefinition, InputValueDefinition, Type, TypeDefinition,
            TypeKind, TypeSystemDefinition,
        },
    },
};
use entity::{ClientScope, DisclosureLevel};
use sea_orm::{ActiveEnum, Iterable};

use crate::{
    agreements, bulk, capabilities, clients, documents, inbox, interests, ip, ledger, matches,
    memberships, needs, offers, organizations, people, policy::mutations_of, programmes, projects,
    read::Field, schema, searches, timeline,
};

/// A subject: its title in both languages, and how the names of its types begin. The other types
/// belong where they are used.
type Subject = (&'static str, &'static str, &'static [&'static str]);

const SUBJECTS: &[Subject] = &[
    ("Quién pregunta, bandeja", "Who asks, inbox", &["Viewer", "Inbox"]),
    (
        "Organizaciones y territorio",
        "Organizations and territory",
        &["Organization", "Chamber", "Ott", "Region", "Delegation", "Affiliation", "Consent"],
    ),
    ("Necesidades", "Needs", &["Need"]),
    ("Ofertas", "Offers", &["Offer"]),
    ("Capacidades", "Capabilities", &["Capability"]),
    ("Propiedad intelectual", "Intellectual property", &["Ip"]),
    ("Correspondencias", "Matches", &["Match"]),
    ("Búsqueda", "Search", &["Search"]),
    ("Búsquedas guardadas", "Saved searches", &["SavedSearch", "SearchFind", "SearchCadence"]),
    ("Retroalimentación", "Feedback", &["Feedback"]),
    (
        "Manifestaciones de interés y mensajes",
        "Expressions of interest and messages",
        &["Interest", "Message", "ResponseStatistics"],
    ),
    ("Convenios", "Agreements", &["Agreement", "Commitment", "Confidant"]),
    ("Proyectos", "Projects", &["Project", "Milestone", "Outcome"]),
    ("Programas", "Programmes", &["Programme"]),
    (
        "Asimilación de tecnología",
        "Assimilation of technology",
        &["Assimilation", "Assessment", "Crosswalk", "Eligibility"],
    ),
    ("Archivos", "Files", &["Document", "AttachDocument", "RemoveDocument"]),
    (
        "Cronología y libro de revelaciones",
        "Timeline and ledger of disclosures",
        &["Timeline", "Disclosure"],
    ),
    (
        "Membresías, invitaciones y datos personales",
        "Memberships, invitations and personal data",
        &["Membership", "Invit", "EndMembership", "LeaveOrganization", "Person", "ErasePerson"],
    ),
    ("Máquinas", "Machines", &["ApiClient", "ClientScope"]),
    ("Trabajos masivos", "Bulk jobs", &["Bulk"]),
    ("Códigos y listas oficiales", "Codes and official lists", &["CodeList", "CodeConnection"]),
];

/// What belongs to several subjects.
const SHARED: (&str, &str) = ("Lo común", "What is shared");

const ROOTS: [&str; 3] = ["Query", "Mutation", "Subscription"];

const INTRODUCTION: &str = "\
# Referencia del esquema · Schema reference

**es.** Hecha por `vinculo schema --reference` a partir del esquema y de las tablas de niveles; una \
prueba la compara. Las descripciones están en inglés, como en el esquema; lo que significan los \
niveles y cómo se pregunta está en [clients.md](clients.md).

**en.** Made by `vinculo schema --reference` from the schema and the tables of levels; a test \
compares it. What levels mean and how to ask is in [clients.md](clients.md).

`L0` todos · everybody; `L1` miembros de la red · members of the network; `L2` partes presentadas · \
parties that were introduced; `L3` bajo confidencialidad · under a non-disclosure agreement; `L4` \
el titular y las partes del contrato · the owner and parties to the contract. Un campo sin nivel se \
lee junto con su objeto · a field without a level is read with its object. `⧩` se filtra · lists \
filter by it; `⇅` se ordena · lists are ordered by it. `!` no es nulo · is never null.
";

/// The page.
///
/// # Errors
///
/// When the schema's own text cannot be read back.
pub fn reference() -> Result<String, String> {
    let page = Page::read(&schema::sdl())?;
    Ok(page.write())
}

/// How a field is read: its level, whether lists are filtered and ordered by it.
struct Seen {
    level: DisclosureLevel,
    filterable: bool,
    sortable: bool,
}

/// The field tables, by the type of the schema.
fn tables() -> BTreeMap<&'static str, BTreeMap<&'static str, Seen>> {
    fn of<C>(fields: &'static [Field<C>]) -> BTreeMap<&'static str, Seen> {
        let seen = |field: &Field<C>| {
            let Field { level, filterable, sortable, .. } = *field;
            (field.name, Seen { level, filterable, sortable })
        };
        fields.iter().map(seen).collect()
    }
    BTreeMap::from([
        ("Need", of(needs::FIELDS)),
        ("Offer", of(offers::FIELDS)),
        ("Organization", of(organizations::FIELDS)),
        ("Match", of(matches::FIELDS)),
        ("Interest", of(interests::FIELDS)),
        ("Message", of(interests::MESSAGE_FIELDS)),
        ("Agreement", of(agreements::FIELDS)),
        ("Project", of(projects::FIELDS)),
        ("Programme", of(programmes::FIELDS)),
        ("IpAsset", of(ip::FIELDS)),
        ("Capability", of(capabilities::FIELDS)),
        ("Document", of(documents::FIELDS)),
        ("Disclosure", of(ledger::FIELDS)),
        ("SavedSearch", of(searches::FIELDS)),
        ("SearchFind", of(searches::FIND_FIELDS)),
        ("Membership", of(memberships::FIELDS)),
        ("Invitation", of(memberships::INVITATION_FIELDS)),
        ("Person", of(people::FIELDS)),
        ("ApiClient", of(clients::FIELDS)),
        ("BulkJob", of(bulk::FIELDS)),
        ("TimelineEntry", of(timeline::FIELDS)),
        ("InboxItem", of(inbox::FIELDS)),
    ])
}

struct Page {
    types: BTreeMap<String, TypeDefinition>,
    /// By name, the place in `SUBJECTS`; what is shared has none.
    subjects: BTreeMap<String, usize>,
    tables: BTreeMap<&'static str, BTreeMap<&'static str, Seen>>,
}

impl Page {
    fn read(sdl: &str) -> Result<Self, String> {
        let document = parse_schema(sdl).map_err(|error| error.to_string())?;
        let types = document.definitions.into_iter().filter_map(|definition| match definition {
            TypeSystemDefinition::Type(ty) => Some((ty.node.name.node.to_string(), ty.node)),
            _ => None,
        });
        let types: BTreeMap<_, _> = types.collect();
        let subjects = subjects(&types);
        Ok(Self { types, subjects, tables: tables() })
    }

    fn write(&self) -> String {
        let mut text = INTRODUCTION.to_owned();
        text.push('\n');
        let titles = SUBJECTS.iter().map(|(es, en, _)| (*es, *en)).chain([SHARED]);
        for (es, en) in titles.clone() {
            let title = format!("{es} · {en}");
            let _ = writeln!(text, "- [{title}](#{})", anchor(&title));
        }
        for (place, (es, en)) in titles.enumerate() {
            let place = Some(place).filter(|place| *place < SUBJECTS.len());
            let _ = write!(text, "\n## {es} · {en}\n");
            for (root, title) in ROOTS.iter().zip([
                "Consultas · Queries",
                "Mutaciones · Mutations",
                "Suscripciones · Subscriptions",
            ]) {
                self.write_root(&mut text, root, title, place);
            }
            for (name, ty) in &self.types {
                if !ROOTS.contains(&name.as_str()) && self.subjects.get(name).copied() == place {
                    self.write_type(&mut text, name, ty);
                }
            }
        }
        text
    }

    /// The fields of a root that belong to a subject.
    fn write_root(&self, text: &mut String, root: &str, title: &str, place: Option<usize>) {
        let fields = self.types.get(root).map(|ty| fields(&ty.kind)).unwrap_or_default();
        let here = |field: &&Positioned<FieldDefinition>| {
            self.subjects.get(base(&field.node.ty.node)).copied() == place
        };
        let fields: Vec<_> = fields.iter().filter(here).collect();
        if fields.is_empty() {
            return;
        }
        let _ = write!(text, "\n### {title}\n\n");
        for field in fields {
            let field = &field.node;
            let (name, ty) = (&field.name.node, self.link(&field.ty.node));
            let _ = write!(text, "- **`{name}`** → {ty}. {}", said(field.description.as_ref()));
            let scopes = ClientScope::iter()
                .filter(|scope| mutations_of(*scope).any(|mutation| mutation == name.as_str()));
            for scope in scopes {
                let _ = write!(text, " Máquinas · Machines: `{}`.", scope.to_value());
            }
            text.push_str(&deprecated(&field.directives));
            text.push('\n');
            for argument in &field.arguments {
                let _ = writeln!(text, "  - {}", self.argument(&argument.node));
            }
        }
    }

    fn write_type(&self, text: &mut String, name: &str, ty: &TypeDefinition) {
        let _ = write!(text, "\n### {name}\n\n");
        let kind = match &ty.kind {
            TypeKind::Scalar => "escalar · scalar",
            TypeKind::Object(_) => "objeto · object",
            TypeKind::Interface(_) => "interfaz · interface",
            TypeKind::Union(_) => "unión · union",
            TypeKind::Enum(_) => "enumeración · enum",
            TypeKind::InputObject(_) => "entrada · input",
        };
        let one_of = ty.directives.iter().any(|one| one.node.name.node == "oneOf");
        let one_of = if one_of { ", exactamente uno · exactly one (`@oneOf`)" } else { "" };
        let _ = writeln!(text, "*{kind}{one_of}.* {}", said(ty.description.as_ref()));
        match &ty.kind {
            TypeKind::Scalar => {}
            TypeKind::Object(_) | TypeKind::Interface(_) => {
                self.write_fields(text, name, fields(&ty.kind));
            }
            TypeKind::Union(union) => {
                let members = union.members.iter().map(|one| self.to(&one.node, &one.node));
                let _ = write!(text, "\n{}\n", members.collect::<Vec<_>>().join(" · "));
            }
            TypeKind::Enum(of) => {
                text.push_str("\n| Valor · Value | |\n|---|---|\n");
                for value in &of.values {
                    let value = &value.node;
                    let (said, gone) =
                        (said(value.description.as_ref()), deprecated(&value.directives));
                    let _ = writeln!(text, "| `{}` | {said}{gone} |", value.value.node);
                }
            }
            TypeKind::InputObject(input) => {
                text.push_str("\n| Campo · Field | Tipo · Type | |\n|---|---|---|\n");
                for field in &input.fields {
                    let field = &field.node;
                    let (ty, said) = (self.link(&field.ty.node), said(field.description.as_ref()));
                    let default = field.default_value.as_ref();
                    let default =
                        default.map(|value| format!(" = `{}`", value.node)).unwrap_or_default();
                    let gone = deprecated(&field.directives);
                    let _ =
                        writeln!(text, "| `{}` | {ty}{default} | {said}{gone} |", field.name.node);
                }
            }
        }
    }

    fn write_fields(&self, text: &mut String, name: &str, all: &[Positioned<FieldDefinition>]) {
        let table = self.tables.get(name);
        let level = if table.is_some() { " Nivel · Level |" } else { "" };
        let line = if table.is_some() { "---|" } else { "" };
        let _ = write!(text, "\n| Campo · Field | Tipo · Type |{level} |\n|---|---|{line}---|\n");
        for field in all {
            let field = &field.node;
            let mut cell = said(field.description.as_ref());
            cell.push_str(&deprecated(&field.directives));
            for argument in &field.arguments {
                let _ = write!(cell, "<br>{}", self.argument(&argument.node));
            }
            let level = match table.map(|table| table.get(field.name.node.as_str())) {
                None => String::new(),
                Some(None) => " |".to_owned(),
                Some(Some(seen)) => {
                    let filter = if seen.filterable { " ⧩" } else { "" };
                    let order = if seen.sortable { " ⇅" } else { "" };
                    format!(" {}{filter}{order} |", short(seen.level))
                }
            };
            let (name, ty) = (&field.name.node, self.link(&field.ty.node));
            let _ = writeln!(text, "| `{name}` | {ty} |{level} {cell} |");
        }
    }

    fn argument(&self, argument: &InputValueDefinition) -> String {
        let default = argument.default_value.as_ref();
        let default = default.map(|value| format!(" = `{}`", value.node)).unwrap_or_default();
        let (name, ty) = (&argument.name.node, self.link(&argument.ty.node));
        let text = format!("`{name}`: {ty}{default}. {}", said(argument.description.as_ref()));
        text.trim_end().to_owned()
    }

    /// A type, with the way to what it says.
    fn link(&self, ty: &Type) -> String {
        self.to(base(ty), &ty.to_string())
    }

    fn to(&self, name: &str, shown: &str) -> String {
        if self.types.contains_key(name) {
            format!("[`{shown}`](#{})", anchor(name))
        } else {
            format!("`{shown}`")
        }
    }
}

/// Which subject each type belongs to: by its name, by the mutation that takes it, or by what alone
/// uses it.
fn subjects(types: &BTreeMap<String, TypeDefinition>) -> BTreeMap<String, usize> {
    let by_name = |name: &str| {
        let begins = |(place, (_, _, stems)): (usize, &Subject)| {
            let stems = stems.iter().filter(|stem| name.starts_with(**stem));
            stems.map(|stem| stem.len()).max().map(|length| (length, place))
        };
        SUBJECTS.iter().enumerate().filter_map(begins).max().map(|(_, place)| place)
    };
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    known.extend(types.keys().filter_map(|name| Some((name.clone(), by_name(name)?))));
    let mutations = types.get("Mutation").map(|ty| fields(&ty.kind)).unwrap_or_default();
    for mutation in mutations {
        let Some(place) = by_name(base(&mutation.node.ty.node)) else { continue };
        for argument in &mutation.node.arguments {
            known.insert(base(&argument.node.ty.node).to_owned(), place);
        }
    }
    let mut users: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, ty) in types.iter().filter(|(name, _)| !ROOTS.contains(&name.as_str())) {
        for used in uses(&ty.kind) {
            users.entry(used).or_default().insert(name);
        }
    }
    // Types below types: each turn looks one step further.
    loop {
        let found: Vec<_> = types
            .keys()
            .filter(|name| !known.contains_key(*name))
            .filter_map(|name| {
                let users = users.get(name.as_str())?.iter().filter(|user| *user != name);
                let mut places = users.map(|user| known.get(*user));
                let first = places.next()??;
                places.all(|place| place == Some(first)).then(|| (name.clone(), *first))
            })
            .collect();
        if found.is_empty() {
            return known;
        }
        known.extend(found);
    }
}

fn fields(kind: &TypeKind) -> &[Positioned<FieldDefinition>] {
    match kind {
        TypeKind::Object(of) => &of.fields,
        TypeKind::Interface(of) => &of.fields,
        _ => &[],
    }
}

/// The types that a type uses.
fn uses(kind: &TypeKind) -> Vec<&str> {
    let mut used: Vec<&str> = Vec::new();
    for field in fields(kind) {
        used.push(base(&field.node.ty.node));
        used.extend(field.node.arguments.iter().map(|argument| base(&argument.node.ty.node)));
    }
    match kind {
        TypeKind::Union(union) => used.extend(union.members.iter().map(|one| one.node.as_str())),
        TypeKind::InputObject(input) => {
            used.extend(input.fields.iter().map(|field| base(&field.node.ty.node)));
        }
        _ => {}
    }
    used
}

/// The name of a type, without lists and exclamation marks.
fn base(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => base(inner),
    }
}

/// A description in one line that fits into a table.
fn said(description: Option<&Positioned<String>>) -> String {
    let text = description.map(|text| text.node.as_str()).unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

fn deprecated(directives: &[Positioned<ConstDirective>]) -> String {
    let found = directives.iter().find(|one| one.node.name.node == "deprecated");
    let reason = found.and_then(|one| one.node.get_argument("reason"));
    let reason = reason.map(|reason| reason.node.to_string()).unwrap_or_default();
    found.map(|_| format!(" **Obsoleto · Deprecated:** {reason}")).unwrap_or_default()
}

fn short(level: DisclosureLevel) -> &'static str {
    match level {
        DisclosureLevel::PublicBlind => "L0",
        DisclosureLevel::Network => "L1",
        DisclosureLevel::Introduced => "L2",
        DisclosureLevel::Confidential => "L3",
        DisclosureLevel::Contract => "L4",
    }
}

/// What a heading is called in links.
fn anchor(heading: &str) -> String {
    let plain = heading.to_lowercase();
    let kept = plain.chars().filter(|c| c.is_alphanumeric() || *c == ' ' || *c == '-');
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn every_type_has_its_place_and_every_link_leads_somewhere() {
        let page = Page::read(&schema::sdl()).unwrap();
        let place = |name: &str| page.subjects.get(name).map(|place| SUBJECTS[*place].1);
        assert_eq!(place("NeedConnection"), Some("Needs"));
        assert_eq!(place("SuccessCriterion"), Some("Needs"));
        assert_eq!(place("LinkProjectAgreementInput"), Some("Projects"));
        assert_eq!(place("SearchFindEdge"), Some("Saved searches"));
        assert_eq!(place("UserError"), None);
        let text = page.write();
        let headings: BTreeSet<_> = text
            .lines()
            .filter_map(|line| line.trim_start_matches('#').strip_prefix(' ').map(anchor))
            .collect();
        for rest in text.split("](#").skip(1) {
            let link = rest.split(')').next().unwrap();
            assert!(headings.contains(link), "#{link} leads nowhere");
        }
        for name in page.types.keys().filter(|name| !ROOTS.contains(&name.as_str())) {
            assert_eq!(text.matches(&format!("\n### {name}\n")).count(), 1, "{name}");
        }
        for root in ROOTS {
            for field in fields(&page.types[root].kind) {
                let entry = format!("\n- **`{}`** →", field.node.name.node);
                assert_eq!(text.matches(&entry).count(), 1, "{root}.{}", field.node.name.node);
            }
        }
        for (name, table) in &page.tables {
            let fields = fields(&page.types[*name].kind);
            let known = |field: &&str| fields.iter().any(|one| one.node.name.node == **field);
            let unknown: Vec<_> = table.keys().filter(|field| !known(field)).collect();
            assert!(unknown.is_empty(), "{name}: {unknown:?}");
        }
    }
}

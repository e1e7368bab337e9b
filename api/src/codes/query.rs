//! Reading official lists and vocabularies.

use async_graphql::{
    ComplexObject, Context, Object, SimpleObject,
    connection::{Connection, Edge, EmptyFields},
};
use entity::{Codes, Language};

use super::Entry;
use crate::{
    context::Request,
    error::{Error, Result, Told},
    read::MOST,
    text,
};

/// An entry of an official list or of a vocabulary: people read labels, programs read codes.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Code {
    /// The list it belongs to (`scian`, `state`, `municipality`, `sdg`, `trl`, `ipc`, or a vocabulary such as `need_type`).
    list: String,
    /// The code: for vocabularies the enum value. A string: leading zeros count.
    code: String,
    /// What kind of entry, for lists with levels (`sector`, `subsector`, `rama`; `section`, `class`, `subclass`). Null for flat lists.
    level: Option<String>,
    /// The edition of the list (`2018` for SCIAN). Null for lists without editions.
    edition: Option<String>,
    /// Who published the list.
    source: String,
    /// The label in Spanish.
    label_es: String,
    /// The label in English. Null where only a Spanish title was published.
    label_en: Option<String>,
    #[graphql(skip)]
    parent_code: Option<String>,
}

impl From<&Entry> for Code {
    fn from(entry: &Entry) -> Self {
        Self {
            list: entry.list.clone(),
            code: entry.code.clone(),
            level: entry.level.clone(),
            edition: entry.edition.clone(),
            source: entry.source.clone(),
            label_es: entry.label_es.clone(),
            label_en: entry.label_en.clone(),
            parent_code: entry.parent.clone(),
        }
    }
}

#[ComplexObject]
impl Code {
    /// What people read.
    async fn label(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> &str {
        match (language, &self.label_en) {
            (Language::En, Some(label)) => label,
            _ => &self.label_es,
        }
    }

    /// The entry above it (a subsector's sector, a municipality's state). Null at the top.
    async fn parent(&self, ctx: &Context<'_>) -> Option<Self> {
        let labels = ctx.service().labels();
        // A municipality's parent is in another list.
        let list = if self.list == super::MUNICIPALITY { super::STATE } else { &self.list };
        self.parent_code.as_deref().and_then(|code| labels.get(list, code)).map(Into::into)
    }
}

/// The entries of `list` with these codes, in their order; what the list does not have is left out.
pub(crate) fn resolve(ctx: &Context<'_>, list: &str, codes: &Codes) -> Vec<Code> {
    let labels = ctx.service().labels();
    codes.0.iter().filter_map(|code| labels.get(list, code)).map(Into::into).collect()
}

/// The sectors of SCIAN codes, each once.
pub(crate) fn sectors(ctx: &Context<'_>, codes: &Codes) -> Vec<Code> {
    each_once(codes.0.iter().filter_map(|code| ctx.service().labels().sector(code)))
}

/// The subsectors of SCIAN codes, each once.
pub(crate) fn subsectors(ctx: &Context<'_>, codes: &Codes) -> Vec<Code> {
    each_once(codes.0.iter().filter_map(|code| ctx.service().labels().subsector(code)))
}

fn each_once<'a>(entries: impl Iterator<Item = &'a Entry>) -> Vec<Code> {
    let mut once: Vec<&Entry> = Vec::new();
    for entry in entries {
        if !once.contains(&entry) {
            once.push(entry);
        }
    }
    once.into_iter().map(Into::into).collect()
}

/// A list and how many entries it has.
#[derive(Clone, Debug, SimpleObject)]
pub struct CodeList {
    /// Its name, for `codes(list:)`.
    name: String,
    /// How many entries it has.
    count: usize,
}

/// Queries of official lists and vocabularies.
#[derive(Debug, Default)]
pub struct CodeQuery;

#[Object]
impl CodeQuery {
    /// The names of all official lists and vocabularies. For everybody.
    async fn code_lists(&self, ctx: &Context<'_>) -> Vec<CodeList> {
        let labels = ctx.service().labels();
        let list = |name: &str| CodeList { name: name.to_owned(), count: labels.list(name).len() };
        labels.lists().into_iter().map(list).collect()
    }

    /// One entry of a list. Null when there is none. For everybody.
    async fn code(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The name of the list.")] list: String,
        #[graphql(desc = "The code.")] code: String,
    ) -> Option<Code> {
        ctx.service().labels().get(&list, &code).map(Into::into)
    }

    /// The entries of a list, in its own order. For everybody.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the field")]
    async fn codes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The name of the list; `codeLists` has them all.")] list: String,
        #[graphql(desc = "Only this level (`subsector`).")] level: Option<String>,
        #[graphql(desc = "Only entries directly below this code.")] parent: Option<String>,
        #[graphql(desc = "Only codes that begin so.")] starts_with: Option<String>,
        #[graphql(desc = "Only labels that contain this, without regard to accents and case.")]
        text: Option<String>,
        #[graphql(desc = "How many, 1 to 100; 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<String>,
    ) -> Told<CodePage> {
        let wanted = Wanted { list, level, parent, starts_with, text };
        Some(wanted.page(ctx, first, after.as_ref()))
    }
}

type CodePage = Connection<String, Code, EmptyFields, EmptyFields>;

/// Which entries of a list.
struct Wanted {
    list: String,
    level: Option<String>,
    parent: Option<String>,
    starts_with: Option<String>,
    text: Option<String>,
}

impl Wanted {
    fn page(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<&String>,
    ) -> Result<CodePage> {
        let size = usize::try_from(first.unwrap_or(20)).unwrap_or_default();
        if size == 0 || size as u64 > MOST {
            return Err(Error::Argument("first", "must be between 1 and 100".into()));
        }
        let labels = ctx.service().labels();
        let entries = labels.list(&self.list);
        if entries.is_empty() {
            return Err(Error::Argument("list", "is not one of codeLists".into()));
        }
        let wanted = self.text.as_deref().map(text::fold);
        let contains =
            |label: &str| wanted.as_deref().is_none_or(|text| text::fold(label).contains(text));
        let fits = |entry: &&Entry| {
            self.level.as_ref().is_none_or(|level| entry.level.as_ref() == Some(level))
                && self.parent.as_ref().is_none_or(|parent| entry.parent.as_ref() == Some(parent))
                && self.starts_with.as_deref().is_none_or(|start| entry.code.starts_with(start))
                && (contains(&entry.label_es) || entry.label_en.as_deref().is_some_and(contains))
        };
        let mut rest = entries.iter();
        if let Some(after) = after {
            // A code is its own cursor: lists have no duplicates.
            rest.find(|entry| entry.code == *after)
                .ok_or_else(|| Error::Argument("after", "is not a cursor of this list".into()))?;
        }
        let mut found: Vec<&Entry> = rest.filter(fits).take(size + 1).collect();
        let more = found.len() > size;
        found.truncate(size);
        let mut page = Connection::new(after.is_some(), more);
        page.edges = found.into_iter().map(|e| Edge::new(e.code.clone(), e.into())).collect();
        Ok(page)
    }
}

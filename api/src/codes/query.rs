//! Reading official lists and vocabularies.

use std::sync::Arc;

use async_graphql::{
    Context, Object, SimpleObject,
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
#[derive(Clone, Debug)]
pub struct Code(Arc<Entry>);

impl From<&Arc<Entry>> for Code {
    fn from(entry: &Arc<Entry>) -> Self {
        Self(entry.clone())
    }
}

/// An entry of an official list or of a vocabulary: people read labels, programs read codes.
#[Object]
impl Code {
    /// The list it belongs to (`scian`, `state`, `municipality`, `sdg`, `trl`, `ipc`, or a vocabulary such as `need_type`).
    async fn list(&self) -> &str {
        &self.0.list
    }

    /// The code: for vocabularies the enum value. A string: leading zeros count.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// What kind of entry, for lists with levels (`sector`, `subsector`, `rama`; `section`, `class`, `subclass`). Null for flat lists.
    async fn level(&self) -> Option<&str> {
        self.0.level.as_deref()
    }

    /// The edition of the list (`2018` for SCIAN). Null for lists without editions.
    async fn edition(&self) -> Option<&str> {
        self.0.edition.as_deref()
    }

    /// Who published the list.
    async fn source(&self) -> &str {
        &self.0.source
    }

    /// The label in Spanish.
    async fn label_es(&self) -> &str {
        &self.0.label_es
    }

    /// The label in English. Null where only a Spanish title was published.
    async fn label_en(&self) -> Option<&str> {
        self.0.label_en.as_deref()
    }

    /// What people read.
    async fn label(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> &str {
        match (language, &self.0.label_en) {
            (Language::En, Some(label)) => label,
            _ => &self.0.label_es,
        }
    }

    /// The entry above it (a subsector's sector, a municipality's state). Null at the top.
    async fn parent(&self, ctx: &Context<'_>) -> Option<Self> {
        let labels = ctx.service().labels();
        let entry = &self.0;
        // A municipality's parent is in another list.
        let list = if entry.list == super::MUNICIPALITY { super::STATE } else { &entry.list };
        entry.parent.as_deref().and_then(|code| labels.get(list, code)).map(Into::into)
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

fn each_once<'a>(entries: impl Iterator<Item = &'a Arc<Entry>>) -> Vec<Code> {
    let mut once: Vec<&Arc<Entry>> = Vec::new();
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
        let fits = |entry: &&Arc<Entry>| {
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
        let mut found: Vec<&Arc<Entry>> = rest.filter(fits).take(size + 1).collect();
        let more = found.len() > size;
        found.truncate(size);
        let mut page = Connection::new(after.is_some(), more);
        page.edges = found.into_iter().map(|e| Edge::new(e.code.clone(), e.into())).collect();
        Ok(page)
    }
}

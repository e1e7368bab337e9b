//! What fits a saved search. The words are those of the engine, read in a small index of what is
//! new: an alert has no best and worst, so all of its words have to be there, or to be met by what
//! means nearly the same, where `search` ranks what has one of them.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use entity::{SavedSearchKind, saved_search};
use matching::{Index, Kind, Passage, Profile, Reader};
use unicode_normalization::char::is_combining_mark;
use uuid::Uuid;

use crate::{codes::Labels, filter, matches::Names};

/// What has just been published or changed.
pub(super) struct News {
    labels: Labels,
    index: Index,
    /// The records, each with when it was first published.
    records: Vec<(Profile, DateTime<Utc>)>,
    /// What each word was found in, and nothing for those that are not looked for: many searches
    /// ask for the same ones.
    words: HashMap<String, Option<HashSet<Uuid>>>,
}

impl News {
    pub(super) fn new(labels: &Labels, records: Vec<(Profile, DateTime<Utc>)>) -> Self {
        let mut index = Index::new(Arc::new(Names::new(labels)));
        for (profile, _) in &records {
            index.upsert(profile.clone());
        }
        Self { labels: labels.clone(), index, records, words: HashMap::new() }
    }

    /// When the last of its records was first published; nothing when there is none.
    pub(super) fn last(&self) -> Option<DateTime<Utc>> {
        self.records.iter().map(|(_, published_at)| *published_at).max()
    }

    /// What fits a search, and was not there before it looked for it.
    pub(super) fn fitting(&mut self, search: &saved_search::Model) -> Vec<Uuid> {
        let kind = match search.kind {
            SavedSearchKind::Need => Kind::Need,
            SavedSearchKind::Offer => Kind::Offer,
        };
        let sectors = sectors(&self.labels, search);
        let fits = |(profile, published_at): &&(Profile, DateTime<Utc>)| {
            profile.kind == kind
                && *published_at > search.since
                && is_in_filters(search, sectors.as_ref(), profile)
        };
        let mut found: Vec<_> = self.records.iter().filter(fits).map(|(one, _)| one.id).collect();
        if let (Some(text), false) = (&search.text, found.is_empty()) {
            for word in words(text) {
                let index = &self.index;
                let having = self.words.entry(word.to_owned()).or_insert_with(|| {
                    let hits = || index.search(word, Reader::Network, &Kind::ALL).into_iter();
                    can_be_looked_for(word).then(|| hits().map(|hit| hit.id).collect())
                });
                if let Some(having) = having {
                    found.retain(|id| having.contains(id));
                }
            }
        }
        found
    }
}

/// The beginnings of the codes of which a record has to have one; nothing when any will do.
fn sectors(labels: &Labels, search: &saved_search::Model) -> Option<Vec<String>> {
    let codes = &search.scian.0;
    // A code that the list has lost begins nothing.
    let begins = |code: &String| filter::scian_prefixes(labels, "scian", code).unwrap_or_default();
    (!codes.is_empty()).then(|| codes.iter().flat_map(begins).collect())
}

/// The same as the filters of the lists say.
fn is_in_filters(
    search: &saved_search::Model,
    sectors: Option<&Vec<String>>,
    profile: &Profile,
) -> bool {
    let sector = sectors.is_none_or(|sectors| {
        let begins = |code: &String| sectors.iter().any(|sector| code.starts_with(sector.as_str()));
        profile.sectors.iter().any(begins)
    });
    let states = &search.states.0;
    let state =
        states.is_empty() || profile.state.as_ref().is_some_and(|state| states.contains(state));
    let asks = search.trl_min.is_some() || search.trl_max.is_some();
    let trl = match profile.trl {
        Some((least, most)) => {
            search.trl_min.is_none_or(|min| i32::from(most) >= min)
                && search.trl_max.is_none_or(|max| i32::from(least) <= max)
        }
        // A need that names no band accepts any level; an offer without a level has none.
        None => !asks || profile.kind == Kind::Need,
    };
    sector && state && trl
}

/// The words of a text, with those that every text has.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c))
}

/// Whether a text has words that can be looked for.
pub(super) fn says_something(text: &str) -> bool {
    words(text).any(can_be_looked_for)
}

/// Whether a word is not one that every text has: the engine, which leaves those out, finds it.
fn can_be_looked_for(word: &str) -> bool {
    let mut index = Index::new(Arc::new(NoNames));
    index.upsert(Profile {
        public_text: vec![Passage::spanish(word), Passage::english(word)],
        ..Profile::new(Uuid::nil(), Kind::Need)
    });
    !index.search(word, Reader::Anonymous, &Kind::ALL).is_empty()
}

/// Codes are called nothing where nobody explains anything.
struct NoNames;

impl matching::Labels for NoNames {
    fn sector(&self, _: &str) -> Option<matching::Bilingual> {
        None
    }

    fn state(&self, _: &str) -> Option<matching::Bilingual> {
        None
    }

    fn partnership(&self, _: &str) -> Option<matching::Bilingual> {
        None
    }

    fn neighbours(&self, _: &str, _: &str) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::{can_be_looked_for, says_something, words};

    #[test]
    fn words_that_every_text_has_are_not_looked_for() {
        let looked_for: Vec<_> = words("Teñido de algodón, con agua y the heat 42")
            .filter(|word| can_be_looked_for(word))
            .collect();
        assert_eq!(looked_for, ["Teñido", "algodón", "agua", "heat"]);
        assert!(says_something("an\u{303}ejo"));
        assert!(!says_something("de la con the and") && !says_something("¿…? 42"));
    }
}

//! The door of the engine: records in, matches and hits out.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

use crate::features::{Evidence, Reading, readings};
use crate::lexicon::{Document, Lexicon, Slot};
use crate::profile::{Labels, Profile, Side};
use crate::scian::Scian;
use crate::score::{Match, judge, shut_out, total};
use crate::weights::{Feature, Weights};
use crate::words::{Analysis, query};

/// Candidates are the records with the best texts…
const BEST_BY_TEXT: usize = 200;
/// … and, besides, so many that share a subsector.
const BEST_BY_SUBSECTOR: usize = 300;
/// Among a need's first ten offers …
const FIRST_PAGE: usize = 10;
/// … no institution has more than three, as long as others have any.
const OF_ONE_INSTITUTION: usize = 3;

/// Who reads the result of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// Searches public text (L0). Network text changes neither what is found nor its order.
    Anonymous,
    /// Searches public and network text (L0 and L1).
    Network,
}

/// A record found by [`Index::search`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    pub id: Uuid,
    pub side: Side,
    /// 1 to 10,000, comparable within one search. Whoever has more of the searched words has the
    /// higher score.
    pub score: u32,
}

/// Needs and offers, ready to be matched and searched. Holds copies only, so it can be thrown away
/// and rebuilt. The order in which records came in changes no answer.
pub struct Index {
    labels: Arc<dyn Labels>,
    weights: Weights,
    slots: HashMap<Uuid, Slot>,
    records: Vec<Option<Profile>>,
    /// What a pass over all records needs to know of each, close together in memory.
    standings: Vec<Standing>,
    free: BTreeSet<Slot>,
    subsectors: HashMap<String, BTreeSet<Slot>>,
    /// Two lexicons, so that not even the statistics of network text touch an anonymous search.
    public: Lexicon,
    network: Lexicon,
}

#[derive(Clone, Copy)]
struct Standing {
    id: Uuid,
    side: Side,
    open: bool,
    has_exclusions: bool,
}

impl Index {
    /// An empty index with the default weights.
    #[must_use]
    pub fn new(labels: Arc<dyn Labels>) -> Self {
        Self::with_weights(labels, Weights::default())
    }

    #[must_use]
    pub fn with_weights(labels: Arc<dyn Labels>, weights: Weights) -> Self {
        Self {
            labels,
            weights,
            slots: HashMap::new(),
            records: Vec::new(),
            standings: Vec::new(),
            free: BTreeSet::new(),
            subsectors: HashMap::new(),
            public: Lexicon::default(),
            network: Lexicon::default(),
        }
    }

    /// Takes a record in, in place of what was known under its id.
    pub fn upsert(&mut self, profile: Profile) {
        self.remove(profile.id);
        let slot = self.free.pop_first().unwrap_or(self.records.len());
        if slot == self.records.len() {
            self.records.push(None);
            self.standings.push(Standing::of(&profile));
        }
        self.slots.insert(profile.id, slot);
        self.standings[slot] = Standing::of(&profile);
        let mut analysis = Analysis::of(&profile.public_text);
        self.public.insert(slot, profile.side, &analysis);
        analysis.add(&profile.network_text);
        self.network.insert(slot, profile.side, &analysis);
        for subsector in subsectors(&profile) {
            self.subsectors.entry(subsector.to_owned()).or_default().insert(slot);
        }
        self.records[slot] = Some(profile);
    }

    /// Forgets a record; nothing happens if it is not known.
    pub fn remove(&mut self, id: Uuid) {
        let Some(slot) = self.slots.remove(&id) else { return };
        let Some(profile) = self.records[slot].take() else { return };
        self.public.remove(slot, profile.side);
        self.network.remove(slot, profile.side);
        for subsector in subsectors(&profile) {
            if let Some(slots) = self.subsectors.get_mut(subsector) {
                slots.remove(&slot);
            }
        }
        self.free.insert(slot);
    }

    #[must_use]
    pub fn get(&self, id: Uuid) -> Option<&Profile> {
        self.records[*self.slots.get(&id)?].as_ref()
    }

    /// How many records there are, of both sides.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The open records of the other side that suit `of` best, the highest score first, equal ones
    /// by id. `of` is judged as given: it may be a draft that the index does not know.
    ///
    /// Candidates are the 200 records with the best texts and at most 300 more that share a
    /// subsector. Of one institution at most three offers stand among a need's first ten, the rest
    /// follow, as long as there are others to take their places.
    #[must_use]
    pub fn matches(&self, of: &Profile, limit: usize) -> Vec<Match> {
        let analysis = whole_text(of);
        let document = self.network.read(&analysis);
        let mut ranked: Vec<(u32, &Profile, Slot)> = self
            .candidates(of, &document)
            .into_iter()
            .filter_map(|slot| {
                let other = self.records[slot].as_ref()?;
                let pair = Pair::of(of, &document, other, self.network.document(slot));
                Some((total(&self.readings(&pair), &self.weights), other, slot))
            })
            .collect();
        ranked.sort_unstable_by_key(|&(score, other, _)| (Reverse(score), other.id));
        if of.side == Side::Need {
            diversify(&mut ranked, |(_, offer, _)| offer.institution);
        }
        ranked
            .into_iter()
            .take(limit)
            .map(|(_, other, slot)| {
                let pair = Pair::of(of, &document, other, self.network.document(slot));
                match of.side {
                    Side::Need => self.explain(&pair, &analysis),
                    Side::Offer => self.explain(&pair, &whole_text(other)),
                }
            })
            .collect()
    }

    /// One pair, whether the index knows the two or not, and whether they are open or not: see
    /// [`Match::exclusions`].
    #[must_use]
    pub fn score(&self, need: &Profile, offer: &Profile) -> Match {
        let analysis = whole_text(need);
        let pair = Pair {
            need,
            offer,
            need_text: &self.network.read(&analysis),
            offer_text: &self.network.read(&whole_text(offer)),
        };
        self.explain(&pair, &analysis)
    }

    /// The records, open or not, that use at least one of the words of `text`, of one side or both:
    /// those with more of the words first, then by BM25, then by id. Empty if `text` has no usable
    /// word.
    #[must_use]
    pub fn search(&self, text: &str, reader: Reader, side: Option<Side>) -> Vec<Hit> {
        let lexicon = match reader {
            Reader::Anonymous => &self.public,
            Reader::Network => &self.network,
        };
        let sides = side.map_or(0..2, |side| side as usize..side as usize + 1);
        let mut found = lexicon.search(&query(text), sides);
        found.sort_unstable_by_key(|found| (Reverse(found.exact), self.standings[found.slot].id));
        found
            .into_iter()
            .map(|found| {
                let Standing { id, side, .. } = self.standings[found.slot];
                Hit { id, side, score: found.score }
            })
            .collect()
    }

    fn candidates(&self, of: &Profile, document: &Document) -> Vec<Slot> {
        let by_text = match of.side {
            Side::Need => self.network.answers_to(document),
            Side::Offer => self.network.asked_by(document),
        };
        let may_be_matched = |slot: Slot| {
            let standing = self.standings[slot];
            standing.open
                && standing.side == of.side.other()
                && ((!standing.has_exclusions && of.excluded_states.is_empty())
                    || self.records[slot].as_ref().is_some_and(|other| !shut_out(of, other)))
        };
        let rank = |slot: Slot| (Reverse(by_text[slot]), self.standings[slot].id, slot);

        let mut best: Vec<_> = (0..by_text.len())
            .filter(|&slot| by_text[slot] > 0 && may_be_matched(slot))
            .map(rank)
            .collect();
        keep_first(&mut best, BEST_BY_TEXT);
        let mut chosen: BTreeSet<Slot> = best.into_iter().map(|(_, _, slot)| slot).collect();

        let sharing: BTreeSet<Slot> = subsectors(of)
            .into_iter()
            .filter_map(|subsector| self.subsectors.get(subsector))
            .flatten()
            .copied()
            .filter(|&slot| !chosen.contains(&slot) && may_be_matched(slot))
            .collect();
        let mut sharing: Vec<_> = sharing.into_iter().map(rank).collect();
        keep_first(&mut sharing, BEST_BY_SUBSECTOR);
        chosen.extend(sharing.into_iter().map(|(_, _, slot)| slot));
        chosen.into_iter().collect()
    }

    /// All features with data. The words that carry the text are left to [`Self::explain`], since
    /// they cost more than the rest together.
    fn readings<'a>(&self, pair: &Pair<'a>) -> Vec<Reading<'a>> {
        let text = self.network.compare(pair.need_text, pair.offer_text).map(|value| Reading {
            feature: Feature::Text,
            value,
            evidence: Evidence::Words(Vec::new()),
        });
        text.into_iter().chain(readings(pair.need, pair.offer, &*self.labels)).collect()
    }

    fn explain(&self, pair: &Pair<'_>, need_text: &Analysis<'_>) -> Match {
        let mut readings = self.readings(pair);
        for reading in &mut readings {
            if let Evidence::Words(words) = &mut reading.evidence {
                *words = self.network.carriers(need_text, pair.offer_text);
            }
        }
        judge(pair.need, pair.offer, &readings, &self.weights, &*self.labels)
    }
}

impl fmt::Debug for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Index")
            .field("len", &self.len())
            .field("weights", &self.weights)
            .finish_non_exhaustive()
    }
}

impl Standing {
    fn of(profile: &Profile) -> Self {
        Self {
            id: profile.id,
            side: profile.side,
            open: profile.open,
            has_exclusions: !profile.excluded_states.is_empty(),
        }
    }
}

/// A need and an offer with their texts.
struct Pair<'a> {
    need: &'a Profile,
    offer: &'a Profile,
    need_text: &'a Document,
    offer_text: &'a Document,
}

impl<'a> Pair<'a> {
    fn of(
        one: &'a Profile,
        text: &'a Document,
        other: &'a Profile,
        other_text: &'a Document,
    ) -> Self {
        match one.side {
            Side::Need => Self { need: one, offer: other, need_text: text, offer_text: other_text },
            Side::Offer => {
                Self { need: other, offer: one, need_text: other_text, offer_text: text }
            }
        }
    }
}

fn whole_text(profile: &Profile) -> Analysis<'_> {
    Analysis::of(profile.public_text.iter().chain(&profile.network_text))
}

fn subsectors(profile: &Profile) -> BTreeSet<&str> {
    Scian::parse_all(&profile.sectors)
        .chain(Scian::parse_all(&profile.own_sectors))
        .filter_map(Scian::subsector)
        .collect()
}

/// Keeps the `count` smallest, in no particular order.
fn keep_first<T: Ord>(items: &mut Vec<T>, count: usize) {
    if items.len() > count {
        items.select_nth_unstable(count);
        items.truncate(count);
    }
}

/// Moves an institution's fourth and later items behind the first page, everything else in order.
fn diversify<T>(ranked: &mut Vec<T>, institution: impl Fn(&T) -> Option<Uuid>) {
    let mut seen: HashMap<Uuid, usize> = HashMap::new();
    let (mut first, mut rest) = (Vec::new(), Vec::new());
    for item in ranked.drain(..) {
        let room = match institution(&item) {
            _ if first.len() == FIRST_PAGE => false,
            None => true,
            Some(institution) => {
                let count = seen.entry(institution).or_default();
                *count += 1;
                *count <= OF_ONE_INSTITUTION
            }
        };
        if room { first.push(item) } else { rest.push(item) }
    }
    ranked.append(&mut first);
    ranked.append(&mut rest);
}

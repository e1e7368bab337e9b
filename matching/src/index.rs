//! The door of the engine: records in, matches and hits out.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

use crate::features::{Carrier, Evidence, Reading, readings, readings_alike};
use crate::lexicon::Slot;
use crate::profile::{Kind, Labels, Profile, Side};
use crate::score::{Match, exact, judge, shut_out};
use crate::texts::{Asker, Asks, Likeness, Scan, Text, Texts};
use crate::vectors::Best;
use crate::vocabulary::{Scratch, Vocabulary};
use crate::weights::{Feature, Weights};
use crate::words::{Written, count_sentences, words_of, words_of_search};

/// Candidates are the records that mean nearly the same, those that share words …
const BEST_BY_TEXT: usize = 100;
/// … and, besides, so many that share a subsector, as long as no more than …
const BEST_BY_SUBSECTOR: usize = 50;
/// … so many share it: among more, the text decides alone.
const LARGE_SUBSECTOR: usize = 20_000;
/// A search finds so many records of a kind at most that share a word with it …
const FOUND_BY_WORDS: usize = 1_000;
/// … and so many that mean nearly the same.
const FOUND_BY_MEANING: usize = 200;
/// … of which so many are judged in full.
const JUDGED: usize = 50;
/// What does not share a word is found from this likelihood on, in millionths.
const ABOUT_THE_SAME: u32 = 200_000;
/// Among a need's first ten answers …
const FIRST_PAGE: usize = 10;
/// … no institution has more than three, as long as others have any.
const OF_ONE_INSTITUTION: usize = 3;

/// Who reads the result of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
    pub kind: Kind,
    /// 0 to 10,000: how likely it is that the record is about what was searched.
    pub score: u32,
}

/// Records of all kinds, ready to be matched and searched. Holds copies only, so it can be thrown
/// away and rebuilt. The order in which records came in changes no answer.
pub struct Index {
    labels: Arc<dyn Labels>,
    weights: Weights,
    places: HashMap<Uuid, (Kind, Slot)>,
    shelves: [Shelf; Kind::ALL.len()],
    vocabulary: Vocabulary,
    /// Two of them, so that not even the statistics of network text touch an anonymous search.
    public: Texts,
    network: Texts,
}

/// The records of a kind.
#[derive(Debug, Default)]
struct Shelf {
    records: Vec<Option<Arc<Profile>>>,
    ids: Vec<Uuid>,
    /// What a pass over all records needs to know of each, close together in memory.
    standings: Vec<Standing>,
    free: BTreeSet<Slot>,
    /// In the order of slots.
    subsectors: HashMap<String, Vec<Slot>>,
}

#[derive(Clone, Copy, Debug)]
struct Standing {
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
            places: HashMap::new(),
            shelves: Default::default(),
            vocabulary: Vocabulary::default(),
            public: Texts::default(),
            network: Texts::default(),
        }
    }

    /// Chooses how records that mean the same are looked for.
    pub fn set_scan(&mut self, scan: Scan) {
        self.public.scan = scan;
        self.network.scan = scan;
    }

    /// Takes a record in, in place of what was known under its id.
    pub fn upsert(&mut self, profile: impl Into<Arc<Profile>>) {
        let profile = profile.into();
        self.remove(profile.id);
        let place = (profile.kind, self.shelves[profile.kind as usize].take_slot(&profile));
        let title = count_sentences(&profile.title);
        let public = words_of(profile.title.iter().chain(&profile.public_text));
        self.public.insert(place, (public, title), &mut self.vocabulary);
        self.network.insert(place, (whole_text(&profile), title), &mut self.vocabulary);
        self.places.insert(profile.id, place);
        let (kind, slot) = place;
        self.shelves[kind as usize].records[slot] = Some(profile);
    }

    /// Forgets a record; nothing happens if it is not known.
    pub fn remove(&mut self, id: Uuid) {
        let Some((kind, slot)) = self.places.remove(&id) else { return };
        self.public.remove((kind, slot), &self.vocabulary);
        self.network.remove((kind, slot), &self.vocabulary);
        self.shelves[kind as usize].give_back(slot);
    }

    #[must_use]
    pub fn get(&self, id: Uuid) -> Option<&Profile> {
        self.record(*self.places.get(&id)?)
    }

    /// How many records there are, of all kinds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// All records, in no particular order. Cheap to keep while the index changes.
    pub fn records(&self) -> impl Iterator<Item = &Arc<Profile>> {
        self.shelves.iter().flat_map(|of_kind| of_kind.records.iter().flatten())
    }

    /// The open records of a kind that suit `of` best, the highest score first, then the likest
    /// text, then by id. `of` is judged as given: it may be a draft that the index does not know.
    /// Empty where `kind` stands on the same side of the market: see [`Index::similar`].
    ///
    /// Candidates are the 100 records whose texts mean nearly the same, the 100 that share the most
    /// words, and at most 50 more that share a subsector. Of one institution at most three records
    /// stand among a need's first ten, the rest follow, as long as there are others to take their
    /// places.
    #[must_use]
    pub fn matches(&self, of: &Profile, kind: Kind, limit: usize) -> Vec<Match> {
        if of.kind.side() == kind.side() {
            return Vec::new();
        }
        self.best(of, kind, limit)
    }

    /// The open needs that are most like a need, the likest first, then by id; not the need itself.
    /// They are judged by text and sector alone. In a [`Match`] the other need stands as `offer`.
    #[must_use]
    pub fn similar(&self, need: &Profile, limit: usize) -> Vec<Match> {
        self.best(need, Kind::Need, limit)
    }

    fn best(&self, of: &Profile, kind: Kind, limit: usize) -> Vec<Match> {
        let mut scratch = Scratch::new(&self.vocabulary);
        let text = read(of, &mut scratch);
        let mut asker = Asker::new(&self.network, &scratch, text);
        let mut ranked: Vec<Candidate<'_>> = self
            .candidates(of, &asker, kind)
            .into_iter()
            .filter_map(|slot| {
                let other = self.record((kind, slot))?;
                let text = self.network.text((kind, slot));
                let likeness = asker.compare(&text, asks(of));
                let readings = self.readings(of, other, likeness);
                let score = exact(&readings, &self.weights);
                Some(Candidate { score, likeness, other, slot })
            })
            .collect();
        ranked.sort_unstable_by_key(|found| {
            (Reverse(found.score), Reverse(found.likeness), found.other.id)
        });
        if of.kind == Kind::Need && kind != Kind::Need {
            diversify(&mut ranked, |found| found.other.institution);
        }
        ranked.truncate(limit);
        let spelling = scratch.spelling(whole_text(of));
        ranked
            .into_iter()
            .map(|Candidate { likeness, other, slot, .. }| {
                let mut readings = self.readings(of, other, likeness);
                let text = self.network.text((kind, slot));
                let others = scratch.spelling(whole_text(other));
                tell_words(&mut readings, || asker.carriers(&text, asks(of), &spelling, &others));
                let (need, offer) = if asks(of) == Asks::Own { (of, other) } else { (other, of) };
                judge(need, offer, &readings, &self.weights, &*self.labels)
            })
            .collect()
    }

    /// One pair, whether the index knows the two or not, and whether they are open or not: see
    /// [`Match::exclusions`].
    #[must_use]
    pub fn score(&self, need: &Profile, offer: &Profile) -> Match {
        let mut scratch = Scratch::new(&self.vocabulary);
        let need_text = read(need, &mut scratch);
        let offer_text = read(offer, &mut scratch);
        let mut asker = Asker::new(&self.network, &scratch, need_text);
        let likeness = asker.compare(&offer_text, Asks::Own);
        let mut readings = self.readings(need, offer, likeness);
        let spelling = [need, offer].map(|profile| scratch.spelling(whole_text(profile)));
        let [of_need, of_offer] = &spelling;
        tell_words(&mut readings, || asker.carriers(&offer_text, Asks::Own, of_need, of_offer));
        judge(need, offer, &readings, &self.weights, &*self.labels)
    }

    /// The records, open or not, of these kinds, that a text finds: those that share a word with it,
    /// of a kind at most 1,000, and those that mean nearly the same, at most 200. The likest come
    /// first, equal ones by id. Of a kind the first 50 are judged as matches are; what follows is
    /// put behind them by an estimate. Empty if `text` has no usable word.
    #[must_use]
    pub fn search(&self, text: &str, reader: Reader, kinds: &[Kind]) -> Vec<Hit> {
        let texts = match reader {
            Reader::Anonymous => &self.public,
            Reader::Network => &self.network,
        };
        let mut scratch = Scratch::new(&self.vocabulary);
        let text = Texts::read((words_of_search(text), 0), &mut scratch);
        let mut asker = Asker::new(texts, &scratch, text);
        let mut found = Vec::new();
        for &kind in Kind::ALL.iter().filter(|kind| kinds.contains(kind)) {
            self.search_kind(&mut asker, texts, kind, &mut found);
        }
        found.sort_unstable_by_key(|hit| (Reverse(hit.score), hit.id));
        found
    }

    fn search_kind(&self, asker: &mut Asker<'_>, texts: &Texts, kind: Kind, found: &mut Vec<Hit>) {
        let ids = &self.shelves[kind as usize].ids;
        let id = |slot: Slot| ids[slot];
        let cosines = texts.cosines(asker, kind);
        let near = (kind, cosines.as_ref());
        let by_words: HashMap<Slot, i32> = texts
            .by_words(asker, kind, FOUND_BY_WORDS, id, |_| true)
            .into_iter()
            .map(|(gain, slot)| (slot, gain))
            .collect();
        let by_meaning = texts.by_meaning(asker, near, FOUND_BY_MEANING, id, |_| true);
        let all: BTreeSet<Slot> =
            by_meaning.into_iter().map(|(_, slot)| slot).chain(by_words.keys().copied()).collect();
        let ideal = asker.most_by_words();
        let mut guessed: Vec<(Reverse<Likeness>, Uuid, Slot)> = all
            .into_iter()
            .map(|slot| {
                let gain = by_words.get(&slot).copied().unwrap_or(0);
                let cosine = cosines.as_ref().map_or(0, |cosines| cosines.of(slot));
                (Reverse(Likeness::guess(cosine, gain, ideal)), id(slot), slot)
            })
            .collect();
        guessed.sort_unstable();
        let judged = guessed.len().min(JUDGED);
        let answers =
            |likeness: Likeness| likeness.shares_words || likeness.value() >= ABOUT_THE_SAME;
        let mut least = u32::MAX;
        for &(_, id, slot) in &guessed[..judged] {
            let likeness = asker.compare(&texts.text((kind, slot)), Asks::Own);
            if let Some(likeness) = likeness.filter(|likeness| answers(*likeness)) {
                least = least.min(likeness.points());
                found.push(Hit { id, kind, score: likeness.points() });
            }
        }
        // Whatever was only guessed stands behind what was judged.
        for &(Reverse(guess), id, _) in guessed[judged..].iter().filter(|guess| answers(guess.0.0))
        {
            found.push(Hit { id, kind, score: guess.points().min(least) });
        }
    }

    /// The texts of a kind that answer a need's text best, by one way of comparing them.
    pub(crate) fn ranking(
        &self,
        need: &Profile,
        kind: Kind,
        count: usize,
        method: Method,
    ) -> Vec<Uuid> {
        if method == Method::Engine {
            return self.matches(need, kind, count).iter().map(|found| found.offer).collect();
        }
        let mut scratch = Scratch::new(&self.vocabulary);
        let text = read(need, &mut scratch);
        let asker = Asker::new(&self.network, &scratch, text);
        let ids = &self.shelves[kind as usize].ids;
        let id = |slot: Slot| ids[slot];
        let mut found = if method == Method::Words {
            self.network.by_words(&asker, kind, count, id, |_| true)
        } else {
            let cosines = self.network.cosines(&asker, kind);
            self.network.by_meaning(&asker, (kind, cosines.as_ref()), count, id, |_| true)
        };
        found.sort_unstable_by_key(|&(score, slot)| (Reverse(score), id(slot)));
        found.into_iter().map(|(_, slot)| id(slot)).collect()
    }

    /// What the texts of a need and an offer have in common, before it is made a likelihood; `None`
    /// where one of them says nothing.
    pub(crate) fn compare(&self, need: &Profile, offer: &Profile) -> Option<f64> {
        let mut scratch = Scratch::new(&self.vocabulary);
        let need = read(need, &mut scratch);
        let offer = read(offer, &mut scratch);
        Asker::new(&self.network, &scratch, need).compare(&offer, Asks::Own).map(Likeness::sum)
    }

    fn record(&self, (kind, slot): (Kind, Slot)) -> Option<&Profile> {
        self.shelves[kind as usize].records.get(slot)?.as_deref()
    }

    fn candidates(&self, of: &Profile, asker: &Asker<'_>, kind: Kind) -> BTreeSet<Slot> {
        let of_kind = &self.shelves[kind as usize];
        let own = self.places.get(&of.id).filter(|place| place.0 == kind).map(|place| place.1);
        let may_be_matched = |slot: Slot| {
            let standing = of_kind.standings[slot];
            standing.open
                && Some(slot) != own
                && ((!standing.has_exclusions && of.excluded_states.is_empty())
                    || of_kind.records[slot].as_ref().is_some_and(|other| !shut_out(of, other)))
        };
        let id = |slot: Slot| of_kind.ids[slot];
        let texts = &self.network;
        let cosines = texts.cosines(asker, kind);
        let near = (kind, cosines.as_ref());
        let by_meaning = texts.by_meaning(asker, near, BEST_BY_TEXT, id, may_be_matched);
        let by_words = texts.by_words(asker, kind, BEST_BY_TEXT, id, may_be_matched);
        let chosen = by_meaning.into_iter().chain(by_words).map(|(_, slot)| slot);
        let mut chosen: BTreeSet<Slot> = chosen.collect();

        let mut sharing: Vec<Slot> = of
            .subsectors()
            .into_iter()
            .filter_map(|subsector| of_kind.subsectors.get(subsector))
            .filter(|slots| slots.len() <= LARGE_SUBSECTOR)
            .flatten()
            .copied()
            .filter(|slot| !chosen.contains(slot))
            .collect();
        sharing.sort_unstable();
        sharing.dedup();
        let mut others = Best::new(BEST_BY_SUBSECTOR, id);
        for slot in sharing {
            // A sector is shared by what means something else too.
            let near = cosines.as_ref().map_or(0, |cosines| cosines.of(slot));
            others.offer(near.max(0) + 1, slot, may_be_matched);
        }
        chosen.extend(others.done().into_iter().map(|(_, slot)| slot));
        chosen
    }

    /// All features with data, without the words that carry the text.
    fn readings<'a>(
        &self,
        of: &'a Profile,
        other: &'a Profile,
        likeness: Option<Likeness>,
    ) -> Vec<Reading<'a>> {
        let text = likeness.map(|likeness| Reading {
            feature: Feature::Text,
            value: likeness.value(),
            evidence: Evidence::Words(Vec::new()),
        });
        let labels = &*self.labels;
        let rest: Vec<Reading<'a>> = match (of.kind.side(), other.kind.side()) {
            (Side::Need, Side::Offer) => readings(of, other, labels).collect(),
            (Side::Offer, Side::Need) => readings(other, of, labels).collect(),
            // Two that look for the same, or offer it.
            _ => readings_alike(of, other).into_iter().collect(),
        };
        text.into_iter().chain(rest).collect()
    }
}

/// Puts the words that carry the text into its evidence: telling them costs more than weighing them.
fn tell_words(readings: &mut [Reading<'_>], carriers: impl FnOnce() -> Vec<Carrier>) {
    for reading in readings {
        if let Evidence::Words(words) = &mut reading.evidence {
            *words = carriers();
            return;
        }
    }
}

/// Two ways beside the engine's, to compare it with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// As records are matched.
    Engine,
    /// BM25 alone.
    Words,
    /// The cosine of the embeddings alone.
    Meaning,
}

struct Candidate<'a> {
    score: u128,
    likeness: Option<Likeness>,
    other: &'a Profile,
    slot: Slot,
}

fn asks(of: &Profile) -> Asks {
    match of.kind.side() {
        Side::Need => Asks::Own,
        Side::Offer => Asks::Other,
    }
}

impl Shelf {
    /// A place for a record, with what is known of it beside its text.
    fn take_slot(&mut self, profile: &Profile) -> Slot {
        let standing =
            Standing { open: profile.open, has_exclusions: !profile.excluded_states.is_empty() };
        let slot = self.free.pop_first().unwrap_or(self.records.len());
        if slot == self.records.len() {
            self.records.push(None);
            self.ids.push(profile.id);
            self.standings.push(standing);
        }
        self.ids[slot] = profile.id;
        self.standings[slot] = standing;
        for subsector in profile.subsectors() {
            let slots = self.subsectors.entry(subsector.to_owned()).or_default();
            if let Err(place) = slots.binary_search(&slot) {
                slots.insert(place, slot);
            }
        }
        slot
    }

    fn give_back(&mut self, slot: Slot) {
        let Some(profile) = self.records[slot].take() else { return };
        for subsector in profile.subsectors() {
            if let Some(slots) = self.subsectors.get_mut(subsector)
                && let Ok(place) = slots.binary_search(&slot)
            {
                slots.remove(place);
            }
        }
        self.free.insert(slot);
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

fn read(profile: &Profile, scratch: &mut Scratch<'_>) -> Text<'static> {
    Texts::read((whole_text(profile), count_sentences(&profile.title)), scratch)
}

fn whole_text(profile: &Profile) -> impl Iterator<Item = Written<'_>> {
    let public = profile.title.iter().chain(&profile.public_text);
    words_of(public.chain(&profile.network_text))
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

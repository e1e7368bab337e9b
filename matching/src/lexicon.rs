//! BM25 over an inverted index.
//!
//! The two languages are two fields of a document, each with its own length, average and document
//! frequencies. A term of the need (a stem, see `words`) found in an offer's passages of the same
//! language counts in full; found only in the other language, a cognate or a code, it counts
//! [`ACROSS`]. For each language the need is written in,
//!
//! ```text
//! found = sum over its terms of  idf · max(saturation in it, ACROSS · saturation in the other)
//! ideal = sum over its terms of  idf · (K1 + 1)         every term there, frequency saturated
//! text  = found / ideal, the best of the need's languages
//! ```
//!
//! with `idf = ln(1 + (N - n + 0.5) / (n + 0.5))`, N and n counted over the needs and offers that
//! have text in that language: what every need says ("buscamos") is then common, and weighs little.
//! Dividing by the ideal, not by the best hit, keeps the best of ten bad offers bad.
//!
//! Each term's share is rounded to an integer before it is added up, so that no sum depends on the
//! order of its terms.

use std::collections::HashMap;
use std::ops::Range;

use crate::basis::ratio;
use crate::profile::{Language, Side};
use crate::words::Analysis;

/// The name of this way to compare texts, kept beside every stored match: text values of different
/// models cannot be compared.
pub const MODEL_VERSION: &str = "bm25-1";

const K1: f64 = 1.2;
const B: f64 = 0.75;
/// What a term is worth that was found in the other language only.
const ACROSS: f64 = 0.3;

/// Terms by number, in the order in which they were first met. Numbers never reach an answer.
type TermId = u32;

/// A place of the index: its documents are numbered from 0, freed numbers are used again.
pub(crate) type Slot = usize;

/// Documents and where their terms are found.
#[derive(Debug, Default)]
pub(crate) struct Lexicon {
    /// Grows with the vocabulary; a term that no document uses any more keeps its number.
    ids: HashMap<Box<str>, TermId>,
    terms: Vec<Term>,
    documents: Vec<Document>,
    /// The lengths of `documents`, close together in memory for the passes over postings.
    lengths: Vec<[u32; 2]>,
    collections: [Collection; 2],
}

#[derive(Debug, Default)]
struct Term {
    /// Who uses the term, by side, in the order of slots.
    postings: [Vec<Posting>; 2],
    /// How many documents use it, by language.
    frequency: [u32; 2],
}

#[derive(Clone, Copy, Debug)]
struct Posting {
    slot: u32,
    counts: [u8; 2],
}

/// All documents with text in one language.
#[derive(Debug, Default)]
struct Collection {
    documents: u32,
    words: u64,
}

/// A text as the lexicon knows it.
#[derive(Debug, Default)]
pub(crate) struct Document {
    /// Each term once with its counts by language, in the order of ids.
    terms: Vec<(TermId, [u8; 2])>,
    /// Terms that the lexicon has never met, by language: nothing has them, but they are asked for.
    unknown: [u32; 2],
    /// Words, by language.
    lengths: [u32; 2],
}

impl Document {
    fn counts(&self, term: TermId) -> [u8; 2] {
        self.terms
            .binary_search_by_key(&term, |&(id, _)| id)
            .map_or([0; 2], |found| self.terms[found].1)
    }

    fn terms_in(&self, language: Language) -> impl Iterator<Item = TermId> {
        self.terms
            .iter()
            .filter(move |(_, counts)| counts[language as usize] > 0)
            .map(|&(id, _)| id)
    }

    fn is_empty(&self) -> bool {
        self.lengths == [0; 2]
    }
}

/// A document found by a search.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    pub(crate) slot: Slot,
    /// To compare the documents of one search by.
    pub(crate) exact: u64,
    /// The same in basis points.
    pub(crate) score: u32,
}

/// BM25's saturation for one language, with the average length already in it.
#[derive(Clone, Copy, Debug)]
struct Saturation {
    at_no_length: f64,
    per_word: f64,
}

impl Saturation {
    /// 0 to K1 + 1, which is never reached.
    fn of(self, count: u8, length: u32) -> f64 {
        if count == 0 {
            return 0.0;
        }
        let count = f64::from(count);
        count * (K1 + 1.0) / (count + self.at_no_length + self.per_word * f64::from(length))
    }
}

impl Lexicon {
    pub(crate) fn insert(&mut self, slot: Slot, side: Side, analysis: &Analysis<'_>) {
        let mut document = Document { lengths: analysis.lengths, ..Document::default() };
        for (stem, usage) in &analysis.terms {
            let id = self.learn(stem);
            document.terms.push((id, usage.counts));
            let term = &mut self.terms[id as usize];
            let postings = &mut term.postings[side as usize];
            let place = postings.partition_point(|posting| (posting.slot as usize) < slot);
            postings.insert(place, Posting { slot: number(slot), counts: usage.counts });
            for (frequency, count) in term.frequency.iter_mut().zip(usage.counts) {
                *frequency += u32::from(count > 0);
            }
        }
        document.terms.sort_unstable();
        for (collection, length) in self.collections.iter_mut().zip(document.lengths) {
            collection.documents += u32::from(length > 0);
            collection.words += u64::from(length);
        }
        if self.documents.len() <= slot {
            self.documents.resize_with(slot + 1, Document::default);
            self.lengths.resize(slot + 1, [0; 2]);
        }
        self.lengths[slot] = document.lengths;
        self.documents[slot] = document;
    }

    pub(crate) fn remove(&mut self, slot: Slot, side: Side) {
        let Some(document) = self.documents.get_mut(slot).map(std::mem::take) else { return };
        for (id, counts) in document.terms {
            let term = &mut self.terms[id as usize];
            let postings = &mut term.postings[side as usize];
            if let Ok(place) = postings.binary_search_by_key(&number(slot), |posting| posting.slot)
            {
                postings.remove(place);
            }
            for (frequency, count) in term.frequency.iter_mut().zip(counts) {
                *frequency -= u32::from(count > 0);
            }
        }
        for (collection, length) in self.collections.iter_mut().zip(document.lengths) {
            collection.documents -= u32::from(length > 0);
            collection.words -= u64::from(length);
        }
    }

    pub(crate) fn document(&self, slot: Slot) -> &Document {
        &self.documents[slot]
    }

    /// A text that need not be in the index, seen with the index's statistics.
    pub(crate) fn read(&self, analysis: &Analysis<'_>) -> Document {
        let mut document = Document { lengths: analysis.lengths, ..Document::default() };
        for (stem, usage) in &analysis.terms {
            if let Some(&id) = self.ids.get(stem.as_str()) {
                document.terms.push((id, usage.counts));
            } else {
                for (unknown, count) in document.unknown.iter_mut().zip(usage.counts) {
                    *unknown += u32::from(count > 0);
                }
            }
        }
        document.terms.sort_unstable();
        document
    }

    /// The text value of a pair, in basis points; `None` if one of them has no usable word.
    pub(crate) fn compare(&self, need: &Document, offer: &Document) -> Option<u32> {
        if need.is_empty() || offer.is_empty() {
            return None;
        }
        let best = self.best_language(need, offer);
        Some(ratio(self.found(need, offer, best), self.ideal(need, best)))
    }

    /// The words that carry the text value, as the need wrote them: the weightiest three, and up to
    /// two more that carry at least a tenth each.
    pub(crate) fn carriers(&self, need: &Analysis<'_>, offer: &Document) -> Vec<String> {
        let language = self.best_language(&self.read(need), offer);
        let saturations = self.saturations();
        let mut found: Vec<(u64, &str)> = need
            .terms
            .iter()
            .filter(|(_, usage)| usage.counts[language as usize] > 0)
            .filter_map(|(stem, usage)| {
                let &id = self.ids.get(stem.as_str())?;
                let gain = self.gain(id, language, offer.counts(id), offer.lengths, saturations);
                (gain > 0).then_some((gain, usage.written[language as usize]))
            })
            .collect();
        found.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
        let total: u64 = found.iter().map(|&(gain, _)| gain).sum();
        found
            .into_iter()
            .enumerate()
            .take(5)
            .take_while(|&(place, (gain, _))| place < 3 || 10 * gain >= total)
            .map(|(_, (_, word))| word.to_owned())
            .collect()
    }

    /// For each slot how well its offer's text answers the need, to compare slots by; 0 where they
    /// share no word.
    pub(crate) fn answers_to(&self, need: &Document) -> Vec<u64> {
        let mut best = vec![0; self.documents.len()];
        let saturations = self.saturations();
        for language in Language::ALL {
            let mut found = vec![0; self.documents.len()];
            for id in need.terms_in(language) {
                let idf = self.idf(id, language);
                for posting in &self.terms[id as usize].postings[Side::Offer as usize] {
                    let slot = posting.slot as usize;
                    let lengths = self.lengths[slot];
                    found[slot] += worth(idf, language, posting.counts, lengths, saturations);
                }
            }
            let ideal = self.ideal(need, language);
            keep_best(&mut best, &found, |_| ideal);
        }
        best
    }

    /// For each slot how well the offer's text answers the need there, to compare slots by; 0 where
    /// they share no word. Divided by the number of the need's terms, not by its ideal, which would
    /// have to be computed for every need: good enough to choose candidates.
    pub(crate) fn asked_by(&self, offer: &Document) -> Vec<u64> {
        let mut best = vec![0; self.documents.len()];
        let saturations = self.saturations();
        for language in Language::ALL {
            let mut found = vec![0; self.documents.len()];
            for &(id, counts) in &offer.terms {
                let gain = self.gain(id, language, counts, offer.lengths, saturations);
                for posting in &self.terms[id as usize].postings[Side::Need as usize] {
                    if posting.counts[language as usize] > 0 {
                        found[posting.slot as usize] += gain;
                    }
                }
            }
            keep_best(&mut best, &found, |slot| {
                self.documents[slot].terms_in(language).map(|_| u64::from(UNIT)).sum()
            });
        }
        best
    }

    /// The slots of one side, or of both, that use at least one of the words, in the order of slots.
    /// Their score is one part for each word found, and what BM25 finds of all words for one part
    /// more: so whoever has more of the words stands higher.
    pub(crate) fn search(&self, words: &[[String; 2]], sides: Range<usize>) -> Vec<Found> {
        let saturations = self.saturations();
        let (mut ideal, mut touched) = (0, Vec::new());
        let mut hits = vec![(0_u64, 0_u64); self.documents.len()];
        let mut of_word = vec![0; self.documents.len()];
        for stems in words {
            let mut ideal_of_word = 0;
            for (language, stem) in Language::ALL.into_iter().zip(stems) {
                let id = self.ids.get(stem.as_str());
                let idf = id.map_or_else(|| self.idf_of(0, language), |&id| self.idf(id, language));
                ideal_of_word = ideal_of_word.max(micro(idf * (K1 + 1.0)));
                let Some(&id) = id else { continue };
                for posting in self.terms[id as usize].postings[sides.clone()].iter().flatten() {
                    let slot = posting.slot as usize;
                    let i = language as usize;
                    let length = self.lengths[slot][i];
                    let gain = micro(idf * saturations[i].of(posting.counts[i], length));
                    if gain > 0 {
                        if of_word[slot] == 0 {
                            touched.push(slot);
                        }
                        of_word[slot] = gain.max(of_word[slot]);
                    }
                }
            }
            ideal += ideal_of_word;
            for slot in touched.drain(..) {
                let (found, carried) = &mut hits[slot];
                *found += 1;
                *carried += std::mem::take(&mut of_word[slot]);
            }
        }
        let parts = words.len() as u64 + 1;
        hits.into_iter()
            .enumerate()
            .filter(|(_, (found, _))| *found > 0)
            .map(|(slot, (found, carried))| {
                let exact = found * ideal + carried;
                Found { slot, exact, score: ratio(exact, parts * ideal) }
            })
            .collect()
    }

    fn learn(&mut self, stem: &str) -> TermId {
        if let Some(&id) = self.ids.get(stem) {
            return id;
        }
        let id = number(self.terms.len());
        self.ids.insert(stem.into(), id);
        self.terms.push(Term::default());
        id
    }

    /// The language in which the need is answered best, Spanish if equally.
    fn best_language(&self, need: &Document, offer: &Document) -> Language {
        let [spanish, english] = Language::ALL.map(|language| {
            (u128::from(self.found(need, offer, language)), u128::from(self.ideal(need, language)))
        });
        // spanish.0 / spanish.1 < english.0 / english.1, and a need may lack either language.
        let english_is_better =
            english.1 > 0 && (spanish.1 == 0 || spanish.0 * english.1 < english.0 * spanish.1);
        if english_is_better { Language::English } else { Language::Spanish }
    }

    fn found(&self, need: &Document, offer: &Document, language: Language) -> u64 {
        let saturations = self.saturations();
        need.terms_in(language)
            .map(|id| self.gain(id, language, offer.counts(id), offer.lengths, saturations))
            .sum()
    }

    fn ideal(&self, need: &Document, language: Language) -> u64 {
        let never_met = micro(self.idf_of(0, language) * (K1 + 1.0));
        let known: u64 =
            need.terms_in(language).map(|id| micro(self.idf(id, language) * (K1 + 1.0))).sum();
        known + u64::from(need.unknown[language as usize]) * never_met
    }

    fn gain(
        &self,
        id: TermId,
        language: Language,
        counts: [u8; 2],
        lengths: [u32; 2],
        saturations: [Saturation; 2],
    ) -> u64 {
        if counts == [0; 2] {
            return 0;
        }
        worth(self.idf(id, language), language, counts, lengths, saturations)
    }

    fn idf(&self, id: TermId, language: Language) -> f64 {
        self.idf_of(self.terms[id as usize].frequency[language as usize], language)
    }

    fn idf_of(&self, frequency: u32, language: Language) -> f64 {
        let documents = f64::from(self.collections[language as usize].documents);
        let frequency = f64::from(frequency);
        (1.0 + (documents - frequency + 0.5) / (frequency + 0.5)).ln()
    }

    fn saturations(&self) -> [Saturation; 2] {
        self.collections.each_ref().map(|collection| Saturation {
            at_no_length: K1 * (1.0 - B),
            per_word: K1 * B / average(collection),
        })
    }
}

/// What a term of the need is worth in an offer.
fn worth(
    idf: f64,
    language: Language,
    counts: [u8; 2],
    lengths: [u32; 2],
    saturations: [Saturation; 2],
) -> u64 {
    let found_in = |language: Language| {
        let i = language as usize;
        saturations[i].of(counts[i], lengths[i])
    };
    micro(idf * found_in(language).max(ACROSS * found_in(language.other())))
}

/// Raises each slot of `best` to `found / ideal` in millionths.
fn keep_best(best: &mut [u64], found: &[u64], ideal: impl Fn(Slot) -> u64) {
    for (slot, (best, &found)) in best.iter_mut().zip(found).enumerate() {
        if found > 0 {
            *best = (*best).max(found * u64::from(UNIT) / ideal(slot).max(1));
        }
    }
}

/// Scores are added up in millionths.
const UNIT: u32 = 1_000_000;

/// `score` is never negative, and below 100: an idf is at most ln(2^33), a saturation below 2.2.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn micro(score: f64) -> u64 {
    (score * f64::from(UNIT) + 0.5) as u64
}

/// The mean length, exact up to 2^53 words; 1 while there is nothing to take the mean of.
#[expect(clippy::cast_precision_loss)]
fn average(collection: &Collection) -> f64 {
    (collection.words as f64 / f64::from(collection.documents.max(1))).max(1.0)
}

/// Slots and terms are counted in memory, where four thousand million of them do not fit.
fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

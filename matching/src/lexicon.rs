//! Terms: who uses them, and how rare they are.
//!
//! The two languages are two fields of a document, each with its own length, average and document
//! frequencies. A term's weight in a language is `idf = ln(1 + (N - n + 0.5) / (n + 0.5))`, N and n
//! counted over all records that have text in that language, and a hundred texts besides of which one
//! uses the term: what every need says ("buscamos") is then common, and weighs little.

use crate::basis::{float, millionths};
use crate::profile::{Kind, Language};
use crate::vocabulary::TermId;

/// A place of the index: the documents of a kind are numbered from 0, freed numbers are used again.
pub(crate) type Slot = usize;

/// Beside the texts that are known, so many are assumed, one of which uses the word: otherwise three
/// texts would say what is rare.
const ASSUMED: f64 = 100.0;
const K1: f64 = 1.2;
const B: f64 = 0.75;

/// Terms and where they are used.
#[derive(Debug, Default)]
pub(crate) struct Lexicon {
    terms: Vec<Term>,
    collections: [Collection; 2],
}

#[derive(Debug, Default)]
struct Term {
    /// Who uses the term, by kind, in the order of slots.
    postings: [Vec<Posting>; Kind::ALL.len()],
    /// How many documents use it, by language.
    frequency: [u32; 2],
}

/// A document that uses a term, and how often in each language.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Posting {
    slot: u32,
    pub(crate) counts: [u8; 2],
}

impl Posting {
    pub(crate) fn slot(self) -> Slot {
        self.slot as usize
    }
}

/// All documents with text in one language.
#[derive(Debug, Default)]
struct Collection {
    documents: u32,
    words: u64,
}

/// BM25's saturation for one language, with the average length already in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Saturation {
    at_no_length: f64,
    per_word: f64,
}

impl Saturation {
    /// 0 to 1, which is never reached.
    pub(crate) fn of(self, count: u8, length: u16) -> f64 {
        let count = f64::from(count);
        count / (count + self.at_no_length + self.per_word * f64::from(length))
    }
}

impl Lexicon {
    /// Counts a document in.
    pub(crate) fn add(
        &mut self,
        (kind, slot): (Kind, Slot),
        uses: impl IntoIterator<Item = (TermId, [u8; 2])>,
        lengths: [u16; 2],
    ) {
        for (id, counts) in uses {
            if self.terms.len() <= id as usize {
                self.terms.resize_with(id as usize + 1, Term::default);
            }
            let term = &mut self.terms[id as usize];
            let postings = &mut term.postings[kind as usize];
            let place = postings.partition_point(|posting| posting.slot() < slot);
            postings.insert(place, Posting { slot: number(slot), counts });
            for (frequency, count) in term.frequency.iter_mut().zip(counts) {
                *frequency += u32::from(count > 0);
            }
        }
        for (collection, length) in self.collections.iter_mut().zip(lengths) {
            collection.documents += u32::from(length > 0);
            collection.words += u64::from(length);
        }
    }

    /// Counts a document out that was counted in with these uses and lengths.
    pub(crate) fn take(
        &mut self,
        (kind, slot): (Kind, Slot),
        uses: impl IntoIterator<Item = (TermId, [u8; 2])>,
        lengths: [u16; 2],
    ) {
        for (id, counts) in uses {
            let term = &mut self.terms[id as usize];
            let postings = &mut term.postings[kind as usize];
            if let Ok(place) = postings.binary_search_by_key(&slot, |posting| posting.slot()) {
                postings.remove(place);
            }
            for (frequency, count) in term.frequency.iter_mut().zip(counts) {
                *frequency -= u32::from(count > 0);
            }
        }
        for (collection, length) in self.collections.iter_mut().zip(lengths) {
            collection.documents -= u32::from(length > 0);
            collection.words -= u64::from(length);
        }
    }

    /// Who uses a term.
    pub(crate) fn users(&self, term: TermId, kind: Kind) -> &[Posting] {
        self.terms.get(term as usize).map_or(&[], |term| &term.postings[kind as usize])
    }

    /// How much a term weighs in a language, or, where nothing is written in it, in the other one;
    /// a term that was never met weighs the most.
    pub(crate) fn idf(&self, term: TermId, language: Language) -> f64 {
        let i = language as usize;
        let i = if self.collections[i].documents > 0 { i } else { language.other() as usize };
        let documents = ASSUMED + f64::from(self.collections[i].documents);
        let frequency =
            1.0 + self.terms.get(term as usize).map_or(0.0, |term| f64::from(term.frequency[i]));
        // The platform's own logarithm may differ in the last place.
        libm::log(1.0 + (documents - frequency + 0.5) / (frequency + 0.5))
    }

    /// How often a term must be used for half of what using it can give, in a text with so many
    /// words: millionths.
    pub(crate) fn half(&self, words: i64) -> i64 {
        let [spanish, english] = &self.collections;
        let both = Collection {
            documents: spanish.documents + english.documents,
            words: spanish.words + english.words,
        };
        millionths(K1 * (1.0 - B + B * float(words) / average(&both)))
    }

    /// By language.
    pub(crate) fn saturations(&self) -> [Saturation; 2] {
        self.collections.each_ref().map(|collection| Saturation {
            at_no_length: K1 * (1.0 - B),
            per_word: K1 * B / average(collection),
        })
    }
}

/// The mean length, exact up to 2^53 words; 1 while there is nothing to take the mean of.
#[expect(clippy::cast_precision_loss)]
fn average(collection: &Collection) -> f64 {
    (collection.words as f64 / f64::from(collection.documents.max(1))).max(1.0)
}

/// Slots and terms are counted in memory, where four thousand million of them do not fit.
pub(crate) fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

//! What an offer's words mean together, as one reads who asks.
//!
//! What is asked for is not held against an offer: such a word counts once, however often it is
//! repeated, and with that weight of 0 to 1 that suits the need best. So whoever adds a word that is
//! asked for comes no farther away, and whoever repeats one comes no nearer.

#![expect(
    clippy::inline_always,
    reason = "what is not inlined is not compiled for the wide instructions"
)]

use pulp::{Arch, WithSimd};

use crate::basis::{UNIT, millionths};
use crate::vectors::{Meaning, Sum, Vector};

/// So many words that are asked for are given weights of their own, further ones the whole.
const MOST_WEIGHED: usize = 32;
/// They are settled when a round brings no more than this, …
const SETTLED: f64 = 1e-7;
/// … or after so many rounds.
const MOST_ROUNDS: usize = 100;

/// A word of an offer.
#[derive(Clone, Copy)]
pub(crate) struct Said<'a> {
    pub(crate) meaning: &'a Meaning,
    pub(crate) count: u8,
    pub(crate) is_asked_for: bool,
}

/// The cosines of a need's meaning with an offer and with each of its sentences, in millionths.
pub(crate) struct Understood {
    pub(crate) whole: i32,
    pub(crate) sentences: Vec<i32>,
}

/// Reads an offer, given by its sentences, as whoever has this need.
pub(crate) fn read(need: &Vector, sentences: &[Vec<Said<'_>>]) -> Understood {
    let need = Meaning { direction: *need, length: 1.0 };
    Arch::new().dispatch(Read { need: &need, sentences })
}

struct Read<'a> {
    need: &'a Meaning,
    sentences: &'a [Vec<Said<'a>>],
}

impl WithSimd for Read<'_> {
    type Output = Understood;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> Understood {
        let Self { need, sentences } = self;
        if let [only] = sentences {
            let whole = Reading::of(only).cosine(need);
            return Understood { whole, sentences: vec![whole] };
        }
        let mut whole = Reading::default();
        let mut cosines = Vec::with_capacity(sentences.len());
        for sentence in sentences {
            let sentence = Reading::of(sentence);
            whole.add_all(&sentence);
            cosines.push(sentence.cosine(need));
        }
        Understood { whole: whole.cosine(need), sentences: cosines }
    }
}

/// A text or a sentence on its way to a cosine.
#[derive(Default)]
struct Reading<'a> {
    rest: Sum,
    has_rest: bool,
    asked_for: Vec<&'a Meaning>,
}

impl<'a> Reading<'a> {
    #[inline(always)]
    fn of(words: &[Said<'a>]) -> Self {
        let mut reading = Self::default();
        for said in words {
            if said.is_asked_for {
                reading.meet(said.meaning);
            } else {
                reading.rest.add(said.meaning, said.count);
                reading.has_rest = true;
            }
        }
        reading
    }

    #[inline(always)]
    fn add_all(&mut self, sentence: &Self) {
        for meaning in &sentence.asked_for {
            self.meet(meaning);
        }
        self.rest.add_all(&sentence.rest);
        self.has_rest |= sentence.has_rest;
    }

    /// Takes a word in that is asked for; one that was said before is not said again.
    #[inline(always)]
    fn meet(&mut self, meaning: &'a Meaning) {
        if self.asked_for.iter().any(|known| std::ptr::eq(*known, meaning)) {
            return;
        }
        if self.asked_for.len() < MOST_WEIGHED {
            self.asked_for.push(meaning);
        } else {
            self.rest.add(meaning, 1);
            self.has_rest = true;
        }
    }

    /// The cosine with a need's meaning, in millionths, 0 instead of less: its most over all weights.
    #[inline(always)]
    fn cosine(&self, need: &Meaning) -> i32 {
        let rest = self.has_rest.then_some(&self.rest);
        let highest = Ascent::new(need, rest, &self.asked_for).highest();
        i32::try_from(millionths(highest)).unwrap_or(UNIT.cast_signed())
    }
}

/// The way to the weights with which a sum of words points most toward a need. Where the cosine is
/// positive it has one summit alone, so going up one weight after the other leads there.
struct Ascent {
    weights: Vec<f64>,
    /// Products of each word with the need, and with each word.
    toward: Vec<f64>,
    products: Vec<Vec<f64>>,
    /// Products of the weighted sum with the need, with itself, and with each word.
    along: f64,
    square: f64,
    with: Vec<f64>,
}

impl Ascent {
    #[inline(always)]
    fn new(need: &Meaning, rest: Option<&Sum>, words: &[&Meaning]) -> Self {
        let mut start = Self {
            weights: vec![0.0; words.len()],
            toward: vec![0.0; words.len()],
            products: vec![vec![0.0; words.len()]; words.len()],
            along: 0.0,
            square: 0.0,
            with: vec![0.0; words.len()],
        };
        if let Some(rest) = rest {
            start.along = rest.times(need);
            start.square = rest.square();
        }
        // Loops, not closures: these must be compiled for the wide instructions too.
        for (i, word) in words.iter().enumerate() {
            start.toward[i] = need.times(word);
            if let Some(rest) = rest {
                start.with[i] = rest.times(word);
            }
            for (j, other) in words[..=i].iter().enumerate() {
                let product = word.times(other);
                start.products[i][j] = product;
                start.products[j][i] = product;
            }
        }
        for i in 0..words.len() {
            if start.toward[i] > 0.0 {
                start.weigh(i, 1.0);
            }
        }
        start
    }

    fn weigh(&mut self, word: usize, weight: f64) {
        let step = weight - self.weights[word];
        (self.along, self.square) = self.after(word, step);
        self.weights[word] = weight;
        for (with, product) in self.with.iter_mut().zip(&self.products[word]) {
            *with += step * product;
        }
    }

    /// The products of the weighted sum with the need and with itself, were one weight changed.
    fn after(&self, word: usize, step: f64) -> (f64, f64) {
        let own = self.products[word][word];
        (
            self.along + step * self.toward[word],
            self.square + step * (2.0 * self.with[word] + step * own),
        )
    }

    /// The best weight of a word while the others keep theirs: where the slope of
    /// (along + step toward) / sqrt(square + 2 step with + step² product) is 0.
    fn best_weight(&self, word: usize) -> f64 {
        let (toward, with) = (self.toward[word], self.with[word]);
        let rise = toward * self.square - self.along * with;
        let bend = self.along * self.products[word][word] - toward * with;
        let step = if bend > 0.0 { rise / bend } else { rise.signum() };
        (self.weights[word] + step).clamp(0.0, 1.0)
    }

    /// The highest cosine, 0 where there is none above it.
    fn highest(mut self) -> f64 {
        let cosine = |(along, square): (f64, f64)| {
            if square > 0.0 { along / libm::sqrt(square) } else { 0.0 }
        };
        let mut highest = cosine((self.along, self.square));
        if highest <= 0.0 {
            return 0.0;
        }
        for _ in 0..MOST_ROUNDS {
            let before = highest;
            for word in 0..self.weights.len() {
                let weight = self.best_weight(word);
                // Where two words mean the same, rounding leads anywhere.
                let reached = cosine(self.after(word, weight - self.weights[word]));
                if reached > highest {
                    self.weigh(word, weight);
                    highest = reached;
                }
            }
            if highest - before <= SETTLED {
                break;
            }
        }
        highest
    }
}

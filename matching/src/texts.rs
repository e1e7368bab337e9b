//! Texts of records: how alike two are, and which of many are worth a look.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::rc::Rc;

use crate::basis::{UNIT, float, millionths, ratio};
use crate::features::Carrier;
use crate::lexicon::{Lexicon, Slot, number};
use crate::profile::{Kind, Language};
use crate::reading::{Said, Understood, read};
use crate::vectors::{Best, Cosines, Matrix, Sum, Vector, cosines};
use crate::vocabulary::{Scratch, Spelling, TermId, Vocabulary, Word, WordId};
use crate::words::Written;

/// The name of this way to compare texts, kept beside every stored match: text values of different
/// models cannot be compared.
pub const MODEL_VERSION: &str = "es-en-static-1";

/// How near two forms of one word are: the whole, in millionths.
const SAME: i32 = UNIT.cast_signed();
const WHOLE: i64 = UNIT as i64;
/// From here on two words are told as near: of words that have nothing to do with each other, one
/// pair in a thousand is as near as that.
const NEAR: i32 = 400_000;
/// From a likeness to a likelihood: fitted to the public set by `Collection::calibrate`, which gives
/// 3.33 and -8.06.
const SLOPE: f64 = 3.3;
const INTERCEPT: f64 = 8.0;
/// Of rare words, so many uses are looked at to find whoever shares words.
const MOST_USES: usize = 50_000;

/// How texts of the same meaning are looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scan {
    /// Beyond 150,000 records of a kind, a quarter of the columns says which records are compared in
    /// full; up to there as [`Scan::Exact`].
    #[default]
    BestHeads,
    /// All columns of all records, to measure what the other way misses.
    Exact,
}

/// A text as the engine knows it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Document {
    /// In the order of sentences; each word once in a sentence.
    uses: Box<[Use]>,
    /// How many of the first sentences are its title.
    title: u16,
    /// Words, by language; no text has more than 2,000.
    lengths: [u16; 2],
}

/// A word in a sentence.
#[derive(Clone, Copy, Debug)]
struct Use {
    word: WordId,
    sentence: u16,
    /// How often, by language; 255 and more are one.
    counts: [u8; 2],
}

impl Document {
    fn read<'a>(
        (words, title): (impl IntoIterator<Item = Written<'a>>, u16),
        mut number_of: impl FnMut(&str) -> WordId,
    ) -> Self {
        let (mut uses, mut lengths) = (Vec::<Use>::new(), [0; 2]);
        let mut known = HashMap::new();
        for word in words {
            let counts = word.languages.map(u8::from);
            for (length, count) in lengths.iter_mut().zip(counts) {
                *length += u16::from(count);
            }
            let (id, sentence) = (number_of(&word.folded), word.sentence);
            match known.entry((sentence, id)) {
                Entry::Vacant(entry) => {
                    entry.insert(uses.len());
                    uses.push(Use { word: id, sentence, counts });
                }
                Entry::Occupied(entry) => add(&mut uses[*entry.get()].counts, counts),
            }
        }
        Self { uses: uses.into(), title, lengths }
    }

    /// What is asked for by a need: by all of it, and by its title alone, if it has more than that.
    fn views(&self) -> Vec<&[Use]> {
        let title = self.uses.partition_point(|used| used.sentence < self.title);
        if title == 0 || title == self.uses.len() {
            return vec![&self.uses];
        }
        vec![&self.uses, &self.uses[..title]]
    }

    /// Its sentences.
    fn sentences(&self) -> impl Iterator<Item = &[Use]> {
        self.uses.chunk_by(|a, b| a.sentence == b.sentence)
    }

    /// Each stem once, with its counts by language, in the order of numbers.
    fn terms<'a>(&self, word: impl Fn(WordId) -> &'a Word) -> Vec<(TermId, [u8; 2])> {
        let mut found: Vec<(TermId, [u8; 2])> = Vec::new();
        for used in &self.uses {
            for language in Language::ALL {
                let i = language as usize;
                if used.counts[i] > 0 {
                    let mut counts = [0; 2];
                    counts[i] = used.counts[i];
                    found.push((word(used.word).stems[i], counts));
                }
            }
        }
        found.sort_unstable();
        found.dedup_by(|next, first| {
            let same = next.0 == first.0;
            if same {
                add(&mut first.1, next.1);
            }
            same
        });
        found
    }
}

/// What words mean together. They are added up in the order in which they were written: a sum of
/// fractions depends on its order.
fn meaning<'a>(uses: &[Use], word: impl Fn(WordId) -> &'a Word) -> Option<Vector> {
    let mut sum = Sum::default();
    for used in uses {
        if let Some(meaning) = &word(used.word).meaning {
            sum.add(meaning, used.count());
        }
    }
    sum.direction()
}

impl Use {
    fn count(self) -> u8 {
        // A search does not know its language, and counts a word in both.
        self.counts.into_iter().max().unwrap_or(0)
    }
}

fn add(counts: &mut [u8; 2], more: [u8; 2]) {
    for (count, more) in counts.iter_mut().zip(more) {
        *count = count.saturating_add(more);
    }
}

/// The texts that one circle of readers may read.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    pub(crate) scan: Scan,
    lexicon: Lexicon,
    shelves: [Shelf; Kind::ALL.len()],
}

#[derive(Debug, Default)]
struct Shelf {
    documents: Vec<Document>,
    /// Those of the documents, close together in memory for the passes over postings.
    lengths: Vec<[u16; 2]>,
    meanings: Matrix,
}

impl Texts {
    /// Takes a text in: its words, and how many of its first sentences are its title.
    pub(crate) fn insert<'a>(
        &mut self,
        (kind, slot): (Kind, Slot),
        words: (impl IntoIterator<Item = Written<'a>>, u16),
        vocabulary: &mut Vocabulary,
    ) {
        let document = Document::read(words, |folded| vocabulary.learn(folded));
        let terms = document.terms(|id| vocabulary.word(id));
        self.lexicon.add((kind, slot), terms, document.lengths);
        let of_kind = &mut self.shelves[kind as usize];
        let meaning = meaning(&document.uses, |id| vocabulary.word(id));
        of_kind.meanings.set(slot, meaning.as_ref());
        if of_kind.documents.len() <= slot {
            of_kind.documents.resize_with(slot + 1, Document::default);
            of_kind.lengths.resize(slot + 1, [0; 2]);
        }
        of_kind.lengths[slot] = document.lengths;
        of_kind.documents[slot] = document;
    }

    /// Forgets a text.
    pub(crate) fn remove(&mut self, (kind, slot): (Kind, Slot), vocabulary: &Vocabulary) {
        let of_kind = &mut self.shelves[kind as usize];
        let Some(document) = of_kind.documents.get_mut(slot).map(std::mem::take) else { return };
        of_kind.meanings.set(slot, None);
        let terms = document.terms(|id| vocabulary.word(id));
        self.lexicon.take((kind, slot), terms, document.lengths);
    }

    /// A text in a slot.
    pub(crate) fn text(&self, (kind, slot): (Kind, Slot)) -> Text<'_> {
        let of_kind = &self.shelves[kind as usize];
        Text { document: Cow::Borrowed(&of_kind.documents[slot]) }
    }

    /// A text that need not be known, given in the same way.
    pub(crate) fn read<'a>(
        words: (impl IntoIterator<Item = Written<'a>>, u16),
        scratch: &mut Scratch<'_>,
    ) -> Text<'static> {
        Text { document: Cow::Owned(Document::read(words, |folded| scratch.read(folded))) }
    }

    /// Texts of a kind that share words with `asker`, the best `count` by BM25; equal ones by
    /// `rank`. Words are looked up the rarest first, until fifty thousand uses were seen: what is
    /// left says little about anybody.
    pub(crate) fn by_words<R: Ord>(
        &self,
        asker: &Asker<'_>,
        kind: Kind,
        count: usize,
        rank: impl Fn(Slot) -> R,
        admits: impl Fn(Slot) -> bool,
    ) -> Vec<(i32, Slot)> {
        let lengths = &self.shelves[kind as usize].lengths;
        let saturations = self.lexicon.saturations();
        let terms = asker.text.document.terms(|id| asker.scratch.word(id));
        let mut terms: Vec<_> = terms
            .into_iter()
            .map(|(term, counts)| (self.lexicon.users(term, kind), self.idf(term, counts)))
            .filter(|(users, _)| !users.is_empty())
            .collect();
        // By idf too: two terms with as many users have no other order.
        terms.sort_by(|a, b| a.0.len().cmp(&b.0.len()).then(b.1.total_cmp(&a.1)));
        let mut found = vec![0_i32; lengths.len()];
        let mut touched = Vec::new();
        let (mut seen, mut last) = (0, 0);
        for (users, idf) in terms {
            // Terms with as many users are looked up together, or their order would tell.
            if seen > MOST_USES && users.len() > last {
                break;
            }
            (seen, last) = (seen + users.len(), users.len());
            for user in users {
                let slot = user.slot();
                let in_language = |i: usize| match user.counts[i] {
                    0 => 0.0,
                    count => saturations[i].of(count, lengths[slot][i]),
                };
                // Two thousand words of the rarest kind stay below two thousand million.
                let gain = millionths(idf * in_language(0).max(in_language(1))) / 100;
                let gain = i32::try_from(gain).unwrap_or(i32::MAX);
                if found[slot] == 0 {
                    touched.push(slot);
                }
                found[slot] += gain;
            }
        }
        let mut best = Best::new(count, rank);
        for slot in touched {
            best.offer(found[slot], slot, &admits);
        }
        best.done()
    }

    /// How near each text of a kind is to what `asker` means; `None` where it means nothing.
    pub(crate) fn cosines(&self, asker: &Asker<'_>, kind: Kind) -> Option<Cosines> {
        let meanings = &self.shelves[kind as usize].meanings;
        Some(meanings.cosines(asker.sought.as_ref()?, self.scan == Scan::Exact))
    }

    /// Texts of a kind that mean what `asker` means, the best `count`; equal ones by `rank`.
    pub(crate) fn by_meaning<R: Ord>(
        &self,
        asker: &Asker<'_>,
        (kind, cosines): (Kind, Option<&Cosines>),
        count: usize,
        rank: impl Fn(Slot) -> R,
        admits: impl Fn(Slot) -> bool,
    ) -> Vec<(i32, Slot)> {
        let Some((meaning, cosines)) = asker.sought.as_ref().zip(cosines) else {
            return Vec::new();
        };
        self.shelves[kind as usize].meanings.nearest(meaning, cosines, count, rank, admits)
    }

    /// How much a term weighs that is used in these languages: where it is rarest.
    fn idf(&self, term: TermId, counts: [u8; 2]) -> f64 {
        let languages = Language::ALL.into_iter().zip(counts).filter(|(_, count)| *count > 0);
        languages.map(|(language, _)| self.lexicon.idf(term, language)).fold(0.0, f64::max)
    }
}

/// A text that is known, or only looked at.
#[derive(Debug)]
pub(crate) struct Text<'a> {
    document: Cow<'a, Document>,
}

impl Text<'_> {
    pub(crate) fn is_empty(&self) -> bool {
        self.document.uses.is_empty()
    }
}

/// A text that is compared with others.
#[derive(Debug)]
pub(crate) struct Asker<'a> {
    texts: &'a Texts,
    scratch: &'a Scratch<'a>,
    text: Text<'a>,
    /// What it asks for, where it is a need.
    views: Rc<[View]>,
    /// What it means, its title as much as all of it: what texts are looked for by.
    sought: Option<Vector>,
    words: Distinct,
    /// Where the words point; of a word without meaning, nowhere.
    directions: Vec<Vector>,
    /// How near other words are to each of `words`, word by word as they were met.
    nearness: Vec<i32>,
    /// Which of these rows is a word's, from 1; 0 of a word that was not met.
    rows: Vec<u32>,
}

/// The words of a document, each once.
#[derive(Debug)]
struct Distinct {
    words: Vec<WordId>,
    /// For each use, the place of its word.
    places: Vec<usize>,
}

impl Distinct {
    fn of(document: &Document) -> Self {
        let mut words: Vec<WordId> = document.uses.iter().map(|used| used.word).collect();
        words.sort_unstable();
        words.dedup();
        let place = |used: &Use| words.binary_search(&used.word).unwrap_or(0);
        Self { places: document.uses.iter().map(place).collect(), words }
    }
}

/// Which of two texts is the need's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asks {
    Own,
    Other,
}

/// How well an offer's text answers a need's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Likeness {
    /// Millionths, about -1.5 to 3.5.
    sum: i64,
    pub(crate) shares_words: bool,
}

/// A need's words and an offer's, with what is between them.
struct Pair {
    /// How many words the need has.
    words: usize,
    views: Rc<[View]>,
    /// How each view understands the offer.
    understood: Vec<Understood>,
    /// Of each use of the offer, how near each of the need's words is.
    nearness: Vec<i32>,
    /// Of each use of the offer, how often.
    counts: Vec<u8>,
    /// Behind the last use of each sentence of the offer.
    ends: Vec<usize>,
}

/// What is asked for by a need as a whole, or by its title.
#[derive(Debug)]
struct View {
    /// Of each of the need's words, by language: how much it weighs; 0 where it is not used.
    weights: Vec<[i64; 2]>,
    meaning: Option<Vector>,
}

impl<'a> Asker<'a> {
    pub(crate) fn new(texts: &'a Texts, scratch: &'a Scratch<'a>, text: Text<'a>) -> Self {
        let words = Distinct::of(&text.document);
        let direction = |id: &WordId| {
            let meaning = scratch.word(*id).meaning.as_ref();
            meaning.map_or(Vector::NONE, |meaning| meaning.direction)
        };
        let directions = words.words.iter().map(direction).collect();
        let rows = vec![0; scratch.len()];
        let views = View::all(texts, scratch, &text.document, &words);
        let meanings = views.iter().filter_map(|view| view.meaning);
        let sought = Vector::between(&meanings.collect::<Vec<_>>());
        let nearness = Vec::new();
        Self { texts, scratch, text, views, sought, words, directions, nearness, rows }
    }

    /// What [`Texts::by_words`] finds at most: every word, in a language in which it weighs most.
    pub(crate) fn most_by_words(&self) -> i64 {
        let weight = |id: &WordId| {
            let stems = Language::ALL.into_iter().zip(self.scratch.word(*id).stems);
            let weights = stems.map(|(language, stem)| self.texts.lexicon.idf(stem, language));
            millionths(weights.fold(0.0, f64::max)) / 100
        };
        self.words.words.iter().map(weight).sum()
    }

    /// How well the offer's text answers the need's; `None` if one of them is empty.
    pub(crate) fn compare(&mut self, other: &Text<'_>, asks: Asks) -> Option<Likeness> {
        if self.text.is_empty() || other.is_empty() {
            return None;
        }
        let pair = self.pair(other, asks);
        self.best(&pair).map(|(likeness, ..)| likeness)
    }

    /// How well a need is answered as the view and the language say it in which it is answered best:
    /// the whole and Spanish where that is the same.
    fn best(&self, pair: &Pair) -> Option<(Likeness, Reverse<usize>, Reverse<Language>)> {
        let views = 0..pair.views.len();
        let all = views.flat_map(|view| Language::ALL.map(|language| (view, language)));
        all.filter_map(|(view, language)| {
            let likeness = self.likeness(pair, view, language)?;
            Some((likeness, Reverse(view), Reverse(language)))
        })
        .max()
    }

    fn pair(&mut self, other: &Text<'_>, asks: Asks) -> Pair {
        for used in &other.document.uses {
            self.learn_nearness(used.word);
        }
        let theirs;
        let (need, need_words, offer) = match asks {
            Asks::Own => (&self.text, &self.words, other),
            Asks::Other => {
                theirs = Distinct::of(&other.document);
                (other, &theirs, &self.text)
            }
        };
        let nearness: Vec<i32> = match asks {
            Asks::Own => {
                let uses = offer.document.uses.iter();
                uses.flat_map(|used| self.nearness_to(used.word)).copied().collect()
            }
            Asks::Other => {
                let words = need_words.words.iter();
                let rows: Vec<&[i32]> = words.map(|&word| self.nearness_to(word)).collect();
                let places = self.words.places.iter();
                places.flat_map(|&place| rows.iter().map(move |row| row[place])).collect()
            }
        };
        let counts = offer.document.uses.iter().map(|used| used.count()).collect::<Vec<_>>();
        let words = need_words.words.len();
        let (mut ends, mut sentences) = (Vec::new(), Vec::new());
        let mut start = 0;
        for sentence in offer.document.sentences() {
            let nearness = nearness[start * words..].chunks(words);
            let said = sentence.iter().zip(nearness).filter_map(|(used, near)| {
                let meaning = self.scratch.word(used.word).meaning.as_ref()?;
                Some(Said { meaning, count: used.count(), is_asked_for: near.contains(&SAME) })
            });
            sentences.push(said.collect::<Vec<_>>());
            start += sentence.len();
            ends.push(start);
        }
        let views = match asks {
            Asks::Own => Rc::clone(&self.views),
            Asks::Other => View::all(self.texts, self.scratch, &need.document, need_words),
        };
        let understood = views.iter().map(|view| match &view.meaning {
            Some(asked) => read(asked, &sentences),
            None => Understood { whole: 0, sentences: vec![0; ends.len()] },
        });
        Pair { words, understood: understood.collect(), views, nearness, counts, ends }
    }

    /// As the need says it in one language; `None` where it says nothing in it.
    fn likeness(&self, pair: &Pair, view: usize, language: Language) -> Option<Likeness> {
        let understood = &pair.understood[view];
        let weights = pair.views[view].weights.iter().map(|of| of[language as usize]).enumerate();
        let words: Vec<(usize, i64)> = weights.filter(|(_, weight)| *weight > 0).collect();
        let all: i64 = words.iter().map(|(_, weight)| weight).sum();
        if all == 0 {
            return None;
        }
        let share = |values: &[i64]| {
            let weighted = words.iter().zip(values).map(|((_, weight), value)| weight * value);
            weighted.sum::<i64>() / all
        };
        // Of each of the need's words: how often, by what comes near, and the nearest in a sentence.
        let mut often = vec![0_i64; words.len()];
        let mut nearest = vec![0_i64; words.len()];
        let (mut best_sentence, mut asked_for, mut start) = (i64::MIN, 0, 0);
        for (&end, &meaning) in pair.ends.iter().zip(&understood.sentences) {
            nearest.fill(0);
            for j in start..end {
                let (count, mut is_asked_for) = (i64::from(pair.counts[j]), false);
                let near = pair.near(j);
                for ((&(i, _), nearest), often) in words.iter().zip(&mut nearest).zip(&mut often) {
                    let near = i64::from(near[i]);
                    *nearest = near.max(*nearest);
                    *often += count * near * near / WHOLE;
                    is_asked_for |= near == WHOLE;
                }
                asked_for += if is_asked_for { count } else { 0 };
            }
            best_sentence = best_sentence.max(i64::from(meaning) + share(&nearest));
            start = end;
        }
        let length: i64 = pair.counts.iter().map(|&count| i64::from(count)).sum();
        let half = self.texts.lexicon.half(length - asked_for);
        for often in &mut often {
            *often = *often * WHOLE / (*often + half);
        }
        let sum = i64::from(understood.whole) / 2 + best_sentence + share(&often);
        Some(Likeness { sum, shares_words: asked_for > 0 })
    }

    /// The words that carry a likeness, the weightiest first: three, and up to two more that carry
    /// at least a tenth. Each word of the need stands with the word of the offer that is nearest to
    /// it, as their authors wrote them; what is not near carries nothing.
    pub(crate) fn carriers(
        &mut self,
        other: &Text<'_>,
        asks: Asks,
        own: &Spelling<'_>,
        others: &Spelling<'_>,
    ) -> Vec<Carrier> {
        let pair = self.pair(other, asks);
        let Some((best, Reverse(view), Reverse(language))) = self.best(&pair) else {
            return Vec::new();
        };
        // In Spanish, if that says nearly as much.
        let spanish = self.likeness(&pair, view, Language::Spanish);
        let nearly = spanish.is_some_and(|spanish| 10 * spanish.sum >= 9 * best.sum);
        let language = if nearly { Language::Spanish } else { language };
        let (need, offer, asked, offered) = match asks {
            Asks::Own => (&self.text, other, own, others),
            Asks::Other => (other, &self.text, others, own),
        };
        let written = |of: &Spelling<'_>, id: WordId| of.get(&id).map(|&word| word.to_owned());
        let words = Distinct::of(&need.document).words;
        let mut found: Vec<(i64, &str, WordId, Carrier)> = Vec::new();
        for (i, &word) in words.iter().enumerate() {
            let uses = (0..pair.counts.len()).map(|j| (pair.near(j)[i], Reverse(j)));
            let Some((near, Reverse(nearest))) = uses.max() else { continue };
            let gain = pair.views[view].weights[i][language as usize] * i64::from(near);
            let Some(&text) = asked.get(&word).filter(|_| gain > 0 && near >= NEAR) else {
                continue;
            };
            let answer = offer.document.uses[nearest].word;
            let offer = if near == SAME { None } else { written(offered, answer) };
            found.push((gain, text, word, Carrier { need: text.to_owned(), offer }));
        }
        found.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
        // Two forms of a word are told once.
        let mut told: Vec<WordId> = Vec::new();
        found.retain(|&(_, _, word, _)| {
            let scratch = self.scratch;
            let is_new = !told.iter().any(|&id| scratch.word(id).shares_stem(scratch.word(word)));
            told.push(word);
            is_new
        });
        let all: i64 = found.iter().map(|(gain, ..)| gain).sum();
        let weighty = |(place, (gain, ..)): &(usize, &(i64, &str, WordId, Carrier))| {
            *place < 3 || 10 * gain >= all
        };
        let told = found.iter().enumerate().take(5).take_while(weighty);
        told.map(|(_, (.., carrier))| carrier.clone()).collect()
    }

    /// Notes how near a word is to each of our own: their cosine, and the whole where both are forms
    /// of one word.
    fn learn_nearness(&mut self, id: WordId) {
        let Self { scratch, words, directions, nearness, rows, .. } = self;
        let row = &mut rows[id as usize];
        if *row > 0 {
            return;
        }
        let before = nearness.len();
        *row = number(before / words.words.len().max(1)) + 1;
        let word = scratch.word(id);
        match &word.meaning {
            Some(meaning) => cosines(&meaning.direction, directions, nearness),
            None => nearness.resize(before + directions.len(), 0),
        }
        for (near, &own) in nearness[before..].iter_mut().zip(&words.words) {
            let same = own == id || scratch.word(own).shares_stem(word);
            *near = if same { SAME } else { (*near).clamp(0, SAME - 1) };
        }
    }

    /// How near a word that was noted is to each of our own.
    fn nearness_to(&self, id: WordId) -> &[i32] {
        let words = self.words.words.len();
        let row = self.rows[id as usize].saturating_sub(1) as usize;
        &self.nearness[row * words..][..words]
    }
}

impl View {
    fn all(
        texts: &Texts,
        scratch: &Scratch<'_>,
        document: &Document,
        distinct: &Distinct,
    ) -> Rc<[Self]> {
        let views = document.views().into_iter().map(|view| {
            let mut weights = vec![[0; 2]; distinct.words.len()];
            for (used, &place) in view.iter().zip(&distinct.places) {
                for language in Language::ALL {
                    let i = language as usize;
                    if used.counts[i] > 0 {
                        let stem = scratch.word(used.word).stems[i];
                        weights[place][i] = millionths(texts.lexicon.idf(stem, language));
                    }
                }
            }
            Self { weights, meaning: meaning(view, |id| scratch.word(id)) }
        });
        views.collect()
    }
}

impl Pair {
    /// How near a use of the offer is to each of the need's words.
    fn near(&self, used: usize) -> &[i32] {
        &self.nearness[used * self.words..][..self.words]
    }
}

impl Likeness {
    /// What a likeness may be, of the cosine of the whole and what [`Texts::by_words`] found: the
    /// same words count for what is nearest and for BM25.
    pub(crate) fn guess(cosine: i32, gain: i32, ideal: i64) -> Self {
        let share = (i64::from(gain) * WHOLE / ideal.max(1)).min(WHOLE);
        Self { sum: i64::from(cosine) * 3 / 2 + 2 * share, shares_words: gain > 0 }
    }

    /// How likely it is that the offer answers the need, as far as texts tell: 0 to 1,000,000.
    pub(crate) fn value(self) -> u32 {
        let likely = millionths(1.0 / (1.0 + libm::exp(INTERCEPT - SLOPE * self.sum())));
        u32::try_from(likely).unwrap_or(0)
    }

    /// What [`Self::value`] is made of, about -1.5 to 3.5.
    pub(crate) fn sum(self) -> f64 {
        float(self.sum) / f64::from(UNIT)
    }

    /// The same in basis points.
    pub(crate) fn points(self) -> u32 {
        ratio(self.value().into(), UNIT.into())
    }
}

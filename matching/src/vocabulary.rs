//! Words by number: what they mean, and which stems they have.

use std::collections::HashMap;

use crate::embedding::Embedding;
use crate::lexicon::number;
use crate::profile::Language;
use crate::vectors::Meaning;
use crate::words::{Written, stem};

/// Folded words by number, in the order in which they were first met. Numbers never reach an
/// answer.
pub(crate) type WordId = u32;
/// Stems by number; those of both languages are numbered together, which is how cognates meet.
pub(crate) type TermId = u32;

/// Words as they were written, by number.
pub(crate) type Spelling<'a> = HashMap<WordId, &'a str>;

/// A folded word.
#[derive(Debug)]
pub(crate) struct Word {
    /// By language.
    pub(crate) stems: [TermId; 2],
    pub(crate) meaning: Option<Meaning>,
}

impl Word {
    fn new(folded: &str, mut number_of: impl FnMut(String) -> TermId) -> Self {
        let vector = Embedding::built_in().word(folded);
        Self {
            stems: Language::ALL.map(|language| number_of(stem(folded, language))),
            meaning: vector.as_ref().and_then(Meaning::of),
        }
    }

    /// Whether two words are forms of one, in either language.
    pub(crate) fn shares_stem(&self, other: &Self) -> bool {
        self.stems.iter().any(|stem| other.stems.contains(stem))
    }
}

/// All words that records use. It only grows: a word that no record uses any more keeps its number.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    words: Vec<Word>,
    numbers: HashMap<Box<str>, WordId>,
    stems: HashMap<Box<str>, TermId>,
}

impl Vocabulary {
    /// The number of a folded word, given to it now if it has none.
    pub(crate) fn learn(&mut self, folded: &str) -> WordId {
        if let Some(&id) = self.numbers.get(folded) {
            return id;
        }
        let id = number(self.words.len());
        let word = Word::new(folded, |stem| {
            let next = number(self.stems.len());
            *self.stems.entry(stem.into()).or_insert(next)
        });
        self.words.push(word);
        self.numbers.insert(folded.into(), id);
        id
    }

    pub(crate) fn word(&self, id: WordId) -> &Word {
        &self.words[id as usize]
    }
}

/// The vocabulary, and beyond it the words of texts that are only looked at.
#[derive(Debug)]
pub(crate) struct Scratch<'a> {
    known: &'a Vocabulary,
    words: Vec<Word>,
    numbers: HashMap<String, WordId>,
    stems: HashMap<String, TermId>,
}

impl<'a> Scratch<'a> {
    pub(crate) fn new(known: &'a Vocabulary) -> Self {
        Self { known, words: Vec::new(), numbers: HashMap::new(), stems: HashMap::new() }
    }

    /// The number of a folded word, given to it for now if it has none.
    pub(crate) fn read(&mut self, folded: &str) -> WordId {
        if let Some(&id) = self.known.numbers.get(folded).or_else(|| self.numbers.get(folded)) {
            return id;
        }
        let id = number(self.known.words.len() + self.words.len());
        let word = Word::new(folded, |stem| {
            self.known.stems.get(stem.as_str()).copied().unwrap_or_else(|| {
                let next = number(self.known.stems.len() + self.stems.len());
                *self.stems.entry(stem).or_insert(next)
            })
        });
        self.words.push(word);
        self.numbers.insert(folded.to_owned(), id);
        id
    }

    /// How many words there are.
    pub(crate) fn len(&self) -> usize {
        self.known.words.len() + self.words.len()
    }

    /// How an author wrote the words of a text: the first time, small letters preferred.
    pub(crate) fn spelling<'b>(&self, words: impl Iterator<Item = Written<'b>>) -> Spelling<'b> {
        let mut found = Spelling::new();
        for word in words {
            let known = self.known.numbers.get(&*word.folded);
            if let Some(&id) = known.or_else(|| self.numbers.get(&*word.folded)) {
                let first = found.entry(id).or_insert(word.as_written);
                if begins_large(first) && !begins_large(word.as_written) {
                    *first = word.as_written;
                }
            }
        }
        found
    }

    pub(crate) fn word(&self, id: WordId) -> &Word {
        let id = id as usize;
        let known = &self.known.words;
        if id < known.len() { &known[id] } else { &self.words[id - known.len()] }
    }
}

fn begins_large(word: &str) -> bool {
    word.starts_with(char::is_uppercase)
}

//! Meaning in numbers: a table of 40,000 words and pieces of words, Spanish and English in one
//! space, so that "teñido" lies near "dyeing". A text's vector is the sum of its pieces' vectors.
//!
//! The table, its format and its sources: `data/README.md`. It is compiled in; nothing is loaded or
//! asked for while the program runs.

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use unicode_general_category::{GeneralCategory, get_general_category};
use unicode_normalization::UnicodeNormalization;

/// Columns of the table.
pub(crate) const COLUMNS: usize = 256;

/// A longer word is unknown, whatever its pieces.
const MOST_LETTERS: usize = 64;
/// Of a text, so many pieces count.
const MOST_PIECES: usize = 512;
/// What a piece inside a word begins with in the vocabulary.
const INSIDE: &str = "##";

static BUILT_IN: LazyLock<Embedding> = LazyLock::new(|| {
    let matrix = include_bytes!("../data/es_en_static.bin");
    let vocabulary = include_str!("../data/vocab.txt");
    // Ours, and read by the tests: what cannot be read gives a table that knows no word.
    Embedding::read(matrix, vocabulary).unwrap_or_default()
});

/// A static embedding: the vector of each piece, and how words are cut into pieces.
#[derive(Default)]
pub struct Embedding {
    /// Pieces that begin a word, and those inside of one, by their letters.
    first: HashMap<&'static str, u32>,
    inside: HashMap<&'static str, u32>,
    /// Letters of the longest piece, in bytes.
    longest: usize,
    unknown: u32,
    scales: Vec<f32>,
    /// Row by row; each byte is a signed number.
    values: &'static [u8],
}

impl fmt::Debug for Embedding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Embedding").field("pieces", &self.scales.len()).finish_non_exhaustive()
    }
}

/// Why a table cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// The matrix does not begin as one of version 1 does, or has another number of columns.
    Header,
    /// The matrix is shorter or longer than its header says.
    Length,
    /// The vocabulary has another number of lines than the matrix has rows, or no `[UNK]`.
    Vocabulary,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Header => "no matrix of version 1 with 256 columns",
            Self::Length => "the matrix is not as long as its header says",
            Self::Vocabulary => "the vocabulary does not fit the matrix",
        })
    }
}

impl std::error::Error for Malformed {}

impl Embedding {
    /// The table that is compiled in. The first call reads it, in a few milliseconds.
    #[must_use]
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// Reads a table: the bytes of its matrix and the lines of its vocabulary (`data/README.md`).
    ///
    /// # Errors
    /// [`Malformed`] says what does not fit.
    pub fn read(matrix: &'static [u8], vocabulary: &'static str) -> Result<Self, Malformed> {
        let (magic, rest) = matrix.split_at_checked(8).ok_or(Malformed::Header)?;
        let (header, rest) = rest.split_at_checked(12).ok_or(Malformed::Header)?;
        let (numbers, _) = header.as_chunks::<4>();
        let [version, rows, columns] = [0, 1, 2].map(|i| u32::from_le_bytes(numbers[i]) as usize);
        if magic != b"TTEMBED\0" || version != 1 || columns != COLUMNS {
            return Err(Malformed::Header);
        }
        let (scales, values) = rest.split_at_checked(4 * rows).ok_or(Malformed::Length)?;
        if values.len() != rows * columns {
            return Err(Malformed::Length);
        }
        let (scales, _) = scales.as_chunks::<4>();
        let mut table = Self {
            scales: scales.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect(),
            values,
            ..Self::default()
        };
        let mut unknown = None;
        for (row, piece) in (0..).zip(vocabulary.lines()) {
            match piece.strip_prefix(INSIDE) {
                Some(inside) if !inside.is_empty() => table.inside.insert(inside, row),
                _ => table.first.insert(piece, row),
            };
            table.longest = table.longest.max(piece.len());
            if piece == "[UNK]" {
                unknown = Some(row);
            }
        }
        table.unknown = unknown.ok_or(Malformed::Vocabulary)?;
        if table.first.len() + table.inside.len() != rows {
            return Err(Malformed::Vocabulary);
        }
        Ok(table)
    }

    /// The rows of a text's pieces, at most 512 of them.
    #[must_use]
    pub fn pieces(&self, text: &str) -> Vec<u32> {
        let mut found = Vec::new();
        let text = normalized(text);
        for word in split(&text) {
            self.pieces_of_word(word, &mut found);
            if found.len() >= MOST_PIECES {
                found.truncate(MOST_PIECES);
                break;
            }
        }
        found
    }

    /// The vector of a text, of length 1; all zero where no piece is known.
    #[must_use]
    pub fn embed(&self, text: &str) -> [f32; COLUMNS] {
        unit(&self.sum(&self.pieces(text)))
    }

    /// The sum of rows.
    pub(crate) fn sum(&self, pieces: &[u32]) -> [f32; COLUMNS] {
        let mut sum = [0.0_f32; COLUMNS];
        for &piece in pieces {
            let row = piece as usize;
            let scale = self.scales[row];
            let (values, _) = self.values[row * COLUMNS..].as_chunks::<COLUMNS>();
            for (sum, &value) in sum.iter_mut().zip(&values[0]) {
                *sum += scale * f32::from(value.cast_signed());
            }
        }
        sum
    }

    /// The vector of a word that has no white space and no punctuation in it, not scaled; `None`
    /// where a part of it is unknown.
    pub(crate) fn word(&self, word: &str) -> Option<[f32; COLUMNS]> {
        let mut pieces = Vec::new();
        self.pieces_of_word(&normalized(word), &mut pieces);
        (pieces != [self.unknown]).then(|| self.sum(&pieces))
    }

    /// The longest piece from the left that is known, and so on; `[UNK]` alone where there is none.
    fn pieces_of_word(&self, word: &str, found: &mut Vec<u32>) {
        let before = found.len();
        if word.chars().nth(MOST_LETTERS).is_some() {
            found.push(self.unknown);
            return;
        }
        let mut rest = word;
        while !rest.is_empty() {
            let known = if found.len() == before { &self.first } else { &self.inside };
            let ends = (1..=rest.len().min(self.longest)).rev();
            let longest = ends
                .filter(|&end| rest.is_char_boundary(end))
                .find_map(|end| known.get(&rest[..end]).map(|&row| (row, end)));
            let Some((row, end)) = longest else {
                found.truncate(before);
                found.push(self.unknown);
                return;
            };
            found.push(row);
            rest = &rest[end..];
        }
    }
}

/// Of length 1; zero stays zero.
pub(crate) fn unit(vector: &[f32; COLUMNS]) -> [f32; COLUMNS] {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    if length > 0.0 { vector.map(|x| x / length) } else { *vector }
}

/// Lower case, and without the accents of Spanish and its neighbours. The tilde of ñ is kept: "año"
/// is not "ano".
fn normalized(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let bare: String =
        text.nfd().flat_map(char::to_lowercase).filter(|&letter| !is_accent(letter)).collect();
    bare.nfc().collect()
}

fn is_accent(letter: char) -> bool {
    matches!(
        letter,
        '\u{300}'..='\u{302}'
            | '\u{304}'
            | '\u{306}'..='\u{308}'
            | '\u{30a}'..='\u{30c}'
            | '\u{327}'
            | '\u{328}'
    )
}

/// Words, and each punctuation mark as a word of its own.
fn split(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(is_space);
        let first = rest.chars().next()?;
        let end = if is_punctuation(first) {
            first.len_utf8()
        } else {
            rest.find(|letter| is_space(letter) || is_punctuation(letter)).unwrap_or(rest.len())
        };
        let (word, after) = rest.split_at(end);
        rest = after;
        Some(word)
    })
}

/// White space, and the four separators of ASCII, which Unicode does not count as such.
fn is_space(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '\u{1c}'..='\u{1f}')
}

fn is_punctuation(letter: char) -> bool {
    if letter.is_ascii() {
        return letter.is_ascii_punctuation();
    }
    matches!(
        get_general_category(letter),
        GeneralCategory::ConnectorPunctuation
            | GeneralCategory::DashPunctuation
            | GeneralCategory::OpenPunctuation
            | GeneralCategory::ClosePunctuation
            | GeneralCategory::InitialPunctuation
            | GeneralCategory::FinalPunctuation
            | GeneralCategory::OtherPunctuation
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_texts_have_their_pieces_and_vectors() {
        let table = Embedding::built_in();
        let mut count = 0;
        for line in include_str!("../data/golden.jsonl").lines() {
            let golden: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
            let text = golden["text"].as_str().expect("a text");
            let pieces: Vec<u32> =
                serde_json::from_value(golden["ids"].clone()).expect("rows of the table");
            let vector: Vec<f32> =
                serde_json::from_value(golden["vector"].clone()).expect("a vector");
            assert_eq!(table.pieces(text), pieces, "{text}");
            for (ours, theirs) in table.embed(text).iter().zip(vector) {
                assert!((ours - theirs).abs() < 1e-5, "{text}: {ours} {theirs}");
            }
            count += 1;
        }
        assert_eq!(count, 50);
    }

    #[test]
    fn a_table_that_does_not_fit_says_why() {
        let read = |matrix, words| Embedding::read(matrix, words).map(|_| ());
        assert_eq!(read(b"TTEMBED", ""), Err(Malformed::Header));
        assert_eq!(read(b"TTEMBED\0\x01\0\0\0\x02\0\0\0\x02\0\0\0", ""), Err(Malformed::Header));
        let bare = b"TTEMBED\0\x01\0\0\0\x01\0\0\0\0\x01\0\0";
        assert_eq!(read(bare, "[UNK]"), Err(Malformed::Length));
        let matrix: &'static [u8] = [bare, [0; 260].as_slice()].concat().leak();
        assert_eq!(read(matrix, "agua"), Err(Malformed::Vocabulary));
        assert_eq!(read(matrix, "[UNK]\nagua"), Err(Malformed::Vocabulary));
        assert_eq!(read(matrix, "[UNK]"), Ok(()));
    }

    #[test]
    fn what_is_unknown_has_no_vector() {
        let table = Embedding::built_in();
        for text in ["", "   ", "\u{4e2d}\u{6587}", &"a".repeat(4_000)] {
            assert!(table.embed(text).iter().all(|x| x.abs() <= 0.0), "{text}");
        }
        assert_eq!(table.word("\u{4e2d}"), None);
        assert!(table.word("agua").is_some());
    }
}

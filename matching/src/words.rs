//! From text to the words that are compared.
//!
//! A word is folded (lower case, accents off, ñ kept) and dropped if it is a stop word, one letter
//! long, longer than 64, or a number of two digits. Its stem is cut by the Snowball stemmer of its
//! passage's language. Folding comes before stemming, so that a text typed without accents gives
//! the same stems.

use std::borrow::Cow;

use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::profile::{Language, Passage};
use crate::stop_words;

/// Of a text, so many words count.
const MOST_WORDS: usize = 2_000;
/// What is longer is no word.
const MOST_LETTERS: usize = 64;

/// A word of a text that says something.
#[derive(Debug)]
pub(crate) struct Written<'a> {
    /// As its author wrote it.
    pub(crate) as_written: &'a str,
    pub(crate) folded: Cow<'a, str>,
    /// Languages it may be of: that of its passage, or both where nobody said it.
    pub(crate) languages: [bool; 2],
    /// Which sentence of the text it stands in, from 0.
    pub(crate) sentence: u16,
}

/// The words of a text in the order in which they were written.
pub(crate) fn words_of<'a>(
    passages: impl IntoIterator<Item = &'a Passage>,
) -> impl Iterator<Item = Written<'a>> {
    let sentences = passages.into_iter().flat_map(|passage| {
        let mut languages = [false; 2];
        languages[passage.language as usize] = true;
        sentences(&passage.text).map(move |sentence| (sentence, languages))
    });
    words_in(sentences)
}

/// How many sentences passages have, as [`words_of`] counts them.
pub(crate) fn count_sentences(passages: &[Passage]) -> u16 {
    let count = passages.iter().map(|passage| sentences(&passage.text).count()).sum::<usize>();
    u16::try_from(count).unwrap_or(u16::MAX)
}

/// The words of a search: a few words do not tell their language.
pub(crate) fn words_of_search(text: &str) -> impl Iterator<Item = Written<'_>> {
    words_in(sentences(text).map(|sentence| (sentence, [true; 2])))
}

fn words_in<'a>(
    sentences: impl Iterator<Item = (&'a str, [bool; 2])>,
) -> impl Iterator<Item = Written<'a>> {
    sentences
        .zip(0_u16..)
        .flat_map(|((sentence, languages), number)| {
            words(sentence).map(move |as_written| Written {
                as_written,
                folded: fold(as_written),
                languages,
                sentence: number,
            })
        })
        .filter(|word| !says_nothing(&word.folded) && !word.is_stop_word())
        .take(MOST_WORDS)
}

impl Written<'_> {
    /// In any of its languages.
    fn is_stop_word(&self) -> bool {
        let mut languages = Language::ALL.into_iter().zip(self.languages);
        languages.any(|(language, may_be)| may_be && is_stop_word(language, &self.folded))
    }
}

/// A title is one, whatever it ends with. A number with a point in it is cut, which harms nobody.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split(['.', ';', '!', '?', '\n']).filter(|sentence| !sentence.trim().is_empty())
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c))
        .filter(|word| !word.is_empty())
}

/// Lower case without accents. The tilde of ñ is no accent: "año" is not "ano".
fn fold(word: &str) -> Cow<'_, str> {
    if word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
        return Cow::Borrowed(word);
    }
    let mut letter = ' ';
    let bare: String = word
        .nfkd()
        .flat_map(char::to_lowercase)
        .filter(|&c| {
            let kept = !is_combining_mark(c) || (c == '\u{303}' && letter == 'n');
            letter = c;
            kept
        })
        .collect();
    Cow::Owned(bare.nfc().collect())
}

fn says_nothing(folded: &str) -> bool {
    let letters = folded.chars().take(MOST_LETTERS + 1).count();
    !(2..=MOST_LETTERS).contains(&letters)
        || letters == 2 && folded.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_stop_word(language: Language, folded: &str) -> bool {
    let list = match language {
        Language::Spanish => stop_words::SPANISH,
        Language::English => stop_words::ENGLISH,
    };
    list.binary_search(&folded).is_ok()
}

/// The stem of a folded word.
pub(crate) fn stem(folded: &str, language: Language) -> String {
    let (algorithm, word) = match language {
        Language::Spanish => (Algorithm::Spanish, with_known_accent(folded)),
        Language::English => (Algorithm::English, Cow::Borrowed(folded)),
    };
    Stemmer::create(algorithm).stem(&word).into_owned()
}

/// Snowball knows "-ación", "-ución" and "-logía" only with their accent, and would not join
/// "aplicacion" to "aplicaciones". In these endings the accent is never in doubt.
fn with_known_accent(folded: &str) -> Cow<'_, str> {
    for (bare, accented) in
        [("acion", "ación"), ("ucion", "ución"), ("logia", "logía"), ("logias", "logías")]
    {
        if let Some(root) = folded.strip_suffix(bare) {
            return Cow::Owned(format!("{root}{accented}"));
        }
    }
    Cow::Borrowed(folded)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn stems(language: Language, text: &str) -> Vec<String> {
        let passage = Passage { language, text: text.to_owned() };
        let stems = words_of([&passage]).map(|word| stem(&word.folded, language));
        stems.collect::<BTreeSet<_>>().into_iter().collect()
    }

    #[test]
    fn accents_and_case_do_not_matter() {
        let accented = "Tecnología de Medición óptica: producción, lingüística y ACCIÓN";
        let bare = "tecnologia de medicion optica produccion linguistica y accion";
        assert_eq!(stems(Language::Spanish, accented), stems(Language::Spanish, bare));
        let decomposed: String = accented.nfd().collect();
        assert_eq!(stems(Language::Spanish, &decomposed), stems(Language::Spanish, bare));
    }

    #[test]
    fn the_letter_enye_is_kept() {
        assert_ne!(stems(Language::Spanish, "caña"), stems(Language::Spanish, "cana"));
        assert_eq!(stems(Language::Spanish, "ca\u{f1}a"), stems(Language::Spanish, "can\u{303}a"));
    }

    #[test]
    fn spanish_singular_and_plural_meet() {
        for (singular, plural) in [
            ("sensor", "sensores"),
            ("textil", "textiles"),
            ("aplicación", "aplicaciones"),
            ("solución", "soluciones"),
            ("medición", "mediciones"),
            ("tecnología", "tecnologías"),
            ("proceso", "procesos"),
            ("agua", "aguas"),
            ("material", "materiales"),
            ("teñido", "teñidos"),
        ] {
            assert_eq!(
                stems(Language::Spanish, singular),
                stems(Language::Spanish, plural),
                "{singular}"
            );
        }
    }

    #[test]
    fn stop_words_and_single_letters_are_dropped() {
        assert!(stems(Language::Spanish, "de la que a y según 5").is_empty());
        assert!(stems(Language::English, "the of and it's").is_empty());
        assert_eq!(words_of_search("de the y").count(), 0);
        assert_eq!(stems(Language::Spanish, &"a".repeat(65)), [""; 0]);
        assert_eq!(stems(Language::Spanish, "CO₂ y acero 304"), ["304", "acer", "co2"]);
    }

    #[test]
    fn words_know_their_sentence_and_a_text_ends_somewhere() {
        let passages = [
            Passage::spanish("Teñido con PLC"),
            Passage::spanish("Sin agua; con aire.\nCosto: 2.5 pesos"),
        ];
        let found: Vec<(&str, u16)> =
            words_of(&passages).map(|word| (word.as_written, word.sentence)).collect();
        assert_eq!(
            found,
            [("Teñido", 0), ("PLC", 0), ("agua", 1), ("aire", 2), ("Costo", 3), ("pesos", 4)]
        );
        assert_eq!(words_of(&[Passage::spanish("agua ".repeat(5_000))]).count(), MOST_WORDS);
    }

    #[test]
    fn stems_of_cognates_are_the_same_term() {
        assert_eq!(
            stems(Language::Spanish, "sensores textiles"),
            stems(Language::English, "textile sensors")
        );
    }
}

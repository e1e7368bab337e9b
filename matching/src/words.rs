//! From text to the terms that are compared.
//!
//! A word is folded (lower case, accents off, ñ kept), dropped if it is a stop word, one letter long
//! or a number of two digits, and cut to its stem by the Snowball stemmer of its passage's language. Folding comes before
//! stemming, so that a text typed without accents gives the same terms.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::profile::{Language, Passage};
use crate::stop_words;

/// The terms of a text. Languages are kept apart by index: a stem found in Spanish passages and the
/// same stem found in English ones are one term with two counts, which is how cognates meet.
#[derive(Debug, Default)]
pub(crate) struct Analysis<'a> {
    pub(crate) terms: BTreeMap<String, Usage<'a>>,
    /// Words counted, by language.
    pub(crate) lengths: [u32; 2],
}

/// How a text uses a term.
#[derive(Debug, Default)]
pub(crate) struct Usage<'a> {
    /// Times used, by language; 255 and more are one, since BM25 is saturated long before.
    pub(crate) counts: [u8; 2],
    /// The word as its author wrote it, by language, small letters preferred; empty if not used.
    pub(crate) written: [&'a str; 2],
}

impl<'a> Analysis<'a> {
    pub(crate) fn of(passages: impl IntoIterator<Item = &'a Passage>) -> Self {
        let mut analysis = Self::default();
        analysis.add(passages);
        analysis
    }

    pub(crate) fn add(&mut self, passages: impl IntoIterator<Item = &'a Passage>) {
        for passage in passages {
            let (language, stems) = (passage.language, Stems::new(passage.language));
            for written in words(&passage.text) {
                let folded = fold(written);
                if !says_nothing(&folded) && !is_stop_word(language, &folded) {
                    self.count(stems.stem(&folded), written, language);
                }
            }
        }
    }

    fn count(&mut self, stem: String, written: &'a str, language: Language) {
        let i = language as usize;
        let usage = self.terms.entry(stem).or_default();
        usage.counts[i] = usage.counts[i].saturating_add(1);
        if usage.written[i].is_empty() || (begins_large(usage.written[i]) && !begins_large(written))
        {
            usage.written[i] = written;
        }
        self.lengths[i] = self.lengths[i].saturating_add(1);
    }
}

/// The words of a search, each as its (Spanish, English) stems, because a few words do not tell
/// their language. A stop word of either language is none.
pub(crate) fn query(text: &str) -> Vec<[String; 2]> {
    let stems = Language::ALL.map(Stems::new);
    let mut words: Vec<[String; 2]> = words(text)
        .map(fold)
        .filter(|word| {
            !says_nothing(word)
                && !Language::ALL.iter().any(|&language| is_stop_word(language, word))
        })
        .map(|word| [stems[0].stem(&word), stems[1].stem(&word)])
        .collect();
    words.sort_unstable();
    words.dedup();
    words
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
    let short = folded.chars().nth(2).is_none();
    folded.chars().nth(1).is_none() || short && folded.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_stop_word(language: Language, folded: &str) -> bool {
    let list = match language {
        Language::Spanish => stop_words::SPANISH,
        Language::English => stop_words::ENGLISH,
    };
    list.binary_search(&folded).is_ok()
}

fn begins_large(word: &str) -> bool {
    word.starts_with(char::is_uppercase)
}

/// A stemmer that takes folded words.
struct Stems {
    language: Language,
    snowball: Stemmer,
}

impl Stems {
    fn new(language: Language) -> Self {
        let algorithm = match language {
            Language::Spanish => Algorithm::Spanish,
            Language::English => Algorithm::English,
        };
        Self { language, snowball: Stemmer::create(algorithm) }
    }

    fn stem(&self, folded: &str) -> String {
        let word = match self.language {
            Language::Spanish => with_known_accent(folded),
            Language::English => Cow::Borrowed(folded),
        };
        self.snowball.stem(&word).into_owned()
    }
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
    use super::*;

    fn stems(language: Language, text: &str) -> Vec<String> {
        let passage = Passage { language, text: text.to_owned() };
        Analysis::of([&passage]).terms.into_keys().collect()
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
        assert!(query("de the y").is_empty());
        assert_eq!(stems(Language::Spanish, "CO₂ y acero 304"), ["304", "acer", "co2"]);
    }

    #[test]
    fn a_word_is_remembered_as_written_small_letters_first() {
        let passages = [Passage::spanish("Teñido con PLC"), Passage::spanish("el teñido")];
        let analysis = Analysis::of(&passages);
        let written: Vec<&str> = analysis.terms.values().map(|usage| usage.written[0]).collect();
        assert_eq!(written, ["PLC", "teñido"]);
    }

    #[test]
    fn stems_of_cognates_are_the_same_term() {
        assert_eq!(
            stems(Language::Spanish, "sensores textiles"),
            stems(Language::English, "textile sensors")
        );
    }
}

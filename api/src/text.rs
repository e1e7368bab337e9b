//! Text as people write it: folded for comparison, checked for what may not be in it.

use sha2::{Digest, Sha256};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Lower case without accents, blanks collapsed; `ñ` stays `ñ`, because `año`
/// and `ano` are different words. Both databases compare what this returns.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut letters = text.nfd().peekable();
    let mut blank = false;
    while let Some(letter) = letters.next() {
        if letter.is_whitespace() || letter == '\u{0}' {
            blank = !folded.is_empty();
            continue;
        }
        if is_combining_mark(letter) {
            continue;
        }
        if std::mem::take(&mut blank) {
            folded.push(' ');
        }
        if matches!(letter, 'n' | 'N') && letters.peek() == Some(&'\u{303}') {
            folded.push('ñ');
        } else {
            folded.extend(letter.to_lowercase());
        }
    }
    folded
}

/// Letters that are not seen and only mislead (Unicode's format characters): soft
/// hyphens, zero-width blanks, marks that turn the direction of text.
#[must_use]
pub fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Whether both databases can keep and order a time of this year: SQLite compares
/// times as text, which a fifth digit or a sign would break.
#[must_use]
pub fn is_plausible_year(year: i32) -> bool {
    (1900..=9998).contains(&year)
}

/// A fingerprint of texts, the same on every machine and in every version.
#[must_use]
pub fn fingerprint(texts: &[&str]) -> i64 {
    let mut hasher = Sha256::new();
    for text in texts {
        hasher.update(text.len().to_le_bytes());
        hasher.update(text.as_bytes());
    }
    let digest = hasher.finalize();
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    i64::from_le_bytes(first)
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn folding_keeps_what_makes_a_difference() {
        assert_eq!(fold("  Teñido  de   ALGODÓN\n"), "teñido de algodon");
        assert_eq!(fold("Año"), "año");
        assert_eq!(fold("an\u{303}o"), "año");
        assert_ne!(fold("año"), fold("ano"));
        assert_eq!(fold("Ü"), "u");
    }
}

//! A first look at a document, before the parser: how long it is in tokens, and
//! how deeply its brackets are nested.
//!
//! The parser recurses on values and types without a bound and would run out of
//! stack; this loop does not recurse. It does not judge: what is not GraphQL is
//! counted as something and left to the parser.

/// What the first look tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// Tokens as the specification counts them.
    pub tokens: u32,
    /// The most brackets, of all three kinds, open at once.
    pub nesting: u32,
}

/// Measures a document in one pass. Stops after `tokens` + 1 tokens.
#[must_use]
pub fn shape(document: &str, tokens: u32) -> Shape {
    let mut rest = document.as_bytes();
    let mut shape = Shape::default();
    let mut open: u32 = 0;
    while let Some(&first) = rest.first() {
        let length = match first {
            b' ' | b'\t' | b'\n' | b'\r' | b',' => {
                rest = &rest[1..];
                continue;
            }
            0xEF if rest.starts_with("\u{feff}".as_bytes()) => {
                rest = &rest[3..];
                continue;
            }
            b'#' => {
                rest = &rest[until(rest, |b| b == b'\n' || b == b'\r')..];
                continue;
            }
            b'"' => string(rest),
            b'.' if rest.starts_with(b"...") => 3,
            b'{' | b'[' | b'(' => {
                open += 1;
                shape.nesting = shape.nesting.max(open);
                1
            }
            b'}' | b']' | b')' => {
                open = open.saturating_sub(1);
                1
            }
            b'-' | b'0'..=b'9' => number(rest),
            b if is_word(b) => until(rest, |b| !is_word(b)),
            _ => 1,
        };
        shape.tokens += 1;
        if shape.tokens > tokens {
            break;
        }
        rest = &rest[length..];
    }
    shape
}

fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}

/// The length of the number that `text` begins with: `-1.5e-3` is one token.
fn number(text: &[u8]) -> usize {
    let mut last = b'e';
    until(text, |b| {
        let sign = matches!(b, b'-' | b'+') && matches!(last, b'e' | b'E');
        last = b;
        !(sign || b == b'.' || is_word(b))
    })
}

fn until(text: &[u8], mut end: impl FnMut(u8) -> bool) -> usize {
    text.iter().position(|b| end(*b)).unwrap_or(text.len())
}

/// The length of the string or block string that `text` begins with.
fn string(text: &[u8]) -> usize {
    const BLOCK: &[u8] = b"\"\"\"";
    let block = text.starts_with(BLOCK);
    let mut at = if block { 3 } else { 1 };
    while at < text.len() {
        let rest = &text[at..];
        if block {
            if rest.starts_with(b"\\\"\"\"") {
                at += 4;
            } else if rest.starts_with(BLOCK) {
                return at + 3;
            } else {
                at += 1;
            }
        } else {
            match rest[0] {
                b'"' => return at + 1,
                b'\n' | b'\r' => return at,
                b'\\' => at += 2,
                _ => at += 1,
            }
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(document: &str) -> (u32, u32) {
        let shape = shape(document, 1_000_000);
        (shape.tokens, shape.nesting)
    }

    #[test]
    fn tokens_are_counted_as_the_specification_does() {
        for (document, tokens, nesting) in [
            ("", 0, 0),
            ("{a}", 3, 1),
            ("\u{feff}query Q($a: [Int!]! = -1.5e-3) { a }", 17, 2),
            ("{ a # { { {\n, b }", 4, 1),
            ("{ ...F ... on T { a } }", 10, 2),
            (r#"{ a(b: "{\"{", c: """ { \""" " { """) }"#, 11, 2),
            (r#"{ a(b: "open"#, 6, 2),
            ("{ a(b: \"open\n{", 7, 3),
            (r#"{ a(b: """open {"#, 6, 2),
            (r#"{ a(b: "\"#, 6, 2),
            ("}}}{", 4, 1),
            ("ñ", 2, 0),
        ] {
            assert_eq!(of(document), (tokens, nesting), "{document}");
        }
    }

    #[test]
    fn it_stops_where_the_limit_is_broken() {
        assert_eq!(shape(&"a ".repeat(100_000), 10).tokens, 11);
        assert_eq!(of(&"[".repeat(100_000)).1, 100_000);
    }
}

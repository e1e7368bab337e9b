//! The blind check: what the public text of an anonymous record may not hold.

use std::sync::LazyLock;

use regex::Regex;
use unicode_normalization::UnicodeNormalization;

use crate::text::{fold, is_invisible};

/// What a text gives away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leak {
    /// A legal name, a trade name or a declared mark.
    Name,
    /// An e-mail address.
    Email,
    /// A link, a domain name or the id of a record.
    Link,
    /// A telephone number.
    Telephone,
    /// A street address or a postal code.
    Address,
}

impl Leak {
    /// What is wrong, for people.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::Name => {
                "nombra a la organización o una de sus marcas / names the organization or one of its marks"
            }
            Self::Email => "contiene un correo electrónico / contains an e-mail address",
            Self::Link => "contiene un enlace / contains a link",
            Self::Telephone => "contiene un teléfono / contains a telephone number",
            Self::Address => "contiene un domicilio / contains an address",
        }
    }
}

/// The patterns are constants: that they compile is proved by the tests below.
fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

/// An address, also with the sign spelt out, and names on social networks.
static EMAIL: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"\w\s{0,2}@\s{0,2}\w|@\w{3,}"));
static LINK: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"https?:|www\.|\b(org|offer|need|interest|match|message|disclosure|doc|agreement|asset|capability|region|delegation|person)_[0-9a-f]{32}\b|\b(t|wa|fb|bit)\.(me|ly|com)/|\b[a-z0-9][a-z0-9-]*\.(com|mx|org|net|edu|gob|info|io|biz|ai|app|dev|tech|tv|xyz|site|online|store|shop|cloud|lat|page|web|example)\b",
    )
});
/// Ten digits, as Mexican numbers have, grouped in any way; an international
/// prefix; or the word for it before digits.
static TELEPHONE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"\+\s?\d[\d\s().-]{6,}\d|(^|[^\d.,])\(?(\d[\s()/_|·•-]{0,3}){9,12}\d($|[^\d.,]|[.,]\D|[.,]$)|\b\d{2,3}\.\d{3,4}\.\d{4}\b|\b(tel|telefono|telefonos|cel|celular|whatsapp|movil|fax)\b\W{0,4}\d{2}",
    )
});
static ADDRESS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"\b(calle|avenida|av\.|blvd\.?|boulevard|bulevar|calzada|privada|prolongacion|carretera|periferico|libramiento|autopista|callejon|andador|street|avenue|road)\s[^.;:]{1,60}?(no\.?\s?|num\.?\s?|#\s?|km\.?\s?)?\b\d{1,5}\b|\bc\.?\s?p\.?:?\s?\d{4,5}\b|\bcodigo postal\s?\d|\b(col|fracc)\.\s\w|\d,?\s(colonia|fraccionamiento)\s\w",
    )
});

/// A text as the patterns read it: folded, compatibility forms resolved, letters
/// that only look Latin made Latin, and the usual ways around a filter undone.
fn skeleton(text: &str) -> String {
    let plain: String = text.nfkc().filter(|letter| !is_invisible(*letter)).map(latin).collect();
    let mut folded = fold(&plain);
    for (way_around, meant) in [
        ("[.]", "."),
        ("(.)", "."),
        (" punto com", ".com"),
        (" dot com", ".com"),
        ("(at)", "@"),
        ("[at]", "@"),
        ("(arroba)", "@"),
        (" arroba ", "@"),
        ("(a)", "@"),
        ("[a]", "@"),
    ] {
        folded = folded.replace(way_around, meant);
    }
    folded
}

/// Letters of other alphabets that look like Latin ones, and every dash as one.
fn latin(letter: char) -> char {
    const LIKE: &[(&str, &str)] = &[
        ("авсԁеһіјкӏмнорԛѕтуѡхАВСЕНІЈКМОРЅТХУ", "abcdehijklmhopqstywxABCEHIJKMOPSTXY"),
        ("αβεζηικνορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "abeznikvoptuxABEZHIKMNOPTYX"),
        ("‐‑‒–—―−", "-------"),
    ];
    LIKE.iter()
        .find_map(|(from, to)| {
            let place = from.chars().position(|other| other == letter)?;
            to.chars().nth(place)
        })
        .unwrap_or(letter)
}

/// What `text` gives away, given the names and marks that it may not hold.
#[must_use]
pub fn leaks(text: &str, names: &[String]) -> Vec<Leak> {
    let folded = skeleton(text);
    let mut found = Vec::new();
    let words = words(&folded);
    let joined: String = words.chars().filter(|letter| *letter != ' ').collect();
    let names_it = |name: &String| {
        let together: String = name.chars().filter(|letter| *letter != ' ').collect();
        // A name of several words is also found when its blanks are left out.
        words.contains(&format!(" {name} "))
            || name.contains(' ') && together.chars().count() >= 8 && joined.contains(&together)
    };
    if names.iter().any(names_it) {
        found.push(Leak::Name);
    }
    for (leak, pattern) in [
        (Leak::Email, &EMAIL),
        (Leak::Link, &LINK),
        (Leak::Telephone, &TELEPHONE),
        (Leak::Address, &ADDRESS),
    ] {
        if pattern.as_ref().is_some_and(|pattern| pattern.is_match(&folded)) {
            found.push(leak);
        }
    }
    found
}

/// A name as the check compares it: folded, in words, without the legal form
/// that every company carries. Nothing is left of a name that says nothing.
#[must_use]
pub fn comparable(name: &str) -> Option<String> {
    const LEGAL_FORMS: &[&str] = &[
        "s a p i de c v",
        "sapi de cv",
        "s de r l de c v",
        "s de rl de cv",
        "s de r l mi",
        "s a b de c v",
        "s p r de r l",
        "spr de rl",
        "s c de r l de c v",
        "sc de rl de cv",
        "srl de cv",
        "srl",
        "sa",
        "sc",
        "sab de cv",
        "s a de c v",
        "sa de cv",
        "s de r l",
        "s a s",
        "sas de cv",
        "s c",
        "a c",
        "s a",
        "i a p",
        "demo",
    ];
    let mut words = words(&skeleton(name)).trim().to_owned();
    while let Some(shorter) = LEGAL_FORMS.iter().find_map(|form| {
        words
            .strip_suffix(form)
            .filter(|rest| rest.ends_with(' '))
            .map(|rest| rest.trim().to_owned())
    }) {
        words = shorter;
    }
    (words.chars().count() >= 3).then_some(words)
}

/// Letters and digits alone, one blank between words and at both ends.
fn words(folded: &str) -> String {
    let mut words = String::from(" ");
    for letter in folded.chars() {
        if letter.is_alphanumeric() {
            words.push(letter);
        } else if !words.ends_with(' ') {
            words.push(' ');
        }
    }
    if !words.ends_with(' ') {
        words.push(' ');
    }
    words
}

#[cfg(test)]
mod tests {
    use super::{Leak, comparable, leaks};

    fn found(text: &str) -> Vec<Leak> {
        let names = ["Hornos del Valle, S.A. de C.V.", "Térmika"];
        leaks(text, &names.iter().filter_map(|name| comparable(name)).collect::<Vec<_>>())
    }

    #[test]
    fn what_gives_a_company_away_is_found() {
        for (text, leak) in [
            ("En HORNOS  del valle buscamos hornos", Leak::Name),
            ("nuestro sistema TERMIKA®", Leak::Name),
            ("escriba a ventas@ejemplo.mx", Leak::Email),
            ("escriba a ventas (arroba) ejemplo.mx", Leak::Email),
            ("hornosdelvalle tiene", Leak::Name),
            ("H\u{043e}rn\u{043e}s del V\u{0430}lle", Leak::Name),
            ("Hor\u{200b}nos del Va\u{ad}lle", Leak::Name),
            ("Ｈｏｒｎｏｓ del Valle", Leak::Name),
            ("Térmika SPR de RL", Leak::Name),
            ("ventas(a)ejemplo", Leak::Email),
            ("x  @  y . mx", Leak::Email),
            ("ejemplo[.]com", Leak::Link),
            ("wa.me/525512345678", Leak::Link),
            ("ejemplo.tech", Leak::Link),
            ("55·5555·0123", Leak::Telephone),
            ("55‑5555‑0123", Leak::Telephone),
            ("cel/WhatsApp 5555 0123", Leak::Telephone),
            ("525512345678", Leak::Telephone),
            ("Periférico Norte 1234", Leak::Address),
            ("vea www.ejemplo.mx", Leak::Link),
            ("vea https://ejemplo", Leak::Link),
            ("llame al 55 5555 0123 ya", Leak::Telephone),
            ("llame al (55) 5555-0123", Leak::Telephone),
            ("llame al 5555550123.", Leak::Telephone),
            ("+52 1 55 5555 0123", Leak::Telephone),
            ("Tel. 5555 0123", Leak::Telephone),
            ("estamos en Calle Demostración 123", Leak::Address),
            ("Av. de los Ejemplos No. 45", Leak::Address),
            ("Carretera a Saltillo km 12", Leak::Address),
            ("C.P. 25000", Leak::Address),
            ("Col. Centro", Leak::Address),
        ] {
            assert!(found(text).contains(&leak), "{text}: {:?}", found(text));
        }
    }

    #[test]
    fn technical_text_passes() {
        for text in [
            "Horno de túnel de 1,200 °C para 3.5 t/h, NOM-085-SEMARNAT-2011, 440 V, 60 Hz",
            "Producción de 100 000 000 piezas entre 2027 y 2028; 12 500 a 15 000 kg",
            "hornos en el valle de los procesos",
            "Tolerancia 0.0000000001 m; caudal 1234567.8901 L",
            "El proceso A/B reduce 35 % el consumo. Nota: ver anexo técnico",
            "una colonia estable de larva; fraccionamiento de aceites por vía seca",
            "Cumplir ISO 9001:2015 e ISO 14001:2015 y pH 6.5-8.5",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn a_legal_form_alone_is_no_name() {
        assert_eq!(comparable("S.A. de C.V."), Some("s a de c v".into()));
        assert_eq!(
            comparable("Hornos del Valle, S.A. de C.V. (demo)").as_deref(),
            Some("hornos del valle")
        );
        assert_eq!(comparable("Té"), None);
    }
}

//! Evidence in words, Spanish and English: every sentence that the engine says stands here.

use crate::features::{Carrier, Evidence};
use crate::profile::{Bilingual, Labels, Limits};
use crate::scian::Kinship;

pub(crate) fn tell(evidence: &Evidence<'_>, labels: &dyn Labels) -> Bilingual {
    match evidence {
        Evidence::Words(carriers) => in_common(carriers),
        Evidence::Kin(kinship, code) => {
            let (nivel, level) = match kinship {
                Kinship::Rama => ("la rama", "industry group"),
                Kinship::Subsector => ("el subsector", "subsector"),
                Kinship::Sector => ("el sector", "sector"),
            };
            let sector = sector(code, labels);
            say(format!("Ambos en {nivel} {}", sector.es), format!("Both in {level} {}", sector.en))
        }
        Evidence::ApplicableTo(code) => {
            let sector = sector(code, labels);
            say(format!("Aplicable a {}", sector.es), format!("Applicable to {}", sector.en))
        }
        Evidence::NoSectorInCommon => say("Sin sector en común", "No sector in common"),
        Evidence::Readiness { offered, accepted } => readiness(*offered, *accepted),
        Evidence::BothAccept(codes) => {
            let names: Vec<Bilingual> = codes.iter().map(|code| agreement(code, labels)).collect();
            let es: Vec<&str> = names.iter().map(|name| name.es.as_str()).collect();
            let en: Vec<String> = names.iter().map(|name| with_article(&name.en)).collect();
            say(format!("Ambos aceptan {}", list_es(&es)), format!("Both accept {}", list_en(&en)))
        }
        Evidence::Related(asked, given) => {
            let (asked, given) = (agreement(asked, labels), agreement(given, labels));
            say(
                format!("Formas afines: {} y {}", asked.es, given.es),
                format!("Related forms: {} and {}", asked.en, given.en),
            )
        }
        Evidence::NoPartnershipInCommon => say(
            "No coinciden en la forma de colaboración",
            "They do not accept the same kinds of agreement",
        ),
        Evidence::Limits { need, offer } => limits(*need, *offer),
        Evidence::SameState(code) => {
            let state = state(code, labels);
            say(format!("Ambos en {}", state.es), format!("Both in {}", state.en))
        }
        Evidence::NeighbourStates(need, offer) => {
            let (need, offer) = (state(need, labels), state(offer, labels));
            say(
                format!("{} y {} son estados vecinos", need.es, offer.es),
                format!("{} and {} are neighbouring states", need.en, offer.en),
            )
        }
        Evidence::SameRegion => {
            say("Ambos en la misma región de la cámara", "Both in the same chamber region")
        }
        Evidence::ApartStates(need, offer) => {
            let (need, offer) = (state(need, labels), state(offer, labels));
            say(
                format!("La necesidad está en {}, la oferta en {}", need.es, offer.es),
                format!("The need is in {}, the offer in {}", need.en, offer.en),
            )
        }
        Evidence::ApartRegions => {
            say("En regiones distintas de la cámara", "In different chamber regions")
        }
    }
}

fn say(es: impl Into<String>, en: impl Into<String>) -> Bilingual {
    Bilingual::new(es, en)
}

/// The words that both use, then those that mean nearly the same.
fn in_common(carriers: &[Carrier]) -> Bilingual {
    let shared = carriers.iter().filter(|carrier| carrier.offer.is_none());
    let shared: Vec<&str> = shared.map(|carrier| carrier.need.as_str()).collect();
    let near: Vec<String> = carriers
        .iter()
        .filter_map(|carrier| Some(format!("{} ~ {}", carrier.need, carrier.offer.as_ref()?)))
        .collect();
    let mut parts = Vec::new();
    if !shared.is_empty() {
        let (palabra, word) = if shared.len() == 1 {
            ("Palabra en común", "Word in common")
        } else {
            ("Palabras en común", "Words in common")
        };
        parts.push(say(
            format!("{palabra}: {}", list_es(&shared)),
            format!("{word}: {}", list_en(&shared)),
        ));
    }
    if !near.is_empty() {
        let near = near.join(", ");
        parts.push(say(format!("Significado afín: {near}"), format!("Related in meaning: {near}")));
    }
    if parts.is_empty() {
        return say("Sin palabras en común", "No words in common");
    }
    let join = |of: fn(&Bilingual) -> &str| parts.iter().map(of).collect::<Vec<_>>().join(". ");
    say(join(|part| &part.es), join(|part| &part.en))
}

fn readiness(offered: (u8, u8), accepted: (u8, u8)) -> Bilingual {
    let band = |(low, high): (u8, u8), to: &str| {
        if low == high { low.to_string() } else { format!("{low} {to} {high}") }
    };
    let (faltante, gap) = match accepted.0.saturating_sub(offered.1) {
        0 => (String::new(), String::new()),
        1 => (": falta 1 nivel".to_owned(), ": 1 level short".to_owned()),
        missing => (format!(": faltan {missing} niveles"), format!(": {missing} levels short")),
    };
    say(
        format!(
            "TRL {}; la necesidad admite {}{faltante}",
            band(offered, "a"),
            band(accepted, "a")
        ),
        format!("TRL {}; the need accepts {}{gap}", band(offered, "to"), band(accepted, "to")),
    )
}

fn limits(need: Limits, offer: Limits) -> Bilingual {
    let (mut es, mut en) = (Vec::new(), Vec::new());
    if let Some((limit, estimate)) = need.months.zip(offer.months) {
        let (mes, month) = if estimate == 1 { ("mes", "month") } else { ("meses", "months") };
        es.push(format!("estimado {estimate} {mes}, plazo {limit}"));
        en.push(format!("estimated {estimate} {month}, time limit {limit}"));
    }
    if let Some((limit, estimate)) = need.cost.zip(offer.cost) {
        let over = estimate.saturating_sub(limit);
        if over == 0 {
            es.push("costo dentro del presupuesto".to_owned());
            en.push("cost within budget".to_owned());
        } else if let Some(percent) = over.saturating_mul(100).checked_div(limit) {
            es.push(format!("costo {percent} % arriba del presupuesto"));
            en.push(format!("cost {percent}% over budget"));
        } else {
            es.push("costo arriba del presupuesto".to_owned());
            en.push("cost over budget".to_owned());
        }
    }
    say(capitalized(&es.join("; ")), capitalized(&en.join("; ")))
}

fn sector(code: &str, labels: &dyn Labels) -> Bilingual {
    labels.sector(code).map_or_else(
        || say(code, code),
        |title| say(format!("{code} {}", title.es), format!("{code} {}", title.en)),
    )
}

fn state(code: &str, labels: &dyn Labels) -> Bilingual {
    labels.state(code).unwrap_or_else(|| say(code, code))
}

/// The label of a kind of agreement, as it stands within a sentence.
fn agreement(code: &str, labels: &dyn Labels) -> Bilingual {
    labels.partnership(code).map_or_else(
        || say(code, code),
        |label| say(uncapitalized(&label.es), uncapitalized(&label.en)),
    )
}

/// "a, b y c", and "e" before the sound of i.
fn list_es<S: AsRef<str>>(items: &[S]) -> String {
    let and = |next: &str| if sounds_as_i(next) { "e" } else { "y" };
    list(items, and)
}

fn list_en<S: AsRef<str>>(items: &[S]) -> String {
    list(items, |_| "and")
}

fn list<S: AsRef<str>>(items: &[S], and: impl Fn(&str) -> &'static str) -> String {
    match items {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            let last = last.as_ref();
            format!("{} {} {last}", first.join(", "), and(last))
        }
    }
}

/// "industria" and "hilo", but neither "hielo" nor "ion".
fn sounds_as_i(word: &str) -> bool {
    let word = word.to_lowercase();
    let word = word.strip_prefix('h').unwrap_or(&word);
    let mut letters = word.chars();
    matches!(letters.next(), Some('i' | 'í'))
        && !matches!(letters.next(), Some('a' | 'e' | 'o' | 'á' | 'é' | 'ó'))
}

/// "a supplier agreement", "an investment agreement", "an R&D cooperation agreement".
fn with_article(name: &str) -> String {
    let article = if name.starts_with(['a', 'e', 'i', 'o', 'u']) || name.starts_with("R&D") {
        "an"
    } else {
        "a"
    };
    format!("{article} {name}")
}

fn capitalized(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Abbreviations keep their capitals.
fn uncapitalized(label: &str) -> String {
    let mut letters = label.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => label.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_joined_as_people_do() {
        assert_eq!(list_es(&["agua"]), "agua");
        assert_eq!(list_es(&["agua", "teñido", "hilo"]), "agua, teñido e hilo");
        assert_eq!(list_es(&["agua", "industria"]), "agua e industria");
        assert_eq!(list_es(&["agua", "hielo"]), "agua y hielo");
        assert_eq!(list_en(&["water", "dyeing", "yarn"]), "water, dyeing and yarn");
    }

    #[test]
    fn abbreviations_keep_their_capitals() {
        assert_eq!(uncapitalized("Acuerdo comercial"), "acuerdo comercial");
        assert_eq!(uncapitalized("R&D cooperation agreement"), "R&D cooperation agreement");
        assert_eq!(with_article("R&D cooperation agreement"), "an R&D cooperation agreement");
        assert_eq!(with_article("supplier agreement"), "a supplier agreement");
    }
}

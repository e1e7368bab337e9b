//! What must hold for any texts and any records.

use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use uuid::Uuid;

use crate::evaluation::NoNames;
use crate::{Index, Kind, Language, Passage, Profile, Reader};

/// Words of the trade and of everyday, in both languages, forms of one word among them, and some
/// that the table does not know.
const WORDS: &[&str] = &[
    "agua",
    "aguas",
    "teñido",
    "teñidos",
    "algodón",
    "hilo",
    "tela",
    "textil",
    "textiles",
    "proceso",
    "procesos",
    "planta",
    "reducir",
    "reducción",
    "consumo",
    "energía",
    "calor",
    "residual",
    "residuales",
    "lodos",
    "depuradora",
    "tratamiento",
    "sensor",
    "sensores",
    "medición",
    "óptica",
    "temperatura",
    "control",
    "calidad",
    "industria",
    "industrial",
    "empresa",
    "empresas",
    "plástico",
    "reciclado",
    "envase",
    "biodegradable",
    "polímero",
    "resina",
    "acero",
    "soldadura",
    "fundición",
    "molde",
    "motor",
    "batería",
    "litio",
    "solar",
    "panel",
    "agricultura",
    "riego",
    "suelo",
    "fertilizante",
    "maíz",
    "leche",
    "queso",
    "conservación",
    "inocuidad",
    "laboratorio",
    "análisis",
    "software",
    "datos",
    "algoritmo",
    "inteligencia",
    "artificial",
    "predicción",
    "mantenimiento",
    "water",
    "dyeing",
    "dyed",
    "cotton",
    "yarn",
    "fabric",
    "fabrics",
    "process",
    "processes",
    "plant",
    "reduce",
    "reduction",
    "consumption",
    "energy",
    "heat",
    "waste",
    "sewage",
    "sludge",
    "treatment",
    "sensors",
    "measurement",
    "optical",
    "temperature",
    "quality",
    "industry",
    "company",
    "plastic",
    "recycled",
    "packaging",
    "polymer",
    "resin",
    "steel",
    "welding",
    "casting",
    "mould",
    "engine",
    "battery",
    "lithium",
    "agriculture",
    "irrigation",
    "soil",
    "fertilizer",
    "maize",
    "milk",
    "cheese",
    "preservation",
    "safety",
    "laboratory",
    "analysis",
    "data",
    "algorithm",
    "intelligence",
    "prediction",
    "maintenance",
    "co2",
    "304l",
    "pvc",
    "染色",
    "热水",
    "zxqv",
];

fn word() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(WORDS)
}

/// Sentences of words.
fn text() -> impl Strategy<Value = String> {
    vec(vec(word(), 1..10), 1..5).prop_map(|sentences| {
        let sentences: Vec<String> = sentences.iter().map(|words| words.join(" ")).collect();
        sentences.join(". ")
    })
}

fn language() -> impl Strategy<Value = Language> {
    prop_oneof![Just(Language::Spanish), Just(Language::English)]
}

fn passage() -> impl Strategy<Value = Passage> {
    (language(), text()).prop_map(|(language, text)| Passage { language, text })
}

fn profile(id: u128, kind: Kind, texts: Vec<Passage>) -> Profile {
    Profile { open: true, public_text: texts, ..Profile::new(Uuid::from_u128(id), kind) }
}

fn index_of(profiles: impl IntoIterator<Item = Profile>) -> Index {
    let mut index = Index::new(Arc::new(NoNames));
    for profile in profiles {
        index.upsert(profile);
    }
    index
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn adding_a_shared_term_never_lowers_the_likeness_of_texts(
        asked in passage(),
        offered in passage(),
        others in vec(passage(), 0..6),
        (which, sentence, place) in any::<(prop::sample::Index, prop::sample::Index, prop::sample::Index)>(),
        alone in any::<bool>(),
    ) {
        let index = index_of((10..).zip(others).map(|(id, text)| profile(id, Kind::Offer, vec![text])));
        let need = profile(1, Kind::Need, vec![asked.clone()]);
        let likeness = |offered: &Passage| {
            index.compare(&need, &profile(2, Kind::Offer, vec![offered.clone()])).expect("texts")
        };
        let words: Vec<&str> = asked.text.split([' ', '.']).filter(|word| !word.is_empty()).collect();
        let term = words[which.index(words.len())];
        let mut sentences: Vec<Vec<&str>> =
            offered.text.split(". ").map(|sentence| sentence.split(' ').collect()).collect();
        let sentence = sentence.index(sentences.len());
        if alone {
            sentences.insert(sentence, vec![term]);
        } else {
            let place = place.index(sentences[sentence].len() + 1);
            sentences[sentence].insert(place, term);
        }
        let sentences: Vec<String> = sentences.iter().map(|words| words.join(" ")).collect();
        // In the same language, so that it is the same word.
        let offered = Passage { language: asked.language, ..offered };
        let more = Passage { text: sentences.join(". "), ..offered.clone() };
        let (before, after) = (likeness(&offered), likeness(&more));
        prop_assert!(after >= before, "{term}: {before} {after} {more:?}");
    }

    #[test]
    fn filters_never_admit_what_they_forbid(
        asked in passage(),
        offered in vec((passage(), any::<bool>(), 1_u8..4, prop::option::of(1_u8..4)), 1..12),
        excluded in prop::option::of(1_u8..4),
    ) {
        let state = |code: u8| format!("{code:02}");
        let need = Profile {
            state: Some(state(1)),
            excluded_states: excluded.map(state).into_iter().collect(),
            ..profile(1, Kind::Need, vec![asked])
        };
        let offers: Vec<Profile> = (10..)
            .zip(offered)
            .map(|(id, (text, open, at, excluded))| Profile {
                open,
                state: Some(state(at)),
                excluded_states: excluded.map(state).into_iter().collect(),
                ..profile(id, Kind::Offer, vec![text])
            })
            .collect();
        let index = index_of(offers.clone());
        let found = index.matches(&need, Kind::Offer, 50);
        for offer in &offers {
            let forbidden = !offer.open
                || excluded.is_some_and(|excluded| offer.state == Some(state(excluded)))
                || offer.excluded_states.contains(&state(1));
            let is_found = found.iter().any(|found| found.offer == offer.id);
            prop_assert!(!(forbidden && is_found), "{offer:?}");
            if !forbidden {
                prop_assert_eq!(index.score(&need, offer).exclusions, vec![]);
            }
        }
    }

    #[test]
    fn the_order_of_insertion_does_not_matter_and_parts_sum_to_the_score(
        texts in vec(passage(), 2..10),
        seed in any::<prop::sample::Index>(),
    ) {
        let kinds = [Kind::Need, Kind::Offer, Kind::Capability, Kind::Asset];
        let profiles: Vec<Profile> = (0_u128..)
            .zip(texts)
            .map(|(id, text)| profile(id, kinds[usize::try_from(id).unwrap_or(0) % 4], vec![text]))
            .collect();
        let mut turned = profiles.clone();
        turned.rotate_left(seed.index(profiles.len()));
        turned.reverse();
        let (one, other) = (index_of(profiles.clone()), index_of(turned));
        for profile in &profiles {
            for kind in Kind::ALL {
                let found = one.matches(profile, kind, 50);
                prop_assert_eq!(&found, &other.matches(profile, kind, 50));
                for found in found {
                    let parts: u32 = found.components.iter().map(|part| part.contribution).sum();
                    prop_assert_eq!(parts, found.score);
                }
            }
        }
        let search = "agua sensors textiles";
        prop_assert_eq!(
            one.search(search, Reader::Network, &Kind::ALL),
            other.search(search, Reader::Network, &Kind::ALL)
        );
    }

    #[test]
    fn any_text_is_borne(asked in any::<String>(), offered in "\\PC*", language in language()) {
        let offer = profile(2, Kind::Offer, vec![Passage { language, text: offered }]);
        let need = profile(1, Kind::Need, vec![Passage { language, text: asked.clone() }]);
        let index = index_of([offer.clone(), need.clone()]);
        let found = index.score(&need, &offer);
        prop_assert!(found.score <= 10_000);
        let hits = index.search(&asked, Reader::Anonymous, &Kind::ALL);
        prop_assert!(hits.iter().all(|hit| hit.score <= 10_000));
        prop_assert!(index.matches(&offer, Kind::Need, 5).len() <= 1);
    }
}

#[test]
fn empty_and_endless_texts_are_borne() {
    let texts = [
        String::new(),
        " \n\t".to_owned(),
        "a".repeat(4_000),
        "ñ".repeat(4_000),
        "染".repeat(4_000),
        "a\u{300}".repeat(2_000),
        "agua ".repeat(2_000),
        "agua. ".repeat(2_000),
        "\u{fdfa}".repeat(1_000),
    ];
    let index = index_of(
        (10..)
            .zip(&texts)
            .map(|(id, text)| profile(id, Kind::Offer, vec![Passage::spanish(text.clone())])),
    );
    for text in &texts {
        let need = profile(1, Kind::Need, vec![Passage::english(text.clone())]);
        assert!(index.matches(&need, Kind::Offer, 50).len() <= texts.len());
        assert!(index.search(text, Reader::Network, &Kind::ALL).len() <= texts.len());
    }
}

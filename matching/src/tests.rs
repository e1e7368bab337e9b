//! Promises of the whole engine.

use std::sync::Arc;

use uuid::Uuid;

use crate::{
    Bilingual, Exclusion, Feature, Index, Kind, Labels, Limits, Match, Passage, Profile, Reader,
    Weights,
};

struct Names;

impl Labels for Names {
    fn sector(&self, code: &str) -> Option<Bilingual> {
        let (es, en) = match code {
            "31-33" => ("Industrias manufactureras", "Manufacturing"),
            "313" => (
                "Fabricación de insumos textiles y acabado de textiles",
                "Manufacturing of textile inputs and textile finishing",
            ),
            "3133" => (
                "Acabado de productos textiles y fabricación de telas recubiertas",
                "Textile finishing",
            ),
            _ => return None,
        };
        Some(Bilingual::new(es, en))
    }

    fn state(&self, code: &str) -> Option<Bilingual> {
        let name = match code {
            "14" => "Jalisco",
            "18" => "Nayarit",
            "31" => "Yucatán",
            _ => return None,
        };
        Some(Bilingual::new(name, name))
    }

    fn partnership(&self, code: &str) -> Option<Bilingual> {
        let (es, en) = match code {
            "RD_COOPERATION_AGREEMENT" => {
                ("Acuerdo de cooperación en I+D", "R&D cooperation agreement")
            }
            "COMMERCIAL_AGREEMENT" => ("Acuerdo comercial", "Commercial agreement"),
            "SUPPLIER_AGREEMENT" => ("Acuerdo de proveeduría", "Supplier agreement"),
            _ => return None,
        };
        Some(Bilingual::new(es, en))
    }

    fn neighbours(&self, a: &str, b: &str) -> bool {
        matches!((a, b), ("14", "18") | ("18", "14"))
    }
}

fn index_of(profiles: impl IntoIterator<Item = Profile>) -> Index {
    let mut index = Index::new(Arc::new(Names));
    for profile in profiles {
        index.upsert(profile);
    }
    index
}

fn open(id: u128, kind: Kind, text: &str) -> Profile {
    Profile {
        open: true,
        public_text: vec![Passage::spanish(text)],
        ..Profile::new(Uuid::from_u128(id), kind)
    }
}

fn need(id: u128, text: &str) -> Profile {
    open(id, Kind::Need, text)
}

fn offer(id: u128, text: &str) -> Profile {
    open(id, Kind::Offer, text)
}

fn offers(matches: &[Match]) -> Vec<u128> {
    matches.iter().map(|found| found.offer.as_u128()).collect()
}

fn explanation(found: &Match, feature: Feature) -> (&str, &str) {
    found
        .components
        .iter()
        .find(|component| component.feature == feature)
        .map(|component| (component.explanation.es.as_str(), component.explanation.en.as_str()))
        .expect("the feature has data")
}

/// Any numbers, always the same ones.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % end
    }

    fn some<T: Clone>(&mut self, of: &[T], most: usize) -> Vec<T> {
        (0..self.below(most + 1)).map(|_| of[self.below(of.len())].clone()).collect()
    }

    fn codes(&mut self, of: &[&str], most: usize) -> Vec<String> {
        self.some(of, most).into_iter().map(str::to_owned).collect()
    }

    fn passage(&mut self) -> Passage {
        const SPANISH: &[&str] = &[
            "teñido",
            "agua",
            "algodón",
            "sensores",
            "reducir",
            "el",
            "consumo",
            "textiles",
            "horno",
            "energía",
            "medición",
            "aplicaciones",
            "plástico",
            "recubrimiento",
            "motor",
            "polímeros",
        ];
        const ENGLISH: &[&str] = &[
            "dyeing",
            "water",
            "cotton",
            "sensors",
            "the",
            "textile",
            "furnace",
            "energy",
            "motors",
            "coating",
            "polymers",
            "plastic",
            "measurement",
            "applications",
        ];
        if self.below(3) == 0 {
            Passage::english(self.some(ENGLISH, 12).join(" "))
        } else {
            Passage::spanish(self.some(SPANISH, 12).join(" "))
        }
    }

    fn profile(&mut self, id: u128, kind: Kind) -> Profile {
        const SECTORS: &[&str] =
            &["31-33", "313", "3133", "313310", "3131", "336", "54", "5413", "484", "493"];
        const AGREEMENTS: &[&str] = &[
            "RD_COOPERATION_AGREEMENT",
            "COMMERCIAL_AGREEMENT",
            "SUPPLIER_AGREEMENT",
            "ASSIGNMENT",
        ];
        let maybe = |dice: &mut Self, end: usize| (dice.below(2) == 0).then(|| dice.below(end));
        let uuid = |n: usize| Uuid::from_u128(n as u128);
        let trl = |n: usize| u8::try_from(n + 1).expect("1 to 9");
        Profile {
            public_text: (0..self.below(3)).map(|_| self.passage()).collect(),
            network_text: (0..self.below(2)).map(|_| self.passage()).collect(),
            open: self.below(5) > 0,
            sectors: self.codes(SECTORS, 2),
            own_sectors: if kind == Kind::Offer { self.codes(SECTORS, 2) } else { Vec::new() },
            trl: maybe(self, 9).map(trl).map(|low| (low, if kind == Kind::Need { 9 } else { low })),
            partnerships: self.codes(AGREEMENTS, 3),
            state: maybe(self, 3).map(|n| ["14", "18", "31"][n].to_owned()),
            region: maybe(self, 3).map(uuid),
            institution: maybe(self, 4).map(uuid),
            limits: maybe(self, 20).map(|n| Limits {
                cost: maybe(self, 1_000).map(|cost| cost as u64),
                months: maybe(self, 24).and_then(|months| u32::try_from(months + n).ok()),
            }),
            excluded_states: if self.below(10) == 0 { vec!["31".to_owned()] } else { Vec::new() },
            ..Profile::new(Uuid::from_u128(id), kind)
        }
    }

    fn profiles(&mut self, count: u128) -> Vec<Profile> {
        (0..count)
            .map(|id| {
                let kind = match id % 6 {
                    0 | 3 => Kind::Need,
                    1 | 4 => Kind::Offer,
                    2 => Kind::Capability,
                    _ => Kind::Asset,
                };
                self.profile(id, kind)
            })
            .collect()
    }
}

/// The best offers of a need, or the best needs of anything else.
fn matches(index: &Index, of: &Profile, limit: usize) -> Vec<Match> {
    let kind = if of.kind == Kind::Need { Kind::Offer } else { Kind::Need };
    index.matches(of, kind, limit)
}

fn answers(index: &Index, profiles: &[Profile]) -> String {
    let of = |profile: &Profile| Kind::ALL.map(|kind| index.matches(profile, kind, 50));
    let matches: Vec<_> = profiles.iter().map(of).collect();
    let similar: Vec<_> = profiles.iter().map(|profile| index.similar(profile, 50)).collect();
    let found = [Reader::Anonymous, Reader::Network]
        .map(|reader| index.search("sensores de agua para textiles", reader, &Kind::ALL));
    format!("{matches:?} {similar:?} {found:?}")
}

#[test]
fn contributions_add_up_to_the_score_and_weights_to_the_whole() {
    let profiles = Dice(1).profiles(150);
    let index = index_of(profiles.clone());
    let of = |is_need: bool| {
        profiles.iter().filter(move |profile| (profile.kind == Kind::Need) == is_need)
    };
    for (need, offer) in of(true).flat_map(|need| of(false).map(move |offer| (need, offer))) {
        let found = index.score(need, offer);
        let sum =
            |part: fn(&crate::Component) -> u32| found.components.iter().map(part).sum::<u32>();
        assert_eq!(sum(|component| component.contribution), found.score, "{found:?}");
        assert_eq!(
            sum(|component| component.weight),
            if found.components.is_empty() { 0 } else { 10_000 }
        );
        assert!(found.score <= 10_000 && found.coverage <= 10_000);
        for component in &found.components {
            assert!(component.value <= 10_000);
            let exact = component.weight * component.value / 10_000;
            assert!(component.contribution.abs_diff(exact) <= 2, "{found:?}");
        }
    }
}

#[test]
fn matches_say_what_score_says_from_both_sides() {
    let profiles = Dice(2).profiles(75);
    let index = index_of(profiles.clone());
    let mut seen = 0;
    for profile in &profiles {
        for found in Kind::ALL.into_iter().flat_map(|kind| index.matches(profile, kind, 500)) {
            let (need, offer) =
                (index.get(found.need).expect("known"), index.get(found.offer).expect("known"));
            assert_eq!(index.score(need, offer), found);
            if need.open {
                let back = index.matches(offer, Kind::Need, 500);
                assert!(back.contains(&found));
            }
            seen += 1;
        }
    }
    assert!(seen > 500, "{seen}");
}

#[test]
fn the_order_of_insertion_and_what_was_removed_change_nothing() {
    let profiles = Dice(3).profiles(150);
    let straight = index_of(profiles.clone());

    let mut detour = index_of(Dice(4).profiles(220));
    for profile in profiles.iter().rev() {
        detour.upsert(profile.clone());
    }
    for gone in 150..220 {
        detour.remove(Uuid::from_u128(gone));
    }
    detour.remove(Uuid::from_u128(9_999));

    assert_eq!(detour.len(), straight.len());
    assert_eq!(answers(&detour, &profiles), answers(&straight, &profiles));
    assert_eq!(answers(&straight, &profiles), answers(&straight, &profiles));
}

#[test]
fn upsert_replaces_and_remove_removes() {
    let asks = need(1, "teñido de algodón");
    let mut index = index_of([asks.clone(), offer(2, "teñido sin agua")]);
    assert_eq!(offers(&matches(&index, &asks, 9)), [2]);

    let before = index.score(&asks, index.get(Uuid::from_u128(2)).expect("known")).score;
    index.upsert(offer(2, "hornos"));
    assert_eq!(index.len(), 2);
    assert!(matches(&index, &asks, 9).iter().all(|found| found.score < before / 10));
    assert!(index.search("teñido", Reader::Network, &[Kind::Offer]).is_empty());
    assert_eq!(index.search("horno", Reader::Network, &Kind::ALL).len(), 1);

    index.remove(Uuid::from_u128(2));
    assert_eq!((index.len(), index.get(Uuid::from_u128(2))), (1, None));
    assert!(index.search("horno", Reader::Network, &Kind::ALL).is_empty());
}

#[test]
fn an_anonymous_search_is_not_touched_by_network_text() {
    let query = "teñido de algodón con sensores";
    let mut profiles = Dice(5).profiles(120);
    let index = index_of(profiles.clone());
    let with_secrets = index.search(query, Reader::Anonymous, &Kind::ALL);
    assert_ne!(with_secrets, index.search(query, Reader::Network, &Kind::ALL));

    for profile in &mut profiles {
        profile.network_text =
            vec![Passage::spanish("sensores de teñido"); profile.network_text.len()];
    }
    assert_eq!(
        index_of(profiles.clone()).search(query, Reader::Anonymous, &Kind::ALL),
        with_secrets
    );
    for profile in &mut profiles {
        profile.network_text.clear();
    }
    let bare = index_of(profiles);
    assert_eq!(bare.search(query, Reader::Anonymous, &Kind::ALL), with_secrets);
    assert_eq!(bare.search(query, Reader::Network, &Kind::ALL), with_secrets);
}

#[test]
fn search_puts_more_shared_words_first_and_then_the_rarer_and_shorter() {
    let index = index_of([
        offer(1, "agua agua agua agua"),
        offer(2, "sensores y otras cosas de agua para una planta de tratamiento"),
        offer(3, "agua potable"),
        need(4, "sensores"),
        offer(5, "hornos"),
    ]);
    let ids = |text: &str, kinds: &[Kind]| -> Vec<u128> {
        index.search(text, Reader::Anonymous, kinds).iter().map(|hit| hit.id.as_u128()).collect()
    };
    assert_eq!(ids("sensores de agua", &Kind::ALL), [2, 4, 1, 3]);
    assert_eq!(ids("SENSOR agua", &[Kind::Offer]), [2, 1, 3]);
    assert_eq!(ids("sensor", &[Kind::Need]), [4]);
    assert!(ids("de la que the", &Kind::ALL).is_empty());
    assert!(ids("  …  ", &Kind::ALL).is_empty());
}

#[test]
fn accents_and_word_order_change_no_score_and_number_little() {
    let index = index_of([
        offer(2, "Tecnología de medición óptica para aplicaciones textiles"),
        offer(3, "Hornos de fundición"),
    ]);
    let score = |text: &str| {
        index.score(&need(1, text), index.get(Uuid::from_u128(2)).expect("known")).score
    };
    let plain = score("tecnología de medición para una aplicación textil");
    assert!(plain > 0);
    assert!(score("aplicacion textil, para medicion: TECNOLOGIA").abs_diff(plain) <= 1);
    // Another number is another word to the embedding, but the same to the lexicon.
    let plural = score("tecnologías de mediciones para aplicaciones textiles");
    assert!(plural.abs_diff(plain) < 1_000, "{plural} {plain}");
}

#[test]
fn the_letter_enye_is_no_accent() {
    let index = index_of([offer(2, "caña de azúcar"), offer(3, "cana de azúcar")]);
    assert_eq!(index.search("cañas", Reader::Network, &Kind::ALL).len(), 1);
}

#[test]
fn other_languages_meet_by_cognates_for_less() {
    let english = Profile {
        public_text: vec![Passage::english("sensors for textile plants")],
        ..offer(3, "")
    };
    let index = index_of([offer(2, "sensores para plantas textiles"), english.clone()]);
    let asks = need(1, "sensor textil");
    let same = index.score(&asks, index.get(Uuid::from_u128(2)).expect("known"));
    let across = index.score(&asks, &english);
    assert!(across.score > 0 && across.score < same.score, "{across:?} {same:?}");
    assert_eq!(explanation(&across, Feature::Text).0, "Palabras en común: sensor y textil");
}

#[test]
fn what_is_unknown_is_left_out_and_its_weight_shared() {
    let index = index_of([]);
    let asks = Profile { trl: Some((6, 9)), state: Some("14".to_owned()), ..need(1, "teñido") };
    let answer = Profile { trl: Some((6, 6)), ..offer(2, "") };
    let found = index.score(&asks, &answer);
    assert_eq!(found.components.len(), 1);
    assert_eq!((found.score, found.components[0].weight), (10_000, 10_000));
    assert_eq!(found.coverage, 1_300);

    let nothing = index.score(&need(1, ""), &offer(2, "teñido"));
    assert_eq!((nothing.score, nothing.coverage, nothing.components.len()), (0, 0, 0));
}

#[test]
fn sectors_are_compared_in_the_tree() {
    let value = |asked: &str, own: &str, applicable: &str| {
        let codes = |code: &str| if code.is_empty() { vec![] } else { vec![code.to_owned()] };
        let asks = Profile { sectors: codes(asked), ..need(1, "") };
        let answer =
            Profile { own_sectors: codes(own), sectors: codes(applicable), ..offer(2, "") };
        let found = index_of([]).score(&asks, &answer);
        found.components.first().map(|component| component.value)
    };
    assert_eq!(value("3133", "313310", ""), Some(10_000));
    assert_eq!(value("3133", "3131", ""), Some(8_000));
    assert_eq!(value("311", "336", ""), Some(4_500), "31-33 is one sector");
    assert_eq!(value("484", "493", ""), Some(4_500), "48-49 is one sector");
    assert_eq!(value("3133", "336", "313"), Some(6_000));
    assert_eq!(value("3133", "5413", "31-33"), Some(6_000));
    assert_eq!(value("3133", "5413", "484"), Some(0));
    assert_eq!(value("3133", "", ""), None);
    assert_eq!(value("", "3133", ""), None);
    assert_eq!(value("3133", "textil", ""), None, "no code");
}

#[test]
fn readiness_agreements_limits_and_place_have_their_values() {
    let value = |asks: Profile, answer: Profile| {
        index_of([]).score(&asks, &answer).components.first().map(|component| component.value)
    };
    let trl = |band, offered| {
        value(
            Profile { trl: Some(band), ..need(1, "") },
            Profile { trl: Some((offered, offered)), ..offer(2, "") },
        )
    };
    assert_eq!(trl((6, 9), 6), Some(10_000));
    assert_eq!(trl((6, 9), 5), Some(7_000));
    assert_eq!(trl((6, 9), 2), Some(0));
    assert_eq!(trl((3, 5), 9), Some(10_000));

    let agree = |asked: &[&str], given: &[&str]| {
        let codes = |codes: &[&str]| codes.iter().map(|&code| code.to_owned()).collect();
        value(
            Profile { partnerships: codes(asked), ..need(1, "") },
            Profile { partnerships: codes(given), ..offer(2, "") },
        )
    };
    assert_eq!(agree(&["A", "B", "C"], &["B"]), Some(10_000));
    assert_eq!(agree(&["A", "B"], &["B", "C"]), Some(5_000));
    assert_eq!(agree(&["COMMERCIAL_AGREEMENT"], &["SUPPLIER_AGREEMENT"]), Some(5_000));
    assert_eq!(agree(&["A"], &["B"]), Some(0));
    assert_eq!(agree(&["A"], &[]), None);

    let months = |limit, estimate| {
        let within = |months| Some(Limits { months: Some(months), cost: None });
        value(
            Profile { limits: within(limit), ..need(1, "") },
            Profile { limits: within(estimate), ..offer(2, "") },
        )
    };
    assert_eq!(months(12, 9), Some(10_000));
    assert_eq!(months(12, 18), Some(5_000));
    assert_eq!(months(12, 24), Some(0));
    assert_eq!(months(0, 1), Some(0));

    let place = |a: &str, b: &str| {
        value(
            Profile { state: Some(a.to_owned()), ..need(1, "") },
            Profile { state: Some(b.to_owned()), ..offer(2, "") },
        )
    };
    assert_eq!(place("14", "14"), Some(8_000));
    assert_eq!(place("14", "18"), Some(5_000));
    assert_eq!(place("14", "31"), Some(2_000));

    let region = Some(Uuid::from_u128(5));
    let near = |partnerships: &[&str]| {
        let asks = Profile { region, state: Some("14".to_owned()), ..need(1, "") };
        let partnerships = partnerships.iter().map(|&code| code.to_owned()).collect();
        value(asks, Profile { region, state: Some("31".to_owned()), partnerships, ..offer(2, "") })
    };
    assert_eq!(near(&["ASSIGNMENT", "SPIN_OFF"]), Some(5_000), "the same chamber region");
    assert_eq!(near(&["ASSIGNMENT"]), None, "rights alone travel anywhere");
}

#[test]
fn the_text_value_is_what_its_formula_says() {
    // Words without a meaning in the table, so that a person can follow: no cosines.
    let index = index_of([offer(2, "热水 热水 高炉"), offer(3, "高炉")]);
    let value = |asks: &str, answer: &str| {
        index.score(&need(1, asks), &offer(9, answer)).components[0].value
    };
    // N = 102, mean length 2. 热水: n = 2, idf = 3.71844; 染色: n = 1, idf = 4.22929. Nearest: 0.46787.
    // Used twice beside one word that was not asked for: half at 1.2 (0.25 + 0.75 / 2) = 0.75, so
    // 2 / 2.75 of 0.46787 = 0.34026. logistic(3.3 * 0.80813 - 8) = 0.00481.
    assert_eq!(value("染色, 热水", "热水 热水 高炉"), 48);
    // Everything is there and nothing else: 1 + 1 / (1 + 0.3). logistic(3.3 * 1.76923 - 8) = 0.1033.
    assert_eq!(value("热水 高炉", "高炉 热水"), 1_033);
    assert_eq!(value("热水", "染色"), 3, "logistic(-8)");
}

#[test]
fn explanations_read_like_a_person_wrote_them() {
    let asks = Profile {
        network_text: vec![Passage::spanish(
            "El agua del baño de teñido se tira; medimos con PLC.",
        )],
        sectors: vec!["3133".to_owned()],
        trl: Some((6, 9)),
        partnerships: vec![
            "RD_COOPERATION_AGREEMENT".to_owned(),
            "COMMERCIAL_AGREEMENT".to_owned(),
        ],
        state: Some("14".to_owned()),
        limits: Some(Limits { cost: Some(50_000_000), months: Some(12) }),
        ..need(1, "Teñido de algodón con menos agua")
    };
    let answer = Profile {
        sectors: vec!["31-33".to_owned(), "313".to_owned()],
        own_sectors: vec!["5417".to_owned()],
        trl: Some((6, 6)),
        partnerships: vec!["RD_COOPERATION_AGREEMENT".to_owned()],
        state: Some("14".to_owned()),
        limits: Some(Limits { cost: Some(70_000_000), months: Some(9) }),
        ..offer(2, "Proceso de teñidos de algodón sin aguas residuales")
    };
    let index = index_of([asks.clone(), answer.clone()]);
    let found = index.score(&asks, &answer);
    assert_eq!(found.coverage, 10_000);
    assert_eq!(
        found.components.iter().map(|part| part.explanation.es.as_str()).collect::<Vec<_>>(),
        [
            "Palabras en común: agua, algodón y teñido",
            "Aplicable a 313 Fabricación de insumos textiles y acabado de textiles",
            "TRL 6; la necesidad admite 6 a 9",
            "Ambos aceptan acuerdo de cooperación en I+D",
            "Estimado 9 meses, plazo 12; costo 40 % arriba del presupuesto",
            "Ambos en Jalisco",
        ]
    );
    assert_eq!(
        found.components.iter().map(|part| part.explanation.en.as_str()).collect::<Vec<_>>(),
        [
            "Words in common: agua, algodón and teñido",
            "Applicable to 313 Manufacturing of textile inputs and textile finishing",
            "TRL 6; the need accepts 6 to 9",
            "Both accept an R&D cooperation agreement",
            "Estimated 9 months, time limit 12; cost 40% over budget",
            "Both in Jalisco",
        ]
    );
}

#[test]
fn explanations_of_what_does_not_fit_are_as_plain() {
    let asks = Profile {
        sectors: vec!["3133".to_owned()],
        trl: Some((6, 6)),
        partnerships: vec!["COMMERCIAL_AGREEMENT".to_owned()],
        state: Some("14".to_owned()),
        ..need(1, "teñido")
    };
    let answer = Profile {
        own_sectors: vec!["484".to_owned()],
        trl: Some((4, 4)),
        partnerships: vec!["SUPPLIER_AGREEMENT".to_owned()],
        state: Some("31".to_owned()),
        ..offer(2, "hornos")
    };
    let found = index_of([]).score(&asks, &answer);
    let told =
        [Feature::Text, Feature::Sector, Feature::Readiness, Feature::Partnership, Feature::Region]
            .map(|feature| explanation(&found, feature));
    assert_eq!(
        told,
        [
            ("Sin palabras en común", "No words in common"),
            ("Sin sector en común", "No sector in common"),
            (
                "TRL 4; la necesidad admite 6: faltan 2 niveles",
                "TRL 4; the need accepts 6: 2 levels short"
            ),
            (
                "Formas afines: acuerdo comercial y acuerdo de proveeduría",
                "Related forms: commercial agreement and supplier agreement",
            ),
            (
                "La necesidad está en Jalisco, la oferta en Yucatán",
                "The need is in Jalisco, the offer in Yucatán",
            ),
        ]
    );

    let near =
        Profile { own_sectors: vec!["3131".to_owned()], state: Some("18".to_owned()), ..answer };
    let found = index_of([]).score(&asks, &near);
    assert_eq!(
        [Feature::Sector, Feature::Region].map(|feature| explanation(&found, feature).0),
        [
            "Ambos en el subsector 313 Fabricación de insumos textiles y acabado de textiles",
            "Jalisco y Nayarit son estados vecinos",
        ]
    );
}

#[test]
fn only_open_records_are_matched_and_all_are_searched() {
    let asks = need(1, "teñido");
    let closed = Profile { open: false, ..offer(2, "teñido") };
    let index = index_of([asks.clone(), closed.clone()]);
    assert!(matches(&index, &asks, 9).is_empty());
    assert_eq!(index.search("teñido", Reader::Anonymous, &[Kind::Offer]).len(), 1);
    assert_eq!(index.score(&asks, &closed).exclusions, [Exclusion::OfferNotOpen]);

    let draft = Profile { open: false, ..need(3, "teñido") };
    assert_eq!(
        matches(&index_of([offer(2, "teñido")]), &draft, 9).len(),
        1,
        "a draft has a preview"
    );
}

#[test]
fn an_excluded_state_excludes_from_both_sides() {
    let asks = Profile { excluded_states: vec!["31".to_owned()], ..need(1, "teñido") };
    let answer = Profile { state: Some("31".to_owned()), ..offer(2, "teñido") };
    let index = index_of([asks.clone(), answer.clone()]);
    assert!(matches(&index, &asks, 9).is_empty());
    assert!(matches(&index, &answer, 9).is_empty());
    assert_eq!(index.score(&asks, &answer).exclusions, [Exclusion::StateExcluded]);
}

#[test]
fn one_institution_has_three_of_the_first_ten() {
    let big = Some(Uuid::from_u128(77));
    let mut profiles: Vec<Profile> =
        (0..12).map(|id| Profile { institution: big, ..offer(id, "teñido de algodón") }).collect();
    profiles.extend((12..22).map(|id| offer(id, "teñido de algodón con muchas palabras más")));
    let index = index_of(profiles);
    let order = offers(&matches(&index, &need(99, "teñido de algodón"), 50));
    assert_eq!(order[..10], [0, 1, 2, 12, 13, 14, 15, 16, 17, 18]);
    assert_eq!(order[10..13], [3, 4, 5], "the others follow in their order");
    assert_eq!(order.len(), 22);

    let alone = index_of((0..5).map(|id| Profile { institution: big, ..offer(id, "teñido") }));
    assert_eq!(matches(&alone, &need(99, "teñido"), 50).len(), 5, "nobody else wants the places");
}

#[test]
fn a_shared_subsector_is_enough_to_be_a_candidate() {
    let asks = Profile { sectors: vec!["3133".to_owned()], ..need(1, "") };
    let index = index_of([
        Profile { own_sectors: vec!["3131".to_owned()], ..offer(2, "hornos") },
        Profile { sectors: vec!["313".to_owned()], ..offer(3, "calderas") },
        Profile { sectors: vec!["336".to_owned()], ..offer(4, "motores") },
    ]);
    assert_eq!(offers(&matches(&index, &asks, 9)), [2, 3]);
}

#[test]
fn many_candidates_are_cut_and_the_best_text_is_kept() {
    let mut profiles: Vec<Profile> =
        (0..900).map(|id| offer(id, "teñido y otras cosas de planta")).collect();
    profiles.push(offer(5_000, "teñido de algodón"));
    let index = index_of(profiles);
    let order = offers(&matches(&index, &need(9_999, "teñido de algodón"), 1_000));
    assert_eq!((order.len(), order[0], order[1]), (100, 5_000, 0));
}

#[test]
fn weights_are_data_with_a_version() {
    let weights = Weights { version: 7, text: 0, ..Weights::default() };
    let index = Index::with_weights(Arc::new(Names), weights);
    let found = index.score(
        &Profile { trl: Some((9, 9)), ..need(1, "teñido") },
        &Profile { trl: Some((7, 7)), ..offer(2, "hornos") },
    );
    assert_eq!((found.weights_version, found.score), (7, 4_000));
}

#[test]
fn meaning_meets_across_languages_and_says_so() {
    let asks = need(1, "Necesitamos reducir el consumo de agua en el teñido de textiles");
    let english =
        |id, text: &str| Profile { public_text: vec![Passage::english(text)], ..offer(id, "") };
    let index = index_of([
        english(2, "Low water dyeing process for cotton fabrics using supercritical CO2"),
        english(3, "Insulated containers for transporting vaccines"),
        offer(4, "Estufas de leña para comunidades rurales"),
    ]);
    let found = matches(&index, &asks, 9);
    assert_eq!(found[0].offer.as_u128(), 2);
    let (es, en) = explanation(&found[0], Feature::Text);
    assert!(es.starts_with("Significado afín: ") && en.starts_with("Related in meaning: "), "{es}");
    for pair in ["teñido ~ dyeing", "agua ~ water"] {
        assert!(es.contains(pair) && en.contains(pair), "{es} {en}");
    }
    assert_eq!(index.search("dyeing of fabrics", Reader::Anonymous, &Kind::ALL)[0].id.as_u128(), 2);
}

#[test]
fn a_need_finds_every_kind_that_answers_it_and_needs_like_it() {
    let asks =
        Profile { sectors: vec!["3133".to_owned()], ..need(1, "teñido de algodón sin agua") };
    let index = index_of([
        asks.clone(),
        Profile { sectors: vec!["3133".to_owned()], ..need(2, "teñir algodón con menos agua") },
        need(3, "hornos de fundición"),
        offer(4, "teñido de algodón"),
        open(5, Kind::Capability, "laboratorio de teñido de algodón"),
        open(6, Kind::Asset, "patente de un proceso de teñido de algodón"),
    ]);
    for (kind, id) in [(Kind::Offer, 4), (Kind::Capability, 5), (Kind::Asset, 6)] {
        let found = index.matches(&asks, kind, 9);
        assert_eq!(offers(&found), [id]);
        let back = index.matches(index.get(found[0].offer).expect("known"), Kind::Need, 9);
        assert_eq!(back[0].need.as_u128(), 1);
    }
    assert!(index.matches(&asks, Kind::Need, 9).is_empty(), "needs do not answer needs");
    let similar = index.similar(&asks, 9);
    assert_eq!(similar[0].offer.as_u128(), 2);
    assert!(similar.iter().all(|found| found.offer.as_u128() != 1), "not itself");
    let features: Vec<Feature> = similar[0].components.iter().map(|part| part.feature).collect();
    assert_eq!(features, [Feature::Text, Feature::Sector]);
}

#[test]
fn a_long_description_does_not_water_a_title_down() {
    let title = vec![Passage::spanish("Recuperar el calor de hornos")];
    let short = Profile { title: title.clone(), ..need(1, "") };
    let described = Profile {
        network_text: vec![Passage::spanish(
            "Los gases salen a 420 grados por la chimenea. La planta trabaja tres turnos y para los \
             domingos. Buscamos un equipo con refacciones en México y garantía de dos años.",
        )],
        ..short.clone()
    };
    let answer = offer(2, "Espuma cerámica que recupera el calor de los hornos");
    let index = index_of([answer.clone()]);
    let value = |asks: &Profile| index.score(asks, &answer).components[0].value;
    assert!(value(&described) >= value(&short) && value(&short) > 5_000, "{}", value(&short));
    let untitled = Profile { title: vec![], public_text: title, ..described };
    assert!(value(&untitled) < value(&short) / 2, "{}", value(&untitled));
}

//! A market of any size, always the same: texts of the public evaluation set, put together to offers of
//! some sixty words, half of them Spanish, with facts of all features.

use std::sync::Arc;

use matching::{Bilingual, Index, Kind, Labels, Limits, Passage, Profile};
use uuid::Uuid;

/// As the service has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const DOCUMENTS: &str = include_str!("../../evaluation/docs.tsv");
const QUERIES: &str = include_str!("../../evaluation/queries.tsv");

/// Codes without names.
struct Codes;

impl Labels for Codes {
    fn sector(&self, _: &str) -> Option<Bilingual> {
        None
    }
    fn state(&self, _: &str) -> Option<Bilingual> {
        None
    }
    fn partnership(&self, _: &str) -> Option<Bilingual> {
        None
    }
    fn neighbours(&self, _: &str, _: &str) -> bool {
        false
    }
}

/// Any numbers, always the same ones.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % end
    }
}

/// The texts of a file, Spanish and English ones.
fn texts(file: &'static str) -> [Vec<&'static str>; 2] {
    let of = |wanted: &str| {
        let rows = file.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>());
        rows.filter(|row| row[1] == wanted).map(|row| row[3]).collect()
    };
    [of("es"), of("en")]
}

fn profile(dice: &mut Dice, id: usize, kind: Kind, passages: Vec<Passage>) -> Profile {
    let digits = [["311", "312", "313", "325", "326"], ["331", "332", "333", "334", "335"]];
    let sector = format!("{}{}", digits[dice.below(2)][dice.below(5)], 1 + dice.below(4));
    let trl = u8::try_from(2 + dice.below(8)).unwrap_or(9);
    let (own, applied) = (vec![sector.clone()], vec![sector]);
    let mut passages = passages;
    let network = passages.split_off(1.min(passages.len()));
    Profile {
        public_text: passages,
        network_text: network,
        open: true,
        sectors: applied,
        own_sectors: if kind == Kind::Offer { own } else { Vec::new() },
        trl: Some((trl, if kind == Kind::Need { 9 } else { trl })),
        partnerships: vec![
            ["ASSIGNMENT", "SPIN_OFF", "RD_COOPERATION_AGREEMENT"][dice.below(3)].to_owned(),
        ],
        state: Some(format!("{:02}", 1 + dice.below(32))),
        institution: Some(Uuid::from_u128(dice.below(200) as u128)),
        limits: Some(Limits { cost: None, months: u32::try_from(dice.below(24)).ok() }),
        ..Profile::new(Uuid::from_u128(id as u128), kind)
    }
}

/// An offer of some sixty words.
pub fn offer(id: usize) -> Profile {
    let texts = texts_of_documents();
    let mut dice = Dice(id as u64 + 1);
    let language = dice.below(2);
    let passages = (0..4 - language)
        .map(|_| {
            let text = texts[language][dice.below(texts[language].len())].to_owned();
            if language == 0 { Passage::spanish(text) } else { Passage::english(text) }
        })
        .collect();
    profile(&mut dice, id, Kind::Offer, passages)
}

fn texts_of_documents() -> &'static [Vec<&'static str>; 2] {
    static TEXTS: std::sync::LazyLock<[Vec<&str>; 2]> =
        std::sync::LazyLock::new(|| texts(DOCUMENTS));
    &TEXTS
}

/// Spanish needs: two queries of the set each, some ten words.
#[allow(dead_code, reason = "not everybody who has a market asks")]
pub fn needs(count: usize) -> Vec<Profile> {
    let [spanish, _] = texts(QUERIES);
    let mut dice = Dice(77);
    (0..count)
        .map(|place| {
            let mut query = || Passage::spanish(spanish[dice.below(spanish.len())]);
            let passages = vec![query(), query()];
            profile(&mut dice, 2_000_000_000 + place, Kind::Need, passages)
        })
        .collect()
}

/// An index of so many offers.
pub fn market(offers: usize) -> Index {
    let mut index = Index::new(Arc::new(Codes));
    for id in 0..offers {
        index.upsert(offer(id));
    }
    index
}

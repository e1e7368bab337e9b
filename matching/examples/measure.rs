//! How long the engine takes: `cargo run --release -p matching --example measure -- 60000`.
//!
//! The records are made up: words of a Zipf distribution over 30,000, half of them Spanish and half
//! English, 75 words an offer and 40 a need, one need for ten offers.

use std::sync::Arc;
use std::time::{Duration, Instant};

use matching::{Bilingual, Index, Labels, Language, Passage, Profile, Reader, Side};
use uuid::Uuid;

struct NoNames;

impl Labels for NoNames {
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
    fn below(&mut self, end: u32) -> u32 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from(self.0 >> 33).unwrap_or(0) % end
    }

    /// A word of rank 1 to 30,000, the first ones most often.
    fn word(&mut self) -> String {
        const SYLLABLES: [&str; 16] = [
            "ba", "ce", "di", "fo", "gu", "la", "me", "ni", "po", "ru", "sa", "te", "vi", "zo",
            "tra", "cli",
        ];
        let spread = f64::from(self.below(1_000_000)) / 1_000_000.0;
        let mut rank = format!("{:.0}", 30_000_f64.powf(spread)).parse::<usize>().unwrap_or(1);
        let mut word = String::new();
        while rank > 0 {
            word.push_str(SYLLABLES[rank % 16]);
            rank /= 16;
        }
        word + "r"
    }

    fn text(&mut self, language: Language, words: u32) -> Passage {
        let text: Vec<String> = (0..words).map(|_| self.word()).collect();
        Passage { language, text: text.join(" ") }
    }

    fn profile(&mut self, id: u32, side: Side) -> Profile {
        let language = if id.is_multiple_of(2) { Language::Spanish } else { Language::English };
        let words = if side == Side::Need { 20 } else { 37 };
        let sector = |dice: &mut Self| vec![(3_110 + dice.below(280)).to_string()];
        Profile {
            public_text: vec![self.text(language, words)],
            network_text: vec![self.text(language, words)],
            open: true,
            sectors: sector(self),
            own_sectors: if side == Side::Offer { sector(self) } else { Vec::new() },
            trl: Some((5, if side == Side::Need { 9 } else { 5 })),
            state: Some(format!("{:02}", 1 + self.below(32))),
            institution: Some(Uuid::from_u128(self.below(300).into())),
            ..Profile::new(Uuid::from_u128(u128::from(id)), side)
        }
    }
}

fn main() {
    let count: u32 = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(60_000);
    let mut dice = Dice(1);
    let offers: Vec<Profile> = (0..count).map(|id| dice.profile(id, Side::Offer)).collect();
    let needs: Vec<Profile> =
        (0..count / 10).map(|id| dice.profile(count + id, Side::Need)).collect();
    println!("{} offers, {} needs", offers.len(), needs.len());

    let mut index = Index::new(Arc::new(NoNames));
    let copies: Vec<Profile> = offers.iter().chain(&needs).cloned().collect();
    let start = Instant::now();
    let records = copies.len();
    for profile in copies {
        index.upsert(profile);
    }
    println!(
        "fill the index         {:>9.1?}, {:.1?} a record",
        start.elapsed(),
        per(start.elapsed(), records)
    );

    let some_offers = || offers.iter().step_by(offers.len().div_ceil(200).max(1));
    let some_needs = || needs.iter().step_by(needs.len().div_ceil(200).max(1));
    report("replace an offer", some_offers().map(|offer| time(|| index.upsert(offer.clone()))));
    report("50 offers for a need", some_needs().map(|need| time(|| drop(index.matches(need, 50)))));
    report(
        "50 needs for an offer",
        some_offers().map(|offer| time(|| drop(index.matches(offer, 50)))),
    );
    report(
        "score one pair",
        some_needs()
            .zip(some_offers())
            .map(|(need, offer)| time(|| drop(index.score(need, offer)))),
    );
    for words in [1, 3, 10] {
        let texts: Vec<String> =
            (0..200).map(|_| dice.text(Language::Spanish, words).text).collect();
        report(
            &format!("search {words} words"),
            texts.iter().map(|text| time(|| drop(index.search(text, Reader::Anonymous, None)))),
        );
    }
}

fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn report(what: &str, times: impl Iterator<Item = Duration>) {
    let mut times: Vec<Duration> = times.collect();
    times.sort_unstable();
    if let Some(last) = times.last() {
        let at = |percent: usize| times[(times.len() - 1) * percent / 100];
        println!("{what:<22} median {:>8.1?}   95 % {:>8.1?}   worst {last:>8.1?}", at(50), at(95));
    }
}

fn per(time: Duration, count: usize) -> Duration {
    time / u32::try_from(count.max(1)).unwrap_or(u32::MAX)
}

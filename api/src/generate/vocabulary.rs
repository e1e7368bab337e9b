//! What generated texts are made of: frames with gaps, and the words that fill
//! them, in both languages. Words are drawn by Zipf's law, as people use them: some
//! stand in a third of all texts, most in very few.

use std::collections::HashMap;

use entity::Localized;
use serde::Deserialize;

use super::dice::{Dice, Skew};
use crate::error::{Error, Result};

const FILE: &str = include_str!("../../data/generate/vocabulary.csv");

/// Text in both languages.
#[derive(Debug, Deserialize)]
struct Line {
    kind: String,
    es: String,
    en: String,
}

/// What fills a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gap {
    /// The record's own process, material, aim, method.
    Process,
    Material,
    Aim,
    Method,
    /// Any of them, drawn anew.
    Other,
    Object,
    Way,
    Place,
    /// A word that few texts have.
    Rare,
    /// Numbers, and what an internal document or machine is called.
    Number,
    Small,
    Percent,
    Code,
}

const GAPS: [(&str, Gap); 13] = [
    ("process", Gap::Process),
    ("material", Gap::Material),
    ("aim", Gap::Aim),
    ("method", Gap::Method),
    ("other", Gap::Other),
    ("object", Gap::Object),
    ("way", Gap::Way),
    ("place", Gap::Place),
    ("rare", Gap::Rare),
    ("n", Gap::Number),
    ("m", Gap::Small),
    ("p", Gap::Percent),
    ("code", Gap::Code),
];

#[derive(Debug)]
enum Piece {
    Text(String),
    Gap(Gap),
}

/// A sentence with gaps; the English one may be missing.
#[derive(Debug)]
struct Frame {
    es: Vec<Piece>,
    en: Vec<Piece>,
}

/// A word or a few, in both languages.
#[derive(Debug)]
pub(super) struct Term {
    pub(super) es: String,
    pub(super) en: String,
}

/// Terms, the usual ones first.
#[derive(Debug)]
struct Terms {
    terms: Vec<Term>,
    skew: Skew,
}

impl Terms {
    fn pick(&self, dice: &mut Dice) -> u16 {
        u16::try_from(self.skew.pick(dice)).unwrap_or_default()
    }

    fn get(&self, place: u16) -> Option<&Term> {
        self.terms.get(usize::from(place))
    }
}

/// What a record is about, as places in the vocabulary.
#[derive(Clone, Copy, Debug)]
pub(super) struct Topic {
    pub(super) process: u16,
    pub(super) material: u16,
    pub(super) aim: u16,
    pub(super) method: u16,
}

/// Which languages a text has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Languages {
    Spanish,
    Both,
}

/// The words and frames.
#[derive(Debug)]
pub(super) struct Vocabulary {
    processes: Terms,
    materials: Terms,
    aims: Terms,
    methods: Terms,
    places: Terms,
    rare: Terms,
    measures: Terms,
    frames: HashMap<String, Vec<Frame>>,
    /// What companies are called: what they do, and a name.
    trades: Vec<String>,
    names: Vec<String>,
}

/// How much the first of the usual words stand out: the first stands in about a third of the texts.
const FLAT: u64 = 6;
/// One process in so many hundred is a rare word itself.
const RARE_PROCESSES: u64 = 15;

impl Vocabulary {
    pub(super) fn read() -> Result<Self> {
        let mut lines: HashMap<String, Vec<Line>> = HashMap::new();
        for line in csv::Reader::from_reader(FILE.as_bytes()).deserialize() {
            let line: Line = line.map_err(Error::internal)?;
            lines.entry(line.kind.clone()).or_default().push(line);
        }
        let mut take = |kind: &str| lines.remove(kind).unwrap_or_default();
        let terms = |lines: Vec<Line>| -> Vec<Term> {
            lines.into_iter().map(|line| Term { es: line.es, en: line.en }).collect()
        };
        let usual = |terms: Vec<Term>| Terms { skew: Skew::zipf(terms.len(), FLAT), terms };
        let (prefixes, roots) = (take("prefix"), take("root"));
        let join = |prefix: &Line, root: &Line| Term {
            es: format!("{}{}", prefix.es, root.es),
            en: format!("{}{}", prefix.en, root.en),
        };
        let compounds = roots
            .iter()
            .flat_map(|root| prefixes.iter().map(|prefix| join(prefix, root)))
            .collect();
        let names = |lines: Vec<Line>| lines.into_iter().map(|line| line.es).collect();
        Ok(Self {
            processes: usual(terms(take("process"))),
            materials: usual(terms(take("material"))),
            aims: usual(terms(take("aim"))),
            methods: usual(terms(take("method"))),
            places: usual(terms(take("place"))),
            measures: usual(terms(take("measure"))),
            trades: names(take("trade")),
            names: names(take("name")),
            rare: usual(compounds),
            frames: lines
                .into_iter()
                .map(|(kind, lines)| Ok((kind, lines.iter().map(frame).collect::<Result<_>>()?)))
                .collect::<Result<_>>()?,
        })
    }

    /// What a record is about.
    pub(super) fn topic(&self, dice: &mut Dice) -> Topic {
        let process = if dice.chance(RARE_PROCESSES) {
            u16::try_from(self.processes.terms.len()).unwrap_or_default() + self.rare.pick(dice)
        } else {
            self.processes.pick(dice)
        };
        Topic {
            process,
            material: self.materials.pick(dice),
            aim: self.aims.pick(dice),
            method: self.methods.pick(dice),
        }
    }

    /// The topic in words.
    pub(super) fn words(&self, topic: Topic) -> [Option<&Term>; 4] {
        [
            self.process(topic.process),
            self.materials.get(topic.material),
            self.aims.get(topic.aim),
            self.methods.get(topic.method),
        ]
    }

    fn process(&self, place: u16) -> Option<&Term> {
        let usual = u16::try_from(self.processes.terms.len()).unwrap_or_default();
        match place.checked_sub(usual) {
            Some(rare) => self.rare.get(rare),
            None => self.processes.get(place),
        }
    }

    /// What is measured, and its unit.
    pub(super) fn measure(&self, dice: &mut Dice) -> (String, String) {
        let term = self.measures.get(self.measures.pick(dice));
        term.map(|term| (term.es.clone(), term.en.clone())).unwrap_or_default()
    }

    /// A name with a number, which makes it the only one: `Cobalto 00421`.
    pub(super) fn name(&self, number: u64, dice: &mut Dice) -> String {
        let name = self.names.get(dice.place(self.names.len())).map_or("", String::as_str);
        format!("{name} {number:05}")
    }

    /// What a company does.
    pub(super) fn trade(&self, dice: &mut Dice) -> &str {
        self.trades.get(dice.place(self.trades.len())).map_or("", String::as_str)
    }

    /// A text of one sentence.
    pub(super) fn sentence(
        &self,
        kind: &str,
        topic: Topic,
        languages: Languages,
        dice: &mut Dice,
    ) -> Localized {
        self.text(&[(kind, 1)], topic, languages, dice)
    }

    /// A sentence in Spanish alone.
    pub(super) fn spanish(&self, kind: &str, topic: Topic, dice: &mut Dice) -> String {
        self.sentence(kind, topic, Languages::Spanish, dice).es.unwrap_or_default()
    }

    /// A text of so many sentences of each kind, none of them twice.
    pub(super) fn text(
        &self,
        kinds: &[(&str, usize)],
        topic: Topic,
        languages: Languages,
        dice: &mut Dice,
    ) -> Localized {
        let (mut es, mut en) = (String::new(), String::new());
        for (kind, count) in kinds {
            let frames = self.frames.get(*kind).map_or(&[][..], Vec::as_slice);
            let mut left: Vec<_> = (0..frames.len()).collect();
            for _ in 0..*count.min(&frames.len()) {
                // The first frames are the usual ones.
                let place = dice.place(left.len()).min(dice.place(left.len()));
                let frame = &frames[left.remove(place)];
                let mut drawn = Drawn { vocabulary: self, topic, filled: Vec::new() };
                drawn.fill(&frame.es, |term| &term.es, &mut es, dice);
                if languages == Languages::Both && !frame.en.is_empty() {
                    drawn.fill(&frame.en, |term| &term.en, &mut en, dice);
                }
            }
        }
        Localized { es: Some(es), en: (!en.is_empty()).then_some(en) }
    }
}

/// A frame out of a line: `{name}` is a gap.
fn frame(line: &Line) -> Result<Frame> {
    let pieces = |text: &str| -> Result<Vec<Piece>> {
        let mut pieces = Vec::new();
        for (place, part) in text.split('{').enumerate() {
            let (gap, rest) = match part.split_once('}') {
                Some((name, rest)) if place > 0 => (Some(name), rest),
                _ => (None, part),
            };
            if let Some(name) = gap {
                let known = GAPS.iter().find(|(known, _)| *known == name);
                let (_, gap) = known.ok_or_else(|| Error::internal(format!("no gap {name}")))?;
                pieces.push(Piece::Gap(*gap));
            }
            if !rest.is_empty() {
                pieces.push(Piece::Text(rest.to_owned()));
            }
        }
        Ok(pieces)
    };
    Ok(Frame { es: pieces(&line.es)?, en: pieces(&line.en)? })
}

/// What fills the gaps of one sentence: the same in both languages.
struct Drawn<'a> {
    vocabulary: &'a Vocabulary,
    topic: Topic,
    filled: Vec<(Gap, u16)>,
}

impl Drawn<'_> {
    /// Writes a sentence behind others.
    fn fill(
        &mut self,
        pieces: &[Piece],
        language: impl Fn(&Term) -> &String,
        text: &mut String,
        dice: &mut Dice,
    ) {
        if !text.is_empty() {
            text.push(' ');
        }
        let start = text.len();
        for piece in pieces {
            match piece {
                Piece::Text(words) => text.push_str(words),
                Piece::Gap(gap) => {
                    let drawn = self.draw(*gap, dice);
                    self.say(*gap, drawn, &language, text);
                }
            }
        }
        let sentence = text.split_off(start);
        let mut letters = sentence.chars();
        text.extend(letters.next().into_iter().flat_map(char::to_uppercase));
        text.push_str(letters.as_str());
    }

    fn draw(&mut self, gap: Gap, dice: &mut Dice) -> u16 {
        if let Some((_, drawn)) = self.filled.iter().find(|(known, _)| *known == gap) {
            return *drawn;
        }
        let words = self.vocabulary;
        let number = |dice: &mut Dice, most: u64| u16::try_from(2 + dice.below(most)).unwrap_or(2);
        let drawn = match gap {
            Gap::Process => self.topic.process,
            Gap::Material => self.topic.material,
            Gap::Aim => self.topic.aim,
            Gap::Method => self.topic.method,
            Gap::Other => words.processes.pick(dice),
            Gap::Object => words.materials.pick(dice),
            Gap::Way => words.methods.pick(dice),
            Gap::Place => words.places.pick(dice),
            Gap::Rare => words.rare.pick(dice),
            Gap::Number => number(dice, 94),
            Gap::Small => number(dice, 38),
            Gap::Percent => number(dice, 58),
            Gap::Code => u16::try_from(dice.below(1 << 16)).unwrap_or_default(),
        };
        self.filled.push((gap, drawn));
        drawn
    }

    fn say(&self, gap: Gap, drawn: u16, language: impl Fn(&Term) -> &String, text: &mut String) {
        let words = self.vocabulary;
        let term = match gap {
            Gap::Process => words.process(drawn),
            Gap::Other => words.processes.get(drawn),
            Gap::Material | Gap::Object => words.materials.get(drawn),
            Gap::Aim => words.aims.get(drawn),
            Gap::Method | Gap::Way => words.methods.get(drawn),
            Gap::Place => words.places.get(drawn),
            Gap::Rare => words.rare.get(drawn),
            Gap::Number | Gap::Small | Gap::Percent => {
                text.push_str(&drawn.to_string());
                return;
            }
            Gap::Code => {
                text.push_str(&code(drawn));
                return;
            }
        };
        text.push_str(term.map_or("", |term| language(term)));
    }
}

/// What a house calls a machine or a document of its own: `KX-4821`.
fn code(number: u16) -> String {
    const LETTERS: &[u8] = b"BDGHJKLRSVXZ";
    let letter = |place: u16| char::from(LETTERS[usize::from(place) % LETTERS.len()]);
    // Sixteen bits make 65,536 codes; each stands in a few texts.
    format!("{}{}-{:04}", letter(number >> 12), letter(number), number % 9_973)
}

//! What the network plays in: its time, its words, the country and its trades.

use async_graphql::MaybeUndefined;
use chrono::{DateTime, Duration, Utc};
use entity::{Codes, Localized};

use super::{
    Wanted,
    dice::{Dice, Skew},
    vocabulary::{Languages, Topic, Vocabulary},
};
use crate::{
    codes::{IPC, Labels, MUNICIPALITY, SCIAN},
    error::{Error, Result},
    scalars::LocalizedTextInput,
};

/// States by INEGI key, those with most industry first.
const STATES: [&str; 32] = [
    "19", "15", "09", "14", "11", "02", "08", "05", "22", "21", "28", "24", "30", "01", "26", "13",
    "25", "31", "29", "17", "16", "10", "32", "07", "20", "12", "27", "23", "03", "06", "04", "18",
];
/// Subsectors of SCIAN, those with most members first: manufacturing, and some others.
const SUBSECTORS: [&str; 30] = [
    "311", "326", "332", "336", "325", "333", "331", "327", "335", "334", "312", "339", "322",
    "313", "337", "315", "316", "321", "323", "314", "324", "541", "236", "562", "115", "212",
    "493", "112", "221", "518",
];
/// How long the network has lived.
const AGE: Duration = Duration::days(730);

/// A field of an input that says something, or leaves it open.
pub(super) fn told<T>(value: impl Into<Option<T>>) -> MaybeUndefined<T> {
    value.into().map_or(MaybeUndefined::Undefined, MaybeUndefined::Value)
}

/// A field of an input that holds text.
pub(super) fn text(text: impl Into<Option<Localized>>) -> MaybeUndefined<LocalizedTextInput> {
    told(text.into().map(|Localized { es, en }| LocalizedTextInput { es, en }))
}

/// An activity: a class of SCIAN.
#[derive(Debug)]
pub(super) struct Activity {
    pub(super) code: String,
    pub(super) sector: Option<String>,
}

/// A state with its municipalities.
#[derive(Debug)]
pub(super) struct State {
    pub(super) code: &'static str,
    pub(super) municipalities: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Scene<'a> {
    pub(super) labels: &'a Labels,
    pub(super) wanted: &'a Wanted,
    pub(super) words: Vocabulary,
    /// When the first need was written down, and until when things happened.
    pub(super) begun: DateTime<Utc>,
    pub(super) day: DateTime<Utc>,
    pub(super) states: Vec<State>,
    /// Which state things are in.
    pub(super) where_to: Skew,
    pub(super) activities: Vec<Activity>,
    trades: Skew,
    technologies: Vec<String>,
    usual_technologies: Skew,
}

impl<'a> Scene<'a> {
    pub(super) fn new(labels: &'a Labels, wanted: &'a Wanted) -> Result<Self> {
        let municipalities = labels.list(MUNICIPALITY);
        let state = |code: &'static str| State {
            code,
            municipalities: municipalities
                .iter()
                .filter(|entry| entry.parent.as_deref() == Some(code))
                .map(|entry| entry.code.clone())
                .collect(),
        };
        let (mut activities, mut weights) = (Vec::new(), Vec::new());
        for (rank, subsector) in (0..).zip(SUBSECTORS) {
            let classes = labels.list(SCIAN).iter().filter(|entry| {
                entry.level.as_deref() == Some("clase") && entry.code.starts_with(subsector)
            });
            let classes: Vec<_> = classes.collect();
            // The subsector's weight, and in it those of its classes.
            let whole: u64 = (0..classes.len() as u64).map(|rank| 1_000_000 / (rank + 1)).sum();
            for (place, class) in (0..).zip(&classes) {
                let sector = labels.sector(&class.code).map(|entry| entry.code.clone());
                activities.push(Activity { code: class.code.clone(), sector });
                let share: u64 = 1_000_000 / (place + 1);
                weights.push(1_000_000_000 / (rank + 3) * share / whole.max(1));
            }
        }
        let technologies = labels.list(IPC).iter();
        let technologies: Vec<_> = technologies
            .filter(|entry| entry.level.as_deref() == Some("subclass"))
            .map(|entry| entry.code.clone())
            .collect();
        if activities.is_empty() || technologies.is_empty() {
            return Err(Error::internal("the official lists have no classes"));
        }
        let day = wanted.day();
        Ok(Self {
            labels,
            wanted,
            words: Vocabulary::read()?,
            begun: day - AGE,
            day,
            states: STATES.map(state).into(),
            where_to: Skew::zipf(STATES.len(), 2),
            activities,
            trades: Skew::of(weights),
            usual_technologies: Skew::zipf(technologies.len(), 5),
            technologies,
        })
    }

    /// The dice of a row.
    pub(super) fn dice(&self, series: &str, number: u64) -> Dice {
        Dice::new(series, self.wanted.seed, number)
    }

    /// When the record with this number of so many was written down: one after the other,
    /// so that ids, times and folios have one order.
    pub(super) fn time(&self, number: u64, count: u64, dice: &mut Dice) -> DateTime<Utc> {
        let micros = |time: Duration| u64::try_from(time.num_microseconds().unwrap_or_default());
        let whole = micros(AGE).unwrap_or_default();
        let step = whole / count.max(1);
        let after = step.saturating_mul(number) + dice.below(step.max(1));
        self.begun + Duration::microseconds(i64::try_from(after).unwrap_or_default())
    }

    /// An activity, as places in `activities`.
    pub(super) fn activity(&self, dice: &mut Dice) -> u16 {
        u16::try_from(self.trades.pick(dice)).unwrap_or_default()
    }

    /// The code of an activity, or of what it is part of: its first digits.
    pub(super) fn scian(&self, activity: u16, digits: usize) -> &str {
        let code = self.activities.get(usize::from(activity)).map_or("", |found| &found.code);
        code.get(..digits).unwrap_or(code)
    }

    /// A few classes of technology.
    pub(super) fn technologies(&self, dice: &mut Dice) -> Vec<String> {
        let count = 1 + dice.place(3);
        let mut found: Vec<String> = Vec::with_capacity(count);
        for _ in 0..count {
            let code = &self.technologies[self.usual_technologies.pick(dice)];
            if !found.contains(code) {
                found.push(code.clone());
            }
        }
        found
    }

    /// One or two development goals.
    pub(super) fn goals(dice: &mut Dice) -> Vec<i32> {
        let first = dice.one_of(9, &[12, 6, 7, 8, 3, 2, 13]);
        let second = dice.one_of(9, &[12, 8, 17]);
        if first == second || dice.chance(50) { vec![first] } else { vec![first, second] }
    }

    /// Other states that a record is meant for; mostly none.
    pub(super) fn target_states(&self, dice: &mut Dice) -> Vec<String> {
        let count = if dice.chance(25) { 1 + dice.place(3) } else { 0 };
        let drawn: Codes = (0..count).map(|_| self.states[self.where_to.pick(dice)].code).collect();
        let mut states = drawn.0;
        states.sort_unstable();
        states.dedup();
        states
    }

    /// Whether a text is in both languages: so many in a hundred are.
    pub(super) fn languages(percent: u64, dice: &mut Dice) -> Languages {
        if dice.chance(percent) { Languages::Both } else { Languages::Spanish }
    }

    /// A text that may be missing: so many in a hundred have it.
    pub(super) fn perhaps(
        &self,
        percent: u64,
        kind: &str,
        topic: Topic,
        dice: &mut Dice,
    ) -> Option<Localized> {
        dice.chance(percent).then(|| {
            let languages = Self::languages(40, dice);
            self.words.sentence(kind, topic, languages, dice)
        })
    }
}

//! The conditions of a programme, line by line: pure, of what is known of who would apply.

use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    ConditionStatus, Language, OrganizationKind, ProgrammeCondition, SizeClass, programme,
};

use crate::scalars::Decimal;

/// What is known of who would apply; what is not known, is nothing.
#[derive(Clone, Debug, Default)]
pub(super) struct Candidate {
    /// Who would lead.
    pub(super) lead: Option<OrganizationKind>,
    /// The sizes of the companies that take part.
    pub(super) sizes: Option<Vec<Option<SizeClass>>>,
    /// SCIAN codes of what it is about.
    pub(super) scian: Vec<String>,
    /// INEGI keys of where it is.
    pub(super) states: Vec<String>,
    /// How many take part; nothing for what is no consortium.
    pub(super) partners: Option<usize>,
    /// In hundredths, with its currency; nothing for what has none.
    pub(super) budget: Option<(i64, String)>,
    /// Its first and last day; nothing for what has none.
    pub(super) days: Option<(NaiveDate, NaiveDate)>,
    /// The lowest and the highest readiness level at which it begins.
    pub(super) trl: Option<(i32, i32)>,
    /// The levels of its companies, as far as the viewer may know.
    pub(super) levels: Levels,
    /// Whether it is a company by itself: it has no technology, and so no readiness level.
    pub(super) is_company: bool,
    /// Whether it is a project: a company or a need has neither partners nor budget nor days yet.
    pub(super) is_project: bool,
}

/// The levels of companies: the lowest that is known, and whether all are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Levels {
    lowest: Option<i32>,
    all: bool,
}

impl Levels {
    pub(super) fn of(levels: &[Option<i32>]) -> Self {
        let lowest = levels.iter().flatten().copied().min();
        Self { lowest, all: !levels.is_empty() && levels.iter().all(Option::is_some) }
    }

    /// Whether all have this level at least: one that is known to be lower decides it.
    fn reach(self, asked: i32) -> Option<bool> {
        match self.lowest {
            Some(lowest) if lowest < asked => Some(false),
            Some(_) if self.all => Some(true),
            _ => None,
        }
    }
}

/// One condition, and whether it is met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) condition: ProgrammeCondition,
    pub(super) status: ConditionStatus,
    /// What is asked, and what there is, in Spanish and in English.
    pub(super) texts: [String; 2],
}

impl Line {
    pub(super) fn text(&self, language: Language) -> String {
        let [es, en] = &self.texts;
        if language == Language::Es { es.clone() } else { en.clone() }
    }
}

fn line(
    condition: ProgrammeCondition,
    met: Option<bool>,
    asked: (String, String),
    there: Option<String>,
) -> Line {
    let status = match met {
        Some(true) => ConditionStatus::Met,
        Some(false) => ConditionStatus::NotMet,
        None => ConditionStatus::Unknown,
    };
    let es = there.clone().unwrap_or_else(|| "no se conoce".to_owned());
    let en = there.unwrap_or_else(|| "not known".to_owned());
    Line { condition, status, texts: [format!("{}: {es}", asked.0), format!("{}: {en}", asked.1)] }
}

fn said(es: impl Into<String>, en: impl Into<String>) -> (String, String) {
    (es.into(), en.into())
}

/// Every condition that the programme has and that applies to the candidate, in a fixed order.
pub(super) fn judge(row: &programme::Model, who: &Candidate, now: DateTime<Utc>) -> Vec<Line> {
    use ProgrammeCondition as Asks;
    let mut lines = Vec::new();
    let open = row.opens_at <= now && row.closes_at.is_none_or(|end| now < end);
    let open = open
        && row.status != entity::ProgrammeStatus::Closed
        && row.status != entity::ProgrammeStatus::ResultsPublished;
    let until = row.closes_on.map_or_else(String::new, |day| format!("–{day}"));
    let window = format!("{}{until}", row.opens_on);
    lines.push(line(
        Asks::Window,
        Some(open),
        said("Recibe solicitudes", "Takes applications"),
        Some(window),
    ));
    let leads = row.eligible_leads.values::<OrganizationKind>();
    if !leads.is_empty() {
        let names = join(row.eligible_leads.0.iter());
        lines.push(line(
            Asks::Lead,
            who.lead.map(|kind| leads.contains(&kind)),
            said(
                format!("Dirige una organización de tipo {names}"),
                format!("Led by an organization of kind {names}"),
            ),
            who.lead.map(|kind| sea_orm::ActiveEnum::to_value(&kind)),
        ));
    }
    if row.sme_required {
        lines.push(sme(who));
    }
    if !row.scian.0.is_empty() {
        let begins = |code: &String| row.scian.0.iter().any(|asked| covers(asked, code));
        let known = !who.scian.is_empty();
        lines.push(line(
            Asks::Sector,
            known.then(|| who.scian.iter().any(begins)),
            said(
                format!("Actividad SCIAN {}", join(row.scian.0.iter())),
                format!("SCIAN activity {}", join(row.scian.0.iter())),
            ),
            known.then(|| join(who.scian.iter())),
        ));
    }
    if !row.states.0.is_empty() {
        let known = !who.states.is_empty();
        lines.push(line(
            Asks::State,
            known.then(|| who.states.iter().any(|state| row.states.0.contains(state))),
            said(
                format!("Entidad {}", join(row.states.0.iter())),
                format!("Federal state {}", join(row.states.0.iter())),
            ),
            known.then(|| join(who.states.iter())),
        ));
    }
    of_projects(row, who, &mut lines);
    if !who.is_company && (row.trl_from.is_some() || row.trl_to.is_some()) {
        let (from, to) = (row.trl_from.unwrap_or(1), row.trl_to.unwrap_or(9));
        lines.push(line(
            Asks::Trl,
            who.trl.map(|(least, most)| least <= to && most >= from),
            said(format!("TRL {from}–{to}"), format!("TRL {from}–{to}")),
            who.trl.map(|(least, most)| {
                if least == most { least.to_string() } else { format!("{least}–{most}") }
            }),
        ));
    }
    if let Some(asked) = row.min_assimilation_level {
        let met = who.levels.reach(asked);
        lines.push(line(
            Asks::AssimilationLevel,
            met,
            said(
                format!("Nivel de asimilación {asked} o más"),
                format!("Assimilation level {asked} or above"),
            ),
            who.levels.lowest.filter(|_| met.is_some()).map(|level| level.to_string()),
        ));
    }
    lines
}

/// What is asked of projects alone: a company or a need is not asked for it yet.
fn of_projects(row: &programme::Model, who: &Candidate, lines: &mut Vec<Line>) {
    use ProgrammeCondition as Asks;
    if !who.is_project {
        return;
    }
    if let Some(least) = row.min_partners {
        let there = who.partners;
        lines.push(line(
            Asks::Partners,
            there.map(|count| i64::try_from(count).unwrap_or(i64::MAX) >= i64::from(least)),
            said(format!("Participan {least} o más"), format!("{least} partners or more")),
            there.map(|count| count.to_string()),
        ));
    }
    let (least, most) = (row.budget_min_minor, row.budget_max_minor);
    if least.is_some() || most.is_some() {
        // What is asked in one currency is not met in another.
        let within = |(minor, currency): &(i64, String)| {
            *currency == row.currency
                && least.is_none_or(|least| *minor >= least)
                && most.is_none_or(|most| *minor <= most)
        };
        let text =
            |minor: Option<i64>| minor.map_or("…".to_owned(), |minor| Decimal(minor).to_text());
        let band = format!("{}–{} {}", text(least), text(most), row.currency);
        lines.push(line(
            Asks::Budget,
            who.budget.as_ref().map(within),
            said(format!("Presupuesto {band}"), format!("Budget {band}")),
            who.budget
                .as_ref()
                .map(|(minor, currency)| format!("{} {currency}", Decimal(*minor).to_text())),
        ));
    }
    let (least, most) = (row.duration_min_months, row.duration_max_months);
    if least.is_some() || most.is_some() {
        let lasts = who.days.map(|(first, last)| months(first, last));
        let text =
            |months: Option<i32>| months.map_or("…".to_owned(), |months| months.to_string());
        let band = format!("{}–{}", text(least), text(most));
        lines.push(line(
            Asks::Duration,
            lasts.map(|lasts| {
                least.is_none_or(|least| lasts >= least) && most.is_none_or(|most| lasts <= most)
            }),
            said(format!("Dura {band} meses"), format!("Lasts {band} months")),
            lasts.map(|lasts| lasts.to_string()),
        ));
    }
}

/// A micro, small or medium-sized company takes part.
fn sme(who: &Candidate) -> Line {
    let small = |size: &Option<SizeClass>| size.map(|size| size != SizeClass::Large);
    let met = who.sizes.as_ref().and_then(|sizes| {
        let known: Vec<_> = sizes.iter().map(small).collect();
        if known.contains(&Some(true)) {
            Some(true)
        } else if known.contains(&None) {
            None
        } else {
            Some(false)
        }
    });
    let there = who.sizes.as_ref().and_then(|sizes| {
        let known = join(sizes.iter().flatten().map(sea_orm::ActiveEnum::to_value));
        if sizes.is_empty() {
            Some("0".to_owned())
        } else {
            Some(known).filter(|it| !it.is_empty())
        }
    });
    line(
        ProgrammeCondition::Sme,
        met,
        said(
            "Participa una micro, pequeña o mediana empresa",
            "A micro, small or medium-sized company takes part",
        ),
        there,
    )
}

/// Whether a SCIAN code is this one or below it; a sector of several (`31-33`) covers each of them.
fn covers(asked: &str, code: &str) -> bool {
    if code.starts_with(asked) {
        return true;
    }
    let range = asked
        .split_once('-')
        .and_then(|(first, last)| Some((first.parse::<u32>().ok()?, last.parse::<u32>().ok()?)));
    let sector = code.get(..2).and_then(|sector| sector.parse::<u32>().ok());
    range.zip(sector).is_some_and(|((first, last), sector)| (first..=last).contains(&sector))
}

/// Whole months from the first to the last day, both counted, begun ones too.
fn months(first: NaiveDate, last: NaiveDate) -> i32 {
    use chrono::Datelike;
    let months = (last.year() - first.year()) * 12
        + i32::try_from(last.month()).unwrap_or_default()
        - i32::try_from(first.month()).unwrap_or_default();
    if last.day() >= first.day() { months + 1 } else { months }
}

fn join(texts: impl Iterator<Item = impl ToString>) -> String {
    texts.map(|text| text.to_string()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::{Levels, covers, months};

    #[test]
    fn one_that_is_too_low_decides() {
        let reach = |levels: &[Option<i32>]| Levels::of(levels).reach(3);
        assert_eq!(reach(&[Some(3), Some(4)]), Some(true));
        assert_eq!(reach(&[Some(3), None]), None);
        assert_eq!(reach(&[Some(2), None]), Some(false));
        assert_eq!((reach(&[None]), reach(&[])), (None, None));
    }

    #[test]
    fn months_that_were_begun_count() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        for (first, last, lasts) in [
            ("2026-01-01", "2026-01-01", 1),
            ("2026-01-01", "2026-01-31", 1),
            ("2026-01-01", "2026-02-01", 2),
            ("2026-01-15", "2026-02-14", 1),
            ("2026-01-15", "2026-02-15", 2),
            ("2026-04-01", "2026-12-31", 9),
            ("2026-04-01", "2027-03-31", 12),
            ("2024-02-29", "2025-02-28", 12),
            ("2024-02-29", "2025-03-01", 13),
        ] {
            assert_eq!(months(day(first), day(last)), lasts, "{first} {last}");
        }
    }

    #[test]
    fn a_sector_covers_what_is_below_it() {
        for (asked, code) in
            [("31-33", "327"), ("31-33", "31-33"), ("327", "327121"), ("11", "111")]
        {
            assert!(covers(asked, code), "{asked} {code}");
        }
        for (asked, code) in [("327", "32"), ("31-33", "43"), ("48-49", "46"), ("325", "326")] {
            assert!(!covers(asked, code), "{asked} {code}");
        }
    }
}

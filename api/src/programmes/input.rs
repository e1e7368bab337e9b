//! What can be written of a programme, and its limits.

use async_graphql::{InputObject, MaybeUndefined};
use chrono::NaiveDate;
use entity::{OrganizationKind, ProgrammeKind, programme};
use serde::Deserialize;

use crate::{
    calendar::{beginning_of, end_of},
    checks::Checks,
    codes::{SCIAN, STATE},
    error::UserErrorCode,
    scalars::{Decimal, LocalizedTextInput},
};

/// The largest amount, in hundredths.
pub(super) const MOST_MINOR: i64 = 99_999_999_999_999_999;

/// What a programme says. Fields that are not given stay; a condition that is not given is not asked.
#[derive(Clone, Debug, Default, InputObject, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ProgrammeInput {
    /// What kind of programme it is. Required.
    kind: MaybeUndefined<ProgrammeKind>,
    /// What it is called, at most 256 characters. Required.
    title: MaybeUndefined<LocalizedTextInput>,
    /// What it is for and how one applies, at most 4,000 characters.
    description: MaybeUndefined<LocalizedTextInput>,
    /// Who gives what there is to give, when it is not the organization that announces it, at most 200 characters.
    sponsor: MaybeUndefined<String>,
    /// The first day on which it takes applications. Required.
    opens_on: MaybeUndefined<NaiveDate>,
    /// The last day on which it takes applications; without end, if nothing is said.
    closes_on: MaybeUndefined<NaiveDate>,
    /// The currency of all amounts, ISO 4217 (`MXN`).
    currency: MaybeUndefined<String>,
    /// What there is to give in all; what is awarded adds up to it at most.
    total: MaybeUndefined<Decimal>,
    /// Kinds of organizations that may lead, at most 10.
    eligible_leads: MaybeUndefined<Vec<OrganizationKind>>,
    /// Whether a micro, small or medium-sized company has to take part.
    sme_required: MaybeUndefined<bool>,
    /// How many partners take part at least, 1 to 20.
    min_partners: MaybeUndefined<i32>,
    /// The least budget of a project.
    budget_min: MaybeUndefined<Decimal>,
    /// The largest budget of a project; not below `budgetMin`.
    budget_max: MaybeUndefined<Decimal>,
    /// How many months a project lasts at least, 1 to 120; begun months count.
    duration_min_months: MaybeUndefined<i32>,
    /// How many months a project lasts at most, 1 to 120; not below `durationMinMonths`.
    duration_max_months: MaybeUndefined<i32>,
    /// The lowest technology readiness level at which a project begins, 1 to 9.
    trl_from: MaybeUndefined<i32>,
    /// The highest technology readiness level at which a project begins, 1 to 9; not below `trlFrom`.
    trl_to: MaybeUndefined<i32>,
    /// The federal states in one of which it works: INEGI keys, at most 32.
    states: MaybeUndefined<Vec<String>>,
    /// The economic activities one of which it serves: SCIAN codes, at most 20.
    scian: MaybeUndefined<Vec<String>>,
    /// The assimilation level that its companies have at least, 1 to 4.
    min_assimilation_level: MaybeUndefined<i32>,
    /// Where its rules are published, at most 300 characters, with `https://`.
    url: MaybeUndefined<String>,
}

impl ProgrammeInput {
    /// What must be said of a new one: what is absent counts as empty.
    pub(super) fn demand(&mut self) {
        fn null<T>(input: &mut MaybeUndefined<T>) {
            if input.is_undefined() {
                *input = MaybeUndefined::Null;
            }
        }
        null(&mut self.kind);
        null(&mut self.title);
        null(&mut self.opens_on);
    }

    /// Writes what is given; every mistake goes into `checks`.
    pub(super) fn write(self, row: &mut programme::Model, checks: &mut Checks<'_>) {
        match self.kind {
            MaybeUndefined::Undefined => {}
            MaybeUndefined::Null => required("kind", checks),
            MaybeUndefined::Value(kind) => row.kind = kind,
        }
        checks.required_text("title", self.title, 256, &mut row.title);
        checks.optional_text("description", self.description, 4_000, &mut row.description);
        checks.optional_plain("sponsor", self.sponsor, 200, &mut row.sponsor);
        match self.opens_on {
            MaybeUndefined::Undefined => {}
            MaybeUndefined::Null => required("opensOn", checks),
            MaybeUndefined::Value(day) => {
                checks.day("opensOn", MaybeUndefined::Value(day), &mut None);
                row.opens_on = day;
            }
        }
        checks.day("closesOn", self.closes_on, &mut row.closes_on);
        window(row, checks);
        if let MaybeUndefined::Value(currency) = self.currency {
            checks.currency("currency", &currency);
            row.currency = currency;
        }
        amount("total", self.total, &mut row.total_minor, checks);
        checks.values("eligibleLeads", self.eligible_leads, 10, &mut row.eligible_leads);
        if let MaybeUndefined::Value(required) = self.sme_required {
            row.sme_required = required;
        }
        checks.number("minPartners", self.min_partners, 1..=20, &mut row.min_partners);
        amount("budgetMin", self.budget_min, &mut row.budget_min_minor, checks);
        amount("budgetMax", self.budget_max, &mut row.budget_max_minor, checks);
        let (least, most) = (self.duration_min_months, self.duration_max_months);
        checks.number("durationMinMonths", least, 1..=120, &mut row.duration_min_months);
        checks.number("durationMaxMonths", most, 1..=120, &mut row.duration_max_months);
        checks.number("trlFrom", self.trl_from, 1..=9, &mut row.trl_from);
        checks.number("trlTo", self.trl_to, 1..=9, &mut row.trl_to);
        in_order("budgetMax", row.budget_min_minor, row.budget_max_minor, checks);
        let (least, most) = (row.duration_min_months, row.duration_max_months);
        in_order("durationMaxMonths", least, most, checks);
        in_order("trlTo", row.trl_from, row.trl_to, checks);
        checks.codes("states", STATE, self.states, 32, &mut row.states);
        checks.codes("scian", SCIAN, self.scian, 20, &mut row.scian);
        let level = &mut row.min_assimilation_level;
        checks.number("minAssimilationLevel", self.min_assimilation_level, 1..=4, level);
        checks.optional_plain("url", self.url, 300, &mut row.url);
        if row.url.as_ref().is_some_and(|url| !url.starts_with("https://")) {
            let message = "debe comenzar con https:// / must begin with https://";
            checks.wrong("url", UserErrorCode::Invalid, message);
        }
    }
}

/// When it takes applications: from the beginning of a day in Mexico City to the end of one wherever
/// in Mexico it ends last.
pub(super) fn window(row: &mut programme::Model, checks: &mut Checks<'_>) {
    if row.closes_on.is_some_and(|last| last < row.opens_on) {
        let message = "termina antes de empezar / ends before it begins";
        checks.wrong("closesOn", UserErrorCode::Invalid, message);
    }
    row.opens_at = beginning_of(row.opens_on);
    row.closes_at = row.closes_on.map(end_of);
}

fn required(field: &str, checks: &mut Checks<'_>) {
    checks.wrong(field, UserErrorCode::Required, "es obligatorio / is required");
}

fn in_order<T: PartialOrd>(
    field: &str,
    least: Option<T>,
    most: Option<T>,
    checks: &mut Checks<'_>,
) {
    if least.zip(most).is_some_and(|(least, most)| most < least) {
        let message = "está por debajo del mínimo / is below the least";
        checks.wrong(field, UserErrorCode::Invalid, message);
    }
}

fn amount(
    field: &str,
    given: MaybeUndefined<Decimal>,
    target: &mut Option<i64>,
    checks: &mut Checks<'_>,
) {
    if let MaybeUndefined::Value(Decimal(minor)) = given
        && !(0..=MOST_MINOR).contains(&minor)
    {
        let message =
            "debe estar entre 0 y 999999999999999.99 / must be between 0 and 999999999999999.99";
        checks.wrong(field, UserErrorCode::Invalid, message);
    }
    match given {
        MaybeUndefined::Undefined => {}
        MaybeUndefined::Null => *target = None,
        MaybeUndefined::Value(Decimal(minor)) => *target = Some(minor),
    }
}

//! What is said of a capability, and its limits.

use async_graphql::{InputObject, MaybeUndefined};
use entity::{Accreditation, CapabilityKind, Language, PriceBand, capability};
use serde::Deserialize;

use crate::{
    checks::{Checks, set},
    codes::{self, IPC, SCIAN, STATE},
    error::UserErrorCode,
    lifecycle::all_texts,
    scalars::LocalizedTextInput,
    text,
};

/// What is said of a capability; fields that are not given stay as they are.
#[derive(Clone, Debug, Default, InputObject, Deserialize)]
#[graphql(name = "CapabilityInput")]
#[serde(rename_all = "camelCase", default)]
pub struct CapabilityInput {
    /// What kind of capability it is; a laboratory when nothing is said.
    pub kind: MaybeUndefined<CapabilityKind>,
    /// What it is, at most 256 characters; public. Required.
    pub title: MaybeUndefined<LocalizedTextInput>,
    /// What it does for whom, at most 500 characters; public. Required before publication.
    pub summary: MaybeUndefined<LocalizedTextInput>,
    /// The capability in full, at most 4,000 characters; for the network.
    pub description: MaybeUndefined<LocalizedTextInput>,
    /// The economic activities that it serves: SCIAN codes, at most ten. Required before publication.
    pub scian: MaybeUndefined<Vec<String>>,
    /// What technology it is: IPC classes or subclasses, at most five.
    pub technology_keywords: MaybeUndefined<Vec<String>>,
    /// What market it is for: SCIAN codes, at most five.
    pub market_keywords: MaybeUndefined<Vec<String>>,
    /// The federal state where it is (INEGI key); the office's when nothing is said.
    pub state: MaybeUndefined<String>,
    /// Who found it fit, until when. Required for `ACCREDITED_TEST` before publication.
    pub accreditation: MaybeUndefined<Accreditation>,
    /// What it can do in a time, at most 120 characters ("200 muestras al mes"); for the network.
    pub capacity_unit: MaybeUndefined<String>,
    /// Days from an order to its result, 0 to 730; for the network.
    pub lead_time_days: MaybeUndefined<i32>,
    /// What using it costs, coarsely; for the network.
    pub price_band: MaybeUndefined<PriceBand>,
    /// The lowest technology readiness level that it serves, 1 to 9.
    pub trl_from: MaybeUndefined<i32>,
    /// The highest technology readiness level that it serves, 1 to 9; not below `trlFrom`.
    pub trl_to: MaybeUndefined<i32>,
}

impl CapabilityInput {
    /// Writes what is given; every mistake goes into `checks`.
    pub(super) fn write(self, row: &mut capability::Model, checks: &mut Checks<'_>) {
        if let MaybeUndefined::Value(kind) = self.kind {
            row.kind = kind;
        }
        checks.required_text("title", self.title, 256, &mut row.title);
        checks.optional_text("summary", self.summary, 500, &mut row.summary);
        checks.optional_text("description", self.description, 4_000, &mut row.description);
        checks.codes("scian", SCIAN, self.scian, 10, &mut row.scian);
        checks.codes(
            "technologyKeywords",
            IPC,
            self.technology_keywords,
            5,
            &mut row.technology_keywords,
        );
        checks.codes("marketKeywords", SCIAN, self.market_keywords, 5, &mut row.market_keywords);
        if let MaybeUndefined::Value(state) = &self.state
            && !checks.labels().has(STATE, state)
        {
            let message = "no es una clave del INEGI / is no INEGI key";
            checks.wrong("state", UserErrorCode::Invalid, message);
        }
        set(self.state, &mut row.state_code);
        write_accreditation(self.accreditation, row, checks);
        checks.optional_plain("capacityUnit", self.capacity_unit, 120, &mut row.capacity_unit);
        checks.number("leadTimeDays", self.lead_time_days, 0..=730, &mut row.lead_time_days);
        set(self.price_band, &mut row.price_band);
        checks.number("trlFrom", self.trl_from, 1..=9, &mut row.trl_from);
        checks.number("trlTo", self.trl_to, 1..=9, &mut row.trl_to);
        if row.trl_from.zip(row.trl_to).is_some_and(|(from, to)| from > to) {
            let message = "es menor que trlFrom / is below trlFrom";
            checks.wrong("trlTo", UserErrorCode::Invalid, message);
        }
        let title = row.title.in_language(Language::Es).unwrap_or_default();
        row.title_folded = text::fold(&title);
        let public: Vec<&str> = all_texts([Some(&row.title), row.summary.as_ref()]).collect();
        row.public_text_folded = text::fold(&public.join(" "));
        row.subsector = codes::main_subsector(&row.scian);
    }
}

fn write_accreditation(
    input: MaybeUndefined<Accreditation>,
    row: &mut capability::Model,
    checks: &mut Checks<'_>,
) {
    row.accreditation = match input {
        MaybeUndefined::Undefined => return,
        MaybeUndefined::Null => None,
        MaybeUndefined::Value(mut told) => {
            checks.part("accreditation.body", &mut told.body, 200);
            checks.part("accreditation.no", &mut told.no, 60);
            let until = MaybeUndefined::Value(told.valid_until);
            checks.day("accreditation.validUntil", until, &mut None);
            Some(told)
        }
    };
    row.accredited_until = row.accreditation.as_ref().map(|told| told.valid_until);
}

/// What must be there before it is published.
pub(super) fn check_complete(row: &capability::Model, checks: &mut Checks<'_>) {
    checks.present("summary", row.summary.is_some());
    checks.present("scian", !row.scian.0.is_empty());
    if row.kind == CapabilityKind::AccreditedTest {
        checks.present("accreditation", row.accreditation.is_some());
    }
}

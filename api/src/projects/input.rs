//! What can be written of a project, and its limits.

use async_graphql::{InputObject, MaybeUndefined};
use chrono::NaiveDate;
use entity::{
    ConsortiumRole, ContributionForm, FundingKind, FundingLine, FundingLines, FundingStatus,
    Localized, MilestoneKind, NeedId, OfferId, OrganizationId, ProjectType, WorkPackage,
    WorkPackages, milestone, project,
};

use serde::Deserialize;

use super::finances::WHOLE;
use crate::{
    checks::Checks,
    codes::{SCIAN, STATE, main_subsector},
    error::UserErrorCode,
    scalars::{Decimal, LocalizedTextInput, Money},
};

/// The most partners of a project.
const MOST_PARTNERS: usize = 20;
/// The most needs, and the most offers, from which a project comes.
pub(super) const MOST_SOURCES: usize = 20;
/// The most organizations that are ever asked to take part in one project.
pub(super) const MOST_ASKED: usize = 60;
/// The most milestones of a project.
pub(super) const MOST_MILESTONES: usize = 60;
/// The most funding lines of a project.
pub(super) const MOST_FUNDING: usize = 40;
/// The largest amount, in hundredths: forty of them fit in 64 bits.
const MOST_MINOR: i64 = 99_999_999_999_999_999;

/// Somebody who is to take part in a project.
#[derive(Clone, Debug, PartialEq, Eq, InputObject, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConsortiumPartnerInput {
    /// Which organization.
    pub(super) organization: OrganizationId,
    /// As what. One partner leads; transfer offices take part as `TECHNOLOGY_TRANSFER_OFFICE` and chambers as `CHAMBER`, unless they lead.
    pub(super) role: ConsortiumRole,
    /// Its share in the budget and in what comes of it, in basis points, 0 to 10,000; before the project is approved, all shares add up to 10,000.
    #[graphql(default)]
    #[serde(default)]
    pub(super) share_bp: i32,
    /// What it contributes, at most 1,000 characters.
    pub(super) contribution: Option<LocalizedTextInput>,
}

/// Where a part of the money comes from.
#[derive(Clone, Debug, PartialEq, Eq, InputObject, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FundingLineInput {
    /// The partner that gives it. Give this or `source`.
    pub(super) partner: Option<OrganizationId>,
    /// Who gives it, when it is no partner, at most 200 characters. Give this or `partner`.
    pub(super) source: Option<String>,
    /// Whose money it is.
    pub(super) kind: FundingKind,
    /// In what form.
    pub(super) form: ContributionForm,
    /// How much, in the currency of the budget.
    pub(super) amount: Decimal,
    /// How far it has come: `PLANNED`, `REQUESTED`, `COMMITTED` or `RECEIVED`.
    #[graphql(default)]
    #[serde(default)]
    pub(super) status: FundingStatus,
}

/// A part of the work.
#[derive(Clone, Debug, PartialEq, Eq, InputObject, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WorkPackageInput {
    /// What is done, at most 300 characters.
    pub(super) title: LocalizedTextInput,
    /// The partner that answers for it.
    pub(super) responsible: OrganizationId,
    /// The first day.
    pub(super) starts_on: Option<NaiveDate>,
    /// The last day.
    pub(super) ends_on: Option<NaiveDate>,
    /// What it costs, in the currency of the budget. When one package says so, the packages add up to the budget.
    pub(super) budget: Option<Decimal>,
}

/// Something that is to be reached.
#[derive(Clone, Debug, PartialEq, Eq, InputObject, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MilestoneInput {
    /// What it is about.
    pub(super) kind: MilestoneKind,
    /// What is to be reached, at most 200 characters.
    pub(super) title: LocalizedTextInput,
    /// By what it is known that it was, at most 1,000 characters.
    pub(super) acceptance_criteria: Option<LocalizedTextInput>,
    /// The partner that is to reach it.
    pub(super) responsible: OrganizationId,
    /// Until when.
    pub(super) due_on: NaiveDate,
    /// The technology readiness level that it shows, 1 to 9; needed for the kind `TRL`. It is accepted with evidence of that level alone.
    pub(super) trl_after: Option<i32>,
    /// What is paid when it is accepted, in the currency of the budget; payments add up to the budget at most.
    pub(super) payment: Option<Decimal>,
}

/// The plan of a project. Fields that are not given stay.
#[derive(Clone, Debug, Default, InputObject, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ProjectInput {
    /// What kind of project it is. Required.
    r#type: MaybeUndefined<ProjectType>,
    /// What it is called, at most 256 characters. Required.
    title: MaybeUndefined<LocalizedTextInput>,
    /// What it is to reach, at most 2,000 characters.
    objective: MaybeUndefined<LocalizedTextInput>,
    /// SCIAN codes of the activities that it serves, at most 10.
    scian: MaybeUndefined<Vec<String>>,
    /// INEGI keys of the federal states in which it works, at most 32.
    states: MaybeUndefined<Vec<String>>,
    /// The technology readiness level at its beginning, 1 to 9.
    trl_start: MaybeUndefined<i32>,
    /// The technology readiness level that it is to reach, 1 to 9; not below `trlStart`.
    trl_target: MaybeUndefined<i32>,
    /// Its first day.
    starts_on: MaybeUndefined<NaiveDate>,
    /// Its last day.
    ends_on: MaybeUndefined<NaiveDate>,
    /// What it costs. Its currency is that of all amounts; it changes when all of them are given anew, and no milestone has a payment.
    budget: MaybeUndefined<Money>,
    /// Who takes part, at most 20; they replace those before, and stay when nothing is given. Who leads it does not change once it is formed. For each need its company and its chamber, for each offer its office.
    pub(super) consortium: Option<Vec<ConsortiumPartnerInput>>,
    /// The needs that it meets, at most 20; they replace those before, and stay when nothing is given. Needs of yours, of your chamber's companies, or of companies to which you were introduced; when another partner leads the project, it is their company or their chamber.
    pub(super) needs: Option<Vec<NeedId>>,
    /// The offers that it uses, at most 20; they replace those before, and stay when nothing is given. Not those whose office is not known to you; when another partner leads the project, an anonymous one is its own.
    pub(super) offers: Option<Vec<OfferId>>,
    /// Where the money comes from, at most 40 lines; they replace those before. Before the project is approved they add up to the budget.
    funding: MaybeUndefined<Vec<FundingLineInput>>,
    /// The parts of the work, at most 40; they replace those before.
    work_packages: MaybeUndefined<Vec<WorkPackageInput>>,
}

impl ProjectInput {
    /// What must be said of a new one: what is absent counts as empty.
    pub(super) fn demand(&mut self) {
        if self.r#type.is_undefined() {
            self.r#type = MaybeUndefined::Null;
        }
        if self.title.is_undefined() {
            self.title = MaybeUndefined::Null;
        }
        self.consortium.get_or_insert_default();
    }

    /// Amounts that stay are not told in another currency.
    pub(super) fn check_currency(
        &self,
        row: &project::Model,
        payments: bool,
        checks: &mut Checks<'_>,
    ) {
        let other = match &self.budget {
            MaybeUndefined::Value(budget) => budget.currency != row.currency,
            _ => false,
        };
        let funded = self.funding.is_undefined() && !row.funding.0.is_empty();
        let mut packages = row.work_packages.0.iter();
        let costed = self.work_packages.is_undefined()
            && packages.any(|package| package.budget_minor.is_some());
        if other && (funded || costed || payments) {
            let message = "hay montos en otra moneda / there are amounts in another currency";
            checks.wrong("budget.currency", UserErrorCode::Invalid, message);
        }
    }

    /// Writes what is given but for the consortium and what it comes from; every mistake goes
    /// into `checks`. The row's partners are those of the new plan already.
    pub(super) fn write(self, row: &mut project::Model, checks: &mut Checks<'_>) {
        match self.r#type {
            MaybeUndefined::Undefined => {}
            MaybeUndefined::Null => {
                checks.wrong("type", UserErrorCode::Required, "es obligatorio / is required");
            }
            MaybeUndefined::Value(kind) => row.kind = kind,
        }
        checks.required_text("title", self.title, 256, &mut row.title);
        checks.optional_text("objective", self.objective, 2_000, &mut row.objective);
        checks.codes("scian", SCIAN, self.scian, 10, &mut row.scian);
        row.subsector = main_subsector(&row.scian);
        checks.codes("states", STATE, self.states, 32, &mut row.states);
        checks.number("trlStart", self.trl_start, 1..=9, &mut row.trl_start);
        checks.number("trlTarget", self.trl_target, 1..=9, &mut row.trl_target);
        if let (Some(start), Some(target)) = (row.trl_start, row.trl_target)
            && target < start
        {
            let message = "está por debajo del inicial / is below the first one";
            checks.wrong("trlTarget", UserErrorCode::Invalid, message);
        }
        row.trl_current = row.trl_start;
        checks.day("startsOn", self.starts_on, &mut row.starts_on);
        checks.day("endsOn", self.ends_on, &mut row.ends_on);
        check_days("endsOn", row.starts_on, row.ends_on, checks);
        match self.budget {
            MaybeUndefined::Undefined => {}
            MaybeUndefined::Null => row.budget_minor = None,
            MaybeUndefined::Value(Money { amount, currency }) => {
                checks.currency("budget.currency", &currency);
                let minor = check_amount("budget.amount", amount, checks);
                (row.budget_minor, row.currency) = (Some(minor), currency);
            }
        }
        if let Some(given) = given(self.funding) {
            row.funding = FundingLines(funding(given, checks));
        }
        if let Some(given) = given(self.work_packages) {
            row.work_packages = WorkPackages(work_packages(given, checks));
        }
        check_partners_of_plan(row, checks);
    }
}

fn given<T>(input: MaybeUndefined<Vec<T>>) -> Option<Vec<T>> {
    match input {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(Vec::new()),
        MaybeUndefined::Value(values) => Some(values),
    }
}

/// An amount in hundredths that is not too large to be added up; one that is, is cut for the
/// checks that follow.
fn check_amount(field: &str, amount: Decimal, checks: &mut Checks<'_>) -> i64 {
    if !(0..=MOST_MINOR).contains(&amount.0) {
        let message =
            "debe estar entre 0 y 999999999999999.99 / must be between 0 and 999999999999999.99";
        checks.wrong(field, UserErrorCode::Invalid, message);
    }
    amount.0.clamp(0, MOST_MINOR)
}

fn check_days(
    field: &str,
    first: Option<NaiveDate>,
    last: Option<NaiveDate>,
    checks: &mut Checks<'_>,
) {
    if first.zip(last).is_some_and(|(first, last)| last < first) {
        let message = "termina antes de empezar / ends before it begins";
        checks.wrong(field, UserErrorCode::Invalid, message);
    }
}

/// Not more than so many: two lines that are equal are two lines.
fn check_count(field: &str, count: usize, most: usize, checks: &mut Checks<'_>) {
    if count > most {
        let message = format!("admite a lo más {most} / takes at most {most}");
        checks.wrong(field, UserErrorCode::LimitReached, message);
    }
}

pub(super) fn check_partner(
    field: &str,
    row: &project::Model,
    organization: OrganizationId,
    checks: &mut Checks<'_>,
) {
    if !row.partners.0.contains(&organization.to_string()) {
        let message = "no participa en el proyecto / takes no part in the project";
        checks.wrong(field, UserErrorCode::Invalid, message);
    }
}

/// Who is named in a plan takes part in it, also when only the consortium changed.
pub(super) fn check_partners_of_plan(row: &project::Model, checks: &mut Checks<'_>) {
    for (place, line) in row.funding.0.iter().enumerate() {
        if let Some(partner) = line.partner {
            check_partner(&format!("funding.{place}.partner"), row, partner, checks);
        }
    }
    for (place, package) in row.work_packages.0.iter().enumerate() {
        let field = format!("workPackages.{place}.responsible");
        check_partner(&field, row, package.responsible, checks);
    }
}

fn funding(given: Vec<FundingLineInput>, checks: &mut Checks<'_>) -> Vec<FundingLine> {
    check_count("funding", given.len(), MOST_FUNDING, checks);
    let lines = given.into_iter().take(MOST_FUNDING).enumerate();
    lines.map(|(place, given)| funding_line(&format!("funding.{place}"), given, checks)).collect()
}

/// One line, at a path of the input. Whether its partner takes part is another check.
pub(super) fn funding_line(
    path: &str,
    given: FundingLineInput,
    checks: &mut Checks<'_>,
) -> FundingLine {
    let FundingLineInput { partner, mut source, kind, form, amount, status } = given;
    let field = |name: &str| format!("{path}.{name}");
    checks.optional_part(&field("source"), &mut source, 200);
    if partner.is_some() == source.is_some() {
        let message = "uno de los dos: partner o source / one of the two: partner or source";
        checks.wrong(&field("source"), UserErrorCode::Invalid, message);
    }
    if amount.0 == 0 {
        let message = "debe ser mayor que 0 / must be more than 0";
        checks.wrong(&field("amount"), UserErrorCode::Invalid, message);
    }
    let minor = check_amount(&field("amount"), amount, checks);
    if matches!(status, FundingStatus::Refused | FundingStatus::Cancelled) {
        let message = "no se planea lo que no habrá / what there will not be is not planned";
        checks.wrong(&field("status"), UserErrorCode::Invalid, message);
    }
    FundingLine { partner, source, kind, form, minor, status }
}

fn work_packages(given: Vec<WorkPackageInput>, checks: &mut Checks<'_>) -> Vec<WorkPackage> {
    check_count("workPackages", given.len(), 40, checks);
    let mut packages = Vec::with_capacity(given.len());
    for (place, given) in given.into_iter().take(40).enumerate() {
        let WorkPackageInput { title, responsible, starts_on, ends_on, budget } = given;
        let field = |name: &str| format!("workPackages.{place}.{name}");
        let mut text = Localized::default();
        checks.required_text(&field("title"), MaybeUndefined::Value(title), 300, &mut text);
        for (name, day) in [("startsOn", starts_on), ("endsOn", ends_on)] {
            let day = day.map_or(MaybeUndefined::Undefined, MaybeUndefined::Value);
            checks.day(&field(name), day, &mut None);
        }
        check_days(&field("endsOn"), starts_on, ends_on, checks);
        let budget_minor = budget.map(|budget| check_amount(&field("budget"), budget, checks));
        packages.push(WorkPackage { title: text, responsible, starts_on, ends_on, budget_minor });
    }
    packages
}

impl MilestoneInput {
    /// Writes all of it, at a path of the input.
    pub(super) fn write(
        self,
        path: &str,
        row: &project::Model,
        milestone: &mut milestone::Model,
        checks: &mut Checks<'_>,
    ) {
        let Self { kind, title, acceptance_criteria, responsible, due_on, trl_after, payment } =
            self;
        let field = |name: &str| format!("{path}{name}");
        milestone.kind = kind;
        checks.required_text(
            &field("title"),
            MaybeUndefined::Value(title),
            200,
            &mut milestone.title,
        );
        let criteria = acceptance_criteria.map_or(MaybeUndefined::Null, MaybeUndefined::Value);
        let target = &mut milestone.acceptance_criteria;
        checks.optional_text(&field("acceptanceCriteria"), criteria, 1_000, target);
        check_partner(&field("responsible"), row, responsible, checks);
        milestone.responsible_id = responsible;
        checks.day(&field("dueOn"), MaybeUndefined::Value(due_on), &mut None);
        milestone.due_on = due_on;
        let level = trl_after.map_or(MaybeUndefined::Null, MaybeUndefined::Value);
        checks.number(&field("trlAfter"), level, 1..=9, &mut milestone.trl_after);
        if kind == MilestoneKind::Trl && trl_after.is_none() {
            let message =
                "es obligatorio para un hito TRL / is required for a milestone of kind TRL";
            checks.wrong(&field("trlAfter"), UserErrorCode::Required, message);
        }
        let payment = payment.map(|payment| check_amount(&field("payment"), payment, checks));
        milestone.payment_minor = payment;
    }
}

/// What is wrong with a consortium by itself: how many, who leads, twice the same, shares.
pub(super) fn check_consortium(given: &[ConsortiumPartnerInput], checks: &mut Checks<'_>) {
    check_count("consortium", given.len(), MOST_PARTNERS, checks);
    let leaders = given.iter().filter(|partner| partner.role == ConsortiumRole::Leader).count();
    if leaders != 1 {
        let message = "una parte lo dirige, y una sola / one partner leads it, and one alone";
        checks.wrong("consortium", UserErrorCode::Invalid, message);
    }
    for (place, partner) in given.iter().enumerate() {
        let field = |name: &str| format!("consortium.{place}.{name}");
        if given[..place].iter().any(|before| before.organization == partner.organization) {
            let message = "ya participa / takes part already";
            checks.wrong(&field("organization"), UserErrorCode::Duplicate, message);
        }
        let share = MaybeUndefined::Value(partner.share_bp);
        checks.number(&field("shareBp"), share, 0..=WHOLE, &mut None);
    }
    let sum: i64 = given.iter().map(|partner| i64::from(partner.share_bp)).sum();
    if sum > i64::from(WHOLE) {
        let message = format!("suman {sum}, más de {WHOLE} / add up to {sum}, more than {WHOLE}");
        checks.wrong("consortium", UserErrorCode::Invalid, message);
    }
}

/// A text that may be absent.
pub(super) fn optional(
    field: &str,
    given: Option<LocalizedTextInput>,
    most: usize,
    checks: &mut Checks<'_>,
) -> Option<Localized> {
    let mut text = None;
    let given = given.map_or(MaybeUndefined::Null, MaybeUndefined::Value);
    checks.optional_text(field, given, most, &mut text);
    text
}

/// A day that must be possible.
pub(super) fn check_day(field: &str, day: NaiveDate, checks: &mut Checks<'_>) {
    checks.day(field, MaybeUndefined::Value(day), &mut None);
}

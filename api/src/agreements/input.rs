//! What can be written of an agreement, and its limits.

use async_graphql::{InputObject, MaybeUndefined};
use chrono::NaiveDate;
use entity::{
    AgreementEconomics, AgreementPartyRole, AgreementType, Commitment, CommitmentHorizon,
    CommitmentStatus, Commitments, Exclusivity, IpOwnership, Localized, OrganizationId,
    PaymentMilestone, agreement,
};
use sea_orm::ActiveEnum;
use serde::Deserialize;

use crate::{
    checks::{Checks, set},
    error::UserErrorCode,
    scalars::{Decimal, LocalizedTextInput},
};

/// The most parties of an agreement.
const MOST_PARTIES: usize = 12;

/// Somebody who is to take part in an agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, InputObject, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AgreementPartyInput {
    /// Which organization: a company, a chamber, a transfer office, or the network.
    pub(crate) organization: OrganizationId,
    /// As what.
    pub(crate) role: AgreementPartyRole,
}

/// What an agreement says. Fields that are not given stay.
#[derive(Clone, Debug, Default, InputObject, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AgreementInput {
    /// What it is called, at most 256 characters. Required.
    title: MaybeUndefined<LocalizedTextInput>,
    /// What it is for, at most 2,000 characters.
    purpose: MaybeUndefined<LocalizedTextInput>,
    /// Its clauses, at most 40,000 characters in each language. Needed to submit.
    text: MaybeUndefined<LocalizedTextInput>,
    /// How exclusive the right is that it grants. Needed for licences and options.
    exclusivity: MaybeUndefined<Exclusivity>,
    /// For what the right may be used, at most 1,000 characters.
    field_of_use: MaybeUndefined<LocalizedTextInput>,
    /// Where the right may be used, at most 1,000 characters.
    territory: MaybeUndefined<LocalizedTextInput>,
    /// Whether the licensee may license it on.
    sublicensing: MaybeUndefined<bool>,
    /// Who owns what comes of it.
    ip_ownership: MaybeUndefined<IpOwnership>,
    /// For how many years what was disclosed stays confidential, 1 to 99. Needed for non-disclosure agreements.
    confidentiality_years: MaybeUndefined<i32>,
    /// What it costs and brings.
    economics: MaybeUndefined<AgreementEconomicsInput>,
    /// What the parties promise, at most 40 commitments; they replace those before. A framework agreement needs one at least to be submitted.
    commitments: MaybeUndefined<Vec<CommitmentInput>>,
    /// The first day on which it is in force; when all have signed, if nothing is said.
    effective_on: MaybeUndefined<NaiveDate>,
    /// The last day on which it is in force; without end, if nothing is said.
    expires_on: MaybeUndefined<NaiveDate>,
}

/// What an agreement costs and brings; all amounts in one currency.
#[derive(Clone, Debug, InputObject, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AgreementEconomicsInput {
    /// The currency of all amounts, ISO 4217 (`MXN`).
    #[graphql(default_with = "String::from(\"MXN\")")]
    currency: String,
    /// What is paid on signing.
    upfront: Option<Decimal>,
    /// What is paid every year at least.
    annual_minimum: Option<Decimal>,
    /// Costs that are paid back.
    reimbursed_costs: Option<Decimal>,
    /// Royalty in basis points, 0 to 10,000 (450 is 4.5 %).
    royalty_bp: Option<i32>,
    /// What the royalty is counted on, at most 300 characters ("ventas netas").
    royalty_base: Option<String>,
    /// Share in a company in basis points, 0 to 10,000.
    equity_bp: Option<i32>,
    /// Payments that fall due when something is reached, at most 20.
    #[graphql(default)]
    #[serde(default)]
    milestones: Vec<PaymentMilestoneInput>,
}

/// A payment that falls due when something is reached.
#[derive(Clone, Debug, PartialEq, Eq, InputObject, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentMilestoneInput {
    /// What must be reached, at most 300 characters.
    title: String,
    /// Until when.
    due_on: Option<NaiveDate>,
    /// How much.
    amount: Decimal,
}

/// Something that a party promises.
#[derive(Clone, Debug, PartialEq, Eq, InputObject, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CommitmentInput {
    /// What is promised, at most 500 characters.
    text: LocalizedTextInput,
    /// Which party promises it.
    responsible: OrganizationId,
    /// In what time.
    horizon: CommitmentHorizon,
    /// Until when.
    due_on: NaiveDate,
}

impl AgreementInput {
    /// What is absent counts as empty: of a new agreement, the title must be given.
    pub(super) fn demand_title(&mut self) {
        if self.title.is_undefined() {
            self.title = MaybeUndefined::Null;
        }
    }

    /// Writes what was given into the row; what was not given stays.
    pub(super) fn write(self, row: &mut agreement::Model, checks: &mut Checks<'_>) {
        checks.required_text("title", self.title, 256, &mut row.title);
        checks.optional_text("purpose", self.purpose, 2_000, &mut row.purpose);
        checks.sealed_text("text", self.text, 40_000, &mut row.text);
        checks.optional_text("fieldOfUse", self.field_of_use, 1_000, &mut row.field_of_use);
        checks.optional_text("territory", self.territory, 1_000, &mut row.territory);
        set(self.exclusivity, &mut row.exclusivity);
        set(self.sublicensing, &mut row.sublicensing);
        set(self.ip_ownership, &mut row.ip_ownership);
        let years = &mut row.confidentiality_years;
        checks.number("confidentialityYears", self.confidentiality_years, 1..=99, years);
        match self.economics {
            MaybeUndefined::Undefined => {}
            MaybeUndefined::Null => row.economics = None,
            MaybeUndefined::Value(given) => row.economics = Some(economics(given, checks)),
        }
        match self.commitments {
            MaybeUndefined::Undefined => {}
            MaybeUndefined::Null => row.commitments = Commitments::default(),
            MaybeUndefined::Value(given) => row.commitments = commitments(row, given, checks),
        }
        checks.day("effectiveOn", self.effective_on, &mut row.effective_on);
        checks.day("expiresOn", self.expires_on, &mut row.expires_on);
        if let (Some(first), Some(last)) = (row.effective_on, row.expires_on)
            && last < first
        {
            let message = "termina antes de empezar / ends before it begins";
            checks.wrong("expiresOn", UserErrorCode::Invalid, message);
        }
    }
}

fn economics(given: AgreementEconomicsInput, checks: &mut Checks<'_>) -> AgreementEconomics {
    let field = |name: &str| format!("economics.{name}");
    checks.currency(&field("currency"), &given.currency);
    let mut amount = |name: &str, amount: Decimal| {
        if amount.0 < 0 {
            let message = "no puede ser negativo / cannot be negative";
            checks.wrong(&field(name), UserErrorCode::Invalid, message);
        }
        amount.0
    };
    let upfront_minor = given.upfront.map(|upfront| amount("upfront", upfront));
    let annual_minimum_minor = given.annual_minimum.map(|least| amount("annualMinimum", least));
    let reimbursed_costs_minor =
        given.reimbursed_costs.map(|costs| amount("reimbursedCosts", costs));
    let mut milestones = Vec::new();
    for (place, milestone) in given.milestones.into_iter().enumerate() {
        let PaymentMilestoneInput { title, due_on, amount: minor } = milestone;
        let minor = amount(&format!("milestones.{place}.amount"), minor);
        milestones.push(PaymentMilestone { title, due_on, minor });
    }
    for (place, milestone) in milestones.iter_mut().enumerate() {
        let part = |name: &str| field(&format!("milestones.{place}.{name}"));
        checks.part(&part("title"), &mut milestone.title, 300);
        let due_on = milestone.due_on.map_or(MaybeUndefined::Undefined, MaybeUndefined::Value);
        checks.day(&part("dueOn"), due_on, &mut None);
    }
    let mut share = |name: &str, given: Option<i32>| {
        let share = given.map_or(MaybeUndefined::Undefined, MaybeUndefined::Value);
        checks.number(&field(name), share, 0..=10_000, &mut None);
        given
    };
    let royalty_bp = share("royaltyBp", given.royalty_bp);
    let equity_bp = share("equityBp", given.equity_bp);
    let mut royalty_base = given.royalty_base;
    checks.optional_part(&field("royaltyBase"), &mut royalty_base, 300);
    AgreementEconomics {
        currency: given.currency,
        upfront_minor,
        annual_minimum_minor,
        reimbursed_costs_minor,
        royalty_bp,
        royalty_base,
        equity_bp,
        milestones: checks.at_most("economics.milestones", milestones, 20),
    }
}

fn commitments(
    row: &agreement::Model,
    given: Vec<CommitmentInput>,
    checks: &mut Checks<'_>,
) -> Commitments {
    let given = checks.at_most("commitments", given, 40);
    let mut commitments = Vec::with_capacity(given.len());
    for (place, given) in given.into_iter().enumerate() {
        let field = |name: &str| format!("commitments.{place}.{name}");
        let mut text = Localized::default();
        checks.required_text(&field("text"), MaybeUndefined::Value(given.text), 500, &mut text);
        if !row.parties.0.contains(&given.responsible.to_string()) {
            let message = "no es parte del convenio / is no party to the agreement";
            checks.wrong(&field("responsible"), UserErrorCode::Invalid, message);
        }
        checks.day(&field("dueOn"), MaybeUndefined::Value(given.due_on), &mut None);
        commitments.push(Commitment {
            text,
            responsible: given.responsible,
            horizon: given.horizon,
            due_on: given.due_on,
            status: CommitmentStatus::Pending,
            evidence: None,
            ended_at: None,
        });
    }
    Commitments(commitments)
}

/// What must be there before it is handed to those who may bind its party, by its type.
pub(super) fn check_complete(row: &agreement::Model, checks: &mut Checks<'_>) {
    use AgreementType as Type;
    let grants = matches!(
        row.kind,
        Type::OptionAgreement
            | Type::NonExclusiveLicence
            | Type::ExclusiveLicence
            | Type::SoftwareLicence
    );
    let confides = matches!(row.kind, Type::MutualNda | Type::UnilateralNda);
    let frames = row.kind == Type::FrameworkAgreement;
    checks.present("text", row.text.is_some());
    checks.present("exclusivity", !grants || row.exclusivity.is_some());
    checks.present("confidentialityYears", !confides || row.confidentiality_years.is_some());
    checks.present("commitments", !frames || !row.commitments.0.is_empty());
    let exclusive = row.exclusivity.map(|right| right != Exclusivity::NonExclusive);
    let contradicts = match row.kind {
        Type::NonExclusiveLicence => exclusive == Some(true),
        Type::ExclusiveLicence => exclusive == Some(false),
        _ => false,
    };
    if contradicts {
        let message = "contradice el tipo de convenio / contradicts the type of agreement";
        checks.wrong("exclusivity", UserErrorCode::Invalid, message);
    }
}

/// What is wrong with the parties of an agreement of this type: how many, and as what.
pub(super) fn check_parties(
    kind: AgreementType,
    parties: &[AgreementPartyInput],
    checks: &mut Checks<'_>,
) {
    use AgreementPartyRole as Role;
    if !(2..=MOST_PARTIES).contains(&parties.len()) {
        let message = format!("de 2 a {MOST_PARTIES} partes / 2 to {MOST_PARTIES} parties");
        checks.wrong("parties", UserErrorCode::Invalid, message);
    }
    for (place, party) in parties.iter().enumerate() {
        if parties[..place].iter().any(|before| before.organization == party.organization) {
            let field = format!("parties.{place}.organization");
            let message = "ya es parte / is a party already";
            checks.wrong(&field, UserErrorCode::Duplicate, message);
        }
    }
    let needed: &[Role] = match kind {
        AgreementType::UnilateralNda
        | AgreementType::AssignmentAgreement
        | AgreementType::MaterialTransferAgreement => &[Role::Grantor, Role::Recipient],
        AgreementType::NonExclusiveLicence
        | AgreementType::ExclusiveLicence
        | AgreementType::SoftwareLicence => &[Role::Licensor, Role::Licensee],
        AgreementType::ContractRdAgreement => &[Role::Sponsor, Role::Performer],
        _ => &[],
    };
    for role in needed {
        if !parties.iter().any(|party| party.role == *role) {
            let role = role.to_value();
            let message = format!("falta una parte {role} / a party {role} is missing");
            checks.wrong("parties", UserErrorCode::Required, message);
        }
    }
}

//! Values that fill one column: texts in two languages, lists of codes, and the
//! small structured lists of needs, offers and profiles.

use std::{convert::Infallible, fmt, str::FromStr};

use async_graphql::{InputObject, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ActiveEnum, DeriveValueType, FromJsonQueryResult};
use serde::{Deserialize, Serialize};

use crate::{
    CommitmentHorizon, CommitmentStatus, Comparator, ContributionForm, EvidenceKind, FundingKind,
    FundingStatus, Language, OrganizationId, RecognitionBody, RequirementResponse, RiskLevel,
};

/// A text that people read, in one or both languages of the network.
///
/// At least one of the two is present and not blank; Spanish is the one that
/// is asked for first (`docs/decisions/0005-languages.md`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Localized {
    /// The text in Spanish.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub es: Option<String>,
    /// The text in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
}

impl Localized {
    /// A text in Spanish alone.
    #[must_use]
    pub fn spanish(text: impl Into<String>) -> Self {
        Self { es: Some(text.into()), en: None }
    }

    /// The text in `language`, or in the other one where it is missing.
    #[must_use]
    pub fn in_language(&self, language: Language) -> Option<String> {
        let (wanted, other) = match language {
            Language::Es => (&self.es, &self.en),
            Language::En => (&self.en, &self.es),
        };
        wanted.as_ref().or(other.as_ref()).cloned()
    }

    /// The texts that exist, each with its language.
    pub fn texts(&self) -> impl Iterator<Item = (Language, &str)> {
        let es = self.es.as_deref().map(|text| (Language::Es, text));
        let en = self.en.as_deref().map(|text| (Language::En, text));
        es.into_iter().chain(en)
    }
}

/// Confidential text. It has no `Serialize` for the outside and a mute `Debug`:
/// the only way out is [`Confidential::reveal`], which is easy to search for.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Confidential(Localized);

impl Confidential {
    /// Seals a text.
    #[must_use]
    pub fn new(text: Localized) -> Self {
        Self(text)
    }

    /// Takes the text out. Call it only after asking the policy.
    #[must_use]
    pub fn reveal(self) -> Localized {
        self.0
    }
}

impl fmt::Debug for Confidential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Confidential(…)")
    }
}

/// A list of codes in one column, written `|A|B|`, so that "contains `A`" and
/// "one begins with `A`" are plain text conditions on both databases.
#[derive(Clone, Debug, Default, PartialEq, Eq, DeriveValueType)]
#[sea_orm(value_type = "String")]
pub struct Codes(pub Vec<String>);

impl Codes {
    /// The codes of vocabulary values.
    #[must_use]
    pub fn of<E: ActiveEnum<Value = String>>(values: &[E]) -> Self {
        Self(values.iter().map(ActiveEnum::to_value).collect())
    }

    /// The vocabulary values; what is not in the vocabulary is left out.
    #[must_use]
    pub fn values<E: ActiveEnum<Value = String>>(&self) -> Vec<E> {
        self.0.iter().filter_map(|code| E::try_from_value(code).ok()).collect()
    }

    /// The codes read as something else (ids, numbers); what does not parse is left out.
    #[must_use]
    pub fn parsed<T: FromStr>(&self) -> Vec<T> {
        self.0.iter().filter_map(|code| code.parse().ok()).collect()
    }
}

impl<T: fmt::Display> FromIterator<T> for Codes {
    fn from_iter<I: IntoIterator<Item = T>>(codes: I) -> Self {
        Self(codes.into_iter().map(|code| code.to_string()).collect())
    }
}

impl fmt::Display for Codes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for code in &self.0 {
            write!(f, "|{code}")?;
        }
        if self.0.is_empty() { Ok(()) } else { f.write_str("|") }
    }
}

impl FromStr for Codes {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(text.split('|').filter(|code| !code.is_empty()).collect())
    }
}

/// How a partner meets one requirement of a need.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, SimpleObject, InputObject)]
#[graphql(input_name = "RequirementAnswerInput")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RequirementAnswer {
    /// The requirement, at most 200 characters ("Consumo de agua por tonelada").
    pub criterion: String,
    /// Whether it is met.
    pub response: RequirementResponse,
    /// What shows it, at most 500 characters. Null when nothing was said.
    #[serde(default)]
    pub evidence: Option<String>,
}

/// Requirement by requirement, how a partner meets a need.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct RequirementAnswers(pub Vec<RequirementAnswer>);

/// Something measurable that a solution must reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, SimpleObject, InputObject)]
#[graphql(input_name = "SuccessCriterionInput")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SuccessCriterion {
    /// What is measured, at most 200 characters ("Consumo de agua").
    pub parameter: String,
    /// Its unit, at most 40 characters ("m3/t"). Null for a quantity without unit.
    #[serde(default)]
    pub unit: Option<String>,
    /// How the measured value is compared with the target.
    pub comparator: Comparator,
    /// The value to reach, as text, at most 80 characters ("12").
    pub target: String,
    /// Whether a solution that misses it is of no use.
    #[serde(default)]
    #[graphql(default)]
    pub must_have: bool,
}

/// What a solution must reach.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct SuccessCriteria(pub Vec<SuccessCriterion>);

/// A list of short texts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Texts(pub Vec<String>);

/// How a technology compares with what is used today.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, SimpleObject, InputObject)]
#[graphql(input_name = "TechnologyComparisonInput")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TechnologyComparison {
    /// What it is compared with, at most 200 characters.
    pub alternative: String,
    /// What is compared, at most 200 characters.
    pub metric: String,
    /// The value of the offered technology, at most 80 characters.
    pub ours: String,
    /// The value of the alternative, at most 80 characters.
    pub theirs: String,
    /// The unit of both, at most 40 characters. Null for a quantity without unit.
    #[serde(default)]
    pub unit: Option<String>,
    /// How it is known, at most 500 characters. Null when nothing was stated.
    #[serde(default)]
    pub evidence: Option<String>,
}

/// How a technology compares with several alternatives.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct TechnologyComparisons(pub Vec<TechnologyComparison>);

/// What a technology saves its user, as its owner estimates it.
#[derive(
    Clone,
    Debug,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    SimpleObject,
    InputObject,
    FromJsonQueryResult,
)]
#[graphql(input_name = "OfferEconomicsInput")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OfferEconomics {
    /// What it saves, at most 500 characters. Null when nothing was stated.
    #[serde(default)]
    pub cost_saving: Option<String>,
    /// Months until the investment is earned back, 0 to 600. Null when unknown.
    #[serde(default)]
    pub payback_months: Option<i32>,
    /// What the estimate rests on, at most 1,000 characters. Null when nothing was stated.
    #[serde(default)]
    pub assumptions: Option<String>,
}

/// One proof of a technology readiness level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, SimpleObject, InputObject)]
#[graphql(input_name = "TrlEvidenceInput")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrlEvidence {
    /// The technology readiness level that it proves, 1 to 9.
    pub level: i32,
    /// What kind of proof it is.
    pub kind: EvidenceKind,
    /// What it is, at most 300 characters.
    pub title: String,
}

/// The proofs of a technology readiness level.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct TrlEvidences(pub Vec<TrlEvidence>);

/// How ready an innovation is beside its technology (after the KTH Innovation
/// Readiness Level); each level is 1 to 9 and null when it was not assessed.
#[derive(
    Clone,
    Debug,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    SimpleObject,
    InputObject,
    FromJsonQueryResult,
)]
#[graphql(input_name = "InnovationReadinessInput")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InnovationReadiness {
    /// Customer readiness level, 1 to 9.
    #[serde(default)]
    pub crl: Option<i32>,
    /// Business readiness level, 1 to 9.
    #[serde(default)]
    pub brl: Option<i32>,
    /// Intellectual property readiness level, 1 to 9.
    #[serde(default)]
    pub iprl: Option<i32>,
    /// Team readiness level, 1 to 9.
    #[serde(default)]
    pub tmrl: Option<i32>,
    /// Funding readiness level, 1 to 9.
    #[serde(default)]
    pub frl: Option<i32>,
}

/// A claim about a technology that somebody else has checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, SimpleObject, InputObject)]
#[graphql(input_name = "VerifiedClaimInput")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VerifiedClaim {
    /// What is claimed, at most 300 characters.
    pub claim: String,
    /// How it was checked, at most 300 characters.
    pub method: String,
    /// Who checked it: an institution, at most 200 characters.
    pub verifier: String,
    /// When it was checked.
    pub verified_on: NaiveDate,
}

/// Claims that somebody else has checked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct VerifiedClaims(pub Vec<VerifiedClaim>);

/// How many members a chamber says it has, at a date: a fact with a source, never a constant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, SimpleObject)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MemberCount {
    /// How many members.
    pub count: i32,
    /// The day for which it was declared.
    pub as_of: NaiveDate,
    /// Where it was declared.
    pub source: String,
}

/// Declared member counts, each with its date.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct MemberCounts(pub Vec<MemberCount>);

/// The part of a chamber that cares for innovation.
#[derive(
    Clone, Debug, PartialEq, Eq, Serialize, Deserialize, SimpleObject, FromJsonQueryResult,
)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InnovationCommission {
    /// What it is called.
    pub name: String,
    /// Since when it exists. Null when unknown.
    #[serde(default)]
    pub since: Option<NaiveDate>,
}

/// A recognition of a transfer office, with its dates: an office can be recognised, lose it and regain it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, SimpleObject)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Recognition {
    /// Who recognised it.
    pub body: RecognitionBody,
    /// The first day.
    pub from: NaiveDate,
    /// The last day. Null while it has no end.
    #[serde(default)]
    pub to: Option<NaiveDate>,
    /// What it rests on. Null when nothing was stated.
    #[serde(default)]
    pub evidence: Option<String>,
}

/// Recognitions of a transfer office.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Recognitions(pub Vec<Recognition>);

/// What an institution spent on research in a year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResearchExpenditure {
    /// The calendar year.
    pub year: i32,
    /// The amount in hundredths of the currency.
    pub minor: i64,
    /// ISO 4217.
    pub currency: String,
}

/// Research expenditure by year.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct ResearchExpenditures(pub Vec<ResearchExpenditure>);

/// One part of a match's score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MatchComponent {
    /// Which feature (`TEXT`, `SECTOR`, …).
    pub feature: String,
    /// Its weight after sharing out the weights of features without data, 0 to 10,000.
    pub weight: u32,
    /// How well the pair does in it, 0 to 10,000.
    pub value: u32,
    /// What it adds to the score.
    pub contribution: u32,
    /// Why, in both languages.
    pub explanation: Localized,
}

/// The parts of a match's score.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct MatchComponents(pub Vec<MatchComponent>);

/// A payment that falls due when something is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PaymentMilestone {
    /// What must be reached.
    pub title: String,
    /// Until when.
    #[serde(default)]
    pub due_on: Option<NaiveDate>,
    /// In hundredths of the currency.
    pub minor: i64,
}

/// What an agreement costs and brings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AgreementEconomics {
    /// ISO 4217, for all amounts.
    pub currency: String,
    /// In hundredths.
    #[serde(default)]
    pub upfront_minor: Option<i64>,
    /// In hundredths.
    #[serde(default)]
    pub annual_minimum_minor: Option<i64>,
    /// In hundredths.
    #[serde(default)]
    pub reimbursed_costs_minor: Option<i64>,
    /// In basis points.
    #[serde(default)]
    pub royalty_bp: Option<i32>,
    /// What the royalty is counted on.
    #[serde(default)]
    pub royalty_base: Option<String>,
    /// In basis points.
    #[serde(default)]
    pub equity_bp: Option<i32>,
    #[serde(default)]
    pub milestones: Vec<PaymentMilestone>,
}

/// Something that a party promises, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Commitment {
    /// What is promised.
    pub text: Localized,
    /// Who promises it.
    pub responsible: OrganizationId,
    pub horizon: CommitmentHorizon,
    pub due_on: NaiveDate,
    pub status: CommitmentStatus,
    /// What shows that it was kept, or why it was given up.
    #[serde(default)]
    pub evidence: Option<Localized>,
    /// When it was kept or given up.
    #[serde(default)]
    pub ended_at: Option<DateTime<Utc>>,
}

/// What the parties to an agreement promise; a commitment's number is its place, from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Commitments(pub Vec<Commitment>);

/// Where a part of a project's money comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FundingLine {
    /// The partner that gives it; nothing for somebody outside.
    #[serde(default)]
    pub partner: Option<OrganizationId>,
    /// Who gives it, by name, when it is no partner.
    #[serde(default)]
    pub source: Option<String>,
    pub kind: FundingKind,
    pub form: ContributionForm,
    /// In hundredths of the project's currency.
    pub minor: i64,
    pub status: FundingStatus,
}

/// Where a project's money comes from; a line's number is its place, from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct FundingLines(pub Vec<FundingLine>);

/// A part of a project's work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WorkPackage {
    pub title: Localized,
    /// The partner that answers for it.
    pub responsible: OrganizationId,
    #[serde(default)]
    pub starts_on: Option<NaiveDate>,
    #[serde(default)]
    pub ends_on: Option<NaiveDate>,
    /// In hundredths of the project's currency.
    #[serde(default)]
    pub budget_minor: Option<i64>,
}

/// A project's work; a package's number is its place, from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct WorkPackages(pub Vec<WorkPackage>);

/// Something that may go wrong in a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, SimpleObject, InputObject)]
#[graphql(input_name = "ProjectRiskInput")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProjectRisk {
    /// What may happen, at most 300 characters.
    pub risk: String,
    /// How likely it is.
    pub likelihood: RiskLevel,
    /// How much it would hurt.
    pub impact: RiskLevel,
    /// What is done about it, at most 500 characters. Null when nothing was said.
    #[serde(default)]
    pub mitigation: Option<String>,
}

/// What may go wrong in a project.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct ProjectRisks(pub Vec<ProjectRisk>);

/// An organization that owns a piece of intellectual property, and how much of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, InputObject)]
#[graphql(name = "IpOwnerInput")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IpOwner {
    /// The organization (`org_…`).
    pub organization: OrganizationId,
    /// Its share in basis points, 1 to 10,000.
    pub share_bp: i32,
}

/// Who owns a piece of intellectual property; the shares add up to 10,000.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct IpOwners(pub Vec<IpOwner>);

/// Somebody who invented it, and their share in what it brings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, SimpleObject, InputObject)]
#[graphql(input_name = "IpInventorInput")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IpInventor {
    /// Their name, at most 200 characters.
    pub name: String,
    /// Their share in basis points, 1 to 10,000.
    pub share_bp: i32,
}

/// Who invented it; the shares add up to 10,000.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct IpInventors(pub Vec<IpInventor>);

/// That somebody who accredits has found a test or a laboratory fit.
#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    SimpleObject,
    InputObject,
    FromJsonQueryResult,
)]
#[graphql(input_name = "AccreditationInput")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Accreditation {
    /// Who accredits, at most 200 characters.
    pub body: String,
    /// The number of the accreditation, at most 60 characters.
    pub no: String,
    /// Its last day.
    pub valid_until: NaiveDate,
}

/// How well a company takes up technology, in nine dimensions, each 1 to 4 (Technology Capability
/// Audit, nine categories).
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    SimpleObject,
    InputObject,
    FromJsonQueryResult,
)]
#[graphql(input_name = "AssimilationScoresInput")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AssimilationScores {
    /// Whether it knows that it must change, 1 to 4.
    pub awareness: i32,
    /// How it looks for technology, 1 to 4.
    pub search: i32,
    /// What it is good at itself, 1 to 4.
    pub core_competence: i32,
    /// Whether it has a strategy for technology, 1 to 4.
    pub strategy: i32,
    /// How it assesses and selects technology, 1 to 4.
    pub assess_select: i32,
    /// How it acquires and absorbs technology, 1 to 4; caps the level.
    pub acquire_absorb: i32,
    /// How it puts technology to use, 1 to 4; caps the level.
    pub implement_use: i32,
    /// How it learns, 1 to 4.
    pub learn: i32,
    /// How it is linked with others, 1 to 4.
    pub external_links: i32,
}

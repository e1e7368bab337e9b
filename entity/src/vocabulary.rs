//! The closed vocabularies: one enum each, shared by rows, policy and schema.
//!
//! Codes are those of `api/data/reference/vocabularies.csv`, which carries their Spanish
//! and English labels; a test compares the two.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What an organization is.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OrganizationKind {
    /// Business chamber.
    #[default]
    Chamber,
    /// Confederation of chambers.
    Confederation,
    /// Employers' union.
    EmployersUnion,
    /// Association.
    Association,
    /// Technology transfer office (TTO).
    TechnologyTransferOffice,
    /// Higher education institution.
    HigherEducationInstitution,
    /// Public research centre.
    PublicResearchCentre,
    /// Private R&D centre.
    PrivateRdCentre,
    /// Company.
    Company,
    /// Start-up or spin-off company.
    Startup,
    /// Federal government.
    FederalGovernment,
    /// State government.
    StateGovernment,
    /// State science, technology and innovation agency.
    StateStiAgency,
    /// International organization.
    InternationalOrganization,
    /// Investor.
    Investor,
    /// Civil society organization.
    CivilSocietyOrganization,
    /// Cluster.
    Cluster,
    /// Technology park or incubator.
    TechnologyParkOrIncubator,
}

/// How large a company is, by the official Mexican stratification (DOF, 30 June 2009).
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SizeClass {
    /// Micro enterprise.
    #[default]
    Micro,
    /// Small enterprise.
    Small,
    /// Medium-sized enterprise.
    Medium,
    /// Large enterprise.
    Large,
}

/// Which thresholds of the size stratification apply.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SizeSector {
    /// Industry.
    #[default]
    Industry,
    /// Commerce.
    Commerce,
    /// Services.
    Services,
}

/// What a size class was computed from.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SizeBasis {
    /// Workers and sales.
    #[default]
    WorkersAndSales,
    /// Workers only.
    WorkersOnly,
}

/// Who vouches for an organization's profile.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum VerificationLevel {
    /// Not verified.
    #[default]
    None,
    /// Declared by the organization.
    Declared,
    /// Verified by the chamber.
    ChamberVerified,
    /// Verified with documents.
    DocumentVerified,
}

/// Where a company's membership in a chamber stands.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AffiliationStatus {
    /// Active.
    #[default]
    Active,
    /// Lapsed.
    Lapsed,
    /// Cancelled.
    Cancelled,
}

/// How a technology transfer office is organized.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OttModel {
    /// Internal to the host institution.
    #[default]
    Internal,
    /// Group office (several institutions).
    Group,
    /// Independent.
    Independent,
    /// Private.
    Private,
}

/// Who recognised a technology transfer office.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RecognitionBody {
    /// CONACYT and Ministry of Economy.
    #[default]
    ConacytSe,
    /// SECIHTI.
    Secihti,
    /// Other body.
    Other,
}

/// What a technology transfer office does for others.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OttService {
    /// IP strategy design.
    #[default]
    IpStrategyDesign,
    /// Technology watch.
    TechnologyWatch,
    /// Technology valuation.
    Valuation,
    /// Negotiation.
    Negotiation,
    /// Scale-up.
    ScaleUp,
    /// Laboratory services.
    Laboratory,
    /// Training.
    Training,
    /// Funding management.
    FundingManagement,
    /// Incubation.
    Incubation,
}

/// What kind of need is brought to the network.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum NeedType {
    /// Technology request.
    #[default]
    #[serde(alias = "TR")]
    TechnologyRequest,
    /// Research and development request.
    #[serde(alias = "RDR")]
    RdRequest,
    /// Business request.
    #[serde(alias = "BR")]
    BusinessRequest,
    /// Challenge.
    Challenge,
    /// Cross-cutting need.
    CrossCuttingNeed,
}

/// Where a need stands.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum NeedStatus {
    /// Draft.
    #[default]
    Draft,
    /// In review.
    InReview,
    /// Returned.
    Returned,
    /// Published.
    Published,
    /// On hold.
    OnHold,
    /// Expired.
    Expired,
    /// Fulfilled.
    Fulfilled,
    /// Closed unmet.
    ClosedUnmet,
    /// Withdrawn.
    Withdrawn,
    /// Archived.
    Archived,
}

/// What a need is about, from the company's side.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ProblemKind {
    /// Cost.
    #[default]
    Cost,
    /// Quality.
    Quality,
    /// Production capacity.
    Capacity,
    /// Energy and water.
    EnergyAndWater,
    /// Waste.
    Waste,
    /// Regulatory compliance.
    RegulatoryCompliance,
    /// New product.
    NewProduct,
    /// Digitalization.
    Digitalization,
    /// Safety.
    Safety,
    /// Supply chain.
    SupplyChain,
}

/// How far a solution may depart from what the company does today.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum InnovationScope {
    /// Incremental.
    #[default]
    Incremental,
    /// Adaptive.
    Adaptive,
    /// Radical.
    Radical,
}

/// How finished an answer the company looks for.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SolutionDepth {
    /// Idea or concept.
    #[default]
    Idea,
    /// Study.
    Study,
    /// Prototype.
    Prototype,
    /// Turnkey.
    Turnkey,
    /// Proposal.
    Proposal,
}

/// What a company can spend on a solution, in Mexican pesos.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum BudgetBand {
    /// Under MXN 100,000.
    #[default]
    #[sea_orm(string_value = "UNDER_100K")]
    #[graphql(name = "UNDER_100K")]
    #[serde(rename = "UNDER_100K")]
    Under100K,
    /// MXN 100,000 to 500,000.
    #[sea_orm(string_value = "FROM_100K_TO_500K")]
    #[graphql(name = "FROM_100K_TO_500K")]
    #[serde(rename = "FROM_100K_TO_500K")]
    From100KTo500K,
    /// MXN 500,000 to 2 million.
    #[sea_orm(string_value = "FROM_500K_TO_2M")]
    #[graphql(name = "FROM_500K_TO_2M")]
    #[serde(rename = "FROM_500K_TO_2M")]
    From500KTo2M,
    /// MXN 2 million to 10 million.
    #[sea_orm(string_value = "FROM_2M_TO_10M")]
    #[graphql(name = "FROM_2M_TO_10M")]
    #[serde(rename = "FROM_2M_TO_10M")]
    From2MTo10M,
    /// Over MXN 10 million.
    #[sea_orm(string_value = "OVER_10M")]
    #[graphql(name = "OVER_10M")]
    #[serde(rename = "OVER_10M")]
    Over10M,
    /// Not disclosed.
    #[sea_orm(string_value = "NOT_DISCLOSED")]
    #[graphql(name = "NOT_DISCLOSED")]
    #[serde(rename = "NOT_DISCLOSED")]
    NotDisclosed,
}

/// How soon a need must be met.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Urgency {
    /// Low.
    #[default]
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
}

/// How a measured value is compared with its target.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Comparator {
    /// At most.
    #[default]
    AtMost,
    /// At least.
    AtLeast,
    /// Equal to.
    EqualTo,
    /// Less than.
    LessThan,
    /// Greater than.
    GreaterThan,
}

/// What kind of offer a transfer office brings.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OfferType {
    /// Technology offer.
    #[default]
    #[serde(alias = "TO")]
    TechnologyOffer,
    /// Licence offer.
    LicenceOffer,
    /// Capability offer.
    CapabilityOffer,
    /// Co-development offer.
    CoDevelopmentOffer,
}

/// Where an offer stands.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OfferStatus {
    /// Draft.
    #[default]
    Draft,
    /// In review.
    InReview,
    /// Returned.
    Returned,
    /// Published.
    Published,
    /// On hold.
    OnHold,
    /// Reserved.
    Reserved,
    /// Transferred.
    Transferred,
    /// Expired.
    Expired,
    /// Retired.
    Retired,
    /// Archived.
    Archived,
}

/// What proves a readiness level.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EvidenceKind {
    /// Publication.
    #[default]
    Publication,
    /// Test.
    Test,
    /// Prototype.
    Prototype,
    /// Pilot.
    Pilot,
    /// Certificate.
    Certificate,
    /// Sale.
    Sale,
}

/// How far a technology has come; each stage covers a range of technology readiness levels.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DevelopmentStage {
    /// Concept.
    #[default]
    Concept,
    /// Under development.
    UnderDevelopment,
    /// Lab tested.
    LabTested,
    /// Available for demonstration.
    AvailableForDemonstration,
    /// On the market.
    OnTheMarket,
}

/// How a technology is protected, coarsely.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum IprStatus {
    /// No IPR.
    #[default]
    NoIpr,
    /// Trade secret.
    TradeSecret,
    /// IPR applied for, not yet granted.
    IprApplied,
    /// IPR granted.
    IprGranted,
}

/// What exclusivity the owner is ready to grant.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ExclusivityAvailable {
    /// No exclusivity.
    #[default]
    None,
    /// By field of use.
    ByField,
    /// By territory.
    ByTerritory,
    /// Full exclusivity.
    Full,
}

/// What kind of partnership is sought or offered (EEN, 2024).
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PartnershipType {
    /// Commercial agreement.
    #[default]
    CommercialAgreement,
    /// Commercial agreement with technical assistance.
    CommercialAgreementWithTechnicalAssistance,
    /// Investment agreement.
    InvestmentAgreement,
    /// Outsourcing agreement.
    OutsourcingAgreement,
    /// Supplier agreement.
    SupplierAgreement,
    /// R&D cooperation agreement.
    RdCooperationAgreement,
}

/// How a technology can pass to its recipient.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TransferMechanism {
    /// Commercial agreement.
    #[default]
    CommercialAgreement,
    /// Commercial agreement with technical assistance.
    CommercialAgreementWithTechnicalAssistance,
    /// Investment agreement.
    InvestmentAgreement,
    /// Outsourcing agreement.
    OutsourcingAgreement,
    /// Supplier agreement.
    SupplierAgreement,
    /// R&D cooperation agreement.
    RdCooperationAgreement,
    /// Assignment of rights.
    Assignment,
    /// Spin-off.
    SpinOff,
}

/// Who proposed a match.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MatchSource {
    /// Algorithm.
    #[default]
    Algorithm,
    /// Chamber liaison.
    Liaison,
    /// OTT officer.
    Officer,
    /// Event.
    Event,
}

/// Where a match stands.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MatchStatus {
    /// Suggested.
    #[default]
    Suggested,
    /// Shortlisted.
    Shortlisted,
    /// Converted into an interest.
    Converted,
    /// Dismissed.
    Dismissed,
    /// Stale.
    Stale,
}

/// Why a need, an offer, a match or an interest was refused or closed.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DeclineReason {
    /// Too early a stage.
    #[default]
    EarlyStage,
    /// Unclear benefit.
    UnclearBenefit,
    /// Unclear route to market.
    UnclearRouteToMarket,
    /// Insufficient description.
    InsufficientDescription,
    /// Technical objection.
    TechnicalObjection,
    /// Out of scope.
    OutOfScope,
    /// Already have a solution.
    AlreadyHaveSolution,
    /// No budget.
    NoBudget,
    /// Insufficient assimilation capacity.
    InsufficientAssimilationCapacity,
    /// IP not available.
    IpNotAvailable,
    /// Terms not agreed.
    TermsNotAgreed,
    /// No response.
    NoResponse,
    /// Conflict of interest.
    ConflictOfInterest,
    /// Other reason.
    Other,
}

/// From which side an expression of interest comes.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum InterestDirection {
    /// From need to offer: a company is interested in an offer.
    #[default]
    NeedToOffer,
    /// From offer to need: a transfer office is interested in a need.
    OfferToNeed,
}

/// Who speaks in the conversation on an expression of interest.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum InterestParty {
    /// The company.
    #[default]
    Company,
    /// The chamber that speaks for it.
    Chamber,
    /// The transfer office.
    Office,
}

/// Whether a partner meets a requirement of a need, in their own words.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RequirementResponse {
    /// Meets the requirement.
    #[default]
    Match,
    /// Does not meet the requirement.
    Gap,
    /// Not known yet.
    Unknown,
}

/// Where an expression of interest stands.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum InterestStatus {
    /// Draft: its sender alone knows of it.
    #[default]
    Draft,
    /// Submitted: it waits for the intermediary that receives it.
    Submitted,
    /// In triage at that intermediary.
    Triage,
    /// Information requested: it waits for its sender.
    InfoRequested,
    /// Rejected by the intermediary.
    Rejected,
    /// Forwarded: it waits for the owner of the need or the offer.
    Forwarded,
    /// Accepted: the two sides know each other.
    Accepted,
    /// Declined by the owner.
    Declined,
    /// A non-disclosure agreement is being prepared.
    NdaPending,
    /// A non-disclosure agreement is signed.
    NdaSigned,
    /// Under evaluation.
    Evaluation,
    /// In negotiation.
    Negotiation,
    /// Agreed: a contract is in force.
    Agreed,
    /// Closed without a deal.
    ClosedNoDeal,
    /// Withdrawn by its sender.
    Withdrawn,
    /// Lapsed: nobody answered in time.
    Lapsed,
}

/// What a person does in an organization.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Role {
    /// Network administrator.
    #[default]
    NetworkAdmin,
    /// Chamber administrator.
    ChamberAdmin,
    /// Chamber liaison.
    ChamberLiaison,
    /// OTT manager.
    OttManager,
    /// OTT officer.
    OttOfficer,
    /// Member company user.
    MemberUser,
    /// Analyst.
    Analyst,
    /// Integration service.
    Service,
    /// Public.
    Public,
}

/// How much of a record its reader sees; each level includes those before it.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DisclosureLevel {
    /// Level L0: what anybody may read; nothing names the company.
    #[default]
    PublicBlind,
    /// Level L1: what authenticated members of the network may read.
    Network,
    /// Level L2: both sides know each other, after an accepted interest.
    Introduced,
    /// Level L3: parties to a non-disclosure agreement in force.
    Confidential,
    /// Level L4: parties to the agreement or project, and the owner.
    Contract,
}

/// What a company has consented to.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ConsentPurpose {
    /// Representation by the chamber.
    #[default]
    Representation,
    /// Publication.
    Publication,
    /// Cross-cutting need.
    CrossCuttingNeed,
    /// Statistics.
    Statistics,
}

/// A language of the network.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Language {
    /// Spanish.
    #[default]
    Es,
    /// English.
    En,
}

/// What has become of a document.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DocumentStatus {
    /// Announced; its bytes have not come yet.
    #[default]
    Pending,
    /// Its bytes are kept.
    Stored,
    /// Taken away, or its bytes never came.
    Removed,
}

/// Every vocabulary above with its codes: `(list of vocabularies.csv, codes)`.
#[must_use]
pub fn all() -> Vec<(&'static str, Vec<String>)> {
    fn codes<E: ActiveEnum<Value = String>>() -> Vec<String> {
        E::iter().map(|value| value.to_value()).collect()
    }
    vec![
        ("organization_kind", codes::<OrganizationKind>()),
        ("size_class", codes::<SizeClass>()),
        ("size_sector", codes::<SizeSector>()),
        ("size_basis", codes::<SizeBasis>()),
        ("verification_level", codes::<VerificationLevel>()),
        ("affiliation_status", codes::<AffiliationStatus>()),
        ("ott_model", codes::<OttModel>()),
        ("recognition_body", codes::<RecognitionBody>()),
        ("ott_service", codes::<OttService>()),
        ("need_type", codes::<NeedType>()),
        ("need_status", codes::<NeedStatus>()),
        ("problem_kind", codes::<ProblemKind>()),
        ("innovation_scope", codes::<InnovationScope>()),
        ("solution_depth", codes::<SolutionDepth>()),
        ("budget_band", codes::<BudgetBand>()),
        ("urgency", codes::<Urgency>()),
        ("comparator", codes::<Comparator>()),
        ("offer_type", codes::<OfferType>()),
        ("offer_status", codes::<OfferStatus>()),
        ("evidence_kind", codes::<EvidenceKind>()),
        ("development_stage", codes::<DevelopmentStage>()),
        ("ipr_status", codes::<IprStatus>()),
        ("exclusivity_available", codes::<ExclusivityAvailable>()),
        ("partnership_type", codes::<PartnershipType>()),
        ("transfer_mechanism", codes::<TransferMechanism>()),
        ("match_source", codes::<MatchSource>()),
        ("match_status", codes::<MatchStatus>()),
        ("interest_direction", codes::<InterestDirection>()),
        ("interest_party", codes::<InterestParty>()),
        ("requirement_response", codes::<RequirementResponse>()),
        ("interest_status", codes::<InterestStatus>()),
        ("decline_reason", codes::<DeclineReason>()),
        ("role", codes::<Role>()),
        ("disclosure_level", codes::<DisclosureLevel>()),
        ("consent_purpose", codes::<ConsentPurpose>()),
        ("language", codes::<Language>()),
        ("document_status", codes::<DocumentStatus>()),
    ]
}

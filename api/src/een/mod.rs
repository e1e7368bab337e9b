//! Needs and offers as the partner interface of the Enterprise Europe Network calls them, so that
//! what is exported can be handed on to whoever speaks it. Made of what their readers see already:
//! nothing is read around their levels.
//!
//! `MISSING` names what we do not hold, and why; a test compares both with the interface.

use async_graphql::{Enum, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    Codes, DevelopmentStage, IprStatus, NeedStatus, NeedType, OfferStatus, OrganizationKind,
    PartnershipType, SizeClass,
};

/// What kind of profile it is, in the network's own letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum EenProfileType {
    /// Business offer. Nothing of ours is one: offices offer technology.
    Bo,
    /// Business request.
    Br,
    /// Technology offer.
    To,
    /// Technology request.
    Tr,
    /// Research and development request.
    Rdr,
}

/// Where a profile stands, in the network's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum EenProfileStatus {
    /// It is being written: ours in `DRAFT`.
    Draft,
    /// Whoever reviewed it sent it back: ours in `RETURNED`.
    DraftRejected,
    /// It is being reviewed: ours in `IN_REVIEW`.
    UnderReview,
    /// It is offered: ours in `PUBLISHED`.
    Published,
    /// It is not offered for a while: ours in `ON_HOLD`, and offers in `RESERVED`.
    OnHold,
    /// Its time is over: ours in `EXPIRED`.
    Expired,
    /// It has ended: ours in any other status.
    Archived,
}

/// A need or an offer in the fields of the partner interface of the Enterprise Europe Network (EEN), as the network names them. Each is filled from what your level covers; what is null by your level is null here.
#[derive(Clone, Debug, SimpleObject)]
pub struct EenProfile {
    /// From `folio`; the network's own references (type, country, day and number) are given by the network.
    reference: String,
    /// From `type`. Challenges and cross-cutting needs are technology requests; every offer is a technology offer.
    profile_type: EenProfileType,
    /// From `createdAt`.
    created: DateTime<Utc>,
    /// From `updatedAt`.
    last_modified: DateTime<Utc>,
    /// From `publishedAt`. Null until it is published.
    publication_date: Option<DateTime<Utc>>,
    /// From `expiresAt`. Null until it is published.
    expiration_date: Option<DateTime<Utc>>,
    /// From `status`.
    profile_status: EenProfileStatus,
    /// From `openForInterest`.
    #[graphql(name = "openForEOI")]
    open_for_eoi: bool,
    /// From `title`, at most 256 characters, in the language that you prefer.
    title: String,
    /// From `summary`, at most 500 characters.
    short_summary: String,
    /// From `description`, at most 4,000 characters. Null below `NETWORK`, or when it is not written yet.
    description: Option<String>,
    /// From `partnerRole`, at most 4,000 characters. Null when it was not said.
    expected_role_of_the_partner: Option<String>,
    /// From `advantages` of an offer, at most 2,000 characters. Null for needs, which have none, and until it is said.
    advantages_and_innovation: Option<String>,
    /// From `technicalSpecification` of a need, at most 2,000 characters. Null for offers, below `NETWORK`, and until it is written.
    technical_specification_or_expertise_sought: Option<String>,
    /// From `stage` of an offer. Null for needs, which say what they accept and not where they stand, and until it is said.
    stage_of_development: Option<DevelopmentStage>,
    /// From `iprStatus` of an offer. Null for needs, and until it is said.
    ipr_status: Option<IprStatus>,
    /// Null always: what is protected is told by `ipAssets` of the offer, each at its own level, and not by a text.
    ipr_notes: Option<String>,
    /// From `partnershipTypes`; the codes are those of the network.
    types_of_partnership: Vec<PartnershipType>,
    /// From `partnerKinds`, and `partnerSizes` of a need.
    types_and_sizes: EenTypesAndSizes,
    /// From `marketKeywords`, at most five: SCIAN codes, since the network's own tree of markets is not held.
    market_keywords: Vec<String>,
    /// From `technologyKeywords`, at most five: IPC classes, since the network's own tree of technologies is not held.
    technology_keywords: Vec<String>,
    /// From `sdg`: numbers of the Sustainable Development Goals.
    sdg_keywords: Vec<String>,
    /// From `targetStates`: federal states of Mexico by INEGI's codes; empty for any. Profiles of ours are for partners in Mexico.
    targeted_countries: Vec<String>,
    /// Null always: we have no sector groups; `sectors` tells the economic sectors.
    sector_groups_involved: Option<Vec<String>>,
    /// `MX`: every organization of the network is in Mexico; `state` tells where.
    partner_organisation_country: &'static str,
    /// From `frameworkProgram` of a research request. Null for all else.
    framework_program: Option<String>,
    /// From `callId` of a research request. Null for all else.
    call_title_and_identifier: Option<String>,
    /// From `coordinatorRequired` of a research request. Null for all else.
    coordinator_required: Option<bool>,
    /// From `deadlineForInterest` of a research request. Null for all else.
    #[graphql(name = "deadlineForEoI")]
    deadline_for_eoi: Option<NaiveDate>,
    /// From `callDeadline` of a research request. Null for all else.
    deadline_of_the_call: Option<NaiveDate>,
    /// Null always: we do not hold it.
    submission_and_evaluation_scheme: Option<String>,
    /// Null always: what a need may cost is a band (`budgetBand`), and not the budget of a project.
    anticipated_project_budget: Option<String>,
    /// From `projectDurationWeeks` of a research request, in weeks, 1 or more. Null for all else.
    project_duration_in_weeks: Option<i32>,
    /// Null always: we do not hold it.
    web_link_to_the_call: Option<String>,
    /// Null always: we do not hold it.
    project_title_and_acronym: Option<String>,
}

/// What partners are sought, by kind and size.
#[derive(Clone, Debug, Default, SimpleObject)]
pub struct EenTypesAndSizes {
    /// Kinds of partner; empty for any.
    pub(crate) kinds: Vec<OrganizationKind>,
    /// Sizes of partner; empty for any, and for offers, which do not say.
    pub(crate) sizes: Vec<SizeClass>,
}

/// What needs and offers both have, as far as it was read.
pub(crate) struct Common {
    pub(crate) reference: String,
    pub(crate) created: DateTime<Utc>,
    pub(crate) last_modified: DateTime<Utc>,
    pub(crate) publication_date: Option<DateTime<Utc>>,
    pub(crate) expiration_date: Option<DateTime<Utc>>,
    pub(crate) open_for_eoi: bool,
    pub(crate) title: Option<String>,
    pub(crate) summary: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) partner_role: Option<String>,
    pub(crate) partnership_types: Vec<PartnershipType>,
    pub(crate) sought: EenTypesAndSizes,
    pub(crate) market_keywords: Codes,
    pub(crate) technology_keywords: Codes,
    pub(crate) sdg: Codes,
    pub(crate) target_states: Codes,
}

impl EenProfile {
    fn of(common: Common, profile_type: EenProfileType, profile_status: EenProfileStatus) -> Self {
        Self {
            reference: common.reference,
            profile_type,
            created: common.created,
            last_modified: common.last_modified,
            publication_date: common.publication_date,
            expiration_date: common.expiration_date,
            profile_status,
            open_for_eoi: common.open_for_eoi,
            title: common.title.unwrap_or_default(),
            short_summary: common.summary.unwrap_or_default(),
            description: common.description,
            expected_role_of_the_partner: common.partner_role,
            advantages_and_innovation: None,
            technical_specification_or_expertise_sought: None,
            stage_of_development: None,
            ipr_status: None,
            ipr_notes: None,
            types_of_partnership: common.partnership_types,
            types_and_sizes: common.sought,
            market_keywords: common.market_keywords.0,
            technology_keywords: common.technology_keywords.0,
            sdg_keywords: common.sdg.0,
            targeted_countries: common.target_states.0,
            sector_groups_involved: None,
            partner_organisation_country: "MX",
            framework_program: None,
            call_title_and_identifier: None,
            coordinator_required: None,
            deadline_for_eoi: None,
            deadline_of_the_call: None,
            submission_and_evaluation_scheme: None,
            anticipated_project_budget: None,
            project_duration_in_weeks: None,
            web_link_to_the_call: None,
            project_title_and_acronym: None,
        }
    }

    /// A need.
    pub(crate) fn of_need(
        common: Common,
        (kind, status): (NeedType, NeedStatus),
        asks: Asks,
    ) -> Self {
        Self {
            technical_specification_or_expertise_sought: asks.technical_specification,
            framework_program: asks.framework_program,
            call_title_and_identifier: asks.call_id,
            coordinator_required: asks.coordinator_required,
            deadline_for_eoi: asks.deadline_for_interest,
            deadline_of_the_call: asks.call_deadline,
            project_duration_in_weeks: asks.project_duration_weeks,
            ..Self::of(common, type_of_need(kind), status_of_need(status))
        }
    }

    /// An offer.
    pub(crate) fn of_offer(common: Common, status: OfferStatus, offers: Offers) -> Self {
        Self {
            advantages_and_innovation: offers.advantages,
            stage_of_development: offers.stage,
            ipr_status: offers.ipr_status,
            ..Self::of(common, EenProfileType::To, status_of_offer(status))
        }
    }
}

/// What a need alone has.
pub(crate) struct Asks {
    pub(crate) technical_specification: Option<String>,
    pub(crate) framework_program: Option<String>,
    pub(crate) call_id: Option<String>,
    pub(crate) coordinator_required: Option<bool>,
    pub(crate) deadline_for_interest: Option<NaiveDate>,
    pub(crate) call_deadline: Option<NaiveDate>,
    pub(crate) project_duration_weeks: Option<i32>,
}

/// What an offer alone has.
pub(crate) struct Offers {
    pub(crate) advantages: Option<String>,
    pub(crate) stage: Option<DevelopmentStage>,
    pub(crate) ipr_status: Option<IprStatus>,
}

fn type_of_need(kind: NeedType) -> EenProfileType {
    match kind {
        NeedType::RdRequest => EenProfileType::Rdr,
        NeedType::BusinessRequest => EenProfileType::Br,
        NeedType::TechnologyRequest | NeedType::Challenge | NeedType::CrossCuttingNeed => {
            EenProfileType::Tr
        }
    }
}

fn status_of_need(status: NeedStatus) -> EenProfileStatus {
    match status {
        NeedStatus::Draft => EenProfileStatus::Draft,
        NeedStatus::InReview => EenProfileStatus::UnderReview,
        NeedStatus::Returned => EenProfileStatus::DraftRejected,
        NeedStatus::Published => EenProfileStatus::Published,
        NeedStatus::OnHold => EenProfileStatus::OnHold,
        NeedStatus::Expired => EenProfileStatus::Expired,
        NeedStatus::Fulfilled
        | NeedStatus::ClosedUnmet
        | NeedStatus::Withdrawn
        | NeedStatus::Archived => EenProfileStatus::Archived,
    }
}

fn status_of_offer(status: OfferStatus) -> EenProfileStatus {
    match status {
        OfferStatus::Draft => EenProfileStatus::Draft,
        OfferStatus::InReview => EenProfileStatus::UnderReview,
        OfferStatus::Returned => EenProfileStatus::DraftRejected,
        OfferStatus::Published => EenProfileStatus::Published,
        OfferStatus::OnHold | OfferStatus::Reserved => EenProfileStatus::OnHold,
        OfferStatus::Expired => EenProfileStatus::Expired,
        OfferStatus::Transferred | OfferStatus::Retired | OfferStatus::Archived => {
            EenProfileStatus::Archived
        }
    }
}

/// Fields of the partner interface that a profile of ours has not, and why.
pub const MISSING: &[(&str, &str)] = &[
    ("id", "the network's own number; ours is the id of the need or the offer"),
    ("publicURL", "records have no public page of their own; the id leads to them"),
    ("attachments", "files have levels of their own: `documents` of the need or the offer"),
    ("videoPitch", "not held"),
];

//! The closed vocabularies: one enum each, shared by rows, policy and schema.
//!
//! Codes are those of `api/data/reference/vocabularies.csv`, which carries their Spanish
//! and English labels; a test compares the two.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Name, list of `vocabularies.csv`, and values, each with its code everywhere: in the
/// database, in JSON and in the schema. The first value is the default.
macro_rules! vocabularies {
    ($(
        $(#[$about:meta])*
        $name:ident = $list:literal {
            $(#[$about_first:meta])*
            $first:ident = $first_code:tt,
            $($(#[$about_value:meta])* $value:ident = $code:tt,)*
        }
    )+) => {
        $(
            $(#[$about])*
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
            pub enum $name {
                $(#[$about_first])*
                #[default]
                #[sea_orm(string_value = $first_code)]
                #[graphql(name = $first_code)]
                #[serde(rename = $first_code)]
                $first,
                $(
                    $(#[$about_value])*
                    #[sea_orm(string_value = $code)]
                    #[graphql(name = $code)]
                    #[serde(rename = $code)]
                    $value,
                )*
            }
        )+

        /// Every vocabulary with its codes: `(list of vocabularies.csv, codes)`.
        #[must_use]
        pub fn all() -> Vec<(&'static str, Vec<String>)> {
            fn codes<E: ActiveEnum<Value = String>>() -> Vec<String> {
                E::iter().map(|value| value.to_value()).collect()
            }
            vec![$(($list, codes::<$name>())),+]
        }
    };
}

vocabularies! {
    /// What an organization is.
    OrganizationKind = "organization_kind" {
        /// Business chamber.
        Chamber = "CHAMBER",
        /// Confederation of chambers.
        Confederation = "CONFEDERATION",
        /// Employers' union.
        EmployersUnion = "EMPLOYERS_UNION",
        /// Association.
        Association = "ASSOCIATION",
        /// Technology transfer office (TTO).
        TechnologyTransferOffice = "TECHNOLOGY_TRANSFER_OFFICE",
        /// Higher education institution.
        HigherEducationInstitution = "HIGHER_EDUCATION_INSTITUTION",
        /// Public research centre.
        PublicResearchCentre = "PUBLIC_RESEARCH_CENTRE",
        /// Private R&D centre.
        PrivateRdCentre = "PRIVATE_RD_CENTRE",
        /// Company.
        Company = "COMPANY",
        /// Start-up or spin-off company.
        Startup = "STARTUP",
        /// Federal government.
        FederalGovernment = "FEDERAL_GOVERNMENT",
        /// State government.
        StateGovernment = "STATE_GOVERNMENT",
        /// State science, technology and innovation agency.
        StateStiAgency = "STATE_STI_AGENCY",
        /// International organization.
        InternationalOrganization = "INTERNATIONAL_ORGANIZATION",
        /// Investor.
        Investor = "INVESTOR",
        /// Civil society organization.
        CivilSocietyOrganization = "CIVIL_SOCIETY_ORGANIZATION",
        /// Cluster.
        Cluster = "CLUSTER",
        /// Technology park or incubator.
        TechnologyParkOrIncubator = "TECHNOLOGY_PARK_OR_INCUBATOR",
    }

    /// How large a company is, by the official Mexican stratification (DOF, 30 June 2009).
    SizeClass = "size_class" {
        /// Micro enterprise.
        Micro = "MICRO",
        /// Small enterprise.
        Small = "SMALL",
        /// Medium-sized enterprise.
        Medium = "MEDIUM",
        /// Large enterprise.
        Large = "LARGE",
    }

    /// Which thresholds of the size stratification apply.
    SizeSector = "size_sector" {
        /// Industry.
        Industry = "INDUSTRY",
        /// Commerce.
        Commerce = "COMMERCE",
        /// Services.
        Services = "SERVICES",
    }

    /// What a size class was computed from.
    SizeBasis = "size_basis" {
        /// Workers and sales.
        WorkersAndSales = "WORKERS_AND_SALES",
        /// Workers only.
        WorkersOnly = "WORKERS_ONLY",
    }

    /// Who vouches for an organization's profile.
    VerificationLevel = "verification_level" {
        /// Not verified.
        None = "NONE",
        /// Declared by the organization.
        Declared = "DECLARED",
        /// Verified by the chamber.
        ChamberVerified = "CHAMBER_VERIFIED",
        /// Verified with documents.
        DocumentVerified = "DOCUMENT_VERIFIED",
    }

    /// Where a company's membership in a chamber stands.
    AffiliationStatus = "affiliation_status" {
        /// Active.
        Active = "ACTIVE",
        /// Lapsed.
        Lapsed = "LAPSED",
        /// Cancelled.
        Cancelled = "CANCELLED",
    }

    /// How a technology transfer office is organized.
    OttModel = "ott_model" {
        /// Internal to the host institution.
        Internal = "INTERNAL",
        /// Group office (several institutions).
        Group = "GROUP",
        /// Independent.
        Independent = "INDEPENDENT",
        /// Private.
        Private = "PRIVATE",
    }

    /// Who recognised a technology transfer office.
    RecognitionBody = "recognition_body" {
        /// CONACYT and Ministry of Economy.
        ConacytSe = "CONACYT_SE",
        /// SECIHTI.
        Secihti = "SECIHTI",
        /// Other body.
        Other = "OTHER",
    }

    /// What a technology transfer office does for others.
    OttService = "ott_service" {
        /// IP strategy design.
        IpStrategyDesign = "IP_STRATEGY_DESIGN",
        /// Technology watch.
        TechnologyWatch = "TECHNOLOGY_WATCH",
        /// Technology valuation.
        Valuation = "VALUATION",
        /// Negotiation.
        Negotiation = "NEGOTIATION",
        /// Scale-up.
        ScaleUp = "SCALE_UP",
        /// Laboratory services.
        Laboratory = "LABORATORY",
        /// Training.
        Training = "TRAINING",
        /// Funding management.
        FundingManagement = "FUNDING_MANAGEMENT",
        /// Incubation.
        Incubation = "INCUBATION",
    }

    /// What kind of need is brought to the network.
    NeedType = "need_type" {
        /// Technology request.
        #[serde(alias = "TR")]
        TechnologyRequest = "TECHNOLOGY_REQUEST",
        /// Research and development request.
        #[serde(alias = "RDR")]
        RdRequest = "RD_REQUEST",
        /// Business request.
        #[serde(alias = "BR")]
        BusinessRequest = "BUSINESS_REQUEST",
        /// Challenge.
        Challenge = "CHALLENGE",
        /// Cross-cutting need.
        CrossCuttingNeed = "CROSS_CUTTING_NEED",
    }

    /// Where a need stands.
    NeedStatus = "need_status" {
        /// Draft.
        Draft = "DRAFT",
        /// In review.
        InReview = "IN_REVIEW",
        /// Returned.
        Returned = "RETURNED",
        /// Published.
        Published = "PUBLISHED",
        /// On hold.
        OnHold = "ON_HOLD",
        /// Expired.
        Expired = "EXPIRED",
        /// Fulfilled.
        Fulfilled = "FULFILLED",
        /// Closed unmet.
        ClosedUnmet = "CLOSED_UNMET",
        /// Withdrawn.
        Withdrawn = "WITHDRAWN",
        /// Archived.
        Archived = "ARCHIVED",
    }

    /// What a need is about, from the company's side.
    ProblemKind = "problem_kind" {
        /// Cost.
        Cost = "COST",
        /// Quality.
        Quality = "QUALITY",
        /// Production capacity.
        Capacity = "CAPACITY",
        /// Energy and water.
        EnergyAndWater = "ENERGY_AND_WATER",
        /// Waste.
        Waste = "WASTE",
        /// Regulatory compliance.
        RegulatoryCompliance = "REGULATORY_COMPLIANCE",
        /// New product.
        NewProduct = "NEW_PRODUCT",
        /// Digitalization.
        Digitalization = "DIGITALIZATION",
        /// Safety.
        Safety = "SAFETY",
        /// Supply chain.
        SupplyChain = "SUPPLY_CHAIN",
    }

    /// How far a solution may depart from what the company does today.
    InnovationScope = "innovation_scope" {
        /// Incremental.
        Incremental = "INCREMENTAL",
        /// Adaptive.
        Adaptive = "ADAPTIVE",
        /// Radical.
        Radical = "RADICAL",
    }

    /// How finished an answer the company looks for.
    SolutionDepth = "solution_depth" {
        /// Idea or concept.
        Idea = "IDEA",
        /// Study.
        Study = "STUDY",
        /// Prototype.
        Prototype = "PROTOTYPE",
        /// Turnkey.
        Turnkey = "TURNKEY",
        /// Proposal.
        Proposal = "PROPOSAL",
    }

    /// What a company can spend on a solution, in Mexican pesos.
    BudgetBand = "budget_band" {
        /// Under MXN 100,000.
        Under100K = "UNDER_100K",
        /// MXN 100,000 to 500,000.
        From100KTo500K = "FROM_100K_TO_500K",
        /// MXN 500,000 to 2 million.
        From500KTo2M = "FROM_500K_TO_2M",
        /// MXN 2 million to 10 million.
        From2MTo10M = "FROM_2M_TO_10M",
        /// Over MXN 10 million.
        Over10M = "OVER_10M",
        /// Not disclosed.
        NotDisclosed = "NOT_DISCLOSED",
    }

    /// How soon a need must be met.
    Urgency = "urgency" {
        /// Low.
        Low = "LOW",
        /// Medium.
        Medium = "MEDIUM",
        /// High.
        High = "HIGH",
    }

    /// How a measured value is compared with its target.
    Comparator = "comparator" {
        /// At most.
        AtMost = "AT_MOST",
        /// At least.
        AtLeast = "AT_LEAST",
        /// Equal to.
        EqualTo = "EQUAL_TO",
        /// Less than.
        LessThan = "LESS_THAN",
        /// Greater than.
        GreaterThan = "GREATER_THAN",
    }

    /// What kind of offer a transfer office brings.
    OfferType = "offer_type" {
        /// Technology offer.
        #[serde(alias = "TO")]
        TechnologyOffer = "TECHNOLOGY_OFFER",
        /// Licence offer.
        LicenceOffer = "LICENCE_OFFER",
        /// Capability offer.
        CapabilityOffer = "CAPABILITY_OFFER",
        /// Co-development offer.
        CoDevelopmentOffer = "CO_DEVELOPMENT_OFFER",
    }

    /// Where an offer stands.
    OfferStatus = "offer_status" {
        /// Draft.
        Draft = "DRAFT",
        /// In review.
        InReview = "IN_REVIEW",
        /// Returned.
        Returned = "RETURNED",
        /// Published.
        Published = "PUBLISHED",
        /// On hold.
        OnHold = "ON_HOLD",
        /// Reserved.
        Reserved = "RESERVED",
        /// Transferred.
        Transferred = "TRANSFERRED",
        /// Expired.
        Expired = "EXPIRED",
        /// Retired.
        Retired = "RETIRED",
        /// Archived.
        Archived = "ARCHIVED",
    }

    /// What proves a readiness level.
    EvidenceKind = "evidence_kind" {
        /// Publication.
        Publication = "PUBLICATION",
        /// Test.
        Test = "TEST",
        /// Prototype.
        Prototype = "PROTOTYPE",
        /// Pilot.
        Pilot = "PILOT",
        /// Certificate.
        Certificate = "CERTIFICATE",
        /// Sale.
        Sale = "SALE",
    }

    /// How far a technology has come; each stage covers a range of technology readiness levels.
    DevelopmentStage = "development_stage" {
        /// Concept.
        Concept = "CONCEPT",
        /// Under development.
        UnderDevelopment = "UNDER_DEVELOPMENT",
        /// Lab tested.
        LabTested = "LAB_TESTED",
        /// Available for demonstration.
        AvailableForDemonstration = "AVAILABLE_FOR_DEMONSTRATION",
        /// On the market.
        OnTheMarket = "ON_THE_MARKET",
    }

    /// How a technology is protected, coarsely.
    IprStatus = "ipr_status" {
        /// No IPR.
        NoIpr = "NO_IPR",
        /// Trade secret.
        TradeSecret = "TRADE_SECRET",
        /// IPR applied for, not yet granted.
        IprApplied = "IPR_APPLIED",
        /// IPR granted.
        IprGranted = "IPR_GRANTED",
    }

    /// What exclusivity the owner is ready to grant.
    ExclusivityAvailable = "exclusivity_available" {
        /// No exclusivity.
        None = "NONE",
        /// By field of use.
        ByField = "BY_FIELD",
        /// By territory.
        ByTerritory = "BY_TERRITORY",
        /// Full exclusivity.
        Full = "FULL",
    }

    /// What kind of partnership is sought or offered (EEN, 2024).
    PartnershipType = "partnership_type" {
        /// Commercial agreement.
        CommercialAgreement = "COMMERCIAL_AGREEMENT",
        /// Commercial agreement with technical assistance.
        CommercialAgreementWithTechnicalAssistance = "COMMERCIAL_AGREEMENT_WITH_TECHNICAL_ASSISTANCE",
        /// Investment agreement.
        InvestmentAgreement = "INVESTMENT_AGREEMENT",
        /// Outsourcing agreement.
        OutsourcingAgreement = "OUTSOURCING_AGREEMENT",
        /// Supplier agreement.
        SupplierAgreement = "SUPPLIER_AGREEMENT",
        /// R&D cooperation agreement.
        RdCooperationAgreement = "RD_COOPERATION_AGREEMENT",
    }

    /// How a technology can pass to its recipient.
    TransferMechanism = "transfer_mechanism" {
        /// Commercial agreement.
        CommercialAgreement = "COMMERCIAL_AGREEMENT",
        /// Commercial agreement with technical assistance.
        CommercialAgreementWithTechnicalAssistance = "COMMERCIAL_AGREEMENT_WITH_TECHNICAL_ASSISTANCE",
        /// Investment agreement.
        InvestmentAgreement = "INVESTMENT_AGREEMENT",
        /// Outsourcing agreement.
        OutsourcingAgreement = "OUTSOURCING_AGREEMENT",
        /// Supplier agreement.
        SupplierAgreement = "SUPPLIER_AGREEMENT",
        /// R&D cooperation agreement.
        RdCooperationAgreement = "RD_COOPERATION_AGREEMENT",
        /// Assignment of rights.
        Assignment = "ASSIGNMENT",
        /// Spin-off.
        SpinOff = "SPIN_OFF",
    }

    /// Who proposed a match.
    MatchSource = "match_source" {
        /// Algorithm.
        Algorithm = "ALGORITHM",
        /// Chamber liaison.
        Liaison = "LIAISON",
        /// OTT officer.
        Officer = "OFFICER",
        /// Event.
        Event = "EVENT",
    }

    /// Where a match stands.
    MatchStatus = "match_status" {
        /// Suggested.
        Suggested = "SUGGESTED",
        /// Shortlisted.
        Shortlisted = "SHORTLISTED",
        /// Converted into an interest.
        Converted = "CONVERTED",
        /// Dismissed.
        Dismissed = "DISMISSED",
        /// Stale.
        Stale = "STALE",
    }

    /// From which side an expression of interest comes.
    InterestDirection = "interest_direction" {
        /// From need to offer: a company is interested in an offer.
        NeedToOffer = "NEED_TO_OFFER",
        /// From offer to need: a transfer office is interested in a need.
        OfferToNeed = "OFFER_TO_NEED",
    }

    /// Who speaks in the conversation on an expression of interest.
    InterestParty = "interest_party" {
        /// The company.
        Company = "COMPANY",
        /// The chamber that speaks for it.
        Chamber = "CHAMBER",
        /// The transfer office.
        Office = "OFFICE",
    }

    /// Whether a partner meets a requirement of a need, in their own words.
    RequirementResponse = "requirement_response" {
        /// Meets the requirement.
        Match = "MATCH",
        /// Does not meet the requirement.
        Gap = "GAP",
        /// Not known yet.
        Unknown = "UNKNOWN",
    }

    /// Where an expression of interest stands.
    InterestStatus = "interest_status" {
        /// Draft: its sender alone knows of it.
        Draft = "DRAFT",
        /// Submitted: it waits for the intermediary that receives it.
        Submitted = "SUBMITTED",
        /// In triage at that intermediary.
        Triage = "TRIAGE",
        /// Information requested: it waits for its sender.
        InfoRequested = "INFO_REQUESTED",
        /// Rejected by the intermediary.
        Rejected = "REJECTED",
        /// Forwarded: it waits for the owner of the need or the offer.
        Forwarded = "FORWARDED",
        /// Accepted: the two sides know each other.
        Accepted = "ACCEPTED",
        /// Declined by the owner.
        Declined = "DECLINED",
        /// A non-disclosure agreement is being prepared.
        NdaPending = "NDA_PENDING",
        /// A non-disclosure agreement is signed.
        NdaSigned = "NDA_SIGNED",
        /// Under evaluation.
        Evaluation = "EVALUATION",
        /// In negotiation.
        Negotiation = "NEGOTIATION",
        /// Agreed: a contract is in force.
        Agreed = "AGREED",
        /// Closed without a deal.
        ClosedNoDeal = "CLOSED_NO_DEAL",
        /// Withdrawn by its sender.
        Withdrawn = "WITHDRAWN",
        /// Lapsed: nobody answered in time.
        Lapsed = "LAPSED",
    }

    /// Why a need, an offer, a match or an interest was refused or closed.
    DeclineReason = "decline_reason" {
        /// Too early a stage.
        EarlyStage = "EARLY_STAGE",
        /// Unclear benefit.
        UnclearBenefit = "UNCLEAR_BENEFIT",
        /// Unclear route to market.
        UnclearRouteToMarket = "UNCLEAR_ROUTE_TO_MARKET",
        /// Insufficient description.
        InsufficientDescription = "INSUFFICIENT_DESCRIPTION",
        /// Technical objection.
        TechnicalObjection = "TECHNICAL_OBJECTION",
        /// Out of scope.
        OutOfScope = "OUT_OF_SCOPE",
        /// Already have a solution.
        AlreadyHaveSolution = "ALREADY_HAVE_SOLUTION",
        /// No budget.
        NoBudget = "NO_BUDGET",
        /// Insufficient assimilation capacity.
        InsufficientAssimilationCapacity = "INSUFFICIENT_ASSIMILATION_CAPACITY",
        /// IP not available.
        IpNotAvailable = "IP_NOT_AVAILABLE",
        /// Terms not agreed.
        TermsNotAgreed = "TERMS_NOT_AGREED",
        /// No response.
        NoResponse = "NO_RESPONSE",
        /// Conflict of interest.
        ConflictOfInterest = "CONFLICT_OF_INTEREST",
        /// Other reason.
        Other = "OTHER",
    }

    /// What kind of agreement it is.
    AgreementType = "agreement_type" {
        /// Framework agreement.
        FrameworkAgreement = "FRAMEWORK_AGREEMENT",
        /// Specific agreement.
        SpecificAgreement = "SPECIFIC_AGREEMENT",
        /// Unilateral non-disclosure agreement (NDA).
        UnilateralNda = "UNILATERAL_NDA",
        /// Mutual non-disclosure agreement (NDA).
        MutualNda = "MUTUAL_NDA",
        /// Letter of intent (LOI).
        LetterOfIntent = "LETTER_OF_INTENT",
        /// Memorandum of understanding.
        MemorandumOfUnderstanding = "MEMORANDUM_OF_UNDERSTANDING",
        /// Material transfer agreement (MTA).
        MaterialTransferAgreement = "MATERIAL_TRANSFER_AGREEMENT",
        /// Pilot evaluation agreement.
        PilotEvaluationAgreement = "PILOT_EVALUATION_AGREEMENT",
        /// Option agreement.
        OptionAgreement = "OPTION_AGREEMENT",
        /// Non-exclusive licence.
        NonExclusiveLicence = "NON_EXCLUSIVE_LICENCE",
        /// Exclusive licence.
        ExclusiveLicence = "EXCLUSIVE_LICENCE",
        /// Software licence.
        SoftwareLicence = "SOFTWARE_LICENCE",
        /// Assignment of rights.
        AssignmentAgreement = "ASSIGNMENT_AGREEMENT",
        /// Contract R&D agreement.
        ContractRdAgreement = "CONTRACT_RD_AGREEMENT",
        /// Joint development agreement.
        JointDevelopmentAgreement = "JOINT_DEVELOPMENT_AGREEMENT",
        /// Consortium agreement.
        ConsortiumAgreement = "CONSORTIUM_AGREEMENT",
        /// Technical assistance agreement.
        TechnicalAssistanceAgreement = "TECHNICAL_ASSISTANCE_AGREEMENT",
        /// Services agreement.
        ServicesAgreement = "SERVICES_AGREEMENT",
        /// Consulting agreement.
        ConsultingAgreement = "CONSULTING_AGREEMENT",
        /// Fund co-execution agreement.
        FundCoExecutionAgreement = "FUND_CO_EXECUTION_AGREEMENT",
        /// Spin-off formation agreement.
        SpinOffFormationAgreement = "SPIN_OFF_FORMATION_AGREEMENT",
        /// Facility use agreement.
        FacilityUseAgreement = "FACILITY_USE_AGREEMENT",
    }

    /// Where an agreement stands.
    AgreementStatus = "agreement_status" {
        /// Being written; only the party that drafts it knows of it.
        Draft = "DRAFT",
        /// Looked through inside the party that drafted it.
        InternalReview = "INTERNAL_REVIEW",
        /// Shared with all parties, which change and approve it.
        Negotiation = "NEGOTIATION",
        /// Approved by all parties; ready to be signed.
        Approved = "APPROVED",
        /// Signed by one party or more; not in force yet.
        PartiallySigned = "PARTIALLY_SIGNED",
        /// In force.
        Active = "ACTIVE",
        /// Interrupted for a while; it opens nothing meanwhile.
        Suspended = "SUSPENDED",
        /// Done: what was agreed was carried out.
        Completed = "COMPLETED",
        /// Its time is over.
        Expired = "EXPIRED",
        /// Ended before its time.
        Terminated = "TERMINATED",
        /// Given up before it came into force.
        Cancelled = "CANCELLED",
    }

    /// As what an organization takes part in an agreement.
    AgreementPartyRole = "agreement_party_role" {
        /// Grantor: who discloses, provides material or grants a right.
        Grantor = "GRANTOR",
        /// Recipient.
        Recipient = "RECIPIENT",
        /// Licensor.
        Licensor = "LICENSOR",
        /// Licensee.
        Licensee = "LICENSEE",
        /// Sponsor.
        Sponsor = "SPONSOR",
        /// Performing party.
        Performer = "PERFORMER",
        /// Coordinator.
        Coordinator = "COORDINATOR",
        /// Partner.
        Partner = "PARTNER",
        /// Witness.
        Witness = "WITNESS",
    }

    /// How exclusive a right is that an agreement grants.
    Exclusivity = "exclusivity" {
        /// Non-exclusive.
        NonExclusive = "NON_EXCLUSIVE",
        /// Exclusive.
        Exclusive = "EXCLUSIVE",
        /// Exclusive by field of use.
        ExclusiveByField = "EXCLUSIVE_BY_FIELD",
        /// Exclusive by territory.
        ExclusiveByTerritory = "EXCLUSIVE_BY_TERRITORY",
        /// Sole (the owner keeps the right to use).
        Sole = "SOLE",
    }

    /// Who owns what comes of an agreement.
    IpOwnership = "ip_ownership" {
        /// Original owner.
        OriginalOwner = "ORIGINAL_OWNER",
        /// Joint ownership.
        JointOwnership = "JOINT_OWNERSHIP",
        /// Company.
        Company = "COMPANY",
        /// By contribution.
        ByContribution = "BY_CONTRIBUTION",
    }

    /// In what time a commitment is to be kept.
    CommitmentHorizon = "commitment_horizon" {
        /// Short term.
        ShortTerm = "SHORT_TERM",
        /// Mid term.
        MidTerm = "MID_TERM",
        /// Long term.
        LongTerm = "LONG_TERM",
    }

    /// What became of a commitment.
    CommitmentStatus = "commitment_status" {
        /// Not begun.
        Pending = "PENDING",
        /// Begun.
        InProgress = "IN_PROGRESS",
        /// Kept, with evidence.
        Done = "DONE",
        /// Given up, with a reason.
        Cancelled = "CANCELLED",
    }

    /// What a person does in an organization.
    Role = "role" {
        /// Network administrator.
        NetworkAdmin = "NETWORK_ADMIN",
        /// Chamber administrator.
        ChamberAdmin = "CHAMBER_ADMIN",
        /// Chamber liaison.
        ChamberLiaison = "CHAMBER_LIAISON",
        /// OTT manager.
        OttManager = "OTT_MANAGER",
        /// OTT officer.
        OttOfficer = "OTT_OFFICER",
        /// Member company user.
        MemberUser = "MEMBER_USER",
        /// Analyst.
        Analyst = "ANALYST",
        /// Integration service.
        Service = "SERVICE",
        /// Public.
        Public = "PUBLIC",
    }

    /// What a machine may do, as far as its role may: nothing that is not listed here.
    ClientScope = "client_scope" {
        /// Read needs, offers, capabilities, programmes and organizations, and search among them, as far as its role reads them.
        ReadNetwork = "READ_NETWORK",
        /// Read the matches of its organization, and preview what would fit.
        ReadMatches = "READ_MATCHES",
        /// Write needs down, revise them and hand them over for review, and read them by their ids. Publishing is for people.
        WriteNeeds = "WRITE_NEEDS",
        /// Write offers down, revise them and hand them over for review, and read them by their ids. Publishing is for people.
        WriteOffers = "WRITE_OFFERS",
    }

    /// What a bulk job does.
    BulkJobKind = "bulk_job_kind" {
        /// It writes down everything that a query finds.
        Export = "EXPORT",
        /// It reads a file into the network.
        Import = "IMPORT",
    }

    /// What has become of a bulk job.
    BulkJobStatus = "bulk_job_status" {
        /// It waits for its file to come.
        Waiting = "WAITING",
        /// It waits for its turn.
        Queued = "QUEUED",
        /// It is being carried out.
        Running = "RUNNING",
        /// It has been carried out.
        Completed = "COMPLETED",
        /// It could not be carried out to its end.
        Failed = "FAILED",
        /// Its owner called it off.
        Canceled = "CANCELED",
    }

    /// How the file of a bulk job is written.
    BulkFormat = "bulk_format" {
        /// A JSON object on each line.
        Jsonl = "JSONL",
        /// Comma-separated values under a line of headings, for spreadsheets.
        Csv = "CSV",
    }

    /// What a file that is read in bulk tells of.
    BulkImportKind = "bulk_import_kind" {
        /// Organizations: a chamber's roll in Vínculo's own columns, or INEGI's directory (DENUE) as published. By an admin of the chamber, or the network's.
        Organizations = "ORGANIZATIONS",
        /// Needs of a chamber's companies, as drafts. By those who write for the chamber.
        Needs = "NEEDS",
        /// Offers of an office, as drafts. By those who write for the office.
        Offers = "OFFERS",
        /// Intellectual property that an office looks after, with what has happened to it. By people who write for the office.
        IpAssets = "IP_ASSETS",
        /// The make-up of the network: profiles, territory, people and their roles, as one JSON object of at most 16 MiB; everything or nothing. By the network's admin.
        Network = "NETWORK",
    }

    /// Why a bulk job could not be carried out to its end.
    BulkErrorCode = "bulk_error_code" {
        /// Its owner may no longer do what the job does, as the owner was when it began.
        Forbidden = "FORBIDDEN",
        /// What it was given does not fit, or does not fit any more.
        Invalid = "INVALID",
        /// Its file would be larger than a file may be.
        TooLarge = "TOO_LARGE",
        /// One step of it took too long, again and again.
        Timeout = "TIMEOUT",
        /// There was too much to do, again and again.
        Overloaded = "OVERLOADED",
        /// Our fault.
        Internal = "INTERNAL",
    }

    /// Why a webhook endpoint is told nothing.
    WebhookDisabledReason = "webhook_disabled_reason" {
        /// Somebody disabled it.
        ByHand = "BY_HAND",
        /// It answered that it is gone for good (410).
        Gone = "GONE",
        /// Every attempt failed for five days.
        Failing = "FAILING",
    }

    /// What has become of something that a webhook endpoint is told.
    WebhookDeliveryStatus = "webhook_delivery_status" {
        /// It waits for its next attempt.
        Pending = "PENDING",
        /// The endpoint has it.
        Delivered = "DELIVERED",
        /// All attempts failed, or the endpoint is gone.
        Failed = "FAILED",
        /// When it was to be sent, the organization might no longer know of it: nothing was sent.
        Withheld = "WITHHELD",
    }

    /// What came of an attempt to tell a webhook endpoint something.
    WebhookOutcome = "webhook_outcome" {
        /// It answered with a status from 200 to 299, in time.
        Delivered = "DELIVERED",
        /// It answered with another status.
        Refused = "REFUSED",
        /// It answered with a redirection, which is not followed.
        Redirected = "REDIRECTED",
        /// It did not answer in time.
        TimedOut = "TIMED_OUT",
        /// It was not found, could not be connected to, or broke off.
        Unreachable = "UNREACHABLE",
        /// Its name leads to an address that is not public: nothing was sent.
        AddressRefused = "ADDRESS_REFUSED",
        /// The service cannot read its secret any more: nothing was sent; give it another one.
        SecretUnreadable = "SECRET_UNREADABLE",
    }

    /// How much of a record its reader sees; each level includes those before it.
    #[derive(PartialOrd, Ord)]
    DisclosureLevel = "disclosure_level" {
        /// Level L0: what anybody may read; nothing names the company.
        PublicBlind = "PUBLIC_BLIND",
        /// Level L1: what authenticated members of the network may read.
        Network = "NETWORK",
        /// Level L2: both sides know each other, after an accepted interest.
        Introduced = "INTRODUCED",
        /// Level L3: parties to a non-disclosure agreement in force.
        Confidential = "CONFIDENTIAL",
        /// Level L4: parties to the agreement or project, and the owner.
        Contract = "CONTRACT",
    }

    /// What a company has consented to.
    ConsentPurpose = "consent_purpose" {
        /// Representation by the chamber.
        Representation = "REPRESENTATION",
        /// Publication.
        Publication = "PUBLICATION",
        /// Cross-cutting need.
        CrossCuttingNeed = "CROSS_CUTTING_NEED",
        /// Statistics.
        Statistics = "STATISTICS",
        /// Feedback on matches: what was decided, with what the network reads, measures the engine.
        MatchFeedback = "MATCH_FEEDBACK",
    }

    /// What was decided about a need and an offer, as far as it says how well they fit.
    FeedbackAct = "feedback_act" {
        /// Shortlisted by an intermediary (grade 1).
        Shortlisted = "SHORTLISTED",
        /// Interest expressed (grade 1).
        Interested = "INTERESTED",
        /// Interest accepted (grade 2).
        Accepted = "ACCEPTED",
        /// Contract signed (grade 3).
        Agreed = "AGREED",
        /// Interest refused or closed because the two do not fit (grade 0).
        Refused = "REFUSED",
        /// Dismissed by an intermediary because the two do not fit (grade 0).
        Dismissed = "DISMISSED",
    }

    /// A language of the network.
    Language = "language" {
        /// Spanish.
        Es = "ES",
        /// English.
        En = "EN",
    }

    /// Who assessed how well a company takes up technology.
    AssessmentKind = "assessment_kind" {
        /// By the company itself; never gives more than level 3.
        SelfAssessed = "SELF_ASSESSED",
        /// By the company with somebody who helps.
        Assisted = "ASSISTED",
        /// By somebody who audits.
        Audited = "AUDITED",
    }

    /// By which method it was assessed.
    AssessmentMethod = "assessment_method" {
        /// Technology capability audit (nine dimensions).
        Cat9 = "CAT9",
        /// By the model of `IMP³rove`.
        Imp3rove = "IMP3ROVE",
        /// NMX-GT-003-IMNC-2008.
        NmxGt003 = "NMX_GT_003",
        /// Other method.
        Other = "OTHER",
    }

    /// How well a company takes up technology.
    AssimilationLevel = "assimilation_level" {
        /// Level 1: does not know that it needs to change.
        Unaware = "UNAWARE",
        /// Level 2: knows, and cannot do it alone.
        Reactive = "REACTIVE",
        /// Level 3: able in its field, with gaps outside.
        Strategic = "STRATEGIC",
        /// Level 4: builds and sells technology.
        Creative = "CREATIVE",
    }

    /// Whether a company can take a technology up.
    Eligibility = "eligibility" {
        /// The company can take it up.
        Recommended = "RECOMMENDED",
        /// The company can take it up with some steps before.
        Conditional = "CONDITIONAL",
        /// It is too far for the company now.
        NotRecommended = "NOT_RECOMMENDED",
    }

    /// What a company does before it takes a technology up.
    EligibilityStep = "eligibility_step" {
        /// A course.
        Course = "COURSE",
        /// A pilot, with training in the plant.
        Pilot = "PILOT",
        /// Accompaniment by a transfer office.
        OttAccompaniment = "OTT_ACCOMPANIMENT",
    }

    /// In what it is assessed how well a company takes up technology.
    AssimilationDimension = "assimilation_dimension" {
        /// Awareness.
        Awareness = "AWARENESS",
        /// Search.
        Search = "SEARCH",
        /// Core competence.
        CoreCompetence = "CORE_COMPETENCE",
        /// Technology strategy.
        Strategy = "STRATEGY",
        /// Assessing and selecting technology.
        AssessSelect = "ASSESS_SELECT",
        /// Acquiring and absorbing technology.
        AcquireAbsorb = "ACQUIRE_ABSORB",
        /// Implementing and using technology.
        ImplementUse = "IMPLEMENT_USE",
        /// Learning.
        Learn = "LEARN",
        /// External links.
        ExternalLinks = "EXTERNAL_LINKS",
    }

    /// What kind of capability it is.
    CapabilityKind = "capability_kind" {
        /// Laboratory.
        Laboratory = "LABORATORY",
        /// Equipment.
        Equipment = "EQUIPMENT",
        /// Pilot plant.
        PilotPlant = "PILOT_PLANT",
        /// Expert group.
        ExpertGroup = "EXPERT_GROUP",
        /// Technical service.
        TechnicalService = "TECHNICAL_SERVICE",
        /// Accredited test.
        AccreditedTest = "ACCREDITED_TEST",
        /// Software.
        Software = "SOFTWARE",
        /// Standard.
        Standard = "STANDARD",
    }

    /// Where a capability stands.
    CapabilityStatus = "capability_status" {
        /// Being written; its office alone knows of it.
        Draft = "DRAFT",
        /// There for everybody.
        Published = "PUBLISHED",
        /// Not to be had for a while; its office and the network's admin alone know of it.
        Paused = "PAUSED",
        /// Not to be had any more.
        Retired = "RETIRED",
    }

    /// What using a capability costs, coarsely.
    PriceBand = "price_band" {
        /// Band A, the lowest; the office says what it is.
        A = "A",
        /// Band B.
        B = "B",
        /// Band C, the highest.
        C = "C",
        /// Price on request.
        OnRequest = "ON_REQUEST",
    }

    /// By what a piece of intellectual property is protected.
    IpFigure = "ip_figure" {
        /// Patent.
        Patent = "PATENT",
        /// Utility model.
        UtilityModel = "UTILITY_MODEL",
        /// Industrial design.
        IndustrialDesign = "INDUSTRIAL_DESIGN",
        /// Layout-design of integrated circuits.
        LayoutDesign = "LAYOUT_DESIGN",
        /// Trade secret.
        TradeSecret = "TRADE_SECRET",
        /// Trademark.
        Trademark = "TRADEMARK",
        /// Commercial slogan.
        CommercialSlogan = "COMMERCIAL_SLOGAN",
        /// Trade name.
        TradeName = "TRADE_NAME",
        /// Appellation of origin.
        AppellationOfOrigin = "APPELLATION_OF_ORIGIN",
        /// Geographical indication.
        GeographicalIndication = "GEOGRAPHICAL_INDICATION",
        /// Software copyright.
        SoftwareCopyright = "SOFTWARE_COPYRIGHT",
        /// Plant variety.
        PlantVariety = "PLANT_VARIETY",
        /// Know-how.
        KnowHow = "KNOW_HOW",
    }

    /// The office with which it is applied for.
    IpOffice = "ip_office" {
        /// IMPI (Mexico).
        Impi = "IMPI",
        /// PCT international application (WIPO).
        Pct = "PCT",
        /// USPTO (United States).
        Uspto = "USPTO",
        /// European Patent Office (EPO).
        Epo = "EPO",
        /// Other office.
        Other = "OTHER",
    }

    /// Where a piece of intellectual property stands before its office.
    IpLegalStatus = "ip_legal_status" {
        /// In preparation.
        InPreparation = "IN_PREPARATION",
        /// Filed.
        Filed = "FILED",
        /// Formal examination.
        FormalExamination = "FORMAL_EXAMINATION",
        /// Published.
        Published = "PUBLISHED",
        /// Substantive examination.
        SubstantiveExamination = "SUBSTANTIVE_EXAMINATION",
        /// Granted and in force.
        GrantedInForce = "GRANTED_IN_FORCE",
        /// Refused.
        Refused = "REFUSED",
        /// Withdrawn.
        Withdrawn = "WITHDRAWN",
        /// Abandoned.
        Abandoned = "ABANDONED",
        /// Lapsed for unpaid fees.
        LapsedUnpaidFees = "LAPSED_UNPAID_FEES",
        /// Invalidated.
        Invalidated = "INVALIDATED",
        /// Expired, in the public domain.
        ExpiredPublicDomain = "EXPIRED_PUBLIC_DOMAIN",
    }

    /// What is done with a piece of intellectual property.
    IpCommercialStatus = "ip_commercial_status" {
        /// Offered to nobody.
        NotOffered = "NOT_OFFERED",
        /// To be had.
        Available = "AVAILABLE",
        /// Talked about with somebody.
        UnderNegotiation = "UNDER_NEGOTIATION",
        /// Kept for somebody under an option.
        UnderOption = "UNDER_OPTION",
        /// Licensed to one or several, not exclusively.
        LicensedNonExclusive = "LICENSED_NON_EXCLUSIVE",
        /// Licensed exclusively.
        LicensedExclusive = "LICENSED_EXCLUSIVE",
        /// Its rights were passed on.
        Assigned = "ASSIGNED",
        /// Used by its owner.
        ExploitedByOwner = "EXPLOITED_BY_OWNER",
        /// Not to be had any more.
        Withdrawn = "WITHDRAWN",
    }

    /// What happened to a piece of intellectual property before its office.
    IpEvent = "ip_event" {
        /// Application filed.
        Filed = "FILED",
        /// Formal examination started.
        FormalExaminationStarted = "FORMAL_EXAMINATION_STARTED",
        /// Application published.
        Published = "PUBLISHED",
        /// Substantive examination started.
        SubstantiveExaminationStarted = "SUBSTANTIVE_EXAMINATION_STARTED",
        /// Granted (title issued).
        Granted = "GRANTED",
        /// Refused.
        Refused = "REFUSED",
        /// Withdrawn.
        Withdrawn = "WITHDRAWN",
        /// Abandoned.
        Abandoned = "ABANDONED",
        /// A fee was paid: it is paid for until `paidUntil`.
        FeePaid = "FEE_PAID",
        /// A fee was not paid in time; six months of grace began.
        GracePeriodStarted = "GRACE_PERIOD_STARTED",
        /// It lapsed, because the fee was not paid in the time of grace either.
        Lapsed = "LAPSED",
        /// It was brought back after it had lapsed: it is paid for until `paidUntil`.
        Rehabilitated = "REHABILITATED",
        /// Invalidated.
        Invalidated = "INVALIDATED",
        /// Term expired.
        Expired = "EXPIRED",
    }

    /// What an office decides about a piece of intellectual property before its next fee is due.
    IpFeeDecision = "ip_fee_decision" {
        /// Pay the fee and keep it.
        Keep = "KEEP",
        /// Keep it and offer it to the network.
        Offer = "OFFER",
        /// Do not pay: let it lapse.
        LetLapse = "LET_LAPSE",
    }

    /// What waits for somebody: which record, and what they are expected to do.
    InboxKind = "inbox_kind" {
        /// A need in review: publish it or return it. For the chamber's liaisons and admins who did not write it.
        NeedToReview = "NEED_TO_REVIEW",
        /// A need that was sent back: mend and submit it. For its company and the chamber's liaisons.
        NeedToRevise = "NEED_TO_REVISE",
        /// A need that ends within fourteen days and can be renewed. For the chamber's liaisons and admins.
        NeedToRenew = "NEED_TO_RENEW",
        /// An offer in review: publish it or return it. For the office's managers who did not write it.
        OfferToReview = "OFFER_TO_REVIEW",
        /// An offer that was sent back: mend and submit it. For its office.
        OfferToRevise = "OFFER_TO_REVISE",
        /// An offer that ends within fourteen days and can be renewed. For the office's managers.
        OfferToRenew = "OFFER_TO_RENEW",
        /// An expression of interest that was written down and not sent. For its sender, and the chamber that represents it.
        InterestToSend = "INTEREST_TO_SEND",
        /// An expression of interest that has arrived: take it over. For the intermediary that receives it.
        InterestToTakeOver = "INTEREST_TO_TAKE_OVER",
        /// An expression of interest that was taken over: forward it, reject it or ask for more. For the intermediary that received it.
        InterestToForward = "INTEREST_TO_FORWARD",
        /// An expression of interest about which the intermediary asks for more: provide it. For its sender, and the chamber that represents it.
        InterestToExplain = "INTEREST_TO_EXPLAIN",
        /// An expression of interest that was forwarded: accept or decline it. For the owner of the need or the offer.
        InterestToAnswer = "INTEREST_TO_ANSWER",
        /// An expression of interest for which a non-disclosure agreement was asked and is not written yet: draft it. For members of the company, and for the office.
        InterestToConfide = "INTEREST_TO_CONFIDE",
        /// An accepted expression of interest: look into it together. For both intermediaries.
        InterestToEvaluate = "INTEREST_TO_EVALUATE",
        /// An expression of interest that was looked into: talk about terms. For both intermediaries.
        InterestToNegotiate = "INTEREST_TO_NEGOTIATE",
        /// An expression of interest with messages that nobody of your party has marked as read. For all of its parties.
        MessagesToRead = "MESSAGES_TO_READ",
        /// An agreement that is ready to be shared: share it or return it. For those who may bind the party that drafts it and did not write it.
        AgreementToShare = "AGREEMENT_TO_SHARE",
        /// An agreement in negotiation: approve it, or change it. For those who may bind a party that has not approved it, and did not write it.
        AgreementToApprove = "AGREEMENT_TO_APPROVE",
        /// An agreement that was approved: sign it. For those who may bind a party that has not signed it.
        AgreementToSign = "AGREEMENT_TO_SIGN",
        /// An agreement with a commitment of your organization that is due within fourteen days, or overdue. For those who speak for it.
        CommitmentToKeep = "COMMITMENT_TO_KEEP",
        /// A piece of intellectual property whose next fee is due within 180 days: decide whether to keep it, to offer it or to let it lapse. For the office's managers.
        IpFeeToDecide = "IP_FEE_TO_DECIDE",
        /// A project that another partner proposed: form its consortium, or reject it. For those who may bind its leader.
        ProjectToForm = "PROJECT_TO_FORM",
        /// A project to which your organization was invited, or whose plan changed since it accepted: accept its line, or decline. For those who may bind it.
        ProjectToAccept = "PROJECT_TO_ACCEPT",
        /// A project that all partners have accepted: approve or reject it. For the office's managers and the chamber's admins who did not write it.
        ProjectToApprove = "PROJECT_TO_APPROVE",
        /// A project with a milestone of your organization that is due within fourteen days, or overdue. For those who speak for it.
        MilestoneToReach = "MILESTONE_TO_REACH",
        /// A project with a milestone that was submitted, or that the other side would waive: accept or return it, or waive it too. For those who may bind its leader, or a partner that accepts milestones beside it.
        MilestoneToAccept = "MILESTONE_TO_ACCEPT",
        /// A project with an outcome that another partner recorded: validate or refuse it. For those who may bind another partner.
        OutcomeToValidate = "OUTCOME_TO_VALIDATE",
        /// A project that was carried out, with its outcomes validated: close it. For the office's managers and the chamber's admins.
        ProjectToClose = "PROJECT_TO_CLOSE",
        /// A saved search that found something which you have not marked as seen. For whoever saved it.
        SearchFound = "SEARCH_FOUND",
    }

    /// What a saved search looks for.
    SavedSearchKind = "saved_search_kind" {
        /// What companies need.
        Need = "NEED",
        /// What transfer offices offer.
        Offer = "OFFER",
    }

    /// When a saved search tells what it found.
    SearchCadence = "search_cadence" {
        /// As soon as it is found.
        AtOnce = "AT_ONCE",
        /// Gathered, every day at 8:00 in Mexico City.
        Daily = "DAILY",
        /// Gathered, every Monday at 8:00 in Mexico City.
        Weekly = "WEEKLY",
    }

    /// Where a saved search tells what it found.
    SearchChannel = "search_channel" {
        /// In the inbox of whoever saved it.
        Inbox = "INBOX",
        /// In the inbox, and at a webhook endpoint of an organization that its owner administers, as far as that organization may know.
        Webhook = "WEBHOOK",
    }

    /// What kind of project it is.
    ProjectType = "project_type" {
        /// Pilot: a technology is tried where it is to be used.
        Pilot = "PILOT",
        /// A proven technology is adapted to a company.
        TechnologyAdaptation = "TECHNOLOGY_ADAPTATION",
        /// A technology is taken from the bench to production.
        ScaleUp = "SCALE_UP",
        /// The partners develop it together.
        JointDevelopment = "JOINT_DEVELOPMENT",
        /// Companies that compete solve together what concerns all of them.
        PrecompetitiveConsortium = "PRECOMPETITIVE_CONSORTIUM",
        /// A technology service is rendered.
        TechnologyService = "TECHNOLOGY_SERVICE",
        /// A technology is handed over ready for use.
        TurnkeyTransfer = "TURNKEY_TRANSFER",
        /// A company is founded on a technology.
        SpinOff = "SPIN_OFF",
        /// People are trained where they work.
        InPlantTraining = "IN_PLANT_TRAINING",
    }

    /// As what an organization takes part in a project.
    ConsortiumRole = "consortium_role" {
        /// It leads the project.
        Leader = "LEADER",
        /// It carries out a part of the work.
        Partner = "PARTNER",
        /// It transfers the technology: a transfer office, for its institution.
        TechnologyTransferOffice = "TECHNOLOGY_TRANSFER_OFFICE",
        /// It brought companies to it: a chamber.
        Chamber = "CHAMBER",
        /// It gives money.
        Funder = "FUNDER",
        /// It uses what comes of it.
        EndUser = "END_USER",
    }

    /// Whose money a funding line is.
    FundingKind = "funding_kind" {
        /// Of a company.
        Company = "COMPANY",
        /// Of an academic or research institution.
        Institution = "INSTITUTION",
        /// Public, of the federation.
        Federal = "FEDERAL",
        /// Public, of a federal state.
        State = "STATE",
        /// From abroad.
        International = "INTERNATIONAL",
        /// Of an investor.
        Investment = "INVESTMENT",
    }

    /// In what form something is contributed.
    ContributionForm = "contribution_form" {
        /// In money.
        Cash = "CASH",
        /// In work, material or the use of equipment, at its value.
        InKind = "IN_KIND",
    }

    /// How far a funding line has come.
    FundingStatus = "funding_status" {
        /// Counted on.
        Planned = "PLANNED",
        /// Asked for.
        Requested = "REQUESTED",
        /// Promised by whoever gives it.
        Committed = "COMMITTED",
        /// Received.
        Received = "RECEIVED",
        /// Refused by whoever was asked.
        Refused = "REFUSED",
        /// Not counted on any more.
        Cancelled = "CANCELLED",
    }

    /// Where a project stands.
    ProjectStatus = "project_status" {
        /// Written down; only the partner that proposes it and its leader know of it.
        Proposed = "PROPOSED",
        /// Its partners are asked, and approve.
        Forming = "FORMING",
        /// Approved by all offices and chambers that take part; not begun yet.
        Approved = "APPROVED",
        /// Under way.
        Active = "ACTIVE",
        /// Interrupted for a while.
        OnHold = "ON_HOLD",
        /// Carried out: every milestone was accepted or waived, and one was accepted at least.
        Completed = "COMPLETED",
        /// Closed: what came of it was validated.
        Closed = "CLOSED",
        /// Not wanted.
        Rejected = "REJECTED",
        /// Given up.
        Cancelled = "CANCELLED",
    }

    /// What a milestone is about.
    MilestoneKind = "milestone_kind" {
        /// Technical.
        Technical = "TECHNICAL",
        /// A technology readiness level is reached.
        Trl = "TRL",
        /// A permit, a registration, a certificate.
        Regulatory = "REGULATORY",
        /// Commercial.
        Commercial = "COMMERCIAL",
        /// Financial.
        Financial = "FINANCIAL",
        /// Intellectual property.
        IntellectualProperty = "INTELLECTUAL_PROPERTY",
        /// People are trained.
        Training = "TRAINING",
    }

    /// Where a milestone stands.
    MilestoneStatus = "milestone_status" {
        /// Not begun.
        Planned = "PLANNED",
        /// Under way.
        InProgress = "IN_PROGRESS",
        /// Reached, as the partner says that answers for it; not accepted yet.
        Submitted = "SUBMITTED",
        /// Reached, as the leader and the office say too.
        Accepted = "ACCEPTED",
        /// Sent back: something is missing.
        Returned = "RETURNED",
        /// Not reached.
        Missed = "MISSED",
        /// Not asked for any more.
        Waived = "WAIVED",
    }

    /// What came of a project.
    OutcomeKind = "outcome_kind" {
        /// A new product.
        NewProduct = "NEW_PRODUCT",
        /// An improved process.
        ImprovedProcess = "IMPROVED_PROCESS",
        /// Savings.
        Savings = "SAVINGS",
        /// Sales.
        Sales = "SALES",
        /// Employment.
        Employment = "EMPLOYMENT",
        /// A licence.
        Licence = "LICENCE",
        /// A new company.
        NewCompany = "NEW_COMPANY",
        /// A standard.
        Standard = "STANDARD",
        /// Intellectual property.
        IntellectualProperty = "INTELLECTUAL_PROPERTY",
    }

    /// Whether somebody else found an outcome true.
    OutcomeStatus = "outcome_status" {
        /// Recorded by a partner; nobody else has looked at it yet.
        Recorded = "RECORDED",
        /// Found true by another partner.
        Validated = "VALIDATED",
        /// Not found true by another partner; it does not count.
        Refused = "REFUSED",
    }

    /// What kind of programme it is.
    ProgrammeKind = "programme_kind" {
        /// A fund.
        Fund = "FUND",
        /// A call for proposals.
        CallForProposals = "CALL_FOR_PROPOSALS",
        /// A programme for a sector.
        SectorProgramme = "SECTOR_PROGRAMME",
        /// A voucher for innovation.
        InnovationVoucher = "INNOVATION_VOUCHER",
        /// An acceleration.
        Acceleration = "ACCELERATION",
    }

    /// Where a programme stands.
    ProgrammeStatus = "programme_status" {
        /// Announced; it takes no applications yet.
        Announced = "ANNOUNCED",
        /// It takes applications.
        Open = "OPEN",
        /// It takes none any more.
        Closed = "CLOSED",
        /// Every application was decided, and what came of it is told.
        ResultsPublished = "RESULTS_PUBLISHED",
    }

    /// What a programme asks for.
    ProgrammeCondition = "programme_condition" {
        /// That it takes applications at the moment.
        Window = "WINDOW",
        /// Who leads.
        Lead = "LEAD",
        /// A micro, small or medium-sized company.
        Sme = "SME",
        /// The economic activity.
        Sector = "SECTOR",
        /// The federal state.
        State = "STATE",
        /// How many take part.
        Partners = "PARTNERS",
        /// What it costs.
        Budget = "BUDGET",
        /// How long it lasts.
        Duration = "DURATION",
        /// The technology readiness level at which it begins.
        Trl = "TRL",
        /// How well the companies take up technology.
        AssimilationLevel = "ASSIMILATION_LEVEL",
    }

    /// Whether a condition is met.
    ConditionStatus = "condition_status" {
        /// It is met.
        Met = "MET",
        /// It is not met.
        NotMet = "NOT_MET",
        /// It cannot be told: what it asks for was not said, or is not the asker's to know.
        Unknown = "UNKNOWN",
    }

    /// What a programme decided about a project that applied.
    ApplicationDecision = "application_decision" {
        /// It is supported.
        Awarded = "AWARDED",
        /// It is not.
        Refused = "REFUSED",
    }

    /// How large something about a risk is.
    RiskLevel = "risk_level" {
        /// Small.
        Low = "LOW",
        /// Considerable.
        Medium = "MEDIUM",
        /// Large.
        High = "HIGH",
    }

    /// What has become of a document.
    DocumentStatus = "document_status" {
        /// Announced; its bytes have not come yet.
        Pending = "PENDING",
        /// Its bytes are kept.
        Stored = "STORED",
        /// Taken away, or its bytes never came.
        Removed = "REMOVED",
    }
}

//! An offer as its reader may see it.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, SimpleObject};
use chrono::{DateTime, Utc};
use entity::{
    Codes, Confidential, DeclineReason, DevelopmentStage, DisclosureLevel, ExclusivityAvailable,
    InnovationReadiness, IprStatus, Language, Localized, OfferEconomics, OfferId, OfferStatus,
    OfferType, OrganizationKind, PartnershipType, Role, TechnologyComparison,
    TechnologyComparisons, Texts, TransferMechanism, TrlEvidence, TrlEvidences, VerifiedClaim,
    VerifiedClaims, document, event, ip_asset, match_, offer, offer::Column,
};
use sea_orm::{Condition, sea_query::SimpleExpr};

use crate::{
    codes::{self, Code},
    context::Request,
    documents::{Document, documents_of},
    een::{self, EenProfile, EenTypesAndSizes},
    error::{Result, Told},
    history::StatusChange,
    ip::{IpAsset, newest_ip_assets},
    matches::{Match, best_needs},
    organizations::Organization,
    policy::{OfferFacts, Viewer, facts_of_offers, visible_offers},
    projects::{Project, ProjectsFrom, projects_from},
    read::{Facts, Field, Many, Node, One, Page, Relation, Row, Shown, ToMany, ToOne, redacted},
    timeline::{TimelineEntry, timeline},
};

/// A technology offer that a transfer office brings to the network.
///
/// Its readers see it in levels: a field above your `disclosureLevel` is null
/// and named in `redactedFields`.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Offer {
    /// Identifies it.
    pub(crate) id: OfferId,
    /// What people call it (`OFE-2026-000123`).
    folio: String,
    /// Grows by one with every change; give it as `expectedVersion` when you change the offer.
    version: i32,
    /// Where it stands.
    status: OfferStatus,
    /// What kind of offer it is.
    #[graphql(name = "type")]
    kind: OfferType,
    /// How it compares with what is used today. Null below `NETWORK`.
    comparators: Option<Vec<TechnologyComparison>>,
    /// What it saves its user. Null below `NETWORK`, or when nothing was said.
    economics: Option<OfferEconomics>,
    /// How far the technology has come; agrees with `trl`. Null until it is said.
    stage: Option<DevelopmentStage>,
    /// Technology readiness level, 1 to 9. Null until it is said.
    trl: Option<i32>,
    /// What proves the readiness level. Null below `NETWORK`.
    trl_evidence: Option<Vec<TrlEvidence>>,
    /// How ready the innovation is beside its technology. Null below `NETWORK`, or when it was not assessed.
    readiness: Option<InnovationReadiness>,
    /// Manufacturing readiness level, 1 to 10. Null below `NETWORK`, or when it was not assessed.
    mrl: Option<i32>,
    /// How the technology is protected, coarsely. Null until it is said.
    ipr_status: Option<IprStatus>,
    /// Publications about it: DOIs or addresses.
    publications: Vec<String>,
    /// The assimilation level, 1 to 4, that its recipient needs. Null when nothing was said.
    min_assimilation_level: Option<i32>,
    /// How the technology can pass to its recipient.
    transfer_mechanisms: Vec<TransferMechanism>,
    /// Kinds of partnership that the office accepts.
    partnership_types: Vec<PartnershipType>,
    /// Kinds of partner that are sought; empty for any.
    partner_kinds: Vec<OrganizationKind>,
    /// What exclusivity can be had. Null when nothing was said.
    exclusivity_available: Option<ExclusivityAvailable>,
    /// Who invented it. Null below `INTRODUCED`.
    inventors: Option<Vec<String>>,
    /// Claims about it that somebody else has checked.
    verified_claims: Vec<VerifiedClaim>,
    /// Whether its public text may not tell from whom it comes.
    anonymous: bool,
    /// Whether interest can be expressed now: published and open are two things.
    open_for_interest: bool,
    /// When it was last offered to the network. Null until then.
    published_at: Option<DateTime<Utc>>,
    /// When its time on the network ends. Null until it is published.
    expires_at: Option<DateTime<Utc>>,
    /// How often it was renewed; at most once.
    renewals: i32,
    /// Until when it is kept for one partner. Null below `NETWORK`, or when it is not.
    reserved_until: Option<DateTime<Utc>>,
    /// Why it was retired. Null below `INTRODUCED`, or when it was not.
    retirement_reason: Option<DeclineReason>,
    /// When it was written down.
    created_at: DateTime<Utc>,
    /// When it last changed.
    updated_at: DateTime<Utc>,
    /// How much of it you see.
    disclosure_level: DisclosureLevel,
    #[graphql(skip)]
    pub(crate) facts: OfferFacts,
    #[graphql(skip)]
    texts: OfferTexts,
    #[graphql(skip)]
    lists: OfferLists,
    #[graphql(skip)]
    history: bool,
    #[graphql(skip)]
    ott: One<Organization>,
    #[graphql(skip)]
    matches: Many<Match>,
    #[graphql(skip)]
    ip_assets: Many<IpAsset>,
    #[graphql(skip)]
    documents: Many<Document>,
    #[graphql(skip)]
    timeline: Many<TimelineEntry>,
}

/// The texts of an offer, as far as they were selected and may be seen.
#[derive(Clone, Debug, Default)]
struct OfferTexts {
    title: Option<Localized>,
    summary: Option<Localized>,
    description: Option<Localized>,
    problem_solved: Option<Localized>,
    state_of_the_art: Option<Localized>,
    advantages: Option<Localized>,
    partner_role: Option<Localized>,
    indicative_terms: Option<Localized>,
    enabling_detail: Option<Localized>,
}

/// The codes of an offer, as far as they were selected.
#[derive(Clone, Debug, Default)]
struct OfferLists {
    scian: Codes,
    application_scian: Codes,
    subsector: Option<String>,
    technology_keywords: Codes,
    market_keywords: Codes,
    sdg: Codes,
    target_states: Codes,
    state: Option<String>,
}

#[ComplexObject]
impl Offer {
    /// What is offered, at most 256 characters.
    async fn title(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> String {
        self.texts.title.as_ref().and_then(|text| text.in_language(language)).unwrap_or_default()
    }

    /// What is offered in a few sentences, at most 500 characters.
    async fn summary(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> String {
        self.texts.summary.as_ref().and_then(|text| text.in_language(language)).unwrap_or_default()
    }

    /// The offer in full, at most 4,000 characters. Null below `NETWORK`, or when it is not written yet.
    async fn description(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> Option<String> {
        self.texts.description.as_ref()?.in_language(language)
    }

    /// The problem that it solves, at most 2,000 characters. Null when it was not said.
    async fn problem_solved(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> Option<String> {
        self.texts.problem_solved.as_ref()?.in_language(language)
    }

    /// What is used today, at most 2,000 characters. Null below `NETWORK`, or when it was not said.
    async fn state_of_the_art(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> Option<String> {
        self.texts.state_of_the_art.as_ref()?.in_language(language)
    }

    /// What is better about it, at most 2,000 characters. Null until it is said.
    async fn advantages(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> Option<String> {
        self.texts.advantages.as_ref()?.in_language(language)
    }

    /// What the sought partner would do, at most 4,000 characters. Null when it was not said.
    async fn partner_role(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> Option<String> {
        self.texts.partner_role.as_ref()?.in_language(language)
    }

    /// On what terms it could be had, told under a non-disclosure agreement alone. Null below `CONFIDENTIAL`, or when nothing was said.
    async fn indicative_terms(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> Option<String> {
        self.texts.indicative_terms.as_ref()?.in_language(language)
    }

    /// How it is done, told under a non-disclosure agreement alone. Null below `CONFIDENTIAL`, or when nothing was said.
    async fn enabling_detail(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> Option<String> {
        self.texts.enabling_detail.as_ref()?.in_language(language)
    }

    /// The economic activities from which it comes (SCIAN).
    async fn scian(&self, ctx: &Context<'_>) -> Vec<Code> {
        codes::resolve(ctx, codes::SCIAN, &self.lists.scian)
    }

    /// The economic activities in which it can be used (SCIAN).
    async fn application_scian(&self, ctx: &Context<'_>) -> Vec<Code> {
        codes::resolve(ctx, codes::SCIAN, &self.lists.application_scian)
    }

    /// The sectors in which it can be used (SCIAN), each once.
    async fn sectors(&self, ctx: &Context<'_>) -> Vec<Code> {
        codes::sectors(ctx, &self.lists.application_scian)
    }

    /// The subsectors in which it can be used (SCIAN), each once.
    async fn subsectors(&self, ctx: &Context<'_>) -> Vec<Code> {
        codes::subsectors(ctx, &self.lists.application_scian)
    }

    /// The subsector of its main field of application, the first that it names (SCIAN). Null when it names none, or a whole sector.
    async fn subsector(&self, ctx: &Context<'_>) -> Option<Code> {
        ctx.service().labels().subsector(self.lists.subsector.as_deref()?).map(Into::into)
    }

    /// What technology it is: IPC classes or subclasses, at most five.
    async fn technology_keywords(&self, ctx: &Context<'_>) -> Vec<Code> {
        codes::resolve(ctx, codes::IPC, &self.lists.technology_keywords)
    }

    /// What market it is for: SCIAN codes, at most five.
    async fn market_keywords(&self, ctx: &Context<'_>) -> Vec<Code> {
        codes::resolve(ctx, codes::SCIAN, &self.lists.market_keywords)
    }

    /// The Sustainable Development Goals that it serves.
    async fn sdg(&self, ctx: &Context<'_>) -> Vec<Code> {
        codes::resolve(ctx, codes::SDG, &self.lists.sdg)
    }

    /// The federal state of the office. Null when it is not known.
    async fn state(&self, ctx: &Context<'_>) -> Option<Code> {
        ctx.service().labels().state(self.lists.state.as_deref()?).map(Into::into)
    }

    /// The states in which partners are sought first; empty for any. Excludes nobody.
    async fn target_states(&self, ctx: &Context<'_>) -> Vec<Code> {
        codes::resolve(ctx, codes::STATE, &self.lists.target_states)
    }

    /// The transfer office that offers it.
    async fn ott(&self) -> Option<Shown<Arc<Organization>>> {
        self.ott.clone().map(Shown)
    }

    /// The needs that it fits best, best first. For members of the network.
    async fn matches(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "first", desc = "How many, 1 to 50; 10 when nothing is said.")]
        _first: Option<i32>,
    ) -> Told<Page<Match>> {
        Some(self.matches.page(ctx))
    }

    /// The intellectual property that it offers, as far as you may know of it, newest first.
    async fn ip_assets(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            name = "first",
            desc = "How many from the start, 1 to 100; 20 when nothing is said."
        )]
        _first: Option<i32>,
        #[graphql(name = "after", desc = "Only what follows this cursor.")] _after: Option<String>,
        #[graphql(name = "last", desc = "How many from the end, 1 to 100.")] _last: Option<i32>,
        #[graphql(name = "before", desc = "Only what precedes this cursor.")] _before: Option<
            String,
        >,
    ) -> Told<Page<IpAsset>> {
        Some(self.ip_assets.page(ctx))
    }

    /// Its files, as far as you may read them, the first first; at most 20. Null only when they cannot be read.
    async fn documents(&self, ctx: &Context<'_>) -> Told<Vec<Arc<Document>>> {
        Some(self.documents.all(ctx))
    }

    /// The projects that use it and in which you take part, the last first, at most 20; until they are approved those alone that you lead or proposed. Null only when they cannot be read.
    async fn projects(&self, ctx: &Context<'_>) -> Told<Vec<Arc<Project>>> {
        Some(projects_from(ctx, ProjectsFrom::Offer(self.id)).await)
    }

    /// It in the fields of the partner interface of the Enterprise Europe Network, from what your level covers.
    async fn een(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> EenProfile {
        let told = |text: &Option<Localized>| text.as_ref()?.in_language(language);
        let OfferTexts { title, summary, description, partner_role, .. } = &self.texts;
        let common = een::Common {
            reference: self.folio.clone(),
            created: self.created_at,
            last_modified: self.updated_at,
            publication_date: self.published_at,
            expiration_date: self.expires_at,
            open_for_eoi: self.open_for_interest,
            title: told(title),
            summary: told(summary),
            description: told(description),
            partner_role: told(partner_role),
            partnership_types: self.partnership_types.clone(),
            sought: EenTypesAndSizes { kinds: self.partner_kinds.clone(), sizes: Vec::new() },
            market_keywords: self.lists.market_keywords.clone(),
            technology_keywords: self.lists.technology_keywords.clone(),
            sdg: self.lists.sdg.clone(),
            target_states: self.lists.target_states.clone(),
        };
        let offers = een::Offers {
            advantages: told(&self.texts.advantages),
            stage: self.stage,
            ipr_status: self.ipr_status,
        };
        EenProfile::of_offer(common, self.status, offers)
    }

    /// What you may do to it now, by the names of the mutations; each has guards of its own besides (four eyes, completeness, time).
    async fn actions(&self, ctx: &Context<'_>) -> Vec<&'static str> {
        ctx.viewer().among(self.facts.actions(ctx.viewer()))
    }

    /// The fields that your level does not cover: they are null because they are hidden, not because they are empty.
    async fn redacted_fields(&self) -> Vec<&'static str> {
        let hidden = redacted(FIELDS, self.disclosure_level);
        hidden.filter(|field| !(self.history && *field == "history")).collect()
    }

    /// The steps of its life, oldest first. Null below `INTRODUCED`, except for the network's admin.
    async fn history(&self, ctx: &Context<'_>) -> Told<Vec<StatusChange>> {
        if !self.history {
            return None;
        }
        let whole = self.disclosure_level >= DisclosureLevel::Introduced;
        Some(StatusChange::all(ctx, self.id, whole).await)
    }

    /// What happened to it, oldest first, as far as you are told: to everybody when it was offered and renewed; the rest, and who did it, from `INTRODUCED` on. The network's admin reads all of it, but for who did it.
    async fn timeline(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            name = "first",
            desc = "How many from the start, 1 to 100; 20 when nothing is said."
        )]
        _first: Option<i32>,
        #[graphql(name = "after", desc = "Only what follows this cursor.")] _after: Option<String>,
        #[graphql(name = "last", desc = "How many from the end, 1 to 100.")] _last: Option<i32>,
        #[graphql(name = "before", desc = "Only what precedes this cursor.")] _before: Option<
            String,
        >,
    ) -> Told<Page<TimelineEntry>> {
        Some(self.timeline.page(ctx))
    }
}

use DisclosureLevel::{Confidential as L3, Introduced as L2, Network as L1, PublicBlind as L0};

/// Every field that is read from columns: from which level on it is seen, and
/// whether lists may be filtered and ordered by it.
pub const FIELDS: &[Field<Column>] = &[
    Field::new("id", &[Column::Id], L0),
    Field::new("folio", &[Column::Folio], L0).filterable(),
    Field::new("version", &[Column::Version], L0),
    Field::new("status", &[Column::Status], L0).filterable(),
    Field::new("type", &[Column::Kind], L0).filterable(),
    Field::new("title", &[Column::Title], L0).sortable(),
    Field::new("summary", &[Column::Summary], L0),
    Field::new("description", &[Column::Description], L1),
    Field::new("problemSolved", &[Column::ProblemSolved], L0),
    Field::new("stateOfTheArt", &[Column::StateOfTheArt], L1),
    Field::new("advantages", &[Column::Advantages], L0),
    Field::new("comparators", &[Column::Comparators], L1),
    Field::new("economics", &[Column::Economics], L1),
    Field::new("stage", &[Column::Stage], L0),
    Field::new("trl", &[Column::Trl], L0).filterable(),
    Field::new("trlEvidence", &[Column::TrlEvidence], L1),
    Field::new("readiness", &[Column::Readiness], L1),
    Field::new("mrl", &[Column::Mrl], L1),
    Field::new("iprStatus", &[Column::IprStatus], L0).filterable(),
    Field::new("publications", &[Column::Publications], L0),
    Field::new("applicationScian", &[Column::ApplicationScian], L0),
    Field::new("scian", &[Column::Scian], L0).filterable(),
    Field::new("sectors", &[Column::ApplicationScian], L0),
    Field::new("subsectors", &[Column::ApplicationScian], L0),
    Field::new("subsector", &[Column::Subsector], L0).filterable(),
    Field::new("minAssimilationLevel", &[Column::MinAssimilationLevel], L0),
    Field::new("transferMechanisms", &[Column::TransferMechanisms], L0),
    Field::new("partnershipTypes", &[Column::PartnershipTypes], L0),
    Field::new("partnerRole", &[Column::PartnerRole], L0),
    Field::new("partnerKinds", &[Column::PartnerKinds], L0),
    Field::new("exclusivityAvailable", &[Column::ExclusivityAvailable], L0),
    Field::new("indicativeTerms", &[Column::IndicativeTerms], L3),
    Field::new("enablingDetail", &[Column::EnablingDetail], L3),
    Field::new("inventors", &[Column::Inventors], L2),
    Field::new("verifiedClaims", &[Column::VerifiedClaims], L0),
    Field::new("technologyKeywords", &[Column::TechnologyKeywords], L0),
    Field::new("marketKeywords", &[Column::MarketKeywords], L0),
    Field::new("sdg", &[Column::Sdg], L0),
    Field::new("state", &[Column::StateCode], L0).filterable(),
    Field::new("targetStates", &[Column::TargetStates], L0),
    Field::new("ott", &[Column::OttId], L0).filterable(),
    Field::new("anonymous", &[Column::Anonymous], L0),
    Field::new("openForInterest", &[Column::OpenForInterest], L0).filterable(),
    Field::new("publishedAt", &[Column::PublishedAt], L0).filterable().sortable(),
    Field::new("expiresAt", &[Column::ExpiresAt], L0),
    Field::new("renewals", &[Column::Renewals], L0),
    Field::new("reservedUntil", &[Column::ReservedUntil], L1),
    Field::new("retirementReason", &[Column::RetirementReason], L2),
    Field::new("createdAt", &[Column::CreatedAt], L0),
    Field::new("updatedAt", &[Column::UpdatedAt], L0).sortable(),
    Field::new("een", &[], L0),
    Field::new("history", &[], L2),
];

/// What `een` tells again.
const EEN: &[&str] = &[
    "folio",
    "status",
    "createdAt",
    "updatedAt",
    "publishedAt",
    "expiresAt",
    "openForInterest",
    "title",
    "summary",
    "description",
    "advantages",
    "partnerRole",
    "stage",
    "iprStatus",
    "partnershipTypes",
    "partnerKinds",
    "marketKeywords",
    "technologyKeywords",
    "sdg",
    "targetStates",
];

impl Node for Offer {
    type Entity = offer::Entity;
    type Column = Column;
    type Id = OfferId;
    type Facts = OfferFacts;

    const KEY: Column = Column::Id;
    const GUARDED: &'static [&'static str] = &["timeline", "documents"];

    fn fields() -> &'static [Field<Column>] {
        FIELDS
    }

    fn told_again(field: &str) -> &'static [&'static str] {
        if field == "een" { EEN } else { &[] }
    }

    fn relations() -> &'static [&'static dyn Relation<Self>] {
        &[
            &ToOne { name: "ott", key: Column::OttId, place: |offer: &mut Self| &mut offer.ott },
            &ToMany {
                name: "matches",
                parent: match_::Column::OfferId,
                list: best_needs,
                place: |offer: &mut Self| &mut offer.matches,
            },
            &ToMany {
                name: "ipAssets",
                parent: ip_asset::Column::OfferId,
                list: newest_ip_assets,
                place: |offer: &mut Self| &mut offer.ip_assets,
            },
            &ToMany {
                name: "documents",
                parent: document::Column::OfferId,
                list: |viewer, _| Ok(documents_of(viewer)),
                place: |row: &mut Self| &mut row.documents,
            },
            &ToMany {
                name: "timeline",
                parent: event::Column::SubjectId,
                list: timeline,
                place: |offer: &mut Self| &mut offer.timeline,
            },
        ]
    }

    fn facts() -> &'static [Column] {
        &[Column::Id, Column::Status, Column::OttId]
    }

    fn computed(viewer: &Viewer, most: DisclosureLevel) -> Option<SimpleExpr> {
        facts_of_offers(viewer, most)
    }

    fn visible(viewer: &Viewer) -> Condition {
        visible_offers(viewer)
    }

    fn know(row: &Facts<'_, Column>) -> Result<OfferFacts> {
        let computed: i32 = row.computed()?;
        Ok(OfferFacts {
            id: row.fact(Column::Id)?,
            status: row.fact(Column::Status)?,
            ott_id: row.fact(Column::OttId)?,
            introduced: computed & 1 != 0,
            under_nda: computed & 2 != 0,
        })
    }

    fn id(&self) -> OfferId {
        self.id
    }

    fn disclose(
        viewer: &Viewer,
        facts: OfferFacts,
        row: &Row<'_, Column>,
        level: DisclosureLevel,
    ) -> Result<Self> {
        let reveal = |sealed: Option<Confidential>| sealed.map(Confidential::reveal);
        let history = level >= L2 || viewer.is_any(Role::NetworkAdmin);
        let values = |column| row.get_or_default::<Codes>(column);
        Ok(Self {
            id: facts.id,
            folio: row.get_or_default(Column::Folio)?,
            version: row.get_or_default(Column::Version)?,
            status: facts.status,
            kind: row.get_or_default(Column::Kind)?,
            comparators: row.get::<TechnologyComparisons>(Column::Comparators)?.map(|list| list.0),
            economics: row.get(Column::Economics)?,
            stage: row.get(Column::Stage)?,
            trl: row.get(Column::Trl)?,
            trl_evidence: row.get::<TrlEvidences>(Column::TrlEvidence)?.map(|list| list.0),
            readiness: row.get(Column::Readiness)?,
            mrl: row.get(Column::Mrl)?,
            ipr_status: row.get(Column::IprStatus)?,
            publications: row.get_or_default::<Texts>(Column::Publications)?.0,
            min_assimilation_level: row.get(Column::MinAssimilationLevel)?,
            transfer_mechanisms: values(Column::TransferMechanisms)?.values(),
            partnership_types: values(Column::PartnershipTypes)?.values(),
            partner_kinds: values(Column::PartnerKinds)?.values(),
            exclusivity_available: row.get(Column::ExclusivityAvailable)?,
            inventors: row.get::<Texts>(Column::Inventors)?.map(|list| list.0),
            verified_claims: row.get_or_default::<VerifiedClaims>(Column::VerifiedClaims)?.0,
            anonymous: row.get_or_default(Column::Anonymous)?,
            open_for_interest: row.get_or_default(Column::OpenForInterest)?,
            published_at: row.get(Column::PublishedAt)?,
            expires_at: row.get(Column::ExpiresAt)?,
            renewals: row.get_or_default(Column::Renewals)?,
            reserved_until: row.get(Column::ReservedUntil)?,
            retirement_reason: row.get(Column::RetirementReason)?,
            created_at: row.get_or_default(Column::CreatedAt)?,
            updated_at: row.get_or_default(Column::UpdatedAt)?,
            disclosure_level: level,
            texts: OfferTexts {
                title: row.get(Column::Title)?,
                summary: row.get(Column::Summary)?,
                description: row.get(Column::Description)?,
                problem_solved: row.get(Column::ProblemSolved)?,
                state_of_the_art: row.get(Column::StateOfTheArt)?,
                advantages: row.get(Column::Advantages)?,
                partner_role: row.get(Column::PartnerRole)?,
                indicative_terms: reveal(row.get(Column::IndicativeTerms)?),
                enabling_detail: reveal(row.get(Column::EnablingDetail)?),
            },
            lists: OfferLists {
                scian: values(Column::Scian)?,
                application_scian: values(Column::ApplicationScian)?,
                subsector: row.get(Column::Subsector)?,
                technology_keywords: values(Column::TechnologyKeywords)?,
                market_keywords: values(Column::MarketKeywords)?,
                sdg: values(Column::Sdg)?,
                target_states: values(Column::TargetStates)?,
                state: row.get(Column::StateCode)?,
            },
            history,
            facts,
            ott: None,
            matches: Many::default(),
            ip_assets: Many::default(),
            documents: Many::default(),
            timeline: Many::default(),
        })
    }
}

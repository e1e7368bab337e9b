//! A capability as its reader may see it.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    Accreditation, CapabilityId, CapabilityKind, CapabilityStatus, Codes, DisclosureLevel,
    Language, Localized, PriceBand, Role, capability, capability::Column, event,
};
use sea_orm::Condition;

use crate::{
    calendar::day_of,
    codes::{self, Code},
    context::Request,
    error::{Result, Told},
    history::StatusChange,
    matches::{MatchPreview, SupplyText, preview_needs},
    organizations::Organization,
    policy::{CapabilityFacts, Viewer, visible_capabilities},
    read::{Facts, Field, Many, Node, One, Page, Relation, Row, Shown, ToMany, ToOne, redacted},
    timeline::{TimelineEntry, timeline},
};

/// Something that a transfer office and its institution can do for others: a laboratory, equipment, a pilot plant, a group of experts, a service, an accredited test.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Capability {
    /// Identifies it.
    pub(crate) id: CapabilityId,
    /// What people call it (`CAP-2026-000123`).
    folio: String,
    /// Grows by one with every change; give it as `expectedVersion` when you change it.
    version: i32,
    /// Where it stands.
    status: CapabilityStatus,
    /// What kind of capability it is.
    kind: CapabilityKind,
    /// Who found it fit, until when. Null below `NETWORK`, or when nobody did.
    accreditation: Option<Accreditation>,
    /// What it can do in a time. Null below `NETWORK`, or when nothing was said.
    capacity_unit: Option<String>,
    /// Days from an order to its result. Null below `NETWORK`, or when nothing was said.
    lead_time_days: Option<i32>,
    /// What using it costs, coarsely. Null below `NETWORK`, or when nothing was said.
    price_band: Option<PriceBand>,
    /// The lowest technology readiness level that it serves, 1 to 9. Null when nothing was said.
    trl_from: Option<i32>,
    /// The highest technology readiness level that it serves, 1 to 9. Null when nothing was said.
    trl_to: Option<i32>,
    /// When it was last published. Null until then.
    published_at: Option<DateTime<Utc>>,
    /// When it was written down.
    created_at: DateTime<Utc>,
    /// When it last changed.
    updated_at: DateTime<Utc>,
    /// How much of it you see.
    disclosure_level: DisclosureLevel,
    #[graphql(skip)]
    facts: CapabilityFacts,
    #[graphql(skip)]
    accredited_until: Option<NaiveDate>,
    #[graphql(skip)]
    title_text: Option<Localized>,
    #[graphql(skip)]
    summary_text: Option<Localized>,
    #[graphql(skip)]
    description_text: Option<Localized>,
    #[graphql(skip)]
    scian_codes: Codes,
    #[graphql(skip)]
    technologies: Codes,
    #[graphql(skip)]
    markets: Codes,
    #[graphql(skip)]
    state_code: Option<String>,
    #[graphql(skip)]
    history: bool,
    #[graphql(skip)]
    ott: One<Organization>,
    #[graphql(skip)]
    timeline: Many<TimelineEntry>,
}

#[ComplexObject]
impl Capability {
    /// What it is, at most 256 characters.
    async fn title(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> String {
        self.title_text.as_ref().and_then(|text| text.in_language(language)).unwrap_or_default()
    }

    /// What it does for whom, at most 500 characters. Null until it is said.
    async fn summary(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> Option<String> {
        self.summary_text.as_ref()?.in_language(language)
    }

    /// The capability in full, at most 4,000 characters. Null below `NETWORK`, or when it is not written.
    async fn description(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> Option<String> {
        self.description_text.as_ref()?.in_language(language)
    }

    /// The economic activities that it serves (SCIAN).
    async fn scian(&self, ctx: &Context<'_>) -> Vec<Code> {
        codes::resolve(ctx, codes::SCIAN, &self.scian_codes)
    }

    /// The subsectors that it serves (SCIAN), each once.
    async fn subsectors(&self, ctx: &Context<'_>) -> Vec<Code> {
        codes::subsectors(ctx, &self.scian_codes)
    }

    /// What technology it is: IPC classes or subclasses, at most five.
    async fn technology_keywords(&self, ctx: &Context<'_>) -> Vec<Code> {
        codes::resolve(ctx, codes::IPC, &self.technologies)
    }

    /// What market it is for: SCIAN codes, at most five.
    async fn market_keywords(&self, ctx: &Context<'_>) -> Vec<Code> {
        codes::resolve(ctx, codes::SCIAN, &self.markets)
    }

    /// The federal state where it is. Null when it is not known.
    async fn state(&self, ctx: &Context<'_>) -> Option<Code> {
        ctx.service().labels().state(self.state_code.as_deref()?).map(Into::into)
    }

    /// Whether somebody has found it fit, and that is still so today.
    async fn accredited(&self, ctx: &Context<'_>) -> bool {
        self.accredited_until.is_some_and(|until| day_of(ctx.viewer().now) <= until)
    }

    /// The transfer office that has it.
    async fn ott(&self) -> Option<Shown<Arc<Organization>>> {
        self.ott.clone().map(Shown)
    }

    /// The open needs that it fits best, best first. For members of the network. Null below `NETWORK`.
    async fn matching_needs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 20; 5 when nothing is said.")] first: Option<i32>,
    ) -> Told<Vec<MatchPreview>> {
        if self.disclosure_level < L1 {
            return None;
        }
        let text = SupplyText {
            id: self.id.0,
            kind: matching::Kind::Capability,
            title: self.title_text.as_ref(),
            summary: self.summary_text.as_ref(),
            network_text: self.description_text.as_ref(),
            scian: &self.scian_codes,
            trl: levels(self.trl_from, self.trl_to),
            state: self.state_code.as_deref(),
            ott: self.facts.ott_id,
        };
        Some(preview_needs(ctx, &text, first))
    }

    /// What you may do to it now, by the names of the mutations; each has guards of its own besides.
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
        let whole = self.disclosure_level >= L2;
        Some(StatusChange::all(ctx, self.id, whole).await)
    }

    /// What happened to it, oldest first, as far as you are told: to everybody when it was published; the rest, and who did it, to its office. The network's admin reads all of it, but for who did it.
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

/// The band of readiness that it serves, as far as it says.
pub(crate) fn levels(from: Option<i32>, to: Option<i32>) -> Option<(i32, i32)> {
    match (from, to) {
        (None, None) => None,
        (from, to) => Some((from.unwrap_or(1), to.unwrap_or(9))),
    }
}

use DisclosureLevel::{Introduced as L2, Network as L1, PublicBlind as L0};

/// What matching reads of it.
const MATCHED: &[Column] = &[
    Column::Title,
    Column::Summary,
    Column::Description,
    Column::Scian,
    Column::TrlFrom,
    Column::TrlTo,
    Column::StateCode,
];

/// Every field that is read from columns: from which level on it is seen, and
/// whether lists may be filtered and ordered by it.
pub const FIELDS: &[Field<Column>] = &[
    Field::new("id", &[Column::Id], L0),
    Field::new("folio", &[Column::Folio], L0).filterable(),
    Field::new("version", &[Column::Version], L0),
    Field::new("status", &[Column::Status], L0).filterable(),
    Field::new("kind", &[Column::Kind], L0).filterable(),
    Field::new("title", &[Column::Title], L0).sortable(),
    Field::new("summary", &[Column::Summary], L0),
    Field::new("description", &[Column::Description], L1),
    Field::new("scian", &[Column::Scian], L0).filterable(),
    Field::new("subsectors", &[Column::Scian], L0).filterable(),
    Field::new("technologyKeywords", &[Column::TechnologyKeywords], L0),
    Field::new("marketKeywords", &[Column::MarketKeywords], L0),
    Field::new("state", &[Column::StateCode], L0).filterable(),
    Field::new("accredited", &[Column::AccreditedUntil], L0).filterable(),
    Field::new("accreditation", &[Column::Accreditation], L1),
    Field::new("capacityUnit", &[Column::CapacityUnit], L1),
    Field::new("leadTimeDays", &[Column::LeadTimeDays], L1),
    Field::new("priceBand", &[Column::PriceBand], L1),
    Field::new("trlFrom", &[Column::TrlFrom], L0).filterable(),
    Field::new("trlTo", &[Column::TrlTo], L0).filterable(),
    Field::new("ott", &[Column::OttId], L0).filterable(),
    Field::new("matchingNeeds", MATCHED, L1),
    Field::new("publishedAt", &[Column::PublishedAt], L0).sortable(),
    Field::new("createdAt", &[Column::CreatedAt], L0),
    Field::new("updatedAt", &[Column::UpdatedAt], L0).sortable(),
    Field::new("history", &[], L2),
];

impl Node for Capability {
    type Entity = capability::Entity;
    type Column = Column;
    type Id = CapabilityId;
    type Facts = CapabilityFacts;

    const KEY: Column = Column::Id;
    const GUARDED: &'static [&'static str] = &["timeline"];

    fn fields() -> &'static [Field<Column>] {
        FIELDS
    }

    fn relations() -> &'static [&'static dyn Relation<Self>] {
        &[
            &ToOne { name: "ott", key: Column::OttId, place: |row: &mut Self| &mut row.ott },
            &ToMany {
                name: "timeline",
                parent: event::Column::SubjectId,
                list: timeline,
                place: |row: &mut Self| &mut row.timeline,
            },
        ]
    }

    fn facts() -> &'static [Column] {
        &[Column::Id, Column::Status, Column::OttId]
    }

    fn visible(viewer: &Viewer) -> Condition {
        visible_capabilities(viewer)
    }

    fn know(row: &Facts<'_, Column>) -> Result<CapabilityFacts> {
        Ok(CapabilityFacts {
            id: row.fact(Column::Id)?,
            status: row.fact(Column::Status)?,
            ott_id: row.fact(Column::OttId)?,
        })
    }

    fn id(&self) -> CapabilityId {
        self.id
    }

    fn disclose(
        viewer: &Viewer,
        facts: CapabilityFacts,
        row: &Row<'_, Column>,
        level: DisclosureLevel,
    ) -> Result<Self> {
        Ok(Self {
            id: facts.id,
            folio: row.get_or_default(Column::Folio)?,
            version: row.get_or_default(Column::Version)?,
            status: facts.status,
            kind: row.get_or_default(Column::Kind)?,
            accreditation: row.get(Column::Accreditation)?,
            capacity_unit: row.get(Column::CapacityUnit)?,
            lead_time_days: row.get(Column::LeadTimeDays)?,
            price_band: row.get(Column::PriceBand)?,
            trl_from: row.get(Column::TrlFrom)?,
            trl_to: row.get(Column::TrlTo)?,
            published_at: row.get(Column::PublishedAt)?,
            created_at: row.get_or_default(Column::CreatedAt)?,
            updated_at: row.get_or_default(Column::UpdatedAt)?,
            disclosure_level: level,
            accredited_until: row.get(Column::AccreditedUntil)?,
            title_text: row.get(Column::Title)?,
            summary_text: row.get(Column::Summary)?,
            description_text: row.get(Column::Description)?,
            scian_codes: row.get_or_default(Column::Scian)?,
            technologies: row.get_or_default(Column::TechnologyKeywords)?,
            markets: row.get_or_default(Column::MarketKeywords)?,
            state_code: row.get(Column::StateCode)?,
            history: level >= L2 || viewer.is_any(Role::NetworkAdmin),
            facts,
            ott: None,
            timeline: Many::default(),
        })
    }
}

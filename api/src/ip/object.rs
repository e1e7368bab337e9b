//! Intellectual property as its reader may see it.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{ComplexObject, Context, SimpleObject, dataloader::Loader};
use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    Codes, DisclosureLevel, IpAssetId, IpCommercialStatus, IpEvent, IpEventId, IpFeeDecision,
    IpFigure, IpInventor, IpInventors, IpLegalStatus, IpOffice, IpOwner, IpOwners, Language,
    Localized, OrganizationId, PersonId, Role, event, ip_asset, ip_asset::Column, ip_event,
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, sea_query::SimpleExpr};

use super::{
    dormancy::{dormant, is_near},
    life::in_order,
};
use crate::{
    agreements::Agreement,
    codes::{self, Code},
    context::Request,
    error::{Error, Result, Told},
    history::StatusChange,
    matches::{MatchPreview, SupplyText, preview_needs},
    offers::Offer,
    organizations::Organization,
    policy::{
        IpAssetFacts, Publicity, Viewer, facts_as_number, introduced_assets, visible_ip_assets,
    },
    read::{
        Batch, Facts, Field, Many, Node, One, Page, Relation, Row, Shown, ToMany, ToOne, redacted,
    },
    timeline::{TimelineEntry, timeline},
};

/// A piece of intellectual property that a transfer office looks after.
///
/// Its readers see it in levels: a field above your `disclosureLevel` is null
/// and named in `redactedFields`. The network knows of what has been made public by law and
/// is listed by its office.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct IpAsset {
    /// Identifies it.
    pub(crate) id: IpAssetId,
    /// What people call it (`PI-2026-000123`).
    folio: String,
    /// Grows by one with every change; give it as `expectedVersion` when you change it.
    version: i32,
    /// By what it is protected.
    figure: IpFigure,
    /// The office with which it is applied for. Null below `NETWORK`.
    office: Option<IpOffice>,
    /// Where it stands by law: what follows from its legal events.
    legal_status: IpLegalStatus,
    /// Since which day it stands so. Null below `NETWORK`, or before anything happened.
    legal_since: Option<NaiveDate>,
    /// What is done with it: what its office says, or what follows from an agreement in force.
    commercial_status: IpCommercialStatus,
    /// Technology readiness level, 1 to 9. Null until it is said.
    trl: Option<i32>,
    /// The day of filing. Null below `NETWORK`, or until it is filed.
    filed_on: Option<NaiveDate>,
    /// The day of publication. Null below `NETWORK`, or until it is published.
    published_on: Option<NaiveDate>,
    /// The day of grant. Null below `NETWORK`, or until it is granted.
    granted_on: Option<NaiveDate>,
    /// The last day of its term, by the law of the day of filing (`ipTerms`). Null below `NETWORK`, or when no term is on record for it.
    expires_on: Option<NaiveDate>,
    /// The day until which fees are paid, and on which the next is due. Null below `NETWORK`, or when none is.
    next_fee_due_on: Option<NaiveDate>,
    /// Until when a fee that was not paid in time can still be paid: six months. Null below `NETWORK`, or when all is paid.
    grace_until: Option<NaiveDate>,
    /// The number of the application. Null below `INTRODUCED`, or when there is none.
    application_no: Option<String>,
    /// The number of the publication. Null below `INTRODUCED`, or when there is none.
    publication_no: Option<String>,
    /// The number of the grant or the registration. Null below `INTRODUCED`, or when there is none.
    grant_no: Option<String>,
    /// The day of an earlier application whose priority it claims. Null below `INTRODUCED`, or when it claims none.
    priority_on: Option<NaiveDate>,
    /// What it has in common with others that protect the same invention. Null below `INTRODUCED`, or when nothing was said.
    family: Option<String>,
    /// Who invented it; the shares add up to 10,000. Null below `INTRODUCED`.
    inventors: Option<Vec<IpInventor>>,
    /// When an agreement used it after it had been dormant. Null below `NETWORK`, or when it was not rescued.
    rescued_at: Option<DateTime<Utc>>,
    /// Whether its office lets the network know of it. Null below `CONTRACT`.
    listed: Option<bool>,
    /// When the service asked what to do about the next fee. Null below `CONTRACT`, or until it did.
    fee_asked_at: Option<DateTime<Utc>>,
    /// What its office decided about the next fee. Null below `CONTRACT`, or until it did.
    fee_decision: Option<IpFeeDecision>,
    /// When it was put on record.
    created_at: DateTime<Utc>,
    /// When it last changed.
    updated_at: DateTime<Utc>,
    /// How much of it you see.
    disclosure_level: DisclosureLevel,
    #[graphql(skip)]
    facts: IpAssetFacts,
    #[graphql(skip)]
    dormant: Option<bool>,
    #[graphql(skip)]
    owner_shares: Option<Vec<IpOwner>>,
    #[graphql(skip)]
    title_text: Option<Localized>,
    #[graphql(skip)]
    summary_text: Option<Localized>,
    #[graphql(skip)]
    scian_codes: Codes,
    #[graphql(skip)]
    subsector_code: Option<String>,
    #[graphql(skip)]
    keywords: Codes,
    #[graphql(skip)]
    state_code: Option<String>,
    #[graphql(skip)]
    history: bool,
    #[graphql(skip)]
    ott: One<Organization>,
    #[graphql(skip)]
    offer: One<Offer>,
    #[graphql(skip)]
    rescued_by: One<Agreement>,
    #[graphql(skip)]
    timeline: Many<TimelineEntry>,
}

/// Something that happened to a piece of intellectual property before its office.
#[derive(Clone, Debug, SimpleObject)]
pub struct IpLegalEvent {
    /// Identifies it.
    id: IpEventId,
    /// What happened.
    kind: IpEvent,
    /// On which day.
    on: NaiveDate,
    /// Until which day fees were paid with it. Null when none were.
    paid_until: Option<NaiveDate>,
    /// What else is to be known of it. Null below `CONTRACT`, or when nothing was said.
    note: Option<String>,
    /// When it was put on record.
    recorded_at: DateTime<Utc>,
    /// The person who put it on record, by id alone: names are personal data. Null below `CONTRACT`, or when the service did it by itself.
    recorded_by: Option<PersonId>,
}

/// An organization that owns a part of a piece of intellectual property.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct IpOwnerShare {
    /// Its share in basis points, 1 to 10,000.
    share_bp: i32,
    #[graphql(skip)]
    organization_id: OrganizationId,
}

#[ComplexObject]
impl IpOwnerShare {
    /// Which organization. Null only when it cannot be read.
    async fn organization(&self, ctx: &Context<'_>) -> Told<Arc<Organization>> {
        ctx.load(self.organization_id).await.transpose()
    }
}

#[ComplexObject]
impl IpAsset {
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

    /// What it is good for, at most 500 characters. Null when nothing was said.
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

    /// The economic activities in which it can be used (SCIAN).
    async fn scian(&self, ctx: &Context<'_>) -> Vec<Code> {
        codes::resolve(ctx, codes::SCIAN, &self.scian_codes)
    }

    /// The subsector of its main field of application, the first that it names (SCIAN). Null when it names none, or a whole sector.
    async fn subsector(&self, ctx: &Context<'_>) -> Option<Code> {
        ctx.service().labels().subsector(self.subsector_code.as_deref()?).map(Into::into)
    }

    /// What technology it is: IPC classes or subclasses, at most five.
    async fn technology_keywords(&self, ctx: &Context<'_>) -> Vec<Code> {
        codes::resolve(ctx, codes::IPC, &self.keywords)
    }

    /// The federal state of the office that looks after it. Null when it is not known.
    async fn state(&self, ctx: &Context<'_>) -> Option<Code> {
        ctx.service().labels().state(self.state_code.as_deref()?).map(Into::into)
    }

    /// The transfer office that looks after it.
    async fn ott(&self) -> Option<Shown<Arc<Organization>>> {
        self.ott.clone().map(Shown)
    }

    /// The offer by which it is offered. Null when it is offered by none, or by none that you may know of.
    async fn offer(&self) -> Option<Shown<Arc<Offer>>> {
        self.offer.clone().map(Shown)
    }

    /// Who owns it; the shares add up to 10,000. Null below `INTRODUCED`.
    async fn owners(&self) -> Option<Vec<IpOwnerShare>> {
        let own = |owner: &IpOwner| IpOwnerShare {
            share_bp: owner.share_bp,
            organization_id: owner.organization,
        };
        Some(self.owner_shares.as_ref()?.iter().map(own).collect())
    }

    /// What happened to it before its office, by day. Null below `INTRODUCED`.
    async fn legal_events(&self, ctx: &Context<'_>) -> Told<Vec<IpLegalEvent>> {
        if self.disclosure_level < L2 {
            return None;
        }
        let whole = self.disclosure_level >= L4;
        let rows = ctx.loaders().load_for(EventsOf(self.id)).await;
        Some(rows.map(|rows| {
            let rows = rows.unwrap_or_default().into_iter();
            rows.map(|row| IpLegalEvent::disclose(row, whole)).collect()
        }))
    }

    /// Whether it is dormant: a patent, a utility model, a design, a layout-design or a plant variety, published and not ended, filed two years ago or earlier, that is not used by its owner, under no option, licence or assignment in force, and whose offer nobody took up in two years. Null below `NETWORK`.
    async fn dormant(&self) -> Option<bool> {
        self.dormant
    }

    /// Whether it is dormant and its next fee is due within 180 days: it may lapse unused. Null below `NETWORK`.
    async fn at_risk(&self, ctx: &Context<'_>) -> Option<bool> {
        Some(self.dormant? && is_near(self.next_fee_due_on, ctx.viewer().now))
    }

    /// The agreement that rescued it from being dormant. Null when none did, or when you may not know of it.
    async fn rescued_by(&self) -> Option<Shown<Arc<Agreement>>> {
        self.rescued_by.clone().map(Shown)
    }

    /// The open needs that it fits best, best first, by its public text, its fields of application, its readiness and its place. For members of the network. Null below `NETWORK`.
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
            kind: matching::Kind::Asset,
            title: self.title_text.as_ref(),
            summary: self.summary_text.as_ref(),
            network_text: None,
            scian: &self.scian_codes,
            trl: self.trl.map(|trl| (trl, trl)),
            state: self.state_code.as_deref(),
            ott: self.facts.ott_id,
        };
        Some(preview_needs(ctx, &text, first))
    }

    /// What you may do to it, by the names of the mutations; each has guards of its own besides.
    async fn actions(&self, ctx: &Context<'_>) -> Vec<&'static str> {
        ctx.viewer().among(self.facts.actions(ctx.viewer()))
    }

    /// The fields that your level does not cover: they are null because they are hidden, not because they are empty.
    async fn redacted_fields(&self) -> Vec<&'static str> {
        let hidden = redacted(FIELDS, self.disclosure_level);
        hidden.filter(|field| !(self.history && *field == "history")).collect()
    }

    /// The steps of its commercial status, oldest first. Null below `INTRODUCED`, except for the network's admin.
    async fn history(&self, ctx: &Context<'_>) -> Told<Vec<StatusChange>> {
        if !self.history {
            return None;
        }
        let whole = self.disclosure_level >= L4;
        Some(StatusChange::all(ctx, self.id, whole).await)
    }

    /// What happened to it in the network, oldest first, as far as you are told: to everybody when it was put on record, what is done with it, and that it was rescued; the rest, and who did it, from `INTRODUCED` on. The network's admin reads all of it, but for who did it.
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

impl IpLegalEvent {
    fn disclose(row: ip_event::Model, whole: bool) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            on: row.on_day,
            paid_until: row.paid_until,
            note: row.note.filter(|_| whole),
            recorded_at: row.recorded_at,
            recorded_by: row.recorded_by.filter(|_| whole),
        }
    }
}

/// What happened to a piece of intellectual property. Ask the policy about it first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct EventsOf(IpAssetId);

impl Loader<EventsOf> for Batch {
    type Value = Vec<ip_event::Model>;
    type Error = Error;

    async fn load(&self, keys: &[EventsOf]) -> Result<HashMap<EventsOf, Self::Value>> {
        let mut rows = ip_event::Entity::find()
            .filter(ip_event::Column::AssetId.is_in(keys.iter().map(|key| key.0)))
            .filter(ip_event::Column::RemovedAt.is_null())
            .all(self.db.fresh())
            .await?;
        in_order(&mut rows);
        let mut found: HashMap<EventsOf, Self::Value> = HashMap::new();
        for row in rows {
            found.entry(EventsOf(row.asset_id)).or_default().push(row);
        }
        Ok(found)
    }
}

use DisclosureLevel::{Contract as L4, Introduced as L2, Network as L1, PublicBlind as L0};

/// What matching reads of it.
const MATCHED: &[Column] =
    &[Column::Title, Column::Summary, Column::Scian, Column::Trl, Column::StateCode];

/// Every field that is read from columns: from which level on it is seen, and
/// whether lists may be filtered and ordered by it.
pub const FIELDS: &[Field<Column>] = &[
    Field::new("id", &[Column::Id], L0),
    Field::new("folio", &[Column::Folio], L0).filterable(),
    Field::new("version", &[Column::Version], L0),
    Field::new("figure", &[Column::Figure], L0).filterable(),
    Field::new("office", &[Column::Office], L1),
    Field::new("title", &[Column::Title], L0).sortable(),
    Field::new("summary", &[Column::Summary], L0),
    Field::new("scian", &[Column::Scian], L0).filterable(),
    Field::new("subsector", &[Column::Subsector], L0).filterable(),
    Field::new("technologyKeywords", &[Column::TechnologyKeywords], L0),
    Field::new("trl", &[Column::Trl], L0),
    Field::new("state", &[Column::StateCode], L0).filterable(),
    Field::new("ott", &[Column::OttId], L0).filterable(),
    Field::new("offer", &[Column::OfferId], L0).filterable(),
    Field::new("legalStatus", &[Column::LegalStatus], L0).filterable(),
    Field::new("legalSince", &[Column::LegalSince], L1),
    Field::new("commercialStatus", &[Column::CommercialStatus], L0).filterable(),
    Field::new("filedOn", &[Column::FiledOn], L1),
    Field::new("publishedOn", &[Column::PublishedOn], L1),
    Field::new("grantedOn", &[Column::GrantedOn], L1),
    Field::new("expiresOn", &[Column::ExpiresOn], L1),
    Field::new("nextFeeDueOn", &[Column::NextFeeDueOn], L1),
    Field::new("graceUntil", &[Column::GraceUntil], L1),
    Field::new("dormant", &[], L1),
    Field::new("atRisk", &[Column::NextFeeDueOn], L1),
    Field::new("matchingNeeds", MATCHED, L1),
    Field::new("rescuedAt", &[Column::RescuedAt], L1),
    Field::new("rescuedBy", &[Column::RescuedById], L2),
    Field::new("applicationNo", &[Column::ApplicationNo], L2),
    Field::new("publicationNo", &[Column::PublicationNo], L2),
    Field::new("grantNo", &[Column::GrantNo], L2),
    Field::new("priorityOn", &[Column::PriorityOn], L2),
    Field::new("owners", &[Column::Owners], L2),
    Field::new("inventors", &[Column::Inventors], L2),
    Field::new("family", &[Column::Family], L2),
    Field::new("legalEvents", &[], L2),
    Field::new("history", &[], L2),
    Field::new("listed", &[Column::Listed], L4),
    Field::new("feeAskedAt", &[Column::FeeAskedAt], L4),
    Field::new("feeDecision", &[Column::FeeDecision], L4),
    Field::new("createdAt", &[Column::CreatedAt], L0),
    Field::new("updatedAt", &[Column::UpdatedAt], L0).sortable(),
];

impl Node for IpAsset {
    type Entity = ip_asset::Entity;
    type Column = Column;
    type Id = IpAssetId;
    type Facts = IpAssetFacts;

    const KEY: Column = Column::Id;
    const GUARDED: &'static [&'static str] = &["timeline"];

    fn fields() -> &'static [Field<Column>] {
        FIELDS
    }

    fn relations() -> &'static [&'static dyn Relation<Self>] {
        &[
            &ToOne { name: "ott", key: Column::OttId, place: |row: &mut Self| &mut row.ott },
            &ToOne { name: "offer", key: Column::OfferId, place: |row: &mut Self| &mut row.offer },
            &ToOne {
                name: "rescuedBy",
                key: Column::RescuedById,
                place: |row: &mut Self| &mut row.rescued_by,
            },
            &ToMany {
                name: "timeline",
                parent: event::Column::SubjectId,
                list: timeline,
                place: |row: &mut Self| &mut row.timeline,
            },
        ]
    }

    fn facts() -> &'static [Column] {
        &[Column::Id, Column::OttId, Column::OfferId, Column::Listed, Column::LaidOpen]
    }

    /// Whether it is dormant (1), and whether the viewer's company was introduced to its offer (2).
    fn computed(viewer: &Viewer, _: DisclosureLevel) -> Option<SimpleExpr> {
        if !viewer.is_member() {
            return None;
        }
        let dormant: SimpleExpr = dormant(viewer.now, None).into();
        facts_as_number([Some(dormant), introduced_assets(viewer)])
    }

    fn visible(viewer: &Viewer) -> Condition {
        visible_ip_assets(viewer)
    }

    fn know(row: &Facts<'_, Column>) -> Result<IpAssetFacts> {
        let computed: i32 = row.computed()?;
        Ok(IpAssetFacts {
            id: row.fact(Column::Id)?,
            ott_id: row.fact(Column::OttId)?,
            publicity: Publicity::of(row.fact(Column::LaidOpen)?, row.fact(Column::Listed)?),
            dormant: computed & 1 != 0,
            introduced: computed & 2 != 0,
        })
    }

    fn id(&self) -> IpAssetId {
        self.id
    }

    fn disclose(
        viewer: &Viewer,
        facts: IpAssetFacts,
        row: &Row<'_, Column>,
        level: DisclosureLevel,
    ) -> Result<Self> {
        let history = level >= L2 || viewer.is_any(Role::NetworkAdmin);
        Ok(Self {
            id: facts.id,
            folio: row.get_or_default(Column::Folio)?,
            version: row.get_or_default(Column::Version)?,
            figure: row.get_or_default(Column::Figure)?,
            office: row.get(Column::Office)?,
            legal_status: row.get_or_default(Column::LegalStatus)?,
            legal_since: row.get(Column::LegalSince)?,
            commercial_status: row.get_or_default(Column::CommercialStatus)?,
            trl: row.get(Column::Trl)?,
            filed_on: row.get(Column::FiledOn)?,
            published_on: row.get(Column::PublishedOn)?,
            granted_on: row.get(Column::GrantedOn)?,
            expires_on: row.get(Column::ExpiresOn)?,
            next_fee_due_on: row.get(Column::NextFeeDueOn)?,
            grace_until: row.get(Column::GraceUntil)?,
            application_no: row.get(Column::ApplicationNo)?,
            publication_no: row.get(Column::PublicationNo)?,
            grant_no: row.get(Column::GrantNo)?,
            priority_on: row.get(Column::PriorityOn)?,
            family: row.get(Column::Family)?,
            inventors: row.get::<IpInventors>(Column::Inventors)?.map(|list| list.0),
            rescued_at: row.get(Column::RescuedAt)?,
            listed: row.get(Column::Listed)?,
            fee_asked_at: row.get(Column::FeeAskedAt)?,
            fee_decision: row.get(Column::FeeDecision)?,
            created_at: row.get_or_default(Column::CreatedAt)?,
            updated_at: row.get_or_default(Column::UpdatedAt)?,
            disclosure_level: level,
            dormant: (level >= L1).then_some(facts.dormant),
            owner_shares: row.get::<IpOwners>(Column::Owners)?.map(|list| list.0),
            title_text: row.get(Column::Title)?,
            summary_text: row.get(Column::Summary)?,
            scian_codes: row.get_or_default(Column::Scian)?,
            subsector_code: row.get(Column::Subsector)?,
            keywords: row.get_or_default(Column::TechnologyKeywords)?,
            state_code: row.get(Column::StateCode)?,
            history,
            facts,
            ott: None,
            offer: None,
            rescued_by: None,
            timeline: Many::default(),
        })
    }
}

//! An organization as its reader may see it.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{ComplexObject, Context, SimpleObject, dataloader::Loader};
use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    AffiliationStatus, Codes, DisclosureLevel, Language, OfferId, OrganizationId, OrganizationKind,
    SizeBasis, SizeClass, Texts, VerificationLevel, affiliation, capability, event, ip_asset, need,
    offer, organization, organization::Column,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, sea_query::SimpleExpr,
};

use super::{
    Delegation, Region,
    consent::{Consent, ConsentsOf},
    profile::{ChamberProfile, OttProfile, ProfileOf},
};
use crate::{
    assimilation::{AssessmentsOf, AssimilationAssessment, PathwayStep, pathway},
    capabilities::{Capability, newest_capabilities},
    codes::{self, Code},
    context::Request,
    error::{Error, Result, Told},
    ip::{IpAsset, newest_ip_assets},
    needs::{Need, newest_needs},
    offers::{Offer, newest_offers},
    policy::{
        OrganizationFacts, Viewer, facts_of_organizations, is_institution, visible_organizations,
    },
    read::{
        Batch, Facts, Field, Many, Node, One, Page, Relation, Row, Shown, ToMany, ToOne, redacted,
    },
    scalars::{Decimal, Money},
    timeline::{TimelineEntry, timeline},
};

/// An organization: a company, a chamber, a technology transfer office, an institution.
///
/// Its readers see it in levels: a field above your `disclosureLevel` is null
/// and named in `redactedFields`.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Organization {
    /// Identifies it.
    pub(crate) id: OrganizationId,
    /// Grows by one with every change.
    version: i32,
    /// What it is.
    kind: OrganizationKind,
    /// The name by which it is known: its trade name or, without one, its legal name.
    name: String,
    /// The name in its deed.
    legal_name: String,
    /// The name under which it trades. Null when it has none of its own.
    trade_name: Option<String>,
    /// Mexican tax id, 12 or 13 characters. Null below `CONFIDENTIAL`, or when it is not known.
    rfc: Option<String>,
    /// Number in the national registry of scientific and technological institutions and companies. Null below `INTRODUCED`, or when it has none.
    reniecyt: Option<String>,
    /// Until when that inscription is valid. Null below `INTRODUCED`, or when it is not known.
    reniecyt_valid_until: Option<NaiveDate>,
    /// Number in the Mexican business information system. Null below `INTRODUCED`, or when it is not known.
    siem_id: Option<String>,
    /// Number in INEGI's directory of economic units (DENUE). Null below `INTRODUCED`, or when it is not there.
    denue_id: Option<String>,
    /// How large it is, by the official Mexican stratification. Null when workers are not known.
    size_class: Option<SizeClass>,
    /// What the size class was computed from. Null when there is none.
    size_basis: Option<SizeBasis>,
    /// How many people work there. Null below `CONFIDENTIAL`, or when the exact number is not known.
    workers: Option<i32>,
    /// Sales of a year. Null below `CONFIDENTIAL`, or when they are not known.
    annual_sales: Option<Money>,
    /// Street address. Null below `INTRODUCED`, or when it is not known.
    address: Option<String>,
    /// Postal code, five digits. Null below `INTRODUCED`, or when it is not known.
    postal_code: Option<String>,
    /// Degrees north. Null below `INTRODUCED`, or when it is not known.
    latitude: Option<f64>,
    /// Degrees east. Null below `INTRODUCED`, or when it is not known.
    longitude: Option<f64>,
    /// Telephone. Null below `INTRODUCED`, or when it is not known.
    telephone: Option<String>,
    /// E-mail address. Null below `INTRODUCED`, or when it is not known.
    email: Option<String>,
    /// Address on the web. Null below `INTRODUCED`, or when it is not known.
    website: Option<String>,
    /// The year in which it was founded. Null below `INTRODUCED`, or when it is not known.
    year_founded: Option<i32>,
    /// Whether it exports. Null below `INTRODUCED`, or when it is not known.
    exports: Option<bool>,
    /// Certifications that it holds. Null below `INTRODUCED`.
    certifications: Option<Vec<String>>,
    /// Languages in which it works, ISO 639-1. Null below `INTRODUCED`.
    languages: Option<Vec<String>>,
    /// Who vouches for this profile.
    verification: VerificationLevel,
    /// When it was put on record.
    created_at: DateTime<Utc>,
    /// When it last changed.
    updated_at: DateTime<Utc>,
    /// How much of it you see.
    disclosure_level: DisclosureLevel,
    #[graphql(skip)]
    scian_code: Option<String>,
    #[graphql(skip)]
    secondary: Codes,
    #[graphql(skip)]
    state_code: Option<String>,
    #[graphql(skip)]
    municipality_code: Option<String>,
    #[graphql(skip)]
    parent: One<Organization>,
    #[graphql(skip)]
    needs: Many<Need>,
    #[graphql(skip)]
    offers: Many<Offer>,
    #[graphql(skip)]
    ip_assets: Many<IpAsset>,
    #[graphql(skip)]
    capabilities: Many<Capability>,
    #[graphql(skip)]
    timeline: Many<TimelineEntry>,
}

#[ComplexObject]
impl Organization {
    /// Its main economic activity (SCIAN). Null when it is not known.
    async fn scian(&self, ctx: &Context<'_>) -> Option<Code> {
        let code = self.scian_code.as_deref()?;
        ctx.service().labels().get(codes::SCIAN, code).map(Into::into)
    }

    /// Its other economic activities (SCIAN).
    async fn secondary_scian(&self, ctx: &Context<'_>) -> Vec<Code> {
        codes::resolve(ctx, codes::SCIAN, &self.secondary)
    }

    /// The sector of its main activity (SCIAN). Null when that is not known.
    async fn sector(&self, ctx: &Context<'_>) -> Option<Code> {
        ctx.service().labels().sector(self.scian_code.as_deref()?).map(Into::into)
    }

    /// The subsector of its main activity (SCIAN). Null when that is not known.
    async fn subsector(&self, ctx: &Context<'_>) -> Option<Code> {
        ctx.service().labels().subsector(self.scian_code.as_deref()?).map(Into::into)
    }

    /// The federal state where it is. Null when it is not known.
    async fn state(&self, ctx: &Context<'_>) -> Option<Code> {
        ctx.service().labels().state(self.state_code.as_deref()?).map(Into::into)
    }

    /// The municipality where it is. Null when it is not known.
    async fn municipality(&self, ctx: &Context<'_>) -> Option<Code> {
        let code = self.municipality_code.as_deref()?;
        ctx.service().labels().get(codes::MUNICIPALITY, code).map(Into::into)
    }

    /// The organization of which it is a part (an office's university). Null when it stands by itself.
    async fn parent(&self) -> Option<Shown<Arc<Self>>> {
        self.parent.clone().map(Shown)
    }

    /// The chambers to which it is affiliated now.
    async fn chambers(&self, ctx: &Context<'_>) -> Result<Vec<Arc<Self>>> {
        let ids = self.affiliations_now(ctx).await?.into_iter().map(|row| row.chamber_id);
        let found = futures_util::future::try_join_all(ids.map(|id| ctx.load(id))).await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// The region of its active affiliation; of the oldest, when it belongs to several chambers. Null without one: it is never guessed from the state.
    async fn region(&self, ctx: &Context<'_>) -> Told<Arc<Region>> {
        let region = match self.affiliations_now(ctx).await {
            Ok(rows) => rows.into_iter().find_map(|row| row.region_id)?,
            Err(error) => return Some(Err(error)),
        };
        ctx.load(region).await.transpose()
    }

    /// Its memberships in chambers, oldest first, also those that have ended. Null below `INTRODUCED`.
    async fn affiliations(&self, ctx: &Context<'_>) -> Told<Vec<Affiliation>> {
        if self.affiliations_are_hidden() {
            return None;
        }
        let rows = ctx.loaders().load_for(AffiliationsOf(self.id)).await;
        Some(rows.map(|rows| rows.unwrap_or_default().into_iter().map(Affiliation).collect()))
    }

    /// What it has consented to, oldest first, also what it took back. Null below `CONTRACT`: for its own people alone.
    async fn consents(&self, ctx: &Context<'_>) -> Told<Vec<Consent>> {
        if self.disclosure_level < DisclosureLevel::Contract {
            return None;
        }
        let rows = ctx.loaders().load_for(ConsentsOf(self.id)).await;
        Some(rows.map(|rows| rows.unwrap_or_default().into_iter().map(Into::into).collect()))
    }

    /// How well the company takes up technology, as the last assessment says that counts today. Null below `INTRODUCED`, and when none counts.
    async fn assimilation(&self, ctx: &Context<'_>) -> Told<AssimilationAssessment> {
        if !self.is_assessed() {
            return None;
        }
        let current = AssessmentsOf(self.id).current(ctx).await;
        current.map(|row| row.map(Into::into)).transpose()
    }

    /// All assessments of how well the company takes up technology, the first first, also those that do not count any more. Null below `INTRODUCED`, and for institutions.
    async fn assessments(&self, ctx: &Context<'_>) -> Told<Vec<AssimilationAssessment>> {
        if !self.is_assessed() {
            return None;
        }
        let rows = ctx.loaders().load_for(AssessmentsOf(self.id)).await;
        Some(rows.map(|rows| rows.unwrap_or_default().into_iter().map(Into::into).collect()))
    }

    /// The way of the company from its level to what an offer asks for, step by step; empty when it is there already. Null below `INTRODUCED`, when no assessment of it counts, and when nothing is known of what the offer asks for.
    async fn pathway(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The offer (`offer_…`) whose technology the company wants.")]
        offer: OfferId,
        #[graphql(default, desc = "The language you prefer.")] language: Language,
    ) -> Told<Vec<PathwayStep>> {
        if !self.is_assessed() {
            return None;
        }
        pathway(ctx, self.id, offer, language).await.transpose()
    }

    /// The needs that it brings to the network as a chamber, as far as you may see them, newest first. Empty for other organizations: who is behind a need is told by the need.
    async fn needs(
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
    ) -> Told<Page<Need>> {
        Some(self.needs.page(ctx))
    }

    /// What it offers as a transfer office or a start-up, as far as you may see it, newest first. Empty for other organizations.
    async fn offers(
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
    ) -> Told<Page<Offer>> {
        Some(self.offers.page(ctx))
    }

    /// The intellectual property that it looks after as a transfer office or a start-up, as far as you may know of it, newest first. Empty for other organizations.
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

    /// What it can do as a transfer office or a start-up, as far as you may know of it, newest first. Empty for other organizations.
    async fn capabilities(
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
    ) -> Told<Page<Capability>> {
        Some(self.capabilities.page(ctx))
    }

    /// What happened to it, oldest first: to everybody when its profile was put on record; to its own people also who was put on record for it, and what it consented to and took back. What was changed together with many others has no entry: `updatedAt` tells when.
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

    /// The fields that your level does not cover: they are null because they are hidden, not because they are empty.
    async fn redacted_fields(&self) -> Vec<&'static str> {
        redacted(FIELDS, self.disclosure_level).collect()
    }

    /// What it says of itself as a chamber. Null when it is none.
    async fn chamber_profile(&self, ctx: &Context<'_>) -> Told<ChamberProfile> {
        if self.kind != OrganizationKind::Chamber {
            return None;
        }
        let row = ctx.loaders().load_for(ProfileOf::chamber(self.id)).await;
        row.map(|row| row.map(ChamberProfile)).transpose()
    }

    /// What it says of itself as a technology transfer office. Null when it is none.
    async fn ott_profile(&self, ctx: &Context<'_>) -> Told<OttProfile> {
        if self.kind != OrganizationKind::TechnologyTransferOffice {
            return None;
        }
        let row = ctx.loaders().load_for(ProfileOf::office(self.id)).await;
        row.map(|row| row.map(OttProfile)).transpose()
    }
}

impl Organization {
    /// Whether it is one that is assessed, and the viewer is of its side: itself, or its chamber.
    pub(crate) fn is_assessed_here(&self) -> bool {
        !is_institution(self.kind) && self.disclosure_level > DisclosureLevel::Introduced
    }

    /// Whether it is one that is assessed, and the viewer reads that.
    fn is_assessed(&self) -> bool {
        !is_institution(self.kind) && self.disclosure_level >= DisclosureLevel::Introduced
    }

    fn affiliations_are_hidden(&self) -> bool {
        self.disclosure_level < DisclosureLevel::Introduced
    }

    async fn affiliations_now(&self, ctx: &Context<'_>) -> Result<Vec<affiliation::Model>> {
        let rows = ctx.loaders().load_for(AffiliationsOf(self.id)).await?.unwrap_or_default();
        Ok(rows.into_iter().filter(|row| row.status == AffiliationStatus::Active).collect())
    }
}

/// A company's membership in a chamber.
#[derive(Clone, Debug)]
pub struct Affiliation(affiliation::Model);

/// A company's membership in a chamber.
#[async_graphql::Object]
impl Affiliation {
    /// The chamber.
    async fn chamber(&self, ctx: &Context<'_>) -> Told<Arc<Organization>> {
        ctx.load(self.0.chamber_id).await.transpose()
    }

    /// The delegation that serves the company. Null when it is not known.
    async fn delegation(&self, ctx: &Context<'_>) -> Told<Arc<Delegation>> {
        ctx.load(self.0.delegation_id?).await.transpose()
    }

    /// The region of that delegation. Null when it is not known.
    async fn region(&self, ctx: &Context<'_>) -> Told<Arc<Region>> {
        ctx.load(self.0.region_id?).await.transpose()
    }

    /// The company's number in the chamber. Null when it has none.
    async fn member_no(&self) -> Option<&str> {
        self.0.member_no.as_deref()
    }

    /// What kind of member it is, in the chamber's words. Null when nothing was said.
    async fn category(&self) -> Option<&str> {
        self.0.category.as_deref()
    }

    /// Since when. Null when it is not known.
    async fn from(&self) -> Option<NaiveDate> {
        self.0.from_on
    }

    /// Until when. Null while it has no end.
    async fn to(&self) -> Option<NaiveDate> {
        self.0.to_on
    }

    /// Where it stands.
    async fn status(&self) -> AffiliationStatus {
        self.0.status
    }
}

/// The memberships of a company.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct AffiliationsOf(pub(crate) OrganizationId);

impl Loader<AffiliationsOf> for Batch {
    type Value = Vec<affiliation::Model>;
    type Error = Error;

    async fn load(
        &self,
        keys: &[AffiliationsOf],
    ) -> Result<HashMap<AffiliationsOf, Vec<affiliation::Model>>> {
        let rows = affiliation::Entity::find()
            .filter(affiliation::Column::CompanyId.is_in(keys.iter().map(|key| key.0)))
            .order_by_asc(affiliation::Column::Id)
            .all(self.db.read())
            .await?;
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for row in rows {
            found.entry(AffiliationsOf(row.company_id)).or_default().push(row);
        }
        Ok(found)
    }
}

use DisclosureLevel::{Confidential as L3, Contract as L4, Introduced as L2, PublicBlind as L0};

/// Every field that is read from columns: from which level on it is seen, and
/// whether lists may be filtered and ordered by it.
pub const FIELDS: &[Field<Column>] = &[
    Field::new("id", &[Column::Id], L0),
    Field::new("version", &[Column::Version], L0),
    Field::new("kind", &[Column::Kind], L0).filterable(),
    Field::new("name", &[Column::TradeName, Column::LegalName], L0).filterable().sortable(),
    Field::new("legalName", &[Column::LegalName], L0),
    Field::new("tradeName", &[Column::TradeName], L0),
    Field::new("rfc", &[Column::Rfc], L3),
    Field::new("reniecyt", &[Column::Reniecyt], L2),
    Field::new("reniecytValidUntil", &[Column::ReniecytValidUntil], L2),
    Field::new("siemId", &[Column::SiemId], L2),
    Field::new("denueId", &[Column::DenueId], L2),
    Field::new("sizeClass", &[Column::SizeClass], L0).filterable(),
    Field::new("sizeBasis", &[Column::SizeBasis], L0),
    Field::new("workers", &[Column::Workers], L3),
    Field::new("annualSales", &[Column::AnnualSalesMinor], L3),
    Field::new("scian", &[Column::Scian], L0).filterable(),
    Field::new("secondaryScian", &[Column::SecondaryScian], L0),
    Field::new("sector", &[Column::Scian], L0),
    Field::new("subsector", &[Column::Scian], L0),
    Field::new("state", &[Column::StateCode], L0).filterable(),
    Field::new("municipality", &[Column::MunicipalityCode], L0).filterable(),
    Field::new("address", &[Column::Address], L2),
    Field::new("postalCode", &[Column::PostalCode], L2),
    Field::new("latitude", &[Column::LatitudeE6], L2),
    Field::new("longitude", &[Column::LongitudeE6], L2),
    Field::new("telephone", &[Column::Telephone], L2),
    Field::new("email", &[Column::Email], L2),
    Field::new("website", &[Column::Website], L2),
    Field::new("yearFounded", &[Column::YearFounded], L2),
    Field::new("exports", &[Column::Exports], L2),
    Field::new("certifications", &[Column::Certifications], L2),
    Field::new("languages", &[Column::Languages], L2),
    Field::new("verification", &[Column::Verification], L0),
    Field::new("parent", &[Column::ParentId], L0),
    Field::new("chambers", &[], L0).filterable(),
    Field::new("region", &[], L0).filterable(),
    Field::new("affiliations", &[], L2),
    Field::new("assimilation", &[], L2),
    Field::new("assessments", &[], L2),
    Field::new("pathway", &[], L2),
    Field::new("consents", &[], L4),
    Field::new("createdAt", &[Column::CreatedAt], L0).sortable(),
    Field::new("updatedAt", &[Column::UpdatedAt], L0),
];

impl Node for Organization {
    type Entity = organization::Entity;
    type Column = Column;
    type Id = OrganizationId;
    type Facts = OrganizationFacts;

    const KEY: Column = Column::Id;

    fn fields() -> &'static [Field<Column>] {
        FIELDS
    }

    fn relations() -> &'static [&'static dyn Relation<Self>] {
        &[
            &ToOne {
                name: "parent",
                key: Column::ParentId,
                place: |one: &mut Self| &mut one.parent,
            },
            &ToMany {
                name: "needs",
                parent: need::Column::ChamberId,
                list: newest_needs,
                place: |one: &mut Self| &mut one.needs,
            },
            &ToMany {
                name: "offers",
                parent: offer::Column::OttId,
                list: newest_offers,
                place: |one: &mut Self| &mut one.offers,
            },
            &ToMany {
                name: "ipAssets",
                parent: ip_asset::Column::OttId,
                list: newest_ip_assets,
                place: |one: &mut Self| &mut one.ip_assets,
            },
            &ToMany {
                name: "capabilities",
                parent: capability::Column::OttId,
                list: newest_capabilities,
                place: |one: &mut Self| &mut one.capabilities,
            },
            &ToMany {
                name: "timeline",
                parent: event::Column::SubjectId,
                list: timeline,
                place: |one: &mut Self| &mut one.timeline,
            },
        ]
    }

    fn facts() -> &'static [Column] {
        &[Column::Id, Column::Kind]
    }

    fn computed(viewer: &Viewer, most: DisclosureLevel) -> Option<SimpleExpr> {
        facts_of_organizations(viewer, most)
    }

    fn visible(viewer: &Viewer) -> Condition {
        visible_organizations(viewer)
    }

    fn know(row: &Facts<'_, Column>) -> Result<OrganizationFacts> {
        let computed: i32 = row.computed()?;
        Ok(OrganizationFacts {
            id: row.fact(Column::Id)?,
            kind: row.fact(Column::Kind)?,
            member_of_mine: computed & 1 != 0,
            introduced: computed & 2 != 0,
        })
    }

    fn id(&self) -> OrganizationId {
        self.id
    }

    fn disclose(
        _: &Viewer,
        facts: OrganizationFacts,
        row: &Row<'_, Column>,
        level: DisclosureLevel,
    ) -> Result<Self> {
        let legal_name: String = row.get_or_default(Column::LegalName)?;
        let trade_name: Option<String> = row.get(Column::TradeName)?;
        let degrees =
            |column| Ok::<_, Error>(row.get::<i32>(column)?.map(|e6| f64::from(e6) / 1e6));
        Ok(Self {
            id: facts.id,
            version: row.get_or_default(Column::Version)?,
            kind: facts.kind,
            name: trade_name.clone().unwrap_or_else(|| legal_name.clone()),
            legal_name,
            trade_name,
            rfc: row.get(Column::Rfc)?,
            reniecyt: row.get(Column::Reniecyt)?,
            reniecyt_valid_until: row.get(Column::ReniecytValidUntil)?,
            siem_id: row.get(Column::SiemId)?,
            denue_id: row.get(Column::DenueId)?,
            size_class: row.get(Column::SizeClass)?,
            size_basis: row.get(Column::SizeBasis)?,
            workers: row.get(Column::Workers)?,
            annual_sales: row
                .get(Column::AnnualSalesMinor)?
                .map(|minor| Money { amount: Decimal(minor), currency: "MXN".to_owned() }),
            address: row.get(Column::Address)?,
            postal_code: row.get(Column::PostalCode)?,
            latitude: degrees(Column::LatitudeE6)?,
            longitude: degrees(Column::LongitudeE6)?,
            telephone: row.get(Column::Telephone)?,
            email: row.get(Column::Email)?,
            website: row.get(Column::Website)?,
            year_founded: row.get(Column::YearFounded)?,
            exports: row.get(Column::Exports)?,
            certifications: row.get::<Texts>(Column::Certifications)?.map(|texts| texts.0),
            languages: row.get::<Codes>(Column::Languages)?.map(|codes| codes.0),
            verification: row.get_or_default(Column::Verification)?,
            created_at: row.get_or_default(Column::CreatedAt)?,
            updated_at: row.get_or_default(Column::UpdatedAt)?,
            disclosure_level: level,
            scian_code: row.get(Column::Scian)?,
            secondary: row.get_or_default(Column::SecondaryScian)?,
            state_code: row.get(Column::StateCode)?,
            municipality_code: row.get(Column::MunicipalityCode)?,
            parent: None,
            needs: Many::default(),
            offers: Many::default(),
            ip_assets: Many::default(),
            capabilities: Many::default(),
            timeline: Many::default(),
        })
    }
}

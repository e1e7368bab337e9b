//! An agreement as its reader may see it.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    AgreementEconomics, AgreementId, AgreementStatus, AgreementType, Codes, Commitments,
    Confidential, DisclosureLevel, Exclusivity, IpOwnership, Language, Localized,
    agreement::{self, Column},
    document, event, project,
};
use sea_orm::{ActiveEnum, Condition};

use super::{
    parts::{
        AgreementParty, AgreementProgress, Commitment, Confidant, ConfidantsOf, Economics,
        PartiesOf,
    },
    query::latest_agreements,
};
use crate::{
    context::Request,
    documents::{Document, documents_of},
    error::{Result, Told},
    history::StatusChange,
    interests::Interest,
    needs::Need,
    offers::Offer,
    organizations::Organization,
    policy::{AgreementFacts, Viewer, visible_agreements},
    projects::{Project, own_latest_projects},
    read::{Facts, Field, Many, Node, One, Page, Relation, Row, Shown, ToMany, ToOne, redacted},
    timeline::{TimelineEntry, timeline},
};

/// An agreement between organizations, from a draft to its end.
///
/// It is for its parties; the chamber that brought the company to it knows that there
/// is one and where it stands, and the network knows it when all parties say so. A
/// field above your `disclosureLevel` is null and named in `redactedFields`.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Agreement {
    /// Identifies it.
    pub(crate) id: AgreementId,
    /// What people call it (`CON-2026-000123`).
    folio: String,
    /// Grows by one with every change; give it as `expectedVersion` when you change it. Null below `INTRODUCED`.
    version: Option<i32>,
    /// What kind of agreement it is.
    #[graphql(name = "type")]
    kind: AgreementType,
    /// Where it stands.
    status: AgreementStatus,
    /// How exclusive the right is that it grants. Null below `CONTRACT`, or when it grants none.
    exclusivity: Option<Exclusivity>,
    /// Whether the licensee may license it on. Null below `CONTRACT`, or when nothing was said.
    sublicensing: Option<bool>,
    /// Who owns what comes of it. Null below `CONTRACT`, or when nothing was said.
    ip_ownership: Option<IpOwnership>,
    /// For how many years what was disclosed stays confidential. Null below `CONTRACT`, or when nothing was said.
    confidentiality_years: Option<i32>,
    /// What it costs and brings. Null below `CONTRACT`, or when nothing was said.
    economics: Option<Economics>,
    /// The first day on which it is in force. Null below `INTRODUCED`, or when it is so as soon as all have signed.
    effective_on: Option<NaiveDate>,
    /// The last day on which it is in force. Null below `INTRODUCED`, or when it has no end.
    expires_on: Option<NaiveDate>,
    /// All that is signed, letter by letter: parties, terms, clauses and commitments as JSON. Null below `CONTRACT`.
    text_to_sign: Option<String>,
    /// SHA-256 of the UTF-8 of `textToSign`, in lower-case hexadecimal; give it to `signAgreement`. Null below `CONTRACT`.
    sha256: Option<String>,
    /// When the other parties first saw it. Null below `INTRODUCED`, or until then.
    shared_at: Option<DateTime<Utc>>,
    /// When the last party signed. Null below `INTRODUCED`, or until then.
    signed_at: Option<DateTime<Utc>>,
    /// When it came into force. Null until then.
    active_at: Option<DateTime<Utc>>,
    /// When it ended. Null below `INTRODUCED`, or while it goes on.
    ended_at: Option<DateTime<Utc>>,
    /// The day on which the next open commitment is due. Null below `INTRODUCED`, or when none is open.
    next_due_on: Option<NaiveDate>,
    /// When it was written down.
    created_at: DateTime<Utc>,
    /// When it last changed. Null below `INTRODUCED`.
    updated_at: Option<DateTime<Utc>>,
    /// How much of it you see.
    disclosure_level: DisclosureLevel,
    #[graphql(skip)]
    facts: AgreementFacts,
    #[graphql(skip)]
    texts: AgreementTexts,
    #[graphql(skip)]
    made: Option<Commitments>,
    #[graphql(skip)]
    interest: One<Interest>,
    #[graphql(skip)]
    need: One<Need>,
    #[graphql(skip)]
    offer: One<Offer>,
    #[graphql(skip)]
    chamber: One<Organization>,
    #[graphql(skip)]
    drafted_by: One<Organization>,
    #[graphql(skip)]
    frame: One<Agreement>,
    #[graphql(skip)]
    amends: One<Agreement>,
    #[graphql(skip)]
    amendments: Many<Agreement>,
    #[graphql(skip)]
    framed: Many<Agreement>,
    #[graphql(skip)]
    projects: Many<Project>,
    #[graphql(skip)]
    timeline: Many<TimelineEntry>,
    #[graphql(skip)]
    documents: Many<Document>,
}

impl Agreement {
    /// The moment at which its commitments are looked at: what has ended is not late any more.
    fn until(&self, ctx: &Context<'_>) -> DateTime<Utc> {
        let now = ctx.viewer().now;
        self.facts.ended_at.map_or(now, |end| end.min(now))
    }
}

/// Its texts, as far as they were selected and may be seen.
#[derive(Clone, Debug, Default)]
struct AgreementTexts {
    title: Option<Localized>,
    purpose: Option<Localized>,
    text: Option<Localized>,
    field_of_use: Option<Localized>,
    territory: Option<Localized>,
}

#[ComplexObject]
impl Agreement {
    /// What it is called, at most 256 characters.
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

    /// What it is for, at most 2,000 characters. Null below `CONTRACT`, or when nothing was said.
    async fn purpose(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> Option<String> {
        self.texts.purpose.as_ref()?.in_language(language)
    }

    /// Its clauses. Null below `CONTRACT`, or until they are written.
    async fn text(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> Option<String> {
        self.texts.text.as_ref()?.in_language(language)
    }

    /// For what the right may be used, at most 1,000 characters. Null below `CONTRACT`, or when nothing was said.
    async fn field_of_use(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> Option<String> {
        self.texts.field_of_use.as_ref()?.in_language(language)
    }

    /// Where the right may be used, at most 1,000 characters. Null below `CONTRACT`, or when nothing was said.
    async fn territory(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> Option<String> {
        self.texts.territory.as_ref()?.in_language(language)
    }

    /// Its parties, in their order. Null only when they cannot be read.
    async fn parties(&self, ctx: &Context<'_>) -> Told<Vec<AgreementParty>> {
        let level = self.disclosure_level;
        Some(ctx.loaders().load_for(PartiesOf(self.id)).await.map(|rows| {
            let rows = rows.unwrap_or_default().into_iter();
            rows.map(|row| AgreementParty::disclose(row, level)).collect()
        }))
    }

    /// The people whom the parties let read what the other discloses. Null below `CONTRACT`; empty for what is no non-disclosure agreement.
    async fn confidants(&self, ctx: &Context<'_>) -> Told<Vec<Confidant>> {
        if self.disclosure_level < L4 {
            return None;
        }
        Some(
            ctx.loaders()
                .load_for(ConfidantsOf(self.id))
                .await
                .map(|rows| rows.unwrap_or_default().into_iter().map(Confidant::from).collect()),
        )
    }

    /// What the parties promise. Null below `CONTRACT`.
    async fn commitments(&self, ctx: &Context<'_>) -> Option<Vec<Commitment>> {
        let made = self.made.as_ref().filter(|_| self.disclosure_level >= L4)?;
        Some(Commitment::all(made, self.until(ctx)))
    }

    /// Its files, as far as you may read them, the first first; at most 20 of each party. What is signed is `textToSign` alone. Null only when they cannot be read.
    async fn documents(&self, ctx: &Context<'_>) -> Told<Vec<Arc<Document>>> {
        Some(self.documents.all(ctx))
    }

    /// How far the commitments were kept.
    async fn progress(&self, ctx: &Context<'_>) -> Option<AgreementProgress> {
        Some(AgreementProgress::of(self.made.as_ref()?, self.until(ctx)))
    }

    /// The interest that it comes from. Null below `INTRODUCED`, or when there is none.
    async fn interest(&self) -> Option<Shown<Arc<Interest>>> {
        self.interest.clone().map(Shown)
    }

    /// The need that it comes from. Null below `INTRODUCED`, when there is none, or when it has left the network and is not yours.
    async fn need(&self) -> Option<Shown<Arc<Need>>> {
        self.need.clone().map(Shown)
    }

    /// The offer that it comes from. Null below `INTRODUCED`, when there is none, or when it has left the network and is not yours.
    async fn offer(&self) -> Option<Shown<Arc<Offer>>> {
        self.offer.clone().map(Shown)
    }

    /// The chamber that brought the company to it. Null below `INTRODUCED`, or when none did.
    async fn chamber(&self) -> Option<Shown<Arc<Organization>>> {
        self.chamber.clone().map(Shown)
    }

    /// The party that wrote it down. Null below `INTRODUCED`.
    async fn drafted_by(&self) -> Option<Shown<Arc<Organization>>> {
        self.drafted_by.clone().map(Shown)
    }

    /// The framework agreement under which it stands. Null when there is none, or not for you.
    async fn frame(&self) -> Option<Shown<Arc<Agreement>>> {
        self.frame.clone().map(Shown)
    }

    /// The agreement that it changes. Null when it is no amendment, or when that one is not for you.
    async fn amends(&self) -> Option<Shown<Arc<Agreement>>> {
        self.amends.clone().map(Shown)
    }

    /// What changes it, as far as you may know, the last first.
    async fn amendments(
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
    ) -> Told<Page<Agreement>> {
        Some(self.amendments.page(ctx))
    }

    /// What stands under it as a framework agreement, as far as you may know, the last first.
    async fn framed(
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
    ) -> Told<Page<Agreement>> {
        Some(self.framed.page(ctx))
    }

    /// The projects that rest on it and in which you take part, the last first.
    async fn projects(
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
    ) -> Told<Page<Project>> {
        Some(self.projects.page(ctx))
    }

    /// What happened to it, oldest first. Who did it is told from `CONTRACT` on.
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

    /// What you may do to it now, by the names of the mutations; each has guards of its own besides.
    async fn actions(&self, ctx: &Context<'_>) -> Vec<&'static str> {
        ctx.viewer().among(self.facts.actions(ctx.viewer()))
    }

    /// The fields that your level does not cover: they are null because they are hidden, not because they are empty.
    async fn redacted_fields(&self) -> Vec<&'static str> {
        redacted(FIELDS, self.disclosure_level).collect()
    }

    /// The steps of its life, oldest first: for the party that drafted it all of them, for others from when it was shared on. Who did them and why is told from `CONTRACT` on. Null below `INTRODUCED`, or when it cannot be read.
    async fn history(&self, ctx: &Context<'_>) -> Told<Vec<StatusChange>> {
        if self.disclosure_level < L2 {
            return None;
        }
        let drafts = self.facts.is_drafted_by(ctx.viewer());
        let shared = AgreementStatus::Negotiation.to_value();
        let whole = self.disclosure_level >= L4;
        let steps = StatusChange::all(ctx, self.id, whole).await;
        let told = |step: &StatusChange| drafts || step.to == shared;
        Some(steps.map(|steps| steps.into_iter().skip_while(|step| !told(step)).collect()))
    }
}

use DisclosureLevel::{Contract as L4, Introduced as L2, Network as L1};

/// Every field that is read from columns. Nobody who is not of the network knows of any.
pub const FIELDS: &[Field<Column>] = &[
    Field::new("id", &[Column::Id], L1),
    Field::new("folio", &[Column::Folio], L1),
    Field::new("type", &[Column::Kind], L1),
    Field::new("status", &[Column::Status], L1),
    Field::new("title", &[Column::Title], L1),
    Field::new("parties", &[Column::Parties], L1),
    Field::new("activeAt", &[Column::ActiveAt], L1),
    Field::new("createdAt", &[Column::CreatedAt], L1).sortable(),
    Field::new("progress", &[Column::Commitments], L1),
    Field::new("frame", &[Column::FrameId], L1),
    Field::new("amends", &[Column::AmendsId], L1),
    Field::new("commitments", &[Column::Commitments], L4),
    Field::new("version", &[Column::Version], L2),
    Field::new("effectiveOn", &[Column::EffectiveOn], L2),
    Field::new("expiresOn", &[Column::ExpiresOn], L2),
    Field::new("interest", &[Column::InterestId], L2),
    Field::new("need", &[Column::NeedId], L2),
    Field::new("offer", &[Column::OfferId], L2),
    Field::new("chamber", &[Column::ChamberId], L2),
    Field::new("draftedBy", &[Column::DraftedById], L2),
    Field::new("sharedAt", &[Column::SharedAt], L2),
    Field::new("signedAt", &[Column::SignedAt], L2),
    Field::new("endedAt", &[Column::EndedAt], L2),
    Field::new("nextDueOn", &[Column::NextDueOn], L2),
    Field::new("updatedAt", &[Column::UpdatedAt], L2),
    Field::new("history", &[], L2),
    Field::new("purpose", &[Column::Purpose], L4),
    Field::new("text", &[Column::Text], L4),
    Field::new("exclusivity", &[Column::Exclusivity], L4),
    Field::new("fieldOfUse", &[Column::FieldOfUse], L4),
    Field::new("territory", &[Column::Territory], L4),
    Field::new("sublicensing", &[Column::Sublicensing], L4),
    Field::new("ipOwnership", &[Column::IpOwnership], L4),
    Field::new("confidentialityYears", &[Column::ConfidentialityYears], L4),
    Field::new("economics", &[Column::Economics], L4),
    Field::new("textToSign", &[Column::TextToSign], L4),
    Field::new("sha256", &[Column::Sha256], L4),
    Field::new("confidants", &[], L4),
];

impl Node for Agreement {
    type Entity = agreement::Entity;
    type Column = Column;
    type Id = AgreementId;
    type Facts = AgreementFacts;

    const KEY: Column = Column::Id;

    fn fields() -> &'static [Field<Column>] {
        FIELDS
    }

    fn relations() -> &'static [&'static dyn Relation<Self>] {
        &[
            &ToOne {
                name: "interest",
                key: Column::InterestId,
                place: |row: &mut Self| &mut row.interest,
            },
            &ToOne { name: "need", key: Column::NeedId, place: |row: &mut Self| &mut row.need },
            &ToOne { name: "offer", key: Column::OfferId, place: |row: &mut Self| &mut row.offer },
            &ToOne {
                name: "chamber",
                key: Column::ChamberId,
                place: |row: &mut Self| &mut row.chamber,
            },
            &ToOne {
                name: "draftedBy",
                key: Column::DraftedById,
                place: |row: &mut Self| &mut row.drafted_by,
            },
            &ToOne { name: "frame", key: Column::FrameId, place: |row: &mut Self| &mut row.frame },
            &ToOne {
                name: "amends",
                key: Column::AmendsId,
                place: |row: &mut Self| &mut row.amends,
            },
            &ToMany {
                name: "amendments",
                parent: Column::AmendsId,
                list: latest_agreements,
                place: |row: &mut Self| &mut row.amendments,
            },
            &ToMany {
                name: "framed",
                parent: Column::FrameId,
                list: latest_agreements,
                place: |row: &mut Self| &mut row.framed,
            },
            &ToMany {
                name: "projects",
                parent: project::Column::AgreementId,
                list: own_latest_projects,
                place: |row: &mut Self| &mut row.projects,
            },
            &ToMany {
                name: "timeline",
                parent: event::Column::SubjectId,
                list: timeline,
                place: |row: &mut Self| &mut row.timeline,
            },
            &ToMany {
                name: "documents",
                parent: document::Column::AgreementId,
                list: |viewer, _| Ok(documents_of(viewer)),
                place: |row: &mut Self| &mut row.documents,
            },
        ]
    }

    fn facts() -> &'static [Column] {
        &[
            Column::Id,
            Column::Status,
            Column::DraftedById,
            Column::Parties,
            Column::SharedAt,
            Column::EndedAt,
            Column::Published,
            Column::ChamberId,
            Column::RegionId,
            Column::DelegationId,
            // What lists below an agreement or an interest are put by.
            Column::FrameId,
            Column::AmendsId,
            Column::InterestId,
        ]
    }

    fn visible(viewer: &Viewer) -> Condition {
        visible_agreements(viewer)
    }

    fn know(row: &Facts<'_, Column>) -> Result<AgreementFacts> {
        Ok(AgreementFacts {
            id: row.fact(Column::Id)?,
            status: row.fact(Column::Status)?,
            drafted_by: row.fact(Column::DraftedById)?,
            parties: row.fact::<Codes>(Column::Parties)?,
            shared_at: row.fact(Column::SharedAt)?,
            ended_at: row.fact(Column::EndedAt)?,
            published: row.fact(Column::Published)?,
            chamber: row.fact(Column::ChamberId)?,
            region: row.fact(Column::RegionId)?,
            delegation: row.fact(Column::DelegationId)?,
        })
    }

    fn id(&self) -> AgreementId {
        self.id
    }

    fn disclose(
        _: &Viewer,
        facts: AgreementFacts,
        row: &Row<'_, Column>,
        level: DisclosureLevel,
    ) -> Result<Self> {
        Ok(Self {
            id: facts.id,
            folio: row.get_or_default(Column::Folio)?,
            version: row.get(Column::Version)?,
            kind: row.get_or_default(Column::Kind)?,
            status: facts.status,
            exclusivity: row.get(Column::Exclusivity)?,
            sublicensing: row.get(Column::Sublicensing)?,
            ip_ownership: row.get(Column::IpOwnership)?,
            confidentiality_years: row.get(Column::ConfidentialityYears)?,
            economics: row.get::<AgreementEconomics>(Column::Economics)?.map(Into::into),
            effective_on: row.get(Column::EffectiveOn)?,
            expires_on: row.get(Column::ExpiresOn)?,
            text_to_sign: row.get(Column::TextToSign)?,
            sha256: row.get(Column::Sha256)?,
            shared_at: row.get(Column::SharedAt)?,
            signed_at: row.get(Column::SignedAt)?,
            active_at: row.get(Column::ActiveAt)?,
            ended_at: row.get(Column::EndedAt)?,
            next_due_on: row.get(Column::NextDueOn)?,
            created_at: row.get_or_default(Column::CreatedAt)?,
            updated_at: row.get(Column::UpdatedAt)?,
            disclosure_level: level,
            texts: AgreementTexts {
                title: row.get(Column::Title)?,
                purpose: row.get(Column::Purpose)?,
                text: row.get::<Confidential>(Column::Text)?.map(Confidential::reveal),
                field_of_use: row.get(Column::FieldOfUse)?,
                territory: row.get(Column::Territory)?,
            },
            made: row.get(Column::Commitments)?,
            facts,
            interest: None,
            need: None,
            offer: None,
            chamber: None,
            drafted_by: None,
            frame: None,
            amends: None,
            amendments: Many::default(),
            framed: Many::default(),
            projects: Many::default(),
            timeline: Many::default(),
            documents: Many::default(),
        })
    }
}

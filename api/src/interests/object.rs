//! An expression of interest as its reader may see it.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, SimpleObject};
use chrono::{DateTime, Utc};
use entity::{
    Codes, DeclineReason, DisclosureLevel, InterestDirection, InterestId, InterestStatus, Language,
    Localized, OfferId, OrganizationId, PartnershipType, RequirementAnswer, RequirementAnswers,
    agreement, document, event,
    interest::{self, Column},
    message,
};
use sea_orm::{Condition, sea_query::SimpleExpr};

use super::conversation::{Message, UnreadOf, last_messages};
use crate::{
    agreements::{Agreement, latest_agreements},
    assimilation::{EligibilityAnswer, EligibilityOf, Override},
    context::Request,
    documents::{Document, documents_of},
    error::{Result, Told},
    history::StatusChange,
    needs::Need,
    offers::Offer,
    organizations::Organization,
    policy::{
        IN_FORCE, InterestFacts, Reach, Sides, Viewer, standing_in_interests, visible_interests,
    },
    read::{Facts, Field, Many, Node, One, Page, Relation, Row, Shown, ToMany, ToOne, redacted},
    timeline::{TimelineEntry, timeline},
};

/// An expression of interest: of a company in an offer, or of a transfer office in a need.
///
/// It is for its parties alone: the company, its chamber, and the office. Who the
/// other party is, is told step by step; a field above your `disclosureLevel` is
/// null and named in `redactedFields`.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Interest {
    /// Identifies it.
    pub(crate) id: InterestId,
    /// What people call it (`INT-2026-000123`).
    folio: String,
    /// Grows by one with every change; give it as `expectedVersion` when you change it.
    version: i32,
    /// Where it stands.
    status: InterestStatus,
    /// From which side it comes.
    direction: InterestDirection,
    /// Whether the other side learns who the sender is on acceptance alone.
    anonymous: bool,
    /// Requirement by requirement, how the need is met.
    requirement_answers: Vec<RequirementAnswer>,
    /// The kinds of partnership that are sought.
    partnership_types: Vec<PartnershipType>,
    /// When it was first sent. Null for a draft.
    submitted_at: Option<DateTime<Utc>>,
    /// Until when whoever's turn it is should act. Null for a draft, while information is awaited from the sender, and once it is accepted or ended.
    respond_by: Option<DateTime<Utc>>,
    /// When the intermediary that receives it first took it over. Null until then.
    answered_at: Option<DateTime<Utc>>,
    /// When the service marked it for the intermediary's admin or manager, because nobody had taken it over in five working days. Null when that was not needed.
    escalated_at: Option<DateTime<Utc>>,
    /// When it was handed to the owner of the need or the offer. Null until then.
    forwarded_at: Option<DateTime<Utc>>,
    /// When the owner accepted it: since then the two sides know each other. Null until then.
    accepted_at: Option<DateTime<Utc>>,
    /// When it ended. Null while it goes on.
    ended_at: Option<DateTime<Utc>>,
    /// Why it was rejected, declined or closed. Null when it was not.
    decline_reason: Option<DeclineReason>,
    /// How the company rates the other side, 1 to 5. Null below `INTRODUCED`, or until it did.
    company_rating: Option<i32>,
    /// How the office rates the other side, 1 to 5. Null below `INTRODUCED`, or until it did.
    office_rating: Option<i32>,
    /// When it was written down.
    created_at: DateTime<Utc>,
    /// When it last changed.
    updated_at: DateTime<Utc>,
    /// How much of it you see.
    disclosure_level: DisclosureLevel,
    #[graphql(skip)]
    facts: InterestFacts,
    #[graphql(skip)]
    texts: InterestTexts,
    #[graphql(skip)]
    eligible: Option<(OrganizationId, OfferId)>,
    #[graphql(skip)]
    overridden: Option<Override>,
    #[graphql(skip)]
    need: One<Need>,
    #[graphql(skip)]
    offer: One<Offer>,
    #[graphql(skip)]
    company: One<Organization>,
    #[graphql(skip)]
    chamber: One<Organization>,
    #[graphql(skip)]
    ott: One<Organization>,
    #[graphql(skip)]
    messages: Many<Message>,
    #[graphql(skip)]
    documents: Many<Document>,
    #[graphql(skip)]
    agreements: Many<Agreement>,
    #[graphql(skip)]
    timeline: Many<TimelineEntry>,
}

/// Its texts, as far as they were selected and may be seen.
#[derive(Clone, Debug, Default)]
struct InterestTexts {
    cooperation_sought: Option<Localized>,
    contribution: Option<Localized>,
    questions: Option<Localized>,
    evaluation: Option<Localized>,
}

#[ComplexObject]
impl Interest {
    /// What cooperation is sought, at most 2,000 characters. Null when it is not written yet.
    async fn cooperation_sought(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> Option<String> {
        self.texts.cooperation_sought.as_ref()?.in_language(language)
    }

    /// Who the sender is, without a name, and what they bring, at most 2,000 characters. Null when it is not written yet.
    async fn contribution(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> Option<String> {
        self.texts.contribution.as_ref()?.in_language(language)
    }

    /// What is not clear to the sender, at most 2,000 characters. Null when it is not written yet.
    async fn questions(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> Option<String> {
        self.texts.questions.as_ref()?.in_language(language)
    }

    /// What came of looking into it together, at most 4,000 characters. Null below `INTRODUCED`, or until then.
    async fn evaluation(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> Option<String> {
        self.texts.evaluation.as_ref()?.in_language(language)
    }

    /// The need: the one in which an office is interested, or the one for which a company looks at an offer. Null when there is none, or when it has left the network and is not yours.
    async fn need(&self) -> Option<Shown<Arc<Need>>> {
        self.need.clone().map(Shown)
    }

    /// The offer: the one in which a company is interested, or the one with which an office answers a need. Null below `NETWORK`, when there is none, or when it has left the network and is not yours.
    async fn offer(&self) -> Option<Shown<Arc<Offer>>> {
        self.offer.clone().map(Shown)
    }

    /// The company: the sender, or the owner of the need. Null below `INTRODUCED`.
    async fn company(&self) -> Option<Shown<Arc<Organization>>> {
        self.company.clone().map(Shown)
    }

    /// The chamber that speaks for the company.
    async fn chamber(&self) -> Option<Shown<Arc<Organization>>> {
        self.chamber.clone().map(Shown)
    }

    /// The transfer office: the sender, or the owner of the offer. Null below `NETWORK`.
    async fn ott(&self) -> Option<Shown<Arc<Organization>>> {
        self.ott.clone().map(Shown)
    }

    /// What its parties write to each other, as far as you may read it, the last first.
    async fn messages(
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
    ) -> Told<Page<Message>> {
        Some(self.messages.page(ctx))
    }

    /// The agreements that come of it, as far as you may know, the last first.
    async fn agreements(
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
        Some(self.agreements.page(ctx))
    }

    /// How many messages of others nobody of your party has marked as read. Null only when they cannot be counted.
    async fn unread_messages(&self, ctx: &Context<'_>) -> Told<i64> {
        Some(ctx.loaders().load_for(UnreadOf(self.id)).await.map(Option::unwrap_or_default))
    }

    /// Its files, as far as you may read them, the first first; at most 20 of each party. Null only when they cannot be read.
    async fn documents(&self, ctx: &Context<'_>) -> Told<Vec<Arc<Document>>> {
        Some(self.documents.all(ctx))
    }

    /// Whether the company can take the technology of the offer up, and what its office decided. For the company, its chamber, and the office from acceptance on until it ends. Null for others, below `INTRODUCED`, and when there is no offer, no assessment of the company that counts, or nothing is known of what the offer asks for.
    async fn eligibility(&self, ctx: &Context<'_>) -> Told<EligibilityAnswer> {
        let (company, offer) = self.eligible?;
        let found = ctx.loaders().load_for(EligibilityOf { company, offer }).await;
        let decided = |answer: EligibilityAnswer| answer.decided(self.overridden.clone());
        found.map(|answer| answer.map(decided)).transpose()
    }

    /// What you may do to it now, by the names of the mutations; each has guards of its own besides.
    async fn actions(&self, ctx: &Context<'_>) -> Vec<&'static str> {
        ctx.viewer().among(self.facts.actions(ctx.viewer()))
    }

    /// The fields that your level does not cover: they are null because they are hidden, not because they are empty.
    async fn redacted_fields(&self) -> Vec<&'static str> {
        let hidden = redacted(FIELDS, self.disclosure_level);
        let known = tells_eligibility(&self.facts, self.disclosure_level);
        let kept = self.disclosure_level >= L2 && !known;
        hidden.chain(kept.then_some("eligibility")).collect()
    }

    /// The steps of its life, oldest first. Who did them is told from `INTRODUCED` on, why to all of its parties. Null only when it cannot be read.
    async fn history(&self, ctx: &Context<'_>) -> Told<Vec<StatusChange>> {
        let by = self.disclosure_level >= L2;
        Some(StatusChange::steps(ctx, self.id, by, true).await)
    }

    /// What happened to it, oldest first. Who did it is told from `INTRODUCED` on.
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

use DisclosureLevel::{Introduced as L2, Network as L1, PublicBlind as L0};

/// Whether the viewer is told how well the company takes up the technology: its own side is, the
/// office while the introduction is in force. Levels change; what an office was told ends there.
fn tells_eligibility(facts: &InterestFacts, level: DisclosureLevel) -> bool {
    let in_force = IN_FORCE.contains(&facts.status);
    level >= L2 && (facts.sides.meet(Sides::COMPANY_SIDE) || in_force)
}

/// Every field that is read from columns. L0 is here what every party reads: nobody else
/// reads any of it.
pub const FIELDS: &[Field<Column>] = &[
    Field::new("id", &[Column::Id], L0),
    Field::new("folio", &[Column::Folio], L0).filterable(),
    Field::new("version", &[Column::Version], L0),
    Field::new("status", &[Column::Status], L0).filterable(),
    Field::new("direction", &[Column::Direction], L0).filterable(),
    Field::new("anonymous", &[Column::Anonymous], L0),
    Field::new("need", &[Column::NeedId], L0).filterable(),
    Field::new("offer", &[Column::OfferId], L1),
    Field::new("company", &[Column::CompanyId], L2),
    Field::new("chamber", &[Column::ChamberId], L0).filterable(),
    Field::new("ott", &[Column::OttId], L1),
    Field::new("cooperationSought", &[Column::CooperationSought], L0),
    Field::new("contribution", &[Column::Contribution], L0),
    Field::new("questions", &[Column::Questions], L0),
    Field::new("requirementAnswers", &[Column::RequirementAnswers], L0),
    Field::new("partnershipTypes", &[Column::PartnershipTypes], L0),
    Field::new("submittedAt", &[Column::SubmittedAt], L0).filterable(),
    Field::new("respondBy", &[Column::RespondBy], L0).filterable(),
    Field::new("answeredAt", &[Column::AnsweredAt], L0),
    Field::new("escalatedAt", &[Column::EscalatedAt], L0),
    Field::new("forwardedAt", &[Column::ForwardedAt], L0),
    Field::new("acceptedAt", &[Column::AcceptedAt], L0),
    Field::new("endedAt", &[Column::EndedAt], L0),
    Field::new("declineReason", &[Column::DeclineReason], L0),
    Field::new("evaluation", &[Column::Evaluation], L2),
    Field::new(
        "eligibility",
        &[
            Column::CompanyId,
            Column::OfferId,
            Column::EligibilityOverride,
            Column::OverrideReason,
            Column::OverriddenAt,
            Column::OverriddenBy,
        ],
        L2,
    ),
    Field::new("companyRating", &[Column::CompanyRating], L2),
    Field::new("officeRating", &[Column::OfficeRating], L2),
    Field::new("createdAt", &[Column::CreatedAt], L0).sortable(),
    Field::new("updatedAt", &[Column::UpdatedAt], L0).sortable(),
    Field::new("history", &[], L0),
];

impl Node for Interest {
    type Entity = interest::Entity;
    type Column = Column;
    type Id = InterestId;
    type Facts = InterestFacts;

    const KEY: Column = Column::Id;

    fn fields() -> &'static [Field<Column>] {
        FIELDS
    }

    const GUARDED: &'static [&'static str] = &["documents"];

    fn relations() -> &'static [&'static dyn Relation<Self>] {
        &[
            &ToOne { name: "need", key: Column::NeedId, place: |row: &mut Self| &mut row.need },
            &ToOne { name: "offer", key: Column::OfferId, place: |row: &mut Self| &mut row.offer },
            &ToOne {
                name: "company",
                key: Column::CompanyId,
                place: |row: &mut Self| &mut row.company,
            },
            &ToOne {
                name: "chamber",
                key: Column::ChamberId,
                place: |row: &mut Self| &mut row.chamber,
            },
            &ToOne { name: "ott", key: Column::OttId, place: |row: &mut Self| &mut row.ott },
            &ToMany {
                name: "messages",
                parent: message::Column::InterestId,
                list: last_messages,
                place: |row: &mut Self| &mut row.messages,
            },
            &ToMany {
                name: "documents",
                parent: document::Column::InterestId,
                list: |viewer, _| Ok(documents_of(viewer)),
                place: |row: &mut Self| &mut row.documents,
            },
            &ToMany {
                name: "agreements",
                parent: agreement::Column::InterestId,
                list: latest_agreements,
                place: |row: &mut Self| &mut row.agreements,
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
        &[
            Column::Id,
            Column::Status,
            Column::Direction,
            Column::CompanyId,
            Column::Anonymous,
            Column::SubmittedAt,
            Column::ForwardedAt,
            Column::AcceptedAt,
        ]
    }

    fn computed(viewer: &Viewer, _: DisclosureLevel) -> Option<SimpleExpr> {
        standing_in_interests(viewer)
    }

    fn visible(viewer: &Viewer) -> Condition {
        visible_interests(viewer)
    }

    fn know(row: &Facts<'_, Column>) -> Result<InterestFacts> {
        let facts = InterestFacts {
            id: row.fact(Column::Id)?,
            status: row.fact(Column::Status)?,
            direction: row.fact(Column::Direction)?,
            company: row.fact(Column::CompanyId)?,
            anonymous: row.fact(Column::Anonymous)?,
            reach: Reach::of(
                row.fact(Column::SubmittedAt)?,
                row.fact(Column::ForwardedAt)?,
                row.fact(Column::AcceptedAt)?,
            ),
            sides: Sides::NONE,
            under_nda: false,
            contracted: false,
        };
        Ok(facts.standing(row.computed()?))
    }

    fn id(&self) -> InterestId {
        self.id
    }

    fn disclose(
        _: &Viewer,
        facts: InterestFacts,
        row: &Row<'_, Column>,
        level: DisclosureLevel,
    ) -> Result<Self> {
        Ok(Self {
            id: facts.id,
            folio: row.get_or_default(Column::Folio)?,
            version: row.get_or_default(Column::Version)?,
            status: facts.status,
            direction: facts.direction,
            anonymous: facts.anonymous,
            requirement_answers: row
                .get_or_default::<RequirementAnswers>(Column::RequirementAnswers)?
                .0,
            partnership_types: row.get_or_default::<Codes>(Column::PartnershipTypes)?.values(),
            submitted_at: row.get(Column::SubmittedAt)?,
            respond_by: row.get(Column::RespondBy)?,
            answered_at: row.get(Column::AnsweredAt)?,
            escalated_at: row.get(Column::EscalatedAt)?,
            forwarded_at: row.get(Column::ForwardedAt)?,
            accepted_at: row.get(Column::AcceptedAt)?,
            ended_at: row.get(Column::EndedAt)?,
            decline_reason: row.get(Column::DeclineReason)?,
            company_rating: row.get(Column::CompanyRating)?,
            office_rating: row.get(Column::OfficeRating)?,
            created_at: row.get_or_default(Column::CreatedAt)?,
            updated_at: row.get_or_default(Column::UpdatedAt)?,
            disclosure_level: level,
            texts: InterestTexts {
                cooperation_sought: row.get(Column::CooperationSought)?,
                contribution: row.get(Column::Contribution)?,
                questions: row.get(Column::Questions)?,
                evaluation: row.get(Column::Evaluation)?,
            },
            eligible: match (row.get(Column::CompanyId)?, row.get(Column::OfferId)?) {
                (Some(company), Some(offer)) if tells_eligibility(&facts, level) => {
                    Some((company, offer))
                }
                _ => None,
            },
            overridden: Override::told(
                row.get(Column::EligibilityOverride)?,
                row.get(Column::OverrideReason)?,
                row.get(Column::OverriddenAt)?,
                row.get(Column::OverriddenBy)?,
            ),
            facts,
            need: None,
            offer: None,
            company: None,
            chamber: None,
            ott: None,
            messages: Many::default(),
            documents: Many::default(),
            agreements: Many::default(),
            timeline: Many::default(),
        })
    }
}

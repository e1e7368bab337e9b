//! A match as its reader may see it.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, Enum, SimpleObject};
use chrono::{DateTime, Utc};
use entity::{
    DeclineReason, DisclosureLevel, Language, Localized, MatchComponents, MatchId, MatchSource,
    MatchStatus, OfferId, OrganizationId, Role, event, match_, match_::Column, need, offer,
};
use sea_orm::{
    Condition, EntityTrait, ExprTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, SimpleExpr},
};

use super::suggest::KEPT;
use crate::{
    assimilation::{EligibilityAnswer, EligibilityOf},
    context::Request,
    error::{Result, Told},
    history::StatusChange,
    needs::Need,
    offers::Offer,
    organizations::Organization,
    policy::{
        MatchFacts, Sides, Viewer, open_matches, sides_of_matches, visible_matches, visible_needs,
        visible_offers,
    },
    read::{
        Asked, Facts, Field, Kind, List, Many, Node, One, Order, Page, PageArgs, Relation, Row,
        Shown, Sizes, ToMany, ToOne, redacted,
    },
    timeline::{TimelineEntry, timeline},
};

/// What a part of a score is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum MatchFeature {
    /// What both texts say.
    Text,
    /// The economic activities of both.
    Sector,
    /// The technology readiness that is offered and the one that can be absorbed.
    Readiness,
    /// The kinds of partnership that both accept.
    Partnership,
    /// What it costs and how long it takes, against what the need allows.
    Limits,
    /// How near they are.
    Region,
}

impl MatchFeature {
    /// As rows spell it.
    pub(crate) fn of(code: &str) -> Self {
        match code {
            "TEXT" => Self::Text,
            "SECTOR" => Self::Sector,
            "READINESS" => Self::Readiness,
            "PARTNERSHIP" => Self::Partnership,
            "LIMITS" => Self::Limits,
            _ => Self::Region,
        }
    }
}

/// One part of a match's score.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct MatchPart {
    /// What it is about.
    feature: MatchFeature,
    /// How much it counts, 0 to 10,000; the weights of all parts add up to 10,000.
    weight: u32,
    /// How well the pair does in it, 0 to 10,000.
    value: u32,
    /// What it adds to the score, 0 to 10,000; the contributions of all parts add up to the score.
    contribution: u32,
    #[graphql(skip)]
    sentence: Localized,
}

#[ComplexObject]
impl MatchPart {
    /// Why, in a sentence.
    async fn explanation(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> String {
        self.sentence.in_language(language).unwrap_or_default()
    }
}

impl MatchPart {
    pub(super) fn all(components: MatchComponents) -> Vec<Self> {
        let part = |part: entity::MatchComponent| Self {
            feature: MatchFeature::of(&part.feature),
            weight: part.weight,
            value: part.value,
            contribution: part.contribution,
            sentence: part.explanation,
        };
        components.0.into_iter().map(part).collect()
    }
}

/// The sentences of the parts that add something, the heaviest first, as one text.
pub(super) fn explain(parts: &[MatchPart], language: Language) -> String {
    let mut parts: Vec<&MatchPart> = parts.iter().filter(|part| part.contribution > 0).collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.contribution));
    let sentences: Vec<String> = parts
        .into_iter()
        .filter_map(|part| part.sentence.in_language(language))
        .map(|sentence| sentence.trim_end_matches('.').to_owned())
        .collect();
    if sentences.is_empty() { String::new() } else { format!("{}.", sentences.join(". ")) }
}

/// A match between a need and an offer. That the two fit is there for all members of the
/// network; what came of it for the need's company and chamber and the offer's office; the
/// network's admin sees where it stands.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Match {
    /// Identifies it.
    pub(crate) id: MatchId,
    /// Grows by one with every change of its status; give it as `expectedVersion` when you decide about it. Null below `INTRODUCED`.
    version: Option<i32>,
    /// How well the two fit, 0 to 10,000: the sum of the contributions of its components. Zero for a pair that somebody proposed and in which nothing has data on both sides.
    score: i32,
    /// How much of the score's weight had data on both sides, 0 to 10,000.
    coverage: i32,
    /// The parts of the score.
    components: Vec<MatchPart>,
    /// Where it stands. Null below `INTRODUCED`, except for the network's admin.
    status: Option<MatchStatus>,
    /// Who proposed it.
    source: MatchSource,
    /// Which model and which weights made the score.
    weights_version: String,
    /// When it was first suggested.
    suggested_at: DateTime<Utc>,
    /// When it was last decided about: shortlisted, dismissed or converted. Null below `INTRODUCED`, or until then.
    decided_at: Option<DateTime<Utc>>,
    /// Why it was dismissed. Null below `INTRODUCED`, or when it was not.
    dismissed_reason: Option<DeclineReason>,
    /// How much of it you see: `INTRODUCED` for its two sides, `NETWORK` for other members.
    disclosure_level: DisclosureLevel,
    #[graphql(skip)]
    facts: MatchFacts,
    #[graphql(skip)]
    eligible: Option<(OrganizationId, OfferId)>,
    #[graphql(skip)]
    watched: bool,
    #[graphql(skip)]
    need: One<Need>,
    #[graphql(skip)]
    offer: One<Offer>,
    #[graphql(skip)]
    decided_by: One<Organization>,
    #[graphql(skip)]
    timeline: Many<TimelineEntry>,
}

#[ComplexObject]
impl Match {
    /// Why the two fit, in a few sentences; the heaviest reason first.
    async fn explanation(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> String {
        explain(&self.components, language)
    }

    /// The need. Null when it has left the network and is not yours.
    async fn need(&self) -> Option<Shown<Arc<Need>>> {
        self.need.clone().map(Shown)
    }

    /// The offer. Null when it has left the network and is not yours.
    async fn offer(&self) -> Option<Shown<Arc<Offer>>> {
        self.offer.clone().map(Shown)
    }

    /// The chamber or the office that decided last. Null below `INTRODUCED`, or until then.
    async fn decided_by(&self) -> Option<Shown<Arc<Organization>>> {
        self.decided_by.clone().map(Shown)
    }

    /// Whether the company can take the technology up. For those who speak for the company or its chamber; null for everybody else, when no assessment of the company counts, and when nothing is known of what the offer asks for.
    async fn eligibility(&self, ctx: &Context<'_>) -> Told<EligibilityAnswer> {
        let (company, offer) = self.eligible?;
        ctx.loaders().load_for(EligibilityOf { company, offer }).await.transpose()
    }

    /// What you may do to it now, by the names of the mutations.
    async fn actions(&self, ctx: &Context<'_>) -> Vec<&'static str> {
        ctx.viewer().among(self.facts.actions())
    }

    /// The fields that your level does not cover: they are null because they are hidden, not because they are empty.
    async fn redacted_fields(&self) -> Vec<&'static str> {
        let hidden = redacted(FIELDS, self.disclosure_level);
        let hidden =
            hidden.filter(|field| !(self.watched && ["status", "history"].contains(field)));
        // An office is not told how its partners were assessed before they know each other.
        let office = self.disclosure_level >= L2 && !self.facts.sides.meet(Sides::COMPANY_SIDE);
        hidden.chain(office.then_some("eligibility")).collect()
    }

    /// What was decided about it, oldest first, and why; by whom, `decidedBy` says: persons are not told here. Null below `INTRODUCED`, except for the network's admin, who reads the steps alone.
    async fn history(&self, ctx: &Context<'_>) -> Told<Vec<StatusChange>> {
        let why = self.disclosure_level >= L2;
        if !why && !self.watched {
            return None;
        }
        Some(StatusChange::steps(ctx, self.id, false, why).await)
    }

    /// What happened to it, oldest first, but for who did it. For its two sides and the network's admin; empty for others.
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

use DisclosureLevel::{Introduced as L2, Network as L1};

/// Every field that is read from columns.
pub const FIELDS: &[Field<Column>] = &[
    Field::new("id", &[Column::Id], L1),
    Field::new("version", &[Column::Version], L2),
    Field::new("score", &[Column::Score], L1),
    Field::new("coverage", &[Column::Coverage], L1),
    Field::new("components", &[Column::Components], L1),
    Field::new("explanation", &[Column::Components], L1),
    Field::new("status", &[Column::Status], L2),
    Field::new("source", &[Column::Source], L1),
    Field::new("weightsVersion", &[Column::WeightsVersion], L1),
    Field::new("suggestedAt", &[Column::SuggestedAt], L1),
    Field::new("need", &[Column::NeedId], L1),
    Field::new("offer", &[Column::OfferId], L1),
    Field::new("decidedAt", &[Column::DecidedAt], L2),
    Field::new("decidedBy", &[Column::DecidedById], L2),
    Field::new("dismissedReason", &[Column::DismissedReason], L2),
    Field::new("eligibility", &[Column::CompanyId, Column::OfferId], L2),
    Field::new("history", &[], L2),
];

impl Node for Match {
    type Entity = match_::Entity;
    type Column = Column;
    type Id = MatchId;
    type Facts = MatchFacts;

    const KEY: Column = Column::Id;

    fn fields() -> &'static [Field<Column>] {
        FIELDS
    }

    fn relations() -> &'static [&'static dyn Relation<Self>] {
        &[
            &ToOne { name: "need", key: Column::NeedId, place: |found: &mut Self| &mut found.need },
            &ToOne {
                name: "offer",
                key: Column::OfferId,
                place: |found: &mut Self| &mut found.offer,
            },
            &ToOne {
                name: "decidedBy",
                key: Column::DecidedById,
                place: |found: &mut Self| &mut found.decided_by,
            },
            &ToMany {
                name: "timeline",
                parent: event::Column::SubjectId,
                list: timeline,
                place: |found: &mut Self| &mut found.timeline,
            },
        ]
    }

    fn facts() -> &'static [Column] {
        &[Column::Id, Column::NeedId, Column::OfferId, Column::Status]
    }

    /// One number in place of the five columns that say whose the two are.
    fn computed(viewer: &Viewer, _: DisclosureLevel) -> Option<SimpleExpr> {
        sides_of_matches(viewer)
    }

    fn visible(viewer: &Viewer) -> Condition {
        let both = Condition::all().add(need_is_there(viewer)).add(offer_is_there(viewer));
        visible_matches(viewer, both)
    }

    fn know(row: &Facts<'_, Column>) -> Result<MatchFacts> {
        Ok(MatchFacts {
            id: row.fact(Column::Id)?,
            status: row.fact(Column::Status)?,
            sides: Sides::from_database(row.computed()?),
        })
    }

    fn id(&self) -> MatchId {
        self.id
    }

    fn disclose(
        viewer: &Viewer,
        facts: MatchFacts,
        row: &Row<'_, Column>,
        level: DisclosureLevel,
    ) -> Result<Self> {
        let watched = viewer.is_any(Role::NetworkAdmin);
        Ok(Self {
            id: facts.id,
            version: row.get(Column::Version)?,
            score: row.get_or_default(Column::Score)?,
            coverage: row.get_or_default(Column::Coverage)?,
            components: MatchPart::all(row.get_or_default(Column::Components)?),
            status: (level >= L2 || watched).then_some(facts.status),
            source: row.get_or_default(Column::Source)?,
            weights_version: row.get_or_default(Column::WeightsVersion)?,
            suggested_at: row.get_or_default(Column::SuggestedAt)?,
            decided_at: row.get(Column::DecidedAt)?,
            dismissed_reason: row.get(Column::DismissedReason)?,
            disclosure_level: level,
            eligible: match (row.get(Column::CompanyId)?, row.get(Column::OfferId)?) {
                (Some(company), Some(offer)) if facts.sides.meet(Sides::COMPANY_SIDE) => {
                    Some((company, offer))
                }
                _ => None,
            },
            facts,
            watched,
            need: None,
            offer: None,
            decided_by: None,
            timeline: Many::default(),
        })
    }
}

/// Whether the viewer may know of a match's need.
fn need_is_there(viewer: &Viewer) -> SimpleExpr {
    let needs = need::Entity::find()
        .select_only()
        .column(need::Column::Id)
        .filter(
            Expr::col((need::Entity, need::Column::Id)).equals((match_::Entity, Column::NeedId)),
        )
        .filter(visible_needs(viewer));
    Expr::exists(needs.into_query())
}

/// Whether the viewer may know of a match's offer.
fn offer_is_there(viewer: &Viewer) -> SimpleExpr {
    let offers = offer::Entity::find()
        .select_only()
        .column(offer::Column::Id)
        .filter(
            Expr::col((offer::Entity, offer::Column::Id)).equals((match_::Entity, Column::OfferId)),
        )
        .filter(visible_offers(viewer));
    Expr::exists(offers.into_query())
}

/// Best first; of equals the last that was found.
pub(super) const BEST: Order<Column> =
    Order { name: "BEST", by: &[(Column::Score, Kind::Number)], descending: true };

/// The best matches of a need: the viewer knows of the need, or would not read its matches.
pub(crate) fn best_offers(viewer: &Viewer, asked: &Asked<'_>) -> Result<List<Match>> {
    best(viewer, asked, "offer", offer_is_there(viewer))
}

/// The best matches of an offer, of which the viewer knows.
pub(crate) fn best_needs(viewer: &Viewer, asked: &Asked<'_>) -> Result<List<Match>> {
    best(viewer, asked, "need", need_is_there(viewer))
}

fn best(
    viewer: &Viewer,
    asked: &Asked<'_>,
    other: &'static str,
    is_there: SimpleExpr,
) -> Result<List<Match>> {
    viewer.allow_member()?;
    let args = PageArgs { first: asked.argument("first")?, ..Default::default() };
    let sizes = Sizes { usual: 10, most: KEPT as u64 };
    Ok(List::new(asked, (&args, sizes), BEST, open_matches(viewer), 0)?.that_lead(other, is_there))
}

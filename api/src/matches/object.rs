//! A match as its reader may see it.

use std::collections::HashMap;

use async_graphql::{
    ComplexObject, Context, Enum, SimpleObject,
    connection::{Connection, Edge, EmptyFields},
    dataloader::Loader,
};
use chrono::{DateTime, Utc};
use entity::{
    DisclosureLevel, Language, Localized, MatchComponents, MatchId, MatchSource, MatchStatus,
    NeedId, OfferId, match_, match_::Column, need, offer,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, Order, QueryFilter,
    QueryResult, QuerySelect, QueryTrait, Select,
    sea_query::{Alias, Expr, Func, Query, WindowStatement},
};

use super::suggest::KEPT;
use crate::{
    context::Request,
    error::{Error, Result, Told},
    field::{Field, Reading, Row, Selection, fact, selected_nodes},
    loaders::{Batch, Node, disclose, select},
    needs::Need,
    offers::Offer,
    policy::{Viewer, match_level, visible_matches, visible_needs, visible_offers},
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
        self.sentence.clone().in_language(language).unwrap_or_default()
    }
}

impl MatchPart {
    pub(super) fn all(components: MatchComponents) -> Vec<Self> {
        let part = |part: entity::MatchComponent| {
            let feature = match part.feature.as_str() {
                "TEXT" => MatchFeature::Text,
                "SECTOR" => MatchFeature::Sector,
                "READINESS" => MatchFeature::Readiness,
                "PARTNERSHIP" => MatchFeature::Partnership,
                "LIMITS" => MatchFeature::Limits,
                _ => MatchFeature::Region,
            };
            Self {
                feature,
                weight: part.weight,
                value: part.value,
                contribution: part.contribution,
                sentence: part.explanation,
            }
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
        .filter_map(|part| part.sentence.clone().in_language(language))
        .map(|sentence| sentence.trim_end_matches('.').to_owned())
        .collect();
    if sentences.is_empty() { String::new() } else { format!("{}.", sentences.join(". ")) }
}

/// A suggested match between a need and an offer. For members of the network.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Match {
    /// Identifies it.
    pub(crate) id: MatchId,
    /// How well the two fit, 0 to 10,000: the sum of the contributions of its components.
    score: i32,
    /// How much of the score's weight had data on both sides, 0 to 10,000.
    coverage: i32,
    /// The parts of the score.
    components: Vec<MatchPart>,
    /// Where it stands.
    status: MatchStatus,
    /// Who proposed it.
    source: MatchSource,
    /// Which model and which weights made the score.
    weights_version: String,
    /// When it was first suggested.
    suggested_at: DateTime<Utc>,
    #[graphql(skip)]
    need_id: NeedId,
    #[graphql(skip)]
    offer_id: OfferId,
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

    /// The need. Null when it has just left the network.
    async fn need(&self, ctx: &Context<'_>) -> Told<Need> {
        ctx.load(self.need_id).await.transpose()
    }

    /// The offer. Null when it has just left the network.
    async fn offer(&self, ctx: &Context<'_>) -> Told<Offer> {
        ctx.load(self.offer_id).await.transpose()
    }
}

use DisclosureLevel::Network as L1;

/// Every field that is read from columns.
pub const FIELDS: &[Field<Column>] = &[
    Field::new("id", &[Column::Id], L1),
    Field::new("score", &[Column::Score], L1),
    Field::new("coverage", &[Column::Coverage], L1),
    Field::new("components", &[Column::Components], L1),
    Field::new("explanation", &[Column::Components], L1),
    Field::new("status", &[Column::Status], L1),
    Field::new("source", &[Column::Source], L1),
    Field::new("weightsVersion", &[Column::WeightsVersion], L1),
    Field::new("suggestedAt", &[Column::SuggestedAt], L1),
    Field::new("need", &[Column::NeedId], L1),
    Field::new("offer", &[Column::OfferId], L1),
];

impl Node for Match {
    type Entity = match_::Entity;
    type Column = Column;
    type Id = MatchId;

    const NAME: &'static str = "match";
    const KEY: Column = Column::Id;

    fn fields() -> &'static [Field<Column>] {
        FIELDS
    }

    fn facts() -> &'static [Column] {
        &[Column::Id, Column::NeedId, Column::OfferId, Column::Score]
    }

    /// A match is there for members, while both sides are there for them.
    fn visible(viewer: &Viewer) -> Condition {
        visible_matches(viewer).add(both_sides(viewer))
    }

    fn level(viewer: &Viewer, _: &QueryResult) -> Result<Option<DisclosureLevel>> {
        Ok(match_level(viewer))
    }

    fn disclose(
        _: &Viewer,
        row: &Row<'_, Column>,
        facts: &QueryResult,
        _: DisclosureLevel,
    ) -> Result<Self> {
        Ok(Self {
            id: fact(facts, Column::Id)?,
            score: row.get_or_default(Column::Score)?,
            coverage: row.get_or_default(Column::Coverage)?,
            components: MatchPart::all(row.get_or_default(Column::Components)?),
            status: row.get_or_default(Column::Status)?,
            source: row.get_or_default(Column::Source)?,
            weights_version: row.get_or_default(Column::WeightsVersion)?,
            suggested_at: row.get_or_default(Column::SuggestedAt)?,
            need_id: fact(facts, Column::NeedId)?,
            offer_id: fact(facts, Column::OfferId)?,
        })
    }
}

/// Rows of matches whose need and offer the viewer may know of.
fn both_sides(viewer: &Viewer) -> Condition {
    let needs = need::Entity::find()
        .select_only()
        .column(need::Column::Id)
        .filter(
            Expr::col((need::Entity, need::Column::Id)).equals((match_::Entity, Column::NeedId)),
        )
        .filter(visible_needs(viewer))
        .into_query();
    let offers = offer::Entity::find()
        .select_only()
        .column(offer::Column::Id)
        .filter(
            Expr::col((offer::Entity, offer::Column::Id)).equals((match_::Entity, Column::OfferId)),
        )
        .filter(visible_offers(viewer))
        .into_query();
    Condition::all().add(Expr::exists(needs)).add(Expr::exists(offers))
}

/// Whose matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum MatchesOf {
    Need(NeedId),
    Offer(OfferId),
}

/// The best matches of a record: how many, and what was selected of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct BestMatches {
    of: MatchesOf,
    first: u64,
    selection: Selection,
}

/// A short list of matches, best first.
pub(crate) type MatchList = Connection<String, Match, EmptyFields, EmptyFields>;

/// The best matches of a record, for the field `matches` of needs and offers.
pub(crate) async fn best_matches(
    ctx: &Context<'_>,
    of: MatchesOf,
    first: Option<i32>,
) -> Result<MatchList> {
    let most = KEPT as u64;
    let first = u64::try_from(first.unwrap_or(10)).unwrap_or_default();
    if !(1..=most).contains(&first) {
        return Err(Error::Argument("first", format!("must be between 1 and {most}")));
    }
    ctx.viewer().allow_member()?;
    let selection = selected_nodes(ctx.field(), FIELDS);
    let mut found =
        ctx.loaders().load_for(BestMatches { of, first, selection }).await?.unwrap_or_default();
    let more = found.len() as u64 > first;
    found.truncate(usize::try_from(first).unwrap_or(usize::MAX));
    let mut list = Connection::new(false, more);
    list.edges = found.into_iter().map(|row| Edge::new(row.id.to_string(), row)).collect();
    Ok(list)
}

impl Loader<BestMatches> for Batch {
    type Value = Vec<Match>;
    type Error = Error;

    async fn load(&self, keys: &[BestMatches]) -> Result<HashMap<BestMatches, Vec<Match>>> {
        let mut found: HashMap<BestMatches, Vec<Match>> = HashMap::new();
        // Keys that differ only in their parent are one statement.
        let mut groups: HashMap<(bool, u64, Selection), Vec<sea_orm::Value>> = HashMap::new();
        for key in keys {
            let (of_need, id) = match key.of {
                MatchesOf::Need(id) => (true, id.into()),
                MatchesOf::Offer(id) => (false, id.into()),
            };
            groups.entry((of_need, key.first, key.selection)).or_default().push(id);
        }
        for ((of_need, first, selection), parents) in groups {
            let parent = if of_need { Column::NeedId } else { Column::OfferId };
            let reading = Reading::new(FIELDS, selection);
            let rows = select::<Match>(&self.viewer, selection)
                .filter(Match::visible(&self.viewer))
                .filter(Column::Status.eq(MatchStatus::Suggested))
                .filter(parent.is_in(parents));
            for row in self.best(rows, parent, first).await? {
                let of = if of_need {
                    MatchesOf::Need(fact(&row, Column::NeedId)?)
                } else {
                    MatchesOf::Offer(fact(&row, Column::OfferId)?)
                };
                if let Some(node) = disclose::<Match>(&self.viewer, &reading, &row)? {
                    found.entry(BestMatches { of, first, selection }).or_default().push(node);
                }
            }
        }
        Ok(found)
    }
}

impl Batch {
    /// The `first` best of each parent and one more, best first; the limit is the database's work.
    async fn best(
        &self,
        rows: Select<match_::Entity>,
        parent: Column,
        first: u64,
    ) -> Result<Vec<QueryResult>> {
        const PLACE: &str = "place";
        let mut window = WindowStatement::partition_by((match_::Entity, parent));
        window.order_by((match_::Entity, Column::Score), Order::Desc);
        window.order_by((match_::Entity, Column::Id), Order::Asc);
        let mut ranked = rows.into_query();
        ranked.expr_window_as(Func::cust(Alias::new("ROW_NUMBER")), window, Alias::new(PLACE));
        let mut query = Query::select();
        query
            .expr(Expr::cust("*"))
            .from_subquery(ranked, Alias::new("ranked"))
            .and_where(
                Expr::col(Alias::new(PLACE)).lte(i64::try_from(first + 1).unwrap_or(i64::MAX)),
            )
            .order_by(Alias::new(PLACE), Order::Asc);
        Ok(self.db.read().query_all(&query).await?)
    }
}

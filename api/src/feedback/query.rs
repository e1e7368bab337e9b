//! Feedback as the network's admin reads it.

use std::collections::HashMap;

use async_graphql::{
    Context, ID, Object, SimpleObject,
    connection::{Connection, Edge, EmptyFields},
};
use chrono::NaiveDate;
use entity::{
    DeclineReason, FeedbackAct, Language, MatchComponents, NeedId, OfferId,
    match_::{Column, Entity},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::{
    labels::{Label, grade, labels},
    texts::{Text, Texts, opaque},
};
use crate::{
    context::Request,
    db::Db,
    error::{Error, Result, Told},
    matches::MatchFeature,
    policy::allow_feedback,
    read::{MOST, SIZES},
};

/// What was decided about a need and an offer, and what both say: nothing of whose they are.
#[derive(Clone, Debug, SimpleObject)]
pub struct FeedbackPair {
    /// Names the pair here and nowhere else; it stays the same.
    id: ID,
    /// The need.
    need: FeedbackText,
    /// The offer.
    offer: FeedbackText,
    /// How relevant the offer is to the need, by what was decided last, 0 to 3: 3 a signed contract, 2 an accepted interest, 1 an interest or a shortlisting, 0 a refusal or a dismissal because they do not fit.
    grade: u8,
    /// What was decided last.
    act: FeedbackAct,
    /// Why they do not fit. Null unless `grade` is 0.
    reason: Option<DeclineReason>,
    /// On which day it was decided (UTC).
    decided_on: NaiveDate,
    /// The score of their match, 0 to 10,000. Null when no match is on record.
    score: Option<i32>,
    /// How much of the score's weight had data on both sides, 0 to 10,000. Null when no match is on record.
    coverage: Option<i32>,
    /// The parts of the score. Empty when no match is on record.
    components: Vec<FeedbackComponent>,
    /// Which model and which weights made the score. Null when no match is on record.
    weights_version: Option<String>,
}

/// What matching reads of a need or an offer: levels `PUBLIC_BLIND` and `NETWORK`, without passages that name somebody.
#[derive(Clone, Debug, SimpleObject)]
pub struct FeedbackText {
    /// Names the need or the offer here and nowhere else; it stays the same.
    id: ID,
    /// The language of the text: Spanish where there is any.
    language: Language,
    /// What it says, in one line.
    text: String,
}

/// One part of a match's score, in numbers alone.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct FeedbackComponent {
    /// What it is about.
    feature: MatchFeature,
    /// How much it counts, 0 to 10,000; the weights of all parts add up to 10,000.
    weight: u32,
    /// How well the pair does in it, 0 to 10,000.
    value: u32,
    /// What it adds to the score, 0 to 10,000; the contributions of all parts add up to the score.
    contribution: u32,
}

/// How many labelled pairs there are.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct FeedbackTotals {
    /// How many pairs are labelled in all.
    total_count: usize,
}

type FeedbackPage = Connection<String, FeedbackPair, FeedbackTotals, EmptyFields>;

/// The score of a match and what made it.
type Score = (i32, i32, MatchComponents, String);

/// Queries of feedback.
#[derive(Debug, Default)]
pub struct FeedbackQuery;

#[Object]
impl FeedbackQuery {
    /// What was decided about needs and offers, as labelled pairs by which the engine can be measured, in an order that says nothing. Only pairs of which the need's companies and the offer's office consent to `MATCH_FEEDBACK` now, and whose two records the network may still know of. For the network's admin.
    async fn match_feedback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<String>,
    ) -> Told<FeedbackPage> {
        Some(feedback(ctx, first, after).await)
    }
}

async fn feedback(
    ctx: &Context<'_>,
    first: Option<i32>,
    after: Option<String>,
) -> Result<FeedbackPage> {
    let viewer = ctx.viewer();
    allow_feedback(viewer)?;
    let size = first.map_or(Ok(SIZES.usual), u64::try_from).unwrap_or_default();
    let size = usize::try_from(size).ok().filter(|_| (1..=MOST).contains(&size));
    let size = size.ok_or_else(|| Error::Argument("first", "must be between 1 and 100".into()))?;
    if after.as_ref().is_some_and(|name| name.len() != 32) {
        return Err(Error::Argument("after", "is not a cursor of this list".into()));
    }
    let db = ctx.service().db();
    let labels = labels(db, viewer.now).await?;
    let mut named: Vec<(String, Label)> = labels.into_iter().map(named).collect();
    named.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    // A pair that is gone since still says where the next page begins.
    let start = after.map_or(0, |after| named.partition_point(|(name, _)| *name <= after));
    let shown = &named[start..named.len().min(start + size)];
    let labels: Vec<Label> = shown.iter().map(|(_, label)| *label).collect();
    let texts = Texts::read(db, &labels).await?;
    let mut scores = scores(db, &labels).await?;
    let mut page = Connection::with_additional_fields(
        start > 0,
        start + shown.len() < named.len(),
        FeedbackTotals { total_count: named.len() },
    );
    for (name, label) in shown {
        if let Some(texts) = texts.of(label) {
            let score = scores.remove(&(label.need, label.offer));
            page.edges.push(Edge::new(name.clone(), FeedbackPair::of(name, label, texts, score)));
        }
    }
    Ok(page)
}

fn named(label: Label) -> (String, Label) {
    (opaque(&[&label.need.to_string(), &label.offer.to_string()]), label)
}

/// The scores of the matches of some pairs: what a decided match had when it was decided.
async fn scores(db: &Db, labels: &[Label]) -> Result<HashMap<(NeedId, OfferId), Score>> {
    type Row = (NeedId, OfferId, i32, i32, MatchComponents, String);
    let rows: Vec<Row> = Entity::find()
        .select_only()
        .columns([Column::NeedId, Column::OfferId, Column::Score, Column::Coverage])
        .columns([Column::Components, Column::WeightsVersion])
        .filter(Column::NeedId.is_in(labels.iter().map(|label| label.need)))
        .filter(Column::OfferId.is_in(labels.iter().map(|label| label.offer)))
        .into_tuple()
        .all(db.fresh())
        .await?;
    let scores = rows.into_iter().map(|(need, offer, score, coverage, components, version)| {
        ((need, offer), (score, coverage, components, version))
    });
    Ok(scores.collect())
}

impl FeedbackPair {
    fn of(name: &str, label: &Label, (need, offer): (&Text, &Text), score: Option<Score>) -> Self {
        let (score, coverage, components, weights_version) = match score {
            Some((score, coverage, components, version)) => {
                (Some(score), Some(coverage), components.0, Some(version))
            }
            None => (None, None, Vec::new(), None),
        };
        let component = |part: entity::MatchComponent| FeedbackComponent {
            feature: MatchFeature::of(&part.feature),
            weight: part.weight,
            value: part.value,
            contribution: part.contribution,
        };
        Self {
            id: name.into(),
            need: need.into(),
            offer: offer.into(),
            grade: grade(label.act),
            act: label.act,
            reason: label.reason,
            decided_on: label.at.date_naive(),
            score,
            coverage,
            components: components.into_iter().map(component).collect(),
            weights_version,
        }
    }
}

impl From<&Text> for FeedbackText {
    fn from(text: &Text) -> Self {
        Self { id: text.id.clone().into(), language: text.language, text: text.text.clone() }
    }
}

//! Suggested matches are rows, written by one instance at a time as events
//! arrive: the best of each need and of each offer.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use entity::{
    Localized, MatchComponent, MatchComponents, MatchId, MatchSource, MatchStatus, NeedId, OfferId,
    match_,
};
use matching::{Feature, Match, Side};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, Order, QueryFilter,
    QuerySelect, QueryTrait,
    sea_query::{Alias, Expr, Func, Query, WindowStatement},
};
use uuid::Uuid;

use super::engine::touched;
use crate::{
    context::Service,
    error::Result,
    event::Event,
    followers::{events_after, keep, lead},
};

/// The follower's name in the database.
const FOLLOWER: &str = "suggestions";
/// How many suggestions a need or an offer keeps.
pub(crate) const KEPT: usize = 50;
/// How many candidates are looked at for the other side's sake.
const LOOKED_AT: usize = 200;
/// Below this score a pair is not suggested.
pub(crate) const LEAST_SCORE: u32 = 1_000;

/// Brings the suggestions up to date with the events, if this instance leads or can take the lead.
/// Returns how many needs and offers were matched anew.
///
/// # Errors
/// When the database is away.
pub async fn follow(service: &Service, instance: &str) -> Result<usize> {
    let db = service.db();
    let mut done = 0;
    loop {
        let Some(bookmark) = lead(db, FOLLOWER, instance, service.now()).await? else {
            return Ok(done);
        };
        let (events, next) = events_after(db, bookmark).await?;
        if events.is_empty() {
            return Ok(done);
        }
        service.catch_up().await?;
        let (needs, offers) = touched(&events);
        for need in needs {
            suggest(service, Side::Need, need.0).await?;
            done += 1;
        }
        for offer in offers {
            suggest(service, Side::Offer, offer.0).await?;
            done += 1;
        }
        keep(db, FOLLOWER, instance, next).await?;
    }
}

/// Leaves what has happened so far to whoever wrote the suggestions beside it.
///
/// # Errors
/// When the database is away.
pub async fn skip(service: &Service) -> Result<()> {
    crate::followers::skip(service.db(), FOLLOWER).await
}

/// Gives up the lead, if this instance has it.
///
/// # Errors
/// When the database is away.
pub async fn resign(service: &Service, instance: &str) -> Result<()> {
    crate::followers::resign(service.db(), FOLLOWER, instance).await
}

/// Computes the suggestions of one record anew: its own best, and those in which
/// it is among the best of the other side.
async fn suggest(service: &Service, side: Side, id: Uuid) -> Result<()> {
    let candidates = service.engine().matches_of(id, LOOKED_AT);
    let (own, other) = match side {
        Side::Need => (match_::Column::NeedId, match_::Column::OfferId),
        Side::Offer => (match_::Column::OfferId, match_::Column::NeedId),
    };
    let own_value = || Expr::val(sea_orm::Value::from(id));
    let ids: Vec<_> = candidates.iter().map(|found| other_id(side, found)).collect();

    // How good the last of each other record's best is, where it has enough of them.
    let mut bars: HashMap<Uuid, i32> = HashMap::new();
    if !ids.is_empty() {
        let mut window = WindowStatement::partition_by((match_::Entity, other));
        window.order_by((match_::Entity, match_::Column::Score), Order::Desc);
        window.order_by((match_::Entity, match_::Column::Id), Order::Asc);
        let mut ranked = match_::Entity::find()
            .select_only()
            .column_as(other, "other")
            .column_as(match_::Column::Score, "bar")
            .filter(other.is_in(ids))
            .filter(own.into_expr().ne(own_value()))
            .into_query();
        ranked.expr_window_as(Func::cust(Alias::new("ROW_NUMBER")), window, Alias::new("place"));
        let mut query = Query::select();
        query
            .expr(Expr::cust("*"))
            .from_subquery(ranked, Alias::new("ranked"))
            .and_where(Expr::col(Alias::new("place")).eq(i64::try_from(KEPT).unwrap_or(i64::MAX)));
        for row in service.db().fresh().query_all(&query).await? {
            bars.insert(row.try_get("", "other")?, row.try_get("", "bar")?);
        }
    }
    let kept: Vec<&Match> = candidates
        .iter()
        .enumerate()
        .filter(|(place, found)| {
            let score = i32::try_from(found.score).unwrap_or(i32::MAX);
            let good_for_other = bars.get(&other_id(side, found)).is_none_or(|bar| score > *bar);
            found.score >= LEAST_SCORE && (*place < KEPT || good_for_other)
        })
        .map(|(_, found)| found)
        .collect();

    let mut work = service.system_work().await?;
    let suggested = Condition::all()
        .add(own.into_expr().eq(own_value()))
        .add(match_::Column::Status.eq(MatchStatus::Suggested));
    let before = match_::Entity::find().filter(suggested.clone()).all(work.tx()).await?;
    let rows: Vec<_> =
        kept.iter().map(|found| suggestion(found, MatchId::new(work.now), work.now)).collect();
    if same(&before, &rows) {
        return Ok(());
    }
    // An id stays with its pair: clients hold on to it.
    let known: HashMap<_, _> = before
        .iter()
        .map(|row| ((row.need_id, row.offer_id), (row.id, row.suggested_at)))
        .collect();
    work.delete_where::<match_::Entity>(suggested).await?;
    let viewer = work.viewer().clone();
    let rows = rows
        .into_iter()
        .map(|mut row| {
            if let Some((id, at)) = known.get(&(row.need_id, row.offer_id)) {
                (row.id, row.suggested_at) = (*id, *at);
            }
            viewer.allow_system(row)
        })
        .collect::<Result<Vec<_>>>()?;
    let matches = rows.len();
    work.insert_all(rows, &[]).await?;
    work.record(match side {
        Side::Need => Event::NeedMatched { need: NeedId(id), matches },
        Side::Offer => Event::OfferMatched { offer: OfferId(id), matches },
    });
    work.commit().await
}

fn other_id(side: Side, found: &Match) -> Uuid {
    match side {
        Side::Need => found.offer,
        Side::Offer => found.need,
    }
}

fn same(before: &[match_::Model], after: &[match_::Model]) -> bool {
    let key = |row: &match_::Model| {
        (
            row.need_id,
            row.offer_id,
            row.score,
            row.weights_version.clone(),
            format!("{:?}", row.components),
        )
    };
    let before: HashSet<_> = before.iter().map(key).collect();
    before.len() == after.len() && after.iter().all(|row| before.contains(&key(row)))
}

/// The row of a match.
pub(crate) fn suggestion(found: &Match, id: MatchId, at: DateTime<Utc>) -> match_::Model {
    let int = |value: u32| i32::try_from(value).unwrap_or(i32::MAX);
    match_::Model {
        id,
        need_id: NeedId(found.need),
        offer_id: OfferId(found.offer),
        source: MatchSource::Algorithm,
        status: MatchStatus::Suggested,
        score: int(found.score),
        coverage: int(found.coverage),
        components: components(found),
        weights_version: version(found),
        suggested_at: at,
    }
}

/// Which model and which weights made a score.
pub(super) fn version(found: &Match) -> String {
    format!("{}/weights-{}", matching::MODEL_VERSION, found.weights_version)
}

pub(super) fn components(found: &Match) -> MatchComponents {
    let component = |part: &matching::Component| MatchComponent {
        feature: match part.feature {
            Feature::Text => "TEXT",
            Feature::Sector => "SECTOR",
            Feature::Readiness => "READINESS",
            Feature::Partnership => "PARTNERSHIP",
            Feature::Limits => "LIMITS",
            Feature::Region => "REGION",
        }
        .to_owned(),
        weight: part.weight,
        value: part.value,
        contribution: part.contribution,
        explanation: Localized {
            es: Some(part.explanation.es.clone()),
            en: Some(part.explanation.en.clone()),
        },
    };
    MatchComponents(found.components.iter().map(component).collect())
}

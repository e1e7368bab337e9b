//! Suggested matches are rows, written by one instance at a time as events
//! arrive: the best of each need and of each offer. What people decided about is
//! theirs: it is neither computed anew nor suggested a second time.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use entity::{
    DelegationId, Localized, MatchComponent, MatchComponents, MatchId, MatchSource, MatchStatus,
    NeedId, OfferId, OrganizationId, RegionId, match_, need, offer,
};
use matching::{Feature, Kind, Match, Side};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DerivePartialModel, EntityTrait, ExprTrait, Order, QueryFilter,
    QuerySelect, QueryTrait,
    sea_query::{Alias, Expr, Func, Query, SimpleExpr, WindowStatement},
};
use uuid::Uuid;

use super::engine::{Engine, touched};
use crate::{
    context::Service,
    error::Result,
    event::Event,
    followers::{events_after, keep, lead},
    lifecycle::step,
    policy::{MatchAction, NEEDS_ENDED, OFFERS_ENDED, OPEN_MATCHES, Parties},
    work::Work,
};

/// The follower's name in the database.
const FOLLOWER: &str = "suggestions";
/// How many suggestions a need or an offer keeps.
pub(crate) const KEPT: usize = 50;
/// How many candidates are looked at for the other side's sake.
const LOOKED_AT: usize = 200;
/// How many rows are deleted by one statement.
const MOST_IDS: usize = 10_000;
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
            Box::pin(suggest(service, Side::Need, need.0)).await?;
            done += 1;
        }
        for offer in offers {
            Box::pin(suggest(service, Side::Offer, offer.0)).await?;
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
/// it is among the best of the other side. What people decided about stays.
async fn suggest(service: &Service, side: Side, id: Uuid) -> Result<()> {
    let engine = service.engine();
    let candidates = engine.matches_of(id, other_kind(side), LOOKED_AT);
    let (own, _) = columns(side);
    let of_record = own.into_expr().eq(value(id));
    if candidates.is_empty() {
        // Most events are about what is not on offer, and has no match.
        let any = match_::Entity::find().select_only().column(match_::Column::Id);
        let any = any.filter(of_record.clone()).into_tuple::<MatchId>();
        if any.one(service.db().fresh()).await?.is_none() {
            return Ok(());
        }
    }
    let mut work = service.system_work().await?;
    // Nobody proposes or decides about a pair of this record in between.
    let ended = has_ended(&work, side, id).await?;
    let known = match_::Entity::find().filter(of_record).lock_exclusive().all(work.tx()).await?;
    let (open, decided): (Vec<_>, Vec<_>) = known.into_iter().partition(is_undecided);
    // What people proposed or decided about is not found a second time.
    let theirs: HashSet<_> =
        decided.iter().chain(open.iter().filter(|row| is_proposed(row))).map(pair).collect();
    let candidates: Vec<_> = candidates
        .into_iter()
        .filter(|found| !theirs.contains(&(found.need, found.offer)))
        .collect();
    let bars = bars(&work, side, id, &candidates).await?;
    let best: Vec<&Match> = candidates
        .iter()
        .enumerate()
        .filter(|(place, found)| {
            let score = i32::try_from(found.score).unwrap_or(i32::MAX);
            let good_for_other = bars.get(&other_id(side, found)).is_none_or(|bar| score > *bar);
            found.score >= LEAST_SCORE && (*place < KEPT || good_for_other)
        })
        .map(|(_, found)| found)
        .collect();

    let mut rows = fresh(&work, side, id, &best, &open).await?;
    let found: HashSet<MatchId> = rows.iter().map(|row| row.id).collect();
    let others = open.iter().filter(|row| !found.contains(&row.id));
    rows.extend(others.filter_map(|row| later(engine, row, ended)));
    let matches = rows.iter().filter(|row| row.status == MatchStatus::Suggested).count();
    let before: HashMap<MatchId, &match_::Model> = open.iter().map(|row| (row.id, row)).collect();
    let kept: HashSet<MatchId> = rows.iter().map(|row| row.id).collect();
    let gone: Vec<MatchId> =
        open.iter().map(|row| row.id).filter(|id| !kept.contains(id)).collect();
    rows.retain(|row| before.get(&row.id).is_none_or(|before| differ(before, row)));
    if !gone.is_empty() || !rows.is_empty() {
        for gone in gone.chunks(MOST_IDS) {
            let gone = match_::Column::Id.is_in(gone.iter().copied());
            work.delete_where::<match_::Entity>(gone.into()).await?;
        }
        let viewer = work.viewer().clone();
        let rows = rows.into_iter().map(|row| viewer.allow_system(row)).collect::<Result<_>>()?;
        // In place: whoever waits for a row to decide about it finds it.
        work.insert_all(rows, &[match_::Column::Id]).await?;
        work.record(match side {
            Side::Need => Event::NeedMatched { need: NeedId(id), matches },
            Side::Offer => Event::OfferMatched { offer: OfferId(id), matches },
        });
    }
    for row in decided {
        let open = engine.are_open(row.need_id.0, row.offer_id.0);
        let action = match row.status {
            MatchStatus::Shortlisted if !open => MatchAction::SetAside,
            MatchStatus::Stale if open => MatchAction::TakeUpAgain,
            _ => continue,
        };
        step(&mut work, row.id, None, action, (None, None), |_| Ok(())).await?;
    }
    if work.has_news() { work.commit().await } else { Ok(()) }
}

fn columns(side: Side) -> (match_::Column, match_::Column) {
    match side {
        Side::Need => (match_::Column::NeedId, match_::Column::OfferId),
        Side::Offer => (match_::Column::OfferId, match_::Column::NeedId),
    }
}

fn value(id: Uuid) -> SimpleExpr {
    Expr::val(sea_orm::Value::from(id))
}

/// Whether a record takes no answer any more. It is held until the end of the work.
async fn has_ended(work: &Work, side: Side, id: Uuid) -> Result<bool> {
    Ok(match side {
        Side::Need => {
            let row = work.keep::<need::Entity>(NeedId(id)).await?;
            row.is_none_or(|row| NEEDS_ENDED.contains(&row.status))
        }
        Side::Offer => {
            let row = work.keep::<offer::Entity>(OfferId(id)).await?;
            row.is_none_or(|row| OFFERS_ENDED.contains(&row.status))
        }
    })
}

fn pair(row: &match_::Model) -> (Uuid, Uuid) {
    (row.need_id.0, row.offer_id.0)
}

/// Whether nobody has decided about a match yet.
fn is_undecided(row: &match_::Model) -> bool {
    let open = matches!(row.status, MatchStatus::Suggested | MatchStatus::Stale);
    open && row.decided_at.is_none()
}

/// Whether people said that the two fit.
fn is_proposed(row: &match_::Model) -> bool {
    row.source != MatchSource::Algorithm
}

/// What becomes of a match that nobody decided about and that is not among the best now. It
/// waits while one of its two is away, and comes back with both; what people proposed stays.
/// Nothing becomes of it when others are better, or when the record has ended.
fn later(engine: &Engine, row: &match_::Model, ended: bool) -> Option<match_::Model> {
    let (need, offer) = pair(row);
    let turn = |status: MatchStatus| match_::Model {
        status,
        version: row.version + i32::from(row.status != status),
        ..row.clone()
    };
    if engine.are_open(need, offer) {
        if is_proposed(row) {
            return Some(turn(MatchStatus::Suggested));
        }
        let back = (row.status == MatchStatus::Stale).then(|| engine.pair(need, offer))??;
        let now = suggestion(&back, row.id, row.into(), row.suggested_at);
        return Some(match_::Model { version: row.version + 1, ..now });
    }
    (is_proposed(row) || !ended).then(|| turn(MatchStatus::Stale))
}

fn differ(before: &match_::Model, after: &match_::Model) -> bool {
    let key = |row: &match_::Model| (row.status, row.score, row.coverage, row.version);
    key(before) != key(after)
        || before.weights_version != after.weights_version
        || before.components != after.components
}

/// How good the last of each other record's best is, where it has enough of them.
async fn bars(
    work: &Work,
    side: Side,
    id: Uuid,
    candidates: &[Match],
) -> Result<HashMap<Uuid, i32>> {
    let mut bars = HashMap::new();
    if candidates.is_empty() {
        return Ok(bars);
    }
    let (own, other) = columns(side);
    let mut window = WindowStatement::partition_by((match_::Entity, other));
    window.order_by((match_::Entity, match_::Column::Score), Order::Desc);
    window.order_by((match_::Entity, match_::Column::Id), Order::Asc);
    let mut ranked = match_::Entity::find()
        .select_only()
        .column_as(other, "other")
        .column_as(match_::Column::Score, "bar")
        .filter(other.is_in(candidates.iter().map(|found| other_id(side, found))))
        .filter(match_::Column::Status.is_in(OPEN_MATCHES.iter().copied()))
        .filter(own.into_expr().ne(value(id)))
        .into_query();
    ranked.expr_window_as(Func::cust(Alias::new("ROW_NUMBER")), window, Alias::new("place"));
    let mut query = Query::select();
    query
        .expr(Expr::cust("*"))
        .from_subquery(ranked, Alias::new("ranked"))
        .and_where(Expr::col(Alias::new("place")).eq(i64::try_from(KEPT).unwrap_or(i64::MAX)));
    for row in work.tx().query_all(&query).await? {
        bars.insert(row.try_get("", "other")?, row.try_get("", "bar")?);
    }
    Ok(bars)
}

/// The rows of the best pairs. An id stays with its pair: clients hold on to it.
async fn fresh(
    work: &Work,
    side: Side,
    id: Uuid,
    best: &[&Match],
    open: &[match_::Model],
) -> Result<Vec<match_::Model>> {
    let known: HashMap<_, _> = open.iter().map(|row| (pair(row), row)).collect();
    let new = best.iter().filter(|found| !known.contains_key(&(found.need, found.offer)));
    let owners = owners(work, side, id, new.map(|found| other_id(side, found)).collect()).await?;
    let row = |found: &&Match| match known.get(&(found.need, found.offer)) {
        Some(before) => {
            let now = suggestion(found, before.id, Parties::from(*before), before.suggested_at);
            let version = before.version + i32::from(before.status != now.status);
            Some(match_::Model { version, ..now })
        }
        // A record that is gone from the database is a matter for the next event.
        None => owners
            .get(&other_id(side, found))
            .map(|owners| suggestion(found, MatchId::new(work.now), *owners, work.now)),
    };
    Ok(best.iter().filter_map(row).collect())
}

/// Whose the pairs of a record with others are.
async fn owners(
    work: &Work,
    side: Side,
    id: Uuid,
    others: Vec<Uuid>,
) -> Result<HashMap<Uuid, Parties>> {
    if others.is_empty() {
        return Ok(HashMap::new());
    }
    let (needs, offers) = match side {
        Side::Need => (vec![id], others),
        Side::Offer => (others, vec![id]),
    };
    let needs: Vec<NeedOwners> = need::Entity::find()
        .filter(need::Column::Id.is_in(needs))
        .into_partial_model()
        .all(work.tx())
        .await?;
    let offers: Vec<(OfferId, OrganizationId)> = offer::Entity::find()
        .select_only()
        .columns([offer::Column::Id, offer::Column::OttId])
        .filter(offer::Column::Id.is_in(offers))
        .into_tuple()
        .all(work.tx())
        .await?;
    let pairs = needs.iter().flat_map(|need| offers.iter().map(move |offer| (need, offer)));
    let owners = pairs.map(|(need, (offer, ott))| {
        let other = if side == Side::Need { offer.0 } else { need.id.0 };
        (other, need.with(*ott))
    });
    Ok(owners.collect())
}

/// Whose a need is.
#[derive(DerivePartialModel)]
#[sea_orm(entity = "need::Entity")]
struct NeedOwners {
    id: NeedId,
    company_id: OrganizationId,
    chamber_id: OrganizationId,
    region_id: Option<RegionId>,
    delegation_id: Option<DelegationId>,
}

impl NeedOwners {
    fn with(&self, ott: OrganizationId) -> Parties {
        Parties {
            company: self.company_id,
            chamber: self.chamber_id,
            region: self.region_id,
            delegation: self.delegation_id,
            ott,
        }
    }
}

fn other_kind(side: Side) -> Kind {
    match side {
        Side::Need => Kind::Offer,
        Side::Offer => Kind::Need,
    }
}

fn other_id(side: Side, found: &Match) -> Uuid {
    match side {
        Side::Need => found.offer,
        Side::Offer => found.need,
    }
}

/// The row of a match.
pub(crate) fn suggestion(
    found: &Match,
    id: MatchId,
    parties: Parties,
    at: DateTime<Utc>,
) -> match_::Model {
    let int = |value: u32| i32::try_from(value).unwrap_or(i32::MAX);
    match_::Model {
        id,
        need_id: NeedId(found.need),
        offer_id: OfferId(found.offer),
        company_id: parties.company,
        chamber_id: parties.chamber,
        region_id: parties.region,
        delegation_id: parties.delegation,
        ott_id: parties.ott,
        version: 1,
        source: MatchSource::Algorithm,
        status: MatchStatus::Suggested,
        score: int(found.score),
        coverage: int(found.coverage),
        components: components(found),
        weights_version: version(found),
        suggested_at: at,
        decided_at: None,
        decided_by_id: None,
        dismissed_reason: None,
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

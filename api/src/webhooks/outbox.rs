//! What is to be sent, and what came of it. None of this is news: the events that are told are
//! on record already, and what changes an endpoint is work like any other.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    WebhookAttemptId, WebhookDeliveryId, WebhookDeliveryStatus, WebhookEndpointId, WebhookOutcome,
    webhook_attempt, webhook_delivery, webhook_endpoint,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use super::courier::Came;
use crate::{context::Service, db::Db, error::Result};

/// How long who took something may take with it, before somebody else does it: four times as
/// long as an attempt takes at most.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// How long what was told is kept, and every attempt to.
const KEPT: TimeDelta = TimeDelta::days(30);
/// How many are looked at to choose from.
const LOOKED_AT: u64 = 200;

use webhook_delivery::Column;

/// Something new to be sent at once, about an event or a test.
pub(super) fn new(
    to: &webhook_endpoint::Model,
    event: Option<&entity::event::Model>,
    now: DateTime<Utc>,
) -> webhook_delivery::Model {
    webhook_delivery::Model {
        id: WebhookDeliveryId::new(now),
        endpoint_id: to.id,
        organization_id: to.organization_id,
        event_id: event.map(|event| event.id),
        kind: event.map(|event| event.kind.clone()),
        record: event.and_then(|event| event.subject.clone()),
        status: WebhookDeliveryStatus::Pending,
        tries: 0,
        created_at: now,
        updated_at: now,
        next_at: Some(now),
        taken_by: None,
        taken_until: None,
        delivered_at: None,
    }
}

/// Puts something back to be sent at once, by a plan of its own.
pub(super) fn again(row: &mut webhook_delivery::Model, now: DateTime<Utc>) {
    row.status = WebhookDeliveryStatus::Pending;
    row.tries = 0;
    row.next_at = Some(now);
    row.updated_at = now;
    row.delivered_at = None;
}

/// Writes down what is to be sent; what is there already stays as it is.
///
/// # Errors
/// When the database is away.
#[expect(clippy::disallowed_methods, reason = "that somebody is to be told is no news")]
pub(super) async fn put(db: &Db, rows: Vec<webhook_delivery::Model>) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let known = OnConflict::columns([Column::EndpointId, Column::EventId]).do_nothing().to_owned();
    let rows = rows.into_iter().map(|row| row.into_active_model().reset_all());
    webhook_delivery::Entity::insert_many(rows)
        .on_conflict(known)
        .exec_without_returning(db.write())
        .await?;
    Ok(())
}

/// What is due at endpoints that are not disabled, and that nobody else makes an attempt at.
fn due(now: DateTime<Utc>) -> Condition {
    let enabled = webhook_endpoint::Entity::find()
        .select_only()
        .column(webhook_endpoint::Column::Id)
        .filter(webhook_endpoint::Column::DisabledAt.is_null());
    let free = Condition::any().add(Column::TakenUntil.is_null()).add(Column::TakenUntil.lt(now));
    Condition::all()
        .add(Column::Status.eq(WebhookDeliveryStatus::Pending))
        .add(Column::NextAt.lte(now))
        .add(free)
        .add(Column::EndpointId.in_subquery(enabled.into_query()))
}

/// Takes some of what is due, at most `room`, and of each endpoint no more than `each` with what
/// `busy` counts already. Of several instances that take the same, one gets it.
///
/// # Errors
/// When the database is away.
#[expect(clippy::disallowed_methods, reason = "who sends something is no news")]
pub(super) async fn take(
    db: &Db,
    (room, each): (usize, usize),
    mut busy: HashMap<WebhookEndpointId, usize>,
    now: DateTime<Utc>,
) -> Result<Vec<webhook_delivery::Model>> {
    let full = busy.iter().filter(|(_, count)| **count >= each).map(|(id, _)| *id);
    let full: Vec<_> = full.collect();
    let mut looked_at = webhook_delivery::Entity::find()
        .select_only()
        .columns([Column::Id, Column::EndpointId])
        .filter(due(now))
        .order_by_asc(Column::NextAt)
        .order_by_asc(Column::Id)
        .limit(LOOKED_AT);
    if !full.is_empty() {
        looked_at = looked_at.filter(Column::EndpointId.is_not_in(full));
    }
    let looked_at: Vec<(WebhookDeliveryId, WebhookEndpointId)> =
        looked_at.into_tuple().all(db.fresh()).await?;
    let mut chosen = Vec::new();
    for (id, endpoint) in looked_at {
        let count = busy.entry(endpoint).or_default();
        if *count < each && chosen.len() < room {
            *count += 1;
            chosen.push(id);
        }
    }
    if chosen.is_empty() {
        return Ok(Vec::new());
    }
    let by = Uuid::new_v4().simple().to_string();
    let taken = webhook_delivery::Entity::update_many()
        .col_expr(Column::TakenBy, Expr::value(by.as_str()))
        .col_expr(Column::TakenUntil, Expr::value(now + LEASE))
        .filter(Column::Id.is_in(chosen.iter().copied()))
        .filter(due(now))
        .exec(db.write())
        .await?;
    if taken.rows_affected == 0 {
        return Ok(Vec::new());
    }
    let mine = webhook_delivery::Entity::find()
        .filter(Column::Id.is_in(chosen))
        .filter(Column::TakenBy.eq(by))
        .order_by_asc(Column::NextAt)
        .all(db.fresh())
        .await?;
    Ok(mine)
}

/// Writes down an attempt.
///
/// # Errors
/// When the database is away.
#[expect(clippy::disallowed_methods, reason = "an attempt is no news")]
pub(super) async fn log(
    db: &Db,
    delivery: &webhook_delivery::Model,
    came: &Came,
    (at, took): (DateTime<Utc>, std::time::Duration),
) -> Result<()> {
    let row = webhook_attempt::Model {
        id: WebhookAttemptId::new(at),
        delivery_id: delivery.id,
        organization_id: delivery.organization_id,
        at,
        outcome: came.outcome,
        status: came.status.map(Into::into),
        millis: i32::try_from(took.as_millis()).unwrap_or(i32::MAX),
        answer: came.answer.clone(),
    };
    let row = row.into_active_model().reset_all();
    webhook_attempt::Entity::insert(row).exec_without_returning(db.write()).await?;
    Ok(())
}

/// Writes down what becomes of something after an attempt, if it is still ours.
///
/// # Errors
/// When the database is away.
#[expect(clippy::disallowed_methods, reason = "what was told is no news")]
pub(super) async fn settle(db: &Db, row: &webhook_delivery::Model) -> Result<()> {
    webhook_delivery::Entity::update_many()
        .col_expr(Column::Status, Expr::value(row.status))
        .col_expr(Column::Tries, Expr::value(row.tries))
        .col_expr(Column::UpdatedAt, Expr::value(row.updated_at))
        .col_expr(Column::NextAt, Expr::value(row.next_at))
        .col_expr(Column::DeliveredAt, Expr::value(row.delivered_at))
        .col_expr(Column::TakenBy, Expr::value(Option::<String>::None))
        .col_expr(Column::TakenUntil, Expr::value(Option::<DateTime<Utc>>::None))
        .filter(Column::Id.eq(row.id))
        .filter(Column::TakenBy.eq(row.taken_by.clone()))
        .exec(db.write())
        .await?;
    Ok(())
}

/// Remembers of an endpoint that it was reached, or since when it is not.
///
/// # Errors
/// When the database is away.
#[expect(clippy::disallowed_methods, reason = "that somebody was told is no news")]
pub(super) async fn note(
    db: &Db,
    endpoint: WebhookEndpointId,
    outcome: WebhookOutcome,
    now: DateTime<Utc>,
) -> Result<()> {
    use webhook_endpoint::Column;
    let mut update = webhook_endpoint::Entity::update_many().filter(Column::Id.eq(endpoint));
    if outcome == WebhookOutcome::Delivered {
        update = update
            .col_expr(Column::LastDeliveredAt, Expr::value(now))
            .col_expr(Column::FailingSince, Expr::value(Option::<DateTime<Utc>>::None));
    } else {
        update = update
            .col_expr(Column::FailingSince, Expr::value(now))
            .filter(Column::FailingSince.is_null());
    }
    update.exec(db.write()).await?;
    Ok(())
}

/// Erases what nobody has touched for thirty days, with every attempt.
///
/// # Errors
/// When the database is away.
#[expect(clippy::disallowed_methods, reason = "what was told is kept for a while alone")]
pub(crate) async fn sweep(service: &Service) -> Result<()> {
    let old = Column::UpdatedAt.lt(service.now() - KEPT);
    let some = webhook_delivery::Entity::find().filter(old.clone()).one(service.db().fresh());
    // Looking is cheap and frequent; writing is for when there is something.
    if some.await?.is_some() {
        webhook_delivery::Entity::delete_many().filter(old).exec(service.db().write()).await?;
    }
    Ok(())
}

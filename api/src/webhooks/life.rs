//! What can be done to an endpoint, and to what it is told.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    Codes, EventId, OrganizationId, WebhookDeliveryId, WebhookDeliveryStatus,
    WebhookDisabledReason, WebhookEndpointId, event, organization, webhook_delivery,
    webhook_endpoint,
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter};

use super::{
    courier::Courier,
    input::{Looked, WebhookEndpointInput},
    letter, outbox, secret,
};
use crate::{
    checks::Checks,
    codes::Labels,
    context::Service,
    error::{Error, Result, UserErrorCode},
    event::Event,
    lifecycle::check_version,
    policy::{Allowed, Resource, Viewer, WebhookAction},
    work::Work,
};

/// How many endpoints an organization has at most.
const MOST_ENDPOINTS: u64 = 10;
/// How long the secret before signs beside a new one.
const GRACE: TimeDelta = TimeDelta::hours(24);
/// How far back it can be told again, and how much at once.
const REPLAYED: TimeDelta = TimeDelta::days(30);
const MOST_REPLAYED: usize = 1_000;

/// A new endpoint, of which nothing has been said yet.
pub(super) fn new(
    viewer: &Viewer,
    organization: OrganizationId,
    now: DateTime<Utc>,
) -> webhook_endpoint::Model {
    webhook_endpoint::Model {
        id: WebhookEndpointId::new(now),
        version: 1,
        organization_id: organization,
        name: String::new(),
        url: String::new(),
        kinds: Codes::default(),
        created_at: now,
        updated_at: now,
        created_by: viewer.person,
        secret_prefix: String::new(),
        secret: String::new(),
        previous_secret: None,
        previous_until: None,
        disabled_at: None,
        disabled_reason: None,
        failing_since: None,
        last_delivered_at: None,
    }
}

/// Gives an address. Returns the endpoint with its secret, which nobody is told again.
pub(super) async fn create(
    work: &mut Work,
    (labels, courier): (&Labels, &Courier),
    organization: OrganizationId,
    (mut input, looked): (WebhookEndpointInput, Looked),
) -> Result<(WebhookEndpointId, String)> {
    let mut row = new(work.viewer(), organization, work.now);
    let allowed = work.allow_new(WebhookAction::Create, row.clone())?;
    // Held, so that two requests at once do not share the last place.
    let house = work.keep::<organization::Entity>(organization).await?;
    house.ok_or_else(|| Error::no_such("input.organization"))?;
    input.demand();
    let mut checks = Checks::new("input.", labels);
    input.write(&mut row, looked, &mut checks);
    checks.done()?;
    let others = webhook_endpoint::Entity::find()
        .filter(webhook_endpoint::Column::OrganizationId.eq(organization))
        .count(work.tx())
        .await?;
    if others >= MOST_ENDPOINTS {
        return Err(Error::refused(
            UserErrorCode::LimitReached,
            format!(
                "la organización ya tiene {MOST_ENDPOINTS} direcciones; quite una / the organization has {MOST_ENDPOINTS} endpoints; remove one"
            ),
        ));
    }
    let secret = secret::new()?;
    row.secret_prefix = secret::shown(&secret);
    row.secret = courier.seal(&secret, row.id)?;
    let row = work.insert(allowed.with(|held| *held = row)).await?;
    work.record(Event::WebhookCreated { webhook: row.id, organization });
    Ok((row.id, secret))
}

/// Asks the policy about an endpoint before anything of its change is looked at.
pub(super) async fn may_change(
    service: &Service,
    viewer: &Viewer,
    id: WebhookEndpointId,
) -> Result<()> {
    let found = webhook_endpoint::Entity::find_by_id(id).one(service.db().fresh()).await?;
    let found = found.ok_or(Error::NotFound(webhook_endpoint::Model::NAME))?;
    viewer.allow(WebhookAction::Change, found).map(drop)
}

/// Changes where it is, what it is called, or what it is told from now on.
pub(super) async fn change(
    work: &mut Work,
    labels: &Labels,
    (id, expected_version): (WebhookEndpointId, i32),
    (input, looked): (WebhookEndpointInput, Looked),
) -> Result<WebhookEndpointId> {
    let held = hold(work, (id, Some(expected_version)), WebhookAction::Change).await?;
    let (mut row, now) = (held.clone(), work.now);
    let mut checks = Checks::new("input.", labels);
    input.write(&mut row, looked, &mut checks);
    checks.done()?;
    row.version += 1;
    row.updated_at = now;
    let organization = row.organization_id;
    work.update(held, |held| *held = row).await?;
    work.record(Event::WebhookChanged { webhook: id, organization });
    Ok(id)
}

/// Gives it another secret; the one before signs too for a day, until its keepers have changed over.
pub(super) async fn rotate(
    work: &mut Work,
    courier: &Courier,
    (id, expected_version): (WebhookEndpointId, i32),
) -> Result<(WebhookEndpointId, String)> {
    let held = hold(work, (id, Some(expected_version)), WebhookAction::RotateSecret).await?;
    let (now, secret) = (work.now, secret::new()?);
    let sealed = courier.seal(&secret, id)?;
    let row = work
        .update(held, |row| {
            row.previous_secret = Some(std::mem::replace(&mut row.secret, sealed));
            row.previous_until = Some(now + GRACE);
            row.secret_prefix = secret::shown(&secret);
            row.version += 1;
            row.updated_at = now;
        })
        .await?;
    work.record(Event::WebhookSecretRotated { webhook: id, organization: row.organization_id });
    Ok((id, secret))
}

/// Lets it be told nothing from now on; what waits goes on waiting.
pub(super) async fn disable(
    work: &mut Work,
    which: (WebhookEndpointId, Option<i32>),
    why: WebhookDisabledReason,
) -> Result<WebhookEndpointId> {
    let held = hold(work, which, WebhookAction::Disable).await?;
    check_enabled(&held)?;
    let now = work.now;
    let row = work
        .update(held, |row| {
            row.disabled_at = Some(now);
            row.disabled_reason = Some(why);
            row.version += 1;
            row.updated_at = now;
        })
        .await?;
    work.record(Event::WebhookDisabled { webhook: row.id, organization: row.organization_id });
    Ok(row.id)
}

/// Lets it be told again: what waits, and what happens from now on.
pub(super) async fn enable(
    work: &mut Work,
    which: (WebhookEndpointId, Option<i32>),
) -> Result<WebhookEndpointId> {
    let held = hold(work, which, WebhookAction::Enable).await?;
    if held.disabled_at.is_none() {
        let message = "no está desactivada / is not disabled";
        return Err(Error::refused(UserErrorCode::IllegalState, message));
    }
    let now = work.now;
    let row = work
        .update(held, |row| {
            row.disabled_at = None;
            row.disabled_reason = None;
            row.failing_since = None;
            row.version += 1;
            row.updated_at = now;
        })
        .await?;
    work.record(Event::WebhookEnabled { webhook: row.id, organization: row.organization_id });
    Ok(row.id)
}

/// Forgets it, with everything that it was told.
pub(super) async fn remove(
    work: &mut Work,
    which: (WebhookEndpointId, Option<i32>),
) -> Result<WebhookEndpointId> {
    let held = hold(work, which, WebhookAction::Remove).await?;
    let (webhook, organization) = (held.id, held.organization_id);
    work.remove(held).await?;
    work.record(Event::WebhookRemoved { webhook, organization });
    Ok(webhook)
}

/// Sends something to it that tells nothing; one at a time.
pub(super) async fn send_test(work: &mut Work, id: WebhookEndpointId) -> Result<WebhookDeliveryId> {
    let held = hold(work, (id, None), WebhookAction::SendTest).await?;
    check_enabled(&held)?;
    let waiting = webhook_delivery::Entity::find()
        .filter(webhook_delivery::Column::EndpointId.eq(id))
        .filter(webhook_delivery::Column::EventId.is_null())
        .filter(webhook_delivery::Column::Status.eq(WebhookDeliveryStatus::Pending))
        .one(work.tx())
        .await?;
    if waiting.is_some() {
        let message = "la prueba anterior está en espera / the test before is still waiting";
        return Err(Error::refused(UserErrorCode::IllegalState, message));
    }
    let organization = held.organization_id;
    let row = work.insert(held.part(outbox::new(&held, None, work.now))?).await?;
    work.record(Event::WebhookTested { webhook: id, organization });
    Ok(row.id)
}

/// Sends something again, with its number.
pub(super) async fn redeliver(
    work: &mut Work,
    delivery: WebhookDeliveryId,
) -> Result<WebhookDeliveryId> {
    let unknown = || Error::NotFound("webhook delivery");
    let row = webhook_delivery::Entity::find_by_id(delivery).one(work.tx()).await?;
    let row = row.ok_or_else(unknown)?;
    let held = hold(work, (row.endpoint_id, None), WebhookAction::Redeliver).await;
    // Who may not know of the endpoint does not learn that there is one.
    let held = held.map_err(|error| match error {
        Error::NotFound(_) => unknown(),
        other => other,
    })?;
    check_enabled(&held)?;
    let (webhook, organization, now) = (held.id, held.organization_id, work.now);
    work.update(held.part(row)?, |row| outbox::again(row, now)).await?;
    work.record(Event::WebhookRedelivered { delivery, webhook, organization });
    Ok(delivery)
}

/// Tells it again what happened since a time, as far as its organization may know of it now: what
/// it was told keeps its number, and what it was not told has a new one. Returns how much it is.
pub(super) async fn replay(
    work: &mut Work,
    service: &Service,
    (id, since): (WebhookEndpointId, DateTime<Utc>),
) -> Result<(WebhookEndpointId, i32)> {
    let held = hold(work, (id, None), WebhookAction::Replay).await?;
    check_enabled(&held)?;
    let now = work.now;
    let wrong = |code, message: String| Err(Error::field("input.since", code, message));
    if since > now || since < now - REPLAYED {
        let message = "debe estar entre hace 30 días y ahora / must be between 30 days ago and now";
        return wrong(UserErrorCode::Invalid, message.to_owned());
    }
    let kinds =
        (!held.kinds.0.is_empty()).then(|| event::Column::Kind.is_in(held.kinds.0.iter().cloned()));
    let which = Condition::all().add(event::Column::HappenedAt.gte(since)).add_option(kinds);
    let most = MOST_REPLAYED as u64 + 1;
    let events = letter::told(service.db(), (held.organization_id, now), which, most).await?;
    if events.len() > MOST_REPLAYED {
        let message = format!(
            "son más de {MOST_REPLAYED}; elija un momento posterior / there are more than {MOST_REPLAYED}; choose a later time"
        );
        return wrong(UserErrorCode::LimitReached, message);
    }
    let ids: Vec<EventId> = events.iter().map(|event| event.id).collect();
    let mut told: Vec<_> = webhook_delivery::Entity::find()
        .filter(webhook_delivery::Column::EndpointId.eq(id))
        .filter(webhook_delivery::Column::EventId.is_in(ids))
        .all(work.tx())
        .await?;
    for row in &mut told {
        outbox::again(row, now);
    }
    let is_new = |event: &&event::Model| !told.iter().any(|row| row.event_id == Some(event.id));
    let new: Vec<_> = events.iter().filter(is_new).collect();
    let new = new.into_iter().map(|event| outbox::new(&held, Some(event), now));
    let rows: Vec<_> = told.iter().cloned().chain(new).collect();
    let deliveries = rows.len();
    let rows = rows.into_iter().map(|row| held.part(row)).collect::<Result<_>>()?;
    let event = [webhook_delivery::Column::EndpointId, webhook_delivery::Column::EventId];
    work.insert_all(rows, &event).await?;
    let organization = held.organization_id;
    work.record(Event::WebhooksReplayed { webhook: id, organization, deliveries });
    Ok((id, i32::try_from(deliveries).unwrap_or(i32::MAX)))
}

/// Holds an endpoint, in the version that was read.
async fn hold(
    work: &Work,
    (id, expected_version): (WebhookEndpointId, Option<i32>),
    action: WebhookAction,
) -> Result<Allowed<webhook_endpoint::Model>> {
    let held = work.hold(id, action).await?;
    check_version(held.version, expected_version)?;
    Ok(held)
}

fn check_enabled(row: &webhook_endpoint::Model) -> Result<()> {
    if row.disabled_at.is_none() {
        return Ok(());
    }
    Err(Error::refused(UserErrorCode::IllegalState, "está desactivada / is disabled"))
}

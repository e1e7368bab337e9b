//! What happens because time passes: records expire, their owners are warned,
//! ended ones are put away, interests that nobody answers escalate and lapse, agreements
//! begin and end, offers are released, fees of intellectual property are asked for and fall due,
//! bytes of documents that nobody needs are taken away, what webhooks told is erased after a
//! while, bulk jobs with their files too, it is written when machines last asked, and forgotten what was done under idempotency
//! keys.
//! Run by the service every minute; several instances may run it at once, since each record is
//! held and looked at again.

use entity::{NeedStatus, OfferStatus, agreement, interest, ip_asset, need, offer, programme};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::{
    agreements, bulk, clients,
    context::Service,
    documents,
    error::{Error, Result},
    event::Event,
    interests, ip,
    lifecycle::{WARNING, not_due, step},
    needs, offers,
    policy::{NeedAction, OfferAction},
    programmes, webhooks,
    work::{Work, forget_invited, forget_outcomes},
};

/// How many records are looked for at once.
const MOST: u64 = 500;

/// Does what is due. Returns how many records it changed.
///
/// # Errors
/// When the database is away.
pub async fn run_due(service: &Service) -> Result<usize> {
    let now = service.now();
    let mut done = 0;
    for (due, action) in needs::life::due(now) {
        for row in due_needs(service, due).await? {
            let mut work = service.system_work().await?;
            let outcome = match action {
                NeedAction::Archive => {
                    needs::life::archive(&mut work, row.id, None).await.map(drop)
                }
                _ => expire_need(&mut work, row.id).await,
            };
            done += finish(work, outcome).await?;
        }
    }
    for (due, action) in offers::life::due(now) {
        for row in due_offers(service, due).await? {
            let mut work = service.system_work().await?;
            let outcome = match action {
                OfferAction::Archive => offers::life::archive(&mut work, row.id).await.map(drop),
                OfferAction::Release => {
                    offers::life::release(&mut work, row.id, None).await.map(drop)
                }
                _ => expire_offer(&mut work, row.id).await,
            };
            done += finish(work, outcome).await?;
        }
    }
    for (due, action) in interests::life::due(now) {
        for row in rows::<interest::Entity>(service, due, interest::Column::Id).await? {
            let mut work = service.system_work().await?;
            let outcome = interests::life::move_on(&mut work, row.id, action).await;
            done += finish(work, outcome).await?;
        }
    }
    for (due, action) in agreements::life::due(now) {
        for row in rows::<agreement::Entity>(service, due, agreement::Column::Id).await? {
            let mut work = service.system_work().await?;
            let outcome = agreements::life::move_on(&mut work, row.id, action).await;
            done += finish(work, outcome).await?;
        }
    }
    for (due, action) in programmes::life::due(now) {
        for row in rows::<programme::Entity>(service, due, programme::Column::Id).await? {
            let mut work = service.system_work().await?;
            let outcome = programmes::life::move_on(&mut work, row.id, action).await;
            done += finish(work, outcome).await?;
        }
    }
    for (due, what) in ip::due::due(now) {
        for row in rows::<ip_asset::Entity>(service, due, ip_asset::Column::Id).await? {
            let mut work = service.system_work().await?;
            let outcome = ip::due::move_on(&mut work, service.labels(), row.id, what).await;
            done += finish(work, outcome).await?;
        }
    }
    clients::write_uses(service).await?;
    forget_outcomes(service.db(), now).await?;
    forget_invited(service.db(), now).await?;
    webhooks::sweep(service).await?;
    bulk::sweep(service).await?;
    Ok(done + warn(service).await? + documents::life::tidy(service).await?)
}

/// What is due, the oldest first.
async fn rows<E: EntityTrait>(
    service: &Service,
    due: Condition,
    id: E::Column,
) -> Result<Vec<E::Model>> {
    Ok(E::find().filter(due).order_by_asc(id).limit(MOST).all(service.db().fresh()).await?)
}

async fn due_needs(service: &Service, due: Condition) -> Result<Vec<need::Model>> {
    rows::<need::Entity>(service, due, need::Column::Id).await
}

async fn due_offers(service: &Service, due: Condition) -> Result<Vec<offer::Model>> {
    rows::<offer::Entity>(service, due, offer::Column::Id).await
}

async fn expire_need(work: &mut Work, id: entity::NeedId) -> Result<()> {
    let now = work.now;
    step(work, id, None, NeedAction::Expire, (None, None), |need| {
        still_due(need.expires_at, now)?;
        need.open_for_interest = false;
        Ok(())
    })
    .await
    .map(drop)
}

async fn expire_offer(work: &mut Work, id: entity::OfferId) -> Result<()> {
    let now = work.now;
    step(work, id, None, OfferAction::Expire, (None, None), |offer| {
        still_due(offer.expires_at, now)?;
        offer.open_for_interest = false;
        Ok(())
    })
    .await
    .map(drop)
}

/// Somebody may have renewed it since it was looked for.
fn still_due(
    expires_at: Option<chrono::DateTime<chrono::Utc>>,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<()> {
    if expires_at.is_some_and(|end| end <= now) {
        return Ok(());
    }
    Err(not_due())
}

/// Commits; what another instance or a person did in between is no failure, and
/// one record that cannot be moved does not hold up the others.
async fn finish(work: Work, outcome: Result<()>) -> Result<usize> {
    let outcome = match outcome {
        Ok(()) => work.commit().await.map(|()| 1),
        Err(Error::Refused(_) | Error::NotFound(_)) => Ok(0),
        Err(other) => Err(other),
    };
    Ok(outcome.unwrap_or_else(|error| {
        tracing::error!(error = error.describe(), "a record could not be moved on in time");
        0
    }))
}

/// Warns the owners of records that expire soon, once.
async fn warn(service: &Service) -> Result<usize> {
    let now = service.now();
    let mut done = 0;
    let needs = Condition::all()
        .add(need::Column::Status.eq(NeedStatus::Published))
        .add(need::Column::ExpiryWarnedAt.is_null())
        .add(need::Column::ExpiresAt.lte(now + WARNING));
    for row in due_needs(service, needs).await? {
        let mut work = service.system_work().await?;
        let outcome = warn_of_need(&mut work, row.id).await;
        done += finish(work, outcome).await?;
    }
    let offers = Condition::all()
        .add(offer::Column::Status.eq(OfferStatus::Published))
        .add(offer::Column::ExpiryWarnedAt.is_null())
        .add(offer::Column::ExpiresAt.lte(now + WARNING));
    for row in due_offers(service, offers).await? {
        let mut work = service.system_work().await?;
        let outcome = warn_of_offer(&mut work, row.id).await;
        done += finish(work, outcome).await?;
    }
    Ok(done)
}

async fn warn_of_need(work: &mut Work, id: entity::NeedId) -> Result<()> {
    let now = work.now;
    let held = work.hold(id, NeedAction::Expire).await?;
    if held.expiry_warned_at.is_some() || held.status != NeedStatus::Published {
        return Err(not_due());
    }
    work.update(held, |need| need.expiry_warned_at = Some(now)).await?;
    work.record(Event::NeedExpiryNear { need: id });
    Ok(())
}

async fn warn_of_offer(work: &mut Work, id: entity::OfferId) -> Result<()> {
    let now = work.now;
    let held = work.hold(id, OfferAction::Expire).await?;
    if held.expiry_warned_at.is_some() || held.status != OfferStatus::Published {
        return Err(not_due());
    }
    work.update(held, |offer| offer.expiry_warned_at = Some(now)).await?;
    work.record(Event::OfferExpiryNear { offer: id });
    Ok(())
}

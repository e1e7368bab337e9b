//! Sending what is due: in every instance, a bounded number at once, and of each endpoint fewer,
//! so that none that is slow holds up the others.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use ed25519_dalek::ed25519::signature::rand_core::{OsRng, RngCore};
use entity::{
    WebhookDeliveryStatus, WebhookDisabledReason, WebhookEndpointId, WebhookOutcome,
    webhook_delivery, webhook_endpoint,
};
use sea_orm::EntityTrait;
use tokio::task::{self, JoinSet};

use super::{alert, courier::Came, letter, life, outbox};
use crate::{
    context::Service,
    error::{Error, Result},
};

/// How many attempts an instance makes at once, and of one endpoint.
const AT_ONCE: usize = 32;
const AT_ONCE_EACH: usize = 4;
/// How soon, while attempts are under way, it looks for more.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// When it is tried again after each attempt that failed; then it is given up.
const PLAN: [TimeDelta; 7] = [
    TimeDelta::seconds(5),
    TimeDelta::minutes(5),
    TimeDelta::minutes(30),
    TimeDelta::hours(2),
    TimeDelta::hours(5),
    TimeDelta::hours(10),
    TimeDelta::hours(10),
];
/// After how long without success an endpoint is disabled.
const PATIENCE: TimeDelta = TimeDelta::days(5);

/// What is under way, each in a task of its own: while one waits, it must not keep from the others
/// what they wait for.
#[derive(Default)]
struct UnderWay {
    tasks: JoinSet<Result<()>>,
    endpoints: HashMap<task::Id, WebhookEndpointId>,
}

/// Sends what is due, and returns when there is no more. Returns how many attempts it made.
///
/// # Errors
/// When the database is away.
pub async fn send_due(service: &Service) -> Result<usize> {
    let mut under_way = UnderWay::default();
    let mut done = 0;
    loop {
        under_way.begin(service).await?;
        match tokio::time::timeout(LOOK_EVERY, under_way.end()).await {
            Ok(true) => done += 1,
            Ok(false) => return Ok(done),
            Err(_) => {}
        }
    }
}

impl UnderWay {
    /// Begins with as much of what is due as there is room for.
    async fn begin(&mut self, service: &Service) -> Result<()> {
        loop {
            let room = AT_ONCE - self.tasks.len();
            let mut busy: HashMap<WebhookEndpointId, usize> = HashMap::new();
            for endpoint in self.endpoints.values() {
                *busy.entry(*endpoint).or_default() += 1;
            }
            if room == 0 {
                return Ok(());
            }
            let most = (room, AT_ONCE_EACH);
            let taken = outbox::take(service.db(), most, busy, service.now()).await?;
            if taken.is_empty() {
                return Ok(());
            }
            for delivery in taken {
                let (service, endpoint) = (service.clone(), delivery.endpoint_id);
                let task = self.tasks.spawn(async move { attempt(&service, delivery).await });
                self.endpoints.insert(task.id(), endpoint);
            }
        }
    }

    /// Waits until one has ended. False when there is none.
    async fn end(&mut self) -> bool {
        let Some(ended) = self.tasks.join_next_with_id().await else { return false };
        let (task, failed) = match ended {
            Ok((task, outcome)) => (task, outcome.err().map(|error| error.describe())),
            Err(panicked) => (panicked.id(), Some(panicked.to_string())),
        };
        self.endpoints.remove(&task);
        // What could not be written is sent again once it is free; the others go on.
        if let Some(error) = failed {
            tracing::error!(error, "a webhook could not be seen to");
        }
        true
    }
}

/// Makes one attempt, and writes down what came of it.
async fn attempt(service: &Service, mut delivery: webhook_delivery::Model) -> Result<()> {
    let db = service.db();
    let endpoint = webhook_endpoint::Entity::find_by_id(delivery.endpoint_id);
    let Some(endpoint) = endpoint.one(db.fresh()).await? else { return Ok(()) };
    let now = service.now();
    let letter = match delivery.event_id {
        Some(event) if delivery.kind.is_none() => alert::of(service, &endpoint, event).await?,
        Some(event) => letter::of_event(service, endpoint.organization_id, event).await?,
        None => Some(letter::of_test(delivery.created_at)),
    };
    delivery.updated_at = now;
    let Some(letter) = letter else {
        delivery.status = WebhookDeliveryStatus::Withheld;
        delivery.next_at = None;
        return outbox::settle(db, &delivery).await;
    };
    let began = Instant::now();
    let came = service.courier()?.carry(&endpoint, delivery.id, letter, now).await;
    let took = began.elapsed();
    plan(&mut delivery, &came, service.now());
    outbox::log(db, &delivery, &came, (now, took)).await?;
    outbox::settle(db, &delivery).await?;
    outbox::note(db, endpoint.id, came.outcome, now).await?;
    if came.is_gone() {
        return disable(service, &endpoint, WebhookDisabledReason::Gone).await;
    }
    let failing = endpoint.failing_since.is_some_and(|since| since + PATIENCE <= now);
    if failing && came.outcome != WebhookOutcome::Delivered {
        return disable(service, &endpoint, WebhookDisabledReason::Failing).await;
    }
    Ok(())
}

/// What becomes of something after an attempt.
fn plan(delivery: &mut webhook_delivery::Model, came: &Came, now: DateTime<Utc>) {
    delivery.tries += 1;
    let pause = usize::try_from(delivery.tries - 1).ok().and_then(|tried| PLAN.get(tried));
    (delivery.status, delivery.next_at) = match (came.outcome, pause) {
        (WebhookOutcome::Delivered, _) => {
            delivery.delivered_at = Some(now);
            (WebhookDeliveryStatus::Delivered, None)
        }
        (_, Some(pause)) if !came.is_gone() => {
            (WebhookDeliveryStatus::Pending, Some(now + jittered(*pause)))
        }
        _ => (WebhookDeliveryStatus::Failed, None),
    };
}

/// A little later, by chance: what failed together does not come back together.
fn jittered(pause: TimeDelta) -> TimeDelta {
    let parts = i32::try_from(OsRng.next_u32() % 200).unwrap_or_default();
    pause + pause / 1_000 * parts
}

/// Disables an endpoint, unless somebody was faster.
async fn disable(
    service: &Service,
    endpoint: &webhook_endpoint::Model,
    why: WebhookDisabledReason,
) -> Result<()> {
    let mut work = service.system_work().await?;
    match life::disable(&mut work, (endpoint.id, None), why).await {
        Ok(_) => work.commit().await,
        Err(Error::Refused(_) | Error::NotFound(_)) => Ok(()),
        Err(other) => Err(other),
    }
}

#[cfg(test)]
mod tests {
    use super::{PLAN, jittered};

    #[test]
    fn nothing_comes_back_early_and_nothing_much_later() {
        for pause in PLAN {
            for _ in 0..100 {
                let jittered = jittered(pause);
                assert!(jittered >= pause && jittered < pause * 6 / 5, "{jittered} for {pause}");
            }
        }
    }
}

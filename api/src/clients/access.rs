//! How a machine proves who it is, and when it last did.

use std::{
    collections::VecDeque,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};
use entity::{ClientId, ClientScope, api_client};
use quick_cache::sync::Cache;
use sea_orm::EntityTrait;

use super::secret;
use crate::{
    context::Service,
    error::{Error, Result},
    policy::is_let_in,
    work,
};

/// How many wrong tries somebody has in a minute.
const MOST_WRONG: usize = 5;
const MINUTE: TimeDelta = TimeDelta::minutes(1);
/// How many pairs of a machine and an address are remembered; some hundred bytes each.
const MOST_REMEMBERED: usize = 10_000;

/// A machine that has proved who it is.
#[derive(Clone, Debug)]
pub struct LetIn {
    /// Which.
    pub client: ClientId,
    /// What it may do.
    pub scopes: Vec<ClientScope>,
    /// Until when it is let in.
    pub until: DateTime<Utc>,
}

/// Why a machine is not let in.
#[derive(Clone, Debug)]
pub enum Denied {
    /// There is no such machine, its secret is another one, or its time is over: nobody learns which.
    Wrong,
    /// Too many wrong tries: for so many seconds none more is looked at.
    Wait(i64),
    /// The database is away.
    Failed(Error),
}

/// When a secret of this machine was wrong from this address, in the last minute, the oldest first.
/// Tries of one pair are looked at one after the other, so that no number of them at once gets by.
type Wrong = Arc<tokio::sync::Mutex<VecDeque<DateTime<Utc>>>>;

/// Wrong tries of a moment ago, in this instance.
#[derive(Debug)]
pub(crate) struct Tries(Cache<(ClientId, IpAddr), Wrong>);

impl Default for Tries {
    fn default() -> Self {
        Self(Cache::new(MOST_REMEMBERED))
    }
}

impl Tries {
    fn of(&self, client: ClientId, from: IpAddr) -> Wrong {
        // One after the other: of two who come first, the second finds the entry of the first.
        static FIRST: Mutex<()> = Mutex::new(());
        let key = (client, from);
        if let Some(known) = self.0.get(&key) {
            return known;
        }
        let _first = FIRST.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.get(&key).unwrap_or_else(|| {
            let new = Wrong::default();
            self.0.insert(key, new.clone());
            new
        })
    }
}

impl Service {
    /// Looks whether a machine is who it says, by its id and its secret.
    ///
    /// # Errors
    /// When it is not let in.
    pub async fn let_in(&self, client: &str, secret: &str, from: IpAddr) -> Result<LetIn, Denied> {
        let Ok(id) = client.parse::<ClientId>() else { return Err(Denied::Wrong) };
        let now = self.now();
        let wrong = self.tries().of(id, from);
        let mut wrong = wrong.lock().await;
        while wrong.front().is_some_and(|at| *at + MINUTE <= now) {
            wrong.pop_front();
        }
        if wrong.len() >= MOST_WRONG {
            let end = wrong.front().map_or(now, |at| *at + MINUTE);
            return Err(Denied::Wait((end - now).num_seconds() + 1));
        }
        let row = api_client::Entity::find_by_id(id).one(self.db().fresh()).await;
        let row = row.map_err(|error| Denied::Failed(error.into()))?;
        let fits = secret::fits(row.as_ref(), secret, now);
        let Some(row) = row.filter(|row| fits && is_let_in(row, now)) else {
            wrong.push_back(now);
            return Err(Denied::Wrong);
        };
        Ok(LetIn { client: id, scopes: row.scopes.values(), until: row.expires_at })
    }
}

/// Writes when machines last asked, as far as it is not written yet. The clockwork does it, so that
/// no question waits for a writer.
///
/// # Errors
/// When the database is away.
pub(crate) async fn write_uses(service: &Service) -> Result<()> {
    work::write_uses(service.db(), service.uses()).await
}

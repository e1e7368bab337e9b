//! How often somebody tries in vain to prove something, in a minute and in this instance.

use std::{
    collections::VecDeque,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};
use quick_cache::sync::Cache;
use tokio::sync::OwnedMutexGuard;

/// How many wrong tries somebody has in a minute.
const MOST_WRONG: usize = 5;
const MINUTE: TimeDelta = TimeDelta::minutes(1);
/// How many of those who try are remembered; some hundred bytes each.
const MOST_REMEMBERED: usize = 10_000;

/// When somebody was wrong in the last minute, the oldest first. Their tries are looked at one
/// after the other, so that no number of them at once gets by.
type Wrong = Arc<tokio::sync::Mutex<VecDeque<DateTime<Utc>>>>;

/// Wrong tries of a moment ago, by who tries.
#[derive(Debug)]
pub(crate) struct Tries<K>(Cache<K, Wrong>);

/// Leave for one try. Whoever has it is alone with it.
#[derive(Debug)]
pub(crate) struct Try(OwnedMutexGuard<VecDeque<DateTime<Utc>>>, DateTime<Utc>);

impl<K: Eq + Hash> Default for Tries<K> {
    fn default() -> Self {
        Self(Cache::new(MOST_REMEMBERED))
    }
}

impl<K: Clone + Eq + Hash> Tries<K> {
    fn of(&self, who: &K) -> Wrong {
        // One after the other: of two who come first, the second finds the entry of the first.
        static FIRST: Mutex<()> = Mutex::new(());
        if let Some(known) = self.0.get(who) {
            return known;
        }
        let _first = FIRST.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.get(who).unwrap_or_else(|| {
            let new = Wrong::default();
            self.0.insert(who.clone(), new.clone());
            new
        })
    }

    /// Leave to try at `now`.
    ///
    /// # Errors
    /// For how many seconds no more is looked at, also what is right: else nothing was limited.
    pub(crate) async fn begin(&self, who: &K, now: DateTime<Utc>) -> Result<Try, i64> {
        let mut wrong = self.of(who).lock_owned().await;
        while wrong.front().is_some_and(|at| *at + MINUTE <= now) {
            wrong.pop_front();
        }
        if wrong.len() >= MOST_WRONG {
            let end = wrong.front().map_or(now, |at| *at + MINUTE);
            return Err((end - now).num_seconds() + 1);
        }
        Ok(Try(wrong, now))
    }
}

impl Try {
    /// It was wrong.
    pub(crate) fn was_wrong(mut self) {
        self.0.push_back(self.1);
    }
}

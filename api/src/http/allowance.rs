//! What callers may spend: for each a bucket of points, out of which every operation takes what it
//! costs, and which fills up again with time.
//!
//! A bucket that is full is like one that nobody has seen. So the full ones are forgotten, and what
//! is in memory is who spent something in the last minute or so. Where these are too many, those
//! who come late share one bucket: nobody's memory grows without bound, and nobody gets a new
//! bucket by pushing out an old one.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use chrono::{DateTime, TimeDelta, Utc};

use super::{caller::Caller, refusal::Refusal};

/// What every request costs at least: also one that is refused has been looked at.
const LEAST: u32 = 1;
/// What a token costs that is not valid: it is verified before anything is known of its sender.
const WRONG_TOKEN: u32 = 10;
/// Callers that are remembered at once, of those who are known and of the others; some hundred
/// bytes each.
const MOST_CALLERS: usize = 100_000;
/// Above so many it is looked which may be forgotten, this often at most.
const FEW_CALLERS: usize = 1_000;
const BETWEEN_LOOKS: TimeDelta = TimeDelta::seconds(1);
/// What is missing in a bucket is counted in millionths, so that no microsecond is lost.
const PARTS: u64 = 1_000_000;

/// The buckets of one service.
#[derive(Debug)]
pub struct Allowances {
    most: u32,
    per_second: u32,
    /// Those who are known do not go short because nobody comes from many places.
    known: Mutex<Buckets>,
    nobodies: Mutex<Buckets>,
}

/// How much is left to somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What a full bucket holds.
    pub limit: u32,
    /// What is in it.
    pub available: u32,
    /// What comes back in a second.
    pub restore_rate: u32,
    /// How many seconds it takes to be full again.
    full_in: u64,
}

impl Allowances {
    /// Buckets of so many points, of which so many come back in a second.
    #[must_use]
    pub fn new(most: u32, per_second: u32) -> Self {
        let (known, nobodies) = (Mutex::default(), Mutex::default());
        Self { most, per_second, known, nobodies }
    }

    /// The point that every request costs; what else it costs is charged when it is known.
    ///
    /// # Errors
    ///
    /// When it is not there.
    pub fn begin(&self, caller: Caller, now: DateTime<Utc>) -> Result<Spending<'_>, Refusal> {
        let mut spending = Spending { allowances: self, caller, charged: 0 };
        spending.charge(LEAST, now)?;
        Ok(spending)
    }

    /// A token that is not valid, from there.
    ///
    /// # Errors
    ///
    /// When there were too many.
    pub fn wrong_token(&self, nobody: Caller, now: DateTime<Utc>) -> Result<(), Refusal> {
        self.begin(nobody, now)?.charge(WRONG_TOKEN, now)
    }

    /// What is left to somebody.
    #[must_use]
    pub fn standing(&self, caller: &Caller, now: DateTime<Utc>) -> Standing {
        self.with(caller, now, |bucket| self.standing_of(bucket))
    }

    fn standing_of(&self, bucket: &Bucket) -> Standing {
        let left = (u64::from(self.most) * PARTS).saturating_sub(bucket.missing) / PARTS;
        Standing {
            limit: self.most,
            available: u32::try_from(left).unwrap_or(self.most),
            restore_rate: self.per_second,
            full_in: self.seconds(bucket.missing),
        }
    }

    /// How long so many parts take to come back.
    fn seconds(&self, parts: u64) -> u64 {
        parts.div_ceil(u64::from(self.per_second) * PARTS)
    }

    /// Does something with a bucket as it is now.
    fn with<T>(
        &self,
        caller: &Caller,
        now: DateTime<Utc>,
        what: impl FnOnce(&mut Bucket) -> T,
    ) -> T {
        let buckets = match caller {
            Caller::Known(..) => &self.known,
            Caller::Nobody(_) => &self.nobodies,
        };
        let mut buckets = buckets.lock().unwrap_or_else(PoisonError::into_inner);
        what(buckets.of(caller, self.per_second, now))
    }
}

/// What one operation spends.
#[derive(Debug)]
pub struct Spending<'a> {
    allowances: &'a Allowances,
    caller: Caller,
    charged: u32,
}

impl Spending<'_> {
    /// Whose points they are.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// What has been charged.
    #[must_use]
    pub fn charged(&self) -> u32 {
        self.charged
    }

    /// Charges what the operation may cost, as far as it is not charged yet: wholly, or not at all.
    ///
    /// # Errors
    ///
    /// When there is not enough: how much there is, and when there will be.
    pub fn charge(&mut self, cost: u32, now: DateTime<Utc>) -> Result<(), Refusal> {
        let more = cost.saturating_sub(self.charged);
        self.allowances.with(&self.caller, now, |bucket| {
            let most = u64::from(self.allowances.most) * PARTS;
            let missing = bucket.missing + u64::from(more) * PARTS;
            if missing > most {
                let standing = self.allowances.standing_of(bucket);
                let wait = self.allowances.seconds(missing - most);
                return Err(Refusal::spent(cost, &standing, wait));
            }
            bucket.missing = missing;
            Ok(())
        })?;
        self.charged += more;
        Ok(())
    }

    /// Gives back what the operation did not cost; returns what it did, which nobody pays where it
    /// is more than was charged.
    pub fn settle(&mut self, actual: u32, now: DateTime<Utc>) -> u32 {
        let actual = actual.max(LEAST);
        let rest = self.charged.saturating_sub(actual);
        self.allowances.with(&self.caller, now, |bucket| {
            bucket.missing = bucket.missing.saturating_sub(u64::from(rest) * PARTS);
        });
        self.charged -= rest;
        actual
    }
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    /// In millionths of a point.
    missing: u64,
    at: DateTime<Utc>,
}

impl Bucket {
    /// Fills up for the time that has passed. A clock that was set back fills nothing.
    fn fill(&mut self, per_second: u32, now: DateTime<Utc>) {
        let passed = (now - self.at).num_microseconds().unwrap_or_default();
        let passed = u64::try_from(passed).unwrap_or_default();
        self.missing = self.missing.saturating_sub(passed.saturating_mul(per_second.into()));
        self.at = now;
    }
}

#[derive(Debug)]
struct Buckets {
    known: HashMap<Caller, Bucket>,
    /// Of those who came when there was no room.
    shared: Bucket,
    /// When it was last looked which may be forgotten.
    looked: DateTime<Utc>,
}

impl Default for Buckets {
    fn default() -> Self {
        let (known, long_ago) = (HashMap::new(), DateTime::UNIX_EPOCH);
        Self { known, shared: Bucket { missing: 0, at: long_ago }, looked: long_ago }
    }
}

impl Buckets {
    /// The bucket of somebody, as it is now.
    fn of(&mut self, caller: &Caller, per_second: u32, now: DateTime<Utc>) -> &mut Bucket {
        if !self.known.contains_key(caller) {
            if self.known.len() >= FEW_CALLERS && (now - self.looked).abs() >= BETWEEN_LOOKS {
                self.looked = now;
                self.known.retain(|_, bucket| {
                    bucket.fill(per_second, now);
                    bucket.missing > 0
                });
            }
            if self.known.len() < MOST_CALLERS {
                self.known.insert(caller.clone(), Bucket { missing: 0, at: now });
            }
        }
        let bucket = match self.known.get_mut(caller) {
            Some(bucket) => bucket,
            None => &mut self.shared,
        };
        bucket.fill(per_second, now);
        bucket
    }
}

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

impl Standing {
    /// Tells it in the headers (draft-ietf-httpapi-ratelimit-headers-11). Who is told when to come
    /// back is told no later time beside it.
    pub fn mark(&self, headers: &mut HeaderMap) {
        let Self { limit, available, restore_rate, full_in } = *self;
        let window = limit.div_ceil(restore_rate);
        let wait = headers.get(RETRY_AFTER).and_then(|wait| wait.to_str().ok()?.parse().ok());
        let seconds: u64 = wait.unwrap_or(full_in);
        for (name, value) in [
            (RATE_LIMIT_POLICY, format!("\"points\";q={limit};qu=\"points\";w={window}")),
            (RATE_LIMIT, format!("\"points\";r={available};t={seconds}")),
        ] {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::*;
    use crate::token::tests::noon;

    fn nobody(number: u32) -> Caller {
        Caller::nobody(IpAddr::V4(Ipv4Addr::from_bits(number)))
    }

    fn after(milliseconds: i64) -> DateTime<Utc> {
        noon() + TimeDelta::milliseconds(milliseconds)
    }

    #[test]
    fn what_is_spent_comes_back_with_time() {
        let all = Allowances::new(100, 10);
        let of = |caller: &Caller, now| all.standing(caller, now).available;
        let mut spending = all.begin(nobody(1), noon()).unwrap();
        assert_eq!(of(&nobody(1), noon()), 99);
        spending.charge(60, noon()).unwrap();
        assert_eq!((spending.charged(), of(&nobody(1), noon())), (60, 40));
        assert_eq!(of(&nobody(2), noon()), 100, "everybody has their own");

        // Wholly or not at all; and it is told when there is enough.
        let mut second = all.begin(nobody(1), noon()).unwrap();
        let refused = second.charge(51, noon()).unwrap_err();
        assert_eq!((refused.wait, of(&nobody(1), noon())), (Some(2), 39));
        assert!(second.charge(51, after(1_099)).is_err());
        second.charge(51, after(1_100)).unwrap();
        assert_eq!(of(&nobody(1), after(1_100)), 0);

        // What it did not cost is given back, but for the least.
        second.settle(20, after(1_100));
        assert_eq!((second.charged(), of(&nobody(1), after(1_100))), (20, 31));
        second.settle(0, after(1_100));
        assert_eq!((second.charged(), of(&nobody(1), after(1_100))), (1, 50));
        second.settle(90, after(1_100));
        assert_eq!(of(&nobody(1), after(1_100)), 50, "nobody is charged twice");

        assert_eq!(of(&nobody(1), after(1_149)), 50);
        assert_eq!(of(&nobody(1), after(1_200)), 51, "no part of a point is lost by looking");
        assert_eq!(of(&nobody(1), noon()), 51, "a clock that is set back gives nothing");
        assert_eq!(of(&nobody(1), after(99_999)), 100);
    }

    #[test]
    fn wrong_tokens_cost_until_there_is_nothing_left() {
        let all = Allowances::new(100, 10);
        for _ in 0..10 {
            all.wrong_token(nobody(1), noon()).unwrap();
        }
        let refused = all.wrong_token(nobody(1), noon()).unwrap_err();
        assert_eq!(refused.wait, Some(1));
        all.wrong_token(nobody(2), noon()).unwrap();
    }

    #[test]
    fn the_idle_are_forgotten_and_who_comes_late_shares_a_bucket() {
        let all = Allowances::new(10, 1);
        let spend = |number, points, now| {
            all.begin(nobody(number), now).and_then(|mut spending| spending.charge(points, now))
        };
        let count = || all.nobodies.lock().unwrap().known.len();
        for number in 0..5_000 {
            spend(number, 2, noon() + TimeDelta::seconds(i64::from(number))).unwrap();
        }
        assert!(count() <= FEW_CALLERS + 1, "{}", count());

        let many = u32::try_from(MOST_CALLERS).unwrap();
        let now = noon() + TimeDelta::days(1);
        for number in 0..many {
            spend(number, 10, now).unwrap();
        }
        // Nobody is forgotten who still owes; those who are new have one bucket.
        assert!(spend(0, 1, now).is_err());
        spend(many + 1, 9, now).unwrap();
        assert!(spend(many + 2, 2, now).is_err());
        assert!(count() <= MOST_CALLERS, "{}", count());
        let known = Caller::Known("vinculo".into(), "ana".into());
        assert_eq!(all.standing(&known, now).available, 10);
        // With time there is room again.
        let later = now + TimeDelta::seconds(10);
        spend(many + 2, 10, later).unwrap();
        assert!(count() < 10, "{}", count());
    }

    #[test]
    fn headers_tell_what_is_left() {
        let all = Allowances::new(100, 30);
        all.begin(nobody(1), noon()).unwrap().charge(50, noon()).unwrap();
        let mut headers = HeaderMap::new();
        all.standing(&nobody(1), noon()).mark(&mut headers);
        assert_eq!(headers.get(RATE_LIMIT_POLICY).unwrap(), "\"points\";q=100;qu=\"points\";w=4");
        assert_eq!(headers.get(RATE_LIMIT).unwrap(), "\"points\";r=50;t=2");
        headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        all.standing(&nobody(1), noon()).mark(&mut headers);
        assert_eq!(headers.get(RATE_LIMIT).unwrap(), "\"points\";r=50;t=1");
    }
}

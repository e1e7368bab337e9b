//! Chance that can be thrown again: the same seed gives the same numbers on every
//! machine and in every version. So there are no floats in it, and what becomes of
//! the generator's bits is decided here.

use chrono::{DateTime, Duration, Utc};
use rand_pcg::{
    Pcg64Mcg,
    rand_core::{Rng, SeedableRng},
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The dice of one row: what falls for it does not depend on any other row.
#[derive(Debug)]
pub(super) struct Dice(Pcg64Mcg);

impl Dice {
    /// The dice of the row with this number in a series.
    pub(super) fn new(series: &str, seed: u64, number: u64) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(series);
        hasher.update(seed.to_le_bytes());
        hasher.update(number.to_le_bytes());
        let digest = hasher.finalize();
        let mut first = [0; 16];
        first.copy_from_slice(&digest[..16]);
        Self(Pcg64Mcg::from_seed(first))
    }

    /// 0 to `count` - 1; 0 when there is nothing to choose from.
    pub(super) fn below(&mut self, count: u64) -> u64 {
        let wide = u128::from(self.0.next_u64()) * u128::from(count);
        u64::try_from(wide >> 64).unwrap_or_default()
    }

    /// As [`Dice::below`], for places in a list.
    pub(super) fn place(&mut self, count: usize) -> usize {
        usize::try_from(self.below(count as u64)).unwrap_or_default()
    }

    /// From `least` to `most`, both included.
    pub(super) fn between(&mut self, least: i32, most: i32) -> i32 {
        let count = u64::from(most.abs_diff(least)) + 1;
        least.saturating_add(i32::try_from(self.below(count)).unwrap_or_default())
    }

    /// Whether a thing happens that happens so many times in a hundred.
    pub(super) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// A length of time, not longer than `most`.
    pub(super) fn time(&mut self, most: Duration) -> Duration {
        let micros = u64::try_from(most.num_microseconds().unwrap_or_default()).unwrap_or_default();
        Duration::microseconds(i64::try_from(self.below(micros + 1)).unwrap_or_default())
    }

    /// One of several; the first is there so that there always is one.
    pub(super) fn one_of<T: Copy>(&mut self, first: T, others: &[T]) -> T {
        match self.place(others.len() + 1) {
            0 => first,
            place => others[place - 1],
        }
    }

    /// An id as UUIDv7 has it: the row's own time, and bits of its dice.
    pub(super) fn id(&mut self, at: DateTime<Utc>) -> Uuid {
        let mut bits = [0; 10];
        self.0.fill_bytes(&mut bits);
        let millis = u64::try_from(at.timestamp_millis()).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &bits).into_uuid()
    }
}

/// A choice in which some are likelier than others.
#[derive(Debug)]
pub(super) struct Skew {
    /// The weights added up, one after the other.
    sums: Vec<u64>,
}

/// What the heaviest weighs, about: enough that the lightest of many millions still weighs something.
const HEAVY: u64 = 1_000_000_000_000;

impl Skew {
    /// A choice by weight.
    pub(super) fn of(weights: impl IntoIterator<Item = u64>) -> Self {
        let sums = weights.into_iter().scan(0, |sum: &mut u64, weight| {
            *sum += weight;
            Some(*sum)
        });
        Self { sums: sums.collect() }
    }

    /// Zipf's law: each weighs one over its rank. The larger `flat`, the less the first stand out.
    pub(super) fn zipf(count: usize, flat: u64) -> Self {
        Self::of((0..count as u64).map(|rank| HEAVY / (rank + flat)))
    }

    /// Steeper: each weighs one over the square of its rank.
    pub(super) fn steep(count: usize, flat: u64) -> Self {
        Self::of((0..count as u64).map(|rank| HEAVY / ((rank + flat) * (rank + flat))))
    }

    /// The place of one of them.
    pub(super) fn pick(&self, dice: &mut Dice) -> usize {
        let mark = dice.below(self.sums.last().copied().unwrap_or_default());
        self.sums.partition_point(|sum| *sum <= mark).min(self.sums.len().saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::{Dice, Skew};

    #[test]
    fn the_numbers_of_a_seed_never_move() {
        let mut dice = Dice::new("need", 7, 1);
        let fallen: Vec<_> = (0..6).map(|_| dice.below(1_000)).collect();
        assert_eq!(fallen, [232, 109, 852, 213, 592, 216]);
        let at = "2026-01-02T03:04:05Z".parse().expect("a time");
        assert_eq!(dice.id(at).to_string(), "019b7ca9-8c88-796c-a108-647164bf098a");
    }

    #[test]
    fn the_first_weigh_most() {
        let skew = Skew::zipf(10, 1);
        let mut found = [0; 10];
        for number in 0..10_000 {
            found[skew.pick(&mut Dice::new("skew", 0, number))] += 1;
        }
        // By the law of Zipf the first of ten has 34 of 100, the last 3.4.
        assert!((3_200..3_650).contains(&found[0]), "{found:?}");
        assert!((260..430).contains(&found[9]), "{found:?}");
        assert_eq!(found.iter().sum::<i32>(), 10_000);
    }
}

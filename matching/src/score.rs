//! From readings to a score that explains itself.

use uuid::Uuid;

use crate::basis::{FULL, UNIT, apportion, ratio};
use crate::features::Reading;
use crate::profile::{Bilingual, Labels, Profile};
use crate::tell::tell;
use crate::weights::{Feature, Weights};

/// A need and an offer, judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    pub need: Uuid,
    pub offer: Uuid,
    /// 0 to 10,000: the weighted mean of the features that have data.
    pub score: u32,
    /// 0 to 10,000: the share of all weights that belongs to features with data.
    pub coverage: u32,
    /// The features that have data, in the order of [`Feature`].
    pub components: Vec<Component>,
    /// Why the two must not be brought together, whatever the score says.
    pub exclusions: Vec<Exclusion>,
    /// The version of the weights.
    pub weights_version: u32,
}

/// What one feature brings to a score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    pub feature: Feature,
    /// 0 to 10,000: its weight after the weights of features without data have been shared out. The
    /// weights of a match add up to 10,000 exactly.
    pub weight: u32,
    /// 0 to 10,000: how well the pair does here.
    pub value: u32,
    /// 0 to 10,000: its part of the score, weight times value. The contributions of a match add up
    /// to its score exactly, so they are rounded by the largest remainder.
    pub contribution: u32,
    /// A sentence without a full stop, from L0 and L1 facts only.
    pub explanation: Bilingual,
}

/// A hard condition that a pair breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Exclusion {
    NeedNotOpen,
    OfferNotOpen,
    /// One of them excludes the other's state.
    StateExcluded,
}

/// The weighted mean of the values, 0 without readings.
fn total(readings: &[Reading<'_>], weights: &Weights) -> u32 {
    ratio(weighted(readings, weights), with_data(readings, weights) * u64::from(UNIT))
}

/// The same, finer than it is told, to tell apart what comes near.
pub(crate) fn exact(readings: &[Reading<'_>], weights: &Weights) -> u128 {
    let weighted = u128::from(weighted(readings, weights)) * u128::from(UNIT);
    weighted / u128::from(with_data(readings, weights)).max(1)
}

fn weighted(readings: &[Reading<'_>], weights: &Weights) -> u64 {
    readings.iter().map(|reading| weights.of(reading.feature) * u64::from(reading.value)).sum()
}

pub(crate) fn judge(
    need: &Profile,
    offer: &Profile,
    readings: &[Reading<'_>],
    weights: &Weights,
    labels: &dyn Labels,
) -> Match {
    let score = total(readings, weights);
    let base: Vec<u64> = readings.iter().map(|reading| weights.of(reading.feature)).collect();
    let weighted: Vec<u64> = base
        .iter()
        .zip(readings)
        .map(|(weight, reading)| weight * u64::from(reading.value))
        .collect();
    let components = readings
        .iter()
        .zip(apportion(FULL, &base))
        .zip(apportion(score, &weighted))
        .map(|((reading, weight), contribution)| Component {
            feature: reading.feature,
            weight,
            value: ratio(reading.value.into(), UNIT.into()),
            contribution,
            explanation: tell(&reading.evidence, labels),
        })
        .collect();
    Match {
        need: need.id,
        offer: offer.id,
        score,
        coverage: ratio(with_data(readings, weights), weights.total()),
        components,
        exclusions: exclusions(need, offer),
        weights_version: weights.version,
    }
}

fn with_data(readings: &[Reading<'_>], weights: &Weights) -> u64 {
    readings.iter().map(|reading| weights.of(reading.feature)).sum()
}

fn exclusions(need: &Profile, offer: &Profile) -> Vec<Exclusion> {
    [
        (!need.open, Exclusion::NeedNotOpen),
        (!offer.open, Exclusion::OfferNotOpen),
        (shut_out(need, offer), Exclusion::StateExcluded),
    ]
    .into_iter()
    .filter_map(|(holds, exclusion)| holds.then_some(exclusion))
    .collect()
}

/// Whether either excludes the other's state.
pub(crate) fn shut_out(a: &Profile, b: &Profile) -> bool {
    let excludes = |one: &Profile, other: &Profile| {
        other.state.as_ref().is_some_and(|state| one.excluded_states.contains(state))
    };
    excludes(a, b) || excludes(b, a)
}

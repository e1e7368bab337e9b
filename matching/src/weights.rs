//! How much each feature counts.

/// The version of [`Weights::default`], kept beside every stored match.
pub const WEIGHTS_VERSION: u32 = 1;

/// What a pair is judged by, in the order in which components are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feature {
    /// What the two texts have in common.
    Text,
    /// How near the two stand in the SCIAN tree.
    Sector,
    /// Whether the offer is as mature as the need asks.
    Readiness,
    /// Whether both accept the same kinds of agreement.
    Partnership,
    /// Whether the offer keeps within the need's budget and time.
    Limits,
    /// How near the two are on the map.
    Region,
}

/// Weights are data with a version: a change of weights is a new version, and what was matched
/// before keeps the old one. Any unit will do, only the proportions count; the default adds up to
/// 10,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weights {
    pub version: u32,
    pub text: u32,
    pub sector: u32,
    pub readiness: u32,
    pub partnership: u32,
    pub limits: u32,
    pub region: u32,
}

impl Default for Weights {
    /// `matching.md` 6.1.
    fn default() -> Self {
        Self {
            version: WEIGHTS_VERSION,
            text: 5_500,
            sector: 1_200,
            readiness: 1_300,
            partnership: 800,
            limits: 700,
            region: 500,
        }
    }
}

impl Weights {
    pub(crate) fn of(&self, feature: Feature) -> u64 {
        u64::from(match feature {
            Feature::Text => self.text,
            Feature::Sector => self.sector,
            Feature::Readiness => self.readiness,
            Feature::Partnership => self.partnership,
            Feature::Limits => self.limits,
            Feature::Region => self.region,
        })
    }

    pub(crate) fn total(&self) -> u64 {
        [self.text, self.sector, self.readiness, self.partnership, self.limits, self.region]
            .map(u64::from)
            .iter()
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_adds_up_to_the_whole() {
        assert_eq!(Weights::default().total(), u64::from(crate::basis::FULL));
    }
}

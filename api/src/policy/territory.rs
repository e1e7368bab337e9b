//! The rules for the territory of chambers: how a chamber is divided is public.

use entity::{DelegationId, DisclosureLevel, RegionId};

use super::{Resource, Viewer};

/// What the rules need to know of a region.
#[derive(Clone, Copy, Debug)]
pub struct RegionFacts {
    /// Which.
    pub id: RegionId,
}

/// What the rules need to know of a delegation.
#[derive(Clone, Copy, Debug)]
pub struct DelegationFacts {
    /// Which.
    pub id: DelegationId,
}

impl Resource for RegionFacts {
    const NAME: &'static str = "region";

    fn level(&self, _: &Viewer) -> Option<DisclosureLevel> {
        Some(DisclosureLevel::PublicBlind)
    }
}

impl Resource for DelegationFacts {
    const NAME: &'static str = "delegation";

    fn level(&self, _: &Viewer) -> Option<DisclosureLevel> {
        Some(DisclosureLevel::PublicBlind)
    }
}

//! The rules for suggested matches: for members of the network, between records that both are open to it.

use entity::{DisclosureLevel, MatchId};
use sea_orm::Condition;

use super::{Resource, Viewer, none};

/// What the rules need to know of a match.
#[derive(Clone, Copy, Debug)]
pub struct MatchFacts {
    /// Which.
    pub id: MatchId,
}

impl Resource for MatchFacts {
    const NAME: &'static str = "match";

    /// Members of the network see all of it, others nothing.
    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        viewer.is_member().then_some(DisclosureLevel::Network)
    }
}

/// The matches that the viewer may know of: none for anonymous viewers.
#[must_use]
pub fn visible_matches(viewer: &Viewer) -> Condition {
    if viewer.is_member() { Condition::all() } else { none() }
}

//! The rules for suggested matches: for members of the network, between records that both are open to it.

use entity::{DisclosureLevel, match_};
use sea_orm::{ColumnTrait, Condition};

use super::Viewer;

/// How much of a match the viewer sees; `None` for whoever is no member of the network.
#[must_use]
pub fn match_level(viewer: &Viewer) -> Option<DisclosureLevel> {
    viewer.is_member().then_some(DisclosureLevel::Network)
}

/// The matches that the viewer may know of: none for anonymous viewers.
#[must_use]
pub fn visible_matches(viewer: &Viewer) -> Condition {
    if viewer.is_member() {
        Condition::all()
    } else {
        Condition::any().add(match_::Column::Id.is_null())
    }
}

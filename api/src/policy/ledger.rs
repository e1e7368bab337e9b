//! The rules for the ledger of disclosures: owners read who saw what is theirs.

use entity::{DisclosureId, DisclosureLevel, OrganizationId, Role, disclosure};
use sea_orm::{ColumnTrait, Condition};

use super::{OFFICE, Resource, Viewer, any_of};

/// What the rules need to know of an entry of the ledger.
#[derive(Clone, Copy, Debug)]
pub struct DisclosureFacts {
    /// Which.
    pub id: DisclosureId,
    /// Whose record was seen.
    pub owner: OrganizationId,
}

impl Resource for DisclosureFacts {
    const NAME: &'static str = "disclosure";

    /// Owners read who saw what is theirs, nobody else.
    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        let owner = owners(viewer).any(|owner| owner == self.owner);
        (viewer.system || owner).then_some(DisclosureLevel::Contract)
    }
}

/// The organizations of which the viewer reads who saw what is theirs.
fn owners(viewer: &Viewer) -> impl Iterator<Item = OrganizationId> {
    let speaks = |role: Role| role == Role::MemberUser || OFFICE.contains(&role);
    viewer.grants.iter().filter(move |grant| speaks(grant.role)).map(|grant| grant.organization)
}

/// The entries of the ledger that the viewer may read.
#[must_use]
pub fn visible_disclosures(viewer: &Viewer) -> Condition {
    if viewer.system {
        return Condition::all();
    }
    any_of(owners(viewer).map(|owner| disclosure::Column::OwnerId.eq(owner).into()))
}

//! The rules for assessments of how well companies take up technology. They are read below
//! their company, by whoever reads that from level L2 on: the company, its chamber, and an office
//! that was introduced to it. Nobody else ever learns of one.

use entity::{AssessmentKind, DisclosureLevel, Role, assessment};

use super::{Action, CHAMBER, Resource, Viewer};

/// What can be done with assessments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssessmentAction {
    /// Put one on record.
    Record,
    /// Take it back.
    Withdraw,
}

impl Resource for assessment::Model {
    const NAME: &'static str = "assessment";

    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        let known = viewer.system
            || viewer.is(Role::MemberUser, self.organization_id)
            || is_of_chamber(viewer, self);
        known.then_some(DisclosureLevel::Contract)
    }
}

/// Whether the viewer speaks for the chamber that assessed, where the company is.
fn is_of_chamber(viewer: &Viewer, row: &assessment::Model) -> bool {
    row.chamber_id
        .is_some_and(|chamber| viewer.reaches(CHAMBER, chamber, row.region_id, row.delegation_id))
}

impl Action for AssessmentAction {
    type On = assessment::Model;

    /// A company assesses itself; anything else is its chamber's to say, and to take back.
    fn permitted(self, viewer: &Viewer, row: &assessment::Model) -> bool {
        match row.chamber_id {
            Some(_) => is_of_chamber(viewer, row),
            None => {
                row.kind == AssessmentKind::SelfAssessed
                    && viewer.is(Role::MemberUser, row.organization_id)
            }
        }
    }
}

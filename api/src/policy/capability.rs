//! The rules for capabilities, for a row in hand and for rows still in the database.

use entity::{CapabilityId, CapabilityStatus, DisclosureLevel, OrganizationId, Role, capability};
use sea_orm::{ColumnTrait, Condition};

use super::{Action, OFFICE, Resource, Viewer, any_of, checked};

/// What the rules need to know of a capability.
#[derive(Clone, Copy, Debug)]
pub struct CapabilityFacts {
    /// Which.
    pub id: CapabilityId,
    /// Where it stands.
    pub status: CapabilityStatus,
    /// Whose it is.
    pub ott_id: OrganizationId,
}

impl From<&capability::Model> for CapabilityFacts {
    fn from(row: &capability::Model) -> Self {
        Self { id: row.id, status: row.status, ott_id: row.ott_id }
    }
}

impl Resource for CapabilityFacts {
    const NAME: &'static str = "capability";

    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        let own = OFFICE.iter().any(|role| viewer.is(*role, self.ott_id));
        if viewer.system || own {
            return Some(DisclosureLevel::Contract);
        }
        let seen = self.status == CapabilityStatus::Published
            || viewer.is_any(Role::NetworkAdmin) && self.status != CapabilityStatus::Draft;
        seen.then(|| viewer.network_level())
    }
}

impl CapabilityFacts {
    /// What the viewer may do to it now, by the names of the mutations.
    #[must_use]
    pub fn actions(&self, viewer: &Viewer) -> Vec<&'static str> {
        use sea_orm::Iterable;
        let possible =
            CapabilityAction::iter().filter(|action| action.from().contains(&self.status));
        possible
            .filter(|action| action.is_open_to(viewer, self.ott_id))
            .map(CapabilityAction::mutation)
            .collect()
    }
}

impl Resource for capability::Model {
    const NAME: &'static str = CapabilityFacts::NAME;

    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        CapabilityFacts::from(self).level(viewer)
    }
}

/// The rows for which [`Resource::level`] answers `Some`.
#[must_use]
pub fn visible_capabilities(viewer: &Viewer) -> Condition {
    use capability::Column;
    if viewer.system {
        return Condition::all();
    }
    let admin = viewer.is_any(Role::NetworkAdmin);
    let admin = admin.then(|| Column::Status.ne(CapabilityStatus::Draft));
    let seen = Column::Status.eq(CapabilityStatus::Published);
    checked(own_capabilities(viewer).add(seen).add_option(admin))
}

/// The capabilities of the viewer's own offices.
#[must_use]
pub fn own_capabilities(viewer: &Viewer) -> Condition {
    let offices = viewer.holding(OFFICE).map(|grant| grant.organization);
    any_of(offices.map(|office| Condition::all().add(capability::Column::OttId.eq(office))))
}

/// What can be done to a capability. Names are those of the mutations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sea_orm::EnumIter)]
pub enum CapabilityAction {
    /// Write it down.
    Draft,
    /// Change what it says.
    Revise,
    /// Let everybody know of it.
    Publish,
    /// Take it back for a while.
    Pause,
    /// End it.
    Retire,
}

use CapabilityStatus::{Draft, Paused, Published, Retired};

impl CapabilityAction {
    /// The statuses in which it can be done: the life of a capability, as the only table that says so.
    #[must_use]
    pub fn from(self) -> &'static [CapabilityStatus] {
        match self {
            Self::Draft => &[],
            Self::Revise | Self::Publish => &[Draft, Paused],
            Self::Pause => &[Published],
            Self::Retire => &[Draft, Published, Paused],
        }
    }

    /// The status to which it leads; `None` when the status stays.
    #[must_use]
    pub fn to(self) -> Option<CapabilityStatus> {
        Some(match self {
            Self::Draft => Draft,
            Self::Revise => return None,
            Self::Publish => Published,
            Self::Pause => Paused,
            Self::Retire => Retired,
        })
    }

    /// Which of the office's roles may do it.
    fn by(self) -> &'static [Role] {
        match self {
            Self::Draft | Self::Revise | Self::Pause => OFFICE,
            Self::Publish | Self::Retire => &[Role::OttManager],
        }
    }

    /// The mutation that does it.
    #[must_use]
    pub fn mutation(self) -> &'static str {
        match self {
            Self::Draft => "draftCapability",
            Self::Revise => "reviseCapability",
            Self::Publish => "publishCapability",
            Self::Pause => "pauseCapability",
            Self::Retire => "retireCapability",
        }
    }

    fn is_open_to(self, viewer: &Viewer, ott: OrganizationId) -> bool {
        self.by().iter().any(|role| viewer.is(*role, ott))
    }

    /// Whether it is for this role, in the right organization.
    #[must_use]
    pub fn is_for(self, role: Role) -> bool {
        self.by().contains(&role)
    }
}

impl Action for CapabilityAction {
    type On = capability::Model;

    fn permitted(self, viewer: &Viewer, row: &capability::Model) -> bool {
        self.is_open_to(viewer, row.ott_id)
    }
}

//! The rules for programmes: everybody reads them; who announced one, looks after it and reads
//! who applies.

use entity::{
    DisclosureLevel, OrganizationId, ProgrammeId, ProgrammeStatus, Role, application,
    programme::{self, Column},
};
use sea_orm::{ColumnTrait, Condition};

use super::{Action, Part, Resource, Viewer, agreement::acts_for, any_of, checked};

/// The roles that announce programmes and look after them.
pub const SPONSORS: &[Role] = &[Role::NetworkAdmin, Role::ChamberAdmin, Role::OttManager];

/// What the rules need to know of a programme.
#[derive(Clone, Copy, Debug)]
pub struct ProgrammeFacts {
    /// Which.
    pub id: ProgrammeId,
    /// Where it stands.
    pub status: ProgrammeStatus,
    /// Who looks after it.
    pub announced_by: OrganizationId,
}

impl From<&programme::Model> for ProgrammeFacts {
    fn from(row: &programme::Model) -> Self {
        Self { id: row.id, status: row.status, announced_by: row.announced_by_id }
    }
}

impl ProgrammeFacts {
    /// Whether the viewer looks after it.
    #[must_use]
    pub fn is_own(&self, viewer: &Viewer) -> bool {
        viewer.system || acts_for(viewer, SPONSORS).any(|own| own == self.announced_by)
    }

    /// What the viewer may do to it now, by the names of the mutations.
    #[must_use]
    pub fn actions(&self, viewer: &Viewer) -> Vec<&'static str> {
        use sea_orm::Iterable;
        let own = acts_for(viewer, SPONSORS).any(|own| own == self.announced_by);
        let possible =
            ProgrammeAction::iter().filter(|action| own && action.from().contains(&self.status));
        possible.filter_map(ProgrammeAction::mutation).collect()
    }
}

impl Resource for ProgrammeFacts {
    const NAME: &'static str = "programme";

    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        if self.is_own(viewer) {
            return Some(DisclosureLevel::Contract);
        }
        Some(viewer.network_level())
    }
}

impl Resource for programme::Model {
    const NAME: &'static str = ProgrammeFacts::NAME;

    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        ProgrammeFacts::from(self).level(viewer)
    }
}

impl Part<programme::Model> for application::Model {
    fn is_part_of(&self, whole: &programme::Model) -> bool {
        self.programme_id == whole.id
    }
}

/// All of them: programmes are public.
#[must_use]
pub fn visible_programmes(_: &Viewer) -> Condition {
    Condition::all()
}

/// Those that the viewer looks after.
#[must_use]
pub fn own_programmes(viewer: &Viewer) -> Condition {
    let own: Vec<_> = acts_for(viewer, SPONSORS).collect();
    let rows = Column::AnnouncedById.is_in(own.iter().copied());
    checked(any_of((!own.is_empty()).then(|| Condition::all().add(rows))))
}

/// What can be done to a programme. Names are those of the mutations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sea_orm::EnumIter)]
pub enum ProgrammeAction {
    /// Put it on record, for everybody to read.
    Announce,
    /// Change what it says.
    Revise,
    /// Take applications; the service does this by itself.
    Open,
    /// Take applications for longer.
    Extend,
    /// Take applications no longer; the service does this by itself at its end.
    Close,
    /// Decide about a project that applied.
    Decide,
    /// Say what came of it.
    PublishResults,
}

use ProgrammeStatus::{Announced, Closed, Open, ResultsPublished};

impl ProgrammeAction {
    /// The statuses in which it can be done: the life of a programme, as the only table that says
    /// so.
    #[must_use]
    pub fn from(self) -> &'static [ProgrammeStatus] {
        match self {
            Self::Announce => &[],
            Self::Revise | Self::Open => &[Announced],
            Self::Extend | Self::Close => &[Open],
            Self::Decide => &[Open, Closed],
            Self::PublishResults => &[Closed],
        }
    }

    /// The status to which it leads; `None` when the status stays.
    #[must_use]
    pub fn to(self) -> Option<ProgrammeStatus> {
        Some(match self {
            Self::Announce => Announced,
            Self::Open => Open,
            Self::Close => Closed,
            Self::PublishResults => ResultsPublished,
            Self::Revise | Self::Extend | Self::Decide => return None,
        })
    }

    /// The mutation that does it; `None` for what the service does.
    #[must_use]
    pub fn mutation(self) -> Option<&'static str> {
        Some(match self {
            Self::Announce => "announceProgramme",
            Self::Revise => "reviseProgramme",
            Self::Extend => "extendProgramme",
            Self::Close => "closeProgramme",
            Self::Decide => "decideApplication",
            Self::PublishResults => "publishProgrammeResults",
            Self::Open => return None,
        })
    }

    /// Whether it is for this role, in the right organization.
    #[must_use]
    pub fn is_for(self, role: Role) -> bool {
        SPONSORS.contains(&role)
    }
}

impl Action for ProgrammeAction {
    type On = programme::Model;

    fn permitted(self, viewer: &Viewer, row: &programme::Model) -> bool {
        acts_for(viewer, SPONSORS).any(|own| own == row.announced_by_id)
    }
}

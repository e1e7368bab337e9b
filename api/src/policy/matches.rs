//! The rules for matches: what fits is for the whole network to see, what came of
//! it for the two sides alone. In both of their forms: for a row in hand, and for
//! the rows still in the database.

use entity::{DisclosureLevel, MatchId, MatchStatus, OrganizationId, Role, match_};
use sea_orm::{ColumnTrait, Condition, Iterable, sea_query::SimpleExpr};

use super::{
    Action, Resource, Viewer, any_of, checked,
    sides::{Parties, PartyColumns, Sides},
};

/// The statuses in which everybody of the network is told that the two fit. A converted
/// match is not among them: it would stay to be seen when one of the two takes no more
/// interest, and tell that somebody expressed some.
pub const OPEN_MATCHES: &[MatchStatus] = &[MatchStatus::Suggested, MatchStatus::Shortlisted];

/// Whose the two of a match are.
const PARTIES: PartyColumns<match_::Column> = PartyColumns {
    company: match_::Column::CompanyId,
    chamber: match_::Column::ChamberId,
    region: match_::Column::RegionId,
    delegation: match_::Column::DelegationId,
    ott: match_::Column::OttId,
};

impl From<&match_::Model> for Parties {
    fn from(row: &match_::Model) -> Self {
        Self {
            company: row.company_id,
            chamber: row.chamber_id,
            region: row.region_id,
            delegation: row.delegation_id,
            ott: row.ott_id,
        }
    }
}

/// In whose name the viewer may speak of a match, as the database computes it; nothing for
/// viewers who speak for no side of any.
#[must_use]
pub fn sides_of_matches(viewer: &Viewer) -> Option<SimpleExpr> {
    PARTIES.sides(viewer)
}

/// What the rules need to know of a match.
#[derive(Clone, Copy, Debug)]
pub struct MatchFacts {
    /// Which.
    pub id: MatchId,
    /// Where it stands.
    pub status: MatchStatus,
    /// In whose name the viewer may speak of it.
    pub sides: Sides,
}

impl MatchFacts {
    /// What the viewer may do to it now, by the names of the mutations.
    #[must_use]
    pub fn actions(&self) -> Vec<&'static str> {
        let possible = MatchAction::iter().filter(|action| action.from().contains(&self.status));
        possible
            .filter(|action| self.sides.meet(action.by()))
            .filter_map(MatchAction::mutation)
            .collect()
    }
}

impl Resource for MatchFacts {
    const NAME: &'static str = "match";

    /// The two sides see what came of it; other members only that the two fit, as long as
    /// they do. The network's admin knows of all.
    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        if viewer.system || self.sides.meet(Sides::ALL) {
            return Some(DisclosureLevel::Introduced);
        }
        let open = OPEN_MATCHES.contains(&self.status);
        (viewer.is_member() && (open || viewer.is_any(Role::NetworkAdmin)))
            .then_some(DisclosureLevel::Network)
    }
}

impl Resource for match_::Model {
    const NAME: &'static str = MatchFacts::NAME;

    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        let sides = Sides::of(viewer, &self.into());
        MatchFacts { id: self.id, status: self.status, sides }.level(viewer)
    }
}

/// The matches that are there for members of the network, as long as they may know of both
/// sides: `both_are_there` says so.
#[must_use]
pub fn visible_matches(viewer: &Viewer, both_are_there: Condition) -> Condition {
    if viewer.system || viewer.is_any(Role::NetworkAdmin) {
        return Condition::all();
    }
    if !viewer.is_member() {
        return any_of([]);
    }
    let open = match_::Column::Status.is_in(OPEN_MATCHES.iter().copied());
    let fit = Condition::all().add(open).add(both_are_there);
    checked(any_of([own_matches(viewer), fit]))
}

/// The matches in which the two are told to fit, and those of the viewer's own that became
/// an interest.
#[must_use]
pub fn open_matches(viewer: &Viewer) -> Condition {
    let open = match_::Column::Status.is_in(OPEN_MATCHES.iter().copied());
    let mine = PARTIES.by_side(viewer).into_iter().map(|(_, rows)| {
        Condition::all().add(match_::Column::Status.eq(MatchStatus::Converted)).add(rows)
    });
    checked(any_of(mine.chain([open.into()])))
}

/// The matches of the viewer's own companies, offices and, within their territory, chambers.
#[must_use]
pub fn own_matches(viewer: &Viewer) -> Condition {
    PARTIES.own(viewer)
}

/// The matches of which the viewer may know where they stand: their own, for the
/// network's admin all.
#[must_use]
pub fn decided_matches(viewer: &Viewer) -> Condition {
    if viewer.system || viewer.is_any(Role::NetworkAdmin) {
        return Condition::all();
    }
    own_matches(viewer)
}

/// What can be done to a match. Names are those of the mutations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sea_orm::EnumIter)]
pub enum MatchAction {
    /// Say of a pair that it fits.
    Propose,
    /// Take it up.
    Shortlist,
    /// Put it aside for good.
    Dismiss,
    /// Turn it into an expression of interest; sending one does this.
    Convert,
    /// Set it aside while one of the two is not on offer; the service does this by itself.
    SetAside,
    /// Take it up again when both are on offer again; the service does this by itself.
    TakeUpAgain,
}

use MatchStatus::{Converted, Dismissed, Shortlisted, Stale, Suggested};

impl MatchAction {
    /// The statuses in which it can be done: the life of a match, as the only table that says so.
    #[must_use]
    pub fn from(self) -> &'static [MatchStatus] {
        match self {
            Self::Propose => &[],
            Self::Shortlist => &[Suggested],
            Self::Dismiss | Self::Convert => &[Suggested, Shortlisted],
            Self::SetAside => &[Shortlisted],
            Self::TakeUpAgain => &[Stale],
        }
    }

    /// The status to which it leads.
    #[must_use]
    pub fn to(self) -> MatchStatus {
        match self {
            Self::Propose => Suggested,
            Self::Shortlist | Self::TakeUpAgain => Shortlisted,
            Self::Dismiss => Dismissed,
            Self::Convert => Converted,
            Self::SetAside => Stale,
        }
    }

    /// Who may do it.
    fn by(self) -> Sides {
        match self {
            Self::Propose | Self::Shortlist | Self::Dismiss => Sides::INTERMEDIARIES,
            Self::Convert => Sides::ALL,
            Self::SetAside | Self::TakeUpAgain => Sides::NONE,
        }
    }

    /// The mutation that does it; `None` for what happens by something else.
    #[must_use]
    pub fn mutation(self) -> Option<&'static str> {
        Some(match self {
            Self::Propose => "proposeMatch",
            Self::Shortlist => "shortlistMatch",
            Self::Dismiss => "dismissMatch",
            Self::Convert | Self::SetAside | Self::TakeUpAgain => return None,
        })
    }

    /// Whether it is for this role, in the right organization.
    #[must_use]
    pub fn is_for(self, role: Role) -> bool {
        Sides::of_role(role).meet(self.by())
    }

    /// In which organization's name the viewer decides about a match. A company decides
    /// through its chamber: who it is, is not told here.
    #[must_use]
    pub fn in_name_of(viewer: &Viewer, row: &match_::Model) -> Option<OrganizationId> {
        let sides = Sides::of(viewer, &row.into());
        if sides.meet(Sides::OFFICE) {
            return Some(row.ott_id);
        }
        sides.meet(Sides::ALL).then_some(row.chamber_id)
    }
}

impl Action for MatchAction {
    type On = match_::Model;

    fn permitted(self, viewer: &Viewer, row: &match_::Model) -> bool {
        Sides::of(viewer, &row.into()).meet(self.by())
    }
}

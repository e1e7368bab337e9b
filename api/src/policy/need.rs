//! The rules for needs, in both of their forms: for a row in hand, and for the
//! rows still in the database. `page` checks the one against the other.

use entity::{
    ClientScope, Codes, DelegationId, DisclosureLevel, NeedId, NeedStatus, OrganizationId,
    RegionId, Role, need,
};
use sea_orm::{ColumnTrait, Condition, sea_query::SimpleExpr};

use super::{
    Action, CHAMBER, Grant, Resource, Viewer, any_of, checked, confided_needs, facts_as_number,
    introduced_needs, none, represented,
};

/// The statuses in which a need is there for everybody: on offer to the network, or met.
pub const SEEN_BY_NETWORK: &[NeedStatus] = &[NeedStatus::Published, NeedStatus::Fulfilled];

/// The statuses in which a need takes no answer any more.
pub const ENDED: &[NeedStatus] =
    &[NeedStatus::Fulfilled, NeedStatus::ClosedUnmet, NeedStatus::Withdrawn, NeedStatus::Archived];

/// Whether it takes expressions of interest.
#[must_use]
pub fn takes_interest(row: &need::Model) -> bool {
    row.status == NeedStatus::Published && row.open_for_interest
}

/// What the rules need to know of a need.
#[derive(Clone, Debug)]
pub struct NeedFacts {
    /// Which.
    pub id: NeedId,
    /// Where it stands.
    pub status: NeedStatus,
    /// Whose it is.
    pub company_id: OrganizationId,
    /// The chamber that brings it to the network.
    pub chamber_id: OrganizationId,
    /// Territory of the company's affiliation.
    pub region_id: Option<RegionId>,
    /// Territory of the company's affiliation.
    pub delegation_id: Option<DelegationId>,
    /// The other companies behind a cross-cutting need.
    pub shared_by: Codes,
    /// Whether the company lets its chamber represent it, now.
    pub represented: bool,
    /// Whether the viewer's office was introduced to it, and still deals with it.
    pub introduced: bool,
    /// Whether the viewer was named under the non-disclosure agreement of that interest, in force.
    pub under_nda: bool,
}

impl From<&need::Model> for NeedFacts {
    fn from(row: &need::Model) -> Self {
        Self {
            id: row.id,
            status: row.status,
            company_id: row.company_id,
            chamber_id: row.chamber_id,
            region_id: row.region_id,
            delegation_id: row.delegation_id,
            shared_by: row.shared_by.clone(),
            represented: false,
            introduced: false,
            under_nda: false,
        }
    }
}

impl Viewer {
    fn speaks_for_chamber_of(&self, need: &NeedFacts, roles: &[Role]) -> bool {
        self.reaches(roles, need.chamber_id, need.region_id, need.delegation_id)
    }
}

impl Resource for NeedFacts {
    const NAME: &'static str = "need";

    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        if let Some(level) = self.own_level(viewer) {
            return Some(level);
        }
        if self.introduced {
            return Some(if self.under_nda {
                DisclosureLevel::Confidential
            } else {
                DisclosureLevel::Introduced
            });
        }
        match self.status {
            NeedStatus::Draft => None,
            _ if viewer.is_any(Role::NetworkAdmin) => Some(DisclosureLevel::Network),
            NeedStatus::Published => Some(viewer.network_level()),
            // What was met stays as a result, not as a description of the company's trouble.
            NeedStatus::Fulfilled => Some(DisclosureLevel::PublicBlind),
            _ => None,
        }
    }

    fn told_of(&self, viewer: &Viewer) -> Option<OrganizationId> {
        (self.introduced && self.own_level(viewer).is_none()).then_some(self.company_id)
    }
}

impl NeedFacts {
    /// What those see who stand behind it.
    pub(super) fn own_level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        if viewer.system || viewer.is(Role::MemberUser, self.company_id) {
            return Some(DisclosureLevel::Contract);
        }
        if viewer.speaks_for_chamber_of(self, CHAMBER) {
            // What the company keeps under seal, its chamber reads only where it represents it.
            return Some(if self.represented {
                DisclosureLevel::Confidential
            } else {
                DisclosureLevel::Introduced
            });
        }
        if viewer.holding(&[Role::MemberUser]).any(|grant| self.is_shared_by(grant.organization)) {
            // Whoever is named behind a need may see in what.
            return Some(DisclosureLevel::Introduced);
        }
        None
    }
}

impl NeedFacts {
    fn is_shared_by(&self, company: OrganizationId) -> bool {
        let company = company.to_string();
        self.shared_by.0.contains(&company)
    }

    /// What the viewer may do to it now, by the names of the mutations.
    #[must_use]
    pub fn actions(&self, viewer: &Viewer) -> Vec<&'static str> {
        use sea_orm::Iterable;
        let possible = NeedAction::iter().filter(|action| action.from().contains(&self.status));
        possible
            .filter(|action| action.is_open_to(viewer, self))
            .map(NeedAction::mutation)
            .collect()
    }
}

impl Resource for need::Model {
    const NAME: &'static str = NeedFacts::NAME;

    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        NeedFacts::from(self).level(viewer)
    }
}

/// What the database computes for [`Resource::level`]: whether the company lets its chamber represent
/// it (1), which matters to its chamber alone; whether the viewer's office was introduced to it (2),
/// which decides whether it is there; whether the viewer was named under a non-disclosure agreement
/// (4). The first and the last tell apart only what is sealed, which does not matter where nothing above `most` was asked for.
#[must_use]
pub fn facts_of_needs(viewer: &Viewer, most: DisclosureLevel) -> Option<SimpleExpr> {
    let sealed = most >= DisclosureLevel::Confidential;
    let chamber = sealed && viewer.holding(CHAMBER).next().is_some();
    let represented = chamber.then(|| represented(viewer, (need::Entity, need::Column::CompanyId)));
    let introduced = introduced_needs(viewer);
    let confided = introduced.as_ref().filter(|_| sealed).and_then(|_| confided_needs(viewer));
    facts_as_number([represented, introduced, confided])
}

/// The rows for which [`Resource::level`] answers `Some`.
#[must_use]
pub fn visible_needs(viewer: &Viewer) -> Condition {
    if viewer.system {
        return Condition::all();
    }
    let seen = need::Column::Status.is_in(SEEN_BY_NETWORK.iter().copied());
    let admin = viewer.is_any(Role::NetworkAdmin);
    let admin = admin.then(|| need::Column::Status.ne(NeedStatus::Draft));
    // What holds for most comes first: the rest is not looked at then.
    let any = Condition::any().add(seen).add(own_needs(viewer));
    checked(any.add_option(admin).add_option(introduced_needs(viewer)))
}

/// The same, of needs that stand in one of these statuses; nothing is asked where everybody may know
/// of all such.
#[must_use]
pub fn visible_needs_in(viewer: &Viewer, statuses: Option<&[NeedStatus]>) -> Condition {
    let are_seen = |all: &[NeedStatus]| all.iter().all(|status| SEEN_BY_NETWORK.contains(status));
    if statuses.is_some_and(are_seen) { Condition::all() } else { visible_needs(viewer) }
}

/// Who sees how much of a need: a level, and the rows of which the viewer sees as much for one
/// reason, the most first. The same as [`Resource::level`], which is the first that holds.
pub(super) fn levels(viewer: &Viewer) -> Vec<(DisclosureLevel, Condition)> {
    use DisclosureLevel::{Confidential, Contract, Introduced, Network, PublicBlind};
    use need::Column;
    let companies = viewer.holding(&[Role::MemberUser]);
    let companies = companies.map(|grant| Column::CompanyId.eq(grant.organization).into());
    let chambers = any_of(viewer.holding(CHAMBER).map(of_chamber));
    let represents = represented(viewer, (need::Entity, Column::CompanyId));
    let sealed = Condition::all().add(chambers).add(represents);
    let confided = introduced_needs(viewer).zip(confided_needs(viewer));
    let confided = confided.map(|(introduced, confided)| {
        // What one sees of one's own is asked first.
        let others = own_needs(viewer).not();
        Condition::all().add(introduced).add(confided).add(others)
    });
    let member = viewer.is_member().then(|| Column::Status.eq(NeedStatus::Published));
    let admin = viewer.is_any(Role::NetworkAdmin);
    let admin = admin.then(|| Column::Status.ne(NeedStatus::Draft));
    vec![
        (Contract, any_of(companies)),
        (Confidential, any_of([Some(sealed), confided].into_iter().flatten())),
        (Introduced, own_needs(viewer).add_option(introduced_needs(viewer))),
        (Network, none().add_option(member).add_option(admin)),
        (PublicBlind, Column::Status.is_in(SEEN_BY_NETWORK.iter().copied()).into()),
    ]
}

/// The needs of the viewer's own companies and, within their territory, of their chambers.
#[must_use]
pub fn own_needs(viewer: &Viewer) -> Condition {
    use need::Column;
    let companies = viewer.holding(&[Role::MemberUser]).flat_map(|grant| {
        let shared = Column::SharedBy.contains(format!("|{}|", grant.organization));
        [Column::CompanyId.eq(grant.organization).into(), shared.into()]
    });
    any_of(companies.chain(viewer.holding(CHAMBER).map(of_chamber)))
}

/// The needs that a grant of a chamber reaches.
fn of_chamber(grant: &Grant) -> Condition {
    use need::Column;
    Condition::all()
        .add(Column::ChamberId.eq(grant.organization))
        .add_option(grant.territory(Column::RegionId, Column::DelegationId))
}

/// What can be done to a need. Names are those of the mutations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sea_orm::EnumIter)]
pub enum NeedAction {
    /// Write it down.
    Draft,
    /// Change its text.
    Revise,
    /// Hand it to the chamber for review.
    Submit,
    /// Send it back to its author.
    Return,
    /// Offer it to the network.
    Publish,
    /// Take it off the network for a while.
    Hold,
    /// Put it back on the network.
    Resume,
    /// Give it another year.
    Renew,
    /// Let others express interest.
    OpenForInterest,
    /// Take no more expressions of interest.
    CloseForInterest,
    /// Say that it has been met.
    Fulfil,
    /// End it unmet.
    Close,
    /// Take it back.
    Withdraw,
    /// Put it away.
    Archive,
    /// End its time on the network; the service does this by itself.
    Expire,
}

use NeedStatus::{
    ClosedUnmet, Draft, Expired, Fulfilled, InReview, OnHold, Published, Returned, Withdrawn,
};

impl NeedAction {
    /// The statuses in which it can be done: the life of a need, as the only table that says so.
    #[must_use]
    pub fn from(self) -> &'static [NeedStatus] {
        match self {
            Self::Draft => &[],
            Self::Revise | Self::Submit => &[Draft, Returned],
            Self::Return | Self::Publish => &[InReview],
            Self::Hold | Self::OpenForInterest | Self::CloseForInterest | Self::Expire => {
                &[Published]
            }
            Self::Resume => &[OnHold],
            Self::Renew => &[Published, Expired],
            Self::Fulfil => &[Published, OnHold],
            Self::Close => &[Published, OnHold, Expired],
            Self::Withdraw => &[Draft, InReview, Returned, Published, OnHold, Expired],
            Self::Archive => &[Fulfilled, ClosedUnmet, Withdrawn, Expired],
        }
    }

    /// The status to which it leads; `None` when the status stays.
    #[must_use]
    pub fn to(self) -> Option<NeedStatus> {
        Some(match self {
            Self::Draft => Draft,
            Self::Submit => InReview,
            Self::Return => Returned,
            Self::Publish | Self::Resume | Self::Renew => Published,
            Self::Hold => OnHold,
            Self::Expire => Expired,
            Self::Fulfil => Fulfilled,
            Self::Close => ClosedUnmet,
            Self::Withdraw => Withdrawn,
            Self::Archive => NeedStatus::Archived,
            Self::Revise | Self::OpenForInterest | Self::CloseForInterest => return None,
        })
    }

    /// Who may do it: as the company, as which of the chamber's roles, as the network's admin.
    fn by(self) -> (bool, &'static [Role], bool) {
        const LIAISON: &[Role] = &[Role::ChamberLiaison];
        const ADMIN: &[Role] = &[Role::ChamberAdmin];
        match self {
            Self::Draft
            | Self::Revise
            | Self::Submit
            | Self::OpenForInterest
            | Self::CloseForInterest
            | Self::Fulfil => (true, LIAISON, false),
            Self::Return | Self::Renew => (false, CHAMBER, false),
            Self::Publish => (false, CHAMBER, true),
            Self::Hold | Self::Resume => (true, CHAMBER, true),
            Self::Close => (true, CHAMBER, false),
            Self::Withdraw => (true, ADMIN, false),
            Self::Archive => (false, ADMIN, false),
            Self::Expire => (false, &[], false),
        }
    }
}

impl NeedAction {
    /// The mutation that does it; what the service alone does has no mutation but a name.
    #[must_use]
    pub fn mutation(self) -> &'static str {
        match self {
            Self::Draft => "draftNeed",
            Self::Revise => "reviseNeed",
            Self::Submit => "submitNeed",
            Self::Return => "returnNeed",
            Self::Publish => "publishNeed",
            Self::Hold => "holdNeed",
            Self::Resume => "resumeNeed",
            Self::Renew => "renewNeed",
            Self::OpenForInterest => "openNeedForInterest",
            Self::CloseForInterest => "closeNeedForInterest",
            Self::Fulfil => "fulfilNeed",
            Self::Close => "closeNeed",
            Self::Withdraw => "withdrawNeed",
            Self::Archive => "archiveNeed",
            Self::Expire => "expireNeed",
        }
    }

    fn is_open_to(self, viewer: &Viewer, need: &NeedFacts) -> bool {
        let (_, _, network) = self.by();
        self.is_open_to_own(viewer, need) || network && viewer.is_any(Role::NetworkAdmin)
    }

    /// Whether the viewer may do it as the company or its chamber.
    pub(super) fn is_open_to_own(self, viewer: &Viewer, need: &NeedFacts) -> bool {
        let (company, chamber, _) = self.by();
        company && viewer.is(Role::MemberUser, need.company_id)
            || viewer.speaks_for_chamber_of(need, chamber)
    }

    /// The same for rows in the database; nothing when the viewer may do it to none.
    pub(super) fn own_rows(self, viewer: &Viewer) -> Option<Condition> {
        use need::Column;
        let (company, chamber, _) = self.by();
        let companies = viewer.holding(&[Role::MemberUser]).filter(|_| company);
        let companies = companies.map(|grant| Column::CompanyId.eq(grant.organization).into());
        let chambers = viewer.holding(chamber).map(of_chamber);
        let rules: Vec<Condition> = companies.chain(chambers).collect();
        (!rules.is_empty()).then(|| any_of(rules))
    }

    /// Whether it is for this role, in the right organization.
    #[must_use]
    pub fn is_for(self, role: Role) -> bool {
        let (company, chamber, network) = self.by();
        company && role == Role::MemberUser
            || chamber.contains(&role)
            || network && role == Role::NetworkAdmin
    }
}

impl Action for NeedAction {
    type On = need::Model;

    fn permitted(self, viewer: &Viewer, need: &need::Model) -> bool {
        self.is_open_to(viewer, &need.into())
    }

    fn scope(self) -> Option<ClientScope> {
        matches!(self, Self::Draft | Self::Revise | Self::Submit).then_some(ClientScope::WriteNeeds)
    }
}

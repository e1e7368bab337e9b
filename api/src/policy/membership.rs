//! The rules for who holds which role where, for invitations, and for what is held about people.
//!
//! Who administers an organization's people is its admin, of all of its territory; a company has
//! one role, and its members look after each other. The network's admin looks after the admins of
//! every organization, so that none is without, and after nobody else's people.

use chrono::{DateTime, Utc};
use entity::{
    DisclosureLevel, InvitationId, MembershipId, OrganizationId, OrganizationKind, PersonId, Role,
    invitation, membership, person, saved_search,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, Iterable, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, SimpleExpr},
};

use super::{Action, Grant, Part, Resource, Viewer, any_of, facts_as_number};

/// The roles whose holders administer people. An organization that has one keeps one.
pub const KEEPERS: &[Role] =
    &[Role::NetworkAdmin, Role::ChamberAdmin, Role::OttManager, Role::MemberUser];

/// Whether who holds this grant looks after those who hold `role` in an organization, which is
/// the one of the grant (`own`) or another: gives it, and takes it away.
fn looks_after(grant: &Grant, own: bool, role: Role) -> bool {
    use Role::{
        Analyst, ChamberAdmin, ChamberLiaison, MemberUser, NetworkAdmin, OttManager, OttOfficer,
        Service,
    };
    // Who administers a part of a chamber looks after nobody.
    if !grant.covers(None, None) {
        return false;
    }
    match (grant.role, role) {
        (NetworkAdmin, ChamberAdmin | OttManager | MemberUser) => true,
        (NetworkAdmin, NetworkAdmin | Analyst | Service)
        | (ChamberAdmin, ChamberAdmin | ChamberLiaison | Analyst | Service)
        | (OttManager, OttManager | OttOfficer | Analyst | Service)
        | (MemberUser, MemberUser) => own,
        _ => false,
    }
}

/// Whether the viewer looks after those who hold `role` in an organization. Never a machine.
#[must_use]
pub fn manages(viewer: &Viewer, organization: OrganizationId, role: Role) -> bool {
    let gives = |grant: &Grant| looks_after(grant, grant.organization == organization, role);
    viewer.system || viewer.machine.is_none() && viewer.grants.iter().any(gives)
}

/// Whether a person may hold a role in an organization of this kind.
#[must_use]
pub fn fits(role: Role, kind: OrganizationKind) -> bool {
    use OrganizationKind::{Chamber, Company, Startup, TechnologyTransferOffice};
    match role {
        Role::NetworkAdmin => {
            !matches!(kind, Chamber | Company | Startup | TechnologyTransferOffice)
        }
        Role::ChamberAdmin | Role::ChamberLiaison => kind == Chamber,
        Role::OttManager | Role::OttOfficer => matches!(kind, TechnologyTransferOffice | Startup),
        Role::MemberUser => matches!(kind, Company | Startup),
        Role::Analyst | Role::Service => true,
        Role::Public => false,
    }
}

/// The rows of memberships or invitations whose holders the viewer looks after.
fn managed(
    viewer: &Viewer,
    organization: impl ColumnTrait,
    role: impl ColumnTrait,
) -> Vec<Condition> {
    if viewer.machine.is_some() {
        return Vec::new();
    }
    let of = |grant: &Grant, own: bool| {
        let given: Vec<_> = Role::iter().filter(|role| looks_after(grant, own, *role)).collect();
        (!given.is_empty()).then(|| Condition::all().add(role.is_in(given)))
    };
    let mut rules = Vec::new();
    for grant in &viewer.grants {
        let here = of(grant, true);
        rules.extend(here.map(|rule| rule.add(organization.eq(grant.organization))));
        rules.extend(of(grant, false));
    }
    rules
}

/// What the rules need to know of a membership.
#[derive(Clone, Copy, Debug)]
pub struct MembershipFacts {
    /// Which.
    pub id: MembershipId,
    /// Whose it is.
    pub person_id: PersonId,
    /// Where the role is held.
    pub organization_id: OrganizationId,
    /// The role.
    pub role: Role,
    /// Until when.
    pub to_at: Option<DateTime<Utc>>,
}

impl Resource for MembershipFacts {
    const NAME: &'static str = "membership";

    /// All of it for whose it is, and for who looks after them. Colleagues know who they are.
    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        let own = viewer.person == Some(self.person_id);
        if own || manages(viewer, self.organization_id, self.role) {
            return Some(DisclosureLevel::Contract);
        }
        let lasts = self.to_at.is_none_or(|end| end > viewer.now);
        let colleague =
            viewer.machine.is_none() && viewer.houses().any(|house| house == self.organization_id);
        (lasts && colleague).then_some(DisclosureLevel::Introduced)
    }
}

impl Resource for membership::Model {
    const NAME: &'static str = MembershipFacts::NAME;

    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        let Self { id, person_id, organization_id, role, to_at, .. } = *self;
        MembershipFacts { id, person_id, organization_id, role, to_at }.level(viewer)
    }
}

/// The rows for which [`MembershipFacts::level`] answers `Some`.
#[must_use]
pub fn visible_memberships(viewer: &Viewer) -> Condition {
    if viewer.system {
        return Condition::all();
    }
    let own = viewer.person.map(|person| membership::Column::PersonId.eq(person).into());
    Condition::all().add(any_of(own.into_iter().chain(of_others(viewer))))
}

/// Those of them that are not the viewer's own.
fn of_others(viewer: &Viewer) -> Vec<Condition> {
    use membership::Column;
    let mut rules = managed(viewer, Column::OrganizationId, Column::Role);
    if viewer.machine.is_none() {
        let houses: Vec<_> = viewer.houses().collect();
        if !houses.is_empty() {
            let colleagues = Condition::all()
                .add(Column::OrganizationId.is_in(houses))
                .add(membership::unended(viewer.now));
            rules.push(colleagues);
        }
    }
    rules
}

/// What can be done to a membership. Names are those of the mutations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sea_orm::EnumIter)]
pub enum MembershipAction {
    /// Change its territory or its end.
    Change,
    /// End it.
    End,
    /// Leave.
    Leave,
}

impl MembershipAction {
    /// The mutation that does it.
    #[must_use]
    pub fn mutation(self) -> &'static str {
        match self {
            Self::Change => "changeMembership",
            Self::End => "endMembership",
            Self::Leave => "leaveOrganization",
        }
    }

    /// Whether it is for this role, in the right organization.
    #[must_use]
    pub fn is_for(self, role: Role) -> bool {
        self == Self::Leave || KEEPERS.contains(&role)
    }
}

impl Action for MembershipAction {
    type On = membership::Model;

    /// Nobody changes their own role: they leave, or somebody else changes it.
    fn permitted(self, viewer: &Viewer, row: &membership::Model) -> bool {
        let own = viewer.person == Some(row.person_id);
        match self {
            Self::Change | Self::End => !own && manages(viewer, row.organization_id, row.role),
            Self::Leave => own,
        }
    }
}

/// What the rules need to know of an invitation.
#[derive(Clone, Copy, Debug)]
pub struct InvitationFacts {
    /// Which.
    pub id: InvitationId,
    /// Where the role will be held.
    pub organization_id: OrganizationId,
    /// The role.
    pub role: Role,
}

impl Resource for InvitationFacts {
    const NAME: &'static str = "invitation";

    /// All of it for who gives that role there. Who has the code finds it by the code alone.
    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        let gives = manages(viewer, self.organization_id, self.role);
        gives.then_some(DisclosureLevel::Contract)
    }
}

impl Resource for invitation::Model {
    const NAME: &'static str = InvitationFacts::NAME;

    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        let Self { id, organization_id, role, .. } = *self;
        InvitationFacts { id, organization_id, role }.level(viewer)
    }
}

/// The rows for which [`InvitationFacts::level`] answers `Some`.
#[must_use]
pub fn visible_invitations(viewer: &Viewer) -> Condition {
    use invitation::Column;
    if viewer.system {
        return Condition::all();
    }
    Condition::all().add(any_of(managed(viewer, Column::OrganizationId, Column::Role)))
}

/// What can be done to an invitation. Names are those of the mutations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sea_orm::EnumIter)]
pub enum InvitationAction {
    /// Send it.
    Invite,
    /// Take it back.
    Withdraw,
    /// Accept it: for whoever has its code.
    Accept,
}

impl InvitationAction {
    /// The mutation that does it.
    #[must_use]
    pub fn mutation(self) -> &'static str {
        match self {
            Self::Invite => "inviteMember",
            Self::Withdraw => "withdrawInvitation",
            Self::Accept => "acceptInvitation",
        }
    }

    /// Whether it is for this role, in the right organization.
    #[must_use]
    pub fn is_for(self, role: Role) -> bool {
        self != Self::Accept && KEEPERS.contains(&role)
    }
}

impl Action for InvitationAction {
    type On = invitation::Model;

    fn permitted(self, viewer: &Viewer, row: &invitation::Model) -> bool {
        match self {
            Self::Invite | Self::Withdraw => manages(viewer, row.organization_id, row.role),
            Self::Accept => viewer.person.is_some(),
        }
    }
}

/// The role that comes of an invitation is the one that it names, for who accepted it.
impl Part<invitation::Model> for membership::Model {
    fn is_part_of(&self, invitation: &invitation::Model) -> bool {
        invitation.accepted_by == Some(self.person_id)
            && invitation.organization_id == self.organization_id
            && invitation.role == self.role
            && invitation.regions == self.regions
            && invitation.delegations == self.delegations
    }
}

/// What somebody gave by a role goes with the role.
impl Part<membership::Model> for invitation::Model {
    fn is_part_of(&self, membership: &membership::Model) -> bool {
        self.created_by == Some(membership.person_id)
    }
}

/// What the rules need to know of a person.
#[derive(Clone, Copy, Debug)]
pub struct PersonFacts {
    /// Who.
    pub id: PersonId,
    /// Whether the viewer knows them by a role (see [`acquaintance`]).
    pub known: bool,
    /// Whether the viewer looks after them now.
    pub looked_after: bool,
}

impl PersonFacts {
    /// What the database computed by [`acquaintance`].
    #[must_use]
    pub fn from_database(id: PersonId, computed: i32) -> Self {
        Self { id, known: computed & 1 != 0, looked_after: computed & 2 != 0 }
    }
}

impl Resource for PersonFacts {
    const NAME: &'static str = "person";

    /// All of it is theirs alone. Who looks after them can write to them, colleagues know their
    /// names; the network's admin knows that there is somebody, to erase them when they ask.
    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        if viewer.system || viewer.person == Some(self.id) {
            return Some(DisclosureLevel::Contract);
        }
        if self.looked_after {
            return Some(DisclosureLevel::Confidential);
        }
        if self.known {
            return Some(DisclosureLevel::Introduced);
        }
        erases(viewer).then_some(DisclosureLevel::PublicBlind)
    }
}

/// Whether the viewer erases people who ask for it.
fn erases(viewer: &Viewer) -> bool {
    viewer.machine.is_none()
        && viewer.holding(&[Role::NetworkAdmin]).any(|grant| grant.covers(None, None))
}

impl Resource for person::Model {
    const NAME: &'static str = PersonFacts::NAME;

    /// For who may do something to it, which nobody may on the ground of a role beside theirs.
    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        PersonFacts { id: self.id, known: false, looked_after: false }.level(viewer)
    }
}

fn has_membership(rules: Vec<Condition>) -> Option<SimpleExpr> {
    if rules.is_empty() {
        return None;
    }
    let here = Expr::col((membership::Entity, membership::Column::PersonId))
        .equals((person::Entity, person::Column::Id));
    let rows = membership::Entity::find()
        .select_only()
        .column(membership::Column::Id)
        .filter(here)
        .filter(any_of(rules));
    Some(Expr::exists(rows.into_query()))
}

/// By which roles the viewer knows a person, as a number that [`PersonFacts::from_database`]
/// understands.
#[must_use]
pub fn acquaintance(viewer: &Viewer) -> Option<SimpleExpr> {
    use membership::Column;
    let managed = managed(viewer, Column::OrganizationId, Column::Role);
    let lasting = managed.into_iter().map(|rule| rule.add(membership::unended(viewer.now)));
    facts_as_number([has_membership(of_others(viewer)), has_membership(lasting.collect())])
}

/// The rows for which [`PersonFacts::level`] answers `Some`.
#[must_use]
pub fn visible_people(viewer: &Viewer) -> Condition {
    if viewer.system || erases(viewer) {
        return Condition::all();
    }
    let own = viewer.person.map(|id| Condition::all().add(person::Column::Id.eq(id)));
    let known = has_membership(of_others(viewer)).map(|known| Condition::all().add(known));
    Condition::all().add(any_of(own.into_iter().chain(known)))
}

/// What can be done to what is held about a person. Names are those of the mutations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sea_orm::EnumIter)]
pub enum PersonAction {
    /// Put oneself on record, by accepting an invitation or to be erased.
    Register,
    /// Correct it.
    Correct,
    /// Blank it.
    Erase,
}

impl PersonAction {
    /// The mutation that does it.
    #[must_use]
    pub fn mutation(self) -> &'static str {
        match self {
            Self::Register => "acceptInvitation",
            Self::Correct => "correctPersonalData",
            Self::Erase => "erasePerson",
        }
    }
}

impl Action for PersonAction {
    type On = person::Model;

    fn permitted(self, viewer: &Viewer, row: &person::Model) -> bool {
        let own = viewer.person == Some(row.id);
        own || self == Self::Erase && erases(viewer)
    }
}

/// Their roles go with them.
impl Part<person::Model> for membership::Model {
    fn is_part_of(&self, person: &person::Model) -> bool {
        self.person_id == person.id
    }
}

/// What they look for goes with them.
impl Part<person::Model> for saved_search::Model {
    fn is_part_of(&self, person: &person::Model) -> bool {
        self.person_id == person.id
    }
}

/// So do the invitations that they sent, and those that were sent to them.
impl Part<person::Model> for invitation::Model {
    fn is_part_of(&self, person: &person::Model) -> bool {
        let alike = |one: &String, other: &String| one.to_lowercase() == other.to_lowercase();
        let to_them = self.email.as_ref().zip(person.email.as_ref());
        self.created_by == Some(person.id)
            || self.accepted_by == Some(person.id)
            || to_them.is_some_and(|(one, other)| alike(one, other))
    }
}

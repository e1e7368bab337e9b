//! The rules for organizations and for the consents that they give.

use entity::{
    AffiliationStatus, ConsentPurpose, DisclosureLevel, OrganizationId, OrganizationKind, Role,
    affiliation, consent, organization,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, SimpleExpr},
};

use super::{
    Action, CHAMBER, Resource, Viewer, facts_as_number, introduced_organizations, some_of,
};
use crate::calendar::day_of;

/// What the rules need to know of an organization.
#[derive(Clone, Copy, Debug)]
pub struct OrganizationFacts {
    /// Which.
    pub id: OrganizationId,
    /// What it is.
    pub kind: OrganizationKind,
    /// Whether it is affiliated, now and within the viewer's territory, to a
    /// chamber for which the viewer speaks (see [`member_of_mine`]).
    pub member_of_mine: bool,
    /// Whether the viewer was introduced to it, and still deals with it.
    pub introduced: bool,
}

/// Whether the kind is an institution, whose contact details are public by nature.
#[must_use]
pub fn is_institution(kind: OrganizationKind) -> bool {
    !matches!(kind, OrganizationKind::Company | OrganizationKind::Startup)
}

impl Resource for OrganizationFacts {
    const NAME: &'static str = "organization";

    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        if viewer.system {
            return Some(DisclosureLevel::Contract);
        }
        // A service account reads what the network reads, never the secrets of its own house.
        Some(if self.is_own(viewer) {
            DisclosureLevel::Contract
        } else if self.member_of_mine {
            // The rest of an imported roll is private to the organization and its chamber.
            DisclosureLevel::Confidential
        } else if is_institution(self.kind) || self.introduced {
            DisclosureLevel::Introduced
        } else {
            viewer.network_level()
        })
    }

    fn told_of(&self, viewer: &Viewer) -> Option<OrganizationId> {
        let open = self.is_own(viewer) || self.member_of_mine || is_institution(self.kind);
        (self.introduced && !open).then_some(self.id)
    }
}

impl OrganizationFacts {
    fn is_own(&self, viewer: &Viewer) -> bool {
        viewer.houses().any(|house| house == self.id)
    }
}

/// Organizations that the viewer may know of: all of them, by name.
#[must_use]
pub fn visible_organizations(_: &Viewer) -> Condition {
    Condition::all()
}

/// What the database computes for [`Resource::level`]: whether it is a member of the viewer's chamber
/// (1), and whether the viewer was introduced to it (2). Without them one sees what the network sees,
/// which is all where nothing above was asked for, up to `most`.
#[must_use]
pub fn facts_of_organizations(viewer: &Viewer, most: DisclosureLevel) -> Option<SimpleExpr> {
    if most < DisclosureLevel::Introduced {
        return None;
    }
    facts_as_number([member_of_mine(viewer), introduced_organizations(viewer)])
}

/// The fact `member_of_mine` as a condition on a row of `organization`; `None`
/// when the viewer speaks for no chamber, so that nobody else pays for it.
#[must_use]
pub fn member_of_mine(viewer: &Viewer) -> Option<SimpleExpr> {
    use affiliation::Column;
    let mine = some_of(viewer.holding(CHAMBER).map(|grant| {
        Condition::all()
            .add(Column::ChamberId.eq(grant.organization))
            .add_option(grant.territory(Column::RegionId, Column::DelegationId))
    }))?;
    let today = day_of(viewer.now);
    let affiliations = affiliation::Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(
            Expr::col((affiliation::Entity, Column::CompanyId))
                .equals((organization::Entity, organization::Column::Id)),
        )
        .filter(Column::Status.eq(AffiliationStatus::Active))
        .filter(Condition::any().add(Column::ToOn.is_null()).add(Column::ToOn.gte(today)))
        .filter(mine);
    Some(Expr::exists(affiliations.into_query()))
}

/// What can be done to a company's consents, and to what an office consents to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsentAction {
    /// Give it.
    Grant,
    /// Take it back.
    Withdraw,
}

impl Resource for consent::Model {
    const NAME: &'static str = "consent";

    /// A consent is known to its organization alone.
    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        (viewer.system || gives(viewer, self)).then_some(DisclosureLevel::Contract)
    }
}

/// Whether the viewer may give it: companies consent to anything, offices only to what is asked
/// of them as well, which is what binds them and so for their managers.
fn gives(viewer: &Viewer, consent: &consent::Model) -> bool {
    viewer.is(Role::MemberUser, consent.organization_id)
        || consent.purpose == ConsentPurpose::MatchFeedback
            && viewer.is(Role::OttManager, consent.organization_id)
}

impl Action for ConsentAction {
    type On = consent::Model;

    fn permitted(self, viewer: &Viewer, consent: &consent::Model) -> bool {
        gives(viewer, consent)
    }
}

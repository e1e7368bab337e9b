//! The two sides of a match and of what comes of it: a company with its chamber,
//! and a transfer office. Who may speak for which of them.

use chrono::{DateTime, Utc};
use entity::{ConsentPurpose, DelegationId, OrganizationId, RegionId, Role, consent, need};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait, SimpleExpr},
};

use super::{CHAMBER, OFFICE, Viewer, any_of, facts_as_number, some_of};

/// Who stands on the two sides of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parties {
    /// The company that has the need.
    pub company: OrganizationId,
    /// The chamber that speaks for it.
    pub chamber: OrganizationId,
    /// Territory of the company.
    pub region: Option<RegionId>,
    /// Territory of the company.
    pub delegation: Option<DelegationId>,
    /// The office that has the offer.
    pub ott: OrganizationId,
}

impl Parties {
    /// Those of a need, and an office.
    #[must_use]
    pub fn of(need: &need::Model, ott: OrganizationId) -> Self {
        Self {
            company: need.company_id,
            chamber: need.chamber_id,
            region: need.region_id,
            delegation: need.delegation_id,
            ott,
        }
    }
}

/// In whose name somebody may speak of a record: of the company, of its chamber within
/// the territory, of the office.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sides(i32);

impl Sides {
    /// Nobody.
    pub const NONE: Self = Self(0);
    /// The company.
    pub const COMPANY: Self = Self(1);
    /// Its chamber.
    pub const CHAMBER: Self = Self(2);
    /// The office.
    pub const OFFICE: Self = Self(4);
    /// The company, and the chamber that speaks for it.
    pub const COMPANY_SIDE: Self = Self(1 | 2);
    /// Those that bring the two together.
    pub const INTERMEDIARIES: Self = Self(2 | 4);
    /// The two that come to know each other.
    pub const PRINCIPALS: Self = Self(1 | 4);
    /// Everybody concerned.
    pub const ALL: Self = Self(1 | 2 | 4);

    /// What the database computed of a row; further facts may stand behind the sides.
    #[must_use]
    pub fn from_database(bits: i32) -> Self {
        Self(bits & Self::ALL.0)
    }

    /// Whether one of these is among them.
    #[must_use]
    pub fn meet(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }

    /// Of a row in hand.
    #[must_use]
    pub fn of(viewer: &Viewer, parties: &Parties) -> Self {
        let office = viewer.holding(OFFICE).any(|grant| grant.organization == parties.ott);
        let Parties { chamber, region, delegation, .. } = *parties;
        let bits = [
            (Self::COMPANY, viewer.is(Role::MemberUser, parties.company)),
            (Self::CHAMBER, viewer.reaches(CHAMBER, chamber, region, delegation)),
            (Self::OFFICE, office),
        ];
        Self(bits.iter().filter(|(_, holds)| *holds).map(|(side, _)| side.0).sum())
    }

    /// The side for which a role speaks, in the right organization.
    pub(super) fn of_role(role: Role) -> Self {
        match role {
            Role::MemberUser => Self::COMPANY,
            Role::ChamberLiaison | Role::ChamberAdmin => Self::CHAMBER,
            Role::OttOfficer | Role::OttManager => Self::OFFICE,
            _ => Self::NONE,
        }
    }
}

/// Whether the company that a row names here lets its chamber represent it, now.
pub(crate) fn represented<E: EntityTrait>(viewer: &Viewer, company: (E, E::Column)) -> SimpleExpr {
    consents(viewer.now, ConsentPurpose::Representation, company)
}

/// Whether the organization that a row names here consents to something, now.
pub(super) fn consents<E: EntityTrait>(
    now: DateTime<Utc>,
    purpose: ConsentPurpose,
    (table, organization): (E, E::Column),
) -> SimpleExpr {
    let own = Expr::col((consent::Entity, consent::Column::OrganizationId));
    let consents = consent::Entity::find()
        .select_only()
        .column(consent::Column::Id)
        .filter(own.equals((table, organization)))
        .filter(consent::Column::Purpose.eq(purpose))
        .filter(consent::in_force(now));
    Expr::exists(consents.into_query())
}

/// The columns of a table that say who its [`Parties`] are.
#[derive(Clone, Copy, Debug)]
pub(super) struct PartyColumns<C> {
    pub(super) company: C,
    pub(super) chamber: C,
    pub(super) region: C,
    pub(super) delegation: C,
    pub(super) ott: C,
}

impl<C: ColumnTrait> PartyColumns<C> {
    /// The rows for which the viewer may speak, side by side in the order of their bits;
    /// nothing for a side of which they never do.
    fn rules(&self, viewer: &Viewer) -> [(Sides, Option<Condition>); 3] {
        let companies = viewer.holding(&[Role::MemberUser]);
        let companies = companies.map(|grant| self.company.eq(grant.organization).into());
        let chambers = viewer.holding(CHAMBER).map(|grant| {
            Condition::all()
                .add(self.chamber.eq(grant.organization))
                .add_option(grant.territory(self.region, self.delegation))
        });
        let offices = viewer.holding(OFFICE);
        let offices = offices.map(|grant| self.ott.eq(grant.organization).into());
        [
            (Sides::COMPANY, some_of(companies)),
            (Sides::CHAMBER, some_of(chambers)),
            (Sides::OFFICE, some_of(offices)),
        ]
    }

    /// The rows for which the viewer may speak, for each side of which they ever do.
    pub(super) fn by_side(&self, viewer: &Viewer) -> Vec<(Sides, Condition)> {
        let rules = self.rules(viewer).into_iter();
        rules.filter_map(|(side, rows)| Some((side, rows?))).collect()
    }

    /// [`Sides::of`] a row as the database computes it; nothing for viewers who speak for no side of any.
    pub(super) fn sides(&self, viewer: &Viewer) -> Option<SimpleExpr> {
        facts_as_number(self.facts(viewer))
    }

    /// The sides one by one, in the order of their bits.
    pub(super) fn facts(&self, viewer: &Viewer) -> [Option<SimpleExpr>; 3] {
        self.rules(viewer).map(|(_, rows)| rows.map(Into::into))
    }

    /// The rows for which the viewer may speak, on any side.
    pub(super) fn own(&self, viewer: &Viewer) -> Condition {
        any_of(self.by_side(viewer).into_iter().map(|(_, rows)| rows))
    }
}

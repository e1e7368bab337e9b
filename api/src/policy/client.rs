//! The rules for machines: who lets them in, and what they may do at all. A machine has one role in
//! one organization, and of that role what its scopes name; what no scope names is for people.

use chrono::{DateTime, Utc};
use entity::{
    ClientId, ClientScope, DisclosureLevel, OrganizationId, OrganizationKind, Role, api_client,
};
use sea_orm::{ColumnTrait, Condition, Iterable};

use super::{Action, BulkJobAction, NeedAction, OfferAction, Resource, Viewer, any_of};

/// A machine that asks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Machine {
    /// Which.
    pub client: ClientId,
    /// What its token and its record both let it do.
    pub scopes: Vec<ClientScope>,
}

/// Why a machine may not ask for something: the scope that it would need, if any would do.
pub type Lacking = Option<ClientScope>;

/// What every machine reads: itself, and what is no record of anybody.
const ALWAYS: &[&str] = &[
    "Code",
    "CodeConnection",
    "CodeEdge",
    "CodeList",
    "Money",
    "Mutation",
    "PageInfo",
    "Query",
    "UserError",
    "Viewer",
    "ViewerGrant",
];

/// The types of the schema that a scope lets a machine read, by name.
fn types(scope: ClientScope) -> &'static [&'static str] {
    match scope {
        ClientScope::ReadNetwork => &[
            "Accreditation",
            "Affiliation",
            "BulkJob",
            "BulkJobConnection",
            "BulkJobEdge",
            "BulkJobPayload",
            "Capability",
            "CapabilityCell",
            "CapabilityConnection",
            "CapabilityEdge",
            "CapabilitySource",
            "ChamberProfile",
            "CodeFacet",
            "Delegation",
            "EenProfile",
            "EenTypesAndSizes",
            "InnovationCommission",
            "InnovationReadiness",
            "KindFacet",
            "MemberCount",
            "Need",
            "NeedConnection",
            "NeedCount",
            "NeedEdge",
            "Node",
            "Offer",
            "OfferConnection",
            "OfferEconomics",
            "OfferEdge",
            "Organization",
            "OrganizationConnection",
            "OrganizationEdge",
            "OttProfile",
            "Programme",
            "ProgrammeConnection",
            "ProgrammeEdge",
            "Recognition",
            "Region",
            "ResearchExpenditure",
            "SearchFacets",
            "SearchResult",
            "SearchResultConnection",
            "SearchResultEdge",
            "StatusChange",
            "SuccessCriterion",
            "TechnologyComparison",
            "TrlEvidence",
            "TrlFacet",
            "VerifiedClaim",
        ],
        ClientScope::ReadMatches => &[
            "Match",
            "MatchConnection",
            "MatchCount",
            "MatchEdge",
            "MatchPart",
            "MatchPreview",
            "MatchPreviews",
        ],
        ClientScope::WriteNeeds => &[
            "BulkJob",
            "BulkJobPayload",
            "Need",
            "NeedPayload",
            "StatusChange",
            "SuccessCriterion",
        ],
        ClientScope::WriteOffers => &[
            "BulkJob",
            "BulkJobPayload",
            "InnovationReadiness",
            "Offer",
            "OfferEconomics",
            "OfferPayload",
            "StatusChange",
            "TechnologyComparison",
            "TrlEvidence",
            "VerifiedClaim",
        ],
    }
}

/// The mutations that a scope lets a machine use.
pub fn mutations(scope: ClientScope) -> impl Iterator<Item = &'static str> {
    let needs = NeedAction::iter().filter(move |action| action.scope() == Some(scope));
    let offers = OfferAction::iter().filter(move |action| action.scope() == Some(scope));
    let jobs = BulkJobAction::iter().filter(move |action| action.scope() == Some(scope));
    needs
        .map(NeedAction::mutation)
        .chain(offers.map(OfferAction::mutation))
        .chain(jobs.filter_map(BulkJobAction::mutation))
}

impl Machine {
    /// Whether a scope of it names the type.
    #[must_use]
    pub fn reads(&self, name: &str) -> bool {
        ALWAYS.contains(&name) || self.scopes.iter().any(|scope| types(*scope).contains(&name))
    }

    /// Whether a scope of it names the mutation.
    #[must_use]
    pub fn does(&self, mutation: &str) -> bool {
        self.scopes.iter().any(|scope| mutations(*scope).any(|one| one == mutation))
    }

    /// Whether it may ask for all of this: types of the schema and mutations, by name.
    ///
    /// # Errors
    /// What it lacks.
    pub fn may_ask<'a>(
        &self,
        read: impl IntoIterator<Item = &'a str>,
        done: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), Lacking> {
        if let Some(name) = done.into_iter().find(|name| !self.does(name)) {
            return Err(ClientScope::iter().find(|scope| mutations(*scope).any(|one| one == name)));
        }
        match read.into_iter().find(|name| !self.reads(name)) {
            Some(name) => Err(ClientScope::iter().find(|scope| types(*scope).contains(&name))),
            None => Ok(()),
        }
    }
}

/// Whether a machine may hold a role in an organization of this kind. None administers, and none
/// is a manager: what these decide, people decide.
#[must_use]
pub fn can_be_held(role: Role, kind: OrganizationKind) -> bool {
    use OrganizationKind::{Chamber, Company, Startup, TechnologyTransferOffice};
    match role {
        Role::Analyst | Role::Service => true,
        Role::ChamberLiaison => kind == Chamber,
        Role::OttOfficer => matches!(kind, TechnologyTransferOffice | Startup),
        Role::MemberUser => matches!(kind, Company | Startup),
        Role::NetworkAdmin | Role::ChamberAdmin | Role::OttManager | Role::Public => false,
    }
}

/// Whether a machine is let in at all at `now`.
#[must_use]
pub fn is_let_in(row: &api_client::Model, now: DateTime<Utc>) -> bool {
    row.revoked_at.is_none() && now < row.expires_at
}

/// The roles that let machines in for their organization.
pub(super) const ADMINS: &[Role] = &[Role::ChamberAdmin, Role::OttManager];

/// Whether the viewer administers what an organization's systems may do: its admin, of all of its
/// territory, or the network's. Never a machine.
pub(super) fn administers(viewer: &Viewer, organization: OrganizationId) -> bool {
    let everywhere = |grant: &super::Grant| grant.covers(None, None);
    viewer.machine.is_none()
        && (viewer.is_any(Role::NetworkAdmin)
            || viewer
                .holding(ADMINS)
                .any(|grant| grant.organization == organization && everywhere(grant)))
}

/// Whether the viewer may give a machine this role there: none that is beside or above their own.
#[must_use]
pub fn gives_role(viewer: &Viewer, role: Role, organization: OrganizationId) -> bool {
    if viewer.system || viewer.is_any(Role::NetworkAdmin) {
        return true;
    }
    match role {
        Role::ChamberLiaison => viewer.is(Role::ChamberAdmin, organization),
        Role::OttOfficer => viewer.is(Role::OttManager, organization),
        Role::Analyst | Role::Service => true,
        _ => false,
    }
}

/// What the rules need to know of a machine.
#[derive(Clone, Copy, Debug)]
pub struct ClientFacts {
    /// Which.
    pub id: ClientId,
    /// For which organization it asks.
    pub organization_id: OrganizationId,
}

impl Resource for ClientFacts {
    const NAME: &'static str = "API client";

    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        let seen = viewer.system || administers(viewer, self.organization_id);
        seen.then_some(DisclosureLevel::Contract)
    }
}

impl Resource for api_client::Model {
    const NAME: &'static str = ClientFacts::NAME;

    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        ClientFacts { id: self.id, organization_id: self.organization_id }.level(viewer)
    }
}

/// The rows for which [`Resource::level`] answers `Some`.
#[must_use]
pub fn visible_clients(viewer: &Viewer) -> Condition {
    administered(viewer, api_client::Column::OrganizationId)
}

/// The rows of the organizations for which the viewer [`administers`].
pub(super) fn administered(viewer: &Viewer, organization: impl ColumnTrait) -> Condition {
    if viewer.system || viewer.machine.is_none() && viewer.is_any(Role::NetworkAdmin) {
        return Condition::all();
    }
    let own = viewer.holding(ADMINS).map(|grant| grant.organization);
    let own = own.filter(|one| administers(viewer, *one));
    let own = own.map(|one| organization.eq(one).into());
    Condition::all().add(any_of(own))
}

/// What can be done to a machine. Names are those of the mutations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sea_orm::EnumIter)]
pub enum ClientAction {
    /// Let it in.
    Create,
    /// Change what it is called, what it may do and until when.
    Change,
    /// Give it another secret.
    RotateSecret,
    /// Let it in no more.
    Revoke,
}

impl ClientAction {
    /// The mutation that does it.
    #[must_use]
    pub fn mutation(self) -> &'static str {
        match self {
            Self::Create => "createApiClient",
            Self::Change => "changeApiClient",
            Self::RotateSecret => "rotateApiClientSecret",
            Self::Revoke => "revokeApiClient",
        }
    }

    /// Whether it is for this role, in the right organization.
    #[must_use]
    pub fn is_for(self, role: Role) -> bool {
        role == Role::NetworkAdmin || ADMINS.contains(&role)
    }
}

impl Action for ClientAction {
    type On = api_client::Model;

    fn permitted(self, viewer: &Viewer, row: &api_client::Model) -> bool {
        administers(viewer, row.organization_id)
    }
}

#[cfg(test)]
mod tests {
    use super::{ALWAYS, mutations, types};
    use entity::ClientScope;
    use sea_orm::Iterable;

    #[test]
    fn scopes_name_what_the_schema_has() {
        let sdl = crate::schema::sdl();
        let named = ClientScope::iter().flat_map(types).chain(ALWAYS);
        let has = |name: &str| {
            ["type", "interface", "union"]
                .iter()
                .any(|kind| sdl.contains(&format!("\n{kind} {name} ")))
        };
        let unknown: Vec<_> = named.filter(|name| !has(name)).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
        for mutation in ClientScope::iter().flat_map(mutations) {
            assert!(sdl.contains(&format!("\t{mutation}(")), "{mutation}");
        }
    }
}

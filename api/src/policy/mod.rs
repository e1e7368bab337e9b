//! Who may see and do what. Nothing here touches the database, the network or
//! the clock: facts in, decision out. (Conditions for SQL are built here too, so
//! that a rule and its form for rows still in the database stand side by side.)
//!
//! Deny by default: a rule that is not written is a refusal, and what cannot be
//! seen is reported as not found.

mod agreement;
mod assessment;
mod brought;
mod bulk;
mod capability;
mod client;
mod document;
mod feedback;
mod interest;
mod introduction;
mod ip_asset;
mod ledger;
mod matches;
mod membership;
mod message;
mod nda;
mod need;
mod offer;
mod organization;
mod programme;
mod project;
mod saved_search;
mod sides;
mod territory;
mod timeline;
mod waiting;
mod webhook;

use std::ops::Deref;

use chrono::{DateTime, Duration, Utc};
use entity::{
    ClientScope, DelegationId, DisclosureLevel, OrganizationId, PersonId, RegionId, Role,
};

use sea_orm::{
    ActiveEnum, ColumnTrait, Condition,
    sea_query::{CaseStatement, Expr, ExprTrait, Func, SimpleExpr},
};

use crate::{
    calendar::{beginning_of, day_of},
    error::{Error, Result},
};

pub use agreement::{
    AgreementAction, AgreementFacts, SIGNATORIES, SPEAKERS, counted_agreements, own_agreements,
    signs_for, speaks_for, takes_offer, visible_agreements,
};
pub use assessment::AssessmentAction;
pub use brought::{
    Brought, DENUE, RollLine, Standing, affiliates, beyond_roll, brings, brings_all,
};
pub use bulk::{BulkJobAction, BulkJobFacts, own_jobs};
pub use capability::{CapabilityAction, CapabilityFacts, own_capabilities, visible_capabilities};
pub use client::{
    ClientAction, ClientFacts, Lacking, Machine, can_be_held, gives_role, is_let_in,
    mutations as mutations_of, visible_clients,
};
pub use document::{
    DocumentFacts, PUBLIC, RecordRow, public_documents, reader_of_documents, visible_documents,
};
pub use feedback::{allow_feedback, given_pairs};
pub use interest::{
    Converse, InterestAction, InterestFacts, PENDING_INTERESTS, Reach, counted_interests,
    own_interests, standing_in_interests, visible_interests,
};
pub(crate) use introduction::introduced_assets;
pub use introduction::{IN_FORCE, introduced_needs, introduced_offers, introduced_organizations};
pub use ip_asset::{IpAssetAction, IpAssetFacts, Publicity, own_ip_assets, visible_ip_assets};
pub use ledger::{DisclosureFacts, visible_disclosures};
pub use matches::{
    MatchAction, MatchFacts, OPEN_MATCHES, decided_matches, open_matches, own_matches,
    sides_of_matches, visible_matches,
};
pub use membership::{
    InvitationAction, InvitationFacts, KEEPERS, MembershipAction, MembershipFacts, PersonAction,
    PersonFacts, acquaintance, fits, manages, visible_invitations, visible_memberships,
    visible_people,
};
pub use message::{MessageFacts, reader_of_messages, speaker, unread_messages, visible_messages};
pub use nda::{NDAS, PRELIMINARY, confided_needs, confided_offers, is_told, nda_of_interest};
pub use need::{
    ENDED as NEEDS_ENDED, NeedAction, NeedFacts, SEEN_BY_NETWORK as NEEDS_SEEN_BY_NETWORK,
    facts_of_needs, own_needs, takes_interest as need_takes_interest, visible_needs,
    visible_needs_in,
};
pub use offer::{
    ENDED as OFFERS_ENDED, OfferAction, OfferFacts, SEEN_BY_NETWORK as OFFERS_SEEN_BY_NETWORK,
    facts_of_offers, own_offers, takes_interest as offer_takes_interest, visible_offers,
};
pub use organization::{
    ConsentAction, OrganizationFacts, facts_of_organizations, is_institution, member_of_mine,
    visible_organizations,
};
pub use programme::{
    ProgrammeAction, ProgrammeFacts, SPONSORS, own_programmes, visible_programmes,
};
pub use project::{
    APPROVERS, CONSORTIUM_CONTRACTS, ProjectAction, ProjectFacts, approves_for, linked_projects,
    own_projects, visible_projects,
};
pub use saved_search::{
    SavedSearchAction, SavedSearchFacts, SearchFindFacts, known_finds, own_searches, tells_at,
    told_finds, unseen_finds, visible_finds,
};
pub(crate) use sides::represented;
pub use sides::{Parties, Sides};
pub use territory::{DelegationFacts, RegionFacts};
pub use timeline::{TimelineFacts, TimelineReader, reader_of_timelines, told_events};
pub use waiting::{
    AGREEMENTS_WAIT, INTERESTS_WAIT, IP_ASSETS_WAIT, MOST_RENEWALS, NEEDS_WAIT, OFFERS_WAIT,
    PROJECTS_WAIT, ProjectParts, WaitingFacts, agreement_waits, escalated_interests,
    interest_waits, ip_asset_waits, need_waits, next_due, offer_waits, project_waits,
    waiting_agreements, waiting_interests, waiting_ip_assets, waiting_needs, waiting_offers,
    waiting_projects,
};
pub use webhook::{
    DeliveryFacts, WebhookAction, WebhookFacts, listener, visible_attempts, visible_deliveries,
    visible_endpoints,
};

/// One role in one organization, with the territory to which it is limited.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Grant {
    /// Where.
    pub organization: OrganizationId,
    /// As what.
    pub role: Role,
    /// Regions to which it is limited; empty together with `delegations` for no limit.
    pub regions: Vec<RegionId>,
    /// Delegations to which it is limited.
    pub delegations: Vec<DelegationId>,
}

impl Grant {
    /// Whether a record of this territory is within the grant. A limited grant
    /// does not reach records whose territory is unknown.
    #[must_use]
    pub fn covers(&self, region: Option<RegionId>, delegation: Option<DelegationId>) -> bool {
        if self.regions.is_empty() && self.delegations.is_empty() {
            return true;
        }
        region.is_some_and(|region| self.regions.contains(&region))
            || delegation.is_some_and(|delegation| self.delegations.contains(&delegation))
    }

    /// The same for rows in the database; nothing when the grant reaches all of them.
    fn territory(
        &self,
        region: impl ColumnTrait,
        delegation: impl ColumnTrait,
    ) -> Option<Condition> {
        if self.regions.is_empty() && self.delegations.is_empty() {
            return None;
        }
        let regions = region.is_in(self.regions.iter().copied());
        let delegations = delegation.is_in(self.delegations.iter().copied());
        Some(Condition::any().add(regions).add(delegations))
    }
}

/// What no moment has that is written down: those end with microseconds.
const MARK: Duration = Duration::nanoseconds(789);

/// How far a moment in a kept condition is from the one of which it speaks; nothing for a moment
/// that says itself.
pub(crate) fn from_now(at: DateTime<Utc>, standing: &Viewer) -> Option<Duration> {
    let is_whole = at.timestamp_subsec_nanos().is_multiple_of(1_000);
    (!is_whole).then(|| at - standing.now)
}

/// Who is asking, with every fact that the rules need.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Viewer {
    /// The person; nobody for anonymous viewers, for machines and for the system.
    pub person: Option<PersonId>,
    /// The machine that asks, in place of a person.
    pub machine: Option<Machine>,
    /// The roles that count: those of the token that a membership in force confirms.
    pub grants: Vec<Grant>,
    /// Whether the service acts by itself (expiry, imports on the command line, suggestions).
    pub system: bool,
    /// When the request began: the only clock that rules know.
    pub now: DateTime<Utc>,
}

impl Viewer {
    /// Nobody: sees what is public.
    #[must_use]
    pub fn anonymous(now: DateTime<Utc>) -> Self {
        Self { person: None, machine: None, grants: Vec::new(), system: false, now }
    }

    /// The service itself.
    #[must_use]
    pub fn system(now: DateTime<Utc>) -> Self {
        Self { person: None, machine: None, grants: Vec::new(), system: true, now }
    }

    /// The same at noon of the day, for conditions that are kept: as a rule's day lasts all day, and
    /// what a rule says of the moment bears a mark, so that the moment can be filled in.
    pub(crate) fn of_the_day(&self) -> Self {
        let noon = beginning_of(day_of(self.now)) + Duration::hours(12);
        Self { now: noon + MARK, ..self.clone() }
    }

    /// Whether nobody asks.
    #[must_use]
    pub fn is_nobody(&self) -> bool {
        self.person.is_none() && self.machine.is_none() && !self.system
    }

    /// What kind of viewer it is, in one word that names nobody: for logs and figures.
    #[must_use]
    pub fn class(&self) -> String {
        let mut roles = self.grants.iter().map(|grant| grant.role);
        let first = roles.next();
        match first {
            _ if self.system => "SYSTEM".into(),
            _ if self.machine.is_some() => "MACHINE".into(),
            _ if self.is_nobody() => "NOBODY".into(),
            Some(first) if roles.all(|role| role == first) => first.to_value(),
            Some(_) => "SEVERAL".into(),
            None => "STRANGER".into(),
        }
    }

    /// Whether the viewer may do what a scope names, or no scope does: a person may, a machine only
    /// what one of its scopes names. What its role may is another question.
    pub(crate) fn lets(&self, scope: Option<ClientScope>) -> bool {
        let named = |machine: &Machine| scope.is_some_and(|one| machine.scopes.contains(&one));
        self.machine.as_ref().is_none_or(named)
    }

    /// Those of the mutations that the viewer may use at all.
    pub(crate) fn among<M: AsRef<str>>(&self, mut mutations: Vec<M>) -> Vec<M> {
        if let Some(machine) = &self.machine {
            mutations.retain(|mutation| machine.does(mutation.as_ref()));
        }
        mutations
    }

    /// Whether somebody of the organization decides in this role: a person, or the service, never a machine.
    pub(crate) fn decides(&self, role: Role, organization: OrganizationId) -> bool {
        self.system || self.machine.is_none() && self.is(role, organization)
    }

    /// Whether the viewer belongs to the network: any role that counts.
    #[must_use]
    pub fn is_member(&self) -> bool {
        self.system || !self.grants.is_empty()
    }

    /// Leave for what is for members of the network alone.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when nobody asks, [`Error::Forbidden`] for a person without a role.
    pub fn allow_member(&self) -> Result<()> {
        if self.is_member() {
            return Ok(());
        }
        Err(self.refusal())
    }

    /// What is told to who may not.
    fn refusal(&self) -> Error {
        if self.is_nobody() { Error::Unauthenticated } else { Error::Forbidden }
    }

    fn may<A: Action>(&self, action: A, row: &A::On) -> bool {
        self.system || self.lets(action.scope()) && action.permitted(self, row)
    }

    /// Whether the viewer holds `role` in `organization`, whatever its territory.
    #[must_use]
    pub fn is(&self, role: Role, organization: OrganizationId) -> bool {
        self.grants.iter().any(|grant| grant.role == role && grant.organization == organization)
    }

    /// Whether the viewer holds `role` anywhere.
    #[must_use]
    pub fn is_any(&self, role: Role) -> bool {
        self.grants.iter().any(|grant| grant.role == role)
    }

    /// The grants with one of these roles.
    pub fn holding<'a>(&'a self, roles: &'a [Role]) -> impl Iterator<Item = &'a Grant> {
        self.grants.iter().filter(move |grant| roles.contains(&grant.role))
    }

    /// The organizations whose own people include the viewer. A service account and an analyst
    /// work for one without being inside.
    pub(crate) fn houses(&self) -> impl Iterator<Item = OrganizationId> {
        let inside = |grant: &&Grant| !matches!(grant.role, Role::Service | Role::Analyst);
        self.grants.iter().filter(inside).map(|grant| grant.organization)
    }

    /// Whether a grant of one of these roles in `organization` reaches this territory.
    fn reaches(
        &self,
        roles: &[Role],
        organization: OrganizationId,
        region: Option<RegionId>,
        delegation: Option<DelegationId>,
    ) -> bool {
        self.holding(roles)
            .any(|grant| grant.organization == organization && grant.covers(region, delegation))
    }

    /// A row, if the viewer may know of it.
    pub(crate) fn known<R: Resource>(&self, row: Option<R>) -> Option<R> {
        row.filter(|row| row.level(self).is_some())
    }

    /// What every member of the network sees at most of a record that is not theirs.
    #[must_use]
    pub fn network_level(&self) -> DisclosureLevel {
        if self.is_member() { DisclosureLevel::Network } else { DisclosureLevel::PublicBlind }
    }

    /// Leave for what the service does by itself: imports, official lists, suggestions.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for everybody else.
    pub fn allow_system<R>(&self, row: R) -> Result<Allowed<R>> {
        if self.system { Ok(Allowed(row)) } else { Err(Error::Forbidden) }
    }

    /// Asks for leave to put a new row on record.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when nobody asks, else [`Error::Forbidden`].
    pub fn allow_new<A: Action>(&self, action: A, row: A::On) -> Result<Allowed<A::On>> {
        if self.may(action, &row) { Ok(Allowed(row)) } else { Err(self.refusal()) }
    }

    /// Asks for leave to do something to a row.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the viewer may not know of it, [`Error::Unauthenticated`]
    /// when nobody asks, else [`Error::Forbidden`].
    pub fn allow<A: Action>(&self, action: A, row: A::On) -> Result<Allowed<A::On>> {
        match row.level(self) {
            // First: a role that may do it elsewhere says nothing of what cannot be seen.
            None => Err(Error::NotFound(A::On::NAME)),
            Some(_) if self.may(action, &row) => Ok(Allowed(row)),
            Some(_) => Err(self.refusal()),
        }
    }
}

/// No rows at all, and what is added to it: an `any` without members would be no
/// condition. Who needs an `all` puts it into one.
fn none() -> Condition {
    Condition::any().add(Expr::cust("FALSE"))
}

/// The rows that one of the rules lets through; none at all without rules.
fn any_of(rules: impl IntoIterator<Item = Condition>) -> Condition {
    // No needless `FALSE OR`: SQLite would not walk an index by it.
    some_of(rules).unwrap_or_else(none)
}

/// The same; nothing without rules, for what is not asked then.
fn some_of(rules: impl IntoIterator<Item = Condition>) -> Option<Condition> {
    let mut rules = rules.into_iter().peekable();
    rules.peek()?;
    Some(rules.fold(Condition::any(), Condition::add))
}

/// Facts that the database computes for one row, as one number: the first is worth 1, the
/// second 2, and so on. Nothing when none of them concerns the viewer.
pub(crate) fn facts_as_number(
    facts: impl IntoIterator<Item = Option<SimpleExpr>>,
) -> Option<SimpleExpr> {
    let facts = facts.into_iter().enumerate();
    let worth = facts.filter_map(|(place, fact)| {
        let case = CaseStatement::new().case(fact?, Expr::cust((1 << place).to_string()));
        Some(SimpleExpr::Case(Box::new(case.finally(Expr::cust("0")))))
    });
    worth.reduce(ExprTrait::add)
}

/// A rule as a condition that the database checks on each row and never walks an
/// index by: lists walk along their order, and `status IN (…)` beside `status = …`
/// would make PostgreSQL sort what it finds.
pub(crate) fn checked(rule: Condition) -> Condition {
    let rule: SimpleExpr = rule.into();
    Condition::all().add(Expr::from(Func::coalesce([rule, Expr::cust("FALSE")])))
}

/// What a grant lets do to records of its organization, by the names of the mutations.
#[must_use]
pub fn actions_of(grant: &Grant) -> Vec<String> {
    use sea_orm::Iterable;
    let needs =
        NeedAction::iter().filter(|action| action.is_for(grant.role)).map(NeedAction::mutation);
    let offers =
        OfferAction::iter().filter(|action| action.is_for(grant.role)).map(OfferAction::mutation);
    let matches = MatchAction::iter()
        .filter(|action| action.is_for(grant.role))
        .filter_map(MatchAction::mutation);
    let interests = InterestAction::iter()
        .filter(|action| action.is_for(grant.role))
        .filter_map(InterestAction::mutation);
    let agreements = AgreementAction::iter()
        .filter(|action| action.is_for(grant.role))
        .filter_map(AgreementAction::mutation);
    let assets = IpAssetAction::iter()
        .filter(|action| action.is_for(grant.role))
        .filter_map(IpAssetAction::mutation);
    let capabilities = CapabilityAction::iter()
        .filter(|action| action.is_for(grant.role))
        .map(CapabilityAction::mutation);
    let projects = ProjectAction::iter()
        .filter(|action| action.is_for(grant.role))
        .filter_map(ProjectAction::mutation);
    let programmes = ProgrammeAction::iter()
        .filter(|action| action.is_for(grant.role))
        .filter_map(ProgrammeAction::mutation);
    let clients =
        ClientAction::iter().filter(|action| action.is_for(grant.role)).map(ClientAction::mutation);
    let webhooks = WebhookAction::iter()
        .filter(|action| action.is_for(grant.role))
        .map(WebhookAction::mutation);
    let invitations = InvitationAction::iter()
        .filter(|action| action.is_for(grant.role))
        .map(InvitationAction::mutation);
    let memberships = MembershipAction::iter()
        .filter(|action| action.is_for(grant.role))
        .map(MembershipAction::mutation);
    let consents = matches!(grant.role, Role::MemberUser | Role::OttManager);
    let consents = consents.then_some(["grantConsent", "withdrawConsent"]);
    let assesses = grant.role == Role::MemberUser || CHAMBER.contains(&grant.role);
    let assessments = assesses.then_some(["recordAssessment", "withdrawAssessment"]);
    needs
        .chain(offers)
        .chain(matches)
        .chain(interests)
        .chain(agreements)
        .chain(assets)
        .chain(capabilities)
        .chain(projects)
        .chain(programmes)
        .chain(clients)
        .chain(webhooks)
        .chain(invitations)
        .chain(memberships)
        .chain(consents.into_iter().flatten())
        .chain(assessments.into_iter().flatten())
        .map(ToOwned::to_owned)
        .collect()
}

/// The roles that speak for a chamber.
pub const CHAMBER: &[Role] = &[Role::ChamberLiaison, Role::ChamberAdmin];
/// The roles that speak for a transfer office.
pub const OFFICE: &[Role] = &[Role::OttOfficer, Role::OttManager];

/// A row that has readers.
pub trait Resource {
    /// How errors call it.
    const NAME: &'static str;

    /// How much of it the viewer sees; `None` when it does not exist for them.
    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel>;

    /// Who is told what the viewer sees of it from level L2 on: its owner, when the viewer is
    /// neither of the owner nor of its intermediary.
    fn told_of(&self, _: &Viewer) -> Option<OrganizationId> {
        None
    }
}

/// What can be done to a row.
pub trait Action: Copy {
    /// The row.
    type On: Resource;

    /// Whether the viewer may do it, in the right state.
    fn permitted(self, viewer: &Viewer, row: &Self::On) -> bool;

    /// The scope by which a machine may do it; what has none is for people.
    fn scope(self) -> Option<ClientScope> {
        None
    }
}

/// Proof that the policy was asked and agreed. Only this module can make one,
/// and `Work` writes nothing without one.
#[derive(Debug)]
pub struct Allowed<R>(R);

impl<R> Allowed<R> {
    pub(crate) fn into_inner(self) -> R {
        self.0
    }

    /// The same leave for the row with other contents: what is written is what was allowed, changed.
    pub(crate) fn with(self, change: impl FnOnce(&mut R)) -> Self {
        let mut row = self.0;
        change(&mut row);
        Self(row)
    }
}

/// A row that is a part of another and has no rules of its own.
pub trait Part<Whole> {
    /// Whether it is a part of this one.
    fn is_part_of(&self, whole: &Whole) -> bool;
}

impl<R> Allowed<R> {
    /// The same leave for a part of the row.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for a part of another row.
    pub(crate) fn part<P: Part<R>>(&self, part: P) -> Result<Allowed<P>> {
        if part.is_part_of(&self.0) { Ok(Allowed(part)) } else { Err(Error::Forbidden) }
    }
}

impl<R> Deref for Allowed<R> {
    type Target = R;
    fn deref(&self) -> &R {
        &self.0
    }
}

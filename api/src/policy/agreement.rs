//! The rules for agreements: they are for their parties. Whoever brought the parties
//! together knows that there is one, and the network when all parties say so.

use chrono::{DateTime, Utc};
use entity::{
    AgreementId, AgreementStatus, Codes, DelegationId, DisclosureLevel, OrganizationId, RegionId,
    Role,
    agreement::{self, Column},
    agreement_party, confidant,
};
use sea_orm::{
    ColumnTrait, Condition,
    sea_query::{Query, SelectStatement},
};

use super::{Action, CHAMBER, Part, Resource, Viewer, any_of, checked, some_of};

/// The roles that speak for a party.
pub const SPEAKERS: &[Role] = &[
    Role::MemberUser,
    Role::ChamberLiaison,
    Role::ChamberAdmin,
    Role::OttOfficer,
    Role::OttManager,
    Role::NetworkAdmin,
];
/// Those among them that bind it: they approve and sign.
pub const SIGNATORIES: &[Role] =
    &[Role::MemberUser, Role::ChamberAdmin, Role::OttManager, Role::NetworkAdmin];

/// The organizations for which the viewer acts as one of `roles`. A role that is limited to a
/// territory does not: an agreement of the whole organization is in none.
pub(super) fn acts_for<'a>(
    viewer: &'a Viewer,
    roles: &'a [Role],
) -> impl Iterator<Item = OrganizationId> + 'a {
    let whole = viewer.holding(roles).filter(|grant| grant.covers(None, None));
    whole.map(|grant| grant.organization)
}

/// Whether the viewer approves and signs for an organization.
#[must_use]
pub fn signs_for(viewer: &Viewer, organization: OrganizationId) -> bool {
    viewer.system || acts_for(viewer, SIGNATORIES).any(|own| own == organization)
}

/// Whether the viewer speaks for an organization that is a party.
#[must_use]
pub fn speaks_for(viewer: &Viewer, organization: OrganizationId) -> bool {
    viewer.system || acts_for(viewer, SPEAKERS).any(|own| own == organization)
}

/// What the rules need to know of an agreement.
#[derive(Clone, Debug)]
pub struct AgreementFacts {
    /// Which.
    pub id: AgreementId,
    /// Where it stands.
    pub status: AgreementStatus,
    /// The party that wrote it down.
    pub drafted_by: OrganizationId,
    /// Its parties.
    pub parties: Codes,
    /// When the other parties first saw it.
    pub shared_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// Whether the network may know of it.
    pub published: bool,
    /// The chamber that brought the company to it.
    pub chamber: Option<OrganizationId>,
    /// Territory of the company.
    pub region: Option<RegionId>,
    /// Territory of the company.
    pub delegation: Option<DelegationId>,
}

impl From<&agreement::Model> for AgreementFacts {
    fn from(row: &agreement::Model) -> Self {
        Self {
            id: row.id,
            status: row.status,
            drafted_by: row.drafted_by_id,
            parties: row.parties.clone(),
            shared_at: row.shared_at,
            ended_at: row.ended_at,
            published: row.published,
            chamber: row.chamber_id,
            region: row.region_id,
            delegation: row.delegation_id,
        }
    }
}

impl AgreementFacts {
    /// Whether the viewer acts as one of `roles` for a party that knows of it.
    fn concerns(&self, viewer: &Viewer, roles: &[Role]) -> bool {
        acts_for(viewer, roles).any(|own| {
            own == self.drafted_by
                || self.shared_at.is_some() && self.parties.0.contains(&own.to_string())
        })
    }

    /// Whether the viewer speaks for the chamber that brought the company to it.
    fn follows(&self, viewer: &Viewer) -> bool {
        let chamber = self.shared_at.and(self.chamber);
        chamber.is_some_and(|id| viewer.reaches(CHAMBER, id, self.region, self.delegation))
    }

    /// Whether the viewer speaks for the party that wrote it down, and knows what came before it
    /// was shared.
    #[must_use]
    pub fn is_drafted_by(&self, viewer: &Viewer) -> bool {
        viewer.system || acts_for(viewer, SPEAKERS).any(|own| own == self.drafted_by)
    }

    /// What the viewer may do to it now, by the names of the mutations.
    #[must_use]
    pub fn actions(&self, viewer: &Viewer) -> Vec<&'static str> {
        use sea_orm::Iterable;
        let possible =
            AgreementAction::iter().filter(|action| action.from().contains(&self.status));
        possible
            .filter(|action| self.concerns(viewer, action.by()))
            .filter_map(AgreementAction::mutation)
            .collect()
    }
}

impl Resource for AgreementFacts {
    const NAME: &'static str = "agreement";

    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        if viewer.system || self.concerns(viewer, SPEAKERS) {
            return Some(DisclosureLevel::Contract);
        }
        if self.follows(viewer) {
            return Some(DisclosureLevel::Introduced);
        }
        (self.published && viewer.is_member()).then_some(DisclosureLevel::Network)
    }
}

impl Resource for agreement::Model {
    const NAME: &'static str = AgreementFacts::NAME;

    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        AgreementFacts::from(self).level(viewer)
    }
}

impl Part<agreement::Model> for agreement_party::Model {
    fn is_part_of(&self, whole: &agreement::Model) -> bool {
        self.agreement_id == whole.id
    }
}

impl Part<agreement::Model> for confidant::Model {
    fn is_part_of(&self, whole: &agreement::Model) -> bool {
        self.agreement_id == whole.id
    }
}

/// The agreements of which these organizations are parties.
pub(super) fn agreements_of(parties: &[OrganizationId]) -> SelectStatement {
    Query::select()
        .column((agreement_party::Entity, agreement_party::Column::AgreementId))
        .from(agreement_party::Entity)
        .and_where(agreement_party::Column::OrganizationId.is_in(parties.iter().copied()))
        .take()
}

/// The rows for which [`Resource::level`] answers `Some`.
#[must_use]
pub fn visible_agreements(viewer: &Viewer) -> Condition {
    if viewer.system {
        return Condition::all();
    }
    let network = viewer.is_member().then(|| Column::Published.eq(true));
    checked(own_agreements(viewer).add_option(network))
}

/// The agreements to which the viewer's organizations are parties, and those to which their
/// chambers brought a company.
#[must_use]
pub fn own_agreements(viewer: &Viewer) -> Condition {
    any_of(party_agreements(viewer).into_iter().chain(followed_agreements(viewer)))
}

/// The rows by how much the viewer sees of them, the most first.
pub(super) fn levels(viewer: &Viewer) -> Vec<(DisclosureLevel, Condition)> {
    let parties = party_agreements(viewer).map(|rows| (DisclosureLevel::Contract, rows));
    let followed = followed_agreements(viewer).map(|rows| (DisclosureLevel::Introduced, rows));
    parties.into_iter().chain(followed).collect()
}

/// Those to which the viewer's organizations are parties, as far as they know of them.
pub(super) fn party_agreements(viewer: &Viewer) -> Option<Condition> {
    let own: Vec<_> = acts_for(viewer, SPEAKERS).collect();
    let drafted = Column::DraftedById.is_in(own.iter().copied());
    let shared = Condition::all()
        .add(Column::SharedAt.is_not_null())
        .add(Column::Id.in_subquery(agreements_of(&own)));
    (!own.is_empty()).then(|| Condition::any().add(drafted).add(shared))
}

/// Those to which the viewer's chambers brought a company.
pub(super) fn followed_agreements(viewer: &Viewer) -> Option<Condition> {
    some_of(viewer.holding(CHAMBER).map(|grant| {
        Condition::all()
            .add(Column::SharedAt.is_not_null())
            .add(Column::ChamberId.eq(grant.organization))
            .add_option(grant.territory(Column::RegionId, Column::DelegationId))
    }))
}

/// The agreements that the viewer may count: their own; for the network's admin and analysts
/// all that were ever in force.
#[must_use]
pub fn counted_agreements(viewer: &Viewer) -> Condition {
    if viewer.is_any(Role::NetworkAdmin) || viewer.is_any(Role::Analyst) {
        return Condition::all().add(Column::ActiveAt.is_not_null());
    }
    own_agreements(viewer)
}

/// What can be done to an agreement. Names are those of the mutations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sea_orm::EnumIter)]
pub enum AgreementAction {
    /// Write it down.
    Draft,
    /// Change its text and terms.
    Revise,
    /// Hand it to those who may bind the party that drafts it.
    Submit,
    /// Send it back to its author.
    Return,
    /// Show it to the other parties.
    Share,
    /// Say that a party agrees to the text.
    Approve,
    /// All parties approved; follows from the last approval.
    Conclude,
    /// Talk about it again; approvals and signatures are void.
    Reopen,
    /// Sign it for a party.
    Sign,
    /// Put it into force; the service does this by itself.
    Activate,
    /// Interrupt it for a while.
    Suspend,
    /// Go on with it.
    Resume,
    /// Say that what was agreed was carried out.
    Complete,
    /// End it before its time.
    Terminate,
    /// Give it up before it comes into force.
    Cancel,
    /// Let a person of a party read what the other discloses.
    NameConfidant,
    /// Let a person read no longer.
    RemoveConfidant,
    /// Begin with a commitment.
    StartCommitment,
    /// Say that a commitment was kept.
    KeepCommitment,
    /// Give a commitment up.
    DropCommitment,
    /// Change it by an amendment that came into force; the service does this by itself.
    Amend,
    /// End it when its time is over; the service does this by itself.
    Expire,
}

use AgreementStatus::{
    Active, Approved, Cancelled, Completed, Draft, Expired, InternalReview, Negotiation,
    PartiallySigned, Suspended, Terminated,
};

impl AgreementAction {
    /// The statuses in which it can be done: the life of an agreement, as the only table that
    /// says so.
    #[must_use]
    pub fn from(self) -> &'static [AgreementStatus] {
        match self {
            Self::Draft => &[],
            Self::Revise => &[Draft, Negotiation],
            Self::Submit => &[Draft],
            Self::Return | Self::Share => &[InternalReview],
            Self::Approve | Self::Conclude => &[Negotiation],
            Self::Reopen | Self::Sign => &[Approved, PartiallySigned],
            Self::Activate => &[PartiallySigned],
            Self::Suspend
            | Self::Complete
            | Self::StartCommitment
            | Self::KeepCommitment
            | Self::DropCommitment => &[Active],
            Self::Resume => &[Suspended],
            Self::Terminate | Self::Amend | Self::Expire => &[Active, Suspended],
            Self::Cancel => &[Draft, InternalReview, Negotiation, Approved, PartiallySigned],
            Self::NameConfidant | Self::RemoveConfidant => {
                &[Negotiation, Approved, PartiallySigned, Active, Suspended]
            }
        }
    }

    /// The status to which it leads; `None` when the status stays.
    #[must_use]
    pub fn to(self) -> Option<AgreementStatus> {
        Some(match self {
            Self::Draft | Self::Return => Draft,
            Self::Submit => InternalReview,
            Self::Share | Self::Reopen => Negotiation,
            Self::Conclude => Approved,
            Self::Sign => PartiallySigned,
            Self::Activate | Self::Resume => Active,
            Self::Suspend => Suspended,
            Self::Complete => Completed,
            Self::Terminate => Terminated,
            Self::Cancel => Cancelled,
            Self::Expire => Expired,
            Self::Revise
            | Self::Approve
            | Self::NameConfidant
            | Self::RemoveConfidant
            | Self::StartCommitment
            | Self::KeepCommitment
            | Self::DropCommitment
            | Self::Amend => return None,
        })
    }

    /// Who may do it, for a party that knows of it.
    pub(super) fn by(self) -> &'static [Role] {
        match self {
            Self::Draft
            | Self::Revise
            | Self::Submit
            | Self::StartCommitment
            | Self::KeepCommitment
            | Self::DropCommitment => SPEAKERS,
            Self::Return
            | Self::Share
            | Self::Approve
            | Self::Conclude
            | Self::Reopen
            | Self::Sign
            | Self::Suspend
            | Self::Resume
            | Self::Complete
            | Self::Terminate
            | Self::Cancel
            | Self::NameConfidant
            | Self::RemoveConfidant => SIGNATORIES,
            Self::Activate | Self::Amend | Self::Expire => &[],
        }
    }

    /// The mutation that does it; `None` for what follows from something else.
    #[must_use]
    pub fn mutation(self) -> Option<&'static str> {
        Some(match self {
            Self::Draft => "draftAgreement",
            Self::Revise => "reviseAgreement",
            Self::Submit => "submitAgreement",
            Self::Return => "returnAgreement",
            Self::Share => "shareAgreement",
            Self::Approve => "approveAgreement",
            Self::Reopen => "reopenAgreement",
            Self::Sign => "signAgreement",
            Self::Suspend => "suspendAgreement",
            Self::Resume => "resumeAgreement",
            Self::Complete => "completeAgreement",
            Self::Terminate => "terminateAgreement",
            Self::Cancel => "cancelAgreement",
            Self::NameConfidant => "nameConfidant",
            Self::RemoveConfidant => "removeConfidant",
            Self::StartCommitment => "startCommitment",
            Self::KeepCommitment => "keepCommitment",
            Self::DropCommitment => "dropCommitment",
            Self::Conclude | Self::Activate | Self::Amend | Self::Expire => return None,
        })
    }

    /// Whether it is for this role, in the right organization.
    #[must_use]
    pub fn is_for(self, role: Role) -> bool {
        self.by().contains(&role)
    }
}

impl Action for AgreementAction {
    type On = agreement::Model;

    fn permitted(self, viewer: &Viewer, row: &agreement::Model) -> bool {
        AgreementFacts::from(row).concerns(viewer, self.by())
    }
}

/// Whether an agreement, once in force, leaves nobody else a use of the offer: an assignment,
/// or a licence that is exclusive everywhere and for everything.
#[must_use]
pub fn takes_offer(row: &agreement::Model) -> bool {
    use entity::{AgreementType, Exclusivity};
    match row.kind {
        AgreementType::AssignmentAgreement => true,
        AgreementType::ExclusiveLicence => {
            let everywhere = row.field_of_use.is_none() && row.territory.is_none();
            everywhere
                && matches!(row.exclusivity, Some(Exclusivity::Exclusive | Exclusivity::Sole))
        }
        _ => false,
    }
}

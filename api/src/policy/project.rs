//! The rules for projects: they are for their partners, from the moment in which the leader
//! calls them together. The network knows of one when all partners say so.

use chrono::{DateTime, Utc};
use entity::{
    AgreementType, Codes, DisclosureLevel, MilestoneStatus, OrganizationId, ProjectId,
    ProjectStatus, Role, application, milestone, outcome,
    project::{self, Column},
    project_partner, project_source,
};
use sea_orm::{
    ColumnTrait, Condition,
    sea_query::{Query, SelectStatement},
};

use super::{
    Action, Part, Resource, SIGNATORIES, SPEAKERS, Viewer, agreement::acts_for, any_of, checked,
};

/// The roles that approve projects for an office or a chamber, and find that they are closed.
pub const APPROVERS: &[Role] = &[Role::OttManager, Role::ChamberAdmin];

/// Whether the viewer approves for an office or a chamber.
#[must_use]
pub fn approves_for(viewer: &Viewer, organization: OrganizationId) -> bool {
    viewer.system || acts_for(viewer, APPROVERS).any(|own| own == organization)
}

/// The contracts on which a project of three partners or more rests.
pub const CONSORTIUM_CONTRACTS: &[AgreementType] =
    &[AgreementType::ConsortiumAgreement, AgreementType::JointDevelopmentAgreement];

/// What the rules need to know of a project.
#[derive(Clone, Debug)]
pub struct ProjectFacts {
    /// Which.
    pub id: ProjectId,
    /// Where it stands.
    pub status: ProjectStatus,
    /// The partner that proposed it.
    pub proposed_by: OrganizationId,
    /// The partner that leads it.
    pub leader: OrganizationId,
    /// Who takes part, without those who declined.
    pub partners: Codes,
    /// When the other partners first saw it.
    pub formed_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// Whether the network may know of it.
    pub published: bool,
}

impl From<&project::Model> for ProjectFacts {
    fn from(row: &project::Model) -> Self {
        Self {
            id: row.id,
            status: row.status,
            proposed_by: row.proposed_by_id,
            leader: row.leader_id,
            partners: row.partners.clone(),
            formed_at: row.formed_at,
            ended_at: row.ended_at,
            published: row.published,
        }
    }
}

impl ProjectFacts {
    /// Whether the viewer acts as one of `roles` for a partner that knows of it.
    fn concerns(&self, viewer: &Viewer, roles: &[Role]) -> bool {
        acts_for(viewer, roles).any(|own| match self.formed_at {
            Some(_) => own == self.leader || self.partners.0.contains(&own.to_string()),
            None => own == self.leader || own == self.proposed_by,
        })
    }

    /// Whether the viewer acts as one of `roles` for who leads it; until it is formed, for who
    /// proposed it as well.
    fn is_led(&self, viewer: &Viewer, roles: &[Role]) -> bool {
        acts_for(viewer, roles)
            .any(|own| own == self.leader || self.formed_at.is_none() && own == self.proposed_by)
    }

    /// Whether the viewer knows all who were asked to take part: who leads it, and who proposed
    /// it while it takes part. The others learn of each partner once it has accepted.
    #[must_use]
    pub fn knows_invited(&self, viewer: &Viewer) -> bool {
        let stands = |own: OrganizationId| self.partners.0.contains(&own.to_string());
        let own = |own| own == self.leader || own == self.proposed_by && stands(own);
        viewer.system || acts_for(viewer, SPEAKERS).any(own)
    }

    /// Whether the viewer may do it to this project.
    fn permits(&self, viewer: &Viewer, action: ProjectAction) -> bool {
        // What nobody else knows of yet, is rejected by who leads it or proposed it.
        if action == ProjectAction::Reject && self.formed_at.is_none() {
            return self.is_led(viewer, SIGNATORIES);
        }
        match action.whose() {
            Whose::Leader => self.is_led(viewer, action.by()),
            Whose::Partner => self.concerns(viewer, action.by()),
            Whose::LeaderAlone => acts_for(viewer, action.by()).any(|own| own == self.leader),
            Whose::Proposer => acts_for(viewer, action.by()).any(|own| own == self.proposed_by),
        }
    }

    /// What the viewer may do to it now, by the names of the mutations.
    #[must_use]
    pub fn actions(&self, viewer: &Viewer) -> Vec<&'static str> {
        use sea_orm::Iterable;
        let possible = ProjectAction::iter().filter(|action| action.from().contains(&self.status));
        let permitted = possible.filter(|action| self.permits(viewer, *action));
        permitted.filter_map(ProjectAction::mutation).collect()
    }
}

impl Resource for ProjectFacts {
    const NAME: &'static str = "project";

    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        if viewer.system || self.concerns(viewer, SPEAKERS) {
            return Some(DisclosureLevel::Contract);
        }
        (self.published && viewer.is_member()).then_some(DisclosureLevel::Network)
    }
}

impl Resource for project::Model {
    const NAME: &'static str = ProjectFacts::NAME;

    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        ProjectFacts::from(self).level(viewer)
    }
}

impl Part<project::Model> for project_partner::Model {
    fn is_part_of(&self, whole: &project::Model) -> bool {
        self.project_id == whole.id
    }
}

impl Part<project::Model> for project_source::Model {
    fn is_part_of(&self, whole: &project::Model) -> bool {
        self.project_id == whole.id
    }
}

impl Part<project::Model> for application::Model {
    fn is_part_of(&self, whole: &project::Model) -> bool {
        self.project_id == whole.id
    }
}

impl Part<project::Model> for milestone::Model {
    fn is_part_of(&self, whole: &project::Model) -> bool {
        self.project_id == whole.id
    }
}

impl Part<project::Model> for outcome::Model {
    fn is_part_of(&self, whole: &project::Model) -> bool {
        self.project_id == whole.id
    }
}

/// The projects in which these organizations take part.
pub(super) fn projects_of(partners: &[OrganizationId]) -> SelectStatement {
    use project_partner::Column as Partner;
    Query::select()
        .column((project_partner::Entity, Partner::ProjectId))
        .from(project_partner::Entity)
        .and_where(Partner::OrganizationId.is_in(partners.iter().copied()))
        .and_where(Partner::DeclinedAt.is_null())
        .take()
}

/// The rows for which [`Resource::level`] answers `Some`.
#[must_use]
pub fn visible_projects(viewer: &Viewer) -> Condition {
    if viewer.system {
        return Condition::all();
    }
    let network = viewer.is_member().then(|| Column::Published.eq(true));
    checked(own_projects(viewer).add_option(network))
}

/// The projects in which the viewer's organizations take part, as far as they know of them.
#[must_use]
pub fn own_projects(viewer: &Viewer) -> Condition {
    any_of(partner_projects(viewer))
}

/// The same; nothing for who speaks for nobody.
pub(super) fn partner_projects(viewer: &Viewer) -> Option<Condition> {
    let own: Vec<_> = acts_for(viewer, SPEAKERS).collect();
    let formed = Condition::all()
        .add(Column::FormedAt.is_not_null())
        .add(Column::Id.in_subquery(projects_of(&own)));
    let proposed = Condition::all()
        .add(Column::FormedAt.is_null())
        .add(Column::ProposedById.is_in(own.iter().copied()));
    let led = Column::LeaderId.is_in(own.iter().copied());
    (!own.is_empty()).then(|| Condition::any().add(led).add(proposed).add(formed))
}

/// Those of which the viewer may know from what they come: once a project is approved, all who
/// take part have said so; until then it is for who leads it or proposes it.
#[must_use]
pub fn linked_projects(viewer: &Viewer) -> Condition {
    let own: Vec<_> = acts_for(viewer, SPEAKERS).collect();
    let led = Column::LeaderId.is_in(own.iter().copied());
    let proposed = Column::ProposedById.is_in(own.iter().copied());
    let said = Condition::any().add(Column::ApprovedAt.is_not_null()).add(led).add(proposed);
    if viewer.system {
        return Condition::all();
    }
    Condition::all().add(own_projects(viewer)).add(said)
}

/// The rows by how much the viewer sees of them, the most first.
pub(super) fn levels(viewer: &Viewer) -> Vec<(DisclosureLevel, Condition)> {
    let own = partner_projects(viewer).map(|rows| (DisclosureLevel::Contract, rows));
    own.into_iter().collect()
}

/// For which partner something is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    /// For who leads it; until it is formed, also for who proposed it.
    Leader,
    /// For who leads it, and nobody else.
    LeaderAlone,
    /// For any partner.
    Partner,
    /// For who proposes it.
    Proposer,
}

/// What can be done to a project. Names are those of the mutations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sea_orm::EnumIter)]
pub enum ProjectAction {
    /// Write it down.
    Propose,
    /// Change its plan.
    Revise,
    /// Call its partners together.
    Form,
    /// Say that a partner takes part as its line says.
    Accept,
    /// Say that a partner does not take part.
    Decline,
    /// Say that an office or a chamber approves it.
    Endorse,
    /// All offices and chambers approved; follows from the last one.
    Approve,
    /// Say that it is not wanted.
    Reject,
    /// Name the contract on which it rests.
    LinkAgreement,
    /// Begin with it.
    Start,
    /// Interrupt it for a while.
    Hold,
    /// Go on with it.
    Resume,
    /// Say that it was carried out.
    Complete,
    /// Say that an office or a chamber agrees that it is closed.
    EndorseClosure,
    /// All offices and chambers agreed; follows from the last one.
    Close,
    /// Give it up.
    Cancel,
    /// Add money to an approved project.
    AddFunding,
    /// Say how far a funding line has come.
    FollowFunding,
    /// Say what may go wrong.
    RecordRisks,
    /// Put a milestone into the plan.
    PlanMilestone,
    /// Change a milestone of the plan.
    ReviseMilestone,
    /// Begin with a milestone.
    StartMilestone,
    /// Say that a milestone was reached.
    SubmitMilestone,
    /// Say, for the leader or the office, that it was.
    EndorseMilestone,
    /// Send a milestone back.
    ReturnMilestone,
    /// Say that a milestone was not reached.
    MissMilestone,
    /// Ask for a milestone no longer.
    WaiveMilestone,
    /// Say what came of it.
    RecordOutcome,
    /// Find an outcome true.
    ValidateOutcome,
    /// Not find an outcome true.
    RefuseOutcome,
    /// Apply to a programme.
    Apply,
    /// Apply no longer.
    WithdrawApplication,
    /// Attach documents, and take them away.
    Attach,
}

use ProjectStatus::{Active, Approved, Cancelled, Closed, Completed, Forming, OnHold, Proposed};

impl ProjectAction {
    /// The statuses in which it can be done: the life of a project, as the only table that says
    /// so.
    #[must_use]
    pub fn from(self) -> &'static [ProjectStatus] {
        match self {
            Self::Propose => &[],
            Self::Form => &[Proposed],
            Self::Revise | Self::ReviseMilestone | Self::Reject => &[Proposed, Forming],
            Self::Accept | Self::Decline | Self::Endorse | Self::Approve | Self::Apply => {
                &[Forming]
            }
            Self::LinkAgreement | Self::WithdrawApplication => &[Forming, Approved],
            Self::Start => &[Approved],
            Self::Hold
            | Self::Complete
            | Self::StartMilestone
            | Self::SubmitMilestone
            | Self::EndorseMilestone
            | Self::ReturnMilestone
            | Self::MissMilestone => &[Active],
            Self::Resume => &[OnHold],
            Self::EndorseClosure | Self::Close => &[Completed],
            Self::Cancel => &[Forming, Approved, Active, OnHold],
            Self::AddFunding => &[Approved, Active, OnHold],
            Self::FollowFunding => &[Forming, Approved, Active, OnHold, Completed],
            Self::RecordRisks | Self::PlanMilestone => {
                &[Proposed, Forming, Approved, Active, OnHold]
            }
            Self::WaiveMilestone => &[Proposed, Forming, Active],
            Self::RecordOutcome | Self::ValidateOutcome | Self::RefuseOutcome => {
                &[Active, Completed]
            }
            Self::Attach => &[Proposed, Forming, Approved, Active, OnHold, Completed],
        }
    }

    /// The status to which it leads; `None` when the status stays.
    #[must_use]
    pub fn to(self) -> Option<ProjectStatus> {
        Some(match self {
            Self::Propose => Proposed,
            Self::Form => Forming,
            Self::Approve => Approved,
            Self::Reject => ProjectStatus::Rejected,
            Self::Start | Self::Resume => Active,
            Self::Hold => OnHold,
            Self::Complete => Completed,
            Self::Close => Closed,
            Self::Cancel => Cancelled,
            _ => return None,
        })
    }

    fn whose(self) -> Whose {
        match self {
            Self::Propose => Whose::Proposer,
            Self::Accept
            | Self::Decline
            | Self::Endorse
            | Self::Approve
            | Self::Reject
            | Self::EndorseClosure
            | Self::Close
            | Self::StartMilestone
            | Self::SubmitMilestone
            | Self::EndorseMilestone
            | Self::ReturnMilestone
            | Self::WaiveMilestone
            | Self::RecordOutcome
            | Self::ValidateOutcome
            | Self::RefuseOutcome
            | Self::Attach => Whose::Partner,
            Self::Revise | Self::PlanMilestone | Self::ReviseMilestone | Self::RecordRisks => {
                Whose::Leader
            }
            Self::Form
            | Self::LinkAgreement
            | Self::Start
            | Self::Hold
            | Self::Resume
            | Self::Complete
            | Self::Cancel
            | Self::AddFunding
            | Self::FollowFunding
            | Self::MissMilestone
            | Self::Apply
            | Self::WithdrawApplication => Whose::LeaderAlone,
        }
    }

    /// Who may do it, for the partner whose it is.
    pub(super) fn by(self) -> &'static [Role] {
        match self {
            Self::Propose
            | Self::Revise
            | Self::AddFunding
            | Self::FollowFunding
            | Self::RecordRisks
            | Self::PlanMilestone
            | Self::ReviseMilestone
            | Self::StartMilestone
            | Self::SubmitMilestone
            | Self::RecordOutcome
            | Self::LinkAgreement
            | Self::Attach => SPEAKERS,
            Self::Form
            | Self::Accept
            | Self::Decline
            | Self::Start
            | Self::Hold
            | Self::Resume
            | Self::Complete
            | Self::Cancel
            | Self::EndorseMilestone
            | Self::ReturnMilestone
            | Self::MissMilestone
            | Self::WaiveMilestone
            | Self::ValidateOutcome
            | Self::RefuseOutcome
            | Self::Apply
            | Self::WithdrawApplication => SIGNATORIES,
            Self::Endorse | Self::Approve | Self::Reject | Self::EndorseClosure | Self::Close => {
                APPROVERS
            }
        }
    }

    /// The mutation that does it; `None` for what follows from something else.
    #[must_use]
    pub fn mutation(self) -> Option<&'static str> {
        Some(match self {
            Self::Propose => "proposeProject",
            Self::Revise => "reviseProject",
            Self::Form => "formProject",
            Self::Accept => "acceptProject",
            Self::Decline => "declineProject",
            Self::Endorse => "approveProject",
            Self::Reject => "rejectProject",
            Self::LinkAgreement => "linkProjectAgreement",
            Self::Start => "startProject",
            Self::Hold => "holdProject",
            Self::Resume => "resumeProject",
            Self::Complete => "completeProject",
            Self::EndorseClosure => "closeProject",
            Self::Cancel => "cancelProject",
            Self::AddFunding => "addFunding",
            Self::FollowFunding => "followFunding",
            Self::RecordRisks => "recordRisks",
            Self::PlanMilestone => "planMilestone",
            Self::ReviseMilestone => "reviseMilestone",
            Self::StartMilestone => "startMilestone",
            Self::SubmitMilestone => "submitMilestone",
            Self::EndorseMilestone => "acceptMilestone",
            Self::ReturnMilestone => "returnMilestone",
            Self::MissMilestone => "missMilestone",
            Self::WaiveMilestone => "waiveMilestone",
            Self::RecordOutcome => "recordOutcome",
            Self::ValidateOutcome => "validateOutcome",
            Self::RefuseOutcome => "refuseOutcome",
            Self::Apply => "applyToProgramme",
            Self::WithdrawApplication => "withdrawApplication",
            Self::Approve | Self::Close | Self::Attach => return None,
        })
    }

    /// The statuses of a milestone in which it can be done to it; none for what is not done to one.
    #[must_use]
    pub fn from_milestone(self) -> &'static [MilestoneStatus] {
        use MilestoneStatus::{InProgress, Missed, Planned, Returned, Submitted};
        match self {
            Self::ReviseMilestone => &[Planned],
            Self::StartMilestone => &[Planned, Returned],
            Self::SubmitMilestone => &[InProgress, Returned],
            Self::EndorseMilestone | Self::ReturnMilestone => &[Submitted],
            Self::MissMilestone => &[Planned, InProgress, Returned],
            // Else a project that missed one could never be completed.
            Self::WaiveMilestone => &[Planned, InProgress, Returned, Missed],
            _ => &[],
        }
    }

    /// Whether it is for this role, in the right organization.
    #[must_use]
    pub fn is_for(self, role: Role) -> bool {
        // What is only proposed, those reject who may bind its leader.
        self.by().contains(&role) || self == Self::Reject && SIGNATORIES.contains(&role)
    }
}

impl Action for ProjectAction {
    type On = project::Model;

    fn permitted(self, viewer: &Viewer, row: &project::Model) -> bool {
        ProjectFacts::from(row).permits(viewer, self)
    }
}

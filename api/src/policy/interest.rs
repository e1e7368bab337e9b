//! The rules for expressions of interest, in both of their forms: for a row in
//! hand, and for the rows still in the database.
//!
//! They are for the parties alone. Who the other party is, is told step by step: the
//! sender to the intermediary that receives it, then to the owner, the owner to the
//! sender once it accepts.

use chrono::{DateTime, Utc};
use entity::{
    DisclosureLevel, InterestDirection, InterestId, InterestStatus, OrganizationId, Role,
    interest::{self, Column},
};
use sea_orm::{ColumnTrait, Condition, Iterable, sea_query::SimpleExpr};

use super::{
    Action, Resource, Viewer, any_of, checked, facts_as_number,
    nda::{confided_interests, contracted_interests},
    sides::{Parties, PartyColumns, Sides},
};

/// The statuses in which an expression of interest waits for an answer.
pub const PENDING_INTERESTS: &[InterestStatus] = &[Submitted, Triage, InfoRequested, Forwarded];

pub(super) const PARTIES: PartyColumns<Column> = PartyColumns {
    company: Column::CompanyId,
    chamber: Column::ChamberId,
    region: Column::RegionId,
    delegation: Column::DelegationId,
    ott: Column::OttId,
};

impl From<&interest::Model> for Parties {
    fn from(row: &interest::Model) -> Self {
        Self {
            company: row.company_id,
            chamber: row.chamber_id,
            region: row.region_id,
            delegation: row.delegation_id,
            ott: row.ott_id,
        }
    }
}

/// In whose name the viewer may speak of an expression of interest (1, 2, 4), whether they read
/// under a non-disclosure agreement (8) and whether a contract came of it (16), as the database
/// computes it; nothing for viewers who speak for no side of any.
#[must_use]
pub fn standing_in_interests(viewer: &Viewer) -> Option<SimpleExpr> {
    let sides = PARTIES.facts(viewer);
    if sides.iter().all(Option::is_none) {
        return None;
    }
    let opened = [confided_interests(viewer), contracted_interests(viewer)];
    facts_as_number(sides.into_iter().chain(opened))
}

/// How far an expression of interest ever came: what was told then is not taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// It was written down.
    Sender,
    /// It was sent.
    Receiver,
    /// It was handed to the owner.
    Owner,
    /// The owner accepted it.
    Both,
}

impl Reach {
    /// From when it was sent, forwarded and accepted.
    #[must_use]
    pub fn of(
        submitted: Option<DateTime<Utc>>,
        forwarded: Option<DateTime<Utc>>,
        accepted: Option<DateTime<Utc>>,
    ) -> Self {
        match (submitted, forwarded, accepted) {
            (_, _, Some(_)) => Self::Both,
            (_, Some(_), None) => Self::Owner,
            (Some(_), None, None) => Self::Receiver,
            (None, None, None) => Self::Sender,
        }
    }
}

/// What the rules need to know of an expression of interest.
#[derive(Clone, Copy, Debug)]
pub struct InterestFacts {
    /// Which.
    pub id: InterestId,
    /// Where it stands.
    pub status: InterestStatus,
    /// From which side it comes.
    pub direction: InterestDirection,
    /// The company: the sender, or the owner of the need.
    pub company: OrganizationId,
    /// Whether the other side learns who the sender is on acceptance alone.
    pub anonymous: bool,
    /// How far it ever came.
    pub reach: Reach,
    /// In whose name the viewer may speak of it.
    pub sides: Sides,
    /// Whether the viewer was named under its non-disclosure agreement, in force.
    pub under_nda: bool,
    /// Whether a contract of the viewer's organization came of it, in force.
    pub contracted: bool,
}

impl InterestFacts {
    fn of(viewer: &Viewer, row: &interest::Model) -> Self {
        Self {
            id: row.id,
            status: row.status,
            direction: row.direction,
            company: row.company_id,
            anonymous: row.anonymous,
            reach: Reach::of(row.submitted_at, row.forwarded_at, row.accepted_at),
            sides: Sides::of(viewer, &row.into()),
            under_nda: false,
            contracted: false,
        }
    }

    /// From what [`standing_in_interests`] computed.
    #[must_use]
    pub fn standing(self, number: i32) -> Self {
        Self {
            sides: Sides::from_database(number),
            under_nda: number & 8 != 0,
            contracted: number & 16 != 0,
            ..self
        }
    }

    /// What the viewer may do to it now, by the names of the mutations.
    #[must_use]
    pub fn actions(&self, viewer: &Viewer) -> Vec<&'static str> {
        let possible = InterestAction::iter().filter(|action| action.from().contains(&self.status));
        let manages = viewer.is_any(Role::OttManager);
        possible
            .filter(|action| self.sides.meet(action.by(self.direction)))
            .filter(|action| manages || *action != InterestAction::OverrideEligibility)
            .filter_map(InterestAction::mutation)
            .collect()
    }
}

/// Who writes and sends it.
fn senders(direction: InterestDirection) -> Sides {
    match direction {
        InterestDirection::NeedToOffer => Sides::COMPANY_SIDE,
        InterestDirection::OfferToNeed => Sides::OFFICE,
    }
}

/// The intermediary that receives it.
fn receivers(direction: InterestDirection) -> Sides {
    match direction {
        InterestDirection::NeedToOffer => Sides::OFFICE,
        InterestDirection::OfferToNeed => Sides::CHAMBER,
    }
}

/// Whose need or offer it is about.
fn owners(direction: InterestDirection) -> Sides {
    match direction {
        InterestDirection::NeedToOffer => Sides::OFFICE,
        InterestDirection::OfferToNeed => Sides::COMPANY,
    }
}

impl Resource for InterestFacts {
    const NAME: &'static str = "interest";

    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        use DisclosureLevel::{Confidential, Contract, Introduced, Network, PublicBlind};
        let sends = self.sides.meet(senders(self.direction));
        if viewer.system || self.reach == Reach::Both && self.sides.meet(Sides::ALL) {
            return Some(match (self.contracted, self.under_nda) {
                (true, _) => Contract,
                (false, true) => Confidential,
                (false, false) => Introduced,
            });
        }
        // What was never sent is there for its sender alone.
        if !self.sides.meet(Sides::ALL) || self.reach == Reach::Sender && !sends {
            return None;
        }
        Some(match self.direction {
            // Offices are known to everybody; a company is not, unless it says who it is.
            InterestDirection::NeedToOffer if sends || !self.anonymous => Introduced,
            InterestDirection::NeedToOffer => Network,
            // The chamber knows its company, and receives what the office sends.
            InterestDirection::OfferToNeed if self.sides.meet(Sides::CHAMBER) => Introduced,
            InterestDirection::OfferToNeed if sends => Network,
            // The company reads it blind until its chamber forwards it, or it accepts.
            InterestDirection::OfferToNeed if self.reach >= Reach::Owner && !self.anonymous => {
                Introduced
            }
            InterestDirection::OfferToNeed => PublicBlind,
        })
    }

    /// Offices are known to everybody; that one of them learns who a company is, the company reads.
    fn told_of(&self, _: &Viewer) -> Option<OrganizationId> {
        let outside = self.sides.meet(Sides::OFFICE) && !self.sides.meet(Sides::COMPANY_SIDE);
        outside.then_some(self.company)
    }
}

impl Resource for interest::Model {
    const NAME: &'static str = InterestFacts::NAME;

    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        InterestFacts::of(viewer, self).level(viewer)
    }
}

/// [`InterestFacts::level`] for rows in the database that were sent: how much a viewer of this
/// side sees of which, the most first.
pub(super) fn levels(viewer: &Viewer, side: Sides) -> Vec<(DisclosureLevel, Condition)> {
    use DisclosureLevel::{Confidential, Contract};
    let opened =
        [(Contract, contracted_interests(viewer)), (Confidential, confided_interests(viewer))];
    let opened = opened.into_iter().filter_map(|(level, holds)| {
        let accepted = Column::AcceptedAt.is_not_null();
        Some((level, Condition::all().add(accepted).add(holds?)))
    });
    opened.chain(levels_of_side(side)).collect()
}

fn levels_of_side(side: Sides) -> Vec<(DisclosureLevel, Condition)> {
    use DisclosureLevel::{Introduced, Network, PublicBlind};
    let is = |direction: InterestDirection| Column::Direction.eq(direction);
    let accepted = Column::AcceptedAt.is_not_null();
    let named = Column::Anonymous.eq(false);
    let from_company = is(InterestDirection::NeedToOffer);
    if side == Sides::CHAMBER {
        return vec![(Introduced, Condition::all())];
    }
    if side == Sides::COMPANY {
        let told = Condition::all().add(Column::ForwardedAt.is_not_null()).add(named);
        let known = Condition::any().add(from_company).add(accepted).add(told);
        return vec![(Introduced, known), (PublicBlind, Condition::all())];
    }
    let told = Condition::all().add(from_company).add(named);
    let known = Condition::any().add(accepted).add(told);
    vec![(Introduced, known), (Network, Condition::all())]
}

/// The rows for which [`Resource::level`] answers `Some`.
#[must_use]
pub fn visible_interests(viewer: &Viewer) -> Condition {
    if viewer.system {
        return Condition::all();
    }
    let sent = PARTIES.own(viewer);
    let sent = Condition::all().add(Column::SubmittedAt.is_not_null()).add(sent);
    let written = PARTIES.by_side(viewer).into_iter().map(|(side, rows)| {
        let from = InterestDirection::iter().filter(|from| side.meet(senders(*from)));
        Condition::all().add(Column::Direction.is_in(from)).add(rows)
    });
    checked(any_of(written.chain([sent])))
}

/// The expressions of interest of the viewer's own companies, offices and, within their
/// territory, chambers; drafts of others among them, which nobody else may see.
#[must_use]
pub fn own_interests(viewer: &Viewer) -> Condition {
    PARTIES.own(viewer)
}

/// Those that the viewer may count: what they may know of, for the network's admin all that
/// were sent.
#[must_use]
pub fn counted_interests(viewer: &Viewer) -> Condition {
    if viewer.is_any(Role::NetworkAdmin) {
        return Condition::all().add(Column::SubmittedAt.is_not_null());
    }
    visible_interests(viewer)
}

/// What can be done to an expression of interest. Names are those of the mutations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sea_orm::EnumIter)]
pub enum InterestAction {
    /// Write it down.
    Draft,
    /// Change its text.
    Revise,
    /// Send it.
    Submit,
    /// Take it over for triage.
    TakeOver,
    /// Ask its sender for more; the clock stands still.
    RequestInformation,
    /// Answer what was asked.
    ProvideInformation,
    /// End it before its owner decides.
    Reject,
    /// Hand it to the owner.
    Forward,
    /// Let the two sides know each other.
    Accept,
    /// Say no.
    Decline,
    /// Ask for a non-disclosure agreement before more is told.
    RequestNda,
    /// Do without it.
    WaiveNda,
    /// A non-disclosure agreement is in force; the service does this by itself.
    SealNda,
    /// Look into it together.
    Evaluate,
    /// Talk about terms.
    Negotiate,
    /// A contract is in force; the service does this by itself.
    Agree,
    /// End it without a deal.
    Close,
    /// Take it back.
    Withdraw,
    /// Decide, in spite of the levels, whether the technology suits the company.
    OverrideEligibility,
    /// Rate the other side.
    Rate,
    /// Mark, for those above, that nobody has taken it over; the service does this by itself.
    Escalate,
    /// End it for want of an answer; the service does this by itself.
    Lapse,
    /// End it because what it is about has ended; the service does this by itself.
    Cancel,
}

use InterestStatus::{
    Accepted, Agreed, ClosedNoDeal, Declined, Draft, Evaluation, Forwarded, InfoRequested, Lapsed,
    NdaPending, NdaSigned, Negotiation, Rejected, Submitted, Triage, Withdrawn,
};

impl InterestAction {
    /// The statuses in which it can be done: the life of an expression of interest, as the
    /// only table that says so.
    #[must_use]
    pub fn from(self) -> &'static [InterestStatus] {
        match self {
            Self::Draft => &[],
            Self::Revise | Self::Submit => &[Draft],
            Self::TakeOver | Self::Escalate => &[Submitted],
            Self::RequestInformation | Self::Reject | Self::Forward => &[Triage],
            Self::ProvideInformation => &[InfoRequested],
            Self::Accept | Self::Decline => &[Forwarded],
            Self::RequestNda => &[Accepted],
            Self::WaiveNda | Self::SealNda => &[NdaPending],
            Self::Evaluate => &[Accepted, NdaSigned],
            Self::Negotiate => &[Evaluation],
            Self::Agree => &[Negotiation],
            Self::Close => &[Accepted, NdaPending, NdaSigned, Evaluation, Negotiation, Agreed],
            Self::Withdraw => &[Draft, Submitted, Triage, InfoRequested, Forwarded],
            Self::OverrideEligibility => {
                &[Accepted, NdaPending, NdaSigned, Evaluation, Negotiation]
            }
            Self::Rate => &[Agreed, ClosedNoDeal],
            Self::Lapse => &[Submitted, Triage, Forwarded],
            Self::Cancel => PENDING_INTERESTS,
        }
    }

    /// The status to which it leads; `None` when the status stays.
    #[must_use]
    pub fn to(self) -> Option<InterestStatus> {
        Some(match self {
            Self::Draft => Draft,
            Self::Submit | Self::ProvideInformation => Submitted,
            Self::TakeOver => Triage,
            Self::RequestInformation => InfoRequested,
            Self::Reject => Rejected,
            Self::Forward => Forwarded,
            Self::Accept | Self::WaiveNda => Accepted,
            Self::RequestNda => NdaPending,
            Self::SealNda => NdaSigned,
            Self::Agree => Agreed,
            Self::Decline => Declined,
            Self::Evaluate => Evaluation,
            Self::Negotiate => Negotiation,
            Self::Close | Self::Cancel => ClosedNoDeal,
            Self::Withdraw => Withdrawn,
            Self::Lapse => Lapsed,
            Self::Revise | Self::OverrideEligibility | Self::Rate | Self::Escalate => {
                return None;
            }
        })
    }

    /// Who may do it.
    pub(super) fn by(self, direction: InterestDirection) -> Sides {
        match self {
            Self::Draft
            | Self::Revise
            | Self::Submit
            | Self::ProvideInformation
            | Self::Withdraw => senders(direction),
            Self::TakeOver | Self::RequestInformation | Self::Reject | Self::Forward => {
                receivers(direction)
            }
            Self::Accept | Self::Decline => owners(direction),
            Self::Evaluate | Self::Negotiate => Sides::INTERMEDIARIES,
            Self::Close => Sides::ALL,
            Self::OverrideEligibility => Sides::OFFICE,
            Self::Rate | Self::RequestNda | Self::WaiveNda => Sides::PRINCIPALS,
            Self::SealNda | Self::Agree | Self::Escalate | Self::Lapse | Self::Cancel => {
                Sides::NONE
            }
        }
    }

    /// The mutation that does it; `None` for what the service alone does.
    #[must_use]
    pub fn mutation(self) -> Option<&'static str> {
        Some(match self {
            Self::Draft => "draftInterest",
            Self::Revise => "reviseInterest",
            Self::Submit => "submitInterest",
            Self::TakeOver => "takeOverInterest",
            Self::RequestInformation => "requestInterestInformation",
            Self::ProvideInformation => "provideInterestInformation",
            Self::Reject => "rejectInterest",
            Self::Forward => "forwardInterest",
            Self::Accept => "acceptInterest",
            Self::Decline => "declineInterest",
            Self::RequestNda => "requestInterestNda",
            Self::WaiveNda => "waiveInterestNda",
            Self::Evaluate => "evaluateInterest",
            Self::Negotiate => "negotiateInterest",
            Self::Close => "closeInterest",
            Self::Withdraw => "withdrawInterest",
            Self::OverrideEligibility => "overrideEligibility",
            Self::Rate => "rateInterest",
            Self::SealNda | Self::Agree | Self::Escalate | Self::Lapse | Self::Cancel => {
                return None;
            }
        })
    }

    /// Whether it is for this role, in the right organization.
    #[must_use]
    pub fn is_for(self, role: Role) -> bool {
        let side = Sides::of_role(role);
        // What an office decides against the rule, its manager decides.
        if self == Self::OverrideEligibility && role != Role::OttManager {
            return false;
        }
        InterestDirection::iter().any(|direction| side.meet(self.by(direction)))
    }

    /// The organization that sends it, through its intermediary or by itself.
    #[must_use]
    pub fn sender(row: &interest::Model) -> OrganizationId {
        match row.direction {
            InterestDirection::NeedToOffer => row.company_id,
            InterestDirection::OfferToNeed => row.ott_id,
        }
    }

    /// The statuses in which its parties can write to each other.
    #[must_use]
    pub fn is_talked_about(status: InterestStatus) -> bool {
        !matches!(status, Draft | Rejected | Declined | ClosedNoDeal | Withdrawn | Lapsed)
    }

    /// Whether the viewer rates as the company's side; as the office's otherwise.
    #[must_use]
    pub fn rates_as_company(viewer: &Viewer, row: &interest::Model) -> bool {
        Sides::of(viewer, &row.into()).meet(Sides::COMPANY)
    }
}

/// Taking part in the conversation on an expression of interest: for all of its parties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Converse;

impl Action for Converse {
    type On = interest::Model;

    fn permitted(self, viewer: &Viewer, row: &interest::Model) -> bool {
        Sides::of(viewer, &row.into()).meet(Sides::ALL)
    }
}

impl Action for InterestAction {
    type On = interest::Model;

    fn permitted(self, viewer: &Viewer, row: &interest::Model) -> bool {
        let office = self != Self::OverrideEligibility || viewer.is(Role::OttManager, row.ott_id);
        office && Sides::of(viewer, &row.into()).meet(self.by(row.direction))
    }
}

//! The rules for offers, for a row in hand and for the rows still in the database.

use entity::{ClientScope, DisclosureLevel, OfferId, OfferStatus, OrganizationId, Role, offer};
use sea_orm::{ColumnTrait, Condition, sea_query::SimpleExpr};

use super::{
    Action, OFFICE, Resource, Viewer, any_of, checked, confided_offers, facts_as_number,
    introduced_offers, none,
};

/// The statuses in which an offer is there for everybody.
pub const SEEN_BY_NETWORK: &[OfferStatus] =
    &[OfferStatus::Published, OfferStatus::Reserved, OfferStatus::Transferred];

/// The statuses in which an offer is over.
pub const ENDED: &[OfferStatus] =
    &[OfferStatus::Transferred, OfferStatus::Retired, OfferStatus::Archived];

/// Whether it takes expressions of interest.
#[must_use]
pub fn takes_interest(row: &offer::Model) -> bool {
    row.status == OfferStatus::Published && row.open_for_interest
}

/// What the rules need to know of an offer.
#[derive(Clone, Copy, Debug)]
pub struct OfferFacts {
    /// Which.
    pub id: OfferId,
    /// Where it stands.
    pub status: OfferStatus,
    /// Whose it is.
    pub ott_id: OrganizationId,
    /// Whether the viewer's company, or one of its chamber, was introduced to it, and still deals with it.
    pub introduced: bool,
    /// Whether the viewer was named under the non-disclosure agreement of that interest, in force.
    pub under_nda: bool,
}

impl From<&offer::Model> for OfferFacts {
    fn from(row: &offer::Model) -> Self {
        Self {
            id: row.id,
            status: row.status,
            ott_id: row.ott_id,
            introduced: false,
            under_nda: false,
        }
    }
}

impl Resource for OfferFacts {
    const NAME: &'static str = "offer";

    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        if viewer.system || self.is_own(viewer) {
            return Some(DisclosureLevel::Contract);
        }
        if self.introduced {
            return Some(if self.under_nda {
                DisclosureLevel::Confidential
            } else {
                DisclosureLevel::Introduced
            });
        }
        let seen = SEEN_BY_NETWORK.contains(&self.status)
            || viewer.is_any(Role::NetworkAdmin) && self.status != OfferStatus::Draft;
        seen.then(|| viewer.network_level())
    }

    fn told_of(&self, viewer: &Viewer) -> Option<OrganizationId> {
        (self.introduced && !self.is_own(viewer)).then_some(self.ott_id)
    }
}

impl OfferFacts {
    pub(super) fn is_own(&self, viewer: &Viewer) -> bool {
        OFFICE.iter().any(|role| viewer.is(*role, self.ott_id))
    }

    /// What the viewer may do to it now, by the names of the mutations.
    #[must_use]
    pub fn actions(&self, viewer: &Viewer) -> Vec<&'static str> {
        use sea_orm::Iterable;
        let possible = OfferAction::iter().filter(|action| action.from().contains(&self.status));
        possible
            .filter(|action| action.is_open_to(viewer, self))
            .map(OfferAction::mutation)
            .collect()
    }
}

impl Resource for offer::Model {
    const NAME: &'static str = OfferFacts::NAME;

    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        OfferFacts::from(self).level(viewer)
    }
}

/// What the database computes for [`Resource::level`]: whether the viewer's company was introduced to
/// it (1), which decides whether it is there; whether the viewer was named under a non-disclosure
/// agreement (2), which matters only where something sealed was asked for, up to `most`.
#[must_use]
pub fn facts_of_offers(viewer: &Viewer, most: DisclosureLevel) -> Option<SimpleExpr> {
    let introduced = introduced_offers(viewer)?;
    let confided = (most >= DisclosureLevel::Confidential).then(|| confided_offers(viewer));
    facts_as_number([Some(introduced), confided.flatten()])
}

/// The rows for which [`Resource::level`] answers `Some`.
#[must_use]
pub fn visible_offers(viewer: &Viewer) -> Condition {
    if viewer.system {
        return Condition::all();
    }
    let seen = offer::Column::Status.is_in(SEEN_BY_NETWORK.iter().copied());
    let admin = viewer.is_any(Role::NetworkAdmin);
    let admin = admin.then(|| offer::Column::Status.ne(OfferStatus::Draft));
    // What holds for most comes first: the rest is not looked at then.
    let any = Condition::any().add(seen).add(own_offers(viewer));
    checked(any.add_option(admin).add_option(introduced_offers(viewer)))
}

/// Who sees how much of an offer: a level, and the rows of which the viewer sees as much for one
/// reason, the most first. The same as [`Resource::level`], which is the first that holds.
pub(super) fn levels(viewer: &Viewer) -> Vec<(DisclosureLevel, Condition)> {
    use offer::Column;
    let admin = viewer.is_any(Role::NetworkAdmin);
    let admin = admin.then(|| Column::Status.ne(OfferStatus::Draft));
    let seen = Column::Status.is_in(SEEN_BY_NETWORK.iter().copied());
    let seen = Condition::any().add(seen).add_option(admin);
    let confided = introduced_offers(viewer).zip(confided_offers(viewer));
    let confided =
        confided.map(|(introduced, confided)| Condition::all().add(introduced).add(confided));
    vec![
        (DisclosureLevel::Contract, own_offers(viewer)),
        (DisclosureLevel::Confidential, any_of(confided)),
        (DisclosureLevel::Introduced, none().add_option(introduced_offers(viewer))),
        (viewer.network_level(), seen),
    ]
}

/// The offers of the viewer's own offices.
#[must_use]
pub fn own_offers(viewer: &Viewer) -> Condition {
    let offices = viewer.holding(OFFICE).map(|grant| offer::Column::OttId.eq(grant.organization));
    any_of(offices.map(Condition::from))
}

/// What can be done to an offer. Names are those of the mutations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sea_orm::EnumIter)]
pub enum OfferAction {
    /// Write it down.
    Draft,
    /// Change its text.
    Revise,
    /// Hand it to the office's manager for review.
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
    /// Keep it for one partner while terms are talked about.
    Reserve,
    /// Offer it to the network again; the service does this by itself when the time is over.
    Release,
    /// Say that an agreement in force leaves nobody else a use of it.
    Transfer,
    /// End it.
    Retire,
    /// End its time on the network; the service does this by itself.
    Expire,
    /// Put it away; the service does this by itself.
    Archive,
}

use OfferStatus::{
    Draft, Expired, InReview, OnHold, Published, Reserved, Retired, Returned, Transferred,
};

impl OfferAction {
    /// The statuses in which it can be done: the life of an offer, as the only table that says so.
    #[must_use]
    pub fn from(self) -> &'static [OfferStatus] {
        match self {
            Self::Draft => &[],
            Self::Revise | Self::Submit => &[Draft, Returned],
            Self::Return | Self::Publish => &[InReview],
            Self::Hold
            | Self::OpenForInterest
            | Self::CloseForInterest
            | Self::Reserve
            | Self::Expire => &[Published],
            Self::Release => &[Reserved],
            Self::Transfer => &[Published, Reserved, OnHold, Expired],
            Self::Resume => &[OnHold],
            Self::Renew => &[Published, Expired],
            Self::Retire => &[Draft, InReview, Returned, Published, OnHold, Reserved, Expired],
            Self::Archive => &[Retired, Transferred, Expired],
        }
    }

    /// The status to which it leads; `None` when the status stays.
    #[must_use]
    pub fn to(self) -> Option<OfferStatus> {
        Some(match self {
            Self::Draft => Draft,
            Self::Submit => InReview,
            Self::Return => Returned,
            Self::Publish | Self::Resume | Self::Renew | Self::Release => Published,
            Self::Reserve => Reserved,
            Self::Transfer => Transferred,
            Self::Hold => OnHold,
            Self::Retire => Retired,
            Self::Expire => Expired,
            Self::Archive => OfferStatus::Archived,
            Self::Revise | Self::OpenForInterest | Self::CloseForInterest => return None,
        })
    }

    /// Who may do it: which of the office's roles, and whether the network's admin.
    fn by(self) -> (&'static [Role], bool) {
        const MANAGER: &[Role] = &[Role::OttManager];
        match self {
            Self::Draft
            | Self::Revise
            | Self::Submit
            | Self::OpenForInterest
            | Self::CloseForInterest => (OFFICE, false),
            Self::Return | Self::Publish => (MANAGER, true),
            Self::Hold | Self::Resume => (OFFICE, true),
            Self::Renew | Self::Reserve | Self::Release | Self::Transfer | Self::Retire => {
                (MANAGER, false)
            }
            Self::Expire | Self::Archive => (&[], false),
        }
    }
}

impl OfferAction {
    /// The mutation that does it; what the service alone does has no mutation but a name.
    #[must_use]
    pub fn mutation(self) -> &'static str {
        match self {
            Self::Draft => "draftOffer",
            Self::Revise => "reviseOffer",
            Self::Submit => "submitOffer",
            Self::Return => "returnOffer",
            Self::Publish => "publishOffer",
            Self::Hold => "holdOffer",
            Self::Resume => "resumeOffer",
            Self::Renew => "renewOffer",
            Self::OpenForInterest => "openOfferForInterest",
            Self::CloseForInterest => "closeOfferForInterest",
            Self::Reserve => "reserveOffer",
            Self::Release => "releaseOffer",
            Self::Transfer => "transferOffer",
            Self::Retire => "retireOffer",
            Self::Expire => "expireOffer",
            Self::Archive => "archiveOffer",
        }
    }

    fn is_open_to(self, viewer: &Viewer, offer: &OfferFacts) -> bool {
        let (_, network) = self.by();
        self.offices(viewer).any(|office| office == offer.ott_id)
            || network && viewer.is_any(Role::NetworkAdmin)
    }

    /// The offices to whose offers the viewer may do it.
    pub(super) fn offices(self, viewer: &Viewer) -> impl Iterator<Item = OrganizationId> {
        let (office, _) = self.by();
        viewer.holding(office).map(|grant| grant.organization)
    }

    /// Whether it is for this role, in the right organization.
    #[must_use]
    pub fn is_for(self, role: Role) -> bool {
        let (office, network) = self.by();
        office.contains(&role) || network && role == Role::NetworkAdmin
    }
}

impl Action for OfferAction {
    type On = offer::Model;

    fn permitted(self, viewer: &Viewer, offer: &offer::Model) -> bool {
        self.is_open_to(viewer, &offer.into())
    }

    fn scope(self) -> Option<ClientScope> {
        matches!(self, Self::Draft | Self::Revise | Self::Submit)
            .then_some(ClientScope::WriteOffers)
    }
}

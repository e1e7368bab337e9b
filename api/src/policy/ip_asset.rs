//! The rules for intellectual property, for a row in hand and for rows still in the database.
//!
//! An office reads all of its own. The network knows of what has been made public by law and
//! what the office lists; whoever was introduced to the offer by which it is offered, of more;
//! and whoever is named under a non-disclosure agreement on it, also of what is secret yet.

use entity::{DisclosureLevel, IpAssetId, OrganizationId, Role, ip_asset, ip_event};
use sea_orm::{ColumnTrait, Condition};

use super::{
    Action, OFFICE, Part, Resource, Viewer, any_of, checked, introduction::introduced_assets,
};

/// Who can know of a piece of intellectual property, beside its office.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Publicity {
    /// Nobody: it has not been made public by law.
    Secret,
    /// The network's admin: it has been made public, and its office does not list it.
    LaidOpen,
    /// Everybody: its office lists what has been made public.
    Listed,
}

impl Publicity {
    /// From what a row says.
    #[must_use]
    pub fn of(laid_open: bool, listed: bool) -> Self {
        match (laid_open, listed) {
            (false, _) => Self::Secret,
            (true, false) => Self::LaidOpen,
            (true, true) => Self::Listed,
        }
    }
}

/// What the rules need to know of a piece of intellectual property.
#[derive(Clone, Copy, Debug)]
pub struct IpAssetFacts {
    /// Which.
    pub id: IpAssetId,
    /// Who looks after it.
    pub ott_id: OrganizationId,
    /// Who can know of it.
    pub publicity: Publicity,
    /// Whether the viewer's company, or one of its chamber, was introduced to its offer, and still deals with it; of what is secret, whether the viewer is named under their non-disclosure agreement.
    pub introduced: bool,
    /// Whether it is dormant: no rule asks it, the database computes it beside what rules ask.
    pub dormant: bool,
}

impl From<&ip_asset::Model> for IpAssetFacts {
    fn from(row: &ip_asset::Model) -> Self {
        Self {
            id: row.id,
            ott_id: row.ott_id,
            publicity: Publicity::of(row.laid_open, row.listed),
            introduced: false,
            dormant: false,
        }
    }
}

impl Resource for IpAssetFacts {
    const NAME: &'static str = "piece of intellectual property";

    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        if viewer.system || self.is_own(viewer) {
            return Some(DisclosureLevel::Contract);
        }
        if self.introduced {
            return Some(DisclosureLevel::Introduced);
        }
        let seen = match self.publicity {
            Publicity::Secret => false,
            Publicity::LaidOpen => viewer.is_any(Role::NetworkAdmin),
            Publicity::Listed => true,
        };
        seen.then(|| viewer.network_level())
    }

    fn told_of(&self, viewer: &Viewer) -> Option<OrganizationId> {
        (self.introduced && !self.is_own(viewer)).then_some(self.ott_id)
    }
}

impl IpAssetFacts {
    fn is_own(&self, viewer: &Viewer) -> bool {
        OFFICE.iter().any(|role| viewer.is(*role, self.ott_id))
    }

    /// What the viewer may do to it, by the names of the mutations.
    #[must_use]
    pub fn actions(&self, viewer: &Viewer) -> Vec<&'static str> {
        use sea_orm::Iterable;
        IpAssetAction::iter()
            .filter(|action| *action != IpAssetAction::Record)
            .filter(|action| action.is_open_to(viewer, self.ott_id))
            .filter_map(IpAssetAction::mutation)
            .collect()
    }
}

impl Resource for ip_asset::Model {
    const NAME: &'static str = IpAssetFacts::NAME;

    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        IpAssetFacts::from(self).level(viewer)
    }
}

impl Part<ip_asset::Model> for ip_event::Model {
    fn is_part_of(&self, whole: &ip_asset::Model) -> bool {
        self.asset_id == whole.id
    }
}

/// The rows for which [`Resource::level`] answers `Some`.
#[must_use]
pub fn visible_ip_assets(viewer: &Viewer) -> Condition {
    use ip_asset::Column;
    if viewer.system {
        return Condition::all();
    }
    let listed = (!viewer.is_any(Role::NetworkAdmin)).then(|| Column::Listed.eq(true));
    let seen = Condition::all().add(Column::LaidOpen.eq(true)).add_option(listed);
    checked(own_ip_assets(viewer).add(seen).add_option(introduced_assets(viewer)))
}

/// What the viewer's own offices look after.
#[must_use]
pub fn own_ip_assets(viewer: &Viewer) -> Condition {
    let offices = viewer.holding(OFFICE).map(|grant| grant.organization);
    any_of(offices.map(|office| Condition::all().add(ip_asset::Column::OttId.eq(office))))
}

/// What can be done to a piece of intellectual property. Names are those of the mutations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sea_orm::EnumIter)]
pub enum IpAssetAction {
    /// Put it on record.
    Record,
    /// Change what is said of it.
    Revise,
    /// Say what happened to it before its office.
    RecordEvent,
    /// Take back what was said by mistake.
    RemoveEvent,
    /// Say what is done with it.
    Market,
    /// Say what is to be done about its next fee.
    DecideFee,
    /// Ask its office about the next fee; the service does this by itself.
    AskFee,
}

impl IpAssetAction {
    /// The mutation that does it; `None` for what the service does by itself.
    #[must_use]
    pub fn mutation(self) -> Option<&'static str> {
        Some(match self {
            Self::Record => "recordIpAsset",
            Self::Revise => "reviseIpAsset",
            Self::RecordEvent => "recordIpEvent",
            Self::RemoveEvent => "removeIpEvent",
            Self::Market => "marketIpAsset",
            Self::DecideFee => "decideIpFee",
            Self::AskFee => return None,
        })
    }

    /// Which of the office's roles may do it.
    fn by(self) -> &'static [Role] {
        match self {
            Self::Record | Self::Revise | Self::RecordEvent | Self::Market => OFFICE,
            Self::RemoveEvent | Self::DecideFee => &[Role::OttManager],
            Self::AskFee => &[],
        }
    }

    fn is_open_to(self, viewer: &Viewer, ott: OrganizationId) -> bool {
        self.by().iter().any(|role| viewer.is(*role, ott))
    }

    /// Whether it is for this role, in the right organization.
    #[must_use]
    pub fn is_for(self, role: Role) -> bool {
        self.by().contains(&role)
    }

    /// The offices for whose property the viewer may do it.
    pub(super) fn offices(self, viewer: &Viewer) -> impl Iterator<Item = OrganizationId> {
        viewer.holding(self.by()).map(|grant| grant.organization)
    }
}

impl Action for IpAssetAction {
    type On = ip_asset::Model;

    fn permitted(self, viewer: &Viewer, row: &ip_asset::Model) -> bool {
        self.is_open_to(viewer, row.ott_id)
    }
}

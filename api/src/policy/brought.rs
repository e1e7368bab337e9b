//! The rules for what comes in files: who may bring a file of what, and which rows may be in it.
//! What has rules of its own (needs, offers, intellectual property) is asked by those, line by
//! line; here is what only files bring.

use entity::{
    BulkImportKind, OrganizationId, OrganizationKind, Role, VerificationLevel, affiliation,
    chamber_profile, delegation, external_ref, membership, organization, ott_profile, person,
    region,
};

use super::{Allowed, CHAMBER, OFFICE, Viewer, is_institution};
use crate::error::{Error, Result};

/// A row that only files bring.
pub trait Brought {
    /// Whether a chamber or an office may bring it that speaks for itself alone. The network's
    /// admin and the service itself bring all of it.
    fn is_of_house(&self, _: &Viewer) -> bool {
        false
    }
}

impl Brought for chamber_profile::Model {}
impl Brought for delegation::Model {}
impl Brought for membership::Model {}
impl Brought for ott_profile::Model {}
impl Brought for person::Model {}
impl Brought for region::Model {}

/// A chamber brings companies; what of their lines it may say, `beyond_roll` knows.
impl Brought for organization::Model {
    fn is_of_house(&self, viewer: &Viewer) -> bool {
        viewer.holding(&[Role::ChamberAdmin]).any(|grant| brings_roll(viewer, grant.organization))
            && !is_institution(self.kind)
    }
}

/// A chamber says who belongs to it, not who belongs to others.
impl Brought for affiliation::Model {
    fn is_of_house(&self, viewer: &Viewer) -> bool {
        brings_roll(viewer, self.chamber_id)
    }
}

/// Whoever brings records says how they call them; the ids of a directory are everybody's.
impl Brought for external_ref::Model {
    fn is_of_house(&self, viewer: &Viewer) -> bool {
        let speaks = |house| {
            viewer
                .holding(CHAMBER)
                .chain(viewer.holding(OFFICE))
                .any(|grant| grant.organization == house)
        };
        match self.system.parse() {
            Ok(house) => speaks(house),
            Err(_) => self.system == DENUE && viewer.is_any(Role::ChamberAdmin),
        }
    }
}

/// Under which name the ids of INEGI's directory of companies are kept.
pub const DENUE: &str = "DENUE";

/// Whether the viewer brings files for everybody: the network's admin, never a machine.
#[must_use]
pub fn brings_all(viewer: &Viewer) -> bool {
    viewer.system || viewer.machine.is_none() && viewer.is_any(Role::NetworkAdmin)
}

/// What a line of a roll says, and what it meets, as far as not everybody may say it.
#[derive(Clone, Copy, Debug)]
pub struct RollLine {
    /// What the organization is by the line.
    pub kind: OrganizationKind,
    /// What it is on record.
    pub before: Option<OrganizationKind>,
    /// How far the line says that it is verified.
    pub verification: Option<VerificationLevel>,
    /// What its parent is.
    pub parent: Option<OrganizationKind>,
    /// To which chamber the line says that it belongs.
    pub chamber: Option<OrganizationId>,
}

/// The column of a line that the network's admin alone may bring, where a chamber brings its own
/// roll: companies, as far as it can vouch for them, and nobody else's.
#[must_use]
pub fn beyond_roll(line: RollLine, house: OrganizationId) -> Option<&'static str> {
    if is_institution(line.kind) || line.before.is_some_and(is_institution) {
        return Some("kind");
    }
    if line.verification == Some(VerificationLevel::DocumentVerified) {
        return Some("verification");
    }
    if line.parent.is_some_and(is_institution) {
        return Some("parent");
    }
    line.chamber.filter(|chamber| *chamber != house).map(|_| "chamber")
}

/// How a company that a directory knows stands, when a chamber names it in its roll.
#[derive(Clone, Copy, Debug, Default)]
pub struct Standing {
    /// It belongs to the chamber already.
    pub own: bool,
    /// It belongs to another one.
    pub elsewhere: bool,
    /// Somebody holds a role in it.
    pub spoken_for: bool,
}

/// Whether a chamber affiliates it by its roll alone: who belongs to a chamber opens what
/// companies tell it, and a file must not open that of a company that can say it by itself.
#[must_use]
pub fn affiliates(standing: Standing) -> bool {
    standing.own || !standing.elsewhere && !standing.spoken_for
}

/// Whether the viewer may bring a file of this kind for this organization, or for nobody. Of needs
/// and offers each line is asked for again.
#[must_use]
pub fn brings(viewer: &Viewer, what: BulkImportKind, house: Option<OrganizationId>) -> bool {
    let speaks = |roles: &[Role]| {
        house.is_some_and(|house| viewer.holding(roles).any(|grant| grant.organization == house))
    };
    match what {
        BulkImportKind::Organizations => match house {
            Some(chamber) => brings_roll(viewer, chamber),
            None => brings_all(viewer),
        },
        BulkImportKind::Needs => speaks(CHAMBER),
        BulkImportKind::Offers | BulkImportKind::IpAssets => speaks(OFFICE),
        BulkImportKind::Network => brings_all(viewer),
    }
}

/// Whether the viewer brings the roll of a chamber: its admin, of all of its territory. Never a
/// machine: who belongs to a chamber opens what companies tell it.
fn brings_roll(viewer: &Viewer, chamber: OrganizationId) -> bool {
    brings_all(viewer)
        || viewer.machine.is_none()
            && viewer
                .holding(&[Role::ChamberAdmin])
                .any(|grant| grant.organization == chamber && grant.covers(None, None))
}

impl Viewer {
    /// Leave for a row that comes in a file.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for who may not bring it.
    pub fn allow_brought<R: Brought>(&self, row: R) -> Result<Allowed<R>> {
        if brings_all(self) || row.is_of_house(self) {
            return Ok(Allowed(row));
        }
        Err(Error::Forbidden)
    }
}

//! The rules for bulk jobs: each is its owner's alone, a person's or a machine's, as long as the
//! network lets the owner in. What an export shows and an import writes is asked of the rules of
//! what it shows and writes.

use entity::{BulkImportKind, ClientId, ClientScope, DisclosureLevel, JobId, PersonId, bulk_job};
use sea_orm::{ColumnTrait, Condition};

use super::{Action, Resource, Viewer, brings, none};

/// What the rules need to know of a bulk job.
#[derive(Clone, Copy, Debug)]
pub struct BulkJobFacts {
    /// Which.
    pub id: JobId,
    /// Whose it is, if a person's.
    pub person_id: Option<PersonId>,
    /// The same, if a machine's.
    pub client_id: Option<ClientId>,
}

impl Resource for BulkJobFacts {
    const NAME: &'static str = "bulk job";

    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        let seen = viewer.system || owns(viewer, self.person_id, self.client_id);
        seen.then_some(DisclosureLevel::Contract)
    }
}

impl Resource for bulk_job::Model {
    const NAME: &'static str = BulkJobFacts::NAME;

    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        let (person_id, client_id) = (self.person_id, self.client_id);
        BulkJobFacts { id: self.id, person_id, client_id }.level(viewer)
    }
}

/// Whether it is the viewer's own, and the network lets the viewer in.
fn owns(viewer: &Viewer, person: Option<PersonId>, client: Option<ClientId>) -> bool {
    let machine = viewer.machine.as_ref().map(|machine| machine.client);
    viewer.is_member()
        && match (viewer.person, machine) {
            (Some(own), None) => person == Some(own),
            (None, Some(own)) => client == Some(own),
            _ => false,
        }
}

/// The rows for which [`Resource::level`] answers `Some`.
#[must_use]
pub fn own_jobs(viewer: &Viewer) -> Condition {
    use bulk_job::Column;
    if viewer.system {
        return Condition::all();
    }
    let machine = viewer.machine.as_ref().map(|machine| machine.client);
    let own = match (viewer.person, machine) {
        (Some(person), None) if viewer.is_member() => Column::PersonId.eq(person).into(),
        (None, Some(client)) if viewer.is_member() => Column::ClientId.eq(client).into(),
        _ => none(),
    };
    Condition::all().add(own)
}

/// What can be done with a bulk job. Names are those of the mutations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sea_orm::EnumIter)]
pub enum BulkJobAction {
    /// Let everything that a query finds be written down.
    Export,
    /// Let a file be read that only people bring: a roll, intellectual property, a network.
    Import,
    /// Let a file of needs be read.
    ImportNeeds,
    /// Let a file of offers be read.
    ImportOffers,
    /// Call it off.
    Cancel,
    /// End it: what the service does by itself.
    Finish,
}

impl BulkJobAction {
    /// What it is to let a file be read that tells of this, and to send it.
    #[must_use]
    pub fn importing(what: BulkImportKind) -> Self {
        match what {
            BulkImportKind::Needs => Self::ImportNeeds,
            BulkImportKind::Offers => Self::ImportOffers,
            BulkImportKind::Organizations | BulkImportKind::IpAssets | BulkImportKind::Network => {
                Self::Import
            }
        }
    }

    /// The mutation that does it; none for what the service does.
    #[must_use]
    pub fn mutation(self) -> Option<&'static str> {
        match self {
            Self::Export => Some("bulkExportStart"),
            Self::Import | Self::ImportNeeds | Self::ImportOffers => Some("bulkImportStart"),
            Self::Cancel => Some("bulkJobCancel"),
            Self::Finish => None,
        }
    }
}

impl Action for BulkJobAction {
    type On = bulk_job::Model;

    fn permitted(self, viewer: &Viewer, row: &bulk_job::Model) -> bool {
        let own = owns(viewer, row.person_id, row.client_id);
        let brings = row.what.is_some_and(|what| brings(viewer, what, row.organization_id));
        match self {
            Self::Export | Self::Cancel => own,
            Self::ImportNeeds => own && brings && row.what == Some(BulkImportKind::Needs),
            Self::ImportOffers => own && brings && row.what == Some(BulkImportKind::Offers),
            Self::Import => own && brings && viewer.machine.is_none(),
            Self::Finish => false,
        }
    }

    fn scope(self) -> Option<ClientScope> {
        match self {
            Self::Export | Self::Cancel => Some(ClientScope::ReadNetwork),
            Self::ImportNeeds => Some(ClientScope::WriteNeeds),
            Self::ImportOffers => Some(ClientScope::WriteOffers),
            Self::Import | Self::Finish => None,
        }
    }
}

//! The rules for webhooks: those who let an organization's machines in say where it is told what
//! happens, and it is told what its own people would read.

use chrono::{DateTime, Utc};
use entity::{
    DisclosureLevel, OrganizationId, OrganizationKind, Role, WebhookEndpointId, webhook_attempt,
    webhook_delivery, webhook_endpoint,
};
use sea_orm::{Condition, Iterable};

use super::{
    Action, Grant, Part, Resource, Viewer,
    client::{ADMINS, administered, administers, can_be_held},
};

/// As whom an organization is told what happens: somebody who speaks for it, in all of its
/// territory. No person, so that nothing that is a person's own is told.
#[must_use]
pub fn listener(
    organization: OrganizationId,
    kind: OrganizationKind,
    now: DateTime<Utc>,
) -> Viewer {
    // What a machine of it could hold, so that nobody administers or decides.
    let speaks = |role: &Role| *role != Role::Analyst && can_be_held(*role, kind);
    let roles = Role::iter().filter(speaks);
    let grants = roles.map(|role| Grant {
        organization,
        role,
        regions: Vec::new(),
        delegations: Vec::new(),
    });
    Viewer { person: None, machine: None, grants: grants.collect(), system: false, now }
}

/// What the rules need to know of an endpoint.
#[derive(Clone, Copy, Debug)]
pub struct WebhookFacts {
    /// Which.
    pub id: WebhookEndpointId,
    /// Whose it is.
    pub organization_id: OrganizationId,
}

impl Resource for WebhookFacts {
    const NAME: &'static str = "webhook endpoint";

    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        is_whole(viewer, self.organization_id)
    }
}

impl Resource for webhook_endpoint::Model {
    const NAME: &'static str = WebhookFacts::NAME;

    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        is_whole(viewer, self.organization_id)
    }
}

/// What the rules need to know of what an endpoint is told, and of each attempt to.
#[derive(Clone, Copy, Debug)]
pub struct DeliveryFacts<Id> {
    /// Which.
    pub id: Id,
    /// Whose endpoint it is.
    pub organization_id: OrganizationId,
}

impl<Id> Resource for DeliveryFacts<Id> {
    const NAME: &'static str = "webhook delivery";

    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        is_whole(viewer, self.organization_id)
    }
}

/// Everything for those who administer, nothing for everybody else.
fn is_whole(viewer: &Viewer, organization: OrganizationId) -> Option<DisclosureLevel> {
    let seen = viewer.system || administers(viewer, organization);
    seen.then_some(DisclosureLevel::Contract)
}

/// The endpoints for which [`Resource::level`] answers `Some`.
#[must_use]
pub fn visible_endpoints(viewer: &Viewer) -> Condition {
    administered(viewer, webhook_endpoint::Column::OrganizationId)
}

/// The same of what they are told.
#[must_use]
pub fn visible_deliveries(viewer: &Viewer) -> Condition {
    administered(viewer, webhook_delivery::Column::OrganizationId)
}

/// The same of the attempts to.
#[must_use]
pub fn visible_attempts(viewer: &Viewer) -> Condition {
    administered(viewer, webhook_attempt::Column::OrganizationId)
}

/// What can be done to an endpoint. Names are those of the mutations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sea_orm::EnumIter)]
pub enum WebhookAction {
    /// Give an address.
    Create,
    /// Change the address, what it is called, or what it is told.
    Change,
    /// Give it another secret.
    RotateSecret,
    /// Let it be told again.
    Enable,
    /// Let it be told nothing.
    Disable,
    /// Forget it, with everything that it was told.
    Remove,
    /// Send something to it that tells nothing.
    SendTest,
    /// Send something again that it was told, or could not be told.
    Redeliver,
    /// Tell it again what happened since a time.
    Replay,
}

impl WebhookAction {
    /// The mutation that does it.
    #[must_use]
    pub fn mutation(self) -> &'static str {
        match self {
            Self::Create => "createWebhookEndpoint",
            Self::Change => "changeWebhookEndpoint",
            Self::RotateSecret => "rotateWebhookSecret",
            Self::Enable => "enableWebhookEndpoint",
            Self::Disable => "disableWebhookEndpoint",
            Self::Remove => "removeWebhookEndpoint",
            Self::SendTest => "sendTestWebhook",
            Self::Redeliver => "redeliverWebhook",
            Self::Replay => "replayWebhooks",
        }
    }

    /// Whether it is for this role, in the right organization.
    #[must_use]
    pub fn is_for(self, role: Role) -> bool {
        role == Role::NetworkAdmin || ADMINS.contains(&role)
    }
}

impl Action for WebhookAction {
    type On = webhook_endpoint::Model;

    fn permitted(self, viewer: &Viewer, row: &webhook_endpoint::Model) -> bool {
        administers(viewer, row.organization_id)
    }
}

impl Part<webhook_endpoint::Model> for webhook_delivery::Model {
    fn is_part_of(&self, whole: &webhook_endpoint::Model) -> bool {
        self.endpoint_id == whole.id && self.organization_id == whole.organization_id
    }
}

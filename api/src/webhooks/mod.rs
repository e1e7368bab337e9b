//! Webhooks: an organization is told at addresses of its own what happens, as far as it may know
//! of it. Signed as Standard Webhooks has it, and sent again until it is there.
//!
//! One instance at a time writes down who is to be told of what (`follow`); all of them send what
//! is due (`send`). What is told is asked of the rules at each attempt (`letter`, and `alert` of what
//! a saved search found).

mod alert;
mod courier;
mod follow;
mod input;
mod letter;
mod life;
mod mutation;
mod network;
mod object;
mod outbox;
mod query;
mod secret;
mod send;

pub use courier::{Courier, CourierSettings};
pub use follow::{follow, resign};
pub use mutation::WebhookMutation;
pub use network::{Lookup, system_lookup};
pub use object::{
    ATTEMPT_FIELDS, DELIVERY_FIELDS, FIELDS, WebhookAttempt, WebhookDelivery, WebhookEndpoint,
};
pub(crate) use outbox::sweep;
pub use query::WebhookQuery;
pub use send::send_due;

//! Expressions of interest: a company in an offer, or a transfer office in a need.
//! How they are written, sent, looked at, talked about, forwarded, accepted and
//! ended, and how fast intermediaries answer them.

mod conversation;
mod counts;
pub(crate) mod draft;
mod guards;
mod input;
pub(crate) mod life;
mod mutation;
mod object;
mod query;
mod statistics;
mod subscription;
mod waiting;

pub use conversation::{ConversationMutation, MESSAGE_FIELDS, Message};
pub use mutation::InterestMutation;
pub use object::{FIELDS, Interest};
pub use query::InterestQuery;
pub use subscription::InterestSubscription;
pub(crate) use waiting::waiting;

//! Agreements between organizations: how they are written, approved, signed, put into force
//! and followed to their end, and who reads what they open.

pub(crate) mod commitments;
mod confidants;
mod counts;
pub(crate) mod draft;
pub(crate) mod input;
pub(crate) mod life;
mod mutation;
mod object;
mod parts;
mod query;
pub(crate) mod signing;
pub(crate) mod standing;
mod subscription;
mod terms;
mod waiting;

pub use mutation::AgreementMutation;
pub use object::{Agreement, FIELDS};
pub use query::AgreementQuery;
pub(crate) use query::latest_agreements;
pub use subscription::AgreementSubscription;
pub(crate) use waiting::waiting;

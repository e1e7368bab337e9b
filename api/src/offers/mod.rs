//! What transfer offices offer: how it is written, reviewed, offered and ended.

mod input;
pub(crate) mod life;
mod mutation;
mod object;
mod query;
mod subscription;
mod waiting;

pub use input::OfferInput;
pub use mutation::OfferMutation;
pub use object::FIELDS;
pub use object::Offer;
pub use query::OfferQuery;
pub(crate) use query::newest_offers;
pub use subscription::OfferSubscription;
pub(crate) use waiting::waiting;

//! What companies need: how it is written, reviewed, offered, met and ended.

mod counts;
mod input;
pub(crate) mod life;
mod mutation;
mod object;
mod query;
mod subscription;
mod waiting;

pub use input::NeedInput;
pub use mutation::NeedMutation;
pub use object::FIELDS;
pub use object::Need;
pub use query::NeedQuery;
pub(crate) use query::newest_needs;
pub use subscription::NeedSubscription;
pub(crate) use waiting::waiting;

//! Searches that people save, and what these find as it is published: new things only, and none of
//! them twice.

mod fits;
mod follow;
mod input;
mod life;
mod mutation;
mod object;
mod query;
mod waiting;

pub use follow::{follow, resign};
pub use mutation::SavedSearchMutation;
pub use object::{FIELDS, FIND_FIELDS, SavedSearch};
pub use query::SavedSearchQuery;
pub(crate) use query::saved_searches;
pub(crate) use waiting::waiting;

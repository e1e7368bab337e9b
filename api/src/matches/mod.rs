//! Which needs and offers fit: the engine that finds it, the rows that keep it and what
//! intermediaries made of it, the fields that show it.

mod counts;
mod engine;
pub(crate) mod life;
mod list;
mod mutation;
mod object;
mod query;
mod search;
mod snapshot;
mod subscription;
mod suggest;

pub use engine::Engine;
pub(crate) use engine::{Names, SupplyText, need_profile, offer_profile, touched};
pub use list::MatchListQuery;
pub use mutation::MatchMutation;
pub use object::FIELDS;
pub use object::Match;
pub(crate) use object::MatchFeature;
pub(crate) use object::{best_needs, best_offers};
pub use query::MatchQuery;
pub(crate) use query::{
    MatchPreview, preview_capabilities, preview_dormant_assets, preview_needs, preview_similar,
};
pub use search::SearchQuery;
pub(crate) use snapshot::{Head, Snapshot};
pub use subscription::MatchSubscription;
pub(crate) use suggest::{KEPT, LEAST_SCORE, suggestion};
pub use suggest::{follow, resign, skip};

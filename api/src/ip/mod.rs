//! Intellectual property that offices look after: what it is, what happened to it before its
//! office and where it stands by law, what is done with it, and what lies dormant.

mod dormancy;
pub(crate) mod due;
mod input;
mod legal;
pub(crate) mod life;
mod mutation;
mod object;
mod query;
mod terms;
pub(crate) mod uses;
mod waiting;

pub(crate) use dormancy::FEE_NEAR;
pub(crate) use input::{IpAssetInput, IpEventInput};
pub use mutation::IpMutation;
pub use object::{FIELDS, IpAsset};
pub use query::IpQuery;
pub(crate) use query::{dormant_of, newest_ip_assets};
pub(crate) use waiting::waiting;

//! Machines: systems of chambers, offices and companies that ask by themselves. An admin lets one
//! in, with one role and a few scopes; it changes its secret for tokens that live for minutes.

mod access;
mod input;
mod life;
mod mutation;
mod object;
mod query;
mod secret;

pub(crate) use access::write_uses;
pub use access::{Denied, LetIn};
pub use mutation::ClientMutation;
pub use object::{ApiClient, FIELDS};
pub use query::ClientQuery;

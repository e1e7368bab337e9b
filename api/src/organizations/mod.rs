//! Who is in the network: organizations, the territories of chambers, the profiles of offices.

mod consent;
mod object;
mod profile;
mod query;
pub(crate) mod size;
mod territory;

pub use consent::ConsentMutation;
pub(crate) use consent::{consented, standing};
pub use object::FIELDS;
pub use object::Organization;
pub use query::OrganizationQuery;
pub use territory::{Delegation, Region};

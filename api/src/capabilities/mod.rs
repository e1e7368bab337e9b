//! What transfer offices and their institutions can do: laboratories, equipment, pilot plants,
//! people, services; and where it is, by sector and region.

mod input;
pub(crate) mod life;
mod map;
mod mutation;
mod object;
mod query;

pub(crate) use input::CapabilityInput;
pub(crate) use life::preview;
pub use mutation::CapabilityMutation;
pub(crate) use object::levels;
pub use object::{Capability, FIELDS};
pub use query::CapabilityQuery;
pub(crate) use query::newest_capabilities;

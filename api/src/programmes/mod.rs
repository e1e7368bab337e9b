//! Programmes that give money or support: when they take applications, on which conditions, who
//! meets them and why, and who applied.

mod conditions;
mod eligibility;
mod input;
pub(crate) mod life;
mod mutation;
mod object;
mod parts;
mod query;

pub use mutation::ProgrammeMutation;
pub use object::{FIELDS, Programme};
pub(crate) use parts::{ApplicationOf, ProjectApplication};
pub use query::ProgrammeQuery;

//! What is held about people: they see it, correct it, take it with them and have it blanked.
//! What they did stays on record under their ids, which say nothing of them then.

mod held;
mod input;
mod life;
mod mutation;
mod object;

pub(crate) use held::personal_data;
pub use held::{PersonalData, SECTIONS, Section};
pub(crate) use input::checked_email;
pub use mutation::PersonMutation;
pub use object::{FIELDS, Person};

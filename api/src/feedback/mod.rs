//! What people decided about needs and offers, as labelled pairs by which the engine is measured:
//! derived from the records of the decisions, of those who consent, without anybody in it.

mod collection;
mod labels;
mod query;
mod texts;

pub use collection::{Tables, tables};
pub use query::FeedbackQuery;

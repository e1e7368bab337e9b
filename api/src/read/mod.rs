//! One way to read: from what a client asked for to the fewest statements, with
//! only the columns that were asked for, through the policy's conditions and
//! through `disclose`, into plain objects.
//!
//! A slice declares a `Node`: its fields (`Field`), its relations (`ToOne`,
//! `ToMany`), and the facts that the rules need. A `Reading` is made from the
//! document and these tables. It joins what there is one of, reads each list below
//! with one statement however many parents there are, and puts what it found into
//! the places that the relations name. Resolvers only hand out what is there.
//!
//! Readings and the statements that they wrote are kept on a `Sheet` for whoever sends
//! the same document again: then the gaps are filled, and nothing is planned or written.
//!
//! `Loaders` remain for what a document does not tell before rows are read: the
//! companies named in a list of ids, the history of a record.

mod account;
mod asked;
mod field;
mod groups;
mod list;
mod loaders;
mod node;
mod packed;
mod page;
mod reading;
mod record;
mod relation;
mod sheet;
mod shown;
mod written;

pub(crate) use account::{Account, Seen};
pub(crate) use asked::Asked;
pub use field::{Facts, Field, Row, redacted};
pub(crate) use groups::groups;
pub(crate) use list::{List, page};
pub(crate) use loaders::{Batch, HistoryOf, Loaders};
pub(crate) use node::Node;
pub(crate) use page::{Kind, MOST, Order, Page, PageArgs, SIZES, Sizes, fingerprint};
pub(crate) use relation::{Many, One, Relation, ToMany, ToOne};
pub use sheet::Familiar;
pub(crate) use sheet::Sheets;
pub(crate) use shown::Shown;
pub use shown::{AsText, objects, write_value};

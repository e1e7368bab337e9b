//! Files of needs, offers, expressions of interest, agreements and projects: what is known of
//! them is in the database, their bytes are in an archive, and signed links lead to them.

mod archive;
mod formats;
mod intake;
pub(crate) mod life;
mod mutation;
mod object;
mod transfer;

pub use archive::{Archive, ArchiveSettings, Bucket, Place};
pub(crate) use intake::{Look, receive};
pub use mutation::DocumentMutation;
pub(crate) use object::documents_of;
pub use object::{Document, FIELDS};
pub use transfer::{Delivery, Intake, Unserved};

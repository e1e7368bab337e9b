//! Bulk jobs: what takes longer than an answer may, carried out for somebody by whichever instance
//! has time, and told by a file.
//!
//! A job is a row (`object`, `life`). Instances take jobs by a lease (`queue`), carry them out page
//! by page as whoever started them would be let in now (`carry`), and keep the pieces of their
//! files in the archive for documents (`files`). What is to be done is said by the kinds of job.

mod carry;
mod deliver;
mod export;
mod files;
mod import;
mod life;
mod mutation;
mod object;
mod query;
mod queue;

pub use carry::{Ended, run_due};
pub use export::{Desk, Looked, Pace, Wanted};
pub use import::BulkIntake;
pub use life::sweep;
pub use mutation::BulkMutation;
pub use object::{BulkJob, FIELDS};
pub use query::BulkQuery;
pub use queue::resign;

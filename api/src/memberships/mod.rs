//! Who holds which role where: invited by whoever administers the organization, changed and ended
//! by them, left by whose it is. An organization that has an admin keeps one.

mod code;
mod input;
mod life;
mod mutation;
mod object;
mod query;

pub(crate) use life::{check_kept, end, keep, known_secrets, unended};
pub use mutation::MembershipMutation;
pub use object::{FIELDS, INVITATION_FIELDS, Invitation, Membership};
pub use query::MembershipQuery;
pub(crate) use query::memberships_of;

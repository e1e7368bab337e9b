//! Rows, typed ids and closed vocabularies of Vínculo.
//!
//! Rows are never GraphQL objects; ids, vocabularies and small values are shared
//! between the two, because a closed list has one meaning and deserves one definition.

pub mod affiliation;
pub mod agreement;
pub mod agreement_party;
pub mod api_client;
pub mod application;
pub mod assessment;
pub mod bulk_job;
pub mod capability;
pub mod chamber_profile;
pub mod code;
pub mod confidant;
pub mod consent;
pub mod counter;
pub mod delegation;
pub mod disclosure;
pub mod document;
pub mod event;
pub mod external_ref;
pub mod follower;
pub mod history;
pub mod id;
pub mod idempotency_key;
pub mod interest;
pub mod invitation;
pub mod ip_asset;
pub mod ip_event;
pub mod match_;
pub mod membership;
pub mod message;
pub mod message_read;
pub mod milestone;
pub mod need;
pub mod offer;
pub mod organization;
pub mod ott_profile;
pub mod outcome;
pub mod person;
pub mod programme;
pub mod project;
pub mod project_partner;
pub mod project_source;
pub mod region;
pub mod saved_search;
pub mod search_find;
pub mod value;
pub mod vocabulary;
pub mod waiting;
pub mod webhook_attempt;
pub mod webhook_delivery;
pub mod webhook_endpoint;

pub use id::*;
pub use value::*;
pub use vocabulary::*;

/// A column that knows its number in its table: what is known of columns is found by it.
pub trait Numbered: Copy {
    /// From 0 on, in the order of the table.
    fn number(self) -> usize;
}

macro_rules! numbered {
    ($($table:ident),* $(,)?) => {
        $(impl Numbered for $table::Column {
            fn number(self) -> usize {
                self as usize
            }
        })*
    };
}

// The tables whose rows are read as nodes.
numbered![
    agreement,
    api_client,
    bulk_job,
    capability,
    delegation,
    disclosure,
    document,
    event,
    interest,
    invitation,
    ip_asset,
    match_,
    membership,
    message,
    need,
    offer,
    organization,
    person,
    programme,
    project,
    region,
    saved_search,
    search_find,
    waiting,
    webhook_attempt,
    webhook_delivery,
    webhook_endpoint,
];

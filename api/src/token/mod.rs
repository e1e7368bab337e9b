//! Bearer token in, claims out.
//!
//! The rules are those of RFC 8725: who issued a token decides which algorithm
//! and which key may verify it, and nothing in the token's header does. The
//! clock is a parameter; the one of the JWT library is switched off.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use entity::ClientId;
use serde::{Deserialize, Serialize};

mod issuers;
mod jwks;
mod key;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
pub(crate) mod tests;

pub use issuers::{Issuers, MAX_TOKEN_BYTES};
pub use key::LocalKey;

/// More grants than anybody has.
const MAX_GRANTS: usize = 200;
/// Longest name of an issuer, subject, region or delegation, in bytes.
const MAX_NAME: usize = 255;

/// The list `role` of `vocabularies.csv` without `PUBLIC`, which nobody is granted.
const ROLES: &[&str] = &[
    "NETWORK_ADMIN",
    "CHAMBER_ADMIN",
    "CHAMBER_LIAISON",
    "OTT_MANAGER",
    "OTT_OFFICER",
    "MEMBER_USER",
    "ANALYST",
    "SERVICE",
];

/// What a verified token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// Who says so: the exact name of a configured issuer, or our own.
    pub issuer: String,
    /// Who it is about, as that issuer names people; 1–255 bytes.
    pub subject: String,
    /// What they may be; at most 200.
    pub grants: Vec<Grant>,
    /// What a machine may do, in our own tokens for machines; empty in all others.
    pub scopes: Vec<String>,
    /// Whether we ourselves say so: only our own tokens name people by our ids.
    pub local: bool,
    /// Whether the issuer is configured as authoritative.
    pub authoritative: bool,
    /// Whether the issuer says no more than who somebody is: their roles are all their memberships.
    pub by_membership: bool,
    /// When the token ends.
    pub expires_at: DateTime<Utc>,
}

impl Claims {
    /// The machine that it is about; nothing when it is about a person. Only our own tokens name
    /// machines.
    #[must_use]
    pub fn client(&self) -> Option<ClientId> {
        self.subject.parse().ok().filter(|_| self.local)
    }
}

/// One role in one organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// `org_` and 32 hexadecimal digits in lower case.
    pub organization: String,
    /// One of the list `role`, never `PUBLIC`.
    pub role: String,
    /// The regions it is limited to, by id (`region_…`); none means no limit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<String>,
    /// The delegations it is limited to; none means no limit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub delegations: Vec<String>,
}

/// Why a token is refused: for the log. Clients learn only that it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal(&'static str);

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Signs a token and verifies it, so that a build without (or with two) crypto
/// backends fails at the start and not at the first token.
///
/// # Errors
///
/// When the token is not what it should be. A missing backend panics.
pub fn prove_crypto(key: &LocalKey, issuers: &Issuers, now: DateTime<Utc>) -> Result<(), Refusal> {
    let token = key.sign("start", &[], now, TimeDelta::seconds(60))?;
    let claims = issuers.verify(&token, now)?;
    if claims.subject == "start" { Ok(()) } else { Err(Refusal("wrong subject")) }
}

/// Whether a token may say this of somebody.
fn check(subject: &str, grants: &[Grant]) -> Result<(), Refusal> {
    if !is_name(subject) {
        return Err(Refusal("malformed sub"));
    }
    if grants.len() > MAX_GRANTS || !grants.iter().all(Grant::is_well_formed) {
        return Err(Refusal("malformed grants"));
    }
    Ok(())
}

fn is_name(text: &str) -> bool {
    (1..=MAX_NAME).contains(&text.len()) && !text.chars().any(char::is_control)
}

impl Grant {
    fn is_well_formed(&self) -> bool {
        let id = self.organization.strip_prefix("org_").unwrap_or_default();
        id.len() == 32
            && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
            && ROLES.contains(&self.role.as_str())
            && self.regions.iter().chain(&self.delegations).all(|name| is_name(name))
    }
}

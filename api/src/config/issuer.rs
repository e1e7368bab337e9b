//! Who else may say who somebody is, and how that is verified.

use std::path::{Path, PathBuf};

use serde::Deserialize;

/// One configured issuer of tokens.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssuerSettings {
    /// The exact `iss` of its tokens.
    pub issuer: String,
    /// The `aud` that its tokens carry for us. Default: `public_url`, or `vinculo`.
    pub audience: Option<String>,
    /// The one algorithm that its tokens are signed with.
    pub algorithm: Algorithm,
    /// A file with its public key in PEM (SPKI), or with its keys as a set (JWKS).
    pub key_file: Option<PathBuf>,
    /// The address of its keys as a set (JWKS), `https://…`.
    pub jwks_url: Option<String>,
    /// Whether its own description says where its keys are (`OpenID` Connect Discovery).
    #[serde(default)]
    pub discovery: bool,
    /// Whether its grants count without a membership in our database. Default:
    /// false.
    #[serde(default)]
    pub authoritative: bool,
    /// Whether it says no more than who somebody is: their roles are all their memberships in our
    /// database, whatever its tokens grant. Default: false.
    #[serde(default)]
    pub by_membership: bool,
    /// Claims of its own that stand for roles. Default: none; its claim `grants` says which.
    #[serde(default)]
    pub roles: Vec<RoleSettings>,
}

/// A claim of an issuer that stands for a role.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleSettings {
    /// Its place in the token, as a JSON pointer: `/realm_access/roles`.
    pub claim: String,
    /// What must stand there, alone or in a list.
    pub value: String,
    /// The role for which it stands.
    pub role: String,
    /// The organization in which it is held (`org_…`).
    pub organization: String,
}

/// Where the keys of an issuer come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeySource<'a> {
    /// From a file, at start.
    File(&'a Path),
    /// From this address.
    Address(&'a str),
    /// From where its own description says.
    Discovery,
}

impl IssuerSettings {
    /// The one place from which its keys come; nothing when there is none, or more than one.
    #[must_use]
    pub fn key_source(&self) -> Option<KeySource<'_>> {
        match (&self.key_file, &self.jwks_url, self.discovery) {
            (Some(file), None, false) => Some(KeySource::File(file)),
            (None, Some(url), false) => Some(KeySource::Address(url)),
            (None, None, true) => Some(KeySource::Discovery),
            _ => None,
        }
    }
}

/// How tokens of an issuer are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Algorithm {
    /// Ed25519.
    EdDSA,
    /// ECDSA with P-256 and SHA-256.
    ES256,
    /// RSA PKCS #1 v1.5 with SHA-256.
    RS256,
}

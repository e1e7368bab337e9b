//! The key with which the service signs tokens of its own.

use std::{
    fmt,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use ed25519_dalek::{
    SigningKey, VerifyingKey,
    ed25519::signature::rand_core::OsRng,
    pkcs8::{DecodePrivateKey, EncodePrivateKey, EncodePublicKey, spki::der::pem::LineEnding},
};
use hmac::{Hmac, Mac};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Grant, Refusal, check};

/// The Ed25519 key with which the service signs tokens of its own.
#[derive(Clone)]
pub struct LocalKey {
    signing: SigningKey,
    pub(super) encoding: EncodingKey,
    kid: String,
    /// The issuer and the audience of what it signs.
    pub(super) name: String,
}

impl LocalKey {
    /// The key in the file at `path` (PKCS #8 PEM). When there is none, one is
    /// made, readable by its owner only; of several processes that start at once,
    /// all use the one that was first.
    ///
    /// `name` is the issuer and the audience of the tokens it signs.
    ///
    /// # Errors
    ///
    /// When the file can be neither read nor made, or holds something else.
    pub fn load_or_create(path: &Path, name: &str) -> io::Result<Self> {
        let pem = match std::fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => create(path)?,
            other => other?,
        };
        let unusable = |_| io::Error::new(io::ErrorKind::InvalidData, "not an Ed25519 key in PEM");
        let signing = SigningKey::from_pkcs8_pem(&pem).map_err(unusable)?;
        let encoding = EncodingKey::from_ed_pem(pem.as_bytes())
            .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "not an Ed25519 key in PEM"))?;
        let kid = thumbprint(&signing.verifying_key());
        Ok(Self { signing, encoding, kid, name: name.to_owned() })
    }

    /// A token about `subject`, good from `now` for `ttl`.
    ///
    /// # Errors
    ///
    /// When the subject or a grant is malformed: such a token would be refused.
    pub fn sign(
        &self,
        subject: &str,
        grants: &[Grant],
        now: DateTime<Utc>,
        ttl: TimeDelta,
    ) -> Result<String, Refusal> {
        check(subject, grants)?;
        self.signed(subject, json!({ "grants": grants }), now, ttl)
    }

    /// A token for a machine, by its id, that lets it do what `scope` names.
    pub(super) fn sign_machine(
        &self,
        client: &str,
        scope: &str,
        now: DateTime<Utc>,
        ttl: TimeDelta,
    ) -> Result<String, Refusal> {
        self.signed(client, json!({ "client_id": client, "scope": scope }), now, ttl)
    }

    fn signed(
        &self,
        subject: &str,
        mut claims: Value,
        now: DateTime<Utc>,
        ttl: TimeDelta,
    ) -> Result<String, Refusal> {
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some("at+jwt".into());
        header.kid = Some(self.kid.clone());
        claims["iss"] = json!(self.name);
        claims["aud"] = json!(self.name);
        claims["sub"] = json!(subject);
        claims["iat"] = json!(now.timestamp());
        claims["exp"] = json!((now + ttl).timestamp());
        claims["jti"] = json!(uuid::Uuid::new_v4().simple().to_string());
        jsonwebtoken::encode(&header, &claims, &self.encoding).map_err(|_| Refusal("cannot sign"))
    }

    /// The key that verifies what this one signs.
    #[must_use]
    pub fn public_key(&self) -> VerifyingKey {
        self.signing.verifying_key()
    }

    /// The public key in PEM (SPKI), for others who shall believe our tokens.
    ///
    /// # Errors
    ///
    /// When it cannot be written as PEM, which a valid key always can.
    pub fn public_pem(&self) -> io::Result<String> {
        self.public_key()
            .to_public_key_pem(LineEnding::LF)
            .map_err(|error| io::Error::other(error.to_string()))
    }

    /// A secret of its own for another purpose, the same in all processes that have this key.
    ///
    /// # Errors
    ///
    /// When the library cannot take the key, which it always can.
    pub fn derive(&self, purpose: &str) -> io::Result<[u8; 32]> {
        let secret = Hmac::<Sha256>::new_from_slice(self.signing.as_bytes());
        let mut secret = secret.map_err(|error| io::Error::other(error.to_string()))?;
        secret.update(purpose.as_bytes());
        Ok(secret.finalize().into_bytes().into())
    }

    /// The name of this key in tokens: the RFC 7638 thumbprint of the public key.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }
}

impl fmt::Debug for LocalKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

pub(super) fn thumbprint(key: &VerifyingKey) -> String {
    let x = URL_SAFE_NO_PAD.encode(key.as_bytes());
    let jwk = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    URL_SAFE_NO_PAD.encode(Sha256::digest(jwk))
}

/// Makes a key file, or reads the one that another process made meanwhile.
pub(super) fn create(path: &Path) -> io::Result<String> {
    let key = SigningKey::generate(&mut OsRng);
    let pem = key.to_pkcs8_pem(LineEnding::LF).map_err(|e| io::Error::other(e.to_string()))?;
    if let Some(directory) = path.parent() {
        std::fs::create_dir_all(directory)?;
    }
    // Written aside and linked: nobody ever reads half a key, and a link, unlike a
    // rename, never replaces a key that is already in use.
    let aside = PathBuf::from(format!("{}.{}", path.display(), uuid::Uuid::new_v4().simple()));
    let mut file = private_file(&aside)?;
    let linked = file
        .write_all(pem.as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| std::fs::hard_link(&aside, path));
    std::fs::remove_file(&aside)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => std::fs::read_to_string(path),
    }
}

fn private_file(path: &Path) -> io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

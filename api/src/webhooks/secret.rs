//! Secrets of endpoints. Unlike those of machines they sign, so they must be read; what is kept is
//! sealed with a key that is not in the database.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use entity::{WebhookEndpointId, webhook_endpoint};
use ring::{
    aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    rand::{SecureRandom, SystemRandom},
};
use standardwebhooks::Webhook;

use crate::error::{Error, Result};

/// What secrets of Standard Webhooks begin with.
const BEGINNING: &str = "whsec_";
/// How much of a secret is kept to be shown: enough to tell two apart.
const SHOWN: usize = BEGINNING.len() + 6;

/// A new secret, of 256 bits.
pub(super) fn new() -> Result<String> {
    let mut bytes = [0; 32];
    fill(&mut bytes)?;
    Ok(format!("{BEGINNING}{}", STANDARD.encode(bytes)))
}

/// What of a secret is shown later.
pub(super) fn shown(secret: &str) -> String {
    secret.chars().take(SHOWN).collect()
}

fn fill(bytes: &mut [u8]) -> Result<()> {
    SystemRandom::new().fill(bytes).map_err(|_| Error::internal("no randomness"))
}

/// Seals secrets, each for one endpoint.
pub(super) struct Vault(LessSafeKey);

impl Vault {
    pub(super) fn new(key: &[u8; 32]) -> Option<Self> {
        Some(Self(LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, key).ok()?)))
    }

    /// The secret, for nobody without the key, and for no other endpoint.
    pub(super) fn seal(&self, secret: &str, of: WebhookEndpointId) -> Result<String> {
        // Made by chance: 96 bits are enough for as many secrets as there will ever be.
        let mut nonce = [0; NONCE_LEN];
        fill(&mut nonce)?;
        let mut sealed = secret.as_bytes().to_vec();
        let unique = Nonce::assume_unique_for_key(nonce);
        self.0
            .seal_in_place_append_tag(unique, Aad::from(of.0.as_bytes()), &mut sealed)
            .map_err(|_| Error::internal("a secret could not be sealed"))?;
        Ok(STANDARD.encode([nonce.as_slice(), &sealed].concat()))
    }

    /// What was sealed; nothing when the key is another one.
    fn open(&self, sealed: &str, of: WebhookEndpointId) -> Option<String> {
        let bytes = STANDARD.decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_LEN>()?;
        let (nonce, mut sealed) = (Nonce::assume_unique_for_key(*nonce), sealed.to_vec());
        let aad = Aad::from(of.0.as_bytes());
        let opened = self.0.open_in_place(nonce, aad, &mut sealed).ok()?;
        String::from_utf8(opened.to_vec()).ok()
    }

    /// The signatures of a message: by the secret, and by the one before as long as that one
    /// counts; nothing when the secret cannot be read.
    pub(super) fn sign(
        &self,
        row: &webhook_endpoint::Model,
        message: &str,
        body: &str,
        now: DateTime<Utc>,
    ) -> Option<String> {
        let one = |sealed: &str| {
            let signer = Webhook::new(&self.open(sealed, row.id)?).ok()?;
            signer.sign(message, now.timestamp(), body.as_bytes()).ok()
        };
        let before = row.previous_until.filter(|end| now < *end).and(row.previous_secret.as_ref());
        let signatures = [Some(one(&row.secret)?), before.and_then(|before| one(before))];
        Some(signatures.into_iter().flatten().collect::<Vec<_>>().join(" "))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_is_opened_by_its_key_for_its_endpoint_alone() {
        let (vault, other) = (Vault::new(&[1; 32]).unwrap(), Vault::new(&[2; 32]).unwrap());
        let id = WebhookEndpointId::new(DateTime::UNIX_EPOCH);
        let secret = new().unwrap();
        assert_ne!(secret, new().unwrap());
        assert_eq!((secret.len(), shown(&secret).len()), (50, 12));
        let sealed = vault.seal(&secret, id).unwrap();
        assert_ne!(sealed, vault.seal(&secret, id).unwrap());
        assert_eq!(vault.open(&sealed, id), Some(secret));
        assert_eq!(other.open(&sealed, id), None);
        assert_eq!(vault.open(&sealed, WebhookEndpointId::new(DateTime::UNIX_EPOCH)), None);
        for broken in ["", "AAAA", &sealed[4..]] {
            assert_eq!(vault.open(broken, id), None);
        }
    }
}

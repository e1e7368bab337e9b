//! Secrets of machines: made by chance, shown once, kept as digests. A secret has 256 bits, so that
//! a plain digest keeps it as well as a slow one would.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use ed25519_dalek::ed25519::signature::rand_core::{OsRng, RngCore};
use entity::api_client;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

/// By this scanners find secrets that were left in texts.
const BEGINNING: &str = "vsec_";
/// How much of a secret is kept to be shown: enough to tell two apart.
const SHOWN: usize = BEGINNING.len() + 6;

/// A new secret.
pub(super) fn new() -> String {
    let mut bytes = [0; 32];
    OsRng.fill_bytes(&mut bytes);
    format!("{BEGINNING}{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// What of a secret is shown later.
pub(super) fn shown(secret: &str) -> String {
    secret.chars().take(SHOWN).collect()
}

/// What of a secret is kept.
pub(super) fn digest(secret: &str) -> String {
    format!("{:x}", Sha256::digest(secret))
}

/// Whether it is the machine's secret at `now`, or the one before as long as that one counts. Takes
/// as long whatever is wrong, also when there is no such machine.
pub(super) fn fits(row: Option<&api_client::Model>, secret: &str, now: DateTime<Utc>) -> bool {
    let given = digest(secret);
    let same = |kept: Option<&String>| {
        let kept = kept.map_or("", String::as_str);
        // Digests have one length; what is none is equal to none.
        given.as_bytes().ct_eq(kept.as_bytes())
    };
    let present = same(row.map(|row| &row.secret_hash));
    let before = same(row.and_then(|row| row.previous_hash.as_ref()));
    let counts = row.and_then(|row| row.previous_until).is_some_and(|end| now < end);
    (present | before & Choice::from(u8::from(counts))).into()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn no_two_secrets_are_alike_and_each_fits_itself_alone() {
        let (one, two) = (new(), new());
        assert_ne!(one, two);
        assert_eq!((one.len(), shown(&one).len(), digest(&one).len()), (48, 11, 64));
        assert!(one.starts_with(&shown(&one)) && !digest(&one).contains(&one));
        assert!(!fits(None, "", DateTime::UNIX_EPOCH));
        assert!(!fits(None, &one, DateTime::UNIX_EPOCH));
    }
}

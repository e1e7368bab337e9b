//! Codes of invitations: made by chance, shown once, kept as digests. A code has 256 bits, so that
//! nobody finds one by trying, and a plain digest keeps it as well as a slow one would.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::ed25519::signature::rand_core::{OsRng, RngCore};
use sha2::{Digest, Sha256};

/// By this people and scanners know what it is.
const BEGINNING: &str = "vinv_";
/// How much of a code is kept to be shown: enough to tell two apart.
const SHOWN: usize = BEGINNING.len() + 6;

/// A new code.
pub(super) fn new() -> String {
    let mut bytes = [0; 32];
    OsRng.fill_bytes(&mut bytes);
    format!("{BEGINNING}{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// What of a code is shown later.
pub(super) fn shown(code: &str) -> String {
    code.chars().take(SHOWN).collect()
}

/// What of a code is kept, and by which it is found.
pub(super) fn digest(code: &str) -> String {
    format!("{:x}", Sha256::digest(code.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_codes_are_alike() {
        let (one, two) = (new(), new());
        assert_ne!(one, two);
        assert_eq!((one.len(), shown(&one).len(), digest(&one).len()), (48, 11, 64));
        assert!(one.starts_with(&shown(&one)) && !digest(&one).contains(&one));
        assert_eq!(digest(&one), digest(&format!(" {one}\n")), "as it is pasted");
    }
}

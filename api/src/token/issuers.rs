//! Who may say what of people: tokens in, claims out.

use std::{collections::HashMap, fmt, sync::Arc};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use quick_cache::sync::Cache;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{Claims, Grant, LocalKey, Refusal, check};
use crate::config::{self, IssuerSettings, Settings};

/// A longer token is refused unread, in bytes.
pub const MAX_TOKEN_BYTES: usize = 8_192;
/// How far the clocks of an issuer and ours may differ, in seconds.
const LEEWAY_SECONDS: i64 = 60;
/// How many tokens are remembered as verified; some hundred bytes each.
const MOST_REMEMBERED: usize = 10_000;

/// Everybody whose tokens count.
pub struct Issuers {
    by_name: HashMap<String, Issuer>,
    /// By their digest, so that no token lies about in memory: a client sends the same one again
    /// and again, and a signature takes longer to verify than most questions to answer.
    verified: Cache<[u8; 32], Arc<Verified>>,
}

/// A token that is right in all that does not depend on the time.
struct Verified {
    claims: Arc<Claims>,
    not_before: Option<DateTime<Utc>>,
}

struct Issuer {
    algorithm: Algorithm,
    audience: String,
    local: bool,
    authoritative: bool,
    keys: Keys,
}

/// Where an issuer's keys come from.
enum Keys {
    /// A file with one key: a `kid` says nothing.
    One(DecodingKey),
    /// Keys with names, of which the token names one.
    ById(HashMap<String, DecodingKey>),
}

/// The claims that we read, as they stand in a token.
#[derive(Deserialize)]
struct Body {
    sub: String,
    exp: f64,
    nbf: Option<f64>,
    #[serde(default)]
    grants: Vec<Grant>,
}

impl Issuers {
    /// The service itself and the configured issuers. Reads their key files.
    ///
    /// # Errors
    ///
    /// What is wrong with each key file that cannot be used.
    pub fn new(local: &LocalKey, settings: &Settings) -> Result<Self, Vec<String>> {
        let mut issuers = HashMap::from([(local.name.clone(), Issuer::local(local))]);
        let mut mistakes = Vec::new();
        for one in &settings.issuers {
            match Issuer::configured(one, settings.name()) {
                Ok(issuer) => {
                    issuers.insert(one.issuer.clone(), issuer);
                }
                Err(mistake) => mistakes.push(mistake),
            }
        }
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        Ok(Self { by_name: issuers, verified: Cache::new(MOST_REMEMBERED) })
    }

    /// What `token` says, if it may be believed at `now`.
    ///
    /// # Errors
    ///
    /// The first rule that the token breaks.
    pub fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Arc<Claims>, Refusal> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(Refusal("too long"));
        }
        let digest = Sha256::digest(token).into();
        if let Some(known) = self.verified.get(&digest) {
            return known.at(now);
        }
        let verified = Arc::new(self.read(token)?);
        let claims = verified.at(now)?;
        self.verified.insert(digest, verified);
        Ok(claims)
    }

    /// Everything about a token but the time.
    fn read(&self, token: &str) -> Result<Verified, Refusal> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| Refusal("malformed header"))?;
        check_header(&header)?;
        let name = issuer_name(token)?;
        let issuer = self.by_name.get(&name).ok_or(Refusal("unknown issuer"))?;
        let body = issuer.verified(token, &name, &header)?;
        let expires_at = moment(body.exp).ok_or(Refusal("malformed exp"))?;
        let not_before = body.nbf.map(|nbf| moment(nbf).ok_or(Refusal("malformed nbf")));
        let not_before = not_before.transpose()?;
        check(&body.sub, &body.grants)?;
        let claims = Arc::new(Claims {
            issuer: name,
            subject: body.sub,
            grants: body.grants,
            local: issuer.local,
            authoritative: issuer.authoritative,
            expires_at,
        });
        Ok(Verified { claims, not_before })
    }
}

impl Verified {
    /// What it says, if it may be believed at `now`.
    fn at(&self, now: DateTime<Utc>) -> Result<Arc<Claims>, Refusal> {
        let leeway = TimeDelta::seconds(LEEWAY_SECONDS);
        if now > self.claims.expires_at + leeway {
            return Err(Refusal("expired"));
        }
        if self.not_before.is_some_and(|begin| now + leeway < begin) {
            return Err(Refusal("not valid yet"));
        }
        Ok(self.claims.clone())
    }
}

impl fmt::Debug for Issuers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.by_name.keys()).finish()
    }
}

impl Issuer {
    fn local(key: &LocalKey) -> Self {
        let public = DecodingKey::from_ed_der(key.public_key().as_bytes());
        Self {
            algorithm: Algorithm::EdDSA,
            audience: key.name.clone(),
            local: true,
            authoritative: false,
            keys: Keys::ById(HashMap::from([(key.kid().to_owned(), public)])),
        }
    }

    fn configured(settings: &IssuerSettings, own_name: &str) -> Result<Self, String> {
        let file = settings.key_file.display();
        let pem = std::fs::read(&settings.key_file)
            .map_err(|_| format!("issuers: {file} cannot be read"))?;
        let (algorithm, key) = match settings.algorithm {
            config::Algorithm::EdDSA => (Algorithm::EdDSA, DecodingKey::from_ed_pem(&pem)),
            config::Algorithm::ES256 => (Algorithm::ES256, DecodingKey::from_ec_pem(&pem)),
            config::Algorithm::RS256 => (Algorithm::RS256, DecodingKey::from_rsa_pem(&pem)),
        };
        // The library slices the first 32 bytes of an Ed25519 key without looking.
        let whole = |key: &DecodingKey| {
            algorithm != Algorithm::EdDSA || key.try_get_as_bytes().is_ok_and(|k| k.len() == 32)
        };
        let key = key.ok().filter(whole).ok_or_else(|| {
            format!("issuers: {file} is not a public key for {:?} in PEM", settings.algorithm)
        })?;
        Ok(Self {
            algorithm,
            audience: settings.audience.clone().unwrap_or_else(|| own_name.to_owned()),
            local: false,
            authoritative: settings.authoritative,
            keys: Keys::One(key),
        })
    }

    /// The claims, once the signature, the issuer and the audience are right.
    fn verified(&self, token: &str, name: &str, header: &Header) -> Result<Body, Refusal> {
        let key = match &self.keys {
            Keys::One(key) => key,
            Keys::ById(keys) => {
                let kid = header.kid.as_deref().ok_or(Refusal("no kid"))?;
                keys.get(kid).ok_or(Refusal("unknown kid"))?
            }
        };
        // One algorithm: a header that names another is refused.
        let mut rules = Validation::new(self.algorithm);
        rules.validate_exp = false;
        rules.set_required_spec_claims(&["iss", "aud", "exp", "sub"]);
        rules.set_issuer(&[name]);
        rules.set_audience(&[&self.audience]);
        jsonwebtoken::decode::<Body>(token, key, &rules)
            .map(|data| data.claims)
            .map_err(|_| Refusal("wrong signature or claims"))
    }
}

fn check_header(header: &Header) -> Result<(), Refusal> {
    let typ = header.typ.as_deref().unwrap_or_default().to_ascii_lowercase();
    let typ = typ.strip_prefix("application/").unwrap_or(&typ);
    if typ != "at+jwt" && typ != "jwt" {
        return Err(Refusal("wrong typ"));
    }
    if header.crit.is_some() {
        return Err(Refusal("crit"));
    }
    // Only ever compared with the keys of a map, and still kept plain.
    let plain = |kid: &str| {
        (1..=128).contains(&kid.len())
            && kid.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
    };
    if header.kid.as_deref().is_some_and(|kid| !plain(kid)) {
        return Err(Refusal("malformed kid"));
    }
    Ok(())
}

/// The issuer that a token names, not yet verified: it only picks the entry of a
/// map, and the signature is checked with the key of that entry.
fn issuer_name(token: &str) -> Result<String, Refusal> {
    #[derive(Deserialize)]
    struct Peek {
        iss: String,
    }
    let body = token.split('.').nth(1).unwrap_or_default();
    let body = URL_SAFE_NO_PAD.decode(body).map_err(|_| Refusal("malformed body"))?;
    let peek: Peek = serde_json::from_slice(&body).map_err(|_| Refusal("no iss"))?;
    Ok(peek.iss)
}

/// A `NumericDate` as a time, to the second; none outside the years 1970 to 9999.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked before")]
fn moment(seconds: f64) -> Option<DateTime<Utc>> {
    (0.0..253_402_300_800.0).contains(&seconds).then_some(())?;
    DateTime::from_timestamp(seconds as i64, 0)
}

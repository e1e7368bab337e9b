//! Who may say what of people: tokens in, claims out.

use std::{collections::HashMap, fmt, path::Path, sync::Arc};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use ed25519_dalek::{
    SigningKey, VerifyingKey,
    pkcs8::{DecodePrivateKey, DecodePublicKey},
};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use quick_cache::sync::Cache;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::{
    Claims, Grant, LocalKey, Refusal, check,
    jwks::{self, Published, Source},
    key::thumbprint,
};
use crate::config::{self, IssuerSettings, KeySource, Settings};

/// A longer token is refused unread, in bytes.
pub const MAX_TOKEN_BYTES: usize = 8_192;
/// How far the clocks of an issuer and ours may differ, in seconds.
const LEEWAY_SECONDS: i64 = 60;
/// How many tokens are remembered as verified; some hundred bytes each.
const MOST_REMEMBERED: usize = 10_000;

/// How long a token of a machine lives at most: it can get another at any time.
const LONGEST_MACHINE_TOKEN: TimeDelta = TimeDelta::hours(1);

/// Everybody whose tokens count.
pub struct Issuers {
    by_name: HashMap<String, Issuer>,
    local: LocalKey,
    /// How long a token of a machine lives.
    ttl: TimeDelta,
    /// The keys that verify our own tokens, for others who shall believe them.
    published: String,
    /// By their digest, so that no token lies about in memory: a client sends the same one again
    /// and again, and a signature takes longer to verify than most questions to answer.
    verified: Cache<[u8; 32], Arc<Verified>>,
}

/// A token that is right in all that does not depend on the time.
struct Verified {
    claims: Arc<Claims>,
    not_before: Option<DateTime<Utc>>,
    /// By which set of its issuer's keys.
    generation: u64,
}

struct Issuer {
    algorithm: Algorithm,
    audience: String,
    local: bool,
    authoritative: bool,
    by_membership: bool,
    keys: Keys,
    /// Claims of its own that stand for roles: a place in the token, and what must stand there.
    /// With them the claim `grants` says nothing.
    roles: Vec<(String, String, Grant)>,
}

/// Where an issuer's keys come from.
enum Keys {
    /// A file with one key: a `kid` says nothing.
    One(DecodingKey),
    /// Keys with names, of which the token names one.
    ById(jwks::Keys),
    /// The same, as the issuer publishes them.
    Published(Arc<Published>),
}

/// The claims that we read, as they stand in a token.
#[derive(Deserialize)]
struct Body {
    sub: String,
    exp: f64,
    nbf: Option<f64>,
    #[serde(default)]
    grants: Vec<Grant>,
    scope: Option<String>,
}

impl Issuers {
    /// The service itself and the configured issuers. Reads their key files.
    ///
    /// # Errors
    ///
    /// What is wrong with each key file that cannot be used.
    pub fn new(local: &LocalKey, settings: &Settings) -> Result<Self, Vec<String>> {
        let (mut own, mut mistakes) = (vec![local.public_key()], Vec::new());
        for file in &settings.verification_key_files {
            match verifying_key(file) {
                Ok(key) => own.push(key),
                Err(mistake) => mistakes.push(mistake),
            }
        }
        let mut issuers = HashMap::from([(local.name.clone(), Issuer::local(&local.name, &own))]);
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
        let ttl = TimeDelta::seconds(settings.token_ttl_seconds.into()).min(LONGEST_MACHINE_TOKEN);
        Ok(Self {
            by_name: issuers,
            local: local.clone(),
            ttl,
            published: published(&own),
            verified: Cache::new(MOST_REMEMBERED),
        })
    }

    /// Our own name: the issuer and the audience of what we sign.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.local.name
    }

    /// The keys that verify our own tokens, as a set (RFC 7517).
    #[must_use]
    pub fn published(&self) -> &str {
        &self.published
    }

    /// A token for a machine (RFC 9068) and how many seconds it lives, not beyond `until`.
    ///
    /// # Errors
    ///
    /// When it cannot be signed.
    pub fn sign_machine(
        &self,
        client: &str,
        scope: &str,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<(String, i64), Refusal> {
        let ttl = self.ttl.min(until - now);
        Ok((self.local.sign_machine(client, scope, now, ttl)?, ttl.num_seconds()))
    }

    /// Fetches what is needed to verify a token, if its issuer publishes its keys and these are too
    /// old, or do not have the one that it names. Nothing of the token is believed by that.
    pub async fn keep_keys(&self, token: &str, now: DateTime<Utc>) {
        let publish = |issuer: &Issuer| matches!(issuer.keys, Keys::Published(_));
        if token.len() > MAX_TOKEN_BYTES || !self.by_name.values().any(publish) {
            return;
        }
        let digest: [u8; 32] = Sha256::digest(token).into();
        let known = self.verified.peek(&digest).map(|known| known.claims.issuer.clone());
        let named = known.map(|name| (name, None)).or_else(|| {
            let header = jsonwebtoken::decode_header(token).ok()?;
            check_header(&header).ok()?;
            Some((issuer_name(token).ok()?, header.kid))
        });
        let Some((name, kid)) = named else { return };
        if let Some(Issuer { keys: Keys::Published(keys), .. }) = self.by_name.get(&name) {
            keys.keep(kid.as_deref(), now).await;
        }
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
        let current = |known: &Arc<Verified>| {
            let issuer = self.by_name.get(&known.claims.issuer);
            issuer.is_some_and(|issuer| issuer.generation() == known.generation)
        };
        if let Some(known) = self.verified.get(&digest).filter(current) {
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
        let generation = issuer.generation();
        let (body, grants) = issuer.verified(token, &name, &header)?;
        let expires_at = moment(body.exp).ok_or(Refusal("malformed exp"))?;
        let not_before = body.nbf.map(|nbf| moment(nbf).ok_or(Refusal("malformed nbf")));
        let not_before = not_before.transpose()?;
        check(&body.sub, &grants)?;
        // Only we say what a machine of ours may do.
        let scope = body.scope.filter(|_| issuer.local).unwrap_or_default();
        let claims = Arc::new(Claims {
            issuer: name,
            subject: body.sub,
            grants,
            scopes: scope.split_ascii_whitespace().map(ToOwned::to_owned).collect(),
            local: issuer.local,
            authoritative: issuer.authoritative,
            by_membership: issuer.by_membership,
            expires_at,
        });
        Ok(Verified { claims, not_before, generation })
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
    fn local(name: &str, keys: &[VerifyingKey]) -> Self {
        let key = |key: &VerifyingKey| (thumbprint(key), DecodingKey::from_ed_der(key.as_bytes()));
        Self {
            algorithm: Algorithm::EdDSA,
            audience: name.to_owned(),
            local: true,
            authoritative: false,
            by_membership: false,
            keys: Keys::ById(keys.iter().map(key).collect()),
            roles: Vec::new(),
        }
    }

    fn configured(settings: &IssuerSettings, own_name: &str) -> Result<Self, String> {
        let algorithm = match settings.algorithm {
            config::Algorithm::EdDSA => Algorithm::EdDSA,
            config::Algorithm::ES256 => Algorithm::ES256,
            config::Algorithm::RS256 => Algorithm::RS256,
        };
        let published = |source, address: &str| {
            if !jwks::is_safe(address) {
                return Err(format!("issuers: {address} must be https, or on this machine"));
            }
            Published::new(&settings.issuer, source, algorithm).map(Keys::Published)
        };
        let keys = match settings.key_source() {
            Some(KeySource::File(file)) => keys_in(file, algorithm)?,
            Some(KeySource::Address(url)) => published(Source::Address(url.to_owned()), url)?,
            Some(KeySource::Discovery) => published(Source::Discovery, &settings.issuer)?,
            None => return Err("issuers: each has its keys from one place".into()),
        };
        let role = |one: &config::RoleSettings| {
            let grant = Grant {
                organization: one.organization.clone(),
                role: one.role.clone(),
                regions: Vec::new(),
                delegations: Vec::new(),
            };
            (one.claim.clone(), one.value.clone(), grant)
        };
        if settings.by_membership && (settings.authoritative || !settings.roles.is_empty()) {
            return Err(
                "issuers: by_membership stands alone, without authoritative and roles".into()
            );
        }
        let roles: Vec<_> = settings.roles.iter().map(role).collect();
        for (claim, _, grant) in &roles {
            if !claim.starts_with('/') || !grant.is_well_formed() {
                return Err("issuers: roles are {claim = \"/place/in/the/token\", value, role, \
                            organization = \"org_…\"}"
                    .into());
            }
        }
        Ok(Self {
            algorithm,
            audience: settings.audience.clone().unwrap_or_else(|| own_name.to_owned()),
            local: false,
            authoritative: settings.authoritative,
            by_membership: settings.by_membership,
            keys,
            roles,
        })
    }

    /// Which of its key sets is known; there is but one of those that are not fetched.
    fn generation(&self) -> u64 {
        match &self.keys {
            Keys::Published(keys) => keys.generation(),
            Keys::One(_) | Keys::ById(_) => 0,
        }
    }

    /// The claims and what they grant, once the signature, the issuer and the audience are right.
    fn verified(
        &self,
        token: &str,
        name: &str,
        header: &Header,
    ) -> Result<(Body, Vec<Grant>), Refusal> {
        let kid = || header.kid.as_deref().ok_or(Refusal("no kid"));
        let unknown = Refusal("unknown kid");
        let key = match &self.keys {
            Keys::One(key) => key.clone(),
            Keys::ById(keys) => keys.get(kid()?).cloned().ok_or(unknown)?,
            Keys::Published(keys) => keys.key(kid()?).ok_or(unknown)?,
        };
        // One algorithm: a header that names another is refused.
        let mut rules = Validation::new(self.algorithm);
        rules.validate_exp = false;
        rules.set_required_spec_claims(&["iss", "aud", "exp", "sub"]);
        rules.set_issuer(&[name]);
        rules.set_audience(&[&self.audience]);
        let wrong = Refusal("wrong signature or claims");
        let all = jsonwebtoken::decode::<Map<String, Value>>(token, &key, &rules);
        let all = Value::Object(all.map_err(|_| wrong)?.claims);
        let granted = self.granted(&all);
        let mut body: Body = serde_json::from_value(all).map_err(|_| wrong)?;
        let grants = granted.unwrap_or_else(|| std::mem::take(&mut body.grants));
        Ok((body, grants))
    }

    /// What claims of the issuer's own grant; nothing when none stand for roles.
    fn granted(&self, claims: &Value) -> Option<Vec<Grant>> {
        let says = |place: &str, value: &str| match claims.pointer(place) {
            Some(Value::String(one)) => one == value,
            Some(Value::Array(all)) => all.iter().any(|one| one == value),
            _ => false,
        };
        let granted = self.roles.iter().filter(|(place, value, _)| says(place, value));
        (!self.roles.is_empty()).then(|| granted.map(|(_, _, grant)| grant.clone()).collect())
    }
}

/// The keys in a file: one in PEM, or a set.
fn keys_in(path: &Path, algorithm: Algorithm) -> Result<Keys, String> {
    let file = path.display();
    let text = std::fs::read(path).map_err(|_| format!("issuers: {file} cannot be read"))?;
    if text.trim_ascii_start().starts_with(b"{") {
        let keys = jwks::keys(&text, algorithm);
        return keys
            .map(Keys::ById)
            .ok_or_else(|| format!("issuers: {file} has no keys for {algorithm:?}"));
    }
    let key = match algorithm {
        Algorithm::ES256 => DecodingKey::from_ec_pem(&text),
        Algorithm::RS256 => DecodingKey::from_rsa_pem(&text),
        _ => DecodingKey::from_ed_pem(&text),
    };
    // The library slices the first 32 bytes of an Ed25519 key without looking.
    let whole = |key: &DecodingKey| {
        algorithm != Algorithm::EdDSA || key.try_get_as_bytes().is_ok_and(|k| k.len() == 32)
    };
    let key = key
        .ok()
        .filter(whole)
        .ok_or_else(|| format!("issuers: {file} is not a public key for {algorithm:?} in PEM"))?;
    Ok(Keys::One(key))
}

/// A key of ours in a file: the public part, or all of it.
fn verifying_key(path: &Path) -> Result<VerifyingKey, String> {
    let file = path.display();
    let pem = std::fs::read_to_string(path)
        .map_err(|_| format!("verification_key_files: {file} cannot be read"))?;
    VerifyingKey::from_public_key_pem(&pem)
        .or_else(|_| SigningKey::from_pkcs8_pem(&pem).map(|key| key.verifying_key()))
        .map_err(|_| format!("verification_key_files: {file} is not an Ed25519 key in PEM"))
}

/// Our keys as a set.
fn published(keys: &[VerifyingKey]) -> String {
    let key = |key: &VerifyingKey| {
        json!({
            "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA",
            "kid": thumbprint(key), "x": URL_SAFE_NO_PAD.encode(key.as_bytes()),
        })
    };
    json!({ "keys": keys.iter().map(key).collect::<Vec<_>>() }).to_string()
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
    if header.kid.as_deref().is_some_and(|kid| !is_plain(kid)) {
        return Err(Refusal("malformed kid"));
    }
    Ok(())
}

/// Whether a text can be the name of a key. It is only ever compared with those of a map, and still
/// kept plain.
pub(super) fn is_plain(kid: &str) -> bool {
    (1..=128).contains(&kid.len())
        && kid.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
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

//! Bearer token in, claims out.
//!
//! The rules are those of RFC 8725: who issued a token decides which algorithm
//! and which key may verify it, and nothing in the token's header does. The
//! clock is a parameter; the one of the JWT library is switched off.

use std::{
    collections::HashMap,
    fmt,
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use ed25519_dalek::{
    SigningKey, VerifyingKey,
    ed25519::signature::rand_core::OsRng,
    pkcs8::{DecodePrivateKey, EncodePrivateKey, EncodePublicKey, spki::der::pem::LineEnding},
};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use quick_cache::sync::Cache;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::config::{self, IssuerSettings, Settings};

/// A longer token is refused unread, in bytes.
pub const MAX_TOKEN_BYTES: usize = 8_192;
/// How far the clocks of an issuer and ours may differ, in seconds.
const LEEWAY_SECONDS: i64 = 60;
/// More grants than anybody has.
const MAX_GRANTS: usize = 200;
/// How many tokens are remembered as verified; some hundred bytes each.
const MOST_REMEMBERED: usize = 10_000;
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
    /// Whether we ourselves say so: only our own tokens name people by our ids.
    pub local: bool,
    /// Whether the issuer is configured as authoritative.
    pub authoritative: bool,
    /// When the token ends.
    pub expires_at: DateTime<Utc>,
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
        if !is_name(&body.sub) {
            return Err(Refusal("malformed sub"));
        }
        if body.grants.len() > MAX_GRANTS || !body.grants.iter().all(Grant::is_well_formed) {
            return Err(Refusal("malformed grants"));
        }
        let claims = Arc::new(Claims {
            issuer: name,
            subject: body.sub,
            grants: body.grants,
            local: issuer.local,
            authoritative: issuer.authoritative,
            expires_at,
        });
        Ok(Verified { claims, not_before: not_before.transpose()? })
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
            keys: Keys::ById(HashMap::from([(key.kid.clone(), public)])),
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

/// The Ed25519 key with which the service signs tokens of its own.
pub struct LocalKey {
    signing: SigningKey,
    encoding: EncodingKey,
    kid: String,
    name: String,
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
        if !is_name(subject) {
            return Err(Refusal("malformed sub"));
        }
        if grants.len() > MAX_GRANTS || !grants.iter().all(Grant::is_well_formed) {
            return Err(Refusal("malformed grants"));
        }
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some("at+jwt".into());
        header.kid = Some(self.kid.clone());
        let claims = serde_json::json!({
            "iss": self.name,
            "aud": self.name,
            "sub": subject,
            "iat": now.timestamp(),
            "exp": (now + ttl).timestamp(),
            "jti": uuid::Uuid::new_v4().simple().to_string(),
            "grants": grants,
        });
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

fn thumbprint(key: &VerifyingKey) -> String {
    let x = URL_SAFE_NO_PAD.encode(key.as_bytes());
    let jwk = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    URL_SAFE_NO_PAD.encode(Sha256::digest(jwk))
}

/// Makes a key file, or reads the one that another process made meanwhile.
fn create(path: &Path) -> io::Result<String> {
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
pub(crate) mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// A key in a directory of its own, and that directory.
    pub(crate) fn local_key() -> (LocalKey, PathBuf) {
        let directory = std::env::temp_dir().join(uuid::Uuid::new_v4().to_string());
        (
            LocalKey::load_or_create(&directory.join("signing-key.pem"), "vinculo").unwrap(),
            directory,
        )
    }

    pub(crate) fn issuers(key: &LocalKey) -> Issuers {
        let settings = Settings::load(None, std::iter::empty()).unwrap();
        Issuers::new(key, &settings).unwrap()
    }

    pub(crate) fn noon() -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000, 0).unwrap()
    }

    fn grant() -> Grant {
        Grant {
            organization: format!("org_{}", "0a".repeat(16)),
            role: "OTT_OFFICER".into(),
            regions: vec!["R03".into()],
            delegations: vec![],
        }
    }

    fn header() -> Value {
        json!({"alg": "EdDSA", "typ": "at+jwt"})
    }

    fn claims() -> Value {
        let now = noon().timestamp();
        json!({"iss": "vinculo", "aud": "vinculo", "sub": "ana", "exp": now + 60})
    }

    /// A token with any header and claims, signed with `key`.
    fn forge(key: &LocalKey, mut header: Value, claims: &Value) -> String {
        if header.get("kid").is_none() {
            header["kid"] = json!(key.kid());
        }
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(&header), part(claims));
        let signature =
            jsonwebtoken::crypto::sign(message.as_bytes(), &key.encoding, Algorithm::EdDSA)
                .unwrap();
        format!("{message}.{signature}")
    }

    fn with(mut value: Value, name: &str, to: Value) -> Value {
        if to.is_null() {
            value.as_object_mut().unwrap().remove(name);
        } else {
            value[name] = to;
        }
        value
    }

    #[test]
    fn what_we_sign_we_believe() {
        let (key, _) = local_key();
        let issuers = issuers(&key);
        prove_crypto(&key, &issuers, noon()).unwrap();
        let token = key.sign("ana", &[grant()], noon(), TimeDelta::seconds(900)).unwrap();
        let claims = issuers.verify(&token, noon()).unwrap();
        assert_eq!((claims.subject.as_str(), claims.issuer.as_str()), ("ana", "vinculo"));
        assert_eq!(claims.grants, [grant()]);
        assert_eq!(claims.expires_at, noon() + TimeDelta::seconds(900));
        assert!(!claims.authoritative);
    }

    #[test]
    fn the_key_is_made_once_and_for_its_owner() {
        let (key, directory) = local_key();
        let path = directory.join("signing-key.pem");
        let again = LocalKey::load_or_create(&path, "vinculo").unwrap();
        assert_eq!(key.kid(), again.kid());
        assert_eq!(key.kid().len(), 43);
        assert_eq!(std::fs::read_dir(&directory).unwrap().count(), 1, "nothing left aside");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        // Somebody else was first.
        assert_eq!(create(&path).unwrap(), std::fs::read_to_string(&path).unwrap());
        std::fs::write(&path, "not a key").unwrap();
        assert!(LocalKey::load_or_create(&path, "vinculo").is_err());
    }

    #[test]
    fn a_token_counts_within_its_time_and_a_minute_around_it() {
        let (key, _) = local_key();
        let issuers = issuers(&key);
        let now = noon().timestamp();
        let claims = with(with(claims(), "exp", json!(now + 100)), "nbf", json!(now + 10));
        let token = forge(&key, header(), &claims);
        let at = |seconds| issuers.verify(&token, noon() + TimeDelta::seconds(seconds));
        assert_eq!(at(-51), Err(Refusal("not valid yet")));
        assert!(at(-50).is_ok() && at(160).is_ok());
        assert_eq!(at(161), Err(Refusal("expired")));
        // Once it has been verified, too.
        assert_eq!(at(-51), Err(Refusal("not valid yet")));
    }

    #[test]
    fn every_required_claim_is_required() {
        let (key, _) = local_key();
        let issuers = issuers(&key);
        assert!(issuers.verify(&forge(&key, header(), &claims()), noon()).is_ok());
        for name in ["iss", "aud", "sub", "exp"] {
            let token = forge(&key, header(), &with(claims(), name, Value::Null));
            assert!(issuers.verify(&token, noon()).is_err(), "without {name}");
        }
        for (name, value) in [
            ("iss", json!("somebody")),
            ("iss", json!(["vinculo"])),
            ("aud", json!("somebody")),
            ("aud", json!([])),
            ("sub", json!("")),
            ("sub", json!("a\nb")),
            ("sub", json!("a".repeat(256))),
            ("exp", json!("soon")),
            ("exp", json!(-1)),
            ("exp", json!(1e300)),
            ("nbf", json!("now")),
            ("grants", json!({})),
            ("grants", json!([{"organization": "org_1", "role": "ANALYST"}])),
            ("grants", json!([{"organization": grant().organization, "role": "PUBLIC"}])),
            ("grants", json!([{"organization": grant().organization, "role": "KING"}])),
        ] {
            let token = forge(&key, header(), &with(claims(), name, value.clone()));
            assert!(issuers.verify(&token, noon()).is_err(), "{name} = {value}");
        }
        let both = with(claims(), "aud", json!(["other", "vinculo"]));
        assert!(issuers.verify(&forge(&key, header(), &both), noon()).is_ok());
    }

    #[test]
    fn the_header_decides_nothing() {
        let (key, _) = local_key();
        let issuers = issuers(&key);
        for typ in ["JWT", "jwt", "AT+JWT", "application/at+jwt"] {
            let token = forge(&key, with(header(), "typ", json!(typ)), &claims());
            assert!(issuers.verify(&token, noon()).is_ok(), "{typ}");
        }
        for (name, value) in [
            ("typ", Value::Null),
            ("typ", json!("id+jwt")),
            ("alg", json!("none")),
            ("alg", json!("HS256")),
            ("alg", json!("ES256")),
            ("crit", json!(["b64"])),
            ("crit", json!([])),
            ("kid", json!("another")),
            ("kid", json!("")),
            ("kid", json!("../key")),
            ("kid", json!("a".repeat(129))),
        ] {
            let token = forge(&key, with(header(), name, value.clone()), &claims());
            assert!(issuers.verify(&token, noon()).is_err(), "{name} = {value}");
        }
        let (other, _) = local_key();
        let theirs = with(header(), "kid", json!(key.kid()));
        assert!(issuers.verify(&forge(&other, theirs, &claims()), noon()).is_err());
        let jwk = json!({"kty": "OKP", "crv": "Ed25519",
            "x": URL_SAFE_NO_PAD.encode(other.public_key().as_bytes())});
        let own = with(with(header(), "kid", json!(key.kid())), "jwk", jwk);
        assert!(issuers.verify(&forge(&other, own, &claims()), noon()).is_err());
    }

    #[test]
    fn what_is_no_token_is_refused() {
        let (key, _) = local_key();
        let issuers = issuers(&key);
        let good = forge(&key, header(), &claims());
        let long = forge(&key, header(), &with(claims(), "pad", json!("a".repeat(9_000))));
        let (message, _) = good.rsplit_once('.').unwrap();
        for token in ["", ".", "..", "a.b.c", &good[1..], &format!("{message}."), message, &long] {
            assert!(issuers.verify(token, noon()).is_err(), "{token}");
        }
    }

    #[test]
    fn a_configured_issuer_has_one_algorithm_and_one_key() {
        let (theirs, directory) = local_key();
        let file = directory.join("theirs.pem");
        std::fs::write(&file, theirs.public_pem().unwrap()).unwrap();
        let (ours, _) = local_key();
        let configure = |algorithm: &str, file: &Path| {
            let json = json!([{"issuer": "https://id.mx", "audience": "v", "algorithm": algorithm,
                "key_file": file, "authoritative": true}]);
            let env = [("VINCULO_ISSUERS".to_owned(), json.to_string())];
            Issuers::new(&ours, &Settings::load(None, env.into_iter()).unwrap())
        };
        let issuers = configure("EdDSA", &file).unwrap();
        let claims = with(with(claims(), "iss", json!("https://id.mx")), "aud", json!("v"));
        let token = forge(&theirs, header(), &claims);
        assert!(issuers.verify(&token, noon()).unwrap().authoritative);
        let named = forge(&theirs, with(header(), "kid", json!("k1")), &claims);
        assert!(issuers.verify(&named, noon()).is_ok());
        assert!(issuers.verify(&forge(&ours, header(), &claims), noon()).is_err());
        assert!(configure("ES256", &file).is_err());
        assert!(configure("EdDSA", Path::new("/nowhere")).is_err());
    }

    /// The same claims, signed elsewhere with keys that were then thrown away:
    /// public key, algorithm, signature.
    const FOREIGN: [(&str, &str, &str); 3] = [
        (
            RSA,
            "RS256",
            "ljCmgLIV-AM16kMB3WCpS-vdie8rGnOtQ4mu5qLLH1OxGCboBtxNx5iHh-lalOVgXfbzMt0acY2AIGftc2TmIVnwf6mQ3OzPljZId5u99mWcVpF9cGO1beXUaN6rFZzggYitvwqYCFiIZ7TaMW_BaMbdss1-NGel_O0TdlfWjv4sFMLLG_L7_zBKuK5bIC6PF71qYmj04GoYrRGE42-LI9tbMuWWhGseqlAgLlZxnDZ2jKFDkuQ6qNK1lgGPTC1ZGFUtLbt41H5lJ86Rid1nSUFqgy-7VizY3fIXYOhhJ2G1w9uYrQPxBjjcfFOIxhDw_1LwbQ3l1y7GKQKAyO7hnw",
        ),
        (
            RSA,
            "RS384",
            "Rk0odoTyLpBQ1_IIiqGI7zRLRvAZ8rMi4fVyHF779c8Q5XmbGpGBZDU_h2gDVHLEQUzgatLErj3WPgSJkr-luZ_pTgIeY2Wjs8OIprTvacvqTAGM1PE76driNxpk0ZnAB7TocRjE9PIeQ9smZhmlvnoPsGuNpVkwCKzR8XljaQhxt3bgf448PR5iODPmpMg9W_7K8L7lcRiOIpIS6pAG_bA105iUS2jcWVb42Oyz_4C48De55V4ZPnn4duu_B9ODCyzoxMPx3eHSxEn7vDjcM8NojgYEHbf1htjzPBj4gB4w4V4_90Z1FVXhevEkfCnVJ45_hHTnR89Q2dCVMSwNVA",
        ),
        (
            EC,
            "ES256",
            "jGLAveSVaEjEvCC7FUPxvoVuKMB1vUUqMJ1xn40Bn79ELCYDn9dRZKpvQnowIAGUh9n2DUDwnSECFKCF2rm5Mg",
        ),
    ];
    const RSA: &str = "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAqqmGm7zvYy0WYUJY/nav\nrLx68iQSZVUCzqBn/e/vy1YeJmM4WDJ/UZrTxb375TQ1BNeS4CelqNBPgNf9CFaq\nbgqhzMYBOlNXiwi6zMzlTuMe36RQcCio26BeIsSlPBTJRbwqEtFTZUhPGr2b/wKh\naS7Fx98uQenajv/o9YR6Vi4mirt4rmhwPbMXkB3iBpGItJbEnPBzaHk70E7y1dlp\nJ/3XU1XNtMa10XFyWHqBQ/FOtA09bX6CD2qcf9mLmFfrcdubdGwVUywW/aBja1uu\nZzeflUrjWNuuux2dFs69R9xUpKUHi46/1roNsI4Jfa5LZSrRguZF4QjU/aA/PNYD\nJwIDAQAB\n-----END PUBLIC KEY-----\n";
    const EC: &str = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAESdSaOrq4mHKcVRMwbKkgCT0HUlop\n96Kbc49BEv3wSybEAbw44gp6Hm0h8fc0AVPUyJqs01KnbZoBJE2UUP2eWw==\n-----END PUBLIC KEY-----\n";

    #[test]
    fn the_algorithm_of_an_issuer_is_pinned() {
        let (ours, directory) = local_key();
        let file = directory.join("theirs.pem");
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let claims = r#"{"iss":"https://id.mx","aud":"vinculo","sub":"ana","exp":1790000600}"#;
        for (pem, signed, signature) in FOREIGN {
            std::fs::write(&file, pem).unwrap();
            let head = part(&format!(r#"{{"alg":"{signed}","typ":"at+jwt"}}"#));
            let token = format!("{head}.{}.{signature}", part(claims));
            let pinned = if pem == RSA { "RS256" } else { "ES256" };
            let json = json!([{"issuer": "https://id.mx", "algorithm": pinned, "key_file": file}]);
            let env = [("VINCULO_ISSUERS".to_owned(), json.to_string())];
            let settings = Settings::load(None, env.into_iter()).unwrap();
            let issuers = Issuers::new(&ours, &settings).unwrap();
            let verified = issuers.verify(&token, noon());
            assert_eq!(verified.is_ok(), signed == pinned, "{signed}: {verified:?}");
        }
    }
}

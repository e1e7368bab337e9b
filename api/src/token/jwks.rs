//! Key sets (RFC 7517): read from a file, or fetched from an issuer that publishes them.
//!
//! What is fetched counts for ten minutes. A key that is not in it makes the set be fetched anew,
//! at most once a minute, whoever asks and however many at once; and as long as the issuer does
//! not answer, what it last said goes on to count.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse},
};
use serde::Deserialize;
use serde_json::Value;

use super::issuers::is_plain;

/// How long a set counts.
const KEPT: TimeDelta = TimeDelta::minutes(10);
/// How long after a fetch, also one in vain, there is no other.
const PAUSE: TimeDelta = TimeDelta::minutes(1);
/// How long an issuer may take to answer.
const PATIENCE: Duration = Duration::from_secs(4);
/// How long its answer may be, in bytes, and how many keys are read of it.
const MOST_BYTES: usize = 262_144;
const MOST_KEYS: usize = 100;
/// The shortest RSA modulus, in bytes.
const LEAST_RSA: usize = 256;

/// Keys by their names.
pub(super) type Keys = HashMap<String, DecodingKey>;

/// The keys of a set that are for signatures of this algorithm and have a name; nothing when it is
/// no set, or has none of those.
pub(super) fn keys(set: &[u8], algorithm: Algorithm) -> Option<Keys> {
    #[derive(Deserialize)]
    struct Set {
        keys: Vec<Value>,
    }
    let set: Set = serde_json::from_slice(set).ok()?;
    // What cannot be read is left out: sets have keys of other kinds, for others.
    let keys = set.keys.into_iter().take(MOST_KEYS).filter_map(|one| key(one, algorithm));
    Some(keys.collect()).filter(|keys: &Keys| !keys.is_empty())
}

fn key(one: Value, algorithm: Algorithm) -> Option<(String, DecodingKey)> {
    let jwk: Jwk = serde_json::from_value(one).ok()?;
    let for_signatures =
        jwk.common.public_key_use.as_ref().is_none_or(|one| *one == PublicKeyUse::Signature);
    let named = format!("{algorithm:?}");
    let for_this = jwk.common.key_algorithm.is_none_or(|one| one.to_string() == named);
    // One kind of key for each algorithm: none is ever taken for another.
    let fits = match (&jwk.algorithm, algorithm) {
        (AlgorithmParameters::OctetKeyPair(one), Algorithm::EdDSA) => {
            one.curve == EllipticCurve::Ed25519 && bytes(&one.x) == Some(32)
        }
        (AlgorithmParameters::EllipticCurve(one), Algorithm::ES256) => {
            one.curve == EllipticCurve::P256
        }
        (AlgorithmParameters::RSA(one), Algorithm::RS256) => bytes(&one.n) >= Some(LEAST_RSA),
        _ => false,
    };
    let kid = jwk.common.key_id.clone().filter(|kid| is_plain(kid))?;
    let key = DecodingKey::from_jwk(&jwk).ok()?;
    (for_signatures && for_this && fits).then_some((kid, key))
}

fn bytes(text: &str) -> Option<usize> {
    URL_SAFE_NO_PAD.decode(text).ok().map(|bytes| bytes.len())
}

/// Where an issuer publishes its keys.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// At this address.
    Address(String),
    /// Where its own description says (`OpenID` Connect Discovery).
    Discovery,
}

/// Keys that an issuer publishes.
pub(super) struct Published {
    issuer: String,
    source: Source,
    algorithm: Algorithm,
    client: reqwest::Client,
    known: RwLock<Known>,
    /// One fetch at a time.
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Known {
    keys: Keys,
    /// Grows with every set that was fetched.
    generation: u64,
    fetched_at: Option<DateTime<Utc>>,
    tried_at: Option<DateTime<Utc>>,
}

impl Published {
    pub(super) fn new(
        issuer: &str,
        source: Source,
        algorithm: Algorithm,
    ) -> Result<Arc<Self>, String> {
        // Whoever comes first in this process chooses, and everybody chooses the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .timeout(PATIENCE)
            // An issuer that is not where it says to be is not followed.
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| format!("issuers: no client for HTTP: {error}"))?;
        Ok(Arc::new(Self {
            issuer: issuer.to_owned(),
            source,
            algorithm,
            client,
            known: RwLock::default(),
            fetching: tokio::sync::Mutex::default(),
        }))
    }

    /// The key of this name, as far as is known.
    pub(super) fn key(&self, kid: &str) -> Option<DecodingKey> {
        self.known().keys.get(kid).cloned()
    }

    /// Which set is known: what an earlier one verified is verified anew.
    pub(super) fn generation(&self) -> u64 {
        self.known().generation
    }

    /// Fetches the set if it is too old, or does not have this key; at most once a minute.
    pub(super) async fn keep(self: &Arc<Self>, kid: Option<&str>, now: DateTime<Utc>) {
        if !self.known().is_due(kid, now) {
            return;
        }
        let (this, kid) = (self.clone(), kid.map(ToOwned::to_owned));
        // In a task of its own: whoever asked first may go away, and others wait for it too.
        let fetched = tokio::spawn(async move {
            let _turn = this.fetching.lock().await;
            if this.known().is_due(kid.as_deref(), now) {
                this.fetch(now).await;
            }
        });
        // A panic is told where it happens; what was known goes on to count.
        let _ = fetched.await;
    }

    async fn fetch(&self, now: DateTime<Utc>) {
        let fetched = self.fetched().await;
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.tried_at = Some(now);
        match fetched {
            Ok(keys) => {
                known.keys = keys;
                known.generation += 1;
                known.fetched_at = Some(now);
            }
            Err(why) => {
                tracing::warn!(issuer = %self.issuer, %why, "the keys of an issuer could not be fetched");
            }
        }
    }

    async fn fetched(&self) -> Result<Keys, String> {
        let address = match &self.source {
            Source::Address(address) => address.clone(),
            Source::Discovery => self.discovered().await?,
        };
        let set = self.get(&address).await?;
        keys(&set, self.algorithm)
            .ok_or_else(|| format!("{address}: no keys for {:?}", self.algorithm))
    }

    /// Where the issuer says that its keys are.
    async fn discovered(&self) -> Result<String, String> {
        #[derive(Deserialize)]
        struct Description {
            issuer: String,
            jwks_uri: String,
        }
        let base = self.issuer.strip_suffix('/').unwrap_or(&self.issuer);
        let place = format!("{base}/.well-known/openid-configuration");
        let told: Description = serde_json::from_slice(&self.get(&place).await?)
            .map_err(|_| format!("{place}: no description of an issuer"))?;
        // To the letter: else one issuer of a provider could speak for another.
        if told.issuer != self.issuer {
            return Err(format!("{place}: describes another issuer"));
        }
        if !is_safe(&told.jwks_uri) {
            return Err(format!("{place}: its keys are not at an https address"));
        }
        Ok(told.jwks_uri)
    }

    async fn get(&self, address: &str) -> Result<Vec<u8>, String> {
        let told = |error: reqwest::Error| format!("{address}: {}", error.without_url());
        let mut answer = self.client.get(address).send().await.map_err(told)?;
        if answer.status() != reqwest::StatusCode::OK {
            return Err(format!("{address}: answers {}", answer.status()));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(told)? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > MOST_BYTES {
                return Err(format!("{address}: answers at too great length"));
            }
        }
        Ok(bytes)
    }

    fn known(&self) -> std::sync::RwLockReadGuard<'_, Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn is_due(&self, kid: Option<&str>, now: DateTime<Utc>) -> bool {
        // Of two who ask at once, the second may have looked at the clock first.
        let within = |at: Option<DateTime<Utc>>, span| at.is_some_and(|at| (now - at).abs() < span);
        let wanting = kid.is_some_and(|kid| !self.keys.contains_key(kid));
        !within(self.tried_at, PAUSE) && (wanting || !within(self.fetched_at, KEPT))
    }
}

impl fmt::Debug for Published {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Published").field("source", &self.source).finish_non_exhaustive()
    }
}

/// Whether what comes from there comes unchanged: by TLS, or from this machine.
pub(super) fn is_safe(address: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(address) else { return false };
    let here = matches!(url.host_str(), Some("127.0.0.1" | "[::1]" | "localhost"));
    url.username().is_empty()
        && url.password().is_none()
        && (url.scheme() == "https" || url.scheme() == "http" && here)
}

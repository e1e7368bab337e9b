//! Who carries what is told: one client for HTTP, which follows nobody and reaches public
//! addresses alone.

use std::{fmt, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use entity::{WebhookDeliveryId, WebhookEndpointId, WebhookOutcome, webhook_endpoint};
use reqwest::{
    StatusCode,
    header::{CONTENT_TYPE, USER_AGENT},
};

use super::{
    network::{Gate, Lookup, is_barred},
    secret::Vault,
};
use crate::error::Result;

/// How much of an answer is kept, in bytes.
const KEPT: usize = 1_024;

/// What a courier needs.
pub struct CourierSettings {
    /// What seals the secrets of endpoints; the same in all instances.
    pub key: [u8; 32],
    /// Whether this machine may be reached, and without TLS: for tests and tries alone.
    pub local: bool,
    /// How long an endpoint may take to answer.
    pub patience: Duration,
    /// What finds the addresses of names.
    pub lookup: Lookup,
}

impl CourierSettings {
    /// How long an endpoint may take to answer, where nobody is in a hurry.
    pub const PATIENCE: Duration = Duration::from_secs(15);
}

impl fmt::Debug for CourierSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CourierSettings").field("local", &self.local).finish_non_exhaustive()
    }
}

/// Carries what is told. Cheap to clone.
#[derive(Clone)]
pub struct Courier(Arc<Inner>);

struct Inner {
    vault: Vault,
    gate: Gate,
    client: reqwest::Client,
}

impl fmt::Debug for Courier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Courier")
    }
}

/// What came of an attempt.
#[derive(Clone, Debug)]
pub(super) struct Came {
    pub(super) outcome: WebhookOutcome,
    pub(super) status: Option<u16>,
    /// The beginning of the answer.
    pub(super) answer: Option<String>,
}

impl Came {
    fn to(outcome: WebhookOutcome) -> Self {
        Self { outcome, status: None, answer: None }
    }
}

impl Courier {
    /// Makes one.
    ///
    /// # Errors
    /// When there can be no client for HTTP here.
    pub fn new(settings: CourierSettings) -> Result<Self, String> {
        let CourierSettings { key, local, patience, lookup } = settings;
        // Whoever comes first in this process chooses, and everybody chooses the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let gate = Gate { local, lookup };
        let client = reqwest::Client::builder()
            .timeout(patience)
            .redirect(reqwest::redirect::Policy::none())
            // A proxy would look names up by itself.
            .no_proxy()
            // Each attempt connects anew, so that each looks at the address.
            .pool_max_idle_per_host(0)
            .dns_resolver(gate.clone())
            .build()
            .map_err(|error| format!("webhooks: no client for HTTP: {error}"))?;
        let vault = Vault::new(&key).ok_or("webhooks: no key for secrets")?;
        Ok(Self(Arc::new(Inner { vault, gate, client })))
    }

    /// Whether an address may be reached as far as is known now; or what is wrong with it.
    pub(super) async fn look(&self, url: &str) -> Result<(), &'static str> {
        self.0.gate.look(url).await
    }

    /// A secret as it is kept.
    pub(super) fn seal(&self, secret: &str, of: WebhookEndpointId) -> Result<String> {
        self.0.vault.seal(secret, of)
    }

    /// Tells an endpoint something, once.
    pub(super) async fn carry(
        &self,
        to: &webhook_endpoint::Model,
        message: WebhookDeliveryId,
        body: String,
        now: DateTime<Utc>,
    ) -> Came {
        let message = message.to_string();
        let Some(signatures) = self.0.vault.sign(to, &message, &body, now) else {
            return Came::to(WebhookOutcome::SecretUnreadable);
        };
        // Literal addresses are connected to as they stand: they are looked at here.
        let Ok(url) = self.0.gate.read(&to.url) else {
            return Came::to(WebhookOutcome::AddressRefused);
        };
        let request = self
            .0
            .client
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, concat!("Vinculo/", env!("CARGO_PKG_VERSION")))
            .header("webhook-id", message)
            .header("webhook-timestamp", now.timestamp())
            .header("webhook-signature", signatures)
            .body(body);
        match request.send().await {
            Ok(answer) => heard(answer).await,
            Err(error) if is_barred(&error) => Came::to(WebhookOutcome::AddressRefused),
            Err(error) if error.is_timeout() => Came::to(WebhookOutcome::TimedOut),
            Err(error) => {
                // Not its address: that may hold a secret.
                let error = error.without_url();
                tracing::debug!(endpoint = %to.id, %error, "an endpoint could not be reached");
                Came::to(WebhookOutcome::Unreachable)
            }
        }
    }
}

/// What an endpoint answers: the status decides, whatever becomes of the rest.
async fn heard(mut answer: reqwest::Response) -> Came {
    let status = answer.status();
    let mut bytes = Vec::new();
    while bytes.len() < KEPT
        && let Ok(Some(chunk)) = answer.chunk().await
    {
        bytes.extend_from_slice(&chunk);
    }
    bytes.truncate(KEPT);
    // PostgreSQL takes no NUL in a text.
    let text = String::from_utf8_lossy(&bytes).replace('\0', "\u{fffd}");
    let outcome = match status {
        status if status.is_success() => WebhookOutcome::Delivered,
        status if status.is_redirection() => WebhookOutcome::Redirected,
        _ => WebhookOutcome::Refused,
    };
    let answer = (!text.is_empty()).then_some(text);
    Came { outcome, status: Some(status.as_u16()), answer }
}

impl Came {
    /// Whether the endpoint says that it will never be there again.
    pub(super) fn is_gone(&self) -> bool {
        self.status == Some(StatusCode::GONE.as_u16())
    }
}

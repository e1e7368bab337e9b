//! What can be said of an endpoint, and its limits.

use async_graphql::{InputObject, MaybeUndefined};
use entity::webhook_endpoint;

use super::courier::Courier;
use crate::{checks::Checks, error::UserErrorCode, event::TimelineKind};

/// How many kinds can be named.
const MOST_KINDS: usize = 200;

/// Where an organization is told what happens, and what.
#[derive(Clone, Debug, Default, InputObject)]
pub struct WebhookEndpointInput {
    /// What you call it, at most 100 characters.
    name: MaybeUndefined<String>,
    /// The address, `https://…`, at most 2,000 characters: port 443 or 8443, without user, password or fragment. Its name must lead to public addresses alone; that is looked at again each time.
    url: MaybeUndefined<String>,
    /// What is told: these kinds of event alone, at most 200. All kinds when nothing is said of a new one, when it is null, and when it is empty.
    kinds: MaybeUndefined<Vec<TimelineKind>>,
}

/// What is wrong with an address that was looked at.
pub(super) type Looked = Option<&'static str>;

impl WebhookEndpointInput {
    /// What must be said of a new one: what is absent counts as empty.
    pub(super) fn demand(&mut self) {
        if self.name.is_undefined() {
            self.name = MaybeUndefined::Null;
        }
        if self.url.is_undefined() {
            self.url = MaybeUndefined::Null;
        }
    }

    /// Looks at the address that is given, before any work begins: names take their time.
    pub(super) async fn look(&self, courier: &Courier) -> Looked {
        match &self.url {
            MaybeUndefined::Value(url) if !url.trim().is_empty() => {
                courier.look(url.trim()).await.err()
            }
            _ => None,
        }
    }

    /// Writes what is given; every mistake goes into `checks`.
    pub(super) fn write(
        self,
        row: &mut webhook_endpoint::Model,
        looked: Looked,
        checks: &mut Checks<'_>,
    ) {
        if !self.name.is_undefined() {
            let name = self.name.take().unwrap_or_default();
            row.name = checks.required_plain("name", &name, 100);
        }
        if !self.url.is_undefined() {
            let url = self.url.take().unwrap_or_default();
            row.url = checks.required_plain("url", &url, 2_000);
            if let Some(wrong) = looked {
                checks.wrong("url", UserErrorCode::Invalid, wrong);
            }
        }
        checks.values("kinds", self.kinds, MOST_KINDS, &mut row.kinds);
    }
}

//! What can be said of a machine, and its limits.

use async_graphql::{InputObject, MaybeUndefined};
use chrono::{DateTime, TimeDelta, Utc};
use entity::{ClientScope, Codes, api_client};
use sea_orm::Iterable;

use crate::{checks::Checks, error::UserErrorCode};

/// How long a machine is let in when nobody says.
pub(super) const USUAL_STAY: TimeDelta = TimeDelta::days(365);
/// How long at most: somebody looks at it again before.
const LONGEST_STAY: TimeDelta = TimeDelta::days(730);

/// What a machine is called, what it may do and until when.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ApiClientInput {
    /// What you call it, at most 100 characters.
    name: MaybeUndefined<String>,
    /// What it may do, as far as its role may: at least one.
    scopes: MaybeUndefined<Vec<ClientScope>>,
    /// Until when it is let in, at most two years from now; one year from now for a new machine of which nothing is said, and when it is null.
    expires_at: MaybeUndefined<DateTime<Utc>>,
}

impl ApiClientInput {
    /// What must be said of a new one: what is absent counts as empty.
    pub(super) fn demand(&mut self) {
        if self.name.is_undefined() {
            self.name = MaybeUndefined::Null;
        }
        if self.scopes.is_undefined() {
            self.scopes = MaybeUndefined::Null;
        }
    }

    /// Writes what is given; every mistake goes into `checks`.
    pub(super) fn write(
        self,
        row: &mut api_client::Model,
        now: DateTime<Utc>,
        checks: &mut Checks<'_>,
    ) {
        match self.name {
            MaybeUndefined::Undefined => {}
            MaybeUndefined::Null => row.name = checks.required_plain("name", "", 100),
            MaybeUndefined::Value(name) => row.name = checks.required_plain("name", &name, 100),
        }
        if !self.scopes.is_undefined() {
            let scopes = self.scopes.take().unwrap_or_default();
            let kept: Vec<_> = ClientScope::iter().filter(|one| scopes.contains(one)).collect();
            if kept.is_empty() {
                let message = "es obligatorio / is required";
                checks.wrong("scopes", UserErrorCode::Required, message);
            }
            row.scopes = Codes::of(&kept);
        }
        if !self.expires_at.is_undefined() {
            row.expires_at = self.expires_at.take().unwrap_or(now + USUAL_STAY);
            if row.expires_at <= now || row.expires_at > now + LONGEST_STAY {
                let message = "debe estar entre ahora y dentro de dos años / must be between now and two years from now";
                checks.wrong("expiresAt", UserErrorCode::Invalid, message);
            }
        }
    }
}

//! What can be said of a saved search, and its limits.

use async_graphql::{InputObject, MaybeUndefined};
use entity::{SearchCadence, SearchChannel, WebhookEndpointId, saved_search};

use super::fits::says_something;
use crate::{
    checks::Checks,
    codes::{SCIAN, STATE},
    error::UserErrorCode,
};

/// What a saved search looks for, and when it tells; conditions count together.
#[derive(Clone, Debug, Default, InputObject)]
pub struct SavedSearchInput {
    /// What you call it, at most 100 characters.
    name: MaybeUndefined<String>,
    /// Words that all have to be in what members of the network read, in Spanish or English, at most 500 characters. Any text when null.
    text: MaybeUndefined<String>,
    /// SCIAN sectors, subsectors or branches, in one of which it is (`31-33`, `326`, `3261`), at most 20. Any when empty.
    scian: MaybeUndefined<Vec<String>>,
    /// Federal states in one of which it is (INEGI keys, `01` to `32`). Any when empty.
    states: MaybeUndefined<Vec<String>>,
    /// An offer at this technology readiness level or above, or a need that accepts one, 1 to 9.
    trl_min: MaybeUndefined<i32>,
    /// An offer at this technology readiness level or below, or a need that accepts one, 1 to 9.
    trl_max: MaybeUndefined<i32>,
    /// When it tells what it finds from now on; `AT_ONCE` of a new one when nothing is said.
    cadence: Option<SearchCadence>,
    /// Where it tells; `INBOX` when nothing is said.
    channel: Option<SearchChannel>,
    /// The endpoint (`webhook_…`) with the channel `WEBHOOK`, which needs one: of an organization that you administer by a membership.
    webhook_endpoint: MaybeUndefined<WebhookEndpointId>,
}

impl SavedSearchInput {
    /// What must be said of a new one: what is absent counts as empty.
    pub(super) fn demand(&mut self) {
        if self.name.is_undefined() {
            self.name = MaybeUndefined::Null;
        }
    }

    /// Writes what is given; every mistake goes into `checks`.
    pub(super) fn write(self, row: &mut saved_search::Model, checks: &mut Checks<'_>) {
        match self.name {
            MaybeUndefined::Undefined => {}
            MaybeUndefined::Null => row.name = checks.required_plain("name", "", 100),
            MaybeUndefined::Value(name) => row.name = checks.required_plain("name", &name, 100),
        }
        checks.optional_plain("text", self.text, 500, &mut row.text);
        if row.text.as_ref().is_some_and(|text| !says_something(text)) {
            let message = "no tiene palabras que buscar / has no words to look for";
            checks.wrong("text", UserErrorCode::Invalid, message);
        }
        checks.codes("scian", SCIAN, self.scian, 20, &mut row.scian);
        checks.codes("states", STATE, self.states, 32, &mut row.states);
        checks.number("trlMin", self.trl_min, 1..=9, &mut row.trl_min);
        checks.number("trlMax", self.trl_max, 1..=9, &mut row.trl_max);
        if row.trl_min.zip(row.trl_max).is_some_and(|(least, most)| most < least) {
            let message = "está por debajo del mínimo / is below the least";
            checks.wrong("trlMax", UserErrorCode::Invalid, message);
        }
        row.cadence = self.cadence.unwrap_or(row.cadence);
        row.channel = self.channel.unwrap_or(row.channel);
        let named = self.webhook_endpoint.value().is_some();
        if !self.webhook_endpoint.is_undefined() {
            row.webhook_endpoint_id = self.webhook_endpoint.take();
        }
        match row.channel {
            SearchChannel::Webhook if row.webhook_endpoint_id.is_none() => {
                let message = "hace falta para este canal / this channel needs it";
                checks.wrong("webhookEndpoint", UserErrorCode::Required, message);
            }
            SearchChannel::Inbox if named => {
                let message = "sólo con el canal WEBHOOK / with the channel WEBHOOK alone";
                checks.wrong("webhookEndpoint", UserErrorCode::Invalid, message);
            }
            SearchChannel::Inbox => row.webhook_endpoint_id = None,
            SearchChannel::Webhook => {}
        }
    }
}

/// What a saved search looks for.
pub(super) fn query(row: &saved_search::Model) -> impl PartialEq + '_ {
    (&row.text, &row.scian, &row.states, row.trl_min, row.trl_max)
}

//! What needs, offers and every later record with a life have in common: a verb
//! is asked of the policy, checked against version and state, done, and written
//! into history and events.

use std::fmt::Display;

use chrono::{DateTime, Duration, Utc};
use entity::{DeclineReason, Localized, OrganizationId, organization};
use sea_orm::{
    ActiveEnum, ActiveModelBehavior, ColumnTrait, EntityTrait, ModelTrait, PrimaryKeyTrait,
    QueryFilter,
};
use uuid::Uuid;

use crate::{
    blind,
    error::{Error, Result, UserError, UserErrorCode},
    event::Event,
    policy::{Action, MOST_RENEWALS},
    work::{Row, Work},
};

/// How long a record stays on the network.
pub(crate) const TERM: Duration = Duration::days(365);
/// How long before its end its owner is warned.
pub(crate) const WARNING: Duration = Duration::days(14);
/// How long before its end it can be renewed.
const RENEWABLE_BEFORE: Duration = Duration::days(30);
/// How long after its end it can be renewed.
const RENEWABLE_AFTER: Duration = Duration::days(365);
/// How long after its end it is put away.
pub(crate) const ARCHIVED_AFTER_END: Duration = Duration::days(90);
/// How long after its first publication an expired one is put away.
pub(crate) const ARCHIVED_AFTER_PUBLICATION: Duration = Duration::days(730);

/// Why something is done: a code, and words.
pub(crate) type Why = (Option<DeclineReason>, Option<String>);

/// A row with a status, a version and a history.
pub(crate) trait Living: Row + Clone {
    /// The statuses of its life.
    type Status: ActiveEnum<Value = String> + Copy + PartialEq + Send + 'static;

    /// Its prefixed id.
    fn record(&self) -> String;
    /// Its version.
    fn version(&self) -> i32;
    /// Where it stands.
    fn status(&self) -> Self::Status;
    /// Sets what every change sets: the next version, the time, the status where it changes.
    fn advance(&mut self, status: Option<Self::Status>, now: DateTime<Utc>);
}

/// A verb of such a row's life, as the policy's table has it.
pub(crate) trait Verb: Action<On: Living> {
    /// The statuses in which it can be done.
    fn possible_in(self) -> &'static [<Self::On as Living>::Status];
    /// The status to which it leads; `None` when the status stays.
    fn leads_to(self) -> Option<<Self::On as Living>::Status>;
    /// What has happened when it is done.
    fn done(self, row: &Self::On) -> Event;
}

type Changes<R> = <<R as ModelTrait>::Entity as EntityTrait>::ActiveModel;
type KeyOf<R> =
    <<<R as ModelTrait>::Entity as EntityTrait>::PrimaryKey as PrimaryKeyTrait>::ValueType;

/// Takes a record through one of its verbs: policy first, then version and state,
/// then the verb's own guards in `change`.
pub(crate) async fn step<V>(
    work: &mut Work,
    id: impl Into<KeyOf<V::On>> + Send,
    expected_version: Option<i32>,
    verb: V,
    why: Why,
    change: impl FnOnce(&mut V::On) -> Result<()>,
) -> Result<V::On>
where
    V: Verb,
    Changes<V::On>: ActiveModelBehavior + Send,
{
    let held = work.hold(id, verb).await?;
    check_version(held.version(), expected_version)?;
    let before = held.status();
    if !verb.possible_in().contains(&before) {
        return Err(not_in(&before.to_value()));
    }
    let mut after = held.clone();
    change(&mut after)?;
    after.advance(verb.leads_to(), work.now);
    let row = work.update(held, |row| *row = after).await?;
    if row.status() != before {
        let (from, to) = (before.to_value(), row.status().to_value());
        work.history(row.record(), Some(from), to, why).await?;
    }
    work.record(verb.done(&row));
    Ok(row)
}

/// Refuses what was meant for another version than the present one; whoever expects none means any.
pub(crate) fn check_version(present: i32, expected: Option<i32>) -> Result<()> {
    if expected.is_none_or(|expected| expected == present) {
        return Ok(());
    }
    Err(Error::stale(
        "input.expectedVersion",
        present,
        format!("la versión actual es {present} / the present version is {present}"),
    ))
}

/// It cannot be done in this status.
pub(crate) fn not_in(status: &str) -> Error {
    Error::refused(
        UserErrorCode::IllegalState,
        format!("no es posible en el estado {status} / not possible in status {status}"),
    )
}

/// The service looked for what is due, and somebody was faster. Nobody reads it.
pub(crate) fn not_due() -> Error {
    Error::refused(UserErrorCode::IllegalState, "not due")
}

/// Whoever wrote anything of a text, at any time, may not be the one who publishes it.
pub(crate) async fn check_four_eyes(
    work: &Work,
    record: impl Into<Uuid> + Display + Copy,
) -> Result<()> {
    let Some(publisher) = work.viewer().person else { return Ok(()) };
    if work.has_written(record, publisher).await? {
        return Err(Error::refused(
            UserErrorCode::FourEyes,
            "quien escribe el texto no lo publica / who wrote the text may not publish it",
        ));
    }
    Ok(())
}

/// What the network's admin has taken off the network, the admin alone puts back.
pub(crate) fn check_release(held_by_network: bool, work_by_admin: bool) -> Result<()> {
    if held_by_network && !work_by_admin {
        return Err(Error::refused(
            UserErrorCode::IllegalState,
            "la red lo retiene; sólo su administración lo libera / the network holds it; its admin alone releases it",
        ));
    }
    Ok(())
}

/// Nobody answers what takes no answers.
pub(crate) fn check_open(field: &str, takes_interest: bool) -> Result<()> {
    if takes_interest {
        return Ok(());
    }
    Err(Error::field(
        field,
        UserErrorCode::IllegalState,
        "no está abierta a expresiones de interés / is not open for interest",
    ))
}

/// What is over does not go on: it is renewed first.
pub(crate) fn check_not_over(expires_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<()> {
    if expires_at.is_some_and(|end| end <= now) {
        return Err(Error::refused(
            UserErrorCode::IllegalState,
            "su plazo ya venció / its time has passed",
        ));
    }
    Ok(())
}

/// Once, from 30 days before to 365 days after the end.
pub(crate) fn check_renewable(
    renewals: i32,
    expires_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<()> {
    if renewals >= MOST_RENEWALS {
        return Err(Error::refused(
            UserErrorCode::LimitReached,
            "ya fue renovada una vez / has been renewed once already",
        ));
    }
    let due = expires_at
        .is_some_and(|end| (end - RENEWABLE_BEFORE..=end + RENEWABLE_AFTER).contains(&now));
    if due {
        return Ok(());
    }
    Err(Error::refused(
        UserErrorCode::IllegalState,
        "se renueva de 30 días antes a 365 días después del vencimiento / can be renewed from 30 days before to 365 days after its end",
    ))
}

/// Whether a record's time to be put away has come.
pub(crate) fn check_archivable(
    expired: bool,
    ended_at: Option<DateTime<Utc>>,
    first_published_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<()> {
    let due = match (expired, ended_at, first_published_at) {
        (true, _, Some(first)) => now >= first + ARCHIVED_AFTER_PUBLICATION,
        (false, Some(end), _) => now >= end + ARCHIVED_AFTER_END,
        _ => false,
    };
    if due {
        return Ok(());
    }
    Err(Error::refused(
        UserErrorCode::IllegalState,
        "se archiva 90 días después de su término o 730 días después de publicarse / can be archived 90 days after its end or 730 days after its publication",
    ))
}

/// The public texts of an anonymous record name nobody and lead nowhere.
pub(crate) fn check_blind<'a>(
    texts: impl IntoIterator<Item = &'a str>,
    names: &[String],
) -> Result<()> {
    let mut leaks = Vec::new();
    for leak in texts.into_iter().flat_map(|text| blind::leaks(text, names)) {
        if !leaks.contains(&leak) {
            leaks.push(leak);
        }
    }
    if leaks.is_empty() {
        return Ok(());
    }
    let error = |leak: blind::Leak| {
        let message = format!("el texto público {}", leak.message());
        UserError::general(UserErrorCode::BlindCheck, message)
    };
    Err(Error::Refused(leaks.into_iter().map(error).collect()))
}

/// What these organizations are known by, as the blind check compares it.
pub(crate) async fn names_of(work: &Work, ids: Vec<OrganizationId>) -> Result<Vec<String>> {
    let rows = organization::Entity::find()
        .filter(organization::Column::Id.is_in(ids))
        .all(work.tx())
        .await?;
    Ok(rows.iter().flat_map(blind_names).collect())
}

/// What an organization is known by, as the blind check compares it.
pub(crate) fn blind_names(row: &entity::organization::Model) -> Vec<String> {
    let names = [Some(row.legal_name.as_str()), row.trade_name.as_deref()];
    names
        .into_iter()
        .flatten()
        .chain(row.marks.0.iter().map(String::as_str))
        .filter_map(blind::comparable)
        .collect()
}

/// All languages of texts that may be absent.
pub(crate) fn all_texts<'a>(
    texts: impl IntoIterator<Item = Option<&'a Localized>>,
) -> impl Iterator<Item = &'a str> {
    texts.into_iter().flatten().flat_map(|text| text.texts().map(|(_, text)| text))
}

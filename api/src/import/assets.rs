//! A portfolio of intellectual property: each line a piece of it with what has happened to it,
//! through the same verbs and checks as in the API.

use chrono::NaiveDate;
use entity::{IpAssetId, IpEvent, OrganizationId, ip_asset, ip_event};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

use super::{references::find_organization, told::Told};
use crate::{
    calendar::day_of,
    codes::Labels,
    error::{Error, Result, UserErrorCode},
    ip::{IpAssetInput, IpEventInput, life},
    work::Work,
};

/// What a line says that happened: in JSON as `events`, in a table as the days that offices
/// print on what they issue.
pub(super) struct Past {
    events: Vec<IpEventInput>,
    paid_until: Option<NaiveDate>,
}

impl Past {
    /// Takes it out of a line.
    ///
    /// # Errors
    /// When something of it cannot be read.
    pub(super) fn take(told: &mut Told) -> Result<Self> {
        let mut events: Vec<IpEventInput> = match told.remove("events") {
            Some(events) => serde_json::from_value(events).map_err(|error| {
                let message: String = error.to_string().chars().take(200).collect();
                Error::field("input.events", UserErrorCode::Invalid, message)
            })?,
            None => Vec::new(),
        };
        for (name, kind) in [
            ("filedOn", IpEvent::Filed),
            ("publishedOn", IpEvent::Published),
            ("grantedOn", IpEvent::Granted),
        ] {
            if let Some(on) = take_day(told, name)? {
                events.push(IpEventInput { kind, on, paid_until: None, note: None });
            }
        }
        events.sort_by_key(|event| event.on);
        Ok(Self { events, paid_until: take_day(told, "feesPaidUntil")? })
    }
}

fn take_day(told: &mut Told, name: &str) -> Result<Option<NaiveDate>> {
    let Some(value) = told.remove(name).filter(|value| !value.is_null()) else { return Ok(None) };
    let day = value.as_str().and_then(|text| text.parse().ok());
    day.map(Some).ok_or_else(|| {
        let message = "debe ser una fecha AAAA-MM-DD / must be a date YYYY-MM-DD";
        Error::field(&format!("input.{name}"), UserErrorCode::Invalid, message)
    })
}

/// Shares as a cell tells them: `name:6000;other:4000`, or names alone that share alike.
///
/// # Errors
/// When a share is no number.
pub(super) async fn read_shares(work: &Work, system: &str, told: &mut Told) -> Result<()> {
    for (field, name) in [("owners", "organization"), ("inventors", "name")] {
        let Some(Value::Array(parts)) = told.get_mut(field) else { continue };
        let count = i32::try_from(parts.len()).unwrap_or(i32::MAX);
        for (part, place) in parts.iter_mut().zip(0..) {
            let wrong = |message: &str| {
                let path = format!("input.{field}.{place}");
                Error::field(&path, UserErrorCode::Invalid, message)
            };
            let Value::String(text) = &*part else { continue };
            let (who, share) = match text.rsplit_once(':') {
                Some((who, share)) => {
                    let share = share.trim().parse::<i32>();
                    let message = "la parte debe ser un entero / the share must be an integer";
                    (who.trim().to_owned(), share.map_err(|_| wrong(message))?)
                }
                // What cannot be divided goes to the first ones.
                None => {
                    (text.trim().to_owned(), 10_000 / count + i32::from(place < 10_000 % count))
                }
            };
            let who = if field == "owners" {
                let found = find_organization(work.tx(), system, &who).await?;
                let found = found.ok_or_else(|| {
                    Error::no_such(&format!("input.{field}.{place}.organization"))
                })?;
                found.to_string()
            } else {
                who
            };
            *part = json!({ name: who, "shareBp": share });
        }
    }
    Ok(())
}

/// Puts one on record.
pub(super) async fn record(
    work: &mut Work,
    labels: &Labels,
    ott: OrganizationId,
    input: IpAssetInput,
    past: Past,
) -> Result<IpAssetId> {
    let Past { mut events, paid_until } = past;
    let granted = events.iter_mut().find(|event| event.kind == IpEvent::Granted);
    match (granted, paid_until) {
        (Some(granted), Some(until)) if granted.paid_until.is_none() && until >= granted.on => {
            granted.paid_until = paid_until;
        }
        (_, Some(until)) => events.push(payment(work, until)),
        (_, None) => {}
    }
    life::record(work, labels, ott, input, events).await.map(|row| row.id)
}

/// A file says until when fees are paid, and not when that was done: today at the latest.
fn payment(work: &Work, until: NaiveDate) -> IpEventInput {
    let on = day_of(work.now).min(until);
    IpEventInput { kind: IpEvent::FeePaid, on, paid_until: Some(until), note: None }
}

/// Changes one that is on record, and adds what happened since. What was told before and is not
/// told any more stays: a file takes nothing back, and puts back nothing that was taken back.
pub(super) async fn revise(
    work: &mut Work,
    labels: &Labels,
    id: IpAssetId,
    input: IpAssetInput,
    past: Past,
) -> Result<IpAssetId> {
    life::revise(work, labels, id, None, input).await?;
    let known =
        ip_event::Entity::find().filter(ip_event::Column::AssetId.eq(id)).all(work.tx()).await?;
    let is_new = |event: &IpEventInput| {
        !known.iter().any(|known| known.kind == event.kind && known.on_day == event.on)
    };
    for event in past.events.into_iter().filter(is_new) {
        life::record_event(work, labels, id, None, event, None).await?;
    }
    let row = ip_asset::Entity::find_by_id(id).one(work.tx()).await?;
    let paid = row.and_then(|row| row.next_fee_due_on);
    let before = known.iter().filter_map(|event| event.paid_until).max().max(paid);
    if let Some(until) = past.paid_until.filter(|until| before.is_none_or(|before| before < *until))
    {
        let payment = payment(work, until);
        life::record_event(work, labels, id, None, payment, None).await?;
    }
    Ok(id)
}

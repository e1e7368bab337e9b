//! What the demo's offices have: capabilities, and intellectual property. Some of it their offers
//! offer, some lies dormant; what happened to it before its office is counted back from today.

use chrono::{DateTime, Duration, Months, NaiveDate, Utc};
use entity::{IpEvent, IprStatus, OfferId, OfferStatus, OrganizationId, Role, offer};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Map, Value, json};

use super::past::Cast;
use crate::{
    calendar::day_of,
    capabilities::{self, CapabilityInput},
    clockwork,
    context::Service,
    error::{Error, Result},
    ip::{IpAssetInput, IpEventInput, life},
    work::Work,
};

/// The most offers whose technology is protected by something on record.
const OFFERED: usize = 24;

/// Puts it on record and lets time do what is due.
pub(super) async fn write(service: &Service, lines: &str, able: &str) -> Result<()> {
    let cast = Cast::gather(service).await?;
    let mut work = service.system_work().await?;
    for (line, place) in able.lines().filter(|line| !line.is_empty()).zip(0..) {
        let input: CapabilityInput = serde_json::from_str(line).map_err(Error::internal)?;
        let at = service.now() - Duration::days(60) + Duration::days(place_of(place));
        let office = cast.office(place);
        work.go_on_as(cast.someone(office, &[Role::OttOfficer], at));
        let labels = service.labels();
        let row = capabilities::life::draft(&mut work, labels, office, input).await?;
        // One is still being written.
        if place != 3 {
            work.go_on_as(cast.someone(office, &[Role::OttManager], at + Duration::days(1)));
            capabilities::life::publish(&mut work, labels, row.id, row.version).await?;
        }
    }
    let offers = offer::Entity::find()
        .filter(offer::Column::Status.eq(OfferStatus::Published))
        .filter(offer::Column::IprStatus.is_in([IprStatus::IprGranted, IprStatus::IprApplied]))
        .order_by_asc(offer::Column::Id)
        .all(service.db().fresh())
        .await?;
    for (offer, place) in offers.into_iter().take(OFFERED).zip(0..) {
        let granted = offer.ipr_status == Some(IprStatus::IprGranted);
        let fate = if granted { ["GRANTED", "AT_RISK"][place % 2] } else { "PUBLISHED" };
        let told = json!({
            "figure": "PATENT",
            "title": offer.title,
            "summary": offer.summary,
            "scian": offer.application_scian.0,
            "technologyKeywords": offer.technology_keywords.0,
            "trl": offer.trl,
            "offer": offer.id,
            "fate": fate,
        });
        let Value::Object(told) = told else { continue };
        record(&mut work, service, &cast, (offer.ott_id, Some(offer.id)), place, told).await?;
    }
    let lines = lines.lines().filter(|line| !line.is_empty());
    for (line, place) in lines.zip(0..) {
        let told: Map<String, Value> = serde_json::from_str(line).map_err(Error::internal)?;
        // The office that is shown looks after every second one, the others after the rest.
        let office = cast.shown_office().filter(|_| place % 2 == 0);
        let office = office.unwrap_or_else(|| cast.office(place));
        record(&mut work, service, &cast, (office, None), place, told).await?;
    }
    work.commit().await?;
    clockwork::run_due(service).await?;
    Ok(())
}

async fn record(
    work: &mut Work,
    service: &Service,
    cast: &Cast,
    (office, offer): (OrganizationId, Option<OfferId>),
    place: usize,
    mut told: Map<String, Value>,
) -> Result<()> {
    let fate = told.remove("fate").unwrap_or_default();
    let fate = fate.as_str().unwrap_or_default();
    let today = day_of(service.now());
    told.insert("listed".to_owned(), true.into());
    let number = 1_000 + place + if offer.is_some() { 500 } else { 0 };
    let events = past(fate, place, today);
    if !events.is_empty() {
        // A number that no office gives out.
        told.insert("applicationNo".to_owned(), format!("DEMO/a/{number:06}").into());
    }
    let input: IpAssetInput =
        serde_json::from_value(Value::Object(told)).map_err(Error::internal)?;
    let at: DateTime<Utc> = service.now() - Duration::days(40) + Duration::minutes(place_of(place));
    work.go_on_as(cast.someone(office, &[Role::OttOfficer], at));
    // What happened later than it was put on record is told by the clockwork.
    let recorded = day_of(at);
    let events = events.into_iter().filter(|event| event.on <= recorded).collect();
    life::record(work, service.labels(), office, input, events).await.map(drop)
}

fn place_of(place: usize) -> i64 {
    i64::try_from(place).unwrap_or_default()
}

/// What happened to it before its office.
fn past(fate: &str, place: usize, today: NaiveDate) -> Vec<IpEventInput> {
    let spread = u32::try_from(place % 7).unwrap_or_default();
    let ago = |months: u32| today.checked_sub_months(Months::new(months + spread));
    let ahead = |months: u32| today.checked_add_months(Months::new(months));
    let before = |months: u32| today.checked_sub_months(Months::new(months));
    // Filed, published, granted, so many months ago; until when it is paid; how it ended.
    let (filed, published, granted, paid, ended) = match fate {
        "AT_RISK" => (ago(96), ago(78), ago(50), ahead(2 + spread % 3), None),
        "GRANTED" => (ago(70), ago(52), ago(24), ahead(30), None),
        "PUBLISHED" => (ago(40), ago(22), None, None, None),
        "FILED" => (ago(9), None, None, None, None),
        "GRACE" => (ago(100), ago(82), ago(60), before(2), None),
        "LAPSED" => (ago(120), ago(102), ago(80), before(14), None),
        "DESIGN" => (ago(44), None, ago(34), None, None),
        "ABANDONED" => (ago(60), ago(42), None, None, Some((IpEvent::Abandoned, before(20)))),
        _ => (None, None, None, None, None),
    };
    let event = |kind: IpEvent, on: Option<NaiveDate>, paid_until: Option<NaiveDate>| {
        Some(IpEventInput { kind, on: on?, paid_until, note: None })
    };
    [
        event(IpEvent::Filed, filed, None),
        event(IpEvent::Published, published, None),
        event(IpEvent::Granted, granted, paid),
        ended.and_then(|(kind, on)| event(kind, on, None)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

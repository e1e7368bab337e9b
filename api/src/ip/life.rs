//! The life of a piece of intellectual property: each verb with its guards, the same for the
//! API, for imports and for what the service does by itself.

use async_graphql::MaybeUndefined;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use entity::{
    Codes, IpAssetId, IpCommercialStatus, IpEvent, IpEventId, IpFeeDecision, IpFigure, IpInventors,
    IpLegalStatus, IpOffice, IpOwner, IpOwners, Localized, OfferId, OrganizationId,
    OrganizationKind, PersonId, ip_asset, ip_event, offer, organization,
};
use sea_orm::{ActiveEnum, ColumnTrait, EntityTrait, QueryFilter};

use super::{
    input::{IpAssetInput, IpEventInput, public_texts},
    legal::{Happened, Impossible, Standing, Why, pays, rank, stand},
    uses,
};
use crate::{
    blind,
    calendar::{day_of, end_of},
    checks::Checks,
    codes::Labels,
    error::{Error, Result, UserErrorCode},
    event::Event,
    lifecycle::{Living, Verb, check_blind, names_of, step},
    policy::{IpAssetAction, OFFERS_ENDED},
    work::Work,
};

/// The most events of one asset.
const MOST_EVENTS: usize = 200;

impl Living for ip_asset::Model {
    type Status = IpCommercialStatus;

    fn record(&self) -> String {
        self.id.to_string()
    }

    fn version(&self) -> i32 {
        self.version
    }

    fn status(&self) -> IpCommercialStatus {
        self.commercial_status
    }

    fn advance(&mut self, status: Option<IpCommercialStatus>, now: DateTime<Utc>) {
        self.version += 1;
        self.updated_at = now;
        self.commercial_status = status.unwrap_or(self.commercial_status);
    }
}

impl Verb for IpAssetAction {
    /// What is done with it forbids nothing: what can happen to it, its legal status says.
    fn possible_in(self) -> &'static [IpCommercialStatus] {
        use IpCommercialStatus::{
            Assigned, Available, ExploitedByOwner, LicensedExclusive, LicensedNonExclusive,
            NotOffered, UnderNegotiation, UnderOption, Withdrawn,
        };
        &[
            NotOffered,
            Available,
            UnderNegotiation,
            UnderOption,
            LicensedNonExclusive,
            LicensedExclusive,
            Assigned,
            ExploitedByOwner,
            Withdrawn,
        ]
    }

    fn leads_to(self) -> Option<IpCommercialStatus> {
        None
    }

    fn done(self, row: &ip_asset::Model) -> Event {
        let asset = row.id;
        match self {
            Self::Record => Event::IpAssetRecorded { asset },
            Self::Revise => Event::IpAssetRevised { asset },
            Self::RecordEvent => Event::IpEventRecorded { asset },
            Self::RemoveEvent => Event::IpEventRemoved { asset },
            Self::Market => Event::IpAssetMarketed { asset },
            Self::DecideFee => Event::IpFeeDecided { asset },
            Self::AskFee => Event::IpFeeAsked { asset },
        }
    }
}

/// Puts a piece of intellectual property on record, with what has happened to it so far.
pub(crate) async fn record(
    work: &mut Work,
    labels: &Labels,
    ott: OrganizationId,
    mut input: IpAssetInput,
    events: Vec<IpEventInput>,
) -> Result<ip_asset::Model> {
    let office = organization::Entity::find_by_id(ott).one(work.tx()).await?;
    let office = office.ok_or_else(|| Error::no_such("input.ott"))?;
    let mut row = ip_asset::Model {
        created_by: work.viewer().person,
        ott_id: ott,
        state_code: office.state_code,
        ..blank(work.now)
    };
    let allowed = work.allow_new(IpAssetAction::Record, row.clone())?;
    let kinds = [OrganizationKind::TechnologyTransferOffice, OrganizationKind::Startup];
    if !kinds.contains(&office.kind) {
        return Err(Error::field(
            "input.ott",
            UserErrorCode::Invalid,
            "sólo las OTT y los emprendimientos / only transfer offices and start-ups",
        ));
    }
    let mut checks = Checks::new("input.", labels);
    input.demand(&mut checks);
    input.write(&mut row, &mut checks);
    let by = (row.id, work.viewer().person, work.now);
    let events = read_events(by, events, "events.", &mut checks);
    checks.done()?;
    if row.owners.0.is_empty() {
        let organization = office.parent_id.unwrap_or(ott);
        row.owners = IpOwners(vec![IpOwner { organization, share_bp: 10_000 }]);
    }
    settle_told(&mut row, &events)?;
    check(work, &row, None).await?;
    uses::adopt(work, &mut row).await?;
    row.folio = work.folio("PI").await?;
    let allowed = allowed.with(|held| *held = row);
    let events = events.into_iter().map(|event| allowed.part(event)).collect::<Result<Vec<_>>>()?;
    let row = work.insert(allowed).await?;
    work.insert_all(events, &[]).await?;
    let status = row.commercial_status.to_value();
    work.history(row.id.to_string(), None, status, (None, None)).await?;
    work.record(Event::IpAssetRecorded { asset: row.id });
    Ok(row)
}

/// A piece of intellectual property as it would be, with what happened to it: nothing is kept.
pub(crate) fn preview(
    input: IpAssetInput,
    events: Vec<IpEventInput>,
    now: DateTime<Utc>,
    checks: &mut Checks<'_>,
) -> Result<(ip_asset::Model, Vec<ip_event::Model>)> {
    let mut row = blank(now);
    input.write(&mut row, checks);
    let mut events = read_events((row.id, None, now), events, "events.", checks);
    settle_told(&mut row, &events)?;
    in_order(&mut events);
    Ok((row, events))
}

/// Changes what is said of it.
pub(crate) async fn revise(
    work: &mut Work,
    labels: &Labels,
    id: IpAssetId,
    expected_version: Option<i32>,
    input: IpAssetInput,
) -> Result<ip_asset::Model> {
    let events = events_of(work, id).await?;
    let action = IpAssetAction::Revise;
    let mut offer = None;
    let row = step(work, id, expected_version, action, (None, None), |row| {
        offer = row.offer_id;
        let mut checks = Checks::new("input.", labels);
        input.write(row, &mut checks);
        checks.done()?;
        // What it is protected by decides what can happen to it, and when it ends.
        settle(row, &events).map_err(|_| {
            Error::field(
                "input.figure",
                UserErrorCode::IllegalState,
                "no concuerda con lo que le ha pasado / does not agree with what happened to it",
            )
        })
    })
    .await?;
    check(work, &row, offer).await?;
    if row.offer_id == offer {
        return Ok(row);
    }
    // Another offer can be in use, or the former one alone was.
    let mut used = row.clone();
    uses::adopt(work, &mut used).await?;
    if used == row {
        return Ok(row);
    }
    let allowed = work.viewer().allow(action, row)?;
    work.update(allowed, |row| {
        (row.commercial_status, row.agreement_id) = (used.commercial_status, used.agreement_id);
    })
    .await
}

/// Says what happened to it before its office, in the place of what was said by mistake, if
/// that is named. What follows is computed of all that happened.
pub(crate) async fn record_event(
    work: &mut Work,
    labels: &Labels,
    id: IpAssetId,
    expected_version: Option<i32>,
    input: IpEventInput,
    replaces: Option<IpEventId>,
) -> Result<ip_asset::Model> {
    let now = work.now;
    let known = events_of(work, id).await?;
    let mut checks = Checks::new("input.", labels);
    let by = (id, work.viewer().person, now);
    let new = read_events(by, vec![input], "", &mut checks);
    let action = match replaces {
        // Whoever may not take anything back does not do so by telling it anew.
        Some(_) => IpAssetAction::RemoveEvent,
        None => IpAssetAction::RecordEvent,
    };
    let gone = |event: &ip_event::Model| {
        Some(event.id) == replaces || new.iter().any(|new| overtakes(new, event))
    };
    let (gone, mut events): (Vec<_>, Vec<_>) = known.into_iter().partition(gone);
    let row = step(work, id, expected_version, action, (None, None), |row| {
        checks.done()?;
        if replaces.is_some_and(|replaced| gone.iter().all(|gone| gone.id != replaced)) {
            return Err(Error::no_such("input.replaces"));
        }
        events.extend(new.iter().cloned());
        if events.len() > MOST_EVENTS {
            return Err(Error::refused(
                UserErrorCode::LimitReached,
                "hay demasiados hechos / there are too many events",
            ));
        }
        in_order(&mut events);
        settle(row, &events).map_err(|wrong| told(wrong, "input."))
    })
    .await?;
    let allowed = work.viewer().allow(action, row.clone())?;
    for event in gone {
        work.update(allowed.part(event)?, |event| event.removed_at = Some(now)).await?;
    }
    for event in new {
        work.insert(allowed.part(event)?).await?;
    }
    Ok(row)
}

/// Whether a payment that is told late shows that the service was wrong to see a fee overdue:
/// by then it had been paid.
fn overtakes(new: &ip_event::Model, event: &ip_event::Model) -> bool {
    event.recorded_by.is_none()
        && matches!(event.kind, IpEvent::GracePeriodStarted | IpEvent::Lapsed)
        && new.on_day <= event.on_day
        && new.paid_until.is_some_and(|until| until >= event.on_day)
}

/// Takes back what was said by mistake: it stays on record as such.
pub(crate) async fn remove_event(
    work: &mut Work,
    id: IpAssetId,
    expected_version: i32,
    event: IpEventId,
) -> Result<ip_asset::Model> {
    let now = work.now;
    let events = events_of(work, id).await?;
    let (gone, left): (Vec<_>, Vec<_>) = events.into_iter().partition(|row| row.id == event);
    let action = IpAssetAction::RemoveEvent;
    let row = step(work, id, Some(expected_version), action, (None, None), |row| {
        if gone.is_empty() {
            return Err(Error::no_such("input.event"));
        }
        settle(row, &left).map_err(|_| {
            Error::field(
                "input.event",
                UserErrorCode::IllegalState,
                "lo que pasó después depende de él / what happened later depends on it",
            )
        })
    })
    .await?;
    let allowed = work.viewer().allow(action, row.clone())?;
    for event in gone {
        work.update(allowed.part(event)?, |event| event.removed_at = Some(now)).await?;
    }
    Ok(row)
}

/// Says what is done with it, as its office knows it.
pub(crate) async fn market(
    work: &mut Work,
    id: IpAssetId,
    expected_version: i32,
    status: IpCommercialStatus,
    note: Option<String>,
) -> Result<ip_asset::Model> {
    let action = IpAssetAction::Market;
    step(work, id, Some(expected_version), action, (None, note), |row| {
        if row.commercial_status == status {
            return Err(Error::field(
                "input.status",
                UserErrorCode::Duplicate,
                "ya es su situación / it stands so already",
            ));
        }
        row.commercial_status = status;
        row.agreement_id = None;
        Ok(())
    })
    .await
}

/// Answers what is to be done about the next fee.
pub(crate) async fn decide_fee(
    work: &mut Work,
    id: IpAssetId,
    expected_version: i32,
    decision: IpFeeDecision,
) -> Result<ip_asset::Model> {
    let action = IpAssetAction::DecideFee;
    step(work, id, Some(expected_version), action, (None, None), |row| {
        if row.next_fee_due_on.is_none() {
            return Err(Error::refused(
                UserErrorCode::IllegalState,
                "no hay anualidad por pagar / there is no fee to be paid",
            ));
        }
        row.fee_decision = Some(decision);
        Ok(())
    })
    .await
}

/// What happened to it so far, in its order. Whoever adds to it holds the asset.
async fn events_of(work: &Work, id: IpAssetId) -> Result<Vec<ip_event::Model>> {
    work.keep::<ip_asset::Entity>(id).await?;
    let mut events = ip_event::Entity::find()
        .filter(ip_event::Column::AssetId.eq(id))
        .filter(ip_event::Column::RemovedAt.is_null())
        .all(work.tx())
        .await?;
    in_order(&mut events);
    Ok(events)
}

/// By day; of one day, as the law has them follow, and then as they were told.
pub(super) fn in_order(events: &mut [ip_event::Model]) {
    events.sort_by_key(by_day);
}

fn by_day(event: &ip_event::Model) -> (NaiveDate, u8, IpEventId) {
    (event.on_day, rank(event.kind), event.id)
}

/// Where it stands after what its sender tells in any order; what cannot have happened is told
/// at the place at which it was told.
fn settle_told(row: &mut ip_asset::Model, events: &[ip_event::Model]) -> Result<()> {
    let mut places: Vec<usize> = (0..events.len()).collect();
    places.sort_by_key(|place| events.get(*place).map(by_day));
    let mut sorted = events.to_vec();
    in_order(&mut sorted);
    settle(row, &sorted).map_err(|wrong| {
        let place = places.get(wrong.place).copied().unwrap_or_default();
        told(wrong, &format!("input.events.{place}."))
    })
}

/// What people say that happened.
fn read_events(
    (asset, by, now): (IpAssetId, Option<PersonId>, DateTime<Utc>),
    inputs: Vec<IpEventInput>,
    path: &str,
    checks: &mut Checks<'_>,
) -> Vec<ip_event::Model> {
    let mut events = Vec::with_capacity(inputs.len());
    for (place, input) in inputs.into_iter().enumerate().take(MOST_EVENTS + 1) {
        let IpEventInput { kind, on, paid_until, note } = input;
        let at = |name: &str| match path {
            "" => name.to_owned(),
            path => format!("{path}{place}.{name}"),
        };
        checks.day(&at("on"), MaybeUndefined::Value(on), &mut None);
        if on > day_of(now) {
            let message = "está en el futuro / is in the future";
            checks.wrong(&at("on"), UserErrorCode::Invalid, message);
        }
        checks.day(&at("paidUntil"), Some(paid_until).into(), &mut None);
        let (can, must) = pays(kind);
        if paid_until.is_some() && !can {
            let message = "no lleva fecha de pago / has no day until which it is paid";
            checks.wrong(&at("paidUntil"), UserErrorCode::Invalid, message);
        }
        if paid_until.is_none() && must {
            checks.wrong(&at("paidUntil"), UserErrorCode::Required, "es obligatorio / is required");
        }
        let note = note.and_then(|note| checks.plain(&at("note"), &note, 500));
        events.push(ip_event::Model {
            id: IpEventId::new(now),
            asset_id: asset,
            kind,
            on_day: on,
            paid_until,
            note,
            recorded_at: now,
            recorded_by: by,
            removed_at: None,
        });
    }
    if events.len() > MOST_EVENTS {
        let message = format!("admite a lo más {MOST_EVENTS} / takes at most {MOST_EVENTS}");
        checks.wrong("events", UserErrorCode::LimitReached, message);
    }
    events
}

/// Where it stands after all that happened.
fn settle(row: &mut ip_asset::Model, events: &[ip_event::Model]) -> Result<(), Impossible> {
    let secret = matches!(row.figure, IpFigure::TradeSecret | IpFigure::KnowHow);
    if secret && !events.is_empty() {
        // No office knows of it.
        return Err(Impossible { place: 0, why: Why::Status(IpLegalStatus::InPreparation) });
    }
    let happened: Vec<Happened> = events
        .iter()
        .map(|event| Happened { kind: event.kind, on: event.on_day, paid_until: event.paid_until })
        .collect();
    let Standing {
        status,
        since,
        filed_on,
        published_on,
        granted_on,
        expires_on,
        next_fee_due_on,
        grace_until,
    } = stand(row.figure, row.office, &happened)?;
    row.legal_status = status;
    row.legal_since = since;
    row.laid_open = published_on.is_some() || granted_on.is_some();
    (row.filed_on, row.published_on, row.granted_on) = (filed_on, published_on, granted_on);
    row.expires_on = expires_on;
    if row.next_fee_due_on != next_fee_due_on {
        // Another fee is another question.
        (row.fee_asked_at, row.fee_decision) = (None, None);
    }
    row.next_fee_due_on = next_fee_due_on;
    row.next_fee_order = next_fee_due_on.map_or(NEVER, end_of);
    row.grace_until = grace_until;
    Ok(())
}

/// The end of what has no next fee, for the order of lists.
const NEVER: DateTime<Utc> = match NaiveDate::from_ymd_opt(9999, 12, 31) {
    Some(day) => day.and_time(NaiveTime::MIN).and_utc(),
    None => DateTime::UNIX_EPOCH,
};

fn told(wrong: Impossible, path: &str) -> Error {
    match wrong.why {
        Why::Status(status) => Error::field(
            &format!("{path}kind"),
            UserErrorCode::IllegalState,
            format!(
                "no pudo pasar en el estado {0} / cannot have happened in status {0}",
                status.to_value()
            ),
        ),
        Why::Paid => Error::field(
            &format!("{path}paidUntil"),
            UserErrorCode::Invalid,
            "debe ser posterior a lo ya pagado, no anterior al pago y no pasar de su vigencia / must be later than what is paid, not before the payment, and within its term",
        ),
        Why::NotDue => Error::field(
            &format!("{path}on"),
            UserErrorCode::Invalid,
            "no había vencido ninguna anualidad / no fee was overdue on that day",
        ),
    }
}

/// What needs the database: its offer, when it is not the one from before, its owners, and what
/// its public text tells.
async fn check(work: &Work, row: &ip_asset::Model, before: Option<OfferId>) -> Result<()> {
    if let Some(id) = row.offer_id.filter(|id| Some(*id) != before) {
        let offer = work.keep::<offer::Entity>(id).await?;
        let offer = offer.filter(|offer| offer.ott_id == row.ott_id);
        let offer = offer.ok_or_else(|| Error::no_such("input.offer"))?;
        if OFFERS_ENDED.contains(&offer.status) {
            return Err(Error::field(
                "input.offer",
                UserErrorCode::IllegalState,
                "la oferta ya terminó / the offer has ended",
            ));
        }
    }
    let owners: Vec<_> = row.owners.0.iter().map(|owner| owner.organization).collect();
    let known = organization::Entity::find()
        .filter(organization::Column::Id.is_in(owners.iter().copied()))
        .all(work.tx())
        .await?;
    if let Some(place) =
        owners.iter().position(|owner| !known.iter().any(|known| known.id == *owner))
    {
        return Err(Error::no_such(&format!("input.owners.{place}.organization")));
    }
    if !row.listed {
        return Ok(());
    }
    let mut names = names_of(work, owners).await?;
    names.extend(row.inventors.0.iter().filter_map(|inventor| blind::comparable(&inventor.name)));
    let numbers = [&row.application_no, &row.publication_no, &row.grant_no];
    names.extend(numbers.into_iter().flatten().filter_map(|number| blind::comparable(number)));
    check_blind(public_texts(row), &names)
}

/// One of which nothing is said yet.
fn blank(now: DateTime<Utc>) -> ip_asset::Model {
    ip_asset::Model {
        id: IpAssetId::new(now),
        folio: String::new(),
        version: 1,
        created_at: now,
        created_by: None,
        updated_at: now,
        ott_id: OrganizationId::default(),
        offer_id: None,
        figure: IpFigure::default(),
        office: IpOffice::default(),
        title: Localized::default(),
        title_folded: String::new(),
        public_text_folded: String::new(),
        summary: None,
        scian: Codes::default(),
        subsector: None,
        technology_keywords: Codes::default(),
        trl: None,
        state_code: None,
        application_no: None,
        publication_no: None,
        grant_no: None,
        priority_on: None,
        owners: IpOwners::default(),
        inventors: IpInventors::default(),
        family: None,
        listed: false,
        commercial_status: IpCommercialStatus::default(),
        agreement_id: None,
        rescued_at: None,
        rescued_by_id: None,
        legal_status: IpLegalStatus::default(),
        legal_since: None,
        laid_open: false,
        filed_on: None,
        published_on: None,
        granted_on: None,
        expires_on: None,
        next_fee_due_on: None,
        next_fee_order: NEVER,
        grace_until: None,
        fee_asked_at: None,
        fee_decision: None,
    }
}

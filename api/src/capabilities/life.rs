//! The life of a capability: each verb with its guards.

use async_graphql::MaybeUndefined;
use chrono::{DateTime, Utc};
use entity::{
    CapabilityId, CapabilityKind, CapabilityStatus, Codes, Localized, OrganizationId,
    OrganizationKind, capability, organization,
};
use sea_orm::{ActiveEnum, EntityTrait};

use super::input::{CapabilityInput, check_complete};
use crate::{
    calendar::day_of,
    checks::Checks,
    codes::Labels,
    error::{Error, Result, UserErrorCode},
    event::Event,
    lifecycle::{Living, Verb, Why, check_four_eyes, step},
    policy::CapabilityAction,
    work::Work,
};

impl Living for capability::Model {
    type Status = CapabilityStatus;

    fn record(&self) -> String {
        self.id.to_string()
    }

    fn version(&self) -> i32 {
        self.version
    }

    fn status(&self) -> CapabilityStatus {
        self.status
    }

    fn advance(&mut self, status: Option<CapabilityStatus>, now: DateTime<Utc>) {
        self.version += 1;
        self.updated_at = now;
        self.status = status.unwrap_or(self.status);
    }
}

impl Verb for CapabilityAction {
    fn possible_in(self) -> &'static [CapabilityStatus] {
        self.from()
    }

    fn leads_to(self) -> Option<CapabilityStatus> {
        self.to()
    }

    fn done(self, row: &capability::Model) -> Event {
        let capability = row.id;
        match self {
            Self::Draft => Event::CapabilityDrafted { capability },
            Self::Revise => Event::CapabilityRevised { capability },
            Self::Publish => Event::CapabilityPublished { capability },
            Self::Pause => Event::CapabilityPaused { capability },
            Self::Retire => Event::CapabilityRetired { capability },
        }
    }
}

/// Writes a capability down for an office.
pub(crate) async fn draft(
    work: &mut Work,
    labels: &Labels,
    ott: OrganizationId,
    mut input: CapabilityInput,
) -> Result<capability::Model> {
    let office = organization::Entity::find_by_id(ott).one(work.tx()).await?;
    let office = office.ok_or_else(|| Error::no_such("input.ott"))?;
    let mut row = capability::Model {
        created_by: work.viewer().person,
        ott_id: ott,
        state_code: office.state_code,
        ..blank(work.now)
    };
    let allowed = work.allow_new(CapabilityAction::Draft, row.clone())?;
    let kinds = [OrganizationKind::TechnologyTransferOffice, OrganizationKind::Startup];
    if !kinds.contains(&office.kind) {
        return Err(Error::field(
            "input.ott",
            UserErrorCode::Invalid,
            "sólo las OTT y los emprendimientos / only transfer offices and start-ups",
        ));
    }
    if input.title.is_undefined() {
        input.title = MaybeUndefined::Null;
    }
    let mut checks = Checks::new("input.", labels);
    input.write(&mut row, &mut checks);
    checks.done()?;
    row.folio = work.folio("CAP").await?;
    let row = work.insert(allowed.with(|held| *held = row)).await?;
    work.history(row.id.to_string(), None, row.status.to_value(), (None, None)).await?;
    work.record(Event::CapabilityDrafted { capability: row.id });
    Ok(row)
}

/// Changes what it says.
pub(super) async fn revise(
    work: &mut Work,
    labels: &Labels,
    id: CapabilityId,
    expected_version: i32,
    input: CapabilityInput,
) -> Result<capability::Model> {
    let action = CapabilityAction::Revise;
    step(work, id, Some(expected_version), action, (None, None), |row| {
        let mut checks = Checks::new("input.", labels);
        input.write(row, &mut checks);
        checks.done()
    })
    .await
}

/// Lets everybody know of it.
pub(crate) async fn publish(
    work: &mut Work,
    labels: &Labels,
    id: CapabilityId,
    expected_version: i32,
) -> Result<capability::Model> {
    let now = work.now;
    let action = CapabilityAction::Publish;
    let row = step(work, id, Some(expected_version), action, (None, None), |row| {
        let mut checks = Checks::new("capability.", labels);
        check_complete(row, &mut checks);
        let test = row.kind == CapabilityKind::AccreditedTest;
        if test && row.accredited_until.is_some_and(|until| until < day_of(now)) {
            let message = "la acreditación ya venció / the accreditation has ended";
            checks.wrong("accreditation.validUntil", UserErrorCode::Invalid, message);
        }
        checks.done()?;
        row.listed_at = now;
        row.published_at = Some(now);
        Ok(())
    })
    .await?;
    check_four_eyes(work, id).await?;
    Ok(row)
}

/// Takes it back for a while.
pub(super) async fn pause(
    work: &mut Work,
    id: CapabilityId,
    expected_version: i32,
    why: Why,
) -> Result<capability::Model> {
    step(work, id, Some(expected_version), CapabilityAction::Pause, why, |_| Ok(())).await
}

/// Ends it.
pub(super) async fn retire(
    work: &mut Work,
    id: CapabilityId,
    expected_version: i32,
    why: Why,
) -> Result<capability::Model> {
    let now = work.now;
    step(work, id, Some(expected_version), CapabilityAction::Retire, why, |row| {
        row.ended_at = Some(now);
        Ok(())
    })
    .await
}

/// A capability as it would be: nothing of it is kept.
pub(crate) fn preview(
    input: CapabilityInput,
    now: DateTime<Utc>,
    checks: &mut Checks<'_>,
) -> capability::Model {
    let mut row = blank(now);
    input.write(&mut row, checks);
    row
}

/// One of which nothing is said yet.
fn blank(now: DateTime<Utc>) -> capability::Model {
    capability::Model {
        id: CapabilityId::new(now),
        folio: String::new(),
        version: 1,
        status: CapabilityStatus::Draft,
        created_at: now,
        created_by: None,
        updated_at: now,
        ott_id: OrganizationId::default(),
        kind: CapabilityKind::default(),
        title: Localized::default(),
        title_folded: String::new(),
        public_text_folded: String::new(),
        summary: None,
        description: None,
        scian: Codes::default(),
        subsector: None,
        technology_keywords: Codes::default(),
        market_keywords: Codes::default(),
        state_code: None,
        accreditation: None,
        accredited_until: None,
        capacity_unit: None,
        lead_time_days: None,
        price_band: None,
        trl_from: None,
        trl_to: None,
        listed_at: now,
        published_at: None,
        ended_at: None,
    }
}

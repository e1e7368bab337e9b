//! What companies and transfer offices consent to, and how they take it back.

use std::collections::HashMap;

use async_graphql::{Context, InputObject, Object, SimpleObject, dataloader::Loader};
use chrono::{DateTime, Datelike, Utc};
use entity::{
    AffiliationStatus, ConsentId, ConsentPurpose, OrganizationId, OrganizationKind, affiliation,
    consent, organization,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::{
    error::{Error, Result, Told, UserError, UserErrorCode},
    event::Event,
    mutation::{carry_out_row, told},
    policy::ConsentAction,
    read::Batch,
    text::is_plausible_year,
    work::Work,
};

/// What a company or a transfer office has consented to. Seen by its own people alone.
#[derive(Clone, Debug, SimpleObject)]
pub struct Consent {
    /// Identifies it.
    id: ConsentId,
    /// The company or the office that consented.
    organization: OrganizationId,
    /// To what.
    purpose: ConsentPurpose,
    /// Since when.
    granted_at: DateTime<Utc>,
    /// Until when. Null when it has no end.
    expires_at: Option<DateTime<Utc>>,
    /// When it was taken back. Null when it was not.
    withdrawn_at: Option<DateTime<Utc>>,
}

impl From<consent::Model> for Consent {
    fn from(row: consent::Model) -> Self {
        Self {
            id: row.id,
            organization: row.organization_id,
            purpose: row.purpose,
            granted_at: row.granted_at,
            expires_at: row.expires_at,
            withdrawn_at: row.withdrawn_at,
        }
    }
}

/// The consent as it stands now, or what its sender can mend.
#[derive(Debug, SimpleObject)]
pub struct ConsentPayload {
    /// The consent after the change. Null when `userErrors` is not empty, and when you may know of it no longer.
    consent: Option<Consent>,
    /// What was wrong with the input; nothing was changed. Empty when all went well.
    user_errors: Vec<UserError>,
}

/// A consent that a company or a transfer office gives.
#[derive(Debug, InputObject)]
pub struct GrantConsentInput {
    /// The company; for `MATCH_FEEDBACK` also a transfer office or a start-up.
    organization: OrganizationId,
    /// To what.
    purpose: ConsentPurpose,
    /// Until when; without end when nothing is said. Must lie in the future.
    expires_at: Option<DateTime<Utc>>,
}

/// Mutations of consents.
#[derive(Debug, Default)]
pub struct ConsentMutation;

#[Object]
impl ConsentMutation {
    /// Consents to something in an organization's name. For members of the company; `MATCH_FEEDBACK` also for managers of the office.
    async fn grant_consent(
        &self,
        ctx: &Context<'_>,
        input: GrantConsentInput,
    ) -> Told<ConsentPayload> {
        change(ctx, async |work| {
            let (Some(person), now) = (work.viewer().person, work.now) else {
                return Err(Error::Unauthenticated);
            };
            let consent = consent::Model {
                id: ConsentId::new(now),
                organization_id: input.organization,
                purpose: input.purpose,
                granted_by: person,
                granted_at: now,
                expires_at: input.expires_at,
                withdrawn_at: None,
            };
            let consent = work.allow_new(ConsentAction::Grant, consent)?;
            let giver = organization::Entity::find_by_id(input.organization).one(work.tx()).await?;
            if giver.is_none_or(|row| !may_give(row.kind, input.purpose)) {
                let message = "no es quien otorga este consentimiento / is not who gives this consent";
                return Err(Error::field("input.organization", UserErrorCode::Invalid, message));
            }
            let possible = |end: DateTime<Utc>| end > now && is_plausible_year(end.year());
            if input.expires_at.is_some_and(|end| !possible(end)) {
                let message = "debe estar en el futuro, antes del año 9999 / must lie in the future, before the year 9999";
                return Err(Error::field("input.expiresAt", UserErrorCode::Invalid, message));
            }
            let known = consent::Entity::find()
                .filter(consent::Column::OrganizationId.eq(input.organization))
                .filter(consent::Column::Purpose.eq(input.purpose))
                .filter(consent::in_force(now))
                .one(work.tx())
                .await?;
            if known.is_some() {
                // Two of a kind: taking one back would leave the other in force.
                let message = "ya está otorgado / has been given already";
                return Err(Error::field("input.purpose", UserErrorCode::Duplicate, message));
            }
            let row = work.insert(consent).await?;
            work.record(Event::ConsentGranted {
                consent: row.id,
                organization: row.organization_id,
                purpose: row.purpose,
            });
            Ok(row)
        })
        .await
    }

    /// Takes a consent back, from now on. For members of the company; `MATCH_FEEDBACK` also for managers of the office.
    async fn withdraw_consent(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The consent (`consent_…`).")] id: ConsentId,
    ) -> Told<ConsentPayload> {
        change(ctx, async |work| {
            let now = work.now;
            let held = work.hold(id, ConsentAction::Withdraw).await?;
            if held.withdrawn_at.is_some() {
                let message = "ya fue retirado / has been taken back already";
                return Err(Error::refused(UserErrorCode::IllegalState, message));
            }
            let row = work.update(held, |row| row.withdrawn_at = Some(now)).await?;
            work.record(Event::ConsentWithdrawn {
                consent: row.id,
                organization: row.organization_id,
                purpose: row.purpose,
            });
            Ok(row)
        })
        .await
    }
}

/// Whether an organization of this kind is asked for a consent to this: an office has texts and
/// decisions of its own, and nothing else that it would have to consent to.
fn may_give(kind: OrganizationKind, purpose: ConsentPurpose) -> bool {
    match kind {
        OrganizationKind::Company => true,
        OrganizationKind::TechnologyTransferOffice | OrganizationKind::Startup => {
            purpose == ConsentPurpose::MatchFeedback
        }
        _ => false,
    }
}

/// The consents of an organization. Ask the policy about the organization first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ConsentsOf(pub(super) OrganizationId);

impl Loader<ConsentsOf> for Batch {
    type Value = Vec<consent::Model>;
    type Error = Error;

    async fn load(&self, keys: &[ConsentsOf]) -> Result<HashMap<ConsentsOf, Vec<consent::Model>>> {
        let rows = consent::Entity::find()
            .filter(consent::Column::OrganizationId.is_in(keys.iter().map(|key| key.0)))
            .order_by_asc(consent::Column::Id)
            .all(self.db.read())
            .await?;
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for row in rows {
            found.entry(ConsentsOf(row.organization_id)).or_default().push(row);
        }
        Ok(found)
    }
}

async fn change(
    ctx: &Context<'_>,
    change: impl AsyncFnOnce(&mut Work) -> Result<consent::Model>,
) -> Told<ConsentPayload> {
    let outcome = carry_out_row(ctx, |row: &consent::Model| row.id, change).await;
    let outcome = outcome.map(|row| row.map(Into::into));
    Some(told(outcome, |consent, user_errors| ConsentPayload { consent, user_errors }))
}

/// Whether a company has consented to one of these, now.
pub(crate) async fn consented(
    work: &Work,
    company: OrganizationId,
    purposes: &[ConsentPurpose],
) -> Result<bool> {
    let found = consent::Entity::find()
        .filter(consent::Column::OrganizationId.eq(company))
        .filter(consent::Column::Purpose.is_in(purposes.iter().copied()))
        .filter(consent::in_force(work.now))
        .one(work.tx())
        .await?;
    Ok(found.is_some())
}

/// A company's affiliation in force, to `chamber` where one is named; and whether there are
/// several that fit.
pub(crate) async fn standing(
    work: &Work,
    company: OrganizationId,
    chamber: Option<OrganizationId>,
) -> Result<(Option<affiliation::Model>, bool)> {
    let affiliations = affiliation::Entity::find()
        .filter(affiliation::Column::CompanyId.eq(company))
        .filter(affiliation::Column::Status.eq(AffiliationStatus::Active))
        .order_by_asc(affiliation::Column::Id)
        .all(work.tx())
        .await?;
    let mut fitting = affiliations
        .into_iter()
        .filter(|row| chamber.is_none_or(|chamber| row.chamber_id == chamber));
    let first = fitting.next();
    Ok((first, fitting.next().is_some()))
}

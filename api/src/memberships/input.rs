//! What can be said of an invitation and of a membership, and its limits.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{Codes, DelegationId, OrganizationId, RegionId, Role, delegation, region};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use crate::{
    checks::Checks,
    error::{Result, UserErrorCode},
    policy::CHAMBER,
    work::Work,
};

/// How long an invitation can be accepted when nobody says, and at most.
const USUAL_TIME: TimeDelta = TimeDelta::days(14);
const LONGEST_TIME: TimeDelta = TimeDelta::days(60);
/// How long a role with an end lasts at most; what lasts longer has none.
const LONGEST_ROLE: TimeDelta = TimeDelta::days(3_653);
/// How many regions, and how many delegations, a role can be limited to.
const MOST_PLACES: usize = 50;

/// Until when an invitation can be accepted.
pub(super) fn expiry(
    wanted: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
    checks: &mut Checks<'_>,
) -> DateTime<Utc> {
    let end = wanted.unwrap_or(now + USUAL_TIME);
    if end <= now || end > now + LONGEST_TIME {
        let message =
            "debe estar entre ahora y dentro de 60 días / must be between now and 60 days from now";
        checks.wrong("expiresAt", UserErrorCode::Invalid, message);
    }
    end
}

/// Until when a role is held.
pub(super) fn check_until(
    until: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
    checks: &mut Checks<'_>,
) {
    if until.is_some_and(|end| end <= now || end > now + LONGEST_ROLE) {
        let message = "debe estar entre ahora y dentro de diez años / must be between now and ten years from now";
        checks.wrong("until", UserErrorCode::Invalid, message);
    }
}

/// The territory to which a role is limited: regions and delegations of its chamber.
pub(super) async fn territory(
    work: &Work,
    (organization, role): (OrganizationId, Role),
    regions: Vec<RegionId>,
    delegations: Vec<DelegationId>,
    checks: &mut Checks<'_>,
) -> Result<(Codes, Codes)> {
    let regions = checks.at_most("regions", regions, MOST_PLACES);
    let delegations = checks.at_most("delegations", delegations, MOST_PLACES);
    if !CHAMBER.contains(&role) {
        let limits = [("regions", regions.is_empty()), ("delegations", delegations.is_empty())];
        for (field, _) in limits.into_iter().filter(|(_, none)| !none) {
            let message = "sólo las funciones de una cámara tienen territorio / roles of chambers alone have a territory";
            checks.wrong(field, UserErrorCode::Invalid, message);
        }
        return Ok((Codes::default(), Codes::default()));
    }
    let known = region::Entity::find()
        .filter(region::Column::Id.is_in(regions.iter().copied()))
        .filter(region::Column::ChamberId.eq(organization));
    if known.count(work.tx()).await? < regions.len() as u64 {
        checks.wrong("regions", UserErrorCode::NotFound, "no existe / does not exist");
    }
    let known = delegation::Entity::find()
        .filter(delegation::Column::Id.is_in(delegations.iter().copied()))
        .filter(delegation::Column::ChamberId.eq(organization));
    if known.count(work.tx()).await? < delegations.len() as u64 {
        checks.wrong("delegations", UserErrorCode::NotFound, "no existe / does not exist");
    }
    Ok((regions.iter().collect(), delegations.iter().collect()))
}

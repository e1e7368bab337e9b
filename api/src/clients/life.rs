//! What can be done to a machine.

use chrono::TimeDelta;
use entity::{ClientId, Codes, OrganizationId, Role, api_client, organization};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::{
    input::{ApiClientInput, USUAL_STAY},
    secret,
};
use crate::{
    checks::Checks,
    codes::Labels,
    error::{Error, Result, UserErrorCode},
    event::Event,
    lifecycle::check_version,
    policy::{Allowed, ClientAction, can_be_held, gives_role},
    work::Work,
};

/// How many machines an organization has at most; those that are revoked do not count.
const MOST_CLIENTS: u64 = 20;
/// How long the secret before counts beside a new one when nobody says, and at most.
const USUAL_GRACE: TimeDelta = TimeDelta::days(1);
const LONGEST_GRACE: TimeDelta = TimeDelta::days(7);

/// Lets a machine in. Returns it with its secret, which nobody is told again.
pub(super) async fn create(
    work: &mut Work,
    labels: &Labels,
    (organization, role): (OrganizationId, Role),
    mut input: ApiClientInput,
) -> Result<(ClientId, String)> {
    let (now, person) = (work.now, work.viewer().person);
    let secret = secret::new();
    let mut row = api_client::Model {
        id: ClientId::new(now),
        version: 1,
        organization_id: organization,
        name: String::new(),
        role,
        scopes: Codes::default(),
        created_at: now,
        updated_at: now,
        created_by: person,
        secret_prefix: secret::shown(&secret),
        secret_hash: secret::digest(&secret),
        previous_hash: None,
        previous_until: None,
        keyholders: person.iter().collect(),
        expires_at: now + USUAL_STAY,
        revoked_at: None,
        last_used_at: None,
    };
    let allowed = work.allow_new(ClientAction::Create, row.clone())?;
    // Held, so that two requests at once do not share the last place.
    let house = work.keep::<organization::Entity>(organization).await?;
    let house = house.ok_or_else(|| Error::no_such("input.organization"))?;
    input.demand();
    let mut checks = Checks::new("input.", labels);
    input.write(&mut row, now, &mut checks);
    if !gives_role(work.viewer(), role, organization) || !can_be_held(role, house.kind) {
        let message =
            "una máquina no puede tener ese rol ahí / a machine cannot hold that role there";
        checks.wrong("role", UserErrorCode::Invalid, message);
    }
    checks.done()?;
    let others = api_client::Entity::find()
        .filter(api_client::Column::OrganizationId.eq(organization))
        .filter(api_client::Column::RevokedAt.is_null())
        .count(work.tx())
        .await?;
    if others >= MOST_CLIENTS {
        return Err(Error::refused(
            UserErrorCode::LimitReached,
            format!(
                "la organización ya tiene {MOST_CLIENTS} clientes; revoque uno / the organization has {MOST_CLIENTS} clients; revoke one"
            ),
        ));
    }
    let row = work.insert(allowed.with(|held| *held = row)).await?;
    work.record(Event::ClientCreated { client: row.id, organization });
    Ok((row.id, secret))
}

/// Changes what it is called, what it may do or until when; its tokens may do no more from then on.
pub(super) async fn change(
    work: &mut Work,
    labels: &Labels,
    (id, expected_version): (ClientId, i32),
    input: ApiClientInput,
) -> Result<ClientId> {
    let held = hold(work, id, Some(expected_version), ClientAction::Change).await?;
    let (mut row, now) = (held.clone(), work.now);
    let mut checks = Checks::new("input.", labels);
    input.write(&mut row, now, &mut checks);
    checks.done()?;
    row.version += 1;
    row.updated_at = now;
    let organization = row.organization_id;
    work.update(held, |held| *held = row).await?;
    work.record(Event::ClientChanged { client: id, organization });
    Ok(id)
}

/// Gives it another secret; the one before counts for a while, until its keepers have changed over.
pub(super) async fn rotate(
    work: &mut Work,
    labels: &Labels,
    (id, expected_version): (ClientId, i32),
    grace_seconds: Option<i32>,
) -> Result<(ClientId, String)> {
    let held = hold(work, id, Some(expected_version), ClientAction::RotateSecret).await?;
    let grace = grace_seconds.map_or(USUAL_GRACE, |seconds| TimeDelta::seconds(seconds.into()));
    if grace < TimeDelta::zero() || grace > LONGEST_GRACE {
        let mut checks = Checks::new("input.", labels);
        let message = "debe estar entre 0 y 604800 / must be between 0 and 604800";
        checks.wrong("graceSeconds", UserErrorCode::Invalid, message);
        checks.done()?;
    }
    let (now, secret, person) = (work.now, secret::new(), work.viewer().person);
    let row = work
        .update(held, |row| {
            row.previous_hash =
                Some(std::mem::replace(&mut row.secret_hash, secret::digest(&secret)));
            row.previous_until = Some(now + grace);
            row.secret_prefix = secret::shown(&secret);
            for person in person.iter().map(ToString::to_string) {
                if !row.keyholders.0.contains(&person) {
                    row.keyholders.0.push(person);
                }
            }
            row.version += 1;
            row.updated_at = now;
        })
        .await?;
    work.record(Event::ClientSecretRotated { client: id, organization: row.organization_id });
    Ok((id, secret))
}

/// Lets it in no more. It stays on record: what it did stays done by it.
pub(super) async fn revoke(
    work: &mut Work,
    id: ClientId,
    expected_version: Option<i32>,
) -> Result<ClientId> {
    let held = hold(work, id, expected_version, ClientAction::Revoke).await?;
    let now = work.now;
    let row = work
        .update(held, |row| {
            row.revoked_at = Some(now);
            row.version += 1;
            row.updated_at = now;
        })
        .await?;
    work.record(Event::ClientRevoked { client: id, organization: row.organization_id });
    Ok(id)
}

/// Holds a machine that is not revoked, in the version that was read.
async fn hold(
    work: &Work,
    id: ClientId,
    expected_version: Option<i32>,
    action: ClientAction,
) -> Result<Allowed<api_client::Model>> {
    let held = work.hold(id, action).await?;
    check_version(held.version, expected_version)?;
    if held.revoked_at.is_some() {
        let message = "está revocado / is revoked";
        return Err(Error::refused(UserErrorCode::IllegalState, message));
    }
    Ok(held)
}

//! What can be done to memberships and invitations.
//!
//! What somebody does to an organization's people first holds the organization, then the person,
//! then the rows: one order for all, so that two at once neither wait for each other nor count
//! each other as the one who stays.

use async_graphql::MaybeUndefined;
use chrono::{DateTime, Utc};
use entity::{
    ClientId, Codes, DelegationId, InvitationId, Language, MembershipId, OrganizationId, PersonId,
    RegionId, Role, api_client, invitation, membership, organization, person,
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{
    code,
    input::{check_until, expiry, territory},
};
use crate::{
    checks::Checks,
    codes::Labels,
    error::{Error, Result, UserErrorCode},
    event::Event,
    lifecycle::check_version,
    people::checked_email,
    policy::{Allowed, InvitationAction, KEEPERS, MembershipAction, PersonAction, Resource, fits},
    work::Work,
};

/// How many invitations of an organization can be open at once.
const MOST_OPEN: u64 = 50;

/// Whom somebody wants to invite.
pub(super) struct Wanted {
    pub(super) organization: OrganizationId,
    pub(super) role: Role,
    pub(super) regions: Vec<RegionId>,
    pub(super) delegations: Vec<DelegationId>,
    pub(super) name: Option<String>,
    pub(super) email: Option<String>,
    pub(super) until: Option<DateTime<Utc>>,
    pub(super) expires_at: Option<DateTime<Utc>>,
}

/// Holds an organization, so that nobody else does something to its people meanwhile.
pub(crate) async fn keep(work: &Work, organization: OrganizationId) -> Result<organization::Model> {
    let house = work.keep::<organization::Entity>(organization).await?;
    house.ok_or(Error::NotFound("organization"))
}

/// Invites somebody. Returns the invitation with its code, which nobody is told again.
pub(super) async fn invite(
    work: &mut Work,
    labels: &Labels,
    wanted: Wanted,
) -> Result<(InvitationId, String)> {
    let (now, code) = (work.now, code::new());
    let mut row = invitation::Model {
        id: InvitationId::new(now),
        organization_id: wanted.organization,
        role: wanted.role,
        regions: Codes::default(),
        delegations: Codes::default(),
        until_at: wanted.until,
        name: None,
        email: None,
        code_prefix: code::shown(&code),
        code_hash: code::digest(&code),
        created_at: now,
        created_by: work.viewer().person,
        expires_at: now,
        accepted_at: None,
        accepted_by: None,
        membership_id: None,
        withdrawn_at: None,
        withdrawn_by: None,
    };
    let allowed = work.allow_new(InvitationAction::Invite, row.clone())?;
    let house = work.keep::<organization::Entity>(wanted.organization).await?;
    let house = house.ok_or_else(|| Error::no_such("input.organization"))?;
    let mut checks = Checks::new("input.", labels);
    if !fits(wanted.role, house.kind) {
        let message = "nadie puede tener esa función ahí / nobody can hold that role there";
        checks.wrong("role", UserErrorCode::Invalid, message);
    }
    let where_and_as = (wanted.organization, wanted.role);
    let (regions, delegations) =
        territory(work, where_and_as, wanted.regions, wanted.delegations, &mut checks).await?;
    (row.regions, row.delegations) = (regions, delegations);
    row.name = wanted.name.and_then(|name| checks.plain("name", &name, 200));
    row.email = wanted.email.and_then(|email| checked_email(&mut checks, "email", &email));
    row.expires_at = expiry(wanted.expires_at, now, &mut checks);
    check_until(wanted.until, now, &mut checks);
    checks.done()?;
    let open = invitation::Entity::find()
        .filter(invitation::Column::OrganizationId.eq(wanted.organization))
        .filter(invitation::open(now))
        .count(work.tx())
        .await?;
    if open >= MOST_OPEN {
        return Err(Error::refused(
            UserErrorCode::LimitReached,
            format!(
                "la organización tiene {MOST_OPEN} invitaciones abiertas; retire una / the organization has {MOST_OPEN} open invitations; withdraw one"
            ),
        ));
    }
    let row = work.insert(allowed.with(|held| *held = row)).await?;
    work.record(Event::MemberInvited { invitation: row.id, organization: row.organization_id });
    Ok((row.id, code))
}

/// Nobody learns why a code is not good.
fn not_good() -> Error {
    let message = "el código no vale / the code is not good";
    Error::field("input.code", UserErrorCode::NotFound, message)
}

/// Whether somebody told a code that is not good.
pub(super) fn is_not_good<T>(done: &Result<T>) -> bool {
    let code = |error: &crate::error::UserError| {
        error.code == UserErrorCode::NotFound
            && error.field.as_ref().is_some_and(|path| path.iter().any(|part| part == "code"))
    };
    matches!(done, Err(Error::Refused(errors)) if errors.iter().any(code))
}

/// Accepts an invitation: whoever has its code holds the role from now on.
pub(super) async fn accept(
    work: &mut Work,
    labels: &Labels,
    code: &str,
    name: Option<String>,
) -> Result<MembershipId> {
    let now = work.now;
    let Some(person) = work.viewer().person else { return Err(Error::Unauthenticated) };
    let by_code = || {
        let hash = invitation::Column::CodeHash.eq(code::digest(code));
        invitation::Entity::find().filter(hash)
    };
    let good =
        |row: &invitation::Model| row.is_open(now) && row.until_at.is_none_or(|end| end > now);
    let found = by_code().one(work.tx()).await?.filter(good).ok_or_else(not_good)?;
    keep(work, found.organization_id).await?;
    let known = person::Entity::find_by_id(person).lock_exclusive().one(work.tx()).await?;
    if known.as_ref().is_some_and(|row| row.erased_at.is_some()) {
        return Err(Error::Unauthenticated);
    }
    // Of two who accept at once, the second finds it accepted.
    let row = by_code().lock_exclusive().one(work.tx()).await?.filter(good).ok_or_else(not_good)?;
    let (id, organization) = (row.id, row.organization_id);
    if row.created_by == Some(person) {
        let message =
            "quien invita no acepta la invitación / who invited does not accept the invitation";
        return Err(Error::refused(UserErrorCode::IllegalState, message));
    }
    let held = membership::Entity::find()
        .filter(membership::Column::PersonId.eq(person))
        .filter(membership::Column::OrganizationId.eq(organization))
        .filter(membership::Column::Role.eq(row.role))
        .filter(membership::unended(now))
        .count(work.tx())
        .await?;
    if held > 0 {
        let message = "ya tiene esa función ahí / you hold that role there already";
        return Err(Error::refused(UserErrorCode::Duplicate, message));
    }
    if let Some(known) = known {
        take_email(work, known, row.email.clone()).await?;
    } else {
        let mut checks = Checks::new("input.", labels);
        let name = name.or_else(|| row.name.clone()).unwrap_or_default();
        let name = checks.required_plain("name", &name, 200);
        checks.done()?;
        let new = person::Model {
            id: person,
            version: 1,
            name,
            email: row.email.clone(),
            phone: None,
            orcid: None,
            locale: Language::Es,
            created_at: now,
            erased_at: None,
        };
        let new = work.allow_new(PersonAction::Register, new)?;
        work.insert(new).await?;
    }
    let new = membership::Model {
        id: MembershipId::new(now),
        version: 1,
        person_id: person,
        organization_id: organization,
        role: row.role,
        regions: row.regions.clone(),
        delegations: row.delegations.clone(),
        from_at: now,
        to_at: row.until_at,
        invited_by: row.created_by,
        ended_by: None,
        end_note: None,
    };
    let accepted = work.allow_new(InvitationAction::Accept, row.clone())?;
    let accepted = accepted.with(|row| row.accepted_by = Some(person));
    let membership = work.insert(accepted.part(new)?).await?.id;
    work.update(work.allow_new(InvitationAction::Accept, row)?, |row| {
        (row.accepted_at, row.accepted_by) = (Some(now), Some(person));
        row.membership_id = Some(membership);
        // From now on it is theirs to say.
        (row.name, row.email) = (None, None);
    })
    .await?;
    work.record(Event::MemberJoined { invitation: id, membership, organization });
    Ok(membership)
}

/// Where somebody has no address on record, the one to which they were invited is theirs.
async fn take_email(work: &Work, known: person::Model, email: Option<String>) -> Result<()> {
    if known.email.is_some() || email.is_none() {
        return Ok(());
    }
    let known = work.viewer().allow(PersonAction::Correct, known)?;
    work.update(known, |row| {
        row.email = email;
        row.version += 1;
    })
    .await?;
    Ok(())
}

/// Takes an invitation back.
pub(super) async fn withdraw(work: &mut Work, id: InvitationId) -> Result<InvitationId> {
    let found = invitation::Entity::find_by_id(id).one(work.tx()).await?;
    let found = work.viewer().allow(
        InvitationAction::Withdraw,
        found.ok_or(Error::NotFound(invitation::Model::NAME))?,
    )?;
    keep(work, found.organization_id).await?;
    let held = work.hold(id, InvitationAction::Withdraw).await?;
    if !held.is_open(work.now) {
        let message = "ya no está abierta / is not open any more";
        return Err(Error::refused(UserErrorCode::IllegalState, message));
    }
    take_back(work, held).await?;
    Ok(id)
}

async fn take_back(work: &mut Work, held: Allowed<invitation::Model>) -> Result<()> {
    let (now, by) = (work.now, work.viewer().person);
    let row = work
        .update(held, |row| {
            (row.withdrawn_at, row.withdrawn_by) = (Some(now), by);
            (row.name, row.email) = (None, None);
        })
        .await?;
    work.record(Event::InvitationWithdrawn {
        invitation: row.id,
        organization: row.organization_id,
    });
    Ok(())
}

/// Holds a membership that lasts, and its organization, in the version that was read.
async fn hold(
    work: &Work,
    id: MembershipId,
    expected_version: Option<i32>,
    action: MembershipAction,
) -> Result<Allowed<membership::Model>> {
    let found = membership::Entity::find_by_id(id).one(work.tx()).await?;
    let found =
        work.viewer().allow(action, found.ok_or(Error::NotFound(membership::Model::NAME))?)?;
    keep(work, found.organization_id).await?;
    let held = work.hold(id, action).await?;
    check_version(held.version, expected_version)?;
    if held.to_at.is_some_and(|end| end <= work.now) {
        let message = "ya terminó / has ended";
        return Err(Error::refused(UserErrorCode::IllegalState, message));
    }
    Ok(held)
}

/// Whether somebody with this membership administers its organization at `now`.
fn administers(row: &membership::Model, now: DateTime<Utc>) -> bool {
    let everywhere = row.regions.0.is_empty() && row.delegations.0.is_empty();
    let in_force = row.from_at <= now && row.to_at.is_none_or(|end| end > now);
    KEEPERS.contains(&row.role) && everywhere && in_force
}

/// An organization that has an admin keeps one: before `row` ends, somebody else must hold the
/// same role there, in all of its territory and without an end. Hold the organization first.
pub(crate) async fn check_kept(work: &Work, row: &membership::Model) -> Result<()> {
    use membership::Column;
    if !administers(row, work.now) {
        return Ok(());
    }
    let others = membership::Entity::find()
        .filter(Column::OrganizationId.eq(row.organization_id))
        .filter(Column::Role.eq(row.role))
        .filter(Column::PersonId.ne(row.person_id))
        .filter(Column::Regions.eq(Codes::default()))
        .filter(Column::Delegations.eq(Codes::default()))
        .filter(Column::FromAt.lte(work.now))
        .filter(Column::ToAt.is_null())
        .count(work.tx())
        .await?;
    if others > 0 {
        return Ok(());
    }
    Err(Error::refused(
        UserErrorCode::LastAdmin,
        "es la última persona que administra la organización; invite antes a otra / is the last who administers the organization; invite somebody else first",
    ))
}

/// What can be changed of a membership.
pub(super) struct Changes {
    pub(super) regions: MaybeUndefined<Vec<RegionId>>,
    pub(super) delegations: MaybeUndefined<Vec<DelegationId>>,
    pub(super) until: MaybeUndefined<DateTime<Utc>>,
}

/// Changes the territory or the end of somebody's role.
pub(super) async fn change(
    work: &mut Work,
    labels: &Labels,
    (id, expected_version): (MembershipId, i32),
    changes: Changes,
) -> Result<MembershipId> {
    let held = hold(work, id, Some(expected_version), MembershipAction::Change).await?;
    let (before, now) = (held.clone(), work.now);
    let mut row = before.clone();
    let mut checks = Checks::new("input.", labels);
    let regions = match changes.regions {
        MaybeUndefined::Undefined => before.regions.parsed(),
        given => given.take().unwrap_or_default(),
    };
    let delegations = match changes.delegations {
        MaybeUndefined::Undefined => before.delegations.parsed(),
        given => given.take().unwrap_or_default(),
    };
    let where_and_as = (row.organization_id, row.role);
    (row.regions, row.delegations) =
        territory(work, where_and_as, regions, delegations, &mut checks).await?;
    if !changes.until.is_undefined() {
        row.to_at = changes.until.take();
        check_until(row.to_at, now, &mut checks);
    }
    checks.done()?;
    let narrowed = !administers(&row, now);
    if narrowed || row.to_at.is_some() && row.to_at != before.to_at {
        check_kept(work, &before).await?;
    }
    if narrowed {
        withdraw_given(work, &held).await?;
    }
    row.version += 1;
    let organization = row.organization_id;
    work.update(held, |held| *held = row).await?;
    work.record(Event::MembershipChanged { membership: id, organization });
    Ok(id)
}

/// Ends somebody's role.
pub(super) async fn end_by_admin(
    work: &mut Work,
    (id, expected_version): (MembershipId, Option<i32>),
    note: String,
) -> Result<(MembershipId, Vec<ClientId>)> {
    let held = hold(work, id, expected_version, MembershipAction::End).await?;
    check_kept(work, &held).await?;
    let (organization, person) = (held.organization_id, held.person_id);
    end(work, held, Some(note)).await?;
    Ok((id, known_secrets(work, person, Some(organization)).await?))
}

/// Ends all of the viewer's roles in an organization.
pub(super) async fn leave(
    work: &mut Work,
    organization: OrganizationId,
    note: Option<String>,
) -> Result<(OrganizationId, Vec<ClientId>)> {
    let Some(person) = work.viewer().person else { return Err(Error::Unauthenticated) };
    let nothing = Error::NotFound(membership::Model::NAME);
    if unended(work, person, Some(organization)).await?.is_empty() {
        return Err(nothing);
    }
    keep(work, organization).await?;
    let held = unended(work, person, Some(organization)).await?;
    if held.is_empty() {
        return Err(nothing);
    }
    for row in held {
        let held = work.hold(row.id, MembershipAction::Leave).await?;
        check_kept(work, &held).await?;
        end(work, held, note.clone()).await?;
    }
    Ok((organization, known_secrets(work, person, Some(organization)).await?))
}

/// Somebody's roles that have not ended, in one organization or in all.
pub(crate) async fn unended(
    work: &Work,
    person: PersonId,
    organization: Option<OrganizationId>,
) -> Result<Vec<membership::Model>> {
    let mut rows = membership::Entity::find()
        .filter(membership::Column::PersonId.eq(person))
        .filter(membership::unended(work.now));
    if let Some(organization) = organization {
        rows = rows.filter(membership::Column::OrganizationId.eq(organization));
    }
    Ok(rows.order_by_asc(membership::Column::Id).all(work.tx()).await?)
}

/// Ends a role now, and what was given by it and not taken yet.
pub(crate) async fn end(
    work: &mut Work,
    held: Allowed<membership::Model>,
    note: Option<String>,
) -> Result<()> {
    withdraw_given(work, &held).await?;
    let (now, by) = (work.now, work.viewer().person);
    let row = work
        .update(held, |row| {
            row.to_at = Some(now);
            (row.ended_by, row.end_note) = (by, note);
            row.version += 1;
        })
        .await?;
    let (membership, organization) = (row.id, row.organization_id);
    work.record(if by == Some(row.person_id) {
        Event::MemberLeft { membership, organization }
    } else {
        Event::MembershipEnded { membership, organization }
    });
    Ok(())
}

/// Withdraws the open invitations that somebody sent by a role: nobody comes back by one that
/// they sent to themselves before they had to go.
async fn withdraw_given(work: &mut Work, held: &Allowed<membership::Model>) -> Result<()> {
    if !KEEPERS.contains(&held.role) {
        return Ok(());
    }
    let mut given = invitation::Entity::find()
        .filter(invitation::Column::CreatedBy.eq(held.person_id))
        .filter(invitation::open(work.now));
    // The network's admin invites everywhere.
    if held.role != Role::NetworkAdmin {
        given = given.filter(invitation::Column::OrganizationId.eq(held.organization_id));
    }
    let given = given.order_by_asc(invitation::Column::Id).lock_exclusive().all(work.tx()).await?;
    for row in given {
        let row = held.part(row)?;
        take_back(work, row).await?;
    }
    Ok(())
}

/// The machines, in one organization or in all, of which somebody was shown a secret: whoever
/// stays gives them another.
pub(crate) async fn known_secrets(
    work: &Work,
    person: PersonId,
    organization: Option<OrganizationId>,
) -> Result<Vec<ClientId>> {
    use api_client::Column;
    let mut rows = api_client::Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::Keyholders.contains(format!("|{person}|")))
        .filter(Column::RevokedAt.is_null())
        .filter(Column::ExpiresAt.gt(work.now));
    if let Some(organization) = organization {
        rows = rows.filter(Column::OrganizationId.eq(organization));
    }
    Ok(rows.order_by_asc(Column::Id).into_tuple().all(work.tx()).await?)
}

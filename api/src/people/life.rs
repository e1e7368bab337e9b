//! What can be done to what is held about a person.

use chrono::{DateTime, Utc};
use entity::{ClientId, Language, OrganizationId, PersonId, invitation, person, saved_search};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, Func},
};

use super::input::PersonalDataInput;
use crate::{
    checks::Checks,
    codes::Labels,
    error::{Error, Result},
    event::Event,
    lifecycle::check_version,
    memberships::{check_kept, end, keep, known_secrets, unended},
    policy::{Allowed, PersonAction, Resource},
    work::Work,
};

/// What the history of a person calls the last step.
const ERASED: &str = "ERASED";

/// Corrects what is held about the viewer.
pub(super) async fn correct(
    work: &mut Work,
    labels: &Labels,
    expected_version: i32,
    input: PersonalDataInput,
) -> Result<PersonId> {
    let Some(id) = work.viewer().person else { return Err(Error::Unauthenticated) };
    let held = work.hold(id, PersonAction::Correct).await?;
    check_version(held.version, Some(expected_version))?;
    check_there(&held)?;
    let mut row = held.clone();
    let mut checks = Checks::new("input.", labels);
    input.write(&mut row, &mut checks);
    checks.done()?;
    row.version += 1;
    work.update(held, |held| *held = row).await?;
    work.record(Event::PersonCorrected { person: id });
    Ok(id)
}

/// Who was erased a moment ago is nobody, also in a request that began before.
fn check_there(row: &person::Model) -> Result<()> {
    if row.erased_at.is_some() { Err(Error::Unauthenticated) } else { Ok(()) }
}

/// Blanks a person: the viewer, or whoever asked the network's admin for it. What they did stays,
/// by their id. Done again, it blanks what has come since.
pub(super) async fn erase(
    work: &mut Work,
    person: Option<PersonId>,
    reason: Option<String>,
) -> Result<(PersonId, Vec<ClientId>)> {
    let Some(own) = work.viewer().person else { return Err(Error::Unauthenticated) };
    let (id, now) = (person.unwrap_or(own), work.now);
    let found = match person::Entity::find_by_id(id).one(work.tx()).await? {
        Some(found) => found,
        // Whom another issuer vouches for may never have been put on record: from now on their
        // tokens count for nothing.
        None if id == own => {
            work.insert(work.allow_new(PersonAction::Register, nobody(id, now))?).await?
        }
        None => return Err(Error::NotFound(person::Model::NAME)),
    };
    work.viewer().allow(PersonAction::Erase, found)?;
    if id != own && reason.is_none() {
        return Err(Error::required("input.reason"));
    }
    let mut houses: Vec<OrganizationId> =
        unended(work, id, None).await?.into_iter().map(|row| row.organization_id).collect();
    houses.sort_unstable_by_key(|house| house.0);
    houses.dedup();
    for house in houses {
        keep(work, house).await?;
    }
    let held = work.hold(id, PersonAction::Erase).await?;
    for row in unended(work, id, None).await? {
        check_kept(work, &row).await?;
        let row = held.part(row)?;
        end(work, row, None).await?;
    }
    forget_searches(work, &held).await?;
    forget_invitations(work, &held).await?;
    let before = held.erased_at;
    work.update(held, |row| {
        *row = person::Model {
            version: row.version + 1,
            created_at: row.created_at,
            erased_at: Some(before.unwrap_or(now)),
            ..nobody(id, now)
        };
    })
    .await?;
    let from = before.map(|_| ERASED.to_owned());
    work.history(id.to_string(), from, ERASED.to_owned(), (None, reason)).await?;
    work.record(Event::PersonErased { person: id });
    Ok((id, known_secrets(work, id, None).await?))
}

/// Somebody of whom nothing is held.
fn nobody(id: PersonId, now: DateTime<Utc>) -> person::Model {
    person::Model {
        id,
        version: 1,
        name: String::new(),
        email: None,
        phone: None,
        orcid: None,
        locale: Language::Es,
        created_at: now,
        erased_at: None,
    }
}

async fn forget_searches(work: &Work, held: &Allowed<person::Model>) -> Result<()> {
    let own = saved_search::Column::PersonId.eq(held.id);
    let searches = saved_search::Entity::find().filter(own).all(work.tx()).await?;
    for search in searches {
        work.remove(held.part(search)?).await?;
    }
    Ok(())
}

/// Invitations that they sent or that were sent to them: those that are open are withdrawn, and
/// none says any more for whom it was.
async fn forget_invitations(work: &mut Work, held: &Allowed<person::Model>) -> Result<()> {
    use invitation::Column;
    let (now, by) = (work.now, work.viewer().person);
    let mut theirs = Condition::any()
        .add(Column::CreatedBy.eq(held.id).and(Column::AcceptedAt.is_null()))
        .add(Column::AcceptedBy.eq(held.id));
    if let Some(email) = &held.email {
        let address = Expr::expr(Func::lower(Expr::col(Column::Email)));
        theirs = theirs.add(address.eq(email.to_lowercase()));
    }
    let said = Condition::any()
        .add(Column::Name.is_not_null())
        .add(Column::Email.is_not_null())
        .add(invitation::open(now));
    let rows = invitation::Entity::find()
        .filter(theirs)
        .filter(said)
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(work.tx())
        .await?;
    for row in rows {
        let open = row.is_open(now);
        let row = work
            .update(held.part(row)?, |row| {
                (row.name, row.email) = (None, None);
                if open {
                    (row.withdrawn_at, row.withdrawn_by) = (Some(now), by);
                }
            })
            .await?;
        if open {
            let (invitation, organization) = (row.id, row.organization_id);
            work.record(Event::InvitationWithdrawn { invitation, organization });
        }
    }
    Ok(())
}

/// A reason of at most 1,000 characters; nothing when blank.
pub(super) fn checked_reason(labels: &Labels, reason: Option<String>) -> Result<Option<String>> {
    let mut checks = Checks::new("input.", labels);
    let reason = reason.and_then(|reason| checks.plain("reason", &reason, 1_000));
    checks.done()?;
    Ok(reason)
}

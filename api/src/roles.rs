//! Who asks: from the claims of a token to a viewer.
//!
//! What counts is the grants of a token *and* a membership in force, so that
//! someone who left is out, whatever the token still says; unless the issuer is
//! configured to be believed alone, or to say no more than who somebody is: then the memberships
//! alone count. Who was erased is nobody, whoever vouches for them. A machine has no membership but its own record, with a role and
//! scopes, and what counts is that record and the scopes of the token.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use chrono::{DateTime, TimeDelta, Utc};
use entity::{ClientId, ClientScope, PersonId, Role, api_client, event, membership, person};
use quick_cache::sync::Cache;
use sea_orm::{ActiveEnum, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::{
    db::Db,
    error::{Error, Result},
    event::Event,
    policy::{Grant, Machine, Viewer, is_let_in},
    token::{self, Claims},
};

/// How long a reader's memberships are remembered. What the service itself changes is told by an
/// event, mostly within a second; this bounds what a change past the service can leave unnoticed.
const REMEMBERED: TimeDelta = TimeDelta::seconds(5);
/// How many people are remembered, and how many machines; some hundred bytes each.
const MOST_PEOPLE: usize = 10_000;
const MOST_MACHINES: usize = 1_000;

/// The memberships of those who asked a moment ago, and the machines that did.
#[derive(Debug)]
pub(crate) struct Roles {
    known: Cache<PersonId, Arc<Held>>,
    machines: Cache<ClientId, Arc<Standing>>,
    /// When machines asked that is not written down yet.
    uses: Mutex<HashMap<ClientId, DateTime<Utc>>>,
    /// How often memberships have changed; what was read before the last time is forgotten.
    era: AtomicU64,
}

/// The memberships of a person that have not ended when they are read, also those that begin later.
#[derive(Debug)]
struct Held {
    memberships: Vec<membership::Model>,
    /// Whether they were erased: then they are nobody any more.
    erased: bool,
    read_at: DateTime<Utc>,
    era: u64,
}

/// A machine as it stood when it was read.
#[derive(Debug)]
struct Standing {
    row: Option<api_client::Model>,
    read_at: DateTime<Utc>,
    era: u64,
}

impl Roles {
    /// Remembers nobody yet.
    pub(crate) fn new() -> Self {
        Self {
            known: Cache::new(MOST_PEOPLE),
            machines: Cache::new(MOST_MACHINES),
            uses: Mutex::default(),
            era: AtomicU64::new(0),
        }
    }

    /// Whom a token stands for at `now`. Who writes is looked up anew; who reads may have been
    /// looked up up to five seconds before, and a membership that begins or ends meanwhile does
    /// so to the microsecond.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when the subject names nobody; or the database is away.
    pub(crate) async fn viewer(
        &self,
        db: &Db,
        claims: &Claims,
        now: DateTime<Utc>,
        writes: bool,
    ) -> Result<Viewer> {
        if let Some(client) = claims.client() {
            return self.machine(db, client, claims, now, writes).await;
        }
        let Some(person) = person_of(claims.local, &claims.issuer, &claims.subject) else {
            return Err(Error::Unauthenticated);
        };
        let asked = claims.grants.iter().filter_map(grant);
        let held = self.held(db, person, now, writes).await?;
        if held.erased {
            return Err(Error::Unauthenticated);
        }
        let held: Vec<_> = held.memberships.iter().filter(|held| in_force(held, now)).collect();
        let grants = if claims.authoritative {
            asked.collect()
        } else if claims.by_membership {
            held.into_iter().filter_map(whole).collect()
        } else {
            let confirmed = |asked: Grant| {
                let same = |held: &&&membership::Model| {
                    held.organization_id == asked.organization && held.role == asked.role
                };
                held.iter()
                    .filter(same)
                    .filter_map(|held| narrowed(&asked, held))
                    .collect::<Vec<_>>()
            };
            asked.flat_map(confirmed).collect()
        };
        Ok(Viewer { person: Some(person), machine: None, grants, system: false, now })
    }

    /// The machine for which a token was signed: its role and its scopes are those of its record
    /// now, and of the scopes those alone that the token names too.
    async fn machine(
        &self,
        db: &Db,
        client: ClientId,
        claims: &Claims,
        now: DateTime<Utc>,
        writes: bool,
    ) -> Result<Viewer> {
        let standing = self.standing(db, client, now, writes).await?;
        let row = standing.row.as_ref().filter(|row| is_let_in(row, now));
        let row = row.ok_or(Error::Unauthenticated)?;
        let named = |scope: &ClientScope| claims.scopes.contains(&scope.to_value());
        let scopes = row.scopes.values().into_iter().filter(named).collect();
        let grant = Grant {
            organization: row.organization_id,
            role: row.role,
            regions: Vec::new(),
            delegations: Vec::new(),
        };
        self.uses.lock().unwrap_or_else(PoisonError::into_inner).insert(client, now);
        let machine = Some(Machine { client, scopes });
        Ok(Viewer { person: None, machine, grants: vec![grant], system: false, now })
    }

    async fn standing(
        &self,
        db: &Db,
        client: ClientId,
        now: DateTime<Utc>,
        writes: bool,
    ) -> Result<Arc<Standing>> {
        let era = self.era.load(Ordering::SeqCst);
        let young = |known: &Arc<Standing>| is_young(known.read_at, known.era, now, era);
        if !writes && let Some(known) = self.machines.get(&client).filter(young) {
            return Ok(known);
        }
        let row = api_client::Entity::find_by_id(client).one(db.fresh()).await?;
        let standing = Arc::new(Standing { row, read_at: now, era });
        self.machines.insert(client, standing.clone());
        Ok(standing)
    }

    /// When machines asked, since this was asked the last time.
    pub(crate) fn uses(&self) -> Vec<(ClientId, DateTime<Utc>)> {
        let mut uses = self.uses.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *uses).into_iter().collect()
    }

    /// Hears what happened: when memberships changed, nothing that was read before counts.
    pub(crate) fn heed(&self, events: &[event::Model]) {
        if events.iter().any(|event| Event::changes_memberships(&event.kind)) {
            self.era.fetch_add(1, Ordering::SeqCst);
        }
    }

    async fn held(
        &self,
        db: &Db,
        person: PersonId,
        now: DateTime<Utc>,
        writes: bool,
    ) -> Result<Arc<Held>> {
        let era = self.era.load(Ordering::SeqCst);
        let young = |held: &Arc<Held>| is_young(held.read_at, held.era, now, era);
        if !writes && let Some(held) = self.known.get(&person).filter(young) {
            return Ok(held);
        }
        let memberships = memberships(db.fresh(), person, now).await?;
        // Who was erased has no membership that lasts: nobody who has one pays for the question.
        let erased = memberships.is_empty() && is_erased(db, person).await?;
        let held = Arc::new(Held { memberships, erased, read_at: now, era });
        self.known.insert(person, held.clone());
        Ok(held)
    }
}

/// Somebody as their memberships alone say, while they do not ask: what a token would add or take
/// away is not known.
///
/// # Errors
/// When the database is away.
pub(crate) async fn on_record(
    db: &impl ConnectionTrait,
    person: PersonId,
    now: DateTime<Utc>,
) -> Result<Viewer> {
    let held = memberships(db, person, now).await?;
    let grants = held.iter().filter(|held| in_force(held, now)).filter_map(whole).collect();
    Ok(Viewer { person: Some(person), machine: None, grants, system: false, now })
}

/// The memberships of somebody that have not ended.
async fn memberships(
    db: &impl ConnectionTrait,
    person: PersonId,
    now: DateTime<Utc>,
) -> Result<Vec<membership::Model>> {
    let memberships = membership::Entity::find()
        .filter(membership::Column::PersonId.eq(person))
        .filter(membership::unended(now))
        .all(db)
        .await?;
    Ok(memberships)
}

fn in_force(held: &membership::Model, now: DateTime<Utc>) -> bool {
    held.from_at <= now && held.to_at.is_none_or(|end| end > now)
}

/// Whether somebody was erased.
async fn is_erased(db: &Db, person: PersonId) -> Result<bool> {
    let erased: Option<Option<DateTime<Utc>>> = person::Entity::find_by_id(person)
        .select_only()
        .column(person::Column::ErasedAt)
        .into_tuple()
        .one(db.fresh())
        .await?;
    Ok(erased.flatten().is_some())
}

/// Whether what was read then still counts. A clock that was set back makes nothing young.
fn is_young(read_at: DateTime<Utc>, read_in: u64, now: DateTime<Utc>, era: u64) -> bool {
    read_in == era && (read_at..read_at + REMEMBERED).contains(&now)
}

/// The person behind a subject: our own tokens carry the person's id; for every
/// other issuer it is derived from issuer and subject, so that it is always the
/// same and no issuer can speak of people that another one knows.
#[must_use]
pub(crate) fn person_of(local: bool, issuer: &str, subject: &str) -> Option<PersonId> {
    if local {
        return subject.parse().ok();
    }
    let name = format!("{issuer}\u{0}{subject}");
    Some(PersonId(Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes())))
}

fn grant(told: &token::Grant) -> Option<Grant> {
    let role = Role::try_from_value(&told.role).ok().filter(|role| *role != Role::Public)?;
    // A territory that does not parse must not widen the grant: the whole grant falls.
    let all =
        |texts: &[String]| texts.iter().map(|text| text.parse().ok()).collect::<Option<Vec<_>>>();
    let regions = all(&told.regions)?;
    let delegations =
        told.delegations.iter().map(|text| text.parse().ok()).collect::<Option<Vec<_>>>()?;
    Some(Grant { organization: told.organization.parse().ok()?, role, regions, delegations })
}

/// A grant of all that a membership gives.
fn whole(held: &membership::Model) -> Option<Grant> {
    let (organization, role) = (held.organization_id, held.role);
    let all = Grant { organization, role, regions: Vec::new(), delegations: Vec::new() };
    narrowed(&all, held)
}

/// A grant limited to what both the token and the membership allow; nothing when they share no territory.
fn narrowed(asked: &Grant, held: &membership::Model) -> Option<Grant> {
    let regions = held.regions.parsed();
    let delegations = held.delegations.parsed();
    // What does not parse must not widen a membership: it falls as a whole.
    if regions.len() != held.regions.0.len() || delegations.len() != held.delegations.0.len() {
        return None;
    }
    let held_limited = !(regions.is_empty() && delegations.is_empty());
    let asked_limited = !(asked.regions.is_empty() && asked.delegations.is_empty());
    let (regions, delegations) = match (asked_limited, held_limited) {
        (false, _) => (regions, delegations),
        (true, false) => (asked.regions.clone(), asked.delegations.clone()),
        (true, true) => {
            let shared: Vec<_> =
                regions.into_iter().filter(|r| asked.regions.contains(r)).collect();
            let also: Vec<_> =
                delegations.into_iter().filter(|d| asked.delegations.contains(d)).collect();
            if shared.is_empty() && also.is_empty() {
                return None;
            }
            (shared, also)
        }
    };
    Some(Grant { organization: asked.organization, role: asked.role, regions, delegations })
}

#[cfg(test)]
mod tests {
    use super::person_of;

    #[test]
    fn no_other_issuer_speaks_of_our_people() {
        let ours = "person_01a209ec41c976cca266fead7e6a80e3";
        let known = person_of(true, "vinculo", ours);
        assert_eq!(known.map(|id| id.to_string()).as_deref(), Some(ours));
        assert_eq!(person_of(true, "vinculo", "somebody"), None);
        let told = person_of(false, "https://id.example", ours);
        assert_ne!(told, known);
        assert_eq!(told, person_of(false, "https://id.example", ours));
        assert_ne!(told, person_of(false, "https://other.example", ours));
    }
}

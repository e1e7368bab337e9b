//! What a request carries: who asks, the clock, and the way to everything else.

use std::{fmt, sync::Arc};

use async_graphql::Context;
use chrono::{DateTime, SubsecRound, Utc};
use entity::{PersonId, Role, membership};
use sea_orm::{ActiveEnum, ColumnTrait, Condition, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::{
    codes::Labels,
    db::Db,
    error::{Error, Result},
    matches::Engine,
    policy::{Grant, Viewer},
    read::{Asked, Loaders, Node, Reading},
    token::{self, Claims},
    work::Work,
};

/// Tells the time; tests hold it still.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// The clock of the machine.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place that asks the machine for the time")]
pub fn machine_clock() -> Clock {
    Arc::new(Utc::now)
}

/// Everything that requests share. Cheap to clone.
#[derive(Clone)]
pub struct Service(Arc<Inner>);

struct Inner {
    db: Db,
    clock: Clock,
    labels: Labels,
    engine: Engine,
    anonymous: bool,
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").field("db", &self.0.db).finish_non_exhaustive()
    }
}

impl Service {
    /// A service over a database that is at head. `anonymous` says whether nobody may read what is public.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn start(db: Db, clock: Clock, anonymous: bool) -> Result<Self> {
        let labels = Labels::load(&db).await?;
        let engine = Engine::start(&db, &labels).await?;
        Ok(Self(Arc::new(Inner { db, clock, labels, engine, anonymous })))
    }

    /// The time, in microseconds: PostgreSQL keeps no more.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        (self.0.clock)().trunc_subsecs(6)
    }

    /// The database.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.0.db
    }

    /// The official lists and vocabularies.
    #[must_use]
    pub fn labels(&self) -> &Labels {
        &self.0.labels
    }

    /// Search and matching.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.0.engine
    }

    /// Reads what happened into the index of search and matching.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn catch_up(&self) -> Result<()> {
        self.engine().catch_up(self.db()).await
    }

    /// Work that the service does by itself.
    pub(crate) async fn system_work(&self) -> Result<Work> {
        Work::begin(self.db(), Arc::new(Viewer::system(self.now()))).await
    }

    /// Puts into a request what its resolvers need. One statement at most.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when nobody may read without a token.
    pub async fn prepare(
        &self,
        request: async_graphql::Request,
        claims: Option<Claims>,
        _request_id: &str,
    ) -> Result<async_graphql::Request> {
        let viewer = match claims {
            Some(claims) => self.viewer(claims).await?,
            None if self.0.anonymous => Viewer::anonymous(self.now()),
            None => return Err(Error::Unauthenticated),
        };
        let viewer = Arc::new(viewer);
        let loaders = Loaders::new(self.db().clone(), viewer.clone());
        Ok(request.data(self.clone()).data(viewer).data(loaders))
    }

    /// Who a token stands for: what counts is its grants *and* a membership in
    /// force, so that someone who left is out at once; unless the issuer is
    /// configured to be believed alone.
    async fn viewer(&self, claims: Claims) -> Result<Viewer> {
        let now = self.now();
        let Some(person) = person_of(claims.local, &claims.issuer, &claims.subject) else {
            return Err(Error::Unauthenticated);
        };
        let asked = claims.grants.iter().filter_map(grant);
        let grants = if claims.authoritative {
            asked.collect()
        } else {
            let held = membership::Entity::find()
                .filter(membership::Column::PersonId.eq(person))
                .filter(membership::Column::FromAt.lte(now))
                .filter(
                    Condition::any()
                        .add(membership::Column::ToAt.is_null())
                        .add(membership::Column::ToAt.gt(now)),
                )
                .all(self.db().read())
                .await?;
            asked
                .flat_map(|asked| {
                    held.iter()
                        .filter(|held| {
                            held.organization_id == asked.organization && held.role == asked.role
                        })
                        .filter_map(|held| narrowed(&asked, held))
                        .collect::<Vec<_>>()
                })
                .collect()
        };
        Ok(Viewer { person: Some(person), grants, system: false, now })
    }

    /// Whether requests can be answered: the database is there and at head.
    ///
    /// # Errors
    /// What is missing, for the operator.
    pub async fn ready(&self) -> Result<(), String> {
        ready(self.db()).await
    }
}

/// Whether a database answers and holds the official lists. Which version it is
/// at is looked at once, at start: it does not change under a running service.
///
/// # Errors
/// What is missing, and the command that mends it.
pub(crate) async fn ready(db: &Db) -> Result<(), String> {
    match entity::code::Entity::find().one(db.read()).await {
        Ok(Some(_)) => Ok(()),
        Ok(None) => Err("the official lists are missing; run `vinculo migrate up`".to_owned()),
        Err(_) => Err("the database does not answer, or is behind".to_owned()),
    }
}

/// The person behind a subject: our own tokens carry the person's id; for every
/// other issuer it is derived from issuer and subject, so that it is always the
/// same and no issuer can speak of people that another one knows.
#[must_use]
pub fn person_of(local: bool, issuer: &str, subject: &str) -> Option<PersonId> {
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

/// What resolvers ask the context for.
pub(crate) trait Request {
    /// Who asks.
    fn viewer(&self) -> &Arc<Viewer>;
    /// What requests share.
    fn service(&self) -> &Service;
    /// The loaders of this request.
    fn loaders(&self) -> &Loaders;
    /// The thing with this id, as far as the client asked for it at this field. What
    /// many things ask for at one place of the document is read together.
    fn load<N: Node>(&self, id: N::Id) -> impl Future<Output = Result<Option<Arc<N>>>> + Send;
    /// The same for a field at the root of a document, which stands alone.
    fn read<N: Node>(&self, id: N::Id) -> impl Future<Output = Result<Option<N>>> + Send;
    /// The thing that a payload carries in its field `name`, read after the commit.
    fn reload<N: Node>(
        &self,
        name: &str,
        id: N::Id,
    ) -> impl Future<Output = Result<Option<N>>> + Send;
}

impl Request for Context<'_> {
    fn viewer(&self) -> &Arc<Viewer> {
        self.data_unchecked::<Arc<Viewer>>()
    }

    fn service(&self) -> &Service {
        self.data_unchecked::<Service>()
    }

    fn loaders(&self) -> &Loaders {
        Loaders::of(self)
    }

    async fn load<N: Node>(&self, id: N::Id) -> Result<Option<Arc<N>>> {
        self.loaders().load(self, id).await
    }

    async fn read<N: Node>(&self, id: N::Id) -> Result<Option<N>> {
        let reading = Reading::new(&Asked::here(self), self.viewer());
        self.loaders().reader().one(&reading, id).await
    }

    async fn reload<N: Node>(&self, name: &str, id: N::Id) -> Result<Option<N>> {
        let Some(asked) = Asked::here(self).field(name) else { return Ok(None) };
        let reading = Reading::new(&asked, self.viewer());
        self.loaders().fresh().one(&reading, id).await
    }
}

/// Does a piece of work for whoever asks, and commits it. When time is up before
/// the commit begins, nothing has happened; a commit that has begun is not cut.
pub(crate) async fn carry_out<T>(
    ctx: &Context<'_>,
    task: impl AsyncFnOnce(&mut Work) -> Result<T>,
) -> Result<T> {
    let db = ctx.service().db();
    let prepared = async {
        let mut work = Work::begin(db, ctx.viewer().clone()).await?;
        let done = task(&mut work).await?;
        Ok::<_, Error>((work, done))
    };
    let (work, done) =
        tokio::time::timeout(db.patience(), prepared).await.map_err(|_| Error::Timeout)??;
    work.commit().await?;
    Ok(done)
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

//! One piece of work, one transaction, at least one event. Nothing else in this
//! crate writes.

use std::{fmt::Display, sync::Arc};

use chrono::{DateTime, Utc};
use entity::{
    ChangeId, ClientId, DeclineReason, EventId, Id, PersonId, api_client, counter, disclosure,
    document, event, history, idempotency_key, invitation,
};
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait,
    DatabaseBackend, DatabaseTransaction, EntityTrait, IntoActiveModel, ModelTrait,
    PrimaryKeyTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Set,
    sea_query::{Expr, LockType, OnConflict},
};
use uuid::Uuid;

use crate::{
    db::Db,
    error::{Error, Result},
    event::{Event, WRITING},
    idempotency::{Claim, KEPT},
    policy::{Action, Allowed, Resource, Viewer, public_documents},
};

/// A row that can be written: the entity of `R` has `R` for its rows.
pub(crate) trait Row:
    ModelTrait<Entity: EntityTrait<Model = Self>> + IntoActiveModel<Changes<Self>>
{
}
impl<R: ModelTrait<Entity: EntityTrait<Model = R>> + IntoActiveModel<Changes<R>>> Row for R {}

type Table<R> = <R as ModelTrait>::Entity;
type Changes<R> = <Table<R> as EntityTrait>::ActiveModel;
/// What tells rows of `R` apart.
pub(crate) type KeyOf<R> = <<Table<R> as EntityTrait>::PrimaryKey as PrimaryKeyTrait>::ValueType;

/// The most bound values that a statement may carry: SQLite's limit is 32,766.
const MOST_VALUES: usize = 30_000;

/// How many rows of a table one statement can write.
fn most_rows<E: EntityTrait>() -> usize {
    use sea_orm::Iterable;
    (MOST_VALUES / E::Column::iter().count()).max(1)
}

/// Writes entries of the ledger of disclosures, in one statement. What was read is not work: it
/// changes nothing, and its record is its own event.
///
/// # Errors
/// When the database is away.
#[expect(clippy::disallowed_methods, reason = "the one place that writes the ledger")]
pub(crate) async fn write_down(db: &Db, entries: Vec<disclosure::Model>) -> Result<()> {
    for entries in entries.chunks(most_rows::<disclosure::Entity>()) {
        let rows = entries.iter().cloned().map(|row| row.into_active_model().reset_all());
        disclosure::Entity::insert_many(rows).exec_without_returning(db.write()).await?;
    }
    Ok(())
}

/// Writes when machines last asked. That they did is no work either: what they did is.
///
/// # Errors
/// When the database is away.
#[expect(clippy::disallowed_methods, reason = "the one place that writes when machines asked")]
pub(crate) async fn write_uses(db: &Db, uses: Vec<(ClientId, DateTime<Utc>)>) -> Result<()> {
    use api_client::Column;
    for (client, at) in uses {
        let earlier =
            Condition::any().add(Column::LastUsedAt.is_null()).add(Column::LastUsedAt.lt(at));
        api_client::Entity::update_many()
            .col_expr(Column::LastUsedAt, Expr::value(at))
            .filter(Column::Id.eq(client))
            .filter(earlier)
            .exec(db.write())
            .await?;
    }
    Ok(())
}

/// How many idempotency keys one statement forgets, so that none holds writers up for long.
const FORGOTTEN_AT_ONCE: u64 = 1_000;

/// Forgets what was done under idempotency keys whose time is over. Nothing happens by that.
///
/// # Errors
/// When the database is away.
#[expect(clippy::disallowed_methods, reason = "the one place that forgets keys")]
pub(crate) async fn forget_outcomes(db: &Db, now: DateTime<Utc>) -> Result<()> {
    use idempotency_key::{Column, Entity};
    loop {
        let over = Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(Column::ExpiresAt.lte(now))
            .order_by_asc(Column::ExpiresAt)
            .limit(FORGOTTEN_AT_ONCE);
        let some = Column::Id.in_subquery(over.into_query());
        let gone = Entity::delete_many().filter(some).exec(db.write()).await?.rows_affected;
        if gone < FORGOTTEN_AT_ONCE {
            return Ok(());
        }
    }
}

/// Forgets for whom invitations were that nobody can accept any more. Nothing happens by that.
///
/// # Errors
/// When the database is away.
#[expect(clippy::disallowed_methods, reason = "the one place that forgets who was invited")]
pub(crate) async fn forget_invited(db: &Db, now: DateTime<Utc>) -> Result<()> {
    use invitation::{Column, Entity};
    let said = Condition::any().add(Column::Name.is_not_null()).add(Column::Email.is_not_null());
    let over = Condition::all().add(Column::ExpiresAt.lte(now)).add(said);
    // Mostly there is none, and then no writer is kept waiting.
    if Entity::find().filter(over.clone()).one(db.fresh()).await?.is_none() {
        return Ok(());
    }
    Entity::update_many()
        .col_expr(Column::Name, Expr::value(None::<String>))
        .col_expr(Column::Email, Expr::value(None::<String>))
        .filter(over)
        .exec(db.write())
        .await?;
    Ok(())
}

/// A piece of work in progress. Dropped without [`Work::commit`], it never happened.
#[must_use = "work that is not committed is rolled back"]
pub(crate) struct Work {
    db: Db,
    tx: DatabaseTransaction,
    viewer: Arc<Viewer>,
    /// When this happens: the only clock that work may read.
    pub(crate) now: DateTime<Utc>,
    events: Vec<(Event, Arc<Viewer>, DateTime<Utc>)>,
}

impl Work {
    /// Begins.
    pub(crate) async fn begin(db: &Db, viewer: Arc<Viewer>) -> Result<Self> {
        let now = viewer.now;
        Ok(Self { db: db.clone(), tx: db.begin().await?, viewer, now, events: Vec::new() })
    }

    /// Has each statement planned for the tables as they are then. For work that fills tables: a plan
    /// that was made when one was empty reads all of it for each batch once it is full.
    ///
    /// # Errors
    /// When the database is away.
    pub(crate) async fn plan_anew(self) -> Result<Self> {
        if self.db.backend() == DatabaseBackend::Postgres {
            let plans = "SET LOCAL plan_cache_mode = force_custom_plan";
            self.tx.execute_unprepared(plans).await?;
        }
        Ok(self)
    }

    /// Who does it.
    pub(crate) fn viewer(&self) -> &Viewer {
        &self.viewer
    }

    /// Goes on as somebody else, at another time: how demo data gets a past in one piece of work.
    pub(crate) fn go_on_as(&mut self, viewer: Viewer) {
        self.now = viewer.now;
        self.viewer = Arc::new(viewer);
    }

    /// The transaction, for reading what this work decides by.
    pub(crate) fn tx(&self) -> &DatabaseTransaction {
        &self.tx
    }

    /// Makes this the work that is done under an idempotency key. Returns what came of the one
    /// that was, and then there is nothing to do. Whoever comes while that is under way waits
    /// here, since both write the same row.
    ///
    /// # Errors
    /// [`Error::IdempotencyMismatch`] when it was done with other input, [`Error::UnderWay`] when
    /// it is being done for too long.
    #[expect(clippy::disallowed_methods, reason = "the one place that writes keys")]
    pub(crate) async fn claim<I: Id>(&self, claim: &Claim) -> Result<Option<I>> {
        use idempotency_key::{Column, Entity, Model};
        let row = Model {
            id: claim.id.clone(),
            input: claim.input.clone(),
            outcome: None,
            expires_at: self.now + KEPT,
        };
        // What is over counts no more, also before the clockwork has taken it away.
        let over = sea_orm::ExprTrait::lte(Expr::col((Entity, Column::ExpiresAt)), self.now);
        let conflict = OnConflict::column(Column::Id)
            .update_columns([Column::Input, Column::Outcome, Column::ExpiresAt])
            .action_and_where(over)
            .to_owned();
        let claimed = Entity::insert(row.into_active_model().reset_all())
            .on_conflict(conflict)
            .exec_without_returning(&self.tx)
            .await;
        // Nothing but this key is waited for.
        let claimed = claimed.map_err(|error| match Error::from(error) {
            Error::Overloaded => Error::UnderWay,
            other => other,
        });
        if claimed? > 0 {
            return Ok(None);
        }
        let known = Entity::find_by_id(claim.id.as_str()).one(&self.tx).await?;
        let known = known.ok_or(Error::UnderWay)?;
        if known.input != claim.input {
            return Err(Error::IdempotencyMismatch);
        }
        let outcome = known.outcome.as_deref().map(str::parse).transpose();
        let outcome = outcome.map_err(Error::internal)?;
        outcome.map(Some).ok_or_else(|| Error::internal("a key without an outcome"))
    }

    /// Keeps what came of this work under the key that it has claimed.
    #[expect(clippy::disallowed_methods, reason = "the one place that writes keys")]
    pub(crate) async fn keep_outcome(&self, claim: &Claim, outcome: impl Id) -> Result<()> {
        use idempotency_key::{Column, Entity};
        Entity::update_many()
            .col_expr(Column::Outcome, Expr::value(outcome.to_string()))
            .filter(Column::Id.eq(claim.id.as_str()))
            .exec(&self.tx)
            .await?;
        Ok(())
    }

    /// Asks the policy about a row that is not in the database yet.
    pub(crate) fn allow_new<A: Action>(&self, action: A, row: A::On) -> Result<Allowed<A::On>> {
        self.viewer.allow_new(action, row)
    }

    /// Holds a row until the end of this work, if the viewer may do this to it.
    /// The policy is asked before the caller can look at the state: nobody
    /// probes the states of rows that they may not see.
    pub(crate) async fn hold<A>(
        &self,
        id: impl Into<KeyOf<A::On>> + Send,
        action: A,
    ) -> Result<Allowed<A::On>>
    where
        A: Action<On: Row>,
    {
        // SQLite has no row locks; there the whole transaction holds the write lock.
        let found = Table::<A::On>::find_by_id(id).lock_exclusive().one(&self.tx).await?;
        self.viewer.allow(action, found.ok_or(Error::NotFound(A::On::NAME))?)
    }

    /// A row that somebody else's depends on, kept as it is until the end of this work; rows may
    /// go on to refer to it. The policy is not asked: ask it before anything of it is told.
    pub(crate) async fn keep<E>(
        &self,
        id: impl Into<<E::PrimaryKey as PrimaryKeyTrait>::ValueType>,
    ) -> Result<Option<E::Model>>
    where
        E: EntityTrait<Model: Send + Sync>,
    {
        Ok(E::find_by_id(id).lock(LockType::NoKeyUpdate).one(&self.tx).await?)
    }

    /// Writes a new row.
    #[expect(clippy::disallowed_methods, reason = "the one place that inserts")]
    pub(crate) async fn insert<R>(&self, row: Allowed<R>) -> Result<R>
    where
        R: Row + Clone,
        Changes<R>: ActiveModelBehavior + Send,
    {
        let row = row.into_inner();
        // An active model made of a model holds values "as read"; `reset_all` makes them "to write".
        // The database adds nothing to a row, so it need not send it back.
        let new = row.clone().into_active_model().reset_all();
        Table::<R>::insert(new).exec_without_returning(&self.tx).await?;
        Ok(row)
    }

    /// Writes the columns that differ from what was held.
    #[expect(clippy::disallowed_methods, reason = "the one place that updates")]
    pub(crate) async fn update<R>(&self, row: Allowed<R>, change: impl FnOnce(&mut R)) -> Result<R>
    where
        R: Row + Clone,
        Changes<R>: ActiveModelBehavior + Send,
    {
        let before = row.into_inner();
        let mut after = before.clone();
        change(&mut after);
        let mut changes = before.clone().into_active_model();
        for column in <<Table<R> as EntityTrait>::Column as sea_orm::Iterable>::iter() {
            let value = after.get(column);
            if value != before.get(column) {
                changes.set(column, value);
            }
        }
        if changes.is_changed() {
            changes.update(&self.tx).await?;
        }
        Ok(after)
    }

    /// Writes many new rows, or overwrites those with the same key in `conflict` columns.
    #[expect(clippy::disallowed_methods, reason = "the one place that inserts many")]
    pub(crate) async fn insert_all<R>(
        &self,
        rows: Vec<Allowed<R>>,
        conflict: &[<Table<R> as EntityTrait>::Column],
    ) -> Result<()>
    where
        R: Row,
        Changes<R>: ActiveModelBehavior + Send,
    {
        use sea_orm::Iterable;
        let columns: Vec<_> = <Table<R> as EntityTrait>::Column::iter().collect();
        let mut rows = rows.into_iter().map(|row| row.into_inner().into_active_model().reset_all());
        loop {
            let chunk: Vec<_> = rows.by_ref().take(most_rows::<Table<R>>()).collect();
            if chunk.is_empty() {
                return Ok(());
            }
            let mut insert = Table::<R>::insert_many(chunk);
            if !conflict.is_empty() {
                let same = |column: &<Table<R> as EntityTrait>::Column| {
                    let name = sea_orm::IdenStatic::as_str(column);
                    conflict.iter().any(|key| sea_orm::IdenStatic::as_str(key) == name)
                };
                let rest: Vec<_> = columns.iter().filter(|column| !same(column)).copied().collect();
                let mut on = OnConflict::columns(conflict.iter().copied());
                insert = insert.on_conflict(on.update_columns(rest).to_owned());
            }
            insert.exec_without_returning(&self.tx).await?;
        }
    }

    /// Deletes a part of a row that its plan holds no more: what it was, nobody relied on.
    #[expect(clippy::disallowed_methods, reason = "the one place that deletes parts")]
    pub(crate) async fn remove<R>(&self, row: Allowed<R>) -> Result<()>
    where
        R: Row,
        Changes<R>: ActiveModelBehavior + Send,
    {
        row.into_inner().into_active_model().delete(&self.tx).await?;
        Ok(())
    }

    /// Deletes rows; only the system deletes, and only what it can compute anew.
    #[expect(clippy::disallowed_methods, reason = "the one place that deletes")]
    pub(crate) async fn delete_where<E: EntityTrait>(&self, which: Condition) -> Result<u64> {
        self.viewer.allow_system(())?;
        Ok(E::delete_many().filter(which).exec(&self.tx).await?.rows_affected)
    }

    /// The next number of a yearly count (`NEC-2026-000123`).
    pub(crate) async fn folio(&self, series: &str) -> Result<String> {
        self.folios(series, 1).await.map(|(first, _)| first)
    }

    /// The next `count` numbers: the first as text, and its value.
    #[expect(clippy::disallowed_methods, reason = "counting is part of the work")]
    pub(crate) async fn folios(&self, series: &str, count: i64) -> Result<(String, i64)> {
        use chrono::Datelike;
        let name = format!("{series}-{}", self.now.year());
        let row = counter::ActiveModel { name: Set(name.clone()), value: Set(count) };
        let next = Expr::col((counter::Entity, counter::Column::Value));
        let conflict = OnConflict::column(counter::Column::Name)
            .value(counter::Column::Value, sea_orm::ExprTrait::add(next, count))
            .to_owned();
        let counted = counter::Entity::insert(row)
            .on_conflict(conflict)
            .exec_with_returning(&self.tx)
            .await?;
        let last = counted.value;
        let first = last - count + 1;
        Ok((format!("{name}-{first:06}"), first))
    }

    /// Writes a step of a record's life.
    #[expect(clippy::disallowed_methods, reason = "history is part of the work")]
    pub(crate) async fn history(
        &self,
        record: String,
        from: Option<String>,
        to: String,
        why: (Option<DeclineReason>, Option<String>),
    ) -> Result<()> {
        let row = history::ActiveModel {
            id: Set(ChangeId::new(self.now)),
            record: Set(record),
            from_status: Set(from),
            to_status: Set(to),
            at: Set(self.now),
            by: Set(self.viewer.person),
            client_id: Set(self.viewer.machine.as_ref().map(|machine| machine.client)),
            reason: Set(why.0),
            note: Set(why.1),
        };
        history::Entity::insert(row).exec_without_returning(&self.tx).await?;
        Ok(())
    }

    /// Whether somebody wrote text of a record: drafted or revised it, ever, or attached a
    /// document that everybody may read.
    pub(crate) async fn has_written(
        &self,
        record: impl Into<Uuid> + Display + Copy,
        person: PersonId,
    ) -> Result<bool> {
        let name = record.to_string();
        let here = self.events.iter().any(|(event, actor, _)| {
            actor.person == Some(person)
                && event.subject().as_ref() == Some(&name)
                && WRITING.contains(&event.kind().as_str())
        });
        if here {
            return Ok(true);
        }
        let before = event::Entity::find()
            .filter(event::Column::SubjectId.eq(record.into()))
            .filter(event::Column::ActorId.eq(person))
            .filter(event::Column::Kind.is_in(WRITING))
            .one(&self.tx)
            .await?;
        if before.is_some() {
            return Ok(true);
        }
        // Whoever was shown a machine's secret may have written what it wrote.
        let machines: Vec<ClientId> = event::Entity::find()
            .select_only()
            .column(event::Column::ClientId)
            .distinct()
            .filter(event::Column::SubjectId.eq(record.into()))
            .filter(event::Column::ClientId.is_not_null())
            .filter(event::Column::Kind.is_in(WRITING))
            .into_tuple()
            .all(&self.tx)
            .await?;
        if !machines.is_empty() {
            let held = api_client::Entity::find()
                .filter(api_client::Column::Id.is_in(machines))
                .filter(api_client::Column::Keyholders.contains(format!("|{person}|")))
                .one(&self.tx)
                .await?;
            if held.is_some() {
                return Ok(true);
            }
        }
        // What everybody may read of its documents is part of the text.
        let attached = document::Entity::find()
            .filter(document::Column::Record.eq(name))
            .filter(document::Column::UploadedBy.eq(person))
            .filter(public_documents())
            .one(&self.tx)
            .await?;
        Ok(attached.is_some())
    }

    /// Whether anything was recorded yet.
    pub(crate) fn has_news(&self) -> bool {
        !self.events.is_empty()
    }

    /// Says what happened. At least once before [`Work::commit`].
    pub(crate) fn record(&mut self, event: Event) {
        self.events.push((event, self.viewer.clone(), self.now));
    }

    /// Ends. The events are stored with the change or not at all.
    ///
    /// # Errors
    /// Our fault when nothing was recorded: nothing changes silently.
    #[expect(clippy::disallowed_methods, reason = "the one place that commits")]
    pub(crate) async fn commit(self) -> Result<()> {
        if self.events.is_empty() {
            return Err(Error::internal("work that records no event cannot be committed"));
        }
        let rows = self.events.iter().map(|(event, actor, at)| {
            Ok(event::ActiveModel {
                id: Set(EventId::new(*at)),
                actor_id: Set(actor.person),
                client_id: Set(actor.machine.as_ref().map(|machine| machine.client)),
                kind: Set(event.kind()),
                subject: Set(event.subject()),
                body: Set(serde_json::to_value(event).map_err(Error::internal)?),
                happened_at: Set(*at),
                ..Default::default()
            })
        });
        let rows: Vec<_> = rows.collect::<Result<_>>()?;
        for rows in rows.chunks(most_rows::<event::Entity>()) {
            event::Entity::insert_many(rows.to_vec()).exec_without_returning(&self.tx).await?;
        }
        self.tx.commit().await?;
        self.db.say_committed();
        Ok(())
    }
}

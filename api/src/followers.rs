//! Reading what happened, in an order in which nothing is missed.
//!
//! An event's number is the order of writing, not of commits: on PostgreSQL a
//! later number can be visible before an earlier one. Followers there read by
//! (transaction id, number), and only below the oldest transaction that still
//! runs; on SQLite there is one writer, so the number is the order.

use chrono::{DateTime, Duration, Utc};
use entity::{EventId, event, follower};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseBackend, EntityTrait, ExprTrait,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Set, Statement,
    sea_query::{Expr, OnConflict},
};

use serde::{Deserialize, Serialize};

use crate::{db::Db, error::Result};

/// How many events are read at once.
const MOST: u64 = 500;
/// How long an instance leads without saying so again.
const LEASE: Duration = Duration::seconds(30);

/// How far a follower has read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Bookmark {
    xid: i64,
    seq: i64,
}

impl Bookmark {
    /// The place of an event.
    pub(crate) fn of(event: &event::Model) -> Self {
        Self { xid: event.xid, seq: event.seq }
    }
}

/// The events behind `bookmark`, oldest first, and the bookmark behind them.
///
/// # Errors
/// When the database is away.
pub(crate) async fn events_after(
    db: &Db,
    bookmark: Bookmark,
) -> Result<(Vec<event::Model>, Bookmark)> {
    let events = some_after(db, bookmark, Condition::all(), MOST).await?;
    let last = events.last().map_or(bookmark, Bookmark::of);
    Ok((events, last))
}

/// The first `most` of the events behind `bookmark` that `which` leaves, oldest first.
///
/// # Errors
/// When the database is away.
pub(crate) async fn some_after(
    db: &Db,
    bookmark: Bookmark,
    which: Condition,
    most: u64,
) -> Result<Vec<event::Model>> {
    use event::Column;
    let behind = Expr::tuple([Column::Xid.into_expr(), Column::Seq.into_expr()])
        .gt(Expr::tuple([Expr::val(bookmark.xid), Expr::val(bookmark.seq)]));
    let mut query = event::Entity::find()
        .filter(behind)
        .filter(which)
        .order_by_asc(Column::Xid)
        .order_by_asc(Column::Seq)
        .limit(most);
    if db.backend() == DatabaseBackend::Postgres {
        let settled = Expr::cust("(pg_snapshot_xmin(pg_current_snapshot())::text::bigint)");
        query = query.filter(Column::Xid.into_expr().lt(settled));
    }
    Ok(query.all(db.fresh()).await?)
}

/// The place behind every event that can be read now.
///
/// # Errors
/// When the database is away.
pub(crate) async fn newest(db: &Db) -> Result<Bookmark> {
    let mut query = event::Entity::find()
        .order_by_desc(event::Column::Xid)
        .order_by_desc(event::Column::Seq)
        .limit(1);
    if db.backend() == DatabaseBackend::Postgres {
        let settled = Expr::cust("(pg_snapshot_xmin(pg_current_snapshot())::text::bigint)");
        query = query.filter(event::Column::Xid.into_expr().lt(settled));
    }
    let last = query.one(db.fresh()).await?;
    Ok(last.as_ref().map_or_else(Bookmark::default, Bookmark::of))
}

/// The event at a bookmark; none at the beginning, or where the database has no such place.
///
/// # Errors
/// When the database is away.
pub(crate) async fn event_at(db: &Db, bookmark: Bookmark) -> Result<Option<EventId>> {
    let event = event::Entity::find()
        .select_only()
        .column(event::Column::Id)
        .filter(event::Column::Seq.eq(bookmark.seq))
        .filter(event::Column::Xid.eq(bookmark.xid))
        .into_tuple()
        .one(db.fresh())
        .await?;
    Ok(event)
}

/// How many events lie behind a bookmark.
///
/// # Errors
/// When the database is away.
pub(crate) async fn count_after(db: &Db, bookmark: Bookmark) -> Result<u64> {
    use event::Column;
    let behind = Expr::tuple([Column::Xid.into_expr(), Column::Seq.into_expr()])
        .gt(Expr::tuple([Expr::val(bookmark.xid), Expr::val(bookmark.seq)]));
    Ok(event::Entity::find().filter(behind).count(db.fresh()).await?)
}

/// For how long the oldest thing that happened has been waiting for a reader behind `bookmark`;
/// zero when nothing waits.
///
/// # Errors
/// When the database is away.
pub(crate) async fn lag(db: &Db, bookmark: Bookmark, now: DateTime<Utc>) -> Result<Duration> {
    let waiting = some_after(db, bookmark, Condition::all(), 1).await?;
    let since = waiting.first().map_or(now, |event| event.happened_at);
    Ok((now - since).max(Duration::zero()))
}

/// How far each follower has read that keeps its place in the database.
///
/// # Errors
/// When the database is away.
pub(crate) async fn bookmarks(db: &Db) -> Result<Vec<(String, Bookmark)>> {
    let rows = follower::Entity::find().all(db.fresh()).await?;
    let place = |row: follower::Model| (row.name, Bookmark { xid: row.xid, seq: row.seq });
    Ok(rows.into_iter().map(place).collect())
}

/// Takes or keeps the lead of a follower; `None` when another instance has it.
///
/// # Errors
/// When the database is away.
#[expect(clippy::disallowed_methods, reason = "who leads is no news: it needs no event")]
pub(crate) async fn lead(
    db: &Db,
    name: &str,
    instance: &str,
    now: DateTime<Utc>,
) -> Result<Option<Bookmark>> {
    let known = follower::Entity::find_by_id(name).one(db.fresh()).await?;
    if let Some(row) = &known {
        let until = row.lease_until.unwrap_or(now);
        let ours = row.leader.as_deref() == Some(instance);
        // Looking is cheap and frequent; writing is for when the lease runs out.
        if ours && until > now + LEASE / 2 {
            return Ok(Some(Bookmark { xid: row.xid, seq: row.seq }));
        }
        if !ours && row.leader.is_some() && until >= now {
            return Ok(None);
        }
    } else {
        let row = follower::ActiveModel {
            name: Set(name.to_owned()),
            xid: Set(0),
            seq: Set(0),
            leader: Set(None),
            lease_until: Set(None),
        };
        follower::Entity::insert(row)
            .on_conflict(OnConflict::column(follower::Column::Name).do_nothing().to_owned())
            .exec_without_returning(db.write())
            .await?;
    }
    let free = Condition::any()
        .add(follower::Column::Leader.is_null())
        .add(follower::Column::Leader.eq(instance))
        .add(follower::Column::LeaseUntil.lt(now));
    let taken = follower::Entity::update_many()
        .col_expr(follower::Column::Leader, Expr::value(instance))
        .col_expr(follower::Column::LeaseUntil, Expr::value(now + LEASE))
        .filter(follower::Column::Name.eq(name))
        .filter(free)
        .exec(db.write())
        .await?;
    if taken.rows_affected == 0 {
        return Ok(None);
    }
    let row = follower::Entity::find_by_id(name).one(db.write()).await?;
    let Some(row) = row else { return Ok(None) };
    if db.backend() == DatabaseBackend::Postgres && restored(db, row.xid).await? {
        return Ok(Some(Bookmark::default()));
    }
    Ok(Some(Bookmark { xid: row.xid, seq: row.seq }))
}

/// Whether a bookmark lies behind every transaction that this server has ever
/// begun: then the database was restored from another one, whose numbers were
/// higher. Everything is read again; followers must bear that anyway.
async fn restored(db: &Db, xid: i64) -> Result<bool> {
    let query = "SELECT (pg_snapshot_xmax(pg_current_snapshot())::text::bigint) AS next";
    let statement = Statement::from_string(DatabaseBackend::Postgres, query);
    let row = db.fresh().query_one_raw(statement).await?;
    let next: Option<i64> = row.map(|row| row.try_get("", "next")).transpose()?;
    Ok(next.is_some_and(|next| xid > next))
}

/// Writes down how far a follower has read. What it did before that is done
/// again after a crash in between: followers must bear that.
///
/// # Errors
/// When the database is away.
#[expect(clippy::disallowed_methods, reason = "a bookmark is no news: it needs no event")]
pub(crate) async fn keep(db: &Db, name: &str, instance: &str, bookmark: Bookmark) -> Result<()> {
    follower::Entity::update_many()
        .col_expr(follower::Column::Xid, Expr::value(bookmark.xid))
        .col_expr(follower::Column::Seq, Expr::value(bookmark.seq))
        .filter(follower::Column::Name.eq(name))
        // An instance that lost the lead must not move the mark back.
        .filter(follower::Column::Leader.eq(instance))
        .exec(db.write())
        .await?;
    Ok(())
}

/// Puts a follower's bookmark behind everything that has happened: what it would do is done.
///
/// # Errors
/// When the database is away.
#[expect(clippy::disallowed_methods, reason = "a bookmark is no news: it needs no event")]
pub(crate) async fn skip(db: &Db, name: &str) -> Result<()> {
    let Bookmark { xid, seq } = newest(db).await?;
    let row = follower::ActiveModel {
        name: Set(name.to_owned()),
        xid: Set(xid),
        seq: Set(seq),
        leader: Set(None),
        lease_until: Set(None),
    };
    let mut known = OnConflict::column(follower::Column::Name);
    known.update_columns([follower::Column::Xid, follower::Column::Seq]);
    follower::Entity::insert(row).on_conflict(known).exec_without_returning(db.write()).await?;
    Ok(())
}

/// Gives the lead up, so that another instance need not wait for the lease to end.
///
/// # Errors
/// When the database is away.
#[expect(clippy::disallowed_methods, reason = "who leads is no news: it needs no event")]
pub(crate) async fn resign(db: &Db, name: &str, instance: &str) -> Result<()> {
    follower::Entity::update_many()
        .col_expr(follower::Column::Leader, Expr::value(Option::<String>::None))
        .filter(follower::Column::Name.eq(name))
        .filter(follower::Column::Leader.eq(instance))
        .exec(db.write())
        .await?;
    Ok(())
}

//! What an endpoint is told: ids, what happened, and what everybody may read of the record. Asked
//! of the rules when it is written, as whoever speaks for the organization, and as nobody.

use chrono::{DateTime, SecondsFormat, Utc};
use entity::{
    DisclosureLevel, EventId, Localized, OrganizationId, OrganizationKind, event, organization,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, Query, SelectStatement, SimpleExpr},
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::{
    agreements::Agreement,
    capabilities::Capability,
    context::Service,
    db::Db,
    error::Result,
    interests::Interest,
    ip::IpAsset,
    matches::Match,
    needs::Need,
    offers::Offer,
    organizations::Organization,
    policy::{Viewer, listener, told_events},
    programmes::Programme,
    projects::Project,
    read::Node,
};

/// What is told of a test, which tells nothing.
pub(super) const TEST: &str = "WEBHOOK_TEST";
/// What is told of a record where everybody may read it.
const FACTS: [&str; 3] = ["folio", "status", "title"];

/// A kind of record of which something can be told.
struct Record {
    /// How its ids begin.
    noun: &'static str,
    /// Whether the record of an event is one that a viewer may know of.
    is_known: fn(&Viewer) -> SimpleExpr,
    /// What nobody in particular reads of one, and as what.
    public: fn(&Viewer, Uuid) -> (Vec<&'static str>, SelectStatement),
}

impl Record {
    const fn of<N: Node>(noun: &'static str) -> Self {
        Self { noun, is_known: is_known::<N>, public: public::<N> }
    }
}

const RECORDS: &[Record] = &[
    Record::of::<Need>("need"),
    Record::of::<Offer>("offer"),
    Record::of::<Match>("match"),
    Record::of::<Interest>("interest"),
    Record::of::<Agreement>("agreement"),
    Record::of::<Project>("project"),
    Record::of::<Programme>("programme"),
    Record::of::<IpAsset>("asset"),
    Record::of::<Capability>("capability"),
    Record::of::<Organization>("org"),
];

fn is_known<N: Node>(viewer: &Viewer) -> SimpleExpr {
    let key = Expr::col((N::Entity::default(), N::KEY));
    let here = key.clone().equals((event::Entity, event::Column::SubjectId));
    let rows = Query::select()
        .expr(key)
        .from(N::Entity::default())
        .and_where(here)
        .cond_where(N::visible(viewer))
        .take();
    Expr::exists(rows)
}

fn public<N: Node>(nobody: &Viewer, id: Uuid) -> (Vec<&'static str>, SelectStatement) {
    let mut query = Query::select();
    query.from(N::Entity::default());
    let mut names = Vec::new();
    for field in N::fields() {
        let open = field.level == DisclosureLevel::PublicBlind && FACTS.contains(&field.name);
        if let (true, [column]) = (open, field.columns) {
            query.expr(Expr::col((N::Entity::default(), *column)));
            names.push(field.name);
        }
    }
    let this = Expr::col((N::Entity::default(), N::KEY)).eq(id);
    query.and_where(this).cond_where(N::visible(nobody));
    (names, query)
}

/// The events of which an organization may be told: its people know of the record, and the
/// record's timeline tells them.
fn known(viewer: &Viewer) -> Condition {
    let records = RECORDS.iter().map(|record| (record.is_known)(viewer));
    Condition::all().add(told_events(viewer)).add(records.fold(Condition::any(), Condition::add))
}

/// Those of the events that `which` leaves of which an organization may be told now, the first
/// `most`, in the order in which they were written.
pub(super) async fn told(
    db: &Db,
    (organization, now): (OrganizationId, DateTime<Utc>),
    which: Condition,
    most: u64,
) -> Result<Vec<event::Model>> {
    let Some(viewer) = as_whom(db, organization, now).await? else { return Ok(Vec::new()) };
    let events = event::Entity::find()
        .filter(which)
        .filter(known(&viewer))
        .order_by_asc(event::Column::Seq)
        .limit(most)
        .all(db.fresh())
        .await?;
    Ok(events)
}

/// As whom an organization is told something; nothing when there is none.
pub(super) async fn as_whom(
    db: &Db,
    organization: OrganizationId,
    now: DateTime<Utc>,
) -> Result<Option<Viewer>> {
    let kind: Option<OrganizationKind> = organization::Entity::find_by_id(organization)
        .select_only()
        .column(organization::Column::Kind)
        .into_tuple()
        .one(db.fresh())
        .await?;
    Ok(kind.map(|kind| listener(organization, kind, now)))
}

/// What is told of an event; nothing when the organization may not know of it any more.
pub(super) async fn of_event(
    service: &Service,
    organization: OrganizationId,
    event: EventId,
) -> Result<Option<String>> {
    let (db, now) = (service.db(), service.now());
    let this = event::Column::Id.eq(event).into();
    let Some(event) = told(db, (organization, now), this, 1).await?.pop() else { return Ok(None) };
    let mut data = facts(db, event.subject.as_deref(), event.subject_id, now).await?;
    data.insert("kind".to_owned(), json!(event.kind));
    data.insert("event".to_owned(), json!(event.id));
    data.insert("sequence".to_owned(), json!(event.seq));
    data.insert("record".to_owned(), json!(event.subject));
    // A job is its owner's alone: by its id, nobody else reads anything.
    if let Some(job) = event.body.get("job") {
        data.insert("job".to_owned(), job.clone());
    }
    Ok(Some(text(&event.kind, event.happened_at, data)))
}

/// What a test says.
pub(super) fn of_test(at: DateTime<Utc>) -> String {
    text(TEST, at, Map::new())
}

pub(super) fn text(kind: &str, at: DateTime<Utc>, data: impl Into<Value>) -> String {
    let at = at.to_rfc3339_opts(SecondsFormat::Micros, true);
    json!({ "type": kind, "timestamp": at, "data": data.into() }).to_string()
}

/// What everybody may read of a record.
pub(super) async fn facts(
    db: &Db,
    record: Option<&str>,
    id: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<Map<String, Value>> {
    let noun = record.and_then(|record| record.split('_').next());
    let record = RECORDS.iter().find(|record| Some(record.noun) == noun);
    let (Some(record), Some(id)) = (record, id) else { return Ok(Map::new()) };
    let (names, query) = (record.public)(&Viewer::anonymous(now), id);
    if names.is_empty() {
        return Ok(Map::new());
    }
    let Some(row) = db.fresh().query_one(&query).await? else { return Ok(Map::new()) };
    let fact = |(place, name): (usize, &&'static str)| {
        let value = if *name == "title" {
            json!(row.try_get_by_index::<Localized>(place)?)
        } else {
            json!(row.try_get_by_index::<String>(place)?)
        };
        Ok(((*name).to_owned(), value))
    };
    names.iter().enumerate().map(fact).collect()
}

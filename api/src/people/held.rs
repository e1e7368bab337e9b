//! Everything that is held about a person, table by table: one list, which a test compares with
//! the columns of all tables that hold a person's id.
//!
//! It tells what is theirs, and of what they did for an organization that they did it: the text
//! of a record is the organization's, and is read with the record.

use async_graphql::{Json, SimpleObject};
use chrono::{DateTime, SecondsFormat, Utc};
use entity::{
    PersonId, agreement, agreement_party, api_client, application, assessment, bulk_job,
    capability, confidant, consent, disclosure, document, event, external_ref, history, interest,
    invitation, ip_asset, ip_event, membership, message, message_read, milestone, need, offer,
    outcome, person, programme, project, project_partner, saved_search, search_find,
    webhook_endpoint,
};
use futures_util::{FutureExt, future::BoxFuture};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, IdenStatic, Iterable, ModelTrait, QueryFilter, QueryOrder,
    QuerySelect, Value,
};
use serde_json::{Map, json};
use uuid::Uuid;

use crate::{
    db::Db,
    error::{Error, Result},
    policy::Viewer,
};

/// How many rows of a section are told at once.
const MOST: u64 = 1_000;

/// What is held about you in one place.
#[derive(Clone, Debug, SimpleObject)]
pub struct PersonalData {
    /// What it is: the name of a table.
    section: &'static str,
    /// By what it concerns you: the columns that hold your id.
    by: Vec<&'static str>,
    /// The first 1,000 rows, or the next ones from `skip` on, oldest first. Ids are as everywhere, times in UTC.
    rows: Vec<Json<serde_json::Value>>,
    /// Whether there are more rows: ask for this section again, with `skip` larger by 1,000.
    has_more: bool,
}

type Rows = Result<Vec<serde_json::Value>>;

/// A table in which somebody is.
pub struct Section {
    /// Its name.
    pub table: &'static str,
    /// Its columns that hold a person's id.
    pub columns: fn() -> Vec<&'static str>,
    read: for<'a> fn(&'a Db, PersonId, u64) -> BoxFuture<'a, Rows>,
}

impl std::fmt::Debug for Section {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.table)
    }
}

/// `table: noun of its ids, [columns that hold a person's id], tells [columns]`; the columns that
/// hold the id are told with them. `all` tells whole rows: what is the person's own.
macro_rules! sections {
    ($($table:ident: $noun:literal, [$($by:ident),+], tells $told:tt;)+) => {
        &[$(Section {
            table: stringify!($table),
            columns: || vec![$($table::Column::$by.as_str()),+],
            read: |db, person, skip| async move {
                let own = Condition::any()$(.add(is(&$table::Column::$by, person)))+;
                let told = sections!(@told $table [$($by),+] $told);
                rows::<$table::Entity>(db, own, &told, $noun, skip).await
            }.boxed(),
        }),+]
    };
    (@told $table:ident [$($by:ident),+] [all]) => {
        $table::Column::iter().collect::<Vec<_>>()
    };
    (@told $table:ident [$($by:ident),+] [$($column:ident),+]) => {
        vec![$($table::Column::$column,)+ $($table::Column::$by),+]
    };
}

/// Where people are.
pub const SECTIONS: &[Section] = sections! {
    person: "person", [Id], tells [all];
    membership: "membership", [PersonId, InvitedBy, EndedBy], tells [Id, OrganizationId, Role, Regions, Delegations, FromAt, ToAt];
    invitation: "invitation", [AcceptedBy, CreatedBy, WithdrawnBy], tells [Id, OrganizationId, Role, CreatedAt, AcceptedAt, WithdrawnAt];
    consent: "consent", [GrantedBy], tells [all];
    saved_search: "search", [PersonId], tells [all];
    search_find: "find", [PersonId], tells [all];
    event: "event", [ActorId, Subject], tells [Id, Kind, HappenedAt];
    history: "change", [By, Record], tells [Id, FromStatus, ToStatus, At, Note];
    disclosure: "disclosure", [PersonId], tells [Id, Record, Fields, OrganizationId, BasisId, AgreementId, SeenAt];
    message: "message", [AuthorId], tells [Id, InterestId, Party, Level, SentAt];
    message_read: "message", [PersonId], tells [MessageId, Party, ReadAt];
    document: "doc", [UploadedBy], tells [Id, Record, Title, FileName, MediaType, SizeBytes, Sha256, CreatedAt, UploadedAt];
    need: "need", [CreatedBy], tells [Id, Folio, CreatedAt];
    offer: "offer", [CreatedBy], tells [Id, Folio, CreatedAt];
    interest: "interest", [CreatedBy, OverriddenBy], tells [Id, Folio, CreatedAt, OverriddenAt];
    agreement: "agreement", [CreatedBy], tells [Id, Folio, CreatedAt];
    agreement_party: "agreement", [ApprovedBy, SignedBy], tells [AgreementId, OrganizationId, ApprovedAt, SignedAt];
    confidant: "agreement", [PersonId, NamedBy], tells [AgreementId, OrganizationId, NamedAt, RemovedAt];
    project: "project", [CreatedBy], tells [Id, Folio, CreatedAt];
    project_partner: "project", [AcceptedBy, ApprovedBy, ClosedBy], tells [ProjectId, OrganizationId, AcceptedAt, ApprovedAt, ClosedAt];
    milestone: "milestone", [SubmittedBy, LeaderAcceptedBy, OfficeAcceptedBy], tells [Id, ProjectId, SubmittedAt, LeaderAcceptedAt, OfficeAcceptedAt];
    outcome: "outcome", [RecordedBy, JudgedBy], tells [Id, ProjectId, RecordedAt, JudgedAt];
    programme: "programme", [CreatedBy], tells [Id, Folio, CreatedAt];
    application: "programme", [AppliedBy, DecidedBy], tells [ProgrammeId, ProjectId, AppliedAt, DecidedAt];
    capability: "capability", [CreatedBy], tells [Id, Folio, CreatedAt];
    ip_asset: "asset", [CreatedBy], tells [Id, Folio, CreatedAt];
    ip_event: "ipevent", [RecordedBy], tells [Id, AssetId, Kind, RecordedAt];
    assessment: "assessment", [RecordedBy], tells [Id, OrganizationId, RecordedAt];
    api_client: "client", [CreatedBy, Keyholders], tells [Id, OrganizationId, CreatedAt];
    bulk_job: "job", [PersonId], tells [Id, Kind, Status, What, OrganizationId, Document, CreatedAt, FinishedAt, ExpiresAt];
    webhook_endpoint: "webhook", [CreatedBy], tells [Id, OrganizationId, CreatedAt];
    external_ref: "ref", [Record], tells [System, ExternalId];
};

/// Whether a column holds the person's id: bare, in a list of ids, or with its beginning.
fn is<C: ColumnTrait>(column: &C, person: PersonId) -> Condition {
    let condition = match column.as_str() {
        "keyholders" => column.contains(format!("|{person}|")),
        "record" | "subject" => column.eq(person.to_string()),
        _ => column.eq(person),
    };
    condition.into()
}

async fn rows<E>(db: &Db, own: Condition, told: &[E::Column], noun: &'static str, skip: u64) -> Rows
where
    E: EntityTrait<Model: Send + Sync, PrimaryKey: Iterable>,
{
    use sea_orm::PrimaryKeyToColumn;
    let mut rows = E::find().filter(own);
    for key in E::PrimaryKey::iter() {
        rows = rows.order_by_asc(key.into_column());
    }
    let rows = rows.offset(skip).limit(MOST + 1).all(db.fresh()).await?;
    let row = |row: &E::Model| {
        let cell = |column: &E::Column| {
            let name = column.as_str();
            (name.to_owned(), plain(row.get(*column), noun_of(name, noun)))
        };
        // Who else was shown a secret is not theirs to know.
        let told = told.iter().filter(|column| column.as_str() != "keyholders");
        serde_json::Value::Object(told.map(cell).collect::<Map<_, _>>())
    };
    Ok(rows.iter().map(row).collect())
}

/// How ids in a column begin.
fn noun_of(column: &str, of_table: &'static str) -> &'static str {
    match column {
        "id" => of_table,
        "organization_id" => "org",
        "need_id" => "need",
        "offer_id" => "offer",
        "interest_id" | "basis_id" => "interest",
        "agreement_id" => "agreement",
        "project_id" => "project",
        "programme_id" => "programme",
        "asset_id" => "asset",
        "message_id" => "message",
        "saved_search_id" => "search",
        "seen_id" => "find",
        "membership_id" => "membership",
        _ => "person",
    }
}

fn plain(value: Value, noun: &str) -> serde_json::Value {
    let time = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Micros, true);
    match value {
        Value::Uuid(id) => json!(id.map(|id: Uuid| format!("{noun}_{}", id.simple()))),
        Value::ChronoDateTimeUtc(at) => json!(at.map(time)),
        Value::String(text) => json!(text),
        Value::Bool(yes) => json!(yes),
        Value::Int(number) => json!(number),
        Value::BigInt(number) => json!(number),
        Value::Json(json) => json!(json),
        other => json!(other.to_string()),
    }
}

/// What is held about the viewer, in all places or in those that are named.
///
/// # Errors
/// When a place has no such name, or the database is away.
pub(crate) async fn personal_data(
    db: &Db,
    viewer: &Viewer,
    sections: Option<Vec<String>>,
    skip: Option<i32>,
) -> Result<Vec<PersonalData>> {
    let Some(person) = viewer.person else { return Ok(Vec::new()) };
    let skip = u64::try_from(skip.unwrap_or_default())
        .map_err(|_| Error::Argument("skip", "must be 0 or more".into()))?;
    let known = |name: &String| SECTIONS.iter().any(|section| section.table == name);
    if !sections.iter().flatten().all(known) {
        let message = "must be names that `section` has when nothing is said";
        return Err(Error::Argument("sections", message.into()));
    }
    let wanted = |section: &&Section| {
        sections.as_ref().is_none_or(|names| names.iter().any(|name| name == section.table))
    };
    let mut told = Vec::new();
    for section in SECTIONS.iter().filter(wanted) {
        let mut rows = (section.read)(db, person, skip).await?;
        let has_more = rows.len() as u64 > MOST;
        rows.truncate(usize::try_from(MOST).unwrap_or(usize::MAX));
        told.push(PersonalData {
            section: section.table,
            by: (section.columns)(),
            rows: rows.into_iter().map(Json).collect(),
            has_more,
        });
    }
    Ok(told)
}

//! A bulk job, as its owner sees it.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, SimpleObject};
use chrono::{DateTime, Utc};
use entity::{
    BulkErrorCode, BulkFormat, BulkImportKind, BulkJobKind, BulkJobStatus, DisclosureLevel, JobId,
    bulk_job::{self, Column},
};
use sea_orm::Condition;

use crate::{
    context::Request,
    error::{Result, Told},
    links::{LINK, Way, link},
    organizations::Organization,
    policy::{BulkJobFacts, Viewer, own_jobs},
    read::{Facts, Field, Node, One, Relation, Row, Shown, ToOne},
};

/// Below which path files of jobs are fetched.
pub(super) const FOLDER: &str = "bulk";

/// Something that takes longer than an answer may and is carried out for you: an export of everything that a query finds, or an import of a file. Nobody else knows of it.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct BulkJob {
    /// Identifies it.
    pub(crate) id: JobId,
    /// Grows by one with every change of its status; give it as `expectedVersion`.
    version: i32,
    /// What it does.
    kind: BulkJobKind,
    /// What has become of it.
    status: BulkJobStatus,
    /// How its file is written.
    format: BulkFormat,
    /// What the file of an import tells of. Null for exports.
    what: Option<BulkImportKind>,
    /// What an export asks for. Null for imports.
    query: Option<String>,
    /// How much has been done so far, 0 or more: objects of an export, lines of an import.
    done: i64,
    /// How many of the objects stand at the top of an export, 0 or more; 0 for imports.
    roots: i64,
    /// How many records an import has put on record, 0 or more; 0 for exports.
    created: i64,
    /// How many records an import has changed, 0 or more; 0 for exports.
    updated: i64,
    /// How many records an import found as they were to be, 0 or more; 0 for exports.
    unchanged: i64,
    /// How many lines an import could not use, 0 or more; 0 for exports.
    skipped: i64,
    /// How many things in the lines an import points out, 0 or more; 0 for exports.
    warnings: i64,
    /// How long the file to fetch is so far, in bytes, 0 to 2,000,000,000: what was exported, or what there is to say of the lines of an import.
    size_bytes: i64,
    /// Why it could not be carried out to its end. Null unless `status` is `FAILED`.
    error_code: Option<BulkErrorCode>,
    /// The same for people: Spanish first, then English after a slash. Null unless `status` is `FAILED`.
    error_message: Option<String>,
    /// When it was put in the queue, or announced.
    created_at: DateTime<Utc>,
    /// When it last got on, or its status changed.
    updated_at: DateTime<Utc>,
    /// When it was first carried out. Null until then.
    started_at: Option<DateTime<Utc>>,
    /// When it ended. Null until then.
    finished_at: Option<DateTime<Utc>>,
    /// When it is erased with its file: seven days after it ended, or one after it was announced when its file has not come. Null while it waits for its turn or is carried out.
    expires_at: Option<DateTime<Utc>>,
    #[graphql(skip)]
    organization: One<Organization>,
}

#[ComplexObject]
impl BulkJob {
    /// The organization for which an import reads. Null for exports, and when you may not see it.
    async fn organization(&self) -> Option<Shown<Arc<Organization>>> {
        self.organization.clone().map(Shown)
    }

    /// Where its file can be fetched by `GET` (what was exported; of an import, what there is to say of its lines: `line`, `column`, `kind` ERROR or WARNING, `message`, the first 100,000) until `urlExpiresAt`, as you, and as long as every role and scope with which the job ran counts; whoever has the link has what you have. A new one each time you ask. Null unless `status` is `COMPLETED`.
    async fn url(&self, ctx: &Context<'_>) -> Told<String> {
        let ends = self.link_ends(ctx)?;
        Some(link(ctx, Way::Out, (FOLDER, self.id), ends))
    }

    /// Where the file of an import is sent by `PUT`, begun before `uploadUrlExpiresAt`, as you; whoever has the link has what you have. A new one each time you ask. Null unless `status` is `WAITING`.
    async fn upload_url(&self, ctx: &Context<'_>) -> Told<String> {
        let ends = self.upload_ends(ctx)?;
        Some(link(ctx, Way::In, (FOLDER, self.id), ends))
    }

    /// When `uploadUrl` ends: five minutes after you asked, or when the job is forgotten. Null unless `status` is `WAITING`.
    async fn upload_url_expires_at(&self, ctx: &Context<'_>) -> Option<DateTime<Utc>> {
        self.upload_ends(ctx)
    }

    /// When `url` ends: five minutes after you asked, or when the file is erased. Null unless `status` is `COMPLETED`.
    async fn url_expires_at(&self, ctx: &Context<'_>) -> Option<DateTime<Utc>> {
        self.link_ends(ctx)
    }
}

impl BulkJob {
    fn upload_ends(&self, ctx: &Context<'_>) -> Option<DateTime<Utc>> {
        let waited = self.expires_at.filter(|_| self.status == BulkJobStatus::Waiting)?;
        Some(waited.min(ctx.viewer().now + LINK))
    }

    fn link_ends(&self, ctx: &Context<'_>) -> Option<DateTime<Utc>> {
        let kept = self.expires_at.filter(|_| self.status == BulkJobStatus::Completed)?;
        Some(kept.min(ctx.viewer().now + LINK))
    }
}

use DisclosureLevel::PublicBlind as L0;

/// Every field that is read from columns. L0 is here what its owner reads: nobody else reads any of it.
pub const FIELDS: &[Field<Column>] = &[
    Field::new("id", &[Column::Id], L0),
    Field::new("version", &[Column::Version], L0),
    Field::new("kind", &[Column::Kind], L0),
    Field::new("status", &[Column::Status], L0),
    Field::new("format", &[Column::Format], L0),
    Field::new("what", &[Column::What], L0),
    Field::new("organization", &[Column::OrganizationId], L0),
    Field::new("query", &[Column::Document], L0),
    Field::new("done", &[Column::Done], L0),
    Field::new("roots", &[Column::Roots], L0),
    Field::new("created", &[Column::Created], L0),
    Field::new("updated", &[Column::Updated], L0),
    Field::new("unchanged", &[Column::Unchanged], L0),
    Field::new("skipped", &[Column::Skipped], L0),
    Field::new("warnings", &[Column::Warnings], L0),
    Field::new("sizeBytes", &[Column::SizeBytes], L0),
    Field::new("errorCode", &[Column::ErrorCode], L0),
    Field::new("errorMessage", &[Column::Error], L0),
    Field::new("createdAt", &[Column::CreatedAt], L0).sortable(),
    Field::new("updatedAt", &[Column::UpdatedAt], L0),
    Field::new("startedAt", &[Column::StartedAt], L0),
    Field::new("finishedAt", &[Column::FinishedAt], L0),
    Field::new("expiresAt", &[Column::ExpiresAt], L0),
    Field::new("uploadUrl", &[Column::Status, Column::ExpiresAt], L0),
    Field::new("uploadUrlExpiresAt", &[Column::Status, Column::ExpiresAt], L0),
    Field::new("url", &[Column::Status, Column::ExpiresAt], L0),
    Field::new("urlExpiresAt", &[Column::Status, Column::ExpiresAt], L0),
];

impl Node for BulkJob {
    type Entity = bulk_job::Entity;
    type Column = Column;
    type Id = JobId;
    type Facts = BulkJobFacts;

    const KEY: Column = Column::Id;

    fn fields() -> &'static [Field<Column>] {
        FIELDS
    }

    fn relations() -> &'static [&'static dyn Relation<Self>] {
        &[&ToOne {
            name: "organization",
            key: Column::OrganizationId,
            place: |row: &mut Self| &mut row.organization,
        }]
    }

    fn facts() -> &'static [Column] {
        &[Column::Id, Column::PersonId, Column::ClientId]
    }

    fn visible(viewer: &Viewer) -> Condition {
        own_jobs(viewer)
    }

    fn know(row: &Facts<'_, Column>) -> Result<BulkJobFacts> {
        Ok(BulkJobFacts {
            id: row.fact(Column::Id)?,
            person_id: row.fact(Column::PersonId)?,
            client_id: row.fact(Column::ClientId)?,
        })
    }

    fn id(&self) -> JobId {
        self.id
    }

    fn disclose(
        _: &Viewer,
        facts: BulkJobFacts,
        row: &Row<'_, Column>,
        _: DisclosureLevel,
    ) -> Result<Self> {
        Ok(Self {
            id: facts.id,
            version: row.get_or_default(Column::Version)?,
            kind: row.get_or_default(Column::Kind)?,
            status: row.get_or_default(Column::Status)?,
            format: row.get_or_default(Column::Format)?,
            what: row.get(Column::What)?,
            query: row.get(Column::Document)?,
            done: row.get_or_default(Column::Done)?,
            roots: row.get_or_default(Column::Roots)?,
            created: row.get_or_default(Column::Created)?,
            updated: row.get_or_default(Column::Updated)?,
            unchanged: row.get_or_default(Column::Unchanged)?,
            skipped: row.get_or_default(Column::Skipped)?,
            warnings: row.get_or_default(Column::Warnings)?,
            size_bytes: row.get_or_default(Column::SizeBytes)?,
            error_code: row.get(Column::ErrorCode)?,
            error_message: row.get(Column::Error)?,
            created_at: row.get_or_default(Column::CreatedAt)?,
            updated_at: row.get_or_default(Column::UpdatedAt)?,
            started_at: row.get(Column::StartedAt)?,
            finished_at: row.get(Column::FinishedAt)?,
            expires_at: row.get(Column::ExpiresAt)?,
            organization: None,
        })
    }
}

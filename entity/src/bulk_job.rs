//! What is carried out in bulk for somebody: an export, or an import.

use sea_orm::entity::prelude::*;

use crate::{
    BulkErrorCode, BulkFormat, BulkImportKind, BulkJobKind, BulkJobStatus, ClientId, JobId,
    OrganizationId, PersonId,
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "bulk_job")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: JobId,
    /// Grows by one with every change of its status.
    pub version: i32,
    pub kind: BulkJobKind,
    pub status: BulkJobStatus,
    pub format: BulkFormat,
    /// What the file of an import tells of.
    pub what: Option<BulkImportKind>,
    /// Whose it is: a person, or a machine in its place.
    pub person_id: Option<PersonId>,
    pub client_id: Option<ClientId>,
    /// For which organization an import reads.
    pub organization_id: Option<OrganizationId>,
    /// As whom it is carried out: what is needed to find out again, each time, what its owner may do.
    pub asker: Json,
    /// What an export asks for: the document, which operation of it, and its variables.
    pub document: Option<String>,
    pub operation: Option<String>,
    pub variables: Option<Json>,
    /// How an import reads its file.
    pub options: Option<Json>,
    /// From where it goes on: what its kind has written down for itself.
    pub checkpoint: Option<Json>,
    /// How much has been done: objects of an export, lines of an import.
    pub done: i64,
    /// How many of the objects stand at the top of an export.
    pub roots: i64,
    /// What has become of the lines of an import.
    pub created: i64,
    pub updated: i64,
    pub unchanged: i64,
    pub skipped: i64,
    pub warnings: i64,
    /// How long its file is so far.
    pub size_bytes: i64,
    /// Under which names the pieces of its file are kept, in their order.
    pub parts: Json,
    /// Whether anything may be kept for it.
    pub has_files: bool,
    pub error_code: Option<BulkErrorCode>,
    /// What went wrong, for people.
    pub error: Option<String>,
    /// How often it was taken since it last got on.
    pub attempts: i32,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub started_at: Option<DateTimeUtc>,
    pub finished_at: Option<DateTimeUtc>,
    /// When it is erased with its file; nothing until it has ended.
    pub expires_at: Option<DateTimeUtc>,
    /// Who carries it out at the moment, and until when nobody else does.
    pub taken_by: Option<String>,
    pub taken_until: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}

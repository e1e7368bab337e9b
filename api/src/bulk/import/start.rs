//! Announcing a file.

use async_graphql::InputObject;
use chrono::TimeDelta;
use entity::{
    BulkFormat, BulkImportKind, BulkJobKind, BulkJobStatus, JobId, OrganizationId, bulk_job,
};

use super::Order;
use crate::{
    bulk::life,
    checks::Checks,
    context::Service,
    error::{Error, Result, UserErrorCode},
    links::Asker,
    policy::{BulkJobAction, DENUE, brings_all},
    work::Work,
};

/// For how long the file of an import is waited for.
const WAITS: TimeDelta = TimeDelta::days(1);

/// A file that will come.
#[derive(Debug, InputObject)]
pub struct BulkImportStartInput {
    /// What the file tells of. `docs/operations.md`, section "Imports", says its columns and fields.
    what: BulkImportKind,
    /// For whom: the chamber whose roll or needs these are, or the office whose offers or intellectual property. Without it the network's admin brings organizations that belong to no chamber; none for `NETWORK`.
    organization: Option<OrganizationId>,
    /// How the file is written, and what will be said of its lines: organizations as `CSV`, `NETWORK` as `JSONL` (one JSON object), all else as either.
    format: BulkFormat,
    /// Under which name the file's own ids are kept, at most 60 characters: the network's admin may say it. The organization's own id when nothing is said; INEGI's directory keeps its own.
    system: Option<String>,
}

/// Puts an import on record that waits for its file.
///
/// # Errors
/// When whoever asks may not bring such a file, or what they say does not fit together.
pub(in crate::bulk) async fn start(
    work: &mut Work,
    service: &Service,
    asker: &Asker,
    input: BulkImportStartInput,
) -> Result<JobId> {
    let BulkImportStartInput { what, organization, format, system } = input;
    let system = system.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    let order = Order { system: system.clone(), file: None };
    let new = life::new(work.viewer(), asker, BulkJobKind::Import, format)?;
    let row = bulk_job::Model {
        status: BulkJobStatus::Waiting,
        what: Some(what),
        organization_id: organization,
        options: Some(serde_json::to_value(order).map_err(Error::internal)?),
        // Of a file that breaks off something may be left.
        has_files: true,
        expires_at: Some(work.now + WAITS),
        ..new
    };
    let action = BulkJobAction::importing(what);
    drop(work.allow_new(action, row.clone())?);
    let mut checks = Checks::new("input.", service.labels());
    let wanted = match what {
        BulkImportKind::Organizations => Some(BulkFormat::Csv),
        BulkImportKind::Network => Some(BulkFormat::Jsonl),
        _ => None,
    };
    if wanted.is_some_and(|wanted| wanted != format) {
        let message =
            "un archivo de esa clase no se escribe así / a file of that kind is not written so";
        checks.wrong("format", UserErrorCode::Invalid, message);
    }
    if what == BulkImportKind::Network && organization.is_some() {
        let message = "la red no es de una organización / a network is of no organization";
        checks.wrong("organization", UserErrorCode::Invalid, message);
    }
    if let Some(name) = &system {
        if name.chars().count() > 60 {
            let message = "más de 60 caracteres / more than 60 characters";
            checks.wrong("system", UserErrorCode::TooLong, message);
        }
        // The ids of a directory, and those of a house, are not for others to give.
        let others = name == DENUE || name.parse::<OrganizationId>().is_ok();
        if others || name.contains(char::is_control) || !brings_all(work.viewer()) {
            let message = "sólo la administración de la red lo dice, y no de otros / only the network's admin says it, and not of others";
            checks.wrong("system", UserErrorCode::Invalid, message);
        }
    }
    checks.done()?;
    life::admit(work, service, action, row).await
}

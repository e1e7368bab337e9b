//! The file of a job, in the archive for documents: pieces that are written whole, one after the
//! other. Which of them count, and in which order, the row says.

use std::io;

use bytes::Bytes;
use entity::{JobId, bulk_job};
use futures_util::{
    StreamExt, TryStreamExt,
    stream::{self, BoxStream},
};
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

use crate::{
    documents::Archive,
    error::{Error, Result},
};

/// Keeps a piece. Its name is its own: of two workers who write the same one, one comes too late.
///
/// # Errors
/// When the archive does not take it.
pub(super) async fn write(archive: &Archive, job: JobId, bytes: Bytes) -> Result<String> {
    let name = format!("part-{}", Uuid::new_v4().simple());
    let mut writer = archive.writer(job, &name);
    writer.put(bytes).await.map_err(Error::internal)?;
    writer.shutdown().await.map_err(Error::internal)?;
    Ok(name)
}

/// The names of a job's pieces, in their order.
///
/// # Errors
/// When the row does not say them.
pub(super) fn parts(row: &bulk_job::Model) -> Result<Vec<String>> {
    serde_json::from_value(row.parts.clone()).map_err(Error::internal)
}

/// The whole file, piece by piece.
pub(super) fn read(
    archive: Archive,
    job: JobId,
    parts: Vec<String>,
) -> BoxStream<'static, io::Result<Bytes>> {
    let open = move |name: String| {
        let archive = archive.clone();
        async move {
            let found = archive.read(job, &name).await;
            found.map_err(|error| io::Error::other(error.describe()))
        }
    };
    stream::iter(parts).then(open).try_flatten().boxed()
}

/// Takes away what was kept for a job, but for the pieces that count.
///
/// # Errors
/// When the archive does not.
pub(super) async fn tidy(archive: &Archive, job: JobId, parts: &[String]) -> Result<()> {
    let named: Vec<_> = parts.iter().map(String::as_str).collect();
    archive.tidy(job, &named).await
}

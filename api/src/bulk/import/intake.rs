//! The file of an import, as it comes.

use std::io;

use bytes::Bytes;
use entity::{BulkImportKind, BulkJobStatus, JobId, bulk_job};
use sea_orm::{EntityTrait, QueryFilter};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::Order;
use crate::{
    context::Service,
    documents::{Archive, Look, Unserved, receive},
    error::{Error, Result, UserErrorCode},
    event::Event,
    links::Way,
    policy::{BulkJobAction, own_jobs},
    token::Claims,
    work::Work,
};

/// The longest file, in bytes.
const MOST: u64 = 1 << 30;
/// The longest file that is read as a whole, in bytes.
const MOST_AT_ONCE: u64 = 16 << 20;

const COME_ALREADY: &str = "el archivo ya llegó / the file has come already";

/// An import whose file may come.
#[derive(Debug)]
pub struct BulkIntake {
    service: Service,
    archive: Archive,
    job: bulk_job::Model,
    claims: Option<Claims>,
    /// How many bytes there are to be, as far as that was said.
    announced: Option<u64>,
}

impl Service {
    /// The import whose file a link lets come.
    ///
    /// # Errors
    /// When the link is not good, or the import does not wait for a file.
    pub async fn expect_job(
        &self,
        job: &str,
        link: &str,
        presented: Option<&Claims>,
    ) -> Result<BulkIntake, Unserved> {
        let id: JobId = job.parse().map_err(|_| Unserved::Link)?;
        let (viewer, claims) = self.holder(Way::In, id, link, presented).await?;
        let row = bulk_job::Entity::find_by_id(id).filter(own_jobs(&viewer));
        let job = row.one(self.db().fresh()).await?.ok_or(Error::NotFound("bulk job"))?;
        waits(&job)?;
        Ok(BulkIntake {
            service: self.clone(),
            archive: self.archive()?.clone(),
            job,
            claims,
            announced: None,
        })
    }
}

fn waits(job: &bulk_job::Model) -> Result<()> {
    if job.status == BulkJobStatus::Waiting {
        return Ok(());
    }
    Err(Error::refused(UserErrorCode::IllegalState, COME_ALREADY))
}

impl BulkIntake {
    fn most(&self) -> u64 {
        if self.job.what == Some(BulkImportKind::Network) { MOST_AT_ONCE } else { MOST }
    }

    /// So many bytes are said to come.
    ///
    /// # Errors
    /// When that is more than may.
    pub fn announced(&mut self, length: Option<u64>) -> Result<(), Unserved> {
        self.announced = length;
        if length.is_some_and(|length| length > self.most()) {
            return Err(Unserved::TooLong);
        }
        Ok(())
    }

    /// Takes the bytes and puts the import in the queue. What breaks off is not kept, and can be
    /// sent again.
    ///
    /// # Errors
    /// Why they are not kept: then nothing of them is.
    pub async fn store(self, bytes: mpsc::Receiver<io::Result<Bytes>>) -> Result<(), Unserved> {
        let name = format!("file-{}", Uuid::new_v4().simple());
        let length = Length { most: self.most(), announced: self.announced, count: 0 };
        let place = (self.job.id.into(), name.as_str());
        receive(&self.archive, place, bytes, length, self.settle(&name)).await
    }

    /// All that is left is to commit. Of two files that come at once, one is too late.
    async fn settle(&self, name: &str) -> Result<Work, Unserved> {
        let mut work = self.service.work_of(self.claims.as_ref()).await?;
        let what = self.job.what.ok_or_else(|| Error::internal("an import of nothing"))?;
        let held = work.hold(self.job.id, BulkJobAction::importing(what)).await?;
        waits(&held)?;
        let order = held.options.clone().unwrap_or_default();
        let order: Order = serde_json::from_value(order).map_err(Error::internal)?;
        let order = Order { file: Some(name.to_owned()), ..order };
        let order = serde_json::to_value(order).map_err(Error::internal)?;
        let now = work.now;
        let row = work
            .update(held, |row| {
                row.status = BulkJobStatus::Queued;
                row.options = Some(order);
                row.version += 1;
                row.updated_at = now;
                row.expires_at = None;
            })
            .await?;
        work.record(Event::BulkFileReceived { job: row.id });
        Ok(work)
    }
}

/// Whether as many bytes come as may and were said to.
struct Length {
    most: u64,
    announced: Option<u64>,
    count: u64,
}

impl Look for Length {
    fn piece(&mut self, piece: &[u8]) -> Result<(), Unserved> {
        self.count += piece.len() as u64;
        if self.count > self.most { Err(Unserved::TooLong) } else { Ok(()) }
    }

    fn whole(self) -> Result<(), Unserved> {
        if self.count == 0 {
            return Err(Unserved::Differs("there are no bytes"));
        }
        if self.announced.is_some_and(|announced| self.count < announced) {
            return Err(Unserved::Differs("there are fewer bytes than were announced"));
        }
        Ok(())
    }
}

//! Handing out the file of a job.

use entity::{BulkFormat, BulkJobStatus, JobId, bulk_job};
use sea_orm::{EntityTrait, QueryFilter};

use super::{carry::asker, files};
use crate::{
    context::Service,
    documents::{Delivery, Unserved},
    error::Error,
    links::Way,
    policy::own_jobs,
    token::Claims,
};

impl Service {
    /// The file of a job to which a link leads. What it holds went on record when it was read for
    /// the job; what it was read with must count still.
    ///
    /// # Errors
    /// When the link is not good, or its holder may not have the file, or not any more.
    pub async fn deliver_job(
        &self,
        job: &str,
        link: &str,
        presented: Option<&Claims>,
    ) -> Result<Delivery, Unserved> {
        let id: JobId = job.parse().map_err(|_| Unserved::Link)?;
        let (viewer, _) = self.holder(Way::Out, id, link, presented).await?;
        let row = bulk_job::Entity::find_by_id(id).filter(own_jobs(&viewer));
        let row = row.one(self.db().fresh()).await?;
        let row = row.filter(|row| row.status == BulkJobStatus::Completed);
        let row = row.ok_or(Error::NotFound("bulk job"))?;
        // The link says what its holder was let in with when they asked for it, which may be less
        // than what the job ran with.
        let asker = asker(&row)?;
        let claims = asker.clone().claims(self.now()).ok_or(Error::Forbidden)?;
        if !asker.still_counts(&self.viewer(Some(&claims), true).await?) {
            return Err(Error::Forbidden.into());
        }
        let archive = self.archive()?.clone();
        let (ending, media_type) = match row.format {
            BulkFormat::Jsonl => ("jsonl", "application/jsonl"),
            BulkFormat::Csv => ("csv", "text/csv; charset=utf-8"),
        };
        Ok(Delivery {
            size: u64::try_from(row.size_bytes).unwrap_or_default(),
            file_name: format!("vinculo-{}.{ending}", row.created_at.format("%Y%m%d-%H%M%S")),
            media_type: media_type.to_owned(),
            bytes: files::read(archive, id, files::parts(&row)?),
        })
    }
}

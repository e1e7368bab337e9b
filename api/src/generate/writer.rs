//! Rows into the database, through `Work`: 500 of a kind with one event, several
//! such batches in a transaction, and a count of what was written.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Utc};
use sea_orm::{ActiveModelBehavior, EntityName, EntityTrait, ModelTrait};

use super::Listener;
use crate::{
    context::Service,
    error::Result,
    event::Event,
    policy::Viewer,
    work::{Row, Work},
};

/// How many batches are committed at once.
const BATCHES: u32 = 10;

pub(super) struct Writer<'a> {
    service: &'a Service,
    listener: &'a mut dyn Listener,
    work: Option<Work>,
    /// Batches that are not committed yet.
    open: u32,
    rows: BTreeMap<String, u64>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(service: &'a Service, listener: &'a mut dyn Listener) -> Self {
        Self { service, listener, work: None, open: 0, rows: BTreeMap::new() }
    }

    async fn work(&mut self) -> Result<&mut Work> {
        match &mut self.work {
            Some(work) => Ok(work),
            none => Ok(none.insert(self.service.system_work().await?.plan_anew().await?)),
        }
    }

    /// Writes new rows.
    pub(super) async fn put<R>(&mut self, rows: Vec<R>) -> Result<()>
    where
        R: Row,
        <<R as ModelTrait>::Entity as EntityTrait>::ActiveModel: ActiveModelBehavior + Send,
    {
        let count = rows.len() as u64;
        let work = self.work().await?;
        let rows = rows.into_iter().map(|row| work.viewer().allow_system(row));
        work.insert_all(rows.collect::<Result<_>>()?, &[]).await?;
        let table = <R as ModelTrait>::Entity::default().table_name().to_owned();
        *self.rows.entry(table.clone()).or_default() += count;
        self.listener.wrote(&table, count);
        Ok(())
    }

    /// The next numbers of a series for records that were written down at these times, in their order.
    pub(super) async fn folios(
        &mut self,
        series: &str,
        times: &[DateTime<Utc>],
    ) -> Result<Vec<String>> {
        let mut folios = Vec::with_capacity(times.len());
        for year in times.chunk_by(|one, next| one.year() == next.year()) {
            let Some(at) = year.first() else { continue };
            let work = self.work().await?;
            let now = work.now;
            work.go_on_as(Viewer::system(*at));
            let (_, first) = work.folios(series, i64::try_from(year.len()).unwrap_or(1)).await?;
            work.go_on_as(Viewer::system(now));
            let numbers = (first..).take(year.len());
            folios.extend(numbers.map(|number| format!("{series}-{}-{number:06}", at.year())));
        }
        Ok(folios)
    }

    /// Says what was written.
    pub(super) async fn record(&mut self, event: Event) -> Result<()> {
        self.work().await?.record(event);
        *self.rows.entry("event".to_owned()).or_default() += 1;
        Ok(())
    }

    /// Ends a batch, and commits it with those before it when they are enough.
    pub(super) async fn end_batch(&mut self) -> Result<()> {
        self.open += 1;
        if self.open == BATCHES { self.commit().await } else { Ok(()) }
    }

    async fn commit(&mut self) -> Result<()> {
        self.open = 0;
        match self.work.take() {
            Some(work) => work.commit().await,
            None => Ok(()),
        }
    }

    /// Commits the rest. Returns how many rows each table was given.
    pub(super) async fn finish(mut self) -> Result<BTreeMap<String, u64>> {
        self.commit().await?;
        Ok(self.rows)
    }
}

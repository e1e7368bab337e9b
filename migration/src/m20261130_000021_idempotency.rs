//! What was done under idempotency keys.

use sea_orm_migration::{
    prelude::*,
    schema::{text, text_null, timestamp_with_time_zone},
};

use crate::parts::{create_indexes, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let keys = table("idempotency_key")
            .col(text("id").primary_key())
            .col(text("input"))
            .col(text_null("outcome"))
            .col(timestamp_with_time_zone("expires_at"))
            .take();
        manager.create_table(keys).await?;
        // By this the clockwork finds what is over.
        create_indexes(manager, &[("idempotency_key", &["expires_at"], false)]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("idempotency_key").to_owned()).await
    }
}

//! The conversation on an expression of interest.

use sea_orm_migration::{
    prelude::*,
    schema::{text, timestamp_with_time_zone, uuid, uuid_null},
};

use crate::parts::{create_indexes, foreign_key, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                table("message")
                    .col(uuid("id").primary_key())
                    .col(uuid("interest_id"))
                    .col(uuid_null("author_id"))
                    .col(text("party"))
                    .col(text("level"))
                    .col(text("body"))
                    .col(timestamp_with_time_zone("sent_at"))
                    .foreign_key(&mut foreign_key("message", "interest_id", "interest", "id"))
                    .take(),
            )
            .await?;
        manager
            .create_table(
                table("message_read")
                    .col(uuid("message_id"))
                    .col(text("party"))
                    .col(uuid_null("person_id"))
                    .col(timestamp_with_time_zone("read_at"))
                    .primary_key(Index::create().col("message_id").col("party"))
                    .foreign_key(&mut foreign_key("message_read", "message_id", "message", "id"))
                    .take(),
            )
            .await?;
        create_indexes(manager, &[("message", &["interest_id", "sent_at", "id"], false)]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["message_read", "message"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

//! Suggested matches between needs and offers.

use sea_orm_migration::{
    prelude::*,
    schema::{integer, json_binary, text, timestamp_with_time_zone, uuid},
};

use crate::parts::{create_indexes, foreign_key, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                table("match")
                    .col(uuid("id").primary_key())
                    .col(uuid("need_id"))
                    .col(uuid("offer_id"))
                    .col(text("source"))
                    .col(text("status"))
                    .col(integer("score"))
                    .col(integer("coverage"))
                    .col(json_binary("components"))
                    .col(text("weights_version"))
                    .col(timestamp_with_time_zone("suggested_at"))
                    .foreign_key(&mut foreign_key("match", "need_id", "need", "id"))
                    .foreign_key(&mut foreign_key("match", "offer_id", "offer", "id"))
                    .take(),
            )
            .await?;
        create_indexes(
            manager,
            &[
                ("match", &["need_id", "offer_id"], true),
                ("match", &["need_id", "status", "score", "id"], false),
                ("match", &["offer_id", "status", "score", "id"], false),
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["match"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

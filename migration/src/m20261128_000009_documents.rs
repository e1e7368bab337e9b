//! Documents: what is known of files. Their bytes are kept outside of the database.

use sea_orm_migration::{
    prelude::*,
    schema::{
        integer, json_binary, text, text_null, timestamp_with_time_zone,
        timestamp_with_time_zone_null, uuid, uuid_null,
    },
};

use crate::parts::{create_indexes, foreign_key, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut document = table("document")
            .col(uuid("id").primary_key())
            .col(text("record"))
            .col(uuid_null("need_id"))
            .col(uuid_null("offer_id"))
            .col(uuid_null("interest_id"))
            .col(text_null("party"))
            .col(text("level"))
            .col(json_binary("title"))
            .col(text("file_name"))
            .col(text("media_type"))
            .col(integer("size_bytes"))
            .col(text("sha256"))
            .col(text("status"))
            .col(text_null("object"))
            .col(uuid_null("uploaded_by"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("expires_at"))
            .col(timestamp_with_time_zone_null("uploaded_at"))
            .col(timestamp_with_time_zone_null("tidy_at"))
            .take();
        for (column, to) in
            [("need_id", "need"), ("offer_id", "offer"), ("interest_id", "interest")]
        {
            document.foreign_key(&mut foreign_key("document", column, to, "id"));
        }
        manager.create_table(document).await?;
        create_indexes(
            manager,
            &[
                ("document", &["record"], false),
                ("document", &["need_id", "created_at", "id"], false),
                ("document", &["offer_id", "created_at", "id"], false),
                ("document", &["interest_id", "created_at", "id"], false),
                // What is due by itself.
                ("document", &["tidy_at"], false),
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("document").to_owned()).await
    }
}

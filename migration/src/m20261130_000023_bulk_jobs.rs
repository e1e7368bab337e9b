//! What is carried out in bulk for somebody: exports, and imports.

use sea_orm_migration::{
    prelude::*,
    schema::{
        big_integer, boolean, integer, json_binary, json_binary_null, text, text_null,
        timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
    },
};

use crate::parts::{create_indexes, foreign_key, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let of_house = foreign_key("bulk_job", "organization_id", "organization", "id");
        let job = table("bulk_job")
            .col(uuid("id").primary_key())
            .col(integer("version"))
            .col(text("kind"))
            .col(text("status"))
            .col(text("format"))
            .col(text_null("what"))
            .col(uuid_null("person_id"))
            .col(uuid_null("client_id"))
            .col(uuid_null("organization_id"))
            .col(json_binary("asker"))
            .col(text_null("document"))
            .col(text_null("operation"))
            .col(json_binary_null("variables"))
            .col(json_binary_null("options"))
            .col(json_binary_null("checkpoint"))
            .col(big_integer("done"))
            .col(big_integer("roots"))
            .col(big_integer("created"))
            .col(big_integer("updated"))
            .col(big_integer("unchanged"))
            .col(big_integer("skipped"))
            .col(big_integer("warnings"))
            .col(big_integer("size_bytes"))
            .col(json_binary("parts"))
            .col(boolean("has_files"))
            .col(text_null("error_code"))
            .col(text_null("error"))
            .col(integer("attempts"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("updated_at"))
            .col(timestamp_with_time_zone_null("started_at"))
            .col(timestamp_with_time_zone_null("finished_at"))
            .col(timestamp_with_time_zone_null("expires_at"))
            .col(text_null("taken_by"))
            .col(timestamp_with_time_zone_null("taken_until"))
            .foreign_key(&mut of_house.clone())
            .take();
        manager.create_table(job).await?;
        create_indexes(
            manager,
            &[
                // What is to be carried out, and what was left lying.
                ("bulk_job", &["status", "created_at", "id"], false),
                ("bulk_job", &["person_id", "created_at", "id"], false),
                ("bulk_job", &["client_id", "created_at", "id"], false),
                // What is erased; only what has ended has a time.
                ("bulk_job", &["expires_at"], false),
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("bulk_job").to_owned()).await
    }
}

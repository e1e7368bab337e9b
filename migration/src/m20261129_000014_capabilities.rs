//! What offices and their institutions can do.

use sea_orm_migration::{
    prelude::*,
    schema::{
        date_null, integer, integer_null, json_binary, json_binary_null, text, text_null,
        timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
    },
};

use crate::parts::{create_indexes, foreign_key, sorted_text, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let capability = table("capability")
            .col(uuid("id").primary_key())
            .col(text("folio"))
            .col(integer("version"))
            .col(text("status"))
            .col(timestamp_with_time_zone("created_at"))
            .col(uuid_null("created_by"))
            .col(timestamp_with_time_zone("updated_at"))
            .col(uuid("ott_id"))
            .col(text("kind"))
            .col(json_binary("title"))
            .col(sorted_text(manager.get_database_backend(), "title_folded"))
            .col(text("public_text_folded"))
            .col(json_binary_null("summary"))
            .col(json_binary_null("description"))
            .col(text("scian"))
            .col(text_null("subsector"))
            .col(text("technology_keywords"))
            .col(text("market_keywords"))
            .col(text_null("state_code"))
            .col(json_binary_null("accreditation"))
            .col(date_null("accredited_until"))
            .col(text_null("capacity_unit"))
            .col(integer_null("lead_time_days"))
            .col(text_null("price_band"))
            .col(integer_null("trl_from"))
            .col(integer_null("trl_to"))
            .col(timestamp_with_time_zone("listed_at"))
            .col(timestamp_with_time_zone_null("published_at"))
            .col(timestamp_with_time_zone_null("ended_at"))
            .foreign_key(&mut foreign_key("capability", "ott_id", "organization", "id"))
            .take();
        manager.create_table(capability).await?;
        create_indexes(
            manager,
            &[
                ("capability", &["folio"], true),
                ("capability", &["ott_id", "listed_at", "id"], false),
                ("capability", &["listed_at", "id"], false),
                ("capability", &["updated_at", "id"], false),
                ("capability", &["title_folded", "id"], false),
                // The map: what is there of each subsector, and whose.
                ("capability", &["status", "subsector", "ott_id"], false),
                ("offer", &["status", "subsector", "ott_id"], false),
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = "ix_offer_status_subsector_ott_id";
        manager.drop_index(Index::drop().name(index).table("offer").to_owned()).await?;
        manager.drop_table(Table::drop().table("capability").to_owned()).await
    }
}

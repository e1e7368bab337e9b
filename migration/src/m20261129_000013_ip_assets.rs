//! Intellectual property that offices look after, and what happens to it before its office.

use sea_orm_migration::{
    prelude::*,
    schema::{
        boolean, date, date_null, integer, integer_null, json_binary, json_binary_null, text,
        text_null, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
    },
};

use crate::parts::{create_indexes, foreign_key, sorted_text, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_asset(manager).await?;
        create_event(manager).await?;
        create_indexes(
            manager,
            &[
                ("ip_asset", &["folio"], true),
                ("ip_asset", &["ott_id", "created_at", "id"], false),
                ("ip_asset", &["offer_id", "created_at", "id"], false),
                ("ip_asset", &["created_at", "id"], false),
                ("ip_asset", &["updated_at", "id"], false),
                ("ip_asset", &["title_folded", "id"], false),
                ("ip_asset", &["next_fee_order", "id"], false),
                ("ip_asset", &["ott_id", "next_fee_order", "id"], false),
                ("ip_asset", &["agreement_id"], false),
                // What is due by itself.
                ("ip_asset", &["legal_status", "next_fee_due_on"], false),
                ("ip_asset", &["legal_status", "grace_until"], false),
                ("ip_asset", &["legal_status", "expires_on"], false),
                ("ip_event", &["asset_id", "on_day", "id"], false),
                // When an offer's technology was last taken up.
                ("interest", &["offer_id", "accepted_at"], false),
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = "ix_interest_offer_id_accepted_at";
        manager.drop_index(Index::drop().name(index).table("interest").to_owned()).await?;
        for table in ["ip_event", "ip_asset"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

async fn create_asset(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut asset = table("ip_asset")
        .col(uuid("id").primary_key())
        .col(text("folio"))
        .col(integer("version"))
        .col(timestamp_with_time_zone("created_at"))
        .col(uuid_null("created_by"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(uuid("ott_id"))
        .col(uuid_null("offer_id"))
        .col(text("figure"))
        .col(text("office"))
        .col(json_binary("title"))
        .col(sorted_text(manager.get_database_backend(), "title_folded"))
        .col(text("public_text_folded"))
        .col(json_binary_null("summary"))
        .col(text("scian"))
        .col(text_null("subsector"))
        .col(text("technology_keywords"))
        .col(integer_null("trl"))
        .col(text_null("state_code"))
        .col(text_null("application_no"))
        .col(text_null("publication_no"))
        .col(text_null("grant_no"))
        .col(date_null("priority_on"))
        .col(json_binary("owners"))
        .col(json_binary("inventors"))
        .col(text_null("family"))
        .col(boolean("listed"))
        .col(text("commercial_status"))
        .col(uuid_null("agreement_id"))
        .col(timestamp_with_time_zone_null("rescued_at"))
        .col(uuid_null("rescued_by_id"))
        .col(text("legal_status"))
        .col(date_null("legal_since"))
        .col(boolean("laid_open"))
        .col(date_null("filed_on"))
        .col(date_null("published_on"))
        .col(date_null("granted_on"))
        .col(date_null("expires_on"))
        .col(date_null("next_fee_due_on"))
        .col(timestamp_with_time_zone("next_fee_order"))
        .col(date_null("grace_until"))
        .col(timestamp_with_time_zone_null("fee_asked_at"))
        .col(text_null("fee_decision"))
        .take();
    for (column, to) in [
        ("ott_id", "organization"),
        ("offer_id", "offer"),
        ("agreement_id", "agreement"),
        ("rescued_by_id", "agreement"),
    ] {
        asset.foreign_key(&mut foreign_key("ip_asset", column, to, "id"));
    }
    manager.create_table(asset).await
}

async fn create_event(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let event = table("ip_event")
        .col(uuid("id").primary_key())
        .col(uuid("asset_id"))
        .col(text("kind"))
        .col(date("on_day"))
        .col(date_null("paid_until"))
        .col(text_null("note"))
        .col(timestamp_with_time_zone("recorded_at"))
        .col(uuid_null("recorded_by"))
        .col(timestamp_with_time_zone_null("removed_at"))
        .foreign_key(&mut foreign_key("ip_event", "asset_id", "ip_asset", "id"))
        .take();
    manager.create_table(event).await
}

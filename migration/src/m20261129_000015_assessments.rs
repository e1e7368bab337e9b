//! How well companies take up technology, and what offices decided in spite of it.

use sea_orm_migration::{
    prelude::*,
    schema::{
        date, integer, json_binary, text, text_null, timestamp_with_time_zone,
        timestamp_with_time_zone_null, uuid, uuid_null,
    },
};

use crate::parts::{create_indexes, foreign_key, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const OVERRIDE: [&str; 4] =
    ["eligibility_override", "override_reason", "overridden_at", "overridden_by"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut assessment = table("assessment")
            .col(uuid("id").primary_key())
            .col(uuid("organization_id"))
            .col(uuid_null("chamber_id"))
            .col(uuid_null("region_id"))
            .col(uuid_null("delegation_id"))
            .col(text("kind"))
            .col(text("method"))
            .col(date("assessed_on"))
            .col(date("valid_until"))
            .col(json_binary("scores"))
            .col(integer("total"))
            .col(integer("level"))
            .col(json_binary("evidence"))
            .col(timestamp_with_time_zone("recorded_at"))
            .col(uuid_null("recorded_by"))
            .col(timestamp_with_time_zone_null("withdrawn_at"))
            .take();
        for (column, to) in [
            ("organization_id", "organization"),
            ("chamber_id", "organization"),
            ("region_id", "region"),
            ("delegation_id", "delegation"),
        ] {
            assessment.foreign_key(&mut foreign_key("assessment", column, to, "id"));
        }
        manager.create_table(assessment).await?;
        for column in [
            text_null(OVERRIDE[0]),
            text_null(OVERRIDE[1]),
            timestamp_with_time_zone_null(OVERRIDE[2]),
            uuid_null(OVERRIDE[3]),
        ] {
            let alter = Table::alter().table("interest").add_column(column).to_owned();
            manager.alter_table(alter).await?;
        }
        create_indexes(manager, &[("assessment", &["organization_id", "assessed_on", "id"], false)])
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in OVERRIDE {
            let alter = Table::alter().table("interest").drop_column(column).to_owned();
            manager.alter_table(alter).await?;
        }
        manager.drop_table(Table::drop().table("assessment").to_owned()).await
    }
}

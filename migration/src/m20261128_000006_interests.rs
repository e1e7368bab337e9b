//! Expressions of interest.

use sea_orm_migration::{
    prelude::*,
    schema::{
        boolean, boolean_null, integer, integer_null, json_binary, json_binary_null, text,
        text_null, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
    },
};

use crate::parts::{create_indexes, foreign_key, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut interest = table("interest")
            .col(uuid("id").primary_key())
            .col(text("folio"))
            .col(integer("version"))
            .col(text("status"))
            .col(timestamp_with_time_zone("created_at"))
            .col(uuid_null("created_by"))
            .col(timestamp_with_time_zone("updated_at"))
            .col(text("direction"))
            .col(uuid_null("need_id"))
            .col(uuid_null("offer_id"))
            .col(uuid("company_id"))
            .col(uuid("chamber_id"))
            .col(uuid_null("region_id"))
            .col(uuid_null("delegation_id"))
            .col(uuid("ott_id"))
            .col(boolean("anonymous"))
            .col(json_binary_null("cooperation_sought"))
            .col(json_binary_null("contribution"))
            .col(json_binary_null("questions"))
            .col(json_binary("requirement_answers"))
            .col(text("partnership_types"))
            .col(timestamp_with_time_zone_null("submitted_at"))
            .col(timestamp_with_time_zone_null("answer_due_at"))
            .col(timestamp_with_time_zone_null("answered_at"))
            .col(integer_null("answer_days"))
            .col(boolean_null("answered_in_time"))
            .col(timestamp_with_time_zone_null("respond_by"))
            .col(integer_null("days_left"))
            .col(timestamp_with_time_zone_null("escalates_at"))
            .col(timestamp_with_time_zone_null("escalated_at"))
            .col(timestamp_with_time_zone_null("lapses_at"))
            .col(timestamp_with_time_zone_null("forwarded_at"))
            .col(timestamp_with_time_zone_null("accepted_at"))
            .col(timestamp_with_time_zone_null("ended_at"))
            .col(text_null("decline_reason"))
            .col(json_binary_null("evaluation"))
            .col(integer_null("company_rating"))
            .col(integer_null("office_rating"))
            .take();
        for (column, to) in [
            ("need_id", "need"),
            ("offer_id", "offer"),
            ("company_id", "organization"),
            ("chamber_id", "organization"),
            ("ott_id", "organization"),
            ("region_id", "region"),
            ("delegation_id", "delegation"),
        ] {
            interest.foreign_key(&mut foreign_key("interest", column, to, "id"));
        }
        manager.create_table(interest).await?;
        create_indexes(
            manager,
            &[
                ("interest", &["folio"], true),
                ("interest", &["company_id", "created_at", "id"], false),
                ("interest", &["chamber_id", "created_at", "id"], false),
                ("interest", &["ott_id", "created_at", "id"], false),
                ("interest", &["company_id", "updated_at", "id"], false),
                ("interest", &["chamber_id", "updated_at", "id"], false),
                ("interest", &["ott_id", "updated_at", "id"], false),
                ("interest", &["need_id"], false),
                ("interest", &["offer_id"], false),
                // What is due by itself.
                ("interest", &["status", "lapses_at"], false),
                ("interest", &["status", "escalates_at"], false),
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("interest").to_owned()).await
    }
}

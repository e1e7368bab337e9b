//! Programmes, and the projects that apply to them.

use sea_orm_migration::{
    prelude::*,
    schema::{
        big_integer_null, boolean, date, date_null, integer, integer_null, json_binary,
        json_binary_null, text, text_null, timestamp_with_time_zone, timestamp_with_time_zone_null,
        uuid, uuid_null,
    },
};

use crate::parts::{create_indexes, foreign_key, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let programme = table("programme")
            .col(uuid("id").primary_key())
            .col(text("folio"))
            .col(integer("version"))
            .col(text("status"))
            .col(timestamp_with_time_zone("created_at"))
            .col(uuid_null("created_by"))
            .col(timestamp_with_time_zone("updated_at"))
            .col(text("kind"))
            .col(uuid("announced_by_id"))
            .col(text_null("sponsor"))
            .col(json_binary("title"))
            .col(json_binary_null("description"))
            .col(date("opens_on"))
            .col(date_null("closes_on"))
            .col(timestamp_with_time_zone("opens_at"))
            .col(timestamp_with_time_zone_null("closes_at"))
            .col(text("currency"))
            .col(big_integer_null("total_minor"))
            .col(text("eligible_leads"))
            .col(boolean("sme_required"))
            .col(integer_null("min_partners"))
            .col(big_integer_null("budget_min_minor"))
            .col(big_integer_null("budget_max_minor"))
            .col(integer_null("duration_min_months"))
            .col(integer_null("duration_max_months"))
            .col(integer_null("trl_from"))
            .col(integer_null("trl_to"))
            .col(text("states"))
            .col(text("scian"))
            .col(integer_null("min_assimilation_level"))
            .col(text_null("url"))
            .col(json_binary_null("results"))
            .foreign_key(&mut foreign_key("programme", "announced_by_id", "organization", "id"))
            .take();
        manager.create_table(programme).await?;
        let application = table("application")
            .col(uuid("project_id").primary_key())
            .col(uuid("programme_id"))
            .col(timestamp_with_time_zone("applied_at"))
            .col(uuid_null("applied_by"))
            .col(text_null("decision"))
            .col(big_integer_null("awarded_minor"))
            .col(timestamp_with_time_zone_null("decided_at"))
            .col(uuid_null("decided_by"))
            .col(text_null("note"))
            .foreign_key(&mut foreign_key("application", "project_id", "project", "id"))
            .foreign_key(&mut foreign_key("application", "programme_id", "programme", "id"))
            .take();
        manager.create_table(application).await?;
        create_indexes(
            manager,
            &[
                ("programme", &["folio"], true),
                ("programme", &["announced_by_id"], false),
                ("programme", &["created_at", "id"], false),
                ("programme", &["updated_at", "id"], false),
                // What is due by itself.
                ("programme", &["status", "opens_at"], false),
                ("programme", &["status", "closes_at"], false),
                ("application", &["programme_id", "applied_at", "project_id"], false),
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["application", "programme"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

//! What companies need and what transfer offices offer.

use sea_orm_migration::{
    prelude::*,
    schema::{
        big_integer_null, boolean, boolean_null, date_null, integer, integer_null, json_binary,
        json_binary_null, text, text_null, timestamp_with_time_zone, timestamp_with_time_zone_null,
        uuid, uuid_null,
    },
};

use crate::parts::{create_indexes, foreign_key, sorted_text, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    #[expect(clippy::too_many_lines, reason = "one table after the other")]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        manager
            .create_table(
                table("need")
                    .col(uuid("id").primary_key())
                    .col(text("folio"))
                    .col(integer("version"))
                    .col(text("status"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(uuid_null("created_by"))
                    .col(timestamp_with_time_zone("updated_at"))
                    .col(uuid("company_id"))
                    .col(uuid("chamber_id"))
                    .col(uuid_null("delegation_id"))
                    .col(uuid_null("region_id"))
                    .col(text("kind"))
                    .col(json_binary("title"))
                    .col(sorted_text(backend, "title_folded"))
                    .col(text("public_text_folded"))
                    .col(json_binary("summary"))
                    .col(json_binary_null("description"))
                    .col(json_binary_null("technical_specification"))
                    .col(json_binary_null("confidential_annex"))
                    .col(text_null("problem_kind"))
                    .col(text_null("innovation_scope"))
                    .col(json_binary_null("current_solution"))
                    .col(json_binary_null("why_insufficient"))
                    .col(json_binary("success_criteria"))
                    .col(json_binary("constraints"))
                    .col(integer_null("accepted_trl_min"))
                    .col(integer_null("accepted_trl_max"))
                    .col(text_null("solution_depth"))
                    .col(json_binary_null("partner_role"))
                    .col(text("partner_kinds"))
                    .col(text("partner_sizes"))
                    .col(text("partnership_types"))
                    .col(text_null("budget_band"))
                    .col(big_integer_null("reward_minor"))
                    .col(text_null("reward_currency"))
                    .col(date_null("timeframe_on"))
                    .col(text_null("urgency"))
                    .col(date_null("interest_deadline_on"))
                    .col(date_null("call_deadline_on"))
                    .col(text_null("call_id"))
                    .col(boolean_null("coordinator_required"))
                    .col(text_null("framework_program"))
                    .col(integer_null("project_duration_weeks"))
                    .col(text("scian"))
                    .col(text("technology_keywords"))
                    .col(text("market_keywords"))
                    .col(text("sdg"))
                    .col(text_null("state_code"))
                    .col(text("target_states"))
                    .col(boolean("anonymous"))
                    .col(text("shared_by"))
                    .col(integer_null("assimilation_level_at_submit"))
                    .col(json_binary_null("outcome"))
                    .col(json_binary_null("outcome_evidence"))
                    .col(text_null("closure_reason"))
                    .col(boolean("open_for_interest"))
                    .col(boolean("held_by_network"))
                    .col(timestamp_with_time_zone("listed_at"))
                    .col(timestamp_with_time_zone_null("first_published_at"))
                    .col(timestamp_with_time_zone_null("published_at"))
                    .col(timestamp_with_time_zone_null("expires_at"))
                    .col(timestamp_with_time_zone_null("expiry_warned_at"))
                    .col(timestamp_with_time_zone_null("ended_at"))
                    .col(integer("renewals"))
                    .foreign_key(&mut foreign_key("need", "company_id", "organization", "id"))
                    .foreign_key(&mut foreign_key("need", "chamber_id", "organization", "id"))
                    .foreign_key(&mut foreign_key("need", "delegation_id", "delegation", "id"))
                    .foreign_key(&mut foreign_key("need", "region_id", "region", "id"))
                    .take(),
            )
            .await?;
        manager
            .create_table(
                table("offer")
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
                    .col(sorted_text(backend, "title_folded"))
                    .col(text("public_text_folded"))
                    .col(json_binary("summary"))
                    .col(json_binary_null("description"))
                    .col(json_binary_null("problem_solved"))
                    .col(json_binary_null("state_of_the_art"))
                    .col(json_binary_null("advantages"))
                    .col(json_binary("comparators"))
                    .col(json_binary_null("economics"))
                    .col(text_null("stage"))
                    .col(integer_null("trl"))
                    .col(json_binary("trl_evidence"))
                    .col(json_binary_null("readiness"))
                    .col(integer_null("mrl"))
                    .col(text_null("ipr_status"))
                    .col(json_binary("publications"))
                    .col(text("application_scian"))
                    .col(text("scian"))
                    .col(integer_null("min_assimilation_level"))
                    .col(text("transfer_mechanisms"))
                    .col(text("partnership_types"))
                    .col(json_binary_null("partner_role"))
                    .col(text("partner_kinds"))
                    .col(text_null("exclusivity_available"))
                    .col(json_binary_null("indicative_terms"))
                    .col(json_binary_null("enabling_detail"))
                    .col(json_binary("inventors"))
                    .col(json_binary("verified_claims"))
                    .col(text("technology_keywords"))
                    .col(text("market_keywords"))
                    .col(text("sdg"))
                    .col(text_null("state_code"))
                    .col(text("target_states"))
                    .col(boolean("anonymous"))
                    .col(text_null("retirement_reason"))
                    .col(boolean("open_for_interest"))
                    .col(boolean("held_by_network"))
                    .col(timestamp_with_time_zone("listed_at"))
                    .col(timestamp_with_time_zone_null("first_published_at"))
                    .col(timestamp_with_time_zone_null("published_at"))
                    .col(timestamp_with_time_zone_null("expires_at"))
                    .col(timestamp_with_time_zone_null("expiry_warned_at"))
                    .col(timestamp_with_time_zone_null("ended_at"))
                    .col(integer("renewals"))
                    .foreign_key(&mut foreign_key("offer", "ott_id", "organization", "id"))
                    .take(),
            )
            .await?;
        create_indexes(
            manager,
            &[
                ("need", &["folio"], true),
                ("need", &["status", "listed_at", "id"], false),
                ("need", &["listed_at", "id"], false),
                ("need", &["state_code", "status", "listed_at", "id"], false),
                ("need", &["chamber_id", "listed_at", "id"], false),
                ("need", &["company_id", "listed_at", "id"], false),
                ("need", &["region_id", "listed_at", "id"], false),
                ("need", &["title_folded", "id"], false),
                ("need", &["updated_at", "id"], false),
                ("need", &["status", "expires_at"], false),
                ("need", &["delegation_id"], false),
                ("offer", &["folio"], true),
                ("offer", &["status", "listed_at", "id"], false),
                ("offer", &["listed_at", "id"], false),
                ("offer", &["state_code", "status", "listed_at", "id"], false),
                ("offer", &["ott_id", "listed_at", "id"], false),
                ("offer", &["title_folded", "id"], false),
                ("offer", &["updated_at", "id"], false),
                ("offer", &["status", "expires_at"], false),
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["offer", "need"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

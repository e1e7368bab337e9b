//! Who is there: organizations, territories, people, official lists, events.

use sea_orm_migration::{
    prelude::*,
    schema::{
        big_integer, big_integer_null, boolean, boolean_null, date_null, integer, integer_null,
        json_binary, json_binary_null, text, text_null, timestamp_with_time_zone,
        timestamp_with_time_zone_null, uuid, uuid_null,
    },
    sea_orm::DatabaseBackend,
};

use crate::parts::{create_indexes, foreign_key, sorted_text, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    #[expect(clippy::too_many_lines, reason = "one table after the other")]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        // Followers read only what no running transaction can precede any more.
        let xid = match backend {
            DatabaseBackend::Postgres => Expr::cust("(pg_current_xact_id()::text::bigint)"),
            _ => Expr::cust("0"),
        };
        manager
            .create_table(
                table("organization")
                    .col(uuid("id").primary_key())
                    .col(integer("version"))
                    .col(text("kind"))
                    .col(text("legal_name"))
                    .col(text_null("trade_name"))
                    .col(sorted_text(backend, "name_folded"))
                    .col(text_null("rfc"))
                    .col(text_null("reniecyt"))
                    .col(date_null("reniecyt_valid_until"))
                    .col(text_null("siem_id"))
                    .col(text_null("denue_id"))
                    .col(text_null("size_class"))
                    .col(text_null("size_basis"))
                    .col(integer_null("workers"))
                    .col(text_null("workers_stratum"))
                    .col(big_integer_null("annual_sales_minor"))
                    .col(text_null("scian"))
                    .col(text("secondary_scian"))
                    .col(integer_null("scian_edition"))
                    .col(text_null("sector"))
                    .col(text_null("subsector"))
                    .col(text_null("state_code"))
                    .col(text_null("municipality_code"))
                    .col(text_null("address"))
                    .col(text_null("postal_code"))
                    .col(integer_null("latitude_e6"))
                    .col(integer_null("longitude_e6"))
                    .col(text_null("telephone"))
                    .col(text_null("email"))
                    .col(text_null("website"))
                    .col(integer_null("year_founded"))
                    .col(boolean_null("exports"))
                    .col(json_binary("certifications"))
                    .col(text("languages"))
                    .col(json_binary("marks"))
                    .col(text("verification"))
                    .col(uuid_null("parent_id"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("updated_at"))
                    .foreign_key(&mut foreign_key(
                        "organization",
                        "parent_id",
                        "organization",
                        "id",
                    ))
                    .take(),
            )
            .await?;
        manager
            .create_table(
                table("chamber_profile")
                    .col(uuid("organization_id").primary_key())
                    .col(uuid_null("confederation_id"))
                    .col(json_binary_null("legal_regime"))
                    .col(json_binary_null("innovation_commission"))
                    .col(text("sectors"))
                    .col(json_binary("member_counts"))
                    .foreign_key(&mut foreign_key(
                        "chamber_profile",
                        "organization_id",
                        "organization",
                        "id",
                    ))
                    .foreign_key(&mut foreign_key(
                        "chamber_profile",
                        "confederation_id",
                        "organization",
                        "id",
                    ))
                    .take(),
            )
            .await?;
        manager
            .create_table(
                table("region")
                    .col(uuid("id").primary_key())
                    .col(uuid("chamber_id"))
                    .col(text("code"))
                    .col(text_null("name"))
                    .col(date_null("valid_from"))
                    .col(date_null("valid_to"))
                    .foreign_key(&mut foreign_key("region", "chamber_id", "organization", "id"))
                    .take(),
            )
            .await?;
        manager
            .create_table(
                table("delegation")
                    .col(uuid("id").primary_key())
                    .col(uuid("chamber_id"))
                    .col(uuid("region_id"))
                    .col(text("code"))
                    .col(text("name"))
                    .col(text_null("state_code"))
                    .col(text("municipalities"))
                    .col(date_null("valid_from"))
                    .col(date_null("valid_to"))
                    .foreign_key(&mut foreign_key("delegation", "chamber_id", "organization", "id"))
                    .foreign_key(&mut foreign_key("delegation", "region_id", "region", "id"))
                    .take(),
            )
            .await?;
        manager
            .create_table(
                table("affiliation")
                    .col(uuid("id").primary_key())
                    .col(uuid("company_id"))
                    .col(uuid("chamber_id"))
                    .col(uuid_null("delegation_id"))
                    .col(uuid_null("region_id"))
                    .col(text_null("member_no"))
                    .col(text_null("category"))
                    .col(date_null("from_on"))
                    .col(date_null("to_on"))
                    .col(text("status"))
                    .foreign_key(&mut foreign_key(
                        "affiliation",
                        "company_id",
                        "organization",
                        "id",
                    ))
                    .foreign_key(&mut foreign_key(
                        "affiliation",
                        "chamber_id",
                        "organization",
                        "id",
                    ))
                    .foreign_key(&mut foreign_key(
                        "affiliation",
                        "delegation_id",
                        "delegation",
                        "id",
                    ))
                    .foreign_key(&mut foreign_key("affiliation", "region_id", "region", "id"))
                    .take(),
            )
            .await?;
        manager
            .create_table(
                table("ott_profile")
                    .col(uuid("organization_id").primary_key())
                    .col(uuid_null("host_institution_id"))
                    .col(text_null("model"))
                    .col(date_null("network_member_from"))
                    .col(date_null("network_member_to"))
                    .col(json_binary("recognitions"))
                    .col(integer_null("staff_fte_tenths"))
                    .col(json_binary("research_expenditure"))
                    .col(text("services_offered"))
                    .col(text("sectors_served"))
                    .col(text("states_served"))
                    .col(boolean("accepts_direct_interest"))
                    .foreign_key(&mut foreign_key(
                        "ott_profile",
                        "organization_id",
                        "organization",
                        "id",
                    ))
                    .foreign_key(&mut foreign_key(
                        "ott_profile",
                        "host_institution_id",
                        "organization",
                        "id",
                    ))
                    .take(),
            )
            .await?;
        manager
            .create_table(
                table("person")
                    .col(uuid("id").primary_key())
                    .col(text("name"))
                    .col(text_null("email"))
                    .col(text_null("phone"))
                    .col(text_null("orcid"))
                    .col(text("locale"))
                    .col(timestamp_with_time_zone("created_at"))
                    .take(),
            )
            .await?;
        manager
            .create_table(
                table("membership")
                    .col(uuid("id").primary_key())
                    .col(uuid("person_id"))
                    .col(uuid("organization_id"))
                    .col(text("role"))
                    .col(text("regions"))
                    .col(text("delegations"))
                    .col(timestamp_with_time_zone("from_at"))
                    .col(timestamp_with_time_zone_null("to_at"))
                    .foreign_key(&mut foreign_key("membership", "person_id", "person", "id"))
                    .foreign_key(&mut foreign_key(
                        "membership",
                        "organization_id",
                        "organization",
                        "id",
                    ))
                    .take(),
            )
            .await?;
        manager
            .create_table(
                table("consent")
                    .col(uuid("id").primary_key())
                    .col(uuid("organization_id"))
                    .col(text("purpose"))
                    .col(uuid("granted_by"))
                    .col(timestamp_with_time_zone("granted_at"))
                    .col(timestamp_with_time_zone_null("expires_at"))
                    .col(timestamp_with_time_zone_null("withdrawn_at"))
                    .foreign_key(&mut foreign_key(
                        "consent",
                        "organization_id",
                        "organization",
                        "id",
                    ))
                    .take(),
            )
            .await?;
        manager
            .create_table(
                table("external_ref")
                    .col(text("system"))
                    .col(text("external_id"))
                    .col(text("record"))
                    .col(big_integer("fingerprint"))
                    .primary_key(Index::create().col("system").col("external_id"))
                    .take(),
            )
            .await?;
        manager
            .create_table(
                table("code")
                    .col(text("list"))
                    .col(text("code"))
                    .col(text("label_es"))
                    .col(text_null("label_en"))
                    .col(text_null("parent"))
                    .col(text_null("level"))
                    .col(text_null("edition"))
                    .col(text("source"))
                    .col(integer("position"))
                    .primary_key(Index::create().col("list").col("code"))
                    .take(),
            )
            .await?;
        manager
            .create_table(
                table("counter").col(text("name").primary_key()).col(big_integer("value")).take(),
            )
            .await?;
        manager
            .create_table(
                table("event")
                    .col(big_integer("seq").primary_key().auto_increment())
                    .col(uuid("id"))
                    .col(big_integer("xid").default(xid))
                    .col(text("kind"))
                    .col(uuid_null("actor_id"))
                    .col(text_null("subject"))
                    .col(json_binary("body"))
                    .col(timestamp_with_time_zone("happened_at"))
                    .take(),
            )
            .await?;
        manager
            .create_table(
                table("follower")
                    .col(text("name").primary_key())
                    .col(big_integer("xid"))
                    .col(big_integer("seq"))
                    .col(text_null("leader"))
                    .col(timestamp_with_time_zone_null("lease_until"))
                    .take(),
            )
            .await?;
        manager
            .create_table(
                table("history")
                    .col(uuid("id").primary_key())
                    .col(text("record"))
                    .col(text_null("from_status"))
                    .col(text("to_status"))
                    .col(timestamp_with_time_zone("at"))
                    .col(uuid_null("by"))
                    .col(text_null("reason"))
                    .col(text_null("note"))
                    .take(),
            )
            .await?;
        create_indexes(
            manager,
            &[
                ("organization", &["name_folded", "id"], false),
                ("organization", &["kind", "name_folded", "id"], false),
                ("organization", &["state_code", "name_folded", "id"], false),
                ("organization", &["subsector", "name_folded", "id"], false),
                ("organization", &["parent_id"], false),
                ("region", &["chamber_id", "code"], false),
                ("delegation", &["chamber_id", "code"], false),
                ("delegation", &["region_id"], false),
                ("affiliation", &["company_id", "chamber_id"], false),
                ("affiliation", &["chamber_id", "status", "company_id"], false),
                ("affiliation", &["region_id", "status", "company_id"], false),
                ("affiliation", &["delegation_id"], false),
                ("ott_profile", &["host_institution_id"], false),
                ("membership", &["person_id"], false),
                ("membership", &["organization_id"], false),
                ("consent", &["organization_id", "purpose"], false),
                ("external_ref", &["record"], false),
                ("event", &["id"], true),
                ("event", &["xid", "seq"], false),
                ("event", &["subject", "seq"], false),
                ("history", &["record", "id"], false),
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            "history",
            "follower",
            "event",
            "counter",
            "code",
            "external_ref",
            "consent",
            "membership",
            "person",
            "ott_profile",
            "affiliation",
            "delegation",
            "region",
            "chamber_profile",
            "organization",
        ] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

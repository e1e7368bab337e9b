//! Agreements, their parties and the people who read under them; what they do to
//! needs and offers.

use sea_orm_migration::{
    prelude::*,
    schema::{
        boolean, boolean_null, date_null, integer, integer_null, json_binary, json_binary_null,
        text, text_null, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
    },
};

use crate::parts::{create_indexes, foreign_key, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_agreement(manager).await?;
        create_people(manager).await?;
        for (table, column) in [
            ("need", uuid_null("met_by_id")),
            ("offer", timestamp_with_time_zone_null("reserved_until")),
            ("disclosure", uuid_null("agreement_id")),
            ("interest", text_null("nda_asked_by")),
            ("document", uuid_null("agreement_id")),
            ("document", uuid_null("organization_id")),
        ] {
            let alter = Table::alter().table(table).add_column(column).to_owned();
            manager.alter_table(alter).await?;
        }
        create_indexes(
            manager,
            &[
                ("agreement", &["folio"], true),
                ("agreement", &["interest_id"], false),
                ("agreement", &["need_id"], false),
                ("agreement", &["offer_id"], false),
                ("agreement", &["frame_id"], false),
                ("agreement", &["amends_id"], false),
                ("agreement", &["drafted_by_id"], false),
                ("agreement", &["chamber_id"], false),
                ("agreement", &["created_at", "id"], false),
                ("agreement", &["updated_at", "id"], false),
                // What is due by itself.
                ("agreement", &["status", "starts_at"], false),
                ("agreement", &["status", "ends_at"], false),
                ("agreement_party", &["organization_id", "agreement_id"], false),
                ("confidant", &["person_id", "agreement_id"], false),
                ("offer", &["status", "reserved_until"], false),
                ("document", &["agreement_id", "created_at", "id"], false),
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, index) in [
            ("offer", "ix_offer_status_reserved_until"),
            ("document", "ix_document_agreement_id_created_at_id"),
        ] {
            manager.drop_index(Index::drop().name(index).table(table).to_owned()).await?;
        }
        for (table, column) in [
            ("need", "met_by_id"),
            ("offer", "reserved_until"),
            ("disclosure", "agreement_id"),
            ("interest", "nda_asked_by"),
            ("document", "agreement_id"),
            ("document", "organization_id"),
        ] {
            let alter = Table::alter().table(table).drop_column(column).to_owned();
            manager.alter_table(alter).await?;
        }
        for table in ["confidant", "agreement_party", "agreement"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

async fn create_agreement(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut agreement = table("agreement")
        .col(uuid("id").primary_key())
        .col(text("folio"))
        .col(integer("version"))
        .col(text("status"))
        .col(timestamp_with_time_zone("created_at"))
        .col(uuid_null("created_by"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(text("kind"))
        .col(uuid("drafted_by_id"))
        .col(text("parties"))
        .col(uuid_null("interest_id"))
        .col(uuid_null("need_id"))
        .col(uuid_null("offer_id"))
        .col(uuid_null("chamber_id"))
        .col(uuid_null("region_id"))
        .col(uuid_null("delegation_id"))
        .col(uuid_null("frame_id"))
        .col(uuid_null("amends_id"))
        .col(json_binary("title"))
        .col(json_binary_null("purpose"))
        .col(json_binary_null("text"))
        .col(text_null("exclusivity"))
        .col(json_binary_null("field_of_use"))
        .col(json_binary_null("territory"))
        .col(boolean_null("sublicensing"))
        .col(text_null("ip_ownership"))
        .col(integer_null("confidentiality_years"))
        .col(json_binary_null("economics"))
        .col(json_binary("commitments"))
        .col(date_null("effective_on"))
        .col(date_null("expires_on"))
        .col(text("text_to_sign"))
        .col(text("sha256"))
        .col(timestamp_with_time_zone_null("shared_at"))
        .col(timestamp_with_time_zone_null("signed_at"))
        .col(timestamp_with_time_zone_null("starts_at"))
        .col(timestamp_with_time_zone_null("ends_at"))
        .col(timestamp_with_time_zone_null("active_at"))
        .col(integer_null("year"))
        .col(uuid_null("suspended_by_id"))
        .col(timestamp_with_time_zone_null("ended_at"))
        .col(boolean("published"))
        .col(date_null("next_due_on"))
        .take();
    for (column, to) in [
        ("drafted_by_id", "organization"),
        ("interest_id", "interest"),
        ("need_id", "need"),
        ("offer_id", "offer"),
        ("chamber_id", "organization"),
        ("region_id", "region"),
        ("delegation_id", "delegation"),
        ("frame_id", "agreement"),
        ("amends_id", "agreement"),
    ] {
        agreement.foreign_key(&mut foreign_key("agreement", column, to, "id"));
    }
    manager.create_table(agreement).await
}

async fn create_people(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let party = table("agreement_party")
        .col(uuid("agreement_id"))
        .col(uuid("organization_id"))
        .col(integer("place"))
        .col(text("role"))
        .col(timestamp_with_time_zone_null("approved_at"))
        .col(uuid_null("approved_by"))
        .col(timestamp_with_time_zone_null("signed_at"))
        .col(uuid_null("signed_by"))
        .col(text_null("signed_sha256"))
        .col(timestamp_with_time_zone_null("next_due_at"))
        .col(boolean("publishes"))
        .primary_key(Index::create().col("agreement_id").col("organization_id"))
        .foreign_key(&mut foreign_key("agreement_party", "agreement_id", "agreement", "id"))
        .foreign_key(&mut foreign_key("agreement_party", "organization_id", "organization", "id"))
        .take();
    manager.create_table(party).await?;
    let confidant = table("confidant")
        .col(uuid("agreement_id"))
        .col(uuid("person_id"))
        .col(uuid("organization_id"))
        .col(timestamp_with_time_zone("named_at"))
        .col(uuid_null("named_by"))
        .col(timestamp_with_time_zone_null("removed_at"))
        .primary_key(Index::create().col("agreement_id").col("person_id"))
        .foreign_key(&mut foreign_key("confidant", "agreement_id", "agreement", "id"))
        .foreign_key(&mut foreign_key("confidant", "person_id", "person", "id"))
        .foreign_key(&mut foreign_key("confidant", "organization_id", "organization", "id"))
        .take();
    manager.create_table(confidant).await
}

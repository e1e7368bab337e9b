//! Machines that ask for organizations, and their place beside people on record.

use sea_orm_migration::{
    prelude::*,
    schema::{
        integer, text, text_null, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid,
        uuid_null,
    },
};

use crate::parts::{create_indexes, foreign_key, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Where it is said who did or saw something.
const SAYS_WHO: [&str; 3] = ["event", "history", "disclosure"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let client = table("api_client")
            .col(uuid("id").primary_key())
            .col(integer("version"))
            .col(uuid("organization_id"))
            .col(text("name"))
            .col(text("role"))
            .col(text("scopes"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("updated_at"))
            .col(uuid_null("created_by"))
            .col(text("secret_prefix"))
            .col(text("secret_hash"))
            .col(text_null("previous_hash"))
            .col(timestamp_with_time_zone_null("previous_until"))
            .col(text("keyholders"))
            .col(timestamp_with_time_zone("expires_at"))
            .col(timestamp_with_time_zone_null("revoked_at"))
            .col(timestamp_with_time_zone_null("last_used_at"))
            .foreign_key(&mut foreign_key("api_client", "organization_id", "organization", "id"))
            .take();
        manager.create_table(client).await?;
        create_indexes(manager, &[("api_client", &["organization_id", "created_at", "id"], false)])
            .await?;
        for name in SAYS_WHO {
            let column = Table::alter().table(name).add_column(uuid_null("client_id")).to_owned();
            manager.alter_table(column).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in SAYS_WHO {
            let column = Table::alter().table(name).drop_column("client_id").to_owned();
            manager.alter_table(column).await?;
        }
        manager.drop_table(Table::drop().table("api_client").to_owned()).await
    }
}

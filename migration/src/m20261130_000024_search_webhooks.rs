//! The endpoint at which a saved search tells besides the inbox.

use sea_orm_migration::{prelude::*, schema::uuid_null};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const COLUMN: &str = "webhook_endpoint_id";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let alter = Table::alter().table("saved_search").add_column(uuid_null(COLUMN)).to_owned();
        manager.alter_table(alter).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let alter = Table::alter().table("saved_search").drop_column(COLUMN).to_owned();
        manager.alter_table(alter).await
    }
}

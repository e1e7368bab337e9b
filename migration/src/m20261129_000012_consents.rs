//! What a company consented to is told by the company's timeline: the events about a
//! consent are about the company that gave it.

use sea_orm_migration::{prelude::*, sea_orm::DatabaseBackend};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Makes such events be about what their body names so.
async fn be_about(manager: &SchemaManager<'_>, name: &str) -> Result<(), DbErr> {
    let postgres = manager.get_database_backend() == DatabaseBackend::Postgres;
    let value = if postgres { format!("body->>'{name}'") } else { format!("body->>'$.{name}'") };
    let sql = format!(
        "UPDATE event SET subject = {value} WHERE kind IN ('CONSENT_GRANTED', 'CONSENT_WITHDRAWN')"
    );
    manager.get_connection().execute_unprepared(&sql).await.map(drop)
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        be_about(manager, "organization").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        be_about(manager, "consent").await
    }
}

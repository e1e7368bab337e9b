//! What we keep as JSON is kept and handed out whole: nothing asks the database what is inside.
//! PostgreSQL has to write out a `jsonb` whenever it sends it; a `json` it has as it was written.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{DatabaseBackend, Statement},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Every column of one type becomes one of the other, each table in one go.
async fn retype(manager: &SchemaManager<'_>, from: &str, to: &str) -> Result<(), DbErr> {
    if manager.get_database_backend() != DatabaseBackend::Postgres {
        return Ok(());
    }
    let changes = format!(
        "SELECT format('ALTER TABLE %I ', table_name) ||
            string_agg(format('ALTER COLUMN %I TYPE {to}', column_name), ', ')
        FROM information_schema.columns
            JOIN information_schema.tables USING (table_schema, table_name)
        WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' AND data_type = '{from}'
        GROUP BY table_name ORDER BY table_name"
    );
    let connection = manager.get_connection();
    // Large tables are written anew: it takes as long as it takes.
    connection.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
    let all = Statement::from_string(DatabaseBackend::Postgres, changes);
    for change in connection.query_all_raw(all).await? {
        connection.execute_unprepared(&change.try_get_by_index::<String>(0)?).await?;
    }
    Ok(())
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        retype(manager, "jsonb", "json").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        retype(manager, "json", "jsonb").await
    }
}

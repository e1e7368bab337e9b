//! What we keep as JSON is kept and handed out whole: nothing asks the database what is inside.
//! PostgreSQL has to write out a `jsonb` whenever it sends it; a `json` it has as it was written.

use sea_orm_migration::{prelude::*, sea_orm::DatabaseBackend};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Every column of one type becomes one of the other, each table in one go.
async fn retype(manager: &SchemaManager<'_>, from: &str, to: &str) -> Result<(), DbErr> {
    if manager.get_database_backend() != DatabaseBackend::Postgres {
        return Ok(());
    }
    let all = format!(
        "DO $$
        DECLARE change text;
        BEGIN
            FOR change IN
                SELECT format('ALTER TABLE %I ', table_name) ||
                    string_agg(format('ALTER COLUMN %I TYPE {to}', column_name), ', ')
                FROM information_schema.columns
                    JOIN information_schema.tables USING (table_schema, table_name)
                WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'
                    AND data_type = '{from}'
                GROUP BY table_name
            LOOP
                EXECUTE change;
            END LOOP;
        END $$"
    );
    manager.get_connection().execute_unprepared(&all).await?;
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

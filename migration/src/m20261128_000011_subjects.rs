//! Events are found by the record that they are about, in the order in which they
//! happened; what waits for somebody is found by whom it waits for.

use sea_orm_migration::{prelude::*, sea_orm::DatabaseBackend};

use crate::parts::create_indexes;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

// The id within `subject`, computed by the database: it cannot say anything else.
const COLUMN_POSTGRES: &str = "ALTER TABLE event ADD COLUMN subject_id uuid \
    GENERATED ALWAYS AS (split_part(subject, '_', 2)::uuid) STORED";
const COLUMN_SQLITE: &str = "ALTER TABLE event ADD COLUMN subject_id blob \
    GENERATED ALWAYS AS (unhex(substr(subject, instr(subject, '_') + 1))) VIRTUAL";

const OF_SUBJECT: &str = "ix_event_subject_seq";

const INDEXES: &[(&str, &[&str], bool)] = &[
    ("event", &["subject_id", "happened_at", "id"], false),
    ("need", &["chamber_id", "status"], false),
    ("offer", &["ott_id", "status"], false),
    ("interest", &["chamber_id", "status"], false),
    ("interest", &["ott_id", "status"], false),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let postgres = manager.get_database_backend() == DatabaseBackend::Postgres;
        let column = if postgres { COLUMN_POSTGRES } else { COLUMN_SQLITE };
        manager.get_connection().execute_unprepared(column).await?;
        manager.drop_index(Index::drop().name(OF_SUBJECT).table("event").to_owned()).await?;
        create_indexes(manager, INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, columns, _) in INDEXES {
            let name = format!("ix_{table}_{}", columns.join("_"));
            manager.drop_index(Index::drop().name(name).table(*table).to_owned()).await?;
        }
        create_indexes(manager, &[("event", &["subject", "seq"], false)]).await?;
        let column = "ALTER TABLE event DROP COLUMN subject_id";
        manager.get_connection().execute_unprepared(column).await.map(drop)
    }
}

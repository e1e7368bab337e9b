//! The ledger of disclosures. Neither database lets anybody change it or take
//! anything out of it.

use sea_orm_migration::{
    prelude::*,
    schema::{text, timestamp_with_time_zone, uuid, uuid_null},
    sea_orm::DatabaseBackend,
};

use crate::parts::{create_indexes, foreign_key, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const GUARDS_POSTGRES: &str = "\
    CREATE FUNCTION disclosure_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ \
    BEGIN RAISE EXCEPTION 'the ledger of disclosures is append-only'; END $$; \
    CREATE TRIGGER disclosure_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON disclosure \
    FOR EACH STATEMENT EXECUTE FUNCTION disclosure_is_append_only()";
const GUARDS_SQLITE: &[&str] = &[
    "CREATE TRIGGER disclosure_is_not_updated BEFORE UPDATE ON disclosure \
     BEGIN SELECT RAISE(ABORT, 'the ledger of disclosures is append-only'); END",
    "CREATE TRIGGER disclosure_is_not_deleted BEFORE DELETE ON disclosure \
     BEGIN SELECT RAISE(ABORT, 'the ledger of disclosures is append-only'); END",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                table("disclosure")
                    .col(uuid("id").primary_key())
                    .col(text("record"))
                    .col(uuid("owner_id"))
                    .col(text("fields"))
                    .col(uuid_null("person_id"))
                    .col(uuid("organization_id"))
                    .col(uuid_null("basis_id"))
                    .col(timestamp_with_time_zone("seen_at"))
                    .foreign_key(&mut foreign_key("disclosure", "owner_id", "organization", "id"))
                    .take(),
            )
            .await?;
        create_indexes(
            manager,
            &[
                ("disclosure", &["owner_id", "seen_at", "id"], false),
                ("disclosure", &["record", "seen_at", "id"], false),
            ],
        )
        .await?;
        let db = manager.get_connection();
        if manager.get_database_backend() == DatabaseBackend::Postgres {
            db.execute_unprepared(GUARDS_POSTGRES).await?;
        } else {
            for guard in GUARDS_SQLITE {
                db.execute_unprepared(guard).await?;
            }
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("disclosure").to_owned()).await?;
        if manager.get_database_backend() == DatabaseBackend::Postgres {
            let db = manager.get_connection();
            db.execute_unprepared("DROP FUNCTION disclosure_is_append_only()").await?;
        }
        Ok(())
    }
}

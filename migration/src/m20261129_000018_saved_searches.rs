//! Searches that people save, and what these find.

use sea_orm_migration::{
    prelude::*,
    schema::{
        integer, integer_null, text, text_null, timestamp_with_time_zone,
        timestamp_with_time_zone_null, uuid, uuid_null,
    },
    sea_orm::DatabaseBackend,
};

use crate::parts::{create_indexes, foreign_key, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

// Searches are personal data and go with their person. A trigger, not a reference: of people whom
// another issuer vouches for there is no row.
const ERASURE_POSTGRES: &str = "\
    CREATE FUNCTION erase_saved_searches() RETURNS trigger LANGUAGE plpgsql AS $$ \
    BEGIN DELETE FROM saved_search WHERE person_id = OLD.id; RETURN OLD; END $$; \
    CREATE TRIGGER erase_saved_searches AFTER DELETE ON person \
    FOR EACH ROW EXECUTE FUNCTION erase_saved_searches()";
const ERASURE_SQLITE: &str = "\
    CREATE TRIGGER erase_saved_searches AFTER DELETE ON person \
    BEGIN DELETE FROM saved_search WHERE person_id = OLD.id; END";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let search = table("saved_search")
            .col(uuid("id").primary_key())
            .col(integer("version"))
            .col(uuid("person_id"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("updated_at"))
            .col(text("name"))
            .col(text("kind"))
            .col(text_null("text"))
            .col(text("scian"))
            .col(text("states"))
            .col(integer_null("trl_min"))
            .col(integer_null("trl_max"))
            .col(text("cadence"))
            .col(text("channel"))
            .col(timestamp_with_time_zone("since"))
            .col(timestamp_with_time_zone_null("paused_at"))
            .col(timestamp_with_time_zone("seen_at"))
            .col(uuid("seen_id"))
            .take();
        manager.create_table(search).await?;
        let of_search = foreign_key("search_find", "saved_search_id", "saved_search", "id")
            .on_delete(ForeignKeyAction::Cascade)
            .take();
        let find = table("search_find")
            .col(uuid("id").primary_key())
            .col(uuid("saved_search_id"))
            .col(uuid("person_id"))
            .col(uuid_null("need_id"))
            .col(uuid_null("offer_id"))
            .col(timestamp_with_time_zone("found_at"))
            .col(timestamp_with_time_zone("told_at"))
            .foreign_key(&mut of_search.clone())
            .foreign_key(&mut foreign_key("search_find", "need_id", "need", "id"))
            .foreign_key(&mut foreign_key("search_find", "offer_id", "offer", "id"))
            .take();
        manager.create_table(find).await?;
        create_indexes(
            manager,
            &[
                ("saved_search", &["person_id", "created_at", "id"], false),
                // What the follower goes through.
                ("saved_search", &["kind", "id"], false),
                // Nothing is found twice.
                ("search_find", &["saved_search_id", "need_id"], true),
                ("search_find", &["saved_search_id", "offer_id"], true),
                ("search_find", &["saved_search_id", "told_at", "id"], false),
            ],
        )
        .await?;
        let postgres = manager.get_database_backend() == DatabaseBackend::Postgres;
        let erasure = if postgres { ERASURE_POSTGRES } else { ERASURE_SQLITE };
        manager.get_connection().execute_unprepared(erasure).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        if manager.get_database_backend() == DatabaseBackend::Postgres {
            db.execute_unprepared("DROP TRIGGER erase_saved_searches ON person").await?;
            db.execute_unprepared("DROP FUNCTION erase_saved_searches()").await?;
        } else {
            db.execute_unprepared("DROP TRIGGER erase_saved_searches").await?;
        }
        for table in ["search_find", "saved_search"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

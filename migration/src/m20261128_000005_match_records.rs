//! Matches become records about which intermediaries decide. The table is made
//! anew around its rows: SQLite gives rows that are there no column that must
//! have a value.

use sea_orm_migration::{
    prelude::*,
    schema::{
        integer, json_binary, text, text_null, timestamp_with_time_zone,
        timestamp_with_time_zone_null, uuid, uuid_null,
    },
};

use crate::parts::{create_indexes, foreign_key, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The columns that both forms of the table have.
const KEPT: &str = "id, need_id, offer_id, source, status, score, coverage, components, \
    weights_version, suggested_at";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// All of it or nothing, on SQLite too: a table is taken away.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut new = with_kept_columns("match_new");
        new.col(uuid("company_id"))
            .col(uuid("chamber_id"))
            .col(uuid_null("region_id"))
            .col(uuid_null("delegation_id"))
            .col(uuid("ott_id"))
            .col(integer("version"))
            .col(timestamp_with_time_zone_null("decided_at"))
            .col(uuid_null("decided_by_id"))
            .col(text_null("dismissed_reason"))
            .foreign_key(&mut foreign_key("match_new", "decided_by_id", "organization", "id"));
        manager.create_table(new).await?;
        let fill = format!(
            "INSERT INTO match_new ({KEPT}, version, company_id, chamber_id, region_id, \
                 delegation_id, ott_id) \
             SELECT {KEPT}, 1, company_id, chamber_id, region_id, delegation_id, ott_id \
             FROM (SELECT {kept}, need.company_id, need.chamber_id, need.region_id, \
                       need.delegation_id, offer.ott_id \
                   FROM match JOIN need ON need.id = match.need_id \
                   JOIN offer ON offer.id = match.offer_id) AS record",
            kept = qualified(),
        );
        manager.get_connection().execute_unprepared(&fill).await?;
        replace(manager, "match_new").await?;
        create_indexes(
            manager,
            &[
                ("match", &["need_id", "offer_id"], true),
                ("match", &["need_id", "score", "id"], false),
                ("match", &["offer_id", "score", "id"], false),
                // The work lists of chambers and offices, and what a company sees.
                ("match", &["chamber_id", "score", "id"], false),
                ("match", &["ott_id", "score", "id"], false),
                ("match", &["company_id", "score", "id"], false),
                ("match", &["chamber_id", "status", "score", "id"], false),
                ("match", &["ott_id", "status", "score", "id"], false),
            ],
        )
        .await
    }

    /// What was decided is lost: the earlier form has no place for it.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(with_kept_columns("match_old")).await?;
        let fill = format!(
            "INSERT INTO match_old ({KEPT}) SELECT {KEPT} FROM match WHERE status = 'SUGGESTED'"
        );
        manager.get_connection().execute_unprepared(&fill).await?;
        replace(manager, "match_old").await?;
        create_indexes(
            manager,
            &[
                ("match", &["need_id", "offer_id"], true),
                ("match", &["need_id", "status", "score", "id"], false),
                ("match", &["offer_id", "status", "score", "id"], false),
            ],
        )
        .await
    }
}

fn with_kept_columns(name: &'static str) -> TableCreateStatement {
    table(name)
        .col(uuid("id").primary_key())
        .col(uuid("need_id"))
        .col(uuid("offer_id"))
        .col(text("source"))
        .col(text("status"))
        .col(integer("score"))
        .col(integer("coverage"))
        .col(json_binary("components"))
        .col(text("weights_version"))
        .col(timestamp_with_time_zone("suggested_at"))
        .foreign_key(&mut foreign_key(name, "need_id", "need", "id"))
        .foreign_key(&mut foreign_key(name, "offer_id", "offer", "id"))
        .take()
}

fn qualified() -> String {
    let columns: Vec<_> = KEPT.split(", ").map(|column| format!("match.{column}")).collect();
    columns.join(", ")
}

/// Puts a filled table in the place of `match`.
async fn replace(manager: &SchemaManager<'_>, filled: &'static str) -> Result<(), DbErr> {
    manager.drop_table(Table::drop().table("match").to_owned()).await?;
    manager.rename_table(Table::rename().table(filled, "match").to_owned()).await
}

//! The subsector of a record's main activity, by which lists are filtered and
//! counts are grouped; and the order in which matches are read, in their indexes.

use sea_orm_migration::prelude::*;

use crate::parts::create_indexes;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The tables, each with the list of codes whose first one is the main activity.
const TABLES: [(&str, &str); 2] = [("need", "scian"), ("offer", "application_scian")];

const INDEXES: [(&str, &[&str], bool); 5] = [
    ("need", &["subsector", "status", "listed_at", "id"], false),
    ("need", &["state_code", "subsector", "status", "listed_at", "id"], false),
    // Counts by subsector and region are read from this index alone.
    ("need", &["status", "subsector", "region_id"], false),
    ("offer", &["subsector", "status", "listed_at", "id"], false),
    ("offer", &["state_code", "subsector", "status", "listed_at", "id"], false),
];

/// The sides of a match, each with its index: once as it was, once in reading order.
const SIDES: [&str; 2] = ["need_id", "offer_id"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, codes) in TABLES {
            let mut subsector = ColumnDef::new("subsector");
            manager
                .alter_table(Table::alter().table(table).add_column(subsector.text()).take())
                .await?;
            // A list of codes is `|326110|541|`; a sector (`31-33`, `22`) has no subsector.
            let first = format!("substr({codes}, 2, 3)");
            let fill = format!(
                "UPDATE {table} SET subsector = {first} \
                 WHERE length({first}) = 3 AND {first} NOT LIKE '%|%' AND {first} NOT LIKE '%-%'"
            );
            manager.get_connection().execute_unprepared(&fill).await?;
        }
        create_indexes(manager, &INDEXES).await?;
        for side in SIDES {
            manager
                .drop_index(Index::drop().name(as_it_was(side)).table("match").to_owned())
                .await?;
            // The best first, and of equals the first that was found.
            let mut ranked = Index::create();
            ranked.name(in_reading_order(side)).table("match").col(side).col("status");
            ranked.col(("score", IndexOrder::Desc)).col("id");
            manager.create_index(ranked).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for side in SIDES {
            let ranked = Index::drop().name(in_reading_order(side)).table("match").to_owned();
            manager.drop_index(ranked).await?;
            create_indexes(manager, &[("match", &[side, "status", "score", "id"], false)]).await?;
        }
        for (table, columns, _) in INDEXES {
            let name = format!("ix_{table}_{}", columns.join("_"));
            manager.drop_index(Index::drop().name(name).table(table).to_owned()).await?;
        }
        for (table, _) in TABLES {
            manager
                .alter_table(Table::alter().table(table).drop_column("subsector").take())
                .await?;
        }
        Ok(())
    }
}

fn as_it_was(side: &str) -> String {
    format!("ix_match_{side}_status_score_id")
}

fn in_reading_order(side: &str) -> String {
    format!("ix_match_{side}_status_ranked")
}

//! The subsector of a record's main activity, by which lists are filtered and
//! counts are grouped; and the order in which a region's delegations are told.

use sea_orm_migration::prelude::*;

use crate::parts::create_indexes;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The tables, each with the list of codes whose first one is the main activity.
const TABLES: [(&str, &str); 2] = [("need", "scian"), ("offer", "application_scian")];

const INDEXES: [(&str, &[&str], bool); 6] = [
    ("need", &["subsector", "status", "listed_at", "id"], false),
    ("need", &["state_code", "subsector", "status", "listed_at", "id"], false),
    // Counts by subsector and region are read from this index alone.
    ("need", &["status", "subsector", "region_id"], false),
    ("offer", &["subsector", "status", "listed_at", "id"], false),
    ("offer", &["state_code", "subsector", "status", "listed_at", "id"], false),
    ("delegation", &["region_id", "code", "id"], false),
];

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
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
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

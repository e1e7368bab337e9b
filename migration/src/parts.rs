//! The few pieces that every migration is made of.

use sea_orm_migration::{prelude::*, sea_orm::DatabaseBackend};

/// A new table.
pub(crate) fn table(name: &'static str) -> TableCreateStatement {
    Table::create().table(name).take()
}

/// Text that lists are ordered by: byte by byte, alike on both databases.
pub(crate) fn sorted_text(backend: DatabaseBackend, name: &'static str) -> ColumnDef {
    let collation = if backend == DatabaseBackend::Postgres { "C" } else { "BINARY" };
    let mut column = ColumnDef::new(name);
    column.text().not_null().extra(format!("COLLATE \"{collation}\""));
    column
}

/// A reference to another table; what is referred to cannot be deleted.
pub(crate) fn foreign_key(
    table: &'static str,
    column: &'static str,
    to: &'static str,
    to_column: &'static str,
) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("fk_{table}_{column}"))
        .from(table, column)
        .to(to, to_column)
        .take()
}

/// Indexes as `(table, columns, unique)`, named after what they hold.
pub(crate) async fn create_indexes(
    manager: &SchemaManager<'_>,
    indexes: &[(&'static str, &[&'static str], bool)],
) -> Result<(), DbErr> {
    for (table, columns, unique) in indexes {
        let mut index = Index::create();
        index.name(format!("ix_{table}_{}", columns.join("_"))).table(*table);
        for column in *columns {
            index.col(*column);
        }
        if *unique {
            index.unique();
        }
        manager.create_index(index).await?;
    }
    Ok(())
}

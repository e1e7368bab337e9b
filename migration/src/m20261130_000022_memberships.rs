//! Who was invited where, who left, and who was erased.

use sea_orm_migration::{
    prelude::*,
    schema::{
        integer, text, text_null, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid,
        uuid_null,
    },
};

use crate::parts::{create_indexes, foreign_key, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

fn new_columns() -> [(&'static str, ColumnDef); 6] {
    [
        ("person", integer("version").default(1).take()),
        ("person", timestamp_with_time_zone_null("erased_at")),
        ("membership", integer("version").default(1).take()),
        ("membership", uuid_null("invited_by")),
        ("membership", uuid_null("ended_by")),
        ("membership", text_null("end_note")),
    ]
}

const NAMES: [(&str, &str); 6] = [
    ("person", "version"),
    ("person", "erased_at"),
    ("membership", "version"),
    ("membership", "invited_by"),
    ("membership", "ended_by"),
    ("membership", "end_note"),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, mut column) in new_columns() {
            let column = Table::alter().table(name).add_column(&mut column).to_owned();
            manager.alter_table(column).await?;
        }
        let invitation = table("invitation")
            .col(uuid("id").primary_key())
            .col(uuid("organization_id"))
            .col(text("role"))
            .col(text("regions"))
            .col(text("delegations"))
            .col(timestamp_with_time_zone_null("until_at"))
            .col(text_null("name"))
            .col(text_null("email"))
            .col(text("code_prefix"))
            .col(text("code_hash"))
            .col(timestamp_with_time_zone("created_at"))
            .col(uuid_null("created_by"))
            .col(timestamp_with_time_zone("expires_at"))
            .col(timestamp_with_time_zone_null("accepted_at"))
            .col(uuid_null("accepted_by"))
            .col(uuid_null("membership_id"))
            .col(timestamp_with_time_zone_null("withdrawn_at"))
            .col(uuid_null("withdrawn_by"))
            .foreign_key(&mut foreign_key("invitation", "organization_id", "organization", "id"))
            .take();
        manager.create_table(invitation).await?;
        create_indexes(
            manager,
            &[
                ("invitation", &["code_hash"], true),
                ("invitation", &["organization_id", "created_at", "id"], false),
                // Whose are withdrawn with their role.
                ("invitation", &["created_by"], false),
                ("membership", &["organization_id", "from_at", "id"], false),
                ("membership", &["person_id", "from_at", "id"], false),
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in ["organization_id", "person_id"] {
            let index = format!("ix_membership_{name}_from_at_id");
            manager.drop_index(Index::drop().name(index).table("membership").to_owned()).await?;
        }
        manager.drop_table(Table::drop().table("invitation").to_owned()).await?;
        for (name, column) in NAMES {
            let column = Table::alter().table(name).drop_column(column).to_owned();
            manager.alter_table(column).await?;
        }
        Ok(())
    }
}

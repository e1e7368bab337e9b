//! Projects, who takes part in them, what they come from, what they reach and what comes of them.

use sea_orm_migration::{
    prelude::*,
    schema::{
        big_integer, big_integer_null, boolean, date, date_null, integer, integer_null,
        json_binary, json_binary_null, text, text_null, timestamp_with_time_zone,
        timestamp_with_time_zone_null, uuid, uuid_null,
    },
};

use crate::parts::{create_indexes, foreign_key, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const OF_DOCUMENTS: &[(&str, &[&str], bool)] =
    &[("document", &["project_id", "created_at", "id"], false)];

const INDEXES: &[(&str, &[&str], bool)] = &[
    ("project", &["folio"], true),
    ("project", &["leader_id"], false),
    ("project", &["proposed_by_id"], false),
    ("project", &["agreement_id"], false),
    ("project", &["created_at", "id"], false),
    ("project", &["updated_at", "id"], false),
    ("project_partner", &["organization_id", "project_id"], false),
    ("project_source", &["need_id", "project_id"], false),
    ("project_source", &["offer_id", "project_id"], false),
    ("milestone", &["project_id", "number"], true),
    ("outcome", &["project_id", "recorded_at", "id"], false),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_project(manager).await?;
        create_consortium(manager).await?;
        create_milestone(manager).await?;
        create_outcome(manager).await?;
        let of_project =
            Table::alter().table("document").add_column(uuid_null("project_id")).take();
        manager.alter_table(of_project).await?;
        create_indexes(manager, INDEXES).await?;
        create_indexes(manager, OF_DOCUMENTS).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, columns, _) in OF_DOCUMENTS {
            let name = format!("ix_{table}_{}", columns.join("_"));
            manager.drop_index(Index::drop().name(name).table(*table).to_owned()).await?;
        }
        let of_project = Table::alter().table("document").drop_column("project_id").take();
        manager.alter_table(of_project).await?;
        for table in ["outcome", "milestone", "project_source", "project_partner", "project"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

async fn create_project(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut project = table("project")
        .col(uuid("id").primary_key())
        .col(text("folio"))
        .col(integer("version"))
        .col(text("status"))
        .col(timestamp_with_time_zone("created_at"))
        .col(uuid_null("created_by"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(text("kind"))
        .col(uuid("proposed_by_id"))
        .col(uuid("leader_id"))
        .col(text("partners"))
        .col(uuid_null("agreement_id"))
        .col(json_binary("title"))
        .col(json_binary_null("objective"))
        .col(text("scian"))
        .col(text_null("subsector"))
        .col(text("states"))
        .col(integer_null("trl_start"))
        .col(integer_null("trl_target"))
        .col(integer_null("trl_current"))
        .col(date_null("starts_on"))
        .col(date_null("ends_on"))
        .col(text("currency"))
        .col(big_integer_null("budget_minor"))
        .col(json_binary("funding"))
        .col(json_binary("work_packages"))
        .col(json_binary("risks"))
        .col(timestamp_with_time_zone_null("formed_at"))
        .col(timestamp_with_time_zone_null("approved_at"))
        .col(timestamp_with_time_zone_null("started_at"))
        .col(timestamp_with_time_zone_null("completed_at"))
        .col(timestamp_with_time_zone_null("ended_at"))
        .col(boolean("published"))
        .col(date_null("next_due_on"))
        .take();
    for (column, to) in [
        ("proposed_by_id", "organization"),
        ("leader_id", "organization"),
        ("agreement_id", "agreement"),
    ] {
        project.foreign_key(&mut foreign_key("project", column, to, "id"));
    }
    manager.create_table(project).await
}

async fn create_consortium(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let partner = table("project_partner")
        .col(uuid("project_id"))
        .col(uuid("organization_id"))
        .col(integer("place"))
        .col(text("role"))
        .col(integer("share_bp"))
        .col(big_integer_null("portion_minor"))
        .col(json_binary_null("contribution"))
        .col(boolean("accepts_milestones"))
        .col(boolean("approves"))
        .col(timestamp_with_time_zone_null("accepted_at"))
        .col(uuid_null("accepted_by"))
        .col(timestamp_with_time_zone_null("declined_at"))
        .col(timestamp_with_time_zone_null("approved_at"))
        .col(uuid_null("approved_by"))
        .col(timestamp_with_time_zone_null("closed_at"))
        .col(uuid_null("closed_by"))
        .col(boolean("publishes"))
        .primary_key(Index::create().col("project_id").col("organization_id"))
        .foreign_key(&mut foreign_key("project_partner", "project_id", "project", "id"))
        .foreign_key(&mut foreign_key("project_partner", "organization_id", "organization", "id"))
        .take();
    manager.create_table(partner).await?;
    let source = table("project_source")
        .col(uuid("project_id"))
        .col(integer("place"))
        .col(uuid_null("need_id"))
        .col(uuid_null("offer_id"))
        .col(text("sides"))
        .primary_key(Index::create().col("project_id").col("place"))
        .foreign_key(&mut foreign_key("project_source", "project_id", "project", "id"))
        .foreign_key(&mut foreign_key("project_source", "need_id", "need", "id"))
        .foreign_key(&mut foreign_key("project_source", "offer_id", "offer", "id"))
        .take();
    manager.create_table(source).await
}

async fn create_milestone(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let milestone = table("milestone")
        .col(uuid("id").primary_key())
        .col(uuid("project_id"))
        .col(integer("number"))
        .col(text("kind"))
        .col(text("status"))
        .col(json_binary("title"))
        .col(json_binary_null("acceptance_criteria"))
        .col(uuid("responsible_id"))
        .col(date("due_on"))
        .col(integer_null("trl_after"))
        .col(big_integer_null("payment_minor"))
        .col(json_binary_null("evidence"))
        .col(json_binary("trl_evidence"))
        .col(text("documents"))
        .col(timestamp_with_time_zone_null("submitted_at"))
        .col(uuid_null("submitted_by"))
        .col(timestamp_with_time_zone_null("leader_accepted_at"))
        .col(uuid_null("leader_accepted_by"))
        .col(timestamp_with_time_zone_null("office_accepted_at"))
        .col(uuid_null("office_accepted_by"))
        .col(timestamp_with_time_zone_null("ended_at"))
        .foreign_key(&mut foreign_key("milestone", "project_id", "project", "id"))
        .foreign_key(&mut foreign_key("milestone", "responsible_id", "organization", "id"))
        .take();
    manager.create_table(milestone).await
}

async fn create_outcome(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let outcome = table("outcome")
        .col(uuid("id").primary_key())
        .col(uuid("project_id"))
        .col(text("kind"))
        .col(text("status"))
        .col(json_binary("metric"))
        .col(big_integer_null("baseline_hundredths"))
        .col(big_integer("value_hundredths"))
        .col(text("unit"))
        .col(date("measured_on"))
        .col(json_binary("evidence"))
        .col(text("documents"))
        .col(uuid("recorded_by_id"))
        .col(uuid_null("recorded_by"))
        .col(timestamp_with_time_zone("recorded_at"))
        .col(uuid_null("judged_by_id"))
        .col(uuid_null("judged_by"))
        .col(timestamp_with_time_zone_null("judged_at"))
        .foreign_key(&mut foreign_key("outcome", "project_id", "project", "id"))
        .foreign_key(&mut foreign_key("outcome", "recorded_by_id", "organization", "id"))
        .foreign_key(&mut foreign_key("outcome", "judged_by_id", "organization", "id"))
        .take();
    manager.create_table(outcome).await
}

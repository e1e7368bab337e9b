//! Where organizations are told what happens, what they are told, and every attempt to.

use sea_orm_migration::{
    prelude::*,
    schema::{
        integer, integer_null, text, text_null, timestamp_with_time_zone,
        timestamp_with_time_zone_null, uuid, uuid_null,
    },
};

use crate::parts::{create_indexes, foreign_key, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let of_house = foreign_key("webhook_endpoint", "organization_id", "organization", "id");
        let endpoint = table("webhook_endpoint")
            .col(uuid("id").primary_key())
            .col(integer("version"))
            .col(uuid("organization_id"))
            .col(text("name"))
            .col(text("url"))
            .col(text("kinds"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("updated_at"))
            .col(uuid_null("created_by"))
            .col(text("secret_prefix"))
            .col(text("secret"))
            .col(text_null("previous_secret"))
            .col(timestamp_with_time_zone_null("previous_until"))
            .col(timestamp_with_time_zone_null("disabled_at"))
            .col(text_null("disabled_reason"))
            .col(timestamp_with_time_zone_null("failing_since"))
            .col(timestamp_with_time_zone_null("last_delivered_at"))
            .foreign_key(&mut of_house.clone())
            .take();
        manager.create_table(endpoint).await?;
        let of_endpoint = foreign_key("webhook_delivery", "endpoint_id", "webhook_endpoint", "id")
            .on_delete(ForeignKeyAction::Cascade)
            .take();
        let delivery = table("webhook_delivery")
            .col(uuid("id").primary_key())
            .col(uuid("endpoint_id"))
            .col(uuid("organization_id"))
            .col(uuid_null("event_id"))
            .col(text_null("kind"))
            .col(text_null("record"))
            .col(text("status"))
            .col(integer("tries"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("updated_at"))
            .col(timestamp_with_time_zone_null("next_at"))
            .col(text_null("taken_by"))
            .col(timestamp_with_time_zone_null("taken_until"))
            .col(timestamp_with_time_zone_null("delivered_at"))
            .foreign_key(&mut of_endpoint.clone())
            .take();
        manager.create_table(delivery).await?;
        let of_delivery = foreign_key("webhook_attempt", "delivery_id", "webhook_delivery", "id")
            .on_delete(ForeignKeyAction::Cascade)
            .take();
        let attempt = table("webhook_attempt")
            .col(uuid("id").primary_key())
            .col(uuid("delivery_id"))
            .col(uuid("organization_id"))
            .col(timestamp_with_time_zone("at"))
            .col(text("outcome"))
            .col(integer_null("status"))
            .col(integer("millis"))
            .col(text_null("answer"))
            .foreign_key(&mut of_delivery.clone())
            .take();
        manager.create_table(attempt).await?;
        create_indexes(
            manager,
            &[
                ("webhook_endpoint", &["organization_id", "created_at", "id"], false),
                // Nobody is told of an event twice.
                ("webhook_delivery", &["endpoint_id", "event_id"], true),
                ("webhook_delivery", &["endpoint_id", "created_at", "id"], false),
                // What is due; only what waits has a time.
                ("webhook_delivery", &["next_at", "id"], false),
                // What is erased.
                ("webhook_delivery", &["updated_at"], false),
                ("webhook_attempt", &["delivery_id", "at", "id"], false),
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["webhook_attempt", "webhook_delivery", "webhook_endpoint"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

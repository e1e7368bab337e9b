//! The history of Vínculo's database. Released files never change.

mod m20261123_000001_network;
mod m20261123_000002_needs_and_offers;
mod m20261123_000003_matches;
mod m20261125_000004_subsectors;
mod m20261128_000005_match_records;
mod m20261128_000006_interests;
mod m20261128_000007_messages;
mod m20261128_000008_disclosures;
mod m20261128_000009_documents;
mod m20261128_000010_agreements;
mod m20261128_000011_subjects;
mod m20261129_000012_consents;
mod m20261129_000013_ip_assets;
mod m20261129_000014_capabilities;
mod m20261129_000015_assessments;
mod m20261129_000016_projects;
mod m20261129_000017_programmes;
mod m20261129_000018_saved_searches;
mod m20261129_000019_machines;
mod m20261130_000020_webhooks;
mod m20261130_000021_idempotency;
mod m20261130_000022_memberships;
mod m20261130_000023_bulk_jobs;
mod m20261130_000024_search_webhooks;
mod m20261201_000025_json;
mod parts;

use sea_orm_migration::prelude::*;
pub use sea_orm_migration::{MigratorTrait, migrator::Migration};

/// All steps, oldest first.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_000001_network::Migration),
            Box::new(m20261123_000002_needs_and_offers::Migration),
            Box::new(m20261123_000003_matches::Migration),
            Box::new(m20261125_000004_subsectors::Migration),
            Box::new(m20261128_000005_match_records::Migration),
            Box::new(m20261128_000006_interests::Migration),
            Box::new(m20261128_000007_messages::Migration),
            Box::new(m20261128_000008_disclosures::Migration),
            Box::new(m20261128_000009_documents::Migration),
            Box::new(m20261128_000010_agreements::Migration),
            Box::new(m20261128_000011_subjects::Migration),
            Box::new(m20261129_000012_consents::Migration),
            Box::new(m20261129_000013_ip_assets::Migration),
            Box::new(m20261129_000014_capabilities::Migration),
            Box::new(m20261129_000015_assessments::Migration),
            Box::new(m20261129_000016_projects::Migration),
            Box::new(m20261129_000017_programmes::Migration),
            Box::new(m20261129_000018_saved_searches::Migration),
            Box::new(m20261129_000019_machines::Migration),
            Box::new(m20261130_000020_webhooks::Migration),
            Box::new(m20261130_000021_idempotency::Migration),
            Box::new(m20261130_000022_memberships::Migration),
            Box::new(m20261130_000023_bulk_jobs::Migration),
            Box::new(m20261130_000024_search_webhooks::Migration),
            Box::new(m20261201_000025_json::Migration),
        ]
    }
}

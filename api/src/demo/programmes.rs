//! The demo's programmes: a call that takes applications, a voucher to come, a fund with its
//! results; and a project that applied.

use chrono::{Duration, Months};
use entity::{
    ApplicationDecision, OrganizationKind, ProjectId, ProjectStatus, Role, organization, programme,
    project,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};

use super::{of_kind, past::Cast};
use crate::{
    calendar::day_of,
    context::Service,
    error::{Error, Result},
    programmes::life::{self, Decision},
    work::Work,
};

/// Writes them, in one piece of work.
pub(super) async fn write(service: &Service) -> Result<()> {
    let cast = Cast::gather(service).await?;
    let networks = of_kind(service, OrganizationKind::Association).await?;
    let Some(network) = networks.first() else { return Ok(()) };
    let mut work = service.system_work().await?;
    let mut applying = project::Entity::find()
        .filter(project::Column::Status.eq(ProjectStatus::Forming))
        .order_by_asc(project::Column::Id)
        .all(service.db().fresh())
        .await?
        .into_iter();
    let done = announce(&mut work, service, &cast, network, fund()).await?;
    if let Some(row) = applying.next() {
        apply(&mut work, &cast, service, row.id, &done).await?;
        work.go_on_as(cast.someone(network.id, &[Role::NetworkAdmin], service.now()));
        let given = Decision {
            project: row.id,
            decision: ApplicationDecision::Awarded,
            awarded: Some(crate::scalars::Decimal(8_000_000)),
            note: "El plan de medición es el más completo. (demo)".to_owned(),
        };
        let at = (done.id, done.version);
        life::decide(&mut work, service.labels(), at, given).await?;
    }
    let open = announce(&mut work, service, &cast, network, call(service)).await?;
    if let Some(row) = applying.next() {
        apply(&mut work, &cast, service, row.id, &open).await?;
    }
    announce(&mut work, service, &cast, network, voucher(service)).await?;
    work.commit().await
}

async fn announce(
    work: &mut Work,
    service: &Service,
    cast: &Cast,
    network: &organization::Model,
    text: Value,
) -> Result<programme::Model> {
    work.go_on_as(cast.someone(network.id, &[Role::NetworkAdmin], service.now()));
    let input = serde_json::from_value(text).map_err(Error::internal)?;
    life::announce(work, service.labels(), network.id, input).await
}

async fn apply(
    work: &mut Work,
    cast: &Cast,
    service: &Service,
    id: ProjectId,
    to: &programme::Model,
) -> Result<()> {
    let row = work.keep::<project::Entity>(id).await?.ok_or(Error::NotFound("project"))?;
    work.go_on_as(cast.someone(row.leader_id, &[Role::MemberUser], service.now()));
    life::apply(work, (row.id, row.version), to.id).await.map(drop)
}

fn fund() -> Value {
    json!({
        "kind": "FUND",
        "title": { "es": "Fondo de pilotos en planta (demo)", "en": "Fund for pilots in plants (demo)" },
        "description": { "es": "Apoya pilotos con medición antes y después. Fondo inventado. (demo)" },
        "sponsor": "Gobierno estatal de ejemplo (demo)",
        "opensOn": "2026-01-05", "total": "2000000.00", "minPartners": 2,
        "trlFrom": 4, "trlTo": 7,
    })
}

fn call(service: &Service) -> Value {
    let today = day_of(service.now());
    json!({
        "kind": "CALL_FOR_PROPOSALS",
        "title": { "es": "Convocatoria de adaptación tecnológica (demo)", "en": "Call for technology adaptation (demo)" },
        "description": { "es": "Para empresas de manufactura que adapten una tecnología probada. Convocatoria inventada. (demo)" },
        "opensOn": today - Duration::days(10), "closesOn": today + Months::new(2),
        "total": "5000000.00", "eligibleLeads": ["COMPANY", "STARTUP"], "minPartners": 2,
        "budgetMin": "100000.00", "budgetMax": "1500000.00", "durationMinMonths": 3,
        "durationMaxMonths": 18, "trlFrom": 5, "trlTo": 8, "scian": ["31-33"],
    })
}

fn voucher(service: &Service) -> Value {
    let today = day_of(service.now());
    json!({
        "kind": "INNOVATION_VOUCHER",
        "title": { "es": "Vale de innovación para empresas pequeñas (demo)", "en": "Innovation voucher for small companies (demo)" },
        "description": { "es": "Paga ensayos y servicios de una OTT. Vale inventado. (demo)" },
        "opensOn": today + Months::new(1), "closesOn": today + Months::new(4),
        "total": "800000.00", "eligibleLeads": ["COMPANY", "STARTUP"], "smeRequired": true,
        "budgetMax": "60000.00", "durationMaxMonths": 6,
    })
}

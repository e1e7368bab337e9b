//! What the demo's people carry out together: for each contract in force a project that was
//! closed, one under way, and three that are on their way to it.

use chrono::{DateTime, Duration, Utc};
use entity::{
    AgreementStatus, AgreementType, ConsortiumRole, EvidenceKind, OrganizationId, OutcomeKind,
    Role, TrlEvidence, agreement, interest, project,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};

use super::past::Cast;
use crate::{
    calendar::day_of,
    context::Service,
    error::{Error, Result},
    policy::{ProjectAction, Viewer},
    projects::{
        life,
        milestones::{self, Shown},
        outcomes::{self, Measured},
        plan,
    },
    scalars::Decimal,
    work::Work,
};

/// How far a project of the demo came.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Its outcome was validated.
    Closed,
    /// One milestone was accepted, one waits to be; an outcome waits to be validated.
    UnderWay,
    /// All accepted; offices and chambers are asked to approve.
    Accepted,
    /// The office is asked to accept its line.
    Formed,
    /// The office proposed it; the company is asked to form it.
    Proposed,
}

/// Writes them, in one piece of work.
pub(super) async fn write(service: &Service) -> Result<()> {
    let cast = Cast::gather(service).await?;
    let contracts = agreement::Entity::find()
        .filter(agreement::Column::Kind.eq(AgreementType::TechnicalAssistanceAgreement))
        .filter(agreement::Column::Status.eq(AgreementStatus::Active))
        .order_by_asc(agreement::Column::Id)
        .all(service.db().fresh())
        .await?;
    let mut work = service.system_work().await?;
    for contract in contracts {
        let Some(deal) = contract.interest_id else { continue };
        let deal = interest::Entity::find_by_id(deal).one(work.tx()).await?;
        let Some(deal) = deal else { continue };
        let team = Team { service, cast: &cast, contract: &contract, deal: &deal };
        for (days, fate) in [
            (26, Fate::Closed),
            (20, Fate::UnderWay),
            (9, Fate::Accepted),
            (6, Fate::Formed),
            (3, Fate::Proposed),
        ] {
            let begun = service.now() - Duration::days(days);
            let told = team.live(&mut work, begun, fate).await;
            told.map_err(|error| Error::internal(format!("project: {}", error.describe())))?;
        }
    }
    if work.has_news() { work.commit().await } else { Ok(()) }
}

/// Those who carry them out.
struct Team<'a> {
    service: &'a Service,
    cast: &'a Cast,
    contract: &'a agreement::Model,
    deal: &'a interest::Model,
}

impl Team<'_> {
    fn member(&self, at: DateTime<Utc>) -> Viewer {
        self.cast.someone(self.deal.company_id, &[Role::MemberUser], at)
    }

    fn officer(&self, at: DateTime<Utc>) -> Viewer {
        self.cast.someone(self.deal.ott_id, &[Role::OttOfficer], at)
    }

    fn manager(&self, at: DateTime<Utc>) -> Viewer {
        self.cast.someone(self.deal.ott_id, &[Role::OttManager], at)
    }

    fn admin(&self, at: DateTime<Utc>) -> Viewer {
        self.cast.someone(self.deal.chamber_id, &[Role::ChamberAdmin], at)
    }

    /// Takes a project through its life up to where it shows.
    async fn live(&self, work: &mut Work, begun: DateTime<Utc>, fate: Fate) -> Result<()> {
        let labels = self.service.labels();
        let (company, office, chamber) =
            (self.deal.company_id, self.deal.ott_id, self.deal.chamber_id);
        let at = |days: i64| (begun + Duration::days(days)).min(self.service.now());
        let (from, by) = match fate {
            Fate::Proposed => (office, self.officer(at(0))),
            _ => (company, self.member(at(0))),
        };
        work.go_on_as(by);
        let input = serde_json::from_value(self.plan(begun, fate)).map_err(Error::internal)?;
        let steps = serde_json::from_value(self.steps(begun, fate)).map_err(Error::internal)?;
        let mut row = plan::propose(work, labels, from, input, steps).await?;
        if fate == Fate::Proposed {
            return Ok(());
        }
        work.go_on_as(self.member(at(1)));
        row = life::form(work, here(&row), true).await?;
        work.go_on_as(self.admin(at(1)));
        row = life::accept(work, here(&row), chamber, true).await?;
        if fate == Fate::Formed {
            return Ok(());
        }
        work.go_on_as(self.manager(at(2)));
        row = life::accept(work, here(&row), office, true).await?;
        if fate == Fate::Accepted {
            return Ok(());
        }
        row = life::endorse(work, labels, here(&row), office).await?;
        work.go_on_as(self.admin(at(3)));
        row = life::endorse(work, labels, here(&row), chamber).await?;
        work.go_on_as(self.member(at(4)));
        row = life::link_agreement(work, here(&row), self.contract.id).await?;
        row = life::start(work, here(&row)).await?;
        row = life::follow_funding(work, here(&row), 1, entity::FundingStatus::Received).await?;
        row = self.reach(work, row, 1, at(8)).await?;
        if fate == Fate::UnderWay {
            work.go_on_as(self.officer(at(12)));
            row = milestones::start(work, here(&row), 2).await?;
            row = milestones::submit(work, labels, here(&row), 2, shown(7)?).await?;
            work.go_on_as(self.member(at(14)));
            return outcomes::record(work, labels, here(&row), measured(company, at(14))?)
                .await
                .map(drop);
        }
        work.go_on_as(self.member(at(12)));
        row = outcomes::record(work, labels, here(&row), measured(company, at(12))?).await?;
        let note = "Se entregó y opera. (demo)".to_owned();
        row = life::complete(work, here(&row), note).await?;
        work.go_on_as(self.manager(at(16)));
        let outcome = outcomes::last(work, row.id).await?;
        let action = ProjectAction::ValidateOutcome;
        row = outcomes::judge(work, here(&row), outcome, office, action, None).await?;
        row = life::close(work, here(&row), office).await?;
        work.go_on_as(self.admin(at(18)));
        life::close(work, here(&row), chamber).await.map(drop)
    }

    /// A milestone, from its beginning to its acceptance by both.
    async fn reach(
        &self,
        work: &mut Work,
        mut row: project::Model,
        number: i32,
        at: DateTime<Utc>,
    ) -> Result<project::Model> {
        let labels = self.service.labels();
        work.go_on_as(self.officer(at));
        row = milestones::start(work, here(&row), number).await?;
        row = milestones::submit(work, labels, here(&row), number, shown(6)?).await?;
        work.go_on_as(self.member(at));
        row = milestones::accept(work, here(&row), number, self.deal.company_id).await?;
        work.go_on_as(self.manager(at));
        milestones::accept(work, here(&row), number, self.deal.ott_id).await
    }

    fn plan(&self, begun: DateTime<Utc>, fate: Fate) -> Value {
        let (kind, es, en) = match fate {
            Fate::Closed => (
                "TECHNOLOGY_SERVICE",
                "Caracterización y ajuste de la línea (demo)",
                "Characterization and adjustment of the line (demo)",
            ),
            Fate::UnderWay => ("PILOT", "Piloto en planta (demo)", "Pilot in the plant (demo)"),
            Fate::Accepted => (
                "TECHNOLOGY_ADAPTATION",
                "Adaptación a la segunda línea (demo)",
                "Adaptation to the second line (demo)",
            ),
            Fate::Formed => (
                "IN_PLANT_TRAINING",
                "Formación del personal de operación (demo)",
                "Training of the operators (demo)",
            ),
            Fate::Proposed => {
                ("SCALE_UP", "Escalamiento a toda la planta (demo)", "Scale-up to the plant (demo)")
            }
        };
        let (company, office, chamber) =
            (self.deal.company_id, self.deal.ott_id, self.deal.chamber_id);
        let line = |organization: OrganizationId, role, share: i32| json!({ "organization": organization, "role": role, "shareBp": share });
        json!({
            "type": kind,
            "title": { "es": es, "en": en },
            "objective": { "es": "Bajar el consumo y medirlo antes y después. (demo)" },
            "scian": ["31-33"], "trlStart": 5, "trlTarget": 7,
            "startsOn": day_of(begun), "endsOn": day_of(begun + Duration::days(240)),
            "budget": { "amount": "480000.00" },
            "consortium": [
                line(company, ConsortiumRole::Leader, 6_500),
                line(office, ConsortiumRole::TechnologyTransferOffice, 3_500),
                line(chamber, ConsortiumRole::Chamber, 0),
            ],
            "needs": self.deal.need_id.into_iter().collect::<Vec<_>>(),
            "offers": self.deal.offer_id.into_iter().collect::<Vec<_>>(),
            "funding": [
                { "partner": company, "kind": "COMPANY", "form": "CASH", "amount": "300000.00",
                    "status": "COMMITTED" },
                { "partner": office, "kind": "INSTITUTION", "form": "IN_KIND",
                    "amount": "100000.00" },
                { "source": "Fondo estatal de ejemplo (demo)", "kind": "STATE", "form": "CASH",
                    "amount": "80000.00", "status": "REQUESTED" },
            ],
            "workPackages": [
                { "title": { "es": "Medición y diseño (demo)" }, "responsible": office,
                    "budget": "180000.00" },
                { "title": { "es": "Montaje y puesta en marcha (demo)" }, "responsible": company,
                    "budget": "300000.00" },
            ],
        })
    }

    fn steps(&self, begun: DateTime<Utc>, fate: Fate) -> Value {
        let step = |es: &str, level: i32, days: i64, payment: &str| {
            json!({ "kind": "TRL", "title": { "es": es }, "responsible": self.deal.ott_id,
                "acceptanceCriteria": { "es": "Cien horas de operación registradas (demo)" },
                "dueOn": day_of(begun + Duration::days(days)), "trlAfter": level,
                "payment": payment })
        };
        let first = step("Opera en banco de pruebas (demo)", 6, 15, "60000.00");
        if fate == Fate::Closed {
            return json!([first]);
        }
        json!([first, step("Opera en la línea (demo)", 7, 30, "60000.00")])
    }
}

/// A project at the version that it has.
fn here(row: &project::Model) -> (entity::ProjectId, i32) {
    (row.id, row.version)
}

fn text(es: &str) -> Result<crate::scalars::LocalizedTextInput> {
    serde_json::from_value(json!({ "es": es })).map_err(Error::internal)
}

fn shown(level: i32) -> Result<Shown> {
    let title = "Prueba de cien horas, inventada (demo)".to_owned();
    Ok(Shown {
        evidence: text("Bitácora firmada por el área de mantenimiento. (demo)")?,
        trl_evidence: vec![TrlEvidence { level, kind: EvidenceKind::Pilot, title }],
        documents: Vec::new(),
    })
}

fn measured(partner: OrganizationId, at: DateTime<Utc>) -> Result<Measured> {
    Ok(Measured {
        partner,
        kind: OutcomeKind::Savings,
        metric: text("Energía por tonelada (demo)")?,
        baseline: Some(Decimal(41_200)),
        value: Decimal(35_850),
        unit: "kWh/t".to_owned(),
        measured_on: day_of(at),
        evidence: text("Dos semanas de lecturas antes y después. (demo)")?,
        documents: Vec::new(),
    })
}

//! What came of the demo's needs and offers: expressions of interest from both
//! sides, each taken by the right people as far as it shows.

use std::collections::HashSet;

use async_graphql::{Request, Variables};
use chrono::{DateTime, Duration, Utc};
use entity::{
    AgreementPartyRole, AgreementStatus, AgreementType, ConsentPurpose, DeclineReason,
    InterestDirection, InterestId, InterestStatus, NeedStatus, OfferStatus, Role, interest, need,
    offer,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;

use super::{
    agreements::{Signing, frame, party, terms},
    past::{Cast, consent},
};
use crate::{
    agreements::{self, input::AgreementInput},
    clockwork,
    context::Service,
    documents,
    error::{Error, Result},
    interests::{
        draft::{Between, draft},
        life,
    },
    lifecycle::step,
    policy::{InterestAction, Viewer},
    schema,
    work::Work,
};

const WHOM_TO_CALL: &str =
    "query($id: ID!) { need(id: $id) { folio company { name telephone email } } }";

/// What a company shows to whom it was introduced.
const MEASURED: &[u8] = b"semana,linea,kWh,piezas\n1,A,41200,18400\n1,B,38750,17100\n2,A,40810,18650\n2,B,39020,16980\n";

/// How many days ago each was written down, how far it came, and how far what was to be signed.
const FATES: [(i64, InterestStatus, Option<AgreementStatus>); 22] = [
    (3, InterestStatus::Submitted, None),
    (2, InterestStatus::Submitted, None),
    (6, InterestStatus::Triage, None),
    (5, InterestStatus::Triage, None),
    (9, InterestStatus::Forwarded, None),
    (8, InterestStatus::Forwarded, None),
    (40, InterestStatus::Accepted, None),
    (32, InterestStatus::Evaluation, None),
    (28, InterestStatus::Rejected, None),
    (36, InterestStatus::Declined, None),
    (1, InterestStatus::Draft, None),
    (7, InterestStatus::InfoRequested, None),
    (55, InterestStatus::ClosedNoDeal, None),
    (50, InterestStatus::Withdrawn, None),
    (58, InterestStatus::Agreed, Some(AgreementStatus::Active)),
    (45, InterestStatus::NdaSigned, Some(AgreementStatus::Active)),
    (20, InterestStatus::NdaPending, Some(AgreementStatus::PartiallySigned)),
    (16, InterestStatus::NdaPending, Some(AgreementStatus::InternalReview)),
    (15, InterestStatus::NdaPending, Some(AgreementStatus::Negotiation)),
    (12, InterestStatus::Accepted, None),
    (34, InterestStatus::Evaluation, None),
    (57, InterestStatus::Agreed, Some(AgreementStatus::Active)),
];

/// Writes them, in one piece of work.
pub(super) async fn write(service: &Service) -> Result<()> {
    let cast = Cast::gather(service).await?;
    let db = service.db().fresh();
    // What was on offer before the first of them began.
    let then = service.now() - Duration::days(60);
    let needs = need::Entity::find()
        .filter(need::Column::Status.eq(NeedStatus::Published))
        .filter(need::Column::OpenForInterest.eq(true))
        .filter(need::Column::PublishedAt.lt(then))
        .order_by_asc(need::Column::Id)
        .all(db)
        .await?;
    let offers = offer::Entity::find()
        .filter(offer::Column::Status.eq(OfferStatus::Published))
        .filter(offer::Column::OpenForInterest.eq(true))
        .filter(offer::Column::PublishedAt.lt(then))
        .order_by_asc(offer::Column::Id)
        .all(db)
        .await?;
    let shown_needs = shown(&needs, |need| Some(need.company_id) == cast.shown());
    let shown_offers = shown(&offers, |offer| Some(offer.ott_id) == cast.shown_office());
    let mut work = service.system_work().await?;
    let mut introduced = Vec::new();
    let mut asked = HashSet::new();
    for (index, (days, fate, signed)) in FATES.into_iter().enumerate() {
        let begun = service.now() - Duration::days(days);
        // Nobody asks twice for the same.
        let (need, offer, direction) = if index % 2 == 0 {
            let need = shown_needs[index / 2 % shown_needs.len()];
            let new = |offer: &&offer::Model| asked.insert((need.id.0, offer.ott_id));
            let offer = offers.iter().cycle().skip(index * 11).take(offers.len()).find(new);
            (Some(need), offer, InterestDirection::OfferToNeed)
        } else {
            let offer = shown_offers[index / 2 % shown_offers.len()];
            let new = |need: &&need::Model| asked.insert((offer.id.0, need.company_id));
            let need = needs.iter().cycle().skip(index * 7).take(needs.len()).find(new);
            (need, Some(offer), InterestDirection::NeedToOffer)
        };
        let (Some(need), Some(offer)) = (need, offer) else { continue };
        // What comes of it may be used to measure the engine by.
        work.go_on_as(Viewer::system(begun));
        for side in [need.company_id, offer.ott_id] {
            consent(&mut work, &cast, side, ConsentPurpose::MatchFeedback).await?;
        }
        let deal = Deal { service, cast: &cast, need, offer, direction, begun };
        let told = deal.live(&mut work, index % 3 == 0, fate, signed).await;
        told.map_err(|error| Error::internal(format!("interest {index}: {}", error.describe())))?;
        if fate == InterestStatus::Accepted && !deal.by_company() {
            let company = cast.someone(need.company_id, &[Role::MemberUser], service.now());
            introduced.push((deal.office(8), company, need.id));
        }
    }
    work.commit().await?;
    frame(service, &cast, shown_needs[0].chamber_id).await?;
    // Whoever was introduced looks up whom to call; the ledger keeps that.
    let schema = schema::build();
    for (office, company, need) in introduced {
        let file = json!({
            "record": need.to_string(), "level": "INTRODUCED", "fileName": "mediciones.csv",
            "title": "Mediciones de dos semanas, inventadas (demo)",
        });
        documents::life::put(service, company, file, MEASURED).await?;
        let variables = Variables::from_json(json!({ "id": need.to_string() }));
        let request = service.equip(Request::new(WHOM_TO_CALL).variables(variables), office);
        let answer = service.execute(&schema, request).await;
        if let Some(error) = answer.errors.first() {
            return Err(Error::internal(&error.message));
        }
    }
    // Who did not answer in time is told as always.
    clockwork::run_due(service).await?;
    Ok(())
}

/// Those that the demo's own people see most of; all where they have none.
fn shown<T>(rows: &[T], is_theirs: impl Fn(&T) -> bool) -> Vec<&T> {
    let theirs: Vec<_> = rows.iter().filter(|row| is_theirs(row)).collect();
    if theirs.is_empty() { rows.iter().collect() } else { theirs }
}

struct Deal<'a> {
    service: &'a Service,
    cast: &'a Cast,
    need: &'a need::Model,
    offer: &'a offer::Model,
    direction: InterestDirection,
    begun: DateTime<Utc>,
}

impl Deal<'_> {
    fn company(&self, days: i64) -> Viewer {
        self.cast.someone(self.need.company_id, &[Role::MemberUser], self.at(days))
    }

    fn chamber(&self, days: i64) -> Viewer {
        self.cast.someone(self.need.chamber_id, &[Role::ChamberLiaison], self.at(days))
    }

    fn office(&self, days: i64) -> Viewer {
        let roles = [Role::OttOfficer, Role::OttManager];
        self.cast.someone(self.offer.ott_id, &roles, self.at(days))
    }

    /// Nothing of the past happens after now.
    fn at(&self, days: i64) -> DateTime<Utc> {
        (self.begun + Duration::days(days)).min(self.service.now())
    }

    fn by_company(&self) -> bool {
        self.direction == InterestDirection::NeedToOffer
    }

    fn sender(&self, days: i64) -> Viewer {
        if self.by_company() { self.company(days) } else { self.office(days) }
    }

    fn receiver(&self, days: i64) -> Viewer {
        if self.by_company() { self.office(days) } else { self.chamber(days) }
    }

    fn owner(&self, days: i64) -> Viewer {
        if self.by_company() { self.office(days) } else { self.company(days) }
    }

    /// Takes it through its verbs up to the status that it shows.
    async fn live(
        &self,
        work: &mut Work,
        anonymous: bool,
        fate: InterestStatus,
        signed: Option<AgreementStatus>,
    ) -> Result<()> {
        let labels = self.service.labels();
        let pending = self.service.terms().pending_interests;
        let between = Between {
            direction: self.direction,
            from: if self.by_company() { self.need.company_id } else { self.offer.ott_id },
            chamber: self.by_company().then_some(self.need.chamber_id),
            need: Some(self.need.id),
            offer: Some(self.offer.id),
        };
        work.go_on_as(self.sender(0));
        let text = serde_json::from_value(self.text(anonymous)).map_err(Error::internal)?;
        let row = draft(work, labels, pending, between, text).await?;
        let interest::Model { id, mut version, .. } = row;
        let mut next = || {
            version += 1;
            version - 1
        };
        if fate == InterestStatus::Draft {
            return Ok(());
        }
        life::submit(work, labels, pending, id, next()).await?;
        if fate == InterestStatus::Submitted {
            return Ok(());
        }
        if fate == InterestStatus::Withdrawn {
            work.go_on_as(self.sender(2));
            let note = "Cambió nuestro programa de trabajo. (demo)".to_owned();
            return life::withdraw(work, id, next(), note).await.map(drop);
        }
        work.go_on_as(self.receiver(2));
        life::take_over(work, id, next()).await?;
        match fate {
            InterestStatus::Triage => return Ok(()),
            InterestStatus::InfoRequested => {
                let note = "¿Con qué caudal se hizo el ensayo? (demo)".to_owned();
                return life::request_information(work, labels, id, next(), note).await.map(drop);
            }
            InterestStatus::Rejected => {
                let note = "No responde a lo que se busca. (demo)".to_owned();
                let (action, reason) = (InterestAction::Reject, DeclineReason::OutOfScope);
                return life::refuse(work, id, next(), action, reason, note).await.map(drop);
            }
            _ => life::forward(work, labels, id, next()).await?,
        };
        if fate == InterestStatus::Forwarded {
            return Ok(());
        }
        work.go_on_as(self.owner(6));
        if fate == InterestStatus::Declined {
            let note = "Por ahora no hay presupuesto para un piloto. (demo)".to_owned();
            let (action, reason) = (InterestAction::Decline, DeclineReason::NoBudget);
            return life::refuse(work, id, next(), action, reason, note).await.map(drop);
        }
        life::accept(work, id, next()).await?;
        if fate == InterestStatus::Accepted {
            return Ok(());
        }
        if matches!(fate, InterestStatus::NdaPending | InterestStatus::NdaSigned) {
            work.go_on_as(self.office(8));
            life::request_nda(work, id, next()).await?;
            return self.agree(work, id, nda()?, signed).await;
        }
        work.go_on_as(self.office(10));
        let told = json!({ "es": "Encajan en proceso y escala; falta medir el ahorro. (demo)" });
        let told = serde_json::from_value(told).map_err(Error::internal)?;
        life::evaluate(work, labels, id, next(), told).await?;
        if fate == InterestStatus::Evaluation {
            return Ok(());
        }
        if fate == InterestStatus::Agreed {
            work.go_on_as(self.chamber(20));
            let talk = InterestAction::Negotiate;
            step(work, id, Some(next()), talk, (None, None), |_| Ok(())).await?;
            return self.agree(work, id, contract()?, signed).await;
        }
        // A life without a deal: from evaluation it ends, and the office rates it.
        work.go_on_as(self.office(30));
        let note = "No hubo acuerdo en la exclusividad. (demo)".to_owned();
        let (action, reason) = (InterestAction::Close, DeclineReason::TermsNotAgreed);
        life::refuse(work, id, next(), action, reason, note).await?;
        life::rate(work, labels, id, next(), 4).await.map(drop)
    }

    /// Writes what comes of it, and has it signed by the office and the company as far as it came.
    async fn agree(
        &self,
        work: &mut Work,
        interest: InterestId,
        (kind, input): (AgreementType, AgreementInput),
        signed: Option<AgreementStatus>,
    ) -> Result<()> {
        let Some(fate) = signed else { return Ok(()) };
        let (office, company) = (self.offer.ott_id, self.need.company_id);
        let someone = |role: Role, days| self.cast.someone(office, &[role], self.at(days));
        let signing = Signing {
            service: self.service,
            writer: someone(Role::OttOfficer, 22),
            sharer: someone(Role::OttManager, 24),
            signatories: vec![(office, someone(Role::OttManager, 28)), (company, self.company(30))],
            publishes: false,
        };
        let between = agreements::draft::Between {
            from: office,
            kind,
            parties: vec![
                party(office, AgreementPartyRole::Grantor),
                party(company, AgreementPartyRole::Recipient),
            ],
            interest: Some(interest),
            frame: None,
            amends: None,
        };
        signing.live(work, between, input, fate).await.map(drop)
    }

    fn text(&self, anonymous: bool) -> serde_json::Value {
        let (sought, brings) = if self.by_company() {
            (
                "Buscamos probar esta tecnología en una de nuestras líneas durante seis meses. (demo)",
                "Somos una planta mediana con personal de mantenimiento propio y mediciones de dos años. (demo)",
            )
        } else {
            (
                "Proponemos un piloto en planta con medición antes y después. (demo)",
                "Somos un grupo con laboratorio propio y tres proyectos terminados en este campo. (demo)",
            )
        };
        json!({
            "anonymous": anonymous,
            "cooperationSought": { "es": sought },
            "contribution": { "es": brings },
            "questions": { "es": "¿Qué datos de proceso se pueden compartir antes de firmar? (demo)" },
            "requirementAnswers": [
                { "criterion": "Puesta en marcha sin parar la línea", "response": "MATCH", "evidence": null },
                { "criterion": "Recuperación de la inversión en dos años", "response": "UNKNOWN", "evidence": null },
            ],
            "partnershipTypes": ["COMMERCIAL_AGREEMENT_WITH_TECHNICAL_ASSISTANCE"],
        })
    }
}

fn nda() -> Result<(AgreementType, AgreementInput)> {
    let input = terms(json!({
        "title": { "es": "Convenio mutuo de confidencialidad (demo)", "en": "Mutual non-disclosure agreement (demo)" },
        "text": { "es": "Primera. Cada parte guarda secreto de lo que la otra le revele con ese carácter. Segunda. Sólo lo leen las personas que cada parte nombra. (demo)" },
        "confidentialityYears": 5,
    }))?;
    Ok((AgreementType::MutualNda, input))
}

fn contract() -> Result<(AgreementType, AgreementInput)> {
    let input = terms(json!({
        "title": { "es": "Contrato de asistencia técnica (demo)", "en": "Technical assistance agreement (demo)" },
        "purpose": { "es": "Instalar la tecnología en una línea y formar al personal. (demo)" },
        "text": { "es": "Primera. La oficina acompaña la puesta en marcha durante seis meses. Segunda. La empresa cubre los gastos y comparte las mediciones. (demo)" },
        "economics": { "currency": "MXN", "upfront": "180000.00", "milestones": [
            { "title": "Puesta en marcha aceptada", "dueOn": null, "amount": "120000.00" } ] },
        "ipOwnership": "ORIGINAL_OWNER",
    }))?;
    Ok((AgreementType::TechnicalAssistanceAgreement, input))
}

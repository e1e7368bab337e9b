//! The variables of the operations in the playground's menu, made of the demo's records.

use chrono::Months;
use entity::{OrganizationId, agreement};
use serde_json::{Value, json};

use super::things::{Found, Things};
use crate::calendar::day_of;

pub(super) fn version(found: &Found) -> Value {
    let (id, version) = found.clone().unwrap_or((String::new(), 1));
    json!({ "input": { "id": id, "expectedVersion": version } })
}

pub(super) fn what_to_draft(company: OrganizationId) -> Value {
    json!({ "input": {
        "company": company.to_string(),
        "type": "TECHNOLOGY_REQUEST",
        "title": { "es": "Recuperar calor de los hornos de recocido", "en": "Recover heat from annealing furnaces" },
        "summary": { "es": "Buscamos aprovechar el calor de los gases de salida de hornos de recocido para precalentar el aire de combustión." },
        "description": { "es": "Los gases salen a 480 °C y hoy se pierden. Se busca un intercambiador que resista condensados ácidos y se limpie sin parar el horno." },
        "technicalSpecification": { "es": "Caudal de 2,500 m3/h, polvo fino, aire de combustión a 250 °C o más." },
        "partnerRole": { "es": "Diseñar, instalar y medir el ahorro con nuestro personal." },
        "partnershipTypes": ["COMMERCIAL_AGREEMENT_WITH_TECHNICAL_ASSISTANCE"],
        "scian": ["3311"], "acceptedTrlMin": 7, "acceptedTrlMax": 9,
    } })
}

pub(super) fn what_to_match() -> Value {
    json!({ "input": {
        "title": { "es": "Reducir el consumo de agua en el teñido" },
        "summary": { "es": "Buscamos teñir algodón con menos agua y menos sal, y tratar el efluente con color." },
        "scian": ["3133"], "acceptedTrlMin": 6, "acceptedTrlMax": 9,
        "partnershipTypes": ["RD_COOPERATION_AGREEMENT"],
    } })
}

pub(super) fn pretty(variables: &Value) -> String {
    let empty = variables.as_object().is_some_and(serde_json::Map::is_empty);
    if empty { String::new() } else { serde_json::to_string_pretty(variables).unwrap_or_default() }
}

/// Variables, with more in their input.
pub(super) fn with(mut variables: Value, more: &Value) -> Value {
    if let (Some(input), Some(more)) = (variables["input"].as_object_mut(), more.as_object()) {
        input.extend(more.clone());
    }
    variables
}

pub(super) fn what_is_recorded(things: &Things) -> Value {
    json!({ "input": {
        "ott": things.officers.to_string(),
        "figure": "PATENT",
        "title": { "es": "Membrana de alga para envases", "en": "Algal membrane for packaging" },
        "summary": { "es": "Película compostable que detiene el oxígeno." },
        "scian": ["326"],
        "technologyKeywords": ["C08J"],
        "trl": 5,
        "inventors": [
            { "name": "Inventora Uno (demo)", "shareBp": 6_000 },
            { "name": "Inventor Dos (demo)", "shareBp": 4_000 },
        ],
        "events": [
            { "kind": "FILED", "on": "2021-05-10" },
            { "kind": "PUBLISHED", "on": "2022-11-10" },
        ],
        "listed": true,
    } })
}

pub(super) fn what_was_decided(things: &Things) -> Value {
    let note = "La planta ya opera un equipo parecido; basta un taller de dos días.";
    with(version(&things.sealed), &json!({ "eligibility": "CONDITIONAL", "note": note }))
}

pub(super) fn what_was_assessed(
    things: &Things,
    kind: &str,
    chamber: Option<OrganizationId>,
) -> Value {
    json!({ "input": {
        "organization": things.company.to_string(),
        "chamber": chamber.map(|chamber| chamber.to_string()),
        "kind": kind,
        "assessedOn": things.today,
        "scores": { "awareness": 3, "search": 2, "coreCompetence": 3, "strategy": 2, "assessSelect": 2,
            "acquireAbsorb": 2, "implementUse": 3, "learn": 2, "externalLinks": 2 },
        "evidence": ["Cuestionario de nueve apartados", "Visita a planta"],
    } })
}

/// The next five years, or what is left of its term.
pub(super) fn what_was_paid(things: &Things) -> Value {
    let Some(asset) = &things.kept else { return version(&None) };
    let five = asset.next_fee_due_on.and_then(|due| due.checked_add_months(Months::new(60)));
    let found = Some((asset.id.to_string(), asset.version));
    let until = five.min(asset.expires_on);
    let paid = json!({ "kind": "FEE_PAID", "on": day_of(asset.created_at), "paidUntil": until });
    with(version(&found), &paid)
}

pub(super) fn what_interests(things: &Things) -> Value {
    json!({ "input": {
        "direction": "OFFER_TO_NEED",
        "from": things.officers.to_string(),
        "need": things.answerable.as_ref().map(|found| &found.0),
        "anonymous": false,
        "cooperationSought": { "es": "Un piloto de seis meses en planta, con medición antes y después." },
        "contribution": { "es": "Un laboratorio con tres proyectos terminados en este campo." },
        "questions": { "es": "¿Qué datos de proceso se pueden compartir antes de firmar?" },
        "requirementAnswers": [{ "criterion": "Puesta en marcha sin parar la línea", "response": "MATCH" }],
        "partnershipTypes": ["COMMERCIAL_AGREEMENT_WITH_TECHNICAL_ASSISTANCE"],
    } })
}

/// The input for a verb of an agreement, for a party.
pub(super) fn on_agreement(row: Option<&agreement::Model>, party: Option<OrganizationId>) -> Value {
    let (id, version) = row.map(|row| (row.id.to_string(), row.version)).unwrap_or_default();
    let mut input = json!({ "id": id, "expectedVersion": version });
    if let Some(party) = party {
        input["party"] = json!(party.to_string());
    }
    json!({ "input": input })
}

pub(super) fn what_to_sign(things: &Things) -> Value {
    let mut told = on_agreement(things.to_sign.as_ref(), Some(things.company));
    told["input"]["sha256"] = json!(things.to_sign.as_ref().map(|row| &row.sha256));
    told
}

pub(super) fn what_to_evaluate(things: &Things) -> Value {
    let mut told = version(&things.introduced);
    told["input"]["evaluation"] =
        json!({ "es": "Encajan en proceso y escala; falta medir el ahorro en planta." });
    told
}

pub(super) fn what_was_met(things: &Things) -> Value {
    let (agreement, id, version) = things.met.clone().unwrap_or_default();
    json!({ "input": { "id": id, "expectedVersion": version, "agreement": agreement,
        "outcome": { "es": "Se adoptó una solución con asistencia técnica; el indicador acordado se alcanzó." } } })
}

pub(super) fn what_to_validate(things: &Things) -> Value {
    let (id, version, outcome) = things.to_validate.clone().unwrap_or_default();
    json!({ "input": { "id": id, "expectedVersion": version, "outcome": outcome,
        "partner": things.office.to_string() } })
}

/// A project of the company alone, to be completed: who stands behind a need takes part.
pub(super) fn what_to_propose(things: &Things) -> Value {
    let (company, chamber) = (things.company.to_string(), things.chamber.to_string());
    let due = things.today + Months::new(4);
    json!({ "input": {
        "from": company, "type": "PILOT", "title": { "es": "Piloto de ahorro de energía" },
        "trlStart": 6, "trlTarget": 7, "budget": { "amount": "350000.00" },
        "consortium": [
            { "organization": company, "role": "LEADER", "shareBp": 8_000 },
            { "organization": things.office.to_string(), "role": "TECHNOLOGY_TRANSFER_OFFICE",
                "shareBp": 2_000 },
            { "organization": chamber, "role": "CHAMBER" },
        ],
        "funding": [{ "partner": company, "kind": "COMPANY", "form": "CASH",
            "amount": "350000.00" }],
        "milestones": [{ "kind": "TRL", "title": { "es": "Opera en la línea" },
            "responsible": things.office.to_string(), "dueOn": due, "trlAfter": 7 }],
    } })
}

pub(super) fn what_to_agree(things: &Things) -> Value {
    let (interest, company) = things.accepted.clone().unwrap_or_default();
    let office = things.officers.to_string();
    json!({ "input": {
        "from": office, "type": "MUTUAL_NDA", "interest": interest,
        "parties": [
            { "organization": office, "role": "PARTNER" },
            { "organization": company, "role": "PARTNER" },
        ],
        "title": { "es": "Convenio mutuo de confidencialidad" },
        "text": { "es": "Cada parte guarda secreto de lo que la otra le revele con ese carácter." },
        "confidentialityYears": 5,
    } })
}

pub(super) fn id(found: &Found) -> Value {
    json!({ "id": found.as_ref().map(|found| &found.0) })
}

pub(super) fn none() -> Value {
    json!({})
}

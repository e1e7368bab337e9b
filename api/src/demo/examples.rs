//! Ready operations for the playground, per role, that work on the demo data.

use std::collections::BTreeMap;

use chrono::Months;
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    DemoToken,
    operations::{
        ACCEPT_INTEREST, ACCEPT_MILESTONE, ACCEPT_PROJECT, AGREEMENT_COUNTS, AGREEMENTS,
        ANNOUNCE_PROGRAMME, APPLICATIONS, APPROVE_AGREEMENT, APPROVE_PROJECT, ASSIMILATION, ATTACH,
        BRING_ROLL, BULK_JOBS, BY_STATUS, CAPABILITIES, CAPABILITY_MAP, CHAMBER_NEEDS, CHAMBERS,
        CLIENTS, COUNTS, CREATE_CLIENT, CREATE_WEBHOOK, CROSSWALK, DECIDE_FEE, DESCRIBE,
        DISCLOSURES, DORMANT, DRAFT_CAPABILITY, DRAFT_INTEREST, DRAFT_NDA, DRAFT_NEED, EEN,
        ELIGIBILITY, EVALUATE_INTEREST, EXPORT, FEEDBACK, FILES, FOLLOW_INBOX, FOLLOW_NEEDS,
        FORM_PROJECT, FORWARD_INTEREST, FRAMEWORKS, FULFIL_NEED, INBOX, INTEREST_COUNTS, INTERESTS,
        INVITATIONS, INVITE_MEMBER, IP_ASSETS, LISTS, MATCH_COUNTS, MATCHES, MEMBERS, MEMBERSHIPS,
        NEED, NEED_CAPABILITIES, NEED_MATCHES, NEGOTIATE_INTEREST, NODE, OFFERS, OFFERS_TO_REVIEW,
        OFFICE_OFFERS, OVERRIDE_ELIGIBILITY, OWN_NEEDS, PATHWAY, PERSONAL_DATA, PORTFOLIO, PREVIEW,
        PROGRAMME_ELIGIBILITY, PROGRAMMES, PROJECTS, PROPOSE_PROJECT, PUBLIC_NEEDS, PUBLISH_NEED,
        PUBLISH_OFFER, RECENT, RECORD_ASSESSMENT, RECORD_ASSET, RECORD_IP_EVENT, RESPONSES,
        SAVE_SEARCH, SAVE_SEARCH_ONCE, SAVED_SEARCHES, SEARCH, SEND_MESSAGE, SHARE_AGREEMENT,
        SHORTLIST, SIGN_AGREEMENT, SUPPLY, TAKE_OVER, TIMELINE, TO_ANSWER, TO_REVIEW,
        VALIDATE_OUTCOME, VIEWER, WEBHOOKS, WORK_LIST,
    },
    things::Things,
    variables::{
        id, none, on_agreement, pretty, version, what_interests, what_is_recorded, what_to_agree,
        what_to_draft, what_to_evaluate, what_to_match, what_to_propose, what_to_sign,
        what_to_validate, what_was_assessed, what_was_decided, what_was_met, what_was_paid, with,
    },
};
use crate::{
    context::Service,
    error::{Error, Result},
};

/// One operation of the playground's menu.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Example {
    role: &'static str,
    title_es: &'static str,
    title_en: &'static str,
    query: &'static str,
    variables: String,
}

/// The operations as the playground reads them.
///
/// # Errors
/// When the database is away.
pub async fn examples(service: &Service, tokens: &BTreeMap<String, DemoToken>) -> Result<String> {
    let things = Things::gather(service, tokens).await?;
    let menu = [
        everybody, companies, chambers, offices, projects, programmes, searches, people, machines,
        network,
    ];
    let examples: Vec<Example> = menu
        .iter()
        .flat_map(|part| part(&things))
        .map(|(role, title_es, title_en, query, variables)| Example {
            role,
            title_es,
            title_en,
            query,
            variables: pretty(&variables),
        })
        .collect();
    serde_json::to_string(&examples).map_err(Error::internal)
}

/// Role, title in Spanish and in English, operation, variables.
type Entry = (&'static str, &'static str, &'static str, &'static str, Value);

/// What anybody may do.
fn everybody(things: &Things) -> Vec<Entry> {
    vec![
        ("PUBLIC", "Necesidades en oferta", "Needs on offer", PUBLIC_NEEDS, none()),
        (
            "PUBLIC",
            "Buscar en todo lo público",
            "Search what is public",
            SEARCH,
            json!({ "text": "agua residual" }),
        ),
        (
            "PUBLIC",
            "Ofertas para un subsector",
            "Offers for a subsector",
            OFFERS,
            json!({ "scian": "326" }),
        ),
        (
            "PUBLIC",
            "Qué saben hacer las oficinas",
            "What the offices can do",
            CAPABILITIES,
            json!({ "scian": "311" }),
        ),
        (
            "PUBLIC",
            "Otros métodos en las nueve dimensiones",
            "Other methods in the nine dimensions",
            CROSSWALK,
            none(),
        ),
        (
            "PUBLIC",
            "Propiedad intelectual y lo que dura su protección",
            "Intellectual property, and how long its protection lasts",
            IP_ASSETS,
            json!({ "scian": "311" }),
        ),
        ("PUBLIC", "Cámaras y su territorio", "Chambers and their territory", CHAMBERS, none()),
        (
            "PUBLIC",
            "Vocabularios y listas oficiales",
            "Vocabularies and official lists",
            LISTS,
            none(),
        ),
        (
            "PUBLIC",
            "Cualquier cosa por su id",
            "Anything by its id",
            NODE,
            id(&things.published_offer),
        ),
        ("PUBLIC", "¿Quién soy?", "Who am I?", VIEWER, none()),
        (
            "PUBLIC",
            "Qué tan rápido responde una cámara",
            "How fast a chamber answers",
            RESPONSES,
            json!({ "intermediary": things.chamber.to_string() }),
        ),
    ]
}

/// What a member of a company does.
fn companies(things: &Things) -> Vec<Entry> {
    vec![
        ("MEMBER_USER", "Lo que me espera", "What waits for me", INBOX, none()),
        ("MEMBER_USER", "Mis necesidades", "My needs", OWN_NEEDS, none()),
        (
            "MEMBER_USER",
            "Laboratorios y servicios para mi necesidad",
            "Laboratories and services for my need",
            NEED_CAPABILITIES,
            id(&things.published),
        ),
        (
            "MEMBER_USER",
            "Propiedad intelectual que nadie aprovecha",
            "Intellectual property that nobody uses",
            DORMANT,
            json!({ "atRisk": false }),
        ),
        (
            "MEMBER_USER",
            "Qué tan bien asimilamos tecnología",
            "How well we take up technology",
            ASSIMILATION,
            json!({ "id": things.company.to_string() }),
        ),
        (
            "MEMBER_USER",
            "El camino hacia una oferta",
            "The way to an offer",
            PATHWAY,
            json!({ "id": things.company.to_string(),
                "offer": things.published_offer.as_ref().map(|found| &found.0) }),
        ),
        (
            "MEMBER_USER",
            "Autoevaluarnos",
            "Assess ourselves",
            RECORD_ASSESSMENT,
            what_was_assessed(things, "SELF_ASSESSED", None),
        ),
        (
            "MEMBER_USER",
            "Ver ofertas antes de escribir",
            "See offers before writing",
            PREVIEW,
            what_to_match(),
        ),
        (
            "MEMBER_USER",
            "Escribir una necesidad",
            "Draft a need",
            DRAFT_NEED,
            what_to_draft(things.company),
        ),
        (
            "MEMBER_USER",
            "Una necesidad mía, completa",
            "A need of mine, in full",
            NEED,
            id(&things.own),
        ),
        ("MEMBER_USER", "Quién se interesa", "Who is interested", INTERESTS, none()),
        (
            "MEMBER_USER",
            "Aceptar una expresión de interés",
            "Accept an expression of interest",
            ACCEPT_INTEREST,
            version(&things.forwarded),
        ),
        (
            "MEMBER_USER",
            "Aprobar un convenio",
            "Approve an agreement",
            APPROVE_AGREEMENT,
            on_agreement(things.to_approve.as_ref(), Some(things.company)),
        ),
        (
            "MEMBER_USER",
            "Firmar un convenio de confidencialidad",
            "Sign a non-disclosure agreement",
            SIGN_AGREEMENT,
            what_to_sign(things),
        ),
        ("MEMBER_USER", "Nuestros convenios", "Our agreements", AGREEMENTS, none()),
        (
            "MEMBER_USER",
            "Dar por satisfecha una necesidad",
            "Say that a need has been met",
            FULFIL_NEED,
            what_was_met(things),
        ),
        ("MEMBER_USER", "Quién vio lo nuestro", "Who saw what is ours", DISCLOSURES, none()),
        ("MEMBER_USER", "Archivos de mis necesidades", "Files of my needs", FILES, none()),
        (
            "MEMBER_USER",
            "Adjuntar un archivo a una expresión de interés",
            "Attach a file to an expression of interest",
            ATTACH,
            json!({ "input": {
                "record": things.forwarded.as_ref().map(|found| &found.0),
                "level": "INTRODUCED",
                "title": { "es": "Balance de energía" },
                "fileName": "balance.pdf",
                "sizeBytes": 184_320,
                "sha256": "0".repeat(64),
            } }),
        ),
    ]
}

/// What speakers of a chamber do.
fn chambers(things: &Things) -> Vec<Entry> {
    vec![
        ("CHAMBER_LIAISON", "Lo que me espera", "What waits for me", INBOX, none()),
        ("CHAMBER_LIAISON", "Necesidades por revisar", "Needs to review", TO_REVIEW, none()),
        (
            "CHAMBER_LIAISON",
            "Publicar una necesidad",
            "Publish a need",
            PUBLISH_NEED,
            version(&things.in_review),
        ),
        (
            "CHAMBER_LIAISON",
            "Empresas afiliadas",
            "Affiliated companies",
            MEMBERS,
            json!({ "chamber": things.chamber.to_string() }),
        ),
        (
            "CHAMBER_ADMIN",
            "Qué trae la cámara y cómo encaja",
            "What the chamber brings and how it fits",
            CHAMBER_NEEDS,
            json!({ "chamber": things.chamber.to_string() }),
        ),
        (
            "CHAMBER_ADMIN",
            "Qué fue de las coincidencias",
            "What came of the matches",
            MATCH_COUNTS,
            none(),
        ),
        (
            "CHAMBER_ADMIN",
            "Mapa de capacidades por región",
            "Map of capabilities by region",
            CAPABILITY_MAP,
            json!({ "sector": "31-33", "chamber": things.chamber.to_string() }),
        ),
        (
            "CHAMBER_ADMIN",
            "Registrar una evaluación asistida",
            "Record an assisted assessment",
            RECORD_ASSESSMENT,
            what_was_assessed(things, "ASSISTED", Some(things.chamber)),
        ),
        ("CHAMBER_ADMIN", "Lo que me espera", "What waits for me", INBOX, none()),
        ("CHAMBER_ADMIN", "Qué ha pasado", "What happened", TIMELINE, none()),
        (
            "CHAMBER_ADMIN",
            "Convenios marco y su avance",
            "Framework agreements and their progress",
            FRAMEWORKS,
            none(),
        ),
        ("CHAMBER_ADMIN", "Necesidades por estado", "Needs by status", BY_STATUS, none()),
        (
            "CHAMBER_LIAISON",
            "Expresiones de interés por atender",
            "Expressions of interest to take care of",
            TO_ANSWER,
            none(),
        ),
        (
            "CHAMBER_LIAISON",
            "Atender una expresión de interés",
            "Take over an expression of interest",
            TAKE_OVER,
            version(&things.received),
        ),
        (
            "CHAMBER_LIAISON",
            "Turnar una expresión de interés",
            "Hand on an expression of interest",
            FORWARD_INTEREST,
            version(&things.taken_over),
        ),
        (
            "CHAMBER_LIAISON",
            "Escribir sobre una expresión de interés",
            "Write on an expression of interest",
            SEND_MESSAGE,
            json!({ "input": {
                "interest": things.received.as_ref().map(|found| &found.0),
                "level": "NETWORK",
                "text": "Gracias; en esta semana le respondemos.",
            } }),
        ),
    ]
}

/// What there is to apply for, and for whom.
fn programmes(things: &Things) -> Vec<Entry> {
    vec![
        ("PUBLIC", "Programas y convocatorias", "Programmes and calls", PROGRAMMES, none()),
        (
            "MEMBER_USER",
            "A qué programas podemos solicitar",
            "To which programmes we may apply",
            PROGRAMME_ELIGIBILITY,
            json!({ "company": things.company.to_string() }),
        ),
        (
            "NETWORK_ADMIN",
            "Solicitudes a nuestros programas",
            "Applications to our programmes",
            APPLICATIONS,
            none(),
        ),
        (
            "CHAMBER_ADMIN",
            "Anunciar un programa",
            "Announce a programme",
            ANNOUNCE_PROGRAMME,
            json!({ "input": {
                "by": things.chamber.to_string(), "kind": "ACCELERATION",
                "title": { "es": "Aceleración de proveedores" },
                "opensOn": things.today, "closesOn": things.today + Months::new(3),
                "eligibleLeads": ["COMPANY", "STARTUP"], "smeRequired": true, "trlFrom": 5,
            } }),
        ),
    ]
}

/// What partners in a project do.
fn projects(things: &Things) -> Vec<Entry> {
    vec![
        ("MEMBER_USER", "Nuestros proyectos", "Our projects", PROJECTS, none()),
        (
            "MEMBER_USER",
            "Proponer un proyecto",
            "Propose a project",
            PROPOSE_PROJECT,
            what_to_propose(things),
        ),
        (
            "MEMBER_USER",
            "Convocar al consorcio de un proyecto",
            "Call the partners of a project together",
            FORM_PROJECT,
            with(version(&things.to_form), &json!({ "publishes": true })),
        ),
        (
            "MEMBER_USER",
            "Aceptar un hito",
            "Accept a milestone",
            ACCEPT_MILESTONE,
            with(
                version(&things.to_accept),
                &json!({ "number": 2, "partner": things.company.to_string() }),
            ),
        ),
        ("OTT_MANAGER", "Nuestros proyectos", "Our projects", PROJECTS, none()),
        (
            "OTT_MANAGER",
            "Aceptar la participación en un proyecto",
            "Accept a part in a project",
            ACCEPT_PROJECT,
            with(version(&things.to_join), &json!({ "partner": things.office.to_string() })),
        ),
        (
            "OTT_MANAGER",
            "Aprobar un proyecto",
            "Approve a project",
            APPROVE_PROJECT,
            with(version(&things.to_endorse), &json!({ "partner": things.office.to_string() })),
        ),
        (
            "OTT_MANAGER",
            "Validar un resultado",
            "Validate an outcome",
            VALIDATE_OUTCOME,
            what_to_validate(things),
        ),
        (
            "CHAMBER_ADMIN",
            "Proyectos de nuestras empresas",
            "Projects of our companies",
            PROJECTS,
            none(),
        ),
    ]
}

/// What speakers of a transfer office do.
fn offices(things: &Things) -> Vec<Entry> {
    vec![
        (
            "OTT_OFFICER",
            "Necesidades con sus mejores ofertas",
            "Needs with their best offers",
            MATCHES,
            none(),
        ),
        (
            "OTT_OFFICER",
            "Una necesidad y por qué encaja",
            "A need and why it fits",
            NEED_MATCHES,
            id(&things.published),
        ),
        ("OTT_OFFICER", "Lo que me espera", "What waits for me", INBOX, none()),
        ("OTT_OFFICER", "Mi lista de trabajo", "My work list", WORK_LIST, none()),
        (
            "OTT_OFFICER",
            "Preseleccionar una coincidencia",
            "Shortlist a match",
            SHORTLIST,
            version(&things.suggested),
        ),
        ("OTT_MANAGER", "Lo que me espera", "What waits for me", INBOX, none()),
        (
            "OTT_MANAGER",
            "Ofertas por revisar",
            "Offers to review",
            OFFERS_TO_REVIEW,
            json!({ "ott": things.office.to_string() }),
        ),
        (
            "OTT_MANAGER",
            "Publicar una oferta",
            "Publish an offer",
            PUBLISH_OFFER,
            version(&things.offer_in_review),
        ),
        (
            "OTT_MANAGER",
            "Mis ofertas y a quién sirven",
            "My offers and whom they serve",
            OFFICE_OFFERS,
            json!({ "ott": things.office.to_string() }),
        ),
        (
            "OTT_OFFICER",
            "Expresar interés en una necesidad",
            "Express interest in a need",
            DRAFT_INTEREST,
            what_interests(things),
        ),
        (
            "OTT_OFFICER",
            "Escribir un convenio de confidencialidad",
            "Draft a non-disclosure agreement",
            DRAFT_NDA,
            what_to_agree(things),
        ),
        (
            "OTT_MANAGER",
            "Compartir un convenio con la otra parte",
            "Share an agreement with the other party",
            SHARE_AGREEMENT,
            on_agreement(things.to_share.as_ref(), None),
        ),
        (
            "OTT_MANAGER",
            "Nuestro portafolio y sus anualidades",
            "Our portfolio and its fees",
            PORTFOLIO,
            none(),
        ),
        (
            "OTT_MANAGER",
            "Lo que duerme y puede caducar",
            "What lies dormant and may lapse",
            DORMANT,
            json!({ "atRisk": true }),
        ),
        (
            "OTT_MANAGER",
            "Decidir sobre una anualidad",
            "Decide about a fee",
            DECIDE_FEE,
            with(version(&things.fee_asked), &json!({ "decision": "OFFER" })),
        ),
        (
            "OTT_OFFICER",
            "Dar de alta una capacidad",
            "Write a capability down",
            DRAFT_CAPABILITY,
            json!({ "input": {
                "ott": things.officers.to_string(),
                "kind": "EQUIPMENT",
                "title": { "es": "Cámara de envejecimiento acelerado", "en": "Accelerated ageing chamber" },
                "summary": { "es": "Luz, humedad y temperatura para plásticos y pinturas." },
                "scian": ["326", "3255"], "capacityUnit": "12 muestras por ciclo", "leadTimeDays": 20,
                "priceBand": "B", "trlFrom": 4, "trlTo": 8,
            } }),
        ),
        (
            "OTT_OFFICER",
            "Registrar propiedad intelectual",
            "Put intellectual property on record",
            RECORD_ASSET,
            what_is_recorded(things),
        ),
        (
            "OTT_OFFICER",
            "Registrar el pago de una anualidad",
            "Record that a fee was paid",
            RECORD_IP_EVENT,
            what_was_paid(things),
        ),
        ("OTT_MANAGER", "Nuestros convenios", "Our agreements", AGREEMENTS, none()),
        (
            "OTT_OFFICER",
            "Evaluar una presentación",
            "Look into an introduction",
            EVALUATE_INTEREST,
            what_to_evaluate(things),
        ),
        (
            "OTT_OFFICER",
            "Pasar a negociar los términos",
            "Go on to talk about terms",
            NEGOTIATE_INTEREST,
            version(&things.evaluated),
        ),
        (
            "OTT_OFFICER",
            "A qué empresas conviene qué tecnología",
            "Which technology suits which company",
            ELIGIBILITY,
            none(),
        ),
        (
            "OTT_MANAGER",
            "Decidir a pesar de los niveles",
            "Decide in spite of the levels",
            OVERRIDE_ELIGIBILITY,
            what_was_decided(things),
        ),
        ("OTT_MANAGER", "Lo que está en trato", "What is under way", INTERESTS, none()),
    ]
}

/// What everybody of the network may save for themselves.
fn searches(_: &Things) -> Vec<Entry> {
    vec![
        (
            "PUBLIC",
            "Seguir lo que se ofrece (suscripción)",
            "Follow what is offered (subscription)",
            FOLLOW_NEEDS,
            json!({ "filter": {} }),
        ),
        (
            "CHAMBER_LIAISON",
            "Seguir mi bandeja (suscripción)",
            "Follow my inbox (subscription)",
            FOLLOW_INBOX,
            none(),
        ),
        (
            "OTT_OFFICER",
            "Avisarme de necesidades nuevas",
            "Tell me of new needs",
            SAVE_SEARCH,
            json!({ "input": {
                "kind": "NEED", "name": "Agua en la industria textil", "text": "agua teñido",
                "scian": ["313", "314"], "cadence": "DAILY",
            } }),
        ),
        (
            "OTT_OFFICER",
            "Guardar una vez, aunque se mande dos",
            "Save once, though it is sent twice",
            SAVE_SEARCH_ONCE,
            json!({
                "input": { "kind": "NEED", "name": "Calor residual", "text": "calor residual" },
                "key": "8e03978e-40d5-43dd-bc93-6894a57f9324",
            }),
        ),
        ("OTT_OFFICER", "Mis búsquedas guardadas", "My saved searches", SAVED_SEARCHES, none()),
        ("MEMBER_USER", "Mis búsquedas guardadas", "My saved searches", SAVED_SEARCHES, none()),
    ]
}

/// Who holds which role where, and what is held about people.
fn people(things: &Things) -> Vec<Entry> {
    let invite = |house: entity::OrganizationId, role: &str| {
        json!({ "input": {
            "organization": house.to_string(), "role": role,
            "name": "Persona Invitada (demo)", "email": "invitada@ejemplo.example",
        } })
    };
    let (liaison, manager) =
        (invite(things.chamber, "CHAMBER_LIAISON"), invite(things.office, "OTT_MANAGER"));
    vec![
        ("CHAMBER_ADMIN", "Invitar a alguien", "Invite somebody", INVITE_MEMBER, liaison),
        ("CHAMBER_ADMIN", "Invitaciones enviadas", "Invitations sent", INVITATIONS, none()),
        ("CHAMBER_ADMIN", "Quién es quién", "Who is who", MEMBERSHIPS, none()),
        ("OTT_OFFICER", "Mis colegas", "My colleagues", MEMBERSHIPS, none()),
        (
            "NETWORK_ADMIN",
            "Dar a una OTT quien la administre",
            "Give an office an admin",
            INVITE_MEMBER,
            manager,
        ),
        ("MEMBER_USER", "Mis datos personales", "My personal data", PERSONAL_DATA, none()),
    ]
}

/// Systems that ask by themselves, and systems that are told.
fn machines(things: &Things) -> Vec<Entry> {
    let input = json!({ "input": {
        "organization": things.chamber.to_string(), "role": "CHAMBER_LIAISON", "name": "CRM",
        "scopes": ["READ_NETWORK", "WRITE_NEEDS"],
    } });
    let told = json!({ "input": {
        "organization": things.chamber.to_string(), "name": "CRM",
        "url": "https://crm.example/vinculo", "kinds": ["NEED_SUBMITTED", "INTEREST_SUBMITTED"],
    } });
    let roll = json!({ "input": {
        "what": "ORGANIZATIONS", "organization": things.chamber.to_string(), "format": "CSV",
    } });
    vec![
        ("CHAMBER_ADMIN", "Traer un padrón", "Bring a roll", BRING_ROLL, roll),
        ("CHAMBER_ADMIN", "Trabajos masivos", "Bulk jobs", BULK_JOBS, none()),
        ("CHAMBER_ADMIN", "Dejar entrar a un sistema", "Let a system in", CREATE_CLIENT, input),
        ("CHAMBER_ADMIN", "Nuestros sistemas", "Our systems", CLIENTS, none()),
        ("NETWORK_ADMIN", "Los sistemas de todos", "Everybody's systems", CLIENTS, none()),
        ("CHAMBER_ADMIN", "Avisar a un sistema", "Tell a system", CREATE_WEBHOOK, told),
        ("CHAMBER_ADMIN", "Lo avisado", "What was told", WEBHOOKS, none()),
    ]
}

/// What the network itself does.
fn network(_: &Things) -> Vec<Entry> {
    let all = json!({ "input": {
        "query": "{ needs(filter: { status: [PUBLISHED] }) { nodes { folio title status state { label } chamber { name } publishedAt } } }",
        "format": "CSV",
    } });
    vec![
        ("ANALYST", "Exportar lo publicado", "Export what is published", EXPORT, all),
        ("ANALYST", "Mis exportaciones", "My exports", BULK_JOBS, none()),
        (
            "OTT_MANAGER",
            "Necesidades para la red europea",
            "Needs for the network of Europe",
            EEN,
            none(),
        ),
        ("NETWORK_ADMIN", "Todo lo que está en curso", "Everything under way", BY_STATUS, none()),
        (
            "ANALYST",
            "Necesidades por subsector y región",
            "Needs by subsector and region",
            COUNTS,
            none(),
        ),
        (
            "ANALYST",
            "Oferta y demanda por subsector",
            "Supply and demand in a subsector",
            SUPPLY,
            json!({ "scian": "311" }),
        ),
        (
            "ANALYST",
            "Convenios por tipo y año",
            "Agreements by type and year",
            AGREEMENT_COUNTS,
            none(),
        ),
        (
            "ANALYST",
            "Qué dice el esquema de una necesidad",
            "What the schema says of a need",
            DESCRIBE,
            json!({ "type": "Need" }),
        ),
        ("SERVICE", "Cambios recientes", "Recent changes", RECENT, none()),
        (
            "NETWORK_ADMIN",
            "En qué quedan las expresiones de interés",
            "How expressions of interest end",
            INTEREST_COUNTS,
            none(),
        ),
        (
            "NETWORK_ADMIN",
            "Lo decidido, para medir el motor",
            "What was decided, to measure the engine by",
            FEEDBACK,
            json!({ "first": 20 }),
        ),
    ]
}

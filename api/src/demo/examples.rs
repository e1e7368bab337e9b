//! Ready operations for the playground, per role, that work on the demo data.

use std::collections::BTreeMap;

use entity::{NeedStatus, OfferStatus, OrganizationId, need, offer};
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder};
use serde::Serialize;
use serde_json::{Value, json};

use super::DemoToken;
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
    let organization = |role: &str| {
        tokens
            .get(role)
            .and_then(|token| token.organization.parse::<OrganizationId>().ok())
            .unwrap_or_default()
    };
    let company = organization("MEMBER_USER");
    let chamber = organization("CHAMBER_LIAISON");
    let office = organization("OTT_MANAGER");
    let need = |condition| need_id(service, condition);
    let offer = |condition| offer_id(service, condition);
    let published = need(need::Column::Status.eq(NeedStatus::Published)).await?;
    let in_review = need(
        need::Column::Status.eq(NeedStatus::InReview).and(need::Column::ChamberId.eq(chamber)),
    )
    .await?;
    let own = need(need::Column::CompanyId.eq(company)).await?;
    let published_offer = offer(offer::Column::Status.eq(OfferStatus::Published)).await?;
    let offer_in_review =
        offer(offer::Column::Status.eq(OfferStatus::InReview).and(offer::Column::OttId.eq(office)))
            .await?;
    let version = |found: &Option<(String, i32)>| match found {
        Some((id, version)) => json!({ "input": { "id": id, "expectedVersion": version } }),
        None => json!({ "input": { "id": "", "expectedVersion": 1 } }),
    };
    let id = |found: &Option<(String, i32)>| json!({ "id": found.as_ref().map(|found| &found.0) });

    let none = || json!({});
    let all = [
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
        ("PUBLIC", "Cámaras y su territorio", "Chambers and their territory", CHAMBERS, none()),
        (
            "PUBLIC",
            "Vocabularios y listas oficiales",
            "Vocabularies and official lists",
            LISTS,
            none(),
        ),
        ("MEMBER_USER", "Mis necesidades", "My needs", OWN_NEEDS, none()),
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
            what_to_draft(company),
        ),
        ("MEMBER_USER", "Una necesidad mía, completa", "A need of mine, in full", NEED, id(&own)),
        ("CHAMBER_LIAISON", "Necesidades por revisar", "Needs to review", TO_REVIEW, none()),
        (
            "CHAMBER_LIAISON",
            "Publicar una necesidad",
            "Publish a need",
            PUBLISH_NEED,
            version(&in_review),
        ),
        (
            "CHAMBER_LIAISON",
            "Empresas afiliadas",
            "Affiliated companies",
            MEMBERS,
            json!({ "chamber": chamber.to_string() }),
        ),
        (
            "CHAMBER_ADMIN",
            "Qué trae la cámara y cómo encaja",
            "What the chamber brings and how it fits",
            CHAMBER_NEEDS,
            json!({ "chamber": chamber.to_string() }),
        ),
        ("CHAMBER_ADMIN", "Necesidades por estado", "Needs by status", BY_STATUS, none()),
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
            id(&published),
        ),
        (
            "OTT_MANAGER",
            "Ofertas por revisar",
            "Offers to review",
            OFFERS_TO_REVIEW,
            json!({ "ott": office.to_string() }),
        ),
        (
            "OTT_MANAGER",
            "Publicar una oferta",
            "Publish an offer",
            PUBLISH_OFFER,
            version(&offer_in_review),
        ),
        (
            "OTT_MANAGER",
            "Mis ofertas y a quién sirven",
            "My offers and whom they serve",
            OFFICE_OFFERS,
            json!({ "ott": office.to_string() }),
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
        ("SERVICE", "Cambios recientes", "Recent changes", RECENT, none()),
        ("PUBLIC", "Cualquier cosa por su id", "Anything by its id", NODE, id(&published_offer)),
        ("PUBLIC", "¿Quién soy?", "Who am I?", VIEWER, none()),
    ];
    menu(all)
}

/// The menu of the playground, in JSON.
fn menu(
    all: impl IntoIterator<Item = (&'static str, &'static str, &'static str, &'static str, Value)>,
) -> Result<String> {
    let examples: Vec<Example> = all
        .into_iter()
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

fn what_to_draft(company: OrganizationId) -> Value {
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

fn what_to_match() -> Value {
    json!({ "input": {
        "title": { "es": "Reducir el consumo de agua en el teñido" },
        "summary": { "es": "Buscamos teñir algodón con menos agua y menos sal, y tratar el efluente con color." },
        "scian": ["3133"], "acceptedTrlMin": 6, "acceptedTrlMax": 9,
        "partnershipTypes": ["RD_COOPERATION_AGREEMENT"],
    } })
}

fn pretty(variables: &Value) -> String {
    let empty = variables.as_object().is_some_and(serde_json::Map::is_empty);
    if empty { String::new() } else { serde_json::to_string_pretty(variables).unwrap_or_default() }
}

async fn need_id(
    service: &Service,
    condition: sea_orm::sea_query::SimpleExpr,
) -> Result<Option<(String, i32)>> {
    let row = need::Entity::find().filter(condition).order_by_asc(need::Column::Id);
    let row = row.one(service.db().fresh()).await?;
    Ok(row.map(|row| (row.id.to_string(), row.version)))
}

async fn offer_id(
    service: &Service,
    condition: sea_orm::sea_query::SimpleExpr,
) -> Result<Option<(String, i32)>> {
    let row = offer::Entity::find().filter(condition).order_by_asc(offer::Column::Id);
    let row = row.one(service.db().fresh()).await?;
    Ok(row.map(|row| (row.id.to_string(), row.version)))
}

const PUBLIC_NEEDS: &str = "# Lo que cualquiera puede leer, sin token.
query NeedsOnOffer {
  needs(first: 10, filter: { status: [PUBLISHED] }) {
    totalCount
    nodes { folio title summary state { label } subsectors { code label } chamber { name } publishedAt redactedFields }
    pageInfo { endCursor hasNextPage }
  }
}
";
const SEARCH: &str = "query Search($text: String!) {
  search(text: $text, first: 10) {
    totalCount
    edges { score node { __typename ... on Need { folio title } ... on Offer { folio title trl ott { name } } } }
  }
}
";
const OFFERS: &str = "query Offers($scian: String!) {
  offers(first: 10, filter: { scian: $scian, trlMin: 5 }) {
    totalCount
    nodes { folio title summary trl stage iprStatus ott { name } subsectors { label } }
  }
}
";
const CHAMBERS: &str = "query Chambers {
  organizations(first: 5, filter: { kind: [CHAMBER] }) {
    nodes { name chamberProfile { memberCountDeclared { count asOf source }
      regions { code name validFrom validTo delegations { code name state { label } } } } }
  }
}
";
const LISTS: &str = "query Lists {
  codeLists { name count }
  codes(list: \"scian\", level: \"subsector\", parent: \"31-33\", first: 25) { nodes { code labelEs labelEn } }
}
";
const OWN_NEEDS: &str = "query MyNeeds {
  viewer { grants { role actions organization { name } } }
  needs(first: 20, filter: { mine: true }, order: RECENTLY_UPDATED) { nodes { folio status title version disclosureLevel } }
}
";
const PREVIEW: &str = "query Preview($input: NeedInput!) {
  previewMatches(input: $input, first: 5) {
    matches { score coverage explanation components { feature weight value contribution explanation } offer { folio title } }
    userErrors { code field message }
  }
}
";
const DRAFT_NEED: &str = "mutation DraftNeed($input: DraftNeedInput!) {
  draftNeed(input: $input) { need { id folio version status region { name } } userErrors { code field message } }
}
";
const NEED: &str = "query Need($id: ID!) {
  need(id: $id) {
    folio status version title summary description technicalSpecification confidentialAnnex
    successCriteria { parameter unit comparator target mustHave }
    company { name } chamber { name } region { name } delegation { name }
    disclosureLevel redactedFields history { from to at reason note }
  }
}
";
const TO_REVIEW: &str = "query NeedsToReview {
  needs(first: 20, filter: { status: [IN_REVIEW] }, order: OLDEST) {
    totalCount
    nodes { id folio version title summary company { name } region { name } delegation { name } }
  }
}
";
const PUBLISH_NEED: &str = "# Quien escribió el texto no lo publica.
mutation PublishNeed($input: NeedVersionInput!) {
  publishNeed(input: $input) { need { folio status publishedAt expiresAt openForInterest } userErrors { code field message } }
}
";
const MEMBERS: &str = "query Members($chamber: ID!) {
  organizations(first: 20, filter: { chamber: $chamber }) {
    totalCount
    nodes { name sizeClass subsector { label } municipality { label } region { name } telephone email affiliations { memberNo category from } redactedFields }
  }
}
";
const BY_STATUS: &str = "query ByStatus {
  inReview: needs(filter: { status: [IN_REVIEW] }) { totalCount }
  published: needs(filter: { status: [PUBLISHED] }) { totalCount }
  onHold: needs(filter: { status: [ON_HOLD] }) { totalCount }
  fulfilled: needs(filter: { status: [FULFILLED] }) { totalCount }
  closedUnmet: needs(filter: { status: [CLOSED_UNMET] }) { totalCount }
  recent: needs(first: 5, order: RECENTLY_UPDATED) { nodes { folio status title history { from to at } } }
}
";
const MATCHES: &str = "query NeedsWithMatches {
  needs(first: 10, filter: { status: [PUBLISHED], openForInterest: true }) {
    nodes { folio title matches(first: 5) { nodes { score coverage explanation offer { folio title ott { name } } } } }
  }
}
";
const NEED_MATCHES: &str = "query NeedMatches($id: ID!) {
  need(id: $id) {
    title description technicalSpecification budgetBand successCriteria { parameter comparator target unit }
    matches(first: 10) { nodes { score coverage weightsVersion components { feature weight value contribution explanation english: explanation(language: EN) } offer { folio title trl } } }
  }
}
";
const CHAMBER_NEEDS: &str = "query ChamberNeeds($chamber: ID!) {
  organization(id: $chamber) {
    name
    needs(first: 10) {
      totalCount
      nodes { folio title subsector { label } matches(first: 3) { nodes { score explanation offer { folio title } } } }
    }
  }
}
";
const OFFICE_OFFERS: &str = "# Cada lista es una sola consulta a la base, por muchas ofertas que haya.
query OfficeOffers($ott: ID!) {
  organization(id: $ott) {
    name
    offers(first: 10) {
      totalCount
      nodes { folio title trl matches(first: 3) { nodes { score coverage need { folio title chamber { name } } } } }
    }
  }
}
";
const COUNTS: &str = "query NeedsBySubsectorAndRegion {
  needCounts(by: [SUBSECTOR, REGION], filter: { status: [PUBLISHED] }) { count subsector { code label } region { name } }
}
";
const OFFERS_TO_REVIEW: &str = "query OffersToReview($ott: ID!) {
  offers(first: 20, filter: { ott: $ott, status: [IN_REVIEW, DRAFT, RETURNED] }) {
    nodes { id folio version status title trl iprStatus enablingDetail indicativeTerms }
  }
}
";
const PUBLISH_OFFER: &str = "mutation PublishOffer($input: OfferVersionInput!) {
  publishOffer(input: $input) { offer { folio status publishedAt expiresAt } userErrors { code field message } }
}
";
const SUPPLY: &str = "query SupplyAndDemand($scian: String!) {
  needs(first: 20, filter: { scian: $scian, status: [PUBLISHED] }) { totalCount nodes { folio title problemKind budgetBand state { label } } }
  offers(first: 20, filter: { scian: $scian, status: [PUBLISHED] }) { totalCount nodes { folio title trl stage state { label } } }
}
";
const RECENT: &str = "query Recent {
  needs(first: 20, order: RECENTLY_UPDATED) { nodes { id folio status version updatedAt title description } pageInfo { endCursor hasNextPage } }
}
";
const NODE: &str = "query AnyNode($id: ID!) {
  node(id: $id) { __typename id ... on Offer { folio title advantages } ... on Need { folio title } ... on Organization { name } }
}
";
const VIEWER: &str = "query WhoAmI {
  viewer { person isNetworkMember networkLevel grants { role actions organization { name kind } regions { name } } }
}
";

//! The demo network: visibly invented, bilingual, with a past in which every
//! status occurs. It is loaded through the same imports and verbs as anything else.

mod agreements;
mod assets;
mod dealings;
mod examples;
mod levels;
mod operations;
mod past;
mod programmes;
mod projects;
mod things;
mod variables;

use std::{collections::BTreeMap, io::Read};

use entity::{OrganizationKind, PersonId, Role, external_ref, membership, organization};
use sea_orm::{
    ActiveEnum, ColumnTrait, EntityTrait, Iterable, PaginatorTrait, QueryFilter, QueryOrder,
};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    context::Service,
    error::{Error, Result},
    import::{self, Notes, Options},
    policy::Grant,
    token,
};

pub use examples::examples;

const ORGANIZATIONS: &str = include_str!("../../data/demo/organizations.csv");
const NETWORK: &str = include_str!("../../data/demo/network.json");
const NEEDS: [&str; 2] =
    [include_str!("../../data/demo/needs-1.jsonl"), include_str!("../../data/demo/needs-2.jsonl")];
const OFFERS: [&str; 2] = [
    include_str!("../../data/demo/offers-1.jsonl"),
    include_str!("../../data/demo/offers-2.jsonl"),
];

const CAPABILITIES: &str = include_str!("../../data/demo/capabilities.jsonl");
const ASSETS: &str = include_str!("../../data/demo/assets.jsonl");

/// Under which name the demo's external ids are kept.
const SYSTEM: &str = "demo";

/// Loads the demo network into an empty database. Returns whether it did: a
/// database with organizations in it is left as it is.
///
/// # Errors
/// When the database is away.
pub async fn load(service: &Service) -> Result<bool> {
    if organization::Entity::find().count(service.db().fresh()).await? > 0 {
        return Ok(false);
    }
    let options = Options { strict: true, system: Some(SYSTEM.to_owned()), ..Options::default() };
    // Companies come last: their delegations must be there before them.
    let header = ORGANIZATIONS.lines().next().unwrap_or_default();
    let company = |line: &&str| line.split(',').nth(1) == Some("COMPANY");
    let rows = || ORGANIZATIONS.lines().skip(1);
    let institutions: Vec<_> = rows().filter(|line| !company(line)).collect();
    let companies: Vec<_> = rows().filter(company).collect();
    read_organizations(service, header, &institutions, &options).await?;
    let mut network: Value = serde_json::from_str(NETWORK).map_err(Error::internal)?;
    let people = json!({ "people": network["people"].take() }).to_string();
    network["people"] = json!([]);
    import::network(service, &mut network.to_string().as_bytes(), &options).await?;
    read_organizations(service, header, &companies, &options).await?;
    import::network(service, &mut people.as_bytes(), &options).await?;
    past::write(service, &NEEDS, &OFFERS).await?;
    assets::write(service, ASSETS, CAPABILITIES).await?;
    dealings::write(service).await?;
    levels::write(service).await?;
    projects::write(service).await?;
    programmes::write(service).await?;
    Ok(true)
}

async fn read_organizations(
    service: &Service,
    header: &str,
    rows: &[&str],
    options: &Options,
) -> Result<()> {
    let file = format!("{header}\n{}\n", rows.join("\n"));
    let mut source: &[u8] = file.as_bytes();
    let source: &mut (dyn Read + Send) = &mut source;
    let mut notes = Notes::default();
    match import::organizations(service, source, options, &mut notes).await {
        Ok(_) => Ok(()),
        Err(error) => {
            let note = notes.0.iter().find(|note| note.error).map(|note| note.message.clone());
            Err(Error::internal(format!("{}: {note:?}", error.describe())))
        }
    }
}

/// A ready token for a role.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DemoToken {
    /// The token.
    pub token: String,
    /// The organization in which it holds the role.
    pub organization: String,
    /// What that organization is called.
    pub organization_name: String,
}

/// One person for each role, signed for by `sign`: whoever comes first in the demo's file.
///
/// # Errors
/// When the database is away or `sign` fails.
pub async fn tokens(
    service: &Service,
    sign: impl Fn(&str, &[token::Grant]) -> Result<String>,
) -> Result<BTreeMap<String, DemoToken>> {
    let mut tokens = BTreeMap::new();
    for role in Role::iter() {
        let Some((row, organization)) = first(service, role).await? else { continue };
        let grant = token::Grant {
            organization: row.organization_id.to_string(),
            role: role.to_value(),
            regions: row.regions.0.clone(),
            delegations: row.delegations.0.clone(),
        };
        let token = DemoToken {
            token: sign(&row.person_id.to_string(), &[grant])?,
            organization: row.organization_id.to_string(),
            organization_name: organization.trade_name.unwrap_or(organization.legal_name),
        };
        tokens.insert(role.to_value(), token);
    }
    Ok(tokens)
}

/// The first in the demo's file who holds a role still, and where.
async fn first(
    service: &Service,
    role: Role,
) -> Result<Option<(membership::Model, organization::Model)>> {
    let db = service.db().fresh();
    let network: Value = serde_json::from_str(NETWORK).map_err(Error::internal)?;
    let people = network["people"].as_array().into_iter().flatten();
    let keys = people.filter(|someone| someone["role"] == role.to_value().as_str());
    for key in keys.filter_map(|someone| someone["key"].as_str()) {
        let key = (SYSTEM.to_owned(), format!("person/{key}"));
        let Some(known) = external_ref::Entity::find_by_id(key).one(db).await? else { continue };
        let held = membership::Entity::find()
            .filter(membership::Column::PersonId.eq(known.record.parse::<PersonId>().ok()))
            .filter(membership::Column::Role.eq(role))
            .filter(membership::Column::ToAt.is_null());
        let Some(row) = held.one(db).await? else { continue };
        let organization = organization::Entity::find_by_id(row.organization_id).one(db).await?;
        if let Some(organization) = organization {
            return Ok(Some((row, organization)));
        }
    }
    Ok(None)
}

/// The grant of a membership, as the policy knows it.
fn grant(row: &membership::Model) -> Grant {
    Grant {
        organization: row.organization_id,
        role: row.role,
        regions: row.regions.parsed(),
        delegations: row.delegations.parsed(),
    }
}

/// The organizations of a kind, in an order that is the same in every demo.
async fn of_kind(service: &Service, kind: OrganizationKind) -> Result<Vec<organization::Model>> {
    Ok(organization::Entity::find()
        .filter(organization::Column::Kind.eq(kind))
        .order_by_asc(organization::Column::NameFolded)
        .all(service.db().fresh())
        .await?)
}

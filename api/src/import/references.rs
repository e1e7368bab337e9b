//! What files call things by.

use std::collections::{HashMap, HashSet};

use entity::{OrganizationId, OrganizationKind, external_ref, organization};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QuerySelect,
};

use crate::error::Result;

/// An organization on record.
pub(super) type Found = (OrganizationId, OrganizationKind);

/// The organizations behind references in a file: an id of ours, an external id of
/// the file's own system, or `SYSTEM/id`. What is not on record is left out.
pub(super) async fn find_organizations(
    db: &impl ConnectionTrait,
    system: &str,
    references: HashSet<&str>,
) -> Result<HashMap<String, Found>> {
    if references.is_empty() {
        return Ok(HashMap::new());
    }
    let mut systems: HashMap<&str, Vec<&str>> = HashMap::new();
    systems.entry(system).or_default().extend(&references);
    for (other, id) in references.iter().filter_map(|reference| reference.split_once('/')) {
        systems.entry(other).or_default().push(id);
    }
    let named = systems.into_iter().fold(Condition::any(), |any, (system, ids)| {
        any.add(
            external_ref::Column::System
                .eq(system)
                .and(external_ref::Column::ExternalId.is_in(ids)),
        )
    });
    let named: HashMap<(String, String), OrganizationId> = external_ref::Entity::find()
        .filter(named)
        .all(db)
        .await?
        .into_iter()
        .filter_map(|row| Some(((row.system, row.external_id), row.record.parse().ok()?)))
        .collect();
    let by_name = |system: &str, id: &str| named.get(&(system.to_owned(), id.to_owned()));
    let ids: HashMap<&str, OrganizationId> = references
        .into_iter()
        .filter_map(|reference| {
            let found = reference.parse().ok().or_else(|| by_name(system, reference).copied());
            let (other, id) = reference.split_once('/').unwrap_or_default();
            Some((reference, found.or_else(|| by_name(other, id).copied())?))
        })
        .collect();
    let kinds: HashMap<OrganizationId, OrganizationKind> = organization::Entity::find()
        .select_only()
        .columns([organization::Column::Id, organization::Column::Kind])
        .filter(organization::Column::Id.is_in(ids.values().copied()))
        .into_tuple()
        .all(db)
        .await?
        .into_iter()
        .collect();
    let found = |(reference, id): (&str, OrganizationId)| {
        Some((reference.to_owned(), (id, *kinds.get(&id)?)))
    };
    Ok(ids.into_iter().filter_map(found).collect())
}

/// The organization behind one reference.
pub(super) async fn find_organization(
    db: &impl ConnectionTrait,
    system: &str,
    reference: &str,
) -> Result<Option<OrganizationId>> {
    let found = find_organizations(db, system, HashSet::from([reference])).await?;
    Ok(found.into_values().next().map(|(id, _)| id))
}

//! Who holds which role where, as far as the command line needs it.

use entity::{
    Language, MembershipId, OrganizationId, PersonId, RegionId, Role, membership, organization,
    person, region,
};
use sea_orm::{ActiveEnum, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};

use crate::{
    context::Service,
    error::{Error, Result, UserErrorCode},
    event::Event,
};

/// For whom a token is wanted.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Where the role is held.
    pub organization: OrganizationId,
    /// The role's code.
    pub role: String,
    /// The regions to which the token is limited.
    pub regions: Vec<RegionId>,
    /// A person who holds the role; the first one when nobody is named.
    pub person: Option<PersonId>,
    /// Somebody who is put on record with the role.
    pub new_person: Option<String>,
}

/// The person for whom a token is signed: one who holds the role, or a new one.
///
/// # Errors
/// When there is no such organization, role or region, or nobody holds the role.
pub async fn holder(service: &Service, wanted: &Wanted) -> Result<PersonId> {
    let refused = |code, message: String| Error::refused(code, message);
    let role = Role::try_from_value(&wanted.role).ok().filter(|role| *role != Role::Public);
    let role = role.ok_or_else(|| {
        refused(UserErrorCode::Invalid, format!("{}: no es un rol / is not a role", wanted.role))
    })?;
    let mut work = service.system_work().await?;
    let known = organization::Entity::find_by_id(wanted.organization).one(work.tx()).await?;
    if known.is_none() {
        let message = format!("{}: no existe / does not exist", wanted.organization);
        return Err(refused(UserErrorCode::NotFound, message));
    }
    for id in &wanted.regions {
        let row = region::Entity::find_by_id(*id).one(work.tx()).await?;
        if row.is_none_or(|row| row.chamber_id != wanted.organization) {
            let message =
                format!("{id}: no es una región de la cámara / is no region of the chamber");
            return Err(refused(UserErrorCode::NotFound, message));
        }
    }
    if let Some(name) = &wanted.new_person {
        let person = person::Model {
            id: PersonId::new(work.now),
            version: 1,
            name: name.trim().to_owned(),
            email: None,
            phone: None,
            orcid: None,
            locale: Language::Es,
            created_at: work.now,
            erased_at: None,
        };
        let person = work.insert(work.viewer().allow_system(person)?).await?;
        let membership = membership::Model {
            id: MembershipId::new(work.now),
            version: 1,
            person_id: person.id,
            organization_id: wanted.organization,
            role,
            regions: wanted.regions.iter().collect(),
            delegations: entity::Codes::default(),
            from_at: work.now,
            to_at: None,
            invited_by: None,
            ended_by: None,
            end_note: None,
        };
        work.insert(work.viewer().allow_system(membership)?).await?;
        work.record(Event::MembersImported { organization: wanted.organization, count: 1 });
        work.commit().await?;
        return Ok(person.id);
    }
    let holder = membership::Entity::find()
        .filter(membership::Column::OrganizationId.eq(wanted.organization))
        .filter(membership::Column::Role.eq(role))
        .filter(membership::unended(work.now))
        .filter(
            Condition::all()
                .add_option(wanted.person.map(|id| membership::Column::PersonId.eq(id))),
        )
        .order_by_asc(membership::Column::Id)
        .one(work.tx())
        .await?;
    holder.map(|row| row.person_id).ok_or_else(|| {
        let message = "nadie tiene ese rol ahí; --new-person NAME lo da de alta / nobody holds that role there; --new-person NAME puts somebody on record";
        refused(UserErrorCode::NotFound, message.to_owned())
    })
}

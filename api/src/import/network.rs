//! The make-up of a network: what chambers and offices say of themselves, the
//! territory of chambers, and who holds which role. One JSON file.

use std::io::Read;

use chrono::NaiveDate;
use entity::{
    DelegationId, InnovationCommission, Localized, MemberCount, MemberCounts, MembershipId,
    OrganizationId, OttModel, OttService, PersonId, Recognition, Recognitions, RegionId,
    ResearchExpenditure, ResearchExpenditures, Role, chamber_profile, delegation, external_ref,
    membership, ott_profile, person, region,
};
use sea_orm::{ActiveModelBehavior, ColumnTrait, EntityTrait, ModelTrait, QueryFilter};
use serde::Deserialize;

use super::{Options, Report, begin, references::find_organization, system_of};
use crate::{
    context::Service,
    error::{Error, Result, UserErrorCode},
    event::Event,
    policy::Brought,
    roles::person_of,
    scalars::Decimal,
    text,
    work::{Row, Work},
};

/// The whole file.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Network {
    #[serde(default)]
    chambers: Vec<Chamber>,
    #[serde(default)]
    otts: Vec<Office>,
    #[serde(default)]
    people: Vec<Someone>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Chamber {
    organization: String,
    confederation: Option<String>,
    legal_regime: Option<Localized>,
    innovation_commission: Option<InnovationCommission>,
    #[serde(default)]
    member_count_declared: Vec<MemberCount>,
    #[serde(default)]
    sectors: Vec<String>,
    #[serde(default)]
    regions: Vec<Region>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Region {
    code: String,
    name: Option<String>,
    valid_from: Option<NaiveDate>,
    valid_to: Option<NaiveDate>,
    #[serde(default)]
    delegations: Vec<Delegation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Delegation {
    code: String,
    name: String,
    state_code: Option<String>,
    #[serde(default)]
    municipalities: Vec<String>,
    valid_from: Option<NaiveDate>,
    valid_to: Option<NaiveDate>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Office {
    organization: String,
    host_institution: Option<String>,
    model: Option<OttModel>,
    #[serde(alias = "networkMember")]
    red_ott_member: Option<Period>,
    #[serde(default)]
    recognitions: Vec<Recognition>,
    staff_fte: Option<String>,
    #[serde(default)]
    research_expenditure: Vec<Expenditure>,
    #[serde(default)]
    services_offered: Vec<OttService>,
    #[serde(default)]
    sectors_served: Vec<String>,
    #[serde(default)]
    states_served: Vec<String>,
    #[serde(default, alias = "acceptsDirectInterest")]
    accepts_direct_eoi: bool,
}

#[derive(Deserialize)]
struct Period {
    from: NaiveDate,
    to: Option<NaiveDate>,
}

#[derive(Deserialize)]
struct Expenditure {
    year: i32,
    amount: Decimal,
    currency: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Identity {
    issuer: String,
    subject: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Someone {
    key: String,
    name: String,
    email: Option<String>,
    /// How an identity provider calls them; without it they are known to our own tokens alone.
    identity: Option<Identity>,
    organization: String,
    role: Role,
    #[serde(default)]
    regions: Vec<String>,
    #[serde(default)]
    delegations: Vec<String>,
}

/// Imports the make-up of a network; the organizations that it names are on record already.
/// Everything or nothing; the same file again changes nothing.
///
/// # Errors
/// When the file is not of this form or names an organization that is not on record.
pub async fn network(
    service: &Service,
    source: &mut (dyn Read + Send),
    options: &Options,
) -> Result<Report> {
    let file: Network = serde_json::from_reader(source)
        .map_err(|error| Error::refused(UserErrorCode::Invalid, error.to_string()))?;
    let system = system_of(options);
    let mut work = begin(service, options).await?;
    let mut report = Report::default();
    for chamber in file.chambers {
        let outcome = write_chamber(&mut work, &system, chamber).await?;
        count(&mut report, outcome);
    }
    for office in file.otts {
        let outcome = write_office(&mut work, &system, office).await?;
        count(&mut report, outcome);
    }
    for someone in file.people {
        let outcome = write_person(&mut work, &system, someone).await?;
        count(&mut report, outcome);
    }
    if work.has_news() {
        work.commit().await?;
    }
    Ok(report)
}

/// What became of an entry of the file.
enum Outcome {
    Created,
    Updated,
    Unchanged,
}

fn count(report: &mut Report, outcome: Outcome) {
    report.lines += 1;
    match outcome {
        Outcome::Created => report.created += 1,
        Outcome::Updated => report.updated += 1,
        Outcome::Unchanged => report.unchanged += 1,
    }
}

async fn known(work: &Work, system: &str, reference: &str) -> Result<OrganizationId> {
    find_organization(work.tx(), system, reference).await?.ok_or_else(|| {
        let message = format!("{reference}: no existe / does not exist");
        Error::refused(UserErrorCode::NotFound, message)
    })
}

/// An id that stays with its external id: the one on record, or a new one that is put on record.
async fn id_of<I>(work: &Work, system: &str, key: &str, new: I) -> Result<(I, bool)>
where
    I: std::fmt::Display + std::str::FromStr,
{
    let known = external_ref::Entity::find_by_id((system.to_owned(), key.to_owned()))
        .one(work.tx())
        .await?;
    if let Some(id) = known.and_then(|row| row.record.parse().ok()) {
        return Ok((id, false));
    }
    let row = external_ref::Model {
        system: system.to_owned(),
        external_id: key.to_owned(),
        record: new.to_string(),
        fingerprint: text::fingerprint(&[key]),
    };
    work.insert(work.viewer().allow_brought(row)?).await?;
    Ok((new, true))
}

async fn write_chamber(work: &mut Work, system: &str, told: Chamber) -> Result<Outcome> {
    let chamber = known(work, system, &told.organization).await?;
    let confederation_id = match &told.confederation {
        Some(reference) => Some(known(work, system, reference).await?),
        None => None,
    };
    let profile = chamber_profile::Model {
        organization_id: chamber,
        confederation_id,
        legal_regime: told.legal_regime,
        innovation_commission: told.innovation_commission,
        sectors: told.sectors.iter().collect(),
        member_counts: MemberCounts(told.member_count_declared),
    };
    let (mut regions, mut delegations) = (Vec::new(), Vec::new());
    for region in told.regions {
        let key = format!("{}/region/{}", told.organization, region.code);
        let (id, _) = id_of(work, system, &key, RegionId::new(work.now)).await?;
        for row in region.delegations {
            let key = format!("{}/delegation/{}", told.organization, row.code);
            let (delegation, _) = id_of(work, system, &key, DelegationId::new(work.now)).await?;
            delegations.push(delegation::Model {
                id: delegation,
                chamber_id: chamber,
                region_id: id,
                code: row.code,
                name: row.name,
                state_code: row.state_code,
                municipalities: row.municipalities.iter().collect(),
                valid_from: row.valid_from,
                valid_to: row.valid_to,
            });
        }
        regions.push(region::Model {
            id,
            chamber_id: chamber,
            code: region.code,
            name: region.name,
            valid_from: region.valid_from,
            valid_to: region.valid_to,
        });
    }
    let before = chamber_profile::Entity::find_by_id(chamber).one(work.tx()).await?;
    let new = before.is_none();
    let mut changed = before.as_ref() != Some(&profile);
    if changed {
        let row = work.viewer().allow_brought(profile)?;
        work.insert_all(vec![row], &[chamber_profile::Column::OrganizationId]).await?;
    }
    let known = region::Entity::find().filter(region::Column::ChamberId.eq(chamber));
    let known = known.all(work.tx()).await?;
    changed |= write_changed(work, regions, &known, region::Column::Id).await?;
    let known = delegation::Entity::find().filter(delegation::Column::ChamberId.eq(chamber));
    let known = known.all(work.tx()).await?;
    changed |= write_changed(work, delegations, &known, delegation::Column::Id).await?;
    Ok(outcome(work, chamber, new, changed))
}

/// Writes those rows that are not on record as they are. Returns whether there were any.
async fn write_changed<R>(
    work: &Work,
    mut rows: Vec<R>,
    known: &[R],
    key: <<R as ModelTrait>::Entity as EntityTrait>::Column,
) -> Result<bool>
where
    R: Row + PartialEq + Brought,
    <<R as ModelTrait>::Entity as EntityTrait>::ActiveModel: ActiveModelBehavior + Send,
{
    rows.retain(|row| !known.contains(row));
    let any = !rows.is_empty();
    let rows = rows.into_iter().map(|row| work.viewer().allow_brought(row));
    work.insert_all(rows.collect::<Result<_>>()?, &[key]).await?;
    Ok(any)
}

fn outcome(work: &mut Work, organization: OrganizationId, new: bool, changed: bool) -> Outcome {
    if changed {
        work.record(Event::ProfileImported { organization });
    }
    match (new, changed) {
        (true, _) => Outcome::Created,
        (false, true) => Outcome::Updated,
        (false, false) => Outcome::Unchanged,
    }
}

async fn write_office(work: &mut Work, system: &str, told: Office) -> Result<Outcome> {
    let office = known(work, system, &told.organization).await?;
    let host_institution_id = match &told.host_institution {
        Some(reference) => Some(known(work, system, reference).await?),
        None => None,
    };
    let tenths = |text: &str| {
        Decimal::from_text(text)
            .and_then(|fte| i32::try_from(fte.0 / 10).ok())
            .ok_or_else(|| Error::refused(UserErrorCode::Invalid, format!("staffFte: {text}")))
    };
    let profile = ott_profile::Model {
        organization_id: office,
        host_institution_id,
        model: told.model,
        network_member_from: told.red_ott_member.as_ref().map(|period| period.from),
        network_member_to: told.red_ott_member.and_then(|period| period.to),
        recognitions: Recognitions(told.recognitions),
        staff_fte_tenths: told.staff_fte.as_deref().map(tenths).transpose()?,
        research_expenditure: ResearchExpenditures(
            told.research_expenditure
                .into_iter()
                .map(|row| ResearchExpenditure {
                    year: row.year,
                    minor: row.amount.0,
                    currency: row.currency,
                })
                .collect(),
        ),
        services_offered: entity::Codes::of(&told.services_offered),
        sectors_served: told.sectors_served.iter().collect(),
        states_served: told.states_served.iter().collect(),
        accepts_direct_interest: told.accepts_direct_eoi,
    };
    let before = ott_profile::Entity::find_by_id(office).one(work.tx()).await?;
    let (new, changed) = (before.is_none(), before.as_ref() != Some(&profile));
    if changed {
        let row = work.viewer().allow_brought(profile)?;
        work.insert_all(vec![row], &[ott_profile::Column::OrganizationId]).await?;
    }
    Ok(outcome(work, office, new, changed))
}

/// The region or delegation with this code of the chamber in which somebody holds a role.
async fn place(
    work: &Work,
    system: &str,
    told: &Someone,
    kind: &str,
    code: &str,
) -> Result<String> {
    let key = (system.to_owned(), format!("{}/{kind}/{code}", told.organization));
    let known = external_ref::Entity::find_by_id(key).one(work.tx()).await?;
    known.map(|row| row.record).ok_or_else(|| {
        let message = format!("{}: {code} no existe / does not exist", told.key);
        Error::refused(UserErrorCode::NotFound, message)
    })
}

async fn write_person(work: &mut Work, system: &str, told: Someone) -> Result<Outcome> {
    let organization = known(work, system, &told.organization).await?;
    let mut regions = Vec::with_capacity(told.regions.len());
    for code in &told.regions {
        regions.push(place(work, system, &told, "region", code).await?);
    }
    let mut delegations = Vec::with_capacity(told.delegations.len());
    for code in &told.delegations {
        delegations.push(place(work, system, &told, "delegation", code).await?);
    }
    let key = format!("person/{}", told.key);
    let known_elsewhere =
        told.identity.as_ref().and_then(|who| person_of(false, &who.issuer, &who.subject));
    let id = known_elsewhere.unwrap_or_else(|| PersonId::new(work.now));
    let (id, _) = id_of(work, system, &key, id).await?;
    // Whoever accepted an invitation is on record already; who was erased stays so.
    let known = person::Entity::find_by_id(id).one(work.tx()).await?;
    if known.as_ref().is_some_and(|row| row.erased_at.is_some()) {
        return Ok(Outcome::Unchanged);
    }
    if known.is_none() {
        let row = person::Model {
            id,
            version: 1,
            name: told.name,
            email: told.email,
            phone: None,
            orcid: None,
            locale: entity::Language::Es,
            created_at: work.now,
            erased_at: None,
        };
        work.insert(work.viewer().allow_brought(row)?).await?;
    }
    // Nor does anybody hold a role twice that they were invited to before.
    let held = membership::Entity::find()
        .filter(membership::Column::PersonId.eq(id))
        .filter(membership::Column::OrganizationId.eq(organization))
        .filter(membership::Column::Role.eq(told.role))
        .filter(membership::unended(work.now));
    if held.one(work.tx()).await?.is_some() {
        return Ok(Outcome::Unchanged);
    }
    let key = format!("person/{}/{}/{:?}", told.key, told.organization, told.role);
    let (membership, new) = id_of(work, system, &key, MembershipId::new(work.now)).await?;
    if new {
        let row = membership::Model {
            id: membership,
            version: 1,
            person_id: id,
            organization_id: organization,
            role: told.role,
            regions: regions.iter().collect(),
            delegations: delegations.iter().collect(),
            from_at: work.now,
            to_at: None,
            invited_by: None,
            ended_by: None,
            end_note: None,
        };
        work.insert(work.viewer().allow_brought(row)?).await?;
        work.record(Event::MembersImported { organization, count: 1 });
    }
    Ok(if new { Outcome::Created } else { Outcome::Unchanged })
}

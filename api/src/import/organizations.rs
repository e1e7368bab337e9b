//! A chamber's roll, or INEGI's directory, line by line into organizations and affiliations.

use std::{
    collections::{HashMap, HashSet, hash_map::Entry},
    io::Read,
};

use csv::StringRecord;
use entity::{
    AffiliationId, AffiliationStatus, DelegationId, OrganizationId, OrganizationKind, RegionId,
    Texts, VerificationLevel, affiliation, delegation, external_ref, membership, organization,
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect};

use super::{
    BATCH, Listener, Options, Problem, Report, Tally, begin, check_kind,
    lines::{Layout, OrganizationLine},
    references::{Found, find_organizations},
    refused,
    rows::Rows,
    system_of, unreadable,
};
use crate::{
    codes::SCIAN_EDITION,
    context::Service,
    error::Result,
    event::Event,
    policy::{DENUE, RollLine, Standing, affiliates, beyond_roll, brings_all},
    text,
    work::Work,
};

/// A line that can be written, with where it stood and what it said.
struct Ready {
    line: u64,
    fingerprint: i64,
    told: OrganizationLine,
}

/// The delegations of chambers that can take members now.
type Territory = HashMap<OrganizationId, Vec<delegation::Model>>;

/// Imports a roll of organizations: our own CSV layout, or DENUE's as published.
///
/// Lines are written 500 at a time, each batch whole or not at all. A bad line is
/// reported and left out; in a strict import one bad line leaves everything out.
///
/// # Errors
/// When the file's header is not one of the two, the chamber is none, a strict
/// import met a bad line, or the database is away.
pub async fn organizations(
    service: &Service,
    source: &mut (dyn Read + Send),
    options: &Options,
    listener: &mut dyn Listener,
) -> Result<Report> {
    if let Some(chamber) = options.chamber {
        check_kind(service, chamber, &[OrganizationKind::Chamber]).await?;
    }
    let mut rows =
        Rows::new(source).map_err(unreadable)?.map_err(|problem| refused(problem.message))?;
    let layout = Layout::of(&rows.header).map_err(|problem| refused(problem.message))?;
    let system = if layout.denue { DENUE.to_owned() } else { system_of(options) };

    let mut tally = Tally::new(options, listener);
    let mut seen: HashSet<i64> = HashSet::new();
    let mut territory = Territory::new();
    let mut batch = Vec::with_capacity(BATCH);
    let (mut settled, mut last) = (options.done.report.lines, options.done.line);
    let mut next = rows.next().map_err(unreadable)?;
    while let Some((_, row)) = next.take_if(|(line, _)| *line <= last) {
        recall(&layout, row, service, &mut seen);
        tally.recalled().await?;
        next = rows.next().map_err(unreadable)?;
    }
    // A strict import is one piece of work; any other commits after every batch.
    let mut work = begin(service, options).await?;
    loop {
        let row = next.take().map_or_else(|| rows.next(), |row| Ok(Some(row)));
        let row = row.map_err(unreadable)?;
        let more = row.is_some();
        if let Some((line, row)) = row {
            tally.report.lines += 1;
            last = line;
            match read(&layout, line, row, service, &mut seen, &mut tally) {
                Ok(ready) => batch.push(ready),
                Err(problems) => tally.skip(line, problems),
            }
        }
        // Also of a file that is wrong from end to end it is told how far it is.
        let many = tally.report.lines - settled >= 4 * BATCH as u64;
        if batch.len() == BATCH || many || !more && !batch.is_empty() {
            let lines = std::mem::take(&mut batch);
            write(&mut work, &system, lines, options, &mut territory, &mut tally).await?;
            if !options.strict {
                settled = tally.report.lines;
                work = tally.settle(work, last, (service, options)).await?;
            }
            tally.listener.progress(&tally.report);
        }
        if !more {
            return tally.finish(work, last, options).await;
        }
    }
}

/// What a line that was brought before says of the lines to come: its id occurs once.
fn recall(
    layout: &Layout,
    row: Result<StringRecord, Problem>,
    service: &Service,
    seen: &mut HashSet<i64>,
) {
    let told = row.map(|record| layout.read(&record, service.labels(), &mut Vec::new()));
    if let Ok(Ok(told)) = told {
        seen.insert(text::fingerprint(&[&told.external_id]));
    }
}

/// A line as far as it can be judged without the database.
fn read(
    layout: &Layout,
    line: u64,
    row: Result<StringRecord, Problem>,
    service: &Service,
    seen: &mut HashSet<i64>,
    tally: &mut Tally<'_>,
) -> Result<Ready, Vec<Problem>> {
    let record = row.map_err(|problem| vec![problem])?;
    let mut warnings = Vec::new();
    let told = layout.read(&record, service.labels(), &mut warnings);
    for warning in warnings {
        tally.warn(line, warning);
    }
    let told = told?;
    // Sixteen bytes a line tell duplicates; the ids themselves are not kept.
    if !seen.insert(text::fingerprint(&[&told.external_id])) {
        let message = "el identificador se repite en el archivo / the id occurs twice in the file";
        let column = if layout.denue { "id" } else { "externalId" };
        return Err(vec![Problem::at(column, message)]);
    }
    let cells: Vec<&str> = record.iter().collect();
    Ok(Ready { line, fingerprint: text::fingerprint(&cells), told })
}

/// Writes one batch: what is new, what has changed, and who belongs to which chamber.
async fn write(
    work: &mut Work,
    system: &str,
    lines: Vec<Ready>,
    options: &Options,
    territory: &mut Territory,
    tally: &mut Tally<'_>,
) -> Result<()> {
    let known: HashMap<String, external_ref::Model> = external_ref::Entity::find()
        .filter(external_ref::Column::System.eq(system))
        .filter(
            external_ref::Column::ExternalId
                .is_in(lines.iter().map(|l| l.told.external_id.as_str())),
        )
        .all(work.tx())
        .await?
        .into_iter()
        .map(|row| (row.external_id.clone(), row))
        .collect();
    let changed = lines.iter().filter_map(|line| {
        let known = known.get(&line.told.external_id)?;
        (known.fingerprint != line.fingerprint).then(|| known.record.parse().ok()).flatten()
    });
    let before: HashMap<OrganizationId, organization::Model> = organization::Entity::find()
        .filter(organization::Column::Id.is_in(changed.collect::<Vec<OrganizationId>>()))
        .all(work.tx())
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();

    let house = options.chamber.filter(|_| !brings_all(work.viewer()));
    let standings = match house {
        Some(house) if system == DENUE => {
            let ids = known.values().filter_map(|known| known.record.parse().ok());
            standings(work, house, ids.collect()).await?
        }
        _ => HashMap::new(),
    };
    let named = lines.iter().flat_map(|line| [&line.told.parent, &line.told.chamber]).flatten();
    let mut found =
        find_organizations(work.tx(), system, named.map(String::as_str).collect()).await?;
    let (mut rows, mut refs, mut members) = (Vec::new(), Vec::new(), Vec::new());
    for Ready { line, fingerprint, told } in lines {
        let record = known.get(&told.external_id);
        let id = match record.map(|known| known.record.parse()) {
            None => OrganizationId::new(work.now),
            Some(Ok(id)) => id,
            Some(Err(_)) => {
                let message = "es de otra cosa / belongs to something else";
                tally.skip(line, vec![Problem::at("externalId", message)]);
                continue;
            }
        };
        let kind = before.get(&id).map(|row| row.kind);
        let (parent, chamber) = match relatives(&told, &found, options, (house, kind)) {
            Ok(relatives) => relatives,
            Err(problem) => {
                tally.skip(line, vec![problem]);
                continue;
            }
        };
        if standings.get(&id).is_some_and(|standing| !affiliates(*standing)) {
            let message = "ya está en la red y no es de esta cámara: la afilia la administración de la red / is on the network already and not of this chamber: the network's admin affiliates it";
            tally.skip(line, vec![Problem::line(message)]);
            continue;
        }
        // What comes later in the file may name it.
        found.insert(told.external_id.clone(), (id, told.kind));
        if let Some(chamber) = chamber {
            members.push((line, id, chamber, told.clone()));
        }
        let same = record.is_some_and(|known| known.fingerprint == fingerprint);
        // What a directory says of a company on record is not a chamber's to change.
        if same || record.is_some() && house.is_some() && system == DENUE {
            tally.report.unchanged += 1;
            continue;
        }
        if record.is_some() {
            tally.report.updated += 1;
        } else {
            tally.report.created += 1;
        }
        refs.push(work.viewer().allow_brought(external_ref::Model {
            system: system.to_owned(),
            external_id: told.external_id.clone(),
            record: id.to_string(),
            fingerprint,
        })?);
        let by_chamber = options.chamber.is_some();
        let row = row(id, told, parent, by_chamber, before.get(&id), work);
        rows.push(work.viewer().allow_brought(row)?);
    }
    let organizations: Vec<_> = rows.iter().map(|row| row.id).collect();
    work.insert_all(rows, &[organization::Column::Id]).await?;
    let key = [external_ref::Column::System, external_ref::Column::ExternalId];
    work.insert_all(refs, &key).await?;
    let affiliated = affiliate(work, members, territory, tally).await?;
    if !organizations.is_empty() || affiliated > 0 {
        work.record(Event::OrganizationsImported { organizations });
    }
    Ok(())
}

/// How companies on record stand to a chamber that names them in its roll.
async fn standings(
    work: &Work,
    house: OrganizationId,
    companies: Vec<OrganizationId>,
) -> Result<HashMap<OrganizationId, Standing>> {
    let today = work.now.date_naive();
    let in_force = Condition::any()
        .add(affiliation::Column::ToOn.is_null())
        .add(affiliation::Column::ToOn.gte(today));
    let affiliations: Vec<(OrganizationId, OrganizationId)> = affiliation::Entity::find()
        .select_only()
        .columns([affiliation::Column::CompanyId, affiliation::Column::ChamberId])
        .filter(affiliation::Column::CompanyId.is_in(companies.iter().copied()))
        .filter(affiliation::Column::Status.eq(AffiliationStatus::Active))
        .filter(in_force)
        .into_tuple()
        .all(work.tx())
        .await?;
    let spoken_for: Vec<OrganizationId> = membership::Entity::find()
        .select_only()
        .column(membership::Column::OrganizationId)
        .filter(membership::Column::OrganizationId.is_in(companies))
        .filter(membership::unended(work.now))
        .into_tuple()
        .all(work.tx())
        .await?;
    let mut found: HashMap<OrganizationId, Standing> = HashMap::new();
    for (company, chamber) in affiliations {
        let standing = found.entry(company).or_default();
        standing.own |= chamber == house;
        standing.elsewhere |= chamber != house;
    }
    for company in spoken_for {
        found.entry(company).or_default().spoken_for = true;
    }
    Ok(found)
}

/// The parent and the chamber that a line names. A chamber that brings its own roll (`house`)
/// names neither institutions nor other chambers.
fn relatives(
    told: &OrganizationLine,
    found: &HashMap<String, Found>,
    options: &Options,
    (house, before): (Option<OrganizationId>, Option<OrganizationKind>),
) -> Result<(Option<OrganizationId>, Option<OrganizationId>), Problem> {
    let find = |column, reference: &Option<String>| {
        let Some(reference) = reference else { return Ok(None) };
        let message = "no existe; debe estar antes en el archivo / does not exist; must come before in the file";
        found.get(reference).copied().map(Some).ok_or_else(|| Problem::at(column, message))
    };
    let parent = find("parent", &told.parent)?;
    let chamber = find("chamber", &told.chamber)?;
    let line = RollLine {
        kind: told.kind,
        before,
        verification: told.verification,
        parent: parent.map(|(_, kind)| kind),
        chamber: chamber.map(|(id, _)| id),
    };
    if let Some(column) = house.and_then(|house| beyond_roll(line, house)) {
        let message =
            "sólo la administración de la red lo da de alta / only the network's admin brings this";
        return Err(Problem::at(column, message));
    }
    let parent = parent.map(|(id, _)| id);
    if chamber.is_some_and(|(_, kind)| kind != OrganizationKind::Chamber) {
        return Err(Problem::at("chamber", "no es una cámara / is not a chamber"));
    }
    // Institutions have no membership, whoever imports them.
    let company = matches!(told.kind, OrganizationKind::Company | OrganizationKind::Startup);
    let chamber = chamber.map(|(id, _)| id).or(options.chamber).filter(|_| company);
    Ok((parent, chamber))
}

fn row(
    id: OrganizationId,
    told: OrganizationLine,
    parent_id: Option<OrganizationId>,
    by_chamber: bool,
    before: Option<&organization::Model>,
    work: &Work,
) -> organization::Model {
    let labels = |code: &str| code.get(..3).filter(|_| !code.contains('-')).map(ToOwned::to_owned);
    let sector = told.scian.as_deref().map(|code| match code.get(..2) {
        Some("31" | "32" | "33") => "31-33".to_owned(),
        Some("48" | "49") => "48-49".to_owned(),
        other => other.unwrap_or_default().to_owned(),
    });
    let name = told.trade_name.as_deref().unwrap_or(&told.legal_name);
    let vouched =
        if by_chamber { VerificationLevel::ChamberVerified } else { VerificationLevel::Declared };
    organization::Model {
        id,
        version: before.map_or(1, |row| row.version + 1),
        kind: told.kind,
        name_folded: text::fold(name),
        legal_name: told.legal_name,
        trade_name: told.trade_name,
        rfc: told.rfc,
        reniecyt: told.reniecyt,
        reniecyt_valid_until: told.reniecyt_valid_until,
        siem_id: told.siem_id,
        denue_id: told.denue_id,
        size_class: told.size.map(|(class, _)| class),
        size_basis: told.size.map(|(_, basis)| basis),
        workers: told.workers,
        workers_stratum: told.workers_stratum,
        annual_sales_minor: told.annual_sales_minor,
        sector,
        subsector: told.scian.as_deref().and_then(labels),
        scian_edition: told.scian.as_ref().map(|_| SCIAN_EDITION),
        scian: told.scian,
        secondary_scian: told.secondary_scian.iter().collect(),
        state_code: told.state_code,
        municipality_code: told.municipality_code,
        address: told.address,
        postal_code: told.postal_code,
        latitude_e6: told.latitude_e6,
        longitude_e6: told.longitude_e6,
        telephone: told.telephone,
        email: told.email,
        website: told.website,
        year_founded: told.year_founded,
        exports: told.exports,
        certifications: Texts(told.certifications),
        languages: told.languages.iter().collect(),
        marks: Texts(told.marks),
        verification: told.verification.or(before.map(|row| row.verification)).unwrap_or(vouched),
        parent_id,
        created_at: before.map_or(work.now, |row| row.created_at),
        updated_at: work.now,
    }
}

/// Affiliates companies that are not affiliated yet. The delegation is the one
/// that the line names or, where exactly one serves the company's municipality,
/// that one; the state decides nothing.
async fn affiliate(
    work: &Work,
    members: Vec<(u64, OrganizationId, OrganizationId, OrganizationLine)>,
    territory: &mut Territory,
    tally: &mut Tally<'_>,
) -> Result<usize> {
    let known: HashMap<(OrganizationId, OrganizationId), affiliation::Model> =
        affiliation::Entity::find()
            .filter(affiliation::Column::CompanyId.is_in(members.iter().map(|member| member.1)))
            .filter(affiliation::Column::Status.eq(AffiliationStatus::Active))
            .all(work.tx())
            .await?
            .into_iter()
            .map(|row| ((row.company_id, row.chamber_id), row))
            .collect();
    let mut rows = Vec::new();
    for (line, company, chamber, told) in members {
        let place = place(work, territory, chamber, &told).await?;
        if told.delegation.is_some() && place.is_none() {
            let message = "no es una delegación vigente de la cámara / is no delegation of the chamber in force";
            tally.warn(line, Problem::at("delegation", message));
        }
        let (delegation_id, region_id) = place.unzip();
        let known = known.get(&(company, chamber));
        let row = affiliation::Model {
            id: known.map_or_else(|| AffiliationId::new(work.now), |row| row.id),
            company_id: company,
            chamber_id: chamber,
            delegation_id: delegation_id.or(known.and_then(|row| row.delegation_id)),
            region_id: region_id.or(known.and_then(|row| row.region_id)),
            member_no: told.member_no.or(known.and_then(|row| row.member_no.clone())),
            category: told.category.or(known.and_then(|row| row.category.clone())),
            from_on: told.affiliated_from.or(known.and_then(|row| row.from_on)),
            to_on: known.and_then(|row| row.to_on),
            status: AffiliationStatus::Active,
        };
        if known != Some(&row) {
            rows.push(work.viewer().allow_brought(row)?);
        }
    }
    let count = rows.len();
    work.insert_all(rows, &[affiliation::Column::Id]).await?;
    Ok(count)
}

async fn place(
    work: &Work,
    territory: &mut Territory,
    chamber: OrganizationId,
    told: &OrganizationLine,
) -> Result<Option<(DelegationId, RegionId)>> {
    let delegations = match territory.entry(chamber) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(place) => {
            let today = work.now.date_naive();
            let in_force = Condition::any()
                .add(delegation::Column::ValidTo.is_null())
                .add(delegation::Column::ValidTo.gte(today));
            let rows = delegation::Entity::find()
                .filter(delegation::Column::ChamberId.eq(chamber))
                .filter(in_force)
                .all(work.tx())
                .await?;
            place.insert(rows)
        }
    };
    let mut fitting =
        delegations.iter().filter(|row| match (&told.delegation, &told.municipality_code) {
            (Some(code), _) => row.code == *code,
            (None, Some(municipality)) => row.municipalities.0.contains(municipality),
            (None, None) => false,
        });
    let first = fitting.next();
    Ok(first.filter(|_| fitting.next().is_none()).map(|row| (row.id, row.region_id)))
}

//! Chambers with their regions, delegations and companies; transfer offices with
//! their institutions.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use entity::{
    AffiliationId, AffiliationStatus, Codes, DelegationId, Localized, MemberCount, MemberCounts,
    OrganizationId, OrganizationKind, OttModel, OttService, Recognition, RecognitionBody,
    Recognitions, RegionId, ResearchExpenditures, Texts, VerificationLevel, affiliation,
    chamber_profile, delegation, organization, ott_profile, region,
};

use super::{
    dice::{Dice, Skew},
    scene::Scene,
    writer::Writer,
};
use crate::{
    codes::{SCIAN_EDITION, main_subsector},
    error::Result,
    event::Event,
    import::BATCH,
    organizations::size::{size_class, size_sector},
    text,
};

/// What every name ends in, so that nobody takes it for a real one.
pub(super) const MARK: &str = "(generado)";

/// The regions of the largest chamber, each with its states.
const REGIONS: [(&str, &[&str]); 14] = [
    ("Noroeste", &["02", "03", "25", "26"]),
    ("Norte", &["08", "10"]),
    ("Nuevo León", &["19"]),
    ("Noreste", &["05", "28"]),
    ("Occidente", &["06", "14", "18"]),
    ("Bajío", &["11"]),
    ("Centro Norte", &["01", "24", "32"]),
    ("Querétaro e Hidalgo", &["13", "22"]),
    ("Ciudad de México", &["09"]),
    ("Estado de México", &["15"]),
    ("Oriente", &["21", "29"]),
    ("Golfo", &["27", "30"]),
    ("Sur", &["12", "16", "17", "20"]),
    ("Sureste", &["04", "07", "23", "31"]),
];
/// The smaller chambers: where, and one member for how many of the largest.
const SMALLER: [(&str, u64); 4] = [("14", 50), ("22", 70), ("21", 90), ("02", 110)];
/// The states with most industry have several delegations of the largest chamber.
const SEVERAL: [usize; 10] = [4, 4, 3, 3, 3, 2, 2, 2, 2, 2];
/// How long before the first need organizations were put on record.
const BEFORE: Duration = Duration::days(365);

/// A delegation of a chamber: where companies are.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) chamber: usize,
    pub(super) region: RegionId,
    pub(super) delegation: DelegationId,
    /// Which of the scene's states.
    pub(super) state: usize,
    municipalities: Vec<String>,
    near: Skew,
}

/// A company, as far as others refer to it.
#[derive(Debug)]
pub(super) struct Company {
    pub(super) id: OrganizationId,
    pub(super) place: u16,
    pub(super) activity: u16,
}

#[derive(Debug)]
pub(super) struct Office {
    pub(super) id: OrganizationId,
    /// Which of the scene's states.
    pub(super) state: usize,
}

#[derive(Debug)]
pub(super) struct Network {
    /// The network itself, as an organization.
    pub(super) network: OrganizationId,
    /// The largest first.
    pub(super) chambers: Vec<OrganizationId>,
    pub(super) places: Vec<Place>,
    /// The busiest first.
    pub(super) companies: Vec<Company>,
    /// Those with most offers first.
    pub(super) offices: Vec<Office>,
}

/// Who does how much: a few companies bring many needs, many bring one or none.
pub(super) fn busy_companies(count: usize) -> Skew {
    Skew::zipf(count, 50)
}

/// The largest office has thousands of offers, the smallest a few.
pub(super) fn busy_offices(count: usize) -> Skew {
    Skew::steep(count, 8)
}

pub(super) async fn write(writer: &mut Writer<'_>, scene: &Scene<'_>) -> Result<Network> {
    let mut dice = scene.dice("network", 0);
    let at = scene.begun - BEFORE;
    let name = format!("Red de Transferencia de Muestra {MARK}");
    let mut top = blank(OrganizationKind::Association, name, at, &mut dice);
    top.website = Some("https://red.example".to_owned());
    let mut network = Network {
        network: top.id,
        chambers: Vec::new(),
        places: Vec::new(),
        companies: Vec::new(),
        offices: Vec::new(),
    };
    writer.put(vec![top]).await?;
    writer.record(Event::OrganizationsImported { organizations: vec![network.network] }).await?;
    writer.end_batch().await?;
    write_chambers(writer, scene, &mut network, &mut dice).await?;
    write_companies(writer, scene, &mut network).await?;
    write_offices(writer, scene, &mut network).await?;
    Ok(network)
}

async fn write_chambers(
    writer: &mut Writer<'_>,
    scene: &Scene<'_>,
    network: &mut Network,
    dice: &mut Dice,
) -> Result<()> {
    let at = scene.begun - BEFORE;
    let all = REGIONS.map(|(name, states)| (name.to_owned(), states.to_vec()));
    let small = |(state, _): (&'static str, u64)| {
        let name = scene.labels.state(state).map_or("", |entry| entry.label_es.as_str());
        vec![(name.to_owned(), vec![state])]
    };
    let territories = [all.to_vec()].into_iter().chain(SMALLER.map(small));
    let sizes = [1].into_iter().chain(SMALLER.map(|(_, part)| part));
    for (number, (regions, part)) in territories.zip(sizes).enumerate() {
        let name = format!("Cámara de la Industria de Muestra {} {MARK}", number + 1);
        let row = blank(OrganizationKind::Chamber, name, at, dice);
        let id = row.id;
        network.chambers.push(id);
        writer.put(vec![row]).await?;
        writer.record(Event::OrganizationsImported { organizations: vec![id] }).await?;
        let members = scene.wanted.companies() / part;
        let (mut region_rows, mut delegation_rows) = (Vec::new(), Vec::new());
        for (place, (name, states)) in regions.iter().enumerate() {
            let region = RegionId(dice.id(at));
            region_rows.push(region::Model {
                id: region,
                chamber_id: id,
                code: format!("R{:02}", place + 1),
                name: Some(format!("Región {name} {MARK}")),
                valid_from: Some(at.date_naive()),
                valid_to: None,
            });
            for state in states {
                let places = places(scene, number, region, state, at, dice);
                for place in places {
                    let code = format!("D{:03}", delegation_rows.len() + 1);
                    delegation_rows.push(delegation::Model {
                        id: place.delegation,
                        chamber_id: id,
                        region_id: region,
                        name: format!("Delegación {code} {MARK}"),
                        code,
                        state_code: Some((*state).to_owned()),
                        municipalities: place.municipalities.iter().collect(),
                        valid_from: Some(at.date_naive()),
                        valid_to: None,
                    });
                    network.places.push(place);
                }
            }
        }
        let profile = chamber_profile::Model {
            organization_id: id,
            confederation_id: None,
            legal_regime: Some(Localized::spanish(format!("Cámara de industria {MARK}"))),
            innovation_commission: None,
            sectors: ["31-33"].into_iter().collect(),
            member_counts: MemberCounts(vec![MemberCount {
                count: i32::try_from(members).unwrap_or(i32::MAX),
                as_of: scene.day.date_naive(),
                source: format!("vinculo generate {MARK}"),
            }]),
        };
        writer.put(vec![profile]).await?;
        writer.put(region_rows).await?;
        writer.put(delegation_rows).await?;
        writer.record(Event::ProfileImported { organization: id }).await?;
        writer.end_batch().await?;
    }
    Ok(())
}

/// The delegations of a chamber in a state, which share its municipalities.
fn places(
    scene: &Scene<'_>,
    chamber: usize,
    region: RegionId,
    state: &str,
    at: DateTime<Utc>,
    dice: &mut Dice,
) -> Vec<Place> {
    let found = scene.states.iter().enumerate().find(|(_, known)| known.code == state);
    let Some((rank, known)) = found else { return Vec::new() };
    let several = if chamber == 0 { SEVERAL.get(rank).copied().unwrap_or(1) } else { 1 };
    let share = known.municipalities.len().div_ceil(several).max(1);
    let parts = known.municipalities.chunks(share);
    parts
        .map(|municipalities| Place {
            chamber,
            region,
            delegation: DelegationId(dice.id(at)),
            state: rank,
            municipalities: municipalities.to_vec(),
            near: Skew::zipf(municipalities.len(), 1),
        })
        .collect()
}

async fn write_companies(
    writer: &mut Writer<'_>,
    scene: &Scene<'_>,
    network: &mut Network,
) -> Result<()> {
    let largest = scene.wanted.companies();
    // The delegations of each chamber, by where most of the industry is.
    let territory = |chamber: usize| {
        let weight = |place: &Place| {
            let ours = place.chamber == chamber;
            if ours { 1_000_000 / (place.state as u64 + 2) } else { 0 }
        };
        Skew::of(network.places.iter().map(weight))
    };
    let territories: Vec<_> = (0..network.chambers.len()).map(territory).collect();
    let smaller = Skew::of(SMALLER.map(|(_, part)| largest / part));
    let others: u64 = SMALLER.map(|(_, part)| largest / part).iter().sum();
    let count = largest + others;
    let mut number = 0;
    while number < count {
        let (mut rows, mut affiliations) = (Vec::new(), Vec::new());
        while number < count && rows.len() < BATCH {
            let mut dice = scene.dice("company", number);
            // Members of the smaller chambers stand evenly among those of the largest.
            let other = (number + 1) * others / count > number * others / count;
            let chamber = if other { 1 + smaller.pick(&mut dice) } else { 0 };
            let place = territories[chamber].pick(&mut dice);
            let (row, company) = company(scene, network, number, place, &mut dice);
            let place = &network.places[place];
            affiliations.push(affiliation::Model {
                id: AffiliationId(dice.id(row.created_at)),
                company_id: row.id,
                chamber_id: network.chambers[place.chamber],
                delegation_id: Some(place.delegation),
                region_id: Some(place.region),
                member_no: Some(format!("{number:07}")),
                category: None,
                from_on: Some((row.created_at - dice.time(Duration::days(3_000))).date_naive()),
                to_on: None,
                status: AffiliationStatus::Active,
            });
            rows.push(row);
            network.companies.push(company);
            number += 1;
        }
        let organizations = rows.iter().map(|row| row.id).collect();
        writer.put(rows).await?;
        writer.put(affiliations).await?;
        writer.record(Event::OrganizationsImported { organizations }).await?;
        writer.end_batch().await?;
    }
    Ok(())
}

fn company(
    scene: &Scene<'_>,
    network: &Network,
    number: u64,
    place: usize,
    dice: &mut Dice,
) -> (organization::Model, Company) {
    let activity = scene.activity(dice);
    let known = &scene.activities[usize::from(activity)];
    let at = scene.begun - BEFORE + dice.time(BEFORE);
    let name = scene.words.name(number, dice);
    let trade = scene.words.trade(dice);
    let form = dice.one_of("S.A. de C.V.", &["S. de R.L. de C.V.", "S.A.P.I. de C.V.", "S.A.S."]);
    let row = blank(OrganizationKind::Company, format!("{trade} {name}, {form} {MARK}"), at, dice);
    let trade_name = dice.chance(60).then(|| format!("{name} {MARK}"));
    // The busiest are larger than most.
    let busy = number < scene.wanted.companies() / 20;
    let class = dice.below(100) + if busy { 40 } else { 0 };
    let workers = match class {
        0..80 => dice.between(1, 10),
        80..95 => dice.between(11, 50),
        95..125 => dice.between(51, 250),
        _ => dice.between(251, 2_500),
    };
    let sales = dice.chance(40).then(|| {
        let each = 20_000_000 + i64::from(dice.between(0, 60_000_000));
        each * i64::from(workers)
    });
    let sector = known.sector.clone().unwrap_or_default();
    let (size, basis) = size_class(workers, sales, size_sector(&sector));
    let home = &network.places[place];
    let municipality = home.municipalities.get(home.near.pick(dice));
    let named = trade_name.as_deref().unwrap_or(&row.legal_name);
    let row = organization::Model {
        name_folded: text::fold(named),
        trade_name,
        size_class: Some(size),
        size_basis: Some(basis),
        workers: Some(workers),
        annual_sales_minor: sales,
        subsector: main_subsector(&Codes(vec![known.code.clone()])),
        sector: known.sector.clone(),
        scian: Some(known.code.clone()),
        scian_edition: Some(SCIAN_EDITION),
        state_code: Some(scene.states[home.state].code.to_owned()),
        municipality_code: municipality.cloned(),
        address: Some(format!("Calle Generada {number} {MARK}")),
        postal_code: Some(format!("{}{:03}", scene.states[home.state].code, number % 1_000)),
        email: Some(format!("contacto@empresa-{number:05}.example")),
        website: dice.chance(30).then(|| format!("https://empresa-{number:05}.example")),
        year_founded: Some(dice.between(1960, 2023)),
        exports: Some(dice.chance(20)),
        certifications: Texts(dice.chance(25).then(|| "ISO 9001".to_owned()).into_iter().collect()),
        verification: VerificationLevel::ChamberVerified,
        ..row
    };
    let company = Company { id: row.id, place: u16::try_from(place).unwrap_or_default(), activity };
    (row, company)
}

async fn write_offices(
    writer: &mut Writer<'_>,
    scene: &Scene<'_>,
    network: &mut Network,
) -> Result<()> {
    let count = scene.wanted.offices();
    let mut number = 0;
    while number < count {
        let (mut hosts, mut offices, mut profiles) = (Vec::new(), Vec::new(), Vec::new());
        // An office and its institution: half a batch of each.
        while number < count && offices.len() < BATCH / 2 {
            let mut dice = scene.dice("office", number);
            let state = scene.where_to.pick(&mut dice);
            let (host, office) = office(scene, number, state, &mut dice);
            profiles.push(profile(scene, &office, &mut dice));
            network.offices.push(Office { id: office.id, state });
            hosts.push(host);
            offices.push(office);
            number += 1;
        }
        let organizations = hosts.iter().chain(&offices).map(|row| row.id).collect();
        for profile in &profiles {
            let organization = profile.organization_id;
            writer.record(Event::ProfileImported { organization }).await?;
        }
        writer.put(hosts).await?;
        writer.put(offices).await?;
        writer.put(profiles).await?;
        writer.record(Event::OrganizationsImported { organizations }).await?;
        writer.end_batch().await?;
    }
    Ok(())
}

/// An institution and its office.
fn office(
    scene: &Scene<'_>,
    number: u64,
    state: usize,
    dice: &mut Dice,
) -> (organization::Model, organization::Model) {
    let at = scene.begun - BEFORE;
    let name = scene.words.name(number, dice);
    let (kind, what) = dice.one_of(
        (OrganizationKind::HigherEducationInstitution, "Universidad de Muestra"),
        &[
            (OrganizationKind::HigherEducationInstitution, "Instituto de Muestra"),
            (OrganizationKind::PublicResearchCentre, "Centro Público de Muestra"),
            (OrganizationKind::PrivateRdCentre, "Centro Privado de Muestra"),
        ],
    );
    let state_code = Some(scene.states[state].code.to_owned());
    let host = organization::Model {
        state_code: state_code.clone(),
        website: Some(format!("https://institucion-{number:05}.example")),
        ..blank(kind, format!("{what} {name} {MARK}"), at, dice)
    };
    let office = organization::Model {
        state_code,
        parent_id: Some(host.id),
        website: Some(format!("https://ott-{number:05}.example")),
        email: Some(format!("contacto@ott-{number:05}.example")),
        ..blank(
            OrganizationKind::TechnologyTransferOffice,
            format!("Oficina de Transferencia {name} {MARK}"),
            at,
            dice,
        )
    };
    (host, office)
}

fn profile(scene: &Scene<'_>, office: &organization::Model, dice: &mut Dice) -> ott_profile::Model {
    let from = NaiveDate::from_ymd_opt(dice.between(2011, 2022), 1, 1);
    let recognition = |from| Recognition {
        body: RecognitionBody::ConacytSe,
        from,
        to: None,
        evidence: Some(format!("Constancia {MARK}")),
    };
    let services = [OttService::TechnologyWatch, OttService::Valuation, OttService::Negotiation];
    let sectors = [dice.one_of("31-33", &["54", "11"])];
    ott_profile::Model {
        organization_id: office.id,
        host_institution_id: office.parent_id,
        model: Some(dice.one_of(OttModel::Internal, &[OttModel::Group, OttModel::Independent])),
        network_member_from: from,
        network_member_to: None,
        recognitions: Recognitions(from.map(recognition).into_iter().collect()),
        staff_fte_tenths: Some(dice.between(10, 300)),
        research_expenditure: ResearchExpenditures::default(),
        services_offered: Codes::of(&services[..=dice.place(services.len() - 1)]),
        sectors_served: sectors.into_iter().collect(),
        states_served: scene.target_states(dice).into_iter().collect(),
        accepts_direct_interest: dice.chance(50),
    }
}

/// An organization of which nothing is known but its name.
fn blank(
    kind: OrganizationKind,
    legal_name: String,
    at: DateTime<Utc>,
    dice: &mut Dice,
) -> organization::Model {
    organization::Model {
        id: OrganizationId(dice.id(at)),
        version: 1,
        kind,
        name_folded: text::fold(&legal_name),
        legal_name,
        trade_name: None,
        rfc: None,
        reniecyt: None,
        reniecyt_valid_until: None,
        siem_id: None,
        denue_id: None,
        size_class: None,
        size_basis: None,
        workers: None,
        workers_stratum: None,
        annual_sales_minor: None,
        scian: None,
        secondary_scian: Codes::default(),
        scian_edition: None,
        sector: None,
        subsector: None,
        state_code: None,
        municipality_code: None,
        address: None,
        postal_code: None,
        latitude_e6: None,
        longitude_e6: None,
        telephone: None,
        email: None,
        website: None,
        year_founded: None,
        exports: None,
        certifications: Texts::default(),
        languages: Codes::default(),
        marks: Texts::default(),
        verification: VerificationLevel::Declared,
        parent_id: None,
        created_at: at,
        updated_at: at,
    }
}

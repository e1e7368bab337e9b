//! Who speaks for whom. One person for each role is the same in every generated
//! network, so that a script can ask for their tokens.

use std::collections::HashMap;

use chrono::{DateTime, TimeZone, Utc};
use entity::{
    Codes, ConsentId, ConsentPurpose, Language, MembershipId, OrganizationId, PersonId, RegionId,
    Role, consent, membership, person,
};
use sea_orm::ActiveEnum;

use super::{
    Somebody,
    dice::Dice,
    network::{MARK, Network},
    scene::Scene,
    writer::Writer,
};
use crate::{error::Result, event::Event, import::BATCH};

/// The office and the company that the shown people speak for: neither the busiest nor idle.
const SHOWN_OFFICE: usize = 10;
const SHOWN_COMPANY: usize = 20;
/// One company in so many, the busiest, has a person of its own on record.
const COMPANIES_A_PERSON: usize = 10;

/// Who acts for the organizations of the network.
#[derive(Debug, Default)]
pub(super) struct People {
    /// One for each role.
    pub(super) shown: Vec<Somebody>,
    /// The people of the busiest companies, in their order.
    members: Vec<PersonId>,
    liaisons: HashMap<RegionId, PersonId>,
    /// Officer and manager of each office.
    offices: Vec<(PersonId, PersonId)>,
}

impl People {
    /// Who writes a company's needs down; nobody where they come by import.
    pub(super) fn member(&self, company: usize) -> Option<PersonId> {
        self.members.get(company).copied()
    }

    /// Who reviews the needs of a region.
    pub(super) fn liaison(&self, region: RegionId) -> Option<PersonId> {
        self.liaisons.get(&region).copied()
    }

    /// Who writes an office's offers, and who reviews them.
    pub(super) fn office(&self, office: usize) -> (Option<PersonId>, Option<PersonId>) {
        self.offices.get(office).copied().unzip()
    }
}

/// The people of a batch.
struct Batch<'a> {
    scene: &'a Scene<'a>,
    /// How many people there are so far.
    count: u64,
    people: Vec<person::Model>,
    memberships: Vec<membership::Model>,
    consents: Vec<consent::Model>,
    events: Vec<Event>,
    shown: Vec<Somebody>,
}

impl Batch<'_> {
    /// Puts somebody on record: the one who is shown in this role, or somebody else.
    fn add(
        &mut self,
        role: Role,
        organization: OrganizationId,
        region: Option<RegionId>,
        shown: bool,
    ) -> PersonId {
        let mut dice = self.scene.dice("person", self.count);
        let at = self.scene.begun;
        let id = if shown { shown_person(role) } else { PersonId(dice.id(at)) };
        self.people.push(person::Model {
            id,
            version: 1,
            name: format!("Persona {:06} {MARK}", self.count),
            email: Some(format!("persona-{:06}@ejemplo.example", self.count)),
            phone: None,
            orcid: None,
            locale: Language::Es,
            created_at: at,
            erased_at: None,
        });
        self.memberships.push(membership::Model {
            id: MembershipId(dice.id(at)),
            version: 1,
            person_id: id,
            organization_id: organization,
            role,
            regions: region.into_iter().collect(),
            delegations: Codes::default(),
            from_at: at,
            to_at: None,
            invited_by: None,
            ended_by: None,
            end_note: None,
        });
        self.events.push(Event::MembersImported { organization, count: 1 });
        self.count += 1;
        if shown {
            self.shown.push(Somebody { role, organization, person: id });
        }
        id
    }

    /// A company's consent, given by its person.
    fn consent(&mut self, organization: OrganizationId, purpose: ConsentPurpose, by: PersonId) {
        let number = self.count * 2 + u64::from(purpose == ConsentPurpose::Publication);
        let at = self.scene.begun;
        let id = ConsentId(self.scene.dice("consent", number).id(at));
        self.consents.push(consent::Model {
            id,
            organization_id: organization,
            purpose,
            granted_by: by,
            granted_at: at,
            expires_at: None,
            withdrawn_at: None,
        });
        self.events.push(Event::ConsentGranted { consent: id, organization, purpose });
    }

    async fn write(&mut self, writer: &mut Writer<'_>) -> Result<()> {
        writer.put(std::mem::take(&mut self.people)).await?;
        writer.put(std::mem::take(&mut self.memberships)).await?;
        writer.put(std::mem::take(&mut self.consents)).await?;
        for event in std::mem::take(&mut self.events) {
            writer.record(event).await?;
        }
        writer.end_batch().await
    }
}

/// The person who is shown in a role: whatever the seed and the size.
fn shown_person(role: Role) -> PersonId {
    let at: DateTime<Utc> = Utc.timestamp_opt(1_704_067_200, 0).single().unwrap_or_default();
    PersonId(Dice::new(&role.to_value(), 0, 0).id(at))
}

pub(super) async fn write(
    writer: &mut Writer<'_>,
    scene: &Scene<'_>,
    network: &Network,
) -> Result<People> {
    let mut people = People::default();
    let mut batch = Batch {
        scene,
        count: 0,
        people: Vec::new(),
        memberships: Vec::new(),
        consents: Vec::new(),
        events: Vec::new(),
        shown: Vec::new(),
    };
    // A company of the largest chamber, and the liaison of its region.
    let in_largest = |company: &&super::network::Company| {
        network.places[usize::from(company.place)].chamber == 0
    };
    let shown_company = network.companies.iter().skip(SHOWN_COMPANY).find(in_largest);
    let shown_region =
        shown_company.map(|company| network.places[usize::from(company.place)].region);
    let shown_company = shown_company.map(|company| company.id);

    batch.add(Role::NetworkAdmin, network.network, None, true);
    batch.add(Role::Analyst, network.network, None, true);
    for (chamber, id) in network.chambers.iter().enumerate() {
        batch.add(Role::ChamberAdmin, *id, None, chamber == 0);
        let ours = network.places.iter().filter(|place| place.chamber == chamber);
        for region in ours.map(|place| place.region) {
            people.liaisons.entry(region).or_insert_with(|| {
                let shown = shown_region == Some(region);
                batch.add(Role::ChamberLiaison, *id, Some(region), shown)
            });
        }
    }
    let shown_office = SHOWN_OFFICE.min(network.offices.len().saturating_sub(1));
    for (number, office) in network.offices.iter().enumerate() {
        let officer = batch.add(Role::OttOfficer, office.id, None, number == shown_office);
        let manager = batch.add(Role::OttManager, office.id, None, number == shown_office);
        people.offices.push((officer, manager));
        if batch.people.len() >= BATCH {
            batch.write(writer).await?;
        }
    }
    let with_person = network.companies.len() / COMPANIES_A_PERSON;
    for company in network.companies.iter().take(with_person.max(SHOWN_COMPANY * 2)) {
        let shown = shown_company == Some(company.id);
        let member = batch.add(Role::MemberUser, company.id, None, shown);
        for purpose in [ConsentPurpose::Representation, ConsentPurpose::Publication] {
            batch.consent(company.id, purpose, member);
        }
        people.members.push(member);
        if batch.people.len() >= BATCH {
            batch.write(writer).await?;
        }
    }
    batch.write(writer).await?;
    people.shown = batch.shown;
    Ok(people)
}

//! The same few organizations in every story, and everybody who may look at what they do.

use api::policy::{Grant, Viewer};
use chrono::{DateTime, Utc};
use entity::{DelegationId, OrganizationId, OrganizationKind, PersonId, RegionId, Role};

use crate::{person::Person, records, world::World};

/// Two chambers with their companies, two transfer offices, the network.
#[derive(Clone, Copy, Debug)]
pub struct Cast {
    /// The chamber whose need it is.
    pub chamber: OrganizationId,
    /// Its region in which the company is.
    pub north: RegionId,
    /// Its other region.
    pub south: RegionId,
    /// The delegation of the north.
    pub northern: DelegationId,
    /// The delegation of the south.
    pub southern: DelegationId,
    /// The company whose need it is, in the north.
    pub company: OrganizationId,
    /// Another company of the chamber, in the south.
    pub ally: OrganizationId,
    /// Another chamber.
    pub other_chamber: OrganizationId,
    /// Its company.
    pub other_company: OrganizationId,
    /// The university of the office.
    pub university: OrganizationId,
    /// The office whose offer it is.
    pub ott: OrganizationId,
    /// Another office.
    pub other_ott: OrganizationId,
    /// The network of offices.
    pub network: OrganizationId,
}

impl Cast {
    /// The ids alone.
    #[must_use]
    pub fn new(now: DateTime<Utc>) -> Self {
        let org = || OrganizationId::new(now);
        Self {
            chamber: org(),
            north: RegionId::new(now),
            south: RegionId::new(now),
            northern: DelegationId::new(now),
            southern: DelegationId::new(now),
            company: org(),
            ally: org(),
            other_chamber: org(),
            other_company: org(),
            university: org(),
            ott: org(),
            other_ott: org(),
            network: org(),
        }
    }

    /// Every kind of viewer, with the roles that make it one; nothing for nobody.
    #[must_use]
    pub fn parts(&self) -> Vec<(&'static str, Option<Vec<Grant>>)> {
        use Role::{
            Analyst, ChamberAdmin, ChamberLiaison, MemberUser, NetworkAdmin, OttManager,
            OttOfficer, Service,
        };
        let within = |role, organization, regions: &[RegionId]| {
            let (regions, delegations) = (regions.to_vec(), Vec::new());
            Some(vec![Grant { organization, role, regions, delegations }])
        };
        let as_ = |role, organization| within(role, organization, &[]);
        vec![
            ("nobody", None),
            ("somebody without a role", Some(Vec::new())),
            ("member of the company", as_(MemberUser, self.company)),
            ("member of another company", as_(MemberUser, self.ally)),
            ("liaison of the chamber", as_(ChamberLiaison, self.chamber)),
            ("liaison, within the region", within(ChamberLiaison, self.chamber, &[self.north])),
            ("liaison, within another", within(ChamberLiaison, self.chamber, &[self.south])),
            ("admin of the chamber", as_(ChamberAdmin, self.chamber)),
            ("liaison of another chamber", as_(ChamberLiaison, self.other_chamber)),
            ("admin of another chamber", as_(ChamberAdmin, self.other_chamber)),
            ("officer of the office", as_(OttOfficer, self.ott)),
            ("manager of the office", as_(OttManager, self.ott)),
            ("officer of another office", as_(OttOfficer, self.other_ott)),
            ("manager of another office", as_(OttManager, self.other_ott)),
            ("admin of the network", as_(NetworkAdmin, self.network)),
            ("analyst", as_(Analyst, self.network)),
            ("service of the chamber", as_(Service, self.chamber)),
        ]
    }

    /// Every kind of viewer, as the rules see it.
    #[must_use]
    pub fn viewers(&self, now: DateTime<Utc>) -> Vec<(&'static str, Viewer)> {
        let viewer = |grants: Option<Vec<Grant>>| Viewer {
            person: grants.is_some().then(|| PersonId::new(now)),
            machine: None,
            grants: grants.unwrap_or_default(),
            system: false,
            now,
        };
        self.parts().into_iter().map(|(name, grants)| (name, viewer(grants))).collect()
    }

    /// Every kind of viewer, with a token.
    pub async fn people<'w>(&self, world: &'w World) -> Vec<(&'static str, Person<'w>)> {
        let mut people = Vec::new();
        for (name, grants) in self.parts() {
            people.push((
                name,
                match grants {
                    Some(grants) => world.somebody(grants).await,
                    None => world.nobody(),
                },
            ));
        }
        people
    }
}

impl World {
    /// Puts the cast on record.
    pub async fn cast(&self) -> Cast {
        use OrganizationKind::{
            Association, Chamber, Company, HigherEducationInstitution, TechnologyTransferOffice,
        };
        let now = self.now();
        let cast = Cast::new(now);
        for (id, kind, name) in [
            (cast.chamber, Chamber, "Cámara de Transformación"),
            (cast.company, Company, "Hornos del Valle, S.A. de C.V."),
            (cast.ally, Company, "Cerámica Sureña, S.A. de C.V."),
            (cast.other_chamber, Chamber, "Cámara Lejana"),
            (cast.other_company, Company, "Textiles Lejanos, S.A. de C.V."),
            (cast.university, HigherEducationInstitution, "Universidad del Ejemplo"),
            (cast.ott, TechnologyTransferOffice, "Oficina de Transferencia Ejemplar"),
            (cast.other_ott, TechnologyTransferOffice, "Oficina de Transferencia Ajena"),
            (cast.network, Association, "Red de Oficinas"),
        ] {
            let mut row = records::organization(id, kind, name, now);
            row.parent_id = (id == cast.ott).then_some(cast.university);
            self.put(row).await;
        }
        for (region, code, delegation) in
            [(cast.north, "R01", cast.northern), (cast.south, "R02", cast.southern)]
        {
            self.put(records::region(region, cast.chamber, code)).await;
            self.put(records::delegation(delegation, cast.chamber, region, code)).await;
        }
        for (company, chamber, place) in [
            (cast.company, cast.chamber, Some((cast.northern, cast.north))),
            (cast.ally, cast.chamber, Some((cast.southern, cast.south))),
            (cast.other_company, cast.other_chamber, None),
        ] {
            self.put(records::affiliation(company, chamber, place, now)).await;
        }
        cast
    }
}

//! An invented network of any size, to try things out and to measure: skewed as real
//! ones are, and marked as generated in every name. The same arguments make the
//! same rows, on either database.

mod assets;
mod capabilities;
mod dice;
mod life;
mod matches;
mod needs;
mod network;
mod offers;
mod people;
mod scene;
mod vocabulary;
mod writer;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use entity::{
    OrganizationId, PersonId, Role, affiliation, capability, chamber_profile, consent, delegation,
    event, history, ip_asset, ip_event, match_, membership, need, offer, organization, ott_profile,
    person, region,
};
use sea_orm::{EntityName, EntityTrait, PaginatorTrait};

use self::{scene::Scene, writer::Writer};
use crate::{
    codes::STATE,
    context::Service,
    error::{Error, Result, UserErrorCode},
    matches as suggestions,
};

/// What network is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Companies of the largest chamber at scale 1; everything that grows is in proportion.
    pub organizations: u32,
    /// How many times as much of everything that grows.
    pub scale: u32,
    /// What all chance comes from.
    pub seed: u64,
    /// The day up to which the network has lived.
    pub until: NaiveDate,
}

/// Where the generation tells what it does.
pub trait Listener {
    /// So many rows of so many that are expected, more or less, were written into a table.
    fn wrote(&mut self, table: &str, rows: u64);
}

/// Hears everything and says nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silence;

impl Listener for Silence {
    fn wrote(&mut self, _: &str, _: u64) {}
}

/// Somebody for whom a token can be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Somebody {
    /// As what.
    pub role: Role,
    /// Where.
    pub organization: OrganizationId,
    /// Who: the same in every generated network.
    pub person: PersonId,
}

/// What was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// How many rows each table was given.
    pub rows: BTreeMap<String, u64>,
    /// One person for each role.
    pub people: Vec<Somebody>,
}

impl Wanted {
    fn companies(&self) -> u64 {
        u64::from(self.organizations) * u64::from(self.scale)
    }

    /// So many for each 53,000 companies.
    fn share(&self, count: u64) -> u64 {
        self.companies() * count / 53_000
    }

    fn needs(&self) -> u64 {
        self.share(100_000)
    }

    fn offers(&self) -> u64 {
        self.share(60_000)
    }

    fn capabilities(&self) -> u64 {
        self.share(8_000)
    }

    fn assets(&self) -> u64 {
        self.share(20_000)
    }

    fn offices(&self) -> u64 {
        self.share(200).max(4)
    }

    /// The moment up to which the network has lived.
    fn day(&self) -> DateTime<Utc> {
        self.until.and_time(NaiveTime::MIN).and_utc()
    }

    /// About how many rows that will be.
    #[must_use]
    pub fn expected_rows(&self) -> u64 {
        // 53,000 companies make 1.47 million rows.
        self.share(1_470_000)
    }
}

/// Fills a database in which there are no organizations yet.
///
/// # Errors
/// When there are organizations, the official lists are missing, the day has not come
/// yet, or the database is away.
pub async fn generate(
    service: &Service,
    wanted: &Wanted,
    listener: &mut dyn Listener,
) -> Result<Made> {
    check(service, wanted).await?;
    let scene = Scene::new(service.labels(), wanted)?;
    let mut writer = Writer::new(service, listener);
    let network = network::write(&mut writer, &scene).await?;
    let people = people::write(&mut writer, &scene, &network).await?;
    let needs = needs::write(&mut writer, &scene, &network, &people).await?;
    let offers = offers::write(&mut writer, &scene, &network, &people).await?;
    assets::write(&mut writer, &scene, &network, &people, &offers).await?;
    capabilities::write(&mut writer, &scene, &network, &people).await?;
    matches::write(&mut writer, &scene, &network, needs, offers).await?;
    let rows = writer.finish().await?;
    service.db().update_statistics(&tables()).await?;
    // The suggestions are there: nobody has to compute them.
    suggestions::skip(service).await?;
    Ok(Made { rows, people: people.shown })
}

/// Whether the database can be filled.
async fn check(service: &Service, wanted: &Wanted) -> Result<()> {
    let refused = |message: &str| Err(Error::refused(UserErrorCode::IllegalState, message));
    if organization::Entity::find().count(service.db().fresh()).await? > 0 {
        return refused(
            "la base ya tiene organizaciones; sólo se llena una vacía, y no se cambió nada / the database has organizations already; only an empty one is filled, and nothing was changed",
        );
    }
    if service.labels().list(STATE).is_empty() {
        return refused(
            "faltan las listas oficiales; las carga `vinculo migrate up` / the official lists are missing; `vinculo migrate up` loads them",
        );
    }
    if wanted.day() > service.now() {
        return refused("el día de --until no ha llegado / the day of --until has not come yet");
    }
    Ok(())
}

/// The tables that are filled.
fn tables() -> [&'static str; 17] {
    [
        organization::Entity.table_name(),
        chamber_profile::Entity.table_name(),
        region::Entity.table_name(),
        delegation::Entity.table_name(),
        affiliation::Entity.table_name(),
        ott_profile::Entity.table_name(),
        person::Entity.table_name(),
        membership::Entity.table_name(),
        consent::Entity.table_name(),
        need::Entity.table_name(),
        offer::Entity.table_name(),
        capability::Entity.table_name(),
        ip_asset::Entity.table_name(),
        ip_event::Entity.table_name(),
        match_::Entity.table_name(),
        event::Entity.table_name(),
        history::Entity.table_name(),
    ]
}

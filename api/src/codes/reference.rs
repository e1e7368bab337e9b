//! The data files behind the lists (`api/data/reference`), and how they become rows.

use entity::{code, external_ref};
use sea_orm::EntityTrait;
use serde::Deserialize;

use super::{HOLIDAY, IPC, MUNICIPALITY, SCIAN, SCIAN_EDITION, SDG, STATE, TRL};
use crate::{
    error::{Error, Result},
    event::Event,
    text,
    work::Work,
};

const SCIAN_CSV: &str = include_str!("../../data/reference/scian_2018.csv");
const SCIAN_CLASSES_CSV: &str =
    include_str!("../../data/reference/scian_2018_subramas_clases_es.csv");
const STATES_CSV: &str = include_str!("../../data/reference/mx_states.csv");
const MUNICIPALITIES_CSV: &str = include_str!("../../data/reference/mx_municipalities.csv");
const SDG_CSV: &str = include_str!("../../data/reference/sdg.csv");
const TRL_CSV: &str = include_str!("../../data/reference/trl.csv");
const IPC_CSV: &str = include_str!("../../data/reference/ipc_sections_classes_subclasses.csv");
const HOLIDAYS_CSV: &str = include_str!("../../data/reference/mx_holidays.csv");
const VOCABULARIES_CSV: &str = include_str!("../../data/reference/vocabularies.csv");
const ADJACENCY_CSV: &str = include_str!("../../data/reference/mx_state_adjacency.csv");

/// Under which name the fingerprint of the loaded files is kept.
const SYSTEM: &str = "reference";

/// A line of any of the files, under the names that they use.
#[derive(Default, Deserialize)]
struct Line {
    #[serde(default)]
    list: String,
    #[serde(alias = "inegi_code", alias = "goal")]
    code: Option<String>,
    #[serde(rename = "level")]
    level: Option<String>,
    #[serde(alias = "state_inegi_code")]
    parent: Option<String>,
    #[serde(alias = "title_es", alias = "name_es_short", alias = "name")]
    label_es: String,
    #[serde(alias = "title_en", alias = "name_en")]
    label_en: Option<String>,
}

fn lines(csv: &'static str) -> Result<Vec<Line>> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    reader.deserialize().map(|line| line.map_err(Error::internal)).collect()
}

/// Every row of every list, in the order in which lists are shown.
pub(super) fn rows() -> Result<Vec<code::Model>> {
    let inegi = "INEGI";
    let mut rows = Vec::with_capacity(8_000);
    let mut push = |list: &str, line: Line, edition: Option<i32>, source: &str| {
        // In the list of readiness levels the level is the code.
        let (code, level) = match (line.code, line.level) {
            (Some(code), level) => (code, level),
            (None, level) => (level.unwrap_or_default(), None),
        };
        let some = |text: Option<String>| text.filter(|text| !text.is_empty());
        rows.push(code::Model {
            list: list.to_owned(),
            code,
            label_es: line.label_es,
            label_en: some(line.label_en),
            parent: some(line.parent),
            level,
            edition: edition.map(|edition| edition.to_string()),
            source: source.to_owned(),
            position: i32::try_from(rows.len()).unwrap_or(i32::MAX),
        });
    };
    for line in lines(SCIAN_CSV)?.into_iter().chain(lines(SCIAN_CLASSES_CSV)?) {
        push(SCIAN, line, Some(SCIAN_EDITION), inegi);
    }
    for (list, csv, source) in [
        (STATE, STATES_CSV, inegi),
        (MUNICIPALITY, MUNICIPALITIES_CSV, inegi),
        (SDG, SDG_CSV, "United Nations"),
        (TRL, TRL_CSV, "Vínculo"),
        (IPC, IPC_CSV, "WIPO"),
        (HOLIDAY, HOLIDAYS_CSV, "Ley Federal del Trabajo, art. 74"),
    ] {
        for line in lines(csv)? {
            push(list, line, None, source);
        }
    }
    for mut line in lines(VOCABULARIES_CSV)? {
        let list = std::mem::take(&mut line.list);
        push(&list, line, None, "Vínculo");
    }
    Ok(rows)
}

/// Which states share a land border, both ways.
pub(super) fn adjacency() -> Vec<(String, String)> {
    let mut reader = csv::Reader::from_reader(ADJACENCY_CSV.as_bytes());
    reader.deserialize().filter_map(std::result::Result::ok).collect()
}

/// Puts the lists that the binary carries into the database; writes nothing when they are there already.
///
/// # Errors
/// When the database is away.
pub(crate) async fn load_in(mut work: Work) -> Result<usize> {
    let fingerprint = text::fingerprint(&[
        SCIAN_CSV,
        SCIAN_CLASSES_CSV,
        STATES_CSV,
        MUNICIPALITIES_CSV,
        SDG_CSV,
        TRL_CSV,
        IPC_CSV,
        HOLIDAYS_CSV,
        VOCABULARIES_CSV,
    ]);
    let key = (SYSTEM.to_owned(), "lists".to_owned());
    let known = external_ref::Entity::find_by_id(key.clone()).one(work.tx()).await?;
    if known.is_some_and(|known| known.fingerprint == fingerprint) {
        return Ok(0);
    }
    let rows = rows()?;
    let count = rows.len();
    let viewer = work.viewer().clone();
    let rows = rows.into_iter().map(|row| viewer.allow_system(row)).collect::<Result<_>>()?;
    work.insert_all::<code::Model>(rows, &[code::Column::List, code::Column::Code]).await?;
    let mark = external_ref::Model {
        system: key.0,
        external_id: key.1,
        record: "lists".to_owned(),
        fingerprint,
    };
    let keys = [external_ref::Column::System, external_ref::Column::ExternalId];
    work.insert_all(vec![viewer.allow_system(mark)?], &keys).await?;
    work.record(Event::CodesLoaded { list: "all".to_owned(), count });
    work.commit().await?;
    Ok(count)
}

/// Puts the lists that the binary carries into a database that is at head.
///
/// # Errors
/// When the database is away.
pub async fn load(db: &crate::db::Db, now: chrono::DateTime<chrono::Utc>) -> Result<usize> {
    let viewer = std::sync::Arc::new(crate::policy::Viewer::system(now));
    load_in(Work::begin(db, viewer).await?).await
}

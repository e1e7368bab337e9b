//! What the lines of a file of needs or offers say, each as a JSON object.

use std::io::{self, Read};

use csv::StringRecord;
use serde_json::{Map, Value};

use super::{
    Format, Problem,
    rows::{Lines, Rows},
};

/// Under which names a line tells its own id.
pub(super) const ID: &[&str] = &["externalId", "reference", "id"];
/// Fields whose cells hold several values, separated by semicolons.
const LISTS: &[&str] = &[
    "constraints",
    "partnerKinds",
    "partnerSizes",
    "partnershipTypes",
    "typesOfPartnership",
    "scian",
    "applicationScian",
    "technologyKeywords",
    "marketKeywords",
    "targetStates",
    "transferMechanisms",
    "publications",
    "inventors",
    "owners",
];
/// Fields whose cells hold several numbers, separated by semicolons.
const NUMBER_LISTS: &[&str] = &["sdg", "sdgKeywords"];
/// Fields whose cells hold numbers.
const NUMBERS: &[&str] = &[
    "acceptedTrlMin",
    "acceptedTrlMax",
    "projectDurationWeeks",
    "projectDurationInWeeks",
    "trl",
    "mrl",
    "minAssimilationLevel",
];
/// Fields whose cells hold true or false.
const BOOLEANS: &[&str] = &["anonymous", "coordinatorRequired", "listed"];

/// What a line says, by field.
pub(super) type Told = Map<String, Value>;

/// The lines of a file as objects, one at a time.
pub(super) enum Objects<'a> {
    Json(Lines<'a>),
    Csv(Box<Rows<'a>>),
}

/// An object, or why there is none, with the line on which it begins.
pub(super) type Line = (u64, Result<Told, Vec<Problem>>);

impl<'a> Objects<'a> {
    pub(super) fn new(
        source: &'a mut (dyn Read + Send),
        format: Format,
    ) -> io::Result<Result<Self, Problem>> {
        if format == Format::JsonLines {
            return Ok(Ok(Self::Json(Lines::new(source))));
        }
        let rows = match Rows::new(source)? {
            Ok(rows) => rows,
            Err(problem) => return Ok(Err(problem)),
        };
        if !rows.header.iter().any(|name| ID.contains(&name.as_str())) {
            let message = "faltan columnas / missing columns: externalId";
            return Ok(Err(Problem::line(message)));
        }
        Ok(Ok(Self::Csv(Box::new(rows))))
    }

    /// The next object with the line on which it begins; nothing at the end of the file.
    pub(super) fn next(&mut self) -> io::Result<Option<Line>> {
        let lines = match self {
            Self::Json(lines) => lines,
            Self::Csv(rows) => {
                return Ok(rows.next()?.map(|(line, row)| {
                    let told = row.map_err(|problem| vec![problem]);
                    (line, told.and_then(|row| cells(&rows.header, &row)))
                }));
            }
        };
        while let Some(line) = lines.next()? {
            let told = match line {
                Ok(line) if line.trim_ascii().is_empty() => continue,
                Ok(line) => serde_json::from_slice(&line).map_err(|error| {
                    vec![Problem::line(format!(
                        "no es un objeto JSON / is not a JSON object: {error}"
                    ))]
                }),
                Err(problem) => Err(vec![problem]),
            };
            return Ok(Some((lines.number, told)));
        }
        Ok(None)
    }
}

/// A row as an object: `title.en` is the English of `title`, lists are separated by semicolons.
fn cells(header: &[String], row: &StringRecord) -> Result<Told, Vec<Problem>> {
    let (mut told, mut problems) = (Map::new(), Vec::new());
    for (name, cell) in header.iter().zip(row) {
        let cell = cell.trim();
        if cell.is_empty() {
            continue;
        }
        if let Some((name, language @ ("es" | "en"))) = name.split_once('.') {
            let text = told.entry(name).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(text) = text {
                text.insert(language.to_owned(), cell.into());
            }
            continue;
        }
        match value(name, cell) {
            Ok(value) => drop(told.insert(name.clone(), value)),
            Err(message) => problems.push(Problem::at(name, message)),
        }
    }
    if problems.is_empty() { Ok(told) } else { Err(problems) }
}

fn value(name: &str, cell: &str) -> Result<Value, &'static str> {
    let number = |text: &str| {
        text.parse::<i32>().map(Value::from).map_err(|_| "no es un entero / is not an integer")
    };
    let parts = || cell.split(';').map(str::trim).filter(|part| !part.is_empty());
    if LISTS.contains(&name) {
        Ok(parts().collect())
    } else if NUMBER_LISTS.contains(&name) {
        parts().map(number).collect()
    } else if NUMBERS.contains(&name) {
        number(cell)
    } else if BOOLEANS.contains(&name) {
        let message = "debe ser true o false / must be true or false";
        cell.parse::<bool>().map(Value::from).map_err(|_| message)
    } else {
        Ok(cell.into())
    }
}

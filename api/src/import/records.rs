//! Needs and offers from CSV or JSON Lines, each line a draft through the same
//! verbs and checks as in the API.

use std::io::{BufRead, BufReader, Read};

use entity::{
    NeedId, NeedStatus, OfferId, OfferStatus, OrganizationKind, external_ref, need, offer,
};
use sea_orm::EntityTrait;
use serde_json::{Map, Value};

use super::{
    Format, Listener, Options, Problem, Report, Tally, check_kind, find_organization, strict,
    system_of,
};
use crate::{
    context::Service,
    error::{Error, Result, UserErrorCode},
    needs::{self, NeedInput},
    offers::{self, OfferInput},
    text,
    work::Work,
};

/// The longest line of a file, in bytes.
const LONGEST_LINE: usize = 1 << 20;
/// Fields whose cells hold several values, separated by semicolons.
const LISTS: &[&str] = &[
    "constraints",
    "partnerKinds",
    "partnerSizes",
    "partnershipTypes",
    "scian",
    "applicationScian",
    "technologyKeywords",
    "marketKeywords",
    "sdg",
    "targetStates",
    "transferMechanisms",
    "publications",
    "inventors",
    "typesOfPartnership",
    "sdgKeywords",
];
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
const BOOLEANS: &[&str] = &["anonymous", "coordinatorRequired"];

/// Imports needs as drafts of the chamber's companies. A line names its company
/// by an external id of the chamber, `DENUE/<id>` or an id of ours.
///
/// # Errors
/// When there is no chamber, a strict import met a bad line, or the database is away.
pub async fn needs(
    service: &Service,
    source: &mut (dyn Read + Send),
    format: Format,
    options: &Options,
    listener: &mut dyn Listener,
) -> Result<Report> {
    let Some(chamber) = options.chamber else {
        return Err(Error::refused(UserErrorCode::Required, "--chamber"));
    };
    check_kind(service, chamber, &[OrganizationKind::Chamber]).await?;
    import(service, source, format, options, listener, Kind::Needs).await
}

/// Imports offers as drafts of an office.
///
/// # Errors
/// When there is no office, a strict import met a bad line, or the database is away.
pub async fn offers(
    service: &Service,
    source: &mut (dyn Read + Send),
    format: Format,
    options: &Options,
    listener: &mut dyn Listener,
) -> Result<Report> {
    let Some(ott) = options.ott else {
        return Err(Error::refused(UserErrorCode::Required, "--ott"));
    };
    let kinds = [OrganizationKind::TechnologyTransferOffice, OrganizationKind::Startup];
    check_kind(service, ott, &kinds).await?;
    import(service, source, format, options, listener, Kind::Offers).await
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Needs,
    Offers,
}

/// What became of a line.
enum Outcome {
    Created,
    Updated,
    Unchanged,
}

async fn import(
    service: &Service,
    source: &mut (dyn Read + Send),
    format: Format,
    options: &Options,
    listener: &mut dyn Listener,
    kind: Kind,
) -> Result<Report> {
    let mut tally = Tally::new(listener, options.strict);
    let mut seen = std::collections::HashSet::new();
    // A strict import is one piece of work; any other commits after every line.
    let mut work = service.system_work().await?;
    let mut lines = Lines::new(source, format)?;
    while let Some((line, told)) = lines.next() {
        tally.report.lines += 1;
        let told = match told {
            Ok(told) => told,
            Err(problem) => {
                tally.skip(line, vec![problem])?;
                continue;
            }
        };
        match write(&mut work, service, options, kind, told, &mut seen).await {
            Ok(Outcome::Created) => tally.report.created += 1,
            Ok(Outcome::Updated) => tally.report.updated += 1,
            Ok(Outcome::Unchanged) => tally.report.unchanged += 1,
            Err(Error::Refused(errors)) => {
                let problem = |error: crate::error::UserError| Problem {
                    column: error
                        .field
                        .map(|path| path.into_iter().skip(1).collect::<Vec<_>>().join(".")),
                    message: error.message,
                };
                tally.skip(line, errors.into_iter().map(problem).collect())?;
                // What the line had begun is dropped with its piece of work.
                drop(work);
                work = service.system_work().await?;
                continue;
            }
            Err(other) => return Err(other),
        }
        if !options.strict && work.has_news() {
            work.commit().await?;
            work = service.system_work().await?;
        }
        tally.listener.progress(&tally.report);
    }
    if options.strict && tally.report.skipped > 0 {
        return Err(strict());
    }
    if work.has_news() {
        work.commit().await?;
    }
    Ok(tally.report)
}

async fn write(
    work: &mut Work,
    service: &Service,
    options: &Options,
    kind: Kind,
    mut told: Map<String, Value>,
    seen: &mut std::collections::HashSet<i64>,
) -> Result<Outcome> {
    let refused = |field: &str, code, message: &str| {
        Err(Error::field(&format!("input.{field}"), code, message))
    };
    let fingerprint = text::fingerprint(&[&Value::Object(told.clone()).to_string()]);
    let take = |told: &mut Map<String, Value>, names: &[&str]| {
        names.iter().find_map(|name| match told.remove(*name) {
            Some(Value::String(text)) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        })
    };
    let Some(external_id) = take(&mut told, &["externalId", "reference", "id"]) else {
        return refused("externalId", UserErrorCode::Required, "es obligatorio / is required");
    };
    if external_id.chars().count() > 100 {
        return refused(
            "externalId",
            UserErrorCode::TooLong,
            "más de 100 caracteres / more than 100 characters",
        );
    }
    if !seen.insert(text::fingerprint(&[&external_id])) {
        let message = "se repite en el archivo / occurs twice in the file";
        return refused("externalId", UserErrorCode::Duplicate, message);
    }
    let system = system_of(options);
    let key = (
        system.clone(),
        format!("{}/{external_id}", if kind == Kind::Needs { "need" } else { "offer" }),
    );
    let known = external_ref::Entity::find_by_id(key.clone()).one(work.tx()).await?;
    if known.as_ref().is_some_and(|known| known.fingerprint == fingerprint) {
        return Ok(Outcome::Unchanged);
    }
    let labels = service.labels();
    let company = take(&mut told, &["company"]);
    let unreadable =
        |error: serde_json::Error| Error::refused(UserErrorCode::Invalid, error.to_string());
    let record = match kind {
        Kind::Needs => {
            let input: NeedInput =
                serde_json::from_value(Value::Object(told)).map_err(unreadable)?;
            match known.as_ref().and_then(|known| known.record.parse::<NeedId>().ok()) {
                Some(id) => {
                    let row = need::Entity::find_by_id(id).one(work.tx()).await?;
                    open_for_change(
                        row.map(|row| row.status),
                        &[NeedStatus::Draft, NeedStatus::Returned],
                    )?;
                    needs::life::revise(work, labels, id, None, input).await?.id.to_string()
                }
                None => {
                    let Some(company) = company else {
                        return refused(
                            "company",
                            UserErrorCode::Required,
                            "es obligatorio / is required",
                        );
                    };
                    let Some(id) = find_organization(work.tx(), &system, &company).await? else {
                        return refused(
                            "company",
                            UserErrorCode::NotFound,
                            "no existe / does not exist",
                        );
                    };
                    needs::life::draft(work, labels, id, options.chamber, input)
                        .await?
                        .id
                        .to_string()
                }
            }
        }
        Kind::Offers => {
            let input: OfferInput =
                serde_json::from_value(Value::Object(told)).map_err(unreadable)?;
            match known.as_ref().and_then(|known| known.record.parse::<OfferId>().ok()) {
                Some(id) => {
                    let row = offer::Entity::find_by_id(id).one(work.tx()).await?;
                    open_for_change(
                        row.map(|row| row.status),
                        &[OfferStatus::Draft, OfferStatus::Returned],
                    )?;
                    offers::life::revise(work, labels, id, None, input).await?.id.to_string()
                }
                None => {
                    let ott = options.ott.unwrap_or_default();
                    offers::life::draft(work, labels, ott, input).await?.id.to_string()
                }
            }
        }
    };
    let row = external_ref::Model { system: key.0, external_id: key.1, record, fingerprint };
    let row = work.viewer().allow_system(row)?;
    let key = [external_ref::Column::System, external_ref::Column::ExternalId];
    work.insert_all(vec![row], &key).await?;
    Ok(if known.is_some() { Outcome::Updated } else { Outcome::Created })
}

/// A record whose text is under review or on the network is changed by people, not by files.
fn open_for_change<S: PartialEq>(status: Option<S>, open: &[S]) -> Result<()> {
    if status.is_some_and(|status| open.contains(&status)) {
        return Ok(());
    }
    Err(Error::refused(
        UserErrorCode::IllegalState,
        "ya no es un borrador; no se cambia por archivo / is no longer a draft; a file cannot change it",
    ))
}

/// The lines of a file as JSON objects, one at a time.
enum Lines<'a> {
    Json { reader: BufReader<&'a mut (dyn Read + Send)>, line: u64 },
    Csv { reader: Box<csv::Reader<&'a mut (dyn Read + Send)>>, header: Vec<String> },
}

type Line = (u64, std::result::Result<Map<String, Value>, Problem>);

impl<'a> Lines<'a> {
    fn new(source: &'a mut (dyn Read + Send), format: Format) -> Result<Self> {
        if format == Format::JsonLines {
            return Ok(Self::Json { reader: BufReader::new(source), line: 0 });
        }
        let mut reader = Box::new(csv::ReaderBuilder::new().flexible(true).from_reader(source));
        let header = reader
            .headers()
            .map_err(|error| Error::refused(UserErrorCode::Invalid, error.to_string()))?
            .iter()
            .map(|name| name.trim().to_owned())
            .collect::<Vec<_>>();
        if !header.iter().any(|name| matches!(name.as_str(), "externalId" | "reference" | "id")) {
            let message = "faltan columnas / missing columns: externalId";
            return Err(Error::refused(UserErrorCode::Invalid, message));
        }
        Ok(Self::Csv { reader, header })
    }

    fn next(&mut self) -> Option<Line> {
        match self {
            Self::Json { reader, line } => loop {
                let mut bytes = Vec::new();
                let read =
                    reader.by_ref().take(LONGEST_LINE as u64 + 1).read_until(b'\n', &mut bytes);
                *line += 1;
                let told = match read {
                    Ok(0) => return None,
                    Err(error) => Err(Problem::line(error.to_string())),
                    Ok(_) if bytes.len() > LONGEST_LINE => {
                        skip_rest(reader);
                        Err(Problem::line("la línea es demasiado larga / the line is too long"))
                    }
                    Ok(_) if bytes.trim_ascii().is_empty() => continue,
                    Ok(_) => serde_json::from_slice(&bytes).map_err(|error| {
                        Problem::line(format!(
                            "no es un objeto JSON / is not a JSON object: {error}"
                        ))
                    }),
                };
                return Some((*line, told));
            },
            Self::Csv { reader, header } => {
                let mut record = csv::StringRecord::new();
                let line = reader.position().line();
                match reader.read_record(&mut record) {
                    Ok(false) => None,
                    Ok(true) => {
                        let line = record.position().map_or(line, csv::Position::line);
                        Some((line, cells(header, &record)))
                    }
                    Err(error) => Some((line, Err(Problem::line(error.to_string())))),
                }
            }
        }
    }
}

fn skip_rest(reader: &mut impl BufRead) {
    while let Ok(buffer) = reader.fill_buf() {
        if buffer.is_empty() {
            return;
        }
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let used = end.map_or(buffer.len(), |end| end + 1);
        reader.consume(used);
        if end.is_some() {
            return;
        }
    }
}

/// A CSV line as an object: `title.en` is the English of `title`, lists are separated by semicolons.
fn cells(
    header: &[String],
    record: &csv::StringRecord,
) -> std::result::Result<Map<String, Value>, Problem> {
    if record.len() != header.len() {
        return Err(Problem::line(format!(
            "tiene {} columnas y el encabezado {} / has {0} columns, the header {1}",
            record.len(),
            header.len()
        )));
    }
    let mut told = Map::new();
    for (name, cell) in header.iter().zip(record) {
        let cell = cell.trim();
        if cell.is_empty() {
            continue;
        }
        let wrong = || Problem::at(name, "no es un número / is not a number");
        if let Some((name, language @ ("es" | "en"))) = name.split_once('.') {
            let text = told.entry(name).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(text) = text {
                text.insert(language.to_owned(), cell.into());
            }
            continue;
        }
        let value = if LISTS.contains(&name.as_str()) {
            let parts = cell.split(';').map(str::trim).filter(|part| !part.is_empty());
            let sdg = matches!(name.as_str(), "sdg" | "sdgKeywords");
            let part = |part: &str| {
                if sdg {
                    part.parse::<i32>().map(Value::from).map_err(|_| wrong())
                } else {
                    Ok(part.into())
                }
            };
            Value::Array(parts.map(part).collect::<std::result::Result<_, _>>()?)
        } else if NUMBERS.contains(&name.as_str()) {
            cell.parse::<i32>().map(Value::from).map_err(|_| wrong())?
        } else if BOOLEANS.contains(&name.as_str()) {
            cell.parse::<bool>()
                .map(Value::from)
                .map_err(|_| Problem::at(name, "debe ser true o false / must be true or false"))?
        } else {
            cell.into()
        };
        told.insert(name.clone(), value);
    }
    Ok(told)
}

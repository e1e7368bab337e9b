//! Needs, offers and intellectual property from CSV or JSON Lines, each line through the same
//! verbs and checks as in the API.

use std::{collections::HashSet, io::Read};

use entity::{
    IpAssetId, NeedId, NeedStatus, OfferId, OfferStatus, OrganizationId, OrganizationKind,
    external_ref, need, offer,
};
use sea_orm::EntityTrait;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{
    BATCH, Format, Listener, Options, Problem, Report, Tally, assets, begin, check_kind,
    references::find_organization,
    refused, shown, system_of,
    told::{ID, Objects, Told},
    unreadable,
};
use crate::{
    context::Service,
    error::{Error, Result, UserError, UserErrorCode},
    needs, offers, text,
    work::Work,
};

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
    import(service, source, format, options, listener, Kind::Needs(chamber)).await
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
    import(service, source, format, options, listener, Kind::Offers(ott)).await
}

/// Imports the intellectual property that an office looks after.
///
/// # Errors
/// When there is no office, a strict import met a bad line, or the database is away.
pub async fn ip_assets(
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
    import(service, source, format, options, listener, Kind::IpAssets(ott)).await
}

/// What is imported, and for whom.
#[derive(Clone, Copy)]
enum Kind {
    Needs(OrganizationId),
    Offers(OrganizationId),
    IpAssets(OrganizationId),
}

impl Kind {
    /// Under which noun external ids are kept.
    fn noun(self) -> &'static str {
        match self {
            Self::Needs(_) => "need",
            Self::Offers(_) => "offer",
            Self::IpAssets(_) => "asset",
        }
    }
}

/// What became of a line.
enum Outcome {
    Created,
    Updated,
    Unchanged,
    LeftOut,
}

/// The place of a file's records among everything that has an external id.
struct Writer<'a> {
    service: &'a Service,
    system: String,
    kind: Kind,
    /// What ids the file has used so far.
    seen: HashSet<i64>,
    /// The fields of the file that nothing is known of, each told once.
    unknown: HashSet<String>,
}

async fn import(
    service: &Service,
    source: &mut (dyn Read + Send),
    format: Format,
    options: &Options,
    listener: &mut dyn Listener,
    kind: Kind,
) -> Result<Report> {
    let mut objects = Objects::new(source, format)
        .map_err(unreadable)?
        .map_err(|problem| refused(problem.message))?;
    let mut tally = Tally::new(options, listener);
    let (seen, unknown) = (HashSet::new(), HashSet::new());
    let mut writer = Writer { service, system: system_of(options), kind, seen, unknown };
    let (mut settled, mut last) = (options.done.report.lines, options.done.line);
    let mut next = objects.next().map_err(unreadable)?;
    while let Some((_, told)) = next.take_if(|(line, _)| *line <= last) {
        writer.recall(told);
        tally.recalled().await?;
        next = objects.next().map_err(unreadable)?;
    }
    // A strict import is one piece of work; any other commits after every line.
    let mut work = begin(service, options).await?;
    loop {
        let read = next.take().map_or_else(|| objects.next(), |read| Ok(Some(read)));
        let Some((line, told)) = read.map_err(unreadable)? else { break };
        tally.report.lines += 1;
        last = line;
        let written = match told {
            Ok(told) => writer.write(&mut work, line, told, &mut tally).await,
            Err(problems) => {
                tally.skip(line, problems);
                Ok(Outcome::LeftOut)
            }
        };
        match written {
            Ok(Outcome::Created) => tally.report.created += 1,
            Ok(Outcome::Updated) => tally.report.updated += 1,
            Ok(Outcome::Unchanged) => tally.report.unchanged += 1,
            Ok(Outcome::LeftOut) => {}
            Err(error) => {
                let problems = match error {
                    Error::Refused(errors) => errors.into_iter().map(problem).collect(),
                    Error::Forbidden | Error::NotFound(_) => vec![Problem::line(NOT_YOURS)],
                    other => return Err(other),
                };
                tally.skip(line, problems);
                // What the line had begun is dropped with its piece of work.
                drop(work);
                work = begin(service, options).await?;
            }
        }
        let many = tally.report.lines - settled >= BATCH as u64;
        if !options.strict && (work.has_news() || many) {
            settled = tally.report.lines;
            work = tally.settle(work, line, (service, options)).await?;
        }
        tally.listener.progress(&tally.report);
    }
    tally.finish(work, last, options).await
}

/// What whoever brings a file may not do, one line at a time.
const NOT_YOURS: &str = "no es suyo: otra organización, o fuera de su territorio / is not yours: of another organization, or beyond your territory";

fn problem(error: UserError) -> Problem {
    let column = error.field.map(|path| path.into_iter().skip(1).collect::<Vec<_>>().join("."));
    Problem { column, message: error.message }
}

impl Writer<'_> {
    /// What a line that was brought before says of the lines to come: its id occurs once.
    fn recall(&mut self, told: Result<Told, Vec<Problem>>) {
        let Ok(mut told) = told else { return };
        if let Ok(external_id) = take(&mut told, "externalId", ID) {
            self.seen.insert(text::fingerprint(&[&external_id]));
        }
    }

    async fn write(
        &mut self,
        work: &mut Work,
        line: u64,
        mut told: Told,
        tally: &mut Tally<'_>,
    ) -> Result<Outcome> {
        let fingerprint = text::fingerprint(&[&Value::Object(told.clone()).to_string()]);
        let external_id = take(&mut told, "externalId", ID)?;
        if !self.seen.insert(text::fingerprint(&[&external_id])) {
            let message = "se repite en el archivo / occurs twice in the file";
            return Err(Error::field("input.externalId", UserErrorCode::Duplicate, message));
        }
        let key = (self.system.clone(), format!("{}/{external_id}", self.kind.noun()));
        let known = external_ref::Entity::find_by_id(key.clone()).one(work.tx()).await?;
        if known.as_ref().is_some_and(|known| known.fingerprint == fingerprint) {
            return Ok(Outcome::Unchanged);
        }
        let record = known.as_ref().map(|known| known.record.as_str());
        let labels = self.service.labels();
        let record = match self.kind {
            Kind::Needs(chamber) => {
                let company = take(&mut told, "company", &["company"]);
                let input = self.parse(line, told, tally)?;
                if let Some(id) = record.and_then(|id| id.parse::<NeedId>().ok()) {
                    let row = need::Entity::find_by_id(id).one(work.tx()).await?;
                    let open = [NeedStatus::Draft, NeedStatus::Returned];
                    open_for_change(row.map(|row| row.status), &open)?;
                    needs::life::revise(work, labels, id, None, input).await?.id.to_string()
                } else {
                    let company = find_organization(work.tx(), &self.system, &company?).await?;
                    let company = company.ok_or_else(|| Error::no_such("input.company"))?;
                    needs::life::draft(work, labels, company, Some(chamber), input)
                        .await?
                        .id
                        .to_string()
                }
            }
            Kind::Offers(ott) => {
                let input = self.parse(line, told, tally)?;
                if let Some(id) = record.and_then(|id| id.parse::<OfferId>().ok()) {
                    let row = offer::Entity::find_by_id(id).one(work.tx()).await?;
                    let open = [OfferStatus::Draft, OfferStatus::Returned];
                    open_for_change(row.map(|row| row.status), &open)?;
                    offers::life::revise(work, labels, id, None, input).await?.id.to_string()
                } else {
                    offers::life::draft(work, labels, ott, input).await?.id.to_string()
                }
            }
            Kind::IpAssets(ott) => {
                let past = assets::Past::take(&mut told)?;
                assets::read_shares(work, &self.system, &mut told).await?;
                let input = self.parse(line, told, tally)?;
                let known = record.and_then(|id| id.parse::<IpAssetId>().ok());
                let id = match known {
                    Some(id) => assets::revise(work, labels, id, input, past).await?,
                    None => assets::record(work, labels, ott, input, past).await?,
                };
                id.to_string()
            }
        };
        let row = external_ref::Model { system: key.0, external_id: key.1, record, fingerprint };
        let row = work.viewer().allow_brought(row)?;
        let key = [external_ref::Column::System, external_ref::Column::ExternalId];
        work.insert_all(vec![row], &key).await?;
        Ok(if known.is_some() { Outcome::Updated } else { Outcome::Created })
    }

    /// What a line says as an input of the API. A field that nothing is known of is
    /// worth a warning, the first time; every field that cannot be read is a mistake.
    fn parse<I: DeserializeOwned>(
        &mut self,
        line: u64,
        told: Told,
        tally: &mut Tally<'_>,
    ) -> Result<I> {
        let mut unknown = Vec::new();
        let whole = Value::Object(told.clone());
        let parsed = serde_ignored::deserialize(whole, |path| unknown.push(path.to_string()));
        for path in unknown {
            let known =
                |part: &&str| !part.is_empty() && *part != "?" && part.parse::<usize>().is_err();
            let name = shown(&path.split('.').filter(known).collect::<Vec<_>>().join("."));
            if self.unknown.insert(name.clone()) {
                let message = "campo desconocido; no se toma / unknown field; it is not taken";
                tally.warn(line, Problem::at(&name, message));
            }
        }
        let error = match parsed {
            Ok(input) => return Ok(input),
            Err(error) => error,
        };
        let wrong = |field: &str, error: serde_json::Error| {
            let message: String = error.to_string().chars().take(200).collect();
            UserError::at(&format!("input.{field}"), UserErrorCode::Invalid, message)
        };
        let mut errors = Vec::new();
        for (name, value) in told {
            let alone = Told::from_iter([(name.clone(), value)]);
            if let Err(error) = serde_json::from_value::<I>(Value::Object(alone)) {
                errors.push(wrong(&name, error));
            }
        }
        // Each is right by itself: the same field under two names.
        Err(if errors.is_empty() { refused(error.to_string()) } else { Error::Refused(errors) })
    }
}

/// Takes an id out of a line, from the first of several fields that has one.
fn take(told: &mut Told, name: &str, names: &[&str]) -> Result<String> {
    let path = format!("input.{name}");
    let wrong = |code, message| Error::field(&path, code, message);
    let found = names.iter().find_map(|name| match told.remove(*name) {
        Some(Value::String(text)) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    });
    let id = found.ok_or_else(|| Error::required(&path))?;
    if id.chars().count() > 100 {
        let message = "más de 100 caracteres / more than 100 characters";
        return Err(wrong(UserErrorCode::TooLong, message));
    }
    if id.contains(char::is_control) {
        let message = "tiene caracteres de control / has control characters";
        return Err(wrong(UserErrorCode::Invalid, message));
    }
    Ok(id)
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

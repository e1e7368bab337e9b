//! How soon others see what was done: an offer is published, held, resumed and retired at one
//! instance, and another instance of the same service is asked until it says so.

use std::{
    fmt::Write as _,
    io,
    thread::sleep,
    time::{Duration, Instant},
};

use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    client::{Client, request},
    report::quantile,
};

/// How often the other instance is asked.
const EVERY: Duration = Duration::from_millis(2);
/// What is not seen by then is an error.
const PATIENCE: Duration = Duration::from_secs(30);

const SEARCH: &str =
    "query ($text: String!) { search(text: $text, kind: OFFER, first: 1) { totalCount } }";
const MATCHES: &str =
    "query ($id: ID!) { offer(id: $id) { matches(first: 10) { nodes { score } } } }";

/// Who does what, and where.
#[derive(Clone, Copy, Debug)]
pub struct Stage<'a> {
    /// The instance at which things are done.
    pub here: u16,
    /// The instance that is asked.
    pub there: u16,
    /// The office, as a prefixed id.
    pub office: &'a str,
    pub officer: &'a str,
    pub manager: &'a str,
}

/// How soon something was seen: from the answer of the mutation to the answer of the other instance
/// that shows it.
#[derive(Clone, Debug, Serialize)]
pub struct Seen {
    pub what: &'static str,
    pub times: usize,
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub most_ms: f64,
}

/// Publishes, holds, resumes and retires so many offers, one after the other.
pub fn measure(stage: Stage<'_>, rounds: usize) -> io::Result<Vec<Seen>> {
    let mut all: Vec<(&str, Vec<Duration>)> = Vec::new();
    let mut note = |what, time| match all.iter_mut().find(|(known, _)| *known == what) {
        Some((_, times)) => times.push(time),
        None => all.push((what, vec![time])),
    };
    let mut ends =
        Ends { here: Client::connect(stage.here)?, there: Client::connect(stage.there)? };
    for round in 0..rounds {
        // A word that no other text has.
        let word = format!("qzx{}", letters(round));
        let drafted =
            ends.does(stage.officer, "draftOffer", "DraftOfferInput", &offer(stage.office, &word))?;
        let submitted =
            ends.does(stage.officer, "submitOffer", "OfferVersionInput", &at(&drafted))?;
        let published =
            ends.does(stage.manager, "publishOffer", "OfferVersionInput", &at(&submitted))?;
        let begun = Instant::now();
        ends.until(stage.manager, (SEARCH, &json!({ "text": word })), |seen| found(seen) == 1)?;
        note("published: found by search", begun.elapsed());
        let id = json!({ "id": published["id"] });
        ends.until(stage.manager, (MATCHES, &id), |seen| {
            seen["offer"]["matches"]["nodes"].as_array().is_some_and(|some| !some.is_empty())
        })?;
        note("published: matched with needs", begun.elapsed());
        let held = with(at(&published), "note", "Medición");
        let held = ends.does(stage.manager, "holdOffer", "OfferNoteInput", &held)?;
        let begun = Instant::now();
        ends.until(stage.manager, (SEARCH, &json!({ "text": word })), |seen| found(seen) == 0)?;
        note("held: not found any more", begun.elapsed());
        let resumed = ends.does(stage.manager, "resumeOffer", "OfferVersionInput", &at(&held))?;
        let begun = Instant::now();
        ends.until(stage.manager, (SEARCH, &json!({ "text": word })), |seen| found(seen) == 1)?;
        note("resumed: found again", begun.elapsed());
        let retired = with(with(at(&resumed), "note", "Medición"), "reason", "OTHER");
        ends.does(stage.manager, "retireOffer", "OfferReasonInput", &retired)?;
        let begun = Instant::now();
        ends.until(stage.manager, (SEARCH, &json!({ "text": word })), |seen| found(seen) == 0)?;
        note("retired: not found any more", begun.elapsed());
    }
    let seen = all.into_iter().map(|(what, mut times)| {
        times.sort_unstable();
        Seen {
            what,
            times: times.len(),
            p50_ms: quantile(&times, 50),
            p99_ms: quantile(&times, 99),
            most_ms: quantile(&times, 100),
        }
    });
    Ok(seen.collect())
}

/// Connections to both instances.
struct Ends {
    here: Client,
    there: Client,
}

impl Ends {
    /// Does something to an offer. Returns its id and version after it.
    fn does(&mut self, token: &str, verb: &str, kind: &str, input: &Value) -> io::Result<Value> {
        let document = format!(
            "mutation ($input: {kind}!) {{ {verb}(input: $input) {{ offer {{ id version }} \
             userErrors {{ code field message }} }} }}"
        );
        let data = ask(&mut self.here, token, &document, &json!({ "input": input }))?;
        let offer = data[verb]["offer"].clone();
        if offer.is_null() { Err(io::Error::other(format!("{verb}: {data}"))) } else { Ok(offer) }
    }

    /// Asks the other instance until it says what is waited for.
    fn until(
        &mut self,
        token: &str,
        (document, variables): (&str, &Value),
        says: impl Fn(&Value) -> bool,
    ) -> io::Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if says(&ask(&mut self.there, token, document, variables)?) {
                return Ok(());
            }
            sleep(EVERY);
        }
        Err(io::Error::other(format!("not seen within {} s: {variables}", PATIENCE.as_secs())))
    }
}

fn ask(client: &mut Client, token: &str, document: &str, variables: &Value) -> io::Result<Value> {
    let body = json!({ "query": document, "variables": variables });
    let answer = client.ask(&request("/graphql", Some(token), &body))?;
    let mut answer: Value = serde_json::from_slice(answer.body)?;
    if answer["errors"].is_null() {
        Ok(answer["data"].take())
    } else {
        Err(io::Error::other(answer["errors"].to_string()))
    }
}

fn found(seen: &Value) -> i64 {
    seen["search"]["totalCount"].as_i64().unwrap_or(-1)
}

fn at(offer: &Value) -> Value {
    json!({ "id": offer["id"], "expectedVersion": offer["version"] })
}

fn with(mut input: Value, name: &str, value: &str) -> Value {
    input[name] = json!(value);
    input
}

/// A number as letters: words with digits are no words.
fn letters(number: usize) -> String {
    number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect()
}

fn offer(office: &str, word: &str) -> Value {
    json!({
        "ott": office,
        "title": { "es": format!("Recuperación de agua de enjuague {word}") },
        "summary": { "es": "Tren compacto que separa metales del agua de enjuague y permite usarla de nuevo." },
        "description": { "es": "Membranas y resinas en serie, con control del paso." },
        "advantages": { "es": "Usa la mitad del agua." },
        "partnerRole": { "es": "Probar en planta." },
        "indicativeTerms": { "es": "Regalía." },
        "inventors": ["Persona de medición (generada)"],
        "comparators": [{ "alternative": "Evaporación", "metric": "kWh/m3", "ours": "3", "theirs": "60" }],
        "stage": "AVAILABLE_FOR_DEMONSTRATION",
        "trl": 7,
        "iprStatus": "NO_IPR",
        "applicationScian": ["326110"],
        "transferMechanisms": ["RD_COOPERATION_AGREEMENT"],
        "technologyKeywords": ["C02F"],
    })
}

/// The times as a table.
pub fn table(seen: &[Seen]) -> String {
    let mut text =
        "| what another instance shows | times | p50 ms | p99 ms | most ms |\n|---|---:|---:|---:|---:|\n"
            .to_owned();
    for one in seen {
        let _ = writeln!(
            text,
            "| {} | {} | {:.0} | {:.0} | {:.0} |",
            one.what, one.times, one.p50_ms, one.p99_ms, one.most_ms
        );
    }
    text
}

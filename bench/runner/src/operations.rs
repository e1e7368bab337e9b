//! The seven operations, as each server is asked for them.

use std::{fs, io, path::Path};

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    client::{Client, request},
    database::{Parameters, Place},
};

/// What is measured.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Operation {
    Q1,
    Q2,
    Q3,
    Q4,
    Q5,
    Q6,
    Q7,
}

impl Operation {
    pub const ALL: [Self; 7] =
        [Self::Q1, Self::Q2, Self::Q3, Self::Q4, Self::Q5, Self::Q6, Self::Q7];

    pub fn name(self) -> &'static str {
        match self {
            Self::Q1 => "q1",
            Self::Q2 => "q2",
            Self::Q3 => "q3",
            Self::Q4 => "q4",
            Self::Q5 => "q5",
            Self::Q6 => "q6",
            Self::Q7 => "q7",
        }
    }

    /// What a request is to cost at most, in instructions, where that was decided.
    pub fn target(self) -> Option<u64> {
        match self {
            Self::Q1 => Some(1_600_000),
            Self::Q2 => Some(900_000),
            Self::Q7 => Some(50_000_000),
            Self::Q3 | Self::Q4 | Self::Q5 | Self::Q6 => None,
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Q1 => "Q1 list of 20 open needs, by state and subsector",
            Self::Q2 => "Q2 one need with its 5 best matches",
            Self::Q3 => "Q3 50 offices, 5 offers each, 3 matches each",
            Self::Q4 => "Q4 text search, 20 needs",
            Self::Q5 => "Q5 draft a need",
            Self::Q6 => "Q6 counts by subsector and region",
            Self::Q7 => "Q7 1,000 offers in ten pages",
        }
    }
}

/// How a server is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Vinculo,
    Postgraphile,
    Ceiling,
}

const PAGES: usize = 10;
const URGENCIES: [&str; 3] = ["LOW", "MEDIUM", "HIGH"];

/// Where a server listens, and as whom it is asked.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub kind: Kind,
    pub port: u16,
    pub token: Option<&'a str>,
}

impl Asked<'_> {
    /// Every request of an operation, in the order in which they are sent again and again.
    pub fn requests(
        self,
        operation: Operation,
        given: &Parameters,
        documents: &Path,
    ) -> io::Result<Vec<Vec<u8>>> {
        let variables = self.variables(operation, given)?;
        let document = match self.kind {
            Kind::Ceiling => None,
            Kind::Vinculo => Some(documents.join("operations")),
            Kind::Postgraphile => Some(documents.join("postgraphile/operations")),
        };
        let document = document
            .map(|folder| fs::read_to_string(folder.join(format!("{}.graphql", operation.name()))))
            .transpose()?;
        let all = variables.into_iter().map(|variables| match &document {
            Some(document) => {
                let body = json!({ "query": document, "variables": variables });
                request("/graphql", self.token, &body)
            }
            None => request(&format!("/{}", operation.name()), None, &variables),
        });
        Ok(all.collect())
    }

    fn variables(self, operation: Operation, given: &Parameters) -> io::Result<Vec<Value>> {
        Ok(match operation {
            Operation::Q1 => given.open_needs.clone(),
            Operation::Q2 => {
                given.needs.iter().map(|id| json!({ "id": self.id("need", id) })).collect()
            }
            Operation::Q3 | Operation::Q6 => vec![json!({})],
            Operation::Q4 => given.words.iter().map(|text| json!({ "text": text })).collect(),
            Operation::Q5 => URGENCIES.iter().map(|urgency| self.draft(given, urgency)).collect(),
            Operation::Q7 => self.pages(&given.places)?,
        })
    }

    fn id(self, prefix: &str, id: &str) -> String {
        match self.kind {
            Kind::Vinculo => format!("{prefix}_{}", id.replace('-', "")),
            Kind::Postgraphile | Kind::Ceiling => id.to_owned(),
        }
    }

    fn draft(self, given: &Parameters, urgency: &str) -> Value {
        let title = json!({
            "es": "Recuperación de agua de enjuague en una línea de galvanizado",
            "en": "Recovery of rinse water in a galvanizing line",
        });
        let summary = json!({
            "es": "Se busca un tren compacto que separe metales del agua de enjuague y permita usarla de nuevo.",
            "en": "A compact train is sought that separates metals from rinse water, so that it can be used again.",
        });
        let company = self.id("org", &given.company);
        match self.kind {
            Kind::Vinculo => json!({ "input": {
                "company": company, "title": title, "summary": summary, "urgency": urgency, "scian": ["326110"],
            } }),
            Kind::Postgraphile => json!({ "draft": {
                "companyId": company, "title": title, "summary": summary, "urgency": urgency, "scian": "|326110|",
            } }),
            Kind::Ceiling => json!({
                "company": company, "title": title, "summary": summary, "urgency": urgency, "scian": "|326110|",
            }),
        }
    }

    /// Ten pages one after the other, again and again from where the ten before ended.
    fn pages(self, places: &[Place]) -> io::Result<Vec<Value>> {
        let cursors = self.cursors(places)?;
        let tens = cursors.chunks_exact(PAGES);
        let all: Vec<Value> = match self.kind {
            Kind::Ceiling => tens
                .map(|ten| {
                    let part =
                        |name: &str| ten.iter().map(|at| at[name].clone()).collect::<Vec<_>>();
                    json!({ "listed_at": part("listed_at"), "id": part("id") })
                })
                .collect(),
            Kind::Vinculo | Kind::Postgraphile => tens
                .map(|ten| {
                    let named = ten.iter().enumerate();
                    named.map(|(place, cursor)| (format!("c{place}"), cursor.clone())).collect()
                })
                .collect(),
        };
        if all.is_empty() { Err(io::Error::other("fewer than 1,000 offers")) } else { Ok(all) }
    }

    /// Where each page begins, in the server's own words; the first has nothing before it.
    fn cursors(self, places: &[Place]) -> io::Result<Vec<Value>> {
        if self.kind == Kind::Ceiling {
            let first = json!({
                "listed_at": "9999-01-01T00:00:00Z", "id": "ffffffff-ffff-ffff-ffff-ffffffffffff",
            });
            let rest = places.iter().map(|at| json!({ "listed_at": at.listed_at, "id": at.id }));
            return Ok(std::iter::once(first).chain(rest).collect());
        }
        let document = if self.kind == Kind::Vinculo {
            "query ($after: String) { page: offers(order: NEWEST, first: 100, after: $after) { pageInfo { endCursor } } }"
        } else {
            "query ($after: Cursor) { page: allOffers(orderBy: [LISTED_AT_DESC, ROW_ID_DESC], first: 100, after: $after) { pageInfo { endCursor } } }"
        };
        let mut client = Client::connect(self.port)?;
        let mut cursors = vec![Value::Null];
        for _ in places {
            let variables = json!({ "after": cursors.last() });
            let asked = json!({ "query": document, "variables": variables });
            let answer = client.ask(&request("/graphql", self.token, &asked))?;
            let answer: Value = serde_json::from_slice(answer.body)?;
            let cursor = &answer["data"]["page"]["pageInfo"]["endCursor"];
            if cursor.is_null() {
                return Err(io::Error::other(format!("no cursor: {answer}")));
            }
            cursors.push(cursor.clone());
        }
        Ok(cursors)
    }
}

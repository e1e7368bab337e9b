//! The labelled pairs as the three files of a collection by which `vinculo evaluate` measures.

use std::{collections::BTreeMap, fmt::Write as _};

use chrono::{DateTime, Utc};
use entity::Language;

use super::{
    labels::{grade, labels},
    texts::{Text, Texts},
};
use crate::{db::Db, error::Result};

/// What the texts of feedback are called in a collection.
const SUBSET: &str = "feedback";

/// A collection, as the contents of its files.
#[derive(Clone, Debug)]
pub struct Tables {
    /// How many pairs are labelled.
    pub pairs: usize,
    /// How many of them are relevant: a grade of 1 or more.
    pub relevant: usize,
    /// `queries.tsv`: the needs.
    pub queries: String,
    /// `docs.tsv`: the offers.
    pub docs: String,
    /// `qrels.tsv`: the grades.
    pub qrels: String,
}

/// All labelled pairs of which both sides let them be used.
///
/// # Errors
/// When the database is away.
pub async fn tables(db: &Db, now: DateTime<Utc>) -> Result<Tables> {
    let labels = labels(db, now).await?;
    let texts = Texts::read(db, &labels).await?;
    // In the order of names that tell nothing, not in that of records.
    let (mut needs, mut offers, mut grades) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for label in &labels {
        let Some((need, offer)) = texts.of(label) else { continue };
        needs.insert(&need.id, need);
        offers.insert(&offer.id, offer);
        grades.insert((&need.id, &offer.id), grade(label.act));
    }
    let mut qrels = "query_id\tdoc_id\trelevance\n".to_owned();
    for ((need, offer), grade) in &grades {
        // Writing into a string does not fail.
        let _ = writeln!(qrels, "{need}\t{offer}\t{grade}");
    }
    Ok(Tables {
        pairs: grades.len(),
        relevant: grades.values().filter(|grade| **grade > 0).count(),
        queries: table("query_id", needs.into_values()),
        docs: table("doc_id", offers.into_values()),
        qrels,
    })
}

fn table<'a>(id: &str, texts: impl Iterator<Item = &'a Text>) -> String {
    let mut table = format!("{id}\tlang\tsubset\ttext\n");
    for Text { id, language, text } in texts {
        let language = match language {
            Language::Es => "es",
            Language::En => "en",
        };
        // Texts have neither tabs nor ends of lines: they are words with one blank between them.
        let _ = writeln!(table, "{id}\t{language}\t{SUBSET}\t{text}");
    }
    table
}

//! How well texts are found, by judgements that others made.
//!
//! A collection is three tables in files of tab-separated values, with a line of names first:
//! `queries.tsv` (`query_id`, `lang`, `subset`, `text`), `docs.tsv` (`doc_id`, `lang`, `subset`,
//! `text`) and `qrels.tsv` (`query_id`, `doc_id`, `relevance`). Languages are `es` and `en`. A query
//! is asked once for each language in which something is relevant to it, among the documents of its
//! subset in that language alone.
//!
//! Measures, as information retrieval defines them: nDCG at 10, with a gain of 2^relevance minus 1
//! and a discount of log2(rank + 1); recall at 50, the share of the relevant documents among the
//! first 50; MRR, one through the rank of the first relevant document, 0 where none is found.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

use crate::index::{Index, Method};
use crate::profile::{Bilingual, Kind, Labels, Language, Passage, Profile};

/// So many documents of a ranking are looked at.
const LOOKED_AT: usize = 100;

/// To calibrate, so many wrong documents of each sort are looked at for a query …
const OF_EACH: usize = 12;
/// … as if this share of the documents were relevant.
const BASE_RATE: f64 = 0.04;

/// A collection of queries and documents with judgements.
#[derive(Debug, Default)]
pub struct Collection {
    queries: Vec<Text>,
    documents: Vec<Text>,
    /// Relevance by query and document, by their places; nothing that is 0.
    judgements: BTreeMap<(usize, usize), u32>,
}

#[derive(Debug)]
struct Text {
    language: Language,
    subset: String,
    text: String,
}

/// Why a collection cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    pub file: &'static str,
    /// From 1, the line of names.
    pub line: usize,
    pub reason: String,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, line {}: {}", self.file, self.line, self.reason)
    }
}

impl std::error::Error for Unreadable {}

/// Figures of 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Measures {
    pub ndcg_at_10: f64,
    pub mrr: f64,
    pub recall_at_50: f64,
}

/// The queries of one subset in one language, asked for documents in one language.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    pub subset: String,
    pub asked: Language,
    pub answered: Language,
    pub queries: usize,
    pub measures: Measures,
}

/// How one method did.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// By subset and direction.
    pub tasks: Vec<Task>,
    /// The means over tasks within a language, and over those across languages; `None` without such
    /// tasks.
    pub within: Option<Measures>,
    pub across: Option<Measures>,
}

impl Collection {
    /// The public set, which is compiled in: `evaluation/README.md` says what it is.
    #[must_use]
    pub fn built_in() -> Self {
        Self::parse(
            include_str!("../evaluation/queries.tsv"),
            include_str!("../evaluation/docs.tsv"),
            include_str!("../evaluation/qrels.tsv"),
        )
        .unwrap_or_default()
    }

    /// Reads a collection from the contents of its three files.
    ///
    /// # Errors
    /// [`Unreadable`] names the file, the line and what is wrong with it.
    pub fn parse(queries: &str, documents: &str, judgements: &str) -> Result<Self, Unreadable> {
        let (queries, query_places) = texts("queries.tsv", "query_id", queries)?;
        let (documents, document_places) = texts("docs.tsv", "doc_id", documents)?;
        let file = "qrels.tsv";
        let mut found = BTreeMap::new();
        for (line, row) in rows(file, &["query_id", "doc_id", "relevance"], judgements)? {
            let wrong = |reason: String| Unreadable { file, line, reason };
            let query = query_places
                .get(row[0])
                .ok_or_else(|| wrong(format!("the query {} does not exist", row[0])))?;
            let document = document_places
                .get(row[1])
                .ok_or_else(|| wrong(format!("the document {} does not exist", row[1])))?;
            let relevance: u32 = row[2]
                .parse()
                .ok()
                .filter(|relevance| *relevance <= 20)
                .ok_or_else(|| wrong(format!("{} is no relevance of 0 to 20", row[2])))?;
            if relevance > 0 && queries[*query].subset == documents[*document].subset {
                found.insert((*query, *document), relevance);
            }
        }
        Ok(Self { queries, documents, judgements: found })
    }

    /// How many queries, documents and relevant pairs there are.
    #[must_use]
    pub fn sizes(&self) -> (usize, usize, usize) {
        (self.queries.len(), self.documents.len(), self.judgements.len())
    }

    /// Ranks the documents of every task by the engine and measures it.
    #[must_use]
    pub fn evaluate(&self, method: Method) -> Report {
        let mut tasks = Vec::new();
        self.each_task(|subset, answered, index, queries| {
            for language in Language::ALL {
                let found: Vec<Measures> = queries
                    .iter()
                    .filter(|&&query| self.queries[query].language == language)
                    .map(|&query| self.ask(index, query, answered, method))
                    .collect();
                if let Some(measures) = mean(&found) {
                    let subset = subset.to_owned();
                    let queries = found.len();
                    tasks.push(Task { subset, asked: language, answered, queries, measures });
                }
            }
        });
        tasks.sort_by(|a, b| {
            (&a.subset, a.asked, a.answered).cmp(&(&b.subset, b.asked, b.answered))
        });
        let of = |within: bool| {
            let tasks = tasks.iter().filter(|task| (task.asked == task.answered) == within);
            mean(&tasks.map(|task| task.measures).collect::<Vec<_>>())
        };
        let (within, across) = (of(true), of(false));
        Report { tasks, within, across }
    }

    /// The slope and the intercept of the logistic function that makes likelihoods of the engine's
    /// sums: fitted to the relevant documents of each query, its twelve best wrong ones and twelve
    /// others, as if one of twenty-five were relevant. (0, 0) without judgements.
    #[must_use]
    pub fn calibrate(&self) -> (f64, f64) {
        let mut pairs = Vec::new();
        self.each_task(|_, answered, index, queries| {
            let documents: Vec<Uuid> = index.records().map(|document| document.id).collect();
            for &query in queries {
                let need = profile(query, Kind::Need, &self.queries[query]);
                let is_relevant = |id: &Uuid| self.relevance(query, *id) > 0;
                let relevant = self.relevant(query, answered).map(|(place, _)| id(place));
                let best = index.ranking(&need, Kind::Offer, LOOKED_AT, Method::Engine);
                let best = best.into_iter().filter(|id| !is_relevant(id)).take(OF_EACH);
                // Any will do, as long as they are always the same.
                let step = documents.len() / OF_EACH + 1;
                let others = documents.iter().skip(query % step).step_by(step).copied();
                let others = others.filter(|id| !is_relevant(id));
                let wrong = best.chain(others).map(|id| (id, false));
                let right = relevant.map(|id| (id, true));
                pairs.extend(right.chain(wrong).filter_map(|(id, answer)| {
                    Some((index.compare(&need, index.get(id)?)?, answer))
                }));
            }
        });
        fit(&pairs)
    }

    /// Does something with each subset in each language: its index, and the queries to which
    /// something in it is relevant.
    fn each_task(&self, mut task: impl FnMut(&str, Language, &Index, &BTreeSet<usize>)) {
        let mut asked: BTreeMap<(&str, Language), BTreeSet<usize>> = BTreeMap::new();
        for &(query, document) in self.judgements.keys() {
            let document = &self.documents[document];
            asked.entry((&document.subset, document.language)).or_default().insert(query);
        }
        for ((subset, answered), queries) in asked {
            task(subset, answered, &self.index(subset, answered), &queries);
        }
    }

    /// The documents in a language that are relevant to a query, with how much.
    fn relevant(&self, query: usize, language: Language) -> impl Iterator<Item = (usize, u32)> {
        self.judgements
            .range((query, 0)..=(query, usize::MAX))
            .map(|((_, document), &relevance)| (*document, relevance))
            .filter(move |(document, _)| self.documents[*document].language == language)
    }

    fn relevance(&self, query: usize, document: Uuid) -> u32 {
        let place = usize::try_from(document.as_u128()).unwrap_or(usize::MAX);
        self.judgements.get(&(query, place)).copied().unwrap_or(0)
    }

    /// The documents of a task, ready to be found.
    fn index(&self, subset: &str, language: Language) -> Index {
        let mut index = Index::new(Arc::new(NoNames));
        for (place, document) in self.documents.iter().enumerate() {
            if document.subset == subset && document.language == language {
                index.upsert(profile(place, Kind::Offer, document));
            }
        }
        index
    }

    fn ask(&self, index: &Index, query: usize, answered: Language, method: Method) -> Measures {
        let need = profile(query, Kind::Need, &self.queries[query]);
        let ranked = index.ranking(&need, Kind::Offer, LOOKED_AT, method);
        let ranked: Vec<u32> = ranked.into_iter().map(|id| self.relevance(query, id)).collect();
        let relevant = self.relevant(query, answered).map(|(_, relevance)| relevance).collect();
        measure(&ranked, relevant)
    }
}

/// `ranked`: the relevance of what was found, best first; `relevant`: all that could be found.
fn measure(ranked: &[u32], mut relevant: Vec<u32>) -> Measures {
    relevant.sort_unstable_by_key(|&relevance| std::cmp::Reverse(relevance));
    let gained = |relevances: &[u32]| -> f64 {
        let ranks = (1_u32..).zip(relevances).take(10);
        ranks
            .map(|(rank, &relevance)| {
                (f64::from(1_u32 << relevance) - 1.0) / libm::log2(f64::from(rank) + 1.0)
            })
            .sum()
    };
    let ideal = gained(&relevant);
    let first = (1_u32..).zip(ranked).find(|(_, relevance)| **relevance > 0);
    let hits = ranked.iter().take(50).filter(|relevance| **relevance > 0).count();
    Measures {
        ndcg_at_10: if ideal > 0.0 { gained(ranked) / ideal } else { 0.0 },
        mrr: first.map_or(0.0, |(rank, _)| 1.0 / f64::from(rank)),
        recall_at_50: number(hits) / number(relevant.len().max(1)),
    }
}

/// Logistic regression of yes and no on one number, by Newton's method; all that is yes weighs as
/// much as [`BASE_RATE`] of the whole.
fn fit(pairs: &[(f64, bool)]) -> (f64, f64) {
    let count = |answer: bool| number(pairs.iter().filter(|pair| pair.1 == answer).count());
    let weights = [(1.0 - BASE_RATE) / count(false).max(1.0), BASE_RATE / count(true).max(1.0)];
    let (mut slope, mut intercept) = (0.0, 0.0);
    for _ in 0..50 {
        let (mut gradient, mut hessian) = ([0.0; 2], [0.0; 3]);
        for &(x, answer) in pairs {
            let likely = 1.0 / (1.0 + libm::exp(-(slope * x + intercept)));
            let weight = weights[usize::from(answer)];
            let wanted = if answer { 1.0 } else { 0.0 };
            let (error, spread) = (weight * (wanted - likely), weight * likely * (1.0 - likely));
            gradient[0] += error * x;
            gradient[1] += error;
            hessian[0] += spread * x * x;
            hessian[1] += spread * x;
            hessian[2] += spread;
        }
        let determinant = hessian[0] * hessian[2] - hessian[1] * hessian[1];
        if determinant.abs() < f64::EPSILON {
            break;
        }
        slope += (hessian[2] * gradient[0] - hessian[1] * gradient[1]) / determinant;
        intercept += (hessian[0] * gradient[1] - hessian[1] * gradient[0]) / determinant;
    }
    (slope, intercept)
}

fn mean(of: &[Measures]) -> Option<Measures> {
    if of.is_empty() {
        return None;
    }
    let mean = |part: fn(&Measures) -> f64| of.iter().map(part).sum::<f64>() / number(of.len());
    Some(Measures {
        ndcg_at_10: mean(|m| m.ndcg_at_10),
        mrr: mean(|m| m.mrr),
        recall_at_50: mean(|m| m.recall_at_50),
    })
}

#[expect(clippy::cast_precision_loss, reason = "counts of queries")]
fn number(count: usize) -> f64 {
    count as f64
}

fn profile(place: usize, kind: Kind, text: &Text) -> Profile {
    let passage = Passage { language: text.language, text: text.text.clone() };
    // No query is taken for the document at the same place.
    let id = match kind {
        Kind::Need => Uuid::from_u128(u128::MAX - place as u128),
        _ => id(place),
    };
    Profile { public_text: vec![passage], open: true, ..Profile::new(id, kind) }
}

/// Of a document.
fn id(place: usize) -> Uuid {
    Uuid::from_u128(place as u128)
}

type Places<'a> = HashMap<&'a str, usize>;

fn texts<'a>(
    file: &'static str,
    id: &'static str,
    content: &'a str,
) -> Result<(Vec<Text>, Places<'a>), Unreadable> {
    let (mut found, mut places) = (Vec::new(), HashMap::new());
    for (line, row) in rows(file, &[id, "lang", "subset", "text"], content)? {
        let wrong = |reason: String| Unreadable { file, line, reason };
        let language = match row[1] {
            "es" => Language::Spanish,
            "en" => Language::English,
            other => return Err(wrong(format!("the language {other} is neither es nor en"))),
        };
        if places.insert(row[0], found.len()).is_some() {
            return Err(wrong(format!("the id {} stands there twice", row[0])));
        }
        found.push(Text { language, subset: row[2].to_owned(), text: row[3].to_owned() });
    }
    Ok((found, places))
}

/// The lines below the names, each with the wanted columns.
fn rows<'a>(
    file: &'static str,
    wanted: &[&str],
    content: &'a str,
) -> Result<Vec<(usize, Vec<&'a str>)>, Unreadable> {
    let wrong = |line: usize, reason: String| Unreadable { file, line, reason };
    let mut lines = (1..).zip(content.lines());
    let (_, names) = lines.next().ok_or_else(|| wrong(1, "is empty".to_owned()))?;
    let names: Vec<&str> = names.trim_start_matches('\u{feff}').split('\t').collect();
    let columns = wanted
        .iter()
        .map(|name| {
            let place = names.iter().position(|other| other == name);
            place.ok_or_else(|| wrong(1, format!("the column {name} is missing")))
        })
        .collect::<Result<Vec<usize>, _>>()?;
    lines
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(line, text)| {
            let values: Vec<&str> = text.split('\t').collect();
            let row = columns.iter().map(|&column| values.get(column).copied()).collect();
            let row: Option<Vec<&str>> = row;
            let short =
                || wrong(line, format!("has {} columns, not {}", values.len(), names.len()));
            Ok((line, row.ok_or_else(short)?))
        })
        .collect()
}

/// Codes without names: texts are all that is compared here.
pub(crate) struct NoNames;

impl Labels for NoNames {
    fn sector(&self, _: &str) -> Option<Bilingual> {
        None
    }
    fn state(&self, _: &str) -> Option<Bilingual> {
        None
    }
    fn partnership(&self, _: &str) -> Option<Bilingual> {
        None
    }
    fn neighbours(&self, _: &str, _: &str) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, wanted: f64) {
        assert!((found - wanted).abs() < 1e-9, "{found} {wanted}");
    }

    #[test]
    fn measures_are_those_of_the_definition() {
        let found = measure(&[0, 1, 0, 2], vec![1, 2, 1]);
        // Gains 1 at rank 2 and 3 at rank 4; ideal: 3, 1, 1.
        let ideal = 3.0 + 1.0 / libm::log2(3.0) + 0.5;
        near(found.ndcg_at_10, (1.0 / libm::log2(3.0) + 3.0 / libm::log2(5.0)) / ideal);
        near(found.mrr, 0.5);
        near(found.recall_at_50, 2.0 / 3.0);

        let mut late = vec![0; 100];
        late[50] = 1;
        let found = measure(&late, vec![1]);
        near(found.ndcg_at_10 + found.recall_at_50, 0.0);
        near(found.mrr, 1.0 / 51.0);
        assert_eq!(measure(&[0; 9], vec![1]), Measures::default());
    }

    #[test]
    fn the_public_set_is_found_as_well_as_it_was() {
        let set = Collection::built_in();
        assert_eq!(set.sizes(), (4_055, 6_772, 7_116));
        let [words, meaning, engine] =
            [Method::Words, Method::Meaning, Method::Engine].map(|method| set.evaluate(method));
        // A little below what `README.md` tells, so that a change is seen and a rounding is not.
        let ndcg = |of: Option<Measures>| of.expect("tasks").ndcg_at_10;
        let (within, across) = (ndcg(engine.within), ndcg(engine.across));
        assert!(within >= 0.840 && across >= 0.760, "{within} {across}");
        // Better than each part alone, in every direction.
        assert_eq!(engine.tasks.len(), 7);
        for (i, task) in engine.tasks.iter().enumerate() {
            for part in [&words, &meaning] {
                let alone = part.tasks[i].measures;
                assert!(task.measures.ndcg_at_10 > alone.ndcg_at_10, "{task:?} {alone:?}");
            }
        }
    }

    #[test]
    fn the_only_document_is_found() {
        let queries = "query_id\tlang\tsubset\ttext\nq1\tes\ta\tagua\n";
        let documents = "doc_id\tlang\tsubset\ttext\nd1\tes\ta\tagua potable\n";
        let set = Collection::parse(queries, documents, "query_id\tdoc_id\trelevance\nq1\td1\t1\n");
        for method in [Method::Words, Method::Meaning, Method::Engine] {
            let found = set.as_ref().expect("a set").evaluate(method).within.expect("a task");
            near(found.ndcg_at_10, 1.0);
        }
    }

    #[test]
    fn what_cannot_be_read_says_where() {
        let queries = "query_id\tlang\tsubset\ttext\nq1\tes\ta\tagua\n";
        let documents = "doc_id\tlang\tsubset\ttext\nd1\ten\ta\twater\n";
        let judgements = "query_id\tdoc_id\trelevance\n";
        let why = |queries: &str, documents: &str, judgements: &str| {
            Collection::parse(queries, documents, judgements).expect_err("unreadable").to_string()
        };
        assert_eq!(why("", documents, judgements), "queries.tsv, line 1: is empty");
        assert_eq!(
            why("query_id\tlang\ttext\n", documents, judgements),
            "queries.tsv, line 1: the column subset is missing"
        );
        assert_eq!(
            why(queries, "doc_id\tlang\tsubset\ttext\nd1\tfr\ta\teau\n", judgements),
            "docs.tsv, line 2: the language fr is neither es nor en"
        );
        assert_eq!(
            why(&format!("{queries}q1\tes\ta\taire\n"), documents, judgements),
            "queries.tsv, line 3: the id q1 stands there twice"
        );
        assert_eq!(
            why(queries, documents, &format!("{judgements}q1\td2\t1\n")),
            "qrels.tsv, line 2: the document d2 does not exist"
        );
        assert_eq!(
            why(queries, documents, &format!("{judgements}q1\td1\tmuch\n")),
            "qrels.tsv, line 2: much is no relevance of 0 to 20"
        );
        assert_eq!(
            why(queries, &format!("{documents}d2\ten\n"), judgements),
            "docs.tsv, line 3: has 2 columns, not 4"
        );
        let read = Collection::parse(queries, documents, &format!("{judgements}q1\td1\t1\n"));
        assert_eq!(read.expect("readable").sizes(), (1, 1, 1));
    }
}

//! `vinculo evaluate`: how well the engine finds what belongs together.

use std::{fs, path::PathBuf, process::ExitCode};

use clap::Args;
use matching::{Collection, Language, Measures, Method, Report};

use super::Outcome;

#[derive(Debug, Args)]
pub(super) struct EvaluateArgs {
    /// Folder with queries.tsv, docs.tsv and qrels.tsv, tab-separated with a line of names; without
    /// it, the public set that is built in.
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
    /// Also fit the logistic function that makes likelihoods of the engine's sums.
    #[arg(long)]
    calibrate: bool,
}

pub(super) fn evaluate(args: &EvaluateArgs) -> Outcome {
    let collection = match &args.dir {
        Some(folder) => read(folder)?,
        None => Collection::built_in(),
    };
    let (queries, documents, judgements) = collection.sizes();
    println!("{queries} queries, {documents} documents, {judgements} relevant pairs");
    let reports =
        [Method::Words, Method::Meaning, Method::Engine].map(|method| collection.evaluate(method));
    table("nDCG@10", &reports, |measures| measures.ndcg_at_10);
    table("MRR", &reports, |measures| measures.mrr);
    table("Recall@50", &reports, |measures| measures.recall_at_50);
    if args.calibrate {
        let (slope, intercept) = collection.calibrate();
        println!("\nlikelihood = logistic({slope:.2} sum {intercept:+.2})");
    }
    Ok(ExitCode::SUCCESS)
}

fn read(folder: &std::path::Path) -> Result<Collection, String> {
    let text = |name: &str| {
        let file = folder.join(name);
        fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))
    };
    let (queries, documents) = (text("queries.tsv")?, text("docs.tsv")?);
    Collection::parse(&queries, &documents, &text("qrels.tsv")?)
        .map_err(|problem| format!("{}: {problem}", folder.display()))
}

fn table(name: &str, reports: &[Report; 3], of: fn(&Measures) -> f64) {
    println!("\n{name:<32} {:>8} {:>8} {:>10} {:>8}", "queries", "BM25", "embedding", "engine");
    let line = |what: &str, queries: String, measures: [Option<Measures>; 3]| {
        let [words, meaning, engine] = measures.map(|measures| {
            measures.map_or_else(String::new, |measures| format!("{:.3}", of(&measures)))
        });
        println!("{what:<32} {queries:>8} {words:>8} {meaning:>10} {engine:>8}");
    };
    for (place, task) in reports[2].tasks.iter().enumerate() {
        let [asked, answered] = [task.asked, task.answered].map(code);
        let what = format!("{} {asked}>{answered}", task.subset);
        let measures = |report: &Report| report.tasks.get(place).map(|task| task.measures);
        line(&what, task.queries.to_string(), reports.each_ref().map(measures));
    }
    line("mean, same language", String::new(), reports.each_ref().map(|report| report.within));
    line("mean, across languages", String::new(), reports.each_ref().map(|report| report.across));
}

fn code(language: Language) -> &'static str {
    match language {
        Language::Spanish => "es",
        Language::English => "en",
    }
}

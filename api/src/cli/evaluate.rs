//! `vinculo evaluate`: how well the engine finds what belongs together.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use matching::{Collection, Language, Measures, Method, Report};

use super::{Cli, Outcome, migrate, open};
use crate::{
    context::machine_clock,
    feedback::{Tables, tables},
};

#[derive(Debug, Args)]
pub(super) struct EvaluateArgs {
    /// Folder with queries.tsv, docs.tsv and qrels.tsv, tab-separated with a line of names; without
    /// it, the public set that is built in.
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
    /// Also fit the logistic function that makes likelihoods of the engine's sums.
    #[arg(long)]
    calibrate: bool,
    /// Afterwards the same of what was decided in the network of the settings' database: shortlisting,
    /// interests, dismissals and contracts of those who consent.
    #[arg(long)]
    feedback: bool,
    /// Also write that feedback into this folder as three such files, for `--dir`.
    #[arg(long, value_name = "FOLDER", requires = "feedback")]
    export: Option<PathBuf>,
}

pub(super) async fn evaluate(cli: &Cli, args: &EvaluateArgs) -> Outcome {
    // First, so that nobody waits for the public set to be told that there is no database.
    let feedback = if args.feedback { Some(given(cli).await?) } else { None };
    let collection = match &args.dir {
        Some(folder) => read(folder)?,
        None => Collection::built_in(),
    };
    measure(&collection, args.calibrate);
    if let Some(feedback) = feedback {
        let Tables { pairs, relevant, queries, docs, qrels } = &feedback;
        println!("\nFeedback of this network: {pairs} labelled pairs, {relevant} of them relevant");
        if *pairs == 0 {
            println!(
                "Nothing to measure by: no decision about fit is on record of which both sides consent to MATCH_FEEDBACK."
            );
            return Ok(ExitCode::SUCCESS);
        }
        let collection = Collection::parse(queries, docs, qrels);
        let collection = collection.map_err(|problem| problem.to_string())?;
        if *relevant == 0 {
            println!("Nothing to measure by: no pair is relevant.");
        } else {
            measure(&collection, args.calibrate);
        }
        if let Some(folder) = &args.export {
            write(folder, &feedback)?;
            println!("\nWritten to {}", folder.display());
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What those who consent have decided, in the database of the settings.
async fn given(cli: &Cli) -> Result<Tables, String> {
    let db = open(&cli.settings(&[])?).await?;
    migrate::check(&db).await?;
    tables(&db, machine_clock()()).await.map_err(|error| error.describe())
}

fn write(folder: &Path, feedback: &Tables) -> Result<(), String> {
    let told = |error: std::io::Error| format!("{}: {error}", folder.display());
    fs::create_dir_all(folder).map_err(told)?;
    for (name, content) in [
        ("queries.tsv", &feedback.queries),
        ("docs.tsv", &feedback.docs),
        ("qrels.tsv", &feedback.qrels),
    ] {
        fs::write(folder.join(name), content).map_err(told)?;
    }
    Ok(())
}

/// Prints the tables of a collection.
fn measure(collection: &Collection, calibrate: bool) {
    let (queries, documents, judgements) = collection.sizes();
    println!("{queries} queries, {documents} documents, {judgements} relevant pairs");
    let reports =
        [Method::Words, Method::Meaning, Method::Engine].map(|method| collection.evaluate(method));
    table("nDCG@10", &reports, |measures| measures.ndcg_at_10);
    table("MRR", &reports, |measures| measures.mrr);
    table("Recall@50", &reports, |measures| measures.recall_at_50);
    if calibrate {
        let (slope, intercept) = collection.calibrate();
        println!("\nlikelihood = logistic({slope:.2} sum {intercept:+.2})");
    }
}

fn read(folder: &Path) -> Result<Collection, String> {
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

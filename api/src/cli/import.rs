//! `vinculo import`.

use std::{
    fs::File,
    io::{BufWriter, IsTerminal, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use clap::{Args, Subcommand};
use entity::OrganizationId;
use indicatif::{ProgressBar, ProgressStyle};

use super::{Cli, Outcome, peak_memory, service};
use crate::{
    error::Error,
    import::{self, Format, Listener, Note, Options, Report},
};

/// What to import.
#[derive(Debug, Subcommand)]
pub(super) enum ImportVerb {
    /// A roll of organizations: our own CSV layout, or INEGI's DENUE download as published.
    ///
    /// With --chamber, companies are affiliated to that chamber. Organizations are
    /// found again by their external id (DENUE/<id> for DENUE), so that the same
    /// file can be imported again and again.
    Organizations {
        #[command(flatten)]
        file: FileArgs,
        /// The chamber (`org_…`) to which companies are affiliated.
        #[arg(long, value_name = "ID")]
        chamber: Option<OrganizationId>,
    },
    /// Needs, as drafts of a chamber's companies: CSV or JSON Lines with the fields of the EEN.
    Needs {
        #[command(flatten)]
        file: FileArgs,
        /// The chamber (`org_…`) that brings them.
        #[arg(long, value_name = "ID")]
        chamber: OrganizationId,
    },
    /// Offers, as drafts of a transfer office: CSV or JSON Lines with the fields of the EEN.
    Offers {
        #[command(flatten)]
        file: FileArgs,
        /// The transfer office (`org_…`) that offers.
        #[arg(long, value_name = "ID")]
        ott: OrganizationId,
    },
    /// Intellectual property that a transfer office looks after: CSV or JSON Lines, with what has happened to it.
    ///
    /// In a table the days stand in `filedOn`, `publishedOn`, `grantedOn` and `feesPaidUntil`,
    /// in JSON Lines in `events`. Owners and inventors are told as `name:6000;other:4000`, or
    /// without shares, which are then alike.
    IpAssets {
        #[command(flatten)]
        file: FileArgs,
        /// The transfer office (`org_…`) that looks after it.
        #[arg(long, value_name = "ID")]
        ott: OrganizationId,
    },
    /// Chamber profiles with regions and delegations, office profiles, people and their roles: one JSON file.
    Network {
        #[command(flatten)]
        file: FileArgs,
    },
}

#[derive(Debug, Args)]
pub(super) struct FileArgs {
    /// The file: UTF-8 or Latin-1.
    file: PathBuf,
    /// Import nothing when one line is bad; otherwise bad lines are reported and left out.
    #[arg(long)]
    strict: bool,
    /// Write every note as CSV (line, column, kind, message) to this file.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Under which name external ids are kept, when not the chamber's or the office's own.
    #[arg(long, value_name = "NAME")]
    system: Option<String>,
}

/// How an import ends that has left lines out.
const LEFT_OUT: u8 = 2;
/// How many notes are printed; the report has them all.
const MOST_PRINTED: u64 = 20;

pub(super) async fn import(cli: &Cli, verb: &ImportVerb) -> Outcome {
    let settings = cli.settings(&[])?;
    let (ImportVerb::Organizations { file, .. }
    | ImportVerb::Needs { file, .. }
    | ImportVerb::Offers { file, .. }
    | ImportVerb::IpAssets { file, .. }
    | ImportVerb::Network { file }) = verb;
    let told = |error: std::io::Error| format!("{}: {error}", file.file.display());
    let mut source = import::open(&file.file).map_err(told)?;
    let service = service(&settings).await?;
    let mut options =
        Options { strict: file.strict, system: file.system.clone(), ..Options::default() };
    let mut teller = Teller::new(file).map_err(told)?;
    let begun = Instant::now();
    let source = &mut *source;
    let format = Format::of(&file.file);
    let report = match verb {
        ImportVerb::Organizations { chamber, .. } => {
            options.chamber = *chamber;
            import::organizations(&service, source, &options, &mut teller).await
        }
        ImportVerb::Needs { chamber, .. } => {
            options.chamber = Some(*chamber);
            import::needs(&service, source, format, &options, &mut teller).await
        }
        ImportVerb::Offers { ott, .. } => {
            options.ott = Some(*ott);
            import::offers(&service, source, format, &options, &mut teller).await
        }
        ImportVerb::IpAssets { ott, .. } => {
            options.ott = Some(*ott);
            import::ip_assets(&service, source, format, &options, &mut teller).await
        }
        ImportVerb::Network { .. } => import::network(&service, source, &options).await,
    };
    teller.finish().map_err(told)?;
    let report =
        report.map_err(|error: Error| format!("{}: {}", file.file.display(), error.describe()))?;
    summarise(&report, begun.elapsed().as_secs_f64(), &file.file);
    Ok(if report.skipped == 0 { ExitCode::SUCCESS } else { ExitCode::from(LEFT_OUT) })
}

fn summarise(report: &Report, seconds: f64, file: &Path) {
    let Report { lines, created, updated, unchanged, skipped, warnings } = report;
    println!(
        "{}: {lines} lines, {created} created, {updated} updated, {unchanged} unchanged, {skipped} skipped, {warnings} warnings",
        file.display()
    );
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    let rate = *lines as f64 / seconds.max(0.001);
    let memory =
        peak_memory().map(|kb| format!(", peak memory {} MB", kb / 1024)).unwrap_or_default();
    println!("{seconds:.1} s, {rate:.0} lines/s{memory}");
}

/// Tells a person at a terminal, and the report file.
struct Teller {
    bar: ProgressBar,
    report: Option<csv::Writer<BufWriter<File>>>,
    printed: u64,
    failed: Option<std::io::Error>,
}

impl Teller {
    fn new(args: &FileArgs) -> std::io::Result<Self> {
        let bar = if std::io::stderr().is_terminal() {
            ProgressBar::new_spinner()
        } else {
            ProgressBar::hidden()
        };
        if let Ok(style) = ProgressStyle::with_template("{spinner} {pos} lines {msg} ({per_sec})") {
            bar.set_style(style);
        }
        let report = match &args.report {
            Some(path) => {
                let mut writer = csv::Writer::from_writer(BufWriter::new(File::create(path)?));
                writer.write_record(["line", "column", "kind", "message"])?;
                Some(writer)
            }
            None => None,
        };
        Ok(Self { bar, report, printed: 0, failed: None })
    }

    fn finish(mut self) -> std::io::Result<()> {
        self.bar.finish_and_clear();
        if self.printed > MOST_PRINTED {
            eprintln!("… {} more notes; --report FILE keeps them all", self.printed - MOST_PRINTED);
        }
        if let Some(mut report) = self.report.take() {
            report.flush()?;
            report.into_inner().map_err(csv::IntoInnerError::into_error)?.flush()?;
        }
        self.failed.map_or(Ok(()), Err)
    }
}

impl Listener for Teller {
    fn note(&mut self, note: Note) {
        let Note { line, column, error, message } = note;
        let kind = if error { "error" } else { "warning" };
        let column = column.unwrap_or_default();
        self.printed += 1;
        if self.printed <= MOST_PRINTED {
            self.bar.suspend(|| eprintln!("line {line}, {column}: {kind}: {message}"));
        }
        if let Some(report) = &mut self.report {
            let written = report.write_record([line.to_string().as_str(), &column, kind, &message]);
            if let Err(error) = written {
                self.failed.get_or_insert(error.into());
            }
        }
    }

    fn progress(&mut self, report: &Report) {
        self.bar.set_position(report.lines);
        if report.skipped > 0 {
            self.bar.set_message(format!("{} skipped", report.skipped));
        }
    }
}

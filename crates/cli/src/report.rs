mod destinations;

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use clap::Args;
use kubeproof::conformance::Summary;
use kubeproof::conformance::report::{self, Destination, Format, Reports, Wanted};

pub(crate) use self::destinations::{distinct, files, write};
use crate::apart::Used;
use crate::exit_code;
use crate::output::complain;
use crate::verdict;

/// Puts JSON reports together and writes them in other formats
///
/// Reports of the same adapter, by name and version, are shards of one run: their cases become one report. A case that came
/// out differently in two of them is an error, and so is a shard of `check --shard` that is missing or comes twice. Different adapters, and versions of one, are shown side by side; `--json` and
/// `--badge` are of one adapter only, `--junit` has a suite for each adapter and provider, `--tap` a subtest for each adapter.
#[derive(Args)]
#[command(after_help = "Examples:
  kubeproof check --report json=a.json                    makes a report to begin with
  kubeproof report shard-*.json --json all.json           the shards of one run as one report
  kubeproof report shard-*.json --exit-code --min-ran 80  and what comes of it all
  kubeproof report pydo.json sdk.json --html matrix.html  adapters side by side, with filters, in one page
  kubeproof report a.json --markdown - >> \"$GITHUB_STEP_SUMMARY\"
  kubeproof report a.json --github -                      annotations at the cases that failed

Exit codes:
  0  written, whatever came of the cases
  2  wrong usage, a file that is no report, or reports that do not belong together
  5  a report cannot be written
and with --exit-code, once all is written, those of `check` for all of the cases:
  1  a case failed
  3  a baseline entry is stale
  4  nothing ran, or less than --min-ran
  5  a case could not be judged")]
pub(crate) struct Report {
    /// Reports that `kubeproof check --report json=FILE` wrote; - is standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    #[command(flatten)]
    wanted: Options,

    /// Exit as `check` would have done with all of these cases
    #[arg(long)]
    exit_code: bool,

    /// With --exit-code, fail unless this many percent of the cases of each adapter ran
    #[arg(long, value_name = "PERCENT", requires = "exit_code", value_parser = clap::value_parser!(u8).range(0..=100))]
    min_ran: Option<u8>,
}

/// An option for each format. PATH - is standard output; without any of them, `--human -`.
#[derive(Args)]
struct Options {
    /// Lines for people, as `check` prints them [default: -]
    #[arg(long, value_name = "PATH")]
    human: Vec<Destination>,

    /// One JSON report, `kubeproof.report/1`; of one adapter
    #[arg(long, value_name = "PATH")]
    json: Vec<Destination>,

    /// JUnit XML, for Jenkins, GitLab and others
    #[arg(long, value_name = "PATH")]
    junit: Vec<Destination>,

    /// TAP version 14, with diagnostics
    #[arg(long, value_name = "PATH")]
    tap: Vec<Destination>,

    /// Markdown, such as for `$GITHUB_STEP_SUMMARY`
    #[arg(long, value_name = "PATH")]
    markdown: Vec<Destination>,

    /// Workflow commands of GitHub that point at the file and line of cases; they have to be printed in a step
    #[arg(long, value_name = "PATH")]
    github: Vec<Destination>,

    /// One page that needs nothing else: adapters by cases, filters, every failure
    #[arg(long, value_name = "PATH")]
    html: Vec<Destination>,

    /// JSON of a badge, as the endpoint of shields.io takes it; of one adapter
    #[arg(long, value_name = "PATH")]
    badge: Vec<Destination>,
}

impl Report {
    pub(crate) fn run(self) -> u8 {
        match self.try_run() {
            Ok(code) | Err(code) => code,
        }
    }

    fn try_run(self) -> Result<u8, u8> {
        let wanted = self.wanted.wanted();
        distinct(&wanted, &Used::of(self.files.iter().map(|file| ("the reports that are read", Some(file)))))?;
        let read = self.files.iter().map(|file| read(file)).collect::<Result<Vec<_>, u8>>()?;
        let reports = Reports::merge(read).map_err(usage)?;
        // All are rendered before any is written: what cannot be shown leaves nothing half done.
        let rendered: Vec<String> =
            wanted.iter().map(|wanted| reports.render(wanted.format)).collect::<Result<_, _>>().map_err(usage)?;
        wanted.iter().zip(rendered).try_for_each(|(wanted, text)| write(wanted, text))?;
        if !self.exit_code {
            return Ok(exit_code::CONFORMANT);
        }
        let judged: Vec<(String, Summary)> = reports.iter().map(|report| (report.title(), report.summary())).collect();
        Ok(verdict::code(&judged, self.min_ran.unwrap_or(0), "the adapter declares too few features or providers"))
    }
}

impl Options {
    fn wanted(self) -> Vec<Wanted> {
        let Self { human, json, junit, tap, markdown, github, html, badge } = self;
        let by_format = [
            (Format::Human, human),
            (Format::Json, json),
            (Format::Junit, junit),
            (Format::Tap, tap),
            (Format::Markdown, markdown),
            (Format::Github, github),
            (Format::Html, html),
            (Format::Badge, badge),
        ];
        let wanted: Vec<Wanted> = by_format
            .into_iter()
            .flat_map(|(format, destinations)| {
                destinations.into_iter().map(move |destination| Wanted { format, destination })
            })
            .collect();
        if wanted.is_empty() {
            return vec![Wanted { format: Format::Human, destination: Destination::Stdout }];
        }
        wanted
    }
}

fn read(file: &Path) -> Result<(String, report::Report), u8> {
    let (name, text) = if file == Path::new("-") {
        let mut bytes = Vec::new();
        ("standard input".to_owned(), io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes))
    } else {
        (file.display().to_string(), fs::read(file))
    };
    let bytes = text.map_err(|error| usage(format_args!("the report {name} cannot be read: {error}")))?;
    let text = String::from_utf8(bytes).map_err(|_| {
        usage(format_args!("the report {name} is not UTF-8; name a file that `check --report json=FILE` wrote"))
    })?;
    let report = report::Report::from_json(&name, &text).map_err(usage)?;
    Ok((name, report))
}

fn usage(message: impl std::fmt::Display) -> u8 {
    complain(message);
    exit_code::USAGE
}

//! `build`: sources to published shards, with a report at the end.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, bail};
use clap::Args;
use geocoder_core::CountryCode;
use shard_builder::account::Account;
use shard_builder::batch::{self, Job, Outcome};
use shard_builder::build_file::{BuildFile, SourceEntry};
use shard_builder::progress::Progress;

use super::progress::TerminalProgress;

/// What to build of what, and where to put it.
#[derive(Debug, Args)]
pub(crate) struct BuildOptions {
    /// Build file (TOML) that says which sources make which country.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["osm", "out", "previous"])]
    config: Option<PathBuf>,
    /// Country to build, as ISO 3166-1 alpha-2 code; with --config, build only these.
    #[arg(long, value_parser = super::country, value_delimiter = ',')]
    country: Vec<CountryCode>,
    /// OpenStreetMap extracts (.osm.pbf) that together cover the country.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    osm: Vec<PathBuf>,
    /// Directory of the manifest and the blobs; other countries in it stay.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Manifest of the generation whose place numbers are to be kept.
    #[arg(long, value_name = "MANIFEST")]
    previous: Option<PathBuf>,
    /// Most countries that are built at the same time.
    #[arg(long, default_value_t = 1, value_name = "N", requires = "config")]
    jobs: usize,
    /// Offer the shard under the share-alike licence of one of its sources.
    #[arg(long, conflicts_with = "config")]
    share_alike: bool,
    /// Also write the account of each build as JSON into `DIR/reports`, as --config always does.
    #[arg(long)]
    report: bool,
}

/// Builds and publishes.
pub(crate) fn run(options: &BuildOptions) -> anyhow::Result<()> {
    match &options.config {
        Some(config) => build_file(options, config),
        None => build_country(options),
    }
}

fn build_country(options: &BuildOptions) -> anyhow::Result<()> {
    let [country] = options.country.as_slice() else {
        bail!("name one country with --country, or a build file with --config");
    };
    let out = options.out.as_deref().context("name a directory for the shards with --out")?;
    let sources = [SourceEntry::Osm { paths: options.osm.clone() }];
    let sources = sources.iter().map(SourceEntry::open).collect::<Result<Vec<_>, _>>()?;
    let job = Job {
        country: *country,
        share_alike: options.share_alike,
        separate_alternates: *country == CountryCode::WORLD,
        out,
        previous: options.previous.as_deref(),
    };
    let account = job.run(&sources, &TerminalProgress::new(None))?;
    if options.report {
        batch::write_account(out, &account)?;
    }
    tell(out, &account)
}

fn build_file(options: &BuildOptions, config: &Path) -> anyhow::Result<()> {
    let file = BuildFile::read(config)?;
    for country in &options.country {
        if !file.countries.iter().any(|entry| entry.code == country.as_str()) {
            bail!("{} has no country {country}", config.display());
        }
    }
    let faults = AtomicUsize::new(0);
    let progress = |country: CountryCode| -> Box<dyn Progress> {
        let several = options.jobs > 1;
        Box::new(TerminalProgress::new(several.then_some(country)))
    };
    let done = |country: CountryCode, outcome: shard_builder::Result<Outcome>| {
        let told = match outcome {
            Ok(Outcome::Built(account)) => tell(&file.out, &account),
            Ok(Outcome::Unchanged) => {
                writeln!(io::stderr(), "{country}: unchanged").map_err(anyhow::Error::from)
            }
            Err(error) => Err(error.into()),
        };
        if let Err(error) = told {
            faults.fetch_add(1, Ordering::Relaxed);
            // A closed standard error must not stop the other countries.
            drop(writeln!(io::stderr(), "error: {country}: {error:#}"));
        }
    };
    batch::build_all(&file, &options.country, options.jobs, &progress, &done)?;
    match faults.into_inner() {
        0 => Ok(()),
        n => bail!("{n} of {} countries could not be built", file.countries.len()),
    }
}

/// Writes the account for people, and the path of the shard on standard output: it is the
/// answer that scripts go on with.
fn tell(out: &Path, account: &Account) -> anyhow::Result<()> {
    write!(io::stderr().lock(), "{account}")?;
    let blob = out.join("blobs").join(&account.shard.sha256);
    writeln!(io::stdout(), "{}", blob.display())?;
    Ok(())
}

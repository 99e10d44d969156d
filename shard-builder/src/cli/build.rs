//! `build`: sources to published shards, with a report at the end.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, bail};
use clap::Args;
use geocoder_core::CountryCode;
use shard_builder::account::Account;
use shard_builder::batch::{self, Job, Outcome};
use shard_builder::build_file::{AttributionEntry, BuildFile, SourceEntry};
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
    /// Address register or other list, as delimited table or line-delimited GeoJSON.
    #[arg(long, value_name = "FILE", conflicts_with = "config", requires = "map")]
    table: Option<PathBuf>,
    /// Name of a ready mapping (such as ban, openaddresses, iceland), or what the columns of the
    /// table say, as street=COLUMN,number=COLUMN,...
    #[arg(long, value_name = "MAPPING", requires = "table")]
    map: Option<String>,
    /// Own records, one JSON object a line.
    #[arg(long, value_name = "FILE", conflicts_with = "config")]
    records: Option<PathBuf>,
    /// Who is credited for the table or records.
    #[command(flatten)]
    credit: Credit,
    /// Directory of the manifest and the blobs; other countries in it stay.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Manifest of the generation whose place numbers are to be kept.
    #[arg(long, value_name = "MANIFEST")]
    previous: Option<PathBuf>,
    /// Most countries that are built at the same time.
    #[arg(
        long,
        default_value_t = 1,
        value_name = "N",
        value_parser = clap::value_parser!(u16).range(1..=64)
    )]
    jobs: u16,
    /// Offer the shard under the share-alike licence of one of its sources.
    #[arg(long, conflicts_with = "config")]
    share_alike: bool,
    /// Also write the account of each build as JSON into `DIR/reports`, as --config always does.
    #[arg(long)]
    report: bool,
}

/// Attribution of a table or of records.
#[derive(Debug, Args)]
#[group(requires_all = ["source_name", "licence", "url", "notice"], multiple = true)]
struct Credit {
    /// Name of the data set.
    #[arg(long, value_name = "NAME")]
    source_name: Option<String>,
    /// Its licence, as SPDX identifier where there is one.
    #[arg(long, value_name = "LICENCE")]
    licence: Option<String>,
    /// Page of the data set or of its licence.
    #[arg(long)]
    url: Option<String>,
    /// What must be shown.
    #[arg(long, value_name = "TEXT")]
    notice: Option<String>,
}

impl Credit {
    fn attribution(&self) -> Option<AttributionEntry> {
        Some(AttributionEntry {
            source: self.source_name.clone()?,
            licence: self.licence.clone()?,
            url: self.url.clone()?,
            notice: self.notice.clone()?,
            share_alike: false,
        })
    }
}

impl BuildOptions {
    /// Returns the sources, the most trusted first: own records, the register, the map.
    fn sources(&self) -> anyhow::Result<Vec<SourceEntry>> {
        let mut sources = Vec::new();
        if let Some(path) = self.records.clone() {
            let attribution = self.credit.attribution();
            let attribution = attribution.context(
                "say who is credited for the records: --source-name, --licence, --url, --notice",
            )?;
            sources.push(SourceEntry::Records { path, attribution });
        }
        if let Some((path, map)) = self.table.clone().zip(self.map.clone()) {
            let attribution = self.credit.attribution();
            sources.push(SourceEntry::Table {
                path,
                map,
                delimiter: None,
                country: None,
                attribution,
            });
        }
        if !self.osm.is_empty() {
            sources.push(SourceEntry::Osm { paths: self.osm.clone() });
        }
        Ok(sources)
    }
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
    let sources = options.sources()?;
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
    batch::build_all(&file, &options.country, options.jobs.into(), &progress, &done)?;
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

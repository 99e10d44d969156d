//! `build`: extracts to a published shard, with a report at the end.

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use geocoder_core::CountryCode;
use shard_builder::{Report, osm, publish};

use super::progress::TerminalProgress;

/// What to build of what, and where to put it.
#[derive(Debug, Args)]
pub(crate) struct BuildOptions {
    /// Country to build, as ISO 3166-1 alpha-2 code.
    #[arg(long, value_parser = super::country)]
    country: CountryCode,
    /// OpenStreetMap extracts (.osm.pbf) that together cover the country.
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    osm: Vec<PathBuf>,
    /// Directory of the manifest and the blobs; other countries in it stay.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Manifest of the generation whose place numbers are to be kept.
    #[arg(long, value_name = "MANIFEST")]
    previous: Option<PathBuf>,
}

/// Builds and publishes.
pub(crate) fn run(options: &BuildOptions) -> anyhow::Result<()> {
    let start = Instant::now();
    let progress = TerminalProgress::new();
    let mut report = Report::default();
    let gazetteer = osm::read(options.country, &options.osm, &mut report)?;
    let published = publish(&options.out, &gazetteer, options.previous.as_deref(), &progress)?;
    let base = &published.entry.base;
    let mut err = io::stderr().lock();
    write!(err, "{report}")?;
    writeln!(
        err,
        "shard: {} bytes, {} with brotli, {} with gzip, {} chunks",
        base.size,
        base.size_br,
        base.size_gzip,
        base.chunks.len()
    )?;
    writeln!(err, "built in {:.1} s", start.elapsed().as_secs_f64())?;
    // The path of the shard is the answer: scripts go on with it.
    let blob = options.out.join("blobs").join(&base.sha256);
    writeln!(io::stdout(), "{}", blob.display())?;
    Ok(())
}

//! Commands and their options. Answers go to standard output, everything else to standard error.

mod build;
mod progress;
mod query;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use geocoder_core::CountryCode;
use shard_builder::{inspect, shard_file};

/// Builds and reads shards, the country indexes of Hereabouts.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build a country's shard and publish it into a directory.
    Build(build::BuildOptions),
    /// Show what a shard holds and what it costs.
    Inspect {
        /// The shard's file.
        shard: PathBuf,
        /// Answer JSON.
        #[arg(long)]
        json: bool,
    },
    /// Check every chunk of a shard.
    Verify {
        /// The shard's file.
        shard: PathBuf,
    },
    /// Search shards; without a query, answer one JSON request per line of standard input.
    Search(query::SearchOptions),
    /// Find what is at a point; without one, answer one JSON request per line of standard input.
    Reverse(query::ReverseOptions),
}

/// Runs the command line and tells errors with all their causes.
pub(crate) fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Build(options) => build::run(&options),
        Command::Inspect { shard, json } => inspect(&shard, json),
        Command::Verify { shard } => verify(&shard),
        Command::Search(options) => query::search(&options),
        Command::Reverse(options) => query::reverse(&options),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // The reader of the answers has seen enough, as `head` does.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            drop(writeln!(io::stderr(), "error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let cause = error.downcast_ref::<io::Error>();
    cause.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn inspect(path: &Path, json: bool) -> anyhow::Result<()> {
    let account = inspect::inspect(&shard_file::open(path)?);
    let mut out = io::stdout().lock();
    if json {
        serde_json::to_writer_pretty(&mut out, &account)?;
        writeln!(out)?;
    } else {
        write!(out, "{account}")?;
    }
    Ok(())
}

fn verify(path: &Path) -> anyhow::Result<()> {
    let shard = shard_file::open(path)?;
    let faulty = |source| shard_builder::Error::Shard { path: path.into(), source };
    shard.verify().map_err(faulty)?;
    let (chunks, bytes) = (shard.chunks().len(), shard.bytes().len());
    writeln!(io::stdout(), "{}: {chunks} chunks, {bytes} bytes, all good", path.display())?;
    Ok(())
}

fn country(text: &str) -> Result<CountryCode, String> {
    let code = CountryCode::parse(text);
    code.ok_or_else(|| "must be a country's two letters, such as li (ISO 3166-1 alpha-2)".into())
}

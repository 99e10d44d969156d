//! Options of the command line and the environment.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::access::options::AccessOptions;
use crate::geography::GeographyConfig;

/// Serves Hereabouts shards, the geocoding REST API and the web app.
#[derive(Debug, Parser)]
#[command(name = "sync-server", version)]
pub struct Cli {
    /// Shape of the log lines on standard error
    #[arg(long, env = "HEREABOUTS_LOG_FORMAT", default_value = "text", global = true)]
    pub log_format: LogFormat,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Shape of the log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// One line of text an event.
    Text,
    /// One JSON object an event.
    Json,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve a directory written by shard-builder
    Serve(ServeConfig),
}

/// Options of `serve`.
#[derive(Debug, Clone, Args)]
pub struct ServeConfig {
    /// Directory with manifest.json and blobs/, as written by `shard-builder build --out`
    #[arg(long, env = "HEREABOUTS_DATA_DIR", value_name = "DIR")]
    pub data: PathBuf,
    /// Address and port to listen on; port 0 takes any free one
    #[arg(long, env = "HEREABOUTS_LISTEN", value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Where apps, keys and patches are kept: sqlite:FILE or postgres://USER@HOST/NAME; by default
    /// the file hereabouts.db in the data directory
    #[arg(long, env = "HEREABOUTS_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// Where callers are.
    #[command(flatten)]
    pub geography: GeographyConfig,
    /// Directory of the built web app to serve at /
    #[arg(long, env = "HEREABOUTS_WWW", value_name = "DIR")]
    pub www: Option<PathBuf>,
    /// Seconds a client may take to send a request body
    #[arg(
        long = "body-timeout",
        env = "HEREABOUTS_BODY_TIMEOUT",
        value_name = "SECONDS",
        default_value_t = 10,
        value_parser = clap::value_parser!(u64).range(1..=300)
    )]
    pub body_timeout_s: u64,
    /// Who may do what.
    #[command(flatten)]
    pub access: AccessOptions,
}

impl ServeConfig {
    /// Returns how long a client may take to send a request body.
    pub fn body_timeout(&self) -> Duration {
        Duration::from_secs(self.body_timeout_s)
    }
}

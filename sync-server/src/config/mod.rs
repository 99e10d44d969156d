//! Options of the command line, the environment and the configuration file.

pub mod database;
pub mod file;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

pub use database::{DatabaseConfig, DatabaseUrl};
pub use file::ConfigFileError;

use crate::access::command_line::KeysCommand;
use crate::access::options::AccessOptions;
use crate::blobs::BlobStore;
use crate::blobs::bucket::Bucket;
use crate::error::Error;
use crate::geography::GeographyConfig;
use crate::publish::sweep::KEEP;
use crate::sync::SyncOptions;
use crate::tls::TlsConfig;

/// Serves Hereabouts shards, the geocoding REST API and the web app.
#[derive(Debug, Parser)]
#[command(name = "sync-server", version)]
pub struct Cli {
    /// Shape of the log lines on standard error
    #[arg(long, env = "HEREABOUTS_LOG_FORMAT", default_value = "text", global = true)]
    pub log_format: LogFormat,
    /// File with settings in TOML; the environment and the command line win over it
    #[arg(long, env = "HEREABOUTS_CONFIG", value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
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
    /// Publish a directory written by shard-builder, also while its data directory is served
    Publish {
        /// Directory with the new manifest.json and blobs/
        build: PathBuf,
        /// Where it is published.
        #[command(flatten)]
        data: DataConfig,
    },
    /// Publish the generation of a country that was there before the present one
    Rollback {
        /// ISO 3166-1 alpha-2 code of the country
        country: String,
        /// Generation to go back or forth to, of those that `generations` lists
        #[arg(long, value_name = "GENERATION")]
        to: Option<String>,
        /// Where it is published.
        #[command(flatten)]
        data: DataConfig,
    },
    /// List the generations of every country that are kept
    Generations(DataConfig),
    /// Remove blobs that nothing names any more; every publication does so too
    Sweep {
        /// Seconds that they have to be old, and that manifests have been replaced for
        #[arg(long = "keep", value_name = "SECONDS", default_value_t = KEEP.as_secs())]
        keep_s: u64,
        /// Where they are.
        #[command(flatten)]
        data: DataConfig,
    },
    /// Bring the database up to date; `serve` does so too
    Migrate(DatabaseConfig),
    /// Copy a SQLite database into a new file, also while it is served
    Backup {
        /// The database.
        #[command(flatten)]
        database: DatabaseConfig,
        /// The new file
        file: PathBuf,
    },
    /// Replace a SQLite database by a backup and start a new line of history
    Restore {
        /// The database.
        #[command(flatten)]
        database: DatabaseConfig,
        /// The backup; without it, only a new line of history is started, as is needed after a
        /// database was put back by other means
        file: Option<PathBuf>,
    },
    /// Look for damage in the database, its audit log and its feeds
    Verify(DatabaseConfig),
    /// Make, list and end keys in the database itself
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Check every setting of `serve` and what it names, without serving
    CheckConfig(ServeConfig),
    /// Print the description of the API in OpenAPI 3.1
    Openapi,
}

impl Cli {
    /// Reads the command line, the environment and the configuration file.
    ///
    /// # Errors
    /// Fails when the file is not usable. Ends the program when an option is not.
    pub fn read() -> Result<Self, ConfigFileError> {
        let command = file::with_file(Self::command(), std::env::args_os())?;
        let matches = command.get_matches();
        Ok(Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit()))
    }
}

/// Option of commands that publish.
#[derive(Debug, Clone, Args)]
pub struct DataConfig {
    /// Directory that is served
    #[arg(long, env = "HEREABOUTS_DATA_DIR", value_name = "DIR")]
    pub data: PathBuf,
}

/// Options of `serve`.
#[derive(Debug, Clone, Args)]
pub struct ServeConfig {
    /// Directory with manifest.json and blobs/, as written by `shard-builder build --out`
    #[arg(long, env = "HEREABOUTS_DATA_DIR", value_name = "DIR")]
    pub data: PathBuf,
    /// Bucket to take manifest.json and blobs/ from instead, as s3://BUCKET/PREFIX; the way in
    /// is in the usual AWS_… variables of the environment
    #[arg(long, env = "HEREABOUTS_BLOBS_URL", value_name = "URL")]
    pub blobs_url: Option<String>,
    /// Address and port to listen on; port 0 takes any free one
    #[arg(long, env = "HEREABOUTS_LISTEN", value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Where apps, keys and patches are kept: sqlite:FILE or postgres://USER@HOST/NAME; by default
    /// the file hereabouts.db in the data directory
    #[arg(long, env = "HEREABOUTS_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<DatabaseUrl>,
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
    /// Whether the port speaks HTTPS.
    #[command(flatten)]
    pub tls: TlsConfig,
    /// Address and port for the metrics, which no proxy should make public
    #[arg(long, env = "HEREABOUTS_METRICS_LISTEN", value_name = "ADDR")]
    pub metrics_listen: Option<SocketAddr>,
    /// Who may do what.
    #[command(flatten)]
    pub access: AccessOptions,
    /// What devices are given.
    #[command(flatten)]
    pub sync: SyncOptions,
}

impl ServeConfig {
    /// Returns where blobs are.
    ///
    /// # Errors
    /// Fails when the URL of the bucket is not usable.
    pub fn blobs(&self) -> Result<BlobStore, Error> {
        let Some(url) = &self.blobs_url else { return Ok(BlobStore::new(&self.data)) };
        let bucket =
            Bucket::open(url).map_err(|source| Error::BlobsUrl { url: url.clone(), source })?;
        Ok(BlobStore::in_bucket(bucket))
    }

    /// Returns how long a client may take to send a request body.
    pub fn body_timeout(&self) -> Duration {
        Duration::from_secs(self.body_timeout_s)
    }
}

//! Keys on the command line, straight in the database: for the first key, and for the day on
//! which nobody has one any more.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::{Args, Subcommand, ValueEnum};

use super::Access;
use super::allowed::{Domain, network_entry, parse_network};
use super::options::AccessOptions;
use super::secret::Secret;
use crate::config::DatabaseConfig;
use crate::model::{Clock, KeyStatus, Role};
use crate::store::{SqlStore, Store};

/// What can be done with keys.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Make a key and write its token to standard output
    Create(Box<CreateKey>),
    /// List the keys of all apps, without tokens
    List(DatabaseConfig),
    /// End a key for good; running servers see it within seconds
    Revoke {
        /// The database.
        #[command(flatten)]
        database: DatabaseConfig,
        /// Id of the key
        id: String,
        /// End it even if its app has no other private key that works
        #[arg(long)]
        force: bool,
    },
}

/// Options of `keys create`.
#[derive(Debug, Args)]
pub struct CreateKey {
    /// The database.
    #[command(flatten)]
    pub database: DatabaseConfig,
    /// What the key is for
    #[arg(long, default_value = "private")]
    pub role: RoleName,
    /// Name for people
    #[arg(long)]
    pub name: Option<String>,
    /// App that the key belongs to; without it, the one above all others
    #[arg(long, value_name = "ID")]
    pub app: Option<String>,
    /// Hosts whose pages may use it, such as example.com, *.example.com or localhost
    #[arg(long = "domain", value_name = "HOST", value_delimiter = ',', value_parser = domain)]
    pub domains: Vec<String>,
    /// Addresses or networks that may use it
    #[arg(long = "allowed-ip", value_name = "ADDR|CIDR", value_delimiter = ',', value_parser = network)]
    pub allowed_ips: Vec<String>,
}

/// A role on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RoleName {
    /// For web pages: may search and download shards
    Public,
    /// For servers and administrators: may do everything
    Private,
}

fn domain(text: &str) -> Result<String, String> {
    Domain::parse(text).map(|domain| domain.to_entry()).map_err(Into::into)
}

fn network(text: &str) -> Result<String, String> {
    parse_network(text).map(network_entry).map_err(Into::into)
}

/// Runs a command.
///
/// # Errors
/// Fails when the database or the secret cannot be used, or there is no such key or app.
pub async fn run(command: &KeysCommand) -> anyhow::Result<()> {
    match command {
        KeysCommand::Create(options) => create(options).await,
        KeysCommand::List(database) => list(database).await,
        KeysCommand::Revoke { database, id, force } => revoke(database, id, *force).await,
    }
}

async fn create(options: &CreateKey) -> anyhow::Result<()> {
    let store = Arc::new(options.database.open().await?);
    let settings = AccessOptions::unlimited().with_environment();
    let dir = options.database.data.as_deref().unwrap_or(Path::new("."));
    let access = access(&store, settings.load_secret(dir)?, settings);
    let app_id = match &options.app {
        None => access.root_app().await?.id,
        Some(id) => {
            let apps = store.apps().await?;
            let app = apps.into_iter().find(|app| app.id == *id && app.deleted_at.is_none());
            app.with_context(|| format!("there is no app {id}"))?.id
        }
    };
    let role = match options.role {
        RoleName::Public => Role::Public,
        RoleName::Private => Role::Private,
    };
    let (key, token) = access
        .create(app_id, role, |key| {
            key.name.clone_from(&options.name);
            key.domains.clone_from(&options.domains);
            key.allowed_ips.clone_from(&options.allowed_ips);
        })
        .await?;
    writeln!(io::stderr(), "made key {} of app {}; its token:", key.id, key.app_id)?;
    writeln!(io::stdout(), "{}", token.reveal())?;
    Ok(())
}

async fn list(database: &DatabaseConfig) -> anyhow::Result<()> {
    let store = database.open().await?;
    let app_ids: Vec<String> = store.apps().await?.into_iter().map(|app| app.id).collect();
    let mut out = io::stdout().lock();
    writeln!(out, "id\tapp\trole\tstatus\ttoken\tcreated\tname")?;
    for key in store.keys(&app_ids).await? {
        let status = match (key.deleted_at, key.status) {
            (Some(_), _) => "deleted",
            (None, KeyStatus::Active) => "active",
            (None, KeyStatus::Inactive) => "inactive",
        };
        let role = match key.role {
            Role::Public => "public",
            Role::Private => "private",
        };
        writeln!(
            out,
            "{}\t{}\t{role}\t{status}\t{}…{}\t{}\t{}",
            key.id,
            key.app_id,
            key.token_start,
            key.token_end,
            key.created_at,
            key.name.as_deref().unwrap_or("-"),
        )?;
    }
    store.close().await;
    Ok(())
}

async fn revoke(database: &DatabaseConfig, id: &str, force: bool) -> anyhow::Result<()> {
    let store = Arc::new(database.open().await?);
    let access = access(&store, Secret::random()?, AccessOptions::unlimited());
    let revoked = access
        .revoke(id, force)
        .await
        .context("not revoked; --force revokes the last private key of an app too")?;
    if !revoked {
        bail!("there is no key {id}, or it was revoked before; see `keys list`");
    }
    writeln!(io::stdout(), "revoked {id}")?;
    Ok(())
}

fn access(store: &Arc<SqlStore>, secret: Secret, options: AccessOptions) -> Access {
    let store: Arc<dyn Store> = Arc::<SqlStore>::clone(store);
    Access::new(store, Clock::system(), secret, options)
}

//! Commands for whoever runs the server, besides serving.

use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context, bail};

use crate::catalog::Catalog;
use crate::config::{DatabaseConfig, ServeConfig};
use crate::geography::Geography;
use crate::site::Site;
use crate::sync::Sync;

/// Brings the schema of the database up to date.
///
/// # Errors
/// Fails when the database cannot be used.
pub async fn migrate(database: &DatabaseConfig) -> anyhow::Result<()> {
    database.open().await?.close().await;
    say("the database is up to date")
}

/// Writes a copy of the database into a new file and looks it over.
///
/// # Errors
/// Fails when the copy cannot be written or is damaged, as the database is then.
pub async fn back_up(database: &DatabaseConfig, file: &Path) -> anyhow::Result<()> {
    let store = database.open().await?;
    store.back_up(file).await?;
    store.close().await;
    let copy = crate::store::SqlStore::open_sqlite(file).await?;
    let faults = copy.verify().await?;
    copy.close().await;
    if let Some(fault) = faults.first() {
        bail!("{} is complete, but the database is damaged: {fault}", file.display());
    }
    say(&format!("backed up into {}", file.display()))
}

/// Puts a backup in place of the database, or only starts a new line of history.
///
/// # Errors
/// Fails when the backup or the database cannot be used; nothing is replaced then.
pub async fn restore(database: &DatabaseConfig, file: Option<&Path>) -> anyhow::Result<()> {
    let store = database.open().await?;
    match file {
        Some(file) => store.restore(file).await?,
        None => store.start_new_epoch().await?,
    }
    let epoch = crate::store::Store::epoch(&store).await?;
    store.close().await;
    say(&format!("restored, the epoch is now {epoch}"))
}

/// Looks for damage in the database.
///
/// # Errors
/// Fails when there is some.
pub async fn verify(database: &DatabaseConfig) -> anyhow::Result<()> {
    let store = database.open().await?;
    let faults = store.verify().await?;
    store.close().await;
    for fault in &faults {
        say(fault)?;
    }
    if !faults.is_empty() {
        bail!("the database is damaged: restore a backup");
    }
    say("the database is sound")
}

/// Looks at everything that `serve` would use, without using the database or a port.
///
/// # Errors
/// Fails with the first setting that is not usable.
pub fn check_config(config: &ServeConfig) -> anyhow::Result<()> {
    Catalog::load(&config.blobs()?, None)?;
    config.www.as_ref().map(Site::open).transpose().context("--www")?;
    Geography::open(&config.geography)?;
    config.tls.load()?;
    config.access.check(&config.data)?;
    Sync::new(config.sync.clone())?;
    say("the configuration is usable")
}

/// Prints the description of the API.
///
/// # Errors
/// Fails when it cannot be written.
pub fn print_openapi() -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(crate::openapi::json()?.as_bytes())?;
    Ok(out.flush()?)
}

fn say(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}

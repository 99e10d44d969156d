//! Commands for whoever runs the server, besides serving.

use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};

use crate::access::bootstrap::given_token;
use crate::catalog::Catalog;
use crate::config::{DatabaseConfig, DatabaseUrl, ServeConfig};
use crate::geography::Geography;
use crate::publish::directory::DataDirectory;
use crate::publish::history::History;
use crate::publish::sweep::Swept;
use crate::publish::{self, BaseChange, Publication};
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

/// Publishes a build.
///
/// # Errors
/// Fails when it cannot be published; nothing is changed then.
pub fn publish(build: &Path, data: &Path) -> anyhow::Result<()> {
    tell(&publish::publish(build, data)?)
}

/// Publishes an earlier generation of a country.
///
/// # Errors
/// Fails when there is none; nothing is changed then.
pub fn roll_back(data: &Path, country: &str, to: Option<&str>) -> anyhow::Result<()> {
    tell(&publish::roll_back(data, &country.to_ascii_lowercase(), to)?)
}

fn tell(publication: &Publication) -> anyhow::Result<()> {
    let Publication { version, changes, copied_bytes, swept } = publication;
    for BaseChange { country, from, to } in changes {
        match from {
            Some(from) => say(&format!("{country}: {to} instead of {from}"))?,
            None => say(&format!("{country}: {to}, new"))?,
        }
    }
    if changes.is_empty() {
        say("no base has changed")?;
    }
    say(&format!("copied {copied_bytes} bytes, removed {} files", swept.files))?;
    say(&format!("the version is now {version}"))
}

/// Lists the generations that are kept, newest first.
///
/// # Errors
/// Fails when the directory cannot be read.
pub fn list_generations(data: &Path) -> anyhow::Result<()> {
    let directory = DataDirectory::look_at(data);
    let history = History::read(&directory, directory.manifest()?.as_ref())?;
    for country in history.countries() {
        for known in history.generations(&country) {
            let state = match (known.is_current, known.replaced.as_secs()) {
                (true, _) => "current".to_owned(),
                (false, replaced_s) => format!("replaced {replaced_s} s ago"),
            };
            let base = &known.entry.base;
            let (name, size, since) = (&base.generation, base.size, known.since_version);
            say(&format!("{country} {name} {size} bytes, since version {since}, {state}"))?;
        }
    }
    Ok(())
}

/// Removes what nothing has named for a while.
///
/// # Errors
/// Fails when the directory cannot be read or written.
pub fn sweep(data: &Path, keep: Duration) -> anyhow::Result<()> {
    let Swept { files, bytes } = publish::sweep::sweep(data, keep)?;
    say(&format!("removed {files} files with {bytes} bytes"))
}

/// Looks at everything that `serve` would use, without using the database or a port.
///
/// # Errors
/// Fails with the first setting that is not usable.
pub fn check_config(config: &ServeConfig) -> anyhow::Result<()> {
    Catalog::load(&config.blobs()?, None)?;
    config.database_url.as_ref().map(DatabaseUrl::check).transpose()?;
    config.www.as_ref().map(Site::open).transpose().context("--www")?;
    Geography::open(&config.geography)?;
    config.tls.load()?;
    config.access.check(&config.data)?;
    given_token(&config.access)?;
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

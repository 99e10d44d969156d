//! Publishing: a build is put in the place of the one that is served, and taken back again.
//!
//! Blobs first, each under its hash and on the disk before anything names it; the manifest of
//! before is kept in `manifests/`; the new one is last, by one rename. A crash leaves the old
//! manifest or the new one, and at most blobs that nothing names, which [`sweep`] removes.
//! Publications and builds into one directory take turns.
//!
//! [`directory`] knows the files, [`check`] what may be published, [`history`] what was.

pub mod check;
mod copy;
pub mod directory;
pub mod error;
pub mod history;
pub mod sweep;

use std::collections::BTreeMap;
use std::path::Path;

use geocoder_core::manifest::{CountryEntry, MANIFEST_FORMAT, Manifest};

use self::directory::DataDirectory;
pub use self::error::{PublishError, Result};
use self::history::History;
use self::sweep::Swept;

/// What a publication changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Publication {
    /// Version of the manifest.
    pub version: u64,
    /// Countries whose base is another one now.
    pub changes: Vec<BaseChange>,
    /// Bytes that were copied.
    pub copied_bytes: u64,
    /// What was removed afterwards.
    pub swept: Swept,
}

/// Another base of a country.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseChange {
    /// Country code.
    pub country: String,
    /// Generation of before; `None` when the country is new.
    pub from: Option<String>,
    /// Generation from now on.
    pub to: String,
}

/// Publishes the build in a directory: its countries replace those of the data directory, others
/// stay.
///
/// # Errors
/// Fails when the build is incomplete or damaged, or the data directory cannot be written or is
/// being published into; what was served stays then.
pub fn publish(build: &Path, data: &Path) -> Result<Publication> {
    let new = check::check_build(build)?;
    let directory = DataDirectory::lock(data)?;
    directory.refuse_itself(build)?;
    let old = directory.manifest()?;
    let mut copied_bytes = 0;
    for (country, entry) in &new.countries {
        if old.as_ref().and_then(|old| old.countries.get(country)) != Some(entry) {
            copied_bytes += copy::copy_blobs(build, &directory, country, &entry.base)?;
        }
    }
    directory.sync_blobs()?;
    let version = new.version;
    put(&directory, old.as_ref(), new.countries, version, copied_bytes)
}

/// Publishes the generation that a country had before its present one, or a named one that is
/// still kept.
///
/// # Errors
/// Fails when there is none, its blobs are damaged, or the data directory cannot be written or is
/// being published into.
pub fn roll_back(data: &Path, country: &str, to: Option<&str>) -> Result<Publication> {
    let directory = DataDirectory::lock(data)?;
    let old = directory.manifest()?.ok_or_else(|| directory.nothing_published())?;
    let history = History::read(&directory, Some(&old))?;
    let entry = history.entry_before(country, to).ok_or_else(|| match to {
        Some(generation) => PublishError::UnknownGeneration {
            country: country.to_owned(),
            generation: generation.to_owned(),
        },
        None => PublishError::NothingBefore { country: country.to_owned() },
    })?;
    check::check_entry(directory.path(), country, &entry)?;
    let version = old.version;
    put(&directory, Some(&old), BTreeMap::from([(country.to_owned(), entry)]), version, 0)
}

/// Puts countries into the manifest of a directory whose blobs are there; nothing happens when it
/// has them already.
fn put(
    directory: &DataDirectory,
    old: Option<&Manifest>,
    countries: BTreeMap<String, CountryEntry>,
    at_least: u64,
    copied_bytes: u64,
) -> Result<Publication> {
    let mut changes = Vec::new();
    let known = old.map(|old| &old.countries);
    let mut is_same = old.is_some();
    for (country, entry) in &countries {
        let before = known.and_then(|known| known.get(country));
        is_same &= before == Some(entry);
        if before.is_none_or(|before| before.base.sha256 != entry.base.sha256) {
            changes.push(BaseChange {
                country: country.clone(),
                from: before.map(|before| before.base.generation.clone()),
                to: entry.base.generation.clone(),
            });
        }
    }
    let mut manifest = old.cloned().unwrap_or_else(|| Manifest {
        format: MANIFEST_FORMAT,
        epoch: FIRST_EPOCH.into(),
        version: 0,
        countries: BTreeMap::new(),
    });
    if !is_same {
        manifest.countries.extend(countries);
        manifest.version = manifest.version.max(at_least) + 1;
        check::check_lengths(directory.path(), &manifest)?;
        if let Some(old) = old {
            directory.keep_manifest(old)?;
        }
        directory.replace_manifest(&manifest)?;
    }
    let swept = sweep::sweep_locked(directory, sweep::KEEP)?;
    Ok(Publication { version: manifest.version, changes, copied_bytes, swept })
}

/// Lineage of a directory's data until its history is rewritten.
const FIRST_EPOCH: &str = "1";

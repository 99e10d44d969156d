//! Removes the blobs and manifests that nobody needs any more.
//!
//! Kept are the last generations of each country, everything that manifests named until not long
//! ago, since devices may still be downloading it, and whatever is new, since somebody may be
//! about to name it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use geocoder_core::manifest::BaseEntry;

use super::directory::{DRAFT, DataDirectory, age_of};
use super::error::{Result, read, write};
use super::history::History;
use crate::blobs::BlobName;

/// How long what nothing names any more is kept.
pub const KEEP: Duration = Duration::from_secs(24 * 60 * 60);
/// Generations of each country that are kept for a rollback, the present one among them.
const GENERATIONS: usize = 3;

/// What a sweep removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Files.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
}

/// Removes what nothing has named for a while.
///
/// # Errors
/// Fails when the directory cannot be read or written or is being published into.
pub fn sweep(data: &Path, keep: Duration) -> Result<Swept> {
    sweep_locked(&DataDirectory::lock(data)?, keep)
}

pub(super) fn sweep_locked(directory: &DataDirectory, keep: Duration) -> Result<Swept> {
    let Some(current) = directory.manifest()? else { return Ok(Swept::default()) };
    let history = History::read(directory, Some(&current))?;
    let kept = Kept::of(&history, keep);
    let mut swept = Swept::default();
    for manifest in history.manifests() {
        if !kept.versions.contains(&manifest.manifest.version) {
            swept.remove(&manifest.path)?;
        }
    }
    let blobs = directory.blobs();
    for entry in fs::read_dir(&blobs).map_err(read(&blobs))? {
        let entry = entry.map_err(read(&blobs))?;
        let (path, name) = (entry.path(), entry.file_name());
        let Some(name) = name.to_str() else { continue };
        let is_blob =
            BlobName::parse(stem_of(name)).is_some() && !kept.blobs.contains(stem_of(name));
        // Files of others are left alone.
        if (is_blob || is_draft(name)) && age_of(&path).map_err(read(&path))? >= keep {
            swept.remove(&path)?;
        }
    }
    Ok(swept)
}

/// What stays.
struct Kept<'a> {
    /// Versions of manifests.
    versions: BTreeSet<u64>,
    /// Names of blobs.
    blobs: BTreeSet<&'a str>,
}

impl<'a> Kept<'a> {
    fn of(history: &'a History, keep: Duration) -> Self {
        let mut kept = Self { versions: BTreeSet::new(), blobs: BTreeSet::new() };
        for (index, manifest) in history.manifests().iter().enumerate() {
            if index == 0 || manifest.age < keep {
                kept.versions.insert(manifest.manifest.version);
                for entry in manifest.manifest.countries.values() {
                    kept.name(&entry.base);
                }
            }
        }
        for country in history.countries() {
            for generation in history.generations(&country).into_iter().take(GENERATIONS) {
                // The oldest manifest that names a generation says what came before what.
                kept.versions.insert(generation.since_version);
                let mut named = history.manifests().iter();
                let named = named.find_map(|manifest| {
                    let entry = manifest.manifest.countries.get(&country)?;
                    (entry.base.sha256 == generation.entry.base.sha256).then_some(&entry.base)
                });
                named.into_iter().for_each(|base| kept.name(base));
            }
        }
        kept
    }

    fn name(&mut self, base: &'a BaseEntry) {
        self.blobs.insert(&base.sha256);
        self.blobs.extend(base.chunks.iter().map(|chunk| chunk.sha256.as_str()));
    }
}

impl Swept {
    fn remove(&mut self, path: &Path) -> Result<()> {
        let length_bytes = fs::metadata(path).map_err(read(path))?.len();
        fs::remove_file(path).map_err(write(path))?;
        self.files += 1;
        self.bytes += length_bytes;
        Ok(())
    }
}

/// Takes the end for the coding off the name of a blob.
fn stem_of(name: &str) -> &str {
    name.strip_suffix(".br").or_else(|| name.strip_suffix(".gz")).unwrap_or(name)
}

/// Whether a file is one that a process was writing when it ended.
fn is_draft(name: &str) -> bool {
    name.starts_with('.') && name.ends_with(DRAFT)
}

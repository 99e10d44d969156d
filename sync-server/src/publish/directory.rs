//! A data directory that is published into: its lock, its manifests and where its blobs are.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use geocoder_core::manifest::Manifest;

use super::error::{PublishError, Result, read, write};
use crate::blobs::BlobStore;
use crate::catalog::read_manifest;

/// Folder of the manifests of before.
const MANIFESTS: &str = "manifests";
/// End of the names of files that are being written.
pub(super) const DRAFT: &str = ".draft";

/// A data directory; nobody else publishes into it while this has its lock.
#[derive(Debug)]
pub struct DataDirectory {
    path: PathBuf,
    /// The open directory; `shard-builder` locks the same.
    lock: Option<File>,
}

impl Drop for DataDirectory {
    /// Gives the lock back also where a program that is being started has a copy of the open file,
    /// which closing it would not.
    fn drop(&mut self) {
        if let Some(lock) = &self.lock {
            // What cannot be given back ends with the copies.
            let _ = lock.unlock();
        }
    }
}

/// A manifest of before.
#[derive(Debug, Clone)]
pub(super) struct KeptManifest {
    pub(super) path: PathBuf,
    pub(super) manifest: Manifest,
    /// How long ago another one took its place.
    pub(super) age: Duration,
}

impl DataDirectory {
    /// Looks at a directory without taking it.
    pub fn look_at(path: &Path) -> Self {
        Self { path: path.to_owned(), lock: None }
    }

    /// Takes a directory, which is made when it is not there.
    ///
    /// # Errors
    /// Fails when somebody else has it, or it cannot be made.
    pub fn lock(path: &Path) -> Result<Self> {
        for folder in [path.to_owned(), path.join("blobs"), path.join(MANIFESTS)] {
            fs::create_dir_all(&folder).map_err(write(&folder))?;
        }
        let lock = File::open(path).map_err(read(path))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), lock: Some(lock) }),
            Err(TryLockError::WouldBlock) => Err(PublishError::Busy { path: path.to_owned() }),
            Err(TryLockError::Error(source)) => Err(write(path)(source)),
        }
    }

    /// Returns the directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the folder of blobs.
    pub(super) fn blobs(&self) -> PathBuf {
        self.path.join("blobs")
    }

    /// Refuses a build that is this very directory.
    pub(super) fn refuse_itself(&self, build: &Path) -> Result<()> {
        let own = self.path.canonicalize().map_err(read(&self.path))?;
        if build.canonicalize().map_err(read(build))? == own {
            return Err(PublishError::SameDirectory { path: build.to_owned() });
        }
        Ok(())
    }

    pub(super) fn nothing_published(&self) -> PublishError {
        PublishError::NothingPublished { path: self.path.clone() }
    }

    /// Reads the manifest; `None` when nothing is published.
    ///
    /// # Errors
    /// Fails when there is one that cannot be read.
    pub fn manifest(&self) -> Result<Option<Manifest>> {
        let path = self.path.join("manifest.json");
        if !path.try_exists().map_err(read(&path))? {
            return Ok(None);
        }
        Ok(Some(read_manifest(&BlobStore::new(&self.path))?.0))
    }

    /// Reads the manifests of before, newest first.
    pub(super) fn kept_manifests(&self) -> Result<Vec<KeptManifest>> {
        let folder = self.path.join(MANIFESTS);
        let mut kept = Vec::new();
        if !folder.try_exists().map_err(read(&folder))? {
            return Ok(kept);
        }
        for entry in fs::read_dir(&folder).map_err(read(&folder))? {
            let path = entry.map_err(read(&folder))?.path();
            let stem = path.file_stem().and_then(|stem| stem.to_str());
            let is_json = path.extension().is_some_and(|extension| extension == "json");
            if !is_json || stem.is_none_or(|stem| stem.parse::<u64>().is_err()) {
                continue;
            }
            let text = fs::read(&path).map_err(read(&path))?;
            let manifest = serde_json::from_slice(&text)
                .map_err(|source| PublishError::KeptManifest { path: path.clone(), source })?;
            let age = age_of(&path).map_err(read(&path))?;
            kept.push(KeptManifest { path, manifest, age });
        }
        kept.sort_by_key(|kept| std::cmp::Reverse(kept.manifest.version));
        Ok(kept)
    }

    /// Keeps the manifest that is about to be replaced.
    pub(super) fn keep_manifest(&self, manifest: &Manifest) -> Result<()> {
        let name = format!("{}.json", manifest.version);
        write_manifest(&self.path.join(MANIFESTS).join(name), manifest)
    }

    /// Replaces the manifest: from here on the new one is published.
    pub(super) fn replace_manifest(&self, manifest: &Manifest) -> Result<()> {
        write_manifest(&self.path.join("manifest.json"), manifest)
    }

    /// Makes sure that the names of all new blobs are on the disk.
    pub(super) fn sync_blobs(&self) -> Result<()> {
        let blobs = self.blobs();
        sync_folder(&blobs).map_err(write(&blobs))
    }
}

fn write_manifest(path: &Path, manifest: &Manifest) -> Result<()> {
    let text = serde_json::to_vec_pretty(manifest).map_err(|error| write(path)(error.into()))?;
    let text = [text.as_slice(), b"\n"].concat();
    let draft = draft_of(path);
    write_flushed(&draft, &text)
        .and_then(|()| fs::rename(&draft, path))
        .and_then(|()| sync_folder(path.parent().unwrap_or(Path::new("."))))
        .map_err(write(path))
}

fn write_flushed(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Returns the name under which a file is written before it gets its own.
pub(super) fn draft_of(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}{DRAFT}", std::process::id()))
}

fn sync_folder(path: &Path) -> io::Result<()> {
    // A folder can be opened and flushed where it is a file like others.
    if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}

/// Returns how long ago a file was written.
pub(super) fn age_of(path: &Path) -> io::Result<Duration> {
    let modified = fs::metadata(path)?.modified()?;
    // A file of the future, after the clock was set back, counts as new.
    Ok(SystemTime::now().duration_since(modified).unwrap_or_default())
}

//! Where manifests and blobs are stored: a directory as `shard-builder build --out` writes it.
//!
//! Most blobs are chunks of a few kilobytes, for which the change to a thread that may block costs
//! more than all the rest of the answer: those asked for often are kept in memory.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use bytes::Bytes;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::coding::Coding;
use crate::stored_file::{Content, StoredFile};

/// Most bytes of small blobs that are kept in memory.
const CACHE_BYTES: u64 = 32 * 1024 * 1024;
/// About how many blobs of usual size that is; only sizes the table of the cache.
const CACHE_ITEMS: usize = 4096;
/// What a kept blob costs besides its bytes, about: name, table, counters.
const CACHE_ITEM_COST: u64 = 256;

/// Name of a blob: the SHA-256 of its uncompressed bytes in lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BlobName(String);

impl BlobName {
    /// Reads a name; anything but 64 lower-case hexadecimal digits is refused, so that a name is
    /// always a plain file name.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        (text.len() == 64 && digits).then(|| Self(text.into()))
    }

    /// Returns the hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Tells two states of the manifest file apart without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ManifestStamp {
    modified: Option<SystemTime>,
    length_bytes: u64,
    file: u64,
}

/// A blob asked for, with the codings that will do, best first.
type CacheKey = (BlobName, Vec<Coding>);

/// A small blob in the best coding that it has.
#[derive(Debug, Clone)]
struct SmallBlob {
    bytes: Bytes,
    coding: Coding,
    modified: Option<SystemTime>,
}

#[derive(Debug, Clone)]
struct ByBytes;

impl Weighter<CacheKey, SmallBlob> for ByBytes {
    fn weight(&self, _: &CacheKey, blob: &SmallBlob) -> u64 {
        blob.bytes.len() as u64 + CACHE_ITEM_COST
    }
}

/// A directory with `manifest.json` and `blobs/`.
#[derive(Debug)]
pub struct BlobStore {
    dir: PathBuf,
    /// Blobs never change, so nothing in here grows stale.
    small: Cache<CacheKey, SmallBlob, ByBytes>,
}

impl BlobStore {
    /// Names the directory; nothing is read yet.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into(), small: Cache::with_weighter(CACHE_ITEMS, CACHE_BYTES, ByBytes) }
    }

    /// Returns the directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Returns where the manifest is.
    pub fn manifest_path(&self) -> PathBuf {
        self.dir.join("manifest.json")
    }

    /// Returns where a blob is.
    pub fn blob_path(&self, name: &BlobName) -> PathBuf {
        self.dir.join("blobs").join(name.as_str())
    }

    /// Reads the manifest.
    ///
    /// # Errors
    /// Fails when the file is not there or cannot be read.
    pub fn read_manifest(&self) -> io::Result<Vec<u8>> {
        fs::read(self.manifest_path())
    }

    /// Looks at the manifest file.
    ///
    /// # Errors
    /// Fails when the file is not there or cannot be looked at.
    pub fn manifest_stamp(&self) -> io::Result<ManifestStamp> {
        let metadata = fs::metadata(self.manifest_path())?;
        Ok(ManifestStamp {
            modified: metadata.modified().ok(),
            length_bytes: metadata.len(),
            file: file_number(&metadata),
        })
    }

    /// Reads a whole blob.
    ///
    /// # Errors
    /// Fails when the file is not there or cannot be read.
    pub fn read(&self, name: &BlobName) -> io::Result<Vec<u8>> {
        fs::read(self.blob_path(name))
    }

    /// Returns the number of bytes of a blob.
    ///
    /// # Errors
    /// Fails when the file is not there or cannot be looked at.
    pub fn length_bytes(&self, name: &BlobName) -> io::Result<u64> {
        fs::metadata(self.blob_path(name)).map(|metadata| metadata.len())
    }

    /// Opens the first existing coding of a blob; `None` when there is none.
    ///
    /// # Errors
    /// Fails when the file exists and cannot be read.
    pub async fn open(
        &self,
        name: &BlobName,
        codings: Vec<Coding>,
    ) -> io::Result<Option<StoredFile>> {
        let key = (name.clone(), codings);
        if let Some(SmallBlob { bytes, coding, modified }) = self.small.get(&key) {
            return Ok(Some(StoredFile { content: Content::Memory(bytes), coding, modified }));
        }
        let file = StoredFile::open(self.blob_path(name), key.1.clone()).await?;
        if let Some(StoredFile { content: Content::Memory(bytes), coding, modified }) = &file {
            let blob = SmallBlob { bytes: bytes.clone(), coding: *coding, modified: *modified };
            self.small.insert(key, blob);
        }
        Ok(file)
    }
}

/// A file that replaces another by renaming has a number of its own, where files have numbers.
#[cfg(unix)]
fn file_number(metadata: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn file_number(_: &fs::Metadata) -> u64 {
    0
}

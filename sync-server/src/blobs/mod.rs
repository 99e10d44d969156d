//! Where manifests and blobs are stored: a directory as `shard-builder build --out` writes it, or
//! a copy of one in a bucket.
//!
//! Most blobs are chunks of a few kilobytes, for which the change to a thread that may block costs
//! more than all the rest of the answer: those asked for often are kept in memory.

pub mod bucket;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use bytes::Bytes;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use self::bucket::Bucket;
use crate::coding::Coding;
use crate::stored_file::{Content, SMALL_BYTES, StoredFile};

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

/// A directory or bucket with `manifest.json` and `blobs/`.
#[derive(Debug)]
pub struct BlobStore {
    place: Place,
    /// Blobs never change, so nothing in here grows stale.
    small: Cache<CacheKey, SmallBlob, ByBytes>,
}

#[derive(Debug)]
enum Place {
    Directory(PathBuf),
    Bucket(Bucket),
}

impl BlobStore {
    /// Names the directory; nothing is read yet.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self::of(Place::Directory(dir.into()))
    }

    /// Takes what is in a bucket.
    pub fn in_bucket(bucket: Bucket) -> Self {
        Self::of(Place::Bucket(bucket))
    }

    fn of(place: Place) -> Self {
        Self { place, small: Cache::with_weighter(CACHE_ITEMS, CACHE_BYTES, ByBytes) }
    }

    /// Returns the directory, or the URL of the bucket.
    pub fn dir(&self) -> &Path {
        match &self.place {
            Place::Directory(dir) => dir,
            Place::Bucket(bucket) => Path::new(bucket.url()),
        }
    }

    /// Returns where the manifest is.
    pub fn manifest_path(&self) -> PathBuf {
        self.dir().join("manifest.json")
    }

    /// Returns where a blob is.
    pub fn blob_path(&self, name: &BlobName) -> PathBuf {
        self.dir().join("blobs").join(name.as_str())
    }

    /// Reads the manifest; blocks.
    ///
    /// # Errors
    /// Fails when it is not there or cannot be read.
    pub fn read_manifest(&self) -> io::Result<Vec<u8>> {
        match &self.place {
            Place::Directory(_) => fs::read(self.manifest_path()),
            Place::Bucket(bucket) => bucket.read_manifest(),
        }
    }

    /// Looks at the manifest; blocks.
    ///
    /// # Errors
    /// Fails when it is not there or cannot be looked at.
    pub fn manifest_stamp(&self) -> io::Result<ManifestStamp> {
        if let Place::Bucket(bucket) = &self.place {
            return bucket.manifest_stamp();
        }
        let metadata = fs::metadata(self.manifest_path())?;
        Ok(ManifestStamp {
            modified: metadata.modified().ok(),
            length_bytes: metadata.len(),
            file: file_number(&metadata),
        })
    }

    /// Reads a whole blob; blocks.
    ///
    /// # Errors
    /// Fails when it is not there or cannot be read.
    pub fn read(&self, name: &BlobName) -> io::Result<Vec<u8>> {
        match &self.place {
            Place::Directory(_) => fs::read(self.blob_path(name)),
            Place::Bucket(bucket) => bucket.read_blob(name.as_str()),
        }
    }

    /// Returns the number of bytes of a blob; blocks.
    ///
    /// # Errors
    /// Fails when it is not there or cannot be looked at.
    pub fn length_bytes(&self, name: &BlobName) -> io::Result<u64> {
        match &self.place {
            Place::Directory(_) => {
                fs::metadata(self.blob_path(name)).map(|metadata| metadata.len())
            }
            Place::Bucket(bucket) => bucket.length_bytes(name.as_str()),
        }
    }

    /// Opens the first existing coding of a blob; `None` when there is none.
    ///
    /// # Errors
    /// Fails when it exists and cannot be read.
    pub async fn open(
        &self,
        name: &BlobName,
        codings: Vec<Coding>,
    ) -> io::Result<Option<StoredFile>> {
        let key = (name.clone(), codings);
        if let Some(SmallBlob { bytes, coding, modified }) = self.small.get(&key) {
            return Ok(Some(StoredFile { content: Content::Memory(bytes), coding, modified }));
        }
        let file = match &self.place {
            Place::Directory(_) => StoredFile::open(self.blob_path(name), key.1.clone()).await?,
            Place::Bucket(bucket) => open_object(bucket, name, &key.1).await?,
        };
        if let Some(StoredFile { content: Content::Memory(bytes), coding, modified }) = &file {
            let blob = SmallBlob { bytes: bytes.clone(), coding: *coding, modified: *modified };
            self.small.insert(key, blob);
        }
        Ok(file)
    }
}

async fn open_object(
    bucket: &Bucket,
    name: &BlobName,
    codings: &[Coding],
) -> io::Result<Option<StoredFile>> {
    for coding in codings {
        let variant = format!("{}{}", name.as_str(), coding.file_suffix());
        let Some(object) = bucket.find(&variant).await? else { continue };
        let content = if object.length_bytes <= SMALL_BYTES as u64 {
            Content::Memory(object.read().await?)
        } else {
            Content::Object(object)
        };
        return Ok(Some(StoredFile { content, coding: *coding, modified: None }));
    }
    Ok(None)
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

//! Copies the blobs of a base, each under its hash, so that no name ever stands for other bytes.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use geocoder_core::manifest::BaseEntry;
use sha2::{Digest, Sha256};

use super::directory::{DataDirectory, draft_of};
use super::error::{PublishError, Result, read, write};
use crate::coding::Coding;
use crate::hex::to_hex;

/// Bytes read at once.
const PIECE_BYTES: usize = 64 * 1024;

/// Copies the shard and the chunks of a country with their compressed variants; returns how many
/// bytes were copied, which are none of those that are there already.
pub(super) fn copy_blobs(
    build: &Path,
    directory: &DataDirectory,
    country: &str,
    base: &BaseEntry,
) -> Result<u64> {
    let mut copied_bytes = 0;
    let chunks = base.chunks.iter().map(|chunk| (&chunk.sha256, chunk.size, "a chunk"));
    for (sha256, size_bytes, role) in chunks.chain([(&base.sha256, base.size, "the shard")]) {
        for coding in [Coding::Identity, Coding::Brotli, Coding::Gzip] {
            let name = format!("{sha256}{}", coding.file_suffix());
            let from = build.join("blobs").join(&name);
            if coding != Coding::Identity && !from.try_exists().map_err(read(&from))? {
                continue;
            }
            let to = directory.blobs().join(&name);
            let blob = Blob { from, to, sha256, size_bytes, coding };
            let copied = blob.copy()?;
            copied_bytes += copied.ok_or_else(|| PublishError::Damaged {
                path: blob.from.clone(),
                role,
                country: country.to_owned(),
            })?;
        }
    }
    Ok(copied_bytes)
}

/// A file to be copied.
struct Blob<'a> {
    from: PathBuf,
    to: PathBuf,
    /// Hash of the uncompressed bytes.
    sha256: &'a str,
    /// How many there are.
    size_bytes: u64,
    coding: Coding,
}

impl Blob<'_> {
    /// Copies the file unless it is there; `None` when it is not what its name says.
    fn copy(&self) -> Result<Option<u64>> {
        if self.to.try_exists().map_err(read(&self.to))?
            && self.is_sound(&self.to).map_err(read(&self.to))?
        {
            return Ok(Some(0));
        }
        let draft = draft_of(&self.to);
        let mut source = File::open(&self.from).map_err(read(&self.from))?;
        let written = File::create(&draft).and_then(|mut file| {
            let length_bytes = io::copy(&mut source, &mut file)?;
            file.sync_all()?;
            Ok(length_bytes)
        });
        let length_bytes = written.map_err(write(&draft))?;
        // What is looked at is what was written: the source may change at any time.
        if !self.is_sound(&draft).map_err(read(&draft))? {
            // The draft is of no use to anyone; the next sweep takes it if this cannot.
            let _ = fs::remove_file(&draft);
            return Ok(None);
        }
        fs::rename(&draft, &self.to).map_err(write(&self.to))?;
        Ok(Some(length_bytes))
    }

    /// Whether the uncompressed bytes of a file have the hash of its name.
    fn is_sound(&self, path: &Path) -> io::Result<bool> {
        let file = File::open(path)?;
        let mut hash = Hashed(Sha256::new());
        let unpacked: Box<dyn Read> = match self.coding {
            Coding::Identity => Box::new(file),
            Coding::Brotli => Box::new(brotli::Decompressor::new(file, PIECE_BYTES)),
            Coding::Gzip => Box::new(flate2::read::MultiGzDecoder::new(file)),
        };
        // A few bytes can unpack to any number: no more than there should be are looked at.
        let unpacked = io::copy(&mut unpacked.take(self.size_bytes + 1), &mut hash);
        match unpacked {
            Ok(_) => Ok(to_hex(&hash.0.finalize()) == self.sha256),
            Err(_) if self.coding != Coding::Identity => Ok(false),
            Err(error) => Err(error),
        }
    }
}

struct Hashed(Sha256);

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

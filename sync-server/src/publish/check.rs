//! What may be published: a whole build, every byte of it as its names say.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use geocoder_core::manifest::{CountryEntry, Manifest};
use sha2::{Digest, Sha256};

use super::error::{PublishError, Result, read};
use crate::blobs::BlobStore;
use crate::catalog::{Catalog, check_blobs};
use crate::hex::to_hex;

/// Digits of a shard's hash that name its generation.
const GENERATION_DIGITS: usize = 16;
/// Bytes read at once.
const PIECE_BYTES: usize = 64 * 1024;

/// Checks a build as the server does when it takes it over, and that its chunks make up its shards.
///
/// # Errors
/// Fails with the first thing that is not as it should be.
pub fn check_build(build: &Path) -> Result<Manifest> {
    let catalog = Catalog::load(&BlobStore::new(build), None)?;
    for (country, entry) in &catalog.manifest().countries {
        check_entry(build, country, entry)?;
    }
    Ok(catalog.manifest().clone())
}

/// Checks the base of one country: lengths, hashes and the name of its generation.
pub(super) fn check_entry(directory: &Path, country: &str, entry: &CountryEntry) -> Result<()> {
    let base = &entry.base;
    check_blobs(&BlobStore::new(directory), country, base)?;
    if base.sha256.get(..GENERATION_DIGITS) != Some(base.generation.as_str()) {
        return Err(PublishError::WrongGeneration {
            country: country.to_owned(),
            generation: base.generation.clone(),
        });
    }
    let blobs = directory.join("blobs");
    let shard = blobs.join(&base.sha256);
    let damaged = |path: &Path, role| PublishError::Damaged {
        path: path.to_owned(),
        role,
        country: country.to_owned(),
    };
    let mut whole = Sha256::new();
    for chunk in &base.chunks {
        let path = blobs.join(&chunk.sha256);
        let mut own = Sha256::new();
        let hashed = each_piece(&path, |piece| {
            own.update(piece);
            whole.update(piece);
        });
        hashed.map_err(read(&path))?;
        if to_hex(&own.finalize()) != chunk.sha256 {
            return Err(damaged(&path, "a chunk"));
        }
    }
    if base.chunks.is_empty() {
        each_piece(&shard, |piece| whole.update(piece)).map_err(read(&shard))?;
    }
    if to_hex(&whole.finalize()) != base.sha256 {
        return Err(damaged(&shard, "the shard"));
    }
    Ok(())
}

/// Checks that every blob that a manifest names is there and has its length.
pub(super) fn check_lengths(directory: &Path, manifest: &Manifest) -> Result<()> {
    let store = BlobStore::new(directory);
    for (country, entry) in &manifest.countries {
        check_blobs(&store, country, &entry.base)?;
    }
    Ok(())
}

fn each_piece(path: &Path, mut take: impl FnMut(&[u8])) -> io::Result<()> {
    let mut file = File::open(path)?;
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(()),
            length => take(piece.get(..length).unwrap_or_default()),
        }
    }
}

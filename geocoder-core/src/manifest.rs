//! The manifest: which generation of which country is current, and the blobs that make it up.
//!
//! Written by the builder, served by the sync server or any static host, read by clients.
//! Blobs are named by the SHA-256 of their uncompressed bytes, in lower-case hexadecimal.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Version of the manifest's JSON shape.
pub const MANIFEST_FORMAT: u32 = 1;

/// Current state of everything a client can download.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of this shape, [`MANIFEST_FORMAT`].
    pub format: u32,
    /// Lineage of the data: changes only when history is rewritten, such as by a restore.
    pub epoch: String,
    /// Grows with every change of the manifest.
    pub version: u64,
    /// Countries by lower-case ISO 3166-1 alpha-2 code.
    pub countries: BTreeMap<String, CountryEntry>,
}

/// One country on offer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CountryEntry {
    /// Display name, in English where known.
    pub name: String,
    /// The current base shard.
    pub base: BaseEntry,
    /// Where the data comes from and what must be said about it.
    pub attribution: Vec<Attribution>,
}

/// One generation of a country's base shard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BaseEntry {
    /// Name of the generation: the first 16 hexadecimal digits of `sha256`.
    pub generation: String,
    /// Version of the shard format.
    pub format: u32,
    /// Bytes of the shard.
    pub size: u64,
    /// SHA-256 of the shard, and the name of its blob.
    pub sha256: String,
    /// Bytes to transfer with `Content-Encoding: br`, 0 when there is no such file.
    pub size_br: u64,
    /// Bytes to transfer with `Content-Encoding: gzip`, 0 when there is no such file.
    pub size_gzip: u64,
    /// Box around all records: west, south, east, north in degrees.
    pub bbox: [f64; 4],
    /// Number of records by type name, and `house` for house numbers.
    pub records: BTreeMap<String, u64>,
    /// The chunks whose concatenation is the shard, each also a blob of its own.
    pub chunks: Vec<ChunkEntry>,
}

/// One chunk of a shard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChunkEntry {
    /// SHA-256 of the chunk, and the name of its blob.
    pub sha256: String,
    /// Bytes of the chunk, padding included.
    pub size: u64,
    /// What the chunk holds; see `docs/SHARD_FORMAT.md`.
    pub kind: String,
}

/// Source of data, its licence and the notice it demands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Attribution {
    /// Name of the source.
    pub source: String,
    /// SPDX identifier or name of the licence.
    pub licence: String,
    /// Address of the notice.
    pub url: String,
    /// Text to show to users.
    pub notice: String,
    /// Whether derived data must be offered under the same licence.
    pub share_alike: bool,
}

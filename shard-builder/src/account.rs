//! The account of a build, for machines: what went in, what came out and what it took.

use std::collections::BTreeMap;
use std::fmt;

use geocoder_core::manifest::{Attribution, BaseEntry};
use serde::Serialize;

use crate::report::Report;

/// Account of one country's build.
#[derive(Debug, Clone, Serialize)]
pub struct Account {
    /// ISO 3166-1 alpha-2 code, lower case.
    pub country: String,
    /// The sources, in the order of their priority.
    pub sources: Vec<String>,
    /// Who must be credited.
    pub attribution: Vec<Attribution>,
    /// What became of the input.
    #[serde(flatten)]
    pub report: Report,
    /// What was written.
    pub shard: ShardAccount,
    /// Time from reading to publishing, in seconds.
    pub seconds: f64,
    /// Largest memory of the process so far, in bytes; nothing where the system does not tell.
    pub peak_memory_bytes: Option<u64>,
    /// SHA-256 over everything that the shard depends on; empty for builds without a build file.
    pub fingerprint: String,
}

/// What was written.
#[derive(Debug, Clone, Serialize)]
pub struct ShardAccount {
    /// SHA-256 of the shard.
    pub sha256: String,
    /// Bytes of the shard.
    pub bytes: u64,
    /// Bytes with brotli.
    pub brotli_bytes: u64,
    /// Bytes with gzip.
    pub gzip_bytes: u64,
    /// Number of chunks by what they hold.
    pub chunks: BTreeMap<String, u64>,
}

impl From<BaseEntry> for ShardAccount {
    fn from(base: BaseEntry) -> Self {
        let mut chunks = BTreeMap::new();
        for chunk in base.chunks {
            *chunks.entry(chunk.kind).or_default() += 1;
        }
        Self {
            sha256: base.sha256,
            bytes: base.size,
            brotli_bytes: base.size_br,
            gzip_bytes: base.size_gzip,
            chunks,
        }
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { country, report, shard, seconds, .. } = self;
        writeln!(f, "{country}: {}", self.sources.join(", "))?;
        write!(f, "{report}")?;
        let ShardAccount { bytes, brotli_bytes, gzip_bytes, chunks, .. } = shard;
        let chunks: u64 = chunks.values().sum();
        writeln!(
            f,
            "shard: {bytes} bytes, {brotli_bytes} with brotli, {gzip_bytes} with gzip, \
             {chunks} chunks"
        )?;
        write!(f, "built in {seconds:.1} s")?;
        if let Some(bytes) = self.peak_memory_bytes {
            write!(f, " with at most {} MB of memory", bytes.div_ceil(1_000_000))?;
        }
        writeln!(f)?;
        for one in &self.attribution {
            writeln!(f, "credit: {} ({}, {})", one.notice, one.licence, one.url)?;
        }
        Ok(())
    }
}

/// Returns the largest memory of this process so far, where Linux tells it.
pub fn peak_memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kibibytes * 1024)
}

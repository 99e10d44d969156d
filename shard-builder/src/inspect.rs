//! Accounts of a shard: how many records, and what they cost before and after compression.

use std::collections::BTreeMap;
use std::fmt;

use geocoder_core::Shard;
use geocoder_core::manifest::Attribution;
use geocoder_core::shard::{ChunkKind, FORMAT_VERSION, SectionSize};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use serde::Serialize;

use crate::compress;
use crate::shard_file;

/// Names of the types of points.
const POINT_TYPES: [&str; 5] = ["airport", "bus", "tourism", "townhall", "train"];

/// Account of a shard. Compressed sizes are brotli's at quality 11.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Inspection {
    /// ISO 3166-1 alpha-2 code, lower case.
    pub country: String,
    /// Name of the country.
    pub name: String,
    /// Version of the shard format.
    pub format: u32,
    /// SHA-256 of the shard, in hexadecimal.
    pub sha256: String,
    /// Size of the whole shard, which is what a client downloads.
    pub total: Size,
    /// Size without the lines of streets.
    pub without_geometry: Size,
    /// Size without the lines of streets and the boundaries of places.
    pub without_geometry_and_boundaries: Size,
    /// Size without alternates that are apart, which clients may do without.
    pub without_alternates: Size,
    /// Number of records by type name, and `house` for house numbers.
    pub records: BTreeMap<String, u64>,
    /// Chunks by what they hold.
    pub chunks: Vec<ChunkSize>,
    /// Raw bytes by what they hold, finer than chunks.
    #[serde(serialize_with = "by_name")]
    pub sections: Vec<SectionSize>,
    /// What one record costs.
    pub per_record: BTreeMap<&'static str, PerRecord>,
    /// Sources of the data.
    pub attribution: Vec<Attribution>,
}

/// Bytes before and after compression.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Size {
    /// Bytes in memory.
    pub raw_bytes: u64,
    /// Bytes in transfer.
    pub brotli_bytes: u64,
}

/// All chunks of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChunkSize {
    /// What they hold.
    pub kind: &'static str,
    /// Number of chunks.
    pub count: u64,
    /// Their bytes together.
    #[serde(flatten)]
    pub size: Size,
}

/// Bytes of one record on average.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PerRecord {
    /// Bytes in memory.
    pub raw_bytes: f64,
    /// Bytes in transfer.
    pub brotli_bytes: f64,
}

/// Measures a shard.
pub fn inspect(shard: &Shard<Vec<u8>>) -> Inspection {
    let meta = shard.meta();
    let records: BTreeMap<String, u64> = meta.records.iter().cloned().collect();
    let chunks: Vec<ChunkSize> = ChunkKind::ALL
        .into_par_iter()
        .filter_map(|kind| {
            let count = shard.chunks().iter().filter(|chunk| chunk.kind == kind).count() as u64;
            let size = size_of(shard, |other| other == kind);
            (count > 0).then(|| ChunkSize { kind: kind.name(), count, size })
        })
        .collect();
    let size = |kind: ChunkKind| {
        let held = chunks.iter().find(|chunk| chunk.kind == kind.name());
        held.map_or(Size::default(), |chunk| chunk.size)
    };
    // A section is transferred at the rate of the chunks that it is a part of.
    let section = |name: &str, kind: ChunkKind| {
        let raw = meta.sections.iter().find(|section| section.name == name);
        let raw = raw.map_or(0.0, |section| section.bytes as f64);
        let whole = size(kind);
        let rate = whole.brotli_bytes as f64 / whole.raw_bytes.max(1) as f64;
        [raw, raw * rate]
    };
    let whole = |kind: ChunkKind| {
        let size = size(kind);
        [size.raw_bytes as f64, size.brotli_bytes as f64]
    };
    let with_terms = |records: &str, terms: &str| {
        let parts = [section(records, ChunkKind::Records), section(terms, ChunkKind::Terms)];
        [parts[0][0] + parts[1][0], parts[0][1] + parts[1][1]]
    };
    let count = |names: &[&str]| names.iter().filter_map(|name| records.get(*name)).sum::<u64>();
    let alternates = [ChunkKind::AlternateTerms, ChunkKind::Alternates];
    let without_alternates = size_of(shard, |kind| !alternates.contains(&kind));
    let apart = alternates.map(&whole);
    let apart = [apart[0][0] + apart[1][0], apart[0][1] + apart[1][1]];
    // In a shard of cities that are records, all there is is there for them.
    let city_records = meta.sections.iter().any(|section| section.name == "cities");
    let cities = if city_records && count(&["street"]) == 0 { count(&["city"]) } else { 0 };
    let city = [without_alternates.raw_bytes as f64, without_alternates.brotli_bytes as f64];
    let costs = [
        ("city", city, cities),
        ("city_alternates", apart, cities),
        ("house", whole(ChunkKind::Houses), count(&["house"])),
        ("street", with_terms("streets", "terms of streets"), count(&["street"])),
        ("street_geometry", whole(ChunkKind::Geometry), count(&["street"])),
        ("point", with_terms("points", "terms of points"), count(&POINT_TYPES)),
    ];
    let per_record = costs.into_iter().filter(|(_, _, n)| *n > 0).map(|(name, bytes, n)| {
        let [raw_bytes, brotli_bytes] = bytes.map(|bytes| bytes / n as f64);
        (name, PerRecord { raw_bytes, brotli_bytes })
    });
    let apart = [ChunkKind::Geometry, ChunkKind::Boundaries];
    Inspection {
        country: meta.country.to_string(),
        name: meta.name.clone(),
        format: FORMAT_VERSION,
        sha256: shard_file::sha256(shard.bytes()),
        total: size_of(shard, |_| true),
        without_geometry: size_of(shard, |kind| kind != ChunkKind::Geometry),
        without_geometry_and_boundaries: size_of(shard, |kind| !apart.contains(&kind)),
        without_alternates,
        per_record: per_record.collect(),
        records,
        chunks,
        sections: meta.sections.clone(),
        attribution: meta.attribution.clone(),
    }
}

fn size_of(shard: &Shard<Vec<u8>>, wanted: impl Fn(ChunkKind) -> bool) -> Size {
    let mut bytes = Vec::new();
    for chunk in shard.chunks().iter().filter(|chunk| wanted(chunk.kind)) {
        let start = usize::try_from(chunk.offset).unwrap_or(usize::MAX);
        let size = usize::try_from(chunk.size).unwrap_or(usize::MAX);
        let end = start.saturating_add(size);
        bytes.extend_from_slice(shard.bytes().get(start..end).unwrap_or_default());
    }
    let packed = compress::brotli(&bytes).map_or(0, |packed| packed.len());
    Size { raw_bytes: bytes.len() as u64, brotli_bytes: packed as u64 }
}

fn by_name<S: serde::Serializer>(
    sections: &[SectionSize],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(sections.iter().map(|section| (&section.name, section.bytes)))
}

impl fmt::Display for Inspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { country, name, format, sha256, .. } = self;
        writeln!(f, "{name} ({country}), format {format}, sha256 {sha256}")?;
        writeln!(f, "{:<34}{:>12}{:>12}", "", "raw bytes", "brotli")?;
        let mut line = |title: &str, size: Size| {
            writeln!(f, "{title:<34}{:>12}{:>12}", size.raw_bytes, size.brotli_bytes)
        };
        line("whole shard", self.total)?;
        line("without street geometry", self.without_geometry)?;
        line("without geometry and boundaries", self.without_geometry_and_boundaries)?;
        line("without alternates apart", self.without_alternates)?;
        for chunk in &self.chunks {
            line(&format!("  {} ({} chunks)", chunk.kind, chunk.count), chunk.size)?;
        }
        writeln!(f, "bytes per record:")?;
        for (kind, cost) in &self.per_record {
            let title = kind.replace('_', " ");
            writeln!(f, "  {title:<32}{:>12.2}{:>12.2}", cost.raw_bytes, cost.brotli_bytes)?;
        }
        writeln!(f, "sections:")?;
        for section in &self.sections {
            writeln!(f, "  {:<32}{:>12}", section.name, section.bytes)?;
        }
        writeln!(f, "records:")?;
        for (kind, count) in &self.records {
            writeln!(f, "  {kind:<32}{count:>12}")?;
        }
        for source in &self.attribution {
            writeln!(
                f,
                "{} ({}, {}): {}",
                source.source, source.licence, source.url, source.notice
            )?;
        }
        Ok(())
    }
}

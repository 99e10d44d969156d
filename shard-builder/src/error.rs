//! The one error type of the builder's library; messages name the file and say what to do.

use std::path::PathBuf;

use geocoder_core::CountryCode;

/// Result of builder operations.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong while building or opening shards.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file cannot be read; check its path and rights.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A compressed file is damaged or cut short; download it again.
    #[error("{} is damaged or cut short, download it again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        #[source]
        source: std::io::Error,
    },
    /// A file is not of its source's format.
    #[error("{}:{line}: {problem}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// Line or row, from 1 on.
        line: u64,
        /// What is wrong and what to do.
        problem: String,
    },
    /// A column mapping cannot be read.
    #[error("mapping `{part}`: {problem}")]
    Mapping {
        /// The part of the mapping that is wrong.
        part: String,
        /// What is wrong and what to do.
        problem: String,
    },
    /// A file or directory cannot be written; check its rights and the free space.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file is no OpenStreetMap extract in PBF format, or is damaged; download it again.
    #[error("{} is not a readable .osm.pbf file", path.display())]
    Pbf {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: osmpbf::Error,
    },
    /// A build file is unusable; the message says where and why.
    #[error("build file {}: {message}", path.display())]
    BuildFile {
        /// The file.
        path: PathBuf,
        /// What is wrong, with the line.
        message: String,
    },
    /// Nobody says who must be credited for a file; name the source and its licence.
    #[error("{} has no attribution: name its source, licence, url and notice", path.display())]
    NoAttribution {
        /// The file.
        path: PathBuf,
    },
    /// No input was given.
    #[error("no source of {country} was given, name at least one")]
    NoInput {
        /// The country to be built.
        country: CountryCode,
    },
    /// Records under a share-alike licence would be mixed with others; say so if that is meant.
    #[error(
        "{source_name} is under {licence}, which holds for everything made with it: build other \
         sources apart, or set share_alike to offer the whole shard of {country} under {licence}"
    )]
    ShareAlike {
        /// The country.
        country: CountryCode,
        /// The source with the licence.
        source_name: String,
        /// The licence.
        licence: String,
    },
    /// The input has nothing of the country; check that the extract covers it.
    #[error("the input has no streets, places or points in {country}, check the country code")]
    Empty {
        /// The country to be built.
        country: CountryCode,
    },
    /// A file is no shard, or is damaged; build or download it again.
    #[error("cannot open shard {}", path.display())]
    Shard {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: geocoder_core::Error,
    },
    /// The records cannot be written as a shard.
    #[error("cannot write the shard of {country}")]
    Writer {
        /// The country.
        country: CountryCode,
        /// Why.
        #[source]
        source: geocoder_core::Error,
    },
    /// A manifest is not JSON of the known shape; restore it or build into another directory.
    #[error("{} is not a manifest", path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// A manifest is of another format; use the builder that wrote it.
    #[error("manifest {} has format {found}, this program knows {supported}", path.display())]
    ManifestFormat {
        /// The file.
        path: PathBuf,
        /// Format in the file.
        found: u32,
        /// Format of this program.
        supported: u32,
    },
    /// The previous manifest does not offer the country.
    #[error("manifest {} has no {country}, build without --previous", path.display())]
    NotInManifest {
        /// The manifest.
        path: PathBuf,
        /// The country asked for.
        country: CountryCode,
    },
    /// A blob's bytes do not have the hash that names them; restore the file.
    #[error("blob {} does not have the SHA-256 of its name", path.display())]
    BlobHash {
        /// The file.
        path: PathBuf,
    },
}

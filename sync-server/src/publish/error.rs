//! Why something cannot be published or taken back.

use std::io;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// Result of publishing.
pub type Result<T, E = PublishError> = std::result::Result<T, E>;

/// Why something cannot be published or taken back; what was served stays.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// The build, or what is published already, does not hold together.
    #[error("the data is not usable")]
    Unusable(#[from] Error),
    /// A blob has other bytes than its name says.
    #[error("{}, {role} of {country}, is damaged: build again, or copy the build again", path.display())]
    Damaged {
        /// The blob.
        path: PathBuf,
        /// What it is.
        role: &'static str,
        /// Country code.
        country: String,
    },
    /// A generation is not named by its hash.
    #[error(
        "{country} has generation `{generation}`, which is not the start of the SHA-256 of its shard: build again with the `shard-builder` of this version"
    )]
    WrongGeneration {
        /// Country code.
        country: String,
        /// Name in the manifest.
        generation: String,
    },
    /// The build is the data directory.
    #[error("{} is the data directory itself: build into another one and publish that", path.display())]
    SameDirectory {
        /// The directory.
        path: PathBuf,
    },
    /// Somebody else publishes or builds into the directory.
    #[error("another publication or build is under way in {}: try again when it has ended", path.display())]
    Busy {
        /// The data directory.
        path: PathBuf,
    },
    /// Nothing is published yet.
    #[error("nothing is published in {}: run `sync-server publish DIR --data {}` first", path.display(), path.display())]
    NothingPublished {
        /// The data directory.
        path: PathBuf,
    },
    /// The country has no earlier generation that is kept.
    #[error(
        "no generation of {country} before the present one is kept: see `sync-server generations`"
    )]
    NothingBefore {
        /// Country code.
        country: String,
    },
    /// The generation is not kept.
    #[error("generation {generation} of {country} is not kept: see `sync-server generations`")]
    UnknownGeneration {
        /// Country code.
        country: String,
        /// Its name.
        generation: String,
    },
    /// A file that is kept of an earlier manifest is none.
    #[error("{} is not a manifest: move it away and try again", path.display())]
    KeptManifest {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// A file cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("cannot write {}: check the free space and whose directory it is", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// Makes the error of a file that cannot be read.
pub(super) fn read(path: &Path) -> impl FnOnce(io::Error) -> PublishError {
    let path = path.to_owned();
    move |source| PublishError::Read { path, source }
}

/// Makes the error of a file that cannot be written.
pub(super) fn write(path: &Path) -> impl FnOnce(io::Error) -> PublishError {
    let path = path.to_owned();
    move |source| PublishError::Write { path, source }
}

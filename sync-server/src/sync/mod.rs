//! What devices are given to follow the shards and the approved patches: `docs/SYNC.md`.
//!
//! - `heads`, `manifest`: what is current, of an app at one moment.
//! - `changes`: the operations between two positions.
//! - `compaction`: makes snapshots and segments, and drops what they stand in for.
//! - `kept`: whether these lead to the state of the feed.
//! - `streams`: who listens to changes.
//! - `signature`: proves that manifests and heads are those of this server.

pub mod changes;
pub mod compaction;
pub mod heads;
pub mod kept;
pub mod manifest;
pub mod options;
pub mod signature;
pub mod streams;

pub use options::SyncOptions;
pub use signature::Signer;
pub use streams::Streams;

use signature::SigningKeyError;

/// What the routes of synchronisation share.
#[derive(Debug)]
pub struct Sync {
    /// The settings.
    pub options: SyncOptions,
    /// Signs what is current, when the server has a key.
    pub signer: Option<Signer>,
    /// Who listens.
    pub streams: Streams,
}

impl Sync {
    /// Takes over the settings.
    ///
    /// # Errors
    /// Fails when the key cannot be used.
    pub fn new(options: SyncOptions) -> Result<Self, SigningKeyError> {
        let signer = options.signing_key.as_deref().map(Signer::load).transpose()?;
        let streams = Streams::new(options.max_streams, options.max_streams_per_key);
        Ok(Self { options, signer, streams })
    }
}

impl Default for Sync {
    fn default() -> Self {
        let options = SyncOptions::default();
        let streams = Streams::new(options.max_streams, options.max_streams_per_key);
        Self { options, signer: None, streams }
    }
}

//! Settings of synchronisation: on the command line, in the environment, or from code.

use std::path::PathBuf;

use clap::Args;

// Defaults, on the command line and in code alike.
const SEGMENT_OPERATIONS: u32 = 256;
const SNAPSHOT_OPERATIONS: u32 = 1000;
const KEEP_OPERATIONS: u32 = 16_384;
const MIN_POLL_S: u32 = 60;
const MAX_STREAMS: usize = 10_000;
const MAX_STREAMS_PER_KEY: usize = 5_000;

/// Settings of synchronisation.
#[derive(Debug, Clone, Args)]
pub struct SyncOptions {
    /// Operations of a segment; eight segments in a row become one
    #[arg(
        long = "sync-segment-operations",
        env = "HEREABOUTS_SYNC_SEGMENT_OPERATIONS",
        value_name = "NUMBER",
        default_value_t = SEGMENT_OPERATIONS,
        value_parser = clap::value_parser!(u32).range(1..=10_000)
    )]
    pub segment_operations: u32,
    /// Operations behind which a snapshot is made, when they are more than half of the state
    #[arg(
        long = "sync-snapshot-operations",
        env = "HEREABOUTS_SYNC_SNAPSHOT_OPERATIONS",
        value_name = "NUMBER",
        default_value_t = SNAPSHOT_OPERATIONS,
        value_parser = clap::value_parser!(u32).range(1..=1_000_000)
    )]
    pub snapshot_operations: u32,
    /// Operations that are kept at most, as far as a snapshot stands in for older ones
    #[arg(
        long = "sync-keep-operations",
        env = "HEREABOUTS_SYNC_KEEP_OPERATIONS",
        value_name = "NUMBER",
        default_value_t = KEEP_OPERATIONS,
        value_parser = clap::value_parser!(u32).range(1..=1_000_000)
    )]
    pub keep_operations: u32,
    /// Seconds that devices wait at least between two questions for what is current
    #[arg(
        long = "sync-min-poll-s",
        env = "HEREABOUTS_SYNC_MIN_POLL_S",
        value_name = "SECONDS",
        default_value_t = MIN_POLL_S,
        value_parser = clap::value_parser!(u32).range(1..=86_400)
    )]
    pub min_poll_s: u32,
    /// File with the ed25519 key that signs manifests and heads: 32 bytes in hexadecimal, or
    /// PKCS#8 in PEM
    #[arg(long = "sync-signing-key", env = "HEREABOUTS_SYNC_SIGNING_KEY", value_name = "FILE")]
    pub signing_key: Option<PathBuf>,
    /// Devices that may listen to changes at the same time; others are told to poll
    #[arg(
        long = "sync-max-streams",
        env = "HEREABOUTS_SYNC_MAX_STREAMS",
        value_name = "NUMBER",
        default_value_t = MAX_STREAMS
    )]
    pub max_streams: usize,
    /// Devices that may do so with the same key
    #[arg(
        long = "sync-max-streams-per-key",
        env = "HEREABOUTS_SYNC_MAX_STREAMS_PER_KEY",
        value_name = "NUMBER",
        default_value_t = MAX_STREAMS_PER_KEY
    )]
    pub max_streams_per_key: usize,
}

impl Default for SyncOptions {
    fn default() -> Self {
        Self {
            segment_operations: SEGMENT_OPERATIONS,
            snapshot_operations: SNAPSHOT_OPERATIONS,
            keep_operations: KEEP_OPERATIONS,
            min_poll_s: MIN_POLL_S,
            signing_key: None,
            max_streams: MAX_STREAMS,
            max_streams_per_key: MAX_STREAMS_PER_KEY,
        }
    }
}

//! Changes: the operations that lead from a position of a feed to a later one.

use geocoder_core::delta::{Delta, Operation};
use serde::Serialize;
use utoipa::ToSchema;

use crate::overlays::{CountryFeed, FeedPosition};
use crate::store::{KeptOperations, Store, StoreError};

/// Where a device is in a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Since {
    /// Epoch that it knows.
    pub epoch: String,
    /// Generation of its base.
    pub generation: String,
    /// Position of its state.
    pub seq: u64,
}

/// Why no operations lead from a position to the head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefetchReason {
    /// The server was restored.
    EpochChanged,
    /// The base was replaced.
    GenerationChanged,
    /// The operations behind the position are no longer kept.
    BelowFloor,
    /// The server has lost operations.
    AboveHead,
}

/// What a device that has to begin anew is told.
#[derive(Debug, Serialize, ToSchema)]
pub struct MustRefetch<'a> {
    /// What is wrong, for people.
    message: &'static str,
    /// What to do.
    #[schema(example = "must-refetch")]
    control: &'static str,
    /// Why.
    reason: RefetchReason,
    /// The present epoch.
    epoch: &'a str,
    /// The present generation.
    generation: String,
    /// Position of the newest operation.
    head: u64,
    /// Position above which operations are kept.
    floor: u64,
}

impl RefetchReason {
    /// Returns why a device cannot be led on from where it is; `None` when it can.
    pub fn of(since: &Since, epoch: &str, position: &FeedPosition) -> Option<Self> {
        if since.epoch != epoch {
            Some(Self::EpochChanged)
        } else if since.generation != position.generation.to_string() {
            Some(Self::GenerationChanged)
        } else if since.seq > position.head {
            Some(Self::AboveHead)
        } else if since.seq < position.floor {
            Some(Self::BelowFloor)
        } else {
            None
        }
    }

    fn message(self) -> &'static str {
        match self {
            Self::EpochChanged => "The server was restored: get the snapshot",
            Self::GenerationChanged => "The shard was replaced: get the new one and its snapshot",
            Self::BelowFloor => "The operations are no longer kept: get the snapshot",
            Self::AboveHead => "The server has not come so far: get the snapshot",
        }
    }
}

impl<'a> MustRefetch<'a> {
    /// Says where the feed stands.
    pub fn new(reason: RefetchReason, epoch: &'a str, position: &FeedPosition) -> Self {
        Self {
            message: reason.message(),
            control: "must-refetch",
            reason,
            epoch,
            generation: position.generation.to_string(),
            head: position.head,
            floor: position.floor,
        }
    }
}

/// Returns the delta between two positions; `None` when the store was restored or the operations
/// were dropped since the state was made.
///
/// # Errors
/// Fails when the store does.
pub async fn delta(
    store: &dyn Store,
    (epoch, app_id, country): (&str, &str, &str),
    feed: &CountryFeed,
    (from, to): (u64, u64),
) -> Result<Option<Delta>, StoreError> {
    let row = |seq: u64| i64::try_from(seq).unwrap_or(i64::MAX);
    let head = feed.state.head();
    let kept = store.operations((app_id, country), (row(from), row(to)), head).await?;
    if kept.epoch != epoch || kept.floor > row(from) {
        return Ok(None);
    }
    Ok(Some(delta_of(feed, (from, to), &kept)))
}

fn delta_of(feed: &CountryFeed, (from, to): (u64, u64), kept: &KeptOperations) -> Delta {
    let operations = kept.operations.iter().filter_map(|(seq, patch_id)| {
        let seq = u64::try_from(*seq).ok()?;
        Some(Operation { seq, change: feed.state.change(patch_id)? })
    });
    let operations = operations.collect();
    let head = u64::try_from(feed.state.head()).unwrap_or_default();
    let state = (to == head).then(|| feed.state.sha256());
    Delta { generation: feed.state.generation(), from, to, head, state, operations }
}

/// Returns the delta of a device that is at the head already.
pub fn nothing(position: &FeedPosition) -> Delta {
    Delta {
        generation: position.generation,
        from: position.head,
        to: position.head,
        head: position.head,
        state: Some(position.state_sha256),
        operations: Vec::new(),
    }
}

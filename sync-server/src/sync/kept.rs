//! Whether what is kept of a feed leads to its state: not when it was made by a server that turned
//! patches into other corrections.

use geocoder_core::delta::{Delta, Snapshot};
use sha2::{Digest, Sha256};

use super::changes;
use crate::error::Cause;
use crate::overlays::CountryFeed;
use crate::store::sync::SyncObject;
use crate::store::{Store, StoreError};

/// Follows the newest snapshot, the segments behind it and the operations behind these, as a new
/// device does, and compares.
///
/// # Errors
/// Fails when the store does.
pub async fn leads_to_state(
    store: &dyn Store,
    epoch: &str,
    app_id: &str,
    country: &str,
    feed: &CountryFeed,
) -> Result<bool, Cause> {
    let mut state = Snapshot::empty(feed.state.generation());
    let mut reached = 0;
    if let Some(object) = feed.snapshot() {
        let Some(bytes) = bytes_of(store, object).await? else { return Ok(false) };
        let Ok(snapshot) = Snapshot::decode(&bytes) else { return Ok(false) };
        (state, reached) = (snapshot, object.to);
    }
    for segment in feed.segments().filter(|segment| segment.to > feed.floor) {
        if segment.to <= reached {
            continue;
        }
        let Some(bytes) = bytes_of(store, segment).await? else { return Ok(false) };
        let applied = Delta::decode(&bytes).and_then(|delta| state.apply(&delta));
        if applied.is_err() {
            return Ok(false);
        }
        reached = segment.to;
    }
    let (from, head) = (reached.unsigned_abs(), feed.state.head().unsigned_abs());
    if from < head {
        let name = (epoch, app_id, country);
        // Another server has dropped operations since: what it keeps is looked at next.
        let Some(rest) = changes::delta(store, name, feed, (from, head)).await? else {
            return Ok(true);
        };
        if state.apply(&rest).is_err() {
            return Ok(false);
        }
    }
    Ok(Sha256::digest(state.encode()).as_slice() == feed.state.sha256())
}

async fn bytes_of(store: &dyn Store, object: &SyncObject) -> Result<Option<Vec<u8>>, StoreError> {
    store.sync_blob(&object.sha256, false).await
}

//! The approved patches of an app in a country, as corrections of one generation of its base.

use std::collections::BTreeMap;
use std::sync::Arc;

use geocoder_core::delta::{Delta, Generation, Operation, OperationChange, Snapshot};
use geocoder_core::overlay::{Correction, CorrectionId, Overlay, Skipped};
use sha2::{Digest, Sha256};

use crate::error::Cause;
use crate::model::Patch;
use crate::patches::base::Base;
use crate::store::FeedRow;

/// State of a feed at a position: never changed, only followed by another one.
#[derive(Debug)]
pub struct CountryState {
    head: i64,
    snapshot: Snapshot,
    sha256: [u8; 32],
    size_bytes: usize,
    overlay: Arc<Overlay>,
}

/// Turns a patch into what it does to the state of a base: nothing but taking away where it does
/// not fit.
fn change_of(
    base: &Base,
    id: CorrectionId,
    patch: Option<&Patch>,
) -> Result<OperationChange, Cause> {
    let Some(patch) = patch else { return Ok(OperationChange::Delete(id)) };
    let resolution = base.resolve(patch)?;
    let correction = resolution.correction.filter(Correction::is_valid);
    if correction.is_none() {
        let outcome = resolution.outcome.name();
        tracing::debug!(patch = patch.id, outcome, "this patch changes nothing of its country");
    }
    Ok(correction.map_or(OperationChange::Delete(id), OperationChange::Put))
}

impl CountryState {
    /// Makes the state of all approved patches.
    pub(super) fn build(base: &Base, head: i64, patches: &[Patch]) -> Result<Self, Cause> {
        let mut changes = BTreeMap::new();
        for patch in patches {
            let Some(id) = CorrectionId::parse(&patch.id) else { continue };
            changes.insert(id, (position(head), change_of(base, id, Some(patch))?));
        }
        let mut snapshot = Snapshot::empty(base.generation());
        snapshot.apply(&delta_of(base.generation(), changes))?;
        Self::of(base, head, snapshot, &[])
    }

    /// Makes the state behind further rows of the feed, of which the last is at the new head.
    pub(super) fn followed_by(&self, base: &Base, rows: &[FeedRow]) -> Result<Self, Cause> {
        let mut changes = BTreeMap::new();
        for row in rows {
            let Some(id) = CorrectionId::parse(&row.patch_id) else { continue };
            // Rows hold patches as they are now: the last one of a patch says what was read last.
            changes.insert(id, (row.seq, row.patch.as_ref()));
        }
        let converted = changes
            .into_iter()
            .map(|(id, (seq, patch))| Ok((id, (position(seq), change_of(base, id, patch)?))));
        let changes = converted.collect::<Result<_, Cause>>()?;
        let mut snapshot = self.snapshot.clone();
        snapshot.apply(&delta_of(base.generation(), changes))?;
        let head = rows.last().map_or(self.head, |row| row.seq);
        Self::of(base, head, snapshot, self.overlay.skipped())
    }

    fn of(base: &Base, head: i64, snapshot: Snapshot, told: &[Skipped]) -> Result<Self, Cause> {
        let overlay = Overlay::build(base.shard(), &snapshot.corrections)?;
        let is_new =
            |skipped: &&Skipped| told.binary_search_by_key(&skipped.id, |old| old.id).is_err();
        // What was told of the state before is not told again with every approval.
        for skipped in overlay.skipped().iter().filter(is_new) {
            let country = base.shard().meta().country.as_str();
            tracing::warn!(patch = %skipped.id, country, reason = %skipped.reason, "a patch changes nothing");
        }
        let bytes = snapshot.encode();
        Ok(Self {
            head,
            sha256: Sha256::digest(&bytes).into(),
            size_bytes: bytes.len(),
            snapshot,
            overlay: Arc::new(overlay),
        })
    }

    /// Position of the feed that the state is of.
    pub fn head(&self) -> i64 {
        self.head
    }

    /// Generation of the base.
    pub fn generation(&self) -> Generation {
        self.snapshot.generation
    }

    /// The state itself.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// SHA-256 of the state as a snapshot.
    pub fn sha256(&self) -> [u8; 32] {
        self.sha256
    }

    /// Bytes of the state as a snapshot.
    pub fn size_bytes(&self) -> usize {
        self.size_bytes
    }

    /// What searches see.
    pub fn overlay(&self) -> &Arc<Overlay> {
        &self.overlay
    }

    /// Returns what an operation of a patch came to.
    pub fn change(&self, patch_id: &str) -> Option<OperationChange> {
        let id = CorrectionId::parse(patch_id)?;
        let corrections = &self.snapshot.corrections;
        let found = corrections.binary_search_by(|correction| correction.id.cmp(&id)).ok();
        let correction = found.and_then(|index| corrections.get(index)).cloned();
        Some(correction.map_or(OperationChange::Delete(id), OperationChange::Put))
    }
}

/// Positions count from 0 and never reach the end of either type.
pub(super) fn position(seq: i64) -> u64 {
    u64::try_from(seq).unwrap_or_default()
}

fn delta_of(
    generation: Generation,
    changes: BTreeMap<CorrectionId, (u64, OperationChange)>,
) -> Delta {
    let operations: Vec<_> =
        changes.into_values().map(|(seq, change)| Operation { seq, change }).collect();
    let to = operations.iter().map(|operation| operation.seq).max().unwrap_or_default();
    Delta { generation, from: 0, to, head: to, state: None, operations }
}

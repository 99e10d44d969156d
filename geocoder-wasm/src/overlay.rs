//! Corrections in JavaScript: what became of them, and snapshots brought up to date.

use geocoder_core::delta::{Delta, DeltaError, Generation, Snapshot};
use geocoder_core::overlay::{Overlay, Skipped};
use js_sys::{Array, Object, Uint8Array};
use serde::{Serialize, Serializer, ser::SerializeStruct as _};
use sha2::{Digest, Sha256};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;

use crate::error::{Error, Result};
use crate::features::set;
use crate::shard_bytes::{ShardBytes, hexadecimal};

/// Bytes that are hashed at a time, so that what is large is never copied as a whole.
const HASHED_BYTES: u32 = 1 << 16;

/// What became of corrections.
#[derive(Default, Serialize)]
pub(crate) struct OverlayReport {
    corrections: usize,
    skipped: Vec<NotApplied>,
}

struct NotApplied(Skipped);

impl Serialize for NotApplied {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("", 2)?;
        object.serialize_field("id", &self.0.id)?;
        object.serialize_field("reason", self.0.reason.name())?;
        object.end()
    }
}

impl From<&Overlay> for OverlayReport {
    fn from(overlay: &Overlay) -> Self {
        let skipped = overlay.skipped().iter().copied().map(NotApplied).collect();
        Self { corrections: overlay.len(), skipped }
    }
}

/// Applies deltas, each of which follows the one before, to a snapshot, or to no corrections when
/// there is none; returns the new snapshot, its SHA-256, and where the deltas begin and end.
///
/// Whether the first delta follows the snapshot is for the caller to know, and whether the hash
/// is `state`, which is there when the last delta ends at the head.
///
/// # Errors
/// Fails when there is no delta, bytes are no snapshot or delta, one belongs to another generation, or a delta does
/// not follow the one before.
#[expect(clippy::needless_pass_by_value, reason = "bindings take what is optional by value")]
#[wasm_bindgen(js_name = updateSnapshot, unchecked_return_type = "SnapshotUpdate")]
pub fn update_snapshot(
    snapshot: Option<Uint8Array>,
    generation: &str,
    #[wasm_bindgen(unchecked_param_type = "Uint8Array[]")] deltas: &Array,
) -> Result<JsValue, JsValue> {
    Ok(updated(snapshot.as_ref(), generation, deltas)?)
}

fn updated(snapshot: Option<&Uint8Array>, generation: &str, deltas: &Array) -> Result<JsValue> {
    let generation: Generation = generation.parse()?;
    let mut state = match snapshot {
        Some(bytes) => Snapshot::decode(&ShardBytes::copy_of(bytes)?)?,
        None => Snapshot::empty(generation),
    };
    state.check_generation(generation)?;
    let mut first = None;
    let mut last: Option<Delta> = None;
    for index in 0..deltas.length() {
        let bytes: Uint8Array = deltas.get(index).dyn_into().map_err(Error::Thrown)?;
        let delta = Delta::decode(&ShardBytes::copy_of(&bytes)?)?;
        if let Some(before) = &last {
            delta.follows(before)?;
        }
        state.apply(&delta)?;
        first.get_or_insert(delta.from);
        last = Some(delta);
    }
    let none = DeltaError::Malformed { what: "there is no delta" };
    let (from, last) = first.zip(last).ok_or(none)?;
    let bytes = state.encode();
    let object = Object::new();
    set(&object, "snapshot", &Uint8Array::from(bytes.as_slice()))?;
    set(&object, "sha256", &hexadecimal(&Sha256::digest(&bytes)).into())?;
    for (name, position) in [("from", from), ("to", last.to), ("head", last.head)] {
        #[expect(clippy::cast_precision_loss, reason = "positions are under 2^53")]
        set(&object, name, &(position as f64).into())?;
    }
    if let Some(state) = &last.state {
        set(&object, "state", &hexadecimal(state).into())?;
    }
    Ok(object.into())
}

/// Returns the SHA-256 of bytes as 64 lower-case hexadecimal digits.
#[wasm_bindgen]
pub fn sha256(bytes: &Uint8Array) -> String {
    let mut hash = Sha256::new();
    let mut copied = Vec::new();
    let mut start = 0;
    while start < bytes.length() {
        let end = bytes.length().min(start.saturating_add(HASHED_BYTES));
        let part = bytes.subarray(start, end);
        copied.resize(part.length() as usize, 0);
        part.copy_to(&mut copied);
        hash.update(&copied);
        start = end;
    }
    hexadecimal(&hash.finalize())
}

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = "
export interface OverlayReport {
  /** Number of corrections that are applied. */
  corrections: number;
  skipped: { id: string; reason: SkipReason }[];
}
export type SkipReason =
  | 'no_such_record'
  | 'invalid'
  | 'country'
  | 'missing_chunk'
  | 'superseded';
export interface SnapshotUpdate {
  snapshot: Uint8Array<ArrayBuffer>;
  sha256: string;
  from: number;
  to: number;
  head: number;
  /** SHA-256 of the snapshot that is to come out, when the last delta ends at the head. */
  state?: string;
}";

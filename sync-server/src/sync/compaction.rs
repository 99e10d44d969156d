//! Compaction: makes snapshots and segments of feeds, and drops operations that snapshots stand in
//! for.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web;
use tokio::time::{MissedTickBehavior, interval};

use super::{SyncOptions, changes};
use crate::coding::{self, Coding};
use crate::error::Cause;
use crate::hex::sha256_hex;
use crate::model::Timestamp;
use crate::overlays::{AppOverlay, CountryFeed};
use crate::state::AppState;
use crate::store::sync::{ObjectKind, SyncObject};
use crate::store::{Compaction, Store, StoreError, SyncBlob};

/// Segments in a row that become one.
const MERGED: usize = 8;
/// Most positions between the ends of a segment.
const MAX_SPAN: i64 = 65_536;
/// Seconds after which operations may be dropped.
const KEEP_S: i64 = 90 * 24 * 60 * 60;
/// Time between looks at feeds in which nothing happens: operations grow old in them too.
const LOOK_EVERY: Duration = Duration::from_secs(60 * 60);
/// Brotli's quality for what is compressed once and sent often.
const BROTLI_QUALITY: i32 = 9;

/// Epoch, app and country of a feed.
pub type FeedName = (String, String, String);

/// Compacts feeds after changes and as time goes by, for as long as it runs.
pub async fn compact_regularly(state: web::Data<AppState>) {
    let mut changes = state.overlays.changes();
    let mut seen: BTreeMap<String, Arc<AppOverlay>> = BTreeMap::new();
    let mut ticks = interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let is_tick = tokio::select! {
            changed = changes.changed() => {
                // The overlays live as long as the program.
                if changed.is_err() { return }
                false
            }
            _ = ticks.tick() => true,
        };
        for (app_id, own) in state.overlays.all() {
            let is_same = |before: &Arc<AppOverlay>| Arc::ptr_eq(before, &own);
            if !is_tick && seen.get(&app_id).is_some_and(is_same) {
                continue;
            }
            if let Err(error) = compact_app(&state, &app_id, &own, is_tick).await {
                let error = anyhow::Error::from_boxed(error);
                tracing::error!(error = format!("{error:#}"), app = app_id, "not compacted");
            }
            seen.insert(app_id, own);
        }
    }
}

/// Compacts the feeds of an app where that is due.
///
/// # Errors
/// Fails when the store does.
pub async fn compact_app(
    state: &AppState,
    app_id: &str,
    own: &AppOverlay,
    is_tick: bool,
) -> Result<(), Cause> {
    let store = state.store.as_ref();
    let mut is_compacted = false;
    for (country, feed) in own.feeds() {
        let name = (own.epoch().to_owned(), app_id.to_owned(), country.to_owned());
        let now = state.clock.now();
        let options = &state.sync.options;
        let Some(plan) = plan(store, name, feed, options, (now, is_tick)).await? else { continue };
        match store.compact(&plan).await {
            Ok(_) => {
                tracing::info!(app = app_id, country, floor = plan.floor, "compacted");
                is_compacted = true;
            }
            // Another server was faster; what it did is seen as every change is.
            Err(StoreError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    if is_compacted {
        state.overlays.refresh(store, &state.catalog, Some(app_id), state.clock.now()).await?;
    }
    Ok(())
}

/// Decides what is to be made and dropped; `None` when nothing is, or when others were faster.
///
/// # Errors
/// Fails when the store does.
pub async fn plan(
    store: &dyn Store,
    name: FeedName,
    feed: &CountryFeed,
    options: &SyncOptions,
    (now, is_tick): (Timestamp, bool),
) -> Result<Option<Compaction>, Cause> {
    let head = feed.state.head();
    let mut plan = unchanged(name, feed, now);
    let known: Vec<_> = feed.segments().map(|segment| (segment.from, segment.to)).collect();
    let start = feed.snapshot().map_or(0, |snapshot| snapshot.to).max(feed.floor);
    let ranges = segment_ranges(&known, start, head, i64::from(options.segment_operations));
    let mut segments = Vec::new();
    for range in &ranges {
        if let Some(segment) = feed.segments().find(|old| (old.from, old.to) == *range) {
            segments.push(segment.clone());
            continue;
        }
        let Some((segment, blob)) = segment(store, &plan, feed, *range).await? else {
            return Ok(None);
        };
        segments.push(segment);
        plan.blobs.push(blob);
    }
    let mut is_due = ranges != known;
    let newest = feed.snapshot().cloned();
    let newest = if is_snapshot_due(feed, options) {
        is_due = true;
        let of_feed = feed.clone();
        let (snapshot, blob) = web::block(move || snapshot_of(&of_feed)).await?;
        plan.blobs.push(blob);
        Some(snapshot)
    } else {
        newest
    };
    if let Some(snapshot) = newest.as_ref().filter(|snapshot| snapshot.to > feed.floor)
        && (is_due || is_tick)
    {
        let old = now.plus_seconds(-KEEP_S);
        let by_age = store.last_before((&plan.app_id, &plan.country), old).await?;
        let by_number = head - i64::from(options.keep_operations);
        plan.floor = by_age.max(by_number).min(snapshot.to).max(feed.floor);
        is_due |= plan.floor > feed.floor;
    }
    let floor = plan.floor;
    plan.objects = newest.into_iter().collect();
    plan.objects.extend(segments.into_iter().filter(|segment| segment.to > floor));
    Ok(is_due.then_some(plan))
}

/// Makes a snapshot of a feed that cannot be reached without one.
pub fn snapshot(name: FeedName, feed: &CountryFeed, now: Timestamp) -> Compaction {
    let (object, blob) = snapshot_of(feed);
    let mut plan = unchanged(name, feed, now);
    plan.objects = vec![object];
    plan.blobs = vec![blob];
    plan
}

fn unchanged((epoch, app_id, country): FeedName, feed: &CountryFeed, at: Timestamp) -> Compaction {
    Compaction {
        epoch,
        app_id,
        country,
        generation: feed.state.generation().to_string(),
        after: feed.compactions,
        objects: Vec::new(),
        blobs: Vec::new(),
        floor: feed.floor,
        at,
    }
}

/// A snapshot is due when a device would have to take more operations since the last one than is
/// worth it: more than so many, and more than half of the state.
fn is_snapshot_due(feed: &CountryFeed, options: &SyncOptions) -> bool {
    let half = i64::try_from(feed.state.snapshot().corrections.len() / 2).unwrap_or(i64::MAX);
    let since = feed.state.head() - feed.snapshot().map_or(0, |snapshot| snapshot.to);
    since > half.max(i64::from(options.snapshot_operations))
}

/// Returns the ends of all segments: those there are, as many as the operations behind them give,
/// and wherever there are eight of one size in a row, one in their place.
fn segment_ranges(known: &[(i64, i64)], start: i64, head: i64, span: i64) -> Vec<(i64, i64)> {
    let mut ranges: Vec<(i64, i64)> = Vec::new();
    let mut unmerged = known.iter().copied();
    loop {
        let end = ranges.last().map_or(start, |(_, to)| *to);
        let next = unmerged.next().or_else(|| (head - end >= span).then_some((end, end + span)));
        let Some(next) = next else { return ranges };
        ranges.push(next);
        while let Some(last) = ranges.len().checked_sub(MERGED).and_then(|at| ranges.get(at..))
            && let [(first, end), .., (_, to)] = *last
            && (end - first) * MERGED as i64 == to - first
            && last.iter().all(|(from, to)| to - from == end - first)
            && to - first <= MAX_SPAN
        {
            ranges.truncate(ranges.len() - MERGED);
            ranges.push((first, to));
        }
    }
}

async fn segment(
    store: &dyn Store,
    plan: &Compaction,
    feed: &CountryFeed,
    (from, to): (i64, i64),
) -> Result<Option<(SyncObject, SyncBlob)>, Cause> {
    let name = (plan.epoch.as_str(), plan.app_id.as_str(), plan.country.as_str());
    let range = (from.unsigned_abs(), to.unsigned_abs());
    let Some(delta) = changes::delta(store, name, feed, range).await? else { return Ok(None) };
    let generation = plan.generation.clone();
    let made = web::block(move || {
        let items = delta.operations.len();
        object(generation, ObjectKind::Segment, (from, to), items, delta.encode())
    });
    Ok(Some(made.await?))
}

fn snapshot_of(feed: &CountryFeed) -> (SyncObject, SyncBlob) {
    let state = feed.state.snapshot();
    let (generation, items) = (state.generation.to_string(), state.corrections.len());
    object(generation, ObjectKind::Snapshot, (0, feed.state.head()), items, state.encode())
}

fn object(
    generation: String,
    kind: ObjectKind,
    (from, to): (i64, i64),
    items: usize,
    raw: Vec<u8>,
) -> (SyncObject, SyncBlob) {
    let sha256 = sha256_hex(&raw);
    let number = |value: usize| i64::try_from(value).unwrap_or(i64::MAX);
    let object = SyncObject {
        generation,
        kind,
        from,
        to,
        sha256: sha256.clone(),
        size_bytes: number(raw.len()),
        items: number(items),
    };
    let brotli = coding::compress(Coding::Brotli, BROTLI_QUALITY, &raw);
    (object, SyncBlob { sha256, raw, brotli })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_segments_in_a_row_become_one_again_and_again() {
        assert_eq!(segment_ranges(&[], 0, 9, 10), []);
        assert_eq!(segment_ranges(&[], 0, 25, 10), [(0, 10), (10, 20)]);
        assert_eq!(segment_ranges(&[(0, 10)], 0, 25, 10), [(0, 10), (10, 20)]);
        assert_eq!(segment_ranges(&[], 7, 27, 10), [(7, 17), (17, 27)]);
        let seven: Vec<_> = (0..7).map(|number| (number * 10, number * 10 + 10)).collect();
        assert_eq!(segment_ranges(&seven, 0, 79, 10), seven);
        assert_eq!(segment_ranges(&seven, 0, 95, 10), [(0, 80), (80, 90)]);
        assert_eq!(segment_ranges(&[], 0, 649, 10), [(0, 640)]);
        assert_eq!(segment_ranges(&[], 0, 650, 10), [(0, 640), (640, 650)]);
    }

    #[test]
    fn segments_made_with_other_settings_stay_and_have_no_gaps() {
        let known = [(0, 3), (3, 100), (100, 164)];
        let ranges = segment_ranges(&known, 0, 1000, 100);
        assert_eq!(ranges[..3], known);
        assert!(ranges.windows(2).all(|pair| pair[0].1 == pair[1].0), "{ranges:?}");
        assert_eq!(ranges.last(), Some(&(164, 964)));
    }

    #[test]
    fn segments_stop_growing() {
        let ranges = segment_ranges(&[], 0, 10 * MAX_SPAN, 8192);
        assert!(ranges.iter().all(|(from, to)| to - from <= MAX_SPAN), "{ranges:?}");
        assert_eq!(ranges.len(), 10);
    }
}

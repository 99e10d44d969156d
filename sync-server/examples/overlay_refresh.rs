//! Measures what an approval costs a server whose app has many patches already, and how many bytes
//! devices take for it.
//!
//! `overlay_refresh DATA COUNTRY PATCHES`: a directory of the builder, the country, and how many
//! patches there are.
#![expect(clippy::print_stdout, reason = "prints what it measures")]

use std::collections::BTreeMap;
use std::error::Error;
use std::time::{Duration, Instant};

use bytes::Bytes;
use geocoder_core::Shard;
use geocoder_core::overlay::{PatchRecord, RecordRef};
use sync_server::blobs::BlobStore;
use sync_server::catalog::Catalog;
use sync_server::coding::{Coding, compress};
use sync_server::live::LiveCatalog;
use sync_server::model::patch::Target;
use sync_server::model::{App, Fields, Patch, PatchStatus, Timestamp};
use sync_server::overlays::Overlays;
use sync_server::store::{Change, FeedOperation, SqlStore, Store, Write};
use sync_server::sync::changes;

type Result<T, E = Box<dyn Error>> = std::result::Result<T, E>;

const APP: &str = "BENCH";
const NOW: Timestamp = Timestamp(1_700_000_000_000);
/// Patches of one change.
const BATCH: usize = 500;
/// Single approvals that are measured.
const APPROVALS: usize = 15;

#[actix_web::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, data, country, number] = arguments.as_slice() else {
        return Err("usage: overlay_refresh DATA COUNTRY PATCHES".into());
    };
    let number: usize = number.parse()?;
    let live = LiveCatalog::new(Catalog::load(&BlobStore::new(data), None)?);
    let catalog = live.current();
    let mut shards = catalog.geocoder().shards().iter();
    let shard = shards.find(|shard| shard.meta().country.as_str() == country);
    let generation = catalog.generation_of(country).ok_or("no such country")?.to_string();
    let patches = patches(shard.ok_or("no such shard")?, &generation, number + APPROVALS)?;
    let (many, single) = patches.split_at_checked(number).ok_or("the country is too small")?;

    let store = SqlStore::in_memory();
    store.commit(Change { writes: vec![Write::App(app())], ..Change::default() }).await?;
    for batch in many.chunks(BATCH) {
        store.commit(approval(batch, country)).await?;
    }
    let overlays = Overlays::default();
    let start = Instant::now();
    overlays.refresh(&store, &live, None, NOW).await.map_err(|error| error.to_string())?;
    println!("{number} patches, all anew: {:?}", start.elapsed());
    let mut times = Vec::new();
    for patch in single {
        store.commit(approval(std::slice::from_ref(patch), country)).await?;
        let start = Instant::now();
        overlays.refresh(&store, &live, Some(APP), NOW).await.map_err(|error| error.to_string())?;
        times.push(start.elapsed());
    }
    println!("one more: {:?} (median of {APPROVALS})", median(&mut times));
    tell_sizes(&store, &overlays, country).await
}

/// Prints the sizes of the state and of deltas to the head.
async fn tell_sizes(store: &SqlStore, overlays: &Overlays, country: &str) -> Result<()> {
    let all = overlays.all();
    let own = all.get(APP).ok_or("no overlay")?;
    let feed = own.feed(country).ok_or("no feed")?;
    let state = feed.state.snapshot().encode();
    let coded = compress(Coding::Brotli, 9, &state);
    println!("snapshot: {} bytes, {} with brotli", state.len(), coded.len());
    let head = u64::try_from(feed.state.head())?;
    for operations in [1, 10, 100, 1000] {
        let name = (own.epoch(), APP, country);
        let range = (head.saturating_sub(operations), head);
        let delta = changes::delta(store, name, feed, range).await?.ok_or("no operations")?;
        let bytes = delta.encode();
        let coded = compress(Coding::Brotli, 5, &bytes);
        println!("{operations} patches: {} bytes, {} with brotli", bytes.len(), coded.len());
    }
    Ok(())
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn app() -> App {
    App {
        id: APP.into(),
        parent_id: None,
        name: APP.into(),
        active: true,
        monthly_quota: None,
        created_at: NOW,
        updated_at: NOW,
        deleted_at: None,
        revision: 1,
    }
}

fn approval(patches: &[Patch], country: &str) -> Change {
    Change {
        writes: patches.iter().map(|patch| Write::Patch(Box::new(patch.clone()))).collect(),
        feed: patches.iter().map(|patch| operation(patch, country)).collect(),
        ..Change::default()
    }
}

fn operation(patch: &Patch, country: &str) -> FeedOperation {
    FeedOperation {
        app_id: APP.into(),
        country: country.into(),
        patch_id: patch.id.clone(),
        revision: 1,
        at: NOW,
        patch: Some(Box::new(patch.clone())),
    }
}

/// Corrects records all over a country: names, postcodes and positions in turn.
fn patches(shard: &Shard<Bytes>, generation: &str, number: usize) -> Result<Vec<Patch>> {
    let mut records = Vec::new();
    for block in 0.. {
        let before = records.len();
        for index in 0.. {
            let reference = RecordRef::Record { block, index };
            let Some(record) = shard.record(&reference)? else { break };
            records.push((reference, record));
        }
        if records.len() == before {
            break;
        }
    }
    let step = (records.len() / number).max(1);
    let chosen = records.iter().step_by(step).take(number).zip(0_u64..);
    chosen.map(|((at, record), count)| patch(shard, generation, at, record, count)).collect()
}

fn patch(
    shard: &Shard<Bytes>,
    generation: &str,
    reference: &RecordRef,
    record: &PatchRecord,
    count: u64,
) -> Result<Patch> {
    let (lat, lon) = (record.coordinates.lat, record.coordinates.lon);
    let changed = match count % 3 {
        0 => Fields { name: Some(format!("{} ný", record.default.name)), ..Fields::default() },
        1 => Fields { zipcode: Some(vec![format!("{:03}", count % 1000)]), ..Fields::default() },
        _ => Fields { coordinates: Some((lat + 0.0005, lon - 0.0005)), ..Fields::default() },
    };
    let country = shard.meta().country.as_str().to_owned();
    Ok(Patch {
        proposal: None,
        // Ids as they are made are spread evenly; so are these.
        id: format!("{:016x}{count:016x}", count.wrapping_mul(0x9e37_79b9_7f4a_7c15)),
        app_id: APP.into(),
        status: PatchStatus::Approved,
        origin: Some(Fields { countrycode: Some(country), ..Fields::default() }),
        target: Some(Target {
            absent: false,
            in_world: false,
            generation: generation.into(),
            record: serde_json::to_value(reference)?,
        }),
        in_world: false,
        remove: false,
        default: Some(changed),
        languages: BTreeMap::new(),
        first_language: None,
        created_at: NOW,
        updated_at: NOW,
        revision: 1,
    })
}

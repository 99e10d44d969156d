//! Snapshots and segments: what devices that were away, or are new, are given.

use std::sync::Arc;

use actix_web::http::{Method, StatusCode};
use geocoder_core::delta::Snapshot;
use serde_json::{Value, json};
use sync_server::access::options::AccessOptions;
use sync_server::catalog::Catalog;
use sync_server::live::{LiveCatalog, Outcome, Watcher};
use sync_server::model::Clock;
use sync_server::overlays::Overlays;
use sync_server::state::AppState;
use sync_server::store::sync::{ObjectKind, SyncObject};
use sync_server::store::{Compaction, SqlStore, SyncBlob};
use sync_server::sync::heads::Heads;
use sync_server::sync::{SyncOptions, manifest};

use crate::fixture::{anonymous, send_to, sha256_hex};
use crate::gazetteer::liechtenstein_with;
use crate::geocode::two_countries;
use crate::sync_fixture::{Device, server};

/// Settings by which a dozen operations have it all.
fn small() -> SyncOptions {
    SyncOptions {
        segment_operations: 2,
        snapshot_operations: 3,
        keep_operations: 5,
        ..SyncOptions::default()
    }
}

fn ranges(overlay: &Value) -> Vec<(u64, u64)> {
    let segments = overlay["segments"].as_array().unwrap().iter();
    segments.map(|s| (s["from"].as_u64().unwrap(), s["to"].as_u64().unwrap())).collect()
}

#[actix_web::test]
async fn every_device_finds_a_way_to_the_head_while_operations_are_dropped() {
    let data = two_countries();
    let server = server(data.loaded_state(), small()).await;
    let mut devices = vec![Device::new(&server).await];
    let mut versions = Vec::new();
    let mut kept = Vec::new();
    let mut ids = Vec::new();
    for number in 0..40 {
        ids.push(server.approve(number).await);
        if number % 3 == 2 {
            server.delete(&ids.swap_remove(0)).await;
        }
        server.compact(number % 10 == 9).await;
        let overlay = server.overlay().await;
        let (head, floor) = (overlay["head"].as_u64().unwrap(), overlay["floor"].as_u64().unwrap());
        for pair in ranges(&overlay).windows(2) {
            assert_eq!(pair[0].1, pair[1].0, "{overlay}");
        }
        versions.push(server.ok("/sync/v1/heads").await.json()["version"].as_u64().unwrap());
        kept.push(head - floor);
        if overlay["snapshot"].is_null() {
            assert_eq!(floor, 0);
        } else {
            let mut new = Device::with_snapshot(&server).await;
            assert!(new.seq >= floor && new.seq <= head);
            new.take_segments(&server).await;
            new.follow(&server, 3).await;
            devices.push(new);
        }
        for device in &mut devices {
            let answer = server.get(&device.path(2)).await;
            if device.seq < floor {
                assert_eq!(answer.status, StatusCode::CONFLICT, "{device:?} {answer:?}");
                assert_eq!(answer.json()["reason"], "below_floor");
                assert_eq!(answer.json()["floor"], floor);
            } else if number % 7 == 0 {
                device.take_segments(&server).await;
                device.follow(&server, 2).await;
            }
        }
    }
    assert!(versions.windows(2).all(|pair| pair[0] < pair[1]), "{versions:?}");
    assert!(kept.iter().max() < Some(&20) && kept.iter().min() >= Some(&1), "{kept:?}");
    let floor = server.overlay().await["floor"].as_i64().unwrap();
    let app = server.state.overlays.all().into_keys().next().unwrap();
    let feed = server.state.store.feed(&app, "li", 0, 100).await.unwrap();
    assert_eq!(feed.first().map(|row| row.seq), Some(floor + 1));
}

#[actix_web::test]
async fn a_snapshot_is_the_state_and_comes_compressed_to_who_takes_that() {
    let data = two_countries();
    let server = server(data.loaded_state(), small()).await;
    for number in 0..4 {
        server.approve(number).await;
    }
    server.compact(false).await;
    let overlay = server.overlay().await;
    let sha256 = overlay["snapshot"]["sha256"].as_str().unwrap();
    assert_eq!(
        (&overlay["snapshot"]["sha256"], &overlay["head"]),
        (&overlay["state_sha256"], &json!(4))
    );
    assert_eq!(ranges(&overlay), [(0, 2), (2, 4)]);
    let path = format!("/sync/v1/blobs/{sha256}");
    let plain = send_to(&server.app, anonymous(Method::GET, &path)).await;
    assert_eq!((plain.status, sha256_hex(&plain.body)), (StatusCode::OK, sha256.into()));
    assert_eq!(plain.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert_eq!(plain.header("etag"), Some(&*format!("\"{sha256}\"")));
    assert_eq!(plain.header("cross-origin-resource-policy"), Some("cross-origin"));
    assert_eq!(Snapshot::decode(&plain.body).unwrap().corrections.len(), 4);
    for (accepted, coding) in [("gzip, br", Some("br")), ("gzip", None)] {
        let request = anonymous(Method::GET, &path).insert_header(("accept-encoding", accepted));
        let answer = send_to(&server.app, request).await;
        assert_eq!(answer.header("content-encoding"), coding);
        let mut body = answer.body.to_vec();
        if coding.is_some() {
            body.clear();
            brotli::BrotliDecompress(&mut &answer.body[..], &mut body).unwrap();
        }
        assert_eq!(body, plain.body);
    }
    let part = anonymous(Method::GET, &path).insert_header(("range", "bytes=2-5"));
    let part = send_to(&server.app, part).await;
    assert_eq!((part.status, &part.body[..]), (StatusCode::PARTIAL_CONTENT, &plain.body[2..6]));
    // What is due is done once.
    let version = server.state.store.version().await.unwrap();
    server.compact(false).await;
    server.compact(true).await;
    assert_eq!(server.state.store.version().await.unwrap(), version);
}

#[actix_web::test]
async fn a_new_base_over_a_compacted_feed_comes_with_a_snapshot() {
    let mut data = two_countries();
    let (_, mut watcher) = Watcher::start(data.store()).unwrap();
    let server = server(data.loaded_state(), small()).await;
    for number in 0..14 {
        server.approve(number).await;
        server.compact(false).await;
    }
    let before = server.overlay().await;
    assert!(before["floor"].as_u64() > Some(0));
    data.manifest_mut().version += 1;
    data.list_country("li", &liechtenstein_with(&["Aeulestrasse"]));
    assert!(matches!(watcher.look(&server.state.catalog), Outcome::Replaced));
    server.state.refresh_overlays(None).await.unwrap();
    let after = server.overlay().await;
    assert_eq!((&after["floor"], &after["head"]), (&before["floor"], &before["head"]));
    assert_eq!((&after["snapshot"]["seq"], &after["segments"]), (&after["head"], &json!([])));
    assert_ne!(after["state_sha256"], before["state_sha256"]);
    let mut device = Device::with_snapshot(&server).await;
    for number in 20..23 {
        server.approve(number).await;
    }
    server.compact(false).await;
    assert_eq!(device.take_segments(&server).await, 1);
    device.follow(&server, 1).await;
    // Those who still have the old base can get its snapshot for a day.
    let old = before["snapshot"]["sha256"].as_str().unwrap();
    server.ok(&format!("/sync/v1/blobs/{old}")).await;
}

#[actix_web::test]
async fn a_server_that_starts_over_a_compacted_store_says_the_same() {
    let data = two_countries();
    let server = server(data.loaded_state(), small()).await;
    for number in 0..14 {
        server.approve(number).await;
        server.compact(false).await;
    }
    let says = async |path: &str| server.ok(path).await.body;
    let (heads, whole) = (says("/sync/v1/heads").await, says("/sync/v1/manifest").await);
    let fresh = Overlays::default();
    let (state, now) = (&server.state, server.state.clock.now());
    fresh.refresh(state.store.as_ref(), &state.catalog, None, now).await.unwrap();
    for (app_id, own) in fresh.all() {
        let heads_of = Heads::of(&own, None, 60);
        assert_eq!(serde_json::to_vec(&heads_of).unwrap(), heads, "{app_id}");
        let document = manifest::document(&own, None).unwrap();
        assert_eq!(document.json, whole, "{app_id}");
    }
    assert_eq!(fresh.all().len(), 1);
}

#[actix_web::test]
async fn what_a_server_of_another_version_kept_is_replaced_where_it_leads_elsewhere() {
    let data = two_countries();
    let server = server(data.loaded_state(), small()).await;
    for number in 0..4 {
        server.approve(number).await;
    }
    let (app_id, own) = server.state.overlays.all().into_iter().next().unwrap();
    let feed = own.feed("li").unwrap();
    // That version took one of the patches for one that says nothing.
    let mut other = feed.state.snapshot().clone();
    other.corrections.pop();
    let raw = other.encode();
    let object = SyncObject {
        generation: other.generation.to_string(),
        kind: ObjectKind::Snapshot,
        from: 0,
        to: 4,
        sha256: sha256_hex(&raw),
        size_bytes: i64::try_from(raw.len()).unwrap(),
        items: 3,
    };
    let kept = Compaction {
        epoch: own.epoch().to_owned(),
        app_id,
        country: "li".into(),
        generation: object.generation.clone(),
        after: feed.compactions,
        blobs: vec![SyncBlob { sha256: object.sha256.clone(), brotli: raw.clone(), raw }],
        objects: vec![object],
        floor: 0,
        at: server.state.clock.now(),
    };
    server.state.store.compact(&kept).await.unwrap();
    let (state, now) = (&server.state, server.state.clock.now());
    for started_before in [true, false] {
        let fresh = Overlays::default();
        let refresh = || fresh.refresh(state.store.as_ref(), &state.catalog, None, now);
        refresh().await.unwrap();
        let own = fresh.all().into_values().next().unwrap();
        let feed = own.feed("li").unwrap();
        let snapshot = feed.snapshot().unwrap();
        assert_eq!((snapshot.to, snapshot.items), (4, 4), "{started_before}");
        assert_eq!(feed.compactions, 2, "made once");
    }
}

#[actix_web::test]
async fn a_restored_store_sends_every_device_back_to_the_start() {
    let data = two_countries();
    let file = data.path().join("store.db");
    let store = Arc::new(SqlStore::open_sqlite(&file).await.unwrap());
    let shared = Arc::<SqlStore>::clone(&store);
    let state = data.state_with(shared, AccessOptions::unlimited(), Clock::system());
    let catalog = LiveCatalog::new(Catalog::load(&data.store(), None).unwrap());
    let server = server(AppState { catalog, ..state }, SyncOptions::default()).await;
    server.approve(1).await;
    let backup = data.path().join("backup.db");
    store.back_up(&backup).await.unwrap();
    server.approve(2).await;
    let mut device = Device::new(&server).await;
    device.follow(&server, 9).await;
    store.restore(&backup).await.unwrap();
    // Even before the server has noticed by itself.
    let answer = server.get(&device.path(9).replace("since=2", "since=1")).await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "{answer:?}");
    assert_eq!(answer.json()["reason"], "epoch_changed");
    server.state.refresh_overlays(None).await.unwrap();
    let answer = server.get(&device.path(9)).await;
    assert_eq!(
        (answer.status, &answer.json()["reason"]),
        (StatusCode::CONFLICT, &json!("epoch_changed"))
    );
    assert_ne!(answer.json()["epoch"], device.epoch);
    let mut again = Device::new(&server).await;
    again.follow(&server, 9).await;
    assert_eq!((again.seq, again.state.corrections.len()), (1, 1));
}

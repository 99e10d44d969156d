//! What is kept of feeds: snapshots, segments and floors, on every kind of store.

use sync_server::model::{PatchStatus, Timestamp};
use sync_server::store::sync::{ObjectKind, SyncObject};
use sync_server::store::{
    Change, Compaction, KeptFeed, SqlStore, Store, StoreError, SyncBlob, Write,
};
use tempfile::TempDir;

use crate::postgres;
use crate::samples::{NOW, app, approval, operation, patch, writes};
use crate::schema::{run, sqlite_url};

const DAY_S: i64 = 24 * 60 * 60;

/// A store of every kind, with two apps, and the URL of those that others can open.
async fn stores(dir: &TempDir) -> Vec<(SqlStore, Option<String>)> {
    let (file, postgres) = (sqlite_url(dir.path()), postgres::new_database().await);
    let mut stores = vec![(SqlStore::in_memory(), None)];
    for url in [file, postgres] {
        stores.push((SqlStore::open(&url).await.unwrap(), Some(url)));
    }
    for (store, _) in &stores {
        store.commit(writes(["A", "B"].map(|id| Write::App(app(id))))).await.unwrap();
    }
    stores
}

async fn approve(store: &SqlStore, numbers: std::ops::RangeInclusive<i64>) {
    for number in numbers {
        store.commit(approval("A", &format!("p{number}"))).await.unwrap();
    }
}

/// An object whose bytes are its name.
fn object(kind: ObjectKind, (from, to): (i64, i64), name: &str) -> (SyncObject, SyncBlob) {
    let sha256 = sha256(name);
    let object = SyncObject {
        generation: "0011223344556677".into(),
        kind,
        from,
        to,
        sha256: sha256.clone(),
        size_bytes: 3,
        items: 2,
    };
    let brotli = format!("compressed {name}").into_bytes();
    (object, SyncBlob { sha256, raw: name.as_bytes().to_vec(), brotli })
}

fn sha256(name: &str) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(name).iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn compaction(
    store: &SqlStore,
    after: i64,
    floor: i64,
    objects: Vec<(SyncObject, SyncBlob)>,
) -> Compaction {
    let (objects, blobs) = objects.into_iter().unzip();
    Compaction {
        epoch: store.epoch().await.unwrap(),
        app_id: "A".into(),
        country: "li".into(),
        generation: "0011223344556677".into(),
        after,
        objects,
        blobs,
        floor,
        at: NOW,
    }
}

#[tokio::test]
async fn a_compaction_keeps_objects_and_drops_operations() {
    let dir = TempDir::new().unwrap();
    for (store, _) in stores(&dir).await {
        approve(&store, 1..=5).await;
        assert_eq!(store.kept_feeds(None).await.unwrap(), []);
        let version = store.version().await.unwrap();
        let snapshot = object(ObjectKind::Snapshot, (0, 4), "state");
        let segment = object(ObjectKind::Segment, (3, 5), "ops");
        let objects = vec![snapshot.clone(), segment.clone()];
        let plan = compaction(&store, 0, 3, objects).await;
        assert_eq!(store.compact(&plan).await.unwrap(), version + 1);
        let kept = KeptFeed {
            app_id: "A".into(),
            country: "li".into(),
            floor: 3,
            compactions: 1,
            objects: vec![snapshot.0.clone(), segment.0.clone()],
        };
        assert_eq!(store.kept_feeds(None).await.unwrap(), std::slice::from_ref(&kept));
        assert_eq!(store.kept_feeds(Some("A")).await.unwrap(), [kept]);
        assert_eq!(store.kept_feeds(Some("B")).await.unwrap(), []);
        let feed = store.feed("A", "li", 0, 10).await.unwrap();
        assert!(feed.iter().map(|row| row.seq).eq(4..=5));
        assert_eq!(store.feed_heads().await.unwrap(), [("A".into(), "li".into(), 5)]);
        let blob = async |name: &str, br| store.sync_blob(&sha256(name), br).await.unwrap();
        assert_eq!(blob("state", false).await, Some(b"state".to_vec()));
        assert_eq!(blob("ops", true).await, Some(b"compressed ops".to_vec()));
        assert_eq!(blob("else", false).await, None);
        assert_eq!(store.verify().await.unwrap(), Vec::<String>::new());
        approve(&store, 6..=6).await;
        assert_eq!(store.feed_heads().await.unwrap(), [("A".into(), "li".into(), 6)]);
    }
}

#[tokio::test]
async fn a_plan_that_others_were_faster_with_changes_nothing() {
    let dir = TempDir::new().unwrap();
    for (store, _) in stores(&dir).await {
        approve(&store, 1..=3).await;
        let first = object(ObjectKind::Snapshot, (0, 2), "first");
        let late = object(ObjectKind::Snapshot, (0, 3), "late");
        let plan = compaction(&store, 0, 1, vec![first]).await;
        let rival = compaction(&store, 0, 3, vec![late.clone()]).await;
        store.compact(&plan).await.unwrap();
        let kept = store.kept_feeds(None).await.unwrap();
        let other_epoch = Compaction { epoch: "another".into(), after: 1, ..rival.clone() };
        for stale in [rival, other_epoch] {
            let error = store.compact(&stale).await.unwrap_err();
            assert!(matches!(error, StoreError::Conflict { what: "feed", .. }), "{error}");
        }
        assert_eq!(store.kept_feeds(None).await.unwrap(), kept);
        assert_eq!(store.sync_blob(&late.1.sha256, false).await.unwrap(), None);
        assert_eq!(store.feed("A", "li", 0, 9).await.unwrap().len(), 2);
        // Floors never fall and never pass the head.
        let plan = compaction(&store, 1, 0, vec![late.clone()]).await;
        store.compact(&plan).await.unwrap();
        assert_eq!(store.kept_feeds(None).await.unwrap()[0].floor, 1);
        let plan = compaction(&store, 2, 99, vec![late]).await;
        store.compact(&plan).await.unwrap();
        assert_eq!(store.kept_feeds(None).await.unwrap()[0].floor, 3);
        assert_eq!(store.verify().await.unwrap(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn bytes_outlive_their_last_name_by_a_day() {
    let dir = TempDir::new().unwrap();
    for (store, _) in stores(&dir).await {
        approve(&store, 1..=3).await;
        let old = object(ObjectKind::Snapshot, (0, 1), "old");
        let new = object(ObjectKind::Snapshot, (0, 2), "new");
        let steps = [
            (vec![old.clone()], 0, true),
            (vec![new.clone()], 1, true),
            // Named again, it is as if it had never been unnamed.
            (vec![old.clone()], 2, true),
            (vec![new.clone()], DAY_S, true),
            (vec![new.clone()], 2 * DAY_S, true),
            (vec![new.clone()], 2 * DAY_S + 1, false),
        ];
        for (after, (objects, seconds, old_is_there)) in (0..).zip(steps) {
            let plan = compaction(&store, after, 0, objects).await;
            store.compact(&Compaction { at: NOW.plus_seconds(seconds), ..plan }).await.unwrap();
            let bytes = store.sync_blob(&old.1.sha256, false).await.unwrap();
            assert_eq!(bytes.is_some(), old_is_there, "after {seconds} s");
        }
        assert!(store.sync_blob(&new.1.sha256, false).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn objects_of_another_generation_stay_for_a_day() {
    let dir = TempDir::new().unwrap();
    for (store, _) in stores(&dir).await {
        approve(&store, 1..=2).await;
        let old = object(ObjectKind::Snapshot, (0, 1), "old");
        let plan = compaction(&store, 0, 1, vec![old]).await;
        store.compact(&plan).await.unwrap();
        let (mut object, blob) = object(ObjectKind::Snapshot, (0, 2), "new");
        object.generation = "8899aabbccddeeff".into();
        for (after, seconds, number) in [(1, 1, 2), (2, DAY_S, 2), (3, DAY_S + 1, 1)] {
            let new = vec![(object.clone(), blob.clone())];
            let mut plan = compaction(&store, after, 1, new).await;
            (plan.generation, plan.at) =
                (object.generation.clone(), Timestamp(NOW.0 + 1000 * seconds));
            store.compact(&plan).await.unwrap();
            let kept = store.kept_feeds(None).await.unwrap();
            assert_eq!(kept[0].objects.len(), number, "after {seconds} s");
        }
    }
}

#[tokio::test]
async fn operations_are_those_that_no_later_one_makes_unnecessary() {
    let dir = TempDir::new().unwrap();
    for (store, _) in stores(&dir).await {
        approve(&store, 1..=3).await;
        let mut pending = patch("A", "p2", PatchStatus::Pending);
        pending.revision = 2;
        let feed = vec![operation(&pending)];
        let change = Change { feed, ..writes([Write::Patch(Box::new(pending))]) };
        store.commit(change).await.unwrap();
        let found = async |range, head| {
            let kept = store.operations(("A", "li"), range, head).await.unwrap();
            assert_eq!(kept.epoch, store.epoch().await.unwrap());
            let operations: Vec<_> =
                kept.operations.iter().map(|(seq, id)| format!("{seq} {id}")).collect();
            (kept.floor, operations.join(", "))
        };
        assert_eq!(found((0, 4), 4).await, (0, "1 p1, 3 p3, 4 p2".into()));
        // What comes behind the end counts as well, unless it comes behind the head.
        assert_eq!(found((0, 2), 4).await, (0, "1 p1".into()));
        assert_eq!(found((0, 2), 3).await, (0, "1 p1, 2 p2".into()));
        assert_eq!(found((4, 4), 4).await, (0, String::new()));
        let plan = compaction(&store, 0, 3, Vec::new()).await;
        store.compact(&plan).await.unwrap();
        assert_eq!(found((0, 4), 4).await, (3, "4 p2".into()));
        let other = store.operations(("B", "li"), (0, 9), 9).await.unwrap();
        assert_eq!((other.floor, other.operations), (0, vec![]));
        let before = async |at| store.last_before(("A", "li"), at).await.unwrap();
        assert_eq!((before(NOW).await, before(Timestamp(NOW.0 + 1)).await), (0, 4));
    }
}

#[tokio::test]
async fn a_compacted_store_survives_backup_and_restore() {
    let dir = TempDir::new().unwrap();
    let store = SqlStore::open(&sqlite_url(dir.path())).await.unwrap();
    store.commit(writes([Write::App(app("A"))])).await.unwrap();
    approve(&store, 1..=3).await;
    let snapshot = object(ObjectKind::Snapshot, (0, 2), "state");
    let plan = compaction(&store, 0, 2, vec![snapshot.clone()]).await;
    store.compact(&plan).await.unwrap();
    let kept = store.kept_feeds(None).await.unwrap();
    let backup = dir.path().join("backup.db");
    store.back_up(&backup).await.unwrap();
    let plan = compaction(&store, 1, 3, Vec::new()).await;
    store.compact(&plan).await.unwrap();
    store.restore(&backup).await.unwrap();
    assert_eq!(store.kept_feeds(None).await.unwrap(), kept);
    assert!(store.sync_blob(&snapshot.1.sha256, true).await.unwrap().is_some());
    assert_eq!(store.verify().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn damage_to_what_is_kept_is_found() {
    let dir = TempDir::new().unwrap();
    for (store, url) in stores(&dir).await {
        let Some(url) = url else { continue };
        approve(&store, 1..=4).await;
        let snapshot = object(ObjectKind::Snapshot, (0, 2), "state");
        let plan = compaction(&store, 0, 2, vec![snapshot]).await;
        store.compact(&plan).await.unwrap();
        let fault = async |damage: &str, repair: &str| {
            run(&url, damage).await;
            let faults = store.verify().await.unwrap();
            run(&url, repair).await;
            assert_eq!(store.verify().await.unwrap(), Vec::<String>::new(), "{repair}");
            faults.join("; ")
        };
        let found = fault("UPDATE sync_feeds SET floor = 1", "UPDATE sync_feeds SET floor = 2");
        assert!(found.await.contains("has gaps"));
        let found =
            fault("UPDATE sync_objects SET to_seq = 1", "UPDATE sync_objects SET to_seq = 2");
        assert!(found.await.contains("no snapshot for li"));
        let found =
            fault("UPDATE sync_objects SET to_seq = 5", "UPDATE sync_objects SET to_seq = 2");
        assert!(found.await.contains("up to 5 in li"));
        let bytes = if url.starts_with("sqlite:") { "CAST('other' AS BLOB)" } else { "'other'" };
        run(&url, &format!("UPDATE sync_blobs SET raw = {bytes}")).await;
        let faults = store.verify().await.unwrap().join("; ");
        assert!(faults.contains(&sha256("state")), "{faults}");
    }
}

//! Backups, what restoring them means, and damage that is found.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sync_server::store::{AuditFilter, Change, SqlStore, Store, StoreError, Write};
use tempfile::TempDir;

use crate::postgres;
use crate::samples::{app, approval, audit_entry, writes};
use crate::schema::{run, sqlite_url};

struct Files {
    dir: TempDir,
}

impl Files {
    fn new() -> Self {
        Self { dir: TempDir::new().unwrap() }
    }

    fn url(&self) -> String {
        sqlite_url(self.dir.path())
    }

    fn backup(&self) -> PathBuf {
        self.dir.path().join("backup.db")
    }

    async fn store(&self) -> SqlStore {
        SqlStore::open(&self.url()).await.unwrap()
    }
}

async fn with_patches(store: &SqlStore, ids: &[&str]) {
    for id in ids {
        let audit = vec![audit_entry("A", "patch.create", id)];
        store.commit(Change { audit, ..approval("A", id) }).await.unwrap();
    }
}

#[tokio::test]
async fn a_restored_backup_is_the_store_of_then_with_another_epoch() {
    let files = Files::new();
    let store = files.store().await;
    store.commit(writes([Write::App(app("A"))])).await.unwrap();
    with_patches(&store, &["p1", "p2"]).await;
    store.back_up(&files.backup()).await.unwrap();
    with_patches(&store, &["p3"]).await;
    let (epoch, version) = (store.epoch().await.unwrap(), store.version().await.unwrap());
    store.restore(&files.backup()).await.unwrap();
    assert_ne!(store.epoch().await.unwrap(), epoch);
    assert!(store.version().await.unwrap() > version);
    let (head, approved) = store.approved("A", "li").await.unwrap();
    assert_eq!((head, approved.len()), (2, 2));
    assert_eq!(store.patch("A", "p3").await.unwrap(), None);
    let filter = AuditFilter { app_ids: vec!["A".into()], limit: 9, ..AuditFilter::default() };
    let audit = store.audit(&filter).await.unwrap().items;
    let actions: Vec<_> = audit.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(actions, ["store.restore", "patch.create", "patch.create"]);
    assert_eq!(store.verify().await.unwrap(), Vec::<String>::new());
    with_patches(&store, &["p3"]).await;
    assert_eq!(store.approved("A", "li").await.unwrap().0, 3);
    // Nothing of the restoring is left, and the backup is as it was.
    let mut names: Vec<_> = fs::read_dir(files.dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["backup.db", "store.db", "store.db-shm", "store.db-wal"]);
}

#[tokio::test]
async fn a_backup_made_while_others_write_is_of_one_moment() {
    let files = Files::new();
    let store = Arc::new(files.store().await);
    store.commit(writes([Write::App(app("A"))])).await.unwrap();
    let is_done = Arc::new(AtomicBool::new(false));
    let writing = tokio::spawn({
        let (store, is_done) = (Arc::clone(&store), Arc::clone(&is_done));
        async move {
            let mut written = 0;
            while !is_done.load(Ordering::Relaxed) {
                with_patches(&store, &[&format!("p{written}")]).await;
                written += 1;
            }
            written
        }
    });
    for number in 0..5 {
        let file = files.dir.path().join(format!("{number}.db"));
        store.back_up(&file).await.unwrap();
        let backup = SqlStore::open_sqlite(&file).await.unwrap();
        assert_eq!(backup.verify().await.unwrap(), Vec::<String>::new());
        let (head, approved) = backup.approved("A", "li").await.unwrap();
        assert_eq!(head, approved.len() as i64);
    }
    is_done.store(true, Ordering::Relaxed);
    assert!(writing.await.unwrap() > 0);
}

#[tokio::test]
async fn a_damaged_or_foreign_backup_replaces_nothing() {
    let files = Files::new();
    let store = files.store().await;
    store.commit(writes([Write::App(app("A"))])).await.unwrap();
    with_patches(&store, &["p1"]).await;
    store.back_up(&files.backup()).await.unwrap();
    let backup = format!("sqlite:{}", files.backup().display());
    run(&backup, "UPDATE audit SET action = 'patch.delete'").await;
    let error = store.restore(&files.backup()).await.unwrap_err();
    assert!(error.to_string().contains("is damaged: audit: entry 1"), "{error}");
    fs::write(files.backup(), "no database").unwrap();
    let error = store.restore(&files.backup()).await.unwrap_err();
    assert!(matches!(error, StoreError::Unusable(_)), "{error:?}");
    let error = store.restore(&files.dir.path().join("missing.db")).await.unwrap_err();
    assert!(error.to_string().contains("is no file"), "{error}");
    let error = store.back_up(&files.backup()).await.unwrap_err();
    assert!(error.to_string().contains("exists already"), "{error}");
    assert_eq!(store.approved("A", "li").await.unwrap().0, 1);
    assert_eq!(store.version().await.unwrap(), 2);
}

#[tokio::test]
async fn postgresql_is_backed_up_by_its_own_programs_and_gets_a_new_epoch() {
    let store = SqlStore::open(&postgres::new_database().await).await.unwrap();
    let files = Files::new();
    let error = store.back_up(&files.backup()).await.unwrap_err();
    assert!(error.to_string().contains("pg_dump"), "{error}");
    let error = store.restore(&files.backup()).await.unwrap_err();
    assert!(error.to_string().contains("pg_restore"), "{error}");
    let (epoch, version) = (store.epoch().await.unwrap(), store.version().await.unwrap());
    store.start_new_epoch().await.unwrap();
    assert_ne!(store.epoch().await.unwrap(), epoch);
    assert_eq!(store.version().await.unwrap(), version + 1);
}

#[tokio::test]
async fn tampering_is_found() {
    for (script, fault) in [
        ("UPDATE audit SET target = 'p9' WHERE seq = 2", "audit: entry 2"),
        (
            "UPDATE audit SET doc = REPLACE(doc, '192.0.2.1', '192.0.2.9') WHERE seq = 1",
            "audit: entry 1",
        ),
        ("UPDATE audit SET doc = 'x' WHERE seq = 3", "audit: entry 3"),
        ("DELETE FROM audit WHERE seq = 2", "audit: entries 2 to 2 are missing"),
        ("DELETE FROM audit WHERE seq = 3", "audit: the log ends at 2"),
        ("UPDATE store SET audit_hash = 'x'", "audit: the log ends at 3"),
        ("DELETE FROM feed WHERE seq = 2", "feed: that of app A in li has gaps"),
        ("UPDATE feed_heads SET seq = 4", "feed: that of app A in li has gaps"),
        ("UPDATE patches SET status = 'pending' WHERE id = 'p1'", "feed: patch p1 of app A"),
        ("DELETE FROM store", "the row of the store is missing"),
    ] {
        let files = Files::new();
        for url in [files.url(), postgres::new_database().await] {
            let store = SqlStore::open(&url).await.unwrap();
            store.commit(writes([Write::App(app("A"))])).await.unwrap();
            with_patches(&store, &["p1", "p2", "p3"]).await;
            assert_eq!(store.verify().await.unwrap(), Vec::<String>::new());
            run(&url, script).await;
            let faults = store.verify().await.unwrap();
            assert!(faults.iter().any(|text| text.contains(fault)), "{script}: {faults:?}");
        }
    }
}

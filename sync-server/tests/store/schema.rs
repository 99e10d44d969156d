//! Opening databases: new ones, known ones, newer ones and those of other programs.

use std::fs;
use std::path::Path;
use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use sync_server::store::{SqlStore, Store, StoreError};
use tempfile::TempDir;

use crate::postgres;
use crate::samples::approval;
use crate::samples::{app, writes};

/// Runs a script on a database, whatever it is.
pub(crate) async fn run(url: &str, script: &str) {
    let script = AssertSqlSafe(script);
    if url.starts_with("sqlite:") {
        let mut connection = SqliteConnection::connect(url).await.unwrap();
        sqlx::raw_sql(script).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    } else {
        let mut connection = PgConnection::connect(url).await.unwrap();
        sqlx::raw_sql(script).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }
}

pub(crate) fn sqlite_url(dir: &Path) -> String {
    format!("sqlite:{}", dir.join("store.db").display())
}

/// Returns the URLs of two databases that do not exist yet or are empty.
async fn urls(dir: &TempDir) -> [String; 2] {
    [sqlite_url(dir.path()), postgres::new_database().await]
}

async fn refusal(url: &str) -> String {
    let error = SqlStore::open(url).await.unwrap_err();
    assert!(matches!(error, StoreError::Unusable(_)), "{error:?}");
    error.to_string()
}

#[tokio::test]
async fn a_database_is_opened_again_with_what_it_held() {
    let dir = TempDir::new().unwrap();
    for url in urls(&dir).await {
        let store = SqlStore::open(&url).await.unwrap();
        let epoch = store.epoch().await.unwrap();
        store.commit(writes([sync_server::store::Write::App(app("A"))])).await.unwrap();
        store.commit(approval("A", "p1")).await.unwrap();
        store.close().await;
        let store = SqlStore::open(&url).await.unwrap();
        assert_eq!(store.epoch().await.unwrap(), epoch);
        assert_eq!(store.version().await.unwrap(), 2);
        assert_eq!(store.approved("A", "li").await.unwrap().1.len(), 1);
    }
}

#[tokio::test]
async fn servers_that_start_at_once_make_one_schema() {
    let dir = TempDir::new().unwrap();
    for url in urls(&dir).await {
        let opening: Vec<_> = (0..6)
            .map(|_| {
                let url = url.clone();
                tokio::spawn(
                    async move { SqlStore::open(&url).await.unwrap().epoch().await.unwrap() },
                )
            })
            .collect();
        let mut epochs = Vec::new();
        for opened in opening {
            epochs.push(opened.await.unwrap());
        }
        epochs.dedup();
        assert_eq!(epochs.len(), 1);
    }
}

#[tokio::test]
async fn a_file_that_another_server_is_making_is_waited_for() {
    let dir = TempDir::new().unwrap();
    let url = sqlite_url(dir.path());
    run(&format!("{url}?mode=rwc"), "PRAGMA application_id = 1214607973").await;
    let mut other = SqliteConnection::connect(&url).await.unwrap();
    // Whoever writes keeps others from changing the journal, and SQLite does not wait for that.
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let mut opening = Box::pin(SqlStore::open(&url));
    let early = tokio::time::timeout(Duration::from_millis(200), &mut opening).await;
    assert!(early.is_err(), "opened although another writes: {early:?}");
    other.close().await.unwrap();
    opening.await.unwrap().epoch().await.unwrap();
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_refused() {
    let dir = TempDir::new().unwrap();
    for url in urls(&dir).await {
        SqlStore::open(&url).await.unwrap().close().await;
        run(&url, "INSERT INTO migrations VALUES (99, 'future', 0)").await;
        let message = refusal(&url).await;
        assert!(message.contains("use the newer program"), "{message}");
    }
}

#[tokio::test]
async fn a_database_of_another_program_is_refused_and_left_as_it_was() {
    let dir = TempDir::new().unwrap();
    let [sqlite, postgres] = urls(&dir).await;
    let file = dir.path().join("store.db");
    fs::write(&file, b"").unwrap();
    for url in [&sqlite, &postgres] {
        run(url, "CREATE TABLE recipes (name TEXT)").await;
    }
    let bytes = fs::read(&file).unwrap();
    assert!(refusal(&sqlite).await.contains("is not a database of Hereabouts"));
    assert_eq!(fs::read(&file).unwrap(), bytes);
    let message = refusal(&postgres).await;
    assert!(message.contains("recipes"), "{message}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_as_it_was() {
    let dir = TempDir::new().unwrap();
    let text = "Keep this letter.".repeat(100);
    fs::write(dir.path().join("store.db"), &text).unwrap();
    assert!(refusal(&sqlite_url(dir.path())).await.contains("is not a database of Hereabouts"));
    assert_eq!(fs::read_to_string(dir.path().join("store.db")).unwrap(), text);
}

#[tokio::test]
async fn a_url_of_another_kind_is_refused() {
    for url in ["", "mysql://localhost/x", "hereabouts.db"] {
        assert!(refusal(url).await.contains("sqlite:FILE"), "{url}");
    }
    assert!(refusal("postgres://[").await.contains("no URL"));
}

#[tokio::test]
async fn texts_are_sorted_by_their_bytes_on_both() {
    let dir = TempDir::new().unwrap();
    for url in urls(&dir).await {
        let store = SqlStore::open(&url).await.unwrap();
        let ids = ["a", "B", "é", "Z", "b"];
        let apps = ids.map(|id| sync_server::store::Write::App(app(id)));
        store.commit(writes(apps)).await.unwrap();
        let sorted: Vec<_> = store.apps().await.unwrap().into_iter().map(|app| app.id).collect();
        assert_eq!(sorted, ["B", "Z", "a", "b", "é"]);
    }
}

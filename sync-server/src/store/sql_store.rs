//! [`Store`] on SQLite and PostgreSQL: the same statements on both.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::watch;
use tokio::time::timeout;

use super::commit_queue::CommitQueue;
use super::database::Database;
use super::listener::Listener;
use super::query::{Query, Row};
use super::{
    AuditFilter, Change, Committed, Compaction, FeedRow, Idempotency, KeptFeed, KeptOperations,
    Page, PatchFilter, Result, Store, StoreError, backup, document, search, sync, verify,
};
use crate::model::{App, AuditEntry, HistoryEntry, Key, Patch, Proposal, Timestamp};

/// Longest wait before the version is looked at again, where servers tell each other.
const POLL_POSTGRES: Duration = Duration::from_secs(4);
/// The same for a file, which other programs change without telling.
const POLL_SQLITE: Duration = Duration::from_secs(1);
/// Rows of one statement that writes many.
const ROWS: usize = 500;

/// A store in an SQL database.
#[derive(Debug)]
pub struct SqlStore {
    database: Database,
    queue: Arc<CommitQueue>,
    /// The newest version that this store has heard of.
    seen: watch::Sender<i64>,
    /// Hears of versions that others make, on PostgreSQL.
    listener: Option<Listener>,
}

impl SqlStore {
    /// Makes an empty store in memory: for tests and trials, it ends with the program.
    pub fn in_memory() -> Self {
        Self::of(Database::in_memory())
    }

    /// Checks that a URL is of a kind that [`Self::open`] knows.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] when it is not.
    pub fn check_url(url: &str) -> Result<()> {
        match (sqlite_file(url), is_postgres(url)) {
            (Some(":memory:" | ""), _) => {
                let what = "a database in memory ends with the program: use sqlite:FILE";
                Err(StoreError::Unusable(what.into()))
            }
            (Some(_), _) | (None, true) => Ok(()),
            (None, false) => {
                let what = "the database URL is neither sqlite:FILE nor postgres://…";
                Err(StoreError::Unusable(what.into()))
            }
        }
    }

    /// Opens the database of a URL, `sqlite:FILE` or `postgres://…`, and brings its schema up to
    /// date.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] for other URLs and for databases of another program or of a newer
    /// version of this one.
    pub async fn open(url: &str) -> Result<Self> {
        Self::check_url(url)?;
        match sqlite_file(url) {
            Some(file) => Self::open_sqlite(Path::new(file)).await,
            None => Self::open_postgres(url).await,
        }
    }

    /// Opens or makes a SQLite file and brings its schema up to date.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] for a file of another program or of a newer version of this one.
    pub async fn open_sqlite(path: &Path) -> Result<Self> {
        Ok(Self::of(Database::open_sqlite(path).await?))
    }

    async fn open_postgres(url: &str) -> Result<Self> {
        let mut store = Self::of(Database::open_postgres(url).await?);
        if let Database::Postgres(pool) = &store.database {
            store.listener = Some(Listener::start(pool.clone(), store.seen.clone()).await?);
        }
        Ok(store)
    }

    fn of(database: Database) -> Self {
        let queue = Arc::new(CommitQueue::new(database.clone()));
        Self { database, queue, seen: watch::Sender::new(0), listener: None }
    }

    /// Writes a copy of one moment into a new SQLite file, while others read and write.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] on PostgreSQL and when the file exists.
    pub async fn back_up(&self, file: &Path) -> Result<()> {
        backup::back_up(&self.database, file).await
    }

    /// Replaces everything by what is in a backup and starts a new line of history.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] on PostgreSQL and when the file is no backup or a damaged one;
    /// nothing is replaced then.
    pub async fn restore(&self, file: &Path) -> Result<()> {
        backup::restore(&self.database, file).await
    }

    /// Starts a new line of history: needed after the database was put back by other means.
    ///
    /// # Errors
    /// Fails with the database.
    pub async fn start_new_epoch(&self) -> Result<()> {
        backup::start_new_epoch(&self.database).await
    }

    /// Returns what is damaged, in words: file, audit log, feeds; nothing when all is well.
    ///
    /// # Errors
    /// Fails with the database.
    pub async fn verify(&self) -> Result<Vec<String>> {
        verify::verify(&self.database).await
    }

    /// Ends all connections, once what is under way has ended.
    pub async fn close(mut self) {
        self.listener = None;
        self.database.close().await;
    }

    fn hear_of(&self, version: i64) {
        self.seen.send_if_modified(|seen| {
            let is_newer = version > *seen;
            *seen = version.max(*seen);
            is_newer
        });
    }

    async fn fetch_docs<T: serde::de::DeserializeOwned>(&self, query: Query) -> Result<Vec<T>> {
        let rows = self.database.fetch(query).await?;
        rows.iter().map(|row| document::read(row.text(0)?)).collect()
    }

    async fn fetch_doc<T: serde::de::DeserializeOwned>(&self, query: Query) -> Result<Option<T>> {
        Ok(self.fetch_docs(query).await?.pop())
    }

    /// Returns the only text or number of the row of the store.
    async fn fetch_store(&self, query: &str) -> Result<Row> {
        let missing = || StoreError::Database("the database has lost its row of the store".into());
        self.database.fetch(Query::new(query)).await?.pop().ok_or_else(missing)
    }
}

fn sqlite_file(url: &str) -> Option<&str> {
    let file = url.strip_prefix("sqlite:")?;
    Some(file.strip_prefix("//").unwrap_or(file))
}

fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

#[async_trait]
impl Store for SqlStore {
    async fn commit(&self, change: Change) -> Result<Committed> {
        let committed = self.queue.commit(change).await?;
        self.hear_of(committed.version);
        Ok(committed)
    }

    async fn version(&self) -> Result<i64> {
        let version = self.fetch_store("SELECT version FROM store").await?.integer(0)?;
        self.hear_of(version);
        Ok(version)
    }

    async fn changed_since(&self, version: i64) -> Result<()> {
        let mut seen = self.seen.subscribe();
        if *seen.borrow_and_update() > version {
            return Ok(());
        }
        let poll = match self.database {
            Database::Sqlite { .. } => POLL_SQLITE,
            Database::Postgres(_) => POLL_POSTGRES,
        };
        // Both ends mean the same to the caller: look again.
        let _ = timeout(poll, seen.changed()).await;
        Ok(())
    }

    async fn epoch(&self) -> Result<String> {
        Ok(self.fetch_store("SELECT epoch FROM store").await?.text(0)?.to_owned())
    }

    async fn apps(&self) -> Result<Vec<App>> {
        self.fetch_docs(Query::new("SELECT doc FROM apps ORDER BY created_at, id")).await
    }

    async fn key_by_token_hash(&self, token_hash: &str) -> Result<Option<Key>> {
        let query = Query::new("SELECT doc FROM api_keys WHERE token_hash = $1");
        self.fetch_doc(query.bind(token_hash)).await
    }

    async fn key(&self, app_ids: &[String], id: &str) -> Result<Option<Key>> {
        if app_ids.is_empty() {
            return Ok(None);
        }
        let mut query =
            Query::new("SELECT doc FROM api_keys WHERE id = $1 AND app_id IN ").bind(id);
        query.push_list(app_ids);
        self.fetch_doc(query).await
    }

    async fn keys(&self, app_ids: &[String]) -> Result<Vec<Key>> {
        if app_ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut query = Query::new("SELECT doc FROM api_keys WHERE app_id IN ");
        query.push_list(app_ids).push(" ORDER BY created_at, id");
        self.fetch_docs(query).await
    }

    async fn last_used(&self, app_ids: &[String]) -> Result<Vec<(String, Timestamp)>> {
        if app_ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut query = Query::new(
            "SELECT key_id, used_at FROM key_uses JOIN api_keys ON id = key_id WHERE app_id IN ",
        );
        query.push_list(app_ids).push(" ORDER BY key_id");
        let rows = self.database.fetch(query).await?;
        rows.iter().map(|row| Ok((row.text(0)?.to_owned(), Timestamp(row.integer(1)?)))).collect()
    }

    async fn touch_keys(&self, used: &[(String, Timestamp)]) -> Result<()> {
        let mut latest = BTreeMap::new();
        for (key_id, at) in used {
            let known = latest.entry(key_id.as_str()).or_insert(*at);
            *known = (*known).max(*at);
        }
        // Always in the order of ids, so that servers on one database never wait in a circle.
        let latest: Vec<_> = latest.into_iter().collect();
        for rows in latest.chunks(ROWS) {
            let mut query = Query::new("INSERT INTO key_uses (key_id, used_at) VALUES ");
            for (index, (key_id, at)) in rows.iter().enumerate() {
                query.push(if index == 0 { "(" } else { ", (" }).push_value(*key_id);
                query.push(", ").push_value(at.0).push(")");
            }
            query.push(
                " ON CONFLICT (key_id) DO UPDATE SET used_at = excluded.used_at \
                 WHERE excluded.used_at > key_uses.used_at",
            );
            self.database.execute(query).await?;
        }
        Ok(())
    }

    async fn add_usage(&self, usage: &[(String, String, u64)]) -> Result<()> {
        let mut sums = BTreeMap::new();
        for (app_id, month, requests) in usage {
            let sum: &mut u64 = sums.entry((month.as_str(), app_id.as_str())).or_default();
            *sum = sum.saturating_add(*requests);
        }
        let sums: Vec<_> = sums.into_iter().collect();
        for rows in sums.chunks(ROWS) {
            let mut query = Query::new("INSERT INTO usage (month, app_id, requests) VALUES ");
            for (index, ((month, app_id), requests)) in rows.iter().enumerate() {
                query.push(if index == 0 { "(" } else { ", (" }).push_value(*month);
                query.push(", ").push_value(*app_id);
                let requests = i64::try_from(*requests).unwrap_or(i64::MAX);
                query.push(", ").push_value(requests).push(")");
            }
            query.push(
                " ON CONFLICT (month, app_id) \
                 DO UPDATE SET requests = usage.requests + excluded.requests",
            );
            self.database.execute(query).await?;
        }
        Ok(())
    }

    async fn usage(&self, month: &str) -> Result<Vec<(String, u64)>> {
        let query = "SELECT app_id, requests FROM usage WHERE month = $1 ORDER BY app_id";
        let rows = self.database.fetch(Query::new(query).bind(month)).await?;
        rows.iter()
            .map(|row| Ok((row.text(0)?.to_owned(), row.integer(1)?.unsigned_abs())))
            .collect()
    }

    async fn patch(&self, app_id: &str, id: &str) -> Result<Option<Patch>> {
        let query = Query::new("SELECT doc FROM patches WHERE app_id = $1 AND id = $2");
        self.fetch_doc(query.bind(app_id).bind(id)).await
    }

    async fn patches(&self, filter: &PatchFilter) -> Result<Page<Patch>> {
        match search::patches(filter) {
            Some(query) => search::page(&self.database.fetch(query).await?),
            None => Ok(Page { items: Vec::new(), total: 0 }),
        }
    }

    async fn approved(&self, app_id: &str, country: &str) -> Result<(i64, Vec<Patch>)> {
        let query = "SELECT COALESCE((SELECT seq FROM feed_heads \
                 WHERE app_id = $1 AND country = $2), 0), doc \
             FROM (SELECT 1 AS one) AS always LEFT JOIN (SELECT p.id, p.doc FROM feed_patches f \
                 JOIN patches p ON p.app_id = f.app_id AND p.id = f.patch_id \
                 WHERE f.app_id = $1 AND f.country = $2) AS live ON TRUE ORDER BY id";
        let rows = self.database.fetch(Query::new(query).bind(app_id).bind(country)).await?;
        let head = rows.first().map_or(Ok(0), |row| row.integer(0))?;
        let docs = rows.iter().filter_map(|row| row.optional_text(1));
        Ok((head, docs.map(document::read).collect::<Result<_>>()?))
    }

    async fn feed_heads(&self) -> Result<Vec<(String, String, i64)>> {
        let query = "SELECT app_id, country, seq FROM feed_heads ORDER BY app_id, country";
        let rows = self.database.fetch(Query::new(query)).await?;
        rows.iter()
            .map(|row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned(), row.integer(2)?)))
            .collect()
    }

    async fn feed(
        &self,
        app_id: &str,
        country: &str,
        after: i64,
        limit: u64,
    ) -> Result<Vec<FeedRow>> {
        let query = "SELECT f.seq, f.patch_id, f.revision, f.at, p.doc FROM feed f \
             LEFT JOIN feed_patches l ON l.app_id = f.app_id AND l.country = f.country \
                 AND l.patch_id = f.patch_id \
             LEFT JOIN patches p ON p.app_id = l.app_id AND p.id = l.patch_id \
             WHERE f.app_id = $1 AND f.country = $2 AND f.seq > $3 ORDER BY f.seq LIMIT $4";
        let query = Query::new(query)
            .bind(app_id)
            .bind(country)
            .bind(after)
            .bind(i64::try_from(limit).unwrap_or(i64::MAX));
        let rows = self.database.fetch(query).await?;
        let read = |row: &Row| {
            Ok(FeedRow {
                seq: row.integer(0)?,
                patch_id: row.text(1)?.to_owned(),
                revision: row.integer(2)?,
                at: Timestamp(row.integer(3)?),
                patch: row.optional_text(4).map(document::read).transpose()?,
            })
        };
        rows.iter().map(read).collect()
    }

    async fn kept_feeds(&self, app_id: Option<&str>) -> Result<Vec<KeptFeed>> {
        sync::kept_feeds(&self.database, app_id).await
    }

    async fn operations(
        &self,
        feed: (&str, &str),
        range: (i64, i64),
        head: i64,
    ) -> Result<KeptOperations> {
        sync::operations(&self.database, feed, range, head).await
    }

    async fn last_before(&self, feed: (&str, &str), at: Timestamp) -> Result<i64> {
        sync::last_before(&self.database, feed, at).await
    }

    async fn compact(&self, compaction: &Compaction) -> Result<i64> {
        let version = sync::compact(&self.database, compaction).await?;
        self.hear_of(version);
        Ok(version)
    }

    async fn sync_blob(&self, sha256: &str, is_compressed: bool) -> Result<Option<Vec<u8>>> {
        sync::blob(&self.database, sha256, is_compressed).await
    }

    async fn history(&self, app_id: &str, patch_id: &str) -> Result<Vec<HistoryEntry>> {
        let query = "SELECT doc FROM history WHERE app_id = $1 AND patch_id = $2 ORDER BY seq";
        self.fetch_docs(Query::new(query).bind(app_id).bind(patch_id)).await
    }

    async fn proposals(&self, app_id: &str, mutation_ids: &[String]) -> Result<Vec<Proposal>> {
        if mutation_ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut query =
            Query::new("SELECT doc FROM proposals WHERE app_id = $1 AND mutation_id IN ")
                .bind(app_id);
        query.push_list(mutation_ids).push(" ORDER BY created_at, mutation_id");
        self.fetch_docs(query).await
    }

    async fn proposed(&self, app_id: &str, record_id: &str) -> Result<Vec<Patch>> {
        let query = "SELECT p.doc FROM proposals q \
             JOIN patches p ON p.app_id = q.app_id AND p.id = q.patch_id \
             WHERE q.app_id = $1 AND q.record_id = $2 ORDER BY p.id";
        self.fetch_docs(Query::new(query).bind(app_id).bind(record_id)).await
    }

    async fn audit(&self, filter: &AuditFilter) -> Result<Page<AuditEntry>> {
        match search::audit(filter) {
            Some(query) => search::page(&self.database.fetch(query).await?),
            None => Ok(Page { items: Vec::new(), total: 0 }),
        }
    }

    async fn answered(&self, app_id: &str, key: &str) -> Result<Option<Idempotency>> {
        let query = "SELECT request_hash, status, body, at FROM idempotency \
                     WHERE app_id = $1 AND key = $2";
        let rows = self.database.fetch(Query::new(query).bind(app_id).bind(key)).await?;
        let read = |row: &Row| {
            Ok(Idempotency {
                app_id: app_id.to_owned(),
                key: key.to_owned(),
                request_hash: row.text(0)?.to_owned(),
                status: u16::try_from(row.integer(1)?).unwrap_or_default(),
                body: row.text(2)?.to_owned(),
                at: Timestamp(row.integer(3)?),
            })
        };
        rows.first().map(read).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Write;

    #[tokio::test]
    async fn a_store_in_memory_keeps_what_is_committed() {
        let store = SqlStore::in_memory();
        let app = App {
            id: "ABCDEFGHIJ".into(),
            parent_id: None,
            name: "Test".into(),
            active: true,
            monthly_quota: None,
            created_at: Timestamp(1),
            updated_at: Timestamp(1),
            deleted_at: None,
            revision: 1,
        };
        let change = Change { writes: vec![Write::App(app.clone())], ..Change::default() };
        assert_eq!(store.commit(change).await.unwrap().version, 1);
        assert_eq!(store.apps().await.unwrap(), [app]);
        assert!(
            store
                .patches(&PatchFilter {
                    app_ids: vec!["A".into()],
                    near: Some((1.0, 2.0)),
                    ..PatchFilter::default()
                })
                .await
                .unwrap()
                .items
                .is_empty()
        );
        assert!(
            store
                .audit(&AuditFilter { app_ids: vec!["A".into()], ..AuditFilter::default() })
                .await
                .unwrap()
                .items
                .is_empty()
        );
        assert_eq!(store.approved("A", "fr").await.unwrap(), (0, vec![]));
    }
}

//! Where apps, keys, patches and their records are kept: [`Store`] and the changes it takes.
//!
//! Handlers read what they need, decide, and hand over one [`Change`]: all of it is stored in one
//! transaction, or nothing. Changes of one store are taken one after another, so that sequence
//! numbers have no gaps and their order is that of the transactions.

mod apply;
mod audit_chain;
mod backup;
pub mod change;
mod commit_queue;
mod database;
mod document;
mod follow;
mod listener;
mod migrate;
mod patch_index;
mod query;
mod search;
mod sql_store;
pub mod sync;
mod verify;

use async_trait::async_trait;

pub use change::{Change, Committed, FeedOperation, Guard, Idempotency, Write};
pub use follow::follow;
pub use patch_index::search_words;
pub use sql_store::SqlStore;
pub use sync::{Compaction, KeptFeed, KeptOperations, SyncBlob, SyncObject};

use crate::model::{App, AuditEntry, HistoryEntry, Key, Patch, PatchStatus, Proposal, Timestamp};

/// Result of asking a store.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// Why a store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Something changed since it was read: read again and decide again.
    #[error("{what} {id} has been changed by someone else")]
    Conflict {
        /// Kind of thing.
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// A [`Guard`] does not hold after the change.
    #[error("the change is not allowed: {0:?}")]
    Refused(Guard),
    /// A request with this idempotency key has been answered in the meantime.
    #[error("a request with this idempotency key was answered already")]
    AlreadyAnswered,
    /// The database is of a newer version of this program, or of another one.
    #[error("{0}")]
    Unusable(String),
    /// The database failed.
    #[error("the database failed")]
    Database(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}

/// Which patches are wanted.
#[derive(Debug, Clone, Default)]
pub struct PatchFilter {
    /// Apps whose patches are looked at; none means none.
    pub app_ids: Vec<String>,
    /// Status; `None` means any.
    pub status: Option<PatchStatus>,
    /// Country codes; empty means any.
    pub countries: Vec<String>,
    /// Names of record types; empty means any.
    pub kinds: Vec<String>,
    /// Words that each have to start a word of a name, city or other text of the patch, folded;
    /// empty means any.
    pub words: Vec<String>,
    /// Point near which patches come first; otherwise the last changed come first.
    pub near: Option<(f64, f64)>,
    /// How many of them are left out.
    pub offset: u64,
    /// How many are wanted.
    pub limit: u64,
}

/// Which entries of the audit log are wanted, newest first.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Apps whose entries are looked at; none means none.
    pub app_ids: Vec<String>,
    /// Only entries about this.
    pub target: Option<String>,
    /// Only entries of this action, or of those that start so when it ends with a full stop.
    pub action: Option<String>,
    /// Only entries by this key.
    pub actor_key_id: Option<String>,
    /// Only entries before this position.
    pub before: Option<i64>,
    /// How many are wanted.
    pub limit: u64,
}

/// A row of the feed of approved patches.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedRow {
    /// Position, gap-free from 1 within app and country.
    pub seq: i64,
    /// The patch.
    pub patch_id: String,
    /// Its revision.
    pub revision: i64,
    /// When.
    pub at: Timestamp,
    /// The patch as it is now; `None` when it is no longer approved or in another country.
    pub patch: Option<Patch>,
}

/// A list with the number of all that would be in it without limits.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Page<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// How many there are in all.
    pub total: u64,
}

/// A store: SQLite in a file, or PostgreSQL shared by several servers.
///
/// The same tests run against each.
#[async_trait]
pub trait Store: Send + Sync + std::fmt::Debug {
    /// Stores a change as a whole.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when a revision is not the stored one, [`StoreError::Refused`]
    /// when a guard fails, [`StoreError::AlreadyAnswered`] for an idempotency key in use.
    async fn commit(&self, change: Change) -> Result<Committed>;

    /// Returns a number that grows with every change by any server.
    async fn version(&self) -> Result<i64>;

    /// Waits until the version is another than this; may return early without reason, and
    /// returns after a few seconds at most.
    async fn changed_since(&self, version: i64) -> Result<()>;

    /// Returns the id of this database's line of history; another one after a restore.
    async fn epoch(&self) -> Result<String>;

    /// Returns all apps, deleted ones too.
    async fn apps(&self) -> Result<Vec<App>>;

    /// Returns the key of a token, deleted ones too.
    async fn key_by_token_hash(&self, token_hash: &str) -> Result<Option<Key>>;

    /// Returns a key of some apps.
    async fn key(&self, app_ids: &[String], id: &str) -> Result<Option<Key>>;

    /// Returns all keys of some apps, deleted ones too, oldest first.
    async fn keys(&self, app_ids: &[String]) -> Result<Vec<Key>>;

    /// Returns when keys of some apps were last used, by id.
    async fn last_used(&self, app_ids: &[String]) -> Result<Vec<(String, Timestamp)>>;

    /// Notes when keys were used; times never go back.
    async fn touch_keys(&self, used: &[(String, Timestamp)]) -> Result<()>;

    /// Adds requests to what apps used in a month: app, month (`2026-01`), number.
    async fn add_usage(&self, usage: &[(String, String, u64)]) -> Result<()>;

    /// Returns what every app used in a month.
    async fn usage(&self, month: &str) -> Result<Vec<(String, u64)>>;

    /// Returns a patch of an app.
    async fn patch(&self, app_id: &str, id: &str) -> Result<Option<Patch>>;

    /// Returns patches.
    async fn patches(&self, filter: &PatchFilter) -> Result<Page<Patch>>;

    /// Returns all approved patches of an app in a country, ordered by id, with the position of
    /// the feed that they belong to, both of one moment.
    async fn approved(&self, app_id: &str, country: &str) -> Result<(i64, Vec<Patch>)>;

    /// Returns the head of every feed: app, country, position.
    async fn feed_heads(&self) -> Result<Vec<(String, String, i64)>>;

    /// Returns rows of a feed behind a position, in order.
    async fn feed(
        &self,
        app_id: &str,
        country: &str,
        after: i64,
        limit: u64,
    ) -> Result<Vec<FeedRow>>;

    /// Returns what is kept of the feeds of an app, or of all.
    async fn kept_feeds(&self, app_id: Option<&str>) -> Result<Vec<KeptFeed>>;

    /// Returns the operations of a feed behind `range.0` and up to `range.1` whose patches are not
    /// changed again up to the head, all of one moment.
    async fn operations(
        &self,
        feed: (&str, &str),
        range: (i64, i64),
        head: i64,
    ) -> Result<KeptOperations>;

    /// Returns the position of the last operation of a feed before a time; 0 when there is none.
    async fn last_before(&self, feed: (&str, &str), at: Timestamp) -> Result<i64>;

    /// Changes what is kept of a feed, as a whole; returns the version of the store.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the feed was compacted since the plan was made.
    async fn compact(&self, compaction: &Compaction) -> Result<i64>;

    /// Returns the bytes of a snapshot or segment by their SHA-256, compressed by brotli or not.
    async fn sync_blob(&self, sha256: &str, is_compressed: bool) -> Result<Option<Vec<u8>>>;

    /// Returns the history of a patch, oldest first; it outlives the patch.
    async fn history(&self, app_id: &str, patch_id: &str) -> Result<Vec<HistoryEntry>>;

    /// Returns the proposals of an app that have one of these ids.
    async fn proposals(&self, app_id: &str, mutation_ids: &[String]) -> Result<Vec<Proposal>>;

    /// Returns the patches that proposals about a record became, as far as they still are there.
    async fn proposed(&self, app_id: &str, record_id: &str) -> Result<Vec<Patch>>;

    /// Returns entries of the audit log.
    async fn audit(&self, filter: &AuditFilter) -> Result<Page<AuditEntry>>;

    /// Returns what was answered to a request with an idempotency key.
    async fn answered(&self, app_id: &str, key: &str) -> Result<Option<Idempotency>>;
}

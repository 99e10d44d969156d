//! What devices are given of the feeds: kept operations, and the snapshots and segments that stand
//! in for dropped ones, in the same database as the rows that name them.

use std::collections::BTreeMap;

use super::database::{Database, Transaction};
use super::query::{Query, Row};
use super::{Result, StoreError, apply};
use crate::model::Timestamp;

/// Seconds that a blob outlives the last row that names it, for devices that have read its name.
const KEEP_UNNAMED_S: i64 = 24 * 60 * 60;

/// What is kept of the feed of an app in a country.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptFeed {
    /// The app.
    pub app_id: String,
    /// The country code.
    pub country: String,
    /// Position above which operations are kept.
    pub floor: i64,
    /// How often the feed was compacted.
    pub compactions: i64,
    /// Snapshots and segments of all generations, in the order of their positions.
    pub objects: Vec<SyncObject>,
}

/// Whether an object is a whole state or leads from one position to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ObjectKind {
    /// A state.
    Snapshot,
    /// Operations.
    Segment,
}

/// A snapshot or segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncObject {
    /// Generation of the base that it belongs to.
    pub generation: String,
    /// What it is.
    pub kind: ObjectKind,
    /// Position that a segment starts behind; 0 for snapshots.
    pub from: i64,
    /// Position of the state, or of the last operation.
    pub to: i64,
    /// SHA-256 of the bytes, the name of the blob.
    pub sha256: String,
    /// Number of bytes.
    pub size_bytes: i64,
    /// Number of corrections or operations in it.
    pub items: i64,
}

/// Bytes of a snapshot or segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncBlob {
    /// SHA-256 of the bytes in hexadecimal.
    pub sha256: String,
    /// The bytes.
    pub raw: Vec<u8>,
    /// The same, compressed by brotli.
    pub brotli: Vec<u8>,
}

/// A change of what is kept of a feed.
#[derive(Debug, Clone)]
pub struct Compaction {
    /// Epoch in which it was planned.
    pub epoch: String,
    /// The app.
    pub app_id: String,
    /// The country code.
    pub country: String,
    /// Generation of the objects.
    pub generation: String,
    /// Number of compactions of the feed when it was planned.
    pub after: i64,
    /// All objects of the generation from now on.
    pub objects: Vec<SyncObject>,
    /// Bytes of those that are new.
    pub blobs: Vec<SyncBlob>,
    /// Position above which operations are kept from now on; it never falls.
    pub floor: i64,
    /// When.
    pub at: Timestamp,
}

/// Which operations of a range no later one of the same patch makes unnecessary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptOperations {
    /// Epoch of the store.
    pub epoch: String,
    /// Position above which operations are kept; what lies below is not in the answer.
    pub floor: i64,
    /// Positions with the patches that they changed, ascending.
    pub operations: Vec<(i64, String)>,
}

impl ObjectKind {
    fn name(self) -> &'static str {
        match self {
            Self::Snapshot => "snapshot",
            Self::Segment => "segment",
        }
    }

    fn of_name(name: &str) -> Result<Self> {
        match name {
            "snapshot" => Ok(Self::Snapshot),
            "segment" => Ok(Self::Segment),
            other => Err(StoreError::Database(format!("an object is a {other}").into())),
        }
    }
}

pub(super) async fn kept_feeds(database: &Database, app_id: Option<&str>) -> Result<Vec<KeptFeed>> {
    let mut query = Query::new(
        "SELECT f.app_id, f.country, f.floor, f.compactions, o.generation, o.kind, o.from_seq, \
         o.to_seq, o.sha256, o.size_bytes, o.items FROM sync_feeds f LEFT JOIN sync_objects o \
         ON o.app_id = f.app_id AND o.country = f.country",
    );
    if let Some(app_id) = app_id {
        query.push(" WHERE f.app_id = ").push_value(app_id);
    }
    query.push(" ORDER BY f.app_id, f.country, o.from_seq, o.to_seq");
    let mut feeds: BTreeMap<(String, String), KeptFeed> = BTreeMap::new();
    for row in database.fetch(query).await? {
        let (app_id, country) = (row.text(0)?.to_owned(), row.text(1)?.to_owned());
        let (floor, compactions) = (row.integer(2)?, row.integer(3)?);
        let feed = feeds.entry((app_id.clone(), country.clone())).or_insert_with(|| KeptFeed {
            app_id,
            country,
            floor,
            compactions,
            objects: Vec::new(),
        });
        if row.optional_text(4).is_some() {
            feed.objects.push(read_object(&row)?);
        }
    }
    Ok(feeds.into_values().collect())
}

fn read_object(row: &Row) -> Result<SyncObject> {
    Ok(SyncObject {
        generation: row.text(4)?.to_owned(),
        kind: ObjectKind::of_name(row.text(5)?)?,
        from: row.integer(6)?,
        to: row.integer(7)?,
        sha256: row.text(8)?.to_owned(),
        size_bytes: row.integer(9)?,
        items: row.integer(10)?,
    })
}

/// Reads in one statement, so that what was dropped meanwhile is not taken for nothing.
pub(super) async fn operations(
    database: &Database,
    (app_id, country): (&str, &str),
    (after, to): (i64, i64),
    head: i64,
) -> Result<KeptOperations> {
    let query = "SELECT s.epoch, COALESCE(k.floor, 0), o.seq, o.patch_id FROM store s \
         LEFT JOIN sync_feeds k ON k.app_id = $1 AND k.country = $2 \
         LEFT JOIN (SELECT f.seq, f.patch_id FROM feed f \
             WHERE f.app_id = $1 AND f.country = $2 AND f.seq > $3 AND f.seq <= $4 \
             AND NOT EXISTS (SELECT 1 FROM feed l WHERE l.app_id = f.app_id \
                 AND l.country = f.country AND l.patch_id = f.patch_id \
                 AND l.seq > f.seq AND l.seq <= $5)) AS o ON TRUE ORDER BY o.seq";
    let query = Query::new(query).bind(app_id).bind(country).bind(after).bind(to).bind(head);
    let rows = database.fetch(query).await?;
    let missing = || StoreError::Database("the database has lost its row of the store".into());
    let first = rows.first().ok_or_else(missing)?;
    let mut operations = Vec::with_capacity(rows.len());
    for row in &rows {
        if let (Some(seq), Some(patch_id)) = (row.optional_integer(2), row.optional_text(3)) {
            operations.push((seq, patch_id.to_owned()));
        }
    }
    Ok(KeptOperations { epoch: first.text(0)?.to_owned(), floor: first.integer(1)?, operations })
}

/// Returns the position of the last operation before a time; 0 when there is none.
pub(super) async fn last_before(
    database: &Database,
    (app_id, country): (&str, &str),
    at: Timestamp,
) -> Result<i64> {
    let query = "SELECT COALESCE(MAX(seq), 0) FROM feed \
                 WHERE app_id = $1 AND country = $2 AND at < $3";
    let rows = database.fetch(Query::new(query).bind(app_id).bind(country).bind(at.0)).await?;
    rows.first().map_or(Ok(0), |row| row.integer(0))
}

pub(super) async fn blob(
    database: &Database,
    sha256: &str,
    is_compressed: bool,
) -> Result<Option<Vec<u8>>> {
    let query = if is_compressed {
        "SELECT brotli FROM sync_blobs WHERE sha256 = $1"
    } else {
        "SELECT raw FROM sync_blobs WHERE sha256 = $1"
    };
    let row = database.fetch(Query::new(query).bind(sha256)).await?.pop();
    row.map(|row| row.into_bytes(0)).transpose()
}

/// Stores a compaction as a whole; returns the version of the store.
pub(super) async fn compact(database: &Database, compaction: &Compaction) -> Result<i64> {
    let mut transaction = database.begin().await?;
    let floor = check_plan(&mut transaction, compaction).await?;
    for blob in &compaction.blobs {
        let query = "INSERT INTO sync_blobs (sha256, unnamed_at, raw, brotli) \
                     VALUES ($1, NULL, $2, $3) ON CONFLICT DO NOTHING";
        let query = Query::new(query)
            .bind(blob.sha256.as_str())
            .bind(blob.raw.as_slice())
            .bind(blob.brotli.as_slice());
        transaction.execute(query).await?;
    }
    name_objects(&mut transaction, compaction).await?;
    let query = "INSERT INTO sync_feeds (app_id, country, floor, compactions) \
         VALUES ($1, $2, $3, 1) ON CONFLICT (app_id, country) DO UPDATE \
         SET floor = excluded.floor, compactions = sync_feeds.compactions + 1";
    transaction.execute(of_feed(query, compaction).bind(floor)).await?;
    let query = "DELETE FROM feed WHERE app_id = $1 AND country = $2 AND seq <= $3";
    transaction.execute(of_feed(query, compaction).bind(floor)).await?;
    drop_unnamed(&mut transaction, compaction.at).await?;
    let version = apply::count_change(&mut transaction, &[]).await?;
    transaction.tell(version).await?;
    transaction.commit().await?;
    Ok(version)
}

fn of_feed(sql: &str, compaction: &Compaction) -> Query {
    Query::new(sql).bind(compaction.app_id.as_str()).bind(compaction.country.as_str())
}

/// Refuses a plan that another server was faster with, or that was made before a restore; returns
/// the floor that it leads to.
async fn check_plan(transaction: &mut Transaction, compaction: &Compaction) -> Result<i64> {
    let query = "SELECT s.epoch, COALESCE(h.seq, 0), COALESCE(k.compactions, 0), \
             COALESCE(k.floor, 0) FROM store s \
         LEFT JOIN feed_heads h ON h.app_id = $1 AND h.country = $2 \
         LEFT JOIN sync_feeds k ON k.app_id = $1 AND k.country = $2";
    let row = transaction.fetch_one(of_feed(query, compaction)).await?;
    let is_current = row.text(0)? == compaction.epoch && row.integer(2)? == compaction.after;
    if !is_current {
        let id = format!("{} of {}", compaction.country, compaction.app_id);
        return Err(StoreError::Conflict { what: "feed", id });
    }
    Ok(compaction.floor.min(row.integer(1)?).max(row.integer(3)?))
}

async fn name_objects(transaction: &mut Transaction, compaction: &Compaction) -> Result<()> {
    // Servers that still have another generation, while a new base is taken over, keep theirs.
    let query = "DELETE FROM sync_objects WHERE app_id = $1 AND country = $2 \
                 AND (generation = $3 OR at < $4)";
    let old = compaction.at.plus_seconds(-KEEP_UNNAMED_S);
    let query = of_feed(query, compaction).bind(compaction.generation.as_str()).bind(old.0);
    transaction.execute(query).await?;
    for object in &compaction.objects {
        let query = "INSERT INTO sync_objects (app_id, country, generation, kind, from_seq, \
             to_seq, sha256, size_bytes, items, at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        let query = of_feed(query, compaction)
            .bind(object.generation.as_str())
            .bind(object.kind.name())
            .bind(object.from)
            .bind(object.to)
            .bind(object.sha256.as_str())
            .bind(object.size_bytes)
            .bind(object.items)
            .bind(compaction.at.0);
        transaction.execute(query).await?;
    }
    Ok(())
}

async fn drop_unnamed(transaction: &mut Transaction, now: Timestamp) -> Result<()> {
    const NAMED: &str = "EXISTS (SELECT 1 FROM sync_objects o WHERE o.sha256 = sync_blobs.sha256)";
    let named =
        format!("UPDATE sync_blobs SET unnamed_at = NULL WHERE unnamed_at IS NOT NULL AND {NAMED}");
    transaction.execute(Query::new(&named)).await?;
    let unnamed =
        format!("UPDATE sync_blobs SET unnamed_at = $1 WHERE unnamed_at IS NULL AND NOT {NAMED}");
    transaction.execute(Query::new(&unnamed).bind(now.0)).await?;
    let query = Query::new("DELETE FROM sync_blobs WHERE unnamed_at < $1");
    transaction.execute(query.bind(now.plus_seconds(-KEEP_UNNAMED_S).0)).await?;
    Ok(())
}

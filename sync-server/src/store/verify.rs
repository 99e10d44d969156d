//! Looks for damage: in the file, in the chain of the audit log and in the feeds.

use super::database::Database;
use super::query::Query;
use super::{Result, audit_chain, document};
use crate::hex::sha256_hex;
use crate::model::AuditEntry;

/// Entries of the audit log that are looked at together.
const ENTRIES: i64 = 1000;
/// Most faults that are told of each kind.
const FAULTS: i64 = 20;

/// Returns what is wrong, in words; nothing when all is well.
pub(super) async fn verify(database: &Database) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    if let Database::Sqlite { .. } = database {
        for check in ["integrity_check", "foreign_key_check"] {
            let rows = database.fetch(Query::new(&format!("PRAGMA {check}"))).await?;
            let texts = rows.iter().filter_map(|row| row.optional_text(0));
            faults
                .extend(texts.filter(|text| *text != "ok").map(|text| format!("{check}: {text}")));
        }
    }
    verify_audit(database, &mut faults).await?;
    verify_feeds(database, &mut faults).await?;
    verify_objects(database, &mut faults).await?;
    Ok(faults)
}

async fn verify_audit(database: &Database, faults: &mut Vec<String>) -> Result<()> {
    let query = Query::new("SELECT audit_seq, audit_hash FROM store");
    let Some(store) = database.fetch(query).await?.pop() else {
        faults.push("the row of the store is missing".into());
        return Ok(());
    };
    let head = (store.integer(0)?, store.text(1)?.to_owned());
    let (mut seq, mut hash) = (0, String::new());
    loop {
        // Entries written while this goes on are not looked at.
        let query = "SELECT seq, app_id, actor_key_id, action, target, doc FROM audit \
                     WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3";
        let query = Query::new(query).bind(seq).bind(head.0).bind(ENTRIES);
        let rows = database.fetch(query).await?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            let found = row.integer(0)?;
            if found != seq + 1 {
                faults.push(format!("audit: entries {} to {} are missing", seq + 1, found - 1));
                return Ok(());
            }
            let linked = document::read::<AuditEntry>(row.text(5)?).and_then(|entry| {
                let is_same = row.text(1)? == entry.app_id
                    && row.optional_text(2) == entry.actor_key_id.as_deref()
                    && row.text(3)? == entry.action
                    && row.text(4)? == entry.target;
                Ok((is_same && audit_chain::link(&entry, found, &hash)? == entry).then_some(entry))
            });
            let Ok(Some(entry)) = linked else {
                faults.push(format!("audit: entry {found} or the one before was changed"));
                return Ok(());
            };
            (seq, hash) = (found, entry.hash);
        }
    }
    if head != (seq, hash) {
        faults.push(format!("audit: the log ends at {seq} and should end at {}", head.0));
    }
    Ok(())
}

async fn verify_feeds(database: &Database, faults: &mut Vec<String>) -> Result<()> {
    let query = "SELECT h.app_id, h.country FROM feed_heads h \
         LEFT JOIN (SELECT app_id, country, COUNT(*) AS number, MIN(seq) AS first, \
             MAX(seq) AS last FROM feed GROUP BY app_id, country) AS f \
             ON f.app_id = h.app_id AND f.country = h.country \
         LEFT JOIN sync_feeds k ON k.app_id = h.app_id AND k.country = h.country \
         WHERE COALESCE(f.number, 0) <> h.seq - COALESCE(k.floor, 0) \
             OR f.first <> COALESCE(k.floor, 0) + 1 OR f.last <> h.seq \
         ORDER BY h.app_id, h.country LIMIT $1";
    for row in database.fetch(Query::new(query).bind(FAULTS)).await? {
        let (app_id, country) = (row.text(0)?, row.text(1)?);
        faults.push(format!("feed: that of app {app_id} in {country} has gaps"));
    }
    let query = "SELECT f.app_id, f.country, f.patch_id FROM feed_patches f \
         LEFT JOIN patches p ON p.app_id = f.app_id AND p.id = f.patch_id \
         WHERE p.id IS NULL OR p.status <> 'approved' \
         ORDER BY f.app_id, f.country, f.patch_id LIMIT $1";
    for row in database.fetch(Query::new(query).bind(FAULTS)).await? {
        let (app_id, country, id) = (row.text(0)?, row.text(1)?, row.text(2)?);
        faults.push(format!("feed: patch {id} of app {app_id} is not approved but in {country}"));
    }
    Ok(())
}

async fn verify_objects(database: &Database, faults: &mut Vec<String>) -> Result<()> {
    let query = "SELECT DISTINCT f.app_id, f.country FROM sync_feeds f \
         LEFT JOIN sync_objects s ON s.app_id = f.app_id AND s.country = f.country \
             AND s.kind = 'snapshot' AND s.to_seq >= f.floor \
         WHERE f.floor > 0 AND s.sha256 IS NULL ORDER BY f.app_id, f.country LIMIT $1";
    for row in database.fetch(Query::new(query).bind(FAULTS)).await? {
        let (app_id, country) = (row.text(0)?, row.text(1)?);
        faults.push(format!("sync: app {app_id} has no snapshot for {country}"));
    }
    let query = "SELECT o.app_id, o.country, o.to_seq FROM sync_objects o \
         LEFT JOIN feed_heads h ON h.app_id = o.app_id AND h.country = o.country \
         LEFT JOIN sync_blobs b ON b.sha256 = o.sha256 \
         WHERE b.sha256 IS NULL OR h.seq IS NULL OR h.seq < o.to_seq \
         ORDER BY o.app_id, o.country, o.to_seq LIMIT $1";
    for row in database.fetch(Query::new(query).bind(FAULTS)).await? {
        let (app_id, country, to) = (row.text(0)?, row.text(1)?, row.integer(2)?);
        faults.push(format!(
            "sync: the object of app {app_id} up to {to} in {country} has no blob or no feed"
        ));
    }
    // One at a time: together they may be larger than the memory.
    let mut after = String::new();
    loop {
        let query = "SELECT sha256, raw FROM sync_blobs WHERE sha256 > $1 ORDER BY sha256 LIMIT 1";
        let query = Query::new(query).bind(after.as_str());
        let Some(row) = database.fetch(query).await?.pop() else { return Ok(()) };
        row.text(0)?.clone_into(&mut after);
        let raw = row.into_bytes(1)?;
        if sha256_hex(&raw) != after {
            faults.push(format!("sync: the blob {after} was changed"));
        }
    }
}

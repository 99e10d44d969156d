//! Writes one change within a transaction.

use super::database::Transaction;
use super::patch_index::PatchIndex;
use super::query::Query;
use super::{
    Change, Committed, FeedOperation, Guard, Idempotency, Result, StoreError, Write, audit_chain,
    document,
};
use crate::model::{App, AuditEntry, HistoryEntry, Key, KeyStatus, Patch, Proposal, Role};

/// Seconds that answers to requests with an idempotency key are kept.
const KEEP_ANSWERS_S: i64 = 30 * 24 * 60 * 60;

pub(super) async fn apply(transaction: &mut Transaction, change: &Change) -> Result<Committed> {
    // First of all: the same request, sent twice at once, is answered, not in conflict with itself.
    if let Some(idempotency) = &change.idempotency {
        keep_answer(transaction, idempotency).await?;
    }
    for write in &change.writes {
        match write {
            Write::App(app) => write_app(transaction, app).await?,
            Write::Key(key) => write_key(transaction, key).await?,
            Write::Patch(patch) => write_patch(transaction, patch, patch.revision == 1).await?,
            Write::PatchAgain(patch) => write_patch(transaction, patch, true).await?,
            Write::Proposal(proposal) => write_proposal(transaction, proposal).await?,
            Write::DeletePatch { app_id, id, revision } => {
                let query = "DELETE FROM patches WHERE app_id = $1 AND id = $2 AND revision = $3";
                let query =
                    Query::new(query).bind(app_id.as_str()).bind(id.as_str()).bind(*revision);
                expect_one(transaction.execute(query).await?, "patch", id)?;
            }
        }
    }
    for guard in &change.guards {
        check(transaction, guard).await?;
    }
    let mut feed_seqs = Vec::with_capacity(change.feed.len());
    for operation in &change.feed {
        feed_seqs.push(append_to_feed(transaction, operation).await?);
    }
    for entry in &change.history {
        append_to_history(transaction, entry).await?;
    }
    let version = count_change(transaction, &change.audit).await?;
    Ok(Committed { version, feed_seqs })
}

/// A statement that finds no row of the revision before finds one that was changed meanwhile.
fn expect_one(rows: u64, what: &'static str, id: &str) -> Result<()> {
    if rows == 1 { Ok(()) } else { Err(StoreError::Conflict { what, id: id.to_owned() }) }
}

async fn write_app(transaction: &mut Transaction, app: &App) -> Result<()> {
    let query = if app.revision == 1 {
        "INSERT INTO apps (id, revision, created_at, doc) VALUES ($1, $2, $3, $4) \
         ON CONFLICT DO NOTHING"
    } else {
        "UPDATE apps SET revision = $2, created_at = $3, doc = $4 \
         WHERE id = $1 AND revision = $2 - 1"
    };
    let query = Query::new(query)
        .bind(app.id.as_str())
        .bind(app.revision)
        .bind(app.created_at.0)
        .bind(document::write(app)?.as_str());
    expect_one(transaction.execute(query).await?, "app", &app.id)
}

async fn write_key(transaction: &mut Transaction, key: &Key) -> Result<()> {
    let query = if key.revision == 1 {
        "INSERT INTO api_keys (id, app_id, token_hash, role, active, expires_at, deleted_at, \
         created_at, revision, doc) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
         ON CONFLICT DO NOTHING"
    } else {
        "UPDATE api_keys SET app_id = $2, token_hash = $3, role = $4, active = $5, \
         expires_at = $6, deleted_at = $7, created_at = $8, revision = $9, doc = $10 \
         WHERE id = $1 AND revision = $9 - 1"
    };
    let query = Query::new(query)
        .bind(key.id.as_str())
        .bind(key.app_id.as_str())
        .bind(key.token_hash.as_str())
        .bind(role_name(key.role))
        .bind(i64::from(key.status == KeyStatus::Active))
        .bind(key.expires_at.map(|at| at.0))
        .bind(key.deleted_at.map(|at| at.0))
        .bind(key.created_at.0)
        .bind(key.revision)
        .bind(document::write(key)?.as_str());
    expect_one(transaction.execute(query).await?, "key", &key.id)
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::Public => "public",
        Role::Private => "private",
    }
}

async fn write_patch(transaction: &mut Transaction, patch: &Patch, is_new: bool) -> Result<()> {
    let query = if is_new {
        "INSERT INTO patches (app_id, id, status, country, kind, x, y, z, words, updated_at, \
         revision, doc) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
         ON CONFLICT DO NOTHING"
    } else {
        "UPDATE patches SET status = $3, country = $4, kind = $5, x = $6, y = $7, z = $8, \
         words = $9, updated_at = $10, revision = $11, doc = $12 \
         WHERE app_id = $1 AND id = $2 AND revision = $11 - 1"
    };
    let PatchIndex { country, kind, point, words } = PatchIndex::of(patch);
    let query = Query::new(query)
        .bind(patch.app_id.as_str())
        .bind(patch.id.as_str())
        .bind(patch.status.name())
        .bind(country.as_deref())
        .bind(kind)
        .bind(point.map(|[x, _, _]| x))
        .bind(point.map(|[_, y, _]| y))
        .bind(point.map(|[_, _, z]| z))
        .bind(words.as_str())
        .bind(patch.updated_at.0)
        .bind(patch.revision)
        .bind(document::write(patch)?.as_str());
    expect_one(transaction.execute(query).await?, "patch", &patch.id)
}

async fn write_proposal(transaction: &mut Transaction, proposal: &Proposal) -> Result<()> {
    let query = "INSERT INTO proposals (app_id, mutation_id, patch_id, record_id, created_at, doc) \
                 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    let query = Query::new(query)
        .bind(proposal.app_id.as_str())
        .bind(proposal.mutation_id.as_str())
        .bind(proposal.patch_id.as_deref())
        .bind(proposal.record_id.as_deref())
        .bind(proposal.created_at.0)
        .bind(document::write(proposal)?.as_str());
    expect_one(transaction.execute(query).await?, "proposal", &proposal.mutation_id)
}

async fn check(transaction: &mut Transaction, guard: &Guard) -> Result<()> {
    let Guard::UsablePrivateKey { app_id, at } = guard;
    let query = "SELECT COUNT(*) FROM api_keys WHERE app_id = $1 AND role = 'private' \
                 AND active = 1 AND deleted_at IS NULL AND (expires_at IS NULL OR expires_at > $2)";
    let query = Query::new(query).bind(app_id.as_str()).bind(at.0);
    match transaction.fetch_one(query).await?.integer(0)? {
        0 => Err(StoreError::Refused(guard.clone())),
        _ => Ok(()),
    }
}

async fn append_to_feed(transaction: &mut Transaction, operation: &FeedOperation) -> Result<i64> {
    let (app_id, country) = (operation.app_id.as_str(), operation.country.as_str());
    let patch_id = operation.patch_id.as_str();
    let query = "INSERT INTO feed_heads (app_id, country, seq) VALUES ($1, $2, 1) \
                 ON CONFLICT (app_id, country) DO UPDATE SET seq = feed_heads.seq + 1 \
                 RETURNING seq";
    let query = Query::new(query).bind(app_id).bind(country);
    let seq = transaction.fetch_one(query).await?.integer(0)?;
    let query = "INSERT INTO feed (app_id, country, seq, patch_id, revision, at) \
                 VALUES ($1, $2, $3, $4, $5, $6)";
    let query = Query::new(query)
        .bind(app_id)
        .bind(country)
        .bind(seq)
        .bind(patch_id)
        .bind(operation.revision)
        .bind(operation.at.0);
    transaction.execute(query).await?;
    let query = if operation.patch.is_some() {
        "INSERT INTO feed_patches (app_id, country, patch_id) VALUES ($1, $2, $3) \
         ON CONFLICT DO NOTHING"
    } else {
        "DELETE FROM feed_patches WHERE app_id = $1 AND country = $2 AND patch_id = $3"
    };
    transaction.execute(Query::new(query).bind(app_id).bind(country).bind(patch_id)).await?;
    Ok(seq)
}

async fn append_to_history(transaction: &mut Transaction, entry: &HistoryEntry) -> Result<()> {
    let (app_id, patch_id) = (entry.app_id.as_str(), entry.patch_id.as_str());
    let query = "SELECT COALESCE(MAX(seq), 0) + 1 FROM history WHERE app_id = $1 AND patch_id = $2";
    let query = Query::new(query).bind(app_id).bind(patch_id);
    let seq = transaction.fetch_one(query).await?.integer(0)?;
    let entry = HistoryEntry { seq, ..entry.clone() };
    let query = "INSERT INTO history (app_id, patch_id, seq, doc) VALUES ($1, $2, $3, $4)";
    let query = Query::new(query).bind(app_id).bind(patch_id).bind(seq);
    transaction.execute(query.bind(document::write(&entry)?.as_str())).await?;
    Ok(())
}

/// Counts the change and chains its entries of the audit log; returns the version.
pub(super) async fn count_change(
    transaction: &mut Transaction,
    entries: &[AuditEntry],
) -> Result<i64> {
    let query = "UPDATE store SET version = version + 1 RETURNING version, audit_seq, audit_hash";
    let store = transaction.fetch_one(Query::new(query)).await?;
    let (mut seq, mut hash) = (store.integer(1)?, store.text(2)?.to_owned());
    for entry in entries {
        seq += 1;
        let entry = audit_chain::link(entry, seq, &hash)?;
        let query = "INSERT INTO audit (seq, app_id, actor_key_id, action, target, doc) \
                     VALUES ($1, $2, $3, $4, $5, $6)";
        let query = Query::new(query)
            .bind(seq)
            .bind(entry.app_id.as_str())
            .bind(entry.actor_key_id.as_deref())
            .bind(entry.action.as_str())
            .bind(entry.target.as_str())
            .bind(document::write(&entry)?.as_str());
        transaction.execute(query).await?;
        hash = entry.hash;
    }
    if !entries.is_empty() {
        let query = Query::new("UPDATE store SET audit_seq = $1, audit_hash = $2");
        transaction.execute(query.bind(seq).bind(hash.as_str())).await?;
    }
    store.integer(0)
}

async fn keep_answer(transaction: &mut Transaction, idempotency: &Idempotency) -> Result<()> {
    let query = Query::new("DELETE FROM idempotency WHERE at < $1");
    let oldest = idempotency.at.plus_seconds(-KEEP_ANSWERS_S);
    transaction.execute(query.bind(oldest.0)).await?;
    let query = "INSERT INTO idempotency (app_id, key, request_hash, status, body, at) \
                 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    let query = Query::new(query)
        .bind(idempotency.app_id.as_str())
        .bind(idempotency.key.as_str())
        .bind(idempotency.request_hash.as_str())
        .bind(i64::from(idempotency.status))
        .bind(idempotency.body.as_str())
        .bind(idempotency.at.0);
    match transaction.execute(query).await? {
        0 => Err(StoreError::AlreadyAnswered),
        _ => Ok(()),
    }
}

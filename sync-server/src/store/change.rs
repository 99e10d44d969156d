//! One unit of change: what is written together, or not at all.

use crate::model::{App, AuditEntry, HistoryEntry, Key, Patch, Proposal, Timestamp};

/// Everything that one request changes.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// Things to write, in order.
    pub writes: Vec<Write>,
    /// Entries of the audit log; the store numbers and chains them.
    pub audit: Vec<AuditEntry>,
    /// Entries of histories of patches; the store numbers them.
    pub history: Vec<HistoryEntry>,
    /// Operations on feeds; the store numbers them.
    pub feed: Vec<FeedOperation>,
    /// The answer to remember.
    pub idempotency: Option<Idempotency>,
    /// What must hold afterwards.
    pub guards: Vec<Guard>,
}

/// One thing to write. Revisions in what is written count from 1 for new things; a change of
/// something stored must be one more than the stored one, else the store answers a conflict.
#[derive(Debug, Clone)]
pub enum Write {
    /// A new or changed app.
    App(App),
    /// A new or changed key.
    Key(Box<Key>),
    /// A new or changed patch.
    Patch(Box<Patch>),
    /// A patch that is there again after it had ended; its revisions go on.
    PatchAgain(Box<Patch>),
    /// A new proposal.
    Proposal(Box<Proposal>),
    /// A patch that ends.
    DeletePatch {
        /// App of the patch.
        app_id: String,
        /// The patch.
        id: String,
        /// The stored revision.
        revision: i64,
    },
}

/// An operation on the feed of an app and country.
#[derive(Debug, Clone)]
pub struct FeedOperation {
    /// The app.
    pub app_id: String,
    /// The country code.
    pub country: String,
    /// The patch.
    pub patch_id: String,
    /// Its revision.
    pub revision: i64,
    /// When.
    pub at: Timestamp,
    /// The patch as it is from now on; `None` when it no longer is in this feed.
    pub patch: Option<Box<Patch>>,
}

/// Something that must hold after a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guard {
    /// At least one private key of the app is active, not deleted and not expired at this time.
    UsablePrivateKey {
        /// The app.
        app_id: String,
        /// The time.
        at: Timestamp,
    },
}

/// An answer kept for a request that may be sent again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotency {
    /// App of the caller.
    pub app_id: String,
    /// The key that the caller chose.
    pub key: String,
    /// SHA-256 of method, path and body in hexadecimal.
    pub request_hash: String,
    /// Status of the answer.
    pub status: u16,
    /// Body of the answer.
    pub body: String,
    /// When it was answered; answers are kept for 30 days.
    pub at: Timestamp,
}

/// What a store made of a change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Committed {
    /// Version of the store.
    pub version: i64,
    /// Positions given to the feed operations, in their order.
    pub feed_seqs: Vec<i64>,
}

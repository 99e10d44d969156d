//! The chain of hashes through the audit log.

use sha2::{Digest, Sha256};

use super::{Result, document};
use crate::hex::to_hex;
use crate::model::AuditEntry;

/// Numbers an entry and gives it the hash that follows that of the entry before.
pub(super) fn link(entry: &AuditEntry, seq: i64, hash_before: &str) -> Result<AuditEntry> {
    let mut entry = AuditEntry { seq, hash: String::new(), ..entry.clone() };
    let mut sha256 = Sha256::new();
    sha256.update(hash_before);
    sha256.update(document::write(&entry)?);
    entry.hash = to_hex(&sha256.finalize());
    Ok(entry)
}

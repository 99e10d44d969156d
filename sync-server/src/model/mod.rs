//! What the server manages: apps, keys, patches and the record of who changed what.

pub mod app;
pub mod audit;
pub mod key;
pub mod patch;
pub mod proposal;
pub mod scope;
pub mod time;

pub use app::App;
pub use audit::{AuditEntry, HistoryEntry};
pub use key::{Key, KeyStatus, Role};
pub use patch::{Fields, Patch, PatchStatus};
pub use proposal::{Proposal, ProposalMark, ProposalOutcome, Refusal};
pub use scope::{Scope, ScopeSet};
pub use time::{Clock, Timestamp};

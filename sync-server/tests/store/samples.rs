//! Apps, keys and patches to store.

use std::collections::BTreeMap;

use geocoder_core::RecordType;
use serde_json::json;
use sync_server::model::{
    App, AuditEntry, Fields, HistoryEntry, Key, KeyStatus, Patch, PatchStatus, Role, Timestamp,
};
use sync_server::store::{Change, FeedOperation, Write};

pub(crate) const NOW: Timestamp = Timestamp(1_769_860_800_000);

pub(crate) fn app(id: &str) -> App {
    App {
        id: id.into(),
        parent_id: None,
        name: format!("App {id}"),
        active: true,
        monthly_quota: None,
        created_at: NOW,
        updated_at: NOW,
        deleted_at: None,
        revision: 1,
    }
}

pub(crate) fn key(app_id: &str, id: &str, role: Role) -> Key {
    Key {
        id: id.into(),
        app_id: app_id.into(),
        token_hash: format!("hash of {id}"),
        token_start: "pk_abcd".into(),
        token_end: "wxyz".into(),
        derived: true,
        role,
        status: KeyStatus::Active,
        name: None,
        description: None,
        domains: vec!["example.org".into()],
        allowed_ips: Vec::new(),
        permissions: None,
        countries: None,
        api_version: "2026-01-31".into(),
        api_version_updated_at: NOW,
        api_version_downgrade_not_allowed_after: None,
        user_id: None,
        expires_at: None,
        rotation: None,
        rate_limit: None,
        metadata: BTreeMap::from([("team".into(), "maps".into())]),
        created_at: NOW,
        updated_at: NOW,
        deleted_at: None,
        revision: 1,
    }
}

/// A patch that is a whole new record.
pub(crate) fn patch(app_id: &str, id: &str, status: PatchStatus) -> Patch {
    let fields = Fields {
        name: Some("Städtle".into()),
        city: Some("Vaduz".into()),
        country: Some("Liechtenstein".into()),
        countrycode: Some("li".into()),
        zipcode: Some(vec!["9490".into()]),
        coordinates: Some((47.139, 9.522)),
        kind: Some(RecordType::Street),
        ..Fields::default()
    };
    Patch {
        id: id.into(),
        app_id: app_id.into(),
        status,
        origin: None,
        target: None,
        in_world: false,
        remove: false,
        default: Some(fields),
        languages: BTreeMap::new(),
        first_language: None,
        proposal: None,
        created_at: NOW,
        updated_at: NOW,
        revision: 1,
    }
}

/// The operation that an approved patch makes on the feed of Liechtenstein.
pub(crate) fn operation(patch: &Patch) -> FeedOperation {
    let is_live = patch.status == PatchStatus::Approved;
    FeedOperation {
        app_id: patch.app_id.clone(),
        country: "li".into(),
        patch_id: patch.id.clone(),
        revision: patch.revision,
        at: patch.updated_at,
        patch: is_live.then(|| Box::new(patch.clone())),
    }
}

/// What approves a new patch.
pub(crate) fn approval(app_id: &str, id: &str) -> Change {
    let patch = patch(app_id, id, PatchStatus::Approved);
    Change {
        feed: vec![operation(&patch)],
        writes: vec![Write::Patch(Box::new(patch))],
        ..Change::default()
    }
}

pub(crate) fn audit_entry(app_id: &str, action: &str, target: &str) -> AuditEntry {
    AuditEntry {
        seq: 0,
        at: NOW,
        app_id: app_id.into(),
        actor_key_id: Some("boss".into()),
        ip: Some("192.0.2.1".into()),
        action: action.into(),
        target: target.into(),
        before_hash: String::new(),
        after_hash: "00".into(),
        request_id: None,
        hash: String::new(),
    }
}

pub(crate) fn history_entry(patch: &Patch, action: &str) -> HistoryEntry {
    HistoryEntry {
        app_id: patch.app_id.clone(),
        patch_id: patch.id.clone(),
        seq: 0,
        at: NOW,
        actor_key_id: None,
        action: action.into(),
        reason: Some("moved".into()),
        from: json!(null),
        to: json!({ "revision": patch.revision }),
    }
}

/// A change of writes only.
pub(crate) fn writes(writes: impl IntoIterator<Item = Write>) -> Change {
    Change { writes: writes.into_iter().collect(), ..Change::default() }
}

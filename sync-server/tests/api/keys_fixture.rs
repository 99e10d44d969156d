//! Keys besides the first one: a public one of the same app, and a private one of another app.

use std::collections::BTreeMap;
use std::path::Path;

use sync_server::access::token::Token;
use sync_server::model::{App, Key, KeyStatus, Role};
use sync_server::state::AppState;
use sync_server::store::{Change, Write};

pub(crate) use crate::fixture::TOKEN as PRIVATE;

/// Token of the public key.
pub(crate) const PUBLIC: &str = "pk_a-public-key-of-the-first-app";
/// Token of the private key of another app.
pub(crate) const OTHER_APP: &str = "pk_a-private-key-of-another-app";

/// Adds the keys to a store, the first key as well.
pub(crate) async fn with_keys(state: AppState) -> AppState {
    state.access.bootstrap(Path::new("")).await.unwrap();
    let now = state.clock.now();
    let apps = state.store.apps().await.unwrap();
    let root = apps.iter().find(|app| app.parent_id.is_none()).unwrap();
    let other = App {
        id: "OTHERAPPID".into(),
        parent_id: None,
        name: "Other".into(),
        active: true,
        monthly_quota: None,
        created_at: now,
        updated_at: now,
        deleted_at: None,
        revision: 1,
    };
    let key = |id: &str, app_id: &str, role: Role, token: &str| {
        let token = Token::sent(token).unwrap();
        let (token_start, token_end) = token.shown_parts();
        Key {
            id: id.into(),
            app_id: app_id.into(),
            token_hash: token.hash().to_hex(),
            token_start,
            token_end,
            derived: false,
            role,
            status: KeyStatus::Active,
            name: None,
            description: None,
            domains: Vec::new(),
            allowed_ips: Vec::new(),
            permissions: None,
            countries: None,
            api_version: "2026-11-22".into(),
            api_version_updated_at: now,
            api_version_downgrade_not_allowed_after: None,
            user_id: None,
            expires_at: None,
            rotation: None,
            rate_limit: None,
            metadata: BTreeMap::new(),
            created_at: now,
            updated_at: now,
            deleted_at: None,
            revision: 1,
        }
    };
    let public = key("public", &root.id, Role::Public, PUBLIC);
    let private = key("private", &other.id, Role::Private, OTHER_APP);
    let writes =
        vec![Write::App(other), Write::Key(Box::new(public)), Write::Key(Box::new(private))];
    state.store.commit(Change { writes, ..Change::default() }).await.unwrap();
    state.access.invalidate();
    state
}

//! What a server needs before anyone can use it: an app, a private key, and the public key of its
//! web app. Nothing of it can be reached over HTTP.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Access;
use super::options::AccessOptions;
use super::random::{new_app_id, new_key_id};
use super::secret::{SecretError, replace_private};
use super::token::Token;
use super::version;
use crate::error::{Error, Result};
use crate::model::{App, AuditEntry, Key, KeyStatus, Role, Scope, Timestamp};
use crate::store::{Change, Guard, Idempotency, StoreError, Write};

/// File of the first private key's token, in the data directory.
pub const FIRST_KEY_FILE: &str = "hereabouts.key";
/// Id of the key of the web app.
const PAGE_KEY_ID: &str = "cwebappofthisserver000000";
/// Shortest token taken from the environment.
const MIN_TOKEN_CHARS: usize = 16;

/// Describes a key that is about to be made: everything that is not given is as usual.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// Id, from which the token is computed.
    pub id: String,
    /// The app it belongs to.
    pub app_id: String,
    /// What it is for.
    pub role: Role,
    /// When it is made.
    pub at: Timestamp,
}

impl NewKey {
    /// Fills in the rest.
    pub fn with_token(self, token: &Token, derived: bool) -> Key {
        let (token_start, token_end) = token.shown_parts();
        Key {
            id: self.id,
            app_id: self.app_id,
            token_hash: token.hash().to_hex(),
            token_start,
            token_end,
            derived,
            role: self.role,
            status: KeyStatus::Active,
            name: None,
            description: None,
            domains: Vec::new(),
            allowed_ips: Vec::new(),
            permissions: None,
            countries: None,
            api_version: version::newest().into(),
            api_version_updated_at: self.at,
            api_version_downgrade_not_allowed_after: None,
            user_id: None,
            expires_at: None,
            rotation: None,
            rate_limit: None,
            metadata: BTreeMap::new(),
            created_at: self.at,
            updated_at: self.at,
            deleted_at: None,
            revision: 1,
        }
    }
}

/// Returns an entry of the audit log for what this program does by itself.
pub fn own_audit(app_id: &str, action: &str, target: &str, at: Timestamp) -> AuditEntry {
    AuditEntry {
        seq: 0,
        at,
        app_id: app_id.into(),
        actor_key_id: None,
        ip: None,
        action: action.into(),
        target: target.into(),
        before_hash: String::new(),
        after_hash: String::new(),
        request_id: None,
        hash: String::new(),
    }
}

/// Returns the token that the settings give the first private key.
///
/// # Errors
/// Fails when it is not usable.
pub fn given_token(options: &AccessOptions) -> Result<Option<Token>> {
    let given = options.bootstrap_key.as_ref().map(|text| text.0.trim());
    let Some(text) = given.filter(|text| !text.is_empty()) else { return Ok(None) };
    let token = Token::sent(text).filter(|_| text.len() >= MIN_TOKEN_CHARS);
    token.map(Some).ok_or(Error::BootstrapKey)
}

impl Access {
    /// Makes the first app and the first private key, where there are none.
    ///
    /// The token of that key is the one of the settings, else a new one that is written to a file
    /// which only its owner may read. Returns the path of that file when it was written.
    ///
    /// # Errors
    /// Fails when the store does, or the token of the settings is not usable.
    pub async fn bootstrap(&self, dir: &Path) -> Result<Option<PathBuf>> {
        let given = given_token(&self.options)?;
        let root = self.root_app().await?;
        if let Some(token) = given {
            self.keep_given_key(&root, &token).await?;
            return Ok(None);
        }
        let keys = self.store.keys(std::slice::from_ref(&root.id)).await?;
        if keys.iter().any(|key| key.role == Role::Private) {
            return Ok(None);
        }
        let key = NewKey {
            id: new_key_id()?,
            app_id: root.id.clone(),
            role: Role::Private,
            at: self.clock.now(),
        };
        let token = self.new_token(&key.id);
        let mut key = key.with_token(&token, true);
        key.name = Some("first key".into());
        // Written first: a key whose token nobody has would be the only one.
        let path = dir.join(FIRST_KEY_FILE);
        replace_private(&path, &format!("{}\n", token.reveal()))
            .map_err(|source| SecretError::File { path: path.clone(), source })?;
        self.add_own_key(key).await?;
        Ok(Some(path))
    }

    /// Makes the public key of the web app, limited to pages of this machine, unless it was made
    /// before; returns its token, or nothing when an administrator has deleted it.
    ///
    /// # Errors
    /// Fails when the store does.
    pub async fn page_token(&self) -> Result<Option<Token>> {
        let root = self.root_app().await?;
        let token = self.new_token(PAGE_KEY_ID);
        match self.store.key(std::slice::from_ref(&root.id), PAGE_KEY_ID).await? {
            Some(key) if key.deleted_at.is_some() => Ok(None),
            Some(key) if token.hash().is(&key.token_hash) => Ok(Some(token)),
            Some(key) => {
                // The server has another secret than when the key was made.
                let (token_start, token_end) = token.shown_parts();
                let revision = key.revision + 1;
                let token_hash = token.hash().to_hex();
                let at = self.clock.now();
                let changed =
                    Key { token_hash, token_start, token_end, revision, updated_at: at, ..key };
                let audit = vec![own_audit(&root.id, "key.retoken", PAGE_KEY_ID, at)];
                let writes = vec![Write::Key(Box::new(changed))];
                self.store.commit(Change { writes, audit, ..Change::default() }).await?;
                self.invalidate();
                Ok(Some(token))
            }
            None => {
                let key = NewKey {
                    id: PAGE_KEY_ID.into(),
                    app_id: root.id,
                    role: Role::Public,
                    at: self.clock.now(),
                };
                let mut key = key.with_token(&token, true);
                key.name = Some("web app of this server".into());
                key.domains = vec!["localhost".into()];
                // Users of the page may suggest corrections; people with a private key decide.
                key.permissions = Some(vec![
                    Scope::GeocodeSearch,
                    Scope::GeocodeReverse,
                    Scope::SyncRead,
                    Scope::PatchesPropose,
                ]);
                self.add_own_key(key).await?;
                Ok(Some(token))
            }
        }
    }

    /// Returns the app above all others, and makes it when there is none.
    ///
    /// # Errors
    /// Fails when the store does.
    pub async fn root_app(&self) -> Result<App> {
        if let Some(node) = self.keys.apps().await?.root() {
            return Ok(App::clone(&node.app));
        }
        let at = self.clock.now();
        let app = App {
            id: new_app_id()?,
            parent_id: None,
            name: "main".into(),
            active: true,
            monthly_quota: None,
            created_at: at,
            updated_at: at,
            deleted_at: None,
            revision: 1,
        };
        let change = Change {
            writes: vec![Write::App(app.clone())],
            audit: vec![own_audit(&app.id, "app.create", &app.id, at)],
            // Of several servers that start on one empty database, one makes the app.
            idempotency: Some(Idempotency {
                app_id: String::new(),
                key: "first-app".into(),
                request_hash: String::new(),
                status: 200,
                body: String::new(),
                at,
            }),
            ..Change::default()
        };
        let committed = self.store.commit(change).await;
        self.invalidate();
        match committed {
            Ok(_) => Ok(app),
            Err(StoreError::AlreadyAnswered) => match self.keys.apps().await?.root() {
                Some(node) => Ok(App::clone(&node.app)),
                None => Err(StoreError::AlreadyAnswered.into()),
            },
            Err(error) => Err(error.into()),
        }
    }

    async fn keep_given_key(&self, root: &App, token: &Token) -> Result<()> {
        match self.store.key_by_token_hash(&token.hash().to_hex()).await? {
            Some(key) if super::is_usable(&key, self.clock.now()) => Ok(()),
            Some(_) => {
                tracing::warn!("the key of HEREABOUTS_BOOTSTRAP_KEY has been revoked and stays so");
                Ok(())
            }
            None => {
                let key = NewKey {
                    id: new_key_id()?,
                    app_id: root.id.clone(),
                    role: Role::Private,
                    at: self.clock.now(),
                };
                let mut key = key.with_token(token, false);
                key.name = Some("key of HEREABOUTS_BOOTSTRAP_KEY".into());
                self.add_own_key(key).await
            }
        }
    }

    /// Stores a key that this program makes by itself. Another server that makes the same one at
    /// the same time is as good.
    async fn add_own_key(&self, key: Key) -> Result<()> {
        let change = Change {
            audit: vec![own_audit(&key.app_id, "key.create", &key.id, key.created_at)],
            writes: vec![Write::Key(Box::new(key))],
            ..Change::default()
        };
        let committed = self.store.commit(change).await;
        self.invalidate();
        match committed {
            Ok(_) | Err(StoreError::Conflict { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Ends a key for good, from the command line; returns whether there was one that worked.
    ///
    /// # Errors
    /// Fails when the store does, or no private key would be left and it is not forced.
    pub async fn revoke(&self, id: &str, force: bool) -> Result<bool> {
        let app_ids: Vec<String> = self.store.apps().await?.into_iter().map(|app| app.id).collect();
        let Some(key) = self.store.key(&app_ids, id).await? else { return Ok(false) };
        if key.deleted_at.is_some() {
            return Ok(false);
        }
        let at = self.clock.now();
        let guards = if key.role == Role::Private && !force {
            vec![Guard::UsablePrivateKey { app_id: key.app_id.clone(), at }]
        } else {
            Vec::new()
        };
        let audit = vec![own_audit(&key.app_id, "key.delete", id, at)];
        let revision = key.revision + 1;
        let deleted = Key { deleted_at: Some(at), updated_at: at, revision, ..key };
        let writes = vec![Write::Key(Box::new(deleted))];
        self.store.commit(Change { writes, audit, guards, ..Change::default() }).await?;
        self.invalidate();
        Ok(true)
    }

    /// Makes a key from the command line and returns it with its token.
    ///
    /// # Errors
    /// Fails when the store does.
    pub async fn create(
        &self,
        app_id: String,
        role: Role,
        settings: impl FnOnce(&mut Key),
    ) -> Result<(Key, Token)> {
        let key = NewKey { id: new_key_id()?, app_id, role, at: self.clock.now() };
        let token = self.new_token(&key.id);
        let mut key = key.with_token(&token, true);
        settings(&mut key);
        self.add_own_key(key.clone()).await?;
        Ok((key, token))
    }
}

//! Keys and apps as they were last read, so that requests rarely ask the database, and go on
//! working while it is down.
//!
//! Whatever is changed makes everything here old; what is old is read again when it is next
//! needed, and used as it is only if the database does not answer.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use quick_cache::sync::Cache;

use super::allowed::AllowedBy;
use super::app_tree::AppTree;
use super::token::TokenHash;
use crate::model::{Clock, Key, Role, ScopeSet, Timestamp};
use crate::store::{self, Store};

/// Most keys that are kept.
const MAX_KEYS: usize = 10_000;
/// Most tokens that are known to be nobody's.
const MAX_UNKNOWN: usize = 10_000;
/// How long a token stays known to be nobody's.
const UNKNOWN_S: i64 = 30;

/// A key with what is computed from it.
#[derive(Debug)]
pub struct KnownKey {
    /// The key.
    pub key: Arc<Key>,
    /// Its id, for counting.
    pub id: Arc<str>,
    /// What it may do.
    pub scopes: ScopeSet,
    /// Where it may be used from.
    pub allowed: AllowedBy,
}

impl KnownKey {
    fn new(key: Key) -> Self {
        Self {
            id: key.id.as_str().into(),
            scopes: scopes_of(&key),
            allowed: AllowedBy::lists(&key.domains, &key.allowed_ips),
            key: Arc::new(key),
        }
    }
}

/// Returns what a key may do: what its role allows, narrowed by its permissions. Public keys can
/// have one permission beyond that, to propose corrections.
pub fn scopes_of(key: &Key) -> ScopeSet {
    let (usual, most) = scopes_of_role(key.role);
    match &key.permissions {
        None => usual,
        Some(permissions) => permissions.iter().copied().collect::<ScopeSet>().and(most),
    }
}

/// Returns what keys of a role may do unless told less, and the most that they can be given.
pub fn scopes_of_role(role: Role) -> (ScopeSet, ScopeSet) {
    match role {
        Role::Public => {
            (ScopeSet::PUBLIC, ScopeSet::PUBLIC.with(crate::model::Scope::PatchesPropose))
        }
        Role::Private => (ScopeSet::ALL, ScopeSet::ALL),
    }
}

#[derive(Clone)]
struct Found {
    age: u64,
    key: Arc<KnownKey>,
}

/// What is known about a token.
#[derive(Debug)]
pub enum Peek {
    /// This key has it.
    Known(Arc<KnownKey>),
    /// No key has it.
    Nobodys,
    /// A key had it before something was changed.
    Old,
    /// It has not been seen.
    New,
}

/// What has been read from the store.
pub struct KeyCache {
    store: Arc<dyn Store>,
    clock: Clock,
    /// Grows with every change; what was read at a smaller one is old.
    age: AtomicU64,
    known: Cache<TokenHash, Found>,
    unknown: Cache<TokenHash, (u64, Timestamp)>,
    apps: RwLock<Option<(u64, Arc<AppTree>)>>,
}

impl KeyCache {
    /// Starts with nothing read.
    pub fn new(store: Arc<dyn Store>, clock: Clock) -> Self {
        Self {
            store,
            clock,
            age: AtomicU64::new(0),
            known: Cache::new(MAX_KEYS),
            unknown: Cache::new(MAX_UNKNOWN),
            apps: RwLock::new(None),
        }
    }

    /// Makes everything old: something has been changed.
    pub fn invalidate(&self) {
        self.age.fetch_add(1, Ordering::AcqRel);
    }

    /// Returns what is known about a token without asking the store.
    pub fn peek(&self, hash: TokenHash) -> Peek {
        let age = self.age.load(Ordering::Acquire);
        if let Some(found) = self.known.get(&hash) {
            return if found.age == age { Peek::Known(found.key) } else { Peek::Old };
        }
        match self.unknown.get(&hash) {
            Some((read, at)) if read == age && self.clock.now() < at.plus_seconds(UNKNOWN_S) => {
                Peek::Nobodys
            }
            _ => Peek::New,
        }
    }

    /// Asks the store for the key of a token.
    ///
    /// # Errors
    /// Fails when the store does and the key is not known from before.
    pub async fn read(&self, hash: TokenHash) -> store::Result<Option<Arc<KnownKey>>> {
        // Taken first: a change while the store is asked makes the answer old.
        let age = self.age.load(Ordering::Acquire);
        match self.store.key_by_token_hash(&hash.to_hex()).await {
            Ok(Some(key)) if hash.is(&key.token_hash) => {
                let key = Arc::new(KnownKey::new(key));
                self.unknown.remove(&hash);
                self.known.insert(hash, Found { age, key: Arc::clone(&key) });
                Ok(Some(key))
            }
            Ok(_) => {
                self.known.remove(&hash);
                self.unknown.insert(hash, (age, self.clock.now()));
                Ok(None)
            }
            Err(error) => match self.known.get(&hash) {
                Some(found) => {
                    tracing::warn!(%error, key = %found.key.id, "the key is used as last read");
                    Ok(Some(found.key))
                }
                None => Err(error),
            },
        }
    }

    /// Returns the apps.
    ///
    /// # Errors
    /// Fails when the store does and the apps have never been read.
    pub async fn apps(&self) -> store::Result<Arc<AppTree>> {
        let age = self.age.load(Ordering::Acquire);
        let last = self.apps.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((read, apps)) = &last
            && *read == age
        {
            return Ok(Arc::clone(apps));
        }
        match (self.store.apps().await, last) {
            (Ok(apps), _) => {
                let apps = Arc::new(AppTree::new(apps));
                let mut kept = self.apps.write().unwrap_or_else(PoisonError::into_inner);
                *kept = Some((age, Arc::clone(&apps)));
                Ok(apps)
            }
            (Err(error), Some((_, apps))) => {
                tracing::warn!(%error, "the apps are used as last read");
                Ok(apps)
            }
            (Err(error), None) => Err(error),
        }
    }
}

impl std::fmt::Debug for KeyCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyCache").field("known", &self.known.len()).finish_non_exhaustive()
    }
}

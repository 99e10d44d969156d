//! The catalog being served, and its replacement when a new build arrives in the directory.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use crate::blobs::{BlobStore, ManifestStamp};
use crate::catalog::Catalog;
use crate::error::Result;

/// How long a manifest that could not be used is left alone while it does not change.
const RETRY_AFTER: Duration = Duration::from_secs(10);

/// The current catalog; whoever takes it keeps it whole while a new one comes.
#[derive(Debug)]
pub struct LiveCatalog {
    current: RwLock<Arc<Catalog>>,
}

impl LiveCatalog {
    /// Starts with a catalog.
    pub fn new(catalog: Catalog) -> Self {
        Self { current: RwLock::new(Arc::new(catalog)) }
    }

    /// Returns the current catalog.
    pub fn current(&self) -> Arc<Catalog> {
        // Nothing can panic while the lock is held, so a poisoned lock holds a whole catalog.
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn replace(&self, catalog: Catalog) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(catalog);
    }
}

/// What a look at the directory found.
#[derive(Debug)]
pub enum Outcome {
    /// Nothing new.
    Unchanged,
    /// A new catalog, served from now on.
    Replaced,
    /// Something new that cannot be used; the old catalog is still served.
    Refused(crate::error::Error),
}

/// Looks at the manifest file from time to time.
#[derive(Debug)]
pub struct Watcher {
    store: Arc<BlobStore>,
    /// Manifest that was last tried, whatever came of it; `None` when there was no file.
    tried: Option<ManifestStamp>,
    refused_at: Option<Instant>,
}

impl Watcher {
    /// Loads the catalog for the first time.
    ///
    /// # Errors
    /// Fails when the data cannot be used.
    pub fn start(store: Arc<BlobStore>) -> Result<(Catalog, Self)> {
        // The stamp is taken before reading: a build that ends in between is seen at the next look.
        let tried = store.manifest_stamp().ok();
        let catalog = Catalog::load(&store, None)?;
        Ok((catalog, Self { store, tried, refused_at: None }))
    }

    /// Replaces the catalog when the manifest file has changed and is usable.
    ///
    /// Blocks while shards are read. Refused data is tried again after a while even when the
    /// manifest stays the same, since its blobs may still be on their way.
    pub fn look(&mut self, live: &LiveCatalog) -> Outcome {
        let stamp = self.store.manifest_stamp().ok();
        let due = self.refused_at.is_some_and(|at| at.elapsed() >= RETRY_AFTER);
        if stamp == self.tried && !due {
            return Outcome::Unchanged;
        }
        self.tried = stamp;
        match Catalog::load(&self.store, Some(&live.current())) {
            Ok(catalog) => {
                self.refused_at = None;
                live.replace(catalog);
                Outcome::Replaced
            }
            Err(error) => {
                self.refused_at = Some(Instant::now());
                Outcome::Refused(error)
            }
        }
    }
}

//! What handlers share.

use std::sync::Arc;
use std::time::Duration;

use crate::blobs::BlobStore;
use crate::catalog::Catalog;
use crate::live::LiveCatalog;
use crate::model::Clock;
use crate::site::Site;
use crate::store::{SqlStore, Store};

/// Largest request body accepted, in bytes; the longest sensible search is far below 1 kB.
pub const BODY_LIMIT_BYTES: usize = 64 * 1024;

/// Shared by all requests of the server.
#[derive(Debug)]
pub struct AppState {
    /// Where blobs are.
    pub blobs: Arc<BlobStore>,
    /// What is on offer.
    pub catalog: LiveCatalog,
    /// The web app, when it is served.
    pub site: Option<Site>,
    /// Where apps, keys and patches are.
    pub store: Arc<dyn Store>,
    /// Tells the time.
    pub clock: Clock,
    /// How long a client may take to send a body.
    pub body_timeout: Duration,
}

impl AppState {
    /// Puts the parts together, with the usual limits and an empty store in memory.
    pub fn new(blobs: Arc<BlobStore>, catalog: Catalog, site: Option<Site>) -> Self {
        let body_timeout = Duration::from_secs(10);
        Self {
            blobs,
            catalog: LiveCatalog::new(catalog),
            site,
            store: Arc::new(SqlStore::in_memory()),
            clock: Clock::system(),
            body_timeout,
        }
    }
}

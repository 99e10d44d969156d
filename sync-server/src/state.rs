//! What handlers share.

use std::sync::Arc;
use std::time::Duration;

use crate::blobs::BlobStore;
use crate::catalog::Catalog;
use crate::live::LiveCatalog;
use crate::site::Site;

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
    /// How long a client may take to send a body.
    pub body_timeout: Duration,
}

impl AppState {
    /// Puts the parts together, with the usual limits.
    pub fn new(blobs: Arc<BlobStore>, catalog: Catalog, site: Option<Site>) -> Self {
        let body_timeout = Duration::from_secs(10);
        Self { blobs, catalog: LiveCatalog::new(catalog), site, body_timeout }
    }
}

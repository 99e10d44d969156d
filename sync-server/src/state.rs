//! What handlers share.

use std::sync::Arc;
use std::time::Duration;

use crate::access::Access;
use crate::access::token::Token;
use crate::blobs::BlobStore;
use crate::catalog::Catalog;
use crate::live::LiveCatalog;
use crate::model::Clock;
use crate::site::Site;
use crate::store::Store;

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
    /// Checks keys.
    pub access: Arc<Access>,
    /// Token of the public key that the web app uses.
    pub page_token: Option<Token>,
}

impl AppState {
    /// Puts the parts together, with the usual time for a body and no web app.
    pub fn new(
        blobs: Arc<BlobStore>,
        catalog: Catalog,
        store: Arc<dyn Store>,
        clock: Clock,
        access: Access,
    ) -> Self {
        Self {
            blobs,
            catalog: LiveCatalog::new(catalog),
            site: None,
            store,
            clock,
            body_timeout: Duration::from_secs(10),
            access: Arc::new(access),
            page_token: None,
        }
    }
}

//! What handlers share.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use geocoder_core::Geocoder;
use tokio::sync::Mutex as AsyncMutex;

use crate::access::token::Token;
use crate::access::{Access, Caller};
use crate::blobs::BlobStore;
use crate::catalog::Catalog;
use crate::error::ApiError;
use crate::geography::Geography;
use crate::live::LiveCatalog;
use crate::metrics::Metrics;
use crate::model::Clock;
use crate::overlays::{AppOverlay, Overlays};
use crate::site::Site;
use crate::store::Store;
use crate::sync::Sync;

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
    /// Tells where callers are.
    pub geography: Geography,
    /// Approved patches of each app over the shards.
    pub overlays: Overlays,
    /// What the routes of synchronisation share.
    pub sync: Sync,
    /// How long a client may take to send a body.
    pub body_timeout: Duration,
    /// Counts requests.
    pub metrics: Metrics,
    /// Checks keys.
    pub access: Arc<Access>,
    /// Token of the public key that the web app uses.
    pub page_token: Option<Token>,
    /// Held by changes of patches that others were faster than.
    pub patch_turn: AsyncMutex<()>,
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
            geography: Geography::default(),
            overlays: Overlays::default(),
            sync: Sync::default(),
            body_timeout: Duration::from_secs(10),
            metrics: Metrics::default(),
            access: Arc::new(access),
            page_token: None,
            patch_turn: AsyncMutex::default(),
        }
    }

    /// Returns the geocoder of a caller: the shards with the approved patches of its app.
    pub fn geocoder(&self, caller: Option<&Caller>) -> Arc<Geocoder<Bytes>> {
        let app_id = caller.map(|caller| caller.app.id.as_str());
        self.overlays.geocoder(app_id, &self.catalog.current())
    }

    /// Returns all that a caller's app has at this moment.
    ///
    /// # Errors
    /// Fails when the store has never answered.
    pub async fn app_overlay(&self, caller: &Caller) -> Result<Arc<AppOverlay>, ApiError> {
        let of_app = || self.overlays.of_app(&caller.app.id, &self.catalog.current());
        if let Some(own) = of_app() {
            return Ok(own);
        }
        self.refresh_overlays(None).await?;
        of_app().ok_or_else(|| ApiError::DataUnavailable("the store was never read".into()))
    }

    /// Takes over what was approved, published or compacted since, for one app or all.
    ///
    /// # Errors
    /// Fails when the store does or a shard is damaged; what was there is kept.
    pub async fn refresh_overlays(&self, app_id: Option<&str>) -> Result<(), ApiError> {
        let (store, now) = (self.store.as_ref(), self.clock.now());
        let refreshed = self.overlays.refresh(store, &self.catalog, app_id, now).await;
        refreshed.map_err(ApiError::DataUnavailable)
    }
}

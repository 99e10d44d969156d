//! The approved patches of each app laid over the shards, kept up to date: what searches answer
//! and what devices are given comes from the same place.
//!
//! - `app`: all of an app at one moment, over one catalog; replaced as a whole.
//! - `country`: the patches of a country as corrections of one generation of its base.
//! - `refresh`: takes over what was approved, published or compacted since.

mod app;
mod country;
mod refresh;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use bytes::Bytes;
use geocoder_core::Geocoder;
use tokio::sync::{Mutex as AsyncMutex, watch};

pub use app::{AppOverlay, CountryFeed, FeedPosition};
pub use country::CountryState;

use crate::catalog::Catalog;

/// The overlays of all apps that have feeds.
#[derive(Debug)]
pub struct Overlays {
    known: RwLock<Known>,
    /// Held while the overlay of an app is made, so that an older state never replaces a newer
    /// one; apps do not wait for each other.
    making: Mutex<HashMap<String, Arc<AsyncMutex<()>>>>,
    changed: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct Known {
    /// Epoch of the store; `None` before the store was first asked.
    epoch: Option<Arc<str>>,
    apps: HashMap<String, Arc<AppOverlay>>,
    /// That of apps without feeds.
    empty: Option<Arc<AppOverlay>>,
}

/// Number of corrections and bytes of the snapshot of an app in a country.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverlaySize {
    /// The app.
    pub app_id: String,
    /// The country code.
    pub country: String,
    /// Corrections that change something.
    pub applied: usize,
    /// Bytes of the state as a snapshot.
    pub state_bytes: usize,
}

impl Default for Overlays {
    fn default() -> Self {
        Self { known: RwLock::default(), making: Mutex::default(), changed: watch::Sender::new(()) }
    }
}

impl Overlays {
    /// Returns the geocoder of an app, that of the catalog when it has no patches.
    pub fn geocoder(&self, app_id: Option<&str>, catalog: &Catalog) -> Arc<Geocoder<Bytes>> {
        let known = app_id.and_then(|app_id| self.get(app_id));
        known.map_or_else(|| catalog.shared_geocoder(), |own| own.geocoder())
    }

    /// Returns all that an app has at this moment; `None` before the first refresh.
    ///
    /// Apps without feeds have that of the catalog.
    pub fn of_app(&self, app_id: &str, catalog: &Arc<Catalog>) -> Option<Arc<AppOverlay>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = known.apps.get(app_id) {
            return Some(Arc::clone(own));
        }
        let epoch = Arc::clone(known.epoch.as_ref()?);
        let is_same = |empty: &&Arc<AppOverlay>| empty.is_over(catalog) && empty.epoch() == &*epoch;
        if let Some(empty) = known.empty.as_ref().filter(is_same) {
            return Some(Arc::clone(empty));
        }
        drop(known);
        let empty = Arc::new(AppOverlay::empty(epoch, Arc::clone(catalog)));
        self.write(|known| known.empty = Some(Arc::clone(&empty)));
        Some(empty)
    }

    /// Returns the overlays of all apps that have feeds.
    pub fn all(&self) -> BTreeMap<String, Arc<AppOverlay>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.apps.iter().map(|(app_id, own)| (app_id.clone(), Arc::clone(own))).collect()
    }

    /// Tells of every refresh, whether it changed anything for an app or not.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Returns the sizes of all overlays.
    pub fn sizes(&self) -> Vec<OverlaySize> {
        let mut sizes = Vec::new();
        for (app_id, own) in self.all() {
            for (country, feed) in own.feeds() {
                sizes.push(OverlaySize {
                    app_id: app_id.clone(),
                    country: country.to_owned(),
                    applied: feed.state.overlay().len(),
                    state_bytes: feed.state.size_bytes(),
                });
            }
        }
        sizes
    }

    fn get(&self, app_id: &str) -> Option<Arc<AppOverlay>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.apps.get(app_id).cloned()
    }

    fn write<T>(&self, change: impl FnOnce(&mut Known) -> T) -> T {
        change(&mut self.known.write().unwrap_or_else(PoisonError::into_inner))
    }

    fn turn_of(&self, app_id: &str) -> Arc<AsyncMutex<()>> {
        let mut making = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(making.entry(app_id.to_owned()).or_default())
    }
}

//! Geocoders with the approved patches of each app laid over the shards, kept up to date.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use actix_web::web;
use bytes::Bytes;
use geocoder_core::overlay::Overlay;
use geocoder_core::{Geocoder, Shard};
use tokio::sync::Mutex;

use crate::catalog::Catalog;
use crate::error::Cause;
use crate::model::Patch;
use crate::patches::rebase::resolve;
use crate::store::Store;

/// The geocoders of all apps that have approved patches.
#[derive(Debug, Default)]
pub struct Overlays {
    apps: RwLock<HashMap<String, Arc<AppOverlay>>>,
    /// Epoch of the store; held while one is made, so that an older state never replaces a newer
    /// one.
    making: Mutex<String>,
}

/// The geocoder of an app.
#[derive(Debug)]
struct AppOverlay {
    catalog: Arc<Catalog>,
    geocoder: Arc<Geocoder<Bytes>>,
    /// Overlay and feed position by country.
    countries: BTreeMap<String, (i64, Arc<Overlay>)>,
}

impl Overlays {
    /// Returns the geocoder of an app, that of the catalog when it has no patches.
    pub fn geocoder(&self, app_id: Option<&str>, catalog: &Catalog) -> Arc<Geocoder<Bytes>> {
        let known = app_id.and_then(|app_id| self.get(app_id));
        known.map_or_else(|| catalog.shared_geocoder(), |own| Arc::clone(&own.geocoder))
    }

    fn get(&self, app_id: &str) -> Option<Arc<AppOverlay>> {
        self.apps.read().unwrap_or_else(PoisonError::into_inner).get(app_id).cloned()
    }

    /// Returns the number of corrections that each app has in each country.
    pub fn sizes(&self) -> Vec<(String, String, usize)> {
        let apps = self.apps.read().unwrap_or_else(PoisonError::into_inner);
        let of_app = apps.iter().flat_map(|(app_id, own)| {
            own.countries
                .iter()
                .map(|(country, (_, overlay))| (app_id.clone(), country.clone(), overlay.len()))
        });
        of_app.collect()
    }

    /// Takes over what was approved since, for one app or all.
    ///
    /// # Errors
    /// Fails when the store does or a shard is damaged; what was there is kept.
    pub async fn refresh(
        &self,
        store: &dyn Store,
        catalog: &Arc<Catalog>,
        app_id: Option<&str>,
    ) -> Result<(), Cause> {
        let mut known_epoch = self.making.lock().await;
        let epoch = store.epoch().await?;
        let is_same_epoch = *known_epoch == epoch;
        if !is_same_epoch {
            // The store was restored: positions of its feeds mean something else now.
            self.apps.write().unwrap_or_else(PoisonError::into_inner).clear();
            *known_epoch = epoch;
        }
        let app_id = app_id.filter(|_| is_same_epoch);
        let mut heads: BTreeMap<String, Vec<(String, i64)>> = BTreeMap::new();
        for (app, country, head) in store.feed_heads().await? {
            if app_id.is_none_or(|wanted| wanted == app) {
                heads.entry(app).or_default().push((country, head));
            }
        }
        for (app, countries) in heads {
            let known = self.get(&app);
            let same_base =
                known.as_ref().is_some_and(|known| Arc::ptr_eq(&known.catalog, catalog));
            let position = |country: &String| {
                let known = known.as_ref().filter(|_| same_base)?;
                known.countries.get(country).map(|(position, _)| *position)
            };
            if same_base && countries.iter().all(|(country, head)| position(country) == Some(*head))
            {
                continue;
            }
            let mut overlays = BTreeMap::new();
            for (country, head) in countries {
                let kept = known.as_ref().filter(|_| position(&country) == Some(head));
                if let Some(kept) = kept.and_then(|known| known.countries.get(&country)) {
                    overlays.insert(country, kept.clone());
                    continue;
                }
                let (position, patches) = store.approved(&app, &country).await?;
                let base = Arc::clone(catalog);
                let of = country.clone();
                let overlay = web::block(move || build(&base, &of, &patches)).await??;
                if let Some(overlay) = overlay {
                    overlays.insert(country, (position, Arc::new(overlay)));
                }
            }
            let own = AppOverlay {
                geocoder: Arc::new(lay(catalog, &overlays)?),
                catalog: Arc::clone(catalog),
                countries: overlays,
            };
            let mut apps = self.apps.write().unwrap_or_else(PoisonError::into_inner);
            apps.insert(app, Arc::new(own));
        }
        Ok(())
    }
}

/// Makes the overlay of a country; `None` when there is no shard of it.
fn build(catalog: &Catalog, country: &str, patches: &[Patch]) -> Result<Option<Overlay>, Cause> {
    let generation = catalog.generation(country);
    let mut corrections = Vec::new();
    let geocoder = catalog.geocoder();
    let Some(shard) = shard_of(catalog, country) else { return Ok(None) };
    for patch in patches {
        match resolve(patch, geocoder, shard, &generation)?.correction {
            Some(correction) => corrections.push(correction),
            None => tracing::debug!(patch = patch.id, "this patch changes nothing of its country"),
        }
    }
    let overlay = Overlay::build(shard, &corrections)?;
    for skipped in overlay.skipped() {
        tracing::warn!(patch = %skipped.id, country, reason = %skipped.reason, "a patch changes nothing");
    }
    Ok(Some(overlay))
}

fn shard_of<'a>(catalog: &'a Catalog, country: &str) -> Option<&'a Shard<Bytes>> {
    let mut shards = catalog.geocoder().shards().iter();
    shards.find(|shard| shard.meta().country.as_str() == country)
}

fn lay(
    catalog: &Catalog,
    overlays: &BTreeMap<String, (i64, Arc<Overlay>)>,
) -> geocoder_core::Result<Geocoder<Bytes>> {
    let mut geocoder = Geocoder::new();
    for shard in catalog.geocoder().shards() {
        geocoder.insert(match overlays.get(shard.meta().country.as_str()) {
            Some((_, overlay)) => shard.with_overlay(Arc::clone(overlay))?,
            None => shard.clone(),
        });
    }
    Ok(geocoder)
}

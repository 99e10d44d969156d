//! All that an app has at one moment: the shards of one catalog with the patches of the app over
//! them, and what is kept of its feeds.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use geocoder_core::Geocoder;
use geocoder_core::delta::{Generation, Snapshot};
use sha2::{Digest, Sha256};

use super::country::{CountryState, position};
use crate::catalog::Catalog;
use crate::store::KeptFeed;
use crate::store::sync::{ObjectKind, SyncObject};
use crate::sync::heads::SyncDocument;

/// All that an app has at one moment; never changed, only replaced as a whole.
#[derive(Debug)]
pub struct AppOverlay {
    epoch: Arc<str>,
    catalog: Arc<Catalog>,
    geocoder: Arc<Geocoder<Bytes>>,
    countries: BTreeMap<String, CountryFeed>,
    /// Heads of feeds in countries that are not on offer.
    elsewhere: BTreeMap<String, i64>,
    /// Compactions of all feeds of the app.
    compactions: i64,
    /// The whole manifest, once it was asked for.
    pub(crate) manifest: OnceLock<SyncDocument>,
}

/// A feed: its state, and how devices come to it.
#[derive(Debug, Clone)]
pub struct CountryFeed {
    /// State at the head.
    pub state: Arc<CountryState>,
    /// Position above which operations are kept.
    pub floor: i64,
    /// How often it was compacted.
    pub compactions: i64,
    /// Snapshot and segments of the generation of the state, in the order of their positions.
    pub objects: Vec<SyncObject>,
}

/// Where a feed stands: what devices compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedPosition {
    /// Generation of the base.
    pub generation: Generation,
    /// Position of the last operation.
    pub head: u64,
    /// Position above which operations are kept.
    pub floor: u64,
    /// SHA-256 of the state at the head.
    pub state_sha256: [u8; 32],
}

impl CountryFeed {
    pub(super) fn new(state: Arc<CountryState>, kept: Option<&KeptFeed>) -> Self {
        let generation = state.generation().to_string();
        let objects = kept.map_or(&[][..], |kept| &kept.objects).iter();
        Self {
            state,
            floor: kept.map_or(0, |kept| kept.floor),
            compactions: kept.map_or(0, |kept| kept.compactions),
            objects: objects.filter(|object| object.generation == generation).cloned().collect(),
        }
    }

    /// Returns the newest snapshot.
    pub fn snapshot(&self) -> Option<&SyncObject> {
        self.objects.iter().rfind(|object| object.kind == ObjectKind::Snapshot)
    }

    /// Iterates over the segments, in order.
    pub fn segments(&self) -> impl Iterator<Item = &SyncObject> {
        self.objects.iter().filter(|object| object.kind == ObjectKind::Segment)
    }

    /// Whether a device that has nothing finds a way to the head.
    pub fn is_reachable(&self) -> bool {
        self.floor == 0 || self.snapshot().is_some_and(|snapshot| snapshot.to >= self.floor)
    }
}

impl AppOverlay {
    /// Puts together what belongs to one moment.
    ///
    /// # Errors
    /// Fails when an overlay was built for another base.
    pub(super) fn new(
        epoch: Arc<str>,
        catalog: Arc<Catalog>,
        countries: BTreeMap<String, CountryFeed>,
        elsewhere: BTreeMap<String, i64>,
        compactions: i64,
    ) -> geocoder_core::Result<Self> {
        let mut geocoder = Geocoder::new();
        for shard in catalog.geocoder().shards() {
            geocoder.insert(match countries.get(shard.meta().country.as_str()) {
                Some(feed) => shard.with_overlay(Arc::clone(feed.state.overlay()))?,
                None => shard.clone(),
            });
        }
        let geocoder = Arc::new(geocoder);
        let manifest = OnceLock::new();
        Ok(Self { epoch, catalog, geocoder, countries, elsewhere, compactions, manifest })
    }

    /// What an app without feeds has.
    pub(super) fn empty(epoch: Arc<str>, catalog: Arc<Catalog>) -> Self {
        Self {
            epoch,
            geocoder: catalog.shared_geocoder(),
            catalog,
            countries: BTreeMap::new(),
            elsewhere: BTreeMap::new(),
            compactions: 0,
            manifest: OnceLock::new(),
        }
    }

    /// Epoch of the store that the feeds are from.
    pub fn epoch(&self) -> &str {
        &self.epoch
    }

    /// The catalog that the patches are over.
    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    /// Whether the patches are over this very catalog.
    pub fn is_over(&self, catalog: &Arc<Catalog>) -> bool {
        Arc::ptr_eq(&self.catalog, catalog)
    }

    /// The shards with the patches.
    pub fn geocoder(&self) -> Arc<Geocoder<Bytes>> {
        Arc::clone(&self.geocoder)
    }

    /// Iterates over the feeds in countries on offer.
    pub fn feeds(&self) -> impl Iterator<Item = (&str, &CountryFeed)> {
        self.countries.iter().map(|(country, feed)| (country.as_str(), feed))
    }

    /// Returns the feed of a country; `None` before its first operation.
    pub fn feed(&self, country: &str) -> Option<&CountryFeed> {
        self.countries.get(country)
    }

    /// Returns where the feed of a country on offer stands.
    pub fn position(&self, country: &str) -> Option<FeedPosition> {
        if let Some(feed) = self.countries.get(country) {
            return Some(FeedPosition {
                generation: feed.state.generation(),
                head: position(feed.state.head()),
                floor: position(feed.floor),
                state_sha256: feed.state.sha256(),
            });
        }
        let generation = self.catalog.generation_of(country)?;
        let empty = Snapshot::empty(generation).encode();
        Some(FeedPosition {
            generation,
            head: 0,
            floor: 0,
            state_sha256: Sha256::digest(empty).into(),
        })
    }

    /// Returns the version of the manifest of this app: that of the catalog, and one more for every
    /// operation and compaction. It grows with each of them, and is the same on every server that
    /// has the same catalog and has seen the same of the store.
    pub fn version(&self) -> u64 {
        let heads = self.countries.values().map(|feed| feed.state.head());
        let sum = heads.chain(self.elsewhere.values().copied()).sum::<i64>() + self.compactions;
        self.catalog.manifest().version.saturating_add(position(sum))
    }

    /// Whether nothing newer is in the store than what is here.
    pub(super) fn has_all(
        &self,
        epoch: &str,
        heads: &BTreeMap<String, i64>,
        kept: &[KeptFeed],
    ) -> bool {
        let compactions: i64 = kept.iter().map(|kept| kept.compactions).sum();
        let head_of = |country: &String| {
            let feed = self.countries.get(country).map(|feed| feed.state.head());
            feed.or_else(|| self.elsewhere.get(country).copied())
        };
        *self.epoch == *epoch
            && self.compactions >= compactions
            && heads.iter().all(|(country, head)| head_of(country) >= Some(*head))
    }
}

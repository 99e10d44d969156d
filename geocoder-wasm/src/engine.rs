//! The bound engine: a geocoder that owns its shards in WebAssembly memory.

use std::cell::RefCell;
use std::rc::Rc;

use geocoder_core::geo::BBox;
use js_sys::{Function, Promise, Uint8Array, futures::future_to_promise};
use wasm_bindgen::prelude::*;
use web_sys::Response;

use crate::country::Country;
use crate::error::{Error, Result, to_js};
use crate::features::to_map_features;
use crate::options::request_options;
use crate::shard_bytes::ShardBytes;
use crate::shards::Shards;

/// A geocoder for JavaScript.
///
/// Shared with the downloads under way, which insert their shards when they are complete. It is
/// borrowed only while no JavaScript of the caller runs, so borrows never collide.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Engine {
    shards: Rc<RefCell<Shards>>,
}

#[wasm_bindgen]
impl Engine {
    /// Makes an engine without shards.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Loads a shard, with the corrections of a snapshot laid over it when there is one, and
    /// returns what it says about itself.
    ///
    /// # Errors
    /// Fails when the bytes are no valid shard, not those announced by size and SHA-256, or the
    /// snapshot is none of this shard; what was loaded before stays.
    #[expect(clippy::needless_pass_by_value, reason = "bindings take what is optional by value")]
    #[wasm_bindgen(js_name = insertShard, unchecked_return_type = "Country")]
    pub fn insert_shard(
        &self,
        bytes: &Uint8Array,
        size_bytes: Option<f64>,
        sha256: Option<String>,
        overlay: Option<Uint8Array>,
    ) -> Result<JsValue, JsValue> {
        let mut shard = ShardBytes::new(size_bytes, sha256)?;
        shard.append(bytes)?;
        Ok(self.shards.borrow_mut().insert(shard, overlay.as_ref())?)
    }

    /// Lays the corrections of a snapshot over a loaded shard, in place of those before; none
    /// without a snapshot.
    ///
    /// # Errors
    /// Fails when the shard is not loaded or the snapshot is none of it; then the corrections of
    /// before stay.
    #[expect(clippy::needless_pass_by_value, reason = "bindings take what is optional by value")]
    #[wasm_bindgen(js_name = insertOverlay, unchecked_return_type = "OverlayReport")]
    pub fn insert_overlay(
        &self,
        country: &str,
        overlay: Option<Uint8Array>,
    ) -> Result<JsValue, JsValue> {
        Ok(self.shards.borrow_mut().insert_overlay(country, overlay.as_ref())?)
    }

    /// Loads a shard from the body of a response, copying it once, as it arrives.
    ///
    /// The promise rejects as [`Self::insert_shard`] fails, or when the body breaks off.
    #[wasm_bindgen(js_name = insertResponse, unchecked_return_type = "Promise<Country>")]
    pub fn insert_response(
        &self,
        response: Response,
        size_bytes: Option<f64>,
        sha256: Option<String>,
        on_progress: Option<Function>,
    ) -> Promise {
        let shards = Rc::clone(&self.shards);
        future_to_promise(async move {
            let mut shard = ShardBytes::new(size_bytes, sha256)?;
            shard.append_body(&response, on_progress.as_ref()).await?;
            Ok(shards.borrow_mut().insert(shard, None)?)
        })
    }

    /// Unloads the shard of a country; returns whether there was one.
    #[wasm_bindgen(js_name = removeShard)]
    pub fn remove_shard(&self, country: &str) -> bool {
        self.shards.borrow_mut().remove(country)
    }

    /// Lists the loaded shards, ordered by country code.
    ///
    /// # Errors
    /// Fails only when JavaScript does while the objects are made.
    #[wasm_bindgen(unchecked_return_type = "Country[]")]
    pub fn countries(&self) -> Result<JsValue, JsValue> {
        let shards = self.shards.borrow();
        let countries: Vec<_> = shards.geocoder.shards().iter().map(Country::from).collect();
        Ok(to_js(&countries)?)
    }

    /// Answers a forward search.
    ///
    /// # Errors
    /// Fails when options break their rules or a chunk that the answer needs is corrupt.
    #[wasm_bindgen(unchecked_return_type = "SearchResponse")]
    pub fn search(&self, query: &JsValue, options: &JsValue) -> Result<JsValue, JsValue> {
        let request = request_options(query, options)?;
        let request = request.into_search().map_err(Error::InvalidOptions)?;
        let response = self.shards.borrow().geocoder.search(&request).map_err(Error::Engine)?;
        Ok(to_js(&response)?)
    }

    /// Answers a reverse search, nearest first.
    ///
    /// # Errors
    /// Fails when options break their rules or a chunk that the answer needs is corrupt.
    #[wasm_bindgen(unchecked_return_type = "SearchResponse")]
    pub fn reverse(&self, options: &JsValue) -> Result<JsValue, JsValue> {
        let request = request_options(&JsValue::UNDEFINED, options)?;
        let request = request.into_reverse().map_err(Error::InvalidOptions)?;
        let response = self.shards.borrow().geocoder.reverse(&request).map_err(Error::Engine)?;
        Ok(to_js(&response)?)
    }

    /// Returns what a map can draw in a box of degrees: boundaries, and streets when asked for.
    ///
    /// # Errors
    /// Fails when a chunk that the answer needs is corrupt.
    #[wasm_bindgen(unchecked_return_type = "MapFeatures")]
    pub fn features(
        &self,
        west: f64,
        south: f64,
        east: f64,
        north: f64,
        with_streets: bool,
    ) -> Result<JsValue, JsValue> {
        let bbox = BBox { min_lon: west, min_lat: south, max_lon: east, max_lat: north };
        let shards = self.shards.borrow();
        let features = shards.geocoder.features(&bbox, with_streets).map_err(Error::Engine)?;
        Ok(to_map_features(&features)?)
    }
}

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = "import type { Country, MapFeatures, SearchResponse } from '../src/types.js';";

//! The geocoder: several shards behind one search and one reverse call.

use crate::error::Result;
use crate::record::CountryCode;
use crate::request::{ReverseRequest, SearchRequest};
use crate::response::SearchResponse;
use crate::shard::Shard;

/// Searches any number of shards, one a country; bytes are owned or borrowed (`D`).
#[derive(Debug, Default)]
pub struct Geocoder<D> {
    shards: Vec<Shard<D>>,
}

impl<D: AsRef<[u8]>> Geocoder<D> {
    /// Makes a geocoder without shards; every search answers nothing.
    pub fn new() -> Self {
        Self { shards: Vec::new() }
    }

    /// Adds a shard, replacing the one of the same country, which is returned.
    pub fn insert(&mut self, shard: Shard<D>) -> Option<Shard<D>> {
        let old = self.remove(shard.meta().country);
        self.shards.push(shard);
        // Order by country makes answers independent of the order of loading.
        self.shards.sort_by_key(|shard| shard.meta().country);
        old
    }

    /// Takes the shard of a country out.
    pub fn remove(&mut self, country: CountryCode) -> Option<Shard<D>> {
        let index = self.shards.iter().position(|shard| shard.meta().country == country)?;
        Some(self.shards.remove(index))
    }

    /// Returns the loaded shards, ordered by country code.
    pub fn shards(&self) -> &[Shard<D>] {
        &self.shards
    }

    /// Answers a forward search.
    ///
    /// # Errors
    /// Fails when a chunk that the answer needs is corrupt.
    pub fn search(&self, request: &SearchRequest) -> Result<SearchResponse> {
        Ok(SearchResponse {
            results: Vec::new(),
            results_count: 0,
            max_results: request.max_results,
            query: request.query.clone(),
            missing_chunks: Vec::new(),
        })
    }

    /// Answers a reverse search, nearest first.
    ///
    /// # Errors
    /// Fails when a chunk that the answer needs is corrupt.
    pub fn reverse(&self, request: &ReverseRequest) -> Result<SearchResponse> {
        Ok(SearchResponse {
            results: Vec::new(),
            results_count: 0,
            max_results: request.max_results,
            query: String::new(),
            missing_chunks: Vec::new(),
        })
    }
}

//! The heads: where the feeds of an app stand, small enough to be asked for every minute.

use std::collections::BTreeMap;

use bytes::Bytes;
use geocoder_core::CountryCode;
use geocoder_core::manifest::MANIFEST_FORMAT;
use serde::Serialize;
use utoipa::ToSchema;

use crate::hex::{sha256_hex, to_hex};
use crate::overlays::AppOverlay;

/// JSON as it is sent, and its hash.
#[derive(Debug, Clone)]
pub struct SyncDocument {
    /// The JSON.
    pub json: Bytes,
    /// SHA-256 of the JSON in hexadecimal.
    pub tag: String,
}

impl SyncDocument {
    /// Takes JSON as it is sent.
    pub fn new(json: Vec<u8>) -> Self {
        let tag = sha256_hex(&json);
        Self { json: Bytes::from(json), tag }
    }
}

/// Where the feeds of an app stand.
#[derive(Debug, Serialize, ToSchema)]
pub struct Heads<'a> {
    /// Version of this shape.
    #[schema(example = 1)]
    format: u32,
    /// Lineage of the positions; another one after a restore.
    epoch: &'a str,
    /// Version of the manifest; grows with every change.
    version: u64,
    /// Seconds to wait at least before asking again.
    #[schema(example = 60)]
    min_poll_s: u32,
    /// Countries by lower-case ISO 3166-1 alpha-2 code.
    countries: BTreeMap<&'a str, Head>,
}

/// Where a feed stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct Head {
    /// Generation of the base.
    #[schema(example = "d5e751de94909be5")]
    generation: String,
    /// Position of the newest operation.
    head: u64,
    /// SHA-256 of the state at the head, as a snapshot.
    state_sha256: String,
}

impl<'a> Heads<'a> {
    /// Returns the heads of some countries, or of all.
    pub fn of(own: &'a AppOverlay, wanted: Option<&[CountryCode]>, min_poll_s: u32) -> Self {
        let countries = own.catalog().manifest().countries.keys().map(String::as_str);
        let heads = countries.filter(|code| is_wanted(wanted, code)).filter_map(|code| {
            let position = own.position(code)?;
            let head = Head {
                generation: position.generation.to_string(),
                head: position.head,
                state_sha256: to_hex(&position.state_sha256),
            };
            Some((code, head))
        });
        Self {
            format: MANIFEST_FORMAT,
            epoch: own.epoch(),
            version: own.version(),
            min_poll_s,
            countries: heads.collect(),
        }
    }
}

/// Whether a country is among those asked for; without a list all are.
pub(super) fn is_wanted(wanted: Option<&[CountryCode]>, code: &str) -> bool {
    wanted.is_none_or(|wanted| wanted.iter().any(|country| country.as_str() == code))
}

//! The manifest of an app: that of the catalog, with the feeds over its bases.

use std::collections::BTreeMap;

use geocoder_core::CountryCode;
use geocoder_core::manifest::{CountryEntry, MANIFEST_FORMAT};
use serde::Serialize;

use super::heads::{SyncDocument, is_wanted};
use crate::hex::to_hex;
use crate::overlays::{AppOverlay, CountryFeed};

#[derive(Serialize)]
struct AppManifest<'a> {
    format: u32,
    epoch: &'a str,
    version: u64,
    countries: BTreeMap<&'a str, AppCountry<'a>>,
}

#[derive(Serialize)]
struct AppCountry<'a> {
    #[serde(flatten)]
    entry: &'a CountryEntry,
    #[serde(skip_serializing_if = "Option::is_none")]
    overlay: Option<Overlay<'a>>,
}

#[derive(Serialize)]
struct Overlay<'a> {
    head: u64,
    floor: u64,
    state_sha256: String,
    snapshot: Option<Snapshot<'a>>,
    segments: Vec<Segment<'a>>,
}

#[derive(Serialize)]
struct Snapshot<'a> {
    seq: i64,
    sha256: &'a str,
    size: i64,
    count: i64,
}

#[derive(Serialize)]
struct Segment<'a> {
    from: i64,
    to: i64,
    sha256: &'a str,
    size: i64,
}

/// Returns the manifest of an app with some countries, or with all; those not on offer are left
/// out.
///
/// # Errors
/// Fails when the manifest cannot be written as JSON.
pub fn document(
    own: &AppOverlay,
    wanted: Option<&[CountryCode]>,
) -> serde_json::Result<SyncDocument> {
    if wanted.is_none()
        && let Some(whole) = own.manifest.get()
    {
        return Ok(whole.clone());
    }
    let entries = own.catalog().manifest().countries.iter();
    let entries = entries.filter(|(code, _)| is_wanted(wanted, code));
    let manifest = AppManifest {
        format: MANIFEST_FORMAT,
        epoch: own.epoch(),
        version: own.version(),
        countries: entries
            .map(|(code, entry)| (code.as_str(), AppCountry { entry, overlay: overlay(own, code) }))
            .collect(),
    };
    let document = SyncDocument::new(serde_json::to_vec(&manifest)?);
    if wanted.is_none() {
        return Ok(own.manifest.get_or_init(|| document).clone());
    }
    Ok(document)
}

fn overlay<'a>(own: &'a AppOverlay, country: &str) -> Option<Overlay<'a>> {
    let position = own.position(country)?;
    let feed = own.feed(country);
    let snapshot = feed.and_then(CountryFeed::snapshot).map(|snapshot| Snapshot {
        seq: snapshot.to,
        sha256: &snapshot.sha256,
        size: snapshot.size_bytes,
        count: snapshot.items,
    });
    let segments = feed.into_iter().flat_map(CountryFeed::segments).map(|segment| Segment {
        from: segment.from,
        to: segment.to,
        sha256: &segment.sha256,
        size: segment.size_bytes,
    });
    Some(Overlay {
        head: position.head,
        floor: position.floor,
        state_sha256: to_hex(&position.state_sha256),
        snapshot,
        segments: segments.collect(),
    })
}

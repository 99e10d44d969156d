//! What callers get to know about a loaded shard.

use geocoder_core::{Shard, manifest::Attribution};
use serde::{Serialize, Serializer};

/// A loaded shard, as the package's `Country`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Country<'a> {
    code: &'a str,
    name: &'a str,
    #[serde(serialize_with = "as_object")]
    records: &'a [(String, u64)],
    attribution: Vec<Notice<'a>>,
    bbox: [f64; 4],
    size_bytes: usize,
}

/// A source of data, named as JavaScript names things.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Notice<'a> {
    source: &'a str,
    licence: &'a str,
    url: &'a str,
    notice: &'a str,
    share_alike: bool,
}

impl<'a> From<&'a Attribution> for Notice<'a> {
    fn from(attribution: &'a Attribution) -> Self {
        Self {
            source: &attribution.source,
            licence: &attribution.licence,
            url: &attribution.url,
            notice: &attribution.notice,
            share_alike: attribution.share_alike,
        }
    }
}

impl<'a> From<&'a Shard<Vec<u8>>> for Country<'a> {
    fn from(shard: &'a Shard<Vec<u8>>) -> Self {
        let meta = shard.meta();
        Self {
            code: meta.country.as_str(),
            name: &meta.name,
            records: &meta.records,
            attribution: meta.attribution.iter().map(Notice::from).collect(),
            bbox: meta.bbox,
            size_bytes: shard.bytes().len(),
        }
    }
}

/// Writes counts as the object that JavaScript expects.
fn as_object<S: Serializer>(counts: &[(String, u64)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(counts.iter().map(|(kind, count)| (kind, count)))
}

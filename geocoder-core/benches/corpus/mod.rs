//! Shards and queries of the native benches: the demo's, and those that `make bench` left.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a bench cannot go on without its data, and tells what it lacks"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use geocoder_core::manifest::Manifest;
use geocoder_core::{Geocoder, LonLat, Shard};
use serde_json::Value;

/// Sets of `make bench` in `target/bench`, and the countries of their shards.
const WHOLE: [(&str, &str); 3] = [("world", "zz"), ("addresses", "dk"), ("mixed", "zz")];

/// A shard and the queries for it by kind, in their textual form.
pub(crate) struct DataSet {
    pub(crate) name: String,
    pub(crate) geocoder: Geocoder<Vec<u8>>,
    pub(crate) queries: BTreeMap<String, Vec<String>>,
}

impl DataSet {
    /// Returns the points of the reverse queries.
    #[allow(dead_code, reason = "every bench compiles this module and uses a part of it")]
    pub(crate) fn points(&self) -> Vec<LonLat> {
        let texts = self.queries.get("reverse").into_iter().flatten();
        texts.map(|text| LonLat::parse_lat_lng(text).expect("a point of the corpus")).collect()
    }
}

/// Opens every set that is here; tells which are not.
pub(crate) fn data_sets() -> Vec<DataSet> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let mut sets = Vec::new();
    let demo = root.join("demo-data/manifest.json");
    if demo.exists() {
        for (country, queries) in demo_queries(&root.join("tests/corpus/bench.jsonl")) {
            let geocoder = open(&demo, &country);
            sets.push(DataSet { name: format!("demo-{country}"), geocoder, queries });
        }
    } else {
        eprintln!("skipped: the demo's shards, which `make data` builds");
    }
    for (name, country) in WHOLE {
        let manifest = root.join(format!("target/bench/{name}/manifest.json"));
        let queries = root.join(format!("target/bench/{name}.queries.tsv"));
        if manifest.exists() && queries.exists() {
            let (geocoder, queries) = (open(&manifest, country), tab_queries(&queries));
            sets.push(DataSet { name: name.to_owned(), geocoder, queries });
        } else {
            eprintln!("skipped: {name}, which `make bench` builds from the whole files");
        }
    }
    sets
}

fn open(manifest: &PathBuf, country: &str) -> Geocoder<Vec<u8>> {
    let bytes = fs::read(manifest).expect("a manifest");
    let parsed: Manifest = serde_json::from_slice(&bytes).expect("a manifest of the builder");
    let blob = &parsed.countries[country].base.sha256;
    let bytes = fs::read(manifest.with_file_name("blobs").join(blob)).expect("the shard's blob");
    let mut geocoder = Geocoder::new();
    geocoder.insert(Shard::open(bytes).expect("a sound shard"));
    geocoder
}

/// Queries by kind, by country.
fn demo_queries(path: &Path) -> BTreeMap<String, BTreeMap<String, Vec<String>>> {
    let mut countries: BTreeMap<String, BTreeMap<String, Vec<String>>> = BTreeMap::new();
    for line in fs::read_to_string(path).expect("the corpus").lines() {
        let value: Value = serde_json::from_str(line).expect("a JSON line");
        let text = |field: &str| value.get(field).and_then(Value::as_str).map(str::to_owned);
        let asked = text("query").or_else(|| text("coordinates")).expect("something asked");
        let country = countries.entry(text("country").expect("a country")).or_default();
        country.entry(text("kind").expect("a kind")).or_default().push(asked);
    }
    countries
}

fn tab_queries(path: &Path) -> BTreeMap<String, Vec<String>> {
    let mut kinds: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in fs::read_to_string(path).expect("the queries").lines() {
        let (kind, text) = line.split_once('\t').expect("a kind and a text");
        kinds.entry(kind.to_owned()).or_default().push(text.to_owned());
    }
    kinds
}

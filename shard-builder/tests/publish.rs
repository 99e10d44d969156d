//! Publishes the bundled extracts and reads what a server or static host would serve.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failed test may panic")]

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use geocoder_core::gazetteer::{Gazetteer, Names};
use geocoder_core::manifest::Manifest;
use geocoder_core::{CountryCode, Geocoder, RecordType, SearchRequest};
use sha2::{Digest, Sha256};
use shard_builder::progress::Silent;
use shard_builder::{Error, Report, osm, publish, shard_file};
use tempfile::TempDir;

fn read(country: &str, file: &str) -> Gazetteer {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data").join(file);
    let country = CountryCode::parse(country).unwrap();
    osm::read(country, &[path], &mut Report::default()).unwrap()
}

static LIECHTENSTEIN: LazyLock<Gazetteer> = LazyLock::new(|| read("li", "liechtenstein.osm.pbf"));
static MONACO: LazyLock<Gazetteer> = LazyLock::new(|| read("mc", "monaco.osm.pbf"));

fn manifest(directory: &TempDir) -> Manifest {
    shard_file::read_manifest(&directory.path().join("manifest.json")).unwrap()
}

fn files(directory: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(directory).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn every_blob_has_the_hash_of_its_name_and_both_compressed_forms() {
    let directory = tempfile::tempdir().unwrap();
    publish(directory.path(), &MONACO, None, &Silent).unwrap();
    let blobs = directory.path().join("blobs");
    let base = manifest(&directory).countries.remove("mc").unwrap().base;
    let names: BTreeSet<&String> =
        base.chunks.iter().map(|chunk| &chunk.sha256).chain([&base.sha256]).collect();
    assert_eq!(files(&blobs).len(), names.len() * 3, "nothing but blobs");
    for name in names {
        let bytes = fs::read(blobs.join(name)).unwrap();
        assert_eq!(sha256(&bytes), *name);
        let br = fs::read(blobs.join(format!("{name}.br"))).unwrap();
        let gz = fs::read(blobs.join(format!("{name}.gz"))).unwrap();
        let (mut from_br, mut from_gz) = (Vec::new(), Vec::new());
        brotli::Decompressor::new(br.as_slice(), 4096).read_to_end(&mut from_br).unwrap();
        flate2::read::GzDecoder::new(gz.as_slice()).read_to_end(&mut from_gz).unwrap();
        assert!(from_br == bytes && from_gz == bytes);
        if *name == base.sha256 {
            let sizes = (bytes.len() as u64, br.len() as u64, gz.len() as u64);
            assert_eq!(sizes, (base.size, base.size_br, base.size_gzip));
        }
    }
}

#[test]
fn the_chunks_are_the_shard_and_the_manifest_describes_it() {
    let directory = tempfile::tempdir().unwrap();
    let published = publish(directory.path(), &MONACO, None, &Silent).unwrap();
    let manifest = manifest(&directory);
    assert_eq!((manifest.version, published.version), (1, 1));
    let entry = &manifest.countries["mc"];
    assert_eq!(*entry, published.entry);
    assert_eq!(entry.name, "Monaco");
    assert_eq!(entry.attribution, [osm::attribution()]);
    assert!(entry.base.sha256.starts_with(&entry.base.generation));
    let blobs = directory.path().join("blobs");
    let mut joined = Vec::new();
    for chunk in &entry.base.chunks {
        let bytes = fs::read(blobs.join(&chunk.sha256)).unwrap();
        assert_eq!(bytes.len() as u64, chunk.size);
        joined.extend(bytes);
    }
    assert_eq!(sha256(&joined), entry.base.sha256);
    let houses: usize = MONACO.streets.iter().map(|street| street.houses.len()).sum();
    assert_eq!(entry.base.records["house"], houses as u64);
    let [west, south, east, north] = entry.base.bbox;
    assert!(west < 7.42 && east > 7.42 && south < 43.73 && north > 43.73);
}

#[test]
fn the_same_input_gives_the_same_bytes_and_leaves_the_version() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    publish(first.path(), &MONACO, None, &Silent).unwrap();
    publish(second.path(), &MONACO, None, &Silent).unwrap();
    assert_eq!(files(&first.path().join("blobs")), files(&second.path().join("blobs")));
    assert_eq!(manifest(&first), manifest(&second));
    let again = publish(first.path(), &MONACO, None, &Silent).unwrap();
    assert_eq!(again.version, 1);
    assert_eq!(manifest(&first), manifest(&second));
}

#[test]
fn another_country_joins_the_manifest() {
    let directory = tempfile::tempdir().unwrap();
    publish(directory.path(), &MONACO, None, &Silent).unwrap();
    let monaco = manifest(&directory).countries["mc"].clone();
    let published = publish(directory.path(), &LIECHTENSTEIN, None, &Silent).unwrap();
    assert_eq!(published.version, 2);
    let manifest = manifest(&directory);
    assert_eq!(manifest.countries.keys().collect::<Vec<_>>(), ["li", "mc"]);
    assert_eq!(manifest.countries["mc"], monaco);
    assert_eq!(files(directory.path()), BTreeSet::from(["blobs".into(), "manifest.json".into()]));
}

#[test]
fn the_previous_generation_passes_its_place_numbers_on() {
    let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    publish(old.path(), &MONACO, None, &Silent).unwrap();
    let old_manifest = old.path().join("manifest.json");
    // A hamlet that the first generation does not have, in front of the others.
    let mut changed = MONACO.clone();
    let mut hamlet = changed.places[2].clone();
    hamlet.names = Names::new("Aaborg");
    hamlet.boundary = Vec::new();
    changed.places.push(hamlet);
    let published = publish(new.path(), &changed, Some(&old_manifest), &Silent).unwrap();
    let again = publish(new.path(), &changed, Some(&old_manifest), &Silent).unwrap();
    assert_eq!(published.shard.bytes, again.shard.bytes);
    let fresh = publish(new.path(), &changed, None, &Silent).unwrap();
    assert_ne!(published.shard.bytes, fresh.shard.bytes, "new places come after the kept ones");

    let country = CountryCode::parse("mc").unwrap();
    let shard = shard_file::open_published(&new.path().join("manifest.json"), country).unwrap();
    let mut geocoder = Geocoder::new();
    geocoder.insert(shard);
    let request = SearchRequest { query: "aaborg".into(), ..SearchRequest::default() };
    let found = geocoder.search(&request).unwrap();
    assert_eq!(found.results[0].kind, RecordType::City);
}

#[test]
fn a_damaged_previous_generation_or_manifest_stops_the_build_before_it_writes() {
    let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    publish(old.path(), &MONACO, None, &Silent).unwrap();
    let old_manifest = old.path().join("manifest.json");
    let blob = old.path().join("blobs").join(&manifest(&old).countries["mc"].base.sha256);
    let mut bytes = fs::read(&blob).unwrap();
    bytes[1000] ^= 1;
    fs::write(&blob, bytes).unwrap();
    let failed = publish(new.path(), &MONACO, Some(&old_manifest), &Silent);
    assert!(matches!(failed, Err(Error::BlobHash { .. })));
    let failed = publish(new.path(), &LIECHTENSTEIN, Some(&old_manifest), &Silent);
    assert!(matches!(failed, Err(Error::NotInManifest { .. })));
    assert!(files(new.path()).is_empty());

    fs::write(new.path().join("manifest.json"), "{}").unwrap();
    let failed = publish(new.path(), &MONACO, None, &Silent);
    assert!(matches!(failed, Err(Error::Manifest { .. })));
    assert_eq!(files(new.path()), BTreeSet::from(["manifest.json".into()]));
}

#[test]
fn a_directory_that_cannot_be_written_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let file: PathBuf = directory.path().join("file");
    fs::write(&file, "").unwrap();
    let error = publish(&file.join("out"), &MONACO, None, &Silent).unwrap_err();
    assert!(error.to_string().contains("file"), "{error}");
}

//! A manifest and the geocoder over the shards it names, checked against one another.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use geocoder_core::delta::Generation;
use geocoder_core::manifest::{BaseEntry, MANIFEST_FORMAT, Manifest};
use geocoder_core::{CountryCode, Geocoder, Shard};

use crate::blobs::{BlobName, BlobStore};
use crate::error::{Error, Result};
use crate::hex::sha256_hex;

/// What is on offer: never changed, only replaced as a whole.
#[derive(Debug)]
pub struct Catalog {
    manifest: Manifest,
    geocoder: Arc<Geocoder<Bytes>>,
    /// Bytes of the shards by their hash, shared with the geocoder.
    shards: BTreeMap<String, Bytes>,
}

impl Catalog {
    /// Reads the manifest of a directory, checks every blob that it names and opens the shards.
    ///
    /// Shards that `previous` has already are taken from there and not read again.
    ///
    /// # Errors
    /// Fails when the manifest or a blob is missing or not as it should be.
    pub fn load(store: &BlobStore, previous: Option<&Self>) -> Result<Self> {
        let (manifest, _) = read_manifest(store)?;
        let mut geocoder = Geocoder::new();
        let mut shards = BTreeMap::new();
        for (country, entry) in &manifest.countries {
            let sha256 = &entry.base.sha256;
            let known = previous.and_then(|catalog| catalog.shards.get(sha256)).cloned();
            let bytes = load_bytes(store, country, &entry.base, known)?;
            geocoder.insert(open_shard(store, country, sha256, bytes.clone())?);
            shards.insert(sha256.clone(), bytes);
        }
        Ok(Self { manifest, geocoder: Arc::new(geocoder), shards })
    }

    /// Puts a manifest and a geocoder together as they are.
    pub fn from_parts(manifest: Manifest, geocoder: Geocoder<Bytes>) -> Self {
        Self { manifest, geocoder: Arc::new(geocoder), shards: BTreeMap::new() }
    }

    /// Returns the manifest.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Returns the geocoder over all shards.
    pub fn geocoder(&self) -> &Geocoder<Bytes> {
        &self.geocoder
    }

    /// Returns the same, to be kept.
    pub fn shared_geocoder(&self) -> Arc<Geocoder<Bytes>> {
        Arc::clone(&self.geocoder)
    }

    /// Returns the shard of a country.
    pub fn shard(&self, country: &str) -> Option<&Shard<Bytes>> {
        self.geocoder.shards().iter().find(|shard| shard.meta().country.as_str() == country)
    }

    /// Returns the generation of a country's shard; empty when there is none.
    pub fn generation(&self, country: &str) -> String {
        let entry = self.manifest.countries.get(country);
        entry.map_or_else(String::new, |entry| entry.base.generation.clone())
    }

    /// Returns the generation of a country's shard; `None` when there is none.
    pub fn generation_of(&self, country: &str) -> Option<Generation> {
        Generation::parse(&self.manifest.countries.get(country)?.base.generation)
    }

    /// Whether requests may ask for a country; the world shard is none.
    pub fn offers(&self, country: CountryCode) -> bool {
        country != CountryCode::WORLD
            && self.geocoder.shards().iter().any(|shard| shard.meta().country == country)
    }

    /// Returns the code of the shard that corrections of a country go into: its own, else the
    /// world's, when that knows the country.
    ///
    /// # Errors
    /// Fails when the world's shard is damaged.
    pub fn base_of(&self, country: &str) -> geocoder_core::Result<Option<CountryCode>> {
        let Some(code) = CountryCode::parse(country) else { return Ok(None) };
        if self.offers(code) {
            return Ok(Some(code));
        }
        let is_known = code != CountryCode::WORLD && self.geocoder.country(code, None)?.is_some();
        Ok(is_known.then_some(CountryCode::WORLD))
    }
}

/// Reads and checks the manifest of a directory, without looking at blobs; returns its JSON too.
pub(crate) fn read_manifest(store: &BlobStore) -> Result<(Manifest, Vec<u8>)> {
    let json = store.read_manifest().map_err(|source| Error::ManifestUnreadable {
        path: store.manifest_path(),
        dir: store.dir().into(),
        source,
    })?;
    let invalid = |what: String| Error::ManifestInvalid {
        path: store.manifest_path(),
        dir: store.dir().into(),
        what,
    };
    let manifest: Manifest =
        serde_json::from_slice(&json).map_err(|error| invalid(error.to_string()))?;
    check_manifest(&manifest).map_err(invalid)?;
    Ok((manifest, json))
}

fn check_manifest(manifest: &Manifest) -> Result<(), String> {
    if manifest.format != MANIFEST_FORMAT {
        let found = manifest.format;
        return Err(format!("its format is {found}, this server reads {MANIFEST_FORMAT}"));
    }
    for (country, entry) in &manifest.countries {
        let code = CountryCode::parse(country);
        if code.is_none_or(|code| code.as_str() != country) {
            return Err(format!("`{country}` is not a lower-case two-letter country code"));
        }
        let base = &entry.base;
        if base.sha256.get(..16) != Some(base.generation.as_str()) {
            let BaseEntry { generation, sha256, .. } = base;
            return Err(format!(
                "generation `{generation}` of {country} is not the start of its SHA-256 `{sha256}`"
            ));
        }
        let sum: u64 = base.chunks.iter().map(|chunk| chunk.size).sum();
        if !base.chunks.is_empty() && sum != base.size {
            return Err(format!("the chunks of {country} have {sum} bytes, not {}", base.size));
        }
    }
    Ok(())
}

/// Checks that the blobs of a base are there and have their lengths.
pub(crate) fn check_blobs(store: &BlobStore, country: &str, base: &BaseEntry) -> Result<()> {
    for chunk in &base.chunks {
        check_length(store, country, "a chunk", &chunk.sha256, chunk.size)?;
    }
    check_length(store, country, "the shard", &base.sha256, base.size)
}

fn load_bytes(
    store: &BlobStore,
    country: &str,
    base: &BaseEntry,
    known: Option<Bytes>,
) -> Result<Bytes> {
    check_blobs(store, country, base)?;
    match known {
        Some(bytes) => Ok(bytes),
        None => read_checked(store, country, &blob_name(store, country, &base.sha256)?),
    }
}

fn open_shard(
    store: &BlobStore,
    country: &str,
    sha256: &str,
    bytes: Bytes,
) -> Result<Shard<Bytes>> {
    let path = store.blob_path(&blob_name(store, country, sha256)?);
    match Shard::open(bytes) {
        Err(source) => Err(Error::ShardUnusable { path, country: country.into(), source }),
        Ok(shard) if shard.meta().country.as_str() != country => {
            let found = shard.meta().country.to_string();
            Err(Error::ShardOfOtherCountry { path, country: country.into(), found })
        }
        Ok(shard) => Ok(shard),
    }
}

fn check_length(
    store: &BlobStore,
    country: &str,
    role: &'static str,
    sha256: &str,
    expected_bytes: u64,
) -> Result<()> {
    let name = blob_name(store, country, sha256)?;
    let path = store.blob_path(&name);
    let got = store
        .length_bytes(&name)
        .map_err(|source| unreadable(store, &name, role, country, source))?;
    if got != expected_bytes {
        return Err(Error::BlobDamaged {
            path,
            role,
            country: country.into(),
            expected: format!("{expected_bytes} bytes"),
            got: format!("{got} bytes"),
        });
    }
    Ok(())
}

fn read_checked(store: &BlobStore, country: &str, name: &BlobName) -> Result<Bytes> {
    let role = "the shard";
    let bytes =
        store.read(name).map_err(|source| unreadable(store, name, role, country, source))?;
    let got = sha256_hex(&bytes);
    if got != name.as_str() {
        return Err(Error::BlobDamaged {
            path: store.blob_path(name),
            role,
            country: country.into(),
            expected: format!("SHA-256 {}", name.as_str()),
            got,
        });
    }
    Ok(Bytes::from(bytes))
}

fn unreadable(
    store: &BlobStore,
    name: &BlobName,
    role: &'static str,
    country: &str,
    source: io::Error,
) -> Error {
    Error::BlobUnreadable { path: store.blob_path(name), role, country: country.into(), source }
}

fn blob_name(store: &BlobStore, country: &str, sha256: &str) -> Result<BlobName> {
    BlobName::parse(sha256).ok_or_else(|| Error::ManifestInvalid {
        path: store.manifest_path(),
        dir: store.dir().into(),
        what: format!("`{sha256}` of {country} is not a lower-case SHA-256"),
    })
}

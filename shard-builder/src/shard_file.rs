//! Opens shards and manifests from files; errors name the file.

use std::fs;
use std::path::Path;

use geocoder_core::manifest::{MANIFEST_FORMAT, Manifest};
use geocoder_core::{CountryCode, Shard};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// Opens a shard file.
///
/// # Errors
/// Fails when the file cannot be read or is no intact shard.
pub fn open(path: &Path) -> Result<Shard<Vec<u8>>> {
    let bytes = fs::read(path).map_err(|source| Error::Read { path: path.into(), source })?;
    Shard::open(bytes).map_err(|source| Error::Shard { path: path.into(), source })
}

/// Reads a manifest.
///
/// # Errors
/// Fails when the file cannot be read or is no manifest of the known format.
pub fn read_manifest(path: &Path) -> Result<Manifest> {
    let bytes = fs::read(path).map_err(|source| Error::Read { path: path.into(), source })?;
    let manifest: Manifest = serde_json::from_slice(&bytes)
        .map_err(|source| Error::Manifest { path: path.into(), source })?;
    if manifest.format != MANIFEST_FORMAT {
        let found = manifest.format;
        return Err(Error::ManifestFormat { path: path.into(), found, supported: MANIFEST_FORMAT });
    }
    Ok(manifest)
}

/// Opens the shard of a country that a manifest names, from the blobs beside the manifest.
///
/// # Errors
/// Fails when the manifest does not offer the country, or its blob is missing or changed.
pub fn open_published(manifest: &Path, country: CountryCode) -> Result<Shard<Vec<u8>>> {
    let entry = read_manifest(manifest)?.countries.remove(country.as_str());
    let entry = entry.ok_or_else(|| Error::NotInManifest { path: manifest.into(), country })?;
    let name = &entry.base.sha256;
    // A hash is hexadecimal; anything else could name a file elsewhere.
    let is_hash = name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    let path = manifest.parent().unwrap_or(Path::new(".")).join("blobs").join(name);
    if !is_hash {
        return Err(Error::BlobHash { path });
    }
    let bytes = fs::read(&path).map_err(|source| Error::Read { path: path.clone(), source })?;
    if sha256(&bytes) != *name {
        return Err(Error::BlobHash { path });
    }
    Shard::open(bytes).map_err(|source| Error::Shard { path, source })
}

/// Returns the SHA-256 of some bytes in lower-case hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_the_file_and_what_is_wrong() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.shard");
        assert!(open(&path).unwrap_err().to_string().contains("x.shard"));
        fs::write(&path, b"hello").unwrap();
        let error = open(&path).unwrap_err();
        assert!(error.to_string().contains("x.shard"), "{error}");
        assert!(matches!(error, Error::Shard { .. }));

        let manifest = directory.path().join("manifest.json");
        fs::write(&manifest, b"[]").unwrap();
        assert!(matches!(read_manifest(&manifest), Err(Error::Manifest { .. })));
        let text = r#"{"format":99,"epoch":"1","version":1,"countries":{}}"#;
        fs::write(&manifest, text).unwrap();
        assert!(matches!(read_manifest(&manifest), Err(Error::ManifestFormat { found: 99, .. })));
        fs::write(&manifest, text.replace("99", "1")).unwrap();
        let li = CountryCode::parse("li").unwrap();
        assert!(matches!(open_published(&manifest, li), Err(Error::NotInManifest { .. })));
    }

    #[test]
    fn sha256_is_lower_case_hexadecimal() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(sha256(b""), empty);
    }
}

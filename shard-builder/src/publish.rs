//! Publishes a country: writes its shard, the content-named blobs and the manifest.
//!
//! Every file is written beside its place, flushed and renamed, blobs before the manifest that
//! names them: a reader of the directory sees the old state or the new one, never a mixture.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use geocoder_core::CountryCode;
use geocoder_core::gazetteer::Gazetteer;
use geocoder_core::manifest::{BaseEntry, ChunkEntry, CountryEntry, MANIFEST_FORMAT, Manifest};
use geocoder_core::shard::writer::{ShardWriter, WrittenShard};
use geocoder_core::shard::{FORMAT_VERSION, Shard};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use crate::compress;
use crate::error::{Error, Result};
use crate::progress::Progress;
use crate::shard_file;

/// Digits of a shard's hash that name its generation.
const GENERATION_DIGITS: usize = 16;
/// Lineage of a directory's data until its history is rewritten.
const FIRST_EPOCH: &str = "1";

/// What was published.
#[derive(Debug, Clone)]
pub struct Published {
    /// The shard.
    pub shard: WrittenShard,
    /// The country's entry in the manifest.
    pub entry: CountryEntry,
    /// Version of the manifest.
    pub version: u64,
    /// The manifest's file.
    pub manifest: PathBuf,
}

/// Writes a gazetteer as the current shard of its country into a directory.
///
/// Other countries of the directory stay; its manifest's version grows unless nothing changed.
/// `previous` names a manifest whose shard of the country passes its place ordinals on.
///
/// # Errors
/// Fails when the gazetteer breaks a rule, a file cannot be read or written, or the directory
/// has a manifest of another format.
pub fn publish(
    directory: &Path,
    gazetteer: &Gazetteer,
    previous: Option<&Path>,
    progress: &dyn Progress,
) -> Result<Published> {
    let country = gazetteer.country.unwrap_or(CountryCode::WORLD);
    let previous =
        previous.map(|manifest| shard_file::open_published(manifest, country)).transpose()?;
    // An unusable manifest must be found before any work is done.
    let manifest_path = directory.join("manifest.json");
    old_manifest(&manifest_path)?;
    progress.start("writing the shard", 0);
    let shard = write_shard(gazetteer, country, previous.as_ref())?;
    progress.finish();

    let blobs = directory.join("blobs");
    let write = |source| Error::Write { path: blobs.clone(), source };
    fs::create_dir_all(&blobs).map_err(write)?;
    let entry = write_blobs(&blobs, &shard, progress)?;

    // Builds of other countries may have published meanwhile.
    let _lock = lock(directory)?;
    let old = old_manifest(&manifest_path)?;
    let mut manifest = old.clone().unwrap_or_else(|| Manifest {
        format: MANIFEST_FORMAT,
        epoch: FIRST_EPOCH.into(),
        version: 0,
        countries: BTreeMap::new(),
    });
    manifest.countries.insert(country.as_str().into(), entry.clone());
    if old.as_ref() != Some(&manifest) {
        manifest.version += 1;
        let json = |source| Error::Manifest { path: manifest_path.clone(), source };
        let mut text = serde_json::to_vec_pretty(&manifest).map_err(json)?;
        text.push(b'\n');
        write_atomically(&manifest_path, &text)?;
    }
    Ok(Published { shard, entry, version: manifest.version, manifest: manifest_path })
}

fn old_manifest(path: &Path) -> Result<Option<Manifest>> {
    shard_file::read_manifest(path).map(Some).or_else(|error| match error {
        Error::Read { source, .. } if source.kind() == io::ErrorKind::NotFound => Ok(None),
        other => Err(other),
    })
}

/// Waits until nobody else changes the manifest of a directory; the lock ends with the handle.
fn lock(directory: &Path) -> Result<File> {
    let locked = File::open(directory).and_then(|file| file.lock().map(|()| file));
    locked.map_err(|source| Error::Write { path: directory.into(), source })
}

fn write_shard(
    gazetteer: &Gazetteer,
    country: CountryCode,
    previous: Option<&Shard<Vec<u8>>>,
) -> Result<WrittenShard> {
    let mut writer = ShardWriter::new(gazetteer);
    if let Some(previous) = previous {
        writer = writer.previous(previous);
    }
    writer.write().map_err(|source| Error::Writer { country, source })
}

fn write_blobs(
    directory: &Path,
    shard: &WrittenShard,
    progress: &dyn Progress,
) -> Result<CountryEntry> {
    let mut chunks = Vec::with_capacity(shard.chunks.len());
    let mut blobs: BTreeMap<String, &[u8]> = BTreeMap::new();
    for info in &shard.chunks {
        let start = usize::try_from(info.offset).unwrap_or(usize::MAX);
        let size = usize::try_from(info.size).unwrap_or(usize::MAX);
        let bytes = shard.bytes.get(start..start.saturating_add(size)).unwrap_or_default();
        let sha256 = shard_file::sha256(bytes);
        blobs.insert(sha256.clone(), bytes);
        chunks.push(ChunkEntry { sha256, size: info.size, kind: info.kind.name().into() });
    }
    let sha256 = shard_file::sha256(&shard.bytes);
    blobs.insert(sha256.clone(), &shard.bytes);

    progress.start("compressing blobs", blobs.values().map(|bytes| bytes.len() as u64).sum());
    let blobs: Vec<(String, &[u8])> = blobs.into_iter().collect();
    let sizes = blobs
        .par_iter()
        .map(|(name, bytes)| {
            let sizes = write_blob(&directory.join(name), bytes)?;
            progress.advance(bytes.len() as u64);
            Ok((name.clone(), sizes))
        })
        .collect::<Result<BTreeMap<String, (u64, u64)>>>()?;
    progress.finish();

    let (size_br, size_gzip) = sizes.get(&sha256).copied().unwrap_or_default();
    let meta = &shard.meta;
    let generation = sha256.chars().take(GENERATION_DIGITS).collect();
    let base = BaseEntry {
        generation,
        format: FORMAT_VERSION,
        size: shard.bytes.len() as u64,
        sha256,
        size_br,
        size_gzip,
        bbox: meta.bbox,
        records: meta.records.iter().cloned().collect(),
        chunks,
    };
    Ok(CountryEntry { name: meta.name.clone(), base, attribution: meta.attribution.clone() })
}

/// Writes a blob with its compressed forms and returns the sizes of these, brotli and gzip.
fn write_blob(path: &Path, bytes: &[u8]) -> Result<(u64, u64)> {
    let named = |suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    let size_of = |path: &Path| fs::metadata(path).ok().map(|metadata| metadata.len());
    // The name says what is in the file, so what is there with the right size need not be redone.
    if size_of(path) != Some(bytes.len() as u64) {
        write_atomically(path, bytes)?;
    }
    let mut sizes = [0, 0];
    type Form = fn(&[u8]) -> io::Result<Vec<u8>>;
    let forms: [(&str, Form); 2] = [(".br", compress::brotli), (".gz", compress::gzip)];
    for (size, (suffix, form)) in sizes.iter_mut().zip(forms) {
        let path = named(suffix);
        *size = match size_of(&path).filter(|size| *size > 0) {
            Some(size) => size,
            None => {
                let packed =
                    form(bytes).map_err(|source| Error::Write { path: path.clone(), source })?;
                write_atomically(&path, &packed)?;
                packed.len() as u64
            }
        };
    }
    Ok((sizes[0], sizes[1]))
}

/// Writes a file so that its name shows the old content or the new one, never a part.
pub(crate) fn write_atomically(path: &Path, bytes: &[u8]) -> Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    static DRAFTS: AtomicU64 = AtomicU64::new(0);
    // Two threads may write the same blob: each its own draft, and the last rename stays.
    let number = DRAFTS.fetch_add(1, Ordering::Relaxed);
    let draft = directory.join(format!(".{name}.{}-{number}.draft", std::process::id()));
    let write = || -> io::Result<()> {
        let mut file = File::create(&draft)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&draft, path)?;
        File::open(directory)?.sync_all()
    };
    write().map_err(|source| {
        // The draft is of no use to anyone; that it may not exist is no further error.
        drop(fs::remove_file(&draft));
        Error::Write { path: path.into(), source }
    })
}

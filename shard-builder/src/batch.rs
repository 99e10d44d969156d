//! Builds the countries of a build file: several at a time, resumable, skipping what did not
//! change.
//!
//! A country is unchanged when its sources, their files, the options, the previous generation
//! and the builder itself are those of the last build, and the blobs of that build are there.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use geocoder_core::CountryCode;
use geocoder_core::shard::FORMAT_VERSION;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::account::{Account, peak_memory_bytes};
use crate::assemble::assemble;
use crate::build_file::{BuildFile, CountryEntry, SourceEntry};
use crate::error::{Error, Result};
use crate::progress::Progress;
use crate::publish::{publish, write_atomically};
use crate::report::Report;
use crate::shard_file;
use crate::source::Source;

/// What became of a country.
#[derive(Debug)]
pub enum Outcome {
    /// It was built.
    Built(Box<Account>),
    /// Nothing changed since it was built.
    Unchanged,
}

/// One country with its sources, ready to be built.
#[derive(Debug)]
pub struct Job<'a> {
    /// The country.
    pub country: CountryCode,
    /// Whether the shard is offered under the share-alike licence of one of its sources.
    pub share_alike: bool,
    /// Whether alternates get chunks of their own.
    pub separate_alternates: bool,
    /// Directory of the manifest and the blobs.
    pub out: &'a Path,
    /// Manifest of the generation whose place numbers are to be kept.
    pub previous: Option<&'a Path>,
}

impl Job<'_> {
    /// Builds and publishes the country.
    ///
    /// # Errors
    /// Fails when a source is unusable or the output cannot be written.
    pub fn run(&self, sources: &[Box<dyn Source>], progress: &dyn Progress) -> Result<Account> {
        let start = Instant::now();
        let mut report = Report::default();
        let mut gazetteer =
            assemble(self.country, sources, self.share_alike, &mut report, progress)?;
        gazetteer.separate_alternates = self.separate_alternates;
        let published = publish(self.out, &gazetteer, self.previous, progress)?;
        Ok(Account {
            country: self.country.to_string(),
            sources: sources.iter().map(|source| source.label()).collect(),
            attribution: published.entry.attribution.clone(),
            report,
            shard: published.entry.base.into(),
            seconds: start.elapsed().as_secs_f64(),
            peak_memory_bytes: peak_memory_bytes(),
            fingerprint: String::new(),
        })
    }
}

/// Builds the countries of a file, or only some of them; calls `done` with each when it is
/// finished, in the order in which that happens.
///
/// # Errors
/// Fails when the program cannot read itself; faults of single countries go to `done`.
pub fn build_all(
    file: &BuildFile,
    only: &[CountryCode],
    n_jobs: usize,
    progress: &(dyn Fn(CountryCode) -> Box<dyn Progress> + Sync),
    done: &(dyn Fn(CountryCode, Result<Outcome>) + Sync),
) -> Result<()> {
    let hashes = FileHashes::default();
    let builder = match std::env::current_exe() {
        Ok(path) => hashes.of(&path)?,
        Err(source) => return Err(Error::Read { path: "the builder itself".into(), source }),
    };
    let countries: Vec<(CountryCode, &CountryEntry)> = file
        .countries
        .iter()
        .filter_map(|entry| Some((CountryCode::parse(&entry.code)?, entry)))
        .filter(|(code, _)| only.is_empty() || only.contains(code))
        .collect();
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some((code, entry)) = countries.get(next.fetch_add(1, Ordering::Relaxed)) {
            let outcome = build_one(file, *code, entry, &builder, &hashes, &*progress(*code));
            done(*code, outcome);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..n_jobs.clamp(1, countries.len().max(1)) {
            scope.spawn(work);
        }
    });
    Ok(())
}

fn build_one(
    file: &BuildFile,
    country: CountryCode,
    entry: &CountryEntry,
    builder: &str,
    hashes: &FileHashes,
    progress: &dyn Progress,
) -> Result<Outcome> {
    let inputs: Vec<PathBuf> = entry.sources.iter().flat_map(SourceEntry::paths).collect();
    let inputs = inputs.iter().map(|path| hashes.of(path)).collect::<Result<Vec<String>>>()?;
    let previous = file.previous.as_deref().map(|path| hashes.of(path)).transpose()?;
    let fingerprint = fingerprint(&Inputs {
        builder,
        format: FORMAT_VERSION,
        country: entry,
        inputs: &inputs,
        previous: previous.as_deref(),
    });
    if is_unchanged(&file.out, country, &fingerprint) {
        return Ok(Outcome::Unchanged);
    }
    let sources =
        entry.sources.iter().map(SourceEntry::open).collect::<Result<Vec<Box<dyn Source>>>>()?;
    let job = Job {
        country,
        share_alike: entry.share_alike,
        separate_alternates: entry.separate_alternates.unwrap_or(country == CountryCode::WORLD),
        out: &file.out,
        previous: file.previous.as_deref(),
    };
    let mut account = job.run(&sources, progress)?;
    account.fingerprint = fingerprint;
    write_account(&file.out, &account)?;
    Ok(Outcome::Built(Box::new(account)))
}

/// Writes the account of a build beside the manifest, as `reports/{country}.json`.
///
/// # Errors
/// Fails when the file cannot be written.
pub fn write_account(out: &Path, account: &Account) -> Result<()> {
    let path = account_path(out, &account.country);
    let folder = path.parent().unwrap_or(out);
    fs::create_dir_all(folder).map_err(|source| Error::Write { path: folder.into(), source })?;
    let mut text = serde_json::to_vec_pretty(account)
        .map_err(|source| Error::Manifest { path: path.clone(), source })?;
    text.push(b'\n');
    write_atomically(&path, &text)
}

fn account_path(out: &Path, country: &str) -> PathBuf {
    out.join("reports").join(format!("{country}.json"))
}

/// Everything that the bytes of a shard depend on.
#[derive(Serialize)]
struct Inputs<'a> {
    builder: &'a str,
    format: u32,
    country: &'a CountryEntry,
    inputs: &'a [String],
    previous: Option<&'a str>,
}

fn fingerprint(inputs: &Inputs<'_>) -> String {
    shard_file::sha256(&serde_json::to_vec(inputs).unwrap_or_default())
}

/// The part of an account that tells what was built of what.
#[derive(Deserialize)]
struct Built {
    fingerprint: String,
    shard: BuiltShard,
}

#[derive(Deserialize)]
struct BuiltShard {
    sha256: String,
}

fn is_unchanged(out: &Path, country: CountryCode, fingerprint: &str) -> bool {
    let account = fs::read(account_path(out, country.as_str())).ok();
    let built = account.and_then(|text| serde_json::from_slice::<Built>(&text).ok());
    let manifest = shard_file::read_manifest(&out.join("manifest.json")).ok();
    let entry = manifest.and_then(|mut manifest| manifest.countries.remove(country.as_str()));
    let Some((built, entry)) = built.zip(entry) else { return false };
    let is_there = |sha256: &str, size: u64| {
        let path = out.join("blobs").join(sha256);
        fs::metadata(path).is_ok_and(|metadata| metadata.len() == size)
    };
    built.fingerprint == fingerprint
        && built.shard.sha256 == entry.base.sha256
        && is_there(&entry.base.sha256, entry.base.size)
        && entry.base.chunks.iter().all(|chunk| is_there(&chunk.sha256, chunk.size))
}

/// Hashes of files, each computed once.
#[derive(Debug, Default)]
struct FileHashes(Mutex<HashMap<PathBuf, String>>);

impl FileHashes {
    fn of(&self, path: &Path) -> Result<String> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned();
        if let Some(hash) = known {
            return Ok(hash);
        }
        let read = |source| Error::Read { path: path.into(), source };
        let mut file = File::open(path).map_err(read)?;
        let mut digest = Sha256::new();
        let mut buffer = vec![0; 1 << 18];
        loop {
            let count = file.read(&mut buffer).map_err(read)?;
            if count == 0 {
                break;
            }
            digest.update(buffer.get(..count).unwrap_or_default());
        }
        let hash: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(path.into(), hash.clone());
        Ok(hash)
    }
}

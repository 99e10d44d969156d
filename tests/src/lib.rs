//! Harness for tests across components: real shards of the bundled extracts, the shared corpus.

pub mod hostile;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use geocoder_core::gazetteer::Gazetteer;
use geocoder_core::shard::writer::{ShardWriter, WrittenShard};
use geocoder_core::{CountryCode, Geocoder, Shard};
use shard_builder::Source;
use shard_builder::build_file::{BuildFile, SourceEntry};
use shard_builder::progress::Silent;

/// Returns the folder of the bundled extracts and corpora.
pub fn tests_folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Reads a bundled extract, such as `("li", "liechtenstein")`.
///
/// # Errors
/// Fails when the extract is unusable.
pub fn gazetteer(country: &str, extract: &str) -> anyhow::Result<Gazetteer> {
    let code = CountryCode::parse(country).ok_or_else(|| anyhow::anyhow!("no country code"))?;
    let path: PathBuf = tests_folder().join(format!("data/{extract}.osm.pbf"));
    let mut report = shard_builder::Report::default();
    Ok(shard_builder::osm::read(code, &[path], &mut report)?)
}

/// Reads the sources of a country of the demo.
///
/// # Errors
/// Fails when the country is not in the demo or a source is unusable.
pub fn demo_gazetteer(country: &str) -> anyhow::Result<Gazetteer> {
    let root = tests_folder().parent().unwrap_or(tests_folder());
    of_build_file(&root.join("demo.toml"), country)
}

/// Reads the sources of a country of `whole-files.toml`; nothing, and a note, without the folder
/// that `HEREABOUTS_DATA` names.
///
/// # Errors
/// Fails when the country is not in the file or a source is unusable.
#[expect(clippy::print_stderr, reason = "tells which test did not run in full")]
pub fn listed_gazetteer(country: &str) -> anyhow::Result<Option<Gazetteer>> {
    let Some(folder) = std::env::var_os("HEREABOUTS_DATA").map(PathBuf::from) else {
        eprintln!("skipped: HEREABOUTS_DATA does not name the folder of the whole files");
        return Ok(None);
    };
    // Paths of a build file are relative to it, so it is read as if it stood in the folder.
    let text = std::fs::read_to_string(tests_folder().join("data/whole-files.toml"))?;
    let file = BuildFile::parse(&text, &folder.join("whole-files.toml"))?;
    gazetteer_of(&file, country).map(Some)
}

fn of_build_file(path: &Path, country: &str) -> anyhow::Result<Gazetteer> {
    gazetteer_of(&BuildFile::read(path)?, country)
}

fn gazetteer_of(file: &BuildFile, country: &str) -> anyhow::Result<Gazetteer> {
    let entry = file.countries.iter().find(|entry| entry.code == country);
    let entry = entry.ok_or_else(|| anyhow::anyhow!("no country {country}"))?;
    let sources = entry.sources.iter().map(SourceEntry::open);
    let sources = sources.collect::<Result<Vec<Box<dyn Source>>, _>>()?;
    let code = CountryCode::parse(country).ok_or_else(|| anyhow::anyhow!("no country code"))?;
    let mut report = shard_builder::Report::default();
    let mut gazetteer =
        shard_builder::assemble(code, &sources, entry.share_alike, &mut report, &Silent)?;
    gazetteer.separate_alternates = code == CountryCode::WORLD;
    Ok(gazetteer)
}

/// Returns the size of some bytes with brotli at its best quality.
pub fn brotli_size(bytes: &[u8]) -> usize {
    shard_builder::compress::brotli(bytes).map_or(0, |packed| packed.len())
}

/// Returns the shard of Liechtenstein, written once per test process.
///
/// # Panics
/// When the bundled extract is unusable, which is what the tests are there to notice.
#[expect(clippy::expect_used, reason = "tests cannot go on without their data")]
pub fn liechtenstein() -> &'static WrittenShard {
    static SHARD: OnceLock<WrittenShard> = OnceLock::new();
    SHARD.get_or_init(|| {
        let gazetteer = gazetteer("li", "liechtenstein").expect("the extract is readable");
        ShardWriter::new(&gazetteer).write().expect("the gazetteer is sound")
    })
}

/// Returns the shard of Monaco, written once per test process.
///
/// # Panics
/// When the bundled extract is unusable, which is what the tests are there to notice.
#[expect(clippy::expect_used, reason = "tests cannot go on without their data")]
pub fn monaco() -> &'static WrittenShard {
    static SHARD: OnceLock<WrittenShard> = OnceLock::new();
    SHARD.get_or_init(|| {
        let gazetteer = gazetteer("mc", "monaco").expect("the extract is readable");
        ShardWriter::new(&gazetteer).write().expect("the gazetteer is sound")
    })
}

/// Returns a geocoder over both bundled countries.
///
/// # Panics
/// When a shard just written cannot be opened.
#[expect(clippy::expect_used, reason = "tests cannot go on without their data")]
pub fn geocoder() -> Geocoder<Vec<u8>> {
    let mut geocoder = Geocoder::new();
    for shard in [liechtenstein(), monaco()] {
        geocoder.insert(Shard::open(shard.bytes.clone()).expect("a new shard opens"));
    }
    geocoder
}

/// Returns the bytes of a chunk of a written shard.
pub fn chunk(shard: &WrittenShard, number: usize) -> Vec<u8> {
    let bytes = shard.chunks.get(number).and_then(|info| {
        let start = usize::try_from(info.offset).ok()?;
        shard.bytes.get(start..start + usize::try_from(info.size).ok()?)
    });
    bytes.unwrap_or_default().to_vec()
}

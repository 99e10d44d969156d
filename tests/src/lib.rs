//! Harness for tests across components: real shards of the bundled extracts, the shared corpus.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use geocoder_core::gazetteer::Gazetteer;
use geocoder_core::shard::writer::{ShardWriter, WrittenShard};
use geocoder_core::{CountryCode, Geocoder, Shard};

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

//! Reads extracts in the trivial way and as the builder does, side by side, to compare speeds.
//!
//! `cargo run --release -p shard-builder --example read_pbf -- li=FILE.osm.pbf mc=FILE.osm.pbf`
//! tells, for each country's file, the medians of alternating runs: the trivial read decodes every
//! object with its tags in one parallel pass and counts them; the builder's makes the gazetteer.
//! `--only read` or `--only build` does one of them once, to measure its memory.
#![expect(clippy::print_stdout, reason = "the figures are the output")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use geocoder_core::CountryCode;
use osmpbf::{Element, ElementReader};
use shard_builder::{Report, osm};

/// Runs of each kind; the median of an odd number is one of them.
const RUNS: usize = 15;

/// Numbers of objects, and bytes of their tags so that decoding them is not left out.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Counts {
    nodes: u64,
    ways: u64,
    relations: u64,
    references: u64,
    tag_bytes: u64,
}

impl Counts {
    fn of(element: &Element<'_>) -> Self {
        let bytes = |tags: &mut dyn Iterator<Item = (&str, &str)>| {
            tags.map(|(key, value)| (key.len() + value.len()) as u64).sum()
        };
        match element {
            Element::Node(node) => {
                Self { nodes: 1, tag_bytes: bytes(&mut node.tags()), ..Self::default() }
            }
            Element::DenseNode(node) => {
                Self { nodes: 1, tag_bytes: bytes(&mut node.tags()), ..Self::default() }
            }
            Element::Way(way) => Self {
                ways: 1,
                references: way.refs().count() as u64,
                tag_bytes: bytes(&mut way.tags()),
                ..Self::default()
            },
            Element::Relation(relation) => Self {
                relations: 1,
                references: relation.members().count() as u64,
                tag_bytes: bytes(&mut relation.tags()),
                ..Self::default()
            },
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            nodes: self.nodes + other.nodes,
            ways: self.ways + other.ways,
            relations: self.relations + other.relations,
            references: self.references + other.references,
            tag_bytes: self.tag_bytes + other.tag_bytes,
        }
    }
}

fn read_trivially(path: &Path) -> anyhow::Result<Counts> {
    let reader = ElementReader::from_path(path)?;
    Ok(reader.par_map_reduce(|element| Counts::of(&element), Counts::default, Counts::plus)?)
}

fn build(country: CountryCode, path: &Path) -> anyhow::Result<usize> {
    let gazetteer = osm::read(country, &[path.to_path_buf()], &mut Report::default())?;
    Ok(gazetteer.streets.len())
}

fn timed<T>(run: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<(T, Duration)> {
    let start = Instant::now();
    Ok((run()?, start.elapsed()))
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times.get(times.len() / 2).map_or(0.0, Duration::as_secs_f64) * 1e3
}

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1).peekable();
    let only = arguments.next_if(|argument| argument == "--only").and_then(|_| arguments.next());
    for argument in arguments {
        let (country, path) = argument.split_once('=').context("give files as li=FILE.osm.pbf")?;
        let country = CountryCode::parse(country).context("no country code before the =")?;
        let path = PathBuf::from(path);
        match only.as_deref() {
            Some("read") => println!("{:?}", read_trivially(&path)?),
            Some(_) => println!("{country}: {} streets", build(country, &path)?),
            None => compare(country, &path)?,
        }
    }
    Ok(())
}

/// Alternates the two, so that both meet the same conditions.
fn compare(country: CountryCode, path: &Path) -> anyhow::Result<()> {
    let (mut trivial, mut builder) = (Vec::new(), Vec::new());
    let mut counts = Counts::default();
    for _ in 0..RUNS {
        let (read, time) = timed(|| read_trivially(path))?;
        counts = read;
        trivial.push(time);
        builder.push(timed(|| build(country, path))?.1);
    }
    let (trivial_ms, builder_ms) = (median(trivial), median(builder));
    println!(
        "{country}: {} nodes, {} ways, {} relations; trivial read {trivial_ms:.1} ms, \
         builder {builder_ms:.1} ms, ratio {:.2} (medians of {RUNS})",
        counts.nodes,
        counts.ways,
        counts.relations,
        builder_ms / trivial_ms
    );
    Ok(())
}

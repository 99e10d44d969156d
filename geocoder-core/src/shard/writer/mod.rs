//! Writes a gazetteer as a shard; the same gazetteer always gives the same bytes.
//!
//! Steps: order the places, cut their streets and points into blocks, collect the terms of all
//! names, give every term its slot, then encode chunk by chunk.
//! Input comes from the builder and is checked first; index arithmetic after that relies on it.
#![expect(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "works on its own data, checked on entry; never compiled into clients"
)]

mod alternates;
mod analysis;
mod blocks;
mod boundaries;
mod check;
mod dictionary;
mod houses;
mod order;
mod places;
mod records;

use std::collections::BTreeMap;

use super::container::{CHECKSUM_AT, ENTRY_BYTES, HEADER_BYTES, checksum, head_checksum};
use super::{ChunkInfo, ChunkKind, FORMAT_VERSION, MAGIC, SectionSize, Shard, ShardMeta};
use crate::error::{Error, Result};
use crate::gazetteer::{Gazetteer, Names};
use crate::geo::{BBox, LonLat};
use crate::record::{CountryCode, RecordType};
use crate::weights::Weights;

/// Countries that write the house number before the street, after the address formats of
/// OpenCage's address-formatting (MIT).
const NUMBER_FIRST: [&str; 62] = [
    "ag", "ai", "au", "bb", "bd", "bh", "bm", "bs", "bz", "ca", "ci", "cm", "cy", "dm", "dz", "eg",
    "fj", "fr", "gb", "gd", "gf", "gg", "gh", "gi", "gp", "gy", "hk", "ie", "il", "im", "in", "je",
    "jm", "ke", "kn", "ky", "lb", "lc", "lk", "lu", "ma", "mc", "mq", "mt", "mu", "my", "nc", "ng",
    "nz", "om", "pf", "ph", "pk", "re", "sa", "sg", "th", "tn", "tt", "us", "yt", "za",
];

/// What the shard of all countries is called.
const WORLD_NAME: &str = "World";

/// Writes shards.
#[derive(Debug)]
pub struct ShardWriter<'a> {
    gazetteer: &'a Gazetteer,
    previous: Option<&'a Shard<Vec<u8>>>,
    weights: Weights,
}

/// A shard just written.
#[derive(Debug, Clone)]
pub struct WrittenShard {
    /// The shard.
    pub bytes: Vec<u8>,
    /// Its chunks.
    pub chunks: Vec<ChunkInfo>,
    /// Its description.
    pub meta: ShardMeta,
}

impl<'a> ShardWriter<'a> {
    /// Prepares to write a gazetteer.
    pub fn new(gazetteer: &'a Gazetteer) -> Self {
        Self { gazetteer, previous: None, weights: Weights::default() }
    }

    /// Keeps the place ordinals of the country's previous generation.
    #[must_use]
    pub fn previous(mut self, shard: &'a Shard<Vec<u8>>) -> Self {
        self.previous = Some(shard);
        self
    }

    /// Gives the shard other weights of the score than the usual ones.
    #[must_use]
    pub fn weights(mut self, weights: Weights) -> Self {
        self.weights = weights;
        self
    }

    /// Writes the shard.
    ///
    /// # Errors
    /// Fails when the gazetteer breaks a rule stated at its types.
    pub fn write(self) -> Result<WrittenShard> {
        let country = check::check(self.gazetteer)?;
        let order = order::order(self.gazetteer, self.previous)?;
        let languages = languages(self.gazetteer);
        let zipcodes = zipcodes(self.gazetteer);
        let blocks = blocks::cut(self.gazetteer, &order, &zipcodes, &languages);
        let mut sections = Sections::default();

        let stop_words = &self.gazetteer.lexicon.stop_words;
        let record_terms = dictionary::of_records(&blocks, stop_words);
        let terms = record_terms.encode(order.places.len(), &blocks.per_place, &mut sections);
        let separate = self.gazetteer.separate_alternates;
        let alternate_terms = separate.then(|| dictionary::of_alternates(&blocks, stop_words));
        let records = records::encode(&blocks, &record_terms, &languages, &zipcodes, &mut sections);
        let boundaries = boundaries::encode(self.gazetteer, &order, &mut sections);
        let places = places::encode(&places::Input {
            gazetteer: self.gazetteer,
            order: &order,
            languages: &languages,
            zipcodes: &zipcodes,
            blocks: &blocks,
            record_terms: &record_terms,
            alternate_terms: alternate_terms.as_ref(),
            records: &records,
            boundaries: &boundaries,
        });
        sections.add("places", places.len());

        let alternates = alternate_terms.map(|terms| {
            let groups = records.iter().map(|chunk| chunk.n_blocks);
            let encoded = alternates::encode(&blocks, groups, &terms, &mut sections);
            let n_places = order.places.len();
            (terms.encode(n_places, &blocks.per_place, &mut sections), encoded)
        });
        let mut chunks = vec![(ChunkKind::Places, places)];
        chunks.extend(terms.into_iter().map(|bytes| (ChunkKind::Terms, bytes)));
        for chunk in records {
            chunks.push((ChunkKind::Records, chunk.records));
            chunks.push((ChunkKind::Houses, chunk.houses));
            chunks.push((ChunkKind::Geometry, chunk.geometry));
        }
        chunks.extend(boundaries.into_iter().map(|chunk| (ChunkKind::Boundaries, chunk.bytes)));
        if let Some((terms, alternates)) = alternates {
            chunks.extend(terms.into_iter().map(|bytes| (ChunkKind::AlternateTerms, bytes)));
            chunks.extend(alternates.into_iter().map(|bytes| (ChunkKind::Alternates, bytes)));
        }
        let meta = self.describe(country, sections);
        Ok(assemble(chunks, meta))
    }

    fn describe(&self, country: CountryCode, sections: Sections) -> ShardMeta {
        let gazetteer = self.gazetteer;
        let mut records: BTreeMap<String, u64> = BTreeMap::new();
        let mut count = |name: &str, n: usize| {
            *records.entry(name.into()).or_default() += n as u64;
        };
        for place in &gazetteer.places {
            count(place.kind.name(), 1);
        }
        for point in &gazetteer.points {
            count(point.kind.name(), 1);
        }
        count(RecordType::Street.name(), gazetteer.streets.len());
        count("house", gazetteer.streets.iter().map(|street| street.houses.len()).sum());
        let country_record =
            gazetteer.places.iter().find(|place| place.kind == RecordType::Country);
        let name = country_record.map_or(String::new(), |place| {
            let english = place.names.languages.iter().find(|(language, _)| language == "en");
            english.map_or(&place.names.default, |(_, name)| name).clone()
        });
        let name = if country == CountryCode::WORLD { WORLD_NAME.into() } else { name };
        let mut attribution = gazetteer.attribution.clone();
        attribution.sort();
        attribution.dedup();
        let bbox = everything(gazetteer);
        ShardMeta {
            country,
            name,
            number_first: NUMBER_FIRST.contains(&country.as_str()),
            bbox: [bbox.min_lon, bbox.min_lat, bbox.max_lon, bbox.max_lat],
            records: records.into_iter().collect(),
            attribution,
            lexicon: gazetteer.lexicon.clone(),
            weights: self.weights.clone(),
            sections: sections.finish(),
        }
    }
}

/// Raw sizes by content, in bits until the end.
#[derive(Debug, Default)]
struct Sections(BTreeMap<&'static str, f64>);

impl Sections {
    fn add(&mut self, name: &'static str, bytes: usize) {
        self.add_bits(name, bytes as f64 * 8.0);
    }

    fn add_bits(&mut self, name: &'static str, bits: f64) {
        *self.0.entry(name).or_default() += bits;
    }

    fn finish(self) -> Vec<SectionSize> {
        let sizes = self.0.into_iter();
        sizes
            .map(|(name, bits)| SectionSize {
                name: name.into(),
                bytes: (bits / 8.0).ceil() as u64,
            })
            .collect()
    }
}

fn assemble(chunks: Vec<(ChunkKind, Vec<u8>)>, meta: ShardMeta) -> WrittenShard {
    let description = postcard::to_allocvec(&meta).unwrap_or_default();
    let head_size =
        (HEADER_BYTES + chunks.len() * ENTRY_BYTES + description.len()).next_multiple_of(8);
    let mut head = Vec::with_capacity(head_size);
    head.extend_from_slice(MAGIC);
    for number in
        [FORMAT_VERSION, chunks.len() as u32 + 1, head_size as u32, description.len() as u32]
    {
        head.extend_from_slice(&number.to_le_bytes());
    }
    head.resize(HEADER_BYTES, 0);
    let mut infos =
        vec![ChunkInfo { kind: ChunkKind::Head, offset: 0, size: head_size as u64, checksum: 0 }];
    let mut body = Vec::new();
    for (kind, mut bytes) in chunks {
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        let checksum = checksum(&bytes);
        head.extend_from_slice(&(kind as u32).to_le_bytes());
        head.extend_from_slice(&((bytes.len() / 8) as u32).to_le_bytes());
        head.extend_from_slice(&checksum.to_le_bytes());
        infos.push(ChunkInfo {
            kind,
            offset: (head_size + body.len()) as u64,
            size: bytes.len() as u64,
            checksum,
        });
        body.extend_from_slice(&bytes);
    }
    head.extend_from_slice(&description);
    head.resize(head_size, 0);
    infos[0].checksum = head_checksum(&head);
    head[CHECKSUM_AT..CHECKSUM_AT + 8].copy_from_slice(&infos[0].checksum.to_le_bytes());
    head.extend_from_slice(&body);
    WrittenShard { bytes: head, chunks: infos, meta }
}

/// Returns all names of all records.
fn all_names(gazetteer: &Gazetteer) -> impl Iterator<Item = &Names> {
    let places = gazetteer.places.iter().map(|place| &place.names);
    let streets = gazetteer.streets.iter().map(|street| &street.names);
    let points = gazetteer.points.iter().map(|point| &point.names);
    places.chain(streets).chain(points)
}

fn languages(gazetteer: &Gazetteer) -> Vec<String> {
    let codes = all_names(gazetteer).flat_map(|names| &names.languages).map(|(code, _)| code);
    let codes: std::collections::BTreeSet<&String> = codes.collect();
    codes.into_iter().cloned().collect()
}

/// Returns all postcodes, ascending.
fn zipcodes(gazetteer: &Gazetteer) -> Vec<String> {
    let places = gazetteer.places.iter().flat_map(|place| &place.zipcodes);
    let streets = gazetteer.streets.iter().flat_map(|street| &street.zipcodes);
    let points = gazetteer.points.iter().flat_map(|point| &point.zipcodes);
    let codes: std::collections::BTreeSet<&String> = places.chain(streets).chain(points).collect();
    codes.into_iter().cloned().collect()
}

fn everything(gazetteer: &Gazetteer) -> BBox {
    let mut bbox = BBox::EMPTY;
    let mut add = |point: &LonLat| bbox.add(*point);
    gazetteer.places.iter().filter(|p| p.located).for_each(|place| add(&place.coordinates));
    gazetteer.streets.iter().for_each(|street| {
        add(&street.coordinates);
        street.houses.iter().for_each(|house| add(&house.coordinates));
        street.geometry.iter().flatten().for_each(&mut add);
    });
    gazetteer.points.iter().for_each(|point| add(&point.coordinates));
    gazetteer.arcs.iter().flatten().for_each(&mut add);
    bbox
}

/// Turns degrees into coordinate units.
fn units(degrees: f64) -> i32 {
    (degrees * super::UNITS_PER_DEGREE).round() as i32
}

fn invalid(what: impl Into<String>) -> Error {
    Error::InvalidGazetteer(what.into())
}

/// Whether a chunk or block may end before something with this name: true for one name in
/// `mean` on average, whatever stands around it, so an insertion moves no other border.
fn is_border(name: &[u8], mean: u64) -> bool {
    checksum(name).is_multiple_of(mean)
}

/// Recomputes all checksums of a shard whose bytes were changed on purpose, for tests of what
/// checksums cannot catch; bytes that are no shard stay as they are.
pub fn repair_checksums(bytes: &mut [u8]) {
    let number = |bytes: &[u8], at: usize| super::container::u32_at(bytes, at) as usize;
    let (n_chunks, head_size) = (number(bytes, 12), number(bytes, 16));
    let table_end = HEADER_BYTES.saturating_add(n_chunks.saturating_mul(ENTRY_BYTES));
    if head_size > bytes.len() || table_end > head_size {
        return;
    }
    let mut start = head_size;
    for entry in (HEADER_BYTES..).step_by(ENTRY_BYTES).take(n_chunks.saturating_sub(1)) {
        let end = start.saturating_add(number(bytes, entry + 4).saturating_mul(8));
        let Some(chunk) = bytes.get(start..end) else { break };
        let sum = checksum(chunk).to_le_bytes();
        bytes[entry + 8..entry + 16].copy_from_slice(&sum);
        start = end;
    }
    let sum = head_checksum(&bytes[..head_size]).to_le_bytes();
    bytes[CHECKSUM_AT..CHECKSUM_AT + 8].copy_from_slice(&sum);
}

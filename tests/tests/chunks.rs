//! Chunks: a shard works in part and comes complete, and an edit changes few of them.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that finds something missing has failed"
)]

use std::collections::BTreeSet;

use geocoder_core::Geocoder;
use geocoder_core::gazetteer::{Names, StreetRecord};
use geocoder_core::shard::ChunkKind;
use geocoder_core::shard::writer::{ShardWriter, WrittenShard};
use geocoder_core::{LonLat, ReverseRequest, SearchRequest, SearchResponse, Shard};
use hereabouts_tests::{chunk, gazetteer, liechtenstein};

const QUERIES: [&str; 12] = [
    "vaduz",
    "Städtle 43 Vad",
    "dorfstr 24 9495",
    "Heiligkreuz 25 Vadz",
    "schaan bahnhof",
    "landesmuseum",
    "im rossfeld 3 schaan",
    "fürst-johannes-strasse",
    "landstr 7 trisen",
    "9490",
    "s",
    "malbun",
];

enum Question {
    Search(SearchRequest),
    Reverse(ReverseRequest),
}

impl Question {
    fn ask<D: AsRef<[u8]>>(&self, geocoder: &Geocoder<D>) -> SearchResponse {
        match self {
            Self::Search(request) => geocoder.search(request),
            Self::Reverse(request) => geocoder.reverse(request),
        }
        .unwrap()
    }
}

fn questions() -> Vec<Question> {
    let searches = QUERIES.map(|query| {
        Question::Search(SearchRequest { query: query.into(), ..SearchRequest::default() })
    });
    let points = [(9.5211, 47.1391), (9.5268, 47.1080), (9.6046, 47.1019), (9.49, 47.20)];
    let reverses =
        points.map(|(lon, lat)| Question::Reverse(ReverseRequest::at(LonLat { lon, lat })));
    searches.into_iter().chain(reverses).collect()
}

/// A small generator of numbers that look random: the steps of SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % limit as u64).unwrap()
    }
}

#[test]
fn the_places_core_answers_alone_and_named_chunks_complete_the_answer_in_any_order() {
    let written = liechtenstein();
    let mut full = Geocoder::new();
    full.insert(Shard::open(written.bytes.clone()).unwrap());
    let mut random = Random(7);
    for question in questions() {
        let expected = question.ask(&full);
        assert!(expected.missing_chunks.is_empty());
        for _ in 0..4 {
            let core = Shard::open_partial(chunk(written, 0), chunk(written, 1)).unwrap();
            let mut geocoder = Geocoder::new();
            geocoder.insert(core);
            let mut rounds = 0;
            let answer = loop {
                let answer = question.ask(&geocoder);
                let Some(missing) = answer.missing_chunks.len().checked_sub(1) else {
                    break answer;
                };
                let wanted = answer.missing_chunks[random.below(missing + 1)];
                let mut shard = geocoder.remove(wanted.country).unwrap();
                let number = usize::try_from(wanted.chunk).unwrap();
                shard.insert_chunk(wanted.chunk, chunk(written, number)).unwrap();
                geocoder.insert(shard);
                rounds += 1;
                assert!(rounds < written.chunks.len(), "asks for a chunk twice");
            };
            assert_eq!(answer, expected);
        }
    }
}

#[test]
fn the_places_core_alone_finds_places() {
    let written = liechtenstein();
    let core = Shard::open_partial(chunk(written, 0), chunk(written, 1)).unwrap();
    let mut geocoder = Geocoder::new();
    geocoder.insert(core);
    let request = SearchRequest { query: "triesenberg".into(), ..SearchRequest::default() };
    let answer = geocoder.search(&request).unwrap();
    assert_eq!(answer.results[0].name, "Triesenberg");
    assert!(!answer.missing_chunks.is_empty());
}

#[test]
fn a_chunk_of_another_number_or_content_is_refused() {
    let written = liechtenstein();
    let mut core = Shard::open_partial(chunk(written, 0), chunk(written, 1)).unwrap();
    assert!(core.insert_chunk(2, chunk(written, 3)).is_err());
    assert!(core.insert_chunk(999, chunk(written, 3)).is_err());
    let mut changed = chunk(written, 2);
    changed[5] ^= 4;
    assert!(core.insert_chunk(2, changed).is_err());
    core.insert_chunk(2, chunk(written, 2)).unwrap();
}

fn chunk_set(shard: &WrittenShard) -> BTreeSet<(ChunkKind, Vec<u8>)> {
    let numbers = 0..shard.chunks.len();
    numbers.map(|number| (shard.chunks[number].kind, chunk(shard, number))).collect()
}

#[test]
fn one_inserted_street_changes_a_handful_of_chunks() {
    // Liechtenstein is small: a country of six of its size has the borders of a larger one.
    let mut gazetteer = gazetteer("li", "liechtenstein").unwrap();
    let (n_places, streets) = (gazetteer.places.len(), gazetteer.streets.clone());
    for copy in 1..6usize {
        let places: Vec<_> = gazetteer.places[1..n_places].to_vec();
        let offset = copy * (n_places - 1);
        for mut place in places {
            place.names = Names::new(format!("{} {copy}", place.names.default));
            place.parent = place.parent.map(|parent| if parent == 0 { 0 } else { parent + offset });
            place.boundary.clear();
            gazetteer.places.push(place);
        }
        for street in &streets {
            let mut street = street.clone();
            street.city += offset;
            // Other names, so that there are as many terms as in a larger country.
            let name = street.names.default.chars().rev().collect::<String>();
            street.names = Names::new(format!("{name}{copy}"));
            gazetteer.streets.push(street);
        }
    }
    let before = chunk_set(&ShardWriter::new(&gazetteer).write().unwrap());
    let mut counts = Vec::new();
    for (number, name) in NEW_STREETS.into_iter().enumerate() {
        let mut edited = gazetteer.clone();
        let model = streets[100 * number + 50].clone();
        edited.streets.push(StreetRecord { names: Names::new(name), ..model });
        let after = chunk_set(&ShardWriter::new(&edited).write().unwrap());
        let changed: Vec<ChunkKind> = after.difference(&before).map(|(kind, _)| *kind).collect();
        println!("{name}: {} of {} chunks change: {changed:?}", changed.len(), after.len());
        counts.push(changed.len());
    }
    // Head and places, a piece for each new term, the three chunks of the block, and a chunk
    // for a slot displaced; more only where a city's blocks double.
    counts.sort_unstable();
    assert!(before.len() >= 30, "{}", before.len());
    assert!(counts[counts.len() / 2] <= 8 && counts[counts.len() - 1] <= 12, "{counts:?}");
}

const NEW_STREETS: [&str; 9] = [
    "Zum Neuen Prüfstein",
    "Teststrasse",
    "Am Kreuzweg",
    "Quellenrain",
    "Im Unteren Bangarten",
    "Xaver-Frick-Weg",
    "Obere Pradafantstrasse",
    "Zollamtsgasse",
    "Wingertsteig",
];

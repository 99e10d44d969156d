//! A shard with any bit changed answers with an error or as before, never otherwise.
#![expect(clippy::unwrap_used, reason = "a test that finds something missing has failed")]

use geocoder_core::gazetteer::{Gazetteer, House, Names, PlaceRecord, StreetRecord};
use geocoder_core::shard::writer::ShardWriter;
use geocoder_core::{
    CountryCode, Geocoder, LonLat, RecordType, ReverseRequest, SearchRequest, SearchResponse, Shard,
};
use hereabouts_tests::monaco;

fn small_shard() -> Vec<u8> {
    let place = |kind, name: &str, parent| PlaceRecord {
        kind,
        names: Names::new(name),
        parent,
        coordinates: LonLat { lon: 9.52, lat: 47.14 },
        population: 5_700,
        zipcodes: vec!["9490".into()],
        code: String::new(),
        importance: 140,
        located: true,
        boundary: vec![0],
    };
    let house = |number: u32| House {
        number,
        suffix: String::new(),
        coordinates: LonLat { lon: 9.521 + f64::from(number) * 1e-4, lat: 47.1393 },
        zipcode: None,
    };
    let street = |name: &str, lat: f64| StreetRecord {
        names: Names::new(name),
        city: 1,
        zipcodes: Vec::new(),
        coordinates: LonLat { lon: 9.5215, lat },
        geometry: vec![vec![LonLat { lon: 9.521, lat }, LonLat { lon: 9.523, lat }]],
        houses: [1, 2, 3, 7].map(house).to_vec(),
        importance: 100,
    };
    let corners = [(9.4, 47.0), (9.7, 47.0), (9.7, 47.3), (9.4, 47.3), (9.4, 47.0)];
    let gazetteer = Gazetteer {
        country: CountryCode::parse("li"),
        places: vec![
            place(RecordType::Country, "Liechtenstein", None),
            place(RecordType::City, "Vaduz", Some(0)),
        ],
        streets: vec![street("Städtle", 47.1392), street("Äulestrasse", 47.1402)],
        arcs: vec![corners.map(|(lon, lat)| LonLat { lon, lat }).to_vec()],
        ..Gazetteer::default()
    };
    ShardWriter::new(&gazetteer).write().unwrap().bytes
}

/// Asks a shard everything that makes it read all its kinds of chunks.
fn answers(bytes: Vec<u8>) -> Result<[SearchResponse; 2], geocoder_core::Error> {
    let mut geocoder = Geocoder::new();
    geocoder.insert(Shard::open(bytes)?);
    let search = SearchRequest { query: "stadtle 3 vaduz".into(), ..SearchRequest::default() };
    let point = LonLat { lon: 9.5213, lat: 47.1393 };
    Ok([geocoder.search(&search)?, geocoder.reverse(&ReverseRequest::at(point))?])
}

#[test]
fn every_bit_of_a_small_shard_changes_nothing_or_is_an_error() {
    let bytes = small_shard();
    let expected = answers(bytes.clone()).unwrap();
    assert_eq!(expected[0].results[0].name, "Städtle 3");
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << bit;
            if let Ok(found) = answers(changed) {
                assert_eq!(found, expected, "bit {bit} of byte {at}");
            }
        }
    }
}

#[test]
fn changed_bytes_of_a_real_shard_are_found_by_verify() {
    let bytes = &monaco().bytes;
    // A prime step meets every chunk many times.
    for at in (0..bytes.len()).step_by(211) {
        let mut changed = bytes.clone();
        changed[at] ^= 0x10;
        let verified = Shard::open(changed).and_then(|shard| shard.verify());
        assert!(verified.is_err(), "byte {at}");
    }
}

/// Gives broken content a right checksum, as only an attacker would.
fn with_right_checksums(mut bytes: Vec<u8>) -> Vec<u8> {
    use geocoder_core::shard::writer::repair_checksums;
    repair_checksums(&mut bytes);
    bytes
}

#[test]
fn broken_content_with_right_checksums_never_panics() {
    let bytes = small_shard();
    for at in 0..bytes.len() {
        for value in [0x00, 0x01, 0x7f, 0xff] {
            let mut changed = bytes.clone();
            changed[at] = value;
            let changed = with_right_checksums(changed);
            let _ = answers(changed.clone());
            let _ = Shard::open(changed).map(|shard| shard.verify());
        }
    }
}

//! Extracts whose blobs are in the declared order, in another one, and in one that is a lie:
//! small files written by hand after <https://wiki.openstreetmap.org/wiki/PBF_Format>.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failed test may panic")]

use geocoder_core::CountryCode;
use shard_builder::{Report, osm};

fn varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// A field of bytes: number, length, content.
fn field(number: u64, content: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    varint(&mut bytes, number << 3 | 2);
    varint(&mut bytes, content.len() as u64);
    bytes.extend_from_slice(content);
    bytes
}

/// A field of a number; negative ones are zigzag-coded by the caller.
fn number(number: u64, value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    varint(&mut bytes, number << 3);
    varint(&mut bytes, value);
    bytes
}

fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

fn packed(values: &[u64]) -> Vec<u8> {
    let mut bytes = Vec::new();
    values.iter().for_each(|value| varint(&mut bytes, *value));
    bytes
}

fn blob(kind: &str, message: &[u8]) -> Vec<u8> {
    let content = [field(1, message), number(2, message.len() as u64)].concat();
    let header = [field(1, kind.as_bytes()), number(3, content.len() as u64)].concat();
    let size = u32::try_from(header.len()).unwrap().to_be_bytes();
    [&size[..], &header, &content].concat()
}

/// A block of one group, with keys and values as the strings from the second on.
fn block(strings: &[&str], group: &[u8]) -> Vec<u8> {
    let table: Vec<u8> =
        [""].iter().chain(strings).flat_map(|text| field(1, text.as_bytes())).collect();
    blob("OSMData", &[field(1, &table), field(2, group)].concat())
}

/// A plain node in units of 1e-7 degree, with a tag for each pair of strings.
fn node(id: i64, (lon, lat): (i64, i64), tags: &[(&str, &str)]) -> Vec<u8> {
    let strings: Vec<&str> = tags.iter().flat_map(|(key, value)| [*key, *value]).collect();
    let keys: Vec<u64> = (0..tags.len() as u64).map(|tag| 2 * tag + 1).collect();
    let values: Vec<u64> = keys.iter().map(|key| key + 1).collect();
    let fields = [
        number(1, zigzag(id)),
        field(2, &packed(&keys)),
        field(3, &packed(&values)),
        number(8, zigzag(lat)),
        number(9, zigzag(lon)),
    ];
    block(&strings, &field(1, &fields.concat()))
}

fn way(id: u64, nodes: [i64; 2], name: &str) -> Vec<u8> {
    let references = [zigzag(nodes[0]), zigzag(nodes[1] - nodes[0])];
    let fields = [
        number(1, id),
        field(2, &packed(&[1, 3])),
        field(3, &packed(&[2, 4])),
        field(8, &packed(&references)),
    ];
    block(&["highway", "residential", "name", name], &field(3, &fields.concat()))
}

fn header(sorted: bool) -> Vec<u8> {
    let feature = if sorted { field(5, b"Sort.Type_then_ID") } else { Vec::new() };
    blob("OSMHeader", &[field(4, b"OsmSchema-V0.6"), feature].concat())
}

fn read(blobs: &[Vec<u8>]) -> shard_builder::Result<Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hand.osm.pbf");
    std::fs::write(&path, blobs.concat()).unwrap();
    let country = CountryCode::parse("xx").unwrap();
    let gazetteer = osm::read(country, &[path], &mut Report::default())?;
    Ok(gazetteer.streets.into_iter().map(|street| street.names.default).collect())
}

fn nodes_and_ways() -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let place = [("place", "town"), ("name", "Ort"), ("addr:country", "XX")];
    let mut nodes = vec![node(1, (0, 0), &place)];
    for id in 2..10 {
        nodes.push(node(id, (id * 10_000, 5_000), &[]));
    }
    let ways = vec![way(1, [2, 3], "Erste"), way(2, [4, 5], "Zweite"), way(3, [6, 9], "Dritte")];
    (nodes, ways)
}

#[test]
fn blobs_in_any_order_give_the_same_streets() {
    let (nodes, ways) = nodes_and_ways();
    let expected = ["Dritte", "Erste", "Zweite"];
    let sorted = [vec![header(true)], nodes.clone(), ways.clone()].concat();
    assert_eq!(read(&sorted).unwrap(), expected);
    let undeclared = [vec![header(false)], nodes.clone(), ways.clone()].concat();
    assert_eq!(read(&undeclared).unwrap(), expected);
    let mut mixed = [vec![header(false)], ways, nodes].concat();
    mixed[1..].rotate_left(2);
    assert_eq!(read(&mixed).unwrap(), expected);
}

#[test]
fn a_file_that_is_not_sorted_as_it_says_is_refused() {
    let (nodes, mut ways) = nodes_and_ways();
    ways.insert(1, nodes[8].clone());
    let lie = [vec![header(true)], nodes[..8].to_vec(), ways].concat();
    let refused = read(&lie).unwrap_err();
    let message = std::error::Error::source(&refused).unwrap().to_string();
    assert!(refused.to_string().contains("hand.osm.pbf"), "{refused}");
    assert!(message.contains("osmium sort"), "{message}");
}

#[test]
fn a_truncated_file_is_refused() {
    let (nodes, ways) = nodes_and_ways();
    let mut blobs = [vec![header(true)], nodes, ways].concat();
    let last = blobs.last_mut().unwrap();
    last.truncate(last.len() - 5);
    let refused = read(&blobs).unwrap_err();
    assert!(refused.to_string().contains("hand.osm.pbf"), "{refused}");
}

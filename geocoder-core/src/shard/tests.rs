//! What is written reads back; what is broken is refused.

use std::collections::BTreeMap;

use super::*;
use crate::gazetteer::{Gazetteer, House, Names, PlaceRecord, PointRecord, StreetRecord};
use crate::record::{CountryCode, RecordType};
use crate::{Error, LonLat};
use writer::ShardWriter;

fn place(kind: RecordType, name: &str, parent: Option<usize>, lon: f64, lat: f64) -> PlaceRecord {
    PlaceRecord {
        kind,
        names: Names::new(name),
        parent,
        coordinates: LonLat { lon, lat },
        population: 5_000,
        zipcodes: vec!["9490".into(), "9495".into()],
        code: "7001".into(),
        importance: 143,
        located: true,
        boundary: Vec::new(),
    }
}

fn sample() -> Gazetteer {
    let mut places = vec![
        place(RecordType::Country, "Liechtenstein", None, 9.55, 47.15),
        place(RecordType::City, "Vaduz", Some(0), 9.52, 47.14),
        place(RecordType::City, "Triesen", Some(0), 9.53, 47.11),
    ];
    places[0].boundary = vec![0];
    places[0].names.languages.push(("fr".into(), "Principauté du Liechtenstein".into()));
    places[0].names.alternates.push("FL".into());
    let street = |name: &str, city: usize, lon: f64, lat: f64| StreetRecord {
        names: Names::new(name),
        city,
        zipcodes: Vec::new(),
        coordinates: LonLat { lon, lat },
        geometry: vec![vec![LonLat { lon, lat }, LonLat { lon: lon + 0.001, lat: lat + 0.0007 }]],
        houses: Vec::new(),
        importance: 100,
    };
    let mut streets = vec![
        street("Städtle", 1, 9.521, 47.1391),
        street("Im Äule", 1, 9.5203, 47.1402),
        street("Fürst-Johannes-Strasse", 1, 9.5183, 47.1322),
        street("Route de l'Église (ancienne)", 2, 9.5283, 47.1122),
        street("東京都千代田区 Straße", 2, 9.5383, 47.1102),
    ];
    for (number, suffix) in [(43, ""), (12, "a"), (12, ""), (12, "b"), (7, "bis"), (12, "d")] {
        streets[0].houses.push(House {
            number,
            suffix: suffix.into(),
            coordinates: LonLat { lon: 9.5211 + f64::from(number) * 1e-5, lat: 47.1393 },
            zipcode: None,
        });
    }
    streets[1].names.alternates.push("Hof auf dem Bühl".into());
    streets[3].zipcodes = vec!["9490".into(), "9491".into()];
    streets[3].houses.push(House {
        number: 1,
        suffix: String::new(),
        coordinates: LonLat { lon: 9.5283, lat: 47.1122 },
        zipcode: Some("9491".into()),
    });
    let museum = PointRecord {
        kind: RecordType::Tourism,
        names: Names::new("Liechtensteinisches Landesmuseum"),
        city: 1,
        zipcodes: Vec::new(),
        coordinates: LonLat { lon: 9.52213, lat: 47.13852 },
        population: 0,
        importance: 200,
    };
    let hamlet = PointRecord {
        kind: RecordType::City,
        names: Names {
            default: "Steg".into(),
            languages: vec![("fr".into(), "Le Steg".into())],
            alternates: vec!["Valüna".into(), "東京".into(), "steg".into()],
        },
        city: 0,
        zipcodes: vec!["9497".into()],
        coordinates: LonLat { lon: 12.57712, lat: 47.11452 },
        population: 157,
        importance: 70,
    };
    let points = vec![museum, hamlet];
    let corners = [(9.4, 47.0), (9.7, 47.0), (9.7, 47.3), (9.4, 47.3), (9.4, 47.0)];
    let arcs = vec![corners.map(|(lon, lat)| LonLat { lon, lat }).to_vec()];
    Gazetteer {
        country: CountryCode::parse("li"),
        places,
        streets,
        points,
        arcs,
        ..Gazetteer::default()
    }
}

fn with_separate_alternates() -> Gazetteer {
    let mut gazetteer = sample();
    gazetteer.separate_alternates = true;
    gazetteer
}

/// Lists everything in a shard as text.
fn dump(shard: &Shard<Vec<u8>>) -> Result<BTreeMap<String, String>> {
    let mut all = BTreeMap::new();
    let text = |dictionary, name: &Name| {
        let mut text = format!("{:?} ", name.role);
        shard.write_name(dictionary, name, &mut text).map(|_| text)
    };
    for place in &shard.places().places {
        let names = shard.place_names(place)?;
        let names: Result<Vec<_>> =
            names.iter().map(|name| text(Dictionary::Places, name)).collect();
        let names = names?;
        let zips: Vec<_> =
            shard.places().zipcodes_of(place).iter().map(|z| shard.places().zipcode(*z)).collect();
        let (lat, lon, parent) = (place.lat, place.lon, place.parent);
        let code = shard.places().code(place);
        let value = format!("{names:?} {parent} {lat},{lon} {} {zips:?} {code}", place.population);
        all.insert(names.first().cloned().unwrap_or_default(), value);
    }
    for block in 0..shard.places().n_blocks {
        let (Lookup::Found(decoded), Lookup::Found((suffixes, houses)), Lookup::Found(lines)) =
            (shard.block(block)?, shard.block_houses(block)?, shard.block_lines(block)?)
        else {
            panic!("a chunk is missing");
        };
        let place = shard.places().place_of_block(block).unwrap();
        for (index, record) in decoded.records.iter().enumerate() {
            let Lookup::Found(names) = shard.record_names(block, record)? else {
                panic!("a chunk is missing");
            };
            let names: Result<Vec<_>> =
                names.iter().map(|name| text(Dictionary::Records, name)).collect();
            let names = names?;
            let mut value = format!("{:?} {names:?} {},{}", record.kind, record.lat, record.lon);
            if record.kind == RecordType::City {
                let zips = shard.record_zipcodes(&decoded, record, place);
                let zips: Vec<_> = zips.iter().map(|z| shard.places().zipcode(*z)).collect();
                value += &format!(" {} {} {zips:?}", record.population, record.importance);
            }
            for house in houses.of(index) {
                let suffix = suffixes.suffix_text(house.suffix);
                value += &format!(" {}{suffix}@{},{}", house.number, house.lat, house.lon);
                value += &format!("z{}", house.zipcode);
            }
            for line in lines.of(index) {
                value += &format!(" {line:?}");
            }
            all.insert(names[0].clone(), value);
        }
    }
    Ok(all)
}

#[test]
fn everything_written_reads_back() {
    let written = ShardWriter::new(&sample()).write().unwrap();
    let shard = Shard::open(written.bytes.clone()).unwrap();
    shard.verify().unwrap();
    assert_eq!(shard.chunks(), written.chunks);
    insta::assert_debug_snapshot!(dump(&shard).unwrap());
}

#[test]
fn writing_twice_gives_the_same_bytes_and_order_of_input_plays_no_role() {
    for sample in [sample(), with_separate_alternates()] {
        let first = ShardWriter::new(&sample).write().unwrap();
        let mut shuffled = sample.clone();
        shuffled.streets.reverse();
        shuffled.points.reverse();
        shuffled.points.iter_mut().for_each(|point| point.names.alternates.reverse());
        shuffled.streets.iter_mut().for_each(|street| street.houses.reverse());
        assert_eq!(first.bytes, ShardWriter::new(&shuffled).write().unwrap().bytes);
    }
}

/// Lists the terms of the alternates of all records that are apart.
fn alternates(shard: &Shard<Vec<u8>>) -> Vec<String> {
    let mut all = Vec::new();
    for block in 0..shard.places().n_blocks {
        let Lookup::Found(lists) = shard.alternates(block).unwrap() else {
            panic!("a chunk is missing");
        };
        let Some(lists) = lists else { continue };
        let Lookup::Found(decoded) = shard.block(block).unwrap() else {
            panic!("a chunk is missing");
        };
        for name in (0..decoded.records.len()).flat_map(|record| lists.names(record)) {
            let shown = name.shown.iter().map(|term| (term, true));
            let hidden = name.hidden.iter().map(|term| (term, false));
            let terms = shown.chain(hidden).map(|(term, shown)| {
                let piece = shard.piece(Dictionary::Records, term.piece()).unwrap();
                let Lookup::Found(piece) = piece else { panic!("a chunk is missing") };
                let ordinal = piece.ordinal(term.slot()).unwrap();
                format!("{} {shown}", piece.terms.term(ordinal).unwrap())
            });
            all.push(terms.collect::<Vec<_>>().join(", "));
        }
    }
    all
}

#[test]
fn alternates_apart_read_back_and_all_else_is_as_without_them() {
    let written = ShardWriter::new(&with_separate_alternates()).write().unwrap();
    let kinds: Vec<ChunkKind> = written.chunks.iter().map(|chunk| chunk.kind).collect();
    assert!(kinds.ends_with(&[ChunkKind::AlternateTerms, ChunkKind::Alternates]), "{kinds:?}");
    let shard = Shard::open(written.bytes).unwrap();
    shard.verify().unwrap();
    let expected = ["hof true, auf true, dem true, buhl true", "valuna true", "東京 true"];
    let mut found = alternates(&shard);
    found.sort();
    assert_eq!(found, expected);
    let mut without = sample();
    without.streets.iter_mut().for_each(|street| street.names.alternates.clear());
    without.points.iter_mut().for_each(|point| point.names.alternates.clear());
    let without = Shard::open(ShardWriter::new(&without).write().unwrap().bytes).unwrap();
    assert_eq!(dump(&shard).unwrap(), dump(&without).unwrap());
    assert!(alternates(&without).is_empty());
}

#[test]
fn every_flipped_bit_and_every_cut_is_an_error_and_never_another_answer() {
    let bytes = ShardWriter::new(&with_separate_alternates()).write().unwrap().bytes;
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << bit;
            let result = Shard::open(flipped).and_then(|shard| shard.verify());
            assert!(result.is_err(), "bit {bit} of byte {at}");
        }
        assert!(Shard::open(bytes[..at].to_vec()).is_err(), "cut at {at}");
    }
}

#[test]
fn foreign_empty_and_newer_files_are_told_apart() {
    let bytes = ShardWriter::new(&sample()).write().unwrap().bytes;
    assert_eq!(Shard::open(Vec::new()).unwrap_err(), Error::NotAShard);
    assert_eq!(Shard::open(b"PK\x03\x04 a zip file".to_vec()).unwrap_err(), Error::NotAShard);
    let mut newer = bytes;
    newer[8] = 9;
    let expected = Error::UnsupportedVersion { found: 9, supported: FORMAT_VERSION };
    assert_eq!(Shard::open(newer).unwrap_err(), expected);
}

#[test]
fn previous_ordinals_are_kept_and_new_places_come_last() {
    let first = ShardWriter::new(&sample()).write().unwrap();
    let previous = Shard::open(first.bytes).unwrap();
    let mut next = sample();
    next.places.insert(1, place(RecordType::City, "Balzers", Some(0), 9.5, 47.07));
    for street in &mut next.streets {
        street.city += 1;
    }
    next.points[0].city += 1;
    let second = ShardWriter::new(&next).previous(&previous).write().unwrap();
    let second = Shard::open(second.bytes).unwrap();
    let name = |shard: &Shard<Vec<u8>>, ordinal: u32| {
        let mut text = String::new();
        let place = shard.places().get(ordinal).unwrap();
        let names = shard.place_names(place).unwrap();
        shard.write_name(Dictionary::Places, &names[0], &mut text).unwrap();
        text
    };
    for ordinal in 0..3 {
        assert_eq!(name(&previous, ordinal), name(&second, ordinal));
    }
    assert_eq!(name(&second, 3), "Balzers");
}

#[test]
fn a_boundary_contains_what_lies_inside() {
    let shard = Shard::open(ShardWriter::new(&sample()).write().unwrap().bytes).unwrap();
    let Lookup::Found(chunk) = shard.boundaries(0).unwrap() else { panic!("missing") };
    assert!(chunk.contains(0, LonLat { lon: 9.5, lat: 47.1 }));
    assert!(!chunk.contains(0, LonLat { lon: 9.3, lat: 47.1 }));
    assert!(!chunk.contains(1, LonLat { lon: 9.5, lat: 47.1 }));
}

//! Two tiny countries, written as real shards.

use geocoder_core::LonLat;
use geocoder_core::gazetteer::{Gazetteer, House, Names, PlaceRecord, PointRecord, StreetRecord};
use geocoder_core::record::{CountryCode, RecordType};
use geocoder_core::shard::writer::ShardWriter;

/// Returns the bytes of a shard with Vaduz, Triesen, a few streets, houses and a museum.
pub(crate) fn liechtenstein() -> Vec<u8> {
    liechtenstein_with(&[])
}

/// Returns the same with further streets in Vaduz: another generation.
pub(crate) fn liechtenstein_with(streets: &[&str]) -> Vec<u8> {
    ShardWriter::new(&liechtenstein_gazetteer(streets)).write().unwrap().bytes
}

/// Returns what is in that shard.
pub(crate) fn liechtenstein_gazetteer(streets: &[&str]) -> Gazetteer {
    let more = streets.iter().map(|name| street(name, 1, (9.5230, 47.1420), &[(1, "")]));
    Gazetteer {
        country: CountryCode::parse("li"),
        places: vec![
            place(RecordType::Country, "Liechtenstein", None, (9.55, 47.15), 39_000, &[]),
            place(RecordType::City, "Vaduz", Some(0), (9.5215, 47.1410), 5_700, &["9490"]),
            place(RecordType::City, "Triesen", Some(0), (9.5283, 47.1075), 5_300, &["9495"]),
        ],
        streets: [
            street("Städtle", 1, (9.5218, 47.1395), &[(41, ""), (43, ""), (43, "a")]),
            street("Dorfstrasse", 2, (9.5260, 47.1060), &[(22, ""), (24, "")]),
        ]
        .into_iter()
        .chain(more)
        .collect(),
        points: vec![PointRecord {
            kind: RecordType::Tourism,
            names: Names::new("Landesmuseum"),
            city: 1,
            zipcodes: Vec::new(),
            coordinates: at(9.5222, 47.1380),
            population: 0,
            importance: 120,
        }],
        ..Gazetteer::default()
    }
}

/// Returns the bytes of a shard with Monaco alone.
pub(crate) fn monaco() -> Vec<u8> {
    ShardWriter::new(&monaco_gazetteer()).write().unwrap().bytes
}

/// Returns what is in that shard.
pub(crate) fn monaco_gazetteer() -> Gazetteer {
    Gazetteer {
        country: CountryCode::parse("mc"),
        places: vec![
            place(RecordType::Country, "Monaco", None, (7.42, 43.74), 38_000, &[]),
            place(RecordType::City, "Monaco", Some(0), (7.4210, 43.7320), 38_000, &["98000"]),
        ],
        streets: vec![street("Avenue d'Ostende", 1, (7.4235, 43.7360), &[(12, "")])],
        ..Gazetteer::default()
    }
}

/// Returns the bytes of a shard of the world, with cities of two countries.
pub(crate) fn world() -> Vec<u8> {
    ShardWriter::new(&world_gazetteer()).write().unwrap().bytes
}

/// Returns what is in that shard.
pub(crate) fn world_gazetteer() -> Gazetteer {
    let country = |name, code: &str, at, population| PlaceRecord {
        code: code.into(),
        ..place(RecordType::Country, name, None, at, population, &[])
    };
    let city = |name, country, at, population| {
        place(RecordType::City, name, Some(country), at, population, &[])
    };
    Gazetteer {
        country: Some(CountryCode::WORLD),
        places: vec![
            country("United States", "us", (-98.0, 39.0), 330_000_000),
            country("France", "fr", (2.0, 46.0), 67_000_000),
            city("New York", 0, (-74.0060, 40.7128), 8_400_000),
            city("Paris", 1, (2.3522, 48.8566), 2_100_000),
        ],
        ..Gazetteer::default()
    }
}

fn at(lon: f64, lat: f64) -> LonLat {
    LonLat { lon, lat }
}

fn place(
    kind: RecordType,
    name: &str,
    parent: Option<usize>,
    (lon, lat): (f64, f64),
    population: u32,
    zipcodes: &[&str],
) -> PlaceRecord {
    PlaceRecord {
        kind,
        names: Names::new(name),
        parent,
        coordinates: at(lon, lat),
        population,
        zipcodes: zipcodes.iter().map(|code| (*code).to_owned()).collect(),
        code: String::new(),
        importance: 200,
        located: true,
        boundary: Vec::new(),
    }
}

/// Makes a street to the north of a point, with its houses 20 m apart.
fn street(name: &str, city: usize, (lon, lat): (f64, f64), houses: &[(u32, &str)]) -> StreetRecord {
    let houses: Vec<House> = houses
        .iter()
        .zip(0_u32..)
        .map(|((number, suffix), index)| House {
            number: *number,
            suffix: (*suffix).to_owned(),
            coordinates: at(lon + 0.0001, lat + f64::from(index) * 0.000_18),
            zipcode: None,
        })
        .collect();
    StreetRecord {
        names: Names::new(name),
        city,
        zipcodes: Vec::new(),
        coordinates: at(lon, lat + 0.0005),
        geometry: vec![vec![at(lon, lat), at(lon, lat + 0.001)]],
        houses,
        importance: 100,
    }
}

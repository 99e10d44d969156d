//! Liechtenstein as it is, and as a later build could have it.

use std::path::Path;
use std::sync::LazyLock;

use geocoder_core::gazetteer::{Gazetteer, House, PointRecord, StreetRecord};
use geocoder_core::shard::writer::ShardWriter;
use geocoder_core::{CountryCode, RecordType};
use shard_builder::{Report, osm};

static LIECHTENSTEIN: LazyLock<Gazetteer> = LazyLock::new(|| {
    let extract = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/liechtenstein.osm.pbf");
    osm::read(CountryCode::parse("li").unwrap(), &[extract], &mut Report::default()).unwrap()
});

/// Returns the bundled extract.
pub(crate) fn liechtenstein() -> Gazetteer {
    LIECHTENSTEIN.clone()
}

/// Returns the bytes of its shard.
pub(crate) fn shard_of(gazetteer: &Gazetteer) -> Vec<u8> {
    ShardWriter::new(gazetteer).write().unwrap().bytes
}

/// Returns a street by its name and that of its city.
pub(crate) fn street<'a>(
    gazetteer: &'a mut Gazetteer,
    name: &str,
    city: &str,
) -> &'a mut StreetRecord {
    let places = &gazetteer.places;
    let mut streets = gazetteer.streets.iter_mut();
    let is_meant = |street: &&mut StreetRecord| {
        street.names.default == name && places[street.city].names.default == city
    };
    streets.find(is_meant).unwrap_or_else(|| panic!("no {name} in {city}"))
}

/// Returns names of streets that the country has once, each with its city.
pub(crate) fn single_streets<const N: usize>(gazetteer: &Gazetteer) -> [(String, String); N] {
    let mut streets: Vec<_> = gazetteer
        .streets
        .iter()
        .map(|street| {
            let city = &gazetteer.places[street.city].names.default;
            (street.names.default.clone(), city.clone())
        })
        .collect();
    streets.sort();
    let names: Vec<_> = streets.iter().map(|(name, _)| name.clone()).collect();
    let is_single = |(name, _): &(String, String)| {
        name.chars().all(char::is_alphabetic)
            && names.iter().filter(|other| *other == name).count() == 1
    };
    let single: Vec<_> = streets.into_iter().filter(is_single).take(N).collect();
    single.try_into().unwrap()
}

/// Returns a house of a street.
pub(crate) fn house(street: &mut StreetRecord, number: u32) -> &mut House {
    street.houses.iter_mut().find(|house| house.number == number).unwrap()
}

/// Returns the first sight whose name no other point has.
pub(crate) fn sight(gazetteer: &mut Gazetteer) -> &mut PointRecord {
    let names: Vec<_> = gazetteer.points.iter().map(|point| point.names.default.clone()).collect();
    let is_one = |name: &String| names.iter().filter(|other| *other == name).count() == 1;
    let mut points = gazetteer.points.iter_mut();
    points.find(|point| point.kind == RecordType::Tourism && is_one(&point.names.default)).unwrap()
}

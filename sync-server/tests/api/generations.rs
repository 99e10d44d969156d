//! Liechtenstein as it is, and as a later build could have it.

use std::path::Path;
use std::sync::LazyLock;

use geocoder_core::CountryCode;
use geocoder_core::gazetteer::{Gazetteer, House, PointRecord, StreetRecord};
use geocoder_core::shard::writer::ShardWriter;
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

/// Returns a house of a street.
pub(crate) fn house(street: &mut StreetRecord, number: u32) -> &mut House {
    street.houses.iter_mut().find(|house| house.number == number).unwrap()
}

/// Returns a point by its name.
pub(crate) fn point<'a>(gazetteer: &'a mut Gazetteer, name: &str) -> &'a mut PointRecord {
    gazetteer.points.iter_mut().find(|point| point.names.default == name).unwrap()
}

//! Rules that a gazetteer must keep; the rest of the writer relies on them.

use super::invalid;
use crate::error::Result;
use crate::gazetteer::{Gazetteer, MAX_POPULATION, Names};
use crate::geo::LonLat;
use crate::record::{CountryCode, RecordType};
use crate::shard::houses::{MAX_HOUSES, MAX_SUFFIX_BYTES};
use crate::shard::records::RECORD_TYPES;

/// Longest name in bytes.
const MAX_NAME_BYTES: usize = 250;

/// Checks a gazetteer and returns its country.
pub(super) fn check(gazetteer: &Gazetteer) -> Result<CountryCode> {
    let country = gazetteer.country.ok_or_else(|| invalid("no country code"))?;
    let n_places = gazetteer.places.len();
    let countries = gazetteer.places.iter().filter(|p| p.kind == RecordType::Country).count();
    if countries == 0 || (countries > 1 && country != CountryCode::WORLD) {
        return Err(invalid(format!("needs one place of type country, has {countries}")));
    }
    for place in &gazetteer.places {
        let name = &place.names.default;
        names(&place.names)?;
        point(place.coordinates, name)?;
        if !place.kind.is_place() {
            return Err(invalid(format!("`{name}` is no place but a {}", place.kind.name())));
        }
        if place.parent.is_none() != (place.kind == RecordType::Country) {
            return Err(invalid(format!("`{name}`: exactly countries have no parent")));
        }
        if place.parent.is_some_and(|parent| parent >= n_places) {
            return Err(invalid(format!("`{name}` has a parent that does not exist")));
        }
        if place.boundary.iter().any(|arc| *arc >= gazetteer.arcs.len()) {
            return Err(invalid(format!("`{name}` has a boundary arc that does not exist")));
        }
        if place.population > MAX_POPULATION {
            return Err(invalid(format!("`{name}` has an impossible population")));
        }
        texts(&place.zipcodes, name)?;
        texts(core::slice::from_ref(&place.code), name)?;
    }
    acyclic(gazetteer)?;
    for street in &gazetteer.streets {
        let name = &street.names.default;
        names(&street.names)?;
        city(gazetteer, street.city, name)?;
        point(street.coordinates, name)?;
        texts(&street.zipcodes, name)?;
        if street.houses.len() > MAX_HOUSES as usize {
            return Err(invalid(format!("`{name}` has more than {MAX_HOUSES} houses")));
        }
        for house in &street.houses {
            point(house.coordinates, name)?;
            if house.suffix.len() > MAX_SUFFIX_BYTES || house.number > 1 << 30 {
                let number = house.number;
                return Err(invalid(format!("`{name}`: house number {number} is out of range")));
            }
            if house.zipcode.as_ref().is_some_and(|code| !street.zipcodes.contains(code)) {
                return Err(invalid(format!("`{name}`: a house has a postcode the street lacks")));
            }
        }
        street.geometry.iter().flatten().try_for_each(|vertex| point(*vertex, name))?;
    }
    for record in &gazetteer.points {
        let name = &record.names.default;
        names(&record.names)?;
        city(gazetteer, record.city, name)?;
        point(record.coordinates, name)?;
        texts(&record.zipcodes, name)?;
        let city = record.kind == RecordType::City;
        if record.kind == RecordType::Street || !RECORD_TYPES.contains(&record.kind) {
            return Err(invalid(format!("`{name}` is no point but a {}", record.kind.name())));
        }
        if city && gazetteer.places[record.city].kind == RecordType::City {
            return Err(invalid(format!("`{name}` is a city in a city")));
        }
        if record.population > MAX_POPULATION || (!city && record.population > 0) {
            return Err(invalid(format!("`{name}` has an impossible population")));
        }
    }
    gazetteer.arcs.iter().flatten().try_for_each(|vertex| point(*vertex, "an arc"))?;
    Ok(country)
}

fn acyclic(gazetteer: &Gazetteer) -> Result<()> {
    for place in &gazetteer.places {
        let mut parent = place.parent;
        let mut steps = 0;
        while let Some(index) = parent {
            steps += 1;
            if steps > 16 {
                let name = &place.names.default;
                return Err(invalid(format!("`{name}` has more than 16 places above it")));
            }
            parent = gazetteer.places[index].parent;
        }
    }
    Ok(())
}

fn names(names: &Names) -> Result<()> {
    let languages = names.languages.iter().map(|(_, name)| name);
    for name in core::iter::once(&names.default).chain(languages).chain(&names.alternates) {
        if name.is_empty() || name.len() > MAX_NAME_BYTES {
            let default = &names.default;
            return Err(invalid(format!(
                "`{default}`: names must have 1 to {MAX_NAME_BYTES} bytes"
            )));
        }
        if name.chars().any(|c| c.is_control() || c == '<' || c == '>') {
            return Err(invalid(format!("`{name}` has a control character or angle bracket")));
        }
    }
    Ok(())
}

fn texts(texts: &[String], name: &str) -> Result<()> {
    let wrong = texts.iter().any(|text| text.len() > 32 || text.chars().any(char::is_control));
    if wrong { Err(invalid(format!("`{name}`: a code or postcode is unusable"))) } else { Ok(()) }
}

fn city(gazetteer: &Gazetteer, city: usize, name: &str) -> Result<()> {
    match gazetteer.places.get(city) {
        Some(_) => Ok(()),
        None => Err(invalid(format!("`{name}` lies in a place that does not exist"))),
    }
}

fn point(point: LonLat, name: &str) -> Result<()> {
    match LonLat::new(point.lon, point.lat) {
        Some(_) => Ok(()),
        None => Err(invalid(format!("`{name}` has coordinates out of range"))),
    }
}

//! Turns what was found into results: names in the wanted language, hierarchy, postcodes.

use crate::error::{Error, Result};
use crate::record::{CountryCode, Precision, RecordType};
use crate::response::{Hit, StreetAddress};
use crate::search::{FoundHouse, Target};
use crate::shard::{Dictionary, Lookup, Name, Place, Shard, point};

/// A result without what depends on the kind of request.
pub(crate) struct Presented {
    pub(crate) hit: Hit,
    /// Chunks without which names are incomplete.
    pub(crate) missing: Vec<usize>,
}

/// Presents a place or record of a shard in a language.
pub(crate) fn present<D: AsRef<[u8]>>(
    shard: &Shard<D>,
    target: &Target,
    language: Option<&str>,
) -> Result<Presented> {
    let spoken = &shard.places().languages;
    let language = language.and_then(|code| spoken.iter().position(|known| known == code));
    let language = language.and_then(|number| u32::try_from(number).ok());
    let mut presenter = Presenter { shard, language, missing: Vec::new() };
    let hit = match target {
        Target::Place(ordinal) => presenter.place(*ordinal)?,
        Target::Record { block, index, house } => {
            let city = shard.places().place_of_block(*block).unwrap_or(0);
            let mut hit = presenter.in_place(city)?;
            let decoded = match shard.block(*block)? {
                Lookup::Found(decoded) => decoded,
                Lookup::Missing(chunk) => {
                    presenter.missing.push(chunk);
                    return Ok(Presented { hit, missing: presenter.missing });
                }
            };
            let gone = Error::Malformed { section: "records", what: "no such record" };
            let record = decoded.records.get(*index).ok_or(gone)?;
            let names = match shard.record_names(*block, record)? {
                Lookup::Found(names) => names,
                Lookup::Missing(_) => Vec::new(),
            };
            let own = presenter.record_name(&names)?;
            hit.kind = record.kind;
            hit.precision = Precision::Exact;
            if record.kind == RecordType::City {
                hit.precision = Precision::Area;
                hit.population = record.population;
                hit.city.clone_from(&own);
            }
            let zipcodes = shard.record_zipcodes(&decoded, record, city);
            let texts = |numbers: &[u32]| -> Vec<String> {
                numbers.iter().map(|number| shard.places().zipcode(*number).to_string()).collect()
            };
            hit.zipcode = texts(zipcodes);
            locate(&mut hit, record.lat, record.lon);
            if record.kind == RecordType::Street {
                hit.precision = Precision::Street;
                if let Some(house) = house {
                    locate(&mut hit, house.lat, house.lon);
                    hit.precision = house.precision;
                    let own = shard.house_zipcode(*block, &decoded, record, house.zipcode);
                    if let Some(number) = own {
                        hit.zipcode = texts(&[number]);
                    }
                }
                hit.street = Some(address(house.as_ref(), &own));
            }
            hit.name = match house {
                Some(house) => {
                    full_name(house.number, &house.suffix, &own, shard.meta().number_first)
                }
                None => own,
            };
            hit
        }
    };
    Ok(Presented { hit, missing: presenter.missing })
}

fn address(house: Option<&FoundHouse>, street: &str) -> StreetAddress {
    StreetAddress {
        number: house.map_or_else(String::new, |house| house.number.to_string()),
        suffix: house.map_or_else(String::new, |house| house.suffix.clone()),
        name: street.into(),
    }
}

/// Writes house number and street in the order of the country.
pub(crate) fn full_name(number: u32, suffix: &str, street: &str, number_first: bool) -> String {
    // Words such as bis stand apart from the number, letters and fractions do not.
    let apart = if suffix.chars().nth(1).is_some_and(char::is_alphabetic) { " " } else { "" };
    let number = format!("{number}{apart}{suffix}");
    if number_first { format!("{number} {street}") } else { format!("{street} {number}") }
}

/// Puts a result at a point in coordinate units.
pub(crate) fn locate(hit: &mut Hit, lat: i32, lon: i32) {
    let at = point(lat, lon);
    hit.lat = at.lat;
    hit.lng = at.lon;
    hit.coordinates.clear();
    write_degrees(lat, &mut hit.coordinates);
    hit.coordinates.push_str(", ");
    write_degrees(lon, &mut hit.coordinates);
}

/// Writes coordinate units as degrees without needless zeros; formatting floating-point numbers
/// takes more code than all of this file.
fn write_degrees(units: i32, out: &mut String) {
    if units < 0 {
        out.push('-');
    }
    let units = units.unsigned_abs();
    out.push_str(&(units / UNITS).to_string());
    let mut rest = units % UNITS;
    if rest > 0 {
        out.push('.');
        let mut unit = UNITS / 10;
        while rest > 0 {
            out.push(char::from_digit(rest / unit, 10).unwrap_or('0'));
            rest %= unit;
            unit /= 10;
        }
    }
}

/// Coordinate units of a degree.
const UNITS: u32 = 100_000;

struct Presenter<'a, D> {
    shard: &'a Shard<D>,
    /// The wanted language by its number, when the shard has names in it.
    language: Option<u32>,
    missing: Vec<usize>,
}

impl<D: AsRef<[u8]>> Presenter<'_, D> {
    fn place(&mut self, ordinal: u32) -> Result<Hit> {
        let mut hit = self.in_place(ordinal)?;
        if let Some(place) = self.shard.places().get(ordinal) {
            hit.name = self.place_name((ordinal, place))?;
            hit.kind = place.kind.unwrap_or(RecordType::City);
        }
        Ok(hit)
    }

    /// Fills in everything that follows from where a record is.
    fn in_place(&mut self, ordinal: u32) -> Result<Hit> {
        let places = self.shard.places();
        let mut hit = Hit {
            name: String::new(),
            highlight: String::new(),
            city: String::new(),
            county: String::new(),
            administrative: String::new(),
            country: String::new(),
            administrativecode: String::new(),
            countrycode: self.shard.meta().country.to_string(),
            countycode: String::new(),
            citycode: String::new(),
            zipcode: Vec::new(),
            population: 0,
            lat: 0.0,
            lng: 0.0,
            coordinates: String::new(),
            kind: RecordType::City,
            street: None,
            precision: Precision::Area,
            distance_m: None,
            explain: None,
        };
        if let Some(place) = places.get(ordinal) {
            hit.population = place.population;
            hit.zipcode =
                places.zipcodes_of(place).iter().map(|z| places.zipcode(*z).to_string()).collect();
            locate(&mut hit, place.lat, place.lon);
        }
        let world = self.shard.meta().country == CountryCode::WORLD;
        for (ordinal, place) in places.chain(ordinal) {
            let (field, code) = match place.kind {
                Some(RecordType::City) => (&mut hit.city, &mut hit.citycode),
                Some(RecordType::County) => (&mut hit.county, &mut hit.countycode),
                Some(RecordType::Administrative) => {
                    (&mut hit.administrative, &mut hit.administrativecode)
                }
                Some(RecordType::Country) => (&mut hit.country, &mut hit.countrycode),
                _ => continue,
            };
            // Of several cities around one another the smallest is meant.
            if field.is_empty() {
                *field = self.place_name((ordinal, place))?;
                let own = places.code(place);
                match place.kind {
                    // Only the world shard has countries other than its own.
                    Some(RecordType::Country) if !world => {}
                    Some(RecordType::Country) => *code = own.to_ascii_lowercase(),
                    _ => *code = own.to_string(),
                }
            }
        }
        Ok(hit)
    }

    fn place_name(&mut self, place: (u32, &Place)) -> Result<String> {
        Ok(match self.shard.place_text(place, self.language)? {
            Lookup::Found(text) => text.as_str().to_owned(),
            Lookup::Missing(chunk) => {
                self.missing.push(chunk);
                String::new()
            }
        })
    }

    /// Writes the name of a record.
    fn record_name(&mut self, names: &[Name]) -> Result<String> {
        let mut text = String::new();
        let written =
            self.shard.write_shown(Dictionary::Records, names, self.language, &mut text)?;
        if let Lookup::Missing(chunk) = written {
            self.missing.push(chunk);
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_are_written_as_the_standard_library_writes_them() {
        for units in [0, 1, -1, 10, 99_999, 100_000, -100_001, 4_713_814, 17_999_990, -90_000] {
            let mut text = String::new();
            write_degrees(units, &mut text);
            assert_eq!(text, format!("{}", point(units, 0).lat), "{units}");
        }
    }
}

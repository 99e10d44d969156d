//! Own records: one JSON object a line, in the shape of search results, as described by
//! `docs/record.schema.json`.

mod object;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use geocoder_core::gazetteer::Names;
use geocoder_core::manifest::Attribution;
use geocoder_core::{CountryCode, RecordType};
use serde_json::{Map, Value};

use self::object::Object;
use super::{Sink, Source, entry_lines};
use crate::entry::{AreaName, Entry, EntryKind};
use crate::error::Result;
use crate::name;
use crate::progress::Progress;
use crate::report::Report;

/// All fields of a record.
const FIELDS: [&str; 20] = [
    "type",
    "name",
    "names",
    "alternates",
    "street",
    "city",
    "county",
    "administrative",
    "country",
    "countrycode",
    "administrativecode",
    "countycode",
    "citycode",
    "zipcode",
    "population",
    "lat",
    "lng",
    "coordinates",
    "id",
    "importance",
];
/// Longest identifier, in characters.
const MAX_ID: usize = 100;

/// A file of own records.
#[derive(Debug, Clone)]
pub struct Records {
    /// The file, newline-delimited JSON.
    pub path: PathBuf,
    /// Who must be credited.
    pub attribution: Vec<Attribution>,
}

impl Source for Records {
    fn label(&self) -> String {
        format!("records {}", super::file_names([&self.path]))
    }

    fn attribution(&self) -> Vec<Attribution> {
        self.attribution.clone()
    }

    fn read(
        &self,
        country: CountryCode,
        sink: &mut dyn Sink,
        report: &mut Report,
        progress: &dyn Progress,
    ) -> Result<()> {
        entry_lines::read(&self.path, country, parse, sink, report, progress)
    }
}

fn parse(text: &str, line: u64) -> Result<Entry, String> {
    let map: Map<String, Value> =
        serde_json::from_str(text).map_err(|error| format!("no JSON object: {error}"))?;
    let unknown = map.keys().find(|key| !FIELDS.contains(&key.as_str()) && *key != "highlight");
    if let Some(key) = unknown {
        return Err(format!("'{key}' is no field of a record"));
    }
    let record = Object(&map);
    record.text("highlight", usize::MAX)?;
    let kind = match record.text("type", usize::MAX)? {
        Some(name) => RecordType::from_name(name).ok_or(format!("'{name}' is no type"))?,
        None => return Err("'type' is missing".into()),
    };
    let mut entry = named(record, kind)?;
    entry.line = line;
    describe(&mut entry, record, kind)?;
    entry.coordinates = record.position()?;
    if entry.coordinates.is_none() && !is_area(kind) {
        return Err("'coordinates' are missing".into());
    }
    Ok(entry)
}

/// Makes an entry with its names and house number.
fn named(record: Object<'_>, kind: RecordType) -> Result<Entry, String> {
    let own = record.name("name")?;
    let mut names = Names::default();
    let mut house_number = String::new();
    match record.0.get("street") {
        None => names.default = name::clean(own.ok_or("'name' is missing")?),
        Some(_) if kind != RecordType::Street => {
            return Err("'street' needs the type street".into());
        }
        Some(street) => {
            let street = Object(street.as_object().ok_or("'street' is no object")?);
            let known = ["name", "number", "suffix"];
            if let Some(key) = street.0.keys().find(|key| !known.contains(&key.as_str())) {
                return Err(format!("'{key}' is no field of a street"));
            }
            names.default = name::clean(street.name("name")?.ok_or("the street has no 'name'")?);
            house_number = street.house_number()?;
        }
    }
    if let Some(by_language) = record.0.get("names") {
        let by_language = by_language.as_object().ok_or("'names' is no object")?;
        for key in by_language.keys() {
            let is_code =
                matches!(key.len(), 2..=3) && key.bytes().all(|byte| byte.is_ascii_lowercase());
            if !is_code {
                return Err(format!("'{key}' is no ISO 639 code of 2 or 3 letters"));
            }
            let text = name::clean(Object(by_language).name(key)?.unwrap_or_default());
            if text != names.default {
                names.languages.push((key.clone(), text));
            }
        }
        names.languages.sort_unstable();
    }
    let others = record.names("alternates")?.into_iter().map(name::clean);
    name::add_alternates(&mut names, others);
    let kind = match kind {
        RecordType::Street => EntryKind::Address,
        kind => EntryKind::Record(kind),
    };
    let mut entry = Entry::new(kind, names);
    entry.house_number = house_number;
    Ok(entry)
}

/// Adds what is said beside names and position.
fn describe(entry: &mut Entry, record: Object<'_>, kind: RecordType) -> Result<(), String> {
    let area = |key| record.area(key).map(|text| AreaName::named(name::clean(text)));
    let (administrative, county, city) = (area("administrative")?, area("county")?, area("city")?);
    record.area("country")?;
    let locality = &mut entry.locality;
    // A place names itself where its level is, which is nothing new.
    if kind != RecordType::Administrative && kind != RecordType::Country {
        locality.administrative = administrative;
        if kind != RecordType::County {
            locality.county = county;
        }
    }
    if !is_area(kind) {
        locality.city = city;
    }
    if let Some(code) = record.text("countrycode", usize::MAX)? {
        let code = CountryCode::parse(code).ok_or(format!("'{code}' is no country code"))?;
        locality.country = Some(code);
    }
    locality.zipcodes = record.zipcodes()?;
    let codes = [
        (RecordType::Administrative, record.code("administrativecode")?),
        (RecordType::County, record.code("countycode")?),
        (RecordType::City, record.code("citycode")?),
    ];
    let own = codes.into_iter().find(|(of, _)| *of == kind);
    entry.code = own.map(|(_, code)| name::clean(code)).unwrap_or_default();
    if is_area(kind) {
        entry.population = record.integer("population", 0, u32::MAX)?.unwrap_or(0);
    } else {
        // Of a street or point it is the population of the city, which says nothing of itself.
        record.integer("population", 0, u32::MAX)?;
    }
    let importance = record.integer("importance", 0, 255)?.unwrap_or(0);
    entry.importance = u8::try_from(importance).unwrap_or(0);
    match record.text("id", MAX_ID)? {
        None => {}
        Some("") => return Err("'id' is empty".into()),
        Some(id) if id.contains(':') => entry.ids.push(id.to_owned()),
        Some(id) => entry.ids.push(format!("own:{id}")),
    }
    Ok(())
}

/// Whether the record is a place of the hierarchy, which may be located by what lies in it.
fn is_area(kind: RecordType) -> bool {
    use RecordType::{Administrative, City, Country, County};
    matches!(kind, Administrative | City | Country | County)
}

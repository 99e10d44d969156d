//! Makes the corrections that the engine lays over a shard of what patches say.

use std::collections::BTreeMap;

use bytes::Bytes;
use geocoder_core::overlay::{
    Change, Correction, CorrectionId, PatchFields, PatchHouse, PatchNames, PatchRecord, RecordRef,
};
use geocoder_core::{CountryCode, Geocoder, LonLat, RecordType, SearchRequest, TypeSet, text};

use super::origin::house_of_street;
use crate::model::patch::Street;
use crate::model::{Fields, Patch};

/// Returns the correction that makes a record what a patch says, in fields that the patch does not
/// name what its `origin` says; `None` when it has neither a place nor a type.
///
/// `known` is what the base says of `target`.
///
/// # Errors
/// Fails when the shard is damaged.
pub(super) fn put(
    patch: &Patch,
    target: Option<RecordRef>,
    known: Option<&PatchRecord>,
    base: &Geocoder<Bytes>,
) -> geocoder_core::Result<Option<Correction>> {
    let fields = patch.record(None);
    let (Some(id), Some((lat, lon))) = (CorrectionId::parse(&patch.id), fields.coordinates) else {
        return Ok(None);
    };
    let (Some(coordinates), Some(kind)) = (LonLat::new(lon, lat), fields.kind) else {
        return Ok(None);
    };
    let text = |field: &Option<String>| field.clone().unwrap_or_default();
    let default = PatchFields {
        name: text(&fields.name),
        city: text(&fields.city),
        county: text(&fields.county),
        administrative: text(&fields.administrative),
        country: country_of(&fields, base)?,
    };
    let house = match known {
        // A street or point stays one, and a house stays on its street, whatever becomes of that.
        Some(known) => {
            let house = named_house(&fields).filter(|_| known.house.is_some());
            house.map(|house| on_own_street(house, known, &default))
        }
        None => house_of(&fields, base)?,
    };
    let languages = languages_of(patch, known, &default, house.as_ref());
    let record = PatchRecord {
        kind,
        default,
        languages,
        zipcodes: fields.zipcode.unwrap_or_default(),
        population: fields.population.unwrap_or_default(),
        coordinates,
        house,
    };
    Ok(Some(Correction { id, target, change: Change::Put(Box::new(record)) }))
}

/// Returns the name that the base has for the country of some fields: among the countries of the
/// world the one with their code is meant, whatever a patch calls it.
fn country_of(fields: &Fields, base: &Geocoder<Bytes>) -> geocoder_core::Result<String> {
    let code = fields.countrycode.as_deref().and_then(CountryCode::parse);
    let known = code.map(|code| base.country(code, None)).transpose()?.flatten();
    Ok(known.map(|hit| hit.name).or(fields.country.clone()).unwrap_or_default())
}

/// Returns the translations of a record: those of the base as far as the patch does not replace
/// what they translate, under those of the patch.
fn languages_of(
    patch: &Patch,
    known: Option<&PatchRecord>,
    default: &PatchFields,
    house: Option<&PatchHouse>,
) -> Vec<(String, PatchNames)> {
    let mut languages: BTreeMap<String, PatchNames> = BTreeMap::new();
    // Names of a house are those of its street, which has them unless the house leaves it.
    if let Some(known) = known.filter(|_| house.is_none()) {
        // Names of what contains the record stay with that, whatever becomes of it.
        for (code, names) in &known.languages {
            let name = names.name.clone().filter(|_| known.default.name == default.name);
            languages.insert(code.clone(), PatchNames { name, ..PatchNames::default() });
        }
    }
    for (code, fields) in &patch.languages {
        let names = languages.entry(code.clone()).or_default();
        let pairs = [
            (&mut names.name, &translated_name(fields, house)),
            (&mut names.city, &fields.city),
            (&mut names.county, &fields.county),
            (&mut names.administrative, &fields.administrative),
            (&mut names.country, &fields.country),
        ];
        for (name, own) in pairs {
            if own.is_some() {
                name.clone_from(own);
            }
        }
    }
    languages.into_iter().filter(|(_, names)| *names != PatchNames::default()).collect()
}

/// Returns what a translation calls a record; of a house its street, whether or not the house
/// number stands beside that.
pub(super) fn translated_name(fields: &Fields, house: Option<&PatchHouse>) -> Option<String> {
    let (Some(house), Some(name)) = (house, &fields.name) else {
        let street = fields.street.as_ref().filter(|_| house.is_some());
        return fields.name.clone().or(street.map(|street| street.name.clone()));
    };
    let is_of_house = |number: &str| {
        let found = text::parse_house_number(number);
        found.is_some_and(|of| {
            of.number == house.number && of.suffix.eq_ignore_ascii_case(&house.suffix)
        })
    };
    let street = numbers_of(name).find(|(number, _)| is_of_house(number));
    Some(street.map_or(name.as_str(), |(_, street)| street).to_owned())
}

/// Returns the house that a record is: as its `street` says, or as its name does when the rest
/// of it is a street of that city.
pub(super) fn house_of(
    fields: &Fields,
    base: &Geocoder<Bytes>,
) -> geocoder_core::Result<Option<PatchHouse>> {
    if fields.kind != Some(RecordType::Street) {
        return Ok(None);
    }
    let Some(house) = named_house(fields) else { return Ok(None) };
    if fields.street.is_some() {
        // What names no street is on none.
        let is_named = text::words(&house.street).any(|word| !text::fold(word.text).is_empty());
        return Ok(is_named.then_some(house));
    }
    let street = house.street.as_str();
    let city = fields.city.as_deref().unwrap_or_default();
    let request = SearchRequest {
        query: format!("{street}, {city}"),
        types: TypeSet::NONE.with(RecordType::Street),
        max_results: 5,
        ..SearchRequest::default()
    };
    let hits = base.search(&request)?.results;
    let is_street = |hit: &geocoder_core::Hit| hit.name == street && hit.city == city;
    Ok(hits.iter().any(is_street).then_some(house))
}

/// Returns a house without the name of its street, where a patch leaves that and its city alone.
fn on_own_street(house: PatchHouse, known: &PatchRecord, wanted: &PatchFields) -> PatchHouse {
    let before = &known.default;
    let stays = known.house.as_ref().is_some_and(|known| known.street == house.street)
        && before.city == wanted.city
        && before.county == wanted.county
        && before.administrative == wanted.administrative;
    if stays { PatchHouse { street: String::new(), ..house } } else { house }
}

/// Returns the house that fields name: by `street`, else by a name with a number.
pub(super) fn named_house(fields: &Fields) -> Option<PatchHouse> {
    if let Some(street) = &fields.street {
        return house_of_street(street);
    }
    let (number, street) = split_number(fields.name.as_deref()?)?;
    house_of_street(&Street { number: number.into(), suffix: String::new(), name: street.into() })
}

/// Returns the field of a patch that would keep it from ever changing anything, and what is wrong
/// with it.
pub(super) fn fault_of(patch: &Patch) -> Option<(&'static str, &'static str)> {
    let origin = patch.origin.as_ref()?;
    let is_country = origin.kind == Some(RecordType::Country);
    if patch.remove {
        return is_country.then_some(("remove", "A country cannot be removed."));
    }
    let record = patch.record(None);
    if is_country && record.kind != origin.kind {
        return Some(("type", "A country cannot become anything else."));
    }
    if is_country && record.countrycode != origin.countrycode {
        return Some(("countrycode", "A country keeps its code."));
    }
    let is_house = |fields: &Fields| fields.street.as_ref().and_then(house_of_street).is_some();
    if !is_house(origin) {
        let fault = "What is no house cannot become one: remove it, and add the house.";
        return is_house(&record).then_some(("street", fault));
    }
    if record.kind != Some(RecordType::Street) {
        return Some(("type", "A house is of the type of its street."));
    }
    named_house(&record).is_none().then_some(("name", "Must be a street and a house number."))
}

/// Returns the member of a request that a field at fault was sent in.
pub(super) fn member_of(object: &str, field: &str) -> String {
    if field == "remove" { field.to_owned() } else { format!("{object}.{field}") }
}

/// Takes the house number off a name: behind it or before it, with its suffix.
fn split_number(name: &str) -> Option<(&str, &str)> {
    numbers_of(name).next()
}

/// Returns what may be the house number of a name, each with the street that is left: first those
/// behind it, then those before it, the longest of each first.
fn numbers_of(name: &str) -> impl Iterator<Item = (&str, &str)> {
    let is_number = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_digit()) && text::parse_house_number(part).is_some()
    };
    let spaces = || name.match_indices(' ').map(|(at, _)| at);
    let behind = spaces().filter_map(|at| Some((name.get(at + 1..)?, name.get(..at)?)));
    // The longest number takes a suffix that stands apart: `43 bis`.
    let before = spaces().rev().filter_map(|at| Some((name.get(..at)?, name.get(at + 1..)?)));
    let all = behind.chain(before);
    all.filter(move |(number, street)| is_number(number) && !street.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_stands_behind_or_before_the_street() {
        for (name, expected) in [
            ("Städtle 43", Some(("43", "Städtle"))),
            ("Städtle 43 a", Some(("43 a", "Städtle"))),
            ("12 bis Rue Neuve", Some(("12 bis", "Rue Neuve"))),
            ("12 Rue Neuve", Some(("12", "Rue Neuve"))),
            ("Rue Neuve", None),
            ("43", None),
        ] {
            assert_eq!(split_number(name), expected, "{name}");
        }
    }

    #[test]
    fn a_translation_of_a_house_names_its_street() {
        let house = |number, suffix: &str| {
            Some(PatchHouse { number, suffix: suffix.into(), street: String::new() })
        };
        for (name, house, expected) in [
            ("9 Straed Kereon", house(9, ""), "Straed Kereon"),
            ("Straed Kereon 9", house(9, ""), "Straed Kereon"),
            ("Straed Kereon", house(9, ""), "Straed Kereon"),
            ("12 bis Straed Nevez", house(12, "bis"), "Straed Nevez"),
            ("Straed Nevez 12 bis", house(12, "bis"), "Straed Nevez"),
            // Numbers of others belong to the name.
            ("9 Street 11", house(9, ""), "Street 11"),
            ("11 Novembre", house(9, ""), "11 Novembre"),
            ("9", house(9, ""), "9"),
            ("9 Straed Kereon", None, "9 Straed Kereon"),
        ] {
            let fields = Fields { name: Some(name.into()), ..Fields::default() };
            let found = translated_name(&fields, house.as_ref());
            assert_eq!(found.as_deref(), Some(expected), "{name}");
        }
        let name = "Straed Kereon".to_owned();
        let street = Street { number: "9".into(), suffix: String::new(), name: name.clone() };
        let fields = Fields { street: Some(street), ..Fields::default() };
        assert_eq!(translated_name(&fields, None), None);
        let house = house_of_street(fields.street.as_ref().unwrap());
        assert_eq!(translated_name(&fields, house.as_ref()), Some(name));
    }
}

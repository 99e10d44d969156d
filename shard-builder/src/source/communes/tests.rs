//! Tests on excerpts of the official lists, located by an excerpt of GeoNames.

use super::super::collected::{Collected, bundled, whole};
use super::*;

fn excerpt() -> Communes {
    Communes {
        communes: bundled("communes/communes.json"),
        departements: Some(bundled("communes/departements.json")),
        regions: Some(bundled("communes/regions.json")),
        cities: vec![bundled("geonames/cities.txt")],
    }
}

fn warned(read: &Collected, kind: &str) -> u64 {
    read.report.warnings.get(kind).map_or(0, |warning| warning.count)
}

#[test]
fn a_commune_has_its_official_code_areas_postcodes_and_inhabitants() {
    let read = Collected::of(&excerpt(), "fr");
    let nantes = read.by_id("insee:44109");
    assert_eq!((nantes.names.default.as_str(), nantes.code.as_str()), ("Nantes", "44109"));
    assert_eq!(nantes.locality.zipcodes, ["44000", "44100", "44200", "44300"]);
    assert_eq!(nantes.locality.county.name, "Loire-Atlantique");
    assert_eq!(nantes.locality.county.id, "insee-departement:44");
    assert_eq!(nantes.locality.administrative.id, "insee-region:52");
    assert!(nantes.population > 300_000 && !nantes.approximate);
    let county = read.by_id("insee-departement:44");
    assert_eq!((county.code.as_str(), county.coordinates), ("44", nantes.coordinates));
    assert!(county.approximate);
    assert_eq!(read.by_id("insee-region:52").names.default, "Pays de la Loire");
    assert!(read.by_id("insee:75056").importance > nantes.importance);
}

#[test]
fn communes_without_a_place_take_the_mean_of_their_postcode_or_departement() {
    let read = Collected::of(&excerpt(), "fr");
    let belley = read.by_id("insee:01034");
    let arboys = read.by_id("insee:01015");
    assert_eq!((arboys.coordinates, arboys.approximate), (belley.coordinates, true));
    assert_eq!(warned(&read, "commune placed at the mean of its postcode"), 1);
    let nantes = read.by_id("insee:44109");
    let carquefou = read.by_id("insee:44026");
    assert_eq!((carquefou.coordinates, carquefou.approximate), (nantes.coordinates, true));
    // Carquefou, Sainte-Luce, Saint-Sébastien, Bâgé-Dommartin, Oullins and Tassin.
    assert_eq!(warned(&read, "commune placed at the mean of its département"), 6);
    assert_eq!(warned(&read, "commune without any place"), 2);
    assert_eq!(read.by_id("insee:98411").coordinates, None);
}

#[test]
fn former_communes_are_searched_as_the_one_they_belong_to() {
    let read = Collected::of(&excerpt(), "fr");
    assert_eq!(read.by_id("insee:01015").names.alternates, ["Arbignieu", "Saint-Bois"]);
    assert!(read.entries.iter().all(|entry| entry.names.default != "Arbignieu"));
}

#[test]
fn districts_of_large_cities_are_cities_at_their_own_place_or_their_citys() {
    let read = Collected::of(&excerpt(), "fr");
    let paris = read.by_id("insee:75056");
    let first = read.by_id("insee:75101");
    assert_eq!(first.names.default, "Paris 1er Arrondissement");
    assert_eq!(first.names.alternates, ["Paris 1er", "Paris 01"]);
    assert_eq!((first.coordinates, first.approximate), (paris.coordinates, true));
    let lyon = read.by_id("insee:69383");
    assert!(!lyon.approximate);
    assert_eq!(lyon.coordinates.unwrap().lat, 45.76124, "that of Lyon 03");
}

#[test]
fn overseas_communes_are_french_and_of_a_country_of_their_own() {
    let france = Collected::of(&excerpt(), "fr");
    let of_france = france.by_id("insee:97411");
    assert_eq!(of_france.locality.country, CountryCode::parse("fr"));
    assert!(!of_france.approximate);
    assert_eq!(france.by_id("insee:98735").coordinates.unwrap().lat, -17.5347, "by name");
    let reunion = Collected::of(&excerpt(), "re");
    assert_eq!(reunion.by_id("insee:97411").locality.country, CountryCode::parse("re"));
    let cities = reunion.of_kind(EntryKind::Record(RecordType::City));
    assert_eq!(cities.len(), 10);
    let world = Collected::of(&excerpt(), "zz");
    assert_eq!(world.by_id("insee:97411").locality.country, CountryCode::parse("re"));
    assert_eq!(world.by_id("insee:44109").locality.country, CountryCode::parse("fr"));
}

#[test]
fn all_french_communes_are_located_as_well_as_the_lists_allow() {
    let (Some(communes), Some(departements), Some(regions), Some(cities)) = (
        whole("fr-communes.json.xz"),
        whole("fr-departements.json.xz"),
        whole("fr-regions.json.xz"),
        whole("cities500-2023-03.txt.xz"),
    ) else {
        return;
    };
    let source = Communes {
        communes,
        departements: Some(departements),
        regions: Some(regions),
        cities: vec![cities],
    };
    let read = Collected::of(&source, "fr");
    let cities = read.of_kind(EntryKind::Record(RecordType::City));
    let is_district = |entry: &&&Entry| entry.names.default.ends_with(" Arrondissement");
    assert_eq!(cities.iter().filter(is_district).count(), 45);
    assert_eq!(cities.len(), 34_969 + 45);
    let located = cities.iter().filter(|entry| !entry.approximate && !is_district(entry));
    // 14,734 by their code (14,650 of them in the part of GeoNames that is France's), the others
    // of overseas collectivities by their name.
    assert_eq!(located.count(), 14_734 + 51);
    assert_eq!(warned(&read, "commune placed at the mean of its postcode"), 18_913);
    assert_eq!(warned(&read, "commune placed at the mean of its département"), 1_263);
    assert_eq!(warned(&read, "district placed at its commune"), 20);
    assert_eq!(warned(&read, "commune without any place"), 8);
    let count = |kind| read.of_kind(EntryKind::Record(kind)).len();
    assert_eq!((count(RecordType::County), count(RecordType::Administrative)), (109, 26));
}

//! Tests on excerpts of GeoNames: Andorra, Iceland, Liechtenstein, Monaco, French communes, and
//! some large cities.

use std::collections::BTreeSet;
use std::io::Write;

use super::super::collected::{Collected, bundled, whole};
use super::*;

const CITY: EntryKind = EntryKind::Record(RecordType::City);

fn excerpt() -> Geonames {
    Geonames {
        cities: vec![bundled("geonames/cities.txt")],
        admin1: Some(bundled("geonames/admin1.json")),
        admin2: Some(bundled("geonames/admin2.json")),
        alternate_names: vec![bundled("geonames/alternate_names.tsv")],
        untagged: true,
        ..Geonames::default()
    }
}

fn language<'a>(entry: &'a Entry, code: &str) -> Option<&'a str> {
    entry.names.languages.iter().find(|(one, _)| one == code).map(|(_, text)| text.as_str())
}

fn file(content: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(content.as_bytes()).unwrap();
    file
}

#[test]
fn a_city_has_its_names_by_language_its_areas_and_its_inhabitants() {
    let read = Collected::of(&excerpt(), "is");
    let reykjavik = read.by_id("geonames:3413829");
    assert_eq!(reykjavik.kind, CITY);
    assert_eq!(reykjavik.names.default, "Reykjavík");
    assert_eq!(language(reykjavik, "es"), Some("Reikiavik"));
    assert_eq!(language(reykjavik, "de"), None, "the same as the default");
    assert_eq!(reykjavik.locality.administrative.id, "geonames:IS.39");
    assert_eq!(reykjavik.locality.county.id, "geonames:IS.39.0000");
    assert_eq!(reykjavik.population, 118_918);
    assert!(!reykjavik.approximate);
    let others = read.of_kind(CITY);
    assert!(others.iter().all(|entry| entry.importance <= reykjavik.importance));
    assert!(read.entries.iter().all(|e| e.locality.country == CountryCode::parse("is")));
}

#[test]
fn countries_and_regions_have_names_and_the_place_of_their_main_city() {
    let read = Collected::of(&excerpt(), "is");
    let country = read.by_id("country:IS");
    assert_eq!(country.names.default, "Iceland");
    assert_eq!(language(country, "is"), Some("Ísland"));
    assert_eq!(country.ids, ["country:IS", "geonames:IS"]);
    let capital = read.by_id("geonames:3413829").coordinates;
    assert_eq!((country.coordinates, country.approximate), (capital, true));
    let region = read.by_id("geonames:IS.39");
    assert_eq!(region.kind, EntryKind::Record(RecordType::Administrative));
    assert_eq!((region.coordinates, region.approximate), (capital, true));
    assert_eq!(language(region, "de"), Some("Hauptstadtregion"));
    let county = read.by_id("geonames:IS.39.0000");
    assert_eq!(county.locality.administrative.id, "geonames:IS.39");
}

#[test]
fn a_place_can_be_named_in_the_language_of_its_country() {
    let named = |local_names| {
        let read = Collected::of(&Geonames { local_names, ..excerpt() }, "zz");
        let moscow = read.by_id("geonames:524901").clone();
        let iceland = read.by_id("country:IS").names.default.clone();
        (moscow, iceland)
    };
    let (stated, _) = named(false);
    assert_eq!(stated.names.default, "Moscow");
    assert_eq!(language(&stated, "ru"), Some("Москва"));
    assert_eq!(language(&stated, "de"), Some("Moskau"));
    let (local, iceland) = named(true);
    assert_eq!((local.names.default.as_str(), iceland.as_str()), ("Москва", "Ísland"));
    assert_eq!(language(&local, "en"), Some("Moscow"));
    assert_eq!(language(&local, "ru"), None);
}

#[test]
fn only_kept_languages_and_those_of_the_country_are_shown() {
    let options = Geonames { languages: vec!["de".into()], untagged: false, ..excerpt() };
    let read = Collected::of(&options, "ru");
    let moscow = read.by_id("geonames:524901");
    let codes: Vec<&str> = moscow.names.languages.iter().map(|(code, _)| code.as_str()).collect();
    assert_eq!(codes, ["de", "ru"]);
    assert!(moscow.names.alternates.is_empty(), "{:?}", moscow.names.alternates);
    let all = Collected::of(&excerpt(), "ru");
    assert!(all.by_id("geonames:524901").names.alternates.len() > 20);
}

#[test]
fn french_communes_and_areas_bear_their_official_codes() {
    let read = Collected::of(&excerpt(), "fr");
    let paris = read.by_id("insee:75056");
    assert_eq!((paris.names.default.as_str(), paris.code.as_str()), ("Paris", "75056"));
    // Tassin-la-Demi-Lune has the code of Lyon by mistake.
    assert_eq!(read.by_id("insee:69123").names.default, "Lyon");
    let with_code = read.entries.iter().filter(|e| e.ids.contains(&"insee:13055".to_owned()));
    assert_eq!(with_code.count(), 1);
    let rhone = read.by_id("insee-departement:69");
    assert_eq!((rhone.names.default.as_str(), rhone.code.as_str()), ("Rhône", "69"));
    assert!(rhone.ids.contains(&"iso3166-2:FR-69".to_owned()));
    assert_eq!(read.by_id("insee-region:11").names.default, "Île-de-France");
}

#[test]
fn regions_bear_the_code_that_results_show() {
    let admin1 = file("[{\"code\":\"IT.19\",\"name\":\"Aosta Valley\"}]");
    let source = Geonames { admin1: Some(admin1.path().into()), ..Geonames::default() };
    let read = Collected::of(&source, "it");
    assert_eq!(read.by_id("iso3166-2:IT-23").code, "23");
    assert_eq!(Collected::of(&excerpt(), "is").by_id("geonames:IS.39").code, "");
}

#[test]
fn postal_codes_are_read_of_one_country_and_bad_rows_are_counted() {
    let rows = file(
        "LI\t9490\tVaduz\t\t\t\t\t\t\t47.1415\t9.5215\t6\n\
         CH\t9470\tBuchs SG\tKanton St. Gallen\tSG\tWahlkreis Werdenberg\t1726\tBuchs (SG)\t3271\t47.1673\t9.4712\t4\n\
         LI\t9494\tSchaan\t\t\t\t\t\t\t47.165\t9.5087\t6\nLI\t\tNowhere\t\t\t\t\t\t\t\t\t\n",
    );
    let source = Geonames { zipcodes: vec![rows.path().into()], ..Geonames::default() };
    let read = Collected::of(&source, "li");
    let zipcodes: Vec<_> = read.entries.iter().map(|e| e.locality.zipcodes[0].as_str()).collect();
    assert_eq!(zipcodes, ["9490", "9494"]);
    assert!(read.entries.iter().all(|entry| entry.kind == EntryKind::Zipcode));
    assert_eq!(read.report.clipped["of another country"], 1);
    let bad = &read.report.warnings["bad row"];
    assert!(bad.examples[0].ends_with(":4: no postcode or no place"), "{bad:?}");
}

#[test]
fn the_same_files_give_the_same_entries() {
    let first = Collected::of(&excerpt(), "zz");
    let second = Collected::of(&excerpt(), "zz");
    assert_eq!(first.entries, second.entries);
    assert_eq!(first.report, second.report);
}

#[test]
fn parts_of_cities_are_cities_on_demand_and_abandoned_places_never_are() {
    let without = Collected::of(&excerpt(), "fr");
    let parts = without.report.clipped["a part of a city"];
    let with = Collected::of(&Geonames { sections: true, ..excerpt() }, "fr");
    assert_eq!(with.of_kind(CITY).len(), without.of_kind(CITY).len() + parts as usize);
    let names = |read: &Collected, name| read.entries.iter().any(|e| e.names.default == name);
    assert!(names(&with, "L'Estaque") && !names(&without, "L'Estaque"));
    let world = Collected::of(&excerpt(), "zz");
    assert_eq!(world.report.clipped["an abandoned or historical place"], 4);
    assert!(with.entries.iter().flat_map(|e| &e.names.alternates).all(|n| !n.contains("://")));
    let large = Collected::of(&Geonames { min_population: 15_000, ..excerpt() }, "is");
    assert_eq!(large.of_kind(CITY).len(), 6);
}

#[test]
fn all_countries_brings_areas_airports_and_stations() {
    let row =
        |id: u32, name: &str, lat: f64, lon: f64, feature: &str, admin: &str, population: u32| {
            format!(
                "{id}\t{name}\t{name}\t\t{lat}\t{lon}\t{feature}\tIS\t\t{admin}\t\t\t\
             {population}\t\t1\tAtlantic/Reykjavik\t2020-01-01\n"
            )
        };
    let rows = [
        row(2629691, "Iceland", 65.0, -18.0, "A\tPCLI", "00\t", 353_574),
        row(3426182, "Capital Region", 64.13, -21.4, "A\tADM1", "39\t", 217_000),
        row(3413829, "Reykjavík", 64.135, -21.895, "P\tPPLC", "39\t0000", 118_918),
        row(6296671, "Keflavik International", 63.985, -22.6056, "S\tAIRP", "41\t", 0),
        row(1, "Hotel Borg", 64.147, -21.94, "S\tHTL", "39\t0000", 0),
    ];
    let cities = file(&rows.concat());
    let alternates = file(
        "9\t6296671\tiata\tKEF\t\t\t\t\t\t\n8\t6296671\ticao\tBIKF\t\t\t\t\t\t\n\
         7\t3426182\tis\tHöfuðborgarsvæðið\t\t\t\t\t\t\n",
    );
    let source = Geonames {
        cities: vec![cities.path().into()],
        alternate_names: vec![alternates.path().into()],
        ..Geonames::default()
    };
    let read = Collected::of(&source, "is");
    let airport = read.by_id("iata:KEF");
    assert_eq!(airport.kind, EntryKind::Record(RecordType::Airport));
    assert_eq!(airport.names.alternates, ["KEF", "BIKF"]);
    assert!(airport.locality.administrative.is_empty(), "41 has no name");
    let region = read.by_id("geonames:IS.39");
    assert_eq!(region.names.languages[0].1, "Höfuðborgarsvæðið");
    assert_eq!((region.population, region.approximate), (217_000, false));
    assert_eq!(read.by_id("geonames:3413829").locality.administrative.id, "geonames:IS.39");
    assert_eq!(read.by_id("geonames:2629691").ids[0], "country:IS");
    assert_eq!(read.report.clipped["another kind of feature"], 1);
}

#[test]
fn lists_of_areas_are_read_in_the_format_of_geonames_too() {
    let admin1 = file("AD.06\tSant Julià de Loria\tSant Julia de Loria\t3039162\nAD.05\tOrdino\n");
    let source = Geonames { admin1: Some(admin1.path().into()), ..Geonames::default() };
    let read = Collected::of(&source, "ad");
    let parish = read.by_id("geonames:AD.06");
    assert_eq!(parish.ids, ["geonames:AD.06", "geonames:3039162"]);
    assert_eq!(read.report.warnings["bad row"].count, 1);
}

#[test]
fn bad_rows_are_counted_and_a_file_of_another_format_is_refused() {
    let good = std::fs::read_to_string(bundled("geonames/cities.txt")).unwrap();
    let first = good.lines().next().unwrap();
    let mixed = file(&format!("{first}\n{}\n", first.replace("\tP\t", "\tP")));
    let source = |path: &Path| Geonames { cities: vec![path.into()], ..Geonames::default() };
    let read = Collected::of(&source(mixed.path()), "zz");
    assert_eq!(read.report.warnings["bad row"].count, 1);
    assert!(read.report.warnings["bad row"].examples[0].ends_with(":2: 18 columns instead of 19"));
    let wrong = bundled("geonames/alternate_names.tsv");
    let error = Collected::try_of(&source(&wrong), "zz").unwrap_err().to_string();
    assert!(error.contains("alternate_names.tsv:1: 3 columns instead of 19"), "{error}");
}

#[test]
fn the_whole_cities_and_names_are_read() {
    let (Some(cities), Some(admin1), Some(admin2), Some(alternate_names)) = (
        whole("cities500-2023-03.txt.xz"),
        whole("geonames-admin1.json.gz"),
        whole("geonames-admin2.json.gz"),
        whole("geonames-alternate_names_by_lang.tsv.xz"),
    ) else {
        return;
    };
    let source = Geonames {
        cities: vec![cities],
        admin1: Some(admin1),
        admin2: Some(admin2),
        alternate_names: vec![alternate_names],
        sections: true,
        ..Geonames::default()
    };
    let read = Collected::of(&source, "zz");
    let cities = read.of_kind(CITY);
    let clipped: u64 = read.report.clipped.values().sum();
    assert_eq!(cities.len() as u64 + clipped, 199_568);
    assert_eq!(read.report.clipped["an abandoned or historical place"], 44);
    assert!(read.report.warnings.is_empty(), "{:?}", read.report.warnings);
    let countries: BTreeSet<_> = cities.iter().filter_map(|city| city.locality.country).collect();
    assert_eq!(countries.len(), 246);
    let count = |kind| read.of_kind(EntryKind::Record(kind)).len();
    assert_eq!(count(RecordType::Administrative), 3_865);
    assert_eq!(count(RecordType::County), 47_643);
    let communes = cities.iter().filter(|city| city.ids.iter().any(|id| id.starts_with("insee:")));
    assert_eq!(communes.count(), 14_759);
}

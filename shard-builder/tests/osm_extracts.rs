//! Reads the bundled extracts of whole countries and checks what is known of them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failed test may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use geocoder_core::gazetteer::{Gazetteer, PlaceRecord, StreetRecord};
use geocoder_core::shard::writer::ShardWriter;
use geocoder_core::{CountryCode, Geocoder, LonLat, RecordType, SearchRequest, Shard};
use shard_builder::{Error, Report, osm};

fn extract(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data").join(name)
}

fn read(country: &str, file: &str) -> (Gazetteer, Report) {
    let mut report = Report::default();
    let country = CountryCode::parse(country).unwrap();
    let gazetteer = osm::read(country, &[extract(file)], &mut report).unwrap();
    (gazetteer, report)
}

static LIECHTENSTEIN: LazyLock<(Gazetteer, Report)> =
    LazyLock::new(|| read("li", "liechtenstein.osm.pbf"));
static MONACO: LazyLock<(Gazetteer, Report)> = LazyLock::new(|| read("mc", "monaco.osm.pbf"));

fn municipalities(gazetteer: &Gazetteer) -> Vec<&PlaceRecord> {
    let places = gazetteer.places.iter();
    places.filter(|place| place.kind == RecordType::City && place.parent == Some(0)).collect()
}

fn names_of(gazetteer: &Gazetteer, kind: RecordType) -> Vec<&str> {
    let points = gazetteer.points.iter().filter(|point| point.kind == kind);
    points.map(|point| point.names.default.as_str()).collect()
}

fn streets<'a>(gazetteer: &'a Gazetteer, name: &str) -> Vec<&'a StreetRecord> {
    gazetteer.streets.iter().filter(|street| street.names.default == name).collect()
}

fn city<'a>(gazetteer: &'a Gazetteer, street: &StreetRecord) -> &'a str {
    &gazetteer.places[street.city].names.default
}

#[test]
fn liechtenstein_has_its_eleven_municipalities_and_no_foreign_one() {
    let (gazetteer, report) = &*LIECHTENSTEIN;
    let found: BTreeSet<&str> =
        municipalities(gazetteer).iter().map(|place| place.names.default.as_str()).collect();
    let expected = [
        "Balzers",
        "Eschen",
        "Gamprin",
        "Mauren",
        "Planken",
        "Ruggell",
        "Schaan",
        "Schellenberg",
        "Triesen",
        "Triesenberg",
        "Vaduz",
    ];
    assert_eq!(found, BTreeSet::from(expected));
    assert_eq!(municipalities(gazetteer).len(), 11);
    assert!(report.clipped["boundary outside the country"] >= 11);
    let country = &gazetteer.places[0];
    assert_eq!((country.kind, country.code.as_str()), (RecordType::Country, "li"));
    assert!(country.names.languages.iter().any(|(_, name)| name == "Lihtenštajn"));
}

#[test]
fn municipalities_have_population_postcodes_and_a_point_inside_their_boundary() {
    let (gazetteer, _) = &*LIECHTENSTEIN;
    for place in municipalities(gazetteer) {
        let name = &place.names.default;
        assert!(place.population > 400, "{name}");
        assert!(place.zipcodes[0].starts_with("94"), "{name}: {:?}", place.zipcodes);
        assert!(inside(gazetteer, place, place.coordinates), "{name}");
    }
    let vaduz =
        municipalities(gazetteer).into_iter().find(|place| place.names.default == "Vaduz").unwrap();
    assert_eq!(vaduz.zipcodes, ["9490"]);
    assert!(vaduz.coordinates.distance_m(LonLat { lon: 9.5215, lat: 47.141 }) < 500.0);
    assert_eq!(gazetteer.places.iter().map(|place| place.importance).max(), Some(228));
}

/// Whether a point is inside the simplified arcs of a place: an odd number lies to its east.
fn inside(gazetteer: &Gazetteer, place: &PlaceRecord, point: LonLat) -> bool {
    let arcs = place.boundary.iter().map(|arc| &gazetteer.arcs[*arc]);
    let crossings = arcs.flat_map(|arc| arc.windows(2)).filter(|edge| {
        let (from, to) = (edge[0], edge[1]);
        let share = (point.lat - from.lat) / (to.lat - from.lat);
        (from.lat > point.lat) != (to.lat > point.lat)
            && from.lon + share * (to.lon - from.lon) > point.lon
    });
    crossings.count() % 2 == 1
}

#[test]
fn boundaries_are_closed_rings_of_shared_arcs() {
    for (gazetteer, report) in [&*LIECHTENSTEIN, &*MONACO] {
        assert!(!report.warnings.contains_key("broken boundary ring"), "{report}");
        for place in gazetteer.places.iter().filter(|place| !place.boundary.is_empty()) {
            let mut ends: BTreeMap<String, u32> = BTreeMap::new();
            for arc in place.boundary.iter().map(|arc| &gazetteer.arcs[*arc]) {
                for end in [arc[0], arc[arc.len() - 1]] {
                    *ends.entry(format!("{end:?}")).or_default() += 1;
                }
            }
            assert!(ends.values().all(|count| count % 2 == 0), "{}", place.names.default);
        }
        let uses: usize = gazetteer.places.iter().map(|place| place.boundary.len()).sum();
        assert!(uses > gazetteer.arcs.len() * 3 / 2, "arcs are shared");
    }
}

#[test]
fn houses_lie_in_the_municipality_of_their_street() {
    let (gazetteer, report) = &*LIECHTENSTEIN;
    let (mut total, mut outside) = (0_u32, 0_u32);
    for street in &gazetteer.streets {
        let mut place = &gazetteer.places[street.city];
        while place.parent != Some(0) {
            place = &gazetteer.places[place.parent.unwrap()];
        }
        for house in &street.houses {
            total += 1;
            outside += u32::from(!inside(gazetteer, place, house.coordinates));
        }
    }
    // Some houses in exclaves and beside borders name the municipality that they are reached from.
    assert!(outside * 100 < total, "{outside} of {total}");
    let across = report.joined["street of the city named, across the border"];
    assert!(u64::from(outside) >= across / 2);
}

#[test]
fn counts_of_liechtenstein_are_those_of_the_extract() {
    let (gazetteer, report) = &*LIECHTENSTEIN;
    let houses: usize = gazetteer.streets.iter().map(|street| street.houses.len()).sum();
    assert!((12_250..=12_350).contains(&houses), "{houses}");
    let names: BTreeSet<&str> =
        gazetteer.streets.iter().map(|street| street.names.default.as_str()).collect();
    assert!((1_030..=1_080).contains(&names.len()), "{}", names.len());
    assert_eq!(report.clipped["address tagged with another country"], 26);
    let objects = report.joined.values().chain(report.unjoined.values()).sum::<u64>();
    assert_eq!(objects, 12_513 - 26);
    assert!(report.unjoined.values().sum::<u64>() < 10, "{report}");

    assert_eq!(names_of(gazetteer, RecordType::Townhall).len(), 8);
    let stations: BTreeSet<&str> = names_of(gazetteer, RecordType::Train).into_iter().collect();
    assert_eq!(stations, BTreeSet::from(["Forst Hilti", "Nendeln", "Schaan-Vaduz"]));
    let stops = names_of(gazetteer, RecordType::Bus).len();
    assert!((150..=250).contains(&stops), "{stops} of 378 mapped ones after merging");
    assert!(names_of(gazetteer, RecordType::Tourism).contains(&"Schloss Vaduz"));
}

#[test]
fn one_name_is_a_street_of_each_municipality_that_has_it() {
    let (gazetteer, _) = &*LIECHTENSTEIN;
    let village_streets = streets(gazetteer, "Dorfstrasse");
    let cities: BTreeSet<&str> =
        village_streets.iter().map(|street| city(gazetteer, street)).collect();
    assert!(cities.is_superset(&BTreeSet::from(["Planken", "Ruggell", "Triesen"])), "{cities:?}");
    assert_eq!(cities.len(), village_streets.len());
    // Three objects have the number 24; they are one house.
    let with_24: Vec<&str> = village_streets
        .iter()
        .filter(|street| street.houses.iter().any(|house| house.number == 24))
        .map(|street| city(gazetteer, street))
        .collect();
    assert_eq!(with_24, ["Triesen"]);
}

#[test]
fn villages_inside_a_municipality_are_cities_with_their_own_postcode_and_streets() {
    let (gazetteer, _) = &*LIECHTENSTEIN;
    let nendeln = gazetteer.places.iter().find(|place| place.names.default == "Nendeln").unwrap();
    assert_eq!(gazetteer.places[nendeln.parent.unwrap()].names.default, "Eschen");
    assert_eq!(nendeln.zipcodes, ["9485"]);
    let churer = streets(gazetteer, "Churer Strasse");
    assert!(churer.iter().any(|street| city(gazetteer, street) == "Nendeln"));
    let gamprin = gazetteer.places.iter().find(|place| place.names.default == "Gamprin").unwrap();
    assert!(gamprin.names.alternates.contains(&"Gamprin-Bendern".to_string()));
}

#[test]
fn streets_have_lines_with_their_middle_on_them() {
    let (gazetteer, _) = &*LIECHTENSTEIN;
    let with_lines: Vec<&StreetRecord> =
        gazetteer.streets.iter().filter(|street| !street.geometry.is_empty()).collect();
    assert!(with_lines.len() > 1_150);
    for street in &with_lines {
        let near = street
            .geometry
            .iter()
            .flat_map(|line| line.windows(2))
            .map(|edge| street.coordinates.distance_to_segment_m(edge[0], edge[1]));
        let nearest_m = near.fold(f64::INFINITY, f64::min);
        let limit_m = if street.importance >= 65 { 60.0 } else { 21.0 };
        assert!(nearest_m < limit_m, "{}: {nearest_m}", street.names.default);
    }
    let points: usize = with_lines.iter().flat_map(|s| &s.geometry).map(Vec::len).sum();
    assert!(points < with_lines.len() * 6, "{points} points of {} streets", with_lines.len());
}

#[test]
fn monaco_is_one_city_with_quarters() {
    let (gazetteer, report) = &*MONACO;
    assert_eq!(municipalities(gazetteer).len(), 1);
    let monaco = gazetteer
        .places
        .iter()
        .position(|place| place.kind == RecordType::City && place.names.default == "Monaco");
    for name in ["Monte-Carlo", "La Condamine", "Fontvieille", "Monaco-Ville"] {
        let quarter = gazetteer.places.iter().find(|place| place.names.default == name).unwrap();
        assert_eq!((quarter.kind, quarter.parent), (RecordType::City, monaco), "{name}");
        assert!(!quarter.boundary.is_empty(), "{name}");
    }
    let houses: usize = gazetteer.streets.iter().map(|street| street.houses.len()).sum();
    assert!((370..=400).contains(&houses), "{houses}");
    assert!(report.clipped["street or part of it outside the country"] > 0);
    let ostende = streets(gazetteer, "Avenue d'Ostende");
    assert!(ostende[0].houses.iter().any(|house| house.number == 12));
    assert_eq!(names_of(gazetteer, RecordType::Train), ["Monaco - Monte Carlo"]);
}

#[test]
fn two_reads_are_identical() {
    let (first, first_report) = &*MONACO;
    let (second, second_report) = read("mc", "monaco.osm.pbf");
    assert_eq!(format!("{first:?}"), format!("{second:?}"));
    assert_eq!(*first_report, second_report);
    // The same objects from two files are the same objects.
    let country = CountryCode::parse("mc").unwrap();
    let twice = [extract("monaco.osm.pbf"), extract("monaco.osm.pbf")];
    let third = osm::read(country, &twice, &mut Report::default()).unwrap();
    assert_eq!(format!("{first:?}"), format!("{third:?}"));
}

#[test]
fn wrong_input_is_told_by_file() {
    let country = CountryCode::parse("li").unwrap();
    let mut report = Report::default();
    let missing = osm::read(country, &[extract("missing.osm.pbf")], &mut report).unwrap_err();
    assert!(missing.to_string().contains("missing.osm.pbf"), "{missing}");
    let wrong = osm::read(country, &[extract("LICENSES.md")], &mut report).unwrap_err();
    assert!(wrong.to_string().contains("LICENSES.md"), "{wrong}");
    assert!(matches!(wrong, Error::Pbf { .. }));
    assert!(matches!(osm::read(country, &[], &mut report), Err(Error::NoInput { .. })));
}

#[test]
fn an_extract_of_elsewhere_has_nothing_of_a_country() {
    let country = CountryCode::parse("nz").unwrap();
    let mut report = Report::default();
    let found = osm::read(country, &[extract("monaco.osm.pbf")], &mut report);
    assert!(matches!(found, Err(Error::Empty { .. })), "{:?}", found.map(|g| g.places.len()));
}

#[test]
fn an_extract_of_a_city_is_read_without_the_boundary_of_its_country() {
    let Some(data) = std::env::var_os("HEREABOUTS_DATA") else {
        println!("skipped: HEREABOUTS_DATA does not name the folder of helsinki-centre.osm.pbf");
        return;
    };
    let path = Path::new(&data).join("helsinki-centre.osm.pbf");
    let country = CountryCode::parse("fi").unwrap();
    let mut report = Report::default();
    let gazetteer = osm::read(country, &[path], &mut report).unwrap();
    assert!(report.warnings.contains_key("no boundary of the country"), "{report}");
    let street = streets(&gazetteer, "Mannerheimintie")[0];
    assert_eq!(city(&gazetteer, street), "Helsinki");
    let swedish = ("sv".to_string(), "Mannerheimvägen".to_string());
    assert!(street.names.languages.contains(&swedish));
    let houses: usize = gazetteer.streets.iter().map(|street| street.houses.len()).sum();
    assert!(houses > 550, "{houses}");

    let shard = ShardWriter::new(&gazetteer).write().unwrap();
    let mut geocoder = Geocoder::new();
    geocoder.insert(Shard::open(shard.bytes).unwrap());
    let found = |query: &str, language: Option<&str>| {
        let language = language.map(String::from);
        let request = SearchRequest { query: query.into(), language, ..SearchRequest::default() };
        geocoder.search(&request).unwrap().results[0].name.clone()
    };
    for query in ["Aleksanterinkatu", "Alexandersgatan"] {
        assert_eq!(found(query, None), "Aleksanterinkatu");
        assert_eq!(found(query, Some("fi")), "Aleksanterinkatu");
        assert_eq!(found(query, Some("sv")), "Alexandersgatan");
    }
    // Nearly all streets have a name in both languages, and either finds the street.
    let bilingual = gazetteer
        .streets
        .iter()
        .filter(|street| street.names.languages.iter().any(|(language, _)| language == "sv"));
    let (mut total, mut wrong) = (0, Vec::new());
    for street in bilingual {
        let (_, swedish) = street.names.languages.iter().find(|(l, _)| l == "sv").unwrap();
        total += 1;
        if found(swedish, Some("sv")) != *swedish {
            wrong.push(swedish);
        }
    }
    assert!(total > 60 && wrong.len() * 20 <= total, "{wrong:?} of {total}");
}

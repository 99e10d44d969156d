//! What becomes of boundaries, places and points.

use super::*;

#[test]
fn the_node_of_a_municipality_gives_it_coordinates_and_population() {
    let mut drawing = Drawing::country();
    drawing.node(99, 3.0, 5.0, "name=Westburg|place=town|population=12 345|name:fr=Bourg-Ouest");
    let (gazetteer, _) = drawing.read();
    let (_, city) = place(&gazetteer, "Westburg");
    assert_eq!(city.population, 12_345);
    assert_eq!(city.coordinates, LonLat { lon: 0.003, lat: 0.005 });
    assert_eq!(city.names.languages, [("fr".to_string(), "Bourg-Ouest".to_string())]);
    assert_eq!(gazetteer.places.iter().filter(|p| p.names.default == "Westburg").count(), 1);
}

#[test]
fn a_population_beyond_what_a_shard_holds_does_not_stop_the_build() {
    let mut drawing = Drawing::country();
    drawing.node(99, 3.0, 5.0, "name=Westburg|place=town|population=3000000000");
    let (gazetteer, _) = drawing.read();
    let (_, city) = place(&gazetteer, "Westburg");
    assert_eq!(city.population, geocoder_core::gazetteer::MAX_POPULATION);
}

#[test]
fn a_broken_boundary_survives_with_a_warning() {
    let mut drawing = Drawing::country();
    // Westburg loses its outer way, keeps the border and gets a stump inside the country.
    drawing.relations.retain(|relation| relation.id != 2);
    drawing.node(50, 1.0, 1.0, "");
    drawing.way(50, &[2, 50, 5], "");
    drawing.relation(
        2,
        &[50, 51],
        "boundary=administrative|type=boundary|admin_level=8|name=Westburg",
    );
    drawing.street(20, 5.0, (4.0, 8.0), "name=Hauptstrasse");
    let (gazetteer, report) = drawing.read();
    assert_eq!(report.warnings["broken boundary ring"].count, 1);
    assert_eq!(street(&gazetteer, "Hauptstrasse", "Westburg").names.default, "Hauptstrasse");
    let (_, city) = place(&gazetteer, "Westburg");
    let mut ends = std::collections::BTreeMap::new();
    for arc in &city.boundary {
        let arc = &gazetteer.arcs[*arc];
        for end in [arc[0], arc[arc.len() - 1]] {
            *ends.entry(format!("{end:?}")).or_insert(0) += 1;
        }
    }
    assert!(ends.values().all(|count| count % 2 == 0), "the ring is closed: {ends:?}");
}

#[test]
fn without_boundaries_a_street_belongs_to_the_nearest_city() {
    let mut drawing = Drawing::default();
    drawing.node(1, 0.0, 0.0, "name=Links|place=town");
    drawing.node(2, 40.0, 0.0, "name=Rechts|place=village");
    drawing.node(3, 20.0, 0.0, "name=Mitte|place=hamlet");
    drawing.street(20, 1.0, (10.0, 14.0), "name=Linksweg");
    drawing.street(21, 1.0, (26.0, 30.0), "name=Rechtsweg");
    drawing.street(22, 900.0, (26.0, 30.0), "name=Fernweg");
    drawing.node(4, 12.0, 1.0, "addr:street=Linksweg|addr:housenumber=1|addr:country=XX");
    let (gazetteer, report) = drawing.read();
    street(&gazetteer, "Linksweg", "Links");
    street(&gazetteer, "Rechtsweg", "Rechts");
    assert_eq!(gazetteer.streets.len(), 2);
    assert_eq!(report.warnings["street far from any city"].count, 1);
}

#[test]
fn a_country_without_municipalities_is_a_city_itself() {
    let mut drawing = Drawing::country();
    drawing.relations.retain(|relation| relation.id == 1);
    drawing.street(20, 5.0, (2.0, 4.0), "name=Hauptstrasse");
    let (gazetteer, _) = drawing.read();
    let kinds: Vec<RecordType> = gazetteer.places.iter().map(|place| place.kind).collect();
    assert_eq!(kinds, [RecordType::Country, RecordType::City]);
    assert_eq!(gazetteer.streets[0].city, 1);
}

/// Objects of a boundary of a level.
fn boundary(level: u8, name: &str) -> String {
    format!("boundary=administrative|type=boundary|admin_level={level}|name={name}")
}

#[test]
fn a_hole_in_a_municipality_belongs_to_the_one_inside_it() {
    let mut drawing = Drawing::country();
    drawing.square(60, (3.0, 4.0), 2.0);
    drawing.relations.retain(|relation| relation.id != 2);
    // No roles are given, as happens: what is inside of two rings is outside.
    drawing.relation(2, &[1, 3, 60], &boundary(8, "Westburg"));
    drawing.relations[2].members.iter_mut().for_each(|member| member.role = "".into());
    drawing.relation(4, &[60], &boundary(8, "Insel"));
    drawing.street(20, 5.0, (2.0, 6.0), "name=Querweg");
    let (gazetteer, report) = drawing.read();
    let island = street(&gazetteer, "Querweg", "Insel");
    let around = street(&gazetteer, "Querweg", "Westburg");
    assert_eq!(around.geometry.len(), 2, "on both sides of the island");
    assert!(island.geometry.iter().flatten().all(|p| (0.003..=0.005_000_1).contains(&p.lon)));
    assert!(report.warnings.is_empty(), "{report}");
}

#[test]
fn a_larger_municipal_level_fills_the_gaps_of_a_smaller_one() {
    let mut drawing = Drawing::country();
    drawing.relations[0].tags = tags(&boundary(2, "Republik").replace("type", "ISO3166-1=PL|type"));
    drawing.relations[1].tags = tags(&boundary(7, "Gemeinde West"));
    drawing.relations[2].tags = tags(&boundary(7, "Gemeinde Ost"));
    drawing.square(60, (3.0, 4.0), 2.0);
    drawing.relation(4, &[60], &boundary(8, "Dorf"));
    drawing.street(20, 5.0, (3.5, 4.5), "name=Dorfweg");
    drawing.street(21, 8.0, (3.5, 4.5), "name=Feldweg");
    let (gazetteer, _) = drawing.read_as("pl");
    street(&gazetteer, "Dorfweg", "Dorf");
    street(&gazetteer, "Feldweg", "Gemeinde West");
}

#[test]
fn an_independent_city_is_its_own_county() {
    let mut drawing = Drawing::country();
    drawing.relations[1].tags = tags(&boundary(6, "Freistadt"));
    drawing.relations[2].tags = tags(&boundary(6, "Landkreis Ost"));
    drawing.relation(4, &[2, 3], &boundary(8, "Ostheim"));
    drawing.street(20, 5.0, (2.0, 6.0), "name=Marktgasse");
    let (gazetteer, _) = drawing.read();
    let city = &gazetteer.places[gazetteer.streets[0].city];
    assert_eq!((city.kind, city.names.default.as_str()), (RecordType::City, "Freistadt"));
    let county = &gazetteer.places[city.parent.unwrap()];
    assert_eq!((county.kind, county.names.default.as_str()), (RecordType::County, "Freistadt"));
    let cities = gazetteer.places.iter().filter(|place| place.kind == RecordType::City);
    assert_eq!(cities.count(), 2, "a county with a municipality is none itself");
}

#[test]
fn a_region_tagged_as_a_city_is_one_and_its_districts_are_not() {
    let mut drawing = Drawing::country();
    drawing.relations[1].tags = tags(&format!("{}|place=city", boundary(4, "Hauptstadt")));
    drawing.relations[2].tags = tags(&boundary(4, "Provinz"));
    drawing.square(60, (3.0, 4.0), 2.0);
    drawing.relation(4, &[60], &boundary(6, "Distrikt"));
    drawing.street(20, 5.0, (3.5, 4.5), "name=Platz");
    let (gazetteer, _) = drawing.read();
    assert_eq!(gazetteer.places[gazetteer.streets[0].city].names.default, "Hauptstadt");
    let districts = gazetteer.places.iter().filter(|place| place.names.default == "Distrikt");
    assert_eq!(districts.map(|place| place.kind).collect::<Vec<_>>(), [RecordType::County]);
}

#[test]
fn ceremonial_counties_stand_for_the_administrative_ones_of_their_name() {
    let mut drawing = Drawing::country();
    drawing.relations[0].tags = tags(&boundary(2, "Kingdom").replace("type", "ISO3166-1=GB|type"));
    drawing.relations[1].tags = tags(&boundary(6, "Westshire"));
    drawing.relations[2].tags = tags(&boundary(6, "Easttown"));
    drawing.relation(4, &[1, 2], "boundary=ceremonial|type=boundary|name=Westshire");
    drawing.street(20, 5.0, (12.0, 14.0), "name=High Street");
    let (gazetteer, _) = drawing.read_as("gb");
    let city = &gazetteer.places[gazetteer.streets[0].city];
    assert_eq!((city.kind, city.names.default.as_str()), (RecordType::City, "Easttown"));
    let counties: Vec<&PlaceRecord> =
        gazetteer.places.iter().filter(|place| place.kind == RecordType::County).collect();
    assert_eq!(counties.len(), 1);
    assert_eq!(counties[0].names.default, "Westshire");
}

#[test]
fn a_territory_is_outlined_by_the_relation_with_its_code() {
    let mut drawing = Drawing::country();
    drawing.relations[0].tags =
        tags(&boundary(3, "Territorium").replace("type", "ISO3166-1=XX|type"));
    drawing.street(20, 5.0, (2.0, 4.0), "name=Hauptstrasse");
    drawing.street(21, 12.0, (2.0, 4.0), "name=Auslandsweg");
    let (gazetteer, report) = drawing.read();
    assert_eq!(gazetteer.places[0].names.default, "Territorium");
    assert_eq!(gazetteer.streets.len(), 1);
    assert!(report.warnings.is_empty(), "{report}");
}

#[test]
fn pairs_of_stops_are_one_point_and_airports_are_found_by_their_codes() {
    let mut drawing = Drawing::country();
    drawing.node(100, 3.0, 5.0, "name=Post|highway=bus_stop");
    drawing.node(101, 3.2, 5.1, "name=Post|public_transport=platform|bus=yes");
    drawing.node(102, 3.1, 5.0, "name=Post|public_transport=stop_position|bus=yes");
    drawing.node(103, 8.0, 5.0, "name=Post|highway=bus_stop");
    drawing.node(104, 5.0, 5.0, "name=Feld|aeroway=aerodrome|iata=XYZ|icao=ABCD");
    drawing.node(105, 5.0, 6.0, "name=Bahnhof|railway=station");
    drawing.node(106, 5.0, 6.0, "name=Rathaus|amenity=townhall");
    drawing.square(60, (6.0, 6.0), 0.2);
    drawing.ways.last_mut().unwrap().tags = tags("name=Museum|tourism=museum");
    let (gazetteer, _) = drawing.read();
    let mut found: Vec<(RecordType, &str)> =
        gazetteer.points.iter().map(|point| (point.kind, point.names.default.as_str())).collect();
    found.sort_unstable();
    let mut expected = vec![
        (RecordType::Airport, "Feld"),
        (RecordType::Bus, "Post"),
        (RecordType::Bus, "Post"),
        (RecordType::Train, "Bahnhof"),
        (RecordType::Townhall, "Rathaus"),
        (RecordType::Tourism, "Museum"),
    ];
    expected.sort_unstable();
    assert_eq!(found, expected);
    let of = |name: &'static str| {
        gazetteer.points.iter().filter(move |point| point.names.default == name)
    };
    let airport = of("Feld").next().unwrap();
    assert_eq!(airport.names.alternates, ["XYZ", "ABCD"]);
    let stops: Vec<f64> = of("Post").map(|stop| stop.coordinates.lon * 1000.0).collect();
    assert!(stops.iter().any(|lon| (lon - 3.1).abs() < 1e-6), "the middle of three: {stops:?}");
    let museum = of("Museum").next().unwrap().coordinates;
    assert!((museum.lon - 0.0061).abs() < 1e-7 && (museum.lat - 0.0061).abs() < 1e-7);
}

#[test]
fn a_quarter_belongs_to_its_city_or_is_left_out() {
    let mut drawing = Drawing::country();
    drawing.relations[0].tags = tags(&boundary(2, "Republik").replace("type", "ISO3166-1=DE|type"));
    // A city state on the left, nothing but a quarter on the right.
    drawing.relations[1].tags = tags(&boundary(4, "Stadtstaat"));
    drawing.relations.remove(2);
    drawing.square(60, (3.0, 4.0), 2.0);
    drawing.relation(4, &[60], &boundary(9, "Bezirk"));
    drawing.square(61, (13.0, 4.0), 2.0);
    drawing.relation(5, &[61], &boundary(9, "Fernbezirk"));
    drawing.street(20, 5.0, (3.5, 4.5), "name=Platz");
    let (gazetteer, report) = drawing.read_as("de");
    let (state, _) = place(&gazetteer, "Bezirk");
    let city = &gazetteer.places[gazetteer.places[state].parent.unwrap()];
    assert_eq!((city.kind, city.names.default.as_str()), (RecordType::City, "Stadtstaat"));
    assert!(!city.boundary.is_empty());
    assert_eq!(gazetteer.streets[0].names.default, "Platz");
    assert!(gazetteer.places.iter().all(|place| place.names.default != "Fernbezirk"));
    assert_eq!(report.warnings["quarter without its city"].count, 1);
}

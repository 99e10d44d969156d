//! What becomes of addresses: their street, their number and their position.

use super::*;

#[test]
fn one_number_of_one_street_is_one_house_at_the_best_position() {
    let mut drawing = Drawing::country();
    drawing.street(20, 5.0, (2.0, 8.0), "name=Hauptstrasse");
    let address = "addr:street=Hauptstrasse|addr:housenumber=";
    drawing.node(100, 3.0, 5.2, &format!("{address}7|shop=bakery"));
    drawing.node(101, 3.1, 5.1, &format!("{address}7|entrance=main"));
    drawing.node(102, 3.2, 5.2, &format!("{address}7"));
    drawing.node(103, 4.0, 5.2, &format!("{address}8A"));
    drawing.node(104, 4.0, 5.2, &format!("{address}8a;10-14"));
    drawing.node(105, 4.0, 5.2, &format!("{address}s/n"));
    let (gazetteer, report) = drawing.read();
    let street = street(&gazetteer, "Hauptstrasse", "Westburg");
    assert_eq!(numbers(street), ["7", "8A", "10", "12", "14"]);
    assert!((street.houses[0].coordinates.lon - 0.0031).abs() < 1e-9, "the entrance");
    assert_eq!(report.joined["name of a street"], 5);
    assert_eq!(report.unjoined["no usable number"], 1);
}

#[test]
fn addresses_find_their_street_by_any_name_and_make_one_otherwise() {
    let mut drawing = Drawing::country();
    drawing.street(20, 5.0, (2.0, 8.0), "name=Rue Haute|alt_name=Obergasse");
    drawing.node(100, 3.0, 5.1, "addr:street=Obergasse|addr:housenumber=1");
    drawing.node(101, 3.0, 5.1, "addr:street=rue haute|addr:housenumber=2");
    drawing.node(102, 3.0, 5.1, "addr:street=Ruehaute|addr:housenumber=3");
    drawing.node(103, 3.0, 5.1, "addr:street=Rue Haute (2e étage)|addr:housenumber=4");
    drawing.node(104, 5.0, 9.0, "addr:street=Neuer Weg|addr:housenumber=5");
    drawing.node(105, 5.0, 2.0, "addr:place=Sonnenhof|addr:housenumber=6");
    drawing.node(106, 3.0, 5.2, "addr:housenumber=7");
    drawing.node(107, 3.0, 5.2, "addr:housenumber=1");
    drawing.node(108, 3.0, 9.0, "addr:housenumber=9");
    let (gazetteer, report) = drawing.read();
    let high = street(&gazetteer, "Rue Haute", "Westburg");
    assert_eq!(numbers(high), ["1", "2", "3", "4", "7"]);
    assert_eq!(numbers(street(&gazetteer, "Neuer Weg", "Westburg")), ["5"]);
    assert_eq!(numbers(street(&gazetteer, "Sonnenhof", "Westburg")), ["6"]);
    assert_eq!(report.joined["nearest street"], 1);
    assert_eq!(report.unjoined["no street named, and the nearest has the number"], 1);
    assert_eq!(report.unjoined["no street named and none near"], 1);
}

#[test]
fn a_relation_gives_its_houses_the_name_of_their_street() {
    let mut drawing = Drawing::country();
    drawing.street(20, 5.0, (2.0, 8.0), "name=Hauptstrasse");
    drawing.node(100, 3.0, 9.0, "addr:housenumber=1");
    let members = vec![
        Member { kind: ObjectKind::Way, id: 20, role: "street".into() },
        Member { kind: ObjectKind::Node, id: 100, role: "house".into() },
    ];
    let named = tags("type=associatedStreet|name=Hauptstrasse");
    drawing.relations.push(Relation { id: 9, tags: named, members });
    let (gazetteer, _) = drawing.read();
    assert_eq!(numbers(street(&gazetteer, "Hauptstrasse", "Westburg")), ["1"]);
}

#[test]
fn a_relation_without_a_name_has_that_of_its_street() {
    let mut drawing = Drawing::country();
    drawing.street(20, 5.0, (2.0, 8.0), "name=Hauptstrasse");
    drawing.street(21, 8.9, (2.0, 8.0), "name=Nebenstrasse");
    drawing.node(100, 3.0, 8.9, "addr:housenumber=1");
    let members = vec![
        Member { kind: ObjectKind::Way, id: 20, role: "street".into() },
        Member { kind: ObjectKind::Node, id: 100, role: "house".into() },
    ];
    drawing.relations.push(Relation { id: 9, tags: tags("type=associatedStreet"), members });
    let (gazetteer, _) = drawing.read();
    assert_eq!(numbers(street(&gazetteer, "Hauptstrasse", "Westburg")), ["1"]);
}

#[test]
fn an_interpolation_has_the_houses_between_its_numbers_along_the_way() {
    let mut drawing = Drawing::country();
    drawing.street(20, 5.0, (2.0, 8.0), "name=Hauptstrasse");
    drawing.street(21, 5.3, (2.0, 8.0), "name=Parallelweg");
    // The nodes have no street of their own; number 6 is mapped elsewhere.
    drawing.node(100, 2.0, 5.2, "addr:housenumber=2|addr:postcode=1000");
    drawing.node(101, 4.0, 5.2, "");
    drawing.node(102, 6.0, 5.2, "addr:housenumber=10");
    drawing.node(103, 7.0, 5.2, "addr:housenumber=16");
    drawing.way(50, &[100, 101, 102, 103], "addr:interpolation=even|addr:street=Hauptstrasse");
    drawing.node(104, 4.5, 4.9, "addr:housenumber=6|addr:street=Hauptstrasse");
    let (gazetteer, report) = drawing.read();
    let high = street(&gazetteer, "Hauptstrasse", "Westburg");
    assert_eq!(numbers(high), ["2", "4", "6", "8", "10", "12", "14", "16"]);
    let lon = |number: u32| {
        let house = high.houses.iter().find(|house| house.number == number).unwrap();
        house.coordinates.lon * 1000.0
    };
    assert!((lon(4) - 3.0).abs() < 1e-3, "{}", lon(4));
    assert!((lon(6) - 4.5).abs() < 1e-3, "the mapped house stays: {}", lon(6));
    assert!((lon(8) - 5.0).abs() < 1e-3, "{}", lon(8));
    assert_eq!(report.joined["interpolation between two numbers"], 2);
    assert!(street(&gazetteer, "Parallelweg", "Westburg").houses.is_empty());
}

#[test]
fn an_interpolation_without_a_street_of_its_own_has_that_of_a_node() {
    let mut drawing = Drawing::country();
    drawing.street(20, 5.0, (2.0, 8.0), "name=Hauptstrasse");
    drawing.node(100, 2.0, 5.9, "addr:housenumber=1|addr:street=Hauptstrasse");
    drawing.node(101, 6.0, 5.9, "addr:housenumber=4");
    drawing.way(50, &[100, 101], "addr:interpolation=all");
    // One way has a range itself, one has no numbers, one is of an unknown kind.
    drawing.node(110, 2.0, 4.0, "");
    drawing.node(111, 8.0, 4.0, "");
    let own = "addr:interpolation=odd|addr:housenumber=21-27|addr:street=Hauptstrasse";
    drawing.way(51, &[110, 111], own);
    drawing.way(52, &[111, 110], "addr:interpolation=odd|addr:street=Hauptstrasse");
    drawing.way(53, &[100, 111], "addr:interpolation=yes|addr:street=Hauptstrasse");
    let (gazetteer, report) = drawing.read();
    let high = street(&gazetteer, "Hauptstrasse", "Westburg");
    assert_eq!(numbers(high), ["1", "2", "3", "4", "21", "23", "25", "27"]);
    let lons: Vec<i64> =
        high.houses.iter().map(|house| (house.coordinates.lon * 1e6).round() as i64).collect();
    assert_eq!(lons[4..], [2_000, 4_000, 6_000, 8_000]);
    assert_eq!(report.warnings["interpolation without numbers at its ends"].count, 1);
    assert_eq!(report.warnings["interpolation of unknown kind"].count, 1);
}

#[test]
fn units_are_ignored_and_conscription_numbers_are_numbers_of_the_house() {
    let mut drawing = Drawing::country();
    drawing.street(20, 5.0, (2.0, 8.0), "name=Hlavní");
    drawing.node(
        100,
        3.0,
        5.1,
        "addr:street=Hlavní|addr:housenumber=7|addr:unit=12|addr:flats=1-9",
    );
    let both = "addr:conscriptionnumber=1234|addr:streetnumber=12";
    drawing.node(101, 4.0, 5.1, &format!("addr:street=Hlavní|addr:housenumber=1234/12|{both}"));
    drawing.node(102, 5.0, 5.1, "addr:street=Hlavní|addr:conscriptionnumber=99");
    drawing.node(103, 8.0, 8.0, "addr:place=Lhota|addr:conscriptionnumber=5");
    drawing.node(104, 6.0, 5.1, "addr:street=Hlavní|addr:housenumber=20-24;30,31b");
    let (gazetteer, report) = drawing.read();
    let found = numbers(street(&gazetteer, "Hlavní", "Westburg"));
    assert_eq!(found, ["7", "12", "20", "22", "24", "30", "31b", "99", "1234/12"]);
    assert_eq!(numbers(street(&gazetteer, "Lhota", "Westburg")), ["5"]);
    assert!(report.unjoined.is_empty(), "{report}");
}

#[test]
fn a_street_named_in_two_languages_is_one_however_it_is_written() {
    let mut drawing = Drawing::country();
    let languages = "name:fr=Rue Haute|name:nl=Hoogstraat";
    drawing.street(20, 5.0, (2.0, 4.0), &format!("name=Rue Haute - Hoogstraat|{languages}"));
    drawing.street(21, 5.0, (4.0, 6.0), "name=Rue Haute - Hoogstraat");
    for (id, text) in [(100, "Rue Haute"), (101, "Hoogstraat"), (102, "Rue Haute - Hoogstraat")] {
        let text = format!("addr:street={text}|addr:housenumber={id}");
        drawing.node(id, 3.0, 5.1, &text);
    }
    let (gazetteer, _) = drawing.read();
    assert_eq!(gazetteer.streets.len(), 1);
    let high = street(&gazetteer, "Rue Haute", "Westburg");
    assert_eq!(numbers(high), ["100", "101", "102"]);
    assert_eq!(high.names.languages, [("nl".to_string(), "Hoogstraat".to_string())]);
    assert!(high.names.alternates.is_empty(), "{:?}", high.names.alternates);
}

#[test]
fn every_named_highway_is_a_street_and_what_is_not_there_is_none() {
    let mut drawing = Drawing::country();
    let kinds = ["motorway", "trunk_link", "service", "track", "path", "footway", "steps"];
    for (index, kind) in kinds.into_iter().chain(["proposed", "construction"]).enumerate() {
        let id = 20 + index as i64;
        drawing.street(id, 1.0 + index as f64 / 2.0, (2.0, 4.0), &format!("name=Weg {kind}"));
        let way = drawing.ways.last_mut().unwrap();
        way.tags = tags(&format!("highway={kind}|name=Weg {kind}"));
    }
    let (gazetteer, _) = drawing.read();
    let mut found: Vec<&str> = gazetteer
        .streets
        .iter()
        .map(|street| street.names.default.strip_prefix("Weg ").unwrap())
        .collect();
    found.sort_unstable();
    let mut expected = kinds;
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn postal_areas_give_their_code_to_what_has_none() {
    let mut drawing = Drawing::country();
    // A square of 2 by 2 around (4, 5), with a hole of 0.4 in the middle.
    drawing.square(60, (3.0, 4.0), 2.0);
    drawing.square(61, (3.8, 4.8), 0.4);
    drawing.relation(60, &[60, 61], "type=boundary|boundary=postal_code|postal_code=4711");
    drawing.street(20, 5.5, (2.0, 8.0), "name=Hauptstrasse");
    drawing.street(21, 5.7, (3.2, 4.8), "name=Innenhof");
    drawing.square(62, (10.5, 0.5), 9.0);
    drawing.relation(61, &[62], "type=boundary|boundary=postal_code|ref=4712");
    for (id, x, y) in [(1, 3.5, 5.4), (2, 4.0, 5.0), (3, 6.0, 5.4)] {
        let text = format!("addr:street=Hauptstrasse|addr:housenumber={id}");
        drawing.node(100 + id, x, y, &text);
    }
    let one = "addr:street=Hauptstrasse|addr:postcode=5000|addr:housenumber=";
    drawing.node(104, 3.6, 5.4, &format!("{one}4"));
    drawing.node(105, 6.1, 5.4, &format!("{one}5"));
    let (gazetteer, _) = drawing.read();
    assert_eq!(place(&gazetteer, "Ostheim").1.zipcodes, ["4712"], "by its centre alone");
    let high = street(&gazetteer, "Hauptstrasse", "Westburg");
    let codes: Vec<Option<&str>> =
        high.houses.iter().map(|house| house.zipcode.as_deref()).collect();
    assert_eq!(codes, [Some("4711"), None, None, Some("5000"), Some("5000")]);
    assert_eq!(street(&gazetteer, "Innenhof", "Westburg").zipcodes, ["4711"]);
}

#[test]
fn a_house_beyond_the_border_belongs_to_the_street_of_the_city_it_names() {
    let mut drawing = Drawing::country();
    drawing.street(20, 5.0, (2.0, 9.9), "name=Grenzweg");
    let address = "addr:street=Grenzweg|addr:housenumber=";
    drawing.node(100, 10.2, 5.0, &format!("{address}1|addr:city=Westburg"));
    drawing.node(101, 10.2, 5.0, &format!("{address}2"));
    drawing.node(102, 18.0, 5.0, &format!("{address}3|addr:city=Westburg"));
    let (gazetteer, _) = drawing.read();
    assert_eq!(numbers(street(&gazetteer, "Grenzweg", "Westburg")), ["1"]);
    assert_eq!(numbers(street(&gazetteer, "Grenzweg", "Ostheim")), ["2", "3"]);
}

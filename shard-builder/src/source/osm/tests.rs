//! A small drawn country: what the rules of every step make of it.

use geocoder_core::gazetteer::{Gazetteer, PlaceRecord, StreetRecord};
use geocoder_core::{CountryCode, LonLat, RecordType};

use super::node_list::NodeList;
use super::object::{Member, Node, ObjectKind, OsmInput, Relation, Way};
use super::read_input;
use super::tags::Tags;
use crate::error::Result;
use crate::progress::{Progress, Silent};
use crate::report::Report;

/// Objects drawn by hand; positions are in thousandths of a degree, near the equator.
#[derive(Debug, Clone, Default)]
struct Drawing {
    nodes: Vec<Node>,
    ways: Vec<Way>,
    relations: Vec<Relation>,
}

impl OsmInput for Drawing {
    fn relations<T: Send>(
        &self,
        _progress: &dyn Progress,
        read: impl Fn(&mut dyn Iterator<Item = Relation>) -> T + Sync,
    ) -> Result<Vec<T>> {
        Ok(self.relations.chunks(5).map(|block| read(&mut block.iter().cloned())).collect())
    }

    fn ways<T: Send>(
        &self,
        _progress: &dyn Progress,
        read: impl Fn(&mut dyn Iterator<Item = Way>) -> T + Sync,
    ) -> Result<Vec<T>> {
        Ok(self.ways.chunks(5).map(|block| read(&mut block.iter().cloned())).collect())
    }

    fn nodes<T: Send>(
        &self,
        _progress: &dyn Progress,
        read: impl Fn(&mut dyn Iterator<Item = Node>) -> T + Sync,
    ) -> Result<Vec<T>> {
        Ok(self.nodes.chunks(5).map(|block| read(&mut block.iter().cloned())).collect())
    }
}

/// Reads `key=value` pairs separated by `|`.
fn tags(text: &str) -> Tags {
    Tags::keep(text.split('|').filter_map(|pair| pair.split_once('=')))
}

impl Drawing {
    /// A country of 20 by 10: Westburg on the left, Ostheim on the right, border at 10.
    fn country() -> Self {
        let mut drawing = Self::default();
        let corners = [(0, 0), (10, 0), (20, 0), (20, 10), (10, 10), (0, 10)];
        for (index, (x, y)) in corners.into_iter().enumerate() {
            drawing.node(index as i64 + 1, f64::from(x), f64::from(y), "");
        }
        drawing.way(1, &[5, 6, 1, 2], "");
        drawing.way(2, &[2, 3, 4, 5], "");
        drawing.way(3, &[2, 5], "");
        let country =
            "boundary=administrative|type=boundary|admin_level=2|name=Zweiland|ISO3166-1=XX";
        drawing.relation(1, &[1, 2], country);
        drawing.relation(
            2,
            &[1, 3],
            "boundary=administrative|type=boundary|admin_level=8|name=Westburg",
        );
        drawing.relation(
            3,
            &[2, 3],
            "boundary=administrative|type=boundary|admin_level=8|name=Ostheim",
        );
        drawing
    }

    fn node(&mut self, id: i64, x: f64, y: f64, text: &str) {
        let point = LonLat { lon: x / 1000.0, lat: y / 1000.0 };
        self.nodes.push(Node { id, tags: tags(text), point });
    }

    fn way(&mut self, id: i64, nodes: &[i64], text: &str) {
        self.ways.push(Way { id, tags: tags(text), nodes: NodeList::new(nodes.iter().copied()) });
    }

    fn relation(&mut self, id: i64, ways: &[i64], text: &str) {
        let outer = |id: &i64| Member { kind: ObjectKind::Way, id: *id, role: "outer".into() };
        let members = ways.iter().map(outer).collect();
        self.relations.push(Relation { id, tags: tags(text), members });
    }

    /// Draws a street along `y` from `x` to `x`, with three nodes of their own.
    fn street(&mut self, id: i64, y: f64, (from, to): (f64, f64), text: &str) {
        let nodes = [id * 10, id * 10 + 1, id * 10 + 2];
        for (node, x) in nodes.into_iter().zip([from, f64::midpoint(from, to), to]) {
            self.node(node, x, y, "");
        }
        self.way(id, &nodes, &format!("highway=residential|{text}"));
    }

    fn read(&self) -> (Gazetteer, Report) {
        let mut report = Report::default();
        let country = CountryCode::parse("xx").unwrap();
        let gazetteer = read_input(self, country, &mut report, &Silent).unwrap();
        (gazetteer, report)
    }
}

fn place<'a>(gazetteer: &'a Gazetteer, name: &str) -> (usize, &'a PlaceRecord) {
    let found = gazetteer.places.iter().enumerate().find(|(_, p)| p.names.default == name);
    found.unwrap_or_else(|| panic!("no place {name}"))
}

fn street<'a>(gazetteer: &'a Gazetteer, name: &str, city: &str) -> &'a StreetRecord {
    let (city, _) = place(gazetteer, city);
    let found = gazetteer.streets.iter().find(|s| s.names.default == name && s.city == city);
    found.unwrap_or_else(|| panic!("no street {name}"))
}

fn numbers(street: &StreetRecord) -> Vec<String> {
    street.houses.iter().map(|house| format!("{}{}", house.number, house.suffix)).collect()
}

#[test]
fn municipalities_share_the_arc_of_their_border() {
    let (gazetteer, report) = Drawing::country().read();
    let (_, west) = place(&gazetteer, "Westburg");
    let (_, east) = place(&gazetteer, "Ostheim");
    let shared: Vec<&usize> = west.boundary.iter().filter(|a| east.boundary.contains(a)).collect();
    assert_eq!(shared.len(), 1);
    assert_eq!(gazetteer.arcs[*shared[0]].len(), 2, "the border at 10");
    assert_eq!(west.parent, Some(0));
    assert_eq!(gazetteer.places[0].boundary.len(), 2);
    assert!(report.warnings.is_empty(), "{report}");
}

#[test]
fn a_street_that_crosses_a_border_is_one_street_on_each_side() {
    let mut drawing = Drawing::country();
    drawing.street(20, 5.0, (2.0, 10.0), "name=Langstrasse");
    drawing.street(21, 5.0, (10.0, 16.0), "name=Langstrasse");
    drawing.street(22, 6.0, (6.0, 13.0), "name=Querweg");
    let (gazetteer, _) = drawing.read();
    assert_eq!(gazetteer.streets.len(), 4);
    let west = street(&gazetteer, "Querweg", "Westburg");
    let east = street(&gazetteer, "Querweg", "Ostheim");
    assert!(west.coordinates.lon < east.coordinates.lon);
    let reach = |street: &StreetRecord| {
        let lons = street.geometry.iter().flatten().map(|point| point.lon);
        lons.fold((f64::MAX, f64::MIN), |(low, high), lon| (low.min(lon), high.max(lon)))
    };
    // The border is at 0.01: both parts of the crossing segment end there, to a centimetre.
    assert!((reach(west).0 - 0.006).abs() < 1e-7 && (reach(west).1 - 0.01).abs() < 2e-7);
    assert!((reach(east).0 - 0.01).abs() < 2e-7 && (reach(east).1 - 0.013).abs() < 1e-7);
}

#[test]
fn a_street_that_barely_reaches_over_a_border_stays_on_its_side() {
    let mut drawing = Drawing::country();
    // 0.1 is 11 m.
    drawing.street(20, 5.0, (2.0, 10.1), "name=Westgasse");
    drawing.street(21, 5.0, (12.0, 20.1), "name=Ostgasse");
    drawing.street(22, 6.0, (19.9, 24.0), "name=Auslandsweg");
    drawing.street(23, 7.0, (2.0, 10.4), "name=Langgasse");
    let (gazetteer, report) = drawing.read();
    let found: Vec<(&str, &str)> = gazetteer
        .streets
        .iter()
        .map(|s| (s.names.default.as_str(), gazetteer.places[s.city].names.default.as_str()))
        .collect();
    let expected = [
        ("Langgasse", "Westburg"),
        ("Westgasse", "Westburg"),
        ("Langgasse", "Ostheim"),
        ("Ostgasse", "Ostheim"),
    ];
    assert_eq!(found, expected);
    assert_eq!(report.clipped["street or part of it outside the country"], 2);
}

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
fn objects_of_other_countries_are_clipped_and_counted() {
    let mut drawing = Drawing::country();
    drawing.street(20, 5.0, (2.0, 8.0), "name=Hauptstrasse");
    drawing.street(21, 12.0, (2.0, 8.0), "name=Auslandsweg");
    let address = "addr:street=Hauptstrasse|addr:housenumber=1";
    drawing.node(100, 3.0, 5.0, &format!("{address}|addr:country=YY"));
    drawing.node(101, 3.0, 11.0, address);
    drawing.node(102, 3.0, 11.0, "name=Fern|place=village");
    drawing.node(103, 3.0, 11.0, "name=Museum|tourism=museum");
    let (gazetteer, report) = drawing.read();
    assert_eq!(gazetteer.streets.len(), 1);
    assert!(gazetteer.streets[0].houses.is_empty());
    let reasons: Vec<&str> = report.clipped.keys().copied().collect();
    assert_eq!(
        reasons,
        [
            "address outside the country",
            "address tagged with another country",
            "place outside the country",
            "point outside the country",
            "street or part of it outside the country",
        ]
    );
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
    let mut found: Vec<&str> =
        gazetteer.streets.iter().map(|street| &street.names.default[4..]).collect();
    found.sort_unstable();
    let mut expected = kinds;
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn postal_areas_give_their_code_to_what_has_none() {
    let mut drawing = Drawing::country();
    // A square of 2 by 2 around (4, 5), with a hole of 0.4 in the middle.
    for (index, (x, y)) in [(3.0, 4.0), (5.0, 4.0), (5.0, 6.0), (3.0, 6.0)].into_iter().enumerate()
    {
        drawing.node(60 + index as i64, x, y, "");
    }
    for (index, (x, y)) in [(3.8, 4.8), (4.2, 4.8), (4.2, 5.2), (3.8, 5.2)].into_iter().enumerate()
    {
        drawing.node(70 + index as i64, x, y, "");
    }
    drawing.way(60, &[60, 61, 62, 63, 60], "");
    drawing.way(61, &[70, 71, 72, 73, 70], "");
    drawing.relation(60, &[60, 61], "type=boundary|boundary=postal_code|postal_code=4711");
    drawing.street(20, 5.5, (2.0, 8.0), "name=Hauptstrasse");
    drawing.street(21, 5.7, (3.2, 4.8), "name=Innenhof");
    for (id, x, y) in [(1, 3.5, 5.4), (2, 4.0, 5.0), (3, 6.0, 5.4)] {
        let text = format!("addr:street=Hauptstrasse|addr:housenumber={id}");
        drawing.node(100 + id, x, y, &text);
    }
    let one = "addr:street=Hauptstrasse|addr:postcode=5000|addr:housenumber=";
    drawing.node(104, 3.6, 5.4, &format!("{one}4"));
    drawing.node(105, 6.1, 5.4, &format!("{one}5"));
    let (gazetteer, _) = drawing.read();
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

#[test]
fn streets_that_differ_in_a_mark_are_one_only_when_they_touch() {
    let mut drawing = Drawing::country();
    drawing.street(20, 5.0, (2.0, 4.0), "name=Bodagass");
    drawing.street(21, 8.0, (2.0, 4.0), "name=Bödagass");
    drawing.street(22, 5.0, (6.0, 8.0), "name=Rue de l'Eglise");
    drawing.node(300, 9.0, 5.0, "");
    drawing.way(23, &[222, 300], "highway=residential|name=Rue de l'Église");
    drawing.node(100, 3.0, 8.1, "addr:street=Bödagass|addr:housenumber=1");
    let (gazetteer, _) = drawing.read();
    assert_eq!(gazetteer.streets.len(), 3);
    assert_eq!(numbers(street(&gazetteer, "Bödagass", "Westburg")), ["1"]);
}

#[test]
fn postcodes_go_from_houses_to_streets_and_cities() {
    let mut drawing = Drawing::country();
    drawing.street(20, 5.0, (2.0, 4.0), "name=Erste");
    drawing.street(21, 6.0, (2.0, 4.0), "name=Zweite");
    drawing.street(22, 4.5, (2.0, 4.0), "name=Dritte");
    for number in 1..=30 {
        let code = if number <= 10 { "2000" } else { "1000" };
        let text = format!("addr:street=Erste|addr:housenumber={number}|addr:postcode={code}");
        drawing.node(100 + number, 2.0 + number as f64 / 20.0, 5.0, &text);
    }
    drawing.node(200, 3.0, 6.0, "addr:street=Zweite|addr:housenumber=1|addr:postcode=1000");
    for number in 1..=60 {
        let text = format!("addr:street=Zweite|addr:housenumber={number}|addr:postcode=1000");
        drawing.node(300 + number, 3.0, 6.0, &text);
    }
    drawing.node(400, 3.0, 6.0, "addr:street=Zweite|addr:housenumber=99|addr:postcode=7777");
    let (gazetteer, report) = drawing.read();
    assert_eq!(place(&gazetteer, "Westburg").1.zipcodes, ["1000", "2000"]);
    let first = street(&gazetteer, "Erste", "Westburg");
    assert_eq!(first.zipcodes, ["1000", "2000"]);
    assert_eq!(first.houses[0].zipcode.as_deref(), Some("2000"));
    let second = street(&gazetteer, "Zweite", "Westburg");
    assert_eq!(second.zipcodes, ["1000"]);
    assert!(second.houses.iter().all(|house| house.zipcode.is_none()));
    assert_eq!(street(&gazetteer, "Dritte", "Westburg").zipcodes.len(), 1, "of the nearest house");
    assert_eq!(report.warnings["postcode too rare in its city"].count, 1);
}

#[test]
fn streets_and_points_are_shown_under_the_village_that_their_addresses_name() {
    let mut drawing = Drawing::country();
    drawing.node(99, 3.0, 5.0, "name=Weiler|place=village");
    drawing.street(20, 5.0, (2.0, 4.0), "name=Dorfgasse");
    drawing.street(21, 5.5, (2.0, 4.0), "name=Nebengasse");
    drawing.street(22, 1.0, (2.0, 4.0), "name=Talgasse");
    drawing.node(98, 3.0, 5.1, "name=Post|highway=bus_stop");
    for number in 1..=6 {
        let text = format!(
            "addr:street=Dorfgasse|addr:housenumber={number}|addr:city=Weiler|addr:postcode=3333"
        );
        drawing.node(100 + number, 3.0, 5.0, &text);
        let text = format!("addr:street=Talgasse|addr:housenumber={number}|addr:city=Westburg-Tal");
        drawing.node(200 + number, 3.0, 1.0, &text);
    }
    let (gazetteer, _) = drawing.read();
    let (westburg, city) = place(&gazetteer, "Westburg");
    let (weiler, village) = place(&gazetteer, "Weiler");
    assert_eq!((village.kind, village.parent), (RecordType::City, Some(westburg)));
    assert_eq!(village.zipcodes, ["3333"]);
    assert_eq!(street(&gazetteer, "Dorfgasse", "Weiler").houses.len(), 6);
    assert_eq!(street(&gazetteer, "Nebengasse", "Weiler").houses.len(), 0);
    assert_eq!(street(&gazetteer, "Talgasse", "Westburg").houses.len(), 6);
    assert_eq!(gazetteer.points[0].city, weiler);
    assert_eq!(city.names.alternates, ["Westburg-Tal"], "a name that addresses use");
}

#[test]
fn a_street_whose_addresses_all_name_another_municipality_is_moved_there() {
    let mut drawing = Drawing::country();
    drawing.street(20, 5.0, (12.0, 14.0), "name=Alpweg");
    drawing.street(21, 6.0, (12.0, 14.0), "name=Ostweg");
    for number in 1..=3 {
        let alp = format!("addr:street=Alpweg|addr:housenumber={number}|addr:city=Westburg");
        drawing.node(100 + number, 13.0, 5.0, &alp);
        let city = if number == 1 { "Westburg" } else { "Ostheim" };
        let east = format!("addr:street=Ostweg|addr:housenumber={number}|addr:city={city}");
        drawing.node(200 + number, 13.0, 6.0, &east);
    }
    let (gazetteer, _) = drawing.read();
    assert_eq!(numbers(street(&gazetteer, "Alpweg", "Westburg")), ["1", "2", "3"]);
    assert_eq!(numbers(street(&gazetteer, "Ostweg", "Ostheim")), ["1", "2", "3"]);
    assert_eq!(gazetteer.streets.len(), 2);
}

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

#[test]
fn the_order_of_objects_and_their_repetition_change_nothing() {
    let mut drawing = Drawing::country();
    drawing.node(99, 3.0, 5.0, "name=Weiler|place=village");
    drawing.node(98, 3.0, 5.1, "name=Post|highway=bus_stop");
    for street in 20..28 {
        let span = (2.0 + street as f64 / 10.0, 16.0);
        drawing.street(street, street as f64 / 4.0, span, &format!("name=Weg {}", street % 3));
        for number in 1..9 {
            let text = format!("addr:street=Weg {}|addr:housenumber={number}", street % 4);
            drawing.node(street * 100 + number, 3.0 + number as f64, street as f64 / 4.0, &text);
        }
    }
    let (gazetteer, report) = drawing.read();
    let mut other = drawing.clone();
    other.nodes.reverse();
    other.nodes.extend(drawing.nodes.clone());
    other.ways.rotate_left(3);
    other.relations.reverse();
    let (other, other_report) = other.read();
    assert_eq!(format!("{gazetteer:?}"), format!("{other:?}"));
    assert_eq!(report, other_report);
}

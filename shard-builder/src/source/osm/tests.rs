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

mod address_tests;
mod place_tests;

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
        keeps: impl Fn(i64, &Tags) -> bool + Sync,
        read: impl Fn(&mut dyn Iterator<Item = Relation>) -> T + Sync,
    ) -> Result<Vec<T>> {
        let kept = |relation: &&Relation| keeps(relation.id, &relation.tags);
        let blocks = self.relations.chunks(5);
        Ok(blocks.map(|block| read(&mut block.iter().filter(kept).cloned())).collect())
    }

    fn ways<T: Send>(
        &self,
        _progress: &dyn Progress,
        keeps: impl Fn(i64, &Tags) -> bool + Sync,
        read: impl Fn(&mut dyn Iterator<Item = Way>) -> T + Sync,
    ) -> Result<Vec<T>> {
        let kept = |way: &&Way| keeps(way.id, &way.tags);
        let blocks = self.ways.chunks(5);
        Ok(blocks.map(|block| read(&mut block.iter().filter(kept).cloned())).collect())
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

    /// Draws a closed square way of four nodes of its own, numbered from the way's id.
    fn square(&mut self, id: i64, (west, south): (f64, f64), side: f64) {
        let corners = [(0.0, 0.0), (side, 0.0), (side, side), (0.0, side)];
        for (index, (x, y)) in corners.into_iter().enumerate() {
            self.node(id * 10 + index as i64, west + x, south + y, "");
        }
        self.way(id, &[id * 10, id * 10 + 1, id * 10 + 2, id * 10 + 3, id * 10], "");
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
        self.read_as("xx")
    }

    fn read_as(&self, country: &str) -> (Gazetteer, Report) {
        let mut report = Report::default();
        let country = CountryCode::parse(country).unwrap();
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
        let text = format!("addr:street=Talgasse|addr:housenumber={}|addr:city=7", number + 10);
        drawing.node(300 + number, 3.0, 1.0, &text);
    }
    let (gazetteer, _) = drawing.read();
    let (westburg, city) = place(&gazetteer, "Westburg");
    let (weiler, village) = place(&gazetteer, "Weiler");
    assert_eq!((village.kind, village.parent), (RecordType::City, Some(westburg)));
    assert_eq!(village.zipcodes, ["3333"]);
    assert_eq!(street(&gazetteer, "Dorfgasse", "Weiler").houses.len(), 6);
    assert_eq!(street(&gazetteer, "Nebengasse", "Weiler").houses.len(), 0);
    assert_eq!(street(&gazetteer, "Talgasse", "Westburg").houses.len(), 12);
    assert_eq!(gazetteer.points[0].city, weiler);
    assert_eq!(city.names.alternates, ["Westburg-Tal"], "a name that addresses use, no number");
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

//! Addresses, streets and municipalities of an OpenStreetMap extract.

use std::collections::HashMap;
use std::path::Path;

use anyhow::Context;
use osmpbf::{Element, ElementReader, RelMemberType};

use crate::geo::{Area, Point, middle};
use crate::records::{Address, Dataset, Municipality, Street, is_plain_number};

/// Values of `highway` that are ways to live at or to go along.
const STREETS: [&str; 21] = [
    "motorway",
    "trunk",
    "primary",
    "secondary",
    "tertiary",
    "unclassified",
    "residential",
    "primary_link",
    "secondary_link",
    "tertiary_link",
    "living_street",
    "service",
    "pedestrian",
    "track",
    "road",
    "footway",
    "bridleway",
    "steps",
    "path",
    "cycleway",
    "busway",
];
/// Level of municipalities in the countries whose extracts are read.
const MUNICIPAL_LEVEL: &str = "8";

type Tags = HashMap<String, String>;

/// Objects of an extract.
#[derive(Default)]
struct Extract {
    nodes: HashMap<i64, Point>,
    addressed_nodes: Vec<(i64, Tags)>,
    ways: HashMap<i64, (Vec<i64>, Tags)>,
    relations: Vec<(Vec<i64>, Tags)>,
}

/// Reads an extract.
///
/// Addresses are nodes, ways and multipolygons with a plain house number and a street or place,
/// neither tagged with another country nor, where the extract has the whole boundary of the
/// country, outside of it. Streets are those with most of their nodes inside.
///
/// # Errors
/// Fails when the file cannot be read.
pub fn read(path: &Path, country: &str, number_first: bool) -> anyhow::Result<Dataset> {
    let extract = Extract::read(path)?;
    let border = extract.areas("2").into_iter().find(|(tags, _)| {
        tags.get("ISO3166-1").is_some_and(|code| code.eq_ignore_ascii_case(country))
    });
    let border = border.map(|(_, area)| area);
    let inside = |point: Point| border.as_ref().is_none_or(|border| border.contains(point));
    let objects = extract.addresses(country).into_iter();
    let objects = objects.filter(|object| object.points.iter().all(|point| inside(*point)));
    let streets = extract.streets().into_iter();
    let streets = streets.filter(|street| {
        let points = || street.lines.iter().flatten();
        2 * points().filter(|at| inside(**at)).count() > points().count()
    });
    let mut dataset = Dataset::new(objects.collect(), streets.collect(), number_first);
    let areas = extract.areas(MUNICIPAL_LEVEL).into_iter();
    let own = areas.filter(|(_, area)| {
        let corners: Vec<Point> = area.0.iter().flatten().copied().collect();
        middle(&corners).is_some_and(inside)
    });
    dataset.municipalities = own
        .map(|(tags, area)| {
            let is_name = |key: &String| key == "name" || key.starts_with("name:");
            let names = tags.into_iter().filter(|(key, _)| is_name(key));
            Municipality { names: names.map(|(_, name)| name).collect(), area }
        })
        .collect();
    Ok(dataset)
}

impl Extract {
    fn read(path: &Path) -> anyhow::Result<Self> {
        let mut extract = Self::default();
        let reader = ElementReader::from_path(path);
        let reader = reader.with_context(|| format!("cannot open {}", path.display()))?;
        reader
            .for_each(|element| extract.add(&element))
            .with_context(|| format!("cannot read {}", path.display()))?;
        Ok(extract)
    }

    fn add(&mut self, element: &Element<'_>) {
        match element {
            Element::Node(node) => {
                let point = Point { lat: node.lat(), lon: node.lon() };
                self.add_node(node.id(), point, owned(node.tags()));
            }
            Element::DenseNode(node) => {
                let point = Point { lat: node.lat(), lon: node.lon() };
                self.add_node(node.id(), point, owned(node.tags()));
            }
            Element::Way(way) => {
                self.ways.insert(way.id(), (way.refs().collect(), owned(way.tags())));
            }
            Element::Relation(relation) => {
                let members = relation.members();
                let ways = members.filter(|member| member.member_type == RelMemberType::Way);
                let ways = ways.map(|member| member.member_id).collect();
                self.relations.push((ways, owned(relation.tags())));
            }
        }
    }

    fn add_node(&mut self, id: i64, point: Point, tags: Tags) {
        self.nodes.insert(id, point);
        if tags.contains_key("addr:housenumber") {
            self.addressed_nodes.push((id, tags));
        }
    }

    fn line(&self, nodes: &[i64]) -> Vec<Point> {
        nodes.iter().filter_map(|node| self.nodes.get(node)).copied().collect()
    }

    fn addresses(&self, country: &str) -> Vec<Address> {
        let nodes = self.addressed_nodes.iter();
        let nodes = nodes.filter_map(|(id, tags)| Some((tags, *self.nodes.get(id)?)));
        let mut ways: Vec<_> = self.ways.iter().collect();
        ways.sort_unstable_by_key(|(id, _)| **id);
        let ways = ways.into_iter();
        let ways = ways.filter_map(|(_, (nodes, tags))| Some((tags, middle(&self.line(nodes))?)));
        let relations = self.relations.iter().filter_map(|(members, tags)| {
            let outline = members.iter().filter_map(|way| self.ways.get(way));
            let outline: Vec<Point> = outline.flat_map(|(nodes, _)| self.line(nodes)).collect();
            Some((tags, middle(&outline)?))
        });
        let all = nodes.chain(ways).chain(relations);
        all.filter_map(|(tags, at)| address(tags, at, country)).collect()
    }

    fn streets(&self) -> Vec<Street> {
        let mut ways: Vec<_> = self.ways.iter().collect();
        ways.sort_unstable_by_key(|(id, _)| **id);
        let named = ways.into_iter().filter_map(|(_, (nodes, tags))| {
            let highway = tags.get("highway")?;
            let name = tags.get("name").filter(|_| STREETS.contains(&highway.as_str()))?;
            let languages = tags.iter().filter_map(|(key, name)| {
                let code = key.strip_prefix("name:").filter(|code| code.len() == 2)?;
                Some((code.to_owned(), name.clone()))
            });
            Some(Street {
                name: name.clone(),
                languages: languages.collect(),
                lines: vec![self.line(nodes)],
                ..Street::default()
            })
        });
        named.collect()
    }

    /// Administrative areas of a level of which every way is there.
    fn areas(&self, level: &str) -> Vec<(Tags, Area)> {
        let is = |tags: &Tags, key: &str, value: &str| tags.get(key).is_some_and(|v| v == value);
        let areas = self.relations.iter().filter_map(|(members, tags)| {
            if !is(tags, "boundary", "administrative") || !is(tags, "admin_level", level) {
                return None;
            }
            let pieces = members.iter().map(|way| {
                let (nodes, _) = self.ways.get(way)?;
                Some(self.line(nodes)).filter(|line| line.len() == nodes.len())
            });
            Some((tags.clone(), Area(pieces.collect::<Option<Vec<_>>>()?)))
        });
        areas.collect()
    }
}

fn owned<'a>(tags: impl Iterator<Item = (&'a str, &'a str)>) -> Tags {
    tags.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

fn address(tags: &Tags, at: Point, country: &str) -> Option<Address> {
    let tag = |key: &str| tags.get(key).map(|value| value.trim()).unwrap_or_default().to_owned();
    let number = tag("addr:housenumber");
    let street =
        [tag("addr:street"), tag("addr:place")].into_iter().find(|name| !name.is_empty())?;
    let tagged = tag("addr:country");
    let abroad = !tagged.is_empty() && !tagged.eq_ignore_ascii_case(country);
    (is_plain_number(&number) && !abroad).then(|| Address {
        street,
        number,
        city: tag("addr:city"),
        postcode: tag("addr:postcode"),
        municipality: String::new(),
        points: vec![at],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundled(file: &str) -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data").join(file)
    }

    #[test]
    fn the_whole_of_liechtenstein_is_read() {
        let dataset = read(&bundled("liechtenstein.osm.pbf"), "li", false).unwrap();
        assert!((12_000..12_500).contains(&dataset.addresses.len()), "{}", dataset.addresses.len());
        assert_eq!(dataset.municipalities.len(), 11);
        let vaduz = Point { lat: 47.1410, lon: 9.5209 };
        let around = dataset.municipalities.iter().filter(|place| place.area.contains(vaduz));
        let around: Vec<_> = around.collect();
        assert_eq!(around.len(), 1);
        assert!(around[0].names.contains(&"Vaduz".to_owned()));
    }

    #[test]
    fn an_address_abroad_or_with_a_range_is_left_out() {
        let tags = |number: &str, country: &str| {
            let pairs = [
                ("addr:housenumber", number),
                ("addr:street", "Rue Grimaldi"),
                ("addr:country", country),
            ];
            owned(pairs.into_iter())
        };
        let at = Point { lat: 43.73, lon: 7.41 };
        assert!(address(&tags("5", "MC"), at, "mc").is_some());
        assert!(address(&tags("5", "FR"), at, "mc").is_none());
        assert!(address(&tags("5-7", "MC"), at, "mc").is_none());
    }
}

//! Addresses, streets and municipalities of a country, as its source files tell them.

use std::collections::BTreeMap;

use crate::abbreviations::write_out;
use crate::case::{HOUSE_RADIUS_M, Kind, Shape, Truth};
use crate::fold::fold;
use crate::geo::{Area, Point, bounds};

/// Metres from an address within which a line of its name belongs to the same street of a city.
const SAME_STREET_M: f64 = 250.0;

/// Everything that queries of a country are made from.
#[derive(Debug, Clone, Default)]
pub struct Dataset {
    /// Distinct addresses, in the order of their keys.
    pub addresses: Vec<Address>,
    /// Streets by folded name.
    pub streets: BTreeMap<String, Street>,
    /// Municipalities whose outline is complete.
    pub municipalities: Vec<Municipality>,
    /// Whether the number stands before the street, as in French.
    pub number_first: bool,
    /// What people call the country at the end of an address.
    pub country_names: &'static [&'static str],
    /// Languages of its streets, as ISO 639-1 codes.
    pub languages: &'static [&'static str],
    /// Addresses by street and number, both folded.
    by_house: BTreeMap<(String, String), Vec<usize>>,
}

/// One address: objects of the source with the same street, number, city and postcode.
#[derive(Debug, Clone, Default)]
pub struct Address {
    /// Street, as written.
    pub street: String,
    /// House number with its suffix.
    pub number: String,
    /// City; empty when unknown.
    pub city: String,
    /// Postcode; empty when unknown.
    pub postcode: String,
    /// Municipality that the source names; empty when it names none.
    pub municipality: String,
    /// Where its objects are.
    pub points: Vec<Point>,
}

/// Everything of one name.
#[derive(Debug, Clone, Default)]
pub struct Street {
    /// Name, as written.
    pub name: String,
    /// Names by ISO 639-1 code.
    pub languages: BTreeMap<String, String>,
    /// Lines; none where the source has only addresses.
    pub lines: Vec<Vec<Point>>,
    /// Indices of its addresses.
    pub addresses: Vec<usize>,
    /// Objects of the name that have no number, each with its city.
    pub unnumbered: Vec<(String, Point)>,
}

/// A municipality.
#[derive(Debug, Clone)]
pub struct Municipality {
    /// Names: the local one and those by language.
    pub names: Vec<String>,
    /// Outline.
    pub area: Area,
}

/// Whether a house number is one that queries are made of: digits and at most three letters.
/// Lists and ranges have several right answers.
pub fn is_plain_number(number: &str) -> bool {
    let compact: String = number.chars().filter(|letter| !letter.is_whitespace()).collect();
    let letters = compact.trim_start_matches(|letter: char| letter.is_ascii_digit());
    letters.len() < compact.len()
        && letters.len() <= 3
        && letters.chars().all(|letter| letter.is_ascii_alphabetic())
}

impl Dataset {
    /// Joins single objects to distinct addresses, and these with the lines of their streets.
    pub fn new(objects: Vec<Address>, lines: Vec<Street>, number_first: bool) -> Self {
        let mut distinct: BTreeMap<[String; 4], Address> = BTreeMap::new();
        for object in objects {
            let key = [&object.street, &object.number, &object.city, &object.postcode];
            match distinct.entry(key.map(|part| fold(part))) {
                std::collections::btree_map::Entry::Vacant(entry) => {
                    entry.insert(object);
                }
                std::collections::btree_map::Entry::Occupied(mut entry) => {
                    entry.get_mut().points.extend(object.points);
                }
            }
        }
        let mut dataset = Self { number_first, ..Self::default() };
        for line in lines {
            let street = dataset.streets.entry(fold(&line.name)).or_default();
            if street.name.is_empty() {
                street.name.clone_from(&line.name);
            }
            street.languages.extend(line.languages);
            street.lines.extend(line.lines);
            street.unnumbered.extend(line.unnumbered);
        }
        for ([street_key, number_key, ..], address) in distinct {
            let index = dataset.addresses.len();
            let street = dataset.streets.entry(street_key.clone()).or_default();
            if street.name.is_empty() {
                street.name.clone_from(&address.street);
            }
            street.addresses.push(index);
            dataset.by_house.entry((street_key, number_key)).or_default().push(index);
            dataset.addresses.push(address);
        }
        dataset
    }

    /// What is right for a house, in a city and with a postcode if these are asked for.
    ///
    /// Addresses whose city or postcode the source leaves open are right in every one.
    pub fn house(&self, asked: &Address, in_city: bool, with_postcode: bool) -> Truth {
        let (street, number) = (fold(&asked.street), fold(&asked.number));
        let equal = self.by_house.get(&(street.clone(), number.clone()));
        let equal = equal.into_iter().flatten().filter_map(|index| self.addresses.get(*index));
        let same = |wanted: bool, mine: &str, other: &str| {
            !wanted || other.is_empty() || fold(mine) == fold(other)
        };
        let equal = equal.filter(|address| {
            same(in_city, &asked.city, &address.city)
                && same(with_postcode, &asked.postcode, &address.postcode)
        });
        Truth {
            kind: Kind::House,
            names: self.names(&street),
            number,
            postcode: String::new(),
            shapes: equal.flat_map(|address| &address.points).copied().map(Shape::Point).collect(),
            radius_m: HOUSE_RADIUS_M,
            label: asked.label(),
        }
    }

    /// What is right for a street, in a city if one is asked for.
    pub fn street(&self, name: &str, city: Option<&str>) -> Truth {
        let key = fold(name);
        let mut shapes = Vec::new();
        if let Some(street) = self.streets.get(&key) {
            let addresses: Vec<&Address> =
                street.addresses.iter().filter_map(|index| self.addresses.get(*index)).collect();
            let is_asked =
                |name: &str| city.is_none_or(|city| name.is_empty() || fold(name) == fold(city));
            let mut parts: BTreeMap<(&str, &str), Vec<Point>> = BTreeMap::new();
            for address in addresses.into_iter().filter(|address| is_asked(&address.city)) {
                let part = parts.entry((&address.city, &address.municipality)).or_default();
                part.extend(&address.points);
            }
            shapes.extend(parts.values().flat_map(|points| street.part_of(points)));
            let unnumbered = street.unnumbered.iter().filter(|(name, _)| is_asked(name));
            shapes.extend(unnumbered.map(|(_, point)| Shape::Point(*point)));
            if city.is_none() {
                shapes.extend(street.lines.iter().cloned().map(Shape::Line));
            }
        }
        Truth {
            kind: Kind::Street,
            names: self.names(&key),
            number: String::new(),
            postcode: String::new(),
            shapes,
            radius_m: HOUSE_RADIUS_M,
            label: city.map_or_else(|| name.to_owned(), |city| format!("{name}, {city}")),
        }
    }

    /// Folded names of a street in all languages, also with short forms written out: an address
    /// may be tagged `St. Georg-Strasse` along the line `Sankt Georg-Strasse`.
    fn names(&self, key: &str) -> Vec<String> {
        let street = self.streets.get(key);
        let written = street
            .into_iter()
            .flat_map(|street| [&street.name].into_iter().chain(street.languages.values()));
        let both = written.flat_map(|name| [fold(name), fold(&write_out(name, self.languages))]);
        both.chain([key.to_owned()]).collect()
    }
}

impl Street {
    /// The part of a street to which some of its addresses belong: these and the lines near
    /// them, or the box around them where no lines are known.
    fn part_of(&self, addresses: &[Point]) -> Vec<Shape> {
        if self.lines.is_empty() {
            return bounds(addresses)
                .map(|(low, high)| Shape::Box(low, high))
                .into_iter()
                .collect();
        }
        let near = self.lines.iter().filter(|line| {
            addresses.iter().any(|point| point.distance_to_line_m(line) <= SAME_STREET_M)
        });
        let lines = near.cloned().map(Shape::Line);
        lines.chain(addresses.iter().copied().map(Shape::Point)).collect()
    }
}

impl Address {
    /// The address in one line.
    pub fn label(&self) -> String {
        let Self { street, number, city, postcode, .. } = self;
        format!("{street} {number}, {postcode} {city}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Point = Point { lat: 47.2, lon: 9.5 };

    fn address(street: &str, number: &str, city: &str, at: Point) -> Address {
        Address {
            street: street.into(),
            number: number.into(),
            city: city.into(),
            points: vec![at],
            ..Address::default()
        }
    }

    #[test]
    fn a_house_without_a_city_may_be_in_any_of_them() {
        let far = AT.shifted(5_000.0, 0.0);
        let objects = vec![
            address("Dorfstrasse", "24", "Eschen", AT),
            address("Dorfstraße", "24", "Eschen", AT.shifted(3.0, 0.0)),
            address("Dorfstrasse", "24", "Triesen", far),
            address("Dorfstrasse", "25", "Triesen", far),
        ];
        let dataset = Dataset::new(objects, Vec::new(), false);
        assert_eq!(dataset.addresses.len(), 3, "one address is mapped twice");
        let asked = &dataset.addresses[0];
        assert_eq!(dataset.house(asked, false, false).shapes.len(), 3);
        assert_eq!(dataset.house(asked, true, false).shapes.len(), 2);
    }

    #[test]
    fn a_street_of_a_city_has_only_the_lines_near_its_addresses() {
        let far = AT.shifted(5_000.0, 0.0);
        let line = |from: Point| Street {
            name: "Dorfstrasse".into(),
            lines: vec![vec![from, from.shifted(100.0, 0.0)]],
            ..Street::default()
        };
        let objects = vec![address("Dorfstrasse", "24", "Eschen", AT)];
        let dataset = Dataset::new(objects, vec![line(AT), line(far)], false);
        let lines = |truth: Truth| {
            truth.shapes.iter().filter(|shape| matches!(shape, Shape::Line(_))).count()
        };
        assert_eq!(lines(dataset.street("dorfstrasse", Some("Eschen"))), 1);
        assert_eq!(lines(dataset.street("dorfstrasse", None)), 3, "one of them twice");
    }

    #[test]
    fn lists_and_ranges_are_no_plain_numbers() {
        assert!(["1", "12a", "12 bis", "7 A"].into_iter().all(is_plain_number));
        assert!(!["1;3", "12-14", "a", "", "1/2", "s/n"].into_iter().any(is_plain_number));
    }
}

//! Classes that people complain about elsewhere: suffixes in any spacing, the country's name behind
//! the address, a postcode alone, two streets that cross.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::{Kind, Shape, Truth};
use crate::fold::fold;
use crate::forward::{ask, local};
use crate::geo::{Point, bounds};
use crate::records::{Address, Dataset};
use crate::sampling::Sampler;

/// Metres around the addresses of a postcode within which its city is.
const CITY_RADIUS_M: f64 = 20_000.0;
/// Metres from a crossing within which an answer is there.
const CROSSING_RADIUS_M: f64 = 50.0;

/// Makes all classes.
pub fn add(sampler: &mut Sampler, data: &Dataset) {
    sampler.class("suffix in another spacing", &data.addresses, |a, random| {
        let split = a.number.find(|letter: char| letter.is_alphabetic())?;
        let (digits, suffix) = a.number.split_at_checked(split)?;
        let (digits, suffix) = (digits.trim_end(), suffix.to_string());
        let forms = [
            format!("{digits} {}", suffix.to_lowercase()),
            format!("{digits} {}", suffix.to_uppercase()),
            format!("{digits}{}", suffix.to_lowercase()),
            format!("{digits}{}", suffix.to_uppercase()),
        ];
        let forms: Vec<&String> = forms.iter().filter(|form| **form != a.number).collect();
        ask(local(data, &a.street, random.pick(&forms)?), data.house(a, false, false))
    });
    let known: Vec<&Address> = data.addresses.iter().filter(|a| !a.city.is_empty()).collect();
    sampler.class("street number, city, country", &known, |a, random| {
        let country = random.pick(data.country_names)?;
        let query = format!("{}, {}, {country}", local(data, &a.street, &a.number), a.city);
        ask(query, data.house(a, true, false))
    });
    let codes: BTreeSet<&str> = known.iter().map(|address| address.postcode.as_str()).collect();
    let codes: Vec<&str> = codes.into_iter().filter(|code| !code.is_empty()).collect();
    sampler.class("postcode alone", &codes, |code, _| {
        let with_code = || known.iter().filter(|address| address.postcode == *code);
        let points: Vec<Point> = with_code().flat_map(|address| &address.points).copied().collect();
        let (low, high) = bounds(&points)?;
        let names: BTreeSet<String> = with_code().map(|address| fold(&address.city)).collect();
        let truth = Truth {
            kind: Kind::City,
            label: format!("a city of {code}: {names:?}"),
            names: names.into_iter().collect(),
            number: String::new(),
            postcode: (*code).to_owned(),
            shapes: vec![Shape::Box(low, high)],
            radius_m: CITY_RADIUS_M,
        };
        ask((*code).to_owned(), truth)
    });
    let crossings = crossings(data);
    sampler.class("two streets that cross", &crossings, |((left, right), points), random| {
        let query = match random.below(3) {
            0 => format!("{left} & {right}"),
            1 => format!("{left} / {right}"),
            _ => format!("corner of {left} and {right}"),
        };
        let (first, second) = (fold(left), fold(right));
        let names = [format!("{first}{second}"), format!("{second}{first}"), first, second];
        let truth = Truth {
            kind: Kind::Street,
            names: names.to_vec(),
            number: String::new(),
            postcode: String::new(),
            shapes: points.iter().copied().map(Shape::Point).collect(),
            radius_m: CROSSING_RADIUS_M,
            label: format!("{left} x {right}"),
        };
        ask(query, truth)
    });
}

/// Two names of streets with a point in common, and these points.
type Crossing<'a> = ((&'a str, &'a str), Vec<Point>);

fn crossings(data: &Dataset) -> Vec<Crossing<'_>> {
    let mut at: BTreeMap<(u64, u64), (Point, BTreeSet<&str>)> = BTreeMap::new();
    for street in data.streets.values() {
        for point in street.lines.iter().flatten() {
            let key = (point.lat.to_bits(), point.lon.to_bits());
            at.entry(key).or_insert_with(|| (*point, BTreeSet::new())).1.insert(&street.name);
        }
    }
    let mut crossings: BTreeMap<(&str, &str), Vec<Point>> = BTreeMap::new();
    for (point, names) in at.into_values().filter(|(_, names)| names.len() == 2) {
        let mut names = names.into_iter();
        if let (Some(left), Some(right)) = (names.next(), names.next()) {
            crossings.entry((left, right)).or_default().push(point);
        }
    }
    crossings.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::Street;

    const AT: Point = Point { lat: 47.1, lon: 9.5 };

    fn questions(class: &str) -> Vec<String> {
        let line = |name: &str, line: Vec<Point>| Street {
            name: name.into(),
            lines: vec![line],
            ..Street::default()
        };
        let (east, north) = (AT.shifted(100.0, 0.0), AT.shifted(0.0, 100.0));
        let lines = vec![
            line("Landstrasse", vec![AT, east]),
            line("Im Rietle", vec![AT, north]),
            line("Feldweg", vec![north.shifted(5.0, 5.0), east]),
        ];
        let address = |number: &str| Address {
            street: "Landstrasse".into(),
            number: number.into(),
            city: "Vaduz".into(),
            postcode: "9490".into(),
            points: vec![AT],
            ..Address::default()
        };
        let mut data = Dataset::new(vec![address("12"), address("12a")], lines, false);
        data.country_names = &["Liechtenstein"];
        let mut sampler = Sampler::new(1, 100);
        add(&mut sampler, &data);
        let cases = sampler.cases.into_iter().filter(|case| case.class == class);
        cases.map(|case| case.question.to_string()).collect()
    }

    #[test]
    fn only_a_number_with_a_suffix_is_respelt() {
        let mut asked = questions("suffix in another spacing");
        asked.sort();
        assert_eq!(asked, ["Landstrasse 12 A", "Landstrasse 12 a", "Landstrasse 12A"]);
    }

    #[test]
    fn streets_cross_where_they_share_a_point() {
        let asked = questions("two streets that cross");
        assert!(asked.contains(&"Im Rietle & Landstrasse".to_owned()), "{asked:?}");
        assert!(asked.iter().all(|query| query.contains("Landstrasse")), "{asked:?}");
        assert!(!asked.iter().any(|query| query.contains("Rietle") && query.contains("Feldweg")));
    }

    #[test]
    fn a_postcode_is_asked_for_once() {
        assert_eq!(questions("postcode alone"), ["9490"]);
    }
}

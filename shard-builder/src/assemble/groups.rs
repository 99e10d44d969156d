//! Divides the addresses of one name in one city into the streets or farms that bear it.

use std::collections::{BTreeMap, BTreeSet};

use geocoder_core::LonLat;
use geocoder_core::geo::wrap_lon;

use super::streets::Site;

/// Sites are neighbours when they are at most about this far apart, in metres.
const GAP_M: f64 = 2_000.0;
/// Metres of a degree of latitude.
const DEGREE_M: f64 = 111_195.0;

type Cell = (i64, i64);

/// Divides sites into groups with gaps between them, and joins again those that do not
/// contradict one another.
pub(super) fn groups(sites: Vec<Site>) -> Vec<Vec<Site>> {
    let mut by_cell: BTreeMap<Cell, Vec<Site>> = BTreeMap::new();
    let Some(origin) = sites.first().map(|site| site.point()) else { return Vec::new() };
    for site in sites {
        by_cell.entry(cell(site, origin)).or_default().push(site);
    }
    if by_cell.len() <= 1 {
        return by_cell.into_values().collect();
    }
    let mut found: Vec<Vec<Site>> = Vec::new();
    while let Some((start, first)) = by_cell.pop_first() {
        let (mut group, mut open) = (first, vec![start]);
        while let Some((row, column)) = open.pop() {
            for neighbour in (-1..=1).flat_map(|y| (-1..=1).map(move |x| (row + y, column + x))) {
                if let Some(more) = by_cell.remove(&neighbour) {
                    group.extend(more);
                    open.push(neighbour);
                }
            }
        }
        group.sort_unstable();
        found.push(group);
    }
    // The largest group takes in whatever could as well be a far part of the same street.
    found.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    let mut apart: Vec<Vec<Site>> = Vec::new();
    for group in found {
        match apart.iter_mut().find(|other| !contradict(other, &group)) {
            Some(other) => other.extend(group),
            None => apart.push(group),
        }
    }
    apart
}

fn contradict(a: &[Site], b: &[Site]) -> bool {
    let numbers = |sites: &[Site]| -> BTreeSet<u32> {
        sites.iter().map(|site| site.number).filter(|number| *number != 0).collect()
    };
    let zipcodes = |sites: &[Site]| -> BTreeSet<u32> {
        sites.iter().map(|site| site.zipcode).filter(|code| *code != 0).collect()
    };
    let (numbers_a, numbers_b) = (numbers(a), numbers(b));
    let (codes_a, codes_b) = (zipcodes(a), zipcodes(b));
    let other_codes = !codes_a.is_empty() && !codes_b.is_empty() && codes_a.is_disjoint(&codes_b);
    other_codes
        || numbers_a.is_empty()
        || numbers_b.is_empty()
        || !numbers_a.is_disjoint(&numbers_b)
}

/// Returns the cell of a grid of the gap's width around an origin that a site is in.
#[expect(clippy::cast_possible_truncation, reason = "fewer than 41,000 cells around the globe")]
fn cell(site: Site, origin: LonLat) -> Cell {
    let point = site.point();
    let east = wrap_lon(point.lon - origin.lon) * origin.lat.to_radians().cos();
    let number = |degrees: f64| (degrees * DEGREE_M / GAP_M).floor() as i64;
    (number(point.lat - origin.lat), number(east))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(number: u32, zipcode: u32, north_m: f64) -> Site {
        Site::new(number, zipcode, LonLat { lon: 179.999, lat: 64.0 + north_m / DEGREE_M })
    }

    fn numbers(sites: Vec<Site>) -> Vec<Vec<u32>> {
        let found = groups(sites);
        found.iter().map(|group| group.iter().map(|site| site.number).collect()).collect()
    }

    #[test]
    fn a_far_part_with_other_numbers_is_the_same_street() {
        let sites = vec![site(1, 7, 0.0), site(3, 7, 900.0), site(40, 7, 9_000.0)];
        assert_eq!(numbers(sites), [[1, 3, 40]]);
    }

    #[test]
    fn the_same_number_another_postcode_or_a_farm_far_away_is_another_street() {
        assert_eq!(numbers(vec![site(1, 7, 0.0), site(1, 7, 9_000.0)]).len(), 2);
        assert_eq!(numbers(vec![site(1, 7, 0.0), site(3, 8, 9_000.0)]).len(), 2);
        assert_eq!(numbers(vec![site(0, 7, 0.0), site(0, 7, 9_000.0)]).len(), 2);
        assert_eq!(numbers(vec![site(1, 7, 0.0), site(1, 8, 900.0)]).len(), 1);
    }

    #[test]
    fn the_order_of_the_sites_does_not_matter() {
        let mut sites: Vec<Site> =
            (1..40).map(|n| site(n % 7, n % 3, f64::from(n * n % 23) * 1_000.0)).collect();
        let forward = groups(sites.clone());
        sites.reverse();
        let sorted = |mut groups: Vec<Vec<Site>>| {
            groups.iter_mut().for_each(|group| group.sort_unstable());
            groups.sort();
            groups
        };
        assert_eq!(sorted(forward).len(), sorted(groups(sites)).len());
    }
}

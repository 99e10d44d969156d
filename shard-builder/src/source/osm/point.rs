//! Points: airports, stops, stations, town halls and sights, each once however often mapped.

use std::collections::BTreeMap;

use geocoder_core::LonLat;
use geocoder_core::RecordType;
use geocoder_core::gazetteer::{Names, PlaceRecord, PointRecord};

use super::extract::Extract;
use super::feature::{self, PointKind};
use super::locate::{Locator, Nowhere};
use super::names;
use super::neighbour::Neighbours;
use super::tags::Tags;
use crate::geometry::mean;
use crate::importance;
use crate::name;
use crate::report::Report;

/// Namesakes of one kind and city are one point when a chain of steps this long joins them.
const SAME_POINT_M: f64 = 150.0;

/// One mapped object.
struct Sighting {
    names: Names,
    point: LonLat,
    prominence: u8,
    zipcode: Option<String>,
}

/// Collects all points.
pub(crate) fn read(
    extract: &Extract,
    locator: &Locator,
    places: &[PlaceRecord],
    near: &Neighbours,
    report: &mut Report,
) -> Vec<PointRecord> {
    let mut groups: BTreeMap<(RecordType, usize, String), Vec<Sighting>> = BTreeMap::new();
    for (kind, names, point, tags) in sightings(extract) {
        let city = match locator.city(point, tags.get("addr:city")) {
            Ok(city) => city,
            Err(Nowhere::Abroad) => {
                report.clip("point outside the country");
                continue;
            }
            Err(Nowhere::Unincorporated) => {
                report.warn("point far from any city", &names.default);
                continue;
            }
        };
        let zipcode = name::zipcodes(tags.get("addr:postcode").unwrap_or_default()).next();
        let sighting = Sighting { point, prominence: kind.prominence, zipcode, names };
        let key = (kind.kind, city, name::key(&sighting.names.default));
        groups.entry(key).or_default().push(sighting);
    }
    let mut records = Vec::new();
    for ((kind, city, _), sightings) in groups {
        let of_city = places.get(city).map_or(&[][..], |place| place.zipcodes.as_slice());
        for cluster in clusters(sightings) {
            let record = merged(kind, city, cluster, of_city, near);
            records.extend(record.map(|record| {
                let shown = near.shown_city(city, record.coordinates);
                let same_codes =
                    places.get(shown).is_some_and(|part| part.zipcodes == record.zipcodes);
                let zipcodes = if same_codes { Vec::new() } else { record.zipcodes };
                PointRecord { city: shown, zipcodes, ..record }
            }));
        }
    }
    records
}

fn sightings(extract: &Extract) -> impl Iterator<Item = (PointKind, Names, LonLat, &Tags)> {
    extract.spots.iter().filter_map(|spot| {
        let (point, tags) = (spot.point(), &spot.tags);
        let kind = feature::point_kind(tags)?;
        let mut names = names::read(tags)?;
        if matches!(kind.kind, RecordType::Airport | RecordType::Train) {
            let codes = ["iata", "icao", "uic_name"].into_iter().filter_map(|key| tags.get(key));
            name::add_alternates(&mut names, codes.map(name::clean));
        }
        Some((kind, names, point, tags))
    })
}

/// Divides namesakes into groups of neighbours.
fn clusters(sightings: Vec<Sighting>) -> Vec<Vec<Sighting>> {
    let mut clusters: Vec<Vec<Sighting>> = Vec::new();
    for sighting in sightings {
        let is_near = |cluster: &Vec<Sighting>| {
            cluster.iter().any(|other| other.point.distance_m(sighting.point) <= SAME_POINT_M)
        };
        let (near, mut apart): (Vec<_>, Vec<_>) = clusters.into_iter().partition(is_near);
        let mut cluster: Vec<Sighting> = near.into_iter().flatten().collect();
        cluster.push(sighting);
        apart.push(cluster);
        clusters = apart;
    }
    clusters
}

fn merged(
    kind: RecordType,
    city: usize,
    cluster: Vec<Sighting>,
    of_city: &[String],
    near: &Neighbours,
) -> Option<PointRecord> {
    let prominence = cluster.iter().map(|sighting| sighting.prominence).max()?;
    let points: Vec<LonLat> = cluster.iter().map(|sighting| sighting.point).collect();
    let coordinates = mean(&points)?;
    let zipcode = cluster.iter().find_map(|sighting| sighting.zipcode.clone());
    let zipcode = zipcode.filter(|code| of_city.contains(code));
    let zipcodes = match of_city {
        [] | [_] => Vec::new(),
        _ => zipcode.or_else(|| near.zipcode(city, coordinates)).into_iter().collect(),
    };
    let n_merged = cluster.len();
    let mut all = cluster.into_iter().map(|sighting| sighting.names);
    let mut names = all.next()?;
    all.for_each(|other| names::merge(&mut names, other));
    let importance = importance::point(prominence, n_merged);
    Some(PointRecord { kind, names, city, zipcodes, coordinates, population: 0, importance })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stop(lon: f64) -> Sighting {
        let point = LonLat { lon, lat: 0.0 };
        Sighting { names: Names::new("Post"), point, prominence: 50, zipcode: None }
    }

    #[test]
    fn namesakes_are_one_point_when_a_chain_of_short_steps_joins_them() {
        // 0.001 degree is 111 m: the three of the chain span more than one step allows.
        let clusters = clusters([0.0, 0.002, 0.001, 0.01].map(stop).into_iter().collect());
        let mut sizes: Vec<usize> = clusters.iter().map(Vec::len).collect();
        sizes.sort_unstable();
        assert_eq!(sizes, [1, 3]);
    }
}

//! Finds the city nearest to a point, anywhere on the globe.

use geocoder_core::{LonLat, RecordType};
use rstar::RTree;
use rstar::primitives::GeomWithData;

use super::places::Places;

/// Least population of a city that is taken for being the nearest while larger ones are near.
const TOWN_POPULATION: u32 = 1_000;
/// A town may be this many times as far as a hamlet and is still the better city.
const TOWN_ADVANTAGE: f64 = 1.5;

/// Centres of cities as unit vectors, so that neither poles nor the antimeridian are special.
#[derive(Debug)]
pub(super) struct NearCities {
    tree: RTree<GeomWithData<[f64; 3], usize>>,
    /// Number of places when the tree was made.
    pub(super) n_places: usize,
}

impl NearCities {
    /// Takes all cities.
    pub(super) fn new(places: &Places) -> Self {
        let cities = places.drafts.iter().enumerate();
        let cities = cities.filter(|(_, draft)| draft.kind == RecordType::City);
        Self::among(places, cities.map(|(index, _)| index))
    }

    /// Takes some cities; only those whose position is known can be found.
    pub(super) fn among(places: &Places, cities: impl Iterator<Item = usize>) -> Self {
        let points = cities.filter_map(|index| {
            let position = places.get(index)?.position;
            let point = position.point().filter(|_| position.is_known())?;
            Some(GeomWithData::new(unit_vector(point), index))
        });
        Self { tree: RTree::bulk_load(points.collect()), n_places: places.drafts.len() }
    }

    /// Returns the nearest city within a distance.
    pub(super) fn nearest(&self, places: &Places, at: LonLat, reach_m: f64) -> Option<usize> {
        let found = self.tree.nearest_neighbor(unit_vector(at))?;
        let point = places.get(found.data)?.position.point()?;
        (point.distance_m(at) <= reach_m).then_some(found.data)
    }

    /// Returns the city that a point within a distance of it belongs to, as far as that can be
    /// told: the nearest, or a town that is not much farther.
    pub(super) fn city(&self, places: &Places, at: LonLat, reach_m: f64) -> Option<usize> {
        let distance = |index: usize| {
            let point = places.get(index)?.position.point()?;
            Some(point.distance_m(at))
        };
        let mut nearest = self.tree.nearest_neighbor_iter(unit_vector(at)).filter_map(|found| {
            let distance_m = distance(found.data)?;
            Some((distance_m, found.data))
        });
        let (first_m, first) = nearest.next().filter(|(distance_m, _)| *distance_m <= reach_m)?;
        let is_town = |index: usize| {
            places.get(index).is_some_and(|draft| draft.population >= TOWN_POPULATION)
        };
        if is_town(first) {
            return Some(first);
        }
        let limit_m = (first_m * TOWN_ADVANTAGE).min(reach_m);
        let town = nearest.take_while(|(distance_m, _)| *distance_m <= limit_m);
        let town = town.map(|(_, index)| index).find(|index| is_town(*index));
        Some(town.unwrap_or(first))
    }
}

/// Points with postcodes.
#[derive(Debug)]
pub(super) struct NearZipcodes(RTree<GeomWithData<[f64; 3], String>>);

impl NearZipcodes {
    /// Takes points and their postcodes.
    pub(super) fn new<'a>(points: impl Iterator<Item = (LonLat, &'a str)>) -> Self {
        let points = points.map(|(at, code)| GeomWithData::new(unit_vector(at), code.to_owned()));
        Self(RTree::bulk_load(points.collect()))
    }

    /// Returns the postcode of the nearest point.
    pub(super) fn zipcode(&self, at: LonLat) -> Option<String> {
        self.0.nearest_neighbor(unit_vector(at)).map(|found| found.data.clone())
    }
}

fn unit_vector(point: LonLat) -> [f64; 3] {
    let (lon, lat) = (point.lon.to_radians(), point.lat.to_radians());
    [lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()]
}

/// Returns the middle of points on the globe, nothing of none or of points all around it.
pub(super) fn middle(points: impl Iterator<Item = LonLat>) -> Option<LonLat> {
    let mut sum = [0.0; 3];
    for point in points {
        for (total, part) in sum.iter_mut().zip(unit_vector(point)) {
            *total += part;
        }
    }
    let [x, y, z] = sum;
    let length = (x * x + y * y + z * z).sqrt();
    if length < 1e-9 {
        return None;
    }
    let round = |degrees: f64| (degrees * 1e5).round() / 1e5;
    LonLat::new(round(y.atan2(x).to_degrees()), round((z / length).asin().to_degrees()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_points_on_both_sides_of_the_antimeridian_is_between_them() {
        let fiji = [(179.5, -17.0), (-179.5, -17.0)].map(|(lon, lat)| LonLat { lon, lat });
        let middle = middle(fiji.into_iter()).unwrap();
        assert!((middle.lon.abs() - 180.0).abs() < 0.01, "{middle:?}");
        assert!((middle.lat + 17.0).abs() < 0.01, "{middle:?}");
        assert_eq!(super::middle(std::iter::empty()), None);
    }
}

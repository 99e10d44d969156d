//! Areas of any number of rings with fast containment, for boundaries of thousands of points.

use geocoder_core::LonLat;
use geocoder_core::geo::BBox;

/// Edges an average band holds; few enough to test them all.
const EDGES_PER_BAND: usize = 8;

/// An area inside an odd number of its rings, so holes and exclaves need no order.
#[derive(Debug, Clone)]
pub(crate) struct Area {
    bbox: BBox,
    edges: Vec<(LonLat, LonLat)>,
    /// Edge numbers by horizontal band of the box.
    bands: Vec<Vec<u32>>,
}

impl Area {
    /// Makes an area of rings, each with its first point repeated at its end or not.
    ///
    /// Rings of fewer than three points are left out; without any ring there is no area.
    pub(crate) fn new(rings: &[Vec<LonLat>]) -> Option<Self> {
        let mut edges = Vec::new();
        for ring in rings {
            let open = match (ring.first(), ring.split_last()) {
                (Some(first), Some((last, rest))) if first == last => rest,
                _ => ring.as_slice(),
            };
            if open.len() < 3 {
                continue;
            }
            let next = open.iter().skip(1).chain(open.first());
            edges.extend(open.iter().copied().zip(next.copied()));
        }
        Self::of_edges(edges)
    }

    /// Makes an area of lines that form closed rings together, in any order and direction.
    pub(crate) fn of_lines<'a>(lines: impl Iterator<Item = &'a Vec<LonLat>>) -> Option<Self> {
        let pairs = |line: &'a Vec<LonLat>| line.iter().copied().zip(line.iter().skip(1).copied());
        Self::of_edges(lines.flat_map(pairs).collect())
    }

    fn of_edges(edges: Vec<(LonLat, LonLat)>) -> Option<Self> {
        if edges.is_empty() {
            return None;
        }
        let mut bbox = BBox::EMPTY;
        edges.iter().for_each(|(from, _)| bbox.add(*from));
        let mut area = Self { bbox, edges, bands: Vec::new() };
        let n_bands = (area.edges.len() / EDGES_PER_BAND).max(1);
        let mut bands = vec![Vec::new(); n_bands];
        for (number, (from, to)) in area.edges.iter().enumerate() {
            let low = area.band(n_bands, from.lat.min(to.lat));
            let high = area.band(n_bands, from.lat.max(to.lat));
            for band in bands.iter_mut().take(high + 1).skip(low) {
                band.push(u32::try_from(number).unwrap_or(u32::MAX));
            }
        }
        area.bands = bands;
        Some(area)
    }

    fn band(&self, n_bands: usize, lat: f64) -> usize {
        let share = (lat - self.bbox.min_lat) / (self.bbox.max_lat - self.bbox.min_lat);
        ((share * n_bands as f64) as usize).min(n_bands - 1)
    }

    /// Returns the box around the area.
    pub(crate) fn bbox(&self) -> BBox {
        self.bbox
    }

    /// Whether the point is inside; points on an edge belong to one side only.
    pub(crate) fn contains(&self, point: LonLat) -> bool {
        if !self.bbox.contains(point) {
            return false;
        }
        let crossings = self.crossings(point.lat).filter(|lon| *lon > point.lon).count();
        crossings % 2 == 1
    }

    /// Returns a point inside, in the middle of the widest of some horizontal cuts.
    pub(crate) fn interior_point(&self) -> Option<LonLat> {
        let mut best: Option<(f64, LonLat)> = None;
        for step in [8, 6, 10, 4, 12, 2, 14, 1, 15] {
            let share = f64::from(step) / 16.0;
            let lat = self.bbox.min_lat + share * (self.bbox.max_lat - self.bbox.min_lat);
            let mut cuts: Vec<f64> = self.crossings(lat).collect();
            cuts.sort_by(f64::total_cmp);
            for pair in cuts.chunks_exact(2) {
                let &[west, east] = pair else { continue };
                // A cut must be clearly wider to win over one nearer the middle.
                if east > west && best.is_none_or(|(width, _)| east - west > 1.2 * width) {
                    best = Some((east - west, LonLat { lon: (west + east) / 2.0, lat }));
                }
            }
        }
        best.map(|(_, point)| point)
    }

    /// Returns the area of the box in square degrees, for choosing the smaller of two.
    pub(crate) fn extent(&self) -> f64 {
        (self.bbox.max_lon - self.bbox.min_lon) * (self.bbox.max_lat - self.bbox.min_lat)
    }

    fn crossings(&self, lat: f64) -> impl Iterator<Item = f64> + '_ {
        let band = self.bands.get(self.band(self.bands.len().max(1), lat));
        let edges =
            band.into_iter().flatten().filter_map(|number| self.edges.get(*number as usize));
        edges.filter_map(move |(from, to)| {
            let crosses = (from.lat > lat) != (to.lat > lat);
            let share = (lat - from.lat) / (to.lat - from.lat);
            crosses.then_some(from.lon + share * (to.lon - from.lon))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(west: f64, south: f64, side: f64) -> Vec<LonLat> {
        [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)]
            .map(|(x, y)| LonLat { lon: west + x * side, lat: south + y * side })
            .to_vec()
    }

    fn at(lon: f64, lat: f64) -> LonLat {
        LonLat { lon, lat }
    }

    #[test]
    fn holes_and_exclaves_are_told_from_the_inside() {
        let rings = [square(0.0, 0.0, 4.0), square(1.0, 1.0, 2.0), square(6.0, 0.0, 1.0)];
        let area = Area::new(&rings).unwrap();
        assert!(area.contains(at(0.5, 0.5)));
        assert!(!area.contains(at(2.0, 2.0)), "hole");
        assert!(area.contains(at(6.5, 0.5)), "exclave");
        assert!(!area.contains(at(5.0, 0.5)), "between");
        assert!(area.contains(area.interior_point().unwrap()));
    }

    #[test]
    fn many_edges_give_the_same_answers_as_a_plain_test_of_all() {
        let ring: Vec<LonLat> = (0..720)
            .map(|step| {
                let angle = f64::from(step).to_radians() / 2.0;
                let radius = 1.0 + 0.3 * (angle * 9.0).sin();
                at(radius * angle.cos(), radius * angle.sin())
            })
            .collect();
        let area = Area::new(std::slice::from_ref(&ring)).unwrap();
        let plain = |point: LonLat| {
            let mut inside = false;
            for (from, to) in ring.iter().zip(ring.iter().cycle().skip(1)) {
                let share = (point.lat - from.lat) / (to.lat - from.lat);
                let crosses = (from.lat > point.lat) != (to.lat > point.lat);
                inside ^= crosses && from.lon + share * (to.lon - from.lon) > point.lon;
            }
            inside
        };
        for x in -15..=15 {
            for y in -15..=15 {
                let point = at(f64::from(x) / 10.0 + 0.003, f64::from(y) / 10.0 + 0.007);
                assert_eq!(area.contains(point), plain(point), "{point:?}");
            }
        }
    }

    #[test]
    fn rings_without_an_inside_are_no_area() {
        assert!(Area::new(&[]).is_none());
        assert!(Area::new(&[vec![at(0.0, 0.0), at(1.0, 1.0), at(0.0, 0.0)]]).is_none());
    }
}

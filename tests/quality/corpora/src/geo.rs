//! Points, distances and areas, good to a centimetre over the few kilometres that matter here.

/// Metres of a degree of latitude on a sphere of the mean radius of WGS 84.
const METRES_PER_DEGREE: f64 = 111_195.08;

/// A point in degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Latitude.
    pub lat: f64,
    /// Longitude.
    pub lon: f64,
}

impl Point {
    /// Offsets from another point to this one: metres to the east and to the north.
    fn metres_from(self, origin: Self) -> (f64, f64) {
        let mut degrees = self.lon - origin.lon;
        if degrees.abs() > 180.0 {
            degrees -= 360.0_f64.copysign(degrees);
        }
        let shrink = f64::midpoint(self.lat, origin.lat).to_radians().cos();
        (degrees * METRES_PER_DEGREE * shrink, (self.lat - origin.lat) * METRES_PER_DEGREE)
    }

    /// Distance to another point.
    pub fn distance_m(self, other: Self) -> f64 {
        let (east, north) = other.metres_from(self);
        east.hypot(north)
    }

    /// Distance to the line through some points.
    pub fn distance_to_line_m(self, line: &[Self]) -> f64 {
        let segments = line.windows(2).filter_map(|ends| match ends {
            [start, end] => Some(self.distance_to_segment_m(*start, *end)),
            _ => None,
        });
        let points = line.iter().map(|point| self.distance_m(*point));
        segments.chain(points).fold(f64::INFINITY, f64::min)
    }

    fn distance_to_segment_m(self, start: Self, end: Self) -> f64 {
        let (east, north) = end.metres_from(start);
        let (x, y) = self.metres_from(start);
        let length_square = east * east + north * north;
        if length_square == 0.0 {
            return x.hypot(y);
        }
        let share = ((x * east + y * north) / length_square).clamp(0.0, 1.0);
        (x - share * east).hypot(y - share * north)
    }

    /// Returns the point so many metres to the east and to the north.
    #[must_use]
    pub fn shifted(self, east_m: f64, north_m: f64) -> Self {
        let shrink = self.lat.to_radians().cos().max(1e-6);
        Self {
            lat: self.lat + north_m / METRES_PER_DEGREE,
            lon: self.lon + east_m / METRES_PER_DEGREE / shrink,
        }
    }
}

/// Middle of a way: the centroid of a closed one, the middle of the box around others.
pub fn middle(way: &[Point]) -> Option<Point> {
    let first = *way.first()?;
    let (mut area, mut east, mut north) = (0.0, 0.0, 0.0);
    for ends in way.windows(2) {
        let [start, end] = ends else { continue };
        let ((x, y), (next_x, next_y)) = (start.metres_from(first), end.metres_from(first));
        let cross = x * next_y - next_x * y;
        area += cross;
        east += (x + next_x) * cross;
        north += (y + next_y) * cross;
    }
    if way.last() == Some(&first) && area.abs() > 1e-3 {
        return Some(first.shifted(east / (3.0 * area), north / (3.0 * area)));
    }
    let (low, high) = bounds(way)?;
    let (lat, lon) = (f64::midpoint(low.lat, high.lat), f64::midpoint(low.lon, high.lon));
    Some(Point { lat, lon })
}

/// South-western and north-eastern corner of the box around some points.
pub fn bounds(points: &[Point]) -> Option<(Point, Point)> {
    let first = *points.first()?;
    Some(points.iter().fold((first, first), |(low, high), point| {
        (
            Point { lat: low.lat.min(point.lat), lon: low.lon.min(point.lon) },
            Point { lat: high.lat.max(point.lat), lon: high.lon.max(point.lon) },
        )
    }))
}

/// An area by the pieces of its outline, in any order and direction; holes are pieces too.
#[derive(Debug, Clone, Default)]
pub struct Area(pub Vec<Vec<Point>>);

impl Area {
    /// Whether a point is inside, by the parity of the outline's crossings to the east of it.
    pub fn contains(&self, point: Point) -> bool {
        let segments = self.0.iter().flat_map(|piece| piece.windows(2));
        let crossings = segments.filter(|ends| match ends {
            [a, b] if (a.lat > point.lat) != (b.lat > point.lat) => {
                a.lon + (point.lat - a.lat) / (b.lat - a.lat) * (b.lon - a.lon) > point.lon
            }
            _ => false,
        });
        crossings.count() % 2 == 1
    }

    /// Distance of a point to the outline.
    pub fn distance_to_outline_m(&self, point: Point) -> f64 {
        self.0.iter().map(|piece| point.distance_to_line_m(piece)).fold(f64::INFINITY, f64::min)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VADUZ: Point = Point { lat: 47.141, lon: 9.521 };

    #[test]
    fn a_shift_is_as_long_as_it_says() {
        let shifted = VADUZ.shifted(30.0, -40.0);
        assert!((VADUZ.distance_m(shifted) - 50.0).abs() < 0.01);
        let (west, east) = (Point { lat: 0.0, lon: 179.999 }, Point { lat: 0.0, lon: -179.999 });
        assert!(west.distance_m(east) < 250.0, "across the antimeridian");
    }

    #[test]
    fn the_distance_to_a_line_is_that_to_its_nearest_spot() {
        let line = [VADUZ, VADUZ.shifted(100.0, 0.0)];
        assert!((VADUZ.shifted(50.0, 7.0).distance_to_line_m(&line) - 7.0).abs() < 0.01);
        assert!((VADUZ.shifted(103.0, 4.0).distance_to_line_m(&line) - 5.0).abs() < 0.01);
    }

    #[test]
    fn a_square_with_a_hole_contains_what_is_between() {
        let ring = |half_m: f64| {
            let corners = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0)];
            corners.map(|(x, y)| VADUZ.shifted(x * half_m, y * half_m)).to_vec()
        };
        let area = Area(vec![ring(100.0), ring(10.0)]);
        assert!(area.contains(VADUZ.shifted(50.0, 0.0)));
        assert!(!area.contains(VADUZ) && !area.contains(VADUZ.shifted(150.0, 0.0)));
        let centroid = middle(&ring(100.0)).unwrap();
        assert!(centroid.distance_m(VADUZ) < 0.1);
    }
}

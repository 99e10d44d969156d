//! Points, boxes, distances on the sphere and the Hilbert curve; degrees in, metres out.

use serde::{Deserialize, Serialize};

use crate::trigonometry::{cos_degrees, sin_degrees};

/// Mean Earth radius in metres (IUGG mean radius R1).
const EARTH_RADIUS_M: f64 = 6_371_008.8;
/// Metres in one degree of a great circle.
pub const DEGREE_M: f64 = EARTH_RADIUS_M * core::f64::consts::PI / 180.0;

/// A point in degrees: longitude -180 to 180, latitude -90 to 90 (WGS 84).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LonLat {
    /// Longitude in degrees.
    pub lon: f64,
    /// Latitude in degrees.
    pub lat: f64,
}

impl LonLat {
    /// Makes a point when both values are finite and in range.
    pub fn new(lon: f64, lat: f64) -> Option<Self> {
        ((-180.0..=180.0).contains(&lon) && (-90.0..=90.0).contains(&lat))
            .then_some(Self { lon, lat })
    }

    /// Reads `lat,lng` or `lat, lng`, the order of PlaceKit's API.
    pub fn parse_lat_lng(text: &str) -> Option<Self> {
        let (lat, lon) = text.split_once(',')?;
        Self::new(parse_decimal(lon.trim())?, parse_decimal(lat.trim())?)
    }

    /// Returns the great-circle distance in metres (haversine formula).
    pub fn distance_m(self, other: Self) -> f64 {
        let half_lat = sin_degrees((other.lat - self.lat) / 2.0);
        let half_lon = sin_degrees((other.lon - self.lon) / 2.0);
        let across = cos_degrees(self.lat) * cos_degrees(other.lat) * half_lon * half_lon;
        let h = half_lat * half_lat + across;
        2.0 * EARTH_RADIUS_M * h.clamp(0.0, 1.0).sqrt().asin()
    }

    /// Returns the distance in metres to the segment between two points.
    ///
    /// Uses a plane tangent at this point: exact to better than 0.1 % for segments within 50 km.
    pub fn distance_to_segment_m(self, from: Self, to: Self) -> f64 {
        let scale = cos_degrees(self.lat);
        let offset = |to: Self| (wrap_lon(to.lon - self.lon) * scale, to.lat - self.lat);
        squared_distance(offset(from), offset(to)).sqrt() * DEGREE_M
    }
}

/// Returns the squared distance of a segment from the origin.
pub(crate) fn squared_distance((ax, ay): (f64, f64), (bx, by): (f64, f64)) -> f64 {
    let (dx, dy) = (bx - ax, by - ay);
    let length2 = dx * dx + dy * dy;
    let t = if length2 > 0.0 { (-(ax * dx + ay * dy) / length2).clamp(0.0, 1.0) } else { 0.0 };
    let (x, y) = (ax + t * dx, ay + t * dy);
    x * x + y * y
}

/// Reads a decimal number such as `-9.5211`, as exactly as coordinates need: digits behind the
/// fifteenth play no role. The standard library reads all there are, with ten kilobytes of code.
fn parse_decimal(text: &str) -> Option<f64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (mut value, mut scale) = (0.0f64, 1.0f64);
    let (mut any, mut point, mut significant) = (false, false, 0);
    for byte in digits.bytes() {
        match byte {
            b'0'..=b'9' => {
                any = true;
                if significant < 15 || !point {
                    value = value * 10.0 + f64::from(byte - b'0');
                    scale *= if point { 10.0 } else { 1.0 };
                    significant += u32::from(value > 0.0);
                }
            }
            b'.' if !point => point = true,
            _ => return None,
        }
    }
    let value = value / scale;
    any.then_some(if negative { -value } else { value })
}

/// Brings a difference of longitudes into -180 to 180.
pub fn wrap_lon(degrees: f64) -> f64 {
    if degrees > 180.0 {
        degrees - 360.0
    } else if degrees < -180.0 {
        degrees + 360.0
    } else {
        degrees
    }
}

/// An axis-aligned box in degrees; empty when `min` exceeds `max`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BBox {
    /// West edge.
    pub min_lon: f64,
    /// South edge.
    pub min_lat: f64,
    /// East edge.
    pub max_lon: f64,
    /// North edge.
    pub max_lat: f64,
}

impl BBox {
    /// The box that holds nothing.
    pub const EMPTY: Self = Self {
        min_lon: f64::INFINITY,
        min_lat: f64::INFINITY,
        max_lon: f64::NEG_INFINITY,
        max_lat: f64::NEG_INFINITY,
    };

    /// Grows the box to hold a point.
    pub fn add(&mut self, point: LonLat) {
        self.min_lon = self.min_lon.min(point.lon);
        self.min_lat = self.min_lat.min(point.lat);
        self.max_lon = self.max_lon.max(point.lon);
        self.max_lat = self.max_lat.max(point.lat);
    }

    /// Whether the box holds the point, edges included.
    pub fn contains(&self, point: LonLat) -> bool {
        (self.min_lon..=self.max_lon).contains(&point.lon)
            && (self.min_lat..=self.max_lat).contains(&point.lat)
    }

    /// Whether the boxes have a point in common.
    pub fn touches(&self, other: &Self) -> bool {
        self.min_lon <= other.max_lon
            && other.min_lon <= self.max_lon
            && self.min_lat <= other.max_lat
            && other.min_lat <= self.max_lat
    }

    /// Returns how many degrees of longitude a point is outside of the box.
    fn degrees_lon(&self, point: LonLat) -> f64 {
        let west = wrap_lon(self.min_lon - point.lon);
        let east = wrap_lon(point.lon - self.max_lon);
        let inside = (self.min_lon..=self.max_lon).contains(&point.lon);
        if inside { 0.0 } else { west.abs().min(east.abs()) }
    }

    /// Returns the least length of a degree of longitude in the box and at a point, as a share of
    /// one of latitude.
    pub(crate) fn least_scale(&self, point: LonLat) -> f64 {
        cos_degrees(self.min_lat.abs().max(self.max_lat.abs()).max(point.lat.abs()))
    }

    /// Returns a lower bound in metres of the distance from a point to anything in the box.
    pub fn distance_m(&self, point: LonLat) -> f64 {
        self.scaled_distance_m(point, self.least_scale(point))
    }

    /// Returns a lower bound as [`Self::distance_m`] does, given the least scale of a box that this
    /// one is in: a lower one, without a cosine.
    pub(crate) fn scaled_distance_m(&self, point: LonLat, scale: f64) -> f64 {
        if self.min_lon > self.max_lon {
            return f64::INFINITY;
        }
        let dlat = (self.min_lat - point.lat).max(point.lat - self.max_lat).max(0.0);
        let dlon = self.degrees_lon(point);
        if dlon == 0.0 {
            return dlat * DEGREE_M;
        }
        // The nearest point of the box need not lie on an edge's end, so each latitude of the
        // box is allowed: the bound uses the one where a degree of longitude is shortest.
        let x = dlon.min(90.0) * scale;
        // A straight line on the plane is longer than the great circle at most by this share.
        let flat = (x * x + dlat * dlat).sqrt() * DEGREE_M;
        if dlon > 1.0 { flat * 0.63 } else { flat * 0.999 }
    }
}

/// The degrees that something within a distance of a point may be away.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Surroundings {
    at: LonLat,
    min_lat: f64,
    max_lat: f64,
    degrees_lon: f64,
}

impl Surroundings {
    /// What is within a distance of a point. The meridians that touch a circle on the sphere are
    /// `asin(sin(radius) / cos(latitude))` away, unless a pole is in it (spherical law of sines).
    pub(crate) fn of(at: LonLat, distance_m: f64) -> Self {
        let lat = distance_m / DEGREE_M * (1.0 + ROUNDING);
        let across = sin_degrees(lat.min(90.0)) / cos_degrees(at.lat).max(f64::MIN_POSITIVE);
        let lon = if across < 1.0 && lat < 90.0 { across.asin().to_degrees() } else { 180.0 };
        let degrees_lon = lon * (1.0 + ROUNDING);
        Self { at, min_lat: at.lat - lat, max_lat: at.lat + lat, degrees_lon }
    }

    /// Whether nothing in a box is among it; of no point, everything.
    pub(crate) fn misses(&self, bbox: &BBox) -> bool {
        let touches = bbox.max_lat >= self.min_lat
            && bbox.min_lat <= self.max_lat
            && bbox.degrees_lon(self.at) <= self.degrees_lon;
        !touches
    }
}

/// Share of a distance by which rounding changes it at most.
const ROUNDING: f64 = 1e-9;

/// Returns the position along a Hilbert curve of a cell in a square of `2^bits` cells a side.
pub fn hilbert_index(bits: u32, x: u32, y: u32) -> u64 {
    let (mut x, mut y) = (x, y);
    let mut index = 0u64;
    let mut level = bits;
    while level > 0 {
        level -= 1;
        let side = 1u32 << level;
        let rx = u32::from(x & side != 0);
        let ry = u32::from(y & side != 0);
        index = (index << 2) | u64::from((3 * rx) ^ ry);
        x &= side.wrapping_sub(1);
        y &= side.wrapping_sub(1);
        if ry == 0 {
            if rx == 1 {
                x = side.wrapping_sub(1).wrapping_sub(x);
                y = side.wrapping_sub(1).wrapping_sub(y);
            }
            core::mem::swap(&mut x, &mut y);
        }
    }
    index
}

/// Most bits a side of the squares that [`hilbert_cell`] knows.
const MAX_CELL_BITS: u32 = 16;
/// The lower bit of every pair.
const LOW_BITS: u32 = 0x5555_5555;

/// Returns the cell at a position along the Hilbert curve; the inverse of [`hilbert_index`], for
/// squares of up to 16 bits a side.
///
/// A quadrant may swap the axes of what is in it, or mirror and swap them. What all quadrants above
/// a level do is the exclusive or of what each does, so that all levels are placed at once
/// (H. S. Warren, "Hacker's Delight", section 16-2).
pub fn hilbert_cell(bits: u32, index: u32) -> (u32, u32) {
    let bits = bits.min(MAX_CELL_BITS);
    let cells = u64::from(LOW_BITS) << (2 * bits);
    let inside = (1u64 << (2 * bits)) - 1;
    #[expect(clippy::cast_possible_truncation, reason = "pairs beyond the 16th do not exist")]
    // Levels that are not there have the quadrant that leaves all as it is.
    let index = (u64::from(index) & inside | cells) as u32;
    let (high, low) = (index >> 1 & LOW_BITS, index & LOW_BITS);
    let of_levels_above = |turns: u32| {
        let turns = [2, 4, 8, 16].iter().fold(turns, |turns, distance| turns ^ turns >> distance);
        turns >> 2
    };
    let swapped = of_levels_above(!(high ^ low) & LOW_BITS);
    let mirrored = of_levels_above(high & low);
    let x = high ^ mirrored ^ (swapped & low);
    let side = (1 << bits) - 1;
    (every_second_bit(x) & side, every_second_bit(x ^ low) & side)
}

/// Moves the lower bits of all pairs together.
fn every_second_bit(pairs: u32) -> u32 {
    let bits = pairs & LOW_BITS;
    let bits = (bits | bits >> 1) & 0x3333_3333;
    let bits = (bits | bits >> 2) & 0x0f0f_0f0f;
    let bits = (bits | bits >> 4) & 0x00ff_00ff;
    (bits | bits >> 8) & 0xffff
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hilbert_cell_undoes_hilbert_index_and_neighbours_touch() {
        let mut previous = None;
        for index in 0..1 << 10 {
            let (x, y) = hilbert_cell(5, index);
            assert_eq!(hilbert_index(5, x, y), u64::from(index));
            if let Some((px, py)) = previous {
                assert_eq!(x.abs_diff(px) + y.abs_diff(py), 1);
            }
            previous = Some((x, y));
        }
    }

    proptest! {
        #[test]
        fn every_cell_of_a_square_is_at_its_position_along_the_curve(
            bits in 0u32..=16, x in any::<u32>(), y in any::<u32>(), beyond in any::<u32>(),
        ) {
            let side = (1u32 << bits) - 1;
            let index = u32::try_from(hilbert_index(bits, x & side, y & side)).unwrap();
            let beyond = beyond.checked_shl(2 * bits).unwrap_or(0);
            prop_assert_eq!(hilbert_cell(bits, index | beyond), (x & side, y & side));
        }
    }

    #[test]
    fn distances_agree_with_known_ones_and_across_the_antimeridian() {
        let vaduz = LonLat { lon: 9.5215, lat: 47.141 };
        let zurich = LonLat { lon: 8.5417, lat: 47.3769 };
        let distance_m = vaduz.distance_m(zurich);
        assert!((78_000.0..79_500.0).contains(&distance_m), "{distance_m}");
        let west = LonLat { lon: 179.999, lat: 0.0 };
        let east = LonLat { lon: -179.999, lat: 0.0 };
        assert!((west.distance_m(east) - 0.002 * DEGREE_M).abs() < 0.01);
        assert!((west.distance_to_segment_m(east, east) - 0.002 * DEGREE_M).abs() < 0.01);
    }

    proptest! {
        #[test]
        fn what_is_within_a_distance_is_in_the_surroundings(
            lon in -180.0f64..=180.0, lat in -90.0f64..=90.0,
            other_lon in -180.0f64..=180.0, off in -2.0f64..2.0, near in any::<bool>(),
        ) {
            let at = LonLat { lon, lat };
            // Half of the points are so near that both can be on either side of the circle.
            let other_lon = if near { (lon + off).clamp(-180.0, 180.0) } else { other_lon };
            let other = LonLat { lon: other_lon, lat: (lat + off).clamp(-90.0, 90.0) };
            let mut bbox = BBox::EMPTY;
            bbox.add(other);
            prop_assert!(!Surroundings::of(at, at.distance_m(other)).misses(&bbox));
        }
    }

    proptest! {
        #[test]
        fn no_point_of_a_box_is_nearer_than_its_bounds_say(
            lon in -180.0f64..=180.0, lat in -90.0f64..=90.0,
            corners in proptest::array::uniform3((-180.0f64..=180.0, -90.0f64..=90.0)),
            inside in (0.0f64..=1.0, 0.0f64..=1.0), sizes in (0i32..=3, 0i32..=3),
        ) {
            // Bounds are near the distance where boxes are small or the point is beside them.
            let [first, ..] = corners;
            let near = |(lon, lat): (f64, f64), size: i32| LonLat {
                lon: first.0 + (lon - first.0) * 0.1f64.powi(size),
                lat: first.1 + (lat - first.1) * 0.1f64.powi(size),
            };
            let at = near((lon, lat), sizes.0);
            let (mut inner, mut outer) = (BBox::EMPTY, BBox::EMPTY);
            for (index, corner) in corners.iter().enumerate() {
                let corner = near(*corner, sizes.1);
                outer.add(corner);
                if index < 2 {
                    inner.add(corner);
                }
            }
            let between =
                |min: f64, max: f64, share: f64| (min + (max - min) * share).clamp(min, max);
            let other = LonLat {
                lon: between(inner.min_lon, inner.max_lon, inside.0),
                lat: between(inner.min_lat, inner.max_lat, inside.1),
            };
            let bound_m = inner.distance_m(at);
            prop_assert!(bound_m <= at.distance_m(other) * (1.0 + ROUNDING) + 1e-6);
            prop_assert!(inner.scaled_distance_m(at, outer.least_scale(at)) <= bound_m);
        }
    }

    #[test]
    fn what_is_farther_north_or_west_is_not_in_the_surroundings() {
        let at = LonLat { lon: 179.9, lat: 60.0 };
        let around = Surroundings::of(at, DEGREE_M);
        let misses = |lon, lat| {
            around.misses(&BBox { min_lon: lon, min_lat: lat, max_lon: lon, max_lat: lat })
        };
        // A degree of latitude is as long as two of longitude there.
        assert!(!misses(-178.2, 60.0) && misses(-178.0, 60.0));
        assert!(!misses(179.9, 60.9) && misses(179.9, 61.1));
        assert!(misses(0.0, 60.0) && around.misses(&BBox::EMPTY));
        let pole = Surroundings::of(LonLat { lon: 10.0, lat: 89.5 }, DEGREE_M);
        assert!(!pole.misses(&BBox {
            min_lon: -170.0,
            min_lat: 89.9,
            max_lon: -170.0,
            max_lat: 90.0
        }));
    }

    #[test]
    fn parse_takes_latitude_first_and_refuses_what_is_out_of_range() {
        assert_eq!(LonLat::parse_lat_lng("47.1, 9.5"), LonLat::new(9.5, 47.1));
        assert_eq!(LonLat::parse_lat_lng("-.5,+180."), LonLat::new(180.0, -0.5));
        let long = LonLat::parse_lat_lng("47.139100000000000000001,9.52110000000000001");
        assert_eq!(long, LonLat::new(9.5211, 47.1391));
        for wrong in ["", "47.1", "91,0", "0,181", "NaN,0", "a,b", "1,2,3", "-,1", ".,1", "1..2,0"]
        {
            assert_eq!(LonLat::parse_lat_lng(wrong), None, "{wrong}");
        }
    }
}

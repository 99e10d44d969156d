//! Divides lines at municipal borders, so that each piece lies in one city.

use geocoder_core::LonLat;

use super::locate::{Locator, Nowhere};
use super::location::Position;

/// Halvings by which a border is found on a segment: a kilometre comes down to a centimetre.
const HALVINGS: u32 = 17;
/// Most borders looked for on one segment.
const MAX_CUTS: usize = 8;

/// Pieces of a line by city, and why a part of the line has no city.
#[derive(Debug, Default)]
pub(crate) struct Pieces {
    pub(crate) of_cities: Vec<(usize, Vec<Position>)>,
    pub(crate) lost: Option<Nowhere>,
}

/// Divides a line.
pub(crate) fn divide(locator: &Locator, line: &[LonLat]) -> Pieces {
    let cities: Vec<Option<usize>> = line.iter().map(|point| locator.city_around(*point)).collect();
    let mut pieces = Pieces::default();
    let mut connected = false;
    for (segment, ends) in line.windows(2).zip(cities.windows(2)) {
        let (&[from, to], &[at_start, at_end]) = (segment, ends) else { continue };
        for (around, start, end) in cut(locator, (from, at_start), (to, at_end)) {
            let city = match around {
                Some(city) => Ok(city),
                None => locator.city(between(start, end, 0.5), None),
            };
            let (start, end) = (Position::new(start), Position::new(end));
            match (city, pieces.of_cities.last_mut()) {
                (Ok(city), Some((last, piece))) if connected && *last == city => piece.push(end),
                (Ok(city), _) => pieces.of_cities.push((city, vec![start, end])),
                (Err(nowhere), _) => pieces.lost = Some(nowhere),
            }
            connected = city.is_ok();
        }
    }
    pieces
}

/// A part of a segment with the city whose boundary is around it.
type Part = (Option<usize>, LonLat, LonLat);

fn cut(
    locator: &Locator,
    (from, at_start): (LonLat, Option<usize>),
    (to, at_end): (LonLat, Option<usize>),
) -> Vec<Part> {
    let mut parts = Vec::new();
    let (mut city, mut done) = (at_start, 0.0);
    while city != at_end && parts.len() < MAX_CUTS {
        let (mut low, mut high, mut beyond) = (done, 1.0, at_end);
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(low, high);
            let found = locator.city_around(between(from, to, middle));
            if found == city {
                low = middle;
            } else {
                (high, beyond) = (middle, found);
            }
        }
        parts.push((city, between(from, to, done), between(from, to, high)));
        (city, done) = (beyond, high);
    }
    parts.push((at_end, between(from, to, done), to));
    parts
}

fn between(from: LonLat, to: LonLat, share: f64) -> LonLat {
    LonLat {
        lon: from.lon + share * (to.lon - from.lon),
        lat: from.lat + share * (to.lat - from.lat),
    }
}

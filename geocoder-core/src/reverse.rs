//! Reverse search of one shard: what is at a point, by true distance.
//!
//! Streets and points are found block by block, nearest box first, until no further block can
//! hold anything nearer. A street is as far as the nearer of its houses and its lines; it is
//! answered as a house when one is near. Then follow the places that contain the point, by
//! their boundaries, smallest first. Where there are no boundaries, the places around the nearest
//! city stand for them; cities that are records are found like points, but answered with the
//! areas.

use crate::error::Result;
use crate::geo::{DEGREE_M, LonLat, Surroundings, squared_distance, wrap_lon};
use crate::overlay::is_hidden;
use crate::record::{Precision, RecordType, TypeSet};
use crate::request::ReverseRequest;
use crate::search::{FoundHouse, Target};
use crate::shard::{Lookup, NO_PARENT, Shard, StoredHouse, point};
use crate::sort::{Queue, low_half};
use crate::trigonometry::cos_degrees;

/// Streets and points farther away are answered only when there is nothing nearer.
const USUAL_RADIUS_M: f64 = 1_000.0;
/// Streets and points farther away are never answered.
const LIMIT_M: f64 = 50_000.0;
/// A house this much farther than its street still stands for it.
const HOUSE_ADVANTAGE_M: f64 = 40.0;
/// Places farther away are never answered when nothing contains the point.
const PLACE_LIMIT_M: f64 = 100_000.0;

/// Mark of the numbers of chunks, those without are of blocks.
const CHUNK: u64 = 1 << 63;

/// Something near the point.
#[derive(Debug, Clone)]
pub(crate) struct Nearby {
    pub(crate) target: Target,
    pub(crate) distance_m: f64,
    /// Whether it is an area around the point, or a city; they follow whatever stands at a point.
    pub(crate) area: bool,
}

impl Nearby {
    fn is_house(&self) -> bool {
        matches!(&self.target, Target::Record { house: Some(_), .. })
    }
}

/// What was found, and the chunks that could change it.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) nearby: Vec<Nearby>,
    pub(crate) missing: Vec<usize>,
}

/// Finds what is at a point.
pub(crate) fn reverse<D: AsRef<[u8]>>(shard: &Shard<D>, request: &ReverseRequest) -> Result<Found> {
    let mut search = Search { shard, request, found: Found::default() };
    let (mut records, mut places) = (TypeSet::NONE, TypeSet::NONE);
    for kind in RecordType::ALL.into_iter().filter(|kind| request.types.contains(*kind)) {
        let set = if kind.is_place() { &mut places } else { &mut records };
        *set = set.with(kind);
    }
    if records != TypeSet::NONE {
        search.records(records)?;
    }
    if places != TypeSet::NONE {
        search.areas(places, records == TypeSet::NONE)?;
    }
    Ok(search.found)
}

/// How far to look for records.
#[derive(Debug, Clone, Copy)]
struct Reach {
    /// Farther records are answered only when there is nothing nearer.
    usual_m: f64,
    /// Farther records are never answered.
    limit_m: f64,
    /// Most records wanted.
    count: usize,
}

impl Reach {
    /// Returns the distance beyond which nothing can be among the results.
    fn limit(self, best: &[Nearby]) -> f64 {
        let worst = best.get(self.count.saturating_sub(1));
        let usual = best.first().map_or(self.limit_m, |first| first.distance_m.max(self.usual_m));
        worst.map_or(usual, |worst| worst.distance_m).min(self.limit_m)
    }

    /// Adds what was found to the best, which are in order and no more than wanted.
    fn offer(self, best: &mut Vec<Nearby>, found: Nearby) {
        // Of a house and what is in it, the address comes first.
        let order = |nearby: &Nearby| (!nearby.is_house(), nearby.target.key());
        let before = |other: &Nearby| {
            let distances = other.distance_m.total_cmp(&found.distance_m);
            distances.then_with(|| order(other).cmp(&order(&found))).is_lt()
        };
        let place = best.partition_point(before);
        if place < self.count {
            best.insert(place, found);
            best.truncate(self.count);
        }
    }
}

impl Found {
    /// Returns what is there; notes the chunk when it is not.
    fn present<T>(&mut self, lookup: Lookup<T>) -> Option<T> {
        match lookup {
            Lookup::Found(value) => Some(value),
            Lookup::Missing(chunk) => {
                self.missing.push(chunk);
                None
            }
        }
    }
}

struct Search<'a, D> {
    shard: &'a Shard<D>,
    request: &'a ReverseRequest,
    found: Found,
}

impl<D: AsRef<[u8]>> Search<'_, D> {
    /// Finds streets and points.
    fn records(&mut self, types: TypeSet) -> Result<()> {
        let count = self.request.max_results;
        let reach = Reach { usual_m: USUAL_RADIUS_M, limit_m: LIMIT_M, count };
        let mut nearest = self.nearest_records(types, reach)?;
        self.found.nearby.append(&mut nearest);
        Ok(())
    }

    /// Finds the cities that are records, nearest first.
    fn cities(&mut self, count: usize) -> Result<Vec<Nearby>> {
        if !self.shard.places().has_city_records() {
            return Ok(Vec::new());
        }
        let reach = Reach { usual_m: PLACE_LIMIT_M, limit_m: PLACE_LIMIT_M, count };
        let mut cities = self.nearest_records(TypeSet::NONE.with(RecordType::City), reach)?;
        cities.iter_mut().for_each(|city| city.area = true);
        Ok(cities)
    }

    /// Finds the nearest records, with their names.
    fn nearest_records(&mut self, types: TypeSet, reach: Reach) -> Result<Vec<Nearby>> {
        let at = self.request.coordinates;
        let places = self.shard.places();
        // Most chunks are too far away, which needs no trigonometry.
        let around = Surroundings::of(at, reach.limit_m);
        let mut steps = Queue::default();
        for (number, entry) in (0u64..).zip(&places.records) {
            if !around.misses(&entry.bbox) {
                steps.push(-entry.bbox.distance_m(at), CHUNK | number);
            }
        }
        let mut best: Vec<Nearby> = Vec::new();
        while let Some((rank, step)) = steps.pop() {
            let limit = reach.limit(&best);
            if -rank > limit {
                break;
            }
            let number = low_half(step);
            if step & CHUNK == 0 {
                self.block(number, types, reach, &mut best)?;
                continue;
            }
            match self.shard.block_boxes(number as usize)? {
                Lookup::Found(boxes) => {
                    let chunk = places.records.get(number as usize);
                    let scale = chunk.map_or(0.0, |chunk| chunk.bbox.least_scale(at));
                    for (block, bbox) in boxes {
                        let summary = places.blocks.get(block as usize);
                        let asked = summary.is_none_or(|summary| summary.has_any(types));
                        // The scale of a chunk is too low for most of its blocks, but at hand.
                        if !asked || bbox.scaled_distance_m(at, scale) > limit {
                            continue;
                        }
                        let distance_m = bbox.distance_m(at);
                        if distance_m <= limit {
                            steps.push(-distance_m, block.into());
                        }
                    }
                }
                Lookup::Missing(chunk) => self.found.missing.push(chunk),
            }
        }
        let nearest = best.first().map_or(0.0, |first| first.distance_m);
        let farthest_m = reach.usual_m.max(nearest).min(reach.limit_m);
        best.retain(|nearby| nearby.distance_m <= farthest_m);
        Ok(best)
    }

    /// Adds the records of a block to the best ones.
    fn block(
        &mut self,
        block: u32,
        types: TypeSet,
        reach: Reach,
        best: &mut Vec<Nearby>,
    ) -> Result<()> {
        let at = self.request.coordinates;
        let records = match self.shard.block(block)? {
            Lookup::Found(records) => records,
            Lookup::Missing(chunk) => {
                self.found.missing.push(chunk);
                return Ok(());
            }
        };
        let streets = types.contains(RecordType::Street);
        let (mut houses, mut lines) = (None, None);
        if streets {
            houses = self.found.present(self.shard.block_houses(block)?);
            lines = self.found.present(self.shard.block_lines(block)?);
        }
        let plane = Plane::around(at);
        let hidden = self.shard.hidden_records(block);
        for (index, record) in records.records.iter().enumerate() {
            if !types.contains(record.kind) || is_hidden(hidden, index) {
                continue;
            }
            let limit_m = reach.limit(best);
            let own_m = || at.distance_m(point(record.lat, record.lon));
            if record.kind != RecordType::Street {
                if plane.may_be(plane.squared((record.lat, record.lon)), limit_m) {
                    reach.offer(best, nearby(block, index, None, own_m()));
                }
                continue;
            }
            let lines = lines.iter().flat_map(|lines| lines.of(index));
            let mut on_street =
                lines.map(|line| plane.to_line_m(line)).fold(f64::INFINITY, f64::min);
            let stored = houses.as_ref().map_or(&[][..], |(_, houses)| houses.of(index));
            if stored.is_empty() && on_street == f64::INFINITY {
                on_street = own_m();
            }
            let least = plane.least_squared(stored);
            if on_street > limit_m && !plane.may_be(least, limit_m) {
                continue;
            }
            let nearest = plane.nearest(stored, least);
            match nearest {
                Some((distance_m, house)) if distance_m <= on_street + HOUSE_ADVANTAGE_M => {
                    let suffix = houses.as_ref().map(|(table, _)| table.suffix_text(house.suffix));
                    let house = exact_house(house, suffix.unwrap_or_default());
                    reach.offer(best, nearby(block, index, Some(house), distance_m));
                }
                _ => reach.offer(best, nearby(block, index, None, on_street)),
            }
        }
        Ok(())
    }

    /// Finds the places that contain the point; where none does, the nearest.
    fn areas(&mut self, types: TypeSet, nothing_else: bool) -> Result<()> {
        let at = self.request.coordinates;
        let places = self.shard.places();
        let mut smallest: Option<(usize, u32)> = None;
        for (number, entry) in places.boundaries.iter().enumerate() {
            if !entry.bbox.contains(at) {
                continue;
            }
            let chunk = match self.shard.boundaries(number)? {
                Lookup::Found(chunk) => chunk,
                Lookup::Missing(chunk) => {
                    self.found.missing.push(chunk);
                    continue;
                }
            };
            for (index, ordinal) in (0..chunk.len()).zip(entry.first_place..) {
                if chunk.contains(index, at) {
                    let depth = places.chain(ordinal).count();
                    if smallest.is_none_or(|(deepest, _)| depth > deepest) {
                        smallest = Some((depth, ordinal));
                    }
                }
            }
        }
        let city_asked = types.contains(RecordType::City);
        let mut cities = Vec::new();
        if city_asked || smallest.is_none() {
            cities = self.cities(if city_asked { self.request.max_results } else { 1 })?;
        }
        let nearest_city = cities.first().and_then(|city| match city.target {
            Target::Record { block, .. } => Some((city.distance_m, places.place_of_block(block)?)),
            Target::Place(_) => None,
        });
        if city_asked {
            self.found.nearby.append(&mut cities);
        }
        // A city that is a record is no farther away than the areas that it lies in.
        let mut within_m = None;
        let innermost = if let Some((_, ordinal)) = smallest {
            within_m = Some(0.0);
            Some(ordinal)
        } else {
            let nearest = self.nearest_places(TypeSet::NONE.with(RecordType::City), 1);
            match (nearest_city, nearest.first()) {
                (Some((city_m, ordinal)), place) if place.is_none_or(|(m, _)| city_m <= *m) => {
                    within_m = Some(city_m);
                    Some(ordinal)
                }
                (_, place) => place.map(|(_, ordinal)| *ordinal),
            }
        };
        let around = innermost.map(|ordinal| places.chain(ordinal).collect::<Vec<_>>());
        let around = around.unwrap_or_default();
        for (ordinal, place) in &around {
            if place.result_kind().is_some_and(|kind| types.contains(kind)) {
                // Elsewhere the distance is that to the centre.
                let centre_m = || at.distance_m(point(place.lat, place.lon));
                let distance_m = within_m.unwrap_or_else(centre_m);
                let target = Target::Place(*ordinal);
                self.found.nearby.push(Nearby { target, distance_m, area: true });
            }
        }
        if nothing_else {
            for (distance_m, ordinal) in self.nearest_places(types, self.request.max_results) {
                if !around.iter().any(|(known, _)| *known == ordinal) {
                    let target = Target::Place(ordinal);
                    self.found.nearby.push(Nearby { target, distance_m, area: true });
                }
            }
        }
        Ok(())
    }

    /// Returns some places, those nearest by their centres.
    fn nearest_places(&self, types: TypeSet, count: usize) -> Vec<(f64, u32)> {
        let at = self.request.coordinates;
        let plane = Plane::around(at);
        let mut nearest: Vec<(f64, u32)> = Vec::new();
        for (ordinal, place) in (0u32..).zip(&self.shard.places().places) {
            let usable = place.parent == NO_PARENT || place.located;
            if !usable || !place.result_kind().is_some_and(|kind| types.contains(kind)) {
                continue;
            }
            let worst = nearest.get(count.saturating_sub(1));
            let limit_m = worst.map_or(PLACE_LIMIT_M, |(distance_m, _)| *distance_m);
            if !plane.may_be(plane.squared((place.lat, place.lon)), limit_m) {
                continue;
            }
            let distance_m = at.distance_m(point(place.lat, place.lon));
            let rank = nearest.partition_point(|(nearer_m, _)| *nearer_m <= distance_m);
            if distance_m <= PLACE_LIMIT_M && rank < count {
                nearest.insert(rank, (distance_m, ordinal));
                nearest.truncate(count);
            }
        }
        nearest
    }
}

fn nearby(block: u32, index: usize, house: Option<FoundHouse>, distance_m: f64) -> Nearby {
    let target = Target::Record { block, index, house };
    Nearby { target, distance_m, area: false }
}

fn exact_house(house: &StoredHouse, suffix: String) -> FoundHouse {
    FoundHouse {
        number: house.number,
        suffix,
        lat: house.lat,
        lon: house.lon,
        precision: Precision::Exact,
        zipcode: house.zipcode,
        mask: 0,
        points: 0.0,
        foreign: 0.0,
    }
}

/// The plane that touches the Earth at a point: distances on it need no trigonometry.
struct Plane {
    at: LonLat,
    /// Width of a degree of longitude beside one of latitude.
    scale: f64,
    /// Squared distances on the plane this many times the least may be the least on the sphere.
    error: f64,
}

/// What [`Plane::error`] is within 100 km, but beside the poles.
const PLANE_ERROR: f64 = 1.25;
/// What it is beside them: hardly anything can be left out.
const POLAR_ERROR: f64 = 1e9;
/// Latitudes from which on meridians run together too fast for a plane.
const POLAR_DEGREES: f64 = 85.0;

impl Plane {
    fn around(at: LonLat) -> Self {
        let error = if at.lat.abs() < POLAR_DEGREES { PLANE_ERROR } else { POLAR_ERROR };
        Self { at, scale: cos_degrees(at.lat), error }
    }

    /// Returns where a point given in coordinate units is, in degrees of latitude.
    fn offset(&self, (lat, lon): (i32, i32)) -> (f64, f64) {
        let to = point(lat, lon);
        (wrap_lon(to.lon - self.at.lon) * self.scale, to.lat - self.at.lat)
    }

    /// Returns the squared distance of a point in coordinate units, in degrees of latitude.
    fn squared(&self, to: (i32, i32)) -> f64 {
        let (x, y) = self.offset(to);
        x * x + y * y
    }

    /// Whether something at this squared distance may be this near on the sphere.
    fn may_be(&self, squared: f64, limit_m: f64) -> bool {
        let limit = limit_m / DEGREE_M;
        squared <= limit * limit * self.error
    }

    /// Returns the distance in metres to a line: to about 0.1 % within 5 km and 1 % within 50 km
    /// at 50 degrees north.
    fn to_line_m(&self, line: &[(i32, i32)]) -> f64 {
        let mut nearest = f64::INFINITY;
        let mut before: Option<(f64, f64)> = None;
        for vertex in line {
            let to = self.offset(*vertex);
            let from = before.replace(to).unwrap_or(to);
            nearest = nearest.min(squared_distance(from, to));
        }
        nearest.sqrt() * DEGREE_M
    }

    /// Returns the least squared distance of a house.
    fn least_squared(&self, houses: &[StoredHouse]) -> f64 {
        let squared = houses.iter().map(|house| self.squared((house.lat, house.lon)));
        squared.fold(f64::INFINITY, f64::min)
    }

    /// Returns the nearest house and its distance in metres, given the least squared distance.
    fn nearest<'a>(&self, houses: &'a [StoredHouse], least: f64) -> Option<(f64, &'a StoredHouse)> {
        let near = houses
            .iter()
            .filter(|house| self.squared((house.lat, house.lon)) <= least * self.error);
        near.map(|house| (self.at.distance_m(point(house.lat, house.lon)), house))
            .min_by(|a, b| a.0.total_cmp(&b.0))
    }
}

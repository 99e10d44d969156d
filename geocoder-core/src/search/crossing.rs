//! Crossings: the point where the two streets of a query like `a & b` meet.

use super::candidates::{Candidate, Target};
use super::query::{Query, crossing};
use super::{Ranked, ShardSearch};
use crate::error::Result;
use crate::record::{RecordType, TypeSet};
use crate::request::{MAX_RESULTS, SearchRequest};
use crate::shard::{Lookup, Shard, point};
use crate::sort::sort_by;

/// Most pairs of streets whose lines are compared.
const MAX_PAIRS: usize = 40;
/// Distance up to which two lines meet, in metres: lines are simplified to about ten.
const MEETING_M: f64 = 40.0;
/// More than that distance in coordinate units; four times as many in longitude, which do up to 75° north.
const FAR_UNITS: i32 = 60;
/// Distance in degrees of latitude beyond which the middles of two streets are not compared.
const NEARBY_DEGREES: f64 = 0.3;

/// Two streets and where they meet.
#[derive(Debug)]
pub(crate) struct Crossing {
    pub(crate) streets: [Target; 2],
    pub(crate) total: f32,
    /// Position in coordinate units.
    pub(crate) lat: i32,
    pub(crate) lon: i32,
}

/// Order of a street among equals.
type Key = (bool, u32, usize);

impl Crossing {
    /// Order among equals.
    pub(crate) fn key(&self) -> (Key, Key) {
        let [street, other] = &self.streets;
        (street.key(), other.key())
    }
}

/// Lines of a street, as latitude and longitude in coordinate units.
type Lines = Vec<Vec<(i32, i32)>>;

/// Returns the crossings that a query asks for, best first; words such as `and` make it ask for
/// one only when `by_words`.
pub(crate) fn crossings<D: AsRef<[u8]>>(
    shard: &Shard<D>,
    request: &SearchRequest,
    by_words: bool,
    missing: &mut Vec<usize>,
) -> Result<Vec<Crossing>> {
    let mut found = Vec::new();
    let parts = crossing(&request.query, &shard.meta().lexicon, by_words);
    let Some((left, right)) = parts.filter(|_| request.types.contains(RecordType::Street)) else {
        return Ok(found);
    };
    let left = streets(shard, request, left, missing)?;
    let right = streets(shard, request, right, missing)?;
    let mut pairs = Vec::new();
    for (number, a) in left.iter().enumerate() {
        pairs.extend(right.iter().enumerate().map(|(other, b)| (number + other, a, b)));
    }
    let key = |pair: &(usize, &(f64, Candidate), &(f64, Candidate))| {
        (pair.0, pair.1.1.target.key(), pair.2.1.target.key())
    };
    sort_by(&mut pairs, |a, b| key(a).cmp(&key(b)));
    let near = pairs.into_iter().filter(|(_, a, b)| {
        (a.0 - b.0).abs() < NEARBY_DEGREES && a.1.target.key() != b.1.target.key()
    });
    for (_, (_, a), (_, b)) in near.take(MAX_PAIRS) {
        let (lines, others) = (lines(shard, a, missing)?, lines(shard, b, missing)?);
        if let Some((lat, lon)) = meeting(&lines, &others) {
            let streets = [a.target.clone(), b.target.clone()];
            let total = a.total + b.total;
            found.push(Crossing { streets, total, lat, lon });
        }
    }
    sort_by(&mut found, |a: &Crossing, b| {
        b.total.total_cmp(&a.total).then_with(|| a.key().cmp(&b.key()))
    });
    Ok(found)
}

/// Returns the streets that answer every word of content, each with the latitude of its middle.
fn streets<D: AsRef<[u8]>>(
    shard: &Shard<D>,
    request: &SearchRequest,
    text: String,
    missing: &mut Vec<usize>,
) -> Result<Vec<(f64, Candidate)>> {
    let request = SearchRequest {
        query: text,
        types: TypeSet::NONE.with(RecordType::Street),
        max_results: MAX_RESULTS,
        ..request.clone()
    };
    let query = Query::parse(&request.query);
    let mut search = ShardSearch::plain(shard, &request, &query)?;
    search.tolerate()?;
    let needed = search.weights.needed();
    let Ranked { mut candidates, missing: more } = search.ranked;
    missing.extend(more);
    candidates.retain(|candidate| needed != 0 && needed & !candidate.explained == 0);
    let placed = candidates.into_iter().map(|street| Ok((latitude(shard, &street)?, street)));
    placed.collect()
}

/// Returns the latitude of the middle of a street.
fn latitude<D: AsRef<[u8]>>(shard: &Shard<D>, street: &Candidate) -> Result<f64> {
    let Target::Record { block, index, .. } = street.target else { return Ok(f64::NAN) };
    let Lookup::Found(decoded) = shard.block(block)? else { return Ok(f64::NAN) };
    Ok(decoded.records.get(index).map_or(f64::NAN, |record| point(record.lat, record.lon).lat))
}

/// Reads the lines of a street.
fn lines<D: AsRef<[u8]>>(
    shard: &Shard<D>,
    street: &Candidate,
    missing: &mut Vec<usize>,
) -> Result<Lines> {
    let mut lines = Lines::new();
    let Target::Record { block, index, .. } = &street.target else { return Ok(lines) };
    match shard.block_lines(*block)? {
        Lookup::Found(lists) => lines.extend(lists.of(*index).map(<[_]>::to_vec)),
        Lookup::Missing(chunk) => missing.push(chunk),
    }
    Ok(lines)
}

/// Most pairs of vertices and segments that are compared for one pair of streets.
const MAX_COMPARISONS: usize = 4_000_000;

/// Returns the point at which lines come nearest, when they meet.
fn meeting(lines: &Lines, others: &Lines) -> Option<(i32, i32)> {
    let vertices = |lines: &Lines| lines.iter().map(Vec::len).sum::<usize>();
    if vertices(lines).saturating_mul(vertices(others)) > MAX_COMPARISONS {
        return None;
    }
    let mut best: Option<(f64, (i32, i32))> = None;
    // Streets meet at a vertex of one of them, or nearly so.
    for (from, to) in [(lines, others), (others, lines)] {
        for vertex in from.iter().flatten() {
            let at = point(vertex.0, vertex.1);
            for segment in to.iter().flat_map(|line| line.iter().zip(line.iter().skip(1))) {
                let (start, end) = segment;
                let beyond = |at: i32, a: i32, b: i32, far: i32| {
                    at < a.min(b).saturating_sub(far) || at > a.max(b).saturating_add(far)
                };
                if beyond(vertex.0, start.0, end.0, FAR_UNITS)
                    || beyond(vertex.1, start.1, end.1, FAR_UNITS * 4)
                {
                    continue;
                }
                let distance_m =
                    at.distance_to_segment_m(point(start.0, start.1), point(end.0, end.1));
                if distance_m <= MEETING_M && best.is_none_or(|(least, _)| distance_m < least) {
                    best = Some((distance_m, *vertex));
                }
            }
        }
    }
    best.map(|(_, at)| at)
}

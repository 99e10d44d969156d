//! Overlays: corrections laid over a base answer what a base built with them answers.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that finds something missing has failed"
)]

mod case;
mod history;
mod random;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use case::Case;
use history::History;

use geocoder_core::delta::Snapshot;
use geocoder_core::gazetteer::Gazetteer;
use geocoder_core::overlay::{Correction, PatchRecord, RecordRef};
use geocoder_core::{
    Geocoder, Hit, LonLat, Precision, RecordType, ReverseRequest, SearchRequest, Shard, TypeSet,
};
use hereabouts_tests::{gazetteer, liechtenstein};

/// Distance up to which a corrected record may stand beside the rebuilt one, in metres: shards
/// place streets in the middle of cells of 18 metres, which move with the centre of their city.
const STREET_TOLERANCE_M: f64 = 25.0;
/// The same of points, which shards place in cells of 2 metres.
const POINT_TOLERANCE_M: f64 = 3.0;
/// By so much may a house be farther than its street to be answered in its place.
const HOUSE_ADVANTAGE_M: f64 = 40.0;
/// By so much may scores of a record differ, by the order of adding.
const SCORE_TOLERANCE: f32 = 0.01;
/// The same where nearness counts, by the metres that a street may be placed beside another.
const NEAR_SCORE_TOLERANCE: f32 = 0.05;
/// Distance up to which a city may be named in place of the one beside it, in metres.
const NEIGHBOUR_M: f64 = 2_000.0;

/// Where a record of the base stands in the gazetteer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum At {
    Place(usize),
    Street(usize),
    Point(usize),
}

struct Base {
    gazetteer: Gazetteer,
    shard: Shard<Vec<u8>>,
    /// Records that are certainly the same in the shard and in the gazetteer.
    records: Vec<(RecordRef, PatchRecord, At)>,
}

static BASE: LazyLock<Base> = LazyLock::new(|| {
    let gazetteer = gazetteer("li", "liechtenstein").unwrap();
    let shard = Shard::open(liechtenstein().bytes.clone()).unwrap();
    let mut by_name: BTreeMap<(RecordType, &str), Vec<(LonLat, At)>> = BTreeMap::new();
    for (number, place) in gazetteer.places.iter().enumerate() {
        let key = (place.kind, place.names.default.as_str());
        by_name.entry(key).or_default().push((place.coordinates, At::Place(number)));
    }
    for (number, street) in gazetteer.streets.iter().enumerate() {
        let key = (RecordType::Street, street.names.default.as_str());
        by_name.entry(key).or_default().push((street.coordinates, At::Street(number)));
    }
    for (number, point) in gazetteer.points.iter().enumerate() {
        let key = (point.kind, point.names.default.as_str());
        by_name.entry(key).or_default().push((point.coordinates, At::Point(number)));
    }
    let mut records = Vec::new();
    let places = (0..).map(|ordinal| RecordRef::Place { ordinal });
    let places = places.map_while(|r| Some((shard.record(&r).unwrap()?, r)));
    let mut found: Vec<_> = places.collect();
    for block in 0.. {
        let of_block = (0..).map(|index| RecordRef::Record { block, index });
        let of_block = of_block.map_while(|r| Some((shard.record(&r).unwrap()?, r)));
        let before = found.len();
        found.extend(of_block);
        if found.len() == before {
            break;
        }
    }
    for (record, reference) in found {
        let same = &by_name[&(record.kind, record.default.name.as_str())];
        let near = |(at, _): &&(LonLat, At)| at.distance_m(record.coordinates) < 40.0;
        let near: Vec<_> = same.iter().filter(near).collect();
        let at = if let [(_, at)] = near.as_slice() { Some(*at) } else { None };
        records.extend(at.map(|at| (reference, record, at)));
    }
    assert!(records.len() * 10 > by_name.values().map(Vec::len).sum::<usize>() * 9);
    Base { gazetteer, shard, records }
});

/// All that a result says, but for where it is and how it was found.
fn label(hit: &Hit) -> String {
    let mut zipcodes = hit.zipcode.clone();
    zipcodes.sort();
    format!(
        "{:?} {} | {} | {} | {} | {} | {zipcodes:?} {} {:?} {:?} {}",
        hit.kind,
        hit.name,
        hit.city,
        hit.county,
        hit.administrative,
        hit.country,
        hit.population,
        hit.street,
        hit.precision,
        hit.citycode,
    )
}

fn tolerance_m(hit: &Hit) -> f64 {
    let street = hit.kind == RecordType::Street;
    if street { STREET_TOLERANCE_M } else { POINT_TOLERANCE_M }
}

fn at(hit: &Hit) -> LonLat {
    LonLat { lon: hit.lng, lat: hit.lat }
}

fn show(hits: &[Hit]) -> String {
    let lines = hits.iter().map(|hit| {
        let score = hit.explain.as_ref().map(|explained| explained.score);
        format!("  {score:?} {:?} {} at {}\n", hit.distance_m, label(hit), hit.coordinates)
    });
    lines.collect()
}

/// Describes a result that is missing in one of two answers.
fn describe(request: &impl fmt::Debug, missing: &Hit, answers: [&[Hit]; 2]) -> String {
    let [laid_over, rebuilt] = answers.map(show);
    let (missing, place) = (label(missing), &missing.coordinates);
    format!("{request:?}\n{missing} at {place}\nlaid over:\n{laid_over}rebuilt:\n{rebuilt}")
}

fn score(hit: &Hit) -> f32 {
    hit.explain.as_ref().unwrap().score
}

/// Returns the scores of those results of an answer that are like another one. Of records with the
/// same name in the same city only the first is shown, whatever its point and postcodes, be it a
/// house or a street that is called as the house is.
fn scores_of(hits: &[Hit], wanted: &Hit, case: &Case) -> Vec<f32> {
    let is_twin = case.is_twin(wanted);
    let without_zipcodes = |hit: &Hit| label(&Hit { zipcode: Vec::new(), ..hit.clone() });
    let is_house = |hit: &Hit| hit.street.as_ref().is_some_and(|street| !street.number.is_empty());
    let is_called_alike = |hit: &Hit| {
        (hit.kind, &hit.name, &hit.city) == (wanted.kind, &wanted.name, &wanted.city)
            && is_house(hit) != is_house(wanted)
    };
    let is_like = |hit: &&Hit| {
        let near = at(hit).distance_m(at(wanted)) <= tolerance_m(wanted);
        (near && label(hit) == label(wanted))
            || (is_twin && without_zipcodes(hit) == without_zipcodes(wanted))
            || is_called_alike(hit)
    };
    hits.iter().filter(is_like).map(score).collect()
}

/// Returns the same of an answer to the name of the result. How exactly a house is found may
/// differ, as another number may have been asked for, such as a range.
fn scores_by_name(hits: &[Hit], wanted: &Hit, case: &Case) -> Vec<f32> {
    let alike = |hit: &Hit| Hit { precision: Precision::Exact, ..hit.clone() };
    let hits: Vec<Hit> = hits.iter().map(alike).collect();
    scores_of(&hits, &alike(wanted), case)
}

/// Compares two answers, each of which must have all results of the other, but for those at the
/// end, where equal ones may have been cut off.
///
/// Searches look into so many blocks and at so many houses and no further. Where a crowd answers a
/// query alike, another part of it may be looked at. What then has come into one answer only,
/// behind the first result, must be in both answers to its own name, or that and its city, with the
/// same score. Of a query with a number also the first one may be such: a house that no other
/// street of the crowd has; without it, the search goes on with errors, and scores are others. So
/// they are where the city beside a result decides by the metre whether that answers the query.
fn compare_search(
    laid_over: &Geocoder<Vec<u8>>,
    rebuilt: &Geocoder<Vec<u8>>,
    request: &SearchRequest,
    case: &Case,
) -> Result<(), String> {
    let ask = |request: &SearchRequest| {
        [laid_over, rebuilt].map(|geocoder| geocoder.search(request).unwrap().results)
    };
    let numbers = request.query.contains(|c: char| c.is_ascii_digit());
    let near = request.coordinates.is_some();
    let tolerance = if near { NEAR_SCORE_TOLERANCE } else { SCORE_TOLERANCE };
    let is_same = |one: f32, other: f32| (one - other).abs() < tolerance;
    let [a, b] = ask(request);
    let full = a.len() == request.max_results || b.len() == request.max_results;
    let last = a.last().into_iter().chain(b.last()).map(score).fold(-1e9, f32::max);
    let may_be_cut_off = |hit: &Hit| full && score(hit) <= last + 2.0 * tolerance;
    let is_unlike = |hit: &Hit, others: &[Hit]| {
        scores_of(others, hit, case).iter().all(|other| !is_same(score(hit), *other))
    };
    let pairs = [(&a, &b), (&b, &a)];
    let differs_at_edge = pairs.iter().any(|(some, others)| {
        let mut edges = some.iter().filter(|hit| case.is_at_edge(hit) && !may_be_cut_off(hit));
        edges.any(|hit| is_unlike(hit, others))
    });
    if differs_at_edge {
        return Ok(());
    }
    for (some, others) in pairs {
        for (rank, hit) in some.iter().enumerate() {
            if may_be_cut_off(hit) || !is_unlike(hit, others) {
                continue;
            }
            let is_missing = scores_of(others, hit, case).is_empty();
            if full && (numbers || (rank > 0 && is_missing)) {
                let is_in_both = |query: String| {
                    let answers = ask(&SearchRequest { query, ..request.clone() });
                    let scores = answers.each_ref().map(|hits| scores_by_name(hits, hit, case));
                    let [one, other] = scores;
                    one.iter().any(|one| other.iter().any(|other| is_same(*one, *other)))
                };
                // A crowd may answer its very name, where a city is called so.
                if is_in_both(hit.name.clone()) || is_in_both(format!("{} {}", hit.name, hit.city))
                {
                    continue;
                }
            }
            return Err(describe(&request, hit, [&a, &b]));
        }
    }
    Ok(())
}

/// Compares two answers about a point, each of which must have all results of the other, but for
/// those at the end, and for places where the other answer is full and has more records: those near
/// enough come first, and one may be near enough by a metre.
fn compare_reverse(
    laid_over: &Geocoder<Vec<u8>>,
    rebuilt: &Geocoder<Vec<u8>>,
    request: &ReverseRequest,
) -> Result<(), String> {
    let (a, b) = (laid_over.reverse(request).unwrap(), rebuilt.reverse(request).unwrap());
    let (a, b) = (a.results, b.results);
    let distance_m = |hit: &Hit| hit.distance_m.unwrap();
    for (some, others) in [(&a, &b), (&b, &a)] {
        let records = |hit: &&Hit| !hit.kind.is_place();
        let last = others.iter().filter(records).map(distance_m).fold(0.0, f64::max);
        let count = |hits: &[Hit]| hits.iter().filter(records).count();
        let crowded_out = others.len() == request.max_results && count(others) > count(some);
        let certain = |hit: &Hit| {
            let is_nearer = distance_m(hit) + 2.0 * STREET_TOLERANCE_M < last;
            is_nearer && !(crowded_out && hit.kind.is_place())
        };
        let same = |hit: &Hit, other: &Hit| {
            let apart_m = (distance_m(hit) - distance_m(other)).abs();
            // Whether a street is answered as its nearest house is decided by the metre.
            let street = |hit: &Hit| hit.street.as_ref().map(|street| street.name.clone());
            let as_house = hit.precision != other.precision
                && street(hit) == street(other)
                && hit.city == other.city
                && apart_m <= HOUSE_ADVANTAGE_M + tolerance_m(hit);
            as_house || (label(hit) == label(other) && apart_m <= tolerance_m(hit))
        };
        for hit in some.iter().filter(|hit| certain(hit)) {
            if !others.iter().any(|other| same(hit, other)) {
                return Err(describe(&request, hit, [&a, &b]));
            }
        }
    }
    Ok(())
}

/// Number of cases: a few, or a tenth of what the environment asks for, since each of them builds
/// two shards and compares hundreds of answers.
fn cases() -> u64 {
    let wanted = std::env::var("PROPTEST_CASES").ok().and_then(|wanted| wanted.parse::<u64>().ok());
    wanted.map_or(12, |wanted| wanted.div_ceil(10))
}

/// Compares what some corrections of a case answer, laid over the base and built in; returns the
/// number of answers compared and the differences.
fn compare(case: &mut Case, corrections: &[Correction]) -> (usize, Vec<String>) {
    let mut differences = Vec::new();
    let mut compared = 0;
    let (laid_over, rebuilt) = case.geocoders(corrections);
    for (number, query) in case.queries().into_iter().enumerate() {
        let language = [None, Some("fr"), Some("tlh")][number % 3].map(String::from);
        let coordinates = (number % 4 == 3).then(|| *case.random.of(&case.points));
        let types = match number % 11 {
            5 => TypeSet::NONE.with(RecordType::City),
            7 => TypeSet::NONE.with(RecordType::Street),
            _ => TypeSet::ALL,
        };
        let request = SearchRequest {
            query,
            language,
            coordinates,
            types,
            max_results: 20,
            explain: true,
            ..SearchRequest::default()
        };
        compared += 1;
        differences.extend(compare_search(&laid_over, &rebuilt, &request, case).err());
    }
    let mut points = case.points.clone();
    for _ in 0..40 {
        let at = *case.random.of(&case.points);
        points.push(case.random.beside(at, 800));
    }
    for (number, coordinates) in points.into_iter().enumerate() {
        let types =
            if number % 3 == 0 { TypeSet::ALL.without(RecordType::Street) } else { TypeSet::ALL };
        let request = ReverseRequest { max_results: 12, types, ..ReverseRequest::at(coordinates) };
        compared += 1;
        differences.extend(compare_reverse(&laid_over, &rebuilt, &request).err());
    }
    (compared, differences)
}

/// Fails when there are differences, and shows some of them.
fn report(compared: usize, differences: &[String]) {
    let shown: Vec<String> = differences
        .iter()
        .step_by(differences.len() / 5 + 1)
        .map(|difference| format!("{difference}\n"))
        .collect();
    let count = differences.len();
    assert!(differences.is_empty(), "{count} of {compared} answers differ\n{}", shown.concat());
}

#[test]
fn corrections_over_a_base_answer_what_a_base_built_with_them_answers() {
    let (mut compared, mut differences) = (0, Vec::new());
    for seed in 1..=cases() {
        let mut case = Case::new(seed);
        let steps = [1, 6, 40, 150][usize::try_from(seed % 4).unwrap()];
        case.steps(steps);
        let corrections = case.corrections.clone();
        let (count, found) = compare(&mut case, &corrections);
        compared += count;
        differences.extend(found.iter().map(|difference| format!("seed {seed}: {difference}")));
    }
    eprintln!("{compared} answers compared");
    report(compared, &differences);
}

#[test]
fn whatever_way_a_device_came_to_the_head_its_state_is_the_same_and_answers_as_a_new_base() {
    let (mut compared, mut differences) = (0, Vec::new());
    for seed in 1001..=1000 + cases().div_ceil(3) {
        let mut case = Case::new(seed);
        let mut others = Case::new(seed + 5000);
        let steps = [6, 60, 25][usize::try_from(seed % 3).unwrap()];
        case.steps(steps);
        others.steps(steps / 2);
        let mut history = History::new(seed, &case.corrections, &others.corrections);
        let expected = history.state(history.head());
        let ways = [false, true, false, true].map(|folded| history.walk(folded));
        for way in ways {
            assert!(way == expected.encode(), "seed {seed}: another state");
        }
        let state = Snapshot::decode(&expected.encode()).unwrap();
        assert_eq!(state.corrections.len(), case.corrections.len());
        let (count, found) = compare(&mut case, &state.corrections);
        compared += count;
        differences.extend(found.iter().map(|difference| format!("seed {seed}: {difference}")));
    }
    eprintln!("{compared} answers compared");
    report(compared, &differences);
}

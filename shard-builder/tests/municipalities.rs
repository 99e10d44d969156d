//! Reverse inside every municipality of Liechtenstein, up to its borders, compared with the
//! polygons of the extract by a plain even-odd test that shares no code with the builder.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failed test may panic")]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use geocoder_core::shard::writer::ShardWriter;
use geocoder_core::{CountryCode, Geocoder, LonLat, RecordType, ReverseRequest, Shard, TypeSet};
use osmpbf::{Element, ElementReader, RelMemberType};
use shard_builder::{Report, osm};

const MUNICIPALITIES: [&str; 11] = [
    "Balzers",
    "Eschen",
    "Gamprin",
    "Mauren",
    "Planken",
    "Ruggell",
    "Schaan",
    "Schellenberg",
    "Triesen",
    "Triesenberg",
    "Vaduz",
];
/// Boundaries in shards stray at most this far from the mapped ones, with their rounding.
const TOLERANCE_M: f64 = 11.5;

type Edge = (LonLat, LonLat);

fn extract() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/liechtenstein.osm.pbf")
}

fn elements(mut each: impl FnMut(&Element<'_>)) {
    ElementReader::from_path(extract()).unwrap().for_each(|element| each(&element)).unwrap();
}

/// Returns the edges of each municipality as mapped.
fn polygons() -> BTreeMap<&'static str, Vec<Edge>> {
    let mut ways_of: BTreeMap<&str, BTreeSet<i64>> = BTreeMap::new();
    elements(|element| {
        let Element::Relation(relation) = element else { return };
        let tags: HashMap<&str, &str> = relation.tags().collect();
        if tags.get("boundary") != Some(&"administrative") || tags.get("admin_level") != Some(&"8")
        {
            return;
        }
        if let Some(name) = MUNICIPALITIES.iter().find(|name| tags.get("name") == Some(name)) {
            let ways = relation.members().filter(|m| m.member_type == RelMemberType::Way);
            ways_of.entry(name).or_default().extend(ways.map(|member| member.member_id));
        }
    });
    let wanted: BTreeSet<i64> = ways_of.values().flatten().copied().collect();
    let mut nodes_of: HashMap<i64, Vec<i64>> = HashMap::new();
    elements(|element| {
        if let Element::Way(way) = element
            && wanted.contains(&way.id())
        {
            nodes_of.insert(way.id(), way.refs().collect());
        }
    });
    let wanted: BTreeSet<i64> = nodes_of.values().flatten().copied().collect();
    let mut points: HashMap<i64, LonLat> = HashMap::new();
    elements(|element| {
        let (id, lon, lat) = match element {
            Element::Node(node) => (node.id(), node.lon(), node.lat()),
            Element::DenseNode(node) => (node.id(), node.lon(), node.lat()),
            _ => return,
        };
        if wanted.contains(&id) {
            points.insert(id, LonLat { lon, lat });
        }
    });
    let edges = |way: &i64| {
        let nodes = nodes_of[way].clone();
        nodes.windows(2).map(|pair| (points[&pair[0]], points[&pair[1]])).collect::<Vec<_>>()
    };
    ways_of.iter().map(|(name, ways)| (*name, ways.iter().flat_map(edges).collect())).collect()
}

fn contains(edges: &[Edge], point: LonLat) -> bool {
    let crossed = edges.iter().filter(|(from, to)| {
        let share = (point.lat - from.lat) / (to.lat - from.lat);
        (from.lat > point.lat) != (to.lat > point.lat)
            && from.lon + share * (to.lon - from.lon) > point.lon
    });
    crossed.count() % 2 == 1
}

/// Points over the whole of an area, and on both sides along its border.
fn samples(edges: &[Edge]) -> Vec<LonLat> {
    let points = || edges.iter().map(|(from, _)| *from);
    let fold = |pick: fn(&LonLat) -> f64| {
        let values = points().map(|point| pick(&point));
        values.fold((f64::MAX, f64::MIN), |(low, high), v| (low.min(v), high.max(v)))
    };
    let ((west, east), (south, north)) = (fold(|p| p.lon), fold(|p| p.lat));
    let mut samples = Vec::new();
    for step in 0..800_u32 {
        // Two shares without a common period spread evenly.
        let share = |by: f64| (f64::from(step) * by).fract();
        let lon = west + share(0.754_877_666) * (east - west);
        let lat = south + share(0.569_840_291) * (north - south);
        samples.push(LonLat { lon, lat });
    }
    for (from, to) in edges.iter().step_by(3) {
        let scale = from.lat.to_radians().cos();
        let (dx, dy) = ((to.lon - from.lon) * scale, to.lat - from.lat);
        let length = dx.hypot(dy);
        for offset_m in [-25.0, -12.0, 12.0, 25.0] {
            let offset = offset_m / 111_195.0;
            samples.push(LonLat {
                lon: f64::midpoint(from.lon, to.lon) - dy / length * offset / scale,
                lat: f64::midpoint(from.lat, to.lat) + dx / length * offset,
            });
        }
    }
    samples
}

#[test]
fn reverse_inside_every_municipality_gives_it_up_to_its_borders() {
    let country = CountryCode::parse("li").unwrap();
    let gazetteer = osm::read(country, &[extract()], &mut Report::default()).unwrap();
    let shard = ShardWriter::new(&gazetteer).write().unwrap();
    let mut geocoder = Geocoder::new();
    geocoder.insert(Shard::open(shard.bytes).unwrap());
    let polygons = polygons();
    assert_eq!(polygons.len(), 11);
    let all_edges: Vec<&Edge> = polygons.values().flatten().collect();

    let mut asked: BTreeMap<&str, u32> = BTreeMap::new();
    let mut near_border = 0_u32;
    for point in polygons.values().flat_map(|edges| samples(edges)) {
        let Some((expected, _)) = polygons.iter().find(|(_, edges)| contains(edges, point)) else {
            continue;
        };
        // Borders beyond a thousandth of a degree, some 75 m, do not matter.
        let is_near = |edge: &&&Edge| {
            let (from, to) = **edge;
            let apart = |p: f64, a: f64, b: f64| (a.min(b) - p).max(p - a.max(b)) > 0.001;
            !apart(point.lat, from.lat, to.lat) && !apart(point.lon, from.lon, to.lon)
        };
        let border_m = all_edges
            .iter()
            .filter(is_near)
            .map(|(from, to)| point.distance_to_segment_m(*from, *to))
            .fold(f64::INFINITY, f64::min);
        if border_m < TOLERANCE_M {
            continue;
        }
        near_border += u32::from(border_m < 30.0);
        *asked.entry(expected).or_default() += 1;
        let types = TypeSet::NONE.with(RecordType::City);
        let request = ReverseRequest { types, max_results: 10, ..ReverseRequest::at(point) };
        let answer = geocoder.reverse(&request).unwrap();
        // The one around comes first; others that are merely near follow.
        let mut found = answer.results.iter().map(|hit| hit.name.as_str());
        let first = found.find(|name| MUNICIPALITIES.contains(name));
        assert_eq!(first, Some(*expected), "{point:?}, {border_m:.1} m from a border");
    }
    assert_eq!(asked.len(), 11, "{asked:?}");
    assert!(asked.values().all(|count| *count > 250), "{asked:?}");
    assert!(near_border > 1_500, "{near_border}");
}

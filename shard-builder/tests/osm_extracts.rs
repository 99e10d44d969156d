//! Reads the bundled extracts of whole countries and checks what is known of them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use geocoder_core::gazetteer::{Gazetteer, PlaceRecord};
use geocoder_core::{CountryCode, RecordType};
use shard_builder::{Report, osm};

fn extract(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data").join(name)
}

fn read(country: &str, file: &str) -> (Gazetteer, Report) {
    let mut report = Report::default();
    let country = CountryCode::parse(country).unwrap();
    let gazetteer = osm::read(country, &[extract(file)], &mut report).unwrap();
    (gazetteer, report)
}

static LIECHTENSTEIN: LazyLock<(Gazetteer, Report)> =
    LazyLock::new(|| read("li", "liechtenstein.osm.pbf"));
static MONACO: LazyLock<(Gazetteer, Report)> = LazyLock::new(|| read("mc", "monaco.osm.pbf"));

#[test]
fn dump() {
    for (g, report) in [&*LIECHTENSTEIN, &*MONACO] {
        println!("{report}");
        for (i, p) in g.places.iter().enumerate() {
            println!(
                "{i} {:?} {} parent {:?} pop {} imp {} zip {:?} code {} arcs {:?} alts {:?} langs {} at {:?}",
                p.kind,
                p.names.default,
                p.parent,
                p.population,
                p.importance,
                p.zipcodes,
                p.code,
                p.boundary.len(),
                p.names.alternates,
                p.names.languages.len(),
                p.coordinates
            );
        }
        println!("arcs {} points {}", g.arcs.len(), g.arcs.iter().map(Vec::len).sum::<usize>());
        let lines: usize = g.streets.iter().map(|s| s.geometry.len()).sum();
        let pts: usize = g.streets.iter().flat_map(|s| &s.geometry).map(Vec::len).sum();
        println!(
            "streets {} lines {lines} points {pts} houses {} names {}",
            g.streets.len(),
            g.streets.iter().map(|s| s.houses.len()).sum::<usize>(),
            g.streets.iter().map(|s| &s.names.default).collect::<BTreeSet<_>>().len()
        );
        for s in g.streets.iter().filter(|s| s.geometry.is_empty()) {
            println!(
                "nogeo {} in {} houses {} zips {:?}",
                s.names.default,
                g.places[s.city].names.default,
                s.houses.len(),
                s.zipcodes
            );
        }
        for p in &g.points {
            println!(
                "pt {:?} {} {} {:?} {}",
                p.kind, p.names.default, g.places[p.city].names.default, p.zipcodes, p.importance
            );
        }
    }
}

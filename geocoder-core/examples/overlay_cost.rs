//! Measures what an overlay of 10,000 corrections costs: building it, and searches with it
//! beside searches without. Queries whose first result is another one with it are left out: they
//! are other searches, such as those of a street that has another name now.
//!
//! `overlay_cost MANIFEST COUNTRY QUERIES`: a manifest of the builder, the country, and JSON
//! lines with `country` and `query`, or lines of a kind, a tab and a query.
#![expect(clippy::print_stdout, reason = "prints what it measures")]

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use geocoder_core::manifest::Manifest;
use geocoder_core::overlay::{
    Change, Correction, CorrectionId, Overlay, PatchNames, PatchRecord, RecordRef,
};
use geocoder_core::{Geocoder, LonLat, ReverseRequest, SearchRequest, Shard};

/// Number of corrections.
const CORRECTIONS: usize = 10_000;
/// One in so many records gives another its name.
const OTHER_NAMES: usize = 7;
/// Passes over the queries; of each query the least time counts.
const PASSES: usize = 25;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, manifest, country, queries] = arguments.as_slice() else {
        return Err("usage: overlay_cost MANIFEST COUNTRY QUERIES".into());
    };
    let bytes = std::fs::read(manifest)?;
    let parsed: Manifest = serde_json::from_slice(&bytes)?;
    let entry = parsed.countries.get(country.as_str()).ok_or("no such country")?;
    let blob = Path::new(manifest).with_file_name("blobs").join(&entry.base.sha256);
    let shard = Shard::open(std::fs::read(blob)?)?;
    // In a thread of its own, so that what it leaves of the heap slows nothing that is measured.
    let gathered = std::thread::scope(|scope| {
        let gather = scope.spawn(|| corrections(&shard).map_err(|error| error.to_string()));
        gather.join().map_err(|_| "no corrections".to_string())
    });
    let corrections = gathered??;
    let mut overlay = None;
    for turn in ["first", "second", "third"] {
        let start = Instant::now();
        let built = Overlay::build(&shard, &corrections)?;
        println!("{turn} build of {} corrections: {:?}", built.len(), start.elapsed());
        overlay = Some(built);
    }
    let overlay = overlay.ok_or("nothing built")?;
    println!("skipped: {}", overlay.skipped().len());
    let queries = read_queries(queries, country)?;
    let mut plain = Geocoder::new();
    plain.insert(shard.clone());
    let mut corrected = Geocoder::new();
    corrected.insert(shard.with_overlay(Arc::new(overlay))?);
    let mut searches = [Vec::new(), Vec::new()];
    for (kind, queries) in queries {
        let asked = queries.len();
        let mut same = Vec::new();
        for query in queries {
            if answer(&plain, &kind, &query)? == answer(&corrected, &kind, &query)? {
                same.push(query);
            }
        }
        let queries = same;
        println!("{kind}: {} of {asked} have another first result", asked - queries.len());
        let mut least = [vec![u128::MAX; queries.len()], vec![u128::MAX; queries.len()]];
        for _ in 0..PASSES {
            for (geocoder, least) in [&plain, &corrected].into_iter().zip(&mut least) {
                for (query, least) in queries.iter().zip(least) {
                    let start = Instant::now();
                    answer(geocoder, &kind, query)?;
                    *least = (*least).min(start.elapsed().as_nanos());
                }
            }
        }
        if kind != "reverse" {
            searches.iter_mut().zip(&least).for_each(|(all, times)| all.extend_from_slice(times));
        }
        report(&kind, least);
    }
    report("all searches", searches);
    Ok(())
}

/// Prints what times were without and with corrections.
fn report(kind: &str, times: [Vec<u128>; 2]) {
    let count = times[0].len();
    let [without, with] = times.map(quantiles);
    let rise = |at: usize| match (with.get(at), without.get(at)) {
        (Some(with), Some(without)) => format!("{without:.1} -> {with:.1}"),
        _ => String::new(),
    };
    println!("{kind}: {count} queries, p50 {} µs, p99 {} µs", rise(0), rise(1));
}

/// Returns the name of the first result, and where it is.
fn answer(
    geocoder: &Geocoder<Vec<u8>>,
    kind: &str,
    query: &str,
) -> Result<Option<(String, String)>, Box<dyn Error>> {
    let response = if kind == "reverse" {
        let at = LonLat::parse_lat_lng(query).ok_or("no point")?;
        geocoder.reverse(&ReverseRequest::at(at))?
    } else {
        geocoder.search(&SearchRequest { query: query.into(), ..SearchRequest::default() })?
    };
    Ok(response.results.into_iter().next().map(|hit| (hit.name, hit.coordinates)))
}

/// Returns the median and the 99th percentile in microseconds.
fn quantiles(mut times: Vec<u128>) -> Vec<f64> {
    times.sort_unstable();
    let at = |share: usize| times.get(times.len().saturating_sub(1) * share / 100);
    [50, 99].into_iter().filter_map(at).map(|nanos| *nanos as f64 / 1000.0).collect()
}

type Queries = Vec<(String, Vec<String>)>;

fn read_queries(path: &str, country: &str) -> Result<Queries, Box<dyn Error>> {
    let mut kinds: Queries = Vec::new();
    let mut add = |kind: &str, query: &str| {
        let known = kinds.iter_mut().find(|(other, _)| other == kind);
        match known {
            Some((_, queries)) => queries.push(query.into()),
            None => kinds.push((kind.into(), vec![query.into()])),
        }
    };
    for line in std::fs::read_to_string(path)?.lines() {
        if let Some((kind, query)) = line.split_once('\t') {
            add(kind, query);
            continue;
        }
        let value: serde_json::Value = serde_json::from_str(line)?;
        let text = |field: &str| value.get(field).and_then(serde_json::Value::as_str);
        if text("country") == Some(country)
            && let Some(query) = text("query").or_else(|| text("coordinates"))
        {
            add(text("kind").unwrap_or_default(), query);
        }
    }
    Ok(kinds)
}

/// Corrects records all over a country, so that its names stay what they are on the whole: of ten,
/// two take the name of another record, two another spelling that nothing else has, one a name in
/// another language, two move, two are added and one goes.
fn corrections(shard: &Shard<Vec<u8>>) -> Result<Vec<Correction>, Box<dyn Error>> {
    let mut records: Vec<(RecordRef, PatchRecord)> = Vec::new();
    for block in 0.. {
        let before = records.len();
        for index in 0.. {
            let reference = RecordRef::Record { block, index };
            let Some(record) = shard.record(&reference)? else { break };
            records.push((reference, record));
        }
        if records.len() == before {
            break;
        }
    }
    println!("{} records", records.len());
    let every = (records.len() / CORRECTIONS).max(1);
    let names: Vec<String> = records.iter().map(|(_, r)| r.default.name.clone()).collect();
    let mut others = names.iter().cycle().skip(names.len() / 2).step_by(OTHER_NAMES);
    let mut corrections = Vec::new();
    for (number, (reference, mut record)) in
        records.into_iter().step_by(every).take(CORRECTIONS).enumerate()
    {
        let mut target = Some(reference);
        let other = others.next().cloned().unwrap_or_default();
        match number % 10 {
            0 | 1 => record.default.name = other,
            2 | 3 => record.default.name = respelt(&record.default.name),
            4 => {
                let name = PatchNames { name: Some(other), ..PatchNames::default() };
                record.languages.retain(|(language, _)| language != "fr");
                record.languages.push(("fr".into(), name));
                record.languages.sort_by(|(code, _), (other, _)| code.cmp(other));
            }
            5 | 6 => record.coordinates.lat += 0.001,
            7 | 8 => {
                target = None;
                record.default.name = other;
            }
            _ => {
                let id = id(number);
                corrections.push(Correction { id, target, change: Change::Remove });
                continue;
            }
        }
        let change = Change::Put(Box::new(record));
        corrections.push(Correction { id: id(number), target, change });
    }
    Ok(corrections)
}

/// Returns a name with a letter in its middle twice.
fn respelt(name: &str) -> String {
    let middle = name.chars().count() / 2;
    let letters = name.chars().enumerate();
    letters.flat_map(|(at, letter)| [letter].repeat(if at == middle { 2 } else { 1 })).collect()
}

fn id(number: usize) -> CorrectionId {
    CorrectionId((number as u128).to_be_bytes())
}

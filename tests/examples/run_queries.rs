//! Answers fixed queries kind by kind, for counting instructions.
//!
//! ```sh
//! valgrind --tool=callgrind --toggle-collect='run_queries::answer_all' \
//!     --dump-after='run_queries::answer_all' run_queries MANIFEST CORPUS
//! ```
//! The corpus is JSON lines of `country`, `kind` and `query` or `coordinates`. Every kind is
//! answered once to load what it needs, and once more inside of `answer_all`. A line on standard
//! output tells the kind and the number of its queries.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::hint::black_box;
use std::io::{self, Write};
use std::path::Path;

use anyhow::Context;
use geocoder_core::{CountryCode, Geocoder, LonLat, ReverseRequest, SearchRequest};
use hereabouts_tests::hostile;
use serde_json::Value;
use shard_builder::shard_file;

/// Queries of a kind that are run: enough for a mean, few enough for a slow machine.
const QUERIES_PER_KIND: usize = 8;

enum Request {
    Search(SearchRequest),
    Reverse(ReverseRequest),
}

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let manifest = arguments.next().context("name the manifest of the shards")?;
    let corpus = arguments.next().context("name the corpus")?;
    let mut kinds: BTreeMap<(String, String), Vec<Request>> = BTreeMap::new();
    let mut exact: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in fs::read_to_string(&corpus)?.lines() {
        let value: Value = serde_json::from_str(line)?;
        let field = |name: &str| value.get(name).and_then(Value::as_str);
        let country = field("country").context("a line without a country")?;
        let kind = field("kind").context("a line without a kind")?;
        let request = match (field("query"), field("coordinates")) {
            (Some(query), _) => {
                if kind == "exact" {
                    exact.entry(country.to_owned()).or_default().push(query.to_owned());
                }
                search(query.to_owned())
            }
            (None, Some(point)) => {
                let point =
                    LonLat::parse_lat_lng(point).context("a line with wrong coordinates")?;
                Request::Reverse(ReverseRequest::at(point))
            }
            (None, None) => anyhow::bail!("a line that asks nothing"),
        };
        let requests = kinds.entry((country.to_owned(), kind.to_owned())).or_default();
        if requests.len() < QUERIES_PER_KIND {
            requests.push(request);
        }
    }
    let countries: BTreeSet<String> = kinds.keys().map(|(country, _)| country.clone()).collect();
    for (country, texts) in exact {
        for (kind, texts) in hostile::queries(&texts) {
            let requests = texts.into_iter().map(search).collect();
            kinds.insert((country.clone(), kind), requests);
        }
    }
    let mut shards = BTreeMap::new();
    for country in countries {
        let code = CountryCode::parse(&country).context("no country code")?;
        let mut geocoder = Geocoder::new();
        geocoder.insert(shard_file::open_published(Path::new(&manifest), code)?);
        shards.insert(country, geocoder);
    }
    let mut out = io::stdout().lock();
    for ((country, kind), requests) in &kinds {
        let geocoder = shards.get(country).context("a shard that was not opened")?;
        for request in requests {
            answer(geocoder, request);
        }
        answer_all(geocoder, requests);
        writeln!(out, "{country} {kind}\t{}", requests.len())?;
    }
    Ok(())
}

fn search(query: String) -> Request {
    Request::Search(SearchRequest { query, ..SearchRequest::default() })
}

/// The measured part; its name is what callgrind is told to look for.
#[inline(never)]
fn answer_all(geocoder: &Geocoder<Vec<u8>>, requests: &[Request]) {
    for request in requests {
        answer(geocoder, request);
    }
}

#[inline(never)]
fn answer(geocoder: &Geocoder<Vec<u8>>, request: &Request) {
    let response = match request {
        Request::Search(request) => geocoder.search(request),
        Request::Reverse(request) => geocoder.reverse(request),
    };
    let _ = black_box(response);
}

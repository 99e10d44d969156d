//! `search` and `reverse`: one request from the arguments, or one per line of standard input.

use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write};
use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use geocoder_core::wire::{FieldError, RequestOptions, Value};
use geocoder_core::{Geocoder, Hit, SearchResponse};
use serde::Serialize;
use shard_builder::shard_file;

/// Longest line of requests that is read, in bytes.
const MAX_LINE_BYTES: u64 = 1 << 20;

type Shards = Geocoder<Vec<u8>>;
type Answer = Result<SearchResponse, Refusal>;

/// A refused request, in the shape of PlaceKit's 422 answers.
#[derive(Debug, Serialize)]
struct Refusal {
    message: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
}

impl Refusal {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), errors: Vec::new() }
    }
}

impl From<Vec<FieldError>> for Refusal {
    fn from(errors: Vec<FieldError>) -> Self {
        Self { errors, ..Self::new("Invalid body parameters. See `errors` for each of them.") }
    }
}

impl From<geocoder_core::Error> for Refusal {
    fn from(error: geocoder_core::Error) -> Self {
        Self::new(error.to_string())
    }
}

/// Options of requests, named as in the API.
#[derive(Debug, Args)]
struct CommonOptions {
    /// Language to show names in, as ISO 639-1 code.
    #[arg(long)]
    language: Option<String>,
    /// Record types wanted, or not wanted with a leading minus sign: `city,street` or `-bus`.
    #[arg(long, value_delimiter = ',', allow_hyphen_values = true)]
    types: Vec<String>,
    /// Countries to search, as ISO 3166-1 alpha-2 codes; all shards when absent.
    #[arg(long, value_delimiter = ',')]
    countries: Vec<String>,
    /// Number of results, 1 to 20.
    #[arg(long)]
    max_results: Option<u32>,
    /// Answer JSON.
    #[arg(long)]
    json: bool,
}

impl CommonOptions {
    fn request(&self, query: Option<&str>, coordinates: Option<&str>) -> RequestOptions {
        let text = |text: Option<&str>| text.map_or(Value::Null, |text| Value::Text(text.into()));
        let list = |items: &[String]| match items {
            [] => Value::Null,
            items => Value::List(items.iter().map(|item| Value::Text(item.clone())).collect()),
        };
        RequestOptions {
            query: text(query),
            countries: list(&self.countries),
            language: text(self.language.as_deref()),
            types: list(&self.types),
            max_results: self.max_results.map_or(Value::Null, |n| Value::Number(n.into())),
            coordinates: text(coordinates),
            ..RequestOptions::default()
        }
    }
}

/// Options of `search`.
#[derive(Debug, Args)]
pub(crate) struct SearchOptions {
    /// Shard files, then the query: `li.shard mc.shard "Städtle 43"`.
    #[arg(required = true, value_name = "SHARD… [QUERY]")]
    arguments: Vec<String>,
    #[command(flatten)]
    common: CommonOptions,
    /// Point near which results are preferred, as `lat,lng`.
    #[arg(long, allow_hyphen_values = true)]
    coordinates: Option<String>,
    /// Show the terms of each score.
    #[arg(long)]
    explain: bool,
}

/// Options of `reverse`.
#[derive(Debug, Args)]
pub(crate) struct ReverseOptions {
    /// Shard files, then the point: `li.shard 47.139,9.523`.
    #[arg(required = true, value_name = "SHARD… [LAT,LNG]", allow_negative_numbers = true)]
    arguments: Vec<String>,
    #[command(flatten)]
    common: CommonOptions,
}

/// Answers a search, or all those on standard input.
pub(crate) fn search(options: &SearchOptions) -> anyhow::Result<()> {
    let (shards, query) = open(&options.arguments)?;
    let explain = |mut request: RequestOptions| {
        if options.explain {
            request.explain = Value::Bool(true);
        }
        request
    };
    let answer = |request: RequestOptions| -> Answer {
        Ok(shards.search(&explain(request).into_search()?)?)
    };
    match query {
        Some(query) => {
            let coordinates = options.coordinates.as_deref();
            let request = options.common.request(Some(&query), coordinates);
            print(answer(request), options.common.json)
        }
        None => answer_lines(answer),
    }
}

/// Answers a reverse search, or all those on standard input.
pub(crate) fn reverse(options: &ReverseOptions) -> anyhow::Result<()> {
    let (shards, point) = open(&options.arguments)?;
    let answer =
        |request: RequestOptions| -> Answer { Ok(shards.reverse(&request.into_reverse()?)?) };
    match point {
        Some(point) => {
            let request = options.common.request(None, Some(&point));
            print(answer(request), options.common.json)
        }
        None => answer_lines(answer),
    }
}

/// Opens the shards among the arguments; a last one that is no file is the request.
fn open(arguments: &[String]) -> anyhow::Result<(Shards, Option<String>)> {
    let is_file = |text: &String| PathBuf::from(text).is_file();
    let (paths, request) = match arguments.split_last() {
        Some((last, paths)) if !paths.is_empty() && !is_file(last) => (paths, Some(last.clone())),
        _ => (arguments, None),
    };
    let mut geocoder = Geocoder::new();
    for path in paths {
        let replaced = geocoder.insert(shard_file::open(path.as_ref())?);
        if let Some(shard) = replaced {
            bail!("{path} is a second shard of {}, give one", shard.meta().country);
        }
    }
    if request.is_none() && io::stdin().is_terminal() {
        bail!("nothing to answer, give a request after the shards or pipe requests in");
    }
    Ok((geocoder, request))
}

fn print(answer: Answer, json: bool) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match answer {
        Ok(response) if json => {
            serde_json::to_writer_pretty(&mut out, &response)?;
            writeln!(out)?;
        }
        Ok(response) => {
            for hit in &response.results {
                write_hit(&mut out, hit)?;
            }
            if response.results.is_empty() {
                writeln!(io::stderr(), "nothing found")?;
            }
        }
        Err(Refusal { message, errors }) => {
            let each = errors.iter().map(|error| format!("\n  {}: {}", error.param, error.msg));
            bail!("{message}{}", each.collect::<String>());
        }
    }
    Ok(())
}

fn write_hit(out: &mut impl Write, hit: &Hit) -> io::Result<()> {
    let zipcodes = hit.zipcode.join("/");
    let around = [zipcodes.as_str(), &hit.city, &hit.county, &hit.administrative, &hit.country];
    let around: Vec<&str> = around.into_iter().filter(|part| !part.is_empty()).collect();
    let (name, kind, precision) = (&hit.name, hit.kind.name(), format!("{:?}", hit.precision));
    write!(out, "{name}, {} [{kind}, {}]", around.join(", "), precision.to_lowercase())?;
    write!(out, " {}", hit.coordinates)?;
    if let Some(distance_m) = hit.distance_m {
        write!(out, " {distance_m:.0} m")?;
    }
    writeln!(out)?;
    if let Some(explanation) = &hit.explain {
        write!(out, "    {:.3} =", explanation.score)?;
        for (term, value) in &explanation.terms {
            write!(out, " {term} {value:+.3}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Answers each line of standard input by a line; a bad line gets an error and nothing stops.
fn answer_lines(answer: impl Fn(RequestOptions) -> Answer) -> anyhow::Result<()> {
    let mut input = BufReader::new(io::stdin().lock());
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = (&mut input).take(MAX_LINE_BYTES).read_until(b'\n', &mut line)?;
        if read == 0 {
            break;
        }
        let whole = line.ends_with(b"\n") || read < usize::try_from(MAX_LINE_BYTES)?;
        let answered = if !whole {
            input.skip_until(b'\n')?;
            Err(Refusal::new(format!("Request is longer than {MAX_LINE_BYTES} bytes.")))
        } else if line.trim_ascii().is_empty() {
            continue;
        } else {
            match serde_json::from_slice(&line) {
                Ok(request) => answer(request),
                Err(error) => Err(Refusal::new(format!("Request is no JSON object: {error}."))),
            }
        };
        match answered {
            Ok(response) => serde_json::to_writer(&mut out, &response)?,
            Err(refusal) => serde_json::to_writer(&mut out, &refusal)?,
        }
        out.write_all(b"\n")?;
        out.flush()?;
    }
    Ok(())
}

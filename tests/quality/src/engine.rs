//! The engine under test: shards built from the sources, behind the public interface.

use std::path::Path;

use anyhow::Context;
use geocoder_core::gazetteer::Gazetteer;
use geocoder_core::shard::writer::ShardWriter;
use geocoder_core::{
    CountryCode, Geocoder, Hit, LonLat, RecordType, ReverseRequest, SearchRequest, Shard, TypeSet,
};
use hereabouts_corpora::case::{Answer, Kind};
use hereabouts_corpora::geo::Point;
use shard_builder::Source;
use shard_builder::build_file::{BuildFile, SourceEntry};
use shard_builder::progress::Silent;

/// Results that are asked for, as many as a client shows.
const MAX_RESULTS: usize = 5;

/// A geocoder over the shards of one corpus.
#[derive(Debug)]
pub struct Engine(Geocoder<Vec<u8>>);

impl Engine {
    /// Builds the shards of some countries of a build file, whose paths are relative to a folder.
    ///
    /// # Errors
    /// Fails when a source is unusable.
    pub fn build(text: &str, folder: &Path, countries: &[&str]) -> anyhow::Result<Self> {
        let gazetteers = countries.iter().map(|country| gazetteer(text, folder, country));
        Self::of(&gazetteers.collect::<anyhow::Result<Vec<Gazetteer>>>()?)
    }

    /// Writes and opens the shards of gazetteers.
    ///
    /// # Errors
    /// Fails when a gazetteer is unsound.
    pub fn of(gazetteers: &[Gazetteer]) -> anyhow::Result<Self> {
        let mut geocoder = Geocoder::new();
        for gazetteer in gazetteers {
            geocoder.insert(Shard::open(ShardWriter::new(gazetteer).write()?.bytes)?);
        }
        Ok(Self(geocoder))
    }

    /// Answers a forward search.
    ///
    /// # Errors
    /// Fails when a shard is corrupt.
    pub fn search(&self, request: &SearchRequest) -> anyhow::Result<Vec<Hit>> {
        Ok(self.0.search(request)?.results)
    }

    /// Answers what is at a point; with a kind, only things of that kind.
    ///
    /// # Errors
    /// Fails when a shard is corrupt.
    pub fn reverse(&self, point: Point, only: Option<Kind>) -> anyhow::Result<Vec<Hit>> {
        let coordinates = LonLat::new(point.lon, point.lat).context("no point on Earth")?;
        let types = only.map_or(TypeSet::ALL, |kind| TypeSet::NONE.with(type_of(kind)));
        let request =
            ReverseRequest { types, max_results: MAX_RESULTS, ..ReverseRequest::at(coordinates) };
        Ok(self.0.reverse(&request)?.results)
    }
}

/// Reads the sources of a country of a build file, whose paths are relative to a folder.
///
/// # Errors
/// Fails when the country is not in the file or a source is unusable.
pub fn gazetteer(text: &str, folder: &Path, country: &str) -> anyhow::Result<Gazetteer> {
    let file = BuildFile::parse(text, &folder.join("datasets.toml"))?;
    let entry = file.countries.iter().find(|entry| entry.code == country);
    let entry = entry.with_context(|| format!("no country {country}"))?;
    let sources = entry.sources.iter().map(SourceEntry::open);
    let sources = sources.collect::<Result<Vec<Box<dyn Source>>, _>>()?;
    let code = CountryCode::parse(country).context("no country code")?;
    let mut report = shard_builder::Report::default();
    let mut gazetteer =
        shard_builder::assemble(code, &sources, entry.share_alike, &mut report, &Silent)?;
    gazetteer.separate_alternates = code == CountryCode::WORLD;
    Ok(gazetteer)
}

/// A request with the defaults of a client.
pub fn request(query: &str, language: Option<&str>, explain: bool) -> SearchRequest {
    SearchRequest {
        query: query.to_owned(),
        language: language.map(str::to_owned),
        max_results: MAX_RESULTS,
        explain,
        ..SearchRequest::default()
    }
}

fn type_of(kind: Kind) -> RecordType {
    match kind {
        Kind::House | Kind::Street => RecordType::Street,
        Kind::City => RecordType::City,
        Kind::Airport => RecordType::Airport,
        Kind::Country => RecordType::Country,
        Kind::Region => RecordType::Administrative,
        Kind::Station => RecordType::Train,
    }
}

/// Tells a hit in the words of the corpora.
pub fn answer(hit: &Hit) -> Answer {
    let street = hit.street.as_ref();
    let number = street.map(|street| format!("{}{}", street.number, street.suffix));
    let number = number.unwrap_or_default();
    let kind = match hit.kind {
        RecordType::Street if number.is_empty() => Some(Kind::Street),
        RecordType::Street => Some(Kind::House),
        RecordType::City => Some(Kind::City),
        RecordType::Airport => Some(Kind::Airport),
        RecordType::Country => Some(Kind::Country),
        RecordType::Administrative => Some(Kind::Region),
        RecordType::Train => Some(Kind::Station),
        _ => None,
    };
    Answer {
        kind,
        name: street.map_or(&hit.name, |street| &street.name).clone(),
        number,
        postcodes: hit.zipcode.clone(),
        at: Some(Point { lat: hit.lat, lon: hit.lng }),
    }
}

/// Shows a hit and the terms of its score in one line.
pub fn show(hit: &Hit) -> String {
    let mut line = format!("{} ({}", hit.name, hit.kind.name());
    let around = [&hit.city, &hit.county, &hit.administrative, &hit.countrycode];
    for part in around.into_iter().filter(|part| !part.is_empty()) {
        line.push_str(", ");
        line.push_str(part);
    }
    line.push(')');
    if let Some(explanation) = &hit.explain {
        let terms = explanation.terms.iter();
        let terms: Vec<String> = terms.map(|(name, value)| format!("{name} {value:.2}")).collect();
        line.push_str(&format!(" {:.2} = {}", explanation.score, terms.join(" + ")));
    }
    if let Some(distance_m) = hit.distance_m {
        line.push_str(&format!(" at {distance_m} m"));
    }
    line
}

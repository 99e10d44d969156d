//! The independent suites: cases of other projects, judged by the fields that they expect.
//!
//! `cases-dev.jsonl.xz` in the folder `HEREABOUTS_DATA` holds them, one JSON object a line.
//! An answer is right when every field that is expected equals that of the answer after folding,
//! and it is within the tolerance where a point is expected. A country may be named in any
//! language; a French postcode that has lost its leading zero gets it back.

use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::Context;
use geocoder_core::{Hit, LonLat, RecordType, SearchRequest};
use hereabouts_corpora::case::Kind;
use hereabouts_corpora::fold::fold;
use hereabouts_corpora::geo::Point;
use hereabouts_corpora::geonames::CountryNames;
use rayon::prelude::*;
use serde::Deserialize;

use crate::closed_world::ANSWERABLE_BY;
use crate::engine::{Engine, request, show};
use crate::iso3166;
use crate::measure::{ClassFigures, Miss};

/// File of the cases.
pub const FILE: &str = "cases-dev.jsonl.xz";

/// A case of a suite.
#[derive(Debug, Clone, Deserialize)]
pub struct SuiteCase {
    /// Suite that it comes from.
    pub suite: String,
    /// Text as typed; `@lat,lon` for reverse.
    pub query: String,
    /// Language asked for.
    pub lang: Option<String>,
    /// Latitude and longitude near which is searched.
    pub focus: Option<[f64; 2]>,
    /// What is expected.
    pub expect: Expect,
    /// Data that holds the expected record.
    pub answerable_by: String,
}

/// Expected fields; those that are absent may be anything.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Expect {
    /// Name of the result.
    pub name: Option<String>,
    /// House number with its suffix.
    pub housenumber: Option<String>,
    /// Street.
    pub street: Option<String>,
    /// Postcode.
    pub postcode: Option<String>,
    /// City.
    pub city: Option<String>,
    /// First-level region.
    pub region: Option<String>,
    /// Country, in the language asked for.
    pub country: Option<String>,
    /// ISO 3166-1 alpha-3 code.
    pub country_a3: Option<String>,
    /// Latitude.
    pub lat: Option<f64>,
    /// Longitude.
    pub lon: Option<f64>,
    /// Greatest distance.
    pub tolerance_m: Option<f64>,
}

/// Reads the cases.
///
/// # Errors
/// Fails when the file cannot be read or a line is no case.
pub fn read(folder: &Path) -> anyhow::Result<Vec<SuiteCase>> {
    let reader = BufReader::new(hereabouts_corpora::input::open(&folder.join(FILE))?);
    let lines = reader.lines().map(|line| Ok(serde_json::from_str(&line?)?));
    let cases: anyhow::Result<Vec<SuiteCase>> = lines.collect();
    let mut cases = cases.with_context(|| format!("cannot read {FILE}"))?;
    for case in &mut cases {
        let cut = case.expect.postcode.as_mut();
        let cut = cut.filter(|code| code.len() == 4 && case.answerable_by == ANSWERABLE_BY);
        if let Some(code) = cut {
            code.insert(0, '0');
        }
    }
    Ok(cases)
}

impl Expect {
    /// Whether a hit has everything that is expected.
    pub fn accepts(&self, hit: &Hit, countries: &CountryNames) -> bool {
        let street = hit.street.as_ref();
        let number = street.map(|street| format!("{}{}", street.number, street.suffix));
        // A city answers for itself: its name is the city that is expected.
        let city = if hit.kind == RecordType::City { &hit.name } else { &hit.city };
        let region =
            if hit.kind == RecordType::Administrative { &hit.name } else { &hit.administrative };
        let code = hit.countrycode.to_uppercase();
        let is_country = |expected: &String| {
            let names = countries.values().filter_map(|names| names.get(&code));
            names.chain([&hit.country]).any(|name| fold(name) == fold(expected))
        };
        let is = |expected: &Option<String>, actual: &str| {
            expected.as_ref().is_none_or(|expected| fold(expected) == fold(actual))
        };
        is(&self.name, &hit.name)
            && is(&self.housenumber, number.as_deref().unwrap_or_default())
            && is(&self.street, street.map_or("", |street| &street.name))
            && is(&self.city, city)
            && is(&self.region, region)
            && self.country.as_ref().is_none_or(is_country)
            && self.postcode.as_ref().is_none_or(|postcode| hit.zipcode.contains(postcode))
            && self.country_a3.as_ref().is_none_or(|code| {
                iso3166::alpha_2(code)
                    .is_some_and(|code| code.eq_ignore_ascii_case(&hit.countrycode))
            })
            && self.is_near(Point { lat: hit.lat, lon: hit.lng })
    }

    fn is_near(&self, at: Point) -> bool {
        match (self.lat, self.lon, self.tolerance_m) {
            (Some(lat), Some(lon), Some(tolerance_m)) => {
                Point { lat, lon }.distance_m(at) <= tolerance_m
            }
            _ => true,
        }
    }

    fn label(&self) -> String {
        let texts = [
            &self.name,
            &self.housenumber,
            &self.street,
            &self.postcode,
            &self.city,
            &self.region,
            &self.country,
            &self.country_a3,
        ];
        let mut parts: Vec<String> = texts.into_iter().flatten().cloned().collect();
        if let (Some(lat), Some(lon)) = (self.lat, self.lon) {
            parts.push(format!("@{lat:.4},{lon:.4}"));
        }
        parts.join(", ")
    }
}

/// Asks the cases that a data set answers.
///
/// # Errors
/// Fails when a shard is corrupt.
pub fn measure(
    engine: &Engine,
    cases: &[SuiteCase],
    countries: &CountryNames,
    answerable_by: &str,
) -> anyhow::Result<(Vec<ClassFigures>, Vec<Miss>)> {
    let mut suites: Vec<&str> = cases.iter().map(|case| case.suite.as_str()).collect();
    suites.sort_unstable();
    suites.dedup();
    let (mut figures, mut misses) = (Vec::new(), Vec::new());
    for suite in suites {
        let class = format!("{suite}: {answerable_by}");
        let wanted = |case: &&SuiteCase| case.suite == suite && case.answerable_by == answerable_by;
        let wanted: Vec<&SuiteCase> = cases.iter().filter(wanted).collect();
        let asked = wanted.par_iter().map(|case| ask(engine, case, countries, &class));
        let asked: Vec<(Option<usize>, Option<Miss>)> = asked.collect::<anyhow::Result<_>>()?;
        if asked.is_empty() {
            continue;
        }
        let mut of_class = ClassFigures { class, ..ClassFigures::default() };
        for (rank, miss) in asked {
            of_class.count(rank);
            misses.extend(miss);
        }
        figures.push(of_class);
    }
    Ok((figures, misses))
}

fn ask(
    engine: &Engine,
    case: &SuiteCase,
    countries: &CountryNames,
    class: &str,
) -> anyhow::Result<(Option<usize>, Option<Miss>)> {
    let focus = case.focus.map(|[lat, lon]| Point { lat, lon });
    let answers = |explain: bool| match focus.filter(|_| case.query.starts_with('@')) {
        Some(point) => engine.reverse(point, Some(Kind::City)),
        None => engine.search(&SearchRequest {
            coordinates: focus.and_then(|point| LonLat::new(point.lon, point.lat)),
            ..request(&case.query, case.lang.as_deref(), explain)
        }),
    };
    let hits = answers(false)?;
    let rank = hits
        .iter()
        .position(|hit| case.expect.accepts(hit, countries))
        .map(|position| position + 1);
    let miss = match rank {
        Some(1) => None,
        _ => Some(Miss {
            class: class.to_owned(),
            query: case.query.clone(),
            expected: case.expect.label(),
            rank,
            came: answers(true)?.iter().take(2).map(show).collect(),
        }),
    };
    Ok((rank, miss))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(line: &str) -> SuiteCase {
        serde_json::from_str(line).unwrap()
    }

    #[test]
    fn every_expected_field_must_be_that_of_the_answer() {
        let expect: Expect = case(
            r#"{"suite": "s", "query": "3a rue de l'eglise", "lang": null, "focus": null,
                "expect": {"housenumber": "3A", "street": "Rue de l'Église", "postcode": "67530"},
                "answerable_by": "closed-world-fr"}"#,
        )
        .expect;
        let hit: Hit = hit("3", "a", "67530");
        assert!(expect.accepts(&hit, &CountryNames::new()));
        assert!(!expect.accepts(&self::hit("3", "", "67530"), &CountryNames::new()));
        assert!(!expect.accepts(&self::hit("3", "a", "67531"), &CountryNames::new()));
        let there = Expect {
            lat: Some(48.0),
            lon: Some(7.0),
            tolerance_m: Some(100.0),
            ..Expect::default()
        };
        assert!(there.accepts(&hit, &CountryNames::new()));
        assert!(!Expect { lat: Some(48.1), ..there }.accepts(&hit, &CountryNames::new()));
    }

    fn hit(number: &str, suffix: &str, postcode: &str) -> Hit {
        Hit {
            name: format!("{number}{suffix} Rue de l'Église"),
            highlight: String::new(),
            city: "Boersch".into(),
            county: String::new(),
            administrative: String::new(),
            country: "France".into(),
            administrativecode: String::new(),
            countrycode: "fr".into(),
            countycode: String::new(),
            citycode: String::new(),
            zipcode: vec![postcode.into()],
            population: 0,
            lat: 48.0,
            lng: 7.0,
            coordinates: String::new(),
            kind: RecordType::Street,
            street: Some(geocoder_core::response::StreetAddress {
                number: number.into(),
                suffix: suffix.into(),
                name: "Rue de l'Église".into(),
            }),
            precision: geocoder_core::Precision::Exact,
            distance_m: None,
            explain: None,
        }
    }
}

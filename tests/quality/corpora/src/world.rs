//! Classes of queries for cities, countries and airports of the world.

use std::collections::{HashMap, HashSet};

use crate::abbreviations::{abbreviate, drop_words, join_words};
use crate::airports::Airport;
use crate::case::{Kind, Question, Shape, Truth};
use crate::fold::{fold, without_accents};
use crate::geo::Point;
use crate::geonames::{Cities, City, CountryNames};
use crate::random::Random;
use crate::sampling::Sampler;
use crate::spelling::{Habit, ascii};
use crate::typos::{self, Typo};

/// Metres from the middle of a city or an airport within which an answer is there.
const CITY_RADIUS_M: f64 = 5_000.0;
/// Metres that somebody stands from the middle of a city at most.
const IN_CITY_M: f64 = 300.0;
/// Typed queries are asked once for every character.
const TYPING_SHARE: usize = 4;

type Made = Option<(Question, Truth)>;

/// What the classes of the world are made from.
#[derive(Debug, Default)]
pub struct World {
    /// Cities.
    pub cities: Cities,
    /// Names of first-level regions by code.
    pub regions: HashMap<String, String>,
    /// Names of countries.
    pub countries: CountryNames,
    /// Airports with an IATA code.
    pub airports: Vec<Airport>,
    /// Languages that the shard has.
    pub languages: &'static [&'static str],
}

/// Makes all classes of the world.
pub fn add(sampler: &mut Sampler, world: &World) {
    names(sampler, world);
    errors(sampler, world);
    wordings(sampler, world);
    languages(sampler, world);
    typing(sampler, world);
    airports(sampler, world);
    reverse(sampler, world);
}

/// What is right for a name: the largest city that bears it, and those with at least half as
/// many inhabitants; nothing where the city that is meant is not the largest.
fn largest<'a>(meant: &City, bearers: impl Iterator<Item = &'a City>) -> Option<Truth> {
    let bearers: Vec<&City> = bearers.collect();
    let largest = bearers.first()?;
    let is_meant = largest.name == meant.name && largest.at == meant.at;
    let equal = bearers.iter().filter(|city| 2 * city.population >= largest.population);
    let equal: Vec<&&City> = equal.collect();
    is_meant.then(|| Truth {
        kind: Kind::City,
        names: equal.iter().flat_map(|city| city.keys.iter().cloned()).collect(),
        number: String::new(),
        postcode: String::new(),
        shapes: equal.iter().map(|city| Shape::Point(city.at)).collect(),
        radius_m: CITY_RADIUS_M,
        label: format!("{}, {} {}", meant.name, meant.country, meant.population),
    })
}

impl World {
    /// What is right for the name of a city alone.
    fn city(&self, city: &City) -> Option<Truth> {
        largest(city, self.cities.named(&city.name))
    }

    /// Asks for a city in other words, unless these are the name of another one.
    fn changed(&self, city: &City, written: String) -> Made {
        let truth = self.city(city)?;
        let is_other = self.cities.named(&written).next().is_some();
        (!is_other).then_some((Question::search(written), truth))
    }
}

fn names(sampler: &mut Sampler, world: &World) {
    let all = &world.cities.all;
    sampler.class("city", all, |city, _| {
        Some((Question::search(city.name.clone()), world.city(city)?))
    });
    let english = world.countries.get("en");
    sampler.class("city, country", all, |city, random| {
        let country = english?.get(&city.country)?;
        let comma = if random.coin() { "," } else { "" };
        let bearers = world.cities.named(&city.name);
        let truth = largest(city, bearers.filter(|other| other.country == city.country))?;
        Some((Question::search(format!("{}{comma} {country}", city.name)), truth))
    });
    sampler.class("city, region", all, |city, random| {
        let region = world.regions.get(&format!("{}.{}", city.country, city.region))?;
        let comma = if random.coin() { "," } else { "" };
        let bearers = world
            .cities
            .named(&city.name)
            .filter(|other| (&other.country, &other.region) == (&city.country, &city.region));
        let truth = largest(city, bearers)?;
        Some((Question::search(format!("{}{comma} {region}", city.name)), truth))
    });
    let countries: Vec<(&str, &String, &String)> = world
        .countries
        .iter()
        .filter(|(language, _)| world.languages.contains(&language.as_str()))
        .flat_map(|(language, names)| {
            names.iter().map(move |(code, name)| (language.as_str(), code, name))
        })
        .collect();
    let known: HashSet<&str> = all.iter().map(|city| city.country.as_str()).collect();
    sampler.class("country by language", &countries, |(language, code, name), _| {
        // Codes of continents and of territories without a city stand among them.
        let listed = world.countries.values().filter_map(|names| names.get(*code));
        let others = world.cities.country_names.get(*code);
        let names = listed.chain(others.into_iter().flatten());
        let is_city = world.cities.named(name).next().is_some();
        let truth = Truth {
            kind: Kind::Country,
            names: names.map(|name| fold(name)).collect(),
            number: String::new(),
            postcode: String::new(),
            shapes: vec![Shape::Box(
                Point { lat: -90.0, lon: -180.0 },
                Point { lat: 90.0, lon: 180.0 },
            )],
            radius_m: 0.0,
            label: format!("{name} ({code})"),
        };
        let question =
            Question::Search { query: (*name).clone(), language: Some((*language).to_owned()) };
        (known.contains(code.as_str()) && !is_city).then_some((question, truth))
    });
}

fn errors(sampler: &mut Sampler, world: &World) {
    for typo in Typo::ALL {
        sampler.class(typo.class(), &world.cities.all, |city, random| {
            world.changed(city, typos::one(&city.name, typo, random)?)
        });
    }
    sampler.class("two typos in a long word", &world.cities.all, |city, random| {
        world.changed(city, typos::two(&city.name, random)?)
    });
}

fn wordings(sampler: &mut Sampler, world: &World) {
    let all = &world.cities.all;
    // A shortened or respelt name may be an alternate of its city: only other cities exclude it.
    let respelt = |city: &City, written: Option<String>| {
        let written = written.filter(|written| *written != city.name)?;
        let truth = world.city(city)?;
        let is_other = world.cities.named(&written).next().is_some_and(|other| other.at != city.at);
        (!is_other).then_some((Question::search(written), truth))
    };
    sampler.class("abbreviated", all, |city, random| {
        respelt(city, abbreviate(&city.name, &["en", "fr"], random))
    });
    sampler.class("stop words dropped", all, |city, _| {
        respelt(city, drop_words(&city.name, &["en", "fr"], false))
    });
    sampler
        .class("joined words", all, |city, random| respelt(city, join_words(&city.name, random)));
    sampler.class("lower case", all, |city, _| respelt(city, Some(city.name.to_lowercase())));
    sampler
        .class("missing accents", all, |city, _| respelt(city, Some(without_accents(&city.name))));
    sampler.class("ASCII keyboard", all, |city, _| {
        let is_german = ["DE", "AT", "CH"].contains(&city.country.as_str());
        let habit = if is_german { Habit::Digraph } else { Habit::Bare };
        respelt(city, ascii(&city.name, habit))
    });
}

fn languages(sampler: &mut Sampler, world: &World) {
    let named: Vec<(&City, &str, &str)> = world
        .cities
        .all
        .iter()
        .flat_map(|city| city.languages.iter().map(move |(code, name)| (city, code, name)))
        .filter(|(city, code, name)| {
            world.languages.contains(&code.as_str()) && fold(name) != fold(&city.name)
        })
        .map(|(city, code, name)| (city, code.as_str(), name.as_str()))
        .collect();
    sampler.class("other language", &named, |(city, _, name), _| {
        let truth = largest(city, world.cities.named(name))?;
        Some((Question::search((*name).to_owned()), truth))
    });
    sampler.class("other language, which is told", &named, |(city, language, name), _| {
        let truth = largest(city, world.cities.named(name))?;
        let language = Some((*language).to_owned());
        Some((Question::Search { query: (*name).to_owned(), language }, truth))
    });
}

fn typing(sampler: &mut Sampler, world: &World) {
    let n_typed = sampler.n_queries().div_ceil(TYPING_SHARE);
    sampler.class_of("typing city", n_typed, &world.cities.all, |city, _| {
        Some((Question::Typing { query: city.name.clone() }, world.city(city)?))
    });
}

fn airports(sampler: &mut Sampler, world: &World) {
    let all = &world.airports;
    let mut by_name: HashMap<String, Vec<&Airport>> = HashMap::new();
    let mut by_city: HashMap<(String, &str), Vec<&Airport>> = HashMap::new();
    for airport in all {
        by_name.entry(fold(&airport.name)).or_default().push(airport);
        by_city.entry((fold(&airport.city), &airport.country)).or_default().push(airport);
    }
    let truth = |meant: &[&Airport]| Truth {
        kind: Kind::Airport,
        names: meant.iter().map(|airport| fold(&airport.name)).collect(),
        number: String::new(),
        postcode: String::new(),
        shapes: meant.iter().map(|airport| Shape::Point(airport.at())).collect(),
        radius_m: CITY_RADIUS_M,
        label: meant.first().map(|a| format!("{} {}", a.iata, a.name)).unwrap_or_default(),
    };
    let is_city = |text: &str| world.cities.named(text).next().is_some();
    sampler.class("airport by IATA code", all, |a, random| {
        let code = if random.coin() { a.iata.clone() } else { a.iata.to_lowercase() };
        (!is_city(&code)).then(|| (Question::search(code), truth(&[a])))
    });
    sampler.class("airport by ICAO code", all, |a, _| {
        let is_asked = a.icao.len() == 4 && !is_city(&a.icao);
        is_asked.then(|| (Question::search(a.icao.clone()), truth(&[a])))
    });
    sampler.class("airport by name", all, |a, _| {
        let same = by_name.get(&fold(&a.name))?;
        Some((Question::search(a.name.clone()), truth(same)))
    });
    sampler.class("airport with a typo", all, |a, random| {
        let written = typos::one(&a.name, *random.pick(&Typo::ALL)?, random)?;
        let same = by_name.get(&fold(&a.name))?;
        (!by_name.contains_key(&fold(&written))).then(|| (Question::search(written), truth(same)))
    });
    sampler.class("airport by city", all, |a, random: &mut Random| {
        let same = by_city.get(&(fold(&a.city), a.country.as_str()))?;
        let query = if random.coin() {
            format!("{} airport", a.city)
        } else {
            format!("airport {}", a.city)
        };
        let is_known = world.cities.named(&a.city).any(|city| city.country == a.country);
        let elsewhere = by_city.keys().filter(|(name, _)| *name == fold(&a.city)).count();
        (is_known && elsewhere == 1).then(|| (Question::search(query), truth(same)))
    });
}

fn reverse(sampler: &mut Sampler, world: &World) {
    let cities = &world.cities.all;
    sampler.class("reverse: city", cities, |city, random| {
        let mut metres = || (random.unit() - 0.5) * IN_CITY_M;
        let point = city.at.shifted(metres(), metres());
        let nearest = |other: &&City| {
            (other.at.lat - point.lat).abs() < 0.1
                && other.at.distance_m(point) <= city.at.distance_m(point)
        };
        let is_nearest = cities.iter().filter(nearest).count() == 1;
        let truth = Truth {
            kind: Kind::City,
            names: city.keys.iter().cloned().collect(),
            number: String::new(),
            postcode: String::new(),
            shapes: vec![Shape::Point(city.at)],
            radius_m: CITY_RADIUS_M,
            label: format!("{}, {}", city.name, city.country),
        };
        let question = Question::Reverse { point, only: Some(Kind::City) };
        is_nearest.then_some((question, truth))
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn city(name: &str, country: &str, population: u64) -> City {
        City {
            name: name.into(),
            languages: Vec::new(),
            keys: [fold(name)].into(),
            country: country.into(),
            region: "01".into(),
            population,
            at: Point { lat: 10.0, lon: f64::from(u32::try_from(population).unwrap() % 170) },
        }
    }

    fn world() -> World {
        World {
            cities: Cities::new(vec![
                city("London", "GB", 9_000_000),
                city("London", "CA", 400_001),
                city("Lisboa", "PT", 500_002),
                city("Springfield", "US", 150_003),
                city("Springfield", "ZA", 100_004),
            ]),
            ..World::default()
        }
    }

    fn questions(class: &str, seed: u64) -> Vec<(String, usize)> {
        let mut sampler = Sampler::new(seed, 100);
        add(&mut sampler, &world());
        let cases = sampler.cases.into_iter().filter(|case| case.class == class);
        cases.map(|case| (case.question.to_string(), case.truth.shapes.len())).collect()
    }

    #[test]
    fn a_bare_name_means_the_largest_city_and_those_of_its_size() {
        let mut asked = questions("city", 1);
        asked.sort();
        let expected = [("Lisboa", 1), ("London", 1), ("Springfield", 2)];
        assert_eq!(asked, expected.map(|(name, places)| (name.to_owned(), places)));
    }

    #[test]
    fn a_typo_never_makes_the_name_of_another_city() {
        for typo in Typo::ALL {
            let asked = questions(typo.class(), 1);
            assert!(asked.len() >= 9, "{typo:?}: {}", asked.len());
            let is_name = |query: &str| world().cities.named(query).next().is_some();
            assert!(asked.iter().all(|(query, _)| !is_name(query)), "{typo:?}");
        }
    }
}

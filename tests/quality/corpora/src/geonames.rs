//! Cities of GeoNames with their names by language, and the names of regions and countries.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use anyhow::Context;
use serde::Deserialize;

use crate::fold::fold;
use crate::geo::Point;
use crate::input;

/// Features that are no place to live any more.
const ABANDONED: [&str; 4] = ["PPLQ", "PPLW", "PPLH", "PPLCH"];

/// A populated place.
#[derive(Debug, Clone)]
pub struct City {
    /// Name.
    pub name: String,
    /// Names by ISO 639-1 code, several a language.
    pub languages: Vec<(String, String)>,
    /// Folded names, all of them.
    pub keys: HashSet<String>,
    /// ISO 3166-1 code, upper case.
    pub country: String,
    /// Code of the first-level region within the country.
    pub region: String,
    /// Inhabitants.
    pub population: u64,
    /// Where it is.
    pub at: Point,
}

/// Cities of the world, the largest first.
#[derive(Debug, Clone, Default)]
pub struct Cities {
    /// The cities.
    pub all: Vec<City>,
    /// Indices by each folded name, the largest city first.
    by_name: HashMap<String, Vec<usize>>,
    /// Names of countries by ISO 3166-1 code, in any language.
    pub country_names: HashMap<String, Vec<String>>,
}

impl Cities {
    /// Reads a cities file and a file of names by language.
    ///
    /// # Errors
    /// Fails when a file cannot be read.
    pub fn read(cities: &Path, names: &Path) -> anyhow::Result<Self> {
        let mut by_id: HashMap<String, Vec<(String, String)>> = HashMap::new();
        for line in input::read_text(names)?.lines().skip(1) {
            if let [id, language, name] = line.split('\t').collect::<Vec<_>>().as_slice() {
                let tagged = ((*language).to_owned(), (*name).to_owned());
                by_id.entry((*id).to_owned()).or_default().push(tagged);
            }
        }
        let text = input::read_text(cities)?;
        let rows = text.lines().filter_map(|line| city(line, &mut by_id));
        let cities = Self::new(rows.collect());
        // What is no number is the code of a country or region.
        let countries = by_id.into_iter().filter(|(id, _)| id.len() == 2);
        let country_names = countries
            .map(|(code, names)| (code, names.into_iter().map(|(_, name)| name).collect()));
        Ok(Self { country_names: country_names.collect(), ..cities })
    }

    /// Orders cities and finds them by name.
    pub fn new(mut all: Vec<City>) -> Self {
        all.sort_by(|a, b| (b.population, &a.name).cmp(&(a.population, &b.name)));
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, city) in all.iter().enumerate() {
            for key in &city.keys {
                by_name.entry(key.clone()).or_default().push(index);
            }
        }
        Self { all, by_name, country_names: HashMap::new() }
    }

    /// Cities of a name, the largest first.
    pub fn named(&self, name: &str) -> impl Iterator<Item = &City> {
        let indices = self.by_name.get(&fold(name)).into_iter().flatten();
        indices.filter_map(|index| self.all.get(*index))
    }
}

fn city(line: &str, names: &mut HashMap<String, Vec<(String, String)>>) -> Option<City> {
    let columns: Vec<&str> = line.split('\t').collect();
    let [id, name, ascii, alternates, lat, lon, class, code, country, _, region, ..] =
        columns.as_slice()
    else {
        return None;
    };
    let population = columns.get(14)?.parse().ok()?;
    if *class != "P" || ABANDONED.contains(code) || population == 0 {
        return None;
    }
    let languages = names.remove(*id).unwrap_or_default();
    let written = [*name, *ascii].into_iter().chain(alternates.split(','));
    let tagged = languages.iter().map(|(_, name)| name.as_str());
    let keys = written.chain(tagged).map(fold).filter(|key| !key.is_empty());
    Some(City {
        name: (*name).to_owned(),
        keys: keys.collect(),
        languages,
        country: (*country).to_owned(),
        region: (*region).to_owned(),
        population,
        at: Point { lat: lat.parse().ok()?, lon: lon.parse().ok()? },
    })
}

#[derive(Deserialize)]
struct Region {
    code: String,
    name: String,
}

/// Reads the names of first-level regions by code, such as `LI.11`.
///
/// # Errors
/// Fails when the file cannot be read.
pub fn regions(path: &Path) -> anyhow::Result<HashMap<String, String>> {
    let regions: Vec<Region> = serde_json::from_reader(input::open(path)?)
        .with_context(|| format!("cannot read {}", path.display()))?;
    Ok(regions.into_iter().map(|region| (region.code, region.name)).collect())
}

/// Names of countries: by language, then by ISO 3166-1 code.
pub type CountryNames = BTreeMap<String, BTreeMap<String, String>>;

/// Reads the names of countries.
///
/// # Errors
/// Fails when the file cannot be read.
pub fn countries(path: &Path) -> anyhow::Result<CountryNames> {
    serde_json::from_reader(input::open(path)?)
        .with_context(|| format!("cannot read {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cities_are_found_by_any_name_the_largest_first() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/geonames");
        let cities = Cities::read(
            &folder.join("cities15000.txt.xz"),
            &folder.join("alternate_names_15000.tsv.xz"),
        )
        .unwrap();
        let london: Vec<&City> = cities.named("london").collect();
        assert_eq!(london[0].country, "GB");
        assert!(london.iter().any(|city| city.country == "CA"));
        assert_eq!(cities.named("Moskau").next().unwrap().name, "Moscow");
        assert_eq!(regions(&folder.join("admin1.json.gz")).unwrap()["CA.08"], "Ontario");
    }
}

//! The build file: which sources make which country, in TOML.
//!
//! Paths are relative to the file. Sources stand in the order of their priority. An unknown key
//! is an error, so that a misspelt one is not silently ignored. `docs/BUILDING.md` shows one.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use geocoder_core::CountryCode;
use geocoder_core::manifest::Attribution;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::source::Source;
use crate::source::airports::Airports;
use crate::source::communes::Communes;
use crate::source::country_names::CountryNames;
use crate::source::geonames::Geonames;
use crate::source::osm::OsmExtracts;
use crate::source::records::Records;
use crate::source::stations::Stations;
use crate::source::subdivisions::Subdivisions;
use crate::source::table::{Mapping, Table};

/// Largest build file in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// Countries and their sources.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BuildFile {
    /// Directory of the manifest and the blobs.
    pub out: PathBuf,
    /// Manifest of the generation whose place numbers are to be kept.
    #[serde(default)]
    pub previous: Option<PathBuf>,
    /// Sources that every country takes, after its own.
    #[serde(default)]
    pub common: Vec<SourceEntry>,
    /// Countries to build.
    #[serde(rename = "country")]
    pub countries: Vec<CountryEntry>,
}

/// One country of the file.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CountryEntry {
    /// ISO 3166-1 alpha-2 code; `zz` is the world.
    pub code: String,
    /// Whether the whole shard is offered under the share-alike licence of one of its sources.
    #[serde(default)]
    pub share_alike: bool,
    /// Whether alternates get chunks that clients can do without; by default only in the world.
    #[serde(default)]
    pub separate_alternates: Option<bool>,
    /// Its sources, the most trusted first.
    #[serde(rename = "source", default)]
    pub sources: Vec<SourceEntry>,
}

/// One source. Keys are explained in `docs/BUILDING.md`.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum SourceEntry {
    /// OpenStreetMap extracts.
    Osm {
        /// Extracts in PBF format that together cover the country.
        paths: Vec<PathBuf>,
    },
    /// GeoNames.
    Geonames {
        /// Files with the 19 columns of `cities500` and `allCountries`.
        cities: Vec<PathBuf>,
        /// Names of first-level regions.
        #[serde(default)]
        admin1: Option<PathBuf>,
        /// Names of second-level regions.
        #[serde(default)]
        admin2: Option<PathBuf>,
        /// Names by language.
        #[serde(default)]
        alternate_names: Vec<PathBuf>,
        /// Postal-code files.
        #[serde(default)]
        zipcodes: Vec<PathBuf>,
        /// Languages whose names are kept, as ISO 639-1 codes; empty means all.
        #[serde(default)]
        languages: Vec<String>,
        /// Least population of a city.
        #[serde(default)]
        min_population: u32,
        /// Whether names without a language are searched.
        #[serde(default = "yes")]
        untagged: bool,
        /// Whether a place's name is the one in its country's only language, where known.
        #[serde(default)]
        local_names: bool,
        /// Whether parts of cities with inhabitants are cities too.
        #[serde(default)]
        sections: bool,
    },
    /// A delimited table, or line-delimited GeoJSON.
    Table {
        /// The file.
        path: PathBuf,
        /// Name of a ready mapping, or a mapping.
        map: String,
        /// Column separator; found out when absent.
        #[serde(default)]
        delimiter: Option<char>,
        /// Country of rows that do not name theirs, for the world.
        #[serde(default)]
        country: Option<String>,
        /// Who is credited; some ready mappings know.
        #[serde(default)]
        attribution: Option<AttributionEntry>,
    },
    /// Own records, one JSON object a line.
    Records {
        /// The file.
        path: PathBuf,
        /// Who is credited.
        attribution: AttributionEntry,
    },
    /// The official French communes.
    Communes {
        /// Communes.
        communes: PathBuf,
        /// Départements.
        #[serde(default)]
        departements: Option<PathBuf>,
        /// Regions.
        #[serde(default)]
        regions: Option<PathBuf>,
        /// GeoNames cities, for coordinates.
        cities: Vec<PathBuf>,
    },
    /// Airports.
    Airports {
        /// The file.
        path: PathBuf,
        /// Whether airfields without an IATA code are taken too.
        #[serde(default)]
        all: bool,
    },
    /// German railway stations.
    Stations {
        /// The file.
        path: PathBuf,
    },
    /// Names of countries by language.
    CountryNames {
        /// The file.
        path: PathBuf,
        /// Languages that are kept, as ISO 639-1 codes; empty means all.
        #[serde(default)]
        languages: Vec<String>,
    },
    /// ISO 3166-2 codes of regions and counties.
    Subdivisions {
        /// The file.
        path: PathBuf,
    },
}

/// Who is credited for a source, and under which licence it is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AttributionEntry {
    /// Name of the data set.
    pub source: String,
    /// Licence, as SPDX identifier where there is one.
    pub licence: String,
    /// Page of the data set or its licence.
    pub url: String,
    /// What must be shown.
    pub notice: String,
    /// Whether whatever is made with it must be under the same licence.
    #[serde(default)]
    pub share_alike: bool,
}

impl From<AttributionEntry> for Attribution {
    fn from(entry: AttributionEntry) -> Self {
        let AttributionEntry { source, licence, url, notice, share_alike } = entry;
        Self { source, licence, url, notice, share_alike }
    }
}

fn yes() -> bool {
    true
}

impl BuildFile {
    /// Reads a build file and makes its paths independent of the working directory.
    ///
    /// # Errors
    /// Fails when the file cannot be read, is no TOML of this shape, names a country twice or
    /// one without sources.
    pub fn read(path: &Path) -> Result<Self> {
        let read = |source| Error::Read { path: path.into(), source };
        let invalid = |message: String| Error::BuildFile { path: path.into(), message };
        if fs::metadata(path).map_err(read)?.len() > MAX_BYTES {
            return Err(invalid(format!("is larger than {MAX_BYTES} bytes")));
        }
        Self::parse(&fs::read_to_string(path).map_err(read)?, path)
    }

    /// Reads the text of a build file that stands, or would stand, at a path.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        let invalid = |message: String| Error::BuildFile { path: path.into(), message };
        let mut file: Self =
            toml::from_str(text).map_err(|error| invalid(error.to_string().trim().into()))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let mut seen = BTreeSet::new();
        for country in &mut file.countries {
            let Some(code) = CountryCode::parse(&country.code) else {
                let code = &country.code;
                return Err(invalid(format!("`{code}` is no ISO 3166-1 alpha-2 code")));
            };
            country.code = code.to_string();
            if !seen.insert(code) {
                return Err(invalid(format!("country `{code}` stands there twice")));
            }
            country.sources.extend(file.common.iter().cloned());
            if country.sources.is_empty() {
                return Err(invalid(format!("country `{code}` has no source")));
            }
            for source in &mut country.sources {
                source.paths_mut().into_iter().for_each(|path| *path = folder.join(&*path));
            }
        }
        file.out = folder.join(&file.out);
        file.previous = file.previous.map(|previous| folder.join(previous));
        Ok(file)
    }
}

impl SourceEntry {
    /// Makes the source.
    ///
    /// # Errors
    /// Fails when its options are unusable.
    pub fn open(&self) -> Result<Box<dyn Source>> {
        Ok(match self.clone() {
            Self::Osm { paths } => Box::new(OsmExtracts { paths }),
            Self::Geonames {
                cities,
                admin1,
                admin2,
                alternate_names,
                zipcodes,
                languages,
                min_population,
                untagged,
                local_names,
                sections,
            } => Box::new(Geonames {
                cities,
                admin1,
                admin2,
                alternate_names,
                zipcodes,
                languages,
                min_population,
                untagged,
                local_names,
                sections,
            }),
            Self::Table { path, map, delimiter, country, attribution } => {
                let mapping = match Mapping::ready(&map) {
                    Some(ready) => ready,
                    None => Mapping::parse(&map)?,
                };
                let own = attribution.map(Attribution::from);
                let credit = own.or_else(|| Mapping::ready_attribution(&map));
                let credit = credit.ok_or_else(|| Error::NoAttribution { path: path.clone() })?;
                Box::new(Table {
                    path,
                    delimiter,
                    mapping,
                    country: country.as_deref().and_then(CountryCode::parse),
                    attribution: vec![credit],
                })
            }
            Self::Records { path, attribution } => {
                Box::new(Records { path, attribution: vec![attribution.into()] })
            }
            Self::Communes { communes, departements, regions, cities } => {
                Box::new(Communes { communes, departements, regions, cities })
            }
            Self::Airports { path, all } => Box::new(Airports { path, all }),
            Self::Stations { path } => Box::new(Stations { path }),
            Self::CountryNames { path, languages } => Box::new(CountryNames { path, languages }),
            Self::Subdivisions { path } => Box::new(Subdivisions { path }),
        })
    }

    /// Returns the files that a source reads.
    pub fn paths(&self) -> Vec<PathBuf> {
        self.clone().paths_mut().into_iter().map(|path| path.clone()).collect()
    }

    fn paths_mut(&mut self) -> Vec<&mut PathBuf> {
        match self {
            Self::Osm { paths } => paths.iter_mut().collect(),
            Self::Geonames { cities, admin1, admin2, alternate_names, zipcodes, .. } => {
                let single = [admin1, admin2].into_iter().flatten();
                cities.iter_mut().chain(alternate_names).chain(zipcodes).chain(single).collect()
            }
            Self::Communes { communes, departements, regions, cities } => {
                let others = [departements, regions].into_iter().flatten();
                std::iter::once(communes).chain(cities).chain(others).collect()
            }
            Self::Table { path, .. }
            | Self::Records { path, .. }
            | Self::Airports { path, .. }
            | Self::Stations { path }
            | Self::CountryNames { path, .. }
            | Self::Subdivisions { path } => vec![path],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<BuildFile> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("build.toml");
        fs::write(&path, text).unwrap();
        let mut file = BuildFile::read(&path)?;
        file.out = file.out.strip_prefix(folder.path()).unwrap().into();
        Ok(file)
    }

    #[test]
    fn a_build_file_lists_countries_and_their_sources_in_order() {
        let file = read(
            r#"
            out = "data"
            [[common]]
            kind = "country-names"
            path = "names.json.gz"
            [[country]]
            code = "IS"
            [[country.source]]
            kind = "table"
            path = "register.csv.xz"
            map = "iceland"
            [[country.source]]
            kind = "geonames"
            cities = ["cities500.txt.xz"]
            "#,
        )
        .unwrap();
        assert_eq!(file.out, Path::new("data"));
        let [country] = file.countries.as_slice() else { panic!("one country") };
        assert_eq!(country.code, "is");
        let names: Vec<_> = country
            .sources
            .iter()
            .flat_map(SourceEntry::paths)
            .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
            .collect();
        assert_eq!(names, ["register.csv.xz", "cities500.txt.xz", "names.json.gz"]);
    }

    #[test]
    fn errors_name_the_file_the_line_and_the_fault() {
        let osm = "kind = \"osm\"\npaths = [\"x\"]";
        let country =
            |code: &str| format!("[[country]]\ncode = \"{code}\"\n[[country.source]]\n{osm}\n");
        for (text, fault) in [
            (String::from("out ="), "line 1"),
            (format!("out = \"x\"\nouch = 1\n{}", country("is")), "ouch"),
            (format!("out = \"x\"\n{}", country("iceland")), "`iceland` is no ISO 3166-1"),
            (format!("out = \"x\"\n{}{}", country("is"), country("IS")), "twice"),
            ("out = \"x\"\n[[country]]\ncode = \"is\"".into(), "no source"),
        ] {
            let error = read(&text).unwrap_err().to_string();
            assert!(error.contains("build.toml") && error.contains(fault), "{error}");
        }
    }
}

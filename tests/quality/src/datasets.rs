//! Which corpora there are, of which files they and their shards are made.

use std::path::{Path, PathBuf};

use hereabouts_corpora::case::Case;
use hereabouts_corpora::geonames::{Cities, CountryNames};
use hereabouts_corpora::world::{self, World};
use hereabouts_corpora::{
    Dataset, Sampler, airports, complaints, forward, geonames, osm, register, reverse,
};

use crate::closed_world::populate;
use crate::engine::{Engine, gazetteer};
use crate::suites::SuiteCase;

/// Build file of the shards of the bundled data.
const BUNDLED: &str = include_str!("../datasets.toml");
/// Build file of the shards of whole files.
const WHOLE: &str = include_str!("../datasets-whole.toml");
/// Languages of the world shards of both build files.
const LANGUAGES: &[&str] = &["en", "zh", "es", "ar", "pt", "ru", "ja", "de", "fr", "it"];

/// A generated corpus: cases and the engine that is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Corpus {
    /// Liechtenstein, OpenStreetMap.
    Liechtenstein,
    /// Monaco, OpenStreetMap.
    Monaco,
    /// Iceland, official register.
    Iceland,
    /// Cities over 15,000 inhabitants and airports.
    World,
    /// The centre of Helsinki, OpenStreetMap; not bundled.
    Helsinki,
    /// Cities over 500 inhabitants and airports; not bundled.
    WholeWorld,
}

impl Corpus {
    /// All corpora, in the order of the report.
    pub const ALL: [Self; 6] = [
        Self::Liechtenstein,
        Self::Monaco,
        Self::Iceland,
        Self::World,
        Self::Helsinki,
        Self::WholeWorld,
    ];

    /// Name in options, floors and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Liechtenstein => "li",
            Self::Monaco => "mc",
            Self::Iceland => "is",
            Self::World => "world",
            Self::Helsinki => "helsinki",
            Self::WholeWorld => "world-500",
        }
    }

    /// Folder of its files; `None` where these are not bundled and `HEREABOUTS_DATA` does not say
    /// where they are.
    pub fn folder(self) -> Option<PathBuf> {
        if matches!(self, Self::Helsinki | Self::WholeWorld) {
            return whole();
        }
        Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("../data"))
    }

    /// Builds its shards from the files of its folder.
    ///
    /// # Errors
    /// Fails when a source is unusable.
    pub fn engine(self, folder: &Path) -> anyhow::Result<Engine> {
        let (text, country) = match self {
            Self::Liechtenstein | Self::Monaco | Self::Iceland => (BUNDLED, self.name()),
            Self::World => (BUNDLED, "zz"),
            Self::Helsinki => (WHOLE, "fi"),
            Self::WholeWorld => (WHOLE, "zz"),
        };
        Engine::build(text, folder, &[country])
    }

    /// Makes its queries from the files of its folder.
    ///
    /// # Errors
    /// Fails when a source is unusable.
    pub fn cases(self, folder: &Path, seed: u64, n_queries: usize) -> anyhow::Result<Vec<Case>> {
        let mut sampler = Sampler::new(seed, n_queries);
        match self {
            Self::World | Self::WholeWorld => world::add(&mut sampler, &self.world(folder)?),
            _ => {
                let data = self.dataset(folder)?;
                forward::add(&mut sampler, &data);
                complaints::add(&mut sampler, &data);
                reverse::add(&mut sampler, &data);
            }
        }
        Ok(sampler.cases)
    }

    fn dataset(self, folder: &Path) -> anyhow::Result<Dataset> {
        let mut data = match self {
            Self::Liechtenstein => osm::read(&folder.join("liechtenstein.osm.pbf"), "li", false),
            Self::Monaco => osm::read(&folder.join("monaco.osm.pbf"), "mc", true),
            Self::Iceland => register::read(&folder.join("iceland_addresses.csv.xz")),
            Self::Helsinki => osm::read(&folder.join("helsinki-centre.osm.pbf"), "fi", false),
            Self::World | Self::WholeWorld => anyhow::bail!("the world has no addresses"),
        }?;
        data.languages = match self {
            Self::Monaco => &["fr"],
            Self::Iceland => &["is"],
            Self::Helsinki => &["fi", "sv"],
            _ => &["de"],
        };
        data.country_names = match self {
            Self::Monaco => &["Monaco", "Principauté de Monaco"],
            Self::Iceland => &["Iceland", "Ísland"],
            Self::Helsinki => &["Finland", "Suomi"],
            _ => &["Liechtenstein", "Fürstentum Liechtenstein"],
        };
        Ok(data)
    }

    fn world(self, folder: &Path) -> anyhow::Result<World> {
        let [cities, names, regions, countries, airports] = match self {
            Self::WholeWorld => [
                "cities500-2023-03.txt.xz",
                "geonames-alternate_names_by_lang.tsv.xz",
                "geonames-admin1.json.gz",
                "cldr48-territories-by-lang.json.gz",
                "airportsdata-20260905.csv.xz",
            ],
            _ => [
                "geonames/cities15000.txt.xz",
                "geonames/alternate_names_15000.tsv.xz",
                "geonames/admin1.json.gz",
                "cldr-territories.json.gz",
                "airports-iata.csv.xz",
            ],
        }
        .map(|file| folder.join(file));
        Ok(World {
            cities: Cities::read(&cities, &names)?,
            regions: geonames::regions(&regions)?,
            countries: geonames::countries(&countries)?,
            airports: airports::read(&airports)?,
            languages: LANGUAGES,
        })
    }
}

/// Builds the closed world of the French cases; those that it cannot hold are taken out.
///
/// # Errors
/// Fails when a source is unusable.
pub fn closed_world(
    folder: &Path,
    cases: &mut Vec<SuiteCase>,
    seed: u64,
) -> anyhow::Result<Engine> {
    let mut gazetteer = gazetteer(WHOLE, folder, "fr")?;
    populate(&mut gazetteer, cases, seed);
    Engine::of(&[gazetteer])
}

/// Reads the names of countries in all languages.
///
/// # Errors
/// Fails when the file is not there.
pub fn country_names(folder: &Path) -> anyhow::Result<CountryNames> {
    geonames::countries(&folder.join("cldr48-territories-by-lang.json.gz"))
}

/// Folder of the whole files, where there is one.
pub fn whole() -> Option<PathBuf> {
    std::env::var_os("HEREABOUTS_DATA").map(PathBuf::from)
}

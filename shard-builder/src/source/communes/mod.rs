//! French communes, départements and regions from the official lists, located by GeoNames.

mod location;
mod official;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;

use geocoder_core::gazetteer::Names;
use geocoder_core::manifest::Attribution;
use geocoder_core::{CountryCode, LonLat, RecordType};

use self::location::{Gazetteer, Location, country_of, district_of};
use self::official::{Area, Commune, Kind};
use super::geonames::Seat;
use super::{Sink, Source};
use crate::entry::{AreaName, Entry, EntryKind};
use crate::error::Result;
use crate::progress::Progress;
use crate::report::Report;
use crate::{importance, name};

/// The official French lists.
#[derive(Debug, Clone, Default)]
pub struct Communes {
    /// Communes and their parts.
    pub communes: PathBuf,
    /// Départements.
    pub departements: Option<PathBuf>,
    /// Regions.
    pub regions: Option<PathBuf>,
    /// GeoNames tables of 19 columns that locate the communes.
    pub cities: Vec<PathBuf>,
}

impl Source for Communes {
    fn label(&self) -> String {
        format!("communes {}", super::file_names([&self.communes]))
    }

    fn attribution(&self) -> Vec<Attribution> {
        let mut all = vec![Attribution {
            source: "Code officiel géographique".into(),
            licence: "etalab-2.0".into(),
            url: "https://www.insee.fr/fr/information/2560452".into(),
            notice: "INSEE, La Poste, Etalab, Licence Ouverte 2.0".into(),
            share_alike: false,
        }];
        if !self.cities.is_empty() {
            all.extend(super::geonames::Geonames::default().attribution());
        }
        all
    }

    fn read(
        &self,
        country: CountryCode,
        sink: &mut dyn Sink,
        report: &mut Report,
        progress: &dyn Progress,
    ) -> Result<()> {
        let communes = official::communes(&self.communes, report, progress)?;
        let mut areas = |path: &Option<PathBuf>| {
            let read = |path: &PathBuf| official::areas(path, report, progress);
            path.as_ref().map_or_else(|| Ok(BTreeMap::new()), read)
        };
        let (departments, regions) = (areas(&self.departements)?, areas(&self.regions)?);
        let locations = Gazetteer::read(&self.cities, progress)?.locate(&communes);
        let points = communes.iter().zip(&locations);
        let points: HashMap<&str, LonLat> = points
            .filter_map(|(commune, location)| Some((commune.code.as_str(), known(*location)?)))
            .collect();
        let reading = Reading { country, departments: &departments, regions: &regions };
        reading.hand_over_areas(&communes, &points, sink, report);
        let former = former_names(&communes);
        for (commune, location) in communes.iter().zip(&locations) {
            if let Some(mut entry) = reading.commune(commune, &former) {
                place(&mut entry, *location, commune, report);
                sink.entry(entry, report);
            }
        }
        Ok(())
    }
}

fn known(location: Location) -> Option<LonLat> {
    match location {
        Location::Known(point) => Some(point),
        _ => None,
    }
}

/// Names of former communes by the code of the commune they belong to.
fn former_names(communes: &[Commune]) -> HashMap<&str, Vec<String>> {
    let mut former: HashMap<&str, Vec<String>> = HashMap::new();
    for commune in communes {
        if matches!(commune.kind, Kind::CommuneDeleguee | Kind::CommuneAssociee) {
            former.entry(&commune.chief).or_default().push(name::clean(&commune.name));
        }
    }
    former
}

/// Gives an entry its coordinates and reports how they were found.
fn place(entry: &mut Entry, location: Location, commune: &Commune, report: &mut Report) {
    let guessed = match location {
        Location::Known(point) => {
            entry.coordinates = Some(point);
            return;
        }
        Location::MeanOfZipcode(point) => {
            report.warn("commune placed at the mean of its postcode", &commune.name);
            Some(point)
        }
        Location::MeanOfDepartment(point) => {
            report.warn("commune placed at the mean of its département", &commune.name);
            Some(point)
        }
        Location::OfCommune(point) => {
            report.warn("district placed at its commune", &commune.name);
            Some(point)
        }
        Location::Unknown => {
            report.warn("commune without any place", &commune.name);
            None
        }
    };
    entry.coordinates = guessed;
    entry.approximate = true;
}

struct Reading<'a> {
    country: CountryCode,
    departments: &'a BTreeMap<String, Area>,
    regions: &'a BTreeMap<String, Area>,
}

impl Reading<'_> {
    /// Country under which a département goes in this build; nothing when it does not belong.
    ///
    /// A build of France has all of them; overseas ones have a build and a code of their own.
    fn country_of(&self, department: &str) -> Option<CountryCode> {
        let own = country_of(department);
        let is_france = self.country.as_str() == "fr";
        match self.country {
            CountryCode::WORLD => Some(own),
            country => (is_france || own == country).then_some(country),
        }
    }

    /// Hands over the regions and départements that have communes.
    fn hand_over_areas(
        &self,
        communes: &[Commune],
        points: &HashMap<&str, LonLat>,
        sink: &mut dyn Sink,
        report: &mut Report,
    ) {
        let mut used: BTreeSet<(CountryCode, &str, &str)> = BTreeSet::new();
        for commune in communes {
            if let Some(country) = self.country_of(&commune.department) {
                used.insert((country, &commune.region, &commune.department));
            }
        }
        let area = |kind, scheme: &str, area: &Area, country| {
            let mut entry =
                Entry::new(EntryKind::Record(kind), Names::new(name::clean(&area.name)));
            entry.ids = vec![format!("{scheme}:{}", area.code)];
            entry.locality.country = Some(country);
            entry.coordinates = points.get(area.seat.as_str()).copied();
            entry.approximate = true;
            entry
        };
        let regions: BTreeSet<_> =
            used.iter().map(|(country, region, _)| (*country, *region)).collect();
        for (country, code) in regions {
            if let Some(region) = self.regions.get(code) {
                let kind = RecordType::Administrative;
                sink.entry(area(kind, "insee-region", region, country), report);
            }
        }
        for (country, _, code) in used {
            if let Some(department) = self.departments.get(code) {
                let kind = RecordType::County;
                let mut entry = area(kind, "insee-departement", department, country);
                entry.code.clone_from(&department.code);
                entry.ids.push(format!("iso3166-2:FR-{}", department.code));
                entry.locality.administrative = self.region(&department.region);
                sink.entry(entry, report);
            }
        }
    }

    fn region(&self, code: &str) -> AreaName {
        match self.regions.get(code) {
            Some(region) => AreaName {
                id: format!("insee-region:{code}"),
                ..AreaName::named(name::clean(&region.name))
            },
            None => AreaName::default(),
        }
    }

    fn commune(&self, commune: &Commune, former: &HashMap<&str, Vec<String>>) -> Option<Entry> {
        if matches!(commune.kind, Kind::CommuneDeleguee | Kind::CommuneAssociee) {
            return None;
        }
        let country = self.country_of(&commune.department)?;
        let mut names = Names::new(name::clean(&commune.name));
        if commune.kind == Kind::ArrondissementMunicipal {
            // `Paris 1er Arrondissement` is asked for as `Paris 1er` and `Paris 01`.
            let short = commune.name.strip_suffix(" Arrondissement").map(name::clean);
            let number = district_of(&name::key(&commune.name));
            let number = number.as_deref().and_then(|key| key.rsplit_once(' '));
            let city = commune.name.split(' ').next().unwrap_or_default();
            let number = number.map(|(_, number)| format!("{city} {number}"));
            name::add_alternates(&mut names, short.into_iter().chain(number));
        }
        let parts = former.get(commune.code.as_str()).cloned();
        name::add_alternates(&mut names, parts.unwrap_or_default());
        let mut entry = Entry::new(EntryKind::Record(RecordType::City), names);
        entry.ids = vec![format!("insee:{}", commune.code)];
        entry.code.clone_from(&commune.code);
        entry.locality.country = Some(country);
        entry.locality.administrative = self.region(&commune.region);
        if let Some(department) = self.departments.get(&commune.department) {
            entry.locality.county = AreaName {
                id: format!("insee-departement:{}", department.code),
                ..AreaName::named(name::clean(&department.name))
            };
        }
        entry.locality.zipcodes =
            commune.zipcodes.iter().flat_map(|code| name::zipcodes(code)).collect();
        entry.population = commune.population;
        entry.importance = importance::settlement(commune.population, self.seat(commune));
        entry.line = commune.row;
        Some(entry)
    }

    /// What a commune is the seat of.
    fn seat(&self, commune: &Commune) -> Seat {
        let is_seat =
            |areas: &BTreeMap<String, Area>| areas.values().any(|area| area.seat == commune.code);
        match commune.code.as_str() {
            "75056" => Seat::Capital,
            _ if is_seat(self.regions) => Seat::First,
            _ if is_seat(self.departments) => Seat::Second,
            _ => Seat::None,
        }
    }
}

//! GeoNames: cities, regions, counties and countries with names by language, and postcodes.
//!
//! The files are read twice: a survey finds what is the country, the commune and the main city
//! of each area, then entries are handed over one by one.

mod alternates;
mod area;
mod commune;
mod feature;
mod iso;
mod row;
mod survey;
#[cfg(test)]
mod tests;
mod zipcode;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use geocoder_core::gazetteer::Names;
use geocoder_core::manifest::Attribution;
use geocoder_core::{CountryCode, RecordType};

use self::alternates::{Alternates, Tagged};
use self::area::{Area, Areas};
pub(super) use self::commune::{CommuneRow, for_each as for_each_commune};
use self::feature::Feature;
pub(crate) use self::feature::Seat;
use self::row::Row;
use self::survey::Survey;
use super::{Sink, Source, fields};
use crate::entry::{AreaName, Entry, EntryKind, country_id};
use crate::error::Result;
use crate::progress::Progress;
use crate::report::Report;
use crate::{importance, lexicon, name};

/// GeoNames files: <https://download.geonames.org/export/dump/>.
#[derive(Debug, Clone, Default)]
pub struct Geonames {
    /// Tables of 19 columns: `cities500.txt` and its like, `allCountries.txt`, or one country's.
    pub cities: Vec<PathBuf>,
    /// Names of first-level regions: `admin1CodesASCII.txt`, or JSON.
    pub admin1: Option<PathBuf>,
    /// Names of counties: `admin2Codes.txt`, or JSON.
    pub admin2: Option<PathBuf>,
    /// Names by language: `alternateNamesV2.txt`, or geonameid, lang and name.
    pub alternate_names: Vec<PathBuf>,
    /// Postal codes, 12 columns.
    pub zipcodes: Vec<PathBuf>,
    /// Languages whose names are kept, beside those of each country itself; empty keeps all.
    pub languages: Vec<String>,
    /// Whether names without a language are searched.
    pub untagged: bool,
    /// Whether a place's name is the one in its country's language, where the country has only
    /// one and that name is known; else the name is the one that GeoNames gives.
    pub local_names: bool,
    /// Whether parts of cities (`PPLX`) with inhabitants are cities too.
    pub sections: bool,
    /// Places with fewer inhabitants are left out.
    pub min_population: u32,
}

impl Source for Geonames {
    fn label(&self) -> String {
        format!("GeoNames {}", super::file_names(self.cities.iter().chain(&self.zipcodes)))
    }

    fn attribution(&self) -> Vec<Attribution> {
        vec![Attribution {
            source: "GeoNames".into(),
            licence: "CC-BY-4.0".into(),
            url: "https://www.geonames.org/".into(),
            notice: "© GeoNames".into(),
            share_alike: false,
        }]
    }

    fn read(
        &self,
        country: CountryCode,
        sink: &mut dyn Sink,
        report: &mut Report,
        progress: &dyn Progress,
    ) -> Result<()> {
        let mut areas = |path: &Option<PathBuf>, parts| {
            let read = |path: &PathBuf| area::read(path, parts, country, report, progress);
            path.as_ref().map_or_else(|| Ok(Areas::new()), read)
        };
        let regions = areas(&self.admin1, 2)?;
        let counties = areas(&self.admin2, 3)?;
        let survey = Survey::of(&self.cities, country, progress)?;
        let area_ids = regions.values().chain(counties.values()).filter_map(|area| area.id);
        let area_ids: std::collections::HashSet<u32> = area_ids.collect();
        let is_wanted = |key: &str| match key.parse::<u32>() {
            Ok(id) => survey.ids.contains(&id) || area_ids.contains(&id),
            Err(_) => {
                let of = key.split('.').next().and_then(CountryCode::parse);
                of.is_some_and(|of| fields::is_wanted(country, Some(of)))
            }
        };
        let alternates = alternates::read(&self.alternate_names, is_wanted, report, progress)?;
        let mut reading = Reading {
            options: self,
            regions: &regions,
            counties: &counties,
            survey: &survey,
            alternates: &alternates,
            local_languages: BTreeMap::new(),
        };
        for code in &survey.countries {
            sink.entry(reading.country(*code), report);
        }
        for (kind, areas) in
            [(RecordType::Administrative, &regions), (RecordType::County, &counties)]
        {
            for (code, area) in areas {
                sink.entry(reading.area(kind, code, area), report);
            }
        }
        row::for_each(&self.cities, country, report, progress, |path, row, report| {
            if let Some(entry) = reading.record(path, row, report) {
                sink.entry(entry, report);
            }
        })?;
        zipcode::read(&self.zipcodes, country, sink, report, progress)
    }
}

/// What is known when entries are made.
struct Reading<'a> {
    options: &'a Geonames,
    regions: &'a Areas,
    counties: &'a Areas,
    survey: &'a Survey,
    alternates: &'a Alternates,
    /// Languages of the countries met so far.
    local_languages: BTreeMap<CountryCode, Vec<&'static str>>,
}

impl Reading<'_> {
    /// The names of a place of which the tables speak under any of the keys.
    fn names(&mut self, country: CountryCode, default: &str, keys: &[&str]) -> Names {
        let mut names = Names::new(name::clean(default));
        let local = self
            .local_languages
            .entry(country)
            .or_insert_with(|| lexicon::languages_of(country).collect());
        let kept = &self.options.languages;
        let is_kept = |code: &str| {
            kept.is_empty() || local.contains(&code) || kept.iter().any(|one| one == code)
        };
        let mut tagged: Vec<&Tagged> =
            keys.iter().filter_map(|key| self.alternates.get(*key)).collect();
        tagged.dedup_by(|a, b| std::ptr::eq(*a, *b));
        for tagged in tagged {
            tagged.add_to(&mut names, is_kept, self.options.untagged);
        }
        if let (true, [language]) = (self.options.local_names, local.as_slice()) {
            let own = names.languages.iter().find(|(code, _)| code == language);
            if let Some((_, own)) = own.filter(|(_, own)| *own != names.default) {
                let stated = std::mem::replace(&mut names.default, own.clone());
                names.alternates.insert(0, stated);
            }
        }
        // The default is shown anyway where a language is missing.
        names.languages.retain(|(_, text)| *text != names.default);
        names.languages.dedup_by(|a, b| a.0 == b.0);
        names
    }

    fn country(&mut self, country: CountryCode) -> Entry {
        let code = fields::upper(country);
        let english = self.alternates.get(code.as_str()).and_then(|tagged| tagged.best("en"));
        let names = self.names(country, english.unwrap_or(&code), &[&code]);
        let mut entry = Entry::new(EntryKind::Record(RecordType::Country), names);
        entry.ids = vec![country_id(country), format!("geonames:{code}")];
        entry.locality.country = Some(country);
        self.place_at_seat(&mut entry, &code);
        entry
    }

    fn area(&mut self, kind: RecordType, code: &str, area: &Area) -> Entry {
        let id = area.id.map(|id| id.to_string()).unwrap_or_default();
        let mut names = self.names(area.country, &area.name, &[code, &id]);
        name::add_alternates(&mut names, [area.ascii_name.clone()]);
        let mut entry = Entry::new(EntryKind::Record(kind), names);
        self.identify_area(&mut entry, area.country, code);
        if !id.is_empty() {
            entry.ids.push(format!("geonames:{id}"));
        }
        entry.line = area.line;
        self.place_at_seat(&mut entry, code);
        entry
    }

    /// Gives an area its identifiers, its code where one is shown, and what it lies in.
    fn identify_area(&self, entry: &mut Entry, country: CountryCode, code: &str) {
        entry.ids.push(format!("geonames:{code}"));
        entry.locality.country = Some(country);
        let mut parts = code.split('.').skip(1);
        match (parts.next(), parts.next(), country.as_str()) {
            (Some(region), None, "fr") => entry.ids.push(format!("insee-region:{region}")),
            (Some(region), None, of) => {
                if let Some(iso) = iso::region_code(of, region) {
                    entry.ids.push(format!("iso3166-2:{}-{iso}", fields::upper(country)));
                    entry.code = iso.to_owned();
                }
            }
            (Some(_), Some(county), "fr" | "it") => {
                if country.as_str() == "fr" {
                    entry.ids.push(format!("insee-departement:{county}"));
                }
                entry.ids.push(format!("iso3166-2:{}-{county}", fields::upper(country)));
                entry.code = county.to_owned();
            }
            _ => {}
        }
        if let Some((region, _)) = code.rsplit_once('.').filter(|(region, _)| region.contains('.'))
            && self.is_named(region, self.regions)
        {
            entry.locality.administrative = AreaName::identified(format!("geonames:{region}"));
        }
    }

    /// Whether a region or county has a name, from the list or from a row.
    fn is_named(&self, code: &str, areas: &Areas) -> bool {
        areas.contains_key(code) || self.survey.areas.contains(code)
    }

    /// Without a point of its own an area is somewhere around its main city.
    fn place_at_seat(&self, entry: &mut Entry, code: &str) {
        entry.coordinates = self.survey.seat(code);
        entry.approximate = true;
    }

    fn record(&mut self, path: &Path, row: &Row<'_>, report: &mut Report) -> Option<Entry> {
        let Some(country) = row.country else {
            report.clip("of no country");
            return None;
        };
        let kind = match row.feature {
            Feature::Country(_) if self.survey.is_country(country, row.id) => RecordType::Country,
            Feature::Administrative if !row.admin1.is_empty() => RecordType::Administrative,
            Feature::County if !row.admin2_code().is_empty() => RecordType::County,
            Feature::Point(kind) => kind,
            Feature::City(_) | Feature::Section => return self.city(path, country, row, report),
            Feature::Abandoned => {
                report.clip("an abandoned or historical place");
                return None;
            }
            _ => {
                report.clip("another kind of feature");
                return None;
            }
        };
        let id = row.id.to_string();
        let area_code = match kind {
            RecordType::Country => fields::upper(country),
            RecordType::Administrative => row.admin1_code(),
            RecordType::County => row.admin2_code(),
            _ => String::new(),
        };
        let names = self.row_names(country, row, &[&id, &area_code]);
        let mut entry = Entry::new(EntryKind::Record(kind), names);
        match kind {
            RecordType::Country => {
                entry.ids = vec![country_id(country), format!("geonames:{area_code}")];
                entry.locality.country = Some(country);
            }
            RecordType::Administrative | RecordType::County => {
                self.identify_area(&mut entry, country, &area_code);
            }
            _ => {
                self.locate(&mut entry, country, row);
                self.add_airport_codes(&mut entry, &id);
            }
        }
        entry.ids.push(format!("geonames:{id}"));
        entry.coordinates = Some(row.coordinates);
        entry.population = row.population;
        entry.line = row.line;
        Some(entry)
    }

    fn city(
        &mut self,
        path: &Path,
        country: CountryCode,
        row: &Row<'_>,
        report: &mut Report,
    ) -> Option<Entry> {
        let seat = match row.feature {
            Feature::City(seat) => seat,
            _ if self.options.sections && row.population > 0 => Seat::None,
            _ => {
                report.clip("a part of a city");
                return None;
            }
        };
        if row.population < self.options.min_population {
            report.clip("below the least number of inhabitants");
            return None;
        }
        let id = row.id.to_string();
        let names = self.row_names(country, row, &[&id]);
        if names.default.is_empty() {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            report.warn("place without a usable name", format_args!("{name}:{}", row.line));
            return None;
        }
        let mut entry = Entry::new(EntryKind::Record(RecordType::City), names);
        entry.ids.push(format!("geonames:{id}"));
        if self.survey.is_commune(row.insee(), row.id) && row.feature != Feature::Section {
            entry.ids.push(format!("insee:{}", row.insee()));
            entry.code = row.insee().to_owned();
        }
        self.locate(&mut entry, country, row);
        if let Some(tagged) = self.alternates.get(id.as_str()) {
            entry.locality.zipcodes = tagged.zipcodes.iter().map(ToString::to_string).collect();
        }
        entry.coordinates = Some(row.coordinates);
        entry.population = row.population;
        entry.importance = importance::settlement(row.population, seat);
        entry.line = row.line;
        Some(entry)
    }

    fn row_names(&mut self, country: CountryCode, row: &Row<'_>, keys: &[&str]) -> Names {
        let mut names = self.names(country, row.name, keys);
        let untagged = row.alternate_names.split(',').filter(|_| self.options.untagged);
        // A few addresses of articles are among the names.
        let untagged = untagged.filter(|text| !text.contains("://"));
        let others = std::iter::once(row.ascii_name).chain(untagged).map(name::clean);
        name::add_alternates(&mut names, others);
        names
    }

    /// Names the areas around a place, those that have a name.
    fn locate(&self, entry: &mut Entry, country: CountryCode, row: &Row<'_>) {
        entry.locality.country = Some(country);
        let (region, county) = (row.admin1_code(), row.admin2_code());
        if self.is_named(&region, self.regions) {
            entry.locality.administrative = AreaName::identified(format!("geonames:{region}"));
        }
        if self.is_named(&county, self.counties) {
            entry.locality.county = AreaName::identified(format!("geonames:{county}"));
        }
    }

    fn add_airport_codes(&self, entry: &mut Entry, id: &str) {
        let codes = self.alternates.get(id).map(|tagged| tagged.airport_codes.as_slice());
        for (scheme, code) in codes.unwrap_or_default() {
            entry.ids.push(format!("{scheme}:{code}"));
            name::add_alternates(&mut entry.names, [code.to_string()]);
        }
        let has_iata = entry.ids.iter().any(|id| id.starts_with("iata:"));
        if entry.kind == EntryKind::Record(RecordType::Airport) {
            entry.importance = importance::airport(has_iata);
        }
    }
}

//! Joins what several sources say of one country to its records.
//!
//! Sources are read in the order of their priority. The first that knows a record makes it;
//! later ones add names, codes, postcodes and whatever is missing, and replace coordinates only
//! when theirs are better: a stated point is better than one derived from addresses, and that
//! is better than a guess. Places meet by identifier, else by name and nearness ([`places`]);
//! addresses by city, street and number ([`streets`]); points by kind, name and nearness
//! ([`points`]).

mod finish;
mod groups;
mod near;
mod places;
mod points;
mod position;
mod streets;

use geocoder_core::gazetteer::Gazetteer;
use geocoder_core::manifest::Attribution;
use geocoder_core::{CountryCode, LonLat, RecordType};

use self::near::NearCities;
use self::places::Places;
use self::points::Points;
use self::streets::Streets;
use crate::entry::{AreaName, Entry, EntryKind};
use crate::error::{Error, Result};
use crate::lexicon::lexicon_for;
use crate::progress::Progress;
use crate::report::{Provenance, Report};
use crate::source::{Sink, Source};

/// Number of a source in the order of reading.
pub(crate) type SourceNumber = u8;

/// Most sources of one country.
const MAX_SOURCES: usize = 200;
/// Farthest that an address without a city is from the city it is given, in metres.
const NEAREST_CITY_M: f64 = 20_000.0;
/// Farthest that a postcode's point is from the city it names, in metres.
const ZIPCODE_REACH_M: f64 = 20_000.0;

/// Reads the sources of a country, the most trusted first, and joins their records.
///
/// Sources under a share-alike licence are mixed with others only when `share_alike` says that
/// the result is offered under that licence.
///
/// # Errors
/// Fails when a source cannot be read, licences may not be mixed, or nothing is found.
pub fn assemble(
    country: CountryCode,
    sources: &[Box<dyn Source>],
    share_alike: bool,
    report: &mut Report,
    progress: &dyn Progress,
) -> Result<Gazetteer> {
    if sources.is_empty() || sources.len() > MAX_SOURCES {
        return Err(Error::NoInput { country });
    }
    check_licences(country, sources, share_alike)?;
    let mut assembler = Assembler::new(country);
    for source in sources {
        assembler.label = source.label();
        source.read(country, &mut assembler, report, progress)?;
        assembler.source += 1;
    }
    progress.start("joining records", 0);
    let mut gazetteer = assembler.finish(report)?;
    gazetteer.attribution = sources.iter().flat_map(|source| source.attribution()).collect();
    gazetteer.attribution.sort();
    gazetteer.attribution.dedup();
    progress.finish();
    report.count_records(&gazetteer);
    Ok(gazetteer)
}

fn check_licences(
    country: CountryCode,
    sources: &[Box<dyn Source>],
    share_alike: bool,
) -> Result<()> {
    let all: Vec<Attribution> = sources.iter().flat_map(|source| source.attribution()).collect();
    let mut licences: Vec<&str> = all.iter().map(|one| one.licence.as_str()).collect();
    licences.sort_unstable();
    licences.dedup();
    let mixed = licences.len() > 1;
    match all.iter().find(|one| one.share_alike) {
        Some(strict) if mixed && !share_alike => Err(Error::ShareAlike {
            country,
            source_name: strict.source.clone(),
            licence: strict.licence.clone(),
        }),
        _ => Ok(()),
    }
}

/// Collects entries until all sources are read.
#[derive(Debug)]
struct Assembler {
    country: CountryCode,
    source: SourceNumber,
    label: String,
    places: Places,
    streets: Streets,
    points: Points,
    near: Option<NearCities>,
    /// Records of a source that knows their hierarchy, as long as nothing else was read: alone
    /// they stay exactly as they are.
    whole: Option<(Gazetteer, SourceNumber)>,
    is_empty: bool,
}

impl Assembler {
    fn new(country: CountryCode) -> Self {
        Self {
            country,
            source: 0,
            label: String::new(),
            places: Places::new(country),
            streets: Streets::new(&lexicon_for(country)),
            points: Points::default(),
            near: None,
            whole: None,
            is_empty: true,
        }
    }

    /// Takes apart the records of a source that came alone so far.
    fn take_apart(&mut self) {
        if let Some((gazetteer, source)) = self.whole.take() {
            self.join(gazetteer, source, &mut Provenance::default());
        }
    }

    fn join(&mut self, gazetteer: Gazetteer, source: SourceNumber, provenance: &mut Provenance) {
        let n_places = self.places.drafts.len();
        let numbers = self.places.import(gazetteer.places, gazetteer.arcs, source);
        for number in &numbers {
            provenance.count("place", *number >= n_places);
        }
        let streets = self.streets.import(gazetteer.streets, &numbers, source);
        provenance.add("street", streets.streets_new, streets.streets_known);
        provenance.add("house", streets.houses, 0);
        let (new, known) = self.points.import(gazetteer.points, &numbers, source);
        provenance.add("point", new, known);
    }

    fn address(&mut self, entry: Entry, report: &mut Report) {
        let source = self.source;
        if entry.names.default.is_empty() {
            report.reject("no street and no name");
            return;
        }
        let city = if entry.locality.city.is_empty() {
            let city = entry.coordinates.and_then(|at| self.nearest_city(at));
            city.map(|city| self.places.vote(city, &entry.locality, None))
        } else {
            self.places.city(&entry.locality, entry.coordinates, source)
        };
        let Some(city) = city else {
            report.reject("no city named and none near");
            return;
        };
        let taken = self.streets.address(entry, city, source, report);
        let provenance = report.provenance.entry(self.label.clone()).or_default();
        provenance.add("street", taken.streets_new, taken.streets_known);
        provenance.add("house", taken.houses, 0);
    }

    /// Returns the city around or near a point. The tree of cities is made anew only when many
    /// have come, so sources that name no cities should follow those that do.
    fn nearest_city(&mut self, at: LonLat) -> Option<usize> {
        if let Some(city) = self.places.city_around(at) {
            return Some(city);
        }
        let n_places = self.places.drafts.len();
        let near = self.near.take().filter(|near| near.n_places + near.n_places / 8 >= n_places);
        let near = near.unwrap_or_else(|| NearCities::new(&self.places));
        let city = near.city(&self.places, at, NEAREST_CITY_M);
        self.near = Some(near);
        city
    }

    fn zipcode(&mut self, entry: &Entry, report: &mut Report) {
        let named = AreaName::named(entry.names.default.clone());
        let city = entry.coordinates.and_then(|at| {
            let named = self.places.known_city(&named, at, ZIPCODE_REACH_M);
            named.or_else(|| self.nearest_city(at))
        });
        match city {
            Some(city) => self.places.add_zipcodes(city, &entry.locality.zipcodes),
            None => report.warn("postcode without a city", &entry.names.default),
        }
    }
}

impl Sink for Assembler {
    fn entry(&mut self, entry: Entry, report: &mut Report) {
        self.take_apart();
        self.is_empty = false;
        let kind = match entry.kind {
            EntryKind::Address | EntryKind::Record(RecordType::Street) => {
                return self.address(entry, report);
            }
            EntryKind::Zipcode => return self.zipcode(&entry, report),
            EntryKind::Record(kind) => kind,
        };
        let source = self.source;
        let named = entry.names.default.clone();
        let line = entry.line;
        let fate = if kind.is_place() {
            self.places.place(kind, entry, source).map(|(_, is_new)| is_new)
        } else {
            let above = self.places.areas_of(&entry.locality, entry.coordinates, source);
            self.points.point(kind, entry, above, source)
        };
        match fate {
            Some(is_new) => {
                let provenance = report.provenance.entry(self.label.clone()).or_default();
                provenance.count(kind.name(), is_new);
            }
            None => {
                let label = &self.label;
                report.warn("record without a position", format_args!("{label}:{line} {named}"));
            }
        }
    }

    fn gazetteer(&mut self, gazetteer: Gazetteer, report: &mut Report) {
        self.take_apart();
        if self.is_empty {
            self.is_empty = false;
            self.whole = Some((gazetteer, self.source));
            return;
        }
        let mut provenance = report.provenance.remove(&self.label).unwrap_or_default();
        self.join(gazetteer, self.source, &mut provenance);
        report.provenance.insert(self.label.clone(), provenance);
    }
}

#[cfg(test)]
mod tests;

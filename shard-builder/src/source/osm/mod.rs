//! OpenStreetMap: extracts in PBF format to a gazetteer of one country.
//!
//! Passes over the files collect what is needed (`extract`); then boundaries give the hierarchy
//! (`hierarchy`), ways give streets, addresses give houses, and the rest gives points.

mod address;
mod arc;
mod blob_index;
mod border;
mod boundary;
mod extract;
mod feature;
mod grouping;
mod hierarchy;
mod house;
mod interpolation;
mod joiner;
mod locate;
mod location;
mod names;
mod near_street;
mod neighbour;
mod node_list;
mod object;
mod pbf;
mod point;
mod postal_area;
mod postcode;
mod street;
mod tags;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use geocoder_core::CountryCode;
use geocoder_core::gazetteer::{Gazetteer, PlaceRecord};
use geocoder_core::manifest::Attribution;

use self::address::{AddressJoin, CityMentions};
use self::extract::Extract;
use self::joiner::Joiner;
use self::locate::Locator;
use self::neighbour::Neighbours;
use self::object::OsmInput;
use self::pbf::PbfFiles;
use self::postal_area::PostalAreas;
use self::street::Streets;
use self::tags::Tags;
use super::{Sink, Source};
use crate::error::{Error, Result};
use crate::lexicon::lexicon_for;
use crate::name;
use crate::progress::{Progress, Silent};
use crate::report::Report;

/// Addresses that must name a city before its name is searched as one of its municipality.
const MIN_MENTIONS: u32 = 5;

/// Extracts in PBF format that together cover a country.
#[derive(Debug, Clone)]
pub struct OsmExtracts {
    /// The files; objects that are in several are read once.
    pub paths: Vec<PathBuf>,
}

impl Source for OsmExtracts {
    fn label(&self) -> String {
        format!("OpenStreetMap {}", super::file_names(&self.paths))
    }

    fn attribution(&self) -> Vec<Attribution> {
        vec![attribution()]
    }

    fn read(
        &self,
        country: CountryCode,
        sink: &mut dyn Sink,
        report: &mut Report,
        progress: &dyn Progress,
    ) -> Result<()> {
        let gazetteer = read_files(country, &self.paths, report, progress)?;
        sink.gazetteer(gazetteer, report);
        Ok(())
    }
}

/// Reads extracts without telling of the progress.
///
/// # Errors
/// Fails when a file cannot be read or the files have nothing of the country.
pub fn read(country: CountryCode, paths: &[PathBuf], report: &mut Report) -> Result<Gazetteer> {
    read_files(country, paths, report, &Silent)
}

fn read_files(
    country: CountryCode,
    paths: &[PathBuf],
    report: &mut Report,
    progress: &dyn Progress,
) -> Result<Gazetteer> {
    if paths.is_empty() {
        return Err(Error::NoInput { country });
    }
    read_input(&PbfFiles::open(paths)?, country, report, progress)
}

/// What must be said about data from OpenStreetMap.
pub fn attribution() -> Attribution {
    Attribution {
        source: "OpenStreetMap".into(),
        licence: "ODbL-1.0".into(),
        url: "https://www.openstreetmap.org/copyright".into(),
        notice: "© OpenStreetMap contributors".into(),
        share_alike: true,
    }
}

fn read_input(
    input: &impl OsmInput,
    country: CountryCode,
    report: &mut Report,
    progress: &dyn Progress,
) -> Result<Gazetteer> {
    let mut extract = Extract::read(input, progress)?;
    if !mentions_country(&extract, country) {
        return Err(Error::Empty { country });
    }
    progress.start("merging records", 0);
    let boundaries = boundary::read(&extract, country, report);
    let hierarchy = hierarchy::build(&extract, country, &boundaries, report);
    let postal = PostalAreas::new(boundaries.postal);
    let mut locator = Locator::new(&hierarchy);
    let lexicon = lexicon_for(country);
    let mut streets = Streets::read(&extract, &locator, report);
    let interpolations = interpolation::read(&extract, report);
    let grouped = grouping::read(&extract);
    extract.drop_lines();
    let (located, mentions) =
        address::locate(&extract, &locator, country, &interpolations.spread, report);
    let mut places = hierarchy.places;
    add_mentioned_names(&mut places, &mut locator, &mentions);
    let joiner = Joiner::new(&grouped, &locator, &lexicon, &streets);
    AddressJoin::new(joiner, &locator, country).join(
        &extract.spots,
        located,
        interpolations,
        &mut streets,
        report,
    );
    neighbour::rehome(&mut streets, &locator, &hierarchy.settlements);
    postcode::fill_houses(&mut streets, &postal);
    postcode::fill_cities(&mut places, &streets, &mentions, report);
    postcode::fill_from_areas(&mut places, &postal);
    let shown = neighbour::shown_cities(&streets, &hierarchy.settlements);
    let near = Neighbours::new(&places, &streets, &shown);
    postcode::fill_parts(&mut places, &near);
    let points = point::read(&extract, &locator, &places, &near, report);
    drop(extract);
    let mut records = Vec::new();
    for (key, draft) in streets.drafts {
        let middle = draft.middle();
        let city = match (shown.get(&key), middle) {
            (Some(city), _) => *city,
            (None, Some(middle)) => near.shown_city(key.0, middle),
            (None, None) => key.0,
        };
        let zipcodes = postcode::of_street(&places, (key.0, city), &draft.zipcodes, middle, &near);
        match draft.finish(city, zipcodes) {
            Some(record) => records.push(record),
            None => report.warn("street without any place", key.1),
        }
    }
    progress.finish();
    if records.is_empty() && points.is_empty() && places.len() < 2 {
        return Err(Error::Empty { country });
    }
    let gazetteer = Gazetteer {
        country: Some(country),
        places,
        streets: records,
        points,
        arcs: hierarchy.arcs,
        attribution: vec![attribution()],
        lexicon,
        separate_alternates: false,
    };
    report.count_records(&gazetteer);
    Ok(gazetteer)
}

/// Whether anything in the extract says that it is about the country, so that a wrong code is
/// not answered by the records of another country.
fn mentions_country(extract: &Extract, country: CountryCode) -> bool {
    const KEYS: [&str; 4] = ["ISO3166-1", "ISO3166-1:alpha2", "ISO3166-2", "addr:country"];
    let is_code = |value: &str| {
        let code = value.split('-').next().and_then(|code| CountryCode::parse(code.trim()));
        code == Some(country)
    };
    let says = |tags: &Tags| KEYS.iter().any(|key| tags.get(key).is_some_and(is_code));
    extract.relations.iter().any(|relation| says(&relation.tags))
        || extract.spots.iter().any(|spot| says(&spot.tags))
        || extract.lines.iter().any(|way| says(&way.tags))
}

/// Makes municipalities findable under the names that their addresses use for them.
///
/// A name that is a place's own is left to it; rare ones are taken for errors.
fn add_mentioned_names(places: &mut [PlaceRecord], locator: &mut Locator, mentions: &CityMentions) {
    let taken: BTreeSet<String> =
        places.iter().flat_map(|place| name::all(&place.names).map(name::key)).collect();
    let mut main: BTreeMap<&String, (u32, usize)> = BTreeMap::new();
    for ((city, key), mention) in mentions {
        let best = main.entry(key).or_insert((mention.count, *city));
        if mention.count > best.0 {
            *best = (mention.count, *city);
        }
    }
    for ((city, key), mention) in mentions {
        let is_main = main.get(key).is_some_and(|(_, of)| of == city);
        if is_main
            && mention.count >= MIN_MENTIONS
            // A number there is a house number or a district that went into the wrong field.
            && key.chars().any(char::is_alphabetic)
            && !taken.contains(key)
            && let Some(place) = places.get_mut(*city)
        {
            name::add_alternates(&mut place.names, [mention.name.clone()]);
            locator.add_name(&mention.name, *city, place.coordinates);
        }
    }
}

#[cfg(test)]
mod tests;

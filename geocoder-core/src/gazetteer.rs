//! Input of the shard writer: the records of one country, merged and with their hierarchy.

use crate::geo::LonLat;
use crate::lexicon::Lexicon;
use crate::manifest::Attribution;
use crate::record::{CountryCode, RecordType};

/// Most inhabitants that a shard can hold.
pub const MAX_POPULATION: u32 = (1 << 31) - 1;

/// All records of one country, in any order; the writer orders them.
#[derive(Debug, Clone, Default)]
pub struct Gazetteer {
    /// The country; `None` is refused by the writer.
    pub country: Option<CountryCode>,
    /// Country, regions, counties and cities. Exactly one is the country.
    pub places: Vec<PlaceRecord>,
    /// Streets and other addressable names, with their houses.
    pub streets: Vec<StreetRecord>,
    /// Airports, bus stops, tourism objects, town halls, railway stations, and cities that
    /// contain nothing.
    pub points: Vec<PointRecord>,
    /// Pieces of boundaries, shared by the places on both sides.
    pub arcs: Vec<Vec<LonLat>>,
    /// Sources of the data.
    pub attribution: Vec<Attribution>,
    /// Abbreviations and stop words of the country's languages.
    pub lexicon: Lexicon,
    /// Whether alternates of streets and points get chunks of their own, so that clients can do
    /// without them.
    pub separate_alternates: bool,
}

/// Names of a record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// Name in the local language.
    pub default: String,
    /// Names by ISO 639 code, shown when that language is asked for.
    pub languages: Vec<(String, String)>,
    /// Other names: searched, never shown.
    pub alternates: Vec<String>,
}

impl Names {
    /// Makes names of a default name alone.
    pub fn new(default: impl Into<String>) -> Self {
        Self { default: default.into(), ..Self::default() }
    }
}

/// A place of the hierarchy.
#[derive(Debug, Clone)]
pub struct PlaceRecord {
    /// Country, administrative, county or city.
    pub kind: RecordType,
    /// Names.
    pub names: Names,
    /// Index in [`Gazetteer::places`] of the next larger place; `None` only for the country.
    pub parent: Option<usize>,
    /// Centre, best a point people would name as its middle.
    pub coordinates: LonLat,
    /// Inhabitants, at most [`MAX_POPULATION`]; 0 when unknown.
    pub population: u32,
    /// Postcodes.
    pub zipcodes: Vec<String>,
    /// Official code: ISO 3166-2 part, county code or city code by kind.
    pub code: String,
    /// How prominent the place is, 0 to 255.
    pub importance: u8,
    /// Whether the place takes part in reverse search; false when its coordinates are guessed.
    pub located: bool,
    /// Indices in [`Gazetteer::arcs`] of the arcs around the place: together they form closed
    /// rings, outer and inner alike; empty when the boundary is unknown.
    pub boundary: Vec<usize>,
}

/// A street of one city.
#[derive(Debug, Clone)]
pub struct StreetRecord {
    /// Names.
    pub names: Names,
    /// Index in [`Gazetteer::places`] of its city.
    pub city: usize,
    /// Postcodes along the street; empty means the city's.
    pub zipcodes: Vec<String>,
    /// A point on the street near its middle.
    pub coordinates: LonLat,
    /// Lines of the street; may be empty.
    pub geometry: Vec<Vec<LonLat>>,
    /// Houses, in any order.
    pub houses: Vec<House>,
    /// How prominent the street is, 0 to 255.
    pub importance: u8,
}

/// A house of a street.
#[derive(Debug, Clone, PartialEq)]
pub struct House {
    /// Number without suffix.
    pub number: u32,
    /// Suffix as shown, such as `a` or `bis`; empty when there is none.
    pub suffix: String,
    /// Where the house is.
    pub coordinates: LonLat,
    /// Its postcode when the street has several; one of [`StreetRecord::zipcodes`].
    pub zipcode: Option<String>,
}

/// A point of interest of one city, or a city that contains nothing itself.
#[derive(Debug, Clone)]
pub struct PointRecord {
    /// Airport, bus, city, tourism, townhall or train.
    pub kind: RecordType,
    /// Names.
    pub names: Names,
    /// Index in [`Gazetteer::places`] of the smallest place around it: for a city a county,
    /// region or country.
    pub city: usize,
    /// Postcodes; empty means the city's, and for a city that none is known.
    pub zipcodes: Vec<String>,
    /// Where it is.
    pub coordinates: LonLat,
    /// Inhabitants of a city, 0 when unknown; 0 for all others.
    pub population: u32,
    /// How prominent it is, 0 to 255.
    pub importance: u8,
}

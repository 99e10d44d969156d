//! Kinds of records and the sets and codes that select them, in PlaceKit's words.

use serde::{Deserialize, Serialize};

/// Kind of a record; the names on the wire are PlaceKit's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum RecordType {
    /// First-level region, such as a state.
    Administrative = 0,
    /// Airport or aerodrome.
    Airport = 1,
    /// Bus or tram stop or station.
    Bus = 2,
    /// City, town, village or municipality.
    City = 3,
    /// Country.
    Country = 4,
    /// Level between region and city, such as a department or district.
    County = 5,
    /// Street or any other addressable name (hamlet, farm, square).
    Street = 6,
    /// Attraction, museum, hotel, viewpoint and the like.
    Tourism = 7,
    /// Town hall.
    Townhall = 8,
    /// Railway station or halt.
    Train = 9,
}

impl RecordType {
    /// All types, in the order of their numbers.
    pub const ALL: [Self; 10] = [
        Self::Administrative,
        Self::Airport,
        Self::Bus,
        Self::City,
        Self::Country,
        Self::County,
        Self::Street,
        Self::Tourism,
        Self::Townhall,
        Self::Train,
    ];

    /// Returns PlaceKit's name of the type.
    pub fn name(self) -> &'static str {
        match self {
            Self::Administrative => "administrative",
            Self::Airport => "airport",
            Self::Bus => "bus",
            Self::City => "city",
            Self::Country => "country",
            Self::County => "county",
            Self::Street => "street",
            Self::Tourism => "tourism",
            Self::Townhall => "townhall",
            Self::Train => "train",
        }
    }

    /// Finds a type by PlaceKit's name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Finds a type by its number in shards.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u8 == number)
    }

    /// Whether the record is a place of the hierarchy (country, administrative, county, city).
    pub fn is_place(self) -> bool {
        matches!(self, Self::Administrative | Self::City | Self::Country | Self::County)
    }
}

/// Set of record types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypeSet(u16);

impl Default for TypeSet {
    fn default() -> Self {
        Self::ALL
    }
}

impl TypeSet {
    /// Every type.
    pub const ALL: Self = Self(0x3ff);
    /// No type.
    pub const NONE: Self = Self(0);

    /// Returns the set with one more type.
    #[must_use]
    pub const fn with(self, kind: RecordType) -> Self {
        Self(self.0 | 1 << kind as u16)
    }

    /// Returns the set without a type.
    #[must_use]
    pub fn without(self, kind: RecordType) -> Self {
        Self(self.0 & !(1 << kind as u16))
    }

    /// Whether the set has the type.
    pub fn contains(self, kind: RecordType) -> bool {
        self.0 & (1 << kind as u16) != 0
    }

    /// Whether the set holds nothing but the given types.
    pub fn is_within(self, kinds: &[RecordType]) -> bool {
        let allowed = kinds.iter().fold(Self::NONE, |set, kind| set.with(*kind));
        self.0 & !allowed.0 == 0
    }
}

/// ISO 3166-1 alpha-2 country code, lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CountryCode([u8; 2]);

impl CountryCode {
    /// Code of the world shard (countries, regions and cities), which is no country: `zz` is
    /// reserved for private use by ISO 3166.
    pub const WORLD: Self = Self(*b"zz");

    /// Reads two ASCII letters of any case.
    pub fn parse(text: &str) -> Option<Self> {
        match text.as_bytes() {
            [a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
                Some(Self([a.to_ascii_lowercase(), b.to_ascii_lowercase()]))
            }
            _ => None,
        }
    }

    /// Returns the code in lower case.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl core::fmt::Display for CountryCode {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How exactly a result's coordinates say where the asked thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// The very house or point asked for.
    Exact,
    /// A house whose number range or other suffix covers the number asked for.
    Range,
    /// A point between two known houses of the street.
    Interpolated,
    /// Somewhere on the street.
    Street,
    /// Somewhere in the area: a city, a region, a country.
    Area,
}

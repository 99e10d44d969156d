//! What people correct: the data of corrections, the same in requests, stores and deltas.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::geo::LonLat;
use crate::hexadecimal;
use crate::record::RecordType;

/// Names a correction: sixteen bytes, shown as 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CorrectionId(pub [u8; 16]);

impl CorrectionId {
    /// Reads 32 hexadecimal digits of either case.
    pub fn parse(text: &str) -> Option<Self> {
        hexadecimal::parse(text).map(Self)
    }
}

impl core::fmt::Display for CorrectionId {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        hexadecimal::write(&self.0, f)
    }
}

impl Serialize for CorrectionId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            self.0.serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for CorrectionId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let text = String::deserialize(deserializer)?;
            let wrong = || serde::de::Error::custom("an id is 32 hexadecimal digits");
            Self::parse(&text).ok_or_else(wrong)
        } else {
            <[u8; 16]>::deserialize(deserializer).map(Self)
        }
    }
}

/// One correction of a base: a record as it is meant to be, or none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Correction {
    /// Names the correction, and decides between two of the same record: the greater one counts.
    pub id: CorrectionId,
    /// What is corrected; `None` adds a record.
    pub target: Option<RecordRef>,
    /// What becomes of it.
    pub change: Change,
}

impl Correction {
    /// Whether all values keep the limits of shards; overlays skip corrections that are not
    /// valid, and bytes that have them cannot be decoded.
    pub fn is_valid(&self) -> bool {
        let target = match &self.target {
            Some(RecordRef::House { suffix, .. }) => super::draft::is_suffix(suffix),
            _ => true,
        };
        target
            && match &self.change {
                Change::Put(record) => super::draft::is_valid(record),
                Change::Remove => true,
            }
    }
}

/// What a correction makes of a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// The record is this.
    Put(Box<PatchRecord>),
    /// The record does not exist.
    Remove,
}

/// Names a record or house within one generation of a base.
///
/// Ordinals belong to the bytes of the base and mean nothing in another generation.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RecordRef {
    /// A country, region, county or city.
    Place {
        /// Its ordinal.
        ordinal: u32,
    },
    /// A street or point, or a city that contains nothing.
    Record {
        /// Number of its block.
        block: u32,
        /// Number in the block.
        index: u32,
    },
    /// A house of a street, which need not exist yet.
    House {
        /// Number of the street's block.
        block: u32,
        /// Number of the street in the block.
        index: u32,
        /// House number without its suffix.
        number: u32,
        /// Suffix as shown, such as `a` or `bis`; empty when there is none.
        suffix: String,
    },
    /// A record that a correction has added: correct that correction instead.
    Added {
        /// The correction.
        id: CorrectionId,
    },
}

/// A whole record as it is after a correction, in PlaceKit's fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PatchRecord {
    /// Type of the record; a house is of the type of its street.
    pub kind: RecordType,
    /// Values that show when no language is asked for, or the record has none in it.
    pub default: PatchFields,
    /// Values by ISO 639 code, each once and in the order of the codes, as in shards: of names that
    /// answer a query alike the first one counts.
    pub languages: Vec<(String, PatchNames)>,
    /// Postcodes, at most 255.
    pub zipcodes: Vec<String>,
    /// Inhabitants of a place; of streets and points those of their city, which they do not change.
    pub population: u32,
    /// Where it is.
    pub coordinates: LonLat,
    /// The house, when the record is one.
    pub house: Option<PatchHouse>,
}

/// Name of a record, and of what contains it; levels that there are not are empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatchFields {
    /// Its name; of a house, number and street.
    pub name: String,
    /// City.
    pub city: String,
    /// County.
    pub county: String,
    /// First-level region.
    pub administrative: String,
    /// Country.
    pub country: String,
}

/// The same in one language; where a value is missing, the default one shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatchNames {
    /// Its name; of a house, that of its street.
    pub name: Option<String>,
    /// City.
    pub city: Option<String>,
    /// County.
    pub county: Option<String>,
    /// First-level region.
    pub administrative: Option<String>,
    /// Country.
    pub country: Option<String>,
}

impl PatchNames {
    /// Returns the name of the record, or of what contains it at the level of a kind.
    pub(super) fn of(&self, container: Option<RecordType>) -> Option<&String> {
        let name = match container {
            None => &self.name,
            Some(RecordType::City) => &self.city,
            Some(RecordType::County) => &self.county,
            Some(RecordType::Administrative) => &self.administrative,
            Some(_) => &self.country,
        };
        name.as_ref()
    }
}

/// A house of a street.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatchHouse {
    /// House number without its suffix.
    pub number: u32,
    /// Suffix as shown, such as `a` or `bis`; empty when there is none.
    pub suffix: String,
    /// Name of the street.
    pub street: String,
}

impl PatchHouse {
    /// Whether all values keep the limits of shards.
    pub fn is_valid(&self) -> bool {
        self.number <= crate::text::MAX_HOUSE_NUMBER
            && super::draft::is_suffix(&self.suffix)
            && (self.street.is_empty() || super::draft::is_usable(&self.street))
    }
}

/// A result that search or reverse gave earlier, by which its record is found again.
#[derive(Debug, Clone, PartialEq)]
pub struct Origin {
    /// Name, in any language of the record.
    pub name: String,
    /// City, in any of its languages.
    pub city: String,
    /// County; `None` and empty match any.
    pub county: Option<String>,
    /// First-level region; `None` and empty match any.
    pub administrative: Option<String>,
    /// Country, in any of its languages.
    pub country: String,
    /// ISO 3166-1 alpha-2 code of any case.
    pub countrycode: String,
    /// Postcodes, in any order.
    pub zipcodes: Vec<String>,
    /// Inhabitants as shown.
    pub population: u32,
    /// Coordinates as shown.
    pub coordinates: LonLat,
    /// Type.
    pub kind: RecordType,
    /// House number, when the result was a house and said so.
    pub house: Option<PatchHouse>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_32_hexadecimal_digits_for_people_and_16_bytes_in_deltas() {
        let id = CorrectionId::parse("00ff10A0000000000000000000000001").unwrap();
        assert_eq!(id.to_string(), "00ff10a0000000000000000000000001");
        assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{id}\""));
        assert_eq!(postcard::to_allocvec(&id).unwrap().len(), 16);
        for wrong in
            ["", "0", "é0ff10a000000000000000000000000", "00ff10a000000000000000000000000g"]
        {
            assert_eq!(CorrectionId::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_correction_survives_json_and_postcard() {
        let correction = Correction {
            id: CorrectionId([7; 16]),
            target: Some(RecordRef::House { block: 3, index: 1, number: 12, suffix: "a".into() }),
            change: Change::Put(Box::new(PatchRecord {
                kind: RecordType::Street,
                default: PatchFields { name: "Städtle 12a".into(), ..PatchFields::default() },
                languages: vec![("fr".into(), PatchNames::default())],
                zipcodes: vec!["9490".into()],
                population: 5_696,
                coordinates: LonLat { lon: 9.5211, lat: 47.1391 },
                house: Some(PatchHouse {
                    number: 12,
                    suffix: "a".into(),
                    street: "Städtle".into(),
                }),
            })),
        };
        let json = serde_json::to_string(&correction).unwrap();
        assert_eq!(serde_json::from_str::<Correction>(&json).unwrap(), correction);
        let bytes = postcard::to_allocvec(&correction).unwrap();
        assert_eq!(postcard::from_bytes::<Correction>(&bytes).unwrap(), correction);
    }
}

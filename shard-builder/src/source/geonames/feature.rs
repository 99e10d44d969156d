//! Which GeoNames features become records: <https://www.geonames.org/export/codes.html>.

use geocoder_core::RecordType;

/// What a feature is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Feature {
    /// A country; the smaller the rank, the more surely it is the one its code stands for.
    Country(u8),
    /// A first-level region.
    Administrative,
    /// A second-level region.
    County,
    /// A populated place and what it is the seat of.
    City(Seat),
    /// A part of a populated place.
    Section,
    /// A place where nobody lives any more.
    Abandoned,
    /// An airport or a railway station.
    Point(RecordType),
    /// Anything else.
    Other,
}

/// What a populated place is the seat of; the larger one counts as greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Seat {
    /// No seat.
    None,
    /// Of a fourth- or fifth-level division.
    Fourth,
    /// Of a third-level division.
    Third,
    /// Of a second-level division.
    Second,
    /// Of a first-level division, or of a government.
    First,
    /// Of the country.
    Capital,
}

/// Reads a feature class and code.
pub(super) fn feature(class: &str, code: &str) -> Feature {
    match (class, code) {
        ("A", "PCLI" | "PCLIX") => Feature::Country(0),
        ("A", "PCLS" | "PCLF" | "PCL") => Feature::Country(1),
        ("A", "PCLD") => Feature::Country(2),
        ("A", "ADM1") => Feature::Administrative,
        ("A", "ADM2") => Feature::County,
        ("P", "PPLX") => Feature::Section,
        ("P", "PPLQ" | "PPLW" | "PPLH" | "PPLCH") => Feature::Abandoned,
        ("P", "PPLC") => Feature::City(Seat::Capital),
        ("P", "PPLA" | "PPLG") => Feature::City(Seat::First),
        ("P", "PPLA2") => Feature::City(Seat::Second),
        ("P", "PPLA3") => Feature::City(Seat::Third),
        ("P", "PPLA4" | "PPLA5") => Feature::City(Seat::Fourth),
        ("P", _) => Feature::City(Seat::None),
        ("S", "AIRP") => Feature::Point(RecordType::Airport),
        ("S", "RSTN") => Feature::Point(RecordType::Train),
        _ => Feature::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn populated_places_are_cities_unless_they_are_parts_or_abandoned() {
        assert_eq!(feature("P", "PPLC"), Feature::City(Seat::Capital));
        assert_eq!(feature("P", "PPL"), Feature::City(Seat::None));
        assert_eq!(feature("P", ""), Feature::City(Seat::None));
        assert_eq!(feature("P", "PPLX"), Feature::Section);
        assert_eq!(feature("P", "PPLQ"), Feature::Abandoned);
        assert_eq!(feature("S", "RSTN"), Feature::Point(RecordType::Train));
        assert_eq!(feature("S", "HTL"), Feature::Other);
        assert_eq!(feature("A", "ADM3"), Feature::Other);
        assert!(Seat::Capital > Seat::First && Seat::Fourth > Seat::None);
    }
}

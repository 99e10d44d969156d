//! What is known of a block before it is looked into: which records it holds, and how prominent
//! they are at most. Searches visit blocks in the order of what they can hold at best.

use super::bits::BitReader;
use super::records::RECORD_TYPES;
use crate::record::{RecordType, TypeSet};

/// Kinds and prominence of the records of a block.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct BlockSummary {
    /// A bit for each of [`RECORD_TYPES`], and [`OWN_ZIPCODES`].
    kinds: u8,
    /// Binary digits of the largest city's population.
    city_digits: u8,
    /// Largest importance of other records, 0 to 15.
    pub(crate) importance: u8,
}

fn bit_of(kind: RecordType) -> u8 {
    let number = RECORD_TYPES.iter().position(|other| *other == kind);
    number.map_or(0, |number| 1 << number)
}

impl BlockSummary {
    /// Whether there are records of a kind.
    pub(crate) fn has(self, kind: RecordType) -> bool {
        self.kinds & bit_of(kind) != 0
    }

    /// Whether there are records of any of some kinds.
    pub(crate) fn has_any(self, types: TypeSet) -> bool {
        self.kinds().any(|kind| types.contains(kind))
    }

    /// Whether there are records with postcodes of their own.
    pub(crate) fn has_own_zipcodes(self) -> bool {
        self.kinds & OWN_ZIPCODES != 0
    }

    /// Iterates over the kinds of records.
    pub(crate) fn kinds(self) -> impl Iterator<Item = RecordType> {
        RECORD_TYPES.into_iter().filter(move |kind| self.has(*kind))
    }

    /// Binary digits of the largest city's population.
    pub(crate) fn city_digits(self) -> u8 {
        self.city_digits
    }

    /// Returns the same of those records whose cities have no more digits.
    pub(crate) fn with_digits(self, most: u8) -> Self {
        Self { city_digits: self.city_digits.min(most), ..self }
    }

    /// Most decimal digits, as a logarithm, that the population of a city of the block has.
    pub(crate) fn most_digits(self) -> f32 {
        f32::from(self.city_digits) * core::f32::consts::LOG10_2
    }

    /// Whether there are other records than cities.
    pub(crate) fn has_others(self) -> bool {
        self.kinds & !(bit_of(RecordType::City) | OWN_ZIPCODES) != 0
    }

    /// Takes a record in.
    pub(crate) fn add(&mut self, kind: RecordType, city_digits: u8, importance: u8) {
        self.kinds |= bit_of(kind);
        self.city_digits = self.city_digits.max(city_digits.min(31));
        self.importance = self.importance.max(importance.min(15));
    }

    /// Notes that a record has postcodes of its own.
    pub(crate) fn add_own_zipcodes(&mut self) {
        self.kinds |= OWN_ZIPCODES;
    }

    /// Reads the summary that follows another.
    pub(super) fn read(reader: &mut BitReader<'_>, before: Self) -> Self {
        let same = reader.bit();
        let mut field = |bits| u8::try_from(reader.bits(bits)).unwrap_or_default();
        let kinds = if same { before.kinds } else { field(KIND_BITS) };
        let mut summary = Self { kinds, city_digits: 0, importance: 0 };
        if summary.has(RecordType::City) {
            summary.city_digits = field(DIGIT_BITS);
        }
        if summary.has_others() {
            summary.importance = field(IMPORTANCE_BITS);
        }
        summary
    }
}

/// Number of binary digits of a population.
pub(crate) fn binary_digits(population: u32) -> u8 {
    u8::try_from(u32::BITS - population.leading_zeros()).unwrap_or(0)
}

/// Mark among the kinds of blocks with records that have postcodes of their own.
const OWN_ZIPCODES: u8 = 1 << RECORD_TYPES.len();
/// Bits of the fields.
const KIND_BITS: u32 = RECORD_TYPES.len() as u32 + 1;
const DIGIT_BITS: u32 = 5;
const IMPORTANCE_BITS: u32 = 4;

#[cfg(feature = "build")]
mod write {
    use super::{BlockSummary, DIGIT_BITS, IMPORTANCE_BITS, KIND_BITS, RecordType};
    use crate::shard::bits::BitWriter;

    impl BlockSummary {
        /// Writes the summary that follows another.
        pub(crate) fn write(self, writer: &mut BitWriter, before: Self) {
            writer.bit(self.kinds == before.kinds);
            if self.kinds != before.kinds {
                writer.bits(u32::from(self.kinds), KIND_BITS);
            }
            if self.has(RecordType::City) {
                writer.bits(u32::from(self.city_digits), DIGIT_BITS);
            }
            if self.has_others() {
                writer.bits(u32::from(self.importance), IMPORTANCE_BITS);
            }
        }
    }
}

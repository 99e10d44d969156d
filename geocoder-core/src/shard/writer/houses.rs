//! Encodes the houses of the streets of one chunk.

use std::collections::BTreeMap;

use super::blocks::Block;
use super::records::{street_anchor, with_header};
use super::units;
use crate::gazetteer::{House, StreetRecord};
use crate::shard::bits::BitWriter;
use crate::shard::houses::{HouseModel, Sides, Suffix, next_letter, zipcode_width};

/// Writes the houses of one chunk.
pub(super) struct HouseWriter {
    suffixes: Vec<String>,
    upper_case: bool,
}

impl HouseWriter {
    /// Looks at all suffixes of the chunk.
    pub(super) fn new(blocks: &[Block<'_>]) -> Self {
        let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
        let records = blocks.iter().flat_map(|block| &block.records);
        for house in records.filter_map(|record| record.street).flat_map(|street| &street.houses) {
            *uses.entry(house.suffix.as_str()).or_default() += 1;
        }
        let count = |upper: bool| -> usize {
            uses.iter().filter(|(s, _)| letter(s, upper).is_some()).map(|(_, n)| n).sum()
        };
        let upper_case = count(true) > count(false);
        let others = uses.into_iter();
        let others = others.filter(|(s, _)| !s.is_empty() && letter(s, upper_case).is_none());
        let mut others: Vec<(&str, usize)> = others.collect();
        // Frequent ones first: their numbers are the shortest codes.
        others.sort_by_key(|(suffix, uses)| (core::cmp::Reverse(*uses), *suffix));
        let suffixes = others.into_iter().map(|(suffix, _)| suffix.to_string()).collect();
        Self { suffixes, upper_case }
    }

    fn suffix(&self, suffix: &str) -> Suffix {
        match letter(suffix, self.upper_case) {
            Some(letter) => Suffix::Letter(letter),
            None if suffix.is_empty() => Suffix::None,
            None => {
                let index = self.suffixes.iter().position(|known| known == suffix);
                Suffix::Other(index.unwrap_or_default() as u32)
            }
        }
    }

    /// Puts the tables in front of the blocks.
    pub(super) fn chunk(&self, blocks: &[Vec<u8>]) -> Vec<u8> {
        let mut header = BitWriter::default();
        header.gamma0(blocks.len() as u32);
        header.bit(self.upper_case);
        header.gamma0(self.suffixes.len() as u32);
        for suffix in &self.suffixes {
            header.gamma(suffix.len() as u32);
            for byte in suffix.bytes() {
                header.bits(u32::from(byte), 8);
            }
        }
        for bytes in blocks {
            header.rice(bytes.len() as u32, 9);
        }
        with_header(header, blocks)
    }
}

/// Returns the number of a suffix that is one letter of the given case.
fn letter(suffix: &str, upper: bool) -> Option<u8> {
    match suffix.as_bytes() {
        [letter] if upper && letter.is_ascii_uppercase() => Some(letter - b'A'),
        [letter] if !upper && letter.is_ascii_lowercase() => Some(letter - b'a'),
        _ => None,
    }
}

pub(super) fn encode_houses(writer: &HouseWriter, block: &Block<'_>) -> Vec<u8> {
    let mut bits = BitWriter::default();
    let mut model = HouseModel::default();
    for record in &block.records {
        let Some(street) = record.street else { continue };
        let anchor = street_anchor(record, block.grid);
        encode_street(writer, street, anchor, record.n_zipcodes, &mut model, &mut bits);
    }
    bits.finish()
}

fn encode_street(
    writer: &HouseWriter,
    street: &StreetRecord,
    anchor: (i32, i32),
    n_zipcodes: usize,
    model: &mut HouseModel,
    bits: &mut BitWriter,
) {
    let mut houses: Vec<(&House, Suffix)> =
        street.houses.iter().map(|house| (house, writer.suffix(&house.suffix))).collect();
    houses.sort_by_key(|(house, suffix)| {
        (house.number, *suffix, units(house.coordinates.lat), units(house.coordinates.lon))
    });
    bits.gamma0(houses.len() as u32);
    // One value more stands for a house whose postcode is not known.
    let zip_width = zipcode_width(n_zipcodes);
    let mut sides = Sides::new(anchor.0, anchor.1);
    let (mut number, mut before, mut zipcode) = (0, Suffix::None, 0);
    for (index, (house, suffix)) in houses.iter().enumerate() {
        let step = house.number - number;
        number = house.number;
        let context = if index == 0 { &mut model.first } else { &mut model.steps };
        bits.unsigned(step, context);
        write_suffix(writer, *suffix, next_letter(step == 0 && index > 0, before), bits);
        before = *suffix;
        let (lat, lon) = (units(house.coordinates.lat), units(house.coordinates.lon));
        let (near_lat, near_lon) = sides.expect(number);
        let contexts = if index == 0 { &mut model.anchor } else { &mut model.moves };
        bits.signed(lat - near_lat, &mut contexts.0);
        bits.signed(lon - near_lon, &mut contexts.1);
        sides.push(number, lat, lon);
        if zip_width > 0 {
            let code = house.zipcode.as_ref();
            let position = code.and_then(|code| street.zipcodes.iter().position(|c| c == code));
            let own = position.map_or(0, |position| position + 1) as u32;
            let same = index > 0 && own == zipcode;
            if index > 0 {
                bits.bit(same);
            }
            if !same {
                bits.bits(own, zip_width);
            }
            zipcode = own;
        }
    }
}

fn write_suffix(writer: &HouseWriter, suffix: Suffix, next: Suffix, bits: &mut BitWriter) {
    bits.bit(suffix != Suffix::None);
    if suffix == Suffix::None {
        return;
    }
    bits.bit(suffix != next);
    if suffix == next {
        return;
    }
    let stored = writer.suffixes.len() as u32;
    bits.gamma0(match suffix {
        Suffix::Letter(letter) => stored + u32::from(letter),
        Suffix::Other(index) => index,
        Suffix::None => 0,
    });
}

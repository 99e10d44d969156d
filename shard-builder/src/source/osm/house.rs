//! A house while it is collected, in few bytes: a country has tens of millions.

use std::rc::Rc;

use geocoder_core::LonLat;
use geocoder_core::gazetteer::House;

use super::location::Position;
use super::object::ObjectKind;
use crate::house_number::HouseNumber;

/// Number and lower-case suffix: one of each street.
pub(crate) type HouseKey = (u32, Box<str>);

/// A house being collected.
#[derive(Debug)]
pub(crate) struct HouseDraft {
    suffix: Box<str>,
    position: Position,
    pub(crate) zipcode: Option<Rc<str>>,
    rank: Rank,
}

/// How well an object says where its house is, and which object it is; lower is better.
pub(crate) type Rank = (u8, ObjectKind, i64);

impl HouseDraft {
    /// Makes a house as one object has it.
    pub(crate) fn new(
        number: &HouseNumber,
        point: LonLat,
        zipcode: Option<Rc<str>>,
        rank: Rank,
    ) -> Self {
        let suffix = number.suffix.as_str().into();
        Self { suffix, position: Position::new(point), zipcode, rank }
    }

    /// Returns where the house is.
    pub(crate) fn point(&self) -> LonLat {
        self.position.point()
    }

    /// Takes over what another object says better of the same house.
    pub(crate) fn merge(&mut self, other: Self) {
        let zipcode = self.zipcode.take().or_else(|| other.zipcode.clone());
        if other.rank < self.rank {
            *self = other;
        }
        self.zipcode = zipcode;
    }

    /// Completes the house; its postcode is told only when its street has several.
    pub(crate) fn finish(self, number: u32, of_street: &[String]) -> House {
        let known = |code: &Rc<str>| of_street.iter().any(|known| **known == **code);
        let zipcode = self.zipcode.filter(|code| of_street.len() > 1 && known(code));
        House {
            number,
            suffix: self.suffix.into(),
            coordinates: self.position.point(),
            zipcode: zipcode.map(|code| code.as_ref().into()),
        }
    }
}

/// Returns the key under which objects of one house meet.
pub(crate) fn house_key(number: &HouseNumber) -> HouseKey {
    (number.number, number.suffix.to_lowercase().into())
}

//! Areas of postcodes, found by point.

use std::rc::Rc;

use geocoder_core::LonLat;

use crate::geometry::{Area, AreaIndex};

/// All areas of postcodes of a country.
#[derive(Debug, Default)]
pub(crate) struct PostalAreas {
    areas: AreaIndex<Rc<str>>,
}

impl PostalAreas {
    /// Indexes areas with their codes.
    pub(crate) fn new(areas: Vec<(String, Area)>) -> Self {
        let areas = areas.into_iter().map(|(code, area)| (code.into(), area)).collect();
        Self { areas: AreaIndex::new(areas) }
    }

    /// Whether no area is known.
    pub(crate) fn is_empty(&self) -> bool {
        self.areas.is_empty()
    }

    /// Returns the postcode of the smallest area around a point.
    pub(crate) fn code_at(&self, point: LonLat) -> Option<&Rc<str>> {
        self.areas.smallest_around(point).map(|(code, _)| code)
    }
}

//! Finds the areas around a point among many.

use geocoder_core::LonLat;
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::Area;

/// Areas with what they stand for.
#[derive(Debug)]
pub(crate) struct AreaIndex<T> {
    areas: Vec<(T, Area)>,
    boxes: RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>,
}

impl<T> Default for AreaIndex<T> {
    fn default() -> Self {
        Self { areas: Vec::new(), boxes: RTree::new() }
    }
}

impl<T> AreaIndex<T> {
    /// Indexes areas; of areas of one size the first is found.
    pub(crate) fn new(areas: Vec<(T, Area)>) -> Self {
        let boxes = areas.iter().enumerate().map(|(number, (_, area))| {
            let b = area.bbox();
            let corners = ([b.min_lon, b.min_lat], [b.max_lon, b.max_lat]);
            GeomWithData::new(Rectangle::from_corners(corners.0, corners.1), number)
        });
        let boxes = RTree::bulk_load(boxes.collect());
        Self { areas, boxes }
    }

    /// Whether there is no area.
    pub(crate) fn is_empty(&self) -> bool {
        self.areas.is_empty()
    }

    /// Returns the areas around a point, in no order.
    pub(crate) fn around(&self, point: LonLat) -> impl Iterator<Item = (usize, &(T, Area))> {
        let at = AABB::from_point([point.lon, point.lat]);
        let found = self.boxes.locate_in_envelope_intersecting(at);
        found
            .filter_map(|found| Some((found.data, self.areas.get(found.data)?)))
            .filter(move |(_, (_, area))| area.contains(point))
    }

    /// Returns the smallest area around a point.
    pub(crate) fn smallest_around(&self, point: LonLat) -> Option<&(T, Area)> {
        let smaller = |a: &(usize, &(T, Area)), b: &(usize, &(T, Area))| {
            a.1.1.extent().total_cmp(&b.1.1.extent()).then(a.0.cmp(&b.0))
        };
        self.around(point).min_by(smaller).map(|(_, found)| found)
    }
}

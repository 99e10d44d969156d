//! Finds the street nearest to an address that names none.

use geocoder_core::LonLat;
use rstar::primitives::{GeomWithData, Line};
use rstar::{PointDistance, RTree};

use super::street::{StreetKey, Streets};

/// Farthest that an address without a street may be from the street it is given, in metres.
const NEAREST_STREET_M: f64 = 60.0;

/// Streets by where their lines are.
#[derive(Debug)]
pub(crate) struct NearStreets {
    segments: RTree<GeomWithData<Line<[f64; 2]>, u32>>,
    keys: Vec<StreetKey>,
    lon_scale: f64,
}

impl NearStreets {
    /// Indexes all lines of streets.
    pub(crate) fn new(streets: &Streets) -> Self {
        let mut keys = Vec::new();
        let mut lines = Vec::new();
        for (key, draft) in &streets.drafts {
            let number = u32::try_from(keys.len()).unwrap_or(u32::MAX);
            keys.push(key.clone());
            lines.extend(draft.lines().into_iter().map(|line| (number, line)));
        }
        let lat = lines.first().and_then(|(_, line)| line.first()).map_or(0.0, |point| point.lat);
        let lon_scale = lat.to_radians().cos();
        let flat = |point: &LonLat| [point.lon * lon_scale, point.lat];
        let segments = lines.iter().flat_map(|(number, line)| {
            line.windows(2).filter_map(move |pair| match pair {
                [from, to] => Some(GeomWithData::new(Line::new(flat(from), flat(to)), *number)),
                _ => None,
            })
        });
        Self { segments: RTree::bulk_load(segments.collect()), keys, lon_scale }
    }

    /// Returns the nearest street of a city within reach.
    pub(crate) fn find(&self, city: usize, point: LonLat) -> Option<StreetKey> {
        let at = [point.lon * self.lon_scale, point.lat];
        let reach = NEAREST_STREET_M / geocoder_core::geo::DEGREE_M;
        let nearest = self.segments.nearest_neighbor_iter(at);
        nearest
            .take_while(|segment| segment.distance_2(&at) <= reach * reach)
            .filter_map(|segment| self.keys.get(segment.data as usize))
            .find(|key| key.0 == city)
            .cloned()
    }
}

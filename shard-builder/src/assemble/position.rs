//! Where a place is, from the best of what sources say.

use geocoder_core::LonLat;

/// Where a place is, and how well that is known; the better one counts as larger.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) enum Position {
    /// Nothing is known.
    #[default]
    Unknown,
    /// The middle of something larger.
    Guessed(LonLat),
    /// The mean of addresses: sums and number.
    Derived { lon: f64, lat: f64, count: f64 },
    /// As a source states it.
    Stated(LonLat),
}

impl Position {
    /// How well the point is known.
    pub(super) fn rank(self) -> u8 {
        match self {
            Self::Unknown => 0,
            Self::Guessed(_) => 1,
            Self::Derived { .. } => 2,
            Self::Stated(_) => 3,
        }
    }

    /// Returns the point, if any.
    pub(super) fn point(self) -> Option<LonLat> {
        match self {
            Self::Unknown => None,
            Self::Guessed(point) | Self::Stated(point) => Some(point),
            Self::Derived { lon, lat, count } => LonLat::new(lon / count, lat / count),
        }
    }

    /// Whether the place is really there.
    pub(super) fn is_known(self) -> bool {
        self.rank() > 1
    }

    /// Takes the point of an address into the mean.
    pub(super) fn add_address(&mut self, point: LonLat) {
        match self {
            Self::Unknown | Self::Guessed(_) => {
                *self = Self::Derived { lon: point.lon, lat: point.lat, count: 1.0 };
            }
            Self::Derived { lon, lat, count } => {
                *lon += point.lon;
                *lat += point.lat;
                *count += 1.0;
            }
            Self::Stated(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_move_guesses_and_means_but_no_stated_point() {
        let point = |lat| LonLat { lon: 0.0, lat };
        let mut position = Position::Guessed(point(50.0));
        position.add_address(point(10.0));
        position.add_address(point(20.0));
        assert_eq!(position.point(), Some(point(15.0)));
        assert!(position.is_known() && !Position::Guessed(point(1.0)).is_known());
        let mut stated = Position::Stated(point(50.0));
        stated.add_address(point(10.0));
        assert_eq!(stated.point(), Some(point(50.0)));
        assert!(stated.rank() > position.rank());
    }
}

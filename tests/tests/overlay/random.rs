//! Numbers, points and names that look random, the same for the same seed.

use geocoder_core::LonLat;

/// A small generator of numbers that look random: the steps of SplitMix64.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % limit as u64).unwrap()
    }

    pub(crate) fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    /// Returns a point at most so many units of 1e-5 degree away in either direction.
    pub(crate) fn beside(&mut self, at: LonLat, units: usize) -> LonLat {
        let mut offset =
            || (f64::from(u32::try_from(self.below(2 * units + 1)).unwrap()) - units as f64) / 1e5;
        let round = |degrees: f64| (degrees * 1e5).round() / 1e5;
        LonLat { lon: round(at.lon + offset()), lat: round(at.lat + offset()) }
    }

    /// Returns a name of words of the country and new ones.
    pub(crate) fn name(&mut self) -> String {
        let first = ["Neue", "Alte", "Im", "Sankt Blasius", "Rue de l'Étoile", "Zum"];
        let second =
            ["Quellbrunnen", "Kirchstrasse", "Xaverweg", "Größenwinkel", "Feld", "東京通り"];
        let number = self.below(90) + 10;
        match self.below(3) {
            0 => format!("{} {}", self.of(&first), self.of(&second)),
            1 => format!("{}{number}", self.of(&second)),
            _ => format!("{} {} {number}", self.of(&first), self.of(&second)),
        }
    }
}

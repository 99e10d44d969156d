//! First look at the rows: which of several is the country, the commune or the main city of an
//! area, so that the second look can hand over entries one by one.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::PathBuf;

use geocoder_core::{CountryCode, LonLat};

use super::super::fields;
use super::feature::{Feature, Seat};
use super::row::{self, Row};
use crate::error::Result;
use crate::progress::Progress;
use crate::report::Report;

/// How sure a row is the main one: seat, inhabitants, then the older identifier.
type Rank = (Seat, u32, Reverse<u32>);

/// What was seen.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Identifiers of rows that may become records.
    pub(super) ids: HashSet<u32>,
    /// Countries that have rows.
    pub(super) countries: BTreeSet<CountryCode>,
    /// Codes of regions and counties that are rows themselves.
    pub(super) areas: HashSet<String>,
    /// The row that is the country, by country.
    country_rows: BTreeMap<CountryCode, (u8, Reverse<u32>, u32)>,
    /// The row that bears a French commune's code.
    communes: BTreeMap<String, (Rank, u32)>,
    /// Where the main city of a country, region or county is, by `CC`, `CC.A1`, `CC.A1.A2`.
    seats: BTreeMap<String, (Rank, LonLat)>,
}

impl Survey {
    /// Reads all rows of a country; what is wrong with them is reported at the second look.
    pub(super) fn of(
        paths: &[PathBuf],
        country: CountryCode,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let mut survey = Self::default();
        let mut ignored = Report::default();
        row::for_each(paths, country, &mut ignored, progress, |_, row, _| survey.see(row))?;
        Ok(survey)
    }

    fn see(&mut self, row: &Row<'_>) {
        let Some(country) = row.country else { return };
        match row.feature {
            Feature::Other | Feature::Abandoned => return,
            Feature::Country(rank) => {
                let candidate = (rank, Reverse(row.population), row.id);
                let best = self.country_rows.entry(country).or_insert(candidate);
                *best = candidate.min(*best);
            }
            Feature::City(seat) => self.see_city(country, row, seat),
            Feature::Administrative => drop(self.areas.insert(row.admin1_code())),
            Feature::County => drop(self.areas.insert(row.admin2_code())),
            _ => {}
        }
        self.countries.insert(country);
        self.ids.insert(row.id);
    }

    fn see_city(&mut self, country: CountryCode, row: &Row<'_>, seat: Seat) {
        let rank = (seat, row.population, Reverse(row.id));
        if !row.insee().is_empty() {
            let best = self.communes.entry(row.insee().to_owned()).or_insert((rank, row.id));
            *best = (*best).max((rank, row.id));
        }
        for area in [fields::upper(country), row.admin1_code(), row.admin2_code()] {
            if !area.is_empty() {
                let best = self.seats.entry(area).or_insert((rank, row.coordinates));
                if rank > best.0 {
                    *best = (rank, row.coordinates);
                }
            }
        }
    }

    /// Whether a row is the one that its country's code stands for.
    pub(super) fn is_country(&self, country: CountryCode, id: u32) -> bool {
        self.country_rows.get(&country).is_some_and(|(_, _, best)| *best == id)
    }

    /// Whether a row is the one among those in a French commune that bears its code.
    pub(super) fn is_commune(&self, insee: &str, id: u32) -> bool {
        self.communes.get(insee).is_some_and(|(_, best)| *best == id)
    }

    /// Where the main city of an area is.
    pub(super) fn seat(&self, area: &str) -> Option<LonLat> {
        self.seats.get(area).map(|(_, point)| *point)
    }
}

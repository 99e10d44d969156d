//! Places of France, its overseas countries included, for those who look for communes.

use std::cmp::Reverse;
use std::path::PathBuf;

use geocoder_core::{CountryCode, LonLat};

use super::feature::{Feature, Seat};
use super::row;
use crate::error::Result;
use crate::progress::Progress;
use crate::report::Report;

/// Countries that have or are parts of France.
const FRENCH: [&str; 13] =
    ["bl", "fr", "gf", "gp", "mf", "mq", "nc", "pf", "pm", "re", "tf", "wf", "yt"];

/// A place that may be a commune or a district of one.
#[derive(Debug, Clone)]
pub(in super::super) struct CommuneRow {
    pub(in super::super) name: String,
    pub(in super::super) country: Option<CountryCode>,
    /// Code of the commune it lies in; empty when unknown.
    pub(in super::super) insee: String,
    /// Whether it is only a part of a city.
    pub(in super::super) is_section: bool,
    pub(in super::super) coordinates: LonLat,
    /// The larger, the more likely it is the commune among those that lie in it.
    pub(in super::super) rank: (Seat, u32, Reverse<u32>),
}

/// Calls a function with each such place.
///
/// # Errors
/// Fails when a file cannot be read or is of another format.
pub(in super::super) fn for_each(
    paths: &[PathBuf],
    progress: &dyn Progress,
    mut action: impl FnMut(CommuneRow),
) -> Result<()> {
    // What is wrong with the rows is for the reader of GeoNames to report.
    let mut ignored = Report::default();
    row::for_each(paths, CountryCode::WORLD, &mut ignored, progress, |_, row, _| {
        let seat = match row.feature {
            Feature::City(seat) => seat,
            Feature::Section => Seat::None,
            _ => return,
        };
        if row.country.is_some_and(|country| FRENCH.contains(&country.as_str())) {
            action(CommuneRow {
                name: row.name.to_owned(),
                country: row.country,
                insee: row.insee().to_owned(),
                is_section: row.feature == Feature::Section,
                coordinates: row.coordinates,
                rank: (seat, row.population, Reverse(row.id)),
            });
        }
    })
}

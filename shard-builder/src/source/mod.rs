//! Sources of records. A source reads what it was given and answers one country's gazetteer;
//! nothing after it knows where the records come from.

pub mod osm;

use geocoder_core::CountryCode;
use geocoder_core::gazetteer::Gazetteer;

use crate::error::Result;
use crate::progress::Progress;
use crate::report::Report;

/// A list of records with its own format, licence and rules.
pub trait Source {
    /// Reads all records of one country and tells the report what became of the input.
    ///
    /// The same input gives the same gazetteer, whatever the order of reading.
    ///
    /// # Errors
    /// Fails when the input cannot be read or has nothing of the country.
    fn read(
        &self,
        country: CountryCode,
        report: &mut Report,
        progress: &dyn Progress,
    ) -> Result<Gazetteer>;
}

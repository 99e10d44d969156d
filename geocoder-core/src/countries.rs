//! A country as a result, for hosts that know where a caller is rather than what is asked.

use crate::engine::Geocoder;
use crate::error::Result;
use crate::present::present;
use crate::record::{CountryCode, RecordType};
use crate::response::Hit;
use crate::search::{Target, escaped};

impl<D: AsRef<[u8]>> Geocoder<D> {
    /// Returns a country by its code, from its own shard or else from the world's.
    ///
    /// # Errors
    /// Fails when a chunk that the answer needs is corrupt.
    pub fn country(&self, country: CountryCode, language: Option<&str>) -> Result<Option<Hit>> {
        // Shards are in the order of their codes, and the world's is the last that there is.
        for shard in self.shards() {
            let own = shard.meta().country;
            if own != country && own != CountryCode::WORLD {
                continue;
            }
            let places = shard.places();
            let found = (0u32..).zip(&places.places).find(|(_, place)| {
                let code = places.code(place);
                place.kind == Some(RecordType::Country)
                    && (own == country || code.eq_ignore_ascii_case(country.as_str()))
            });
            let Some((ordinal, _)) = found else { continue };
            let mut hit = present(shard, &Target::Place(ordinal), language)?.hit;
            hit.highlight = escaped(&hit.name);
            return Ok(Some(hit));
        }
        Ok(None)
    }
}

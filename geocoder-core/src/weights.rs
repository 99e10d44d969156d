//! Weights of the score: data of a shard, so that builders can tune them without a new engine.

use serde::{Deserialize, Serialize};

/// Largest weight that makes sense, of either sign.
const MAX_WEIGHT: f32 = 1000.0;

/// Declares the weights once: their order is the order in shards.
macro_rules! weights {
    ($($(#[$doc:meta])* $name:ident = $value:literal,)*) => {
        /// Weights of the score; `docs/RANKING.md` has the formula and where they come from.
        ///
        /// In shards they are a list of numbers in this order. Words and costs are in points.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(try_from = "Vec<f32>", into = "Vec<f32>")]
        pub struct Weights {
            $($(#[$doc])* pub $name: f32,)*
        }

        impl Default for Weights {
            fn default() -> Self {
                Self { $($name: $value,)* }
            }
        }

        impl From<Weights> for Vec<f32> {
            fn from(weights: Weights) -> Self {
                vec![$(weights.$name),*]
            }
        }

        impl TryFrom<Vec<f32>> for Weights {
            type Error = &'static str;

            fn try_from(list: Vec<f32>) -> Result<Self, Self::Error> {
                let sane = |weight: &f32| weight.abs() <= MAX_WEIGHT;
                match list.as_slice() {
                    &[$($name),*] if list.iter().all(sane) => Ok(Self { $($name),* }),
                    _ => Err("impossible weights"),
                }
            }
        }
    };
}

weights! {
    /// Word of content that is found.
    content = 10.0,
    /// Number that is found elsewhere than among the houses of a street.
    number = 6.0,
    /// Street type or direction that is found.
    street_type = 4.0,
    /// Stop word that is found.
    stop = 3.0,
    /// Word of content that is not found.
    content_missing = 7.0,
    /// Number that is not found.
    number_missing = 6.0,
    /// Street type or direction that is not found.
    type_missing = 3.0,
    /// Stop word that is not found.
    stop_missing = 2.0,
    /// Word that says nothing about where and is not found.
    noise_missing = 0.5,
    /// Share of a word's points when it names what contains the result.
    container = 0.95,
    /// Lost when nothing of the name is asked for, in proportion.
    name_rest = 6.0,
    /// Share of it when the query is the beginning of the name.
    started_rest = 0.35,
    /// Lost by a name that is not shown.
    alternate_name = 1.5,
    /// Lost by a name in another language than the one that is shown.
    other_language = 0.5,
    /// Won by an airport whose code is asked for.
    airport_code = 4.0,
    /// Won besides when the code is typed in capitals.
    capital_code = 5.0,
    /// Least points of a word that is found, whatever it costs.
    least_found = 0.5,
    /// Cost of a synonym.
    synonym_cost = 1.0,
    /// Cost of another spelling of umlauts.
    variant_cost = 0.6,
    /// Cost of two words that are written as one.
    join_cost = 1.0,
    /// Cost of a word that is written as two.
    split_cost = 1.0,
    /// Cost of an unfinished word that goes on.
    prefix_cost = 1.0,
    /// Cost of a finished word that goes on.
    cut_cost = 2.5,
    /// Cost of an unfinished word with an error that goes on, besides that of the error.
    error_prefix_cost = 2.5,
    /// Cost of an error.
    edit_cost = 3.0,
    /// Cost of a run of letters without spaces of which only pairs are found.
    bigram_cost = 4.0,
    /// Cost of a postcode that is only started.
    zipcode_prefix_cost = 4.0,
    /// Cost of naming a city beside the one that contains the result.
    neighbour_cost = 1.5,
    /// Won by each word whose marks are written as in the name.
    marks = 0.5,
    /// House with the number asked for.
    number_exact = 6.0,
    /// Won by each further word that the number is made of.
    number_word = 2.0,
    /// House with the number and another suffix, or a range around it.
    number_near = 4.0,
    /// Number between those of two houses.
    number_interpolated = 2.0,
    /// Lost when the number is not there.
    number_absent = 2.0,
    /// Lost by each further number.
    number_foreign = 4.0,
    /// Points per tenfold population of cities.
    population = 0.8,
    /// Points per tenfold population of the city of streets and points.
    city_population = 0.2,
    /// Most important street or point.
    importance = 1.5,
    /// Something at the very coordinates of the request.
    proximity = 4.0,
    /// Distance in kilometres at which the points of streets and points for proximity have fallen
    /// to 61 %.
    street_radius = 53.0,
    /// The same of places.
    place_radius = 320.0,
    /// Distance in kilometres from the middle of a city up to which it may be named in place of
    /// the one beside it.
    neighbour_radius = 2.0,
    /// Prior of countries.
    country_type = 2.0,
    /// Prior of cities.
    city_type = 1.5,
    /// Prior of regions.
    administrative_type = 1.0,
    /// Prior of counties.
    county_type = 0.5,
    /// Prior of airports and railway stations.
    station_type = 0.5,
    /// Prior of streets.
    street_type_prior = 0.3,
    /// Prior of town halls and sights.
    sight_type = 0.2,
    /// Prior of bus stops.
    bus_type = 0.0,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_survive_a_shard() {
        let weights = Weights { content: 9.0, ..Weights::default() };
        let bytes = postcard::to_allocvec(&weights).unwrap();
        assert_eq!(postcard::from_bytes::<Weights>(&bytes).unwrap(), weights);
    }

    #[test]
    fn impossible_weights_are_refused() {
        for broken in [f32::NAN, f32::INFINITY, -1e9] {
            let weights = Weights { edit_cost: broken, ..Weights::default() };
            let bytes = postcard::to_allocvec(&weights).unwrap();
            assert!(postcard::from_bytes::<Weights>(&bytes).is_err(), "{broken}");
        }
        let few = postcard::to_allocvec(&vec![1.0f32; 3]).unwrap();
        assert!(postcard::from_bytes::<Weights>(&few).is_err());
    }
}

//! Reads what patches are asked for.

use geocoder_core::wire::{RequestOptions, Value as WireValue};
use geocoder_core::{RecordType, TypeSet};
use serde_json::{Map, Value};

use super::input::Input;
use crate::error::{ApiError, Place};
use crate::fields::whole_number;
use crate::model::PatchStatus;
use crate::store::{PatchFilter, search_words};

/// Largest offset: nobody turns so many pages.
const MAX_OFFSET: u64 = 1_000_000;

/// A search for patches.
#[derive(Debug, Clone)]
pub struct PatchSearch {
    /// Which patches are wanted.
    pub filter: PatchFilter,
    /// Language in which they are shown.
    pub language: Option<String>,
    /// The query as it was sent.
    pub query: String,
}

impl PatchSearch {
    /// Reads the body of `POST /patch/search`.
    ///
    /// # Errors
    /// Returns every option that breaks a rule.
    pub fn read(app_id: &str, body: &Map<String, Value>) -> Result<Self, ApiError> {
        let mut input = Input::new(body, "");
        let status = read_status(&mut input);
        let offset = match input.member("offset") {
            None => 0,
            Some(value) => {
                whole_number(value).filter(|offset| *offset <= MAX_OFFSET).unwrap_or_else(|| {
                    input.refuse("offset", format!("Must be an integer from 0 to {MAX_OFFSET}."));
                    0
                })
            }
        };
        input.finish()?;
        let mut options: RequestOptions = serde_json::from_value(Value::Object(body.clone()))
            .map_err(|error| ApiError::invalid(Place::Body, "", "", error.to_string()))?;
        // Whoever looks for patches of countries means them, unlike someone who types.
        let countries = std::mem::take(&mut options.countries);
        let mut request = options.into_search().map_err(invalid)?;
        let of_countries = RequestOptions { countries, ..RequestOptions::default() };
        request.countries = of_countries.into_search().map_err(invalid)?.countries;
        let kinds = RecordType::ALL
            .into_iter()
            .filter(|kind| request.types != TypeSet::ALL && request.types.contains(*kind));
        let mut kinds: Vec<String> = kinds.map(|kind| kind.name().to_owned()).collect();
        if request.types == TypeSet::NONE {
            // No patch is of a type without a name.
            kinds.push(String::new());
        }
        let filter = PatchFilter {
            app_ids: vec![app_id.to_owned()],
            status,
            countries: request.countries.iter().map(ToString::to_string).collect(),
            kinds,
            words: folded_words(&request.query),
            near: request.coordinates.map(|point| (point.lat, point.lon)),
            offset,
            limit: request.max_results as u64,
        };
        Ok(Self { filter, language: request.language, query: request.query })
    }
}

fn invalid(errors: Vec<geocoder_core::wire::FieldError>) -> ApiError {
    ApiError::Invalid { place: Place::Body, errors }
}

/// Reads a status.
pub fn read_status(input: &mut Input<'_>) -> Option<PatchStatus> {
    match input.member("status")?.as_str() {
        Some("pending") => Some(PatchStatus::Pending),
        Some("approved") => Some(PatchStatus::Approved),
        _ => {
            input.refuse("status", "Must be `pending` or `approved`.");
            None
        }
    }
}

/// Returns the words of a query in the form in which they are compared.
pub fn folded_words(text: &str) -> Vec<String> {
    let mut words = search_words(text);
    words.truncate(MAX_WORDS);
    words
}

/// Most words that are compared.
const MAX_WORDS: usize = 16;

/// Reads a language as clients send it in queries: what is none counts as absent.
pub fn shown_language(text: Option<&str>) -> Option<String> {
    let value = text.map_or(WireValue::Null, |text| WireValue::Text(text.to_owned()));
    let options = RequestOptions { language: value, ..RequestOptions::default() };
    options
        .into_search()
        .ok()
        .and_then(|request| request.language)
        .filter(|code| code != "undefined")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(body: &Value) -> Result<PatchSearch, ApiError> {
        PatchSearch::read("APP", body.as_object().unwrap())
    }

    #[test]
    fn an_empty_body_asks_for_all_patches_of_the_app() {
        let search = read(&json!({})).unwrap();
        assert_eq!(search.filter.app_ids, ["APP"]);
        assert_eq!((search.filter.limit, search.filter.offset), (5, 0));
        assert!(search.filter.countries.is_empty() && search.filter.kinds.is_empty());
    }

    #[test]
    fn filters_are_read_as_those_of_searches() {
        let search = read(&json!({
            "query": "Große Gasse", "countries": ["LI"], "types": ["-street", "-bus"],
            "status": "approved", "maxResults": 20, "offset": 40, "coordinates": "47.1, 9.5",
        }))
        .unwrap();
        let filter = search.filter;
        assert_eq!(filter.words, ["grosse", "gasse"]);
        assert_eq!((filter.countries, filter.kinds.len()), (vec!["li".to_owned()], 8));
        assert_eq!((filter.limit, filter.offset, filter.near), (20, 40, Some((47.1, 9.5))));
    }

    #[test]
    fn what_breaks_a_rule_is_refused() {
        for body in [
            json!({"status": "rejected"}),
            json!({"offset": -1}),
            json!({"offset": "3"}),
            json!({"maxResults": 21}),
            json!({"countries": ["xyz"]}),
        ] {
            assert!(read(&body).is_err(), "{body}");
        }
    }

    #[test]
    fn what_clients_send_for_no_language_is_none() {
        for text in [None, Some(""), Some("undefined"), Some("12")] {
            assert_eq!(shown_language(text), None, "{text:?}");
        }
        assert_eq!(shown_language(Some("fr-CH")).as_deref(), Some("fr"));
    }
}

//! Untyped request options as clients send them, checked into typed requests with PlaceKit's rules.
//!
//! Every host (REST, WebAssembly, command line) reads requests through this module, so that
//! defaults, limits and error texts are the same everywhere.

use core::fmt;

use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

use crate::geo::LonLat;
use crate::record::{CountryCode, RecordType, TypeSet};
use crate::request::{DEFAULT_MAX_RESULTS, MAX_RESULTS, ReverseRequest, SearchRequest};

/// Longest list that is read from a request; longer ones are refused.
const MAX_LIST: usize = 300;

/// A value of any JSON shape, as far as request options need it.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// Absent or null.
    #[default]
    Null,
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Self>),
    /// An object; its content plays no role in any option.
    Object,
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyShape;
        impl<'de> Visitor<'de> for AnyShape {
            type Value = Value;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any value")
            }
            fn visit_unit<E>(self) -> Result<Value, E> {
                Ok(Value::Null)
            }
            fn visit_none<E>(self) -> Result<Value, E> {
                Ok(Value::Null)
            }
            fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<Value, D::Error> {
                Value::deserialize(inner)
            }
            fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
                Ok(Value::Bool(value))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
                Ok(Value::Number(value))
            }
            #[expect(clippy::cast_precision_loss, reason = "options are small numbers")]
            fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
                Ok(Value::Number(value as f64))
            }
            #[expect(clippy::cast_precision_loss, reason = "options are small numbers")]
            fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
                Ok(Value::Number(value as f64))
            }
            fn visit_str<E>(self, value: &str) -> Result<Value, E> {
                Ok(Value::Text(value.into()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = items.next_element::<Value>()? {
                    // One item over the limit is kept so that the check can see the excess.
                    if list.len() <= MAX_LIST {
                        list.push(item);
                    }
                }
                Ok(Value::List(list))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
                while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Value::Object)
            }
        }
        deserializer.deserialize_any(AnyShape)
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(value) => match as_integer(*value) {
                Some(integer) => serializer.serialize_i64(integer),
                None => serializer.serialize_f64(*value),
            },
            Self::Text(value) => serializer.serialize_str(value),
            Self::List(items) => serializer.collect_seq(items),
            Self::Object => serializer.collect_map(core::iter::empty::<(&str, &str)>()),
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "checked to be a small integer")]
fn as_integer(value: f64) -> Option<i64> {
    let integer = value as i64;
    (value.abs() < 1e15 && (integer as f64).to_bits() == value.to_bits()).then_some(integer)
}

/// Options of a search or reverse request; unknown ones are ignored, as PlaceKit's API does.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RequestOptions {
    /// What the user typed.
    pub query: Value,
    /// ISO 3166-1 alpha-2 codes.
    pub countries: Value,
    /// ISO 639-1 code.
    pub language: Value,
    /// Type names, each optionally with a leading `-`.
    pub types: Value,
    /// Number of results.
    pub max_results: Value,
    /// `lat,lng`.
    pub coordinates: Value,
    /// Whether results carry the terms of their score.
    pub explain: Value,
    /// Whether the country of the caller's address is meant; only servers can know it.
    #[serde(rename = "countryByIP")]
    pub country_by_ip: Value,
}

/// One refused option, in the shape of PlaceKit's 422 answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FieldError {
    /// The value as it was sent.
    pub value: Value,
    /// What is wrong, for people.
    pub msg: String,
    /// Name of the option, with an index for list items.
    pub param: String,
    /// The same name; PlaceKit's API has used both.
    pub path: String,
    /// Where the option was.
    pub location: &'static str,
}

impl FieldError {
    /// Refuses an option of a body.
    pub fn new(param: impl Into<String>, value: &Value, msg: impl Into<String>) -> Self {
        let param = param.into();
        Self { value: value.clone(), msg: msg.into(), path: param.clone(), param, location: "body" }
    }
}

impl RequestOptions {
    /// Checks the options of a forward search.
    ///
    /// # Errors
    /// Returns every option that breaks a limit.
    pub fn into_search(self) -> Result<SearchRequest, Vec<FieldError>> {
        let mut errors = Vec::new();
        let query = match &self.query {
            Value::Null => String::new(),
            Value::Text(text) => text.clone(),
            other => {
                errors.push(FieldError::new("query", other, "Must be a string."));
                String::new()
            }
        };
        let request = SearchRequest {
            query,
            countries: countries(&self.countries, &mut errors),
            language: language(&self.language, &mut errors),
            types: types(&self.types, &mut errors),
            max_results: max_results(&self.max_results, &mut errors),
            coordinates: coordinates(&self.coordinates, &mut errors),
            explain: self.explain == Value::Bool(true),
        };
        if errors.is_empty() { Ok(request.with_country_rule()) } else { Err(errors) }
    }

    /// Checks the options of a reverse search.
    ///
    /// # Errors
    /// Returns every option that breaks a limit; coordinates are required.
    pub fn into_reverse(self) -> Result<ReverseRequest, Vec<FieldError>> {
        let mut errors = Vec::new();
        let point = coordinates(&self.coordinates, &mut errors);
        if point.is_none() && errors.is_empty() {
            let msg = "Coordinates are required, as \"lat,lng\".";
            errors.push(FieldError::new("coordinates", &self.coordinates, msg));
        }
        let request = ReverseRequest {
            coordinates: point.unwrap_or(LonLat { lon: 0.0, lat: 0.0 }),
            countries: countries(&self.countries, &mut errors),
            language: language(&self.language, &mut errors),
            types: types(&self.types, &mut errors),
            max_results: max_results(&self.max_results, &mut errors),
        };
        if errors.is_empty() { Ok(request) } else { Err(errors) }
    }
}

impl SearchRequest {
    /// Who asks for countries alone means all of them: PlaceKit's country picker sends the
    /// country it stands at.
    fn with_country_rule(mut self) -> Self {
        if self.types == TypeSet::NONE.with(RecordType::Country) {
            self.countries.clear();
        }
        self
    }
}

fn list<'a>(name: &str, value: &'a Value, errors: &mut Vec<FieldError>) -> &'a [Value] {
    match value {
        Value::Null => &[],
        Value::List(items) if items.len() <= MAX_LIST => items,
        Value::List(_) => {
            errors.push(FieldError::new(name, &Value::Null, format!("At most {MAX_LIST} items.")));
            &[]
        }
        other => {
            errors.push(FieldError::new(name, other, "Must be an array of strings."));
            &[]
        }
    }
}

fn countries(value: &Value, errors: &mut Vec<FieldError>) -> Vec<CountryCode> {
    let mut codes = Vec::new();
    for (index, item) in list("countries", value, errors).iter().enumerate() {
        let code = match item {
            Value::Text(text) => CountryCode::parse(text),
            _ => None,
        };
        match code {
            Some(code) if codes.contains(&code) => {}
            Some(code) => codes.push(code),
            None => errors.push(FieldError::new(
                format!("countries[{index}]"),
                item,
                "Must be an ISO 3166-1 alpha-2 country code.",
            )),
        }
    }
    codes
}

fn language(value: &Value, errors: &mut Vec<FieldError>) -> Option<String> {
    match value {
        Value::Null => None,
        // Browsers send region variants, and PlaceKit's client the word `undefined`.
        Value::Text(text) => {
            let code: String = text
                .chars()
                .take_while(char::is_ascii_alphabetic)
                .take(4)
                .map(|letter| letter.to_ascii_lowercase())
                .collect();
            (2..=3).contains(&code.len()).then_some(code)
        }
        other => {
            errors.push(FieldError::new("language", other, "Must be a string."));
            None
        }
    }
}

fn types(value: &Value, errors: &mut Vec<FieldError>) -> TypeSet {
    let (mut wanted, mut unwanted, mut any_wanted) = (TypeSet::NONE, TypeSet::ALL, false);
    for (index, item) in list("types", value, errors).iter().enumerate() {
        let text = match item {
            Value::Text(text) => text.as_str(),
            _ => "",
        };
        let (negative, name) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        match RecordType::from_name(name) {
            Some(kind) if negative => unwanted = unwanted.without(kind),
            Some(kind) => {
                any_wanted = true;
                wanted = wanted.with(kind);
            }
            None => errors.push(FieldError::new(
                format!("types[{index}]"),
                item,
                "Must be a record type, with an optional leading minus sign.",
            )),
        }
    }
    let base = if any_wanted { wanted } else { TypeSet::ALL };
    RecordType::ALL
        .into_iter()
        .filter(|kind| base.contains(*kind) && unwanted.contains(*kind))
        .fold(TypeSet::NONE, TypeSet::with)
}

fn max_results(value: &Value, errors: &mut Vec<FieldError>) -> usize {
    let number = match value {
        Value::Null => return DEFAULT_MAX_RESULTS,
        Value::Number(number) => as_integer(*number).and_then(|n| usize::try_from(n).ok()),
        Value::Text(text) => text.parse().ok(),
        _ => None,
    };
    match number {
        Some(number) if (1..=MAX_RESULTS).contains(&number) => number,
        _ => {
            let msg = "Must be an integer between 1 and 20 included.";
            errors.push(FieldError::new("maxResults", value, msg));
            DEFAULT_MAX_RESULTS
        }
    }
}

fn coordinates(value: &Value, errors: &mut Vec<FieldError>) -> Option<LonLat> {
    let point = match value {
        Value::Null => return None,
        Value::Text(text) => LonLat::parse_lat_lng(text),
        _ => None,
    };
    if point.is_none() {
        let msg = "Must be \"lat,lng\" in degrees, latitude first.";
        errors.push(FieldError::new("coordinates", value, msg));
    }
    point
}

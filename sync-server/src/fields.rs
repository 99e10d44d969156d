//! Reads fields of JSON objects and queries, and collects what is wrong with them, so that an
//! answer names every wrong field at once.
//!
//! Fields can have several names, since the API takes the words of several others; the first name
//! that is there counts. Unknown fields are ignored, as PlaceKit's clients send some.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use geocoder_core::wire::{FieldError, Value as WireValue};
use serde_json::{Map, Value};
use url::form_urlencoded;

use crate::error::{ApiError, Place};
use crate::model::Timestamp;

/// Longest list of anything.
const MAX_LIST: usize = 300;

/// Fields that wait to be read.
#[derive(Debug)]
pub struct FieldReader {
    place: Place,
    values: Map<String, Value>,
    errors: Vec<FieldError>,
}

/// Reads a whole number from 0, also when it is written as `5.0`: JSON has no integers of its own.
pub fn whole_number(value: &Value) -> Option<u64> {
    /// The largest number up to which every whole number has a float of its own.
    const MOST: f64 = 9_007_199_254_740_991.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole, and in the range of both types"
    )]
    let from_float = |float: f64| {
        (float.fract() == 0.0 && (0.0..=MOST).contains(&float)).then_some(float as u64)
    };
    value.as_u64().or_else(|| value.as_f64().and_then(from_float))
}

/// A field that can be there without a value: `None` when it is not there, `Some(None)` when it
/// is null or empty, which takes back what was set.
pub type Settable<T> = Option<Option<T>>;

impl FieldReader {
    /// Reads the object of a body.
    pub fn body(values: Map<String, Value>) -> Self {
        Self { place: Place::Body, values, errors: Vec::new() }
    }

    /// Reads a query; parameters without a value, and those that a script has left `undefined`,
    /// count as not there. Of repeated ones the last counts.
    pub fn query(text: &str) -> Self {
        let values = form_urlencoded::parse(text.as_bytes())
            .filter(|(_, value)| !value.is_empty() && value != "undefined")
            .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
            .collect();
        Self { place: Place::Query, values, errors: Vec::new() }
    }

    /// Whether a field is there, even as null.
    pub fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// Notes that a field is wrong.
    pub fn refuse(&mut self, name: &str, value: &Value, msg: impl Into<String>) {
        let error = FieldError::new(name, &wire_value(value), msg);
        self.errors.push(FieldError { location: self.place.name(), ..error });
    }

    /// Takes a field as it is.
    pub fn take<'n>(&mut self, names: &[&'n str]) -> Option<(&'n str, Value)> {
        let mut taken = None;
        for name in names {
            let value = self.values.remove(*name);
            taken = taken.or(value.map(|value| (*name, value)));
        }
        taken
    }

    /// Reads a text of so many characters without control characters; `""` counts as null.
    pub fn text(&mut self, names: &[&str], chars: RangeInclusive<usize>) -> Settable<String> {
        let (name, value) = self.take(names)?;
        match &value {
            Value::Null => Some(None),
            Value::String(text) if text.trim().is_empty() => Some(None),
            Value::String(text)
                if chars.contains(&text.chars().count()) && !text.chars().any(char::is_control) =>
            {
                Some(Some(text.clone()))
            }
            _ => {
                let (least, most) = (chars.start(), chars.end());
                let msg = format!(
                    "Must be a string of {least} to {most} characters without control characters."
                );
                self.refuse(name, &value, msg);
                None
            }
        }
    }

    /// Reads one of some words, of any case.
    pub fn choice<T: Copy>(&mut self, names: &[&str], choices: &[(&str, T)]) -> Option<T> {
        let (name, value) = self.take(names)?;
        if value.is_null() {
            return None;
        }
        let found = value.as_str().and_then(|text| {
            choices.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)).map(|(_, it)| *it)
        });
        if found.is_none() {
            let words: Vec<_> = choices.iter().map(|(word, _)| *word).collect();
            self.refuse(name, &value, format!("Must be one of: {}.", words.join(", ")));
        }
        found
    }

    /// Reads `true` or `false`.
    pub fn flag(&mut self, names: &[&str]) -> bool {
        match self.take(names) {
            None | Some((_, Value::Null)) => false,
            Some((_, Value::Bool(flag))) => flag,
            Some((name, value)) => match value.as_str() {
                Some("true" | "1") => true,
                Some("false" | "0") => false,
                _ => {
                    self.refuse(name, &value, "Must be true or false.");
                    false
                }
            },
        }
    }

    /// Reads a whole number; in queries written in digits.
    pub fn integer(&mut self, names: &[&str], range: RangeInclusive<u64>) -> Option<u64> {
        let (name, value) = self.take(names)?;
        if value.is_null() {
            return None;
        }
        let number = match (&value, self.place) {
            (Value::String(text), Place::Query) => text.parse().ok(),
            _ => whole_number(&value),
        };
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            let (least, most) = (range.start(), range.end());
            let msg = format!("Must be an integer between {least} and {most} included.");
            self.refuse(name, &value, msg);
        }
        number
    }

    /// Reads an instant.
    pub fn timestamp(&mut self, names: &[&str]) -> Settable<Timestamp> {
        let (name, value) = self.take(names)?;
        if value.is_null() || value.as_str() == Some("") {
            return Some(None);
        }
        let at = value.as_str().and_then(Timestamp::parse);
        if at.is_none() {
            self.refuse(name, &value, "Must be a date and time as in 2026-01-31T12:00:00Z.");
        }
        at.map(Some)
    }

    /// Reads a list of texts, or one text with commas; numbers count as their digits. Repeated
    /// items count once.
    pub fn list<T: PartialEq>(
        &mut self,
        names: &[&str],
        most: usize,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Settable<Vec<T>> {
        let (name, value) = self.take(names)?;
        let items: Vec<Value> = match &value {
            Value::Null => return Some(None),
            Value::Array(items) => items.clone(),
            Value::String(text) => text
                .split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty())
                .map(Value::from)
                .collect(),
            _ => {
                self.refuse(name, &value, "Must be a list of strings.");
                return None;
            }
        };
        if items.len() > most.min(MAX_LIST) {
            self.refuse(name, &Value::Null, format!("Must have at most {most} items."));
            return None;
        }
        let mut list: Vec<T> = Vec::with_capacity(items.len());
        let before = self.errors.len();
        for (index, item) in items.iter().enumerate() {
            let parsed = match item {
                Value::String(text) => parse(text),
                Value::Number(number) => parse(&number.to_string()),
                _ => Err("Must be a string.".into()),
            };
            match parsed {
                Ok(item) if list.contains(&item) => {}
                Ok(item) => list.push(item),
                Err(msg) => self.refuse(&format!("{name}[{index}]"), item, msg),
            }
        }
        (self.errors.len() == before).then_some(Some(list))
    }

    /// Reads an object of texts.
    pub fn texts(
        &mut self,
        names: &[&str],
        most: usize,
        key_chars: usize,
        value_chars: usize,
    ) -> Settable<BTreeMap<String, String>> {
        let (name, value) = self.take(names)?;
        let Value::Object(object) = &value else {
            if value.is_null() {
                return Some(None);
            }
            self.refuse(name, &value, "Must be an object of strings.");
            return None;
        };
        let texts: Option<BTreeMap<String, String>> = object
            .iter()
            .map(|(key, value)| {
                let value = value.as_str()?;
                let fits = (1..=key_chars).contains(&key.chars().count())
                    && value.chars().count() <= value_chars
                    && !key.chars().chain(value.chars()).any(|c| c == '\0');
                fits.then(|| (key.clone(), value.to_owned()))
            })
            .collect();
        match texts.filter(|texts| texts.len() <= most) {
            Some(texts) => Some(Some(texts)),
            None => {
                let msg = format!(
                    "Must be an object of at most {most} strings, keys up to {key_chars} and values up to {value_chars} characters."
                );
                self.refuse(name, &value, msg);
                None
            }
        }
    }

    /// Accepts a field that cannot be changed when it says what is so anyway, so that an object
    /// which was read can be sent back.
    pub fn fixed(&mut self, names: &[&str], current: &str) {
        for name in names {
            if let Some((name, value)) = self.take(&[name])
                && !value.is_null()
                && value.as_str() != Some(current)
            {
                self.refuse(name, &value, "Cannot be changed.");
            }
        }
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// Returns everything that is wrong.
    pub fn finish(self) -> Result<(), ApiError> {
        if self.errors.is_empty() {
            Ok(())
        } else {
            Err(ApiError::Invalid { place: self.place, errors: self.errors })
        }
    }
}

/// Returns a value as refusals show it.
pub fn wire_value(value: &Value) -> WireValue {
    match value {
        Value::Null => WireValue::Null,
        Value::Bool(value) => WireValue::Bool(*value),
        Value::Number(number) => WireValue::Number(number.as_f64().unwrap_or(f64::NAN)),
        Value::String(text) => WireValue::Text(text.clone()),
        Value::Array(items) => WireValue::List(items.iter().take(20).map(wire_value).collect()),
        Value::Object(_) => WireValue::Object,
    }
}

//! Reads request options from JavaScript, whatever they are; their rules are the core's.
//!
//! Written by hand because callers may pass anything: cyclic lists, functions, big integers.
//! Nothing is read deeper than the items of a list.

use geocoder_core::wire::{FieldError, RequestOptions, Value};
use js_sys::{Array, JsString, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use crate::error::{Error, Result};

/// Longest text that is read, in UTF-16 units; a query over it is refused, not cut.
const MAX_TEXT_UNITS: u32 = 65_536;
/// Items of a list that are read: more than the core allows, so that it sees any excess.
const MAX_ITEMS: u32 = 1_000;

/// Reads the options object; a missing one stands for all defaults.
pub(crate) fn request_options(query: &JsValue, options: &JsValue) -> Result<RequestOptions> {
    let read = |name: &str| -> Result<Value> {
        if !options.is_object() {
            return Ok(Value::Null);
        }
        let value = Reflect::get(options, &name.into()).map_err(Error::Thrown)?;
        to_value(name, &value)
    };
    Ok(RequestOptions {
        query: to_value("query", query)?,
        countries: read("countries")?,
        language: read("language")?,
        types: read("types")?,
        max_results: read("maxResults")?,
        coordinates: read("coordinates")?,
        explain: read("explain")?,
        // No device knows the country of its address.
        country_by_ip: Value::Null,
    })
}

fn to_value(name: &str, value: &JsValue) -> Result<Value> {
    match value.dyn_ref::<Array>() {
        None => scalar(name, value),
        Some(items) => {
            let read = items.length().min(MAX_ITEMS);
            (0..read)
                .map(|index| scalar(name, &items.get(index)))
                .collect::<Result<_>>()
                .map(Value::List)
        }
    }
}

fn scalar(name: &str, value: &JsValue) -> Result<Value> {
    if value.is_null() || value.is_undefined() {
        return Ok(Value::Null);
    }
    if let Some(text) = value.dyn_ref::<JsString>() {
        if text.length() > MAX_TEXT_UNITS {
            return Err(Error::InvalidOptions(vec![too_long(name)]));
        }
        // Lone surrogates become U+FFFD here.
        return Ok(Value::Text(text.into()));
    }
    let scalar = value.as_bool().map(Value::Bool).or_else(|| value.as_f64().map(Value::Number));
    // What JSON cannot say (functions, symbols, big integers) is as wrong as an object.
    Ok(scalar.unwrap_or(Value::Object))
}

fn too_long(name: &str) -> FieldError {
    FieldError {
        value: Value::Null,
        msg: format!("At most {MAX_TEXT_UNITS} characters."),
        param: name.into(),
        path: name.into(),
        location: "body",
    }
}

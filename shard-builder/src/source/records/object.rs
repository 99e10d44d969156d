//! Fields of one record, checked as `docs/record.schema.json` says.

use geocoder_core::LonLat;
use serde_json::{Map, Value};

/// Longest name, in characters.
const MAX_NAME: usize = 250;
/// Longest code, house number or suffix, in characters.
const MAX_CODE: usize = 20;

/// A JSON object whose fields are asked for one by one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Object<'a>(pub(super) &'a Map<String, Value>);

impl<'a> Object<'a> {
    /// Reads a name; nothing when it is left out.
    pub(super) fn name(self, key: &str) -> Result<Option<&'a str>, String> {
        let Some(text) = self.text(key, MAX_NAME)? else { return Ok(None) };
        check_name(text).map_err(|problem| format!("'{key}' {problem}"))?;
        Ok(Some(text))
    }

    /// Reads a list of names.
    pub(super) fn names(self, key: &str) -> Result<Vec<&'a str>, String> {
        let Some(value) = self.0.get(key) else { return Ok(Vec::new()) };
        let list = value.as_array().ok_or(format!("'{key}' is no list"))?;
        let name = |value: &'a Value| {
            let text = value.as_str().ok_or(format!("'{key}' has what is no text"))?;
            check_name(text).map_err(|problem| format!("'{key}' {problem}"))?;
            Ok(text)
        };
        list.iter().map(name).collect()
    }

    /// Reads a text of at most so many characters; empty when it is left out.
    pub(super) fn code(self, key: &str) -> Result<&'a str, String> {
        Ok(self.text(key, MAX_CODE)?.unwrap_or_default())
    }

    /// Reads the name of an area; empty when it is left out.
    pub(super) fn area(self, key: &str) -> Result<&'a str, String> {
        Ok(self.text(key, MAX_NAME)?.unwrap_or_default())
    }

    /// Reads a text of at most so many characters; nothing when it is left out.
    pub(super) fn text(self, key: &str, max: usize) -> Result<Option<&'a str>, String> {
        let Some(value) = self.0.get(key) else { return Ok(None) };
        let text = value.as_str().ok_or(format!("'{key}' is no text"))?;
        if text.chars().count() > max {
            return Err(format!("'{key}' has more than {max} characters"));
        }
        Ok(Some(text))
    }

    /// Reads a whole number in a range; nothing when it is left out.
    pub(super) fn integer(self, key: &str, min: u32, max: u32) -> Result<Option<u32>, String> {
        let Some(value) = self.0.get(key) else { return Ok(None) };
        match integer(value).filter(|number| (min..=max).contains(number)) {
            Some(number) => Ok(Some(number)),
            None => Err(format!("'{key}' is no whole number from {min} to {max}")),
        }
    }

    /// Reads postcodes, one or a list.
    pub(super) fn zipcodes(self) -> Result<Vec<String>, String> {
        let list = match self.0.get("zipcode") {
            None => return Ok(Vec::new()),
            Some(Value::Array(list)) => list.as_slice(),
            Some(one) => std::slice::from_ref(one),
        };
        let zipcode = |value: &Value| {
            let text = value.as_str().filter(|text| is_zipcode(text));
            let text = text.ok_or("'zipcode' has what is no postcode")?;
            Ok(text.trim().to_uppercase())
        };
        list.iter().map(zipcode).collect()
    }

    /// Reads a house number, as text or as a number.
    pub(super) fn house_number(self) -> Result<String, String> {
        let number = match self.0.get("number") {
            Some(Value::Number(_)) => self.integer("number", 1, 1_000_000)?.map(|n| n.to_string()),
            _ => None,
        };
        let number = match number {
            Some(number) => number,
            None => self.code("number")?.trim().to_owned(),
        };
        let suffix = self.code("suffix")?.trim();
        Ok(format!("{number} {suffix}").trim().to_owned())
    }

    /// Reads where the record is; nothing when it is left out.
    pub(super) fn position(self) -> Result<Option<LonLat>, String> {
        let lat = self.degrees("lat", 90.0)?;
        let lng = self.degrees("lng", 180.0)?;
        let pair = match (lat, lng) {
            (Some(lat), Some(lng)) => LonLat::new(lng, lat),
            (None, None) => None,
            _ => return Err("'lat' and 'lng' belong together".into()),
        };
        match self.0.get("coordinates") {
            None => Ok(pair),
            Some(value) => match value.as_str().and_then(parse_pair) {
                Some(point) => Ok(Some(point)),
                None => Err("'coordinates' is no latitude, longitude".into()),
            },
        }
    }

    fn degrees(self, key: &str, max: f64) -> Result<Option<f64>, String> {
        let Some(value) = self.0.get(key) else { return Ok(None) };
        match value.as_f64().filter(|degrees| degrees.abs() <= max) {
            Some(degrees) => Ok(Some(degrees)),
            None => Err(format!("'{key}' is no number from -{max} to {max}")),
        }
    }
}

/// Checks that something is left of a name when markup and spaces are taken away.
fn check_name(text: &str) -> Result<(), String> {
    let is_visible = |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>');
    if !text.contains(is_visible) {
        return Err("is empty".into());
    }
    if text.chars().count() > MAX_NAME {
        return Err(format!("has more than {MAX_NAME} characters"));
    }
    Ok(())
}

fn is_zipcode(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'-');
    (1..=12).contains(&text.len())
        && text.bytes().all(plain)
        && text.bytes().any(|byte| byte.is_ascii_digit())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked before")]
fn integer(value: &Value) -> Option<u32> {
    // JSON does not tell 5 from 5.0.
    let number = value.as_f64()?;
    let fits = number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number);
    fits.then_some(number as u32)
}

/// Reads `lat, lng` in plain decimal notation.
fn parse_pair(text: &str) -> Option<LonLat> {
    let (lat, lng) = text.split_once(',')?;
    LonLat::new(parse_degrees(lng)?, parse_degrees(lat)?)
}

fn parse_degrees(text: &str) -> Option<f64> {
    let text = text.trim_matches(' ');
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    (is_digits(whole) && is_digits(fraction)).then(|| text.parse().ok())?
}

//! Reads fields of records as clients send them: whole records, origins and updates.

use geocoder_core::wire::{FieldError, Value as WireValue};
use geocoder_core::{CountryCode, LonLat, RecordType};
use serde_json::{Map, Value};

use crate::error::{ApiError, Place};
use crate::fields::{whole_number, wire_value};
use crate::model::Fields;
use crate::model::patch::Street;

/// Longest text of a field, in characters; no name on record is longer.
pub const MAX_TEXT_CHARS: usize = 200;
/// Longest code or postcode, in characters.
const MAX_CODE_CHARS: usize = 20;
/// Most postcodes of a record.
const MAX_ZIPCODES: usize = 250;
/// Most inhabitants that a shard can hold.
const MAX_POPULATION: u64 = (1 << 31) - 1;

/// How much of a record has to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All required fields: a new record.
    Whole,
    /// All required fields, as an earlier answer had them: what identifies a record is not
    /// judged as what is written into one.
    Origin,
    /// At least one field.
    Some,
}

/// Reads members of a JSON object, noting every one that breaks a rule.
#[derive(Debug)]
pub struct Input<'a> {
    members: &'a Map<String, Value>,
    /// Name of the object in the request, with a full stop behind it; empty for the body itself.
    prefix: String,
    errors: Vec<FieldError>,
}

impl<'a> Input<'a> {
    /// Starts at an object.
    pub fn new(members: &'a Map<String, Value>, prefix: impl Into<String>) -> Self {
        Self { members, prefix: prefix.into(), errors: Vec::new() }
    }

    /// Refuses a member.
    pub fn refuse(&mut self, name: &str, msg: impl Into<String>) {
        let value = self.members.get(name.split(['[', '.']).next().unwrap_or(name));
        self.refuse_value(name, value, msg);
    }

    fn refuse_value(&mut self, name: &str, value: Option<&Value>, msg: impl Into<String>) {
        let value = value.map_or(WireValue::Null, wire_value);
        self.errors.push(FieldError::new(format!("{}{name}", self.prefix), &value, msg));
    }

    /// Returns a member; null counts as absent.
    pub fn member(&self, name: &str) -> Option<&'a Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    /// Reads an object.
    pub fn object(&mut self, name: &str) -> Option<&'a Map<String, Value>> {
        let value = self.member(name)?;
        if !value.is_object() {
            self.refuse(name, "Must be an object.");
        }
        value.as_object()
    }

    /// Reads a text that is shown to people.
    pub fn text(&mut self, name: &str, most_chars: usize) -> Option<String> {
        let value = self.member(name)?;
        match value.as_str().map(str::trim) {
            None => self.refuse(name, "Must be a string."),
            Some(text) => match fault_of(text, most_chars) {
                Some(fault) => self.refuse(name, fault),
                None => return Some(text.to_owned()),
            },
        }
        None
    }

    /// Reads the code of a language for a translation; clients' words for none count as absent.
    pub fn language(&mut self) -> Option<String> {
        let value = self.member("language")?;
        let Some(text) = value.as_str() else {
            self.refuse("language", "Must be a string.");
            return None;
        };
        let code = text.trim().to_ascii_lowercase();
        if code.is_empty() || code == "undefined" {
            return None;
        }
        if (2..=3).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return Some(code);
        }
        self.refuse("language", "Must be an ISO 639 language code.");
        None
    }

    /// Reads a boolean.
    pub fn flag(&mut self, name: &str) -> Option<bool> {
        let value = self.member(name)?;
        if !value.is_boolean() {
            self.refuse(name, "Must be a boolean.");
        }
        value.as_bool()
    }

    /// Returns nothing when all was well.
    ///
    /// # Errors
    /// Returns every member that was refused.
    pub fn finish(self) -> Result<(), ApiError> {
        if self.errors.is_empty() {
            return Ok(());
        }
        Err(ApiError::Invalid { place: Place::Body, errors: self.errors })
    }

    /// Reads the fields of a record in a member; `None` when the member is absent.
    pub fn fields(&mut self, name: &str, extent: Extent) -> Option<Fields> {
        let members = self.object(name)?;
        let mut input = Input::new(members, format!("{}{name}.", self.prefix));
        let fields = input.read_fields(extent);
        if extent == Extent::Some && fields == Fields::default() && input.errors.is_empty() {
            self.refuse(name, "Must have at least one field of a record.");
        }
        self.errors.append(&mut input.errors);
        Some(fields)
    }

    fn read_fields(&mut self, extent: Extent) -> Fields {
        let whole = extent != Extent::Some;
        if whole {
            // PlaceKit's own client leaves county and administrative out.
            let required = [
                "name",
                "city",
                "country",
                "countrycode",
                "zipcode",
                "population",
                "coordinates",
                "type",
            ];
            for name in required {
                if self.member(name).is_none() {
                    self.refuse(name, "Is required.");
                }
            }
        }
        let name = self.text("name", MAX_TEXT_CHARS);
        if name.as_deref() == Some("") {
            self.refuse("name", "Must not be empty.");
        }
        Fields {
            name,
            city: self.text("city", MAX_TEXT_CHARS),
            county: self.text("county", MAX_TEXT_CHARS),
            administrative: self.text("administrative", MAX_TEXT_CHARS),
            country: self.text("country", MAX_TEXT_CHARS),
            administrativecode: self.text("administrativecode", MAX_CODE_CHARS),
            countycode: self.text("countycode", MAX_CODE_CHARS),
            citycode: self.text("citycode", MAX_CODE_CHARS),
            countrycode: self.country_code(),
            zipcode: self.zipcodes(),
            population: self.population(),
            coordinates: self.coordinates(),
            kind: self.kind(extent),
            street: self.street(),
        }
    }

    fn country_code(&mut self) -> Option<String> {
        let value = self.member("countrycode")?;
        let code = value.as_str().and_then(CountryCode::parse);
        if code.is_none() {
            self.refuse("countrycode", "Must be an ISO 3166-1 alpha-2 country code.");
        }
        code.map(|code| code.to_string())
    }

    fn zipcodes(&mut self) -> Option<Vec<String>> {
        let Value::Array(items) = self.member("zipcode")? else {
            self.refuse("zipcode", "Must be an array of strings.");
            return None;
        };
        if items.len() > MAX_ZIPCODES {
            self.refuse_value("zipcode", None, format!("Must have at most {MAX_ZIPCODES} items."));
            return None;
        }
        let mut zipcodes: Vec<String> = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let text = item.as_str().map(str::trim);
            let fault = match text {
                None => Some("Must be a string.".to_owned()),
                Some("") => Some("Must not be empty.".to_owned()),
                Some(text) => fault_of(text, MAX_CODE_CHARS),
            };
            if let Some(fault) = fault {
                self.refuse_value(&format!("zipcode[{index}]"), Some(item), fault);
            }
            zipcodes
                .extend(text.filter(|text| !zipcodes.iter().any(|z| z == text)).map(Into::into));
        }
        Some(zipcodes)
    }

    fn population(&mut self) -> Option<u32> {
        let number =
            whole_number(self.member("population")?).filter(|number| *number <= MAX_POPULATION);
        if number.is_none() {
            self.refuse("population", format!("Must be an integer from 0 to {MAX_POPULATION}."));
        }
        number.and_then(|number| u32::try_from(number).ok())
    }

    fn coordinates(&mut self) -> Option<(f64, f64)> {
        let value = self.member("coordinates")?;
        let point = value.as_str().and_then(LonLat::parse_lat_lng);
        if point.is_none() {
            self.refuse("coordinates", "Must be \"lat,lng\" in degrees, latitude first.");
        }
        point.map(|point| (point.lat, point.lon))
    }

    fn kind(&mut self, extent: Extent) -> Option<RecordType> {
        let value = self.member("type")?;
        let kind = value.as_str().and_then(RecordType::from_name);
        match kind {
            None => self.refuse("type", "Must be a record type."),
            Some(RecordType::Country) if extent != Extent::Origin => {
                self.refuse("type", "Countries cannot be added.");
            }
            Some(_) => {}
        }
        kind
    }

    fn street(&mut self) -> Option<Street> {
        let members = self.object("street")?;
        let mut input = Input::new(members, format!("{}street.", self.prefix));
        let mut part = |name| input.text(name, MAX_TEXT_CHARS).unwrap_or_default();
        let street = Street { number: part("number"), suffix: part("suffix"), name: part("name") };
        self.errors.append(&mut input.errors);
        Some(street)
    }
}

/// Returns what is wrong with a text that is shown to people: clients write it into pages.
pub fn fault_of(text: &str, most_chars: usize) -> Option<String> {
    if text.chars().count() > most_chars {
        return Some(format!("Must have at most {most_chars} characters."));
    }
    let bad = |c: char| matches!(c, '<' | '>') || c.is_control();
    text.contains(bad).then(|| "Must not contain `<`, `>` or control characters.".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn record() -> Value {
        json!({
            "name": "Rue Neuve", "city": "Vaduz", "country": "Liechtenstein", "countrycode": "LI",
            "zipcode": ["9490", "9490"], "population": 5700, "coordinates": "47.14, 9.52",
            "type": "street", "highlight": "<mark>Rue</mark>", "lat": 47.14, "foo": [],
        })
    }

    fn read(value: &Value, extent: Extent) -> Result<Fields, Vec<(String, String)>> {
        let body = json!({ "record": value });
        let mut input = Input::new(body.as_object().unwrap(), "");
        let fields = input.fields("record", extent);
        match input.finish() {
            Ok(()) => Ok(fields.unwrap()),
            Err(ApiError::Invalid { errors, .. }) => {
                Err(errors.into_iter().map(|error| (error.param, error.msg)).collect())
            }
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn a_record_is_read_without_what_clients_add_to_it() {
        let fields = read(&record(), Extent::Whole).unwrap();
        assert_eq!(fields.countrycode.as_deref(), Some("li"));
        assert_eq!(fields.zipcode, Some(vec!["9490".to_owned()]));
        assert_eq!(fields.coordinates, Some((47.14, 9.52)));
        assert_eq!(fields.county, None);
    }

    #[test]
    fn whole_numbers_may_be_written_with_a_fraction_of_zero() {
        let mut record = record();
        record["population"] = serde_json::from_str("5700.0").unwrap();
        assert_eq!(read(&record, Extent::Whole).unwrap().population, Some(5700));
    }

    #[test]
    fn a_language_is_a_text_or_none() {
        let read = |value: Value| {
            let body = json!({ "language": value });
            let mut input = Input::new(body.as_object().unwrap(), "");
            let language = input.language();
            input.finish().map(|()| language).ok()
        };
        assert_eq!(read(json!(" FR ")), Some(Some("fr".to_owned())));
        for none in [json!(null), json!(""), json!("undefined")] {
            assert_eq!(read(none.clone()), Some(None), "{none}");
        }
        for wrong in [json!({}), json!(3), json!(["fr"]), json!("f"), json!("french")] {
            assert_eq!(read(wrong.clone()), None, "{wrong}");
        }
    }

    #[test]
    fn every_broken_rule_is_named_by_its_field() {
        for (field, value, msg) in [
            ("name", json!("a<b"), "Must not contain `<`, `>` or control characters."),
            ("name", json!("a\u{7}"), "Must not contain `<`, `>` or control characters."),
            ("name", json!("  "), "Must not be empty."),
            ("name", json!(3), "Must be a string."),
            ("city", json!("x".repeat(201)), "Must have at most 200 characters."),
            ("countrycode", json!("Liechtenstein"), "Must be an ISO 3166-1 alpha-2 country code."),
            ("zipcode", json!("9490"), "Must be an array of strings."),
            ("zipcode[1]", json!(["1", 2]), "Must be a string."),
            ("population", json!(-1), "Must be an integer from 0 to 2147483647."),
            ("population", json!(1.5), "Must be an integer from 0 to 2147483647."),
            ("population", json!(1e10), "Must be an integer from 0 to 2147483647."),
            ("coordinates", json!("91,0"), "Must be \"lat,lng\" in degrees, latitude first."),
            ("coordinates", json!([47, 9]), "Must be \"lat,lng\" in degrees, latitude first."),
            ("type", json!("house"), "Must be a record type."),
            ("type", json!("country"), "Countries cannot be added."),
            ("street", json!("Rue"), "Must be an object."),
            (
                "street.name",
                json!({"name": "<i>"}),
                "Must not contain `<`, `>` or control characters.",
            ),
        ] {
            let mut record = record();
            record[field.split(['[', '.']).next().unwrap()] = value;
            let errors = read(&record, Extent::Whole).unwrap_err();
            assert_eq!(errors, [(format!("record.{field}"), msg.to_owned())]);
        }
    }

    #[test]
    fn required_fields_must_be_there_and_not_null() {
        let mut record = record();
        record["city"] = Value::Null;
        record.as_object_mut().unwrap().remove("zipcode");
        let errors = read(&record, Extent::Origin).unwrap_err();
        let names: Vec<_> = errors.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["record.city", "record.zipcode"]);
        assert!(read(&record, Extent::Some).is_ok());
        let errors = read(&json!({"foo": 1}), Extent::Some).unwrap_err();
        assert_eq!(errors[0].1, "Must have at least one field of a record.");
    }
}

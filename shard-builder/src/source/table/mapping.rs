//! Which column of a table says what: `street=nom_voie,number=numero,city_id=insee:code_insee`.

use geocoder_core::RecordType;

use crate::entry::EntryKind;
use crate::error::{Error, Result};

/// Columns of a table by what they say.
///
/// A mapping is a list of `TARGET=VALUE`, separated by commas. A value is
///
/// - `COLUMN`, or `COLUMN|COLUMN…`: the first that is not empty; every one for `alt`,
///   `street_alt`, `city_alt` and `postcode`. A column followed by `?` may be missing;
/// - `:TEXT`, the same text for every row;
/// - `SCHEME:COLUMN` for identifiers, such as `city_id=insee:code_insee`;
/// - for `type`, `:city`, or `COLUMN{commune:city|lieu-dit:street|*:street}`, where `*` is
///   everything else; rows whose value is not listed are left out.
///
/// Columns are found whatever their case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    pub(super) rules: Vec<Rule>,
    /// Numbers that stand for none.
    pub(super) no_number: &'static [&'static str],
}

/// One target and where its value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) target: Target,
    pub(super) value: Value,
}

/// What a column can say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    Street,
    StreetAlternate,
    Name,
    Alternate,
    /// The name in a language.
    Language(String),
    Number,
    Suffix,
    Postcode,
    City,
    CityAlternate,
    CityId,
    County,
    CountyId,
    Administrative,
    AdministrativeId,
    Country,
    Lat,
    Lon,
    Type,
    Population,
    Id,
    Code,
    Importance,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// The same for all rows.
    Constant(String),
    /// Columns of the table.
    Columns {
        /// What is put before the value, with its colon; empty for all but identifiers.
        prefix: String,
        columns: Vec<Column>,
        /// Kinds by the column's value; empty for all but the type.
        kinds: Vec<(String, EntryKind)>,
    },
}

/// A column by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) may_be_missing: bool,
}

impl Mapping {
    /// Reads a mapping.
    ///
    /// # Errors
    /// Fails on unknown or repeated targets, unknown types, and when neither `street` nor `name`
    /// is mapped.
    pub fn parse(text: &str) -> Result<Self> {
        let mut rules: Vec<Rule> = Vec::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let failure =
                |problem: &str| Error::Mapping { part: part.into(), problem: problem.into() };
            let (target, value) =
                part.split_once('=').ok_or_else(|| failure("write TARGET=COLUMN"))?;
            let target = target_of(target.trim()).map_err(|problem| failure(&problem))?;
            if rules.iter().any(|rule| rule.target == target) {
                return Err(failure("the target is mapped twice, write COLUMN|COLUMN"));
            }
            let value = value_of(&target, value.trim()).map_err(|problem| failure(&problem))?;
            rules.push(Rule { target, value });
        }
        let has = |target| rules.iter().any(|rule| rule.target == target);
        let failure =
            |problem: &str| Err(Error::Mapping { part: text.into(), problem: problem.into() });
        if !has(Target::Street) && !has(Target::Name) {
            return failure("map a column to street or to name");
        }
        if has(Target::Lat) != has(Target::Lon) {
            return failure("map lat and lon together");
        }
        Ok(Self { rules, no_number: &[] })
    }
}

fn target_of(name: &str) -> Result<Target, String> {
    if let Some(language) = name.strip_prefix("names:") {
        let is_code = matches!(language.len(), 2..=3)
            && language.bytes().all(|byte| byte.is_ascii_lowercase());
        return if is_code {
            Ok(Target::Language(language.to_owned()))
        } else {
            Err(format!("'{language}' is no ISO 639 code of 2 or 3 letters"))
        };
    }
    Ok(match name {
        "street" => Target::Street,
        "street_alt" => Target::StreetAlternate,
        "name" => Target::Name,
        "alt" => Target::Alternate,
        "number" => Target::Number,
        "suffix" => Target::Suffix,
        "postcode" => Target::Postcode,
        "city" => Target::City,
        "city_alt" => Target::CityAlternate,
        "city_id" => Target::CityId,
        "county" => Target::County,
        "county_id" => Target::CountyId,
        "administrative" => Target::Administrative,
        "administrative_id" => Target::AdministrativeId,
        "country" => Target::Country,
        "lat" => Target::Lat,
        "lon" => Target::Lon,
        "type" => Target::Type,
        "population" => Target::Population,
        "id" => Target::Id,
        "code" => Target::Code,
        "importance" => Target::Importance,
        "x" | "y" => {
            return Err("projected coordinates are not read, convert them to lat and lon".into());
        }
        _ => return Err(format!("'{name}' is no target")),
    })
}

fn value_of(target: &Target, value: &str) -> Result<Value, String> {
    let is_id =
        matches!(target, Target::Id | Target::CityId | Target::CountyId | Target::AdministrativeId);
    if let Some(text) = value.strip_prefix(':') {
        if *target == Target::Type {
            kind_of(text)?;
        }
        return Ok(Value::Constant(text.to_owned()));
    }
    let (prefix, value) = match value.split_once(':') {
        Some((scheme, column)) if is_id && !scheme.is_empty() => (format!("{scheme}:"), column),
        _ if is_id => return Err("write SCHEME:COLUMN".into()),
        _ => (String::new(), value),
    };
    let (columns, kinds) = match value.split_once('{') {
        None => (value, Vec::new()),
        Some((columns, kinds)) if *target == Target::Type => {
            let kinds = kinds.strip_suffix('}').ok_or("close the list with }")?;
            let pairs = kinds.split('|').map(|pair| {
                let (from, to) = pair.rsplit_once(':').ok_or("write VALUE:TYPE")?;
                Ok((from.trim().to_owned(), kind_of(to.trim())?))
            });
            (columns, pairs.collect::<Result<Vec<_>, String>>()?)
        }
        Some(_) => return Err("only type has a list of values".into()),
    };
    let columns = columns.split('|').map(str::trim).map(|name| match name.strip_suffix('?') {
        Some(name) => Column { name: name.to_owned(), may_be_missing: true },
        None => Column { name: name.to_owned(), may_be_missing: false },
    });
    let columns: Vec<Column> = columns.collect();
    if columns.iter().any(|column| column.name.is_empty()) {
        return Err("name a column".into());
    }
    Ok(Value::Columns { prefix, columns, kinds })
}

/// Reads a type: PlaceKit's names, and `address` for a house or an addressable name.
pub(super) fn kind_of(name: &str) -> Result<EntryKind, String> {
    match RecordType::from_name(name) {
        Some(RecordType::Street) => Ok(EntryKind::Address),
        Some(kind) => Ok(EntryKind::Record(kind)),
        None if name == "address" => Ok(EntryKind::Address),
        None => Err(format!("'{name}' is no type of record")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> String {
        Mapping::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn constants_alternatives_schemes_and_type_lists_are_read() {
        let text = "name=nom|libelle?,country=:FR,city_id=insee:code,type=t{commune:city|*:street}";
        let rules = Mapping::parse(text).unwrap().rules;
        let column = |name: &str, may_be_missing| Column { name: name.into(), may_be_missing };
        let columns =
            |prefix: &str, columns, kinds| Value::Columns { prefix: prefix.into(), columns, kinds };
        let kinds = vec![
            ("commune".to_owned(), EntryKind::Record(RecordType::City)),
            ("*".to_owned(), EntryKind::Address),
        ];
        let expected = [
            (
                Target::Name,
                columns("", vec![column("nom", false), column("libelle", true)], vec![]),
            ),
            (Target::Country, Value::Constant("FR".into())),
            (Target::CityId, columns("insee:", vec![column("code", false)], vec![])),
            (Target::Type, columns("", vec![column("t", false)], kinds)),
        ];
        let expected = expected.map(|(target, value)| Rule { target, value });
        assert_eq!(rules, expected);
    }

    #[test]
    fn mistakes_are_named_with_the_part_they_are_in() {
        let cases = [
            ("street", "mapping `street`: write TARGET=COLUMN"),
            ("road=a", "mapping `road=a`: 'road' is no target"),
            ("x=a", "convert them to lat and lon"),
            ("names:german=a", "'german' is no ISO 639 code"),
            ("street=a,street=b", "mapped twice"),
            ("name=a,city_id=b", "write SCHEME:COLUMN"),
            ("name=a,type=:village", "'village' is no type"),
            ("name=a,type=t{x:city", "close the list"),
            ("name=a{b:city}", "only type has a list"),
            ("name=a||b", "name a column"),
            ("name=a,lat=b", "map lat and lon together"),
            ("number=a", "map a column to street or to name"),
        ];
        for (text, expected) in cases {
            assert!(problem(text).contains(expected), "{text}: {}", problem(text));
        }
    }
}

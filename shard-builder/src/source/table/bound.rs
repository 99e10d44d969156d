//! A mapping bound to the columns of one table: rows to entries.

use geocoder_core::CountryCode;
use geocoder_core::gazetteer::Names;

use super::super::fields;
use super::mapping::{Mapping, Target, Value, kind_of};
use crate::entry::{AreaName, Entry, EntryKind, Locality};
use crate::house_number;
use crate::name;

/// Where each target's value is in a row.
#[derive(Debug)]
pub(super) struct Bound {
    rules: Vec<(Target, Source)>,
    no_number: &'static [&'static str],
}

#[derive(Debug)]
enum Source {
    Constant(String),
    Columns { prefix: String, indices: Vec<usize>, kinds: Vec<(String, EntryKind)> },
}

/// What one row gives.
#[derive(Debug)]
pub(super) enum RowEntries {
    /// Entries: a row that has an address and a name of its own gives two.
    Entries(Vec<Entry>),
    /// None, for a reason that is counted.
    LeftOut(&'static str),
}

impl Bound {
    /// Finds the mapping's columns in a header.
    ///
    /// # Errors
    /// Answers what is wrong when a column is missing.
    pub(super) fn new(mapping: &Mapping, header: &[String]) -> Result<Self, String> {
        let mut rules = Vec::new();
        for rule in &mapping.rules {
            let source = match &rule.value {
                Value::Constant(text) => Source::Constant(text.clone()),
                Value::Columns { prefix, columns, kinds } => {
                    let mut indices = Vec::new();
                    for column in columns {
                        let same = |other: &String| other.eq_ignore_ascii_case(&column.name);
                        match header.iter().position(same) {
                            Some(index) => indices.push(index),
                            None if column.may_be_missing => {}
                            None => {
                                let known = header.join(", ");
                                let name = &column.name;
                                return Err(format!("no column '{name}', the header has {known}"));
                            }
                        }
                    }
                    Source::Columns { prefix: prefix.clone(), indices, kinds: kinds.clone() }
                }
            };
            rules.push((rule.target.clone(), source));
        }
        Ok(Self { rules, no_number: mapping.no_number })
    }

    fn source(&self, target: &Target) -> Option<&Source> {
        self.rules.iter().find(|(known, _)| known == target).map(|(_, source)| source)
    }

    /// Values of a target that are not empty.
    fn values<'a>(&'a self, target: &Target, row: &'a [&str]) -> impl Iterator<Item = &'a str> {
        let (constant, indices) = match self.source(target) {
            Some(Source::Constant(text)) => (Some(text.as_str()), &[][..]),
            Some(Source::Columns { indices, .. }) => (None, indices.as_slice()),
            None => (None, &[][..]),
        };
        let columns = indices.iter().filter_map(|index| row.get(*index).copied()).map(str::trim);
        constant.into_iter().chain(columns).filter(|text| !text.is_empty())
    }

    fn value<'a>(&'a self, target: &Target, row: &'a [&str]) -> &'a str {
        self.values(target, row).next().unwrap_or_default()
    }

    fn text(&self, target: &Target, row: &[&str]) -> String {
        name::clean(self.value(target, row))
    }

    fn id(&self, target: &Target, row: &[&str]) -> String {
        match (self.source(target), self.value(target, row)) {
            (_, "") => String::new(),
            (Some(Source::Columns { prefix, .. }), value) => format!("{prefix}{value}"),
            (_, value) => value.to_owned(),
        }
    }

    /// The kind of a row: `Ok(None)` without a mapping, an error for a value that is not listed.
    fn kind(&self, row: &[&str]) -> Result<Option<EntryKind>, &'static str> {
        match self.source(&Target::Type) {
            None => Ok(None),
            Some(Source::Constant(text)) => Ok(kind_of(text).ok()),
            Some(Source::Columns { kinds, .. }) if kinds.is_empty() => {
                kind_of(self.value(&Target::Type, row)).map(Some).map_err(|_| "of another type")
            }
            Some(Source::Columns { kinds, .. }) => {
                let value = self.value(&Target::Type, row);
                let listed = kinds.iter().find(|(from, _)| from == value || from == "*");
                listed.map(|(_, kind)| Some(*kind)).ok_or("of another type")
            }
        }
    }

    fn locality(&self, row: &[&str], country: Option<CountryCode>) -> Locality {
        let area = |name: Target, id: Target| AreaName {
            name: self.text(&name, row),
            id: self.id(&id, row),
            alternate: String::new(),
        };
        let mut city = area(Target::City, Target::CityId);
        city.alternate = self.text(&Target::CityAlternate, row);
        Locality {
            country,
            administrative: area(Target::Administrative, Target::AdministrativeId),
            county: area(Target::County, Target::CountyId),
            city,
            zipcodes: self.values(&Target::Postcode, row).flat_map(name::zipcodes).collect(),
        }
    }

    /// Country that the row names; an error when it names none that is known.
    fn country(
        &self,
        row: &[&str],
        default: Option<CountryCode>,
    ) -> Result<Option<CountryCode>, String> {
        match self.value(&Target::Country, row) {
            "" => Ok(default),
            code => match CountryCode::parse(code) {
                Some(country) => Ok(Some(country)),
                None => Err(format!("'{code}' is no country code")),
            },
        }
    }

    /// Makes the entries of a row of a wanted country.
    ///
    /// # Errors
    /// Answers what is wrong with a row that cannot be read.
    pub(super) fn entries(
        &self,
        row: &[&str],
        build: CountryCode,
        default_country: Option<CountryCode>,
        line: u64,
    ) -> Result<RowEntries, String> {
        let country = self.country(row, default_country)?;
        if !fields::is_wanted(build, country) {
            return Ok(RowEntries::LeftOut("of another country"));
        }
        let kind = match self.kind(row) {
            Ok(kind) => kind,
            Err(reason) => return Ok(RowEntries::LeftOut(reason)),
        };
        let (lat, lon) = (self.value(&Target::Lat, row), self.value(&Target::Lon, row));
        let coordinates = fields::coordinates(lat, lon);
        if coordinates.is_none() && !(lat.is_empty() && lon.is_empty()) {
            return Err(format!("'{lat}', '{lon}' is no position"));
        }
        let locality = self.locality(row, country);
        let blank = |kind, names| {
            let mut entry = Entry::new(kind, names);
            entry.locality = locality.clone();
            entry.coordinates = coordinates;
            entry.line = line;
            entry
        };
        let mut entries = Vec::new();
        let (street, own) = (self.text(&Target::Street, row), self.text(&Target::Name, row));
        let is_address = kind.is_none_or(|kind| kind == EntryKind::Address);
        if is_address && !street.is_empty() {
            let mut entry = blank(EntryKind::Address, Names::new(street));
            entry.house_number = self.house_number(row, &mut entry.names.default);
            let others = self.values(&Target::StreetAlternate, row).map(name::clean);
            name::add_alternates(&mut entry.names, others);
            entries.push(entry);
        }
        let is_new = entries.iter().all(|entry| name::key(&entry.names.default) != name::key(&own));
        if !own.is_empty() && is_new {
            let mut entry = blank(kind.unwrap_or(EntryKind::Address), Names::new(own));
            if entries.is_empty() && is_address {
                entry.house_number = self.house_number(row, &mut entry.names.default);
            }
            self.describe(&mut entry, row);
            entries.push(entry);
        }
        let is_point = matches!(entries.first(), Some(Entry { kind, .. }) if needs_point(*kind));
        Ok(if entries.is_empty() {
            RowEntries::LeftOut("no street and no name")
        } else if coordinates.is_none() && is_point {
            RowEntries::LeftOut("no coordinates")
        } else {
            RowEntries::Entries(entries)
        })
    }

    /// Adds what is said of the named record itself.
    fn describe(&self, entry: &mut Entry, row: &[&str]) {
        for (target, _) in &self.rules {
            if let Target::Language(code) = target {
                let text = self.text(target, row);
                if !text.is_empty() && text != entry.names.default {
                    entry.names.languages.push((code.clone(), text));
                }
            }
        }
        entry.names.languages.sort_unstable();
        let others = self.values(&Target::Alternate, row).map(name::clean);
        name::add_alternates(&mut entry.names, others);
        entry.ids.extend(Some(self.id(&Target::Id, row)).filter(|id| !id.is_empty()));
        entry.code = self.text(&Target::Code, row);
        entry.population = fields::population(self.value(&Target::Population, row));
        entry.importance = self.value(&Target::Importance, row).parse().unwrap_or(0);
    }

    /// Joins number and suffix. A suffix without a number is part of the name, as in a farm's
    /// lots A and B, unless it is a number itself.
    fn house_number(&self, row: &[&str], street: &mut String) -> String {
        let number = self.value(&Target::Number, row);
        let number = if self.no_number.contains(&number) { "" } else { number };
        let suffix = name::clean(self.value(&Target::Suffix, row));
        if !suffix.contains(char::is_alphanumeric) {
            return name::clean(number);
        }
        let is_number = !house_number::parse(&suffix).is_empty();
        match (number.is_empty(), is_number) {
            (true, true) => suffix,
            (true, false) => {
                street.push(' ');
                street.push_str(&suffix);
                String::new()
            }
            (false, true) => name::clean(&format!("{number}/{suffix}")),
            (false, false) => name::clean(&format!("{number} {suffix}")),
        }
    }
}

/// Whether a record of the kind is of no use without coordinates.
fn needs_point(kind: EntryKind) -> bool {
    use geocoder_core::RecordType::{Administrative, City, Country, County};
    !matches!(
        kind,
        EntryKind::Zipcode | EntryKind::Record(Administrative | City | Country | County)
    )
}

//! What happened to the input: records made, addresses joined, objects clipped, warnings.

use std::collections::BTreeMap;
use std::fmt;

use geocoder_core::gazetteer::Gazetteer;
use serde::Serialize;

/// Examples kept of each kind of warning.
const MAX_EXAMPLES: usize = 3;

/// Account of a build; every map is ordered by its key, so reports can be compared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Records by type name, and `house` for house numbers.
    pub records: BTreeMap<&'static str, u64>,
    /// Objects with a house number that became houses, by the way their street was found.
    pub joined: BTreeMap<&'static str, u64>,
    /// Objects with a house number that did not become houses, by reason.
    pub unjoined: BTreeMap<&'static str, u64>,
    /// Objects left out because they are not of the country, by reason.
    pub clipped: BTreeMap<&'static str, u64>,
    /// Records by the source they came from.
    pub provenance: BTreeMap<String, Provenance>,
    /// Oddities of the input that were worked around, by kind.
    pub warnings: BTreeMap<&'static str, Warning>,
}

/// What one source brought: by type of record, how many were new and how many known already.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Provenance(pub BTreeMap<&'static str, Brought>);

/// How many records a source brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Brought {
    /// Records that no source before had.
    pub new: u64,
    /// Records that were known and of which it may have told more.
    pub known: u64,
}

impl Provenance {
    /// Counts a record.
    pub fn count(&mut self, kind: &'static str, is_new: bool) {
        self.add(kind, u64::from(is_new), u64::from(!is_new));
    }

    /// Counts several records.
    pub fn add(&mut self, kind: &'static str, new: u64, known: u64) {
        let counts = self.0.entry(kind).or_default();
        counts.new += new;
        counts.known += known;
    }
}

/// One kind of warning.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// How often it occurred.
    pub count: u64,
    /// The first few occurrences.
    pub examples: Vec<String>,
}

impl Report {
    /// Counts an address that became a house.
    pub fn join(&mut self, how: &'static str) {
        *self.joined.entry(how).or_default() += 1;
    }

    /// Counts an address that became no house.
    pub fn reject(&mut self, reason: &'static str) {
        *self.unjoined.entry(reason).or_default() += 1;
    }

    /// Counts an object that is not of the country.
    pub fn clip(&mut self, reason: &'static str) {
        *self.clipped.entry(reason).or_default() += 1;
    }

    /// Notes an oddity and, while there are few, what it is about.
    pub fn warn(&mut self, kind: &'static str, example: impl fmt::Display) {
        let warning = self.warnings.entry(kind).or_default();
        warning.count += 1;
        if warning.examples.len() < MAX_EXAMPLES {
            warning.examples.push(example.to_string());
        }
    }

    /// Counts the records of a finished gazetteer.
    pub fn count_records(&mut self, gazetteer: &Gazetteer) {
        self.records.clear();
        let mut add = |name, count: usize| *self.records.entry(name).or_default() += count as u64;
        for place in &gazetteer.places {
            add(place.kind.name(), 1);
        }
        for point in &gazetteer.points {
            add(point.kind.name(), 1);
        }
        for street in &gazetteer.streets {
            add("street", 1);
            add("house", street.houses.len());
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sections = [
            ("records", &self.records),
            ("addresses joined to a street", &self.joined),
            ("addresses not joined", &self.unjoined),
            ("clipped", &self.clipped),
        ];
        for (title, counts) in sections {
            if !counts.is_empty() {
                writeln!(f, "{title}:")?;
            }
            for (name, count) in counts {
                writeln!(f, "  {count:>9}  {name}")?;
            }
        }
        for (label, provenance) in &self.provenance {
            writeln!(f, "from {label}, new (and known already):")?;
            for (kind, Brought { new, known }) in &provenance.0 {
                writeln!(f, "  {new:>9}  {kind} ({known})")?;
            }
        }
        if !self.warnings.is_empty() {
            writeln!(f, "warnings:")?;
        }
        for (kind, warning) in &self.warnings {
            writeln!(f, "  {:>9}  {kind}, such as {}", warning.count, warning.examples.join("; "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_names_counts_reasons_and_a_few_examples() {
        let mut report = Report::default();
        report.join("street name");
        report.reject("no usable number");
        report.clip("outside the country");
        for number in 0..5 {
            report.warn("broken boundary ring", format_args!("relation {number}"));
        }
        let text = report.to_string();
        assert!(text.contains("1  street name"), "{text}");
        assert!(text.contains("1  no usable number"), "{text}");
        assert!(text.contains("1  outside the country"), "{text}");
        let warning = "5  broken boundary ring, such as relation 0; relation 1; relation 2\n";
        assert!(text.contains(warning), "{text}");
    }
}

//! Addresses of the Icelandic register.

use std::path::Path;

use anyhow::Context;
use serde::Deserialize;

use crate::geo::Point;
use crate::input;
use crate::records::{Address, Dataset, Street};

/// Columns that queries are made of.
#[derive(Deserialize)]
struct Row {
    street: String,
    number: String,
    letter: String,
    special_name: String,
    postcode: String,
    place: String,
    municipality: String,
    lat: f64,
    lon: f64,
}

/// Reads the register: all numbered addresses with a street and a postal place.
///
/// Objects without a number, farms and plots, are known as places of their street and name, so
/// that an answer there is right; they are asked for by name alone.
///
/// # Errors
/// Fails when the file cannot be read or a row does not have the columns.
pub fn read(path: &Path) -> anyhow::Result<Dataset> {
    let mut objects = Vec::new();
    let mut unnumbered = Vec::new();
    let mut reader = csv::Reader::from_reader(input::open(path)?);
    for row in reader.deserialize() {
        let row: Row = row.with_context(|| format!("cannot read {}", path.display()))?;
        let at = Point { lat: row.lat, lon: row.lon };
        let names = [&row.street, &row.special_name].into_iter();
        let names = names.filter(|name| row.number.is_empty() && !name.is_empty());
        unnumbered.extend(names.map(|name| Street {
            name: name.clone(),
            unnumbered: vec![(row.place.clone(), at)],
            ..Street::default()
        }));
        let is_whole = ![&row.street, &row.number, &row.place].into_iter().any(String::is_empty);
        if is_whole {
            objects.push(Address {
                street: row.street,
                number: format!("{}{}", row.number, row.letter.to_lowercase()),
                city: row.place,
                postcode: row.postcode,
                municipality: row.municipality,
                points: vec![at],
            });
        }
    }
    Ok(Dataset::new(objects, unnumbered, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_the_register_become_addresses() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/tables/iceland.csv");
        let dataset = read(&path).unwrap();
        assert!(!dataset.addresses.is_empty());
        for address in &dataset.addresses {
            assert!(address.number.starts_with(|digit: char| digit.is_ascii_digit()));
            assert!((63.0..67.0).contains(&address.points[0].lat), "{}", address.label());
        }
    }
}

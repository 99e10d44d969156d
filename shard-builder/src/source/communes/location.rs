//! Where French communes are: the official lists do not say, GeoNames knows many by their code.

use std::collections::HashMap;
use std::path::PathBuf;

use geocoder_core::{CountryCode, LonLat};

use super::super::geonames::CommuneRow;
use super::official::{Commune, Kind};
use crate::error::Result;
use crate::name;
use crate::progress::Progress;

/// How a commune was located.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Location {
    /// A place bears its code, or its name where codes are not used.
    Known(LonLat),
    /// The mean of the located communes that share a postcode with it.
    MeanOfZipcode(LonLat),
    /// The mean of the located communes of its département.
    MeanOfDepartment(LonLat),
    /// The commune that it is a district of.
    OfCommune(LonLat),
    /// Nothing near is known.
    Unknown,
}

/// A mean being computed.
#[derive(Debug, Clone, Copy, Default)]
struct Mean {
    lon: f64,
    lat: f64,
    count: f64,
}

impl Mean {
    fn add(&mut self, point: LonLat) {
        self.lon += point.lon;
        self.lat += point.lat;
        self.count += 1.0;
    }

    fn point(self) -> Option<LonLat> {
        LonLat::new(self.lon / self.count, self.lat / self.count)
    }
}

/// Places that may be communes.
#[derive(Debug, Default)]
pub(super) struct Gazetteer {
    /// By INSEE code.
    by_code: HashMap<String, Vec<CommuneRow>>,
    /// By country and name key: districts of cities, and overseas collectivities.
    by_name: HashMap<(CountryCode, String), CommuneRow>,
}

impl Gazetteer {
    /// Reads the places of France and its overseas countries.
    ///
    /// # Errors
    /// Fails when a file cannot be read or is of another format.
    pub(super) fn read(paths: &[PathBuf], progress: &dyn Progress) -> Result<Self> {
        let mut gazetteer = Self::default();
        let france = CountryCode::parse("fr");
        super::super::geonames::for_each_commune(paths, progress, |row| {
            let key = name::key(&row.name);
            let is_named = row.country != france || district_key(&key).is_some();
            if let Some(country) = row.country.filter(|_| is_named) {
                let best = gazetteer.by_name.entry((country, key)).or_insert_with(|| row.clone());
                if row.rank > best.rank {
                    *best = row.clone();
                }
            }
            if !row.insee.is_empty() && !row.is_section {
                gazetteer.by_code.entry(row.insee.clone()).or_default().push(row);
            }
        })?;
        Ok(gazetteer)
    }

    /// Finds a commune or district.
    fn find(&self, commune: &Commune) -> Option<LonLat> {
        let key = name::key(&commune.name);
        let by_code = self.by_code.get(&commune.code).and_then(|rows| {
            // Villages of a commune bear its code too: its namesake is the one, else the largest.
            rows.iter().max_by_key(|row| (name::key(&row.name) == key, row.rank))
        });
        let by_name = || {
            let key = match commune.kind {
                Kind::ArrondissementMunicipal => district_of(&key)?,
                _ => key,
            };
            let country = country_of(&commune.department);
            let is_district = commune.kind == Kind::ArrondissementMunicipal;
            let overseas = country != CountryCode::parse("fr")?;
            (is_district || overseas).then(|| self.by_name.get(&(country, key)))?
        };
        by_code.or_else(by_name).map(|row| row.coordinates)
    }

    /// Locates all communes, in their order.
    pub(super) fn locate(&self, communes: &[Commune]) -> Vec<Location> {
        let known: Vec<Option<LonLat>> =
            communes.iter().map(|commune| self.find(commune)).collect();
        let mut zipcodes: HashMap<&str, Mean> = HashMap::new();
        let mut departments: HashMap<&str, Mean> = HashMap::new();
        let mut by_code: HashMap<&str, LonLat> = HashMap::new();
        for (commune, point) in communes.iter().zip(&known) {
            let Some(point) = point else { continue };
            by_code.insert(&commune.code, *point);
            if commune.kind == Kind::CommuneActuelle {
                departments.entry(&commune.department).or_default().add(*point);
                for code in &commune.zipcodes {
                    zipcodes.entry(code).or_default().add(*point);
                }
            }
        }
        let locate = |(commune, point): (&Commune, &Option<LonLat>)| {
            if let Some(point) = point {
                return Location::Known(*point);
            }
            if let Some(point) = by_code.get(commune.commune.as_str()) {
                return Location::OfCommune(*point);
            }
            let mut mean = Mean::default();
            for shared in commune.zipcodes.iter().filter_map(|code| zipcodes.get(code.as_str())) {
                mean.lon += shared.lon;
                mean.lat += shared.lat;
                mean.count += shared.count;
            }
            let department = || departments.get(commune.department.as_str())?.point();
            match (mean.point(), department()) {
                (Some(point), _) => Location::MeanOfZipcode(point),
                (None, Some(point)) => Location::MeanOfDepartment(point),
                (None, None) => Location::Unknown,
            }
        };
        communes.iter().zip(&known).map(locate).collect()
    }
}

/// Country that ISO 3166-1 gives a département.
pub(super) fn country_of(department: &str) -> CountryCode {
    let code = match department {
        "971" => "gp",
        "972" => "mq",
        "973" => "gf",
        "974" => "re",
        "975" => "pm",
        "976" => "yt",
        "977" => "bl",
        "978" => "mf",
        "984" => "tf",
        "986" => "wf",
        "987" => "pf",
        "988" => "nc",
        _ => "fr",
    };
    CountryCode::parse(code).unwrap_or(CountryCode::WORLD)
}

/// City and number of a district as GeoNames names it: `lyon 03`.
fn district_key(key: &str) -> Option<(&str, &str)> {
    let (city, number) = key.rsplit_once(' ')?;
    let is_number = number.len() == 2 && number.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && matches!(city, "paris" | "lyon" | "marseille")).then_some((city, number))
}

/// GeoNames' key of an official district: `lyon 3e arrondissement` is `lyon 03`.
pub(super) fn district_of(key: &str) -> Option<String> {
    let (city, rest) = key.split_once(' ')?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    (!digits.is_empty()).then(|| format!("{city} {digits:0>2}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn districts_are_known_by_city_and_number() {
        assert_eq!(district_of("lyon 3e arrondissement").as_deref(), Some("lyon 03"));
        assert_eq!(district_of("paris 20e arrondissement").as_deref(), Some("paris 20"));
        assert_eq!(district_of("lyon"), None);
        assert_eq!(district_key("lyon 03"), Some(("lyon", "03")));
        assert_eq!(district_key("saint 03"), None);
    }

    #[test]
    fn overseas_departments_are_countries_of_their_own() {
        assert_eq!(country_of("974").as_str(), "re");
        assert_eq!(country_of("2A").as_str(), "fr");
    }
}

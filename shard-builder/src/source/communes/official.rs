//! The official lists of communes, départements and regions as JSON:
//! <https://github.com/datagouv/decoupage-administratif>.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::Result;
use crate::input::{self, RowCheck, Spot};
use crate::progress::Progress;
use crate::report::Report;

/// What an element of the list of communes is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    /// A commune of today.
    CommuneActuelle,
    /// Part of a commune that was one itself.
    CommuneDeleguee,
    /// Part of a commune that was one itself.
    CommuneAssociee,
    /// District of Paris, Lyon or Marseille.
    ArrondissementMunicipal,
}

/// A commune, or a part of one.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Commune {
    pub(super) code: String,
    #[serde(rename = "nom")]
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) kind: Kind,
    #[serde(rename = "departement")]
    pub(super) department: String,
    pub(super) region: String,
    #[serde(default, rename = "codesPostaux")]
    pub(super) zipcodes: Vec<String>,
    #[serde(default)]
    pub(super) population: u32,
    /// Commune that a former commune belongs to.
    #[serde(default, rename = "chefLieu")]
    pub(super) chief: String,
    /// Commune that a district belongs to.
    #[serde(default)]
    pub(super) commune: String,
    /// Element of the list, from 1 on.
    #[serde(skip)]
    pub(super) row: u64,
}

/// A département or region.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Area {
    pub(super) code: String,
    #[serde(rename = "nom")]
    pub(super) name: String,
    /// The commune that is its seat.
    #[serde(rename = "chefLieu")]
    pub(super) seat: String,
    /// Region of a département.
    #[serde(default)]
    pub(super) region: String,
}

/// Reads the list of communes.
///
/// # Errors
/// Fails when the file cannot be read or is of another format.
pub(super) fn communes(
    path: &Path,
    report: &mut Report,
    progress: &dyn Progress,
) -> Result<Vec<Commune>> {
    let mut communes: Vec<Commune> = Vec::new();
    for_each(path, report, progress, |row, commune| communes.push(Commune { row, ..commune }))?;
    Ok(communes)
}

/// Reads a list of départements or regions, by code.
///
/// # Errors
/// Fails when the file cannot be read or is of another format.
pub(super) fn areas(
    path: &Path,
    report: &mut Report,
    progress: &dyn Progress,
) -> Result<BTreeMap<String, Area>> {
    let mut areas = BTreeMap::new();
    for_each(path, report, progress, |_, area: Area| drop(areas.insert(area.code.clone(), area)))?;
    Ok(areas)
}

fn for_each<T: DeserializeOwned>(
    path: &Path,
    report: &mut Report,
    progress: &dyn Progress,
    mut action: impl FnMut(u64, T),
) -> Result<()> {
    let mut check = RowCheck::default();
    let opened = input::open(path, progress)?;
    input::for_each_element(path, opened, |row, element| match serde_json::from_value(element) {
        Ok(element) => {
            check.good();
            action(row, element);
            Ok(())
        }
        Err(error) => check.bad(Spot { path, line: row }, error, report),
    })?;
    check.finish(path)
}

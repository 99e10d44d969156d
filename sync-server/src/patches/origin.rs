//! Finds the record that a patch corrects, by its content.

use bytes::Bytes;
use geocoder_core::overlay::{Origin as CoreOrigin, PatchHouse, PatchRecord, RecordRef};
use geocoder_core::{CountryCode, LonLat, Shard, text};

use super::edit::Origin;
use super::service::id_of;
use crate::catalog::Catalog;
use crate::error::ApiError;
use crate::model::patch::{Street, Target};
use crate::model::{Fields, Patch};
use crate::state::AppState;
use crate::store::PatchFilter;

/// Patches looked at around an origin.
const MAX_NEAR: u64 = 50;
/// Degrees by which coordinates of the same record differ at most: they are shown to five places.
const TOLERANCE_DEGREES: f64 = 1.5e-5;

/// What a result that someone got stands for.
#[derive(Debug)]
pub struct Found {
    /// The patch that is about it, whether there is one or not.
    pub patch_id: String,
    /// The record of the base; `None` for what a patch added.
    pub origin: Option<Origin>,
    /// Whether only the approved patches show it so.
    pub by_patches: bool,
}

/// Finds a record of a base by its content: of that of its country, else of the world's.
///
/// # Errors
/// Fails when the shard is damaged.
pub fn find_in_base(catalog: &Catalog, fields: &Fields) -> Result<Option<Origin>, ApiError> {
    let Some(wanted) = core_origin(fields) else { return Ok(None) };
    let found = catalog.geocoder().resolve(&wanted).map_err(unusable)?;
    found.map(|(base, reference)| origin_of(catalog, base, &reference, fields)).transpose()
}

/// Finds what a result was: a record as the base has it, else as the approved patches show it. Their
/// new name of a city, for one, is in the results of all its streets.
///
/// # Errors
/// Fails when the shard is damaged.
pub fn find(state: &AppState, app_id: &str, fields: &Fields) -> Result<Option<Found>, ApiError> {
    let catalog = state.catalog.current();
    let found = |origin: Origin, by_patches| {
        Some(Found { patch_id: id_of(app_id, &origin), origin: Some(origin), by_patches })
    };
    if let Some(origin) = find_in_base(&catalog, fields)? {
        return Ok(found(origin, false));
    }
    let Some(overlay) = state.overlays.of_app(app_id, &catalog) else { return Ok(None) };
    let Some(wanted) = core_origin(fields) else { return Ok(None) };
    Ok(match overlay.geocoder().resolve(&wanted).map_err(unusable)? {
        None => None,
        Some((_, RecordRef::Added { id })) => {
            Some(Found { patch_id: id.to_string(), origin: None, by_patches: true })
        }
        Some((base, reference)) => found(origin_of(&catalog, base, &reference, fields)?, true),
    })
}

/// Describes a record that is corrected as the base has it.
fn origin_of(
    catalog: &Catalog,
    base: CountryCode,
    reference: &RecordRef,
    got: &Fields,
) -> Result<Origin, ApiError> {
    let in_world = base == CountryCode::WORLD;
    let country = got.countrycode.as_deref().unwrap_or_default();
    let shard = catalog.shard(base.as_str());
    let record = shard.map(|shard| shard.record(reference)).transpose();
    let record = record.map_err(unusable)?.flatten();
    let absent = match (shard, &record) {
        (Some(shard), Some(record)) => !has_house(shard, record, country).map_err(unusable)?,
        _ => false,
    };
    let own = record.map_or_else(|| got.clone(), |record| fields_of(&record, country));
    let target = Target {
        generation: catalog.generation(base.as_str()),
        record: serde_json::to_value(reference)
            .map_err(|error| ApiError::Internal(error.into()))?,
        absent,
        in_world,
    };
    Ok(Origin { fields: own.or(got), in_world, target: Some(target) })
}

fn unusable(error: geocoder_core::Error) -> ApiError {
    ApiError::DataUnavailable(error.into())
}

/// Whether a record, when it is a house, is one that the base knows, rather than one between two
/// others.
///
/// # Errors
/// Fails when the shard is damaged.
pub(super) fn has_house(
    shard: &Shard<Bytes>,
    record: &PatchRecord,
    country: &str,
) -> geocoder_core::Result<bool> {
    if record.house.is_none() {
        return Ok(true);
    }
    // By its name alone, without its number, only a house that is there is found.
    let named = core_origin(&fields_of(record, country));
    let named = named.map(|origin| CoreOrigin { house: None, ..origin });
    Ok(named.map(|origin| shard.resolve(&origin)).transpose()?.flatten().is_some())
}

/// Finds the patch that made the record that someone got: patched records are corrected again
/// by changing their patch.
///
/// # Errors
/// Fails when the store does.
pub async fn earlier_patch(
    state: &AppState,
    app_id: &str,
    fields: &Fields,
) -> Result<Option<Patch>, ApiError> {
    let filter = PatchFilter {
        app_ids: vec![app_id.to_owned()],
        countries: fields.countrycode.clone().into_iter().collect(),
        near: fields.coordinates,
        limit: MAX_NEAR,
        ..PatchFilter::default()
    };
    let near = state.store.patches(&filter).await?;
    let catalog = state.catalog.current();
    let answers =
        |patch: &Patch| catalog.shard(&patch.base()).is_some() && !patch.is_outgrown(&catalog);
    Ok(near.items.into_iter().find(|patch| answers(patch) && shows(patch, fields)))
}

/// Whether a patch shows a record as someone got it, in any of its languages.
pub(super) fn shows(patch: &Patch, got: &Fields) -> bool {
    if patch.remove {
        return false;
    }
    let languages = patch.languages.keys().map(|code| Some(code.as_str()));
    std::iter::once(None).chain(languages).any(|language| {
        let own = patch.record(language);
        let same = |own: &Option<String>, got: &Option<String>| {
            got.is_none()
                || own.as_deref().unwrap_or_default() == got.as_deref().unwrap_or_default()
        };
        let near = own.coordinates.zip(got.coordinates).is_some_and(|(own, got)| {
            (own.0 - got.0).abs() < TOLERANCE_DEGREES && (own.1 - got.1).abs() < TOLERANCE_DEGREES
        });
        near && own.kind == got.kind
            && own.countrycode == got.countrycode
            && same(&own.name, &got.name)
            && same(&own.city, &got.city)
    })
}

/// Returns an origin as the engine reads it; `None` when a required field is missing.
pub fn core_origin(fields: &Fields) -> Option<CoreOrigin> {
    let (lat, lon) = fields.coordinates?;
    Some(CoreOrigin {
        name: fields.name.clone()?,
        city: fields.city.clone().unwrap_or_default(),
        county: fields.county.clone(),
        administrative: fields.administrative.clone(),
        country: fields.country.clone().unwrap_or_default(),
        countrycode: fields.countrycode.clone()?,
        zipcodes: fields.zipcode.clone().unwrap_or_default(),
        population: fields.population.unwrap_or_default(),
        coordinates: LonLat::new(lon, lat)?,
        kind: fields.kind?,
        house: fields.street.as_ref().and_then(house_of_street),
    })
}

/// Reads the house of a `street` field; `None` when it is a whole street, or no number of a house.
pub fn house_of_street(street: &Street) -> Option<PatchHouse> {
    let number = text::parse_house_number(&street.number)?;
    let suffix = if street.suffix.is_empty() { number.suffix } else { street.suffix.clone() };
    let house = PatchHouse { number: number.number, suffix, street: street.name.clone() };
    Some(house).filter(PatchHouse::is_valid)
}

/// Returns a record of the engine in PlaceKit's fields.
pub fn fields_of(record: &PatchRecord, country: &str) -> Fields {
    let street = record.house.as_ref().map(|house| Street {
        number: house.number.to_string(),
        suffix: house.suffix.clone(),
        name: house.street.clone(),
    });
    let text = |text: &str| Some(text.to_owned());
    let point = record.coordinates;
    Fields {
        name: text(&record.default.name),
        city: text(&record.default.city),
        county: text(&record.default.county),
        administrative: text(&record.default.administrative),
        country: text(&record.default.country),
        countrycode: text(country),
        zipcode: Some(record.zipcodes.clone()),
        population: Some(record.population),
        coordinates: Some((point.lat, point.lon)),
        kind: Some(record.kind),
        street,
        ..Fields::default()
    }
}

//! Looks a patch up in a base, the one that it was made for or a newer one: what it comes to there.

use bytes::Bytes;
use geocoder_core::overlay::{
    Change, Correction, CorrectionId, Origin as CoreOrigin, PatchHouse, PatchRecord, RecordRef,
};
use geocoder_core::{
    CountryCode, Geocoder, LonLat, RecordType, ReverseRequest, Shard, TypeSet, text,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::correction::{house_of, put, translated_name};
use super::merge::{Merged, POINT_M, merge, radius_m};
use super::origin::{core_origin, fields_of, has_house};
use crate::model::{Fields, Patch};

/// Records looked at around the place where one stood.
const MAX_AROUND: usize = 5;
/// Distance below which two positions are the same but for rounding.
const SAME_SPOT_M: f64 = 2.0;

/// What a patch comes to in a base.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Its record is there, as it was in what the patch changes; additions are always.
    Applied,
    /// The base says what the patch says.
    Redundant,
    /// Its record is gone.
    Orphan,
    /// The base has changed what the patch changes, to something else.
    Conflict,
}

impl Outcome {
    /// Returns the name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Redundant => "redundant",
            Self::Orphan => "orphan",
            Self::Conflict => "conflict",
        }
    }
}

/// A patch in a base.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolution {
    /// What it comes to.
    pub outcome: Outcome,
    /// What the engine lays over the base; `None` when there is nothing to lay.
    pub correction: Option<Correction>,
    /// What the base says of the record that the patch is about, when it is there.
    pub record: Option<Fields>,
}

/// A record of the base.
struct Found {
    target: RecordRef,
    record: PatchRecord,
    /// The same in PlaceKit's fields.
    fields: Fields,
}

/// Looks a patch up in a base.
///
/// Its record is where it was found before when the base is of the same `generation`; in another
/// one it is that with the same content, else the nearest one of its type, name and city, else the
/// one that the patch describes. Fields that the patch changes are compared one by one with what
/// they were and what they are now; all others follow the base.
///
/// # Errors
/// Fails when the shard is damaged.
pub fn resolve(
    patch: &Patch,
    base: &Geocoder<Bytes>,
    shard: &Shard<Bytes>,
    generation: &str,
) -> geocoder_core::Result<Resolution> {
    let country = shard.meta().country;
    let in_world = country == CountryCode::WORLD;
    let of_target = patch.target.as_ref().map(|target| target.in_world);
    // A patch that has moved a record to another base has no origin there.
    let here = |origin: &&Fields| {
        of_target.is_none_or(|of_target| of_target == in_world)
            && (in_world || origin.countrycode.as_deref() == Some(country.as_str()))
    };
    let origin = patch.origin.as_ref().filter(here);
    let country = match origin.and_then(|origin| origin.countrycode.clone()) {
        Some(own) if in_world => own,
        _ if in_world => patch.country(),
        _ => country.to_string(),
    };
    let look = Look { patch, base, shard, country: &country };
    let absent = patch.target.as_ref().is_some_and(|target| target.absent);
    let found = match origin {
        Some(origin) => match look.target(generation)? {
            Some(found) => Some((found, !absent)),
            None => look.origin(origin)?,
        },
        None => look.content(&patch.record(None), None)?.map(|found| (found, true)),
    };
    if let Some(origin) = origin
        && patch.base() != shard.meta().country.as_str()
    {
        return Ok(look.leave(found, origin));
    }
    match (found, origin) {
        (Some((found, true)), Some(origin)) if patch.remove => Ok(look.remove(found, origin)),
        (Some((found, true)), _) => look.change(&found, origin),
        // The house was between two others and is so still: what the patch says is all there is.
        (Some((found, false)), Some(_)) if absent && !patch.remove => {
            let correction = look.put(&patch.origin, Some(&found), patch.default.as_ref())?;
            Ok(Resolution { outcome: Outcome::Applied, correction, record: None })
        }
        _ if patch.remove => {
            Ok(Resolution { outcome: Outcome::Orphan, correction: None, record: None })
        }
        _ => {
            let correction = look.put(&patch.origin, None, patch.default.as_ref())?;
            let outcome = if origin.is_some() { Outcome::Orphan } else { Outcome::Applied };
            Ok(Resolution { outcome, correction, record: None })
        }
    }
}

/// A patch and where it is looked up.
struct Look<'a> {
    patch: &'a Patch,
    base: &'a Geocoder<Bytes>,
    shard: &'a Shard<Bytes>,
    /// Code of the country of the records that are looked for.
    country: &'a str,
}

impl Look<'_> {
    /// Takes the record that the patch was made for, in the same generation.
    fn target(&self, generation: &str) -> geocoder_core::Result<Option<Found>> {
        let target = self.patch.target.as_ref().filter(|target| target.generation == generation);
        let target = target.and_then(|target| serde_json::from_value(target.record.clone()).ok());
        target.map_or(Ok(None), |target| self.found(target))
    }

    fn found(&self, target: RecordRef) -> geocoder_core::Result<Option<Found>> {
        let record = self.shard.record(&target)?;
        Ok(record.map(|record| {
            let fields = fields_of(&record, self.country);
            Found { target, record, fields }
        }))
    }

    /// Finds the record of an origin, and whether it is more than a house between two others.
    fn origin(&self, origin: &Fields) -> geocoder_core::Result<Option<(Found, bool)>> {
        let Some(wanted) = core_origin(origin) else { return Ok(None) };
        let exact = self.shard.resolve(&wanted)?;
        let exact = exact.map_or(Ok(None), |target| self.found(target))?;
        let is_there = match &exact {
            Some(found) => has_house(self.shard, &found.record, self.country)?,
            None => false,
        };
        let exact = match exact {
            Some(found) if is_there => return Ok(Some((found, true))),
            exact => exact,
        };
        if let Some(found) = self.across(&wanted)? {
            return Ok(Some((found, true)));
        }
        if !self.patch.remove {
            // Perhaps the base has been given the name that the patch gave to the record.
            let record = self.patch.record(None);
            let house = wanted.house.as_ref();
            let street = house.map(|house| house.street.as_str());
            let found = match self.content(&record, street)? {
                None => self.renamed(&wanted)?,
                found => found,
            };
            if let Some(found) = found {
                return Ok(Some((found, true)));
            }
        }
        Ok(exact.map(|found| (found, false)))
    }

    /// Finds the record that has a content, such as that of an addition.
    fn content(
        &self,
        record: &Fields,
        street: Option<&str>,
    ) -> geocoder_core::Result<Option<Found>> {
        let Some(wanted) = core_origin(record) else { return Ok(None) };
        let house = match wanted.house.clone() {
            None => house_of(record, self.base)?,
            house => house,
        };
        // A house whose number alone is corrected is found by its name without a street.
        if house.is_none() && street.is_some() {
            return Ok(None);
        }
        let wanted = CoreOrigin { house, ..wanted };
        self.across(&wanted)
    }

    /// Finds the record that stands exactly where an origin stood, under another name.
    fn renamed(&self, wanted: &CoreOrigin) -> geocoder_core::Result<Option<Found>> {
        let request = ReverseRequest {
            countries: vec![self.shard.meta().country],
            types: TypeSet::NONE.with(wanted.kind),
            max_results: MAX_AROUND,
            ..ReverseRequest::at(wanted.coordinates)
        };
        for hit in self.base.reverse(&request)?.results {
            let parts = hit.street.as_ref().and_then(|street| {
                let number = text::parse_house_number(&street.number)?.number;
                let (suffix, street) = (street.suffix.clone(), street.name.clone());
                Some(PatchHouse { number, suffix, street })
            });
            let candidate = CoreOrigin {
                name: match (&wanted.house, hit.street) {
                    (None, Some(street)) => street.name,
                    _ => hit.name,
                },
                city: hit.city,
                county: None,
                administrative: None,
                house: parts.filter(|_| wanted.house.is_some()),
                ..wanted.clone()
            };
            if candidate.house.is_some() == wanted.house.is_some()
                && let Some(found) = self.across(&candidate)?
                && found.record.coordinates.distance_m(wanted.coordinates) < SAME_SPOT_M
            {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Finds the nearest record of the same type, name and city that is the same, not another one
    /// of that name.
    fn across(&self, wanted: &CoreOrigin) -> geocoder_core::Result<Option<Found>> {
        let target = self.shard.resolve_across(wanted)?;
        let Some(found) = target.map_or(Ok(None), |target| self.found(target))? else {
            return Ok(None);
        };
        let is_point = found.record.kind != RecordType::Street && !found.record.kind.is_place();
        let distance_m = found.record.coordinates.distance_m(wanted.coordinates);
        Ok((!is_point || distance_m <= POINT_M).then_some(found))
    }

    /// Takes the record away that the patch has moved to another base.
    fn leave(&self, found: Option<(Found, bool)>, origin: &Fields) -> Resolution {
        let outcome = Outcome::Applied;
        match found {
            Some((found, true)) => Resolution { outcome, ..self.remove(found, origin) },
            _ => Resolution { outcome, correction: None, record: None },
        }
    }

    fn remove(&self, found: Found, origin: &Fields) -> Resolution {
        let before = origin.coordinates.zip(found.fields.coordinates);
        let is_same = before.is_some_and(|(before, now)| {
            let point = |(lat, lon)| LonLat::new(lon, lat);
            let points = point(before).zip(point(now));
            points.is_some_and(|(before, now)| before.distance_m(now) <= radius_m(origin))
        });
        let remove =
            |id| Correction { id, target: Some(found.target.clone()), change: Change::Remove };
        Resolution {
            outcome: if is_same { Outcome::Applied } else { Outcome::Conflict },
            correction: CorrectionId::parse(&self.patch.id).map(remove),
            record: Some(found.fields),
        }
    }

    fn change(&self, found: &Found, origin: Option<&Fields>) -> geocoder_core::Result<Resolution> {
        let wanted = match origin {
            Some(_) => self.patch.default.clone().unwrap_or_default(),
            None => self.patch.record(None),
        };
        let merged = merge(&wanted, origin, &found.fields);
        let translated = self.translates(&found.record);
        let outcome = match merged {
            Merged { conflicting: 1.., .. } => Outcome::Conflict,
            Merged { applied: 1.., .. } => Outcome::Applied,
            _ if translated => Outcome::Applied,
            _ => Outcome::Redundant,
        };
        let base_fields = Some(found.fields.clone());
        let correction = match outcome {
            Outcome::Redundant => None,
            _ => self.put(&base_fields, Some(found), Some(&merged.fields))?,
        };
        Ok(Resolution { outcome, correction, record: base_fields })
    }

    /// Whether the patch has a translation that the base does not show.
    fn translates(&self, record: &PatchRecord) -> bool {
        let default = &record.default;
        let house = record.house.as_ref();
        let default_name = house.map_or(&default.name, |house| &house.street);
        self.patch.languages.iter().any(|(code, own)| {
            let shown = record.languages.iter().find(|(other, _)| other == code);
            let shown = shown.map(|(_, names)| names.clone()).unwrap_or_default();
            let pairs = [
                (&translated_name(own, house), &shown.name, default_name),
                (&own.city, &shown.city, &default.city),
                (&own.county, &shown.county, &default.county),
                (&own.administrative, &shown.administrative, &default.administrative),
                (&own.country, &shown.country, &default.country),
            ];
            pairs.into_iter().any(|(own, shown, default)| {
                own.as_ref().is_some_and(|own| own != shown.as_ref().unwrap_or(default))
            })
        })
    }

    /// Makes the correction: the fields of the patch over those of `origin`.
    fn put(
        &self,
        origin: &Option<Fields>,
        found: Option<&Found>,
        default: Option<&Fields>,
    ) -> geocoder_core::Result<Option<Correction>> {
        let patch =
            Patch { origin: origin.clone(), default: default.cloned(), ..self.patch.clone() };
        let target = found.map(|found| found.target.clone());
        put(&patch, target, found.map(|found| &found.record), self.base)
    }
}

//! Cities as addresses and points tell them: found by what is named or around, or made.

use geocoder_core::gazetteer::Names;
use geocoder_core::{LonLat, RecordType};

use super::super::SourceNumber;
use super::matching::Wanted;
use super::{PlaceDraft, Places};
use crate::entry::{AreaName, Locality};
use crate::name;

/// Farthest that an address is from its city when nothing else tells namesakes apart, when it
/// names the region, and when it names the county or an identifier, in metres.
const ADDRESS_REACH_M: [f64; 3] = [40_000.0, 150_000.0, 300_000.0];

impl Places {
    /// Returns the city of an address that names it, made when it is new.
    pub(in super::super) fn city(
        &mut self,
        locality: &Locality,
        at: Option<LonLat>,
        source: SourceNumber,
    ) -> Option<usize> {
        let key = cache_key(locality);
        let reach_m = address_reach_m(locality);
        let reachable = |place: &PlaceDraft| match (place.position.point(), at) {
            (Some(a), Some(b)) => a.distance_m(b) <= reach_m,
            _ => true,
        };
        if let Some(known) = self.cities.get(&key)
            && let Some(index) = known.iter().find(|index| self.get(**index).is_some_and(reachable))
        {
            let index = *index;
            return Some(self.vote(index, locality, at));
        }
        let parent = self.parent_of(RecordType::City, locality, at, source)?;
        let city = &locality.city;
        let known = self.by_id.get(&city.id).copied().filter(|_| !city.id.is_empty());
        let names = Names::new(city.name.clone());
        let ids: Vec<String> =
            Some(city.id.clone()).filter(|id| !id.is_empty()).into_iter().collect();
        let found = known.or_else(|| {
            if city.name.is_empty() {
                return None;
            }
            self.find(&Wanted {
                kind: RecordType::City,
                names: &names,
                ids: &ids,
                parent: Some(parent),
                zipcodes: &locality.zipcodes,
                at,
                reach_m,
            })
        });
        let around = || at.and_then(|at| self.city_around(at));
        let index = found.or_else(around).unwrap_or_else(|| {
            let mut draft = PlaceDraft::new(RecordType::City, Some(parent), source);
            draft.names = names.clone();
            draft.ids.clone_from(&ids);
            self.add(draft)
        });
        if self.is_deeper(index, Some(parent))
            && let Some(draft) = self.drafts.get_mut(index)
        {
            draft.parent = Some(parent);
        }
        for id in ids {
            self.by_id.entry(id).or_insert(index);
        }
        if let Some(draft) = self.drafts.get_mut(index)
            && draft.names.default.is_empty()
        {
            draft.names.default.clone_from(&city.name);
            self.index_names(index);
        }
        self.add_alternate(index, &city.name);
        self.add_alternate(index, &city.alternate);
        self.cities.entry(key).or_default().push(index);
        Some(self.vote(index, locality, at))
    }

    /// Notes what an address says of its city.
    pub(in super::super) fn vote(
        &mut self,
        city: usize,
        locality: &Locality,
        at: Option<LonLat>,
    ) -> usize {
        if let Some(draft) = self.drafts.get_mut(city) {
            draft.addresses += 1;
            if let Some(point) = at {
                draft.position.add_address(point);
            }
            for code in &locality.zipcodes {
                match draft.votes.get_mut(code) {
                    Some(count) => *count += 1,
                    None => drop(draft.votes.insert(code.clone(), 1)),
                }
            }
        }
        city
    }

    /// Returns the known city that a point names, within a distance.
    pub(in super::super) fn known_city(
        &self,
        city: &AreaName,
        at: LonLat,
        reach_m: f64,
    ) -> Option<usize> {
        if let Some(index) = self.by_id.get(&city.id).filter(|_| !city.id.is_empty()) {
            return Some(*index);
        }
        let namesakes = self.by_name.get(&(RecordType::City, name::key(&city.name)))?;
        let distances = namesakes.iter().filter_map(|index| {
            let point = self.get(*index)?.position.point()?;
            Some((point.distance_m(at), *index))
        });
        let nearest = distances.min_by(|a, b| a.0.total_cmp(&b.0))?;
        (nearest.0 <= reach_m).then_some(nearest.1)
    }

    /// Returns the smallest city whose boundary contains a point.
    pub(in super::super) fn city_around(&self, at: LonLat) -> Option<usize> {
        let cities = self.areas.iter().filter(|(index, area)| {
            let is_city = self.get(**index).is_some_and(|draft| draft.kind == RecordType::City);
            is_city && area.contains(at)
        });
        let smallest = cities.min_by(|a, b| a.1.extent().total_cmp(&b.1.extent()));
        smallest.map(|(index, _)| *index)
    }

    /// Adds postcodes that a city has not yet.
    pub(in super::super) fn add_zipcodes(&mut self, city: usize, zipcodes: &[String]) {
        let Some(draft) = self.drafts.get_mut(city) else { return };
        for code in zipcodes {
            if !draft.zipcodes.contains(code) {
                draft.zipcodes.push(code.clone());
            }
        }
    }
}

fn address_reach_m(locality: &Locality) -> f64 {
    let [unsure, region, county] = ADDRESS_REACH_M;
    match () {
        () if !locality.city.id.is_empty() || !locality.county.is_empty() => county,
        () if !locality.administrative.is_empty() => region,
        () => unsure,
    }
}

fn cache_key(locality: &Locality) -> String {
    let country = locality.country.map(|country| country.to_string()).unwrap_or_default();
    let areas = [&locality.administrative, &locality.county, &locality.city];
    let parts = areas.iter().flat_map(|area| [area.id.as_str(), area.name.as_str()]);
    std::iter::once(country.as_str()).chain(parts).collect::<Vec<_>>().join("\0")
}

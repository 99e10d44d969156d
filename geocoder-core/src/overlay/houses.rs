//! What corrections do to houses: those of one street combine, and each is put where its street
//! is.

use super::apply::{Builder, Outcome, Put};
use super::draft::{self, DraftHouse, DraftName, NamesWanted, units};
use super::hierarchy::{rarest_postings, references};
use super::key_index::key_of;
use super::{CorrectionId, PatchHouse, PatchRecord, RecordRef, SkipReason};
use crate::error::Result;
use crate::record::RecordType;
use crate::shard::{Dictionary, Lookup, MAX_HOUSES, Role, length, point};

/// A street that a house may be on: one under change, or one of the base.
#[derive(Clone, Copy)]
enum Street {
    Draft(usize),
    OfBase(u32, u32),
}

impl<D: AsRef<[u8]>> Builder<'_, D> {
    /// Applies what is about houses.
    pub(super) fn houses(
        &mut self,
        removals: &[(CorrectionId, Option<&RecordRef>)],
        puts: &[Put<'_>],
    ) -> Result<()> {
        // Houses make room first, so that two can swap their numbers.
        for (id, target) in removals {
            if let Some(target @ RecordRef::House { .. }) = target {
                let outcome = match self.take_house(target)? {
                    Ok((_, true)) => Ok(()),
                    Ok((_, false)) => Err(SkipReason::NoSuchRecord),
                    Err(reason) => Err(reason),
                };
                self.settle(*id, outcome);
            }
        }
        let mut taken = Vec::new();
        for put in puts.iter().filter(|put| put.is_house()) {
            match put.target {
                Some(target @ RecordRef::House { .. }) => match self.take_house(target)? {
                    Ok((street, _)) => taken.push((put, Some(street))),
                    Err(reason) => self.skip(put.id, reason),
                },
                None => taken.push((put, None)),
                Some(_) => self.skip(put.id, SkipReason::Invalid),
            }
        }
        for (put, street) in taken {
            let outcome = self.put_house(*put, street)?;
            self.settle(put.id, outcome);
        }
        Ok(())
    }

    /// Returns the draft of a street of the base.
    fn street(
        &mut self,
        block: u32,
        index: u32,
    ) -> Result<core::result::Result<usize, SkipReason>> {
        if let Some(number) = self.draft_of(block, index) {
            return Ok(Ok(number));
        }
        Ok(match self.take_record(block, index, NamesWanted::All)? {
            Ok(mut draft) => {
                draft.place = self.place_now(draft.place);
                Ok(self.push_draft(draft))
            }
            Err(reason) => Err(reason),
        })
    }

    /// Takes a house out of its street; returns the street and whether the house was there.
    fn take_house(
        &mut self,
        target: &RecordRef,
    ) -> Result<core::result::Result<(usize, bool), SkipReason>> {
        let RecordRef::House { block, index, number, suffix } = target else {
            return Ok(Err(SkipReason::Invalid));
        };
        let street = match self.street(*block, *index)? {
            Ok(street) => street,
            Err(reason) => return Ok(Err(reason)),
        };
        let draft = self.drafts.get_mut(street);
        let Some(draft) = draft.filter(|draft| draft.kind == RecordType::Street) else {
            return Ok(Err(SkipReason::NoSuchRecord));
        };
        let at = draft.houses.iter().position(|h| h.number == *number && h.suffix == *suffix);
        if let Some(at) = at {
            draft.houses.remove(at);
        }
        Ok(Ok((street, at.is_some())))
    }

    /// Puts a house on a street: on the one that it was on when that has the name or none is
    /// named, else on the one of that name in its city, which is made when there is none.
    fn put_house(&mut self, put: Put<'_>, before: Option<usize>) -> Outcome {
        let record = put.record;
        let Some(house) = &record.house else { return Ok(Err(SkipReason::Invalid)) };
        let terms = draft::terms_of(&house.street);
        let street = match before.filter(|_| terms.is_empty()) {
            Some(street) => street,
            None if terms.is_empty() => return Ok(Err(SkipReason::Invalid)),
            None => match self.street_named(put, house, &terms, before)? {
                Ok(street) => street,
                Err(reason) => return Ok(Err(reason)),
            },
        };
        let zipcode = self.house_zipcode(street, record);
        let (lat, lon) = (units(record.coordinates.lat), units(record.coordinates.lon));
        let languages = self.hierarchy.in_languages(record, None);
        let Some(draft) = self.drafts.get_mut(street) else { return Ok(Err(SkipReason::Invalid)) };
        self.hierarchy.note_translations(draft.place, record);
        for (language, text) in languages {
            self.hierarchy.add_translation(&mut draft.names, language, text);
        }
        if draft.houses.len() >= MAX_HOUSES as usize {
            return Ok(Err(SkipReason::Invalid));
        }
        let PatchHouse { number, suffix, .. } = house;
        // A house that is corrected into one that there is already replaces it.
        draft.houses.retain(|other| other.number != *number || other.suffix != *suffix);
        let source = Some(put.source());
        let (number, suffix) = (*number, suffix.clone());
        draft.houses.push(DraftHouse { number, suffix, lat, lon, zipcode, source });
        Ok(Ok(()))
    }

    /// Finds the street that a house names: the one that it was on when that has the name, else
    /// the one of that name in its city, which is made when there is none.
    fn street_named(
        &mut self,
        put: Put<'_>,
        house: &PatchHouse,
        terms: &str,
        before: Option<usize>,
    ) -> Result<core::result::Result<usize, SkipReason>> {
        let record = put.record;
        let inside = before.and_then(|street| self.drafts.get(street)).map(|draft| draft.place);
        let Some(place) = self.hierarchy.parent(RecordType::Street, record, inside)? else {
            return Ok(Err(SkipReason::Country));
        };
        let same = before.filter(|street| {
            let draft = self.drafts.get(*street);
            draft.is_some_and(|draft| draft.place == place && draft.is_called(terms))
        });
        if let Some(street) = same {
            return Ok(Ok(street));
        }
        Ok(Ok(match self.street_called(place, terms, record)? {
            Some(street) => street,
            None => self.new_street(put, house, place),
        }))
    }

    /// Returns the number of the postcode of a house when it has one of its own, which its street
    /// has from then on.
    fn house_zipcode(&mut self, street: usize, record: &PatchRecord) -> Option<u32> {
        let [zipcode] = record.zipcodes.as_slice() else { return None };
        let zipcode = self.hierarchy.zipcode(zipcode);
        let draft = self.drafts.get(street)?;
        let (place, inherits) = (draft.place, draft.zipcodes.is_none());
        if inherits && self.own_zipcodes(place, record).is_none() {
            return None;
        }
        let draft = self.drafts.get_mut(street)?;
        let places = &self.hierarchy.places;
        let city = places.get(draft.place).map_or(&[][..], |city| places.zipcodes_of(city));
        let listed = draft.zipcodes.as_deref().unwrap_or(city);
        if !listed.contains(&zipcode) {
            let mut more = listed.to_vec();
            more.push(zipcode);
            draft.zipcodes = Some(more);
        }
        Some(zipcode)
    }

    /// Finds the street of a place that has a name of these terms, or had it before its correction
    /// where none has it; of several the nearest.
    fn street_called(
        &mut self,
        place: u32,
        terms: &str,
        record: &PatchRecord,
    ) -> Result<Option<usize>> {
        let at = record.coordinates;
        let mut best: Option<((bool, f64), Street)> = None;
        let mut offer = |was_called, lat, lon, street| {
            let rank = (was_called, at.distance_m(point(lat, lon)));
            if best.as_ref().is_none_or(|(least, _)| rank < *least) {
                best = Some((rank, street));
            }
        };
        for number in self.streets.get(&key_of(place, terms)).unwrap_or_default() {
            let number = *number as usize;
            if let Some(draft) = self.drafts.get(number) {
                offer(false, draft.lat, draft.lon, Street::Draft(number));
            }
        }
        if let Some(references) = references(self.base, Dictionary::Records, terms)? {
            for block in rarest_postings(self.base, Dictionary::Records, &references)? {
                let of_base = self.base.places().place_of_block(block);
                if of_base.map(|of_base| self.place_now(of_base)) != Some(place) {
                    continue;
                }
                let decoded = match self.base.block(block)? {
                    Lookup::Found(decoded) => decoded,
                    Lookup::Missing(chunk) => {
                        self.missing.push(length(chunk));
                        continue;
                    }
                };
                for (index, other) in (0u32..).zip(&decoded.records) {
                    let mut names = decoded.names.names(index as usize);
                    if other.kind != RecordType::Street
                        || !names.any(|name| name.shown == references)
                    {
                        continue;
                    }
                    if !self.is_taken(block, index) {
                        offer(false, other.lat, other.lon, Street::OfBase(block, index));
                    } else if let Some(number) = self.draft_of(block, index)
                        && self.drafts.get(number).is_some_and(|d| d.kind == RecordType::Street)
                    {
                        offer(true, other.lat, other.lon, Street::Draft(number));
                    }
                }
            }
        }
        Ok(match best {
            Some((_, Street::Draft(number))) => Some(number),
            Some((_, Street::OfBase(block, index))) => self.street(block, index)?.ok(),
            None => None,
        })
    }

    /// Makes the street of a house.
    fn new_street(&mut self, put: Put<'_>, house: &PatchHouse, place: u32) -> usize {
        let mut draft = self.new_draft(RecordRef::Added { id: put.id }, put.record, place);
        draft.names = vec![DraftName::new(Role::Default, &house.street)];
        self.push_draft(draft)
    }
}

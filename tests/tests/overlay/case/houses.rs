//! Random corrections of houses.

use std::collections::BTreeSet;

use geocoder_core::gazetteer::House;
use geocoder_core::overlay::{Change, PatchHouse, PatchNames, PatchRecord, RecordRef};

use super::Case;
use crate::{At, BASE};

impl Case {
    /// Takes a street with houses, of which none was touched.
    fn pick_street(&mut self) -> (u32, u32, PatchRecord, usize) {
        loop {
            let (reference, record, at) = self.pick(Self::is_street);
            let At::Street(number) = at else { continue };
            let RecordRef::Record { block, index } = reference else { continue };
            let houses = &self.gazetteer.streets[number].houses;
            let numbers: BTreeSet<_> = houses.iter().map(|h| (h.number, &h.suffix)).collect();
            if numbers.len() == houses.len() && !houses.is_empty() {
                return (block, index, record, number);
            }
        }
    }

    fn house(&mut self, street: usize) -> usize {
        let count = self.gazetteer.streets[street].houses.len();
        self.random.below(count)
    }

    /// Puts a corrected house into the gazetteer.
    fn put_in_gazetteer(&mut self, street: usize, record: &PatchRecord) {
        let PatchHouse { number, suffix, .. } = record.house.clone().unwrap();
        // A house that says no more than its city does has no postcode of its own.
        let before = &BASE.gazetteer.streets[street];
        let of_city = &BASE.gazetteer.places[before.city].zipcodes;
        let inherits = before.zipcodes.is_empty() || before.zipcodes == *of_city;
        let zipcode = match record.zipcodes.as_slice() {
            [_] if inherits && record.zipcodes == *of_city => None,
            [zipcode] => {
                let street = &mut self.gazetteer.streets[street];
                if street.zipcodes.is_empty() {
                    street.zipcodes.clone_from(&self.gazetteer.places[street.city].zipcodes);
                }
                if !street.zipcodes.contains(zipcode) {
                    street.zipcodes.push(zipcode.clone());
                }
                Some(zipcode.clone())
            }
            _ => None,
        };
        let houses = &mut self.gazetteer.streets[street].houses;
        houses.retain(|other| (other.number, &other.suffix) != (number, &suffix));
        let coordinates = record.coordinates;
        houses.push(House { number, suffix: suffix.clone(), coordinates, zipcode });
        let name = &self.gazetteer.streets[street].names.default;
        self.names.insert(format!("{name} {number}{suffix}"));
        self.names.insert(format!("{name} {}", number + 2));
    }

    /// Names the street of a house in a language, as no other house of it does.
    fn translate_street(&mut self, street: usize, code: &str, record: &mut PatchRecord) {
        let name = self.random.name();
        let names = PatchNames { name: Some(name.clone()), ..PatchNames::default() };
        record.languages = vec![(code.into(), names)];
        let street = &mut self.gazetteer.streets[street].names;
        if street.default != name && street.languages.iter().all(|(other, _)| other != code) {
            street.languages.push((code.into(), name.clone()));
            street.languages.sort_by(|(code, _), (other, _)| code.cmp(other));
            let number = record.house.as_ref().unwrap().number;
            self.names.insert(format!("{name} {number}"));
        }
    }

    pub(super) fn fix_house(&mut self) {
        let (block, index, _, street) = self.pick_street();
        for code in ["fr", "tlh"] {
            let house = self.house(street);
            let House { number, suffix, .. } = self.gazetteer.streets[street].houses[house].clone();
            let target = RecordRef::House { block, index, number, suffix };
            if !self.touched.insert(target.clone()) {
                continue;
            }
            let mut record = BASE.shard.record(&target).unwrap().unwrap();
            record.coordinates = self.random.beside(record.coordinates, 30);
            let patch = record.house.as_mut().unwrap();
            if self.random.below(2) == 0 {
                patch.number = 500 + u32::try_from(self.random.below(400)).unwrap();
                patch.suffix = (*self.random.of(&["", "a", "bis"])).to_string();
            }
            let PatchHouse { number, suffix, .. } = record.house.clone().unwrap();
            let fixed = RecordRef::House { block, index, number, suffix };
            if fixed != target && !self.touched.insert(fixed) {
                // Which of two corrections into one house counts is no matter here.
                continue;
            }
            self.gazetteer.streets[street].houses.remove(house);
            self.put_in_gazetteer(street, &record);
            if self.random.below(3) == 0 {
                self.translate_street(street, code, &mut record);
            }
            if self.random.below(2) == 0 {
                // What names no street stays on its own.
                record.house.as_mut().unwrap().street.clear();
            }
            self.put(Some(target), record);
        }
    }

    pub(super) fn add_house(&mut self) {
        let (block, index, _, street) = self.pick_street();
        let (number, suffix) = (601 + u32::try_from(self.random.below(40)).unwrap(), "b".into());
        let target = RecordRef::House { block, index, number, suffix };
        let mut record = BASE.shard.record(&target).unwrap().unwrap();
        record.coordinates = self.random.beside(record.coordinates, 40);
        self.put_in_gazetteer(street, &record);
        if self.random.below(3) == 0 {
            self.translate_street(street, "en", &mut record);
        }
        self.put(Some(target), record);
    }

    pub(super) fn remove_house(&mut self) {
        let (block, index, record, street) = self.pick_street();
        let house = self.house(street);
        let House { number, suffix, .. } = self.gazetteer.streets[street].houses.remove(house);
        self.names.insert(format!("{} {number}{suffix}", record.default.name));
        self.correct(Some(RecordRef::House { block, index, number, suffix }), Change::Remove);
    }
}

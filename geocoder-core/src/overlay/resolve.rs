//! From results back to records: which record a result was, and all that a record says.

use super::draft::{self, DraftName, NamesWanted, RecordDraft, terms_of, units};
use super::{Origin, PatchFields, PatchHouse, PatchNames, PatchRecord, RecordRef};
use crate::Geocoder;
use crate::error::Result;
use crate::present::full_name;
use crate::record::{CountryCode, RecordType};
use crate::shard::{Dictionary, Lookup, Name, Place, Role, Shard, UNITS_PER_DEGREE, point};

/// Coordinate units by which an origin may be beside its record: its numbers were rounded.
const TOLERANCE_UNITS: i32 = 1;

impl<D: AsRef<[u8]>> Geocoder<D> {
    /// Finds the record of a result that search or reverse gave earlier, among the shards of its
    /// country and the world; `None` when there is none that says the same.
    ///
    /// # Errors
    /// Fails when a chunk that is needed is corrupt.
    pub fn resolve(&self, origin: &Origin) -> Result<Option<(CountryCode, RecordRef)>> {
        let own = |country: CountryCode| country.as_str().eq_ignore_ascii_case(&origin.countrycode);
        for world in [false, true] {
            for shard in self.shards() {
                let country = shard.meta().country;
                if (if world { country == CountryCode::WORLD } else { own(country) })
                    && let Some(found) = shard.resolve(origin)?
                {
                    return Ok(Some((country, found)));
                }
            }
        }
        Ok(None)
    }
}

impl<D: AsRef<[u8]>> Shard<D> {
    /// Finds the record of a result that search or reverse gave earlier: type, coordinates,
    /// name, what contains it, postcodes and population are the same, in any of its languages
    /// and whatever the case of letters.
    ///
    /// The result may be one that an overlay shows: then what its correction was about is
    /// returned. A house between two others that the base does not know is a house to be added.
    ///
    /// # Errors
    /// Fails when a chunk that is needed is corrupt.
    pub fn resolve(&self, origin: &Origin) -> Result<Option<RecordRef>> {
        let found = self.resolve_record(origin)?;
        if found.is_some() || !origin.kind.is_place() {
            Ok(found)
        } else {
            self.resolve_place(origin)
        }
    }

    fn resolve_place(&self, origin: &Origin) -> Result<Option<RecordRef>> {
        let (lat, lon) = (units(origin.coordinates.lat), units(origin.coordinates.lon));
        for (ordinal, place) in (0u32..).zip(&self.places().places) {
            if place.result_kind() != Some(origin.kind)
                || !is_at((place.lat, place.lon), (lat, lon))
                || !self.any_name(&self.place_names(place)?, &origin.name, Dictionary::Places)?
                || place.population != origin.population
                || !self.same_zipcodes(self.places().zipcodes_of(place), &origin.zipcodes)
                || !self.is_inside(origin, ordinal)?
            {
                continue;
            }
            let sources = self.overlay.as_ref().map_or(&[][..], |overlay| &overlay.place_sources);
            let added = sources.iter().find(|(other, _)| *other == ordinal);
            let source = added.map(|(_, source)| source.clone());
            return Ok(Some(source.unwrap_or(RecordRef::Place { ordinal })));
        }
        Ok(None)
    }

    fn resolve_record(&self, origin: &Origin) -> Result<Option<RecordRef>> {
        let margin = f64::from(2 * TOLERANCE_UNITS) / UNITS_PER_DEGREE;
        let at = origin.coordinates;
        let holds = |bbox: &crate::geo::BBox| {
            (bbox.min_lon - margin..=bbox.max_lon + margin).contains(&at.lon)
                && (bbox.min_lat - margin..=bbox.max_lat + margin).contains(&at.lat)
        };
        let mut expected = None;
        for (number, entry) in self.places().records.iter().enumerate() {
            if !holds(&entry.bbox) {
                continue;
            }
            let Lookup::Found(boxes) = self.block_boxes(number)? else { continue };
            for (block, _) in boxes.iter().filter(|(_, bbox)| holds(bbox)) {
                match self.resolve_in_block(origin, *block)? {
                    Some((found, true)) => return Ok(Some(found)),
                    Some((found, false)) => expected = expected.or(Some(found)),
                    None => {}
                }
            }
        }
        Ok(expected)
    }

    /// Finds the record in a block; tells whether it exists or is a house that could be there.
    fn resolve_in_block(&self, origin: &Origin, block: u32) -> Result<Option<(RecordRef, bool)>> {
        let Lookup::Found(decoded) = self.block(block)? else { return Ok(None) };
        let Some(place) = self.places().place_of_block(block) else { return Ok(None) };
        let hidden = self.hidden_records(block);
        let (lat, lon) = (units(origin.coordinates.lat), units(origin.coordinates.lon));
        let mut expected = None;
        for (index, record) in (0u32..).zip(&decoded.records) {
            if record.kind != origin.kind || hidden.checked_shr(index).unwrap_or(1) & 1 != 0 {
                continue;
            }
            let here = is_at((record.lat, record.lon), (lat, lon));
            let street = record.kind == RecordType::Street;
            if !here && !street {
                continue;
            }
            let zipcodes = self.record_zipcodes(&decoded, record, place);
            let city = record.kind == RecordType::City;
            let shown = self.places().get(place).map_or(0, |place| place.population);
            let population = if city { record.population } else { shown };
            let own = self.own_ref(block, index);
            if here && origin.house.is_none() {
                let Lookup::Found(names) = self.record_names(block, record)? else { continue };
                if self.any_name(&names, &origin.name, Dictionary::Records)?
                    && population == origin.population
                    && self.same_zipcodes(zipcodes, &origin.zipcodes)
                    && (city || self.is_inside(origin, place)?)
                {
                    return Ok(Some((own, true)));
                }
            }
            if !street || population != origin.population {
                continue;
            }
            let Lookup::Found((table, houses)) = self.street_houses(block, index as usize)? else {
                continue;
            };
            let houses = houses.of(index as usize);
            let near = houses.iter().filter(|house| is_at((house.lat, house.lon), (lat, lon)));
            let near: Vec<_> = near.collect();
            if near.is_empty() && (origin.house.is_none() || houses.is_empty()) {
                continue;
            }
            let Lookup::Found(names) = self.record_names(block, record)? else { continue };
            for house in near {
                let suffix = table.suffix_text(house.suffix);
                let zipcode = self.house_zipcode(block, &decoded, record, house.zipcode);
                let zipcodes = zipcode.as_ref().map_or(zipcodes, core::slice::from_ref);
                if self.is_house(origin, &names, house.number, &suffix)?
                    && self.same_zipcodes(zipcodes, &origin.zipcodes)
                    && self.is_inside(origin, place)?
                {
                    let found = self.house_ref(block, index, house.number, suffix);
                    return Ok(Some((found, true)));
                }
            }
            // A number between those of two houses has a position that no house has.
            if let Some(house) = &origin.house
                && houses.iter().all(|other| {
                    other.number != house.number
                        || !crate::text::same_suffix(
                            &table.suffix_text(other.suffix),
                            &house.suffix,
                        )
                })
                && self.any_name(&names, &house.street, Dictionary::Records)?
                && self.is_inside(origin, place)?
                && let RecordRef::Record { block, index } = &own
            {
                let (number, suffix) = (house.number, house.suffix.clone());
                let found = RecordRef::House { block: *block, index: *index, number, suffix };
                expected = expected.or(Some((found, false)));
            }
        }
        Ok(expected)
    }

    /// Returns what a record stands for: itself or, in an overlay, what its correction is about.
    fn own_ref(&self, block: u32, index: u32) -> RecordRef {
        let added = block.checked_sub(self.base.places.n_blocks).zip(self.overlay.as_ref());
        let added = added.and_then(|(number, overlay)| overlay.blocks.get(number as usize));
        let source = added.and_then(|added| added.sources.get(index as usize));
        source.cloned().unwrap_or(RecordRef::Record { block, index })
    }

    fn house_ref(&self, block: u32, index: u32, number: u32, suffix: String) -> RecordRef {
        let added = block.checked_sub(self.base.places.n_blocks).zip(self.overlay.as_ref());
        let added = added.and_then(|(number, overlay)| overlay.blocks.get(number as usize));
        let corrected = added.and_then(|added| {
            let mut sources = added.house_sources.iter();
            sources.find(|(i, n, s, _)| (*i, *n, s.as_str()) == (index, number, suffix.as_str()))
        });
        match (corrected, self.own_ref(block, index)) {
            (Some((.., source)), _) => source.clone(),
            (None, RecordRef::Record { block, index }) => {
                RecordRef::House { block, index, number, suffix }
            }
            (None, street) => street,
        }
    }

    /// Whether a name that is shown has the same folded words as a text.
    pub(super) fn any_name(
        &self,
        names: &[Name],
        text: &str,
        dictionary: Dictionary,
    ) -> Result<bool> {
        let terms = terms_of(text);
        for shown in self.shown_names(names, dictionary)? {
            if terms_of(&shown.1) == terms {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns names as they are shown, each with what it is for.
    pub(super) fn shown_names(
        &self,
        names: &[Name],
        dictionary: Dictionary,
    ) -> Result<Vec<(Role, String)>> {
        let mut shown = Vec::new();
        for name in names.iter().filter(|name| name.role != Role::Alternate) {
            let mut text = String::new();
            self.write_name(dictionary, name, &mut text)?;
            shown.push((name.role, text));
        }
        Ok(shown)
    }

    /// Whether an origin names a house of a street of these names.
    fn is_house(&self, origin: &Origin, names: &[Name], number: u32, suffix: &str) -> Result<bool> {
        let terms = terms_of(&origin.name);
        for (_, street) in self.shown_names(names, Dictionary::Records)? {
            let same = match &origin.house {
                Some(house) => {
                    house.number == number
                        && house.suffix.eq_ignore_ascii_case(suffix)
                        && terms_of(&house.street) == terms_of(&street)
                }
                None => {
                    let first = self.meta().number_first;
                    terms_of(&full_name(number, suffix, &street, first)) == terms
                }
            };
            if same {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn same_zipcodes(&self, numbers: &[u32], texts: &[String]) -> bool {
        let own = |number: &u32| self.places().zipcode(*number);
        numbers.iter().all(|number| texts.iter().any(|text| text == own(number)))
            && texts.iter().all(|text| numbers.iter().any(|number| text == own(number)))
    }

    /// Whether a place is inside what an origin says, itself included.
    pub(super) fn is_inside(&self, origin: &Origin, place: u32) -> Result<bool> {
        let optional = |text: &Option<String>| text.clone().unwrap_or_default();
        let levels = [
            (RecordType::City, origin.city.clone()),
            (RecordType::County, optional(&origin.county)),
            (RecordType::Administrative, optional(&origin.administrative)),
            (RecordType::Country, origin.country.clone()),
        ];
        for (kind, text) in levels.iter().filter(|(_, text)| !text.is_empty()) {
            let mut chain = self.places().chain(place);
            let Some((_, place)) = chain.find(|(_, place)| place.kind == Some(*kind)) else {
                return Ok(false);
            };
            if !self.any_name(&self.place_names(place)?, text, Dictionary::Places)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Returns all that the base says of a record, in all languages that it has a name in, so
    /// that some values can be changed; what contains it is named as it is shown now. `None`
    /// when there is no such record, or its chunk is not loaded. A house that the base does not
    /// know stands where its street does.
    ///
    /// # Errors
    /// Fails when a chunk that is needed is corrupt.
    pub fn record(&self, reference: &RecordRef) -> Result<Option<PatchRecord>> {
        let base = self.without_overlay();
        match reference {
            RecordRef::Place { ordinal } => {
                let Some(place) = base.places().get(*ordinal) else { return Ok(None) };
                let Some(kind) = place.kind else { return Ok(None) };
                let names = draft::read_place_names(&base, *ordinal)?;
                let zipcodes = base.places().zipcodes_of(place);
                let mut record = self.described(kind, &names, *ordinal, (place.lat, place.lon))?;
                record.zipcodes = base.zipcode_texts(zipcodes);
                record.population = place.population;
                Ok(Some(record))
            }
            RecordRef::Record { block, index } => {
                let Lookup::Found(found) =
                    draft::read_record(&base, *block, *index, NamesWanted::All)?
                else {
                    return Ok(None);
                };
                found.map(|found| self.described_record(&base, &found)).transpose()
            }
            RecordRef::House { block, index, number, suffix } => {
                let Lookup::Found(found) =
                    draft::read_record(&base, *block, *index, NamesWanted::All)?
                else {
                    return Ok(None);
                };
                let Some(found) = found.filter(|found| found.kind == RecordType::Street) else {
                    return Ok(None);
                };
                let mut record = self.described_record(&base, &found)?;
                let street = record.default.name.clone();
                let first = self.meta().number_first;
                record.default.name = full_name(*number, suffix, &street, first);
                let mut houses = found.houses.iter();
                let house = houses.find(|h| h.number == *number && h.suffix == *suffix);
                if let Some(house) = house {
                    record.coordinates = point(house.lat, house.lon);
                    if let Some(zipcode) = house.zipcode {
                        record.zipcodes = base.zipcode_texts(&[zipcode]);
                    }
                }
                let (number, suffix) = (*number, suffix.clone());
                record.house = Some(PatchHouse { number, suffix, street });
                Ok(Some(record))
            }
            RecordRef::Added { .. } => Ok(None),
        }
    }

    fn zipcode_texts(&self, numbers: &[u32]) -> Vec<String> {
        numbers.iter().map(|number| self.places().zipcode(*number).to_string()).collect()
    }

    /// Describes a street or point of the base.
    fn described_record(&self, base: &Self, found: &RecordDraft) -> Result<PatchRecord> {
        let at = (found.lat, found.lon);
        let mut record = self.described(found.kind, &found.names, found.place, at)?;
        let city = base.places().get(found.place);
        let around = city.filter(|_| found.kind != RecordType::City);
        let around = around.map_or(&[][..], |city| base.places().zipcodes_of(city));
        record.zipcodes = base.zipcode_texts(found.zipcodes.as_deref().unwrap_or(around));
        record.population = city.map_or(0, |city| city.population);
        if found.kind == RecordType::City {
            record.population = found.population;
            record.default.city.clone_from(&record.default.name);
        }
        Ok(record)
    }

    /// Describes a record by its names and what contains it.
    fn described(
        &self,
        kind: RecordType,
        names: &[DraftName],
        place: u32,
        (lat, lon): (i32, i32),
    ) -> Result<PatchRecord> {
        let mut default = PatchFields::default();
        let mut languages: Vec<(u32, PatchNames)> = Vec::new();
        for name in names {
            match name.role {
                Role::Default => default.name.clone_from(&name.text),
                Role::Language(language) => {
                    let name = Some(name.text.clone());
                    languages.push((language, PatchNames { name, ..PatchNames::default() }));
                }
                Role::Alternate => {}
            }
        }
        for (_, container) in self.places().chain(place) {
            let Some(level) = container.kind else { continue };
            self.describe_level(level, container, &mut default, &mut languages)?;
        }
        let known = &self.places().languages;
        let languages = languages.into_iter().filter_map(|(language, names)| {
            known.get(language as usize).map(|code| (code.clone(), names))
        });
        Ok(PatchRecord {
            kind,
            default,
            languages: languages.collect(),
            zipcodes: Vec::new(),
            population: 0,
            coordinates: point(lat, lon),
            house: None,
        })
    }

    /// Fills in the names of a container; of several of one kind the smallest is meant.
    fn describe_level(
        &self,
        level: RecordType,
        container: &Place,
        default: &mut PatchFields,
        languages: &mut [(u32, PatchNames)],
    ) -> Result<()> {
        let field = match level {
            RecordType::City => &mut default.city,
            RecordType::County => &mut default.county,
            RecordType::Administrative => &mut default.administrative,
            RecordType::Country => &mut default.country,
            _ => return Ok(()),
        };
        if !field.is_empty() {
            return Ok(());
        }
        for (role, text) in self.shown_names(&self.place_names(container)?, Dictionary::Places)? {
            match role {
                Role::Default => *field = text,
                Role::Language(language) => {
                    let mut known = languages.iter_mut();
                    let Some((_, names)) = known.find(|(other, _)| *other == language) else {
                        continue;
                    };
                    let slot = match level {
                        RecordType::City => &mut names.city,
                        RecordType::County => &mut names.county,
                        RecordType::Administrative => &mut names.administrative,
                        _ => &mut names.country,
                    };
                    *slot = Some(text);
                }
                Role::Alternate => {}
            }
        }
        Ok(())
    }
}

/// Whether two positions are the same but for rounding.
fn is_at(a: (i32, i32), b: (i32, i32)) -> bool {
    let near = |a: i32, b: i32| a.abs_diff(b) <= TOLERANCE_UNITS.unsigned_abs();
    near(a.0, b.0) && near(a.1, b.1)
}

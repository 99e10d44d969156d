//! Places under correction: their names, what contains them, and which of them a record names.

use super::draft::{self, DraftName, units};
use super::key_index::{KeyIndex, KeyedLists, key_of};
use super::{PatchFields, PatchRecord};
use crate::error::Result;
use crate::geo::LonLat;
use crate::record::{CountryCode, RecordType};
use crate::shard::{
    Dictionary, Lookup, MAX_NAMES, NO_PARENT, Place, Places, PostingReader, Role, Shard, TermRef,
    length, point,
};
use crate::sort::sort_by;

/// A city farther from what names it is another one of the same name.
const CITY_LIMIT_M: f64 = 100_000.0;
/// Kinds of what contains streets and points, smallest first.
const LEVELS: [RecordType; 3] = [RecordType::City, RecordType::County, RecordType::Administrative];

/// The places of a base as corrections change them.
pub(super) struct Hierarchy<'a, D> {
    base: &'a Shard<D>,
    pub(super) places: Places,
    /// Names of the places that have others than in the base, each with its ordinal;
    /// [`Place::replaced_names`] tells which are those of a place.
    names: Vec<(u32, Vec<DraftName>)>,
    /// These places by the terms of each name that they were given.
    by_name: KeyedLists,
    /// What was found by kind and name.
    found: KeyedLists,
    /// Whether fields fit a place, by the place and the fields.
    fitting: KeyIndex,
    fits: Vec<bool>,
    /// The postcodes that the base does not have, which are numbered behind its own.
    new_zipcodes: KeyIndex,
    /// Names that records have for what contains them: the place, the language and the name.
    translations: Vec<(u32, u32, String)>,
    noted: KeyIndex,
}

/// What a record says about one level of what contains it.
struct Level<'p> {
    kind: RecordType,
    text: &'p str,
    terms: String,
}

impl<'a, D: AsRef<[u8]>> Hierarchy<'a, D> {
    pub(super) fn new(base: &'a Shard<D>) -> Self {
        Self {
            base,
            places: base.places().clone(),
            names: Vec::new(),
            by_name: KeyedLists::default(),
            found: KeyedLists::default(),
            fitting: KeyIndex::default(),
            fits: Vec::new(),
            new_zipcodes: KeyIndex::default(),
            translations: Vec::new(),
            noted: KeyIndex::default(),
        }
    }

    /// Returns the number of a postcode, which is added when it is new.
    pub(super) fn zipcode(&mut self, text: &str) -> u32 {
        let known = self.base.places().zipcodes.binary_search_by(|other| other.as_str().cmp(text));
        if let Ok(number) = known {
            return length(number);
        }
        let number = self.base.places().zipcodes.len() + self.new_zipcodes.number(text.as_bytes());
        if number == self.places.zipcodes.len() {
            self.places.zipcodes.push(text.into());
        }
        length(number)
    }

    /// Returns the numbers of postcodes, each once.
    pub(super) fn zipcodes(&mut self, texts: &[String]) -> Vec<u32> {
        let mut numbers = Vec::new();
        for text in texts {
            let number = self.zipcode(text);
            if !numbers.contains(&number) {
                numbers.push(number);
            }
        }
        numbers
    }

    /// Returns the number of a language, which is added when it is new.
    fn language(&mut self, code: &str) -> u32 {
        let known = self.places.languages.iter().position(|other| other == code);
        length(known.unwrap_or_else(|| {
            self.places.languages.push(code.into());
            self.places.languages.len() - 1
        }))
    }

    /// Returns the name of a record in all its languages, each once, or of what contains it at the
    /// level of a kind.
    pub(super) fn in_languages<'p>(
        &mut self,
        record: &'p PatchRecord,
        container: Option<RecordType>,
    ) -> Vec<(u32, &'p str)> {
        let mut languages: Vec<(u32, &str)> = Vec::new();
        for (code, names) in &record.languages {
            let Some(name) = names.of(container) else { continue };
            let language = self.language(code);
            if languages.iter().all(|(other, _)| *other != language) {
                languages.push((language, name));
            }
        }
        languages
    }

    /// Notes what a record in a place calls that, and what contains it, in other languages.
    pub(super) fn note_translations(&mut self, place: u32, record: &PatchRecord) {
        let levels = LEVELS.into_iter().skip(levels_below(record.kind));
        for kind in levels.chain([RecordType::Country]) {
            for (language, text) in self.in_languages(record, Some(kind)) {
                let mut chain = self.places.chain(place);
                let container = chain.find(|(_, place)| place.kind == Some(kind));
                let Some((ordinal, _)) = container else { continue };
                let mut key = ordinal.to_le_bytes().to_vec();
                key.extend_from_slice(&key_of(language, text));
                if self.noted.number(&key) == self.translations.len() {
                    self.translations.push((ordinal, language, text.into()));
                }
            }
        }
    }

    /// Gives places the names that were noted, in languages in which they have none; of several
    /// the one that came first.
    pub(super) fn translate(&mut self) -> Result<()> {
        for (ordinal, language, text) in core::mem::take(&mut self.translations) {
            let mut names = match self.corrected_names(ordinal) {
                Some(names) => names.to_vec(),
                None => draft::read_place_names(self.base, ordinal)?,
            };
            if self.add_translation(&mut names, language, &text) {
                self.set_names(ordinal, names);
            }
        }
        Ok(())
    }

    /// Adds a name in a language, unless there is one in it already or all show it anyway; returns
    /// whether it did. Names in languages stand in the order of their codes.
    pub(super) fn add_translation(
        &self,
        names: &mut Vec<DraftName>,
        language: u32,
        text: &str,
    ) -> bool {
        let known = |name: &DraftName| match name.role {
            Role::Default => name.text == text,
            role => role == Role::Language(language),
        };
        if names.len() >= MAX_NAMES as usize || names.iter().any(known) {
            return false;
        }
        let code = |number: u32| self.places.languages.get(number as usize);
        let before = names.iter().take_while(|name| match name.role {
            Role::Default => true,
            Role::Language(other) => code(other) < code(language),
            Role::Alternate => false,
        });
        let at = before.count();
        names.insert(at, DraftName::new(Role::Language(language), text));
        true
    }

    /// Returns the first country.
    pub(super) fn root(&self) -> Option<u32> {
        let mut places = (0u32..).zip(&self.places.places);
        let country = places.find(|(_, place)| place.kind == Some(RecordType::Country));
        country.map(|(ordinal, _)| ordinal)
    }

    /// Returns the country that a record is in: by name where there are several.
    fn country(&mut self, name: &str) -> Result<Option<u32>> {
        if self.base.meta().country == CountryCode::WORLD {
            let found = self.find(RecordType::Country, &draft::terms_of(name))?;
            return Ok(found.first().copied());
        }
        Ok(self.root())
    }

    /// Returns the place that a record is in by its fields, which is made when none is so named;
    /// `None` when not even its country is known. Where the fields fit the place that it was in,
    /// it stays there.
    pub(super) fn parent(
        &mut self,
        kind: RecordType,
        record: &PatchRecord,
        before: Option<u32>,
    ) -> Result<Option<u32>> {
        let fields = &record.default;
        let texts = [&fields.city, &fields.county, &fields.administrative];
        let levels = LEVELS.into_iter().zip(texts).skip(levels_below(kind));
        let levels: Vec<Level<'_>> = levels
            .filter(|(_, text)| !text.is_empty())
            .map(|(kind, text)| Level { kind, text, terms: draft::terms_of(text) })
            .collect();
        if let Some(before) = before
            && self.still_fits(before, kind, record, &levels)?
        {
            return Ok(Some(before));
        }
        let Some(country) = self.country(&fields.country)? else { return Ok(None) };
        self.named(&levels, record, country).map(Some)
    }

    /// Whether the fields of a record fit the place that it was in; of many records of a place
    /// the fields are the same.
    fn still_fits(
        &mut self,
        before: u32,
        kind: RecordType,
        record: &PatchRecord,
        levels: &[Level<'_>],
    ) -> Result<bool> {
        let PatchFields { city, county, administrative, country, .. } = &record.default;
        // The first of them plays no role for a city, nor those below its own for larger places.
        let city = if kind.is_place() { kind.name() } else { city.as_str() };
        let mut key = before.to_le_bytes().to_vec();
        for field in [city, county, administrative, country] {
            key.extend_from_slice(field.as_bytes());
            key.push(0);
        }
        let known = self.fitting.number(&key);
        if let Some(fits) = self.fits.get(known) {
            return Ok(*fits);
        }
        let country = self.country(country)?;
        let mut chain = self.places.chain(before);
        let root = chain.find(|(_, place)| place.kind == Some(RecordType::Country));
        let root = root.map(|(root, _)| root);
        let same = country.is_none_or(|country| root == Some(country));
        let fits = same && self.fits(before, levels)?;
        self.fits.push(fits);
        Ok(fits)
    }

    /// Returns the place of the first level that fits the others, which is made when there is
    /// none.
    fn named(&mut self, levels: &[Level<'_>], record: &PatchRecord, country: u32) -> Result<u32> {
        let Some((level, above)) = levels.split_first() else { return Ok(country) };
        let at = record.coordinates;
        let namesakes = self.find(level.kind, &level.terms)?;
        let mut best: Option<(f64, u32)> = None;
        for ordinal in &namesakes {
            let Some(place) = self.places.get(*ordinal) else { continue };
            let distance_m = at.distance_m(point(place.lat, place.lon));
            let nearer = best.is_none_or(|(least, _)| distance_m < least);
            let near = level.kind != RecordType::City || distance_m <= CITY_LIMIT_M;
            let mut chain = self.places.chain(*ordinal);
            if near
                && nearer
                && chain.any(|(other, _)| other == country)
                && self.fits(*ordinal, above)?
            {
                best = Some((distance_m, *ordinal));
            }
        }
        if let Some((_, ordinal)) = best {
            return Ok(ordinal);
        }
        let parent = self.named(above, record, country)?;
        let languages = self.in_languages(record, Some(level.kind));
        let default = DraftName::new(Role::Default, level.text);
        let names = draft::corrected_names(default, languages, Vec::new());
        let population = if level.kind == RecordType::City { record.population } else { 0 };
        let place = Place {
            population,
            located: false,
            listed: false,
            ..self.new_place(level.kind, parent, at)
        };
        let ordinal = self.push(place, names);
        self.found.extend(&key_of(level.kind as u32, &level.terms), &[ordinal]);
        Ok(ordinal)
    }

    /// Returns a place without anything but its kind and where it is.
    pub(super) fn new_place(&self, kind: RecordType, parent: u32, at: LonLat) -> Place {
        Place {
            kind: Some(kind),
            parent,
            lat: units(at.lat),
            lon: units(at.lon),
            population: 0,
            importance: u32::from(draft::default_importance(kind, 0)),
            located: true,
            first_block: self.base.places().n_blocks,
            n_blocks: 0,
            listed: true,
            ..Place::default()
        }
    }

    /// Adds a place.
    pub(super) fn push(&mut self, place: Place, names: Vec<DraftName>) -> u32 {
        let ordinal = length(self.places.places.len());
        self.places.places.push(place);
        self.set_names(ordinal, names);
        ordinal
    }

    /// Gives a place its names.
    pub(super) fn set_names(&mut self, ordinal: u32, names: Vec<DraftName>) {
        for name in &names {
            self.by_name.extend(&key_of(0, &name.shown), &[ordinal]);
        }
        let Some(place) = self.places.places.get_mut(ordinal as usize) else { return };
        let replaced = (place.replaced_names as usize).checked_sub(1);
        match replaced.and_then(|number| self.names.get_mut(number)) {
            Some((_, before)) => *before = names,
            None => {
                self.names.push((ordinal, names));
                place.replaced_names = length(self.names.len());
            }
        }
    }

    /// Returns the places that have other names than in the base, with these names.
    pub(super) fn take_names(&mut self) -> Vec<(u32, Vec<DraftName>)> {
        let mut names = core::mem::take(&mut self.names);
        sort_by(&mut names, |(a, _), (b, _)| a.cmp(b));
        names
    }

    /// Returns the names that a place has instead of those of the base.
    fn corrected_names(&self, ordinal: u32) -> Option<&[DraftName]> {
        let place = self.places.get(ordinal)?;
        let (_, names) = self.names.get((place.replaced_names as usize).checked_sub(1)?)?;
        Some(names)
    }

    /// Whether what contains a place, itself included, is so named at every level.
    fn fits(&self, ordinal: u32, levels: &[Level<'_>]) -> Result<bool> {
        for level in levels {
            let mut chain = self.places.chain(ordinal);
            let found = chain.find(|(_, place)| place.kind == Some(level.kind));
            let Some((container, _)) = found else { return Ok(false) };
            if !self.is_called(container, &level.terms)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether a place has or had a name of these terms.
    fn is_called(&self, ordinal: u32, terms: &str) -> Result<bool> {
        let corrected = self.corrected_names(ordinal);
        if corrected.is_some_and(|names| names.iter().any(|name| name.shown == terms)) {
            return Ok(true);
        }
        match references(self.base, Dictionary::Places, terms)? {
            Some(references) => self.was_called(ordinal, &references),
            None => Ok(false),
        }
    }

    /// Whether a place has a name of these terms in the base.
    fn was_called(&self, ordinal: u32, terms: &[TermRef]) -> Result<bool> {
        let Some(place) = self.base.places().get(ordinal) else { return Ok(false) };
        let names = self.base.place_name_terms(place)?;
        let called = names.names(0).any(|name| name.shown == terms);
        Ok(called)
    }

    /// Returns the places of a kind that have a name of these terms; where there are none, those
    /// that had one before their correction.
    fn find(&mut self, kind: RecordType, terms: &str) -> Result<Vec<u32>> {
        let key = key_of(kind as u32, terms);
        if let Some(found) = self.found.get(&key) {
            return Ok(found.to_vec());
        }
        let mut found = self.by_name.get(&key_of(0, terms)).unwrap_or_default().to_vec();
        let mut before = Vec::new();
        if let Some(references) = references(self.base, Dictionary::Places, terms)? {
            for ordinal in rarest_postings(self.base, Dictionary::Places, &references)? {
                if self.was_called(ordinal, &references)? {
                    let corrected = self.corrected_names(ordinal).is_some();
                    if corrected { before.push(ordinal) } else { found.push(ordinal) }
                }
            }
        }
        let of_kind =
            |ordinal: &u32| self.places.get(*ordinal).is_some_and(|place| place.kind == Some(kind));
        found.retain(of_kind);
        before.retain(of_kind);
        if found.is_empty() {
            found = before;
        }
        sort_by(&mut found, Ord::cmp);
        found.dedup();
        self.found.extend(&key, &found);
        Ok(found)
    }

    /// Forgets what was found by name, because names have changed.
    pub(super) fn forget_found(&mut self) {
        self.found = KeyedLists::default();
        self.fitting = KeyIndex::default();
        self.fits.clear();
    }

    /// Puts a place into another, unless that is inside it.
    pub(super) fn set_parent(&mut self, ordinal: u32, parent: u32) {
        if self.places.chain(parent).any(|(above, _)| above == ordinal) {
            return;
        }
        if let Some(place) = self.places.places.get_mut(ordinal as usize) {
            place.parent = parent;
        }
    }

    /// Takes a place out of the hierarchy; what it held is in what contained it from then on.
    pub(super) fn vacate(&mut self, ordinal: u32) {
        let Some(place) = self.places.places.get_mut(ordinal as usize) else { return };
        place.kind = None;
        place.zipcodes = (0, 0);
        self.set_names(ordinal, Vec::new());
    }

    /// Puts what removed places held into what contained these. Returns the removed places, each
    /// behind the one that took over.
    pub(super) fn adopt(&mut self) -> Vec<(u32, u32)> {
        let mut adopted = Vec::new();
        for ordinal in 0..length(self.places.places.len()) {
            let Some(heir) = self.heir(ordinal) else { continue };
            let Some(place) = self.places.places.get_mut(ordinal as usize) else { continue };
            if place.kind.is_some() {
                place.parent = heir;
            } else {
                adopted.push((heir, ordinal));
            }
        }
        sort_by(&mut adopted, Ord::cmp);
        adopted
    }

    /// Returns what contains a place and was not removed.
    fn heir(&self, ordinal: u32) -> Option<u32> {
        let mut above = self.places.chain(ordinal).skip(1);
        above.find(|(_, place)| place.kind.is_some()).map(|(heir, _)| heir)
    }

    /// Gives a place its postcodes.
    pub(super) fn set_zipcodes(&mut self, ordinal: u32, zipcodes: &[u32]) {
        let start = length(self.places.place_zipcodes.len());
        self.places.place_zipcodes.extend_from_slice(zipcodes);
        let end = length(self.places.place_zipcodes.len());
        if let Some(place) = self.places.places.get_mut(ordinal as usize) {
            place.zipcodes = (start, end);
        }
    }

    /// Whether a place is the country of its parents.
    pub(super) fn is_country(&self, ordinal: u32) -> bool {
        self.places.get(ordinal).is_some_and(|place| place.parent == NO_PARENT)
    }
}

/// Returns how many levels cannot contain records of a kind.
fn levels_below(kind: RecordType) -> usize {
    match kind {
        RecordType::City => 1,
        RecordType::County => 2,
        RecordType::Administrative => 3,
        _ => 0,
    }
}

/// Returns the references to terms in the base; `None` when it does not have all of them.
pub(super) fn references<D: AsRef<[u8]>>(
    base: &Shard<D>,
    dictionary: Dictionary,
    terms: &str,
) -> Result<Option<Vec<TermRef>>> {
    let mut references = Vec::new();
    for term in draft::split(terms) {
        // Terms of alternates that are apart are further pieces, which come last.
        let Some(index) = base.pieces_with(dictionary, term, false).next() else { return Ok(None) };
        let Lookup::Found(piece) = base.piece(dictionary, index)? else { return Ok(None) };
        let slot = piece.terms.get(term).and_then(|ordinal| piece.slot(ordinal));
        let Some(slot) = slot else { return Ok(None) };
        references.push(TermRef::new(index, slot));
    }
    Ok((!references.is_empty()).then_some(references))
}

/// Returns the places or blocks that have the term that fewest have.
pub(super) fn rarest_postings<D: AsRef<[u8]>>(
    base: &Shard<D>,
    dictionary: Dictionary,
    terms: &[TermRef],
) -> Result<Vec<u32>> {
    let mut rarest: Option<Vec<u32>> = None;
    for term in terms {
        let Some((_, list)) = postings_of(base, dictionary, *term)? else { continue };
        if rarest.as_ref().is_none_or(|rarest| list.len() < rarest.len()) {
            rarest = Some(list);
        }
    }
    Ok(rarest.unwrap_or_default())
}

/// Returns the ordinal of a term, and the places or blocks that have it.
pub(super) fn postings_of<D: AsRef<[u8]>>(
    base: &Shard<D>,
    dictionary: Dictionary,
    term: TermRef,
) -> Result<Option<(u32, Vec<u32>)>> {
    let Lookup::Found(piece) = base.piece(dictionary, term.piece())? else { return Ok(None) };
    let Some(ordinal) = piece.ordinal(term.slot()) else { return Ok(None) };
    let blocks = dictionary == Dictionary::Records;
    let mut postings = PostingReader::new(&piece, ordinal, base.places(), blocks);
    let mut list = Vec::new();
    postings.list(base.places(), blocks, &mut |found| list.push(found.target));
    Ok(Some((ordinal, list)))
}

//! Applies corrections: places first, then streets and points, then houses, so that every
//! correction meets what the others have made, in whatever order they came.

use super::draft::{
    self, DraftName, NamesWanted, RecordDraft, read_record, stored_importance, units,
};
use super::hierarchy::Hierarchy;
use super::key_index::{KeyIndex, KeyedLists, key_of};
use super::{
    Change, Correction, CorrectionId, Overlay, PatchRecord, RecordRef, SkipReason, Skipped, blocks,
    lost,
};
use crate::error::Result;
use crate::record::RecordType;
use crate::shard::{Dictionary, Lookup, Places, Role, Shard, length, point};
use crate::sort::sort_by;

/// A street that is put farther away than this has other lines than before.
const SAME_LINES_M: f64 = 1_000.0;

/// Applies corrections to a base.
pub(super) struct Builder<'a, D> {
    pub(super) base: &'a Shard<D>,
    pub(super) hierarchy: Hierarchy<'a, D>,
    pub(super) drafts: Vec<RecordDraft>,
    /// Numbers of the drafts of records of the base, and of streets by place and terms of a name.
    draft_of: KeyedLists,
    pub(super) streets: KeyedLists,
    /// Blocks of the base with records that are taken, and which.
    hidden_blocks: KeyIndex,
    hidden: Vec<(u32, u128)>,
    place_sources: Vec<(u32, RecordRef)>,
    adopted: Vec<(u32, u32)>,
    n_applied: usize,
    skipped: Vec<Skipped>,
    pub(super) missing: Vec<u32>,
}

/// A correction that puts a record.
#[derive(Clone, Copy)]
pub(super) struct Put<'c> {
    pub(super) id: CorrectionId,
    pub(super) target: Option<&'c RecordRef>,
    pub(super) record: &'c PatchRecord,
}

impl Put<'_> {
    /// What the record stands for from then on.
    pub(super) fn source(&self) -> RecordRef {
        self.target.cloned().unwrap_or(RecordRef::Added { id: self.id })
    }

    /// Whether it is about a house.
    pub(super) fn is_house(&self) -> bool {
        matches!(self.target, Some(RecordRef::House { .. })) || self.record.house.is_some()
    }
}

/// What becomes of a correction.
pub(super) type Outcome = Result<core::result::Result<(), SkipReason>>;

impl<'a, D: AsRef<[u8]>> Builder<'a, D> {
    pub(super) fn new(base: &'a Shard<D>) -> Self {
        Self {
            base,
            hierarchy: Hierarchy::new(base),
            drafts: Vec::new(),
            draft_of: KeyedLists::default(),
            streets: KeyedLists::default(),
            hidden_blocks: KeyIndex::default(),
            hidden: Vec::new(),
            place_sources: Vec::new(),
            adopted: Vec::new(),
            n_applied: 0,
            skipped: Vec::new(),
            missing: Vec::new(),
        }
    }

    /// Applies all corrections.
    pub(super) fn apply(&mut self, corrections: &[Correction]) -> Result<()> {
        let mut ordered: Vec<&Correction> = corrections.iter().collect();
        // Of the same record the greatest id comes first, and counts.
        sort_by(&mut ordered, |a, b| a.target.cmp(&b.target).then_with(|| b.id.cmp(&a.id)));
        let (mut removals, mut puts) = (Vec::new(), Vec::new());
        let mut before: Option<&Correction> = None;
        for correction in ordered {
            let same = |other: &Correction| match &correction.target {
                Some(_) => other.target == correction.target,
                None => other.target.is_none() && other.id == correction.id,
            };
            if before.replace(correction).is_some_and(same) {
                self.skip(correction.id, SkipReason::Superseded);
                continue;
            }
            match &correction.change {
                Change::Remove => removals.push((correction.id, correction.target.as_ref())),
                Change::Put(record) if draft::is_valid(record) => {
                    let (id, target) = (correction.id, correction.target.as_ref());
                    puts.push(Put { id, target, record });
                }
                Change::Put(_) => self.skip(correction.id, SkipReason::Invalid),
            }
        }
        self.places(&removals, &puts)?;
        self.records(&removals, &puts)?;
        self.houses(&removals, &puts)?;
        self.hierarchy.translate()
    }

    pub(super) fn skip(&mut self, id: CorrectionId, reason: SkipReason) {
        self.skipped.push(Skipped { id, reason });
    }

    /// Counts a correction as applied or skipped.
    pub(super) fn settle(
        &mut self,
        id: CorrectionId,
        outcome: core::result::Result<(), SkipReason>,
    ) {
        match outcome {
            Ok(()) => self.n_applied += 1,
            Err(reason) => self.skip(id, reason),
        }
    }

    /// Whether records of a kind are places here; in some shards cities are records.
    fn is_place(&self, kind: RecordType) -> bool {
        kind.is_place() && !(kind == RecordType::City && self.base.places().has_city_records())
    }

    /// Applies what is about places.
    fn places(
        &mut self,
        removals: &[(CorrectionId, Option<&RecordRef>)],
        puts: &[Put<'_>],
    ) -> Result<()> {
        for (id, target) in removals {
            if let Some(RecordRef::Place { ordinal }) = target {
                let outcome = self.check_place(*ordinal);
                if outcome.is_ok() {
                    self.hierarchy.vacate(*ordinal);
                }
                self.settle(*id, outcome);
            }
        }
        let mut wanted: Vec<(Put<'_>, Option<u32>)> = Vec::new();
        for put in puts.iter().filter(|put| !put.is_house()) {
            let ordinal = match put.target {
                Some(RecordRef::Place { ordinal }) => Some(*ordinal),
                _ => None,
            };
            if self.is_place(put.record.kind) {
                wanted.push((*put, ordinal));
            } else if let Some(ordinal) = ordinal
                && self.check_place(ordinal).is_ok()
            {
                // What becomes a street or point is applied with these.
                self.hierarchy.vacate(ordinal);
            }
        }
        // Larger places come first: smaller ones may name them.
        let rank = |put: &Put<'_>| match put.record.kind {
            RecordType::Country => 0,
            RecordType::Administrative => 1,
            RecordType::County => 2,
            _ => 3,
        };
        sort_by(&mut wanted, |(a, _), (b, _)| {
            (rank(a), a.target, a.id).cmp(&(rank(b), b.target, b.id))
        });
        let mut placed = Vec::new();
        for (put, ordinal) in wanted {
            match self.put_place(put, ordinal)? {
                Ok(ordinal) => placed.push((put, ordinal)),
                Err(reason) => self.skip(put.id, reason),
            }
        }
        self.adopted = self.hierarchy.adopt();
        self.hierarchy.forget_found();
        // Only now are all names known by which they say where they are.
        for (put, ordinal) in placed {
            if self.hierarchy.is_country(ordinal) && put.record.kind == RecordType::Country {
                self.settle(put.id, Ok(()));
                continue;
            }
            let before = self.hierarchy.places.get(ordinal).map(|place| place.parent);
            let parent = self.hierarchy.parent(put.record.kind, put.record, before)?;
            if let Some(parent) = parent {
                self.hierarchy.set_parent(ordinal, parent);
                self.hierarchy.note_translations(parent, put.record);
            }
            self.settle(put.id, parent.map(|_| ()).ok_or(SkipReason::Country));
        }
        self.hierarchy.forget_found();
        Ok(())
    }

    /// Checks that a place of the base can be removed or become something else.
    fn check_place(&self, ordinal: u32) -> core::result::Result<(), SkipReason> {
        let place = self.base.places().get(ordinal).filter(|place| place.kind.is_some());
        if place.is_none() {
            return Err(SkipReason::NoSuchRecord);
        }
        if self.hierarchy.is_country(ordinal) { Err(SkipReason::Country) } else { Ok(()) }
    }

    /// Changes or adds a place, all but what contains it.
    fn put_place(
        &mut self,
        put: Put<'_>,
        target: Option<u32>,
    ) -> Result<core::result::Result<u32, SkipReason>> {
        let record = put.record;
        let country = record.kind == RecordType::Country;
        if let Some(ordinal) = target {
            let place = self.base.places().get(ordinal).filter(|place| place.kind.is_some());
            if place.is_none() {
                return Ok(Err(SkipReason::NoSuchRecord));
            }
            if country != self.hierarchy.is_country(ordinal) {
                return Ok(Err(SkipReason::Country));
            }
        } else if country {
            return Ok(Err(SkipReason::Country));
        }
        let before = match (target, put.target) {
            (Some(ordinal), _) => draft::read_place_names(self.base, ordinal)?,
            (None, Some(RecordRef::Record { block, index })) => {
                match self.take_record(*block, *index, NamesWanted::Alternates)? {
                    Ok(before) => before.names,
                    Err(reason) => return Ok(Err(reason)),
                }
            }
            (None, None) => Vec::new(),
            (None, Some(_)) => return Ok(Err(SkipReason::NoSuchRecord)),
        };
        let languages = self.hierarchy.in_languages(record, None);
        let places = &self.hierarchy.places;
        let code = target.and_then(|ordinal| places.get(ordinal)).map(|place| places.code(place));
        let name = &record.default.name;
        let default = DraftName::of_place(name, record.kind, code.unwrap_or_default());
        let names = draft::corrected_names(default, languages, before);
        let ordinal = match target {
            Some(ordinal) => {
                self.hierarchy.set_names(ordinal, names);
                ordinal
            }
            None => {
                let Some(root) = self.hierarchy.root() else { return Ok(Err(SkipReason::Country)) };
                let place = self.hierarchy.new_place(record.kind, root, record.coordinates);
                let ordinal = self.hierarchy.push(place, names);
                self.place_sources.push((ordinal, put.source()));
                ordinal
            }
        };
        let zipcodes = self.hierarchy.zipcodes(&record.zipcodes);
        self.hierarchy.set_zipcodes(ordinal, &zipcodes);
        if let Some(place) = self.hierarchy.places.places.get_mut(ordinal as usize) {
            if target.is_none() || place.kind != Some(record.kind) {
                let importance = draft::default_importance(record.kind, record.population);
                place.importance = u32::from(importance);
            }
            place.kind = Some(record.kind);
            (place.lat, place.lon) = (units(record.coordinates.lat), units(record.coordinates.lon));
            place.population = record.population;
            place.located = true;
        }
        Ok(Ok(ordinal))
    }

    /// Applies what is about streets and points.
    fn records(
        &mut self,
        removals: &[(CorrectionId, Option<&RecordRef>)],
        puts: &[Put<'_>],
    ) -> Result<()> {
        for (id, target) in removals {
            let outcome = match target {
                Some(RecordRef::Record { block, index }) => {
                    match self.take_record(*block, *index, NamesWanted::Alternates)? {
                        // A record that is only gone needs nothing of its chunk.
                        Ok(_) | Err(SkipReason::MissingChunk) => Ok(()),
                        Err(reason) => Err(reason),
                    }
                }
                Some(RecordRef::Added { .. }) | None => Err(SkipReason::NoSuchRecord),
                Some(RecordRef::Place { .. } | RecordRef::House { .. }) => continue,
            };
            self.settle(*id, outcome);
        }
        for put in puts {
            if put.is_house() || self.is_place(put.record.kind) {
                continue;
            }
            let outcome = self.put_record(*put)?;
            self.settle(put.id, outcome);
        }
        Ok(())
    }

    /// Takes a record out of the base.
    pub(super) fn take_record(
        &mut self,
        block: u32,
        index: u32,
        names: NamesWanted,
    ) -> Result<core::result::Result<RecordDraft, SkipReason>> {
        if self.is_taken(block, index) {
            return Ok(Err(SkipReason::NoSuchRecord));
        }
        let found = match read_record(self.base, block, index, names)? {
            Lookup::Found(found) => found.ok_or(SkipReason::NoSuchRecord),
            Lookup::Missing(chunk) => {
                self.missing.push(length(chunk));
                Err(SkipReason::MissingChunk)
            }
        };
        if !matches!(found, Err(SkipReason::NoSuchRecord)) {
            let number = self.hidden_blocks.number(&block.to_le_bytes());
            if number == self.hidden.len() {
                self.hidden.push((block, 0));
            }
            if let Some((_, taken)) = self.hidden.get_mut(number) {
                *taken |= 1u128.checked_shl(index).unwrap_or(0);
            }
        }
        Ok(found)
    }

    /// Whether a record of the base was taken out of it; no block has more than 128.
    pub(super) fn is_taken(&self, block: u32, index: u32) -> bool {
        let number = self.hidden_blocks.find(&block.to_le_bytes());
        let taken = number.and_then(|number| self.hidden.get(number));
        taken.map_or(0, |(_, taken)| *taken).checked_shr(index).unwrap_or(1) & 1 != 0
    }

    /// Returns the draft of a record of the base.
    pub(super) fn draft_of(&self, block: u32, index: u32) -> Option<usize> {
        let found = self.draft_of.get(&key_of_record(block, index))?;
        found.first().map(|number| *number as usize)
    }

    /// Changes or adds a street or point.
    fn put_record(&mut self, put: Put<'_>) -> Outcome {
        let record = put.record;
        let before = match put.target {
            Some(RecordRef::Record { block, index }) => {
                match self.take_record(*block, *index, NamesWanted::Alternates)? {
                    Ok(before) => Some(before),
                    Err(reason) => return Ok(Err(reason)),
                }
            }
            Some(RecordRef::Place { ordinal }) => match self.check_removed(*ordinal) {
                Ok(()) => None,
                Err(reason) => return Ok(Err(reason)),
            },
            Some(RecordRef::Added { .. }) => return Ok(Err(SkipReason::NoSuchRecord)),
            Some(RecordRef::House { .. }) | None => None,
        };
        let inside = before.as_ref().map(|before| self.place_now(before.place));
        let parent = self.hierarchy.parent(record.kind, record, inside)?;
        let Some(place) = parent else { return Ok(Err(SkipReason::Country)) };
        self.hierarchy.note_translations(place, record);
        let mut draft = self.new_draft(put.source(), record, place);
        if let Some(before) = before {
            keep(before, &mut draft);
        }
        self.push_draft(draft);
        Ok(Ok(()))
    }

    /// Checks that a place was removed to become a street or point.
    fn check_removed(&self, ordinal: u32) -> core::result::Result<(), SkipReason> {
        self.check_place(ordinal)?;
        let place = self.hierarchy.places.get(ordinal);
        let removed = place.is_some_and(|place| place.kind.is_none());
        if removed { Ok(()) } else { Err(SkipReason::NoSuchRecord) }
    }

    /// Returns the place itself or, when it was removed, what contains it now.
    pub(super) fn place_now(&self, place: u32) -> u32 {
        let mut chain = self.hierarchy.places.chain(place);
        chain.find(|(_, place)| place.kind.is_some()).map_or(place, |(ordinal, _)| ordinal)
    }

    pub(super) fn new_draft(
        &mut self,
        source: RecordRef,
        record: &PatchRecord,
        place: u32,
    ) -> RecordDraft {
        let languages = self.hierarchy.in_languages(record, None);
        let default = DraftName::new(Role::Default, &record.default.name);
        let city = record.kind == RecordType::City;
        let population = if city { record.population } else { 0 };
        let importance = draft::default_importance(record.kind, population);
        RecordDraft {
            source,
            kind: record.kind,
            place,
            lat: units(record.coordinates.lat),
            lon: units(record.coordinates.lon),
            importance: stored_importance(record.kind, importance),
            population,
            names: draft::corrected_names(default, languages, Vec::new()),
            zipcodes: self.own_zipcodes(place, record),
            houses: Vec::new(),
            lines: Vec::new(),
        }
    }

    /// Returns the postcodes of a record in a place; `None` when they are those of the place, or
    /// none of a city. Those that the place had before a correction of its own follow that.
    pub(super) fn own_zipcodes(&mut self, place: u32, record: &PatchRecord) -> Option<Vec<u32>> {
        let own = self.hierarchy.zipcodes(&record.zipcodes);
        let same = |places: &Places| {
            let city = places.get(place).filter(|_| record.kind != RecordType::City);
            let around = city.map_or(&[][..], |city| places.zipcodes_of(city));
            own.len() == around.len() && own.iter().all(|number| around.contains(number))
        };
        let inherited = same(&self.hierarchy.places) || same(self.base.places());
        (!own.is_empty() && !inherited).then_some(own)
    }

    pub(super) fn push_draft(&mut self, draft: RecordDraft) -> usize {
        let number = self.drafts.len();
        if let RecordRef::Record { block, index } = draft.source {
            self.draft_of.extend(&key_of_record(block, index), &[length(number)]);
        }
        if draft.kind == RecordType::Street {
            for name in &draft.names {
                self.streets.extend(&key_of(draft.place, &name.shown), &[length(number)]);
            }
        }
        self.drafts.push(draft);
        number
    }

    /// Turns what has become of the base into an overlay.
    pub(super) fn finish(mut self) -> Result<Overlay> {
        self.drafts.iter_mut().for_each(RecordDraft::order_houses);
        let names = self.hierarchy.take_names();
        let mut places = self.hierarchy.places;
        let n_pieces = self.base.n_pieces(Dictionary::Records);
        let cut = blocks::cut(self.drafts, &mut places, n_pieces)?;
        let n_pieces = n_pieces + cut.terms.len();
        let behind = self.base.n_pieces(Dictionary::Places);
        let (place_names, place_terms) = blocks::names_of_places(names, &mut places, behind)?;
        places.index_zipcodes();
        let lost_places = lost::of_places(self.base, &places)?;
        sort_by(&mut self.hidden, Ord::cmp);
        let lost_records = lost::of_records(self.base, &self.hidden)?;
        let stop_words = &self.base.meta().lexicon.stop_words;
        let mut place_stop_terms = self.base.stop_terms(Dictionary::Places)?.to_vec();
        place_stop_terms.extend(place_terms.references(stop_words));
        sort_by(&mut place_stop_terms, Ord::cmp);
        places.stop_terms.extend(cut.terms.references(stop_words));
        sort_by(&mut places.stop_terms, Ord::cmp);
        sort_by(&mut self.skipped, |a, b| a.id.cmp(&b.id));
        sort_by(&mut self.missing, Ord::cmp);
        self.missing.dedup();
        sort_by(&mut self.place_sources, Ord::cmp);
        Ok(Overlay {
            base: self.base.base_checksum(),
            n_applied: self.n_applied,
            skipped: self.skipped,
            missing: self.missing,
            places,
            place_names,
            place_terms,
            record_terms: cut.terms,
            place_stop_terms,
            hidden: self.hidden,
            lost_places,
            lost_records,
            blocks: cut.blocks,
            by_curve: cut.by_curve,
            suffixes: cut.suffixes,
            adopted: self.adopted,
            place_sources: self.place_sources,
            prominences: (0..n_pieces).map(|_| Default::default()).collect(),
        })
    }
}

/// Returns the key of a record of the base.
fn key_of_record(block: u32, index: u32) -> [u8; 8] {
    (u64::from(block) << 32 | u64::from(index)).to_le_bytes()
}

/// Keeps of a record what its correction does not say: prominence, other names, houses, lines.
fn keep(before: RecordDraft, draft: &mut RecordDraft) {
    let moved_m = point(before.lat, before.lon).distance_m(point(draft.lat, draft.lon));
    draft::keep_alternates(before.names, &mut draft.names);
    if draft.kind == before.kind {
        draft.importance = before.importance;
    }
    if draft.kind == RecordType::Street && before.kind == RecordType::Street {
        draft.houses = before.houses;
        if moved_m <= SAME_LINES_M {
            draft.lines = before.lines;
        }
    }
}

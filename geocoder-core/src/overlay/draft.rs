//! Records on their way into an overlay: read from the base, or made of a correction.

use super::{PatchHouse, PatchNames, PatchRecord, RecordRef};
use crate::error::Result;
use crate::geo::LonLat;
use crate::record::RecordType;
use crate::shard::analysis::NameDraft;
use crate::shard::{
    Dictionary, Lookup, MAX_NAMES, Name, NameLists, Role, Shard, TermRef, UNITS_PER_DEGREE,
};
use crate::sort::sort_by;
use crate::text;

/// Longest text of a correction in bytes: 200 characters of four bytes each.
pub const MAX_TEXT_BYTES: usize = 800;
/// Longest postcode in bytes: 20 characters of four bytes each.
const MAX_ZIPCODE_BYTES: usize = 80;
/// Most postcodes of a record.
const MAX_ZIPCODES: usize = 255;

/// A name with its terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DraftName {
    pub(super) role: Role,
    /// As it is shown; nothing of names that never are.
    pub(super) text: String,
    /// Terms that are shown, and the others: each with a line break behind it.
    pub(super) shown: String,
    pub(super) hidden: String,
}

/// Joins terms, each with a line break behind it, which no term has.
fn joined<'t>(terms: impl Iterator<Item = &'t str>) -> String {
    let mut joined = String::new();
    for term in terms {
        joined.push_str(term);
        joined.push('\n');
    }
    joined
}

/// Returns terms that were joined.
pub(super) fn split(terms: &str) -> impl Iterator<Item = &str> {
    terms.split_terminator('\n')
}

impl DraftName {
    fn of(draft: &NameDraft) -> Self {
        let storable = |term: &&str| super::terms::is_storable(term);
        let shown = draft.words.iter().map(|word| word.term.as_str());
        let hidden = draft.hidden.iter().map(String::as_str);
        Self {
            role: draft.role,
            text: draft.shown(),
            shown: joined(shown.filter(storable)),
            hidden: joined(hidden.filter(storable)),
        }
    }

    pub(super) fn new(role: Role, text: &str) -> Self {
        Self::of(&NameDraft::new(role, text))
    }

    /// Returns the default name of a place, which its official code finds as well.
    pub(super) fn of_place(text: &str, kind: RecordType, code: &str) -> Self {
        let mut draft = NameDraft::new(Role::Default, text);
        draft.add_code(kind, code);
        Self::of(&draft)
    }
}

/// A street or point as it will stand in the overlay.
#[derive(Debug, Clone)]
pub(super) struct RecordDraft {
    /// What it stands for.
    pub(super) source: RecordRef,
    pub(super) kind: RecordType,
    pub(super) place: u32,
    /// Position in coordinate units.
    pub(super) lat: i32,
    pub(super) lon: i32,
    /// 0 to 15; of cities 0 to 255.
    pub(super) importance: u32,
    pub(super) population: u32,
    pub(super) names: Vec<DraftName>,
    /// Numbers of its postcodes; `None` means those of its city.
    pub(super) zipcodes: Option<Vec<u32>>,
    pub(super) houses: Vec<DraftHouse>,
    pub(super) lines: Vec<Vec<(i32, i32)>>,
}

/// A house of a street under change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DraftHouse {
    pub(super) number: u32,
    pub(super) suffix: String,
    pub(super) lat: i32,
    pub(super) lon: i32,
    /// Number of its postcode, when it is known.
    pub(super) zipcode: Option<u32>,
    /// What it stands for, when its number does not say it.
    pub(super) source: Option<RecordRef>,
}

impl RecordDraft {
    /// Whether a name of the record has these terms.
    pub(super) fn is_called(&self, terms: &str) -> bool {
        self.names.iter().any(|name| name.shown == terms)
    }

    /// Brings the houses into the order of a shard: by number, without suffix, letters, others.
    pub(super) fn order_houses(&mut self) {
        sort_by(&mut self.houses, |a, b| {
            let key = |house: &DraftHouse| (house.number, house.suffix.len() > 1);
            let at = |house: &DraftHouse| (house.lat, house.lon);
            key(a)
                .cmp(&key(b))
                .then_with(|| a.suffix.cmp(&b.suffix))
                .then_with(|| at(a).cmp(&at(b)))
        });
    }
}

/// Names of a place that are not those of the base.
#[derive(Debug, Default)]
pub(crate) struct PlaceNames {
    pub(super) shown: Vec<(Role, String)>,
    pub(super) terms: NameLists,
}

impl PlaceNames {
    /// Returns the names as they are shown.
    pub(crate) fn names(&self) -> Vec<Name> {
        self.shown.iter().map(|(role, text)| Name::of_text(*role, text.clone())).collect()
    }

    /// Returns the terms of the names, as one list.
    pub(crate) fn terms(&self) -> NameLists {
        self.terms.clone()
    }
}

/// Returns the importance, 0 to 255, of a record of which nothing but kind and population is
/// known: that of an ordinary one of its kind.
pub fn default_importance(kind: RecordType, population: u32) -> u8 {
    let (base, digits) = match kind {
        RecordType::Country => (200.0, 12.0),
        RecordType::Administrative => (150.0, 12.0),
        RecordType::County => (125.0, 12.0),
        RecordType::City => (75.0, 12.0),
        RecordType::Airport => (100.0, 0.0),
        RecordType::Train => (110.0, 0.0),
        RecordType::Townhall => (90.0, 0.0),
        RecordType::Tourism => (55.0, 0.0),
        RecordType::Bus => (50.0, 0.0),
        RecordType::Street => (40.0, 0.0),
    };
    let importance = base + digits * crate::shard::decimal_digits(population);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 255")]
    let importance = importance.clamp(0.0, 255.0).round() as u8;
    importance
}

/// Returns the importance that a shard stores for a street or point: 0 to 15, of streets in
/// eight steps; of cities as it is.
pub(super) fn stored_importance(kind: RecordType, importance: u8) -> u32 {
    match kind {
        RecordType::Street => u32::from(importance >> 5) * 2,
        RecordType::City => u32::from(importance),
        _ => u32::from(importance >> 4),
    }
}

/// Returns degrees as coordinate units.
pub(super) fn units(degrees: f64) -> i32 {
    #[expect(clippy::cast_possible_truncation, reason = "coordinates were checked")]
    let units = (degrees * UNITS_PER_DEGREE).round() as i32;
    units
}

/// Returns the folded words of a text, by which names are compared, each with a line break behind
/// it.
pub(super) fn terms_of(text: &str) -> String {
    let composed = text::compose(text);
    let mut terms = String::new();
    for word in text::words(&composed) {
        text::fold_into(word.text, &mut terms);
        terms.push('\n');
    }
    terms
}

/// Whether a name can be kept: as the shard writer asks of names, but for its length.
pub(super) fn is_usable(name: &str) -> bool {
    !name.trim().is_empty()
        && name.len() <= MAX_TEXT_BYTES
        && !name.chars().any(|c| c.is_control() || c == '<' || c == '>')
}

/// Whether a text can be the suffix of a house number.
pub(super) fn is_suffix(suffix: &str) -> bool {
    suffix.len() <= crate::shard::MAX_SUFFIX_BYTES && !suffix.chars().any(char::is_control)
}

/// Whether the values of a record keep the limits of overlays.
pub(super) fn is_valid(record: &PatchRecord) -> bool {
    let fields = &record.default;
    let containers = [&fields.city, &fields.county, &fields.administrative, &fields.country];
    let optional = |name: &Option<String>| name.as_ref().is_none_or(|name| is_usable(name));
    let of_language = |(code, names): &(String, PatchNames)| {
        let PatchNames { name, city, county, administrative, country } = names;
        let all = [name, city, county, administrative, country].into_iter().all(optional);
        !code.is_empty() && code.len() <= 32 && all
    };
    let zipcode = |zipcode: &String| {
        let length = zipcode.len();
        (1..=MAX_ZIPCODE_BYTES).contains(&length) && !zipcode.chars().any(char::is_control)
    };
    is_usable(&fields.name)
        && containers.into_iter().all(|name| name.is_empty() || is_usable(name))
        && record.languages.len() < MAX_NAMES as usize
        && record.languages.iter().all(of_language)
        && record.zipcodes.len() <= MAX_ZIPCODES
        && record.zipcodes.iter().all(zipcode)
        && record.population <= i32::MAX.unsigned_abs()
        && LonLat::new(record.coordinates.lon, record.coordinates.lat).is_some()
        && record.house.as_ref().is_none_or(PatchHouse::is_valid)
}

/// What was read, or the chunk that it is in.
type Read<T> = Result<Lookup<T>>;

/// Reads the names of the base, each with its terms.
fn read_names<D: AsRef<[u8]>>(
    shard: &Shard<D>,
    dictionary: Dictionary,
    names: &[Name],
) -> Read<Vec<DraftName>> {
    let mut drafts = Vec::new();
    for name in names {
        let mut text = String::new();
        if let Lookup::Missing(chunk) = shard.write_name(dictionary, name, &mut text)? {
            return Ok(Lookup::Missing(chunk));
        }
        drafts.push(DraftName::new(name.role, &text));
    }
    Ok(Lookup::Found(drafts))
}

/// Reads the names of a place of the base.
pub(super) fn read_place_names<D: AsRef<[u8]>>(
    shard: &Shard<D>,
    ordinal: u32,
) -> Result<Vec<DraftName>> {
    let Some(place) = shard.places().get(ordinal) else { return Ok(Vec::new()) };
    let names = shard.place_names(place)?;
    let Lookup::Found(mut drafts) = read_names(shard, Dictionary::Places, &names)? else {
        return Ok(Vec::new());
    };
    if let Some(default) = drafts.first_mut() {
        let kind = place.kind.unwrap_or(RecordType::City);
        *default = DraftName::of_place(&default.text, kind, shard.places().code(place));
    }
    Ok(drafts)
}

/// Which names of a record are of interest.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum NamesWanted {
    All,
    /// Those that are never shown.
    Alternates,
}

/// Reads a street or point of the base with all that belongs to it; `None` when there is none.
pub(super) fn read_record<D: AsRef<[u8]>>(
    shard: &Shard<D>,
    block: u32,
    index: u32,
    wanted: NamesWanted,
) -> Read<Option<RecordDraft>> {
    if block >= shard.places().n_blocks {
        return Ok(Lookup::Found(None));
    }
    let number = index as usize;
    let decoded = match shard.block(block)? {
        Lookup::Found(decoded) => decoded,
        Lookup::Missing(chunk) => return Ok(Lookup::Missing(chunk)),
    };
    let (Some(record), Some(place)) =
        (decoded.records.get(number), shard.places().place_of_block(block))
    else {
        return Ok(Lookup::Found(None));
    };
    let mut names = Vec::new();
    if wanted == NamesWanted::All {
        let stored = match shard.record_names(block, record)? {
            Lookup::Found(names) => names,
            Lookup::Missing(chunk) => return Ok(Lookup::Missing(chunk)),
        };
        let shown = stored.into_iter().filter(|name| name.role != Role::Alternate);
        names = match read_names(shard, Dictionary::Records, &shown.collect::<Vec<_>>())? {
            Lookup::Found(names) => names,
            Lookup::Missing(chunk) => return Ok(Lookup::Missing(chunk)),
        };
    }
    let apart = match shard.alternates(block)? {
        Lookup::Found(apart) => apart,
        Lookup::Missing(chunk) => return Ok(Lookup::Missing(chunk)),
    };
    let others = apart.iter().flat_map(|lists| lists.names(number));
    for name in decoded.names.names(number).chain(others) {
        if name.role != Role::Alternate {
            continue;
        }
        match (texts(shard, name.shown)?, texts(shard, name.hidden)?) {
            (Lookup::Found(shown), Lookup::Found(hidden)) => {
                let (role, text) = (Role::Alternate, String::new());
                names.push(DraftName { role, text, shown, hidden });
            }
            (Lookup::Missing(chunk), _) | (_, Lookup::Missing(chunk)) => {
                return Ok(Lookup::Missing(chunk));
            }
        }
    }
    let mut draft = RecordDraft {
        source: RecordRef::Record { block, index },
        kind: record.kind,
        place,
        lat: record.lat,
        lon: record.lon,
        importance: record.importance,
        population: record.population,
        names,
        zipcodes: decoded.zipcodes(record).map(<[u32]>::to_vec),
        houses: Vec::new(),
        lines: Vec::new(),
    };
    if record.kind != RecordType::Street {
        return Ok(Lookup::Found(Some(draft)));
    }
    // Corrections come by block: what is decoded for one street serves the next.
    match shard.block_houses(block)? {
        Lookup::Missing(chunk) => return Ok(Lookup::Missing(chunk)),
        Lookup::Found((table, lists)) => {
            let houses = lists.of(number).iter().map(|house| DraftHouse {
                number: house.number,
                suffix: table.suffix_text(house.suffix),
                lat: house.lat,
                lon: house.lon,
                zipcode: shard.house_zipcode(block, &decoded, record, house.zipcode),
                source: None,
            });
            draft.houses = houses.collect();
        }
    }
    match shard.block_lines(block)? {
        Lookup::Missing(chunk) => return Ok(Lookup::Missing(chunk)),
        Lookup::Found(lists) => draft.lines = lists.of(number).map(<[_]>::to_vec).collect(),
    }
    Ok(Lookup::Found(Some(draft)))
}

/// Returns the texts of terms of records, each with a line break behind it.
fn texts<D: AsRef<[u8]>>(shard: &Shard<D>, terms: &[TermRef]) -> Read<String> {
    let mut texts = String::new();
    for term in terms {
        match shard.piece(Dictionary::Records, term.piece())? {
            Lookup::Found(piece) => {
                let ordinal = piece.ordinal(term.slot());
                if let Some(term) = ordinal.and_then(|ordinal| piece.terms.term(ordinal)) {
                    texts.push_str(&term);
                    texts.push('\n');
                }
            }
            Lookup::Missing(chunk) => return Ok(Lookup::Missing(chunk)),
        }
    }
    Ok(Lookup::Found(texts))
}

/// Returns the names that a corrected record has: its own by language, and of those that it had
/// the ones that are never shown.
pub(super) fn corrected_names(
    default: DraftName,
    languages: Vec<(u32, &str)>,
    before: Vec<DraftName>,
) -> Vec<DraftName> {
    let mut names = vec![default];
    for (language, text) in languages {
        let name = DraftName::new(Role::Language(language), text);
        // A name like the default needs no place of its own: the default is shown anyway.
        if names.first().is_none_or(|default| default.text != name.text) {
            names.push(name);
        }
    }
    keep_alternates(before, &mut names);
    names.truncate(MAX_NAMES as usize);
    names
}

/// Adds names that are never shown to those of a record, unless it has them already.
pub(super) fn keep_alternates(before: Vec<DraftName>, names: &mut Vec<DraftName>) {
    for name in before.into_iter().filter(|name| name.role == Role::Alternate) {
        if names.len() < MAX_NAMES as usize && names.iter().all(|other| other.shown != name.shown) {
            names.push(name);
        }
    }
}

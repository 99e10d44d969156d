//! Corrections as bytes: numbers, texts and ids apart from one another, so that each compress
//! well, and one way only to write the same.
//!
//! Behind magic and version stand five columns in `postcard`: generation, numbers of the head
//! (the count of corrections last), raw bytes (ids, and what else is no number), numbers, texts.
//! A text is its length among the numbers and its bytes among the texts. Coordinates are multiples
//! of 1e-5 or 1e-7 degree where that is exact, as nearly always, and else doubles.

use serde::{Deserialize, Serialize};

use super::error::malformed;
use super::{DeltaError, Generation};
use crate::geo::LonLat;
use crate::overlay::{
    Change, Correction, CorrectionId, MAX_TEXT_BYTES, PatchFields, PatchHouse, PatchNames,
    PatchRecord, RecordRef,
};
use crate::record::RecordType;

/// Most names by language, and most postcodes, of a correction.
const MAX_LIST: u64 = 400;

const VERSION: u8 = 1;
const ID_BYTES: usize = 16;
/// Parts of a degree that coordinates are multiples of, most usual first.
const SCALES: [f64; 2] = [1e5, 1e7];
/// Number for coordinates that are not.
const DOUBLES: u64 = SCALES.len() as u64;
/// Kinds of targets: none and those of [`RecordRef`].
const TARGETS: u64 = 5;

type Result<T> = core::result::Result<T, DeltaError>;

/// What stands behind magic and version.
#[derive(Serialize, Deserialize)]
struct Columns<'a> {
    generation: [u8; 8],
    head: Vec<u64>,
    raw: &'a [u8],
    numbers: Vec<u64>,
    texts: &'a str,
}

/// Columns under construction.
#[derive(Default)]
pub(super) struct Writer {
    count: u64,
    raw: Vec<u8>,
    numbers: Vec<u64>,
    texts: String,
}

impl Writer {
    /// Returns all bytes, with a head of some numbers.
    pub(super) fn finish(self, magic: [u8; 4], generation: Generation, head: &[u64]) -> Vec<u8> {
        let columns = Columns {
            generation: generation.0,
            head: head.iter().copied().chain([self.count]).collect(),
            raw: &self.raw,
            numbers: self.numbers,
            texts: &self.texts,
        };
        columns.write(magic)
    }

    pub(super) fn number(&mut self, number: u64) {
        self.numbers.push(number);
    }

    /// Writes bytes as they are.
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.raw.extend_from_slice(bytes);
    }

    /// Begins what is about a correction.
    pub(super) fn id(&mut self, id: CorrectionId) {
        self.count += 1;
        self.bytes(&id.0);
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.texts.push_str(text);
    }

    /// Writes a correction, all but its id.
    pub(super) fn correction(&mut self, correction: &Correction) {
        let target = correction.target.as_ref();
        let target_kind = match target {
            None => 0,
            Some(RecordRef::Place { .. }) => 1,
            Some(RecordRef::Record { .. }) => 2,
            Some(RecordRef::House { .. }) => 3,
            Some(RecordRef::Added { .. }) => 4,
        };
        let change = match &correction.change {
            Change::Remove => 0,
            Change::Put(record) => u64::from(record.kind as u8) + 1,
        };
        self.number(change * TARGETS + target_kind);
        match target {
            None => {}
            Some(RecordRef::Place { ordinal }) => self.number(u64::from(*ordinal)),
            Some(RecordRef::Record { block, index }) => {
                self.number(u64::from(*block));
                self.number(u64::from(*index));
            }
            Some(RecordRef::House { block, index, number, suffix }) => {
                for value in [block, index, number] {
                    self.number(u64::from(*value));
                }
                self.text(suffix);
            }
            Some(RecordRef::Added { id }) => self.bytes(&id.0),
        }
        if let Change::Put(record) = &correction.change {
            self.record(record);
        }
    }

    /// Writes a record, all but its kind.
    fn record(&mut self, record: &PatchRecord) {
        let form = form_of(record.coordinates);
        self.number(form * 2 + u64::from(record.house.is_some()));
        for degrees in [record.coordinates.lon, record.coordinates.lat] {
            match SCALES.get(usize::try_from(form).unwrap_or(SCALES.len())) {
                Some(scale) => {
                    let units = units(degrees, *scale);
                    // Of numbers around zero the small ones are to be short.
                    self.number(u64::from((units << 1 ^ units >> 31).cast_unsigned()));
                }
                None => self.bytes(&degrees.to_le_bytes()),
            }
        }
        self.number(u64::from(record.population));
        if let Some(PatchHouse { number, suffix, street }) = &record.house {
            self.number(u64::from(*number));
            self.text(suffix);
            self.text(street);
        }
        let PatchFields { name, city, county, administrative, country } = &record.default;
        for text in [name, city, county, administrative, country] {
            self.text(text);
        }
        self.number(record.zipcodes.len() as u64);
        for zipcode in &record.zipcodes {
            self.text(zipcode);
        }
        self.number(record.languages.len() as u64);
        for (code, names) in &record.languages {
            let PatchNames { name, city, county, administrative, country } = names;
            let names = [name, city, county, administrative, country];
            let there = |(bit, name): (u32, &&Option<String>)| u64::from(name.is_some()) << bit;
            self.number((0u32..).zip(&names).map(there).sum());
            self.text(code);
            for name in names.into_iter().flatten() {
                self.text(name);
            }
        }
    }
}

/// Returns the number of the first scale that coordinates are exact multiples of.
fn form_of(at: LonLat) -> u64 {
    let exact = |degrees: f64, scale: f64| {
        (f64::from(units(degrees, scale)) / scale).to_bits() == degrees.to_bits()
    };
    let exact = SCALES.iter().position(|scale| exact(at.lon, *scale) && exact(at.lat, *scale));
    exact.map_or(DOUBLES, |form| form as u64)
}

fn units(degrees: f64, scale: f64) -> i32 {
    #[expect(clippy::cast_possible_truncation, reason = "saturates, and is compared afterwards")]
    let units = (degrees * scale).round() as i32;
    units
}

impl Columns<'_> {
    fn write(&self, magic: [u8; 4]) -> Vec<u8> {
        let mut bytes = magic.to_vec();
        bytes.push(VERSION);
        // Writing plain columns into memory cannot fail; nothing would be decoded as nothing.
        postcard::to_extend(self, bytes).unwrap_or_default()
    }
}

/// Columns that are read.
pub(super) struct Reader<'a> {
    count: usize,
    raw: &'a [u8],
    numbers: std::vec::IntoIter<u64>,
    texts: &'a str,
}

impl<'a> Reader<'a> {
    /// Reads the head, with the given number of numbers.
    pub(super) fn new<const N: usize>(
        bytes: &'a [u8],
        magic: [u8; 4],
        expected: &'static str,
        most: usize,
    ) -> Result<(Self, Generation, [u64; N])> {
        let Some((found, [version, columns @ ..])) = bytes.split_at_checked(magic.len()) else {
            return Err(DeltaError::NotThis { expected });
        };
        if found != magic {
            return Err(DeltaError::NotThis { expected });
        }
        if *version != VERSION {
            return Err(DeltaError::UnsupportedVersion { found: *version });
        }
        let columns: Columns<'_> =
            postcard::from_bytes(columns).map_err(|_| malformed("it is cut or no text"))?;
        // Numbers can be written longer than they need, and bytes stand behind the end.
        if columns.write(magic) != bytes {
            return Err(malformed("it is not written in the one way"));
        }
        let (count, head) = columns.head.split_last().ok_or(malformed("it has no head"))?;
        let head = head.try_into().map_err(|_| malformed("its head has other numbers"))?;
        let count = usize::try_from(*count).unwrap_or(usize::MAX);
        if count > most || count.saturating_mul(ID_BYTES) > columns.raw.len() {
            return Err(malformed("it has too many corrections"));
        }
        let Columns { generation, raw, numbers, texts, .. } = columns;
        let reader = Self { count, raw, numbers: numbers.into_iter(), texts };
        Ok((reader, Generation(generation), head))
    }

    /// Returns the number of corrections; the bytes hold an id for each.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Checks that nothing is left.
    pub(super) fn finish(self) -> Result<()> {
        let all_read = self.raw.is_empty() && self.numbers.len() == 0 && self.texts.is_empty();
        all_read.then_some(()).ok_or(malformed("it has bytes behind its end"))
    }

    pub(super) fn number(&mut self) -> Result<u64> {
        self.numbers.next().ok_or(malformed("it is cut"))
    }

    pub(super) fn bytes<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (taken, rest) = self.raw.split_first_chunk().ok_or(malformed("it is cut"))?;
        self.raw = rest;
        Ok(*taken)
    }

    fn small(&mut self) -> Result<u32> {
        self.number()?.try_into().map_err(|_| malformed("a number is too large"))
    }

    /// Reads the length of a list.
    fn length(&mut self) -> Result<u64> {
        let length = self.number()?;
        if length > MAX_LIST { Err(malformed("a list is too long")) } else { Ok(length) }
    }

    pub(super) fn id(&mut self) -> Result<CorrectionId> {
        self.bytes().map(CorrectionId)
    }

    fn text(&mut self) -> Result<String> {
        let length = self.small()? as usize;
        if length > MAX_TEXT_BYTES {
            return Err(malformed("a text is too long"));
        }
        let (text, rest) = self.texts.split_at_checked(length).ok_or(malformed("a text is cut"))?;
        self.texts = rest;
        Ok(text.into())
    }

    /// Reads a correction, all but its id.
    pub(super) fn correction(&mut self, id: CorrectionId) -> Result<Correction> {
        let head = self.number()?;
        let target = match head % TARGETS {
            0 => None,
            1 => Some(RecordRef::Place { ordinal: self.small()? }),
            2 => Some(RecordRef::Record { block: self.small()?, index: self.small()? }),
            3 => Some(RecordRef::House {
                block: self.small()?,
                index: self.small()?,
                number: self.small()?,
                suffix: self.text()?,
            }),
            _ => Some(RecordRef::Added { id: CorrectionId(self.bytes()?) }),
        };
        let change = match (head / TARGETS).checked_sub(1) {
            None => Change::Remove,
            Some(kind) => {
                let kind = u8::try_from(kind).ok().and_then(RecordType::from_number);
                let kind = kind.ok_or(malformed("a type is unknown"))?;
                Change::Put(Box::new(self.record(kind)?))
            }
        };
        Ok(Correction { id, target, change })
    }

    fn record(&mut self, kind: RecordType) -> Result<PatchRecord> {
        let form = self.number()?;
        let coordinates = self.coordinates(form / 2)?;
        let population = self.small()?;
        let house = match form % 2 {
            0 => None,
            _ => Some(PatchHouse {
                number: self.small()?,
                suffix: self.text()?,
                street: self.text()?,
            }),
        };
        let default = PatchFields {
            name: self.text()?,
            city: self.text()?,
            county: self.text()?,
            administrative: self.text()?,
            country: self.text()?,
        };
        let (mut zipcodes, mut languages) = (Vec::new(), Vec::new());
        for _ in 0..self.length()? {
            zipcodes.push(self.text()?);
        }
        for _ in 0..self.length()? {
            languages.push(self.names()?);
        }
        Ok(PatchRecord { kind, default, languages, zipcodes, population, coordinates, house })
    }

    fn coordinates(&mut self, form: u64) -> Result<LonLat> {
        let mut degrees = [0.0; 2];
        for degrees in &mut degrees {
            *degrees = match SCALES.get(usize::try_from(form).unwrap_or(usize::MAX)) {
                Some(scale) => {
                    let coded = self.small()?;
                    let units = (coded >> 1).cast_signed() ^ -(coded & 1).cast_signed();
                    f64::from(units) / scale
                }
                None => f64::from_le_bytes(self.bytes()?),
            };
        }
        let [lon, lat] = degrees;
        let at = LonLat::new(lon, lat).filter(|at| form_of(*at) == form);
        at.ok_or(malformed("coordinates are out of range or not in their shortest form"))
    }

    /// Reads names in a language.
    fn names(&mut self) -> Result<(String, PatchNames)> {
        let there = self.small()?;
        if there >> 5 != 0 {
            return Err(malformed("a level is unknown"));
        }
        let code = self.text()?;
        let mut name =
            |bit: u32| if there >> bit & 1 != 0 { self.text().map(Some) } else { Ok(None) };
        let names = PatchNames {
            name: name(0)?,
            city: name(1)?,
            county: name(2)?,
            administrative: name(3)?,
            country: name(4)?,
        };
        Ok((code, names))
    }
}

//! Terms and their postings: one piece covers an alphabetical range of terms.
//!
//! Questions a piece answers: which terms start with, equal or resemble a word (a sorted list or
//! an automaton, whose numbers, *ordinals*, ascend with the terms); where a term occurs (its posting list);
//! how a term is written in names (its forms). Names do not refer to terms by ordinal, which
//! shifts with every new term, but by *slot*: the term's place in a hash table of fixed size,
//! which a new term disturbs at most in its neighbourhood. So an edit changes few chunks.

#[cfg(feature = "fst")]
use super::automaton::Automaton;
use super::bits::{BitReader, width};
use super::container::checksum;
use super::postings::PostingLists;
#[cfg(not(feature = "fst"))]
use super::term_list::{TermList, TermListIndex};
use crate::error::{Error, Result};
use crate::text;

/// Slots of a piece, as a power of two.
pub(crate) const SLOT_BITS: u32 = 11;
/// Largest number of terms of a piece.
pub(crate) const MAX_PIECE_TERMS: usize = 1 << SLOT_BITS;
/// Every so many terms the position of their postings is noted.
pub(crate) const POSTING_SAMPLE: usize = 32;
/// Every so many terms the position of their forms is noted.
pub(crate) const FORM_SAMPLE: usize = 32;
/// Bytes of a piece's header: five sizes.
pub(crate) const PIECE_HEADER_BYTES: usize = 20;
/// Mark of a slot without a term.
const VACANT: u16 = u16::MAX;

/// The terms of a piece, to be searched and walked.
#[cfg(feature = "fst")]
pub(crate) type Terms<'a> = &'a Automaton;
#[cfg(not(feature = "fst"))]
pub(crate) type Terms<'a> = TermList<'a>;

/// What of the terms is kept in memory.
#[cfg(feature = "fst")]
type TermTables = Automaton;
#[cfg(not(feature = "fst"))]
type TermTables = TermListIndex;

/// Refers to a term from a name: number of the piece and slot in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct TermRef(pub(crate) u32);

impl TermRef {
    pub(crate) fn new(piece: usize, slot: usize) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "pieces and slots are few")]
        Self((piece << SLOT_BITS | slot) as u32)
    }

    pub(crate) fn piece(self) -> usize {
        (self.0 >> SLOT_BITS) as usize
    }

    /// Returns the same slot of the piece that has so many more pieces before it.
    pub(crate) fn behind_pieces(self, count: usize) -> Self {
        Self::new(self.piece().wrapping_add(count), self.slot())
    }

    pub(crate) fn slot(self) -> usize {
        (self.0 & ((1 << SLOT_BITS) - 1)) as usize
    }
}

/// Bits of a reference to a term when there are so many pieces.
pub(crate) fn ref_width(n_pieces: usize) -> u32 {
    SLOT_BITS + width(n_pieces)
}

/// Assigns slots to terms, given by their checksums in ascending order of terms.
///
/// Terms choose in the order of their checksums, each the first free slot of its own sequence:
/// the result depends on nothing but the set of terms, and a new term displaces about one other.
/// Terms come in any order here; one that meets a greater checksum takes its slot and sends it
/// on, which gives the same (ordered hashing, O. Amble and D. E. Knuth, 1974).
pub(crate) fn assign_slots(checksums: impl Iterator<Item = u64>) -> Vec<u16> {
    let mut slots = Vec::new();
    // The ordinal takes the place of the lowest bits, so that no two terms are equal.
    let mut taken = [u64::MAX; MAX_PIECE_TERMS];
    for (ordinal, checksum) in (0u64..).zip(checksums.take(MAX_PIECE_TERMS)) {
        slots.push(0);
        let mut term = checksum & !0xffff | ordinal;
        let mut slot = term >> 20;
        // The steps are odd and the table a power of two: a sequence meets every slot.
        while let Some(cell) = taken.get_mut(slot as usize % MAX_PIECE_TERMS) {
            if term < *cell {
                core::mem::swap(&mut term, cell);
            }
            if term == u64::MAX {
                break;
            }
            slot = slot.wrapping_add(term >> 40 | 1);
        }
    }
    for (slot, term) in (0u16..).zip(taken) {
        if let Some(of_term) = slots.get_mut((term & 0xffff) as usize) {
            *of_term = slot;
        }
    }
    slots
}

/// Tables of a piece that are computed once, at its first use.
#[derive(Debug)]
pub(crate) struct PieceTables {
    ordinal_of_slot: Vec<u16>,
    slot_of_ordinal: Vec<u16>,
    terms: TermTables,
    shared: (usize, usize),
    rests: (usize, usize),
    forms: (usize, usize),
    postings: (usize, usize),
    /// Characters that forms use in place of folded ones.
    characters: Vec<char>,
    n_terms: usize,
}

/// A piece ready for use.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Piece<'a> {
    tables: &'a PieceTables,
    pub(crate) terms: Terms<'a>,
    forms: &'a [u8],
    postings: &'a [u8],
    /// Posting lists of a piece of an overlay.
    pub(super) lists: Option<&'a PostingLists>,
}

/// Returns the first term of a piece without anything else of it.
pub(crate) fn first_term(bytes: &[u8]) -> Option<&str> {
    let size = |index: usize| super::container::u32_at(bytes, index * 4) as usize;
    let rests_at = size(0).checked_mul(4)?.checked_add(size(1))?.checked_add(PIECE_HEADER_BYTES)?;
    let rests = bytes.get(rests_at..)?.get(..size(2))?;
    core::str::from_utf8(rests.split(|byte| *byte == b'\n').next()?).ok()
}

impl PieceTables {
    /// Reads the layout of a piece and computes its tables.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self> {
        let malformed = |what| Error::Malformed { section: "terms", what };
        let size = |index: usize| super::container::u32_at(bytes, index * 4) as usize;
        let n_characters = size(0);
        let mut at = PIECE_HEADER_BYTES;
        let mut part = |length: usize| {
            let start = at;
            at = at.checked_add(length).filter(|end| *end <= bytes.len())?;
            Some((start, at))
        };
        let mut parts = || {
            let characters = part(n_characters.checked_mul(4)?)?;
            Some((characters, part(size(1))?, part(size(2))?, part(size(3))?, part(size(4))?))
        };
        let (characters, shared, rests, forms, postings) =
            parts().ok_or(malformed("sizes exceed chunk"))?;
        let of = |range: (usize, usize)| bytes.get(range.0..range.1).unwrap_or_default();
        let characters = of(characters).chunks_exact(4);
        let characters = characters
            .map(|unit| char::from_u32(super::container::u32_at(unit, 0)))
            .collect::<Option<Vec<_>>>()
            .ok_or(malformed("not a character"))?;
        let n_terms = of(shared).len();
        if n_terms > MAX_PIECE_TERMS {
            return Err(malformed("too many terms in a piece"));
        }
        let mut hashes = Vec::with_capacity(n_terms);
        let terms = TermTables::read(of(shared), of(rests), |term| hashes.push(checksum(term)));
        let terms = terms.ok_or(malformed("unreadable terms"))?;
        let mut ordinal_of_slot = vec![VACANT; MAX_PIECE_TERMS];
        let slot_of_ordinal = assign_slots(hashes.into_iter());
        for (slot, ordinal) in slot_of_ordinal.iter().zip(0u16..) {
            if let Some(entry) = ordinal_of_slot.get_mut(usize::from(*slot)) {
                *entry = ordinal;
            }
        }
        Ok(Self {
            ordinal_of_slot,
            slot_of_ordinal,
            terms,
            shared,
            rests,
            forms,
            postings,
            characters,
            n_terms,
        })
    }

    /// Joins the tables with the bytes they were read from.
    pub(crate) fn piece<'a>(&'a self, bytes: &'a [u8]) -> Option<Piece<'a>> {
        let of = |range: (usize, usize)| bytes.get(range.0..range.1);
        Some(Piece {
            tables: self,
            terms: self.terms.over(of(self.shared)?, of(self.rests)?),
            forms: of(self.forms)?,
            postings: of(self.postings)?,
            lists: None,
        })
    }
}

impl<'a> Piece<'a> {
    /// Returns the piece with posting lists of an overlay.
    pub(crate) fn with_lists(self, lists: &'a PostingLists) -> Self {
        Self { lists: Some(lists), ..self }
    }

    /// Returns the ordinal of the term in a slot.
    #[inline]
    pub(crate) fn ordinal(&self, slot: usize) -> Option<u32> {
        let ordinal = self.tables.ordinal_of_slot.get(slot).copied()?;
        (ordinal != VACANT).then_some(u32::from(ordinal))
    }

    /// Number of terms.
    pub(crate) fn len(&self) -> usize {
        self.tables.slot_of_ordinal.len()
    }

    /// Returns the slot of a term.
    pub(crate) fn slot(&self, ordinal: u32) -> Option<usize> {
        self.tables.slot_of_ordinal.get(ordinal as usize).copied().map(usize::from)
    }

    /// Returns a reader at the postings of a term; later terms follow without gap.
    pub(crate) fn postings(&self, ordinal: u32) -> BitReader<'a> {
        self.sampled(self.postings, POSTING_SAMPLE, ordinal as usize)
    }

    /// Number of terms to step over from where [`Self::postings`] starts.
    pub(crate) fn steps_to_posting(ordinal: u32) -> u32 {
        ordinal % u32::try_from(POSTING_SAMPLE).unwrap_or(1)
    }

    fn sampled(&self, bytes: &'a [u8], every: usize, ordinal: usize) -> BitReader<'a> {
        let n_samples = self.tables.n_terms.div_ceil(every);
        let mut reader = BitReader::new(bytes, 0);
        let sample_width = reader.bits(5);
        let samples = n_samples.saturating_mul(sample_width as usize) + 5;
        reader.skip((ordinal / every).saturating_mul(sample_width as usize));
        let offset = reader.bits(sample_width) as usize;
        BitReader::new(bytes, samples.saturating_add(offset))
    }

    /// Appends a form of the term in a slot to a text.
    pub(crate) fn write_form(&self, slot: usize, variant: u32, out: &mut String) -> Option<()> {
        let ordinal = self.ordinal(slot)?;
        let term = self.terms.term(ordinal)?;
        let mut reader = self.sampled(self.forms, FORM_SAMPLE, ordinal as usize);
        let every = u32::try_from(FORM_SAMPLE).unwrap_or(1);
        for _ in 0..ordinal % every {
            let variants = reader.gamma();
            for _ in 0..variants {
                self.read_form(&mut reader, "", None);
                if reader.overrun() {
                    return None;
                }
            }
        }
        let variants = reader.gamma();
        for index in 0..variants.min(variant.saturating_add(1)) {
            let target = (index == variant).then_some(&mut *out);
            self.read_form(&mut reader, &term, target);
            if reader.overrun() {
                return None;
            }
        }
        (variant < variants).then_some(())
    }

    /// Reads one form; writes it when `out` is given.
    fn read_form(&self, reader: &mut BitReader<'a>, term: &str, mut out: Option<&mut String>) {
        if reader.bit() {
            if let Some(out) = out {
                apply_case(Case::Title, term, out);
            }
            return;
        }
        let Some(case) = Case::from_bits(reader.bits(2)) else {
            let mut literal = Vec::new();
            for _ in 0..reader.gamma().min(1024) {
                literal.push(u8::try_from(reader.bits(8)).unwrap_or_default());
            }
            if let Some(out) = out {
                out.push_str(core::str::from_utf8(&literal).unwrap_or_default());
            }
            return;
        };
        let mut rest = term.char_indices();
        let mut first = true;
        let character_width = width(self.tables.characters.len());
        // In title case there is something to replace, else the form would be plain.
        let count = if case == Case::Title { reader.gamma() } else { reader.gamma0() };
        for _ in 0..count.min(1024) {
            let gap = reader.gamma0();
            let character = self.tables.characters.get(reader.bits(character_width) as usize);
            let (Some(out), Some(character)) = (out.as_deref_mut(), character) else { continue };
            for _ in 0..gap {
                let Some((_, letter)) = rest.next() else { break };
                case.push(letter, first, out);
                first = false;
            }
            out.push(*character);
            first = false;
            for _ in text::fold_char(*character) {
                rest.next();
            }
        }
        if let Some(out) = out {
            for (_, letter) in rest {
                case.push(letter, first, out);
                first = false;
            }
        }
    }
}

/// How the letters of a form follow from the folded term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    Title,
    Lower,
    Upper,
}

impl Case {
    pub(crate) const ALL: [Self; 3] = [Self::Title, Self::Lower, Self::Upper];

    fn from_bits(bits: u32) -> Option<Self> {
        Self::ALL.get(bits as usize).copied()
    }

    /// Only ASCII changes case; other letters are among the replaced characters.
    pub(crate) fn apply(self, letter: char, first: bool) -> char {
        match self {
            Self::Upper => letter.to_ascii_uppercase(),
            Self::Title if first => letter.to_ascii_uppercase(),
            Self::Title | Self::Lower => letter,
        }
    }

    fn push(self, letter: char, first: bool, out: &mut String) {
        out.push(self.apply(letter, first));
    }
}

fn apply_case(case: Case, term: &str, out: &mut String) {
    for (index, letter) in term.char_indices() {
        case.push(letter, index == 0, out);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn terms_get_the_first_free_slots_in_the_order_of_their_checksums(
            checksums in prop::collection::vec(any::<u64>(), 0..MAX_PIECE_TERMS), narrow: bool,
        ) {
            let mask = if narrow { 0x00ff_00ff_ff00_0000 } else { u64::MAX };
            let checksums: Vec<u64> = checksums.into_iter().map(|sum| sum & mask).collect();
            let mut order: Vec<(u64, usize)> =
                checksums.iter().map(|sum| sum & !0xffff).zip(0..).collect();
            order.sort_unstable();
            let mut expected = vec![0; checksums.len()];
            let mut taken = [false; MAX_PIECE_TERMS];
            for (checksum, ordinal) in order {
                let slots = (0..).map(|turn: u64| {
                    let steps = turn.wrapping_mul(checksum >> 40 | 1);
                    (checksum >> 20).wrapping_add(steps) as usize % MAX_PIECE_TERMS
                });
                let slot = slots.into_iter().find(|slot| !taken[*slot]).unwrap();
                taken[slot] = true;
                expected[ordinal] = slot as u16;
            }
            prop_assert_eq!(assign_slots(checksums.into_iter()), expected);
        }
    }
}

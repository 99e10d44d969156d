//! Collects the terms of names, cuts them into pieces, gives them slots and encodes the pieces.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::analysis::{NameDraft, analyze_place};
use super::blocks::{Blocks, RecordDraft};
use super::order::Order;
use super::{Sections, is_border};
use crate::gazetteer::Gazetteer;
use crate::record::RecordType;
use crate::shard::bits::{BitWriter, width};
use crate::shard::container::checksum;
use crate::shard::front_coding::front_code;
use crate::shard::names::{Behind, Name, NameCode, NameTerm, Separator};
use crate::shard::postings::POSTING_DIGITS;
use crate::shard::summary::binary_digits;
use crate::shard::terms::{
    Case, FORM_SAMPLE, MAX_PIECE_TERMS, POSTING_SAMPLE, TermRef, assign_slots, ref_width,
};
use crate::text;

/// Fewest terms of a piece, but for the last.
const MIN_PIECE_TERMS: usize = 512;
/// One term in so many may start a piece.
const PIECE_BORDER_MEAN: u64 = 512;
/// Pieces are cut at this size at the latest; room is left so that slots stay near their hash.
const FULL_PIECE_TERMS: usize = MAX_PIECE_TERMS / 8 * 7;
/// References that occur this often in a chunk get a short code.
const MIN_LOCAL_USES: usize = 3;
/// Most references with a short code.
const MAX_LOCAL_REFS: usize = 256;

/// What is known of a term before it is written.
#[derive(Debug, Default)]
struct TermDraft {
    forms: BTreeMap<String, u32>,
    /// Places, and numbers of blocks in them (0 for terms of places).
    postings: BTreeMap<(u32, u32), PostingDraft>,
    uses: u32,
    street_uses: u32,
    city_uses: u32,
}

/// What a posting says besides where.
#[derive(Debug, Clone, Copy, Default)]
struct PostingDraft {
    /// Binary digits of the largest population among the block's cities with the term, and among
    /// all of its cities; nothing in blocks without cities.
    digits: Option<(u8, u8)>,
    /// Whether a name with the term may consist of it for the greater part.
    greater_part: bool,
}

/// Terms with their slots.
#[derive(Debug)]
pub(super) struct Terms {
    terms: BTreeMap<String, TermDraft>,
    /// Terms in ascending order, cut into pieces.
    pieces: Vec<Vec<String>>,
    refs: HashMap<String, TermRef>,
    use_of: Use,
}

/// What terms are used by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    Places,
    Records,
    /// Alternates of records, which are not shown: the terms need no forms.
    Alternates,
}

/// Collects the terms of all streets, points and cities.
pub(super) fn of_records(blocks: &Blocks<'_>, stop_words: &[String]) -> Terms {
    of_blocks(blocks, stop_words, Use::Records, |record| &record.names)
}

/// Collects the terms of alternates that are apart.
pub(super) fn of_alternates(blocks: &Blocks<'_>, stop_words: &[String]) -> Terms {
    of_blocks(blocks, stop_words, Use::Alternates, |record| &record.alternates)
}

fn of_blocks<'a>(
    blocks: &Blocks<'a>,
    stop_words: &[String],
    use_of: Use,
    names: impl for<'r> Fn(&'r RecordDraft<'a>) -> &'r Vec<NameDraft>,
) -> Terms {
    let mut terms = BTreeMap::new();
    for block in &blocks.blocks {
        let summary = block.summary();
        let of_block = summary.has(RecordType::City).then_some(summary.city_digits());
        for record in &block.records {
            let digits = of_block.map(|of_block| (binary_digits(record.population), of_block));
            for name in names(record) {
                let at = (block.place, block.number);
                let posting = |term: &str| PostingDraft {
                    digits,
                    greater_part: digits.is_some() && name.is_greater_part(term, stop_words),
                };
                collect(name, at, posting, Some(record.kind), &mut terms);
            }
        }
    }
    Terms::new(terms, use_of)
}

/// Collects the terms of all places.
pub(super) fn of_places(gazetteer: &Gazetteer, order: &Order, languages: &[String]) -> Terms {
    let mut terms = BTreeMap::new();
    for (ordinal, place) in order.places.iter().enumerate() {
        let Some(place) = place else { continue };
        for name in analyze_place(&gazetteer.places[*place], languages) {
            collect(&name, (ordinal as u32, 0), |_| PostingDraft::default(), None, &mut terms);
        }
    }
    Terms::new(terms, Use::Places)
}

fn collect(
    name: &NameDraft,
    at: (u32, u32),
    posting: impl Fn(&str) -> PostingDraft,
    kind: Option<RecordType>,
    terms: &mut BTreeMap<String, TermDraft>,
) {
    let mut occurrence = |term: &str, posting: PostingDraft| {
        let draft = terms.entry(term.into()).or_default();
        let known = draft.postings.entry(at).or_default();
        known.digits = known.digits.max(posting.digits);
        known.greater_part |= posting.greater_part;
        draft.uses += 1;
        draft.street_uses += u32::from(kind == Some(RecordType::Street));
        draft.city_uses += u32::from(kind == Some(RecordType::City));
    };
    for word in &name.words {
        occurrence(&word.term, posting(&word.term));
    }
    for term in &name.hidden {
        // What is not shown is no part of the name, but may stand for all of it.
        occurrence(term, PostingDraft { greater_part: true, ..posting(term) });
    }
    for word in &name.words {
        if let Some(draft) = terms.get_mut(&word.term) {
            *draft.forms.entry(word.form.clone()).or_default() += 1;
        }
    }
}

impl Terms {
    fn new(terms: BTreeMap<String, TermDraft>, use_of: Use) -> Self {
        let mut pieces: Vec<Vec<String>> = Vec::new();
        let mut piece: Vec<String> = Vec::new();
        for term in terms.keys() {
            let border = is_border(term.as_bytes(), PIECE_BORDER_MEAN);
            if piece.len() >= FULL_PIECE_TERMS || (border && piece.len() >= MIN_PIECE_TERMS) {
                pieces.push(core::mem::take(&mut piece));
            }
            piece.push(term.clone());
        }
        if !piece.is_empty() {
            pieces.push(piece);
        }
        let mut refs = HashMap::new();
        for (index, piece) in pieces.iter().enumerate() {
            let slots = assign_slots(piece.iter().map(|term| checksum(term.as_bytes())));
            for (term, slot) in piece.iter().zip(slots) {
                refs.insert(term.clone(), TermRef::new(index, usize::from(slot)));
            }
        }
        Self { terms, pieces, refs, use_of }
    }

    pub(super) fn n_pieces(&self) -> usize {
        self.pieces.len()
    }

    /// Returns the first term of each piece.
    pub(super) fn first_terms(&self) -> impl Iterator<Item = &String> {
        self.pieces.iter().filter_map(|piece| piece.first())
    }

    /// Returns the references of those words that are terms, ascending.
    pub(super) fn refs_of(&self, words: &[String]) -> Vec<TermRef> {
        let refs = words.iter().filter_map(|word| self.refs.get(word).copied());
        let refs: BTreeSet<TermRef> = refs.collect();
        refs.into_iter().collect()
    }

    /// Turns a name into references.
    pub(super) fn name(&self, draft: &NameDraft) -> Name {
        let terms = draft.words.iter().map(|word| {
            let usual = Separator::ALL.into_iter().find(|s| s.text() == word.behind);
            let behind = usual.map_or_else(|| Behind::Literal(word.behind.clone()), Behind::Usual);
            let forms = self.forms(&word.term);
            let variant = forms.iter().position(|form| **form == word.form).unwrap_or_default();
            NameTerm { term: self.refs[&word.term], variant: variant as u32, behind }
        });
        Name {
            role: draft.role,
            prefix: draft.prefix.clone(),
            terms: terms.collect(),
            hidden: draft.hidden.iter().map(|term| self.refs[term]).collect(),
        }
    }

    /// Returns the forms of a term, most used first.
    fn forms(&self, term: &str) -> Vec<&String> {
        let mut forms: Vec<(&String, &u32)> = self.terms[term].forms.iter().collect();
        forms.sort_by_key(|(form, uses)| (core::cmp::Reverse(**uses), (*form).clone()));
        forms.into_iter().map(|(form, _)| form).collect()
    }

    /// Makes the code for the names of one chunk.
    pub(super) fn code<'n>(
        &self,
        names: impl Iterator<Item = &'n Name>,
        languages: &[String],
    ) -> NameCode {
        let mut uses: BTreeMap<TermRef, usize> = BTreeMap::new();
        for name in names {
            let shown = name.terms.iter().map(|term| term.term);
            for term in shown.chain(name.hidden.iter().copied()) {
                *uses.entry(term).or_default() += 1;
            }
        }
        let mut frequent: Vec<(usize, TermRef)> = uses
            .into_iter()
            .map(|(term, n)| (n, term))
            .filter(|(n, _)| *n >= MIN_LOCAL_USES)
            .collect();
        frequent.sort_by_key(|(n, term)| (core::cmp::Reverse(*n), *term));
        frequent.truncate(MAX_LOCAL_REFS);
        let mut local: Vec<TermRef> = frequent.into_iter().map(|(_, term)| term).collect();
        local.sort();
        NameCode { local, ref_width: ref_width(self.n_pieces()), n_languages: languages.len() }
    }

    /// Encodes all pieces.
    pub(super) fn encode(
        &self,
        n_places: usize,
        blocks_per_place: &[u32],
        sections: &mut Sections,
    ) -> Vec<Vec<u8>> {
        let encode = |piece: &Vec<String>| {
            let bytes = self.encode_piece(piece, n_places, blocks_per_place);
            match self.use_of {
                Use::Places => {}
                Use::Records => self.account(piece, bytes.len() as f64 * 8.0, sections),
                Use::Alternates => sections.add("terms of alternates", bytes.len()),
            }
            bytes
        };
        self.pieces.iter().map(encode).collect()
    }

    /// Divides the bits of a piece among the kinds of records that use its terms.
    fn account(&self, piece: &[String], bits: f64, sections: &mut Sections) {
        let uses = |of: fn(&TermDraft) -> u32| {
            f64::from(piece.iter().map(|term| of(&self.terms[term])).sum::<u32>())
        };
        let all = uses(|draft| draft.uses).max(1.0);
        let streets = bits * uses(|draft| draft.street_uses) / all;
        let cities = bits * uses(|draft| draft.city_uses) / all;
        sections.add_bits("terms of streets", streets);
        sections.add_bits("terms of points", bits - streets - cities);
        if cities > 0.0 {
            sections.add_bits("terms of cities", cities);
        }
    }

    fn encode_piece(&self, piece: &[String], n_places: usize, per_place: &[u32]) -> Vec<u8> {
        let (shared, rests) = front_code(piece);
        let mut characters: BTreeSet<char> = BTreeSet::new();
        let shown = if self.use_of == Use::Alternates { &[] } else { piece };
        let codes: Vec<Vec<FormCode>> = shown
            .iter()
            .map(|term| {
                self.forms(term).into_iter().map(|form| FormCode::new(term, form)).collect()
            })
            .collect();
        for code in codes.iter().flatten() {
            characters.extend(code.replaced().iter().map(|(_, character)| *character));
        }
        let characters: Vec<char> = characters.into_iter().collect();
        let forms = sampled(codes.iter(), FORM_SAMPLE, |forms, writer| {
            // A term that only hidden text uses has no form; one is written all the same so
            // that every list has at least one entry.
            writer.gamma(forms.len().max(1) as u32);
            if forms.is_empty() {
                writer.bit(true);
            }
            for form in *forms {
                form.write(&characters, writer);
            }
        });
        let place_bits = width(n_places);
        let postings = sampled(piece.iter(), POSTING_SAMPLE, |term, writer| {
            let postings = &self.terms[*term].postings;
            // Every term occurs somewhere.
            let count = postings.len() as u32;
            writer.gamma(count);
            let k = place_bits.saturating_sub(32 - count.leading_zeros());
            let mut next = 0;
            for ((place, block), posting) in postings {
                writer.rice(place - next, k);
                next = *place;
                if self.use_of != Use::Places {
                    writer.bits(*block, width(per_place[*place as usize] as usize));
                    if let Some((digits, of_block)) = posting.digits {
                        let less = of_block.saturating_sub(digits) / POSTING_DIGITS;
                        writer.gamma0(u32::from(less));
                        writer.bit(posting.greater_part);
                    }
                } else {
                    next += 1;
                }
            }
        });
        let mut bytes = Vec::new();
        for size in [characters.len(), shared.len(), rests.len(), forms.len(), postings.len()] {
            bytes.extend_from_slice(&(size as u32).to_le_bytes());
        }
        for character in characters {
            bytes.extend_from_slice(&u32::from(character).to_le_bytes());
        }
        bytes.extend_from_slice(&shared);
        bytes.extend_from_slice(&rests);
        bytes.extend_from_slice(&forms);
        bytes.extend_from_slice(&postings);
        bytes
    }
}

/// Writes items one after the other, with the positions of every `every`-th in front.
fn sampled<I>(
    items: impl Iterator<Item = I>,
    every: usize,
    mut write: impl FnMut(&I, &mut BitWriter),
) -> Vec<u8> {
    let mut body = BitWriter::default();
    let mut samples = Vec::new();
    for (index, item) in items.enumerate() {
        if index % every == 0 {
            samples.push(body.position() as u32);
        }
        write(&item, &mut body);
    }
    let sample_width = width(samples.last().map_or(1, |last| *last as usize + 1));
    let mut writer = BitWriter::default();
    writer.bits(sample_width, 5);
    for sample in samples {
        writer.bits(sample, sample_width);
    }
    writer.append(&body);
    writer.finish()
}

/// How a form is rebuilt from its folded term.
#[derive(Debug)]
enum FormCode {
    /// Title case, nothing else.
    Plain,
    /// A case and characters in place of folded ones, each with the letters before it.
    Replaced(Case, Vec<(u32, char)>),
    /// The form itself.
    Literal(String),
}

impl FormCode {
    fn new(term: &str, form: &str) -> Self {
        let candidates = Case::ALL.into_iter().filter_map(|case| Self::replace(case, term, form));
        match candidates.min_by_key(|(_, replaced)| replaced.len()) {
            Some((Case::Title, replaced)) if replaced.is_empty() => Self::Plain,
            Some((case, replaced)) => Self::Replaced(case, replaced),
            None => Self::Literal(form.into()),
        }
    }

    /// Lists the characters of a form that do not follow from the term; `None` when a character
    /// folds to nothing, or the form to another term.
    fn replace(case: Case, term: &str, form: &str) -> Option<(Case, Vec<(u32, char)>)> {
        let mut letters = term.chars();
        let (mut replaced, mut gap, mut first) = (Vec::new(), 0, true);
        for character in form.chars() {
            let folded: Vec<char> = text::fold_char(character).collect();
            if folded.is_empty() {
                return None;
            }
            let expected: Vec<char> = letters.by_ref().take(folded.len()).collect();
            if expected != folded {
                return None;
            }
            if folded.len() == 1 && case.apply(folded[0], first) == character {
                gap += 1;
            } else {
                replaced.push((gap, character));
                gap = 0;
            }
            first = false;
        }
        letters.next().is_none().then_some((case, replaced))
    }

    fn replaced(&self) -> &[(u32, char)] {
        match self {
            Self::Replaced(_, replaced) => replaced,
            Self::Plain | Self::Literal(_) => &[],
        }
    }

    fn write(&self, characters: &[char], writer: &mut BitWriter) {
        writer.bit(matches!(self, Self::Plain));
        match self {
            Self::Plain => {}
            Self::Replaced(case, replaced) => {
                let number = Case::ALL.iter().position(|c| c == case).unwrap_or_default();
                writer.bits(number as u32, 2);
                match case {
                    Case::Title => writer.gamma(replaced.len() as u32),
                    Case::Lower | Case::Upper => writer.gamma0(replaced.len() as u32),
                }
                for (gap, character) in replaced {
                    writer.gamma0(*gap);
                    let index = characters.binary_search(character).unwrap_or_default();
                    writer.bits(index as u32, width(characters.len()));
                }
            }
            Self::Literal(form) => {
                writer.bits(3, 2);
                writer.gamma(form.len() as u32);
                for byte in form.bytes() {
                    writer.bits(u32::from(byte), 8);
                }
            }
        }
    }
}

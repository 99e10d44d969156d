//! The dictionary walk: finds terms that equal, start with or resemble a word, as ranges of
//! ordinals, by one pass over the trie of the terms.
//!
//! The distance is optimal string alignment (insert, delete, replace, swap of neighbours).
//! An edit of the first letter counts as [`Pattern::first_letter_cost`], because people rarely
//! mistype it and it is what keeps the walk narrow.
//!
//! A row of distances is kept as sets of bits, one for each number of errors, so that a letter
//! takes a few operations on numbers (after S. Wu and U. Manber, 1992, with swaps as H. Hyyrö,
//! 2003).

use crate::shard::Terms;
use crate::shard::front_coding::{Visitor, Wanted};

/// Most errors of a walk.
const MAX_EDITS: u8 = 2;
/// Longest word that is matched with errors, in characters.
pub(crate) const MAX_FUZZY_CHARS: usize = 32;
/// Most nodes visited by one walk; reached only by hostile lists or hopeless patterns.
const NODE_BUDGET: u32 = 20_000;
/// Most ranges of one walk.
const MAX_RANGES: usize = 256;

/// What to look for.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    letters: Vec<char>,
    max_edits: u8,
    prefix: bool,
    first_letter_cost: u8,
    /// Where the letters are that ASCII has.
    ascii: [u64; 128],
}

/// Ordinals of terms that match, last excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TermRange {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) edits: u8,
}

/// Beginnings of the pattern, each the bit of its number of letters, that are within no error of
/// the letters of a term, within one, within two.
type Row = [u64; MAX_EDITS as usize + 1];

impl Pattern {
    /// Looks for a word with up to `max_edits` errors, or for terms that start so.
    pub(crate) fn new(word: &str, max_edits: u8, prefix: bool, first_letter_cost: u8) -> Self {
        let letters: Vec<char> = word.chars().take(MAX_FUZZY_CHARS).collect();
        let mut ascii = [0; 128];
        for (index, letter) in letters.iter().enumerate() {
            if let Some(places) = ascii.get_mut(*letter as usize) {
                *places |= 2 << index;
            }
        }
        Self { letters, max_edits: max_edits.min(MAX_EDITS), prefix, first_letter_cost, ascii }
    }

    /// Returns the beginnings of the pattern that end with a letter.
    fn places(&self, letter: char) -> u64 {
        if let Some(places) = self.ascii.get(letter as usize) {
            return *places;
        }
        let places = self.letters.iter().enumerate().filter(|(_, other)| **other == letter);
        places.fold(0, |places, (index, _)| places | 2 << index)
    }

    fn start(&self) -> State {
        let mut row = [1; MAX_EDITS as usize + 1];
        for (edits, beginnings) in (0u32..).zip(&mut row) {
            // Letters left out, of which the first is dearer.
            if let Some(more) = edits.checked_sub(self.first_letter_cost.into()) {
                *beginnings |= self.all() & ((4 << more) - 1);
            }
        }
        State { row, before: [0; MAX_EDITS as usize + 1], places: 0, depth: 0 }
    }

    /// Returns all beginnings.
    fn all(&self) -> u64 {
        (2 << self.letters.len()) - 1
    }

    /// Returns the row after one more letter of the term, given the places of the letter.
    #[inline]
    fn next_row(&self, state: &State, places: u64) -> Row {
        let State { row, before, .. } = state;
        // Edits of a first letter are dearer: those that lead to the first letter of the pattern,
        // a further letter before the term's first, swaps of either first letter with the second.
        let dear_edit = 0b10;
        let dear_insert = if state.depth == 0 { u64::MAX } else { 0 };
        let dear_swap = if state.depth == 1 { u64::MAX } else { 0b100 };
        let swapped = state.places & places << 1;
        let mut next: Row = [0; MAX_EDITS as usize + 1];
        // What letters too many, other or left out, and swapped ones lead to.
        let mut edited = [(0, 0, 0); MAX_EDITS as usize + 1];
        for edits in 0..=usize::from(self.max_edits) {
            let back = |cost: usize| edits.checked_sub(cost).and_then(|before| edited.get(before));
            let (insert, edit, swap) = back(1).copied().unwrap_or_default();
            let (first_insert, first_edit, first_swap) =
                back(self.first_letter_cost.into()).copied().unwrap_or_default();
            let (Some(row), Some(before)) = (row.get(edits), before.get(edits)) else { continue };
            let found = (row << 1 & places)
                | (insert & !dear_insert)
                | (first_insert & dear_insert)
                | (edit & !dear_edit)
                | (first_edit & dear_edit)
                | (swap & !dear_swap)
                | (first_swap & dear_swap);
            let found = found & self.all();
            if let (Some(next), Some(edited)) = (next.get_mut(edits), edited.get_mut(edits)) {
                *next = found;
                *edited = (*row, row << 1 | found << 1, before << 2 & swapped);
            }
        }
        next
    }

    /// Returns the distance from a term, for beginnings from the nearest beginning of it, and how
    /// many of its letters that takes; nothing beyond the limit. Used where there is no
    /// dictionary, as for highlights.
    pub(crate) fn distance(&self, term: &str) -> Option<(u8, usize)> {
        let mut state = self.start();
        let mut best: Option<(u8, usize)> = None;
        let mut at_end = self.at_end(&state.row);
        let mut length = 0;
        let mut better = |edits: Option<u8>, length: usize| match edits {
            Some(edits) if best.is_none_or(|(best, _)| edits < best) => {
                best = Some((edits, length));
            }
            _ => {}
        };
        for letter in term.chars().take(2 * MAX_FUZZY_CHARS) {
            let places = self.places(letter);
            state = state.next(self.next_row(&state, places), places);
            length += 1;
            at_end = self.at_end(&state.row);
            if self.prefix {
                better(at_end, length);
            }
        }
        better(at_end, length);
        best
    }

    /// Returns the distance of the whole pattern from the letters of the term so far.
    #[inline]
    fn at_end(&self, row: &Row) -> Option<u8> {
        let whole = 1 << self.letters.len();
        (0..=self.max_edits)
            .zip(row)
            .find(|(_, found)| **found & whole != 0)
            .map(|(edits, _)| edits)
    }
}

/// Where a way through the trie has come.
#[derive(Debug, Clone, Copy)]
struct State {
    row: Row,
    /// The row before, for swaps.
    before: Row,
    /// Places of the last letter in the pattern.
    places: u64,
    /// Letters so far.
    depth: u32,
}

impl State {
    fn next(&self, row: Row, places: u64) -> Self {
        Self { row, before: self.row, places, depth: self.depth + 1 }
    }
}

/// Bytes of a character that is not complete yet.
#[derive(Debug, Clone, Copy, Default)]
struct Partial {
    value: u32,
    missing: u8,
}

impl Partial {
    /// Adds a byte; gives the character when it is complete.
    fn push(self, byte: u8) -> (Self, Option<char>) {
        let (value, missing) = match (self.missing, byte) {
            (0, 0x00..=0x7f) => (u32::from(byte), 0),
            (0, 0xc0..=0xdf) => (u32::from(byte & 0x1f), 1),
            (0, 0xe0..=0xef) => (u32::from(byte & 0x0f), 2),
            (0, _) => (u32::from(byte & 0x07), 3),
            (missing, _) => ((self.value << 6) | u32::from(byte & 0x3f), missing - 1),
        };
        if missing == 0 {
            (Self::default(), char::from_u32(value).or(Some('\u{fffd}')))
        } else {
            (Self { value, missing }, None)
        }
    }

    /// Whether a letter starts with these bytes; some that do not may count as well.
    fn starts(self, letter: char) -> bool {
        u32::from(letter) >> (6 * u32::from(self.missing)) == self.value
    }
}

/// A walk through one piece after another.
pub(crate) struct Walk<'a> {
    pattern: &'a Pattern,
    ranges: Vec<TermRange>,
    budget: u32,
    /// The way from the root to where the walk is, byte by byte.
    nodes: Vec<Node>,
}

/// What is known at a node of the trie.
struct Node {
    state: State,
    partial: Partial,
    /// Most errors that are of interest here and below; `None` when not even none is.
    limit: Option<u8>,
}

impl<'a> Walk<'a> {
    /// Prepares to look for a pattern.
    pub(crate) fn new(pattern: &'a Pattern) -> Self {
        Self { pattern, ranges: Vec::new(), budget: 0, nodes: Vec::with_capacity(MAX_FUZZY_CHARS) }
    }

    /// Returns the matching ranges of one piece.
    pub(crate) fn ranges(&mut self, terms: Terms<'_>) -> &[TermRange] {
        self.start();
        terms.walk(self);
        &self.ranges
    }

    fn start(&mut self) {
        let (state, limit) = (self.pattern.start(), Some(self.pattern.max_edits));
        self.ranges.clear();
        self.nodes.clear();
        self.nodes.push(Node { state, partial: Partial::default(), limit });
        self.budget = NODE_BUDGET;
    }
}

impl Visitor for Walk<'_> {
    fn descend(&mut self, depth: usize, byte: u8) -> bool {
        self.nodes.truncate(depth + 1);
        let Some(&Node { ref state, partial, limit }) = self.nodes.last() else { return false };
        let Some(most) = limit else { return false };
        let pattern = self.pattern;
        let leads_on = |row: &Row| row.get(usize::from(most)).is_some_and(|row| *row != 0);
        let (partial, letter) = partial.push(byte);
        let state = match letter {
            // Bytes inside a character have no row of their own; the way ends with them when no
            // letter that starts so leads on.
            None => {
                let in_pattern = pattern.letters.iter().any(|letter| partial.starts(*letter));
                if !in_pattern && !leads_on(&pattern.next_row(state, 0)) {
                    return false;
                }
                *state
            }
            Some(letter) => {
                let places = pattern.places(letter);
                // Distances never shrink along the term: a row beyond the limit ends the way.
                let row = pattern.next_row(state, places);
                if !leads_on(&row) {
                    return false;
                }
                state.next(row, places)
            }
        };
        let Some(rest) = self.budget.checked_sub(1) else { return false };
        self.budget = rest;
        if self.ranges.len() >= MAX_RANGES {
            return false;
        }
        self.nodes.push(Node { state, partial, limit });
        true
    }

    fn wanted(&self) -> Wanted {
        match self.nodes.last() {
            Some(Node { state, partial, limit }) if partial.missing == 0 => {
                match self.pattern.at_end(&state.row) {
                    distance if distance.is_none() || distance > *limit => Wanted::Nothing,
                    _ if self.pattern.prefix => Wanted::Below,
                    _ => Wanted::Term,
                }
            }
            _ => Wanted::Nothing,
        }
    }

    fn take(&mut self, first: u32, last: u32) {
        let Some(Node { state, limit, .. }) = self.nodes.last_mut() else { return };
        let Some(edits) = self.pattern.at_end(&state.row) else { return };
        if self.pattern.prefix {
            *limit = edits.checked_sub(1);
        }
        self.ranges.push(TermRange { start: first, end: last + 1, edits });
    }
}

/// Returns the number of errors allowed in a word: none in short words and in numbers, one from
/// four characters, two from seven: one less than Organic Maps and Meilisearch ask for, because
/// an error may be a missing letter.
pub(crate) fn allowed_edits(word: &str) -> u8 {
    match letters(word) {
        0..=3 => 0,
        4..=6 => 1,
        _ => 2,
    }
}

/// Whether a word is so short that errors in it are only looked for beside longer words.
pub(crate) fn is_short(word: &str) -> bool {
    letters(word) == 3
}

/// Counts the letters of a word that can have errors; others have none.
fn letters(word: &str) -> usize {
    let count = word.chars().count();
    let is_exact = word.bytes().any(|byte| byte.is_ascii_digit()) || count > MAX_FUZZY_CHARS;
    if is_exact { 0 } else { count }
}

#[cfg(test)]
#[cfg(feature = "build")]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::shard::front_coding::front_code;
    use crate::shard::term_list::TermListIndex;

    /// Optimal string alignment by the textbook, with the first letter dearer.
    fn naive(word: &[char], term: &[char], first_cost: usize) -> usize {
        let mut table = vec![vec![0; term.len() + 1]; word.len() + 1];
        for i in 0..=word.len() {
            for j in 0..=term.len() {
                let cost = |at: usize| if at == 1 { first_cost } else { 1 };
                table[i][j] = match (i, j) {
                    (0, 0) => 0,
                    (0, _) => table[0][j - 1] + cost(j),
                    (_, 0) => table[i - 1][0] + cost(i),
                    _ => {
                        let replace = if word[i - 1] == term[j - 1] { 0 } else { cost(i) };
                        let mut best = (table[i - 1][j - 1] + replace)
                            .min(table[i - 1][j] + cost(i))
                            .min(table[i][j - 1] + cost(j));
                        if i > 1
                            && j > 1
                            && word[i - 1] == term[j - 2]
                            && word[i - 2] == term[j - 1]
                        {
                            let cost = if i == 2 || j == 2 { first_cost } else { 1 };
                            best = best.min(table[i - 2][j - 2] + cost);
                        }
                        best
                    }
                };
            }
        }
        table[word.len()][term.len()]
    }

    proptest! {
        #[test]
        fn the_walk_finds_what_a_comparison_with_every_term_finds(
            terms in prop::collection::btree_set("[abcé東]{1,6}", 1..40),
            word in "[abcé東]{1,6}", max_edits in 0u8..3, prefix: bool, first_cost in 1u8..3,
        ) {
            let list: Vec<String> = terms.iter().cloned().collect();
            let (shared, rests) = front_code(&list);
            let pattern = Pattern::new(&word, max_edits, prefix, first_cost);
            let index = TermListIndex::read(&shared, &rests, |_| {}).unwrap();
            let mut walk = Walk::new(&pattern);
            walk.start();
            index.over(&shared, &rests).walk(&mut walk);
            let ranges = walk.ranges;
            let letters: Vec<char> = word.chars().collect();
            for (ordinal, term) in (0u32..).zip(&terms) {
                let term: Vec<char> = term.chars().collect();
                let expected = if prefix {
                    (0..=term.len()).map(|n| naive(&letters, &term[..n], first_cost.into())).min()
                } else {
                    Some(naive(&letters, &term, first_cost.into()))
                };
                let expected = expected.filter(|edits| *edits <= usize::from(max_edits));
                let found = ranges.iter().filter(|r| (r.start..r.end).contains(&ordinal));
                let found = found.map(|range| usize::from(range.edits)).min();
                prop_assert_eq!(found, expected, "{:?}", term);
            }
        }

        #[cfg(feature = "fst")]
        #[test]
        fn a_list_and_an_automaton_give_the_same_ranges_in_the_same_order(
            terms in prop::collection::btree_set("[abcé東]{1,7}", 1..900),
            word in "[abcé東]{1,6}", max_edits in 0u8..3, prefix: bool, first_cost in 1u8..3,
        ) {
            let list: Vec<String> = terms.into_iter().collect();
            let (shared, rests) = front_code(&list);
            let pattern = Pattern::new(&word, max_edits, prefix, first_cost);
            let mut walk = Walk::new(&pattern);
            walk.start();
            let index = TermListIndex::read(&shared, &rests, |_| {}).unwrap();
            index.over(&shared, &rests).walk(&mut walk);
            let by_list = walk.ranges.clone();
            let automaton = crate::shard::automaton::Automaton::read(&shared, &rests, |_| {});
            prop_assert_eq!(&by_list[..], walk.ranges(&automaton.unwrap()));
        }
    }
}

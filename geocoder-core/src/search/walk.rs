//! The dictionary walk: finds terms that equal, start with or resemble a word, as ranges of
//! ordinals, by one pass over the automaton with a row of edit distances.
//!
//! The distance is optimal string alignment (insert, delete, replace, swap of neighbours).
//! An edit of the first letter counts as [`Pattern::first_letter_cost`], because people rarely
//! mistype it and it is what keeps the walk narrow.

use crate::shard::automaton::{Automaton, Position};

/// Most errors of a walk.
const MAX_EDITS: u8 = 2;
/// Columns of a row that can hold so few errors: as many on either side of the diagonal.
const BAND: usize = 2 * MAX_EDITS as usize + 1;
/// Longest word that is matched with errors, in characters.
pub(crate) const MAX_FUZZY_CHARS: usize = 32;
/// Most nodes visited by one walk; reached only by hostile automata or hopeless patterns.
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
}

/// Ordinals of terms that match, last excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TermRange {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) edits: u8,
}

impl Pattern {
    /// Looks for a word with up to `max_edits` errors, or for terms that start so.
    pub(crate) fn new(word: &str, max_edits: u8, prefix: bool, first_letter_cost: u8) -> Self {
        let letters = word.chars().take(MAX_FUZZY_CHARS).collect();
        Self { letters, max_edits: max_edits.min(MAX_EDITS), prefix, first_letter_cost }
    }

    /// Collects the matching ranges of one automaton.
    pub(crate) fn ranges(&self, automaton: &Automaton, ranges: &mut Vec<TermRange>) {
        let mut walk = Walk { pattern: self, ranges, budget: NODE_BUDGET };
        let row = self.first_row();
        let state = State { row, before: [u8::MAX; BAND], letter: '\0', depth: 0 };
        walk.visit(automaton.root(), &state, Partial::default(), u8::MAX);
    }

    fn first_row(&self) -> Row {
        let mut row = [u8::MAX; BAND];
        let mut distance = 0u8;
        // The diagonal starts at the column of no letters.
        let cells = row.iter_mut().skip(usize::from(MAX_EDITS));
        for (column, cell) in cells.take(self.letters.len() + 1).enumerate() {
            distance = match column {
                0 => 0,
                1 => self.first_letter_cost,
                _ => distance.saturating_add(1),
            };
            *cell = distance;
        }
        row
    }

    /// Returns the row of distances after one more letter of the term.
    fn next_row(&self, state: &State, letter: char) -> Row {
        let mut next = [u8::MAX; BAND];
        let at_start = state.depth == 0;
        let mut left = u8::MAX;
        let above = state.row.iter().zip(state.row.iter().skip(1).chain(&[u8::MAX]));
        let cells = next.iter_mut().zip(above).zip(&state.before);
        for (band, ((cell, (diagonal, up)), swap)) in cells.enumerate() {
            let Some(column) = (state.depth + 1 + band).checked_sub(usize::from(MAX_EDITS)) else {
                continue;
            };
            let Some(index) = column.checked_sub(1) else {
                let edge = if at_start { self.first_letter_cost } else { 1 };
                *cell = up.saturating_add(edge);
                left = *cell;
                continue;
            };
            let Some(wanted) = self.letters.get(index) else { break };
            let cost = |first: bool| if first { self.first_letter_cost } else { 1 };
            let same = *wanted == letter;
            let replace = diagonal.saturating_add(if same { 0 } else { cost(index == 0) });
            // A letter too many or too few is an edit of the first letter only when it is that.
            let insert = up.saturating_add(cost(at_start));
            let delete = left.saturating_add(cost(index == 0));
            let mut best = replace.min(insert).min(delete);
            let before = index.checked_sub(1).and_then(|index| self.letters.get(index));
            if *wanted == state.letter && before == Some(&letter) {
                // A swap that touches the first letter is an edit of the first letter.
                let cost = if index == 1 || state.depth == 1 { self.first_letter_cost } else { 1 };
                best = best.min(swap.saturating_add(cost));
            }
            *cell = best;
            left = best;
        }
        next
    }

    /// Returns the distance of the whole pattern from the letters of the term so far.
    fn at_end(&self, state: &State) -> u8 {
        let band = (self.letters.len() + usize::from(MAX_EDITS)).checked_sub(state.depth);
        band.and_then(|band| state.row.get(band)).copied().unwrap_or(u8::MAX)
    }
}

/// Distances in the columns around the diagonal; the others exceed [`MAX_EDITS`].
type Row = [u8; BAND];

/// Distances after the letters of the term so far.
struct State {
    row: Row,
    /// The row before, for swaps.
    before: Row,
    letter: char,
    depth: usize,
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
}

struct Walk<'a> {
    pattern: &'a Pattern,
    ranges: &'a mut Vec<TermRange>,
    budget: u32,
}

impl Walk<'_> {
    /// Visits a node; `found` is the distance at which an enclosing range was emitted.
    fn visit(&mut self, at: Position<'_>, state: &State, partial: Partial, found: u8) {
        let Some(rest) = self.budget.checked_sub(1) else { return };
        self.budget = rest;
        if self.ranges.len() >= MAX_RANGES {
            return;
        }
        let mut found = found;
        if partial.missing == 0 {
            let distance = self.pattern.at_end(state);
            if distance <= self.pattern.max_edits && distance < found {
                if self.pattern.prefix {
                    if let Some((first, last)) = at.bounds() {
                        self.emit(first, last, distance);
                    }
                    found = distance;
                } else if let Some(ordinal) = at.ordinal() {
                    self.emit(ordinal, ordinal, distance);
                }
            }
        }
        for index in 0..at.len() {
            let (partial, letter) = partial.push(at.byte(index));
            match letter {
                // Bytes inside a character have no distances of their own.
                None => self.visit(at.step(index), state, partial, found),
                Some(letter) => {
                    let row = self.pattern.next_row(state, letter);
                    // Distances never shrink along the term: a row beyond the limit ends the
                    // walk.
                    let least = row.iter().copied().min().unwrap_or(u8::MAX);
                    let farther = self.pattern.prefix && least >= found;
                    if least <= self.pattern.max_edits && !farther {
                        let depth = state.depth + 1;
                        let next = State { row, before: state.row, letter, depth };
                        self.visit(at.step(index), &next, partial, found);
                    }
                }
            }
        }
    }

    fn emit(&mut self, first: u32, last: u32, edits: u8) {
        self.ranges.push(TermRange { start: first, end: last + 1, edits });
    }
}

/// Returns the number of errors allowed in a word: none in short words and in numbers, one from
/// four characters, two from seven: one less than Organic Maps and Meilisearch ask for, because
/// an error may be a missing letter.
pub(crate) fn allowed_edits(word: &str) -> u8 {
    let length = word.chars().count();
    if word.bytes().any(|byte| byte.is_ascii_digit()) || length > MAX_FUZZY_CHARS {
        return 0;
    }
    match length {
        0..=3 => 0,
        4..=6 => 1,
        _ => 2,
    }
}

/// Returns the distance between two words, or between a word and the nearest beginning of the
/// other, when it is within the limit; used where there is no automaton, as for highlights.
pub(crate) fn distance(word: &str, term: &str, max_edits: u8, prefix: bool) -> Option<(u8, usize)> {
    let pattern = Pattern::new(word, max_edits, prefix, 1);
    let row = pattern.first_row();
    let mut state = State { row, before: [u8::MAX; BAND], letter: '\0', depth: 0 };
    let mut best: Option<(u8, usize)> = None;
    let mut length = 0;
    let mut at_end = pattern.at_end(&state);
    for letter in term.chars().take(2 * MAX_FUZZY_CHARS) {
        let row = pattern.next_row(&state, letter);
        state = State { row, before: state.row, letter, depth: state.depth + 1 };
        length += 1;
        at_end = pattern.at_end(&state);
        if prefix && at_end <= max_edits && best.is_none_or(|(edits, _)| at_end < edits) {
            best = Some((at_end, length));
        }
    }
    if at_end <= max_edits && best.is_none_or(|(edits, _)| at_end < edits) {
        best = Some((at_end, length));
    }
    best
}

#[cfg(test)]
#[cfg(feature = "build")]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::shard::automaton::front_code;

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
            let automaton = Automaton::read(&shared, &rests, |_| {}).unwrap();
            let mut ranges = Vec::new();
            Pattern::new(&word, max_edits, prefix, first_cost).ranges(&automaton, &mut ranges);
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
    }
}

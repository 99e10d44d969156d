//! The sorted terms of a piece, searched and walked as the front-coded list that the shard has.
//!
//! For hosts where code and memory are dear. Shared lengths are enough
//! to step over the terms below a node of the trie, so that nothing needs to be built: besides
//! the shard's own bytes there are but the lengths of the rests and every sixteenth term.

use super::front_coding::{Visitor, Wanted, common_length, read_front_coded};

/// Terms of a group, of which the first is kept whole.
const GROUP_TERMS: usize = 16;

/// What is computed of a list at its first use.
#[derive(Debug)]
pub(crate) struct TermListIndex {
    /// Length of each term's rest.
    lengths: Vec<u8>,
    groups: Vec<Group>,
    /// The first terms of the groups, one after the other.
    heads: Vec<u8>,
}

/// Where a group starts.
#[derive(Debug, Clone, Copy, Default)]
struct Group {
    /// In the rests of the list.
    rest: u32,
    /// In the first terms.
    head: u32,
    /// Least shared length of the group's terms.
    least_shared: u8,
}

/// A list with what was computed of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TermList<'a> {
    index: &'a TermListIndex,
    shared: &'a [u8],
    rests: &'a [u8],
}

/// A term of the list: its ordinal and where its rest starts.
#[derive(Clone, Copy)]
struct Cursor {
    ordinal: usize,
    rest: usize,
}

impl TermListIndex {
    /// Checks a list and calls `visit` with every term.
    pub(crate) fn read(shared: &[u8], rests: &[u8], mut visit: impl FnMut(&[u8])) -> Option<Self> {
        let lengths = Vec::with_capacity(shared.len());
        let mut index = Self { lengths, groups: Vec::new(), heads: Vec::new() };
        let mut rest_at = 0;
        read_front_coded(shared, rests, |term, rest| {
            if index.lengths.len().is_multiple_of(GROUP_TERMS) {
                let head = u32::try_from(index.heads.len()).ok()?;
                index.groups.push(Group { rest: rest_at, head, least_shared: u8::MAX });
                index.heads.extend_from_slice(term);
            }
            index.lengths.push(u8::try_from(rest).ok()?);
            rest_at = rest_at.checked_add(u32::try_from(rest + 1).ok()?)?;
            visit(term);
            Some(())
        })?;
        for (group, shared) in index.groups.iter_mut().zip(shared.chunks(GROUP_TERMS)) {
            group.least_shared = shared.iter().copied().min().unwrap_or_default();
        }
        index.heads.shrink_to_fit();
        index.groups.shrink_to_fit();
        Some(index)
    }

    /// Joins the index with the list it was computed of.
    pub(crate) fn over<'a>(&'a self, shared: &'a [u8], rests: &'a [u8]) -> TermList<'a> {
        TermList { index: self, shared, rests }
    }
}

impl<'a> TermList<'a> {
    /// Returns the ordinal of a term.
    pub(crate) fn get(&self, term: &str) -> Option<u32> {
        let (ordinal, equal) = self.first_with(term.as_bytes())?;
        if equal { u32::try_from(ordinal).ok() } else { None }
    }

    /// Returns the first and last ordinal of the terms that start with a text.
    pub(crate) fn below(&self, text: &str) -> Option<(u32, u32)> {
        let (first, _) = self.first_with(text.as_bytes())?;
        self.bounds(first, text.len())
    }

    /// Writes the term of an ordinal.
    pub(crate) fn term(&self, ordinal: u32) -> Option<String> {
        let ordinal = usize::try_from(ordinal).ok()?;
        let number = ordinal / GROUP_TERMS;
        let mut term = self.head(number)?.to_vec();
        let mut at = self.start_of(number)?;
        while at.ordinal < ordinal {
            at = self.next(at)?;
            term.truncate(self.shared_of(at)?);
            term.extend_from_slice(self.rest_of(at)?);
        }
        String::from_utf8(term).ok()
    }

    /// Walks the trie of the terms in their order, each node before those below it.
    pub(crate) fn walk(&self, visitor: &mut impl Visitor) {
        let mut at = Cursor { ordinal: 0, rest: 0 };
        // Bytes of the term that the visitor went down.
        let mut depth = 0;
        self.visit(visitor, 0, 0, self.rest_of(at).is_some_and(<[u8]>::is_empty));
        while let (Some(shared), Some(rest)) = (self.shared_of(at), self.rest_of(at)) {
            if shared > depth {
                // The term shares the byte that the visitor did not go down.
                let Some(next) = self.after(at, depth) else { return };
                at = next;
                continue;
            }
            depth = shared;
            let length = shared + rest.len();
            for byte in rest {
                if !visitor.descend(depth, *byte) {
                    break;
                }
                depth += 1;
                self.visit(visitor, at.ordinal, depth, depth == length);
            }
            at = Cursor { ordinal: at.ordinal + 1, rest: at.rest + rest.len() + 1 };
        }
    }

    /// Gives the visitor what it wants of a node, whose first term is known.
    #[inline]
    fn visit(&self, visitor: &mut impl Visitor, first: usize, depth: usize, term_ends: bool) {
        let range = match visitor.wanted() {
            Wanted::Below => self.bounds(first, depth),
            Wanted::Term if term_ends => u32::try_from(first).ok().map(|term| (term, term)),
            Wanted::Nothing | Wanted::Term => None,
        };
        if let Some((first, last)) = range {
            visitor.take(first, last);
        }
    }

    /// Returns the ordinal of the first term that starts with a text, and whether it equals it.
    fn first_with(&self, text: &[u8]) -> Option<(usize, bool)> {
        // The last group that does not start behind the text.
        let (mut low, mut high) = (0, self.index.groups.len());
        while low < high {
            let middle = (low + high) / 2;
            if self.head(middle)? <= text {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let number = low.saturating_sub(1);
        let head = self.head(number)?;
        let mut common = common_length(head, text);
        if common == text.len() {
            return Some((number * GROUP_TERMS, head.len() == common));
        }
        if head > text {
            return None;
        }
        // Terms from here on are less than the text, with which the last has `common` bytes.
        let mut at = self.start_of(number)?;
        loop {
            at = self.next(at)?;
            let shared = self.shared_of(at)?;
            if shared > common {
                continue;
            }
            if shared < common {
                return None;
            }
            let (rest, wanted) = (self.rest_of(at)?, text.get(common..)?);
            let more = common_length(rest, wanted);
            if more == wanted.len() {
                return Some((at.ordinal, rest.len() == more));
            }
            if rest > wanted {
                return None;
            }
            common += more;
        }
    }

    /// Returns the bounds of the terms that share so many bytes with the first of them.
    fn bounds(&self, first: usize, depth: usize) -> Option<(u32, u32)> {
        let first_of = |depth| self.after(Cursor { ordinal: first, rest: 0 }, depth);
        let end = depth.checked_sub(1).and_then(first_of);
        let end = end.map_or(self.shared.len(), |end| end.ordinal);
        Some((u32::try_from(first).ok()?, u32::try_from(end.checked_sub(1)?).ok()?))
    }

    /// Returns the first term behind another that shares at most so many bytes with the one
    /// before it; groups that have none are stepped over.
    fn after(&self, at: Cursor, depth: usize) -> Option<Cursor> {
        let (found, at) = self.in_group(at, depth);
        if found {
            return Some(at);
        }
        let number = at.ordinal / GROUP_TERMS;
        let groups = self.index.groups.get(number..)?;
        let more = groups.iter().position(|group| usize::from(group.least_shared) <= depth)?;
        let start = self.start_of(number + more)?;
        if self.shared_of(start)? <= depth {
            Some(start)
        } else {
            Some(self.in_group(start, depth).1)
        }
    }

    /// Returns the first term behind another, in its group, that shares at most so many bytes;
    /// without one, the first term of the next group.
    #[inline]
    fn in_group(&self, at: Cursor, depth: usize) -> (bool, Cursor) {
        let Cursor { mut ordinal, mut rest } = at;
        let left = GROUP_TERMS - ordinal % GROUP_TERMS;
        let lengths = self.index.lengths.get(ordinal..).unwrap_or_default();
        let next_shared = self.shared.get(ordinal + 1..).unwrap_or_default();
        for (length, shared) in lengths.iter().zip(next_shared).take(left) {
            ordinal += 1;
            rest += usize::from(*length) + 1;
            if usize::from(*shared) <= depth {
                return (true, Cursor { ordinal, rest });
            }
        }
        (false, Cursor { ordinal: at.ordinal + left, rest })
    }

    fn head(&self, number: usize) -> Option<&'a [u8]> {
        let start = self.index.groups.get(number)?.head as usize;
        let end = self.index.groups.get(number + 1).map(|group| group.head as usize);
        self.index.heads.get(start..end.unwrap_or(self.index.heads.len()))
    }

    fn start_of(&self, number: usize) -> Option<Cursor> {
        let group = self.index.groups.get(number)?;
        Some(Cursor { ordinal: number * GROUP_TERMS, rest: group.rest as usize })
    }

    #[inline]
    fn next(&self, at: Cursor) -> Option<Cursor> {
        let length = usize::from(*self.index.lengths.get(at.ordinal)?);
        Some(Cursor { ordinal: at.ordinal + 1, rest: at.rest + length + 1 })
    }

    #[inline]
    fn shared_of(&self, at: Cursor) -> Option<usize> {
        self.shared.get(at.ordinal).copied().map(usize::from)
    }

    #[inline]
    fn rest_of(&self, at: Cursor) -> Option<&'a [u8]> {
        let length = usize::from(*self.index.lengths.get(at.ordinal)?);
        self.rests.get(at.rest..at.rest + length)
    }
}

#[cfg(test)]
#[cfg(feature = "build")]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::shard::front_coding::front_code;

    /// Goes where a random choice says and notes what happens.
    struct Note {
        seed: u32,
        events: Vec<(usize, u32)>,
        wanted: Wanted,
    }

    impl Visitor for Note {
        fn descend(&mut self, depth: usize, byte: u8) -> bool {
            self.events.push((depth, byte.into()));
            let number = self.events.iter().fold(self.seed, |sum, (depth, other)| {
                sum.wrapping_mul(31).wrapping_add(other + *depth as u32)
            });
            self.wanted = [Wanted::Nothing, Wanted::Term, Wanted::Below][(number % 3) as usize];
            !number.is_multiple_of(4)
        }

        fn wanted(&self) -> Wanted {
            self.wanted
        }

        fn take(&mut self, first: u32, last: u32) {
            self.events.push((first as usize, last));
        }
    }

    /// Walks a trie made of the terms one by one.
    fn naive_walk(terms: &[&String], ordinal: u32, depth: usize, note: &mut Note) {
        let ends = terms.first().is_some_and(|term| term.len() == depth);
        match note.wanted() {
            Wanted::Below => note.take(ordinal, ordinal + terms.len() as u32 - 1),
            Wanted::Term if ends => note.take(ordinal, ordinal),
            _ => {}
        }
        let mut start = usize::from(ends);
        while let Some(byte) = terms.get(start).map(|term| term.as_bytes()[depth]) {
            let below = terms[start..].iter().take_while(|t| t.as_bytes()[depth] == byte).count();
            if note.descend(depth, byte) {
                let below = &terms[start..start + below];
                naive_walk(below, ordinal + start as u32, depth + 1, note);
            }
            start += below;
        }
    }

    proptest! {
        #[test]
        fn terms_come_back_by_ordinal_and_prefixes_are_ranges(
            terms in prop::collection::btree_set("[a-dü東]{0,9}", 0..120), probe in "[a-dü]{0,4}",
        ) {
            let list: Vec<String> = terms.iter().cloned().collect();
            let (shared, rests) = front_code(&list);
            let mut seen = BTreeSet::new();
            let index = TermListIndex::read(&shared, &rests, |term| {
                seen.insert(String::from_utf8(term.to_vec()).unwrap());
            }).unwrap();
            prop_assert_eq!(&seen, &terms);
            let found = index.over(&shared, &rests);
            for (ordinal, term) in (0u32..).zip(&list) {
                prop_assert_eq!(found.get(term), Some(ordinal));
                prop_assert_eq!(found.term(ordinal), Some(term.clone()));
            }
            prop_assert_eq!(found.term(list.len() as u32), None);
            let position = list.iter().position(|term| *term == probe);
            prop_assert_eq!(found.get(&probe), position.map(|ordinal| ordinal as u32));
            let mut below = (0u32..).zip(&list).filter(|(_, term)| term.starts_with(&probe));
            let first = below.next().map(|(ordinal, _)| ordinal);
            let last = below.last().map(|(ordinal, _)| ordinal).or(first);
            prop_assert_eq!(found.below(&probe), first.zip(last));
        }

        #[test]
        fn a_walk_goes_through_the_trie_in_order(
            terms in prop::collection::btree_set("[a-cé]{0,7}", 1..200), seed: u32,
        ) {
            let list: Vec<String> = terms.into_iter().collect();
            let (shared, rests) = front_code(&list);
            let note = || Note { seed, events: Vec::new(), wanted: Wanted::Nothing };
            let mut expected = note();
            naive_walk(&list.iter().collect::<Vec<_>>(), 0, 0, &mut expected);
            let mut by_list = note();
            let index = TermListIndex::read(&shared, &rests, |_| {}).unwrap();
            index.over(&shared, &rests).walk(&mut by_list);
            prop_assert_eq!(&by_list.events, &expected.events);
            #[cfg(feature = "fst")]
            {
                let mut by_automaton = note();
                let automaton = crate::shard::automaton::Automaton::read(&shared, &rests, |_| {});
                automaton.unwrap().walk(&mut by_automaton);
                prop_assert_eq!(&by_automaton.events, &expected.events);
            }
        }

        #[test]
        fn broken_lists_are_refused_or_read_but_never_panic(
            shared in prop::collection::vec(0u8..6, 0..40),
            rests in prop::collection::vec(prop_oneof![Just(b'\n'), any::<u8>(), b'a'..b'e'], 0..200),
            seed: u32,
        ) {
            let index = TermListIndex::read(&shared, &rests, |_| {});
            #[cfg(feature = "fst")]
            {
                let automaton = crate::shard::automaton::Automaton::read(&shared, &rests, |_| {});
                prop_assert_eq!(index.is_some(), automaton.is_some());
            }
            let Some(index) = index else { return Ok(()) };
            // Even over the bytes of another piece nothing may panic.
            for (shared, rests) in [(&shared[..], &rests[..]), (&rests, &shared), (&[], &[])] {
                let list = index.over(shared, rests);
                let _ = list.below("a");
                let _ = list.term(3);
                list.walk(&mut Note { seed, events: Vec::new(), wanted: Wanted::Below });
            }
        }
    }
}

//! The automaton of a piece: an `fst` over its terms, built in memory when the piece is first
//! used, from the front-coded list that the shard carries.
//!
//! The list is half the size of the automaton after compression, and an automaton built here is
//! sound whatever bytes came from the network, while the `fst` crate panics on broken ones.

use fst::raw::{Builder, CompiledAddr, Fst, Node, Output};

/// Longest term in bytes.
pub(crate) const MAX_TERM_BYTES: usize = 255;

/// Maps the terms of a piece to their ordinals.
pub(crate) struct Automaton(Fst<Vec<u8>>);

impl core::fmt::Debug for Automaton {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Automaton").field("terms", &self.0.len()).finish()
    }
}

/// A node and the sum of outputs on the way to it.
#[derive(Clone, Copy)]
pub(crate) struct Position<'a> {
    fst: &'a Fst<Vec<u8>>,
    node: Node<'a>,
    sum: Output,
}

impl Automaton {
    /// Decodes a front-coded list and calls `visit` with every term.
    ///
    /// The list has for every term, in ascending order, the length it shares with the term
    /// before; then, term by term, the rest and a newline, which no term contains.
    pub(crate) fn read(shared: &[u8], rests: &[u8], mut visit: impl FnMut(&[u8])) -> Option<Self> {
        let mut builder = Builder::memory();
        let mut term: Vec<u8> = Vec::new();
        let mut rests = rests.split(|byte| *byte == b'\n');
        for (ordinal, shared) in (0u64..).zip(shared) {
            let shared = usize::from(*shared);
            if shared > term.len() {
                return None;
            }
            term.truncate(shared);
            term.extend_from_slice(rests.next()?);
            if term.len() > MAX_TERM_BYTES {
                return None;
            }
            core::str::from_utf8(&term).ok()?;
            // Fails when terms do not ascend.
            builder.insert(&term, ordinal).ok()?;
            visit(&term);
        }
        Some(Self(builder.into_fst()))
    }

    /// Returns the root.
    pub(crate) fn root(&self) -> Position<'_> {
        Position { fst: &self.0, node: self.0.root(), sum: Output::zero() }
    }

    /// Returns the ordinal of a term.
    pub(crate) fn get(&self, term: &str) -> Option<u32> {
        u32::try_from(self.0.get(term)?.value()).ok()
    }

    /// Returns the first and last ordinal of the terms that start with a text.
    pub(crate) fn below(&self, text: &str) -> Option<(u32, u32)> {
        let mut position = self.root();
        for byte in text.bytes() {
            position = position.step(position.node.find_input(byte)?);
        }
        position.bounds()
    }

    /// Writes the term of an ordinal.
    pub(crate) fn term(&self, ordinal: u32) -> Option<String> {
        let mut term = Vec::new();
        self.0.get_key_into(u64::from(ordinal), &mut term).then_some(())?;
        String::from_utf8(term).ok()
    }
}

impl<'a> Position<'a> {
    /// Number of transitions.
    pub(crate) fn len(&self) -> usize {
        self.node.len()
    }

    /// Returns the byte of a transition, by its number below [`Self::len`].
    pub(crate) fn byte(&self, transition: usize) -> u8 {
        self.node.transition(transition).inp
    }

    /// Follows a transition, by its number below [`Self::len`].
    pub(crate) fn step(&self, transition: usize) -> Self {
        let transition = self.node.transition(transition);
        let address: CompiledAddr = transition.addr;
        let sum = self.sum.cat(transition.out);
        Self { fst: self.fst, node: self.fst.node(address), sum }
    }

    /// Returns the ordinal of the term that ends here.
    pub(crate) fn ordinal(&self) -> Option<u32> {
        let ordinal = self.sum.cat(self.node.final_output()).value();
        if self.node.is_final() { u32::try_from(ordinal).ok() } else { None }
    }

    /// Returns the first and last ordinal of the terms that go through here.
    pub(crate) fn bounds(self) -> Option<(u32, u32)> {
        let (mut first, mut last) = (self, self);
        while !first.node.is_final() && !first.node.is_empty() {
            first = first.step(0);
        }
        while !last.node.is_empty() {
            last = last.step(last.len() - 1);
        }
        Some((first.ordinal()?, last.ordinal()?))
    }
}

#[cfg(feature = "build")]
/// Front-codes terms in ascending order: shared lengths, and rests with newlines.
pub(crate) fn front_code(terms: &[String]) -> (Vec<u8>, Vec<u8>) {
    let (mut shared, mut rests) = (Vec::new(), Vec::new());
    let mut before: &[u8] = &[];
    for term in terms {
        let term = term.as_bytes();
        let common = before.iter().zip(term).take_while(|(a, b)| a == b).count();
        shared.push(u8::try_from(common).unwrap_or(u8::MAX));
        rests.extend_from_slice(
            term.get(usize::from(*shared.last().unwrap_or(&0))..).unwrap_or_default(),
        );
        rests.push(b'\n');
        before = term;
    }
    (shared, rests)
}

#[cfg(test)]
#[cfg(feature = "build")]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn terms_come_back_by_ordinal_and_prefixes_are_ranges(
            terms in prop::collection::btree_set("[a-dü東]{1,9}", 0..120), probe in "[a-dü]{0,4}",
        ) {
            let list: Vec<String> = terms.iter().cloned().collect();
            let (shared, rests) = front_code(&list);
            let mut seen = BTreeSet::new();
            let automaton = Automaton::read(&shared, &rests, |term| {
                seen.insert(String::from_utf8(term.to_vec()).unwrap());
            }).unwrap();
            prop_assert_eq!(&seen, &terms);
            for (ordinal, term) in (0u32..).zip(&list) {
                prop_assert_eq!(automaton.get(term), Some(ordinal));
                prop_assert_eq!(automaton.term(ordinal), Some(term.clone()));
            }
            let mut below = (0u32..).zip(&list).filter(|(_, term)| term.starts_with(&probe));
            let first = below.next().map(|(ordinal, _)| ordinal);
            let last = below.last().map(|(ordinal, _)| ordinal).or(first);
            prop_assert_eq!(automaton.below(&probe), first.zip(last));
        }

        #[test]
        fn broken_lists_are_refused_or_read_but_never_panic(
            shared in prop::collection::vec(0u8..6, 0..40), rests in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            if let Some(automaton) = Automaton::read(&shared, &rests, |_| {}) {
                let _ = automaton.below("a");
                let _ = automaton.term(3);
            }
        }
    }
}

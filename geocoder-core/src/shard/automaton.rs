//! The automaton of a piece: an `fst` over its terms, built in memory when the piece is first
//! used, from the front-coded list that the shard carries.
//!
//! For hosts that keep shards open for long. The list is half the size of the automaton after
//! compression, and an automaton built here is sound whatever bytes came from the network, while
//! the `fst` crate panics on broken ones.

use fst::raw::{Builder, Fst, Node, Output, Transition};

use super::front_coding::{Visitor, Wanted, read_front_coded};

/// Maps the terms of a piece to their ordinals.
pub(crate) struct Automaton(Fst<Vec<u8>>);

impl core::fmt::Debug for Automaton {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Automaton").field("terms", &self.0.len()).finish()
    }
}

/// A node and the sum of outputs on the way to it.
#[derive(Clone, Copy)]
struct Position<'a> {
    fst: &'a Fst<Vec<u8>>,
    node: Node<'a>,
    sum: Output,
}

impl Automaton {
    /// Builds the automaton of a front-coded list and calls `visit` with every term.
    pub(crate) fn read(shared: &[u8], rests: &[u8], mut visit: impl FnMut(&[u8])) -> Option<Self> {
        let mut builder = Builder::memory();
        let mut ordinal = 0;
        read_front_coded(shared, rests, |term, _| {
            builder.insert(term, ordinal).ok()?;
            ordinal += 1;
            visit(term);
            Some(())
        })?;
        Some(Self(builder.into_fst()))
    }

    /// Returns the automaton itself, which needs the list no more.
    pub(crate) fn over<'a>(&'a self, _shared: &'a [u8], _rests: &'a [u8]) -> &'a Self {
        self
    }

    /// Walks the trie of the terms in their order, each node before those below it.
    pub(crate) fn walk(&self, visitor: &mut impl Visitor) {
        self.root().walk(visitor, 0);
    }

    /// Returns the root.
    fn root(&self) -> Position<'_> {
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
            let transition = position.node.find_input(byte)?;
            position = position.follow(position.node.transition(transition));
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
    fn walk(self, visitor: &mut impl Visitor, depth: usize) {
        let range = match visitor.wanted() {
            Wanted::Below => self.bounds(),
            Wanted::Term => self.ordinal().map(|term| (term, term)),
            Wanted::Nothing => None,
        };
        if let Some((first, last)) = range {
            visitor.take(first, last);
        }
        for transition in self.node.transitions() {
            if visitor.descend(depth, transition.inp) {
                self.follow(transition).walk(visitor, depth + 1);
            }
        }
    }

    fn follow(self, transition: Transition) -> Self {
        let node = self.fst.node(transition.addr);
        Self { fst: self.fst, node, sum: self.sum.cat(transition.out) }
    }

    /// Returns the ordinal of the term that ends here.
    fn ordinal(&self) -> Option<u32> {
        let ordinal = self.sum.cat(self.node.final_output()).value();
        if self.node.is_final() { u32::try_from(ordinal).ok() } else { None }
    }

    /// Returns the first and last ordinal of the terms that go through here.
    fn bounds(self) -> Option<(u32, u32)> {
        let (mut first, mut last) = (self, self);
        while !first.node.is_final() && !first.node.is_empty() {
            first = first.follow(first.node.transition(0));
        }
        while !last.node.is_empty() {
            last = last.follow(last.node.transition(last.node.len() - 1));
        }
        Some((first.ordinal()?, last.ordinal()?))
    }
}

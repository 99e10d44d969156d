//! Front-coded terms: how a piece carries its terms, and what walks over them have in common.
//!
//! The list has for every term, in ascending order, the length it shares with the term before;
//! then, term by term, the rest and a newline, which no term contains.

/// Longest term in bytes.
pub(crate) const MAX_TERM_BYTES: usize = 255;
/// Decides what a walk over the trie of terms goes through and takes along.
pub(crate) trait Visitor {
    /// Goes down by a byte from the node at a depth in bytes; `false` skips what is below.
    fn descend(&mut self, depth: usize, byte: u8) -> bool;

    /// Tells what is wanted at a node that the walk has just come down to.
    fn wanted(&self) -> Wanted;

    /// Takes the wanted terms of a node: their first and last ordinal.
    fn take(&mut self, first: u32, last: u32);
}

/// What a walk takes at a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    Nothing,
    /// The term that ends at the node, if one does.
    Term,
    /// All terms that go through the node.
    Below,
}

/// Decodes a front-coded list and calls `visit` with every term and the length of its rest;
/// `None` when terms do not ascend, share more than is said or are no text.
pub(crate) fn read_front_coded(
    shared: &[u8],
    rests: &[u8],
    mut visit: impl FnMut(&[u8], usize) -> Option<()>,
) -> Option<()> {
    let mut term: Vec<u8> = Vec::new();
    let mut rests = rests.split(|byte| *byte == b'\n');
    for (index, shared) in shared.iter().enumerate() {
        let (rest, shared) = (rests.next()?, usize::from(*shared));
        let ascends = match (term.get(shared), rest.first()) {
            (Some(before), Some(now)) => before < now,
            (None, Some(_)) => shared == term.len(),
            // Only the first term may be empty.
            (_, None) => index == 0 && shared == 0,
        };
        if !ascends {
            return None;
        }
        term.truncate(shared);
        term.extend_from_slice(rest);
        if term.len() > MAX_TERM_BYTES {
            return None;
        }
        core::str::from_utf8(&term).ok()?;
        visit(&term, rest.len())?;
    }
    Some(())
}

/// Returns the number of bytes with which both texts start.
pub(crate) fn common_length(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

/// Front-codes terms in ascending order: shared lengths, and rests with newlines.
pub(crate) fn front_code(terms: &[String]) -> (Vec<u8>, Vec<u8>) {
    let (mut shared, mut rests) = (Vec::new(), Vec::new());
    let mut before: &[u8] = &[];
    for term in terms {
        let term = term.as_bytes();
        let common = common_length(before, term);
        shared.push(u8::try_from(common).unwrap_or(u8::MAX));
        rests.extend_from_slice(term.get(common..).unwrap_or_default());
        rests.push(b'\n');
        before = term;
    }
    (shared, rests)
}

//! Bounds-checked view of the automata that the `fst` crate writes (its format version 3).
//!
//! The crate's own reader trusts its bytes: an address out of range makes it panic. Shards come
//! from the network, so nodes are read here, where any bytes give a node or `None`. A test
//! compares this view with the crate on every kind of node.

/// The 63 commonest inputs, which the format packs into the state byte.
const COMMON_INPUTS: &[u8; 63] = b"te/oasripcnw.hlm-du012g=:bf3y5&_4v9678k%?xCDASFIBEjPTzRNM+LOqHG";
/// Nodes with more transitions carry an index of 256 bytes.
const INDEX_THRESHOLD: usize = 32;
/// Bytes of the format's header: version and type.
const HEADER_BYTES: usize = 16;
/// Bytes behind the root node: number of keys, root address, checksum.
const FOOTER_BYTES: usize = 20;
/// Longest key that is followed; longer paths exist only in broken files.
pub(crate) const MAX_KEY_BYTES: usize = 255;

/// An automaton that maps keys to ascending numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FstView<'a> {
    bytes: &'a [u8],
    root: usize,
    /// Number of keys.
    pub(crate) len: usize,
}

/// A node of the automaton.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    /// Address of the first byte; transitions lead to smaller addresses.
    end: usize,
    /// Number of transitions.
    pub(crate) transitions: usize,
    /// Whether a key ends here.
    pub(crate) is_final: bool,
    /// What a key that ends here adds to its number.
    pub(crate) final_output: u64,
    /// Address behind the inputs; they stand in reverse order.
    inputs: usize,
    /// Bytes per address and per output.
    address_size: usize,
    output_size: usize,
    /// Input of a node with a single packed transition.
    single_input: Option<u8>,
    /// Whether the only transition leads to the node just before.
    next: bool,
}

/// An edge of the automaton.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Transition {
    pub(crate) input: u8,
    pub(crate) output: u64,
    pub(crate) target: usize,
}

impl<'a> FstView<'a> {
    /// Reads the header and footer.
    pub(crate) fn new(bytes: &'a [u8]) -> Option<Self> {
        let version = read_uint(bytes, 0, 8)?;
        let footer = bytes.len().checked_sub(FOOTER_BYTES)?;
        let len = usize::try_from(read_uint(bytes, footer, 8)?).ok()?;
        let root = usize::try_from(read_uint(bytes, footer + 8, 8)?).ok()?;
        let sound = version == 3 && root < footer && (root == 0 || root >= HEADER_BYTES);
        sound.then_some(Self { bytes, root, len })
    }

    /// Returns the root.
    pub(crate) fn root(&self) -> Option<Node> {
        self.node(self.root)
    }

    /// Returns the node at an address; `None` for an address that no sound automaton has.
    pub(crate) fn node(&self, address: usize) -> Option<Node> {
        let mut node = Node {
            end: 0,
            transitions: 0,
            is_final: true,
            final_output: 0,
            inputs: 0,
            address_size: 0,
            output_size: 0,
            single_input: None,
            next: false,
        };
        if address == 0 {
            return Some(node);
        }
        let state = *self.bytes.get(address)?;
        if state & 0x80 != 0 {
            node.transitions = 1;
            node.is_final = false;
            let mut at = address;
            node.single_input = Some(match usize::from(state & 0x3f).checked_sub(1) {
                Some(common) => *COMMON_INPUTS.get(common)?,
                None => {
                    at = at.checked_sub(1)?;
                    *self.bytes.get(at)?
                }
            });
            node.next = state & 0x40 != 0;
            if !node.next {
                at = at.checked_sub(1)?;
                node.set_sizes(*self.bytes.get(at)?)?;
            }
            node.inputs = at;
            node.end = at.checked_sub(node.address_size + node.output_size)?;
        } else {
            node.is_final = state & 0x40 != 0;
            let mut at = address;
            node.transitions = usize::from(state & 0x3f);
            if node.transitions == 0 {
                at = at.checked_sub(1)?;
                // 256 does not fit a byte, and 1 never needs the extra byte.
                node.transitions = match *self.bytes.get(at)? {
                    1 => 256,
                    count => usize::from(count),
                };
            }
            at = at.checked_sub(1)?;
            node.set_sizes(*self.bytes.get(at)?)?;
            if node.transitions > INDEX_THRESHOLD {
                at = at.checked_sub(256)?;
            }
            node.inputs = at;
            let per_transition = 1 + node.address_size + node.output_size;
            node.end = at.checked_sub(node.transitions * per_transition)?;
            if node.is_final && node.output_size > 0 {
                node.end = node.end.checked_sub(node.output_size)?;
                node.final_output = read_uint(self.bytes, node.end, node.output_size)?;
            }
        }
        (node.end >= HEADER_BYTES).then_some(node)
    }

    /// Returns the `index`-th transition of a node, in ascending order of inputs.
    #[inline]
    pub(crate) fn transition(&self, node: &Node, index: usize) -> Option<Transition> {
        if index >= node.transitions {
            return None;
        }
        let (input, address_at, output_at) = if let Some(input) = node.single_input {
            if node.next {
                return Some(Transition { input, output: 0, target: node.end.checked_sub(1)? });
            }
            let address_at = node.inputs.checked_sub(node.address_size)?;
            (input, address_at, address_at.checked_sub(node.output_size)?)
        } else {
            let input = *self.bytes.get(node.inputs.checked_sub(index + 1)?)?;
            let addresses = node.inputs.checked_sub(node.transitions)?;
            let address_at = addresses.checked_sub((index + 1) * node.address_size)?;
            let outputs = addresses.checked_sub(node.transitions * node.address_size)?;
            (input, address_at, outputs.checked_sub((index + 1) * node.output_size)?)
        };
        let delta = usize::try_from(read_uint(self.bytes, address_at, node.address_size)?).ok()?;
        // Targets lie below, so every walk ends.
        let target = if delta == 0 { 0 } else { node.end.checked_sub(delta)? };
        let output = read_uint(self.bytes, output_at, node.output_size)?;
        Some(Transition { input, output, target })
    }

    /// Finds the transition for an input.
    pub(crate) fn find(&self, node: &Node, input: u8) -> Option<Transition> {
        // Inputs ascend.
        let (mut low, mut high) = (0, node.transitions);
        while low < high {
            let middle = usize::midpoint(low, high);
            let transition = self.transition(node, middle)?;
            match transition.input.cmp(&input) {
                core::cmp::Ordering::Equal => return Some(transition),
                core::cmp::Ordering::Less => low = middle + 1,
                core::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// Returns the number of a key.
    pub(crate) fn get(&self, key: &[u8]) -> Option<u64> {
        let (node, sum) = self.follow(key)?;
        node.is_final.then(|| sum.wrapping_add(node.final_output))
    }

    /// Follows a key from the root; returns the node reached and the outputs on the way.
    pub(crate) fn follow(&self, key: &[u8]) -> Option<(Node, u64)> {
        let mut node = self.root()?;
        let mut sum = 0u64;
        for byte in key {
            let transition = self.find(&node, *byte)?;
            sum = sum.wrapping_add(transition.output);
            node = self.node(transition.target)?;
        }
        Some((node, sum))
    }

    /// Returns the numbers of the first and last key below a node, given the outputs so far.
    pub(crate) fn bounds(&self, node: &Node, sum: u64) -> Option<(u64, u64)> {
        let (mut first, mut first_sum) = (*node, sum);
        while !first.is_final {
            let transition = self.transition(&first, 0)?;
            first_sum = first_sum.wrapping_add(transition.output);
            first = self.node(transition.target)?;
        }
        let (mut last, mut last_sum) = (*node, sum);
        while last.transitions > 0 {
            let transition = self.transition(&last, last.transitions - 1)?;
            last_sum = last_sum.wrapping_add(transition.output);
            last = self.node(transition.target)?;
        }
        Some((first_sum.wrapping_add(first.final_output), last_sum.wrapping_add(last.final_output)))
    }

    /// Writes the key of a number into `key`; relies on numbers ascending with keys.
    pub(crate) fn key_of(&self, number: u64, key: &mut Vec<u8>) -> Option<()> {
        key.clear();
        let mut node = self.root()?;
        let mut rest = number;
        loop {
            if node.is_final && node.final_output == rest {
                return Some(());
            }
            let mut chosen = None;
            for index in 0..node.transitions {
                let transition = self.transition(&node, index)?;
                if transition.output > rest {
                    break;
                }
                chosen = Some(transition);
            }
            let transition = chosen?;
            rest -= transition.output;
            key.push(transition.input);
            if key.len() > MAX_KEY_BYTES {
                return None;
            }
            node = self.node(transition.target)?;
        }
    }

    /// Calls `visit` with every key and its number, in ascending order; returns the number of
    /// keys, or `None` when the automaton is broken or has more keys than it says.
    pub(crate) fn for_each(&self, mut visit: impl FnMut(&[u8], u64)) -> Option<usize> {
        let mut key = Vec::new();
        let mut count = 0;
        let mut stack = vec![(self.root()?, 0usize, 0u64)];
        while let Some((node, index, sum)) = stack.last_mut() {
            if *index == 0 && node.is_final {
                count += 1;
                if count > self.len {
                    return None;
                }
                visit(&key, sum.wrapping_add(node.final_output));
            }
            if let Some(transition) = self.transition(node, *index) {
                *index += 1;
                let sum = sum.wrapping_add(transition.output);
                key.push(transition.input);
                if key.len() > MAX_KEY_BYTES {
                    return None;
                }
                stack.push((self.node(transition.target)?, 0, sum));
            } else {
                stack.pop();
                key.pop();
            }
        }
        Some(count)
    }
}

impl Node {
    fn set_sizes(&mut self, packed: u8) -> Option<()> {
        self.address_size = usize::from(packed >> 4);
        self.output_size = usize::from(packed & 0x0f);
        (self.address_size <= 8 && self.output_size <= 8).then_some(())
    }
}

/// Reads a little-endian number of up to 8 bytes.
#[inline]
fn read_uint(bytes: &[u8], at: usize, size: usize) -> Option<u64> {
    let mut value = 0u64;
    for byte in bytes.get(at..at.checked_add(size)?)?.iter().rev() {
        value = (value << 8) | u64::from(*byte);
    }
    Some(value)
}

#[cfg(all(test, feature = "build"))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn automaton(keys: &std::collections::BTreeSet<Vec<u8>>) -> Vec<u8> {
        let mut builder = fst::raw::Builder::memory();
        for (number, key) in keys.iter().enumerate() {
            builder.insert(key, number as u64).unwrap();
        }
        builder.into_inner().unwrap()
    }

    #[test]
    fn wide_nodes_and_all_bytes_read_as_the_crate_reads_them() {
        let keys = (0..=255u8).flat_map(|a| [vec![a], vec![a, b'x'], vec![b'q', a, b'z']]);
        let keys = keys.collect();
        let bytes = automaton(&keys);
        let view = FstView::new(&bytes).unwrap();
        let mut seen = Vec::new();
        assert_eq!(
            view.for_each(|key, number| seen.push((key.to_vec(), number))),
            Some(keys.len())
        );
        let expected: Vec<_> = keys.iter().cloned().zip(0..).collect();
        assert_eq!(seen, expected);
    }

    proptest! {
        #[test]
        fn the_view_agrees_with_the_crate(
            keys in prop::collection::btree_set("[a-dü東 /]{0,9}", 0..120), probe in "[a-dü]{0,5}",
        ) {
            let keys = keys.into_iter().map(String::into_bytes).collect();
            let bytes = automaton(&keys);
            let view = FstView::new(&bytes).unwrap();
            let oracle = fst::raw::Fst::new(&bytes).unwrap();
            let mut key = Vec::new();
            for (number, expected) in keys.iter().enumerate() {
                prop_assert_eq!(view.get(expected), Some(number as u64));
                view.key_of(number as u64, &mut key).unwrap();
                prop_assert_eq!(&key, expected);
            }
            prop_assert_eq!(view.get(probe.as_bytes()), oracle.get(&probe).map(|o| o.value()));
            let below: Vec<_> =
                keys.iter().enumerate().filter(|(_, k)| k.starts_with(probe.as_bytes())).collect();
            if let (Some((first, _)), Some((last, _))) = (below.first(), below.last()) {
                let (node, sum) = view.follow(probe.as_bytes()).unwrap();
                prop_assert_eq!(view.bounds(&node, sum), Some((*first as u64, *last as u64)));
            }
        }

        #[test]
        fn broken_automata_never_panic(
            keys in prop::collection::btree_set("[a-z]{1,6}", 1..60),
            flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        ) {
            let keys = keys.into_iter().map(String::into_bytes).collect();
            let mut bytes = automaton(&keys);
            for (index, value) in flips {
                let at = index.index(bytes.len());
                bytes[at] = value;
            }
            if let Some(view) = FstView::new(&bytes) {
                let mut count = 0usize;
                let _ = view.for_each(|_, _| count += 1);
                let _ = view.get(b"abc");
                let _ = view.follow(b"a").map(|(node, sum)| view.bounds(&node, sum));
                let _ = view.key_of(7, &mut Vec::new());
            }
        }
    }
}

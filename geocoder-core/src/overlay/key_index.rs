//! Numbers for keys, in the order in which they come: the one table behind all that is looked up
//! while an overlay is built. Maps of the standard library weigh kilobytes in WebAssembly for
//! every type they are used with.

use crate::shard::{checksum, length};

/// Keys of bytes, each with a number from 0 on.
#[derive(Debug, Default)]
pub(super) struct KeyIndex {
    /// All keys, one behind the other, and where each ends.
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// Numbers by hash, plus one, with room for as many again; 0 is free.
    slots: Vec<u32>,
}

impl KeyIndex {
    /// Number of keys.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns a key; nothing when there is none of the number.
    pub(super) fn key(&self, number: usize) -> &[u8] {
        let start = number.checked_sub(1).and_then(|before| self.ends.get(before));
        let end = self.ends.get(number).copied().unwrap_or(0);
        self.bytes.get(start.copied().unwrap_or(0)..end).unwrap_or_default()
    }

    /// Returns the number of a key, when it has one.
    pub(super) fn find(&self, key: &[u8]) -> Option<usize> {
        self.probe(key).1
    }

    /// Returns the slot where a key is or could be, and its number.
    fn probe(&self, key: &[u8]) -> (usize, Option<usize>) {
        let mask = self.slots.len().wrapping_sub(1);
        #[expect(clippy::cast_possible_truncation, reason = "any of its bits serve")]
        let mut at = checksum(key) as usize & mask;
        loop {
            let number = self.slots.get(at).and_then(|number| (*number as usize).checked_sub(1));
            match number {
                None => return (at, None),
                Some(number) if self.key(number) == key => return (at, Some(number)),
                Some(_) => at = (at + 1) & mask,
            }
        }
    }

    /// Returns the number of a key, the next one when it is new.
    pub(super) fn number(&mut self, key: &[u8]) -> usize {
        if self.slots.len() < 2 * (self.len() + 1) {
            self.grow();
        }
        let (at, found) = self.probe(key);
        found.unwrap_or_else(|| {
            let number = self.len();
            self.bytes.extend_from_slice(key);
            self.ends.push(self.bytes.len());
            if let Some(slot) = self.slots.get_mut(at) {
                *slot = length(number + 1);
            }
            number
        })
    }

    fn grow(&mut self) {
        self.slots = vec![0; (4 * self.len()).next_power_of_two().max(16)];
        for number in 0..self.len() {
            let (at, _) = self.probe(self.key(number));
            if let Some(slot) = self.slots.get_mut(at) {
                *slot = length(number + 1);
            }
        }
    }
}

/// Lists of numbers by key.
#[derive(Debug, Default)]
pub(super) struct KeyedLists {
    keys: KeyIndex,
    lists: Vec<Vec<u32>>,
}

impl KeyedLists {
    /// Returns the list of a key, when it has one.
    pub(super) fn get(&self, key: &[u8]) -> Option<&[u32]> {
        self.lists.get(self.keys.find(key)?).map(Vec::as_slice)
    }

    /// Adds numbers to the list of a key, which is made when it has none.
    pub(super) fn extend(&mut self, key: &[u8], numbers: &[u32]) {
        let number = self.keys.number(key);
        if number == self.lists.len() {
            self.lists.push(Vec::new());
        }
        if let Some(list) = self.lists.get_mut(number) {
            list.extend_from_slice(numbers);
        }
    }
}

/// Returns the key of a name with terms, which have no line breaks, in or of something numbered.
pub(super) fn key_of(number: u32, terms: &[String]) -> Vec<u8> {
    let mut key = number.to_le_bytes().to_vec();
    for term in terms {
        key.extend_from_slice(term.as_bytes());
        key.push(b'\n');
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_one_number_in_the_order_of_coming() {
        let mut index = KeyIndex::default();
        assert_eq!(index.find(b""), None);
        let keys: Vec<String> = (0..1000).map(|number| format!("{}", number * 7919)).collect();
        for _ in 0..2 {
            for (number, key) in keys.iter().enumerate() {
                assert_eq!(index.number(key.as_bytes()), number);
            }
        }
        assert_eq!(index.len(), keys.len());
        assert_eq!(index.find(keys[17].as_bytes()), Some(17));
        assert_eq!(index.find(b"7"), None);
        assert_eq!(index.number(b""), keys.len());
    }
}

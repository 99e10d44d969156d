//! Node ids of a way, packed: neighbours on a way were mostly mapped one after the other.

/// A list of node ids in the order of the way; mostly one or two bytes each.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NodeList(Box<[u8]>);

impl NodeList {
    /// Packs ids.
    pub(crate) fn new(ids: impl IntoIterator<Item = i64>) -> Self {
        let (mut packed, mut last) = (Vec::new(), 0_i64);
        for id in ids {
            push_varint(&mut packed, zigzag(id.wrapping_sub(last)));
            last = id;
        }
        Self(packed.into_boxed_slice())
    }

    /// Returns the ids.
    pub(crate) fn iter(&self) -> impl Iterator<Item = i64> + '_ {
        let (mut rest, mut last) = (&*self.0, 0_i64);
        std::iter::from_fn(move || {
            last = last.wrapping_add(unzigzag(take_varint(&mut rest)?));
            Some(last)
        })
    }

    /// Returns the ids as a list.
    pub(crate) fn to_vec(&self) -> Vec<i64> {
        self.iter().collect()
    }
}

/// Maps numbers near zero to small ones without a sign.
pub(crate) fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

/// Undoes [`zigzag`].
pub(crate) fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -((value & 1).cast_signed())
}

/// Appends a number in groups of seven bits, the low ones first.
pub(crate) fn push_varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// Takes a number off the front; nothing when there is none.
pub(crate) fn take_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_come_back_and_neighbours_take_a_byte() {
        let ids = [11_600_000_000, 11_600_000_001, 11_599_999_990, -5, i64::MAX, i64::MIN];
        assert_eq!(NodeList::new(ids).to_vec(), ids);
        let run = NodeList::new(11_600_000_000..11_600_000_100);
        assert_eq!(run.0.len(), 5 + 99);
        assert_eq!(NodeList::default().iter().count(), 0);
    }
}

//! Sorting with little code: the sorts of the standard library weigh several kilobytes in
//! WebAssembly for every type they are used with.

use core::cmp::Ordering;

/// Sorts by a total order (heap sort): equal items must be indistinguishable or not matter.
pub(crate) fn sort_by<T>(items: &mut [T], mut compare: impl FnMut(&T, &T) -> Ordering) {
    let mut start = items.len() / 2;
    let mut end = items.len();
    while end > 1 {
        if start > 0 {
            start -= 1;
        } else {
            end -= 1;
            items.swap(0, end);
        }
        sift_down(items, start, end, &mut compare);
    }
}

/// Numbers by rank: the highest is taken first, of equal ones that of the smallest number.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    /// A heap.
    items: Vec<(f64, u64)>,
}

impl Queue {
    fn order(a: &(f64, u64), b: &(f64, u64)) -> Ordering {
        a.0.total_cmp(&b.0).then(b.1.cmp(&a.1))
    }

    /// Adds a number.
    pub(crate) fn push(&mut self, rank: f64, number: u64) {
        let mut at = self.items.len();
        self.items.push((rank, number));
        while let Some(above) = at.checked_sub(1).map(|before| before / 2) {
            let (Some(item), Some(other)) = (self.items.get(at), self.items.get(above)) else {
                return;
            };
            if Self::order(item, other) != Ordering::Greater {
                return;
            }
            self.items.swap(at, above);
            at = above;
        }
    }

    /// Takes the number of the highest rank.
    pub(crate) fn pop(&mut self) -> Option<(f64, u64)> {
        let last = self.items.len().checked_sub(1)?;
        self.items.swap(0, last);
        sift_down(&mut self.items, 0, last, &mut Self::order);
        self.items.pop()
    }
}

/// Returns the lower 32 bits of a number.
pub(crate) fn low_half(number: u64) -> u32 {
    u32::try_from(number & u64::from(u32::MAX)).unwrap_or_default()
}

/// Lets an item sink until it is not smaller than the items below it.
fn sift_down<T>(
    items: &mut [T],
    start: usize,
    end: usize,
    compare: &mut impl FnMut(&T, &T) -> Ordering,
) {
    let mut root = start;
    loop {
        let mut child = 2 * root + 1;
        if child >= end {
            return;
        }
        let mut greater = |a: usize, b: usize| match (items.get(a), items.get(b)) {
            (Some(a), Some(b)) => compare(a, b) == Ordering::Greater,
            _ => false,
        };
        if child + 1 < end && greater(child + 1, child) {
            child += 1;
        }
        if !greater(child, root) {
            return;
        }
        items.swap(root, child);
        root = child;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_order_is_that_of_the_standard_library(
            mut items in prop::collection::vec(0u16..50, 0..100),
        ) {
            let mut expected = items.clone();
            expected.sort_unstable();
            sort_by(&mut items, Ord::cmp);
            prop_assert_eq!(&items, &expected);
        }

        #[test]
        fn what_ranks_highest_is_taken_first_and_of_equal_ranks_the_smallest_number(
            steps in prop::collection::vec(prop::option::weighted(0.7, (0u8..9, 0u64..50)), 0..100),
        ) {
            let mut queue = Queue::default();
            let mut expected = Vec::new();
            for step in steps {
                match step {
                    Some((rank, number)) => {
                        queue.push(rank.into(), number);
                        expected.push((f64::from(rank), number));
                    }
                    None => prop_assert_eq!(queue.pop(), expected.pop()),
                }
                expected.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
            }
            while let Some(last) = expected.pop() {
                prop_assert_eq!(queue.pop(), Some(last));
            }
        }
    }
}

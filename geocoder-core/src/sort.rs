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

/// Orders items so that [`pop`] can take the greatest.
pub(crate) fn make_heap<T>(items: &mut [T], mut compare: impl FnMut(&T, &T) -> Ordering) {
    for start in (0..items.len() / 2).rev() {
        sift_down(items, start, items.len(), &mut compare);
    }
}

/// Takes the greatest item out of a heap.
pub(crate) fn pop<T>(items: &mut Vec<T>, mut compare: impl FnMut(&T, &T) -> Ordering) -> Option<T> {
    let last = items.len().checked_sub(1)?;
    items.swap(0, last);
    sift_down(items, 0, last, &mut compare);
    items.pop()
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
            make_heap(&mut items, Ord::cmp);
            let popped = core::iter::from_fn(|| pop(&mut items, Ord::cmp));
            prop_assert!(popped.eq(expected.into_iter().rev()));
        }
    }
}

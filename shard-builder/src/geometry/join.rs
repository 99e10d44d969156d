//! Joins lines that share end points into longer ones: rings of boundaries, runs of streets.

use std::collections::{BTreeMap, BTreeSet};

/// Joins lines end to end, reversing them as needed, until no two can be joined.
///
/// Lines join at an end point for which `joinable` holds; a closed line is left as it is.
/// The result depends on the order of the lines only.
pub(crate) fn join_lines<K: Ord + Copy>(
    lines: Vec<Vec<K>>,
    joinable: impl Fn(K) -> bool,
) -> Vec<Vec<K>> {
    let mut lines: Vec<Option<Vec<K>>> = lines.into_iter().map(Some).collect();
    let mut at_end: BTreeMap<K, BTreeSet<usize>> = BTreeMap::new();
    for (index, line) in lines.iter().enumerate() {
        for end in line.iter().flat_map(|line| ends(line)) {
            at_end.entry(end).or_default().insert(index);
        }
    }
    let mut joined = Vec::new();
    for index in 0..lines.len() {
        let Some(mut line) = lines.get_mut(index).and_then(Option::take) else { continue };
        // Two rounds: the second grows the other end.
        for _ in 0..2 {
            while let Some(end) = line.last().copied().filter(|end| joinable(*end)) {
                if line.len() > 1 && line.first() == Some(&end) {
                    break;
                }
                let candidates = at_end.get(&end).into_iter().flatten().copied();
                let next = candidates
                    .into_iter()
                    .find_map(|other| lines.get_mut(other).and_then(Option::take));
                let Some(mut next) = next else { break };
                if next.first() != Some(&end) {
                    next.reverse();
                }
                line.extend(next.into_iter().skip(1));
            }
            line.reverse();
        }
        joined.push(line);
    }
    joined
}

fn ends<K: Copy>(line: &[K]) -> impl Iterator<Item = K> {
    line.first().copied().into_iter().chain(line.last().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_in_any_order_and_direction_become_one_line() {
        let pieces = vec![vec![3, 4, 5], vec![3, 2, 1], vec![7, 6, 5]];
        assert_eq!(join_lines(pieces, |_| true), [vec![1, 2, 3, 4, 5, 6, 7]]);
    }

    #[test]
    fn a_ring_closes_once_and_leaves_other_lines_alone() {
        let pieces = vec![vec![1, 2, 3], vec![1, 4, 3], vec![1, 9]];
        assert_eq!(join_lines(pieces, |_| true), [vec![1, 2, 3, 4, 1], vec![1, 9]]);
    }

    #[test]
    fn lines_do_not_join_where_they_must_not() {
        let pieces = vec![vec![1, 2], vec![2, 3]];
        assert_eq!(join_lines(pieces, |key| key != 2), [vec![1, 2], vec![2, 3]]);
    }
}

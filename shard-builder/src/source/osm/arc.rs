//! Arcs: boundaries cut where they meet, so that neighbours share what lies between them.
//!
//! Each arc is simplified once and used by every place along it: simplified neighbours
//! neither overlap nor leave gaps.

use std::collections::{BTreeMap, BTreeSet};

use geocoder_core::LonLat;

use super::boundary::Boundary;
use super::extract::Extract;
use crate::geometry::{join_lines, simplify};

/// Farthest that a simplified boundary or street strays from the mapped one, in metres.
pub(crate) const TOLERANCE_M: f64 = 10.0;

/// Arcs, and for each boundary the numbers of those around it.
#[derive(Debug, Default)]
pub(crate) struct Arcs {
    pub(crate) lines: Vec<Vec<LonLat>>,
    pub(crate) of_boundary: Vec<Vec<usize>>,
}

impl Arcs {
    /// Cuts boundaries into arcs.
    pub(crate) fn new(extract: &Extract, boundaries: &[&Boundary<'_>]) -> Self {
        let lines: Vec<&[Vec<i64>]> = boundaries.iter().map(|b| b.lines.as_slice()).collect();
        let (arcs, of_boundary) = cut(&lines);
        let simple = arcs.iter().map(|arc| simplify(&extract.points(arc), TOLERANCE_M));
        Self { lines: simple.collect(), of_boundary }
    }
}

/// Returns node lists of arcs and, for each set of lines, the numbers of its arcs.
fn cut(outlines: &[&[Vec<i64>]]) -> (Vec<Vec<i64>>, Vec<Vec<usize>>) {
    let mut users: BTreeMap<&[i64], BTreeSet<usize>> = BTreeMap::new();
    for (number, lines) in outlines.iter().enumerate() {
        for line in lines.iter().filter(|line| line.len() > 1) {
            users.entry(line).or_default().insert(number);
        }
    }
    let ends: BTreeSet<i64> =
        users.keys().flat_map(|line| [line.first(), line.last()]).flatten().copied().collect();
    let mut interior: BTreeMap<i64, u32> = BTreeMap::new();
    for node in users.keys().filter_map(|line| line.get(1..line.len() - 1)).flatten() {
        *interior.entry(*node).or_default() += 1;
    }
    let meets = |node: i64| ends.contains(&node) || interior.get(&node).is_some_and(|n| *n > 1);

    let mut degree: BTreeMap<i64, u32> = BTreeMap::new();
    let mut pieces: BTreeMap<Vec<usize>, Vec<Vec<i64>>> = BTreeMap::new();
    for (line, users) in &users {
        let group = pieces.entry(users.iter().copied().collect()).or_default();
        let mut piece: Vec<i64> = Vec::new();
        for (index, node) in line.iter().enumerate() {
            piece.push(*node);
            let is_last = index + 1 == line.len();
            if piece.len() > 1 && (is_last || meets(*node)) {
                for end in [piece.first(), piece.last()].into_iter().flatten() {
                    *degree.entry(*end).or_default() += 1;
                }
                group.push(std::mem::replace(&mut piece, vec![*node]));
            }
        }
    }

    let (mut arcs, mut of_outline) = (Vec::new(), vec![Vec::new(); outlines.len()]);
    for (users, pieces) in pieces {
        for arc in join_lines(pieces, |node| degree.get(&node) == Some(&2)) {
            for user in &users {
                if let Some(list) = of_outline.get_mut(*user) {
                    list.push(arcs.len());
                }
            }
            arcs.push(arc);
        }
    }
    (arcs, of_outline)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_share_the_arc_between_them_and_nothing_else() {
        // Two squares side by side along the edge 2-9-3.
        let left = vec![vec![1, 2], vec![3, 9, 2], vec![3, 4, 5], vec![5, 6, 1]];
        let right = vec![vec![2, 7, 8, 3], vec![3, 9, 2]];
        let (arcs, of) = cut(&[&left, &right]);
        let shared: Vec<usize> = of[0].iter().filter(|arc| of[1].contains(arc)).copied().collect();
        assert_eq!(shared.len(), 1);
        assert_eq!(arcs[shared[0]], [3, 9, 2]);
        assert_eq!((of[0].len(), of[1].len()), (2, 2), "runs without a meeting are one arc");
    }

    #[test]
    fn a_way_is_cut_where_another_ends_on_it() {
        let country = vec![vec![1, 2, 3, 4, 1]];
        let half = vec![vec![1, 2, 3], vec![3, 9, 1]];
        let (arcs, of) = cut(&[&country, &half]);
        for outline in &of {
            let mut ends: BTreeMap<i64, u32> = BTreeMap::new();
            for arc in outline {
                *ends.entry(arcs[*arc][0]).or_default() += 1;
                *ends.entry(*arcs[*arc].last().unwrap()).or_default() += 1;
            }
            assert!(ends.values().all(|count| count % 2 == 0), "rings stay closed: {ends:?}");
        }
        assert!(arcs.contains(&vec![3, 4, 1]) || arcs.contains(&vec![1, 4, 3]));
    }
}

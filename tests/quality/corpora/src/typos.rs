//! Typing errors, one kind at a time.

use crate::fold::fold;
use crate::random::Random;

/// Kind of a typing error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typo {
    /// A letter too many, not in front.
    Insert,
    /// A letter missing, not the first.
    Delete,
    /// Another letter, not the first.
    Replace,
    /// Two different neighbouring letters in the wrong order, not the first.
    Swap,
    /// The first letter is another, missing, or comes second.
    FirstLetter,
}

impl Typo {
    /// All kinds.
    pub const ALL: [Self; 5] =
        [Self::Insert, Self::Delete, Self::Replace, Self::Swap, Self::FirstLetter];

    /// Name of the class of queries.
    pub fn class(self) -> &'static str {
        match self {
            Self::Insert => "one typo: insert",
            Self::Delete => "one typo: delete",
            Self::Replace => "one typo: replace",
            Self::Swap => "one typo: swap",
            Self::FirstLetter => "one typo: first letter",
        }
    }
}

/// Least letters of a word that gets an error.
const MIN_LETTERS: usize = 4;
/// Least letters of a word that gets two.
const MIN_LETTERS_OF_TWO: usize = 8;

/// Makes one error in a random word of at least four letters; nothing where there is none.
pub fn one(name: &str, typo: Typo, random: &mut Random) -> Option<String> {
    change_word(name, MIN_LETTERS, random, |word, random| change(word, typo, random))
}

/// Makes two errors in a random word of at least eight letters; nothing where there is none.
pub fn two(name: &str, random: &mut Random) -> Option<String> {
    change_word(name, MIN_LETTERS_OF_TWO, random, |word, random| {
        let original: String = word.iter().collect();
        for _ in 0..2 {
            let kinds = [Typo::Insert, Typo::Delete, Typo::Replace, Typo::Swap];
            change(word, *random.pick(&kinds)?, random)?;
        }
        // The second error may undo the first, or make one error of both.
        let changed: String = word.iter().collect();
        (distance(&original, &changed) == 2).then_some(())
    })
}

fn change_word(
    name: &str,
    min_letters: usize,
    random: &mut Random,
    change: impl Fn(&mut Vec<char>, &mut Random) -> Option<()>,
) -> Option<String> {
    let words: Vec<&str> = name.split(' ').collect();
    let long = words.iter().enumerate().filter(|(_, word)| {
        word.chars().count() >= min_letters && word.chars().all(char::is_alphabetic)
    });
    let long: Vec<usize> = long.map(|(position, _)| position).collect();
    let position = *random.pick(&long)?;
    let mut letters: Vec<char> = words.get(position)?.chars().collect();
    change(&mut letters, random)?;
    let changed: String = letters.into_iter().collect();
    let words = words.iter().enumerate();
    let words = words.map(|(at, word)| if at == position { changed.as_str() } else { word });
    let written = words.collect::<Vec<_>>().join(" ");
    (fold(&written) != fold(name)).then_some(written)
}

/// Changes the letters of a word; nothing where that cannot be done.
fn change(word: &mut Vec<char>, typo: Typo, random: &mut Random) -> Option<()> {
    let inner = 1 + random.below(word.len().checked_sub(1)?);
    match typo {
        Typo::Insert => word.insert(inner, letter(random)?),
        Typo::Delete => {
            word.remove(inner);
        }
        Typo::Replace => *word.get_mut(inner)? = letter(random)?,
        Typo::Swap => {
            let left = 1 + random.below(word.len().checked_sub(2)?);
            if word.get(left) == word.get(left + 1) {
                return None;
            }
            word.swap(left, left + 1);
        }
        Typo::FirstLetter => match random.below(3) {
            0 => {
                word.remove(0);
            }
            1 => word.swap(0, 1),
            _ => *word.first_mut()? = letter(random)?,
        },
    }
    Some(())
}

fn letter(random: &mut Random) -> Option<char> {
    const LETTERS: [char; 26] = [
        'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r',
        's', 't', 'u', 'v', 'w', 'x', 'y', 'z',
    ];
    random.pick(&LETTERS).copied()
}

/// Edit distance after folding, neighbouring letters swapped count as one edit.
pub fn distance(left: &str, right: &str) -> usize {
    let (left, right): (Vec<char>, Vec<char>) =
        (fold(left).chars().collect(), fold(right).chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=right.len()).collect()];
    for (i, a) in left.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in right.iter().enumerate() {
            let at = |back: usize, column: usize| {
                rows.get((i + 1).checked_sub(back)?).and_then(|row| row.get(column)).copied()
            };
            let (Some(above), Some(diagonal)) = (at(1, j + 1), at(1, j)) else { continue };
            let before = row.last().copied().unwrap_or_default();
            let mut least = (above + 1).min(before + 1).min(diagonal + usize::from(a != b));
            let swapped =
                i > 0 && j > 0 && left.get(i - 1) == Some(b) && right.get(j - 1) == Some(a);
            if let (true, Some(cost)) = (swapped && a != b, at(2, j.wrapping_sub(1))) {
                least = least.min(cost + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows.last().and_then(|row| row.last()).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 5] =
        ["Landstrasse", "Rue Grimaldi", "Boulevard d'Italie", "Austurstræti", "Äulestrasse"];

    #[test]
    fn every_kind_makes_exactly_one_error_of_its_kind() {
        let mut random = Random::new(1, "typos");
        for typo in Typo::ALL {
            let mut made = 0;
            for name in NAMES.iter().cycle().take(500) {
                let Some(written) = one(name, typo, &mut random) else { continue };
                made += 1;
                let folded = (fold(name).chars().count(), fold(&written).chars().count());
                assert!(distance(name, &written) <= 2, "{name} {written}: ligatures count twice");
                assert_ne!(fold(name), fold(&written));
                let changed = name.split(' ').zip(written.split(' ')).find(|(a, b)| a != b);
                let (word, other) = changed.unwrap();
                let keeps_first = word.chars().next() == other.chars().next();
                assert_eq!(keeps_first, typo != Typo::FirstLetter, "{name} {written}");
                match typo {
                    Typo::Insert => assert!(folded.1 > folded.0),
                    Typo::Delete => assert!(folded.1 < folded.0),
                    Typo::Swap => assert_eq!(folded.0, folded.1),
                    Typo::Replace | Typo::FirstLetter => {}
                }
            }
            assert!(made > 300, "{typo:?} made {made}");
        }
    }

    #[test]
    fn two_errors_are_two_and_only_in_long_words() {
        let mut random = Random::new(1, "two");
        let mut made = 0;
        for name in NAMES.iter().cycle().take(500) {
            if let Some(written) = two(name, &mut random) {
                made += 1;
                assert_eq!(distance(name, &written), 2, "{name} {written}");
            }
        }
        assert!(made > 200, "{made}");
        assert_eq!(two("Im Rietle", &mut random), None);
    }

    #[test]
    fn the_distance_counts_edits_and_swaps() {
        for (left, right, edits) in [
            ("abcd", "abcd", 0),
            ("abcd", "abdc", 1),
            ("abcd", "bcd", 1),
            ("abcd", "axcdy", 2),
            ("", "ab", 2),
        ] {
            assert_eq!(distance(left, right), edits, "{left} {right}");
        }
    }
}

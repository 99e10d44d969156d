//! Alternative spellings of letters that languages write in two ways.

use super::fold::fold_into;

/// Digraphs that may stand for one letter, and what that letter folds to.
const DIGRAPHS: [(&str, char); 4] = [("ae", 'a'), ("oe", 'o'), ("ue", 'u'), ("aa", 'a')];

/// Digraphs of one word that are tried; more would only multiply the variants.
const MAX_DIGRAPHS: usize = 3;

/// Returns other folded spellings of a folded query word: `mueller` gives `muller`.
///
/// German writes ä, ö, ü also as ae, oe, ue, the Nordic languages å as aa and ø as oe, and the
/// letters fold to a, o, u. Each choice of digraphs gives one variant: at most seven, fewest
/// replacements not first but in a fixed order, none for a word without digraphs.
pub fn variants(folded: &str) -> Vec<String> {
    let spots = digraphs(folded);
    let choices = 1_usize << spots.len();
    (1..choices).map(|choice| replace(folded, &spots, choice)).collect()
}

/// Returns the folded form of a word with its umlauts spelled out, as `Müller` is `mueller`;
/// none if it has no such letter.
pub fn spelled_out(word: &str) -> Option<String> {
    let mut spelled = String::with_capacity(word.len());
    let mut found = false;
    for c in word.chars() {
        let digraph = match c {
            'ä' | 'Ä' => "ae",
            'ö' | 'Ö' | 'ø' | 'Ø' => "oe",
            'ü' | 'Ü' => "ue",
            'å' | 'Å' => "aa",
            _ => {
                fold_into(c.encode_utf8(&mut [0; 4]), &mut spelled);
                continue;
            }
        };
        spelled.push_str(digraph);
        found = true;
    }
    found.then_some(spelled)
}

/// Byte offsets of the first digraphs, not overlapping, with their replacement.
fn digraphs(folded: &str) -> Vec<(usize, char)> {
    let mut spots: Vec<(usize, char)> = Vec::new();
    for (at, _) in folded.char_indices() {
        let overlaps = spots.last().is_some_and(|(last, _)| last + 2 > at);
        if overlaps || spots.len() == MAX_DIGRAPHS {
            continue;
        }
        let Some(rest) = folded.get(at..) else { continue };
        let digraph = DIGRAPHS.iter().find(|(digraph, _)| rest.starts_with(digraph));
        spots.extend(digraph.map(|(_, letter)| (at, *letter)));
    }
    spots
}

/// The word with those digraphs replaced whose bit is set in the choice.
fn replace(folded: &str, spots: &[(usize, char)], choice: usize) -> String {
    let mut variant = String::with_capacity(folded.len());
    let mut copied = 0;
    for (bit, (at, letter)) in spots.iter().enumerate() {
        if choice >> bit & 1 == 1 {
            variant.push_str(folded.get(copied..*at).unwrap_or_default());
            variant.push(*letter);
            copied = at + 2;
        }
    }
    variant.push_str(folded.get(copied..).unwrap_or_default());
    variant
}

#[cfg(test)]
mod tests {
    use super::{spelled_out, variants};

    #[test]
    fn digraphs_may_stand_for_umlauts() {
        assert_eq!(variants("mueller"), ["muller"]);
        assert_eq!(variants("aabenraa"), ["abenraa", "aabenra", "abenra"]);
        assert_eq!(variants("neuenbuerg"), ["neunbuerg", "neuenburg", "neunburg"]);
        assert!(variants("gasse").is_empty());
        assert!(variants("東京").is_empty());
    }

    #[test]
    fn variants_are_few() {
        assert_eq!(variants("aeaeaeaeaeaeaeae").len(), 7);
    }

    #[test]
    fn umlauts_are_spelled_out() {
        assert_eq!(spelled_out("Müller").as_deref(), Some("mueller"));
        assert_eq!(spelled_out("Århus").as_deref(), Some("aarhus"));
        assert_eq!(spelled_out("Großstraße"), None);
    }
}

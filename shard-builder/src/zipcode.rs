//! Postcodes of cities and streets from those of their addresses.

use std::collections::BTreeMap;

/// Addresses that make a postcode sure, whatever their share.
const SURE_COUNT: u32 = 20;
/// One address in so many makes a postcode sure.
const SURE_SHARE: u32 = 50;

/// Returns the postcodes that are no errors, most frequent first: those of at least 2 % or 20
/// addresses, and always the most frequent.
pub(crate) fn frequent(counts: &BTreeMap<String, u32>) -> Vec<String> {
    let total: u32 = counts.values().sum();
    let most = counts.values().max().copied().unwrap_or(0);
    let sure = |count: u32| count == most || count >= SURE_COUNT || count * SURE_SHARE >= total;
    let mut kept: Vec<(&String, &u32)> = counts.iter().filter(|(_, count)| sure(**count)).collect();
    kept.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    kept.into_iter().map(|(code, _)| code.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_postcodes_are_errors_and_the_most_frequent_never_is() {
        let counts = |list: &[(&str, u32)]| -> BTreeMap<String, u32> {
            list.iter().map(|(code, count)| (code.to_string(), *count)).collect()
        };
        assert_eq!(frequent(&counts(&[("1", 500), ("2", 9), ("3", 11)])), ["1", "3"]);
        assert_eq!(frequent(&counts(&[("1", 5_000), ("2", 20)])), ["1", "2"]);
        assert_eq!(frequent(&counts(&[("9", 1)])), ["9"]);
        assert!(frequent(&counts(&[])).is_empty());
    }
}

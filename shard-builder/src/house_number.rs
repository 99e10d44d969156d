//! House numbers as they are mapped, read into a number and a suffix each.
//!
//! A list (`12;14`, `1 & 3`) is its parts. A range (`12-16`) whose ends have the same parity is
//! every number of that parity when it covers at most ten of them, and the two ends otherwise;
//! a falling "range" (`37-12`, block and house in some cities) is one number with a suffix.
//!
//! Where houses have a conscription number of their village and a number of their street, as in
//! the Czech Republic, Slovakia and Austria, `1234/12` is found by both: as 1234 with the suffix
//! `/12`, and as 12.

use geocoder_core::text::{MAX_HOUSE_NUMBER, parse_house_number};

/// Most numbers that one range stands for.
const MAX_RANGE: u32 = 10;
/// Longest suffix kept, in bytes.
const MAX_SUFFIX_BYTES: usize = 12;
/// Most numbers read from one tag.
const MAX_LIST: usize = 32;
/// Signs between the numbers of a list.
const LIST: [char; 4] = [';', ',', '&', '+'];
/// Words before a number that are not part of it, with the Czech ones for the two kinds.
const SPOKEN: [&str; 13] =
    ["", "no", "no.", "nr", "nr.", "č.", "č.p.", "č. p.", "čp.", "čp", "č.ev.", "ev.", "ev.č."];

/// One house number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HouseNumber {
    /// Number without suffix, greater than 0.
    pub number: u32,
    /// Suffix as shown, such as `a` or `bis`; empty when there is none.
    pub suffix: String,
}

/// Reads all house numbers of one tag; nothing when there is no leading number.
pub fn parse(text: &str) -> Vec<HouseNumber> {
    parse_stepped(text, 2)
}

/// Reads all house numbers of one tag whose ranges have both parities.
pub fn parse_all(text: &str) -> Vec<HouseNumber> {
    parse_stepped(text, 1)
}

/// Reads the house numbers of an address that may have a conscription number and a number of its
/// street, as `1234/12` in one tag or as tags of their own.
pub fn parse_paired(
    text: &str,
    conscription: Option<&str>,
    of_street: Option<&str>,
) -> Vec<HouseNumber> {
    let own = |number: Option<&str>| parse(number.unwrap_or_default()).into_iter().next();
    let (conscription, of_street) = (own(conscription), own(of_street));
    let both = match (&conscription, &of_street) {
        (Some(of_village), Some(of_street)) if text.trim().is_empty() => {
            format!("{}/{}{}", of_village.number, of_street.number, of_street.suffix)
        }
        _ => String::new(),
    };
    let text = if both.is_empty() { text } else { both.as_str() };
    let mut numbers: Vec<HouseNumber> = Vec::new();
    for part in text.split(LIST) {
        numbers.extend(parse_range(part, 2));
        let street_part = part.rsplit_once('/').and_then(|(_, of_street)| parse_one(of_street));
        numbers.extend(street_part);
    }
    for number in conscription.into_iter().chain(of_street) {
        if numbers.iter().all(|known| known.number != number.number) {
            numbers.push(number);
        }
    }
    distinct(numbers)
}

/// Returns the ends of a rising range.
pub fn range(text: &str) -> Option<(HouseNumber, HouseNumber)> {
    let (from, to) = text.split_once(['-', '–'])?;
    let (from, to) = (parse_one(from)?, parse_one(to)?);
    (from.number < to.number).then_some((from, to))
}

fn parse_stepped(text: &str, step: u32) -> Vec<HouseNumber> {
    distinct(text.split(LIST).flat_map(|part| parse_range(part, step)))
}

fn distinct(numbers: impl IntoIterator<Item = HouseNumber>) -> Vec<HouseNumber> {
    let mut kept: Vec<HouseNumber> = Vec::new();
    for number in numbers {
        if kept.len() < MAX_LIST && !kept.contains(&number) {
            kept.push(number);
        }
    }
    kept
}

fn parse_range(part: &str, step: u32) -> Vec<HouseNumber> {
    let Some(first) = parse_one(part) else { return Vec::new() };
    let Some((from, to)) = range(part) else { return vec![first] };
    let span = to.number - from.number;
    if span % step != 0 || span / step >= MAX_RANGE {
        return vec![from, to];
    }
    let between = (from.number + step..to.number).step_by(step as usize);
    let mut numbers: Vec<HouseNumber> =
        between.map(|number| HouseNumber { number, suffix: String::new() }).collect();
    numbers.insert(0, from);
    numbers.push(to);
    numbers
}

fn parse_one(text: &str) -> Option<HouseNumber> {
    let text = crate::name::clean(text);
    // Words before the number, such as `No.`, are not part of it; a letter glued to it is.
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let (before, from_number) = text.split_at_checked(start)?;
    let glued = before.chars().next_back().is_some_and(char::is_alphabetic);
    let spoken = SPOKEN.contains(&before.trim().to_lowercase().as_str())
        || before.trim_end().ends_with(['°', 'º', '№', '#']);
    if glued || !spoken {
        return None;
    }
    let end = from_number.find(|c: char| !c.is_ascii_digit()).unwrap_or(from_number.len());
    let (digits, rest) = from_number.split_at_checked(end)?;
    let number = digits.parse().ok().filter(|n| (1..=MAX_HOUSE_NUMBER).contains(n))?;
    Some(HouseNumber { number, suffix: suffix(number, rest) })
}

/// Returns what follows a number when it is a suffix that people could ask for.
fn suffix(number: u32, rest: &str) -> String {
    let shown = rest.trim();
    if shown.len() > MAX_SUFFIX_BYTES || parse_house_number(&format!("{number}{shown}")).is_none() {
        // What is no suffix says where in the house: a floor, a name.
        return String::new();
    }
    // Longer suffixes are words (bis, ter) and differ in case by the mapper's taste only.
    if shown.chars().filter(|c| c.is_alphabetic()).count() > 1 {
        return shown.to_lowercase();
    }
    shown.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        parse(text).into_iter().map(|one| format!("{}{}", one.number, one.suffix)).collect()
    }

    #[test]
    fn numbers_keep_their_suffix() {
        let cases = [
            ("12", "12"),
            ("12a", "12a"),
            ("12 B", "12B"),
            ("12 bis", "12bis"),
            ("56Bis", "56bis"),
            ("12/3", "12/3"),
            ("Nr. 7", "7"),
            ("n° 7", "7"),
            ("007", "7"),
            ("7 (Hinterhaus)", "7"),
            ("7 Villa Rosa", "7"),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text), [expected], "{text}");
        }
    }

    #[test]
    fn lists_are_their_parts_without_repetition() {
        assert_eq!(shown("68a;68b"), ["68a", "68b"]);
        assert_eq!(shown("76, 76a, 76b,76"), ["76", "76a", "76b"]);
        assert_eq!(shown("1 & 3"), ["1", "3"]);
    }

    #[test]
    fn ranges_of_one_parity_are_filled_and_others_are_their_ends() {
        assert_eq!(shown("12-16"), ["12", "14", "16"]);
        assert_eq!(shown("12a–14b"), ["12a", "14b"]);
        assert_eq!(shown("7-8"), ["7", "8"]);
        assert_eq!(shown("2-4000"), ["2", "4000"]);
        assert_eq!(shown("37-12"), ["37-12"]);
    }

    #[test]
    fn conscription_numbers_and_street_numbers_are_both_found() {
        let shown = |text, conscription, of_street| -> Vec<String> {
            let numbers = parse_paired(text, conscription, of_street);
            numbers.into_iter().map(|one| format!("{}{}", one.number, one.suffix)).collect()
        };
        assert_eq!(shown("1234/12", None, None), ["1234/12", "12"]);
        assert_eq!(shown("1234/12a", Some("1234"), Some("12a")), ["1234", "12a"]);
        assert_eq!(shown("12", Some("1234"), Some("12")), ["12", "1234"]);
        assert_eq!(shown("", Some("1234"), Some("12")), ["1234/12", "12"]);
        assert_eq!(shown("", Some("77"), None), ["77"]);
        assert_eq!(shown("ev.15", None, None), ["15"]);
        assert_eq!(shown("č.p. 8", Some("8"), None), ["8"]);
        assert_eq!(shown("5", None, None), ["5"]);
    }

    #[test]
    fn a_range_of_both_parities_is_every_number_of_it() {
        let numbers: Vec<u32> = parse_all("3-6").iter().map(|one| one.number).collect();
        assert_eq!(numbers, [3, 4, 5, 6]);
    }

    #[test]
    fn what_has_no_leading_number_is_no_house_number() {
        for text in ["", "s/n", "A12", "bloc 7 A", "0", "99999999999", "-"] {
            assert!(shown(text).is_empty(), "{text}");
        }
    }
}

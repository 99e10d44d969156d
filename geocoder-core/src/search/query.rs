//! The query taken apart: words, what each may stand for, and which may be house numbers.

use super::matches::Part;
use super::walk::{allowed_edits, is_short};
use crate::lexicon::{Lexicon, SynonymKind};
use crate::request::MAX_QUERY_BYTES;
use crate::text::{self, HouseNumber};
use crate::weights::Weights;

/// Most words of a query that are looked at.
pub(crate) const MAX_TOKENS: usize = 16;
/// Most words that one house number is made of.
pub(crate) const MAX_NUMBER_TOKENS: usize = 3;

/// Longest number of a floor or the like, in bytes; postcodes are longer.
const MAX_UNIT_BYTES: usize = 3;

/// Set of words of a query, a bit each.
pub(crate) type TokenMask = u32;

/// A query ready for matching.
#[derive(Debug, Clone)]
pub(crate) struct Query {
    pub(crate) tokens: Vec<Token>,
    pub(crate) numbers: Vec<NumberCandidate>,
}

/// One word of a query.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    /// Folded form.
    pub(crate) term: String,
    /// Byte range in the composed query.
    start: usize,
    end: usize,
    /// Whether the word may be unfinished.
    pub(crate) unfinished: bool,
    pub(crate) has_digit: bool,
    /// The word as typed, when it has letters with marks.
    pub(crate) marked: Option<String>,
    /// Whether all letters are capitals.
    pub(crate) capitals: bool,
    /// Whether a full stop ends the word.
    dotted: bool,
    /// Whether a comma or the like, or nothing, stands before and behind the word.
    starts_part: bool,
    ends_part: bool,
}

/// Words that may be a house number.
#[derive(Debug, Clone)]
pub(crate) struct NumberCandidate {
    pub(crate) mask: TokenMask,
    pub(crate) number: HouseNumber,
}

impl Query {
    /// Returns the number of errors allowed in a word: a short one needs a longer beside it, as
    /// it resembles too many others.
    pub(crate) fn allowed_edits(&self, index: usize) -> u8 {
        let Some(token) = self.tokens.get(index) else { return 0 };
        let longer = || self.tokens.iter().any(|other| allowed_edits(&other.term) > 0);
        if is_short(&token.term) && longer() { 1 } else { allowed_edits(&token.term) }
    }

    /// Returns the words that may be the code of an airport.
    pub(crate) fn code_words(&self) -> TokenMask {
        let codes = self.tokens.iter().enumerate().filter(|(_, token)| token.is_airport_code());
        codes.fold(0, |words, (index, _)| words | 1 << index)
    }

    /// Returns the numbers that belong to a floor, an apartment, a box: they are of no house.
    pub(crate) fn unit_numbers(&self, lexicon: &Lexicon) -> TokenMask {
        let short = |index: usize| {
            let token = self.tokens.get(index)?;
            (token.has_digit && token.term.len() <= MAX_UNIT_BYTES).then_some(1 << index)
        };
        let mut units = 0;
        for (index, token) in self.tokens.iter().enumerate() {
            if !lexicon.unit_words.contains(&token.term) {
                continue;
            }
            let others = self.tokens.iter().filter(|token| token.has_digit).count() > 1;
            let before = || index.checked_sub(1).filter(|_| others).and_then(short);
            units |= short(index + 1).or_else(before).unwrap_or_default();
        }
        units
    }

    /// Leaves out the numbers that have some of the words.
    pub(crate) fn without_numbers(&self, words: TokenMask) -> Self {
        let mut query = self.clone();
        query.numbers.retain(|number| number.mask & words == 0);
        query
    }
}

impl NumberCandidate {
    /// The word that the number starts with: what follows may stand elsewhere as well.
    pub(crate) fn digits(&self) -> TokenMask {
        self.mask & self.mask.wrapping_neg()
    }
}

/// How much a word says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    Content,
    /// What may be a house number.
    Number,
    /// Street types and directions: they tell streets apart but say little alone.
    Type,
    /// Articles and the like.
    Stop,
    /// Says nothing about where.
    Noise,
}

impl Query {
    /// Takes a query apart.
    pub(crate) fn parse(query: &str) -> Self {
        let composed = text::compose(within_limit(query));
        let mut tokens: Vec<Token> = Vec::new();
        for word in text::words(&composed).take(MAX_TOKENS) {
            let term = text::fold(word.text);
            if term.is_empty() {
                continue;
            }
            let end = word.start + word.text.len();
            tokens.push(Token {
                has_digit: term.bytes().any(|byte| byte.is_ascii_digit()),
                term,
                start: word.start,
                end,
                unfinished: false,
                marked: (!word.text.is_ascii()).then(|| word.text.to_owned()),
                capitals: word.text.bytes().all(|byte| byte.is_ascii_uppercase()),
                dotted: composed.get(end..).is_some_and(|rest| rest.starts_with('.')),
                starts_part: false,
                ends_part: false,
            });
        }
        let mut before = 0;
        for index in 0..tokens.len() {
            let next = tokens.get(index + 1).map_or(composed.len(), |next| next.start);
            let Some(token) = tokens.get_mut(index) else { break };
            let cut = |start: usize, end: usize| {
                composed.get(start..end).is_some_and(|between| between.contains([',', ';', '\n']))
            };
            token.starts_part = index == 0 || cut(before, token.start);
            token.ends_part = next == composed.len() || cut(token.end, next);
            before = token.end;
        }
        if let Some(last) = tokens.last_mut() {
            // Whatever follows the last word says that it is complete.
            last.unfinished = last.end == composed.len();
        }
        let numbers = number_candidates(&composed, &tokens);
        Self { tokens, numbers }
    }
}

fn number_candidates(query: &str, tokens: &[Token]) -> Vec<NumberCandidate> {
    let mut candidates = Vec::new();
    for (first, token) in tokens.iter().enumerate() {
        if !token.has_digit {
            continue;
        }
        for count in (1..=MAX_NUMBER_TOKENS.min(tokens.len() - first)).rev() {
            let Some(last) = tokens.get(first + count - 1) else { continue };
            let number = query.get(token.start..last.end).and_then(text::parse_house_number);
            if let Some(number) = number {
                let mask = ((1u32 << count) - 1) << first;
                candidates.push(NumberCandidate { mask, number });
            }
        }
    }
    candidates
}

/// Returns the part of a query that is looked at.
fn within_limit(query: &str) -> &str {
    let mut end = query.len().min(MAX_QUERY_BYTES);
    while !query.is_char_boundary(end) {
        end -= 1;
    }
    query.get(..end).unwrap_or_default()
}

/// Takes the two streets of a crossing out of a query: `a & b`, `corner of a and b`, `a Ecke b`.
/// Signs count always, words only when `by_words`; what follows a comma is said of both.
pub(crate) fn crossing(query: &str, lexicon: &Lexicon, by_words: bool) -> Option<(String, String)> {
    if !by_words && !query.contains(['&', '/', '@', '×']) {
        return None;
    }
    let composed = text::compose(within_limit(query));
    let tokens = Query::parse(&composed).tokens;
    let among = |words: &[String], token: &Token| words.contains(&token.term);
    let first = tokens.iter().position(|token| !among(&lexicon.corner_words, token))?;
    let start = tokens.get(first)?.start;
    let pairs = || tokens.iter().zip(tokens.iter().skip(1)).skip(first);
    let sign = || {
        pairs().find_map(|(left, right)| {
            let between = composed.get(left.end..right.start)?;
            let slash = between.contains('/') && !(left.has_digit && right.has_digit);
            (slash || between.contains(['&', '@', '×'])).then_some((left.end, right.start))
        })
    };
    let word = |words: &[String]| {
        let inner = pairs().zip(tokens.iter().skip(first + 2));
        let found = inner.map(|((left, word), right)| (left, word, right));
        let mut found = found.filter(|(_, word, _)| by_words && among(words, word));
        found.next().map(|(left, _, right)| (left.end, right.start))
    };
    let (left_end, right_start) =
        sign().or_else(|| word(&lexicon.corner_words)).or_else(|| word(&lexicon.and_words))?;
    let right = composed.get(right_start..)?;
    let mut left = composed.get(start..left_end)?.to_owned();
    if let Some((_, around)) = right.split_once(',') {
        left.push(',');
        left.push_str(around);
    }
    Some((left, right.to_owned()))
}

/// A text that a word, or two neighbouring ones, may stand for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reading {
    pub(crate) term: String,
    pub(crate) mask: TokenMask,
    /// Points lost against the word as it stands.
    pub(crate) cost: f32,
    /// Whether terms may go on behind the text.
    pub(crate) unfinished: bool,
    pub(crate) part: Part,
}

/// Returns all readings of a query's words in the languages of a shard.
pub(crate) fn readings(query: &Query, lexicon: &Lexicon, weights: &Weights) -> Vec<Reading> {
    let mut readings = Vec::new();
    let part = Part::Whole;
    for (index, token) in query.tokens.iter().enumerate() {
        let mask = 1 << index;
        let single = |term: String, cost: f32| Reading {
            term,
            mask,
            cost,
            unfinished: token.unfinished && cost == 0.0,
            part,
        };
        let (variant, synonym) = (weights.variant_cost, weights.synonym_cost);
        readings.push(single(token.term.clone(), 0.0));
        readings.extend(text::variants(&token.term).into_iter().map(|t| single(t, variant)));
        for other in synonyms(&token.term, lexicon, |kind| token.may_be(kind, lexicon)) {
            match other.split_once(' ') {
                None => readings.push(single(other.into(), synonym)),
                Some((first, second)) => {
                    let half = |term: &str, part| Reading { part, ..single(term.into(), synonym) };
                    readings.push(half(first, Part::First));
                    readings.push(half(second, Part::Second));
                }
            }
        }
        let shortened = compounds(&token.term, token.dotted, lexicon);
        readings.extend(shortened.map(|t| single(t, synonym)));
        let Some(next) = query.tokens.get(index + 1) else { continue };
        let mask = mask | mask << 1;
        let pair = |term, cost, unfinished| Reading { term, mask, cost, unfinished, part };
        let spaced = format!("{} {}", token.term, next.term);
        let same = synonyms(&spaced, lexicon, |_| true).filter(|other| !other.contains(' '));
        readings.extend(same.map(|other| pair(other.into(), synonym, false)));
        if token.has_digit || next.has_digit {
            continue;
        }
        let joined = format!("{}{}", token.term, next.term);
        let cost = weights.join_cost;
        let expanded: Vec<String> = compounds(&joined, next.dotted, lexicon).collect();
        readings.extend(expanded.into_iter().map(|t| pair(t, cost + synonym, false)));
        readings.push(pair(joined, cost, next.unfinished));
    }
    readings
}

impl Token {
    /// Whether the word has the length of an IATA or ICAO code.
    pub(crate) fn is_airport_code(&self) -> bool {
        matches!(self.term.len(), 3 | 4)
    }

    /// Whether the word may be an abbreviation of a kind where it stands: `st` is a saint before a
    /// name and a street behind it.
    fn may_be(&self, kind: SynonymKind, lexicon: &Lexicon) -> bool {
        let both = |other| {
            let mut groups = lexicon.groups.iter();
            groups.any(|group| group.kind == other && group.terms.contains(&self.term))
        };
        match kind {
            SynonymKind::Title => {
                !self.ends_part || self.starts_part || !both(SynonymKind::StreetType)
            }
            SynonymKind::StreetType => {
                !self.starts_part || self.ends_part || !both(SynonymKind::Title)
            }
            _ => true,
        }
    }
}

/// Returns what means the same as a term, by groups of some kinds: words, and several words with
/// spaces between them.
fn synonyms<'a>(
    term: &'a str,
    lexicon: &'a Lexicon,
    wanted: impl Fn(SynonymKind) -> bool + 'a,
) -> impl Iterator<Item = &'a str> {
    let groups = lexicon
        .groups
        .iter()
        .filter(move |group| group.terms.iter().any(|t| t == term) && wanted(group.kind));
    let terms = groups.flat_map(|group| &group.terms).map(String::as_str);
    terms.filter(move |other| *other != term)
}

/// Returns a compound with its ending spelled in the other ways: `dorfstr` as `dorfstrasse`.
fn compounds<'a>(
    term: &'a str,
    dotted: bool,
    lexicon: &'a Lexicon,
) -> impl Iterator<Item = String> + 'a {
    let groups = lexicon.groups.iter();
    let groups = groups.filter(|group| group.kind == SynonymKind::CompoundStreetType);
    groups.flat_map(move |group| {
        let endings = group.terms.iter().filter_map(|ending| {
            // One letter is an ending only of words that are long enough not to be others, or
            // that a full stop says to be short for something.
            let stem = term.strip_suffix(ending.as_str())?;
            let shortest = if ending.len() < 3 && !dotted { 4 } else { 3 };
            (stem.len() >= shortest).then_some((stem, ending))
        });
        // The longest ending that fits is the one that is meant.
        let best = endings.max_by_key(|(_, ending)| ending.len());
        best.into_iter().flat_map(move |(stem, ending)| {
            let others = group.terms.iter().filter(move |other| *other != ending);
            others.map(move |other| format!("{stem}{other}"))
        })
    })
}

/// Returns how much a term says in the languages of a shard.
pub(crate) fn weight(term: &str, lexicon: &Lexicon) -> Weight {
    let among = |terms: &[String]| terms.iter().any(|t| t == term);
    if among(&lexicon.noise_words) || among(&lexicon.unit_words) {
        return Weight::Noise;
    }
    if among(&lexicon.stop_words) {
        return Weight::Stop;
    }
    let kind = lexicon.groups.iter().find(|group| among(&group.terms)).map(|group| group.kind);
    match kind {
        Some(
            SynonymKind::StreetType | SynonymKind::CompoundStreetType | SynonymKind::Directional,
        ) => Weight::Type,
        _ => Weight::Content,
    }
}

/// Whether a postcode starts with a folded key, spaces and hyphens apart; true when it is equal.
pub(crate) fn zipcode_starts(zipcode: &str, key: &str) -> Option<bool> {
    let mut letters = zipcode.bytes().filter(|byte| !matches!(byte, b' ' | b'-'));
    for byte in key.bytes() {
        if letters.next()?.to_ascii_lowercase() != byte {
            return None;
        }
    }
    Some(letters.next().is_none())
}

/// Returns the terms that mean the same as one by the lexicon.
pub(crate) fn meanings(term: &str, lexicon: &Lexicon) -> Vec<String> {
    let synonyms = synonyms(term, lexicon, |_| true).map(str::to_owned);
    synonyms.chain(compounds(term, true, lexicon)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexicon::SynonymGroup;

    fn german() -> Lexicon {
        let terms = |list: &[&str]| list.iter().map(ToString::to_string).collect();
        Lexicon {
            groups: vec![
                SynonymGroup {
                    kind: SynonymKind::CompoundStreetType,
                    terms: terms(&["strasse", "str"]),
                },
                SynonymGroup { kind: SynonymKind::Title, terms: terms(&["sankt", "st", "skt"]) },
            ],
            ..Lexicon::default()
        }
    }

    fn terms_of(query: &str) -> Vec<(String, TokenMask)> {
        let readings = readings(&Query::parse(query), &german(), &Weights::default()).into_iter();
        readings.map(|reading| (reading.term, reading.mask)).collect()
    }

    #[test]
    fn abbreviations_compounds_and_joined_words_are_read() {
        assert!(terms_of("dorfstr 24").contains(&("dorfstrasse".into(), 1)));
        assert!(terms_of("Haupt str. 3").contains(&("hauptstrasse".into(), 3)));
        assert!(terms_of("St. Luzi").contains(&("sankt".into(), 1)));
        assert!(terms_of("muehle").contains(&("muhle".into(), 1)));
    }

    #[test]
    fn house_numbers_are_found_with_their_suffixes_longest_first() {
        let query = Query::parse("12 bis rue X 75001");
        let found: Vec<_> = query.numbers.iter().map(|c| (c.mask, c.number.number)).collect();
        assert_eq!(found, [(3, 12), (1, 12), (16, 75_001)]);
    }

    fn english() -> Lexicon {
        let terms = |list: &[&str]| list.iter().map(ToString::to_string).collect();
        let group = |kind, list| SynonymGroup { kind, terms: terms(list) };
        Lexicon {
            groups: vec![
                group(SynonymKind::StreetType, &["street", "st"]),
                group(SynonymKind::Title, &["saint", "st"]),
                group(SynonymKind::Directional, &["northwest", "nw", "north west"]),
            ],
            unit_words: terms(&["floor", "apt"]),
            and_words: terms(&["and"]),
            corner_words: terms(&["corner"]),
            stop_words: terms(&["of"]),
            ..Lexicon::default()
        }
    }

    #[test]
    fn a_short_form_is_read_by_its_position() {
        let has = |query: &str, term: &str| {
            let readings = readings(&Query::parse(query), &english(), &Weights::default());
            readings.iter().any(|reading| reading.term == term)
        };
        assert!(has("st louis", "saint") && !has("st louis", "street"));
        assert!(has("main st, springfield", "street") && !has("main st, springfield", "saint"));
        assert!(has("main st springfield", "street") && has("main st springfield", "saint"));
    }

    #[test]
    fn a_direction_is_one_word_or_two() {
        let read = |query: &str| readings(&Query::parse(query), &english(), &Weights::default());
        let halves = |part| move |reading: &&Reading| reading.part == part;
        let short = read("nw 3rd");
        assert_eq!(short.iter().find(halves(Part::First)).unwrap().term, "north");
        assert_eq!(short.iter().find(halves(Part::Second)).unwrap().term, "west");
        let long = read("north west 3rd");
        assert!(long.iter().any(|reading| reading.term == "nw" && reading.mask == 3));
    }

    #[test]
    fn numbers_of_floors_are_those_of_no_house() {
        for (query, units) in [
            ("12 Main St Apt 4", 1 << 4),
            ("12 Main St, 3rd floor", 1 << 3),
            ("Apt 4, 12 Main St", 1 << 1),
            ("12 floor", 0),
            ("12 Main St", 0),
        ] {
            assert_eq!(Query::parse(query).unit_numbers(&english()), units, "{query}");
        }
    }

    #[test]
    fn a_crossing_has_two_streets() {
        let cut = |query, by_words| crossing(query, &english(), by_words);
        let both = |a: &str, b: &str| Some((a.to_string(), b.to_string()));
        assert_eq!(cut("Main St & Oak St", false), both("Main St", "Oak St"));
        assert_eq!(cut("main / oak, Troy", false), both("main, Troy", "oak, Troy"));
        assert_eq!(cut("corner of main and oak", true), both("of main", "oak"));
        assert_eq!(cut("main corner oak", true), both("main", "oak"));
        assert_eq!(cut("main and oak", false), None);
        assert_eq!(cut("12/3 main", true), None);
        assert_eq!(cut("main and", true), None);
    }

    #[test]
    fn only_a_last_word_without_anything_behind_is_unfinished() {
        assert!(Query::parse("vad").tokens[0].unfinished);
        assert!(!Query::parse("vad ").tokens[0].unfinished);
        assert!(!Query::parse("vaduz, li").tokens[0].unfinished);
    }
}

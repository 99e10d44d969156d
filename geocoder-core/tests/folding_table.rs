//! Generates the analyzer's folding table from Unicode data and checks the committed one.
//!
//! `HEREABOUTS_BLESS=1 cargo test -p geocoder-core --test folding_table` rewrites it.
//! A changed table changes the terms of shards: it needs a new analyzer version.
#![expect(clippy::unwrap_used, reason = "a generator run by tests fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use geocoder_core::text::fold;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory as _};

/// Letters that Unicode does not decompose, with the letters people write instead of them.
const LETTERS: &str = "ß=ss ẞ=ss æ=ae ø=o œ=oe ł=l ƚ=l ħ=h đ=d ð=d ɖ=d ɗ=d þ=th ı=i ɨ=i ɩ=i ȷ=j \
    ŋ=n ɲ=n ŧ=t ƭ=t ĸ=k ƙ=k ƒ=f ƀ=b ɓ=b ƃ=b ƈ=c ȼ=c ɛ=e ə=e ǝ=e ɇ=e ɠ=g ǥ=g ɣ=g ɉ=j ɔ=o ɵ=o \
    ƥ=p ɋ=q ɍ=r ʈ=t ⱦ=t ʉ=u ʋ=v ƴ=y ɏ=y ƶ=z ȥ=z ⱥ=a \
    ς=σ ґ=г ғ=г ҕ=г җ=ж ҙ=з қ=к ҝ=к ҟ=к ҡ=к ӄ=к ң=н ҥ=н ӈ=н ӊ=н ө=о ҧ=п ҫ=с ҭ=т ү=у ұ=у ҳ=х һ=х \
    ҷ=ч ҹ=ч ә=а \
    ٱ=ا ى=ي ی=ي ې=ي ے=ي ک=ك ڪ=ك ة=ه ہ=ه ھ=ه ە=ه ۀ=ه ۂ=ه ۃ=ه";

/// Characters whose decomposition would lose a letter of its own.
const KEPT: &str = "йЙ½¼¾";

/// First characters of the runs of decimal digits.
const ZEROS: [u32; 35] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6,
    0xe50, 0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50,
    0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0,
];

/// Signs that only modify an Indic letter, as loan words use them.
const NUKTAS: [u32; 6] = [0x93c, 0x9bc, 0xa3c, 0xabc, 0xb3c, 0xcbc];

fn code(c: char) -> u32 {
    u32::from(c)
}

fn bmp() -> impl Iterator<Item = char> {
    ('\u{80}'..='\u{ffff}').filter(|c| !c.is_ascii())
}

/// Whether the mark says nothing by itself: accents, points, tones, but no vowel signs.
fn is_dropped_mark(c: char) -> bool {
    let block = matches!(code(c), 0x300..0x780 | 0x7c0..0x900 | 0x1ab0..0x1b00 | 0x1dc0..0x1e00
        | 0x20d0..0x2100 | 0x2de0..0x2e00 | 0x302a..0x3030 | 0x3099..=0x309a | 0xa66f..0xa6a0
        | 0xfe20..0xfe30 | 0xfb1e);
    block && is_combining_mark(c) || NUKTAS.contains(&code(c))
}

/// Whether the character shows nothing, or only joins letters.
fn is_invisible(c: char) -> bool {
    matches!(code(c), 0x80..=0x84 | 0x86..=0x9f | 0xad | 0xb7 | 0x2b9..=0x2ba | 0x640 | 0x61c
        | 0x180b..=0x180f | 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x206f | 0xfe00..=0xfe0f
        | 0xfeff | 0xff9e..=0xff9f)
}

/// Whether the character belongs to a script whose letters stay as they are.
fn is_unfolded(c: char) -> bool {
    KEPT.contains(c)
        || matches!(code(c), 0x900..0x10a0 | 0x1100..0x13a0 | 0x1400..0x1c80 | 0x1cc0..0x1d00
            | 0x2e80..0xa640 | 0xa800..0xab30 | 0xabc0..0xfb00 | 0xfc00..0xfe00 | 0xffa0..0xffdd)
}

fn spaceless(c: char) -> bool {
    matches!(code(c), 0xe00..0xf00 | 0x1000..0x10a0 | 0x1100..0x1200 | 0x1780..0x1800
        | 0x1950..0x1ab0 | 0x2e80..0x3200 | 0x3400..0xa000 | 0xa960..0xa980 | 0xa9e0..0xaa00
        | 0xaa60..0xaa80 | 0xac00..0xd800 | 0xf900..0xfb00 | 0xff66..0xffe0)
}

fn digit(c: char) -> Option<char> {
    let zero = ZEROS.into_iter().find(|zero| (*zero..zero + 10).contains(&code(c)))?;
    char::from_digit(code(c) - zero, 10)
}

fn letters() -> BTreeMap<char, &'static str> {
    let pairs = LETTERS.split_whitespace().filter_map(|pair| pair.split_once('='));
    pairs.filter_map(|(from, to)| Some((from.chars().next()?, to))).collect()
}

/// Decomposed, without marks, in lower case: what folding is but for the listed letters.
fn plain(c: char) -> String {
    let bare = |text: &str| text.nfkd().filter(|c| !is_combining_mark(*c)).collect::<String>();
    bare(&bare(&c.to_string()).to_lowercase())
}

/// What a character folds to, by Unicode data and the lists above.
fn folded(c: char, letters: &BTreeMap<char, &'static str>) -> String {
    if is_dropped_mark(c) || is_invisible(c) {
        return String::new();
    }
    if let Some(digit) = digit(c) {
        return digit.to_string();
    }
    if c == 'Й' {
        return "й".into();
    }
    // Old Georgian capitals and church letters are the same letters as today's.
    if let Some(first) =
        [0x10a0, 0x2d00].into_iter().find(|first| (*first..first + 0x26).contains(&code(c)))
    {
        return char::from_u32(0x10d0 + code(c) - first).into_iter().collect();
    }
    if is_unfolded(c) || !is_word(c) {
        // Indic letters with a nukta decompose into exactly two.
        let bare: String = c.nfd().filter(|c| !NUKTAS.contains(&code(*c))).collect();
        let nukta = c.nfd().any(|c| NUKTAS.contains(&code(c)));
        return if nukta { bare } else { c.to_string() };
    }
    let mut text = c.to_string();
    loop {
        let mut next = String::new();
        for letter in text.nfkd().flat_map(char::to_lowercase) {
            match letters.get(&letter) {
                Some(letters) => next.push_str(letters),
                None if is_dropped_mark(letter) || is_invisible(letter) => {}
                // Apostrophes, spaces and points of compatibility forms.
                None if !is_word(letter) => {}
                None => next.push(letter),
            }
        }
        if next == text {
            return text;
        }
        text = next;
    }
}

/// Whether the character is a letter by Unicode but looks and is used like an apostrophe.
fn is_apostrophe(c: char) -> bool {
    matches!(code(c), 0x2bb..=0x2ff | 0x374 | 0x37a | 0x559 | 0xa788..=0xa78c)
}

/// Whether the character is a letter, digit or mark of words.
fn is_word(c: char) -> bool {
    let kind = match c.general_category() {
        GeneralCategory::DecimalNumber | GeneralCategory::LetterNumber => true,
        GeneralCategory::OtherNumber => matches!(code(c), 0xb2..0x100 | 0x2070..0x20a0),
        _ => matches!(
            c.general_category_group(),
            GeneralCategoryGroup::Letter | GeneralCategoryGroup::Mark
        ),
    };
    c == '№' || kind && !is_apostrophe(c)
}

fn class(c: char, letters: &BTreeMap<char, &'static str>) -> &'static str {
    if folded(c, letters).is_empty() {
        "Transparent"
    } else if !is_word(c) {
        "Separator"
    } else if spaceless(c) && digit(c).is_none() {
        "Spaceless"
    } else {
        "Letter"
    }
}

/// One run of the table in the making: constructor, first character, length, target.
struct Run {
    rule: &'static str,
    first: u32,
    len: u32,
    target: u32,
}

/// The runs that cover all changed characters, the longest possible at each.
fn runs(targets: &BTreeMap<u32, u32>) -> Vec<Run> {
    let longest = |first: u32, fits: &dyn Fn(u32) -> bool| {
        (1..255).find(|offset| !fits(first + offset)).unwrap_or(255)
    };
    let mut runs: Vec<Run> = Vec::new();
    for (&first, &target) in targets {
        if runs.last().is_some_and(|run| run.first + run.len > first) {
            continue;
        }
        let at = |code: u32| targets.get(&code).copied();
        let same = longest(first, &|code| at(code) == Some(target));
        let shift = longest(first, &|code| at(code) == Some(target + code - first));
        let pairs = longest(first, &|code| {
            at(first) == Some(first + 1)
                && at(code) == if (code - first) % 2 == 0 { Some(code + 1) } else { None }
        }) / 2
            * 2;
        let (rule, len) = [("same", same), ("shift", shift), ("pairs", pairs)]
            .into_iter()
            .rev()
            .max_by_key(|(_, len)| *len)
            .unwrap();
        runs.push(Run { rule, first, len, target });
    }
    runs
}

/// Appends items to the code, as many to a line as fit.
fn push_lines(code: &mut String, items: &[String]) {
    let mut line = String::new();
    for item in items {
        if line.len() + item.len() > 92 {
            writeln!(code, "    {}", line.trim_end()).unwrap();
            line.clear();
        }
        write!(line, "{item}, ").unwrap();
    }
    writeln!(code, "    {}\n];", line.trim_end()).unwrap();
}

fn generate() -> String {
    let letters = letters();
    let mut expansions = BTreeSet::from([String::new()]);
    let mut texts = BTreeMap::new();
    for c in bmp() {
        let text = folded(c, &letters);
        if text != c.to_string() {
            if text.chars().count() != 1 {
                expansions.insert(text.clone());
            }
            texts.insert(code(c), text);
        }
    }
    let expansions: Vec<_> = expansions.into_iter().collect();
    let target = |text: &String| match expansions.binary_search(text) {
        Ok(idx) => 0xe000 + u32::try_from(idx).unwrap(),
        Err(_) => text.chars().next().map(code).unwrap(),
    };
    let runs = runs(&texts.iter().map(|(code, text)| (*code, target(text))).collect());
    let runs: Vec<_> = runs
        .iter()
        .map(|Run { rule, first, len, target }| match *rule {
            "pairs" => format!("pairs({first:#x}, {len})"),
            rule => format!("{rule}({first:#x}, {len}, {target:#x})"),
        })
        .collect();
    let mut classes: Vec<(u32, &str)> = Vec::new();
    // Code points without a character take the class of those before: fewer runs.
    let no_character = [GeneralCategory::Unassigned, GeneralCategory::PrivateUse];
    for c in bmp().filter(|c| !no_character.contains(&c.general_category())) {
        let class = class(c, &letters);
        if classes.last().is_none_or(|last| last.1 != class) {
            classes.push((code(c), class));
        }
    }
    let classes: Vec<_> =
        classes.iter().map(|(first, class)| format!("({first:#x}, {class})")).collect();
    let expansions: Vec<_> = expansions.iter().map(|text| format!("{text:?}")).collect();

    let mut code = String::from(
        "//! Folding targets and classes of the Basic Multilingual Plane.\n\
         //!\n\
         //! Generated from Unicode data by `tests/folding_table.rs`, which checks it; not edited.\n\n\
         use super::fold::{Run, pairs, same, shift};\n\
         use super::script::Class::{self, Letter, Separator, Spaceless, Transparent};\n\n",
    );
    let mut table = |doc: &str, name: &str, kind: &str, items: &[String]| {
        writeln!(code, "/// {doc}").unwrap();
        writeln!(code, "#[rustfmt::skip]").unwrap();
        writeln!(code, "pub(super) static {name}: [{kind}; {}] = [", items.len()).unwrap();
        push_lines(&mut code, items);
    };
    table("Targets of several letters, or none.", "EXPANSIONS", "&str", &expansions);
    table("Characters that folding changes, by code point.", "RUNS", "Run", &runs);
    table(
        "Classes of characters, each from a code point to the next.",
        "CLASSES",
        "(u16, Class)",
        &classes,
    );
    code
}

#[test]
fn the_committed_table_is_the_generated_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/text/folding_table.rs");
    let generated = generate();
    if std::env::var_os("HEREABOUTS_BLESS").is_some() {
        std::fs::write(&path, &generated).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap();
    assert!(committed == generated, "run with HEREABOUTS_BLESS=1 to write the table anew");
}

#[test]
fn folding_agrees_with_the_generator_for_every_character() {
    let letters = letters();
    for c in bmp() {
        assert_eq!(fold(&c.to_string()), folded(c, &letters), "{c:?} {:#x}", code(c));
    }
}

#[test]
fn latin_greek_and_cyrillic_fold_to_plain_lower_case_but_for_the_listed_letters() {
    let letters = letters();
    let blocks = ('\u{c0}'..='\u{2af}')
        .chain('\u{370}'..='\u{52f}')
        .chain('\u{1e00}'..='\u{1fff}')
        .filter(|c| c.is_alphabetic());
    for c in blocks {
        let plain = plain(c);
        let listed = plain.chars().any(|c| letters.contains_key(&c)) || KEPT.contains(c);
        // ŉ and ẚ decompose into a letter and an apostrophe.
        if !listed && !is_invisible(c) && !"ŉẚ".contains(c) && is_word(c) {
            assert_eq!(fold(&c.to_string()), plain.replace('·', ""), "{c:?}");
        }
    }
}

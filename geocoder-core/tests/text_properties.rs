//! Properties of text analysis that hold for every text.
#![expect(clippy::string_slice, reason = "words promise character boundaries")]

use geocoder_core::text::{
    bigrams, compose, fold, fold_char, parse_house_number, same_suffix, spelled_out, variants,
    words,
};
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization as _;

/// Any text, with letters of many scripts, marks and invisible characters more often.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-zA-ZäöüßÆøłçéĞıİŋ '’\\-0-9\u{ad}\u{200b}\u{200f}\u{300}-\u{30c}]{0,24}",
        "[\u{370}-\u{5ff}\u{620}-\u{6ff}\u{900}-\u{97f}\u{e00}-\u{e7f}\u{1100}-\u{11ff} ]{0,16}",
        "[\u{3040}-\u{30ff}\u{4e00}-\u{4eff}\u{ac00}-\u{acff}\u{ff00}-\u{ffef}a-c1-3]{0,16}",
    ]
}

proptest! {
    #[test]
    fn folding_twice_changes_nothing(text in text()) {
        let folded = fold(&text);
        prop_assert_eq!(fold(&folded), folded);
    }

    #[test]
    fn folding_is_character_by_character(text in text()) {
        prop_assert_eq!(fold(&text), text.chars().flat_map(fold_char).collect::<String>());
    }

    #[test]
    fn every_letter_is_in_exactly_one_word(text in text()) {
        let mut end = 0;
        for word in words(&text) {
            prop_assert!(word.start >= end);
            prop_assert!(!text[end..word.start].contains(is_letter));
            prop_assert_eq!(&text[word.start..word.start + word.text.len()], word.text);
            prop_assert!(!fold(word.text).is_empty());
            end = word.start + word.text.len();
        }
        prop_assert!(!text[end..].contains(is_letter));
    }

    #[test]
    fn folded_words_are_whole_words(text in text()) {
        for word in words(&text) {
            let folded = fold(word.text);
            let again: Vec<_> = words(&folded).map(|word| word.text).collect();
            prop_assert_eq!(again, [folded.as_str()]);
        }
    }

    #[test]
    fn composed_and_decomposed_letters_fold_alike(text in "[À-ɏЀ-ӿͰ-Ͽぁ-ヺ가-힣Ḁ-ỿ]{0,16}") {
        let decomposed: String = text.nfd().collect();
        let composed: String = text.nfc().collect();
        let terms = |text: &str| words(text).map(|word| fold(word.text)).collect::<Vec<_>>();
        prop_assert_eq!(terms(&compose(&decomposed)), terms(&composed));
    }

    #[test]
    fn composing_composed_text_changes_nothing(text in "[À-ɏЀ-ӿぁ-ゖァ-ヺ가-힣]{0,16}") {
        let composed: String = text.nfc().collect();
        prop_assert_eq!(compose(&composed), composed.as_str());
    }

    #[test]
    fn no_text_is_too_odd(text in text()) {
        let folded = fold(&text);
        prop_assert!(variants(&folded).len() <= 7);
        spelled_out(&text);
        compose(&text);
        parse_house_number(&text);
        prop_assert!(bigrams(&folded).all(|piece| piece.chars().count() == 2));
    }

    #[test]
    fn house_numbers_survive_their_own_notation(text in "[0-9]{1,4}[ \\-/]{0,2}[0-9a-cA-C]{0,2}[\\-/]?[0-9]{0,3}") {
        if let Some(found) = parse_house_number(&text) {
            let last = found.last.map(|last| format!("-{last}")).unwrap_or_default();
            let written = format!("{}{last} {}", found.number, found.suffix);
            let again = parse_house_number(&written);
            prop_assert_eq!(again.as_ref(), Some(&found), "{}", written);
            prop_assert!(same_suffix(&found.suffix, &found.suffix.to_uppercase()));
        }
    }
}

/// A letter by Unicode that is no mark, apostrophe, circled letter or of the upper planes.
fn is_letter(c: char) -> bool {
    let code = u32::from(c);
    let apostrophe = matches!(code, 0x2b9..0x300 | 0x374 | 0x37a | 0x559 | 0xa788..0xa78d);
    let circled = (0x24b6..0x24ea).contains(&code);
    c.is_alphabetic() && code < 0xffff && !apostrophe && !circled && fold_char(c).next().is_some()
}

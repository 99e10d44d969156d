//! Text analysis, one for builder and query: words of a text and their folded form.
//!
//! [`words()`] cuts a text into words, [`fold()`] gives the form in which words are compared.
//! Neither depends on the words around, so a shard and a query always agree.
//! Texts are expected in Unicode's composed form (NFC); [`compose()`] repairs the cases where
//! the difference would be seen.

mod compose;
mod fold;
mod folding_table;
mod number;
mod script;
mod variants;
mod words;

pub use compose::compose;
pub use fold::{Folded, fold, fold_char, fold_into};
pub use number::{HouseNumber, MAX_HOUSE_NUMBER, parse_house_number, same_suffix};
pub use script::{bigrams, is_cjk, is_spaceless};
pub use variants::{spelled_out, variants};
pub use words::{Word, words};

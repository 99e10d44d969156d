//! Marks in a result's name what the query matched, safe to be put into a page.

use super::query::{Query, same_meaning};
use super::walk::{distance, is_short};
use crate::lexicon::Lexicon;
use crate::text;

/// Returns a name, HTML-escaped, with `<mark>` around the matched words.
///
/// Of the last word only the typed beginning is marked; neighbouring matches share one mark.
pub(crate) fn highlight(name: &str, query: &Query, lexicon: &Lexicon) -> String {
    let mut marks: Vec<(usize, usize)> = Vec::new();
    let mut whole_before = false;
    for word in text::words(name) {
        let term = text::fold(word.text);
        let Some(letters) = matched_letters(&term, query, lexicon) else {
            whole_before = false;
            continue;
        };
        let end = word.start + original_length(word.text, letters);
        match marks.last_mut() {
            Some(mark) if whole_before => mark.1 = end,
            _ => marks.push((word.start, end)),
        }
        whole_before = end == word.start + word.text.len();
    }
    let mut out = String::with_capacity(name.len() + marks.len() * 13);
    let mut at = 0;
    for (start, end) in marks {
        escape(name.get(at..start).unwrap_or_default(), &mut out);
        out.push_str("<mark>");
        escape(name.get(start..end).unwrap_or_default(), &mut out);
        out.push_str("</mark>");
        at = end;
    }
    escape(name.get(at..).unwrap_or_default(), &mut out);
    out
}

/// Returns how many folded letters of a term the query matches, the most of all its words.
fn matched_letters(term: &str, query: &Query, lexicon: &Lexicon) -> Option<usize> {
    let whole = term.chars().count();
    let mut best = None;
    for (index, token) in query.tokens.iter().enumerate() {
        if best == Some(whole) {
            break;
        }
        let next = query.tokens.get(index + 1);
        let joined = next.is_some_and(|next| {
            term.strip_prefix(token.term.as_str()).is_some_and(|rest| rest == next.term)
        });
        let spelled_otherwise = || text::variants(&token.term).iter().any(|other| other == term);
        let same = token.term == term
            || joined
            || spelled_otherwise()
            || same_meaning(&token.term, term, lexicon);
        let letters = if same {
            Some(whole)
        } else if token.unfinished && term.starts_with(&token.term) {
            Some(token.term.chars().count())
        } else {
            let longer = token.unfinished && !is_short(&token.term);
            distance(&token.term, term, query.allowed_edits(index), longer)
                .map(|(_, letters)| letters)
        };
        best = best.max(letters);
    }
    best
}

/// Returns how many bytes of a word fold to so many letters.
fn original_length(word: &str, letters: usize) -> usize {
    let mut folded = 0;
    for (at, character) in word.char_indices() {
        if folded >= letters {
            return at;
        }
        folded += text::fold_char(character).count();
    }
    word.len()
}

fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, query: &str, expected: &str) {
        assert_eq!(highlight(name, &Query::parse(query), &Lexicon::default()), expected);
    }

    #[test]
    fn neighbouring_matches_share_a_mark_and_the_last_word_is_marked_as_far_as_typed() {
        check("Hradec Králové", "hradec krslov", "<mark>Hradec Králov</mark>é");
        check("Slovenj Gradec", "slov gradec ", "Slovenj <mark>Gradec</mark>");
        check("Städtle 43", "stadtle 43", "<mark>Städtle 43</mark>");
        check("Vaduz", "va", "<mark>Va</mark>duz");
        check("Fort Worth", "fot worth", "<mark>Fort Worth</mark>");
        check("Fort", "fot", "Fort");
    }

    #[test]
    fn what_is_special_in_html_is_escaped() {
        check("Rock & \"Roll\" d'Or", "roll", "Rock &amp; &quot;<mark>Roll</mark>&quot; d&#39;Or");
    }
}

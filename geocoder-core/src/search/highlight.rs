//! Marks in a result's name what the query matched, safe to be put into a page.

use super::query::{Query, Token, meanings};
use super::walk::{Pattern, is_short};
use crate::lexicon::Lexicon;
use crate::text;

/// The words of a query, ready to be found in the names of results.
pub(crate) struct Highlighter<'q> {
    words: Vec<Word<'q>>,
}

/// A word of the query.
struct Word<'q> {
    token: &'q Token,
    next: Option<&'q Token>,
    /// What it may be spelled as, and what means the same.
    others: Vec<String>,
    /// What resembles it, when errors are allowed in it.
    similar: Option<Pattern>,
}

impl<'q> Highlighter<'q> {
    /// Prepares to find the words of a query, in the languages of a shard.
    pub(crate) fn new(query: &'q Query, lexicon: &Lexicon) -> Self {
        let next = query.tokens.iter().skip(1).map(Some).chain([None]);
        let words = query.tokens.iter().zip(next).enumerate().map(|(index, (token, next))| {
            let mut others = text::variants(&token.term);
            others.extend(meanings(&token.term, lexicon));
            let edits = query.allowed_edits(index);
            let longer = token.unfinished && !is_short(&token.term);
            Word {
                token,
                next,
                others,
                similar: (edits > 0).then(|| Pattern::new(&token.term, edits, longer, 1)),
            }
        });
        Self { words: words.collect() }
    }

    /// Returns a name, HTML-escaped, with `<mark>` around the matched words.
    ///
    /// Of the last word only the typed beginning is marked; neighbouring matches share one mark.
    pub(crate) fn highlight(&self, name: &str) -> String {
        let mut marks: Vec<(usize, usize)> = Vec::new();
        let mut whole_before = false;
        for word in text::words(name) {
            let term = text::fold(word.text);
            let Some(letters) = self.matched_letters(&term) else {
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
    fn matched_letters(&self, term: &str) -> Option<usize> {
        let whole = term.chars().count();
        let letters = |word: &Word<'_>| {
            let Word { token, next, others, similar } = word;
            let rest = term.strip_prefix(token.term.as_str());
            let joined = || next.is_some_and(|next| rest == Some(&next.term));
            if rest == Some("") || joined() || others.iter().any(|other| other == term) {
                return Some(whole);
            }
            if token.unfinished && rest.is_some() {
                return Some(token.term.chars().count());
            }
            similar.as_ref()?.distance(term).map(|(_, letters)| letters)
        };
        let mut best = None;
        for word in &self.words {
            best = best.max(letters(word));
            if best == Some(whole) {
                break;
            }
        }
        best
    }
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

/// Returns a name, HTML-escaped, of which nothing was asked for.
pub(crate) fn escaped(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    escape(name, &mut out);
    out
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
        let query = Query::parse(query);
        let highlighter = Highlighter::new(&query, &Lexicon::default());
        assert_eq!(highlighter.highlight(name), expected);
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

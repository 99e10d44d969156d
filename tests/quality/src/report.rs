//! The table of figures and the list of misses, for people to read.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::Context;

use crate::measure::{ClassFigures, Miss};

/// Share in per cent.
#[expect(clippy::cast_precision_loss, reason = "counts of queries are far below 2^52")]
pub fn per_cent(part: f64, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { 100.0 * part / whole as f64 }
}

#[expect(clippy::cast_precision_loss, reason = "counts of queries are far below 2^52")]
fn share(part: usize, whole: usize) -> f64 {
    per_cent(part as f64, whole)
}

impl ClassFigures {
    /// Share of queries whose first answer is right, in per cent.
    pub fn recall_at_1(&self) -> f64 {
        share(self.first, self.n)
    }

    /// Share of queries with a right answer among the first five, in per cent.
    pub fn recall_at_5(&self) -> f64 {
        share(self.in_five, self.n)
    }

    /// Mean of 1 / rank of the first right answer.
    pub fn mrr(&self) -> f64 {
        per_cent(self.reciprocal_ranks, self.n) / 100.0
    }
}

/// Writes the figures of a corpus as a Markdown table.
pub fn table(corpus: &str, classes: &[ClassFigures]) -> String {
    let mut text = format!(
        "\n| {corpus} | N | recall@1 | recall@5 | MRR | keystrokes | of query | vanished |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|\n"
    );
    for figures in classes {
        let typed = figures.keystrokes.map(|keys| {
            let mean = share(keys.typed, figures.n) / 100.0;
            let of_query = share(keys.typed, keys.all);
            format!(" {mean:.1} | {of_query:.0} % | {} |", keys.vanished)
        });
        let _ = writeln!(
            text,
            "| {} | {} | {:.1} | {:.1} | {:.3} |{}",
            figures.class,
            figures.n,
            figures.recall_at_1(),
            figures.recall_at_5(),
            figures.mrr(),
            typed.as_deref().unwrap_or(" | | |"),
        );
    }
    text
}

/// Writes the misses of a corpus into a file: query, expectation, and what came instead.
///
/// # Errors
/// Fails when the file cannot be written.
pub fn write_misses(path: &Path, misses: &[Miss]) -> anyhow::Result<()> {
    let mut text = String::new();
    let mut class = "";
    for miss in misses {
        if class != miss.class {
            class = &miss.class;
            let _ = writeln!(text, "\n== {class}");
        }
        let rank = miss.rank.map_or_else(|| "absent".to_owned(), |rank| format!("rank {rank}"));
        let _ = writeln!(text, "{}\n    expected {} ({rank})", miss.query, miss.expected);
        for line in &miss.came {
            let _ = writeln!(text, "    came {line}");
        }
        if miss.came.is_empty() {
            let _ = writeln!(text, "    came nothing");
        }
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

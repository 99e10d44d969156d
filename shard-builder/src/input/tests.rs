//! Tests of inputs: compression, lines, delimited rows and lists.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::delimited::delimiter_of;
use super::*;
use crate::progress::Silent;
use crate::report::Report;

/// A bundled file of three lines in two compressed parts.
fn compressed(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/compressed").join(name)
}

fn file(content: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(content).unwrap();
    file
}

fn all_lines(path: &Path, report: &mut Report) -> Result<Vec<String>> {
    let mut lines = Lines::open(path, &Silent)?;
    let mut all = Vec::new();
    while let Some((_, line)) = lines.next(report)? {
        all.push(line.to_owned());
    }
    Ok(all)
}

/// Hears how many bytes were read and whether the stage ended.
#[derive(Default)]
struct Heard {
    total: AtomicU64,
    read: AtomicU64,
    finished: AtomicU64,
}

impl Progress for Heard {
    fn start(&self, _stage: &str, total: u64) {
        self.total.store(total, Ordering::Relaxed);
    }
    fn advance(&self, amount: u64) {
        self.read.fetch_add(amount, Ordering::Relaxed);
    }
    fn finish(&self) {
        self.finished.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn all_parts_of_compressed_files_are_read() {
    for name in ["lines.gz", "lines.xz", "lines.zst", "lines.bz2"] {
        let lines = all_lines(&compressed(name), &mut Report::default());
        assert_eq!(lines.unwrap(), ["one", "two", "three"], "{name}");
    }
}

#[test]
fn the_format_is_told_by_the_bytes_and_not_by_the_name() {
    let bytes = std::fs::read(compressed("lines.xz")).unwrap();
    let unnamed = file(&bytes);
    assert_eq!(all_lines(unnamed.path(), &mut Report::default()).unwrap().len(), 3);
    let plain = file(b"BZh is no bzip2\n");
    let lines = all_lines(plain.path(), &mut Report::default()).unwrap();
    assert_eq!(lines, ["BZh is no bzip2"]);
}

#[test]
fn a_compressed_file_that_is_cut_or_changed_fails_and_is_named() {
    for name in ["lines.gz", "lines.xz", "lines.zst", "lines.bz2"] {
        let bytes = std::fs::read(compressed(name)).unwrap();
        let cut = file(&bytes[..bytes.len() - 3]);
        let error = all_lines(cut.path(), &mut Report::default()).unwrap_err().to_string();
        assert!(error.contains("is damaged or cut short"), "{name}: {error}");
        assert!(error.contains(&*cut.path().to_string_lossy()), "{name}: {error}");
        let mut changed = bytes;
        let last = changed.len() - 1;
        changed[last - if name == "lines.gz" { 5 } else { 1 }] ^= 0x55;
        let changed = file(&changed);
        assert!(all_lines(changed.path(), &mut Report::default()).is_err(), "{name}");
    }
}

#[test]
fn a_missing_file_is_named() {
    let error = all_lines(Path::new("nowhere.csv"), &mut Report::default()).unwrap_err();
    assert_eq!(error.to_string(), "cannot read nowhere.csv");
}

#[test]
fn marks_and_line_ends_are_no_part_of_lines_and_broken_ones_are_counted() {
    let mut content = b"\xef\xbb\xbffirst\r\n\n  \nbad \xff\n".to_vec();
    content.extend(vec![b'x'; (1 << 20) + 5]);
    content.extend("\nlast ü".as_bytes());
    let file = file(&content);
    let mut report = Report::default();
    assert_eq!(all_lines(file.path(), &mut report).unwrap(), ["first", "last ü"]);
    assert_eq!(report.warnings["line that is no UTF-8"].count, 1);
    let long = &report.warnings["line longer than 1 MiB"];
    assert_eq!(long.count, 1);
    assert!(long.examples[0].ends_with(":5"), "{long:?}");
}

#[test]
fn progress_counts_the_bytes_on_the_disk_and_ends() {
    let heard = Heard::default();
    let path = compressed("lines.xz");
    let mut lines = Lines::open(&path, &heard).unwrap();
    while lines.next(&mut Report::default()).unwrap().is_some() {}
    assert_eq!(heard.finished.load(Ordering::Relaxed), 0);
    drop(lines);
    assert_eq!(heard.finished.load(Ordering::Relaxed), 1);
    let size = std::fs::metadata(&path).unwrap().len();
    assert_eq!(heard.total.load(Ordering::Relaxed), size);
    assert_eq!(heard.read.load(Ordering::Relaxed), size);
}

fn all_rows(path: &Path, report: &mut Report) -> Result<Vec<Vec<String>>> {
    let lines = Lines::open(path, &Silent)?;
    let mut rows = DelimitedRows::of(path, lines, None, report)?;
    let mut all = vec![rows.header().to_vec()];
    while rows.advance(report)? {
        all.push(rows.fields().into_iter().map(str::to_owned).collect());
        rows.accept();
    }
    Ok(all)
}

#[test]
fn quoted_fields_keep_delimiters_quotes_and_line_ends() {
    let file = file(b"a;b\r\n1;\"x;y\"\r\n\"say \"\"hi\"\"\";\"two\nlines\"\n;\n");
    let rows = all_rows(file.path(), &mut Report::default()).unwrap();
    let expected = [["a", "b"], ["1", "x;y"], ["say \"hi\"", "two\nlines"], ["", ""]];
    assert_eq!(rows, expected);
}

#[test]
fn a_stray_quote_costs_its_own_row_only() {
    let mut content = "a,b\n\"stray,1\n".to_owned();
    for number in 0..40 {
        content.push_str(&format!("row,{number}\n"));
    }
    let file = file(content.as_bytes());
    let mut report = Report::default();
    let rows = all_rows(file.path(), &mut report).unwrap();
    assert_eq!(rows.len(), 1 + 40);
    assert_eq!(rows[40], ["row", "39"]);
    assert!(report.warnings["bad row"].examples[0].ends_with(":2: open quote"));
}

#[test]
fn the_delimiter_is_the_one_that_divides_the_header() {
    for (header, delimiter) in
        [("a,b;c,d", ','), ("a;b", ';'), ("a\tb,c\td", '\t'), ("a|b", '|'), ("alone", ',')]
    {
        assert_eq!(delimiter_of(header), delimiter, "{header}");
    }
}

#[test]
fn rows_of_another_width_are_counted_and_too_many_of_them_fail() {
    let few = file(b"a,b\n1,2\n3\n4,5\n");
    let mut report = Report::default();
    assert_eq!(all_rows(few.path(), &mut report).unwrap().len(), 3);
    let example = &report.warnings["bad row"].examples[0];
    assert!(example.ends_with(":3: 1 columns instead of 2"), "{example}");
    let many = file(b"a,b\n1,2\n3\n4\n");
    let error = all_rows(many.path(), &mut Report::default()).unwrap_err().to_string();
    assert!(error.contains(":3: 1 columns instead of 2, as most rows"), "{error}");
    let none = file(b"");
    assert!(all_rows(none.path(), &mut Report::default()).is_err());
}

#[test]
fn lists_are_read_element_by_element_until_they_end() {
    let good = file(b"[{\"a\":1},\n 2]");
    let mut seen = Vec::new();
    let input = open(good.path(), &Silent).unwrap();
    for_each_element(good.path(), input, |number, element| {
        seen.push(format!("{number} {element}"));
        Ok(())
    })
    .unwrap();
    assert_eq!(seen, ["1 {\"a\":1}", "2 2"]);
    for broken in ["{\"a\":1}", "[1,\n2", "[1] x", ""] {
        let bad = file(broken.as_bytes());
        let input = open(bad.path(), &Silent).unwrap();
        let error = for_each_element(bad.path(), input, |_, _| Ok(())).unwrap_err();
        assert!(matches!(error, Error::Format { .. }), "{broken}: {error}");
    }
}

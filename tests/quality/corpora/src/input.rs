//! Source files, packed or not.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use anyhow::Context;
use flate2::read::MultiGzDecoder;
use lzma_rust2::XzReader;

/// Opens a file; one that ends in `.xz` or `.gz` is unpacked on the way.
///
/// # Errors
/// Fails when the file cannot be opened.
pub fn open(path: &Path) -> anyhow::Result<Box<dyn Read>> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let reader = BufReader::new(file);
    Ok(match path.extension().and_then(|extension| extension.to_str()) {
        Some("xz") => Box::new(XzReader::new(reader, true)),
        Some("gz") => Box::new(MultiGzDecoder::new(reader)),
        _ => Box::new(reader),
    })
}

/// Reads a whole file as text.
///
/// # Errors
/// Fails when the file cannot be read or is not UTF-8.
pub fn read_text(path: &Path) -> anyhow::Result<String> {
    let mut text = String::new();
    open(path)?
        .read_to_string(&mut text)
        .with_context(|| format!("cannot read {}", path.display()))?;
    Ok(text)
}

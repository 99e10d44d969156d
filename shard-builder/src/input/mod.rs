//! Inputs: files that are plain or compressed, told apart by their first bytes, and their rows.

mod delimited;
mod format;
mod json;
mod lines;
mod rows;
#[cfg(test)]
mod tests;
mod zstd;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

pub(crate) use self::delimited::DelimitedRows;
pub(crate) use self::json::{for_each_element, read_document};
pub(crate) use self::lines::Lines;
pub(crate) use self::rows::{RowCheck, Spot};
use crate::error::{Error, Result};
use crate::progress::Progress;

/// Bytes read from the disk at a time.
const BUFFER_BYTES: usize = 1 << 16;
/// Most memory an xz stream may ask for, in KiB; `xz -9` needs 65 MiB.
const MAX_XZ_KIB: u32 = 256 << 10;

/// Text of an input, decompressed while it is read.
pub(crate) type Input<'a> = Box<dyn BufRead + 'a>;

/// Opens a file that may be compressed with gzip, xz, zstd or bzip2.
///
/// The progress has a stage of its own that counts bytes on the disk and ends with the reader.
///
/// # Errors
/// Fails when the file cannot be opened. Damaged data is an error while reading.
pub(crate) fn open<'a>(path: &Path, progress: &'a dyn Progress) -> Result<Input<'a>> {
    let read_error = |source| Error::Read { path: path.into(), source };
    let file = File::open(path).map_err(read_error)?;
    let bytes = file.metadata().map_err(read_error)?.len();
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    progress.start(&format!("reading {name}"), bytes);
    let mut raw = BufReader::with_capacity(BUFFER_BYTES, Counted { file, progress });
    let start = raw.fill_buf().map_err(read_error)?;
    let format = format::detect(start);
    Ok(decompress(raw, format))
}

/// Wraps a reader into what undoes its compression.
fn decompress<'a, R: BufRead + 'a>(raw: R, format: format::Compression) -> Input<'a> {
    use format::Compression;
    match format {
        Compression::None => Box::new(raw),
        Compression::Gzip => buffered(flate2::bufread::MultiGzDecoder::new(raw)),
        Compression::Xz => buffered(lzma_rust2::XzReader::new_mem_limit(raw, true, MAX_XZ_KIB)),
        Compression::Zstd => buffered(zstd::Frames::new(raw)),
        Compression::Bzip2 => buffered(bzip2::bufread::MultiBzDecoder::new(raw)),
    }
}

fn buffered<'a>(reader: impl Read + 'a) -> Input<'a> {
    Box::new(BufReader::with_capacity(BUFFER_BYTES, reader))
}

/// Tells a fault of the disk, which the system reports, from damaged compressed data.
pub(crate) fn read_error(path: &Path, source: io::Error) -> Error {
    if source.raw_os_error().is_some() {
        Error::Read { path: path.into(), source }
    } else {
        Error::Damaged { path: path.into(), source }
    }
}

/// A file whose read bytes are told to the progress.
struct Counted<'a> {
    file: File,
    progress: &'a dyn Progress,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.progress.advance(read as u64);
        Ok(read)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.progress.finish();
    }
}

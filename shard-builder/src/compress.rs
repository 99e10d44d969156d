//! Compression as blobs are transferred: brotli and gzip at their best, the same every time.

use std::io::{self, Write};

use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, GzBuilder};

/// Brotli's best quality.
const BROTLI_QUALITY: i32 = 11;
/// Largest window of standard brotli, 16 MiB, as 2 to this power.
const BROTLI_WINDOW_BITS: i32 = 24;

/// Returns the bytes as `Content-Encoding: br` carries them.
///
/// # Errors
/// Fails when memory for the encoder is short.
pub fn brotli(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let params = BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        lgwin: BROTLI_WINDOW_BITS,
        size_hint: bytes.len(),
        ..BrotliEncoderParams::default()
    };
    let mut packed = Vec::new();
    let mut input = bytes;
    brotli::BrotliCompress(&mut input, &mut packed, &params)?;
    Ok(packed)
}

/// Returns the bytes as `Content-Encoding: gzip` carries them, without name or time.
///
/// # Errors
/// Fails when memory for the encoder is short.
pub fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzBuilder::new().write(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn both_forms_unpack_to_the_same_bytes_and_are_reproducible() {
        let bytes: Vec<u8> = (0..40_000_u32).flat_map(|n| (n / 7).to_le_bytes()).collect();
        let mut unpacked = Vec::new();
        let packed = brotli(&bytes).unwrap();
        brotli::Decompressor::new(packed.as_slice(), 4096).read_to_end(&mut unpacked).unwrap();
        assert!(unpacked == bytes && packed.len() < bytes.len());
        assert_eq!(packed, brotli(&bytes).unwrap());

        let mut unpacked = Vec::new();
        let packed = gzip(&bytes).unwrap();
        flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut unpacked).unwrap();
        assert!(unpacked == bytes && packed.len() < bytes.len());
        assert_eq!(packed, gzip(&bytes).unwrap());
    }
}

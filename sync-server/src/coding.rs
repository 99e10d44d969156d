//! Content codings, the choice between them, and compression of what is no stored file.

use std::io::Write;

use actix_web::HttpRequest;
use actix_web::http::header::{AcceptEncoding, Encoding, Header};
use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;

/// How a stored file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Coding {
    /// Not at all.
    Identity,
    /// Brotli, in a file with `.br` behind its name.
    Brotli,
    /// gzip, in a file with `.gz` behind its name.
    Gzip,
}

impl Coding {
    const ALL: [Self; 3] = [Self::Identity, Self::Brotli, Self::Gzip];

    /// Returns what stands behind the name of such a file.
    pub fn file_suffix(self) -> &'static str {
        match self {
            Self::Identity => "",
            Self::Brotli => ".br",
            Self::Gzip => ".gz",
        }
    }

    /// Returns what stands behind the entity tag: representations of one content differ in it.
    pub fn tag_suffix(self) -> &'static str {
        match self {
            Self::Identity => "",
            Self::Brotli => "-br",
            Self::Gzip => "-gzip",
        }
    }

    /// Returns the value of `Content-Encoding`, where one is due.
    pub fn header(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Brotli => Some("br"),
            Self::Gzip => Some("gzip"),
        }
    }

    fn encoding(self) -> Encoding {
        match self {
            Self::Identity => Encoding::identity(),
            Self::Brotli => Encoding::brotli(),
            Self::Gzip => Encoding::gzip(),
        }
    }
}

/// Returns the codings that the client accepts, best first; without a usable `Accept-Encoding`
/// that is identity alone.
pub fn acceptable(request: &HttpRequest) -> Vec<Coding> {
    let Some(accept) = AcceptEncoding::parse(request).ok().filter(|accept| !accept.is_empty())
    else {
        return vec![Coding::Identity];
    };
    let mut left = Coding::ALL.to_vec();
    let mut best_first = Vec::with_capacity(left.len());
    loop {
        let supported: Vec<Encoding> = left.iter().map(|coding| coding.encoding()).collect();
        let Some(chosen) = accept.negotiate(supported.iter()) else { break };
        // Identity is offered by the negotiation even when it is no longer among the supported.
        let Some(index) = supported.iter().position(|encoding| *encoding == chosen) else { break };
        best_first.push(left.remove(index));
    }
    best_first
}

/// Compresses bytes, at a quality from 0 to 11 for brotli and to 9 for gzip.
pub fn compress(coding: Coding, quality: i32, bytes: &[u8]) -> Vec<u8> {
    // Writing into memory does not fail.
    match coding {
        Coding::Identity => bytes.to_vec(),
        Coding::Brotli => {
            let mut compressed = Vec::new();
            let params = BrotliEncoderParams { quality, ..BrotliEncoderParams::default() };
            let _ = brotli::BrotliCompress(&mut &*bytes, &mut compressed, &params);
            compressed
        }
        Coding::Gzip => {
            let level = Compression::new(quality.clamp(0, 9).unsigned_abs());
            let mut encoder = GzEncoder::new(Vec::new(), level);
            let _ = encoder.write_all(bytes);
            encoder.finish().unwrap_or_default()
        }
    }
}

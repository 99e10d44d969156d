//! A file opened for an answer, and its bytes as a stream of small pieces.
//!
//! A body handed over whole would be copied into the buffer of each connection: many slow readers
//! of a large shard would then take its size times their number.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use actix_web::web;
use bytes::Bytes;
use futures_util::stream::{self, LocalBoxStream, StreamExt};

use crate::blobs::bucket::StoredObject;
use crate::coding::Coding;

/// Largest piece of a stream, in bytes: reading one takes a change of threads.
pub const PIECE_BYTES: usize = 256 * 1024;

/// Largest content that is read at once, in bytes: a slow reader holds all of it.
pub const SMALL_BYTES: usize = 64 * 1024;

/// A stream of the pieces of a content.
pub type Pieces = LocalBoxStream<'static, io::Result<Bytes>>;

/// Bytes to answer with, before a range is cut out of them.
#[derive(Debug)]
pub enum Content {
    /// Bytes in memory.
    Memory(Bytes),
    /// Bytes on disk.
    File {
        /// The file.
        file: File,
        /// Its length.
        length_bytes: u64,
    },
    /// Bytes in a bucket.
    Object(StoredObject),
}

/// A file and what an answer says about it.
#[derive(Debug)]
pub struct StoredFile {
    /// Its bytes.
    pub content: Content,
    /// How they are compressed.
    pub coding: Coding,
    /// When they were written, where the file system says so.
    pub modified: Option<SystemTime>,
}

impl StoredFile {
    /// Opens the first existing of a file's variants; `None` when there is none.
    ///
    /// # Errors
    /// Fails when a variant exists and cannot be read.
    pub async fn open(path: PathBuf, codings: Vec<Coding>) -> io::Result<Option<Self>> {
        web::block(move || {
            for coding in codings {
                if let Some(file) = open_variant(&path, coding)? {
                    return Ok(Some(file));
                }
            }
            Ok(None)
        })
        .await
        .map_err(io::Error::other)?
    }
}

fn open_variant(path: &Path, coding: Coding) -> io::Result<Option<StoredFile>> {
    let mut name = path.as_os_str().to_owned();
    name.push(coding.file_suffix());
    let mut file = match File::open(&name) {
        Ok(file) => file,
        Err(error) if is_absence(&error) => return Ok(None),
        Err(error) => return Err(error),
    };
    let metadata: fs::Metadata = file.metadata()?;
    if !metadata.is_file() {
        return Ok(None);
    }
    let length_bytes = metadata.len();
    let content = if length_bytes <= SMALL_BYTES as u64 {
        // Reading a small file at once saves a second change of threads.
        Content::Memory(read_piece(&mut file, SMALL_BYTES)?)
    } else {
        Content::File { file, length_bytes }
    };
    Ok(Some(StoredFile { content, coding, modified: metadata.modified().ok() }))
}

/// Whether an error means that there is no such file; over-long names and paths through a file
/// cannot exist either.
fn is_absence(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidFilename
    )
}

impl Content {
    /// Returns the number of bytes.
    pub fn length_bytes(&self) -> u64 {
        match self {
            Self::Memory(bytes) => bytes.len() as u64,
            Self::File { length_bytes, .. } => *length_bytes,
            Self::Object(object) => object.length_bytes,
        }
    }

    /// Streams `length_bytes` bytes from `start` on; both must lie within the content.
    pub fn pieces(self, start: u64, length_bytes: u64) -> Pieces {
        match self {
            Self::Memory(bytes) => memory_pieces(&bytes, start, length_bytes),
            Self::File { file, .. } => file_pieces(file, start, length_bytes),
            Self::Object(object) => object.pieces(start, length_bytes),
        }
    }
}

fn memory_pieces(bytes: &Bytes, start: u64, length_bytes: u64) -> Pieces {
    let bound = |offset: u64| usize::try_from(offset).map_or(bytes.len(), |at| at.min(bytes.len()));
    let (from, to) = (bound(start), bound(start.saturating_add(length_bytes)));
    let rest = bytes.slice(from..to.max(from));
    stream::unfold(rest, |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        let piece = rest.split_to(rest.len().min(PIECE_BYTES));
        Some((Ok(piece), rest))
    })
    .boxed_local()
}

fn file_pieces(file: File, start: u64, length_bytes: u64) -> Pieces {
    stream::try_unfold((file, Some(start), length_bytes), |(mut file, seek, left)| async move {
        if left == 0 {
            return Ok(None);
        }
        let (file, piece) = web::block(move || {
            if let Some(start) = seek {
                file.seek(SeekFrom::Start(start))?;
            }
            let want = usize::try_from(left).unwrap_or(PIECE_BYTES).min(PIECE_BYTES);
            let piece = read_piece(&mut file, want)?;
            if piece.is_empty() {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
            }
            Ok((file, piece))
        })
        .await
        .map_err(io::Error::other)??;
        let left = left - piece.len() as u64;
        Ok(Some((piece, (file, None, left))))
    })
    .boxed_local()
}

fn read_piece(file: &mut File, want: usize) -> io::Result<Bytes> {
    let mut piece = Vec::with_capacity(want);
    file.take(want as u64).read_to_end(&mut piece)?;
    Ok(Bytes::from(piece))
}

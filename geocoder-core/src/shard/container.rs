//! The container: header, chunk table, checksums, and chunks that may not be there yet.

use core::sync::atomic::{AtomicU8, Ordering};

use twox_hash::XxHash64;

use super::bits::BitReader;
use super::meta::{ChunkInfo, ChunkKind, ShardMeta};
use super::{FORMAT_VERSION, MAGIC};
use crate::error::{Error, Result};

/// Bytes before the chunk table.
pub(crate) const HEADER_BYTES: usize = 40;
/// Bytes of one entry of the chunk table.
pub(crate) const ENTRY_BYTES: usize = 16;
/// Offset of the head chunk's own checksum, which counts as zero when it is computed.
pub(crate) const CHECKSUM_AT: usize = 24;
/// Largest number of chunks; a file that claims more is refused before memory is taken.
const MAX_CHUNKS: usize = 1 << 20;

/// Checksum of a chunk.
pub(crate) fn checksum(bytes: &[u8]) -> u64 {
    XxHash64::oneshot(0, bytes)
}

/// Bytes of a shard: all in one run, or chunk by chunk as they arrive.
#[derive(Debug)]
enum Bytes<D> {
    Whole(D),
    Parts(Vec<Option<D>>),
}

/// Chunks of a shard, each checked against its checksum before its first use.
#[derive(Debug)]
pub(crate) struct Container<D> {
    bytes: Bytes<D>,
    chunks: Vec<ChunkInfo>,
    checked: Vec<AtomicU8>,
}

const UNCHECKED: u8 = 0;
const SOUND: u8 = 1;

impl<D: AsRef<[u8]>> Container<D> {
    /// Reads the head of a whole shard.
    pub(crate) fn open(bytes: D) -> Result<(Self, ShardMeta)> {
        let (chunks, meta) = read_head(bytes.as_ref())?;
        let needed = chunks.last().map_or(0, |chunk| chunk.offset + chunk.size);
        let got = bytes.as_ref().len() as u64;
        if got != needed {
            return Err(Error::Truncated { section: "shard", needed, got });
        }
        Ok((Self::new(Bytes::Whole(bytes), chunks), meta))
    }

    /// Reads the head chunk alone; the others are given later.
    pub(crate) fn open_head(head: D) -> Result<(Self, ShardMeta)> {
        let (chunks, meta) = read_head(head.as_ref())?;
        let mut parts: Vec<Option<D>> = chunks.iter().map(|_| None).collect();
        if let Some(first) = parts.first_mut() {
            *first = Some(head);
        }
        Ok((Self::new(Bytes::Parts(parts), chunks), meta))
    }

    fn new(bytes: Bytes<D>, chunks: Vec<ChunkInfo>) -> Self {
        let checked = chunks.iter().map(|_| AtomicU8::new(UNCHECKED)).collect();
        Self { bytes, chunks, checked }
    }

    pub(crate) fn chunks(&self) -> &[ChunkInfo] {
        &self.chunks
    }

    /// Returns the whole shard's bytes, when it was opened whole.
    pub(crate) fn whole(&self) -> Option<&[u8]> {
        match &self.bytes {
            Bytes::Whole(bytes) => Some(bytes.as_ref()),
            Bytes::Parts(_) => None,
        }
    }

    /// Adds a chunk that was missing.
    pub(crate) fn insert(&mut self, chunk: usize, bytes: D) -> Result<()> {
        let unknown = Error::UnknownChunk { chunk: u32::try_from(chunk).unwrap_or(u32::MAX) };
        let info = self.chunks.get(chunk).ok_or(unknown.clone())?;
        check(chunk, info, bytes.as_ref())?;
        match &mut self.bytes {
            Bytes::Whole(_) => Err(unknown),
            Bytes::Parts(parts) => {
                *parts.get_mut(chunk).ok_or(unknown)? = Some(bytes);
                if let Some(state) = self.checked.get(chunk) {
                    state.store(SOUND, Ordering::Relaxed);
                }
                Ok(())
            }
        }
    }

    /// Returns the bytes of a chunk, `None` when it is not there yet.
    ///
    /// # Errors
    /// Fails when the bytes are not those that were written.
    pub(crate) fn chunk(&self, index: usize) -> Result<Option<&[u8]>> {
        let Some(info) = self.chunks.get(index) else { return Ok(None) };
        let bytes = match &self.bytes {
            Bytes::Whole(bytes) => {
                let start = usize::try_from(info.offset).unwrap_or(usize::MAX);
                let end = start.saturating_add(usize::try_from(info.size).unwrap_or(usize::MAX));
                bytes.as_ref().get(start..end)
            }
            Bytes::Parts(parts) => parts.get(index).and_then(Option::as_ref).map(AsRef::as_ref),
        };
        let (Some(bytes), Some(state)) = (bytes, self.checked.get(index)) else { return Ok(None) };
        if state.load(Ordering::Relaxed) != SOUND {
            check(index, info, bytes)?;
            state.store(SOUND, Ordering::Relaxed);
        }
        Ok(Some(bytes))
    }
}

fn check(index: usize, info: &ChunkInfo, bytes: &[u8]) -> Result<()> {
    let got = bytes.len() as u64;
    if got != info.size {
        return Err(Error::Truncated { section: "chunk", needed: info.size, got });
    }
    // The head was checked when it was read; its own checksum lies inside it.
    let got = if index == 0 { info.checksum } else { checksum(bytes) };
    if got == info.checksum {
        Ok(())
    } else {
        let chunk = u32::try_from(index).unwrap_or(u32::MAX);
        Err(Error::ChecksumMismatch { chunk, expected: info.checksum, got })
    }
}

fn read_head(bytes: &[u8]) -> Result<(Vec<ChunkInfo>, ShardMeta)> {
    let magic = bytes.get(..MAGIC.len()).unwrap_or(bytes);
    if bytes.is_empty() || !MAGIC.starts_with(magic) {
        return Err(Error::NotAShard);
    }
    let truncated = |needed: usize| Error::Truncated {
        section: "head",
        needed: needed as u64,
        got: bytes.len() as u64,
    };
    let header = bytes.get(..HEADER_BYTES).ok_or(truncated(HEADER_BYTES))?;
    let found = u32_at(header, 8);
    if found != FORMAT_VERSION {
        return Err(Error::UnsupportedVersion { found, supported: FORMAT_VERSION });
    }
    let n_chunks = u32_at(header, 12) as usize;
    let head_size = u32_at(header, 16) as usize;
    let meta_size = u32_at(header, 20) as usize;
    let expected = u64_at(header, CHECKSUM_AT);
    let head = bytes.get(..head_size).ok_or(truncated(head_size))?;
    let got = head_checksum(head);
    if got != expected {
        return Err(Error::ChecksumMismatch { chunk: 0, expected, got });
    }
    let malformed = |what| Error::Malformed { section: "head", what };
    if n_chunks == 0 || n_chunks > MAX_CHUNKS || !head_size.is_multiple_of(8) {
        return Err(malformed("impossible sizes"));
    }
    let table_end = HEADER_BYTES + (n_chunks - 1) * ENTRY_BYTES;
    let table = head.get(HEADER_BYTES..table_end).ok_or(malformed("chunk table too long"))?;
    let mut offset = head_size as u64;
    let mut chunks =
        vec![ChunkInfo { kind: ChunkKind::Head, offset: 0, size: offset, checksum: expected }];
    for entry in table.chunks_exact(ENTRY_BYTES) {
        let kind =
            ChunkKind::from_number(u32_at(entry, 0)).ok_or(malformed("unknown chunk kind"))?;
        let size = u64::from(u32_at(entry, 4)) * 8;
        chunks.push(ChunkInfo { kind, offset, size, checksum: u64_at(entry, 8) });
        offset += size;
    }
    let meta = head
        .get(table_end..table_end.saturating_add(meta_size))
        .and_then(|bytes| postcard::from_bytes(bytes).ok())
        .ok_or(malformed("unreadable description"))?;
    Ok((chunks, meta))
}

/// Checksum of the head chunk: its own field counts as zero.
pub(crate) fn head_checksum(head: &[u8]) -> u64 {
    let mut head = head.to_vec();
    if let Some(field) = head.get_mut(CHECKSUM_AT..CHECKSUM_AT + 8) {
        field.fill(0);
    }
    checksum(&head)
}

/// Reads a little-endian number; 0 behind the end.
pub(crate) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let chunk = bytes.get(at..).and_then(<[u8]>::first_chunk::<4>);
    chunk.map_or(0, |chunk| u32::from_le_bytes(*chunk))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let chunk = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>);
    chunk.map_or(0, |chunk| u64::from_le_bytes(*chunk))
}

/// Reads the sizes of a chunk's blocks, which follow one another from the offset in the chunk's
/// first bytes; returns where each starts and the last ends, `None` when they exceed the chunk.
pub(crate) fn block_starts(
    bytes: &[u8],
    reader: &mut BitReader<'_>,
    n_blocks: u32,
    rice_parameter: u32,
) -> Option<Vec<usize>> {
    let mut start = u32_at(bytes, 0) as usize;
    let mut starts = vec![start];
    for _ in 0..n_blocks {
        start = start.saturating_add(reader.rice(rice_parameter) as usize);
        starts.push(start);
        if reader.overrun() {
            return None;
        }
    }
    (start <= bytes.len()).then_some(starts)
}

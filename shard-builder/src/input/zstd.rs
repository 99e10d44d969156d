//! Zstandard: all frames of a file one after the other (RFC 8878).

use std::io::{self, Chain, Cursor, Read};

use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

/// Magic number of a frame to be skipped, without its last four bits.
const SKIPPABLE: u32 = 0x184d_2a50;

/// A frame whose magic number was read ahead.
type Frame<R> = StreamingDecoder<Chain<Cursor<[u8; 4]>, R>, FrameDecoder>;

/// Reads the content of all frames.
pub(super) struct Frames<R: Read> {
    state: State<R>,
}

enum State<R: Read> {
    Between(R),
    Inside(Box<Frame<R>>),
    Ended,
}

impl<R: Read> Frames<R> {
    /// Starts before the first frame.
    pub(super) fn new(reader: R) -> Self {
        Self { state: State::Between(reader) }
    }
}

impl<R: Read> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match std::mem::replace(&mut self.state, State::Ended) {
                State::Ended => return Ok(0),
                State::Between(reader) => self.state = next_frame(reader)?,
                State::Inside(mut frame) => {
                    let read = frame.read(buffer)?;
                    if read > 0 || buffer.is_empty() {
                        self.state = State::Inside(frame);
                        return Ok(read);
                    }
                    let expected = frame.decoder.get_checksum_from_data();
                    if expected.is_some() && expected != frame.decoder.get_calculated_checksum() {
                        return Err(invalid("checksum of a frame does not match"));
                    }
                    self.state = State::Between(frame.into_inner().into_inner().1);
                }
            }
        }
    }
}

fn next_frame<R: Read>(mut reader: R) -> io::Result<State<R>> {
    let mut magic = Vec::with_capacity(4);
    reader.by_ref().take(4).read_to_end(&mut magic)?;
    if magic.is_empty() {
        return Ok(State::Ended);
    }
    let Ok(magic) = <[u8; 4]>::try_from(magic) else {
        return Err(io::ErrorKind::UnexpectedEof.into());
    };
    if u32::from_le_bytes(magic) & !0xf == SKIPPABLE {
        let mut length = [0; 4];
        reader.read_exact(&mut length)?;
        let length = u64::from(u32::from_le_bytes(length));
        if io::copy(&mut reader.by_ref().take(length), &mut io::sink())? < length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        return Ok(State::Between(reader));
    }
    let frame = StreamingDecoder::new(Cursor::new(magic).chain(reader))
        .map_err(|error| invalid(&error.to_string()))?;
    Ok(State::Inside(Box::new(frame)))
}

fn invalid(problem: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, problem)
}

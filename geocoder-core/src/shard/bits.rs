//! Bit streams, least significant bit first: fixed fields, Elias gamma and adaptive Rice codes.
//!
//! Sources: P. Elias, "Universal codeword sets and representations of the integers" (1975);
//! R. F. Rice, "Some practical universal noiseless coding techniques" (1979); the adaptation of
//! the parameter follows LOCO-I (M. J. Weinberger and others, 2000).

/// Longest run of zeros in a code; a Rice code that long is followed by the plain value.
const ESCAPE_ZEROS: u32 = 20;
/// Longest run of zeros of a gamma code that is in one window as a whole.
const MAX_WINDOW_ZEROS: u32 = 27;
/// Width of the plain value behind an escape.
const ESCAPE_BITS: u32 = 32;

/// Reads a bit stream; past its end it yields zeros and remembers having done so.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BitReader<'a> {
    bytes: &'a [u8],
    /// Position in bits, in a type that no stream can make overflow.
    position: u64,
}

impl<'a> BitReader<'a> {
    /// Starts at a bit position.
    pub(crate) fn new(bytes: &'a [u8], position: usize) -> Self {
        Self { bytes, position: position as u64 }
    }

    /// Returns the position in bits.
    pub(crate) fn position(&self) -> usize {
        self.position as usize
    }

    /// Moves forward without reading.
    pub(crate) fn skip(&mut self, bits: usize) {
        self.position = self.position.saturating_add(bits as u64);
    }

    /// Whether more bits were read than there are; what was read is then not to be trusted.
    pub(crate) fn overrun(&self) -> bool {
        self.position > self.bytes.len() as u64 * 8
    }

    /// Returns at least 56 bits from the position on, zeros behind the end.
    #[inline]
    fn window(&self) -> u64 {
        let start = usize::try_from(self.position >> 3).unwrap_or(usize::MAX);
        let word = match self.bytes.get(start..).and_then(<[u8]>::first_chunk::<8>) {
            Some(chunk) => u64::from_le_bytes(*chunk),
            None => self.last_bytes(start),
        };
        word >> (self.position & 7)
    }

    /// Returns the bytes from a position on that are fewer than eight.
    #[cold]
    #[inline(never)]
    fn last_bytes(&self, start: usize) -> u64 {
        let tail = self.bytes.get(start..).unwrap_or_default();
        tail.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
    }

    /// Reads up to 32 bits.
    #[inline]
    pub(crate) fn bits(&mut self, count: u32) -> u32 {
        self.field_of(self.window(), 0, count)
    }

    /// Reads a field of up to 32 bits of the window, behind what else it has of the same code.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "masked to 32 bits")]
    fn field_of(&mut self, window: u64, before: u32, count: u32) -> u32 {
        let count = count.min(32);
        self.position += u64::from(before + count);
        (window >> before & ((1u64 << count) - 1)) as u32
    }

    /// Reads one bit.
    #[inline]
    pub(crate) fn bit(&mut self) -> bool {
        self.bits(1) == 1
    }

    /// Reads a number of at least 1 in Elias gamma code; 0 stands for a broken code.
    pub(crate) fn gamma(&mut self) -> u32 {
        let window = self.window();
        let zeros = window.trailing_zeros();
        if zeros >= 32 {
            self.position = u64::MAX >> 1;
            return 0;
        }
        let rest = if zeros <= MAX_WINDOW_ZEROS {
            self.field_of(window, zeros + 1, zeros)
        } else {
            self.skip(zeros as usize + 1);
            self.bits(zeros)
        };
        (1u32 << zeros) | rest
    }

    /// Reads a number of at least 0 in Elias gamma code of its successor.
    pub(crate) fn gamma0(&mut self) -> u32 {
        self.gamma().saturating_sub(1)
    }

    /// Reads a Rice code with parameter `k`.
    #[inline]
    pub(crate) fn rice(&mut self, k: u32) -> u32 {
        let window = self.window();
        let zeros = window.trailing_zeros();
        if zeros >= ESCAPE_ZEROS {
            self.skip(ESCAPE_ZEROS as usize + 1);
            return self.bits(ESCAPE_BITS);
        }
        (zeros << k.min(31)) | self.field_of(window, zeros + 1, k)
    }

    /// Reads a signed number as a zigzag Rice code whose parameter follows the stream.
    #[inline]
    pub(crate) fn signed(&mut self, context: &mut Adaptive) -> i32 {
        zigzag_decode(self.unsigned(context))
    }

    /// Reads a number as a Rice code whose parameter follows the stream.
    #[inline]
    pub(crate) fn unsigned(&mut self, context: &mut Adaptive) -> u32 {
        let value = self.rice(context.parameter());
        context.update(value);
        value
    }
}

/// Running mean of coded numbers, from which the Rice parameter is taken.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Adaptive {
    sum: u32,
    count: u32,
}

impl Adaptive {
    /// Starts with an expected size of numbers.
    pub(crate) fn new(expected: u32) -> Self {
        Self { sum: expected.saturating_mul(2), count: 2 }
    }

    /// Smallest parameter whose power of two reaches the mean times ln 2, the optimum of Rice
    /// codes for geometrically distributed numbers.
    #[inline]
    fn parameter(self) -> u32 {
        let target = u64::from(self.sum) * 11 / 16;
        // With fewer digits than the target, the number is certainly smaller.
        let digits = u64::BITS - target.leading_zeros();
        let mut k = digits.saturating_sub(u32::BITS - self.count.leading_zeros()).min(28);
        while k < 28 && (u64::from(self.count) << k) < target {
            k += 1;
        }
        k
    }

    #[inline]
    fn update(&mut self, value: u32) {
        self.sum = self.sum.saturating_add(value.min(1 << 26));
        self.count += 1;
        // Halving keeps the mean close to the latest numbers.
        if self.count >= 24 {
            self.sum /= 2;
            self.count /= 2;
        }
    }
}

fn zigzag_decode(value: u32) -> i32 {
    #[expect(clippy::cast_possible_wrap, reason = "zigzag maps all 32 bits")]
    let half = (value >> 1) as i32;
    if value & 1 == 1 { !half } else { half }
}

/// Returns the number of bits that can tell `count` values apart.
pub(crate) fn width(count: usize) -> u32 {
    usize::BITS - count.saturating_sub(1).leading_zeros()
}

#[cfg(feature = "build")]
pub(crate) use writer::BitWriter;

#[cfg(feature = "build")]
mod writer {
    use super::{Adaptive, ESCAPE_BITS, ESCAPE_ZEROS};

    /// Writes a bit stream.
    #[derive(Debug, Default, Clone)]
    pub(crate) struct BitWriter {
        bytes: Vec<u8>,
        pending: u64,
        pending_bits: u32,
    }

    impl BitWriter {
        pub(crate) fn position(&self) -> usize {
            self.bytes.len() * 8 + self.pending_bits as usize
        }

        pub(crate) fn bits(&mut self, value: u32, count: u32) {
            debug_assert!(count == 32 || u64::from(value) < 1u64 << count);
            self.pending |= u64::from(value) << self.pending_bits;
            self.pending_bits += count;
            while self.pending_bits >= 8 {
                self.bytes.push(self.pending.to_le_bytes()[0]);
                self.pending >>= 8;
                self.pending_bits -= 8;
            }
        }

        pub(crate) fn bit(&mut self, value: bool) {
            self.bits(u32::from(value), 1);
        }

        pub(crate) fn gamma(&mut self, value: u32) {
            debug_assert!(value >= 1);
            let zeros = 31 - value.leading_zeros();
            self.zeros_then_one(zeros);
            self.bits(value & !(1u32 << zeros), zeros);
        }

        pub(crate) fn gamma0(&mut self, value: u32) {
            self.gamma(value + 1);
        }

        pub(crate) fn rice(&mut self, value: u32, k: u32) {
            let zeros = value >> k.min(31);
            if zeros >= ESCAPE_ZEROS {
                self.zeros_then_one(ESCAPE_ZEROS);
                self.bits(value, ESCAPE_BITS);
            } else {
                self.zeros_then_one(zeros);
                self.bits(value & ((1u32 << k) - 1), k);
            }
        }

        pub(crate) fn signed(&mut self, value: i32, context: &mut Adaptive) {
            let zigzag = value.unsigned_abs().wrapping_mul(2).wrapping_sub(u32::from(value < 0));
            self.unsigned(zigzag, context);
        }

        pub(crate) fn unsigned(&mut self, value: u32, context: &mut Adaptive) {
            self.rice(value, context.parameter());
            context.update(value);
        }

        fn zeros_then_one(&mut self, zeros: u32) {
            self.bits(0, zeros);
            self.bits(1, 1);
        }

        /// Appends another stream bit by bit.
        pub(crate) fn append(&mut self, other: &Self) {
            for byte in &other.bytes {
                self.bits(u32::from(*byte), 8);
            }
            let rest = other.pending.to_le_bytes()[0];
            self.bits(u32::from(rest), other.pending_bits);
        }

        pub(crate) fn finish(mut self) -> Vec<u8> {
            if self.pending_bits > 0 {
                self.bytes.push(self.pending.to_le_bytes()[0]);
            }
            self.bytes
        }
    }
}

#[cfg(test)]
#[cfg(feature = "build")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_code_reads_back_what_was_written(
            values in prop::collection::vec((0u32..5, any::<u32>(), 0u32..31), 0..200),
        ) {
            let mut writer = BitWriter::default();
            let mut context = Adaptive::new(9);
            for &(code, value, k) in &values {
                match code {
                    0 => writer.bits(value & ((1u32 << k) - 1), k),
                    1 => writer.gamma((value >> k).max(1)),
                    2 => writer.rice(value, k),
                    3 => writer.signed(i32::from_le_bytes((value >> k).to_le_bytes()), &mut context),
                    _ => writer.unsigned(value >> k, &mut context),
                }
            }
            let end = writer.position();
            let bytes = writer.finish();
            let mut reader = BitReader::new(&bytes, 0);
            let mut context = Adaptive::new(9);
            for &(code, value, k) in &values {
                match code {
                    0 => prop_assert_eq!(reader.bits(k), value & ((1u32 << k) - 1)),
                    1 => prop_assert_eq!(reader.gamma(), (value >> k).max(1)),
                    2 => prop_assert_eq!(reader.rice(k), value),
                    3 => prop_assert_eq!(
                        reader.signed(&mut context),
                        i32::from_le_bytes((value >> k).to_le_bytes())
                    ),
                    _ => prop_assert_eq!(reader.unsigned(&mut context), value >> k),
                }
            }
            prop_assert_eq!(reader.position(), end);
            prop_assert!(!reader.overrun());
        }

        #[test]
        fn reading_any_bytes_past_their_end_is_noticed_and_never_panics(
            bytes in prop::collection::vec(any::<u8>(), 0..40), start in 0usize..400,
        ) {
            let mut reader = BitReader::new(&bytes, start);
            let mut context = Adaptive::new(3);
            for _ in 0..400 {
                reader.gamma();
                reader.signed(&mut context);
                reader.bits(32);
            }
            prop_assert!(reader.overrun());
        }
    }
}

//! The codes of a column, and the loops over them.

use super::block::{Mask, NONE, WORDS};

/// A code for each row: 0 where the value is absent, otherwise the place of the value among the sorted ones of the
/// column. In words of 64 rows, of which the last one is filled up with zeros.
#[derive(Clone, Debug)]
pub(super) enum Codes {
    Narrow(Vec<[u8; 64]>),
    Middle(Vec<[u16; 64]>),
    Wide(Vec<[u32; 64]>),
}

/// Codes side by side, both ends included.
#[derive(Clone, Copy, Debug)]
pub(super) struct CodeRange {
    pub(super) first: u32,
    pub(super) last: u32,
}

impl Codes {
    /// Codes of which none is greater than `greatest`.
    pub(super) fn new(codes: &[u32], greatest: u32) -> Self {
        if u8::try_from(greatest).is_ok() {
            Self::Narrow(packed(codes))
        } else if u16::try_from(greatest).is_ok() {
            Self::Middle(packed(codes))
        } else {
            Self::Wide(packed(codes))
        }
    }

    /// The rows of a block whose codes lie in one of the ranges; others than `wanted` may be among them.
    pub(super) fn in_ranges(&self, block: usize, ranges: &[CodeRange], wanted: &Mask) -> Mask {
        match self {
            Self::Narrow(words) => in_ranges(words, block, ranges, wanted),
            Self::Middle(words) => in_ranges(words, block, ranges, wanted),
            Self::Wide(words) => in_ranges(words, block, ranges, wanted),
        }
    }

    /// The rows of a block whose codes have a 1 in the table; others than `wanted` may be among them.
    pub(super) fn in_table(&self, block: usize, table: &[u8], wanted: &Mask) -> Mask {
        match self {
            Self::Narrow(words) => in_table(words, block, table, wanted),
            Self::Middle(words) => in_table(words, block, table, wanted),
            Self::Wide(words) => in_table(words, block, table, wanted),
        }
    }

    pub(super) const fn bytes(&self) -> usize {
        match self {
            Self::Narrow(words) => words.capacity() * size_of::<[u8; 64]>(),
            Self::Middle(words) => words.capacity() * size_of::<[u16; 64]>(),
            Self::Wide(words) => words.capacity() * size_of::<[u32; 64]>(),
        }
    }
}

/// An unsigned integer as wide as the codes of a column need.
trait Code: Copy + Default {
    /// The code; one that is too great, which no column of this width has, becomes the greatest.
    fn of(code: u32) -> Self;
    /// Whether the code is at most `width` greater than `first`.
    fn is_within(self, first: Self, width: Self) -> bool;
    fn place(self) -> usize;
}

macro_rules! codes {
    ($($code:ty)+) => {$(
        impl Code for $code {
            fn of(code: u32) -> Self {
                Self::try_from(code).unwrap_or(Self::MAX)
            }

            #[inline]
            fn is_within(self, first: Self, width: Self) -> bool {
                self.wrapping_sub(first) <= width
            }

            #[inline]
            fn place(self) -> usize {
                usize::try_from(self).unwrap_or(usize::MAX)
            }
        }
    )+};
}

codes! { u8 u16 u32 }

fn packed<C: Code>(codes: &[u32]) -> Vec<[C; 64]> {
    let words = codes.chunks(64).map(|rows| {
        let mut word = [C::default(); 64];
        for (code, row) in word.iter_mut().zip(rows) {
            *code = C::of(*row);
        }
        word
    });
    words.collect()
}

fn block_of<C>(words: &[[C; 64]], block: usize) -> impl Iterator<Item = &[C; 64]> {
    words.iter().skip(block * WORDS).take(WORDS)
}

fn in_ranges<C: Code>(
    words: &[[C; 64]],
    block: usize,
    ranges: &[CodeRange],
    wanted: &Mask,
) -> Mask {
    let mut mask = NONE;
    for range in ranges {
        let (first, width) = (C::of(range.first), C::of(range.last - range.first));
        for ((found, codes), wanted) in mask.iter_mut().zip(block_of(words, block)).zip(wanted) {
            if *wanted != 0 {
                *found |= word(codes, |code| code.is_within(first, width));
            }
        }
    }
    mask
}

fn in_table<C: Code>(words: &[[C; 64]], block: usize, table: &[u8], wanted: &Mask) -> Mask {
    let mut mask = NONE;
    for ((found, codes), wanted) in mask.iter_mut().zip(block_of(words, block)).zip(wanted) {
        if *wanted != 0 {
            *found = word(codes, |code| table.get(code.place()) == Some(&1));
        }
    }
    mask
}

/// A bit for each of 64 codes.
#[inline]
fn word<C: Code>(codes: &[C; 64], is_in: impl Fn(C) -> bool) -> u64 {
    // Bytes first: the compiler turns this loop into vector instructions, which it does not for bits.
    let mut flags = [0_u8; 64];
    for (flag, code) in flags.iter_mut().zip(codes) {
        *flag = u8::from(is_in(*code));
    }
    let mut word = 0;
    for (place, eight) in flags.as_chunks::<8>().0.iter().enumerate() {
        word |= bits(*eight) << (8 * place);
    }
    word
}

/// The 8 bits of 8 bytes that are 0 or 1, the first one lowest. The product moves byte `i` to bit `56 + i`, and no two
/// of its parts meet.
#[inline]
const fn bits(flags: [u8; 8]) -> u64 {
    u64::from_le_bytes(flags).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_become_the_bits_they_stand_for() {
        for byte in 0..=u8::MAX {
            let flags = std::array::from_fn(|bit| byte >> bit & 1);
            assert_eq!(bits(flags), u64::from(byte));
        }
    }
}

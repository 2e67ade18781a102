//! The rows that are evaluated together.

/// How many words of 64 rows: small enough for their codes and masks to stay in the first cache, large enough for the
/// cost of a step to vanish among them.
pub(super) const WORDS: usize = 32;

/// How many rows.
pub(super) const ROWS: usize = WORDS * 64;

/// Some of the rows of a block.
pub(super) type Mask = [u64; WORDS];

pub(super) const NONE: Mask = [0; WORDS];

pub(super) fn is_none(mask: &Mask) -> bool {
    mask.iter().fold(0, |any, word| any | word) == 0
}

/// The first so many rows.
pub(super) fn first(rows: usize) -> Mask {
    let mut mask = NONE;
    for (place, word) in mask.iter_mut().enumerate() {
        let rows = rows.saturating_sub(place * 64);
        *word = if rows >= 64 {
            u64::MAX
        } else {
            (1 << rows) - 1
        };
    }
    mask
}

pub(super) fn and(one: &Mask, other: &Mask) -> Mask {
    combined(one, other, |one, other| one & other)
}

pub(super) fn without(one: &Mask, other: &Mask) -> Mask {
    combined(one, other, |one, other| one & !other)
}

pub(super) fn add(to: &mut Mask, other: &Mask) {
    for (word, other) in to.iter_mut().zip(other) {
        *word |= other;
    }
}

fn combined(one: &Mask, other: &Mask, by: impl Fn(u64, u64) -> u64) -> Mask {
    let mut mask = NONE;
    for ((word, one), other) in mask.iter_mut().zip(one).zip(other) {
        *word = by(*one, *other);
    }
    mask
}

//! Words as numbers.

use std::{collections::BTreeSet, ops::Range};

/// The different words of a column, sorted. Code 0 is absent, 1 the first word.
pub(super) struct Dictionary {
    words: Vec<Box<str>>,
}

impl Dictionary {
    pub(super) fn of<'a>(column: impl Iterator<Item = Option<&'a str>>) -> Self {
        let words: BTreeSet<&str> = column.flatten().collect();
        Self {
            words: words.into_iter().map(Box::from).collect(),
        }
    }

    /// The code of a word of the column.
    pub(super) fn code(&self, word: Option<&str>) -> u16 {
        let place = |word| self.words.binary_search_by(|it| (**it).cmp(word)).ok();
        let place = word.and_then(place).map(|place| place + 1);
        u16::try_from(place.unwrap_or_default()).unwrap_or_default()
    }

    /// The same for a column of fewer than 256 words.
    pub(super) fn byte(&self, word: Option<&str>) -> u8 {
        u8::try_from(self.code(word)).unwrap_or_default()
    }

    /// The codes of words that begin with `prefix`.
    pub(super) fn prefix(&self, prefix: &str) -> Range<u16> {
        let first = self.words.partition_point(|word| **word < *prefix);
        let words = &self.words[first..];
        let after = first + words.partition_point(|word| word.starts_with(prefix));
        let code = |place: usize| u16::try_from(place + 1).unwrap_or(u16::MAX);
        code(first)..code(after)
    }
}

//! Sets of rows.

/// The places of some records among others: a bit for each.
///
/// ```
/// use offerkit_core::criteria::RowSet;
///
/// let even: RowSet = (0..100).map(|row| row % 2 == 0).collect();
/// let late: RowSet = (0..100).map(|row| row > 95).collect();
/// let both = even.and(&late);
/// assert_eq!(both.iter().collect::<Vec<_>>(), [96, 98]);
/// assert_eq!((both.count(), both.contains(98), both.contains(97)), (2, true, false));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowSet {
    // 64 rows each; no bit stands for a row behind the last one.
    words: Vec<u64>,
    rows: usize,
}

impl RowSet {
    /// No row of so many.
    pub(super) fn none(rows: usize) -> Self {
        Self {
            words: Vec::with_capacity(rows.div_ceil(64)),
            rows,
        }
    }

    /// Adds the next rows.
    pub(super) fn extend(&mut self, words: &[u64]) {
        let missing = self.rows.div_ceil(64).saturating_sub(self.words.len());
        self.words.extend(words.iter().take(missing));
    }

    /// How many rows are in the set.
    #[must_use]
    pub fn count(&self) -> usize {
        let ones = |word: &u64| usize::try_from(word.count_ones()).unwrap_or(0);
        self.words.iter().map(ones).sum()
    }

    /// Whether no row is in the set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// How many rows there are, in the set or not.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// Whether the row is in the set.
    #[must_use]
    pub fn contains(&self, row: usize) -> bool {
        let word = self.words.get(row / 64);
        word.is_some_and(|word| word >> (row % 64) & 1 == 1)
    }

    /// The rows of the set, in order.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        let words = self.words.iter().enumerate();
        words.flat_map(|(place, word)| ones(*word).map(move |bit| place * 64 + bit))
    }

    /// The rows that are in both sets.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let words = self.words.iter().zip(&other.words);
        Self {
            words: words.map(|(one, other)| one & other).collect(),
            rows: self.rows.min(other.rows),
        }
    }
}

impl FromIterator<bool> for RowSet {
    /// The rows for which it is true.
    fn from_iter<T: IntoIterator<Item = bool>>(rows: T) -> Self {
        let mut set = Self::none(0);
        for is_in in rows {
            let bit = u64::from(is_in) << (set.rows % 64);
            if set.rows.is_multiple_of(64) {
                set.words.push(bit);
            } else if let Some(word) = set.words.last_mut() {
                *word |= bit;
            }
            set.rows += 1;
        }
        set
    }
}

/// The places of the ones, in order.
pub(super) fn ones(word: u64) -> impl Iterator<Item = usize> {
    let mut left = word;
    std::iter::from_fn(move || {
        let place = usize::try_from(left.trailing_zeros()).unwrap_or(64);
        let found = (left != 0).then_some(place);
        left &= left.wrapping_sub(1);
        found
    })
}

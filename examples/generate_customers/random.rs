//! Random choices that are the same on every machine.

/// Of a hundred values of a column that may be empty, how many are.
const GAP_PERCENT: i64 = 3;

/// The generator of Steele, Lea and Flood (2014): small, fast, the same everywhere; not for secrets.
pub(crate) struct SplitMix64(u64);

impl SplitMix64 {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A whole number from `lowest` to `highest`, both included.
    pub(crate) fn between(&mut self, lowest: i64, highest: i64) -> i64 {
        let span = highest.abs_diff(lowest).saturating_add(1);
        lowest.saturating_add_unsigned(self.next() % span)
    }

    /// As [`between`](Self::between), but values in the middle come more often.
    pub(crate) fn triangular(&mut self, (lowest, highest): (i64, i64)) -> i64 {
        let sum = self.between(lowest, highest) + self.between(lowest, highest);
        sum / 2
    }

    pub(crate) fn pick<T: Copy + Default>(&mut self, items: &[T]) -> T {
        item(items, self.next())
    }

    /// One of the items, each as often as its weight says.
    pub(crate) fn weighted<T: Copy + Default>(&mut self, items: &[(u64, T)]) -> T {
        let total = items.iter().map(|(weight, _)| weight).sum::<u64>();
        let mut left = self.next() % total.max(1);
        for (weight, item) in items {
            if left < *weight {
                return *item;
            }
            left -= weight;
        }
        T::default()
    }

    /// The value, or now and then nothing.
    pub(crate) fn or_gap(&mut self, value: impl Into<String>) -> String {
        if self.between(1, 100) <= GAP_PERCENT {
            String::new()
        } else {
            value.into()
        }
    }
}

/// The item at a position, counted round and round.
pub(crate) fn item<T: Copy + Default>(items: &[T], position: u64) -> T {
    let at = position % u64::try_from(items.len()).unwrap_or(u64::MAX).max(1);
    usize::try_from(at)
        .ok()
        .and_then(|at| items.get(at))
        .copied()
        .unwrap_or_default()
}

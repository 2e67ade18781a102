//! How long to wait: for work, and after a failure.

use std::{ops::RangeInclusive, time::Duration};

/// The first wait after a failure, and the longest.
const FAILED: (Duration, Duration) = (Duration::from_millis(500), Duration::from_mins(1));

/// Between which bounds a worker waits before it looks for work again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Poll {
    shortest: Duration,
    longest: Duration,
}

impl Poll {
    pub(crate) fn new(interval: &RangeInclusive<Duration>) -> Self {
        let shortest = (*interval.start()).max(Duration::from_millis(1));
        Self {
            shortest,
            longest: (*interval.end()).max(shortest),
        }
    }
}

impl Default for Poll {
    fn default() -> Self {
        Self::new(&(Duration::from_millis(500)..=Duration::from_secs(15)))
    }
}

/// The wait before the next look for work: short while there is some, and twice as long after each look that found none.
#[derive(Debug)]
pub(crate) struct Pace {
    poll: Poll,
    wait: Duration,
}

impl Pace {
    pub(crate) const fn new(poll: Poll) -> Self {
        Self {
            wait: poll.shortest,
            poll,
        }
    }

    /// The wait after a look that took so long: at least ten times that, so that looking is never most of what is done.
    pub(crate) fn after_look(&self, took: Duration) -> Duration {
        self.wait
            .max(took.saturating_mul(10))
            .min(self.poll.longest)
    }

    pub(crate) const fn worked(&mut self) {
        self.wait = self.poll.shortest;
    }

    pub(crate) fn idled(&mut self) {
        self.wait = self.wait.saturating_mul(2).min(self.poll.longest);
    }
}

/// Draws from a seed, so that those who fail together do not try again together.
#[derive(Debug)]
pub(crate) struct Jitter(u64);

impl Jitter {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The wait after so many failures in a row: twice as long for each, up to a minute, and from there a random part less,
    /// of half at most.
    pub(crate) fn after_failures(&mut self, failures: u32) -> Duration {
        let (first, longest) = FAILED;
        let factor = 1_u32
            .checked_shl(failures.saturating_sub(1))
            .filter(|factor| *factor > 0)
            .unwrap_or(u32::MAX);
        let wait = first.saturating_mul(factor).min(longest);
        let share = u32::from(self.next());
        wait.saturating_sub(wait / 2 * share / u32::from(u16::MAX))
    }

    /// The next of `SplitMix64`'s numbers, its upper 16 bits.
    const fn next(&mut self) -> u16 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let [one, two, ..] = (mixed ^ (mixed >> 31)).to_be_bytes();
        u16::from_be_bytes([one, two])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_become_rarer_while_there_is_nothing_and_frequent_again() {
        let seconds = Duration::from_secs;
        let mut pace = Pace::new(Poll::new(&(seconds(1)..=seconds(5))));
        let mut waits = Vec::new();
        for _ in 0..4 {
            waits.push(pace.after_look(Duration::ZERO));
            pace.idled();
        }
        assert_eq!(waits, [1, 2, 4, 5].map(seconds));
        pace.worked();
        assert_eq!(pace.after_look(Duration::ZERO), seconds(1));
        assert_eq!(pace.after_look(Duration::from_millis(300)), seconds(3));
    }

    #[test]
    fn waits_after_failures_grow_and_differ() {
        let mut jitter = Jitter::new(1);
        for (failures, longest) in [(1, 500), (2, 1_000), (5, 8_000), (40, 60_000)] {
            let wait = jitter.after_failures(failures).as_millis();
            assert!(wait <= longest && wait >= longest / 2, "{wait}");
        }
        let (mut one, mut two) = (Jitter::new(1), Jitter::new(2));
        assert_ne!(one.after_failures(9), two.after_failures(9));
    }
}

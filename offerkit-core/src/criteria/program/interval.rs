//! Ranges of ordered values.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::ops::Bound;

use crate::criteria::comparison::Comparison;

/// The values between two bounds, each of which is included, excluded or missing.
#[derive(Clone, Debug)]
pub(in crate::criteria) struct Interval<T> {
    low: Bound<T>,
    high: Bound<T>,
}

impl<T: Ord> Interval<T> {
    pub(super) const fn new(low: Bound<T>, high: Bound<T>) -> Self {
        Self { low, high }
    }

    /// From `first` to `last`, both included.
    pub(super) const fn closed(first: T, last: T) -> Self {
        Self::new(Bound::Included(first), Bound::Included(last))
    }

    /// The values that compare like this with `value`.
    pub(super) fn of(by: Comparison, value: T) -> Self
    where
        T: Clone,
    {
        match by {
            Comparison::Eq => Self::closed(value.clone(), value),
            Comparison::Gt => Self::new(Bound::Excluded(value), Bound::Unbounded),
            Comparison::Gte => Self::new(Bound::Included(value), Bound::Unbounded),
            Comparison::Lt => Self::new(Bound::Unbounded, Bound::Excluded(value)),
            Comparison::Lte => Self::new(Bound::Unbounded, Bound::Included(value)),
        }
    }

    /// Whether the value lies before, in or behind the interval. Before and behind an empty one count as before.
    #[inline]
    pub(super) fn side<V: Ord + ?Sized>(&self, value: &V) -> Ordering
    where
        T: Borrow<V>,
    {
        let is_before = match &self.low {
            Bound::Included(low) => value < low.borrow(),
            Bound::Excluded(low) => value <= low.borrow(),
            Bound::Unbounded => false,
        };
        let is_behind = match &self.high {
            Bound::Included(high) => value > high.borrow(),
            Bound::Excluded(high) => value >= high.borrow(),
            Bound::Unbounded => false,
        };
        if is_before {
            Ordering::Less
        } else if is_behind {
            Ordering::Greater
        } else {
            Ordering::Equal
        }
    }

    /// What lies in both intervals.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            low: tighter(self.low, other.low, Ordering::Greater),
            high: tighter(self.high, other.high, Ordering::Less),
        }
    }
}

/// The bound that leaves less: of two different values the one on the side `inward` of the other.
fn tighter<T: Ord>(one: Bound<T>, other: Bound<T>, inward: Ordering) -> Bound<T> {
    let order = match (&one, &other) {
        (Bound::Unbounded, _) => return other,
        (_, Bound::Unbounded) => return one,
        (Bound::Included(a) | Bound::Excluded(a), Bound::Included(b) | Bound::Excluded(b)) => {
            a.cmp(b)
        }
    };
    let is_one = if order.is_eq() {
        matches!(one, Bound::Excluded(_))
    } else {
        order == inward
    };
    if is_one { one } else { other }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_in_both_intervals_lies_in_their_intersection() {
        let bounds = |value| [Bound::Included(value), Bound::Excluded(value)];
        let mut all: Vec<Bound<i32>> = (0..4).flat_map(bounds).collect();
        all.push(Bound::Unbounded);
        let pairs = || {
            all.iter()
                .flat_map(|low| all.iter().map(move |high| (*low, *high)))
        };
        for (low, high) in pairs() {
            for (other_low, other_high) in pairs() {
                let (one, other) = (
                    Interval::new(low, high),
                    Interval::new(other_low, other_high),
                );
                let both = one.clone().and(other.clone());
                for value in -1..5 {
                    let expected = one.side(&value).is_eq() && other.side(&value).is_eq();
                    assert_eq!(
                        both.side(&value).is_eq(),
                        expected,
                        "{one:?} {other:?} {value}"
                    );
                }
            }
        }
    }
}

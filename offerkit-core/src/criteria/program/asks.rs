//! What is asked of a value that has an order.

use std::borrow::Borrow;
use std::cmp::Ordering;

use super::interval::Interval;
use crate::criteria::comparison::Comparison;

/// Up to so many items are tried one after another; more are searched.
const FEW: usize = 8;

#[derive(Clone, Debug)]
pub(in crate::criteria) enum Asks<T> {
    Equals(T),
    /// Sorted.
    OneOf(Box<[T]>),
    Within(Interval<T>),
}

/// How the literals of a leaf are compared with a value.
#[derive(Clone, Copy, Debug)]
pub(super) enum By {
    /// It is one of them.
    Membership,
    /// It stands so to the one literal.
    Order(Comparison),
}

impl<T: Ord + Clone> Asks<T> {
    /// Of literals that are sorted, as lists of the normal form are.
    pub(super) fn new(by: By, literals: Vec<T>) -> Self {
        match (by, literals.as_slice()) {
            (By::Membership, [one]) => Self::Equals(one.clone()),
            (By::Order(by), [one]) => Self::Within(Interval::of(by, one.clone())),
            _ => Self::OneOf(literals.into()),
        }
    }

    #[inline]
    pub(super) fn holds<V: Ord + ?Sized>(&self, value: &V) -> bool
    where
        T: Borrow<V>,
    {
        match self {
            Self::Equals(literal) => literal.borrow() == value,
            Self::OneOf(list) if list.len() <= FEW => list.iter().any(|it| it.borrow() == value),
            Self::OneOf(list) => list.binary_search_by(|it| it.borrow().cmp(value)).is_ok(),
            Self::Within(interval) => interval.side(value).is_eq(),
        }
    }

    /// In how many regions, each of values side by side, this holds.
    pub(super) fn regions(&self) -> usize {
        match self {
            Self::Equals(_) | Self::Within(_) => 1,
            Self::OneOf(list) => list.len(),
        }
    }

    /// Whether the value lies before, in or behind one of the regions, which are in order.
    pub(super) fn side<V: Ord + ?Sized>(&self, region: usize, value: &V) -> Ordering
    where
        T: Borrow<V>,
    {
        match self {
            Self::Equals(literal) => value.cmp(literal.borrow()),
            // Before a region that there is not.
            Self::OneOf(list) => list
                .get(region)
                .map_or(Ordering::Less, |it| value.cmp(it.borrow())),
            Self::Within(interval) => interval.side(value),
        }
    }

    /// Asks for both intervals at once; whatever is none comes back.
    pub(super) fn join(&mut self, other: Self) -> Option<Self> {
        match (&mut *self, other) {
            (Self::Within(one), Self::Within(other)) => {
                *one = one.clone().and(other);
                None
            }
            (_, other) => Some(other),
        }
    }
}

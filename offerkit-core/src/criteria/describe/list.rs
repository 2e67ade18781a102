//! Lists in a sentence, clipped where they are long.

use std::collections::BTreeSet;

/// Lists of at most so many different items are shown as a whole.
pub(super) const LISTED_ITEMS: usize = 8;
/// So many items of a longer list are shown.
pub(super) const SHOWN_ITEMS: usize = 3;

/// The different items of a list, in its order, for a sentence.
pub(super) struct List {
    shown: Vec<String>,
    count: usize,
}

impl List {
    pub(super) fn new<T: Ord>(items: &[T], show: impl Fn(&T) -> String) -> Self {
        let mut seen = BTreeSet::new();
        let mut different: Vec<&T> = items.iter().filter(|item| seen.insert(*item)).collect();
        let count = different.len();
        if count > LISTED_ITEMS {
            different.truncate(SHOWN_ITEMS);
        }
        Self {
            shown: different.into_iter().map(show).collect(),
            count,
        }
    }

    /// `a`, `a or b`, `one of a, b and c`, `one of 312 values, such as a, b and c`.
    pub(super) fn one(&self) -> String {
        self.either("one of")
    }

    /// `a`, `a or b`, `any of a, b and c`, `any of 312 values, such as a, b and c`.
    pub(super) fn any(&self) -> String {
        self.either("any of")
    }

    fn either(&self, several: &str) -> String {
        match self.shown.as_slice() {
            [a] => a.clone(),
            [a, b] => format!("{a} or {b}"),
            _ => format!("{several} {}", self.items("values")),
        }
    }

    /// `not a`, `neither a nor b`, `none of a, b and c`, `none of 312 values, such as a, b and c`.
    pub(super) fn none(&self) -> String {
        match self.shown.as_slice() {
            [a] => format!("not {a}"),
            [a, b] => format!("neither {a} nor {b}"),
            _ => format!("none of {}", self.items("values")),
        }
    }

    /// `a`, `a and b`, `all of a, b and c`, `all of 312 values, such as a, b and c`.
    pub(super) fn all(&self) -> String {
        match self.shown.as_slice() {
            [a] => a.clone(),
            [a, b] => format!("{a} and {b}"),
            _ => format!("all of {}", self.items("values")),
        }
    }

    /// `offer a`, `offer a or b`, `one of the offers a, b and c`, `one of 312 offers, such as a, b and c`; nothing for
    /// an empty list.
    pub(super) fn one_named(&self, singular: &str, plural: &str) -> Option<String> {
        Some(match self.shown.as_slice() {
            [] => return None,
            [a] => format!("{singular} {a}"),
            [a, b] => format!("{singular} {a} or {b}"),
            _ if self.is_clipped() => format!("one of {}", self.items(plural)),
            _ => format!("one of the {plural} {}", self.items(plural)),
        })
    }

    /// `no texts`, `a`, `a and b`, `312 texts, such as a, b and c`.
    pub(super) fn set(&self) -> String {
        if self.count == 0 {
            return "no texts".to_owned();
        }
        self.items("texts")
    }

    pub(super) const fn len(&self) -> usize {
        self.count
    }

    fn is_clipped(&self) -> bool {
        self.count > self.shown.len()
    }

    fn items(&self, plural: &str) -> String {
        let items = match self.shown.as_slice() {
            [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
            shown => shown.concat(),
        };
        if self.is_clipped() {
            format!("{} {plural}, such as {items}", self.count)
        } else {
            items
        }
    }
}

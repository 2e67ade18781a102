//! The values that can pass some tests.

use std::collections::BTreeSet;

use crate::criteria::clause::Operation;
use crate::criteria::comparison::Comparison;
use crate::criteria::literal::Literal;

/// The values, and absence, that pass all tests of a field seen so far; more, where a test is not understood.
pub(super) struct Values<'c> {
    may_be_absent: bool,
    may_be_present: bool,
    lower: Option<Bound>,
    upper: Option<Bound>,
    one_of: Option<BTreeSet<&'c Literal>>,
    none_of: BTreeSet<&'c Literal>,
}

/// An end of a range, which is open where the end itself does not pass.
struct Bound {
    literal: Literal,
    is_open: bool,
}

impl<'c> Values<'c> {
    /// Every value, and none.
    pub(super) const fn all() -> Self {
        Self {
            may_be_absent: true,
            may_be_present: true,
            lower: None,
            upper: None,
            one_of: None,
            none_of: BTreeSet::new(),
        }
    }

    pub(super) fn narrow(&mut self, operation: &'c Operation) {
        match operation {
            Operation::Equals(Some(literal)) => self.keep(std::slice::from_ref(literal)),
            Operation::In(list) => self.keep(list),
            Operation::NotEquals(Some(literal)) => {
                self.none_of.insert(literal);
            }
            Operation::NotIn(list) => self.none_of.extend(list),
            Operation::Compare(by, literal) => self.bound(*by, literal),
            Operation::Between(first, last) => {
                self.bound(Comparison::Gte, first);
                self.bound(Comparison::Lte, last);
            }
            Operation::Equals(None) | Operation::Exists(false) => self.may_be_present = false,
            Operation::NotEquals(None)
            | Operation::Exists(true)
            | Operation::Text { .. }
            | Operation::FoldedIn(_)
            | Operation::Has(_)
            | Operation::HasAny(_)
            | Operation::HasAll(_)
            | Operation::Size(_)
            | Operation::Age(_)
            | Operation::WithinLast(_)
            | Operation::WithinNext(_)
            | Operation::OlderThan(_)
            | Operation::AnniversaryWithin(_) => self.may_be_absent = false,
            Operation::Not(_) => {}
        }
    }

    /// Whether neither a value nor absence passes.
    pub(super) fn are_none(&self) -> bool {
        !(self.may_be_absent || self.may_be_present && self.has_values())
    }

    fn keep(&mut self, list: &'c [Literal]) {
        self.may_be_absent = false;
        let list: BTreeSet<&Literal> = list.iter().collect();
        match &mut self.one_of {
            None => self.one_of = Some(list),
            Some(one_of) => one_of.retain(|it| list.contains(it)),
        }
    }

    fn bound(&mut self, by: Comparison, literal: &Literal) {
        self.may_be_absent = false;
        let (is_lower, is_open) = match by {
            Comparison::Gt => (true, true),
            Comparison::Gte => (true, false),
            Comparison::Lt => (false, true),
            Comparison::Lte => (false, false),
            // `$eq` has a form of its own.
            Comparison::Eq => return,
        };
        let new = closed(literal, is_lower, is_open);
        let bound = if is_lower {
            &mut self.lower
        } else {
            &mut self.upper
        };
        let is_tighter = bound.as_ref().is_none_or(|bound| {
            let order = new.literal.cmp(&bound.literal);
            let order = if is_lower { order } else { order.reverse() };
            order.is_gt() || order.is_eq() && new.is_open
        });
        if is_tighter {
            *bound = Some(new);
        }
    }

    fn has_values(&self) -> bool {
        if let Some(one_of) = &self.one_of {
            return one_of
                .iter()
                .any(|it| self.is_between(it) && !self.none_of.contains(it));
        }
        match (&self.lower, &self.upper) {
            (Some(lower), Some(upper)) => {
                let order = lower.literal.cmp(&upper.literal);
                order.is_lt() || order.is_eq() && !lower.is_open && !upper.is_open
            }
            (Some(_), None) | (None, Some(_) | None) => true,
        }
    }

    fn is_between(&self, literal: &Literal) -> bool {
        let is_above = self.lower.as_ref().is_none_or(|lower| {
            *literal > lower.literal || *literal == lower.literal && !lower.is_open
        });
        let is_below = self.upper.as_ref().is_none_or(|upper| {
            *literal < upper.literal || *literal == upper.literal && !upper.is_open
        });
        is_above && is_below
    }
}

/// The bound with its end included, where the type has a next value: greater than 5 is at least 6.
fn closed(literal: &Literal, is_lower: bool, is_open: bool) -> Bound {
    let next = match literal {
        _ if !is_open => None,
        Literal::Int(n) if is_lower => n.checked_add(1).map(Literal::Int),
        Literal::Int(n) => n.checked_sub(1).map(Literal::Int),
        Literal::Date(date) if is_lower => date.succ_opt().map(Literal::Date),
        Literal::Date(date) => date.pred_opt().map(Literal::Date),
        Literal::Text(_)
        | Literal::Decimal(_)
        | Literal::Bool(_)
        | Literal::Timestamp(_)
        | Literal::Uuid(_) => None,
    };
    Bound {
        is_open: is_open && next.is_none(),
        literal: next.unwrap_or_else(|| literal.clone()),
    }
}

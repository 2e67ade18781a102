//! What a condition is likely to cost and to answer.

use super::asks::Asks;
use super::compile::Tree;
use super::{Check, Question};
use crate::criteria::comparison::Comparison;
use crate::criteria::expr::TextMatch;
use crate::criteria::field::{Field, Storage};
use crate::criteria::field_type::FieldType;

/// Guesses from the form of a condition alone, good enough to ask first what decides most for its time.
#[derive(Clone, Copy)]
pub(super) struct Estimate {
    /// In nanoseconds.
    cost: u32,
    /// Of how many records in a hundred it holds, from 1 to 99.
    percent: u32,
}

impl Estimate {
    pub(super) fn of(tree: &Tree) -> Self {
        match tree {
            Tree::Constant(_) => Self::new(0, 50),
            Tree::Leaf { check, wanted } => {
                let holds = Self::of_check(check);
                if *wanted { holds } else { holds.negated() }
            }
            Tree::Group { all, parts } => {
                let parts = parts.iter().map(Self::of);
                if *all {
                    parts.fold(Self::new(0, 99), Self::and)
                } else {
                    let neither = parts.map(Self::negated);
                    neither.fold(Self::new(0, 99), Self::and).negated()
                }
            }
        }
    }

    /// What to sort the parts of a group by: the time it takes until a part has decided, which in `all` it does by
    /// failing.
    pub(super) fn rank(self, all: bool) -> u32 {
        let decides = if all {
            100 - self.percent
        } else {
            self.percent
        };
        self.cost.saturating_mul(100) / decides.max(1)
    }

    fn new(cost: u32, percent: u32) -> Self {
        Self {
            cost,
            percent: percent.clamp(1, 99),
        }
    }

    fn negated(self) -> Self {
        Self::new(self.cost, 100 - self.percent)
    }

    fn and(self, other: Self) -> Self {
        let cost = self.cost.saturating_add(other.cost);
        Self::new(cost, self.percent * other.percent / 100)
    }

    fn of_check(check: &Check) -> Self {
        match check {
            Check::Field(field, question) => {
                let asked = Self::of_question(field.field_type(), question);
                Self::new(asked.cost + cost_of(field), asked.percent)
            }
            Check::Sample(sample) => Self::new(200, sample.buckets() / 100),
            Check::Received(_) => Self::new(1000, 50),
        }
    }

    fn of_question(field_type: &FieldType, question: &Question) -> Self {
        match question {
            Question::Never => Self::new(0, 1),
            Question::Present => Self::new(2, 90),
            Question::Text(Asks::Equals(_)) => {
                let percent = if let FieldType::Enum { values } = field_type {
                    u32::try_from(100 / values.len().max(1)).unwrap_or(1)
                } else {
                    10
                };
                Self::new(4, percent)
            }
            Question::Text(asks) => Self::ordered(4, asks),
            Question::Int(asks) => Self::ordered(2, asks),
            Question::Decimal(asks) => Self::ordered(5, asks),
            Question::Bool(_) => Self::new(2, 50),
            Question::Date(asks) => Self::ordered(3, asks),
            Question::Timestamp(asks) => Self::ordered(3, asks),
            Question::Uuid(asks) => Self::ordered(3, asks),
            Question::Anniversary(_) => Self::new(4, 10),
            Question::Pattern(TextMatch::Whole | TextMatch::Start | TextMatch::End, _) => {
                Self::new(6, 10)
            }
            Question::Pattern(TextMatch::Anywhere, _) => Self::new(60, 10),
            Question::FoldedIn(_) => Self::new(20, 20),
            Question::HasAny(_) | Question::HasAll(_) => Self::new(40, 30),
            Question::Size(by, _) => Self::new(40, if *by == Comparison::Eq { 20 } else { 50 }),
        }
    }

    fn ordered<T>(cost: u32, asks: &Asks<T>) -> Self {
        match asks {
            Asks::Equals(_) => Self::new(cost, 2),
            Asks::OneOf(list) => {
                let many = u32::try_from(list.len()).unwrap_or(u32::MAX);
                Self::new(cost.saturating_mul(2), many.saturating_mul(10).min(50))
            }
            Asks::Within(_) => Self::new(cost.saturating_mul(2), 40),
        }
    }
}

/// To read the value.
fn cost_of(field: &Field) -> u32 {
    match (field.storage(), field.field_type()) {
        (Storage::Column(_), _) => 2,
        // Read from its text each time.
        (Storage::Attribute, FieldType::Decimal { .. } | FieldType::Timestamp) => 80,
        (Storage::Attribute, _) => 20,
    }
}

//! What a document means, in normal form: what back ends compile.

use super::comparison::Comparison;
use super::field::Field;
use super::literal::Literal;
use super::period::Period;
use super::received::Received;
use super::sample::Sample;

/// A condition on customers, normalised. Every back end gives each of its forms the same meaning.
///
/// Shorthand is expanded, negation stands at the leaves alone, groups of one kind are not nested in each other and have
/// two parts at least, and parts and lists are sorted and without repetitions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expr {
    /// Holds for every customer.
    Everyone,
    /// Holds for no customer.
    Nobody,
    /// Holds where every part holds.
    All(Vec<Expr>),
    /// Holds where any part holds.
    Any(Vec<Expr>),
    /// Holds where the leaf holds.
    Holds(Leaf),
    /// Holds where the leaf does not hold; so, too, where its field has no value.
    Fails(Leaf),
}

/// A condition that has no parts. It is false where its field has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leaf {
    /// Asks the value of a field.
    Field(Test),
    /// Asks what the customer was sent.
    Received(Received),
    /// Asks whether the customer is in a sample.
    Sample(Sample),
}

/// A condition on the value of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    field: Field,
    predicate: Predicate,
}

/// What is asked of a value. Literals are of the field's type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Predicate {
    /// There is a value.
    Exists,
    /// The value is equal.
    Equals(Literal),
    /// The value is one of at least two.
    In(Vec<Literal>),
    /// The value is greater or less; never [`Comparison::Eq`].
    Compare(Comparison, Literal),
    /// The text is, begins with, ends with or contains the pattern.
    Text(TextMatch, Pattern),
    /// The text is one of at least two, after A-Z are folded. The list is folded.
    FoldedIn(Vec<Box<str>>),
    /// The set has one of these.
    HasAny(Vec<Box<str>>),
    /// The set has all of these, at least two.
    HasAll(Vec<Box<str>>),
    /// The number of different texts in the set.
    Size(Comparison, i64),
    /// Whole years from the date to today. A date after today has no age.
    Age(Comparison, i64),
    /// The date or moment lies in a period up to now, both ends included.
    WithinLast(Period),
    /// The date or moment lies in a period from now on, both ends included.
    WithinNext(Period),
    /// The date or moment lies before the period up to now.
    OlderThan(Period),
    /// The day of the year is among those from today to so many days later.
    AnniversaryWithin(u16),
}

/// Where a pattern stands in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TextMatch {
    /// The text is the pattern. Only folded: otherwise it is [`Predicate::Equals`].
    Whole,
    /// The text begins with the pattern.
    Start,
    /// The text ends with the pattern.
    End,
    /// The pattern is somewhere in the text.
    Anywhere,
}

/// A text to be found in others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pattern {
    /// Code point by code point.
    Exact(Box<str>),
    /// After A-Z are folded to a-z on both sides. The pattern is folded.
    Folded(Box<str>),
}

impl Expr {
    /// Whether any part asks what the customer was sent, so that a store has to know it.
    #[must_use]
    pub fn asks_history(&self) -> bool {
        // The tree is no deeper than the language lets documents be.
        match self {
            Self::Everyone | Self::Nobody => false,
            Self::All(parts) | Self::Any(parts) => parts.iter().any(Self::asks_history),
            Self::Holds(leaf) | Self::Fails(leaf) => match leaf {
                Leaf::Received(_) => true,
                Leaf::Field(_) | Leaf::Sample(_) => false,
            },
        }
    }
}

impl Pattern {
    /// The text of the pattern.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Exact(text) | Self::Folded(text) => text,
        }
    }

    /// Whether A-Z are folded.
    #[must_use]
    pub const fn is_folded(&self) -> bool {
        matches!(self, Self::Folded(_))
    }
}

impl Test {
    pub(super) const fn new(field: Field, predicate: Predicate) -> Self {
        Self { field, predicate }
    }

    /// The field.
    #[must_use]
    pub const fn field(&self) -> &Field {
        &self.field
    }

    /// What is asked of its value.
    #[must_use]
    pub const fn predicate(&self) -> &Predicate {
        &self.predicate
    }
}

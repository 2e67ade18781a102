//! What a document says, checked.

use super::field::Field;
use super::literal::Literal;

/// A condition on customers. Every back end gives each of its forms the same meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expr {
    /// Holds for every customer.
    Everyone,
    /// Holds where every part holds.
    All(Vec<Expr>),
    /// Holds where the value of one field passes.
    Test(Test),
}

/// A condition on the value of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    field: Field,
    predicate: Predicate,
}

/// What is asked of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Predicate {
    /// The value is present and equal. The literal is of the field's type.
    Equals(Literal),
    /// The value is present, or it is absent.
    Exists(bool),
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

//! A catalog as a form: what a user interface needs to let people put a document together.

mod clauses;
mod operators;

use serde::Serialize;

use super::catalog::Catalog;
use super::check::NEWEST_VERSION;
use super::field::FieldDefinition;
use super::field_type::FieldType;
use super::limits::Limits;
use super::period::PeriodUnit;

pub use self::clauses::{ClauseForm, ClauseOperand, PartForm, PartOperand};

/// The fields of a catalog with their operators, the clauses that stand beside fields, and the limits.
///
/// Serialised, its names are stable; later releases may add members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CatalogForm {
    /// The version of the language.
    pub version: u16,
    /// The revision of the catalog.
    pub revision: u64,
    /// The fields, by name; retired and protected ones, too.
    pub fields: Vec<FieldForm>,
    /// What stands beside fields.
    pub clauses: Vec<ClauseForm>,
    /// How large a document may be.
    pub limits: LimitsForm,
}

/// A field and its operators.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the flags are independent of each other, as in the definition"
)]
pub struct FieldForm {
    /// The name.
    pub name: Box<str>,
    /// The type, with an enum's values and a decimal's digits.
    #[serde(flatten)]
    pub field_type: FieldType,
    /// Whether a customer may have no value.
    pub nullable: bool,
    /// Whether stores find customers by this field without reading all of them.
    pub indexed: bool,
    /// Whether new criteria are refused for naming the field.
    pub retired: bool,
    /// Whether criteria are refused for naming the field until a super admin allows it.
    pub protected: bool,
    /// The operators of the type.
    pub operators: Vec<OperatorForm>,
}

/// An operator in the test of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct OperatorForm {
    /// The operator's name, such as `$gte`.
    pub name: &'static str,
    /// What a person reads between the field and the operand, such as `is at least`.
    pub label: &'static str,
    /// What follows the operator.
    pub operand: OperandForm,
    /// What the operator says of customers without a value.
    pub absent: AbsentForm,
}

/// What follows an operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum OperandForm {
    /// A value of the field's type.
    Literal,
    /// A list of at least one value of the field's type.
    List,
    /// A list of two values of the field's type, of which the first is not greater.
    Pair,
    /// A text; of a pattern not the empty one.
    Text,
    /// A list of at least one text.
    TextList,
    /// True or false.
    Bool,
    /// A whole number that must be equal, or an object of comparisons with whole numbers.
    Comparison {
        /// The comparisons.
        operators: Vec<&'static str>,
    },
    /// An object of one unit and a whole number from 0 on.
    Period {
        /// The units that the field's type takes.
        units: Vec<&'static str>,
    },
    /// An object whose one member `days` is a whole number.
    Days {
        /// The least number.
        min: u16,
        /// The greatest number.
        max: u16,
    },
    /// A test of the same field: an object of at least one operator.
    Test,
}

/// What an operator says of customers without a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AbsentForm {
    /// They do not pass.
    Positive,
    /// They pass, since they do not pass what is negated.
    TrueOnAbsent,
    /// It is what the operator asks for.
    Asked,
}

/// How large a document may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LimitsForm {
    /// Bytes of the whole text.
    pub document_bytes: usize,
    /// Objects and lists inside each other.
    pub depth: usize,
    /// Conditions and groups.
    pub nodes: usize,
    /// Items of one list.
    pub list_items: usize,
    /// Items of all lists together.
    pub list_items_in_all: usize,
    /// Bytes of a string.
    pub string_bytes: usize,
    /// Bytes of a text that is looked for anywhere in another.
    pub pattern_bytes: usize,
    /// Bytes of the salt of a sample.
    pub salt_bytes: usize,
    /// Digits of a number.
    pub number_digits: u32,
    /// Days of a period.
    pub period_days: u32,
    /// Segments inside each other.
    pub segment_depth: usize,
}

impl Catalog {
    /// The catalog as a form, within the limits of version 1.
    ///
    /// ```
    /// use offerkit_core::criteria::Catalog;
    ///
    /// let form = serde_json::to_value(Catalog::customers().narrowed_to(&["is_active"])?.form())?;
    /// let field = &form["fields"][0];
    /// assert_eq!((&field["name"], &field["type"]), (&"is_active".into(), &"bool".into()));
    /// let operator = &field["operators"][0];
    /// assert_eq!(operator["name"], "$eq");
    /// assert_eq!(operator["label"], "is");
    /// assert_eq!(operator["operand"]["kind"], "literal");
    /// assert_eq!(operator["absent"], "positive");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn form(&self) -> CatalogForm {
        CatalogForm {
            version: NEWEST_VERSION,
            revision: self.revision(),
            fields: self.fields().map(FieldForm::from).collect(),
            clauses: clauses::all(),
            limits: LimitsForm::from(&Limits::VERSION_1),
        }
    }
}

impl From<&FieldDefinition> for FieldForm {
    fn from(field: &FieldDefinition) -> Self {
        Self {
            name: field.name().into(),
            field_type: field.field_type().clone(),
            nullable: field.is_nullable(),
            indexed: field.is_indexed(),
            retired: field.is_retired(),
            protected: field.is_protected(),
            operators: operators::of(field.field_type()),
        }
    }
}

impl From<&Limits> for LimitsForm {
    fn from(limits: &Limits) -> Self {
        Self {
            document_bytes: limits.document_bytes,
            depth: limits.depth,
            nodes: limits.nodes,
            list_items: limits.list_items,
            list_items_in_all: limits.list_items_in_all,
            string_bytes: limits.string_bytes,
            pattern_bytes: limits.pattern_bytes,
            salt_bytes: limits.salt_bytes,
            number_digits: limits.number_digits,
            period_days: limits.period_days,
            segment_depth: limits.segment_depth,
        }
    }
}

/// The names of units.
fn names(units: &[PeriodUnit]) -> Vec<&'static str> {
    units.iter().map(|unit| unit.as_str()).collect()
}

#[cfg(test)]
mod tests;

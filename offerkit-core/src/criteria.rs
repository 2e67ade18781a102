//! Criteria: the language in which a campaign says which customers it selects.
//!
//! A document is JSON, such as `{"segment": "premium", "kyc_status": "verified"}`. It is read from its text, checked
//! against a [`Catalog`] of fields, normalised, and evaluated in memory on any [`Record`]. Evaluation is total and has
//! two values: a field without a value passes no positive test, and nothing fails.

mod attribute_error;
mod attributes;
mod batch;
mod builtin;
mod calendar;
mod canonical;
mod catalog;
mod catalog_error;
mod check;
mod clause;
mod code;
mod comparison;
mod compiler;
mod customer_record;
mod definition;
mod describe;
mod document;
mod error;
mod explain;
mod expr;
mod field;
mod field_type;
mod form;
mod json;
mod limits;
mod literal;
mod mentions;
mod normalise;
mod number;
mod operator;
mod path;
mod period;
mod program;
mod quote;
mod received;
mod record;
mod references;
mod sample;
mod situation;
mod span;
mod steps;
mod suggest;
mod temporal;
mod timed;
mod warning;

pub use self::attribute_error::AttributeError;
pub use self::batch::{Columns, RowSet};
pub use self::calendar::Anniversaries;
pub use self::catalog::Catalog;
pub use self::catalog_error::CatalogError;
pub use self::code::{ErrorCode, WarningCode};
pub use self::comparison::Comparison;
pub use self::compiler::Compiler;
pub use self::document::Criteria;
pub use self::error::{CriteriaError, CriteriaErrors};
pub use self::explain::{Explanation, ExplanationKind, Found};
pub use self::expr::{Expr, Leaf, Pattern, Predicate, Test, TextMatch};
pub use self::field::{Field, FieldDefinition, Storage};
pub use self::field_type::{FieldType, MAX_ATTRIBUTE_DIGITS};
pub use self::form::{
    AbsentForm, CatalogForm, ClauseForm, ClauseOperand, FieldForm, LimitsForm, OperandForm,
    OperatorForm, PartForm, PartOperand,
};
pub use self::limits::Limits;
pub use self::literal::Literal;
pub use self::mentions::Mentions;
pub use self::period::{Period, PeriodUnit};
pub use self::program::Matcher;
pub use self::received::{History, NoHistory, PastDelivery, Received};
pub use self::record::{FieldValue, Record, TextSet};
pub use self::references::{PinnedSegment, References};
pub use self::sample::Sample;
pub use self::situation::{Moment, Situation};
pub use self::span::Span;
pub use self::steps::{Step, Waterfall, WaterfallStep};
pub use self::timed::Timed;
pub use self::warning::CriteriaWarning;

#[cfg(test)]
mod tests;

//! Criteria: the language in which a campaign says which customers it selects.
//!
//! A document is JSON, such as `{"segment": "premium", "kyc_status": "verified"}`. It is read from its text, checked
//! against a [`Catalog`] of fields, normalised, and evaluated in memory on any [`Record`]. Evaluation is total and has
//! two values: a field without a value passes no positive test, and nothing fails.
//!
//! This release evaluates equality (`field: value`, `$eq`), presence (`field: null`, `$exists`) and `$everyone`, all of
//! which must hold. Every other operator of version 1 is refused by name, never ignored.

mod builtin;
mod canonical;
mod catalog;
mod catalog_error;
mod check;
mod code;
mod customer_record;
mod describe;
mod document;
mod error;
mod eval;
mod expr;
mod field;
mod field_type;
mod json;
mod limits;
mod literal;
mod moment;
mod normalise;
mod number;
mod operator;
mod path;
mod quote;
mod record;
mod span;
mod suggest;
mod temporal;
mod warning;

pub use self::catalog::Catalog;
pub use self::catalog_error::CatalogError;
pub use self::code::{ErrorCode, WarningCode};
pub use self::document::Criteria;
pub use self::error::{CriteriaError, CriteriaErrors};
pub use self::expr::{Expr, Predicate, Test};
pub use self::field::{Field, FieldDefinition, Storage};
pub use self::field_type::{FieldType, MAX_ATTRIBUTE_DIGITS};
pub use self::limits::Limits;
pub use self::literal::Literal;
pub use self::moment::Moment;
pub use self::record::{FieldValue, Record, TextSet};
pub use self::span::Span;
pub use self::warning::CriteriaWarning;

#[cfg(test)]
mod tests;

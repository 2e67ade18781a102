//! What a document says, checked and typed, in its own words and order.
//!
//! The definition of the language is given on this tree, and people are told of it; back ends compile the normal form.

use std::sync::Arc;

use super::comparison::Comparison;
use super::expr::TextMatch;
use super::field::Field;
use super::literal::Literal;
use super::period::Period;
use super::received::Received;
use super::sample::Sample;
use super::span::Span;
use crate::domain::SegmentVersion;
use crate::text::SegmentName;

/// A condition, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Clause {
    pub(super) place: Place,
    pub(super) kind: ClauseKind,
}

/// Where something stands in its document: the document itself, or the segment it was inlined from.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    /// RFC 6901.
    pub(super) pointer: Box<str>,
    /// The member or item, its name included.
    pub(super) span: Span,
}

#[derive(Clone, Debug)]
pub(super) enum ClauseKind {
    /// `$everyone`
    Everyone,
    /// `$and`, and the members of an object; never empty.
    And(Vec<Clause>),
    /// `$or`; never empty.
    Or(Vec<Clause>),
    /// `$nor`; never empty.
    Nor(Vec<Clause>),
    /// `$not`
    Not(Box<Clause>),
    /// The tests of one field, all of which must hold; never empty.
    Field(Field, Vec<FieldTest>),
    /// `$segment`: any of these; never empty.
    Segment(Vec<InlinedSegment>),
    /// `$received`
    Received(Received),
    /// `$sample`
    Sample(Sample),
}

/// One operator of a field and its operand, and where it stands; `f: x` is `$eq: x` at the place of `f`.
#[derive(Clone, Debug)]
pub(super) struct FieldTest {
    pub(super) place: Place,
    pub(super) operation: Operation,
}

/// An operator with its operand, which fits the field's type. Lists are in the order of the document.
#[derive(Clone, Debug)]
pub(super) enum Operation {
    /// `$eq`; nothing for null.
    Equals(Option<Literal>),
    /// `$ne`; nothing for null.
    NotEquals(Option<Literal>),
    /// `$in`
    In(Vec<Literal>),
    /// `$nin`
    NotIn(Vec<Literal>),
    /// `$gt $gte $lt $lte`
    Compare(Comparison, Literal),
    /// `$between`
    Between(Literal, Literal),
    /// `$exists`
    Exists(bool),
    /// `$not`: not all of these hold; never empty.
    Not(Vec<FieldTest>),
    /// `$starts_with $ends_with $contains`, and with `folded` those with `$i`, `$ieq` too. The pattern is as written.
    Text {
        at: TextMatch,
        folded: bool,
        pattern: Box<str>,
    },
    /// `$iin`, as written.
    FoldedIn(Vec<Box<str>>),
    /// `$has`
    Has(Box<str>),
    /// `$has_any`
    HasAny(Vec<Box<str>>),
    /// `$has_all`
    HasAll(Vec<Box<str>>),
    /// `$size`: all of these; `$size: 3` is `$eq: 3`.
    Size(Vec<(Comparison, i64)>),
    /// `$age`: all of these; `$age: 30` is `$eq: 30`.
    Age(Vec<(Comparison, i64)>),
    /// `$within_last`
    WithinLast(Period),
    /// `$within_next`
    WithinNext(Period),
    /// `$older_than`
    OlderThan(Period),
    /// `$anniversary_within`
    AnniversaryWithin(u16),
}

/// A saved segment at the version it was resolved to.
#[derive(Clone, Debug)]
pub(super) struct InlinedSegment {
    pub(super) name: SegmentName,
    pub(super) version: SegmentVersion,
    /// What it says; pointers and spans lie in its own text. Shared, since one segment may be named many times.
    pub(super) clause: Arc<Clause>,
}

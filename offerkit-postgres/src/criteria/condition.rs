//! From the normal form to a condition.

use std::ops::Bound;

use offerkit_core::{
    criteria::{Comparison, Expr, Leaf, Moment, Sample, Test},
    id::TenantId,
};

use super::{
    attribute,
    bind::Bind,
    column, number,
    question::question,
    received,
    relation::{Place, Relation},
    sink::Sink,
};

/// What a condition is written for.
pub(super) struct Setting<'s> {
    pub(super) relation: &'s Relation,
    pub(super) tenant: TenantId,
    pub(super) moment: &'s Moment,
}

/// Writes the condition. It is one operand: whatever stands beside it, it needs no parentheses.
pub(super) fn push(sink: &mut impl Sink, expr: &Expr, setting: &Setting<'_>) {
    match expr {
        Expr::Everyone => sink.push("TRUE"),
        Expr::Nobody => sink.push("FALSE"),
        Expr::All(parts) => group(sink, " AND ", parts, setting),
        Expr::Any(parts) => group(sink, " OR ", parts, setting),
        Expr::Holds(leaf) => push_leaf(sink, leaf, true, setting),
        Expr::Fails(leaf) => push_leaf(sink, leaf, false, setting),
    }
}

fn group(sink: &mut impl Sink, joint: &str, parts: &[Expr], setting: &Setting<'_>) {
    for (place, part) in parts.iter().enumerate() {
        sink.push(if place == 0 { "(" } else { joint });
        push(sink, part, setting);
    }
    sink.push(")");
}

fn push_leaf(sink: &mut impl Sink, leaf: &Leaf, wanted: bool, setting: &Setting<'_>) {
    match leaf {
        Leaf::Field(test) => field(sink, test, wanted, setting),
        Leaf::Received(it) => received::push(sink, it, wanted, setting),
        Leaf::Sample(it) => sample(sink, it, wanted, setting.relation),
    }
}

fn field(sink: &mut impl Sink, test: &Test, wanted: bool, setting: &Setting<'_>) {
    let asked = question(test, setting.moment);
    match setting.relation.place(test.field()) {
        Place::Column(place) => column::push(sink, &place, test.field(), &asked, wanted),
        Place::Attribute(place) => attribute::push(sink, &place, test.field(), &asked, wanted),
        Place::Number(key) => number::push(sink, &key, &asked, wanted),
        Place::Nowhere => push_constant(sink, false, wanted),
    }
}

/// The bucket is computed as `Sample::contains` computes it.
fn sample(sink: &mut impl Sink, sample: &Sample, wanted: bool, relation: &Relation) {
    sink.push("('x' || substr(md5(");
    sink.bind(Bind::text(format!("{}:", sample.salt())));
    sink.push(" || ");
    sink.push(relation.id());
    sink.push("::TEXT), 1, 8))::BIT(32)::BIGINT % 10000 ");
    sink.push(if wanted { "< " } else { ">= " });
    sink.bind(Bind::Int(sample.buckets().into()));
}

/// An answer that is the same for every row.
pub(super) fn push_constant(sink: &mut impl Sink, answer: bool, wanted: bool) {
    sink.push(if answer == wanted { "TRUE" } else { "FALSE" });
}

/// Writes a condition that may be unknown where there is no value, or that it does not hold.
pub(super) fn push_condition<S: Sink>(sink: &mut S, wanted: bool, positive: impl FnOnce(&mut S)) {
    sink.push("(");
    positive(sink);
    sink.push(if wanted { ")" } else { ") IS NOT TRUE" });
}

/// An end of a range: a value of the document, or the end of what is a value at all.
#[derive(Clone, Debug)]
pub(super) enum End {
    Bind(Bind),
    Text(&'static str),
}

impl End {
    fn push(self, sink: &mut impl Sink) {
        match self {
            Self::Bind(value) => sink.bind(value),
            Self::Text(text) => sink.push(text),
        }
    }
}

/// Writes that the value lies between two ends, one of which there is at least, or that it does not.
pub(super) fn push_range(
    sink: &mut impl Sink,
    value: &str,
    is_nullable: bool,
    ends: (Bound<End>, Bound<End>),
    wanted: bool,
) {
    let (low, high) = ends;
    let low = match low {
        Bound::Included(end) => Some((if wanted { " >= " } else { " < " }, end)),
        Bound::Excluded(end) => Some((if wanted { " > " } else { " <= " }, end)),
        Bound::Unbounded => None,
    };
    let high = match high {
        Bound::Included(end) => Some((if wanted { " <= " } else { " > " }, end)),
        Bound::Excluded(end) => Some((if wanted { " < " } else { " >= " }, end)),
        Bound::Unbounded => None,
    };
    let or_absent = !wanted && is_nullable;
    let is_group = or_absent || (low.is_some() && high.is_some());
    let mut joint = if is_group { "(" } else { "" };
    if or_absent {
        sink.push(joint);
        sink.push(value);
        sink.push(" IS NULL");
        joint = " OR ";
    }
    for (operator, end) in [low, high].into_iter().flatten() {
        sink.push(joint);
        sink.push(value);
        sink.push(operator);
        end.push(sink);
        joint = if wanted { " AND " } else { " OR " };
    }
    sink.push(if is_group { ")" } else { "" });
}

pub(super) const fn operator(is: Comparison) -> &'static str {
    match is {
        Comparison::Eq => " = ",
        Comparison::Gt => " > ",
        Comparison::Gte => " >= ",
        Comparison::Lt => " < ",
        Comparison::Lte => " <= ",
    }
}

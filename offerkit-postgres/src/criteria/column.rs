//! Tests of fields that are columns.

use std::ops::Bound;

use chrono::Datelike as _;
use offerkit_core::criteria::{Anniversaries, Field, FieldType, Literal, Pattern};

use super::{
    bind::Bind,
    condition::{End, push_condition, push_constant, push_range},
    question::{Question, behind},
    relation::SqlColumn,
    sink::Sink,
};

pub(super) fn push(
    sink: &mut impl Sink,
    column: &SqlColumn,
    field: &Field,
    question: &Question<'_>,
    wanted: bool,
) {
    let value = &*column.value;
    match question {
        Question::Exists => exists(sink, column, field, wanted),
        Question::Equals(Literal::Bool(bool)) => equals_bool(sink, column, *bool, wanted),
        Question::Equals(literal) => probed(sink, column, wanted, |sink, column| {
            equals(sink, column, literal, wanted);
        }),
        Question::In(list) => probed(sink, column, wanted, |sink, column| {
            is_in(sink, column, list, wanted);
        }),
        Question::Between(low, high) => {
            let is_text = matches!(field.field_type(), FieldType::Text | FieldType::Enum { .. });
            // A text's probe is not in code-point order.
            probed(sink, column, wanted && !is_text, |sink, column| {
                let ends = closed(low.as_ref(), high.as_ref(), ends_of(column, field));
                push_range(sink, &column.ordered, column.is_nullable, ends, wanted);
            });
        }
        Question::Anniversary(days) => push_condition(sink, wanted, |sink| {
            anniversary(sink, value, days);
            if let Some(ends) = ends_of(column, field) {
                sink.push(" AND ");
                push_range(sink, value, false, ends, true);
            }
        }),
        Question::FoldedEquals(_)
        | Question::FoldedIn(_)
        | Question::Starts(_)
        | Question::Ends(_)
        | Question::Contains(_) => {
            push_text(sink, &column.ordered, column.is_nullable, question, wanted);
        }
        // No column holds a set.
        Question::Never | Question::HasAny(_) | Question::HasAll(_) | Question::Size(..) => {
            push_constant(sink, false, wanted);
        }
    }
}

/// Writes what holds of the value, and besides, where that serves, of the column that it comes from.
fn probed<S: Sink>(
    sink: &mut S,
    column: &SqlColumn,
    is_served: bool,
    positive: impl Fn(&mut S, &SqlColumn),
) {
    let Some(probe) = column.probe.as_ref().filter(|_| is_served) else {
        return positive(sink, column);
    };
    sink.push("(");
    positive(sink, &SqlColumn::expression(probe.clone()));
    sink.push(" AND ");
    positive(sink, column);
    sink.push(")");
}

fn exists(sink: &mut impl Sink, column: &SqlColumn, field: &Field, wanted: bool) {
    if let Some(ends) = ends_of(column, field) {
        return push_range(sink, &column.value, column.is_nullable, ends, wanted);
    }
    if !column.is_nullable {
        return push_constant(sink, true, wanted);
    }
    sink.push(&column.value);
    sink.push(if wanted { " IS NOT NULL" } else { " IS NULL" });
}

fn equals_bool(sink: &mut impl Sink, column: &SqlColumn, bool: bool, wanted: bool) {
    if wanted || !column.is_nullable {
        sink.push(if bool == wanted { "" } else { "NOT " });
        return sink.push(&column.value);
    }
    sink.push(&column.value);
    sink.push(if bool {
        " IS DISTINCT FROM TRUE"
    } else {
        " IS DISTINCT FROM FALSE"
    });
}

fn equals(sink: &mut impl Sink, column: &SqlColumn, literal: &Literal, wanted: bool) {
    sink.push(&column.value);
    sink.push(match (wanted, column.is_nullable) {
        (true, _) => " = ",
        (false, true) => " IS DISTINCT FROM ",
        (false, false) => " <> ",
    });
    sink.bind(Bind::literal(literal));
}

fn is_in(sink: &mut impl Sink, column: &SqlColumn, list: &[Literal], wanted: bool) {
    let or_absent = !wanted && column.is_nullable;
    if or_absent {
        sink.push("(");
        sink.push(&column.value);
        sink.push(" IS NULL OR ");
    }
    sink.push(&column.value);
    sink.push(if wanted { " = ANY (" } else { " <> ALL (" });
    sink.bind(Bind::literals(list));
    sink.push(if or_absent { "))" } else { ")" });
}

/// Months and days, such as 1231.
fn anniversary(sink: &mut impl Sink, value: &str, days: &Anniversaries) {
    let days = days.month_days();
    let days = days.map(|(month, day)| i64::from(month * 100 + day));
    sink.push("(extract(month FROM ");
    sink.push(value);
    sink.push(") * 100 + extract(day FROM ");
    sink.push(value);
    sink.push("))::BIGINT = ANY (");
    sink.bind(Bind::Ints(days.collect()));
    sink.push(")");
}

/// What is a value of the field, where the column may hold more.
fn ends_of(column: &SqlColumn, field: &Field) -> Option<(Bound<End>, Bound<End>)> {
    if column.is_bounded {
        return None;
    }
    match field.field_type() {
        // NaN sorts above infinity, so the upper end leaves out both.
        FieldType::Decimal { .. } => Some((
            Bound::Excluded(End::Text("NUMERIC '-Infinity'")),
            Bound::Excluded(End::Text("NUMERIC 'Infinity'")),
        )),
        FieldType::Date => Some((
            Bound::Included(End::Text("DATE '0001-01-01'")),
            Bound::Included(End::Text("DATE '9999-12-31'")),
        )),
        FieldType::Timestamp => Some((
            Bound::Included(End::Text("TIMESTAMPTZ '0001-01-01 00:00:00Z'")),
            Bound::Included(End::Text("TIMESTAMPTZ '9999-12-31 23:59:59.999999Z'")),
        )),
        FieldType::Text
        | FieldType::Enum { .. }
        | FieldType::Int
        | FieldType::Bool
        | FieldType::Set
        | FieldType::Uuid => None,
    }
}

/// The range, without what is no value. An end of the document that lies beyond all values is none.
fn closed(
    low: Bound<&Literal>,
    high: Bound<&Literal>,
    ends: Option<(Bound<End>, Bound<End>)>,
) -> (Bound<End>, Bound<End>) {
    let bind = |literal| End::Bind(Bind::literal(literal));
    let Some((least, greatest)) = ends else {
        return (low.map(bind), high.map(bind));
    };
    let low = match low {
        Bound::Included(literal) | Bound::Excluded(literal) if year(literal) < 1 => least,
        Bound::Unbounded => least,
        low => low.map(bind),
    };
    let high = match high {
        Bound::Included(literal) | Bound::Excluded(literal) if year(literal) > 9999 => greatest,
        Bound::Unbounded => greatest,
        high => high.map(bind),
    };
    (low, high)
}

/// The year of a date or moment; any other literal lies among the values.
fn year(literal: &Literal) -> i32 {
    match literal {
        Literal::Date(date) => date.year(),
        Literal::Timestamp(at) => at.as_datetime().year(),
        Literal::Text(_)
        | Literal::Int(_)
        | Literal::Decimal(_)
        | Literal::Bool(_)
        | Literal::Uuid(_) => 1,
    }
}

/// A question about a text that is in code-point order, of a column or an attribute. In that order `lower` folds A-Z and
/// nothing else.
pub(super) fn push_text(
    sink: &mut impl Sink,
    value: &str,
    is_nullable: bool,
    question: &Question<'_>,
    wanted: bool,
) {
    let lower = || format!("lower({value})");
    let of = |pattern: &Pattern| {
        if pattern.is_folded() {
            lower()
        } else {
            value.to_owned()
        }
    };
    match question {
        Question::FoldedEquals(text) => push_condition(sink, wanted, |sink| {
            sink.push(&lower());
            sink.push(" = ");
            sink.bind(Bind::text(*text));
        }),
        Question::FoldedIn(list) => push_condition(sink, wanted, |sink| {
            sink.push(&lower());
            sink.push(" = ANY (");
            sink.bind(Bind::texts(list));
            sink.push(")");
        }),
        Question::Starts(pattern) => {
            let end = |text| End::Bind(Bind::text(text));
            let low = Bound::Included(end(pattern.text().to_owned()));
            let high =
                behind(pattern.text()).map_or(Bound::Unbounded, |it| Bound::Excluded(end(it)));
            push_range(sink, &of(pattern), is_nullable, (low, high), wanted);
        }
        Question::Ends(pattern) => push_condition(sink, wanted, |sink| {
            sink.push("right(");
            sink.push(&of(pattern));
            sink.push(", length(");
            sink.bind(Bind::text(pattern.text()));
            sink.push(")) = ");
            sink.bind(Bind::text(pattern.text()));
        }),
        Question::Contains(pattern) => {
            let value = of(pattern);
            let or_absent = !wanted && is_nullable;
            if or_absent {
                sink.push("(");
                sink.push(&value);
                sink.push(" IS NULL OR ");
            }
            sink.push("strpos(");
            sink.push(&value);
            sink.push(", ");
            sink.bind(Bind::text(pattern.text()));
            sink.push(if wanted { ") > 0" } else { ") = 0" });
            sink.push(if or_absent { ")" } else { "" });
        }
        Question::Exists
        | Question::Never
        | Question::Equals(_)
        | Question::In(_)
        | Question::Between(..)
        | Question::Anniversary(_)
        | Question::HasAny(_)
        | Question::HasAll(_)
        | Question::Size(..) => push_constant(sink, false, wanted),
    }
}

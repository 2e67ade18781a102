//! The words of what is asked of one field, and of deliveries.

use chrono::DateTime;

use super::list::List;
use super::phrase::{Absence, Leaf, Note, Subject};
use super::value::{quoted, shown};
use crate::criteria::clause::{FieldTest, Operation};
use crate::criteria::comparison::Comparison;
use crate::criteria::definition;
use crate::criteria::expr::TextMatch;
use crate::criteria::field::Field;
use crate::criteria::field_type::FieldType;
use crate::criteria::literal::Literal;
use crate::criteria::period::{Period, PeriodUnit};
use crate::criteria::record::FieldValue;
use crate::criteria::situation::Moment;
use crate::time::Timestamp;

/// What tests of a field ask, in words, or whose negation.
pub(in crate::criteria) enum Asked<'t> {
    Leaf(Leaf),
    /// The negation of these.
    Not(&'t [FieldTest]),
}

/// The words of one test of a field, or of comparisons beside each other; or of their negation.
pub(in crate::criteria) fn asked<'t>(
    field: &Field,
    tests: &'t [FieldTest],
    negated: bool,
) -> Asked<'t> {
    let (words, is_age, is_presence) = if let [FieldTest { operation, .. }] = tests {
        let words = match said(field, operation, negated) {
            Said::Words(words) => words,
            Said::Not(inner) => return Asked::Not(inner),
        };
        let is_age = matches!(operation, Operation::Age(_));
        (words, is_age, is_presence(operation))
    } else {
        let bounds = tests.iter().filter_map(|test| bound(&test.operation));
        let range = range(field.field_type(), &bounds.collect::<Vec<_>>());
        (is(&range, negated), false, false)
    };
    let subject = if is_age {
        format!("age by {}", field.name())
    } else {
        field.name().to_owned()
    };
    let mut leaf = Leaf::new(Subject::Whose(subject.into()), words);
    if field.definition().is_nullable() {
        let holds = holds_on_absent(tests) != negated;
        leaf.absences.push(Absence {
            field: field.name().into(),
            holds,
        });
        if holds && !is_presence {
            leaf.note = Note::Included;
        }
    }
    Asked::Leaf(leaf)
}

/// The bound that a comparison sets.
pub(super) fn bound(operation: &Operation) -> Option<(Comparison, &Literal)> {
    if let Operation::Compare(by, literal) = operation {
        Some((*by, literal))
    } else {
        None
    }
}

fn holds_on_absent(tests: &[FieldTest]) -> bool {
    // No operator makes anything of the time where there is no value.
    let moment = Moment::in_utc(Timestamp::from_datetime(DateTime::UNIX_EPOCH));
    tests
        .iter()
        .all(|test| definition::passes(&test.operation, &FieldValue::Absent, &moment))
}

/// Whether the operation asks for a value alone.
fn is_presence(operation: &Operation) -> bool {
    matches!(
        operation,
        Operation::Exists(_) | Operation::Equals(None) | Operation::NotEquals(None)
    )
}

enum Said<'t> {
    Words(String),
    Not(&'t [FieldTest]),
}

/// What follows the name of the field: `is "Pune"`.
fn said<'t>(field: &Field, operation: &'t Operation, negated: bool) -> Said<'t> {
    let field_type = field.field_type();
    Said::Words(match operation {
        Operation::Not(inner) => return Said::Not(inner),
        Operation::Equals(Some(literal)) => is(&shown(literal), negated),
        Operation::NotEquals(Some(literal)) => is(&shown(literal), !negated),
        Operation::Equals(None) => is("known", !negated),
        Operation::NotEquals(None) => is("known", negated),
        Operation::Exists(present) => is("known", *present == negated),
        Operation::In(list) => is_one_of(list, negated),
        Operation::NotIn(list) => is_one_of(list, !negated),
        Operation::Compare(by, literal) => is(&range(field_type, &[(*by, literal)]), negated),
        Operation::Between(first, last) => {
            let range = [(Comparison::Gte, first), (Comparison::Lte, last)];
            is(&self::range(field_type, &range), negated)
        }
        Operation::Text {
            at,
            folded,
            pattern,
        } => text(*at, *folded, pattern, negated),
        Operation::FoldedIn(list) => {
            let list = List::new(list, quoted);
            let words = if negated { list.none() } else { list.one() };
            format!("is {words}{EITHER_CASE}")
        }
        Operation::Has(item) => includes(&quoted(item), negated),
        Operation::HasAny(items) => {
            let list = List::new(items, quoted);
            match (negated, list.len()) {
                (true, 2..) => includes(&list.none(), false),
                (..) => includes(&list.any(), negated),
            }
        }
        Operation::HasAll(items) => {
            let list = List::new(items, quoted);
            let both = if negated && list.len() == 2 {
                "both "
            } else {
                ""
            };
            includes(&format!("{both}{}", list.all()), negated)
        }
        Operation::Size(all) => {
            let have = if negated { "do not have" } else { "have" };
            format!("{have} {}", numbers(all, "different value"))
        }
        Operation::Age(all) => is(&numbers(all, "year"), negated),
        Operation::WithinLast(period) => is(&window("last", *period, field_type), negated),
        Operation::WithinNext(period) => is(&window("next", *period, field_type), negated),
        Operation::OlderThan(period) => is(&format!("more than {period} ago"), negated),
        Operation::AnniversaryWithin(days) => {
            let has = if negated { "does not have" } else { "has" };
            let period = Period::new(u32::from(*days), PeriodUnit::Days);
            format!(
                "{has} its anniversary {}",
                window("next", period, field_type)
            )
        }
    })
}

/// What is said of patterns whose A-Z are folded.
const EITHER_CASE: &str = " in upper or lower case";

fn is(words: &str, negated: bool) -> String {
    let not = if negated { "not " } else { "" };
    format!("is {not}{words}")
}

fn is_one_of(list: &[Literal], negated: bool) -> String {
    let list = List::new(list, shown);
    let words = if negated { list.none() } else { list.one() };
    format!("is {words}")
}

fn text(at: TextMatch, folded: bool, pattern: &str, negated: bool) -> String {
    let verb = match (at, negated) {
        (TextMatch::Whole, false) => "is",
        (TextMatch::Whole, true) => "is not",
        (TextMatch::Start, false) => "starts with",
        (TextMatch::Start, true) => "does not start with",
        (TextMatch::End, false) => "ends with",
        (TextMatch::End, true) => "does not end with",
        (TextMatch::Anywhere, false) => "contains",
        (TextMatch::Anywhere, true) => "does not contain",
    };
    let either_case = if folded { EITHER_CASE } else { "" };
    format!("{verb} {}{either_case}", quoted(&pattern))
}

fn includes(words: &str, negated: bool) -> String {
    let not = if negated { "do not " } else { "" };
    format!("{not}include {words}")
}

fn window(which: &str, period: Period, field_type: &FieldType) -> String {
    if period.amount() == 0 && *field_type == FieldType::Date {
        return "today".to_owned();
    }
    format!("in the {which} {period}")
}

/// `at least 18 and less than 30`; `from 18 to 30` where both ends are included.
fn range(field_type: &FieldType, bounds: &[(Comparison, &Literal)]) -> String {
    let order = if *field_type == FieldType::Text {
        " in code-point order"
    } else {
        ""
    };
    if let [(Comparison::Gte, first), (Comparison::Lte, last)] = bounds {
        return format!("from {} to {}{order}", shown(first), shown(last));
    }
    let bound = |(by, literal): &(Comparison, &Literal)| {
        format!("{} {}", compared(field_type, *by), shown(literal))
    };
    let bounds: Vec<String> = bounds.iter().map(bound).collect();
    format!("{}{order}", bounds.join(" and "))
}

fn compared(field_type: &FieldType, by: Comparison) -> &'static str {
    match (by, field_type) {
        (Comparison::Eq, _) => "exactly",
        (Comparison::Gt, FieldType::Int | FieldType::Decimal { .. }) => "more than",
        (Comparison::Gte, FieldType::Int | FieldType::Decimal { .. }) => "at least",
        (Comparison::Lt, FieldType::Int | FieldType::Decimal { .. }) => "less than",
        (Comparison::Lte, FieldType::Int | FieldType::Decimal { .. }) => "at most",
        (Comparison::Gt, _) => "after",
        (Comparison::Gte, FieldType::Date) => "on or after",
        (Comparison::Gte, _) => "at or after",
        (Comparison::Lt, _) => "before",
        (Comparison::Lte, FieldType::Date) => "on or before",
        (Comparison::Lte, _) => "at or before",
    }
}

/// `at least 2 and less than 5 years`; `from 2 to 5 years` where both ends are included.
fn numbers(all: &[(Comparison, i64)], unit: &str) -> String {
    let one = matches!(all.last(), Some((_, 1)));
    let plural = if one { "" } else { "s" };
    if let [(Comparison::Gte, first), (Comparison::Lte, last)] = all {
        return format!("from {first} to {last} {unit}{plural}");
    }
    let bound = |(by, n): &(Comparison, i64)| format!("{} {n}", compared(&FieldType::Int, *by));
    let bounds: Vec<String> = all.iter().map(bound).collect();
    format!("{} {unit}{plural}", bounds.join(" and "))
}

/// `in segment a (…) or segment b (…)`, negated.
pub(super) fn in_none_of(segments: &[String]) -> String {
    match segments {
        [one] => format!("not in {one}"),
        [a, b] => format!("in neither {a} nor {b}"),
        [first @ .., last] => format!("in none of {} and {last}", first.join(", ")),
        [] => String::new(),
    }
}

//! Single tests that are doubtful by themselves.

use crate::criteria::clause::{Clause, ClauseKind, FieldTest, Operation};
use crate::criteria::code::WarningCode;
use crate::criteria::comparison::Comparison;
use crate::criteria::field::Field;
use crate::criteria::quote::quoted;
use crate::criteria::sample::BUCKETS;
use crate::criteria::warning::WarningLog;

pub(super) fn lint(clause: &Clause, warnings: &mut WarningLog) {
    match &clause.kind {
        ClauseKind::And(parts) | ClauseKind::Or(parts) | ClauseKind::Nor(parts) => {
            for part in parts {
                lint(part, warnings);
            }
        }
        ClauseKind::Not(part) => lint(part, warnings),
        ClauseKind::Field(field, tests) => lint_tests(field, tests, warnings),
        ClauseKind::Sample(sample) if sample.buckets() == BUCKETS => {
            warnings.warn(WarningCode::AlwaysTrue, &clause.place, || {
                "a sample of 100 percent is everybody".to_owned()
            });
        }
        ClauseKind::Everyone
        | ClauseKind::Segment(_)
        | ClauseKind::Received(_)
        | ClauseKind::Sample(_) => {}
    }
}

fn lint_tests(field: &Field, tests: &[FieldTest], warnings: &mut WarningLog) {
    for test in tests {
        match &test.operation {
            Operation::Not(tests) => lint_tests(field, tests, warnings),
            Operation::Exists(present) => presence(field, test, *present, warnings),
            Operation::Equals(None) => presence(field, test, false, warnings),
            Operation::NotEquals(None) => presence(field, test, true, warnings),
            Operation::Size(all) => numbers(test, all, true, warnings),
            Operation::Age(all) => numbers(test, all, false, warnings),
            Operation::Text {
                folded: true,
                pattern,
                ..
            } => folded(test, std::slice::from_ref(pattern), warnings),
            Operation::FoldedIn(list) => folded(test, list, warnings),
            Operation::Text { folded: false, .. }
            | Operation::Equals(Some(_))
            | Operation::NotEquals(Some(_))
            | Operation::In(_)
            | Operation::NotIn(_)
            | Operation::Compare(..)
            | Operation::Between(..)
            | Operation::Has(_)
            | Operation::HasAny(_)
            | Operation::HasAll(_)
            | Operation::WithinLast(_)
            | Operation::WithinNext(_)
            | Operation::OlderThan(_)
            | Operation::AnniversaryWithin(_) => {}
        }
    }
}

fn presence(field: &Field, test: &FieldTest, present: bool, warnings: &mut WarningLog) {
    if field.definition().is_nullable() {
        return;
    }
    let code = if present {
        WarningCode::AlwaysTrue
    } else {
        WarningCode::AlwaysFalse
    };
    warnings.warn(code, &test.place, || {
        format!("every customer has a value of `{}`", field.name())
    });
}

/// Sizes and ages, of which none is less than 0. A date may have no age at all, but each set has a size.
fn numbers(
    test: &FieldTest,
    all: &[(Comparison, i64)],
    each_has_one: bool,
    warnings: &mut WarningLog,
) {
    let (mut least, mut greatest) = (0, i64::MAX);
    for (by, n) in all {
        let (from, to) = match by {
            Comparison::Eq => (*n, *n),
            Comparison::Gt => (n.saturating_add(1), i64::MAX),
            Comparison::Gte => (*n, i64::MAX),
            Comparison::Lt => (i64::MIN, n.saturating_sub(1)),
            Comparison::Lte => (i64::MIN, *n),
        };
        least = least.max(from);
        greatest = greatest.min(to);
    }
    if least > greatest {
        warnings.warn(WarningCode::AlwaysFalse, &test.place, || {
            "no number passes this, since none is less than 0".to_owned()
        });
    } else if each_has_one && least == 0 && greatest == i64::MAX {
        warnings.warn(WarningCode::AlwaysTrue, &test.place, || {
            "every set passes this, since no size is less than 0".to_owned()
        });
    }
}

fn folded(test: &FieldTest, patterns: &[Box<str>], warnings: &mut WarningLog) {
    let is_unfolded = |c: &char| !c.is_ascii() && (c.is_lowercase() || c.is_uppercase());
    let mut letters = patterns.iter().flat_map(|pattern| pattern.chars());
    if let Some(letter) = letters.find(is_unfolded) {
        warnings.warn(WarningCode::NonAsciiFold, &test.place, || {
            let shown = quoted(letter.encode_utf8(&mut [0; 4]));
            format!("only A to Z are folded: {shown} passes in this case alone")
        });
    }
}

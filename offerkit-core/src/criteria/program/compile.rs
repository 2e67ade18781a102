//! From the normal form to a program.

use super::asks::{Asks, By};
use super::deliveries::Deliveries;
use super::estimate::Estimate;
use super::interval::Interval;
use super::{Check, Program, Question, Step, Target};
use crate::criteria::expr::{Expr, Leaf, Predicate, Test};
use crate::criteria::field_type::FieldType;
use crate::criteria::literal::Literal;
use crate::criteria::situation::Moment;
use crate::criteria::timed::Timed;

pub(super) fn compile(expr: &Expr, moment: &Moment) -> Program {
    let mut backwards = Vec::new();
    let entry = emit(
        tree(expr, moment),
        Target::ACCEPT,
        Target::REJECT,
        &mut backwards,
    );
    // Steps were written from the last to the first, so that each knows where it leads.
    let last = backwards.len().saturating_sub(1);
    let turned = |target: Target| {
        if target.is_end() {
            target
        } else {
            Target(last.saturating_sub(target.0))
        }
    };
    let steps = backwards.into_iter().rev().map(|step| Step {
        yes: turned(step.yes),
        no: turned(step.no),
        check: step.check,
    });
    Program {
        entry: turned(entry),
        steps: steps.collect(),
    }
}

/// A condition with what depends on the moment computed. Parts stand in the order in which they are best asked, since
/// and / or are commutative and no part fails.
pub(super) enum Tree {
    Constant(bool),
    Leaf { check: Check, wanted: bool },
    Group { all: bool, parts: Vec<Tree> },
}

fn tree(expr: &Expr, moment: &Moment) -> Tree {
    let leaf = |leaf: &Leaf, wanted| Tree::Leaf {
        check: check(leaf, moment),
        wanted,
    };
    match expr {
        Expr::Everyone => Tree::Constant(true),
        Expr::Nobody => Tree::Constant(false),
        Expr::All(parts) => group(true, parts, moment),
        Expr::Any(parts) => group(false, parts, moment),
        Expr::Holds(it) => leaf(it, true),
        Expr::Fails(it) => leaf(it, false),
    }
}

fn group(all: bool, parts: &[Expr], moment: &Moment) -> Tree {
    let mut grouped = Vec::with_capacity(parts.len());
    for part in parts {
        if let Some(part) = join(grouped.last_mut(), tree(part, moment), all) {
            grouped.push(part);
        }
    }
    grouped.sort_by_cached_key(|part| Estimate::of(part).rank(all));
    Tree::Group {
        all,
        parts: grouped,
    }
}

/// Makes one question of two that ask for intervals of one field, which stand side by side in the normal form: the value
/// lies in both, where all parts must hold; and it does not lie in both, where any part may hold and both are negations.
fn join(last: Option<&mut Tree>, part: Tree, all: bool) -> Option<Tree> {
    match (last, part) {
        (
            Some(Tree::Leaf {
                check: Check::Field(field, question),
                wanted,
            }),
            Tree::Leaf {
                check: Check::Field(same_field, other),
                wanted: other_wanted,
            },
        ) if *wanted == all && other_wanted == all && *field == same_field => {
            let other = question.join(other)?;
            Some(Tree::Leaf {
                check: Check::Field(same_field, other),
                wanted: other_wanted,
            })
        }
        (_, part) => Some(part),
    }
}

/// Writes the steps of a condition behind those that its answers lead to, and tells where it begins.
fn emit(tree: Tree, yes: Target, no: Target, backwards: &mut Vec<Step>) -> Target {
    match tree {
        Tree::Constant(answer) => {
            if answer {
                yes
            } else {
                no
            }
        }
        Tree::Leaf { check, wanted } => {
            let (yes, no) = if wanted { (yes, no) } else { (no, yes) };
            backwards.push(Step { check, yes, no });
            Target(backwards.len() - 1)
        }
        Tree::Group { all: true, parts } => {
            let parts = parts.into_iter().rev();
            parts.fold(yes, |next, part| emit(part, next, no, backwards))
        }
        Tree::Group { all: false, parts } => {
            let parts = parts.into_iter().rev();
            parts.fold(no, |next, part| emit(part, yes, next, backwards))
        }
    }
}

fn check(leaf: &Leaf, moment: &Moment) -> Check {
    match leaf {
        Leaf::Field(test) => Check::Field(test.field().clone(), question(test, moment)),
        Leaf::Sample(sample) => Check::Sample(sample.clone()),
        Leaf::Received(received) => Check::Received(Deliveries::new(received, moment)),
    }
}

/// What is asked of the field's value. A predicate of another type than the field's is never true.
fn question(test: &Test, moment: &Moment) -> Question {
    let field_type = test.field().field_type();
    let is_text = matches!(field_type, FieldType::Text | FieldType::Enum { .. });
    let is_set = matches!(field_type, FieldType::Set);
    match test.predicate() {
        Predicate::Exists => Question::Present,
        Predicate::Equals(literal) => {
            compared(field_type, By::Membership, std::slice::from_ref(literal))
        }
        Predicate::In(list) => compared(field_type, By::Membership, list),
        Predicate::Compare(by, literal) => {
            compared(field_type, By::Order(*by), std::slice::from_ref(literal))
        }
        Predicate::Text(at, pattern) if is_text => Question::Pattern(*at, pattern.clone()),
        Predicate::FoldedIn(list) if is_text => Question::FoldedIn(list.as_slice().into()),
        Predicate::HasAny(items) if is_set => Question::HasAny(items.as_slice().into()),
        Predicate::HasAll(items) if is_set => Question::HasAll(items.as_slice().into()),
        Predicate::Size(is, size) if is_set => Question::Size(*is, *size),
        Predicate::Age(..)
        | Predicate::AnniversaryWithin(_)
        | Predicate::WithinLast(_)
        | Predicate::WithinNext(_)
        | Predicate::OlderThan(_) => test.timed(moment).map_or(Question::Never, timed),
        Predicate::Text(..)
        | Predicate::FoldedIn(_)
        | Predicate::HasAny(_)
        | Predicate::HasAll(_)
        | Predicate::Size(..) => Question::Never,
    }
}

fn timed(timed: Timed) -> Question {
    match timed {
        Timed::Dates(low, high) => Question::Date(Asks::Within(Interval::new(low, high))),
        Timed::Timestamps(low, high) => Question::Timestamp(Asks::Within(Interval::new(low, high))),
        Timed::Anniversaries(days) => Question::Anniversary(days),
    }
}

fn compared(field_type: &FieldType, by: By, literals: &[Literal]) -> Question {
    macro_rules! asks {
        ($literal:ident) => {{
            let values = literals.iter().filter_map(|literal| match literal {
                Literal::$literal(value) => Some(value.clone()),
                _ => None,
            });
            Question::$literal(Asks::new(by, values.collect()))
        }};
    }
    match field_type {
        FieldType::Text | FieldType::Enum { .. } => asks!(Text),
        FieldType::Int => asks!(Int),
        FieldType::Decimal { .. } => asks!(Decimal),
        FieldType::Bool => asks!(Bool),
        FieldType::Date => asks!(Date),
        FieldType::Timestamp => asks!(Timestamp),
        FieldType::Uuid => asks!(Uuid),
        FieldType::Set => Question::Never,
    }
}

//! A condition in one English sentence.
//!
//! The sentence says the document in its own order. Groups inside groups stand in parentheses, so that there is one way
//! to read it, and where a condition selects customers who have no value it says so.

mod deliveries;
mod list;
mod phrase;
mod value;
mod words;

use self::phrase::{Leaf, Note, Phrase, Subject};
pub(super) use self::value::value;
pub(super) use self::words::{Asked, asked};
use super::clause::{Clause, ClauseKind, FieldTest, InlinedSegment};
use super::field::Field;
use super::received::Received;
use super::sample::Sample;

/// The sentence, for the people who approve and launch.
pub(super) fn describe(clause: &Clause) -> String {
    phrase(clause, false).sentence()
}

/// The sentence for customers who satisfy all of the conditions.
pub(super) fn describe_all(clauses: &[&Clause]) -> String {
    let parts = clauses.iter().map(|clause| phrase(clause, false));
    Phrase::all(parts.collect()).sentence()
}

// Conditions and tests may be nested deep, so that the frames of recursive functions are kept small: the words are put
// together in functions that end first.

/// The condition, or its negation.
fn phrase(clause: &Clause, negated: bool) -> Phrase {
    match &clause.kind {
        ClauseKind::Everyone if negated => Phrase::Nobody,
        ClauseKind::Everyone => Phrase::Everyone,
        ClauseKind::Not(part) => phrase(part, !negated),
        ClauseKind::And(parts) => group(Group::All, parts, negated),
        ClauseKind::Or(parts) => group(Group::Any, parts, negated),
        ClauseKind::Nor(parts) => group(Group::Any, parts, !negated),
        ClauseKind::Field(field, tests) => field_phrase(field, tests, negated),
        ClauseKind::Segment(any) => segment_phrase(any, negated),
        ClauseKind::Received(wanted) => Phrase::Leaf(received(wanted, negated)),
        ClauseKind::Sample(wanted) => Phrase::Leaf(sample(wanted, negated)),
    }
}

#[derive(Clone, Copy)]
enum Group {
    All,
    Any,
}

fn group(group: Group, clauses: &[Clause], negated: bool) -> Phrase {
    if let [one] = clauses {
        return phrase(one, negated);
    }
    let mut parts = Vec::with_capacity(clauses.len());
    for clause in clauses {
        parts.push(phrase(clause, false));
    }
    together(group, parts, negated)
}

fn together(group: Group, parts: Vec<Phrase>, negated: bool) -> Phrase {
    match (group, negated) {
        (Group::All, false) => Phrase::all(parts),
        (Group::All, true) => Phrase::NotAll(parts),
        (Group::Any, false) => Phrase::any(parts),
        (Group::Any, true) => Phrase::Neither(parts),
    }
}

fn field_phrase(field: &Field, tests: &[FieldTest], negated: bool) -> Phrase {
    let mut groups = tests.chunk_by(are_said_together);
    if let (Some(only), None) = (groups.next(), groups.next()) {
        return test_phrase(field, only, negated);
    }
    let mut parts = Vec::with_capacity(tests.len());
    for tests in tests.chunk_by(are_said_together) {
        parts.push(test_phrase(field, tests, false));
    }
    together(Group::All, parts, negated)
}

/// Comparisons beside each other are one phrase: `at least 5 and less than 10`.
fn are_said_together(test: &FieldTest, next: &FieldTest) -> bool {
    words::bound(&test.operation).is_some() && words::bound(&next.operation).is_some()
}

fn test_phrase(field: &Field, tests: &[FieldTest], negated: bool) -> Phrase {
    match asked(field, tests, negated) {
        Asked::Leaf(leaf) => Phrase::Leaf(leaf),
        Asked::Not(inner) => field_phrase(field, inner, !negated),
    }
}

fn segment_phrase(any: &[InlinedSegment], negated: bool) -> Phrase {
    let mut meanings = Vec::with_capacity(any.len());
    for segment in any {
        meanings.push(phrase(&segment.clause, false));
    }
    Phrase::Leaf(in_segments(any, &meanings, negated))
}

fn in_segments(any: &[InlinedSegment], meanings: &[Phrase], negated: bool) -> Leaf {
    let named = |(segment, meaning): (&InlinedSegment, &Phrase)| {
        let (name, version) = (&segment.name, segment.version);
        let meaning = meaning.sentence();
        format!("segment {name} (version {version}, that is: {meaning})")
    };
    let named: Vec<String> = any.iter().zip(meanings).map(named).collect();
    let (words, note) = if negated {
        (words::in_none_of(&named), Note::NotExcluded)
    } else {
        (format!("in {}", named.join(" or ")), Note::Silent)
    };
    let mut absences = Vec::new();
    for meaning in meanings {
        meaning.collect_absences(!negated, &mut absences);
    }
    Leaf {
        subject: Subject::Are,
        words,
        absences,
        note,
    }
}

/// What `$received` asks.
pub(super) fn received(wanted: &Received, negated: bool) -> Leaf {
    Leaf::new(Subject::Have, deliveries::deliveries(wanted, negated))
}

/// What `$sample` asks.
pub(super) fn sample(wanted: &Sample, negated: bool) -> Leaf {
    let (percent, salt) = (wanted.percent(), value::quoted(&wanted.salt()));
    let not = if negated { "not " } else { "" };
    let words = format!("{not}in the {percent} % sample (salt {salt})");
    Leaf::new(Subject::Are, words)
}

#[cfg(test)]
pub(super) mod tests;

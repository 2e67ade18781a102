//! What is asked of a value, with every bound computed.

use std::ops::Bound;

use offerkit_core::criteria::{
    Anniversaries, Comparison, FieldType, Literal, Moment, Pattern, Predicate, Test, TextMatch,
    Timed,
};

/// A question about the value of a field; the answer is no where there is none.
#[derive(Clone, Debug)]
pub(super) enum Question<'e> {
    Exists,
    /// The answer is no.
    Never,
    Equals(&'e Literal),
    In(&'e [Literal]),
    Between(Bound<Literal>, Bound<Literal>),
    Anniversary(Anniversaries),
    /// The text is the pattern, after A-Z are folded.
    FoldedEquals(&'e str),
    FoldedIn(&'e [Box<str>]),
    Starts(&'e Pattern),
    Ends(&'e Pattern),
    Contains(&'e Pattern),
    HasAny(&'e [Box<str>]),
    HasAll(&'e [Box<str>]),
    Size(Comparison, i64),
}

/// A predicate of another type than the field's is never true.
pub(super) fn question<'e>(test: &'e Test, moment: &Moment) -> Question<'e> {
    let field_type = test.field().field_type();
    let is_text = matches!(field_type, FieldType::Text | FieldType::Enum { .. });
    let is_set = matches!(field_type, FieldType::Set);
    match test.predicate() {
        Predicate::Exists => Question::Exists,
        Predicate::Equals(literal) => Question::Equals(literal),
        Predicate::In(list) => Question::In(list),
        Predicate::Compare(by, literal) => compared(*by, literal),
        Predicate::Text(at, pattern) if is_text => text(*at, pattern),
        Predicate::FoldedIn(list) if is_text => Question::FoldedIn(list),
        Predicate::HasAny(items) if is_set => Question::HasAny(items),
        Predicate::HasAll(items) if is_set => Question::HasAll(items),
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

fn compared(by: Comparison, literal: &Literal) -> Question<'_> {
    let bound = literal.clone();
    match by {
        Comparison::Eq => Question::Equals(literal),
        Comparison::Gt => Question::Between(Bound::Excluded(bound), Bound::Unbounded),
        Comparison::Gte => Question::Between(Bound::Included(bound), Bound::Unbounded),
        Comparison::Lt => Question::Between(Bound::Unbounded, Bound::Excluded(bound)),
        Comparison::Lte => Question::Between(Bound::Unbounded, Bound::Included(bound)),
    }
}

fn text(at: TextMatch, pattern: &Pattern) -> Question<'_> {
    match at {
        TextMatch::Whole => Question::FoldedEquals(pattern.text()),
        TextMatch::Start => Question::Starts(pattern),
        TextMatch::End => Question::Ends(pattern),
        TextMatch::Anywhere => Question::Contains(pattern),
    }
}

fn timed(timed: Timed) -> Question<'static> {
    match timed {
        Timed::Dates(low, high) => {
            Question::Between(low.map(Literal::Date), high.map(Literal::Date))
        }
        Timed::Timestamps(low, high) => {
            Question::Between(low.map(Literal::Timestamp), high.map(Literal::Timestamp))
        }
        Timed::Anniversaries(days) => Question::Anniversary(days),
    }
}

/// The first text, in code-point order, behind every text that begins with `prefix`; nothing where there is none.
pub(super) fn behind(prefix: &str) -> Option<String> {
    let mut characters: Vec<char> = prefix.chars().collect();
    while let Some(last) = characters.pop() {
        // A range of characters leaves out the surrogates, which are none.
        if let Some(next) = (last..=char::MAX).nth(1) {
            characters.push(next);
            return Some(characters.into_iter().collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_behind_a_prefix_is_the_next_character_in_its_last_place() {
        for (prefix, next) in [
            ("p", Some("q")),
            ("pz", Some("p{")),
            ("a\u{7f}", Some("a\u{80}")),
            ("\u{d7ff}", Some("\u{e000}")),
            ("\u{ffff}", Some("\u{10000}")),
            ("a\u{10ffff}\u{10ffff}", Some("b")),
            ("\u{10ffff}", None),
            ("", None),
        ] {
            assert_eq!(behind(prefix).as_deref(), next, "{prefix:?}");
        }
    }
}

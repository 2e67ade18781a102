//! Tests of the id, where the host's key is a number that the id holds.

use offerkit_core::{criteria::Literal, id::CustomerId};

use super::{bind::Bind, condition::push_constant, question::Question, sink::Sink};
use crate::customer_key;

/// Asks for the key instead, so that its index is used. An id that holds no number is nobody's.
pub(super) fn push(sink: &mut impl Sink, key: &str, question: &Question<'_>, wanted: bool) {
    match question {
        Question::Exists => push_constant(sink, true, wanted),
        Question::Equals(literal) => match number(literal) {
            Some(number) => {
                sink.push(key);
                sink.push(if wanted { " = " } else { " <> " });
                sink.bind(Bind::Int(number));
            }
            None => push_constant(sink, false, wanted),
        },
        Question::In(list) => {
            sink.push(key);
            sink.push(if wanted { " = ANY (" } else { " <> ALL (" });
            sink.bind(Bind::Ints(list.iter().filter_map(number).collect()));
            sink.push(")");
        }
        // Nothing else is asked of an id.
        Question::Never
        | Question::Between(..)
        | Question::Anniversary(_)
        | Question::FoldedEquals(_)
        | Question::FoldedIn(_)
        | Question::Starts(_)
        | Question::Ends(_)
        | Question::Contains(_)
        | Question::HasAny(_)
        | Question::HasAll(_)
        | Question::Size(..) => push_constant(sink, false, wanted),
    }
}

fn number(literal: &Literal) -> Option<i64> {
    match literal {
        Literal::Uuid(uuid) => customer_key::number_in(CustomerId::from_uuid(*uuid)),
        Literal::Text(_)
        | Literal::Int(_)
        | Literal::Decimal(_)
        | Literal::Bool(_)
        | Literal::Date(_)
        | Literal::Timestamp(_) => None,
    }
}

//! JSON with places: what `serde_json` does not keep, and criteria need.
//!
//! Every value knows its bytes in the text, duplicate names are seen, and numbers are exact.

mod reader;
mod string;

use std::borrow::Cow;

use super::number::Number;
use super::span::Span;

pub(super) use self::reader::read;

/// A value and where it stands.
#[derive(Debug)]
pub(super) struct Node<'t> {
    pub(super) span: Span,
    pub(super) json: Json<'t>,
}

/// A JSON value.
#[derive(Debug)]
pub(super) enum Json<'t> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'t, str>),
    /// The items are no part of any form this release evaluates; only their number was checked.
    List,
    Object(Vec<Member<'t>>),
    /// A value that was already reported, and is not looked at again.
    Refused,
}

/// One member of an object.
#[derive(Debug)]
pub(super) struct Member<'t> {
    /// Nothing where a fault in the name was reported.
    pub(super) name: Option<Cow<'t, str>>,
    pub(super) name_span: Span,
    pub(super) value: Node<'t>,
}

impl Json<'_> {
    /// What the value is, for a sentence.
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "text",
            Self::List => "a list",
            Self::Object(_) => "an object",
            Self::Refused => "an unreadable value",
        }
    }
}

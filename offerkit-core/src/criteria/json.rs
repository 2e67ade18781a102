//! JSON with places: what `serde_json` does not keep, and criteria need.
//!
//! Every value knows its bytes in the text, duplicate names are seen, and numbers are exact.

mod reader;
mod scalar;
mod string;

use std::borrow::Cow;

use super::number::Number;
use super::span::Span;

pub(super) use self::reader::read;

/// A whole document, and how large it is.
#[derive(Debug)]
pub(super) struct Document<'t> {
    pub(super) root: Node<'t>,
    /// What [`Limits::nodes`](super::limits::Limits::nodes) counts.
    pub(super) nodes: usize,
    /// Items of all lists.
    pub(super) items: usize,
}

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
    List(Vec<Node<'t>>),
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

impl Member<'_> {
    /// The name and the value.
    pub(super) const fn span(&self) -> Span {
        Span::new(self.name_span.start(), self.value.span.end())
    }
}

impl Json<'_> {
    /// What the value is, for a sentence.
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
            Self::Refused => "an unreadable value",
        }
    }
}

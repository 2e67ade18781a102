//! The reader of a document's text.

use std::borrow::Cow;
use std::collections::HashSet;

use super::{Document, Json, Member, Node};
use crate::criteria::code::ErrorCode;
use crate::criteria::error::{CriteriaError, ErrorLog};
use crate::criteria::limits::Limits;
use crate::criteria::path::Path;
use crate::criteria::quote::quoted;
use crate::criteria::span::Span;

/// Reads a whole document. Without a node, at least one error says why.
///
/// Faults inside strings and numbers, and names used twice, are collected; any other ends the reading.
pub(in crate::criteria) fn read<'t>(
    text: &'t str,
    limits: &Limits,
    errors: &mut ErrorLog,
) -> Option<Document<'t>> {
    let mut reader = Reader {
        text,
        at: 0,
        limits,
        errors,
        path: Path::default(),
        nodes: 0,
        items: 0,
    };
    let root = reader.document().ok()?;
    Some(Document {
        root,
        nodes: reader.nodes,
        items: reader.items,
    })
}

/// The reading has ended, and an error says why.
pub(super) struct Ended;

pub(super) struct Reader<'t, 'r> {
    pub(super) text: &'t str,
    pub(super) at: usize,
    pub(super) limits: &'r Limits,
    pub(super) errors: &'r mut ErrorLog,
    pub(super) path: Path,
    nodes: usize,
    items: usize,
}

/// An object or a list whose end is yet to be read.
enum Open<'t> {
    Object(OpenObject<'t>),
    List(OpenList<'t>),
}

struct OpenObject<'t> {
    start: usize,
    members: Vec<Member<'t>>,
    names: HashSet<Cow<'t, str>>,
    /// Of the member that is being read.
    name: Option<Cow<'t, str>>,
    name_span: Span,
}

struct OpenList<'t> {
    start: usize,
    items: Vec<Node<'t>>,
}

impl OpenObject<'_> {
    fn new(start: usize) -> Self {
        Self {
            start,
            members: Vec::new(),
            names: HashSet::new(),
            name: None,
            name_span: Span::default(),
        }
    }
}

impl<'t> Reader<'t, '_> {
    fn document(&mut self) -> Result<Node<'t>, Ended> {
        if self.text.len() > self.limits.document_bytes {
            let (size, limit) = (self.text.len(), self.limits.document_bytes);
            let message = format!("the document has {size} bytes, more than {limit}");
            return Err(self.end(ErrorCode::TooLarge, Span::new(0, size), message));
        }
        if self.text.starts_with('\u{feff}') {
            return Err(self.end(
                ErrorCode::Utf8,
                Span::new(0, 3),
                "the document begins with a byte order mark",
            ));
        }
        self.skip_space();
        let node = self.value()?;
        self.skip_space();
        if self.peek().is_some() {
            Err(self.unexpected("the end of the document"))
        } else {
            Ok(node)
        }
    }

    /// Reads a value. What is open stands in a list and not on the stack, so that nesting costs no stack.
    fn value(&mut self) -> Result<Node<'t>, Ended> {
        let mut open: Vec<Open<'t>> = Vec::new();
        loop {
            let start = self.at;
            let json = match self.peek() {
                Some(b'{') => {
                    self.open(open.len())?;
                    self.skip_space();
                    if self.take(b'}') {
                        self.count_node()?;
                        Json::Object(Vec::new())
                    } else {
                        let mut object = OpenObject::new(start);
                        self.begin_member(&mut object)?;
                        open.push(Open::Object(object));
                        continue;
                    }
                }
                Some(b'[') => {
                    self.open(open.len())?;
                    self.skip_space();
                    if self.take(b']') {
                        Json::List(Vec::new())
                    } else {
                        let list = OpenList {
                            start,
                            items: Vec::new(),
                        };
                        self.begin_item(&list)?;
                        open.push(Open::List(list));
                        continue;
                    }
                }
                Some(b'"') => self
                    .string(self.limits.string_bytes)?
                    .map_or(Json::Refused, Json::Text),
                Some(b'-' | b'0'..=b'9') => self.number()?,
                _ => self.word()?,
            };
            let node = self.node(start, json);
            if let Some(node) = self.end_value(&mut open, node)? {
                return Ok(node);
            }
        }
    }

    /// Puts a value where it belongs, and closes what ends behind it; gives the value back where nothing is open.
    fn end_value(
        &mut self,
        open: &mut Vec<Open<'t>>,
        mut node: Node<'t>,
    ) -> Result<Option<Node<'t>>, Ended> {
        while let Some(innermost) = open.pop() {
            self.path.leave();
            self.skip_space();
            match innermost {
                Open::Object(mut object) => {
                    object.members.push(Member {
                        name: object.name.take(),
                        name_span: object.name_span,
                        value: node,
                    });
                    if !self.take(b'}') {
                        self.expect(b',', "`,` or `}`")?;
                        self.begin_member(&mut object)?;
                        open.push(Open::Object(object));
                        return Ok(None);
                    }
                    node = self.node(object.start, Json::Object(object.members));
                }
                Open::List(mut list) => {
                    list.items.push(node);
                    if !self.take(b']') {
                        self.expect(b',', "`,` or `]`")?;
                        self.begin_item(&list)?;
                        open.push(Open::List(list));
                        return Ok(None);
                    }
                    node = self.node(list.start, Json::List(list.items));
                }
            }
        }
        Ok(Some(node))
    }

    fn node(&self, start: usize, json: Json<'t>) -> Node<'t> {
        let span = Span::new(start, self.at);
        Node { span, json }
    }

    /// Reads a member up to its value.
    fn begin_member(&mut self, object: &mut OpenObject<'t>) -> Result<(), Ended> {
        self.skip_space();
        if self.peek() != Some(b'"') {
            return Err(self.unexpected("a name in double quotes"));
        }
        let start = self.at;
        object.name = self.string(self.limits.name_bytes)?;
        object.name_span = Span::new(start, self.at);
        self.path
            .enter_member(object.name.as_deref().unwrap_or("…"));
        if let Some(name) = &object.name
            && !object.names.insert(name.clone())
        {
            let message = format!("the name {} is used twice in one object", quoted(name));
            self.report(ErrorCode::DuplicateKey, object.name_span, message);
        }
        self.skip_space();
        self.expect(b':', "`:`")?;
        self.skip_space();
        // `f: x` is short for `f: {"$eq": x}`, and both must count the same: a normalised document is read again.
        if self.peek() != Some(b'{') {
            self.count_node()?;
        }
        Ok(())
    }

    /// Reads up to the next item of a list.
    fn begin_item(&mut self, list: &OpenList<'t>) -> Result<(), Ended> {
        let (index, limits) = (list.items.len(), self.limits);
        let span = Span::new(list.start, self.at);
        if index >= limits.list_items {
            let message = format!("the list has more than {} items", limits.list_items);
            return Err(self.end(ErrorCode::ListTooLong, span, message));
        }
        self.items += 1;
        if self.items > limits.list_items_in_all {
            let most = limits.list_items_in_all;
            let message = format!("the lists have more than {most} items in all");
            return Err(self.end(ErrorCode::ListTooLong, span, message));
        }
        self.skip_space();
        self.path.enter_item(index);
        if matches!(self.peek(), Some(b'{' | b'[')) {
            self.count_node()?;
        }
        Ok(())
    }

    /// Steps into an object or a list.
    fn open(&mut self, depth: usize) -> Result<(), Ended> {
        let span = Span::new(self.at, self.at + 1);
        self.at += 1;
        let deepest = self.limits.depth.min(Limits::MAX_DEPTH);
        if depth >= deepest {
            return Err(self.end(
                ErrorCode::TooDeep,
                span,
                format!("the document is nested deeper than {deepest}"),
            ));
        }
        Ok(())
    }

    fn count_node(&mut self) -> Result<(), Ended> {
        self.nodes += 1;
        if self.nodes <= self.limits.nodes {
            return Ok(());
        }
        let message = format!(
            "the document has more than {} conditions and groups",
            self.limits.nodes
        );
        Err(self.end(
            ErrorCode::TooManyNodes,
            Span::new(self.at.saturating_sub(1), self.at),
            message,
        ))
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.at += 1;
        }
        found
    }

    fn expect(&mut self, byte: u8, expected: &str) -> Result<(), Ended> {
        if self.take(byte) {
            Ok(())
        } else {
            Err(self.unexpected(expected))
        }
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    pub(super) fn report(&mut self, code: ErrorCode, span: Span, message: impl Into<String>) {
        let pointer = self.path.pointer();
        self.errors
            .push(|| CriteriaError::new(code, pointer, span, message));
    }

    pub(super) fn end(&mut self, code: ErrorCode, span: Span, message: impl Into<String>) -> Ended {
        self.report(code, span, message);
        Ended
    }

    pub(super) fn unexpected(&mut self, expected: &str) -> Ended {
        let found = self
            .text
            .get(self.at..)
            .and_then(|rest| rest.chars().next());
        let span = Span::new(self.at, self.at + found.map_or(0, char::len_utf8));
        let message = match found {
            Some(found) => format!(
                "the document is not JSON: found {}",
                quoted(found.encode_utf8(&mut [0; 4]))
            ),
            None => "the document is not JSON: it ends too early".to_owned(),
        };
        let pointer = self.path.pointer();
        self.errors.push(|| {
            CriteriaError::new(ErrorCode::Json, pointer, span, message).expecting(expected)
        });
        Ended
    }
}

#[cfg(test)]
mod tests;

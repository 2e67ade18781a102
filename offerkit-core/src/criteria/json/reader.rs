//! The reader of a document's text.

use std::borrow::Cow;
use std::collections::HashSet;

use super::{Json, Member, Node};
use crate::criteria::code::ErrorCode;
use crate::criteria::error::{CriteriaError, ErrorLog};
use crate::criteria::limits::Limits;
use crate::criteria::number::Number;
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
) -> Option<Node<'t>> {
    let mut reader = Reader {
        text,
        at: 0,
        limits,
        errors,
        path: Path::default(),
        nodes: 0,
        items: 0,
    };
    reader.document().ok()
}

/// The reading has ended, and an error says why.
pub(super) struct Ended;

pub(super) struct Reader<'t, 'r> {
    pub(super) text: &'t str,
    pub(super) at: usize,
    pub(super) limits: &'r Limits,
    errors: &'r mut ErrorLog,
    path: Path,
    nodes: usize,
    items: usize,
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
        let node = self.value(0)?;
        self.skip_space();
        if self.peek().is_some() {
            Err(self.unexpected("the end of the document"))
        } else {
            Ok(node)
        }
    }

    fn value(&mut self, depth: usize) -> Result<Node<'t>, Ended> {
        let start = self.at;
        let json = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.list(depth)?,
            Some(b'"') => self
                .string(self.limits.string_bytes)?
                .map_or(Json::Refused, Json::Text),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ => self.word()?,
        };
        Ok(Node {
            span: Span::new(start, self.at),
            json,
        })
    }

    fn object(&mut self, depth: usize) -> Result<Json<'t>, Ended> {
        self.open(depth)?;
        let mut members = Vec::new();
        let mut names: HashSet<Cow<'t, str>> = HashSet::new();
        self.skip_space();
        if self.take(b'}') {
            self.count_node()?;
            return Ok(Json::Object(members));
        }
        loop {
            self.skip_space();
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("a name in double quotes"));
            }
            let start = self.at;
            let name = self.string(self.limits.name_bytes)?;
            let name_span = Span::new(start, self.at);
            self.path.enter_member(name.as_deref().unwrap_or("…"));
            if name
                .as_ref()
                .is_some_and(|name| !names.insert(name.clone()))
            {
                let message = format!(
                    "the name {} is used twice in one object",
                    quoted(name.as_deref().unwrap_or(""))
                );
                self.report(ErrorCode::DuplicateKey, name_span, message);
            }
            self.skip_space();
            self.expect(b':', "`:`")?;
            self.skip_space();
            // `f: x` is short for `f: {"$eq": x}`, and both must count the same: a normalised document is read again.
            if self.peek() != Some(b'{') {
                self.count_node()?;
            }
            let value = self.value(depth + 1)?;
            self.path.leave();
            members.push(Member {
                name,
                name_span,
                value,
            });
            self.skip_space();
            if self.take(b'}') {
                return Ok(Json::Object(members));
            }
            self.expect(b',', "`,` or `}`")?;
        }
    }

    fn list(&mut self, depth: usize) -> Result<Json<'t>, Ended> {
        let start = self.at;
        self.open(depth)?;
        self.skip_space();
        if self.take(b']') {
            return Ok(Json::List);
        }
        for index in 0_usize.. {
            if index >= self.limits.list_items {
                let message = format!("the list has more than {} items", self.limits.list_items);
                return Err(self.end(ErrorCode::ListTooLong, Span::new(start, self.at), message));
            }
            self.items += 1;
            if self.items > self.limits.list_items_in_all {
                let message = format!(
                    "the lists have more than {} items in all",
                    self.limits.list_items_in_all
                );
                return Err(self.end(ErrorCode::ListTooLong, Span::new(start, self.at), message));
            }
            self.skip_space();
            self.path.enter_item(index);
            if matches!(self.peek(), Some(b'{' | b'[')) {
                self.count_node()?;
            }
            self.value(depth + 1)?;
            self.path.leave();
            self.skip_space();
            if self.take(b']') {
                break;
            }
            self.expect(b',', "`,` or `]`")?;
        }
        Ok(Json::List)
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

    fn number(&mut self) -> Result<Json<'t>, Ended> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            if !self.take(b'+') {
                self.take(b'-');
            }
            self.digits()?;
        }
        if self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric()) {
            return Err(self.unexpected("the end of the number"));
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        if let Some(number) = Number::read(text, self.limits) {
            return Ok(Json::Number(number));
        }
        let digits = self.limits.number_digits.min(Limits::MAX_DIGITS);
        let exponent = self.limits.number_exponent;
        let expected =
            format!("at most {digits} digits, and an exponent from -{exponent} to {exponent}");
        let (pointer, span) = (self.path.pointer(), Span::new(start, self.at));
        self.errors.push(|| {
            let message = format!("the number {} is out of range", quoted(text));
            CriteriaError::new(ErrorCode::NumberRange, pointer, span, message).expecting(expected)
        });
        Ok(Json::Refused)
    }

    fn digits(&mut self) -> Result<(), Ended> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if count == 0 {
            return Err(self.unexpected("a digit"));
        }
        self.at += count;
        Ok(())
    }

    fn word(&mut self) -> Result<Json<'t>, Ended> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        for (word, json) in [
            ("true", Json::Bool(true)),
            ("false", Json::Bool(false)),
            ("null", Json::Null),
        ] {
            if let Some(behind) = rest.strip_prefix(word)
                && !behind.starts_with(|c: char| c.is_ascii_alphanumeric())
            {
                self.at += word.len();
                return Ok(json);
            }
        }
        Err(self.unexpected("a value"))
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

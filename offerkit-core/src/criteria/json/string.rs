//! Strings and their escapes.

use std::borrow::Cow;

use super::reader::{Ended, Reader};
use crate::criteria::code::ErrorCode;
use crate::criteria::span::Span;

impl<'t> Reader<'t, '_> {
    /// Reads a string of at most `longest` bytes; nothing where a fault in it was reported.
    pub(super) fn string(&mut self, longest: usize) -> Result<Option<Cow<'t, str>>, Ended> {
        let start = self.at;
        self.at += 1;
        let mut unescaped: Option<String> = None;
        let mut sound = true;
        loop {
            let run = self.plain_run();
            if let Some(text) = &mut unescaped {
                text.push_str(run);
            }
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    let text = unescaped.map_or(Cow::Borrowed(run), Cow::Owned);
                    return Ok(self.checked(text, start, longest).filter(|_| sound));
                }
                Some(b'\\') => {
                    let text = unescaped.get_or_insert_with(|| run.to_owned());
                    match self.escape()? {
                        Some(c) => text.push(c),
                        None => sound = false,
                    }
                }
                Some(0) => {
                    sound = false;
                    self.report(
                        ErrorCode::NulChar,
                        Span::new(self.at, self.at + 1),
                        "the text holds U+0000",
                    );
                    self.at += 1;
                }
                Some(_) => {
                    return Err(
                        self.unexpected("an escape, since control characters stand in none")
                    );
                }
                None => return Err(self.unexpected("`\"`")),
            }
        }
    }

    /// The characters up to the next quote, escape or control character.
    fn plain_run(&mut self) -> &'t str {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let end = rest
            .bytes()
            .position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f))
            .unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    fn checked(
        &mut self,
        text: Cow<'t, str>,
        start: usize,
        longest: usize,
    ) -> Option<Cow<'t, str>> {
        if text.len() <= longest {
            return Some(text);
        }
        let message = format!("the text has {} bytes, more than {longest}", text.len());
        self.report(ErrorCode::StringTooLong, Span::new(start, self.at), message);
        None
    }

    /// Reads one escape; nothing where a fault in it was reported.
    fn escape(&mut self) -> Result<Option<char>, Ended> {
        let start = self.at;
        self.at += 1;
        let c = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                return self.unicode_escape(start);
            }
            _ => return Err(self.unexpected("one of `\"\\/bfnrtu` behind a backslash")),
        };
        self.at += 1;
        Ok(Some(c))
    }

    fn unicode_escape(&mut self, start: usize) -> Result<Option<char>, Ended> {
        let first = self.four_hex_digits()?;
        let code_point = if (0xD800..0xDC00).contains(&first) && self.low_surrogate_follows() {
            self.at += 2;
            let second = self.four_hex_digits()?;
            0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00)
        } else {
            first
        };
        let span = Span::new(start, self.at);
        match char::from_u32(code_point) {
            Some('\0') => self.report(ErrorCode::NulChar, span, "the text holds U+0000"),
            None => self.report(
                ErrorCode::Utf8,
                span,
                "the escape is half of a surrogate pair",
            ),
            Some(c) => return Ok(Some(c)),
        }
        Ok(None)
    }

    fn low_surrogate_follows(&self) -> bool {
        let next = self
            .text
            .get(self.at..)
            .and_then(|rest| rest.strip_prefix("\\u"))
            .and_then(|rest| rest.get(..4));
        let next = next.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        next.is_some_and(|next| (0xDC00..0xE000).contains(&next))
    }

    fn four_hex_digits(&mut self) -> Result<u32, Ended> {
        let mut value = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            let Some(digit) = digit else {
                return Err(self.unexpected("four hexadecimal digits behind `\\u`"));
            };
            value = value * 16 + digit;
            self.at += 1;
        }
        Ok(value)
    }
}

//! Numbers, `true`, `false` and `null`.

use super::Json;
use super::reader::{Ended, Reader};
use crate::criteria::code::ErrorCode;
use crate::criteria::error::CriteriaError;
use crate::criteria::limits::Limits;
use crate::criteria::number::Number;
use crate::criteria::quote::quoted;
use crate::criteria::span::Span;

impl<'t> Reader<'t, '_> {
    pub(super) fn number(&mut self) -> Result<Json<'t>, Ended> {
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

    pub(super) fn word(&mut self) -> Result<Json<'t>, Ended> {
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
}

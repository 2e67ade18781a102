//! The tags of a template and their tokens, as the engine reads them.

use crate::ports::TemplateError;

/// A piece of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    Name(&'a str),
    /// A number or a string.
    Literal,
    /// `==`, `!=`, `<=` or `>=`.
    Comparison,
    Sign(char),
}

impl Token<'_> {
    pub(super) const fn is_name(&self) -> bool {
        matches!(self, Self::Name(_))
    }
}

/// One `{{ … }}` or `{% … %}`.
#[derive(Debug)]
pub(super) struct Tag<'a> {
    before: &'a str,
    pub(super) is_statement: bool,
    pub(super) tokens: Vec<Token<'a>>,
}

impl Tag<'_> {
    pub(super) fn error(&self, message: String) -> TemplateError {
        TemplateError::Syntax {
            line: line_after(self.before),
            message,
        }
    }
}

/// The tags of a template, in order.
pub(super) struct Tags<'a> {
    template: &'a str,
    rest: &'a str,
}

impl<'a> Tags<'a> {
    pub(super) const fn new(template: &'a str) -> Self {
        Self {
            template,
            rest: template,
        }
    }

    fn before(&self) -> &'a str {
        let length = self.template.len().saturating_sub(self.rest.len());
        self.template.get(..length).unwrap_or(self.template)
    }

    /// Moves past the next `{{`, `{%` or `{#` and answers its second character.
    fn open(&mut self) -> Option<char> {
        loop {
            let (_, after) = self.rest.split_once('{')?;
            self.rest = after;
            if let Some(kind @ ('{' | '%' | '#')) = after.chars().next() {
                self.skip(1);
                return Some(kind);
            }
        }
    }

    /// Moves on by `bytes`, or to the end.
    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    /// Moves past the characters that `is_part` accepts, and answers them.
    fn take_while(&mut self, is_part: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let (part, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
        self.rest = rest;
        part
    }

    /// The tokens up to `end`, which counts only outside of brackets; `None` where it never comes.
    fn tokens(&mut self, end: &str) -> Option<Vec<Token<'a>>> {
        let mut tokens = Vec::new();
        let mut depth = 0_usize;
        loop {
            self.take_while(char::is_whitespace);
            if depth == 0 {
                let trimmed = self.rest.strip_prefix(['-', '+']).unwrap_or(self.rest);
                if let Some(rest) = trimmed.strip_prefix(end) {
                    self.rest = rest;
                    return Some(tokens);
                }
            }
            let first = self.rest.chars().next()?;
            tokens.push(match first {
                '"' | '\'' => {
                    self.skip(1);
                    self.skip_string(first)?;
                    Token::Literal
                }
                '0'..='9' => {
                    self.take_while(is_word);
                    Token::Literal
                }
                first if is_word(first) => Token::Name(self.take_while(is_word)),
                sign => {
                    self.skip(sign.len_utf8());
                    match sign {
                        '(' | '[' | '{' => depth += 1,
                        ')' | ']' | '}' => depth = depth.saturating_sub(1),
                        _ => {}
                    }
                    if matches!(sign, '=' | '!' | '<' | '>') && self.rest.starts_with('=') {
                        self.skip(1);
                        Token::Comparison
                    } else {
                        Token::Sign(sign)
                    }
                }
            });
        }
    }

    fn skip_string(&mut self, quote: char) -> Option<()> {
        let mut is_escaped = false;
        let end = self.rest.find(|c| {
            let ends = c == quote && !is_escaped;
            is_escaped = c == '\\' && !is_escaped;
            ends
        })?;
        self.skip(end + 1);
        Some(())
    }
}

impl<'a> Iterator for Tags<'a> {
    type Item = Result<Tag<'a>, TemplateError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let kind = self.open()?;
            let before = self.before();
            let unended = || TemplateError::Syntax {
                line: line_after(before),
                message: "a tag does not end".to_owned(),
            };
            let end = match kind {
                '{' => "}}",
                '%' => "%}",
                _ => match self.rest.split_once("#}") {
                    Some((_, rest)) => {
                        self.rest = rest;
                        continue;
                    }
                    None => return Some(Err(unended())),
                },
            };
            self.rest = self.rest.strip_prefix(['-', '+']).unwrap_or(self.rest);
            let Some(tokens) = self.tokens(end) else {
                self.rest = "";
                return Some(Err(unended()));
            };
            return Some(Ok(Tag {
                before,
                is_statement: kind == '%',
                tokens,
            }));
        }
    }
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn line_after(text: &str) -> usize {
    text.matches('\n').count().saturating_add(1)
}

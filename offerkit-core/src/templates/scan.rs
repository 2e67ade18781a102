//! What a template may say, checked on its text before the engine sees it.
//!
//! The engine finds unknown filters and tests only when it renders, and its list of undeclared names passes over slices
//! and `{% set a = a %}`. Nor do its limits cover everything: some 1,000 operators in one expression exhaust the stack,
//! which ends the process, and `[1] * 100000000`, or a list joined to itself a few dozen times, costs no fuel until
//! something walks it. So nothing is multiplied here, and what gets a name is what was given, or a single value.

use std::{collections::BTreeSet, iter::Peekable};

use super::{
    FILTERS, MAX_MESSAGE_CHARS, TESTS,
    tags::{Tag, Tags, Token},
};
use crate::ports::TemplateError;

/// The statements that a template may use: the others load, define or call something, or switch escaping off.
const STATEMENTS: [&str; 7] = ["if", "elif", "else", "endif", "for", "endfor", "set"];
/// The names that mean something by themselves.
const WORDS: [&str; 14] = [
    "and", "else", "false", "False", "if", "in", "is", "loop", "none", "None", "not", "or", "true",
    "True",
];
/// The most tokens of one tag, the most `elif`s of a template, and the deepest nesting of statements and of brackets.
/// The engine descends once for each, on the stack; within these limits a debug build needs less than half a megabyte.
const MAX_TOKENS: usize = 256;
const MAX_ELIFS: usize = 64;
const MAX_NESTING: usize = 16;
/// How near a name must be to be suggested (Jaro–Winkler: 1 is equal).
const SIMILAR: f64 = 0.8;

/// Checks a template in the order of its text; without `listed` any name will do.
pub(super) fn check(template: &str, listed: Option<&[String]>) -> Result<(), TemplateError> {
    let mut scope = Scope {
        listed,
        own: BTreeSet::new(),
    };
    let (mut elifs, mut nesting) = (0_usize, 0_usize);
    for tag in Tags::new(template) {
        let tag = tag?;
        if tag.tokens.len() > MAX_TOKENS {
            let length = tag.tokens.len();
            return Err(tag.error(format!(
                "a tag has {length} parts, {MAX_TOKENS} are allowed"
            )));
        }
        if !tag.is_statement {
            scope.check_expression(&tag, &tag.tokens, Place::Written)?;
            continue;
        }
        let (statement, rest) = statement(&tag)?;
        match statement {
            "elif" => elifs += 1,
            "if" | "for" => nesting += 1,
            "endif" | "endfor" => nesting = nesting.saturating_sub(1),
            _ => {}
        }
        if elifs > MAX_ELIFS {
            return Err(tag.error(format!("a message has at most {MAX_ELIFS} `elif`s")));
        }
        if nesting > MAX_NESTING {
            return Err(too_deep(&tag));
        }
        match statement {
            "for" => scope.check_loop(&tag, rest)?,
            "set" => scope.check_set(&tag, rest)?,
            _ => scope.check_expression(&tag, rest, Place::Written)?,
        }
    }
    Ok(())
}

/// Whether `name` is listed, or stands below a listed one.
pub(super) fn is_allowed(name: &str, listed: &[String]) -> bool {
    listed.iter().any(|listed| {
        name.strip_prefix(listed.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

/// The error for a name, with the first listed name below it or else the nearest.
pub(super) fn unknown_name(name: &str, listed: &[String]) -> TemplateError {
    let name: String = name.chars().take(MAX_MESSAGE_CHARS).collect();
    let below = format!("{name}.");
    let suggestion = listed
        .iter()
        .find(|listed| listed.starts_with(&below))
        .map(String::as_str)
        .or_else(|| nearest(&name, listed.iter().map(String::as_str)))
        .map(str::to_owned);
    TemplateError::UnknownName { name, suggestion }
}

fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|known| (strsim::jaro_winkler(name, known), known))
        .filter(|(similarity, _)| *similarity >= SIMILAR)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, known)| known)
}

/// The name of a statement and what follows it.
fn statement<'t, 'a>(tag: &'t Tag<'a>) -> Result<(&'a str, &'t [Token<'a>]), TemplateError> {
    let name: String = match tag.tokens.split_first() {
        Some((Token::Name(name), rest)) if STATEMENTS.contains(name) => return Ok((*name, rest)),
        Some((Token::Name(name), _)) => name.chars().take(MAX_MESSAGE_CHARS).collect(),
        Some((Token::Literal | Token::Comparison | Token::Sign(_), _)) | None => String::new(),
    };
    Err(tag.error(format!(
        "a message has no statement `{name}`: it may use if, for and set"
    )))
}

/// The tokens before and after the first `at` outside of brackets.
fn split<'t, 'a>(
    tokens: &'t [Token<'a>],
    at: Token<'a>,
) -> Option<(&'t [Token<'a>], &'t [Token<'a>])> {
    let mut depth = 0_usize;
    let position = tokens.iter().position(|token| {
        match token {
            Token::Sign('(' | '[' | '{') => depth += 1,
            Token::Sign(')' | ']' | '}') => depth = depth.saturating_sub(1),
            Token::Name(_) | Token::Literal | Token::Sign(_) | Token::Comparison => {}
        }
        depth == 0 && *token == at
    })?;
    let (before, after) = tokens.split_at_checked(position)?;
    Some((before, after.split_first()?.1))
}

/// Where an expression stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// It is written or compared.
    Written,
    /// It gets a name, or its items do: what the template itself made into a list must not, or a few lines of
    /// `{% set a = [a, a] %}` would be a list of any length.
    Named,
}

struct Scope<'a> {
    listed: Option<&'a [String]>,
    /// The names defined so far. Where they end is left to the engine's analysis.
    own: BTreeSet<&'a str>,
}

impl<'a> Scope<'a> {
    fn check_set(&mut self, tag: &Tag<'a>, rest: &[Token<'a>]) -> Result<(), TemplateError> {
        let (targets, value) = split(rest, Token::Sign('='))
            .ok_or_else(|| tag.error("a name is set by `{% set name = value %}`".to_owned()))?;
        self.check_expression(tag, value, Place::Named)?;
        self.define(tag, targets)
    }

    fn check_loop(&mut self, tag: &Tag<'a>, rest: &[Token<'a>]) -> Result<(), TemplateError> {
        let (targets, list) = split(rest, Token::Name("in"))
            .ok_or_else(|| tag.error("a loop is `{% for name in list %}`".to_owned()))?;
        let (list, condition) = split(list, Token::Name("if")).unwrap_or((list, &[]));
        if [list, condition]
            .iter()
            .any(|part| part.last() == Some(&Token::Name("recursive")))
        {
            return Err(tag.error("a loop is not recursive".to_owned()));
        }
        self.check_expression(tag, list, Place::Named)?;
        self.define(tag, targets)?;
        self.check_expression(tag, condition, Place::Written)
    }

    /// Adds the names that a statement defines.
    fn define(&mut self, tag: &Tag<'a>, targets: &[Token<'a>]) -> Result<(), TemplateError> {
        for target in targets {
            match target {
                Token::Name(name) => {
                    // After `{% set offer = … %}` no reader could tell what `offer.rate` is.
                    let hides = |listed: &String| listed.split('.').next() == Some(name);
                    if *name == "loop" || self.listed.unwrap_or_default().iter().any(hides) {
                        return Err(tag.error(format!(
                            "`{name}` is a name of messages: call your own something else"
                        )));
                    }
                    self.own.insert(name);
                }
                Token::Sign(',' | '(' | ')') => {}
                Token::Literal | Token::Comparison | Token::Sign(_) => {
                    return Err(tag.error("only a name can be given a value".to_owned()));
                }
            }
        }
        Ok(())
    }

    fn check_name(&self, name: &str, path: &str) -> Result<(), TemplateError> {
        match self.listed {
            Some(listed) if !self.own.contains(name) && !is_allowed(path, listed) => {
                Err(unknown_name(path, listed))
            }
            Some(_) | None => Ok(()),
        }
    }

    fn check_expression(
        &self,
        tag: &Tag<'a>,
        tokens: &[Token<'a>],
        place: Place,
    ) -> Result<(), TemplateError> {
        let mut before = None;
        let mut end = End::Open;
        // For each open bracket, whether arguments stand in it.
        let mut brackets = Vec::new();
        let mut rest = tokens.iter().copied().peekable();
        while let Some(token) = rest.next() {
            end = match (before, token) {
                // `is not defined`: the test is still to come.
                (Some(Token::Name("is")), Token::Name("not")) => continue,
                (Some(Token::Sign('|')), Token::Name(filter)) => {
                    known(tag, "filter", &dotted(filter, &mut rest), &FILTERS)?;
                    End::Callable
                }
                (Some(Token::Name("is")), Token::Name(test)) => {
                    known(tag, "test", &dotted(test, &mut rest), &TESTS)?;
                    End::Callable
                }
                // First: a member of an item or of a bracket.
                (Some(Token::Sign('.')), Token::Name(_))
                | (_, Token::Name("loop") | Token::Literal) => End::Value,
                (_, Token::Name(word)) if WORDS.contains(&word) => End::Open,
                // The name of an argument.
                (_, Token::Name(_)) if rest.peek() == Some(&Token::Sign('=')) => End::Open,
                (_, Token::Name(name)) => {
                    let path = dotted(name, &mut rest);
                    self.check_name(name, &path)?;
                    End::Value
                }
                (_, Token::Sign('(')) => {
                    if end == End::Value {
                        return Err(tag
                            .error("nothing can be called in a message: use a filter".to_owned()));
                    }
                    brackets.push(end == End::Callable);
                    End::Open
                }
                (_, Token::Sign('[')) if place == Place::Written || end == End::Value => {
                    brackets.push(false);
                    End::Open
                }
                (_, Token::Sign('{')) if place == Place::Written => {
                    brackets.push(false);
                    End::Open
                }
                (_, Token::Sign(','))
                    if place == Place::Written || brackets.last() == Some(&true) =>
                {
                    End::Open
                }
                (_, Token::Sign('[' | '{' | ',')) => {
                    return Err(tag.error(
                        "a list or an object written here gets no name: use it where it is needed"
                            .to_owned(),
                    ));
                }
                (_, Token::Sign('+')) if place == Place::Named => {
                    return Err(
                        tag.error("a sum gets no name: use it where it is needed".to_owned())
                    );
                }
                (_, Token::Sign(')' | ']' | '}')) => {
                    brackets.pop();
                    End::Value
                }
                (_, Token::Sign('*')) => {
                    return Err(
                        tag.error("a message cannot multiply: give it the product".to_owned())
                    );
                }
                (_, Token::Sign(_) | Token::Comparison) => End::Open,
            };
            if brackets.len() > MAX_NESTING {
                return Err(too_deep(tag));
            }
            before = Some(token);
        }
        Ok(())
    }
}

/// A name with the members that follow it.
fn dotted<'a>(name: &str, rest: &mut Peekable<impl Iterator<Item = Token<'a>>>) -> String {
    let mut path = name.to_owned();
    while rest.next_if_eq(&Token::Sign('.')).is_some() {
        path.push('.');
        if let Some(Token::Name(member)) = rest.next_if(Token::is_name) {
            path.push_str(member);
        }
    }
    path
}

fn too_deep(tag: &Tag<'_>) -> TemplateError {
    tag.error(format!(
        "more than {MAX_NESTING} levels inside of one another"
    ))
}

/// What the tokens so far end with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// A value: `(` would call it, `[` takes an item of it.
    Value,
    /// A filter or a test: `(` begins its arguments.
    Callable,
    /// An operator or an opening bracket: a value follows.
    Open,
}

fn known(tag: &Tag<'_>, kind: &str, name: &str, all: &[&str]) -> Result<(), TemplateError> {
    if all.contains(&name) {
        return Ok(());
    }
    let name: &str = &name.chars().take(MAX_MESSAGE_CHARS).collect::<String>();
    let hint = match nearest(name, all.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are {}", all.join(", ")),
    };
    Err(tag.error(format!("there is no {kind} `{name}`; {hint}")))
}

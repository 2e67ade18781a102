//! The templates of messages: `{{ customer.full_name }}`, conditions, loops and a few filters, in Jinja's syntax.
//!
//! A template is text that a tenant's people write and that goes to a hundred thousand customers, so what it may do is
//! little, and what would fail is found by [`check`](crate::ports::TemplateEngine::check) before anybody approves it:
//!
//! - values are those it is given: there are no functions, files, macros, includes or imports, and nothing is
//!   multiplied; `set` names a value that was given or a text made of such, but no list written there and no sum;
//! - a name that is not among the allowed ones is refused, with the nearest that is;
//! - a value that is missing or `null` is an error where it would be written, and false in a condition:
//!   `{% if customer.full_name %}Dear {{ customer.full_name }}{% endif %}`;
//! - a list or an object is an error where it would be written: it is for loops and filters;
//! - tags, nesting and `elif`s are limited, generously;
//! - in HTML every value is escaped, and no template can switch that off;
//! - time, memory and output are limited.
//!
//! The filters are `abs`, `capitalize`, `default`, `first`, `float`, `format`, `int`, `join`, `length`, `lower`,
//! `replace`, `round`, `sort`, `title`, `trim` and `upper`; the tests `defined`, `divisibleby`, `even`, `none`, `number`,
//! `odd`, `string` and `undefined`, beside the comparisons. The statements are `if`, `for` and `set`.

use std::{fmt, io};

use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, HtmlEscape, Output, State, Template,
    UndefinedBehavior, Value, filters, tests as conditions, value::ValueKind,
};
use serde_json::Value as Json;

use crate::{
    domain::MessageText,
    ports::{CompiledTemplates, Escape, TemplateEngine, TemplateError},
};

mod scan;
mod tags;

/// The work that one rendering may do: about an instruction, or 64 bytes of data, for each. A newsletter of fifty items
/// takes some 2,000; the longest output takes 4,096.
const FUEL: u64 = 20_000;
/// The most bytes of a rendered text; mail providers clip a message at less.
const MAX_OUTPUT_BYTES: usize = 262_144;
/// The most bytes of a template.
const MAX_TEMPLATE_BYTES: usize = MessageText::MAX_BODY_BYTES;
/// The most characters of a name, or of the engine's error message, that an error repeats.
const MAX_MESSAGE_CHARS: usize = 200;

/// The filters that a template may use.
const FILTERS: [&str; 16] = [
    "abs",
    "capitalize",
    "default",
    "first",
    "float",
    "format",
    "int",
    "join",
    "length",
    "lower",
    "replace",
    "round",
    "sort",
    "title",
    "trim",
    "upper",
];
/// The tests that a template may use after `is`.
const TESTS: [&str; 8] = [
    "defined",
    "divisibleby",
    "even",
    "none",
    "number",
    "odd",
    "string",
    "undefined",
];

/// Fills in messages written in Jinja's syntax; see the [module](self) for what a template may do.
///
/// ```
/// use offerkit_core::{
///     ports::{Escape, TemplateEngine},
///     templates::MinijinjaTemplates,
/// };
/// use serde_json::json;
///
/// let templates = MinijinjaTemplates::new();
/// let names = ["customer.full_name".to_owned(), "offer.rate".to_owned()];
/// let template = "Dear {{ customer.full_name }}, {{ offer.rate }} % for you";
/// templates.check(template, &names)?;
/// let error = templates.check("Dear {{ customer.fullname }}", &names).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "`customer.fullname` is not among the names a message may use; did you mean `customer.full_name`?"
/// );
///
/// let values = json!({ "customer": { "full_name": "Asha <3" }, "offer": { "rate": 11.5 } });
/// let text = templates.render(template, Escape::Html, &values)?;
/// assert_eq!(text, "Dear Asha &lt;3, 11.5 % for you");
/// # Ok::<_, offerkit_core::ports::TemplateError>(())
/// ```
pub struct MinijinjaTemplates {
    text: Environment<'static>,
    html: Environment<'static>,
}

impl MinijinjaTemplates {
    /// An engine; one is shared by the whole process.
    #[must_use]
    pub fn new() -> Self {
        let mut text = environment();
        text.set_auto_escape_callback(|_| AutoEscape::None);
        text.set_formatter(|output, state, value| write_value(output, state, value, Escape::Text));
        let mut html = environment();
        html.set_auto_escape_callback(|_| AutoEscape::Html);
        html.set_formatter(|output, state, value| write_value(output, state, value, Escape::Html));
        Self { text, html }
    }
}

impl Default for MinijinjaTemplates {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MinijinjaTemplates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MinijinjaTemplates").finish_non_exhaustive()
    }
}

impl TemplateEngine for MinijinjaTemplates {
    fn check(&self, template: &str, names: &[String]) -> Result<(), TemplateError> {
        within_size(template)?;
        scan::check(template, Some(names))?;
        // The scan does not know where a loop ends, so a name used behind its loop is found here.
        self.text
            .template_from_str(template)
            .map_err(|error| syntax(&error))?
            .undeclared_variables(true)
            .into_iter()
            .filter(|name| !scan::is_allowed(name, names))
            .min_by_key(|name| (template.find(name.as_str()), name.clone()))
            .map_or(Ok(()), |name| Err(scan::unknown_name(&name, names)))
    }

    fn names(&self, template: &str) -> Result<Vec<String>, TemplateError> {
        within_size(template)?;
        scan::check(template, None)?;
        let parsed = self
            .text
            .template_from_str(template)
            .map_err(|error| syntax(&error))?;
        let mut names: Vec<_> = parsed.undeclared_variables(true).into_iter().collect();
        names.sort_unstable();
        Ok(names)
    }

    fn compile<'t>(
        &'t self,
        templates: &[(&'t str, Escape)],
        shared: &Json,
    ) -> Result<Box<dyn CompiledTemplates + 't>, TemplateError> {
        let parsed = templates.iter().map(|(template, escape)| {
            within_size(template)?;
            scan::check(template, None)?;
            let environment = match escape {
                Escape::Text => &self.text,
                Escape::Html => &self.html,
            };
            environment
                .template_from_str(template)
                .map_err(|error| syntax(&error))
        });
        Ok(Box::new(Compiled {
            templates: parsed.collect::<Result<_, _>>()?,
            shared: members(shared).collect(),
        }))
    }
}

/// What was read, and what all renderings share.
struct Compiled<'t> {
    templates: Vec<Template<'t, 't>>,
    shared: Vec<(String, Value)>,
}

impl CompiledTemplates for Compiled<'_> {
    fn render(&self, own: &Json) -> Result<Vec<String>, TemplateError> {
        let values = Value::from_pairs(self.shared.iter().cloned().chain(members(own)));
        let texts = self.templates.iter();
        texts.map(|template| rendered(template, &values)).collect()
    }
}

fn rendered(template: &Template<'_, '_>, values: &Value) -> Result<String, TemplateError> {
    let mut text = Limited::default();
    let rendered = template.render_captured_to(values.clone(), &mut text);
    if text.is_full {
        return Err(TemplateError::Render(format!(
            "more than {MAX_OUTPUT_BYTES} bytes"
        )));
    }
    rendered.map_err(|error| TemplateError::Render(located(&error)))?;
    String::from_utf8(text.bytes).map_err(|error| TemplateError::Render(error.to_string()))
}

fn members(json: &Json) -> impl Iterator<Item = (String, Value)> {
    let members = json.as_object().into_iter().flatten();
    members.map(|(name, json)| (name.clone(), value(json)))
}

/// What both ways of escaping share. It begins empty, so that whatever a later version of the engine adds, or another
/// crate of the same build switches on, stays out.
fn environment() -> Environment<'static> {
    let mut environment = Environment::empty();
    // Strict but for conditions: a customer without a name is no error in `{% if customer.full_name %}`, and names
    // that do not exist are found by the check.
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_fuel(Some(FUEL));
    // The debug mode would copy the template and the customer's data into errors.
    environment.set_debug(false);
    environment.add_filter("abs", filters::abs);
    environment.add_filter("capitalize", filters::capitalize);
    environment.add_filter("default", filters::default);
    environment.add_filter("first", filters::first);
    environment.add_filter("float", filters::float);
    environment.add_filter("format", filters::format);
    environment.add_filter("int", filters::int);
    environment.add_filter("join", filters::join);
    environment.add_filter("length", filters::length);
    environment.add_filter("lower", filters::lower);
    environment.add_filter("replace", filters::replace);
    environment.add_filter("round", filters::round);
    environment.add_filter("sort", filters::sort);
    environment.add_filter("title", filters::title);
    environment.add_filter("trim", filters::trim);
    environment.add_filter("upper", filters::upper);
    environment.add_test("defined", conditions::is_defined);
    environment.add_test("divisibleby", conditions::is_divisibleby);
    environment.add_test("even", conditions::is_even);
    environment.add_test("none", conditions::is_none);
    environment.add_test("number", conditions::is_number);
    environment.add_test("odd", conditions::is_odd);
    environment.add_test("string", conditions::is_string);
    environment.add_test("undefined", conditions::is_undefined);
    environment
}

/// A JSON value for a template, where a `null` is a name without a value: written out it would greet "Dear none".
fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::UNDEFINED,
        Json::Object(members) => Value::from_pairs(
            members
                .iter()
                .map(|(name, json)| (name.as_str(), value(json))),
        ),
        Json::Array(items) => items.iter().map(value).collect(),
        Json::Bool(flag) => Value::from(*flag),
        Json::String(text) => Value::from(text.as_str()),
        Json::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(number), _, _) => Value::from(number),
            (None, Some(number), _) => Value::from(number),
            (None, None, Some(number)) => Value::from(number),
            (None, None, None) => Value::UNDEFINED,
        },
    }
}

/// Writes a value by the way of escaping that the message has, whatever `{% autoescape %}` says.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the engine may learn other kinds of values, and no message may write them"
)]
fn write_value(
    output: &mut Output,
    state: &mut State,
    value: &Value,
    escape: Escape,
) -> Result<(), Error> {
    match value.kind() {
        ValueKind::Undefined | ValueKind::None => {
            return Err(Error::new(
                ErrorKind::UndefinedError,
                "a name without a value",
            ));
        }
        ValueKind::String | ValueKind::Number | ValueKind::Bool => {}
        // A customer would read the engine's notation: `[{'title': 'Cashback'}]`.
        kind => {
            let detail = format!("a {kind} cannot be written: use a filter or a loop");
            return Err(Error::new(ErrorKind::InvalidOperation, detail));
        }
    }
    match (escape, value.as_str()) {
        (Escape::Html, Some(text)) if !value.is_safe() => write!(output, "{}", HtmlEscape(text))?,
        (Escape::Html, None) => write!(output, "{}", HtmlEscape(&value.to_string()))?,
        (Escape::Html | Escape::Text, _) => minijinja::escape_formatter(output, state, value)?,
    }
    Ok(())
}

fn within_size(template: &str) -> Result<(), TemplateError> {
    if template.len() <= MAX_TEMPLATE_BYTES {
        return Ok(());
    }
    let length = template.len();
    Err(TemplateError::Syntax {
        line: 1,
        message: format!("a template has {length} bytes, {MAX_TEMPLATE_BYTES} are allowed"),
    })
}

fn syntax(error: &Error) -> TemplateError {
    TemplateError::Syntax {
        line: error.line().unwrap_or(1),
        message: message(error),
    }
}

fn located(error: &Error) -> String {
    match error.line() {
        Some(line) => format!("line {line}: {}", message(error)),
        None => message(error),
    }
}

/// The engine's words, without the name of the template and not at length, since they may repeat a value.
fn message(error: &Error) -> String {
    if error.kind() == ErrorKind::OutOfFuel {
        return "the template takes too much work".to_owned();
    }
    let text = match (error.kind(), error.detail()) {
        (ErrorKind::SyntaxError | ErrorKind::UndefinedError, Some(detail)) => detail.to_owned(),
        (kind, Some(detail)) => format!("{kind}: {detail}"),
        (kind, None) => kind.to_string(),
    };
    text.chars().take(MAX_MESSAGE_CHARS).collect()
}

/// Text up to [`MAX_OUTPUT_BYTES`].
#[derive(Default)]
struct Limited {
    bytes: Vec<u8>,
    is_full: bool,
}

impl io::Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() > MAX_OUTPUT_BYTES.saturating_sub(self.bytes.len()) {
            self.is_full = true;
            return Err(io::Error::other("the output is full"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;

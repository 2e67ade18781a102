//! A campaign's messages: checked when they are saved, filled in when they are sent.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Error, error};
use crate::{
    domain::{
        Campaign, Channel, Customer, MessageTemplate, MessageText, Messages, OfferContent, Tenant,
    },
    ports::{CompiledTemplates, Escape, TemplateEngine, TemplateError},
    text::LanguageTag,
};

/// What a message may say of its customer; the offer's members are named by its data.
const CUSTOMER_NAMES: [&str; 6] = [
    "full_name",
    "city",
    "state",
    "preferred_language",
    "segment",
    "occupation",
];

/// What a message may say of its campaign and tenant.
const OTHER_NAMES: [&str; 4] = [
    "campaign.name",
    "campaign.start_date",
    "campaign.end_date",
    "tenant.name",
];

/// Checks a campaign's messages, in every language, against the names they may use.
pub(super) fn check(
    engine: &dyn TemplateEngine,
    messages: &Messages,
    content: &OfferContent,
) -> Result<(), Error> {
    if messages.is_empty() {
        return Err(Error::Invalid(
            "a campaign has a message for at least one channel".to_owned(),
        ));
    }
    let names = names(content);
    for (channel, message) in messages {
        check_languages(*channel, message)?;
        for (language, text) in message.texts() {
            check_shape(*channel, language, text)?;
            for (part, template) in parts(text) {
                engine
                    .check(template, &names)
                    .map_err(|source| Error::Template {
                        channel: *channel,
                        language: language.cloned(),
                        part,
                        source,
                    })?;
            }
        }
    }
    Ok(())
}

/// The templates of a text, each with what it is.
fn parts(text: &MessageText) -> impl Iterator<Item = (&'static str, &str)> {
    let subject = text.subject.as_deref().map(|subject| ("subject", subject));
    let html = text.html.as_deref().map(|html| ("html", html));
    subject
        .into_iter()
        .chain([("body", text.body.as_str())])
        .chain(html)
}

fn check_languages(channel: Channel, message: &MessageTemplate) -> Result<(), Error> {
    let translations = &message.translations;
    if translations.len() > MessageTemplate::MAX_TRANSLATIONS {
        return Err(Error::Invalid(format!(
            "the {channel} message has {} translations, {} are allowed",
            translations.len(),
            MessageTemplate::MAX_TRANSLATIONS
        )));
    }
    match &message.language {
        Some(language) if translations.contains_key(language) => Err(Error::Invalid(format!(
            "the {channel} message is in {language} itself, and has a translation into it"
        ))),
        Some(_) | None => Ok(()),
    }
}

fn check_shape(
    channel: Channel,
    language: Option<&LanguageTag>,
    text: &MessageText,
) -> Result<(), Error> {
    let invalid = |problem: &str| {
        let of = error::in_language(language);
        Err(Error::Invalid(format!(
            "the {channel} message{of} {problem}"
        )))
    };
    let subject = text.subject.as_deref();
    if channel.has_subject() && subject.is_none_or(|subject| subject.trim().is_empty()) {
        return invalid("has no subject");
    }
    if !channel.has_subject() && subject.is_some() {
        return invalid("has a subject, but that channel has none");
    }
    if subject.is_some_and(|subject| subject.len() > MessageText::MAX_SUBJECT_BYTES) {
        return invalid("has a subject of more than 1,024 bytes");
    }
    if subject.is_some_and(|subject| subject.contains(breaks_line)) {
        return invalid("has a line break or another control character in its subject");
    }
    if text.body.trim().is_empty() {
        return invalid("has no text");
    }
    if text.body.len() > MessageText::MAX_BODY_BYTES {
        return invalid("has a text of more than 65,536 bytes");
    }
    match text.html.as_deref() {
        Some(_) if !channel.has_html() => invalid("has HTML, but that channel takes text alone"),
        Some(html) if html.trim().is_empty() => invalid("has an empty HTML part"),
        Some(html) if html.len() > MessageText::MAX_BODY_BYTES => {
            invalid("has HTML of more than 65,536 bytes")
        }
        Some(_) | None => Ok(()),
    }
}

/// Whether a character ends a line of a header, or does something else there than being read.
fn breaks_line(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')
}

fn names(content: &OfferContent) -> Vec<String> {
    let members = content.value().as_object().into_iter().flatten();
    members
        .map(|(name, _)| format!("offer.{name}"))
        .chain(CUSTOMER_NAMES.iter().map(|name| format!("customer.{name}")))
        .chain(OTHER_NAMES.iter().map(|name| (*name).to_owned()))
        .collect()
}

/// What one customer is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rendered {
    pub(super) subject: Option<String>,
    pub(super) body: String,
    pub(super) html: Option<String>,
}

/// A message that is filled in for one customer after the other, each of its texts read once.
pub(super) struct Filling<'t> {
    engine: &'t dyn TemplateEngine,
    message: &'t MessageTemplate,
    shared: &'t Value,
    texts: BTreeMap<Option<&'t LanguageTag>, Result<Compiled<'t>, TemplateError>>,
}

impl<'t> Filling<'t> {
    pub(super) const fn new(
        engine: &'t dyn TemplateEngine,
        message: &'t MessageTemplate,
        shared: &'t Value,
    ) -> Self {
        Self {
            engine,
            message,
            shared,
            texts: BTreeMap::new(),
        }
    }

    /// The message for one customer, in the language they prefer or the nearest there is. What the customer has no value for
    /// is empty.
    pub(super) fn for_customer(&mut self, customer: &Customer) -> Result<Rendered, TemplateError> {
        let (language, text) = self.message.text_for(customer.preferred_language());
        let compiled = self.texts.entry(language);
        let compiled = compiled.or_insert_with(|| Compiled::new(self.engine, text, self.shared));
        match compiled {
            Ok(compiled) => compiled.fill(&json!({ "customer": customer_values(customer) })),
            Err(error) => Err(error.clone()),
        }
    }
}

/// A text whose templates were read.
struct Compiled<'t> {
    templates: Box<dyn CompiledTemplates + 't>,
    has_subject: bool,
    has_html: bool,
}

impl<'t> Compiled<'t> {
    fn new(
        engine: &'t dyn TemplateEngine,
        text: &'t MessageText,
        shared: &Value,
    ) -> Result<Self, TemplateError> {
        let html = text.html.as_deref().map(|html| (html, Escape::Html));
        let subject = text
            .subject
            .as_deref()
            .map(|subject| (subject, Escape::Text));
        let body = (text.body.as_str(), Escape::Text);
        let templates: Vec<_> = subject.into_iter().chain([body]).chain(html).collect();
        Ok(Self {
            templates: engine.compile(&templates, shared)?,
            has_subject: subject.is_some(),
            has_html: html.is_some(),
        })
    }

    fn fill(&self, own: &Value) -> Result<Rendered, TemplateError> {
        let mut texts = self.templates.render(own)?.into_iter();
        let subject = self.has_subject.then(|| texts.next()).flatten();
        let body = texts.next().unwrap_or_default();
        let html = self.has_html.then(|| texts.next()).flatten();
        // A template can write one by an escape; no database keeps it.
        if body.contains('\0') || html.as_ref().is_some_and(|html| html.contains('\0')) {
            return Err(TemplateError::Render("it has a NUL".to_owned()));
        }
        Ok(Rendered {
            subject: subject.map(|subject| one_line(&subject)),
            body,
            html,
        })
    }
}

/// Fills in a text.
pub(super) fn fill(
    engine: &dyn TemplateEngine,
    text: &MessageText,
    values: &Value,
) -> Result<Rendered, TemplateError> {
    Compiled::new(engine, text, values)?.fill(&Value::Null)
}

/// A subject whose values may have brought line breaks: a header ends at one, and what follows would be another header. Each
/// run of such characters becomes a space, so that a customer whose name has a tab gets the message all the same.
fn one_line(subject: &str) -> String {
    let parts = subject.split(breaks_line).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(" ")
}

/// What a customer's message is filled in with.
pub(super) fn with_customer(shared: &Value, customer: &Customer) -> Value {
    let mut values = shared.clone();
    if let Some(values) = values.as_object_mut() {
        values.insert("customer".to_owned(), customer_values(customer));
    }
    values
}

/// The names in a text that have no value, in order.
pub(super) fn absent(
    engine: &dyn TemplateEngine,
    text: &MessageText,
    values: &Value,
) -> Vec<String> {
    let names = parts(text).flat_map(|(_, template)| engine.names(template).unwrap_or_default());
    let mut absent: Vec<_> = names.filter(|name| is_absent(name, values)).collect();
    absent.sort_unstable();
    absent.dedup();
    absent
}

fn is_absent(name: &str, values: &Value) -> bool {
    let found = name
        .split('.')
        .try_fold(values, |value, member| value.get(member));
    found.is_none_or(|value| value.is_null() || value.as_str().is_some_and(str::is_empty))
}

/// What all customers' messages of a campaign share.
pub(super) fn shared_values(tenant: &Tenant, campaign: &Campaign, content: &OfferContent) -> Value {
    let plan = campaign.plan();
    json!({
        "offer": content.value(),
        "campaign": {
            "name": plan.name,
            "start_date": plan.start_date,
            "end_date": plan.end_date,
        },
        "tenant": { "name": tenant.name() },
    })
}

fn customer_values(customer: &Customer) -> Value {
    json!({
        "full_name": customer.full_name(),
        "city": customer.city().unwrap_or_default(),
        "state": customer.state().unwrap_or_default(),
        "preferred_language": customer.preferred_language().unwrap_or_default(),
        "segment": customer.segment().unwrap_or_default(),
        "occupation": customer.occupation().unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests;

//! A campaign's messages: checked when they are saved, filled in when they are sent.

use serde_json::{Value, json};

use super::Error;
use crate::{
    domain::{Campaign, Channel, Customer, MessageTemplate, Messages, OfferContent, Tenant},
    ports::{Escape, TemplateEngine, TemplateError},
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

/// Checks a campaign's messages against the names they may use.
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
        check_shape(*channel, message)?;
        let parts = [
            ("subject", message.subject.as_deref()),
            ("body", Some(message.body.as_str())),
        ];
        for (part, template) in parts {
            if let Some(template) = template {
                engine
                    .check(template, &names)
                    .map_err(|source| Error::Template {
                        channel: *channel,
                        part,
                        source,
                    })?;
            }
        }
    }
    Ok(())
}

fn check_shape(channel: Channel, message: &MessageTemplate) -> Result<(), Error> {
    let invalid = |problem: &str| Err(Error::Invalid(format!("the {channel} message {problem}")));
    let subject = message.subject.as_deref();
    if channel.has_subject() && subject.is_none_or(|subject| subject.trim().is_empty()) {
        return invalid("has no subject");
    }
    if !channel.has_subject() && subject.is_some() {
        return invalid("has a subject, but that channel has none");
    }
    if subject.is_some_and(|subject| subject.len() > MessageTemplate::MAX_SUBJECT_BYTES) {
        return invalid("has a subject of more than 1,024 bytes");
    }
    if message.body.trim().is_empty() {
        return invalid("has no text");
    }
    if message.body.len() > MessageTemplate::MAX_BODY_BYTES {
        return invalid("has a text of more than 65,536 bytes");
    }
    Ok(())
}

fn names(content: &OfferContent) -> Vec<String> {
    let members = content.value().as_object().into_iter().flatten();
    members
        .map(|(name, _)| format!("offer.{name}"))
        .chain(CUSTOMER_NAMES.iter().map(|name| format!("customer.{name}")))
        .chain(OTHER_NAMES.iter().map(|name| (*name).to_owned()))
        .collect()
}

/// A message's subject and text for one customer.
pub(super) struct Rendered {
    pub(super) subject: Option<String>,
    pub(super) body: String,
}

/// Fills in a message for one customer. What the customer has no value for is empty.
pub(super) fn render(
    engine: &dyn TemplateEngine,
    message: &MessageTemplate,
    shared: &Value,
    customer: &Customer,
) -> Result<Rendered, TemplateError> {
    let mut values = shared.clone();
    if let Some(values) = values.as_object_mut() {
        values.insert("customer".to_owned(), customer_values(customer));
    }
    let subject = message
        .subject
        .as_deref()
        .map(|subject| engine.render(subject, Escape::Text, &values))
        .transpose()?;
    if subject
        .as_deref()
        .is_some_and(|subject| subject.contains(char::is_control))
    {
        return Err(TemplateError::Render(
            "the subject has a line break or another control character".to_owned(),
        ));
    }
    let body = engine.render(&message.body, Escape::Text, &values)?;
    Ok(Rendered { subject, body })
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

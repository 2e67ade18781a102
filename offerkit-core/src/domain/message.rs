//! What a campaign says over a channel, in one language or several.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Channel;
use crate::text::LanguageTag;

/// What is said in one language: templates, filled in for each customer.
///
/// ```
/// use offerkit_core::domain::MessageText;
///
/// let text = MessageText::new("Dear {{ customer.full_name }}, it is {{ offer.rate }} %.")
///     .with_subject("{{ offer.title }}")
///     .with_html("<p>Dear {{ customer.full_name }}, it is <b>{{ offer.rate }} %</b>.</p>");
/// assert!(text.html.is_some());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageText {
    /// The template of the subject line, on channels that have one.
    pub subject: Option<String>,
    /// The template of the text.
    pub body: String,
    /// The template of the same as HTML, on channels that take it. The text is there beside it: nobody but the writer can
    /// say what of a page is to be read aloud, or on a watch, and what approvers saw is what is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
}

impl MessageText {
    /// The most bytes of a text's template, and of one of HTML.
    pub const MAX_BODY_BYTES: usize = 65_536;
    /// The most bytes of a subject's template.
    pub const MAX_SUBJECT_BYTES: usize = 1_024;

    /// A text without subject and HTML.
    #[must_use]
    pub fn new(body: impl Into<String>) -> Self {
        Self {
            subject: None,
            body: body.into(),
            html: None,
        }
    }

    /// With this subject.
    #[must_use]
    pub fn with_subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// With this HTML beside the text.
    #[must_use]
    pub fn with_html(mut self, html: impl Into<String>) -> Self {
        self.html = Some(html.into());
        self
    }
}

/// What is sent over one channel: a text for everybody, and translations for those who prefer another language.
///
/// ```
/// use offerkit_core::domain::{MessageTemplate, MessageText};
///
/// let message = MessageTemplate::from(MessageText::new("Hello"))
///     .in_language("en".parse()?)
///     .with_translation("pt".parse()?, MessageText::new("Olá"));
/// let (language, text) = message.text_for(Some("pt-BR"));
/// assert_eq!((language.map(|tag| tag.as_str()), &*text.body), (Some("pt"), "Olá"));
/// let (language, text) = message.text_for(Some("ta"));
/// assert_eq!((language.map(|tag| tag.as_str()), &*text.body), (Some("en"), "Hello"));
/// # Ok::<_, offerkit_core::text::TextError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageTemplate {
    /// What those are sent for whose language there is no translation.
    #[serde(flatten)]
    pub text: MessageText,
    /// The language of that text, if it is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<LanguageTag>,
    /// The same in other languages.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub translations: BTreeMap<LanguageTag, MessageText>,
}

impl MessageTemplate {
    /// The most translations of a message.
    pub const MAX_TRANSLATIONS: usize = 64;

    /// Says which language the text is in.
    #[must_use]
    pub fn in_language(mut self, language: LanguageTag) -> Self {
        self.language = Some(language);
        self
    }

    /// With the same in another language.
    #[must_use]
    pub fn with_translation(mut self, language: LanguageTag, text: MessageText) -> Self {
        self.translations.insert(language, text);
        self
    }

    /// The text for someone who prefers a language, and which language it is in: the one they prefer, or else the nearest
    /// wider one that there is (`zh-Hant-TW`, `zh-Hant`, `zh`: the lookup of RFC 4647), or else the message's own text.
    /// What names no language prefers none.
    #[must_use]
    pub fn text_for(&self, preferred: Option<&str>) -> (Option<&LanguageTag>, &MessageText) {
        let mut wanted = preferred.and_then(LanguageTag::of_record);
        while let Some(tag) = wanted {
            if self.language.as_ref() == Some(&tag) {
                break;
            }
            if let Some((language, text)) = self.translations.get_key_value(&tag) {
                return (Some(language), text);
            }
            wanted = tag.wider();
        }
        (self.language.as_ref(), &self.text)
    }

    /// Every text with its language, the message's own first.
    pub fn texts(&self) -> impl Iterator<Item = (Option<&LanguageTag>, &MessageText)> {
        let translations = self.translations.iter();
        let translations = translations.map(|(language, text)| (Some(language), text));
        std::iter::once((self.language.as_ref(), &self.text)).chain(translations)
    }
}

impl From<MessageText> for MessageTemplate {
    fn from(text: MessageText) -> Self {
        Self {
            text,
            language: None,
            translations: BTreeMap::new(),
        }
    }
}

/// A campaign's channels, each with its message.
pub type Messages = BTreeMap<Channel, MessageTemplate>;

#[cfg(test)]
mod tests;

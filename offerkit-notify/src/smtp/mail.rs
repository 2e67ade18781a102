//! A message as a mail: headers and parts.

use mail_builder::{
    MessageBuilder,
    headers::{raw::Raw, url::URL},
};
use offerkit_core::{ports::Message, time::Timestamp};

use super::address::Mailbox;

/// By which filters know what was sent to try a message.
const TEST_HEADER: &str = "X-Offerkit-Test";

/// What all mails of a notifier have in common.
#[derive(Debug)]
pub(super) struct Letterhead {
    pub(super) sender: Mailbox,
    pub(super) name: Option<String>,
    pub(super) reply_to: Option<Mailbox>,
    pub(super) return_path: Mailbox,
}

/// A mail ready for the wire.
pub(super) struct Mail {
    pub(super) from: Mailbox,
    pub(super) to: Mailbox,
    pub(super) content: Vec<u8>,
}

impl Mail {
    /// Whether the server has to know SMTPUTF8.
    pub(super) fn needs_utf8(&self) -> bool {
        self.from.needs_utf8() || self.to.needs_utf8() || !self.content.is_ascii()
    }
}

/// Why a message cannot become a mail.
pub(super) type Unfit = &'static str;

impl Letterhead {
    /// The mail for `message`. The same message makes the same `Message-ID` on every attempt.
    pub(super) fn mail(&self, message: &Message, now: Timestamp) -> Result<Mail, Unfit> {
        let to = Mailbox::parse(&message.address).ok_or("the address is no e-mail address")?;
        let subject = message.subject.as_deref().unwrap_or_default();
        if subject.contains(char::is_control) {
            return Err("the subject has a control character");
        }
        let id = format!("{}@{}", message.id, self.sender.domain());
        let sender = self.sender.as_str();
        let mut builder = MessageBuilder::new()
            .message_id(id)
            .date(now.as_datetime().timestamp())
            .to(to.as_str())
            .subject(subject)
            .text_body(lines(&message.body));
        builder = match &self.name {
            Some(name) => builder.from((name.as_str(), sender)),
            None => builder.from(sender),
        };
        if let Some(reply_to) = &self.reply_to {
            builder = builder.reply_to(reply_to.as_str());
        }
        if let Some(html) = &message.html {
            builder = builder.html_body(lines(html));
        }
        if message.is_test {
            builder = builder.header(TEST_HEADER, Raw::new("true"));
        }
        if let Some(url) = &message.unsubscribe_url {
            if !is_one_click(url) {
                return Err("the URL to opt out is no `https` URL");
            }
            builder = builder
                .header("List-Unsubscribe", URL::new(url.as_str()))
                .header(
                    "List-Unsubscribe-Post",
                    Raw::new("List-Unsubscribe=One-Click"),
                );
        }
        let content = builder
            .write_to_vec()
            .map_err(|_| "the mail could not be put together")?;
        Ok(Mail {
            from: self.return_path.clone(),
            to,
            content,
        })
    }
}

/// RFC 8058 asks for `https`; what may not stand in a URI may not stand in a header.
fn is_one_click(url: &str) -> bool {
    url.len() > "https://".len()
        && url.starts_with("https://")
        && url
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>' | b'"' | b','))
}

/// The text without a lone CR, which may not stand in a mail (RFC 5321, section 2.3.8). The library sees to lone LFs.
fn lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

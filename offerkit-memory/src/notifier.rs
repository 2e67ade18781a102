//! A notifier that sends nothing.

use std::{
    fmt::Write as _,
    io::{self, Write},
    num::NonZeroU32,
    sync::Mutex,
};

use async_trait::async_trait;
use offerkit_core::{
    domain::{Channel, DeliveryKey},
    id::DeliveryId,
    ports::{Guarantee, Message, Notifier, Outcome, Profile},
};

use crate::locks::lock;

/// Prints messages for a person to read, instead of sending them: for trying out and for tests.
///
/// It prints a message whole or asks to try again; it may print one twice, so its guarantee is
/// [`Guarantee::AtLeastOnce`]. What it prints is personal data. Writing blocks the caller.
///
/// ```
/// use offerkit_core::{domain::Channel, ports::Notifier as _};
/// use offerkit_memory::WriterNotifier;
///
/// let notifier = WriterNotifier::new(Channel::Email, std::io::stdout());
/// assert_eq!(notifier.profile().channel, Channel::Email);
/// ```
#[derive(Debug)]
pub struct WriterNotifier<W> {
    channel: Channel,
    writer: Mutex<W>,
}

impl<W: Write + Send> WriterNotifier<W> {
    /// Prints the messages of `channel` to `writer`.
    #[must_use]
    pub const fn new(channel: Channel, writer: W) -> Self {
        Self {
            channel,
            writer: Mutex::new(writer),
        }
    }

    /// What it prints to, with everything printed so far.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.writer
            .into_inner()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn print(&self, message: &Message) -> io::Result<()> {
        let text = readable(message);
        let mut writer = lock(&self.writer);
        writer.write_all(text.as_bytes())?;
        writer.flush()
    }
}

#[async_trait]
impl<W: Write + Send> Notifier for WriterNotifier<W> {
    fn profile(&self) -> Profile {
        Profile {
            channel: self.channel,
            guarantee: Guarantee::AtLeastOnce,
            max_batch: const { NonZeroU32::new(100).unwrap() },
            concurrency: NonZeroU32::MIN,
        }
    }

    async fn send(&self, batch: &[Message]) -> Vec<(DeliveryId, Outcome)> {
        let printed = batch.iter().map(|message| {
            let outcome = match self.print(message) {
                Ok(()) => Outcome::Sent,
                Err(error) => Outcome::Retry {
                    after: None,
                    reason: error.to_string(),
                },
            };
            (message.id, outcome)
        });
        printed.collect()
    }

    async fn lookup(&self, _: &[DeliveryKey]) -> Vec<(DeliveryId, Outcome)> {
        Vec::new()
    }
}

fn readable(message: &Message) -> String {
    let mut text = format!(
        "{} to {} (delivery {}, attempt {})\n",
        message.key.channel,
        shown(&message.address),
        message.id,
        message.attempt
    );
    if let Some(subject) = &message.subject {
        // Writing to a string cannot fail.
        writeln!(text, "  Subject: {}", shown(subject)).unwrap_or_default();
    }
    for line in message.body.lines() {
        writeln!(text, "  {}", shown(line)).unwrap_or_default();
    }
    text.push('\n');
    text
}

/// One line without what would move a terminal's cursor.
fn shown(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() && c != '\t' {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_executor::block_on;
    use offerkit_core::id::{CampaignId, CustomerId};
    use uuid::Uuid;

    fn message(subject: Option<&str>, body: &str) -> Message {
        let key = DeliveryKey {
            campaign: CampaignId::from_uuid(Uuid::from_u128(1)),
            customer: CustomerId::from_uuid(Uuid::from_u128(2)),
            channel: Channel::Email,
        };
        Message {
            id: key.id(),
            key,
            address: "asha@example.com".to_owned(),
            subject: subject.map(str::to_owned),
            body: body.to_owned(),
            html: None,
            unsubscribe_url: None,
            is_test: false,
            attempt: 1,
        }
    }

    #[test]
    fn a_message_is_readable_and_cannot_forge_another() {
        let notifier = WriterNotifier::new(Channel::Email, Vec::new());
        let message = message(Some("Gold\r\nsms to all"), "Dear Asha,\n\u{1b}[2Jhello");
        let outcomes = block_on(notifier.send(std::slice::from_ref(&message)));
        assert_eq!(outcomes, [(message.id, Outcome::Sent)]);
        assert_eq!(
            String::from_utf8(notifier.into_inner()).unwrap(),
            format!(
                "email to asha@example.com (delivery {}, attempt 1)\n  Subject: Gold\u{fffd}\u{fffd}sms to all\n  \
                 Dear Asha,\n  \u{fffd}[2Jhello\n\n",
                message.id
            )
        );
    }

    #[test]
    fn a_write_error_asks_to_try_again() {
        let full = [0_u8; 4];
        let notifier = WriterNotifier::new(Channel::Sms, io::Cursor::new(full));
        let outcomes = block_on(notifier.send(&[message(None, "hello")]));
        assert!(matches!(
            outcomes.as_slice(),
            [(_, Outcome::Retry { after: None, .. })]
        ));
    }
}

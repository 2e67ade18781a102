//! Text messages: how they are cut and written, and the notifier for a gateway.

#[cfg(feature = "smpp")]
mod encoding;
#[cfg(feature = "sms")]
mod gateway;
mod segments;
#[cfg(feature = "sms")]
mod settings;

#[cfg(feature = "smpp")]
pub(crate) use encoding::encoded;
#[cfg(feature = "sms")]
#[cfg_attr(docsrs, doc(cfg(feature = "sms")))]
pub use gateway::SmsNotifier;
pub use segments::{Encoding, Segments, parts, segments};
#[cfg(feature = "sms")]
#[cfg_attr(docsrs, doc(cfg(feature = "sms")))]
pub use settings::SmsSettings;

/// Whether the text is a phone number as E.164 writes it: `+`, and 7 to 15 digits of which the first is not 0.
pub(crate) fn is_phone_number(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len())
            && digits.bytes().all(|digit| digit.is_ascii_digit())
            && !digits.starts_with('0')
    })
}

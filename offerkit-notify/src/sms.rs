//! Text messages through a gateway.

mod gateway;
mod segments;
mod settings;

pub use gateway::SmsNotifier;
pub use segments::{Encoding, Segments, parts, segments};
pub use settings::SmsSettings;

/// Whether the text is a phone number as E.164 writes it: `+`, and 7 to 15 digits of which the first is not 0.
fn is_phone_number(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len())
            && digits.bytes().all(|digit| digit.is_ascii_digit())
            && !digits.starts_with('0')
    })
}

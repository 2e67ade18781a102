//! E-mail through an SMTP server.
//!
//! A mail has a text part and, where the message brings one, an HTML part; a `Message-ID` that is the same for every
//! attempt; and, where the message brings a URL, the headers of one-click opting out (RFC 8058).

mod address;
mod connection;
mod mail;
mod notifier;
mod pool;
mod reply;
mod settings;

pub use notifier::SmtpNotifier;
pub use settings::{Security, SmtpSettings, SmtpTimeouts};

//! The notifiers against counterparts on this machine: servers that keep to the protocol, and servers that do not.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test says what it expects by failing there, and so do its helpers"
)]

#[cfg(feature = "http")]
mod http_stub;
mod messages;
#[cfg(any(feature = "smtp", feature = "smpp"))]
mod peers;
#[cfg(feature = "push")]
mod push;
#[cfg(feature = "smpp")]
mod smpp;
#[cfg(feature = "sms")]
mod sms;
#[cfg(feature = "smtp")]
mod smtp;
#[cfg(feature = "tls")]
mod tls;
#[cfg(feature = "webhook")]
mod webhook;

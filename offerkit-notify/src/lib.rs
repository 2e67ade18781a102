//! Notifiers for real channels, behind [`Notifier`](offerkit_core::ports::Notifier). Each is a feature of its own.
//!
//! | feature | notifier | guarantee |
//! |---|---|---|
//! | `smtp` | `smtp::SmtpNotifier`: e-mail through an SMTP server | at most once |
//! | `sms` | `sms::SmsNotifier`: text messages through an HTTP gateway | at most once, or deduplicated |
//! | `smpp` | `smpp::SmppNotifier`: text messages through a message centre that speaks SMPP 3.4 | at most once |
//! | `push` | `push::FcmNotifier`: to phones, and `push::WebPushNotifier`: to browsers | at most once |
//! | `webhook` | `webhook::WebhookNotifier`: requests signed as Standard Webhooks | at least once |
//!
//! The page `docs/notifiers.md` tells how each is set up, what it promises and why, and what a failure means.
//!
//! They run on tokio. TLS is rustls with the provider that the application chose: give a notifier a
//! `rustls::ClientConfig`, or install a default provider for the process and it makes one that trusts what the operating
//! system trusts. No secret, address or text of a message shows in `Debug` output, in an error or in the reason of an
//! outcome: of a provider's answer only codes are kept.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod error;
#[cfg(feature = "http")]
pub mod guard;
#[cfg(feature = "http")]
mod http;
#[cfg(any(feature = "smtp", feature = "smpp", feature = "http"))]
mod pace;
#[cfg(any(feature = "smtp", feature = "smpp", feature = "sms", feature = "push"))]
mod secret;
#[cfg(feature = "tls")]
mod tls;

#[cfg(feature = "smtp")]
#[cfg_attr(docsrs, doc(cfg(feature = "smtp")))]
pub mod smtp;

#[cfg(feature = "push")]
#[cfg_attr(docsrs, doc(cfg(feature = "push")))]
pub mod push;

#[cfg(any(feature = "sms", feature = "smpp"))]
#[cfg_attr(docsrs, doc(cfg(any(feature = "sms", feature = "smpp"))))]
pub mod sms;

#[cfg(feature = "smpp")]
#[cfg_attr(docsrs, doc(cfg(feature = "smpp")))]
pub mod smpp;

#[cfg(feature = "webhook")]
#[cfg_attr(docsrs, doc(cfg(feature = "webhook")))]
pub mod webhook;

pub use error::SetupError;
#[cfg(feature = "http")]
pub use http::HttpTimeouts;
#[cfg(any(feature = "smtp", feature = "smpp", feature = "http"))]
pub use pace::Pace;

/// For implementing the traits of this crate.
#[doc(no_inline)]
pub use async_trait::async_trait;

/// The version of reqwest whose `Client` the notifiers take.
#[cfg(feature = "http")]
#[doc(no_inline)]
pub use reqwest;

/// The version of rustls whose `ClientConfig` the notifiers take.
#[cfg(feature = "tls")]
#[doc(no_inline)]
pub use rustls;

/// The examples of the page.
#[cfg(all(
    doctest,
    feature = "smtp",
    feature = "sms",
    feature = "smpp",
    feature = "push",
    feature = "webhook"
))]
#[doc = include_str!("../../docs/notifiers.md")]
struct Page;

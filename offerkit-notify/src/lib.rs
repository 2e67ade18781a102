//! Notifiers for real channels, behind [`Notifier`](offerkit_core::ports::Notifier). Each is a feature of its own.
//!
//! | feature | notifier | guarantee |
//! |---|---|---|
//! | `smtp` | `smtp::SmtpNotifier`: e-mail through an SMTP server | at most once |
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
mod pace;
mod secret;
#[cfg(feature = "tls")]
mod tls;

#[cfg(feature = "smtp")]
#[cfg_attr(docsrs, doc(cfg(feature = "smtp")))]
pub mod smtp;

pub use error::SetupError;
pub use pace::Pace;

/// The version of rustls whose `ClientConfig` the notifiers take.
#[cfg(feature = "tls")]
pub use rustls;

#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[doc(inline)]
pub use offerkit_core::{
    audit, canonical, criteria, digest, domain, id, page, policy, ports, schema, services,
    templates, text, time,
};

#[cfg(feature = "argon2")]
#[doc(inline)]
pub use offerkit_core::password;

#[cfg(feature = "testing")]
#[doc(inline)]
pub use offerkit_core::testing;

#[cfg(feature = "csv")]
#[doc(inline)]
pub use offerkit_core::csv;

/// Every port in memory: the embedded default.
#[cfg(feature = "memory")]
#[doc(inline)]
pub use offerkit_memory as memory;

/// Notifiers for real channels: SMTP, SMS, push and signed webhooks.
#[cfg(any(
    feature = "notify-smtp",
    feature = "notify-sms",
    feature = "notify-push",
    feature = "notify-webhook"
))]
#[cfg_attr(
    docsrs,
    doc(cfg(any(
        feature = "notify-smtp",
        feature = "notify-sms",
        feature = "notify-push",
        feature = "notify-webhook"
    )))
)]
#[doc(inline)]
pub use offerkit_notify as notify;

/// Every port on PostgreSQL 15 and later. Criteria become SQL, so that its indexes find customers.
#[cfg(feature = "postgres")]
#[cfg_attr(docsrs, doc(cfg(feature = "postgres")))]
pub use offerkit_postgres as postgres;

/// The worker: fills audiences and sends messages, in any number of processes.
#[cfg(feature = "tokio")]
#[cfg_attr(docsrs, doc(cfg(feature = "tokio")))]
pub use offerkit_worker as worker;

/// The REST API: a router that a service built with axum nests, with its OpenAPI document.
#[cfg(feature = "axum")]
#[cfg_attr(docsrs, doc(cfg(feature = "axum")))]
#[doc(inline)]
pub use offerkit_axum as axum;

/// For implementing the [`ports`]: `#[async_trait] impl Notifier for …`.
#[doc(no_inline)]
pub use async_trait::async_trait;

#[doc(inline)]
pub use offerkit_core::services::{
    Acting, CampaignDraft, Context, Error, ErrorKind, OfferDraft, Offerkit, Settings,
};

/// The program of the page, which is compiled with the tests.
#[cfg(all(doctest, feature = "axum"))]
#[doc = include_str!("../docs/http.md")]
struct HttpPage;

/// The programs of the page, which are compiled with the tests.
#[cfg(all(doctest, feature = "postgres"))]
#[doc = include_str!("../docs/postgres.md")]
struct PostgresPage;

/// The programs of the page, which are run with the tests.
#[cfg(all(doctest, feature = "memory"))]
#[doc = include_str!("../docs/messages.md")]
struct MessagesPage;

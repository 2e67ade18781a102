//! How a notifier for text messages is set up.

use std::{num::NonZeroUsize, sync::Arc, time::Duration};

use offerkit_core::{
    ports::Guarantee,
    time::{Clock, SystemClock},
};
use reqwest::header::HeaderName;
use rustls::ClientConfig;
use url::Url;

use super::{SmsNotifier, is_phone_number};
use crate::{
    HttpTimeouts, Pace, SetupError, error::setting, http::Http, pace::Pacer, secret::Secret,
};

/// The settings of an [`SmsNotifier`]: an account at a gateway that takes Twilio's form.
///
/// ```
/// # use rustls::crypto::ring;
/// # ring::default_provider().install_default().unwrap();
/// use offerkit_notify::sms::SmsSettings;
///
/// let notifier = SmsSettings::new("https://api.twilio.com", "AC0123", "the token", "+15550100").build()?;
/// # Ok::<(), offerkit_notify::SetupError>(())
/// ```
#[derive(Clone)]
pub struct SmsSettings {
    base: String,
    account: String,
    token: Secret,
    sender: String,
    idempotency_header: String,
    key_ttl: Option<Duration>,
    max_segments: NonZeroUsize,
    client: Option<reqwest::Client>,
    tls: Option<Arc<ClientConfig>>,
    timeouts: HttpTimeouts,
    pace: Pace,
    clock: Arc<dyn Clock>,
}

impl SmsSettings {
    /// Messages from `sender`, a phone number or the id (`MG…`) of a messaging service, through the gateway at `base`, by
    /// the account with this id and token.
    #[must_use]
    pub fn new(
        base: impl Into<String>,
        account: impl Into<String>,
        token: impl Into<String>,
        sender: impl Into<String>,
    ) -> Self {
        Self {
            base: base.into(),
            account: account.into(),
            token: Secret::new(token.into()),
            sender: sender.into(),
            idempotency_header: "Idempotency-Key".to_owned(),
            key_ttl: None,
            max_segments: const { NonZeroUsize::new(10).unwrap() },
            client: None,
            tls: None,
            timeouts: HttpTimeouts::default(),
            pace: Pace::default(),
            clock: Arc::new(SystemClock),
        }
    }

    /// Another header for the delivery's id than `Idempotency-Key`.
    #[must_use]
    pub fn idempotency_header(mut self, name: impl Into<String>) -> Self {
        self.idempotency_header = name.into();
        self
    }

    /// The gateway drops a repeat with the same key for this long, as its documentation has to say. Twilio's does not.
    #[must_use]
    pub const fn deduplicated(mut self, key_ttl: Duration) -> Self {
        self.key_ttl = Some(key_ttl);
        self
    }

    /// The most parts that a text may take; a longer one fails. 10 by default.
    #[must_use]
    pub const fn max_segments(mut self, segments: NonZeroUsize) -> Self {
        self.max_segments = segments;
        self
    }

    /// This HTTP client, instead of one of its own; TLS, timeouts and redirects are then the client's.
    #[must_use]
    pub fn client(mut self, client: reqwest::Client) -> Self {
        self.client = Some(client);
        self
    }

    /// This configuration of TLS, instead of the process's default provider and the operating system's trust.
    #[must_use]
    pub fn tls(mut self, config: Arc<ClientConfig>) -> Self {
        self.tls = Some(config);
        self
    }

    /// Other timeouts.
    #[must_use]
    pub const fn timeouts(mut self, timeouts: HttpTimeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// Another pace.
    #[must_use]
    pub const fn pace(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }

    /// Another clock, for waits that the gateway asks for as a date.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// The notifier.
    ///
    /// # Errors
    ///
    /// [`SetupError`] for a base that is no URL, an account or sender that cannot be one, a header that is no name, and
    /// where TLS cannot be set up.
    pub fn build(self) -> Result<SmsNotifier, SetupError> {
        let is_id =
            |text: &str| !text.is_empty() && text.bytes().all(|c| c.is_ascii_alphanumeric());
        if !is_id(&self.account) {
            return Err(setting("the account", "is not letters and digits"));
        }
        let is_service = self.sender.starts_with("MG") && is_id(&self.sender);
        if !is_service && !is_phone_number(&self.sender) {
            return Err(setting(
                "the sender",
                "is neither a phone number such as `+15550100` nor a messaging service",
            ));
        }
        let base = self.base.trim_end_matches('/');
        let url = format!("{base}/2010-04-01/Accounts/{}/Messages.json", self.account);
        let url: Url = url
            .parse()
            .map_err(|_| setting("the gateway's base", "is no URL"))?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(setting("the gateway's base", "is no HTTP URL"));
        }
        let header = self.idempotency_header.parse::<HeaderName>();
        let header =
            header.map_err(|_| setting("the idempotency header", "is no header's name"))?;
        let http = match self.client {
            Some(client) => Http::of(client),
            None => Http::new(self.tls, self.timeouts, None)?,
        };
        Ok(SmsNotifier {
            http,
            url,
            account: self.account,
            token: self.token,
            sender: (
                if is_service {
                    "MessagingServiceSid"
                } else {
                    "From"
                },
                self.sender,
            ),
            idempotency_header: header,
            guarantee: self.key_ttl.map_or(Guarantee::AtMostOnce, |key_ttl| {
                Guarantee::Deduplicated { key_ttl }
            }),
            max_segments: self.max_segments.get(),
            pacer: Pacer::new(self.pace),
            clock: self.clock,
        })
    }
}

impl std::fmt::Debug for SmsSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmsSettings")
            .field("base", &self.base)
            .field("key_ttl", &self.key_ttl)
            .field("pace", &self.pace)
            .finish_non_exhaustive()
    }
}

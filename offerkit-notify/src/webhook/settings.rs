//! How a notifier for webhooks is set up.

use std::sync::Arc;

use offerkit_core::{
    ports::Guarantee,
    time::{Clock, SystemClock},
};
use rustls::ClientConfig;

use super::{Endpoint, Endpoints, WebhookNotifier};
use crate::{HttpTimeouts, Pace, SetupError, guard::Guard, http::Http, pace::Pacer};

/// The settings of a [`WebhookNotifier`].
///
/// ```
/// # use rustls::crypto::ring;
/// # ring::default_provider().install_default().unwrap();
/// use offerkit_notify::webhook::{Endpoint, WebhookSettings};
///
/// let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// let endpoint = Endpoint::new("https://partner.example/offers", [secret])?;
/// let notifier = WebhookSettings::to(endpoint).build()?;
/// # Ok::<(), offerkit_notify::SetupError>(())
/// ```
#[derive(Clone)]
pub struct WebhookSettings {
    endpoints: Arc<dyn Endpoints>,
    guarantee: Guarantee,
    guard: Guard,
    tls: Option<Arc<ClientConfig>>,
    timeouts: HttpTimeouts,
    pace: Pace,
    clock: Arc<dyn Clock>,
}

impl WebhookSettings {
    /// Every message goes to one endpoint.
    #[must_use]
    pub fn to(endpoint: Endpoint) -> Self {
        Self::by(Arc::new(Arc::new(endpoint)))
    }

    /// A message goes to the endpoint that `endpoints` knows for it.
    #[must_use]
    pub fn by(endpoints: Arc<dyn Endpoints>) -> Self {
        Self {
            endpoints,
            guarantee: Guarantee::AtLeastOnce,
            guard: Guard::default(),
            tls: None,
            timeouts: HttpTimeouts::default(),
            pace: Pace::default(),
            clock: Arc::new(SystemClock),
        }
    }

    /// Another guarantee: [`Guarantee::AtMostOnce`] for receivers that do not look at `webhook-id`.
    #[must_use]
    pub const fn guarantee(mut self, guarantee: Guarantee) -> Self {
        self.guarantee = guarantee;
        self
    }

    /// Other rules for what may be reached.
    #[must_use]
    pub fn guard(mut self, guard: Guard) -> Self {
        self.guard = guard;
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

    /// Another clock, for `webhook-timestamp`.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// The notifier. It makes its own HTTP client, since the guard is a part of it.
    ///
    /// # Errors
    ///
    /// [`SetupError`] where TLS cannot be set up.
    pub fn build(self) -> Result<WebhookNotifier, SetupError> {
        Ok(WebhookNotifier {
            http: Http::new(self.tls, self.timeouts, Some(self.guard))?,
            endpoints: self.endpoints,
            guarantee: self.guarantee,
            pacer: Pacer::new(self.pace),
            clock: self.clock,
        })
    }
}

impl std::fmt::Debug for WebhookSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebhookSettings")
            .field("guarantee", &self.guarantee)
            .field("guard", &self.guard)
            .field("pace", &self.pace)
            .finish_non_exhaustive()
    }
}

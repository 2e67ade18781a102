//! How a notifier for Web Push is set up.

use std::{sync::Arc, time::Duration};

use offerkit_core::time::{Clock, SystemClock};
use rustls::ClientConfig;

use super::{WebPushNotifier, vapid::Vapid};
use crate::{
    HttpTimeouts, Pace, SetupError, guard::Guard, http::Http, pace::Pacer, secret::Secret,
};

/// The settings of a [`WebPushNotifier`]: a VAPID key.
///
/// ```
/// # use rustls::crypto::ring;
/// # ring::default_provider().install_default().unwrap();
/// use offerkit_notify::push::WebPushSettings;
///
/// // The example of RFC 8291. Make your own, and keep it secret.
/// let key = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw";
/// let notifier = WebPushSettings::new(key, "mailto:push@bank.example").build()?;
/// assert!(notifier.application_server_key().starts_with('B'));
/// # Ok::<(), offerkit_notify::SetupError>(())
/// ```
#[derive(Clone)]
pub struct WebPushSettings {
    key: Secret,
    contact: String,
    lives: Duration,
    guard: Guard,
    tls: Option<Arc<ClientConfig>>,
    timeouts: HttpTimeouts,
    pace: Pace,
    clock: Arc<dyn Clock>,
}

impl WebPushSettings {
    /// Sends with this private VAPID key, 32 bytes in Base64 for URLs; `contact` is a `mailto:` or `https:` URL that push
    /// services write to where something is wrong.
    #[must_use]
    pub fn new(private_key: impl Into<String>, contact: impl Into<String>) -> Self {
        Self {
            key: Secret::new(private_key.into()),
            contact: contact.into(),
            lives: Duration::from_hours(24),
            guard: Guard::default(),
            tls: None,
            timeouts: HttpTimeouts::default(),
            pace: Pace::default(),
            clock: Arc::new(SystemClock),
        }
    }

    /// For how long a push service keeps a message for a browser that is off. A day by default.
    #[must_use]
    pub const fn lives(mut self, lives: Duration) -> Self {
        self.lives = lives;
        self
    }

    /// Other rules for what may be reached: whoever subscribes names the URL.
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

    /// Another clock, for the proofs of who sends.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// The notifier. It makes its own HTTP client, since the guard is a part of it.
    ///
    /// # Errors
    ///
    /// [`SetupError`] for a key or contact that cannot be one, and where TLS cannot be set up.
    pub fn build(self) -> Result<WebPushNotifier, SetupError> {
        Ok(WebPushNotifier {
            vapid: Vapid::parse(self.key.expose(), self.contact)?,
            http: Http::new(self.tls, self.timeouts, Some(self.guard))?,
            lives: self.lives,
            pacer: Pacer::new(self.pace),
            clock: self.clock,
        })
    }
}

impl std::fmt::Debug for WebPushSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebPushSettings")
            .field("lives", &self.lives)
            .field("guard", &self.guard)
            .field("pace", &self.pace)
            .finish_non_exhaustive()
    }
}

//! How a notifier for Firebase Cloud Messaging is set up.

use std::sync::Arc;

use offerkit_core::time::{Clock, SystemClock};
use rustls::ClientConfig;
use url::Url;

use super::{
    FcmNotifier,
    token::{Account, Tokens},
};
use crate::{
    HttpTimeouts, Pace, SetupError, error::setting, http::Http, pace::Pacer, secret::Secret, tls,
};

/// The settings of an [`FcmNotifier`]: the key file of a service account.
///
/// ```no_run
/// use offerkit_notify::push::FcmSettings;
///
/// let key_file = std::fs::read_to_string("service-account.json")?;
/// let notifier = FcmSettings::new(key_file).build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct FcmSettings {
    account: Secret,
    base: String,
    client: Option<reqwest::Client>,
    tls: Option<Arc<ClientConfig>>,
    timeouts: HttpTimeouts,
    pace: Pace,
    clock: Arc<dyn Clock>,
}

impl FcmSettings {
    /// Sends as the service account whose key file, as JSON, this is.
    #[must_use]
    pub fn new(service_account: impl Into<String>) -> Self {
        Self {
            account: Secret::new(service_account.into()),
            base: "https://fcm.googleapis.com".to_owned(),
            client: None,
            tls: None,
            timeouts: HttpTimeouts::default(),
            pace: Pace::default(),
            clock: Arc::new(SystemClock),
        }
    }

    /// Another base than `https://fcm.googleapis.com`.
    #[must_use]
    pub fn base(mut self, url: impl Into<String>) -> Self {
        self.base = url.into();
        self
    }

    /// This HTTP client, instead of one of its own; TLS, timeouts and redirects are then the client's.
    #[must_use]
    pub fn client(mut self, client: reqwest::Client) -> Self {
        self.client = Some(client);
        self
    }

    /// This configuration of TLS, instead of the process's default provider and the operating system's trust. Its provider
    /// also signs for the service account.
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

    /// Another clock, for the tokens.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// The notifier. Asks for no token yet.
    ///
    /// # Errors
    ///
    /// [`SetupError`] for a key file that lacks something, for a base that is no URL, and where TLS cannot be set up.
    pub fn build(self) -> Result<FcmNotifier, SetupError> {
        let tls = tls::config(self.tls)?;
        let account = Account::parse(self.account.expose(), tls.crypto_provider())?;
        let base = self.base.trim_end_matches('/');
        let url: Url = format!("{base}/v1/projects/{}/messages:send", account.project)
            .parse()
            .map_err(|_| setting("the base of FCM", "is no URL"))?;
        let http = match self.client {
            Some(client) => Http::of(client),
            None => Http::new(Some(tls), self.timeouts, None)?,
        };
        Ok(FcmNotifier {
            tokens: Tokens::new(account, http.clone(), Arc::clone(&self.clock)),
            http,
            url,
            pacer: Pacer::new(self.pace),
            clock: self.clock,
        })
    }
}

impl std::fmt::Debug for FcmSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FcmSettings")
            .field("base", &self.base)
            .field("pace", &self.pace)
            .finish_non_exhaustive()
    }
}

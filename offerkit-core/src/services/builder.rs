//! Putting an installation together.

use std::{collections::BTreeMap, sync::Arc};

use super::{Backend, Offerkit, OptOutLinks, Settings, kit::Inner};
use crate::{
    domain::{Channel, RateLimit, RateLimitError},
    id::{IdSource, SystemIds},
    ports::{CustomerSource, Ledger, Notifier, PasswordHasher, TemplateEngine},
    templates::MinijinjaTemplates,
    time::{Clock, SystemClock},
};

/// Puts an [`Offerkit`] together; [`Offerkit::builder`] makes one.
pub struct OfferkitBuilder {
    inner: Inner,
    duplicate: Option<Channel>,
}

/// An installation that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// Two notifiers send over one channel.
    #[error("two notifiers send over {0}; a channel has one")]
    DuplicateNotifier(Channel),
    /// A rate limit that cannot be.
    #[error("the rate limit of {0} cannot be")]
    RateLimit(Channel, #[source] RateLimitError),
}

impl OfferkitBuilder {
    pub(super) fn new(backend: impl Backend + 'static) -> Self {
        let backend = Arc::new(backend);
        Self {
            inner: Inner {
                store: backend.clone(),
                sessions: backend.clone(),
                customers: backend.clone(),
                has_own_source: false,
                customer_store: backend.clone(),
                contacts: backend.clone(),
                ledger: backend.clone(),
                kept_messages: backend.clone(),
                seals: backend,
                notifiers: BTreeMap::new(),
                clock: Arc::new(SystemClock),
                ids: Arc::new(SystemIds::new()),
                hasher: DEFAULT_HASHER.map(|hasher| hasher()),
                templates: Arc::new(MinijinjaTemplates::new()),
                settings: Settings::default(),
                rates: BTreeMap::new(),
                opt_out: None,
            },
            duplicate: None,
        }
    }

    /// Sends messages over the notifier's channel.
    #[must_use]
    pub fn notifier(mut self, notifier: impl Notifier + 'static) -> Self {
        let channel = notifier.profile().channel;
        if self
            .inner
            .notifiers
            .insert(channel, Arc::new(notifier))
            .is_some()
        {
            self.duplicate = Some(channel);
        }
        self
    }

    /// Selects customers from the host's own source instead of the store's.
    #[must_use]
    pub fn customers(mut self, source: impl CustomerSource + 'static) -> Self {
        self.inner.customers = Arc::new(source);
        self.inner.has_own_source = true;
        self
    }

    /// Fills audiences and claims deliveries by this ledger, such as one that wraps the store's. What customers have
    /// received, the store is still asked. [`Offerkit::on`] takes the other store's ledger instead.
    #[must_use]
    pub fn ledger(mut self, ledger: impl Ledger + 'static) -> Self {
        self.inner.ledger = Arc::new(ledger);
        self
    }

    /// Tells the time by this clock instead of the system's.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.inner.clock = Arc::new(clock);
        self
    }

    /// Takes ids and secrets from this source instead of the system's.
    #[must_use]
    pub fn ids(mut self, ids: impl IdSource + 'static) -> Self {
        self.inner.ids = Arc::new(ids);
        self
    }

    /// Hashes passwords with this instead of argon2id.
    #[must_use]
    pub fn password_hasher(mut self, hasher: impl PasswordHasher + 'static) -> Self {
        self.inner.hasher = Some(Arc::new(hasher));
        self
    }

    /// Fills in messages with this instead of minijinja.
    #[must_use]
    pub fn templates(mut self, templates: impl TemplateEngine + 'static) -> Self {
        self.inner.templates = Arc::new(templates);
        self
    }

    /// Gives every marketing message a link by which its customer opts out.
    #[must_use]
    pub fn opt_out_links(mut self, links: OptOutLinks) -> Self {
        self.inner.opt_out = Some(links);
        self
    }

    /// Sends over a channel no more messages than this in a while, those of all tenants together: what its provider
    /// takes. Workers in all processes share it, so each is to be built with the same.
    #[must_use]
    pub fn rate_limit(mut self, channel: Channel, limit: RateLimit) -> Self {
        self.inner.rates.insert(channel, limit);
        self
    }

    /// Tunes limits and waits.
    #[must_use]
    pub const fn settings(mut self, settings: Settings) -> Self {
        self.inner.settings = settings;
        self
    }

    /// The installation.
    ///
    /// # Errors
    ///
    /// [`BuildError::DuplicateNotifier`] where two notifiers send over one channel; [`BuildError::RateLimit`] for a limit
    /// that allows nothing, or is over no time or more than a day.
    pub fn build(self) -> Result<Offerkit, BuildError> {
        for (channel, limit) in &self.inner.rates {
            let check = limit.check();
            check.map_err(|error| BuildError::RateLimit(*channel, error))?;
        }
        match self.duplicate {
            Some(channel) => Err(BuildError::DuplicateNotifier(channel)),
            None => Ok(Offerkit {
                inner: Arc::new(self.inner),
            }),
        }
    }
}

/// What hashes passwords where the host brings nothing.
type MakeHasher = fn() -> Arc<dyn PasswordHasher>;

#[cfg(feature = "argon2")]
const DEFAULT_HASHER: Option<MakeHasher> = Some(|| Arc::new(crate::password::Argon2Hasher::new()));

#[cfg(not(feature = "argon2"))]
const DEFAULT_HASHER: Option<MakeHasher> = None;

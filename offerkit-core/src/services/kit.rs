//! The value that an embedding application holds.

use std::{collections::BTreeMap, fmt, sync::Arc};

use super::{Acting, Context, Settings, builder::OfferkitBuilder};
use crate::{
    domain::Channel,
    id::IdSource,
    ports::{
        AuditSeals, CustomerSource, CustomerStore, Ledger, Notifier, PasswordHasher, Sessions,
        Store, TemplateEngine,
    },
    time::{Clock, Timestamp},
};

/// A store that keeps everything; every adapter that implements the ports is one.
pub trait Backend: Store + Sessions + CustomerSource + CustomerStore + Ledger + AuditSeals {}

impl<T: Store + Sessions + CustomerSource + CustomerStore + Ledger + AuditSeals> Backend for T {}

/// Offerkit, as an application holds it: cheap to clone, safe to share between threads and tasks.
///
/// Say who acts ([`acting`](Self::acting)), then what they do. A tenant's services are named by its id.
///
/// ```text
/// kit.acting(&context).offers(tenant).submit(offer, revision).await?
/// ```
#[derive(Clone)]
pub struct Offerkit {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) store: Arc<dyn Store>,
    pub(super) sessions: Arc<dyn Sessions>,
    pub(super) customers: Arc<dyn CustomerSource>,
    pub(super) customer_store: Arc<dyn CustomerStore>,
    pub(super) ledger: Arc<dyn Ledger>,
    pub(super) seals: Arc<dyn AuditSeals>,
    pub(super) notifiers: BTreeMap<Channel, Arc<dyn Notifier>>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ids: Arc<dyn IdSource>,
    pub(super) hasher: Option<Arc<dyn PasswordHasher>>,
    pub(super) templates: Arc<dyn TemplateEngine>,
    pub(super) settings: Settings,
}

impl Offerkit {
    /// Starts to put an installation together around a store.
    #[must_use]
    pub fn builder(backend: impl Backend + 'static) -> OfferkitBuilder {
        OfferkitBuilder::new(backend)
    }

    /// The services, on behalf of the context's actor.
    #[must_use]
    pub fn acting(&self, context: &Context) -> Acting {
        Acting::new(self.clone(), context.clone())
    }

    /// How the installation is tuned.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// The channels that messages can be sent over: those with a notifier.
    pub fn channels(&self) -> impl Iterator<Item = Channel> {
        self.inner.notifiers.keys().copied()
    }

    pub(super) fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    pub(super) fn uuid(&self) -> uuid::Uuid {
        self.inner.ids.uuid(self.now())
    }

    pub(super) fn hasher(&self) -> Result<&dyn PasswordHasher, super::Error> {
        self.inner
            .hasher
            .as_deref()
            .ok_or(super::Error::NotConfigured(
                "this installation has no password hasher, so users log in by an external identity",
            ))
    }
}

impl fmt::Debug for Offerkit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Offerkit")
            .field("channels", &self.inner.notifiers.keys())
            .field("settings", &self.inner.settings)
            .finish_non_exhaustive()
    }
}

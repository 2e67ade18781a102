//! The value that an embedding application holds.

use std::{collections::BTreeMap, fmt, sync::Arc};

use super::{Acting, Context, OptOutLinks, Settings, builder::OfferkitBuilder};
use crate::{
    domain::{Channel, RateLimit},
    id::IdSource,
    ports::{
        AuditSeals, Contacts, CustomerSource, CustomerStore, KeptMessages, Ledger, Notifier,
        PasswordHasher, Profile, Sessions, Store, TemplateEngine,
    },
    time::{Clock, Timestamp},
};

/// A store that keeps everything; every adapter that implements the ports is one.
pub trait Backend:
    Store + Sessions + CustomerSource + CustomerStore + Contacts + Ledger + KeptMessages + AuditSeals
{
}

impl<T> Backend for T where
    T: Store
        + Sessions
        + CustomerSource
        + CustomerStore
        + Contacts
        + Ledger
        + KeptMessages
        + AuditSeals
{
}

/// Offerkit, as an application holds it: cheap to clone, safe to share between threads and tasks.
///
/// Say who acts ([`acting`](Self::acting)), then what they do. A tenant's services are named by its id.
///
/// ```
/// # use offerkit_core::{domain::RevisionNumber, id, services::{Backend, Context, Error, Offerkit}};
/// # async fn example(backend: impl Backend + 'static, asha: id::UserId, tenant: id::TenantId, offer: id::OfferId) -> Result<(), Error> {
/// let kit = Offerkit::builder(backend).build().map_err(|error| Error::Invalid(error.to_string()))?;
/// let context = Context::user(asha);
/// kit.acting(&context).offers(tenant).submit(offer, RevisionNumber::FIRST).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Offerkit {
    pub(super) inner: Arc<Inner>,
}

#[derive(Clone)]
pub(super) struct Inner {
    pub(super) store: Arc<dyn Store>,
    pub(super) sessions: Arc<dyn Sessions>,
    pub(super) customers: Arc<dyn CustomerSource>,
    /// Whether customers are selected from another source than the store.
    pub(super) has_own_source: bool,
    pub(super) customer_store: Arc<dyn CustomerStore>,
    pub(super) contacts: Arc<dyn Contacts>,
    pub(super) ledger: Arc<dyn Ledger>,
    pub(super) kept_messages: Arc<dyn KeptMessages>,
    pub(super) seals: Arc<dyn AuditSeals>,
    pub(super) notifiers: BTreeMap<Channel, Arc<dyn Notifier>>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ids: Arc<dyn IdSource>,
    pub(super) hasher: Option<Arc<dyn PasswordHasher>>,
    pub(super) templates: Arc<dyn TemplateEngine>,
    pub(super) settings: Settings,
    /// How many messages may go out over a channel in a while.
    pub(super) rates: BTreeMap<Channel, RateLimit>,
    /// How customers opt out by a link, where the host wants that.
    pub(super) opt_out: Option<OptOutLinks>,
}

impl Inner {
    /// Keeps everything in `backend`, but for customers of another source.
    fn put_on(&mut self, backend: Arc<impl Backend + 'static>) {
        self.store = backend.clone();
        self.sessions = backend.clone();
        self.customer_store = backend.clone();
        self.contacts = backend.clone();
        self.ledger = backend.clone();
        self.kept_messages = backend.clone();
        self.seals = backend.clone();
        if !self.has_own_source {
            self.customers = backend;
        }
    }
}

impl Offerkit {
    /// Starts to put an installation together around a store.
    #[must_use]
    pub fn builder(backend: impl Backend + 'static) -> OfferkitBuilder {
        OfferkitBuilder::new(backend)
    }

    /// The same installation on another store: one that acts in a transaction of the host's, say. Notifiers, clock, ids,
    /// settings and the host's own source of customers stay.
    #[must_use]
    pub fn on(&self, backend: impl Backend + 'static) -> Self {
        let mut inner = Inner::clone(&self.inner);
        inner.put_on(Arc::new(backend));
        Self {
            inner: Arc::new(inner),
        }
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

    /// What each notifier is like, in order of their channels.
    pub fn profiles(&self) -> impl Iterator<Item = Profile> {
        self.inner
            .notifiers
            .values()
            .map(|notifier| notifier.profile())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::RevisionNumber, id::TenantId};

    fn spawnable<F: Future + Send + 'static>(_: impl FnOnce(Offerkit) -> F) {}

    #[test]
    fn every_call_can_be_spawned_on_a_runtime_with_threads() {
        fn shared<T: Clone + Send + Sync + 'static>() {}
        shared::<Offerkit>();
        shared::<Acting>();
        let tenant = TenantId::from_uuid(uuid::Uuid::nil());
        let context = Context::anonymous();
        spawnable(|kit| {
            let acting = kit.acting(&context);
            async move {
                let id = "01890000-0000-7000-8000-000000000001".parse().unwrap();
                acting
                    .offers(tenant)
                    .submit(id, RevisionNumber::FIRST)
                    .await
            }
        });
        spawnable(|kit| {
            let acting = kit.acting(&context);
            async move {
                let id = "01890000-0000-7000-8000-000000000001".parse().unwrap();
                acting
                    .campaigns(tenant)
                    .launch(id, RevisionNumber::FIRST)
                    .await?;
                acting.deliveries(tenant).fill(id).await?;
                acting.deliveries(tenant).run(id).await
            }
        });
        spawnable(|kit| async move { kit.login("asha", "password", None).await });
    }
}

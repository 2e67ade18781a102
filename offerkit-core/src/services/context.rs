//! Who asks, through which request, from where.

use std::sync::Arc;

use chrono::TimeDelta;

use crate::{
    domain::Scope,
    id::{SessionId, UserId},
    policy::{ActorRef, Job, TenantFacts, UserFacts},
    text::{RequestId, RequestSource},
    time::Timestamp,
};

/// An actor with the request it acts through, which the audit log keeps.
///
/// A context says who the caller is; it proves nothing. Make one from a session
/// ([`Offerkit::authenticate`](super::Offerkit::authenticate)) or from the host's own, verified identity.
///
/// ```
/// use offerkit_core::{policy::Job, services::Context};
///
/// let asha = "01890000-0000-7000-8000-000000000001".parse()?;
/// let context = Context::user(asha).with_request("req-42".parse()?).with_source("10.0.0.7".parse()?);
/// assert_eq!(context.actor().user(), Some(asha));
/// let worker = Context::job(Job::Delivery);
/// assert_eq!(worker.actor().user(), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    actor: ActorRef,
    session: Option<SessionId>,
    request: Option<RequestId>,
    source: Option<RequestSource>,
    standing: Option<Arc<Standing>>,
}

/// What was found of a user and a tenant when a request arrived.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) scope: Scope,
    pub(super) tenant: Option<TenantFacts>,
    pub(super) user: UserFacts,
    pub(super) at: Timestamp,
}

/// How long reading goes by what was found when the request arrived, instead of asking again.
const STANDING_LASTS: TimeDelta = TimeDelta::seconds(1);

impl Context {
    const fn of(actor: ActorRef) -> Self {
        Self {
            actor,
            session: None,
            request: None,
            source: None,
            standing: None,
        }
    }

    /// A user whom the host has authenticated.
    #[must_use]
    pub const fn user(user: UserId) -> Self {
        Self::of(ActorRef::User(user))
    }

    /// A system job, which may do its own work and nothing else.
    #[must_use]
    pub const fn job(job: Job) -> Self {
        Self::of(ActorRef::System(job))
    }

    /// Nobody known.
    #[must_use]
    pub const fn anonymous() -> Self {
        Self::of(ActorRef::Anonymous)
    }

    /// With the host's name for the request.
    #[must_use]
    pub fn with_request(mut self, request: RequestId) -> Self {
        self.request = Some(request);
        self
    }

    /// With where the request came from.
    #[must_use]
    pub fn with_source(mut self, source: RequestSource) -> Self {
        self.source = Some(source);
        self
    }

    pub(super) const fn with_session(mut self, session: SessionId) -> Self {
        self.session = Some(session);
        self
    }

    pub(super) fn with_standing(mut self, standing: Standing) -> Self {
        self.standing = Some(Arc::new(standing));
        self
    }

    /// What was found in `scope` when the request arrived, if that was just now.
    pub(super) fn standing(&self, scope: Scope, now: Timestamp) -> Option<&Standing> {
        let standing = self.standing.as_deref()?;
        let is_fresh = standing.at <= now && now <= standing.at.plus(STANDING_LASTS);
        (standing.scope == scope && is_fresh).then_some(standing)
    }

    /// Who acts.
    #[must_use]
    pub const fn actor(&self) -> ActorRef {
        self.actor
    }

    /// The session the user came with, if it was one of ours.
    #[must_use]
    pub const fn session(&self) -> Option<SessionId> {
        self.session
    }

    /// The host's name for the request.
    #[must_use]
    pub const fn request(&self) -> Option<&RequestId> {
        self.request.as_ref()
    }

    /// Where the request came from.
    #[must_use]
    pub const fn source(&self) -> Option<&RequestSource> {
        self.source.as_ref()
    }
}

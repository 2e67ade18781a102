//! What every handler shares.

use std::{fmt, sync::Arc, time::Duration};

use axum::{
    body::Bytes,
    extract::FromRef,
    http::{HeaderName, request::Parts},
};
use tokio::sync::{Semaphore, SemaphorePermit};

use offerkit_core::{services::Offerkit, text::RequestSource};

use crate::{
    attempt::Attempts,
    authenticate::Authenticate,
    limits::Limits,
    problem::{ApiError, ProblemKind},
    signature::ReceiptSecret,
    source,
};

/// What every handler shares; cheap to clone.
#[derive(Clone)]
pub(crate) struct State(Arc<Shared>);

/// What is in it.
pub(crate) struct Shared {
    pub(crate) kit: Offerkit,
    pub(crate) identities: Identities,
    pub(crate) limits: Limits,
    pub(crate) source: Option<HeaderName>,
    pub(crate) logins: Semaphore,
    pub(crate) attempts: Attempts,
    pub(crate) receipts: Option<ReceiptSecret>,
    pub(crate) document: Bytes,
}

/// How callers prove who they are.
pub(crate) enum Identities {
    /// By the library's own sessions, opened with a password.
    Sessions,
    /// As the host says.
    Host(Arc<dyn Authenticate>),
}

/// How long to wait where too many hash passwords.
const LOGIN_WAIT: Duration = Duration::from_secs(1);

impl State {
    pub(crate) fn new(shared: Shared) -> Self {
        Self(Arc::new(shared))
    }

    pub(crate) fn kit(&self) -> &Offerkit {
        &self.0.kit
    }

    pub(crate) fn identities(&self) -> &Identities {
        &self.0.identities
    }

    pub(crate) fn limits(&self) -> Limits {
        self.0.limits
    }

    /// The attempts that run.
    pub(crate) fn attempts(&self) -> &Attempts {
        &self.0.attempts
    }

    /// The secret that receipts are signed with, where any are taken.
    pub(crate) fn receipts(&self) -> Option<&ReceiptSecret> {
        self.0.receipts.as_ref()
    }

    pub(crate) fn document(&self) -> Bytes {
        self.0.document.clone()
    }

    /// Where a request comes from.
    pub(crate) fn source_of(&self, parts: &Parts) -> Option<RequestSource> {
        source::of(parts, self.0.source.as_ref())
    }

    /// A place among those who hash a password or wait to.
    pub(crate) fn hashing(&self) -> Result<SemaphorePermit<'_>, ApiError> {
        self.0.logins.try_acquire().map_err(|_| {
            ApiError::new(
                ProblemKind::Unavailable,
                "too many people log in at this moment; try again",
            )
            .retry_after(LOGIN_WAIT)
        })
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("kit", &self.0.kit)
            .field("limits", &self.0.limits)
            .finish_non_exhaustive()
    }
}

impl FromRef<State> for Limits {
    fn from_ref(state: &State) -> Self {
        state.limits()
    }
}

//! A unit of work that is tried again, or was done before under the caller's name for it.

use serde::de::DeserializeOwned;

use super::{Acting, Error};
use crate::{
    audit::{AuditRecord, Subject},
    domain::Scope,
    policy::Action,
    ports::{Access, StoreError},
};

/// How often a unit of work is tried where concurrent ones could not be put in an order.
pub(super) const MAX_TRIES: u32 = 3;

/// What a caller wants, by which a repeated operation is known to be the same.
#[derive(Debug, Clone, Copy)]
pub(super) struct Intent {
    action: Action,
    /// The object, where the caller names one.
    subject: Option<Subject>,
}

impl From<Action> for Intent {
    fn from(action: Action) -> Self {
        Self {
            action,
            subject: None,
        }
    }
}

impl<S: Into<Subject>> From<(Action, S)> for Intent {
    fn from((action, subject): (Action, S)) -> Self {
        Self {
            action,
            subject: Some(subject.into()),
        }
    }
}

impl Acting {
    /// Runs `attempt` until it is done or fails for good, and answers a repeated operation with its first result.
    pub(super) async fn mutate<T, F, Fut>(
        &self,
        intent: impl Into<Intent>,
        attempt: F,
    ) -> Result<T, Error>
    where
        T: DeserializeOwned,
        F: Fn() -> Fut,
        Fut: Future<Output = Result<T, Error>>,
    {
        let intent = intent.into();
        let mut tries = 1;
        loop {
            match attempt().await {
                Err(Error::Store(StoreError::Retry(_))) if tries < MAX_TRIES => tries += 1,
                outcome => return self.first_result(intent, outcome),
            }
        }
    }

    /// What was answered first, where the operation was done before.
    pub(super) fn first_result<T: DeserializeOwned>(
        &self,
        intent: impl Into<Intent>,
        outcome: Result<T, Error>,
    ) -> Result<T, Error> {
        match outcome {
            Err(Error::Store(StoreError::AlreadyDone(record))) => {
                self.replay(intent.into(), *record)
            }
            outcome => outcome,
        }
    }

    fn replay<T: DeserializeOwned>(&self, intent: Intent, record: AuditRecord) -> Result<T, Error> {
        let reused = Error::OperationReused(record.action);
        let is_same = record.action == intent.action
            && record.actor == self.context().actor()
            && intent
                .subject
                .is_none_or(|subject| subject == record.subject)
            && match (self.fingerprint_of_request(), record.fingerprint) {
                (Some(asked), Some(first)) => asked == first,
                (None, _) | (_, None) => true,
            };
        if !is_same {
            return Err(reused);
        }
        serde_json::from_value(record.result).map_err(|_| reused)
    }

    /// Whether the caller's operation was done before, so that nothing need be looked up for it.
    pub(super) async fn is_repeat(&self, scope: Scope) -> Result<bool, Error> {
        let Some(operation) = self.operation_id() else {
            return Ok(false);
        };
        let mut tx = self.kit().inner.store.begin(scope, Access::Read).await?;
        Ok(tx.audit().find_operation(operation).await?.is_some())
    }
}

//! The problem that each error of the services becomes.

use std::{fmt::Write as _, time::Duration};

use offerkit_core::{
    domain::{ContentError, TransitionError},
    ports::StoreError,
    schema::SchemaError,
    services::{Error, ErrorKind},
};

use super::{ApiError, FieldError, ProblemKind};

/// How long to wait for a store that does not answer.
const STORE_WAIT: Duration = Duration::from_secs(1);

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        let detail = error.to_string();
        match error {
            Error::Denied(denied) => {
                let kind = ProblemKind::from(&denied.kind);
                let problem = Self::new(kind, detail);
                // To someone unknown nothing is told of what they asked for.
                if kind == ProblemKind::Unauthenticated {
                    return problem;
                }
                problem.denied(denied)
            }
            Error::NotFound(_) => Self::new(ProblemKind::NotFound, detail),
            Error::Transition(error) => Self::new(of_transition(&error), detail),
            Error::Content(error) => {
                let place = FieldError::new(of_content(&error), detail.clone());
                Self::new(ProblemKind::Invalid, detail).at(vec![place])
            }
            Error::Schema(violations) => {
                let errors = violations.iter().map(|violation| FieldError {
                    code: Some(violation.keyword.clone()),
                    ..FieldError::new(violation.pointer.clone(), violation.message.clone())
                });
                let detail = "the offer's data does not satisfy the tenant's schema";
                Self::new(ProblemKind::OfferSchema, detail).at(errors.collect())
            }
            Error::InvalidSchema(error) => {
                let place = FieldError::new(of_schema(&error), detail.clone());
                Self::new(ProblemKind::Invalid, detail).at(vec![place])
            }
            Error::Criteria(errors) => {
                let errors = errors.iter().map(|error| FieldError {
                    pointer: error.pointer().to_owned(),
                    detail: error.message().to_owned(),
                    code: Some(error.code().to_string()),
                    expected: error.expected().map(str::to_owned),
                    suggestion: error.suggestion().map(str::to_owned),
                });
                let detail = "the selection criteria have mistakes";
                Self::new(ProblemKind::Criteria, detail).at(errors.collect())
            }
            Error::Template {
                channel,
                language,
                part,
                source,
            } => {
                // A message that says its language may have the mistake in its own text or in a translation; the
                // sentence tells the language.
                let (pointer, sentence) = match language {
                    None => (format!("/messages/{channel}/{part}"), source.to_string()),
                    Some(_) => (format!("/messages/{channel}"), detail.clone()),
                };
                let place = FieldError::new(pointer, sentence);
                Self::new(ProblemKind::Template, detail).at(vec![place])
            }
            Error::Password(_) => Self::new(ProblemKind::Password, detail),
            Error::WrongCredentials => Self::new(ProblemKind::WrongCredentials, detail),
            Error::SessionEnded => Self::new(ProblemKind::SessionEnded, detail),
            Error::TooManyAttempts { retry_after } => {
                Self::new(ProblemKind::TooManyAttempts, detail).retry_after(retry_after)
            }
            Error::TooManyTests { retry_after } => {
                Self::new(ProblemKind::TooManyTests, detail).retry_after(retry_after)
            }
            Error::Stopped(_) => Self::new(ProblemKind::Stopped, detail),
            Error::OperationReused(_) => Self::new(
                ProblemKind::KeyReused,
                "the idempotency key was used before, for another change",
            ),
            Error::ImportChanged { .. } => Self::new(ProblemKind::ImportChanged, detail),
            Error::AlreadyBootstrapped => Self::new(ProblemKind::AlreadyBootstrapped, detail),
            Error::Store(error) => of_store(&error),
            other => match other.kind() {
                ErrorKind::Invalid => Self::new(ProblemKind::Invalid, detail),
                ErrorKind::Unauthenticated => Self::new(ProblemKind::Unauthenticated, detail),
                ErrorKind::NotFound => Self::new(ProblemKind::NotFound, detail),
                ErrorKind::Conflict => Self::new(ProblemKind::Conflict, detail),
                ErrorKind::TooManyRequests => Self::new(ProblemKind::TooManyAttempts, detail),
                ErrorKind::Unavailable => {
                    Self::new(ProblemKind::Unavailable, detail).retry_after(STORE_WAIT)
                }
                ErrorKind::Forbidden | ErrorKind::Internal => at_fault(&other),
            },
        }
    }
}

impl ApiError {
    /// The problem where the caller said by `If-Match` what it had seen, and the object is another by now.
    pub(crate) fn guarded(error: Error) -> Self {
        match error {
            Error::Store(StoreError::Conflict(_)) => {
                Self::new(ProblemKind::Stale, error.to_string())
            }
            other => other.into(),
        }
    }
}

fn of_transition(error: &TransitionError) -> ProblemKind {
    match error {
        TransitionError::Stale { .. } => ProblemKind::Stale,
        TransitionError::Dates { .. } | TransitionError::Validity { .. } => ProblemKind::Invalid,
        _ => ProblemKind::WrongState,
    }
}

fn of_content(error: &ContentError) -> String {
    match error {
        ContentError::TooDeep { pointer } | ContentError::NulCharacter { pointer } => {
            pointer.clone()
        }
        _ => String::new(),
    }
}

fn of_schema(error: &SchemaError) -> String {
    match error {
        SchemaError::TooDeep { pointer, .. }
        | SchemaError::Reference { pointer, .. }
        | SchemaError::Invalid { pointer, .. } => pointer.clone(),
        _ => String::new(),
    }
}

fn of_store(error: &StoreError) -> ApiError {
    let kind = match error {
        StoreError::Conflict(_) => ProblemKind::Conflict,
        StoreError::Duplicate(_) => ProblemKind::Taken,
        StoreError::MissingReference(_) => ProblemKind::MissingReference,
        StoreError::Refused(_) => ProblemKind::Refused,
        StoreError::AlreadyDone(_) => ProblemKind::KeyReused,
        StoreError::Retry(_) => ProblemKind::Unavailable,
        StoreError::Backend(_) => {
            tracing::error!(error = %with_causes(error), "the store failed");
            ProblemKind::Unavailable
        }
        other => return at_fault(other),
    };
    let problem = ApiError::new(kind, error.to_string());
    if kind == ProblemKind::Unavailable {
        problem.retry_after(STORE_WAIT)
    } else {
        problem
    }
}

/// The operator learns what went wrong, and the caller that something did.
fn at_fault(error: &(impl std::error::Error + ?Sized)) -> ApiError {
    tracing::error!(error = %with_causes(error), "a request failed");
    ApiError::new(
        ProblemKind::Internal,
        "the installation cannot do this; its log says why, under the id of this request",
    )
}

fn with_causes(error: &(impl std::error::Error + ?Sized)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        // Writing to a text does not fail.
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    text
}

//! What a service answers when it does not do what was asked.

use std::{fmt, time::Duration};

use crate::{
    criteria::{CatalogError, CriteriaErrors},
    domain::{ContentError, TransitionError},
    id::EntropyError,
    page::PageError,
    policy::{DenialKind, Denied},
    ports::{HashError, StoreError, TemplateError},
    schema::{SchemaError, SchemaViolations},
    text::{LanguageTag, PasswordError, TextError},
};

/// Why a service did not do what was asked. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The policy refuses.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// There is no such thing, or the caller may not know of it: outsiders get the same answer either way.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The object's state does not allow it.
    #[error(transparent)]
    Transition(#[from] TransitionError),
    /// A text breaks the rules of its kind.
    #[error(transparent)]
    Text(#[from] TextError),
    /// A page that cannot be asked for.
    #[error(transparent)]
    Page(#[from] PageError),
    /// An offer's data is no usable JSON object.
    #[error(transparent)]
    Content(#[from] ContentError),
    /// An offer's data does not satisfy the tenant's schema.
    #[error("the offer's data does not satisfy the tenant's schema:\n{0}")]
    Schema(SchemaViolations),
    /// A schema that cannot be used.
    #[error(transparent)]
    InvalidSchema(#[from] SchemaError),
    /// Criteria with mistakes.
    #[error("the selection criteria have mistakes:\n{0}")]
    Criteria(CriteriaErrors),
    /// A field that the catalog does not have, or cannot take.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// A message's template with a mistake.
    #[error("the {part} of the {channel} message{}: {source}", in_language(.language.as_ref()))]
    Template {
        /// The channel of the message.
        channel: crate::domain::Channel,
        /// The language of the text, where it is a translation or the message says which it is in.
        language: Option<LanguageTag>,
        /// `subject`, `body` or `html`.
        part: &'static str,
        /// The mistake.
        source: TemplateError,
    },
    /// Some other input that cannot be.
    #[error("{0}")]
    Invalid(String),
    /// A password that may not be set.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The user name or the password is wrong; which of them, nobody learns.
    #[error("the user name or the password is wrong")]
    WrongCredentials,
    /// The session's token is unknown or the session has ended.
    #[error("the session has ended; log in again")]
    SessionEnded,
    /// Too many failed logins under this name from this source.
    #[error("too many failed logins; try again in {} seconds", .retry_after.as_secs().max(1))]
    TooManyAttempts {
        /// How long to wait.
        retry_after: Duration,
    },
    /// Somebody has sent as many test messages as they may within an hour.
    #[error("you have sent as many tests as you may within an hour; try again in {} seconds", .retry_after.as_secs().max(1))]
    TooManyTests {
        /// How long to wait.
        retry_after: Duration,
    },
    /// The operation id was used before: for another action, for another object, with other content, or by someone else.
    #[error("the operation id was used before, for another change (`{0}`) or by someone else")]
    OperationReused(crate::policy::Action),
    /// Part of an import was done before, with other rows or other options than now.
    #[error(
        "chunk {chunk} of this import, from line {line} on, was done before with other rows or options; import another file \
         under an operation id of its own"
    )]
    ImportChanged {
        /// Which chunk, from 1 on.
        chunk: u64,
        /// The line on which its first row stands now.
        line: u64,
    },
    /// A file of an import cannot be read on.
    #[error("the file cannot be read on from line {line}: {reason}")]
    Unreadable {
        /// The line.
        line: u64,
        /// What its reader says.
        reason: String,
    },
    /// The platform has its first super admin already.
    #[error("the platform has a super admin already, who can make others")]
    AlreadyBootstrapped,
    /// A super admin has stopped what would be sent.
    #[error("{0}; a super admin can lift it")]
    Stopped(Box<crate::domain::Stop>),
    /// The installation lacks a piece that this needs.
    #[error("{0}")]
    NotConfigured(&'static str),
    /// No notifier sends over the channel.
    #[error("no notifier sends over {0}; give the installation one")]
    NoNotifier(crate::domain::Channel),
    /// The store failed or refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A password could not be hashed.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// No randomness for a token.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
}

/// The kinds of errors, each with its HTTP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// Nobody is logged in, or the login failed: 401.
    Unauthenticated,
    /// The actor may not: 403.
    Forbidden,
    /// There is no such thing, or the actor may not know of it: 404.
    NotFound,
    /// The state of things, or someone else's change, stands against it: 409.
    Conflict,
    /// The input is wrong: 422.
    Invalid,
    /// Too many attempts: 429.
    TooManyRequests,
    /// Trying again later may succeed: 503.
    Unavailable,
    /// The installation is at fault: 500.
    Internal,
}

impl ErrorKind {
    /// The HTTP status code.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Unauthenticated => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Conflict => 409,
            Self::Invalid => 422,
            Self::TooManyRequests => 429,
            Self::Unavailable => 503,
            Self::Internal => 500,
        }
    }
}

impl Error {
    /// What kind of error it is.
    ///
    /// ```
    /// use offerkit_core::services::{Error, ErrorKind};
    ///
    /// let error = Error::NotFound("offer");
    /// assert_eq!(error.kind(), ErrorKind::NotFound);
    /// assert_eq!(error.kind().status(), 404);
    /// ```
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Denied(Denied {
                kind: DenialKind::Unauthenticated,
                ..
            })
            | Self::WrongCredentials
            | Self::SessionEnded => ErrorKind::Unauthenticated,
            Self::Denied(Denied {
                kind: DenialKind::Outsider,
                ..
            })
            | Self::NotFound(_) => ErrorKind::NotFound,
            Self::Denied(_) => ErrorKind::Forbidden,
            Self::Transition(_)
            | Self::OperationReused(_)
            | Self::ImportChanged { .. }
            | Self::Stopped(_)
            | Self::AlreadyBootstrapped => ErrorKind::Conflict,
            Self::Text(_)
            | Self::Page(_)
            | Self::Content(_)
            | Self::Schema(_)
            | Self::InvalidSchema(_)
            | Self::Criteria(_)
            | Self::Catalog(_)
            | Self::Template { .. }
            | Self::Invalid(_)
            | Self::Unreadable { .. }
            | Self::Password(_) => ErrorKind::Invalid,
            Self::TooManyAttempts { .. } | Self::TooManyTests { .. } => ErrorKind::TooManyRequests,
            Self::Store(error) => store_kind(error),
            Self::Hash(_) | Self::Entropy(_) | Self::NotConfigured(_) | Self::NoNotifier(_) => {
                ErrorKind::Internal
            }
        }
    }
}

const fn store_kind(error: &StoreError) -> ErrorKind {
    match error {
        StoreError::Conflict(_)
        | StoreError::Duplicate(_)
        | StoreError::MissingReference(_)
        | StoreError::Refused(_)
        | StoreError::AlreadyDone(_) => ErrorKind::Conflict,
        StoreError::Retry(_) | StoreError::Backend(_) => ErrorKind::Unavailable,
        StoreError::WrongScope { .. } | StoreError::Aborted | StoreError::ReadOnly => {
            ErrorKind::Internal
        }
    }
}

impl From<SchemaViolations> for Error {
    fn from(violations: SchemaViolations) -> Self {
        Self::Schema(violations)
    }
}

impl From<CriteriaErrors> for Error {
    fn from(errors: CriteriaErrors) -> Self {
        Self::Criteria(errors)
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not found",
            Self::Conflict => "conflict",
            Self::Invalid => "invalid",
            Self::TooManyRequests => "too many requests",
            Self::Unavailable => "unavailable",
            Self::Internal => "internal",
        })
    }
}
/// Which text of a message a sentence is about.
pub(super) fn in_language(language: Option<&LanguageTag>) -> String {
    language.map_or_else(String::new, |language| format!(" in {language}"))
}

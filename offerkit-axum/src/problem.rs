//! What the API answers when it does not do what was asked: problem details (RFC 9457).

mod kind;
mod of_error;

use std::time::Duration;

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use offerkit_core::policy::Denied;

pub use kind::ProblemKind;

use crate::reply::json;

/// The media type of problem details.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// Why the API does not do what was asked: a problem (RFC 9457), as its caller is told.
///
/// A host's own routes beside the API may answer it, too.
///
/// ```
/// use axum::response::IntoResponse as _;
/// use offerkit_axum::{ApiError, ProblemKind};
///
/// let problem = ApiError::new(ProblemKind::NotFound, "there is no such branch");
/// assert_eq!(problem.into_response().status(), 404);
/// ```
#[derive(Debug, Clone)]
pub struct ApiError(Box<Problem>);

/// What is wrong (RFC 9457).
///
/// Programs branch on `type`. `detail` is a sentence for a person. A mistake in the input has its place in `errors`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// The kind of problem: a URN that never changes.
    #[serde(rename = "type")]
    #[schema(value_type = String, example = "urn:offerkit:problem:four-eyes")]
    kind: ProblemKind,
    /// The kind in a few words.
    title: &'static str,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What is wrong, why, and who or what can help.
    detail: String,
    /// The places of the mistakes in the input.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<FieldError>,
    /// What the policy refuses, by which rule, with the facts that the rule looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<crate::schemas::Denied>)]
    denied: Option<Denied>,
    #[serde(skip)]
    retry_after: Option<Duration>,
}

/// A mistake in the input, with its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// Where in the body, as a JSON pointer (RFC 6901); empty for the whole.
    pub pointer: String,
    /// What is wrong.
    pub detail: String,
    /// A stable code, where there is one: of criteria, or the keyword of a schema.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What could stand here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What was probably meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
}

impl FieldError {
    /// A mistake at a place.
    #[must_use]
    pub fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            detail: detail.into(),
            code: None,
            expected: None,
            suggestion: None,
        }
    }
}

impl ApiError {
    /// A problem of this kind, with a sentence for a person.
    #[must_use]
    pub fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self(Box::new(Problem {
            kind,
            title: kind.title(),
            status: kind.status().as_u16(),
            detail: detail.into(),
            errors: Vec::new(),
            denied: None,
            retry_after: None,
        }))
    }

    /// With the places of the mistakes.
    #[must_use]
    pub fn at(mut self, errors: Vec<FieldError>) -> Self {
        self.0.errors = errors;
        self
    }

    /// With how long to wait before trying again.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    /// The same mistakes, in a member of the body: what was wrong at `/a` is wrong at `/member/a`.
    #[must_use]
    pub(crate) fn under(mut self, member: &str) -> Self {
        for error in &mut self.0.errors {
            error.pointer.insert_str(0, member);
        }
        self
    }

    /// The kind of problem.
    #[must_use]
    pub const fn kind(&self) -> ProblemKind {
        self.0.kind
    }

    /// With what the policy refuses.
    #[must_use]
    pub(crate) fn denied(mut self, denied: Denied) -> Self {
        self.0.denied = Some(denied);
        self
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(ProblemKind::NotFound, format!("there is no such {what}"))
    }

    pub(crate) fn malformed(detail: impl Into<String>) -> Self {
        Self::new(ProblemKind::Malformed, detail)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let Self(problem) = self;
        let (status, retry_after) = (problem.kind.status(), problem.retry_after);
        let mut response = json(&*problem);
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if status == axum::http::StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(wait) = retry_after {
            headers.insert(
                header::RETRY_AFTER,
                HeaderValue::from(wait.as_secs().max(1)),
            );
        }
        response
    }
}

//! A name for every request, by which answers, logs and audit records are found to belong together.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};

use offerkit_core::text::RequestId;

/// The header with the name of a request.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The name of the request.
#[derive(Clone)]
pub(crate) struct RequestName(pub(crate) Option<RequestId>);

/// Makes names: a beginning that differs between processes, and a number.
pub(crate) struct RequestNames {
    begin: u64,
    next: AtomicU64,
}

impl RequestNames {
    pub(crate) fn new() -> Self {
        // Names need be told apart, not be secret, so that without randomness 0 will do.
        let begin = getrandom::u64().unwrap_or_default();
        Self {
            begin,
            next: AtomicU64::new(1),
        }
    }

    fn make(&self) -> String {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        format!("{:016x}-{number}", self.begin)
    }
}

/// The name that the caller gave, if it is one that can stand in a log.
fn given(request: &Request) -> Option<RequestId> {
    let text = request.headers().get(HEADER)?.to_str().ok()?;
    let is_plain = text
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-_.:/+=".contains(&byte));
    is_plain.then(|| text.parse().ok())?
}

/// Names the request, and says the name in the answer.
pub(crate) async fn name(names: &RequestNames, mut request: Request, next: Next) -> Response {
    let name = given(&request).or_else(|| names.make().parse().ok());
    request.extensions_mut().insert(RequestName(name.clone()));
    let mut response = next.run(request).await;
    if let Some(value) = name.and_then(|name| HeaderValue::try_from(name.as_str()).ok()) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    #[test]
    fn a_name_that_could_forge_a_log_is_not_taken() {
        let with = |name: &str| {
            Request::builder()
                .header(HEADER, name)
                .body(Body::empty())
                .unwrap()
        };
        assert_eq!(given(&with("req-42")).unwrap().as_str(), "req-42");
        assert!(given(&with("a b")).is_none());
        assert!(given(&with("")).is_none());
        assert!(given(&with(&"x".repeat(129))).is_none());
    }

    #[test]
    fn names_differ() {
        let names = RequestNames::new();
        assert_ne!(names.make(), names.make());
    }
}

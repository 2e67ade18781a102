//! What stands around every route: names, limits, headers and a line in the log.

use std::{
    any::Any,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::{DefaultBodyLimit, MatchedPath, Request},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
};
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};

use crate::{
    limits::Limits,
    problem::{ApiError, ProblemKind},
    request_id::{self, RequestName, RequestNames},
    routes::IMPORT,
};

/// How many requests were answered.
const REQUESTS: &str = "offerkit_http_requests_total";
/// How long answers took, from a request's headers to theirs.
const SECONDS: &str = "offerkit_http_request_seconds";

/// Puts them around a router, the outermost last.
pub(crate) fn around(router: Router, limits: Limits) -> Router {
    let names = Arc::new(RequestNames::new());
    router
        .layer(DefaultBodyLimit::max(limits.body_bytes))
        .layer(from_fn(move |request, next| within(limits, request, next)))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(CompressionLayer::new())
        .layer(from_fn(told))
        .layer(from_fn(logged))
        .layer(from_fn(move |request, next| {
            let names = names.clone();
            async move { request_id::name(&names, request, next).await }
        }))
}

/// Refuses what is too large, and gives up what takes too long.
async fn within(limits: Limits, request: Request, next: Next) -> Response {
    let uri = request
        .uri()
        .path_and_query()
        .map_or(0, |uri| uri.as_str().len());
    if uri > limits.uri_bytes {
        let detail = format!(
            "a path with its query has at most {} bytes",
            limits.uri_bytes
        );
        return ApiError::new(ProblemKind::UriTooLong, detail).into_response();
    }
    let headers: usize = request
        .headers()
        .iter()
        .map(|(name, value)| name.as_str().len().saturating_add(value.len()))
        .sum();
    if headers > limits.header_bytes {
        let detail = format!("headers have at most {} bytes", limits.header_bytes);
        return ApiError::new(ProblemKind::HeadersTooLarge, detail).into_response();
    }
    let route = request.extensions().get::<MatchedPath>();
    let is_import = route.is_some_and(|route| route.as_str().ends_with(IMPORT));
    let time = if is_import {
        limits.import_time
    } else {
        limits.time
    };
    let answered = tokio::time::timeout(time, next.run(request)).await;
    answered.unwrap_or_else(|_| {
        let detail = "the request took too long and was given up";
        ApiError::new(ProblemKind::Timeout, detail).into_response()
    })
}

fn panicked(_: Box<dyn Any + Send>) -> Response {
    tracing::error!("a request panicked");
    ApiError::new(ProblemKind::Internal, "the request failed").into_response()
}

/// The headers of every answer: nothing is kept, framed, sniffed or told to others.
const HEADERS: [(HeaderName, &str); 6] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'",
    ),
    (
        header::STRICT_TRANSPORT_SECURITY,
        "max-age=63072000; includeSubDomains",
    ),
];

/// Adds the headers that the answer does not bear yet, and a problem where it has a bare status.
async fn told(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        let allow = response.headers().get(header::ALLOW).cloned();
        let detail = "this resource has no such method; `Allow` says which it has";
        response = ApiError::new(ProblemKind::MethodNotAllowed, detail).into_response();
        if let Some(allow) = allow {
            response.headers_mut().insert(header::ALLOW, allow);
        }
    }
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Counts an answer, by labels that no client can make up.
fn counted(method: &Method, route: String, status: StatusCode, time: Duration) {
    let method = match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "other",
    };
    let status = status.as_u16().to_string();
    metrics::counter!(REQUESTS, "method" => method, "route" => route.clone(), "status" => status)
        .increment(1);
    metrics::histogram!(SECONDS, "method" => method, "route" => route).record(time.as_secs_f64());
}

/// One line for each request, with the path as routes have it: no name of a person, no id, no query.
async fn logged(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let name = request.extensions().get::<RequestName>().cloned();
    let begun = Instant::now();
    let response = next.run(request).await;
    let (time, route) = (
        begun.elapsed(),
        route.as_ref().map_or("", MatchedPath::as_str),
    );
    counted(&method, route.to_owned(), response.status(), time);
    let name = name.and_then(|RequestName(name)| name);
    tracing::info!(
        request = name.as_ref().map_or("", |name| name.as_str()),
        method = %method,
        route,
        status = response.status().as_u16(),
        micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX),
        "answered",
    );
    response
}

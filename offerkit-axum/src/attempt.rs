//! What an `Idempotency-Key` names: one change, which repeats do not make again.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use axum::{
    body::Body,
    extract::{MatchedPath, Request, State as Shared},
    http::{Method, request::Parts},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use serde_json::Value;
use uuid::Uuid;

use offerkit_core::{
    canonical::canonical_text,
    digest::Digest,
    id::OperationId,
    services::{Acting, Context},
};

use crate::{
    extract::whole,
    problem::{ApiError, ProblemKind},
    routes::IMPORT,
    state::State,
};

/// The header that names an attempt.
pub(crate) const HEADER: &str = "idempotency-key";
/// The most bytes of a key.
const MAX_KEY_BYTES: usize = 255;
/// How long to wait for the first request under a key.
const WAIT: Duration = Duration::from_secs(1);

/// The members of bodies that hold passwords. They are no part of a fingerprint, by which they could be guessed faster than by
/// what is kept of them.
const SECRETS: [&str; 4] = ["password", "temporary_password", "current", "new"];

/// The attempt that a request names.
#[derive(Clone)]
struct Attempt(Arc<Named>);

struct Named {
    key: Box<[u8]>,
    /// Of the request; a file that is imported is compared part by part.
    fingerprint: Option<Digest>,
    running: OnceLock<Running>,
}

/// The attempts that run in this process.
#[derive(Default)]
pub(crate) struct Attempts(Mutex<BTreeSet<OperationId>>);

/// An attempt that runs until this goes.
struct Running {
    state: State,
    operation: OperationId,
}

impl Attempts {
    fn begin(&self, operation: OperationId) -> bool {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        running.insert(operation)
    }

    fn end(&self, operation: OperationId) {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        running.remove(&operation);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.state.attempts().end(self.operation);
    }
}

/// Reads the key of a request that may change something, and what the request asks for.
pub(crate) async fn named(Shared(state): Shared<State>, request: Request, next: Next) -> Response {
    let may_change = !matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    let key = request.headers().get(HEADER).filter(|_| may_change);
    let Some(key) = key.map(|key| Box::from(key.as_bytes())) else {
        return next.run(request).await;
    };
    match read(&state, key, request).await {
        Ok((mut request, attempt)) => {
            request.extensions_mut().insert(attempt.clone());
            let response = next.run(request).await;
            // Only now may another request under the key begin.
            drop(attempt);
            response
        }
        Err(problem) => problem.into_response(),
    }
}

async fn read(
    state: &State,
    key: Box<[u8]>,
    request: Request,
) -> Result<(Request, Attempt), ApiError> {
    if key.is_empty() || key.len() > MAX_KEY_BYTES {
        return Err(ApiError::malformed(format!(
            "`Idempotency-Key` has 1 to {MAX_KEY_BYTES} bytes"
        )));
    }
    let route = request.extensions().get::<MatchedPath>();
    let is_import = route.is_some_and(|route| route.as_str().ends_with(IMPORT));
    let (request, fingerprint) = if is_import {
        (request, None)
    } else {
        let (parts, body) = request.into_parts();
        let body = whole(Request::from_parts(parts.clone(), body), state).await?;
        let fingerprint = fingerprint(&key, &parts, &body);
        let request = Request::from_parts(parts, Body::from(body));
        (request, Some(fingerprint))
    };
    let named = Named {
        key,
        fingerprint,
        running: OnceLock::new(),
    };
    Ok((request, Attempt(Arc::new(named))))
}

/// What is asked for. The key is part of it, so that nobody who does not know it finds out what was asked.
fn fingerprint(key: &[u8], parts: &Parts, body: &[u8]) -> Digest {
    let content = canonical(body);
    let content = content.as_ref().map_or(body, |text| text.as_bytes());
    Digest::of_parts([
        b"offerkit http request".as_slice(),
        key,
        parts.method.as_str().as_bytes(),
        parts.uri.path().as_bytes(),
        parts.uri.query().unwrap_or_default().as_bytes(),
        content,
    ])
}

/// A JSON body in its one form, without passwords: a repeat may write it with its members in another order.
fn canonical(body: &[u8]) -> Option<String> {
    let mut value: Value = serde_json::from_slice(body).ok()?;
    if let Value::Object(members) = &mut value {
        members.retain(|name, _| !SECRETS.contains(&name.as_str()));
    }
    Some(canonical_text(&value))
}

/// The actor of a request, with its attempt, if it names one: each caller has keys of their own.
///
/// # Errors
///
/// [`ProblemKind::InProgress`] while another request under the key runs.
pub(crate) fn attempting(
    acting: Acting,
    context: &Context,
    state: &State,
    parts: &Parts,
) -> Result<Acting, ApiError> {
    let Some(Attempt(named)) = parts.extensions.get::<Attempt>() else {
        return Ok(acting);
    };
    let operation = operation(context, &named.key);
    if named.running.get().is_none() {
        if !state.attempts().begin(operation) {
            let detail = "the first request under this idempotency key still runs";
            return Err(ApiError::new(ProblemKind::InProgress, detail).retry_after(WAIT));
        }
        let running = Running {
            state: state.clone(),
            operation,
        };
        // Nobody else has this request, so nobody else has set it.
        drop(named.running.set(running));
    }
    let acting = acting.operation(operation);
    Ok(match named.fingerprint {
        Some(fingerprint) => acting.fingerprint(fingerprint),
        None => acting,
    })
}

fn operation(context: &Context, key: &[u8]) -> OperationId {
    let actor = context.actor().to_string();
    let digest = Digest::of_parts([b"offerkit http".as_slice(), actor.as_bytes(), key]);
    let (first, _) = digest.as_bytes().split_at(16);
    let bytes = <[u8; 16]>::try_from(first).unwrap_or_default();
    OperationId::from_uuid(Uuid::new_v8(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_no_part_of_a_fingerprint() {
        let document: Value = serde_json::from_str(include_str!("../openapi.json")).unwrap();
        let schemas = document["components"]["schemas"].as_object().unwrap();
        let members = schemas
            .values()
            .filter_map(|schema| schema["properties"].as_object())
            .flatten();
        let mut passwords = 0;
        for (name, schema) in members {
            let is_password = schema["format"] == "password";
            assert_eq!(is_password, SECRETS.contains(&name.as_str()), "{name}");
            passwords += u32::from(is_password);
        }
        assert!(passwords > 3);
        let text = canonical(br#"{"name": "asha", "temporary_password": "twelve or more"}"#);
        assert_eq!(text.unwrap(), r#"{"name":"asha"}"#);
    }

    #[test]
    fn a_body_is_the_same_however_its_members_are_ordered() {
        let of = |body: &str| {
            let parts = Request::post("/v1/users").body(()).unwrap().into_parts().0;
            fingerprint(b"key", &parts, body.as_bytes())
        };
        let one = of(r#"{"name": "asha", "email": null}"#);
        assert_eq!(one, of(r#"{"email":null,"name":"asha"}"#));
        assert_ne!(one, of(r#"{"email":null,"name":"ben"}"#));
        assert_ne!(of("no JSON"), of("neither"));
    }
}

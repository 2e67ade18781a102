//! A JSON body.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, StatusCode, header},
};
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_path_to_error::Segment;

use super::Object;
use crate::problem::{ApiError, FieldError, ProblemKind};

/// A JSON body, read strictly.
pub(crate) struct Body<T>(pub(crate) T);

/// A JSON body, or none.
pub(crate) struct OptionalBody<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        if !is_json(request.headers()) {
            return Err(ApiError::new(
                ProblemKind::UnsupportedMediaType,
                "the body must be JSON: send `Content-Type: application/json`",
            ));
        }
        let Object(body) = read(&whole(request, state).await?)?;
        Ok(Self(body))
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Default> FromRequest<S> for OptionalBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let is_json = is_json(request.headers());
        let is_typed = request.headers().contains_key(header::CONTENT_TYPE);
        let bytes = whole(request, state).await?;
        if bytes.is_empty() && (is_json || !is_typed) {
            return Ok(Self(T::default()));
        }
        if is_json {
            let body = read::<Option<Object<T>>>(&bytes)?;
            return Ok(Self(body.unwrap_or_default().0));
        }
        Err(ApiError::new(
            ProblemKind::UnsupportedMediaType,
            "the body must be JSON: send `Content-Type: application/json`",
        ))
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    media_type(headers).is_some_and(|kind| kind == "application/json")
}

/// The type of a body, in lower case, without its parameters.
pub(crate) fn media_type(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let kind = text.split_once(';').map_or(text, |(kind, _)| kind);
    Some(kind.trim().to_ascii_lowercase())
}

/// A body as it came.
pub(crate) async fn whole<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, ApiError> {
    Bytes::from_request(request, state)
        .await
        .map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                ApiError::new(
                    ProblemKind::TooLarge,
                    "the body is larger than is read here",
                )
            } else {
                ApiError::malformed("the body could not be read to its end")
            }
        })
}

/// Reads JSON; a mistake is told with its place.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let pointer = pointer(error.path());
        problem(pointer, error.inner())
    })?;
    match reader.end() {
        Ok(()) => Ok(value),
        Err(error) => Err(problem(String::new(), &error)),
    }
}

fn problem(pointer: String, error: &serde_json::Error) -> ApiError {
    let text = error.to_string();
    match error.classify() {
        Category::Data => {
            // The place is told by the pointer.
            let detail = text
                .rsplit_once(" at line ")
                .map_or(&*text, |(text, _)| text);
            let place = FieldError::new(pointer, detail);
            ApiError::new(ProblemKind::Invalid, detail).at(vec![place])
        }
        Category::Syntax | Category::Eof | Category::Io => {
            ApiError::malformed(format!("the body is not JSON: {text}"))
        }
    }
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => {
                pointer.push('/');
                pointer.push_str(&index.to_string());
            }
            Segment::Map { key } => {
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    pointer
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    struct Form {
        #[expect(dead_code, reason = "only read")]
        name: offerkit_core::text::Username,
        #[expect(dead_code, reason = "only read")]
        tags: Vec<u8>,
    }

    fn refused(text: &str) -> (ProblemKind, Vec<(String, String)>) {
        let error = read::<Object<Form>>(text.as_bytes()).err().unwrap();
        let text = axum::response::IntoResponse::into_response(error.clone());
        let text = futures_executor::block_on(axum::body::to_bytes(text.into_body(), 10_000));
        let value: serde_json::Value = serde_json::from_slice(&text.unwrap()).unwrap();
        let places = value["errors"].as_array().cloned().unwrap_or_default();
        let places = places.iter().map(|place| {
            let text = |name: &str| place[name].as_str().unwrap().to_owned();
            (text("pointer"), text("detail"))
        });
        (error.kind(), places.collect())
    }

    #[test]
    fn a_mistake_has_its_place() {
        let (kind, places) = refused(r#"{"name": "asha", "tags": [1, "x"]}"#);
        assert_eq!(kind, ProblemKind::Invalid);
        assert_eq!(places[0].0, "/tags/1");
        let (_, places) = refused(r#"{"name": "Asha", "tags": []}"#);
        assert_eq!(places[0].0, "/name");
        assert!(places[0].1.starts_with("user name `Asha` has a character"));
        let (kind, _) = refused(r#"["asha", []]"#);
        assert_eq!(kind, ProblemKind::Invalid);
        let (_, places) = refused(r#"{"name": "asha", "tags": [], "more": 1}"#);
        assert_eq!(places[0].0, "/more");
    }

    #[test]
    fn what_is_no_json_is_no_mistake_of_a_field() {
        for text in ["", "{", r#"{"name": "asha", "tags": []} x"#] {
            assert_eq!(refused(text).0, ProblemKind::Malformed, "{text}");
        }
    }
}

//! The OpenAPI document, and the page that shows it: everything the page loads is served from here.

use std::sync::Arc;

use axum::{
    extract::{OriginalUri, Path, State as Shared},
    http::{HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
};
use utoipa_swagger_ui::{Config, SwaggerFile};

use crate::{problem::ApiError, state::State};

/// What the page may load: its own files, and the images in its style sheet.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      connect-src 'self'; frame-ancestors 'none'";

/// The document. It names the place where this router is nested as its server.
pub(crate) async fn document(
    Shared(state): Shared<State>,
    OriginalUri(uri): OriginalUri,
) -> Response {
    let kind = HeaderValue::from_static("application/json");
    let place = uri.path().strip_suffix("/openapi.json").unwrap_or_default();
    let bytes = state.document();
    if place.is_empty() {
        return ([(header::CONTENT_TYPE, kind)], bytes).into_response();
    }
    let Ok(mut document) = serde_json::from_slice::<serde_json::Value>(&bytes) else {
        return ApiError::not_found("document").into_response();
    };
    if let Some(members) = document.as_object_mut() {
        members.insert("servers".to_owned(), serde_json::json!([{ "url": place }]));
    }
    ([(header::CONTENT_TYPE, kind)], document.to_string()).into_response()
}

/// The page's files are found beside it, so it needs a slash at its end.
pub(crate) async fn redirect(OriginalUri(uri): OriginalUri) -> Redirect {
    Redirect::permanent(&format!("{}/", uri.path()))
}

pub(crate) async fn index() -> Response {
    served("index.html")
}

pub(crate) async fn file(Path(name): Path<String>) -> Response {
    served(&name)
}

fn served(name: &str) -> Response {
    let config = Config::new(["../openapi.json"]).use_base_layout();
    match utoipa_swagger_ui::serve(name, Arc::new(config)) {
        Ok(Some(SwaggerFile {
            bytes,
            content_type,
            ..
        })) => (
            [
                (header::CONTENT_TYPE, content_type),
                (header::CONTENT_SECURITY_POLICY, POLICY.to_owned()),
            ],
            bytes.into_owned(),
        )
            .into_response(),
        Ok(None) | Err(_) => ApiError::not_found("file").into_response(),
    }
}

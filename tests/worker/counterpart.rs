//! An HTTP server that takes everything and keeps it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse as _, Response},
};
use tokio::net::TcpListener;

/// A request.
#[derive(Debug, Clone)]
pub(crate) struct Arrived {
    pub(crate) path: String,
    headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Arrived {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// A value of the form that the body is.
    pub(crate) fn form(&self, name: &str) -> Option<String> {
        let mut pairs = url::form_urlencoded::parse(self.body.as_bytes());
        let (_, value) = pairs.find(|(found, _)| found == name)?;
        Some(value.into_owned())
    }
}

type Kept = Arc<Mutex<Vec<Arrived>>>;

/// The server.
pub(crate) struct Counterpart {
    port: u16,
    kept: Kept,
}

impl Counterpart {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let kept = Kept::default();
        let router = Router::new().fallback(taken).with_state(Arc::clone(&kept));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { port, kept }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub(crate) fn arrived(&self) -> Vec<Arrived> {
        self.kept.lock().unwrap().clone()
    }
}

async fn taken(
    State(kept): State<Kept>,
    uri: Uri,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> Response {
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    let headers = headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes())));
    kept.lock().unwrap().push(Arrived {
        path: uri.path().to_owned(),
        headers: headers.collect(),
        body: text(&body),
    });
    // What Google answers to a service account.
    if uri.path() == "/token" {
        return r#"{"access_token": "a token", "expires_in": 3600}"#.into_response();
    }
    StatusCode::CREATED.into_response()
}

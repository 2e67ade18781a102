//! Putting the API together.

use axum::{
    Router,
    body::Bytes,
    http::{HeaderName, HeaderValue, Method, header},
    middleware::from_fn_with_state,
    response::IntoResponse,
    routing::get,
};
use tokio::sync::Semaphore;
use tower_http::cors::{AllowOrigin, CorsLayer};

use offerkit_core::services::Offerkit;

use crate::{
    attempt::{self, Attempts},
    authenticate::Authenticate,
    cookie, docs_page, document, layers,
    limits::Limits,
    problem::ApiError,
    request_id, routes,
    signature::ReceiptSecret,
    state::{Identities, Shared, State},
};

/// Puts the API together: [`Api::new`], what differs from the defaults, [`Api::router`].
///
/// ```
/// # use offerkit_core::services::Offerkit;
/// # fn example(kit: Offerkit) -> axum::Router {
/// axum::Router::new().nest("/offers", offerkit_axum::Api::new(kit).router())
/// # }
/// ```
pub struct Api {
    kit: Offerkit,
    identities: Identities,
    limits: Limits,
    source: Option<HeaderName>,
    origins: Vec<HeaderValue>,
    receipts: Option<ReceiptSecret>,
    has_docs: bool,
}

impl Api {
    /// The API of an installation: people log in with passwords, no other site's pages may call it.
    #[must_use]
    pub const fn new(kit: Offerkit) -> Self {
        Self {
            kit,
            identities: Identities::Sessions,
            limits: Limits::DEFAULT,
            source: None,
            origins: Vec::new(),
            receipts: None,
            has_docs: true,
        }
    }

    /// Takes the host's own logins: the routes for logging in and out, for passwords and for sessions are absent.
    #[must_use]
    pub fn authenticate(mut self, host: impl Authenticate) -> Self {
        self.identities = Identities::Host(std::sync::Arc::new(host));
        self
    }

    /// Other limits.
    #[must_use]
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Takes where a request comes from out of this header, such as `x-forwarded-for`: the last address in it, which the
    /// nearest proxy has added. Only for a service that nobody reaches but through that proxy. Without it, the address of
    /// the other end of the connection counts, if the server gives it (`into_make_service_with_connect_info`).
    #[must_use]
    pub fn source_header(mut self, name: HeaderName) -> Self {
        self.source = Some(name);
        self
    }

    /// Lets pages of these origins call the API, such as `https://desk.bank.example`, by bearer token: cookies are not
    /// for other origins.
    #[must_use]
    pub fn allow_origins(mut self, origins: impl IntoIterator<Item = HeaderValue>) -> Self {
        self.origins = origins.into_iter().collect();
        self
    }

    /// Takes receipts of providers at `/v1/receipts` from programs that sign them with this secret, as Standard Webhooks are
    /// signed. Without one, nobody's are taken.
    #[must_use]
    pub fn receipts(mut self, secret: ReceiptSecret) -> Self {
        self.receipts = Some(secret);
        self
    }

    /// Without the documentation page `/docs`; `/openapi.json` stays.
    #[must_use]
    pub const fn without_docs(mut self) -> Self {
        self.has_docs = false;
        self
    }

    /// The router, to be served or nested anywhere.
    pub fn router(self) -> Router {
        let has_passwords = matches!(self.identities, Identities::Sessions);
        let (api, document) = routes::all(has_passwords).split_for_parts();
        let document = document::finished(document, has_passwords);
        let text = Bytes::from(serde_json::to_vec(&document).unwrap_or_default());
        let state = State::new(Shared {
            kit: self.kit,
            identities: self.identities,
            attempts: Attempts::default(),
            logins: Semaphore::new(self.limits.logins),
            limits: self.limits,
            source: self.source,
            receipts: self.receipts,
            document: text,
        });
        let mut router = api
            .route("/openapi.json", get(docs_page::document))
            .fallback(absent);
        if self.has_docs {
            router = router
                .route("/docs", get(docs_page::redirect))
                .route("/docs/", get(docs_page::index))
                .route("/docs/{file}", get(docs_page::file));
        }
        let mut router = router
            .layer(from_fn_with_state(state.clone(), attempt::named))
            .with_state(state);
        if !self.origins.is_empty() {
            router = router.layer(cors(self.origins));
        }
        layers::around(router, self.limits)
    }
}

async fn absent() -> impl IntoResponse {
    ApiError::not_found("resource")
}

fn cors(origins: Vec<HeaderValue>) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_MATCH,
            header::IF_NONE_MATCH,
            HeaderName::from_static(attempt::HEADER),
            HeaderName::from_static(cookie::CSRF_HEADER),
            request_id::HEADER,
        ])
        .expose_headers([
            header::ETAG,
            header::LINK,
            header::LOCATION,
            header::RETRY_AFTER,
            request_id::HEADER,
        ])
}

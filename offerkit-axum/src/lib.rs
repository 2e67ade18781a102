//! The REST API of Offerkit as a router, which another service built with axum nests in three lines:
//!
//! ```no_run
//! # use offerkit_core::services::Offerkit;
//! # async fn example(kit: Offerkit) -> std::io::Result<()> {
//! let app = axum::Router::new().nest("/offers", offerkit_axum::Api::new(kit).router());
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
//! axum::serve(listener, app).await
//! # }
//! ```
//!
//! It has the services of [`offerkit_core`] under `/v1`, with its own OpenAPI 3.1 document at `/openapi.json`, a page that
//! shows it at `/docs`, and `/healthz` and `/readyz`. `docs/http.md` tells of the conventions.
//!
//! No rule stands here: a handler reads a request, calls a service and writes its answer.

mod api;
mod attempt;
mod authenticate;
mod caller;
mod cookie;
mod docs_page;
mod document;
mod extract;
mod layers;
mod limits;
mod ndjson;
mod problem;
mod reply;
mod request_id;
mod routes;
mod schemas;
mod signature;
mod source;
mod state;
mod streamed;
mod views;

pub use api::Api;
pub use authenticate::Authenticate;
pub use limits::Limits;
pub use problem::{ApiError, FieldError, ProblemKind};
pub use signature::{ReceiptSecret, ShortSecret};

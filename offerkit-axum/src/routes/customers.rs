//! The platform's customers: imported and erased.

use axum::{
    body::Body,
    extract::{Request, State as Shared},
    http::header,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use offerkit_core::{
    domain::ErasureReport,
    ports::MergeBy,
    services::{Acting, Error, ImportOptions, ImportSummary},
};

use super::params::CustomerPath;
use crate::{
    caller::Caller,
    extract::{Path, Query},
    ndjson,
    problem::{ApiError, ProblemKind},
    reply::Shown,
    schemas as s,
    state::State,
};

/// The route whose requests last longer than others.
pub(crate) const IMPORT: &str = "/v1/customers/import";

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(import))
        .routes(routes!(erase))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct How {
    /// By what customers are known: `id`, `external_id` or `email`.
    #[param(value_type = Option<String>, example = "email")]
    merge_by: Option<MergeBy>,
    /// How many rows are imported in one commit.
    #[param(minimum = 1, maximum = 100_000, default = 20_000)]
    chunk: Option<usize>,
}

/// What an import did.
#[derive(Serialize, ToSchema)]
struct Imported {
    /// Names the import in the audit log.
    operation: Uuid,
    /// How many rows were read.
    rows: u64,
    /// How many customers were new.
    added: u64,
    /// How many were there, and are now as imported.
    updated: u64,
    /// How many rows were refused.
    refused: u64,
    /// How many rows an earlier attempt under the same `Idempotency-Key` had imported.
    done_before: u64,
    /// The first 10,000 refused rows, in the order of the file.
    bad_rows: Vec<Bad>,
}

/// A row that was not imported.
#[derive(Serialize, ToSchema)]
struct Bad {
    /// The line, from 1 on.
    line: u64,
    /// Why; it may quote the row.
    reason: String,
}

impl From<ImportSummary> for Imported {
    fn from(summary: ImportSummary) -> Self {
        let bad_rows = summary.bad_rows.into_iter().map(|row| Bad {
            line: row.line,
            reason: row.reason,
        });
        Self {
            operation: summary.operation.as_uuid(),
            rows: summary.totals.rows,
            added: summary.totals.added,
            updated: summary.totals.updated,
            refused: summary.totals.refused,
            done_before: summary.totals.done_before,
            bad_rows: bad_rows.collect(),
        }
    }
}

/// Import customers from JSON documents, one a line, of any number.
///
/// A row that cannot be is told with its line, and does not stop the others. Rows are imported in chunks: where the import
/// breaks off, the same file under the same `Idempotency-Key` goes on after them.
#[utoipa::path(post, path = "/v1/customers/import", operation_id = "import_customers", tag = "customers", params(How),
    request_body(content = String, content_type = "application/x-ndjson", description = "A customer a line: the columns of the customers table, and `attributes`. What leaves out `id` or `created_at` gets one."),
    responses((status = 200, description = "What became of the rows.", body = Imported)))]
async fn import(
    Shared(state): Shared<State>,
    Caller(acting): Caller,
    Query(how): Query<How>,
    request: Request,
) -> Result<Shown<Imported>, ApiError> {
    let kind = request.headers().get(header::CONTENT_TYPE);
    if kind.is_none_or(|kind| kind != "application/x-ndjson") {
        return Err(ApiError::new(
            ProblemKind::UnsupportedMediaType,
            "the body must be JSON, one document a line: send `Content-Type: application/x-ndjson`",
        ));
    }
    let options = ImportOptions {
        merge_by: how.merge_by.unwrap_or_default(),
        chunk: how.chunk.unwrap_or(ImportOptions::DEFAULT_CHUNK),
    };
    refused_early(&acting, options).await?;
    let max_bytes = state.limits().import_bytes;
    Ok(Shown(
        imported(acting, options, request.into_body(), max_bytes)
            .await?
            .into(),
    ))
}

/// Whoever may not import is told before a chunk is read, which may be large. The refusal is the import's own, so that it is
/// recorded as one.
async fn refused_early(acting: &Acting, options: ImportOptions) -> Result<(), Error> {
    match acting.catalog().fields().await {
        Err(Error::Denied(_)) => {
            let customers = acting.customers();
            customers.import_all([], options, |_, _| {}).await.map(drop)
        }
        looked => looked.map(drop),
    }
}

/// Reads and imports at the same time. The importer waits for rows, so it has a thread of its own.
async fn imported(
    acting: Acting,
    options: ImportOptions,
    body: Body,
    max_bytes: u64,
) -> Result<ImportSummary, ApiError> {
    let (rows, reading) = ndjson::rows(body, max_bytes);
    let importing = tokio::task::spawn_blocking(move || {
        let customers = acting.customers();
        futures_executor::block_on(customers.import_all(rows, options, |_, _| {}))
    });
    let ((), outcome) = tokio::join!(reading, importing);
    match outcome {
        Ok(summary) => Ok(summary?),
        Err(error) => {
            tracing::error!(%error, "an import failed");
            Err(ApiError::new(ProblemKind::Internal, "the import failed"))
        }
    }
}

/// Scrub a customer's personal data.
///
/// The row stays, inactive, and so does the evidence of what they were sent. The answer tells what was scrubbed, by kind and
/// count.
#[utoipa::path(post, path = "/v1/customers/{customer}/erase", operation_id = "erase_customer", tag = "customers", params(CustomerPath),
    responses((status = 200, description = "What was scrubbed.", body = s::ErasureReport)))]
async fn erase(
    Caller(acting): Caller,
    Path(path): Path<CustomerPath>,
) -> Result<Shown<ErasureReport>, ApiError> {
    Ok(Shown(acting.customers().erase(path.customer).await?))
}

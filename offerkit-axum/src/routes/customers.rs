//! The platform's customers: imported and erased.

use axum::extract::{Request, State as Shared};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use offerkit_core::{
    criteria::Catalog,
    csv::{self, HeaderError},
    domain::ErasureReport,
    id::SystemIds,
    ports::MergeBy,
    services::{Acting, Customers, Error, ImportOptions, ImportRow, ImportSummary},
    time::{Clock as _, SystemClock},
};

use super::params::CustomerPath;
use crate::{
    caller::Caller,
    extract::{Path, Query, media_type},
    ndjson,
    problem::{ApiError, ProblemKind},
    reply::Shown,
    schemas as s,
    state::State,
    streamed::streamed,
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

/// Import customers from a file, of any number: CSV with a header, or JSON documents, one a line.
///
/// A row that cannot be is told with its line, and does not stop the others. Rows are imported in chunks: where the import
/// breaks off, the same file under the same `Idempotency-Key` goes on after them.
#[utoipa::path(post, path = "/v1/customers/import", operation_id = "import_customers", tag = "customers", params(How),
    request_body(content((String = "application/x-ndjson"), (String = "text/csv")), description = "A customer a line: the columns of the customers table, and `attributes`; in CSV named by the first line, an attribute as `attributes.NAME`. What leaves out `id` or `created_at` gets one."),
    responses((status = 200, description = "What became of the rows.", body = Imported)))]
async fn import(
    Shared(state): Shared<State>,
    Caller(acting): Caller,
    Query(how): Query<How>,
    request: Request,
) -> Result<Shown<Imported>, ApiError> {
    let form = match media_type(request.headers()).as_deref() {
        Some("application/x-ndjson") => Form::Lines,
        Some("text/csv") => Form::Csv,
        _ => {
            return Err(ApiError::new(
                ProblemKind::UnsupportedMediaType,
                "the body must be CSV (`Content-Type: text/csv`), or JSON, one document a line (`application/x-ndjson`)",
            ));
        }
    };
    let options = ImportOptions {
        merge_by: how.merge_by.unwrap_or_default(),
        chunk: how.chunk.unwrap_or(ImportOptions::DEFAULT_CHUNK),
    };
    let catalog = refused_early(&acting, options).await?;
    let (body, max_bytes) = (request.into_body(), state.limits().import_bytes);
    let customers = acting.customers();
    let summary = match form {
        Form::Lines => {
            let (rows, reading) = ndjson::rows(body, max_bytes);
            let import = move || whole_file(&customers, rows, options);
            beside(reading, import).await?
        }
        Form::Csv => {
            let (reader, reading) = streamed(body, max_bytes);
            let import = move || {
                // What a row leaves out, the import makes up: these count for nothing.
                let (ids, now) = (SystemIds::new(), SystemClock.now());
                let rows = csv::customers(reader, &ids, now).map_err(of_header)?;
                whole_file(&customers, rows.typed_by(&catalog).import_rows(), options)
            };
            beside(reading, import).await?
        }
    };
    Ok(Shown(summary.into()))
}

/// How a file has its rows.
enum Form {
    Lines,
    Csv,
}

fn of_header(error: HeaderError) -> Error {
    match error {
        HeaderError::Read(why) => Error::Unreadable {
            line: 1,
            reason: why.to_string(),
        },
        other => Error::Invalid(other.to_string()),
    }
}

/// Whoever may not import is told before a chunk is read, which may be large. The refusal is the import's own, so that it is
/// recorded as one. The others get the catalog.
async fn refused_early(acting: &Acting, options: ImportOptions) -> Result<Catalog, Error> {
    match acting.catalog().fields().await {
        Err(Error::Denied(denied)) => {
            let customers = acting.customers();
            customers.import_all([], options, |_, _| {}).await?;
            Err(Error::Denied(denied))
        }
        looked => looked,
    }
}

fn whole_file(
    customers: &Customers,
    rows: impl Iterator<Item = ImportRow>,
    options: ImportOptions,
) -> Result<ImportSummary, Error> {
    futures_executor::block_on(customers.import_all(rows, options, |_, _| {}))
}

/// Reads and imports at the same time. The importer waits for rows, so it has a thread of its own.
async fn beside(
    reading: impl Future<Output = ()>,
    import: impl FnOnce() -> Result<ImportSummary, Error> + Send + 'static,
) -> Result<ImportSummary, ApiError> {
    let importing = tokio::task::spawn_blocking(import);
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

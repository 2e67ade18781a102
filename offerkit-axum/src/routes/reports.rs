//! Reports: drawn once, sent as they are read.

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use chrono::NaiveDate;
use futures_util::stream;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use offerkit_core::{
    csv,
    domain::Permission,
    services::{Drawn, ReportRow},
};

use super::params::{CampaignPath, CustomerPath, TenantPath};
use crate::{
    extract::{InTenant, Path, Query},
    problem::ApiError,
    schemas as s,
    state::State,
};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(decisions))
        .routes(routes!(live_offers))
        .routes(routes!(recipients))
        .routes(routes!(customer))
        .routes(routes!(permissions))
}

/// How a report is written.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Format {
    /// An object whose `items` are the rows.
    #[default]
    Json,
    /// A header and a line for each row (RFC 4180). Cells that a spreadsheet would take for formulas begin with `'`.
    Csv,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Period {
    /// The first day, in the tenant's time zone.
    from: NaiveDate,
    /// The last day.
    until: NaiveDate,
    /// How the report is written.
    #[serde(default)]
    #[param(inline, value_type = Option<Format>)]
    format: Format,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Day {
    /// The day, in the tenant's time zone.
    on: NaiveDate,
    /// How the report is written.
    #[serde(default)]
    #[param(inline, value_type = Option<Format>)]
    format: Format,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Whole {
    /// How the report is written.
    #[serde(default)]
    #[param(inline, value_type = Option<Format>)]
    format: Format,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Held {
    /// Only who holds this permission.
    #[param(value_type = Option<s::Permission>, inline)]
    permission: Option<Permission>,
    /// How the report is written.
    #[serde(default)]
    #[param(inline, value_type = Option<Format>)]
    format: Format,
}

/// The decisions on offers in a period: who approved, rejected or sent back which revision, when, and why. The first come
/// first. That the report was drawn is recorded.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/reports/decisions", operation_id = "report_decisions", tag = "reports", params(TenantPath, Period),
    responses((status = 200, description = "The report.", content((s::All<s::Decision> = "application/json"), (String = "text/csv")))))]
async fn decisions(
    InTenant { acting, tenant }: InTenant,
    Query(asked): Query<Period>,
) -> Result<Response, ApiError> {
    let report = acting.reports(tenant);
    let drawn = report.decisions(asked.from, asked.until).await?;
    Ok(written(drawn, "decisions", asked.format))
}

/// The offers that were live at any moment of a day, each with the revision that was, and who wrote and approved it. That the
/// report was drawn is recorded.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/reports/live-offers", operation_id = "report_live_offers", tag = "reports", params(TenantPath, Day),
    responses((status = 200, description = "The report.", content((s::All<s::LiveOnDay> = "application/json"), (String = "text/csv")))))]
async fn live_offers(
    InTenant { acting, tenant }: InTenant,
    Query(asked): Query<Day>,
) -> Result<Response, ApiError> {
    let drawn = acting.reports(tenant).live_offers(asked.on).await?;
    Ok(written(drawn, "live-offers", asked.format))
}

/// How many of a campaign's recipients had which status since which day, by channel. That the report was drawn is recorded.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/reports/campaigns/{campaign}/recipients", operation_id = "report_recipients", tag = "reports",
    params(TenantPath, CampaignPath, Whole),
    responses((status = 200, description = "The report.", content((s::All<s::DayRecipients> = "application/json"), (String = "text/csv")))))]
async fn recipients(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<CampaignPath>,
    Query(asked): Query<Whole>,
) -> Result<Response, ApiError> {
    let drawn = acting.reports(tenant).recipients(path.campaign).await?;
    Ok(written(drawn, "recipients", asked.format))
}

/// All that the tenant sent one customer or was to, and the rule by which they were selected. It is empty where there is no
/// such customer. That the report was drawn is recorded.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/reports/customers/{customer}/messages", operation_id = "report_customer", tag = "reports",
    params(TenantPath, CustomerPath, Whole),
    responses((status = 200, description = "The report.", content((s::All<s::CustomerMessage> = "application/json"), (String = "text/csv")))))]
async fn customer(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<CustomerPath>,
    Query(asked): Query<Whole>,
) -> Result<Response, ApiError> {
    let drawn = acting.reports(tenant).customer(path.customer).await?;
    Ok(written(drawn, "messages", asked.format))
}

/// Who holds which permission, since when and by whom. That the report was drawn is recorded.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/reports/permissions", operation_id = "report_permissions", tag = "reports", params(TenantPath, Held),
    responses((status = 200, description = "The report.", content((s::All<s::HeldPermission> = "application/json"), (String = "text/csv")))))]
async fn permissions(
    InTenant { acting, tenant }: InTenant,
    Query(asked): Query<Held>,
) -> Result<Response, ApiError> {
    let drawn = acting.reports(tenant).permissions(asked.permission).await?;
    Ok(written(drawn, "permissions", asked.format))
}

/// The report as a file, a part at a time. One that breaks off ends without its last chunk, and as JSON without its end, so
/// that no client takes it for whole.
fn written<R: ReportRow>(report: Drawn<R>, name: &str, format: Format) -> Response {
    let parts = stream::try_unfold(Step::Head(report), move |step| async move {
        let part = match format {
            Format::Json => step.json().await,
            Format::Csv => step.csv().await,
        };
        part.inspect_err(|error| tracing::warn!(%error, "a report broke off"))
    });
    let (kind, ending) = match format {
        Format::Json => ("application/json", "json"),
        Format::Csv => ("text/csv; charset=utf-8; header=present", "csv"),
    };
    let file = HeaderValue::try_from(format!("attachment; filename=\"{name}.{ending}\""));
    let mut response = ([(header::CONTENT_TYPE, kind)], Body::from_stream(parts)).into_response();
    if let Ok(file) = file {
        response
            .headers_mut()
            .insert(header::CONTENT_DISPOSITION, file);
    }
    response
}

/// How far a report is.
enum Step<R> {
    Head(Drawn<R>),
    /// Whether a row is written already.
    Rows(Drawn<R>, bool),
    Over,
}

/// What is sent next, and where to go on.
type Part<R> = Result<Option<(Bytes, Step<R>)>, Box<dyn std::error::Error + Send + Sync>>;

impl<R: ReportRow> Step<R> {
    async fn json(self) -> Part<R> {
        match self {
            Self::Head(report) => Ok(Some((
                Bytes::from_static(b"{\"items\":["),
                Self::Rows(report, false),
            ))),
            Self::Rows(mut report, mut is_begun) => {
                let Some(rows) = report.next().await? else {
                    return Ok(Some((Bytes::from_static(b"]}"), Self::Over)));
                };
                let mut text = Vec::new();
                for row in &rows {
                    if is_begun {
                        text.push(b',');
                    }
                    is_begun = true;
                    serde_json::to_writer(&mut text, row)?;
                }
                Ok(Some((text.into(), Self::Rows(report, is_begun))))
            }
            Self::Over => Ok(None),
        }
    }

    async fn csv(self) -> Part<R> {
        match self {
            Self::Head(report) => Ok(Some((
                csv::report_header::<R>()?.into(),
                Self::Rows(report, true),
            ))),
            Self::Rows(mut report, is_begun) => match report.next().await? {
                Some(rows) => Ok(Some((
                    csv::report_rows(&rows)?.into(),
                    Self::Rows(report, is_begun),
                ))),
                None => Ok(None),
            },
            Self::Over => Ok(None),
        }
    }
}

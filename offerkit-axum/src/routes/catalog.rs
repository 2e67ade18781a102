//! The field catalog: what criteria may name.

use serde::Deserialize;
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use offerkit_core::{
    criteria::{CatalogForm, FieldDefinition, FieldType},
    services::Error,
};

use super::params::TenantPath;
use crate::{
    caller::Caller,
    extract::{Body, InTenant, Path},
    problem::ApiError,
    reply::{Created, Shown},
    schemas as s,
    state::State,
};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(fields))
        .routes(routes!(of_tenant))
        .routes(routes!(add))
        .routes(routes!(retire))
}

/// The whole catalog, as a form: fields with their operators, clauses and limits.
#[utoipa::path(get, path = "/v1/catalog", operation_id = "get_catalog", tag = "catalog",
    responses((status = 200, description = "The catalog.", body = Object)))]
async fn fields(Caller(acting): Caller) -> Result<Shown<CatalogForm>, ApiError> {
    Ok(Shown(acting.catalog().fields().await?.form()))
}

/// The fields that a tenant's criteria may name, as a form.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/catalog", operation_id = "get_tenant_catalog", tag = "catalog", params(TenantPath),
    responses((status = 200, description = "The catalog.", body = Object)))]
async fn of_tenant(InTenant { acting, tenant }: InTenant) -> Result<Shown<CatalogForm>, ApiError> {
    Ok(Shown(acting.configuration(tenant).fields().await?.form()))
}

/// A custom attribute of customers.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAttribute)]
struct AttributeBody {
    /// The name in criteria.
    #[schema(example = "tier", max_length = 64)]
    name: String,
    /// The type of its values: text, enum, int, decimal, bool, date, timestamp, set or uuid.
    #[serde(rename = "type")]
    #[schema(example = "text")]
    kind: String,
    /// An enum's values, in the order people are shown them.
    values: Option<Vec<String>>,
    /// A decimal's digits in all.
    precision: Option<u32>,
    /// A decimal's digits behind the point.
    scale: Option<u32>,
    /// Whether every customer has a value.
    #[serde(default)]
    required: bool,
    /// Whether stores keep an index of it.
    #[serde(default)]
    indexed: bool,
    /// Whether criteria need a super admin's permission to use it.
    #[serde(default)]
    protected: bool,
}

/// Add a custom attribute, which criteria may use from now on.
#[utoipa::path(post, path = "/v1/catalog/attributes", operation_id = "add_attribute", tag = "catalog", request_body = AttributeBody,
    responses((status = 201, description = "The attribute.", body = s::FieldDefinition)))]
async fn add(
    Caller(acting): Caller,
    Body(body): Body<AttributeBody>,
) -> Result<Created<Shown<FieldDefinition>>, ApiError> {
    let kind = json!({
        "type": body.kind,
        "values": body.values,
        "precision": body.precision,
        "scale": body.scale,
    });
    let kind: FieldType = serde_json::from_value(kind).map_err(|error| {
        ApiError::from(Error::Invalid(format!("the attribute's type: {error}")))
    })?;
    let mut field = FieldDefinition::attribute(&body.name, kind).map_err(Error::from)?;
    if body.required {
        field = field.required();
    }
    if body.indexed {
        field = field.indexed();
    }
    if body.protected {
        field = field.protected();
    }
    let field = acting.catalog().add_attribute(field).await?;
    Ok(Created {
        location: "../catalog".to_owned(),
        body: Shown(field),
    })
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct AttributePath {
    /// The attribute's name.
    attribute: String,
}

/// Retire a custom attribute: new criteria may not use it, and launched campaigns keep it.
#[utoipa::path(post, path = "/v1/catalog/attributes/{attribute}/retire", operation_id = "retire_attribute", tag = "catalog", params(AttributePath),
    responses((status = 200, description = "The attribute.", body = s::FieldDefinition)))]
async fn retire(
    Caller(acting): Caller,
    Path(path): Path<AttributePath>,
) -> Result<Shown<FieldDefinition>, ApiError> {
    Ok(Shown(
        acting.catalog().retire_attribute(&path.attribute).await?,
    ))
}

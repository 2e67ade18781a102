//! A tenant's offer configuration, in versions.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, NaiveTime};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use offerkit_core::{
    domain::{
        Channel, ConfigurationSettings, ConsentMode, ContactCap, ContactRules, OfferConfiguration,
        QuietHours, RateLimit, SendingHours, Weekday,
    },
    schema::CompatibilityReport,
    services::{Error, Published},
    time::TimeZone,
};

use super::{
    params::{MaybeSeen, Seen, TenantPath},
    tenants::NoFilter,
};
use crate::{
    extract::{Body, IfMatch, InTenant, Listing, Object, PageParams, seeing_version},
    problem::ApiError,
    reply::{Listed, Shown, Tagged},
    schemas as s,
    state::State,
};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(current, publish))
        .routes(routes!(versions))
        .routes(routes!(check))
        .routes(routes!(allow_protected_fields))
}

/// The current version.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/configuration", operation_id = "get_configuration", tag = "configuration", params(TenantPath),
    responses((status = 200, description = "The configuration.", body = s::OfferConfiguration)))]
async fn current(
    InTenant { acting, tenant }: InTenant,
) -> Result<Tagged<OfferConfiguration>, ApiError> {
    Ok(Tagged(acting.configuration(tenant).current().await?))
}

/// What a tenant decides about its offers and campaigns.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewConfiguration)]
struct SettingsBody {
    /// The JSON Schema of offers' data.
    #[schema(value_type = Object)]
    schema: Value,
    /// The fields that criteria may use; `null` for all that are not protected.
    #[schema(required)]
    criteria_fields: Option<BTreeSet<String>>,
    /// The channels that campaigns may use.
    #[schema(value_type = Vec<s::Channel>)]
    channels: BTreeSet<Channel>,
    /// The zone in which the tenant's dates begin and end.
    #[schema(value_type = String, example = "UTC")]
    time_zone: TimeZone,
    /// Whom and when campaigns may reach; those of a new tenant where it is left out.
    #[schema(value_type = Option<s::ContactRules>)]
    contact: Option<Object<ContactBody>>,
}

/// Whom and when campaigns may reach.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ContactBody {
    #[serde(default)]
    consent: ConsentMode,
    hours: Option<Object<HoursBody>>,
    zone_field: Option<Box<str>>,
    #[serde(default)]
    caps: Vec<Object<CapBody>>,
    #[serde(default)]
    rates: BTreeMap<Channel, Object<RateLimit>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HoursBody {
    quiet: Option<Object<QuietBody>>,
    days: Option<BTreeSet<Weekday>>,
    #[serde(default)]
    holidays: BTreeSet<NaiveDate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QuietBody {
    from: NaiveTime,
    to: NaiveTime,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CapBody {
    messages: u32,
    days: u32,
    channel: Option<Channel>,
}

impl From<HoursBody> for SendingHours {
    fn from(body: HoursBody) -> Self {
        Self {
            quiet: body
                .quiet
                .map(|Object(QuietBody { from, to })| QuietHours { from, to }),
            days: body.days.unwrap_or(Self::default().days),
            holidays: body.holidays,
        }
    }
}

impl From<ContactBody> for ContactRules {
    fn from(body: ContactBody) -> Self {
        let caps = body.caps.into_iter().map(|Object(cap)| ContactCap {
            messages: cap.messages,
            days: cap.days,
            channel: cap.channel,
        });
        let rates = body.rates.into_iter();
        let rates = rates.map(|(channel, Object(limit))| (channel, limit));
        Self {
            consent: body.consent,
            hours: body
                .hours
                .map(|Object(hours)| hours.into())
                .unwrap_or_default(),
            zone_field: body.zone_field,
            caps: caps.collect(),
            rates: rates.collect(),
        }
    }
}

/// Mistakes in the schema stand in the member of this name.
fn of_schema(error: Error) -> ApiError {
    match error {
        Error::InvalidSchema(_) => ApiError::from(error).under("/schema"),
        other => ApiError::guarded(other),
    }
}

/// Publish a new version.
///
/// Offers keep the version they were written under. The answer tells which live offers would not be allowed any more.
#[utoipa::path(put, path = "/v1/tenants/{tenant}/configuration", operation_id = "publish_configuration", tag = "configuration",
    params(TenantPath, Seen), request_body = SettingsBody,
    responses((status = 200, description = "The new version.", body = s::Published)))]
async fn publish(
    InTenant { acting, tenant }: InTenant,
    seen: IfMatch,
    Body(body): Body<SettingsBody>,
) -> Result<Shown<Published>, ApiError> {
    let settings = ConfigurationSettings {
        schema: body.schema,
        criteria_fields: body.criteria_fields,
        channels: body.channels,
        time_zone: body.time_zone,
        contact: body
            .contact
            .map(|Object(contact)| contact.into())
            .unwrap_or_default(),
    };
    let configuration = acting.configuration(tenant);
    let published = configuration.publish(seen.configuration(), settings).await;
    Ok(Shown(published.map_err(of_schema)?))
}

/// The versions, page by page.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/configuration/versions", operation_id = "list_configurations", tag = "configuration",
    params(TenantPath, PageParams), responses((status = 200, description = "A page of versions.", body = s::Page<s::OfferConfiguration>)))]
async fn versions(
    InTenant { acting, tenant }: InTenant,
    listing: Listing<NoFilter>,
) -> Result<Listed<OfferConfiguration>, ApiError> {
    let page = acting.configuration(tenant).versions(&listing.page).await?;
    Ok(listing.reply(page))
}

/// A schema to be checked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SchemaBody {
    /// The JSON Schema of offers' data.
    #[schema(value_type = Object)]
    schema: Value,
}

/// Which live offers a schema would not allow; nothing is changed.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/configuration/check", operation_id = "check_schema", tag = "configuration",
    params(TenantPath), request_body = SchemaBody, responses((status = 200, description = "The offers.", body = s::CompatibilityReport)))]
async fn check(
    InTenant { acting, tenant }: InTenant,
    Body(body): Body<SchemaBody>,
) -> Result<Shown<CompatibilityReport>, ApiError> {
    let report = acting.configuration(tenant).check(&body.schema).await;
    Ok(Shown(report.map_err(of_schema)?))
}

/// The protected fields that a tenant may use.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProtectedFields {
    /// Exactly these.
    fields: BTreeSet<String>,
}

/// Let the tenant's criteria use protected fields, exactly these, in a new version.
#[utoipa::path(put, path = "/v1/tenants/{tenant}/configuration/protected-fields", operation_id = "allow_protected_fields", tag = "configuration",
    params(TenantPath, MaybeSeen), request_body = ProtectedFields, responses((status = 200, description = "The new version.", body = s::OfferConfiguration)))]
async fn allow_protected_fields(
    InTenant { acting, tenant }: InTenant,
    seen: Option<IfMatch>,
    Body(body): Body<ProtectedFields>,
) -> Result<Tagged<OfferConfiguration>, ApiError> {
    let configuration = seeing_version(acting, seen).configuration(tenant);
    let changed = configuration.allow_protected_fields(body.fields).await;
    Ok(Tagged(changed.map_err(ApiError::guarded)?))
}

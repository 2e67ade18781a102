//! Whom a campaign wrote to, masked.

use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use offerkit_core::{
    domain::{Channel, Customer, DeliveryStatus},
    ports::DeliveryFilter,
    services::{MaskedCustomer, Recipient},
};

use super::params::{CampaignPath, TenantPath};
use crate::{
    extract::{InTenant, Listing, PageParams, Path},
    problem::ApiError,
    reply::Listed,
    schemas as s,
    state::State,
};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(recipients))
        .routes(routes!(unmasked))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Filter {
    /// Of this status.
    #[param(value_type = Option<s::DeliveryStatus>, inline)]
    status: Option<DeliveryStatus>,
    /// On this channel.
    #[param(value_type = Option<s::Channel>, inline)]
    channel: Option<Channel>,
}

impl From<&Filter> for DeliveryFilter {
    fn from(filter: &Filter) -> Self {
        Self {
            status: filter.status,
            channel: filter.channel,
        }
    }
}

/// A campaign's messages with their customers, masked, page by page. That they were looked at is recorded.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/campaigns/{campaign}/deliveries", operation_id = "list_deliveries", tag = "campaigns",
    params(TenantPath, CampaignPath, Filter, PageParams), responses((status = 200, description = "A page of messages.", body = s::Page<s::Recipient>)))]
async fn recipients(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<CampaignPath>,
    listing: Listing<Filter>,
) -> Result<Listed<Recipient<MaskedCustomer>>, ApiError> {
    let filter = DeliveryFilter::from(&listing.filter);
    let deliveries = acting.deliveries(tenant);
    let page = deliveries.recipients(path.campaign, &filter, &listing.page);
    Ok(listing.reply(page.await?))
}

/// The same with the customers' personal data. No default group permits it. That they were looked at is recorded.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/campaigns/{campaign}/deliveries/unmasked", operation_id = "list_deliveries_unmasked", tag = "campaigns",
    params(TenantPath, CampaignPath, Filter, PageParams), responses((status = 200, description = "A page of messages.", body = s::Page<s::UnmaskedRecipient>)))]
async fn unmasked(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<CampaignPath>,
    listing: Listing<Filter>,
) -> Result<Listed<Recipient<Customer>>, ApiError> {
    let deliveries = acting.deliveries(tenant);
    let filter = DeliveryFilter::from(&listing.filter);
    let page = deliveries.recipients_unmasked(path.campaign, &filter, &listing.page);
    Ok(listing.reply(page.await?))
}

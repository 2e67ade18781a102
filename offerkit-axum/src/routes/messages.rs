//! What a campaign's messages say: looked at, and sent to somebody of the staff.

use axum::extract::State as Shared;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use offerkit_core::{
    domain::Channel,
    id::CustomerId,
    services::{MessagePreview, Sample, TestMessage, TestOutcome},
    text::LanguageTag,
};

use super::{
    groups::All,
    params::{CampaignPath, TenantPath},
    users::user,
};
use crate::{
    extract::{Body, InTenant, Path, Query},
    problem::{ApiError, FieldError, ProblemKind},
    reply::Shown,
    schemas as s,
    state::State,
};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(preview))
        .routes(routes!(test_send))
}

/// Whom messages are filled in for.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SampleKind)]
enum Kind {
    /// Nobody: a customer made up for it.
    #[default]
    Invented,
    /// Somebody whom the campaign selects, or the customer who is named, their name and occupation masked.
    Masked,
    /// The customer who is named, with their name.
    Unmasked,
}

/// The sample that two parameters mean, or what is wrong with them.
const fn sample(kind: Kind, customer: Option<CustomerId>) -> Result<Sample, &'static str> {
    match (kind, customer) {
        (Kind::Invented, None) => Ok(Sample::Invented),
        (Kind::Invented, Some(_)) => {
            Err("a customer who is made up has no id: say `masked` or `unmasked` with `customer`")
        }
        (Kind::Masked, None) => Ok(Sample::Masked),
        (Kind::Masked, Some(customer)) => Ok(Sample::MaskedCustomer(customer)),
        (Kind::Unmasked, Some(customer)) => Ok(Sample::Customer(customer)),
        (Kind::Unmasked, None) => Err("`unmasked` needs `customer`, whom it is about"),
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct For {
    /// Whom they are filled in for: `invented` unless given.
    #[serde(default)]
    #[param(inline, value_type = Option<Kind>)]
    sample: Kind,
    /// The customer, whom the campaign selects now or has messages for.
    #[param(value_type = Option<uuid::Uuid>)]
    customer: Option<CustomerId>,
    /// The language, where it is not the one that the customer prefers: a BCP 47 tag.
    #[param(value_type = Option<String>, example = "hi")]
    language: Option<LanguageTag>,
}

/// What a campaign's messages would say to somebody, channel by channel.
///
/// A customer made up is shown to everybody who sees the campaign. Another takes the permission to see recipients, unmasked
/// the permission for that, and is recorded.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/campaigns/{campaign}/messages", operation_id = "preview_messages", tag = "campaigns",
    params(TenantPath, CampaignPath, For), responses((status = 200, description = "The messages.", body = s::All<s::MessagePreview>)))]
async fn preview(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<CampaignPath>,
    Query(wanted): Query<For>,
) -> Result<Shown<All<MessagePreview>>, ApiError> {
    let sample = sample(wanted.sample, wanted.customer).map_err(ApiError::malformed)?;
    let campaigns = acting.campaigns(tenant);
    let language = wanted.language.as_ref();
    let items = campaigns.preview_messages(path.campaign, sample, language);
    Ok(Shown(All {
        items: items.await?,
    }))
}

/// A test message to be sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TestMessage)]
struct TestBody {
    /// The channel: `email` or `sms`.
    #[schema(value_type = s::Channel)]
    channel: Channel,
    /// Who gets it: the name or id of an active member of the tenant.
    #[schema(example = "asha")]
    to: String,
    /// Whom it is filled in for: `invented` unless given.
    #[serde(default)]
    #[schema(required = false)]
    sample: Kind,
    /// The customer, whom the campaign selects now or has messages for.
    #[schema(value_type = Option<uuid::Uuid>)]
    customer: Option<CustomerId>,
    /// The language, where it is not the one that the customer prefers: a BCP 47 tag.
    #[schema(value_type = Option<String>, example = "hi")]
    language: Option<LanguageTag>,
}

/// Send a campaign's message, marked as a test, to a member of the tenant.
///
/// It goes to the address that a super admin has given the member. Every request sends: it knows no `Idempotency-Key`.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/campaigns/{campaign}/test-send", operation_id = "test_send", tag = "campaigns",
    params(TenantPath, CampaignPath), request_body = TestBody, responses((status = 200, description = "What became of it.", body = s::TestOutcome)))]
async fn test_send(
    Shared(state): Shared<State>,
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<CampaignPath>,
    Body(body): Body<TestBody>,
) -> Result<Shown<TestOutcome>, ApiError> {
    let sample = sample(body.sample, body.customer).map_err(|why| {
        let place = FieldError::new("/customer", why);
        ApiError::new(ProblemKind::Invalid, why).at(vec![place])
    })?;
    let test = TestMessage {
        channel: body.channel,
        sample,
        language: body.language,
        to: user(&state, &body.to).await?,
    };
    let campaigns = acting.campaigns(tenant);
    Ok(Shown(campaigns.test_send(path.campaign, &test).await?))
}

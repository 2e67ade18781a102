//! Campaigns: written and read.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use offerkit_core::{
    audit::AuditRecord,
    criteria::Waterfall,
    domain::{
        Campaign, CampaignStatus, Channel, ChannelChoice, Comment, MessageTemplate, MessageText,
        MissedStart, Purpose, Refresh, Schedule,
    },
    id::{OfferId, UserId},
    ports::CampaignFilter,
    services::{AudiencePreview, CampaignDraft, Error, MaskedCustomer, Reach},
    text::{Description, LanguageTag, Title},
};

use super::{
    audit::about,
    groups::All,
    offers::CommentDraft,
    params::{CampaignPath, Seen, TenantPath},
    tenants::NoFilter,
};
use crate::{
    extract::{Body, IfMatch, InTenant, Listing, Object, PageParams, Path},
    problem::ApiError,
    reply::{Created, Listed, Shown, Tagged},
    schemas as s,
    state::State,
};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, edit))
        .routes(routes!(clone))
        .routes(routes!(preview))
        .routes(routes!(waterfall))
        .routes(routes!(reach))
        .routes(routes!(sample))
        .routes(routes!(comments, comment))
        .routes(routes!(audit))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Filter {
    /// Of this status.
    #[param(value_type = Option<s::CampaignStatus>, inline)]
    status: Option<CampaignStatus>,
    /// Of this offer.
    #[param(value_type = Option<uuid::Uuid>)]
    offer: Option<OfferId>,
    /// Made by this user.
    #[param(value_type = Option<uuid::Uuid>)]
    created_by: Option<UserId>,
    /// Whose dates hold this day.
    running_on: Option<NaiveDate>,
    /// Whose launch is requested and not yet decided, or not.
    is_launch_requested: Option<bool>,
}

/// A tenant's campaigns, page by page.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/campaigns", operation_id = "list_campaigns", tag = "campaigns", params(TenantPath, Filter, PageParams),
    responses((status = 200, description = "A page of campaigns.", body = s::Page<s::Campaign>)))]
async fn list(
    InTenant { acting, tenant }: InTenant,
    listing: Listing<Filter>,
) -> Result<Listed<Campaign>, ApiError> {
    let filter = CampaignFilter {
        status: listing.filter.status,
        offer: listing.filter.offer,
        created_by: listing.filter.created_by,
        running_on: listing.filter.running_on,
        is_launch_requested: listing.filter.is_launch_requested,
    };
    let campaigns = acting.campaigns(tenant);
    Ok(listing.reply(campaigns.list(&filter, &listing.page).await?))
}

/// What a campaign says, to whom and when.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CampaignDraft)]
struct DraftBody {
    /// The offer it sends.
    #[schema(value_type = uuid::Uuid)]
    offer: OfferId,
    /// What it is called.
    #[schema(value_type = String, min_length = 1, max_length = 200, example = "Gold in spring")]
    name: Title,
    /// What it is for.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 4000)]
    description: Option<Description>,
    /// What its messages are for: `marketing` unless given.
    #[serde(default)]
    #[schema(value_type = s::Purpose, required = false)]
    purpose: Purpose,
    /// Whom it selects: a document of the criteria language.
    #[schema(value_type = Object, example = json!({"segment": "premium"}))]
    selection_criteria: Box<RawValue>,
    /// The channels, each with its message.
    #[schema(value_type = BTreeMap<String, MessageDraft>)]
    messages: BTreeMap<Channel, Object<MessageDraft>>,
    /// Over which of them a customer is reached: over all unless given.
    #[serde(default)]
    #[schema(value_type = s::ChannelChoice, required = false)]
    channels: ChannelChoice,
    /// The first day of sending, in the tenant's time zone.
    start_date: NaiveDate,
    /// The last day of sending.
    end_date: NaiveDate,
    /// When it starts late, and when its audience is filled again.
    #[schema(value_type = Option<s::Schedule>)]
    schedule: Option<Object<ScheduleDraft>>,
}

/// When a campaign starts late, and when its audience is filled again.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScheduleDraft {
    #[serde(default)]
    missed_start: MissedStart,
    refresh: Option<Refresh>,
}

impl From<ScheduleDraft> for Schedule {
    fn from(draft: ScheduleDraft) -> Self {
        Self {
            missed_start: draft.missed_start,
            refresh: draft.refresh,
        }
    }
}

/// What is sent over one channel: templates, filled in for each customer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MessageDraft {
    /// The template of the subject line, on channels that have one.
    subject: Option<String>,
    /// The template of the text.
    #[schema(example = "Dear {{ customer.full_name }}, your {{ offer.title }} waits.")]
    body: String,
    /// The template of the HTML that stands beside the text of an e-mail.
    html: Option<String>,
    /// The language of these texts: a BCP 47 tag.
    #[schema(value_type = Option<String>, example = "en")]
    language: Option<LanguageTag>,
    /// The texts in other languages, by their tags.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, MessageTextDraft>)]
    translations: BTreeMap<LanguageTag, Object<MessageTextDraft>>,
}

/// A message in one language.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MessageTextDraft {
    /// The template of the subject line, on channels that have one.
    subject: Option<String>,
    /// The template of the text.
    body: String,
    /// The template of the HTML that stands beside the text of an e-mail.
    html: Option<String>,
}

impl From<MessageTextDraft> for MessageText {
    fn from(draft: MessageTextDraft) -> Self {
        Self {
            subject: draft.subject,
            body: draft.body,
            html: draft.html,
        }
    }
}

impl From<MessageDraft> for MessageTemplate {
    fn from(draft: MessageDraft) -> Self {
        let translations = draft.translations.into_iter();
        Self {
            text: MessageText {
                subject: draft.subject,
                body: draft.body,
                html: draft.html,
            },
            language: draft.language,
            translations: translations
                .map(|(language, Object(text))| (language, text.into()))
                .collect(),
        }
    }
}

impl From<DraftBody> for CampaignDraft {
    fn from(body: DraftBody) -> Self {
        let messages = body.messages.into_iter();
        let messages = messages.map(|(channel, Object(message))| (channel, message.into()));
        let schedule = body.schedule.map(|Object(schedule)| schedule.into());
        Self {
            offer: body.offer,
            name: body.name,
            description: body.description,
            purpose: body.purpose,
            selection_criteria: body.selection_criteria.get().to_owned(),
            messages: messages.collect(),
            channels: body.channels,
            start_date: body.start_date,
            end_date: body.end_date,
            schedule: schedule.unwrap_or_default(),
        }
    }
}

/// Mistakes in the criteria stand in the member of this name.
fn of_draft(error: Error) -> ApiError {
    match error {
        Error::Criteria(_) => ApiError::from(error).under("/selection_criteria"),
        other => ApiError::guarded(other),
    }
}

/// Make a draft. Its offer need not be approved yet; its launch will need that.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/campaigns", operation_id = "create_campaign", tag = "campaigns", params(TenantPath),
    request_body = DraftBody, responses((status = 201, description = "The draft.", body = s::Campaign)))]
async fn create(
    InTenant { acting, tenant }: InTenant,
    Body(body): Body<DraftBody>,
) -> Result<Created<Tagged<Campaign>>, ApiError> {
    let campaign = acting.campaigns(tenant).create(body.into()).await;
    let campaign = campaign.map_err(of_draft)?;
    Ok(Created {
        location: format!("campaigns/{}", campaign.id()),
        body: Tagged(campaign),
    })
}

/// A campaign.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/campaigns/{campaign}", operation_id = "get_campaign", tag = "campaigns", params(TenantPath, CampaignPath),
    responses((status = 200, description = "The campaign.", body = s::Campaign)))]
async fn get(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<CampaignPath>,
) -> Result<Tagged<Campaign>, ApiError> {
    Ok(Tagged(acting.campaigns(tenant).get(path.campaign).await?))
}

/// Change a draft or a paused campaign.
///
/// A pending request for a launch is void, and what was launched needs a new launch.
#[utoipa::path(put, path = "/v1/tenants/{tenant}/campaigns/{campaign}", operation_id = "edit_campaign", tag = "campaigns", params(TenantPath, CampaignPath, Seen),
    request_body = DraftBody, responses((status = 200, description = "The campaign.", body = s::Campaign)))]
async fn edit(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<CampaignPath>,
    seen: IfMatch,
    Body(body): Body<DraftBody>,
) -> Result<Tagged<Campaign>, ApiError> {
    let campaigns = acting.campaigns(tenant);
    let edited = campaigns.edit(path.campaign, seen.revision(), body.into());
    Ok(Tagged(edited.await.map_err(of_draft)?))
}

/// Make a draft of what this campaign says now.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/campaigns/{campaign}/clone", operation_id = "clone_campaign", tag = "campaigns", params(TenantPath, CampaignPath),
    responses((status = 201, description = "The draft.", body = s::Campaign)))]
async fn clone(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<CampaignPath>,
) -> Result<Created<Tagged<Campaign>>, ApiError> {
    let campaign = acting.campaigns(tenant).clone_of(path.campaign).await?;
    Ok(Created {
        location: format!("../../campaigns/{}", campaign.id()),
        body: Tagged(campaign),
    })
}

/// How many active customers a campaign would reach now, and its criteria in words.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/campaigns/{campaign}/preview", operation_id = "preview_campaign", tag = "campaigns", params(TenantPath, CampaignPath),
    responses((status = 200, description = "Whom it would reach.", body = s::AudiencePreview)))]
async fn preview(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<CampaignPath>,
) -> Result<Shown<AudiencePreview>, ApiError> {
    Ok(Shown(
        acting.campaigns(tenant).preview(path.campaign).await?,
    ))
}

/// How many active customers each clause of a campaign's criteria leaves now.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/campaigns/{campaign}/waterfall", operation_id = "waterfall_of_campaign", tag = "campaigns", params(TenantPath, CampaignPath),
    responses((status = 200, description = "What each clause leaves.", body = s::Waterfall)))]
async fn waterfall(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<CampaignPath>,
) -> Result<Shown<Waterfall>, ApiError> {
    Ok(Shown(
        acting.campaigns(tenant).waterfall(path.campaign).await?,
    ))
}

/// How many of the selected customers a campaign's messages would reach now over each channel, and how many each contact
/// rule removes or holds. Every selected customer is looked at, so it takes its time.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/campaigns/{campaign}/reach", operation_id = "reach_of_campaign", tag = "campaigns", params(TenantPath, CampaignPath),
    responses((status = 200, description = "What becomes of whom.", body = s::Reach)))]
async fn reach(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<CampaignPath>,
) -> Result<Shown<Reach>, ApiError> {
    Ok(Shown(acting.campaigns(tenant).reach(path.campaign).await?))
}

/// Some of the customers that a campaign would reach now, masked. That they were looked at is recorded.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/campaigns/{campaign}/sample", operation_id = "sample_campaign", tag = "campaigns", params(TenantPath, CampaignPath),
    responses((status = 200, description = "Some customers.", body = s::All<s::MaskedCustomer>)))]
async fn sample(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<CampaignPath>,
) -> Result<Shown<All<MaskedCustomer>>, ApiError> {
    let items = acting.campaigns(tenant).sample(path.campaign).await?;
    Ok(Shown(All { items }))
}

/// What was said about a campaign, page by page.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/campaigns/{campaign}/comments", operation_id = "list_campaign_comments", tag = "campaigns",
    params(TenantPath, CampaignPath, PageParams), responses((status = 200, description = "A page of comments.", body = s::Page<s::Comment>)))]
async fn comments(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<CampaignPath>,
    listing: Listing<NoFilter>,
) -> Result<Listed<Comment>, ApiError> {
    let campaigns = acting.campaigns(tenant);
    let page = campaigns.comments(path.campaign, &listing.page).await?;
    Ok(listing.reply(page))
}

/// Say something about a campaign.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/campaigns/{campaign}/comments", operation_id = "comment_on_campaign", tag = "campaigns",
    params(TenantPath, CampaignPath), request_body = CommentDraft, responses((status = 201, description = "The comment.", body = s::Comment)))]
async fn comment(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<CampaignPath>,
    Body(draft): Body<CommentDraft>,
) -> Result<(StatusCode, Shown<Comment>), ApiError> {
    let campaigns = acting.campaigns(tenant);
    let comment = campaigns.comment(path.campaign, &draft.body).await?;
    Ok((StatusCode::CREATED, Shown(comment)))
}

/// The records about a campaign, page by page.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/campaigns/{campaign}/audit", operation_id = "list_campaign_audit", tag = "campaigns",
    params(TenantPath, CampaignPath, PageParams), responses((status = 200, description = "A page of records.", body = s::Page<s::AuditRecord>)))]
async fn audit(
    place: InTenant,
    Path(path): Path<CampaignPath>,
    listing: Listing<NoFilter>,
) -> Result<Listed<AuditRecord>, ApiError> {
    about(place, path.campaign, listing).await
}

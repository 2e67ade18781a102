//! Routes of campaigns.

use offerkit_core::policy::Action;
use serde_json::{Value, json};

use super::Ask;

fn campaign() -> Value {
    json!({
        "offer": "", "name": "Another", "selection_criteria": {"segment": "premium"},
        "messages": {"sms": {"body": "Hello"}}, "start_date": "2026-03-02", "end_date": "2026-03-30",
    })
}

pub(super) fn all() -> Vec<Ask> {
    use super::setup::Setup::{Approved, Launched, Paused, Planned, Requested, Tried};
    let ask = Ask::new;
    let reason = json!({"reason": "a test"});
    vec![
        ask(
            "list_campaigns",
            Action::ViewCampaigns,
            Planned,
            "GET /v1/tenants/{tenant}/campaigns?status=draft",
        ),
        ask(
            "create_campaign",
            Action::CreateCampaign,
            Approved,
            "POST /v1/tenants/{tenant}/campaigns",
        )
        .body(campaign()),
        ask(
            "get_campaign",
            Action::ViewCampaigns,
            Planned,
            "GET /v1/tenants/{tenant}/campaigns/{campaign}",
        ),
        ask(
            "edit_campaign",
            Action::EditCampaign,
            Planned,
            "PUT /v1/tenants/{tenant}/campaigns/{campaign}",
        )
        .seen()
        .body(campaign()),
        ask(
            "clone_campaign",
            Action::CreateCampaign,
            Planned,
            "POST /v1/tenants/{tenant}/campaigns/{campaign}/clone",
        ),
        ask(
            "preview_campaign",
            Action::ViewCampaigns,
            Planned,
            "GET /v1/tenants/{tenant}/campaigns/{campaign}/preview",
        ),
        ask(
            "waterfall_of_campaign",
            Action::ViewCampaigns,
            Planned,
            "GET /v1/tenants/{tenant}/campaigns/{campaign}/waterfall",
        ),
        ask(
            "reach_of_campaign",
            Action::ViewCampaigns,
            Planned,
            "GET /v1/tenants/{tenant}/campaigns/{campaign}/reach",
        ),
        ask(
            "sample_campaign",
            Action::ViewRecipients,
            Planned,
            "GET /v1/tenants/{tenant}/campaigns/{campaign}/sample",
        ),
        ask(
            "preview_messages",
            Action::ViewCampaigns,
            Planned,
            "GET /v1/tenants/{tenant}/campaigns/{campaign}/messages",
        ),
        ask(
            "test_send",
            Action::TestSend,
            Tried,
            "POST /v1/tenants/{tenant}/campaigns/{campaign}/test-send",
        )
        .body(json!({"channel": "email", "to": "loan.approver"})),
        ask(
            "list_campaign_comments",
            Action::ViewCampaigns,
            Planned,
            "GET /v1/tenants/{tenant}/campaigns/{campaign}/comments",
        ),
        ask(
            "comment_on_campaign",
            Action::CommentCampaign,
            Planned,
            "POST /v1/tenants/{tenant}/campaigns/{campaign}/comments",
        )
        .body(json!({"body": "Why?"})),
        ask(
            "list_campaign_audit",
            Action::ViewAudit,
            Planned,
            "GET /v1/tenants/{tenant}/campaigns/{campaign}/audit",
        ),
        ask(
            "request_launch",
            Action::RequestLaunch,
            Planned,
            "POST /v1/tenants/{tenant}/campaigns/{campaign}/request-launch",
        )
        .seen(),
        ask(
            "launch_campaign",
            Action::LaunchCampaign,
            Requested,
            "POST /v1/tenants/{tenant}/campaigns/{campaign}/launch",
        )
        .seen(),
        ask(
            "decline_launch",
            Action::DeclineLaunch,
            Requested,
            "POST /v1/tenants/{tenant}/campaigns/{campaign}/decline",
        )
        .seen()
        .body(reason.clone()),
        ask(
            "pause_campaign",
            Action::PauseCampaign,
            Launched,
            "POST /v1/tenants/{tenant}/campaigns/{campaign}/pause",
        )
        .may_be_seen()
        .body(reason),
        ask(
            "resume_campaign",
            Action::ResumeCampaign,
            Paused,
            "POST /v1/tenants/{tenant}/campaigns/{campaign}/resume",
        )
        .seen(),
        ask(
            "complete_campaign",
            Action::CompleteCampaign,
            Launched,
            "POST /v1/tenants/{tenant}/campaigns/{campaign}/complete",
        )
        .seen(),
        ask(
            "retry_failed",
            Action::RetryDeliveries,
            Launched,
            "POST /v1/tenants/{tenant}/campaigns/{campaign}/retry-failed",
        ),
        ask(
            "get_progress",
            Action::ViewCampaigns,
            Launched,
            "GET /v1/tenants/{tenant}/campaigns/{campaign}/progress",
        ),
        ask(
            "stream_progress",
            Action::ViewCampaigns,
            Launched,
            "GET /v1/tenants/{tenant}/campaigns/{campaign}/progress/events",
        ),
        ask(
            "list_deliveries_unmasked",
            Action::ViewRecipientsUnmasked,
            Launched,
            "GET /v1/tenants/{tenant}/campaigns/{campaign}/deliveries/unmasked",
        ),
        ask(
            "list_deliveries",
            Action::ViewRecipients,
            Launched,
            "GET /v1/tenants/{tenant}/campaigns/{campaign}/deliveries?status=pending",
        ),
    ]
}

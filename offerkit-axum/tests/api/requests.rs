//! Every route as a request that succeeds for those who may make it.

use axum::http::Method;
use offerkit_core::{
    domain::OfferStatus,
    policy::{Action, Requirement},
    text::Reason,
};
use serde_json::{Value, json};

use crate::{
    client::{Answer, Client},
    world::World,
};

/// What has to be there.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Setup {
    Nothing,
    Draft,
    Submitted,
    Approved,
    Edited,
    Planned,
    Requested,
    Launched,
    Paused,
    Segment,
    Attribute,
}

/// A route.
pub(crate) struct Ask {
    pub(crate) operation: &'static str,
    /// What it does, or the whole of what it requires.
    pub(crate) requires: Requirement,
    setup: Setup,
    method: Method,
    path: &'static str,
    seen: bool,
    body: Option<Value>,
}

impl Ask {
    fn new(operation: &'static str, action: Action, setup: Setup, line: &'static str) -> Self {
        let (method, path) = line.split_once(' ').unwrap();
        Self {
            operation,
            requires: action.rule().requirement,
            setup,
            method: method.parse().unwrap(),
            path,
            seen: false,
            body: None,
        }
    }

    fn seen(mut self) -> Self {
        self.seen = true;
        self
    }

    fn body(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    pub(crate) fn is_in_tenant(&self) -> bool {
        self.path.contains("{tenant}")
    }

    /// The path, once what has to be there is there.
    pub(crate) async fn prepare(&self, world: &World, tenant: &str) -> String {
        let id = prepared(world, self.setup).await;
        self.path_with(tenant, &id)
    }

    /// The path, with an id where it needs one.
    pub(crate) fn path_with(&self, tenant: &str, id: &str) -> String {
        self.path
            .replace("{tenant}", tenant)
            .replace("{offer}", id)
            .replace("{campaign}", id)
    }

    pub(crate) async fn send(&self, client: &Client, path: &str) -> Answer {
        let client = if self.seen {
            client.with("if-match", "\"1\"")
        } else {
            client.clone()
        };
        let mut body = self.body.clone();
        if let Some(offer) = body.as_mut().and_then(|body| body.get_mut("offer")) {
            *offer = json!(offer_of(&client, path).await);
        }
        client.send(self.method.clone(), path, body).await
    }
}

/// The offer that a campaign's body names: the first that the tenant has, or none.
async fn offer_of(client: &Client, path: &str) -> String {
    let offers = format!("{}/offers", path.split("/campaigns").next().unwrap());
    let answer = client.get(&offers).await;
    let body = serde_json::from_str::<Value>(&answer.text).unwrap_or_default();
    let found = body["items"][0]["id"].as_str().map(str::to_owned);
    found.unwrap_or_else(|| "01890000-0000-7000-8000-00000000dead".to_owned())
}

async fn prepared(world: &World, setup: Setup) -> String {
    match setup {
        Setup::Nothing => String::new(),
        Setup::Draft => world.draft().await.id().to_string(),
        Setup::Submitted => world.submitted().await.id().to_string(),
        Setup::Approved => world.approved().await.id().to_string(),
        Setup::Edited => {
            let offer = world.approved().await;
            let offers = world.loan.acting(&world.loan.creator).offers(world.loan.id);
            let draft = json!({"title": "Silver", "rate": 1, "currency": "INR"}).into();
            let edited = offers.edit(offer.id(), offer.revision(), draft).await.unwrap();
            assert_eq!(edited.status(), OfferStatus::Draft);
            offer.id().to_string()
        }
        Setup::Planned => {
            let offer = world.approved().await;
            let draft = world.loan.campaign(offer.id()).unwrap();
            let campaigns = world.loan.acting(&world.loan.creator).campaigns(world.loan.id);
            campaigns.create(draft).await.unwrap().id().to_string()
        }
        Setup::Requested => world.requested_campaign().await.id().to_string(),
        Setup::Launched => world.launched_campaign().await.id().to_string(),
        Setup::Paused => {
            let campaign = world.launched_campaign().await;
            let campaigns = world.loan.acting(&world.loan.creator).campaigns(world.loan.id);
            let reason: Reason = "a test".parse().unwrap();
            campaigns.pause(campaign.id(), &reason).await.unwrap();
            campaign.id().to_string()
        }
        Setup::Segment => {
            let segments = world.loan.acting(&world.loan.creator).segments(world.loan.id);
            let name = "premium".parse().unwrap();
            let criteria = r#"{"segment": "premium"}"#;
            segments.write(&name, None, None, criteria).await.unwrap();
            String::new()
        }
        Setup::Attribute => {
            use offerkit_core::criteria::{FieldDefinition, FieldType};
            let field = FieldDefinition::attribute("tier", FieldType::Text).unwrap();
            world.platform.as_root().catalog().add_attribute(field).await.unwrap();
            String::new()
        }
    }
}

fn campaign() -> Value {
    json!({
        "offer": "", "name": "Another", "selection_criteria": {"segment": "premium"},
        "messages": {"sms": {"body": "Hello"}}, "start_date": "2026-03-02", "end_date": "2026-03-30",
    })
}

/// Every route but those of a login of one's own, which `people` and `browser` try.
pub(crate) fn all() -> Vec<Ask> {
    let mut all = platform();
    all.extend(tenant());
    all.extend(offers());
    all.extend(campaigns());
    all
}

fn platform() -> Vec<Ask> {
    use Setup::{Attribute, Nothing};
    let ask = Ask::new;
    let temporary = json!({"password": "twelve or more"});
    vec![
        ask("get_me", Action::ViewSelf, Nothing, "GET /v1/me"),
        ask("list_my_tenants", Action::ViewSelf, Nothing, "GET /v1/me/tenants"),
        ask("list_my_sessions", Action::ViewSelf, Nothing, "GET /v1/me/sessions"),
        ask("get_session", Action::ViewSelf, Nothing, "GET /v1/session"),
        ask("list_desk", Action::ViewSelf, Nothing, "GET /v1/desk"),
        ask("list_users", Action::ViewPlatform, Nothing, "GET /v1/users"),
        ask("create_user", Action::CreateUser, Nothing, "POST /v1/users").body(json!({"name": "new"})),
        ask("get_user", Action::ViewPlatform, Nothing, "GET /v1/users/second"),
        ask("update_user", Action::UpdateUser, Nothing, "PATCH /v1/users/loan.reader")
            .seen()
            .body(json!({"full_name": "Asha Rao"})),
        ask("list_tenants_of_user", Action::ViewPlatform, Nothing, "GET /v1/users/second/tenants"),
        ask("deactivate_user", Action::DeactivateUser, Nothing, "POST /v1/users/second/deactivate"),
        ask("reactivate_user", Action::ReactivateUser, Nothing, "POST /v1/users/second/reactivate"),
        ask("grant_super_admin", Action::GrantSuperAdmin, Nothing, "POST /v1/users/nobody/grant-super-admin"),
        ask("revoke_super_admin", Action::RevokeSuperAdmin, Nothing, "POST /v1/users/second/revoke-super-admin"),
        ask("confirm_reset", Action::ConfirmReset, Nothing, "POST /v1/users/second/confirm-reset"),
        ask("set_temporary_password", Action::SetTemporaryPassword, Nothing, "POST /v1/users/second/temporary-password")
            .body(temporary),
        ask("list_tenants", Action::ViewPlatform, Nothing, "GET /v1/tenants"),
        ask("create_tenant", Action::CreateTenant, Nothing, "POST /v1/tenants").body(json!({"name": "cards"})),
        ask("get_catalog", Action::ViewPlatform, Nothing, "GET /v1/catalog"),
        ask("add_attribute", Action::ManageCatalog, Nothing, "POST /v1/catalog/attributes")
            .body(json!({"name": "tier", "type": "enum", "values": ["gold"]})),
        ask("retire_attribute", Action::ManageCatalog, Attribute, "POST /v1/catalog/attributes/tier/retire"),
        ask("list_platform_audit", Action::ViewPlatformAudit, Nothing, "GET /v1/audit"),
        ask("verify_platform_audit", Action::ViewPlatformAudit, Nothing, "POST /v1/audit/verify"),
    ]
}

fn tenant() -> Vec<Ask> {
    use Setup::{Nothing, Segment};
    let ask = Ask::new;
    let settings = json!({"schema": {"type": "object"}, "criteria_fields": null, "channels": ["sms"], "time_zone": "+05:30"});
    let criteria = json!({"criteria": {"segment": "premium"}});
    vec![
        ask("get_tenant", Action::ViewMembers, Nothing, "GET /v1/tenants/{tenant}"),
        ask("update_tenant", Action::UpdateTenant, Nothing, "PATCH /v1/tenants/{tenant}")
            .seen()
            .body(json!({"description": "Loans"})),
        ask("deactivate_tenant", Action::DeactivateTenant, Nothing, "POST /v1/tenants/{tenant}/deactivate"),
        ask("reactivate_tenant", Action::ReactivateTenant, Nothing, "POST /v1/tenants/{tenant}/reactivate"),
        ask("list_groups", Action::ViewMembers, Nothing, "GET /v1/tenants/{tenant}/groups"),
        ask("create_group", Action::CreateGroup, Nothing, "POST /v1/tenants/{tenant}/groups")
            .body(json!({"name": "auditor", "permissions": ["view_audit"]})),
        ask("get_group", Action::ViewMembers, Nothing, "GET /v1/tenants/{tenant}/groups/approver"),
        ask("update_group", Action::UpdateGroup, Nothing, "PATCH /v1/tenants/{tenant}/groups/approver")
            .seen()
            .body(json!({"permissions": ["view_offers", "decide_offers"]})),
        ask("list_members", Action::ViewMembers, Nothing, "GET /v1/tenants/{tenant}/members"),
        ask("add_member", Action::GiveMembership, Nothing, "PUT /v1/tenants/{tenant}/groups/approver/members/second"),
        ask("remove_member", Action::TakeMembership, Nothing, "DELETE /v1/tenants/{tenant}/groups/read_only/members/loan.reader"),
        ask("get_configuration", Action::ViewConfiguration, Nothing, "GET /v1/tenants/{tenant}/configuration"),
        ask("publish_configuration", Action::PublishConfiguration, Nothing, "PUT /v1/tenants/{tenant}/configuration")
            .seen()
            .body(settings),
        ask("list_configurations", Action::ViewConfiguration, Nothing, "GET /v1/tenants/{tenant}/configuration/versions"),
        ask("check_schema", Action::ViewConfiguration, Nothing, "POST /v1/tenants/{tenant}/configuration/check")
            .body(json!({"schema": {"type": "object"}})),
        ask("allow_protected_fields", Action::AllowProtectedFields, Nothing, "PUT /v1/tenants/{tenant}/configuration/protected-fields")
            .body(json!({"fields": []})),
        ask("list_segments", Action::ViewCampaigns, Segment, "GET /v1/tenants/{tenant}/segments"),
        ask("get_segment", Action::ViewCampaigns, Segment, "GET /v1/tenants/{tenant}/segments/premium?version=1"),
        ask("write_segment", Action::WriteSegment, Segment, "PUT /v1/tenants/{tenant}/segments/premium")
            .seen()
            .body(json!({"criteria": {"segment": "standard"}})),
        ask("preview_criteria", Action::ViewCampaigns, Nothing, "POST /v1/tenants/{tenant}/criteria/preview").body(criteria.clone()),
        ask("waterfall_of_criteria", Action::ViewCampaigns, Nothing, "POST /v1/tenants/{tenant}/criteria/waterfall").body(criteria),
        ask("list_audit", Action::ViewAudit, Nothing, "GET /v1/tenants/{tenant}/audit"),
        ask("verify_audit", Action::ViewAudit, Nothing, "POST /v1/tenants/{tenant}/audit/verify"),
    ]
}

fn offers() -> Vec<Ask> {
    use Setup::{Approved, Draft, Edited, Submitted};
    let ask = Ask::new;
    let draft = json!({"data": {"title": "Platinum"}, "validity": {"until": "2026-12-31"}});
    let reason = json!({"reason": "a test"});
    vec![
        ask("list_offers", Action::ViewOffers, Draft, "GET /v1/tenants/{tenant}/offers?status=draft"),
        ask("create_offer", Action::CreateOffer, Setup::Nothing, "POST /v1/tenants/{tenant}/offers").body(draft.clone()),
        ask("get_offer", Action::ViewOffers, Draft, "GET /v1/tenants/{tenant}/offers/{offer}"),
        ask("edit_offer", Action::EditOffer, Draft, "PUT /v1/tenants/{tenant}/offers/{offer}").seen().body(draft),
        ask("delete_offer", Action::DeleteOffer, Draft, "DELETE /v1/tenants/{tenant}/offers/{offer}"),
        ask("clone_offer", Action::CreateOffer, Draft, "POST /v1/tenants/{tenant}/offers/{offer}/clone"),
        ask("submit_offer", Action::SubmitOffer, Draft, "POST /v1/tenants/{tenant}/offers/{offer}/submit").seen(),
        ask("withdraw_offer", Action::WithdrawOffer, Submitted, "POST /v1/tenants/{tenant}/offers/{offer}/withdraw"),
        ask("discard_draft", Action::DiscardDraft, Edited, "POST /v1/tenants/{tenant}/offers/{offer}/discard-draft"),
        ask("approve_offer", Action::ApproveOffer, Submitted, "POST /v1/tenants/{tenant}/offers/{offer}/approve").seen(),
        ask("reject_offer", Action::RejectOffer, Submitted, "POST /v1/tenants/{tenant}/offers/{offer}/reject")
            .seen()
            .body(reason.clone()),
        ask("request_changes", Action::RequestChanges, Submitted, "POST /v1/tenants/{tenant}/offers/{offer}/request-changes")
            .seen()
            .body(reason.clone()),
        ask("retire_offer", Action::RetireOffer, Approved, "POST /v1/tenants/{tenant}/offers/{offer}/retire").body(reason),
        ask("list_offer_comments", Action::ViewOffers, Draft, "GET /v1/tenants/{tenant}/offers/{offer}/comments"),
        ask("comment_on_offer", Action::CommentOffer, Draft, "POST /v1/tenants/{tenant}/offers/{offer}/comments")
            .body(json!({"body": "Why?"})),
        ask("get_offer_history", Action::ViewOffers, Approved, "GET /v1/tenants/{tenant}/offers/{offer}/revisions"),
        ask("get_offer_revision", Action::ViewOffers, Draft, "GET /v1/tenants/{tenant}/offers/{offer}/revisions/1"),
        ask("diff_offer", Action::ViewOffers, Edited, "GET /v1/tenants/{tenant}/offers/{offer}/diff?from=1&to=2"),
        ask("list_offer_audit", Action::ViewAudit, Approved, "GET /v1/tenants/{tenant}/offers/{offer}/audit"),
    ]
}

fn campaigns() -> Vec<Ask> {
    use Setup::{Approved, Launched, Paused, Planned, Requested};
    let ask = Ask::new;
    let reason = json!({"reason": "a test"});
    vec![
        ask("list_campaigns", Action::ViewCampaigns, Planned, "GET /v1/tenants/{tenant}/campaigns?status=draft"),
        ask("create_campaign", Action::CreateCampaign, Approved, "POST /v1/tenants/{tenant}/campaigns").body(campaign()),
        ask("get_campaign", Action::ViewCampaigns, Planned, "GET /v1/tenants/{tenant}/campaigns/{campaign}"),
        ask("edit_campaign", Action::EditCampaign, Planned, "PUT /v1/tenants/{tenant}/campaigns/{campaign}").seen().body(campaign()),
        ask("clone_campaign", Action::CreateCampaign, Planned, "POST /v1/tenants/{tenant}/campaigns/{campaign}/clone"),
        ask("preview_campaign", Action::ViewCampaigns, Planned, "GET /v1/tenants/{tenant}/campaigns/{campaign}/preview"),
        ask("waterfall_of_campaign", Action::ViewCampaigns, Planned, "GET /v1/tenants/{tenant}/campaigns/{campaign}/waterfall"),
        ask("sample_campaign", Action::ViewRecipients, Planned, "GET /v1/tenants/{tenant}/campaigns/{campaign}/sample"),
        ask("list_campaign_comments", Action::ViewCampaigns, Planned, "GET /v1/tenants/{tenant}/campaigns/{campaign}/comments"),
        ask("comment_on_campaign", Action::CommentCampaign, Planned, "POST /v1/tenants/{tenant}/campaigns/{campaign}/comments")
            .body(json!({"body": "Why?"})),
        ask("list_campaign_audit", Action::ViewAudit, Planned, "GET /v1/tenants/{tenant}/campaigns/{campaign}/audit"),
        ask("request_launch", Action::RequestLaunch, Planned, "POST /v1/tenants/{tenant}/campaigns/{campaign}/request-launch").seen(),
        ask("launch_campaign", Action::LaunchCampaign, Requested, "POST /v1/tenants/{tenant}/campaigns/{campaign}/launch").seen(),
        ask("decline_launch", Action::DeclineLaunch, Requested, "POST /v1/tenants/{tenant}/campaigns/{campaign}/decline")
            .seen()
            .body(reason.clone()),
        ask("pause_campaign", Action::PauseCampaign, Launched, "POST /v1/tenants/{tenant}/campaigns/{campaign}/pause").body(reason),
        ask("resume_campaign", Action::ResumeCampaign, Paused, "POST /v1/tenants/{tenant}/campaigns/{campaign}/resume"),
        ask("complete_campaign", Action::CompleteCampaign, Launched, "POST /v1/tenants/{tenant}/campaigns/{campaign}/complete"),
        ask("retry_failed", Action::RetryDeliveries, Launched, "POST /v1/tenants/{tenant}/campaigns/{campaign}/retry-failed"),
        ask("get_progress", Action::ViewCampaigns, Launched, "GET /v1/tenants/{tenant}/campaigns/{campaign}/progress"),
        ask("stream_progress", Action::ViewCampaigns, Launched, "GET /v1/tenants/{tenant}/campaigns/{campaign}/progress/events"),
        ask("list_deliveries", Action::ViewRecipients, Launched, "GET /v1/tenants/{tenant}/campaigns/{campaign}/deliveries?status=pending"),
    ]
}

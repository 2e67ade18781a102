//! Routes of a tenant: groups, members, configuration, segments, criteria, audit.

use offerkit_core::policy::Action;
use serde_json::json;

use super::Ask;

pub(super) fn all() -> Vec<Ask> {
    use super::setup::Setup::{Customer, Nothing, Segment};
    let ask = Ask::new;
    let settings = json!({"schema": {"type": "object"}, "criteria_fields": null, "channels": ["sms"], "time_zone": "+05:30"});
    let criteria = json!({"criteria": {"segment": "premium"}});
    vec![
        ask(
            "get_tenant",
            Action::ViewMembers,
            Nothing,
            "GET /v1/tenants/{tenant}",
        ),
        ask(
            "update_tenant",
            Action::UpdateTenant,
            Nothing,
            "PATCH /v1/tenants/{tenant}",
        )
        .seen()
        .body(json!({"description": "Loans"})),
        ask(
            "deactivate_tenant",
            Action::DeactivateTenant,
            Nothing,
            "POST /v1/tenants/{tenant}/deactivate",
        )
        .may_be_seen(),
        ask(
            "reactivate_tenant",
            Action::ReactivateTenant,
            Nothing,
            "POST /v1/tenants/{tenant}/reactivate",
        )
        .may_be_seen(),
        ask(
            "list_groups",
            Action::ViewMembers,
            Nothing,
            "GET /v1/tenants/{tenant}/groups",
        ),
        ask(
            "create_group",
            Action::CreateGroup,
            Nothing,
            "POST /v1/tenants/{tenant}/groups",
        )
        .body(json!({"name": "auditor", "permissions": ["view_audit"]})),
        ask(
            "get_group",
            Action::ViewMembers,
            Nothing,
            "GET /v1/tenants/{tenant}/groups/approver",
        ),
        ask(
            "update_group",
            Action::UpdateGroup,
            Nothing,
            "PATCH /v1/tenants/{tenant}/groups/approver",
        )
        .seen()
        .body(json!({"permissions": ["view_offers", "decide_offers"]})),
        ask(
            "list_members",
            Action::ViewMembers,
            Nothing,
            "GET /v1/tenants/{tenant}/members",
        ),
        ask(
            "add_member",
            Action::GiveMembership,
            Nothing,
            "PUT /v1/tenants/{tenant}/groups/approver/members/second",
        ),
        ask(
            "remove_member",
            Action::TakeMembership,
            Nothing,
            "DELETE /v1/tenants/{tenant}/groups/read_only/members/loan.reader",
        ),
        ask(
            "get_configuration",
            Action::ViewConfiguration,
            Nothing,
            "GET /v1/tenants/{tenant}/configuration",
        ),
        ask(
            "publish_configuration",
            Action::PublishConfiguration,
            Nothing,
            "PUT /v1/tenants/{tenant}/configuration",
        )
        .seen()
        .body(settings),
        ask(
            "list_configurations",
            Action::ViewConfiguration,
            Nothing,
            "GET /v1/tenants/{tenant}/configuration/versions",
        ),
        ask(
            "check_schema",
            Action::ViewConfiguration,
            Nothing,
            "POST /v1/tenants/{tenant}/configuration/check",
        )
        .body(json!({"schema": {"type": "object"}})),
        ask(
            "allow_protected_fields",
            Action::AllowProtectedFields,
            Nothing,
            "PUT /v1/tenants/{tenant}/configuration/protected-fields",
        )
        .may_be_seen()
        .body(json!({"fields": []})),
        ask(
            "list_segments",
            Action::ViewCampaigns,
            Segment,
            "GET /v1/tenants/{tenant}/segments",
        ),
        ask(
            "get_segment",
            Action::ViewCampaigns,
            Segment,
            "GET /v1/tenants/{tenant}/segments/premium?version=1",
        ),
        ask(
            "write_segment",
            Action::WriteSegment,
            Segment,
            "PUT /v1/tenants/{tenant}/segments/premium",
        )
        .seen()
        .body(json!({"criteria": {"segment": "standard"}})),
        ask(
            "check_criteria",
            Action::ViewCampaigns,
            Nothing,
            "POST /v1/tenants/{tenant}/criteria/check",
        )
        .body(criteria.clone()),
        ask(
            "explain_criteria",
            Action::JudgeCustomer,
            Customer,
            "POST /v1/tenants/{tenant}/customers/{customer}/explain",
        )
        .body(criteria.clone()),
        ask(
            "get_eligibility",
            Action::JudgeCustomer,
            Customer,
            "GET /v1/tenants/{tenant}/customers/{customer}/eligibility",
        ),
        ask(
            "preview_criteria",
            Action::ViewCampaigns,
            Nothing,
            "POST /v1/tenants/{tenant}/criteria/preview",
        )
        .body(criteria.clone()),
        ask(
            "waterfall_of_criteria",
            Action::ViewCampaigns,
            Nothing,
            "POST /v1/tenants/{tenant}/criteria/waterfall",
        )
        .body(criteria),
        ask(
            "list_audit",
            Action::ViewAudit,
            Nothing,
            "GET /v1/tenants/{tenant}/audit",
        ),
        ask(
            "get_tenant_catalog",
            Action::ViewConfiguration,
            Nothing,
            "GET /v1/tenants/{tenant}/catalog",
        ),
        ask(
            "export_audit",
            Action::ViewAudit,
            Nothing,
            "GET /v1/tenants/{tenant}/audit/export",
        ),
        ask(
            "verify_audit",
            Action::ViewAudit,
            Nothing,
            "POST /v1/tenants/{tenant}/audit/verify",
        ),
    ]
}

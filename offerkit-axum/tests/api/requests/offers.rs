//! Routes of offers.

use offerkit_core::policy::Action;
use serde_json::json;

use super::Ask;

pub(super) fn all() -> Vec<Ask> {
    use super::setup::Setup::{Approved, Draft, Edited, Nothing, Submitted};
    let ask = Ask::new;
    let draft = json!({"data": {"title": "Platinum"}, "validity": {"until": "2026-12-31"}});
    let reason = json!({"reason": "a test"});
    vec![
        ask(
            "list_offers",
            Action::ViewOffers,
            Draft,
            "GET /v1/tenants/{tenant}/offers?status=draft",
        ),
        ask(
            "create_offer",
            Action::CreateOffer,
            Nothing,
            "POST /v1/tenants/{tenant}/offers",
        )
        .body(draft.clone()),
        ask(
            "get_offer",
            Action::ViewOffers,
            Draft,
            "GET /v1/tenants/{tenant}/offers/{offer}",
        ),
        ask(
            "edit_offer",
            Action::EditOffer,
            Draft,
            "PUT /v1/tenants/{tenant}/offers/{offer}",
        )
        .seen()
        .body(draft),
        ask(
            "delete_offer",
            Action::DeleteOffer,
            Draft,
            "DELETE /v1/tenants/{tenant}/offers/{offer}",
        )
        .seen(),
        ask(
            "clone_offer",
            Action::CreateOffer,
            Draft,
            "POST /v1/tenants/{tenant}/offers/{offer}/clone",
        ),
        ask(
            "submit_offer",
            Action::SubmitOffer,
            Draft,
            "POST /v1/tenants/{tenant}/offers/{offer}/submit",
        )
        .seen(),
        ask(
            "withdraw_offer",
            Action::WithdrawOffer,
            Submitted,
            "POST /v1/tenants/{tenant}/offers/{offer}/withdraw",
        )
        .seen(),
        ask(
            "discard_draft",
            Action::DiscardDraft,
            Edited,
            "POST /v1/tenants/{tenant}/offers/{offer}/discard-draft",
        )
        .seen_at(2),
        ask(
            "approve_offer",
            Action::ApproveOffer,
            Submitted,
            "POST /v1/tenants/{tenant}/offers/{offer}/approve",
        )
        .seen(),
        ask(
            "reject_offer",
            Action::RejectOffer,
            Submitted,
            "POST /v1/tenants/{tenant}/offers/{offer}/reject",
        )
        .seen()
        .body(reason.clone()),
        ask(
            "request_changes",
            Action::RequestChanges,
            Submitted,
            "POST /v1/tenants/{tenant}/offers/{offer}/request-changes",
        )
        .seen()
        .body(reason.clone()),
        ask(
            "retire_offer",
            Action::RetireOffer,
            Approved,
            "POST /v1/tenants/{tenant}/offers/{offer}/retire",
        )
        .seen()
        .body(reason),
        ask(
            "list_offer_comments",
            Action::ViewOffers,
            Draft,
            "GET /v1/tenants/{tenant}/offers/{offer}/comments",
        ),
        ask(
            "comment_on_offer",
            Action::CommentOffer,
            Draft,
            "POST /v1/tenants/{tenant}/offers/{offer}/comments",
        )
        .body(json!({"body": "Why?"})),
        ask(
            "get_offer_history",
            Action::ViewOffers,
            Approved,
            "GET /v1/tenants/{tenant}/offers/{offer}/revisions",
        ),
        ask(
            "get_offer_revision",
            Action::ViewOffers,
            Draft,
            "GET /v1/tenants/{tenant}/offers/{offer}/revisions/1",
        ),
        ask(
            "diff_offer",
            Action::ViewOffers,
            Edited,
            "GET /v1/tenants/{tenant}/offers/{offer}/diff?from=1&to=2",
        ),
        ask(
            "list_offer_audit",
            Action::ViewAudit,
            Approved,
            "GET /v1/tenants/{tenant}/offers/{offer}/audit",
        ),
    ]
}

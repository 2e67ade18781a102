//! Routes of what customers agreed to, of suppressed addresses and of stops.

use offerkit_core::policy::Action;
use serde_json::json;

use super::Ask;

pub(super) fn all() -> Vec<Ask> {
    use super::setup::Setup::{Customer, Nothing, Stopped};
    let ask = Ask::new;
    let word =
        json!({"purpose": "marketing", "channel": "email", "word": "given", "source": "branch"});
    let words = json!({"words": [{
        "customer": "01890000-0000-7000-8000-000000000001", "purpose": "marketing", "channel": "sms",
        "said_at": "2026-01-31T09:30:00Z", "word": "withdrawn", "source": "letter",
    }]});
    let address = json!({"channel": "email", "address": "asha@example.com"});
    vec![
        ask(
            "list_consents",
            Action::ViewContacts,
            Customer,
            "GET /v1/customers/{customer}/consents",
        ),
        ask(
            "keep_consent",
            Action::KeepConsents,
            Customer,
            "POST /v1/customers/{customer}/consents",
        )
        .body(word),
        ask(
            "import_consents",
            Action::KeepConsents,
            Nothing,
            "POST /v1/consents",
        )
        .body(words),
        ask(
            "suppress_address",
            Action::SuppressAddress,
            Nothing,
            "POST /v1/suppressions",
        )
        .body(address.clone()),
        ask(
            "find_suppression",
            Action::ViewContacts,
            Nothing,
            "POST /v1/suppressions/find",
        )
        .body(address.clone()),
        ask(
            "release_address",
            Action::ReleaseAddress,
            Nothing,
            "POST /v1/suppressions/release",
        )
        .body(address),
        ask("list_stops", Action::ViewPlatform, Nothing, "GET /v1/stops"),
        ask(
            "stop_sending",
            Action::StopSending,
            Nothing,
            "POST /v1/stops",
        )
        .body(json!({"extent": "everything", "reason": "a test"})),
        ask(
            "get_stop_quiet",
            Action::ViewPlatform,
            Stopped,
            "GET /v1/stops/{stop}/quiet",
        ),
        ask(
            "lift_stop",
            Action::LiftStop,
            Stopped,
            "POST /v1/stops/{stop}/lift",
        )
        .body(json!({"reason": "a test"})),
        ask(
            "list_stops_of_tenant",
            Action::ViewCampaigns,
            Stopped,
            "GET /v1/tenants/{tenant}/stops",
        ),
    ]
}

//! Reports.

use offerkit_core::policy::Action;

use super::{
    Ask,
    setup::Setup::{Approved, Customer, Launched, Nothing},
};

pub(super) fn all() -> Vec<Ask> {
    let ask = Ask::new;
    vec![
        ask(
            "report_decisions",
            Action::ReportDecisions,
            Approved,
            "GET /v1/tenants/{tenant}/reports/decisions?from=2026-03-01&until=2026-03-31",
        ),
        ask(
            "report_live_offers",
            Action::ReportLiveOffers,
            Approved,
            "GET /v1/tenants/{tenant}/reports/live-offers?on=2026-03-02",
        ),
        ask(
            "report_recipients",
            Action::ReportRecipients,
            Launched,
            "GET /v1/tenants/{tenant}/reports/campaigns/{campaign}/recipients",
        ),
        ask(
            "report_customer",
            Action::ReportCustomer,
            Customer,
            "GET /v1/tenants/{tenant}/reports/customers/{customer}/messages?format=json",
        ),
        ask(
            "report_permissions",
            Action::ReportPermissions,
            Nothing,
            "GET /v1/tenants/{tenant}/reports/permissions?permission=decide_offers",
        ),
    ]
}

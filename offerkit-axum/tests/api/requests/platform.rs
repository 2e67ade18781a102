//! Routes of the platform, and of oneself.

use offerkit_core::policy::Action;
use serde_json::json;

use super::Ask;

pub(super) fn all() -> Vec<Ask> {
    use super::setup::Setup::{Attribute, Customer, Nothing};
    let ask = Ask::new;
    let temporary = json!({"password": "twelve or more"});
    vec![
        ask("get_me", Action::ViewSelf, Nothing, "GET /v1/me"),
        ask(
            "list_my_tenants",
            Action::ViewSelf,
            Nothing,
            "GET /v1/me/tenants",
        ),
        ask(
            "list_my_sessions",
            Action::ViewSelf,
            Nothing,
            "GET /v1/me/sessions",
        ),
        ask("get_session", Action::ViewSelf, Nothing, "GET /v1/session"),
        ask("list_desk", Action::ViewSelf, Nothing, "GET /v1/desk"),
        ask("list_users", Action::ViewPlatform, Nothing, "GET /v1/users"),
        ask("create_user", Action::CreateUser, Nothing, "POST /v1/users")
            .body(json!({"name": "new"})),
        ask(
            "get_user",
            Action::ViewPlatform,
            Nothing,
            "GET /v1/users/second",
        ),
        ask(
            "update_user",
            Action::UpdateUser,
            Nothing,
            "PATCH /v1/users/loan.reader",
        )
        .seen()
        .body(json!({"full_name": "Asha Rao"})),
        ask(
            "list_tenants_of_user",
            Action::ViewPlatform,
            Nothing,
            "GET /v1/users/second/tenants",
        ),
        ask(
            "deactivate_user",
            Action::DeactivateUser,
            Nothing,
            "POST /v1/users/second/deactivate",
        )
        .may_be_seen(),
        ask(
            "reactivate_user",
            Action::ReactivateUser,
            Nothing,
            "POST /v1/users/second/reactivate",
        )
        .may_be_seen(),
        ask(
            "grant_super_admin",
            Action::GrantSuperAdmin,
            Nothing,
            "POST /v1/users/nobody/grant-super-admin",
        )
        .may_be_seen(),
        ask(
            "revoke_super_admin",
            Action::RevokeSuperAdmin,
            Nothing,
            "POST /v1/users/second/revoke-super-admin",
        )
        .may_be_seen(),
        ask(
            "confirm_reset",
            Action::ConfirmReset,
            Nothing,
            "POST /v1/users/second/confirm-reset",
        )
        .may_be_seen(),
        ask(
            "set_temporary_password",
            Action::SetTemporaryPassword,
            Nothing,
            "POST /v1/users/second/temporary-password",
        )
        .may_be_seen()
        .body(temporary),
        ask(
            "list_tenants",
            Action::ViewPlatform,
            Nothing,
            "GET /v1/tenants",
        ),
        ask(
            "create_tenant",
            Action::CreateTenant,
            Nothing,
            "POST /v1/tenants",
        )
        .body(json!({"name": "cards"})),
        ask(
            "get_catalog",
            Action::ViewPlatform,
            Nothing,
            "GET /v1/catalog",
        ),
        ask(
            "add_attribute",
            Action::ManageCatalog,
            Nothing,
            "POST /v1/catalog/attributes",
        )
        .body(json!({"name": "tier", "type": "enum", "values": ["gold"]})),
        ask(
            "retire_attribute",
            Action::ManageCatalog,
            Attribute,
            "POST /v1/catalog/attributes/tier/retire",
        ),
        ask(
            "import_customers",
            Action::ImportCustomers,
            Nothing,
            "POST /v1/customers/import?merge_by=email",
        )
        .lines("{\"full_name\": \"Asha Rao\", \"email\": \"asha@example.com\"}\n"),
        ask(
            "erase_customer",
            Action::EraseCustomer,
            Customer,
            "POST /v1/customers/{customer}/erase",
        ),
        ask(
            "list_platform_audit",
            Action::ViewPlatformAudit,
            Nothing,
            "GET /v1/audit",
        ),
        ask(
            "export_platform_audit",
            Action::ViewPlatformAudit,
            Nothing,
            "GET /v1/audit/export",
        ),
        ask(
            "verify_platform_audit",
            Action::ViewPlatformAudit,
            Nothing,
            "POST /v1/audit/verify",
        ),
    ]
}

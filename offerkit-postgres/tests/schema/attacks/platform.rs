//! Taking over the platform, losing customers, storing what cannot be read.

use sqlx::Executor as _;

use crate::{
    attack::attacks,
    world::{Outcome, Role, World, sql},
};

macro_rules! record {
    () => {
        "INSERT INTO {schema}.offer_audit_logs (tenant_id, id, operation_id, actor_kind, action, outcome, subject_kind, result, created_at)
            VALUES (md5('loan')::UUID, gen_random_uuid(), gen_random_uuid(), 'anonymous', 'membership.give', 'done', 'group', 'null', '2026-03-02 10:00Z')"
    };
}

attacks! {
    nobody_gives_themselves_a_membership {
        record!(),
        "INSERT INTO {schema}.user_tenant_roles (tenant_id, user_id, group_id, given_by, given_at, decides_from)
            VALUES (md5('loan')::UUID, md5('asha')::UUID, md5('loan approver')::UUID, md5('asha')::UUID, '2026-03-02 10:00Z', '2026-03-02 10:00Z')";
        stopped: [(App, "user_tenant_roles_not_to_oneself"), (Superuser, "user_tenant_roles_not_to_oneself")];
        dropped: ["ALTER TABLE {schema}.user_tenant_roles DROP CONSTRAINT user_tenant_roles_not_to_oneself"] as App
    }

    a_membership_is_not_changed {
        record!(),
        "UPDATE {schema}.user_tenant_roles SET given_at = '2020-01-01 00:00Z' WHERE tenant_id = md5('loan')::UUID";
        stopped: [(App, "user_tenant_roles_unchanged"), (Superuser, "user_tenant_roles_unchanged")];
        dropped: ["DROP TRIGGER user_tenant_roles_unchanged ON {schema}.user_tenant_roles"] as App
    }

    what_a_customer_said_is_not_changed {
        "INSERT INTO {schema}.consents (customer_id, purpose, channel, said_at, word, source)
            VALUES (md5('meera')::UUID, 'marketing', 'email', '2026-03-02 10:00Z', 'withdrawn', 'form')",
        "UPDATE {schema}.consents SET word = 'given'";
        stopped: [(Owner, "consents_unchanged"), (Superuser, "consents_unchanged")];
        dropped: ["DROP TRIGGER consents_unchanged ON {schema}.consents"] as Owner
    }

    the_last_super_admin_is_not_demoted {
        record!(),
        "UPDATE {schema}.users SET is_super_admin = FALSE WHERE username = 'root'";
        stopped: [
            (App, "users_super_admin_remains"), (Owner, "users_super_admin_remains"), (Superuser, "users_super_admin_remains")
        ];
        dropped: ["DROP TRIGGER users_super_admin_remains ON {schema}.users"] as App
    }

    the_last_super_admin_is_not_deactivated {
        record!(),
        "UPDATE {schema}.users SET is_active = FALSE";
        stopped: [(App, "users_super_admin_remains"), (Superuser, "users_super_admin_remains")];
        dropped: ["DROP TRIGGER users_super_admin_remains ON {schema}.users"] as App
    }

    no_user_is_deleted {
        record!(),
        "DELETE FROM {schema}.users WHERE username = 'nobody'",
        "SELECT 1";
        stopped: [(App, "42501"), (Owner, "users_kept"), (Superuser, "users_kept")];
        dropped: ["DROP TRIGGER users_kept ON {schema}.users"] as Superuser
    }

    no_tenant_is_deleted {
        "DELETE FROM {schema}.tenants WHERE name = 'nothing'",
        "SELECT 1";
        stopped: [(App, "42501"), (Owner, "tenants_kept"), (Superuser, "tenants_kept")];
        dropped: ["DROP TRIGGER tenants_kept ON {schema}.tenants"] as Superuser
    }

    nobody_is_erased_without_a_record {
        "SELECT set_config('offerkit.tenant', '', TRUE)",
        "UPDATE {schema}.customers SET full_name = '(erased)', email = NULL, is_active = FALSE, erased_at = '2026-03-02 10:00Z'
            WHERE id = md5('customer 3')::UUID";
        stopped: [(App, "customers_erased_recorded"), (Superuser, "customers_erased_recorded")];
        dropped: ["DROP TRIGGER customers_erased_recorded ON {schema}.customers"] as App
    }

    an_id_made_from_a_key_stands_for_that_key_alone {
        "INSERT INTO {schema}.customer_keys (customer_id, source, key)
            VALUES ({schema}.customer_id_of_text('crm.client', 'C-1'), 'crm.client', 'C-2')";
        stopped: [(App, "customer_keys_derived"), (Superuser, "customer_keys_derived")];
        dropped: ["ALTER TABLE {schema}.customer_keys DROP CONSTRAINT customer_keys_derived"] as App
    }

    no_customer_is_deleted {
        "DELETE FROM {schema}.customers WHERE id = md5('customer 3')::UUID";
        stopped: [(App, "42501"), (Owner, "customers_kept"), (Superuser, "customers_kept")];
        dropped: ["DROP TRIGGER customers_kept ON {schema}.customers", "GRANT DELETE ON {schema}.customers TO offerkit_app"] as App
    }

    an_erased_customer_stays_erased {
        record!(),
        "UPDATE {schema}.customers SET full_name = '(erased)', email = NULL, is_active = FALSE, erased_at = '2026-03-02 10:00Z'
            WHERE id = md5('customer 3')::UUID",
        "UPDATE {schema}.customers SET full_name = 'Asha Rao', erased_at = NULL WHERE id = md5('customer 3')::UUID";
        stopped: [(App, "customers_erased"), (Superuser, "customers_erased")];
        dropped: ["DROP TRIGGER customers_erased ON {schema}.customers"] as App
    }

    an_erased_customer_has_no_personal_data {
        record!(),
        "UPDATE {schema}.customers SET full_name = '(erased)', is_active = FALSE, erased_at = '2026-03-02 10:00Z'
            WHERE id = md5('customer 3')::UUID";
        stopped: [(App, "customers_erased_check"), (Superuser, "customers_erased_check")];
        dropped: ["ALTER TABLE {schema}.customers DROP CONSTRAINT customers_erased_check"] as App
    }

    an_income_is_a_number {
        "UPDATE {schema}.customers SET annual_income = 'NaN' WHERE id = md5('customer 3')::UUID";
        stopped: [(App, "customers_annual_income_check"), (Superuser, "customers_annual_income_check")];
        dropped: ["ALTER TABLE {schema}.customers DROP CONSTRAINT customers_annual_income_check"] as App
    }

    an_income_is_finite {
        "UPDATE {schema}.customers SET annual_income = '-Infinity' WHERE id = md5('customer 3')::UUID";
        stopped: [(App, "customers_annual_income_check"), (Superuser, "customers_annual_income_check")];
        dropped: ["ALTER TABLE {schema}.customers DROP CONSTRAINT customers_annual_income_check"] as App
    }

    a_date_is_finite {
        "UPDATE {schema}.customers SET dob = 'infinity' WHERE id = md5('customer 3')::UUID";
        stopped: [(App, "customers_dob_check"), (Superuser, "customers_dob_check")];
        dropped: ["ALTER TABLE {schema}.customers DROP CONSTRAINT customers_dob_check"] as App
    }

    a_moment_is_finite {
        "UPDATE {schema}.customers SET created_at = '-infinity' WHERE id = md5('customer 3')::UUID";
        stopped: [(App, "customers_created_at_check"), (Superuser, "customers_created_at_check")];
        dropped: ["ALTER TABLE {schema}.customers DROP CONSTRAINT customers_created_at_check"] as App
    }

    no_service_moves_the_clock {
        "UPDATE {schema}.installation SET clock_offset = '1 day'";
        stopped: [(App, "42501")];
        dropped: ["GRANT UPDATE ON {schema}.installation TO offerkit_app"] as App
    }

    no_service_switches_a_defence_off {
        "ALTER TABLE {schema}.offers DISABLE TRIGGER offers_follow",
        "SELECT 1";
        stopped: [(App, "42501")];
        dropped: ["SELECT 1"] as Owner
    }

    no_service_takes_a_policy_away {
        "DROP POLICY tenant_wall ON {schema}.offers",
        "SELECT 1";
        stopped: [(App, "42501")];
        dropped: ["SELECT 1"] as Owner
    }

    no_service_makes_tables {
        "CREATE TABLE {schema}.hidden ()",
        "SELECT 1";
        stopped: [(App, "42501")];
        dropped: ["GRANT CREATE ON SCHEMA {schema} TO offerkit_app"] as App
    }
}

/// Each waits for the other, and PostgreSQL ends one.
///
/// First seen to fail without `FOR SHARE` in the trigger: none remained.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_super_admins_who_remove_each_other_one_remains() -> Outcome {
    let world = World::new().await?;
    let mut before = world.connect(Role::Superuser).await?;
    let second = "UPDATE {schema}.users SET is_super_admin = TRUE WHERE username = 'carol'";
    for statement in ["BEGIN", record!(), second, "COMMIT"] {
        before.execute(sql(statement)).await?;
    }
    let mut both = Vec::new();
    for name in ["root", "carol"] {
        let mut connection = world.connect(Role::App).await?;
        let remove =
            format!("UPDATE {{schema}}.users SET is_super_admin = FALSE WHERE username = '{name}'");
        for statement in ["BEGIN", record!(), &remove] {
            connection.execute(sql(statement)).await?;
        }
        both.push(connection);
    }
    // What a commit checks, in both before either commits.
    let checks: Vec<_> = both
        .into_iter()
        .map(|mut connection| {
            tokio::spawn(async move {
                let checked = connection.execute("SET CONSTRAINTS ALL IMMEDIATE").await;
                checked.map(|_| connection)
            })
        })
        .collect();
    let mut passed = Vec::new();
    for check in checks {
        passed.extend(check.await?.ok());
    }
    let committed = passed.len();
    for mut connection in passed {
        connection.execute("COMMIT").await?;
    }
    assert_eq!(committed, 1);
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM offerkit.users WHERE is_super_admin")
        .fetch_one(&mut before)
        .await?;
    assert_eq!(left, 1);
    Ok(())
}

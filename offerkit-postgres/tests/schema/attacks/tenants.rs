//! Reaching into another tenant.

use sqlx::Executor as _;

use crate::{
    attack::attacks,
    lint::TENANT_TABLES,
    world::{Outcome, Role, World, sql},
};

/// The condition on a tenant table's rows that they are the tenant `card`'s.
fn of_card(table: &str) -> &'static str {
    let numbered = [
        "campaign_audiences",
        "campaign_customers",
        "campaign_lots",
        "contact_turns",
        "tenant_rates",
    ];
    if numbered.contains(&table) {
        "tenant_number = (SELECT number FROM {schema}.tenants WHERE name = 'card')"
    } else {
        "tenant_id = md5('card')::UUID"
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_tenant_reads_a_row_of_another_in_any_table() -> Outcome {
    let world = World::new().await?;
    for table in TENANT_TABLES {
        let select = format!("SELECT 1 FROM {{schema}}.{table} WHERE {}", of_card(table));
        for role in [Role::App, Role::Owner] {
            let seen = world.connect(role).await?.execute(sql(&select)).await?;
            assert_eq!(seen.rows_affected(), 0, "{role:?} reads {table}");
        }
        let drop = format!("DROP POLICY tenant_wall ON {{schema}}.{table}");
        world.run(&drop).await?;
        let seen = world
            .connect(Role::App)
            .await?
            .execute(sql(&select))
            .await?;
        assert!(seen.rows_affected() > 0, "{table} is read without its wall");
    }
    Ok(())
}

/// A view that runs as its owner, a superuser, shows everything, as the end of the test sees.
#[tokio::test(flavor = "multi_thread")]
async fn the_view_of_deliveries_shows_ones_own_alone() -> Outcome {
    let world = World::new().await?;
    let theirs = "SELECT 1 FROM {schema}.deliveries WHERE tenant_id = md5('card')::UUID";
    let ours = "SELECT 1 FROM {schema}.deliveries WHERE tenant_id = md5('loan')::UUID";
    let mut app = world.connect(Role::App).await?;
    assert_eq!(app.execute(sql(theirs)).await?.rows_affected(), 0);
    assert_eq!(app.execute(sql(ours)).await?.rows_affected(), 2);
    world
        .run("ALTER VIEW {schema}.deliveries SET (security_invoker = false); ALTER VIEW {schema}.deliveries OWNER TO CURRENT_USER")
        .await?;
    assert_eq!(app.execute(sql(theirs)).await?.rows_affected(), 2);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_tenant_nothing_is_seen_in_any_table() -> Outcome {
    let world = World::new().await?;
    for table in TENANT_TABLES {
        let select = format!("SELECT 1 FROM {{schema}}.{table}");
        for unset in ["RESET offerkit.tenant", "SET offerkit.tenant = ''"] {
            let mut connection = world.connect(Role::App).await?;
            connection.execute(unset).await?;
            let seen = connection.execute(sql(&select)).await?;
            assert_eq!(seen.rows_affected(), 0, "{table} after `{unset}`");
        }
        let mut own = world.connect(Role::App).await?;
        let seen = own.execute(sql(&select)).await?;
        assert!(seen.rows_affected() > 0, "{table} has rows of the tenant");
    }
    Ok(())
}

attacks! {
    another_tenants_offer_is_not_updated {
        "UPDATE {schema}.offers SET updated_at = updated_at, version = version + 1 WHERE id = md5('card draft')::UUID";
        stopped: [(App, "no rows"), (Owner, "no rows")];
        dropped: ["DROP POLICY tenant_wall ON {schema}.offers", "DROP TRIGGER offers_recorded ON {schema}.offers"] as App
    }

    another_tenants_delivery_is_not_updated {
        "UPDATE {schema}.campaign_customers SET delivery_status = 'cancelled'
            WHERE tenant_number <> (SELECT number FROM {schema}.tenants WHERE name = 'loan') AND delivery_status = 'pending'";
        stopped: [(App, "no rows"), (Owner, "no rows")];
        dropped: ["DROP POLICY tenant_wall ON {schema}.campaign_customers", "DROP POLICY tenant_wall ON {schema}.campaign_lots"] as App
    }

    a_row_is_not_moved_into_another_tenant {
        "UPDATE {schema}.audience_runs SET tenant_id = md5('card')::UUID, campaign_id = md5('card campaign active')::UUID,
                offer_id = md5('card approved')::UUID
            WHERE id = md5('loan run')::UUID";
        stopped: [(App, "audience_runs_forward"), (Owner, "audience_runs_forward"), (Superuser, "audience_runs_forward")];
        dropped: ["DROP POLICY tenant_wall ON {schema}.audience_runs", "DROP TRIGGER audience_runs_follow ON {schema}.audience_runs",
            "DROP INDEX {schema}.audience_runs_running"] as App
    }

    nothing_is_inserted_into_another_tenant {
        "INSERT INTO {schema}.message_templates (tenant_id, id, name, version, channel, body, author, written_at)
            VALUES (md5('card')::UUID, gen_random_uuid(), 'spam', 1, 'email', 'Hi', md5('asha')::UUID, '2026-03-02 10:00Z')";
        stopped: [(App, "42501"), (Owner, "42501")];
        dropped: ["DROP POLICY tenant_wall ON {schema}.message_templates"] as App
    }

    no_record_is_written_into_another_tenants_log {
        "INSERT INTO {schema}.offer_audit_logs (tenant_id, id, operation_id, actor_kind, action, outcome, subject_kind, result, created_at)
            VALUES (md5('card')::UUID, gen_random_uuid(), gen_random_uuid(), 'anonymous', 'offer.approve', 'done', 'offer', 'null', '2026-03-02 10:00Z')";
        stopped: [(App, "42501"), (Owner, "42501")];
        dropped: ["DROP POLICY tenant_wall ON {schema}.offer_audit_logs"] as App
    }

    no_delivery_is_inserted_into_another_tenant {
        "INSERT INTO {schema}.campaign_customers (tenant_number, campaign_number, channel, customer_id, run_number, updated_at)
            SELECT it.number, 1, 'sms', md5('customer 1')::UUID, 1, '2026-03-02 10:00Z' FROM {schema}.tenants AS it WHERE it.name = 'card'";
        stopped: [(App, "42501"), (Owner, "42501"), (Superuser, "campaign_customers_of_run")];
        dropped: ["DROP POLICY tenant_wall ON {schema}.campaign_customers", "DROP POLICY tenant_wall ON {schema}.campaign_lots",
            "DROP POLICY tenant_wall ON {schema}.campaign_audiences",
            "DROP TRIGGER campaign_customers_of_run ON {schema}.campaign_lots"] as App
    }

    no_delivery_is_of_another_tenants_campaign {
        "INSERT INTO {schema}.campaign_customers (tenant_number, campaign_number, channel, customer_id, run_number, updated_at)
            SELECT mine.number, it.campaign_number, 'sms', md5('customer 1')::UUID, it.run_number, '2026-03-02 10:00Z'
            FROM {schema}.tenants AS mine, (VALUES (2, 1), (4, 2)) AS it (campaign_number, run_number) WHERE mine.name = 'loan'";
        stopped: [(App, "campaign_customers_of_run"), (Owner, "campaign_customers_of_run"), (Superuser, "campaign_customers_of_run")];
        dropped: ["DROP TRIGGER campaign_customers_of_run ON {schema}.campaign_lots"] as App
    }

    no_campaign_is_of_another_tenants_offer {
        "INSERT INTO {schema}.offer_audit_logs (tenant_id, id, operation_id, actor_kind, action, outcome, subject_kind, result, created_at)
            VALUES (md5('loan')::UUID, gen_random_uuid(), gen_random_uuid(), 'anonymous', 'campaign.create', 'done', 'campaign', 'null', '2026-03-02 10:00Z')",
        "INSERT INTO {schema}.campaigns (tenant_id, id, offer_id, name, criteria_source, criteria_canonical, criteria_digest, criteria_language,
                criteria_catalog, messages, start_date, end_date, revision, created_by, created_at, updated_at)
            VALUES (md5('loan')::UUID, gen_random_uuid(), md5('card approved')::UUID, 'theirs', '{}', '{}', sha256('{}'), 1, 1, '{}',
                '2026-03-02', '2026-03-31', 1, md5('asha')::UUID, '2026-03-02 10:00Z', '2026-03-02 10:00Z')";
        stopped: [(App, "campaigns_offer_fkey"), (Owner, "campaigns_offer_fkey"), (Superuser, "campaigns_offer_fkey")];
        dropped: ["ALTER TABLE {schema}.campaigns DROP CONSTRAINT campaigns_offer_fkey"] as App
    }

    no_membership_is_of_another_tenants_group {
        "INSERT INTO {schema}.offer_audit_logs (tenant_id, id, operation_id, actor_kind, action, outcome, subject_kind, result, created_at)
            VALUES (md5('loan')::UUID, gen_random_uuid(), gen_random_uuid(), 'anonymous', 'membership.give', 'done', 'group', 'null', '2026-03-02 10:00Z')",
        "INSERT INTO {schema}.user_tenant_roles (tenant_id, user_id, group_id, given_by, given_at, decides_from)
            VALUES (md5('loan')::UUID, md5('asha')::UUID, md5('card approver')::UUID, md5('root')::UUID, '2026-03-02 10:00Z', '2026-03-02 10:00Z')";
        stopped: [(App, "user_tenant_roles_group_fkey"), (Superuser, "user_tenant_roles_group_fkey")];
        dropped: ["ALTER TABLE {schema}.user_tenant_roles DROP CONSTRAINT user_tenant_roles_group_fkey"] as App
    }

    /// The tenant is set anew before the commit, so that its record is not looked for.
    a_change_is_not_hidden_by_leaving_its_tenant {
        "UPDATE {schema}.offers SET updated_at = updated_at, version = version + 1 WHERE id = md5('loan draft')::UUID",
        "SELECT set_config('offerkit.tenant', md5('card')::UUID::TEXT, TRUE)";
        stopped: [(App, "offers_recorded"), (Owner, "offers_recorded"), (Superuser, "offers_recorded")];
        dropped: ["DROP TRIGGER offers_recorded ON {schema}.offers"] as App
    }
}

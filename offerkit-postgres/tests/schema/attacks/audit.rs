//! Changing without a trace, or changing the traces.

use sqlx::Row as _;

use crate::{
    attack::{attacks, record_of},
    world::{Outcome, Role, World, sql},
};

attacks! {
    no_offer_changes_without_a_record {
        "UPDATE {schema}.offers SET updated_at = '2026-03-02 10:00Z', version = version + 1
            WHERE tenant_id = md5('loan')::UUID AND id = md5('loan draft')::UUID";
        stopped: [(App, "offers_recorded"), (Owner, "offers_recorded"), (Superuser, "offers_recorded")];
        dropped: ["DROP TRIGGER offers_recorded ON {schema}.offers"] as App
    }

    a_record_of_another_offer_is_none {
        record_of!("submitted"),
        "UPDATE {schema}.offers SET updated_at = '2026-03-02 10:00Z', version = version + 1
            WHERE tenant_id = md5('loan')::UUID AND id = md5('loan draft')::UUID";
        stopped: [(App, "offers_recorded"), (Superuser, "offers_recorded")];
        dropped: ["DROP TRIGGER offers_recorded ON {schema}.offers"] as App
    }

    a_refusals_record_is_none {
        "INSERT INTO {schema}.offer_audit_logs (tenant_id, id, operation_id, actor_kind, performed_by, action, outcome, refusal_code,
                refusal_message, subject_kind, subject_id, result, created_at)
            VALUES (md5('loan')::UUID, gen_random_uuid(), gen_random_uuid(), 'user', md5('asha')::UUID, 'offer.edit', 'refused', 'no', 'No.',
                'offer', md5('loan draft')::UUID, 'null', '2026-03-02 10:00Z')",
        "UPDATE {schema}.offers SET updated_at = '2026-03-02 10:00Z', version = version + 1
            WHERE tenant_id = md5('loan')::UUID AND id = md5('loan draft')::UUID";
        stopped: [(App, "offers_recorded"), (Superuser, "offers_recorded")];
        dropped: ["DROP TRIGGER offers_recorded ON {schema}.offers"] as App
    }

    a_record_of_an_earlier_transaction_is_none {
        record_of!("draft"),
        "COMMIT",
        "BEGIN",
        "UPDATE {schema}.offers SET updated_at = '2026-03-02 10:00Z', version = version + 1
            WHERE tenant_id = md5('loan')::UUID AND id = md5('loan draft')::UUID";
        stopped: [(App, "offers_recorded"), (Superuser, "offers_recorded")];
        dropped: ["DROP TRIGGER offers_recorded ON {schema}.offers"] as App
    }

    a_record_that_was_rolled_back_is_none {
        "SAVEPOINT before",
        record_of!("draft"),
        "ROLLBACK TO SAVEPOINT before",
        "UPDATE {schema}.offers SET updated_at = '2026-03-02 10:00Z', version = version + 1
            WHERE tenant_id = md5('loan')::UUID AND id = md5('loan draft')::UUID";
        stopped: [(App, "offers_recorded"), (Superuser, "offers_recorded")];
        dropped: ["DROP TRIGGER offers_recorded ON {schema}.offers"] as App
    }

    a_commit_hook_does_not_commit {
        "SELECT set_config('offerkit.hook', 'runs', TRUE)",
        record_of!("draft");
        stopped: [(App, "audit_hook_over"), (Owner, "audit_hook_over"), (Superuser, "audit_hook_over")];
        dropped: ["DROP TRIGGER audit_hook_over ON {schema}.offer_audit_logs"] as App
    }

    a_commit_hook_does_not_commit_on_the_platform {
        "SELECT set_config('offerkit.hook', 'runs', TRUE)",
        "INSERT INTO {schema}.platform_audit_logs (id, operation_id, actor_kind, action, outcome, subject_kind, result, created_at)
            VALUES (gen_random_uuid(), gen_random_uuid(), 'anonymous', 'user.create', 'done', 'platform', 'null', '2026-03-02 10:00Z')";
        stopped: [(App, "audit_hook_over"), (Superuser, "audit_hook_over")];
        dropped: ["DROP TRIGGER platform_audit_hook_over ON {schema}.platform_audit_logs"] as App
    }

    no_user_changes_without_a_record {
        "UPDATE {schema}.users SET is_super_admin = TRUE, version = version + 1 WHERE username = 'asha'";
        stopped: [(App, "users_recorded"), (Owner, "users_recorded"), (Superuser, "users_recorded")];
        dropped: ["DROP TRIGGER users_recorded ON {schema}.users"] as App
    }

    no_membership_is_given_without_a_record {
        "INSERT INTO {schema}.user_tenant_roles (tenant_id, user_id, group_id, given_by, given_at, decides_from)
            VALUES (md5('loan')::UUID, md5('asha')::UUID, md5('loan approver')::UUID, md5('root')::UUID, '2026-03-02 10:00Z', '2026-03-02 10:00Z')";
        stopped: [(App, "user_tenant_roles_recorded"), (Superuser, "user_tenant_roles_recorded")];
        dropped: ["DROP TRIGGER user_tenant_roles_recorded ON {schema}.user_tenant_roles"] as App
    }

    no_record_is_changed {
        "UPDATE {schema}.offer_audit_logs SET comment = 'nothing happened' WHERE tenant_id = md5('loan')::UUID";
        stopped: [(App, "42501"), (Owner, "audit_append_only"), (Superuser, "audit_append_only")];
        dropped: ["DROP TRIGGER offer_audit_logs_append_only ON {schema}.offer_audit_logs",
            "GRANT UPDATE ON {schema}.offer_audit_logs TO offerkit_app"] as App
    }

    no_record_is_deleted {
        "DELETE FROM {schema}.offer_audit_logs WHERE tenant_id = md5('loan')::UUID";
        stopped: [(App, "42501"), (Owner, "audit_append_only"), (Superuser, "audit_append_only")];
        dropped: ["DROP TRIGGER offer_audit_logs_append_only ON {schema}.offer_audit_logs",
            "ALTER TABLE {schema}.audit_seals DROP CONSTRAINT audit_seals_record_fkey",
            "GRANT DELETE ON {schema}.offer_audit_logs TO offerkit_app"] as App
    }

    /// Where replication has switched ordinary triggers off.
    no_record_is_deleted_by_a_replica {
        "SET LOCAL session_replication_role = replica",
        "DELETE FROM {schema}.platform_audit_logs";
        stopped: [(App, "42501"), (Owner, "42501"), (Superuser, "audit_append_only")];
        dropped: ["ALTER TABLE {schema}.platform_audit_logs ENABLE TRIGGER platform_audit_logs_append_only"] as Superuser
    }

    no_seal_is_changed {
        "UPDATE {schema}.audit_seals SET hash = sha256('another') WHERE tenant_id = md5('loan')::UUID";
        stopped: [(App, "42501"), (Owner, "audit_append_only"), (Superuser, "audit_append_only")];
        dropped: ["DROP TRIGGER audit_seals_append_only ON {schema}.audit_seals"] as Superuser
    }

    no_seal_leaves_a_gap {
        "INSERT INTO {schema}.offer_audit_logs (tenant_id, id, operation_id, actor_kind, action, outcome, subject_kind, result, created_at)
            VALUES (md5('loan')::UUID, md5('second')::UUID, gen_random_uuid(), 'anonymous', 'offer.edit', 'done', 'offer', 'null', '2026-03-02 10:00Z')",
        "INSERT INTO {schema}.audit_seals (tenant_id, position, record_id, hash)
            VALUES (md5('loan')::UUID, 3, md5('second')::UUID, sha256('x'))";
        stopped: [(App, "audit_seals_follow"), (Superuser, "audit_seals_follow")];
        dropped: ["DROP TRIGGER audit_seals_follow ON {schema}.audit_seals"] as App
    }

    an_operation_is_done_once {
        "INSERT INTO {schema}.offer_audit_logs (tenant_id, id, operation_id, actor_kind, action, outcome, subject_kind, result, created_at)
            VALUES (md5('loan')::UUID, gen_random_uuid(), md5('loan operation')::UUID, 'anonymous', 'offer.edit', 'done', 'offer', 'null', '2026-03-02 10:00Z')";
        stopped: [(App, "offer_audit_logs_operation_key"), (Superuser, "offer_audit_logs_operation_key")];
        dropped: ["DROP INDEX {schema}.offer_audit_logs_operation_key"] as App
    }
}

/// `TRUNCATE` reports no rows, so its success is that the table is empty.
#[tokio::test(flavor = "multi_thread")]
async fn no_evidence_is_truncated() -> Outcome {
    let world = World::new().await?;
    for (table, trigger) in [
        ("audit_seals", "audit_seals_append_only"),
        ("offer_audit_logs", "offer_audit_logs_append_only"),
        ("campaign_customers", "campaign_customers_kept"),
        ("platform_audit_logs", "platform_audit_logs_append_only"),
    ] {
        let truncate = format!("TRUNCATE {{schema}}.{table} CASCADE");
        for role in [Role::App, Role::Owner, Role::Superuser] {
            let mut connection = world.connect(role).await?;
            let refused = sqlx::raw_sql(sql(&truncate)).execute(&mut connection).await;
            assert!(refused.is_err(), "{role:?} truncates {table}");
        }
        // What refers to the table is truncated with it, so its trigger goes too.
        for (table, trigger) in [
            (table, trigger),
            ("platform_audit_seals", "platform_audit_seals_append_only"),
        ] {
            world
                .run(&format!(
                    "DROP TRIGGER IF EXISTS {trigger} ON {{schema}}.{table}"
                ))
                .await?;
        }
        world.run(&truncate).await?;
        let mut connection = world.connect(Role::Superuser).await?;
        let count = sqlx::query(sql(&format!(
            "SELECT count(*) AS rows FROM {{schema}}.{table}"
        )));
        let rows: i64 = count.fetch_one(&mut connection).await?.try_get("rows")?;
        assert_eq!(rows, 0, "{table} without its trigger");
    }
    Ok(())
}

/// First seen to fail with the trigger dropped: the record then bore what the writer said.
#[tokio::test(flavor = "multi_thread")]
async fn a_record_bears_the_transaction_that_wrote_it() -> Outcome {
    let world = World::new().await?;
    let insert = "INSERT INTO {schema}.offer_audit_logs (tenant_id, id, operation_id, actor_kind, action, outcome, subject_kind, result,
            created_at, epoch, transaction_id)
        VALUES (md5('loan')::UUID, gen_random_uuid(), gen_random_uuid(), 'anonymous', 'offer.edit', 'done', 'offer', 'null',
            '2026-03-02 10:00Z', 77, '9')
        RETURNING epoch = 1 AND transaction_id = pg_current_xact_id() AS is_true";
    for (is_stamped, drop) in [
        (
            true,
            "DROP TRIGGER offer_audit_logs_stamp ON {schema}.offer_audit_logs",
        ),
        (false, "SELECT 1"),
    ] {
        let mut connection = world.connect(Role::App).await?;
        let row = sqlx::query(sql(insert)).fetch_one(&mut connection).await?;
        assert_eq!(row.try_get::<bool, _>("is_true")?, is_stamped);
        world.run(drop).await?;
    }
    Ok(())
}

//! The check at start finds every weakness, and says its remedy.

use offerkit_postgres::{CheckError, PgStore, SchemaName, Weakness};
use sqlx::{Executor as _, PgPool, postgres::PgPoolOptions};

use crate::{
    lint::TENANT_TABLES,
    world::{Outcome, World, sql},
};

/// What the check finds after `weakened`, which a superuser runs, on connections that run `connected`.
async fn found(world: &World, connected: &'static str) -> Outcome<Vec<Weakness>> {
    let pool: PgPool = PgPoolOptions::new()
        .after_connect(move |connection, _| {
            Box::pin(async move { connection.execute(connected).await.map(drop) })
        })
        .connect(&world.database.url())
        .await?;
    match PgStore::from_pool(pool, SchemaName::default())
        .check()
        .await
    {
        Ok(()) => Ok(Vec::new()),
        Err(CheckError::Weak(found)) => Ok(found),
        Err(error) => Err(error.into()),
    }
}

const APP: &str = "SET ROLE offerkit_app";

#[tokio::test(flavor = "multi_thread")]
async fn a_sound_store_passes() -> Outcome {
    let world = World::new().await?;
    assert_eq!(found(&world, APP).await?, []);
    // The ordinary superuser of a first try runs as the application's role.
    PgStore::connect(&world.database.url())
        .await?
        .check()
        .await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_superuser_a_bypassing_role_and_the_owner_are_refused() -> Outcome {
    let world = World::new().await?;
    let role = "postgres".to_owned();
    assert_eq!(
        found(&world, "SELECT 1").await?,
        [Weakness::BypassingRole { role }]
    );
    let role = "offerkit_test_owner".to_owned();
    let owned = found(&world, "SET ROLE offerkit_test_owner").await?;
    assert_eq!(owned, [Weakness::OwningRole { role }]);
    let error = CheckError::Weak(owned).to_string();
    assert!(error.contains("SET ROLE offerkit_app"), "{error}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_lose_commits_or_switch_triggers_off_are_refused() -> Outcome {
    let world = World::new().await?;
    let asynchronous = "SET synchronous_commit = off; SET ROLE offerkit_app";
    assert_eq!(
        found(&world, asynchronous).await?,
        [Weakness::AsynchronousCommit]
    );
    let replica = "SET session_replication_role = replica; SET ROLE offerkit_app";
    let value = "replica".to_owned();
    assert_eq!(
        found(&world, replica).await?,
        [Weakness::ReplicationRole { value }]
    );
    world
        .run("UPDATE {schema}.installation SET clock_offset = '1 hour'")
        .await?;
    let (schema, offset) = ("offerkit".to_owned(), "01:00:00".to_owned());
    assert_eq!(
        found(&world, APP).await?,
        [Weakness::ClockOffset { schema, offset }]
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_cannot_stage_imports_is_refused() -> Outcome {
    let world = World::new().await?;
    let database = world.database.name().to_owned();
    world
        .run(&format!(
            "REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC"
        ))
        .await?;
    let role = "offerkit_app".to_owned();
    let staging = Weakness::NoStaging { role, database };
    let weak = found(&world, APP).await?;
    assert_eq!(weak, std::slice::from_ref(&staging));
    let remedy = staging.to_string();
    let (_, remedy) = remedy.split_once("run `").ok_or("no remedy")?;
    world.run(remedy.trim_end_matches('`')).await?;
    assert_eq!(found(&world, APP).await?, []);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_migrations_are_refused() -> Outcome {
    let world = World::new().await?;
    world
        .run("DELETE FROM {schema}.schema_migrations WHERE version >= 6")
        .await?;
    assert_eq!(
        found(&world, APP).await?,
        [Weakness::Behind { next: "0006_audit" }]
    );
    world
        .run("UPDATE {schema}.schema_migrations SET checksum = 'x' WHERE version = 1")
        .await?;
    let changed = found(&world, APP).await?;
    assert!(
        matches!(changed.as_slice(), [Weakness::Migrations(why)] if why.contains("0001_platform")),
        "{changed:?}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_missing_defence_is_named() -> Outcome {
    let world = World::new().await?;
    for (weakened, defence) in [
        (
            "DROP TRIGGER offer_approvals_four_eyes ON {schema}.offer_approvals",
            "trigger `offer_approvals_four_eyes` of `offer_approvals`",
        ),
        (
            "ALTER TABLE {schema}.offers DISABLE TRIGGER offers_recorded",
            "trigger `offers_recorded` of `offers`",
        ),
        (
            "ALTER TABLE {schema}.campaign_launches DROP CONSTRAINT campaign_launches_approved_fkey",
            "constraint `campaign_launches_approved_fkey` of `campaign_launches`",
        ),
        (
            "ALTER TABLE {schema}.segments NO FORCE ROW LEVEL SECURITY",
            "forced row-level security of `segments`",
        ),
        (
            "ALTER POLICY tenant_wall ON {schema}.campaigns USING (TRUE)",
            "policy `tenant_wall` of `campaigns`",
        ),
        (
            "ALTER TABLE {schema}.audit_seals ENABLE TRIGGER audit_seals_append_only",
            "trigger `audit_seals_append_only` of `audit_seals`, enabled ALWAYS",
        ),
        (
            "ALTER POLICY tenant_wall ON {schema}.offers TO offerkit_test_owner",
            "policy `tenant_wall` of `offers`",
        ),
    ] {
        let before = found(&world, APP).await?.len();
        world.run(weakened).await?;
        let found = found(&world, APP).await?;
        let wanted = Weakness::Missing {
            defence: defence.to_owned(),
        };
        assert!(found.contains(&wanted), "{weakened}: {found:?}");
        assert_eq!(found.len(), before + 1, "{weakened}: {found:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_tenant_tables_wall_is_asked_for() -> Outcome {
    let world = World::new().await?;
    for table in TENANT_TABLES {
        world
            .run(&format!("DROP POLICY tenant_wall ON {{schema}}.{table}"))
            .await?;
    }
    let found = found(&world, APP).await?;
    assert_eq!(found.len(), TENANT_TABLES.len(), "{found:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn rights_on_evidence_are_refused() -> Outcome {
    let world = World::new().await?;
    world
        .run("GRANT DELETE ON {schema}.offer_audit_logs TO offerkit_app")
        .await?;
    world
        .run("GRANT TRUNCATE ON {schema}.users TO PUBLIC")
        .await?;
    let found: Vec<_> = found(&world, APP)
        .await?
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        found,
        [
            "the role `offerkit_app` may DELETE on `offerkit.offer_audit_logs`; run `REVOKE DELETE ON offerkit.offer_audit_logs FROM offerkit_app`",
            "the role `offerkit_app` may TRUNCATE on `offerkit.users`; run `REVOKE TRUNCATE ON offerkit.users FROM offerkit_app`",
        ]
    );
    Ok(())
}

/// The migrations compute what the library computes.
#[tokio::test(flavor = "multi_thread")]
async fn the_database_and_the_library_make_the_same_digests() -> Outcome {
    use offerkit_core::digest::Digest;
    let world = World::new().await?;
    let mut connection = world.connect(crate::world::Role::App).await?;
    for (content, from, until) in [
        ("{}", None, None),
        (r#"{"title":"Ünï ✓ \\ \" 😀"}"#, Some("2026-03-02"), None),
        (r#"{"a":1e16}"#, Some("0001-01-01"), Some("9999-12-31")),
    ] {
        for style in [
            "SET DateStyle = 'German, DMY'",
            "SET DateStyle = 'ISO, MDY'",
        ] {
            connection.execute(style).await?;
            let select = "SELECT {schema}.digest_of_parts($1, {schema}.iso_date($2::TEXT::DATE), {schema}.iso_date($3::TEXT::DATE))";
            let made: Vec<u8> = sqlx::query_scalar(sql(select))
                .bind(content)
                .bind(from)
                .bind(until)
                .fetch_one(&mut connection)
                .await?;
            let parts = [content, from.unwrap_or_default(), until.unwrap_or_default()];
            let expected = Digest::of_parts(parts.map(str::as_bytes));
            assert_eq!(made, expected.as_bytes(), "{content} {from:?} {until:?}");
        }
    }
    Ok(())
}

/// The trigger is there and switched on, and does nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_hollowed_out_function_is_named() -> Outcome {
    let world = World::new().await?;
    let hollow = "CREATE OR REPLACE FUNCTION {schema}.offer_approvals_four_eyes() RETURNS trigger
        LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS 'BEGIN RETURN NEW; END'";
    world.run(hollow).await?;
    let found = found(&world, APP).await?;
    let is_named = matches!(found.as_slice(), [Weakness::Missing { defence }]
        if defence.starts_with("function `offer_approvals_four_eyes`"));
    assert!(is_named, "{found:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_copy_is_refused_until_it_is_armed() -> Outcome {
    let world = World::new().await?;
    let store = PgStore::connect(&world.database.url()).await?;
    store.arm().await?;
    assert_eq!(epoch(&world).await?, 1, "what is no copy stays as it is");
    world
        .run("UPDATE {schema}.installation SET system_identifier = 7")
        .await?;
    let found = found(&world, APP).await?;
    assert!(
        matches!(found.as_slice(), [Weakness::Restored { made: 7, .. }]),
        "{found:?}"
    );
    store.arm().await?;
    store.check().await?;
    assert_eq!(epoch(&world).await?, 2);
    Ok(())
}

/// The epoch that a new record bears.
async fn epoch(world: &World) -> Outcome<i32> {
    let mut connection = world.connect(crate::world::Role::App).await?;
    let insert = "INSERT INTO {schema}.platform_audit_logs (id, operation_id, actor_kind, action, outcome, subject_kind, result, created_at)
        VALUES (gen_random_uuid(), gen_random_uuid(), 'anonymous', 'user.create', 'done', 'platform', 'null', '2026-03-02 10:00Z')
        RETURNING epoch";
    Ok(sqlx::query_scalar(sql(insert))
        .fetch_one(&mut connection)
        .await?)
}

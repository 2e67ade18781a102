//! What every table keeps to, read from the catalog, so that a table of tomorrow keeps to it too.

use std::collections::BTreeSet;

use sqlx::Row as _;

use crate::world::{Outcome, Role, World, sql};

/// The tables whose rows are one tenant's.
pub(crate) const TENANT_TABLES: &[&str] = &[
    "audience_runs",
    "audit_seals",
    "campaign_audiences",
    "campaign_contributions",
    "campaign_customers",
    "campaign_launches",
    "campaign_lots",
    "campaign_segments",
    "campaigns",
    "contact_turns",
    "delivery_attempts",
    "message_templates",
    "offer_approvals",
    "offer_audit_logs",
    "offer_comments",
    "offer_configurations",
    "offer_contributions",
    "offer_revisions",
    "offers",
    "segments",
    "tenant_rates",
];

/// The tables that stand outside row-level security; those of the first line hold a tenant's column nevertheless.
const PLATFORM_TABLES: &[&str] = &[
    "groups",
    "user_tenant_roles",
    "consents",
    "customer_keys",
    "customers",
    "field_catalog",
    "installation",
    "kept_messages",
    "login_failures",
    "notifier_rates",
    "platform_audit_logs",
    "platform_audit_seals",
    "schema_migrations",
    "sending_stops",
    "sessions",
    "suppressions",
    "tenants",
    "users",
];

/// A rule, the query that finds what breaks it, and a statement that breaks it, so that the query is seen to work.
struct Rule {
    says: &'static str,
    offenders: &'static str,
    broken_by: &'static str,
}

/// Tables of the schema, each with the number of its tenant column, if it has one.
macro_rules! from_tables {
    ($($rest:literal),+) => {
        concat!(
            "WITH tables AS (
                SELECT it.oid, it.relname::TEXT AS name, tenant.attnum AS tenant, tenant.attnotnull AS is_required,
                    it.relname <> ALL (ARRAY['tenants', 'users']) AND tenant.attnum IS NOT NULL AS is_tenants,
                    it.relrowsecurity AS is_walled, it.relforcerowsecurity AS is_forced
                FROM pg_class AS it
                LEFT JOIN pg_attribute AS tenant ON tenant.attrelid = it.oid AND NOT tenant.attisdropped
                    AND tenant.attname IN ('tenant_id', 'tenant_number')
                WHERE it.relnamespace = '{schema}'::regnamespace AND it.relkind IN ('r', 'p'))
            ",
            $($rest),+
        )
    };
}

const RULES: &[Rule] = &[
    Rule {
        says: "a tenant's column is never null",
        offenders: from_tables!("SELECT name FROM tables WHERE tenant IS NOT NULL AND NOT is_required"),
        broken_by: "CREATE TABLE {schema}.bad (tenant_id UUID)",
    },
    Rule {
        says: "a tenant's rows stand behind forced row-level security",
        offenders: from_tables!(
            "SELECT name FROM tables WHERE is_tenants AND name NOT IN ('groups', 'user_tenant_roles')
                AND NOT (is_walled AND is_forced)"
        ),
        broken_by: "ALTER TABLE {schema}.offers NO FORCE ROW LEVEL SECURITY",
    },
    Rule {
        says: "a wall is a restrictive policy for every command and role, which compares the tenant",
        offenders: from_tables!(
            "SELECT name FROM tables WHERE is_walled AND NOT EXISTS (
                SELECT FROM pg_policy AS it WHERE it.polrelid = tables.oid AND NOT it.polpermissive AND it.polcmd = '*'
                    AND it.polroles = '{0}' AND pg_get_expr(it.polqual, it.polrelid) ~ 'offerkit.tenant'
                    AND pg_get_expr(it.polwithcheck, it.polrelid) = pg_get_expr(it.polqual, it.polrelid))"
        ),
        broken_by: "ALTER POLICY tenant_wall ON {schema}.offers WITH CHECK (TRUE)",
    },
    Rule {
        says: "a tenant's primary and unique keys begin with the tenant",
        // Numbers stand for ids in the ledger, and a run is ended by its id alone.
        offenders: from_tables!(
            "SELECT name || '.' || class.relname FROM tables
            JOIN pg_index AS it ON it.indrelid = tables.oid AND it.indisunique
            JOIN pg_class AS class ON class.oid = it.indexrelid
            WHERE is_tenants AND it.indkey[0] <> tenant
                AND class.relname NOT IN ('campaigns_number_key', 'audience_runs_number_key', 'audience_runs_id_key')"
        ),
        broken_by: "CREATE UNIQUE INDEX bad ON {schema}.offers (id)",
    },
    Rule {
        says: "a foreign key between two tenant tables holds the tenant on both sides",
        offenders: from_tables!(
            "SELECT it.conname FROM pg_constraint AS it
            JOIN tables AS one ON one.oid = it.conrelid AND one.is_tenants
            JOIN tables AS other ON other.oid = it.confrelid AND other.is_tenants
            WHERE it.contype = 'f' AND NOT (it.conkey[1] = one.tenant AND it.confkey[1] = other.tenant)"
        ),
        broken_by: "CREATE UNIQUE INDEX bad ON {schema}.offers (id);
            ALTER TABLE {schema}.campaigns ADD CONSTRAINT bad FOREIGN KEY (offer_id) REFERENCES {schema}.offers (id)
                ON DELETE RESTRICT",
    },
    Rule {
        says: "nothing cascades: every foreign key restricts deletion and changes of keys",
        offenders: "SELECT it.conname::TEXT FROM pg_constraint AS it
            WHERE it.connamespace = '{schema}'::regnamespace AND it.contype = 'f'
                AND (it.confdeltype <> 'r' OR it.confupdtype <> 'a')",
        broken_by: "ALTER TABLE {schema}.sessions ADD FOREIGN KEY (user_id) REFERENCES {schema}.users (id) ON DELETE CASCADE",
    },
    Rule {
        says: "a foreign key has an index to find what refers",
        // What is never deleted, of tables where that is refused by a trigger, needs none.
        offenders: "SELECT it.conname::TEXT FROM pg_constraint AS it
            WHERE it.connamespace = '{schema}'::regnamespace AND it.contype = 'f'
                AND it.confrelid NOT IN ('{schema}.users'::regclass, '{schema}.tenants'::regclass)
                AND NOT EXISTS (SELECT FROM pg_trigger AS kept WHERE kept.tgrelid = it.confrelid
                    AND kept.tgname ~ '(_kept|_unchanged|_append_only)$')
                AND NOT EXISTS (SELECT FROM pg_index AS index WHERE index.indrelid = it.conrelid
                    AND (index.indkey::SMALLINT[])[0:cardinality(it.conkey) - 1] @> it.conkey)",
        broken_by: "CREATE TABLE {schema}.bad (id UUID PRIMARY KEY,
            session_id UUID REFERENCES {schema}.sessions (id) ON DELETE RESTRICT)",
    },
    Rule {
        says: "a status is never null, and one of a list",
        offenders: "SELECT table_name || '.' || column_name FROM information_schema.columns AS it
            WHERE table_schema = '{schema}' AND column_name ~ 'status$' AND column_name <> 'kyc_status' AND column_name <> 'marital_status'
                AND table_name <> 'deliveries'
                AND (is_nullable = 'YES' OR (data_type = 'text' AND NOT EXISTS (SELECT FROM pg_constraint AS listed
                    WHERE listed.conrelid = format('{schema}.%I', table_name)::regclass AND listed.contype = 'c'
                        AND pg_get_constraintdef(listed.oid) LIKE '%' || column_name || ' = ANY%')))",
        broken_by: "ALTER TABLE {schema}.offers ALTER COLUMN status DROP NOT NULL",
    },
    Rule {
        says: "a moment has a time zone",
        offenders: "SELECT table_name || '.' || column_name FROM information_schema.columns
            WHERE table_schema = '{schema}' AND data_type = 'timestamp without time zone'",
        broken_by: "ALTER TABLE {schema}.users ADD COLUMN bad TIMESTAMP",
    },
    Rule {
        says: "a moment, a date and a decimal are finite",
        offenders: "SELECT table_name || '.' || column_name FROM information_schema.columns AS it
            WHERE table_schema = '{schema}' AND data_type IN ('timestamp with time zone', 'date', 'numeric', 'double precision', 'real')
                AND table_name NOT IN ('deliveries', 'schema_migrations')
                AND NOT EXISTS (SELECT FROM pg_constraint AS checked
                    JOIN pg_attribute AS part ON part.attrelid = checked.conrelid AND part.attnum = ANY (checked.conkey)
                    WHERE checked.conrelid = format('{schema}.%I', table_name)::regclass AND checked.contype = 'c'
                        AND part.attname = it.column_name AND pg_get_constraintdef(checked.oid) ~ 'isfinite|9999-12-31|Infinity')",
        broken_by: "ALTER TABLE {schema}.users ADD COLUMN bad TIMESTAMPTZ",
    },
    Rule {
        says: "every table has a primary key",
        offenders: from_tables!(
            "SELECT name FROM tables WHERE NOT EXISTS (
                SELECT FROM pg_index AS it WHERE it.indrelid = tables.oid AND it.indisprimary)"
        ),
        broken_by: "CREATE TABLE {schema}.bad (id UUID)",
    },
    Rule {
        says: "a function has its search path pinned, or names everything in full",
        offenders: "SELECT it.proname::TEXT FROM pg_proc AS it WHERE it.pronamespace = '{schema}'::regnamespace
            AND it.proname NOT IN ('current_tenant', 'customer_id_of_number', 'customer_id_of_text') AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (it.proconfig), FALSE)",
        broken_by: "CREATE FUNCTION {schema}.bad() RETURNS INT LANGUAGE sql AS 'SELECT 1'",
    },
    Rule {
        says: "no function runs with its owner's rights",
        offenders: "SELECT it.proname::TEXT FROM pg_proc AS it WHERE it.pronamespace = '{schema}'::regnamespace AND it.prosecdef",
        broken_by: "ALTER FUNCTION {schema}.offerkit_now() SECURITY DEFINER",
    },
    Rule {
        says: "a view sees what its reader may see",
        offenders: "SELECT it.relname::TEXT FROM pg_class AS it WHERE it.relnamespace = '{schema}'::regnamespace
            AND it.relkind IN ('v', 'm') AND NOT coalesce('security_invoker=true' = ANY (it.reloptions), FALSE)",
        broken_by: "CREATE VIEW {schema}.bad AS SELECT 1 AS one",
    },
    Rule {
        says: "services remove nothing but what is no evidence, and empty nothing",
        offenders: "SELECT it.relname || ': ' || wanted FROM pg_class AS it, unnest(ARRAY['DELETE', 'TRUNCATE', 'TRIGGER', 'REFERENCES']) AS wanted
            WHERE it.relnamespace = '{schema}'::regnamespace AND it.relkind IN ('r', 'p')
                AND has_table_privilege('offerkit_app', it.oid, wanted)
                AND NOT (wanted = 'DELETE' AND it.relname IN ('user_tenant_roles', 'sessions', 'login_failures', 'customer_keys', 'kept_messages', 'suppressions'))",
        broken_by: "GRANT DELETE ON {schema}.users TO offerkit_app",
    },
    Rule {
        says: "the public has no right at all",
        offenders: "SELECT it.relname::TEXT FROM pg_class AS it, aclexplode(it.relacl) AS given
                WHERE it.relnamespace = '{schema}'::regnamespace AND given.grantee = 0
            UNION ALL SELECT it.proname FROM pg_proc AS it, aclexplode(coalesce(it.proacl, acldefault('f', it.proowner))) AS given
                WHERE it.pronamespace = '{schema}'::regnamespace AND given.grantee = 0
            UNION ALL SELECT it.nspname FROM pg_namespace AS it, aclexplode(it.nspacl) AS given
                WHERE it.nspname = '{schema}' AND given.grantee = 0",
        broken_by: "GRANT SELECT ON {schema}.tenants TO PUBLIC",
    },
];

async fn offenders(world: &World, query: &str) -> Outcome<Vec<String>> {
    let mut connection = world.connect(Role::Superuser).await?;
    let rows = sqlx::query(sql(query)).fetch_all(&mut connection).await?;
    rows.iter()
        .map(|row| Ok(row.try_get::<String, _>(0)?))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_rule_holds_and_finds_what_breaks_it() -> Outcome {
    let world = World::new().await?;
    for rule in RULES {
        assert_eq!(
            offenders(&world, rule.offenders).await?,
            [""; 0],
            "{}",
            rule.says
        );
    }
    for rule in RULES {
        let world = World::new().await?;
        world.run(rule.broken_by).await?;
        assert_ne!(
            offenders(&world, rule.offenders).await?,
            [""; 0],
            "unnoticed: {}",
            rule.says
        );
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_is_a_tenants_or_the_platforms() -> Outcome {
    let world = World::new().await?;
    let tables = "SELECT it.relname::TEXT FROM pg_class AS it
        WHERE it.relnamespace = '{schema}'::regnamespace AND it.relkind IN ('r', 'p')";
    let there: BTreeSet<_> = offenders(&world, tables).await?.into_iter().collect();
    let known = TENANT_TABLES.iter().chain(PLATFORM_TABLES);
    assert_eq!(there, known.map(|name| (*name).to_owned()).collect());
    Ok(())
}

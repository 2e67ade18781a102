//! The defences that the migrations make, and those of them that the database lacks.

use std::collections::{BTreeMap, BTreeSet};

use offerkit_core::digest::Digest;
use sqlx::{PgConnection, Row as _};

use super::Weakness;
use crate::{migrations::Migrations, schema::SchemaName};

/// The tables whose rows are one tenant's.
pub(super) const TENANT_TABLES: &[&str] = &[
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

pub(super) async fn missing(
    connection: &mut PgConnection,
    schema: &SchemaName,
    found: &mut Vec<Weakness>,
) -> Result<(), sqlx::Error> {
    let there = there(connection, schema).await?;
    let wanted = wanted(schema);
    let missing = wanted.difference(&there);
    found.extend(missing.map(|defence| Weakness::Missing {
        defence: defence.clone(),
    }));
    Ok(())
}

fn trigger(table: &str, name: &str) -> String {
    format!("trigger `{name}` of `{table}`")
}

fn constraint(table: &str, name: &str) -> String {
    format!("constraint `{name}` of `{table}`")
}

fn wall(table: &str) -> String {
    format!("forced row-level security of `{table}`")
}

fn policy(table: &str, name: &str) -> String {
    format!("policy `{name}` of `{table}`")
}

fn always(table: &str, name: &str) -> String {
    format!("trigger `{name}` of `{table}`, enabled ALWAYS")
}

fn function(name: &str, body: &str) -> String {
    format!(
        "function `{name}` with the body {}",
        Digest::of(body.as_bytes())
    )
}

/// What the migrations say: every function, trigger and named constraint, and the walls of the tenants' tables.
fn wanted(schema: &SchemaName) -> BTreeSet<String> {
    let mut wanted = BTreeSet::new();
    for table in TENANT_TABLES {
        wanted.insert(wall(table));
        wanted.insert(policy(table, "tenant_wall"));
    }
    let mut functions = BTreeMap::new();
    let migrations = Migrations::of(schema);
    for migration in migrations.list() {
        read_statements(migration.sql(), schema, &mut wanted);
        read_functions(migration.sql(), schema, &mut functions);
    }
    wanted.extend(functions.iter().map(|(name, body)| function(name, body)));
    wanted
}

/// Reads the triggers and constraints that a migration makes and drops.
fn read_statements(sql: &str, schema: &SchemaName, wanted: &mut BTreeSet<String>) {
    let prefix = format!("\"{schema}\".");
    let (mut table, mut name) = ("", None);
    let (mut before, mut makes) = ("", true);
    let mut words = sql
        .split_whitespace()
        .map(|word| word.trim_end_matches(';'))
        .peekable();
    while let Some(word) = words.next() {
        let next = words.peek().copied().unwrap_or_default();
        let named = next.strip_prefix(&prefix);
        match (before, word) {
            ("CREATE" | "ALTER", "TABLE") => table = named.unwrap_or(table),
            ("CREATE" | "CONSTRAINT" | "DROP", "TRIGGER") => {
                (name, makes) = (Some(next), before != "DROP");
            }
            ("ALWAYS", "TRIGGER") => {
                wanted.insert(always(table, next));
            }
            (_, "ON") if named.is_some() => {
                if let (Some(name), Some(table)) = (name.take(), named) {
                    let trigger = trigger(table, name);
                    let _changed = if makes {
                        wanted.insert(trigger)
                    } else {
                        wanted.remove(&trigger)
                    };
                }
            }
            ("DROP", "CONSTRAINT") => {
                wanted.remove(&constraint(table, next));
            }
            // In a function's body, `CONSTRAINT = …` names the rule that an error is about.
            (before, "CONSTRAINT") if before != "CREATE" && next != "=" => {
                wanted.insert(constraint(table, next));
            }
            _ => {}
        }
        before = word;
    }
}

/// Reads the bodies of the functions that a migration makes or replaces.
fn read_functions<'a>(
    sql: &'a str,
    schema: &SchemaName,
    functions: &mut BTreeMap<&'a str, &'a str>,
) {
    let prefix = format!("\"{schema}\".");
    for start in ["CREATE FUNCTION ", "CREATE OR REPLACE FUNCTION "] {
        for made in sql.split(start).skip(1) {
            let name = made
                .strip_prefix(&prefix)
                .and_then(|it| it.split('(').next());
            if let (Some(name), Some(body)) = (name, made.split("$$").nth(1)) {
                functions.insert(name, body);
            }
        }
    }
}

/// What the database has, and has switched on.
async fn there(
    connection: &mut PgConnection,
    schema: &SchemaName,
) -> Result<BTreeSet<String>, sqlx::Error> {
    let rows = sqlx::query(
        "WITH tables AS (
            SELECT it.oid, it.relname::TEXT AS name, it.relrowsecurity AND it.relforcerowsecurity AS is_walled
            FROM pg_class AS it JOIN pg_namespace AS space ON space.oid = it.relnamespace
            WHERE space.nspname = $1 AND it.relkind IN ('r', 'p')
        )
        SELECT 'wall' AS kind, name AS table, '' AS name FROM tables WHERE is_walled
        UNION ALL
        SELECT 'trigger', tables.name, it.tgname::TEXT
        FROM pg_trigger AS it JOIN tables ON tables.oid = it.tgrelid WHERE it.tgenabled IN ('O', 'A')
        UNION ALL
        SELECT 'always', tables.name, it.tgname::TEXT
        FROM pg_trigger AS it JOIN tables ON tables.oid = it.tgrelid WHERE it.tgenabled = 'A'
        UNION ALL
        SELECT 'function', it.proname::TEXT, it.prosrc
        FROM pg_proc AS it JOIN pg_namespace AS space ON space.oid = it.pronamespace WHERE space.nspname = $1
        UNION ALL
        SELECT 'constraint', tables.name, it.conname::TEXT
        FROM pg_constraint AS it JOIN tables ON tables.oid = it.conrelid WHERE it.convalidated
        UNION ALL
        SELECT 'policy', tables.name, it.polname::TEXT
        FROM pg_policy AS it JOIN tables ON tables.oid = it.polrelid
        WHERE NOT it.polpermissive AND it.polcmd = '*' AND it.polroles = '{0}'
            AND pg_get_expr(it.polqual, it.polrelid) ~ 'offerkit.tenant'
            AND pg_get_expr(it.polwithcheck, it.polrelid) ~ 'offerkit.tenant'",
    )
    .bind(schema.as_str())
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let (kind, table, name): (String, String, String) = (
                row.try_get("kind")?,
                row.try_get("table")?,
                row.try_get("name")?,
            );
            Ok(match kind.as_str() {
                "wall" => wall(&table),
                "trigger" => trigger(&table, &name),
                "always" => always(&table, &name),
                "function" => function(&table, &name),
                "policy" => policy(&table, &name),
                _ => constraint(&table, &name),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_later_migration_drops_is_not_wanted() {
        let schema = SchemaName::default();
        let mut wanted = BTreeSet::new();
        let made = "CREATE TABLE \"offerkit\".t (a INT, CONSTRAINT t_check CHECK (a > 0)); \
             CREATE TRIGGER t_kept BEFORE DELETE ON \"offerkit\".t;";
        read_statements(made, &schema, &mut wanted);
        assert_eq!(wanted.len(), 2, "{wanted:?}");
        let dropped = "ALTER TABLE \"offerkit\".t DROP CONSTRAINT t_check; DROP TRIGGER t_kept ON \"offerkit\".t;";
        read_statements(dropped, &schema, &mut wanted);
        assert!(wanted.is_empty(), "{wanted:?}");
    }

    #[test]
    fn the_defences_are_read_from_the_migrations() {
        let wanted = wanted(&SchemaName::default());
        for defence in [
            "trigger `offer_approvals_four_eyes` of `offer_approvals`",
            "trigger `offers_recorded` of `offers`",
            "constraint `campaign_launches_approved_fkey` of `campaign_launches`",
            "constraint `offers_live_revision_fkey` of `offers`",
            "constraint `users_username_key` of `users`",
            "forced row-level security of `campaign_customers`",
            "trigger `offer_audit_logs_append_only` of `offer_audit_logs`, enabled ALWAYS",
        ] {
            assert!(wanted.contains(defence), "{defence}: {wanted:#?}");
        }
        let functions = wanted.iter().filter(|it| it.starts_with("function"));
        let sql: String = Migrations::of(&SchemaName::default())
            .list()
            .iter()
            .map(|it| it.sql().to_owned())
            .collect();
        assert_eq!(functions.count(), sql.matches("CREATE FUNCTION").count());
    }
}

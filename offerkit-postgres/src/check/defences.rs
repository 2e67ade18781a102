//! The defences that the migrations make, and those of them that the database lacks.

use std::collections::BTreeSet;

use sqlx::{PgConnection, Row as _};

use super::Weakness;
use crate::{migrations::Migrations, schema::SchemaName};

/// The tables whose rows are one tenant's.
pub(super) const TENANT_TABLES: &[&str] = &[
    "audience_runs",
    "audit_seals",
    "campaign_contributions",
    "campaign_customers",
    "campaign_launches",
    "campaign_segments",
    "campaigns",
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

/// What the migrations say: every trigger and every named constraint, and the walls of the tenants' tables.
fn wanted(schema: &SchemaName) -> BTreeSet<String> {
    let mut wanted = BTreeSet::new();
    for table in TENANT_TABLES {
        wanted.insert(wall(table));
        wanted.insert(policy(table, "tenant_wall"));
    }
    let prefix = format!("\"{schema}\".");
    let migrations = Migrations::of(schema);
    for migration in migrations.list() {
        let mut table = String::new();
        let mut words = migration.sql().split_whitespace().peekable();
        let (mut before, mut name) = ("", None);
        while let Some(word) = words.next() {
            let next = words.peek().copied().unwrap_or_default();
            match (before, word) {
                ("CREATE" | "ALTER", "TABLE") if next.starts_with(&prefix) => {
                    next.trim_start_matches(&prefix).clone_into(&mut table);
                }
                ("CREATE" | "CONSTRAINT", "TRIGGER") => name = Some(next),
                (_, "ON") if next.starts_with(&prefix) => {
                    if let Some(name) = name.take() {
                        wanted.insert(trigger(next.trim_start_matches(&prefix), name));
                    }
                }
                // In a function's body, `CONSTRAINT = …` names the rule that an error is about.
                (before, "CONSTRAINT") if before != "CREATE" && next != "=" => {
                    wanted.insert(constraint(&table, next));
                }
                _ => {}
            }
            before = word;
        }
    }
    wanted
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
        SELECT 'constraint', tables.name, it.conname::TEXT
        FROM pg_constraint AS it JOIN tables ON tables.oid = it.conrelid WHERE it.convalidated
        UNION ALL
        SELECT 'policy', tables.name, it.polname::TEXT
        FROM pg_policy AS it JOIN tables ON tables.oid = it.polrelid
        WHERE NOT it.polpermissive AND it.polcmd = '*' AND it.polroles = '{0}'
            AND pg_get_expr(it.polqual, it.polrelid) ~ 'offerkit.tenant|current_tenant_number'
            AND pg_get_expr(it.polwithcheck, it.polrelid) ~ 'offerkit.tenant|current_tenant_number'",
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
    fn the_defences_are_read_from_the_migrations() {
        let wanted = wanted(&SchemaName::default());
        for defence in [
            "trigger `offer_approvals_four_eyes` of `offer_approvals`",
            "trigger `offers_recorded` of `offers`",
            "constraint `campaign_launches_approved_fkey` of `campaign_launches`",
            "constraint `offers_live_revision_fkey` of `offers`",
            "constraint `users_username_key` of `users`",
            "forced row-level security of `campaign_customers`",
        ] {
            assert!(wanted.contains(defence), "{defence}: {wanted:#?}");
        }
    }
}

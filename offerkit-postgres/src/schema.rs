//! The schema that the library's tables stand in, and the one place where text becomes SQL.

use std::{fmt, str::FromStr};

use offerkit_core::{domain::Scope, ports::Access};
use sqlx::AssertSqlSafe;

/// The name of the library's schema in the host's database; `offerkit` unless the host says otherwise.
///
/// ```
/// use offerkit_postgres::SchemaName;
///
/// assert_eq!(SchemaName::default().as_str(), "offerkit");
/// assert!("bank_offers".parse::<SchemaName>().is_ok());
/// assert!("Bank offers".parse::<SchemaName>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SchemaName(Box<str>);

/// A text that names no schema of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is not a schema name: expected 1 to 63 of a-z, 0-9 and `_`, a letter first, and not `pg_…`"
)]
pub struct SchemaNameError {
    text: String,
}

impl SchemaName {
    /// The longest name, in bytes: PostgreSQL cuts longer ones without a word.
    pub const MAX_BYTES: usize = 63;

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `text` with every `{schema}` replaced by the name. The only text that varies is the name, whose characters were
    /// checked, so it is safe to run where `text` is.
    pub(crate) fn qualify(&self, text: &str) -> AssertSqlSafe<String> {
        AssertSqlSafe(self.render(text))
    }

    /// The same of a text in several parts, each of which stands in the source.
    pub(crate) fn join(&self, parts: &[&'static str]) -> AssertSqlSafe<String> {
        self.qualify(&parts.concat())
    }

    pub(crate) fn render(&self, text: &str) -> String {
        text.replace("{schema}", &format!("\"{}\"", self.0))
    }
}

/// How a transaction begins.
pub(crate) struct Beginning {
    scope: Scope,
    access: Access,
    is_long: bool,
    also: Option<String>,
}

impl Beginning {
    /// One whose statements keep to the connection's timeout.
    pub(crate) const fn short(scope: Scope, access: Access) -> Self {
        Self {
            scope,
            access,
            is_long: false,
            also: None,
        }
    }

    /// One whose statements take as long as they take.
    pub(crate) fn long(scope: Scope, access: Access) -> Self {
        Self {
            is_long: true,
            ..Self::short(scope, access)
        }
    }

    /// With a statement that is answered in the same round trip; no value stands in it but ids of ours.
    pub(crate) fn and(self, also: Option<String>) -> Self {
        Self { also, ..self }
    }

    pub(crate) const fn scope(&self) -> Scope {
        self.scope
    }

    pub(crate) const fn access(&self) -> Access {
        self.access
    }

    pub(crate) fn sql(&self) -> AssertSqlSafe<String> {
        let mut sql = begin(self.scope, self.access);
        if self.is_long {
            sql.push_str("; SET LOCAL statement_timeout = 0");
        }
        if let Some(also) = &self.also {
            sql.push_str("; ");
            sql.push_str(also);
        }
        AssertSqlSafe(sql)
    }

    /// The same as a part of the host's transaction, whose timeouts stay the host's.
    pub(crate) fn sql_within(&self, schema: &SchemaName) -> AssertSqlSafe<String> {
        let mut sql = begin_within(schema, self.scope, self.access);
        if let Some(also) = &self.also {
            sql.push_str("; ");
            sql.push_str(also);
        }
        AssertSqlSafe(sql)
    }
}

/// Begins a transaction in a scope, in one round trip. Where one is open already, because someone left it so, `BEGIN` only
/// warns: then the transaction began before this message, and the division fails.
fn begin(scope: Scope, access: Access) -> String {
    let begin = match access {
        // One snapshot for all that is read.
        Access::Read | Access::ReadCommitted => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        // Each statement sees what was committed before it, so that whoever waited for a lock sees what it waited for.
        Access::Write => "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
    };
    let probe = "SELECT 1 / (now() = statement_timestamp())::INTEGER";
    format!("{begin}; {probe}; {}", set_tenant(scope))
}

/// Discards what the transaction changed, and begins another of the same kind in its place.
pub(crate) fn begin_again(scope: Scope) -> AssertSqlSafe<String> {
    // `ROLLBACK AND CHAIN` forgets `SET LOCAL`.
    AssertSqlSafe(format!("ROLLBACK AND CHAIN; {}", set_tenant(scope)))
}

/// The constraints of ours that are checked at the end of a transaction.
pub(crate) const DEFERRED: &[&str] = &[
    "audit_hook_over",
    "campaign_launches_taken",
    "campaign_segments_current",
    "campaigns_recorded",
    "customers_erased_recorded",
    "field_catalog_recorded",
    "groups_recorded",
    "offer_approvals_recorded",
    "offer_comments_recorded",
    "offer_configurations_recorded",
    "offer_contributions_revision_fkey",
    "offer_revisions_counted",
    "offers_latest_revision_fkey",
    "offers_recorded",
    "offers_working_revision_fkey",
    "platform_audit_hook_over",
    "segments_recorded",
    "sending_stops_recorded",
    "tenants_recorded",
    "user_tenant_roles_recorded",
    "users_recorded",
    "users_super_admin_remains",
];

/// Begins a part of the host's transaction, in one round trip, and answers what the host has set.
fn begin_within(schema: &SchemaName, scope: Scope, access: Access) -> String {
    let only = match access {
        // Of this savepoint alone.
        Access::Read | Access::ReadCommitted => "SET TRANSACTION READ ONLY; ",
        Access::Write => "",
    };
    format!(
        "SELECT current_setting('role') AS role, coalesce(current_setting('offerkit.tenant', TRUE), '') AS tenant,
            current_setting('session_replication_role') AS replication;
        SAVEPOINT offerkit_unit; {only}{}",
        enter(schema, scope)
    )
}

/// Discards what a part of the host's transaction changed, and begins another in its place.
pub(crate) fn begin_again_within(schema: &SchemaName, scope: Scope) -> AssertSqlSafe<String> {
    // Going back forgets what was `SET LOCAL` since.
    AssertSqlSafe(format!(
        "ROLLBACK TO SAVEPOINT offerkit_unit; {}",
        enter(schema, scope)
    ))
}

/// Discards a part of the host's transaction.
pub(crate) const ROLL_BACK_WITHIN: &str =
    "ROLLBACK TO SAVEPOINT offerkit_unit; RELEASE SAVEPOINT offerkit_unit";

/// Makes a part of the host's transaction the host's.
pub(crate) const RELEASE: &str = "RELEASE SAVEPOINT offerkit_unit";

/// Sets again what the host had set.
pub(crate) const GIVE_BACK: &str =
    "SELECT set_config('role', $1, TRUE), set_config('offerkit.tenant', $2, TRUE),
    set_config('offerkit.claim', '', TRUE)";

/// Checks what PostgreSQL checks at a commit, of our constraints alone, and goes on waiting with the next changes.
pub(crate) fn check_constraints(schema: &SchemaName) -> AssertSqlSafe<String> {
    let ours = deferred(schema);
    AssertSqlSafe(format!(
        "SET CONSTRAINTS {ours} IMMEDIATE; SET CONSTRAINTS {ours} DEFERRED"
    ))
}

/// The role, the tenant and the constraints of a part of the host's transaction, whatever the host has set.
fn enter(schema: &SchemaName, scope: Scope) -> String {
    let (tenant, ours) = (set_tenant(scope), deferred(schema));
    format!("SET LOCAL ROLE offerkit_app; {tenant}; SET CONSTRAINTS {ours} DEFERRED")
}

fn deferred(schema: &SchemaName) -> String {
    let names = DEFERRED.iter().map(|name| format!("\"{schema}\".{name}"));
    names.collect::<Vec<_>>().join(", ")
}

/// The tenant whose rows the transaction may see and write; none on the platform. A UUID needs no escaping.
fn set_tenant(scope: Scope) -> String {
    let tenant = scope.tenant().map(|tenant| tenant.to_string());
    format!(
        "SET LOCAL offerkit.tenant = '{}'",
        tenant.unwrap_or_default()
    )
}

impl Default for SchemaName {
    fn default() -> Self {
        Self("offerkit".into())
    }
}

impl fmt::Display for SchemaName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for SchemaName {
    type Err = SchemaNameError;

    fn from_str(text: &str) -> Result<Self, SchemaNameError> {
        let may_stand = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let is_name = text.len() <= Self::MAX_BYTES
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.chars().all(may_stand)
            && !text.starts_with("pg_");
        if is_name {
            return Ok(Self(text.into()));
        }
        Err(SchemaNameError {
            text: text.chars().take(64).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Migrations;

    /// A unit of work in the host's transaction checks what is listed, and leaves the rest to a commit without a tenant.
    #[test]
    fn every_deferred_constraint_of_the_migrations_is_listed() {
        let schema = SchemaName::default();
        let migrations = Migrations::of(&schema);
        let mut found = Vec::new();
        for migration in migrations.list() {
            let mut named = "";
            let mut words = migration.sql().split_whitespace().peekable();
            while let Some(word) = words.next() {
                match (word, words.peek().copied().unwrap_or_default()) {
                    ("CONSTRAINT", "TRIGGER") => {
                        words.next();
                        named = words.next().unwrap();
                    }
                    ("CONSTRAINT", name) => named = name,
                    ("DEFERRABLE", _) => found.push(named),
                    _ => {}
                }
            }
        }
        found.sort_unstable();
        assert_eq!(found, DEFERRED);
    }

    #[test]
    fn a_schema_name_cannot_break_out_of_its_quotes() {
        for text in [
            "",
            "1a",
            "a\"b",
            "a b",
            "a.b",
            "A",
            "pg_catalog",
            "ä",
            "a;b",
            "a%s",
        ] {
            assert!(text.parse::<SchemaName>().is_err(), "{text}");
        }
        let name: SchemaName = "bank_2".parse().unwrap();
        assert_eq!(name.render("SELECT {schema}.f()"), "SELECT \"bank_2\".f()");
    }
}

//! The statement that selects, to be looked at.

use offerkit_core::ports::Selection;

use super::{Relation, selected, sink::Statement};
use crate::schema::SchemaName;

/// The statement by which [`PgStore`](crate::PgStore) finds whom a selection selects, and the values that travel beside it.
///
/// ```
/// use offerkit_core::{criteria::{Catalog, Criteria, Moment}, id::TenantId, ports::Selection};
/// use offerkit_postgres::{CriteriaSql, SchemaName};
///
/// let criteria = Criteria::parse(r#"{"credit_score": {"$gte": 700}}"#, &Catalog::customers())?;
/// let tenant: TenantId = "018f4a2c-0000-7000-8000-000000000001".parse()?;
/// let moment = Moment::in_utc("2026-01-31T09:30:00.000000Z".parse()?);
/// let sql = CriteriaSql::new(&Selection::new(tenant, criteria, moment), &SchemaName::default());
/// assert_eq!(
///     sql.statement(),
///     r#"SELECT c."id" AS id FROM "offerkit".customers AS c WHERE c."is_active" AND c."credit_score" >= $1"#
/// );
/// assert_eq!((sql.binds()[0].sql_type(), sql.binds()[0].value()), ("int8", "700"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CriteriaSql {
    statement: String,
    binds: Vec<SqlBind>,
}

/// A value that travels beside a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlBind {
    sql_type: &'static str,
    value: String,
}

impl CriteriaSql {
    /// The statement for a selection of the customers in `schema`.
    #[must_use]
    pub fn new(selection: &Selection, schema: &SchemaName) -> Self {
        let mut shown = Statement::default();
        selected::push_ids(&mut shown, &Relation::ours(schema), selection);
        let binds = shown.binds.iter().map(|bind| SqlBind {
            sql_type: bind.sql_type(),
            value: bind.to_string(),
        });
        Self {
            binds: binds.collect(),
            statement: shown.text,
        }
    }

    /// The text, which has nothing of the criteria but the names of fields, and `$1`, `$2` and so on for the values.
    #[must_use]
    pub fn statement(&self) -> &str {
        &self.statement
    }

    /// The values, that of `$1` first.
    #[must_use]
    pub fn binds(&self) -> &[SqlBind] {
        &self.binds
    }
}

impl SqlBind {
    /// The name of its type, as PostgreSQL knows it: `int8`, `text[]`.
    #[must_use]
    pub const fn sql_type(&self) -> &'static str {
        self.sql_type
    }

    /// The text from which PostgreSQL reads the value.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }
}

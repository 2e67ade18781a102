//! Where customers stand, and how the values of fields are written there.

use std::collections::BTreeMap;

use offerkit_core::{
    criteria::{Field, Storage},
    domain::customer::Column,
};

use crate::schema::SchemaName;

/// Among how many customers a sample is looked for before all are asked.
const SAMPLED: u32 = 10_000;

/// A table or view with a row for every customer, called `c` in statements.
///
/// Everything here is text of a statement: names that were validated and quoted, and expressions over them.
#[derive(Clone, Debug)]
pub(crate) struct Relation {
    table: Box<str>,
    id: Box<str>,
    active: Box<str>,
    /// By the names of fields.
    columns: BTreeMap<Box<str>, SqlColumn>,
    attributes: Option<SqlColumn>,
    /// The tables that tell what was sent.
    ledger: SchemaName,
    sampled_by: Box<str>,
    is_sampled_by_index: bool,
}

/// A column, or an expression that gives the values of a field, of the type that the field's values are bound as, or of one
/// that PostgreSQL compares with it without converting the column.
#[derive(Clone, Debug)]
pub(crate) struct SqlColumn {
    /// What is compared for equality.
    pub(crate) value: Box<str>,
    /// The same in code-point order: with `COLLATE "C"` where the column's own collation is another. The same as `value`
    /// where it is no text.
    pub(crate) ordered: Box<str>,
    /// Whether a row may have no value.
    pub(crate) is_nullable: bool,
    /// Whether NaN, the infinities and days outside the years 1 to 9999 are refused where rows are stored. Otherwise
    /// conditions leave them out.
    pub(crate) is_bounded: bool,
}

/// Where the values of a field stand.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place<'r> {
    Column(&'r SqlColumn),
    /// Under the field's name in this column, which is JSONB.
    Attribute(&'r SqlColumn),
    /// No row has a value.
    Nowhere,
}

impl SqlColumn {
    /// A column of ours: text is in code-point order, and what is no value is refused by a constraint.
    fn ours(name: &str, is_nullable: bool) -> Self {
        let value: Box<str> = format!("c.\"{name}\"").into();
        Self {
            ordered: value.clone(),
            value,
            is_nullable,
            is_bounded: true,
        }
    }
}

impl Relation {
    /// The library's own table.
    pub(crate) fn ours(schema: &SchemaName) -> Self {
        let columns = Column::ALL.iter().map(|column| {
            let is_nullable = !matches!(
                column,
                Column::Id | Column::FullName | Column::IsActive | Column::CreatedAt
            );
            let name = column.as_str();
            (name.into(), SqlColumn::ours(name, is_nullable))
        });
        Self {
            table: schema.render("{schema}.customers").into(),
            id: "c.\"id\"".into(),
            active: "c.\"is_active\"".into(),
            columns: columns.collect(),
            attributes: Some(SqlColumn::ours("attributes", false)),
            ledger: schema.clone(),
            sampled_by: "uuid_hash_extended(c.\"id\", 0)".into(),
            is_sampled_by_index: true,
        }
    }

    /// The table or view, as it is named behind `FROM`.
    pub(crate) fn table(&self) -> &str {
        &self.table
    }

    /// The customer's id, a UUID that no row lacks.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Whether the customer is active.
    pub(crate) fn active(&self) -> &str {
        &self.active
    }

    /// An expression by which customers are in an order that means nothing. Ties are broken by the id.
    pub(crate) fn sampled_by(&self) -> &str {
        &self.sampled_by
    }

    /// The first customers in that order, where an index finds them.
    pub(crate) fn first_sampled(&self) -> Option<Self> {
        let first = || Self {
            table: format!(
                "(SELECT * FROM {} AS c ORDER BY {}, {} LIMIT {SAMPLED})",
                self.table, self.sampled_by, self.id
            )
            .into(),
            is_sampled_by_index: false,
            ..self.clone()
        };
        self.is_sampled_by_index.then(first)
    }

    pub(super) const fn ledger(&self) -> &SchemaName {
        &self.ledger
    }

    pub(super) fn place(&self, field: &Field) -> Place<'_> {
        // An attribute may have the name of a column that is no field.
        let column = match field.storage() {
            Storage::Column(column) => self.columns.get(column.as_str()),
            Storage::Attribute => None,
        };
        match (column, field.storage(), &self.attributes) {
            (Some(column), _, _) => Place::Column(column),
            (None, Storage::Attribute, Some(attributes)) => Place::Attribute(attributes),
            (None, _, _) => Place::Nowhere,
        }
    }
}

//! Where customers stand, and how the values of fields are written there.

use std::collections::BTreeMap;

use offerkit_core::{
    criteria::{Field, Storage},
    domain::customer::Column,
    id::CustomerId,
    ports::StoreError,
};

use super::bind::Bind;
use crate::{
    customer_key::{self, KeyType},
    error::backend,
    mapping::HostAttribute,
    schema::SchemaName,
};

/// Among how many customers a sample is looked for before all are asked.
const SAMPLED: u32 = 10_000;

/// A table or view with a row for every customer, called `c` in statements.
///
/// Everything here is text of a statement: names that were validated and quoted, and expressions over them.
#[derive(Clone, Debug)]
pub(crate) struct Relation {
    pub(crate) table: Box<str>,
    pub(crate) key: RelationKey,
    /// Whether the row is a customer, and an active one.
    pub(crate) active: Box<str>,
    /// By the names of fields.
    pub(crate) columns: BTreeMap<Box<str>, SqlColumn>,
    pub(crate) attributes: Attributes,
    /// The tables that tell what was sent.
    pub(crate) ledger: SchemaName,
    pub(crate) sampled_by: Box<str>,
    pub(crate) is_sampled_by_index: bool,
}

/// What tells customers apart.
#[derive(Clone, Debug)]
pub(crate) struct RelationKey {
    pub(crate) key_type: KeyType,
    /// The customer's id, a UUID that no row lacks.
    pub(crate) id: Box<str>,
    /// What is in the order of ids, where an index finds it: the key, unless ids are no longer in its order.
    pub(crate) order: Box<str>,
    /// The key, as it is looked up.
    pub(crate) value: Box<str>,
    /// What text keys are of, whose ids do not tell them.
    pub(crate) source: Option<Box<str>>,
    /// Whether the database keeps two rows from having one key.
    pub(crate) is_unique: bool,
}

/// A view that says two things of one customer.
#[derive(Debug, thiserror::Error)]
#[error("two rows of {table} have the same key; a customer has one row")]
struct Ambiguous {
    table: Box<str>,
}

/// Where custom attributes stand.
#[derive(Clone, Debug)]
pub(crate) enum Attributes {
    /// All in one column, which is JSONB, under their names.
    All(SqlColumn),
    /// Each for itself.
    Each(BTreeMap<Box<str>, HostAttribute>),
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
    /// A column that holds the value wherever there is one, and more: compared besides, so that its index is used.
    pub(crate) probe: Option<Box<str>>,
    /// Whether a row may have no value.
    pub(crate) is_nullable: bool,
    /// Whether NaN, the infinities and days outside the years 1 to 9999 are refused where rows are stored. Otherwise
    /// conditions leave them out.
    pub(crate) is_bounded: bool,
}

/// Where the values of a field stand.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    Column(SqlColumn),
    /// Under the field's name in this column, which is JSONB.
    Attribute(SqlColumn),
    /// The id, which the number here holds.
    Number(Box<str>),
    /// No row has a value.
    Nowhere,
}

impl SqlColumn {
    /// A column of ours: text is in code-point order, and what is no value is refused by a constraint.
    fn ours(name: &str, is_nullable: bool) -> Self {
        Self {
            is_nullable,
            ..Self::expression(format!("c.\"{name}\""))
        }
    }

    /// An expression that gives a value of the field, or none.
    pub(crate) fn expression(value: impl Into<Box<str>>) -> Self {
        let value = value.into();
        Self {
            ordered: value.clone(),
            value,
            probe: None,
            is_nullable: true,
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
            key: RelationKey {
                key_type: KeyType::Uuid,
                id: "c.\"id\"".into(),
                order: "c.\"id\"".into(),
                value: "c.\"id\"".into(),
                source: None,
                is_unique: true,
            },
            active: "c.\"is_active\"".into(),
            columns: columns.collect(),
            attributes: Attributes::All(SqlColumn::ours("attributes", false)),
            ledger: schema.clone(),
            sampled_by: "reverse(c.\"id\"::TEXT) COLLATE \"C\"".into(),
            is_sampled_by_index: true,
        }
    }

    /// The table or view, as it is named behind `FROM`.
    pub(crate) fn table(&self) -> &str {
        &self.table
    }

    /// The customer's id, a UUID that no row lacks.
    pub(crate) fn id(&self) -> &str {
        &self.key.id
    }

    /// What is in the order of ids.
    pub(crate) fn order(&self) -> &str {
        &self.key.order
    }

    /// What all that comes behind the id is greater than in that order; nothing where all comes behind it.
    pub(crate) fn behind(&self, after: CustomerId) -> Option<Bind> {
        match self.key.key_type {
            KeyType::Uuid | KeyType::Text => Some(Bind::Uuid(after.as_uuid())),
            KeyType::BigInt => customer_key::last_number_until(after).map(Bind::Int),
        }
    }

    /// The answer where two rows have the same key.
    pub(crate) fn ambiguous(&self) -> StoreError {
        backend(Ambiguous {
            table: self.table.clone(),
        })
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
                self.table,
                self.sampled_by,
                self.id()
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

    pub(super) fn place(&self, field: &Field) -> Place {
        match field.storage() {
            Storage::Column(Column::Id) if self.key.key_type == KeyType::BigInt => {
                Place::Number(self.key.order.clone())
            }
            // An attribute may have the name of a column that is no field.
            Storage::Column(column) => {
                let column = self.columns.get(column.as_str());
                column.map_or(Place::Nowhere, |it| Place::Column(it.clone()))
            }
            Storage::Attribute => match &self.attributes {
                Attributes::All(column) => Place::Attribute(column.clone()),
                Attributes::Each(each) => {
                    let attribute = each.get(field.name());
                    attribute.map_or(Place::Nowhere, |it| it.place(field))
                }
            },
        }
    }
}

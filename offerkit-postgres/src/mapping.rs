//! How the customers of a host are read, who stand in a table or view of its own.

use std::collections::BTreeMap;

use offerkit_core::{
    criteria::{FieldDefinition, FieldType},
    domain::customer::{Column, MAX_ATTRIBUTES},
    id::CustomerId,
};

use crate::customer_key;

mod attribute;
mod check;
mod host;
mod host_column;
mod problem;
mod values;

pub use self::problem::{CustomersError, MappingProblem};
pub(crate) use self::{attribute::HostAttribute, check::examine, host::Host};
pub use crate::customer_key::KeyType;

/// Where the customers of a host stand, and under which names: a table, view, materialized view or foreign table that the
/// library reads and never alters.
///
/// ```
/// use offerkit_core::domain::customer::Column;
/// use offerkit_postgres::{CustomerMapping, KeyType};
///
/// let mapping = CustomerMapping::builder("crm", "client")
///     .key("client_no", KeyType::BigInt)
///     .column(Column::FullName, "name")
///     .column(Column::Email, "mail")
///     .attribute("tier", "loyalty_tier")
///     .attributes("extra", ["points", "push_token"])
///     .build()?;
/// # let _mapping = mapping;
/// # Ok::<(), offerkit_postgres::MappingError>(())
/// ```
///
/// What is not mapped is absent, for criteria as for messages, with two exceptions: without a column for `is_active` every
/// row is active, and without one for `created_at` every row is of 1970-01-01T00:00:00Z. `docs/host-customers.md` says
/// which types serve which field, and how values read that a customer cannot have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerMapping {
    pub(crate) schema: Name,
    pub(crate) relation: Name,
    pub(crate) source: Box<str>,
    pub(crate) key: Name,
    pub(crate) key_type: KeyType,
    pub(crate) columns: BTreeMap<Column, Name>,
    pub(crate) attributes: BTreeMap<Box<str>, Origin>,
}

/// Where an attribute comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A column of its own.
    Column(Name),
    /// The member of its name in this column, which is JSONB.
    Member(Name),
}

/// A name as the host has it, in any letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name(Box<str>);

/// Gathers a mapping; [`CustomerMapping::builder`] makes one.
#[derive(Debug, Clone)]
pub struct CustomerMappingBuilder {
    schema: Box<str>,
    relation: Box<str>,
    source: Option<Box<str>>,
    key: Option<(Box<str>, KeyType)>,
    columns: Vec<(Column, Box<str>)>,
    attributes: Vec<Attribute>,
}

/// An attribute, the column it is read from, and how.
type Attribute = (Box<str>, Box<str>, fn(Name) -> Origin);

/// A mapping that cannot be, whatever the database holds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MappingError {
    /// A name that PostgreSQL cannot have.
    #[error("`{name}` is no name of a {what}: expected 1 to {max} bytes without U+0000", max = Name::MAX_BYTES)]
    Name {
        /// Of what.
        what: &'static str,
        /// The beginning of the name.
        name: String,
    },
    /// Nothing tells customers apart.
    #[error("the mapping names no key; say which column tells customers apart, with `key`")]
    NoKey,
    /// Customers have no name.
    #[error("the mapping names no column for `full_name`, which every customer has")]
    NoFullName,
    /// The id is mapped to a column.
    #[error("`id` is made from the key; name the column with `key`")]
    Id,
    /// A field is mapped twice.
    #[error("`{field}` is mapped twice")]
    Twice {
        /// The field.
        field: Box<str>,
    },
    /// No field can have this name.
    #[error("`{name}` is no name of an attribute: expected a-z, 0-9, `_` and `.`, a letter first")]
    Attribute {
        /// The beginning of the name.
        name: String,
    },
    /// More attributes than a customer has.
    #[error("the mapping has {count} attributes, a customer at most {MAX_ATTRIBUTES}")]
    TooManyAttributes {
        /// How many.
        count: usize,
    },
}

impl CustomerMapping {
    /// A mapping of the customers in `relation` of `schema`, both written as the host's catalog has them, without quotes.
    pub fn builder(
        schema: impl Into<Box<str>>,
        relation: impl Into<Box<str>>,
    ) -> CustomerMappingBuilder {
        CustomerMappingBuilder {
            schema: schema.into(),
            relation: relation.into(),
            source: None,
            key: None,
            columns: Vec::new(),
            attributes: Vec::new(),
        }
    }

    /// The id of the customer with a key, which is written as PostgreSQL writes it; nothing where the mapping's keys are of
    /// another type.
    ///
    /// ```
    /// # use offerkit_core::domain::customer::Column;
    /// # use offerkit_postgres::{CustomerMapping, KeyType};
    /// # let mapping = CustomerMapping::builder("crm", "client")
    /// #     .key("client_no", KeyType::BigInt)
    /// #     .column(Column::FullName, "name")
    /// #     .build()?;
    /// let id = mapping.customer_id("42").map(|id| id.to_string());
    /// assert_eq!(id.as_deref(), Some("80000000-0000-8002-8a00-000000000000"));
    /// assert_eq!(mapping.customer_id("C-42"), None);
    /// # Ok::<(), offerkit_postgres::MappingError>(())
    /// ```
    #[must_use]
    pub fn customer_id(&self, key: &str) -> Option<CustomerId> {
        match self.key_type {
            KeyType::Uuid => key.parse().ok(),
            KeyType::BigInt => key.parse().ok().map(customer_key::id_of_number),
            KeyType::Text => Some(customer_key::id_of_text(&self.source, key)),
        }
    }

    /// The relation, as errors name it.
    pub(crate) fn shown(&self) -> String {
        format!("{}.{}", self.schema.0, self.relation.0)
    }
}

impl CustomerMappingBuilder {
    /// The column that tells customers apart, from which their ids are made. It never changes for a customer.
    #[must_use]
    pub fn key(mut self, column: impl Into<Box<str>>, key_type: KeyType) -> Self {
        self.key = Some((column.into(), key_type));
        self
    }

    /// Which column of the host holds the values of `column`.
    #[must_use]
    pub fn column(mut self, column: Column, name: impl Into<Box<str>>) -> Self {
        self.columns.push((column, name.into()));
        self
    }

    /// Which column of the host holds the values of a custom attribute.
    #[must_use]
    pub fn attribute(mut self, attribute: impl Into<Box<str>>, name: impl Into<Box<str>>) -> Self {
        let attribute = (attribute.into(), name.into(), Origin::Column as _);
        self.attributes.push(attribute);
        self
    }

    /// Which custom attributes are members, of the same names, of the objects in a JSONB column of the host.
    #[must_use]
    pub fn attributes<N: Into<Box<str>>>(
        mut self,
        name: impl Into<Box<str>>,
        attributes: impl IntoIterator<Item = N>,
    ) -> Self {
        let name = name.into();
        let members = attributes.into_iter().map(|attribute| {
            let origin: fn(Name) -> Origin = Origin::Member;
            (attribute.into(), name.clone(), origin)
        });
        self.attributes.extend(members);
        self
    }

    /// Names the source of text keys, from which ids are made together with the key; `schema.relation` unless it is said.
    /// A host that renames its relation keeps its customers' ids by naming the source as it was.
    #[must_use]
    pub fn source(mut self, source: impl Into<Box<str>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The mapping.
    ///
    /// # Errors
    ///
    /// [`MappingError`] for the first thing that cannot be. Whether the database has it all is found out by
    /// [`PgStore::customers_of`](crate::PgStore::customers_of).
    pub fn build(self) -> Result<CustomerMapping, MappingError> {
        let schema = Name::new("schema", self.schema)?;
        let relation = Name::new("table or view", self.relation)?;
        let default = || format!("{}.{}", schema.0, relation.0).into();
        let source = self.source.unwrap_or_else(default);
        if source.is_empty() || source.contains('\0') {
            return Err(MappingError::Name {
                what: "source",
                name: beginning(&source),
            });
        }
        let (key, key_type) = self.key.ok_or(MappingError::NoKey)?;
        let mut columns = BTreeMap::new();
        for (column, name) in self.columns {
            if column == Column::Id {
                return Err(MappingError::Id);
            }
            let name = Name::new("column", name)?;
            if columns.insert(column, name).is_some() {
                let field = column.as_str().into();
                return Err(MappingError::Twice { field });
            }
        }
        if !columns.contains_key(&Column::FullName) {
            return Err(MappingError::NoFullName);
        }
        Ok(CustomerMapping {
            schema,
            relation,
            source,
            key: Name::new("column", key)?,
            key_type,
            columns,
            attributes: attributes(self.attributes)?,
        })
    }
}

fn attributes(mapped: Vec<Attribute>) -> Result<BTreeMap<Box<str>, Origin>, MappingError> {
    let mut attributes = BTreeMap::new();
    for (attribute, name, origin) in mapped {
        if FieldDefinition::attribute(&attribute, FieldType::Text).is_err() {
            let name = beginning(&attribute);
            return Err(MappingError::Attribute { name });
        }
        let origin = origin(Name::new("column", name)?);
        if attributes.insert(attribute.clone(), origin).is_some() {
            return Err(MappingError::Twice { field: attribute });
        }
    }
    if attributes.len() > MAX_ATTRIBUTES {
        let count = attributes.len();
        return Err(MappingError::TooManyAttributes { count });
    }
    Ok(attributes)
}

impl Name {
    /// PostgreSQL cuts longer names without a word.
    const MAX_BYTES: usize = 63;

    fn new(what: &'static str, name: Box<str>) -> Result<Self, MappingError> {
        if name.is_empty() || name.len() > Self::MAX_BYTES || name.contains('\0') {
            let name = beginning(&name);
            return Err(MappingError::Name { what, name });
        }
        Ok(Self(name))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as a statement writes it, so that it is this name and nothing else.
    pub(crate) fn quoted(&self) -> String {
        format!("\"{}\"", self.0.replace('"', "\"\""))
    }
}

fn beginning(text: &str) -> String {
    text.chars().take(64).flat_map(char::escape_debug).collect()
}

#[cfg(test)]
mod tests;

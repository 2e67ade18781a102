//! A mapping that fits the database, as text of statements.

use std::collections::BTreeMap;

use offerkit_core::domain::customer::Column;

use super::{
    CustomerMapping, HostAttribute,
    host_column::HostColumn,
    values::{self, NO_CREATION},
};
use crate::{
    criteria::{Attributes, Relation, RelationKey, SqlColumn},
    customer_key::KeyType,
    schema::SchemaName,
};

/// Where the customers of a host stand, and how their rows are read.
#[derive(Debug, Clone)]
pub(crate) struct Host {
    pub(crate) relation: Relation,
    /// Whether the row is a customer.
    pub(crate) usable: Box<str>,
    /// Everything that is read of a customer, each under the name of the library's own column.
    pub(crate) selected: Box<str>,
}

/// The columns of a mapping, as the database has them.
pub(super) struct Found {
    pub(super) key: HostColumn,
    pub(super) columns: BTreeMap<Column, HostColumn>,
    pub(super) attributes: BTreeMap<Box<str>, HostAttribute>,
    pub(super) is_unique: bool,
}

/// A function has no more than 100 arguments.
const PAIRS: usize = 50;

impl Host {
    pub(super) fn new(mapping: &CustomerMapping, found: Found, schema: &SchemaName) -> Self {
        let key = Self::key(mapping, &found, schema);
        let mut usable = format!("{} IS NOT NULL", found.key.raw);
        if let Some(name) = found.columns.get(&Column::FullName) {
            usable = format!("({usable} AND {})", values::is_named(name));
        }
        let active = match found.columns.get(&Column::IsActive) {
            Some(column) => format!("({usable} AND {})", column.raw),
            None => usable.clone(),
        };
        let selected = selected(&key, &found);
        let mut columns: BTreeMap<Box<str>, SqlColumn> = found
            .columns
            .iter()
            .map(|(column, host)| (column.as_str().into(), values::column(*column, host)))
            .collect();
        let constant = |value: &str| SqlColumn {
            is_nullable: false,
            ..SqlColumn::expression(value)
        };
        columns.insert(Column::Id.as_str().into(), constant(&key.id));
        for (column, value) in [(Column::IsActive, "TRUE"), (Column::CreatedAt, NO_CREATION)] {
            let place = columns.entry(column.as_str().into());
            place.or_insert_with(|| constant(value));
        }
        let (raw, value) = (&found.key.raw, &key.value);
        let sampled_by = match mapping.key_type {
            KeyType::Uuid => format!("reverse({raw}::TEXT) COLLATE \"C\""),
            KeyType::BigInt => format!("hashint8extended({raw}::BIGINT, 0)"),
            KeyType::Text => format!("hashtextextended({value} COLLATE \"C\", 0)"),
        };
        let table = format!("{}.{}", mapping.schema.quoted(), mapping.relation.quoted());
        Self {
            usable: usable.into(),
            selected: selected.into(),
            relation: Relation {
                table: table.into(),
                key,
                active: active.into(),
                columns,
                attributes: Attributes::Each(found.attributes),
                ledger: schema.clone(),
                sampled_by: sampled_by.into(),
                is_sampled_by_index: false,
            },
        }
    }

    fn key(mapping: &CustomerMapping, found: &Found, schema: &SchemaName) -> RelationKey {
        let raw: Box<str> = found.key.raw.clone().into();
        let text: Box<str> = found.key.text().into();
        let key = RelationKey {
            key_type: mapping.key_type,
            id: raw.clone(),
            order: raw.clone(),
            value: raw.clone(),
            source: None,
            is_unique: found.is_unique,
        };
        match mapping.key_type {
            KeyType::Uuid => key,
            KeyType::BigInt => RelationKey {
                id: schema
                    .render(&format!("{{schema}}.customer_id_of_number({raw})"))
                    .into(),
                ..key
            },
            KeyType::Text => {
                let source = mapping.source.replace('\\', "\\\\").replace('\'', "''");
                let function = schema.render("{schema}.customer_id_of_text");
                let id: Box<str> = format!("{function}(E'{source}', {text})").into();
                RelationKey {
                    order: id.clone(),
                    id,
                    value: text,
                    source: Some(mapping.source.clone()),
                    ..key
                }
            }
        }
    }
}

fn selected(key: &RelationKey, found: &Found) -> String {
    let mut selected = vec![format!("{} AS id", key.id)];
    for column in Column::ALL.iter().filter(|it| **it != Column::Id) {
        let host = found.columns.get(column);
        let value = host.map(|host| values::column(*column, host).value);
        let value = match column {
            Column::Dob => {
                host.map_or_else(none("DATE"), |host| format!("{}::DATE", values::date(host)))
            }
            Column::AnnualIncome => value.map_or_else(none("NUMERIC"), of("NUMERIC")),
            Column::CreditScore | Column::AccountAgeMonths => {
                value.map_or_else(none("INTEGER"), of("INTEGER"))
            }
            Column::IsActive => value.map_or_else(|| "TRUE".to_owned(), of("BOOLEAN")),
            Column::CreatedAt => value.map_or_else(|| NO_CREATION.to_owned(), of("TIMESTAMPTZ")),
            Column::Id
            | Column::ExternalId
            | Column::FullName
            | Column::Email
            | Column::Phone
            | Column::Gender
            | Column::KycStatus
            | Column::Segment
            | Column::Occupation
            | Column::State
            | Column::City
            | Column::PinCode
            | Column::MaritalStatus
            | Column::PreferredLanguage => value.map_or_else(none("TEXT"), of("TEXT")),
        };
        selected.push(format!("{value} AS {column}"));
    }
    let pairs: Vec<String> = found
        .attributes
        .iter()
        .map(|(name, it)| it.pair(name))
        .collect();
    let objects: Vec<String> = pairs
        .chunks(PAIRS)
        .map(|pairs| format!("jsonb_build_object({})", pairs.join(", ")))
        .collect();
    selected.push(if objects.is_empty() {
        "'{}' AS attributes".to_owned()
    } else {
        let objects = objects.join(" || ");
        format!("jsonb_strip_nulls({objects})::TEXT AS attributes")
    });
    selected.join(", ")
}

fn none(sql_type: &'static str) -> impl Fn() -> String {
    move || format!("NULL::{sql_type}")
}

fn of(sql_type: &'static str) -> impl Fn(Box<str>) -> String {
    move |value| format!("{value}::{sql_type}")
}

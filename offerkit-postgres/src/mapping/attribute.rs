//! Custom attributes that stand in a host's columns, or are members of its JSON.

use offerkit_core::criteria::{Field, FieldType};

use super::{
    host_column::{HostColumn, HostType},
    values,
};
use crate::criteria::{Place, SqlColumn};

/// Where a custom attribute of a host stands. A catalog may give it any type: where the column's is another, it reads as a
/// customer's attributes read, from JSON.
#[derive(Debug, Clone)]
pub(crate) enum HostAttribute {
    Column(HostColumn),
    /// Under the attribute's name in the objects of this column.
    Member(HostColumn),
}

impl HostAttribute {
    /// Where criteria find it.
    pub(crate) fn place(&self, field: &Field) -> Place {
        let column = match self {
            Self::Column(column) => column,
            Self::Member(column) => {
                return Place::Attribute(SqlColumn::expression(column.raw.clone()));
            }
        };
        match (field.field_type(), column.host_type) {
            (FieldType::Text | FieldType::Enum { .. }, HostType::Text | HostType::Enum) => {
                Place::Column(values::any_text(column))
            }
            (FieldType::Int, HostType::Int | HostType::BigInt)
            | (FieldType::Bool, HostType::Bool)
            | (FieldType::Uuid, HostType::Uuid) => {
                Place::Column(SqlColumn::expression(column.raw.clone()))
            }
            (
                FieldType::Decimal { precision, scale },
                HostType::Int | HostType::BigInt | HostType::Numeric,
            ) => Place::Column(values::decimal(column, *precision, *scale)),
            (FieldType::Date, HostType::Date) | (FieldType::Timestamp, HostType::Timestamp) => {
                Place::Column(values::unbounded(column))
            }
            (
                FieldType::Text
                | FieldType::Enum { .. }
                | FieldType::Int
                | FieldType::Decimal { .. }
                | FieldType::Bool
                | FieldType::Date
                | FieldType::Timestamp
                | FieldType::Set
                | FieldType::Uuid,
                _,
            ) => Place::Attribute(SqlColumn {
                is_nullable: false,
                ..SqlColumn::expression(format!("jsonb_build_object({})", self.pair(field.name())))
            }),
        }
    }

    /// The name and the value as JSON, for an object to be built of. A name has no character but a-z, 0-9, `_` and `.`.
    pub(super) fn pair(&self, name: &str) -> String {
        match self {
            Self::Column(column) => format!("'{name}', {}", json(column)),
            Self::Member(column) => {
                let member = format!("({} -> '{name}')", column.raw);
                format!("'{name}', {}", readable(&member))
            }
        }
    }
}

fn json(column: &HostColumn) -> String {
    match column.host_type {
        HostType::Text | HostType::Enum => format!("to_jsonb({})", column.text()),
        HostType::Int
        | HostType::BigInt
        | HostType::Bool
        | HostType::Date
        | HostType::Uuid
        | HostType::Texts => format!("to_jsonb({})", column.raw),
        HostType::Numeric => number(&column.raw),
        HostType::Timestamp => format!("to_jsonb({})", values::canonical_moment(column)),
        HostType::Json => readable(&column.raw),
    }
}

/// What of JSON is a value of some field: texts, truths, numbers, and lists of texts.
fn readable(json: &str) -> String {
    format!(
        "(CASE jsonb_typeof({json}) WHEN 'string' THEN {json} WHEN 'boolean' THEN {json} \
         WHEN 'number' THEN {} \
         WHEN 'array' THEN CASE WHEN NOT jsonb_path_exists({json}, 'strict $[*] ? (@.type() != \"string\")', '{{}}', TRUE) \
         THEN {json} END END)",
        number(&format!("({json})::NUMERIC"))
    )
}

/// A number that a customer's attributes hold exactly: a whole one of 64 bits, or one of 15 digits at most, which is what
/// a cast of `float8` gives back. Others are values of no field.
fn number(number: &str) -> String {
    format!(
        "(CASE WHEN abs({number}) < 1e28 AND scale(trim_scale({number})) <= 28 THEN \
         CASE WHEN ({number} % 1 = 0 AND {number} BETWEEN {} AND {}) OR {number}::FLOAT8::NUMERIC = {number} \
         THEN to_jsonb(trim_scale({number})) END END)",
        i64::MIN,
        i64::MAX
    )
}

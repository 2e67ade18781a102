//! Columns of a host, as the database describes them.

use offerkit_core::domain::customer::Column;

use super::Name;
use crate::customer_key::KeyType;

/// What a column is read as. Domains are what they are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HostType {
    Text,
    /// A type of the host's own, whose values are named.
    Enum,
    /// Up to 32 bits.
    Int,
    BigInt,
    Numeric,
    Bool,
    Date,
    Timestamp,
    Uuid,
    Texts,
    Json,
}

/// What a column is mapped to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target<'m> {
    Key(KeyType),
    Column(Column),
    Attribute(&'m str),
    /// Attributes that are members of its objects.
    Members,
}

/// A column that may be read.
#[derive(Debug, Clone)]
pub(crate) struct HostColumn {
    /// As a statement names it, in the row `c`.
    pub(super) raw: String,
    pub(super) host_type: HostType,
}

impl HostColumn {
    pub(super) fn new(name: &Name, host_type: HostType) -> Self {
        Self {
            raw: format!("c.{}", name.quoted()),
            host_type,
        }
    }

    /// The value as text. The cast of a column that holds text changes nothing, so its index serves.
    pub(super) fn text(&self) -> String {
        format!("{}::TEXT", self.raw)
    }
}

impl HostType {
    /// The type of this name in PostgreSQL's own schema.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "text" | "varchar" => Self::Text,
            "int2" | "int4" => Self::Int,
            "int8" => Self::BigInt,
            "numeric" => Self::Numeric,
            "bool" => Self::Bool,
            "date" => Self::Date,
            "timestamptz" => Self::Timestamp,
            "uuid" => Self::Uuid,
            "_text" | "_varchar" => Self::Texts,
            "jsonb" => Self::Json,
            _ => return None,
        })
    }
}

impl Target<'_> {
    pub(super) fn field(self) -> String {
        match self {
            Self::Key(_) => "key".to_owned(),
            Self::Column(column) => column.as_str().to_owned(),
            Self::Attribute(name) => name.to_owned(),
            Self::Members => "attributes".to_owned(),
        }
    }

    pub(super) fn takes(self, host_type: HostType) -> bool {
        match self {
            Self::Key(KeyType::Uuid) => host_type == HostType::Uuid,
            Self::Key(KeyType::BigInt) => matches!(host_type, HostType::Int | HostType::BigInt),
            Self::Key(KeyType::Text) => host_type == HostType::Text,
            Self::Attribute(_) => true,
            Self::Members => host_type == HostType::Json,
            Self::Column(column) => match column {
                Column::Id => false,
                Column::Dob => host_type == HostType::Date,
                Column::AnnualIncome => matches!(
                    host_type,
                    HostType::Numeric | HostType::Int | HostType::BigInt
                ),
                Column::CreditScore | Column::AccountAgeMonths => {
                    matches!(host_type, HostType::Int | HostType::BigInt)
                }
                Column::IsActive => host_type == HostType::Bool,
                Column::CreatedAt => host_type == HostType::Timestamp,
                Column::ExternalId
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
                | Column::PreferredLanguage => {
                    matches!(host_type, HostType::Text | HostType::Enum)
                }
            },
        }
    }

    /// The types that it takes, as a person would list them.
    fn types(self) -> &'static str {
        match self {
            Self::Key(KeyType::Uuid) => "`uuid`",
            Self::Key(KeyType::BigInt) => "`bigint`, `integer` or `smallint`",
            Self::Key(KeyType::Text) => "`text` or `varchar`",
            Self::Attribute(_) => {
                "`text`, `bigint`, `numeric`, `boolean`, `date`, `timestamptz`, `uuid`, `text[]` or `jsonb`"
            }
            Self::Members => "`jsonb`",
            Self::Column(column) => match column {
                Column::Dob => "`date`",
                Column::AnnualIncome => "`numeric`",
                Column::CreditScore | Column::AccountAgeMonths => "`integer` or `bigint`",
                Column::IsActive => "`boolean`",
                Column::CreatedAt => "`timestamptz`",
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
                | Column::PreferredLanguage => "`text`, `varchar` or an enum",
            },
        }
    }

    /// What to do about a column of another type.
    pub(super) fn remedy(self, type_name: &str) -> String {
        let types = self.types();
        match type_name {
            "bpchar" => {
                format!(
                    "cast it to {types} in a view, since `char` knows no white space at its end"
                )
            }
            "citext" => {
                format!(
                    "cast it to {types} in a view, since under `citext` different texts are equal"
                )
            }
            "float4" | "float8" | "money" => {
                format!("cast it to {types} in a view, so that it is seen how it is rounded")
            }
            "timestamp" => format!(
                "say in a view in which time zone it is, such as `AT TIME ZONE 'UTC'`, and make it {types}"
            ),
            _ => format!("cast it to {types} in a view"),
        }
    }
}

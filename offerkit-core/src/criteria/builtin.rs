//! The fields every platform has: the columns of the customers table.

use std::sync::{Arc, LazyLock};

use super::field::{Field, FieldDefinition};
use super::field_type::FieldType;
use crate::domain::customer::{
    ANNUAL_INCOME_PRECISION, ANNUAL_INCOME_SCALE, Column, Gender, KycStatus, MaritalStatus,
};

/// The customer's id, whether or not a catalog lets criteria name it.
pub(super) static ID: LazyLock<Field> =
    LazyLock::new(|| Field::new(&Arc::new(definition(Column::Id))));

/// Whether the customer is active.
pub(super) static IS_ACTIVE: LazyLock<Field> =
    LazyLock::new(|| Field::new(&Arc::new(definition(Column::IsActive))));

pub(super) fn customers() -> Vec<FieldDefinition> {
    // `external_id` is a key of the host's systems, not something to select by.
    Column::ALL
        .iter()
        .copied()
        .filter(|column| *column != Column::ExternalId)
        .map(definition)
        .collect()
}

fn definition(column: Column) -> FieldDefinition {
    let field = FieldDefinition::column(column, field_type(column));
    match column {
        Column::Id => field.required().indexed(),
        Column::FullName | Column::IsActive | Column::CreatedAt => field.required(),
        Column::Email => field.indexed(),
        Column::Gender | Column::MaritalStatus => field.protected(),
        Column::ExternalId
        | Column::Phone
        | Column::Dob
        | Column::KycStatus
        | Column::Segment
        | Column::Occupation
        | Column::AnnualIncome
        | Column::CreditScore
        | Column::State
        | Column::City
        | Column::PinCode
        | Column::AccountAgeMonths
        | Column::PreferredLanguage => field,
    }
}

fn field_type(column: Column) -> FieldType {
    match column {
        Column::Id => FieldType::Uuid,
        Column::Dob => FieldType::Date,
        Column::Gender => values(Gender::ALL.iter().map(|value| value.as_str())),
        Column::KycStatus => values(KycStatus::ALL.iter().map(|value| value.as_str())),
        Column::MaritalStatus => values(MaritalStatus::ALL.iter().map(|value| value.as_str())),
        Column::AnnualIncome => FieldType::Decimal {
            precision: ANNUAL_INCOME_PRECISION,
            scale: ANNUAL_INCOME_SCALE,
        },
        Column::CreditScore | Column::AccountAgeMonths => FieldType::Int,
        Column::IsActive => FieldType::Bool,
        Column::CreatedAt => FieldType::Timestamp,
        Column::ExternalId
        | Column::FullName
        | Column::Email
        | Column::Phone
        | Column::Segment
        | Column::Occupation
        | Column::State
        | Column::City
        | Column::PinCode
        | Column::PreferredLanguage => FieldType::Text,
    }
}

fn values<'v>(values: impl Iterator<Item = &'v str>) -> FieldType {
    FieldType::Enum {
        values: values.map(Box::from).collect(),
    }
}

//! How the tests map the host's clients.

use offerkit_core::domain::customer::Column;
use offerkit_postgres::{CustomerMapping, CustomerMappingBuilder, KeyType};

use crate::world::Outcome;

/// A key column of each type.
pub(crate) const KEYS: [(&str, KeyType); 3] = [
    ("client_no", KeyType::BigInt),
    ("guid", KeyType::Uuid),
    ("code", KeyType::Text),
];

/// Every column of the library's, from one of the host's table.
pub(crate) fn clients(key: &str, key_type: KeyType) -> CustomerMappingBuilder {
    [
        (Column::ExternalId, "Ext Ref"),
        (Column::FullName, "name"),
        (Column::Email, "mail"),
        (Column::Phone, "mobile"),
        (Column::Dob, "born"),
        (Column::Gender, "sex"),
        (Column::KycStatus, "checked"),
        (Column::Segment, "grade"),
        (Column::Occupation, "job"),
        (Column::AnnualIncome, "income"),
        (Column::CreditScore, "score"),
        (Column::State, "province"),
        (Column::City, "town"),
        (Column::PinCode, "zip"),
        (Column::MaritalStatus, "married"),
        (Column::AccountAgeMonths, "months"),
        (Column::PreferredLanguage, "lang"),
        (Column::IsActive, "live"),
        (Column::CreatedAt, "since"),
    ]
    .into_iter()
    .fold(
        CustomerMapping::builder("crm", "client").key(key, key_type),
        |mapping, (column, name)| mapping.column(column, name),
    )
}

pub(crate) fn by(key: &str, key_type: KeyType) -> Outcome<CustomerMapping> {
    Ok(clients(key, key_type).build()?)
}

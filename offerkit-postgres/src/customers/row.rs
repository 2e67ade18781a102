//! Customers as their rows hold them.

use std::borrow::Cow;

use offerkit_core::{
    domain::customer::{Customer, CustomerParts},
    id::CustomerId,
    ports::StoreError,
};
use serde_json::{Map, Value};

use crate::rows::{Row, word, wrong};

pub(crate) fn customer(row: &Row) -> Result<Customer, StoreError> {
    let parts = CustomerParts {
        id: CustomerId::from_uuid(row.get("id")?),
        external_id: text(row, "external_id")?,
        full_name: Cow::Borrowed(row.get("full_name")?),
        email: text(row, "email")?,
        phone: text(row, "phone")?,
        dob: row.get("dob")?,
        gender: choice(row, "gender")?,
        kyc_status: choice(row, "kyc_status")?,
        segment: text(row, "segment")?,
        occupation: text(row, "occupation")?,
        annual_income: row.get("annual_income")?,
        credit_score: row.get("credit_score")?,
        state: text(row, "state")?,
        city: text(row, "city")?,
        pin_code: text(row, "pin_code")?,
        marital_status: choice(row, "marital_status")?,
        account_age_months: row.get("account_age_months")?,
        preferred_language: text(row, "preferred_language")?,
        is_active: row.get("is_active")?,
        created_at: row.moment("created_at")?,
        attributes: Cow::Owned(row.json::<Map<String, Value>>("attributes")?),
    };
    Customer::from_parts(parts).map_err(|error| wrong("customers", error))
}

fn text<'r>(row: &'r Row, column: &'static str) -> Result<Option<Cow<'r, str>>, StoreError> {
    Ok(row.get::<Option<&str>>(column)?.map(Cow::Borrowed))
}

fn choice<'r, T: serde::Deserialize<'r>>(
    row: &'r Row,
    column: &'static str,
) -> Result<Option<T>, StoreError> {
    let choice: Option<&str> = row.get(column)?;
    choice.map(|choice| word(column, choice)).transpose()
}

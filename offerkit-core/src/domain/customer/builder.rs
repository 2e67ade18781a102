//! A customer from named text values, as a CSV file gives them.

use std::borrow::Cow;
use std::str::FromStr;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::column::Column;
use super::error::CustomerFieldError;
use super::{Customer, CustomerParts, text};
use crate::id::CustomerId;
use crate::time::Timestamp;

/// Gathers the columns of one customer, as text.
#[derive(Clone, Debug)]
pub struct CustomerBuilder {
    parts: CustomerParts<'static>,
}

impl CustomerBuilder {
    /// An active customer of whom nothing else is known. The name has still to be set.
    #[must_use]
    pub fn new(id: CustomerId, created_at: Timestamp) -> Self {
        Self {
            parts: CustomerParts::new(id, created_at),
        }
    }

    /// Sets one column from text; white space around it is dropped, and empty text makes the column absent (`id`,
    /// `created_at` keep what they had, and `is_active` becomes true).
    ///
    /// Dates are `YYYY-MM-DD`, timestamps RFC 3339 with an offset, decimals plain digits with a point, and booleans
    /// `true`/`false`, `t`/`f`, `yes`/`no` or `1`/`0` in any case.
    ///
    /// # Errors
    /// [`CustomerFieldError`] where there is no such column, or it does not take this value.
    pub fn set(&mut self, column: &str, text: &str) -> Result<(), CustomerFieldError> {
        self.set_column(Column::from_str(column)?, text)
    }

    /// [`set`](Self::set), for a column that was looked up before.
    ///
    /// # Errors
    /// [`CustomerFieldError`] where the column does not take this value.
    pub fn set_column(&mut self, column: Column, text: &str) -> Result<(), CustomerFieldError> {
        let text = text::checked(column, text)?;
        let parts = &mut self.parts;
        match column {
            Column::Id => parts.id = parsed(column, text, "a UUID")?.unwrap_or(parts.id),
            Column::ExternalId => parts.external_id = owned(text),
            Column::FullName => parts.full_name = owned(text).unwrap_or_default(),
            Column::Email => parts.email = owned(text),
            Column::Phone => parts.phone = owned(text),
            Column::Dob => parts.dob = text.map(date).transpose()?,
            Column::Gender => parts.gender = text.map(str::parse).transpose()?,
            Column::KycStatus => parts.kyc_status = text.map(str::parse).transpose()?,
            Column::Segment => parts.segment = owned(text),
            Column::Occupation => parts.occupation = owned(text),
            Column::AnnualIncome => parts.annual_income = text.map(decimal).transpose()?,
            Column::CreditScore => parts.credit_score = parsed(column, text, WHOLE_NUMBER)?,
            Column::State => parts.state = owned(text),
            Column::City => parts.city = owned(text),
            Column::PinCode => parts.pin_code = owned(text),
            Column::MaritalStatus => parts.marital_status = text.map(str::parse).transpose()?,
            Column::AccountAgeMonths => {
                parts.account_age_months = parsed(column, text, WHOLE_NUMBER)?;
            }
            Column::PreferredLanguage => parts.preferred_language = owned(text),
            Column::IsActive => parts.is_active = text.map(boolean).transpose()?.unwrap_or(true),
            Column::CreatedAt => {
                let expected = "a timestamp with an offset, such as `2026-01-31T09:30:00Z`";
                parts.created_at = parsed(column, text, expected)?.unwrap_or(parts.created_at);
            }
        }
        Ok(())
    }

    /// Replaces the custom attributes.
    #[must_use]
    pub fn attributes(mut self, attributes: Map<String, Value>) -> Self {
        self.parts.attributes = Cow::Owned(attributes);
        self
    }

    /// The customer.
    ///
    /// # Errors
    /// [`CustomerFieldError`] where the name is missing, or an attribute or a number cannot be stored.
    pub fn build(self) -> Result<Customer, CustomerFieldError> {
        Customer::from_parts(self.parts)
    }
}

const WHOLE_NUMBER: &str = "a whole number from -2147483648 to 2147483647";

fn owned(text: Option<&str>) -> Option<Cow<'static, str>> {
    text.map(|text| Cow::Owned(text.to_owned()))
}

fn parsed<T: FromStr>(
    column: Column,
    text: Option<&str>,
    expected: &str,
) -> Result<Option<T>, CustomerFieldError> {
    let refuse = |text: &str| CustomerFieldError::new(column.as_str(), text, expected);
    text.map(|text| text.parse().map_err(|_| refuse(text)))
        .transpose()
}

fn date(text: &str) -> Result<NaiveDate, CustomerFieldError> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()
        // chrono also reads `2024-1-5`, which criteria and the store would not.
        .filter(|date| date.to_string() == text)
        .ok_or_else(|| {
            CustomerFieldError::new(Column::Dob.as_str(), text, "a date as `YYYY-MM-DD`")
        })
}

fn decimal(text: &str) -> Result<Decimal, CustomerFieldError> {
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+'));
    plain
        .then(|| Decimal::from_str_exact(text).ok())
        .flatten()
        .ok_or_else(|| {
            CustomerFieldError::new(
                Column::AnnualIncome.as_str(),
                text,
                "a number such as `55000.50`",
            )
        })
}

fn boolean(text: &str) -> Result<bool, CustomerFieldError> {
    let is = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is(&["true", "t", "yes", "1"]) {
        Ok(true)
    } else if is(&["false", "f", "no", "0"]) {
        Ok(false)
    } else {
        Err(CustomerFieldError::new(
            Column::IsActive.as_str(),
            text,
            "`true` or `false`",
        ))
    }
}

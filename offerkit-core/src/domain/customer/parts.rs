//! A customer's columns as stores and requests hold them.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::column::Column;
use super::error::CustomerFieldError;
use super::{Customer, Gender, KycStatus, MaritalStatus, text};
use crate::id::CustomerId;
use crate::time::Timestamp;

/// How many digits `annual_income` may have in all.
pub const ANNUAL_INCOME_PRECISION: u32 = 28;
/// How many of them may stand behind the decimal point.
pub const ANNUAL_INCOME_SCALE: u32 = 4;
/// How many custom attributes a customer may have.
pub const MAX_ATTRIBUTES: usize = 256;

/// The columns of one customer, unchecked: what a store reads and writes.
///
/// [`Customer::from_parts`] checks them, [`Customer::to_parts`] borrows them back. It is also the JSON form: absent
/// columns are left out, and `annual_income` is text so that no digit is lost.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomerParts<'a> {
    /// The platform's id.
    pub id: CustomerId,
    /// The key in the host's own systems.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<Cow<'a, str>>,
    /// The name.
    pub full_name: Cow<'a, str>,
    /// The e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Cow<'a, str>>,
    /// The telephone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Cow<'a, str>>,
    /// The date of birth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dob: Option<NaiveDate>,
    /// The gender.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gender: Option<Gender>,
    /// How far the identity check has come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kyc_status: Option<KycStatus>,
    /// The host's segment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment: Option<Cow<'a, str>>,
    /// The occupation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occupation: Option<Cow<'a, str>>,
    /// The yearly income.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "income")]
    pub annual_income: Option<Decimal>,
    /// The credit score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit_score: Option<i32>,
    /// The state or province.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<Cow<'a, str>>,
    /// The city.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<Cow<'a, str>>,
    /// The postal code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin_code: Option<Cow<'a, str>>,
    /// The marital status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marital_status: Option<MaritalStatus>,
    /// How many months the account has been open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_age_months: Option<i32>,
    /// The language to address the customer in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_language: Option<Cow<'a, str>>,
    /// Whether the customer is active.
    #[serde(default = "active")]
    pub is_active: bool,
    /// When the customer was created.
    pub created_at: Timestamp,
    /// The custom attributes.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub attributes: Cow<'a, Map<String, Value>>,
}

/// `annual_income` as text, whatever the host has chosen for the decimals of its own types.
mod income {
    use rust_decimal::Decimal;
    use serde::{Deserialize, Deserializer, Serializer, de};

    #[expect(
        clippy::ref_option,
        reason = "serde calls it with a reference to the field"
    )]
    pub(super) fn serialize<S: Serializer>(
        income: &Option<Decimal>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match income {
            Some(income) => serializer.collect_str(income),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Decimal>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| Decimal::from_str_exact(&text))
            .transpose()
            .map_err(de::Error::custom)
    }
}

const fn active() -> bool {
    true
}

impl CustomerParts<'_> {
    /// A customer of whom nothing is known but the id and when it was created. The name has still to be given.
    #[must_use]
    pub fn new(id: CustomerId, created_at: Timestamp) -> Self {
        Self {
            id,
            external_id: None,
            full_name: Cow::Borrowed(""),
            email: None,
            phone: None,
            dob: None,
            gender: None,
            kyc_status: None,
            segment: None,
            occupation: None,
            annual_income: None,
            credit_score: None,
            state: None,
            city: None,
            pin_code: None,
            marital_status: None,
            account_age_months: None,
            preferred_language: None,
            is_active: active(),
            created_at,
            attributes: Cow::Owned(Map::new()),
        }
    }
}

impl std::fmt::Debug for CustomerParts<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CustomerParts")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl Customer {
    /// Checks the columns and makes a customer of them. Text loses the white space around it, and empty text is absent.
    ///
    /// # Errors
    /// [`CustomerFieldError`] for the first column, in the table's order, that does not hold what it takes.
    pub fn from_parts(parts: CustomerParts<'_>) -> Result<Self, CustomerFieldError> {
        let CustomerParts {
            external_id,
            full_name,
            email,
            phone,
            dob,
            segment,
            ..
        } = &parts;
        let CustomerParts {
            occupation,
            state,
            city,
            pin_code,
            preferred_language,
            ..
        } = &parts;
        Ok(Self {
            id: parts.id,
            external_id: owned(Column::ExternalId, external_id.as_deref())?,
            full_name: name(full_name)?,
            email: owned(Column::Email, email.as_deref())?,
            phone: owned(Column::Phone, phone.as_deref())?,
            dob: dob.map(checked_date).transpose()?,
            gender: parts.gender,
            kyc_status: parts.kyc_status,
            segment: shared(Column::Segment, segment.as_deref())?,
            occupation: shared(Column::Occupation, occupation.as_deref())?,
            annual_income: parts.annual_income.map(checked_income).transpose()?,
            credit_score: parts.credit_score,
            state: shared(Column::State, state.as_deref())?,
            city: shared(Column::City, city.as_deref())?,
            pin_code: shared(Column::PinCode, pin_code.as_deref())?,
            marital_status: parts.marital_status,
            account_age_months: parts.account_age_months,
            preferred_language: shared(Column::PreferredLanguage, preferred_language.as_deref())?,
            is_active: parts.is_active,
            created_at: parts.created_at,
            attributes: checked_attributes(parts.attributes)?,
        })
    }

    /// The columns, borrowed.
    #[must_use]
    pub fn to_parts(&self) -> CustomerParts<'_> {
        let borrowed = |text| Option::map(text, Cow::Borrowed);
        CustomerParts {
            id: self.id(),
            external_id: borrowed(self.external_id()),
            full_name: Cow::Borrowed(self.full_name()),
            email: borrowed(self.email()),
            phone: borrowed(self.phone()),
            dob: self.dob(),
            gender: self.gender(),
            kyc_status: self.kyc_status(),
            segment: borrowed(self.segment()),
            occupation: borrowed(self.occupation()),
            annual_income: self.annual_income(),
            credit_score: self.credit_score(),
            state: borrowed(self.state()),
            city: borrowed(self.city()),
            pin_code: borrowed(self.pin_code()),
            marital_status: self.marital_status(),
            account_age_months: self.account_age_months(),
            preferred_language: borrowed(self.preferred_language()),
            is_active: self.is_active(),
            created_at: self.created_at(),
            attributes: Cow::Borrowed(self.attributes()),
        }
    }
}

fn name(text: &str) -> Result<Box<str>, CustomerFieldError> {
    let missing = || {
        CustomerFieldError::new(
            Column::FullName.as_str(),
            text,
            "a name, since every customer has one",
        )
    };
    owned(Column::FullName, Some(text))?.ok_or_else(missing)
}

fn owned(column: Column, text: Option<&str>) -> Result<Option<Box<str>>, CustomerFieldError> {
    Ok(text
        .map(|text| text::checked(column, text))
        .transpose()?
        .flatten()
        .map(Box::from))
}

fn shared(column: Column, text: Option<&str>) -> Result<Option<Arc<str>>, CustomerFieldError> {
    Ok(text
        .map(|text| text::checked(column, text))
        .transpose()?
        .flatten()
        .map(Arc::from))
}

fn checked_date(date: NaiveDate) -> Result<NaiveDate, CustomerFieldError> {
    // PostgreSQL has no year 0, and criteria write four digits.
    if (1..=9999).contains(&date.year()) {
        Ok(date)
    } else {
        Err(CustomerFieldError::new(
            Column::Dob.as_str(),
            &date.to_string(),
            "a date in the years 1 to 9999",
        ))
    }
}

fn checked_income(income: Decimal) -> Result<Decimal, CustomerFieldError> {
    let income = income.normalize();
    let whole_digits = ANNUAL_INCOME_PRECISION - ANNUAL_INCOME_SCALE;
    let fits = income.scale() <= ANNUAL_INCOME_SCALE
        && income
            .trunc()
            .mantissa()
            .unsigned_abs()
            .checked_ilog10()
            .is_none_or(|highest| highest < whole_digits);
    if fits {
        return Ok(income);
    }
    let expected = format!(
        "at most {whole_digits} digits before the decimal point and {ANNUAL_INCOME_SCALE} behind it"
    );
    Err(CustomerFieldError::new(
        Column::AnnualIncome.as_str(),
        &income.to_string(),
        expected,
    ))
}

fn checked_attributes(
    attributes: Cow<'_, Map<String, Value>>,
) -> Result<Option<Box<Map<String, Value>>>, CustomerFieldError> {
    if attributes.is_empty() {
        return Ok(None);
    }
    if attributes.len() > MAX_ATTRIBUTES {
        let expected = format!("at most {MAX_ATTRIBUTES} attributes");
        return Err(CustomerFieldError::new(
            "attributes",
            &attributes.len().to_string(),
            expected,
        ));
    }
    // JSONB cannot hold U+0000.
    for (name, value) in attributes.iter() {
        if name.contains('\0') || has_nul(value) {
            return Err(CustomerFieldError::new(
                name,
                "",
                "an attribute without U+0000",
            ));
        }
    }
    Ok(Some(Box::new(attributes.into_owned())))
}

fn has_nul(value: &Value) -> bool {
    let mut rest = vec![value];
    while let Some(value) = rest.pop() {
        match value {
            Value::String(text) if text.contains('\0') => return true,
            Value::Object(members) if members.keys().any(|name| name.contains('\0')) => {
                return true;
            }
            Value::Object(members) => rest.extend(members.values()),
            Value::Array(items) => rest.extend(items),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    false
}

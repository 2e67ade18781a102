//! Customers: whom campaigns select and offers reach.
//!
//! A customer belongs to the platform, not to a tenant. It has the columns of the `customers` table and typed custom
//! attributes. Everything but the id, the name, `is_active` and `created_at` may be absent.

mod builder;
mod choices;
mod column;
mod error;
mod parts;
mod text;
mod words;

use std::fmt;
use std::sync::{Arc, LazyLock};

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Map, Value};

use crate::id::CustomerId;
use crate::time::Timestamp;

pub use self::builder::CustomerBuilder;
pub use self::choices::{Gender, KycStatus, MaritalStatus};
pub use self::column::Column;
pub use self::error::CustomerFieldError;
pub use self::parts::{
    ANNUAL_INCOME_PRECISION, ANNUAL_INCOME_SCALE, CustomerParts, MAX_ATTRIBUTES,
};
pub use self::text::{
    MAX_EMAIL_BYTES, MAX_EXTERNAL_ID_BYTES, MAX_NAME_BYTES, MAX_PHONE_BYTES, MAX_WORD_BYTES,
};
pub use self::words::{MAX_SHARED_WORDS, Words};

/// The name of a customer whose personal data was erased; the column is never empty.
pub const ERASED_NAME: &str = "(erased)";

/// One customer of the platform.
///
/// `Debug` shows the id and nothing that could name or reach the person.
///
/// ```
/// use offerkit_core::domain::customer::{Customer, CustomerBuilder, KycStatus};
/// use offerkit_core::id::CustomerId;
/// use offerkit_core::time::Timestamp;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let id: CustomerId = "018f4a2c-0000-7000-8000-000000000001".parse()?;
/// let created_at: Timestamp = "2026-01-31T09:30:00.000000Z".parse()?;
/// let mut builder = CustomerBuilder::new(id, created_at);
/// builder.set("full_name", "Asha Rao")?;
/// builder.set("kyc_status", "verified")?;
/// builder.set("credit_score", "742")?;
/// builder.set("email", "")?;
/// let customer: Customer = builder.build()?;
/// assert_eq!(customer.kyc_status(), Some(KycStatus::Verified));
/// assert_eq!(customer.credit_score(), Some(742));
/// assert_eq!(customer.email(), None);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq)]
pub struct Customer {
    id: CustomerId,
    created_at: Timestamp,
    full_name: Box<str>,
    external_id: Option<Box<str>>,
    email: Option<Box<str>>,
    phone: Option<Box<str>>,
    segment: Option<Arc<str>>,
    occupation: Option<Arc<str>>,
    state: Option<Arc<str>>,
    city: Option<Arc<str>>,
    pin_code: Option<Arc<str>>,
    preferred_language: Option<Arc<str>>,
    annual_income: Option<Decimal>,
    // Boxed, so that the many customers without attributes pay one word each.
    attributes: Option<Box<Map<String, Value>>>,
    dob: Option<NaiveDate>,
    credit_score: Option<i32>,
    account_age_months: Option<i32>,
    gender: Option<Gender>,
    kyc_status: Option<KycStatus>,
    marital_status: Option<MaritalStatus>,
    is_active: bool,
}

static NO_ATTRIBUTES: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);

impl Customer {
    /// The customer's id, unique on the platform.
    #[must_use]
    pub const fn id(&self) -> CustomerId {
        self.id
    }

    /// The key of this customer in the host's own systems.
    #[must_use]
    pub fn external_id(&self) -> Option<&str> {
        self.external_id.as_deref()
    }

    /// The customer's name.
    #[must_use]
    pub fn full_name(&self) -> &str {
        &self.full_name
    }

    /// The e-mail address.
    #[must_use]
    pub fn email(&self) -> Option<&str> {
        self.email.as_deref()
    }

    /// The telephone number, as the host writes it.
    #[must_use]
    pub fn phone(&self) -> Option<&str> {
        self.phone.as_deref()
    }

    /// The date of birth.
    #[must_use]
    pub const fn dob(&self) -> Option<NaiveDate> {
        self.dob
    }

    /// The gender. Criteria may use it only where a super admin has allowed it.
    #[must_use]
    pub const fn gender(&self) -> Option<Gender> {
        self.gender
    }

    /// How far the identity check has come.
    #[must_use]
    pub const fn kyc_status(&self) -> Option<KycStatus> {
        self.kyc_status
    }

    /// The host's segment, such as `premium`.
    #[must_use]
    pub fn segment(&self) -> Option<&str> {
        self.segment.as_deref()
    }

    /// The occupation, such as `salaried`.
    #[must_use]
    pub fn occupation(&self) -> Option<&str> {
        self.occupation.as_deref()
    }

    /// The yearly income in the platform's currency.
    #[must_use]
    pub const fn annual_income(&self) -> Option<Decimal> {
        self.annual_income
    }

    /// The credit score.
    #[must_use]
    pub const fn credit_score(&self) -> Option<i32> {
        self.credit_score
    }

    /// The state or province.
    #[must_use]
    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    /// The city.
    #[must_use]
    pub fn city(&self) -> Option<&str> {
        self.city.as_deref()
    }

    /// The postal code.
    #[must_use]
    pub fn pin_code(&self) -> Option<&str> {
        self.pin_code.as_deref()
    }

    /// The marital status. Criteria may use it only where a super admin has allowed it.
    #[must_use]
    pub const fn marital_status(&self) -> Option<MaritalStatus> {
        self.marital_status
    }

    /// How many months the account has been open.
    #[must_use]
    pub const fn account_age_months(&self) -> Option<i32> {
        self.account_age_months
    }

    /// The language the customer wants to be addressed in.
    #[must_use]
    pub fn preferred_language(&self) -> Option<&str> {
        self.preferred_language.as_deref()
    }

    /// Whether the customer is active. Inactive customers are never filled into an audience.
    #[must_use]
    pub const fn is_active(&self) -> bool {
        self.is_active
    }

    /// When the customer was created.
    #[must_use]
    pub const fn created_at(&self) -> Timestamp {
        self.created_at
    }

    /// The custom attributes; empty for most customers.
    #[must_use]
    pub fn attributes(&self) -> &Map<String, Value> {
        self.attributes.as_deref().unwrap_or(&NO_ATTRIBUTES)
    }

    /// One custom attribute.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Value> {
        self.attributes.as_deref()?.get(name)
    }

    /// The same customer under another id, created at another moment: what an import makes of a row that says neither.
    #[must_use]
    pub fn with_identity(self, id: CustomerId, created_at: Timestamp) -> Self {
        Self {
            id,
            created_at,
            ..self
        }
    }

    /// The customer without personal data: an inactive row with the same id, which evidence still refers to.
    #[must_use]
    pub fn erased(&self) -> Self {
        Self {
            id: self.id,
            external_id: None,
            full_name: ERASED_NAME.into(),
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
            is_active: false,
            created_at: self.created_at,
            attributes: None,
        }
    }

    /// Makes this customer share the text of its repeated columns (segment, occupation, state, city, postal code,
    /// language) with every other customer that went through the same `words`.
    pub fn share_words(&mut self, words: &mut Words) {
        for column in [
            &mut self.segment,
            &mut self.occupation,
            &mut self.state,
            &mut self.city,
            &mut self.pin_code,
            &mut self.preferred_language,
        ]
        .into_iter()
        .flatten()
        {
            words.share(column);
        }
    }
}

impl fmt::Debug for Customer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Customer")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl Serialize for Customer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_parts().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Customer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let parts = CustomerParts::<'static>::deserialize(deserializer)?;
        Self::from_parts(parts).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests;

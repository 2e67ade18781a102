//! The columns of the `customers` table.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::error::CustomerFieldError;

macro_rules! columns {
    ( $( $(#[$what:meta])* $variant:ident = $text:literal, )+ ) => {
        /// A column of the `customers` table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Column {
            $( $(#[$what])* $variant, )+
        }

        impl Column {
            /// Every column, in the order of the table.
            pub const ALL: &'static [Self] = &[$( Self::$variant, )+];

            /// The column's name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $( Self::$variant => $text, )+
                }
            }
        }

        impl FromStr for Column {
            type Err = CustomerFieldError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $( $text => Ok(Self::$variant), )+
                    _ => Err(CustomerFieldError::new(text, "", "a column of the customers table")),
                }
            }
        }
    };
}

columns! {
    /// The platform's id.
    Id = "id",
    /// The key in the host's own systems.
    ExternalId = "external_id",
    /// The name; never absent.
    FullName = "full_name",
    /// The e-mail address.
    Email = "email",
    /// The telephone number.
    Phone = "phone",
    /// The date of birth.
    Dob = "dob",
    /// The gender.
    Gender = "gender",
    /// How far the identity check has come.
    KycStatus = "kyc_status",
    /// The host's segment.
    Segment = "segment",
    /// The occupation.
    Occupation = "occupation",
    /// The yearly income.
    AnnualIncome = "annual_income",
    /// The credit score.
    CreditScore = "credit_score",
    /// The state or province.
    State = "state",
    /// The city.
    City = "city",
    /// The postal code.
    PinCode = "pin_code",
    /// The marital status.
    MaritalStatus = "marital_status",
    /// How many months the account has been open.
    AccountAgeMonths = "account_age_months",
    /// The language to address the customer in.
    PreferredLanguage = "preferred_language",
    /// Whether the customer is active; never absent.
    IsActive = "is_active",
    /// When the customer was created; never absent.
    CreatedAt = "created_at",
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

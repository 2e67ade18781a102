//! The columns that hold one of a few named values.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::error::CustomerFieldError;

macro_rules! choices {
    (
        $(#[$about:meta])*
        $name:ident in $column:literal, expected $expected:literal {
            $( $(#[$what:meta])* $variant:ident = $text:literal, )+
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $( $(#[$what])* $variant, )+
        }

        impl $name {
            /// Every value, in the order of the table's `CHECK`.
            pub const ALL: &'static [Self] = &[$( Self::$variant, )+];

            /// The value as the database and criteria write it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $( Self::$variant => $text, )+
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = CustomerFieldError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $( $text => Ok(Self::$variant), )+
                    _ => Err(CustomerFieldError::new($column, text, $expected)),
                }
            }
        }
    };
}

choices! {
    /// A customer's gender.
    Gender in "gender", expected "`male`, `female` or `other`" {
        /// Male.
        Male = "male",
        /// Female.
        Female = "female",
        /// Neither of the two.
        Other = "other",
    }
}

choices! {
    /// How far the check of a customer's identity ("know your customer") has come.
    KycStatus in "kyc_status", expected "`verified`, `pending` or `rejected`" {
        /// The identity has been verified.
        Verified = "verified",
        /// The check is not finished.
        Pending = "pending",
        /// The identity could not be verified.
        Rejected = "rejected",
    }
}

choices! {
    /// A customer's marital status.
    MaritalStatus in "marital_status", expected "`single`, `married`, `divorced` or `widowed`" {
        /// Never married.
        Single = "single",
        /// Married.
        Married = "married",
        /// Divorced.
        Divorced = "divorced",
        /// Widowed.
        Widowed = "widowed",
    }
}

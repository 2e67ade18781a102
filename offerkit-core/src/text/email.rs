//! E-mail addresses.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{TextError, text_traits};

/// An e-mail address (RFC 5321 and 6531), as written.
///
/// ```
/// use offerkit_core::text::EmailAddress;
///
/// assert!("asha@example.com".parse::<EmailAddress>().is_ok());
/// assert!("asha@example.com\r\nBcc: all@example.com".parse::<EmailAddress>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(Box<str>);

impl FromStr for EmailAddress {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        let text = text.trim();
        let options = email_address::Options::default().without_display_text();
        email_address::EmailAddress::parse_with_options(text, options)
            .map(|address| Self(String::from(address).into()))
            .map_err(|error| TextError::Email {
                text: text.chars().take(64).collect(),
                reason: error.to_string().to_lowercase(),
            })
    }
}

text_traits!(EmailAddress);

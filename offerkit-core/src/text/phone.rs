//! Phone numbers.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{TextError, text_traits};

const KIND: &str = "phone number";

/// A phone number with its country's code (E.164): `+919876543210`. Spaces, hyphens, dots and brackets between digits are
/// dropped.
///
/// ```
/// use offerkit_core::text::PhoneNumber;
///
/// let number: PhoneNumber = "+91 98765 43210".parse()?;
/// assert_eq!(number.as_str(), "+919876543210");
/// assert!("98765 43210".parse::<PhoneNumber>().is_err(), "of which country?");
/// # Ok::<_, offerkit_core::text::TextError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhoneNumber(Box<str>);

impl PhoneNumber {
    /// The most digits.
    pub const MAX_DIGITS: usize = 15;
}

impl FromStr for PhoneNumber {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        let wrong = || TextError::Character {
            kind: KIND,
            text: text.chars().take(64).collect(),
            allowed: "`+`, the country's code and digits",
        };
        let digits = text.trim().strip_prefix('+').ok_or_else(wrong)?;
        let digits: String = digits
            .chars()
            .filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')'))
            .collect();
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number || digits.is_empty() || digits.starts_with('0') {
            return Err(wrong());
        }
        if digits.len() > Self::MAX_DIGITS {
            return Err(TextError::TooLong {
                kind: KIND,
                length: digits.len(),
                limit: Self::MAX_DIGITS,
            });
        }
        Ok(Self(format!("+{digits}").into()))
    }
}

text_traits!(PhoneNumber);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_its_country_and_nothing_but_digits() {
        let read = |text: &str| {
            text.parse()
                .ok()
                .map(|number: PhoneNumber| number.to_string())
        };
        assert_eq!(
            read(" +44 (20) 7946-0958 ").as_deref(),
            Some("+442079460958")
        );
        for text in [
            "",
            "+",
            "+0123",
            "98765",
            "+91x",
            "+1234567890123456",
            "+91\r\n98",
            "++91",
            "+९१",
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }
}

//! Names used in paths and logs: lower-case ASCII, so that they look the same everywhere.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{TextError, text_traits};

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident = $kind:literal, also: $also:literal, $allowed:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Box<str>);

        impl $name {
            /// The most characters.
            pub const MAX_CHARS: usize = 64;
        }

        impl FromStr for $name {
            type Err = TextError;

            fn from_str(text: &str) -> Result<Self, TextError> {
                checked($kind, text, $also, $allowed).map(Self)
            }
        }

        text_traits!($name);
    )+};
}

names! {
    /// A tenant's unique name: `credit_card`, `loan`.
    TenantName = "tenant name", also: "_", "a-z, 0-9 and `_`";
    /// A group's name, unique in its tenant: `approver`.
    GroupName = "group name", also: "_", "a-z, 0-9 and `_`";
    /// A segment's name, unique in its tenant: `young_premium`.
    SegmentName = "segment name", also: "_", "a-z, 0-9 and `_`";
    /// Where a customer said something: `branch.form-12`. Names no person.
    ConsentSource = "consent source", also: "_.-", "a-z, 0-9, `_`, `.` and `-`";
    /// A user's unique name: `asha`, `ben.ito`.
    Username = "user name", also: "_.-", "a-z, 0-9, `_`, `.` and `-`";
}

/// Names share one length limit.
const MAX_CHARS: usize = 64;

fn checked(
    kind: &'static str,
    text: &str,
    also: &str,
    allowed: &'static str,
) -> Result<Box<str>, TextError> {
    let shown = || text.chars().take(MAX_CHARS).collect();
    let length = text.chars().count();
    if length > MAX_CHARS {
        return Err(TextError::TooLong {
            kind,
            length,
            limit: MAX_CHARS,
        });
    }
    let may_stand = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || also.contains(c);
    if !text.chars().all(may_stand) {
        return Err(TextError::Character {
            kind,
            text: shown(),
            allowed,
        });
    }
    match text.chars().next() {
        None => Err(TextError::Empty { kind }),
        Some(first) if !first.is_ascii_lowercase() => Err(TextError::Start {
            kind,
            text: shown(),
        }),
        Some(_) => Ok(text.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_lower_case_ascii() {
        assert!("credit_card".parse::<TenantName>().is_ok());
        assert!("ben.ito-2".parse::<Username>().is_ok());
        assert!("ben.ito".parse::<TenantName>().is_err());
        assert_eq!(
            "Credit".parse::<GroupName>().unwrap_err().to_string(),
            "group name `Credit` has a character other than a-z, 0-9 and `_`"
        );
        assert_eq!(
            "1st".parse::<GroupName>().unwrap_err().to_string(),
            "group name `1st` does not begin with a letter a-z"
        );
        assert_eq!(
            "".parse::<GroupName>().unwrap_err().to_string(),
            "group name is empty"
        );
    }
}

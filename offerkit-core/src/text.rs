//! Names and texts that people write: checked once, where they enter.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

mod email;
mod language;
mod name;
mod phone;

pub use email::EmailAddress;
pub use language::LanguageTag;
pub use name::{ConsentSource, GroupName, SegmentName, TenantName, Username};
pub use phone::PhoneNumber;

/// A text that breaks the rules of its kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// Nothing is left after trimming.
    #[error("{kind} is empty")]
    Empty {
        /// What kind of text, as a person would say it.
        kind: &'static str,
    },
    /// More characters than the kind allows.
    #[error("{kind} has {length} characters, {limit} are allowed")]
    TooLong {
        /// What kind of text.
        kind: &'static str,
        /// How many characters it has.
        length: usize,
        /// How many it may have.
        limit: usize,
    },
    /// A NUL, which no database text holds, or another control character.
    #[error("{kind} has the control character U+{code:04X}")]
    Control {
        /// What kind of text.
        kind: &'static str,
        /// The character's code point.
        code: u32,
    },
    /// A character that the kind does not allow.
    #[error("{kind} `{text}` has a character other than {allowed}")]
    Character {
        /// What kind of text.
        kind: &'static str,
        /// The text.
        text: String,
        /// What it may consist of.
        allowed: &'static str,
    },
    /// A name that does not begin with a letter.
    #[error("{kind} `{text}` does not begin with a letter a-z")]
    Start {
        /// What kind of text.
        kind: &'static str,
        /// The text.
        text: String,
    },
    /// Not of the form local@domain.
    #[error("`{text}` is not an e-mail address: {reason}")]
    Email {
        /// The text.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// Trims `text` and checks it: not empty, at most `limit` characters, no control character but, where `lines` is
/// true, line feeds and tabs.
fn checked(
    kind: &'static str,
    text: &str,
    limit: usize,
    lines: bool,
) -> Result<Box<str>, TextError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(TextError::Empty { kind });
    }
    let length = text.chars().count();
    if length > limit {
        return Err(TextError::TooLong {
            kind,
            length,
            limit,
        });
    }
    let refused = |c: &char| c.is_control() && !(lines && matches!(c, '\n' | '\t'));
    match text.chars().find(refused) {
        Some(character) => Err(TextError::Control {
            kind,
            code: character.into(),
        }),
        None => Ok(text.into()),
    }
}

/// What every checked text has in common: reading it, and being read from one.
macro_rules! text_traits {
    ($name:ident) => {
        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::text::TextError;

            fn try_from(text: String) -> Result<Self, $crate::text::TextError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0.into()
            }
        }
    };
}
use text_traits;

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident = $kind:literal, $limit:literal, lines: $lines:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Box<str>);

        impl $name {
            /// The most characters.
            pub const MAX_CHARS: usize = $limit;
        }

        impl FromStr for $name {
            type Err = TextError;

            fn from_str(text: &str) -> Result<Self, TextError> {
                checked($kind, text, Self::MAX_CHARS, $lines).map(Self)
            }
        }

        text_traits!($name);
    )+};
}

texts! {
    /// A person's name, in any script.
    FullName = "full name", 200, lines: false;
    /// What a campaign or segment is called.
    Title = "title", 200, lines: false;
    /// What something is for.
    Description = "description", 4_000, lines: true;
    /// What someone said about an offer or campaign.
    CommentBody = "comment", 4_000, lines: true;
    /// Why something was turned down, paused or stopped.
    Reason = "reason", 1_000, lines: true;
    /// The host's name for one request, kept in the audit log.
    RequestId = "request id", 128, lines: false;
    /// Where a request came from, kept in the audit log: an address, a service, a command.
    RequestSource = "request source", 256, lines: false;
    /// Who vouches for an external identity, usually an issuer URL.
    Issuer = "issuer", 512, lines: false;
    /// The name that an issuer gives to one person.
    SubjectName = "subject", 256, lines: false;
}

impl fmt::Debug for PasswordText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordText(…)")
    }
}

/// A password as a person typed it: kept out of `Debug`, never stored.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordText(Box<str>);

/// A password that may not be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PasswordError {
    /// Fewer characters than [`PasswordText::MIN_CHARS`].
    #[error("a password has at least {min} characters", min = PasswordText::MIN_CHARS)]
    TooShort,
    /// More bytes than [`PasswordText::MAX_BYTES`].
    #[error("a password has at most {max} bytes", max = PasswordText::MAX_BYTES)]
    TooLong,
    /// It is the old one again.
    #[error("the new password is the old one")]
    Unchanged,
}

impl PasswordText {
    /// The fewest characters of a new password (NIST SP 800-63B-4 asks for 15 where it is the only factor, 8 at least;
    /// OWASP's ASVS 5 asks for 8 and recommends 15).
    pub const MIN_CHARS: usize = 12;
    /// The most bytes: hashing longer ones would only serve an attacker.
    pub const MAX_BYTES: usize = 1_024;

    /// A new password.
    ///
    /// # Errors
    ///
    /// [`PasswordError`] where it is too short or too long. Nothing else is asked of it: composition rules make
    /// passwords weaker (NIST SP 800-63B, appendix A).
    pub fn new(text: &str) -> Result<Self, PasswordError> {
        if text.len() > Self::MAX_BYTES {
            return Err(PasswordError::TooLong);
        }
        if text.chars().count() < Self::MIN_CHARS {
            return Err(PasswordError::TooShort);
        }
        Ok(Self(text.into()))
    }

    /// The bytes to hash.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_trimmed_and_checked() {
        assert_eq!(
            "  Summer cashback ".parse::<Title>().unwrap().as_str(),
            "Summer cashback"
        );
        assert_eq!(
            " ".parse::<Title>().unwrap_err().to_string(),
            "title is empty"
        );
        assert_eq!(
            "a\0b".parse::<Title>().unwrap_err().to_string(),
            "title has the control character U+0000"
        );
        assert_eq!(
            "x".repeat(201).parse::<Title>().unwrap_err().to_string(),
            "title has 201 characters, 200 are allowed"
        );
        assert!("two\nlines".parse::<Title>().is_err());
        assert!("two\nlines".parse::<CommentBody>().is_ok());
    }

    #[test]
    fn a_password_never_shows() {
        let password = PasswordText::new("correct horse battery").unwrap();
        assert_eq!(format!("{password:?}"), "PasswordText(…)");
        assert_eq!(PasswordText::new("short"), Err(PasswordError::TooShort));
        assert_eq!(
            PasswordText::new(&"x".repeat(1025)),
            Err(PasswordError::TooLong)
        );
    }
}

//! A place in a feed, as a text that hosts keep.

use std::{fmt, str::FromStr};

use offerkit_core::{domain::Scope, id::TenantId};
use sqlx::types::Uuid;

/// A place in a scope's feed of events, in the history of one database. Its text is for keeping, and means nothing else.
///
/// ```
/// # fn example(cursor: offerkit_postgres::EventCursor) -> Result<(), offerkit_postgres::EventCursorError> {
/// let kept: String = cursor.to_string();
/// assert_eq!(kept.parse::<offerkit_postgres::EventCursor>()?, cursor);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventCursor {
    pub(super) scope: Scope,
    /// The system identifier of the cluster that the record was written in, or restored into.
    pub(super) system: i64,
    pub(super) epoch: i32,
    pub(super) transaction: u64,
    pub(super) record: Uuid,
}

/// A text that is no cursor of a feed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a cursor of a feed of events")]
pub struct EventCursorError {
    text: String,
}

/// What the texts begin with, should there ever be others.
const VERSION: &str = "e1";

impl EventCursor {
    /// Before everything; epochs are counted from one.
    pub(super) const fn beginning(scope: Scope, system: i64) -> Self {
        Self {
            scope,
            system,
            epoch: 0,
            transaction: 0,
            record: Uuid::nil(),
        }
    }

    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let version = parts.next()?;
        let scope = match parts.next()? {
            "platform" => Scope::Platform,
            tenant => Scope::Tenant(TenantId::from_uuid(tenant.parse().ok()?)),
        };
        let cursor = Self {
            scope,
            system: parts.next()?.parse().ok()?,
            epoch: parts.next()?.parse().ok()?,
            transaction: parts.next()?.parse().ok()?,
            record: parts.next()?.parse().ok()?,
        };
        (version == VERSION && parts.next().is_none()).then_some(cursor)
    }
}

impl fmt::Display for EventCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{VERSION}.")?;
        match self.scope {
            Scope::Platform => f.write_str("platform")?,
            Scope::Tenant(tenant) => write!(f, "{tenant}")?,
        }
        let Self {
            system,
            epoch,
            transaction,
            record,
            ..
        } = self;
        write!(f, ".{system}.{epoch}.{transaction}.{record}")
    }
}

impl FromStr for EventCursor {
    type Err = EventCursorError;

    fn from_str(text: &str) -> Result<Self, EventCursorError> {
        Self::read(text).ok_or_else(|| EventCursorError {
            text: text.chars().take(64).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor(scope: Scope) -> EventCursor {
        EventCursor {
            scope,
            system: -7_300_000_000_000_000_001,
            epoch: 2,
            transaction: u64::MAX,
            record: Uuid::from_u128(7),
        }
    }

    #[test]
    fn a_cursor_is_read_back_from_its_text() {
        let tenant = Scope::Tenant(TenantId::from_uuid(Uuid::from_u128(3)));
        for scope in [Scope::Platform, tenant] {
            let cursor = cursor(scope);
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
    }

    #[test]
    fn a_text_that_is_cut_or_longer_is_no_cursor() {
        let text = cursor(Scope::Platform).to_string();
        for end in 0..text.len() {
            let cut = text.get(..end).unwrap();
            let read = cut.parse::<EventCursor>();
            assert!(read.is_err(), "{cut}: {read:?}");
        }
        assert!(format!("{text}.1").parse::<EventCursor>().is_err());
        assert!(text.replace("e1", "e2").parse::<EventCursor>().is_err());
    }
}

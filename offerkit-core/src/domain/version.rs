//! Numbers that only go up: a row's version, and the number of an immutable revision.

use std::{fmt, num::ParseIntError, str::FromStr};

use serde::{Deserialize, Serialize};

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(u64);

        impl $name {
            /// The first.
            pub const FIRST: Self = Self(1);

            /// The number as storage or a caller holds it.
            #[must_use]
            pub const fn new(number: u64) -> Self {
                Self(number)
            }

            /// The number.
            #[must_use]
            pub const fn get(self) -> u64 {
                self.0
            }

            /// The one after this.
            #[must_use]
            pub const fn next(self) -> Self {
                Self(self.0.saturating_add(1))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = ParseIntError;

            fn from_str(text: &str) -> Result<Self, ParseIntError> {
                text.parse().map(Self)
            }
        }
    )+};
}

counters! {
    /// Counts the changes of a stored object; a writer gives back the one it read, and a stale one is a conflict.
    Version;
    /// Numbers the immutable revisions of an offer's content, or of a campaign's.
    RevisionNumber;
    /// Numbers the versions of a tenant's offer configuration.
    ConfigurationVersion;
    /// Numbers the versions of a segment.
    SegmentVersion;
}
